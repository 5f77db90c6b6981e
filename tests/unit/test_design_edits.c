/*
 * The conversion to Design Studio of exports that somebody has spoilt: keys left out, types changed, ids swapped,
 * components doubled, texts grown, schemas deep. Whatever it is, the result loads and has no error.
 *
 * JPK_TEST_MUTATIONS says how many rounds there are; the edits are always the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/text.h"
#include "tests/unit/designmaker.h"

static uint32_t seed;

static uint32_t next(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* ------------------------------------------------------------------------------------------------------- the edits */

/* All values below `json` that hold others. */
struct holders {
    json_t **items;
    size_t count, capacity;
};

static void collect(struct holders *list, json_t *json)
{
    const char *key;
    size_t i;
    json_t *child;
    if (!json_is_array(json) && !json_is_object(json))
        return;
    json_t **items = array_grow(list->items, list->count, &list->capacity, sizeof(json_t *));
    assert_non_null(items);
    list->items = items;
    items[list->count++] = json;
    json_array_foreach(json, i, child) collect(list, child);
    json_object_foreach(json, key, child) collect(list, child);
}

static const char *const texts[] = {
    "",
    "x",
    "$00QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
    "a\x01"
    "b\x1f\x7f",
    "\xef\xbf\xbf<>&\"'\r\n\t]]>",
    "A -  - B - - C",
    "../../etc/passwd",
    "CON.",
    "\xe2\x80\xae\xe2\x80\xa5",
    "<trans>RunOperation(\"<TAG>operation:",
    "<TAG>activity:tempstorage/Temporary Storage Endpoint/tempstorage_read/Read Contacts</TAG>",
    "true",
    "-1",
    "9223372036854775807",
    "__flate__",
    "__flat__",
    "json",
    "http_get",
    "unbounded",
};
enum { TEXTS = sizeof texts / sizeof texts[0] };

static json_t *some_text(void)
{
    if (next(40) > 0)
        return json_string(texts[next(TEXTS)]);
    size_t n = 1 + next(3000);
    char *text = malloc(n + 1);
    assert_non_null(text);
    memset(text, 'a' + (char)next(26), n);
    text[n] = '\0';
    json_t *json = json_string(text);
    free(text);
    return json;
}

static json_t *deep(void)
{
    static const char *const keys[] = {"C", "children", "value", "root"};
    const char *key = keys[next(4)];
    json_t *json = json_object();
    for (uint32_t i = next(300); i > 0; i--) {
        json_t *list = json_array();
        json_array_append_new(list, json);
        json = json_pack("{s:s, s:i, s:i, s:o}", "N", "n", "MN", 0, "MX", 1, key, list);
    }
    return json;
}

static json_t *some_value(const struct holders *all)
{
    static const int numbers[] = {0, 1, -1, 100, 200, 300, 400, 500, 600, 700, 900, 1000, 1100, 1200, 1300, 2147483647};
    switch (next(8)) {
    case 0:
        return json_null();
    case 1:
        return json_boolean(next(2));
    case 2:
        return json_integer(numbers[next(16)]);
    case 3:
        return json_real(1.5);
    case 4:
        return json_deep_copy(all->items[next((uint32_t)all->count)]);
    case 5:
        return next(10) > 0 ? json_array() : deep();
    default:
        return some_text();
    }
}

static void edit_array(json_t *array, const struct holders *all)
{
    size_t n = json_array_size(array), at = n > 0 ? next((uint32_t)n) : 0;
    if (n == 0 || next(4) == 0)
        json_array_insert_new(array, at, some_value(all));
    else if (next(3) == 0)
        json_array_remove(array, at);
    else if (next(2) == 0)
        json_array_append_new(array, json_deep_copy(json_array_get(array, at)));
    else
        json_array_set_new(array, at, some_value(all));
}

static const char *some_key(json_t *object)
{
    size_t n = json_object_size(object);
    void *at = json_object_iter(object);
    for (uint32_t i = n > 0 ? next((uint32_t)n) : 0; i > 0; i--)
        at = json_object_iter_next(object, at);
    return at ? json_object_iter_key(at) : "name";
}

