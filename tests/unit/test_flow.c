/* The flow of a project: which items and links make it up, and the text of its pictures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "jpk/flow.h"
#include "jpk/picture.h"
#include "tests/unit/projectmaker.h"

#define ID(n) "0000000" #n "-0000-4000-8000-0000000000ab"
#define GONE "99999999-0000-4000-8000-0000000000ab"
#define BUILT_IN "e4dce626-e022-4aec-916f-099c7ad537ba"
#define SCRIPT(text) "  <konga.string name=\"script\">&lt;trans&gt;" text "&lt;/trans&gt;</konga.string>\n"
#define ITEM(key, value) "<Item key=\"" key "\" value=\"" value "\"/>"
#define PROPERTIES(items) "  <Properties>" items "</Properties>\n"
#define STEP(tag, role, id) "<" tag " contentId=\"" id "\" role=\"" role "\"/>"
#define PIPELINE(steps) "  <Pipeline opType=\"Script\"><Activities>" steps "</Activities></Pipeline>\n"
#define LOCATION(type) "  <Location type=\"" type "\"><Data><Properties/></Data></Location>\n"

struct fixture {
    struct pm pm;
    struct jpk_project *project;
    struct jpk_graph *graph;
    struct jpk_flow *flow;
};

static void add(struct fixture *f, const char *type, const char *id, const char *name, const char *body)
{
    pm_entity(&f->pm, "t/", type, id, name, body);
}

static void load(struct fixture *f)
{
    struct jpk_error err = {0};
    pm_tree(&f->pm, "t/", "");
    f->project = pm_good(&f->pm, JPK_KEEP_GOING);
    f->graph = jpk_graph_build(f->project, &err);
    assert_non_null(f->graph);
}

static void build(struct fixture *f, struct jpk_flow_options options)
{
    struct jpk_error err = {0};
    jpk_flow_free(f->flow);
    f->flow = jpk_flow_build(f->graph, &options, &err);
    assert_non_null(f->flow);
}

static void build_around(struct fixture *f, const char *id, unsigned depth)
{
    const struct jpk_entity *around = jpk_project_entity(f->project, id);
    assert_non_null(around);
    build(f, (struct jpk_flow_options){.scope = JPK_FLOW_AROUND, .around = around, .depth = depth});
}

static void end(struct fixture *f)
{
    jpk_flow_free(f->flow);
    jpk_graph_free(f->graph);
    jpk_project_free(f->project);
    pm_free(&f->pm);
    memset(f, 0, sizeof *f);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Entities outside of the tree are ordered by type and id, which is not what these tests are about. */
static void sort_lines(struct buf *text)
{
    enum { LINES_MAX = 64 };
    char *lines[LINES_MAX], *copy = strdup(buf_text(text)), *next;
    size_t count = 0;
    assert_non_null(copy);
    for (char *line = strtok_r(copy, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
        assert_true(count < LINES_MAX);
        lines[count++] = line;
    }
    qsort(lines, count, sizeof *lines, by_text);
    buf_clear(text);
    for (size_t i = 0; i < count; i++)
        buf_printf(text, "%s\n", lines[i]);
    free(copy);
}

static void expect_edges(const struct fixture *f, const char *expected)
{
    struct buf out = {0};
    for (size_t i = 0; i < f->flow->edge_count; i++) {
        const struct jpk_flow_edge *edge = &f->flow->edges[i];
        buf_printf(&out, "%s %s> %s%s%s\n", f->flow->nodes[edge->from].name, jpk_flow_edge_name(edge->kind),
                   f->flow->nodes[edge->to].name, *edge->label ? " : " : "", edge->label);
    }
    sort_lines(&out);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void expect_nodes(const struct fixture *f, const char *expected)
{
    struct buf out = {0};
    for (size_t i = 0; i < f->flow->node_count; i++) {
        const struct jpk_flow_node *node = &f->flow->nodes[i];
        buf_printf(&out, "%s %s (%s)", jpk_flow_node_name(node->kind), node->name, node->words);
        if (node->scheduled)
            buf_puts(&out, " scheduled");
        if (node->started)
            buf_puts(&out, " started");
        for (size_t k = 0; k < node->step_count; k++)
            buf_printf(&out, "%s%s", k ? ", " : " steps ",
                       node->steps[k].node == SIZE_MAX ? "-" : f->flow->nodes[node->steps[k].node].name);
        buf_putc(&out, '\n');
    }
    sort_lines(&out);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what))
        count++;
    return count;
}

