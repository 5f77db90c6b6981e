#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/unit/treemaker.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct checked {
    struct jpk_graph *graph;
    struct jpk_findings *findings;
};

static void check(struct checked *checked, struct tt *t)
{
    struct jpk_error err = {0};
    tt_open(t);
    checked->graph = jpk_graph_build(t->loaded, &err);
    checked->findings = checked->graph ? jpk_check(t->loaded, checked->graph, &err) : NULL;
    if (!checked->findings)
        fail_msg("%s", err.message);
}

static void checked_free(struct checked *checked)
{
    jpk_findings_free(checked->findings);
    jpk_graph_free(checked->graph);
}

static void print_all(const struct jpk_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        print_message("%s:%u:%u: %s: %s\n", findings->items[i].file, findings->items[i].line, findings->items[i].column,
                      findings->items[i].rule, findings->items[i].message);
}

/* There is a finding of that rule at that place. */
static void expect(const struct checked *checked, const char *rule, const char *file, uint32_t line, uint32_t column)
{
    for (size_t i = 0; i < checked->findings->count; i++) {
        const struct jpk_finding *finding = &checked->findings->items[i];
        if (strcmp(finding->rule, rule) == 0 && finding->file && strcmp(finding->file, file) == 0 &&
            finding->line == line && finding->column == column)
            return;
    }
    print_all(checked->findings);
    fail_msg("no %s at %s:%u:%u", rule, file, line, column);
}

/* What a finding stands at, in the file of the tree that it names. */
static void expect_text(const struct tt *t, const struct checked *checked, const char *rule, const char *file,
                        const char *text)
{
    struct buf bytes = {0};
    for (size_t i = 0; i < checked->findings->count; i++) {
        const struct jpk_finding *finding = &checked->findings->items[i];
        if (strcmp(finding->rule, rule) != 0 || !finding->file || strcmp(finding->file, file) != 0)
            continue;
        tt_read(t, file, &bytes);
        const char *at = buf_text(&bytes);
        for (uint32_t line = 1; at && line < finding->line; line++)
            at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
        if (at && strncmp(at + finding->column - 1, text, strlen(text)) == 0) {
            buf_free(&bytes);
            return;
        }
    }
    print_all(checked->findings);
    fail_msg("no %s in %s at %s", rule, file, text);
}

static void begin(struct tt *t)
{
    tt_begin(t);
    tt_type(t, "Script");
    tt_script(t, pm_id(1), "Reads",
              "<trans>\n$x = \"a < b & c\"; // >\n  $y = $missing_one;\n\n$z = RunScript(\"sc."
              "deadbeef-0000-4000-8000-000000000000"
              "\");\n</trans>");
    tt_up(t);
    tt_type(t, "Transformation");
    tt_item(t, "Transformation", pm_id(2), "Maps",
            "  <Properties>\n    <Item key=\"source_xml\" value=\"none.xsd\"/>\n  </Properties>\n"
            "  <Mappings>\n    <Mapping>\n      <konga.string name=\"expr\">[a.]\t[b.]</konga.string>\n    </Mapping>\n"
            "    <Mapping>\n      <konga.string name=\"expr\">a.x\t&lt;trans&gt;\n$missing_two\n&lt;/trans&gt;"
            "</konga.string>\n    </Mapping>\n"
            "    <Mapping>\n      <konga.string name=\"expr\">a.y\t&lt;trans&gt;\n1 &lt; 2 &amp;&amp;\n\n  b &gt; "
            "$missing_three;\n$z\n&lt;/trans&gt;</konga.string>\n    </Mapping>\n  </Mappings>\n");
    tt_up(t);
    tt_type(t, "Source");
    tt_item(t, "Source", pm_id(3), "Reads a variable",
            "  <Properties>\n    <Item key=\"path\" value=\"/x/&amp;[missing_four]\"/>\n  </Properties>\n"
            "  <Location type=\"LocalFile\">\n    <Data>\n      <Properties>\n        <Item key=\"locator\" "
            "value=\"[missing_five]\"/>\n"
            "      </Properties>\n    </Data>\n  </Location>\n");
    tt_up(t);
    tt_state(t);
    tt_unpack(t, false, false);
}

