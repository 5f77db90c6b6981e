/* The catalogue of functions, what scripts call that will not work, and what is kept beside a script. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/text.h"
#include "jpk/script_findings.h"
#include "jpk/script_text.h"
#include "tests/unit/projectmaker.h"

static struct script_view view(const char *text)
{
    return (struct script_view){text, strlen(text)};
}

/* -------------------------------------------------------------------------------------------------------- catalogue */

static void test_catalogue(void **state)
{
    size_t count, modules = 0;
    const char *seen[32];
    const struct script_function *functions = script_functions(&count);
    (void)state;
    assert_int_equal(count, 243);
    for (size_t i = 0; i < count; i++) {
        const struct script_function *function = &functions[i];
        struct script_parameter parameter;
        uint32_t least, most;
        size_t known = 0;
        char upper[64];
        assert_true(i == 0 || text_casecmp(functions[i - 1].name, function->name) < 0);
        script_function_arity(function, &least, &most);
        assert_true(least <= most);
        for (unsigned p = 0; p < 12; p++) {
            assert_int_equal(script_function_parameter(function, p, &parameter), p < most);
            if (p >= most)
                continue;
            assert_true(parameter.name.length > 0 && isalpha((unsigned char)parameter.name.text[0]));
            assert_int_equal(parameter.items != 0, parameter.wants != SCRIPT_WANTS_NOTHING);
            assert_true(p >= least || !parameter.optional);
        }
        /* a word behind a colon that the table does not have would want nothing */
        size_t colons = 0, wanted = 0;
        for (const char *c = function->parameters; *c; c++)
            colons += *c == ':';
        for (unsigned p = 0; p < 12 && script_function_parameter(function, p, &parameter); p++)
            wanted += parameter.items != 0 || parameter.output;
        assert_true(wanted >= colons);
        assert_int_equal(function->instead != NULL, (function->flags & FUNCTION_DEPRECATED) != 0);
        for (size_t c = 0; c <= strlen(function->name); c++)
            upper[c] = (char)toupper((unsigned char)function->name[c]);
        assert_ptr_equal(script_function_find(view(upper)), function);
        while (known < modules && strcmp(seen[known], function->module) != 0)
            known++;
        if (known == modules)
            seen[modules++] = function->module;
    }
    assert_int_equal(modules, 25); /* with that of JavaScript alone */
    assert_null(script_function_find(view("")));
    assert_null(script_function_find(view("Jitterbit.")));
    assert_null(script_function_find(view("RunOperatio")));
    assert_null(script_function_find(view("RunOperations")));
    assert_null(script_function_find((struct script_view){"If\0f", 4}));
    assert_string_equal(script_function_find(view("jitterbit.readfile"))->name, "ReadFile");
}

