/* Jitterpaks for another organization. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "jpk/retarget.h"
#include "jpk/retarget_parts.h"
#include "tests/unit/treemaker.h"

enum { ALL = JPK_WITHOUT_CREDENTIALS | JPK_WITHOUT_SCHEDULES | JPK_WITHOUT_EMAILS | JPK_WITHOUT_VARIABLES };

static const unsigned choices[] = {0,
                                   JPK_WITHOUT_CREDENTIALS,
                                   JPK_WITHOUT_SCHEDULES,
                                   JPK_WITHOUT_EMAILS,
                                   JPK_WITHOUT_VARIABLES,
                                   JPK_WITHOUT_CREDENTIALS | JPK_WITHOUT_EMAILS,
                                   ALL};

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ------------------------------------------------------------------------------------------------- source and result
 */

struct rt {
    char root[64], path[96];
    const struct jpk_project *source;
    struct jpk_graph *graph;
    struct jpk_retargeted *retargeted;
    struct jpk_archive *archive; /* the result */
    struct jpk_project *project;
};

static void begin(struct rt *rt, const struct jpk_project *source)
{
    struct jpk_error err = {0};
    memset(rt, 0, sizeof *rt);
    pm_temporary(rt->root);
    snprintf(rt->path, sizeof rt->path, "%s/out.jpk", rt->root);
    rt->source = source;
    rt->graph = jpk_graph_build(source, &err);
    assert_non_null(rt->graph);
}

static void forget(struct rt *rt)
{
    jpk_project_free(rt->project);
    jpk_archive_free(rt->archive);
    jpk_retargeted_free(rt->retargeted);
    rt->project = NULL;
    rt->archive = NULL;
    rt->retargeted = NULL;
}

static void end(struct rt *rt)
{
    forget(rt);
    jpk_graph_free(rt->graph);
    pm_remove(rt->root);
}

static void run(struct rt *rt, struct jpk_retarget_options options)
{
    struct jpk_error err = {0};
    forget(rt);
    options.force = true;
    options.fast = true;
    rt->retargeted = jpk_retarget_jitterpak(rt->source, rt->graph, rt->path, &options, &err);
    if (!rt->retargeted)
        fail_msg("%s: %s: %s", jpk_code_name(err.code), err.entry, err.message);
    assert_null(rt->retargeted->text);
    rt->archive = jpk_archive_open(rt->path, NULL, &err);
    assert_non_null(rt->archive);
    rt->project = jpk_project_load(rt->archive, NULL, 0, &err);
    if (!rt->project)
        fail_msg("%s: %s", err.entry, err.message);
    assert_int_equal(rt->project->kind, JPK_KIND_EXPORT);
}

static void entry_text(const struct rt *rt, const char *name, struct buf *out)
{
    size_t at = jpk_archive_find(rt->archive, name);
    if (at == SIZE_MAX)
        fail_msg("there is no %s", name);
    tt_bytes(rt->archive, at, out);
}

static void expect_entry(const struct rt *rt, const char *name, const char *text)
{
    struct buf bytes = {0};
    entry_text(rt, name, &bytes);
    assert_string_equal(buf_text(&bytes), text);
    buf_free(&bytes);
}

/* Whether a list has that row; `key` and `note` may be NULL. */
static bool listed(const struct jpk_left_out *rows, size_t count, const char *path, const char *key, const char *note)
{
    for (size_t i = 0; i < count; i++) {
        bool same_key = key ? rows[i].key && strcmp(rows[i].key, key) == 0 : !rows[i].key;
        bool same_note = note ? rows[i].note && strcmp(rows[i].note, note) == 0 : !rows[i].note;
        if (strcmp(rows[i].path, path) == 0 && same_key && same_note)
            return true;
    }
    return false;
}

static void expect_left_out(const struct rt *rt, const char *path, const char *key, const char *note)
{
    if (!listed(rt->retargeted->left_out, rt->retargeted->left_out_count, path, key, note))
        fail_msg("%s %s (%s) is not among what was left out", path, key ? key : "", note ? note : "");
}

/* ----------------------------------------------------------------------------------------------- proved by meaning */

