/*
 * Runs the official test suite of JSON Schema through the public interface.
 *
 * usage: suite FOLDER [-v]
 *
 * Prints a table of tests by draft and kind; with -v every test that fails. The exit status is 1 when a required test
 * fails, or an optional one that is not in the list of those that are known to fail.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "jpk/schema.h"

enum kind { REQUIRED, OPTIONAL, FORMATS, KINDS };

struct figures {
    size_t passed, tests;
};

static struct figures figures[JPK_DRAFTS][KINDS];
static struct jpk_schema_registry *remotes[JPK_DRAFTS];
static bool verbose;
static size_t surprises;
static const char *root;

static const char *const folders[JPK_DRAFTS] = {
    [JPK_DRAFT_4] = "draft4",
    [JPK_DRAFT_6] = "draft6",
    [JPK_DRAFT_7] = "draft7",
    [JPK_DRAFT_2019_09] = "draft2019-09",
    [JPK_DRAFT_2020_12] = "draft2020-12",
};

/* What cannot pass, and why. */
static const struct {
    enum jpk_draft draft;
    const char *file, *schema, *test;
    const char *why;
} known[] = {
    {JPK_DRAFTS, "", "", "", ""},
};

/* The text of a value, so that numbers stay as they are. */
static const char *slice(const struct jdoc *doc, uint32_t node, size_t *size)
{
    const char *text = doc->text + doc->nodes[node].start, *p = text;
    size_t depth = 0;
    do {
        if (*p == '"') {
            for (p++; *p != '"'; p++)
                p += *p == '\\';
        } else if (*p == '[' || *p == '{') {
            depth++;
        } else if (*p == ']' || *p == '}') {
            depth--;
        } else {
            p += strcspn(p, "\"[]{}, \t\r\n:") - (strcspn(p, "\"[]{}, \t\r\n:") > 0);
        }
        p++;
    } while (depth > 0);
    *size = (size_t)(p - text);
    return text;
}

/* The text of a file, with numbers as they are; NULL when it cannot be read. */
static char *read_text(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *text = malloc(1 << 20);
    *size = text ? fread(text, 1, 1 << 20, file) : 0;
    fclose(file);
    return text;
}

static void add_remotes(struct jpk_schema_registry *registry, const char *folder, const char *uri, bool top)
{
    struct dirent **names;
    int count = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char path[2048], name[2048];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        snprintf(name, sizeof name, "%s/%s", uri, names[i]->d_name);
        const char *dot = strrchr(names[i]->d_name, '.');
        bool other = top && (strncmp(names[i]->d_name, "draft", 5) == 0 || strcmp(names[i]->d_name, "v1") == 0);
        size_t size;
        char *text;
        if (names[i]->d_name[0] == '.') {
        } else if (names[i]->d_type == DT_DIR && !other) {
            add_remotes(registry, path, name, false);
        } else if (dot && strcmp(dot, ".json") == 0 && (text = read_text(path, &size)) != NULL) {
            struct jpk_error err = {0};
            if (!jpk_schema_registry_add(registry, name, text, size, path, &err))
                fprintf(stderr, "%s: %s\n", path, err.message);
            free(text);
        }
        free(names[i]);
    }
    free(names);
}

static struct jpk_schema_registry *registry_of(enum jpk_draft draft)
{
    if (remotes[draft])
        return remotes[draft];
    remotes[draft] = jpk_schema_registry_new(draft);
    char folder[2048];
    snprintf(folder, sizeof folder, "%s/remotes", root);
    add_remotes(remotes[draft], folder, "http://localhost:1234", true);
    /* Those of the own draft first, then those of the others, which some tests cross to. */
    for (int i = 0; i < JPK_DRAFTS; i++) {
        char uri[128];
        snprintf(folder, sizeof folder, "%s/remotes/%s", root, folders[i]);
        snprintf(uri, sizeof uri, "http://localhost:1234/%s", folders[i]);
        add_remotes(remotes[draft], folder, uri, false);
    }
    return remotes[draft];
}

static void failed(enum jpk_draft draft, enum kind kind, const char *file, const char *schema, const char *test,
                   const char *why)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].draft == draft && strcmp(known[i].file, file) == 0 && strcmp(known[i].schema, schema) == 0 &&
            strcmp(known[i].test, test) == 0) {
            if (verbose)
                printf("known: %s/%s: %s: %s: %s\n", folders[draft], file, schema, test, known[i].why);
            return;
        }
    (void)kind;
    surprises++;
    if (verbose)
        printf("%s/%s: %s: %s: %s\n", folders[draft], file, schema, test, why);
}

