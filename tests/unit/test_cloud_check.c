/* The checks of exports of Cloud Studio: each rule with its place, the patterns of operations, mutated files, time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "jpk/cloud.h"
#include "jpk/cloud_pattern.h"
#include "tests/unit/cloudmaker.h"
#include "tests/unit/projectmaker.h"

static struct jpk_findings *check_text(const char *text, size_t size, struct jpk_cloud **cloud)
{
    struct jpk_error err = {0};
    *cloud = jpk_cloud_load(text, size, "x.json", NULL, &err);
    if (!*cloud)
        fail_msg("%u:%u: %s", err.line, err.column, err.message);
    struct jpk_findings *findings = jpk_cloud_check(*cloud, &err);
    if (!findings)
        fail_msg("%s", err.message);
    return findings;
}

static bool seen[64]; /* by rule: a test has reached it */

static void note_rule(const struct jpk_finding *finding)
{
    const struct jpk_check_rule *rules = jpk_cloud_check_rules();
    for (size_t i = 0; rules[i].id; i++) {
        if (strcmp(rules[i].id, finding->rule) != 0)
            continue;
        assert_int_equal(rules[i].severity, finding->severity);
        seen[i] = true;
        return;
    }
    fail_msg("there is no rule %s", finding->rule);
}

/* There is one finding of the rule, at the n-th occurrence of `place`; the finding is the caller's to look at. */
struct expected {
    const char *text, *rule, *place;
    size_t nth;
    const char *path, *message, *hint;
};

static void expect(const struct expected *e)
{
    struct jpk_cloud *cloud;
    struct jpk_findings *findings = check_text(e->text, strlen(e->text), &cloud);
    const struct jpk_finding *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++) {
        if (strcmp(findings->items[i].rule, e->rule) != 0)
            continue;
        found = &findings->items[i];
        count++;
    }
    if (count != 1)
        fail_msg("%zu findings of %s in %s", count, e->rule, e->text);
    note_rule(found);
    assert_string_equal(found->message, e->message);
    const char *at = strstr(e->text, e->place);
    for (size_t n = e->nth; at && n > 0; n--)
        at = strstr(at + 1, e->place);
    assert_non_null(at);
    struct text_position position = text_position(e->text, strlen(e->text), (size_t)(at - e->text));
    if (found->line != position.line || found->column != position.column)
        fail_msg("%s is at %u:%u, not %u:%u", e->rule, found->line, found->column, position.line, position.column);
    assert_string_equal(found->path, e->path);
    if (e->hint)
        assert_string_equal(found->hint ? found->hint : "(none)", e->hint);
    else
        assert_null(found->hint);
    jpk_findings_free(findings);
    jpk_cloud_free(cloud);
}

static void expect_all(const struct expected *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect(&cases[i]);
}

#define EXPECT_ALL(cases) expect_all(cases, sizeof(cases) / sizeof *(cases))

/* The text has no error and no warning. */
static void expect_clean(const char *text)
{
    struct jpk_cloud *cloud;
    struct jpk_findings *findings = check_text(text, strlen(text), &cloud);
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].severity != JPK_INFO)
            fail_msg("%s: %s in %s", findings->items[i].rule, findings->items[i].message, text);
    jpk_findings_free(findings);
    jpk_cloud_free(cloud);
}

/* -------------------------------------------------------------------------------------------------------- the rules */

static void test_components(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        {ONE(PART(1, 400, "S", ",\"notes\":[],\n\"scriptBody\":7")), "wrong-type", "7", 0,
         "/project/components/0/scriptBody", "should be a string; it is left out", NULL},
        {"{\"project\":{\"components\":[]}}", "unknown-version", "{", 0, "", "the version of the format should be 4",
         NULL},
        {"{\"project\":{\"components\":[]},\"version\":5}", "unknown-version", "5", 0, "/version",
         "the version of the format should be 4", NULL},
        {ONE("{\"type\":1300,\"name\":\"g\"}"), "missing-id", "{\"type\"", 0, "/project/components/0", "has no id",
         NULL},
        {ONE(PART(1, 400, "A", "") "," PART(1, 700, "B", "")), "duplicate-id", "\"" GUID(1), 1,
         "/project/components/1/id", "has the same id as script 'A'; references reach only that one", NULL},
        {ONE(SCRIPT(1, "A", "") "," SCRIPT(2, "A", "")), "duplicate-name", "\"A\"", 1, "/project/components/1/name",
         "another script has the same name", NULL},
        {ONE(SCRIPT(1, "a/b", "")), "illegal-name", "\"a/b", 0, "/project/components/0/name",
         "the name holds '/', which references by name cannot", NULL},
        {ONE(SCRIPT(1, "", "")), "illegal-name", "{\"id\"", 0, "/project/components/0", "has no name", NULL},
        {ONE(PART(1, 1300, "a-b", "")), "variable-name", "-b\"", 0, "/project/components/0/name",
         "the name of a variable should hold letters, digits, '.' and '_' alone", NULL},
        {ONE(PART(1, 1300, "g", ",\"usages\":[" LINK(7, 400) "]")), "stale-usage", "\"" GUID(7), 0,
         "/project/components/0/usages/0/id", "is said to be used by " GUID(7) ", which is not in the project", NULL},
        {ONE(PART(1, 1400, "?", "")), "unknown-component", "{\"id\"", 0, "/project/components/0",
         "components of type 1400 are not known; it is kept as it is", NULL},
        {ONE(SCRIPT(1, "A", "") "," PART(2, 400, "B", ",\"new\":1") "," PART(3, 400, "C", ",\"new\":2")), "unknown-key",
         "\"new\"", 0, "/project/components/1/new",
         "the key 'new' of a component of type 400 is not known; it is kept as it is", NULL},
    };
    EXPECT_ALL(cases);
    expect_clean(ONE(PART(1, 700, "A", "") "," PART(2, 400, "A", "") "," PART(3, 1000, "A", "")));
}

