/*
 * Schema trees of real projects. What real schema documents say of them is only known in numbers: the documents that
 * the vendor's migration made of the two structures of a connector have 181 and 236 nodes, and the tables of a real
 * export count their members, three times those of the first document and twice those of the second.
 *
 * They are read from $JPK_SHARED or ../shared; without it those tests say so and pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "jpk/asset.h"
#include "jpk/gunzip.h"
#include "jpk/model.h"
#include "jpk/packed.h"
#include "jpk/script.h"
#include "tests/unit/schemamaker.h"

#define CALL "4387911d-d491-4ca8-9144-fe50cae63ff9"
#define REQUEST "5d5a3418-b79b-495e-8ae2-6f70972ee4ab"
#define RESPONSE "0952e996-e012-4ca2-9450-977f60550369"

struct real {
    struct jpk_archive *archive;
    struct jpk_project *project;
};

/* False, with a line that says so, when it is not there. */
static bool open_real(struct real *real, enum pm_real which)
{
    struct jpk_error err = {0};
    *real = (struct real){.archive = pm_real(which)};
    if (!real->archive)
        return false;
    real->project = jpk_project_load(real->archive, NULL, 0, &err);
    if (!real->project)
        fail_msg("%s: %s", err.entry, err.message);
    return true;
}

static void close_real(struct real *real)
{
    jpk_project_free(real->project);
    jpk_archive_free(real->archive);
}

/* NULL: there is no such cache. */
static struct schema_tree *cached(const struct real *real, const char *guid, enum jpk_structure_cache which,
                                  bool output)
{
    struct jpk_error err = {0};
    struct jpk_structure *structure = jpk_structure_load(real->project, guid, which, output, &err);
    if (!structure && err.code == JPK_ERR_NOT_FOUND)
        return NULL;
    struct schema_tree *tree = structure ? schema_tree_from_structure(structure, 0, &err) : NULL;
    jpk_structure_free(structure);
    return sm_good(tree, &err);
}

static json_t *json_of(const struct schema_tree *tree)
{
    struct jpk_error err = {0};
    json_t *document = schema_tree_json(tree, true, &err);
    assert_non_null(document);
    return document;
}

/* ------------------------------------------------------------------------------------ the structures of a connector */

/* How many nodes have a member with that value; any value when it is NULL. */
static size_t count(const json_t *node, const char *key, const char *wanted)
{
    const json_t *value = json_object_get(node, key), *children = json_object_get(node, "C");
    char *text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    size_t found = text && (!wanted || strcmp(text, wanted) == 0), i;
    json_t *child;
    free(text);
    json_array_foreach(children, i, child) found += count(child, key, wanted);
    return found;
}

static void test_connector_documents(void **state)
{
    static const struct {
        const char *key, *value;
        size_t count;
    } figures[] = {
        {"N", NULL, 1015},
        {"ATR", NULL, 1013}, /* two choices have none */
        {"ATR", "true", 460},
        {"ATR", "false", 553},
        {"NS", "\"urn:relationships_2018_2.lists.webservices.netsuite.com\"", 230},
        {"NS", "\"urn:core_2018_2.platform.webservices.netsuite.com\"", 229},
        {"NS", "\"urn:common_2018_2.platform.webservices.netsuite.com\"", 70},
        {"NS", "\"urn:messages_2018_2.platform.webservices.netsuite.com\"", 18},
        {"NS", "\"http://www.jitterbit.com/jitterbitconnectors\"", 6},
        {"NS", "\"\"", 0},
        {"DT", "\"string\"", 276},
        {"DT", "\"boolean\"", 39},
        {"DT", "\"dateTime\"", 15},
        {"DT", "\"{urn:types.faults_2018_2.platform.webservices.netsuite.com}StatusDetailCodeType\"", 4},
        {"DV", NULL, 44},
        {"DV", "true", 10},
        {"DV", "\"SelectCustomFieldRef\"", 15},
        {"DV", "\"ERROR\"", 4},
        {"EV", NULL, 14},
        {"T", "\"dateTime\"", 15},
    };
    struct real real;
    (void)state;
    if (!open_real(&real, PM_SALESFORCE))
        return;
    struct schema_tree *input = cached(&real, CALL, JPK_CACHE_CONNECTOR_CALL, false);
    struct schema_tree *output = cached(&real, RESPONSE, JPK_CACHE_TRANSFORMATION, false);
    input->connector = output->connector = true;
    assert_int_equal(input->node_count, 181);
    assert_int_equal(output->node_count, 236);
    assert_int_equal(input->finding_count, 0);
    assert_int_equal(output->finding_count, 0);
    json_t *first = json_of(input), *second = json_of(output);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        size_t found = 3 * count(json_object_get(first, "root"), figures[i].key, figures[i].value) +
                       2 * count(json_object_get(second, "root"), figures[i].key, figures[i].value);
        if (found != figures[i].count)
            fail_msg("%s %s: %zu, not %zu", figures[i].key, figures[i].value, found, figures[i].count);
    }
    json_decref(first);
    json_decref(second);
    schema_tree_free(input);
    schema_tree_free(output);
    close_real(&real);
}

