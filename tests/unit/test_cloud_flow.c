/* The flow of exports of Cloud Studio: the same links as in projects of Design Studio, whatever the file holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/file.h"
#include "jpk/cloud.h"
#include "jpk/flow.h"
#include "tests/unit/cloudmaker.h"

#define TAG(text) "<TAG>" text "</TAG>"
#define CALL(function, text) function "(\\\"" TAG(text) "\\\");"
#define OUTCOME(n, when) "{\"outcomeType\":" #when ",\"operationId\":\"" GUID(n) "\"}"
#define WITH(n, name, steps, outcomes) PART(n, 200, name, ",\"steps\":[" steps "],\"outcomes\":[" outcomes "]")
#define EMAIL(n, name) PART(n, 1200, name, ",\"message\":\"[limit]\"")

static struct jpk_cloud *load(const char *text)
{
    struct jpk_error err = {0};
    struct jpk_cloud *cloud = jpk_cloud_load(text, strlen(text), "x.json", NULL, &err);
    if (!cloud)
        fail_msg("%u:%u: %s", err.line, err.column, err.message);
    return cloud;
}

static struct jpk_flow *build(const struct jpk_cloud *cloud, struct jpk_flow_options options)
{
    struct jpk_error err = {0};
    struct jpk_flow *flow = jpk_flow_build_cloud(cloud, &options, &err);
    if (!flow)
        fail_msg("%s", err.message);
    return flow;
}

static void put_nodes(const struct jpk_flow *flow, struct buf *out)
{
    for (size_t i = 0; i < flow->node_count; i++) {
        const struct jpk_flow_node *node = &flow->nodes[i];
        buf_printf(out, "%s %s (%s)%s", jpk_flow_node_name(node->kind), node->name, node->words,
                   node->started ? " started" : "");
        for (size_t k = 0; k < node->step_count; k++)
            buf_printf(out, "%s%s %s", k ? ", " : ": ", node->steps[k].role,
                       node->steps[k].node == SIZE_MAX ? "-" : flow->nodes[node->steps[k].node].name);
        buf_putc(out, '\n');
    }
}

static void put_edges(const struct jpk_flow *flow, struct buf *out)
{
    for (size_t i = 0; i < flow->edge_count; i++) {
        const struct jpk_flow_edge *edge = &flow->edges[i];
        buf_printf(out, "%s %s> %s%s%s\n", flow->nodes[edge->from].name, jpk_flow_edge_name(edge->kind),
                   flow->nodes[edge->to].name, *edge->label ? " : " : "", edge->label);
    }
}

/* `nodes` may be NULL. */
static void expect(const struct jpk_cloud *cloud, struct jpk_flow_options options, const char *nodes, const char *edges)
{
    struct jpk_flow *flow = build(cloud, options);
    struct buf out = {0};
    if (nodes) {
        put_nodes(flow, &out);
        assert_string_equal(buf_text(&out), nodes);
        buf_clear(&out);
    }
    put_edges(flow, &out);
    assert_string_equal(buf_text(&out), edges);
    buf_free(&out);
    jpk_flow_free(flow);
}

static void expect_around(const struct jpk_cloud *cloud, const char *item, unsigned depth, const char *edges)
{
    struct jpk_error err = {0};
    const struct jpk_cloud_component *around = jpk_cloud_select(cloud, item, NULL, &err);
    if (!around)
        fail_msg("%s", err.message);
    expect(cloud, (struct jpk_flow_options){.scope = JPK_FLOW_AROUND, .around_component = around, .depth = depth}, NULL,
           edges);
}

/* ------------------------------------------------------------------------------------------------------- a project */

/*
 * Main runs Start, whose script Helper starts Move; Move goes on to Done, to Alarm when it fails, and to Gone after an
 * outcome that nobody knows; it has a step that is missing and one that names nothing. Nothing runs Unused.
 */