static void test_workflows(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        {PROJECT(WORKFLOW(""), "", ""), "empty-workflow", "{\"name\"", 0, "/project/workflows/0",
         "workflow 'W' has no operations", NULL},
        {PROJECT("", PART(1, 200, "O", ""), ""), "empty-operation", "{\"id\"", 0, "/project/components/0",
         "has no steps", NULL},
        {PROJECT("", PART(1, 200, "O", ""), ""), "operation-without-workflow", "{\"id\"", 0, "/project/components/0",
         "is in no workflow", NULL},
        {PROJECT(WORKFLOW(LINK(1, 200) "," LINK(1, 200)), PART(1, 200, "O", ""), ""), "operation-in-two-workflows",
         "{\"id\"", 2, "/project/components/0", "is listed 2 times in workflows, first in 'W'", NULL},
        {PROJECT(WORKFLOW(LINK(8, 200)), "", ""), "dangling-reference", "\"" GUID(8), 0,
         "/project/workflows/0/operations/0/id", "the workflow names " GUID(8) ", which is not in the project", NULL},
        {WITH_OPERATION("{\"type\":400}", SCRIPT(2, "S", "")), "missing-id", "{\"type\":400}", 0,
         "/project/components/0/steps/0", "step 1 has no id", NULL},
        {WITH_OPERATION(LINK(2, 400) "," LINK(8, 500), SCRIPT(2, "S", "")), "dangling-reference", "\"" GUID(8), 0,
         "/project/components/0/steps/1/id", "step 2 names " GUID(8) ", which is not in the project", NULL},
        {WITH_OPERATION(LINK(2, 700), SCRIPT(2, "S", "")), "reference-type", "\"" GUID(2), 0,
         "/project/components/0/steps/0/id", "step 1 gives type 700 for script 'S', which has type 400", NULL},
        {WITH_OPERATION(LINK(2, 600), CONNECTION(2, "C")), "reference-type", "\"" GUID(2), 0,
         "/project/components/0/steps/0/id", "step 1 names connection 'C', which is a thing of another type", NULL},
        {PROJECT(WORKFLOW(LINK(1, 200)),
                 PART(1, 200, "O",
                      ",\"steps\":[" LINK(2, 400) "],\"outcomes\":[{\"outcomeType\":300,\"operationId\":\"" GUID(
                          1) "\"}]") "," SCRIPT(2, "S", ""),
                 ""),
         "unknown-outcome", "{\"outcomeType\"", 0, "/project/components/0/outcomes/0",
         "outcomes of type 300 are not known", NULL},
    };
    EXPECT_ALL(cases);
}

#define TRANSFORMATION(n, name, more) PART(n, 700, name, more)
#define ORIGIN(n) "{\"name\":\"s\",\"origin\":{\"id\":\"" GUID(n) "\",\"direction\":\"output\"}}"

