/* What a plan knows of projects: migrate/survey.h, hosts.h and fingerprint.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "migrate/fingerprint.h"
#include "migrate/hosts.h"
#include "migrate/survey.h"
#include "tests/unit/cloudmaker.h"
#include "tests/unit/projectmaker.h"

static char root[64];

static int set_up(void **state)
{
    (void)state;
    pm_temporary(root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pm_remove(root);
    return 0;
}

static const char *at(const char *name)
{
    static char paths[4][200];
    static size_t next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", root, name);
    return path;
}

static void put(const char *name, const char *text)
{
    char folder[200];
    snprintf(folder, sizeof folder, "%s", at(name));
    *strrchr(folder, '/') = '\0';
    assert_true(file_make_folder(folder, NULL));
    assert_true(file_write(at(name), text, strlen(text), true, NULL));
}

static struct survey survey_of(const char *name)
{
    struct survey survey;
    struct jpk_error err = {0};
    char *paths[] = {(char *)(uintptr_t)at(name)}, real[PATH_MAX];
    struct survey_options options = {.base = realpath(root, real), .jobs = 2};
    assert_true(survey_make(&survey, paths, 1, &options, &err));
    return survey;
}

/* ----------------------------------------------------------------------------------------------------------- hosts */

static void put_found(void *context, const char *host, enum map_region region)
{
    buf_printf(context, "%s %s;", host, map_region_name(region));
}

static void test_hosts(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"https://citizen.jitterbit.net/x", "citizen.jitterbit.net NA;"},
        {"https://citizen.jitterbit.eu:443", "citizen.jitterbit.eu EMEA;"},
        {"CITIZEN.Jitterbit.CC", "citizen.jitterbit.cc APAC;"},
        {"na-east.jitterbit.com", "na-east.jitterbit.com NA;"},
        {"https://acme.na-east.jitterbit.com/prod/1.0", "acme.na-east.jitterbit.com NA;"},
        {"emea-west.jitterbit.com, apac-southeast.jitterbit.com.",
         "emea-west.jitterbit.com EMEA;apac-southeast.jitterbit.com APAC;"},
        {"a.jitterbit.net a.jitterbit.net", "a.jitterbit.net NA;a.jitterbit.net NA;"},
        {"wss://a.b.c.jitterbit.net", "a.b.c.jitterbit.net NA;"},
        {"a.jitterbit.jitterbit.net", "a.jitterbit.jitterbit.net NA;"},
        {"<a.jitterbit.net>", "a.jitterbit.net NA;"},
        {"x=a.jitterbit.net&y", "a.jitterbit.net NA;"},

        /* what stands before may be no part of it */
        {"\"\\na.jitterbit.net\"", "a.jitterbit.net NA;"},
        {"\\tcitizen.jitterbit.net", "citizen.jitterbit.net NA;"},
        {"\\\\net1.jitterbit.net\\share", "net1.jitterbit.net NA;"},
        {"https%3A%2F%2Fa.jitterbit.net%2Fx", "a.jitterbit.net NA;"},
        {"...a.jitterbit.net...", "a.jitterbit.net NA;"},
        {"--a.jitterbit.net-", "a.jitterbit.net NA;"},

        /* no hosts, or of no region */
        {"", ""},
        {".jitterbit.", ""},
        {"jitterbit.net", ""},
        {".jitterbit.net", ""},
        {" .jitterbit.net", ""},
        {"www.jitterbit.com", ""},
        {"success.jitterbit.com/display/DOC", ""},
        {"http://www.jitterbit.com/XsdFromDtd", ""},
        {"com.jitterbit.integration.server", ""},
        {"com.jitterbit.net", ""},
        {"org.jitterbit.eu", ""},
        {"a.jitterbit.netz", ""},
        {"a.jitterbit.net.example.com", ""},
        {"a.notjitterbit.net", ""},
        {"a.jitterbit.example", ""},
        {"jitterbit.json.order_search.xsd", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf found = {0};
        hosts_find(cases[i].text, strlen(cases[i].text), put_found, &found);
        if (strcmp(buf_text(&found), cases[i].expected) != 0)
            fail_msg("%s\ngot:      %s\nexpected: %s", cases[i].text, buf_text(&found), cases[i].expected);
        buf_free(&found);
    }
}