static const char small[] =
    PROJECT(
        WORKFLOW(LINK(1, 200)),
        WITH(1, "Main", LINK(5, 400), "") "," WITH(
            2, "Move", LINK(7, 500) "," LINK(8, 700) "," LINK(0, 500) ",{\"type\":400}",
            OUTCOME(3, 100) "," OUTCOME(4, 200) "," OUTCOME(f, 300)) "," WITH(3, "Done", "", "") "," WITH(4,
                                                                                                          "Alarm", LINK(8, 700) "," LINK(b, 500), "") "," SCRIPT(5,
                                                                                                                                                                 "Start", "// RunOperation(\\\"" TAG("operation:Done") "\\\");\\n" CALL("RunScript", "script:Helper") CALL("ReadFile", "activity:tempstorage/Temp/f/Input") CALL("RunPlugin", "plugin:urn:x")) "," SCRIPT(6,
                                                                                                                                                                                                                                                                                                                                                                          "Helper",
                                                                                                                                                                                                                                                                                                                                                                          CALL(
                                                                                                                                                                                                                                                                                                                                                                              "RunOperation",
                                                                                                                                                                                                                                                                                                                                                                              "operation:Move") CALL("RunOperation",
                                                                                                                                                                                                                                                                                                                                                                                                     "operation:Nowhere")
                                                                                                                                                                                                                                                                                                                                                                              CALL("RunOperation", "operation:nowhere")) "," ACTIVITY(7,
                                                                                                                                                                                                                                                                                                                                                                                                                                      "Input", "source", "") "," PART(8,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                      700,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "Map",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                      ",\"mappingRules\":[{\"targetPath\":\"a\",\"transformScript\":"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "\"<trans>" CALL("SendEmailMessage",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       "email:Mail") "</trans>\"}"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "]") "," STORAGE
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "," EMAIL(a, "Mail") "," PART(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              b,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              500,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "Ask",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"adapterId\":\"netsuite\",\"functionName\":\"upsert\",\"polarity\""
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ":\"neutral\",\"endpoint\":" LINK(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  c,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  600)) "," PART(c,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 600, "NetSuite", ",\"adapterId\":\"netsuite\"") "," SCRIPT(d,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            "Unused", "$limit = 1;" CALL("RunOperation", "operation:Done")) "," PART(e,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     1000,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "limit",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     ",\"defaultValue\":\"1\""),
        ",\"name\":\"P\",\"id\":\"p\"");

static void test_project(void **state)
{
    (void)state;
    struct jpk_cloud *cloud = load(small);
    expect(cloud, (struct jpk_flow_options){.scope = JPK_FLOW_PROJECT},
           "item Main (1 script): Script Start\n"
           "item Move (temporary storage) started: Source Input, Transformation Map, Activity " GUID(
               0) ", Script -\n"
                  "item Done (no steps) started\n"
                  "item Alarm (NetSuite upsert) started: Transformation Map, Activity Ask\n"
                  "item Start (Script)\n"
                  "item Helper (Script)\n"
                  "item Input (Source: temporary storage)\n"
                  "item Map (Transformation)\n"
                  "item Mail (E-mail notification)\n"
                  "item Ask (NetSuite upsert)\n"
                  "item NetSuite (Connection: NetSuite)\n"
                  "missing " GUID(0) " (missing)\n"
                                     "missing " GUID(f) " (missing)\n"
                                                        "missing operation:Nowhere (missing)\n"
                                                        "missing operation:nowhere (missing)\n",
           "Main step> Start : Script\n"
           "Move success> Done : on success\n"
           "Move failure> Alarm : on failure\n"
           "Move step> Input : Source\n"
           "Move step> Map : Transformation\n"
           "Move step> " GUID(0) " : Activity\n"
                                 "Move runs> " GUID(f) " : on another outcome\n"
                                                       "Alarm step> Map : Transformation\n"
                                                       "Alarm step> Ask : Activity\n"
                                                       "Start calls> Helper : RunScript\n"
                                                       "Start uses> Input : ReadFile\n"
                                                       "Helper runs> Move : RunOperation\n"
                                                       "Helper runs> operation:Nowhere : RunOperation\n"
                                                       "Helper runs> operation:nowhere : RunOperation\n"
                                                       "Map message> Mail : SendEmailMessage\n"
                                                       "Ask endpoint> NetSuite\n");
    struct jpk_flow *flow = build(cloud, (struct jpk_flow_options){.scope = JPK_FLOW_PROJECT});
    assert_int_equal(flow->unreached, 1); /* Unused; neither the variable nor the storage that all share */
    assert_int_equal(flow->around, SIZE_MAX);
    assert_string_equal(flow->name, "P");
    assert_string_equal(flow->id, "p");
    for (size_t i = 0; i < flow->edge_count; i++)
        assert_int_equal(flow->edges[i].state,
                         flow->nodes[flow->edges[i].to].kind == JPK_FLOW_MISSING ? JPK_REF_DANGLING : JPK_REF_RESOLVED);
    for (size_t i = 0; i < flow->node_count; i++) {
        const struct jpk_flow_node *node = &flow->nodes[i];
        assert_int_equal(node->kind == JPK_FLOW_ITEM, node->component != NULL);
        assert_int_equal(node->kind == JPK_FLOW_ITEM, node->path && node->type_name);
    }
    assert_string_equal(flow->nodes[0].path, "operation/W/Main");
    assert_string_equal(flow->nodes[1].path, "operation/Move");
    assert_string_equal(flow->nodes[1].steps[1].tag, "transformation");
    jpk_flow_free(flow);
    jpk_cloud_free(cloud);
}

