/* Exports of Cloud Studio for another organization. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "jpk/cloud_asset.h"
#include "jpk/cloud_model.h"
#include "jpk/convert.h"
#include "jpk/packed.h"
#include "jpk/retarget.h"
#include "jpk/scan.h"
#include "tests/unit/cloudmaker.h"
#include "tests/unit/projectmaker.h"

enum { ALL = JPK_WITHOUT_CREDENTIALS | JPK_WITHOUT_SCHEDULES | JPK_WITHOUT_EMAILS | JPK_WITHOUT_VARIABLES };

static const unsigned choices[] = {
    0, JPK_WITHOUT_CREDENTIALS, JPK_WITHOUT_SCHEDULES, JPK_WITHOUT_EMAILS, JPK_WITHOUT_VARIABLES, ALL};

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define CIPHER "$00AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static struct jpk_cloud *load(const char *text, size_t size)
{
    struct jpk_error err = {0};
    struct jpk_cloud *cloud = jpk_cloud_load(text, size, "t.json", NULL, &err);
    if (!cloud)
        fail_msg("%u:%u: %s", err.line, err.column, err.message);
    return cloud;
}

static struct jpk_retargeted *run(const struct jpk_cloud *cloud, const struct jpk_retarget_options *options)
{
    struct jpk_error err = {0};
    struct jpk_retargeted *retargeted = jpk_retarget_export(cloud, options, &err);
    if (!retargeted)
        fail_msg("%s: %s", jpk_code_name(err.code), err.message);
    assert_int_equal(strlen(retargeted->text), retargeted->size);
    return retargeted;
}

/* ----------------------------------------------------------------------------------------------- proved by meaning */

static size_t errors_of(const struct jpk_cloud *cloud)
{
    struct jpk_error err = {0};
    size_t n = 0;
    struct jpk_findings *findings = jpk_cloud_check(cloud, &err);
    assert_non_null(findings);
    for (size_t i = 0; i < findings->count; i++)
        n += findings->items[i].severity == JPK_ERROR;
    jpk_findings_free(findings);
    return n;
}

static bool seen(const struct jpk_diff *diff, const struct jpk_left_out *row)
{
    for (size_t i = 0; i < diff->change_count; i++) {
        const struct jpk_diff_change *change = &diff->changes[i];
        if (!change->old_path || strcmp(change->old_path, row->path) != 0)
            continue;
        if (!row->key && change->what == JPK_DIFF_REMOVED)
            return true;
        for (size_t j = 0; row->key && j < change->field_count; j++)
            if (strstr(change->fields[j].path, row->key))
                return true;
    }
    return false;
}

static void prove(const struct jpk_cloud *cloud, const struct jpk_retarget_options *options)
{
    struct jpk_error err = {0};
    struct jpk_retargeted *retargeted = run(cloud, options);
    struct jpk_cloud *result = load(retargeted->text, retargeted->size);
    size_t size;
    char *canonical = jpk_cloud_write(result, &size, &err);
    assert_string_equal(canonical, retargeted->text);
    free(canonical);
    assert_true(errors_of(result) <= errors_of(cloud));
    struct jpk_diff *diff = jpk_diff_clouds(cloud, result, NULL, &err);
    assert_non_null(diff);
    for (size_t i = 0; i < diff->change_count; i++) {
        const struct jpk_diff_change *change = &diff->changes[i];
        const char *why = NULL;
        if (!jpk_retarget_explains(options, diff, change, &why) || !why)
            fail_msg("without %u: %s is not explained: %s", options->without,
                     change->old_path ? change->old_path : change->new_path,
                     change->field_count ? change->fields[0].path : "");
    }
    for (size_t i = 0; i < retargeted->left_out_count; i++) {
        assert_true(retargeted->left_out[i].why & options->without);
        if (!seen(diff, &retargeted->left_out[i]))
            fail_msg("without %u: %s %s makes no difference", options->without, retargeted->left_out[i].path,
                     retargeted->left_out[i].key ? retargeted->left_out[i].key : "");
    }
    if (!options->without)
        assert_int_equal(retargeted->left_out_count + retargeted->kept_count, 0);
    jpk_diff_free(diff);
    jpk_cloud_free(result);
    jpk_retargeted_free(retargeted);
}

