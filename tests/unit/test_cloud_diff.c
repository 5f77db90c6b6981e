/* Differences of exports of Cloud Studio: every kind, what is left out, references, secrets, odd documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/text.h"
#include "jpk/cloud.h"
#include "jpk/diff.h"

#define GUID(n) "00000000-0000-4000-8000-0000000000" #n

/* One component of each kind; single quotes stand for double ones. */
static const char base
    [] = "{'version':4,'assets':[{'path':'a.xsd','type':'xml','properties':[{'key':'IsTopLevel','value':'1'},"
         "{'key':'FileSize','value':'12'}],'compressedContent':'eNpLTEpMAgAD0gGH'}],"
         "'project':{'type':100,'name':'P','id':'" GUID(
             01) "','checksum':'1','adapterIds':['http','ftp'],"
                 "'settings':{'aiMinScore':0.7},"
                 "'workflows':[{'name':'W','id':'" GUID(
                     02) "','type':"
                         "1100,'"
                         "operations'"
                         ":[{'id':"
                         "'" GUID(20) "','"
                                      "typ"
                                      "e':"
                                      "200"
                                      "}]}"
                                      ","
                                      "{'"
                                      "nam"
                                      "e':"
                                      "'V'"
                                      ",'"
                                      "id'"
                                      ":"
                                      "'" GUID(03) "','type':1100,'operations':[{'id':'" GUID(
                                          21) "','type':200}]}],"
                                              "'components':["
                                              "{'type':200,'id':'" GUID(20) "','name':'Op','steps':[{'id':'" GUID(40) "','type':400},{'id':'" GUID(41) "','type':400}],'outcomes':[{'outcomeType':200,'operationId':'" GUID(21) "','id':'" GUID(
                                                  22) "'}],"
                                                      "'options':{'logLevel':'Everything'},'checksum':'1'},"
                                                      "{'type':200,'id':'" GUID(
                                                          21) "','name':'Other "
                                                              "op','steps':[],'outcomes':[],'options':{}},"
                                                              "{'type':400,'id':'" GUID(
                                                                  40) "','name':'Script','scriptType':1,'scriptBody':"
                                                                      "'<trans>\\na = "
                                                                      "1;\\nRunOperation(\\\"<TAG>operation:Op</"
                                                                      "TAG>\\\");\\n</trans>','scriptBodyCleansed':'x',"
                                                                      "'globalVariables':[{'name':'a'}],'cursor':''},"
                                                                      "{'type':400,'id':'" GUID(
                                                                          41) "','name':'Second','scriptType':1,'"
                                                                              "scriptBody':'<trans>\\nb;\\n</trans>'},"
                                                                              "{'type':500,'id':'" GUID(
                                                                                  50) "','name':'Activity','adapterId':"
                                                                                      "'ftp','functionName':'ftp_read',"
                                                                                      "'endpoint':{'id':'" GUID(
                                                                                          60) "','type':600},'"
                                                                                              "properties':[{'name':'"
                                                                                              "page1','type':'"
                                                                                              "pagination','children':["
                                                                                              "{'name':'locator','"
                                                                                              "value':'in','"
                                                                                              "defaultValue':''},{'"
                                                                                              "name':'mode','"
                                                                                              "defaultValue':'binary'}]"
                                                                                              "},"
                                                                                              "{'name':'query','value':"
                                                                                              "{'soql':'SELECT','all':"
                                                                                              "false}}]},"
                                                                                              "{'type':600,'id':'" GUID(
                                                                                                  60) "','name':'"
                                                                                                      "Connection','"
                                                                                                      "adapterId':'ftp'"
                                                                                                      ",'endpointType':"
                                                                                                      "1,'properties':["
                                                                                                      "{'name':'host','"
                                                                                                      "value':'example."
                                                                                                      "com'},{'name':'"
                                                                                                      "password','"
                                                                                                      "widgetHint':'"
                                                                                                      "password','"
                                                                                                      "value':'one-one-"
                                                                                                      "one'},"
                                                                                                      "{'name':'pin','"
                                                                                                      "widgetHint':'"
                                                                                                      "password','"
                                                                                                      "value':'one-one-"
                                                                                                      "one'}]},"
                                                                                                      "{'type':700,'id'"
                                                                                                      ":'" GUID(
                                                                                                          70) "','name'"
                                                                                                              ":'Map','"
                                                                                                              "mappingR"
                                                                                                              "ules':["
                                                                                                              "{'"
                                                                                                              "targetPa"
                                                                                                              "th':'"
                                                                                                              "root/"
                                                                                                              "a','"
                                                                                                              "targetSc"
                                                                                                              "ript':'"
                                                                                                              "root$a$'"
                                                                                                              ",'"
                                                                                                              "transfor"
                                                                                                              "mScript'"
                                                                                                              ":'<"
                                                                                                              "trans>"
                                                                                                              "\\nx\\n<"
                                                                                                              "/trans>'"
                                                                                                              ",'"
                                                                                                              "srcPaths"
                                                                                                              "':['s/"
                                                                                                              "x']},"
                                                                                                              "{'"
                                                                                                              "targetPa"
                                                                                                              "th':'"
                                                                                                              "root/"
                                                                                                              "b','"
                                                                                                              "targetSc"
                                                                                                              "ript':'"
                                                                                                              "root$b$'"
                                                                                                              ",'"
                                                                                                              "transfor"
                                                                                                              "mScript'"
                                                                                                              ":'','"
                                                                                                              "cursor':"
                                                                                                              "'','"
                                                                                                              "validati"
                                                                                                              "onErrors"
                                                                                                              "':[]}],"
                                                                                                              "'loopMap"
                                                                                                              "pingRule"
                                                                                                              "s':[{'"
                                                                                                              "srcPath'"
                                                                                                              ":'s','"
                                                                                                              "tgtPath'"
                                                                                                              ":'root',"
                                                                                                              "'srcLoop"
                                                                                                              "Path':'"
                                                                                                              "s.','"
                                                                                                              "tgtLoopP"
                                                                                                              "ath':'"
                                                                                                              "root.'}]"
                                                                                                              ","
                                                                                                              "'source'"
                                                                                                              ":{'name'"
                                                                                                              ":'"
                                                                                                              "Schema',"
                                                                                                              "'id':"
                                                                                                              "'" GUID(
                                                                                                                  90) "','document':{'root':{'N':'r','C':[{'N':'x','T':'string','I':1}]},"
                                                                                                                      "'name':'Schema'}},'target':{'name':'gone','origin':{'id':'" GUID(
                                                                                                                          50) "','direction':'input'}}},"
                                                                                                                              "{'type':900,'id':'" GUID(
                                                                                                                                  90) "','name':'Schema','format':'xml','schemaTypeDocument':{'name':'Schema',"
                                                                                                                                      "'root':{'N':'r','C':[{'N':'x','T':'string','I':7}]}}},"
                                                                                                                                      "{'type':1000,'id':'" GUID(
                                                                                                                                          10) "','name':'variable','defaultValue':'v','label':'L'},"
                                                                                                                                              "{'type':1000,'id':'" GUID(
                                                                                                                                                  11) "','name':'hidden_one','defaultValue':'one-one-one','hidevalue':true},"
                                                                                                                                                      "{'type':1200,'id':'" GUID(
                                                                                                                                                          12) "','name':'Mail','to':'a@example.com','useSSL':true},"
                                                                                                                                                              "{'type':1300,'id':'" GUID(
                                                                                                                                                                  13) "','name':'global','value':'','usages':[],'endpoints':[]},"
                                                                                                                                                                      "{'type':4711,'id':'" GUID(
                                                                                                                                                                          47) "','name':'Odd','what':[1,2,3],'deep':{'a':{'b':null}}}"
                                                                                                                                                                              "]}}";

