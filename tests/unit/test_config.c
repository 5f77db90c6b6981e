/* The configuration: recipe/config.h, and schemas in files: schema/files.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/workers.h"
#include "recipe/config.h"
#include "tests/unit/projectmaker.h"

static char root[64];

static int set_up(void **state)
{
    (void)state;
    pm_temporary(root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pm_remove(root);
    return 0;
}

static const char *in_root(const char *path)
{
    static char whole[8][512];
    static size_t next;
    char *one = whole[next++ % 8];
    snprintf(one, sizeof whole[0], "%s%s%s", root, *path ? "/" : "", path);
    return one;
}

static void make_bytes(const char *path, const char *text, size_t n)
{
    char folder[256];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash) {
        *slash = '\0';
        assert_true(file_make_folder(in_root(folder), NULL));
    }
    assert_true(file_write(in_root(path), text, n, true, NULL));
}

static void make(const char *path, const char *text)
{
    make_bytes(path, text, strlen(text));
}

static const struct config_options *from_root(void)
{
    static struct config_options options;
    options = (struct config_options){.base = root};
    return &options;
}

static struct config *read_text(const char *text)
{
    struct jpk_error err = {0};
    make(".jpk.yaml", text);
    struct config *config = config_read(in_root(".jpk.yaml"), from_root(), &err);
    if (!config)
        fail_msg("%s:%u:%u: %s", err.file, (unsigned)err.line, (unsigned)err.column, err.message);
    assert_int_equal(err.code, JPK_OK);
    return config;
}

/* "file:line:column: message [code]" of a configuration that is refused. */
static const char *refuse(void)
{
    static char line[1400];
    struct jpk_error err = {0};
    assert_null(config_read(in_root(".jpk.yaml"), from_root(), &err));
    assert_null(config_read(in_root(".jpk.yaml"), from_root(), NULL));
    snprintf(line, sizeof line, "%s:%u:%u: %s [%s]", err.file, (unsigned)err.line, (unsigned)err.column, err.message,
             jpk_code_name(err.code));
    return line;
}

static void assert_refused(const char *text, const char *expected)
{
    make(".jpk.yaml", text);
    assert_string_equal(refuse(), expected);
}

/* ------------------------------------------------------------------------------------------------------- reading */

static int severity(const struct config *config, const char *rule)
{
    int index = rule_find(rule);
    assert_true(index >= 0);
    return config->severities[index];
}

static void test_defaults(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "# nothing\n", "null\n", "{}\n", "x-owner: me\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct config *config = read_text(texts[i]);
        assert_string_equal(config->file, ".jpk.yaml");
        assert_string_equal(config->folder, root);
        assert_int_equal(config->profile, JPK_PROFILE_STANDARD);
        for (int rule = 0; rule < rule_total(); rule++)
            assert_int_equal(config->severities[rule], rule_row(rule)->severity[JPK_PROFILE_STANDARD]);
        assert_int_equal(config->exemption_count + config->schema_count + config->ignore.count, 0);
        assert_int_equal(config->hygiene.host_count + config->hygiene.value_count + config->hygiene.domain_count, 0);
        config_free(config);
    }
    config_free(NULL);
}

static void test_severities(void **state)
{
    (void)state;
    struct config *config = read_text("profile: strict\n"
                                      "rules:\n"
                                      "  json-nul: off\n"
                                      "  visible-later: info\n"
                                      "  secret-default: warning\n"
                                      "  dangling-reference: error\n");
    assert_int_equal(config->profile, JPK_PROFILE_STRICT);
    assert_int_equal(severity(config, "json-nul"), JPK_RULE_OFF);
    assert_int_equal(severity(config, "visible-later"), JPK_INFO);
    assert_int_equal(severity(config, "secret-default"), JPK_WARNING);
    assert_int_equal(severity(config, "dangling-reference"), JPK_ERROR);
    for (int rule = 0, same = 0; rule < rule_total(); rule++) {
        same += config->severities[rule] == rule_row(rule)->severity[JPK_PROFILE_STRICT];
        assert_true(rule + 1 < rule_total() || same >= rule_total() - 4);
    }
    config_free(config);

    /* The command wins over the profile; single rules stay. */
    enum jpk_profile standard = JPK_PROFILE_STANDARD;
    struct config_options options = {.profile = &standard};
    config = config_read(in_root(".jpk.yaml"), &options, NULL);
    assert_non_null(config);
    assert_int_equal(config->profile, JPK_PROFILE_STANDARD);
    assert_int_equal(severity(config, "visible-later"), JPK_INFO);
    int other = rule_find("json-nul");
    assert_true(rule_row(other)->severity[0] != rule_row(other)->severity[1]);
    assert_int_equal(severity(config, "json-syntax"), JPK_ERROR);
    config_free(config);
}