static size_t errors_of(const struct jpk_project *project, const struct jpk_graph *graph)
{
    struct jpk_error err = {0};
    size_t n = 0;
    struct jpk_findings *findings = jpk_check(project, graph, &err);
    assert_non_null(findings);
    for (size_t i = 0; i < findings->count; i++)
        n += findings->items[i].severity == JPK_ERROR;
    jpk_findings_free(findings);
    return n;
}

static struct jpk_diff *compare(const struct rt *rt)
{
    struct jpk_error err = {0};
    struct jpk_diff *diff = jpk_diff_projects(rt->source, rt->project, NULL, &err);
    if (!diff)
        fail_msg("%s", err.message);
    return diff;
}

static bool has_part(const struct jpk_diff_change *change, const char *key)
{
    for (size_t i = 0; i < change->field_count; i++) {
        const char *path = change->fields[i].path, *last = strrchr(path, '/');
        if (strcmp(last ? last + 1 : path, key) == 0)
            return true;
    }
    return false;
}

static bool seen(const struct jpk_diff *diff, const struct jpk_left_out *row)
{
    for (size_t i = 0; i < diff->change_count; i++) {
        const struct jpk_diff_change *change = &diff->changes[i];
        if (!change->old_path || strcmp(change->old_path, row->path) != 0)
            continue;
        if (row->key ? has_part(change, row->key) : change->what == JPK_DIFF_REMOVED)
            return true;
    }
    return false;
}

static bool deleted(const struct jpk_project *project, const char *path)
{
    bool found = false;
    for (size_t i = 0; i < project->entity_count && !found; i++) {
        char *own = jpk_entity_path(project->entities[i]);
        found = strcmp(own, path) == 0 && project->entities[i]->deleted;
        free(own);
    }
    return found;
}

/* The difference is what was asked for, all of it and nothing else. */
static void prove(struct rt *rt, const struct jpk_retarget_options *options)
{
    struct jpk_error err = {0};
    struct jpk_graph *graph = jpk_graph_build(rt->project, &err);
    assert_true(errors_of(rt->project, graph) <= errors_of(rt->source, rt->graph));
    jpk_graph_free(graph);
    struct jpk_diff *diff = compare(rt);
    for (size_t i = 0; i < diff->change_count; i++) {
        const struct jpk_diff_change *change = &diff->changes[i];
        const char *why = NULL;
        if (!jpk_retarget_explains(options, diff, change, &why) || !why)
            fail_msg("without %u: %s is not explained: %s", options->without,
                     change->old_path ? change->old_path : change->new_path,
                     change->field_count ? change->fields[0].path : "");
    }
    for (size_t i = 0; i < rt->retargeted->left_out_count; i++) {
        const struct jpk_left_out *row = &rt->retargeted->left_out[i];
        assert_true(row->why & options->without);
        if (!seen(diff, row) && !deleted(rt->source, row->path))
            fail_msg("without %u: %s %s makes no difference", options->without, row->path, row->key ? row->key : "");
    }
    if (!options->without)
        assert_int_equal(rt->retargeted->left_out_count + rt->retargeted->kept_count, 0);
    jpk_diff_free(diff);
}

/* With each of the choices, under another name in another organization. */
static void prove_all(const struct jpk_project *source)
{
    struct rt rt;
    begin(&rt, source);
    for (size_t i = 0; i < COUNT(choices); i++) {
        struct jpk_retarget_options options = {.name = "Other & name",
                                               .organization_id = "77",
                                               .organization_name = "Ümbrella = \"one\" / two",
                                               .environment_id = "88",
                                               .environment_name = "Prod\n\001\t#!",
                                               .without = choices[i]};
        run(&rt, options);
        prove(&rt, &options);
        assert_string_equal(rt.project->name, options.name);
        assert_string_equal(rt.project->base, "Other & name/");
        options = (struct jpk_retarget_options){.organization_id = "77", .without = choices[i]};
        run(&rt, options);
        prove(&rt, &options);
    }
    run(&rt, (struct jpk_retarget_options){0});
    if (source->kind == JPK_KIND_EXPORT) {
        struct jpk_diff *diff = compare(&rt);
        assert_int_equal(diff->change_count, 0);
        jpk_diff_free(diff);
    }
    end(&rt);
}

