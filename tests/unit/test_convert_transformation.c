/* Transformations of Cloud Studio from those of Design Studio: a real pair, all that there are, and made-up ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "jpk/convert_schemas.h"
#include "jpk/packed.h"
#include "jpk/schema_extend.h"
#include "jpk/script_text.h"
#include "tests/unit/projectmaker.h"

/* ------------------------------------------------------------------------------------------------------- conversions
 */

/* A project and what it has become. */
struct done {
    struct jpk_archive *archive; /* NULL: somebody else's */
    struct jpk_project *project;
    struct jpk_graph *graph;
    struct jpk_conversion *conversion;
    json_t *export_;
};

static void convert(struct done *d)
{
    struct jpk_error err = {0};
    json_error_t json_err;
    d->conversion = jpk_convert_to_cloud(d->project, d->graph, NULL, &err);
    if (!d->conversion)
        fail_msg("%s", err.message);
    d->export_ = json_loadb(d->conversion->text, d->conversion->size, JSON_REJECT_DUPLICATES, &json_err);
    if (!d->export_)
        fail_msg("%s", json_err.text);
}

/* False: the project is not there. */
static bool convert_real(enum pm_real which, struct done *d)
{
    struct jpk_error err = {0};
    memset(d, 0, sizeof *d);
    d->archive = pm_real(which);
    if (!d->archive)
        return false;
    d->project = jpk_project_load(d->archive, NULL, JPK_KEEP_GOING, &err);
    assert_non_null(d->project);
    d->graph = jpk_graph_build(d->project, &err);
    assert_non_null(d->graph);
    convert(d);
    return true;
}

static void done_free(struct done *d)
{
    json_decref(d->export_);
    jpk_conversion_free(d->conversion);
    if (d->archive) {
        jpk_graph_free(d->graph);
        jpk_project_free(d->project);
        jpk_archive_free(d->archive);
    }
}

