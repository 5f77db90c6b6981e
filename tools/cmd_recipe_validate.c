#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "recipe/repository.h"
#include "tools/commands.h"
#include "tools/findings.h"
#include "tools/message.h"
#include "tools/schema_source.h"

#define FIELD(name) offsetof(struct settings, validate.name)

static const struct option options[] = {
    {"recipe", 0, OPTION_TEXT, FIELD(recipe), "FILE", "the same as the file as argument"},
    {"profile", 0, OPTION_CHOICE, FIELD(profile), "standard|strict", "the severities of rules (standard)"},
    {"schema", 0, OPTION_TEXT, offsetof(struct settings, schema.schema), "FILE",
     "a JSON Schema for recipes in place of this project's own"},
    {"jobs", 'j', OPTION_NUMBER, offsetof(struct settings, jobs), "N",
     "how many files to read at once (one a processor)"},
    {0},
};

static enum jpk_profile profile_of(const struct settings *settings)
{
    bool strict = settings->validate.profile && strcmp(settings->validate.profile, "strict") == 0;
    return strict ? JPK_PROFILE_STRICT : JPK_PROFILE_STANDARD;
}

/* ----------------------------------------------------------------------------------------------------- reporting */

/* The file that a finding belongs to: of `x.jpk/project.xml` the Jitterpak. REPOSITORY_NONE: another one. */
static uint32_t owner_of(const struct repository *repository, const char *path)
{
    size_t n = strlen(path);
    uint32_t found = map_get(&repository->paths, path, n);
    while (found == MAP_NONE && n > 0) {
        const char *slash = memrchr(path, '/', n);
        n = slash ? (size_t)(slash - path) : 0;
        found = n > 0 ? map_get(&repository->paths, path, n) : MAP_NONE;
    }
    return found == MAP_NONE ? REPOSITORY_NONE : found;
}

/* Findings by the file that they belong to, in their order: lists of indices. */
struct shelves {
    uint32_t *first, *last; /* by file; behind them those of no file */
    uint32_t *next;         /* by finding */
};

static bool fill_shelves(struct shelves *shelves, const struct repository *repository)
{
    size_t files = repository->count + 1, findings = repository->all.count + 1;
    shelves->first = malloc(files * sizeof *shelves->first);
    shelves->last = malloc(files * sizeof *shelves->last);
    shelves->next = malloc(findings * sizeof *shelves->next);
    if (!shelves->first || !shelves->last || !shelves->next)
        return false;
    memset(shelves->first, 0xff, files * sizeof *shelves->first);
    for (size_t i = 0; i < repository->all.count; i++) {
        uint32_t owner = owner_of(repository, repository->all.findings[i].file);
        size_t shelf = owner == REPOSITORY_NONE ? repository->count : owner;
        shelves->next[i] = REPOSITORY_NONE;
        if (shelves->first[shelf] == REPOSITORY_NONE)
            shelves->first[shelf] = (uint32_t)i;
        else
            shelves->next[shelves->last[shelf]] = (uint32_t)i;
        shelves->last[shelf] = (uint32_t)i;
    }
    return true;
}

static bool read_file(void *context, const char *file, struct buf *text)
{
    const struct settings *settings = context;
    return file_read(file, json_file_limit(settings), "--max-file", text, NULL);
}

static void list_findings(struct findings_list *list, const struct repository *repository,
                          const struct shelves *shelves, const struct settings *settings)
{
    for (size_t i = 0; i <= repository->count; i++) {
        const struct repository_file *file = i < repository->count ? &repository->files[i] : NULL;
        uint32_t next = shelves->first[i];
        if (file && (!file->companion || next != REPOSITORY_NONE))
            findings_add_file(list, file->path);
        for (; next != REPOSITORY_NONE; next = shelves->next[next]) {
            if (!file)
                findings_add_file(list, repository->all.findings[next].file);
            findings_add(list, NULL, &repository->all.findings[next]);
        }
        if (findings_format(settings) == FINDINGS_SARIF && shelves->first[i] != REPOSITORY_NONE)
            findings_count_characters(list, read_file, (void *)settings);
    }
}