/* One mapping rule for each of 181 nodes: 82 attributes and 64 elements with a value, 34 folders, 1 childless one. */
static void test_kinds_of_nodes(void **state)
{
    size_t attributes = 0, values = 0, folders = 0, empty = 0;
    struct real real;
    (void)state;
    if (!open_real(&real, PM_SALESFORCE))
        return;
    struct schema_tree *tree = cached(&real, REQUEST, JPK_CACHE_TRANSFORMATION, true);
    for (const struct schema_node *node = tree->root; node; node = schema_node_next(node)) {
        attributes += node->kind == SCHEMA_ATTRIBUTE;
        values += node->kind == SCHEMA_ELEMENT && node->base_type;
        folders += node->kind == SCHEMA_ELEMENT && !node->base_type && node->child;
        empty += node->kind == SCHEMA_ELEMENT && !node->base_type && !node->child && node->inode_without_children;
    }
    assert_int_equal(attributes, 82);
    assert_int_equal(values, 64);
    assert_int_equal(folders, 34);
    assert_int_equal(empty, 1);
    schema_tree_free(tree);
    close_real(&real);
}

static json_t *components(void)
{
    char path[1024];
    json_error_t error;
    snprintf(path, sizeof path, "%s/corpus/cloud-studio-components.json", pm_shared());
    if (access(path, R_OK) != 0) {
        print_message("skipped: there is no %s\n", path);
        return NULL;
    }
    json_t *file = json_load_file(path, 0, &error);
    assert_non_null(file);
    return file;
}

static json_t *component(const json_t *file, int type)
{
    size_t i;
    json_t *at;
    json_array_foreach(json_object_get(file, "components"), i,
                       at) if (json_integer_value(json_object_get(at, "type")) == type) return at;
    fail_msg("no component of the type %d", type);
    return NULL;
}

/* The rules of a real transformation name its nodes by both paths. */
static void test_paths_of_real_rules(void **state)
{
    struct real real;
    struct jpk_error err = {0};
    struct buf slash = {0}, script = {0};
    json_t *file = components(), *rule;
    size_t i, seen = 0;
    (void)state;
    if (!file || !open_real(&real, PM_SALESFORCE))
        return;
    struct schema_tree *tree = cached(&real, REQUEST, JPK_CACHE_TRANSFORMATION, true);
    struct schema_paths *paths = schema_paths_new(tree, &err);
    json_array_foreach(json_object_get(component(file, 700), "mappingRules"), i, rule)
    {
        const char *path = json_string_value(json_object_get(rule, "targetPath"));
        const char *text = json_string_value(json_object_get(rule, "targetScript"));
        const struct schema_node *node = schema_paths_slash(paths, path, strlen(path));
        assert_non_null(node);
        assert_ptr_equal(node, schema_paths_script(paths, text, strlen(text)));
        buf_clear(&slash);
        buf_clear(&script);
        schema_slash_path(node, &slash);
        schema_script_path(tree, node, &script);
        assert_string_equal(buf_text(&slash), path);
        assert_string_equal(buf_text(&script), text);
        assert_int_equal(json_is_true(json_object_get(rule, "isPreconditionScript")), !node->base_type);
        seen++;
    }
    assert_int_equal(seen, 9);
    buf_free(&slash);
    buf_free(&script);
    schema_paths_free(paths);
    schema_tree_free(tree);
    json_decref(file);
    close_real(&real);
}