static void test_patterns(void **state)
{
    (void)state;
    struct config *config = read_text("ignore: [/archive/, '*.draft.json', '!keep.draft.json']\n");
    assert_true(ignored(&config->ignore, "archive/a.json", false));
    assert_false(ignored(&config->ignore, "x/archive/a.json", false));
    assert_true(ignored(&config->ignore, "x/a.draft.json", false));
    assert_false(ignored(&config->ignore, "x/keep.draft.json", false));
    config_free(config);
}

static void test_hygiene(void **state)
{
    (void)state;
    struct config *config = read_text("hygiene:\n"
                                      "  internalHosts: ['*.corp.example', build-1]\n"
                                      "  allow: [made-up-value]\n"
                                      "  allowDomains: [partner.example]\n");
    struct hygiene_hits hits = {0};
    static const char text[] = "see http://db.corp.example/ and build-1";
    assert_int_equal(config->hygiene.host_count, 2);
    assert_string_equal(config->hygiene.hosts[0], "*.corp.example");
    assert_string_equal(config->hygiene.values[0], "made-up-value");
    assert_string_equal(config->hygiene.domains[0], "partner.example");
    assert_true(hygiene_scan(text, strlen(text), &config->hygiene, &hits, NULL));
    assert_int_equal(hits.count, 2);
    hygiene_hits_free(&hits);
    config_free(config);
}

/* ------------------------------------------------------------------------------------------------------- mistakes */

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"profile: [\n", ".jpk.yaml:2:1: "},
        {"profile: strict\nprofile: strict\n", ".jpk.yaml:2:1: the key \"profile\" again: "},
        {"profile: strickt\n", ".jpk.yaml:1:10: "},
        {"\nprofil: strict\n", ".jpk.yaml:2:9: "},
        {"rules:\n  json-nul: off\n  jsn-syntax: error\n",
         ".jpk.yaml:3:3: there is no rule 'jsn-syntax'; did you mean 'json-syntax'? [format]"},
        {"rules: {nothing-like-it: error}\n", ".jpk.yaml:1:9: there is no rule 'nothing-like-it' [format]"},
        {"rules: {json-nul: fatal}\n", ".jpk.yaml:1:19: "},
        {"ignore: ['a', 'b/[c']\n",
         ".jpk.yaml:1:15: the pattern 'b/[c' matches nothing: a '[' without its ']' [format]"},
        {"ignore: [/]\n", ".jpk.yaml:1:10: the pattern '/' matches nothing: it is empty [format]"},
        {"ignore:\n- ./a\n", ".jpk.yaml:2:3: the pattern './a' matches nothing: paths are relative to the folder of "
                             "this file, and have no '.' and '..' [format]"},
        {"ignore: [a/../b]\n", ".jpk.yaml:1:10: the pattern 'a/../b' matches nothing: "},
        {"ignore: [/..]\n", ".jpk.yaml:1:10: the pattern '/..' matches nothing: "},
        {"ignore: [a//b]\n", ".jpk.yaml:1:10: the pattern 'a//b' matches nothing: two slashes in a row [format]"},
        {"ignore: [a//]\n", ".jpk.yaml:1:10: the pattern 'a//' matches nothing: two slashes in a row [format]"},
        {"ignore: ['!a']\n", ".jpk.yaml:1:10: the pattern '!a' takes back, but no pattern stands before it [format]"},
        {"exemptions:\n- {rule: json-nul, path: a}\n", ".jpk.yaml:2:3: "},
        {"exemptions:\n- {rule: json-nul, path: a, reason: because}\n", ".jpk.yaml:2:37: "},
        {"exemptions:\n- {rule: json-nil, path: a, reason: it is known}\n",
         ".jpk.yaml:2:10: there is no rule 'json-nil'; did you mean 'json-nul'? [format]"},
        {"exemptions:\n- {rule: '*', path: '!a', reason: it is known}\n",
         ".jpk.yaml:2:21: the pattern '!a' takes back, but no pattern stands before it [format]"},
        {"exemptions:\n- {rule: '*', path: a, pointer: steps/1, reason: it is known}\n", ".jpk.yaml:2:33: "},
        {"exemptions:\n- {rule: '*', path: a, reason: it is known, until: 2030-01-01}\n", ".jpk.yaml:2:52: "},
        {"hygiene: {internalHosts: ['a*b']}\n", ".jpk.yaml:1:27: "},
        {"ignore: [\"a\\0b\"]\n", ".jpk.yaml:1:"},
        {"a: &b c\n", ".jpk.yaml:1:4: "},
        {"a: \xff\n", ".jpk.yaml:1:4: "},
        {"- a\n", ".jpk.yaml:1:1: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make(".jpk.yaml", cases[i].text);
        const char *got = refuse();
        if (strncmp(got, cases[i].expected, strlen(cases[i].expected)) != 0)
            fail_msg("%s\n%s\n%s", cases[i].text, got, cases[i].expected);
    }
}

