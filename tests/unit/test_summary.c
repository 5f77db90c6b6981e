/* Summaries of projects, and finding projects in folders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "jpk/find.h"
#include "jpk/summary.h"
#include "tests/unit/projectmaker.h"

#define SECRET "$00AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define TRANS(text) "  <konga.string name=\"script\">&lt;trans&gt;" text "&lt;/trans&gt;</konga.string>\n"
#define ITEM(key, value) "    <Item key=\"" key "\" value=\"" value "\"/>\n"
#define ENCRYPTED(key) "    <Item enc=\"true\" key=\"" key "\" value=\"" SECRET "\"/>\n"
#define PROPERTIES(items) "  <Properties>\n" items "  </Properties>\n"

struct fixture {
    struct pm pm;
    struct buf tree;
    struct jpk_project *project;
    struct jpk_graph *graph;
    struct jpk_summary *summary;
};

static void listed(struct fixture *f, const char *type, unsigned id, const char *name)
{
    buf_printf(&f->tree, "  <EntityType name=\"%s\">\n    <Entity entityId=\"%s\" name=\"%s\"/>\n  </EntityType>\n",
               type, pm_id(id), name);
}

static void add(struct fixture *f, const char *type, unsigned id, const char *name, const char *body)
{
    listed(f, type, id, name);
    pm_entity(&f->pm, "t/", type, pm_id(id), name, body);
}

/* An operation with one script (0: none) and these properties. */
static void add_operation(struct fixture *f, unsigned id, const char *name, unsigned script, const char *properties)
{
    struct buf body = {0};
    buf_puts(&body, properties);
    if (script)
        buf_printf(&body,
                   "  <Pipeline opType=\"Script\">\n    <Activities>\n      <SCRIPT contentId=\"%s\" "
                   "role=\"Script\"/>\n    </Activities>\n  </Pipeline>\n",
                   pm_id(script));
    add(f, "Operation", id, name, buf_text(&body));
    buf_free(&body);
}

/* A deleted entity: its file is there and the tree still lists it. */
static void add_deleted(struct fixture *f, const char *type, unsigned id, const char *name, const char *body)
{
    struct buf text = {0}, path = {0};
    listed(f, type, id, name);
    buf_printf(&text, "<Entity type=\"%s\">\n  <Header Deleted=\"true\" ID=\"%s\" Name=\"%s\"/>\n%s</Entity>\n", type,
               pm_id(id), name, body);
    buf_printf(&path, "t/Data/%s/%s.xml", type, pm_id(id));
    pm_add(&f->pm, buf_text(&path), buf_text(&text));
    buf_free(&text);
    buf_free(&path);
}

static void link_to(char out[256], const char *key, unsigned id)
{
    snprintf(out, 256, PROPERTIES("    <Item key=\"%s\" value=\"%s\"/>\n"), key, pm_id(id));
}

static void summarize(struct fixture *f)
{
    struct jpk_error err = {0};
    pm_tree(&f->pm, "t/", buf_text(&f->tree));
    f->project = pm_good(&f->pm, JPK_KEEP_GOING);
    f->graph = jpk_graph_build(f->project, &err);
    assert_non_null(f->graph);
    f->summary = jpk_summary_make(f->project, f->graph, &err);
    if (!f->summary)
        fail_msg("%s", err.message);
    /* It stands alone: what it was made of goes first. */
    jpk_graph_free(f->graph);
    jpk_project_free(f->project);
    pm_close(&f->pm);
}

static void done(struct fixture *f)
{
    jpk_summary_free(f->summary);
    buf_free(&f->tree);
    pm_free(&f->pm);
    memset(f, 0, sizeof *f);
}

/* ------------------------------------------------------------------------------------------------ what starts what */

static bool is_unstarted(const struct jpk_summary *summary, const char *path)
{
    for (size_t i = 0; i < summary->unstarted_count; i++)
        if (strcmp(summary->unstarted[i].path, path) == 0)
            return true;
    return false;
}

