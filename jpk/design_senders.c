/*
 * What the conversion to Cloud Studio has made beside the items of a project: operations that send an e-mail on behalf
 * of another, scripts that run before a transformation. They are found by their ids, which are made by rule, and go
 * back to where they came from when nobody has changed them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "jpk/convert_tables.h"
#include "jpk/design.h"

void design_made_id(const struct design *d, const char *kind, const char *role, const char *source, char id[UUID_SIZE])
{
    char name[512];
    snprintf(name, sizeof name, "%s/%s/%s", kind, role, source);
    uuid_of_name(d->project_id, name, id);
}

bool design_is_made_id(const struct design *d, const char *id, const char *kind, const char *role, const char *source)
{
    char made[UUID_SIZE];
    design_made_id(d, kind, role, source, made);
    return text_caseeq(id, made);
}

const struct jpk_cloud_component *design_email_of(const struct design *d, const struct jpk_cloud_component *script)
{
    size_t count;
    const struct jpk_cloud_reference *references = jpk_cloud_from(d->cloud, script, &count);
    return count == 1 && references->kind == JPK_CLOUD_REF_EMAIL ? references->to : NULL;
}

/* What an operation that sends an e-mail is called by the rule of its id; NULL: nothing happens then. */
static const char *role_of(int64_t when)
{
    return when == JPK_CLOUD_ON_SUCCESS ? "success e-mail" : when == JPK_CLOUD_ON_FAILURE ? "failure e-mail" : NULL;
}

static bool is_named(const struct design *d, const struct jpk_cloud_component *component)
{
    size_t count;
    jpk_cloud_to(d->cloud, component, &count);
    return count > 0;
}

/* What runs behind a sender runs whether the e-mail was sent or not. */
static bool runs_either_way(const struct jpk_cloud_operation *sender)
{
    const struct jpk_cloud_outcome *o = sender->outcomes;
    return sender->outcome_count == 0 ||
           (sender->outcome_count == 2 && o[0].operation.component == o[1].operation.component &&
            o[0].when == JPK_CLOUD_ON_SUCCESS && o[1].when == JPK_CLOUD_ON_FAILURE);
}

/* A script that sends an e-mail, and nothing else. */
static bool only_sends(const struct design *d, const struct jpk_cloud_component *script)
{
    const struct jpk_cloud_component *email = design_email_of(d, script);
    struct buf text = {0};
    convert_put_sending(&text, email ? email->name : "");
    bool same = email && !text.failed && strcmp(script->as.script->text, buf_text(&text)) == 0;
    buf_free(&text);
    return same;
}

/* An operation with nothing but the script that sends an e-mail, as it was made and nobody has changed it. */
static bool is_sender(const struct design *d, const struct jpk_cloud_component *operation,
                      const struct jpk_cloud_outcome *o)
{
    const struct jpk_cloud_component *to = o->operation.component;
    const char *role = role_of(o->when);
    if (!role || !to || to->kind != JPK_CLOUD_OPERATION || to->as.operation->step_count != 1 || *to->description ||
        !runs_either_way(to->as.operation) ||
        !design_is_made_id(d, to->id, "operation", role, design_of(d, operation)->id))
        return false;
    const struct jpk_cloud_component *script = to->as.operation->steps[0].component;
    return script && script->kind == JPK_CLOUD_SCRIPT &&
           design_is_made_id(d, script->id, "script", role, design_of(d, operation)->id) && !is_named(d, to) &&
           !is_named(d, script) && only_sends(d, script);
}

/* How often a step is used, and how often it stands where the conversion has put it. */
struct use {
    uint32_t all, right;
};

static void count_uses(const struct design *d, const struct jpk_cloud_component *operation, struct use *uses)
{
    const struct jpk_cloud_operation *o = operation->as.operation;
    for (size_t i = 0; i < o->step_count; i++) {
        const struct jpk_cloud_component *step = o->steps[i].component;
        const struct jpk_cloud_component *next = i + 1 < o->step_count ? o->steps[i + 1].component : NULL;
        if (!step)
            continue;
        uses[step->index].all++;
        if (step->kind == JPK_CLOUD_SCRIPT && next && next->kind == JPK_CLOUD_TRANSFORMATION &&
            design_is_made_id(d, step->id, "script", "prescript", design_of(d, next)->id)) {
            uses[step->index].right++;
            uses[next->index].right++;
        }
    }
}

/*
 * Whether what the conversion would put in place of a sender is there: its script is no step elsewhere, and what runs
 * behind it is no sender itself.
 */
static bool stays_sender(const struct design *d, const struct jpk_cloud_component *sender, const struct use *uses)
{
    const struct jpk_cloud_operation *o = sender->as.operation;
    const struct jpk_cloud_component *next = o->outcome_count > 0 ? o->outcomes[0].operation.component : NULL;
    return uses[o->steps[0].component->index].all == 1 && !(next && design_of(d, next)->absorbed);
}

static void drop_senders(struct design *d, const struct use *uses)
{
    for (size_t i = 0; i < d->cloud->component_count; i++) {
        const struct jpk_cloud_component *sender = d->cloud->components[i];
        if (sender->kind != JPK_CLOUD_OPERATION || !design_of(d, sender)->absorbed || stays_sender(d, sender, uses))
            continue;
        design_of(d, sender)->absorbed = false;
        design_of(d, sender->as.operation->steps[0].component)->absorbed = false;
    }
}

/* A script that runs before a transformation wherever that is used, and nowhere else. */
static void find_prescripts(struct design *d, const struct use *uses)
{
    for (size_t i = 0; i < d->cloud->component_count; i++) {
        const struct jpk_cloud_component *t = d->cloud->components[i];
        char id[UUID_SIZE];
        if (t->kind != JPK_CLOUD_TRANSFORMATION || uses[i].right == 0 || uses[i].right != uses[i].all)
            continue;
        design_made_id(d, "script", "prescript", design_of(d, t)->id, id);
        const struct jpk_cloud_component *script = jpk_cloud_by_id(d->cloud, id);
        if (script && uses[script->index].all == uses[i].all && !is_named(d, script))
            design_of(d, script)->absorbed = true;
    }
}

static void mark_senders(struct design *d, const struct jpk_cloud_component *operation)
{
    for (size_t i = 0; i < operation->as.operation->outcome_count; i++) {
        const struct jpk_cloud_outcome *o = &operation->as.operation->outcomes[i];
        if (!is_sender(d, operation, o))
            continue;
        design_of(d, o->operation.component)->absorbed = true;
        design_of(d, o->operation.component->as.operation->steps[0].component)->absorbed = true;
    }
}

void design_find_senders(struct design *d)
{
    struct use *uses = calloc(d->cloud->component_count + 1, sizeof *uses);
    if (!uses) {
        d->ledger.failed = true;
        return;
    }
    for (size_t i = 0; i < d->cloud->component_count; i++) {
        const struct jpk_cloud_component *operation = d->cloud->components[i];
        if (operation->kind != JPK_CLOUD_OPERATION)
            continue;
        count_uses(d, operation, uses);
        mark_senders(d, operation);
    }
    drop_senders(d, uses);
    find_prescripts(d, uses);
    free(uses);
}