/* What the schema finds comes with its hint. */
static void test_hint(void **state)
{
    (void)state;
    make(".jpk.yaml", "profil: strict\n");
    assert_non_null(strstr(refuse(), "did you mean 'profile'? [format]"));
    make(".jpk.yaml", "profile: strickt\n");
    assert_non_null(strstr(refuse(), "did you mean 'strict'? [format]"));
}

static void test_unreadable(void **state)
{
    (void)state;
    assert_string_equal(refuse(), ".jpk.yaml:0:0: cannot be opened: No such file or directory [read]");
    assert_int_equal(mkfifo(in_root(".jpk.yaml"), 0600), 0);
    assert_string_equal(refuse(), ".jpk.yaml:0:0: is not a regular file [special]");
    assert_int_equal(remove(in_root(".jpk.yaml")), 0);
    assert_int_equal(mkdir(in_root(".jpk.yaml"), 0700), 0);
    assert_string_equal(refuse(), ".jpk.yaml:0:0: is not a regular file [special]");
    assert_int_equal(remove(in_root(".jpk.yaml")), 0);
    size_t n = (1 << 20) + 1;
    char *text = malloc(n);
    assert_non_null(text);
    memset(text, '\n', n);
    make_bytes(".jpk.yaml", text, n);
    free(text);
    assert_string_equal(refuse(), ".jpk.yaml:0:0: is larger than 1048576 bytes (the limit of configurations) [limit]");
    struct jpk_error err = {0};
    assert_null(config_read(in_root("no/.jpk.yaml"), NULL, &err));
    assert_int_equal(err.code, JPK_ERR_READ);
}

/* Lists have bounds. */
static void test_bounds(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_puts(&text, "ignore:\n");
    for (int i = 0; i < 1001; i++)
        buf_printf(&text, "- a%d\n", i);
    make(".jpk.yaml", buf_text(&text));
    buf_free(&text);
    assert_true(text_starts_with(refuse(), ".jpk.yaml:2:1: "));
}

/* ------------------------------------------------------------------------------------------------------ exemptions */

static const char exemptions[] = "exemptions:\n"
                                 "- rule: json-nul\n"
                                 "  path: /a/*.json\n"
                                 "  pointer: /steps/3/*\n"
                                 "  reason: all below is known\n"
                                 "- rule: json-nul\n"
                                 "  path: '*.json'\n"
                                 "  pointer: /steps/3\n"
                                 "  reason: this one is known\n"
                                 "- {rule: '*', path: vendor/, reason: it is not ours}\n"
                                 "- rule: dangling-reference\n"
                                 "  path: orders.jpk\n"
                                 "  pointer: Entity/Pipeline/*\n"
                                 "  reason: the target comes later\n"
                                 "- {rule: json-nul, path: '*.json', pointer: '', reason: the whole file}\n";

static const char *exempted(struct config *config, const char *file, const char *rule, const char *pointer)
{
    const struct config_exemption *found = config_exempts(config, file, rule_find(rule), pointer);
    return found ? found->reason : "";
}

