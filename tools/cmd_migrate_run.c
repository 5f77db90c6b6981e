#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/workers.h"
#include "migrate/out.h"
#include "migrate/paths.h"
#include "tools/commands.h"
#include "tools/message.h"
#include "tools/migrate_item.h"
#include "tools/migrate_options.h"

#define FIELD(name) offsetof(struct settings, name)

static const struct option options[] = {
    {"output", 'o', OPTION_OUTPUT, FIELD(output), "FOLDER", "where to write; a run that was stopped goes on there"},
    {"only", 0, OPTION_TEXT, FIELD(migrate.only), "ID,...", "these projects alone"},
    {"shard", 0, OPTION_TEXT, FIELD(migrate.shard), "K/N", "the K-th of N parts of the projects, from 1"},
    {"dry-run", 'n', OPTION_FLAG, FIELD(dry_run), NULL, "say what would be done, write nothing"},
    {"jobs", 'j', OPTION_NUMBER, FIELD(jobs), "N", "how many projects to do at once (one a processor)"},
    {0},
};

/* ---------------------------------------------------------------------------------------------------- progress */

/* Rate and time left on a terminal, a line for each tenth elsewhere. */
struct progress {
    size_t total, done, failed;
    bool terminal, quiet;
    double begun, shown;
    unsigned tenth;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct progress progress_begin(const struct settings *settings, size_t total)
{
    return (struct progress){
        .total = total, .terminal = isatty(STDERR_FILENO) == 1, .quiet = settings->quiet || total == 0, .begun = now()};
}

static void show_on_terminal(struct progress *p)
{
    double time = now(), spent = time - p->begun;
    if (p->done < p->total && time - p->shown < 0.1)
        return;
    p->shown = time;
    double rate = spent > 0 ? (double)p->done / spent : 0;
    unsigned left = rate > 0 ? (unsigned)((double)(p->total - p->done) / rate + 0.5) : 0;
    fprintf(stderr, "\r%zu of %zu projects, %zu failed, %.0f a second, %u:%02u left \033[K", p->done, p->total,
            p->failed, rate, left / 60, left % 60);
}

static void progress_step(struct progress *p, bool failed)
{
    p->done++;
    p->failed += failed;
    if (p->quiet)
        return;
    if (p->terminal) {
        show_on_terminal(p);
        return;
    }
    unsigned tenth = (unsigned)(p->done * 10 / p->total);
    if (tenth > p->tenth && p->total >= 10)
        fprintf(stderr, "jpk: %zu of %zu projects, %zu failed\n", p->done, p->total, p->failed);
    p->tenth = tenth;
}

static void progress_end(const struct progress *p)
{
    if (p->terminal && !p->quiet)
        fputs("\r\033[K", stderr);
}

/* ---------------------------------------------------------------------------------------------------- selection */

struct selection {
    uint32_t *items; /* indexes of work items that are written, in the order of the plan */
    size_t count;
    bool whole;    /* all that the plan writes */
    char name[80]; /* of this run, beside others into the same folder */
};

static int usage(const char *message, const char *text)
{
    fprintf(stderr, "jpk: %s", message);
    if (text)
        fprintf(stderr, ": '%s'", text);
    fputs("; see 'jpk help migrate run'\n", stderr);
    return 2;
}

static bool read_shard(const char *text, size_t *k, size_t *n)
{
    char *end;
    unsigned long long first = strtoull(text, &end, 10), second = 0;
    if (*text < '0' || *text > '9' || *end != '/' || end[1] < '0' || end[1] > '9')
        return false;
    second = strtoull(end + 1, &end, 10);
    *k = (size_t)first;
    *n = (size_t)second;
    return *end == '\0' && first >= 1 && second >= first && second <= 1000000;
}

/* Those of --only, in the order of the plan; *wanted is a flag for each item. */
static int mark_only(const struct work_plan *plan, const char *only, bool *wanted)
{
    for (const char *at = only; *at;) {
        size_t n = strcspn(at, ",");
        char *id = strndup(at, n);
        size_t index = id ? work_plan_find(plan, id) : SIZE_MAX;
        int status = !id                                          ? message_memory()
                     : index == SIZE_MAX                          ? usage("the plan has no such project", id)
                     : !migrate_writes(plan->items[index].action) ? usage("the plan writes nothing of this project", id)
                                                                  : 0;
        if (status == 0)
            wanted[index] = true;
        free(id);
        if (status)
            return status;
        at += n + (at[n] == ',');
    }
    return 0;
}

/* The projects of one shard are every N-th, so that parts are alike whatever the order of the plan. */
static int select_items(const struct settings *settings, const struct work_plan *plan, struct selection *selection)
{
    size_t k = 1, n = 1, place = 0;
    const char *only = settings->migrate.only, *shard = settings->migrate.shard;
    if (shard && !read_shard(shard, &k, &n))
        return usage("--shard takes K/N, such as 1/4", shard);
    bool *wanted = calloc(plan->count + 1, sizeof *wanted);
    selection->items = malloc((plan->count + 1) * sizeof *selection->items);
    if (!wanted || !selection->items) {
        free(wanted);
        return message_memory();
    }
    int status = only ? mark_only(plan, only, wanted) : 0;
    for (size_t i = 0; status == 0 && i < plan->count; i++) {
        if (!migrate_writes(plan->items[i].action))
            continue;
        if (place++ % n == k - 1 && (!only || wanted[i]))
            selection->items[selection->count++] = (uint32_t)i;
    }
    free(wanted);
    selection->whole = !only && n == 1;
    if (only) {
        char sum[65];
        sha256_hex(only, strlen(only), sum);
        snprintf(selection->name, sizeof selection->name, "only-%.16s-%zu-of-%zu", sum, k, n);
    } else {
        snprintf(selection->name, sizeof selection->name, n > 1 ? "shard-%zu-of-%zu" : "all", k, n);
    }
    return status;
}

/* -------------------------------------------------------------------------------------------------------- running */

struct run {
    const struct settings *settings;
    struct migrate_runner runner;
    const struct selection *selection;
    struct map used;
    pthread_mutex_t lock; /* of all below */
    struct progress progress;
    size_t statuses[JOURNAL_STATUSES], unchanged, redone;
    int status;
};

static void print_failure(const struct run *run, const struct work_item *item, const struct jpk_error *error)
{
    struct jpk_error shown = *error;
    if (run->progress.terminal && !run->progress.quiet)
        fputs("\r\033[K", stderr);
    snprintf(shown.file, sizeof shown.file, "%s", item->source);
    message_error(&shown);
}

static void count_result(struct run *run, const struct work_item *item, const struct journal_record *record,
                         bool unchanged, bool redone)
{
    pthread_mutex_lock(&run->lock);
    bool failed = record->status == JOURNAL_FAILED;
    run->statuses[record->status]++;
    run->unchanged += unchanged;
    run->redone += redone;
    int status = failed ? jpk_code_status(record->error.code) : record->status == JOURNAL_PARTIAL;
    run->status = status > run->status ? status : run->status;
    if (failed)
        print_failure(run, item, &record->error);
    progress_step(&run->progress, failed);
    pthread_mutex_unlock(&run->lock);
}

/* What is known of an earlier run: whether it was done, and stands as it was. */
static bool read_earlier(const struct run *run, const struct work_item *item, struct journal_record *record,
                         struct arena *arena, bool *there)
{
    struct jpk_error ignored = {0};
    char key[65], *name = out_journal_name(item->id), *path = name ? out_path(run->runner.out, name) : NULL;
    *there = path && journal_read(record, path, arena, &ignored);
    free(name);
    free(path);
    return *there && work_key(run->runner.plan, item, key) && strcmp(record->key, key) == 0 &&
           strcmp(record->id, item->id) == 0 && migrate_item_stands(run->runner.out->path, record) &&
           migrate_source_unchanged(run->runner.plan, item);
}

/* The folder with the results that a record tells of; the caller's to free; NULL: there are none. */
static char *results_of(const struct journal_record *record)
{
    const char *path = record->output_count > 0 ? record->outputs[0].path : "", *slash = strrchr(path, '/');
    return slash && paths_is_result(path) ? strndup(path, (size_t)(slash - path)) : NULL;
}

/* How the plan uses a folder. */
enum { ABOVE, RESULTS };

/* The folders that the plan has results in, and those above them. */
static bool note_used(struct run *run)
{
    const struct work_plan *plan = run->runner.plan;
    for (size_t i = 0; i < plan->count; i++) {
        const char *output = plan->items[i].output;
        if (!migrate_writes(plan->items[i].action) || !output)
            continue;
        for (const char *end = output; end; end = strchr(end + 1, '/'))
            if (end > output && !map_add(&run->used, output, (size_t)(end - output), ABOVE, NULL))
                return false;
        if (!map_set(&run->used, output, strlen(output), RESULTS))
            return false;
    }
    return true;
}

/* What lies beside them, other results or a person's files, stays. */
static bool remove_files(const struct run *run, const struct journal_record *earlier, struct jpk_error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < earlier->output_count; i++) {
        const char *path = earlier->outputs[i].path;
        bool ours = paths_is_result(path) && map_get(&run->used, path, strlen(path)) == MAP_NONE;
        ok = !ours || out_remove(run->runner.out, path, err);
    }
    return ok;
}

