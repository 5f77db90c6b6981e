/* Reports of items: what every item has, and which parts each kind adds. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"
#include "jpk/show_parts.h"
#include "jpk/show_settings.h"
#include "jpk/tree_view.h"

static const char *state_words(const struct jpk_entity *entity)
{
    if (entity->deleted)
        return "deleted: Design Studio shows it no more";
    if (entity->unread)
        return "its file is missing or cannot be read: only what project.xml says is known";
    return entity->in_tree ? NULL : "not in the project's tree";
}

static void show_header(struct report *report, const struct jpk_entity *entity)
{
    report_section(report, JPK_REPORT_FACTS, NULL, NULL, NULL);
    report_row(report, "item", report_path(report, entity));
    report_text(report, "path", NULL, report_path(report, entity));
    report_text(report, "type", NULL, entity->type_name);
    report_text(report, "name", NULL, entity->name);
    report_fact(report, "id", "id", entity->id);
    if (entity->file)
        report_fact(report, "file", "file", tree_file_of_entry(report->project->archive, entity->file));
    report_fact(report, "description", "description", entity->description);
    const char *state = state_words(entity);
    if (state)
        report_row(report, "state", state);
    else
        report_row(report, NULL, NULL);
    report_flag(report, "deleted", entity->deleted);
    report_flag(report, "inTree", entity->in_tree);
    report_flag(report, "unread", entity->unread);
}

/* -------------------------------------------------------------------------------------------- schedules, formats */

static void show_schedule(struct report *report, const struct jpk_entity *entity)
{
    const struct jpk_schedule *s = entity->as.schedule;
    static const char *const units[] = {[JPK_DAILY] = "day", [JPK_WEEKLY] = "week", [JPK_MONTHLY] = "month"};
    report_fact(report, "runs", "runs", report_take(report, jpk_schedule_words(s)));
    report_text(report, "unit", NULL, units[s->unit]);
    report_number(report, "every", NULL, s->every);
    report_flag(report, "once", s->once);
    report_text(report, "timeZone", NULL, s->time_zone ? s->time_zone : "");
}

static const char *delimiter_words(struct report *report, const char *delimiter)
{
    if (strcmp(delimiter, ",") == 0)
        return "comma";
    if (strcmp(delimiter, "\\t") == 0 || strcmp(delimiter, "\t") == 0)
        return "tab";
    if (!*delimiter)
        return "none";
    return strcmp(delimiter, ";") == 0 ? "semicolon" : report_keep(report, delimiter);
}

static void field_rows(struct report *report, const struct jpk_segment *segment, bool named)
{
    for (size_t i = 0; i < segment->field_count && !report->failed; i++) {
        const struct jpk_field *field = &segment->fields[i];
        report_row(report, NULL, NULL);
        if (named)
            report_text(report, "segment", "segment", segment->name);
        report_text(report, "name", "field", field->name);
        report_text(report, "type", "type", field->type);
        report_text(report, NULL, "required", field->required ? "required" : "");
        report_flag(report, "required", field->required);
        report_text(report, "format", *field->format ? "format" : NULL, field->format);
        report_text(report, "defaultValue", *field->default_value ? "default" : NULL, field->default_value);
    }
}

static void show_document(struct report *report, const struct jpk_entity *entity)
{
    const struct jpk_document *document = entity->as.document;
    report_row(report, "format", document->fixed ? "fixed widths" : "delimited text");
    report_flag(report, "fixed", document->fixed);
    report_row(report, "delimiter", delimiter_words(report, document->delimiter));
    report_text(report, "delimiter", NULL, document->delimiter);
    report_row(report, "qualifier", *document->qualifier ? document->qualifier : "none");
    report_text(report, "qualifier", NULL, document->qualifier);
    bool several = document->segment_count > 1;
    if (several) {
        report_section(report, JPK_REPORT_TABLE, "segments", "segments", NULL);
        for (size_t i = 0; i < document->segment_count && !report->failed; i++) {
            report_row(report, NULL, NULL);
            report_text(report, "name", "segment", document->segments[i].name);
            report_text(report, "parent", "below", document->segments[i].parent);
            report_text(report, "occurrence", "occurs", document->segments[i].occurrence);
        }
    }
    report_section(report, JPK_REPORT_TABLE, "fields", "fields", "none");
    for (size_t i = 0; i < document->segment_count; i++)
        field_rows(report, &document->segments[i], several);
}

