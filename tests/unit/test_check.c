/* The checks of a project: each rule with its place, their order, and what the real projects give. */
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
#include "tests/unit/projectmaker.h"

#define ID(n) "0000000" #n "-0000-4000-8000-0000000000ab"
#define FILE_OF(type, n) "t/Data/" type "/" ID(n) ".xml"
#define BUILT_IN "735d2200-fbcd-4502-8cb6-981ecc50cb0f"
#define SCRIPT(text) "  <konga.string name=\"script\">&lt;trans&gt;" text "&lt;/trans&gt;</konga.string>\n"
#define ITEM(key, value) "    <Item key=\"" key "\" value=\"" value "\"/>\n"
#define PROPERTIES(items) "  <Properties>\n" items "  </Properties>\n"
#define STEPS(steps) "  <Pipeline opType=\"Script\">\n    <Activities>\n" steps "    </Activities>\n  </Pipeline>\n"

struct fixture {
    struct pm pm;
    struct buf tree;
    struct jpk_project *project;
    struct jpk_graph *graph;
    struct jpk_findings *findings;
};

static void listed(struct fixture *f, const char *type, const char *id, const char *name)
{
    buf_printf(&f->tree, "  <EntityType name=\"%s\">\n    <Entity entityId=\"%s\" name=\"%s\"/>\n  </EntityType>\n",
               type, id, name);
}

static void add(struct fixture *f, const char *type, const char *id, const char *name, const char *body)
{
    listed(f, type, id, name);
    pm_entity(&f->pm, "t/", type, id, name, body);
}

static void check_archive(struct fixture *f, struct jpk_archive *archive)
{
    struct jpk_error err = {0};
    f->project = jpk_project_load(archive, NULL, JPK_KEEP_GOING, &err);
    if (!f->project)
        fail_msg("%s: %s", err.entry, err.message);
    f->graph = jpk_graph_build(f->project, &err);
    assert_non_null(f->graph);
    f->findings = jpk_check(f->project, f->graph, &err);
    if (!f->findings)
        fail_msg("%s: %s", err.entry, err.message);
}

static void check(struct fixture *f)
{
    pm_tree(&f->pm, "t/", buf_text(&f->tree));
    check_archive(f, pm_open(&f->pm, NULL));
}

static void end(struct fixture *f)
{
    jpk_findings_free(f->findings);
    jpk_graph_free(f->graph);
    jpk_project_free(f->project);
    buf_free(&f->tree);
    pm_free(&f->pm);
    memset(f, 0, sizeof *f);
}

static bool seen[64]; /* by rule: a test has reached it */

static void note_rule(const struct jpk_finding *finding)
{
    const struct jpk_check_rule *rules = jpk_check_rules();
    for (size_t i = 0; rules[i].id; i++) {
        if (strcmp(rules[i].id, finding->rule) != 0)
            continue;
        assert_int_equal(rules[i].severity, finding->severity);
        seen[i] = true;
        return;
    }
    fail_msg("there is no rule %s", finding->rule);
}

static size_t count_rule(const struct fixture *f, const char *rule)
{
    size_t count = 0;
    for (size_t i = 0; i < f->findings->count; i++)
        count += strcmp(f->findings->items[i].rule, rule) == 0;
    return count;
}

/*
 * There is exactly one finding of the rule; it is about that file, and its line and column are those of the n-th
 * occurrence of `place` in it (NULL: the file as a whole; "": its end).
 */
static const struct jpk_finding *expect_at(struct fixture *f, const char *rule, const char *file, const char *place,
                                           size_t nth, const char *message)
{
    const struct jpk_finding *found = NULL;
    for (size_t i = 0; i < f->findings->count; i++)
        if (strcmp(f->findings->items[i].rule, rule) == 0)
            found = &f->findings->items[i];
    if (!found || count_rule(f, rule) != 1)
        fail_msg("%zu findings of %s", count_rule(f, rule), rule);
    note_rule(found);
    assert_string_equal(found->message, message);
    if (file)
        assert_string_equal(found->file, file);
    else
        assert_null(found->file);
    struct text_position at = {0};
    if (place) {
        const char *text = pm_text(&f->pm, file), *p = *place ? strstr(text, place) : text + strlen(text);
        while (p && nth-- > 0)
            p = strstr(p + 1, place);
        assert_non_null(p);
        at = text_position(text, strlen(text), (size_t)(p - text));
    }
    if (found->line != at.line || found->column != at.column)
        fail_msg("%s is at %u:%u, not %u:%u", rule, found->line, found->column, at.line, at.column);
    return found;
}