static json_t *components(const struct done *d)
{
    return json_object_get(json_object_get(d->export_, "project"), "components");
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* The only component of a type and name. */
static json_t *component(const struct done *d, int type, const char *name)
{
    json_t *found = NULL, *one;
    size_t i;
    json_array_foreach(components(d), i, one)
    {
        if (json_integer_value(json_object_get(one, "type")) != type || strcmp(text_of(one, "name"), name) != 0)
            continue;
        assert_null(found);
        found = one;
    }
    if (!found)
        fail_msg("no component %d '%s'", type, name);
    return found;
}

static size_t count_of(const struct done *d, int type)
{
    size_t i, count = 0;
    json_t *one;
    json_array_foreach(components(d), i, one) count += json_integer_value(json_object_get(one, "type")) == type;
    return count;
}

static const struct jpk_convert_item *item_of(const struct done *d, const struct jpk_entity *entity)
{
    for (size_t i = 0; i < d->conversion->item_count; i++)
        if (d->conversion->items[i].entity == entity)
            return &d->conversion->items[i];
    fail_msg("no item %s", entity->name);
    return NULL;
}

static const struct jpk_entity *entity_of(const struct done *d, enum jpk_type type, const char *name)
{
    for (size_t i = 0; i < d->project->entity_count; i++)
        if (d->project->entities[i]->type == type && strcmp(d->project->entities[i]->name, name) == 0)
            return d->project->entities[i];
    fail_msg("no entity %s", name);
    return NULL;
}

/* How many findings of a rule an item has; `message`, which may be NULL, must stand in one of them. */
static size_t findings_of(const struct done *d, const struct jpk_entity *entity, const char *rule, const char *message)
{
    const struct jpk_convert_item *item = item_of(d, entity);
    size_t count = 0;
    bool said = !message;
    for (size_t i = 0; i < item->finding_count; i++) {
        if (strcmp(item->findings[i].rule, rule) != 0)
            continue;
        count++;
        said = said || strstr(item->findings[i].message, message);
    }
    if (!said)
        fail_msg("no finding %s: %s", rule, message);
    return count;
}

static json_t *rule_of(const json_t *transformation, const char *path)
{
    json_t *rule;
    size_t i;
    json_array_foreach(json_object_get(transformation, "mappingRules"), i, rule)
    {
        if (strcmp(text_of(rule, "targetPath"), path) == 0)
            return rule;
    }
    fail_msg("no rule for %s", path);
    return NULL;
}

static void assert_json(const json_t *value, const char *expected)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

/* ------------------------------------------------------------------------------------------------------- invariants */

/* The paths of a schema tree of JSON in preorder. */
static void list_paths(const json_t *node, const char *above, json_t *paths)
{
    char path[4096];
    size_t i;
    json_t *child;
    snprintf(path, sizeof path, "%s%s%s", above, *above ? "/" : "", text_of(node, "N"));
    json_array_append_new(paths, json_string(path));
    json_array_foreach(json_object_get(node, "C"), i, child) list_paths(child, path, paths);
}

/* Those of a side: from the copy in it, or the component of its activity's schema. NULL: it has no schema. */
static json_t *side_paths(const struct done *d, const json_t *transformation, const char *key)
{
    const json_t *side = json_object_get(transformation, key), *document = json_object_get(side, "document");
    json_t *paths = json_array();
    if (!side)
        return paths;
    const json_t *schema = component(d, 900, text_of(side, "name"));
    if (document) {
        assert_true(json_equal(document, json_object_get(schema, "schemaTypeDocument")));
        assert_string_equal(text_of(side, "id"), text_of(schema, "id"));
        assert_string_equal(text_of(document, "name"), text_of(side, "name"));
    } else {
        assert_true(json_equal(json_object_get(side, "origin"), json_object_get(schema, "origin")));
        assert_string_equal(text_of(schema, "filename"), text_of(schema, "id"));
    }
    list_paths(json_object_get(json_object_get(schema, "schemaTypeDocument"), "root"), "", paths);
    return paths;
}

static bool has_path(const json_t *paths, const char *path)
{
    size_t i;
    json_t *one;
    json_array_foreach(paths, i, one)
    {
        if (strcmp(json_string_value(one), path) == 0)
            return true;
    }
    return false;
}

static void check_rule(const json_t *rule, const json_t *sources, const char *target)
{
    struct buf cleansed = {0};
    const char *script = text_of(rule, "transformScript");
    const json_t *paths = json_object_get(rule, "srcPaths");
    size_t i;
    json_t *path;
    assert_string_equal(text_of(rule, "targetPath"), target);
    assert_int_equal(*script != '\0', paths != NULL);
    json_array_foreach(paths, i, path)
    {
        if (!has_path(sources, json_string_value(path)))
            fail_msg("%s is not in the source", json_string_value(path));
    }
    if (*script) {
        size_t n = strlen(script);
        assert_memory_equal(script, "<trans>\n", 8);
        assert_string_equal(script + n - 9, "\n</trans>");
    }
    script_cleanse(script, strlen(script), &cleansed);
    assert_string_equal(text_of(rule, "transformScriptCleansed"), buf_text(&cleansed));
    buf_free(&cleansed);
}

/* Whether a script names items of the project, so that it is not the same afterwards. */
static bool has_reference(const char *script)
{
    static const char *const prefixes[] = {"\"op.", "\"sc.", "\"s.", "\"t.", "\"m.", "\"so.", "<TAG>"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strstr(script, prefixes[i]))
            return true;
    return false;
}

/* In how many rules a mapping stands with the script that it has. */
static size_t rules_with(const json_t *transformation, const struct jpk_mapping *mapping)
{
    struct buf wrapped = {0};
    size_t i, count = 0;
    json_t *rule;
    script_wrap(mapping->source, strlen(mapping->source), SCRIPT_JITTERBIT, &wrapped);
    json_array_foreach(json_object_get(transformation, "mappingRules"), i, rule)
    {
        size_t n = strlen(mapping->target);
        const char *script = text_of(rule, "targetScript");
        bool same = mapping->kind == JPK_MAPPING_FIELD && strcmp(script, mapping->target) == 0;
        if (mapping->kind == JPK_MAPPING_CONDITION)
            same = n >= 14 && strlen(script) == n - 14 && memcmp(script, mapping->target, n - 14) == 0;
        count += same &&
                 (has_reference(mapping->source) || strcmp(text_of(rule, "transformScript"), buf_text(&wrapped)) == 0);
    }
    buf_free(&wrapped);
    return count;
}

static void check_transformation(const struct done *d, const struct jpk_entity *entity)
{
    const struct jpk_convert_item *item = item_of(d, entity);
    const struct jpk_transformation *t = entity->as.transformation;
    assert_non_null(item->target);
    assert_memory_equal(item->target, "transformation:", 15);
    const json_t *made = component(d, 700, item->target + 15);
    const json_t *rules = json_object_get(made, "mappingRules");
    json_t *targets = side_paths(d, made, "target"), *sources = side_paths(d, made, "source");
    size_t scripts = 0, fields = 0;
    assert_int_equal(json_array_size(rules), json_array_size(targets));
    for (size_t i = 0; i < json_array_size(rules); i++) {
        check_rule(json_array_get(rules, i), sources, json_string_value(json_array_get(targets, i)));
        scripts += *text_of(json_array_get(rules, i), "transformScript") != '\0';
    }
    for (size_t i = 0; i < t->mapping_count; i++) {
        bool field = t->mappings[i].kind == JPK_MAPPING_FIELD || t->mappings[i].kind == JPK_MAPPING_CONDITION;
        fields += field;
        /* a step that names the type of a node is not in the path of the rule */
        if (field && !strstr(t->mappings[i].target, "$typ"))
            if (rules_with(made, &t->mappings[i]) != 1)
                fail_msg("%s: %s", entity->name, t->mappings[i].target);
    }
    assert_int_equal(scripts, fields);
    assert_int_equal(findings_of(d, entity, "mapping-lost", NULL), 0);
    json_t *loop;
    size_t i;
    json_array_foreach(json_object_get(made, "loopMappingRules"), i, loop)
    {
        assert_true(!*text_of(loop, "tgtPath") || has_path(targets, text_of(loop, "tgtPath")));
        assert_true(!*text_of(loop, "srcPath") || has_path(sources, text_of(loop, "srcPath")));
    }
    json_decref(targets);
    json_decref(sources);
}

static void test_every_transformation(void **state)
{
    (void)state;
    for (int which = 0; which < PM_REAL_COUNT; which++) {
        struct done d;
        if (!convert_real((enum pm_real)which, &d))
            continue;
        for (size_t i = 0; i < d.project->entity_count; i++)
            if (d.project->entities[i]->type == JPK_TYPE_TRANSFORMATION)
                check_transformation(&d, d.project->entities[i]);
        done_free(&d);
    }
}

/* ------------------------------------------------------------------------------------------------------- a real pair
 */

static void assert_same_keys(const json_t *a, const json_t *b)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)a, key, value) assert_non_null(json_object_get(b, key));
    assert_int_equal(json_object_size(a), json_object_size(b));
}