static void test_unstarted(void **state)
{
    struct fixture f = {0};
    char next[256], failure[256], schedule[256], deleted[256];
    (void)state;
    link_to(next, "success_operation_id", 3);
    link_to(failure, "failure_operation_id", 4);
    link_to(schedule, "schedule_id", 0x30);
    link_to(deleted, "success_operation_id", 9);
    add_operation(&f, 1, "Main", 0x20, next);
    add_operation(&f, 2, "Called", 0, failure);
    add_operation(&f, 3, "After success", 0, "");
    add_operation(&f, 4, "After failure", 0, "");
    add_operation(&f, 5, "In a comment", 0, "");
    add_operation(&f, 6, "Waited for", 0, "");
    add_operation(&f, 7, "Starts itself", 0x21, "");
    add_operation(&f, 8, "From dead code", 0, "");
    add_operation(&f, 9, "After a deleted one", 0, "");
    add_operation(&f, 10, "Scheduled", 0, schedule);
    add_deleted(&f, "Operation", 11, "Deleted", deleted);
    add(&f, "Script", 0x20, "S",
        TRANS("\nRunOperation(\"op.00000002-0000-4000-8000-0000000000ab\");\n"
              "// RunOperation(\"op.00000005-0000-4000-8000-0000000000ab\");\n"
              "WaitForOperation(\"op.00000006-0000-4000-8000-0000000000ab\");\n"));
    add(&f, "Script", 0x21, "Again", TRANS("RunOperation(\"op.00000007-0000-4000-8000-0000000000ab\");"));
    add(&f, "Script", 0x22, "Dead", TRANS("RunOperation(\"op.00000008-0000-4000-8000-0000000000ab\");"));
    add(&f, "Schedule", 0x30, "Nightly", "");
    summarize(&f);
    static const char *const expected[] = {"Main",          "In a comment",   "Waited for",
                                           "Starts itself", "From dead code", "After a deleted one"};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        char path[64];
        snprintf(path, sizeof path, "Operation/%s", expected[i]);
        if (!is_unstarted(f.summary, path))
            fail_msg("%s is missing", path);
    }
    assert_int_equal(f.summary->unstarted_count, 6);
    assert_string_equal(f.summary->unstarted[0].id, pm_id(1)); /* in the order of the tree */
    assert_string_equal(f.summary->unstarted[1].id, pm_id(5));
    assert_int_equal(f.summary->types[JPK_TYPE_OPERATION], 10);
    assert_int_equal(f.summary->deleted, 1);
    done(&f);
}

/* ------------------------------------------------------------------------------------------------- counts and lists */

static void test_scripts(void **state)
{
    struct fixture f = {0};
    (void)state;
    add(&f, "Script", 1, "Empty", "  <konga.string name=\"script\"/>\n");
    add(&f, "Script", 2, "One", TRANS("1;"));
    add(&f, "Script", 3, "Four", TRANS("\n1;\n2;\n"));
    add_deleted(&f, "Script", 4, "Deleted", TRANS("1;\n2;\n3;"));
    add(&f, "Transformation", 5, "T",
        "  <Mappings>\n"
        "    <Mapping><konga.string name=\"expr\">a$b$\t&lt;trans&gt;\nx\n&lt;/trans&gt;</konga.string></Mapping>\n"
        "    <Mapping><konga.string name=\"expr\">c$\t&lt;trans&gt;y&lt;/trans&gt;</konga.string></Mapping>\n"
        "    <Mapping><konga.string name=\"expr\">[t.]\t[s.]</konga.string></Mapping>\n"
        "  </Mappings>\n");
    summarize(&f);
    const struct jpk_summary *s = f.summary;
    assert_int_equal(s->script_count, 4);
    assert_string_equal(s->scripts[0].item.path, "Script/Empty");
    assert_int_equal(s->scripts[0].lines, 0);
    assert_int_equal(s->scripts[1].lines, 1);
    assert_int_equal(s->scripts[2].lines, 4);
    assert_int_equal(s->scripts[3].type, JPK_TYPE_TRANSFORMATION);
    assert_int_equal(s->scripts[3].scripts, 2);
    assert_int_equal(s->scripts[3].lines, 4);
    assert_int_equal(s->script_lines, 5);
    assert_int_equal(s->mapping_scripts, 2);
    assert_int_equal(s->mapping_lines, 4);
    assert_int_equal(s->items, 4);
    done(&f);
}

