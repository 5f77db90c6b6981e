/* The map of a migration: migrate/map.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/mapmaker.h"

static struct migrate_map *read_text(const char *text)
{
    return mm_read("map.yaml", text, strlen(text));
}

static const char full[] =
    "mapFormat: 1\n"
    "studio: cloud\n"
    "environment: Production\n"
    "organizations:\n"
    "- name: Acme\n"
    "  id: 100001\n"
    "  subscription: subscribed\n"
    "  region: EMEA\n"
    "  sso: true\n"
    "  ssoAdministrator: admin@acme.example\n"
    "  bypass: [agent@acme.example, bot@acme.example]\n"
    "  roles:\n"
    "  - {name: Administrators, permissions: [Read, ADMIN]}\n"
    "  - {name: Operators, permissions: [agent install]}\n"
    "  - name: Guests\n"
    "  members:\n"
    "  - {email: admin@acme.example, roles: [administrators, Guests], registered: true}\n"
    "  - {email: bob@acme.example, identity: bob, registered: false}\n"
    "  environments:\n"
    "  - {name: Production, id: '88000', projects: [Orders, Stock]}\n"
    "  - {id: 88001}\n"
    "  connectors: [Warehouse]\n"
    "  apis: [{name: orders, project: Orders}, {name: ping}]\n"
    "- name: Ann's trial\n"
    "  subscription: trial\n"
    "  region: APAC\n"
    "  members: [{email: ann@acme.example, moves: false}, {email: Admin@Acme.example}]\n"
    "  environments: [{name: Dev, to: 88001}, {name: Test, to: production}]\n"
    "- {id: '100003', subscription: other}\n"
    "projects:\n"
    "- match: {source: /exports/ann/, organization: ann's TRIAL, environment: Dev, project: Orders}\n"
    "  environment: 88001\n"
    "  name: Orders (Ann)\n"
    "  studio: design\n"
    "  keep: true\n"
    "- {match: {organization: 100003}, skip: true}\n"
    "- {match: {environment: 88000}, skip: false}\n";

static void check_full(const struct migrate_map *map)
{
    assert_int_equal(map->studio, MAP_CLOUD);
    assert_string_equal(map->environment, "Production");
    assert_int_equal(map->organization_count, 3);
    assert_ptr_equal(map->target, &map->organizations[0]);

    const struct map_organization *acme = map->target;
    assert_string_equal(acme->name, "Acme");
    assert_string_equal(acme->id, "100001");
    assert_int_equal(acme->fate, MAP_SUBSCRIBED);
    assert_int_equal(acme->region, MAP_EMEA);
    assert_true(acme->sso);
    assert_string_equal(acme->sso_administrator, "admin@acme.example");
    assert_int_equal(acme->bypass_count, 2);
    assert_string_equal(acme->bypass[1], "bot@acme.example");
    assert_int_equal(acme->role_count, 3);
    assert_true(acme->roles[0].admin && !acme->roles[0].agent_install);
    assert_true(!acme->roles[1].admin && acme->roles[1].agent_install);
    assert_true(!acme->roles[2].admin && !acme->roles[2].agent_install);
    assert_int_equal(acme->member_count, 2);
    assert_int_equal(acme->members[0].role_count, 2);
    assert_ptr_equal(acme->members[0].roles[0], &acme->roles[0]);
    assert_ptr_equal(acme->members[0].roles[1], &acme->roles[2]);
    assert_int_equal(acme->members[0].registered, MAP_YES);
    assert_null(acme->members[0].identity);
    assert_string_equal(acme->members[1].identity, "bob");
    assert_int_equal(acme->members[1].registered, MAP_NO);
    assert_int_equal(acme->members[1].moves, MAP_NOT_SAID);
    assert_int_equal(acme->members[1].role_count, 0);
    assert_int_equal(acme->environment_count, 2);
    assert_string_equal(acme->environments[0].id, "88000");
    assert_int_equal(acme->environments[0].project_count, 2);
    assert_string_equal(acme->environments[0].projects[1], "Stock");
    assert_null(acme->environments[1].name);
    assert_string_equal(acme->environments[1].id, "88001");
    assert_int_equal(acme->connector_count, 1);
    assert_string_equal(acme->connectors[0], "Warehouse");
    assert_int_equal(acme->api_count, 2);
    assert_string_equal(acme->apis[0].project, "Orders");
    assert_null(acme->apis[1].project);

    const struct map_organization *trial = &map->organizations[1];
    assert_int_equal(trial->fate, MAP_TRIAL);
    assert_null(trial->id);
    assert_int_equal(trial->region, MAP_APAC);
    assert_false(trial->sso);
    assert_int_equal(trial->members[0].moves, MAP_NO);
    assert_string_equal(trial->environments[1].to, "production");
    assert_int_equal(map->organizations[2].fate, MAP_OTHER);
    assert_int_equal(map->organizations[2].region, MAP_REGION_UNKNOWN);

    assert_int_equal(map->rule_count, 3);
    const struct map_rule *rule = &map->rules[0];
    assert_string_equal(rule->source, "/exports/ann/");
    assert_true(ignored(&rule->paths, "exports/ann/orders.json", false));
    assert_false(ignored(&rule->paths, "old/exports/ann/orders.json", false));
    assert_string_equal(rule->organization, "ann's TRIAL");
    assert_string_equal(rule->environment, "Dev");
    assert_string_equal(rule->project, "Orders");
    assert_string_equal(rule->to, "88001");
    assert_string_equal(rule->name, "Orders (Ann)");
    assert_true(rule->has_studio && rule->studio == MAP_DESIGN);
    assert_true(rule->keep == MAP_YES && rule->skip == MAP_NOT_SAID);
    rule = &map->rules[1];
    assert_null(rule->source);
    assert_string_equal(rule->organization, "100003");
    assert_true(!rule->has_studio && rule->skip == MAP_YES && rule->keep == MAP_NOT_SAID);
    assert_int_equal(map->rules[2].skip, MAP_NO);
}

static void test_full(void **state)
{
    (void)state;
    struct migrate_map *map = read_text(full);
    check_full(map);
    json_t *value = jdoc_to_jansson(&map->file.doc, 0);
    migrate_map_free(map);

    /* The same as JSON. */
    char *json = json_dumps(value, JSON_COMPACT);
    map = mm_read("map.json", json, strlen(json));
    check_full(map);
    migrate_map_free(map);
    free(json);
    json_decref(value);
}