/* The text with double quotes in which one place is changed; NULL `from`: none. */
static char *document(const char *text, const char *from, const char *to)
{
    struct buf out = {0};
    const char *at = from ? strstr(text, from) : NULL;
    if (from && !at)
        fail_msg("the base has no %s", from);
    buf_put(&out, text, at ? (size_t)(at - text) : strlen(text));
    if (at) {
        buf_puts(&out, to);
        buf_puts(&out, at + strlen(from));
    }
    assert_false(out.failed);
    for (char *c = out.data; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    return out.data;
}

static struct jpk_cloud *load(const char *text)
{
    struct jpk_error err = {0};
    struct jpk_cloud *cloud = jpk_cloud_load(text, strlen(text), "x.json", NULL, &err);
    if (!cloud)
        fail_msg("%s", err.message);
    return cloud;
}

static void put_value(struct buf *out, const char *value, bool hidden)
{
    buf_puts(out, hidden ? "***" : value ? value : "-");
}

static void describe(struct buf *out, const struct jpk_diff *diff)
{
    static const char *const what[] = {"added", "removed", "renamed", "moved", "changed", "reordered"};
    for (size_t i = 0; i < diff->change_count; i++) {
        const struct jpk_diff_change *change = &diff->changes[i];
        buf_puts(out, i ? "\n" : "");
        for (unsigned w = 0; w < 6; w++)
            if (change->what & 1u << w)
                buf_printf(out, "%s ", what[w]);
        buf_puts(out, change->new_path ? change->new_path : change->old_path);
        for (size_t f = 0; f < change->field_count; f++) {
            const struct jpk_diff_field *field = &change->fields[f];
            buf_printf(out, "; %s", field->path);
            if (field->kind == JPK_DIFF_FIELD_VALUE) {
                buf_putc(out, ' ');
                put_value(out, field->old_item_path ? field->old_item_path : field->old_value, field->old_hidden);
                buf_puts(out, " > ");
                put_value(out, field->new_item_path ? field->new_item_path : field->new_value, field->new_hidden);
            } else if (field->kind == JPK_DIFF_FIELD_TEXT) {
                buf_printf(out, " -%u +%u", field->removed, field->added);
            } else {
                buf_puts(out, field->kind == JPK_DIFF_FIELD_ORDER ? " order" : " other");
            }
        }
    }
}

static void compare(const char *a, const char *b, const struct jpk_diff_options *options, struct buf *out)
{
    struct jpk_error err = {0};
    struct jpk_cloud *left = load(a), *right = load(b);
    struct jpk_diff *diff = jpk_diff_clouds(left, right, options, &err);
    if (!diff)
        fail_msg("%s", err.message);
    describe(out, diff);
    jpk_diff_free(diff);
    jpk_cloud_free(left);
    jpk_cloud_free(right);
}

static void check_edit(const char *from, const char *to, const struct jpk_diff_options *options, const char *wanted)
{
    struct buf found = {0};
    char *a = document(base, NULL, NULL), *b = document(base, from, to);
    compare(a, b, options, &found);
    if (strcmp(buf_text(&found), wanted) != 0)
        fail_msg("%s -> %s gives\n%s\ninstead of\n%s", from, to, buf_text(&found), wanted);
    buf_free(&found);
    free(a);
    free(b);
}

struct row {
    const char *from, *to, *wanted;
};

static void check_rows(const struct row *rows, size_t count, const struct jpk_diff_options *options)
{
    for (size_t i = 0; i < count; i++)
        check_edit(rows[i].from, rows[i].to, options, rows[i].wanted);
}

#define CHECK(rows, options) check_rows(rows, sizeof(rows) / sizeof(rows)[0], options)

static void test_nothing(void **state)
{
    (void)state;
    struct jpk_diff_options all = {.all = true, .tree_order = true};
    check_edit(NULL, NULL, NULL, "");
    check_edit(NULL, NULL, &all, "");
}

static void test_one_field(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"'version':4", "'version':5", "changed project; export/version 4 > 5"},
        {"'version':4", "'version':'4'", "changed project; export/version 4 > \"4\""},
        {"'name':'P'", "'name':'Q'", "changed project; name P > Q"},
        {"0.7", "0.8", "changed project; settings/aiMinScore 0.7 > 0.8"},
        {"'http','ftp'", "'http','jms','ftp'", "changed project; adapterIds[2] - > jms"},
        {"'name':'W'", "'name':'X'", "renamed operation/X/"},
        {"'type':1100", "'type':1101", "changed operation/W/; type 1100 > 1101"},
        {"'Everything'", "'Errors'", "changed operation/W/Op; options/logLevel Everything > Errors"},
        {"'outcomeType':200", "'outcomeType':100", "changed operation/W/Op; outcomes/100/outcomeType 200 > 100"},
        {"'operationId':'" GUID(21), "'operationId':'" GUID(20),
         "changed operation/W/Op; outcomes/200/operationId operation/V/Other op > operation/W/Op"},
        {"{'id':'" GUID(41) "','type':400}]", "{'id':'" GUID(40) "','type':400}]",
         "changed operation/W/Op; steps[2]/id script/Second > script/Script"},
        {"'name':'Script'", "'name':'Renamed'", "renamed script/Renamed"},
        {"a = 1;", "a = 2;\\nb = 1;", "changed script/Script; scriptBody -1 +2"},
        {"'scriptType':1,", "'scriptType':0,", "changed script/Script; scriptType 1 > 0"},
        {"'value':'in'", "'value':'out'", "changed activity/Activity; properties/page1/locator in > out"},
        {"'value':'in',", "", "changed activity/Activity; properties/page1/locator in > "},
        {"'defaultValue':''", "'defaultValue':'d'",
         "changed activity/Activity; properties/page1/locator/defaultValue  > d"},
        {"'defaultValue':'binary'", "'defaultValue':'ascii'",
         "changed activity/Activity; properties/page1/mode/defaultValue binary > ascii"},
        {"'name':'mode'", "'name':'mood'", "changed activity/Activity; properties/page1/mood/name mode > mood"},
        {"'SELECT'", "'SELECT Id'", "changed activity/Activity; properties/query/soql SELECT > SELECT Id"},
        {"'ftp_read'", "'ftp_write'", "changed activity/Activity; functionName ftp_read > ftp_write"},
        {"'endpointType':1", "'endpointType':2", "changed connection/Connection; endpointType 1 > 2"},
        {"\\nx\\n", "\\ny\\n", "changed transformation/Map; mappingRules/root/a/transformScript -1 +1"},
        {"'s/x'", "'s/y'", "changed transformation/Map; mappingRules/root/a/srcPaths[1] s/x > s/y"},
        {"'targetPath':'root/b','targetScript':'root$b$'", "'targetPath':'root/c','targetScript':'root$b$'",
         "changed transformation/Map; mappingRules/root/c/targetPath root/b > root/c"},
        {"'srcLoopPath':'s.'", "'srcLoopPath':'t.'",
         "changed transformation/Map; loopMappingRules/root/srcLoopPath s. > t."},
        {"'direction':'input'", "'direction':'output'",
         "changed transformation/Map; target/origin/direction input > output"},
        {"'N':'x','T':'string','I':1", "'N':'x','T':'double','I':1",
         "changed transformation/Map; source/document/root/x/T string > double"},
        {"'N':'x','T':'string','I':7", "'N':'x','T':'double','I':7",
         "changed schema/Schema; schemaTypeDocument/root/x/T string > double"},
        {"'format':'xml'", "'format':'csv'", "changed schema/Schema; format xml > csv"},
        {"'label':'L'", "'label':'M'", "changed projectVariable/variable; label L > M"},
        {"'useSSL':true", "'useSSL':false", "changed notification/Mail; useSSL true > false"},
        {"'value':'','usages'", "'value':'1','usages'", "changed globalVariable/global; value  > 1"},
        {"[1,2,3]", "[1,2,3,4]", "changed other/Odd; what[4] - > 4"},
        {"[1,2,3]", "[3,1,2]", "changed other/Odd; what order"},
        {"[1,2,3]", "{}", "changed other/Odd; what [1,2,3] > {}"},
        {"'b':null", "'b':false", "changed other/Odd; deep/a/b null > false"},
        {"'b':null", "", "changed other/Odd; deep/a/b null > -"},
        {"'IsTopLevel','value':'1'", "'IsTopLevel','value':'0'",
         "changed assets/a.xsd; properties/IsTopLevel/value 1 > 0"},
        {"'path':'a.xsd'", "'path':'b.xsd'", "renamed assets/b.xsd"},
        {"eNpLTEpMAgAD0gGH", "eNpLTExMBAADzgGF", "changed assets/a.xsd; content -1 +1"},
    };
    CHECK(rows, NULL);
}