static struct findings_rule *make_rules(const struct settings *settings, size_t *count)
{
    const struct jpk_rule *rules = jpk_recipe_rules(count);
    struct findings_rule *made = calloc(*count + 1, sizeof *made);
    for (size_t i = 0; made && i < *count; i++) {
        int severity = rules[i].severity[profile_of(settings)];
        made[i] = (struct findings_rule){.id = rules[i].id,
                                         .severity = severity == JPK_RULE_OFF ? JPK_INFO : (enum jpk_severity)severity,
                                         .summary = rules[i].summary,
                                         .help = *rules[i].why ? rules[i].why : NULL};
    }
    return made;
}

static int print_all(const struct repository *repository, const struct settings *settings)
{
    struct findings_list list = {0};
    struct shelves shelves = {0};
    size_t rule_count;
    struct findings_rule *rules = make_rules(settings, &rule_count);
    int status;
    if (rules && fill_shelves(&shelves, repository)) {
        list_findings(&list, repository, &shelves, settings);
        struct findings_report report = {.settings = settings,
                                         .list = &list,
                                         .rules = rules,
                                         .rule_count = rule_count,
                                         .read = read_file,
                                         .context = (void *)settings};
        status = findings_print(&report, findings_format(settings));
        if (status == 0 && findings_fail(settings, &list))
            status = 1;
    } else {
        status = message_memory();
    }
    findings_free(&list);
    free(shelves.first);
    free(shelves.last);
    free(shelves.next);
    free(rules);
    return status;
}

/* ------------------------------------------------------------------------------------------------------- command */

/* What was named and is not there is said at once; what is there and cannot be read becomes a finding. */
static bool add_path(struct repository *repository, const char *path, int *status, struct jpk_error *err)
{
    struct stat there;
    struct jpk_error missing = {0};
    if (stat(path, &there) == 0)
        return repository_add(repository, path, err);
    error_system(&missing, JPK_ERR_READ, errno, "cannot be opened");
    error_file(&missing, path);
    *status = message_error(&missing);
    return true;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct repository_options how = {
        .profile = profile_of(settings),
        .schema = settings->schema.schema,
        .limits = settings->limits,
        .file_size = json_file_limit(settings),
        .jobs = settings->jobs,
    };
    struct repository repository;
    struct jpk_error err = {0};
    if (count == 0 && !settings->validate.recipe) {
        fputs("jpk recipe validate: PATH is missing; 'jpk help recipe validate' shows the usage\n", stderr);
        return 2;
    }
    int status = 0;
    bool ok = repository_begin(&repository, &how, &err);
    if (ok && settings->validate.recipe)
        ok = add_path(&repository, settings->validate.recipe, &status, &err);
    for (int i = 0; ok && i < count; i++)
        ok = add_path(&repository, arguments[i], &status, &err);
    ok = ok && repository_validate(&repository, &err);
    int validated = ok ? print_all(&repository, settings) : message_error(&err);
    repository_free(&repository);
    return validated > status ? validated : status;
}

static const struct option *const groups[] = {options,       finding_options,    common_options,
                                              limit_options, json_limit_options, NULL};

const struct command recipe_validate_command = {
    .name = "recipe validate",
    .arguments = "[PATH...]",
    .summary = "Validate recipes with their Jitterpaks and configure files: a file, a pair, or a repository.",
    .details =
        "A folder is searched for recipes, configure files, Jitterpaks, project folders, manifests and Cloud Studio\n"
        "exports; what .gitignore and .jpkignore leave out is left out. A recipe that is named alone is checked with\n"
        "the configure file and the Jitterpak beside it. Tiers: JSON, schema, recipe, recipe against its Jitterpak,\n"
        "the Jitterpak itself, the files together, and what must not be published in any file.\n"
        "Prints a line for each finding: file:line:column: severity: message [rule]. 'jpk recipe rules' explains\n"
        "them. The exit status is 1 when there are findings of the level of --fail-level or worse.",
    .groups = groups,
    .least = 0,
    .most = -1,
    .run = run,
};