static void test_least(void **state)
{
    (void)state;
    struct migrate_map *maps[] = {read_text("mapFormat: 1\n"), map_empty(NULL)};
    for (size_t i = 0; i < 2; i++) {
        assert_non_null(maps[i]);
        assert_null(maps[i]->target);
        assert_null(maps[i]->environment);
        assert_int_equal(maps[i]->studio, MAP_SAME);
        assert_int_equal(maps[i]->organization_count + maps[i]->rule_count, 0);
        assert_null(map_find_organization(maps[i], "1", "Acme"));
        migrate_map_free(maps[i]);
    }
    migrate_map_free(NULL);
}

static void test_find(void **state)
{
    (void)state;
    struct migrate_map *map =
        read_text("mapFormat: 1\n"
                  "organizations:\n"
                  "- {name: First, id: 1, subscription: other}\n"
                  "- {name: '1', id: 2, subscription: other, environments: [{name: Dev, id: 7}]}\n"
                  "- {name: \xc3\x84rger, subscription: other, environments: [{name: '7'}]}\n");
    const struct map_organization *all = map->organizations;
    assert_ptr_equal(map_find_organization(map, "1", "1"), &all[0]); /* the id goes before the name */
    assert_ptr_equal(map_find_organization(map, NULL, "1"), &all[1]);
    assert_ptr_equal(map_find_organization(map, "2", "First"), &all[1]);
    assert_ptr_equal(map_find_organization(map, "3", "fIRST"), &all[0]);
    assert_ptr_equal(map_find_organization(map, "", "\xc3\x84RGER"), &all[2]);
    assert_null(map_find_organization(map, "", ""));
    assert_null(map_find_organization(map, NULL, NULL));
    assert_null(map_find_organization(map, "3", "Second"));
    assert_ptr_equal(map_find_environment(&all[1], NULL, "DEV"), &all[1].environments[0]);
    assert_ptr_equal(map_find_environment(&all[1], "7", NULL), &all[1].environments[0]);
    assert_null(map_find_environment(&all[2], "7", NULL));
    assert_ptr_equal(map_find_environment(&all[2], "7", "7"), &all[2].environments[0]);
    assert_null(map_find_environment(&all[0], "7", "Dev"));

    static char longest[70000];
    memset(longest, 'x', sizeof longest - 1);
    assert_null(map_find_organization(map, longest, longest));
    assert_string_equal(map_organization_label(&all[0]), "First");
    migrate_map_free(map);

    map = read_text("mapFormat: 1\norganizations: [{id: 12, subscription: trial}]\n");
    assert_string_equal(map_organization_label(map->organizations), "12");
    migrate_map_free(map);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(map_fate_name(MAP_TRIAL), "trial");
    assert_string_equal(map_fate_name(MAP_SUBSCRIBED), "subscribed");
    assert_string_equal(map_fate_name(MAP_OTHER), "other");
    assert_string_equal(map_region_name(MAP_REGION_UNKNOWN), "");
    assert_string_equal(map_region_name(MAP_NORTH_AMERICA), "NA");
    assert_string_equal(map_region_name(MAP_EMEA), "EMEA");
    assert_string_equal(map_region_name(MAP_APAC), "APAC");
    assert_string_equal(map_studio_name(MAP_SAME), "same");
    assert_string_equal(map_studio_name(MAP_CLOUD), "cloud");
    assert_string_equal(map_studio_name(MAP_DESIGN), "design");
}