/* What an argument may name, and what Cloud Studio wants there. */
static void test_parameters(void **state)
{
    static const struct {
        const char *function;
        unsigned position;
        const char *name;
        unsigned items;
        enum script_wants wants;
        bool optional, repeated, computed;
    } cases[] = {
        {"DbExecute", 0, "databaseId", SCRIPT_ITEM_SOURCE | SCRIPT_ITEM_TARGET, SCRIPT_WANTS_CONNECTION, 0, 0, 0},
        {"DbExecute", 9, "outputVariable", 0, SCRIPT_WANTS_NOTHING, 1, 1, 0},
        {"DBLoad", 0, "source", SCRIPT_ITEM_SOURCE, SCRIPT_WANTS_FILE_ACTIVITY, 0, 0, 0},
        {"DBLoad", 1, "target", SCRIPT_ITEM_TARGET, SCRIPT_WANTS_ACTIVITY, 0, 0, 0},
        {"DBWrite", 1, "target", SCRIPT_ITEM_SOURCE | SCRIPT_ITEM_TARGET, SCRIPT_WANTS_CONNECTION, 0, 0, 0},
        {"FlushAllFiles", 0, "targetId", SCRIPT_ITEM_TARGET, SCRIPT_WANTS_FILE_ACTIVITY, 1, 0, 0},
        {"SfLookupAllToFile", 0, "salesforceOrg", SCRIPT_ITEM_SALESFORCE, SCRIPT_WANTS_CONNECTION, 0, 0, 0},
        {"SfLookupAllToFile", 2, "targetId", SCRIPT_ITEM_TARGET, SCRIPT_WANTS_FILE_ACTIVITY, 0, 0, 0},
        {"RunXSLT", 7, "xml", SCRIPT_ITEM_SOURCE, SCRIPT_WANTS_FILE_ACTIVITY, 1, 1, 0},
        {"CancelOperation", 0, "operationInstanceGUID", SCRIPT_ITEM_OPERATION, SCRIPT_WANTS_OPERATION, 0, 0, 1},
        {"NetSuiteLogin", 0, "netSuiteOrg", SCRIPT_ITEM_NETSUITE, SCRIPT_WANTS_CONNECTION, 0, 0, 0},
        {"RunPlugin", 0, "pluginId", SCRIPT_ITEM_PLUGIN, SCRIPT_WANTS_PLUGIN, 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct script_parameter parameter;
        const struct script_function *function = script_function_find(view(cases[i].function));
        assert_true(function && script_function_parameter(function, cases[i].position, &parameter));
        assert_int_equal(parameter.name.length, strlen(cases[i].name));
        assert_memory_equal(parameter.name.text, cases[i].name, parameter.name.length);
        assert_int_equal(parameter.items, cases[i].items);
        assert_int_equal(parameter.wants, cases[i].wants);
        assert_int_equal(parameter.optional, cases[i].optional);
        assert_int_equal(parameter.repeated, cases[i].repeated);
        assert_int_equal(parameter.computed, cases[i].computed);
    }
}

/* --------------------------------------------------------------------------------------------------------- findings */

static void render_findings(struct buf *out, const char *text, size_t size, enum script_agent agent)
{
    static const char *const severities[] = {"info", "warning", "error"};
    struct script_findings findings = {.count = 0};
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    assert_true(script_findings(copy, size, agent, &findings, NULL));
    for (size_t i = 0; i < findings.count; i++) {
        const struct script_finding *finding = &findings.items[i];
        char words[256];
        script_finding_text(finding, words, sizeof words);
        assert_memory_equal(finding->name.text, copy + finding->offset, finding->name.length);
        buf_printf(out, "%zu %s %s: %s\n", finding->offset, severities[finding->severity], finding->rule->id, words);
    }
    script_findings_free(&findings);
    free(copy);
}

static const struct {
    enum script_agent agent;
    const char *text, *expected;
} found[] = {
    {SCRIPT_AGENT_ANY, "<trans>$a = Trim(x); If($a, RunOperation('a'), ToLower($b)); // DebugBreak()\n</trans>", ""},
    {SCRIPT_AGENT_ANY, "<trans>x = AutoNumber() + recordcount()</trans>",
     "11 warning deprecated-function: AutoNumber is deprecated. Use TargetInstanceCount or SourceInstanceCount "
     "instead.\n"
     "26 warning deprecated-function: recordcount is deprecated. Use TargetInstanceCount or SourceInstanceCount "
     "instead.\n"},
    {SCRIPT_AGENT_ANY, "<trans>InitializeDiff('a'); InitCounter($c)</trans>",
     "7 warning private-agent-function: InitializeDiff works on private agents only. Use a private agent group, or do "
     "without it.\n"
     "28 warning single-agent-function: InitCounter works in agent groups of a single agent only. Use a private agent "
     "group with one agent, or do without it.\n"},
    {SCRIPT_AGENT_CLOUD, "<trans>InitializeDiff('a')</trans>",
     "7 error private-agent-function: InitializeDiff works on private agents only. Use a private agent group, or do "
     "without it.\n"},
    {SCRIPT_AGENT_PRIVATE, "<trans>InitializeDiff('a')</trans>",
     "7 warning single-agent-function: InitializeDiff works in agent groups of a single agent only. Use a private "
     "agent group with one agent, or do without it.\n"},
    {SCRIPT_AGENT_ANY, "<trans>DebugBreak(); SetSalesforceSession(a, b, c); SetScriptResult(1)</trans>",
     "7 warning breakpoint: DebugBreak was left over from testing. Remove it before the script is deployed.\n"
     "21 warning broken-function: SetSalesforceSession is documented as not working. Log in through the connection "
     "instead.\n"
     "52 error script-function: SetScriptResult is a function of JavaScript. Jitterbit Script has Get, Set and the "
     "value of its last statement instead.\n"},
    {SCRIPT_AGENT_ANY, "<trans>ToLowr($a); Xyzzyplugh(); RunOperation2()</trans>",
     "7 warning unknown-function: There is no function ToLowr. Did you mean ToLower?\n"
     "19 warning unknown-function: There is no function Xyzzyplugh.\n"
     "33 warning unknown-function: There is no function RunOperation2. Did you mean RunOperation?\n"},
    {SCRIPT_AGENT_ANY,
     "<javascript>RunScript('a'); Jitterbit.SendEmailMessage('b'); x.RunScript(); WriteToOperationLog(f(1)); "
     "Jitterbit.GetVra('$a'); new Map(); document.write(); Jitterbit.SetVar('$a', 1); DebugBreak()</javascript>",
     "12 error javascript-function: JavaScript of Cloud Studio cannot call RunScript. Move the call to a script in "
     "Jitterbit Script.\n"
     "28 error javascript-function: JavaScript of Cloud Studio cannot call Jitterbit.SendEmailMessage. Move the call "
     "to a script in Jitterbit Script.\n"
     "103 warning unknown-function: There is no function Jitterbit.GetVra. Did you mean GetVar?\n"
     "131 warning javascript-object: Jitterbit's JavaScript has no Map. It is ECMAScript 5.1 without a browser and "
     "without Java.\n"
     "138 warning javascript-object: Jitterbit's JavaScript has no document.write. It is ECMAScript 5.1 without a "
     "browser and without Java.\n"
     "183 error javascript-function: JavaScript of Cloud Studio cannot call DebugBreak. Move the call to a script in "
     "Jitterbit Script.\n"},
};

static void test_findings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
        struct buf out = {0};
        render_findings(&out, found[i].text, strlen(found[i].text), found[i].agent);
        assert_string_equal(buf_text(&out), found[i].expected);
        buf_free(&out);
    }
}