static void prove_all(const struct jpk_cloud *cloud)
{
    for (size_t i = 0; i < COUNT(choices); i++) {
        struct jpk_retarget_options options = {.name = "Other & n\u00e4me",
                                               .organization_id = "7\"7\n\001",
                                               .environment_id = "88",
                                               .without = choices[i]};
        prove(cloud, &options);
        options = (struct jpk_retarget_options){.without = choices[i]};
        prove(cloud, &options);
    }
    struct jpk_error err = {0};
    struct jpk_retargeted *retargeted = run(cloud, &(struct jpk_retarget_options){0});
    struct jpk_cloud *result = load(retargeted->text, retargeted->size);
    struct jpk_diff *diff = jpk_diff_clouds(cloud, result, NULL, &err);
    assert_int_equal(diff->change_count, 0);
    jpk_diff_free(diff);
    jpk_cloud_free(result);
    jpk_retargeted_free(retargeted);
}

static void prove_file(const char *path)
{
    struct jpk_error err = {0};
    if (access(path, R_OK) != 0) {
        print_message("skipped: there is no %s\n", path);
        return;
    }
    struct jpk_cloud *cloud = jpk_cloud_load_file(path, NULL, &err);
    assert_non_null(cloud);
    prove_all(cloud);
    jpk_cloud_free(cloud);
}

static void real_exports(void **state)
{
    (void)state;
    static const char *const real[] = {"cloud-studio-export.json", "cloud-studio-components.json"};
    prove_file("samples/cloud/contacts.json");
    prove_file("samples/cloud/nightly-cleanup.json");
    for (size_t i = 0; i < COUNT(real); i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/corpus/%s", pm_shared(), real[i]);
        prove_file(path);
    }
}

/* Exports that real projects of Design Studio become: they have connections with passwords in variables. */
static void what_projects_become(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    for (enum pm_real which = 0; which < PM_REAL_COUNT; which++) {
        struct jpk_archive *archive = pm_real(which);
        if (!archive)
            continue;
        struct jpk_project *project = jpk_project_load(archive, NULL, 0, &err);
        struct jpk_graph *graph = jpk_graph_build(project, &err);
        struct jpk_conversion *conversion = jpk_convert_to_cloud(project, graph, NULL, &err);
        assert_non_null(conversion);
        struct jpk_cloud *cloud = load(conversion->text, conversion->size);
        prove_all(cloud);
        jpk_cloud_free(cloud);
        jpk_conversion_free(conversion);
        jpk_graph_free(graph);
        jpk_project_free(project);
        jpk_archive_free(archive);
    }
}

/* --------------------------------------------------------------------------------------------- a project of all parts
 */

#define PROPERTY(name, more) "{\"name\":\"" name "\"" more "}"
#define VALUE(text) ",\"value\":\"" text "\""
#define HINT ",\"widgetHint\":\"password\""
#define GROUP(name, children) PROPERTY(name, ",\"children\":[" children "]")

#define EMAIL(n, name, more) PART(n, 1200, name, ",\"to\":\"a\",\"account\":\"me\",\"password\":\"" CIPHER "\"" more)