static void real_projects(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    for (enum pm_real which = 0; which < PM_REAL_COUNT; which++) {
        struct jpk_archive *archive = pm_real(which);
        if (!archive)
            continue;
        struct jpk_project *project = jpk_project_load(archive, NULL, 0, &err);
        assert_non_null(project);
        prove_all(project);
        jpk_project_free(project);
        jpk_archive_free(archive);
    }
}

/* --------------------------------------------------------------------------------------------- a project of all parts
 */

/* "$00" and base64 of 32 bytes. */
#define CIPHER "$00AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define PROPERTIES(items) "  <Properties>\n" items "  </Properties>\n"
#define ITEM(key, value) "    <Item key=\"" key "\" value=\"" value "\"/>\n"
#define SECRET(key) "    <Item enc=\"true\" key=\"" key "\" value=\"" CIPHER "\"/>\n"
#define LOCATION(type, items)                                                                                          \
    "  <Properties/>\n  <Location type=\"" type "\">\n    <Data>\n" PROPERTIES(items) "    </Data>\n  </Location>\n"
#define SCRIPT(text) "  <Properties/>\n  <konga.string name=\"script\">" text "</konga.string>\n"

enum { SCHEDULE = 1, MAIL, USED_MAIL, OPERATION, TALKER, VARIABLE, EMPTY_VARIABLE, CONNECTOR, HTTP, OLD, COMMENTED };

static void add_operation(struct tt *t)
{
    struct buf body = {0};
    buf_printf(&body,
               PROPERTIES(ITEM("schedule_id", "%s") ITEM("schedule_policy", "skip_if_running")
                              ITEM("success_message_id", "%s") "    <!-- kept -->\n" ITEM("failure_message_id", "%s")
                                  ITEM("operation_type_id", "8")) "  <Pipeline opType=\"Script\">\n    <Activities/>\n"
                                                                  "  </Pipeline>\n  <Siblings/>\n",
               pm_id(SCHEDULE), pm_id(MAIL), pm_id(USED_MAIL));
    tt_item(t, "Operation", pm_id(OPERATION), "Load", buf_text(&body));
    buf_free(&body);
}

static void add_scripts(struct tt *t)
{
    struct buf body = {0};
    buf_printf(&body, "<trans>\nSendEmailMessage(\"m.%s\");\n// SendEmailMessage(\"m.%s\");\n</trans>",
               pm_id(USED_MAIL), pm_id(COMMENTED));
    tt_script(t, pm_id(TALKER), "Talk", buf_text(&body));
    buf_free(&body);
}

#define MAIL_BODY PROPERTIES(SECRET("account") ITEM("message_text", "Password: see below") ITEM("subject", "s"))

static void all_parts_below(struct tt *t, const char *top)
{
    tt_begin(t);
    strcpy(t->top, top);
    tt_state(t);
    tt_add(t, "files/a.xsd", "<a/>");
    tt_add(t, "testfiles/t.csv", "1,2\n");
    tt_type(t, "Schedule");
    tt_item(t, "Schedule", pm_id(SCHEDULE), "Nightly", PROPERTIES(ITEM("occurs", "1")));
    tt_up(t);
    tt_type(t, "EmailMessage");
    tt_item(t, "EmailMessage", pm_id(MAIL), "Unused", MAIL_BODY);
    tt_item(t, "EmailMessage", pm_id(USED_MAIL), "Used", MAIL_BODY);
    tt_item(t, "EmailMessage", pm_id(COMMENTED), "Commented", MAIL_BODY);
    tt_up(t);
    tt_type(t, "Operation");
    add_operation(t);
    tt_up(t);
    tt_type(t, "Script");
    add_scripts(t);
    tt_up(t);
    tt_type(t, "ProjectVariable");
    tt_item(t, "ProjectVariable", pm_id(VARIABLE), "db_password", PROPERTIES(ITEM("hide_value", "1") SECRET("value")));
    tt_item(t, "ProjectVariable", pm_id(EMPTY_VARIABLE), "nothing", PROPERTIES(ITEM("hide_value", "0")));
    tt_up(t);
    tt_type(t, "SalesforceConnector");
    tt_item(t, "SalesforceConnector", pm_id(CONNECTOR), "Org",
            PROPERTIES("    <Item enc='true' key='user_name' value='" CIPHER "'/>\n" ITEM("password", "open &amp; shut")
                           ITEM("security_token", "[token]") ITEM("token", "[token{fallback}]")
                               ITEM("token_url", "https://example.com/t") ITEM("use_token", "1")
                                   ITEM("server_host", "https://me:pw@example.com")));
    tt_up(t);
    tt_type(t, "Target");
    tt_item(t, "Target", pm_id(HTTP), "Post",
            LOCATION("HTTP",
                     SECRET("httpurl")
                         ITEM("http_request_headers", "Host: a&#10;Authorization: Basic QQ==&#10;X-Api-Key: [key]")
                             SECRET("password") "      <Item enc=\"true\" key=\"two\" value=\"" CIPHER "\"></Item>\n"));
    tt_up(t);
    tt_file(t, "SalesforceConnector", pm_id(OLD), "Old", PROPERTIES(SECRET("password")));
}

