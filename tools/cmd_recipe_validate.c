#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "recipe/baseline.h"
#include "recipe/repository.h"
#include "tools/commands.h"
#include "tools/findings.h"
#include "tools/message.h"
#include "tools/schema_source.h"

#define FIELD(name) offsetof(struct settings, validate.name)

static const struct option options[] = {
    {"recipe", 0, OPTION_INPUT, FIELD(recipe), "FILE", "a recipe, also when nothing in it says so"},
    {"profile", 0, OPTION_CHOICE, FIELD(profile), "standard|strict", "the severities of rules (standard)"},
    {"schema", 0, OPTION_INPUT, offsetof(struct settings, schema.schema), "FILE",
     "a JSON Schema for recipes in place of this project's own"},
    {"baseline", 0, OPTION_INPUT, FIELD(baseline), "FILE", "findings that are known and do not count"},
    {"write-baseline", 0, OPTION_OUTPUT, FIELD(write_baseline), "FILE", "write all findings as such a file"},
    {"base", 0, OPTION_INPUT, FIELD(base), "DIR|GITREV",
     "an earlier state: versions must be higher where Jitterpaks have changed"},
    {"cache", 0, OPTION_OUTPUT, FIELD(cache), "DIR",
     "a folder of its own for what was found, so that only what has changed is looked at again"},
    {"cache-size", 0, OPTION_SIZE, FIELD(cache_size), "BYTES", "the most that the cache may take (256M)"},
    {"force", 'f', OPTION_FLAG, offsetof(struct settings, force), NULL, "overwrite the file of --write-baseline"},
    {"jobs", 'j', OPTION_NUMBER, offsetof(struct settings, jobs), "N",
     "how many files to read at once (one a processor)"},
    {0},
};

/* What the command line says; else configurations do. */
static const enum jpk_profile *profile_of(const struct settings *settings)
{
    static const enum jpk_profile profiles[] = {JPK_PROFILE_STANDARD, JPK_PROFILE_STRICT};
    if (!settings->validate.profile)
        return NULL;
    return &profiles[strcmp(settings->validate.profile, "strict") == 0];
}

/* ----------------------------------------------------------------------------------------------------- baseline */

/* A file by its real path, relative to a folder when it lies below that. */
static const char *relative_to(const char *folder, const char *real)
{
    size_t n = strlen(folder);
    return strncmp(real, folder, n) == 0 && real[n] == '/' ? real + n + 1 : real;
}

/* The file of a finding as a baseline in a folder calls it. */
static void put_baseline_name(struct buf *out, const struct repository *repository, const char *folder,
                              const struct jpk_finding *finding)
{
    const char *rest = "";
    uint32_t owner = repository_owner(repository, finding->file, &rest);
    const char *real = owner == REPOSITORY_NONE ? NULL : repository->files[owner].real;
    buf_printf(out, "%s%s", real ? relative_to(folder, real) : finding->file, real ? rest : "");
}

struct known {
    struct baseline baseline;
    char *folder;
};

static bool known_open(struct known *known, const struct settings *settings, struct jpk_error *err)
{
    const char *path = settings->validate.baseline;
    *known = (struct known){0};
    if (!path)
        return true;
    known->folder = file_folder(path);
    return baseline_read(&known->baseline, path, path, err) && (known->folder || error_memory(err));
}

static bool known_takes(struct known *known, const struct repository *repository, const struct jpk_finding *finding)
{
    struct buf name = {0};
    if (!known->folder)
        return false;
    put_baseline_name(&name, repository, known->folder, finding);
    bool taken = baseline_takes(&known->baseline, buf_text(&name), finding->rule, finding->path);
    known->baseline.failed |= name.failed;
    buf_free(&name);
    return taken;
}

static void known_close(struct known *known)
{
    baseline_free(&known->baseline);
    free(known->folder);
}

/* Every finding that is not exempted becomes known. */
static bool write_baseline(const struct findings_list *list, const struct repository *repository,
                           const struct settings *settings, struct jpk_error *err)
{
    struct baseline baseline = {0};
    const char *path = settings->validate.write_baseline;
    char *folder = file_folder(path);
    bool ok = folder != NULL;
    for (size_t i = 0; ok && i < list->count; i++) {
        const struct findings_item *item = &list->items[i];
        struct buf name = {0};
        if (item->finding.level > 0 || item->state == FINDINGS_EXEMPTED)
            continue;
        put_baseline_name(&name, repository, folder, &item->finding);
        ok = !name.failed && baseline_add(&baseline, buf_text(&name), item->finding.rule, item->finding.path);
        buf_free(&name);
    }
    if (!folder)
        error_system(err, JPK_ERR_WRITE, errno, "the folder of --write-baseline cannot be used");
    else if (!ok)
        error_memory(err);
    ok = ok && baseline_write(&baseline, path, settings->force, err);
    baseline_free(&baseline);
    free(folder);
    return ok;
}

