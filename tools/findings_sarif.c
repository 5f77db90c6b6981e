/*
 * Findings in SARIF 2.1.0 (OASIS Standard, errata 01). Columns count characters there; where those are not known, the
 * line alone is given. Nothing says where a finding ends, for no check knows.
 */
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/jstream.h"
#include "base/map.h"
#include "jpk/secret_text.h"
#include "tools/findings.h"

static const char schema_uri[] =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
static const char root_id[] = "%SRCROOT%";

struct writer {
    struct jstream json;
    const struct findings_report *report;
    struct map rules; /* indices by id */
    struct buf uri, scratch;
    const char *file; /* whose URI is in `uri` */
    bool suppressions;
    bool failed;
};

static const char *level_name(enum jpk_severity severity)
{
    static const char *const names[] = {"note", "warning", "error"};
    return names[severity];
}

/* ------------------------------------------------------------------------------------------------------------- texts
 */

/* Braces are doubled, for they would be placeholders; what would be a link is taken apart. */
static void put_message(struct writer *w, const char *key, const char *text)
{
    struct buf *escaped = &w->scratch;
    buf_clear(escaped);
    while (*text) {
        size_t plain = strcspn(text, "{}]");
        buf_put(escaped, text, plain);
        text += plain;
        if (*text == '{' || *text == '}')
            buf_putc(escaped, *text);
        if (*text)
            buf_putc(escaped, *text++);
        if (*text == '(' && text[-1] == ']')
            buf_putc(escaped, ' ');
    }
    jstream_open(&w->json, key, '{');
    jstream_text(&w->json, "text", buf_text(escaped));
    jstream_close(&w->json, '}');
    w->failed = w->failed || escaped->failed;
}

static bool unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

/* A path as a URI: a relative reference without empty and `.` segments, or one of a file. */
static const char *uri_of(struct writer *w, const char *path)
{
    struct buf *uri = &w->uri;
    if (w->file && (w->file == path || strcmp(w->file, path) == 0))
        return buf_text(uri);
    struct buf masked = {0};
    buf_clear(uri);
    w->file = path;
    path = secret_text_shown(&masked, path);
    const char *separator = *path == '/' ? "file:///" : "";
    while (*path) {
        size_t n = strcspn(path, "/");
        if (n > 0 && !(n == 1 && *path == '.')) {
            buf_puts(uri, separator);
            separator = "/";
            for (size_t i = 0; i < n; i++)
                if (unreserved(path[i]))
                    buf_putc(uri, path[i]);
                else
                    buf_printf(uri, "%%%02X", (unsigned)(unsigned char)path[i]);
        }
        path += n;
        path += *path == '/';
    }
    if (uri->size == 0)
        buf_puts(uri, *w->file == '/' ? "file:///" : ".");
    w->failed = w->failed || uri->failed || masked.failed;
    buf_free(&masked);
    return buf_text(uri);
}

/* Does not depend on the line, so that what stands above a finding may change. */
static void put_fingerprint(struct writer *w, const struct jpk_finding *finding)
{
    const char *const parts[] = {finding->rule, uri_of(w, finding->file), finding->path ? finding->path : "",
                                 finding->entity_id ? finding->entity_id : "", finding->message};
    char hash[65];
    buf_clear(&w->scratch);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        buf_put(&w->scratch, parts[i], strlen(parts[i]) + 1);
    sha256_hex(buf_text(&w->scratch), w->scratch.size, hash);
    w->failed = w->failed || w->scratch.failed;
    jstream_open(&w->json, "partialFingerprints", '{');
    jstream_text(&w->json, "jpkFinding/v1", hash);
    jstream_close(&w->json, '}');
}

/* ------------------------------------------------------------------------------------------------------------ places
 */

/* The entry of a Jitterpak that a path names, behind the archive's own name; NULL: the path is that of a file. */
static const char *entry_of(const char *path)
{
    static const char ending[] = ".jpk/";
    for (const char *at = path; (at = strchr(at, '.')) != NULL; at++)
        if (strncasecmp(at, ending, strlen(ending)) == 0)
            return at + strlen(ending);
    return NULL;
}

/* Viewers can open a Jitterpak at most, but no place in it. */
static void put_physical(struct writer *w, const char *file, uint32_t line, uint32_t character)
{
    struct jstream *json = &w->json;
    const char *entry = entry_of(file);
    struct buf archive = {0};
    if (entry) {
        buf_put(&archive, file, (size_t)(entry - file) - 1);
        w->failed = w->failed || archive.failed;
        w->file = NULL; /* the text that it names is gone soon */
        line = 0;
    }
    jstream_open(json, "physicalLocation", '{');
    jstream_open(json, "artifactLocation", '{');
    jstream_text(json, "uri", uri_of(w, entry ? buf_text(&archive) : file));
    if (entry)
        w->file = NULL;
    buf_free(&archive);
    if (*file != '/')
        jstream_text(json, "uriBaseId", root_id);
    jstream_close(json, '}');
    if (line) {
        jstream_open(json, "region", '{');
        jstream_number(json, "startLine", line);
        if (character)
            jstream_number(json, "startColumn", character);
        jstream_close(json, '}');
    }
    jstream_close(json, '}');
}