static json_t *real_transformation(json_t *all)
{
    json_t *one;
    size_t i;
    json_array_foreach(json_object_get(all, "components"), i, one)
    {
        if (json_integer_value(json_object_get(one, "type")) == 700)
            return one;
    }
    fail_msg("no transformation");
    return NULL;
}

/* The source of the real one was drawn anew by people, so scripts differ; all that hangs on the target is the same. */
static void test_real_pair(void **state)
{
    struct done d;
    char path[1024];
    size_t i;
    json_t *rule;
    (void)state;
    snprintf(path, sizeof path, "%s/corpus/cloud-studio-components.json", pm_shared());
    json_t *all = json_load_file(path, 0, NULL);
    if (!all || !convert_real(PM_SALESFORCE, &d)) {
        print_message("skipped: there is no real pair\n");
        json_decref(all);
        return;
    }
    const json_t *real = real_transformation(all), *made = component(&d, 700, text_of(real, "name"));
    assert_same_keys(real, made);
    assert_int_equal(json_array_size(json_object_get(made, "mappingRules")), 181);
    json_array_foreach(json_object_get(real, "mappingRules"), i, rule)
    {
        const json_t *own = rule_of(made, text_of(rule, "targetPath"));
        assert_string_equal(text_of(own, "targetScript"), text_of(rule, "targetScript"));
        assert_true(
            json_equal(json_object_get(own, "isPreconditionScript"), json_object_get(rule, "isPreconditionScript")));
        if (*text_of(own, "transformScript") && *text_of(rule, "transformScript"))
            assert_same_keys(rule, own);
    }
    const json_t *loop = json_array_get(json_object_get(made, "loopMappingRules"), 0);
    const json_t *real_loop = json_array_get(json_object_get(real, "loopMappingRules"), 0);
    assert_same_keys(real_loop, loop);
    assert_string_equal(text_of(loop, "tgtLoopPath"), text_of(real_loop, "tgtLoopPath"));
    assert_string_equal(text_of(loop, "tgtPath"), text_of(real_loop, "tgtPath"));
    assert_same_keys(json_object_get(real, "source"), json_object_get(made, "source"));
    const json_t *target = json_object_get(made, "target"), *origin = json_object_get(target, "origin");
    assert_same_keys(json_object_get(real, "target"), target);
    assert_same_keys(json_object_get(json_object_get(real, "target"), "origin"), origin);
    snprintf(path, sizeof path, "netsuite_Upsert_input_%s", text_of(origin, "id"));
    assert_string_equal(text_of(target, "name"), path);
    json_decref(all);
    done_free(&d);
}

