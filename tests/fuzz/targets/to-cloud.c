/* A Jitterpak that becomes an export: it loads, is canonical, and has no error that the project did not have. */
#include "jpk/convert.h"
#include "recipe/slot_lookup.h"
#include "tests/fuzz/fuzz.h"

FUZZ_MUTATOR(fuzz_mutate);

/* What the project itself can be wrong in: steps that do not fit, references to nothing, contents that are damaged. */
static const char *const theirs[] = {"operation-pattern", "several-applications", "dangling-reference",
                                     "reference-type",    "empty-workflow",       "transformation-without-source",
                                     "schema-activity",   "asset-content"};

static bool of_the_project(const char *rule)
{
    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
        if (strcmp(rule, theirs[i]) == 0)
            return true;
    return false;
}

static void check_items(const struct jpk_conversion *conversion, const struct jpk_project *project)
{
    size_t counted = 0;
    HOLDS(conversion->item_count == project->entity_count, "%zu items of %zu", conversion->item_count,
          project->entity_count);
    for (size_t i = 0; i < JPK_CONVERT_RESULTS; i++)
        counted += conversion->counts[i];
    HOLDS(counted == conversion->item_count, "%zu results of %zu items", counted, conversion->item_count);
    for (size_t i = 0; i < conversion->item_count; i++) {
        const struct jpk_convert_item *item = &conversion->items[i];
        fuzz_findings(item->findings, item->finding_count, jpk_convert_rules());
        HOLDS(item->target || item->finding_count > 0, "nothing is said of %s", item->path);
    }
    fuzz_findings(conversion->findings, conversion->finding_count, jpk_convert_rules());
    for (size_t i = 0; i < conversion->secret_count; i++)
        HOLDS(conversion->secrets[i].item < conversion->item_count, "a secret of nobody");
    HOLDS(conversion->script_lines_kept <= conversion->script_lines, "%zu lines of %zu", conversion->script_lines_kept,
          conversion->script_lines);
}

static void check_export(const struct jpk_conversion *conversion)
{
    struct jpk_error err = {0};
    struct jpk_cloud *cloud = jpk_cloud_load(conversion->text, conversion->size, "t.json", NULL, &err);
    HOLDS(cloud, "the export cannot be read: %u:%u: %s", err.line, err.column, err.message);
    size_t size;
    char *text = jpk_cloud_write(cloud, &size, &err);
    HOLDS(text, "cannot be written: %s", err.message);
    fuzz_same("the canonical text", conversion->text, conversion->size, text, size);
    struct jpk_findings *findings = jpk_cloud_check(cloud, &err);
    HOLDS(findings, "no check: %s", err.message);
    for (size_t i = 0; i < findings->count; i++)
        HOLDS(findings->items[i].severity != JPK_ERROR || of_the_project(findings->items[i].rule), "%u: %s [%s]",
              findings->items[i].line, findings->items[i].message, findings->items[i].rule);
    jpk_findings_free(findings);
    free(text);
    jpk_cloud_free(cloud);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_project p;
    struct jpk_error err = {0};
    if (!fuzz_project_open(&p, data, size, JPK_KEEP_GOING))
        return 0;
    struct jpk_convert_options options = {.agent = JPK_AGENT_CLOUD, .slot = slot_lookup_variable};
    struct slot_lookup *lookup = slot_lookup_make(p.project, p.graph, &err);
    HOLDS(lookup, "no slots: %s", err.message);
    options.slot_context = lookup;
    struct jpk_conversion *conversion = jpk_convert_to_cloud(p.project, p.graph, &options, &err);
    if (conversion) {
        check_items(conversion, p.project);
        check_export(conversion);
    } else {
        fuzz_error(&err, SIZE_MAX);
    }
    jpk_conversion_free(conversion);
    slot_lookup_free(lookup);
    fuzz_project_free(&p);
    return 0;
}