/* ----------------------------------------------------------------------------------------------------- reporting */

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
        uint32_t owner = repository_owner(repository, repository->all.findings[i].file, NULL);
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

/* What all steps of reporting share. */
struct reporting {
    struct repository *repository;
    const struct settings *settings;
    struct findings_list list;
    struct known known;
    int status; /* of the files that could not be checked */
};

/* Adds a finding with its state; explanations have that of what they explain. */
static void add_finding(struct reporting *r, const struct jpk_finding *finding, bool exempt)
{
    struct findings_item *item = findings_add(&r->list, NULL, finding);
    if (!item || finding->level > 0)
        return;
    const struct config_exemption *exemption = exempt ? repository_exempts(r->repository, finding) : NULL;
    if (exemption) {
        item->state = FINDINGS_EXEMPTED;
        item->reason = exemption->reason;
    } else if (known_takes(&r->known, r->repository, finding)) {
        item->state = FINDINGS_BASELINE;
    }
}

/* Begins the file of the findings that follow, and says why it could not be checked. */
static void add_file(struct reporting *r, const struct repository_file *file)
{
    if (!file->unchecked) {
        findings_add_file(&r->list, file->path);
        return;
    }
    struct jpk_error problem = *file->unchecked;
    problem.file[0] = '\0'; /* as findings call it */
    error_file(&problem, file->path);
    int status = message_error(&problem);
    r->status = status > r->status ? status : r->status;
    findings_add_unchecked(&r->list, file->path, &problem);
}

/* Of the file that was begun last. */
static void count_characters(struct reporting *r)
{
    if (findings_counts_characters(r->settings))
        findings_count_characters(&r->list, read_file, (void *)r->settings);
}

static void list_findings(struct reporting *r, const struct shelves *shelves)
{
    const struct repository *repository = r->repository;
    for (size_t i = 0; i <= repository->count; i++) {
        const struct repository_file *file = i < repository->count ? &repository->files[i] : NULL;
        uint32_t next = shelves->first[i];
        if (file && ((!file->companion && !file->left_out) || file->unchecked || next != REPOSITORY_NONE))
            add_file(r, file);
        for (; next != REPOSITORY_NONE; next = shelves->next[next]) {
            if (!file)
                findings_add_file(&r->list, repository->all.findings[next].file);
            add_finding(r, &repository->all.findings[next], true);
            if (!file)
                count_characters(r);
        }
        if (file && shelves->first[i] != REPOSITORY_NONE)
            count_characters(r);
    }
}

/* Exemptions that nothing needed, behind all else; exempting those would be used by them alone. */
static bool list_unused(struct reporting *r, struct validation *unused, struct jpk_error *err)
{
    if (!repository_unused(r->repository, unused, err))
        return false;
    for (size_t i = 0; i < unused->count; i++) {
        const char *file = unused->findings[i].file;
        if (i == 0 || strcmp(file, unused->findings[i - 1].file) != 0)
            findings_add_file(&r->list, file);
        add_finding(r, &unused->findings[i], false);
        if (i + 1 == unused->count || strcmp(file, unused->findings[i + 1].file) != 0)
            count_characters(r);
    }
    return true;
}

static struct findings_rule *make_rules(const struct settings *settings, size_t *count)
{
    const struct jpk_rule *rules = jpk_recipe_rules(count);
    const enum jpk_profile *profile = profile_of(settings);
    struct findings_rule *made = calloc(*count + 1, sizeof *made);
    for (size_t i = 0; made && i < *count; i++) {
        int severity = rules[i].severity[profile ? *profile : JPK_PROFILE_STANDARD];
        made[i] = (struct findings_rule){.id = rules[i].id,
                                         .severity = severity == JPK_RULE_OFF ? JPK_INFO : (enum jpk_severity)severity,
                                         .summary = rules[i].summary,
                                         .help = *rules[i].why ? rules[i].why : NULL};
    }
    return made;
}

static int print_list(struct reporting *r)
{
    size_t rule_count;
    struct findings_rule *rules = make_rules(r->settings, &rule_count);
    if (!rules)
        return message_memory();
    struct findings_report report = {.settings = r->settings,
                                     .list = &r->list,
                                     .rules = rules,
                                     .rule_count = rule_count,
                                     .read = read_file,
                                     .context = (void *)r->settings};
    int status = findings_print(&report, findings_format(r->settings));
    if (status == 0 && findings_fail(r->settings, &r->list))
        status = 1;
    free(rules);
    return status;
}