static void test_left_out(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"'checksum':'1'},",
         "'checksum':'2','requiresDeploy':true,'validationState':300,'metadataVersion':'9','chunks':2,"
         "'partial':true,'hidden':true,'isNew':true,'rowId':'r','duplicateRef':'d','createdOn':1,"
         "'createdBy':'c','modifiedOn':2,'modifiedBy':'m'},",
         ""},
        {"'checksum':'1','adapterIds':['http','ftp']",
         "'checksum':'7','origCreatedOn':1,'deployments':[1],'appliedDataMigrations':[],'appliedPostDataMigrations':[],"
         "'adapterIds':['ftp','http']",
         ""},
        {"'scriptBodyCleansed':'x','globalVariables':[{'name':'a'}],'cursor':''", "'cursor':{'line':1}", ""},
        {"'cursor':'','validationErrors':[]",
         "'transformScriptCleansed':'c','globalVariables':[1],'transformScriptError':'e','validationErrors':[1]", ""},
        {"'usages':[]", "'usages':[{'id':'" GUID(40) "'}]", ""},
        {"'id':'" GUID(22) "'", "'id':'" GUID(23) "'", ""},
        {"'I':1", "'I':2,'L':3", ""},
        {"'I':7", "'L':3", ""},
        {"{'id':'" GUID(20) "','type':200}]", "{'id':'" GUID(20) "','type':200,'name':'stale','steps':[]}]", ""},
        {"'key':'FileSize','value':'12'", "'key':'FileSize','value':'13'", ""},
        {"eNpLTEpMAgAD0gGH", "eAFLTEpMAgAD0gGH", ""},
        {"{'name':'mode','defaultValue':'binary'}", "{'value':'binary','name':'mode','defaultValue':'binary'}", ""},
        {"'name':'locator','value':'in','defaultValue':''},{'name':'mode','defaultValue':'binary'}",
         "'name':'mode','defaultValue':'binary'},{'name':'locator','value':'in','defaultValue':''}", ""},
        {"'id':'00000000-0000-4000-8000-000000000040','name':'Script'",
         "'name':'Script','id':'00000000-0000-4000-8000-000000000040'", ""},
        {"'example.com'", "'example\\u002ecom'", ""},
        {"a = 1;\\n", "a = 1;\\r\\n", ""},
    };
    CHECK(rows, NULL);
}