#define PARTS                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                \
    PART(1, 200, "O1",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       \
         ",\"steps\":[" LINK(2, 400) "],\"outcomes\":[{\"outcomeType\":200,\"operationId\":\"" GUID(                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         \
             1) "\"},{\"outcomeType\":100,\"id\":\"" GUID(5) "\",\"type\":1200}],\"onError\":\"" GUID(6) "\"")                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               \
    "," SCRIPT(2, "Talk", "SendEmailMessage(\\\"<TAG>email:Used</TAG>\\\");\\n// <TAG>email:Unused</TAG>") "," PART(                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         \
        3, 600, "Web",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       \
        ",\"adapterId\":\"http\",\"properties\":[" GROUP(                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    \
            "page1", PROPERTY("pw", HINT VALUE("[pw]1234")) "," PROPERTY("pw2", HINT VALUE("[pw]")) "," PROPERTY(                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            \
                         "sec", ",\"se"                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      \
                                "cret"                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       \
                                "\":"                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        \
                                "tru"                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        \
                                "e" VALUE(                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   \
                                    "sesame")) "," PROPERTY("number", HINT ",\"value\":12") "," PROPERTY("off", HINT ",\"value\":false")) "," PROPERTY("enc", VALUE(CIPHER)) "," PROPERTY("api"                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              \
                                                                                                                                                                                          "Ke"                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               \
                                                                                                                                                                                          "y",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               \
                                                                                                                                                                                          VALUE("k\\u00e4y")) "," PROPERTY("tokenUrl", VALUE("https://example.com")) "," PROPERTY("headers", VALUE("Host: a\\nAuthorization: Basic QQ==")) "," PROPERTY("where", VALUE("Token='x'")) "," PROPERTY("list", ",\"value\":[\"a\",\"" CIPHER "\",\"b\"]") "]") "," PART(4,                                                                                                                                                                                                                                                                                                                        \
                                                                                                                                                                                                                                                                                                                                                                                                                                                                   1000,                                                                                                                                                                                                                                                                                                                     \
                                                                                                                                                                                                                                                                                                                                                                                                                                                                   "db_password",                                                                                                                                                                                                                                                                                                            \
                                                                                                                                                                                                                                                                                                                                                                                                                                                                   ",\"defaultValue\":\"" CIPHER "\",\"hidevalue\":true") "," PART(7,                                                                                                                                                                                                                                                        \
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   1000, "flag", ",\"defaultValue\":true") "," EMAIL(5,                                                                                                                                                                                                      \
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "Unused", "") "," EMAIL(6,                                                                                                                                                                              \
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                             "Used",                                                                                                                                                                         \
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                             ",\"duplicateRef\":\"" GUID(5) "\"") "," PART(8,                                                                                                                                \
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                           1300,                                                                                                                             \
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                           "g",                                                                                                                              \
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                           ",\"endpoints\":[],\"usages\":[{\"id\":\"" GUID(                                                                                  \
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               5) "\",\"type\":1200},{\"id\":\"" GUID(6) "\",\"type\":1200}],\"value\":\"v\"") "," PART(9,                                   \
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        4242,                                \
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "later",                             \
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        ",\"password\":{\"deep\":[\"" CIPHER \
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "\"]},\"value\":\"stays\"")

#define WHOLE                                                                                                          \
    PROJECT("{\"name\":\"W\",\"operations\":[{\"id\":\"" GUID(1) "\",\"type\":200,\"outcomes\":[{\"outcomeType\":100," \
                                                                 "\"id\":\"" GUID(5) "\"}]}]}",                        \
            PARTS,                                                                                                     \
            ",\"name\":\"P\",\"organizationId\":\"1\",\"targetEnvironmentId\":2,\"deployments\":[{\"at\":1}],"         \
            "\"requiresDeploy\":false,\"adapters\":[{\"id\":\"x\",\"endpoint\":{\"properties\":[" PROPERTY(            \
                "key", HINT VALUE("y")) "]}}]")

/* Numbers a place in the text; the whole of `part` must be there. */
static void expect_part(const struct jpk_retargeted *retargeted, const char *part)
{
    if (!strstr(retargeted->text, part))
        fail_msg("%s is not in\n%s", part, retargeted->text);
}

static void expect_none(const struct jpk_retargeted *retargeted, const char *part)
{
    if (strstr(retargeted->text, part))
        fail_msg("%s is in\n%s", part, retargeted->text);
}

static void expect_row(const struct jpk_left_out *rows, size_t count, const char *path, const char *key,
                       const char *note)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].path, path) == 0 && (key ? rows[i].key && strcmp(rows[i].key, key) == 0 : !rows[i].key) &&
            (note ? rows[i].note && strcmp(rows[i].note, note) == 0 : !rows[i].note))
            return;
    fail_msg("%s %s (%s) is not listed", path, key ? key : "", note ? note : "");
}

static const char cut[] = "only the secret in its text, the rest of it stays";