/* A real document of delimited text comes back as it was, in the order of its members. */
static void test_real_flat_document(void **state)
{
    struct jpk_error err = {0};
    json_t *file = components();
    (void)state;
    if (!file)
        return;
    const json_t *document = json_object_get(component(file, 900), "schemaTypeDocument");
    struct schema_tree *tree = sm_good(schema_tree_from_cloud(document, 0, &err), &err);
    json_t *again = json_of(tree);
    char *wanted = json_dumps(document, JSON_PRESERVE_ORDER), *found = json_dumps(again, JSON_PRESERVE_ORDER);
    assert_string_equal(found, wanted);
    assert_int_equal(tree->kind, SCHEMA_FLAT);
    free(wanted);
    free(found);
    json_decref(again);
    json_decref(file);
    sm_round_trips(tree, "flat");
    schema_tree_free(tree);
}

/* ------------------------------------------------------------------------------------------------- files and caches */

static bool same_but_references(struct schema_tree *xsd, const char *path, int32_t min)
{
    struct jpk_error err = {0};
    struct schema_paths *paths = schema_paths_new(xsd, &err);
    struct schema_node *node = (struct schema_node *)(uintptr_t)schema_paths_slash(paths, path, strlen(path));
    schema_paths_free(paths);
    if (node)
        node->min = min;
    return node != NULL;
}

static void compare_file(const struct real *real, const char *file, const char *root, const char *guid,
                         enum jpk_structure_cache which, bool output)
{
    struct jpk_error err = {0};
    struct schema_tree *xsd = sm_good(schema_tree_from_project_file(real->project, file, root, 0, &err), &err);
    struct schema_tree *cache = cached(real, guid, which, output);
    assert_non_null(cache);
    /* A cache has a reference as often as the element that it refers to. */
    if (strstr(root, "upsertListResponse"))
        assert_true(same_but_references(xsd, "upsertListResponse/writeResponseList/status", 1));
    sm_same(xsd, cache, file);
    schema_tree_free(xsd);
    schema_tree_free(cache);
}

/* The same structure from its files and from its cache, which Design Studio made of them. */
static void test_files_like_caches(void **state)
{
    static const char connector[] = "jitterbit.netsuite." CALL ".upsert_Contact.request.xsd";
    static const char contacts[] = "{http://jitterbit.com/solution-engineering/CanonicalModel/}Contacts";
    struct real real;
    (void)state;
    if (!open_real(&real, PM_SALESFORCE))
        return;
    compare_file(&real, connector, "{urn:messages_2018_2.platform.webservices.netsuite.com}upsertList", REQUEST,
                 JPK_CACHE_TRANSFORMATION, true);
    compare_file(&real, connector, "{urn:messages_2018_2.platform.webservices.netsuite.com}upsertListResponse", CALL,
                 JPK_CACHE_CONNECTOR_CALL, true);
    compare_file(&real, "jb-canonical-contact.xsd", contacts, "c6b100bb-6d8d-40cd-9ac0-e5f09dc503a9",
                 JPK_CACHE_TRANSFORMATION, false);
    compare_file(&real, "jb-canonical-contact.xsd", contacts, "b7c68627-14a7-4428-a04a-41c76250bd5c",
                 JPK_CACHE_TRANSFORMATION, true);
    struct jpk_error err = {0};
    struct schema_tree *tree =
        sm_good(schema_tree_from_project_file(real.project, "jb-canonical-contact.xsd", contacts, 0, &err), &err);
    assert_int_equal(tree->node_count, 83); /* as in the schema document that Cloud Studio made of the same file */
    schema_tree_free(tree);
    close_real(&real);
}