/* ------------------------------------------------------------------------------------------------------ a project */

/*
 * Main (every 5 minutes) runs Start, whose script Helper starts Move; Move goes on to Done or, when it fails, to Alarm,
 * and has a step that is missing. Nothing starts Lonely. Unused runs Lonely, but nothing runs Unused.
 */
static void small_project(struct fixture *f)
{
    add(f, "Operation", ID(1), "Main",
        PROPERTIES(ITEM("schedule_id", ID(6))) PIPELINE(STEP("SCRIPT", "Script", ID(7))));
    add(f, "Operation", ID(2), "Move",
        PROPERTIES(ITEM("success_operation_id", ID(3)) ITEM("failure_operation_id", ID(4)))
            PIPELINE(STEP("SOURCE", "Source", ID(9)) STEP("TRANSFORMATION", "Request", BUILT_IN)
                         STEP("TARGET", "Target", GONE) "<TARGET role=\"Target\"/>"));
    add(f, "Operation", ID(3), "Done", "");
    add(f, "Operation", ID(4), "Alarm", PROPERTIES(ITEM("success_message_id", "0000000a-0000-4000-8000-0000000000ab")));
    add(f, "Operation", ID(5), "Lonely", PIPELINE(""));
    add(f, "Schedule", ID(6), "Often",
        PROPERTIES(ITEM("occurs", "1") ITEM("daily", "1") ITEM("frequency", "0") ITEM("frequency_every_hm", "1")
                       ITEM("frequency_every_num", "5")));
    add(f, "Script", ID(7), "Start",
        SCRIPT("// RunOperation(\"op." ID(5) "\");\nRunScript(\"sc." ID(8) "\"); x = ReadFile(\"s." ID(
            9) "\");"
               "y = FileList(\"s." ID(9) "\"); z = DeleteFiles(\"s." ID(9) "\"); y = FileList(\"s." ID(9) "\");"));
    add(f, "Script", ID(8), "Helper", SCRIPT("RunOperation(\"op." ID(2) "\"); RunOperation(\"op." ID(2) "\");"));
    add(f, "Source", ID(9), "Input", LOCATION("HTTP"));
    add(f, "EmailMessage", "0000000a-0000-4000-8000-0000000000ab", "Mail", "");
    add(f, "Script", "0000000b-0000-4000-8000-0000000000ab", "Unused", SCRIPT("RunOperation(\"op." ID(5) "\");"));
    load(f);
}

static void test_project(void **state)
{
    (void)state;
    struct fixture f = {0};
    small_project(&f);
    build(&f, (struct jpk_flow_options){.scope = JPK_FLOW_PROJECT});
    expect_nodes(&f, "built-in " BUILT_IN " (built in)\n"
                     "item Alarm (no steps) started\n"
                     "item Done (no steps) started\n"
                     "item Helper (Script)\n"
                     "item Input (Source: HTTP)\n"
                     "item Lonely (no steps)\n"
                     "item Mail (E-mail message)\n"
                     "item Main (1 script) scheduled steps Start\n"
                     "item Move (HTTP) started steps Input, " BUILT_IN ", " GONE ", -\n"
                     "item Often (every 5 min)\n"
                     "item Start (Script)\n"
                     "missing " GONE " (missing)\n");
    expect_edges(&f, "Alarm message> Mail : on success\n"
                     "Helper runs> Move : RunOperation\n"
                     "Main step> Start : Script\n"
                     "Move failure> Alarm : on failure\n"
                     "Move step> " GONE " : Target\n"
                     "Move step> Input : Source\n"
                     "Move step> " BUILT_IN " : Request\n"
                     "Move success> Done : on success\n"
                     "Often schedule> Main\n"
                     "Start calls> Helper : RunScript\n"
                     "Start uses> Input : DeleteFiles, FileList, ...\n");
    assert_int_equal(f.flow->unreached, 1);
    for (size_t i = 0; i < f.flow->edge_count; i++)
        if (f.flow->nodes[f.flow->edges[i].to].kind == JPK_FLOW_MISSING)
            assert_int_equal(f.flow->edges[i].state, JPK_REF_DANGLING);
    end(&f);
}