/* "jpk: FOLDER<text>", a line to stderr; the program's own text is `text`. */
static bool say_folder(struct progress *progress, const char *folder, const char *text)
{
    struct buf line = {0};
    message_put(&line, folder);
    bool ok = !line.failed;
    if (progress && progress->terminal && !progress->quiet)
        fputs("\r\033[K", stderr);
    if (ok)
        fprintf(stderr, "jpk: %s%s\n", buf_text(&line), text);
    buf_free(&line);
    return ok;
}

static bool say_results(struct run *run, const char *folder, const char *text)
{
    pthread_mutex_lock(&run->lock);
    bool ok = say_folder(&run->progress, folder, text);
    pthread_mutex_unlock(&run->lock);
    return ok;
}

/* A folder that is there after its results were removed holds what a person has put into it. */
static bool look_for_others(struct run *run, const char *folder, struct jpk_error *err)
{
    struct jpk_error ignored = {0};
    char *path = out_path(run->runner.out, folder);
    bool ok = path != NULL;
    if (ok && file_look(path, false, &ignored) == FILE_FOLDER)
        ok = say_results(run, folder, ": holds files that no run has written; they stay");
    free(path);
    return ok || error_memory(err);
}

/* Why results go, as a dry run and as a run say it. */
struct removal {
    const char *would, *done;
};

