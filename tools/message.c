#include "tools/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

int message_error(const struct jpk_error *err)
{
    if (err->file[0] || err->entry[0])
        fprintf(stderr, "%s%s%s", err->file, err->file[0] && err->entry[0] ? "/" : "", err->entry);
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

static bool colors(const struct settings *settings)
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

static void print_count(size_t n, const char *one, const char *many)
{
    printf("%zu %s", n, n == 1 ? one : many);
}

void message_findings(const struct settings *settings, const char *input, bool folder,
                      const struct jpk_finding *findings, size_t count)
{
    size_t counts[3] = {0};
    bool color = colors(settings);
    (void)folder;
    for (size_t i = 0; i < count; i++) {
        counts[findings[i].severity]++;
        if (findings[i].severity > JPK_INFO || settings->verbose)
            print_finding(&findings[i], input, color);
    }
    if (settings->quiet)
        return;
    message_text(input);
    printf(": ");
    print_count(counts[JPK_ERROR], "error", "errors");
    printf(", ");
    print_count(counts[JPK_WARNING], "warning", "warnings");
    printf(", ");
    print_count(counts[JPK_INFO], "note", "notes");
    puts(counts[JPK_INFO] && !settings->verbose ? " (-v shows notes)" : "");
}

bool message_fails(const struct settings *settings, const struct jpk_finding *findings, size_t count)
{
    const char *level = settings->fail_level ? settings->fail_level : "error";
    if (strcmp(level, "never") == 0)
        return false;
    enum jpk_severity least =
        strcmp(level, "info") == 0 ? JPK_INFO : strcmp(level, "warning") == 0 ? JPK_WARNING : JPK_ERROR;
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