static void test_steps(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        {WITH_OPERATION(LINK(2, 400) "," LINK(3, 500) "," LINK(3, 500),
                        SCRIPT(2, "S", "") "," ACTIVITY(3, "R", "source", "") "," STORAGE),
         "operation-pattern", "\"" GUID(3), 1, "/project/components/0/steps/2/id",
         "the steps (script, source of tempstorage, source of tempstorage) follow none of the seven valid patterns",
         "where step 3 is could stand: a transformation, or a target of a file-type connector, Salesforce or NetSuite, "
         "or a bulk insert, update, upsert or delete"},
        {WITH_OPERATION(LINK(3, 500), ACTIVITY(3, "W", "target", "") "," STORAGE), "operation-pattern", "\"" GUID(3), 0,
         "/project/components/0/steps/0/id",
         "the steps (target of tempstorage) follow none of the seven valid patterns",
         "where step 1 is could stand: a transformation, or a source"},
        {WITH_OPERATION(
             LINK(3, 500) "," LINK(2, 700) "," LINK(4, 500),
             PART(3, 500, "Q",
                  ",\"adapterId\":\"netsuite\",\"functionName\":\"get\",\"polarity\":\"source\","
                  "\"endpoint\":" LINK(
                      9, 600)) "," PART(4, 500, "U",
                                        ",\"adapterId\":\"soap\",\"functionName\":\"call\",\"polarity\":\"neutral\","
                                        "\"endpoint\":" LINK(9, 600)) "," TRANSFORMATION(2, "T", "") "," STORAGE),
         "several-applications", "\"" GUID(4), 0, "/project/components/0/steps/2/id",
         "'Q' and 'U' cannot be in the same operation", NULL},
        {WITH_OPERATION(
             LINK(2, 700) "," LINK(3, 500),
             TRANSFORMATION(2, "T", ",\"source\":{\"name\":\"s\"}") "," ACTIVITY(3, "W", "target", "") "," STORAGE),
         "transformation-without-source", "\"" GUID(2), 0, "/project/components/0/steps/0/id",
         "transformation 'T' has a source schema, but no activity before it gives data", NULL},
        {WITH_OPERATION(LINK(3, 500) "," LINK(2, 700) "," LINK(4, 500),
                        ACTIVITY(3, "R", "source", "") "," ACTIVITY(4, "W", "target", "") "," TRANSFORMATION(
                            2, "T", ",\"source\":" ORIGIN(4)) "," STORAGE),
         "schema-activity", "\"" GUID(4), 2, "/project/components/3/source/origin/id",
         "the source schema is that of activity 'W', but in operation 'O1' it stands behind activity 'R'", NULL},
        {WITH_OPERATION(LINK(3, 500) "," LINK(2, 700) "," LINK(5, 400),
                        ACTIVITY(3, "R", "source", "") "," ACTIVITY(4, "W", "target", "") "," SCRIPT(
                            5, "S", "") "," TRANSFORMATION(2, "T", ",\"target\":" ORIGIN(4)) "," STORAGE),
         "schema-activity", "\"" GUID(4), 1, "/project/components/4/target/origin/id",
         "the target schema is that of activity 'W', but in operation 'O1' it stands before no activity", NULL},
        {ONE(PART(1, 500, "A", ",\"adapterId\":\"ftp\",\"endpoint\":" LINK(9, 600)) "," STORAGE), "connector-differs",
         "\"" GUID(9), 0, "/project/components/0/endpoint/id",
         "is an activity of 'ftp', but its connection 'Temp' is one of 'tempstorage'", NULL},
        {ONE(PART(1, 500, "A", "")), "missing-id", "{\"id\"", 0, "/project/components/0", "has no connection", NULL},
        {ONE(PART(1, 500, "A", ",\"endpoint\":" LINK(8, 600))), "dangling-reference", "\"" GUID(8), 0,
         "/project/components/0/endpoint/id", "the connection names " GUID(8) ", which is not in the project", NULL},
    };
    EXPECT_ALL(cases);
    expect_clean(WITH_OPERATION(
        LINK(3, 500) "," LINK(5, 400) "," LINK(2, 700) "," LINK(5, 400) "," LINK(4, 500),
        ACTIVITY(3, "R", "source", "") "," ACTIVITY(4, "W", "target", "") "," SCRIPT(5, "S", "") "," TRANSFORMATION(
            2, "T", ",\"source\":" ORIGIN(3) ",\"target\":" ORIGIN(4)) "," STORAGE));
}

#define TREE                                                                                                           \
    "{\"root\":{\"N\":\"order\",\"C\":[{\"N\":\"id\",\"T\":\"string\"},{\"N\":\"line\",\"C\":[{\"N\":\"no\"}]}]}}"