static void test_operations(void **state)
{
    (void)state;
    struct fixture f = {0};
    small_project(&f);
    build(&f, (struct jpk_flow_options){.scope = JPK_FLOW_OPERATIONS});
    expect_nodes(&f, "item Alarm (no steps) started\n"
                     "item Done (no steps) started\n"
                     "item Lonely (no steps)\n"
                     "item Main (1 script) scheduled\n"
                     "item Move (HTTP) started\n"
                     "item Often (every 5 min)\n");
    expect_edges(&f, "Main runs> Move : Helper\n"
                     "Move failure> Alarm : on failure\n"
                     "Move success> Done : on success\n"
                     "Often schedule> Main\n");
    build(&f, (struct jpk_flow_options){.scope = JPK_FLOW_OPERATIONS, .messages = true});
    expect_edges(&f, "Alarm message> Mail : on success\n"
                     "Main runs> Move : Helper\n"
                     "Move failure> Alarm : on failure\n"
                     "Move success> Done : on success\n"
                     "Often schedule> Main\n");
    end(&f);
}

/* A script that two operations run stays in the picture; scripts that run each other do no harm. */
static void test_shared_scripts(void **state)
{
    (void)state;
    struct fixture f = {0};
    add(&f, "Operation", ID(1), "One", PIPELINE(STEP("SCRIPT", "Script", ID(5))));
    add(&f, "Operation", ID(2), "Two", PIPELINE(STEP("SCRIPT", "Script", ID(5)) STEP("SCRIPT", "Script", ID(6))));
    add(&f, "Operation", ID(3), "Three", "");
    add(&f, "Operation", ID(4), "Again", PIPELINE(STEP("SCRIPT", "Script", ID(8))));
    add(&f, "Script", ID(5), "Shared", SCRIPT("RunOperation(\"op." ID(3) "\");"));
    add(&f, "Script", ID(6), "Ping", SCRIPT("RunScript(\"sc." ID(7) "\");"));
    add(&f, "Script", ID(7), "Pong",
        SCRIPT("RunScript(\"sc." ID(6) "\"); RunOperation(\"op." ID(3) "\");"
                                                                       "WaitForOperation(\"op." ID(1) "\");"));
    add(&f, "Script", ID(8), "Loop", SCRIPT("RunOperation(\"op." ID(4) "\");"));
    load(&f);
    build(&f, (struct jpk_flow_options){.scope = JPK_FLOW_OPERATIONS});
    expect_edges(&f, "Again runs> Again : Loop\n"
                     "One step> Shared : Script\n"
                     "Ping runs> Three : Pong\n"
                     "Shared runs> Three\n"
                     "Two step> Ping : Script\n"
                     "Two step> Shared : Script\n");
    /* An operation that only starts itself again is still one that nothing starts. */
    expect_nodes(&f, "item Again (1 script)\n"
                     "item One (1 script)\n"
                     "item Ping (Script)\n"
                     "item Shared (Script)\n"
                     "item Three (no steps) started\n"
                     "item Two (2 scripts)\n");
    end(&f);
}

static void test_around(void **state)
{
    (void)state;
    struct fixture f = {0};
    small_project(&f);
    /* Operations at the border are shown without their steps. */
    build_around(&f, ID(9), 1);
    expect_nodes(&f, "item Input (Source: HTTP)\n"
                     "item Move (HTTP) started\n"
                     "item Start (Script)\n");
    expect_edges(&f, "Move step> Input : Source\n"
                     "Start uses> Input : DeleteFiles, FileList, ...\n");
    build_around(&f, ID(1), 1);
    expect_nodes(&f, "item Main (1 script) scheduled steps Start\n"
                     "item Often (every 5 min)\n"
                     "item Start (Script)\n");
    build_around(&f, ID(1), 2);
    expect_edges(&f, "Main step> Start : Script\n"
                     "Often schedule> Main\n"
                     "Start calls> Helper : RunScript\n"
                     "Start uses> Input : DeleteFiles, FileList, ...\n");
    /* What no operation reaches can be asked for by name. */
    build_around(&f, "0000000b-0000-4000-8000-0000000000ab", 5);
    expect_edges(&f, "Unused runs> Lonely : RunOperation\n");
    end(&f);
}