/* -------------------------------------------------------------------------------------------------------- others */

static void show_query(struct report *report, const struct jpk_entity *entity)
{
    struct buf query = {0};
    if (!entity->as.function || !entity->as.function->query || !*entity->as.function->query)
        return;
    mask_secrets(&query, entity->as.function->query);
    report_block(report, "query", "query", report_keep(report, query.failed ? NULL : buf_text(&query)));
    buf_free(&query);
}

static void show_project_variable(struct report *report, const struct jpk_entity *entity)
{
    const struct jpk_variable *variable = jpk_graph_variable(report->graph, entity->name);
    /* Of two entities with one name the graph knows the first: the other has no uses of its own. */
    struct jpk_variable alone = {.name = entity->name, .entity = entity};
    show_variable(report, variable && variable->entity == entity ? variable : &alone);
}

static void show_details(struct report *report, const struct jpk_entity *entity)
{
    switch (entity->type) {
    case JPK_TYPE_OPERATION:
        show_operation(report, entity);
        break;
    case JPK_TYPE_TRANSFORMATION:
        show_transformation(report, entity);
        break;
    case JPK_TYPE_SCHEDULE:
        show_schedule(report, entity);
        return; /* all of its settings are in these words */
    case JPK_TYPE_DOCUMENT:
        show_document(report, entity);
        break;
    case JPK_TYPE_PROJECT_VARIABLE:
        show_project_variable(report, entity);
        break;
    case JPK_TYPE_SCRIPT:
    case JPK_TYPE_SOURCE:
    case JPK_TYPE_TARGET:
        break;
    default:
        show_query(report, entity);
        break;
    }
    show_settings(report, entity);
}

static void show_entity(struct report *report, const struct jpk_entity *entity)
{
    show_header(report, entity);
    if (!entity->unread)
        show_details(report, entity);
    if (entity->type == JPK_TYPE_SCRIPT || entity->type == JPK_TYPE_TRANSFORMATION)
        show_references(report, entity);
    show_users(report, entity);
    if (entity->type == JPK_TYPE_SCRIPT && !entity->unread)
        report_block(report, "script", NULL, report_script(report, entity->as.script->text));
}

static void show_file(struct report *report, const struct jpk_file *file)
{
    report_section(report, JPK_REPORT_FACTS, NULL, NULL, NULL);
    report_fact(report, "file", "file", report_printf(report, "files/%s", file->name));
    report_fact(report, "kind", "kind", file->kind);
    report_fact(report, "namespace", "namespace", file->namespace_);
    report_fact(report, "roots", "roots", file->roots);
    report_row(report, "state",
               file->entry == SIZE_MAX ? "missing: only .metadata lists it"
               : file->listed          ? "there and listed"
                                       : "not listed in .metadata");
    report_flag(report, "present", file->entry != SIZE_MAX);
    report_flag(report, "listed", file->listed);
    report_section(report, JPK_REPORT_TABLE, "usedBy", "used by", "nothing");
    const struct jpk_graph *graph = report->graph;
    for (size_t i = 0; i < graph->reference_count && !report->failed; i++) {
        const struct jpk_reference *r = &graph->references[i];
        if (r->kind != JPK_REF_FILE || strcmp(r->target, file->name) != 0)
            continue;
        report_row(report, NULL, NULL);
        report_entity(report, "item", "item", r->from);
        report_text(report, NULL, "as", setting_label(r->from, r->where));
        report_text(report, "where", NULL, r->where);
    }
}

struct jpk_report *jpk_show(const struct jpk_project *project, const struct jpk_graph *graph,
                            const struct jpk_selection *selection, unsigned flags, struct jpk_error *err)
{
    struct report *report = report_new(project, graph);
    if (!report)
        return report_finish(report, err);
    report->flags = flags;
    if (selection->entity) {
        show_entity(report, selection->entity);
    } else if (selection->variable) {
        report_section(report, JPK_REPORT_FACTS, NULL, NULL, NULL);
        show_variable(report, selection->variable);
    } else {
        show_file(report, selection->file);
    }
    return report_finish(report, err);
}