static void test_exemptions(void **state)
{
    (void)state;
    struct config *config = read_text(exemptions);
    assert_int_equal(config->exemption_count, 5);
    assert_int_equal(config->exemptions[1].line, 6);
    assert_int_equal(config->exemptions[1].column, 3);
    assert_string_equal(exempted(config, "a/x.json", "json-nul", "/steps/3/title"), "all below is known");
    assert_string_equal(exempted(config, "a/x.json", "json-nul", "/steps/3/a/b"), "all below is known");
    assert_string_equal(exempted(config, "a/x.json", "json-nul", "/steps/3"), "this one is known");
    assert_string_equal(exempted(config, "b/a/x.json", "json-nul", "/steps/3/title"), "");
    assert_string_equal(exempted(config, "a/x.json", "json-nul", "/steps/30/title"), "");
    assert_string_equal(exempted(config, "a/x.json", "json-nul", "/steps/30"), "");
    assert_string_equal(exempted(config, "a/x.json", "json-syntax", "/steps/3"), "");
    assert_string_equal(exempted(config, "a/x.json", "json-nul", NULL), "the whole file");
    assert_string_equal(exempted(config, "vendor/b/x.xml", "json-syntax", "/any"), "it is not ours");
    assert_string_equal(exempted(config, "b/vendor/x.json", "json-nul", "/steps/3"), "this one is known");
    assert_string_equal(exempted(config, "x/orders.jpk/project.xml", "dangling-reference", "Entity/Pipeline/@id"),
                        "the target comes later");
    assert_string_equal(exempted(config, "x/orders.jpk", "dangling-reference", "Entity/Header/@ID"), "");
    assert_int_equal(config->exemptions[0].uses, 2);
    assert_int_equal(config->exemptions[1].uses, 2);
    assert_int_equal(config->exemptions[2].uses, 1);
    config_free(config);
}

static void test_unused(void **state)
{
    (void)state;
    struct config *config = read_text(exemptions);
    struct validation v = {0};
    assert_string_equal(exempted(config, "a/x.json", "json-nul", "/steps/3/title"), "all below is known");
    assert_string_equal(exempted(config, "a/x.json", "json-nul", ""), "the whole file");
    config_report_unused(config, &v);
    config_free(config); /* the findings have texts of their own */
    assert_true(validation_finish(&v, NULL));
    assert_int_equal(v.count, 3);
    const struct jpk_finding *first = &v.findings[0], *last = &v.findings[2];
    assert_string_equal(first->rule, "exemption-unused");
    assert_string_equal(first->file, ".jpk.yaml");
    assert_int_equal(first->severity, JPK_WARNING);
    assert_int_equal(first->line, 6);
    assert_int_equal(first->column, 3);
    assert_string_equal(first->path, "/exemptions/1");
    assert_string_equal(first->message, "the exemption from 'json-nul' for '*.json' exempts nothing");
    assert_int_equal(v.findings[1].line, 10);
    assert_string_equal(v.findings[1].message, "the exemption from '*' for 'vendor/' exempts nothing");
    assert_int_equal(last->line, 11);
    assert_string_equal(last->path, "/exemptions/3");
    validation_free(&v);
}

/* Of two that fit, the first is used: the other is of no use. */
static void test_redundant(void **state)
{
    (void)state;
    struct config *config = read_text("exemptions:\n"
                                      "- {rule: '*', path: a.json, reason: all of it is known}\n"
                                      "- {rule: json-nul, path: a.json, reason: this too is known}\n");
    struct validation v = {0};
    assert_string_equal(exempted(config, "a.json", "json-nul", ""), "all of it is known");
    config_report_unused(config, &v);
    assert_true(validation_finish(&v, NULL));
    assert_int_equal(v.count, 1);
    assert_string_equal(v.findings[0].path, "/exemptions/1");
    validation_free(&v);
    config_free(config);
}

static void use_one(void *context, size_t index)
{
    (void)index;
    assert_non_null(config_exempts(context, "vendor/a", RULE_JSON_NUL, "/x"));
}

static void test_counts_of_threads(void **state)
{
    (void)state;
    struct config *config = read_text(exemptions);
    workers_run(1000, 4, use_one, config);
    assert_int_equal(config->exemptions[2].uses, 1000);
    config_free(config);
}