static const struct jpk_finding *expect(struct fixture *f, const char *rule, const char *file, const char *place,
                                        const char *message)
{
    return expect_at(f, rule, file, place, 0, message);
}

/* ------------------------------------------------------------------------------------------------------ the project */

static void test_files_of_entities(void **state)
{
    (void)state;
    struct fixture f = {0};
    struct buf text = {0};
    add(&f, "Script", ID(1), "S1", "");
    listed(&f, "Script", ID(1), "again");
    pm_entity_text(&text, "Script", ID(1), "S1", "");
    pm_add(&f.pm, "t/Data/Script/double.xml", text.data);
    pm_add(&f.pm, FILE_OF("Script", 2), "<Entity type=\"Script\">\n <x></Entity>");
    listed(&f, "Script", ID(2), "S2");
    listed(&f, "Script", ID(3), "S3");
    pm_entity(&f.pm, "t/", "Script", ID(4), "S4", "");
    check(&f);
    const struct jpk_finding *finding =
        expect(&f, "unreadable-file", FILE_OF("Script", 2), "Entity>",
               "is not well-formed XML: an end tag is not that of the element it stands in");
    assert_string_equal(finding->entity_name, "S2");
    expect(&f, "duplicate-id", "t/Data/Script/double.xml", NULL,
           "has the same id as " FILE_OF("Script", 1) "; it was left out");
    expect(&f, "tree-entry", "t/project.xml", NULL,
           "project.xml lists this entity more than once; the first place counts");
    finding = expect(&f, "missing-file", NULL, NULL, "project.xml lists Script 'S3' but there is no file for it");
    assert_string_equal(finding->entity_id, ID(3));
    assert_string_equal(finding->entity_type, "Script");
    expect(&f, "not-in-tree", FILE_OF("Script", 4), NULL, "is not in the tree of project.xml");
    assert_int_equal(f.findings->count, 5);
    end(&f);
    buf_free(&text);
}

static void test_places_of_entities(void **state)
{
    (void)state;
    struct fixture f = {0};
    struct buf text = {0};
    add(&f, "Script", ID(1), "written", "");
    buf_puts(&f.tree, "  <EntityType name=\"Script\">\n    <Folder entityId=\"0000000F-0000-4000-8000-0000000000ab\" "
                      "name=\"In\"/>\n  </EntityType>\n");
    pm_entity(&f.pm, "t/", "Folder", "0000000f-0000-4000-8000-0000000000AB", "In", ""); /* letter case does not count */
    pm_entity(&f.pm, "t/", "Folder", ID(2), "Out", "");
    pm_entity_text(&text, "Target", ID(3), "T", "  <Location type=\"FTP\"/>\n");
    pm_add(&f.pm, FILE_OF("Targets", 3), text.data);
    listed(&f, "Target", ID(3), "T");
    buf_clear(&text);
    pm_entity_text(&text, "Script", ID(4), "S", "");
    pm_add(&f.pm, "t/Data/Script/other.xml", text.data);
    listed(&f, "Script", "00000004-0000-4000-8000-0000000000AB", "S");
    buf_clear(&text);
    pm_entity_text(&text, "Script", ID(5), "in the file", "");
    pm_add(&f.pm, "t/Data/Script/00000005-0000-4000-8000-0000000000AB.XML", text.data);
    listed(&f, "Script", ID(5), "in the tree");
    pm_add(&f.pm, FILE_OF("Script", 6),
           PM_DECLARATION
           "<Entity type=\"Script\">\n  <Header Deleted=\"true\" ID=\"" ID(6) "\" Name=\"D\"/>\n</Entity>\n");
    check(&f);
    expect(&f, "orphan-folder", FILE_OF("Folder", 2), NULL, "is not in the tree of project.xml");
    expect(&f, "type-differs", FILE_OF("Targets", 3), NULL,
           "the file lies in Data/Targets/ but holds an entity of type Target");
    expect(&f, "file-name-differs", "t/Data/Script/other.xml", NULL,
           "the file is named other.xml but holds the id " ID(4));
    const struct jpk_finding *finding =
        expect(&f, "name-differs", "t/Data/Script/00000005-0000-4000-8000-0000000000AB.XML", "<Header",
               "the name is 'in the file' here and 'in the tree' in project.xml");
    assert_string_equal(finding->entity_id, ID(5));
    expect(&f, "deleted-entity", FILE_OF("Script", 6), NULL, "is marked as deleted; it is left out");
    assert_int_equal(f.findings->count, 5);
    end(&f);
    buf_free(&text);
}