static void test_secrets(void **state)
{
    struct fixture f = {0};
    (void)state;
    add(&f, "ProjectVariable", 1, "token", PROPERTIES(ENCRYPTED("value")));
    add(&f, "Target", 2, "Upload",
        PROPERTIES(ENCRYPTED("password")) "  <Location type=\"FTP\">\n    <Data>\n" PROPERTIES(
            ITEM("host", "clear-text-host") ENCRYPTED("login")) "    </Data>\n  </Location>\n");
    add(&f, "EmailMessage", 3, "Mail", PROPERTIES(ENCRYPTED("smtp_password")));
    add(&f, "SalesforceConnector", 4, "SF", PROPERTIES(ENCRYPTED("security_token")));
    add_deleted(&f, "ProjectVariable", 5, "old", PROPERTIES(ENCRYPTED("value")));
    summarize(&f);
    const struct jpk_summary *s = f.summary;
    static const char *const expected[][2] = {{"ProjectVariable/token", "value"},
                                              {"Target/Upload", "password"},
                                              {"Target/Upload", "login"},
                                              {"EmailMessage/Mail", "smtp_password"},
                                              {"SalesforceConnector/SF", "security_token"},
                                              {"ProjectVariable/old", "value"}};
    assert_int_equal(s->secret_count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(s->secrets[i].item.path, expected[i][0]);
        assert_string_equal(s->secrets[i].key, expected[i][1]);
    }
    assert_int_equal(s->secret_variables, 2);
    assert_int_equal(s->secret_locations, 2);
    assert_int_equal(s->secret_mails, 1);
    assert_int_equal(s->secret_others, 1);
    assert_int_equal(s->variables, 1);
    assert_int_equal(s->variables_set, 1);
    assert_int_equal(s->connector_count, 2);
    assert_string_equal(s->connectors[0].name, "FTP");
    assert_int_equal(s->connectors[0].writes, 1);
    assert_int_equal(s->connectors[0].reads, 0);
    assert_string_equal(s->connectors[1].name, "salesforce");
    assert_int_equal(s->connectors[1].endpoints, 1);
    done(&f);
}

/* Where versions and origins come from, and in which order. */
static void test_origin(void **state)
{
    struct fixture f = {0};
    (void)state;
    pm_add(&f.pm, "t/jitterpak.properties",
           "type=3\ncreated_with_version=110410000000033\nrequired_version=nonsense\norg_name=Exported\n"
           "org_id=7\ncomment=Say <hi>\ncreated_at=1756506175000\n");
    pm_add(&f.pm, "t/environment.properties",
           "#Fri Aug 29 16:22:55 CST 2025\nsaved-in-version=10.1.0.1\nrequires-version=8.16.0.1\norg-name=Owner\n"
           "environment-name=Test\n");
    add(&f, "Script", 1, "S", TRANS("1;"));
    summarize(&f);
    const struct jpk_summary *s = f.summary;
    assert_string_equal(s->name, "P");
    assert_string_equal(s->id, "p-1");
    assert_string_equal(s->form, "Jitterpak");
    assert_int_equal(s->kind, JPK_KIND_EXPORT);
    assert_string_equal(jpk_kind_name(s->kind), "export");
    assert_string_equal(s->created_with, "11.41.0.33");
    assert_string_equal(s->required_version, "8.16.0.1"); /* the first of the two that is one */
    assert_string_equal(s->organization, "Owner");
    assert_string_equal(s->organization_id, "7");
    assert_string_equal(s->environment, "Test");
    assert_string_equal(s->environment_id, "");
    assert_string_equal(s->comment, "Say <hi>");
    assert_string_equal(s->stored, "Fri Aug 29 16:22:55 CST 2025");
    assert_string_equal(s->created, "2025-08-29T22:22:55Z");
    assert_string_equal(s->deployed, "");
    assert_int_equal(s->entries, 4);
    size_t size = 0;
    for (size_t i = 0; i < f.pm.count; i++)
        size += f.pm.entries[i].size;
    assert_int_equal(s->size, size);
    done(&f);
}