static void test_json_files_like_caches(void **state)
{
    static const struct {
        const char *file, *root, *guid;
        bool output;
    } cases[] = {
        {"jitterbit.json.Input_Append.xsd", "json", "04973792-575d-4c9d-9fdb-e7b17dc65ed4", true},
        {"jitterbit.json.refresh_token.xsd", "json", "1de6dc24-bbac-4d7b-aad8-ed2d3dc2843f", false},
        {"jitterbit.json.response_create_spreadsheet.xsd", "json", "7b5abdbc-110a-486a-bbd9-bfde256efac4", false},
        {"jitterbit.json.input_create.xsd", "json", "d1e6e6f1-ea54-4b7b-8031-4ad4f0a2c6b9", true},
        {"jitterbit.json.test_google suite.xsd", "json", "c3302bba-efb4-4bc2-8b74-ce3cc8fca25b", true},
        {"essendex input.xsd", "messages", "320c3dff-d41b-4e3f-82e1-b30f4fd3c1e0", true},
        {"person.xsd", "_root_", "a2e76f72-bb4c-4651-9a1d-8375f927a186", false},
    };
    struct real real;
    (void)state;
    if (!open_real(&real, PM_SHEETS))
        return;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        compare_file(&real, cases[i].file, cases[i].root, cases[i].guid, JPK_CACHE_TRANSFORMATION, cases[i].output);
    close_real(&real);
}

/* ------------------------------------------------------------------------------------------------------- all caches */

static void check_cache(const char *name, const void *data, size_t size)
{
    struct jpk_error err = {0};
    struct jpk_limits limits = jpk_limits_default();
    struct buf text = {0}, packed = {0}, jtr = {0};
    struct jpk_structure *structure = jpk_structure_parse(data, size, NULL, &err);
    assert_non_null(structure);
    struct schema_tree *tree = sm_good(schema_tree_from_structure(structure, 0, &err), &err);
    assert_true(gunzip(data, size, &limits, &text, &err));
    if (tree->root)
        sm_round_trips(tree, name);
    if (structure->kind == JPK_STRUCTURE_TEXT || structure->kind == JPK_STRUCTURE_UNKNOWN) {
        assert_true(schema_jtr_write(tree, &jtr, NULL, &err));
        assert_string_equal(buf_text(&jtr), buf_text(&text));
    }
    assert_true(gzip_pack(text.data, text.size, &packed, &err));
    assert_int_equal(packed.size, size);
    assert_memory_equal(packed.data, data, size);
    schema_tree_free(tree);
    jpk_structure_free(structure);
    buf_free(&text);
    buf_free(&packed);
    buf_free(&jtr);
}

/* Every cache becomes a tree and survives both round trips; delimited text and gzip come out byte by byte. */
static void check_caches(enum pm_real which, size_t wanted)
{
    struct real real;
    struct jpk_error err = {0};
    size_t seen = 0;
    if (!open_real(&real, which))
        return;
    for (size_t i = 0; i < jpk_archive_count(real.archive); i++) {
        const char *name = jpk_archive_entry(real.archive, i)->name;
        void *data;
        size_t size;
        if (!strstr(name, "cache/") || !text_ends_with(name, ".gz"))
            continue;
        assert_true(jpk_archive_read(real.archive, i, &data, &size, &err));
        check_cache(name, data, size);
        free(data);
        seen++;
    }
    assert_int_equal(seen, wanted);
    close_real(&real);
}

static void test_caches_of_archive(void **state)
{
    (void)state;
    check_caches(PM_SALESFORCE, 16);
}

static void test_caches_of_workspace(void **state)
{
    (void)state;
    check_caches(PM_SHEETS, 30);
}

/* ------------------------------------------------------------------------------------------- paths of real mappings */

struct lookups {
    const struct schema_paths *paths;
    size_t found, lost;
};

