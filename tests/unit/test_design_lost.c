/* What Design Studio has no place for is said, with what it held. In the exports below ' stands for ". */
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

#include "base/text.h"
#include "tests/unit/designmaker.h"

#define GUID(n) "000000" n "-0000-4000-8000-0000000000ab"
#define LINK(n, type) "{'id':'" GUID(n) "','type':" type "}"
#define PART(n, type, name, more) "{'id':'" GUID(n) "','type':" type ",'name':'" name "'" more "}"
#define EXPORT(components, project, more)                                                                              \
    "{'project':{'id':'0000000f-0000-4000-8000-0000000000ab','name':'P','components':[" components "]" project         \
    "},'version':4" more "}"
#define SCRIPT(n, name, more) PART(n, "400", name, ",'scriptType':1,'scriptBody':'<trans></trans>'" more)
#define CONNECTION(n, name, adapter, more) PART(n, "600", name, ",'adapterId':'" adapter "'" more)
#define ACTIVITY(n, name, adapter, function, polarity, connection, more)                                               \
    PART(n, "500", name,                                                                                               \
         ",'adapterId':'" adapter "','functionName':'" function "','polarity':'" polarity                              \
         "','endpoint':" LINK(connection, "600") more)
#define WRITE(n, name, more) ACTIVITY(n, name, "tempstorage", "tempstorage_write", "target", "90", more)
#define FLAT(...) FLAT_OF(__VA_ARGS__)
#define FLAT_OF(options, columns)                                                                                      \
    "{'name':'F','O':{'customSchemaIsFlat':true,'delimiter':','" options                                               \
    "},'root':{'N':'__flat__','MN':0,'MX':'unbounded','T':'complex','C':[{'N':'a','MN':0,'MX':1,'T':'string'" columns  \
    "}]}}"
#define FLAT_SIDE(...) "{'name':'F','id':'" GUID("21") "','document':" FLAT(__VA_ARGS__) "}"
#define NOTED_STEP "{'id':'" GUID("11") "','type':400,'note':'n'}"
#define LATE_OUTCOME "{'outcomeType':200,'operationId':'" GUID("42") "','delay':5}"
#define TRANSFORMATION(n, name, target, more)                                                                          \
    PART(n, "700", name, ",'source':null,'target':" target ",'mappingRules':[],'loopMappingRules':[]" more)

/* Whether a finding of the item, or of the project when `name` is NULL, holds a text. */
static bool says(const struct dm *dm, const char *name, const char *rule, const char *text)
{
    const struct jpk_convert_item *item = name ? dm_item(dm, name) : NULL;
    const struct jpk_finding *findings = item ? item->findings : dm->conversion->findings;
    size_t count = item ? item->finding_count : dm->conversion->finding_count;
    for (size_t i = 0; i < count; i++)
        if (strcmp(findings[i].rule, rule) == 0 && strstr(findings[i].message, text))
            return true;
    return false;
}

/* An export of these components; `project` and `more` are further members of the project and of the export. */
static void make(struct dm *dm, const char *const *components, size_t count, const char *project, const char *more)
{
    struct buf text = {0};
    buf_puts(&text, "{'project':{'id':'0000000f-0000-4000-8000-0000000000ab','name':'P','components':[");
    for (size_t i = 0; i < count; i++)
        buf_printf(&text, "%s%s", i > 0 ? "," : "", components[i]);
    buf_printf(&text, "]%s},'version':4%s}", project, more);
    dm_make(dm, buf_text(&text));
    buf_free(&text);
}

/* Components that hold more than is carried over. */
static const char *const holding[] = {
    CONNECTION("90", "Temp", "tempstorage", ",'description':'of the connection'"),
    WRITE("02", "Write b", ",'plugins':[{'name':'http://x/user/P'}]"),
    SCRIPT("11", "S", ",'notes':[{'text':'N'}]"),
    SCRIPT("12", "Plain", ",'notes':[],'more':{'a':[null,false,0,'']},'modifiedOn':5,'description':'kept'"),
    PART("21", "900", "F", ",'description':'of the schema','schemaTypeDocument':" FLAT("", "")),
    TRANSFORMATION("31", "T", FLAT_SIDE("", ""), ",'notes':[{'text':'N'}],'options':{'x':1}"),
    PART("41", "200", "O", ",'isDisabled':true,'steps':[" NOTED_STEP "],'outcomes':[" LATE_OUTCOME "]"),
    PART("42", "200", "O2", ",'steps':[" LINK("12", "400") "]"),
    PART("51", "1200", "E", ",'isHtml':true,'apiToken':'clear'"),
};

