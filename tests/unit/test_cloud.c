/* The Cloud Studio form of a project: what is read, what refers to what, canonical text, components that are built. */
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
#include "base/json.h"
#include "jpk/cloud.h"
#include "jpk/cloud_new.h"
#include "jpk/packed.h"
#include "tests/unit/projectmaker.h"

static struct jpk_cloud *load(const char *text)
{
    struct jpk_error err = {0};
    struct jpk_cloud *cloud = jpk_cloud_load(text, strlen(text), "x.json", NULL, &err);
    if (!cloud)
        fail_msg("%u:%u: %s", err.line, err.column, err.message);
    return cloud;
}

static struct jpk_cloud *load_file(const char *path)
{
    struct jpk_error err = {0};
    struct jpk_cloud *cloud = jpk_cloud_load_file(path, NULL, &err);
    if (!cloud)
        fail_msg("%s:%u:%u: %s", path, err.line, err.column, err.message);
    return cloud;
}

static const char *const samples[] = {"samples/cloud/contacts.json", "samples/cloud/nightly-cleanup.json"};
enum { SAMPLES = sizeof samples / sizeof samples[0] };

/* The path of a real file; NULL, and a line that says so, when it is not there. */
static const char *corpus(const char *name)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s/corpus/%s", pm_shared(), name);
    if (access(path, R_OK) == 0)
        return path;
    printf("%s is not there: skipped\n", path);
    return NULL;
}

#define GUID(n) "0000000" #n "-0000-4000-8000-0000000000ab"
#define PROJECT(members) "{\"assets\":[],\"project\":{\"name\":\"P\"," members "},\"version\":4}"
#define COMPONENTS(components) PROJECT("\"components\":[" components "],\"workflows\":[]")

/* -------------------------------------------------------------------------------------------------------- the forms */

static void test_forms(void **state)
{
    (void)state;
    static const char component[] = "{\"id\":\"" GUID(1) "\",\"type\":400,\"name\":\"S\"}";
    static const struct {
        const char *before, *after;
        enum jpk_cloud_form form;
    } forms[] = {
        {"{\"version\":4,\"project\":{\"components\":[", "]}}", JPK_CLOUD_EXPORT},
        {"{\"name\":\"P\",\"workflows\":[],\"components\":[", "]}", JPK_CLOUD_PROJECT},
        {"{\"about\":\"x\",\"components\":[", "]}", JPK_CLOUD_COMPONENTS},
        {" \n[", "]", JPK_CLOUD_COMPONENTS},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct buf text = {0};
        buf_printf(&text, "%s%s%s", forms[i].before, component, forms[i].after);
        struct jpk_cloud *cloud = load(text.data);
        assert_int_equal(cloud->form, forms[i].form);
        assert_int_equal(cloud->component_count, 1);
        assert_int_equal(cloud->components[0]->kind, JPK_CLOUD_SCRIPT);
        assert_int_equal(cloud->version, forms[i].form == JPK_CLOUD_EXPORT ? 4 : 0);
        jpk_cloud_free(cloud);
        buf_free(&text);
    }
}

static void test_what_is_none(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum jpk_code code;
        uint32_t line, column;
    } cases[] = {
        {"", JPK_ERR_JSON, 1, 1},
        {"{\"project\":{\n  \"name\": }", JPK_ERR_JSON, 2, 11},
        {"{}", JPK_ERR_NO_PROJECT, 1, 1},
        {"[]", JPK_ERR_NO_PROJECT, 1, 1},
        {"[1,2]", JPK_ERR_NO_PROJECT, 1, 1},
        {"{\"components\":[{\"name\":\"no component\"}]}", JPK_ERR_NO_PROJECT, 1, 1},
        {"{\"project\":\"a name\"}", JPK_ERR_NO_PROJECT, 1, 1},
        {"{\"project\":{\"name\":\"a\\u0000b\"}}", JPK_ERR_JSON, 1, 22},
        {"{\"project\":{\"name\":\"\xff\"}}", JPK_ERR_ENCODING, 1, 21},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jpk_error err = {0};
        assert_null(jpk_cloud_load(cases[i].text, strlen(cases[i].text), "x.json", NULL, &err));
        if (err.code != cases[i].code || err.line != cases[i].line || err.column != cases[i].column)
            fail_msg("%s: %s at %u:%u", cases[i].text, jpk_code_name(err.code), err.line, err.column);
        assert_string_equal(err.file, "x.json");
    }
    struct jpk_error err = {0};
    struct jpk_limits limits = jpk_limits_default();
    limits.entry_size = 10;
    assert_null(jpk_cloud_load("{\"project\":{}}", 14, NULL, &limits, &err));
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    err = (struct jpk_error){0};
    assert_null(jpk_cloud_load_file("/nonexistent/x.json", NULL, &err));
    assert_int_equal(err.code, JPK_ERR_READ);
    assert_true(jpk_cloud_looks_like(" \n{", 3) && jpk_cloud_looks_like("[", 1));
    assert_false(jpk_cloud_looks_like("PK", 2) || jpk_cloud_looks_like("  ", 2) || jpk_cloud_looks_like("", 0));
}