static void test_contents_of_entities(void **state)
{
    (void)state;
    struct fixture f = {0};
    add(&f, "Brand.New", ID(1), "new", "");
    add(&f, "Source", ID(2), "pigeon", "  <Location type=\"Pigeon\"/>\n");
    add(&f, "Script", ID(3), "comment", "<!-- c -->\n");
    add(&f, "Script", ID(4), "spaces", "   <x/>\n");
    add(&f, "Source", ID(5), "encrypted",
        "  <Location type=\"FTP\">\n    <Data>\n      <Properties>\n"
        "        <Item enc=\"true\" key=\"good\" value=\"$00AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"/>\n"
        "        <Item enc=\"true\" key=\"password\" value=\"plain\"/>\n"
        "      </Properties>\n    </Data>\n  </Location>\n");
    add(&f, "Script", ID(6), "open", SCRIPT("\n$a = 1; // &lt;\n$b = \"x"));
    add(&f, "Transformation", ID(7), "mapping",
        "  <Mappings>\n    <Mapping>\n      <konga.string name=\"expr\">a\t&lt;trans&gt;\n/* "
        "&lt;/trans&gt;</konga.string>\n"
        "    </Mapping>\n  </Mappings>\n");
    add(&f, "Script", ID(8), "merged",
        SCRIPT("\n$a = 1;\n&lt;&lt;&lt;&lt;&lt;&lt;&lt; ours\n$b = 1;\n=======\n$b = 2;\n&gt;&gt;&gt;&gt;&gt;&gt;&gt; "
               "theirs\n"));
    pm_add(&f.pm, "t/notes.txt", "x");
    pm_add(&f.pm, "t/jitterpak.properties", "type=1\nenv_id=77\n");
    check(&f);
    expect(&f, "unknown-type", FILE_OF("Brand.New", 1), NULL,
           "entity type 'Brand.New' is not known; the entity is kept as it is");
    expect(&f, "unknown-location", FILE_OF("Source", 2), NULL, "connection type 'Pigeon' is not known");
    expect(&f, "unknown-content", FILE_OF("Script", 3), NULL,
           "the file holds comments or text that Design Studio does not write");
    expect_at(&f, "unknown-element", FILE_OF("Script", 4), "<x/>", 0,
              "the element <x> is not known; it is kept as it is");
    expect_at(&f, "serialisation", FILE_OF("Script", 4), " <x/>", 0,
              "the file is not written the way Design Studio writes it");
    const struct jpk_finding *finding =
        expect_at(&f, "encrypted-form", FILE_OF("Source", 5), "<Item", 1,
                  "'password' is marked as encrypted but is not `$00` and base64 of blocks");
    assert_string_equal(finding->path, "password");
    assert_int_equal(count_rule(&f, "script-open"), 2);
    for (size_t i = 0; i < f.findings->count; i++) {
        const struct jpk_finding *open = &f.findings->items[i];
        if (strcmp(open->rule, "script-open") != 0)
            continue;
        bool script = strcmp(open->entity_type, "Script") == 0;
        note_rule(open);
        assert_true(script ? open->line == 8 && open->column == 6 : open->line == 9 && open->column == 1);
        assert_string_equal(open->path, script ? "Entity/konga.string" : "a");
    }
    finding = expect_at(&f, "conflict-marks", FILE_OF("Script", 8), "&lt;&lt;", 0,
                        "both sides of a merge are here; one must be chosen");
    assert_string_equal(finding->path, "Entity/konga.string");
    expect(&f, "unknown-file", "t/notes.txt", NULL, "no project is known to hold this file");
    expect(&f, "environment-backup", NULL, NULL,
           "this is an environment backup: it can only be imported into environment 77");
    end(&f);
}