/* Of the nodes of the real one 146 have a value: 82 attributes and 64 elements. */
static void test_real_counts(void **state)
{
    struct done d;
    size_t i, values = 0;
    json_t *rule;
    (void)state;
    if (!convert_real(PM_SALESFORCE, &d))
        return;
    const json_t *request = component(&d, 700, "NetSuite Upsert Contact - Request");
    json_array_foreach(json_object_get(request, "mappingRules"), i, rule) values +=
        json_is_false(json_object_get(rule, "isPreconditionScript"));
    assert_int_equal(values, 146);
    json_t *answer = side_paths(&d, component(&d, 700, "NetSuite Upsert Contact - Response"), "source");
    assert_int_equal(json_array_size(answer), 236);
    json_decref(answer);
    /* The seven of the connector, and the two that the schema of a file includes. */
    assert_int_equal(json_array_size(json_object_get(d.export_, "assets")), 9);
    const json_t *query = component(&d, 700, "Query Contacts Response");
    assert_json(json_array_get(json_object_get(query, "loopMappingRules"), 0),
                "{\"srcLoopPath\":\"root$transaction.response$body$queryResponse$result$records.\","
                "\"tgtLoopPath\":\"Contacts$Contact.\",\"srcPath\":\"\",\"tgtPath\":\"\"}");
    assert_json(json_object_get(rule_of(query, "Contacts/Contact/FirstName"), "srcPaths"), "[\"Contact/FirstName\"]");
    const json_t *activity = component(&d, 500, "NetSuite Upsert Contact");
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(json_object_get(activity, "output"), "root"), "I")), 0);
    assert_non_null(json_object_get(json_object_get(activity, "input"), "root"));
    assert_true(json_is_true(json_object_get(activity, "isSchemaDiscovered")));
    done_free(&d);
}

static void test_sample_conditions(void **state)
{
    struct done d;
    (void)state;
    assert_true(convert_real(PM_HTTP_JSON, &d));
    const json_t *made = component(&d, 700, "Orders to shipments");
    const json_t *rule = rule_of(made, "json/shipments/item");
    assert_true(json_is_true(json_object_get(rule, "isPreconditionScript")));
    assert_string_equal(text_of(rule, "transformScript"), "<trans>\njson$orders$item.paid$\n</trans>");
    assert_json(json_object_get(rule, "srcPaths"), "[\"json/orders/item/paid\"]");
    assert_int_equal(json_array_size(json_object_get(made, "loopMappingRules")), 2);
    /* two transformations write one document: one schema */
    assert_true(
        json_equal(json_object_get(made, "target"), json_object_get(component(&d, 700, "Ping request"), "target")));
    assert_null(json_object_get(component(&d, 700, "Ping request"), "source"));
    done_free(&d);
}

static void test_sample_database(void **state)
{
    struct done d;
    (void)state;
    assert_true(convert_real(PM_DATABASE, &d));
    const json_t *made = component(&d, 700, "Invoices to CSV");
    assert_json(json_object_get(made, "loopMappingRules"),
                "[{\"srcLoopPath\":\"sales:invoice.sales:invoice?line.\",\"tgtLoopPath\":\"\","
                "\"srcPath\":\"sales:invoice/sales:invoice-line\",\"tgtPath\":\"__flat__\"}]");
    assert_json(json_object_get(rule_of(made, "__flat__/line_no"), "srcPaths"),
                "[\"sales:invoice/sales:invoice-line/line-no\"]");
    assert_string_equal(text_of(rule_of(made, "__flat__/line_no"), "targetScript"), "line_no");
    assert_true(json_is_true(json_object_get(rule_of(made, "__flat__"), "isPreconditionScript")));
    /* the script that runs before is a step of its own */
    const json_t *script = component(&d, 400, "Invoices to CSV - before");
    assert_string_equal(text_of(script, "scriptBody"), "<trans>\n$run.lines = 0;\n</trans>");
    const struct jpk_entity *entity = entity_of(&d, JPK_TYPE_TRANSFORMATION, "Invoices to CSV");
    assert_int_equal(findings_of(&d, entity, "prescript-moved", "Invoices to CSV - before"), 1);
    size_t i, steps = 0;
    json_t *one;
    json_array_foreach(components(&d), i, one)
    {
        const json_t *list = json_object_get(one, "steps");
        for (size_t j = 0; j < json_array_size(list); j++)
            if (strcmp(text_of(json_array_get(list, j), "id"), text_of(script, "id")) == 0) {
                assert_string_equal(text_of(json_array_get(list, j + 1), "id"), text_of(made, "id"));
                steps++;
            }
    }
    assert_int_equal(steps, 1);
    const json_t *flat = component(&d, 700, "Count invoices");
    assert_json(json_object_get(rule_of(flat, "__flat__/newest"), "srcPaths"), "[\"__flat__/newest\"]");
    done_free(&d);
}

