/*
 * Runs the official test suite of JSON Schema through the public interface: $JPK_SHARED/json-schema-test-suite, or that
 * of ../shared. Prints every test that fails, and a table of tests by draft and kind. The exit status is 1 when one
 * fails.
 */
#include "tests/conformance/suite.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

struct figures figures[JPK_DRAFTS][KINDS];

const char *const suite_folders[JPK_DRAFTS] = {
    [JPK_DRAFT_4] = "draft4",
    [JPK_DRAFT_6] = "draft6",
    [JPK_DRAFT_7] = "draft7",
    [JPK_DRAFT_2019_09] = "draft2019-09",
    [JPK_DRAFT_2020_12] = "draft2020-12",
};

static char root[1024];
static struct jpk_schema_registry *remotes;

/* ------------------------------------------------------------------------------------------------------- the files */

const char *suite_slice(const struct jdoc *doc, uint32_t node, size_t *size)
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

void suite_load(const char *file, struct buf *text, struct jdoc *doc)
{
    char path[4096];
    struct jpk_error err = {0};
    snprintf(path, sizeof path, "%s/%s", root, file);
    if (!file_read(path, 1 << 24, "", text, &err) || !jdoc_parse(doc, buf_text(text), text->size, NULL, &err)) {
        fprintf(stderr, "%s: %s\n", path, err.message);
        exit(1);
    }
}

void suite_get_text(const struct jdoc *doc, uint32_t object, const char *key, char *out, size_t size)
{
    uint32_t node = suite_get(doc, object, key);
    *out = '\0';
    if (node != JDOC_NONE && jdoc_type(doc, node) == JDOC_STRING)
        snprintf(out, size, "%.*s", (int)jdoc_string_size(doc, node), jdoc_string(doc, node));
}

static bool is_json(const char *name)
{
    size_t n = strlen(name);
    return n > 5 && strcmp(name + n - 5, ".json") == 0;
}

void suite_files(enum jpk_draft draft, enum kind kind, const char *folder, suite_visit *visit)
{
    char path[2048];
    struct dirent **names;
    snprintf(path, sizeof path, "%s/%s", root, folder);
    int count = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        struct buf text = {0};
        struct jdoc doc = {0};
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        if (is_json(names[i]->d_name)) {
            suite_load(path, &text, &doc);
            visit(draft, kind, path, &doc);
        }
        jdoc_free(&doc);
        buf_free(&text);
        free(names[i]);
    }
    if (count >= 0)
        free(names);
}

void suite_count(enum jpk_draft draft, enum kind kind, bool passed, const char *file, const char *name, const char *why)
{
    figures[draft][kind].tests++;
    figures[draft][kind].passed += passed;
    if (!passed)
        printf("draft %s: %s: %s: %s\n", jpk_draft_name(draft), file, name, why);
}

/* --------------------------------------------------------------------------------------------------------- remotes */

/* Adds what stands below a folder; `top` leaves out the folders of drafts. */
static void add_remotes(const char *folder, const char *uri, bool top)
{
    char path[2048];
    struct dirent **names;
    snprintf(path, sizeof path, "%s/%s", root, folder);
    int count = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char name[2048], file[2048];
        bool of_draft = top && (strncmp(names[i]->d_name, "draft", 5) == 0 || strcmp(names[i]->d_name, "v1") == 0);
        snprintf(name, sizeof name, "%s/%s", uri, names[i]->d_name);
        snprintf(file, sizeof file, "%s/%s", folder, names[i]->d_name);
        if (names[i]->d_type == DT_DIR && names[i]->d_name[0] != '.' && !of_draft) {
            add_remotes(file, name, false);
        } else if (is_json(names[i]->d_name)) {
            struct buf text = {0};
            struct jdoc doc = {0};
            struct jpk_error err = {0};
            suite_load(file, &text, &doc);
            if (!jpk_schema_registry_add(remotes, name, buf_text(&text), text.size, file, &err))
                printf("%s: %s\n", file, err.message);
            jdoc_free(&doc);
            buf_free(&text);
        }
        free(names[i]);
    }
    if (count >= 0)
        free(names);
}

/* Those of no draft first, then by draft: some tests cross to another. */
static void fill_remotes(void)
{
    add_remotes("remotes", "http://localhost:1234", true);
    for (int i = 0; i < JPK_DRAFTS; i++) {
        char folder[128], uri[128];
        snprintf(folder, sizeof folder, "remotes/%s", suite_folders[i]);
        snprintf(uri, sizeof uri, "http://localhost:1234/%s", suite_folders[i]);
        add_remotes(folder, uri, false);
    }
}

