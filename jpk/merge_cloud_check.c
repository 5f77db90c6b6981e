/* What the result of merging exports uses, and what is wrong with it. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"
#include "jpk/merge_cloud.h"

/* --------------------------------------------------------------------------------------------------------------- uses
 */

/* What refers to what, by id or by name. */
struct cloud_use {
    const struct jpk_cloud_component *from; /* NULL: a workflow */
    const char *target;
    const struct jpk_cloud_variable *variable; /* that is read by its name, `target`; NULL: none */
};

typedef void use_visitor(struct cloud_merge *c, const struct cloud_use *use, int argument);

static void visit_link(struct cloud_merge *c, const struct jpk_cloud_component *from, const struct jpk_cloud_link *link,
                       use_visitor *visit, int argument)
{
    struct cloud_use use = {from, link->id, NULL};
    if (*link->id)
        visit(c, &use, argument);
}

/* Everything that a component names. */
static void visit_component(struct cloud_merge *c, const struct jpk_cloud *cloud,
                            const struct jpk_cloud_component *component, use_visitor *visit, int argument)
{
    size_t count = 0;
    const struct jpk_cloud_reference *references = jpk_cloud_from(cloud, component, &count);
    for (size_t i = 0; i < count; i++) {
        struct cloud_use use = {component, references[i].text, NULL};
        if (!references[i].in_comment)
            visit(c, &use, argument);
    }
    const struct jpk_cloud_use *uses = jpk_cloud_uses(cloud, component, &count);
    for (size_t i = 0; i < count; i++) {
        const struct jpk_cloud_variable *variable = &cloud->variables[uses[i].variable];
        struct cloud_use use = {component, variable->name, variable};
        if (!uses[i].write && !uses[i].in_comment)
            visit(c, &use, argument);
    }
    if (component->kind == JPK_CLOUD_OPERATION) {
        const struct jpk_cloud_operation *operation = component->as.operation;
        for (size_t i = 0; i < operation->step_count; i++)
            visit_link(c, component, &operation->steps[i], visit, argument);
        for (size_t i = 0; i < operation->outcome_count; i++)
            visit_link(c, component, &operation->outcomes[i].operation, visit, argument);
    } else if (component->kind == JPK_CLOUD_ACTIVITY) {
        visit_link(c, component, &component->as.activity->connection, visit, argument);
    } else if (component->kind == JPK_CLOUD_SCHEMA) {
        visit_link(c, component, &component->as.schema->origin, visit, argument);
    } else if (component->kind == JPK_CLOUD_TRANSFORMATION) {
        const struct jpk_cloud_side *const sides[] = {&component->as.transformation->source,
                                                      &component->as.transformation->target};
        for (size_t i = 0; i < 2; i++) {
            visit_link(c, component, &sides[i]->schema, visit, argument);
            visit_link(c, component, &sides[i]->origin, visit, argument);
        }
    }
}

static void visit_all(struct cloud_merge *c, const struct jpk_cloud *cloud, use_visitor *visit, int argument)
{
    for (size_t i = 0; i < cloud->component_count && !c->m->failed; i++)
        visit_component(c, cloud, cloud->components[i], visit, argument);
    for (size_t i = 0; i < cloud->workflow_count && !c->m->failed; i++)
        for (size_t k = 0; k < cloud->workflows[i].operation_count; k++)
            visit_link(c, NULL, &cloud->workflows[i].operations[k], visit, argument);
}

/* Ids in lower case; references by name as they are. */
static const char *name_key(struct cloud_merge *c, const char *target)
{
    const char *key = text_guid(target, strlen(target)) ? arena_strdup_lower(&c->m->arena, target) : target;
    c->m->failed |= !key;
    return key ? key : "";
}

/* Variables are used by their names, whatever the case of the letters; no id and no reference begins with `$`. */
static const char *variable_key(struct cloud_merge *c, const char *name)
{
    struct buf key = {0};
    buf_putc(&key, '$');
    for (const char *at = name; *at; at++)
        buf_putc(&key, text_lower(*at));
    const char *text = merge_cloud_keep(c, &key);
    buf_free(&key);
    return text;
}

