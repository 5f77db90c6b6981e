/* Projects and exports: what every one of them must stand, whatever its files hold. */
#include "jpk/flow.h"
#include "jpk/show.h"
#include "jpk/summary.h"
#include "tests/fuzz/fuzz.h"

bool fuzz_project_open(struct fuzz_project *p, const void *data, size_t size, unsigned flags)
{
    struct jpk_limits limits = fuzz_limits();
    struct jpk_error err = {0};
    *p = (struct fuzz_project){.archive = jpk_archive_open_memory(data, size, "t.jpk", &limits, &err)};
    p->project = p->archive ? jpk_project_load(p->archive, NULL, flags, &err) : NULL;
    p->graph = p->project ? jpk_graph_build(p->project, &err) : NULL;
    if (p->graph)
        return true;
    fuzz_error(&err, SIZE_MAX);
    fuzz_project_free(p);
    return false;
}

void fuzz_project_free(struct fuzz_project *p)
{
    jpk_graph_free(p->graph);
    jpk_project_free(p->project);
    jpk_archive_free(p->archive);
    *p = (struct fuzz_project){0};
}

/* ---------------------------------------------------------------------------------------------------------- reports */

/* Takes a report that may have failed only because something is missing or too large. */
static void take_report(struct jpk_report *report, const struct jpk_error *err)
{
    if (!report) {
        fuzz_error(err, SIZE_MAX);
        return;
    }
    for (size_t i = 0; i < report->section_count; i++) {
        const struct jpk_report_section *section = &report->sections[i];
        HOLDS(section->form == JPK_REPORT_BLOCK ? section->text != NULL : section->rows || section->row_count == 0,
              "a section without its content");
        for (size_t j = 0; j < section->row_count; j++)
            for (size_t k = 0; k < section->rows[j].cell_count; k++) {
                const struct jpk_report_cell *cell = &section->rows[j].cells[k];
                HOLDS(cell->kind == JPK_CELL_TEXT ? cell->text != NULL : true, "a cell without its text");
            }
    }
    jpk_report_free(report);
}

/* Words that are made with malloc. */
static void take(const char *what, char *words)
{
    fuzz_words(what, words);
    free(words);
}

static void take_summary(struct jpk_summary *summary, const struct jpk_error *err)
{
    HOLDS(summary, "no summary: %s", err->message);
    HOLDS(summary->secret_count ==
              summary->secret_variables + summary->secret_locations + summary->secret_mails + summary->secret_others,
          "%zu secrets", summary->secret_count);
    jpk_summary_free(summary);
}

static void take_flow(struct jpk_flow *flow, const struct jpk_error *err)
{
    struct jpk_error no = {0};
    size_t size;
    HOLDS(flow, "no flow: %s", err->message);
    for (size_t i = 0; i < flow->edge_count; i++)
        HOLDS(flow->edges[i].from < flow->node_count && flow->edges[i].to < flow->node_count, "an edge to nowhere");
    char *dot = jpk_flow_dot(flow, true, &size, &no);
    HOLDS(dot && size == strlen(dot), "no picture: %s", no.message);
    take("a picture", dot);
    char *mermaid = jpk_flow_mermaid(flow, &size, &no);
    HOLDS(mermaid && size == strlen(mermaid), "no picture: %s", no.message);
    take("a picture", mermaid);
    jpk_flow_free(flow);
}

/* --------------------------------------------------------------------------------------------------------- projects */

static void show_entity(const struct fuzz_project *p, const struct jpk_entity *entity)
{
    struct jpk_error err = {0};
    struct jpk_selection selection = {.entity = entity};
    struct jpk_report *report = jpk_show(p->project, p->graph, &selection, JPK_SHOW_RESOLVE, &err);
    HOLDS(report, "%s cannot be shown: %s", entity->file, err.message);
    take_report(report, &err);
    take("the path of an entity", jpk_entity_path(entity));
    take("the words of an entity", jpk_entity_words(entity));
    for (int target = 0; target < 2; target++) {
        struct jpk_error missing = {0};
        struct jpk_report *structure = jpk_show_structure(p->project, entity, target, 0, &missing);
        if (structure || missing.code != JPK_ERR_USAGE) /* which is said of what has no structures */
            take_report(structure, &missing);
    }
}

static void show_entities(const struct fuzz_project *p)
{
    for (size_t i = 0; i < p->project->entity_count; i++) {
        const struct jpk_entity *entity = p->project->entities[i];
        HOLDS(entity->index == i, "entity %zu has the index %u", i, entity->index);
        show_entity(p, entity);
    }
    for (size_t i = 0; i < p->graph->variable_count; i++) {
        const struct jpk_variable *variable = &p->graph->variables[i];
        struct jpk_selection selection = {.variable = variable};
        struct jpk_error err = {0};
        HOLDS(jpk_graph_variable(p->graph, variable->name) == variable, "[%s] is not found", variable->name);
        if (!variable->entity)
            take_report(jpk_show(p->project, p->graph, &selection, 0, &err), &err);
    }
    for (size_t i = 0; i < p->project->file_count; i++) {
        struct jpk_selection selection = {.file = &p->project->files[i]};
        struct jpk_error err = {0};
        take_report(jpk_show(p->project, p->graph, &selection, 0, &err), &err);
    }
}