static void test_wrong_types_are_as_if_absent(void **state)
{
    (void)state;
    struct jpk_cloud *cloud =
        load(COMPONENTS("7,{\"id\":1,\"name\":\"O\",\"type\":200,\"steps\":{},\"outcomes\":[true],\"options\":null},"
                        "{\"id\":\"" GUID(2) "\",\"name\":\"S\",\"type\":400,\"scriptBody\":[],\"scriptType\":\"0\"}"));
    assert_int_equal(cloud->component_count, 2);
    assert_string_equal(cloud->components[0]->id, "");
    assert_int_equal(cloud->components[0]->as.operation->step_count, 0);
    assert_string_equal(cloud->components[1]->as.script->text, "");
    assert_false(cloud->components[1]->as.script->javascript);
    static const char *const expected[] = {"an object", "a string", "an array", "an object", "a number", "a string"};
    assert_int_equal(cloud->problem_count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(cloud->problems[i].expected, expected[i]);
    jpk_cloud_free(cloud);
}

/* ----------------------------------------------------------------------------------------------------- what is read */

static void test_operations_and_workflows(void **state)
{
    (void)state;
    struct jpk_cloud *cloud = load(PROJECT("\"workflows\":[{\"name\":\"W\",\"operations\":[{\"id\":\"" GUID(
        1) "\",\"type\":200}]},"
           "{\"name\":\"stale copies\",\"operations\":[{\"id\":\"" GUID(
               2) "\",\"type\":200,\"name\":\"an old name\","
                  "\"steps\":[{\"id\":\"" GUID(
                      9) "\",\"type\":700}]}]},{\"name\":\"empty\",\"operations\":\"\"}],"
                         "\"components\":[{\"id\":\"" GUID(
                             1) "\",\"name\":\"A\",\"type\":200,"
                                "\"steps\":[{\"id\":\"" GUID(3) "\",\"type\":400},{\"id\":\"" GUID(
                                    8) "\",\"type\":500}],"
                                       "\"outcomes\":[{\"outcomeType\":200,\"operationId\":\"0000000A-0000-4000-8000-"
                                       "0000000000AB\",\"id\":\"x\"}],"
                                       "\"options\":{\"timeoutValue\":2,\"logLevel\":\"Everything\",\"enableChunking\":"
                                       "false}},"
                                       "{\"id\":\"0000000a-0000-4000-8000-0000000000ab\",\"name\":\"F\",\"type\":200},"
                                       "{\"id\":\"" GUID(2) "\",\"name\":\"B\",\"type\":200},{\"id\":\"" GUID(
                                           3) "\",\"name\":\"S\",\"type\":400}]"));
    const struct jpk_cloud_operation *a = cloud->components[0]->as.operation;
    assert_int_equal(a->step_count, 2);
    assert_ptr_equal(a->steps[0].component, cloud->components[3]);
    assert_null(a->steps[1].component);
    assert_int_equal(a->steps[1].number, 500);
    assert_int_equal(a->outcome_count, 1);
    assert_int_equal(a->outcomes[0].when, JPK_CLOUD_ON_FAILURE);
    assert_ptr_equal(a->outcomes[0].operation.component, cloud->components[1]); /* in another letter case */
    assert_int_equal(a->option_count, 3);
    assert_string_equal(a->options[2].value, "false");
    assert_string_equal(a->workflow->name, "W");
    assert_int_equal(a->workflow_count, 1);
    assert_null(cloud->components[1]->as.operation->workflow);
    assert_string_equal(cloud->components[2]->as.operation->workflow->name, "stale copies");
    assert_int_equal(cloud->components[2]->as.operation->step_count, 0); /* the copy's steps do not count */
    assert_int_equal(cloud->workflow_count, 3);
    assert_int_equal(cloud->workflows[2].operation_count, 0);
    assert_int_equal(cloud->problem_count, 0);
    jpk_cloud_free(cloud);
}

#define ACTIVITY                                                                                                       \
    "{\"id\":\"" GUID(                                                                                                 \
        1) "\",\"name\":\"Read it\",\"type\":500,\"adapterId\":\"tempstorage\",\"polarity\":\"source\","               \
           "\"functionName\":\"tempstorage_read\",\"endpoint\":{\"id\":\"" GUID(                                       \
               2) "\",\"type\":600},\"properties\":["                                                                  \
                  "{\"name\":\"entityId\",\"hidden\":\"true\",\"defaultValue\":2},"                                    \
                  "{\"name\":\"page1\",\"type\":\"pagination\",\"children\":["                                         \
                  "{\"name\":\"config\",\"value\":{\"a\": [1, null]}},{\"name\":\"locator\",\"value\":\"[p]/raw\"},"   \
                  "{\"name\":\"g\",\"children\":[{\"name\":\"pw\",\"widgetHint\":\"password\",\"value\":null,"         \
                  "\"displayName\":\"P\"},"                                                                            \
                  "{\"name\":\"key\",\"secret\":\"true\",\"value\":1.50}]},{\"name\":\"wizard\",\"children\":[]}]}]}"
#define CONNECTION                                                                                                     \
    "{\"id\":\"" GUID(2) "\",\"name\":\"Temp\",\"type\":600,\"adapterId\":\"tempstorage\",\"endpointType\":1000}"

static void test_activities(void **state)
{
    (void)state;
    struct jpk_cloud *cloud = load(COMPONENTS(ACTIVITY "," CONNECTION));
    const struct jpk_cloud_component *component = cloud->components[0];
    const struct jpk_cloud_activity *activity = component->as.activity;
    assert_string_equal(component->reference, "activity:tempstorage/Temp/tempstorage_read/Read it");
    assert_string_equal(cloud->components[1]->reference, "endpoint:tempstorage/Temp");
    assert_ptr_equal(jpk_cloud_by_reference(cloud, component->reference), component);
    assert_ptr_equal(jpk_cloud_by_reference(cloud, "connection:tempstorage/Temp"), cloud->components[1]);
    assert_null(jpk_cloud_by_reference(cloud, "activity:tempstorage/Temp/tempstorage_write/Read it"));
    assert_ptr_equal(jpk_cloud_by_name(cloud, JPK_CLOUD_CONNECTION, "Temp"), cloud->components[1]);
    assert_null(jpk_cloud_by_name(cloud, JPK_CLOUD_SCRIPT, "Temp"));
    assert_ptr_equal(activity->connection.component, cloud->components[1]);
    static const struct {
        const char *path, *value, *default_value;
        bool secret, hidden;
    } expected[] = {
        {"entityId", NULL, "2", false, true},
        {"page1/config", "{\"a\":[1,null]}", NULL, false, false},
        {"page1/locator", "[p]/raw", NULL, false, false},
        {"page1/g/pw", NULL, NULL, true, false},
        {"page1/g/key", "1.50", NULL, true, false},
    };
    assert_int_equal(activity->property_count, 5);
    for (size_t i = 0; i < 5; i++) {
        const struct jpk_cloud_property *property = &activity->properties[i];
        assert_string_equal(property->path, expected[i].path);
        assert_string_equal(property->name,
                            strrchr(property->path, '/') ? strrchr(property->path, '/') + 1 : "entityId");
        assert_true((property->value == NULL) == (expected[i].value == NULL));
        if (property->value)
            assert_string_equal(property->value, expected[i].value);
        assert_true((property->default_value == NULL) == (expected[i].default_value == NULL));
        assert_int_equal(property->secret, expected[i].secret);
        assert_int_equal(property->hidden, expected[i].hidden);
    }
    assert_ptr_equal(jpk_cloud_property(component, "page1/locator"), &activity->properties[2]);
    assert_null(jpk_cloud_property(component, "locator"));
    assert_int_equal(cloud->use_count, 1);
    assert_string_equal(cloud->uses[0].spelled, "p");
    jpk_cloud_free(cloud);
}

/* Paths of properties would else take the square of the file. */
static void test_long_paths(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    struct buf text = {0};
    buf_puts(&text, "[{\"id\":\"1\",\"type\":600,\"properties\":[{\"name\":\"");
    for (int i = 0; i < 900; i++)
        buf_putc(&text, 'g');
    buf_puts(&text, "\",\"children\":[{\"name\":\"a\"}");
    for (int i = 1; i < COUNT; i++)
        buf_puts(&text, ",{\"name\":\"b\"}");
    buf_puts(&text, "]}]}]");
    struct jpk_cloud *cloud = load(text.data);
    const struct jpk_cloud_connection *connection = cloud->components[0]->as.connection;
    size_t room = 0;
    assert_int_equal(connection->property_count, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        room += strlen(connection->properties[i].path);
    assert_int_equal(strlen(connection->properties[0].path), 902);
    assert_string_equal(connection->properties[COUNT - 1].path, "b");
    assert_true(room < 9 * text.size);
    jpk_cloud_free(cloud);
    buf_free(&text);
}

/* ------------------------------------------------------------------------------------------------- names in scripts */

#define SCRIPT(n, name, body)                                                                                          \
    "{\"id\":\"" GUID(n) "\",\"name\":\"" name "\",\"type\":400,\"scriptType\":1,\"scriptBody\":\"" body "\"}"

static void test_references(void **state)
{
    (void)state;
    struct jpk_cloud *cloud = load(COMPONENTS(SCRIPT(
        3, "Caller",
        "<trans>\\n// see <TAG>script:Gone</TAG>\\n$a = "
        "ReadFile(\\\"<TAG>activity:tempstorage/Temp/tempstorage_read/"
        "Read it</TAG>\\\", 1);\\nRunScript('<TAG>script:Callee<TAG>');\\nf(1, "
        "\\\"<TAG>Scripts/Old/One</TAG>\\\");\\n"
        "RunPlugin(\\\"<TAG>plugin:http://example.com/p</TAG>\\\"); $x = "
        "\\\"<TAG>open\\\";\\n</trans>") "," SCRIPT(4, "Callee",
                                                    "<trans>1</trans>") ","
                                                                        "{\"id\":\"" GUID(5) "\",\"name\":\"M\","
                                                                                             "\"type\":1200,"
                                                                                             "\"message\":\"see "
                                                                                             "<TAG>operation:None</"
                                                                                             "TAG> [b{7}] "
                                                                                             "[a]\"}," ACTIVITY
                                                                                             "," CONNECTION));
    static const struct {
        enum jpk_cloud_reference_kind kind;
        const char *text, *to, *function;
        unsigned argument;
        bool in_comment;
    } expected[] = {
        {JPK_CLOUD_REF_SCRIPT, "script:Gone", NULL, NULL, 0, true},
        {JPK_CLOUD_REF_ACTIVITY, "activity:tempstorage/Temp/tempstorage_read/Read it", "Read it", "ReadFile", 0, false},
        {JPK_CLOUD_REF_SCRIPT, "script:Callee", "Callee", "RunScript", 0, false},
        {JPK_CLOUD_REF_DESIGN, "Scripts/Old/One", NULL, "f", 1, false},
        {JPK_CLOUD_REF_PLUGIN, "plugin:http://example.com/p", NULL, "RunPlugin", 0, false},
        {JPK_CLOUD_REF_OPERATION, "operation:None", NULL, NULL, 0, false},
    };
    assert_int_equal(cloud->reference_count, 6);
    for (size_t i = 0; i < 6; i++) {
        const struct jpk_cloud_reference *reference = &cloud->references[i];
        assert_int_equal(reference->kind, expected[i].kind);
        assert_string_equal(reference->text, expected[i].text);
        assert_true((reference->to == NULL) == (expected[i].to == NULL));
        if (reference->to)
            assert_string_equal(reference->to->name, expected[i].to);
        if (expected[i].function)
            assert_string_equal(reference->function, expected[i].function);
        else
            assert_null(reference->function);
        assert_int_equal(reference->argument, expected[i].argument);
        assert_int_equal(reference->in_comment, expected[i].in_comment);
        const char *text = jdoc_string(cloud->doc, reference->node) + reference->offset;
        assert_memory_equal(text, reference->text, strlen(reference->text));
    }
    size_t count;
    jpk_cloud_from(cloud, cloud->components[0], &count);
    assert_int_equal(count, 5);
    assert_ptr_equal(jpk_cloud_from(cloud, cloud->components[2], &count), &cloud->references[5]);
    assert_int_equal(count, 1);
    const struct jpk_cloud_reference *const *to = jpk_cloud_to(cloud, cloud->components[1], &count);
    assert_int_equal(count, 1);
    assert_ptr_equal(to[0], &cloud->references[2]);
    jpk_cloud_to(cloud, cloud->components[0], &count);
    assert_int_equal(count, 0);
    jpk_cloud_free(cloud);
}

static void test_variables(void **state)
{
    (void)state;
    struct jpk_cloud *cloud = load(COMPONENTS(SCRIPT(
        3, "S",
        "<trans>$Count = $Host + $jitterbit.x; // $later\\n</trans>") ","
                                                                      "{\"id\":\"" GUID(
                                                                          4) "\",\"name\":\"host\",\"type\":1000,"
                                                                             "\"defaultValue\":\"h\",\"hidevalue\":"
                                                                             "true},"
                                                                             "{\"id\":\"" GUID(
                                                                                 5) "\",\"name\":"
                                                                                    "\"Count\",\"type\":"
                                                                                    "1300,\"usages\":[{"
                                                                                    "\"id\":\"" GUID(
                                                                                        3) "\",\"type\":"
                                                                                           "400,"
                                                                                           "\"isWrite\":"
                                                                                           "true}]},"
                                                                                           "{\"id\":"
                                                                                           "\"" GUID(
                                                                                               6) "\","
                                                                                                  "\"name"
                                                                                                  "\":"
                                                                                                  "\"Test"
                                                                                                  "Var\","
                                                                                                  "\"type"
                                                                                                  "\":"
                                                                                                  "600,"
                                                                                                  "\"adap"
                                                                                                  "terId"
                                                                                                  "\":"
                                                                                                  "\"vari"
                                                                                                  "able\""
                                                                                                  ",\"pro"
                                                                                                  "pertie"
                                                                                                  "s\":["
                                                                                                  "{\"nam"
                                                                                                  "e\":"
                                                                                                  "\"vari"
                                                                                                  "able\""
                                                                                                  ",\"val"
                                                                                                  "ue\":"
                                                                                                  "\"Test"
                                                                                                  "Var\"}"
                                                                                                  "]},"
                                                                                                  "{\"id"
                                                                                                  "\":"
                                                                                                  "\"" GUID(
                                                                                                      7) "\",\"name\":"
                                                                                                         "\"Q\","
                                                                                                         "\"type\":500,"
                                                                                                         "\"properties"
                                                                                                         "\":[{"
                                                                                                         "\"name\":"
                                                                                                         "\"sql\","
                                                                                                         "\"value\":"
                                                                                                         "\"select [a "
                                                                                                         "b], [plain], "
                                                                                                         "[COUNT] from "
                                                                                                         "t\"},{"
                                                                                                         "\"name\":"
                                                                                                         "\"file\","
                                                                                                         "\"value\":\"["
                                                                                                         "plain]-[HOST{"
                                                                                                         "x}]\"}]}"));
    static const struct {
        const char *name;
        bool project, global, system, written;
        size_t uses;
    } expected[] = {
        {"host", true, false, false, false, 2},        {"Count", false, true, false, true, 2},
        {"jitterbit.x", false, false, true, false, 1}, {"later", false, false, false, false, 1},
        {"TestVar", false, false, false, true, 1},     {"plain", false, false, false, false, 1},
    };
    assert_int_equal(cloud->variable_count, 6);
    for (size_t i = 0; i < 6; i++) {
        const struct jpk_cloud_variable *variable = &cloud->variables[i];
        assert_string_equal(variable->name, expected[i].name);
        assert_int_equal(variable->project != NULL, expected[i].project);
        assert_int_equal(variable->global != NULL, expected[i].global);
        assert_int_equal(variable->system, expected[i].system);
        assert_int_equal(variable->written, expected[i].written);
        assert_int_equal(variable->use_count, expected[i].uses);
        for (size_t j = 0; j < variable->use_count; j++)
            assert_int_equal(variable->uses[j]->variable, i);
    }
    const struct jpk_cloud_use *last = &cloud->uses[cloud->use_count - 1];
    assert_string_equal(last->spelled, "HOST");
    assert_string_equal(last->default_value, "x");
    assert_int_equal(last->offset, 8);
    assert_ptr_equal(jpk_cloud_variable(cloud, "cOUNT"), &cloud->variables[1]);
    assert_null(jpk_cloud_variable(cloud, "none"));
    const struct jpk_cloud_global *global = cloud->components[2]->as.global;
    assert_int_equal(global->usage_count, 1);
    assert_true(global->usages[0].write && !global->usages[0].read);
    assert_ptr_equal(global->usages[0].component.component, cloud->components[0]);
    jpk_cloud_free(cloud);
}

/* -------------------------------------------------------------------------------------------------------- canonical */

static char *written(const struct jpk_cloud *cloud)
{
    struct jpk_error err = {0};
    size_t size = 0;
    char *text = jpk_cloud_write(cloud, &size, &err);
    assert_non_null(text);
    assert_int_equal(strlen(text), size);
    return text;
}

static void test_canonical_text(void **state)
{
    (void)state;
    struct jpk_cloud *cloud = load(
        "{\"version\":4.0,\"zeta\":{\"b\":1,\"a\":[]},\"project\":{\"workflows\":[],\"components\":[{\"type\":400,"
        "\"mine\":1e2,\"scriptBody\":\"a\\u000ab\\/\\\"\\u0001\\u00e9\",\"name\":\"S\",\"name\":\"T\",\"id\":\"1\","
        "\"globalVariables\":[{\"value\":\"\",\"name\":\"v\"}]}],\"type\":100}}");
    char *text = written(cloud);
    assert_string_equal(text, "{\n"
                              "  \"project\": {\n"
                              "    \"type\": 100,\n"
                              "    \"workflows\": [],\n"
                              "    \"components\": [\n"
                              "      {\n"
                              "        \"name\": \"T\",\n"
                              "        \"scriptBody\": \"a\\nb/\\\"\\u0001é\",\n"
                              "        \"globalVariables\": [\n"
                              "          {\n"
                              "            \"name\": \"v\",\n"
                              "            \"value\": \"\"\n"
                              "          }\n"
                              "        ],\n"
                              "        \"type\": 400,\n"
                              "        \"id\": \"1\",\n"
                              "        \"mine\": 1e2\n"
                              "      }\n"
                              "    ]\n"
                              "  },\n"
                              "  \"version\": 4.0,\n"
                              "  \"zeta\": {\n"
                              "    \"b\": 1,\n"
                              "    \"a\": []\n"
                              "  }\n"
                              "}\n");
    free(text);
    jpk_cloud_free(cloud);
}

/* Written and read again it is the same; written once more, the same bytes. */
static void round_trip(const char *path, bool is_canonical)
{
    struct jpk_cloud *cloud = load_file(path);
    char *once = written(cloud);
    struct jpk_cloud *again = load(once);
    char *twice = written(again);
    assert_true(jdoc_equal(cloud->doc, 0, again->doc, 0));
    assert_string_equal(once, twice);
    if (is_canonical) {
        assert_int_equal(strlen(once), cloud->size);
        assert_memory_equal(once, cloud->text, cloud->size);
    }
    free(once);
    free(twice);
    jpk_cloud_free(again);
    jpk_cloud_free(cloud);
}

static void test_round_trips(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++)
        round_trip(samples[i], true);
    const char *path = corpus("cloud-studio-export.json");
    if (path)
        round_trip(path, false);
    path = corpus("cloud-studio-components.json");
    if (path)
        round_trip(path, false);
}

/* --------------------------------------------------------------------------------------------- components are built */

/* Takes what the template cannot know out of a real component: values, counters, schemas that were found. */
static void strip(json_t *value)
{
    size_t index;
    json_t *child;
    json_object_del(value, "value");
    json_array_foreach(json_object_get(value, "children"), index, child) strip(child);
}

static void compare_with_template(json_t *real)
{
    const char *adapter = json_string_value(json_object_get(real, "adapterId"));
    const char *function = json_string_value(json_object_get(real, "functionName"));
    const char *name = json_string_value(json_object_get(real, "name"));
    const char *id = json_string_value(json_object_get(real, "id"));
    const char *connection = json_string_value(json_object_get(json_object_get(real, "endpoint"), "id"));
    assert_true(cloud_tree_known(adapter, function));
    json_t *own = function ? cloud_new_activity(adapter, function, name, id, connection)
                           : cloud_new_connection(adapter, name, id);
    size_t index;
    json_t *child;
    json_array_foreach(json_object_get(real, "properties"), index, child) strip(child);
    json_object_set_new(real, "checksum", json_string("1"));
    if (!json_object_get(real, "validationState")) /* one real connection lacks it */
        json_object_set_new(real, "validationState", json_integer(100));
    if (!json_equal(real, own)) {
        char *a = json_dumps(real, JSON_SORT_KEYS | JSON_INDENT(1)),
             *b = json_dumps(own, JSON_SORT_KEYS | JSON_INDENT(1));
        for (size_t at = 0; a && b; at++)
            if (a[at] != b[at])
                fail_msg("%s: real ...%.80s\nown ...%.80s", name, a + (at > 40 ? at - 40 : 0),
                         b + (at > 40 ? at - 40 : 0));
    }
    json_decref(own);
}

static void test_templates_are_those_of_real_components(void **state)
{
    (void)state;
    static const char *const files[] = {"cloud-studio-export.json", "cloud-studio-components.json"};
    for (size_t i = 0; i < 2; i++) {
        const char *path = corpus(files[i]);
        json_t *file = path ? json_load_file(path, 0, NULL) : NULL, *component;
        json_t *project = json_object_get(file, "project");
        size_t index;
        json_array_foreach(json_object_get(project ? project : file, "components"), index,
                           component) if (json_object_get(component, "adapterId")) compare_with_template(component);
        json_decref(file);
    }
}

static void test_new_components_have_the_fields_of_real_ones(void **state)
{
    (void)state;
    static const char *const files[] = {"cloud-studio-export.json", "cloud-studio-components.json"};
    for (size_t i = 0; i < 2; i++) {
        const char *path = corpus(files[i]);
        json_t *file = path ? json_load_file(path, 0, NULL) : NULL, *component, *value;
        json_t *project = json_object_get(file, "project");
        size_t index;
        json_array_foreach(json_object_get(project ? project : file, "components"), index, component)
        {
            enum jpk_cloud_kind kind = jpk_cloud_kind_of(json_integer_value(json_object_get(component, "type")));
            json_t *own = cloud_new_component(kind, "N", "I");
            const char *key;
            json_object_foreach(own, key, value)
            {
                const json_t *there = json_object_get(component, key);
                if (!there && strcmp(key, "validationState") != 0)
                    fail_msg("a real %s has no %s", jpk_cloud_kind_info(kind)->name, key);
            }
            json_decref(own);
        }
        json_decref(file);
    }
}

static void test_streams(void **state)
{
    (void)state;
    static const char *const broken[] = {"eNq", "eN=z", "eNqz====", "e*qz", "AAAA", "eNqzqbBT"};
    struct jpk_limits limits = jpk_limits_default();
    struct jpk_error err = {0};
    for (size_t size = 0; size < 300; size += size < 8 ? 1 : 37) {
        struct buf packed = {0}, data = {0}, again = {0};
        for (size_t i = 0; i < size; i++)
            buf_putc(&data, (char)(i * 37 % 251));
        assert_true(packed_encode(buf_text(&data), size, &packed, &err));
        assert_true(strncmp(packed.data, "eN", 2) == 0); /* zlib's header at level 9 */
        assert_true(packed_decode(packed.data, packed.size, &limits, &again, &err));
        assert_int_equal(again.size, size);
        assert_memory_equal(buf_text(&again), buf_text(&data), size);
        buf_free(&packed);
        buf_free(&data);
        buf_free(&again);
    }
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct buf out = {0};
        err = (struct jpk_error){0};
        assert_false(packed_decode(broken[i], strlen(broken[i]), &limits, &out, &err));
        assert_int_equal(err.code, i < 4 ? JPK_ERR_FORMAT : JPK_ERR_CHECKSUM);
        assert_int_equal(out.size, 0);
        buf_free(&out);
    }
    /* what grows too much is not unpacked to its end */
    struct buf bomb = {0}, packed = {0}, out = {0};
    char *zeros = buf_reserve(&bomb, 4 << 20);
    memset(zeros, 0, 4 << 20);
    assert_true(packed_encode(zeros, 4 << 20, &packed, NULL));
    err = (struct jpk_error){0};
    assert_false(packed_decode(packed.data, packed.size, &limits, &out, &err));
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    buf_free(&bomb);
    buf_free(&packed);
    buf_free(&out);
}