/* Every rule has an id of its own, a hole for the name, and is reached above. */
static void test_rules(void **state)
{
    (void)state;
    for (const struct script_rule *rule = script_rules(); rule->id; rule++) {
        size_t reached = 0;
        assert_non_null(strstr(rule->message, "%s"));
        for (size_t i = 0; i < sizeof found / sizeof *found; i++)
            reached += strstr(found[i].expected, rule->id) != NULL;
        assert_true(reached > 0);
        for (const struct script_rule *other = rule + 1; other->id; other++)
            assert_string_not_equal(rule->id, other->id);
    }
}

/* A text can ask for what was meant as often as it likes. */
static void test_many_unknown(void **state)
{
    struct buf text = {0};
    struct script_findings findings = {.count = 0};
    (void)state;
    buf_puts(&text, "<trans>");
    for (unsigned i = 0; i < 200000; i++)
        buf_printf(&text, "RunOperatin%u();", i % 100000);
    assert_true(script_findings(text.data, text.size, SCRIPT_AGENT_ANY, &findings, NULL));
    assert_int_equal(findings.count, 200000);
    assert_string_equal(findings.items[0].instead, "RunOperation");
    assert_string_equal(findings.items[100000].instead, "RunOperation");
    assert_null(findings.items[199999].instead);
    script_findings_free(&findings);
    buf_free(&text);
}

/* ------------------------------------------------------------------------------------------------------------ texts */