static void test_around_variable(void **state)
{
    (void)state;
    struct fixture f = {0};
    add(&f, "ProjectVariable", ID(1), "limit", "");
    add(&f, "Script", ID(2), "Sets", SCRIPT("$limit = 1;"));
    add(&f, "Script", ID(3), "Reads", SCRIPT("x = $limit; // $limit = 2"));
    add(&f, "Operation", ID(4), "Main", PIPELINE(STEP("SCRIPT", "Script", ID(3))));
    load(&f);
    build_around(&f, ID(1), 1);
    expect_edges(&f, "Reads uses> limit : reads\n"
                     "Sets uses> limit : sets\n");
    build_around(&f, ID(1), 2);
    expect_edges(&f, "Main step> Reads : Script\n"
                     "Reads uses> limit : reads\n"
                     "Sets uses> limit : sets\n");
    end(&f);
}

static void test_structures(void **state)
{
    (void)state;
    struct fixture f = {0};
    add(&f, "Operation", ID(1), "Main", PIPELINE(STEP("TRANSFORMATION", "Transformation", ID(2))));
    add(&f, "Transformation", ID(2), "Map", PROPERTIES(ITEM("source_text_doc", ID(3)) ITEM("target_xml", "a.xsd")));
    add(&f, "Document", ID(3), "Lines", "");
    pm_add(&f.pm, "t/files/a.xsd", "<schema/>");
    load(&f);
    build(&f, (struct jpk_flow_options){.scope = JPK_FLOW_PROJECT});
    expect_edges(&f, "Main step> Map : Transformation\n");
    assert_int_equal(f.flow->unreached, 0);
    build(&f, (struct jpk_flow_options){.scope = JPK_FLOW_PROJECT, .structures = true});
    expect_edges(&f, "Main step> Map : Transformation\n"
                     "Map structure> Lines\n"
                     "Map structure> a.xsd\n");
    build_around(&f, ID(3), 1);
    expect_edges(&f, "Map structure> Lines\n");
    end(&f);
}

static void test_deleted(void **state)
{
    (void)state;
    struct fixture f = {0};
    add(&f, "Operation", ID(1), "Main", PROPERTIES(ITEM("success_operation_id", ID(2))));
    pm_add(&f.pm, "t/Data/Operation/" ID(2) ".xml",
           "<Entity type=\"Operation\"><Header ID=\"" ID(2) "\" Deleted=\"true\" Name=\"Old\"/></Entity>");
    load(&f);
    build(&f, (struct jpk_flow_options){.scope = JPK_FLOW_OPERATIONS});
    expect_nodes(&f, "item Main (no steps)\n"
                     "missing Old (marked as deleted)\n");
    expect_edges(&f, "Main success> Old : on success\n");
    assert_int_equal(f.flow->edges[0].state, JPK_REF_DELETED);
    end(&f);
}

static void test_wrong_options(void **state)
{
    (void)state;
    struct fixture f = {0};
    add(&f, "Operation", ID(1), "Main", "");
    load(&f);
    const struct jpk_entity *main_operation = jpk_project_entity(f.project, ID(1));
    const struct jpk_flow_options wrong[] = {
        {.scope = JPK_FLOW_AROUND, .depth = 1},
        {.scope = JPK_FLOW_AROUND, .around = main_operation},
        {.scope = JPK_FLOW_PROJECT, .around = main_operation},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct jpk_error err = {0};
        assert_null(jpk_flow_build(f.graph, &wrong[i], &err));
        assert_int_equal(err.code, JPK_ERR_USAGE);
    }
    end(&f);
}

/* -------------------------------------------------------------------------------------------------------- words */