static void test_all(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"'checksum':'1'},", "'checksum':'2'},", "changed operation/W/Op; checksum 1 > 2"},
        {"'id':'" GUID(22) "'", "'id':'" GUID(23) "'",
         "changed operation/W/Op; outcomes/200/id " GUID(22) " > " GUID(23)},
        {"'http','ftp'", "'ftp','http'", "changed project; adapterIds order"},
        {"'key':'FileSize','value':'12'", "'key':'FileSize','value':'13'",
         "changed assets/a.xsd; properties/FileSize/value 12 > 13"},
        {"{'id':'" GUID(20) "','type':200}]", "{'id':'" GUID(20) "','type':200,'name':'stale'}]",
         "changed operation/W/; operations/" GUID(20) "/name - > stale"},
        {"'I':1", "'I':2", "changed transformation/Map; source/document/root/x/I 1 > 2"},
    };
    struct jpk_diff_options options = {.all = true};
    CHECK(rows, &options);
}

static void test_order(void **state)
{
    (void)state;
    static const char two[] = "{'id':'" GUID(20) "','type':200}]";
    static const char steps[] = "{'id':'" GUID(40) "','type':400},{'id':'" GUID(41) "','type':400}]";
    static const char turned[] = "{'id':'" GUID(41) "','type':400},{'id':'" GUID(40) "','type':400}]";
    struct jpk_diff_options ignore = {.ignore_order = true}, order = {.tree_order = true};
    check_edit(steps, turned, NULL, "changed operation/W/Op; steps order");
    check_edit(steps, turned, &ignore, "");
    check_edit(two, "{'id':'" GUID(20) "','type':200},{'id':'" GUID(99) "','type':200}]", &order,
               "changed operation/W/; operations[1] - > " GUID(99));
    check_edit("{'name':'W','id':'" GUID(02) "','type':1100,'operations':[{'id':'" GUID(20) "','type':200}]},",
               "{'name':'W','id':'" GUID(02) "','type':1100,'operations':[{'id':'" GUID(
                   20) "','type':200},{'id':'" GUID(21) "','type':200}]},",
               NULL, "changed operation/V/; operations[1] - > operation/W/Other op\nmoved operation/W/Other op");
}