/* Each case is what stands behind `mapFormat: 1`, and "line:column: message" of its error, or its beginning. */
static const struct {
    const char *text, *expected;
} mistakes[] = {
    /* the form: test.schemas has all of it */
    {"studio: both\n", "2:9: 'studio' must be"},
    {"organization: []\n", "2:15: the property 'organization' is not allowed here; did you mean 'organizations'?"},
    {"studio: same\nstudio: same\n", "3:1: the key \"studio\" again"},
    {"organizations: [\n", "3:1: "},

    /* what is there twice */
    {"organizations:\n- {name: A, subscription: trial}\n- {name: B, subscription: trial}\n- {name: a, subscription: "
     "other}\n",
     "5:10: there are two organizations 'a'; the other one is in line 3"},
    {"organizations:\n- {name: A, id: 7, subscription: trial}\n- {id: '7', subscription: trial}\n",
     "4:8: there are two organizations '7'; the other one is in line 3"},
    {"organizations:\n- {name: A, subscription: subscribed}\n- {name: B, subscription: subscribed}\n",
     "4:27: two organizations are subscribed, and projects can go to one alone; 'A' is the other one, in line 3; say "
     "'other' of one of them"},
    {"organizations:\n- name: A\n  subscription: trial\n  environments: [{name: Dev},\n    {name: DEV}]\n",
     "6:12: there are two environments 'DEV'; the other one is in line 5"},
    {"organizations:\n- name: A\n  subscription: trial\n  environments: [{name: Dev, id: 1},\n    {id: 1}]\n",
     "6:10: there are two environments '1'; the other one is in line 5"},
    {"organizations:\n- name: A\n  subscription: trial\n  members: [{email: a@b.example},\n    {email: A@B.example}]\n",
     "6:13: there are two members 'A@B.example'; the other one is in line 5"},
    {"organizations:\n- name: A\n  subscription: trial\n  roles: [{name: Guests},\n    {name: guests}]\n",
     "6:12: there are two roles 'guests'; the other one is in line 5"},

    /* roles */
    {"organizations:\n- name: A\n  subscription: trial\n  roles: [{name: Guests}, {name: Operators}]\n"
     "  members: [{email: a@b.example, roles: [Guests, Operator]}]\n",
     "6:50: the organization 'A' has no role 'Operator'; did you mean 'Operators'?"},
    {"organizations:\n- name: A\n  subscription: trial\n  roles: [{name: Guests}]\n"
     "  members: [{email: a@b.example, roles: [Developers]}]\n",
     "6:42: the organization 'A' has no role 'Developers'"},
    {"organizations:\n- id: 12\n  subscription: trial\n  members: [{email: a@b.example, roles: [Guests]}]\n",
     "5:42: the organization '12' has no role 'Guests', for it lists none"},
    {"organizations:\n- {name: A, subscription: trial, roles: [{name: R}]}\n"
     "- {name: B, subscription: trial, members: [{email: a@b.example, roles: [R]}]}\n",
     "4:73: the organization 'B' has no role 'R', for it lists none"},

    /* where projects are to go */
    {"environment: Dev\norganizations:\n- {name: A, subscription: subscribed, environments: [{name: Dev1}, {id: 5}]}\n",
     "2:14: the subscribed organization 'A' has no environment 'Dev'; did you mean 'Dev1'?"},
    {"organizations:\n- {name: A, subscription: subscribed, environments: [{name: Live}]}\n"
     "- {name: B, subscription: trial, environments: [{name: Dev, to: Test}]}\n",
     "4:65: the subscribed organization 'A' has no environment 'Test'"},
    {"organizations:\n- {name: B, subscription: trial, environments: [{name: Dev, to: Test}]}\n"
     "- {name: A, subscription: subscribed}\n",
     "3:65: the subscribed organization 'A' has no environment 'Test', for it lists none"},
    {"organizations: [{name: A, subscription: subscribed, environments: [{name: Live}]}]\n"
     "projects:\n- {match: {}, environment: 12}\n",
     "4:28: the subscribed organization 'A' has no environment '12'"},
    {"organizations:\n- {name: A, subscription: subscribed, environments: [{name: Dev}, {name: Test, to: Dev}]}\n",
     "3:84: 'to' is for environments of organizations that end, and 'A' stays"},
    {"organizations:\n- {name: A, subscription: other, members: [{email: a@b.example, moves: true}]}\n",
     "3:72: 'moves' is for members of organizations that end, and 'A' stays"},

    /* single sign-on */
    {"organizations:\n- {name: A, subscription: other, bypass: [a@b.example]}\n",
     "3:42: 'bypass' is for organizations with single sign-on; say 'sso: true' or leave it out"},
    {"organizations:\n- {name: A, subscription: other, sso: false, ssoAdministrator: a@b.example}\n",
     "3:64: 'ssoAdministrator' is for organizations with single sign-on; say 'sso: true' or leave it out"},
    {"organizations:\n- {name: A, subscription: other, members: [{email: a@b.example, registered: false}]}\n"
     "- {name: B, subscription: other, members: [{email: A@b.example, registered: true}]}\n",
     "4:77: 'A@b.example' is said to have registered and not to have registered; the other is in line 3"},

    /* rules */
    {"organizations: [{name: Acme trial, subscription: trial}]\nprojects:\n"
     "- match: {organization: Acme trail}\n  skip: true\n",
     "4:25: there is no organization 'Acme trail'; did you mean 'Acme trial'?"},
    {"projects:\n- match: {organization: 17}\n  skip: true\n", "3:25: there is no organization '17'"},
    {"organizations:\n- {name: A, subscription: trial, environments: [{name: Dev}]}\n- {name: B, subscription: trial}\n"
     "projects:\n- {match: {organization: B, environment: Dev}, skip: true}\n",
     "6:42: the organization 'B' has no environment 'Dev'"},
    {"organizations:\n- {name: A, subscription: trial, environments: [{name: Dev}]}\n"
     "projects:\n- {match: {environment: Test}, skip: true}\n",
     "5:25: no organization has an environment 'Test'"},
    {"projects:\n- {match: {source: ../x}, skip: true}\n",
     "3:20: the pattern '../x' matches nothing: paths are relative"},
    {"projects:\n- {match: {source: 'a[b'}, skip: true}\n", "3:20: the pattern 'a[b' matches nothing: a '[' without"},
    {"projects:\n- {match: {source: '!a'}, skip: true}\n", "3:20: the pattern '!a' takes back, but no pattern stands"},
    {"projects:\n- {match: {}, skip: true, keep: true}\n", "3:33: a project cannot be skipped and kept"},
};