static void expect_words(const char *type, const char *body, const char *expected)
{
    struct fixture f = {0};
    add(&f, type, ID(1), "X", body);
    load(&f);
    struct buf words = {0};
    flow_words(f.project, jpk_project_entity(f.project, ID(1)), &words);
    assert_string_equal(buf_text(&words), expected);
    buf_free(&words);
    end(&f);
}

static void test_words(void **state)
{
    (void)state;
    expect_words("Source", LOCATION("LocalFile"), "Source: local file");
    expect_words("Target", LOCATION("Satellite"), "Target: Satellite");
    expect_words("Target", "", "Target");
    expect_words("SalesforceQuery", PROPERTIES(ITEM("salesforce_object", "{urn:x}Contact")),
                 "Salesforce query Contact");
    expect_words("NewThing", "", "NewThing");
    expect_words("Schedule",
                 PROPERTIES(ITEM("occurs", "2") ITEM("weekly", "2") ITEM("mon", "1") ITEM("fri", "1") ITEM(
                     "frequency", "1") ITEM("frequency_once_time", "05:30:00") ITEM("timezone_id", "Europe/Berlin")),
                 "every 2 weeks on Mon, Fri at 05:30, Europe/Berlin");
    expect_words("Schedule",
                 PROPERTIES(ITEM("occurs", "3") ITEM("monthly", "0") ITEM("monthly_a_day", "15") ITEM("frequency", "0")
                                ITEM("frequency_every_hm", "0") ITEM("frequency_every_num", "2")
                                    ITEM("frequency_start_time", "08:00:00") ITEM("frequency_end_time", "17:30:30")),
                 "every 2 h, 08:00 to 17:30:30, monthly on day 15");
}

static void test_words_of_many_steps(void **state)
{
    (void)state;
    struct fixture f = {0};
    add(&f, "Source", ID(1), "A", LOCATION("HTTP"));
    add(&f, "Target", ID(2), "B", LOCATION("FTP"));
    add(&f, "Target", ID(3), "C", LOCATION("Database"));
    add(&f, "Operation", ID(4), "Long",
        PIPELINE(STEP("SOURCE", "Source", ID(1)) STEP("TARGET", "Target", ID(2)) STEP("TARGET", "Target", ID(2))
                     STEP("TARGET", "Target", ID(3)) STEP("TARGET", "Target", ID(2)) STEP("TARGET", "Target", ID(3))));
    load(&f);
    struct buf words = {0};
    flow_words(f.project, jpk_project_entity(f.project, ID(4)), &words);
    assert_string_equal(buf_text(&words), "HTTP \xe2\x86\x92 ... \xe2\x86\x92 database \xe2\x86\x92 FTP \xe2\x86\x92 "
                                          "database");
    buf_free(&words);
    end(&f);
}