static void check_references(const struct jpk_graph *graph)
{
    for (size_t i = 0; i < graph->reference_count; i++) {
        const struct jpk_reference *reference = &graph->references[i];
        bool there = reference->state == JPK_REF_RESOLVED || reference->state == JPK_REF_DELETED;
        HOLDS(reference->from && (!reference->to || there), "a reference to %s", reference->target);
        HOLDS(!there || reference->to || reference->kind == JPK_REF_FILE, "no reference to %s", reference->target);
    }
    for (size_t i = 0; i < graph->use_count; i++)
        HOLDS(graph->uses[i].variable < graph->variable_count, "a use of nothing");
}

/* Whether no entry is damaged, for such an archive is refused by whoever reads the entry. */
static bool readable(struct jpk_archive *archive)
{
    bool ok = true;
    for (size_t i = 0; ok && i < jpk_archive_count(archive); i++) {
        void *data = NULL;
        size_t size;
        ok = jpk_archive_read(archive, i, &data, &size, NULL);
        free(data);
    }
    return ok;
}

void fuzz_project_tell(const struct fuzz_project *p)
{
    struct jpk_error err = {0};
    struct jpk_findings *findings = jpk_check(p->project, p->graph, &err);
    if (!findings && !readable(p->archive)) {
        fuzz_error(&err, SIZE_MAX);
        return;
    }
    HOLDS(findings, "no check: %s", err.message);
    fuzz_findings(findings->items, findings->count, NULL);
    jpk_findings_free(findings);
    fuzz_findings(p->project->problems, p->project->problem_count, NULL);
    check_references(p->graph);
    take_summary(jpk_summary_make(p->project, p->graph, &err), &err);
    show_entities(p);
    const struct jpk_flow_options options[] = {
        {.scope = JPK_FLOW_PROJECT, .structures = true},
        {.scope = JPK_FLOW_OPERATIONS, .messages = true},
        {.scope = JPK_FLOW_AROUND, .around = p->project->entity_count ? p->project->entities[0] : NULL, .depth = 2}};
    for (size_t i = 0; i < (p->project->entity_count ? 3 : 2); i++)
        take_flow(jpk_flow_build(p->graph, &options[i], &err), &err);
}

/* ---------------------------------------------------------------------------------------------------------- exports */

static void check_cloud(const struct jpk_cloud *cloud)
{
    struct jpk_error err = {0};
    struct jpk_findings *findings = jpk_cloud_check(cloud, &err);
    HOLDS(findings, "no check: %s", err.message);
    fuzz_findings(findings->items, findings->count, jpk_cloud_check_rules());
    jpk_findings_free(findings);
    for (size_t i = 0; i < cloud->reference_count; i++)
        HOLDS(cloud->references[i].from, "a reference from nowhere");
    for (size_t i = 0; i < cloud->use_count; i++)
        HOLDS(cloud->uses[i].variable < cloud->variable_count, "a use of nothing");
}

void fuzz_cloud_tell(const struct jpk_cloud *cloud)
{
    struct jpk_error err = {0};
    size_t counted = 0;
    check_cloud(cloud);
    take_summary(jpk_cloud_summary_make(cloud, &err), &err);
    for (size_t i = 0; i < cloud->component_count; i++) {
        struct jpk_report *report = jpk_cloud_show(cloud, cloud->components[i], &err);
        HOLDS(report, "component %zu cannot be shown: %s", i, err.message);
        take_report(report, &err);
    }
    for (size_t i = 0; i < cloud->variable_count; i++) {
        struct jpk_report *report = jpk_cloud_show_variable(cloud, &cloud->variables[i], &err);
        HOLDS(report, "[%s] cannot be shown: %s", cloud->variables[i].name, err.message);
        take_report(report, &err);
    }
    for (size_t i = 0; i < JPK_CLOUD_KINDS; i++)
        counted += cloud->counts[i];
    HOLDS(counted == cloud->component_count, "%zu components of %zu are counted", counted, cloud->component_count);
    const struct jpk_flow_options options[] = {
        {.scope = JPK_FLOW_PROJECT, .structures = true},
        {.scope = JPK_FLOW_OPERATIONS, .messages = true},
        {.scope = JPK_FLOW_AROUND,
         .around_component = cloud->component_count ? cloud->components[0] : NULL,
         .depth = 2}};
    for (size_t i = 0; i < (cloud->component_count ? 3 : 2); i++)
        take_flow(jpk_flow_build_cloud(cloud, &options[i], &err), &err);
}