static void test_operations(void **state)
{
    (void)state;
    struct jpk_cloud *cloud = load(small);
    expect(cloud, (struct jpk_flow_options){.scope = JPK_FLOW_OPERATIONS}, NULL,
           "Main runs> Move : Helper\n"
           "Main runs> operation:Nowhere : Helper\n"
           "Main runs> operation:nowhere : Helper\n"
           "Move success> Done : on success\n"
           "Move failure> Alarm : on failure\n"
           "Move runs> " GUID(f) " : on another outcome\n");
    /* Two operations run the transformation that sends an e-mail. */
    expect(cloud, (struct jpk_flow_options){.scope = JPK_FLOW_OPERATIONS, .messages = true}, NULL,
           "Main runs> Move : Helper\n"
           "Main runs> operation:Nowhere : Helper\n"
           "Main runs> operation:nowhere : Helper\n"
           "Move success> Done : on success\n"
           "Move failure> Alarm : on failure\n"
           "Move step> Map : Transformation\n"
           "Move runs> " GUID(f) " : on another outcome\n"
                                 "Alarm step> Map : Transformation\n"
                                 "Map message> Mail : SendEmailMessage\n");
    jpk_cloud_free(cloud);
}

static void test_around(void **state)
{
    (void)state;
    struct jpk_cloud *cloud = load(small);
    expect_around(cloud, "NetSuite", 1, "Ask endpoint> NetSuite\n");
    expect_around(cloud, "NetSuite", 2,
                  "Alarm step> Ask : Activity\n"
                  "Ask endpoint> NetSuite\n");
    /* What no operation reaches, and what other pictures leave out. */
    expect_around(cloud, "Unused", 1, "Unused runs> Done : RunOperation\n");
    expect_around(cloud, "Temp", 1, "Input endpoint> Temp\n");
    expect_around(cloud, "limit", 1,
                  "Mail uses> limit : reads\n"
                  "Unused uses> limit : sets\n");
    struct jpk_error err = {0};
    assert_null(jpk_flow_build_cloud(cloud, &(struct jpk_flow_options){.scope = JPK_FLOW_AROUND, .depth = 1}, &err));
    assert_int_equal(err.code, JPK_ERR_USAGE);
    jpk_cloud_free(cloud);
}