static void test_lines(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t columns;
        const char *lines;
    } cases[] = {
        {"", 10, "(no name)"},
        {"   ", 10, "(no name)"},
        {"one two three", 8, "one two\nthree"},
        {"  one two", 20, "one two"},
        {"abcdefghij", 4, "abcd\nefgh\nij"},
        {"sales_orders-to-crm", 8, "sales_\norders-\nto-crm"},
        {"a b c d e f g h i", 3, "a b\nc d\ne f\ng h..."},
        {"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 4, "\xe6\x97\xa5\xe6\x9c\xac\n\xe8\xaa\x9e"},
        {"x\ny\001\xe2\x80\xaez\xff\xef\xbf\xbf", 20, "x y??z??"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = {0};
        picture_lines(cases[i].text, cases[i].columns, &out);
        assert_string_equal(buf_text(&out), cases[i].lines);
        buf_free(&out);
    }
}

/* ----------------------------------------------------------------------------------------------------- pictures */

static void expect_dot(const struct fixture *f, bool legend, const char *expected, size_t times)
{
    size_t size = 0;
    struct jpk_error err = {0};
    char *text = jpk_flow_dot(f->flow, legend, &size, &err);
    assert_non_null(text);
    assert_int_equal(strlen(text), size);
    assert_int_equal(count_of(text, expected), times);
    free(text);
}

static void expect_mermaid(const struct fixture *f, const char *expected, size_t times)
{
    size_t size = 0;
    struct jpk_error err = {0};
    char *text = jpk_flow_mermaid(f->flow, &size, &err);
    assert_non_null(text);
    assert_int_equal(strlen(text), size);
    assert_int_equal(count_of(text, expected), times);
    free(text);
}

static void test_pictures(void **state)
{
    (void)state;
    struct fixture f = {0};
    small_project(&f);
    build(&f, (struct jpk_flow_options){.scope = JPK_FLOW_PROJECT});
    expect_dot(&f, true, "style=dashed, penwidth=1.4", 1);         /* failure */
    expect_dot(&f, true, "style=dotted, penwidth=2.2", 1);         /* RunOperation */
    expect_dot(&f, true, ">nothing in the project starts it<", 1); /* Lonely */
    expect_dot(&f, true, ">entry point<", 1);
    expect_dot(&f, false, ">entry point<", 0);
    expect_dot(&f, false, "Target: missing", 1);
    expect_dot(&f, false, "Target: empty", 1);
    expect_dot(&f, false, "Request: built in", 1);
    expect_dot(&f, false, "shape=ellipse", 1);
    expect_mermaid(&f, "nothing in the project starts it", 1);
    expect_mermaid(&f, " -.->|\"on failure\"| ", 1);
    expect_mermaid(&f, "flowchart TB\n", 1);
    build(&f, (struct jpk_flow_options){.scope = JPK_FLOW_OPERATIONS});
    expect_dot(&f, true, "rankdir=LR", 1);
    expect_dot(&f, true, "shape=ellipse", 1);
    expect_mermaid(&f, " -.->|\"Helper\"| ", 1);
    expect_mermaid(&f, "flowchart LR\n", 1);
    end(&f);
}

/* Several things that one item alone uses are one table; a thing that others use too stays itself. */
static void test_lists(void **state)
{
    (void)state;
    struct fixture f = {0};
    add(&f, "Operation", ID(1), "Main", PIPELINE(STEP("SCRIPT", "Script", ID(2)) STEP("SCRIPT", "Script", ID(3))));
    add(&f, "Script", ID(2), "First",
        SCRIPT("ReadFile(\"s." ID(4) "\"); ReadFile(\"s." ID(5) "\"); ReadFile(\"s." ID(6) "\");"));
    add(&f, "Script", ID(3), "Second", SCRIPT("ReadFile(\"s." ID(6) "\");"));
    add(&f, "Source", ID(4), "S4", LOCATION("HTTP"));
    add(&f, "Source", ID(5), "S5", LOCATION("HTTP"));
    add(&f, "Source", ID(6), "S6", LOCATION("HTTP"));
    load(&f);
    build(&f, (struct jpk_flow_options){.scope = JPK_FLOW_PROJECT});
    expect_dot(&f, false, "shape=cylinder", 1);
    expect_dot(&f, false, "ReadFile, Source: HTTP</FONT><BR/>S4</TD>", 1);
    expect_dot(&f, false, " -> l", 1);
    expect_mermaid(&f, "ReadFile \xc2\xb7 S4<br/>ReadFile \xc2\xb7 S5", 1);
    end(&f);
}

#define HOSTILE "&lt;/TD>]]&gt;&amp;&quot;\\N\\&#9;%%{init}#x;`*_a_* \xe2\x80\xae style:x#1;"

/* Names that would end a string, a label, a tag or a directive. */
static void test_hostile_names(void **state)
{
    (void)state;
    struct fixture f = {0};
    add(&f, "Operation", ID(1), HOSTILE, PIPELINE(STEP("SCRIPT", HOSTILE, ID(2)) STEP("SCRIPT", "Script", GONE)));
    add(&f, "Script", ID(2), HOSTILE, SCRIPT("RunScript(\"sc." ID(3) "\");"));
    add(&f, "Script", ID(3), "--&gt; end$$x$$", SCRIPT("RunOperation(\"op." ID(1) "\");"));
    load(&f);
    build(&f, (struct jpk_flow_options){.scope = JPK_FLOW_PROJECT});
    expect_dot(&f, true, "&lt;/TD&gt;]]&gt;&amp;&quot;\\\\N\\\\<BR/>%%{init}#x;`*_a_* ?<BR/>style:x#1;", 2);
    expect_dot(&f, true, "tooltip=\"Operation/</TD>]]>&amp;\\\"\\\\N\\\\ %%{init}", 1);
    expect_dot(&f, true, "\xe2\x80\xae", 0);
    expect_mermaid(&f, "#60;/TD#62;#93;#93;#62;#38;#34;#92;N#92; #37;#37;#123;init#125;", 2);
    expect_mermaid(&f, "#35;x#59;#96;#42;#95;a#95;#42; #63;", 2);
    expect_mermaid(&f, "style#58;x#35;1#59;", 2);
    expect_mermaid(&f, "#45;#45;#62; end#36;\xe2\x80\x8b#36;x#36;\xe2\x80\x8b#36;", 1);
    expect_mermaid(&f, "%%{", 0);
    expect_mermaid(&f, "\xe2\x80\xae", 0);
    end(&f);
}

/* Many operations that share a script with many references: the picture does not multiply them. */
static void test_linear(void **state)
{
    (void)state;
    enum { COUNT = 400 };
    struct fixture f = {0};
    struct buf script = {0};
    for (unsigned i = 1; i <= COUNT; i++) {
        add(&f, "Operation", pm_id(i), "O", PIPELINE("<SCRIPT contentId=\"00002000-0000-4000-8000-0000000000ab\"/>"));
        add(&f, "Operation", pm_id(0x1000 + i), "P", "");
        buf_printf(&script, "RunOperation(\"op.%s\");", pm_id(0x1000 + i));
    }
    struct buf body = {0};
    buf_printf(&body, "<konga.string name=\"script\">&lt;trans&gt;%s&lt;/trans&gt;</konga.string>\n", script.data);
    add(&f, "Script", pm_id(0x2000), "S", body.data);
    load(&f);
    build(&f, (struct jpk_flow_options){.scope = JPK_FLOW_PROJECT});
    assert_int_equal(f.flow->edge_count, 2 * COUNT);
    build(&f, (struct jpk_flow_options){.scope = JPK_FLOW_OPERATIONS});
    assert_int_equal(f.flow->edge_count, 2 * COUNT);
    expect_dot(&f, false, " -> ", 2 * COUNT);
    buf_free(&script);
    buf_free(&body);
    end(&f);
}

/* The pictures of all real projects and samples: every edge has its nodes, and each scope fits into the next. */
static void test_real(void **state)
{
    (void)state;
    for (int which = 0; which < PM_REAL_COUNT; which++) {
        struct jpk_archive *archive = pm_real((enum pm_real)which);
        struct jpk_error err = {0};
        if (!archive)
            continue;
        struct fixture f = {0};
        f.project = jpk_project_load(archive, NULL, 0, &err);
        assert_non_null(f.project);
        f.graph = jpk_graph_build(f.project, &err);
        assert_non_null(f.graph);
        build(&f, (struct jpk_flow_options){.scope = JPK_FLOW_OPERATIONS});
        size_t operations = f.flow->node_count;
        build(&f, (struct jpk_flow_options){.scope = JPK_FLOW_PROJECT});
        size_t project = f.flow->node_count;
        assert_true(operations < project);
        build(&f, (struct jpk_flow_options){.scope = JPK_FLOW_PROJECT, .structures = true});
        assert_true(project < f.flow->node_count || which == PM_DATABASE);
        for (size_t i = 0; i < f.flow->edge_count; i++)
            assert_true(f.flow->edges[i].from < f.flow->node_count && f.flow->edges[i].to < f.flow->node_count);
        expect_dot(&f, true, "digraph flow {", 1);
        expect_mermaid(&f, "flowchart ", 1);
        end(&f);
        jpk_archive_free(archive);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_project),         cmocka_unit_test(test_operations),
        cmocka_unit_test(test_shared_scripts),  cmocka_unit_test(test_around),
        cmocka_unit_test(test_around_variable), cmocka_unit_test(test_structures),
        cmocka_unit_test(test_deleted),         cmocka_unit_test(test_wrong_options),
        cmocka_unit_test(test_words),           cmocka_unit_test(test_words_of_many_steps),
        cmocka_unit_test(test_lines),           cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_lists),           cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_linear),          cmocka_unit_test(test_real),
    };
    return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