static const char *target_key(struct cloud_merge *c, const struct cloud_use *use)
{
    return use->variable ? variable_key(c, use->target) : name_key(c, use->target);
}

/* The component that a variable is, NULL: none. */
static const struct jpk_cloud_component *component_of(const struct jpk_cloud_variable *variable)
{
    return variable->project ? variable->project : variable->global;
}

/* Whether who reads a variable finds one: a script may set what no component is. */
static bool is_set(const struct jpk_cloud_variable *variable)
{
    return component_of(variable) || variable->system || variable->written;
}

static const struct jpk_cloud_component *used(const struct jpk_cloud *cloud, const struct cloud_use *use)
{
    const struct jpk_cloud_component *component = jpk_cloud_by_id(cloud, use->target);
    return component ? component : jpk_cloud_by_reference(cloud, use->target);
}

static const char *use_key(struct cloud_merge *c, const struct cloud_use *use)
{
    struct buf key = {0};
    buf_printf(&key, "uses\n%s\n%s", use->from ? use->from->id : "", target_key(c, use));
    const char *text = merge_cloud_keep(c, &key);
    buf_free(&key);
    return text;
}

/* A use on a side that has deleted what is used. */
static void note_known(struct cloud_merge *c, const struct cloud_use *use, int side)
{
    const struct jpk_cloud *cloud = c->exports.side[side];
    const char *key;
    if (use->variable ? is_set(use->variable) : used(cloud, use) != NULL)
        return;
    key = use_key(c, use);
    c->m->failed |= !map_set(&c->known, key, strlen(key), 1);
}

/* --------------------------------------------------------------------------------------------- deleted here, used
 * there */

static const struct jpk_cloud *holder(const struct cloud_merge *c, const struct jpk_cloud_component **component,
                                      uint32_t unit)
{
    enum merge_side side = c->units[unit][MERGE_OURS] != MAP_NONE ? MERGE_OURS : MERGE_THEIRS;
    *component = c->exports.side[side]->components[c->units[unit][side]];
    return c->exports.side[side];
}

static bool is_variable(const struct jpk_cloud_component *component)
{
    return component->kind == JPK_CLOUD_VARIABLE || component->kind == JPK_CLOUD_GLOBAL;
}

static bool is_gone(const struct cloud_merge *c, uint32_t unit)
{
    return !jpk_cloud_by_id(c->result, merge_cloud_id(c, unit));
}

/* The names that a variable does not have any more. */
static void note_names(struct cloud_merge *c, uint32_t unit)
{
    for (int side = 0; side < MERGE_SIDES; side++) {
        const struct jpk_cloud_component *component = merge_cloud_member(c, unit, (enum merge_side)side);
        if (!component || !is_variable(component) ||
            (!is_gone(c, unit) && text_caseeq(component->name, merge_cloud_name(c, unit))))
            continue;
        const char *name = variable_key(c, component->name);
        c->m->failed |= !map_set(&c->gone, name, strlen(name), unit);
    }
}

static void find_gone(struct cloud_merge *c)
{
    for (size_t unit = 0; unit < c->unit_count && !c->m->failed; unit++) {
        const uint32_t *at = c->units[unit];
        const struct jpk_cloud_component *component;
        if (at[MERGE_OURS] != MAP_NONE || at[MERGE_THEIRS] != MAP_NONE)
            note_names(c, (uint32_t)unit);
        if (at[MERGE_BASE] == MAP_NONE || (at[MERGE_OURS] == MAP_NONE) == (at[MERGE_THEIRS] == MAP_NONE))
            continue;
        holder(c, &component, (uint32_t)unit);
        const char *id = name_key(c, component->id);
        if (!is_gone(c, (uint32_t)unit))
            continue;
        c->m->failed |= !map_set(&c->gone, id, strlen(id), (uint32_t)unit);
        if (component->reference)
            c->m->failed |= !map_set(&c->gone, component->reference, strlen(component->reference), (uint32_t)unit);
    }
}