/* The document keeps its id, and what became of it is said. */
static void test_document_is_schema(void **state)
{
    struct done d;
    (void)state;
    assert_true(convert_real(PM_DATABASE, &d));
    const struct jpk_entity *document = entity_of(&d, JPK_TYPE_DOCUMENT, "Invoice lines");
    assert_string_equal(item_of(&d, document)->target, "schema:Invoice lines");
    assert_string_equal(text_of(component(&d, 900, "Invoice lines"), "id"), document->id);
    done_free(&d);
}

/* ------------------------------------------------------------------------------------------------------- made-up ones
 */

#define MAPPING(left, right)                                                                                           \
    "    <Mapping>\n      <konga.string name=\"expr\">" left "\t" right "</konga.string>\n    </Mapping>\n"
#define FIELD(left, script) MAPPING(left, "&lt;trans&gt;\n" script "\n&lt;/trans&gt;")
#define TREE "    <Item key=\"natureofsource\" value=\"Tree\"/>\n    <Item key=\"natureoftarget\" value=\"Tree\"/>\n"
#define NO_SOURCE "    <Item key=\"source_type_id\" value=\"13\"/>\n    <Item key=\"natureoftarget\" value=\"Tree\"/>\n"
#define XSD_TARGET                                                                                                     \
    "    <Item key=\"target_type_id\" value=\"4\"/>\n    <Item key=\"target_xml\" value=\"a.xsd\"/>\n"                 \
    "    <Item key=\"targetdtd_root\" value=\"A\"/>\n"
#define XSD                                                                                                            \
    "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><xs:element name=\"A\"><xs:complexType><xs:sequence>"    \
    "<xs:element name=\"b\" type=\"xs:string\"/><xs:element name=\"list\" maxOccurs=\"unbounded\" minOccurs=\"0\">"    \
    "<xs:complexType><xs:sequence><xs:element name=\"c\" type=\"xs:string\"/></xs:sequence></xs:complexType>"          \
    "</xs:element></xs:sequence></xs:complexType></xs:element></xs:schema>"

/* A project of transformations named T0, T1, ...; the file a.xsd is there. */
static void convert_made(struct pm_graph *g, struct done *d, const char *const *bodies, size_t count)
{
    struct buf tree = {0};
    memset(g, 0, sizeof *g);
    memset(d, 0, sizeof *d);
    pm_add(&g->pm, "t/files/a.xsd", XSD);
    buf_puts(&tree, "<EntityType name=\"Transformation\">\n");
    for (unsigned i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "T%u", i);
        pm_graph_add(g, "Transformation", pm_id(i + 1), name, bodies[i]);
        buf_printf(&tree, "<Entity entityId=\"%s\" name=\"%s\"/>\n", pm_id(i + 1), name);
    }
    buf_puts(&tree, "</EntityType>\n");
    pm_graph_build(g, buf_text(&tree));
    buf_free(&tree);
    d->project = g->project;
    d->graph = g->graph;
    convert(d);
}

#define BODY(properties, mappings, invalid)                                                                            \
    "  <Properties>\n" properties "  </Properties>\n  <Mappings>\n" mappings "  </Mappings>\n" invalid

static void test_no_structure(void **state)
{
    static const char *const bodies[] = {
        BODY(TREE,
             MAPPING("[Out$row.]", "[In$line.]") FIELD("Out$row.name$", "In$line.who$")
                 FIELD("Out$row.id", "In$line.number"),
             ""),
        BODY("", "", ""),
        BODY(NO_SOURCE, "", ""),
    };
    struct pm_graph g;
    struct done d;
    (void)state;
    convert_made(&g, &d, bodies, 3);
    const json_t *made = component(&d, 700, "T0");
    assert_int_equal(json_array_size(json_object_get(made, "mappingRules")), 4);
    assert_json(json_object_get(rule_of(made, "Out/row/id"), "srcPaths"), "[\"In/line/number\"]");
    assert_string_equal(text_of(rule_of(made, "Out/row/name"), "targetScript"), "Out$row.name$");
    assert_json(json_object_get(made, "loopMappingRules"),
                "[{\"srcLoopPath\":\"In$line.\",\"tgtLoopPath\":\"Out$row.\",\"srcPath\":\"In/line\","
                "\"tgtPath\":\"Out/row\"}]");
    const struct jpk_entity *entity = entity_of(&d, JPK_TYPE_TRANSFORMATION, "T0");
    assert_int_equal(findings_of(&d, entity, "schema-missing", "its source is known from mappings alone: 4 nodes"), 2);
    assert_int_equal(findings_of(&d, entity, "schema-guessed", "source of 4 nodes"), 1);
    for (int i = 1; i < 3; i++) {
        made = component(&d, 700, i == 1 ? "T1" : "T2");
        assert_int_equal(json_array_size(json_object_get(made, "mappingRules")), 0);
        assert_null(json_object_get(made, "target"));
        entity = entity_of(&d, JPK_TYPE_TRANSFORMATION, i == 1 ? "T1" : "T2");
        assert_int_equal(findings_of(&d, entity, "schema-missing", "nothing says what its target is"), 1);
    }
    done_free(&d);
    pm_graph_free(&g);
}

