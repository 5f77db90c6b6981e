/* What points at an item, and what a script points at. */
#include <stdlib.h>
#include <string.h>

#include "jpk/show_parts.h"
#include "jpk/show_places.h"
#include "jpk/show_settings.h"

/* What the item is to the one that refers to it. */
static const char *purpose(struct report *report, const struct jpk_reference *r)
{
    static const char *const words[] = {
        [JPK_REF_SUCCESS] = "on success",
        [JPK_REF_FAILURE] = "on failure",
        [JPK_REF_SCHEDULE] = "schedule",
        [JPK_REF_ENDPOINT] = "endpoint",
        [JPK_REF_STRUCTURE] = "structure of a side",
    };
    switch (r->kind) {
    case JPK_REF_ACTIVITY:
        return report_printf(report, "step (%s)", *r->where ? r->where : "without a role");
    case JPK_REF_SCRIPT:
        return r->function ? r->function : "named";
    case JPK_REF_MESSAGE:
    case JPK_REF_PROPERTY:
    case JPK_REF_FILE:
        return setting_label(r->from, r->where);
    default:
        return words[r->kind];
    }
}

static const char *const kind_names[] = {
    [JPK_REF_ACTIVITY] = "activity",   [JPK_REF_SUCCESS] = "success",   [JPK_REF_FAILURE] = "failure",
    [JPK_REF_MESSAGE] = "message",     [JPK_REF_SCHEDULE] = "schedule", [JPK_REF_ENDPOINT] = "endpoint",
    [JPK_REF_STRUCTURE] = "structure", [JPK_REF_FILE] = "file",         [JPK_REF_PROPERTY] = "property",
    [JPK_REF_SCRIPT] = "script",
};

static const char *side_of(const struct jpk_reference *r)
{
    const struct jpk_transformation *t = r->from->type == JPK_TYPE_TRANSFORMATION ? r->from->as.transformation : NULL;
    if (r->kind != JPK_REF_STRUCTURE || !t)
        return NULL;
    return r->offset == t->target.offset ? "target structure" : "source structure";
}

/* Cells that both directions share: what for, and where. */
static void reference_cells(struct report *report, struct place_counter *counter, const struct place *place)
{
    const struct jpk_reference *r = place->what;
    const char *side = side_of(r), *words = side ? side : purpose(report, r);
    if (r->in_comment)
        words = report_printf(report, "%s, in a comment", words);
    report_text(report, NULL, "as", words);
    report_text(report, "kind", NULL, kind_names[r->kind]);
    if (r->function)
        report_text(report, "function", NULL, r->function);
    if (r->kind == JPK_REF_SCRIPT) {
        place_cells(report, counter, place, "place");
        return;
    }
    report_text(report, "where", NULL, r->where);
}

static struct place *sorted_places(struct report *report, const struct jpk_reference *const *references, size_t count)
{
    struct place *places = calloc(count ? count : 1, sizeof *places);
    if (!places) {
        report->failed = true;
        return NULL;
    }
    places_of_references(places, references, count);
    places_sort(places, count);
    return places;
}

void show_users(struct report *report, const struct jpk_entity *entity)
{
    size_t count;
    const struct jpk_reference *const *references = jpk_graph_to(report->graph, entity, &count);
    struct place *places = sorted_places(report, references, count);
    struct place_counter counter = {0};
    report_section(report, JPK_REPORT_TABLE, "usedBy", "used by",
                   entity->type == JPK_TYPE_PROJECT_VARIABLE ? NULL : "nothing"); /* its uses say it */
    for (size_t i = 0; places && i < count && !report->failed; i++) {
        report_row(report, NULL, NULL);
        report_entity(report, "item", "item", places[i].from);
        reference_cells(report, &counter, &places[i]);
    }
    free(places);
}

/* An item that a script names. One that is not there has no kind: its id is all that is known. */
static void target_cell(struct report *report, const struct jpk_reference *r)
{
    if (r->to)
        report_entity(report, "item", "item", r->to);
    else
        report_text(report, "missing", "item", report_printf(report, "not in the project (%s)", r->target));
}

void show_references(struct report *report, const struct jpk_entity *entity)
{
    size_t count, kept = 0;
    const struct jpk_reference *all = jpk_graph_from(report->graph, entity, &count);
    const struct jpk_reference **chosen = calloc(count ? count : 1, sizeof *chosen);
    for (size_t i = 0; chosen && i < count; i++)
        if (all[i].kind == JPK_REF_SCRIPT)
            chosen[kept++] = &all[i];
    struct place *places = chosen ? sorted_places(report, chosen, kept) : NULL;
    struct place_counter counter = {0};
    report_section(report, JPK_REPORT_TABLE, "refersTo", "refers to", NULL);
    for (size_t i = 0; places && i < kept && !report->failed; i++) {
        report_row(report, NULL, NULL);
        target_cell(report, places[i].what);
        reference_cells(report, &counter, &places[i]);
    }
    report->failed = report->failed || !places;
    free(places);
    free(chosen);
}
