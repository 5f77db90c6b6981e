/* Transformations: both structures, then a row for each mapping. */
#include <string.h>

#include "jpk/model.h"
#include "jpk/show_parts.h"

static const char *const kinds[] = {
    [JPK_MAPPING_FIELD] = "field",
    [JPK_MAPPING_LOOP] = "loop",
    [JPK_MAPPING_CONDITION] = "condition",
    [JPK_MAPPING_PRESCRIPT] = "preScript",
};

/* A loop's path without the `.` or `$` that ends it. */
static const char *loop_words(struct report *report, const char *path, const char *root)
{
    size_t n = strlen(path);
    if (n > 0 && (path[n - 1] == '.' || path[n - 1] == '$'))
        n--;
    return n > 0 ? report_printf(report, "%.*s[]", (int)n, path) : root;
}

static const char *target_words(struct report *report, const struct jpk_mapping *mapping)
{
    static const char mark[] = "/PRECONDITION/";
    size_t n = strlen(mapping->target), mark_n = sizeof mark - 1;
    switch (mapping->kind) {
    case JPK_MAPPING_LOOP:
        return loop_words(report, mapping->target, "(root)[]");
    case JPK_MAPPING_CONDITION:
        n -= n >= mark_n ? mark_n : 0;
        return n > 0 ? report_printf(report, "condition of %.*s", (int)n, mapping->target) : "condition of a record";
    case JPK_MAPPING_PRESCRIPT:
        return "before the transformation";
    default:
        return mapping->target;
    }
}

/* The script without the tags and line ends around it, which all have. */
static const char *script_words(struct report *report, const char *script)
{
    static const char open[] = "<trans>", close[] = "</trans>";
    size_t n = strlen(script), open_n = sizeof open - 1, close_n = sizeof close - 1;
    if (n < open_n + close_n || memcmp(script, open, open_n) != 0 || memcmp(script + n - close_n, close, close_n) != 0)
        return script;
    script += open_n;
    n -= open_n + close_n;
    while (n > 0 && (*script == '\n' || *script == '\r')) {
        script++;
        n--;
    }
    while (n > 0 && strchr(" \t\r\n", script[n - 1]))
        n--;
    return report_printf(report, "%.*s", (int)n, script);
}

static void mapping_row(struct report *report, const struct jpk_mapping *mapping)
{
    bool loop = mapping->kind == JPK_MAPPING_LOOP;
    const char *source = loop ? mapping->source : report_script(report, mapping->source);
    report_row(report, NULL, NULL);
    report_text(report, "kind", NULL, kinds[mapping->kind]);
    report_text(report, NULL, "target", target_words(report, mapping));
    report_text(report, NULL, "script",
                loop ? report_printf(report, "<- %s", loop_words(report, source, "(no loop)"))
                     : script_words(report, source));
    report_text(report, "target", NULL, mapping->target);
    report_text(report, loop ? "source" : "script", NULL, source);
}

/* The tables of a database structure, as the file writes them. */
static const char *tables_of(const struct jpk_entity *entity, bool source)
{
    const struct xml_node *node = xml_child(entity->tree, source ? "InputStructure" : "OutputStructure");
    for (node = xml_child(node, "konga.string"); node; node = xml_next(node, "konga.string")) {
        const char *name = xml_attribute(node, "name");
        if (name && strcmp(name, "DbTables") == 0)
            return node->text;
    }
    return NULL;
}

static void side_facts(struct report *report, const struct jpk_entity *entity, bool source)
{
    static const struct {
        const char *side, *root, *tables; /* labels and keys */
        const char *root_key, *tables_key;
    } names[] = {{"target", "target root", "target tables", "targetRoot", "targetTables"},
                 {"source", "source root", "source tables", "sourceRoot", "sourceTables"}};
    const struct jpk_side *side = source ? &entity->as.transformation->source : &entity->as.transformation->target;
    const char *words = report_take(report, jpk_side_words(side));
    report_fact(report, names[source].side, names[source].side, words);
    if (side->entity)
        report_entity(report, source ? "sourceItem" : "targetItem", NULL, side->entity);
    report_fact(report, names[source].root_key, names[source].root, side->root);
    report_fact(report, names[source].tables_key, names[source].tables, tables_of(entity, source));
}

void show_transformation(struct report *report, const struct jpk_entity *entity)
{
    const struct jpk_transformation *transformation = entity->as.transformation;
    side_facts(report, entity, true);
    side_facts(report, entity, false);
    if (transformation->invalid_count) {
        report_row(
            report, "invalid",
            report_printf(report, "%zu mappings that Design Studio cannot place", transformation->invalid_count));
        report_number(report, "invalidMappings", NULL, (int64_t)transformation->invalid_count);
    }
    report_section(report, JPK_REPORT_TABLE, "mappings", "mappings", "none");
    for (size_t i = 0; i < transformation->mapping_count && !report->failed; i++)
        mapping_row(report, &transformation->mappings[i]);
}
