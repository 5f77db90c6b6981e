/* What operations of Design Studio become, what runs after them, and what is left behind and said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/convertmaker.h"

#define STORAGE LOCATION("TemporaryStorage", ITEM("file_name", "x.csv"))
#define FLAT_DOCUMENT                                                                                                  \
    PROPERTIES(ITEM("format_type_id", "2"))                                                                            \
    "<Delimiter value=\",\"/><Structure><Properties><Item key=\"fixedField\" value=\"0\"/></Properties>"               \
    "<Segment name=\"\" segmentId=\"0\" parent=\"_Root\" occurenceType=\"Only Once\"><Fields><Field name=\"a\" "       \
    "type=\"String\" fieldId=\"1\" required=\"0\" default=\"\" format=\"\" fixWidth=\"false\"/></Fields></Segment>"    \
    "</Structure>\n"
#define MAPPINGS                                                                                                       \
    "<Mappings><Mapping><konga.string name=\"expr\">[]\t[]</konga.string></Mapping><Mapping><konga.string "            \
    "name=\"expr\">a\t&lt;trans&gt;\na\n&lt;/trans&gt;</konga.string></Mapping></Mappings><InvalidMappings/>"          \
    "<RenamedNodes/>\n"
#define FLAT_TARGET(document)                                                                                          \
    ITEM("natureoftarget", "Flat") ITEM("target_type_id", "1") ITEM("target_text_doc", document)
/* From one file format to the same. */
#define FLAT_TRANSFORMATION(document)                                                                                  \
    PROPERTIES(FLAT_TARGET(document) ITEM("natureofsource", "Flat") ITEM("source_type_id", "1")                        \
                   ITEM("source_text_doc", document))                                                                  \
    "<InputStructure docId=\"" document "\"/><OutputStructure docId=\"" document "\"/>" MAPPINGS
#define DATABASE_TRANSFORMATION(database, document, sql)                                                               \
    PROPERTIES(FLAT_TARGET(document) ITEM("natureofsource", "Flat") ITEM("source_type_id", "3")                        \
                   ITEM("source_sourceid", database))                                                                  \
    "<InputStructure sourceId=\"" database "\"><konga.string name=\"DbTables\">\"s\".\"t\",</konga.string>"            \
    "<Relations><Relation parentTable=\"t\" parentField=\"i\" childTable=\"u\" childField=\"j\" outerJoin=\"true\" "   \
    "onetoOne=\"false\"/></Relations><SqlScript><Entry type=\"1\"><konga.string name=\"script\">" sql                  \
    "</konga.string></Entry></SqlScript><Filters><Entry table=\"t\" column=\"c\" condition=\"=1\" "                    \
    "sortOrder=\"ASC\"/></Filters></InputStructure><OutputStructure docId=\"" document "\"/>" MAPPINGS

/* ------------------------------------------------------------------------------------------------------------ asking
 */

/* The names of an operation's steps with commas; valid until the next call. */
static const char *steps_of(const struct made *m, const char *operation)
{
    static char text[1024];
    size_t i, j;
    json_t *step, *one;
    text[0] = '\0';
    json_array_foreach(json_object_get(component(m, JPK_CLOUD_OPERATION, operation), "steps"), i, step)
    {
        json_array_foreach(components(m), j, one) if (strcmp(text_of(one, "id"), text_of(step, "id")) == 0)
        {
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i > 0 ? ", " : "", text_of(one, "name"));
        }
    }
    return text;
}

/* The id of the operation that runs afterwards; "" for none. */
static const char *outcome_of(const struct made *m, const char *operation, int when)
{
    size_t i;
    json_t *outcome;
    json_array_foreach(json_object_get(component(m, JPK_CLOUD_OPERATION, operation), "outcomes"), i, outcome)
    {
        if (json_integer_value(json_object_get(outcome, "outcomeType")) == when)
            return text_of(outcome, "operationId");
    }
    return "";
}

static bool has_message(const struct made *m, const char *id, const char *part)
{
    const struct jpk_convert_item *item = item_of(m, id);
    for (size_t i = 0; i < item->finding_count; i++)
        if (strstr(item->findings[i].message, part))
            return true;
    return false;
}

/* The export is one that `jpk check` has no error in. */
static void assert_checked(const struct made *m)
{
    struct jpk_error err = {0};
    struct jpk_cloud *cloud = jpk_cloud_load(m->conversion->text, m->conversion->size, "t.json", NULL, &err);
    struct jpk_findings *check = cloud ? jpk_cloud_check(cloud, &err) : NULL;
    if (!check)
        fail_msg("%s", err.message);
    for (size_t i = 0; i < check->count; i++)
        if (check->items[i].severity == JPK_ERROR)
            fail_msg("%s: %s", check->items[i].rule, check->items[i].message);
    jpk_findings_free(check);
    jpk_cloud_free(cloud);
}