static void test_language(void **state)
{
    (void)state;
    assert_int_equal(script_language_of("", 0), SCRIPT_JITTERBIT);
    assert_int_equal(script_language_of("x <javascript>", 14), SCRIPT_JAVASCRIPT);
    assert_int_equal(script_language_of("<trans></trans><javascript>", 27), SCRIPT_JITTERBIT);
}

static void test_cleanse(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"", ""},
        {"<trans>\n$a = 1; // one\n$b = 2; /* two */ $c;\n</trans>", "<trans>\n$a = 1; \n$b = 2;  $c;\n</trans>"},
        {"<trans>\r\n// a\r\n/* b\r\nc\nd */e</trans>", "<trans>\r\n\r\n\r\n\ne</trans>"},
        {"<trans>\"http://example.com/*\"; '//'</trans>// text",
         "<trans>\"http://example.com/*\"; '//'</trans>// text"},
        {"<trans>/* never </trans>", "<trans>/* never </trans>"},
        {"<trans>// a</trans>", "<trans></trans>"},
        {"<javascript>a = /\\/\\//; // b\n</javascript>", "<javascript>a = /\\/\\//; \n</javascript>"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = {0};
        script_cleanse(cases[i].text, strlen(cases[i].text), &out);
        assert_string_equal(buf_text(&out), cases[i].expected);
        buf_free(&out);
    }
}

static void test_wrap(void **state)
{
    static const struct {
        enum script_language language;
        const char *text, *expected;
    } cases[] = {
        {SCRIPT_JITTERBIT, "", "<trans>\n</trans>"},
        {SCRIPT_JITTERBIT, "$a;\r\n$b", "<trans>\n$a;\n$b\n</trans>"},
        {SCRIPT_JAVASCRIPT, "a;\n", "<javascript>\na;\n</javascript>"},
        {SCRIPT_JAVASCRIPT, "<trans>1</trans>", "<trans>\n1\n</trans>"},
        {SCRIPT_JITTERBIT, "\n <trans>\r\n1\r\n</trans>\n\n", "<trans>\n1\n</trans>"},
        {SCRIPT_JITTERBIT, "<trans>\n\"a\r\nb\";\r\n</trans>", "<trans>\n\"a\r\nb\";\n</trans>"},
        {SCRIPT_JITTERBIT, "A <trans>1</trans> B", "A <trans>\n1\n</trans> B"},
        {SCRIPT_JITTERBIT, "<trans></trans>", "<trans>\n</trans>"},
        {SCRIPT_JITTERBIT, "<trans>1 // x</trans>", "<trans>\n1 // x\n</trans>"},
        /* found by fuzzing: a comment became code */
        {SCRIPT_JITTERBIT, "<trans>// a\rb();\r\n1</trans>", "<trans>\n// a\rb();\n1\n</trans>"},
        {SCRIPT_JITTERBIT, "<trans>1\r// a\r\r</trans>", "<trans>\n1\n// a\n\n</trans>"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = {0}, again = {0};
        script_wrap(cases[i].text, strlen(cases[i].text), cases[i].language, &out);
        assert_string_equal(buf_text(&out), cases[i].expected);
        script_wrap(out.data, out.size, cases[i].language, &again);
        assert_string_equal(buf_text(&again), cases[i].expected);
        buf_free(&out);
        buf_free(&again);
    }
}

static void test_variables(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"<trans>$b = $a + Get('c'); $A += 1; x = 1; // $d\n</trans>", "a:rw c:r b:w"},
        {"<trans>DbExecute('s', 'q', $out, $out2 + 1); Set('e.f', 1)</trans>", "out:w out2:r e.f:w"},
        {"<trans>RegExMatch($s, 'a', $m); CallStoredProcedure(d, 'p', $set, $io)</trans>", "s:r m:w set:w io:w"},
        {"<javascript>Jitterbit.SetVar('$a.b', $c); var d = 1;</javascript>", "c:r a.b:w"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct script_variables variables = {.count = 0};
        struct buf out = {0};
        assert_true(script_variables(cases[i].text, strlen(cases[i].text), &variables));
        for (size_t v = 0; v < variables.count; v++)
            buf_printf(&out, "%s%s:%s%s", v > 0 ? " " : "", variables.items[v].name, variables.items[v].read ? "r" : "",
                       variables.items[v].write ? "w" : "");
        assert_string_equal(buf_text(&out), cases[i].expected);
        buf_free(&out);
        script_variables_free(&variables);
    }
}

