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
#define FLAT(options, columns)                                                                                         \
    "{'name':'F','O':{'customSchemaIsFlat':true,'delimiter':','" options                                               \
    "},'root':{'N':'__flat__','MN':0,'MX':'unbounded','T':'complex','C':[{'N':'a','MN':0,'MX':1,'T':'string'" columns  \
    "}]}}"
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
    dm_make(
        &dm,
        EXPORT(
            CONNECTION("90", "Temp", "tempstorage", ",'description':'of the connection'") "," WRITE("02", "Write b", ",'plugins':[{'name':'http://x/user/P'}]") "," SCRIPT(
                "11", "S",
                ",'notes':[{'text':'N'}]") "," SCRIPT("12", "Plain",
                                                      ",'notes':[],'more':{'a':[null,false,0,'']},'modifiedOn':5,'"
                                                      "description':'kept'") "," PART("21", "900", "F",
                                                                                      ",'description':'of the "
                                                                                      "schema','schemaTypeDocument'"
                                                                                      ":" FLAT(
                                                                                          "",
                                                                                          "")) "," TRANSFORMATION("31",
                                                                                                                  "T",
                                                                                                                  "{'"
                                                                                                                  "name"
                                                                                                                  "':'"
                                                                                                                  "F','"
                                                                                                                  "id':"
                                                                                                                  "'" GUID("21") "','document':" FLAT(
                                                                                                                      "",
                                                                                                                      "") "}",
                                                                                                                  ",'"
                                                                                                                  "note"
                                                                                                                  "s':["
                                                                                                                  "{'"
                                                                                                                  "text"
                                                                                                                  "':'"
                                                                                                                  "N'}]"
                                                                                                                  ",'"
                                                                                                                  "opti"
                                                                                                                  "ons'"
                                                                                                                  ":{'"
                                                                                                                  "x':"
                                                                                                                  "1}") "," PART("41",
                                                                                                                                 "200",
                                                                                                                                 "O",
                                                                                                                                 ",'isDisabled':true,'steps':[{'id':'" GUID(
                                                                                                                                     "11") "','type':400,'note':'n'}],"
                                                                                                                                           "'outcomes':[{'outcomeType':200,'operationId':'" GUID(
                                                                                                                                               "42") "','delay':5}]") "," PART("42",
                                                                                                                                                                               "200",
                                                                                                                                                                               "O2",
                                                                                                                                                                               ",'steps':[" LINK(
                                                                                                                                                                                   "12",
                                                                                                                                                                                   "400") "]") "," PART("51",
                                                                                                                                                                                                        "1200",
                                                                                                                                                                                                        "E",
                                                                                                                                                                                                        ",'isHtml':true,'apiToken':'clear'"),
            ",'tags':['t'],'workflows':[{'name':'Empty','operations':[],'description':'w'}]",
            ",'apis':[{'name':'A'}],'later':{'x':'y'}"));
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (!says(&dm, wanted[i].item, wanted[i].rule, wanted[i].text))
            fail_msg("nobody says of %s: %s", wanted[i].item ? wanted[i].item : "the project", wanted[i].text);
    assert_int_equal(dm_item(&dm, "Plain")->finding_count, 0);
    assert_string_equal(dm_entity(&dm, JPK_TYPE_SCRIPT, "Plain")->description, "kept");
    assert_string_equal(dm_entity(&dm, JPK_TYPE_DOCUMENT, "F")->description, "of the schema");
    assert_int_equal(dm_holding(&dm, "clear"), 0);
    dm_free(&dm);
}

static void test_columns(void **state)
{
    (void)state;
#define SIDE "{'name':'F','id':'" GUID("21") "','document':"
    struct dm dm;
    dm_make(&dm, EXPORT(PART("21", "900", "F",
                             ",'schemaTypeDocument':" FLAT(
                                 ",'isFixedSchema':true",
                                 ",'BG':1,'EN':10")) "," TRANSFORMATION("31", "T",
                                                                        SIDE FLAT(",'isFixedSchema':true",
                                                                                  ",'BG':1,'EN':10") "}",
                                                                        ""),
                        "", ""));
    assert_true(says(&dm, "F", "setting-lost", "its fields have columns"));
    assert_true(says(&dm, "F", "setting-lost", ": 'a 1-10'"));
    dm_free(&dm);
    dm_make(&dm,
            EXPORT(TRANSFORMATION("31", "T",
                                  "{'name':'F','document':" FLAT(",'isFixedSchema':true", ",'BG':1,'EN':10") "}", ""),
                   "", ""));
    assert_true(says(&dm, "T", "setting-lost", ": 'a 1-10'"));
    dm_free(&dm);
    dm_make(&dm,
            EXPORT(PART("21", "900", "F", ",'schemaTypeDocument':" FLAT(",'isFixedSchema':false", ",'BG':-1,'EN':-1")),
                   "", ""));
    dm_found(&dm, "F", "setting-lost", 0);
    dm_free(&dm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
