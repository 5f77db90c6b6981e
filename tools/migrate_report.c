#include "tools/migrate_report.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "migrate/paths.h"
#include "tools/convert_report.h"
#include "tools/message.h"

const char *migrate_report_status(const struct overview *overview)
{
    return overview->complete ? "complete" : "partial";
}

const char *migrate_report_reason(const struct overview_project *project)
{
    const struct work_item *item = project->item;
    if (project->state == OVERVIEW_FAILED)
        return project->record.error.message;
    if (project->state <= OVERVIEW_PENDING)
        return NULL;
    const char *what = migrate_reason_by_id(item->reason)->what;
    return *what ? what : "The plan says so.";
}

/* -------------------------------------------------------------------------------------------------------- links */

/* The real path of a folder; *known: there is one. False: it could not be looked at. */
static bool find_real(const char *folder, char real[PATH_MAX], bool *known, struct jpk_error *err)
{
    *known = realpath(folder, real) != NULL;
    if (*known || errno == ENOENT || errno == ENOTDIR || errno == EACCES)
        return true;
    error_system(err, JPK_ERR_READ, errno, "cannot be looked at");
    error_file(err, folder);
    return false;
}

/* The way from a folder, which is NULL when it is not there, to another. NULL: an error. */
static char *way_to(const char *here, const char *folder, struct jpk_error *err)
{
    char there[PATH_MAX];
    struct buf way = {0};
    bool known = false;
    if (here && !find_real(folder, there, &known, err))
        return NULL;
    if (known)
        paths_put_relative(&way, here, there);
    else
        buf_puts(&way, folder);
    if (!way.failed && strcmp(way.data, ".") == 0)
        buf_clear(&way);
    else
        buf_putc(&way, '/');
    if (!way.failed)
        return way.data;
    buf_free(&way);
    error_memory(err);
    return NULL;
}

const char **migrate_report_bases(const char *place, const char *const *folders, size_t count, struct jpk_error *err)
{
    char here[PATH_MAX], *copy = strdup(place);
    const char **bases = calloc(count + 1, sizeof *bases);
    bool known, ok = ((copy && bases) || error_memory(err)) && find_real(dirname(copy), here, &known, err);
    for (size_t i = 0; ok && i < count; i++) {
        bases[i] = way_to(known ? here : NULL, folders[i], err);
        ok = bases[i] != NULL;
    }
    free(copy);
    if (ok)
        return bases;
    migrate_report_bases_free(bases, count);
    return NULL;
}

void migrate_report_bases_free(const char **bases, size_t count)
{
    for (size_t i = 0; bases && i < count; i++)
        free((char *)bases[i]);
    free(bases);
}

char *migrate_report_link(struct buf *out, const struct migrate_report *report, const struct overview_project *project,
                          const char *name)
{
    const struct journal_record *record = &project->record;
    for (size_t i = 0; project->state <= OVERVIEW_PARTIAL && i < record->output_count; i++) {
        const char *slash = strrchr(record->outputs[i].path, '/');
        if (!slash || (name ? strcmp(slash + 1, name) != 0 : i > 0))
            continue;
        struct buf link = {0};
        buf_printf(&link, "%s%s", report->bases[project->folder], record->outputs[i].path);
        if (!link.failed)
            return link.data;
        buf_free(&link);
        out->failed = true;
        break;
    }
    return NULL;
}

/* -------------------------------------------------------------------------------------------------------- text */

static void put_label(struct buf *out, const char *label)
{
    buf_printf(out, "%-14s", label);
}

static void put_states(struct buf *out, const size_t states[OVERVIEW_STATES])
{
    bool any = false;
    for (int i = 0; i < OVERVIEW_STATES; i++)
        if (states[i]) {
            buf_printf(out, "%s%zu %s", any ? ", " : "", states[i], overview_state_name((enum overview_state)i));
            any = true;
        }
}

static void put_todo(struct buf *out, const struct migrate_report *report)
{
    enum { SHOWN = 12 };
    const struct overview *o = report->overview;
    if (o->todo_count == 0)
        return;
    buf_puts(out, "\nwhat people must do, most important first:\n");
    for (size_t i = 0; i < o->todo_count && (i < SHOWN || report->verbose); i++) {
        const struct overview_todo *todo = &o->todo[i];
        buf_printf(out, "%6zu  ", todo->tasks);
        message_put(out, todo->text);
        buf_puts(out, " ");
        message_put(out, todo->advice);
        if (todo->minutes) {
            buf_puts(out, " (");
            convert_put_time(out, todo->minutes);
            buf_puts(out, ")");
        }
        buf_printf(out, " [%s]\n", todo->rule);
        for (size_t j = 0; j < 3 && todo->examples[j] && (todo->severity == JPK_ERROR || report->verbose); j++) {
            buf_puts(out, "          ");
            message_put(out, todo->examples[j]);
            buf_puts(out, "\n");
        }
    }
    if (o->todo_count > SHOWN && !report->verbose)
        buf_printf(out, "        and %zu more kinds of work (-v shows all)\n", o->todo_count - SHOWN);
}