/* Never looks behind the end, and names that are too long are none. */
static void test_hosts_at_edges(void **state)
{
    (void)state;
    static const char text[] = "a.jitterbit.net";
    for (size_t n = 0; n < sizeof text; n++) {
        char *copy = malloc(n + 1); /* so that tools see a byte too many */
        struct buf found = {0};
        memcpy(copy, text, n);
        hosts_find(copy, n, put_found, &found);
        assert_string_equal(buf_text(&found), n == sizeof text - 1 ? "a.jitterbit.net NA;" : "");
        buf_free(&found);
        free(copy);
    }
    enum { LONG = 4000 };
    char *label = malloc(LONG + sizeof text);
    struct buf found = {0};
    memset(label, 'a', LONG);
    memcpy(label + LONG, text, sizeof text);
    hosts_find(label, LONG + sizeof text - 1, put_found, &found);
    assert_string_equal(buf_text(&found), "");
    buf_free(&found);
    free(label);
}

static void test_region(void **state)
{
    (void)state;
    assert_int_equal(hosts_region("x.jitterbit.net", 15), MAP_NORTH_AMERICA);
    assert_int_equal(hosts_region("x.jitterbit.net", 14), MAP_REGION_UNKNOWN);
    assert_int_equal(hosts_region(".jitterbit.net", 14), MAP_REGION_UNKNOWN);
    assert_int_equal(hosts_region("", 0), MAP_REGION_UNKNOWN);
}

/* "host place;" for all of a project. */
static void assert_hosts(const struct survey_project *p, const char *expected)
{
    struct buf found = {0};
    for (size_t i = 0; i < p->host_count; i++)
        buf_printf(&found, "%s in %s;", p->hosts[i].host, p->hosts[i].place);
    assert_string_equal(buf_text(&found), expected);
    buf_free(&found);
}

/* -------------------------------------------------------------------------------------------------- Design Studio */

#define SCRIPT_BODY(text) "  <konga.string name=\"script\">&lt;trans&gt;" text "&lt;/trans&gt;</konga.string>\n"
#define LISTED(type, n, name)                                                                                          \
    "<EntityType name=\"" type "\"><Entity entityId=\"0000000" #n "-0000-4000-8000-0000000000ab\" name=\"" name        \
    "\"/></EntityType>"

static void write_design(const char *folder, const char *environment, const char *jitterpak)
{
    struct pm pm = {0};
    pm_entity(&pm, "", "Script", pm_id(1), "Send",
              SCRIPT_BODY("a = \"\\ncitizen.jitterbit.eu\"; b = \"https://CITIZEN.jitterbit.eu\";"));
    pm_entity(&pm, "", "Source", pm_id(2), "Web",
              "  <Properties>\n    <Item key=\"source_id\" value=\"x\"/>\n  </Properties>\n"
              "  <Location type=\"HTTP\">\n    <Data>\n      <Properties>\n"
              "        <Item key=\"locator\" value=\"https://a.jitterbit.net/x\"/>\n"
              "        <Item enc=\"true\" key=\"password\" value=\"$00+secret.jitterbit.net\"/>\n"
              "      </Properties>\n    </Data>\n  </Location>\n");
    pm_entity(&pm, "", "Transformation", pm_id(3), "Map",
              "  <Mappings>\n    <Mapping>\n      <konga.string name=\"expr\">json$a$\t&lt;trans&gt;"
              "\"apac-x.jitterbit.com\"&lt;/trans&gt;</konga.string>\n    </Mapping>\n  </Mappings>\n");
    pm_tree(&pm, "", LISTED("Script", 1, "Send") LISTED("Source", 2, "Web") LISTED("Transformation", 3, "Map"));
    pm_add(&pm, "environment.properties", environment);
    pm_add(&pm, "jitterpak.properties", jitterpak);
    pm_write(&pm, at(folder));
    pm_free(&pm);
}

static void test_design(void **state)
{
    (void)state;
    write_design("design/one",
                 "org-name=Acme\norg-id=7\nenvironment-name=Prod\nenvironment-id=8\nmodified=2000\n"
                 "last-deployed-by=ann@acme.example\n",
                 "type=3\ncreated_at=1000\nproject_name=P\n");
    struct survey survey = survey_of("design/one");
    const struct survey_project *p = &survey.projects[0];
    assert_int_equal(survey.count, 1);
    assert_int_equal(p->error.code, JPK_OK);
    assert_string_equal(p->source, "design/one");
    assert_string_equal(p->organization, "Acme");
    assert_string_equal(p->organization_id, "7");
    assert_string_equal(p->environment, "Prod");
    assert_string_equal(p->environment_id, "8");
    assert_false(p->cloud);
    assert_int_equal(p->kind, JPK_KIND_EXPORT);
    assert_int_equal(p->modified, 2000);
    assert_int_equal(p->people_count, 1);
    assert_string_equal(p->people[0], "ann@acme.example");
    assert_int_equal(p->scripts, 1);
    /* each once an item, and never what is encrypted */
    assert_hosts(p, "citizen.jitterbit.eu in Script/Send;a.jitterbit.net in Source/Web;"
                    "apac-x.jitterbit.com in Transformation/Map;");
    survey_free(&survey);
}