static void test_structures(void **state)
{
    (void)state;
    struct jpk_cloud *cloud = load(PROJECT(
        WORKFLOW(LINK(1, 200)),
        OPERATION(1, LINK(2, 500) "," LINK(3, 700) "," LINK(4, 700)) "," ACTIVITY(2, "Read", "source", "") "," PART(
            3, 700, "Map",
            ",\"source\":{\"name\":\"In\",\"origin\":{\"id\":\"" GUID(
                2) "\"}},\"target\":{\"name\":\"Own\",\"id\":\"" GUID(5) "\"}") "," PART(4, 700, "Old",
                                                                                         ",\"source\":{\"name\":\"No\","
                                                                                         "\"origin\":{\"id\":\"" GUID(7) "\"}},\"target\":{\"name\":\"No\",\"id\":\"" GUID(
                                                                                             8) "\"}") "," PART(5, 900,
                                                                                                                "Own",
                                                                                                                ",\"for"
                                                                                                                "mat\":"
                                                                                                                "\"csv"
                                                                                                                "\"") "," PART(6,
                                                                                                                               900,
                                                                                                                               "In",
                                                                                                                               ",\"format\":\"xsd\",\"origin\":{\"id\":\"" GUID(
                                                                                                                                   2) "\"}"),
        ""));
    static const char steps[] = "O1 step> Read : Source\n"
                                "O1 step> Map : Transformation\n"
                                "O1 step> Old : Transformation\n";
    expect(cloud, (struct jpk_flow_options){.scope = JPK_FLOW_PROJECT}, NULL,
           "O1 step> Read : Source\n"
           "O1 step> Map : Transformation\n"
           "O1 step> Old : Transformation\n"
           "Read endpoint> " GUID(9) "\n");
    struct jpk_flow *flow = build(cloud, (struct jpk_flow_options){.scope = JPK_FLOW_PROJECT, .structures = true});
    struct buf out = {0};
    put_edges(flow, &out);
    assert_int_equal(strncmp(buf_text(&out), steps, sizeof steps - 1), 0);
    assert_string_equal(buf_text(&out) + sizeof steps - 1,
                        "Read structure> In\n"
                        "Read endpoint> " GUID(9) "\n"
                                                  "Map structure> Own\n"
                                                  "Map structure> In\n"
                                                  "Old structure> " GUID(7) "\n"
                                                                            "Old structure> " GUID(8) "\n");
    buf_free(&out);
    jpk_flow_free(flow);
    expect_around(cloud, "Own", 1, "Map structure> Own\n");
    jpk_cloud_free(cloud);
}

/* Ids of nodes are unique even when those of components are not. */
static void test_ids(void **state)
{
    (void)state;
    struct jpk_cloud *cloud = load(
        PROJECT("", WITH(1, "A", "", "") "," WITH(1, "B", "", "") ",{\"type\":200,\"name\":\"C\",\"steps\":[]}", ""));
    struct jpk_flow *flow = build(cloud, (struct jpk_flow_options){.scope = JPK_FLOW_PROJECT});
    assert_int_equal(flow->node_count, 3);
    assert_string_equal(flow->nodes[0].id, GUID(1));
    assert_string_equal(flow->nodes[1].id, "/project/components/1");
    assert_string_equal(flow->nodes[2].id, "/project/components/2");
    jpk_flow_free(flow);
    jpk_cloud_free(cloud);
}

/* ----------------------------------------------------------------------------------------------------------- words */

#define ANY(type, more) "[{\"id\":\"a\",\"name\":\"N\",\"type\":" #type more "}]"
#define OF(adapter, function, more) ANY(500, ",\"adapterId\":\"" adapter "\",\"functionName\":\"" function "\"" more)
#define SOQL(query)                                                                                                    \
    OF("salesforce", "query", ",\"properties\":[{\"name\":\"query-string\",\"value\":{\"soql\":\"" query "\"}}]")