static void what_is_cut(void **state)
{
    (void)state;
    struct jpk_cloud *cloud = load(WHOLE, strlen(WHOLE));
    prove_all(cloud);
    struct jpk_retargeted *r = run(
        cloud,
        &(struct jpk_retarget_options){.name = "N", .organization_id = "77", .environment_id = "88", .without = ALL});
    const struct jpk_left_out *rows = r->left_out;
    size_t n = r->left_out_count;
    expect_part(r, "\"organizationId\": \"77\"");
    expect_part(r, "\"targetEnvironmentId\": \"88\"");
    expect_part(r, "\"name\": \"N\"");
    expect_part(r, "\"deployments\": []");
    expect_part(r, "\"requiresDeploy\": true");
    expect_none(r, "$00");
    expect_none(r, "1234");
    expect_none(r, "sesame");
    expect_none(r, "Unused\"");
    expect_none(r, "Basic QQ==");
    expect_none(r, "onError");
    expect_none(r, "\"account\"");
    expect_part(r, "\"value\": \"[pw]\"");
    expect_part(r, "\"value\": false");
    expect_part(r, "\"value\": \"https://example.com\"");
    expect_part(r, "\"value\": \"Host: a\\nAuthorization: \"");
    expect_part(r, "\"value\": \"Token='x'\"");
    expect_part(r, "\"defaultValue\": \"\"");
    expect_part(r, "\"value\": \"stays\"");
    expect_row(rows, n, "operation/W/O1", "outcomes", "it names notification/Unused");
    expect_row(rows, n, "operation/W/O1", "onError", "it names notification/Used");
    expect_row(rows, n, "connection/Web", "page1/pw", NULL);
    expect_row(rows, n, "connection/Web", "page1/sec", NULL);
    expect_row(rows, n, "connection/Web", "page1/number", NULL);
    expect_row(rows, n, "connection/Web", "enc", NULL);
    expect_row(rows, n, "connection/Web", "apiKey", NULL);
    expect_row(rows, n, "connection/Web", "headers", cut);
    expect_row(rows, n, "connection/Web", "list", NULL);
    expect_row(rows, n, "projectVariable/db_password", "defaultValue", NULL);
    expect_row(rows, n, "projectVariable/flag", "defaultValue", NULL);
    expect_row(rows, n, "notification/Unused", NULL, NULL);
    expect_row(rows, n, "notification/Used", "account", NULL);
    expect_row(rows, n, "notification/Used", "password", NULL);
    expect_row(rows, n, "other/later", "password/deep", NULL);
    expect_row(rows, n, "project", "key", NULL);
    assert_int_equal(n, 16);
    assert_int_equal(r->kept_count, 1);
    expect_row(r->kept, 1, "notification/Used", NULL, "script/Talk uses it");
    struct jpk_cloud *result = load(r->text, r->size);
    assert_int_equal(result->component_count, cloud->component_count - 1);
    const struct jpk_cloud_component *global = jpk_cloud_by_id(result, GUID(8));
    assert_int_equal(global->as.global->usage_count, 1);
    const struct jpk_cloud_component *operation = jpk_cloud_by_id(result, GUID(1));
    assert_int_equal(operation->as.operation->outcome_count, 1);
    jpk_cloud_free(result);
    jpk_retargeted_free(r);
    jpk_cloud_free(cloud);
}

/* What an asset holds compressed is looked through, and packed again without its secrets. */
static void secrets_in_assets(void **state)
{
    (void)state;
    static const char before[] = "<a mail='ann@orders.canary' host='10.1.2.3'/>\n"
                                 "Authorization: Bearer kT93mQx71LpVz8Rw4zzHunter\n";
    struct jpk_error err = {0};
    struct buf text = {0}, rest = {0}, bytes = {0};
    bool fits = false;
    buf_puts(&text, "{\"assets\":[");
    assert_true(cloud_asset_join(NULL, "a.xsd", "<plain/>", 8, &text, &err));
    buf_putc(&text, ',');
    assert_true(cloud_asset_join(NULL, "b.xsd", before, strlen(before), &text, &err));
    buf_puts(&text, "],\"project\":{\"name\":\"P\",\"id\":\"" GUID(7) "\",\"components\":[]}}");
    struct jpk_cloud *cloud = load(buf_text(&text), text.size);
    struct jpk_retarget_options options = {.without = JPK_WITHOUT_SECRETS};
    struct jpk_retargeted *r = run(cloud, &options);
    assert_int_equal(r->left_out_count, 1);
    assert_string_equal(r->left_out[0].key, "b.xsd");
    assert_string_equal(r->left_out[0].note, "in the compressed file");
    jpk_retargeted_free(r);
    options.without = JPK_WITHOUT_SECRETS | JPK_WITHOUT_PEOPLE | JPK_WITHOUT_HOSTS;
    r = run(cloud, &options);
    assert_int_equal(r->left_out_count, 3);
    struct jpk_cloud *result = load(r->text, r->size);
    assert_int_equal(result->asset_count, 2);
    const struct jdoc *doc = &((const struct cloud *)result)->doc;
    assert_true(cloud_asset_cut(doc, result->assets[1].node, "b.xsd", NULL, &rest, &bytes, &fits, &err));
    assert_true(fits);
    assert_string_equal(buf_text(&bytes),
                        "<a mail='redacted@example.com' host='192.0.2.1'/>\nAuthorization: Bearer REDACTED\n");
    jpk_cloud_free(result);
    jpk_retargeted_free(r);
    jpk_cloud_free(cloud);
    buf_free(&text);
    buf_free(&rest);
    buf_free(&bytes);
}