static void test_mappings(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        {ONE(TRANSFORMATION(1, "T",
                            ",\"mappingRules\":[{\"targetPath\":\"order/line/no\"},{\"targetPath\":\"order/line/nr\"}],"
                            "\"target\":{\"name\":\"x\",\"document\":" TREE "}")),
         "unknown-node", "nr\"", 0, "/project/components/0/mappingRules/1/targetPath",
         "the target schema has no node 'order/line/nr'", NULL},
        {ONE(TRANSFORMATION(1, "T",
                            ",\"mappingRules\":[{\"targetPath\":\"x\",\"srcPaths\":[\"order/id\",\"invoice/id\"]}],"
                            "\"source\":{\"name\":\"x\",\"id\":\"" GUID(
                                2) "\"}") "," PART(2, 900, "where step 1 is could stand: a transformation, or a source",
                                                   ",\"schemaTypeDocument\":" TREE)),
         "unknown-node", "invoice/id", 0, "/project/components/0/mappingRules/0/srcPaths/1",
         "the source schema has no node 'invoice/id'", NULL},
        {ONE(TRANSFORMATION(1, "T",
                            ",\"loopMappingRules\":[{\"srcPath\":\"\",\"tgtPath\":\"order/lines\"}],"
                            "\"target\":{\"origin\":{\"id\":\"" GUID(
                                2) "\",\"direction\":\"input\"}}") "," ACTIVITY(2, "A", "target",
                                                                                ",\"input\":" TREE) "," STORAGE),
         "unknown-node", "lines\"", 0, "/project/components/0/loopMappingRules/0/tgtPath",
         "the target schema has no node 'order/lines'", NULL},
        {ONE(TRANSFORMATION(1, "T", ",\"source\":{\"name\":\"x\",\"id\":\"" GUID(8) "\"}")), "dangling-reference",
         "\"" GUID(8), 0, "/project/components/0/source/id",
         "the source schema names " GUID(8) ", which is not in the project", NULL},
        {ONE(PART(1, 900, "where step 1 is could stand: a transformation, or a source",
                  ",\"origin\":{\"id\":\"" GUID(8) "\"}")),
         "dangling-reference", "\"" GUID(8), 0, "/project/components/0/origin/id",
         "the origin names " GUID(8) ", which is not in the project", NULL},
    };
    EXPECT_ALL(cases);
    /* named types go on, prefixes are left out, and nodes that somebody changed are not looked for */
    expect_clean(ONE(TRANSFORMATION(1, "T",
                                    ",\"mappingRules\":[{\"targetPath\":\"a/b/c\"}],\"target\":{\"document\":{\"root\":"
                                    "{\"N\":\"a\",\"C\":[{\"N\":\"b\",\"T\":\"t\"}]},\"types\":{\"t\":{}}}}")));
    expect_clean(ONE(TRANSFORMATION(1, "T",
                                    ",\"mappingRules\":[{\"targetPath\":\"Contact/Id\"}],\"target\":{\"document\":"
                                    "{\"root\":{\"N\":\"root\",\"C\":[],\"O\":{\"prefixPath\":\"root$\"}}}}")));
    expect_clean(ONE(TRANSFORMATION(1, "T",
                                    ",\"mappingRules\":[{\"targetPath\":\"order/x\"}],\"duplicateNodesInfo\":"
                                    "{\"duplicatedNodes\":{\"x\":1}},\"target\":{\"document\":" TREE "}")));
}

static void test_references(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        {ONE(SCRIPT(1, "A", "\\nRunScript(\\\"<TAG>script:Calee</TAG>\\\")") "," SCRIPT(2, "Callee", "")),
         "dangling-reference", "script:Calee", 0, "/project/components/0/scriptBody",
         "RunScript(): 'script:Calee' is not in the project", "did you mean 'script:Callee'?"},
        {ONE(SCRIPT(1, "A", "\\u00e9\\ud83d\\ude00\\n$a = '\\u20ac'; f('<TAG>operation:Gone</TAG>')")),
         "dangling-reference", "operation:Gone", 0, "/project/components/0/scriptBody",
         "f(): 'operation:Gone' is not in the project", NULL},
        {ONE(PART(1, 1200, "M", ",\"message\":\"see <TAG>script:Gone</TAG>\"")), "dangling-reference", "script:Gone", 0,
         "/project/components/0/message", "'script:Gone' is not in the project", NULL},
        {ONE(SCRIPT(1, "A", "// <TAG>script:Gone</TAG>\\n")), "dangling-in-comment", "script:Gone", 0,
         "/project/components/0/scriptBody", "a comment mentions 'script:Gone', which is not in the project", NULL},
        {ONE(SCRIPT(1, "A", "RunOperation('<TAG>script:A</TAG>')")), "reference-type", "script:A", 0,
         "/project/components/0/scriptBody", "RunOperation() takes an operation, not 'script:A'", NULL},
        {ONE(SCRIPT(1, "A", "f('<TAG>Scripts/Old/Log</TAG>')")), "design-studio-reference", "Scripts/Old", 0,
         "/project/components/0/scriptBody",
         "'Scripts/Old/Log' is a path of Design Studio, which Cloud Studio does not resolve", NULL},
        {ONE(SCRIPT(1, "A", "f('<TAG>pigeon:x</TAG>')")), "unknown-reference", "pigeon:x", 0,
         "/project/components/0/scriptBody", "'pigeon:x' is not a reference that is known", NULL},
        {ONE(PART(1, 400, "J",
                  ",\"scriptType\":0,\"scriptBody\":\"<javascript>f('<TAG>script:J</TAG>')</javascript>\"")),
         "javascript-reference", "script:J", 0, "/project/components/0/scriptBody",
         "JavaScript cannot use a script: 'script:J'", NULL},
    };
    EXPECT_ALL(cases);
    expect_clean(ONE(SCRIPT(
        1, "A",
        "ReadFile('<TAG>activity:tempstorage/Temp/f/R</TAG>') + DBExecute("
        "'<TAG>endpoint:tempstorage/Temp</TAG>', 'x'); RunPlugin('<TAG>plugin:http://x</TAG>')") "," ACTIVITY(2, "R",
                                                                                                              "source",
                                                                                                              "") "," PART(9,
                                                                                                                           600,
                                                                                                                           "Temp",
                                                                                                                           ",\"adapterId\":\"tempstorage\"}],"
                                                                                                                           "\"adapterIds\":[\"tempstorage\"],\"tags\":[{\"x\":1")));
}