static void expect_paths(const char *text, const char *flat, const char *expected)
{
    struct strings paths = {.count = 0};
    struct arena arena = {.used = 0};
    struct buf out = {0};
    assert_true(script_paths(text, strlen(text), flat, &paths, &arena));
    for (size_t i = 0; i < paths.count; i++)
        buf_printf(&out, "%s%s", i > 0 ? " " : "", paths.items[i]);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
    strings_free(&paths);
    arena_free(&arena);
}

static void test_paths(void **state)
{
    (void)state;
    expect_paths("<trans>\nrecords$Contact.Id$\n</trans>", NULL, "records/Contact/Id");
    expect_paths("<trans>Sum(a$b#.c$) + a$b.c$ + $g + \"d$e\" // f$g\n</trans>", NULL, "a/b/c");
    expect_paths("<trans>a$b#1.c2$ + a$b#12.c2$</trans>", NULL, "a/b/c2"); /* the number chooses an instance */
    expect_paths("<trans>PUB:order.PUB:customer$Cust?no & x</trans>", NULL, "PUB:order/PUB:customer/Cust?no");
    expect_paths("<trans>a$b[1].c$ + d[2]$e + f[3] + g$h[i$j[1]$k].l$</trans>", NULL, "a/b/c d/e i/j/k g/h/l");
    expect_paths("<trans>x = Id; If(Name == 'a', x, true); Name</trans>", "__flat__", "__flat__/Id __flat__/Name");
    expect_paths("<trans>x = Id</trans>", NULL, "");
    expect_paths("<javascript>a.b.c</javascript>", NULL, "");
    expect_paths("<trans>[[[a$b</trans>", NULL, "a/b");
    expect_paths("<trans>]]a$b]</trans>", NULL, "a/b");
    expect_paths("[<trans>a$b['['].c$</trans>[", NULL, "a/b/c");
}

/* Long texts that repeat something take time and memory in proportion. */
static void test_long(void **state)
{
    static const char *const pieces[] = {
        "a$b[",  "a$b]",     "a$b[1]",  "[",    "$a[",      "//\n", "/**/",       "'",          "RunOperaton(",
        "a.b;c", "<trans>;", "x=x;y+z", "\r\n", "</trans>", "`",    "new Set();", "Get('x')+1", "RegExMatch(a,b,$c",
    };
    (void)state;
    for (size_t i = 0; i < 2 * (sizeof pieces / sizeof *pieces); i++) {
        struct buf text = {0}, out = {0};
        struct strings paths = {.count = 0};
        struct arena arena = {.used = 0};
        struct script_variables variables = {.count = 0};
        struct script_findings findings = {.count = 0};
        buf_puts(&text, i % 2 ? "<javascript>" : "<trans>");
        while (text.size < 1 << 18)
            buf_puts(&text, pieces[i / 2]);
        script_cleanse(text.data, text.size, &out);
        assert_true(out.size <= text.size);
        buf_clear(&out);
        script_wrap(text.data, text.size, SCRIPT_JITTERBIT, &out);
        assert_true(out.size >= text.size / 2 - 8 && out.size <= 2 * text.size);
        assert_true(script_paths(text.data, text.size, "f", &paths, &arena));
        assert_true(script_variables(text.data, text.size, &variables));
        assert_true(variables.count <= 2);
        assert_true(script_findings(text.data, text.size, SCRIPT_AGENT_CLOUD, &findings, NULL));
        script_findings_free(&findings);
        script_variables_free(&variables);
        strings_free(&paths);
        arena_free(&arena);
        buf_free(&text);
        buf_free(&out);
    }
}

/* ---------------------------------------------------------------------------------------------------- real projects */