static void all_parts(struct tt *t)
{
    all_parts_below(t, "top/");
}

static const char *entity_name(const struct rt *rt, const char *type, unsigned id)
{
    static char name[256];
    snprintf(name, sizeof name, "%sData/%s/%s.xml", rt->project->base, type, pm_id(id));
    return name;
}

/* What stands behind the header. */
static void expect_body(const struct rt *rt, const char *type, unsigned id, const char *body)
{
    struct buf bytes = {0}, wanted = {0};
    entry_text(rt, entity_name(rt, type, id), &bytes);
    const char *header = strstr(buf_text(&bytes), "</Header>\n");
    assert_non_null(header);
    buf_printf(&wanted, "%s</Entity>\n", body);
    assert_string_equal(header + strlen("</Header>\n"), buf_text(&wanted));
    buf_free(&bytes);
    buf_free(&wanted);
}

static void what_is_cut(void **state)
{
    (void)state;
    struct tt t;
    struct rt rt;
    all_parts(&t);
    begin(&rt, tt_load(&t));
    run(&rt, (struct jpk_retarget_options){.without = ALL});
    expect_body(&rt, "Operation", OPERATION,
                PROPERTIES(ITEM("schedule_policy", "skip_if_running") "    <!-- kept -->\n" ITEM(
                    "operation_type_id", "8")) "  <Pipeline opType=\"Script\">\n    <Activities/>\n"
                                               "  </Pipeline>\n  <Siblings/>\n");
    expect_body(&rt, "ProjectVariable", VARIABLE, PROPERTIES(ITEM("hide_value", "1")));
    expect_body(&rt, "SalesforceConnector", CONNECTOR,
                PROPERTIES("    <Item key='user_name'/>\n" ITEM("password", "") ITEM("security_token", "[token]")
                               ITEM("token", "") ITEM("token_url", "https://example.com/t") ITEM("use_token", "1")
                                   ITEM("server_host", "https://@example.com")));
    expect_body(&rt, "Target", HTTP,
                LOCATION("HTTP",
                         "    <Item key=\"httpurl\"/>\n" ITEM(
                             "http_request_headers",
                             "Host: a&#10;Authorization: &#10;X-Api-Key: [key]") "    <Item key=\"password\"/>\n      "
                                                                                 "<Item key=\"two\"></Item>\n"));
    expect_body(
        &rt, "EmailMessage", USED_MAIL,
        PROPERTIES("    <Item key=\"account\"/>\n" ITEM("message_text", "Password: see below") ITEM("subject", "s")));
    expect_body(&rt, "SalesforceConnector", OLD, PROPERTIES("    <Item key=\"password\"/>\n"));
    assert_int_equal(jpk_archive_find(rt.archive, entity_name(&rt, "EmailMessage", MAIL)), SIZE_MAX);
    assert_int_equal(jpk_archive_find(rt.archive, entity_name(&rt, "EmailMessage", COMMENTED)), SIZE_MAX);
    assert_int_equal(jpk_archive_find(rt.archive, entity_name(&rt, "Schedule", SCHEDULE)), SIZE_MAX);
    expect_left_out(&rt, "Operation/Load", "schedule_id", "it names Schedule/Nightly");
    expect_left_out(&rt, "Operation/Load", "failure_message_id", "it names EmailMessage/Used");
    expect_left_out(&rt, "Schedule/Nightly", NULL, NULL);
    expect_left_out(&rt, "ProjectVariable/db_password", "value", NULL);
    expect_left_out(&rt, "SalesforceConnector/Org", "server_host", "only the secret in its text, the rest of it stays");
    assert_int_equal(rt.retargeted->kept_count, 1);
    assert_true(listed(rt.retargeted->kept, 1, "EmailMessage/Used", NULL, "Script/Talk uses it"));
    assert_string_equal(rt.retargeted->left_out[0].path, "Schedule/Nightly"); /* in the order of the project */
    end(&rt);
    tt_end(&t);
}