/* The order in a workflow is that of its list, not that of the components. */
static void test_order_of_workflows(void **state)
{
    (void)state;
    struct jpk_diff_options order = {.tree_order = true};
    char *a = document(base, "'operations':[{'id':'" GUID(20) "','type':200}]",
                       "'operations':[{'id':'" GUID(21) "','type':200},{'id':'" GUID(20) "','type':200}]");
    char *b = document(base, "'operations':[{'id':'" GUID(20) "','type':200}]",
                       "'operations':[{'id':'" GUID(20) "','type':200},{'id':'" GUID(21) "','type':200}]");
    struct buf found = {0};
    compare(a, a, &order, &found);
    assert_string_equal(buf_text(&found), "");
    compare(a, b, NULL, &found);
    assert_string_equal(buf_text(&found), "");
    compare(a, b, &order, &found);
    assert_string_equal(buf_text(&found), "reordered operation/W/");
    buf_free(&found);
    free(a);
    free(b);
}

/* What refers by name is compared through the matching. */
static void test_names(void **state)
{
    (void)state;
    char *a = document(base, NULL, NULL), *renamed = document(base, "'name':'Op'", "'name':'Run all'");
    char *followed = document(renamed, "operation:Op<", "operation:Run all<");
    char *other = document(renamed, "operation:Op<", "operation:Other op<");
    struct buf found = {0};
    compare(a, renamed, NULL, &found);
    assert_string_equal(buf_text(&found), "renamed operation/W/Run all");
    buf_clear(&found);
    compare(a, followed, NULL, &found);
    assert_string_equal(buf_text(&found), "renamed operation/W/Run all");
    buf_clear(&found);
    compare(a, other, NULL, &found);
    assert_string_equal(buf_text(&found), "renamed operation/W/Run all\nchanged script/Script; scriptBody -1 +1");
    buf_clear(&found);
    /* The schema and its copies together. */
    char *schema = document(base, "{'name':'Schema','id'", "{'name':'Form','id'");
    char *copy = document(schema, "},\"name\":\"Schema\"", "},'name':'Form'");
    free(schema);
    schema = document(copy, "\"name\":\"Schema\",\"format\"", "'name':'Form','format'");
    free(copy);
    copy = document(schema, "{\"name\":\"Schema\",", "{'name':'Form',");
    compare(a, copy, NULL, &found);
    assert_string_equal(buf_text(&found), "renamed schema/Form");
    buf_free(&found);
    free(a);
    free(renamed);
    free(followed);
    free(other);
    free(schema);
    free(copy);
}