static void test_members(void **state)
{
    (void)state;
    static const struct {
        const char *item, *rule, *text;
    } wanted[] = {
        {NULL, "setting-lost", "'apis' of the export has no counterpart and was left out: '[{\"name\":\"A\"}]'"},
        {NULL, "setting-lost", "'later' of the export"},
        {NULL, "setting-lost", "'tags' of the project has no counterpart and was left out: '[\"t\"]'"},
        {NULL, "setting-lost", "'description' of the workflow 'Empty' has no counterpart and was left out: '\"w\"'"},
        {NULL, "not-used", "the workflow 'Empty' has no operations"},
        {"Write b", "setting-lost", "'plugins' of the component has no counterpart and was left out: '[{\"name\":"},
        {"S", "setting-lost", "'notes' of the component has no counterpart and was left out: '[{\"text\":\"N\"}]'"},
        {"T", "setting-lost", "'notes' of the component"},
        {"T", "setting-lost", "'options' of the component"},
        {"O", "setting-lost", "'isDisabled' of the component has no counterpart and was left out: 'true'"},
        {"O", "setting-lost", "'delay' of an outcome has no counterpart and was left out: '5'"},
        {"O", "setting-lost", "'note' of a step has no counterpart and was left out: '\"n\"'"},
        {"E", "setting-lost", "'isHtml' of the component"},
        {"E", "setting-lost", "'apiToken' of the component has no counterpart and was left out: '****'"},
        {"Temp", "description-lost", "its description has no place there: 'of the connection'"},
    };
    struct dm dm;
    make(&dm, holding, sizeof holding / sizeof holding[0],
         ",'tags':['t'],'workflows':[{'name':'Empty','operations':[],'description':'w'}]",
         ",'apis':[{'name':'A'}],'later':{'x':'y'}");
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (!says(&dm, wanted[i].item, wanted[i].rule, wanted[i].text))
            fail_msg("nobody says of %s: %s", wanted[i].item ? wanted[i].item : "the project", wanted[i].text);
    assert_int_equal(dm_item(&dm, "Plain")->finding_count, 0);
    assert_string_equal(dm_entity(&dm, JPK_TYPE_SCRIPT, "Plain")->description, "kept");
    assert_string_equal(dm_entity(&dm, JPK_TYPE_DOCUMENT, "F")->description, "of the schema");
    assert_int_equal(dm_holding(&dm, "clear"), 0);
    dm_free(&dm);
}

#define HTTP_OPERATION(n, name, answer)                                                                                \
    PART(n, "200", name, ",'steps':[" LINK("31", "700") "," LINK("01", "500") answer "]")
static const char *const answering[] = {
    CONNECTION("90", "Temp", "tempstorage", ""),
    CONNECTION("91", "H", "http", ""),
    ACTIVITY("01", "Write h", "http", "http_post", "target", "91", ",'description':'d'"),
    WRITE("02", "Write b", ""),
    WRITE("03", "Write c", ""),
    TRANSFORMATION("31", "T", FLAT_SIDE("", ""), ""),
    HTTP_OPERATION("41", "To b", "," LINK("02", "500")),
    HTTP_OPERATION("42", "To c", "," LINK("03", "500")),
    HTTP_OPERATION("43", "To b again", "," LINK("02", "500")),
    HTTP_OPERATION("44", "Nowhere", ""),
    HTTP_OPERATION("45", "To c again", "," LINK("03", "500")),
};