#define ASSET(path, size, content)                                                                                     \
    "{\"path\":\"" path "\",\"type\":\"xml\",\"properties\":[{\"key\":\"FileSize\",\"value\":\"" size                  \
    "\"}],\"note\":\"$pwd = 'Hk7q02Zw3Vx9'\",\"compressedContent\":\"" content "\"}"
#define ASSETS(list) "{\"assets\":[" list "],\"project\":{\"name\":\"P\",\"id\":\"" GUID(7) "\",\"components\":[]}}"

static void expect_content(const struct jpk_cloud *cloud, size_t asset, const char *text)
{
    struct buf bytes = {0};
    struct jpk_error err = {0};
    uint32_t content = cloud->assets[asset].content;
    assert_true(
        packed_decode(jdoc_string(cloud->doc, content), jdoc_string_size(cloud->doc, content), NULL, &bytes, &err));
    assert_string_equal(buf_text(&bytes), text);
    buf_free(&bytes);
}

/* Level 6 of zlib, as most programs have it, where exports have 9; what stands beside the content is searched too. */
static void assets_that_others_have_packed(void **state)
{
    (void)state;
    static const char text[] =
        ASSETS(ASSET("a.xsd", "40", "eJxTKShPUbBVUPfINi80MIwqNw6rsFQHAEHbBgI=") "," ASSET("b.xsd", "7", "@"));
    struct buf json = {0}, content = {0};
    struct jpk_error err = {0};
    assert_true(packed_encode("$pwd = 'Hk7q01Zw3Vx9'", 21, &content, &err));
    buf_put(&json, text, (size_t)(strchr(text, '@') - text));
    buf_printf(&json, "%s%s", buf_text(&content), strchr(text, '@') + 1);
    struct jpk_cloud *cloud = load(json.data, json.size);
    struct jpk_retargeted *r = run(cloud, &(struct jpk_retarget_options){.without = JPK_WITHOUT_SECRETS});
    assert_int_equal(r->left_out_count, 4);
    assert_int_equal(r->kept_count, 0);
    expect_none(r, "Hk7q");
    struct jpk_cloud *result = load(r->text, r->size);
    expect_content(result, 0, "$pwd = 'REDACTED'");
    expect_content(result, 1, "$pwd = 'REDACTED'");
    expect_part(r, "\"value\": \"7\""); /* it was not the size of the content */
    jpk_cloud_free(result);
    jpk_retargeted_free(r);
    jpk_cloud_free(cloud);
    buf_free(&json);
    buf_free(&content);
}

