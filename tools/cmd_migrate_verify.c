#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/walk.h"
#include "base/workers.h"
#include "migrate/out.h"
#include "migrate/verify.h"
#include "tools/commands.h"
#include "tools/findings.h"
#include "tools/message.h"
#include "tools/migrate_options.h"
#include "tools/migrate_report.h"

static const struct option options[] = {
    {"jobs", 'j', OPTION_NUMBER, offsetof(struct settings, jobs), "N",
     "how many projects to compare at once (one a processor)"},
    {0},
};

/* What is found of one project; threads work on different ones. */
struct result {
    struct found {
        enum verify_rule rule;
        char *message;
    } * items;
    size_t count, capacity;
    bool failed; /* memory */
};

struct work {
    const struct settings *settings;
    struct verify verify;
    const struct overview *overview;
    struct result *results;
};

static void add(void *context, enum verify_rule rule, const char *message)
{
    struct result *result = context;
    struct found *items = array_grow(result->items, result->count, &result->capacity, sizeof *items);
    char *copy = items ? strdup(message) : NULL;
    if (items)
        result->items = items;
    result->failed = result->failed || !copy;
    if (copy)
        items[result->count++] = (struct found){rule, copy};
}

static void verify_one(void *context, size_t index)
{
    const struct work *work = context;
    const struct overview_project *project = &work->overview->projects[index];
    struct result *result = &work->results[index];
    if (migrate_writes(project->item->action) &&
        !verify_item(&work->verify, project->item, &project->record, add, result))
        result->failed = true;
}

/* ------------------------------------------------------------------------------------------------------ findings */

static bool list_results(struct findings_list *list, const struct work *work)
{
    const struct overview *o = work->overview;
    for (size_t i = 0; i < o->plan.count; i++) {
        const struct result *result = &work->results[i];
        if (!migrate_writes(o->projects[i].item->action))
            continue;
        findings_add_file(list, o->projects[i].item->source);
        for (size_t j = 0; j < result->count; j++) {
            const struct jpk_check_rule *rule = &verify_rules()[result->items[j].rule];
            struct jpk_finding finding = {
                .severity = rule->severity, .rule = rule->id, .message = result->items[j].message};
            findings_add(list, NULL, &finding);
        }
        list->failed = list->failed || result->failed;
    }
    return !list->failed;
}

/* What lies among the results and is none. */
static bool list_strays(struct findings_list *list, const struct work *work)
{
    const struct overview *o = work->overview;
    struct map known = {0};
    struct buf folder = {0};
    struct walk_entry entry;
    struct walk_options how = walk_options_default();
    struct jpk_error ignored = {0};
    const struct jpk_check_rule *rule = &verify_rules()[VERIFY_STRAY];
    bool ok = true;
    for (size_t i = 0; ok && i < o->plan.count; i++)
        for (size_t j = 0; ok && o->projects[i].state <= OVERVIEW_FAILED && j < o->projects[i].record.output_count;
             j++) {
            const char *path = o->projects[i].record.outputs[j].path;
            ok = map_set(&known, path, strlen(path), 0);
        }
    buf_printf(&folder, "%s/projects", work->verify.out);
    how.no_ignore = how.any_names = true;
    struct walk *walk = ok && !folder.failed ? walk_open(folder.data, &how, &ignored) : NULL;
    while (walk && walk_next(walk, &entry, &ignored)) {
        struct buf path = {0};
        struct jpk_finding finding = {.severity = rule->severity, .rule = rule->id, .message = "no record tells of it"};
        buf_printf(&path, "projects/%s", entry.path);
        if (entry.problem) {
            finding.severity = JPK_ERROR;
            finding.message = entry.problem->message;
        }
        if (!path.failed && map_get(&known, path.data, path.size) == MAP_NONE) {
            findings_add_file(list, path.data);
            findings_add(list, NULL, &finding);
        }
        ok = ok && !path.failed;
        buf_free(&path);
    }
    walk_close(walk);
    map_free(&known);
    buf_free(&folder);
    return ok && !list->failed;
}

static int print(const struct work *work)
{
    struct findings_rule rules[VERIFY_RULES];
    struct findings_list list = {0};
    struct buf subject = {0}; /* files that lie astray are no projects */
    size_t written = 0;
    for (size_t i = 0; i < work->overview->plan.count; i++)
        written += migrate_writes(work->overview->plan.items[i].action);
    buf_printf(&subject, "%zu project%s", written, written == 1 ? "" : "s");
    for (int i = 0; i < VERIFY_RULES; i++)
        rules[i] = (struct findings_rule){verify_rules()[i].id, verify_rules()[i].severity, verify_rules()[i].summary,
                                          NULL, NULL};
    struct findings_report report = {
        .settings = work->settings, .list = &list, .rules = rules, .rule_count = VERIFY_RULES, .subject = subject.data};
    int status = !subject.failed && list_results(&list, work) && list_strays(&list, work) ? 0 : message_memory();
    if (status == 0)
        status = findings_print(&report, findings_format(work->settings));
    if (status == 0 && findings_fail(work->settings, &list))
        status = 1;
    findings_free(&list);
    buf_free(&subject);
    return status;
}

/* ------------------------------------------------------------------------------------------------------- command */

static int verify(const struct settings *settings, struct overview *overview, const char *folder)
{
    struct work work = {.settings = settings,
                        .verify = {&overview->plan, folder, &settings->limits},
                        .overview = overview,
                        .results = calloc(overview->plan.count + 1, sizeof *work.results)};
    int status = work.results ? 0 : message_memory();
    if (status == 0) {
        workers_run(overview->plan.count, settings->jobs, verify_one, &work);
        status = print(&work);
    }
    for (size_t i = 0; work.results && i < overview->plan.count; i++) {
        for (size_t j = 0; j < work.results[i].count; j++)
            free(work.results[i].items[j].message);
        free(work.results[i].items);
    }
    free(work.results);
    return status;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct overview overview;
    struct work_errors errors = {0};
    struct jpk_error err = {0};
    int status;
    (void)count;
    if (!overview_read(&overview, NULL, (const char *const *)arguments, 1, &errors)) {
        status = migrate_print_errors(&errors);
    } else {
        char *sources = out_sources(arguments[0], &err);
        if (sources) {
            free(overview.plan.folder);
            overview.plan.folder = sources;
        }
        status = sources ? migrate_narrow(&migrate_verify_command, settings, &overview.plan, arguments[0])
                         : message_error(&err);
        if (status == 0)
            status = verify(settings, &overview, arguments[0]);
    }
    work_errors_free(&errors);
    overview_free(&overview);
    return status;
}

static const struct option *const groups[] = {options, finding_options, common_options, limit_options, NULL};

const struct command migrate_verify_command = {
    .name = "migrate verify",
    .arguments = "FOLDER",
    .summary = "Read again what a migration has written, and prove that nothing of the sources was lost.",
    .details =
        "Every result is loaded, checked, and compared with its source: a moved project item by item and field by "
        "field, "
        "as\n"
        "'jpk diff' does it, where what the plan asks for is no difference; a conversion with what its source becomes. "
        "Files\n"
        "must have the bytes that were written, and no others may lie among them. The sources must still be where they "
        "were.",
    .groups = groups,
    .least = 1,
    .most = 1,
    .reach = {.anywhere = true},
    .run = run,
};