#define BR "&#10;"
#define LT "&lt;&lt;&lt;&lt;&lt;&lt;&lt; ours"
#define GT "&gt;&gt;&gt;&gt;&gt;&gt;&gt; theirs"

/* Wherever a text may stand; less than a whole conflict is none. */
static void test_conflicts(void **state)
{
    (void)state;
    static const struct {
        const char *type, *body, *at, *path;
    } rows[] = {
        {"SalesforceQuery", "  <konga.string name=\"query_string\">a\n" LT "\nb\n=======\nc\n" GT "\n</konga.string>\n",
         LT, "konga.string"},
        {"EmailMessage", PROPERTIES(ITEM("message_text", LT BR "=======" BR "c" BR GT)), "<Item", "message_text"},
        {"Target",
         "  <Location type=\"HTTP\">\n" PROPERTIES(ITEM("url", "x" BR LT BR "=======" BR GT)) "  </Location>\n",
         "<Item", "url"},
        {"Script", "  <New text=\"" LT BR "=======" BR GT "\"/>\n" SCRIPT(""), "<New", "text"},
        {"EmailMessage", PROPERTIES(ITEM("message_text", "&lt;" LT BR "========" BR "c" BR "&gt;" GT)), "<Item",
         "message_text"},
        {"EmailMessage", PROPERTIES(ITEM("message_text", LT BR "c" BR GT)), NULL, NULL},
        {"EmailMessage", PROPERTIES(ITEM("message_text", LT BR "======" BR GT)), NULL, NULL},
        {"EmailMessage", PROPERTIES(ITEM("message_text", GT BR "=======" BR LT)), NULL, NULL},
        {"EmailMessage", PROPERTIES(ITEM("message_text", "x" LT BR "=======" BR GT)), NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture f = {0};
        add(&f, rows[i].type, ID(1), "X", rows[i].body);
        check(&f);
        char file[100];
        snprintf(file, sizeof file, "t/Data/%s/" ID(1) ".xml", rows[i].type);
        if (rows[i].at)
            assert_string_equal(expect_at(&f, "conflict-marks", file, rows[i].at, 0,
                                          "both sides of a merge are here; one must be chosen")
                                    ->path,
                                rows[i].path);
        assert_int_equal(count_rule(&f, "conflict-marks"), rows[i].at != NULL);
        end(&f);
    }
}

/* ----------------------------------------------------------------------------------------------------- references */

static void test_references(void **state)
{
    (void)state;
    struct fixture f = {0};
    add(&f, "Operation", ID(1), "O",
        PROPERTIES(ITEM("success_operation_id", ID(2)) ITEM("failure_operation_id", ID(9)))
            STEPS("      <SCRIPT contentId=\"" ID(
                2) "\" role=\"Script\"/>\n"
                   "      <TARGET role=\"Target\"/>\n      <TRANSFORMATION contentId=\"" BUILT_IN
                   "\" role=\"Response\"/>\n"));
    add(&f, "Script", ID(2), "S",
        SCRIPT("\n  RunOperation(\"op." ID(3) "\");\n&#146;// op." ID(8) "\n &amp;&amp; ReadFile(\"s." ID(7) "\");"));
    pm_add(&f.pm, FILE_OF("Operation", 3),
           PM_DECLARATION
           "<Entity type=\"Operation\">\n  <Header Deleted=\"true\" ID=\"" ID(3) "\" Name=\"D\"/>\n</Entity>\n");
    add(&f, "SalesforceQuery", ID(4), "Q", PROPERTIES(ITEM("wsdl_id", "no.wsdl")));
    check(&f);
    const struct jpk_finding *finding = expect(&f, "deleted-reference", FILE_OF("Script", 2), "op." ID(3),
                                               "Operation 'D' is named here, but it is deleted");
    assert_string_equal(finding->path, "Entity/konga.string[@name='script']");
    expect(&f, "dangling-in-comment", FILE_OF("Script", 2), "op." ID(8),
           "a comment mentions " ID(8) ", which is not in the project");
    finding = expect(&f, "empty-slot", FILE_OF("Operation", 1), "<TARGET", "the step 'Target' has no content");
    assert_string_equal(finding->path, "Entity/Pipeline/Activities/*[@role='Target']/@contentId");
    expect(&f, "built-in-item", FILE_OF("Operation", 1), "<TRANSFORMATION",
           "'Response' is the built-in item " BUILT_IN);
    finding = expect(&f, "missing-structure-file", FILE_OF("SalesforceQuery", 4), "<Item",
                     "'wsdl_id' names no.wsdl, which is not in files/");
    assert_string_equal(finding->path, "Entity/Properties/Item[@key='wsdl_id']");
    assert_int_equal(count_rule(&f, "dangling-reference"), 2);
    end(&f);
    /* each of the two by itself, with its place */
    add(&f, "Operation", ID(1), "O", PROPERTIES(ITEM("a", "b") ITEM("failure_operation_id", ID(9))));
    check(&f);
    expect_at(&f, "dangling-reference", FILE_OF("Operation", 1), "<Item", 1,
              "'failure_operation_id' names " ID(9) ", which is not in the project");
    end(&f);
    add(&f, "Script", ID(2), "S", SCRIPT("\n &amp;&amp; ReadFile(\"s." ID(7) "\");"));
    check(&f);
    expect(&f, "dangling-reference", FILE_OF("Script", 2), "s." ID(7),
           "ReadFile() names " ID(7) ", which is not in the project");
    end(&f);
}

static void test_reference_types(void **state)
{
    (void)state;
    static const struct {
        const char *type, *body, *place, *message; /* NULL: it fits */
    } cases[] = {
        {"Operation", PROPERTIES(ITEM("success_operation_id", ID(2))), "<Item",
         "success_operation_id names Script 'S', which is a thing of another type"},
        {"Operation", PROPERTIES(ITEM("failure_message_id", ID(2))), "<Item",
         "failure_message_id names Script 'S', which is a thing of another type"},
        {"Operation", PROPERTIES(ITEM("schedule_id", ID(2))), "<Item",
         "schedule_id names Script 'S', which is a thing of another type"},
        {"Script", SCRIPT("RunOperation(\"op." ID(2) "\")"), "op.",
         "RunOperation() names Script 'S', which is a thing of another type"},
        {"Script", SCRIPT("runscript(\"sc." ID(2) "\")"), NULL, NULL},
        {"Script", SCRIPT("ReadFile(\"s." ID(2) "\")"), NULL,
         NULL}, /* nothing is said of functions that are not known */
        {"Script", SCRIPT("// SendEmailMessage(\"m." ID(2) "\")"), NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture f = {0};
        char file[128];
        add(&f, cases[i].type, ID(1), "X", cases[i].body);
        add(&f, "Script", ID(2), "S", "");
        check(&f);
        snprintf(file, sizeof file, "t/Data/%s/" ID(1) ".xml", cases[i].type);
        if (cases[i].message)
            expect(&f, "reference-type", file, cases[i].place, cases[i].message);
        else
            assert_int_equal(count_rule(&f, "reference-type"), 0);
        end(&f);
    }
}

/* ------------------------------------------------------------------------------------------------ variables, files */

static void test_variables(void **state)
{
    (void)state;
    struct fixture f = {0};
    add(&f, "ProjectVariable", ID(1), "server_name", "");
    add(&f, "ProjectVariable", ID(2), "unused", "");
    add(&f, "Script", ID(3), "S",
        SCRIPT("\n&amp;&amp; $sever_name; // $nobody\n$jitterbit.operation.error; $set = 1; $set"));
    add(&f, "Source", ID(4), "F",
        "  <Location type=\"LocalFile\">\n    <Data>\n" PROPERTIES(
            ITEM("file_name", "[Server_Name]") ITEM("path", "[with{default}]")) "    </Data>\n  </Location>\n");
    check(&f);
    const struct jpk_finding *finding = expect(&f, "unset-variable", FILE_OF("Script", 3), "$sever_name",
                                               "'sever_name' is read here, but nothing in the project sets it");
    assert_string_equal(finding->hint, "did you mean 'server_name'?");
    finding = expect(&f, "variable-case", FILE_OF("Source", 4), "<Item",
                     "'Server_Name' is the project variable 'server_name' in another letter case");
    assert_string_equal(finding->path, "file_name");
    finding = expect(&f, "unused-variable", FILE_OF("ProjectVariable", 2), NULL, "no use of it is visible");
    assert_null(finding->hint);
    end(&f);
    /* brackets of a text stand where they stand */
    add(&f, "ProjectVariable", ID(1), "abc", "");
    add(&f, "SalesforceQuery", ID(2), "Q",
        "  <konga.string name=\"query_string\">SELECT &lt;\n x [ABC]</konga.string>\n");
    check(&f);
    expect(&f, "variable-case", FILE_OF("SalesforceQuery", 2), "[ABC]",
           "'ABC' is the project variable 'abc' in another letter case");
    end(&f);
}

static void test_files(void **state)
{
    (void)state;
    struct fixture f = {0};
    pm_add(&f.pm, "t/files/abc.xsd", "abc");
    pm_add(&f.pm, "t/files/wrong.xsd", "abcd");
    pm_add(&f.pm, "t/files/new.xsd", "x");
    pm_add(&f.pm, "t/files/.metadata",
           "<metadata><dir><file name=\"abc.xsd\" md5=\"900150983CD24FB0d6963f7d28e17f72\"/>" /* RFC 1321 */
           "<file name=\"wrong.xsd\" md5=\"900150983cd24fb0d6963f7d28e17f72\"/><file "
           "name=\"gone.xsd\"/></dir></metadata>");
    check(&f);
    expect(&f, "file-missing", NULL, NULL, "files/.metadata lists gone.xsd, which is not there");
    expect(&f, "file-not-listed", "t/files/new.xsd", NULL, "files/.metadata does not list new.xsd");
    expect(&f, "file-hash", "t/files/wrong.xsd", NULL,
           "has the MD5 e2fc714c4727ee9395f324cd2e7f331f, files/.metadata says 900150983cd24fb0d6963f7d28e17f72");
    assert_int_equal(f.findings->count, 3);
    end(&f);
}

/* What a name holds does not reach a terminal, and a long message is cut at a character. */
static void test_messages(void **state)
{
    (void)state;
    struct fixture f = {0};
    struct buf name = {0};
    buf_puts(&name, "  <Location type=\"bell\xc2\x9b&#10;&#127;");
    for (size_t i = 0; i < 400; i++)
        buf_puts(&name, "\xc3\xa9");
    buf_puts(&name, "\"/>\n");
    pm_entity(&f.pm, "t/", "Source", ID(1), "x", name.data);
    check(&f);
    assert_int_equal(count_rule(&f, "unknown-location"), 1);
    for (size_t i = 0; i < f.findings->count; i++) {
        const char *message = f.findings->items[i].message;
        assert_true(strlen(message) < JPK_ERROR_MESSAGE_MAX && text_utf8(message, strlen(message), NULL));
        if (strcmp(f.findings->items[i].rule, "unknown-location") == 0) {
            static const char start[] = "connection type 'bell? ?\xc3\xa9";
            assert_memory_equal(message, start, sizeof start - 1);
            assert_string_equal(message + strlen(message) - 5, "\xc3\xa9...");
        }
    }
    buf_free(&name);
    end(&f);
}

/* By file, line, column, rule and message; the same twice, and whatever the order of the entries. */
static void test_stable_order(void **state)
{
    (void)state;
    struct buf first = {0};
    for (int round = 0; round < 3; round++) {
        struct fixture f = {0};
        struct buf all = {0};
        for (unsigned i = 0; i < 30; i++) {
            unsigned n = round == 2 ? 29 - i : i;
            pm_entity(&f.pm, "t/", n % 2 ? "Script" : "Source", pm_id(n), "N",
                      PROPERTIES(ITEM("connector_id", ID(f)) ITEM("a", "[x][y][x]")) SCRIPT("$u; $t; $u"));
        }
        check(&f);
        const struct jpk_finding *items = f.findings->items;
        for (size_t i = 0; i < f.findings->count; i++) {
            if (i > 0) {
                int order = strcmp(items[i - 1].file ? items[i - 1].file : "", items[i].file ? items[i].file : "");
                assert_true(order <= 0);
                assert_true(order < 0 || items[i - 1].line <= items[i].line);
            }
            buf_printf(&all, "%s:%u:%u %s %s\n", items[i].file, items[i].line, items[i].column, items[i].rule,
                       items[i].message);
        }
        assert_true(f.findings->count > 150);
        if (round == 0)
            buf_puts(&first, all.data);
        assert_string_equal(all.data, first.data);
        buf_free(&all);
        end(&f);
    }
    buf_free(&first);
}

/* -------------------------------------------------------------------------------------------------- hostile projects
 */

/* Names that are all nearly the same, and many findings in one file. */
static void test_large(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    struct fixture f = {0};
    struct buf body = {0}, tree = {0};
    buf_puts(&body, "  <konga.string name=\"script\">&lt;trans&gt;\n");
    for (int i = 0; i < COUNT; i++)
        buf_printf(&body,
                   "$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%06d; "
                   "RunOperation(\"op.%08x-0000-4000-8000-0000000000ac\");\n",
                   i * 7919 % COUNT, i);
    buf_puts(&body, "&lt;/trans&gt;</konga.string>\n");
    add(&f, "Script", ID(1), "S", body.data);
    buf_puts(&tree, "  <EntityType name=\"Script\">\n");
    for (int i = 0; i < COUNT; i++)
        buf_printf(&tree, "    <Entity entityId=\"%08x-0000-4000-8000-0000000000ad\" name=\"n\"/>\n", i);
    buf_puts(&tree, "  </EntityType>\n");
    buf_puts(&f.tree, tree.data);
    check(&f);
    assert_int_equal(count_rule(&f, "unset-variable"), COUNT);
    assert_int_equal(count_rule(&f, "dangling-reference"), COUNT);
    assert_int_equal(count_rule(&f, "missing-file"), COUNT);
    buf_free(&body);
    buf_free(&tree);
    end(&f);
    for (int i = 0; i < 700; i++) /* as many as are compared with each other */
        buf_printf(&body, "$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%06d;\n", i);
    buf_printf(&tree, SCRIPT("%s"), body.data);
    add(&f, "Script", ID(1), "S", tree.data);
    check(&f);
    assert_int_equal(count_rule(&f, "unset-variable"), 700);
    buf_free(&body);
    buf_free(&tree);
    end(&f);
}

static void load_and_check(struct pm *pm, size_t *loaded)
{
    struct jpk_error err = {0};
    struct jpk_project *project = pm_load(pm, JPK_KEEP_GOING, &err);
    if (!project) {
        assert_true(err.code != JPK_OK && err.code != JPK_ERR_MEMORY && err.message[0]);
        return;
    }
    struct jpk_graph *graph = jpk_graph_build(project, &err);
    assert_non_null(graph);
    struct jpk_findings *findings = jpk_check(project, graph, &err);
    assert_non_null(findings);
    for (size_t i = 0; i < project->entity_count; i++) {
        size_t n;
        free(jpk_entity_serialize(project->entities[i], &n, NULL));
    }
    ++*loaded;
    jpk_findings_free(findings);
    jpk_graph_free(graph);
    jpk_project_free(project);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Changes a few bytes: any byte, a byte that means something, a piece left out, a piece said twice. */
static void mutate(struct zm_entry *entry, uint32_t *seed)
{
    static const char meaning[] = "<>/\"'&;=![]{}$-\t\n\x01\xff\xc3";
    size_t n = entry->size, at = n ? next_random(seed) % n : 0;
    size_t length = n ? 1 + next_random(seed) % (n - at < 60 ? n - at : 60) : 0;
    char *text = malloc(n + length + 1);
    assert_non_null(text);
    memcpy(text, entry->data, n + 1);
    switch (next_random(seed) % 4) {
    case 0:
        if (n)
            text[at] = (char)next_random(seed);
        break;
    case 1:
        if (n)
            text[at] = meaning[next_random(seed) % (sizeof meaning - 1)];
        break;
    case 2:
        memmove(text + at, text + at + length, n - at - length + 1);
        n -= length;
        break;
    default:
        memmove(text + at + length, text + at, n - at + 1);
        n += length;
        break;
    }
    entry->data = text;
    entry->size = n;
}

/* How many rounds: JPK_TEST_ROUNDS, or as many as a second allows. */
static size_t rounds(size_t otherwise)
{
    const char *set = getenv("JPK_TEST_ROUNDS");
    return set && *set ? strtoul(set, NULL, 10) : otherwise;
}

/* Random changes of a sample's files, in an archive that is right: nothing crashes, leaks or hangs. */
static void test_mutations(void **state)
{
    (void)state;
    size_t loaded = 0, total = 0;
    uint32_t seed = 20;
    for (int which = PM_SALESFORCE; which < PM_REAL_COUNT; which++) {
        struct jpk_archive *archive = pm_real((enum pm_real)which);
        struct pm pm = {0};
        if (!archive)
            continue;
        for (size_t i = 0; i < jpk_archive_count(archive); i++) {
            void *data;
            size_t n;
            assert_true(jpk_archive_read(archive, i, &data, &n, NULL));
            pm_add_bytes(&pm, jpk_archive_entry(archive, i)->name, data, n);
            pm.entries[pm.count - 1].deflate = false; /* making the archive should not be what takes the time */
            free(data);
        }
        jpk_archive_free(archive);
        for (size_t round = 0; round < rounds(30); round++, total++) {
            struct zm_entry *changed[8], before[8];
            size_t changes = 1 + next_random(&seed) % 8;
            for (size_t i = 0; i < changes; i++) {
                changed[i] = &pm.entries[next_random(&seed) % pm.count];
                before[i] = *changed[i];
                mutate(changed[i], &seed);
            }
            load_and_check(&pm, &loaded);
            for (size_t i = changes; i-- > 0; *changed[i] = before[i]) /* as it was */
                free((void *)(uintptr_t)changed[i]->data);
        }
        pm_free(&pm);
    }
    assert_true(total == 0 || loaded > total / 4);
}

/* ------------------------------------------------------------------------------------------------- real projects */

/*
 * What the real projects give. orphan-folder (54 files in Data/Folder, 18 folders in project.xml), built-in-item,
 * empty-slot, deleted-entity and the references in comments were counted with python's ElementTree; that nothing
 * dangles outside of comments and that every file is written by the rules is known of these projects (inventory,
 * sections 2 and 9). The numbers of variables are kept so that a change shows.
 */
static const struct {
    const char *rule;
    size_t counts[PM_REAL_COUNT];
} real_counts[] = {
    {"orphan-folder", {36, 0, 0, 0, 1}},      {"deleted-entity", {0, 0, 0, 0, 1}},
    {"dangling-in-comment", {1, 0, 0, 0, 1}}, {"built-in-item", {1, 0, 0, 1, 0}},
    {"empty-slot", {0, 0, 0, 0, 1}},          {"unset-variable", {2, 0, 0, 0, 0}},
    {"variable-case", {4, 0, 0, 2, 0}},       {"unused-variable", {17, 0, 5, 10, 9}},
};

static void test_real(void **state)
{
    (void)state;
    for (int which = 0; which < PM_REAL_COUNT; which++) {
        struct jpk_archive *archive = pm_real((enum pm_real)which);
        struct fixture f = {0};
        size_t total = 0;
        if (!archive)
            continue;
        check_archive(&f, archive);
        for (size_t i = 0; i < sizeof real_counts / sizeof real_counts[0]; i++) {
            size_t count = count_rule(&f, real_counts[i].rule);
            if (count != real_counts[i].counts[which])
                fail_msg("%s: %zu of %s", pm_real_names[which], count, real_counts[i].rule);
            total += count;
        }
        assert_int_equal(f.findings->count, total); /* and nothing else */
        end(&f);
        jpk_archive_free(archive);
    }
}

/* The last test: every rule of the table was reached by one of the others. */
static void test_rules(void **state)
{
    (void)state;
    const struct jpk_check_rule *rules = jpk_check_rules();
    size_t count = 0;
    for (; rules[count].id; count++) {
        assert_non_null(rules[count].summary);
        if (!seen[count])
            fail_msg("no test reaches %s", rules[count].id);
    }
    assert_int_equal(count, 33);
}

int main(void)
{
    alarm(getenv("JPK_TEST_ROUNDS") ? 0 : 300);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_of_entities),
        cmocka_unit_test(test_places_of_entities),
        cmocka_unit_test(test_contents_of_entities),
        cmocka_unit_test(test_conflicts),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_reference_types),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_stable_order),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_mutations),
        cmocka_unit_test(test_real),
        cmocka_unit_test(test_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
