/* Findings for programs, in the project's own form. */
#include "jpk/secret_text.h"
#include "tools/findings.h"

static void put_summary(struct jstream *json, const struct findings_summary *summary)
{
    jstream_open(json, "summary", '{');
    jstream_number(json, "files", summary->files);
    jstream_number(json, "checked", summary->checked);
    jstream_number(json, "errors", summary->counts[JPK_ERROR]);
    jstream_number(json, "warnings", summary->counts[JPK_WARNING]);
    jstream_number(json, "notes", summary->counts[JPK_INFO]);
    jstream_number(json, "baseline", summary->baseline);
    jstream_number(json, "exempted", summary->exempted);
    jstream_number(json, "notShown", summary->cut);
    jstream_close(json, '}');
}

void findings_json_unchecked(struct jstream *json, const struct findings_list *list)
{
    jstream_open(json, "notChecked", '[');
    for (size_t i = 0; i < list->file_count; i++) {
        if (!list->files[i].problem)
            continue;
        jstream_open(json, NULL, '{');
        jstream_text(json, "file", list->files[i].name);
        jstream_text(json, "message", list->files[i].problem);
        jstream_close(json, '}');
        findings_flush(json->out);
    }
    jstream_close(json, ']');
}

/* Opens the object of a finding. */
static void open_finding(struct jstream *json, const struct jpk_finding *finding)
{
    jstream_open(json, NULL, '{');
    if (finding->level == 0)
        jstream_text(json, "severity", jpk_severity_name(finding->severity));
    jstream_text(json, "rule", finding->rule);
    jstream_text(json, "file", finding->file);
    if (finding->line) {
        jstream_number(json, "line", finding->line);
        jstream_number(json, "column", finding->column);
    }
    bool pointer = finding->path && (*finding->path == '/' || *finding->path == '\0');
    jstream_text(json, pointer ? "pointer" : "path", finding->path);
    jstream_text(json, "message", finding->message);
    jstream_text(json, "hint", finding->hint);
    jstream_text(json, "schema", finding->schema);
    jstream_text(json, "entityId", finding->entity_id);
    jstream_text(json, "entityType", finding->entity_type);
    jstream_text(json, "entityName", finding->entity_name);
}

/* Closes what is open of a finding down to an explanation of `level`, whose object is closed too. */
static void close_to(struct jstream *json, uint32_t *open, uint32_t level)
{
    jstream_close(json, '}');
    for (; *open > level; --*open) {
        jstream_close(json, ']');
        jstream_close(json, '}');
    }
}

static void put_finding(struct jstream *json, const struct findings_item *item, size_t explanations)
{
    uint32_t open = 0; /* the level of the innermost object */
    open_finding(json, &item->finding);
    for (size_t i = 1; i <= explanations; i++) {
        const struct jpk_finding *why = &item[i].finding;
        if (why->level > open) {
            jstream_open(json, "details", '[');
            open++;
        } else {
            close_to(json, &open, why->level);
        }
        open_finding(json, why);
    }
    close_to(json, &open, 0);
}

void findings_json(const struct findings_report *report, struct buf *out)
{
    struct jstream json = {.out = out, .mask = secret_text_mask};
    struct findings_summary summary = findings_summarize(report, true, false);
    struct findings_walk walk = findings_walk_begin(report, true, false);
    jstream_report(&json);
    put_summary(&json, &summary);
    if (summary.checked < summary.files)
        findings_json_unchecked(&json, report->list);
    jstream_open(&json, "findings", '[');
    for (size_t i = 0; i < report->list->file_count; i++) {
        while (findings_walk_next(&walk, &report->list->files[i])) {
            put_finding(&json, walk.item, walk.explanations);
            findings_flush(out);
        }
    }
    jstream_close(&json, ']');
    jstream_close(&json, '}');
}
