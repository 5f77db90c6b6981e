/* Recipes: what the generator says of the samples, of real projects and of small ones that are made here. */
#include <locale.h>
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
#include <jansson.h>

#include "base/map.h"
#include "base/text.h"
#include "jpk/recipe.h"
#include "recipe/fmt.h"
#include "recipe/recipe_read.h"
#include "tests/unit/projectmaker.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define ITEM(key, value) "<Item key=\"" key "\" value=\"" value "\"/>"

/* ----------------------------------------------------------------------------------------------------- the recipe */

struct made {
    struct pm pm;                /* of a made project */
    struct jpk_archive *archive; /* of a real one */
    struct jpk_project *project;
    struct jpk_graph *graph;
    struct jpk_recipe *recipe;
    json_t *metadata, *configuration;
};

static json_t *parsed(const char *text, size_t size)
{
    json_error_t where;
    json_t *value = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
    if (!value)
        fail_msg("line %d: %s", where.line, where.text);
    assert_true(size > 0 && text[size - 1] == '\n' && strlen(text) == size);
    return value;
}

static void generate(struct made *m, const struct jpk_recipe_options *options)
{
    struct jpk_error err = {0};
    size_t size;
    m->graph = jpk_graph_build(m->project, &err);
    m->recipe = m->graph ? jpk_recipe_generate(m->project, m->graph, options, &err) : NULL;
    if (!m->recipe)
        fail_msg("%s: %s", jpk_code_name(err.code), err.message);
    const char *text = jpk_recipe_metadata(m->recipe, &size);
    m->metadata = parsed(text, size);
    text = jpk_recipe_configuration(m->recipe, &size);
    m->configuration = parsed(text, size);
}

/* Of what was collected in m->pm. */
static void make_with(struct made *m, const struct jpk_recipe_options *options)
{
    m->project = pm_good(&m->pm, JPK_KEEP_GOING);
    generate(m, options);
}

static void make(struct made *m)
{
    if (m->pm.count == 0 || strcmp(m->pm.entries[m->pm.count - 1].name, "t/project.xml") != 0)
        pm_tree(&m->pm, "t/", "");
    make_with(m, NULL);
}

/* The recipe goes, what was collected stays. */
static void drop(struct made *m)
{
    struct pm pm = m->pm;
    json_decref(m->metadata);
    json_decref(m->configuration);
    jpk_recipe_free(m->recipe);
    jpk_graph_free(m->graph);
    jpk_project_free(m->project);
    jpk_archive_free(m->archive);
    memset(m, 0, sizeof *m);
    m->pm = pm;
}

static void end(struct made *m)
{
    drop(m);
    pm_free(&m->pm);
}

static bool real(struct made *m, enum pm_real which)
{
    struct jpk_error err = {0};
    m->archive = pm_real(which);
    if (!m->archive)
        return false;
    m->project = jpk_project_load(m->archive, NULL, 0, &err);
    if (!m->project)
        fail_msg("%s: %s", err.entry, err.message);
    generate(m, NULL);
    return true;
}

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* The step or property of that id; of a property *home gets the id of its step. */
static json_t *find(const struct made *m, const char *id, const char **home)
{
    json_t *step, *property;
    size_t i, j;
    json_array_foreach(json_object_get(m->metadata, "steps"), i, step)
    {
        if (!home && strcmp(text_at(step, "id"), id) == 0)
            return step;
        json_array_foreach(json_object_get(step, "properties"), j, property)
        {
            if (strcmp(text_at(property, "id"), id) != 0)
                continue;
            if (home)
                *home = text_at(step, "id");
            return property;
        }
    }
    return NULL;
}

static json_t *property(const struct made *m, const char *id)
{
    const char *home;
    json_t *found = find(m, id, &home);
    if (!found)
        fail_msg("no property %s", id);
    return found;
}

static const char *home_of(const struct made *m, const char *id)
{
    const char *home = "";
    if (!find(m, id, &home))
        fail_msg("no property %s", id);
    return home;
}

static json_t *step(const struct made *m, const char *id)
{
    json_t *found = find(m, id, NULL);
    if (!found)
        fail_msg("no step %s", id);
    return found;
}

static json_t *value_at(const struct made *m, const char *step_id, const char *id)
{
    return json_object_get(json_object_get(json_object_get(m->configuration, "values"), step_id), id);
}

static size_t findings(const struct made *m, const char *rule)
{
    size_t count, found = 0;
    const struct jpk_finding *items = jpk_recipe_findings(m->recipe, &count);
    for (size_t i = 0; i < count; i++)
        found += strcmp(items[i].rule, rule) == 0;
    return found;
}

static void expect_finding(const struct made *m, const char *rule, enum jpk_severity severity, const char *fragment)
{
    size_t count;
    const struct jpk_finding *items = jpk_recipe_findings(m->recipe, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(items[i].rule, rule) == 0 && items[i].severity == severity && strstr(items[i].message, fragment))
            return;
    for (size_t i = 0; i < count; i++)
        print_message("%s: %s\n", items[i].rule, items[i].message);
    fail_msg("no finding %s: %s", rule, fragment);
}

/* ------------------------------------------------------------------------------------------------------- outlines */

static void put_property(struct buf *out, const json_t *p)
{
    static const char *const flags[] = {"required", "secret", "computed"};
    const char *key = text_at(json_object_get(p, "target"), "key");
    buf_printf(out, "  %s %s", text_at(p, "id"), text_at(p, "type"));
    for (size_t i = 0; i < COUNT(flags); i++)
        if (json_is_true(json_object_get(p, flags[i])))
            buf_printf(out, " %s", flags[i]);
    if (json_object_get(p, "default"))
        buf_printf(out, " = %s", text_at(p, "default"));
    buf_printf(out, "%s%s\n", *key ? " : " : "", key);
}

static void put_step(struct buf *out, const json_t *s)
{
    const char *operation = text_at(json_object_get(s, "operation"), "name"), *type = text_at(s, "type");
    const json_t *test = json_object_get(json_object_get(s, "test"), "operation");
    json_t *p;
    size_t i;
    buf_puts(out, text_at(s, "id"));
    if (json_is_true(json_object_get(json_object_get(s, "requires"), "private")))
        buf_puts(out, " private");
    if (test)
        buf_printf(out, " tested by %s", text_at(test, "name"));
    if (*operation)
        buf_printf(out, " %s '%s'%s", *text_at(s, "when") ? text_at(s, "when") : "at times", operation,
                   json_is_object(json_object_get(s, "default")) ? " known" : "");
    if (strcmp(type, "mapping") == 0)
        buf_printf(out, " %zu", json_array_size(json_object_get(s, "fields")));
    buf_putc(out, '\n');
    json_array_foreach(json_object_get(s, "properties"), i, p)
    {
        put_property(out, p);
    }
}

static void expect_outline(const struct made *m, const char *expected)
{
    struct buf out = {0};
    json_t *item;
    size_t i;
    json_array_foreach(json_object_get(m->metadata, "endpoints"), i, item)
    {
        buf_printf(&out, "%s: %s %s\n", text_at(item, "name"), text_at(item, "role"), text_at(item, "connector"));
    }
    json_array_foreach(json_object_get(m->metadata, "steps"), i, item)
    {
        put_step(&out, item);
    }
    bool same = strcmp(buf_text(&out), expected) == 0;
    if (!same)
        fputs(buf_text(&out), stdout); /* cmocka would cut it */
    buf_free(&out);
    assert_true(same);
}

/* ------------------------------------------------------------------------------------------- what holds for each */

static bool legal_id(const char *id)
{
    static const char others[] = "0123456789_.-", letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char all[sizeof others + sizeof letters];
    snprintf(all, sizeof all, "%s%s", letters, others);
    return *id && strlen(id) <= RECIPE_ID_MAX && strchr(letters, *id) && strspn(id, all) == strlen(id);
}

static void check_id(struct map *ids, const char *id)
{
    uint32_t old;
    char *lower = strdup(id); /* freed by nobody: the map needs it; small */
    for (char *p = lower; *p; p++)
        *p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
    if (!legal_id(id))
        fail_msg("illegal id %s", id);
    assert_true(map_add(ids, lower, strlen(lower), 1, &old));
    if (old != MAP_NONE)
        fail_msg("the id %s is there twice", id);
}

static void free_ids(struct map *ids)
{
    for (size_t i = 0; i < ids->capacity; i++)
        free((void *)(uintptr_t)ids->slots[i].key);
    map_free(ids);
}

static size_t project_variables(const struct made *m)
{
    size_t count = 0;
    for (size_t i = 0; i < m->project->entity_count; i++) {
        const struct jpk_entity *entity = m->project->entities[i];
        count += entity->type == JPK_TYPE_PROJECT_VARIABLE && !entity->deleted;
    }
    return count - findings(m, "hidden-variable");
}

/* Every variable once, ids legal and unique, the order of steps, secrets bare, the configure file of one mind with it.
 */
static void check_recipe(const struct made *m)
{
    struct map ids = {0}, targets = {0};
    json_t *steps = json_object_get(m->metadata, "steps"), *s, *p;
    size_t i, j, last = json_array_size(steps) - 1, variables = 0;
    uint32_t old;
    assert_true(last >= 2);
    assert_string_equal(text_at(json_array_get(steps, 0), "type"), "introduction");
    assert_string_equal(text_at(json_array_get(steps, last), "type"), "review");
    json_array_foreach(steps, i, s)
    {
        check_id(&ids, text_at(s, "id"));
        json_array_foreach(json_object_get(s, "properties"), j, p)
        {
            const char *variable = text_at(json_object_get(p, "target"), "variable");
            const json_t *value = value_at(m, text_at(s, "id"), text_at(p, "id"));
            bool secret = json_is_true(json_object_get(p, "secret"));
            check_id(&ids, text_at(p, "id"));
            variables += *variable != '\0';
            if (*variable) {
                const struct jpk_entity *entity = jpk_project_entity(m->project, variable);
                assert_true(entity && entity->type == JPK_TYPE_PROJECT_VARIABLE);
                assert_true(map_add(&targets, variable, strlen(variable), 1, &old) && old == MAP_NONE);
            }
            assert_true(!secret || !json_object_get(p, "default"));
            if (json_is_true(json_object_get(p, "computed")))
                assert_null(value);
            else if (secret)
                assert_memory_equal(text_at(value, "secret"), "env:", 4);
            else
                assert_true(json_is_null(value) || json_equal(value, json_object_get(p, "default")));
        }
    }
    assert_int_equal(variables, project_variables(m));
    free_ids(&ids);
    map_free(&targets);
}

static void test_each(void **state)
{
    (void)state;
    for (enum pm_real which = 0; which < PM_REAL_COUNT; which++) {
        struct made m = {0};
        if (real(&m, which))
            check_recipe(&m);
        end(&m);
    }
}

static void same_texts(const struct jpk_recipe *a, const struct jpk_recipe *b)
{
    assert_string_equal(jpk_recipe_metadata(a, NULL), jpk_recipe_metadata(b, NULL));
    assert_string_equal(jpk_recipe_configuration(a, NULL), jpk_recipe_configuration(b, NULL));
    assert_string_equal(jpk_recipe_file_stem(a), jpk_recipe_file_stem(b));
}

/* The same bytes again, in another time zone and locale too. */
static void test_same_bytes(void **state)
{
    (void)state;
    static const char *const locales[] = {"tr_TR.UTF-8", "de_DE.UTF-8", "C.UTF-8"};
    char *zone = getenv("TZ") ? strdup(getenv("TZ")) : NULL;
    for (enum pm_real which = 0; which < PM_REAL_COUNT; which++) {
        struct made first = {0}, second = {0};
        if (real(&first, which)) {
            setenv("TZ", "Pacific/Chatham", 1);
            tzset();
            for (size_t i = 0; i < COUNT(locales) && !setlocale(LC_ALL, locales[i]); i++)
                continue;
            assert_true(real(&second, which));
            same_texts(first.recipe, second.recipe);
            setlocale(LC_ALL, "C");
        }
        end(&first);
        end(&second);
    }
    if (zone)
        setenv("TZ", zone, 1);
    else
        unsetenv("TZ");
    tzset();
    free(zone);
}