static void test_build_and_read(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    struct buf text = {0};
    json_t *project = cloud_new_project("Made", GUID(1)), *list = json_object_get(project, "components");
    json_t *activity = cloud_new_activity("tempstorage", "tempstorage_read", "Read", GUID(2), GUID(3));
    json_t *script = cloud_new_component(JPK_CLOUD_SCRIPT, "S", GUID(4));
    json_t *unknown = cloud_new_activity("pigeon", "fly", "Fly", GUID(5), GUID(3));
    assert_true(cloud_set(activity, "page1/locator", json_string("in")));
    assert_true(
        cloud_set(activity, "page1/tempstorageread-advanced-options/after_processing/delete_file", json_true()));
    assert_false(cloud_set(activity, "page1/nothing", json_string("x")));
    assert_false(cloud_set(activity, "page1/locator/x", json_string("x")));
    assert_false(cloud_set(unknown, "a", json_string("x")));
    assert_false(cloud_tree_known("pigeon", "fly"));
    assert_true(cloud_set_script(script, "<trans>\n$a = 'x//y'; // note\n/* more\n*/$b = 1;\n</trans>", false));
    json_array_append_new(list, activity);
    json_array_append_new(list, script);
    json_array_append_new(list, unknown);
    json_t *export_ = cloud_new_export(project);
    assert_true(cloud_write_new(export_, &text, &err));
    struct jpk_cloud *cloud = load(text.data);
    assert_string_equal(cloud->name, "Made");
    assert_int_equal(cloud->problem_count, 0);
    assert_string_equal(jpk_cloud_property(cloud->components[0], "page1/locator")->value, "in");
    assert_string_equal(cloud->components[1]->as.script->cleansed, "<trans>\n$a = 'x//y'; \n\n$b = 1;\n</trans>");
    assert_int_equal(cloud->components[2]->as.activity->property_count, 0);
    char *again = written(cloud); /* what is built is written as what is read */
    assert_string_equal(again, text.data);
    free(again);
    jpk_cloud_free(cloud);
    json_decref(export_);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_what_is_none),
        cmocka_unit_test(test_wrong_types_are_as_if_absent),
        cmocka_unit_test(test_operations_and_workflows),
        cmocka_unit_test(test_activities),
        cmocka_unit_test(test_long_paths),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_canonical_text),
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_templates_are_those_of_real_components),
        cmocka_unit_test(test_new_components_have_the_fields_of_real_ones),
        cmocka_unit_test(test_streams),
        cmocka_unit_test(test_build_and_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