/* -------------------------------------------------------------------------------------------------------- schemas */

static void test_schemas(void **state)
{
    (void)state;
    make("schemas/order.json", "{\"properties\": {\"lines\": {\"$ref\": \"parts/lines.json\"}}}");
    make("schemas/parts/lines.json", "{\"type\": \"array\"}");
    make("schemas/invoice.json", "true");
    struct config *config = read_text("schemas:\n"
                                      "- {files: orders/*.json, schema: schemas/order.json, name: order}\n"
                                      "- {files: [/invoices/, '!draft.json'], schema: ./schemas/invoice.json}\n");
    struct jpk_error err = {0};
    bool valid = true;
    assert_int_equal(config->schema_count, 2);
    assert_string_equal(config->schemas[0].name, "order");
    assert_string_equal(config->schemas[1].name, "./schemas/invoice.json");
    assert_true(config_schema_wants(&config->schemas[0], "orders/a.json"));
    assert_false(config_schema_wants(&config->schemas[0], "orders/a/b.json"));
    assert_true(config_schema_wants(&config->schemas[1], "invoices/a/b.json"));
    assert_true(jpk_is_valid(config->schemas[0].schema, "{\"lines\": 1}", 12, NULL, &valid, &err));
    assert_false(valid);
    struct jpk_validation *validation = jpk_validate(config->schemas[0].schema, "{\"lines\": 1}", 12, NULL, &err);
    size_t count;
    const struct jpk_failure *failures = jpk_validation_failures(validation, &count);
    assert_int_equal(count, 1);
    assert_string_equal(failures[0].schema_file, "schemas/parts/lines.json");
    jpk_validation_free(validation);
    config_free(config);
}

static void test_wrong_schemas(void **state)
{
    (void)state;
    make("a.json", "{\n  \"type\": \"strin\"\n}");
    make("b.json", "{\"type\": }");
    make("c.json", "{\"$ref\":\n \"nowhere.json\"}");
    make("d.json", "{\"$ref\": \"sub/e.json\"}");
    make("sub/e.json", "{\n\n\"type\"\n}");
    assert_int_equal(mkfifo(in_root("fifo.json"), 0600), 0);
    make("g.json", "{\"$ref\": \"fifo.json\"}");
    static const struct {
        const char *schema, *expected;
    } cases[] = {
        {"none.json", ".jpk.yaml:2:24: the schema 'none.json' cannot be read: No such file or directory [read]"},
        {"sub", ".jpk.yaml:2:24: the schema 'sub' is not a regular file [special]"},
        {"fifo.json", ".jpk.yaml:2:24: the schema 'fifo.json' is not a regular file [special]"},
        {"a.json", "a.json:2:11: "},
        {"b.json", "b.json:1:10: "},
        {"c.json", "c.json:2:2: "},
        {"d.json", "sub/e.json:4:1: "},
        {"g.json", "g.json:1:10: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256];
        snprintf(text, sizeof text, "schemas:\n- {files: '*', schema: %s}\n", cases[i].schema);
        make(".jpk.yaml", text);
        const char *got = refuse();
        if (strncmp(got, cases[i].expected, strlen(cases[i].expected)) != 0)
            fail_msg("%s\n%s\n%s", text, got, cases[i].expected);
    }
}

/* Neither a configuration nor its schemas read what lies outside of its folder. */
static void test_outside(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *file, *message;
        uint32_t column;
    } cases[] = {
        {"../x.json", "inner/.jpk.yaml", "the schema '../x.json' lies outside of the folder of this file", 24},
        {"link.json", "inner/.jpk.yaml", "the schema 'link.json' lies outside of the folder of this file", 24},
        {"refers.json", "inner/refers.json", NULL, 10},
    };
    make("x.json", "true");
    make("inner/refers.json", "{\"$ref\": \"../x.json\"}");
    assert_int_equal(symlink("../x.json", in_root("inner/link.json")), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jpk_error err = {0};
        char text[128];
        snprintf(text, sizeof text, "schemas:\n- {files: '*', schema: %s}\n", cases[i].schema);
        make("inner/.jpk.yaml", text);
        assert_null(config_read(in_root("inner/.jpk.yaml"), from_root(), &err));
        assert_string_equal(err.file, cases[i].file);
        assert_int_equal(err.column, cases[i].column);
        if (cases[i].message)
            assert_string_equal(err.message, cases[i].message);
    }
}