void migrate_report_text(struct buf *out, const struct migrate_report *report)
{
    const struct overview *o = report->overview;
    put_label(out, "status");
    buf_printf(out, "%s\n", migrate_report_status(o));
    put_label(out, "projects");
    buf_printf(out, "%zu: ", o->plan.count);
    put_states(out, o->states);
    buf_puts(out, "\n");
    if (o->written > 0) {
        put_label(out, "items");
        buf_printf(out, "%zu", o->items);
        for (int i = 0; i < JPK_CONVERT_RESULTS; i++)
            buf_printf(out, "%s%zu %s", i ? ", " : ": ", o->results[i],
                       jpk_convert_result_name((enum jpk_convert_result)i));
        buf_puts(out, "\n");
        put_label(out, "script lines");
        buf_printf(out, "%zu, %zu of them as they were\n", o->script_lines, o->script_lines_kept);
        put_label(out, "secrets");
        buf_printf(out, "%zu to type in again\n", o->secrets);
        put_label(out, "work");
        convert_put_time(out, o->minutes);
        buf_puts(out, " (figures for planning, not measured)\n");
    }
    for (size_t i = 0; i < o->organization_count; i++) {
        put_label(out, i ? "" : "organizations");
        message_put(out, *o->organizations[i].name ? o->organizations[i].name : "(not known)");
        buf_puts(out, ": ");
        put_states(out, o->organizations[i].states);
        buf_puts(out, "\n");
    }
    put_todo(out, report);
}

void migrate_report_states(struct buf *out, const struct overview *o)
{
    for (size_t i = 0; i < o->plan.count; i++) {
        const struct overview_project *project = &o->projects[i];
        const char *reason = migrate_report_reason(project);
        buf_printf(out, "%-9s ", overview_state_name(project->state));
        message_put(out, project->item->source);
        if (project->item->output) {
            buf_puts(out, " -> ");
            message_put(out, project->item->output);
        }
        if (reason) {
            buf_puts(out, ": ");
            message_put(out, reason);
        }
        buf_puts(out, "\n");
    }
    buf_printf(out, "%zu project%s: ", o->plan.count, o->plan.count == 1 ? "" : "s");
    put_states(out, o->states);
    buf_puts(out, "\n");
}

/* ------------------------------------------------------------------------------------------------------ findings */

static void add_state(struct findings_list *list, const struct overview_project *project)
{
    const struct work_item *item = project->item;
    const char *why = migrate_report_reason(project);
    char reason[JPK_ERROR_MESSAGE_MAX];
    struct jpk_finding finding = {.entity_name = *item->input_name ? item->input_name : NULL};
    snprintf(reason, sizeof reason, "%s", why ? why : "");
    if (text_ends_with(reason, ".")) /* a hint may follow */
        reason[strlen(reason) - 1] = '\0';
    if (project->state == OVERVIEW_FAILED) {
        finding.severity = JPK_ERROR;
        finding.rule = jpk_code_name(project->record.error.code);
        finding.message = reason;
        finding.line = project->record.error.line;
        finding.column = project->record.error.column;
    } else if (project->state == OVERVIEW_PENDING) {
        finding.severity = JPK_ERROR;
        finding.rule = "pending";
        finding.message = "The project is still to be done";
    } else if (project->state >= OVERVIEW_REFUSED) {
        finding.severity = project->state == OVERVIEW_REFUSED ? JPK_ERROR : JPK_INFO;
        finding.rule = item->reason ? item->reason : overview_state_name(project->state);
        finding.message = reason;
        finding.hint = item->detail;
    } else {
        return;
    }
    findings_add(list, NULL, &finding);
}

bool migrate_report_findings(struct findings_list *list, const struct migrate_report *report)
{
    const struct overview *o = report->overview;
    for (size_t i = 0; i < o->plan.count && !list->failed; i++) {
        const struct overview_project *project = &o->projects[i];
        findings_add_file(list, project->item->source);
        add_state(list, project);
        for (size_t j = 0; project->state <= OVERVIEW_PARTIAL && j < project->record.todo_count; j++) {
            const struct journal_todo *todo = &project->record.todo[j];
            struct buf message = {0};
            buf_printf(&message, "%.*s (%zu)", (int)strcspn(todo->text, "."), todo->text, todo->tasks);
            struct jpk_finding finding = {
                .severity = todo->severity, .rule = todo->rule, .message = buf_text(&message), .hint = todo->advice};
            findings_add(list, NULL, &finding);
            list->failed = list->failed || message.failed;
            buf_free(&message);
        }
    }
    return !list->failed;
}
