#include "migrate/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/jstream.h"
#include "migrate/paths.h"
#include "migrate/work.h"

const char *journal_status_name(enum journal_status status)
{
    static const char *const names[JOURNAL_STATUSES] = {"complete", "partial", "failed"};
    return names[status];
}

/* ------------------------------------------------------------------------------------------------------- writing */

static void put_texts(struct jstream *s, const char *key, const char *const *texts, size_t count)
{
    jstream_open(s, key, '[');
    for (size_t i = 0; i < count; i++)
        jstream_text(s, NULL, texts[i]);
    jstream_close(s, ']');
}

static void put_error(struct jstream *s, const struct jpk_error *error)
{
    if (error->code == JPK_OK)
        return;
    jstream_open(s, "error", '{');
    jstream_text(s, "code", jpk_code_name(error->code));
    jstream_text(s, "entry", *error->entry ? error->entry : NULL);
    if (error->line) {
        jstream_number(s, "line", error->line);
        jstream_number(s, "column", error->column);
    }
    jstream_text(s, "message", error->message);
    jstream_close(s, '}');
}

static void put_outputs(struct jstream *s, const struct journal_record *record)
{
    jstream_open(s, "outputs", '[');
    for (size_t i = 0; i < record->output_count; i++) {
        jstream_open(s, NULL, '{');
        jstream_text(s, "path", record->outputs[i].path);
        jstream_number(s, "size", record->outputs[i].size);
        jstream_text(s, "sha256", record->outputs[i].sha256);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

static void put_todo(struct jstream *s, const struct journal_record *record)
{
    jstream_open(s, "todo", '[');
    for (size_t i = 0; i < record->todo_count; i++) {
        const struct journal_todo *todo = &record->todo[i];
        jstream_open(s, NULL, '{');
        jstream_text(s, "rule", todo->rule);
        jstream_text(s, "severity", jpk_severity_name(todo->severity));
        jstream_text(s, "text", todo->text);
        jstream_text(s, "advice", todo->advice);
        jstream_text(s, "effort", todo->effort);
        jstream_number(s, "tasks", todo->tasks);
        jstream_number(s, "minutes", todo->minutes);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

void journal_put_left_out(struct jstream *s, const char *key, const struct journal_left_out *list, size_t count)
{
    if (count == 0)
        return;
    jstream_open(s, key, '[');
    for (size_t i = 0; i < count; i++) {
        jstream_open(s, NULL, '{');
        jstream_text(s, "what", list[i].what);
        jstream_text(s, "item", list[i].item);
        jstream_text(s, "key", list[i].key);
        jstream_text(s, "note", list[i].note);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

static void put_figures(struct jstream *s, const struct journal_record *record)
{
    jstream_number(s, "minutes", record->minutes);
    jstream_open(s, "items", '{');
    jstream_number(s, "total", record->items);
    for (int i = 0; i < JPK_CONVERT_RESULTS; i++)
        jstream_number(s, jpk_convert_result_name((enum jpk_convert_result)i), record->results[i]);
    jstream_close(s, '}');
    jstream_number(s, "scriptLines", record->script_lines);
    jstream_number(s, "scriptLinesKept", record->script_lines_kept);
    jstream_number(s, "secrets", record->secrets);
    jstream_number(s, "schedules", record->schedules);
    jstream_text(s, "agent", *record->agent ? record->agent : NULL);
    jstream_bool(s, "cloudAgent", record->cloud_agent);
    put_texts(s, "connectors", record->connectors, record->connector_count);
    put_texts(s, "installs", record->installs, record->install_count);
}

void journal_write(struct buf *out, const struct journal_record *record)
{
    struct jstream stream = {.out = out}, *s = &stream;
    jstream_open(s, NULL, '{');
    jstream_number(s, "journalFormat", 1);
    jstream_text(s, "id", record->id);
    jstream_text(s, "key", record->key);
    jstream_text(s, "status", journal_status_name(record->status));
    put_error(s, &record->error);
    put_outputs(s, record);
    if (record->status != JOURNAL_FAILED) {
        put_todo(s, record);
        put_figures(s, record);
        journal_put_left_out(s, "leftOut", record->left_out, record->left_out_count);
        journal_put_left_out(s, "kept", record->kept, record->kept_count);
    }
    jstream_close(s, '}');
}

/* ------------------------------------------------------------------------------------------------------- reading */

/* What is not as it should be makes the whole record none. */
struct reader {
    const struct jdoc *doc;
    struct arena *arena;
    bool bad, failed; /* no record; no memory */
};

static uint32_t find(struct reader *r, uint32_t object, const char *key, enum jdoc_type type)
{
    uint32_t node = object == JDOC_NONE ? JDOC_NONE : jdoc_member(r->doc, object, key);
    if (node == JDOC_NONE)
        return node;
    if (jdoc_is(r->doc, node, type))
        return node;
    r->bad = true;
    return JDOC_NONE;
}

static uint32_t need(struct reader *r, uint32_t object, const char *key, enum jdoc_type type)
{
    uint32_t node = find(r, object, key, type);
    r->bad = r->bad || node == JDOC_NONE;
    return node;
}

static const char *text_at(struct reader *r, uint32_t node)
{
    const char *copy = node == JDOC_NONE || !jdoc_is(r->doc, node, JDOC_STRING)
                           ? NULL
                           : arena_strndup(r->arena, jdoc_string(r->doc, node), jdoc_string_size(r->doc, node));
    r->failed = r->failed || (!copy && node != JDOC_NONE && jdoc_is(r->doc, node, JDOC_STRING));
    r->bad = r->bad || !copy;
    return copy ? copy : "";
}

static const char *read_text(struct reader *r, uint32_t object, const char *key)
{
    return text_at(r, need(r, object, key, JDOC_STRING));
}

static const char *read_optional(struct reader *r, uint32_t object, const char *key)
{
    uint32_t node = find(r, object, key, JDOC_STRING);
    return node == JDOC_NONE ? NULL : text_at(r, node);
}

static uint64_t read_number(struct reader *r, uint32_t object, const char *key)
{
    uint32_t node = need(r, object, key, JDOC_NUMBER);
    if (node == JDOC_NONE)
        return 0;
    const char *digits = jdoc_number(r->doc, node);
    size_t n = r->doc->nodes[node].count;
    errno = 0;
    uint64_t value = strtoull(digits, NULL, 10);
    r->bad = r->bad || strspn(digits, "0123456789") != n || errno == ERANGE;
    return value;
}

static bool read_bool(struct reader *r, uint32_t object, const char *key)
{
    uint32_t node = jdoc_member(r->doc, object, key);
    bool yes = node != JDOC_NONE && jdoc_is(r->doc, node, JDOC_TRUE);
    r->bad = r->bad || (!yes && (node == JDOC_NONE || !jdoc_is(r->doc, node, JDOC_FALSE)));
    return yes;
}

/* Room for the elements of an array; *at is the first of them. */
static void *begin_list(struct reader *r, uint32_t object, const char *key, bool optional, size_t size, uint32_t *list)
{
    *list = optional ? find(r, object, key, JDOC_ARRAY) : need(r, object, key, JDOC_ARRAY);
    void *items = *list == JDOC_NONE ? NULL : arena_calloc(r->arena, r->doc->nodes[*list].count + 1, size);
    r->bad = r->bad || (*list != JDOC_NONE && !items);
    return items;
}

/* Whether there is another element of the list, and it is an object when it must be one. */
static bool next(struct reader *r, uint32_t list, uint32_t *at, bool objects)
{
    if (r->bad || list == JDOC_NONE)
        return false;
    *at = *at == JDOC_NONE ? list + 1 : jdoc_next(r->doc, *at);
    if (*at >= jdoc_next(r->doc, list))
        return false;
    r->bad = objects && !jdoc_is(r->doc, *at, JDOC_OBJECT);
    return !r->bad;
}

static const char *const *read_texts(struct reader *r, uint32_t object, const char *key, size_t *count)
{
    uint32_t list, at = JDOC_NONE;
    const char **texts = begin_list(r, object, key, false, sizeof *texts, &list);
    while (texts && next(r, list, &at, false))
        texts[(*count)++] = text_at(r, at);
    return texts;
}

/* As plans have them. */
static bool is_id(const char *id)
{
    enum { ID_BYTES = 200 };
    size_t n = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return !id[n] && n > 0 && n <= ID_BYTES && !strchr("._-", id[0]);
}

static bool is_sum(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* Whoever takes results away goes by this. */
static void read_output(struct reader *r, uint32_t object, struct journal_output *output)
{
    *output = (struct journal_output){.path = read_text(r, object, "path"),
                                      .size = read_number(r, object, "size"),
                                      .sha256 = read_text(r, object, "sha256")};
    r->bad = r->bad || !paths_is_result(output->path) || !is_sum(output->sha256);
}

static void read_outputs(struct reader *r, struct journal_record *record)
{
    uint32_t list, at = JDOC_NONE;
    struct journal_output *outputs = begin_list(r, 0, "outputs", false, sizeof *outputs, &list);
    while (outputs && next(r, list, &at, true))
        read_output(r, at, &outputs[record->output_count++]);
    record->outputs = outputs;
}

static enum jpk_severity read_severity(struct reader *r, uint32_t object)
{
    const char *name = read_text(r, object, "severity");
    enum jpk_severity severity = JPK_INFO;
    while (severity < JPK_ERROR && strcmp(jpk_severity_name(severity), name) != 0)
        severity++;
    r->bad = r->bad || strcmp(jpk_severity_name(severity), name) != 0;
    return severity;
}

static enum journal_status read_status(struct reader *r)
{
    const char *name = read_text(r, 0, "status");
    enum journal_status status = JOURNAL_COMPLETE;
    while (status < JOURNAL_FAILED && strcmp(journal_status_name(status), name) != 0)
        status++;
    r->bad = r->bad || strcmp(journal_status_name(status), name) != 0;
    return status;
}

static void read_todo(struct reader *r, struct journal_record *record)
{
    uint32_t list, at = JDOC_NONE;
    struct journal_todo *todo = begin_list(r, 0, "todo", false, sizeof *todo, &list);
    while (todo && next(r, list, &at, true))
        todo[record->todo_count++] = (struct journal_todo){.rule = read_text(r, at, "rule"),
                                                           .text = read_text(r, at, "text"),
                                                           .advice = read_text(r, at, "advice"),
                                                           .effort = read_text(r, at, "effort"),
                                                           .severity = read_severity(r, at),
                                                           .tasks = read_number(r, at, "tasks"),
                                                           .minutes = read_number(r, at, "minutes")};
    record->todo = todo;
}

static const char *read_what(struct reader *r, uint32_t object)
{
    const char *name = read_text(r, object, "what");
    size_t i = 0;
    while (work_without_names[i].name && strcmp(work_without_names[i].name, name) != 0)
        i++;
    r->bad = r->bad || !work_without_names[i].name;
    return name;
}

static const struct journal_left_out *read_left_out(struct reader *r, const char *key, size_t *count)
{
    uint32_t list, at = JDOC_NONE;
    struct journal_left_out *items = begin_list(r, 0, key, true, sizeof *items, &list);
    while (items && next(r, list, &at, true))
        items[(*count)++] = (struct journal_left_out){.what = read_what(r, at),
                                                      .item = read_text(r, at, "item"),
                                                      .key = read_optional(r, at, "key"),
                                                      .note = read_optional(r, at, "note")};
    return items;
}

static void read_figures(struct reader *r, struct journal_record *record)
{
    uint32_t items = need(r, 0, "items", JDOC_OBJECT);
    record->minutes = read_number(r, 0, "minutes");
    record->items = read_number(r, items, "total");
    for (int i = 0; i < JPK_CONVERT_RESULTS; i++)
        record->results[i] = read_number(r, items, jpk_convert_result_name((enum jpk_convert_result)i));
    record->script_lines = read_number(r, 0, "scriptLines");
    record->script_lines_kept = read_number(r, 0, "scriptLinesKept");
    record->secrets = read_number(r, 0, "secrets");
    record->schedules = read_number(r, 0, "schedules");
    const char *agent = read_optional(r, 0, "agent");
    record->agent = agent ? agent : "";
    record->cloud_agent = read_bool(r, 0, "cloudAgent");
    record->connectors = read_texts(r, 0, "connectors", &record->connector_count);
    record->installs = read_texts(r, 0, "installs", &record->install_count);
}

static void read_error(struct reader *r, struct journal_record *record)
{
    uint32_t error = find(r, 0, "error", JDOC_OBJECT);
    if (error == JDOC_NONE)
        return;
    const char *name = read_text(r, error, "code"), *entry = read_optional(r, error, "entry");
    enum jpk_code code = error_code(name);
    r->bad = r->bad || code == JPK_OK;
    error_set(&record->error, code, "%s", read_text(r, error, "message"));
    r->bad = r->bad || !*record->error.message;
    if (entry)
        error_entry(&record->error, entry);
    if (jdoc_member(r->doc, error, "line") == JDOC_NONE)
        return;
    uint64_t line = read_number(r, error, "line"), column = read_number(r, error, "column");
    r->bad = r->bad || line > UINT32_MAX || column > UINT32_MAX || (line == 0) != (column == 0);
    error_position(&record->error, (uint32_t)line, (uint32_t)column);
}

static void read_record(struct reader *r, struct journal_record *record)
{
    if (!jdoc_is(r->doc, 0, JDOC_OBJECT) || read_number(r, 0, "journalFormat") != 1) {
        r->bad = true;
        return;
    }
    record->id = read_text(r, 0, "id");
    r->bad = r->bad || !is_id(record->id);
    record->key = read_text(r, 0, "key");
    record->agent = "";
    record->status = read_status(r);
    read_outputs(r, record);
    read_error(r, record);
    r->bad = r->bad || (record->error.code != JPK_OK) != (record->status == JOURNAL_FAILED);
    if (record->status == JOURNAL_FAILED)
        return;
    read_todo(r, record);
    read_figures(r, record);
    record->left_out = read_left_out(r, "leftOut", &record->left_out_count);
    record->kept = read_left_out(r, "kept", &record->kept_count);
}

bool journal_read(struct journal_record *record, const char *path, struct arena *arena, struct jpk_error *err)
{
    struct buf text = {0};
    struct jdoc doc = {0};
    const struct jdoc_options strict = {.reject_duplicates = true, .reject_nul = true};
    *record = (struct journal_record){0};
    bool ok = file_read(path, UINT64_C(256) << 20, "the limit of records", &text, err) &&
              jdoc_parse(&doc, buf_text(&text), text.size, &strict, err);
    if (ok) {
        struct reader reader = {.doc = &doc, .arena = arena};
        read_record(&reader, record);
        ok = reader.failed ? error_memory(err) : !reader.bad || error_set(err, JPK_ERR_FORMAT, "is no record of a run");
    }
    if (!ok)
        error_file(err, path);
    jdoc_free(&doc);
    buf_free(&text);
    return ok;
}

bool journal_find(struct journal_record *record, const char *path, struct arena *arena, bool *there,
                  struct jpk_error *err)
{
    struct jpk_error problem = {0};
    *there = journal_read(record, path, arena, &problem);
    bool missing = problem.code == JPK_ERR_READ && file_look(path, true, NULL) == FILE_NONE;
    if (missing || (problem.code != JPK_ERR_READ && problem.code != JPK_ERR_MEMORY))
        return true;
    error_pass(err, &problem, path);
    return false;
}