static void test_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum jpk_flow_class item_class;
        const char *words;
    } cases[] = {
        {OF("http", "http_post", ",\"polarity\":\"target\""), JPK_FLOW_CLASS_STORAGE, "Target: HTTP"},
        {OF("database", "database_query", ",\"polarity\":\"source\""), JPK_FLOW_CLASS_STORAGE, "Source: database"},
        {OF("fileshare", "f", ""), JPK_FLOW_CLASS_STORAGE, "file share"},
        {OF("dropbox", "f", ",\"discoveryType\":\"FileBasedDiscovery\""), JPK_FLOW_CLASS_STORAGE, "dropbox"},
        {OF("dropbox", "upload", ""), JPK_FLOW_CLASS_FUNCTION, "dropbox upload"},
        {ANY(500, ""), JPK_FLOW_CLASS_FUNCTION, "unknown connector"},
        {SOQL("SELECT Id, (SELECT Id FROM Contacts) FROM Account WHERE a = 1"), JPK_FLOW_CLASS_FUNCTION,
         "Salesforce query Account"},
        {SOQL("SELECT"), JPK_FLOW_CLASS_FUNCTION, "Salesforce query"},
        {SOQL(")) FROM ("), JPK_FLOW_CLASS_FUNCTION, "Salesforce query"},
        {OF("salesforce", "query", ",\"properties\":[{\"name\":\"query-string\",\"value\":\"soql\"}]"),
         JPK_FLOW_CLASS_FUNCTION, "Salesforce query"},
        {OF("netsuite", "upsert", ",\"properties\":[{\"name\":\"list-object\",\"value\":{\"N\":\"Customer\"}}]"),
         JPK_FLOW_CLASS_FUNCTION, "NetSuite upsert Customer"},
        {OF("netsuite", "upsert", ",\"properties\":[{\"name\":\"list-object\",\"value\":{\"N\":1}}]"),
         JPK_FLOW_CLASS_FUNCTION, "NetSuite upsert"},
        {ANY(600, ",\"adapterId\":\"variable\""), JPK_FLOW_CLASS_CONNECTOR, "Connection: variable"},
        {ANY(400, ",\"scriptType\":0"), JPK_FLOW_CLASS_SCRIPT, "JavaScript"},
        {ANY(900, ",\"format\":\"json\""), JPK_FLOW_CLASS_FORMAT, "Schema: json"},
        {ANY(900, ""), JPK_FLOW_CLASS_FORMAT, "Schema"},
        {ANY(1000, ""), JPK_FLOW_CLASS_OTHER, "Project variable"},
        {ANY(1400, ""), JPK_FLOW_CLASS_OTHER, "Component of type 1400"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jpk_cloud *cloud = load(cases[i].text);
        struct jpk_flow *flow = build(
            cloud,
            (struct jpk_flow_options){.scope = JPK_FLOW_AROUND, .around_component = cloud->components[0], .depth = 1});
        assert_int_equal(flow->node_count, 1);
        assert_int_equal(flow->around, 0);
        assert_string_equal(flow->nodes[0].words, cases[i].words);
        assert_int_equal(flow->nodes[0].item_class, cases[i].item_class);
        jpk_flow_free(flow);
        jpk_cloud_free(cloud);
    }
}

/* ------------------------------------------------------------------------------------------- whatever a file holds */

static void check_flow(const struct jpk_flow *flow)
{
    for (size_t i = 0; i < flow->edge_count; i++)
        assert_true(flow->edges[i].from < flow->node_count && flow->edges[i].to < flow->node_count);
    for (size_t i = 0; i < flow->node_count; i++)
        for (size_t k = 0; k < flow->nodes[i].step_count; k++)
            assert_true(flow->nodes[i].steps[k].node == SIZE_MAX || flow->nodes[i].steps[k].node < flow->node_count);
    assert_true(flow->around == SIZE_MAX || flow->around < flow->node_count);
}

/* The pictures of one scope. Returns how many bytes they have. */
static size_t draw(const struct jpk_cloud *cloud, struct jpk_flow_options options)
{
    struct jpk_error err = {0};
    size_t dot_size, mermaid_size;
    struct jpk_flow *flow = build(cloud, options);
    check_flow(flow);
    char *dot = jpk_flow_dot(flow, true, &dot_size, &err), *mermaid = jpk_flow_mermaid(flow, &mermaid_size, &err);
    assert_non_null(dot);
    assert_non_null(mermaid);
    free(dot);
    free(mermaid);
    jpk_flow_free(flow);
    return dot_size + mermaid_size;
}

