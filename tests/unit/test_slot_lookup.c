/* What the plan of a recipe answers to a conversion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recipe/slot_lookup.h"
#include "tests/unit/projectmaker.h"

struct opened {
    struct jpk_archive *archive;
    struct jpk_project *project;
    struct jpk_graph *graph;
    struct slot_lookup *lookup;
};

static struct opened open_sample(enum pm_real which)
{
    struct opened o = {.archive = pm_real(which)};
    struct jpk_error err = {0};
    assert_non_null(o.archive);
    o.project = jpk_project_load(o.archive, NULL, 0, &err);
    o.graph = o.project ? jpk_graph_build(o.project, &err) : NULL;
    o.lookup = o.graph ? slot_lookup_make(o.project, o.graph, &err) : NULL;
    if (!o.lookup)
        fail_msg("%s: %s", pm_real_names[which], err.message);
    return o;
}

static void close_sample(struct opened *o)
{
    slot_lookup_free(o->lookup);
    jpk_graph_free(o->graph);
    jpk_project_free(o->project);
    jpk_archive_free(o->archive);
}

static const struct jpk_entity *named(const struct opened *o, enum jpk_type type, const char *name)
{
    for (size_t i = 0; i < o->project->entity_count; i++)
        if (o->project->entities[i]->type == type && strcmp(o->project->entities[i]->name, name) == 0)
            return o->project->entities[i];
    fail_msg("there is no %s", name);
    return NULL;
}

static const struct jpk_item *setting(const struct jpk_entity *entity, const char *key)
{
    const struct jpk_location *location = jpk_entity_location(entity);
    for (size_t i = 0; location && i < location->item_count; i++)
        if (strcmp(location->items[i].key, key) == 0)
            return &location->items[i];
    fail_msg("%s has no %s", entity->name, key);
    return NULL;
}

/* The same answer as the recipe's, by the setting itself. */
static void test_variables(void **state)
{
    (void)state;
    struct opened o = open_sample(PM_HTTP_JSON);
    const struct jpk_entity *search = named(&o, JPK_TYPE_TARGET, "Web shop: search orders");
    const struct jpk_entity *ping = named(&o, JPK_TYPE_TARGET, "Warehouse: ping");
    enum jpk_confidence confidence = JPK_LOW;
    const char *variable = slot_lookup_variable(o.lookup, search, setting(search, "httpurl"), &confidence);
    assert_string_equal(variable, "webshop_base_url");
    assert_int_equal(confidence, JPK_MEDIUM);
    /* not this item's; not encrypted */
    assert_null(slot_lookup_variable(o.lookup, ping, setting(search, "httpurl"), &confidence));
    assert_null(slot_lookup_variable(o.lookup, search, setting(search, "http_verb"), &confidence));
    close_sample(&o);
}

static void test_private_reasons(void **state)
{
    (void)state;
    struct opened o = open_sample(PM_DATABASE);
    json_t *reasons = slot_lookup_private_reasons(o.lookup);
    assert_int_equal(json_array_size(reasons), 2);
    assert_non_null(strstr(json_string_value(json_array_get(reasons, 0)), "driver"));
    assert_non_null(strstr(json_string_value(json_array_get(reasons, 1)), "local files"));
    json_decref(reasons);
    close_sample(&o);
    o = open_sample(PM_HTTP_JSON);
    reasons = slot_lookup_private_reasons(o.lookup);
    assert_int_equal(json_array_size(reasons), 0);
    json_decref(reasons);
    close_sample(&o);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_private_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