static int report(struct repository *repository, const struct settings *settings)
{
    struct reporting r = {.repository = repository, .settings = settings};
    struct shelves shelves = {0};
    struct validation unused = {0};
    struct jpk_error err = {0};
    bool ok = known_open(&r.known, settings, &err) && (fill_shelves(&shelves, repository) || error_memory(&err));
    if (ok) {
        list_findings(&r, &shelves);
        ok = list_unused(&r, &unused, &err) &&
             (!(repository->failed || r.known.baseline.failed || r.list.failed) || error_memory(&err));
    }
    if (ok && settings->validate.write_baseline)
        ok = write_baseline(&r.list, repository, settings, &err);
    int status = ok ? print_list(&r) : message_error(&err);
    if (ok && settings->validate.write_baseline && status == 1)
        status = 0; /* what is there is known now */
    status = r.status > status ? r.status : status;
    known_close(&r.known);
    findings_free(&r.list);
    validation_free(&unused);
    free(shelves.first);
    free(shelves.last);
    free(shelves.next);
    return status;
}

/* ------------------------------------------------------------------------------------------------------- command */

/* What was named and is not there is said at once; what is there and cannot be read when it is looked at. */
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

/* The findings are right without it: it is said, and changes nothing. */
static void save_cache(struct repository *repository)
{
    struct jpk_error err = {0};
    if (repository_save_cache(repository, &err))
        return;
    fputs("the cache was not written:\n", stderr);
    message_error(&err);
}

/* Both are read again by later runs, so none is standard output. */
static bool is_named(const char *option, const char *path)
{
    if (!path || strcmp(path, "-") != 0)
        return true;
    fprintf(stderr, "jpk recipe validate: --%s needs a name, '-' is none; './-' would be one\n", option);
    return false;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct repository_options how = {
        .profile = profile_of(settings),
        .schema = settings->schema.schema,
        .recipe = settings->validate.recipe,
        .limits = settings->limits,
        .file_size = json_file_limit(settings),
        .jobs = settings->jobs,
        .cache = settings->validate.cache,
        .cache_size = settings->validate.cache_size ? settings->validate.cache_size : (uint64_t)256 << 20,
        .base = settings->validate.base,
    };
    struct repository repository;
    struct jpk_error err = {0};
    if (count == 0 && !settings->validate.recipe) {
        fputs("jpk recipe validate: PATH is missing; 'jpk help recipe validate' shows the usage\n", stderr);
        return 2;
    }
    if (!is_named("write-baseline", settings->validate.write_baseline) || !is_named("cache", how.cache))
        return 2;
    int status = 0;
    bool ok = repository_begin(&repository, &how, &err);
    if (ok && settings->validate.recipe)
        ok = add_path(&repository, settings->validate.recipe, &status, &err);
    for (int i = 0; ok && i < count; i++)
        ok = add_path(&repository, arguments[i], &status, &err);
    ok = ok && repository_validate(&repository, &err);
    int validated = ok ? report(&repository, settings) : message_error(&err);
    if (ok)
        save_cache(&repository);
    repository_free(&repository);
    return validated > status ? validated : status;
}

/* For the revision that --base names. */
static bool starts_git(const struct settings *settings)
{
    return settings->validate.base != NULL;
}

static const struct option *const groups[] = {options,       finding_options,        common_options,
                                              limit_options, json_limit_options + 1, NULL};

const struct command recipe_validate_command = {
    .name = "recipe validate",
    .arguments = "[PATH...]",
    .summary = "Validate recipes with their Jitterpaks and configure files: a file, a pair, or a repository.",
    .details =
        "A folder is searched for recipes, configure files, Jitterpaks, project folders, manifests and Cloud Studio\n"
        "exports; what .gitignore and .jpkignore leave out is left out. A recipe that is named alone is checked with\n"
        "the configure file and the Jitterpak beside it. Tiers: JSON, schema, recipe, recipe against its Jitterpak,\n"
        "the Jitterpak itself, the files together, and what must not be published in any file. '.jpk.yaml', the\n"
        "nearest upward of each file, changes severities, leaves files out, exempts findings and names schemas.\n"
        "Prints a line for each finding: file:line:column: severity: message [rule]. 'jpk recipe rules' explains\n"
        "them. The exit status is 1 when there are findings of the level of --fail-level or worse.",
    .groups = groups,
    .least = 0,
    .most = -1,
    .reach = {.anywhere = true, .programs = starts_git},
    .run = run,
};