static void report_used(struct cloud_merge *c, const struct jpk_cloud_component *component,
                        const struct jpk_cloud_component *from, enum merge_side left)
{
    struct merge_clash clash = {.kind = JPK_MERGE_USED, .kept = merge_kept(left)};
    struct buf path = {0};
    if (from)
        buf_printf(&path, "%s/%s", jpk_cloud_kind_info(from->kind)->name, from->name);
    else
        buf_puts(&path, "a workflow");
    clash.values[left] = (struct merge_text){buf_text(&path), path.size, false};
    merge_cloud_about(c, component);
    merge_conflict(c->m, &clash);
    c->m->failed |= path.failed;
    buf_free(&path);
}

/* What is used comes back, and what that uses. `follows`: the user came back too. */
static void bring_back(struct cloud_merge *c, const struct cloud_use *use, int follows)
{
    if (use->variable && is_set(use->variable))
        return;
    const char *target = target_key(c, use);
    uint32_t unit = map_get(&c->gone, target, strlen(target));
    const struct jpk_cloud_component *component;
    if (unit == MAP_NONE || c->m->failed || !is_gone(c, unit))
        return;
    const char *known = use_key(c, use);
    if (!follows && map_get(&c->known, known, strlen(known)) != MAP_NONE)
        return;
    holder(c, &component, unit);
    const char *key = merge_component_key(c->m, component->number, component->id, strlen(component->id));
    uint32_t old = MAP_NONE;
    c->m->failed |= !key || !map_add(&c->kept, key, strlen(key), unit, &old);
    if (old != MAP_NONE || c->m->failed)
        return;
    uint32_t *queue = array_grow(c->queue, c->queued, &c->queue_capacity, sizeof *queue);
    if (queue) {
        c->queue = queue;
        queue[c->queued++] = unit;
    }
    c->m->failed |= !queue;
}

void merge_cloud_bring_back(struct cloud_merge *c)
{
    const struct jpk_cloud_component *component;
    map_free(&c->gone);
    c->gone = (struct map){0};
    find_gone(c);
    visit_all(c, c->result, bring_back, 0);
    for (size_t i = 0; i < c->queued && !c->m->failed; i++) {
        const struct jpk_cloud *cloud = holder(c, &component, c->queue[i]);
        visit_component(c, cloud, component, bring_back, 1);
    }
    c->queued = 0;
}

static void report_wrong(struct cloud_merge *c, const struct jpk_cloud_component *component, const char *message)
{
    struct merge_clash clash = {.kind = JPK_MERGE_CHECK, .kept = JPK_MERGE_KEPT_BOTH, .message = message, .open = true};
    c->m->subject = (struct merge_subject){.path = "project"};
    merge_cloud_about(c, component);
    merge_conflict(c->m, &clash);
}

/* Who reads a variable by a name that it had, on the side that has not renamed it; each but once. */
static void note_renamed(struct cloud_merge *c, const struct cloud_use *use)
{
    const char *name = variable_key(c, use->target), *key = use_key(c, use);
    uint32_t unit = map_get(&c->gone, name, strlen(name)), old = MAP_NONE;
    struct buf message = {0};
    if (unit == MAP_NONE || c->m->failed)
        return;
    c->m->failed |= !map_add(&c->known, key, strlen(key), 1, &old);
    buf_printf(&message, "reads the variable '%s', which is called '%s' now", use->target, merge_cloud_name(c, unit));
    if (old == MAP_NONE)
        report_wrong(c, use->from, merge_cloud_keep(c, &message));
    buf_free(&message);
}

/* Which of what came back is used, by whom first. */
static void note_use(struct cloud_merge *c, const struct cloud_use *use, int argument)
{
    const struct jpk_cloud_component *to = use->variable ? component_of(use->variable) : used(c->result, use);
    (void)argument;
    if (use->variable && !is_set(use->variable))
        note_renamed(c, use);
    const char *key = to ? merge_component_key(c->m, to->number, to->id, strlen(to->id)) : NULL;
    uint32_t unit = key ? map_get(&c->kept, key, strlen(key)) : MAP_NONE;
    if (unit == MAP_NONE || c->m->failed)
        return;
    struct buf seen = {0};
    uint32_t old = MAP_NONE;
    buf_printf(&seen, "seen\n%s", key);
    const char *text = merge_cloud_keep(c, &seen);
    c->m->failed |= !map_add(&c->known, text, strlen(text), 1, &old);
    if (old == MAP_NONE)
        report_used(c, to, use->from, c->units[unit][MERGE_OURS] != MAP_NONE ? MERGE_OURS : MERGE_THEIRS);
    buf_free(&seen);
}