/* A type without entities has no element; what is left is in its order, and keeps its bytes. */
static void what_the_tree_loses(void **state)
{
    (void)state;
    static const char tree[] =
        PM_DECLARATION "<Project projectId='p-1' name='It&apos;s'>\n"
                       "  <EntityType name=\"Schedule\">\r\n"
                       "    <Entity entityId=\"00000001-0000-4000-8000-0000000000AB\" name=\"Nightly\"></Entity>\r\n"
                       "  </EntityType>\r\n"
                       "  <EntityType name=\"EmailMessage\"><Folder entityId=\"f\" name=\"F\"><Entity "
                       "entityId=\"00000002-0000-4000-8000-0000000000ab\" name=\"Unused\"/></Folder></EntityType>\n"
                       "  <EntityType name=\"Script\">\n"
                       "    <Entity entityId=\"00000005-0000-4000-8000-0000000000ab\" name=\"Talk\"/> <!-- here -->\n"
                       "  </EntityType>\n"
                       "</Project>\n";
    struct pm pm = {0};
    struct rt rt;
    pm_add(&pm, "project.xml", tree);
    pm_entity(&pm, "", "Schedule", pm_id(SCHEDULE), "Nightly", "");
    pm_entity(&pm, "", "EmailMessage", pm_id(MAIL), "Unused", "");
    pm_entity(&pm, "", "Script", pm_id(TALKER), "Talk", SCRIPT("<trans></trans>"));
    struct jpk_project *project = pm_good(&pm, 0);
    begin(&rt, project);
    run(&rt, (struct jpk_retarget_options){.name = "a'b&c", .without = ALL});
    expect_entry(&rt, "a'b&c/project.xml",
                 PM_DECLARATION "<Project projectId='p-1' name=\"a'b&amp;c\">\n"
                                "  <EntityType name=\"EmailMessage\"><Folder entityId=\"f\" "
                                "name=\"F\"></Folder></EntityType>\n"
                                "  <EntityType name=\"Script\">\n"
                                "    <Entity entityId=\"00000005-0000-4000-8000-0000000000ab\" name=\"Talk\"/> "
                                "<!-- here -->\n"
                                "  </EntityType>\n"
                                "</Project>\n");
    end(&rt);
    jpk_project_free(project);
    pm_free(&pm);
}

static void properties_keep_their_lines(void **state)
{
    (void)state;
    struct tt t;
    struct rt rt;
    tt_begin(&t);
    pm_tree(&t.pm, "top/", "");
    pm_add(&t.pm, "top/jitterpak.properties",
           "#then\r\ncomment=c\r\n! mine\r\nproject_name=P\r\ntype=3\r\nown = 1\r\n");
    pm_add(&t.pm, "top/environment.properties",
           "#now\norg-id : 1\nother=\\u00e4\nlast-deployed-by=a\\\n  b\ndeploy-dirty=false\nhas-been-deployed=true\n"
           "crypto-marker=$00x\nlast-deployed-at=5\nenvironment-name=E");
    struct jpk_project *project = pm_good(&t.pm, 0);
    begin(&rt, project);
    run(&rt,
        (struct jpk_retarget_options){
            .name = "N", .organization_id = "9", .organization_name = "not there", .environment_name = " a/b\n\001"});
    expect_entry(&rt, "N/jitterpak.properties",
                 "#then\r\ncomment=c\r\n! mine\r\nproject_name=N\r\ntype=3\r\nown = 1\r\n");
    expect_entry(&rt, "N/environment.properties",
                 "#now\norg-id=9\nother=\\u00e4\ndeploy-dirty=true\nhas-been-deployed=false\ncrypto-marker=$00x\n"
                 "environment-name=\\ a/b\\n\\u0001");
    end(&rt);
    jpk_project_free(project);
    tt_end(&t);
}