/* ------------------------------------------------------------------------------------------------------- finding */

static const char *found(struct configs *configs, const char *folder)
{
    struct jpk_error err = {0};
    struct config *config = configs_find(configs, in_root(folder), &err);
    if (!config)
        fail_msg("%s:%u: %s", err.file, (unsigned)err.line, err.message);
    return config->file ? config->file : "none";
}

static void test_find(void **state)
{
    (void)state;
    struct configs configs;
    assert_true(configs_open(&configs, from_root(), NULL));
    make(".jpk.yaml", "");
    make("a/b/c/x", "");
    make("a/b/.jpk.yml", "");
    make("repository/.git/x", "");
    make("repository/sub/x", "");
    make("worktree/.git", "gitdir: elsewhere\n");
    make("worktree/.jpk.yaml", "");
    make("worktree/sub/x", "");
    assert_string_equal(found(&configs, ""), ".jpk.yaml");
    assert_string_equal(found(&configs, "a"), ".jpk.yaml");
    assert_string_equal(found(&configs, "a/b/c"), "a/b/.jpk.yml");
    assert_string_equal(found(&configs, "a/b"), "a/b/.jpk.yml");
    assert_string_equal(found(&configs, "a/not/there"), ".jpk.yaml");
    assert_string_equal(found(&configs, "repository/sub"), "none");
    assert_string_equal(found(&configs, "repository"), "none");
    assert_string_equal(found(&configs, "worktree/sub"), "worktree/.jpk.yaml");

    /* Each is read once. */
    struct config *config = configs_find(&configs, in_root("a/b/c"), NULL);
    assert_int_equal(remove(in_root("a/b/.jpk.yml")), 0);
    assert_ptr_equal(configs_find(&configs, in_root("a/b/c"), NULL), config);
    assert_ptr_equal(configs_find(&configs, in_root("a/b/d"), NULL), config);
    size_t index = 0, count = 0;
    while ((config = configs_next(&configs, &index)) != NULL)
        count++;
    assert_int_equal(count, 4); /* with the default */
    configs_free(&configs);
    configs_free(&configs);
}

/* Without any, up to the root of the file system. */
static void test_find_none(void **state)
{
    (void)state;
    struct configs configs;
    struct stat status;
    if (lstat("/tmp/.jpk.yaml", &status) == 0 || lstat("/.jpk.yaml", &status) == 0) {
        print_message("skipped: there is a configuration above %s\n", root);
        return;
    }
    enum jpk_profile strict = JPK_PROFILE_STRICT;
    struct config_options options = {.profile = &strict};
    assert_true(configs_open(&configs, &options, NULL));
    struct config *config = configs_find(&configs, in_root("a/b"), NULL);
    assert_non_null(config);
    assert_null(config->file);
    assert_int_equal(config->profile, JPK_PROFILE_STRICT);
    assert_int_equal(severity(config, "json-nul"), JPK_ERROR);
    assert_null(config_relative(config, in_root("a")));
    assert_null(config_exempts(config, "a", RULE_JSON_NUL, ""));
    assert_ptr_equal(configs_find(&configs, "/", NULL), config);
    configs_free(&configs);
}

static void test_find_errors(void **state)
{
    (void)state;
    struct configs configs;
    assert_true(configs_open(&configs, from_root(), NULL));
    make("two/.jpk.yaml", "");
    make("two/.jpk.yml", "");
    make("wrong/.jpk.yaml", "\nprofile: 1\n");
    assert_true(file_make_folder(in_root("loop"), NULL));
    assert_int_equal(symlink(".jpk.yaml", in_root("loop/.jpk.yaml")), 0);
    for (int again = 0; again < 2; again++) {
        struct jpk_error err = {0};
        assert_null(configs_find(&configs, in_root("two/sub"), &err));
        assert_int_equal(err.code, JPK_ERR_AMBIGUOUS);
        assert_string_equal(err.message, "there is .jpk.yaml beside it; one of the two must go");
        assert_string_equal(strrchr(err.file, '/'), "/.jpk.yml");
        struct jpk_error wrong = {0};
        assert_null(configs_find(&configs, in_root("wrong"), &wrong));
        assert_int_equal(wrong.code, JPK_ERR_FORMAT);
        assert_string_equal(wrong.file, "wrong/.jpk.yaml");
        assert_int_equal(wrong.line, 2);
        assert_int_equal(wrong.column, 10);
        struct jpk_error loop = {0};
        assert_null(configs_find(&configs, in_root("loop"), &loop));
        assert_int_equal(loop.code, JPK_ERR_READ);
    }
    size_t index = 0;
    assert_non_null(configs_next(&configs, &index)); /* the default alone */
    assert_null(configs_next(&configs, &index));
    configs_free(&configs);
}