static const struct removal not_written = {" the results of a project that the plan does not write any more",
                                           ": the results of a project that the plan does not write any more are "
                                           "removed"};
static const struct removal moved = {" the results of a project that the plan writes elsewhere now",
                                     ": the results of a project that the plan writes elsewhere now are removed"};

/* The folder that the results of a record go from; NULL: there are none, or the plan has results in it. */
static char *left_folder(const struct run *run, const struct journal_record *earlier)
{
    char *folder = results_of(earlier);
    if (!folder || map_get(&run->used, folder, strlen(folder)) != RESULTS)
        return folder;
    free(folder);
    return NULL;
}

static void say_removal(const struct run *run, const struct journal_record *earlier, const struct removal *why)
{
    char *folder = left_folder(run, earlier);
    if (folder) {
        fputs("would remove from ", stdout);
        message_text(folder);
        puts(why->would);
    }
    free(folder);
}

/* Takes results away; what lies there may be another project's by now. What is lost is said to everybody. */
static bool remove_earlier(struct run *run, const struct journal_record *earlier, const struct removal *why,
                           struct jpk_error *err)
{
    char *folder = left_folder(run, earlier);
    bool above = folder && map_get(&run->used, folder, strlen(folder)) == ABOVE;
    bool ok = !folder || ((say_results(run, folder, why->done) || error_memory(err)) &&
                          remove_files(run, earlier, err) && (above || look_for_others(run, folder, err)));
    free(folder);
    return ok;
}

/* What was done before it failed is still there, and goes when the project is done again. */
static void keep_earlier(struct journal_record *record, const struct journal_record *earlier)
{
    record->outputs = earlier->outputs;
    record->output_count = earlier->output_count;
}

static void write_record(const struct run *run, struct journal_record *record)
{
    struct buf text = {0};
    struct jpk_error err = {0};
    char *name = out_journal_name(record->id);
    journal_write(&text, record);
    bool ok = name ? out_write(run->runner.out, name, &text, &err) : error_memory(&err);
    if (!ok && record->status != JOURNAL_FAILED) {
        struct jpk_error told = {0};
        error_set(&told, err.code, "%s: %s", name ? name : "its record", err.message);
        record->status = JOURNAL_FAILED;
        record->error = told;
    }
    buf_free(&text);
    free(name);
}