/* --------------------------------------------------------------------------------------------------- shapes, losses */

static void prove_folder(const char *path, enum jpk_shape shape)
{
    struct jpk_error err = {0};
    struct jpk_archive *archive = jpk_archive_open_folder(path, NULL, &err);
    struct jpk_project *project = archive ? jpk_project_load(archive, NULL, 0, &err) : NULL;
    if (!project)
        fail_msg("%s: %s", err.entry, err.message);
    assert_int_equal(project->shape, shape);
    prove_all(project);
    jpk_project_free(project);
    jpk_archive_free(archive);
}

static void all_parts_in_any_shape(void **state)
{
    (void)state;
    struct tt t;
    all_parts(&t);
    prove_all(tt_load(&t));
    tt_unpack(&t, false, false);
    prove_all(tt_open(&t));
    assert_true(jpk_archive_is_tree(t.view));
    tt_end(&t);

    all_parts_below(&t, "env-7/");
    pm_add(&t.pm, "manifest.jip", "org-id=1\nproject-name=P\nlast-environment=7\n");
    tt_add(&t, "environment.properties", "org-id=1\norg-name=O\nenvironment-id=7\nhas-been-deployed=true\n");
    tt_load(&t);
    assert_true(file_make_folder(t.copy, NULL));
    pm_write(&t.pm, t.copy);
    prove_folder(t.copy, JPK_SHAPE_WORKSPACE);
    strcat(t.copy, "/env-7");
    prove_folder(t.copy, JPK_SHAPE_ENVIRONMENT);
    tt_end(&t);

    all_parts_below(&t, "");
    tt_load(&t);
    for (size_t i = 0; i < t.pm.count; i++) { /* side by side */
        char *name = (char *)(uintptr_t)t.pm.entries[i].name, *slash = strrchr(name, '/');
        if (slash)
            memmove(name, slash + 1, strlen(slash));
    }
    assert_true(file_make_folder(t.copy, NULL));
    pm_write(&t.pm, t.copy);
    prove_folder(t.copy, JPK_SHAPE_FLAT);
    tt_end(&t);
}

/* A result that has lost something else besides gives a change that nothing explains. */
static void expect_unexplained(struct tt *t, const char *path)
{
    struct jpk_error err = {0};
    struct jpk_retarget_options options = {.without = ALL};
    struct tt original;
    size_t unexplained = 0;
    all_parts(&original);
    struct jpk_project *a = tt_load(&original), *b = tt_load(t);
    struct jpk_diff *diff = jpk_diff_projects(a, b, NULL, &err);
    assert_non_null(diff);
    for (size_t i = 0; i < diff->change_count; i++) {
        const struct jpk_diff_change *change = &diff->changes[i];
        const char *why = "", *shown = change->old_path ? change->old_path : change->new_path;
        if (jpk_retarget_explains(&options, diff, change, &why)) {
            assert_non_null(why);
            continue;
        }
        assert_null(why);
        assert_string_equal(shown, path);
        unexplained++;
    }
    assert_int_equal(unexplained, 1);
    jpk_diff_free(diff);
    tt_end(&original);
    tt_end(t);
}

/* Other bytes in the file of an entity. */
static void change(struct tt *t, const char *type, unsigned id, const char *old, const char *with)
{
    char name[256];
    snprintf(name, sizeof name, "top/Data/%s/%s.xml", type, pm_id(id));
    for (size_t i = 0; i < t->pm.count; i++) {
        struct zm_entry *entry = &t->pm.entries[i];
        const char *at = strcmp(entry->name, name) == 0 ? strstr(entry->data, old) : NULL;
        struct buf text = {0};
        if (!at)
            continue;
        buf_put(&text, entry->data, (size_t)(at - (const char *)entry->data));
        buf_puts(&text, with);
        buf_puts(&text, at + strlen(old));
        free((void *)(uintptr_t)entry->data);
        entry->data = text.data;
        entry->size = text.size;
        return;
    }
    fail_msg("no %s in %s", old, name);
}