static void test_findings(void **state)
{
    struct fixture f = {0};
    (void)state;
    add_operation(&f, 1, "O", 2, "");
    listed(&f, "Script", 3, "Without file");
    summarize(&f);
    const struct jpk_summary *s = f.summary;
    assert_int_equal(s->unread, 1);
    assert_int_equal(s->finding_counts[JPK_ERROR], 2);
    assert_int_equal(s->finding_count,
                     s->finding_counts[JPK_ERROR] + s->finding_counts[JPK_WARNING] + s->finding_counts[JPK_INFO]);
    bool dangling = false;
    for (size_t i = 0; i < s->finding_count; i++) {
        const struct jpk_finding *finding = &s->findings[i];
        if (strcmp(finding->rule, "dangling-reference") != 0)
            continue;
        dangling = true;
        assert_string_equal(finding->entity_name, "O");
        assert_true(finding->line > 0);
        assert_null(finding->hint);
    }
    assert_true(dangling);
    done(&f);
}

static void test_slim(void **state)
{
    struct fixture f = {0};
    struct jpk_error err = {0};
    (void)state;
    add(&f, "Script", 1, "S", TRANS("1;"));
    pm_tree(&f.pm, "t/", buf_text(&f.tree));
    struct jpk_project *project = pm_good(&f.pm, 0);
    struct jpk_graph *graph = jpk_graph_build(project, &err);
    jpk_project_slim(project);
    assert_null(jpk_summary_make(project, graph, &err));
    assert_int_equal(err.code, JPK_ERR_USAGE);
    jpk_graph_free(graph);
    jpk_project_free(project);
    jpk_summary_free(NULL);
    done(&f);
}

/* ---------------------------------------------------------------------------------------------------------- finding */

static void make_with(const char *root, const char *path, const char *text, size_t size)
{
    char whole[512];
    snprintf(whole, sizeof whole, "%s/%s", root, path);
    char *slash = strrchr(whole, '/');
    *slash = '\0';
    assert_true(file_make_folder(whole, NULL));
    *slash = '/';
    assert_true(file_write(whole, text, size, false, NULL));
}

static void make(const char *root, const char *path)
{
    make_with(root, path, "x", 1);
}

static void assert_found(const struct jpk_found_list *list, const char *root, const char *const *paths, size_t count)
{
    for (size_t i = 0; i < list->count && i < count; i++)
        assert_string_equal(list->items[i].path + strlen(root), paths[i]);
    assert_int_equal(list->count, count);
}