/* What nobody could look at is told by its name, also by those who only look. */
static void assets_that_cannot_be_searched(void **state)
{
    (void)state;
    static const char text[] = ASSETS(ASSET("broken.xsd", "4", "eJwr") "," ASSET("text.xsd", "5", "a b c") "," ASSET(
        "binary.png", "16", "eJxjYAAAAAIAAQ==") "," ASSET("empty.xsd", "0", ""));
    static const char *const names[] = {"broken.xsd", "text.xsd", "binary.png"};
    static const char *const notes[] = {"it ends in the middle of its zlib data",
                                        "it is not base64: its length is not a multiple of four", "it is no text"};
    struct jpk_error err = {0};
    struct jpk_cloud *cloud = load(text, strlen(text));
    struct jpk_retargeted *r = run(cloud, &(struct jpk_retarget_options){.without = JPK_WITHOUT_SECRETS});
    assert_int_equal(r->left_out_count, 4);
    assert_int_equal(r->kept_count, COUNT(names));
    for (size_t i = 0; i < COUNT(names); i++) {
        expect_row(r->kept, COUNT(names), "project", names[i], notes[i]);
        assert_string_equal(r->kept[i].rule, "not-searched");
    }
    struct jpk_scan_options only = {.only = (const char *const[]){"not-searched"}, .only_count = 1};
    struct jpk_secrets *secrets = jpk_scan_cloud(cloud, NULL, &only, &err);
    assert_int_equal(secrets->count, COUNT(names));
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_string_equal(secrets->items[i].setting, names[i]);
        assert_string_equal(secrets->items[i].shown, notes[i]);
        assert_int_equal(secrets->items[i].severity, JPK_INFO);
    }
    jpk_secrets_free(secrets);
    jpk_retargeted_free(r);
    jpk_cloud_free(cloud);
}

/* Without credentials the value of a project variable stays, and the other way round. */
static void credentials_are_no_variables(void **state)
{
    (void)state;
    struct jpk_cloud *cloud = load(WHOLE, strlen(WHOLE));
    struct jpk_retargeted *r = run(cloud, &(struct jpk_retarget_options){.without = JPK_WITHOUT_CREDENTIALS});
    expect_part(r, "\"defaultValue\": \"" CIPHER "\"");
    expect_part(r, "\"name\": \"Unused\"");
    expect_part(r, "\"name\": \"P\"");
    expect_none(r, "\"password\": \"$00");
    jpk_retargeted_free(r);
    r = run(cloud, &(struct jpk_retarget_options){.without = JPK_WITHOUT_VARIABLES});
    expect_part(r, "\"value\": \"[pw]1234\"");
    expect_none(r, "\"defaultValue\": \"" CIPHER "\"");
    jpk_retargeted_free(r);
    jpk_cloud_free(cloud);
}