/* The user's schema grows; a second mapping of a node and invalid ones are said to be lost. */
static void test_nodes_that_lack(void **state)
{
    static const char *const bodies[] = {
        BODY(NO_SOURCE XSD_TARGET, FIELD("A$b$", "1") FIELD("A$new$deep.at", "2") FIELD("A$new$deep.value$", "3"), ""),
        BODY(NO_SOURCE XSD_TARGET,
             FIELD("A$b$", "1") FIELD("A$b$", "2") FIELD("Z$b$", "3") FIELD("A$b$/PRECONDITION/", "4"),
             "  <InvalidMappings>\n" FIELD("A$q$", "9") "  </InvalidMappings>\n"),
        BODY(NO_SOURCE XSD_TARGET, FIELD("A$b$", "Order$id$"), ""),
    };
    struct pm_graph g;
    struct done d;
    (void)state;
    convert_made(&g, &d, bodies, 3);
    const json_t *made = component(&d, 700, "T0");
    check_transformation(&d, entity_of(&d, JPK_TYPE_TRANSFORMATION, "T0"));
    assert_int_equal(json_array_size(json_object_get(made, "mappingRules")), 8);
    assert_string_equal(text_of(rule_of(made, "A/new/deep/at"), "targetScript"), "A$new$deep.at");
    assert_true(json_is_true(json_object_get(rule_of(made, "A/new/deep"), "isPreconditionScript")));
    findings_of(&d, entity_of(&d, JPK_TYPE_TRANSFORMATION, "T0"), "schema-guessed", "4 that only mappings name");

    const struct jpk_entity *entity = entity_of(&d, JPK_TYPE_TRANSFORMATION, "T1");
    made = component(&d, 700, "T1");
    assert_int_equal(json_array_size(json_object_get(made, "mappingRules")), 4);
    assert_string_equal(text_of(rule_of(made, "A/b"), "transformScript"), "<trans>\n1\n</trans>");
    assert_int_equal(findings_of(&d, entity, "mapping-lost", "another mapping has the same node"), 4);
    findings_of(&d, entity, "mapping-lost", "the mapping of 'Z$b$' is left out: its target has no such node");
    findings_of(&d, entity, "mapping-lost", "1 mapping was not valid in the source already");

    /* it reads what it has no source for */
    entity = entity_of(&d, JPK_TYPE_TRANSFORMATION, "T2");
    assert_int_equal(findings_of(&d, entity, "mapping-lost", "the first is 'Order/id'"), 1);
    assert_json(json_object_get(rule_of(component(&d, 700, "T2"), "A/b"), "srcPaths"), "[]");
    /* the file's own schema is one for both, the larger one another */
    assert_int_equal(count_of(&d, 900), 2);
    done_free(&d);
    pm_graph_free(&g);
}

static void test_prescripts(void **state)
{
    static const char *const bodies[] = {
        BODY(TREE XSD_TARGET, FIELD("//PRESCRIPT/", "$x = In$a$;") FIELD("A$b$", "In$c$"), ""),
        BODY(TREE XSD_TARGET, FIELD("//PRESCRIPT/", "$x = In$a$ // a;") FIELD("A$/PRECONDITION/", "$x == 1"), ""),
        BODY(NO_SOURCE XSD_TARGET, FIELD("//PRESCRIPT/", "$x = 1;"), ""),
    };
    struct pm_graph g;
    struct done d;
    (void)state;
    convert_made(&g, &d, bodies, 3);
    const json_t *rule = rule_of(component(&d, 700, "T0"), "A");
    assert_string_equal(text_of(rule, "transformScript"), "<trans>\n$x = In$a$;\ntrue\n</trans>");
    assert_json(json_object_get(rule, "srcPaths"), "[\"In/a\"]");
    findings_of(&d, entity_of(&d, JPK_TYPE_TRANSFORMATION, "T0"), "prescript-moved", "the condition of the root");
    rule = rule_of(component(&d, 700, "T1"), "A");
    assert_string_equal(text_of(rule, "transformScript"), "<trans>\n$x = In$a$ // a;\n;\n$x == 1\n</trans>");
    assert_json(json_object_get(rule, "srcPaths"), "[\"In/a\"]");
    assert_string_equal(text_of(component(&d, 400, "T2 - before"), "scriptBody"), "<trans>\n$x = 1;\n</trans>");
    done_free(&d);
    pm_graph_free(&g);
}