/* A member gets the value that another object has under the key: ids, names, functions change places. */
static void edit_object(json_t *object, const struct holders *all)
{
    char *key = strdup(some_key(object));
    assert_non_null(key);
    json_t *other = json_object_get(all->items[next((uint32_t)all->count)], key);
    if (next(4) == 0)
        json_object_del(object, key);
    else if (other && next(3) > 0)
        json_object_set_new(object, key, json_deep_copy(other));
    else if (next(20) == 0)
        json_object_set_new(object, texts[next(TEXTS)], some_value(all));
    else
        json_object_set_new(object, key, some_value(all));
    free(key);
}

static void edit(json_t *export)
{
    struct holders all = {0};
    collect(&all, export);
    json_t *at = all.items[next((uint32_t)all.count)];
    if (json_is_array(at))
        edit_array(at, &all);
    else
        edit_object(at, &all);
    free(all.items);
}

/* ------------------------------------------------------------------------------------------------------ the rounds */

/* What cannot be the fault of the conversion: limits, and errors that say what the export says. */
static bool is_allowed(const struct jpk_error *err)
{
    return err->code == JPK_ERR_LIMIT;
}

static void try_text(const char *text, size_t size, size_t round)
{
    struct dm dm = {.round = round};
    struct jpk_error err = {0};
    dm.cloud = jpk_cloud_load(text, size, "x.json", NULL, &err);
    dm.conversion = dm.cloud ? jpk_convert_to_design(dm.cloud, NULL, &err) : NULL;
    if (dm.cloud && !dm.conversion && !is_allowed(&err))
        fail_msg("round %zu: %s: %s", round, jpk_code_name(err.code), err.message);
    if (dm.conversion) {
        dm_accounted(dm.cloud, dm.conversion);
        if (round % 16 == 0)
            dm_again(dm.cloud, dm.conversion);
        if (dm_open(&dm, &err))
            dm_checked(&dm);
        else if (!is_allowed(&err))
            fail_msg("round %zu: %s: %s: %s", round, jpk_code_name(err.code), err.entry, err.message);
    }
    dm_free(&dm);
}

/* What a sample of Design Studio becomes: connectors that the other samples have not. */
static json_t *converted(enum pm_real which)
{
    struct jpk_error err = {0};
    struct jpk_archive *archive = pm_real(which);
    struct jpk_project *project = jpk_project_load(archive, NULL, 0, &err);
    struct jpk_graph *graph = jpk_graph_build(project, &err);
    struct jpk_conversion *conversion = jpk_convert_to_cloud(project, graph, NULL, &err);
    json_t *export = conversion ? json_loadb(conversion->text, conversion->size, 0, NULL) : NULL;
    assert_non_null(export);
    jpk_conversion_free(conversion);
    jpk_graph_free(graph);
    jpk_project_free(project);
    jpk_archive_free(archive);
    return export;
}

static json_t *loaded(const char *path)
{
    json_error_t error;
    json_t *export = json_load_file(path, 0, &error);
    if (!export)
        fail_msg("%s:%d: %s", path, error.line, error.text);
    return export;
}

static void edit_export(json_t *whole, size_t rounds)
{
    for (size_t round = 0; round < rounds; round++) {
        seed = (uint32_t)round * 2654435761u + 99;
        json_t *copy = json_deep_copy(whole);
        for (uint32_t i = 1 + next(8); i > 0; i--)
            edit(copy);
        char *text = json_dumps(copy, JSON_ENCODE_ANY);
        assert_non_null(text);
        try_text(text, strlen(text), round);
        free(text);
        json_decref(copy);
    }
    json_decref(whole);
}

static void survives_edits(void **state)
{
    (void)state;
    const char *rounds = getenv("JPK_TEST_MUTATIONS");
    size_t n = rounds ? strtoul(rounds, NULL, 10) : 400;
    edit_export(loaded("samples/cloud/contacts.json"), n);
    edit_export(loaded("samples/cloud/nightly-cleanup.json"), n);
    edit_export(converted(PM_HTTP_JSON), n);
    edit_export(converted(PM_DATABASE), n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_edits),
    };
    return cmocka_run_group_tests_name("design edits", tests, NULL, NULL);
}