/* ----------------------------------------------------------------------------------------------------------- options
 */

static void test_timeouts(void **state)
{
    (void)state;
    static const struct {
        const char *seconds, *unit;
        int value, multiplier;
        const char *unit_there;
        bool said;
    } cases[] = {
        {"7200", "HOURS", 2, 3600, "HOURS", false},
        {"5400", "HOURS", 90, 60, "MINUTES", false},
        {"3600", "minutes", 60, 60, "MINUTES", false},
        {"90", "MINUTES", 90, 1, "SECONDS", false},
        {"86400", "DAYS", 24, 3600, "HOURS", false},
        {"61", "DAYS", 61, 1, "SECONDS", false},
        {"", "", 2, 3600, "HOURS", false},
        {"0", "HOURS", 0, 3600, "HOURS", false},
        {"-5", "HOURS", 2, 3600, "HOURS", true},
        {"soon", "HOURS", 2, 3600, "HOURS", true},
        {"99999999999999999999", "", 2, 3600, "HOURS", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made m = {0};
        char body[1024];
        snprintf(body, sizeof body,
                 "  <Properties><Item key=\"timeoutseconds\" value=\"%s\"/><Item key=\"timeoutuiunit\" value=\"%s\"/>"
                 "</Properties>\n  <Pipeline opType=\"Script\"><Activities>" STEP(
                     "SCRIPT", GUID(2)) "</Activities></Pipeline>\n  <Siblings/>\n",
                 cases[i].seconds, cases[i].unit);
        add(&m, "Script", GUID(2), "S", SCRIPT("1"));
        add(&m, "Operation", GUID(1), "O", body);
        make(&m, NULL);
        json_t *options = json_object_get(component(&m, JPK_CLOUD_OPERATION, "O"), "options");
        assert_int_equal(json_integer_value(json_object_get(options, "timeoutValue")), cases[i].value);
        assert_int_equal(json_integer_value(json_object_get(options, "timeoutMultiplier")), cases[i].multiplier);
        assert_string_equal(text_of(options, "timeoutUnit"), cases[i].unit_there);
        assert_int_equal(findings_of(&m, GUID(1), "setting-lost"), cases[i].said);
        made_free(&m);
    }
}

static void test_debug_logs_want_a_private_agent(void **state)
{
    (void)state;
    const struct jpk_convert_options cloud = {.agent = JPK_AGENT_CLOUD};
    for (int i = 0; i < 2; i++) {
        struct made m = {0};
        add(&m, "Script", GUID(9), "S", SCRIPT("1"));
        add(&m, "Operation", GUID(1), "O",
            OPERATION(ITEM("debug_mode_until", "2019-12-20T02:01Z"), STEP("SCRIPT", GUID(9))));
        make(&m, i == 0 ? NULL : &cloud);
        json_t *options = json_object_get(component(&m, JPK_CLOUD_OPERATION, "O"), "options");
        assert_true(json_is_true(json_object_get(options, "debugModeEnabled")));
        assert_int_equal(findings_of(&m, GUID(1), "agent"), i);
        made_free(&m);
    }
}

/* ---------------------------------------------------------------------------------------------------------- outcomes
 */

static void add_script_operation(struct made *m, const char *id, const char *name, const char *items)
{
    struct buf body = {0};
    buf_printf(&body,
               "  <Properties>%s</Properties>\n  <Pipeline opType=\"Script\"><Activities>" STEP(
                   "SCRIPT", GUID(9)) "</Activities></Pipeline>\n  <Siblings/>\n",
               items);
    add(m, "Operation", id, name, buf_text(&body));
    buf_free(&body);
}

/* The operation that follows an e-mail runs whether that could be sent or not; names are quoted. */
static void test_emails_do_not_break_the_chain(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Script", GUID(9), "S", SCRIPT("1"));
    add(&m, "EmailMessage", GUID(5), "It &quot;failed&quot; \\", PROPERTIES(ITEM("subject", "x")));
    add_script_operation(&m, GUID(1), "A", ITEM("failure_operation_id", GUID(2)) ITEM("failure_message_id", GUID(5)));
    add_script_operation(&m, GUID(2), "B", "");
    make(&m, NULL);
    const char *sender = "A - failure e-mail";
    assert_string_equal(outcome_of(&m, "A", JPK_CLOUD_ON_FAILURE),
                        text_of(component(&m, JPK_CLOUD_OPERATION, sender), "id"));
    assert_string_equal(outcome_of(&m, sender, JPK_CLOUD_ON_SUCCESS), GUID(2));
    assert_string_equal(outcome_of(&m, sender, JPK_CLOUD_ON_FAILURE), GUID(2));
    assert_string_equal(text_of(component(&m, JPK_CLOUD_SCRIPT, sender), "scriptBody"),
                        "<trans>\nSendEmailMessage(\"<TAG>email:It \\\"failed\\\" \\\\</TAG>\");\n</trans>");
    assert_checked(&m);
    made_free(&m);
}

/* Whichever part of a split operation fails, the operation has failed; no two outcomes have one id. */
static void test_every_part_can_fail(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Source", GUID(1), "In", STORAGE);
    add(&m, "Target", GUID(2), "Out", STORAGE);
    add(&m, "Script", GUID(9), "S", SCRIPT("1"));
    add(&m, "Operation", GUID(3), "O",
        OPERATION(ITEM("failure_operation_id", GUID(4)) ITEM("success_operation_id", GUID(5)),
                  STEP("SOURCE", GUID(1)) STEP("TARGET", GUID(2)) STEP("SOURCE", GUID(1)) STEP("TARGET", GUID(2))));
    add_script_operation(&m, GUID(4), "Failed", "");
    add_script_operation(&m, GUID(5), "Went well", "");
    make(&m, NULL);
    json_t *second = component(&m, JPK_CLOUD_OPERATION, "O - part 2");
    assert_string_equal(outcome_of(&m, "O", JPK_CLOUD_ON_SUCCESS), text_of(second, "id"));
    assert_string_equal(outcome_of(&m, "O", JPK_CLOUD_ON_FAILURE), GUID(4));
    assert_string_equal(outcome_of(&m, "O - part 2", JPK_CLOUD_ON_SUCCESS), GUID(5));
    assert_string_equal(outcome_of(&m, "O - part 2", JPK_CLOUD_ON_FAILURE), GUID(4));
    json_t *first = json_object_get(component(&m, JPK_CLOUD_OPERATION, "O"), "outcomes");
    assert_string_not_equal(text_of(json_array_get(first, 1), "id"),
                            text_of(json_array_get(json_object_get(second, "outcomes"), 1), "id"));
    assert_checked(&m);
    made_free(&m);
}

static void test_outcomes_that_dangle_are_said(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Script", GUID(9), "S", SCRIPT("1"));
    add_script_operation(&m, GUID(1), "A",
                         ITEM("success_operation_id", GUID(7)) ITEM("failure_operation_id", GUID(7))
                             ITEM("success_message_id", GUID(7)) ITEM("failure_message_id", GUID(7))
                                 ITEM("schedule_id", GUID(7)));
    make(&m, NULL);
    assert_int_equal(findings_of(&m, GUID(1), "dangling"), 5);
    assert_int_equal(json_array_size(json_object_get(component(&m, JPK_CLOUD_OPERATION, "A"), "outcomes")), 0);
    made_free(&m);
    m = (struct made){0}; /* items of another type */
    add(&m, "Script", GUID(9), "S", SCRIPT("1"));
    add_script_operation(&m, GUID(1), "A",
                         ITEM("success_operation_id", GUID(9)) ITEM("failure_message_id", GUID(1))
                             ITEM("schedule_id", GUID(9)));
    make(&m, NULL);
    assert_int_equal(findings_of(&m, GUID(1), "dangling"), 3);
    assert_int_equal(m.conversion->schedule_count, 0);
    assert_int_equal(json_array_size(json_object_get(component(&m, JPK_CLOUD_OPERATION, "A"), "outcomes")), 0);
    assert_int_equal(count_of(&m, JPK_CLOUD_SCRIPT), 1);
    made_free(&m);
}

static void test_schedule(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Script", GUID(9), "S", SCRIPT("1"));
    add(&m, "Schedule", GUID(6), " Second Tuesday ",
        PROPERTIES(ITEM("occurs", "3") ITEM("monthly", "1") ITEM("monthly_b_day", "2") ITEM("monthly_b_num", "2")
                       ITEM("monthly_b_of_every_x_month", "4") ITEM("tue", "1") ITEM("mon", "-1")
                           ITEM("frequency_every_hm", "0") ITEM("timezone_id", "Europe/Berlin")));
    add_script_operation(&m, GUID(1), "A", ITEM("schedule_id", GUID(6)));
    add_script_operation(&m, GUID(2), "B", ITEM("schedule_id", GUID(6)));
    make(&m, NULL);
    assert_int_equal(m.conversion->schedule_count, 2);
    json_t *form = json_loads(m.conversion->schedules[0].rest, 0, NULL), *days = json_object_get(form, "occurrence");
    assert_string_equal(text_of(form, "scheduleName"), "Second Tuesday");
    assert_int_equal(json_integer_value(json_object_get(days, "monthlyBDay")), 2);
    assert_int_equal(json_integer_value(json_object_get(days, "monthlyBNum")), 2);
    assert_int_equal(json_integer_value(json_object_get(days, "monthlyBOfEveryXMonth")), 4);
    assert_true(json_is_true(json_object_get(days, "tuesday")) && json_is_false(json_object_get(days, "monday")));
    assert_int_equal(json_integer_value(json_object_get(json_object_get(form, "frequency"), "frequencyEveryHm")), 0);
    assert_int_equal(findings_of(&m, GUID(6), "schedule"), 3); /* two operations, one zone */
    assert_true(has_message(&m, GUID(6), "Europe/Berlin"));
    assert_int_equal(findings_of(&m, GUID(6), "setting-lost"), 0);
    json_decref(form);
    made_free(&m);
}

static void test_what_schedules_lose_is_said(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Script", GUID(9), "S", SCRIPT("1"));
    add(&m, "Schedule", GUID(6), "Odd",
        PROPERTIES(ITEM("holidays", "skip") ENCRYPTED("calendar") ITEM("weekly", "two") ITEM("monthly_b_num", "[n]")
                       ITEM("frequency_every_num", "15.5") ENCRYPTED("frequency_once_time") ITEM("mon", "x")
                           ITEM("daily", "") ITEM("monthly_b_day", "-1") ENCRYPTED("timezone_id")));
    add_script_operation(&m, GUID(1), "A", ITEM("schedule_id", GUID(6)));
    add_script_operation(&m, GUID(2), "B", ITEM("schedule_id", GUID(6)));
    make(&m, NULL);
    json_t *form = json_loads(m.conversion->schedules[0].rest, 0, NULL), *often = json_object_get(form, "frequency");
    assert_int_equal(json_integer_value(json_object_get(often, "frequencyEveryNum")), 0);
    assert_int_equal(findings_of(&m, GUID(6), "setting-lost"), 8);
    assert_true(has_message(&m, GUID(6), "'holidays' is a setting that is not known; left out: 'skip'"));
    assert_true(has_message(&m, GUID(6), "'calendar' is a setting that is not known; left out: '****'"));
    assert_true(has_message(&m, GUID(6),
                            "the value of 'weekly' has no place in the request, in which 0 stands for it: "
                            "'two'"));
    assert_true(has_message(&m, GUID(6), "in which nothing stands for it: '****'"));
    assert_true(has_message(&m, GUID(6), "in which false stands for it: 'x'"));
    assert_true(has_message(&m, GUID(6), "the value of 'timezone_id'"));
    json_decref(form);
    made_free(&m);
}

/* ------------------------------------------------------------------------------------------------------------- steps
 */

/* Steps that nothing is known for are said of the operation; connectors that nobody described crash nothing. */
static void test_steps_that_are_left_out_are_said(void **state)
{
    (void)state;
    static const char *const types[] = {"XsltTransform",   "JMSPoll",   "SapFunction",
                                        "QuickBooksQuery", "ApiEntity", "Pigeon"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct made m = {0};
        add(&m, "Script", GUID(9), "S", SCRIPT("1"));
        add(&m, types[i], GUID(1), "It", PROPERTIES(""));
        add(&m, "Operation", GUID(3), "O", OPERATION("", STEP("SCRIPT", GUID(9)) STEP("STRANGE", GUID(1))));
        make(&m, NULL);
        assert_int_equal(findings_of(&m, GUID(3), "not-supported"), 1);
        assert_int_equal(item_of(&m, GUID(3))->result, JPK_CONVERT_MANUAL);
        assert_int_equal(item_of(&m, GUID(1))->result, JPK_CONVERT_MANUAL);
        assert_string_equal(steps_of(&m, "O"), "S");
        made_free(&m);
    }
    struct made m = {0};
    add(&m, "MSCrmEndpoint", GUID(2), "CRM", PROPERTIES(ITEM("host", "crm.example.com")));
    add(&m, "MSCrmQuery", GUID(1), "Query", PROPERTIES(ITEM("endpoint_id", GUID(2))));
    add(&m, "Target", GUID(4), "Out", STORAGE);
    add(&m, "Operation", GUID(3), "O", OPERATION("", STEP("CRM_FUNCTION", GUID(1)) STEP("TARGET", GUID(4))));
    make(&m, NULL);
    assert_string_equal(steps_of(&m, "O"), "Query, Write Out");
    made_free(&m);
}

static void test_a_missing_source_has_a_place(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Document", GUID(1), "D", FLAT_DOCUMENT);
    add(&m, "Transformation", GUID(2), "T", FLAT_TRANSFORMATION(GUID(1)));
    add(&m, "Target", GUID(4), "Out", STORAGE);
    add(&m, "Script", GUID(9), "S", SCRIPT("1"));
    add(&m, "Operation", GUID(3), "O",
        OPERATION("", STEP("SCRIPT", GUID(9)) STEP("SOURCE", GUID(7)) STEP("TRANSFORMATION", GUID(2))
                          STEP("TARGET", GUID(4))));
    add(&m, "Operation", GUID(5), "P", OPERATION("", STEP("TRANSFORMATION", GUID(2)) STEP("TARGET", GUID(4))));
    make(&m, NULL);
    assert_string_equal(steps_of(&m, "O"), "S, Read source of T, T, Write Out");
    assert_string_equal(steps_of(&m, "P"), "Read source of T, T, Write Out");
    assert_int_equal(findings_of(&m, GUID(3), "dangling"), 2);
    assert_int_equal(count_of(&m, JPK_CLOUD_CONNECTION), 1);
    assert_checked(&m);
    made_free(&m);
}

/* One source of a database serves many transformations, each with its own query. */
static void test_queries_of_databases(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Document", GUID(1), "D", FLAT_DOCUMENT);
    add(&m, "Source", GUID(2), "ERP", LOCATION("Database", ITEM("driver", "PostgreSQL") ITEM("dbname", "erp")));
    add(&m, "Target", GUID(3), "Out", STORAGE);
    add(&m, "Transformation", GUID(4), "Items",
        DATABASE_TRANSFORMATION(GUID(2), GUID(1), "SELECT a FROM s.t WHERE b = '[x]'"));
    add(&m, "Transformation", GUID(5), "Orders", DATABASE_TRANSFORMATION(GUID(2), GUID(1), "SELECT a FROM s.u"));
    add(&m, "Operation", GUID(6), "O",
        OPERATION("", STEP("SOURCE", GUID(2)) STEP("TRANSFORMATION", GUID(4)) STEP("TARGET", GUID(3))));
    add(&m, "Operation", GUID(7), "P",
        OPERATION("", STEP("SOURCE", GUID(2)) STEP("TRANSFORMATION", GUID(5)) STEP("TARGET", GUID(3))));
    add(&m, "Operation", GUID(8), "Q",
        OPERATION("", STEP("SOURCE", GUID(2)) STEP("TRANSFORMATION", GUID(5)) STEP("TARGET", GUID(3))));
    make(&m, NULL);
    assert_string_equal(steps_of(&m, "O"), "Read ERP, Items, Write Out");
    assert_string_equal(steps_of(&m, "P"), "Read ERP - Orders, Orders, Write Out");
    assert_string_equal(steps_of(&m, "Q"), "Read ERP - Orders, Orders, Write Out");
    json_t *first = component(&m, JPK_CLOUD_ACTIVITY, "Read ERP");
    json_t *second = component(&m, JPK_CLOUD_ACTIVITY, "Read ERP - Orders");
    assert_string_equal(value_of(first, "sql"), "\"SELECT a FROM s.t WHERE b = '[x]'\"");
    assert_string_equal(value_of(first, "Relations"), "\"t.i = u.j, one to many, outer join\"");
    assert_string_equal(value_of(first, "Filters"), "\"t.c =1 ASC\"");
    assert_string_equal(value_of(second, "sql"), "\"SELECT a FROM s.u\"");
    assert_string_equal(text_of(second, "polarity"), text_of(first, "polarity"));
    assert_int_equal(findings_of(&m, GUID(2), "shape-not-observed"), 2); /* of the connection, of its activities */
    assert_checked(&m);
    made_free(&m);
}

/* The answer of HTTP goes to a step of its own behind a transformation; elsewhere no pattern has a place for it. */
static void test_answers_of_http(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Document", GUID(1), "D", FLAT_DOCUMENT);
    add(&m, "Transformation", GUID(2), "T", FLAT_TRANSFORMATION(GUID(1)));
    add(&m, "Source", GUID(3), "In", STORAGE);
    add(&m, "Target", GUID(4), "Answer", STORAGE);
    add(&m, "Target", GUID(5), "Web",
        LOCATION("HTTP",
                 ITEM("httpurl", "https://a.example.com/x") ITEM("http_verb", "2") ITEM("target_target_id", GUID(4))));
    add(&m, "Target", GUID(6), "Other",
        LOCATION("HTTP",
                 ITEM("httpurl", "https://a.example.com/y") ITEM("http_verb", "77") ITEM("target_target_id", GUID(9))));
    add(&m, "Operation", GUID(7), "O",
        OPERATION("", STEP("SOURCE", GUID(3)) STEP("TRANSFORMATION", GUID(2)) STEP("TARGET", GUID(5))));
    add(&m, "Operation", GUID(8), "P", OPERATION("", STEP("SOURCE", GUID(3)) STEP("TARGET", GUID(5))));
    make(&m, NULL);
    assert_string_equal(steps_of(&m, "O"), "Read In, T, Write Web, Write Answer");
    assert_int_equal(item_of(&m, GUID(7))->finding_count, 0);
    assert_string_equal(steps_of(&m, "P"), "Read In, Write Web");
    assert_true(has_message(&m, GUID(8), "the answer of 'Web' goes to 'Answer'"));
    assert_int_equal(findings_of(&m, GUID(5), "setting-lost"), 0);
    assert_int_equal(findings_of(&m, GUID(6), "setting-lost"), 2); /* the verb, and the answer: no operation uses it */
    assert_checked(&m);
    made_free(&m);
}

/* -------------------------------------------------------------------------------------------------------- left behind
 */

#define DESCRIBED(type, id, name, body)                                                                                \
    PM_DECLARATION                                                                                                     \
    "<Entity type=\"" type                                                                                             \
    "\">\n  <Header Deleted=\"false\" DeployDirty=\"false\" Deployed=\"true\" HasMoved=\"false\" ID=\"" id             \
    "\" Name=\"" name "\">\n    <konga.string name=\"Description\">Words</konga.string>\n  </Header>\n" body           \
    "</Entity>\n"

static void test_settings_without_a_place(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Script", GUID(9), "S", SCRIPT("1"));
    add(&m, "Script", GUID(1), "Conditional",
        "  <Properties>" ITEM("script_condition", "1") "</Properties>\n  <konga.string "
                                                       "name=\"script\">&lt;trans&gt;1&lt;/trans&gt;</konga.string>\n");
    add_script_operation(&m, GUID(2), "O", ITEM("ignore_history", "0") ITEM("brand_new", "x") ITEM("trace", "1"));
    add(&m, "EmailMessage", GUID(3), "M", PROPERTIES(ITEM("subject", "see op." GUID(2)) ITEM("priority", "high")));
    add(&m, "ProjectVariable", GUID(4), "v", PROPERTIES(ITEM("value", "seen") ITEM("hide_value", "1")));
    add(&m, "Document", GUID(5), "D", FLAT_DOCUMENT);
    add(&m, "Transformation", GUID(6), "T",
        PROPERTIES(FLAT_TARGET(GUID(5)) ITEM("source_type_id", "13") ITEM("DoTargetXmlValidation", "true")) MAPPINGS);
    pm_add(&m.g.pm, "t/Data/Schedule/" GUID(7) ".xml", DESCRIBED("Schedule", GUID(7), "Never", "  <Properties/>\n"));
    pm_add(&m.g.pm, "t/Data/ProjectVariable/" GUID(8) ".xml",
           DESCRIBED("ProjectVariable", GUID(8), "w", "  <Properties/>\n"));
    make(&m, NULL);
    assert_int_equal(findings_of(&m, GUID(1), "setting-lost"), 1);
    assert_int_equal(findings_of(&m, GUID(2), "setting-lost"), 2);
    assert_int_equal(findings_of(&m, GUID(3), "setting-lost"), 1);
    assert_int_equal(findings_of(&m, GUID(3), "reference-kind"), 1);
    assert_int_equal(findings_of(&m, GUID(6), "setting-lost"), 1);
    /* A hidden value in the clear does not become one that anybody can read. */
    assert_int_equal(findings_of(&m, GUID(4), "secret"), 1);
    assert_string_equal(text_of(component(&m, JPK_CLOUD_VARIABLE, "v"), "defaultValue"), "");
    assert_null(strstr(m.conversion->text, "seen"));
    /* A description is said, and is not why an item has become nothing. */
    assert_int_equal(findings_of(&m, GUID(7), "description-lost"), 1);
    assert_int_equal(findings_of(&m, GUID(7), "not-used"), 1);
    assert_int_equal(item_of(&m, GUID(7))->result, JPK_CONVERT_DROPPED);
    assert_string_equal(text_of(component(&m, JPK_CLOUD_VARIABLE, "w"), "description"), "Words");
    assert_int_equal(item_of(&m, GUID(8))->finding_count, 0);
    assert_checked(&m);
    made_free(&m);
}

/* Elements without a place are said when they hold something. */
static void test_elements_without_a_place(void **state)
{
    (void)state;
    static const struct {
        const char *element;
        size_t findings;
    } cases[] = {
        {"<Siblings/>", 0},
        {"<Siblings><Sibling/></Siblings>", 1},
        {"<CallRestrictions><Item key=\"maxsize_uiunit\" value=\"Kb\"/></CallRestrictions>", 0},
        {"<CallRestrictions><Item key=\"maxsize\" value=\"7\"/></CallRestrictions>", 1},
        {"<Wings>two</Wings>", 1},
        {"<Wings count=\"2\"/>", 1},
        {"<Pipeline><Wings/><Wings count=\"2\"/><Activities/></Pipeline>", 1},
        {"<Pipeline><Activities><A contentId=\"x\"/><B activityId=\"y\"/><C count=\"2\"/></Activities></Pipeline>", 1},
        {"<Structure><Properties>" ITEM("fixedField", "1") "</Properties><Segment><Fields/></Segment></Structure>", 0},
        {"<Structure><Properties>" ITEM("wings", "2") "</Properties><Wings count=\"2\"/></Structure>", 2},
        {"<InputStructure><Properties>" ITEM("includeSchemaName", "1") "</Properties><Objects/></InputStructure>", 0},
        {"<InputStructure><Properties>" ITEM("includeSchemaName", "0") "</Properties></InputStructure>", 1},
        {"<OutputStructure><Properties>" ENCRYPTED("wings") "</Properties><Objects>x</Objects></OutputStructure>", 2},
        {"<Mappings><Mapping><konga.string>x</konga.string></Mapping><Wings count=\"2\"/></Mappings>", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made m = {0};
        char body[512];
        snprintf(body, sizeof body, SCRIPT("1") "  %s\n", cases[i].element);
        add(&m, "Script", GUID(1), "S", body);
        make(&m, NULL);
        assert_int_equal(findings_of(&m, GUID(1), "setting-lost"), cases[i].findings);
        made_free(&m);
    }
}

#define DOCUMENT(segment)                                                                                              \
    "  <Properties/>\n  <Delimiter value=\",\"/><Structure><Properties/><Segment " segment "><Fields/></Segment>"      \
    "</Structure>\n"

static void test_segments_and_folders(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Document", GUID(1), "Usual", DOCUMENT("name=\"\" occurenceType=\"Only Once\" segmentId=\"0\""));
    add(&m, "Document", GUID(2), "Odd", DOCUMENT("name=\"ISA\" occurenceType=\"One or More\" segmentId=\"0\""));
    add(&m, "Folder", GUID(3), "F", PROPERTIES(ITEM("folder_id", GUID(3))));
    add(&m, "Folder", GUID(4), "G", PROPERTIES(ITEM("folder_id", GUID(4)) ITEM("color", "red")));
    make(&m, NULL);
    assert_int_equal(findings_of(&m, GUID(1), "setting-lost"), 0);
    assert_int_equal(findings_of(&m, GUID(2), "setting-lost"), 2);
    assert_true(has_message(&m, GUID(2), "the name of its only segment was left out: 'ISA'"));
    assert_true(has_message(&m, GUID(2), "the occurrence of its only segment was left out: 'One or More'"));
    assert_int_equal(findings_of(&m, GUID(3), "setting-lost"), 0);
    assert_true(has_message(&m, GUID(4), "'color' is a setting that is not known; left out: 'red'"));
    made_free(&m);
}

