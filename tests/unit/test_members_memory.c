/* Maps and members where memory runs out: see tests/unit/allocator.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "migrate/members.h"
#include "tests/unit/mapmaker.h"

#if defined(__SANITIZE_ADDRESS__)

int main(void)
{
    puts("allocations that fail: skipped, for the sanitizer has its own");
    return 0;
}

#else

#include "tests/unit/allocator.h"

static const char good[] =
    "mapFormat: 1\n"
    "organizations:\n"
    "- name: Main\n"
    "  subscription: subscribed\n"
    "  sso: true\n"
    "  ssoAdministrator: ann@acme.example\n"
    "  bypass: [bob@acme.example, zoe@acme.example]\n"
    "  roles: [{name: Ops, permissions: [Admin]}]\n"
    "  members: [{email: eve@acme.example, roles: [Ops]}]\n"
    "  environments: [{name: Dev, id: 7, projects: [Orders]}]\n"
    "- name: Trial\n"
    "  subscription: trial\n"
    "  roles: [{name: Ops}, {name: Dev}]\n"
    "  members: [{email: bob@acme.example, roles: [Ops, Dev]}, {email: dan@acme.example, identity: dan}]\n"
    "  environments: [{name: Dev, to: 7}]\n"
    "projects: [{match: {source: a/, organization: Trial, environment: Dev}, name: X}]\n";

/* Reads a map and looks at its members; how many allocations that took. */
static size_t look(const char *path, enum jpk_code expected, size_t nth)
{
    struct jpk_error err = {0};
    struct members members = {0};
    long before = allocations_held;
    allocations_begin(nth);
    struct migrate_map *map = map_read(path, &err);
    bool ok = map && members_find(&members, map, &err);
    size_t used = allocations_end();
    /* To the schema, a pattern without memory is one that takes too long (schema/pattern.h). */
    bool memory = allocation_failed && (err.code == JPK_ERR_MEMORY || err.code == JPK_ERR_LIMIT);
    if (!ok && err.code != expected && !memory)
        fail_msg("allocation %zu: %s: %s", nth, jpk_code_name(err.code), err.message);
    if (ok && (members.count != 5 || members.conflicts != 1 || map->rule_count != 1))
        fail_msg("allocation %zu: half a result", nth);
    members_free(&members);
    migrate_map_free(map);
    if (allocations_held != before)
        fail_msg("allocation %zu: %ld are left", nth, allocations_held - before);
    return used;
}

static void every_allocation_fails(const char *text, enum jpk_code expected)
{
    const char *path = mm_make("map.yaml", text, strlen(text));
    look(path, expected, 0); /* what libraries allocate once */
    size_t all = look(path, expected, 0);
    assert_in_range(all, 100, 1000000);
    for (size_t nth = 1; nth <= all; nth++)
        look(path, expected, nth);
}

static void test_good(void **state)
{
    (void)state;
    every_allocation_fails(good, JPK_OK);
}

/* An error late in the map, which must be let go of as well. */
static void test_bad(void **state)
{
    (void)state;
    char text[sizeof good + 64];
    snprintf(text, sizeof text, "%.*s, {match: {}, skip: true, keep: true}]\n", (int)strlen(good) - 2, good);
    every_allocation_fails(text, JPK_ERR_FORMAT);
}

int main(void)
{
    int skipped = allocations_skip();
    if (skipped >= 0)
        return skipped;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_good), cmocka_unit_test(test_bad)};
    return cmocka_run_group_tests_name("members without memory", tests, mm_set_up, mm_tear_down);
}

#endif