/* Where the answer of a target of HTTP goes is a setting of it, so that each other answer needs another target. */
static void test_answers(void **state)
{
    (void)state;
    static const char *const names[] = {"To b", "To c", "To b again", "Nowhere", "To c again"};
    struct dm dm;
    const char *content[5];
    make(&dm, answering, sizeof answering / sizeof answering[0], "", "");
    static const char *const answers[] = {GUID("02"), GUID("03"), GUID("02"), "", GUID("03")};
    for (size_t i = 0; i < 5; i++) {
        const struct jpk_entity *operation = dm_entity(&dm, JPK_TYPE_OPERATION, names[i]);
        const struct jpk_operation *o = operation->as.operation;
        content[i] = o->activities[o->activity_count - 1].content_id;
        dm_value(operation, "target_id", content[i]);
        const struct jpk_entity *target = jpk_project_entity(dm.project, content[i]);
        dm_value(target, "target_target_id", answers[i]);
        dm_value(target, "http_method", "POST");
        dm_value(target, "target_id", content[i]);
        assert_string_equal(target->description, "d");
    }
    assert_string_equal(content[0], GUID("01"));
    assert_string_equal(content[2], content[0]);
    assert_string_equal(content[4], content[1]);
    assert_int_equal(dm_count(&dm, JPK_TYPE_TARGET), 5); /* three of HTTP */
    dm_free(&dm);
}