static void test_mistakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        char text[1000], got[2000];
        struct jpk_error err = {0};
        snprintf(text, sizeof text, "mapFormat: 1\n%s", mistakes[i].text);
        const char *path = mm_make("map.yaml", text, strlen(text));
        assert_null(map_read(path, &err));
        assert_null(map_read(path, NULL));
        assert_string_equal(err.file, path);
        snprintf(got, sizeof got, "%u:%u: %s", (unsigned)err.line, (unsigned)err.column, err.message);
        const char *expected = mistakes[i].expected;
        if (strncmp(got, expected, strlen(expected)) != 0)
            fail_msg("%s\n%s\n%s", text, got, expected);
        if (i >= 4)
            assert_int_equal(err.code, JPK_ERR_FORMAT);
    }
}

/* What looks like a mistake and is none. */
static void test_no_mistakes(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "environment: Anywhere\n", /* nothing is subscribed: nobody can say */
        "organizations: [{name: A, subscription: trial, environments: [{name: Dev, to: Test}]}]\n",
        "organizations: [{name: A, subscription: trial, bypass: []}]\n",
        "organizations: [{name: '1', id: 2, subscription: trial}, {name: '2', id: 1, subscription: trial}]\n",
        "organizations:\n"
        "- {name: A, subscription: trial, environments: [{name: Dev}], members: [{email: a@b.example, registered: "
        "true}]}\n"
        "- {name: B, subscription: trial, environments: [{name: Dev}], members: [{email: a@b.example, registered: "
        "true}]}\n"
        "projects: [{match: {environment: Dev}, skip: true}]\n",
        "projects: [{match: {}, skip: false, keep: true}]\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char text[1000];
        snprintf(text, sizeof text, "mapFormat: 1\n%s", texts[i]);
        migrate_map_free(read_text(text));
    }
}

static void test_no_file(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/none.yaml", mm_root);
    assert_null(map_read(path, &err));
    assert_int_equal(err.code, JPK_ERR_READ);
    assert_string_equal(err.file, path);
    err = (struct jpk_error){0};
    assert_null(map_read(mm_root, &err));
    assert_int_equal(err.code, JPK_ERR_SPECIAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full),    cmocka_unit_test(test_least),    cmocka_unit_test(test_find),
        cmocka_unit_test(test_names),   cmocka_unit_test(test_mistakes), cmocka_unit_test(test_no_mistakes),
        cmocka_unit_test(test_no_file),
    };
    return cmocka_run_group_tests_name("map", tests, mm_set_up, mm_tear_down);
}