static void what_was_lost_is_not_explained(void **state)
{
    (void)state;
    static const struct {
        const char *type, *old, *with, *path;
        unsigned id;
    } rows[] = {
        {"Script", "// Send", "Send", "Script/Talk", TALKER},
        {"Operation", ITEM("schedule_policy", "skip_if_running"), "", "Operation/Load", OPERATION},
        {"Operation", "value=\"8\"", "value=\"3\"", "Operation/Load", OPERATION},
        {"ProjectVariable", ITEM("hide_value", "1"), "", "ProjectVariable/db_password", VARIABLE},
        {"ProjectVariable", CIPHER, "", "ProjectVariable/db_password", VARIABLE}, /* it goes as a whole */
        {"SalesforceConnector", "[token]", "", "SalesforceConnector/Org", CONNECTOR},
        {"SalesforceConnector", "https://example.com/t", "", "SalesforceConnector/Org", CONNECTOR},
        {"SalesforceConnector", "me:pw@example.com", "@example.org", "SalesforceConnector/Org", CONNECTOR},
        {"SalesforceConnector", "open &amp; shut", "other", "SalesforceConnector/Org", CONNECTOR},
        {"Target", "Host: a&#10;Authorization: Basic QQ==", "Authorization: ", "Target/Post", HTTP},
        {"Target", "Basic QQ==", "Basic QR==", "Target/Post", HTTP},
        {"Schedule", "Name=\"Nightly\"", "Name=\"Daily\"", "Schedule/Nightly", SCHEDULE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tt t;
        all_parts(&t);
        change(&t, rows[i].type, rows[i].id, rows[i].old, rows[i].with);
        expect_unexplained(&t, rows[i].path);
    }
    struct tt t; /* a script that is gone */
    all_parts(&t);
    struct buf outline = {0};
    const char *start = strstr(buf_text(&t.outline), "  <EntityType name=\"Script\">");
    const char *behind = strstr(start, "</EntityType>\n") + strlen("</EntityType>\n");
    buf_put(&outline, t.outline.data, (size_t)(start - t.outline.data));
    buf_puts(&outline, behind);
    buf_free(&t.outline);
    t.outline = outline;
    for (size_t i = 0; i < t.pm.count; i++)
        if (strstr(t.pm.entries[i].name, "Data/Script/")) {
            free((void *)(uintptr_t)t.pm.entries[i].name);
            t.pm.entries[i].name = strdup("top/plain.txt");
        }
    struct jpk_error err = {0};
    struct jpk_retarget_options options = {.without = ALL};
    struct tt original;
    all_parts(&original);
    struct jpk_diff *diff = jpk_diff_projects(tt_load(&original), tt_load(&t), NULL, &err);
    bool found = false;
    for (size_t i = 0; i < diff->change_count; i++) {
        assert_false(jpk_retarget_explains(&options, diff, &diff->changes[i], NULL));
        found = found || (diff->changes[i].old_path && strcmp(diff->changes[i].old_path, "Script/Talk") == 0);
    }
    assert_true(found);
    jpk_diff_free(diff);
    tt_end(&original);
    tt_end(&t);
}

/* Names that the options do not say, and values that they say otherwise. */
static void the_place_must_be_right(void **state)
{
    (void)state;
    struct tt t;
    struct rt rt;
    all_parts(&t);
    tt_add(&t, "environment.properties", "org-id=1\norg-name=O\n");
    begin(&rt, tt_load(&t));
    run(&rt, (struct jpk_retarget_options){.name = "N", .organization_id = "9"});
    struct jpk_diff *diff = compare(&rt);
    const struct {
        struct jpk_retarget_options options;
        bool explained;
    } rows[] = {
        {{.name = "N", .organization_id = "9"}, true},     {{.name = "N", .organization_id = "8"}, false},
        {{.name = "M", .organization_id = "9"}, false},    {{.name = "N"}, false},
        {{.organization_id = "9", .without = ALL}, false},
    };
    assert_int_equal(diff->change_count, 1);
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(jpk_retarget_explains(&rows[i].options, diff, diff->changes, NULL), rows[i].explained);
    jpk_diff_free(diff);
    end(&rt);
    tt_end(&t);
}

/* ----------------------------------------------------------------------------------------------------------- errors */

static void expect_refused(struct rt *rt, struct jpk_retarget_options options, enum jpk_code code, const char *part)
{
    struct jpk_error err = {0};
    assert_null(jpk_retarget_jitterpak(rt->source, rt->graph, rt->path, &options, &err));
    assert_int_equal(err.code, code);
    if (!strstr(err.message, part))
        fail_msg("%s is not in: %s", part, err.message);
    assert_int_not_equal(access(rt->path, F_OK), 0);
}

static void what_is_refused(void **state)
{
    (void)state;
    struct tt t;
    struct rt rt;
    all_parts(&t);
    begin(&rt, tt_load(&t));
    for (const char *c = "\\/:?*\"<>|"; *c; c++) {
        char name[] = {'a', *c, 'b', '\0'};
        expect_refused(&rt, (struct jpk_retarget_options){.name = name}, JPK_ERR_USAGE, "none of \\ / : ? * \" < > |");
    }
    expect_refused(&rt, (struct jpk_retarget_options){.name = ""}, JPK_ERR_USAGE, "is empty");
    expect_refused(&rt, (struct jpk_retarget_options){.name = "a\nb"}, JPK_ERR_USAGE, "control character (byte 0x0a)");
    expect_refused(&rt, (struct jpk_retarget_options){.name = "\xff"}, JPK_ERR_USAGE, "project's name is not UTF-8");
    expect_refused(&rt, (struct jpk_retarget_options){.environment_id = "\xc3"}, JPK_ERR_USAGE,
                   "environment's id is not UTF-8");
    jpk_graph_free(rt.graph);
    rt.graph = NULL;
    expect_refused(&rt, (struct jpk_retarget_options){.without = JPK_WITHOUT_EMAILS}, JPK_ERR_USAGE, "graph");
    run(&rt, (struct jpk_retarget_options){.without = JPK_WITHOUT_CREDENTIALS | JPK_WITHOUT_VARIABLES});
    struct jpk_error err = {0};
    struct jpk_retarget_options options = {0};
    assert_null(jpk_retarget_jitterpak(rt.source, rt.graph, rt.path, &options, &err));
    assert_int_equal(err.code, JPK_ERR_EXISTS);
    end(&rt);
    tt_end(&t);
}

static bool count_note(void *context, const struct retarget_change *change)
{
    assert_true(change->why && change->item.key && change->item.value && change->fate != ITEM_STAYS);
    ++*(size_t *)context;
    return true;
}

static bool drop_all(void *context, const char *id)
{
    (void)context;
    return *id != '\0';
}

/* Whatever the bytes are: they are cut or they stay, and what was cut is not found again. */
static void mutated_files(void **state)
{
    (void)state;
    static const char letters[] = "<>/='\" \n&;Itemkyvalunc$!-[]";
    unsigned seed = 815;
    struct tt t;
    all_parts(&t);
    tt_load(&t);
    for (int round = 0; round < 40; round++)
        for (size_t i = 0; i < t.pm.count; i++) {
            struct buf text = {0}, out = {0}, again = {0};
            size_t noted = 0, left = 0;
            buf_put(&text, t.pm.entries[i].data, t.pm.entries[i].size);
            for (int n = 0; n < 4 && text.size; n++)
                text.data[(size_t)rand_r(&seed) % text.size] = letters[(size_t)rand_r(&seed) % (sizeof letters - 1)];
            for (int type = 0; type < JPK_TYPE_COUNT; type += 5) {
                assert_true(retarget_entity(ALL, (enum jpk_type)type, &text, &out, count_note, &noted));
                assert_true(retarget_entity(ALL, (enum jpk_type)type, &out, &again, count_note, &left));
                if (noted == 0)
                    assert_true(buf_equal(&text, &out) || text.size == 0);
            }
            assert_true(retarget_outline("N", drop_all, NULL, &text, &out));
            buf_free(&text);
            buf_free(&out);
            buf_free(&again);
        }
    tt_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_projects),           cmocka_unit_test(what_is_cut),
        cmocka_unit_test(what_the_tree_loses),     cmocka_unit_test(properties_keep_their_lines),
        cmocka_unit_test(all_parts_in_any_shape),  cmocka_unit_test(what_was_lost_is_not_explained),
        cmocka_unit_test(the_place_must_be_right), cmocka_unit_test(what_is_refused),
        cmocka_unit_test(mutated_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
