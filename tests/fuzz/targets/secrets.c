/*
 * A Jitterpak, an export, or any text: what is found in it has a rule and a place, and never shows a whole secret of
 * many characters. Of a project all of it can be taken out; then nothing is found, nothing more is taken out, and
 * nothing is wrong that was right before.
 */
#include "jpk/retarget.h"
#include "jpk/scan.h"
#include "tests/fuzz/fuzz.h"

FUZZ_MUTATOR(fuzz_mutate);

static const struct jpk_scan_options sure = {.least = JPK_MEDIUM};
static const struct jpk_retarget_options without = {.without = JPK_WITHOUT_CREDENTIALS | JPK_WITHOUT_SECRETS |
                                                               JPK_WITHOUT_PEOPLE | JPK_WITHOUT_HOSTS};

static bool known(const char *id)
{
    struct jpk_check_rule rule;
    for (size_t i = 0; jpk_scan_rule(i, &rule); i++)
        if (strcmp(rule.id, id) == 0)
            return true;
    return false;
}

/* Whether it is one, and not what could not be searched. */
static bool is_secret(const struct jpk_secret *secret)
{
    return secret->severity > JPK_INFO;
}

/* How many there are that are sure. Takes them; `lines` is how many lines the text has, 0 for many files. */
static size_t take(struct jpk_secrets *secrets, size_t lines, const struct jpk_error *err)
{
    size_t count = 0;
    if (!secrets) {
        fuzz_error(err, SIZE_MAX);
        return SIZE_MAX;
    }
    for (size_t i = 0; i < secrets->count; i++) {
        const struct jpk_secret *secret = &secrets->items[i];
        HOLDS(secret->rule && known(secret->rule), "the rule %s is in no table", secret->rule);
        HOLDS(secret->confidence >= JPK_LOW && secret->confidence <= JPK_HIGH, "confidence %d", secret->confidence);
        HOLDS((secret->line == 0) == (secret->column == 0), "line %u, column %u", secret->line, secret->column);
        HOLDS(lines == 0 || !is_secret(secret) || (!secret->file && secret->line > 0 && secret->line <= lines),
              "line %u of %zu", secret->line, lines);
        char *words = jpk_secret_words(secret);
        fuzz_words("the words of a secret", words);
        free(words);
        count += secret->confidence >= sure.least && is_secret(secret);
    }
    jpk_secrets_free(secrets);
    return count;
}

/* Makes a find readable in a report of this program. */
static const char *shown(const struct jpk_secret *secret)
{
    static char text[512];
    snprintf(text, sizeof text, "%s:%u:%u %s/%s [%s] %s", secret->file ? secret->file : "", secret->line,
             secret->column, secret->item ? secret->item : "", secret->setting ? secret->setting : "", secret->rule,
             secret->shown);
    return text;
}

static void nothing_found(struct jpk_secrets *secrets, const struct jpk_error *err)
{
    HOLDS(secrets, "not searched: %s", err->message);
    for (size_t i = 0; i < secrets->count; i++)
        HOLDS(!is_secret(&secrets->items[i]), "still there: %s", shown(&secrets->items[i]));
    jpk_secrets_free(secrets);
}

/* A rule of errors that the source has nothing of. Takes both; the source may hold what cannot be read and is not
 * packed.
 */
static void no_new_errors(struct jpk_findings *before, struct jpk_findings *after, const struct jpk_error *err)
{
    HOLDS(after, "no check: %s: %s", err->entry, err->message);
    for (size_t i = 0; before && i < after->count; i++) {
        bool old = after->items[i].severity < JPK_ERROR;
        for (size_t k = 0; k < before->count && !old; k++)
            old = strcmp(before->items[k].rule, after->items[i].rule) == 0;
        HOLDS(old, "new: %s: %s [%s]", after->items[i].file, after->items[i].message, after->items[i].rule);
    }
    jpk_findings_free(before);
    jpk_findings_free(after);
}

/* What was taken out was found, though not all that is found lies in what is packed. Takes it. */
static void taken_out(struct jpk_retargeted *redacted, size_t found)
{
    HOLDS(redacted->left_out_count == 0 || found > 0, "%zu found, %zu taken out", found, redacted->left_out_count);
    for (size_t i = 0; i < redacted->left_out_count; i++) {
        HOLDS(redacted->left_out[i].path && *redacted->left_out[i].path, "nothing is said to be taken out");
        HOLDS(!redacted->left_out[i].rule || known(redacted->left_out[i].rule), "rule %s", redacted->left_out[i].rule);
    }
    jpk_retargeted_free(redacted);
}