static void test_scripts(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        {ONE(SCRIPT(1, "A", "$jitterbit.a = 1;\\n/* open")), "script-open", "/* open", 0,
         "/project/components/0/scriptBody", "a string or comment that begins here never ends", NULL},
        {ONE(SCRIPT(1, "A", "$jitterbit.a\\n<<<<<<< ours\\n= 1;\\n=======\\n= 2;\\n>>>>>>> theirs\\n")),
         "conflict-marks", "<<<<<<< ours", 0, "/project/components/0/scriptBody",
         "both sides of a merge are here; one must be chosen", NULL},
        {ONE(PART(1, 1200, "M",
                  ",\"message\":\"Hello,\\r\\n<<<<<<< ours\\r\\n=======\\r\\nx\\r\\n>>>>>>> theirs\\r\\n\"")),
         "conflict-marks", "<<<<<<< ours", 0, "/project/components/0/message",
         "both sides of a merge are here; one must be chosen", NULL},
        {ONE(PART(1, 400, "A", ",\"scriptType\":0,\"scriptBody\":\"<trans>1</trans>\"")), "script-tags", "\"<trans>", 0,
         "/project/components/0/scriptBody", "the text is not between <javascript> and </javascript>", NULL},
        {ONE(TRANSFORMATION(1, "T", ",\"mappingRules\":[{\"transformScript\":\"a$b$\"}]")), "script-tags", "\"a$b$", 0,
         "/project/components/0/mappingRules/0/transformScript", "the text is not between <trans> and </trans>", NULL},
        {ONE(SCRIPT(1, "A", "1; DebugBreak();")), "debug-break", "DebugBreak", 0, "/project/components/0/scriptBody",
         "DebugBreak() stops the script in the editor's tests", NULL},
    };
    EXPECT_ALL(cases);
    /* less than a whole conflict, or its marks in another order */
    expect_clean(ONE(PART(1, 1200, "M", ",\"message\":\"<<<<<<< ours\\n======= \\n>>>>>>> theirs\\n\"")));
    expect_clean(ONE(PART(1, 1200, "M", ",\"message\":\">>>>>>> theirs\\n=======\\n<<<<<<< ours\\n\"")));
    expect_clean(ONE(PART(1, 1200, "M", ",\"message\":\"<<<<<<< ours\\n>>>>>>> theirs\\n=======\\n\"")));
}

static void test_variables(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        {ONE(SCRIPT(1, "A", "f($Counter)") "," PART(2, 1300, "Count", "")), "unset-variable", "$Counter", 0,
         "/project/components/0/scriptBody", "'Counter' is read, but nothing in the project sets it",
         "did you mean 'Count'?"},
        {ONE(PART(1, 1200, "M", ",\"to\":\"a [b{x}] [gone]\"")), "unset-variable", "[gone]", 0,
         "/project/components/0/to", "'gone' is read, but nothing in the project sets it", NULL},
        {ONE(PART(1, 1000, "v", "")), "unused-variable", "{\"id\"", 0, "/project/components/0",
         "no use of it is visible; an encrypted setting may still name it", NULL},
        {ONE(SCRIPT(1, "A", "$new = 1;")), "undeclared-variable", "$new", 0, "/project/components/0/scriptBody",
         "'new' is set, but the project has no component for it", NULL},
    };
    EXPECT_ALL(cases);
    expect_clean(ONE(SCRIPT(1, "A", "f($jitterbit.x); // $gone\\n") "," SCRIPT(2, "B", "f(Get('host'))") "," PART(
        3, 1000, "Host", "")));
    expect_clean("[" SCRIPT(1, "A", "f($elsewhere)") "]"); /* components alone */
}