/* All objects of a document, with a stack that cannot overflow: what Cloud Studio stored beside scripts is what we
 * make.
 */
static size_t compare_cleansed(json_t *value)
{
    static const char *const keys[][2] = {{"scriptBody", "scriptBodyCleansed"},
                                          {"transformScript", "transformScriptCleansed"}};
    json_t *stack[1024];
    size_t depth = 0, compared = 0;
    for (stack[depth++] = value; depth > 0;) {
        json_t *top = stack[--depth], *child;
        const char *key;
        size_t index;
        for (size_t k = 0; k < 2 && json_is_object(top); k++) {
            const char *text = json_string_value(json_object_get(top, keys[k][0]));
            const char *stored = json_string_value(json_object_get(top, keys[k][1]));
            json_t *paths = json_object_get(top, "srcPaths");
            struct buf out = {0}, wrapped = {0};
            if (!text || !stored)
                continue;
            script_cleanse(text, strlen(text), &out);
            assert_string_equal(buf_text(&out), stored);
            script_wrap(text, strlen(text), script_language_of(text, strlen(text)), &wrapped);
            if (*text)
                assert_string_equal(buf_text(&wrapped), text);
            if (json_array_size(paths) == 1)
                expect_paths(text, NULL, json_string_value(json_array_get(paths, 0)));
            compared += *text != '\0';
            buf_free(&out);
            buf_free(&wrapped);
        }
        json_object_foreach(top, key, child) if ((json_is_object(child) || json_is_array(child)) && depth < 1024)
            stack[depth++] = child;
        json_array_foreach(top, index, child) if ((json_is_object(child) || json_is_array(child)) && depth < 1024)
            stack[depth++] = child;
    }
    return compared;
}

static void test_exports(void **state)
{
    static const char *const names[] = {"cloud-studio-export.json", "cloud-studio-components.json"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char path[1024];
        json_error_t error;
        snprintf(path, sizeof path, "%s/corpus/%s", pm_shared(), names[i]);
        if (access(path, R_OK) != 0) {
            print_message("skipped: there is no %s\n", path);
            continue;
        }
        json_t *document = json_load_file(path, 0, &error);
        assert_non_null(document);
        assert_true(compare_cleansed(document) >= 4);
        json_decref(document);
    }
}

/* Real scripts call nothing that the catalogue does not have. */
static void test_real(void **state)
{
    (void)state;
    for (int which = 0; which < PM_REAL_COUNT; which++) {
        struct jpk_archive *archive = pm_real((enum pm_real)which);
        struct jpk_error err = {0};
        struct buf out = {0};
        if (!archive)
            continue;
        struct jpk_project *project = jpk_project_load(archive, NULL, JPK_KEEP_GOING, &err);
        assert_non_null(project);
        for (size_t i = 0; i < project->entity_count; i++) {
            const struct jpk_entity *entity = project->entities[i];
            if (entity->type == JPK_TYPE_SCRIPT)
                render_findings(&out, entity->as.script->text, strlen(entity->as.script->text), SCRIPT_AGENT_ANY);
            for (size_t m = 0; entity->type == JPK_TYPE_TRANSFORMATION && m < entity->as.transformation->mapping_count;
                 m++) {
                const char *source = entity->as.transformation->mappings[m].source;
                render_findings(&out, source, strlen(source), SCRIPT_AGENT_ANY);
            }
        }
        assert_string_equal(buf_text(&out), "");
        buf_free(&out);
        jpk_project_free(project);
        jpk_archive_free(archive);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_catalogue), cmocka_unit_test(test_parameters),   cmocka_unit_test(test_findings),
        cmocka_unit_test(test_rules),     cmocka_unit_test(test_many_unknown), cmocka_unit_test(test_language),
        cmocka_unit_test(test_cleanse),   cmocka_unit_test(test_wrap),         cmocka_unit_test(test_variables),
        cmocka_unit_test(test_paths),     cmocka_unit_test(test_long),         cmocka_unit_test(test_exports),
        cmocka_unit_test(test_real),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