/* ---------------------------------------------------------------------------------------- what operations connect */

/* Beside another activity a transformation is another component; beside none its schema is one of the user's. */
static void test_connected_differently(void **state)
{
    struct done d;
    (void)state;
    assert_true(convert_real(PM_SALESFORCE_SAMPLE, &d));
    struct convert c = {.project = d.project, .graph = d.graph};
    assert_true(convert_begin(&c, NULL));
    convert_transformations(&c);
    assert_false(c.ledger.failed);
    const struct jpk_entity *request = entity_of(&d, JPK_TYPE_TRANSFORMATION, "Upsert Customer - Request");
    const struct jpk_entity *upsert = entity_of(&d, JPK_TYPE_NETSUITE_UPSERT, "Upsert Customer");
    struct convert_activity activity = *convert_activity(&c, upsert, convert_own_direction(upsert));
    json_t *list = c.components[JPK_CLOUD_TRANSFORMATION], *first = convert_transformation_component(&c, request);
    size_t schemas = json_array_size(c.components[JPK_CLOUD_SCHEMA]), components = json_array_size(list);
    size_t findings = c.ledger.items[request->index].finding_count;

    assert_string_equal(convert_connect_transformation(&c, request, NULL, &activity), text_of(first, "id"));
    assert_string_equal(text_of(json_object_get(json_object_get(first, "target"), "origin"), "id"), activity.id);
    assert_int_equal(json_array_size(c.components[JPK_CLOUD_SCHEMA]), schemas);

    activity.id = "11111111-0000-4000-8000-000000000001";
    for (int i = 0; i < 2; i++) { /* the second time it is there already */
        const char *id = convert_connect_transformation(&c, request, NULL, &activity);
        json_t *copy = json_array_get(list, components), *target = json_object_get(copy, "target");
        assert_string_equal(id, text_of(copy, "id"));
        assert_string_equal(text_of(copy, "name"), "Upsert Customer - Request (2)");
        assert_string_equal(text_of(json_object_get(target, "origin"), "id"), activity.id);
        assert_string_equal(text_of(target, "name"), "netsuite_Upsert_input_11111111-0000-4000-8000-000000000001");
        assert_int_equal(json_array_size(list), components + 1);
        assert_int_equal(json_array_size(c.components[JPK_CLOUD_SCHEMA]), schemas + 1);
        assert_int_equal(c.ledger.items[request->index].finding_count, findings + 1);
    }

    assert_non_null(convert_connect_transformation(&c, request, NULL, NULL));
    json_t *alone = json_object_get(json_array_get(list, components + 1), "target");
    json_t *schema = json_array_get(c.components[JPK_CLOUD_SCHEMA], schemas + 1);
    assert_null(json_object_get(alone, "origin"));
    assert_string_equal(text_of(alone, "id"), text_of(schema, "id"));
    assert_null(json_object_get(json_object_get(alone, "document"), "jtr"));
    assert_int_equal(json_array_size(json_object_get(first, "mappingRules")),
                     json_array_size(json_object_get(json_array_get(list, components + 1), "mappingRules")));
    convert_end(&c);
    done_free(&d);
}

/* ---------------------------------------------------------------------------------------------------- wizard calls
 */

#define ID(n) "00000000-0000-4000-8000-00000000000" #n
#define ANSWER "root$transaction.response$body$queryResponse$result$records."

/* An operation of the wizard `query` for an object, with the call that both share. */
static void add_query(struct pm_graph *g, const char *query, const char *operation, const char *answer,
                      const char *object)
{
    struct buf text = {0};
    buf_printf(&text,
               "  <Properties>\n    <Item key=\"connector_id\" value=\"" ID(
                   1) "\"/>\n  </Properties>\n"
                      "  <konga.string name=\"query_string\">SELECT Id FROM %s</konga.string>\n",
               object);
    pm_graph_add(g, "SalesforceQuery", query, object, buf_text(&text));
    buf_clear(&text);
    buf_printf(
        &text,
        "  <Properties>\n    <Item key=\"source_type_id\" value=\"14\"/>\n"
        "    <Item key=\"natureoftarget\" value=\"Tree\"/>\n" XSD_TARGET "  </Properties>\n"
        "  <InputStructure wsCallId=\"" ID(2) "\"/>\n  <Mappings>\n" FIELD("A$b$", ANSWER "%s$Id$") "  </Mappings>\n",
        object);
    pm_graph_add(g, "Transformation", answer, object, buf_text(&text));
    buf_clear(&text);
    buf_printf(&text,
               "  <Properties>\n    <Item key=\"salesforce_wizard_guid\" value=\"%s\"/>\n  </Properties>\n"
               "  <Pipeline opType=\"WebServiceCall\">\n    <Activities>\n"
               "      <WEBSERVICECALL contentId=\"" ID(
                   2) "\" role=\"Web Service Call\" type=\"10\"/>\n"
                      "      <TRANSFORMATION contentId=\"%s\" role=\"Response\" type=\"4\"/>\n"
                      "    </Activities>\n  </Pipeline>\n",
               query, answer);
    pm_graph_add(g, "Operation", operation, object, buf_text(&text));
    buf_free(&text);
}