static void do_item(void *context, size_t index)
{
    struct run *run = context;
    const struct work_item *item = &run->runner.plan->items[run->selection->items[index]];
    struct journal_record record, earlier;
    struct arena arena = {0};
    bool there, unchanged = read_earlier(run, item, &earlier, &arena, &there);
    if (unchanged) {
        record = earlier;
    } else {
        migrate_item_run(&run->runner, item, &record, &arena);
        struct jpk_error err = {0};
        if (there && record.status != JOURNAL_FAILED && !remove_earlier(run, &earlier, &moved, &err)) {
            record.status = JOURNAL_FAILED;
            record.error = err;
        }
        if (there && record.status == JOURNAL_FAILED)
            keep_earlier(&record, &earlier);
        write_record(run, &record);
    }
    bool redone = there && !unchanged && earlier.status != JOURNAL_FAILED && record.status != JOURNAL_FAILED;
    count_result(run, item, &record, unchanged, redone);
    arena_free(&arena);
}

/* The projects that were tried; none when there is no journal yet. */
static bool list_records(const struct out *out, struct strings *ids, struct arena *arena, struct jpk_error *err)
{
    char *path = out_path(out, "journal");
    enum file_kind kind = path ? file_look(path, true, err) : FILE_UNKNOWN;
    bool ok = path ? kind != FILE_UNKNOWN : error_memory(err);
    free(path);
    return ok && (kind == FILE_NONE || out_list_journal(out->path, ids, arena, err));
}

/* Whether the folder is that of other projects: then nobody who knew would run this plan there. */
static bool is_of_others(const struct out *out, const struct work_plan *plan, bool *others, struct jpk_error *err)
{
    struct strings ids = {0};
    struct arena arena = {0};
    bool ok = list_records(out, &ids, &arena, err);
    *others = ok && ids.count > 0;
    for (size_t i = 0; *others && i < ids.count; i++)
        *others = work_plan_find(plan, ids.items[i]) == SIZE_MAX;
    strings_free(&ids);
    arena_free(&arena);
    return ok;
}

static int refuse_others(const char *folder)
{
    return say_folder(
               NULL, folder,
               ": holds the results of other projects, none of which is in this plan; write into another folder, "
               "or delete this one first")
               ? 2
               : message_memory();
}

static bool find_record(const struct run *run, const char *name, struct journal_record *record, struct arena *arena,
                        bool *known, struct jpk_error *err)
{
    char *path = name ? out_path(run->runner.out, name) : NULL;
    bool ok = path ? journal_find(record, path, arena, known, err) : error_memory(err);
    free(path);
    return ok;
}

static bool tidy_record(struct run *run, const char *id, struct arena *arena, struct jpk_error *err)
{
    struct journal_record record;
    char *name = out_journal_name(id);
    bool known = false, ok = find_record(run, name, &record, arena, &known, err);
    if (ok && known && run->settings->dry_run)
        say_removal(run, &record, &not_written);
    if (ok && !run->settings->dry_run)
        ok = (!known || remove_earlier(run, &record, &not_written, err)) && out_remove(run->runner.out, name, err);
    free(name);
    return ok;
}

/* Records of what the plan does not write any more go, with their results. */
static bool tidy(struct run *run, struct jpk_error *err)
{
    const struct work_plan *plan = run->runner.plan;
    struct strings ids = {0};
    struct arena arena = {0};
    bool ok = list_records(run->runner.out, &ids, &arena, err);
    for (size_t i = 0; ok && i < ids.count; i++) {
        size_t index = work_plan_find(plan, ids.items[i]);
        if (index == SIZE_MAX || !migrate_writes(plan->items[index].action))
            ok = tidy_record(run, ids.items[i], &arena, err);
    }
    strings_free(&ids);
    arena_free(&arena);
    return ok;
}

/* ---------------------------------------------------------------------------------------------------------- output */

static void print_count(size_t count, const char *text)
{
    if (count)
        printf("%8zu  %s\n", count, text);
}

static void print_result(const struct run *run)
{
    const struct settings *settings = run->settings;
    if (settings->quiet)
        return;
    print_count(run->statuses[JOURNAL_COMPLETE], "complete: nothing is left to do");
    print_count(run->statuses[JOURNAL_PARTIAL], "partial: written, and a person must do something");
    print_count(run->statuses[JOURNAL_FAILED], "failed: not written");
    print_count(run->unchanged, "of these were done already");
    print_count(run->redone, "of these were done anew, for the plan or the results have changed");
    if (run->selection->count == 0)
        puts("nothing is to be done");
    fputs("\nnext: jpk migrate report ", stdout);
    message_text(settings->output);
    putchar('\n');
}