#define SECRET(value) ",\"properties\":[{\"name\":\"pw\",\"widgetHint\":\"password\",\"value\":\"" value "\"}]"

static void test_secrets_and_connectors(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        {ONE(PART(1, 600, "C", SECRET("[pv]not-a-secret"))), "credential-beside-variable", "\"[pv]", 0,
         "/project/components/0/properties/0/value", "'pw' has text beside a variable, which is exported in the clear",
         NULL},
        {ONE(PART(1, 600, "C", SECRET("[pv{not-a-secret}]"))), "credential-beside-variable", "\"[pv{", 0,
         "/project/components/0/properties/0/value", "'pw' has text beside a variable, which is exported in the clear",
         NULL},
        {ONE(PART(1, 600, "C", SECRET("not-a-secret"))), "credential-in-clear", "\"not-a", 0,
         "/project/components/0/properties/0/value", "'pw' is a secret in the clear", NULL},
        {ONE(PART(1, 1000, "v", ",\"hidevalue\":true,\"defaultValue\":\"not-a-secret\"")), "credential-in-clear",
         "\"not-a", 0, "/project/components/0/defaultValue", "the hidden value is a secret in the clear", NULL},
        {ONE(PART(1, 600, "C", SECRET("$00abc"))), "encrypted-form", "\"$00", 0,
         "/project/components/0/properties/0/value",
         "'pw' begins like an encrypted value but is not `$00` and base64 of blocks", NULL},
        {ONE(CONNECTION(1, "C")), "missing-connector", "{\"id\"", 0, "/project/components/0",
         "the connector 'tempstorage' is not among the adapterIds of the project", NULL},
        {"{\"assets\":[{\"path\":\"a.xsd\",\"compressedContent\":\"eNqz\"},\n{\"path\":\"b.xsd\",\"compressedContent\":"
         "\"eNqzqbBTKEosAUEAFjsEBA==\"}],\"project\":{\"components\":[]},\"version\":4}",
         "asset-content", "\"eNqz\"", 0, "/assets/0/compressedContent",
         "the content of asset 'a.xsd' ends in the middle of its zlib data", NULL},
        {PROJECT("", "", ",\"adapters\":[{\"name\":\"birds\",\"displayName\":\"Birds\"}]"), "custom-connector",
         "{\"name\":\"birds", 0, "/project/adapters/0",
         "the connector 'Birds' must be in the organization before the project is imported", NULL},
    };
    EXPECT_ALL(cases);
    expect_clean(PROJECT(
        "",
        PART(1, 600, "N",
             ",\"adapterId\":\"netsuite\",\"metadata\":{\"isConnectorFunction\":true,"
             "\"entityTypeId\":\"228\"}" SECRET(
                 "[pv{}]")) "," PART(2, 600, "M",
                                     SECRET("$00AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")) "," PART(3, 1000, "pv",
                                                                                                         ""),
        ",\"adapterIds\":[\"228\"]"));
}

static void test_every_rule_was_reached(void **state)
{
    (void)state;
    const struct jpk_check_rule *rules = jpk_cloud_check_rules();
    for (size_t i = 0; rules[i].id; i++)
        if (!seen[i])
            fail_msg("no test reaches %s", rules[i].id);
    /* what both forms have means the same */
    for (const struct jpk_check_rule *own = rules; own->id; own++)
        for (const struct jpk_check_rule *other = jpk_check_rules(); other->id; other++)
            if (strcmp(own->id, other->id) == 0)
                assert_int_equal(own->severity, other->severity);
}

/* ----------------------------------------------------------------------------------------------------- the patterns */