static void look_up(struct lookups *lookups, const char *path, size_t n)
{
    if (schema_paths_script(lookups->paths, path, n))
        lookups->found++;
    else
        lookups->lost++;
}

static bool look_up_event(void *context, const struct script_event *event)
{
    if (event->kind == SCRIPT_EVENT_PATH)
        look_up(context, event->name.text, event->name.length);
    return true;
}

static void look_up_side(const struct real *real, const struct jpk_entity *entity, bool output, struct lookups *out)
{
    const struct jpk_transformation *t = entity->as.transformation;
    struct jpk_error err = {0};
    struct schema_tree *tree = cached(real, entity->id, JPK_CACHE_TRANSFORMATION, output);
    if (!tree)
        return;
    struct schema_paths *paths = schema_paths_new(tree, &err);
    out->paths = paths;
    for (size_t i = 0; i < t->mapping_count && tree->root; i++) {
        const struct jpk_mapping *mapping = &t->mappings[i];
        bool field = mapping->kind == JPK_MAPPING_FIELD, loop = mapping->kind == JPK_MAPPING_LOOP;
        if (output && (field || loop))
            look_up(out, mapping->target, strlen(mapping->target));
        else if (!output && loop && *mapping->source)
            look_up(out, mapping->source, strlen(mapping->source));
        else if (!output && tree->kind != SCHEMA_FLAT)
            script_events(mapping->source, strlen(mapping->source), look_up_event, out);
    }
    schema_paths_free(paths);
    schema_tree_free(tree);
}

static void check_lookups(enum pm_real which, size_t found, size_t lost)
{
    struct real real;
    struct lookups lookups = {0};
    if (!open_real(&real, which))
        return;
    for (size_t i = 0; i < real.project->entity_count; i++)
        if (real.project->entities[i]->type == JPK_TYPE_TRANSFORMATION)
            for (int output = 0; output < 2; output++)
                look_up_side(&real, real.project->entities[i], output, &lookups);
    assert_int_equal(lookups.lost, lost);
    assert_int_equal(lookups.found, found);
    close_real(&real);
}

/* What mappings and scripts name is in the trees. */
static void test_paths_of_real_mappings(void **state)
{
    (void)state;
    check_lookups(PM_SALESFORCE, 73, 0);
    check_lookups(PM_SHEETS, 53, 0);
}

/* ------------------------------------------------------------------------------------------------------- the assets */

static int by_size(const void *a, const void *b)
{
    return (int)(*(const size_t *)a - *(const size_t *)b);
}

/* The FileSize of the seven assets of a real export is the length of these very encodings. */
static void test_assets_of_connector(void **state)
{
    static const size_t wanted[] = {760, 768, 1384, 1764, 2128, 2644, 13468};
    size_t sizes[16], seen = 0;
    struct real real;
    struct jpk_error err = {0};
    (void)state;
    if (!open_real(&real, PM_SALESFORCE))
        return;
    for (size_t i = 0; i < real.project->file_count; i++) {
        const struct jpk_file *file = &real.project->files[i];
        struct buf content = {0};
        void *data;
        size_t size;
        json_t *asset = asset_from_file(real.project, file, &err);
        assert_non_null(asset);
        assert_true(asset_content(asset, NULL, &content, &err));
        assert_true(jpk_archive_read(real.archive, file->entry, &data, &size, &err));
        assert_int_equal(content.size, size);
        assert_memory_equal(content.data, data, size);
        assert_memory_equal(json_string_value(json_object_get(asset, "compressedContent")), "eN", 2);
        if (strcmp(file->kind, "netsuite") == 0)
            sizes[seen++] = strtoul(asset_property(asset, "FileSize"), NULL, 10);
        free(data);
        buf_free(&content);
        json_decref(asset);
    }
    qsort(sizes, seen, sizeof *sizes, by_size);
    assert_int_equal(seen, 7);
    assert_memory_equal(sizes, wanted, sizeof wanted);
    close_real(&real);
}

/* ---------------------------------------------------------------------------------------------------- other sources */

