/* The reference graph: what entities name, and which variables they read and write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "jpk/brackets.h"
#include "tests/unit/projectmaker.h"

#define ID(n) "0000000" #n "-0000-4000-8000-0000000000ab"
#define BUILT_IN "e4dce626-e022-4aec-916f-099c7ad537ba"
#define SCRIPT(text) "  <konga.string name=\"script\">&lt;trans&gt;" text "&lt;/trans&gt;</konga.string>\n"
#define ITEM(key, value) "<Item key=\"" key "\" value=\"" value "\"/>"
#define PROPERTIES(items) "  <Properties>" items "</Properties>\n"

static const char *const kinds[] = {"activity", "success",   "failure", "message",  "schedule",
                                    "endpoint", "structure", "file",    "property", "script"};
static const char *const states[] = {"resolved", "empty", "built-in", "deleted", "dangling"};

/* `kind where -> target state` for each reference of an entity. */
static void render_references(const struct pm_graph *f, const char *id, struct buf *out)
{
    size_t count;
    const struct jpk_entity *entity = jpk_project_entity(f->project, id);
    const struct jpk_reference *r = jpk_graph_from(f->graph, entity, &count);
    for (size_t i = 0; i < count; i++, r++) {
        assert_ptr_equal(r->from, entity);
        assert_int_equal(r->to != NULL,
                         (r->kind != JPK_REF_FILE && r->state == JPK_REF_RESOLVED) || r->state == JPK_REF_DELETED);
        buf_printf(out, "%s %s -> %.8s %s", kinds[r->kind], r->where, r->target, states[r->state]);
        if (r->function)
            buf_printf(out, " in %s", r->function);
        if (r->kind == JPK_REF_SCRIPT)
            buf_printf(out, " @%u #%u", r->text_offset, r->order);
        buf_puts(out, r->in_comment ? " comment\n" : "\n");
    }
}

/* `kind name where read` for each use of an entity. */
static void render_uses(const struct pm_graph *f, const char *id, struct buf *out)
{
    static const char *const use_kinds[] = {"bracket", "script", "locator", "name"};
    size_t count;
    const struct jpk_use *u = jpk_graph_uses(f->graph, jpk_project_entity(f->project, id), &count);
    for (size_t i = 0; i < count; i++, u++) {
        const struct jpk_variable *v = &f->graph->variables[u->variable];
        buf_printf(out, "%s %s", use_kinds[u->kind], u->spelled);
        if (strcmp(v->name, u->spelled) != 0)
            buf_printf(out, " (%s)", v->name);
        buf_printf(out, " '%s' %s @%u", u->where, u->write ? "write" : "read", u->text_offset);
        if (u->default_value)
            buf_printf(out, " default <%s>", u->default_value);
        if (u->function)
            buf_printf(out, " in %s/%u%s", u->function, u->argument, u->alone ? " alone" : "");
        if (u->compared)
            buf_printf(out, " = %s", u->compared);
        if (u->assigned != UINT32_MAX)
            buf_printf(out, " to %s", f->graph->variables[u->assigned].name);
        buf_puts(out, u->in_comment ? " comment\n" : "\n");
        assert_true(text_caseeq(v->name, u->spelled));
    }
}

typedef void render(const struct pm_graph *f, const char *id, struct buf *out);