static void test_secrets_in_the_clear(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Source", GUID(1), "In",
        LOCATION("FTP", ITEM("file_name", "x") ITEM("locator", "ftp.example.com") ITEM("password", "open sesame")));
    add(&m, "Source", GUID(2), "In 2",
        LOCATION("FTP", ITEM("file_name", "x") ITEM("locator", "b.example.com") ITEM("password", "[ftp_password]")));
    make(&m, NULL);
    assert_null(strstr(m.conversion->text, "open sesame"));
    assert_int_equal(findings_of(&m, GUID(1), "secret"), 1);
    assert_non_null(strstr(m.conversion->text, "[ftp_password]"));
    assert_int_equal(findings_of(&m, GUID(2), "secret"), 0);
    made_free(&m);
}

static size_t project_findings(const struct made *m, const char *rule)
{
    size_t n = 0;
    for (size_t i = 0; i < m->conversion->finding_count; i++)
        n += strcmp(m->conversion->findings[i].rule, rule) == 0;
    return n;
}

static void test_plug_ins_and_wsdl_files(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t findings;
    } cases[] = {
        {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PipelinePlugins />\n", 0},
        {"<PipelinePlugins><Plugin id=\"a\"/></PipelinePlugins>\n", 1},
        {"<PipelinePlugins><Item key=\"a\" value=\"b\"/></PipelinePlugins>\n", 1},
        {"no XML", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made m = {0};
        pm_add(&m.g.pm, "t/plugins.xml", cases[i].text);
        pm_add(&m.g.pm, "t/files/calc.wsdl", "<definitions/>");
        make(&m, NULL);
        assert_int_equal(project_findings(&m, "not-supported"), cases[i].findings);
        assert_int_equal(project_findings(&m, "wsdl"), 1);
        json_t *asset = json_array_get(json_object_get(m.export, "assets"), 0);
        assert_string_equal(text_of(asset, "path"), "calc.wsdl");
        made_free(&m);
    }
}

/* A structure's file may hold the sample that it was made from. */
static void test_samples_of_json(void **state)
{
    (void)state;
    struct made m = {0};
    pm_add(&m.g.pm, "t/files/orders.json", " \n{\"orders\":[{\"id\":1,\"paid\":true}]}");
    add(&m, "Document", GUID(1), "D", FLAT_DOCUMENT);
    add(&m, "Transformation", GUID(2), "T",
        PROPERTIES(FLAT_TARGET(GUID(1)) ITEM("natureofsource", "Tree") ITEM("source_type_id", "17")
                       ITEM("source_xml", "orders.json")
                           ITEM("sourcedtd_root", "json")) "<OutputStructure docId=\"" GUID(1) "\"/>" MAPPINGS);
    make(&m, NULL);
    json_t *schema = component(&m, JPK_CLOUD_SCHEMA, "orders.json");
    assert_string_equal(text_of(schema, "format"), "json");
    json_t *node = json_object_get(json_object_get(schema, "schemaTypeDocument"), "root");
    static const char *const names[] = {"json", "orders", "item", "id"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_string_equal(text_of(node, "N"), names[i]);
        node = json_array_get(json_object_get(node, "C"), 0);
    }
    assert_int_equal(findings_of(&m, GUID(2), "schema-missing"), 0);
    made_free(&m);
}

/* What is no path makes no node. */
static void test_marks_that_nobody_knows(void **state)
{
    (void)state;
    struct made m = {0};
    pm_add(&m.g.pm, "t/files/x.json", "{\"x\":1}");
    add(&m, "Transformation", GUID(2), "T",
        PROPERTIES(ITEM("natureoftarget", "Tree") ITEM("target_type_id", "17") ITEM("target_xml", "x.json")
                       ITEM("targetdtd_root", "json")
                           ITEM("source_type_id",
                                "13")) "<Mappings><Mapping><konga.string "
                                       "name=\"expr\">json$x$/POSTSCRIPT/\t&lt;trans&gt;\n1\n&lt;/trans&gt;"
                                       "</konga.string></Mapping></Mappings><InvalidMappings/><RenamedNodes/>\n");
    make(&m, NULL);
    assert_int_equal(findings_of(&m, GUID(2), "mapping-lost"), 1);
    json_t *rules = json_object_get(component(&m, JPK_CLOUD_TRANSFORMATION, "T"), "mappingRules");
    assert_int_equal(json_array_size(rules), 2);
    made_free(&m);
}

/* A name is never taken for a part of the reference that it stands in. */
static void test_names_that_look_like_references(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Script", GUID(9), "S", SCRIPT("RunOperation(&quot;op." GUID(1) "&quot;); RunScript('sc." GUID(8) "');"));
    add(&m, "Script", GUID(8), "It's &lt;TAG&gt;a&lt;/TAG&gt;: &quot;b&quot;/c", SCRIPT("1"));
    add_script_operation(&m, GUID(1), "x&lt;TAG&gt;", "");
    make(&m, NULL);
    assert_string_equal(text_of(component(&m, JPK_CLOUD_OPERATION, "x"), "id"), GUID(1));
    component(&m, JPK_CLOUD_SCRIPT, "It's a< TAG> \"b\" c");
    assert_checked(&m);
    made_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeouts),
        cmocka_unit_test(test_debug_logs_want_a_private_agent),
        cmocka_unit_test(test_emails_do_not_break_the_chain),
        cmocka_unit_test(test_every_part_can_fail),
        cmocka_unit_test(test_outcomes_that_dangle_are_said),
        cmocka_unit_test(test_schedule),
        cmocka_unit_test(test_what_schedules_lose_is_said),
        cmocka_unit_test(test_steps_that_are_left_out_are_said),
        cmocka_unit_test(test_a_missing_source_has_a_place),
        cmocka_unit_test(test_queries_of_databases),
        cmocka_unit_test(test_answers_of_http),
        cmocka_unit_test(test_settings_without_a_place),
        cmocka_unit_test(test_elements_without_a_place),
        cmocka_unit_test(test_segments_and_folders),
        cmocka_unit_test(test_secrets_in_the_clear),
        cmocka_unit_test(test_plug_ins_and_wsdl_files),
        cmocka_unit_test(test_samples_of_json),
        cmocka_unit_test(test_marks_that_nobody_knows),
        cmocka_unit_test(test_names_that_look_like_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