/* A step by its letter. */
static struct jpk_cloud_component step_of(char letter, struct jpk_cloud_activity *activity)
{
    static const struct {
        char letter;
        const char *adapter, *function, *polarity, *discovery;
    } activities[] = {
        {'S', "tempstorage", "tempstorage_read", "source", "FileBasedDiscovery"},
        {'T', "tempstorage", "tempstorage_write", "target", "FileBasedDiscovery"},
        {'q', "salesforce", "query", "source", "ServerBasedDiscovery"},
        {'Q', "salesforce", "bulkquery", "source", "ServerBasedDiscovery"},
        {'B', "salesforce", "bulkinsert", "target", "ServerBasedDiscovery"},
        {'n', "netsuite", "upsert", "neutral", "ServerBasedDiscovery"},
        {'d', "database", "database_query", "source", "ServerBasedDiscovery"},
        {'D', "database", "database_insert", "target", "ServerBasedDiscovery"},
        {'h', "http", "http_post", "target", "FileBasedDiscovery"},
        {'u', "unheard-of", "read", "source", "ServerBasedDiscovery"},
    };
    struct jpk_cloud_component step = {.kind = letter == 's' ? JPK_CLOUD_SCRIPT : JPK_CLOUD_TRANSFORMATION, .name = ""};
    if (letter == 's' || letter == 'x')
        return step;
    for (size_t i = 0; i < sizeof activities / sizeof activities[0]; i++)
        if (activities[i].letter == letter)
            *activity = (struct jpk_cloud_activity){.adapter = activities[i].adapter,
                                                    .function = activities[i].function,
                                                    .polarity = activities[i].polarity,
                                                    .discovery = activities[i].discovery};
    step.kind = JPK_CLOUD_ACTIVITY;
    step.as.activity = activity;
    return step;
}

static void test_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *steps, *pattern; /* NULL: none fits */
    } cases[] = {
        {"s", "script"},
        {"sss", "script"},
        {"sT", "script"},
        {"sTs", NULL},
        {"sD", NULL},
        {"T", NULL},
        {"S", NULL},
        {"x", NULL},
        {"sx", NULL},
        {"ST", "archive"},
        {"sSsTs", "archive"},
        {"dT", NULL},
        {"SD", NULL},
        {"nT", "archive"},
        {"Sn", "archive"},
        {"qT", "archive"},
        {"SxT", "transformation"},
        {"sSsxsTs", "transformation"},
        {"Sx", "transformation"},
        {"xT", "transformation"},
        {"qx", NULL},
        {"qxTs", "transformation"},
        {"dxD", "transformation"},
        {"SxTT", NULL},
        {"SxhT", "two-target archive"},
        {"SxhsTs", "two-target archive"},
        {"SxnT", "two-target archive"},
        {"SxDT", NULL},
        {"SxnxT", "two-transformation"},
        {"Sxnx", "two-transformation"},
        {"xnxsTs", "two-transformation"},
        {"Sxsnx", NULL},
        {"SxTx", NULL},
        {"SxnxTT", NULL},
        {"QT", "Salesforce bulk source"},
        {"sQsTs", "Salesforce bulk source"},
        {"QD", NULL},
        {"SB", "Salesforce bulk target"},
        {"dB", NULL},
        {"uxT", "transformation"},
        {"uT", "archive"},
        {"SxTs", "transformation"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jpk_cloud_activity activities[16];
        struct jpk_cloud_component steps[16];
        struct jpk_cloud_link links[16] = {{0}};
        size_t n = strlen(cases[i].steps);
        for (size_t j = 0; j < n; j++) {
            steps[j] = step_of(cases[i].steps[j], &activities[j]);
            links[j].component = &steps[j];
        }
        struct jpk_cloud_operation operation = {.steps = links, .step_count = n};
        struct cloud_pattern_result result = cloud_pattern_match(&operation);
        if ((result.pattern != NULL) != (cases[i].pattern != NULL))
            fail_msg("%s: %s", cases[i].steps, result.pattern ? result.pattern : "does not fit");
        if (result.pattern)
            assert_string_equal(result.pattern, cases[i].pattern);
        assert_true(result.fitting <= n);
        buf_free(&result.next);
        bool whole[17];
        cloud_pattern_parts(&operation, whole);
        assert_false(whole[0]);
        for (size_t j = 1; j <= n; j++) { /* the same as asking for each part alone */
            operation.step_count = j;
            result = cloud_pattern_match(&operation);
            assert_int_equal(whole[j], result.pattern != NULL);
            buf_free(&result.next);
        }
    }
}

/* ------------------------------------------------------------------------------------------------------ whole files */

static void read_text(const char *path, struct buf *text)
{
    struct jpk_error err = {0};
    if (!file_read(path, UINT64_MAX, "", text, &err))
        fail_msg("%s", err.message);
}

static void test_samples_have_no_finding(void **state)
{
    (void)state;
    static const char *const samples[] = {"samples/cloud/contacts.json", "samples/cloud/nightly-cleanup.json"};
    for (size_t i = 0; i < 2; i++) {
        struct buf text = {0};
        struct jpk_cloud *cloud;
        read_text(samples[i], &text);
        struct jpk_findings *findings = check_text(text.data, text.size, &cloud);
        assert_int_equal(findings->count, 0);
        jpk_findings_free(findings);
        jpk_cloud_free(cloud);
        buf_free(&text);
    }
}