/* ------------------------------------------------------------------------------------------------------------- errors
 */

static const char *error_key(struct cloud_merge *c, const struct jpk_finding *finding)
{
    struct buf key = {0};
    buf_printf(&key, "error\n%s\n%s\n%s", finding->rule, finding->entity_id ? finding->entity_id : "",
               finding->message);
    const char *text = merge_cloud_keep(c, &key);
    buf_free(&key);
    return text;
}

static void report_error(struct cloud_merge *c, const struct jpk_finding *finding)
{
    const struct jpk_cloud_component *component =
        finding->entity_id ? jpk_cloud_by_id(c->result, finding->entity_id) : NULL;
    report_wrong(c, component, finding->message);
}

/* Where marks of a conflict stand, these say enough of what is wrong. */
static void find_marks(struct cloud_merge *c, struct map *marked)
{
    for (size_t i = 0; i < c->m->public.conflict_count && !c->m->failed; i++) {
        const struct jpk_merge_conflict *conflict = &c->m->conflicts[i];
        if (conflict->line && conflict->id)
            c->m->failed |= !map_set(marked, conflict->id, strlen(conflict->id), 1);
    }
}

/* Notes the errors of a side, or reports those that the result alone has. */
static bool check_errors(struct cloud_merge *c, const struct jpk_cloud *cloud)
{
    struct jpk_findings *findings = jpk_cloud_check(cloud, c->err);
    struct map marked = {0};
    if (cloud == c->result)
        find_marks(c, &marked);
    for (size_t i = 0; findings && i < findings->count && !c->m->failed; i++) {
        const struct jpk_finding *finding = &findings->items[i];
        if (finding->severity != JPK_ERROR)
            continue;
        const char *key = error_key(c, finding), *id = finding->entity_id ? finding->entity_id : "";
        if (cloud != c->result)
            c->m->failed |= !map_set(&c->known, key, strlen(key), 1);
        else if (map_get(&c->known, key, strlen(key)) == MAP_NONE && map_get(&marked, id, strlen(id)) == MAP_NONE)
            report_error(c, finding);
    }
    map_free(&marked);
    bool ok = findings != NULL;
    jpk_findings_free(findings);
    return ok;
}

/*
 * Variables of one kind and name, whatever the case of the letters: notes those of a side, or reports those that the
 * result alone has. The very same name is an error of jpk_cloud_check.
 */
static void check_names(struct cloud_merge *c, const struct jpk_cloud *cloud)
{
    struct map seen = {0};
    for (size_t i = 0; i < cloud->component_count && !c->m->failed; i++) {
        const struct jpk_cloud_component *component = cloud->components[i];
        if (!is_variable(component) || !*component->name)
            continue;
        const char *key = merge_component_key(c->m, component->number, component->name, strlen(component->name));
        uint32_t old = MAP_NONE;
        c->m->failed |= !key || !map_add(&seen, key, strlen(key), 1, &old);
        if (old == MAP_NONE || c->m->failed)
            continue;
        if (cloud != c->result)
            c->m->failed |= !map_set(&c->known, key, strlen(key), 1);
        else if (map_get(&c->known, key, strlen(key)) == MAP_NONE &&
                 jpk_cloud_by_name(cloud, component->kind, component->name) == component)
            report_wrong(c, component, "another variable has its name");
    }
    map_free(&seen);
}

bool merge_cloud_known(struct cloud_merge *c, enum merge_side side)
{
    check_names(c, c->exports.side[side]);
    visit_all(c, c->exports.side[side], note_known, (int)side);
    return !c->m->failed && check_errors(c, c->exports.side[side]);
}

bool merge_cloud_check(struct cloud_merge *c)
{
    visit_all(c, c->result, note_use, 0);
    check_names(c, c->result);
    return !c->m->failed && check_errors(c, c->result);
}