/* Components that were imported again, with new ids, and then renamed or changed. */
static void test_matching(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *wanted;
    } rows[] = {
        /* the same name; the same content under another name, which nothing else has; what is most alike */
        {"[{'type':400,'id':'1','name':'s','scriptBody':'a\\nb'}]",
         "[{'type':400,'id':'2','name':'s','scriptBody':'c'}]", "changed script/s; scriptBody -2 +1"},
        {"[{'type':400,'id':'1','name':'s','scriptBody':'a'}]", "[{'type':400,'id':'2','name':'t','scriptBody':'a'}]",
         "renamed script/t"},
        {"[{'type':400,'id':'1','name':'s','scriptBody':'a\\nb\\nc\\nd\\ne'}]",
         "[{'type':400,'id':'2','name':'t','scriptBody':'a\\nb\\nc\\nd\\nf'}]",
         "renamed changed script/t; scriptBody -1 +1"},
        {"[{'type':400,'id':'1','name':'s','scriptBody':'a'}]", "[{'type':400,'id':'2','name':'t','scriptBody':'b'}]",
         "removed script/s\nadded script/t"},
        /* letter case of ids; an id of another kind is another component */
        {"[{'type':400,'id':'Ab','name':'s'}]", "[{'type':400,'id':'aB','name':'t'}]", "renamed script/t"},
        {"[{'type':400,'id':'1','name':'s'}]", "[{'type':1300,'id':'1','name':'s'}]",
         "added globalVariable/s\nremoved script/s"},
        /* two of one id, which no file should have */
        {"[{'type':400,'id':'1','name':'s'},{'type':400,'id':'1','name':'t'}]", "[{'type':400,'id':'1','name':'s'}]",
         "removed script/t"},
    };
    struct buf found = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *a = document(rows[i].a, NULL, NULL), *b = document(rows[i].b, NULL, NULL);
        buf_clear(&found);
        compare(a, b, NULL, &found);
        assert_string_equal(buf_text(&found), rows[i].wanted);
        free(a);
        free(b);
    }
    buf_free(&found);
}