static void test_newest_time(void **state)
{
    (void)state;
    static const struct {
        const char *environment, *jitterpak;
        int64_t expected;
    } cases[] = {
        {"modified=2000\n", "created_at=3000\n", 3000},
        {"modified=4000\n", "created_at=3000\n", 4000},
        {"modified=yesterday\n", "created_at=3000x\n", 0},
        {"modified=-5\n", "created_at=\n", 0},
        {"", "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[40];
        snprintf(name, sizeof name, "times/%zu", i);
        write_design(name, cases[i].environment, cases[i].jitterpak);
        struct survey survey = survey_of(name);
        assert_int_equal(survey.projects[0].modified, cases[i].expected);
        assert_int_equal(survey.projects[0].people_count, 0);
        survey_free(&survey);
    }
}

static void test_endpoints(void **state)
{
    (void)state;
    static const struct {
        const char *path, *expected;
        bool private;
    } cases[] = {{"samples/database-to-ftp", "database 1;ftp 1;local-file 1;", true},
                 {"samples/cloud/contacts.json", "salesforce 1;netsuite 1;", false},
                 {"samples/cloud/nightly-cleanup.json", "", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct survey survey;
        struct jpk_error err = {0};
        struct buf found = {0};
        char *paths[] = {(char *)(uintptr_t)cases[i].path};
        assert_true(survey_make(&survey, paths, 1, &(struct survey_options){.jobs = 1}, &err));
        const struct survey_project *p = &survey.projects[0];
        for (size_t j = 0; j < p->endpoint_count; j++)
            buf_printf(&found, "%s %zu;", p->endpoints[j].connector, p->endpoints[j].count);
        assert_string_equal(buf_text(&found), cases[i].expected);
        assert_int_equal(p->private_count > 0, cases[i].private);
        buf_free(&found);
        survey_free(&survey);
    }
}

/* --------------------------------------------------------------------------------------------------- Cloud Studio */

static void test_cloud(void **state)
{
    (void)state;
    put("cloud/one.json",
        PROJECT("",
                SCRIPT(1, "Send", "\\nciti.jitterbit.net; \\\"a.jitterbit.net\\\"") "," PART(
                    2, 400, "Late", ",\"scriptType\":1,\"scriptBody\":\"\",\"modifiedOn\":9000"),
                ",\"name\":\"P\",\"id\":\"p-1\",\"organizationId\":\"7\",\"targetEnvironmentId\":\"8\","
                "\"createdOn\":1000,\"modifiedOn\":2000,\"createdBy\":\"ann@acme.example\","
                "\"modifiedBy\":\"somebody\",\"description\":\"https:\\/\\/b.jitterbit.eu\""));
    struct survey survey = survey_of("cloud/one.json");
    const struct survey_project *p = &survey.projects[0];
    assert_int_equal(survey.count, 1);
    if (p->error.code != JPK_OK)
        fail_msg("%s", p->error.message);
    assert_true(p->cloud);
    assert_string_equal(p->name, "P");
    assert_string_equal(p->id, "p-1");
    assert_string_equal(p->organization_id, "7");
    assert_string_equal(p->environment_id, "8");
    assert_int_equal(p->modified, 9000);
    assert_int_equal(p->people_count, 1);
    assert_string_equal(p->people[0], "ann@acme.example");
    assert_hosts(p, "citi.jitterbit.net in script:Send;a.jitterbit.net in script:Send;b.jitterbit.eu in project;");
    survey_free(&survey);
}

/* ------------------------------------------------------------------------------------------------------- inputs */

static void test_inputs(void **state)
{
    (void)state;
    struct survey survey;
    struct jpk_error err = {0};
    char real[PATH_MAX], paths[5][200];
    write_design("inputs/a", "org-name=A\n", "");
    put("inputs/sub/b.json", ONE(SCRIPT(1, "S", "")));
    put("inputs/sub/broken.jpk", "PK");
    put("inputs/sub/other.json", "{\"a\": 1}");
    assert_int_equal(symlink("sub/b.json", at("inputs/link.json")), 0);
    snprintf(paths[0], sizeof paths[0], "%s", at("inputs"));
    snprintf(paths[1], sizeof paths[1], "%s", at("inputs/sub"));
    snprintf(paths[2], sizeof paths[2], "%s", at("inputs/./sub/../a"));
    snprintf(paths[3], sizeof paths[3], "%s", at("inputs/link.json"));
    snprintf(paths[4], sizeof paths[4], "%s", at("inputs/nothing.jpk"));
    char *all[] = {paths[0], paths[1], paths[2], paths[3], paths[4]};
    struct survey_options options = {.base = realpath(at("inputs/sub"), real), .jobs = 3};
    assert_true(survey_make(&survey, all, 5, &options, &err));
    assert_int_equal(survey.count, 4);
    assert_int_equal(survey.unreadable, 2);
    assert_string_equal(survey.projects[0].source, "../a");
    assert_int_equal(survey.projects[1].error.code, JPK_ERR_READ);
    assert_string_equal(survey.projects[2].source, "b.json");
    assert_string_equal(survey.projects[3].source, "broken.jpk");
    assert_string_equal(survey.projects[3].fingerprint, "");
    assert_int_equal(strlen(survey.projects[2].fingerprint), 64);
    survey_free(&survey);
    survey_free(&survey); /* empty by now */
}

/* Paths that are not UTF-8: each once, and two that look alike are two. */
static void test_odd_paths(void **state)
{
    (void)state;
    struct survey survey;
    struct jpk_error err = {0};
    char real[PATH_MAX], folder[200];
    put("odd/x\xff.json", ONE(SCRIPT(1, "S", "")));
    put("odd/x\xfe.json", ONE(SCRIPT(1, "S", "")));
    snprintf(folder, sizeof folder, "%s", at("odd"));
    char *twice[] = {folder, folder};
    assert_true(
        survey_make(&survey, twice, 2, &(struct survey_options){.base = realpath(root, real), .jobs = 1}, &err));
    assert_int_equal(survey.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(survey.projects[i].odd_path);
        assert_string_equal(survey.projects[i].source, "odd/x?.json");
    }
    survey_free(&survey);
}

/* --------------------------------------------------------------------------------------------------- fingerprints */

static void fingerprint(const char *name, char out[65])
{
    struct jpk_error err = {0};
    if (!fingerprint_path(at(name), out, &err))
        fail_msg("%s", err.message);
}

static void assert_changed(const char *what, char before[65])
{
    char now[65];
    fingerprint("prints", now);
    if (strcmp(before, now) == 0)
        fail_msg("%s changes nothing", what);
    memcpy(before, now, 65);
}

static void assert_same(const char *what, const char before[65])
{
    char now[65];
    fingerprint("prints", now);
    if (strcmp(before, now) != 0)
        fail_msg("%s changes it", what);
}

static void test_fingerprints(void **state)
{
    (void)state;
    char sum[65], expected[65];
    put("prints/a.txt", "one");
    put("prints/sub/b.txt", "two");
    fingerprint("prints", sum);
    put("prints/c.txt", "");
    assert_changed("an empty file more", sum);
    put("prints/c.txt", "x");
    assert_changed("another text", sum);
    assert_int_equal(rename(at("prints/c.txt"), at("prints/d.txt")), 0);
    assert_changed("another name", sum);
    assert_int_equal(rename(at("prints/d.txt"), at("prints/sub/d.txt")), 0);
    assert_changed("another folder", sum);
    assert_int_equal(remove(at("prints/sub/d.txt")), 0);
    assert_changed("a file less", sum);
    put("prints/.hidden", "x");
    assert_changed("a hidden file", sum);
    put("prints/.gitignore", "*\n");
    assert_changed("a list of what to ignore", sum);
    put("prints/.git/config", "x");
    put("prints/sub/.svn/entries", "x");
    put("prints/.hg/store", "x");
    assert_same("version control", sum);
    put("prints/a.txt", "one");
    assert_same("the same text again", sum);
    assert_int_equal(mkdir(at("prints/empty"), 0777), 0);
    assert_same("an empty folder", sum);

    put("file.txt", "one");
    fingerprint("file.txt", sum);
    sha256_hex("one", 3, expected);
    assert_string_equal(sum, expected);
}

static void test_no_fingerprint(void **state)
{
    (void)state;
    char sum[65];
    struct jpk_error err = {0};
    assert_false(fingerprint_path(at("nowhere"), sum, &err));
    assert_int_equal(err.code, JPK_ERR_READ);
    assert_non_null(strstr(err.file, "nowhere"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),        cmocka_unit_test(test_hosts_at_edges), cmocka_unit_test(test_region),
        cmocka_unit_test(test_design),       cmocka_unit_test(test_newest_time),    cmocka_unit_test(test_endpoints),
        cmocka_unit_test(test_cloud),        cmocka_unit_test(test_inputs),         cmocka_unit_test(test_odd_paths),
        cmocka_unit_test(test_fingerprints), cmocka_unit_test(test_no_fingerprint),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
