#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct {
    const char *name;
    int status;
} codes[] = {
    [JPK_OK] = {"ok", 0},
    [JPK_ERR_USAGE] = {"usage", 2},
    [JPK_ERR_MEMORY] = {"memory", 4},
    [JPK_ERR_READ] = {"read", 3},
    [JPK_ERR_WRITE] = {"write", 4},
    [JPK_ERR_EXISTS] = {"exists", 4},
    [JPK_ERR_ARCHIVE] = {"archive", 3},
    [JPK_ERR_OVERLAP] = {"overlap", 3},
    [JPK_ERR_DUPLICATE] = {"duplicate", 3},
    [JPK_ERR_NAME] = {"name", 3},
    [JPK_ERR_COLLISION] = {"collision", 3},
    [JPK_ERR_SPECIAL] = {"special", 3},
    [JPK_ERR_ENCRYPTED] = {"encrypted", 3},
    [JPK_ERR_METHOD] = {"method", 3},
    [JPK_ERR_SIZE] = {"size", 3},
    [JPK_ERR_CHECKSUM] = {"checksum", 3},
    [JPK_ERR_LIMIT] = {"limit", 3},
    [JPK_ERR_ENCODING] = {"encoding", 3},
    [JPK_ERR_XML] = {"xml", 3},
    [JPK_ERR_DOCTYPE] = {"doctype", 3},
    [JPK_ERR_FORMAT] = {"format", 3},
    [JPK_ERR_NO_PROJECT] = {"no-project", 3},
    [JPK_ERR_AMBIGUOUS] = {"ambiguous", 2},
    [JPK_ERR_NOT_FOUND] = {"not-found", 2},
    [JPK_ERR_JSON] = {"json", 3},
    [JPK_ERR_SCHEMA] = {"schema", 3},
    [JPK_ERR_YAML] = {"yaml", 3},
    [JPK_ERR_CHANGED] = {"changed", 3},
};

const char *jpk_code_name(enum jpk_code code)
{
    size_t i = (size_t)code;
    return i < sizeof codes / sizeof codes[0] && codes[i].name ? codes[i].name : "unknown";
}

enum jpk_code error_code(const char *name)
{
    size_t i = 0;
    while (i < sizeof codes / sizeof codes[0] && (!codes[i].name || strcmp(codes[i].name, name) != 0))
        i++;
    return i < sizeof codes / sizeof codes[0] ? (enum jpk_code)i : JPK_OK;
}

int jpk_code_status(enum jpk_code code)
{
    size_t i = (size_t)code;
    return i < sizeof codes / sizeof codes[0] ? codes[i].status : 4;
}

const char *jpk_version(void)
{
    return JPK_VERSION;
}

static void set(struct jpk_error *err, enum jpk_code code, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void set(struct jpk_error *err, enum jpk_code code, const char *format, va_list args)
{
    char raw[JPK_ERROR_MESSAGE_MAX + 4]; /* longer than a message, so that a cut shows */
    vsnprintf(raw, sizeof raw, format, args);
    err->code = code;
    text_printable(err->message, sizeof err->message, raw);
}

bool error_set(struct jpk_error *err, enum jpk_code code, const char *format, ...)
{
    if (err && err->code == JPK_OK) {
        va_list args;
        va_start(args, format);
        set(err, code, format, args);
        va_end(args);
    }
    return false;
}

bool error_system(struct jpk_error *err, enum jpk_code code, int errnum, const char *format, ...)
{
    if (errnum == ENOMEM)
        return error_memory(err);
    if (err && err->code == JPK_OK) {
        va_list args;
        va_start(args, format);
        set(err, code, format, args);
        va_end(args);
        size_t used = strlen(err->message);
        snprintf(err->message + used, sizeof err->message - used, ": %s", strerror(errnum));
    }
    return false;
}

void error_note_memory(struct jpk_error *err)
{
    error_set(err, JPK_ERR_MEMORY, "out of memory");
}

void error_file(struct jpk_error *err, const char *file)
{
    if (err && err->code != JPK_OK && err->file[0] == '\0' && file)
        text_printable(err->file, sizeof err->file, file);
}

void error_entry(struct jpk_error *err, const char *entry)
{
    if (err && err->code != JPK_OK && err->entry[0] == '\0' && entry)
        text_printable(err->entry, sizeof err->entry, entry);
}

void error_offset(struct jpk_error *err, uint64_t offset)
{
    if (err && err->code != JPK_OK && !err->has_offset) {
        err->has_offset = true;
        err->offset = offset;
    }
}

void error_position(struct jpk_error *err, uint32_t line, uint32_t column)
{
    if (err && err->code != JPK_OK && err->line == 0) {
        err->line = line;
        err->column = column;
    }
}

void error_pass(struct jpk_error *err, struct jpk_error *local, const char *file)
{
    if (local->code == JPK_OK)
        return;
    error_file(local, file);
    if (err && err->code == JPK_OK)
        *err = *local;
}

void error_text_offset(struct jpk_error *err, const char *text, size_t n, size_t offset)
{
    struct text_position at = text_position(text, n, offset);
    error_offset(err, offset);
    error_position(err, at.line, at.column);
}