static void test_find(void **state)
{
    static const char *const files[] = {"b.jpk",
                                        "a/deep/er/X.JPK",
                                        "a.txt",
                                        "flat/project.xml",
                                        "flat/inner.jpk",
                                        "ws/manifest.jip",
                                        "ws/env-1/project.xml",
                                        "two/manifest.jip",
                                        "two/env-1/project.xml",
                                        "two/env-2/project.xml",
                                        "two/other.jpk",
                                        ".hidden/c.jpk",
                                        ".d.jpk",
                                        "none/manifest.jip"};
    static const char *const expected[] = {"/a/deep/er/X.JPK", "/b.jpk",     "/flat", "/link.jpk", "/none",
                                           "/two/env-1",       "/two/env-2", "/ws"};
    char root[64], path[128];
    struct jpk_error err = {0};
    (void)state;
    pm_temporary(root);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        make(root, files[i]);
    snprintf(path, sizeof path, "%s/link.jpk", root);
    assert_int_equal(symlink("b.jpk", path), 0);
    snprintf(path, sizeof path, "%s/a/loop", root);
    assert_int_equal(symlink("..", path), 0);
    struct jpk_found_list *list = jpk_find_projects(root, JPK_FIND_LINKS, NULL, &err);
    assert_non_null(list);
    assert_found(list, root, expected, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < list->count; i++) /* a link that looks like a project is not passed over in silence */
        assert_int_equal(list->items[i].problem != NULL, text_ends_with(list->items[i].path, "/link.jpk"));
    jpk_found_free(list);

    /* A path that is no folder is taken at its word; a link that is named is followed. */
    list = jpk_find_projects("/nowhere/at/all", 0, NULL, &err);
    assert_found(list, "", (const char *const[]){"/nowhere/at/all"}, 1);
    jpk_found_free(list);
    list = jpk_find_projects(path, JPK_FIND_LINKS, NULL, &err);
    assert_int_equal(list->count, sizeof expected / sizeof expected[0]);
    jpk_found_free(list);
    jpk_found_free(NULL);
    pm_remove(root);
}

/* Exports are known by what is in them; other JSON is none, and nobody's problem. */
static void test_find_exports(void **state)
{
    static const struct {
        const char *text;
        bool found;
    } files[] = {
        {"{\"assets\":[{\"project\":1}],\"project\":{\"workflows\":[{\"components\":1}],\"components\":[]}}", true},
        {" \n{\"version\":4,\"project\" : {\"name\":\"a\\\"b\\\\\",\"components\":\t[", true},
        {"{\"project\":{\"components\":[}", true}, /* broken behind what decides */
        {"{\"project\":{\"adapterIds\":[\"http\"],\"x\":{",
         true}, /* cut off before it, but nothing else is like this */
        {"{\"project\":{\"workflows\":\"cut off", true},
        {"{\"project\":{\"name\":\"cut off", false},
        {"{\"project\":{\"name\":\"a\"},\"components\":[]}", false},
        {"{\"project\":{\"workflows\":[]}}", false},
        {"{\"project\":{\"components\":{\"a\":1}}}", false},
        {"{\"project\":{\"inner\":{\"components\":[]}}}", false},
        {"{\"project\":\"a name\",\"components\":[]}", false},
        {"{\"a\":{\"project\":{\"components\":[]}}}", false},
        {"{\"a\":\"\\\",\\\"project\\\":{\\\"components\\\":[]}\"}", false},
        {"[{\"project\":{\"components\":[]}}]", false},
        {"{\"name\":\"a package\",\"version\":\"1.0.0\"}", false},
        {"{}}}}]]]]", false},
        {"{\"project\"::::{:[}{\"", false},
        {"no JSON", false},
        {"", false},
    };
    enum { COUNT = sizeof files / sizeof files[0], LARGE = 200000 };
    char root[64], name[32];
    struct jpk_error err = {0};
    struct buf large = {0};
    (void)state;
    pm_temporary(root);
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "%02zu.json", i);
        make_with(root, name, files[i].text, strlen(files[i].text));
    }
    /* Assets may be long; behind anything else as long there is no export. */
    static const char project[] = "\":[],\"project\":{\"components\":[]}}";
    for (int which = 0; which < 2; which++) {
        buf_clear(&large);
        buf_puts(&large, which ? "{\"assets\":[\"" : "{\"others\":[\"");
        for (int i = 0; i < LARGE; i++)
            buf_putc(&large, 'a');
        buf_puts(&large, "\"],\"x");
        buf_put(&large, project, sizeof project - 1);
        make_with(root, which ? "98.JSON" : "97.json", large.data, large.size);
    }
    buf_free(&large);
    struct jpk_found_list *list = jpk_find_projects(root, JPK_FIND_EXPORTS, NULL, &err);
    assert_non_null(list);
    size_t at = 0;
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "/%02zu.json", i);
        bool found = at < list->count && strcmp(list->items[at].path + strlen(root), name) == 0;
        if (found != files[i].found)
            fail_msg("%s: %sfound", files[i].text, found ? "" : "not ");
        if (found)
            assert_null(list->items[at++].problem);
    }
    assert_int_equal(list->count, at + 1);
    assert_string_equal(list->items[at].path + strlen(root), "/98.JSON");
    jpk_found_free(list);
    list = jpk_find_projects(root, 0, NULL, &err);
    assert_int_equal(list->count, 0);
    jpk_found_free(list);
    pm_remove(root);
}