/* Properties that are switched off may keep what was set before; the switch decides. */
static void test_switches(void **state)
{
    (void)state;
#define PROPERTY(name, type, more) "{'name':'" name "','type':'" type "'" more "}"
#define BOOLEAN(name, value) PROPERTY(name, "boolean", ",'value':" value)
#define TEXT(name, value) PROPERTY(name, "string", ",'value':'" value "'")
    static const struct {
        const char *function, *polarity, *group, *properties;
        const char *key, *value;
    } cases[] = {
        {"write", "target", "compression", BOOLEAN("target_data", "false") "," TEXT("archive_format", "ZIP"),
         "compress_format", ""},
        {"write", "target", "compression",
         PROPERTY("target_data", "boolean", ",'defaultValue':false") "," TEXT("archive_format", "ZIP"),
         "compress_format", ""},
        {"write", "target", "compression", BOOLEAN("target_data", "true"), "compress_format", "zip"},
        {"write", "target", "compression", BOOLEAN("target_data", "true") "," TEXT("archive_format", "ZIP"),
         "compress_format", "zip"},
        {"write", "target", "compression", TEXT("archive_format", "ZIP"), "compress_format", "zip"},
        {"read", "source", "compression", BOOLEAN("source_data", "true") "," TEXT("archive_format", ""),
         "uncompress_format", "zip"},
        {"read", "source", "compression", BOOLEAN("source_data", "false") "," TEXT("archive_format", "ZIP"),
         "uncompress_format", ""},
        {"read", "source", "after_processing", BOOLEAN("delete_file", "true") "," TEXT("renamefileto", "x.old"),
         "renamefileto", "/\\delete/\\"},
        {"read", "source", "after_processing", BOOLEAN("delete_file", "false") "," TEXT("renamefileto", "x.old"),
         "renamefileto", "x.old"},
        {"read", "source", "after_processing",
         BOOLEAN("delete_file", "false") "," TEXT("renamefileto", "/\\\\\\\\delete/\\\\\\\\"), "renamefileto", ""},
        {"read", "source", "after_processing", TEXT("renamefileto", "/\\\\\\\\delete/\\\\\\\\"), "renamefileto",
         "/\\delete/\\"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dm dm;
        struct buf text = {0};
        bool read = strcmp(cases[i].function, "read") == 0;
        buf_printf(&text,
                   EXPORT(CONNECTION("90", "Temp", "tempstorage", "") "," ACTIVITY(
                              "01", "It", "tempstorage", "tempstorage_%s", "%s", "90",
                              ",'properties':[{'name':'page1','type':'pagination','children':["
                              "{'name':'tempstorage%s-advanced-options','type':'advanced-builder','children':["
                              "{'name':'%s','type':'group','children':[%s]}]}]}]"),
                          "", ""),
                   cases[i].function, cases[i].polarity, cases[i].function, cases[i].group, cases[i].properties);
        dm_make(&dm, buf_text(&text));
        buf_free(&text);
        dm_value(dm_entity(&dm, read ? JPK_TYPE_SOURCE : JPK_TYPE_TARGET, "It"), cases[i].key, cases[i].value);
        dm_free(&dm);
    }
}

/* Of what is carried over in part the rest is said; what is as usual, or stands elsewhere, is not. */
static void test_parts(void **state)
{
    (void)state;
#define OBJECT(value, schema)                                                                                          \
    CONNECTION("90", "N", "netsuite", "")                                                                              \
    "," ACTIVITY("01", "It", "netsuite", "upsert", "target", "90",                                                     \
                 ",'properties':[{'name':'list-object-page','type':'pagination','children':["                          \
                 "{'name':'list-object','type':'list-object','displayName':'Object','value':{" value "}}]}]" schema)
#define QUERY(value)                                                                                                   \
    CONNECTION("90", "S", "salesforce", "")                                                                            \
    "," ACTIVITY("01", "It", "salesforce", "query", "source", "90",                                                    \
                 ",'properties':[{'name':'query-string','type':'string','hidden':true,'value':{" value "}}]")
#define STORAGE(property) CONNECTION("90", "It", "tempstorage", ",'properties':[" property "]")
#define OPTIONS(options) PART("41", "200", "It", ",'steps':[],'options':{" options "}")
    static const struct {
        const char *components, *project, *item, *text; /* text NULL: no setting is lost */
    } cases[] = {
        {OBJECT("'N':'A','T':'standard','selectedIndex':4", ""), "", "It", NULL},
        {OBJECT("'N':'A','T':'custom'", ""), "", "It",
         "'T' of 'Object' has no counterpart and was left out: '\"custom\"'"},
        {OBJECT("'N':'A','T':'standard','D':'urn:a'", ""), "", "It", "'D' of 'Object'"},
        {OBJECT("'N':'A','D':'urn:a'", ",'input':{'name':'x','root':{'N':'A','NS':'urn:b'}}"), "", "It",
         "'D' of 'Object'"},
        {OBJECT("'N':'A','D':'urn:a'", ",'input':{'name':'x','root':{'N':'A','NS':'urn:a'}}"), "", "It", NULL},
        {OBJECT("'N':'A','more':{'apiToken':'clear'}", ""), "", "It", "'more' of 'Object'"},
        {QUERY("'soql':'SELECT Id FROM A','showDeleted':true"), "", "It", NULL},
        {QUERY("'soql':'SELECT Id FROM A','limit':10"), "", "It",
         "'limit' of 'query-string' has no counterpart and was left out: '10'"},
        {STORAGE("{'name':'timeout','hidden':true,'defaultValue':'-1','value':'7'}"), "", "It",
         "'timeout' (timeout) is not as usual and was left out: '\"7\"'"},
        {STORAGE("{'name':'api_token','value':'Kx93jfdlsQp02'}"), "", "It", "and was left out: '****'"},
        {STORAGE("{'name':'timeout','hidden':true,'defaultValue':'-1','value':'-1'}"), "", "It", NULL},
        {STORAGE("{'name':'form','hidden':true,'value':'x'}"), "", "It", NULL},
        {OPTIONS("'enableChunking':true,'chunk_size':0"), "", "It",
         "the option 'enableChunking' has no counterpart and was left out: 'true'"},
        {OPTIONS("'enableChunking':true"), "", "It", "the option 'enableChunking'"},
        {OPTIONS("'enableChunking':true,'chunk_size':200"), "", "It", NULL},
        {OPTIONS("'enableChunking':false,'chunk_size':200"), "", "It", NULL},
        {OPTIONS("'debugModeEnabled':true,'debug_mode_until':''"), "", "It", "the option 'debugModeEnabled'"},
        {OPTIONS("'debugModeEnabled':true,'debug_mode_until':'2030-01-01'"), "", "It", NULL},
        {OPTIONS(""), ",'requireDeployComment':true", NULL, "'requireDeployComment' of the project"},
        {OPTIONS(""), ",'requireDeployTag':true", NULL, "'requireDeployTag' of the project"},
        {OPTIONS(""), ",'ignoreHTTPTargetTargetValidation':true", NULL,
         "'ignoreHTTPTargetTargetValidation' of the project"},
        {OPTIONS(""), ",'disableScriptParser':true", NULL, "'disableScriptParser' of the project"},
        {OPTIONS(""), ",'disableScriptParser':false", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dm dm;
        make(&dm, &cases[i].components, 1, cases[i].project, "");
        if (says(&dm, cases[i].item, "setting-lost", cases[i].text ? cases[i].text : "") != (cases[i].text != NULL))
            fail_msg("case %zu: %s", i, cases[i].text ? cases[i].text : "a setting is lost");
        assert_int_equal(dm_holding(&dm, "clear"), 0);
        dm_free(&dm);
    }
}

/* Where one thing is taken of several that may be meant, somebody hears of it. */
static void test_ambiguous(void **state)
{
    (void)state;
#define RUN(n, name, text) PART(n, "400", name, ",'scriptType':1,'scriptBody':'<trans>" text "</trans>'")
    static const char *const components[] = {
        SCRIPT("11", "Twice", ""),
        SCRIPT("12", "Twice", ""),
        SCRIPT("13", "Once", ""),
        SCRIPT("13", "Same id", ""),
        RUN("14", "Runs", "RunScript(\\\"<TAG>script:Twice</TAG>\\\");"),
        RUN("15", "Notes",
            "//RunScript(\\\"<TAG>script:Twice</TAG>\\\");\\n RunScript(\\\"<TAG>script:Once</TAG>\\\");"),
        PART("41", "200", "O", ",'steps':[" LINK("11", "400") "]"),
        PART("42", "200", "P", ",'steps':[" LINK("13", "400") "]"),
    };
    static const char *const silent[] = {"Once", "Notes", "P"};
    struct dm dm;
    make(&dm, components, sizeof components / sizeof components[0],
         ",'workflows':[{'name':'A','operations':[" LINK("41", "200") "," LINK("42", "200") "," LINK(
             "42", "200") "]},{'name':'B','operations':[" LINK("41", "200") "]}]",
         "");
    assert_true(
        says(&dm, "Same id", "ambiguous", "has the id of script 'Once', which is the one that references mean"));
    assert_true(says(&dm, "Runs", "ambiguous", "'script:Twice' is the name of more than one component"));
    assert_true(says(&dm, "O", "ambiguous", "the workflow 'B' lists it too; it lies in the folder of 'A'"));
    assert_int_equal(dm_item(&dm, "O")->result, JPK_CONVERT_REVIEW);
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++)
        dm_found(&dm, silent[i], "ambiguous", 0);
    dm_free(&dm);
}

static void test_columns(void **state)
{
    (void)state;
#define COLUMNS(fixed) ",'isFixedSchema':" fixed, ",'BG':1,'EN':10"
    struct dm dm;
    dm_make(&dm, EXPORT(PART("21", "900", "F", ",'schemaTypeDocument':" FLAT(COLUMNS("true"))) "," TRANSFORMATION(
                            "31", "T", FLAT_SIDE(COLUMNS("true")), ""),
                        "", ""));
    assert_true(says(&dm, "F", "setting-lost", "its fields have columns"));
    assert_true(says(&dm, "F", "setting-lost", ": 'a 1-10'"));
    dm_free(&dm);
    /* Where no component is its schema, the transformation says so. */
    dm_make(&dm, EXPORT(TRANSFORMATION("31", "T", FLAT_SIDE(COLUMNS("true")), ""), "", ""));
    assert_true(says(&dm, "T", "setting-lost", ": 'a 1-10'"));
    dm_free(&dm);
    dm_make(&dm, EXPORT(PART("21", "900", "F", ",'schemaTypeDocument':" FLAT(COLUMNS("false"))), "", ""));
    dm_found(&dm, "F", "setting-lost", 0);
    dm_free(&dm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members), cmocka_unit_test(test_answers),   cmocka_unit_test(test_switches),
        cmocka_unit_test(test_parts),   cmocka_unit_test(test_ambiguous), cmocka_unit_test(test_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
