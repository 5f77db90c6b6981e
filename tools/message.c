#include "tools/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "jpk/secret_text.h"

/* There was no memory for a text that went to stdout at once. */
static bool out_of_memory;

int message_error(const struct jpk_error *err)
{
    char file[JPK_ERROR_FILE_MAX], entry[JPK_ERROR_ENTRY_MAX], message[JPK_ERROR_MESSAGE_MAX];
    if (!secret_text_printable(file, sizeof file, err->file) ||
        !secret_text_printable(entry, sizeof entry, err->entry) ||
        !secret_text_printable(message, sizeof message, err->message))
        return message_memory();
    if (*file || *entry)
        fprintf(stderr, "%s%s%s", file, *file && *entry ? "/" : "", entry);
    else
        fprintf(stderr, "jpk");
    if (err->line)
        fprintf(stderr, ":%u:%u", err->line, err->column);
    fprintf(stderr, ": error: %s [%s]\n", message, jpk_code_name(err->code));
    return jpk_code_status(err->code);
}

int message_memory(void)
{
    fprintf(stderr, "jpk: error: out of memory [memory]\n");
    return 4;
}

void message_text(const char *text)
{
    char shown[1024];
    out_of_memory |= !secret_text_printable(shown, sizeof shown, text);
    fputs(shown, stdout);
}

bool message_failed(void)
{
    return out_of_memory;
}

void message_list(const char *what, const struct jpk_strings *list)
{
    for (size_t i = 0; list && i < list->count; i++) {
        printf("%s", what);
        message_text(list->items[i]);
        putchar('\n');
    }
}

void message_list_json(struct jstream *json, const char *key, const struct jpk_strings *list)
{
    jstream_open(json, key, '[');
    for (size_t i = 0; list && i < list->count; i++)
        jstream_text(json, NULL, list->items[i]);
    jstream_close(json, ']');
}

void message_put_printable(struct buf *out, const char *text, size_t n, const char *stays)
{
    struct buf part = {0};
    for (size_t at = 0, end; at < n; at = end + 1) {
        for (end = at; end < n && !strchr(stays, text[end]);)
            end++;
        buf_clear(&part);
        buf_put(&part, text + at, end - at);
        /* What is replaced never grows. */
        char *p = buf_reserve(out, end - at + 1);
        if (p) {
            text_printable(p, end - at + 1, buf_text(&part));
            out->size += strlen(p);
        }
        if (end < n)
            buf_putc(out, text[end]);
    }
    out->failed |= part.failed;
    buf_free(&part);
}

void message_put(struct buf *out, const char *text)
{
    struct buf masked = {0};
    text = secret_text_shown(&masked, text);
    message_put_printable(out, text, strlen(text), "");
    out->failed |= masked.failed;
    buf_free(&masked);
}

bool message_colors(const struct settings *settings)
{
    const char *none = getenv("NO_COLOR");
    return !settings->no_color && !(none && *none) && isatty(STDOUT_FILENO);
}

void message_put_counts(struct buf *out, const size_t counts[3])
{
    static const char *const names[] = {[JPK_ERROR] = "error", [JPK_WARNING] = "warning", [JPK_INFO] = "note"};
    for (int severity = JPK_ERROR; severity >= JPK_INFO; severity--)
        buf_printf(out, "%s%zu %s%s", severity == JPK_ERROR ? "" : ", ", counts[severity], names[severity],
                   counts[severity] == 1 ? "" : "s");
}

json_t *message_counts_json(const size_t counts[3])
{
    return json_pack("{s:I, s:I, s:I}", "errors", (json_int_t)counts[JPK_ERROR], "warnings",
                     (json_int_t)counts[JPK_WARNING], "notes", (json_int_t)counts[JPK_INFO]);
}

bool message_as_json(const struct settings *settings)
{
    return settings->format && strcmp(settings->format, "json") == 0;
}

bool message_fails(const struct settings *settings, const struct jpk_finding *findings, size_t count)
{
    const char *level = settings->fail_level ? settings->fail_level : "error";
    if (strcmp(level, "never") == 0)
        return false;
    enum jpk_severity least = strcmp(level, "info") == 0      ? JPK_INFO
                              : strcmp(level, "warning") == 0 ? JPK_WARNING
                                                              : JPK_ERROR;
    for (size_t i = 0; i < count; i++)
        if (findings[i].level == 0 && findings[i].severity >= least)
            return true;
    return false;
}

char *message_path(const char *path)
{
    size_t n = strlen(path), bad;
    char *shown = malloc(n + 1);
    if (shown && text_utf8(path, n, &bad))
        memcpy(shown, path, n + 1);
    else if (shown)
        text_printable(shown, n + 1, path);
    return shown;
}

json_t *message_path_json(const char *path)
{
    char *shown = message_path(path);
    json_t *value = shown ? json_string(shown) : NULL;
    free(shown);
    return value;
}

static bool set_text(json_t *object, const char *key, const char *value)
{
    return !value || json_object_set_new(object, key, json_string(value)) == 0;
}

static json_t *finding_json(const struct jpk_finding *f)
{
    json_t *object = json_object();
    bool ok = object && set_text(object, "severity", jpk_severity_name(f->severity)) &&
              set_text(object, "rule", f->rule) && set_text(object, "file", f->file);
    if (ok && f->line)
        ok = json_object_set_new(object, "line", json_integer(f->line)) == 0 &&
             json_object_set_new(object, "column", json_integer(f->column)) == 0;
    ok = ok && set_text(object, "path", f->path) && set_text(object, "entityId", f->entity_id) &&
         set_text(object, "entityType", f->entity_type) && set_text(object, "entityName", f->entity_name) &&
         set_text(object, "message", f->message) && set_text(object, "hint", f->hint);
    if (!ok)
        json_decref(object);
    return ok ? object : NULL;
}

json_t *message_findings_json(const struct jpk_finding *findings, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < count; i++) {
        if (json_array_append_new(array, finding_json(&findings[i])) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

int message_json(json_t *value)
{
    bool masked = value && secret_json_mask(value);
    int status = masked ? json_dumpf(value, stdout, JSON_INDENT(2)) : -1;
    json_decref(value);
    if (masked && ferror(stdout))
        return 4; /* main says so, once */
    if (status != 0)
        return message_memory();
    putchar('\n');
    return 0;
}

int message_buf(struct buf *out)
{
    int status = out->failed ? message_memory() : 0;
    if (status == 0)
        fwrite(buf_text(out), 1, out->size, stdout);
    buf_free(out);
    return status;
}