/* What is named by something that nobody knows stays. */
static void an_email_that_is_needed(void **state)
{
    (void)state;
    static const struct {
        const char *more, *user;
    } rows[] = {
        {PART(2, 4242, "X", ",\"mail\":[{\"ref\":\"" GUID(5) "\"}]"), "other 4242"},
        {PART(2, 200, "X", ",\"steps\":[{\"id\":\"" GUID(5) "\",\"type\":1200}]"), "operation"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf text = {0};
        buf_printf(&text, PROJECT("", "%s", ""), rows[i].more);
        text.size -= strlen("]},\"version\":4}");
        buf_printf(&text, "," EMAIL(5, "Mail", "") "]},\"version\":4}");
        struct jpk_cloud *cloud = load(text.data, text.size);
        struct jpk_retargeted *r = run(cloud, &(struct jpk_retarget_options){.without = JPK_WITHOUT_EMAILS});
        assert_int_equal(r->left_out_count, 0);
        assert_int_equal(r->kept_count, 1);
        assert_non_null(strstr(r->kept[0].note, "/X uses it"));
        jpk_retargeted_free(r);
        jpk_cloud_free(cloud);
        buf_free(&text);
    }
    static const char outside[] = PROJECT("", EMAIL(5, "Mail", ""), ",\"more\":\"" GUID(5) "\"");
    struct jpk_cloud *cloud = load(outside, strlen(outside));
    struct jpk_retargeted *r = run(cloud, &(struct jpk_retarget_options){.without = JPK_WITHOUT_EMAILS});
    assert_int_equal(r->kept_count, 1);
    assert_string_equal(r->kept[0].note, "something else in the file names it");
    jpk_retargeted_free(r);
    jpk_cloud_free(cloud);
}

/* ------------------------------------------------------------------------------------------------------------ losses
 */

static void what_was_lost_is_not_explained(void **state)
{
    (void)state;
    static const struct {
        const char *old, *with, *path;
    } rows[] = {
        {"\"scriptBody\":\"<trans>Send", "\"scriptBody\":\"<trans>\\nSend", "script/Talk"},
        {"[pw]1234", "[pw]", "connection/Web"},
        {"\"value\":\"[pw]\"", "\"value\":\"\"", "connection/Web"},
        {"https://example.com", "", "connection/Web"},
        {"Host: a\\nAuthorization: Basic QQ==", "Authorization: ", "connection/Web"},
        {"{\"outcomeType\":200,\"operationId\":\"" GUID(1) "\"},", "", "operation/W/O1"},
        {"\"hidevalue\":true", "\"hidevalue\":false", "projectVariable/db_password"},
        {"\"value\":\"stays\"", "\"value\":\"went\"", "other/later"},
        {"\"value\":\"v\"", "\"value\":\"\"", "globalVariable/g"},
        {"\"organizationId\":\"1\"", "\"organizationId\":\"2\"", "project"},
        {SCRIPT(2, "Talk", "SendEmailMessage(\\\"<TAG>email:Used</TAG>\\\");\\n// <TAG>email:Unused</TAG>") ",", "",
         "script/Talk"},
    };
    struct jpk_cloud *a = load(WHOLE, strlen(WHOLE));
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct jpk_error err = {0};
        struct jpk_retarget_options options = {.without = ALL};
        const char *at = strstr(WHOLE, rows[i].old);
        struct buf text = {0};
        assert_non_null(at);
        buf_put(&text, WHOLE, (size_t)(at - WHOLE));
        buf_puts(&text, rows[i].with);
        buf_puts(&text, at + strlen(rows[i].old));
        struct jpk_cloud *b = load(text.data, text.size);
        struct jpk_diff *diff = jpk_diff_clouds(a, b, NULL, &err);
        bool found = false;
        for (size_t j = 0; j < diff->change_count; j++) {
            const struct jpk_diff_change *change = &diff->changes[j];
            found = found || (change->old_path && strcmp(change->old_path, rows[i].path) == 0 &&
                              !jpk_retarget_explains(&options, diff, change, NULL));
        }
        if (!found)
            fail_msg("row %zu: %s is explained", i, rows[i].path);
        jpk_diff_free(diff);
        jpk_cloud_free(b);
        buf_free(&text);
    }
    jpk_cloud_free(a);
}

/* Broken exports and strange ones: whatever loads gives a text that loads, and nothing encrypted is left in it. */
static void mutated_exports(void **state)
{
    (void)state;
    unsigned seed = 4711;
    struct buf text = {0};
    struct jpk_cloud *whole = load(WHOLE, strlen(WHOLE));
    struct jpk_error err = {0};
    text.data = jpk_cloud_write(whole, &text.size, &err);
    jpk_cloud_free(whole);
    for (int i = 0; i < 1500; i++) {
        struct buf copy = {0};
        cloud_mutate(&text, i % 3 != 0, &seed, &copy);
        struct jpk_cloud *cloud = jpk_cloud_load(copy.data, copy.size, "m.json", NULL, NULL);
        if (cloud) {
            struct jpk_retargeted *r = run(cloud, &(struct jpk_retarget_options){.name = "N", .without = ALL});
            struct jpk_cloud *again = load(r->text, r->size);
            assert_null(strstr(r->text, "\"$00"));
            jpk_cloud_free(again);
            jpk_retargeted_free(r);
        }
        jpk_cloud_free(cloud);
        buf_free(&copy);
    }
    free(text.data);
}

static void what_is_refused(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    struct jpk_cloud *cloud = load(WHOLE, strlen(WHOLE));
    assert_null(jpk_retarget_export(cloud, &(struct jpk_retarget_options){.name = "a/b"}, &err));
    assert_int_equal(err.code, JPK_ERR_USAGE);
    jpk_cloud_free(cloud);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_exports),
        cmocka_unit_test(what_projects_become),
        cmocka_unit_test(what_is_cut),
        cmocka_unit_test(secrets_in_assets),
        cmocka_unit_test(assets_that_others_have_packed),
        cmocka_unit_test(assets_that_cannot_be_searched),
        cmocka_unit_test(credentials_are_no_variables),
        cmocka_unit_test(an_email_that_is_needed),
        cmocka_unit_test(what_was_lost_is_not_explained),
        cmocka_unit_test(mutated_exports),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