static bool dry_item(const struct run *run, const struct work_item *item, struct jpk_error *err)
{
    struct journal_record earlier;
    struct arena arena = {0};
    bool there = false, ok = true;
    printf("would %s ", migrate_action_name(item->action));
    message_text(item->source);
    fputs(" to ", stdout);
    message_text(item->output);
    putchar('\n');
    if (run->runner.out->path) {
        char *name = out_journal_name(item->id);
        ok = find_record(run, name, &earlier, &arena, &there, err);
        free(name);
    }
    if (there)
        say_removal(run, &earlier, &moved);
    arena_free(&arena);
    return ok;
}

static int dry_run(const struct settings *settings, const struct work_plan *plan, const struct selection *selection)
{
    struct out out = {.path = (char *)settings->output, .lock = -1}; /* nothing is opened */
    struct run run = {.settings = settings, .runner = {plan, &out, &settings->limits}};
    struct jpk_error err = {0};
    bool others = false, ok = !out.path || is_of_others(&out, plan, &others, &err);
    if (ok && others)
        return refuse_others(out.path);
    ok = ok && (note_used(&run) || error_memory(&err));
    for (size_t i = 0; ok && i < selection->count; i++)
        ok = dry_item(&run, &plan->items[selection->items[i]], &err);
    ok = ok && (!out.path || !selection->whole || tidy(&run, &err));
    map_free(&run.used);
    return ok ? 0 : message_error(&err);
}

static bool run_open(struct out *out, struct run *run, bool *others, struct jpk_error *err)
{
    const struct work_plan *plan = run->runner.plan;
    bool changed = false;
    if (!out_open(out, run->settings->output, run->selection->name, err) || !is_of_others(out, plan, others, err))
        return false;
    if (*others)
        return true;
    if (!out_set_plan(out, plan, &changed, err))
        return false;
    if (changed && !run->settings->quiet)
        fputs("jpk: the plan is not that of the last run; what it says otherwise is done anew\n", stderr);
    return note_used(run) || error_memory(err);
}

static int run_all(const struct settings *settings, const struct work_plan *plan, const struct selection *selection)
{
    struct out out;
    struct jpk_error err = {0}, ended = {0};
    struct run run = {.settings = settings,
                      .runner = {plan, &out, &settings->limits},
                      .selection = selection,
                      .lock = PTHREAD_MUTEX_INITIALIZER,
                      .progress = progress_begin(settings, selection->count)};
    bool others = false, ok = run_open(&out, &run, &others, &err);
    if (ok && !others) {
        workers_run(selection->count, settings->jobs, do_item, &run);
        progress_end(&run.progress);
        ok = !selection->whole || tidy(&run, &err);
    }
    if (!out_close(&out, &ended) && ok) {
        err = ended;
        ok = false;
    }
    map_free(&run.used);
    if (!ok)
        return message_error(&err);
    if (others)
        return refuse_others(settings->output);
    print_result(&run);
    return run.status;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct work_plan plan;
    struct selection selection = {0};
    (void)count;
    if (!settings->output && !settings->dry_run)
        return usage("say where to write: --output FOLDER", NULL);
    int status = migrate_read_plan(&plan, arguments[0]);
    if (status == 0)
        status = select_items(settings, &plan, &selection);
    if (status == 0)
        status = migrate_narrow(&migrate_run_command, settings, &plan, settings->dry_run ? settings->output : NULL);
    if (status == 0)
        status = settings->dry_run ? dry_run(settings, &plan, &selection) : run_all(settings, &plan, &selection);
    free(selection.items);
    work_plan_free(&plan);
    return status;
}

static const struct option *const groups[] = {options, common_options, limit_options, NULL};

const struct command migrate_run_command = {
    .name = "migrate run",
    .arguments = "PLAN",
    .summary = "Do what a plan says, several projects at once; a run that was stopped goes on where it was.",
    .details =
        "Every project is read from its source, which is never changed, and written into a folder of its own that "
        "appears\n"
        "complete: the Jitterpak or the export, of a conversion also its report. What fails is a result of that "
        "project\n"
        "alone. The same command again does what is left: what was done is looked at, and stays when source, plan and\n"
        "results are unchanged. The folder has the same bytes however often it was stopped, and however it was shared "
        "out:\n"
        "--shard K/N does the K-th of N parts, --only some projects; several runs may write into one folder.\n"
        "\n"
        "The exit status is 0 when nothing is left to do, 1 when a person must do something, 3 when a source could not "
        "be\n"
        "read, 4 when something could not be written.",
    .groups = groups,
    .least = 1,
    .most = 1,
    .reach = {.anywhere = true},
    .run = run,
};