static void put_qualified(struct writer *w, const char *name, const char *kind)
{
    if (!name || !*name)
        return;
    jstream_open(&w->json, NULL, '{');
    jstream_text(&w->json, "fullyQualifiedName", name);
    jstream_text(&w->json, "kind", kind);
    jstream_close(&w->json, '}');
}

/* The entry with its line, and the path in the document. */
static void put_logical(struct writer *w, const struct jpk_finding *finding)
{
    const char *entry = entry_of(finding->file);
    struct buf place = {0};
    if (!entry && (!finding->path || !*finding->path))
        return;
    if (entry)
        buf_puts(&place, entry);
    if (entry && finding->line)
        buf_printf(&place, ":%u:%u", finding->line, finding->column);
    w->failed = w->failed || place.failed;
    jstream_open(&w->json, "logicalLocations", '[');
    put_qualified(w, buf_text(&place), "resource");
    put_qualified(w, finding->path, NULL);
    jstream_close(&w->json, ']');
    buf_free(&place);
}

static void put_place(struct writer *w, const struct findings_item *item)
{
    put_physical(w, item->finding.file, item->finding.line, item->character);
    put_logical(w, &item->finding);
}

static void put_explanations(struct writer *w, const struct findings_item *item, size_t count)
{
    struct jstream *json = &w->json;
    struct buf text = {0};
    jstream_open(json, "relatedLocations", '[');
    for (size_t i = 1; i <= count; i++) {
        buf_clear(&text);
        buf_puts(&text, "because ");
        findings_put_message(&text, &item[i].finding);
        w->failed = w->failed || text.failed;
        jstream_open(json, NULL, '{');
        jstream_number(json, "id", i);
        put_message(w, "message", buf_text(&text));
        put_place(w, &item[i]);
        jstream_close(json, '}');
    }
    jstream_close(json, ']');
    buf_free(&text);
}

/* ----------------------------------------------------------------------------------------------------------- results
 */

/* All results of a run have this or none has: an empty one says that the result is not suppressed. */
static void put_suppressions(struct writer *w, const struct findings_item *item)
{
    static const char *const reasons[] = {
        [FINDINGS_BASELINE] = "known from the baseline", [FINDINGS_EXEMPTED] = "exempted by the configuration"};
    jstream_open(&w->json, "suppressions", '[');
    if (item->state != FINDINGS_NEW) {
        jstream_open(&w->json, NULL, '{');
        jstream_text(&w->json, "kind", "external");
        jstream_text(&w->json, "status", "accepted");
        jstream_text(&w->json, "justification", item->reason ? item->reason : reasons[item->state]);
        jstream_close(&w->json, '}');
    }
    jstream_close(&w->json, ']');
}

static void put_properties(struct writer *w, const struct jpk_finding *finding)
{
    if (!finding->schema && !finding->entity_id)
        return;
    jstream_open(&w->json, "properties", '{');
    jstream_text(&w->json, "schema", finding->schema);
    jstream_text(&w->json, "entityId", finding->entity_id);
    jstream_text(&w->json, "entityType", finding->entity_type);
    jstream_text(&w->json, "entityName", finding->entity_name);
    jstream_close(&w->json, '}');
}

static void put_result(struct writer *w, const struct findings_item *item, size_t explanations)
{
    struct jstream *json = &w->json;
    const struct jpk_finding *finding = &item->finding;
    uint32_t rule = map_get(&w->rules, finding->rule, strlen(finding->rule));
    struct buf message = {0};
    findings_put_message(&message, finding);
    if (entry_of(finding->file)) {
        buf_printf(&message, " (in %s", entry_of(finding->file));
        if (finding->line)
            buf_printf(&message, ":%u:%u", finding->line, finding->column);
        buf_putc(&message, ')');
    }
    jstream_open(json, NULL, '{');
    jstream_text(json, "ruleId", finding->rule);
    if (rule != MAP_NONE)
        jstream_number(json, "ruleIndex", rule);
    jstream_text(json, "level", level_name(finding->severity));
    put_message(w, "message", buf_text(&message));
    jstream_open(json, "locations", '[');
    jstream_open(json, NULL, '{');
    put_place(w, item);
    jstream_close(json, '}');
    jstream_close(json, ']');
    put_fingerprint(w, finding);
    if (explanations)
        put_explanations(w, item, explanations);
    if (w->suppressions)
        put_suppressions(w, item);
    put_properties(w, finding);
    jstream_close(json, '}');
    w->failed = w->failed || message.failed;
    buf_free(&message);
    findings_flush(json->out);
}