/* ------------------------------------------------------------------------------------------------------------ tests */

/* Whether a test passes; `why` gets what happened. */
static bool passes(const struct jpk_schema *schema, const struct jdoc *doc, uint32_t test, char *why, size_t n)
{
    size_t size, count = 0;
    bool expected = jdoc_type(doc, suite_get(doc, test, "valid")) == JDOC_TRUE;
    const char *text = suite_slice(doc, suite_get(doc, test, "data"), &size);
    struct jpk_error problem = {0};
    struct jpk_validation *validation = jpk_validate(schema, text, size, NULL, &problem);
    const struct jpk_failure *failures = validation ? jpk_validation_failures(validation, &count) : NULL;
    bool quick = !expected;
    bool passed = validation && jpk_validation_valid(validation) == expected && (count > 0) == !expected &&
                  jpk_is_valid(schema, text, size, NULL, &quick, &problem) && quick == expected;
    snprintf(why, n, "%s", !validation ? problem.message : count > 0 ? failures[0].message : "valid");
    jpk_validation_free(validation);
    return passed;
}

static void run_case(enum jpk_draft draft, enum kind kind, const char *file, const struct jdoc *doc, uint32_t one)
{
    struct jpk_schema_options options = {.registry = remotes, .draft = &draft};
    options.assert_formats = kind == FORMATS;
    options.assert_content = strstr(file, "/optional/content.json") != NULL;
    struct jpk_error err = {0};
    char name[512], what[512], both[1100], why[1200];
    size_t size;
    const char *text = suite_slice(doc, suite_get(doc, one, "schema"), &size);
    suite_get_text(doc, one, "description", name, sizeof name);
    struct jpk_schema *schema = jpk_schema_compile(text, size, &options, &err);
    uint32_t tests = suite_get(doc, one, "tests");
    for (uint32_t test = tests + 1; test < jdoc_next(doc, tests); test = jdoc_next(doc, test)) {
        snprintf(why, sizeof why, "the schema: %s", err.message);
        bool passed = schema && passes(schema, doc, test, why, sizeof why);
        suite_get_text(doc, test, "description", what, sizeof what);
        snprintf(both, sizeof both, "%s: %s", name, what);
        suite_count(draft, kind, passed, file, both, why);
    }
    jpk_schema_free(schema);
}

static void run_file(enum jpk_draft draft, enum kind kind, const char *file, const struct jdoc *doc)
{
    for (uint32_t one = 1; one < jdoc_next(doc, 0); one = jdoc_next(doc, one))
        run_case(draft, kind, file, doc, one);
}

static void run_tests(enum jpk_draft draft, enum kind kind, const char *part)
{
    char folder[256];
    snprintf(folder, sizeof folder, "tests/%s%s", suite_folders[draft], part);
    suite_files(draft, kind, folder, run_file);
}

static bool print_table(void)
{
    bool all = true;
    printf("%-8s %12s %12s %12s %12s %12s\n", "draft", "required", "optional", "format", "annotations", "output");
    for (int draft = 0; draft < JPK_DRAFTS; draft++) {
        printf("%-8s", jpk_draft_name((enum jpk_draft)draft));
        for (int kind = 0; kind < KINDS; kind++) {
            const struct figures *f = &figures[draft][kind];
            char cell[64];
            snprintf(cell, sizeof cell, f->tests ? "%zu/%zu" : "-", f->passed, f->tests);
            printf(" %12s", cell);
            all = all && f->passed == f->tests && (kind != REQUIRED || f->tests > 0);
        }
        printf("\n");
    }
    print_annotations();
    return all;
}

int main(void)
{
    const char *shared = getenv("JPK_SHARED");
    snprintf(root, sizeof root, "%s/json-schema-test-suite", shared && *shared ? shared : "../shared");
    if (access(root, R_OK) != 0) {
        printf("conformance: %s is not there: skipped\n", root);
        return 0;
    }
    for (int i = 0; i < JPK_DRAFTS; i++) {
        enum jpk_draft draft = (enum jpk_draft)i;
        remotes = jpk_schema_registry_new(draft);
        if (!remotes)
            return 1;
        fill_remotes();
        run_tests(draft, REQUIRED, "");
        run_tests(draft, OPTIONAL, "/optional");
        run_tests(draft, FORMATS, "/optional/format");
        jpk_schema_registry_free(remotes);
        run_annotations(draft);
        run_output(draft);
    }
    return print_table() ? 0 : 1;
}