static void make_all(const struct jpk_project *project, size_t made[4])
{
    struct jpk_error err = {0};
    for (size_t i = 0; i < project->entity_count; i++) {
        const struct jpk_entity *entity = project->entities[i];
        if (entity->type == JPK_TYPE_DOCUMENT) {
            struct schema_tree *tree = sm_good(schema_tree_from_document(entity, 0, &err), &err);
            sm_round_trips(tree, entity->name);
            schema_tree_free(tree);
            made[0]++;
        }
        for (int target = 0; target < 2 && entity->type == JPK_TYPE_TRANSFORMATION; target++) {
            struct schema_tree *tree = schema_tree_from_mappings(entity->as.transformation, target, 0, NULL);
            made[1] += tree != NULL;
            schema_tree_free(tree);
            tree = schema_tree_from_database(entity, target, 0, NULL);
            made[2] += tree != NULL;
            schema_tree_free(tree);
        }
        const char *query = entity->type == JPK_TYPE_SALESFORCE_QUERY ? entity->as.function->query : NULL;
        if (query) {
            struct schema_tree *tree = sm_good(schema_tree_from_soql(query, strlen(query), NULL, 0, &err), &err);
            made[3]++;
            schema_tree_free(tree);
        }
    }
}

static void check_others(enum pm_real which, size_t documents, size_t mappings, size_t databases, size_t queries)
{
    struct real real;
    size_t made[4] = {0};
    if (!open_real(&real, which))
        return;
    make_all(real.project, made);
    assert_int_equal(made[0], documents);
    assert_int_equal(made[1], mappings);
    assert_int_equal(made[2], databases);
    assert_int_equal(made[3], queries);
    close_real(&real);
}

static void test_other_sources(void **state)
{
    (void)state;
    check_others(PM_SALESFORCE, 1, 6, 0, 1);
    check_others(PM_SHEETS, 2, 17, 0, 0);
    check_others(PM_HTTP_JSON, 1, 6, 0, 0);
    check_others(PM_SALESFORCE_SAMPLE, 1, 6, 0, 1);
    check_others(PM_DATABASE, 2, 4, 2, 0);
}

/* The query of a real project with the types of its cache. */
static void test_query_with_types(void **state)
{
    struct real real;
    struct jpk_error err = {0};
    (void)state;
    if (!open_real(&real, PM_SALESFORCE))
        return;
    struct schema_tree *types = cached(&real, "b7c68627-14a7-4428-a04a-41c76250bd5c", JPK_CACHE_TRANSFORMATION, false);
    for (size_t i = 0; i < real.project->entity_count; i++) {
        const struct jpk_entity *entity = real.project->entities[i];
        if (entity->type != JPK_TYPE_SALESFORCE_QUERY)
            continue;
        const char *query = entity->as.function->query;
        struct schema_tree *tree = sm_good(schema_tree_from_soql(query, strlen(query), types, 0, &err), &err);
        assert_int_equal(tree->node_count, 56);
        assert_string_equal(tree->root->name, "Contact");
        assert_int_equal(tree->finding_count, 2);
        assert_true(sm_finding(tree, "", SCHEMA_INFERRED, ""));
        assert_true(sm_finding(tree, "OtherAddress", SCHEMA_TYPE_GUESSED, "")); /* it is made of several values */
        schema_tree_free(tree);
    }
    schema_tree_free(types);
    close_real(&real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connector_documents),    cmocka_unit_test(test_kinds_of_nodes),
        cmocka_unit_test(test_paths_of_real_rules),    cmocka_unit_test(test_real_flat_document),
        cmocka_unit_test(test_files_like_caches),      cmocka_unit_test(test_json_files_like_caches),
        cmocka_unit_test(test_caches_of_archive),      cmocka_unit_test(test_caches_of_workspace),
        cmocka_unit_test(test_paths_of_real_mappings), cmocka_unit_test(test_assets_of_connector),
        cmocka_unit_test(test_other_sources),          cmocka_unit_test(test_query_with_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
