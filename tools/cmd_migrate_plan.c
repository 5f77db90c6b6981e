#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "migrate/plan.h"
#include "tools/commands.h"
#include "tools/message.h"
#include "tools/migrate_options.h"

#define FIELD(name) offsetof(struct settings, name)

static const struct option options[] = {
    {"map", 'm', OPTION_INPUT, FIELD(migrate.map), "FILE", "what is known of the organizations (YAML or JSON)"},
    {"on-conflict", 0, OPTION_CHOICE, FIELD(migrate.on_conflict), "fail|rename|newest|skip",
     "what to do when names would meet in an environment"},
    {"without", 0, OPTION_TEXT, FIELD(migrate.without), "WHAT,...",
     "leave out of every project: credentials, schedules, emails, variables"},
    {"agent", 0, OPTION_CHOICE, FIELD(convert.agent), "any|cloud|private", "which kind of agent will run them (any)"},
    {"output", 'o', OPTION_OUTPUT, FIELD(output), "FILE", "where to write the plan; - prints it"},
    {"force", 'f', OPTION_FLAG, FIELD(force), NULL, "overwrite what is there"},
    {"dry-run", 'n', OPTION_FLAG, FIELD(dry_run), NULL, "say what the plan would be, write nothing"},
    {"jobs", 'j', OPTION_NUMBER, FIELD(jobs), "N", "how many projects to read at once (one a processor)"},
    {0},
};

/* ------------------------------------------------------------------------------------------------------ options */

/* False, with a message: a name that is none. */
static bool read_without(const char *text, unsigned *without)
{
    for (const char *at = text; at && *at;) {
        size_t n = strcspn(at, ","), i = 0;
        while (work_without_names[i].name &&
               (strlen(work_without_names[i].name) != n || strncmp(work_without_names[i].name, at, n) != 0))
            i++;
        if (!work_without_names[i].name) {
            fprintf(stderr, "jpk: --without takes credentials, schedules, emails, variables, separated by commas\n");
            return false;
        }
        *without |= work_without_names[i].flag;
        at += n + (at[n] == ',');
    }
    return true;
}

static enum migrate_policy policy_of(const char *name)
{
    enum migrate_policy policy = name ? MIGRATE_FIRST : MIGRATE_ASK;
    while (policy > MIGRATE_ASK && strcmp(migrate_policy_name(policy), name) != 0)
        policy--;
    return policy;
}

/* ------------------------------------------------------------------------------------------------------ summary */

enum { LINES_MAX = 20 };