static void test_secrets(void **state)
{
    (void)state;
    static const char cipher[] = "'$00XHAWabcdefghijklmnopqrstuvwxyz0123456789AB'";
    static const struct row rows[] = {
        {"'password','value':'one-one-one'}", "'password','value':'two'}",
         "changed connection/Connection; properties/password *** > ***"},
        {"'pin','widgetHint':'password','value':'one-one-one'", "'pin','widgetHint':'password','value':['two']",
         "changed connection/Connection; properties/pin *** > ***"},
        {"'pin','widgetHint':'password','value':'one-one-one'", "'pin','widgetHint':'password'",
         "changed connection/Connection; properties/pin *** > -"},
        {"'defaultValue':'one-one-one'", "'defaultValue':'two'",
         "changed projectVariable/hidden_one; defaultValue *** > ***"},
        {"'to':'a@example.com'", "'to':'a@example.com','password':'p'", "changed notification/Mail; password - > ***"},
        {"'what':", "'x':{'token':'t','list':[{'name':'secret','value':'v'}]},'what':",
         "changed other/Odd; x - > {\"token\":\"(not shown)\",\"list\":[{\"name\":\"secret\",\"value\":\"(not "
         "shown)\"}]}"},
    };
    CHECK(rows, NULL);
    check_edit("'example.com'", cipher, NULL, "changed connection/Connection; properties/host example.com > ***");
}

/* Lines that hold what no component is, shadowed keys, and depth. */
static void test_odd(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"'components':[", "'components':[null,", "changed project; components[1] - > null"},
        {"'assets':[", "'assets':['x',", "changed project; export/assets[1] - > x"},
        {"'workflows':[", "'workflows':[1,", "changed project; workflows[1] - > 1"},
        {"'label':'L'", "'label':'M','label':'L'", ""},
        {"{'type':4711,", "{'type':4712,", "removed other/Odd\nadded other/Odd"},
        {"'name':'Odd'", "'name':7", "renamed changed other/; name Odd > 7"},
    };
    CHECK(rows, NULL);
    struct buf deep[2] = {{0}, {0}}, found = {0};
    for (int side = 0; side < 2; side++) {
        buf_puts(&deep[side], "[{\"type\":400,\"id\":\"x\",\"name\":\"n\",\"a\":");
        for (int i = 0; i < 900; i++)
            buf_puts(&deep[side], i % 2 ? "[" : "{\"k\":");
        buf_putc(&deep[side], side ? '1' : '2');
        for (int i = 900; i-- > 0;)
            buf_putc(&deep[side], i % 2 ? ']' : '}');
        buf_puts(&deep[side], "}]");
    }
    compare(buf_text(&deep[0]), buf_text(&deep[1]), NULL, &found);
    assert_true(text_starts_with(buf_text(&found), "changed script/n; a/k[1]/k[1]/"));
    assert_null(strchr(buf_text(&found), '\n'));
    buf_free(&deep[0]);
    buf_free(&deep[1]);
    buf_free(&found);
}

/* Found by fuzzing: of two with one path or name, and no id, the second had no partner. */
static void test_equal_names(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"assets\":[{\"path\":\"a\",\"type\":\"xml\"},{\"path\":\"a\"},{}],\"project\":{\"components\":[]}}",
        "{\"project\":{\"components\":[],\"workflows\":[{\"name\":\"w\"},{\"name\":\"w\"},{\"name\":\"w\"}]}}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct buf found = {0};
        compare(texts[i], texts[i], NULL, &found);
        assert_string_equal(buf_text(&found), "");
        buf_free(&found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing), cmocka_unit_test(test_one_field),   cmocka_unit_test(test_left_out),
        cmocka_unit_test(test_all),     cmocka_unit_test(test_order),       cmocka_unit_test(test_order_of_workflows),
        cmocka_unit_test(test_names),   cmocka_unit_test(test_matching),    cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_odd),     cmocka_unit_test(test_equal_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