/* --------------------------------------------------------------------------------------------------------- projects */

static void check_result(const struct fuzz_project *source, const char *path, const char *again)
{
    struct jpk_error err = {0};
    struct jpk_archive *archive = jpk_archive_open(path, NULL, &err);
    struct jpk_project *project = archive ? jpk_project_load(archive, NULL, JPK_KEEP_GOING, &err) : NULL;
    struct jpk_graph *graph = project ? jpk_graph_build(project, &err) : NULL;
    HOLDS(graph, "the result does not load: %s: %s", err.entry, err.message);
    nothing_found(jpk_scan_project(project, &sure, &err), &err);
    struct jpk_findings *before = jpk_check(source->project, source->graph, &err);
    no_new_errors(before, jpk_check(project, graph, &err), &err);
    struct jpk_retargeted *redacted = jpk_retarget_jitterpak(project, graph, again, &without, &err);
    HOLDS(redacted, "not taken out again: %s: %s", err.entry, err.message);
    taken_out(redacted, 0);
    jpk_graph_free(graph);
    jpk_project_free(project);
    jpk_archive_free(archive);
}

static void jitterpak(const uint8_t *data, size_t size)
{
    struct fuzz_project p;
    struct jpk_error err = {0};
    char folder[FUZZ_PATH], path[FUZZ_PATH + 16], again[FUZZ_PATH + 16];
    if (!fuzz_project_open(&p, data, size, JPK_KEEP_GOING))
        return;
    fuzz_folder(folder);
    snprintf(path, sizeof path, "%s/out.jpk", folder);
    snprintf(again, sizeof again, "%s/again.jpk", folder);
    size_t found = take(jpk_scan_project(p.project, NULL, &err), 0, &err);
    struct jpk_retargeted *redacted = jpk_retarget_jitterpak(p.project, p.graph, path, &without, &err);
    if (redacted) {
        taken_out(redacted, found);
        check_result(&p, path, again);
    } else {
        fuzz_error(&err, SIZE_MAX);
    }
    fuzz_remove(folder);
    fuzz_project_free(&p);
}

static void export_of_cloud(const struct jpk_cloud *cloud)
{
    struct jpk_limits limits = fuzz_limits();
    struct jpk_error err = {0};
    size_t found = take(jpk_scan_cloud(cloud, NULL, NULL, &err), 0, &err);
    struct jpk_retargeted *redacted = jpk_retarget_export(cloud, &without, &err);
    HOLDS(redacted, "not taken out: %s", err.message);
    struct jpk_cloud *result = jpk_cloud_load(redacted->text, redacted->size, "out.json", &limits, &err);
    HOLDS(result, "the result does not load: %u:%u: %s", err.line, err.column, err.message);
    taken_out(redacted, found);
    nothing_found(jpk_scan_cloud(result, NULL, &sure, &err), &err);
    no_new_errors(jpk_cloud_check(cloud, &err), jpk_cloud_check(result, &err), &err);
    struct jpk_retargeted *again = jpk_retarget_export(result, &without, &err);
    HOLDS(again, "not taken out again: %s", err.message);
    taken_out(again, 0);
    jpk_cloud_free(result);
}

/* ------------------------------------------------------------------------------------------------------------ texts */

static void text(const uint8_t *data, size_t size)
{
    struct jpk_error err = {0};
    size_t lines = 1;
    char *copy = fuzz_copy(data, size);
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    struct jpk_secrets *secrets = jpk_scan_text(copy, size, NULL, &err);
    HOLDS(secrets, "not searched: %s", err.message);
    for (size_t i = 0; i < secrets->count; i++) {
        size_t n = strlen(secrets->items[i].shown);
        HOLDS(!strstr(secrets->items[i].shown, "***") || n < 200, "%zu bytes are shown", n);
    }
    take(secrets, lines, &err);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jpk_limits limits = fuzz_limits();
    struct jpk_error err = {0};
    struct jpk_cloud *cloud = NULL;
    if (size > 2 && memcmp(data, "PK", 2) == 0)
        jitterpak(data, size);
    else if (size > 0 && *data == '{' && (cloud = jpk_cloud_load((const char *)data, size, "t.json", &limits, &err)))
        export_of_cloud(cloud);
    else
        text(data, size);
    jpk_cloud_free(cloud);
    return 0;
}