static void print_line(const char *label, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void print_line(const char *label, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    printf("%-14s", label);
    message_text(line);
    putchar('\n');
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void print_target(const struct migrate_plan *plan)
{
    const struct map_organization *target = plan->map->target;
    if (!target) {
        print_line("to", "nowhere: no map says which organization stays (jpk migrate init writes one to begin with)");
        return;
    }
    const char *region = map_region_name(target->region);
    print_line("to", "%s%s%s%s, %zu environment%s", map_organization_label(target), *region ? " (" : "", region,
               *region ? ")" : "", target->environment_count, plural(target->environment_count));
}

static void print_people(const struct migrate_plan *plan)
{
    size_t logins[LOGIN_CONFLICT + 1] = {0}, moving = 0;
    for (size_t i = 0; i < plan->members.count; i++) {
        const struct member_outlook *member = &plan->members.items[i];
        if (!member->moves && !member->in_target)
            continue;
        moving++;
        logins[member->login]++;
    }
    if (plan->members.count == 0)
        return;
    print_line("people", "%zu, of which %zu with SSO, %zu with a password, %zu pending, %zu in conflict", moving,
               logins[LOGIN_SSO], logins[LOGIN_PASSWORD], logins[LOGIN_PENDING], logins[LOGIN_CONFLICT]);
    print_line("agents", "%zu %s can install private agents", plan->members.installers,
               plan->members.installers == 1 ? "person" : "people");
}

static void print_connectors(const struct migrate_plan *plan)
{
    for (size_t i = 0; i < plan->connector_count; i++)
        if (!plan->connectors[i].there)
            print_line("first", "the connector %s must be there: %zu project%s it", plan->connectors[i].name,
                       plan->connectors[i].projects, plan->connectors[i].projects == 1 ? " needs" : "s need");
}

/* Licences count the systems that projects talk to. */
static void print_endpoints(const struct migrate_plan *plan)
{
    size_t systems = 0, hosted = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct survey_project *from = plan->projects[i].from;
        if (!migrate_writes(plan->projects[i].action))
            continue;
        hosted += from->hosted;
        for (size_t j = 0; j < from->endpoint_count; j++)
            systems += from->endpoints[j].count;
    }
    if (systems + hosted)
        print_line("endpoints", "%zu to systems, %zu offered as web services: these count towards the licence", systems,
                   hosted);
}

/* What is the matter, more about it, and what can be done. */
static void print_reason(const struct migrate_project *p)
{
    const struct migrate_reason_info *reason = migrate_reason_info(p->reason);
    printf("%.*s", (int)(strlen(reason->what) - 1), reason->what); /* without its full stop */
    if (p->detail) {
        fputs(": ", stdout);
        message_text(p->detail);
    }
    if (reason->todo)
        printf("; %s", reason->todo);
}

/* What needs a look before the plan is carried out, most important first. */
static void print_refused(const struct migrate_plan *plan)
{
    size_t shown = 0;
    for (size_t i = 0; i < plan->count && shown < LINES_MAX; i++) {
        const struct migrate_project *p = &plan->projects[i];
        if (p->action != MIGRATE_REFUSE)
            continue;
        if (shown++ == 0)
            puts("\nrefused:");
        printf("  ");
        message_text(p->from->source);
        printf(": ");
        print_reason(p);
        putchar('\n');
    }
    if (plan->actions[MIGRATE_REFUSE] > shown)
        printf("  and %zu more\n", plan->actions[MIGRATE_REFUSE] - shown);
}

static void print_people_in_conflict(const struct migrate_plan *plan)
{
    size_t shown = 0;
    for (size_t i = 0; i < plan->members.count; i++) {
        const struct member_outlook *member = &plan->members.items[i];
        if (member->login != LOGIN_CONFLICT || member->task_count == 0 || shown++ >= LINES_MAX)
            continue;
        if (shown == 1)
            puts("\npeople who cannot log in as things are:");
        printf("  ");
        message_text(member->email);
        printf(": ");
        message_text(member->tasks[0].text);
        putchar('\n');
    }
    if (shown > LINES_MAX)
        printf("  and %zu more\n", shown - LINES_MAX);
}

static void print_summary(const struct migrate_plan *plan)
{
    enum { ACTION_MOST = 32 };
    char actions[MIGRATE_ACTIONS * ACTION_MOST] = "";
    size_t secrets = 0, n = 0;
    for (int i = 0; i < MIGRATE_ACTIONS; i++)
        if (plan->actions[i])
            n += (size_t)snprintf(actions + n, sizeof actions - n, "%s%zu %s", n ? ", " : "", plan->actions[i],
                                  migrate_action_name((enum migrate_action)i));
    print_line("projects", "%zu%s%s", plan->count, n ? ": " : "", actions);
    if (plan->survey->results)
        print_line("left out", "%zu project%s that an earlier migration has written", plan->survey->results,
                   plural(plan->survey->results));
    print_target(plan);
    print_connectors(plan);
    if (plan->version_count)
        print_line("versions", "%zu project%s there several times", plan->version_count,
                   plan->version_count == 1 ? " is" : "s are");
    if (plan->conflict_count)
        print_line("conflicts", "%zu name%s in an environment: %s", plan->conflict_count,
                   plan->conflict_count == 1 ? " meets another" : "s meet others", plan->conflicts[0].settled);
    for (size_t i = 0; i < plan->count; i++)
        if (plan->projects[i].action == MIGRATE_CONVERT)
            secrets += plan->projects[i].from->secret_count;
    print_endpoints(plan);
    if (secrets)
        print_line("secrets", "%zu encrypted values of projects that are converted must be typed in again", secrets);
    print_people(plan);
    print_refused(plan);
    print_people_in_conflict(plan);
}

/* Names that nobody has said what to do with. False: no memory. */
static bool list_conflicts(const struct migrate_plan *plan)
{
    for (size_t i = 0; i < plan->conflict_count && i < LINES_MAX; i++) {
        const struct migrate_conflict *conflict = &plan->conflicts[i];
        struct buf text = {0};
        message_put(&text, conflict->name);
        buf_puts(&text, conflict->environment ? " in " : "");
        message_put(&text, conflict->environment ? conflict->environment : "");
        buf_puts(&text, conflict->taken ? ": a project that is there already," : ":");
        for (size_t j = 0; j < conflict->count && j < LINES_MAX; j++) {
            buf_puts(&text, j ? ", " : " ");
            message_put(&text, plan->projects[conflict->projects[j]].from->source);
        }
        bool ok = !text.failed;
        if (ok)
            fprintf(stderr, "  %s\n", buf_text(&text));
        buf_free(&text);
        if (!ok)
            return false;
    }
    if (plan->conflict_count > LINES_MAX)
        fprintf(stderr, "  and %zu more\n", plan->conflict_count - LINES_MAX);
    return true;
}

/* ------------------------------------------------------------------------------------------------------ command */

static int write_plan(const struct settings *settings, const struct migrate_plan *plan)
{
    struct buf text = {0};
    bool print = settings->output && strcmp(settings->output, "-") == 0;
    int status = 0;
    if (!settings->dry_run) {
        migrate_plan_write(&text, plan);
        status = migrate_write_text(settings, settings->output, &text);
    }
    if (status == 0 && !settings->quiet && !print) {
        print_summary(plan);
        if (!settings->dry_run) {
            fputs("\nwrote ", stdout);
            message_text(settings->output);
            printf(" (%zu bytes)\n", text.size);
        }
    }
    buf_free(&text);
    if (status == 0 && plan->count == 0 && !settings->quiet)
        fputs("jpk: no project was found\n", stderr);
    bool look = plan->actions[MIGRATE_REFUSE] > 0 || plan->members.conflicts > 0;
    return status ? status : look;
}

static int make(const struct settings *settings, const struct migrate_map *map, const struct survey *survey,
                unsigned without)
{
    struct migrate_plan plan;
    struct jpk_error err = {0};
    struct migrate_plan_options how = {.policy = policy_of(settings->migrate.on_conflict),
                                       .without = without,
                                       .agent = settings->convert.agent ? settings->convert.agent : "any",
                                       .map_file = settings->migrate.map,
                                       .limits = &settings->limits,
                                       .jobs = settings->jobs};
    int status;
    if (migrate_plan_make(&plan, survey, map, &how, &err)) {
        status = write_plan(settings, &plan);
    } else {
        status = message_error(&err);
        if (err.code == JPK_ERR_USAGE && !list_conflicts(&plan))
            status = message_memory();
    }
    migrate_plan_free(&plan);
    return status;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct survey survey = {0};
    struct jpk_error err = {0};
    unsigned without = 0;
    if (!settings->output && !settings->dry_run) {
        fputs("jpk: say where to write the plan: --output plan.json; see 'jpk help migrate plan'\n", stderr);
        return 2;
    }
    if (!read_without(settings->migrate.without, &without))
        return 2;
    struct migrate_map *map = settings->migrate.map ? map_read(settings->migrate.map, &err) : map_empty(&err);
    int status = map && migrate_survey(&survey, settings, settings->output, arguments, (size_t)count, &err)
                     ? make(settings, map, &survey, without)
                     : message_error(&err);
    survey_free(&survey);
    migrate_map_free(map);
    return status;
}

static const struct option *const groups[] = {options, common_options, limit_options, NULL};

const struct command migrate_plan_command = {
    .name = "migrate plan",
    .arguments = "INPUT...",
    .summary = "Say what will be done with every project of some organizations, and what people must do.",
    .details =
        "An INPUT is a project of either studio in any form, or a folder that is searched for them. The plan is JSON "
        "for\n"
        "people to read and edit; 'jpk migrate run' checks it and does what it says. Each project is moved, "
        "converted,\n"
        "kept, skipped or refused (environment backups, what is unreadable or protected with a password). Copies of "
        "one\n"
        "project are found by its id and compared. When names would meet in an environment, --on-conflict must say "
        "what\n"
        "to do: fail refuses them, rename adds a number, newest takes the latest, skip the first.\n"
        "\n"
        "The map says what no export does (jpk migrate init writes one to begin with): which organization stays, its\n"
        "environments and what is in them, members, SSO and bypass lists. Without a map the projects keep their "
        "places.\n"
        "\n"
        "The exit status is 1 when a project is refused or a person could not log in.",
    .groups = groups,
    .least = 1,
    .most = -1,
    .run = run,
};