/* A recipe names a Jitterpak by what its schema allows, else not at all, and that is said. */
static void test_jitterpak_name(void **state)
{
    (void)state;
    static const struct {
        const char *file, *named; /* NULL: nothing */
    } cases[] = {
        {NULL, NULL},
        {"", NULL},
        {"a.jpk", "a.jpk"},
        {"in/a.jpk", "a.jpk"},
        {"in/", NULL},
        {"a\\b.jpk", NULL},
        {"b\xe9.jpk", "b\xef\xbf\xbd.jpk"},
    };
    struct pm pm = {0};
    pm_tree(&pm, "t/", "");
    struct zm zip = zm_make(pm.entries, pm.count, false, "");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct jpk_recipe_options options = {.file = cases[i].file};
        struct jpk_error err = {0};
        struct made m = {
            .recipe = jpk_recipe_from_memory(zip.out.data, zip.out.size, NULL, cases[i].file ? &options : NULL, &err)};
        assert_non_null(m.recipe);
        size_t size;
        const char *text = jpk_recipe_metadata(m.recipe, &size);
        m.metadata = parsed(text, size);
        json_t *file = json_object_get(json_object_get(m.metadata, "jitterpak"), "file");
        assert_string_equal(file ? json_string_value(file) : "(none)", cases[i].named ? cases[i].named : "(none)");
        assert_int_equal(findings(&m, "no-jitterpak"), !cases[i].named);
        json_decref(m.metadata);
        jpk_recipe_free(m.recipe);
    }
    zm_free(&zip);
    pm_free(&pm);
}