static void places_in_texts(void **state)
{
    (void)state;
    struct tt t;
    struct checked checked;
    begin(&t);
    check(&checked, &t);
    expect(&checked, "unset-variable", "Script/Reads.jb", 3, 8);
    expect(&checked, "dangling-reference", "Script/Reads.jb", 5, 17);
    expect(&checked, "unset-variable", "Transformation/Maps.map", 2, 7);
    expect(&checked, "unset-variable", "Transformation/Maps.map", 7, 11);
    expect_text(&t, &checked, "unset-variable", "Script/Reads.jb", "$missing_one");
    expect_text(&t, &checked, "unset-variable", "Transformation/Maps.map", "$missing_two");
    expect_text(&t, &checked, "unset-variable", "Transformation/Maps.map", "$missing_three");
    checked_free(&checked);
    tt_end(&t);
}

static void places_in_properties(void **state)
{
    (void)state;
    struct tt t;
    struct checked checked;
    begin(&t);
    check(&checked, &t);
    expect_text(&t, &checked, "missing-structure-file", "Transformation/Maps.xml", "<Item key=\"source_xml\"");
    bool found = false;
    for (size_t i = 0; i < checked.findings->count; i++)
        found = found || strcmp(checked.findings->items[i].file ? checked.findings->items[i].file : "",
                                "Source/Reads a variable.xml") == 0;
    assert_true(found);
    checked_free(&checked);
    tt_end(&t);
}

/* What stands behind a text in the entity stands on other lines in the .xml, which has none. */
static void places_behind_texts(void **state)
{
    (void)state;
    struct tt t;
    struct checked checked;
    tt_begin(&t);
    tt_type(&t, "Script");
    tt_item(&t, "Script", pm_id(1), "S",
            "  <konga.string name=\"script\">a\nb\nc\nd</konga.string>\n  <Properties>\n    <Item key=\"other_id\" "
            "value=\"x\"/>\n  </Properties>\n  <Strange/>\n");
    tt_up(&t);
    tt_state(&t);
    tt_unpack(&t, false, false);
    check(&checked, &t);
    expect_text(&t, &checked, "unknown-element", "Script/S.xml", "<Strange/>");
    checked_free(&checked);
    tt_end(&t);
}

/* Of a tree no finding names an entry that is no file of it, and every place lies in its file. */
static void every_file_is_one_of_the_tree(void **state)
{
    (void)state;
    static const enum pm_real projects[] = {PM_HTTP_JSON, PM_SALESFORCE_SAMPLE, PM_DATABASE, PM_SALESFORCE, PM_SHEETS};
    for (size_t p = 0; p < COUNT(projects); p++) {
        struct tt t;
        struct checked checked;
        struct jpk_error err = {0};
        struct jpk_archive *archive = pm_real(projects[p]);
        if (!archive)
            continue;
        tt_begin(&t);
        t.project = jpk_project_load(archive, NULL, JPK_KEEP_GOING, &err);
        tt_unpack(&t, false, false);
        check(&checked, &t);
        struct jpk_graph *graph = jpk_graph_build(t.project, &err);
        struct jpk_findings *direct = jpk_check(t.project, graph, &err);
        assert_int_equal(checked.findings->count, direct->count); /* the same project has the same findings */
        jpk_findings_free(direct);
        jpk_graph_free(graph);
        for (size_t i = 0; i < checked.findings->count; i++) {
            const struct jpk_finding *finding = &checked.findings->items[i];
            struct buf text = {0};
            if (!finding->file)
                continue;
            if (!tt_exists(&t, finding->file))
                fail_msg("%s: there is no %s", finding->rule, finding->file);
            tt_read(&t, finding->file, &text);
            const char *at = buf_text(&text);
            for (uint32_t line = 1; line < finding->line; line++) {
                at = strchr(at, '\n');
                assert_non_null(at);
                at++;
            }
            if (finding->line)
                assert_true(finding->column <= strcspn(at, "\n") + 1);
            buf_free(&text);
        }
        checked_free(&checked);
        tt_end(&t);
        jpk_archive_free(archive);
    }
}