/* Wizards share their calls: what the answer is depends on the query of the operation, not on the call. */
static void test_shared_call(void **state)
{
    (void)state;
    struct pm_graph g = {0};
    struct done d = {0};
    pm_add(&g.pm, "t/files/a.xsd", XSD);
    pm_graph_add(&g, "SalesforceConnector", ID(1), "Salesforce", "  <Properties/>\n");
    pm_graph_add(&g, "WebServiceCall", ID(2), "SFDC Query",
                 "  <Properties>\n    <Item key=\"operation\" value=\"query\"/>\n"
                 "    <Item key=\"sfdc_partner_wsdl\" value=\"1\"/>\n  </Properties>\n");
    add_query(&g, ID(3), ID(4), ID(5), "Account");
    add_query(&g, ID(6), ID(7), ID(8), "Contact");
    pm_graph_build(&g, "");
    d.project = g.project;
    d.graph = g.graph;
    convert(&d);
    static const char *const objects[] = {"Account", "Contact"}, *const queries[] = {ID(3), ID(6)};
    for (size_t i = 0; i < 2; i++) {
        const json_t *made = component(&d, 700, objects[i]);
        struct buf path = {0};
        buf_printf(&path, "[\"%s/Id\"]", objects[i]);
        assert_string_equal(text_of(json_object_get(json_object_get(made, "source"), "origin"), "id"), queries[i]);
        assert_json(json_object_get(rule_of(made, "A/b"), "srcPaths"), buf_text(&path));
        assert_int_equal(findings_of(&d, entity_of(&d, JPK_TYPE_TRANSFORMATION, objects[i]), "mapping-lost", NULL), 0);
        buf_free(&path);
    }
    done_free(&d);
    pm_graph_free(&g);
}

/* ------------------------------------------------------------------------------------------------------- extending */

static void test_extend_is_bounded(void **state)
{
    struct pm_graph g;
    struct done d;
    static const char *const bodies[] = {BODY(NO_SOURCE XSD_TARGET, "", "")};
    struct strings paths = {0};
    struct arena arena = {0};
    struct buf deep = {0};
    size_t added;
    (void)state;
    convert_made(&g, &d, bodies, 1);
    struct schema_tree *tree = schema_tree_from_project_file(d.project, "a.xsd", "A", 0, NULL);
    assert_non_null(tree);
    buf_puts(&deep, "A$");
    for (int i = 0; i < 1000; i++)
        buf_puts(&deep, "x$");
    assert_true(strings_add(&paths, &arena, buf_text(&deep)));
    assert_true(strings_add(&paths, &arena, ""));
    assert_true(strings_add(&paths, &arena, "$$$"));
    assert_true(strings_add(&paths, &arena, "A$b$"));
    assert_true(strings_add(&paths, &arena, "A$m#1.n"));
    assert_true(strings_add(&paths, &arena, "A$m#2.n$below"));
    assert_true(schema_extend(tree, &paths, &added, NULL));
    assert_int_equal(added, SCHEMA_DEPTH_MAX + 2);
    assert_int_equal(tree->node_count, 4 + added);
    const struct schema_node *m = tree->root->last;
    assert_string_equal(m->name, "m");
    assert_int_equal(m->max, SCHEMA_UNBOUNDED);
    assert_int_equal(m->child->kind, SCHEMA_ATTRIBUTE);
    assert_null(m->child->child);
    schema_tree_free(tree);
    strings_free(&paths);
    arena_free(&arena);
    buf_free(&deep);
    done_free(&d);
    pm_graph_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_transformation), cmocka_unit_test(test_real_pair),
        cmocka_unit_test(test_real_counts),          cmocka_unit_test(test_sample_conditions),
        cmocka_unit_test(test_sample_database),      cmocka_unit_test(test_document_is_schema),
        cmocka_unit_test(test_no_structure),         cmocka_unit_test(test_nodes_that_lack),
        cmocka_unit_test(test_prescripts),           cmocka_unit_test(test_connected_differently),
        cmocka_unit_test(test_shared_call),          cmocka_unit_test(test_extend_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
