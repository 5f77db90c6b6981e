/* Items in words, and how a person chooses one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/secrets.h"
#include "jpk/show.h"
#include "tests/unit/projectmaker.h"

#define ID(n) "0000000" #n "-0000-4000-8000-0000000000ab"
#define BUILT_IN "e4dce626-e022-4aec-916f-099c7ad537ba"
#define SCRIPT(text) "  <konga.string name=\"script\">&lt;trans&gt;" text "&lt;/trans&gt;</konga.string>\n"
#define ITEM(key, value) "<Item key=\"" key "\" value=\"" value "\"/>"
#define PROPERTIES(items) "  <Properties>" items "</Properties>\n"
#define LOCATION(type, items) "  <Location type=\"" type "\"><Data>" PROPERTIES(items) "</Data></Location>\n"

/* Takes the words. */
static void expect_words(char *words, const char *expected)
{
    assert_non_null(words);
    assert_string_equal(words, expected);
    free(words);
}

/* ---------------------------------------------------------------------------------------------------- schedules */

static void test_schedule_words(void **state)
{
    (void)state;
    static const struct {
        struct jpk_schedule schedule;
        const char *words;
    } cases[] = {
        {{.unit = JPK_DAILY,
          .every = 1,
          .interval = 5,
          .interval_minutes = true,
          .from = "00:00:00",
          .until = "23:59:00",
          .start_date = "2018-06-19",
          .time_zone = "Australia/Melbourne"},
         "every 5 minutes from 00:00:00 to 23:59:00, every day, from 2018-06-19, Australia/Melbourne"},
        {{.unit = JPK_DAILY, .every = 3, .interval = 1, .interval_minutes = true, .time_zone = "UTC"},
         "every minute, every 3 days, UTC"},
        {{.unit = JPK_DAILY, .every = 1, .interval = 2, .from = "08:00:00", .time_zone = "UTC"},
         "every 2 hours from 08:00:00, every day, UTC"},
        {{.unit = JPK_DAILY, .every = 1, .interval = 0, .interval_minutes = true, .time_zone = "UTC"},
         "repeatedly (every 0 minutes), every day, UTC"},
        {{.unit = JPK_WEEKLY, .every = 1, .once = true, .at = "15:00:00", .weekdays[6] = true, .time_zone = NULL},
         "at 15:00:00, every week on Sunday, in the time zone of the agent that runs it (none is stored)"},
        {{.unit = JPK_WEEKLY,
          .every = 2,
          .once = true,
          .at = "",
          .weekdays = {true, false, true},
          .end_date = "2030-01-31",
          .time_zone = "UTC"},
         "at a time that is not set, every 2 weeks on Monday, Wednesday, until 2030-01-31, UTC"},
        {{.unit = JPK_WEEKLY, .every = 1, .once = true, .at = "01:00:00", .time_zone = "UTC"},
         "at 01:00:00, every week on no day, UTC"},
        {{.unit = JPK_MONTHLY, .every = 1, .once = true, .at = "01:00:00", .day_of_month = 1, .time_zone = "UTC"},
         "at 01:00:00, on day 1 of every month, UTC"},
        {{.unit = JPK_MONTHLY,
          .every = 6,
          .once = true,
          .at = "01:00:00",
          .week_of_month = 2,
          .weekday = 4,
          .start_date = "2019-09-11",
          .end_date = "2020-09-11",
          .time_zone = ""},
         "at 01:00:00, on weekday 4 of week 2 (numbers as stored) of every 6 months, from 2019-09-11, "
         "until 2020-09-11, in the time zone of the agent that runs it (none is stored)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_words(jpk_schedule_words(&cases[i].schedule), cases[i].words);
}

/* -------------------------------------------------------------------------------------------------------- steps */

static void add_steps_project(struct pm_graph *f)
{
    pm_graph_add(
        f, "Operation", ID(1), "Main",
        PROPERTIES(
            ITEM("success_operation_id", ID(2)) ITEM("failure_operation_id", ID(9)) ITEM("schedule_id", ID(8))
                ITEM("timeoutseconds", "5400") ITEM("chunk_size", "200")
                    ITEM("trace",
                         "1")) "  <Pipeline opType=\"Transformation\"><Activities>"
                               "<SCRIPT contentId=\"" ID(
                                   3) "\" role=\"Script\"/>"
                                      "<SOURCE contentId=\"" ID(
                                          4) "\" role=\"Source\"/>"
                                             "<TRANSFORMATION contentId=\"" BUILT_IN "\" role=\"Request\"/>"
                                             "<TRANSFORMATION contentId=\"" ID(
                                                 5) "\" role=\"Response\"/>"
                                                    "<NETSUITE_FUNCTION contentId=\"" ID(
                                                        7) "\" role=\"NetSuite Function\"/>"
                                                           "<TARGET contentId=\"ffffffff-0000-4000-8000-0000000000ab\" "
                                                           "role=\"Target\"/>"
                                                           "<TARGET role=\"Target\"/>"
                                                           "</Activities></Pipeline>\n");
    pm_graph_add(f, "Operation", ID(2), "Next", "");
    pm_graph_add(f, "Script", ID(3), "Setup",
                 SCRIPT("\nRunOperation(\"op." ID(2) "\"); // RunOperation(\"op." ID(1) "\")\n$x = 1;"));
    pm_graph_add(f, "Source", ID(4), "Orders", PROPERTIES("") LOCATION("GlobalData", ITEM("locator", "x")));
    pm_graph_add(f, "Transformation", ID(5), "Map",
                 PROPERTIES(ITEM("source_type_id", "4") ITEM("source_xml", "a.xsd")
                                ITEM("target_type_id",
                                     "101")) "  <OutputStructure callId=\"" ID(7) "\" callType=\"NetSuiteUpsert\"/>\n");
    pm_graph_add(f, "NetSuiteUpsert", ID(7), "Upsert", PROPERTIES(ITEM("object_name", "Contact")));
    pm_graph_add(f, "Schedule", ID(8), "Night",
                 PROPERTIES(ITEM("occurs", "1") ITEM("daily", "1") ITEM("frequency", "1")
                                ITEM("frequency_once_time", "02:00:00")));
}

static void test_activity_words(void **state)
{
    (void)state;
    static const char *const words[] = {
        "script 'Setup' (outside of the tree)",
        "source 'Orders' (outside of the tree) (GlobalData, variable x)",
        "request: built in, no project stores it",
        "response: transformation 'Map' (outside of the tree): a.xsd -> request of NetSuite upsert 'Upsert' (outside "
        "of "
        "the tree)",
        "NetSuite upsert 'Upsert' (outside of the tree) (Contact)",
        "target: not in the project (ffffffff-0000-4000-8000-0000000000ab)",
        "target: empty slot",
    };
    struct pm_graph f = {0};
    add_steps_project(&f);
    pm_graph_build(&f, "");
    const struct jpk_operation *operation = jpk_project_entity(f.project, ID(1))->as.operation;
    assert_int_equal(operation->activity_count, 7);
    for (size_t i = 0; i < 7; i++)
        expect_words(jpk_activity_words(&operation->activities[i]), words[i]);
    pm_graph_free(&f);
}

static void test_side_words(void **state)
{
    (void)state;
    static const struct {
        struct jpk_side side;
        const char *words;
    } cases[] = {
        {{.type_code = 13}, "no source"},
        {{.type_code = 17, .file = "jitterbit.json.a.xsd"}, "jitterbit.json.a.xsd"},
        {{.type_code = 1, .id = ID(9)}, "text of a file format that is not in the project (" ID(9) ")"},
        {{.type_code = 77}, "structure of type 77"},
        {{.type_code = 0}, "no structure"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_words(jpk_side_words(&cases[i].side), cases[i].words);
}

/* ------------------------------------------------------------------------------------------------------ reports */

static const struct jpk_report_section *section(const struct jpk_report *report, const char *key)
{
    for (size_t i = 0; i < report->section_count; i++)
        if (report->sections[i].key && strcmp(report->sections[i].key, key) == 0)
            return &report->sections[i];
    fail_msg("no section %s", key);
    return NULL;
}

static const char *cell(const struct jpk_report_row *row, const char *key)
{
    for (size_t i = 0; i < row->cell_count; i++)
        if (row->cells[i].key && strcmp(row->cells[i].key, key) == 0)
            return row->cells[i].text;
    return NULL;
}

/* `label: words` of each row of a list that is not as usual. */
static void expect_rows(const struct jpk_report *report, const char *key, const char *expected)
{
    struct buf out = {0};
    const struct jpk_report_section *s = section(report, key);
    for (size_t i = 0; i < s->row_count; i++)
        if (!s->rows[i].usual)
            buf_printf(&out, "%s: %s\n", s->rows[i].label, s->rows[i].words);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static struct jpk_report *show(const struct pm_graph *f, const char *text)
{
    struct jpk_selection selection;
    struct jpk_error err = {0};
    if (!jpk_show_select(f->project, f->graph, text, NULL, &selection, &err))
        fail_msg("%s", err.message);
    struct jpk_report *report = jpk_show(f->project, f->graph, &selection, 0, &err);
    assert_non_null(report);
    return report;
}

static void test_operation_report(void **state)
{
    (void)state;
    struct pm_graph f = {0};
    add_steps_project(&f);
    pm_graph_build(&f, "");
    struct jpk_report *report = show(&f, "Main");
    expect_rows(
        report, "startedBy",
        "by: schedule 'Night' (outside of the tree): at 02:00:00, every day, in the time zone of the agent that "
        "runs it (none is stored)\n"
        "in a comment: script 'Setup' (outside of the tree)\n");
    expect_rows(report, "starts",
                "on success: operation 'Next' (outside of the tree)\n"
                "by a script: operation 'Next' (outside of the tree), by script 'Setup' (outside of the tree)\n");
    expect_rows(report, "missing", "on failure: " ID(9) "\n");
    expect_rows(report, "settings", "time-out: 90 minutes\nrecords in a chunk: 200\n");
    assert_int_equal(section(report, "steps")->row_count, 7);
    assert_string_equal(cell(&section(report, "steps")->rows[2], "state"), "built-in");
    assert_string_equal(cell(&section(report, "steps")->rows[5], "state"), "dangling");
    assert_string_equal(cell(&section(report, "steps")->rows[6], "state"), "empty");
    jpk_report_free(report);
    pm_graph_free(&f);
}

static void test_variable_report(void **state)
{
    (void)state;
    struct pm_graph f = {0};
    add_steps_project(&f);
    pm_graph_add(&f, "Script", ID(6), "Later", SCRIPT("\n// $X\n\n  y = $x;"));
    pm_graph_build(&f, "");
    struct jpk_report *report = show(&f, "$X");
    const struct jpk_report_section *uses = section(report, "uses");
    assert_int_equal(uses->row_count, 4);
    assert_string_equal(uses->rows[0].cells[0].text, "Script/Setup");
    assert_string_equal(cell(&uses->rows[0], "access"), "write");
    assert_string_equal(uses->rows[1].cells[0].text, "Script/Later");
    assert_string_equal(uses->rows[2].cells[0].text, "Source/Orders");
    assert_string_equal(cell(&uses->rows[2], "where"), "locator");
    /* what comments mention comes last, and another spelling is said */
    assert_string_equal(uses->rows[3].cells[0].text, "Script/Later");
    assert_string_equal(cell(&uses->rows[3], "spelled"), "X");
    static const int64_t places[][2] = {{3, 1}, {4, 7}, {0, 0}, {2, 4}};
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < uses->rows[i].cell_count; j++) {
            const struct jpk_report_cell *c = &uses->rows[i].cells[j];
            if (c->kind == JPK_CELL_NUMBER)
                assert_int_equal(c->number, places[i][strcmp(c->key, "column") == 0]);
        }
    jpk_report_free(report);
    pm_graph_free(&f);
}

static void test_secrets(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"Host: a.example\nAuthorization: Basic YTpi\nX-Api-Key:k",
         "Host: a.example\nAuthorization: ****\nX-Api-Key:****"},
        {"Authorization: Bearer [token]", "Authorization: Bearer [token]"},
        {"Authorization: Bearer [token{abc}]", "Authorization: ****"},
        {"Driver=X;Pwd=geheim;Server=s", "Driver=X;Pwd=****;Server=s"},
        {"PASSWORD={a;b};Uid=u", "PASSWORD=****};Uid=u"},
        {"https://user:pw@host/p?access_token=abc&x=1", "https://****@host/p?access_token=****&x=1"},
        {"https://[login]:[pw]@host/", "https://[login]:[pw]@host/"},
        {"https://[login]:ab@host/", "https://[login]:****@host/"},
        {"https://user:[pw]@host/", "https://user:[pw]@host/"},
        {"https://key:@host/", "https://****@host/"},
        {"https://host/?X-Amz-Signature=ab&oauth_signature=c",
         "https://host/?X-Amz-Signature=****&oauth_signature=****"},
        {"https://host/a@b", "https://host/a@b"},
        {"the password is asked for", "the password is asked for"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = {0};
        assert_int_equal(mask_secrets(&out, cases[i].text), strcmp(cases[i].text, cases[i].shown) != 0);
        assert_string_equal(buf_text(&out), cases[i].shown);
        buf_clear(&out);
        struct buf cut = {0};
        assert_int_equal(cut_secrets(&cut, cases[i].text), strcmp(cases[i].text, cases[i].shown) != 0);
        for (const char *at = cases[i].shown; *at; at++)
            if (*at != '*')
                buf_putc(&out, *at);
        assert_string_equal(buf_text(&cut), buf_text(&out));
        buf_free(&cut);
        buf_free(&out);
    }
}

/* What is about a secret may be hidden from people, but a project needs it. */
static void test_secrets_about(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"X-CSRF-Token: fetch\nPostman-Token: abc", "X-CSRF-Token: ****\nPostman-Token: ****"},
        {"https://host/?page_token=abc&token_type=bearer", "https://host/?page_token=****&token_type=****"},
        {"https://host/v1/token:refresh/x", "https://host/v1/token:****"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = {0};
        assert_true(mask_secrets(&out, cases[i].text));
        assert_string_equal(buf_text(&out), cases[i].shown);
        buf_clear(&out);
        assert_false(cut_secrets(&out, cases[i].text));
        assert_string_equal(buf_text(&out), cases[i].text);
        buf_free(&out);
    }
}

/* No value that is encrypted and no password in the clear is anywhere in a report, for people or for programs. */
static void test_settings_report(void **state)
{
    (void)state;
    struct pm_graph f = {0};
    pm_graph_add(&f, "Target", ID(1), "Post",
                 PROPERTIES("") LOCATION(
                     "HTTP", "<Item enc=\"true\" key=\"httpurl\" value=\"$00"
                             "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"/>" ITEM("password", "geheim1")
                                 ITEM("http_request_headers", "Authorization: geheim2") ITEM("client_secret", "geheim3")
                                     ITEM("http_verb", "2") ITEM("append_file", "1") ITEM("target_target_id", ID(2))
                                         ITEM("new_key", "value")));
    pm_graph_build(&f, "");
    struct jpk_report *report = show(&f, "post");
    expect_rows(report, "settings",
                "URL: encrypted (0 to 15 characters)\n"
                "password: ****\n"
                "request headers: Authorization: ****\n"
                "client_secret: ****\n"
                "appends to the file: yes\n"
                "answer goes to: not in the project (" ID(2) ")\n"
                                                             "new_key: value\n");
    for (size_t i = 0; i < report->section_count; i++)
        for (size_t j = 0; j < report->sections[i].row_count; j++)
            for (size_t k = 0; k < report->sections[i].rows[j].cell_count; k++) {
                const char *text = report->sections[i].rows[j].cells[k].text;
                assert_true(!text || (!strstr(text, "geheim") && !strstr(text, "$00")));
            }
    jpk_report_free(report);
    pm_graph_free(&f);
}

static void test_script_resolve(void **state)
{
    (void)state;
    struct pm_graph f = {0};
    add_steps_project(&f);
    pm_graph_build(&f, "<EntityType name=\"Operation\"><Folder entityId=\"f\" name=\"A\"><Entity entityId=\"" ID(
                           2) "\" name=\"Next\"/></Folder></EntityType>\n");
    expect_words(jpk_script_resolve(f.project, "<trans>x = RunOperation(\"op." ID(2) "\", \"op." ID(
                                                   9) "\"); "
                                                      "// \"op." ID(2) "\"\n\"op." ID(2) " \"</trans>"),
                 "<trans>x = RunOperation(\"<TAG>Operation/A/Next</TAG>\", \"op." ID(
                     9) "\"); "
                        "// \"<TAG>Operation/A/Next</TAG>\"\n\"op." ID(2) " \"</trans>");
    expect_words(jpk_script_resolve(f.project, ""), "");
    pm_graph_free(&f);
}

/* --------------------------------------------------------------------------------------------------- structures */

static void expect_tree(const struct jpk_report *report, const char *expected)
{
    struct buf out = {0};
    const struct jpk_report_section *nodes = section(report, "nodes");
    for (size_t i = 0; i < nodes->row_count; i++)
        buf_printf(&out, "%*s%s\n", (int)nodes->rows[i].depth, "", nodes->rows[i].words);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void test_structure(void **state)
{
    (void)state;
    static const char xml[] =
        "<JTR Type=\"Xml\" Version=\"2\"><Elements/><ElementTypes><ElementType Name=\"1\"><CROM Type=\"0x8000000\" "
        "Name=\"Node\"><Xml Type=\"2\"/><CROM Type=\"0x29\" Name=\"child\"><Xml Min=\"0\" Max=\"-1\" "
        "Type=\"2\"/></CROM>"
        "<CROM Type=\"0x24\" Name=\"kind\"><Attr ValType=\"3\" DefVal=\"b\" Domain=\"a|b\"/></CROM>"
        "</CROM></ElementType></ElementTypes>"
        "<CROM Type=\"0x8001\" Name=\"root\"><Xml/>"
        "<CROM Type=\"0x1\" Name=\"node\"><Xml Min=\"1\" Max=\"3\" Type=\"2\"/></CROM>"
        "<CROM Type=\"0x10\" Name=\"1\"><Xml/><CROM Type=\"0x21\" Name=\"a\"><Xml/><CROM Type=\"0x2\"><Attr "
        "ValType=\"3\"/></CROM></CROM></CROM>"
        "</CROM><Strings><String idx=\"1\" val=\"{}Node\"/><String idx=\"2\" val=\"Node\"/><String idx=\"3\" "
        "val=\"String\"/></Strings></JTR>";
    struct jpk_error err = {0};
    struct pm_graph f = {0};
    pm_graph_add(&f, "Transformation", ID(1), "Map", "");
    pm_graph_add(&f, "Script", ID(2), "Setup", SCRIPT(""));
    pm_add(&f.pm, "t/cache/TransformationStructures/" ID(1) "_input.gz", xml);
    pm_graph_build(&f, "");
    const struct jpk_entity *map = jpk_project_entity(f.project, ID(1));
    struct jpk_report *report = jpk_show_structure(f.project, map, false, 0, &err);
    assert_non_null(report);
    expect_tree(report, "root\n"
                        " node 1..3: Node\n"
                        "  child*: Node, -> see above\n"
                        "  @kind?: String = \"b\" one of a | b\n"
                        " one of\n"
                        "  a?\n"
                        "   (text): String\n");
    jpk_report_free(report);
    report = jpk_show_structure(f.project, map, false, 2, &err);
    assert_non_null(report);
    expect_tree(report, "root\n node 1..3: Node ...\n one of ...\n");
    jpk_report_free(report);
    assert_null(jpk_show_structure(f.project, map, true, 0, &err));
    assert_int_equal(err.code, JPK_ERR_NOT_FOUND);
    assert_non_null(strstr(err.message, "cache/TransformationStructures/" ID(1) "_output.gz"));
    memset(&err, 0, sizeof err);
    assert_null(jpk_show_structure(f.project, jpk_project_entity(f.project, ID(2)), true, 0, &err));
    assert_int_equal(err.code, JPK_ERR_USAGE);
    pm_graph_free(&f);
}

/* ---------------------------------------------------------------------------------------------------- selecting */

#define SELECT_TREE                                                                                                    \
    "<EntityType name=\"Source\"><Folder entityId=\"f\" name=\"In\"><Entity entityId=\"" ID(                           \
        1) "\" name=\"Data\"/>"                                                                                        \
           "</Folder><Entity entityId=\"" ID(                                                                          \
               4) "\" name=\"data\"/></EntityType>\n"                                                                  \
                  "<EntityType name=\"Target\"><Folder entityId=\"g\" name=\"Out\"><Entity entityId=\"" ID(            \
                      2) "\" name=\"Data\"/>"                                                                          \
                         "</Folder></EntityType>\n<EntityType name=\"Script\"><Entity entityId=\"" ID(                 \
                             3) "\" name=\"Setup\"/>"                                                                  \
                                "<Entity entityId=\"" ID(6) "\" name=\"[port]\"/></EntityType>\n"

static void select_project(struct pm_graph *f)
{
    pm_graph_add(f, "Source", ID(1), "Data", LOCATION("LocalFile", ""));
    pm_graph_add(f, "Target", ID(2), "Data", LOCATION("LocalFile", ""));
    pm_graph_add(f, "Script", ID(3), "Setup", SCRIPT("$global = 1; $port = 2;"));
    pm_graph_add(f, "Source", ID(4), "data", LOCATION("LocalFile", ""));
    pm_graph_add(f, "Script", ID(5), "Setup", SCRIPT("")); /* outside of the tree */
    pm_graph_add(f, "Script", ID(6), "[port]", SCRIPT(""));
    pm_add(&f->pm, "t/files/person.xsd", "<a/>");
    pm_graph_build(f, SELECT_TREE);
}

static void test_select(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id; /* NULL: not found */
    } cases[] = {
        {ID(5), ID(5)},
        {"op." ID(2), ID(2)},
        {"Source/In/Data", ID(1)},
        {"source/in/DATA", ID(1)},
        {"In/Data", ID(1)},
        {"out/data", ID(2)},
        {"data", ID(4)},
        {"Setup", ID(3)},
        {"setup", ID(3)},
        {"Setu", NULL},
        {"", NULL},
        {"/", NULL},
    };
    struct pm_graph f = {0};
    select_project(&f);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jpk_error err = {0};
        const struct jpk_entity *entity = jpk_project_select(f.project, cases[i].text, &err);
        assert_string_equal(entity ? entity->id : "", cases[i].id ? cases[i].id : "");
        assert_int_equal(err.code, entity ? JPK_OK : JPK_ERR_NOT_FOUND);
    }
    struct jpk_error err = {0};
    assert_null(jpk_project_select(f.project, "Setu", &err));
    assert_string_equal(err.message, "has no item 'Setu'; did you mean 'Setup'?");
    memset(&err, 0, sizeof err);
    assert_null(jpk_project_select(f.project, "Data", &err));
    assert_int_equal(err.code, JPK_ERR_AMBIGUOUS);
    assert_string_equal(err.message,
                        "has 2 items that 'Data' may mean: Source/In/Data (" ID(1) "), Target/Out/Data (" ID(2) ")");
    pm_graph_free(&f);
}

static void expect_refused(const struct pm_graph *f, const char *text, const char *type, enum jpk_code code,
                           const char *message)
{
    struct jpk_selection selection;
    struct jpk_error err = {0};
    assert_false(jpk_show_select(f->project, f->graph, text, type, &selection, &err));
    assert_int_equal(err.code, code);
    assert_string_equal(err.message, message);
}

static struct jpk_selection selected(const struct pm_graph *f, const char *text, const char *type)
{
    struct jpk_selection selection;
    struct jpk_error err = {0};
    if (!jpk_show_select(f->project, f->graph, text, type, &selection, &err))
        fail_msg("%s", err.message);
    return selection;
}

static void test_show_select(void **state)
{
    (void)state;
    struct pm_graph f = {0};
    select_project(&f);
    assert_string_equal(selected(&f, "Data", "target").entity->id, ID(2));
    assert_string_equal(selected(&f, "Data", "Sources").entity->id, ID(1));
    assert_string_equal(selected(&f, "$GLOBAL", NULL).variable->name, "global");
    assert_string_equal(selected(&f, "[global]", NULL).variable->name, "global");
    assert_string_equal(selected(&f, "global", NULL).variable->name, "global");
    assert_string_equal(selected(&f, "[port]", NULL).variable->name, "port");
    assert_string_equal(selected(&f, "[port]", "Script").entity->id, ID(6));
    assert_string_equal(selected(&f, "files/person.xsd", NULL).file->name, "person.xsd");
    expect_refused(&f, "$globl", NULL, JPK_ERR_NOT_FOUND, "has no variable 'globl'; did you mean 'global'?");
    expect_refused(&f, "globla", NULL, JPK_ERR_NOT_FOUND, "has no item 'globla'; did you mean 'global'?");
    expect_refused(&f, "files/persn.xsd", NULL, JPK_ERR_NOT_FOUND,
                   "has no file 'persn.xsd'; did you mean 'person.xsd'?");
    expect_refused(&f, "x", "Sorce", JPK_ERR_USAGE, "'Sorce' is no type of items; did you mean 'Source'?");
    expect_refused(&f, "Setup", "Target", JPK_ERR_NOT_FOUND, "has no item 'Setup'; 'jpk list --entities' shows them");
    pm_graph_free(&f);
}

/* Every item of every project can be shown, and shows no encrypted value. */
static void test_all_items(void **state)
{
    (void)state;
    size_t shown = 0;
    for (size_t which = 0; which < PM_REAL_COUNT; which++) {
        struct jpk_error err = {0};
        struct pm_graph f = {0};
        struct jpk_archive *archive = pm_real((enum pm_real)which);
        if (!archive)
            continue;
        f.project = jpk_project_load(archive, NULL, 0, &err);
        assert_non_null(f.project);
        f.graph = jpk_graph_build(f.project, &err);
        assert_non_null(f.graph);
        for (size_t i = 0; i < f.project->entity_count; i++, shown++) {
            struct jpk_selection selection = {.entity = f.project->entities[i]};
            struct jpk_report *report = jpk_show(f.project, f.graph, &selection, JPK_SHOW_RESOLVE, &err);
            assert_non_null(report);
            assert_true(report->section_count >= 2);
            for (size_t j = 0; j < report->section_count; j++)
                for (size_t k = 0; k < report->sections[j].row_count; k++)
                    assert_true(!report->sections[j].rows[k].words ||
                                !strstr(report->sections[j].rows[k].words, "$00"));
            jpk_report_free(report);
        }
        jpk_graph_free(f.graph);
        jpk_project_free(f.project);
        jpk_archive_free(archive);
    }
    assert_true(shown > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schedule_words),  cmocka_unit_test(test_activity_words),
        cmocka_unit_test(test_side_words),      cmocka_unit_test(test_operation_report),
        cmocka_unit_test(test_variable_report), cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_secrets_about),   cmocka_unit_test(test_settings_report),
        cmocka_unit_test(test_script_resolve),  cmocka_unit_test(test_structure),
        cmocka_unit_test(test_select),          cmocka_unit_test(test_show_select),
        cmocka_unit_test(test_all_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