static void test_find_bounds(void **state)
{
    char root[64];
    struct jpk_error err = {0};
    struct jpk_limits limits = jpk_limits_default();
    (void)state;
    pm_temporary(root);
    make(root, "1/2/3/x.jpk");
    make(root, "1/y.jpk");
    limits.path_parts = 2;
    struct jpk_found_list *list = jpk_find_projects(root, 0, &limits, &err);
    assert_found(list, root, (const char *const[]){"/1/2/3", "/1/y.jpk"}, 2);
    assert_int_equal(list->items[0].problem->code, JPK_ERR_LIMIT);
    assert_string_equal(list->items[0].problem->file, list->items[0].path);
    assert_null(list->items[1].problem);
    jpk_found_free(list);

    limits = jpk_limits_default();
    limits.entries = 2;
    list = jpk_find_projects(root, 0, &limits, &err);
    assert_found(list, root, (const char *const[]){"/1/2", "/1/y.jpk"}, 2);
    assert_int_equal(list->items[0].problem->code, JPK_ERR_LIMIT);
    jpk_found_free(list);
    pm_remove(root);
}

/* ------------------------------------------------------------------------------------------------------------- real */

static void test_real(void **state)
{
    static const struct {
        size_t items, unstarted, lines, mappings, secrets;
    } expected[PM_REAL_COUNT] = {
        [PM_SALESFORCE] = {91, 3, 774, 27, 60}, [PM_SHEETS] = {65, 8, 203, 32, 8},
        [PM_HTTP_JSON] = {39, 1, 33, 14, 18},   [PM_SALESFORCE_SAMPLE] = {54, 2, 58, 20, 29},
        [PM_DATABASE] = {32, 2, 21, 12, 24},
    };
    (void)state;
    for (int which = 0; which < PM_REAL_COUNT; which++) {
        struct jpk_error err = {0};
        struct jpk_archive *archive = pm_real((enum pm_real)which);
        if (!archive)
            continue;
        struct jpk_project *project = jpk_project_load(archive, NULL, 0, &err);
        struct jpk_graph *graph = jpk_graph_build(project, &err);
        struct jpk_summary *s = jpk_summary_make(project, graph, &err);
        assert_non_null(s);
        assert_int_equal(s->items, expected[which].items);
        assert_int_equal(s->unstarted_count, expected[which].unstarted);
        assert_int_equal(s->script_lines, expected[which].lines);
        assert_int_equal(s->mapping_scripts, expected[which].mappings);
        assert_int_equal(s->secret_count, expected[which].secrets);
        assert_int_equal(s->secret_count,
                         s->secret_variables + s->secret_locations + s->secret_mails + s->secret_others);
        jpk_summary_free(s);
        jpk_graph_free(graph);
        jpk_project_free(project);
        jpk_archive_free(archive);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unstarted), cmocka_unit_test(test_scripts),      cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_origin),    cmocka_unit_test(test_findings),     cmocka_unit_test(test_slim),
        cmocka_unit_test(test_find),      cmocka_unit_test(test_find_exports), cmocka_unit_test(test_find_bounds),
        cmocka_unit_test(test_real),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
