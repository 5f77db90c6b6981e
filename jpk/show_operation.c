/* Operations: their steps, what starts them, what they start. */
#include <stdlib.h>
#include <string.h>

#include "jpk/show_parts.h"
#include "jpk/show_settings.h"

static const char *step_state(const struct jpk_activity *activity)
{
    if (activity->content)
        return activity->content->deleted ? "deleted" : "resolved";
    return activity->built_in ? "built-in" : activity->content_id ? "dangling" : "empty";
}

static void show_steps(struct report *report, const struct jpk_operation *operation)
{
    report_section(report, JPK_REPORT_LIST, "steps", "steps", "none");
    for (size_t i = 0; i < operation->activity_count && !report->failed; i++) {
        const struct jpk_activity *activity = &operation->activities[i];
        const char *words = report_take(report, jpk_activity_words(activity));
        report_row(report, report_printf(report, "%zu.", i + 1), words);
        report_text(report, "words", NULL, words);
        report_text(report, "role", NULL, activity->role);
        report_text(report, "state", NULL, step_state(activity));
        if (activity->content)
            report_entity(report, "item", NULL, activity->content);
        else if (activity->content_id)
            report_text(report, "missing", NULL, activity->content_id);
    }
}

/* A row of what starts or is started: how, and by what. */
static void starter(struct report *report, const char *label, const char *how, const char *words,
                    const struct jpk_entity *item, bool in_comment)
{
    report_row(report, label, words);
    report_text(report, "how", NULL, how);
    report_text(report, "words", NULL, words);
    if (item)
        report_entity(report, "item", NULL, item);
    report_flag(report, "inComment", in_comment);
}

static const char *schedule_line(struct report *report, const struct jpk_entity *schedule)
{
    const char *name = report_words(report, schedule);
    if (schedule->unread || schedule->type != JPK_TYPE_SCHEDULE)
        return name;
    return report_printf(report, "%s: %s", name, report_take(report, jpk_schedule_words(schedule->as.schedule)));
}

/* How a reference starts the operation that it points at; NULL when it only names it. */
static const char *start_kind(const struct jpk_reference *r)
{
    if (r->kind == JPK_REF_SUCCESS)
        return "success";
    if (r->kind == JPK_REF_FAILURE)
        return "failure";
    return r->kind == JPK_REF_SCRIPT ? "script" : NULL;
}

static const char *start_label(const struct jpk_reference *r)
{
    return r->in_comment                ? "in a comment"
           : r->kind == JPK_REF_SUCCESS ? "on success of"
           : r->kind == JPK_REF_FAILURE ? "on failure of"
                                        : "by";
}

/* A script may name an operation many times; once is enough here. References of one entity come together. */
static void show_starters(struct report *report, const struct jpk_entity *entity, bool in_comment)
{
    size_t count;
    const struct jpk_reference *const *references = jpk_graph_to(report->graph, entity, &count);
    const struct jpk_entity *last = NULL;
    for (size_t i = 0; i < count && !report->failed; i++) {
        const struct jpk_reference *r = references[i];
        const char *how = start_kind(r);
        if (!how || r->in_comment != in_comment || (r->kind == JPK_REF_SCRIPT && r->from == last))
            continue;
        last = r->kind == JPK_REF_SCRIPT ? r->from : NULL;
        const char *words = report_words(report, r->from);
        if (r->function)
            words = report_printf(report, "%s (%s)", words, r->function);
        starter(report, start_label(r), how, words, r->from, in_comment);
    }
}

static void show_started_by(struct report *report, const struct jpk_entity *entity)
{
    const struct jpk_entity *schedule = entity->as.operation->schedule;
    report_section(report, JPK_REPORT_LIST, "startedBy", "started by", "nothing in this project");
    if (schedule)
        starter(report, "by", "schedule", schedule_line(report, schedule), schedule, false);
    show_starters(report, entity, false);
    show_starters(report, entity, true);
}

static void started(struct report *report, const char *label, const char *how, const struct jpk_entity *item)
{
    if (item)
        starter(report, label, how, report_words(report, item), item, false);
}

/* The operations that a script or a transformation of this operation starts. */
static void started_by_step(struct report *report, const struct jpk_entity *step)
{
    size_t count;
    const struct jpk_reference *references = jpk_graph_from(report->graph, step, &count);
    const struct jpk_entity *last = NULL;
    for (size_t i = 0; i < count && !report->failed; i++) {
        const struct jpk_reference *r = &references[i];
        bool operation = r->kind == JPK_REF_SCRIPT && !r->in_comment && r->to && r->to->type == JPK_TYPE_OPERATION;
        if (!operation || r->to == last)
            continue;
        last = r->to;
        starter(report, "by a script", "script",
                report_printf(report, "%s, by %s", report_words(report, r->to), report_words(report, step)), r->to,
                false);
    }
}

static void show_starts(struct report *report, const struct jpk_operation *operation)
{
    report_section(report, JPK_REPORT_LIST, "starts", "starts", "nothing");
    started(report, "on success", "success", operation->on_success);
    started(report, "on failure", "failure", operation->on_failure);
    started(report, "on success", "successMessage", operation->success_message);
    started(report, "on failure", "failureMessage", operation->failure_message);
    for (size_t i = 0; i < operation->activity_count; i++)
        if (operation->activities[i].content)
            started_by_step(report, operation->activities[i].content);
}

/* Ids of operations and e-mails that are not there are no entities, so that `starts` cannot name them. */
static void show_dangling(struct report *report, const struct jpk_entity *entity)
{
    size_t count;
    const struct jpk_reference *references = jpk_graph_from(report->graph, entity, &count);
    report_section(report, JPK_REPORT_LIST, "missing", "missing from the project", NULL);
    for (size_t i = 0; i < count && !report->failed; i++) {
        const struct jpk_reference *r = &references[i];
        if (r->state != JPK_REF_DANGLING || r->kind == JPK_REF_ACTIVITY)
            continue;
        report_row(report, setting_label(entity, r->where), r->target);
        report_text(report, "key", NULL, r->where);
        report_text(report, "id", NULL, r->target);
    }
}

void show_operation(struct report *report, const struct jpk_entity *entity)
{
    report_fact(report, "operationType", "kind", entity->as.operation->op_type);
    show_steps(report, entity->as.operation);
    show_started_by(report, entity);
    show_starts(report, entity->as.operation);
    show_dangling(report, entity);
}
