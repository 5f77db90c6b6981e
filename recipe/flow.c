/* What flows where: which items some operation can reach, and which scripts only serve e-mails. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "recipe/plan.h"

void plan_live(struct plan *plan)
{
    plan->live = plan_alloc(plan, plan->project->entity_count, sizeof *plan->live);
    if (!plan->failed)
        plan->failed = !jpk_graph_live(plan->graph, plan->live, NULL);
}

/* ------------------------------------------------------------------------------------------------ mail scripts */

static bool sends_mail(const struct plan *plan, const struct jpk_entity *script)
{
    size_t count;
    const struct jpk_reference *references = jpk_graph_from(plan->graph, script, &count);
    for (size_t i = 0; i < count; i++)
        if (!references[i].in_comment && references[i].to && references[i].to->type == JPK_TYPE_EMAIL_MESSAGE)
            return true;
    return false;
}

/* Whether every live script and operation that runs this one is known to serve e-mails only. */
static bool run_for_mail(const struct plan *plan, const struct jpk_entity *script, bool live_only)
{
    size_t count, callers = 0;
    const struct jpk_reference *const *references = jpk_graph_to(plan->graph, script, &count);
    for (size_t i = 0; i < count; i++) {
        const struct jpk_entity *from = references[i]->from;
        if (references[i]->in_comment || (live_only && !plan->live[from->index]))
            continue;
        callers++;
        if (from->type != JPK_TYPE_SCRIPT || !plan->mail_script[from->index])
            return false;
    }
    return callers > 0;
}

void plan_mail_scripts(struct plan *plan)
{
    const struct jpk_project *project = plan->project;
    plan->mail_script = plan_alloc(plan, project->entity_count, sizeof *plan->mail_script);
    if (plan->failed)
        return;
    for (size_t i = 0; i < project->entity_count; i++)
        if (project->entities[i]->type == JPK_TYPE_SCRIPT && !project->entities[i]->unread)
            plan->mail_script[i] = sends_mail(plan, project->entities[i]);
    /* A script that only such scripts run is one itself. Chains of more than a few are not worth following. */
    enum { ROUNDS = 4 };
    for (int round = 0; round < ROUNDS; round++) {
        bool changed = false;
        for (size_t i = 0; i < project->entity_count; i++) {
            const struct jpk_entity *script = project->entities[i];
            if (script->type == JPK_TYPE_SCRIPT && !script->unread && !plan->mail_script[i] &&
                run_for_mail(plan, script, plan->live[i])) {
                plan->mail_script[i] = true;
                changed = true;
            }
        }
        if (!changed)
            break;
    }
}
