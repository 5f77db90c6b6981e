/*
 * A program outside of the project, built against the installed library: one thing of each header, of a Jitterpak that
 * is read from memory.
 */
#include <jpk/base.h>
#include <jpk/cloud.h>
#include <jpk/cloud_tree.h>
#include <jpk/convert.h>
#include <jpk/diff.h>
#include <jpk/find.h>
#include <jpk/flow.h>
#include <jpk/jpk.h>
#include <jpk/merge.h>
#include <jpk/recipe.h>
#include <jpk/retarget.h>
#include <jpk/scan.h>
#include <jpk/schema.h>
#include <jpk/show.h>
#include <jpk/structure.h>
#include <jpk/summary.h>
#include <jpk/tree.h>
#include <jpk/validate.h>
#include <stdio.h>
#include <stdlib.h>

static struct jpk_error err;

/* What is there, or the end. */
static void *need(void *value, const char *what)
{
    if (value)
        return value;
    fprintf(stderr, "%s: %s\n", what, err.message);
    exit(1);
}

/* recipe.h, validate.h, schema.h */
static void make_recipe(const void *data, size_t n)
{
    struct jpk_recipe_options options = {.file = "upload.jpk"};
    struct jpk_recipe *recipe = need(jpk_recipe_from_memory(data, n, NULL, &options, &err), "recipe");
    struct jpk_recipe_input input = {.file = "upload-recipe.json"};
    input.text = jpk_recipe_metadata(recipe, &input.size);
    struct jpk_findings *findings = need(jpk_recipe_validate(&input, NULL, &err), "validate");
    struct jpk_schema *schema = need(jpk_schema_compile_uri("urn:jpk:schema:recipe-1", NULL, &err), "schema");
    struct jpk_validation *validation = need(jpk_validate(schema, input.text, input.size, NULL, &err), "schema");
    json_t *output = need(jpk_validation_output(validation, JPK_OUTPUT_FLAG), "output");
    bool valid = json_is_true(json_object_get(output, "valid"));
    printf("recipe %s: %zu bytes, %zu findings, %s\n", jpk_recipe_file_stem(recipe), input.size, findings->count,
           valid ? "valid" : "not valid");
    json_decref(output);
    jpk_validation_free(validation);
    jpk_schema_free(schema);
    jpk_findings_free(findings);
    jpk_recipe_free(recipe);
}

/* show.h, flow.h, summary.h, structure.h, tree.h, diff.h */
static void describe(const struct jpk_project *project, const struct jpk_graph *graph)
{
    struct jpk_summary *summary = need(jpk_summary_make(project, graph, &err), "summary");
    printf("%s: %zu items\n", jpk_project_form(project), summary->items);
    jpk_summary_free(summary);

    struct jpk_selection selection = {0};
    if (!jpk_show_select(project, graph, "Every 15 minutes", NULL, &selection, &err))
        need(NULL, "select");
    struct jpk_report *report = need(jpk_show(project, graph, &selection, 0, &err), "show");
    printf("%zu sections\n", report->section_count);
    jpk_report_free(report);

    struct jpk_flow_options options = {.scope = JPK_FLOW_OPERATIONS};
    struct jpk_flow *flow = need(jpk_flow_build(graph, &options, &err), "flow");
    printf("%zu nodes\n", flow->node_count);
    jpk_flow_free(flow);

    static const char cache[] = "<JTR Type=\"Unknown\"><CROM/></JTR>";
    struct jpk_structure *structure = jpk_structure_parse(cache, sizeof cache - 1, NULL, &err);
    printf("structure: %s\n", structure ? structure->type : jpk_code_name(err.code));
    jpk_structure_free(structure);

    struct jpk_pack_plan *plan = need(jpk_pack_plan(project, NULL, &err), "plan");
    struct jpk_diff *diff = need(jpk_diff_projects(project, project, NULL, &err), "diff");
    printf("%zu entries\n", plan->entries);
    if (diff->change_count)
        need(NULL, "a project differs from itself");
    jpk_diff_free(diff);
    jpk_pack_plan_free(plan);
}

/* convert.h, cloud.h, cloud_tree.h */
static void convert(const struct jpk_project *project, const struct jpk_graph *graph)
{
    struct jpk_conversion *conversion = need(jpk_convert_to_cloud(project, graph, NULL, &err), "convert");
    struct jpk_cloud *cloud = need(jpk_cloud_load(conversion->text, conversion->size, NULL, NULL, &err), "cloud");
    struct jpk_unpack_options dry = {.dry_run = true};
    struct jpk_unpacked *tree = need(jpk_cloud_unpack(cloud, "nowhere", &dry, &err), "tree");
    printf("export of %zu bytes, tree of %zu files\n", conversion->size, tree->written.count);
    jpk_unpacked_free(tree);
    jpk_cloud_free(cloud);
    jpk_conversion_free(conversion);
}

/* merge.h, retarget.h, scan.h */
static void change(const struct jpk_project *project)
{
    struct jpk_merge *merge = need(jpk_merge_projects(project, project, project, NULL, &err), "merge");
    struct jpk_secrets *secrets = need(jpk_scan_project(project, NULL, &err), "scan");
    struct jpk_retarget_options wrong = {.name = "a/b"};
    struct jpk_retargeted *none = jpk_retarget_jitterpak(project, NULL, "nowhere/a.jpk", &wrong, &err);
    printf("%zu conflicts, secrets %s, %s\n", merge->conflict_count, secrets->count > 0 ? "found" : "not found",
           none ? "retargeted" : jpk_code_name(err.code));
    jpk_retargeted_free(none);
    jpk_secrets_free(secrets);
    jpk_merge_free(merge);
}

int main(int argc, char **argv)
{
    static char data[1 << 20];
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!file)
        return 2;
    size_t n = fread(data, 1, sizeof data, file);
    fclose(file);
    printf("jpk %s\n", jpk_version());
    struct jpk_found_list *found = need(jpk_find_projects(argv[1], 0, NULL, &err), "find");
    printf("%zu project\n", found->count);
    jpk_found_free(found);
    make_recipe(data, n);
    struct jpk_archive *archive = need(jpk_archive_open_memory(data, n, NULL, NULL, &err), "archive");
    struct jpk_project *project = need(jpk_project_load(archive, NULL, 0, &err), "project");
    struct jpk_graph *graph = need(jpk_graph_build(project, &err), "graph");
    describe(project, graph);
    convert(project, graph);
    change(project);
    jpk_graph_free(graph);
    jpk_project_free(project);
    jpk_archive_free(archive);
    return 0;
}