static void test_from_memory(void **state)
{
    (void)state;
    struct made m = {0};
    struct buf bytes = {0};
    struct jpk_error err = {0};
    char path[1024];
    if (!real(&m, PM_SALESFORCE))
        skip();
    snprintf(path, sizeof path, "%s/%s", pm_shared(), pm_real_names[PM_SALESFORCE]);
    assert_true(file_read(path, UINT64_MAX, "", &bytes, &err));
    struct jpk_recipe_options options = {.file = "salesforce-to-netsuite.jpk"};
    char *copy = malloc(bytes.size);
    assert_non_null(copy);
    memcpy(copy, bytes.data, bytes.size);
    struct jpk_recipe *recipe = jpk_recipe_from_memory(copy, bytes.size, NULL, &options, &err);
    assert_non_null(recipe);
    memset(copy, 0xff, bytes.size); /* "may be released afterwards" */
    free(copy);
    same_texts(m.recipe, recipe);
    size_t count;
    const struct jpk_finding *found = jpk_recipe_findings(recipe, &count);
    for (size_t i = 0; i < count; i++)
        assert_true(strlen(found[i].message) > 0 && (!found[i].entity_name || strlen(found[i].entity_name) > 0));
    jpk_recipe_free(recipe);
    /* What is no Jitterpak, and what is none any more. */
    assert_null(jpk_recipe_from_memory("PK", 2, NULL, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_ARCHIVE);
    memset(&err, 0, sizeof err);
    assert_null(jpk_recipe_from_memory(bytes.data, bytes.size - 1, NULL, NULL, &err));
    assert_true(err.code != JPK_OK && *err.message);
    struct jpk_limits limits = jpk_limits_default();
    limits.entries = 10;
    memset(&err, 0, sizeof err);
    assert_null(jpk_recipe_from_memory(bytes.data, bytes.size, &limits, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    buf_free(&bytes);
    end(&m);
}

/* -------------------------------------------------------------------------------------------------- real projects */

static void test_corpus(void **state)
{
    (void)state;
    struct made m = {0};
    if (!real(&m, PM_SALESFORCE))
        skip();
    expect_outline(&m,
                   "Salesforce: source salesforce\n"
                   "NetSuite: target netsuite\n"
                   "introduction\n"
                   "agent\n"
                   "endpoint-salesforce\n"
                   "  salesforce_username text required\n"
                   "  salesforce_password password required secret\n"
                   "  salesforce_security_token password required secret\n"
                   "  sf_whereClause text\n"
                   "  sf_isSandbox boolean\n"
                   "  v_salesforce_username_.server_host url = https://login.salesforce.com/ : server_host\n"
                   "endpoint-netsuite\n"
                   "  netsuite_account text required\n"
                   "  NetSuite_Consumer_Key password required secret\n"
                   "  NetSuite_Consumer_Secret password required secret\n"
                   "  NetSuite_Token_Key password required secret\n"
                   "  NetSuite_Token_Secret password required secret\n"
                   "  NetSuite_Endpoint.wsdldownloadurl url = "
                   "https://tstdrv0000000.suitetalk.api.netsuite.com/wsdl/v2018_2_0/netsuite.wsdl : wsdldownloadurl\n"
                   "files\n"
                   "  DataErrorPath path\n"
                   "  SuccessCountPath path\n"
                   "  FailureCountPath path\n"
                   "  CanonicalFilename text computed\n"
                   "  CanonicalPath path\n"
                   "  SummaryLogPath path\n"
                   "notification\n"
                   "  email_SMTPServer host\n"
                   "  email_senderUsername text required\n"
                   "  email_senderPassword password required secret\n"
                   "  email_recipients email\n"
                   "  email_displayName text\n"
                   "  email_summary boolean\n"
                   "  email_enabled boolean\n"
                   "  email_dataError boolean\n"
                   "  ProjectName text\n"
                   "  SourceIdentifier text\n"
                   "  TargetIdentifier text\n"
                   "mapping-query-contacts-response 16\n"
                   "mapping-netsuite-upsert-contact-request 10\n"
                   "mapping-netsuite-upsert-contact-response 1\n"
                   "schedule-salesforce-contacts-to-canonical at times 'Salesforce contacts to Canonical'\n"
                   "action-set-last-modified-date on-demand 'set Last Modified Date'\n"
                   "action-test-email on-demand 'Test Email'\n"
                   "action-initial-data-load deploy 'Initial Data Load'\n"
                   "not-used\n"
                   "  project_name text\n"
                   "  SourceEndpoint text\n"
                   "  SourceObject text\n"
                   "  TargetObject text\n"
                   "  TargetEndpoint text\n"
                   "review\n");
    assert_int_equal(project_variables(&m), 32);
    assert_int_equal(findings(&m, "unused-variable"), 5);
    assert_int_equal(findings(&m, "low-confidence"), 1);
    assert_string_equal(text_at(m.metadata, "description"), "Sync Contact data from Salesforce to NetSuite.");
    assert_string_equal(text_at(property(&m, "salesforce_security_token"), "label"), "Salesforce security token");
    assert_string_equal(jpk_recipe_file_stem(m.recipe), "sync-salesforce_contacts-to-netsuite_contacts (2)");
    end(&m);
}

static void test_sheets(void **state)
{
    (void)state;
    struct made m = {0};
    if (!real(&m, PM_SHEETS))
        skip();
    expect_outline(
        &m,
        "HTTP: api.esendex.com: target http\n"
        "HTTP: Google OAuth 2.0: target http\n"
        "HTTP: Appending to Spreadsheet: target http\n"
        "HTTP: URL: target http\n"
        "introduction\n"
        "agent\n"
        "endpoint-http\n"
        "  essendex_send.httpurl url : httpurl\n"
        "endpoint-http-2\n"
        "  google.client_secret password secret\n"
        "  google.client_id text\n"
        "  google.refresh_token password secret\n"
        "  Token_Refresh.httpurl url : httpurl\n"
        "  Create_Spreadsheet.httpurl url : httpurl\n"
        "endpoint-http-3\n"
        "  Appending_to_Spreadsheet.httpurl url : httpurl\n"
        "endpoint-http-4\n"
        "  URL.httpurl url : httpurl\n"
        "mapping-putting-values-in-xml-structure-for-http-request-to-essendex 3\n"
        "mapping-transform 1\n"
        "mapping-google-read-access-token 3\n"
        "mapping-putting-title-to-create-spreadsheet 1\n"
        "mapping-response-create-spreadsheet-to-spreadsheetid 1\n"
        "mapping-header-transformation-to-json-request-to-append 1\n"
        "mapping-none-to-xml 14\n"
        "mapping-test-transformation 1\n"
        "schedule-operation-to-send-to-essendex at times 'Operation to send to Essendex'\n"
        "schedule-angus-opertation at times 'Angus Opertation' known\n"
        "schedule-to-google-sheets at times 'to google sheets'\n"
        "schedule-get-refresh-code-and-create-spreadsheet at times 'Get Refresh Code and create Spreadsheet'\n"
        "schedule-get-refresh-code-and-append-to-spreadsheet at times 'Get Refresh code and Append to Spreadsheet'\n"
        "action-new-operation on-demand 'New Operation'\n"
        "action-testoperation on-demand 'testOperation'\n"
        "action-create-spreadsheet-using-script on-demand '(*)Create Spreadsheet using script'\n"
        "action-append-to-spreadsheet-using-global-variable on-demand '(*)Append to Spreadsheet using GLobal "
        "Variable'\n"
        "review\n");
    end(&m);
}

static void test_http_sample(void **state)
{
    (void)state;
    struct made m = {0};
    if (!real(&m, PM_HTTP_JSON))
        skip();
    expect_outline(&m, "HTTP: Web shop: search orders: source http\n"
                       "HTTP: Warehouse: target http\n"
                       "introduction\n"
                       "agent\n"
                       "endpoint-http\n"
                       "  webshop_base_url url\n"
                       "  webshop_api_key password required secret\n"
                       "  page_size number\n"
                       "  order_status text\n"
                       "endpoint-http-2 tested by Test Warehouse connection\n"
                       "  warehouse_base_url url\n"
                       "  warehouse_login text required\n"
                       "  warehouse_password password required secret\n"
                       "files\n"
                       "  shipments_path path\n"
                       "general\n"
                       "  orders_enabled boolean\n"
                       "mapping-order-search-request 3\n"
                       "mapping-warehouse-answer-to-run-log 3\n"
                       "mapping-ping-request 1\n"
                       "mapping-orders-to-shipments 6\n"
                       "schedule-start-synchronise-orders at times 'START: synchronise orders' known\n"
                       "action-test-warehouse-connection on-demand 'Test Warehouse connection'\n"
                       "review\n");
    assert_int_equal(findings(&m, "low-confidence"), 0);
    end(&m);
}

static void test_salesforce_sample(void **state)
{
    (void)state;
    struct made m = {0};
    if (!real(&m, PM_SALESFORCE_SAMPLE))
        skip();
    expect_outline(
        &m,
        "Salesforce: source salesforce\n"
        "NetSuite: target netsuite\n"
        "introduction\n"
        "agent\n"
        "endpoint-salesforce\n"
        "  Salesforce_Username text required\n"
        "  Salesforce_Password password required secret\n"
        "  Salesforce_Security_Token password required secret\n"
        "  sf_account_filter text = Type = 'Customer'\n"
        "  v_Salesforce_Username_.server_host url = https://login.example.com/ : server_host\n"
        "endpoint-netsuite\n"
        "  NetSuite_Account text required\n"
        "  NetSuite_Consumer_Key password required secret\n"
        "  NetSuite_Consumer_Secret password required secret\n"
        "  NetSuite_Token_Key password required secret\n"
        "  NetSuite_Token_Secret password required secret\n"
        "  netsuite_subsidiary text\n"
        "  NetSuite.wsdldownloadurl url = https://netsuite.example.com/wsdl/v2020_2_0/netsuite.wsdl : wsdldownloadurl\n"
        "files\n"
        "  CanonicalPath path\n"
        "  CanonicalFilename text computed\n"
        "  ErrorLogPath path\n"
        "notification\n"
        "  email_server host\n"
        "  email_account text required\n"
        "  email_account_password password required secret\n"
        "  email_recipients email\n"
        "  email_sender text\n"
        "  email_enabled boolean\n"
        "mapping-upsert-customer-request 9\n"
        "mapping-upsert-customer-response 1\n"
        "mapping-query-accounts-response 10\n"
        "schedule-salesforce-accounts-to-netsuite at times 'Salesforce accounts to NetSuite'\n"
        "schedule-daily-error-summary at times 'Daily Error Summary' known\n"
        "action-initial-data-load deploy 'Initial Data Load'\n"
        "action-test-email on-demand 'Test Email'\n"
        "not-used\n"
        "  legacy_batch_user text\n"
        "review\n");
    assert_int_equal(findings(&m, "unused-variable"), 1);
    end(&m);
}

static void test_database_sample(void **state)
{
    (void)state;
    struct made m = {0};
    if (!real(&m, PM_DATABASE))
        skip();
    expect_outline(&m, "Database: source database\n"
                       "FTP: both ftp\n"
                       "Local files: both local-file\n"
                       "introduction\n"
                       "agent private\n"
                       "endpoint-database tested by Test database\n"
                       "  DatabaseConnectionString password required secret\n"
                       "  DatabaseLogin text required\n"
                       "  DatabasePassword password required secret\n"
                       "  InvoiceFromDate date\n"
                       "endpoint-ftp\n"
                       "  SftpHost host\n"
                       "  SftpLogin text required\n"
                       "  SftpPassword password required secret\n"
                       "  SftpPath path\n"
                       "  FileNamePrefix text = invoices\n"
                       "endpoint-local-file\n"
                       "  ArchiveFolder path\n"
                       "notification\n"
                       "  MailServer host\n"
                       "  MailAccount text required\n"
                       "  MailPassword password required secret\n"
                       "  MailRecipients email\n"
                       "  Extract_failed.sent_from text = extract@example.com : sent_from\n"
                       "mapping-invoices-to-csv 8\n"
                       "mapping-count-invoices 2\n"
                       "schedule-invoices-database-sftp at times 'Invoices: database/SFTP' known\n"
                       "action-test-database on-demand 'Test database'\n"
                       "action-maintenance on-demand 'Maintenance'\n"
                       "review\n");
    json_t *reasons = json_object_get(json_object_get(step(&m, "agent"), "requires"), "reasons");
    assert_int_equal(json_array_size(reasons), 2);
    assert_non_null(strstr(json_string_value(json_array_get(reasons, 0)), "PostgreSQL Unicode"));
    assert_non_null(strstr(json_string_value(json_array_get(reasons, 1)), "local files"));
    end(&m);
}

/* --------------------------------------------------------------------------------------------------- made projects */

/* The n-th id of a kind of item; ids of one kind sort by number. */
enum {
    VARIABLE = 0x1000000,
    SOURCE = 0x2000000,
    TARGET = 0x3000000,
    OPERATION = 0x4000000,
    SCRIPT = 0x5000000,
    OTHER = 0x6000000
};

static void add(struct made *m, const char *type, unsigned id, const char *name, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static void add(struct made *m, const char *type, unsigned id, const char *name, const char *format, ...)
{
    char *body;
    va_list args;
    va_start(args, format);
    assert_true(vasprintf(&body, format, args) >= 0);
    va_end(args);
    pm_entity(&m->pm, "t/", type, pm_id(id), name, body);
    free(body);
}

static void add_variable(struct made *m, unsigned n, const char *name, const char *items)
{
    add(m, "ProjectVariable", VARIABLE + n, name, "  <Properties>%s</Properties>\n", items);
}

static void add_location(struct made *m, bool source, unsigned n, const char *name, const char *location,
                         const char *items)
{
    add(m, source ? "Source" : "Target", (source ? SOURCE : TARGET) + n, name,
        "  <Properties/>\n  <Location type=\"%s\"><Data><Properties>%s</Properties></Data></Location>\n", location,
        items);
}

static void add_script(struct made *m, unsigned n, const char *name, const char *text)
{
    add(m, "Script", SCRIPT + n, name, "  <konga.string name=\"script\">&lt;trans&gt;%s&lt;/trans&gt;</konga.string>\n",
        text);
}

/* What it holds in the order of its activities, ended by 0. */
static void add_operation(struct made *m, unsigned n, const char *name, const char *items, ...)
{
    struct buf activities = {0};
    unsigned id;
    va_list args;
    va_start(args, items);
    while ((id = va_arg(args, unsigned)) != 0) {
        const char *tag = id >= SCRIPT ? "SCRIPT" : id >= TARGET ? "TARGET" : "SOURCE";
        int type = id >= SCRIPT ? 23 : id >= TARGET ? 3 : 2;
        buf_printf(&activities, "<%s activityId=\"a\" contentId=\"%s\" role=\"R\" type=\"%d\"/>", tag, pm_id(id), type);
    }
    va_end(args);
    add(m, "Operation", OPERATION + n, name,
        "  <Properties>%s</Properties>\n  <Pipeline opType=\"Archive\"><Activities>%s</Activities></Pipeline>\n  "
        "<Siblings/>\n",
        items, buf_text(&activities));
    buf_free(&activities);
}

/* An item whose value is encrypted: as many bytes as a text of that length needs. */
static const char *secret_item(const char *key, size_t length)
{
    static char items[8][512];
    static size_t next;
    char *out = items[next++ % COUNT(items)];
    size_t n = 16 + (length / 16 + 1) * 16,
           used = (size_t)snprintf(out, 400, "<Item enc=\"true\" key=\"%s\" value=\"$00", key);
    for (size_t i = 0; i < (n + 2) / 3 * 4; i++)
        out[used++] = i >= (n * 4 + 2) / 3 ? '=' : 'A';
    strcpy(out + used, "\"/>");
    return out;
}

/* The slot that holds `[name]`. */
static const char *slot(const char *key, const char *name)
{
    return secret_item(key, strlen(name) + 2);
}

static const char *joined(const char *first, ...)
{
    static char texts[8][4096];
    static size_t next;
    char *out = texts[next++ % COUNT(texts)];
    size_t used = 0;
    va_list args;
    va_start(args, first);
    for (const char *s = first; s; s = va_arg(args, const char *))
        used += (size_t)snprintf(out + used, sizeof texts[0] - used, "%s", s);
    va_end(args);
    assert_true(used < sizeof texts[0]);
    return out;
}

#define SET ITEM("value", "something")

/* -------------------------------------------------------------------------------------------------------- secrets */

#define PLANTED "PlantedSecret"

/* Plain text where a secret belongs stands nowhere in what is written: no value, no default, no name of an endpoint. */
static void test_secrets(void **state)
{
    (void)state;
    struct made m = {0};
    add_variable(&m, 1, "db_password", ITEM("value", PLANTED "1"));
    add_variable(&m, 2, "shop_token", ITEM("value", PLANTED "2") ITEM("description", "the token"));
    add_variable(&m, 3, "shop_key", ITEM("value", PLANTED "3"));
    add_variable(&m, 4, "shop_url", ITEM("value", "https://user:" PLANTED "4@shop.example.com/"));
    add_variable(&m, 5, "api_key", "");
    add_variable(&m, 6, "page_size", ITEM("value", "50"));
    add_variable(&m, 7, "mail_password", ITEM("value", PLANTED "7") ITEM("hide_value", "0"));
    add_variable(&m, 8, "hv", ITEM("label", "Web shop: API key") ITEM("value", PLANTED "8"));
    add_variable(&m, 9, "is_asked", ITEM("label", "Ask for the password") ITEM("value", "true"));
    add_variable(&m, 10, "key_file", ITEM("label", "Path of the private key") ITEM("value", "/srv/keys/orders"));
    add_variable(&m, 11, "password_of_class", ITEM("value", PLANTED "24"));
    add_location(&m, true, 1, "Orders", "Database",
                 ITEM("connectstring", "SERVER=x;PWD=" PLANTED "11") ITEM("login", "reader")
                     ITEM("password", PLANTED "12") ITEM("driver", "jdbc"));
    add_location(&m, true, 2, "Invoices", "Database", ITEM("login", "reader") ITEM("password", "[db_password]"));
    add_location(
        &m, false, 1, "Shop", "HTTP",
        ITEM("httpurl", "https://me:" PLANTED "13@shop.example.com/orders?page=[page_size]")
            ITEM("http_request_headers", "Accept: */*&#10;X-Shop: [shop_key]&#10;Authorization: Bearer [shop_token]")
                ITEM("password", PLANTED "14"));
    add_location(&m, false, 2, "Ping", "HTTP", ITEM("httpurl", "https://a.example.com/?api_key=" PLANTED "15"));
    add_location(&m, false, 3, "Pong", "HTTP",
                 ITEM("httpurl", "[shop_url]")
                     ITEM("http_request_headers", "X-API-Key: [shop_key]; [api_key{" PLANTED "16}]"));
    add(&m, "SalesforceConnector", OTHER + 1, "SF", "  <Properties>%s</Properties>\n",
        ITEM("user_name", "u") ITEM("password", PLANTED "17") ITEM("security_token", PLANTED "18"));
    add(&m, "SalesforceQuery", OTHER + 2, "Query",
        "  <Properties><Item key=\"connector_id\" value=\"%s\"/></Properties>\n", pm_id(OTHER + 1));
    add(&m, "NetSuiteEndpoint", OTHER + 3, "NS", "  <Properties>%s</Properties>\n",
        ITEM("consumerkey", PLANTED "19") ITEM("consumersecret", PLANTED "20") ITEM("tokenkey", PLANTED "21")
            ITEM("tokensecret", PLANTED "22"));
    add(&m, "EmailMessage", OTHER + 4, "Failed", "  <Properties>%s</Properties>\n",
        ITEM("account", "a") ITEM("account_password", PLANTED "23") ITEM("smtp_servers", "smtp.example.com"));
    add(&m, "EmailMessage", OTHER + 5, "Done", "  <Properties>%s</Properties>\n",
        ITEM("account", "a") ITEM("account_password", "[mail_password]"));
    add_operation(&m, 1, "Run",
                  joined("<Item key=\"failure_message_id\" value=\"", pm_id(OTHER + 4),
                         "\"/><Item key=\"success_message_id\" value=\"", pm_id(OTHER + 5), "\"/>", NULL),
                  SOURCE + 1, SOURCE + 2, TARGET + 1, TARGET + 2, TARGET + 3, OTHER + 2, OTHER + 3, 0);
    make(&m);
    check_recipe(&m);
    assert_null(strstr(jpk_recipe_metadata(m.recipe, NULL), PLANTED));
    assert_null(strstr(jpk_recipe_configuration(m.recipe, NULL), PLANTED));
    static const char *const secrets[] = {"db_password",
                                          "shop_token",
                                          "shop_key",
                                          "api_key",
                                          "mail_password",
                                          "hv",
                                          "password_of_class",
                                          "Orders.password",
                                          "Orders.connectstring",
                                          "Shop.password",
                                          "SF.password",
                                          "SF.security_token",
                                          "NS.consumersecret",
                                          "Failed.account_password"};
    for (size_t i = 0; i < COUNT(secrets); i++)
        if (!json_is_true(json_object_get(property(&m, secrets[i]), "secret")))
            fail_msg("%s is no secret", secrets[i]);
    assert_string_equal(text_at(property(&m, "page_size"), "default"), "50");
    assert_string_equal(text_at(property(&m, "Orders.login"), "default"), "reader");
    assert_string_equal(text_at(property(&m, "is_asked"), "default"), "true");
    assert_true(json_is_false(json_object_get(property(&m, "is_asked"), "secret")));
    assert_string_equal(text_at(property(&m, "key_file"), "default"), "/srv/keys/orders");
    assert_true(json_is_false(json_object_get(property(&m, "key_file"), "secret")));
    assert_true(json_is_false(json_object_get(property(&m, "shop_url"), "secret")));
    assert_null(json_object_get(property(&m, "shop_url"), "default"));
    size_t count;
    const struct jpk_inference *inferences = jpk_recipe_inferences(m.recipe, &count);
    for (size_t i = 0; i < count; i++)
        if (strstr(inferences[i].value, PLANTED) || strstr(inferences[i].evidence, PLANTED))
            fail_msg("%s: %s", inferences[i].value, inferences[i].evidence);
    end(&m);
}

/* ------------------------------------------------------------------------------------------------------------- ids */

static void test_ids(void **state)
{
    (void)state;
    static const char *const names[] = {"a b",
                                        "a_b",
                                        "A_B",
                                        "a_b_2",
                                        "a/b",
                                        "1st",
                                        "",
                                        "_x",
                                        "\xc3\xbcX",
                                        "review",
                                        "introduction",
                                        "AGENT",
                                        "files",
                                        "General",
                                        "not-used",
                                        "endpoint-http",
                                        "x-api-key",
                                        "mapping",
                                        "\xe6\x97\xa5\xe6\x9c\xac",
                                        "action-run",
                                        "schedule-run",
                                        "-",
                                        "...",
                                        "a{b}"};
    char name[201];
    struct made m = {0};
    for (size_t i = 0; i < COUNT(names); i++)
        add_variable(&m, (unsigned)i, names[i], SET);
    memset(name, 'n', 200);
    name[200] = '\0';
    add_variable(&m, 100, name, SET);
    name[199] = 'N';
    add_variable(&m, 101, name, SET);
    name[199] = '.';
    add_variable(&m, 102, name, SET);
    name[199] = '/'; /* an id of its own that is taken */
    add_variable(&m, 103, name, SET);
    name[199] = '!';
    add_variable(&m, 104, name, SET);
    add_variable(&m, 105, joined("long", name, NULL), SET);
    for (unsigned i = 0; i < 3; i++)
        add_operation(&m, i, i == 2 ? "\xc3\xa4\xc3\xb6" : "Run", "", SOURCE + i, 0);
    for (unsigned i = 0; i < 3; i++)
        add_location(&m, true, i, "Same name", i == 2 ? "LocalFile" : "HTTP", ITEM("httpurl", "https://a.example.com"));
    make(&m);
    check_recipe(&m);
    static const char *const ids[] = {"a_b", "a_b_2", NULL, "a_b_2_2", "a_b_3", "v1st", NULL, "v_x", "v_X_2"};
    for (size_t i = 0; i < COUNT(ids); i++) {
        if (ids[i])
            assert_string_equal(text_at(json_object_get(property(&m, ids[i]), "target"), "variable"),
                                pm_id(VARIABLE + (unsigned)i));
    }
    assert_string_equal(text_at(json_array_get(json_object_get(m.metadata, "steps"), 0), "id"), "introduction_2");
    /* To Jitterbit these are one variable, and one without a name is none. */
    expect_finding(&m, "hidden-variable", JPK_WARNING, "'A_B' is not in the recipe: another one has its name");
    expect_finding(&m, "hidden-variable", JPK_WARNING, "it has no name");
    end(&m);
}

/* The suggested environment variables: legal names, and never one for two secrets. */
static void test_markers(void **state)
{
    (void)state;
    static const struct {
        const char *project, *first;
    } cases[] = {
        {"orders", "env:ORDERS_A_PASSWORD"},
        {"2nd try", "env:_2ND_TRY_A_PASSWORD"},
        {"sync-salesforce_contacts-to-netsuite_contacts (2)", "env:SYNC_SALESFORCE_CONTACTS_A_PASSWORD"},
        {"abcdefghijklmnopqrstuvwxyz0123456789", "env:ABCDEFGHIJKLMNOPQRSTUVWX_A_PASSWORD"},
        {"\xc3\xbc (copy)", "env:____COPY__A_PASSWORD"},
        {"", "env:__A_PASSWORD"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct made m = {0};
        struct buf tree = {0};
        buf_printf(&tree, PM_DECLARATION "<Project name=\"%s\" projectId=\"p\"/>\n", cases[i].project);
        add_variable(&m, 1, "a.password", SET);
        add_variable(&m, 2, "a-password", SET);
        add_variable(&m, 3, "a_password_2", SET);
        add_variable(&m, 4, "A_password", SET);
        pm_add(&m.pm, "t/project.xml", buf_text(&tree));
        make_with(&m, NULL);
        check_recipe(&m);
        const char *first = text_at(value_at(&m, "not-used", "a.password"), "secret");
        if (i != 5)
            assert_string_equal(first, cases[i].first);
        char numbered[128];
        snprintf(numbered, sizeof numbered, "%s_2", first);
        assert_string_equal(text_at(value_at(&m, "not-used", "a-password"), "secret"), numbered);
        snprintf(numbered, sizeof numbered, "%s_2_2", first);
        assert_string_equal(text_at(value_at(&m, "not-used", "a_password_2"), "secret"), numbered);
        assert_true(first[4] == '_' || (first[4] >= 'A' && first[4] <= 'Z'));
        assert_int_equal(strspn(first + 4, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"), strlen(first + 4));
        assert_true(strlen(text_at(m.metadata, "name")) > 0);
        buf_free(&tree);
        end(&m);
    }
}

/* ------------------------------------------------------------------------------------------------- placing, slots */

/* Hidden slots: by the words of key and connector, never two keys of an item for one variable. */
static void test_slots(void **state)
{
    (void)state;
    static const char *const names[] = {"DB_USER",
                                        "DB_PWD",
                                        "FTP_LOGIN",
                                        "FTP_PASS",
                                        "SMTP_USER",
                                        "SMTP_PWD",
                                        "WhUrl",
                                        "WhClientId",
                                        "WhClientSecret",
                                        "errorDir",
                                        "archive.path",
                                        "sfdc.password",
                                        "unrelated_password_of_something"};
    struct made m = {0};
    for (size_t i = 0; i < COUNT(names); i++)
        add_variable(&m, (unsigned)i, names[i], SET);
    /* The connection string and the FTP host are plain constants, not DB_USER or FTP_LOGIN. */
    add_location(&m, true, 1, "ERP", "Database",
                 joined(secret_item("connectstring", 60), slot("login", "DB_USER"), slot("password", "DB_PWD"), NULL));
    add_location(&m, true, 2, "Inbox", "FTP",
                 joined(secret_item("locator", 20), slot("login", "FTP_LOGIN"), slot("password", "FTP_PASS"), NULL));
    add_location(&m, true, 3, "Errors", "TemporaryStorage", slot("locator", "errorDir"));
    add_location(&m, true, 4, "Archives", "TemporaryStorage", slot("locator", "archive.path"));
    add_location(&m, false, 1, "WH: post", "HTTP",
                 joined(slot("httpurl", "WhUrl/shipments"), slot("login", "WhClientId"),
                        slot("password", "WhClientSecret"), NULL));
    add(&m, "SalesforceConnector", OTHER + 1, "SF", "  <Properties>%s</Properties>\n",
        slot("password", "sfdc.password"));
    add(&m, "EmailMessage", OTHER + 4, "Failed", "  <Properties>%s%s</Properties>\n", slot("account", "SMTP_USER"),
        slot("account_password", "SMTP_PWD"));
    add_operation(&m, 1, "Run", joined("<Item key=\"failure_message_id\" value=\"", pm_id(OTHER + 4), "\"/>", NULL),
                  SOURCE + 1, SOURCE + 2, SOURCE + 3, SOURCE + 4, TARGET + 1, OTHER + 1, 0);
    make(&m);
    check_recipe(&m);
    static const char *const homes[] = {"endpoint-database",
                                        "endpoint-database",
                                        "endpoint-ftp",
                                        "endpoint-ftp",
                                        "notification",
                                        "notification",
                                        "endpoint-http",
                                        "endpoint-http",
                                        "endpoint-http",
                                        "files",
                                        "files",
                                        "endpoint-salesforce",
                                        "not-used"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(home_of(&m, names[i]), homes[i]) != 0)
            fail_msg("%s is in %s", names[i], home_of(&m, names[i]));
    /* What no variable fits is asked for. */
    assert_string_equal(home_of(&m, "ERP.connectstring"), "endpoint-database");
    assert_string_equal(home_of(&m, "Inbox.locator"), "endpoint-ftp");
    assert_string_equal(text_at(property(&m, "DB_USER"), "type"), "text");
    assert_string_equal(text_at(property(&m, "WhClientSecret"), "type"), "password");
    assert_true(json_is_true(json_object_get(property(&m, "WhClientId"), "required")));
    end(&m);
}

/* The text of a slot is as long as its variable's bracket, or longer where something may follow. */
static void test_slot_length(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        size_t length;
        bool fits;
    } cases[] = {{"password", 13, true}, {"password", 0, true}, {"password", 15, true}, {"password", 16, false},
                 {"locator", 16, true},  {"locator", 40, true}, {"locator", 80, false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct made m = {0};
        bool locator = strcmp(cases[i].key, "locator") == 0;
        add_variable(&m, 1, locator ? "ftp.host___" : "ftp.passwd_", SET); /* 13 bytes with its brackets */
        add_location(&m, true, 1, "Inbox", "FTP", secret_item(cases[i].key, cases[i].length));
        add_operation(&m, 1, "Run", "", SOURCE + 1, 0);
        make(&m);
        bool placed = strcmp(home_of(&m, locator ? "ftp.host___" : "ftp.passwd_"), "endpoint-ftp") == 0;
        if (placed != cases[i].fits)
            fail_msg("%s of %zu bytes", cases[i].key, cases[i].length);
        end(&m);
    }
}

static void test_types(void **state)
{
    (void)state;
    static const struct {
        const char *name, *items, *script, *type;
    } cases[] = {
        {"is_active", SET, "", "text"}, /* "something" is neither true nor false */
        {"is_on", "", "", "boolean"},
        {"mail_enabled", ITEM("value", "false"), "", "boolean"},
        {"a1", "", "If($a1 == 'true', 1)", "boolean"},
        {"a2", ITEM("value", "yes"), "If($a2 == 'true', 1)", "text"},
        {"a3", "", "If($a3, 1)", "boolean"},
        {"a4", "", "Int($a4)", "number"},
        {"a5", ITEM("value", "many"), "Int($a5)", "text"},
        {"a6", "", "DateAdd('dd', 1, $a6); CVTDate($a6, 'x', 'y')", "date"},
        {"a7", "", "If($a7 == 'fast', 1); If($a7 == 'slow', 2)", "choice"},
        {"a8", "", "// If($a8 == 'true', 1)", "text"},
        {"page_size", "", "", "number"},
        {"retry_count", "", "", "number"},
        {"service_url", "", "", "url"},
        {"smtp_host", "", "", "host"},
        {"error_dir", "", "", "path"},
        {"recipients", "", "", "email"},
        {"support_email", "", "", "email"},
        {"poll_interval", "", "", "duration"},
        {"from_date", "", "", "date"},
        {"last_run_timestamp", "", "", "datetime"},
        {"timezone", "", "", "timezone"},
        {"report_cron", "", "", "cron"},
        {"access_token", "", "", "password"},
        {"token_url", "", "", "url"},
        {"password_expiry", "", "", "text"},
        {"apikey", "", "", "password"},
        {"order_status", "", "", "text"},
    };
    struct made m = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        add_variable(&m, (unsigned)i, cases[i].name, cases[i].items);
        add_script(&m, (unsigned)i, "s", cases[i].script);
        add_operation(&m, (unsigned)i, "Run", "", SCRIPT + (unsigned)i, 0);
    }
    make(&m);
    check_recipe(&m);
    for (size_t i = 0; i < COUNT(cases); i++)
        if (strcmp(text_at(property(&m, cases[i].name), "type"), cases[i].type) != 0)
            fail_msg("%s is %s", cases[i].name, text_at(property(&m, cases[i].name), "type"));
    assert_int_equal(json_array_size(json_object_get(property(&m, "a7"), "choices")), 2);
    assert_string_equal(text_at(property(&m, "mail_enabled"), "default"), "false");
    end(&m);
}

/* Required: it is read and holds nothing, or it is part of a log-in; never what is computed or has a default
 * everywhere. */
static void test_required(void **state)
{
    (void)state;
    static const struct {
        const char *name, *items;
        bool required, computed;
    } cases[] = {
        {"empty_read", "", true, false}, {"set_read", SET, false, false},    {"empty_unread", "", false, false},
        {"login_set", SET, true, false}, {"with_default", "", false, false}, {"computed_first", "", false, true},
        {"read_first", "", true, false},
    };
    struct made m = {0};
    for (size_t i = 0; i < COUNT(cases); i++)
        add_variable(&m, (unsigned)i, cases[i].name, cases[i].items);
    add_script(&m, 1, "s",
               "$computed_first = 1; $x = $computed_first; $y = $empty_read + $set_read + $read_first; $read_first = 2;"
               "/* $empty_unread */");
    add_location(&m, true, 1, "Inbox", "FTP",
                 ITEM("login", "[login_set]") ITEM("path", "[with_default{/in}]") ITEM("locator", "h"));
    add_operation(&m, 1, "Run", "", SCRIPT + 1, SOURCE + 1, 0);
    make(&m);
    check_recipe(&m);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const json_t *p = property(&m, cases[i].name);
        if (json_is_true(json_object_get(p, "required")) != cases[i].required ||
            json_is_true(json_object_get(p, "computed")) != cases[i].computed)
            fail_msg("%s", cases[i].name);
    }
    assert_string_equal(text_at(property(&m, "with_default"), "default"), "/in");
    expect_finding(&m, "unused-variable", JPK_WARNING, "empty_unread");
    assert_string_equal(home_of(&m, "empty_unread"), "not-used");
    assert_true(json_is_true(json_object_get(step(&m, "not-used"), "optional")));
    end(&m);
}

/* ---------------------------------------------------------------------------------------------------- entry points */

static void expect_entries(const struct made *m, const char *expected)
{
    struct buf out = {0};
    json_t *s;
    size_t i;
    json_array_foreach(json_object_get(m->metadata, "steps"), i, s)
    {
        const char *operation = text_at(json_object_get(s, "operation"), "name");
        if (*operation)
            buf_printf(&out, "%s%s: %s", out.size ? ", " : "", *text_at(s, "when") ? text_at(s, "when") : "schedule",
                       operation);
    }
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static const char *next_operation(unsigned n)
{
    return joined("<Item key=\"success_operation_id\" value=\"", pm_id(OPERATION + n), "\"/>", NULL);
}

static void add_schedule(struct made *m, const char *items)
{
    add(m, "Schedule", OTHER + 9, "Daily", "  <Properties>%s</Properties>\n", items);
}

static void test_entries(void **state)
{
    (void)state;
    struct made m = {0};
    char run[200];
    add_location(&m, true, 1, "In", "LocalFile", ITEM("locator", "/in"));
    add_schedule(&m, ITEM("occurs", "1") ITEM("frequency", "1") ITEM("frequency_once_time", "06:30:00"));
    add_operation(&m, 1, "Initial load", next_operation(2), SOURCE + 1, 0);
    add_operation(&m, 2, "Orders", next_operation(3), SOURCE + 1, 0); /* only a one-time load starts it */
    add_operation(&m, 3, "Write", next_operation(4), SOURCE + 1, 0);  /* a recurring one starts it */
    add_operation(&m, 4, "Clean up", joined("<Item key=\"schedule_id\" value=\"", pm_id(OTHER + 9), "\"/>", NULL),
                  SOURCE + 1, 0); /* started and scheduled */
    add_operation(&m, 5, "Test login", "", SCRIPT + 1, 0);
    add_operation(&m, 6, "By script", "", SOURCE + 1, 0);    /* only a test's script starts it */
    add_operation(&m, 7, "Helper", "", SCRIPT + 2, 0);       /* nothing starts it, it moves nothing */
    add_operation(&m, 8, "Endless", "", SCRIPT + 3, 0);      /* only its own script starts it again */
    add_operation(&m, 9, "Testimonials", "", SOURCE + 1, 0); /* no test */
    snprintf(run, sizeof run, "RunOperation('op.%s')", pm_id(OPERATION + 6));
    add_script(&m, 1, "start", run);
    add_script(&m, 2, "nothing", "// RunOperation('op.04000002-0000-4000-8000-0000000000ab')");
    snprintf(run, sizeof run, "RunOperation('op.%s')", pm_id(OPERATION + 8));
    add_script(&m, 3, "again", run);
    make(&m);
    check_recipe(&m);
    expect_entries(&m, "schedule: Orders, schedule: Clean up, schedule: By script, schedule: Testimonials, "
                       "deploy: Initial load, on-demand: Test login, on-demand: Helper, on-demand: Endless");
    assert_true(json_is_true(json_object_get(json_object_get(m.configuration, "actions"), "action-initial-load")));
    assert_true(json_is_false(json_object_get(json_object_get(m.configuration, "actions"), "action-test-login")));
    assert_string_equal(
        text_at(json_object_get(json_object_get(m.configuration, "schedules"), "schedule-clean-up"), "at"), "06:30:00");
    assert_true(json_is_null(json_object_get(json_object_get(m.configuration, "schedules"), "schedule-orders")));
    expect_finding(&m, "low-confidence", JPK_WARNING, "'Helper' became an action on demand");
    end(&m);
}

/* Every operation is started by another one: no entry point, which is said. */
static void test_cycles(void **state)
{
    (void)state;
    struct made m = {0};
    for (unsigned i = 0; i < 5; i++)
        add_operation(&m, i, "Loop", next_operation((i + 1) % 5), 0);
    make(&m);
    check_recipe(&m);
    expect_entries(&m, "");
    expect_finding(&m, "no-entry-point", JPK_WARNING, "every operation");
    expect_finding(&m, "no-endpoint", JPK_WARNING, "");
    end(&m);
}

/* Schedules as the project says, and what is no time, no date and no number left out. */
static void test_schedules(void **state)
{
    (void)state;
    static const struct {
        const char *items, *expected;
    } cases[] = {
        {ITEM("occurs", "1") ITEM("daily", "2") ITEM("frequency", "1") ITEM("frequency_once_time", "06:30:00")
             ITEM("timezone_id", "Europe/Berlin"),
         "{\"at\": \"06:30:00\", \"every\": 2, \"occurs\": \"daily\", \"timeZone\": \"Europe/Berlin\"}"},
        {ITEM("occurs", "2") ITEM("weekly", "1") ITEM("mon", "1") ITEM("sun", "1") ITEM("frequency", "2")
             ITEM("frequency_start_time", "00:00:00") ITEM("frequency_end_time", "23:59:00")
                 ITEM("frequency_every_num", "15") ITEM("frequency_every_hm", "1"),
         "{\"every\": 1, \"everyMinutes\": 15, \"from\": \"00:00:00\", \"occurs\": \"weekly\", \"timeZone\": null, "
         "\"until\": \"23:59:00\", \"weekdays\": [\"monday\", \"sunday\"]}"},
        {ITEM("occurs", "3") ITEM("monthly", "0") ITEM("monthly_a_day", "31") ITEM("monthly_a_of_every_x_month", "3")
             ITEM("frequency", "2") ITEM("frequency_every_num", "4") ITEM("frequency_every_hm", "2")
                 ITEM("duration_start_date", "2026-01-05") ITEM("duration_yesno_end", "1")
                     ITEM("duration_end_date", "2026-12-31"),
         "{\"dayOfMonth\": 31, \"endDate\": \"2026-12-31\", \"every\": 3, \"everyHours\": 4, \"occurs\": \"monthly\", "
         "\"startDate\": \"2026-01-05\", \"timeZone\": null}"},
        {ITEM("occurs", "3") ITEM("monthly", "1") ITEM("monthly_b_num", "2") ITEM("monthly_b_day", "3")
             ITEM("monthly_b_of_every_x_month", "1") ITEM("frequency", "1") ITEM("frequency_once_time", "23:00:00"),
         "{\"at\": \"23:00:00\", \"every\": 1, \"occurs\": \"monthly\", \"timeZone\": null, \"weekOfMonth\": 2, "
         "\"weekday\": 3}"},
        {ITEM("occurs", "1") ITEM("daily", "-3") ITEM("frequency", "1") ITEM("frequency_once_time", "24:00:00")
             ITEM("duration_start_date", "05/01/2026"),
         "null"},
        {ITEM("occurs", "9") ITEM("frequency", "2") ITEM("frequency_start_time", "6:00")
             ITEM("frequency_every_num", "0") ITEM("duration_start_date", "2026-13-01") ITEM("duration_yesno_end", "1")
                 ITEM("duration_end_date", "2026-01-00"),
         "null"},
        {ITEM("occurs", "1") ITEM("frequency", "2") ITEM("frequency_start_time", "6:00")
             ITEM("frequency_every_num", "30") ITEM("duration_start_date", "2026-13-01") ITEM("duration_yesno_end", "1")
                 ITEM("duration_end_date", "2026-01-00"),
         "{\"every\": 1, \"everyMinutes\": 30, \"occurs\": \"daily\", \"timeZone\": null}"},
        {ITEM("occurs", "3") ITEM("monthly", "0") ITEM("monthly_a_day", "32") ITEM("frequency_once_time", "06:30:00"),
         "null"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct made m = {0};
        add_schedule(&m, cases[i].items);
        add_operation(&m, 1, "Run", joined("<Item key=\"schedule_id\" value=\"", pm_id(OTHER + 9), "\"/>", NULL), 0);
        make(&m);
        char *text = json_dumps(json_object_get(step(&m, "schedule-run"), "default"), JSON_SORT_KEYS | JSON_ENCODE_ANY);
        assert_string_equal(text, cases[i].expected);
        free(text);
        bool agent_zone = strstr(text_at(step(&m, "schedule-run"), "text"), "agent's time zone") != NULL;
        assert_int_equal(agent_zone, strstr(cases[i].expected, "null") != NULL);
        end(&m);
    }
}

/* ------------------------------------------------------------------------------------------------ endpoints, agent */

static void test_roles(void **state)
{
    (void)state;
    static const struct {
        bool source;
        const char *name, *items, *role;
    } cases[] = {
        {true, "Anything", "", "source"},
        {false, "Post order", ITEM("http_method", "POST"), "target"},
        {false, "Orders", ITEM("http_method", "GET"), "source"},
        {false, "Search orders", ITEM("http_method", "POST") ITEM("target_target_id", "t"), "source"},
        {false, "Search orders", ITEM("http_method", "POST"), "target"}, /* its answer goes nowhere */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct made m = {0};
        add_location(&m, cases[i].source, 1, cases[i].name, "HTTP",
                     joined(ITEM("httpurl", "https://a.example.com/x"), cases[i].items, NULL));
        add_operation(&m, 1, "Run", "", (cases[i].source ? SOURCE : TARGET) + 1, 0);
        make(&m);
        const json_t *endpoint = json_array_get(json_object_get(m.metadata, "endpoints"), 0);
        assert_string_equal(text_at(endpoint, "role"), cases[i].role);
        end(&m);
    }
}

/* The verb is one that the endpoints allow, also where an operation runs again and again. */
static void test_verb(void **state)
{
    (void)state;
    static const struct {
        bool source, target;
        const char *verb;
    } rows[] = {{true, true, "Sync"}, {true, false, "Extract"}, {false, true, "Insert"}, {false, false, "Sync"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct made m = {0};
        add_schedule(&m, ITEM("occurs", "1") ITEM("frequency", "1") ITEM("frequency_once_time", "06:30:00"));
        if (rows[i].source)
            add_location(&m, true, 1, "In", "HTTP", ITEM("httpurl", "https://in.example.com"));
        if (rows[i].target)
            add_location(&m, false, 1, "Out", "HTTP", ITEM("httpurl", "https://out.example.com"));
        add_operation(&m, 1, "Run", joined("<Item key=\"schedule_id\" value=\"", pm_id(OTHER + 9), "\"/>", NULL),
                      rows[i].source ? SOURCE + 1 : TARGET + 1, rows[i].target ? TARGET + 1 : 0, 0);
        make(&m);
        assert_string_equal(text_at(m.metadata, "verb"), rows[i].verb);
        assert_int_equal(findings(&m, "low-confidence"), rows[i].source != rows[i].target);
        end(&m);
    }
}

/* Equal systems are one endpoint: the host of a URL, the log-in of a database. Plumbing and what is dead are none. */
static void test_endpoints(void **state)
{
    (void)state;
    struct made m = {0};
    add_location(&m, false, 1, "A1", "HTTP", ITEM("httpurl", "https://a.example.com/x"));
    add_location(&m, false, 2, "A2", "HTTP", ITEM("httpurl", "https://me:pw@a.example.com/y?z"));
    add_location(&m, false, 3, "B", "HTTP", ITEM("httpurl", "https://b.example.com:8443/x"));
    add_location(&m, true, 1, "D1", "Database", ITEM("connectstring", "[db]") ITEM("login", "a"));
    add_location(&m, true, 2, "D2", "Database", ITEM("connectstring", "[db]") ITEM("login", "a") ITEM("driver", ""));
    add_location(&m, true, 3, "D3", "Database", ITEM("connectstring", "[db]") ITEM("login", "b"));
    add_location(&m, true, 4, "T", "TemporaryStorage", ITEM("locator", "x"));
    add_location(&m, true, 5, "V", "GlobalData", ITEM("locator", "x"));
    add_location(&m, true, 6, "Dead", "FTP", ITEM("locator", "ftp.example.com"));
    add_operation(&m, 1, "Run", "", SOURCE + 1, SOURCE + 3, SOURCE + 4, SOURCE + 5, TARGET + 1, TARGET + 2, TARGET + 3,
                  0);
    make(&m);
    check_recipe(&m);
    struct buf out = {0};
    json_t *endpoint;
    size_t i;
    json_array_foreach(json_object_get(m.metadata, "endpoints"), i, endpoint)
    {
        buf_printf(&out, "%s=%s\n", text_at(endpoint, "id"), text_at(endpoint, "name"));
    }
    assert_string_equal(buf_text(&out), "database=Database: D1\ndatabase-2=Database: D3\nhttp=HTTP: a.example.com\n"
                                        "http-2=HTTP: b.example.com:8443\n");
    buf_free(&out);
    end(&m);
}

static void test_agent(void **state)
{
    (void)state;
    static const struct {
        const char *location, *items, *reason;
    } cases[] = {
        {"LocalFile", ITEM("locator", "/in"), "local files"},
        {"FileShare", ITEM("locator", "\\\\host\\share"), "a file share"},
        {"Database", ITEM("driver", "PostgreSQL Unicode"), "'PostgreSQL Unicode' has to be installed"},
        {"Database", ITEM("driver", "JTDS JDBC"), NULL},
        {"Database", ITEM("driver", ""), NULL},
        {"HTTP", ITEM("httpurl", "https://a.example.com"), NULL},
        {"TemporaryStorage", ITEM("locator", "/in"), NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct made m = {0};
        add_location(&m, true, 1, "In", cases[i].location, cases[i].items);
        add_variable(&m, 1, "agent", SET); /* its id does not confuse the inferences */
        add_operation(&m, 1, "Run", "", SOURCE + 1, 0);
        make(&m);
        const json_t *agent = json_array_get(json_object_get(m.metadata, "steps"), 1);
        const json_t *requires = json_object_get(agent, "requires"), *reasons = json_object_get(requires, "reasons");
        assert_string_equal(text_at(agent, "id"), "agent_2");
        assert_int_equal(json_is_true(json_object_get(requires, "private")), cases[i].reason != NULL);
        assert_int_equal(json_array_size(reasons), cases[i].reason ? 1 : 0);
        if (cases[i].reason)
            assert_non_null(strstr(json_string_value(json_array_get(reasons, 0)), cases[i].reason));
        size_t count, about = 0;
        const struct jpk_inference *inferences = jpk_recipe_inferences(m.recipe, &count);
        for (size_t j = 0; j < count; j++)
            about += strcmp(inferences[j].step, "agent_2") == 0 && strcmp(inferences[j].fact, "private") == 0;
        assert_int_equal(about, 1);
        end(&m);
    }
}

/* Exported without credentials: the settings are there and hold nothing. Each is asked for. */
static void test_no_credentials(void **state)
{
    (void)state;
    struct made m = {0};
    add_location(&m, true, 1, "Shop", "FTP",
                 ITEM("locator", "ftp.example.com") ITEM("login", "") "<Item key=\"password\"/>");
    add_location(&m, false, 1, "Open", "HTTP",
                 ITEM("httpurl", "https://a.example.com/") ITEM("login", "") ITEM("password", "")
                     ITEM("use_basic_http_authentication", "0"));
    add(&m, "SalesforceConnector", OTHER + 1, "SF", "  <Properties>%s</Properties>\n",
        ITEM("user_name", "") ITEM("password", "") ITEM("security_token", "") ITEM("server_host", ""));
    add_operation(&m, 1, "Run", "", SOURCE + 1, TARGET + 1, OTHER + 1, 0);
    make(&m);
    check_recipe(&m);
    static const char *const asked[] = {"Shop.login", "Shop.password", "SF.user_name", "SF.password",
                                        "SF.security_token"};
    for (size_t i = 0; i < COUNT(asked); i++)
        if (!json_is_true(json_object_get(property(&m, asked[i]), "required")))
            fail_msg("%s is not required", asked[i]);
    assert_null(find(&m, "Open.login", NULL)); /* it logs in nowhere */
    assert_string_equal(text_at(property(&m, "Shop.locator"), "default"), "ftp.example.com");
    end(&m);
}

/* ------------------------------------------------------------------------------------------------------ degenerate */

static void test_nothing(void **state)
{
    (void)state;
    struct made m = {0};
    make(&m);
    check_recipe(&m);
    expect_outline(&m, "introduction\nagent\nreview\n");
    expect_finding(&m, "no-endpoint", JPK_WARNING, "");
    end(&m);
    add_operation(&m, 1, "Run", "", SOURCE + 1, 0); /* points at nothing */
    make(&m);
    expect_outline(&m, "introduction\nagent\nschedule-run at times 'Run'\nreview\n");
    end(&m);
    add_variable(&m, 1, "lonely", "");
    make(&m);
    expect_outline(&m, "introduction\nagent\nnot-used\n  lonely text\nreview\n");
    end(&m);
    add_location(&m, true, 1, "In", "FTP", ITEM("login", "x")); /* no operation reaches it */
    add_variable(&m, 1, "lonely", "");
    make(&m);
    expect_outline(&m, "introduction\nagent\nnot-used\n  lonely text\nreview\n");
    end(&m);
}

/* An item whose file cannot be read is known by its name only. */
static void test_unread(void **state)
{
    (void)state;
    struct made m = {0};
    static const char *const types[] = {"ProjectVariable", "Source", "Script", "Operation", "EmailMessage"};
    struct buf tree = {0};
    for (size_t i = 0; i < COUNT(types); i++)
        buf_printf(&tree, "<EntityType name=\"%s\"><Entity entityId=\"%s\" name=\"lost password\"/></EntityType>\n",
                   types[i], pm_id(OTHER + (unsigned)i));
    add_operation(&m, 1, "Run", "", OTHER + 1, OTHER + 2, 0);
    pm_tree(&m.pm, "t/", buf_text(&tree));
    make(&m);
    check_recipe(&m);
    assert_string_equal(home_of(&m, "lost_password"), "not-used");
    buf_free(&tree);
    end(&m);
}

/* ---------------------------------------------------------------------------------------------------------- update */

static void add_shop(struct made *m)
{
    add_variable(m, 1, "shop_url", SET);
    add_variable(m, 2, "shop_password", "");
    add_variable(m, 3, "report_path", SET);
    add_variable(m, 4, "spare", SET);
    add_location(m, true, 1, "Orders", "HTTP", ITEM("httpurl", "[shop_url]") ITEM("password", "[shop_password]"));
    add_location(m, false, 1, "Report", "TemporaryStorage", ITEM("locator", "[report_path]"));
    add_operation(m, 1, "Run", "", SOURCE + 1, TARGET + 1, 0);
    add_operation(m, 2, "Test shop", "", SOURCE + 1, 0);
}

/* Generates again, now with `old` as the earlier recipe. */
static void update(struct made *m, const char *old)
{
    struct jpk_recipe_options options = {.old = old, .old_size = strlen(old)};
    if (strcmp(m->pm.entries[m->pm.count - 1].name, "t/project.xml") != 0)
        pm_tree(&m->pm, "t/", "");
    make_with(m, &options);
}

/* The recipe as its author leaves it, as text. */
static char *edited(struct made *m, const char *const *edits, size_t count)
{
    for (size_t i = 0; i < count; i += 2) {
        const char *home = NULL;
        json_t *object = *edits[i] ? find(m, edits[i], NULL) : m->metadata;
        json_t *change = json_loads(edits[i + 1], 0, NULL);
        if (!object)
            object = find(m, edits[i], &home);
        if (!object || !change)
            fail_msg("cannot edit %s", edits[i]);
        assert_int_equal(json_object_update(object, change), 0);
        json_decref(change);
    }
    char *text = json_dumps(m->metadata, JSON_INDENT(2));
    assert_non_null(text);
    return text;
}

static const char *const author[] = {
    "",
    "{\"name\": \"Shop\", \"version\": \"2.1.0\", \"author\": \"Me\", \"description\": \"Own words.\", \"verb\": "
    "\"Extract\", \"categories\": [\"Shops\"], \"keywords\": [], \"x-top\": 1, \"unknown\": {\"a\": [2]}}",
    "introduction",
    "{\"title\": \"Hello\", \"text\": \"Own text.\", \"x-image\": \"a.png\"}",
    "endpoint-http",
    "{\"title\": \"The shop\", \"visibleWhen\": {\"property\": \"spare\", \"equals\": \"x\"}}",
    "shop_url",
    "{\"label\": \"Address\", \"help\": \"Ask us.\", \"type\": \"text\", \"pattern\": \"^https:\", \"x-p\": true, "
    "\"id\": \"address\"}",
    "report_path",
    "{\"required\": true, \"type\": \"choice\", \"choices\": [\"a\", \"b\"], \"default\": \"a\"}",
    "action-test-shop",
    "{\"when\": \"deploy\", \"title\": \"Try it\"}",
    "schedule-run",
    "{\"default\": {\"occurs\": \"daily\"}}",
};

static void test_update_keeps(void **state)
{
    (void)state;
    struct made m = {0};
    add_shop(&m);
    make(&m);
    char *old = edited(&m, author, COUNT(author));
    /* The author's order and groups: an own step in front of the agent, with a property of another step. */
    json_t *steps = json_object_get(m.metadata, "steps"), *files = json_object_get(step(&m, "files"), "properties");
    json_t *own = json_pack("{s:s, s:s, s:s, s:[O], s:s}", "id", "own", "type", "variables", "title", "Own",
                            "properties", json_array_get(files, 0), "x-own", "yes");
    json_array_remove(files, 0);
    json_array_insert_new(steps, 1, own);
    for (size_t i = 0; i < json_array_size(steps); i++)
        if (strcmp(text_at(json_array_get(steps, i), "id"), "files") == 0)
            json_array_remove(steps, i);
    free(old);
    old = json_dumps(m.metadata, JSON_INDENT(2));
    json_t *expected = json_deep_copy(m.metadata);
    drop(&m);
    update(&m, old);
    check_recipe(&m);
    char *got = json_dumps(m.metadata, JSON_SORT_KEYS | JSON_INDENT(1)),
         *want = json_dumps(expected, JSON_SORT_KEYS | JSON_INDENT(1));
    assert_string_equal(got, want);
    assert_int_equal(findings(&m, "property-gone") + findings(&m, "step-gone") + findings(&m, "step-new"), 0);
    assert_int_equal(findings(&m, "property-new"), 0);
    expect_finding(&m, "property-changed", JPK_INFO, "looks optional now");
    assert_string_equal(text_at(json_object_get(m.configuration, "recipe"), "name"), "Shop");
    assert_non_null(value_at(&m, "own", "report_path"));
    free(got);
    free(want);
    json_decref(expected);
    free(old);
    end(&m);
}

/* The same again changes nothing, not a byte. */
static void test_update_again(void **state)
{
    (void)state;
    for (enum pm_real which = 0; which < PM_REAL_COUNT; which++) {
        struct made m = {0}, again = {0};
        struct jpk_error err = {0};
        if (real(&m, which)) {
            struct jpk_recipe_options options = {.old = jpk_recipe_metadata(m.recipe, NULL)};
            jpk_recipe_metadata(m.recipe, &options.old_size);
            again.recipe = jpk_recipe_generate(m.project, m.graph, &options, &err);
            assert_non_null(again.recipe);
            same_texts(m.recipe, again.recipe);
        }
        end(&again);
        end(&m);
    }
}

/* What the author took out of a step or property stays out. */
static void test_update_removed(void **state)
{
    (void)state;
    struct made m = {0};
    add_shop(&m);
    make(&m);
    json_object_del(step(&m, "endpoint-http"), "text");
    json_object_del(step(&m, "endpoint-http"), "test");
    json_object_del(step(&m, "not-used"), "optional");
    char *old = json_dumps(m.metadata, 0);
    drop(&m);
    update(&m, old);
    assert_null(json_object_get(step(&m, "endpoint-http"), "text"));
    assert_null(json_object_get(step(&m, "endpoint-http"), "test"));
    assert_null(json_object_get(step(&m, "not-used"), "optional"));
    free(old);
    end(&m);
}

/* The project changed: what it lost goes, what it gained is added, both are said. */
static void test_update_changes(void **state)
{
    (void)state;
    struct made m = {0};
    add_shop(&m);
    make(&m);
    char *old = edited(&m, author, COUNT(author));
    end(&m);
    add_variable(&m, 1, "shop_url", SET);
    add_variable(&m, 3, "report_path", SET);
    add_variable(&m, 4, "spare", SET);
    add_variable(&m, 5, "address", ""); /* the id that the author gave shop_url */
    add_variable(&m, 6, "shop_user", "");
    add_location(&m, true, 1, "Orders", "HTTP", ITEM("httpurl", "[shop_url]") ITEM("login", "[shop_user]"));
    add_location(&m, false, 1, "Report", "TemporaryStorage", ITEM("locator", "[report_path]"));
    add_location(&m, false, 2, "Inbox", "FTP", ITEM("locator", "[address]"));
    add_operation(&m, 1, "Run every day", "", SOURCE + 1, TARGET + 1, TARGET + 2, 0); /* another name */
    update(&m, old);
    check_recipe(&m);
    expect_finding(&m, "property-gone", JPK_WARNING, "'shop_password'");
    expect_finding(&m, "step-gone", JPK_WARNING, "'action-test-shop'");
    expect_finding(&m, "test-gone", JPK_WARNING, "'endpoint-http'");
    expect_finding(&m, "step-new", JPK_WARNING, "'endpoint-ftp'");
    expect_finding(&m, "property-new", JPK_WARNING, "'shop_user' is new in step 'endpoint-http'");
    expect_finding(&m, "property-new", JPK_INFO, "'address_2' is new in step 'endpoint-ftp'");
    assert_string_equal(home_of(&m, "address"), "endpoint-http");
    assert_string_equal(text_at(property(&m, "address"), "label"), "Address");
    assert_string_equal(home_of(&m, "address_2"), "endpoint-ftp");
    /* An operation is known by its id, not by its name. */
    assert_string_equal(text_at(json_object_get(step(&m, "schedule-run"), "operation"), "name"), "Run every day");
    assert_string_equal(text_at(json_object_get(step(&m, "schedule-run"), "default"), "occurs"), "daily");
    free(old);
    end(&m);
}

/* A step that goes does not take along what is still in the project. */
static void test_update_moves(void **state)
{
    (void)state;
    struct made m = {0};
    add_shop(&m);
    make(&m);
    static const char *const edits[] = {"shop_url", "{\"label\": \"Address\"}"};
    char *old = edited(&m, edits, COUNT(edits));
    end(&m);
    add_variable(&m, 1, "shop_url", SET);
    add_variable(&m, 2, "shop_password", "");
    add_operation(&m, 1, "Run", "", 0);
    update(&m, old);
    check_recipe(&m);
    expect_finding(&m, "step-gone", JPK_WARNING, "'endpoint-http'");
    expect_finding(&m, "property-changed", JPK_INFO, "'shop_url' went into step 'not-used'");
    assert_string_equal(home_of(&m, "shop_url"), "not-used");
    assert_string_equal(text_at(property(&m, "shop_url"), "label"), "Address");
    free(old);
    end(&m);
}

/* Endpoints are known by their items: one that comes first in the project does not take the author's words of another.
 */
static void test_update_endpoints(void **state)
{
    (void)state;
    struct made m = {0};
    static const char *const edits[] = {"endpoint-http", "{\"title\": \"The shop\"}"};
    add_location(&m, false, 2, "Shop", "HTTP", ITEM("httpurl", "https://shop.example.com"));
    add_operation(&m, 1, "Run", "", TARGET + 2, 0);
    make(&m);
    json_t *endpoint = json_array_get(json_object_get(m.metadata, "endpoints"), 0);
    json_object_set_new(endpoint, "name", json_string("Our shop"));
    char *old = edited(&m, edits, COUNT(edits));
    end(&m);
    add_location(&m, false, 1, "Other", "HTTP", ITEM("httpurl", "https://other.example.com"));
    add_location(&m, false, 2, "Shop", "HTTP", ITEM("httpurl", "https://shop.example.com"));
    add_operation(&m, 1, "Run", "", TARGET + 1, TARGET + 2, 0);
    update(&m, old);
    check_recipe(&m);
    json_t *shop = step(&m, "endpoint-http"), *other = step(&m, "endpoint-http_2");
    assert_string_equal(text_at(shop, "title"), "The shop");
    assert_string_equal(text_at(shop, "endpoint"), "http-2");
    assert_string_equal(text_at(json_array_get(json_object_get(shop, "entities"), 0), "name"), "Shop");
    assert_string_equal(text_at(other, "endpoint"), "http");
    assert_string_equal(text_at(json_array_get(json_object_get(m.metadata, "endpoints"), 0), "name"),
                        "HTTP: other.example.com");
    assert_string_equal(text_at(json_array_get(json_object_get(m.metadata, "endpoints"), 1), "name"), "Our shop");
    free(old);
    end(&m);
}

/* A secret of the author's has no default either, and a test that he chose stays while its operation does. */
static void test_update_secret_and_test(void **state)
{
    (void)state;
    struct made m = {0};
    static const char *const edits[] = {"report_path", "{\"secret\": true, \"default\": \"" PLANTED "\"}",
                                        "endpoint-http", "{\"test\": {\"kind\": \"connection\"}}"};
    add_shop(&m);
    make(&m);
    assert_string_equal(text_at(json_object_get(step(&m, "endpoint-http"), "test"), "kind"), "operation");
    char *old = edited(&m, edits, COUNT(edits));
    drop(&m);
    update(&m, old);
    check_recipe(&m);
    assert_null(strstr(jpk_recipe_metadata(m.recipe, NULL), PLANTED));
    assert_null(strstr(jpk_recipe_configuration(m.recipe, NULL), PLANTED));
    assert_string_equal(text_at(json_object_get(step(&m, "endpoint-http"), "test"), "kind"), "connection");
    free(old);
    end(&m);
}

/* What an author leaves in `m` becomes the earlier recipe of an update. */
static void update_edited(struct made *m)
{
    char *old = json_dumps(m->metadata, JSON_INDENT(2));
    assert_non_null(old);
    drop(m);
    update(m, old);
    check_recipe(m);
    free(old);
}

/* A step of the author's own stays as long as the project holds the operation that it starts. */
static void test_update_own_steps(void **state)
{
    (void)state;
    struct made m = {0};
    add_shop(&m);
    make(&m);
    json_t *steps = json_object_get(m.metadata, "steps");
    json_t *operation = json_deep_copy(json_object_get(step(&m, "schedule-run"), "operation"));
    json_object_set_new(operation, "name", json_string("Before it was renamed"));
    json_array_insert_new(steps, 1,
                          json_pack("{s:s, s:s, s:s, s:O, s:s}", "id", "first-load", "type", "action", "title",
                                    "Load everything once", "operation", operation, "when", "deploy"));
    json_array_insert_new(
        steps, 2,
        json_pack("{s:s, s:s, s:s, s:[]}", "id", "later", "type", "variables", "title", "For later", "properties"));
    json_array_insert_new(steps, 3,
                          json_pack("{s:s, s:s, s:s, s:{s:s, s:s}, s:s}", "id", "lost", "type", "action", "title",
                                    "Lost", "operation", "id", "00000000-0000-4000-8000-00000000dead", "name", "Gone",
                                    "when", "deploy"));
    json_t *turned = step(&m, "action-test-shop");
    json_object_set_new(turned, "type", json_string("schedule"));
    json_object_set_new(turned, "title", json_string("Try it at night"));
    json_object_set_new(turned, "default", json_pack("{s:s}", "occurs", "daily"));
    json_object_del(turned, "when");
    json_object_set_new(step(&m, "agent"), "id", json_string("where"));
    json_object_set_new(step(&m, "review"), "id", json_string("last"));
    size_t count = json_array_size(steps);
    update_edited(&m);
    assert_int_equal(json_array_size(json_object_get(m.metadata, "steps")), count - 1);
    expect_finding(&m, "step-gone", JPK_WARNING, "'lost'");
    expect_finding(&m, "step-kept", JPK_INFO, "'first-load'");
    expect_finding(&m, "step-changed", JPK_INFO, "'action-test-shop' looks like an action now");
    assert_int_equal(findings(&m, "step-gone"), 1);
    assert_int_equal(findings(&m, "step-new"), 0);
    assert_string_equal(text_at(step(&m, "first-load"), "title"), "Load everything once");
    assert_string_equal(text_at(json_object_get(step(&m, "first-load"), "operation"), "name"), "Run");
    assert_true(json_is_true(json_object_get(json_object_get(m.configuration, "actions"), "first-load")));
    assert_string_equal(text_at(step(&m, "schedule-run"), "type"), "schedule");
    assert_string_equal(text_at(step(&m, "later"), "title"), "For later");
    assert_int_equal(json_array_size(json_object_get(step(&m, "later"), "properties")), 0);
    assert_string_equal(text_at(step(&m, "action-test-shop"), "type"), "schedule");
    assert_string_equal(text_at(step(&m, "action-test-shop"), "title"), "Try it at night");
    assert_string_equal(text_at(step(&m, "where"), "type"), "agent");
    assert_string_equal(text_at(step(&m, "last"), "type"), "review");
    json_decref(operation);
    end(&m);
}

/* What the agent must be is the author's to say; a reason that is new is the project's. */
static void test_update_agent(void **state)
{
    (void)state;
    struct made m = {0};
    add_shop(&m);
    make(&m);
    json_t *requires = json_object_get(step(&m, "agent"), "requires");
    json_object_set_new(requires, "private", json_true());
    json_object_set_new(requires, "reasons", json_pack("[s]", "the shop is behind our firewall"));
    json_object_set_new(requires, "minVersion", json_string("99.10"));
    update_edited(&m);
    requires = json_object_get(step(&m, "agent"), "requires");
    assert_true(json_is_true(json_object_get(requires, "private")));
    assert_string_equal(json_string_value(json_array_get(json_object_get(requires, "reasons"), 0)),
                        "the shop is behind our firewall");
    assert_string_equal(text_at(requires, "minVersion"), "99.10");
    expect_finding(&m, "step-changed", JPK_INFO, "does not seem to need a private agent");
    /* Now the project has a reason too, which the recipe of an author who said nothing takes over. */
    for (int said = 0; said < 2; said++) {
        end(&m);
        add_shop(&m);
        make(&m);
        requires = json_object_get(step(&m, "agent"), "requires");
        json_object_set_new(requires, "x-note", json_true());
        if (said)
            json_object_set_new(requires, "reasons", json_pack("[s]", "our cloud agents have such a folder"));
        char *old = json_dumps(m.metadata, 0);
        end(&m);
        add_shop(&m);
        add_location(&m, false, 2, "Folder", "LocalFile", ITEM("locator", "/orders"));
        add_operation(&m, 3, "Store", "", SOURCE + 1, TARGET + 2, 0);
        update(&m, old);
        requires = json_object_get(step(&m, "agent"), "requires");
        assert_int_equal(json_is_true(json_object_get(requires, "private")), !said);
        assert_int_equal(json_array_size(json_object_get(requires, "reasons")), 1);
        assert_true(json_is_true(json_object_get(requires, "x-note")));
        expect_finding(&m, "step-changed", JPK_WARNING, said ? "seems to need a private agent" : "now: the project");
        free(old);
    }
    end(&m);
}

/* Keys that begin with x- are the author's, wherever they stand. */
static void test_update_own_keys(void **state)
{
    (void)state;
    static const char *const places[] = {"x-text", "x-number", "x-list"};
    struct made m = {0};
    add_shop(&m);
    add(&m, "Transformation", OTHER + 1, "Map",
        "  <Mappings><Mapping><konga.string name=\"expr\">a.x\t&lt;trans&gt;\nb.x$\n&lt;/trans&gt;</konga.string>"
        "</Mapping></Mappings>\n");
    add_operation(&m, 3, "Map it", "", SOURCE + 1, OTHER + 1, TARGET + 1, 0);
    make(&m);
    json_t *objects[10], *mapping = NULL, *s;
    size_t count = 0, i;
    json_array_foreach(json_object_get(m.metadata, "steps"), i, s)
    {
        if (strcmp(text_at(s, "type"), "mapping") == 0)
            mapping = s;
    }
    json_t *endpoint = step(&m, "endpoint-http");
    objects[count++] = json_object_get(m.metadata, "jitterpak");
    objects[count++] = json_array_get(json_object_get(m.metadata, "endpoints"), 0);
    objects[count++] = json_object_get(step(&m, "agent"), "requires");
    objects[count++] = json_array_get(json_object_get(endpoint, "entities"), 0);
    objects[count++] = json_object_get(endpoint, "test");
    objects[count++] = json_object_get(property(&m, "shop_url"), "target");
    objects[count++] = json_object_get(step(&m, "schedule-run"), "operation");
    if (mapping) {
        objects[count++] = json_object_get(mapping, "transformation");
        objects[count++] = json_array_get(json_object_get(mapping, "fields"), 0);
    }
    for (i = 0; i < count; i++) {
        json_object_set_new(objects[i], places[0], json_sprintf("\001%zu", i));
        json_object_set_new(objects[i], places[1], json_integer((json_int_t)i));
        json_object_set_new(objects[i], places[2], json_pack("[{s:i}, s]", "a", (int)i, "b"));
    }
    json_t *expected = json_deep_copy(m.metadata);
    update_edited(&m);
    char *got = json_dumps(m.metadata, JSON_INDENT(1)), *want = json_dumps(expected, JSON_INDENT(1));
    assert_string_equal(got, want);
    assert_non_null(mapping);
    free(got);
    free(want);
    json_decref(expected);
    end(&m);
}

/* A condition goes with the property that it names, and that is said; what it never named stays for validation. */
static void test_update_conditions(void **state)
{
    (void)state;
    static const char *const edits[] = {
        "shop_url",     "{\"visibleWhen\": {\"property\": \"Shop_Password\", \"equals\": \"x\"}}",
        "report_path",  "{\"visibleWhen\": {\"property\": \"spare\", \"equals\": \"x\"}}",
        "schedule-run", "{\"visibleWhen\": {\"property\": \"shop_password\", \"equals\": \"x\"}}",
        "review",       "{\"visibleWhen\": {\"property\": \"nobody\", \"equals\": \"x\"}}",
    };
    struct made m = {0};
    add_shop(&m);
    make(&m);
    char *old = edited(&m, edits, COUNT(edits));
    end(&m);
    add_variable(&m, 1, "shop_url", SET);
    add_variable(&m, 3, "report_path", SET);
    add_variable(&m, 4, "spare", SET);
    add_location(&m, true, 1, "Orders", "HTTP", ITEM("httpurl", "[shop_url]"));
    add_location(&m, false, 1, "Report", "TemporaryStorage", ITEM("locator", "[report_path]"));
    add_operation(&m, 1, "Run", "", SOURCE + 1, TARGET + 1, 0);
    update(&m, old);
    expect_finding(&m, "condition-gone", JPK_WARNING, "property 'shop_url' is always shown now");
    expect_finding(&m, "condition-gone", JPK_WARNING, "step 'schedule-run' is always shown now");
    assert_int_equal(findings(&m, "condition-gone"), 2);
    assert_null(json_object_get(property(&m, "shop_url"), "visibleWhen"));
    assert_null(json_object_get(step(&m, "schedule-run"), "visibleWhen"));
    assert_non_null(json_object_get(property(&m, "report_path"), "visibleWhen"));
    assert_non_null(json_object_get(step(&m, "review"), "visibleWhen"));
    free(old);
    /* With another variable of that name under another id the condition means this one. */
    end(&m);
    add_shop(&m);
    make(&m);
    old = edited(&m, edits, COUNT(edits));
    end(&m);
    add_variable(&m, 1, "shop_url", SET);
    add_variable(&m, 9, "shop_password", "");
    add_location(&m, true, 1, "Orders", "HTTP", ITEM("httpurl", "[shop_url]") ITEM("password", "[shop_password]"));
    add_operation(&m, 1, "Run", "", SOURCE + 1, 0);
    update(&m, old);
    expect_finding(&m, "property-gone", JPK_WARNING, "'shop_password'");
    assert_non_null(json_object_get(property(&m, "shop_url"), "visibleWhen"));
    free(old);
    end(&m);
}

/* What an update writes is canonical, and its numbers are those that the author wrote. */
static void test_update_canonical(void **state)
{
    (void)state;
    static const char *const edits[] = {
        "",
        "{\"x-1\": \"@1.10@\", \"x-2\": [\"@1E5@\", \"@-0@\"]}",
        "files",
        "{\"optional\": true, \"visibleWhen\": {\"equals\": \"x\", \"property\": \"spare\"}}",
        "spare",
        "{\"help\": \"Anything.\", \"maximum\": \"@0.3@\", \"minimum\": \"@1.0@\"}",
        "schedule-run",
        "{\"default\": {\"at\": \"06:30:00\", \"every\": \"@2.0@\", \"occurs\": \"daily\"}}",
    };
    static const char *const numbers[] = {"\"x-1\": 1.10,",    " 1E5,",          " -0\n", "\"maximum\": 0.3\n",
                                          "\"minimum\": 1.0,", "\"every\": 2.0,"};
    struct made m = {0};
    struct buf old = {0}, form = {0};
    struct jpk_error err = {0};
    size_t size;
    add_shop(&m);
    make(&m);
    char *marked = edited(&m, edits, COUNT(edits));
    for (const char *at = marked; *at; at++) {
        bool quoted = (at[0] == '"' && at[1] == '@') || (at[0] == '@' && at[1] == '"');
        if (!quoted)
            buf_putc(&old, *at);
        at += quoted;
    }
    drop(&m);
    update(&m, buf_text(&old));
    const char *text = jpk_recipe_metadata(m.recipe, &size);
    for (size_t i = 0; i < COUNT(numbers); i++)
        if (!strstr(text, numbers[i]))
            fail_msg("no %s in %s", numbers[i], text);
    assert_true(recipe_format(text, size, &form, &err));
    assert_string_equal(text, buf_text(&form));
    buf_clear(&form);
    text = jpk_recipe_configuration(m.recipe, &size);
    assert_true(recipe_format(text, size, &form, &err));
    assert_string_equal(text, buf_text(&form));
    assert_non_null(strstr(text, "\"every\": 2.0,"));
    buf_free(&form);
    buf_free(&old);
    free(marked);
    end(&m);
}

static void test_update_errors(void **state)
{
    (void)state;
    static const struct {
        const char *old;
        uint32_t line;
        enum jpk_code code; /* JPK_OK: JPK_ERR_JSON */
    } cases[] = {
        {"", 1, JPK_OK},
        {"{\n\"recipeFormat\": 1,\n\"steps\": [,]}", 3, JPK_OK},
        {"{\"recipeFormat\": 1, \"steps\": [],\n\"steps\": []}", 2, JPK_OK},
        {"{\"recipeFormat\": 1, \"steps\": []} x", 1, JPK_OK},
        {"[]", 1, JPK_OK},
        {"{\"recipeFormat\": 2, \"steps\": []}", 1, JPK_OK},
        {"{\"recipeFormat\": \"1\", \"steps\": []}", 1, JPK_OK},
        {"{\"recipeFormat\": 1}", 1, JPK_OK},
        {"{\"recipeFormat\": 1, \"steps\": {}}", 1, JPK_OK},
        {"\xff\xfe{", 1, JPK_ERR_ENCODING},
        {"{\"recipeFormat\": 1, \"x\": 1e1234567890123456789012, \"steps\": []}", 1, JPK_ERR_LIMIT},
    };
    struct made m = {0};
    add_shop(&m);
    make(&m);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct jpk_recipe_options options = {.old = cases[i].old, .old_size = strlen(cases[i].old)};
        struct jpk_error err = {0};
        assert_null(jpk_recipe_generate(m.project, m.graph, &options, &err));
        enum jpk_code code = cases[i].code == JPK_OK ? JPK_ERR_JSON : cases[i].code;
        if (err.code != code || err.line != cases[i].line || err.column == 0)
            fail_msg("%s: %s at %u:%u: %s", cases[i].old, jpk_code_name(err.code), err.line, err.column, err.message);
        assert_null(jpk_recipe_generate(m.project, m.graph, &options, NULL));
    }
    end(&m);
}

/* Old files that hold anything at all in the right places. */
static void test_update_odd(void **state)
{
    (void)state;
    static const char *const steps[] = {
        "1, \"x\", null, [], {}",
        "{\"id\": 1, \"type\": 2, \"properties\": 3}",
        "{\"id\": \"files\", \"type\": \"variables\", \"properties\": [1, null, {}, {\"target\": {}}]}",
        "{\"id\": \"files\", \"type\": \"action\", \"properties\": []}",
        "{\"id\": \"a\", \"type\": \"variables\"}, {\"id\": \"a\", \"type\": \"variables\"}",
        "{\"id\": \"review\", \"type\": \"review\"}, {\"id\": \"review\", \"type\": \"review\"}",
        "{\"type\": \"endpoint\", \"entities\": [1, {\"id\": 2}]}, {\"type\": \"mapping\", \"transformation\": []}",
        "{\"id\": \"x\", \"type\": \"review\", \"test\": [], \"operation\": 1, \"endpoint\": {}}",
    };
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct made m = {0};
        struct buf old = {0};
        buf_printf(&old, "{\"recipeFormat\": 1, \"endpoints\": [1, {\"id\": 3}], \"steps\": [%s]}", steps[i]);
        add_shop(&m);
        update(&m, buf_text(&old));
        assert_non_null(find(&m, "shop_url", NULL));
        assert_non_null(find(&m, "spare", NULL));
        buf_free(&old);
        end(&m);
    }
}

/* ---------------------------------------------------------------------------------------------------------- large */

/* Many of everything: the time is in the alarm. */
static void test_large(void **state)
{
    (void)state;
    enum { MANY = 2000 };
    struct made m = {0};
    struct buf items = {0};
    char name[64];
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%s_%u_password", i % 2 ? "ftp" : "db", i);
        add_variable(&m, i, name, "");
        add_location(&m, true, i, name, i % 2 ? "FTP" : "Database", slot("password", name));
        add_operation(&m, i, "Run", i ? next_operation(i - 1) : "", SOURCE + i, 0);
    }
    for (unsigned i = 0; i < MANY; i++)
        buf_printf(&items, "%s<Item key=\"k%u\" value=\"[ftp_%u_password]\"/>", slot("password", "ftp_1_password"), i,
                   i);
    add(&m, "SalesforceConnector", OTHER + 1, "SF", "  <Properties>%s</Properties>\n", buf_text(&items));
    add_operation(&m, MANY, "Last", "", OTHER + 1, 0);
    make(&m);
    check_recipe(&m);
    drop(&m);
    make(&m);
    char *old = json_dumps(m.metadata, 0);
    drop(&m);
    update(&m, old);
    check_recipe(&m);
    free(old);
    buf_free(&items);
    end(&m);
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each),
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_from_memory),
        cmocka_unit_test(test_jitterpak_name),
        cmocka_unit_test(test_corpus),
        cmocka_unit_test(test_sheets),
        cmocka_unit_test(test_http_sample),
        cmocka_unit_test(test_salesforce_sample),
        cmocka_unit_test(test_database_sample),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_markers),
        cmocka_unit_test(test_slots),
        cmocka_unit_test(test_slot_length),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_required),
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_cycles),
        cmocka_unit_test(test_schedules),
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_verb),
        cmocka_unit_test(test_endpoints),
        cmocka_unit_test(test_agent),
        cmocka_unit_test(test_no_credentials),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_unread),
        cmocka_unit_test(test_update_keeps),
        cmocka_unit_test(test_update_again),
        cmocka_unit_test(test_update_removed),
        cmocka_unit_test(test_update_changes),
        cmocka_unit_test(test_update_moves),
        cmocka_unit_test(test_update_endpoints),
        cmocka_unit_test(test_update_secret_and_test),
        cmocka_unit_test(test_update_own_steps),
        cmocka_unit_test(test_update_agent),
        cmocka_unit_test(test_update_own_keys),
        cmocka_unit_test(test_update_conditions),
        cmocka_unit_test(test_update_canonical),
        cmocka_unit_test(test_update_errors),
        cmocka_unit_test(test_update_odd),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