static void expect(const struct pm_graph *f, const char *id, render *r, const char *expected)
{
    struct buf out = {0};
    r(f, id, &out);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

/* ------------------------------------------------------------------------------------------------------ references */

static void test_operation(void **state)
{
    (void)state;
    struct pm_graph f = {0};
    pm_graph_add(
        &f, "Operation", ID(1), "Main",
        PROPERTIES(ITEM("success_operation_id", ID(2)) ITEM("failure_operation_id", ID(9))
                       ITEM("success_message_id", ID(3)) ITEM("failure_message_id", ID(4)) ITEM("schedule_id", ID(5))
                           ITEM("source_id", ID(6)) ITEM("target_id", "0000000c-0000-4000-8000-0000000000AB") ITEM(
                               "salesforce_wizard_guid", ID(8)) ITEM("operation_id", ID(1)) ITEM("other", ID(7))
                               ITEM("unknown", "99999999-0000-4000-8000-0000000000ab") ITEM(
                                   "text",
                                   "no id")) "  <Pipeline opType=\"Transformation\"><Activities>"
                                             "<SOURCE contentId=\"" ID(
                                                 6) "\" role=\"Source\"/><SCRIPT contentId=\"" BUILT_IN
                                                    "\" role=\"Script\"/>"
                                                    "<TARGET role=\"Target\"/><TARGET "
                                                    "contentId=\"0000000C-0000-4000-8000-0000000000ab\" role=\"T2\"/>"
                                                    "<NEW contentId=\"gone\" role=\"New\"/></Activities></Pipeline>\n");
    pm_graph_add(&f, "Operation", ID(2), "Next", "");
    pm_graph_add(&f, "EmailMessage", ID(3), "Mail", "");
    pm_graph_add(&f, "Schedule", ID(5), "Every day", "");
    pm_graph_add(&f, "Source", ID(6), "Source", "");
    pm_graph_add(&f, "Script", ID(7), "Script", "");
    pm_add(&f.pm, "t/Data/SalesforceQuery/" ID(8) ".xml",
           "<Entity type=\"SalesforceQuery\"><Header ID=\"" ID(8) "\" Deleted=\"true\" Name=\"Q\"/>" PROPERTIES(
               ITEM("operation_id", ID(1))) "</Entity>");
    pm_graph_build(&f, "");
    expect(&f, ID(1), render_references,
           "success success_operation_id -> 00000002 resolved\n"
           "failure failure_operation_id -> 00000009 dangling\n"
           "message success_message_id -> 00000003 resolved\n"
           "message failure_message_id -> 00000004 dangling\n"
           "schedule schedule_id -> 00000005 resolved\n"
           "property salesforce_wizard_guid -> 00000008 deleted\n"
           "property other -> 00000007 resolved\n"
           "activity Source -> 00000006 resolved\n"
           "activity Script -> e4dce626 built-in\n"
           "activity Target ->  empty\n"
           "activity T2 -> 0000000C dangling\n"
           "activity New -> gone dangling\n");
    expect(&f, ID(8), render_references, ""); /* a deleted entity names nothing */
    size_t count;
    jpk_graph_to(f.graph, jpk_project_entity(f.project, ID(8)), &count);
    assert_int_equal(count, 1);
    pm_graph_free(&f);
}

static void test_other_references(void **state)
{
    (void)state;
    struct pm_graph f = {0};
    pm_graph_add(
        &f, "Transformation", ID(1), "T",
        PROPERTIES(ITEM("source_text_doc", ID(2)) ITEM("input_function_id", ID(3)) ITEM("source_xml", "a.xsd") ITEM(
            "target_xml",
            "none.xsd")) "  <InputStructure docId=\"" ID(2) "\"/><OutputStructure callId=\"" ID(9) "\"/>\n"
                                                                                                   "  "
                                                                                                   "<Mappings><Mapping>"
                                                                                                   "<konga.string "
                                                                                                   "name=\"expr\">a$"
                                                                                                   "b\t&lt;trans&gt;"
                                                                                                   "RunScript(&quot;"
                                                                                                   "sc." ID(
                                                                                                       4) "&quot;)&lt;/"
                                                                                                          "trans&gt;</"
                                                                                                          "konga."
                                                                                                          "string></"
                                                                                                          "Mapping><"
                                                                                                          "Mapping><"
                                                                                                          "konga."
                                                                                                          "string "
                                                                                                          "name="
                                                                                                          "\"expr\">[x]"
                                                                                                          "\t[y]</"
                                                                                                          "konga."
                                                                                                          "string>"
                                                                                                          "</Mapping></"
                                                                                                          "Mappings>"
                                                                                                          "\n");
    pm_graph_add(&f, "Document", ID(2), "D", "");
    pm_graph_add(&f, "SalesforceQuery", ID(3), "Q",
                 PROPERTIES(ITEM("connector_id", ID(5)) ITEM("endpoint_id", ID(8)) ITEM(
                     "wsdl_id", "jitterbit.salesforce.partner.63.wsdl") ITEM("sfdc.soapheader.Session", ID(8))));
    pm_graph_add(&f, "Script", ID(4), "S",
                 SCRIPT("RunOperation(\"op." ID(1) "\");\n// WriteFile(\"t." ID(9) "\")\nx = \"m." ID(
                     2) "\"; "
                        "ReadFile(\"s." BUILT_IN "\")"));
    pm_graph_add(&f, "SalesforceConnector", ID(5), "C", "");
    pm_graph_add(&f, "Target", ID(6), "HTTP", PROPERTIES(ITEM("target_target_id", ID(7)) ITEM("source_id", ID(9))));
    pm_graph_add(&f, "NewKind", ID(7), "New",
                 "  <Deep><er>" PROPERTIES(ITEM("what_id", ID(6)) ITEM("endpoint_id", ID(9))) "</er></Deep>\n");
    pm_add(&f.pm, "t/files/a.xsd", "x");
    pm_graph_build(&f, "");
    expect(&f, ID(1), render_references,
           "structure input_function_id -> 00000003 resolved\n"
           "file source_xml -> a.xsd resolved\n"
           "file target_xml -> none.xsd dangling\n"
           "structure docId -> 00000002 resolved\n"
           "structure callId -> 00000009 dangling\n"
           "script a$b -> 00000004 resolved in RunScript @22 #0\n");
    expect(&f, ID(3), render_references,
           "endpoint connector_id -> 00000005 resolved\n"
           "endpoint endpoint_id -> 00000008 dangling\n"
           "file wsdl_id -> jitterbi built-in\n");
    expect(&f, ID(4), render_references,
           "script  -> 00000001 resolved in RunOperation @21 #0\n"
           "script  -> 00000009 dangling @78 #1 comment\n"
           "script  -> 00000002 resolved @124 #2\n"
           "script  -> e4dce626 built-in in ReadFile @175 #3\n");
    expect(&f, ID(6), render_references, "property target_target_id -> 00000007 resolved\n");
    expect(&f, ID(7), render_references,
           "property what_id -> 00000006 resolved\nendpoint endpoint_id -> 00000009 dangling\n");
    pm_graph_free(&f);
}

/* ------------------------------------------------------------------------------------------------------ variables */

static void test_script_uses(void **state)
{
    (void)state;
    struct pm_graph f = {0};
    pm_graph_add(&f, "ProjectVariable", ID(1), "NetSuite_Account", "");
    pm_graph_add(&f, "Script", ID(2), "S",
                 SCRIPT("$a = $netsuite_account;\nIf($A == \"x\", $jitterbit.operation.error);\n// $c\n"
                        "x = $a; y = x; $d = y + 1;\nSet(\"$e\", Get(\"a\")); $__System"));
    pm_graph_build(&f, "");
    expect(&f, ID(2), render_uses,
           "script netsuite_account (NetSuite_Account) '' read @12 to a\n"
           "script a '' write @7\n"
           "script A (a) '' read @34 in If/0 = x\n"
           "script jitterbit.operation.error '' read @45 in If/1 alone\n"
           "script c '' read @77 comment\n"
           "script a '' read @84 to d\n"
           "script d '' write @95\n"
           "script a '' read @122 in Set/1 alone\n"
           "script e '' write @112\n"
           "script __System '' read @128\n");
    assert_int_equal(f.graph->variable_count, 7);
    assert_string_equal(f.graph->variables[0].name, "NetSuite_Account"); /* project variables first, then by name */
    assert_ptr_equal(f.graph->variables[0].entity, jpk_project_entity(f.project, ID(1)));
    static const char *const names[] = {"__System", "a", "c", "d", "e", "jitterbit.operation.error"};
    for (size_t i = 0; i < 6; i++) {
        const struct jpk_variable *v = &f.graph->variables[i + 1];
        assert_string_equal(v->name, names[i]);
        assert_int_equal(v->system, i == 0 || i == 5);
        assert_ptr_equal(jpk_graph_variable(f.graph, names[i]), v);
    }
    assert_ptr_equal(jpk_graph_variable(f.graph, "NETSUITE_account"), &f.graph->variables[0]);
    assert_null(jpk_graph_variable(f.graph, "none"));
    assert_null(jpk_graph_variable(f.graph, ""));
    pm_graph_free(&f);
}

/* Orders count through all scripts of a transformation, references and uses together. */
static void test_order(void **state)
{
    (void)state;
    struct pm_graph f = {0};
    pm_graph_add(
        &f, "Transformation", ID(1), "T",
        "  <Mappings><Mapping><konga.string name=\"expr\">a\t&lt;trans&gt;$x = 1; RunScript(\"sc." ID(
            9) "\", $y)&lt;/trans&gt;</konga.string></Mapping><Mapping><konga.string name=\"expr\">b\t&lt;trans&gt;$x"
               "&lt;/trans&gt;</konga.string></Mapping></Mappings>\n");
    pm_graph_build(&f, "");
    expect(&f, ID(1), render_references, "script a -> 00000009 dangling in RunScript @28 #1\n");
    size_t count;
    const struct jpk_use *u = jpk_graph_uses(f.graph, jpk_project_entity(f.project, ID(1)), &count);
    assert_int_equal(count, 3);
    assert_true(u[0].order == 0 && u[1].order == 2 && u[2].order == 3);
    assert_string_equal(u[1].where, "a");
    assert_string_equal(u[2].where, "b");
    assert_true(u[2].offset > u[1].offset && u[2].text_offset == 9);
    pm_graph_free(&f);
}

static void test_bracket_uses(void **state)
{
    (void)state;
    struct pm_graph f = {0};
    pm_graph_add(&f, "ProjectVariable", ID(1), "Api Key", "");
    pm_graph_add(&f, "ProjectVariable", ID(2), "path", "");
    pm_graph_add(&f, "EmailMessage", ID(3), "Error in [PATH] of [nobody]",
                 PROPERTIES(ITEM("message_text", "[free] [path] [api key] [not plain] [jitterbit.x] [1] [] [open")
                                ITEM("to", "[path{a@b.c}] [free{}] [a{[path]}]")));
    pm_graph_add(
        &f, "SalesforceQuery", ID(4), "Q",
        "  <konga.string name=\"query_string\">SELECT [Id], [free] FROM [path] WHERE [set] [__sys]</konga.string>\n");
    pm_graph_add(&f, "Source", ID(5), "Files",
                 "  <Location type=\"LocalFile\"><Data>" PROPERTIES(ITEM("file_name", "[a-z]+[abc][path]") ITEM(
                     "filterOption.regularExpression", "1") ITEM("other", "[abc]")) "</Data></Location>\n");
    pm_graph_add(&f, "Script", ID(6), "S", SCRIPT("$set = \"[path]\""));
    pm_graph_add(&f, "NewKind", ID(7), "N", "  <x y=\"[path] [abc]\">[set]</x>\n");
    pm_graph_add(&f, "Target", ID(8), "Encrypted",
                 "  <Properties><Item enc=\"true\" key=\"a\" value=\"[path]\"/></Properties>\n");
    pm_graph_build(&f, "");
    expect(&f, ID(3), render_uses,
           "bracket free 'message_text' read @0\n"
           "bracket path 'message_text' read @0\n"
           "bracket api key (Api Key) 'message_text' read @0\n"
           "bracket jitterbit.x 'message_text' read @0\n"
           "bracket path 'to' read @0 default <a@b.c>\n"
           "bracket free 'to' read @0 default <>\n"
           "bracket path 'to' read @0\n"
           "name PATH (path) 'Name' read @0\n");
    /* SQL quotes names with brackets: one that occurs in brackets alone is no variable there */
    expect(&f, ID(4), render_uses,
           "bracket path 'query_string' read @25\n"
           "bracket set 'query_string' read @38\n"
           "bracket __sys 'query_string' read @44\n");
    expect(&f, ID(5), render_uses, "bracket path 'file_name' read @0\nbracket abc 'other' read @0\n");
    expect(&f, ID(6), render_uses, "script set '' write @7\n"); /* no brackets in scripts */
    expect(&f, ID(7), render_uses, "bracket set 'x' read @0\nbracket path 'y' read @0\n");
    expect(&f, ID(8), render_uses, "");
    pm_graph_free(&f);
}

static void test_locators(void **state)
{
    (void)state;
    struct pm_graph f = {0};
    pm_graph_add(&f, "Source", ID(1), "In",
                 "  <Location type=\"GlobalData\"><Data>" PROPERTIES(ITEM("locator", "Buffer")) "</Data></Location>\n");
    pm_graph_add(&f, "Target", ID(2), "Out",
                 "  <Location type=\"GlobalData\"><Data>" PROPERTIES(ITEM("locator", "buffer")) "</Data></Location>\n");
    pm_graph_add(&f, "Source", ID(3), "File",
                 "  <Location type=\"LocalFile\"><Data>" PROPERTIES(ITEM("locator", "buffer")) "</Data></Location>\n");
    pm_graph_add(
        &f, "Target", ID(4), "None",
        "  <Location type=\"GlobalData\"><Data><Properties><Item key=\"locator\"/></Properties></Data></Location>\n");
    pm_graph_build(&f, "");
    expect(&f, ID(1), render_uses, "locator Buffer 'locator' read @0\n");
    expect(&f, ID(2), render_uses, "locator buffer (Buffer) 'locator' write @0\n");
    expect(&f, ID(3), render_uses, "");
    expect(&f, ID(4), render_uses, "");
    const struct jpk_variable *v = jpk_graph_variable(f.graph, "BUFFER");
    assert_int_equal(v->use_count, 2);
    assert_ptr_equal(v->uses[0]->from, jpk_project_entity(f.project, ID(1)));
    pm_graph_free(&f);
}

/* A name that is longer than any real one is cut, but not within a character. */
static void test_long_names(void **state)
{
    (void)state;
    struct pm_graph f = {0};
    struct buf name = {0}, locator = {0};
    buf_puts(&name, "x");
    for (size_t i = 0; i < 100; i++)
        buf_puts(&name, "\xc3\xa9");
    buf_printf(&locator,
               "  <Location type=\"GlobalData\"><Data><Properties><Item key=\"locator\" value=\"%s\"/>"
               "</Properties></Data></Location>\n",
               name.data);
    pm_graph_add(&f, "Source", ID(1), "In", locator.data);
    pm_graph_build(&f, "");
    assert_int_equal(f.graph->variable_count, 1);
    const char *kept = f.graph->variables[0].name;
    assert_int_equal(strlen(kept), 127);
    assert_true(text_utf8(kept, strlen(kept), NULL));
    assert_string_equal(f.graph->uses[0].spelled, name.data);
    assert_ptr_equal(jpk_graph_variable(f.graph, name.data), &f.graph->variables[0]);
    buf_free(&name);
    buf_free(&locator);
    pm_graph_free(&f);
}

/* ------------------------------------------------------------------------------------------------------- brackets */

static void test_brackets(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected; /* `offset:name` and `{default}` for each; `!` when not plain */
    } cases[] = {
        {"", ""},
        {"a[b]c", "1:b "},
        {"[a][b.c:d_1]", "0:a 3:b.c:d_1 "},
        {"[1a] [a b] [a-b] [\xc3\xa9]", "0:1a! 5:a b! 11:a-b! 17:\xc3\xa9! "},
        {"[] [ ] [", "3: ! "},
        {"[a", ""},
        {"[[a]]", "1:a "},
        {"[a[b]", "2:b "},
        {"[a{}]", "0:a{} "},
        {"[a{x y}]z", "0:a{x y} "},
        {"[a{x}", ""},
        {"[a{x]y}] [b]", "9:b "},
        {"[a{b}c}]", "0:a{b}c} "},
        {"[a{[b]}]", "3:b "},
        {"[a\nb] [a\"b] ['a'] [<a>]", ""},
        {"<a><![CDATA[b]]></a> <![CDATA[[c]]]>", "30:c "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = {0};
        struct bracket b;
        for (size_t at = 0; bracket_next(cases[i].text, &at, &b);) {
            assert_true(at <= strlen(cases[i].text));
            buf_printf(&out, "%zu:%.*s%s", b.offset, (int)b.name_length, b.name, b.plain ? "" : "!");
            if (b.has_default)
                buf_printf(&out, "{%.*s}", (int)b.default_length, b.default_value);
            buf_putc(&out, ' ');
        }
        assert_string_equal(buf_text(&out), cases[i].expected);
        buf_free(&out);
    }
}

/* ------------------------------------------------------------------------------------------------- hostile and real */

/* Every list is the other one turned around. */
static void check_consistent(const struct jpk_graph *graph)
{
    const struct jpk_project *project = graph->project;
    size_t from = 0, to = 0, uses = 0, resolved = 0, by_variable = 0, n;
    for (size_t i = 0; i < project->entity_count; i++) {
        const struct jpk_entity *entity = project->entities[i];
        const struct jpk_reference *r = jpk_graph_from(graph, entity, &n);
        assert_true(n == 0 || r == graph->references + from); /* grouped, in the order of the entities */
        from += n;
        const struct jpk_reference *const *in = jpk_graph_to(graph, entity, &n);
        for (size_t j = 0; j < n; j++)
            assert_ptr_equal(in[j]->to, entity);
        to += n;
        const struct jpk_use *u = jpk_graph_uses(graph, entity, &n);
        assert_true(n == 0 || u == graph->uses + uses);
        for (size_t j = 0; j < n; j++)
            assert_ptr_equal(u[j].from, entity);
        uses += n;
    }
    for (size_t i = 0; i < graph->reference_count; i++)
        resolved += graph->references[i].to != NULL;
    for (size_t i = 0; i < graph->variable_count; i++) {
        const struct jpk_variable *v = &graph->variables[i];
        assert_ptr_equal(jpk_graph_variable(graph, v->name), v);
        for (size_t j = 0; j < v->use_count; j++)
            assert_int_equal(v->uses[j]->variable, i);
        by_variable += v->use_count;
    }
    assert_int_equal(from, graph->reference_count);
    assert_int_equal(to, resolved);
    assert_int_equal(uses, graph->use_count);
    assert_int_equal(by_variable, graph->use_count);
}

/* Sizes at which anything quadratic would take minutes. */
static void test_large(void **state)
{
    (void)state;
    enum { COUNT = 50000 };
    struct pm_graph f = {0};
    struct buf body = {0};
    buf_puts(&body, "  <Properties>\n");
    for (int i = 0; i < COUNT; i++)
        buf_printf(&body, "<Item key=\"file_name\" value=\"%08x-0000-4000-8000-0000000000ac\"/>\n", i);
    buf_puts(&body, "  </Properties><Pipeline><Activities>\n");
    for (int i = 0; i < COUNT; i++)
        buf_printf(&body, "<A contentId=\"%08x-0000-4000-8000-0000000000ad\" role=\"r\"/>\n", i);
    buf_puts(&body, "</Activities></Pipeline>\n");
    pm_graph_add(&f, "Operation", ID(1), "O", body.data);
    buf_clear(&body);
    buf_puts(&body, "  <konga.string name=\"script\">&lt;trans&gt;");
    for (int i = 0; i < COUNT; i++)
        buf_printf(&body, "$v%d = x; x = $w; RunOperation(\"op." ID(2) "\");\n", i);
    buf_puts(&body, "&lt;/trans&gt;</konga.string><t>");
    for (int i = 0; i < COUNT / 10; i++)
        buf_puts(&body, "[V1][a{");
    buf_puts(&body, "</t>\n");
    pm_graph_add(&f, "Script", ID(2), "S", body.data);
    buf_free(&body);
    pm_graph_build(&f, "");
    check_consistent(f.graph);
    assert_int_equal(f.graph->reference_count, 2 * COUNT);
    assert_int_equal(f.graph->variable_count, COUNT + 1);
    assert_int_equal(f.graph->use_count, 2 * COUNT + COUNT / 10);
    pm_graph_free(&f);
}

/*
 * The real projects. What is asserted was counted without this library, by a script over ElementTree: activities with
 * and without content, InputStructure and OutputStructure with an id, Items of the keys concerned that are not
 * encrypted, `op.`, `sc.`, `s.`, `t.`, `m.` and `so.` with a GUID in scripts and mappings by a regular expression,
 * sources and targets of type GlobalData, Data/ProjectVariable. The numbers of states are what was left over to look
 * at.
 */
static const struct figures {
    size_t activities, empty, next, messages, schedules, endpoints, structures, files, scripts;
    size_t built_in, dangling; /* activities; references that are not of comments */
    size_t project_variables, locators;
} expected[PM_REAL_COUNT] = {
    {20, 0, 3, 0, 0, 2, 4, 7, 39, 1, 0, 32, 0}, {26, 0, 4, 0, 1, 0, 6, 13, 16, 0, 0, 3, 10},
    {17, 0, 9, 0, 1, 0, 1, 5, 5, 0, 0, 9, 4},   {16, 0, 3, 0, 1, 2, 4, 7, 12, 1, 0, 20, 0},
    {11, 1, 1, 2, 1, 0, 4, 0, 5, 0, 0, 14, 0},
};

static void count(const struct jpk_graph *graph, struct figures *n)
{
    for (size_t i = 0; i < graph->reference_count; i++) {
        const struct jpk_reference *r = &graph->references[i];
        size_t *const by_kind[] = {&n->activities, &n->next,       &n->next,  &n->messages, &n->schedules,
                                   &n->endpoints,  &n->structures, &n->files, NULL,         &n->scripts};
        if (by_kind[r->kind])
            ++*by_kind[r->kind];
        n->empty += r->state == JPK_REF_EMPTY;
        n->built_in += r->kind == JPK_REF_ACTIVITY && r->state == JPK_REF_BUILT_IN;
        n->dangling += r->state == JPK_REF_DANGLING && !r->in_comment;
    }
    for (size_t i = 0; i < graph->variable_count; i++)
        n->project_variables += graph->variables[i].entity != NULL;
    for (size_t i = 0; i < graph->use_count; i++)
        n->locators += graph->uses[i].kind == JPK_USE_LOCATOR;
}

static void test_real(void **state)
{
    (void)state;
    for (int which = 0; which < PM_REAL_COUNT; which++) {
        struct jpk_archive *archive = pm_real((enum pm_real)which);
        struct figures found = {0};
        if (!archive)
            continue;
        struct jpk_project *project = jpk_project_load(archive, NULL, 0, NULL);
        assert_non_null(project);
        struct jpk_graph *graph = jpk_graph_build(project, NULL);
        assert_non_null(graph);
        check_consistent(graph);
        count(graph, &found);
        const size_t *a = (const size_t *)&found, *b = (const size_t *)&expected[which];
        for (size_t i = 0; i < sizeof found / sizeof *a; i++)
            if (a[i] != b[i])
                fail_msg("%s: figure %zu is %zu, not %zu", pm_real_names[which], i, a[i], b[i]);
        jpk_graph_free(graph);
        jpk_project_free(project);
        jpk_archive_free(archive);
    }
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operation),  cmocka_unit_test(test_other_references), cmocka_unit_test(test_script_uses),
        cmocka_unit_test(test_order),      cmocka_unit_test(test_bracket_uses),     cmocka_unit_test(test_locators),
        cmocka_unit_test(test_long_names), cmocka_unit_test(test_brackets),         cmocka_unit_test(test_large),
        cmocka_unit_test(test_real),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