/* Entities whose bytes are kept in original/, since they are longer or shorter than what packing makes. */
static void places_in_forms_of_their_own(void **state)
{
    (void)state;
    struct tt t;
    struct checked checked;
    struct buf body = {0};
    tt_begin(&t);
    tt_type(&t, "Script");
    tt_item(&t, "Script", pm_id(1), "Cdata",
            "  <konga.string name=\"script\"><![CDATA[<trans>\n$a = \"&&&&&&\"; $b = "
            "$missing_one;\n</trans>]]></konga.string>\n  <Strange/>\n");
    tt_item(&t, "Script", pm_id(2), "Apos",
            "  <konga.string name=\"script\">&lt;trans&gt;\n$a = &apos;x&apos;; $b = "
            "$missing_two;\n&lt;/trans&gt;</konga.string>\n  <Strange/>\n");
    tt_up(&t);
    tt_type(&t, "Transformation");
    buf_puts(&body, "  <Mappings><Mapping><konga.string name=\"expr\"><![CDATA[a.x\t<trans>\n$c = \"");
    for (int i = 0; i < 2000; i++)
        buf_putc(&body, '&');
    buf_puts(&body, "\"; $missing_three\n</trans>]]></konga.string></Mapping></Mappings>\n  <Strange/>\n");
    tt_item(&t, "Transformation", pm_id(3), "Cdata", buf_text(&body));
    tt_up(&t);
    tt_state(&t);
    tt_unpack(&t, false, false);
    assert_true(tt_exists(&t, "original"));
    check(&checked, &t);
    expect(&checked, "unset-variable", "Script/Cdata.jb", 1, 1); /* CDATA is not looked into, in archives neither */
    expect_text(&t, &checked, "unset-variable", "Script/Apos.jb", "$missing_two");
    expect(&checked, "unset-variable", "Transformation/Cdata.map", 1, 1);
    expect_text(&t, &checked, "unknown-element", "Script/Cdata.xml", "<Strange/>");
    expect_text(&t, &checked, "unknown-element", "Script/Apos.xml", "<Strange/>");
    expect_text(&t, &checked, "unknown-element", "Transformation/Cdata.xml", "<Strange/>");
    checked_free(&checked);
    buf_free(&body);
    tt_end(&t);
}

/* Errors of loading name the files too: see tt_expect_error in the tests of damage. Here one behind a text. */
static void errors_behind_texts(void **state)
{
    (void)state;
    struct tt t;
    tt_begin(&t);
    tt_type(&t, "Script");
    tt_item(&t, "Script", pm_id(1), "S", "  <konga.string name=\"script\">a\nb\nc\nd</konga.string>\n  <Other/>\n");
    tt_up(&t);
    tt_state(&t);
    tt_unpack(&t, false, false);
    tt_edit(&t, "Script/S.xml", "<Other/>", "<Other>");
    tt_expect_error(&t, JPK_ERR_XML, "Script/S.xml", 8, 3, "is not well-formed XML");
    tt_end(&t);
}

/* Findings one after the other in a script that is longer than most. */
static void many_findings(void **state)
{
    (void)state;
    struct tt t;
    struct checked checked;
    struct buf text = {0};
    enum { FINDINGS = 1000 };
    buf_puts(&text, "<trans>\n");
    for (int i = 0; i < FINDINGS; i++)
        buf_printf(&text, "RunOperation(\"op.%08x-0000-4000-8000-0000000000ac\"); // some more & more text here\n", i);
    buf_puts(&text, "</trans>");
    tt_begin(&t);
    tt_type(&t, "Script");
    tt_script(&t, pm_id(1), "Many", buf_text(&text));
    tt_up(&t);
    tt_state(&t);
    tt_unpack(&t, false, false);
    check(&checked, &t);
    expect(&checked, "dangling-reference", "Script/Many.jb", FINDINGS + 1, 15);
    checked_free(&checked);
    buf_free(&text);
    tt_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_in_texts),
        cmocka_unit_test(places_in_properties),
        cmocka_unit_test(places_behind_texts),
        cmocka_unit_test(every_file_is_one_of_the_tree),
        cmocka_unit_test(places_in_forms_of_their_own),
        cmocka_unit_test(errors_behind_texts),
        cmocka_unit_test(many_findings),
    };
    return cmocka_run_group_tests_name("tree_place", tests, NULL, NULL);
}