/* What findings call a configuration goes by the folder where one stands. */
static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *base, *expected;
    } cases[] = {
        {"", "a/b/.jpk.yaml"},      {"a", "b/.jpk.yaml"},           {"a/b", ".jpk.yaml"},
        {"a/b/c", "../.jpk.yaml"},  {"a/b/c/d", "../../.jpk.yaml"}, {"a/x", "../b/.jpk.yaml"},
        {"a/bc", "../b/.jpk.yaml"}, {"x/y", "../../a/b/.jpk.yaml"},
    };
    make("a/b/.jpk.yaml", "schemas: [{files: x, schema: s.json}]\n");
    make("a/b/s.json", "{\"type\": 1}");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char base[128], schema[64];
        snprintf(base, sizeof base, "%s", in_root(cases[i].base));
        struct config_options options = {.base = base};
        struct jpk_error err = {0};
        make("a/b/.jpk.yaml", "");
        struct config *config = config_read(in_root("a/b/.jpk.yaml"), &options, NULL);
        assert_string_equal(config->file, cases[i].expected);
        assert_string_equal(config->folder, in_root("a/b"));
        assert_string_equal(config_relative(config, in_root("a/b/c/d")), "c/d");
        assert_null(config_relative(config, in_root("a/b")));
        assert_null(config_relative(config, in_root("a/bc")));
        config_free(config);
        make("a/b/.jpk.yaml", "schemas: [{files: x, schema: s.json}]\n");
        assert_null(config_read(in_root("a/b/.jpk.yaml"), &options, &err));
        snprintf(schema, sizeof schema, "%.*ss.json", (int)(strlen(cases[i].expected) - strlen(".jpk.yaml")),
                 cases[i].expected);
        assert_string_equal(err.file, schema);
    }
    struct config_options elsewhere = {.base = "/usr/share"}, everything = {.base = "/"};
    make("a/b/.jpk.yaml", "");
    struct config *config = config_read(in_root("a/b/.jpk.yaml"), &elsewhere, NULL);
    assert_string_equal(config->file, in_root("a/b/.jpk.yaml"));
    config_free(config);
    config = config_read(in_root("a/b/.jpk.yaml"), &everything, NULL);
    assert_string_equal(config->file, in_root("a/b/.jpk.yaml") + 1);
    config_free(config);
    assert_refused("ignore: [/]\n", ".jpk.yaml:1:10: the pattern '/' matches nothing: it is empty [format]");
}

static void find_one(void *context, size_t index)
{
    char folder[128];
    snprintf(folder, sizeof folder, "%s/a/b/%zu", root, index % 50);
    struct config *config = configs_find(context, folder, NULL);
    assert_non_null(config);
    assert_string_equal(config->file, "a/.jpk.yaml");
}

static void test_find_by_threads(void **state)
{
    (void)state;
    struct configs configs;
    make("a/.jpk.yaml", "");
    assert_true(configs_open(&configs, from_root(), NULL));
    workers_run(1000, 4, find_one, &configs);
    assert_int_equal(configs.count, 2);
    configs_free(&configs);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_defaults),   TEST(test_severities),    TEST(test_patterns),   TEST(test_hygiene),
        TEST(test_mistakes),   TEST(test_hint),          TEST(test_unreadable), TEST(test_bounds),
        TEST(test_exemptions), TEST(test_unused),        TEST(test_redundant),  TEST(test_counts_of_threads),
        TEST(test_schemas),    TEST(test_wrong_schemas), TEST(test_outside),    TEST(test_find),
        TEST(test_find_none),  TEST(test_find_errors),   TEST(test_names),      TEST(test_find_by_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