static void test_real_files(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t errors, warnings;
    } files[] = {{"cloud-studio-export.json", 0, 0}, {"cloud-studio-components.json", 1, 0}};
    for (size_t i = 0; i < 2; i++) {
        char path[1024];
        struct buf text = {0};
        struct jpk_cloud *cloud;
        size_t counts[3] = {0};
        snprintf(path, sizeof path, "%s/corpus/%s", pm_shared(), files[i].name);
        if (access(path, R_OK) != 0) {
            printf("%s is not there: skipped\n", path);
            continue;
        }
        read_text(path, &text);
        struct jpk_findings *findings = check_text(text.data, text.size, &cloud);
        for (size_t j = 0; j < findings->count; j++)
            counts[findings->items[j].severity]++;
        assert_int_equal(counts[JPK_ERROR], files[i].errors);
        assert_int_equal(counts[JPK_WARNING], files[i].warnings);
        jpk_findings_free(findings);
        jpk_cloud_free(cloud);
        buf_free(&text);
    }
}

/* Loads, checks, writes, sums up and shows whatever it is. */
static void use(const char *text, size_t size)
{
    struct jpk_error err = {0};
    struct jpk_cloud *cloud = jpk_cloud_load(text, size, NULL, NULL, &err);
    size_t n;
    if (!cloud)
        return;
    char *written = jpk_cloud_write(cloud, &n, &err);
    struct jpk_cloud *again = jpk_cloud_load(written, n, NULL, NULL, &err);
    assert_non_null(again);
    jpk_cloud_free(again);
    free(written);
    struct jpk_summary *summary = jpk_cloud_summary_make(cloud, &err);
    assert_non_null(summary);
    jpk_summary_free(summary);
    for (size_t i = 0; i < cloud->component_count; i += 1 + cloud->component_count / 8) {
        struct jpk_report *report = jpk_cloud_show(cloud, cloud->components[i], &err);
        assert_non_null(report);
        jpk_report_free(report);
    }
    jpk_cloud_free(cloud);
}

static void test_mutations(void **state)
{
    (void)state;
    struct buf text = {0};
    unsigned seed = 20260105;
    read_text("samples/cloud/contacts.json", &text);
    for (int round = 0; round < 400; round++) {
        struct buf copy = {0};
        cloud_mutate(&text, round % 2 == 1, &seed, &copy);
        use(copy.data, copy.size);
        buf_free(&copy);
    }
    buf_free(&text);
}

static double seconds_of(size_t components)
{
    struct buf text = {0};
    struct timespec begin, end;
    buf_puts(&text, "{\"project\":{\"workflows\":[{\"name\":\"W\",\"operations\":[");
    for (size_t i = 0; i < components; i += 4)
        buf_printf(&text, "%s{\"id\":\"op%zu\",\"type\":200}", i ? "," : "", i);
    buf_puts(&text, "]}],\"components\":[");
    for (size_t i = 0; i < components; i += 4)
        buf_printf(
            &text,
            "%s{\"id\":\"op%zu\",\"type\":200,\"name\":\"Operation %zu\",\"steps\":[{\"id\":\"sc%zu\",\"type\":400}]},"
            "{\"id\":\"sc%zu\",\"type\":400,\"name\":\"Script %zu\",\"scriptBody\":\"<trans>\\n$v%zu = [host] + "
            "$v%zu;\\nRunOperation(\\\"<TAG>operation:Operation %zu</TAG>\\\");RunScript(\\\"<TAG>script:Gone "
            "%zu</TAG>\\\");\\n</trans>\"},{\"id\":\"ac%zu\",\"type\":500,\"name\":\"Read %zu\",\"endpoint\":"
            "{\"id\":\"co%zu\"},\"properties\":[{\"name\":\"a\",\"children\":[{\"name\":\"b\",\"value\":\"[v%zu]\"}]}]}"
            ","
            "{\"id\":\"co%zu\",\"type\":600,\"name\":\"Connection %zu\"}",
            i ? "," : "", i, i, i, i, i, i, i / 2, i / 2, i, i, i, i, i, i, i);
    buf_puts(&text, "]},\"version\":4}");
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    use(text.data, text.size);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    buf_free(&text);
    return (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
}

static void test_ten_thousand_components(void **state)
{
    (void)state;
    double small = seconds_of(10000), large = seconds_of(40000);
    print_message("10,000 components: %.3f s, 40,000: %.3f s\n", small, large);
    assert_true(large < 12 * small + 0.2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_components),
        cmocka_unit_test(test_workflows),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_mappings),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_secrets_and_connectors),
        cmocka_unit_test(test_every_rule_was_reached),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_samples_have_no_finding),
        cmocka_unit_test(test_real_files),
        cmocka_unit_test(test_mutations),
        cmocka_unit_test(test_ten_thousand_components),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