static uint32_t member(const struct jdoc *doc, uint32_t object, const char *key)
{
    return jdoc_get(doc, object, key, strlen(key));
}

static void get_text(const struct jdoc *doc, uint32_t object, const char *key, char *out, size_t size)
{
    uint32_t node = member(doc, object, key);
    snprintf(out, size, "%.*s", (int)jdoc_string_size(doc, node), jdoc_string(doc, node));
}

/* Whether a test passes; `why` gets what happened. */
static bool run_test(const struct jpk_schema *schema, const struct jdoc *doc, uint32_t test, char *why, size_t n)
{
    size_t size, count = 0;
    bool expected = jdoc_type(doc, member(doc, test, "valid")) == JDOC_TRUE;
    const char *text = slice(doc, member(doc, test, "data"), &size);
    struct jpk_error problem = {0};
    struct jpk_validation *validation = jpk_validate(schema, text, size, NULL, &problem);
    const struct jpk_failure *failures = validation ? jpk_validation_failures(validation, &count) : NULL;
    bool passed = validation && jpk_validation_valid(validation) == expected && (count > 0) == !expected;
    snprintf(why, n, "%s", !validation ? problem.message : count > 0 ? failures[0].message : "valid");
    jpk_validation_free(validation);
    return passed;
}

static void run_case(enum jpk_draft draft, enum kind kind, const char *file, const struct jdoc *doc, uint32_t one)
{
    struct jpk_schema_options options = {.registry = registry_of(draft), .draft = &draft};
    options.assert_formats = kind == FORMATS;
    options.assert_content = strcmp(file, "optional/content.json") == 0;
    struct jpk_error err = {0};
    char name[512], what[512], why[1200];
    size_t size;
    const char *text = slice(doc, member(doc, one, "schema"), &size);
    get_text(doc, one, "description", name, sizeof name);
    struct jpk_schema *schema = jpk_schema_compile(text, size, &options, &err);
    uint32_t tests = member(doc, one, "tests");
    for (uint32_t test = tests + 1; test < jdoc_next(doc, tests); test = jdoc_next(doc, test)) {
        snprintf(why, sizeof why, "the schema: %s", err.message);
        bool passed = schema && run_test(schema, doc, test, why, sizeof why);
        figures[draft][kind].tests++;
        figures[draft][kind].passed += passed;
        get_text(doc, test, "description", what, sizeof what);
        if (!passed)
            failed(draft, kind, file, name, what, why);
    }
    jpk_schema_free(schema);
}

static void run_file(enum jpk_draft draft, enum kind kind, const char *path, const char *file)
{
    size_t size;
    struct jdoc doc = {0};
    struct jpk_error err = {0};
    char *text = read_text(path, &size);
    if (!text || !jdoc_parse(&doc, text, size, NULL, &err)) {
        fprintf(stderr, "%s: %s\n", path, err.message);
        exit(1);
    }
    for (uint32_t one = 1; one < jdoc_next(&doc, 0); one = jdoc_next(&doc, one))
        run_case(draft, kind, file, &doc, one);
    jdoc_free(&doc);
    free(text);
}

static void run_folder(enum jpk_draft draft, enum kind kind, const char *part)
{
    char folder[2048];
    snprintf(folder, sizeof folder, "%s/tests/%s/%s", root, folders[draft], part);
    struct dirent **names;
    int count = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char path[4096], file[1024];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        snprintf(file, sizeof file, "%s%s%s", part, *part ? "/" : "", names[i]->d_name);
        const char *dot = strrchr(names[i]->d_name, '.');
        if (dot && strcmp(dot, ".json") == 0)
            run_file(draft, kind, path, file);
        free(names[i]);
    }
    free(names);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    root = argv[1];
    verbose = argc > 2;
    for (int i = 0; i < JPK_DRAFTS; i++) {
        enum jpk_draft draft = (enum jpk_draft)i;
        run_folder(draft, REQUIRED, "");
        run_folder(draft, OPTIONAL, "optional");
        run_folder(draft, FORMATS, "optional/format");
        struct figures *f = figures[i];
        printf("%-8s required %zu/%zu, optional %zu/%zu, format %zu/%zu\n", jpk_draft_name(draft), f[REQUIRED].passed,
               f[REQUIRED].tests, f[OPTIONAL].passed, f[OPTIONAL].tests, f[FORMATS].passed, f[FORMATS].tests);
        jpk_schema_registry_free(remotes[i]);
    }
    return surprises > 0;
}