/* --------------------------------------------------------------------------------------------------------------- run
 */

static void put_rules(struct writer *w)
{
    struct jstream *json = &w->json;
    jstream_open(json, "rules", '[');
    for (size_t i = 0; i < w->report->rule_count; i++) {
        const struct findings_rule *rule = &w->report->rules[i];
        w->failed = !map_set(&w->rules, rule->id, strlen(rule->id), (uint32_t)i) || w->failed;
        jstream_open(json, NULL, '{');
        jstream_text(json, "id", rule->id);
        if (rule->summary)
            put_message(w, "shortDescription", rule->summary);
        if (rule->help)
            put_message(w, "help", rule->help);
        jstream_text(json, "helpUri", rule->help_uri);
        jstream_open(json, "defaultConfiguration", '{');
        jstream_text(json, "level", level_name(rule->severity));
        jstream_close(json, '}');
        jstream_close(json, '}');
    }
    jstream_close(json, ']');
}

static void put_tool(struct writer *w)
{
    jstream_open(&w->json, "tool", '{');
    jstream_open(&w->json, "driver", '{');
    jstream_text(&w->json, "name", "jpk");
    jstream_text(&w->json, "version", jpk_version());
    jstream_text(&w->json, "semanticVersion", jpk_version());
    put_rules(w);
    jstream_close(&w->json, '}');
    jstream_close(&w->json, '}');
}

static void put_notification(struct writer *w, const struct findings_file *file)
{
    jstream_open(&w->json, NULL, '{');
    jstream_text(&w->json, "level", "error");
    put_message(w, "message", file->problem);
    jstream_open(&w->json, "locations", '[');
    jstream_open(&w->json, NULL, '{');
    put_physical(w, file->name, 0, 0);
    jstream_close(&w->json, '}');
    jstream_close(&w->json, ']');
    jstream_close(&w->json, '}');
    findings_flush(w->json.out);
}

static void put_invocation(struct writer *w, const struct findings_summary *summary)
{
    struct jstream *json = &w->json;
    const struct findings_list *list = w->report->list;
    bool successful = summary->checked == summary->files;
    jstream_open(json, "invocations", '[');
    jstream_open(json, NULL, '{');
    jstream_bool(json, "executionSuccessful", successful);
    if (!successful) {
        jstream_open(json, "toolExecutionNotifications", '[');
        for (size_t i = 0; i < list->file_count; i++)
            if (list->files[i].problem)
                put_notification(w, &list->files[i]);
        jstream_close(json, ']');
    }
    jstream_close(json, '}');
    jstream_close(json, ']');
}

/* What the relative references are relative to, in words: where that is, is the reader's to know. */
static void put_root(struct writer *w)
{
    jstream_open(&w->json, "originalUriBaseIds", '{');
    jstream_open(&w->json, root_id, '{');
    put_message(w, "description", "The folder in which jpk was started.");
    jstream_close(&w->json, '}');
    jstream_close(&w->json, '}');
}

static void put_counts(struct writer *w, const struct findings_summary *summary)
{
    jstream_open(&w->json, "properties", '{');
    jstream_number(&w->json, "files", summary->files);
    jstream_number(&w->json, "checked", summary->checked);
    jstream_number(&w->json, "notShown", summary->cut);
    jstream_close(&w->json, '}');
}

void findings_sarif(const struct findings_report *report, struct buf *out)
{
    struct writer w = {.json = {.out = out, .mask = secret_text_mask}, .report = report};
    struct findings_summary summary = findings_summarize(report, true, true);
    struct findings_walk walk = findings_walk_begin(report, true, true);
    w.suppressions = summary.baseline + summary.exempted > 0;
    jstream_open(&w.json, NULL, '{');
    jstream_text(&w.json, "$schema", schema_uri);
    jstream_text(&w.json, "version", "2.1.0");
    jstream_open(&w.json, "runs", '[');
    jstream_open(&w.json, NULL, '{');
    put_tool(&w);
    put_invocation(&w, &summary);
    put_root(&w);
    jstream_text(&w.json, "columnKind", "unicodeCodePoints");
    put_counts(&w, &summary);
    jstream_open(&w.json, "results", '[');
    for (size_t i = 0; i < report->list->file_count; i++)
        while (findings_walk_next(&walk, &report->list->files[i]))
            put_result(&w, walk.item, walk.explanations);
    jstream_close(&w.json, ']');
    jstream_close(&w.json, '}');
    jstream_close(&w.json, ']');
    jstream_close(&w.json, '}');
    out->failed = out->failed || w.failed;
    map_free(&w.rules);
    buf_free(&w.uri);
    buf_free(&w.scratch);
}