static size_t draw_all(const struct jpk_cloud *cloud)
{
    size_t size = draw(cloud, (struct jpk_flow_options){.scope = JPK_FLOW_PROJECT, .structures = true}) +
                  draw(cloud, (struct jpk_flow_options){.scope = JPK_FLOW_OPERATIONS, .messages = true});
    for (size_t i = 0; i < cloud->component_count; i += 1 + cloud->component_count / 8)
        draw(cloud, (struct jpk_flow_options){.scope = JPK_FLOW_AROUND,
                                              .around_component = cloud->components[i],
                                              .depth = 1 + (unsigned)(i % 3)});
    return size;
}

static void test_mutations(void **state)
{
    (void)state;
    struct buf text = {0};
    unsigned seed = 20260106, drawn = 0;
    struct jpk_error err = {0};
    assert_true(file_read("samples/cloud/contacts.json", UINT64_MAX, "", &text, &err));
    for (int round = 0; round < 400; round++) {
        struct buf copy = {0};
        struct jpk_error ignored = {0};
        cloud_mutate(&text, round % 2 == 1, &seed, &copy);
        struct jpk_cloud *cloud = jpk_cloud_load(copy.data, copy.size, NULL, NULL, &ignored);
        if (cloud) {
            draw_all(cloud);
            drawn++;
        }
        jpk_cloud_free(cloud);
        buf_free(&copy);
    }
    assert_true(drawn > 200);
    buf_free(&text);
}

static double seconds_since(const struct timespec *begin)
{
    struct timespec end;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    return (double)(end.tv_sec - begin->tv_sec) + (double)(end.tv_nsec - begin->tv_nsec) / 1e9;
}

/* Scripts that run each other and all operations, and names as long as the rest: all of it is repeated nowhere. */
static double seconds_of(size_t count, size_t *size)
{
    struct buf text = {0}, name = {0};
    struct timespec begin;
    for (size_t i = 0; i < count * 16; i++)
        buf_putc(&name, 'n');
    buf_printf(&text, "{\"project\":{\"workflows\":[{\"name\":\"%s\",\"operations\":[{\"id\":\"o0\"}", name.data);
    for (size_t i = 1; i < count; i++)
        buf_printf(&text, ",{\"id\":\"o%zu\"}", i);
    buf_printf(&text,
               "]}],\"components\":[{\"id\":\"a\",\"type\":500,\"name\":\"%s\",\"adapterId\":\"x%s\","
               "\"functionName\":\"%s\",\"properties\":[{\"name\":\"list-object\",\"value\":{\"N\":\"%s\"}}]}",
               name.data, name.data, name.data, name.data);
    for (size_t which = 0; which < 2; which++) {
        buf_printf(&text, ",{\"id\":\"s%zu\",\"type\":400,\"name\":\"%s%zu\",\"scriptBody\":\"<trans>", which,
                   name.data, which);
        for (size_t i = 0; i < count; i++)
            buf_printf(&text, CALL("RunOperation", "operation:O%zu"), i);
        buf_puts(&text, "</trans>\"}");
    }
    for (size_t i = 0; i < count; i++)
        buf_printf(&text,
                   ",{\"id\":\"o%zu\",\"type\":200,\"name\":\"O%zu\",\"steps\":[{\"id\":\"a\"},{\"id\":\"a\"},{\"id\":"
                   "\"s%d\"}]}",
                   i, i, i == 0);
    buf_puts(&text, "]}}");
    struct jpk_cloud *cloud = load(text.data);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    *size = draw_all(cloud);
    double seconds = seconds_since(&begin);
    jpk_cloud_free(cloud);
    buf_free(&text);
    buf_free(&name);
    return seconds;
}

static void test_linear(void **state)
{
    (void)state;
    size_t small_size, large_size;
    double few = seconds_of(1000, &small_size), many = seconds_of(4000, &large_size);
    print_message("1,000 operations: %.3f s, 4,000: %.3f s\n", few, many);
    assert_true(large_size < 6 * small_size);
    assert_true(many < 12 * few + 0.2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_project),    cmocka_unit_test(test_operations), cmocka_unit_test(test_around),
        cmocka_unit_test(test_structures), cmocka_unit_test(test_ids),        cmocka_unit_test(test_words),
        cmocka_unit_test(test_mutations),  cmocka_unit_test(test_linear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
