#include "tools/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

int message_error(const struct jpk_error *err)
{
    char file[JPK_ERROR_FILE_MAX], entry[JPK_ERROR_ENTRY_MAX];
    text_printable(file, sizeof file, err->file);
    text_printable(entry, sizeof entry, err->entry);
    if (*file || *entry)
        fprintf(stderr, "%s%s%s", file, *file && *entry ? "/" : "", entry);
    else
        fprintf(stderr, "jpk");
    if (err->line)
        fprintf(stderr, ":%u:%u", err->line, err->column);
    fprintf(stderr, ": error: %s [%s]\n", err->message, jpk_code_name(err->code));
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
    text_printable(shown, sizeof shown, text);
    fputs(shown, stdout);
}

void message_list(const char *what, const struct jpk_strings *list)
{
    for (size_t i = 0; i < list->count; i++) {
        printf("%s", what);
        message_text(list->items[i]);
        putchar('\n');
    }
}

void message_put(struct buf *out, const char *text)
{
    /* What is replaced never grows. */
    size_t n = strlen(text);
    char *p = buf_reserve(out, n + 1);
    if (!p)
        return;
    text_printable(p, n + 1, text);
    out->size += strlen(p);
}

bool message_colors(const struct settings *settings)
{
    const char *none = getenv("NO_COLOR");
    return !settings->no_color && !(none && *none) && isatty(STDOUT_FILENO);
}

static void print_finding(const struct jpk_finding *finding, const char *input, bool color)
{
    static const char *const codes[] = {"\033[36m", "\033[33m", "\033[31m"};
    message_text(input);
    if (finding->file) {
        size_t n = strlen(input);
        if (n == 0 || input[n - 1] != '/')
            putchar('/');
        message_text(finding->file);
    }
    if (finding->line)
        printf(":%u:%u", finding->line, finding->column);
    printf(": %s%s%s: ", color ? codes[finding->severity] : "", jpk_severity_name(finding->severity),
           color ? "\033[0m" : "");
    if (finding->entity_type && *finding->entity_type) {
        message_text(finding->entity_type);
        printf(" '");
        message_text(finding->entity_name ? finding->entity_name : "");
        printf("': ");
    }
    message_text(finding->message);
    if (finding->hint) {
        printf("; ");
        message_text(finding->hint);
    }
    printf(" [%s]\n", finding->rule);
}

/* ------------------------------------------------------------------------------------------------ source lines */

/* The file that was read last: findings come file by file. */
struct source {
    struct jpk_archive *archive;
    const char *file;
    char *text;
    size_t size;
};

static bool read_source(struct source *source, const char *file)
{
    if (source->file && strcmp(source->file, file) == 0)
        return source->text != NULL;
    free(source->text);
    *source = (struct source){.archive = source->archive, .file = file};
    size_t index = jpk_archive_find(source->archive, file);
    void *data;
    if (index == SIZE_MAX || !jpk_archive_read(source->archive, index, &data, &source->size, NULL))
        return false;
    source->text = data;
    return true;
}

/* The finding's line, cut to what fits a terminal, and a caret below its column. */
static void print_source(struct source *source, const struct jpk_finding *finding)
{
    enum { BEFORE = 60, SHOWN = 100 };
    if (!finding->file || !finding->line || !read_source(source, finding->file))
        return;
    const char *line = source->text, *end = source->text + source->size;
    for (uint32_t i = 1; i < finding->line && line; i++) {
        line = memchr(line, '\n', (size_t)(end - line));
        line = line ? line + 1 : NULL;
    }
    if (!line)
        return;
    const char *line_end = memchr(line, '\n', (size_t)(end - line));
    size_t n = (size_t)((line_end ? line_end : end) - line), column = finding->column - 1;
    size_t start = column > BEFORE ? column - BEFORE : 0;
    char raw[SHOWN + 1], shown[SHOWN + 8], lead[SHOWN + 8];
    while (start > 0 && start < n && ((unsigned char)line[start] & 0xc0) == 0x80)
        start--;
    size_t width = n > start ? n - start : 0;
    snprintf(raw, sizeof raw, "%.*s", (int)(width < SHOWN ? width : SHOWN), line + start);
    text_printable(shown, sizeof shown, raw);
    snprintf(raw, sizeof raw, "%.*s", (int)(column - start < SHOWN ? column - start : 0), line + start);
    text_printable(lead, sizeof lead, raw);
    printf("    %s\n    %*s^\n", shown, (int)text_width(lead), "");
}

void message_put_counts(struct buf *out, const size_t counts[3])
{
    static const char *const names[] = {[JPK_ERROR] = "error", [JPK_WARNING] = "warning", [JPK_INFO] = "note"};
    for (int severity = JPK_ERROR; severity >= JPK_INFO; severity--)
        buf_printf(out, "%s%zu %s%s", severity == JPK_ERROR ? "" : ", ", counts[severity], names[severity],
                   counts[severity] == 1 ? "" : "s");
}

void message_counts(const size_t counts[3])
{
    struct buf text = {0};
    message_put_counts(&text, counts);
    fputs(buf_text(&text), stdout);
    buf_free(&text);
}

void message_findings(const struct settings *settings, const char *input, struct jpk_archive *archive,
                      const struct jpk_finding *findings, size_t count)
{
    size_t counts[3] = {0};
    bool color = message_colors(settings), terminal = isatty(STDOUT_FILENO);
    struct source source = {.archive = jpk_tree_files(archive)};
    for (size_t i = 0; i < count; i++) {
        counts[findings[i].severity]++;
        if (findings[i].severity == JPK_INFO && !settings->verbose)
            continue;
        print_finding(&findings[i], input, color);
        if (terminal)
            print_source(&source, &findings[i]);
    }
    free(source.text);
    if (settings->quiet)
        return;
    message_text(input);
    printf(": ");
    message_counts(counts);
    puts(counts[JPK_INFO] && !settings->verbose ? " (-v shows notes)" : "");
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
        if (findings[i].severity >= least)
            return true;
    return false;
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
    int status = value ? json_dumpf(value, stdout, JSON_INDENT(2)) : -1;
    json_decref(value);
    if (status != 0)
        return message_memory();
    putchar('\n');
    return 0;
}
