/* Merging exports of Cloud Studio: include/jpk/merge.h says how. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"
#include "jpk/merge_json.h"

enum { GUID = 36 };

/* Texts of one side that are others in the result. */
struct renaming {
    struct map map; /* ids in lower case; references by name as JSON has them -> index in `texts` */
    const char **texts;
    size_t count, capacity;
};

/* What refers to what, by id or by name. */
struct cloud_use {
    const struct jpk_cloud_component *from; /* NULL: a workflow */
    const char *target;
};

struct cloud_merge {
    struct merging *m;
    const struct jpk_cloud *input[MERGE_SIDES];
    struct jpk_cloud *renamed[MERGE_SIDES]; /* with ids and names of the result, where those are others */
    struct merge_exports exports;
    struct merge_items items[MERGE_SIDES];
    uint32_t (*units)[MERGE_SIDES]; /* the components of each unit, by their places */
    size_t unit_count;
    struct renaming renamings[MERGE_SIDES];
    struct map kept;  /* keys of components that come back */
    struct map known; /* what dangles on a side already, and errors */
    struct map gone;  /* ids and references of what one side deleted -> place of the component in the other */
    uint32_t *queue;  /* units that came back, whose uses are to be looked at */
    size_t queued, queue_capacity;
    struct jpk_cloud *result;
    struct jpk_error *err;
};

/* ---------------------------------------------------------------------------------------------------------- pairing */

static const char *keep(struct cloud_merge *c, const struct buf *text)
{
    const char *copy = text->failed ? NULL : arena_strndup(&c->m->arena, buf_text(text), text->size);
    c->m->failed |= !copy;
    return copy ? copy : "";
}

static const char *place_of(struct cloud_merge *c, const struct jpk_cloud_component *component)
{
    struct buf place = {0};
    if (!*component->name)
        return NULL;
    buf_printf(&place, "%d\n%s", (int)component->kind, component->reference ? component->reference : component->name);
    const char *text = keep(c, &place);
    buf_free(&place);
    return text;
}

static void list_items(struct cloud_merge *c, enum merge_side side)
{
    const struct jpk_cloud *cloud = c->input[side];
    struct merge_item *items = arena_alloc(&c->m->arena, (cloud->component_count + 1) * sizeof *items);
    uint32_t *unit = arena_alloc(&c->m->arena, (cloud->component_count + 1) * sizeof *unit);
    c->items[side] = (struct merge_items){.items = items, .count = cloud->component_count, .unit = unit};
    c->m->failed |= !items || !unit;
    for (size_t i = 0; i < cloud->component_count && !c->m->failed; i++) {
        const struct jpk_cloud_component *component = cloud->components[i];
        const char *id = *component->id ? component->id : component->name;
        items[i] = (struct merge_item){merge_component_key(c->m, component->number, id, strlen(id)),
                                       place_of(c, component)};
    }
}

static void pair_all(struct cloud_merge *c)
{
    for (int side = 0; side < MERGE_SIDES && !c->m->failed; side++)
        list_items(c, (enum merge_side)side);
    if (c->m->failed)
        return;
    c->unit_count = merge_pair(c->m, c->items);
    c->units = malloc((c->unit_count + 1) * sizeof *c->units);
    c->m->failed |= !c->units;
    if (!c->m->failed)
        memset(c->units, 0xff, c->unit_count * sizeof *c->units);
    for (int side = 0; side < MERGE_SIDES && !c->m->failed; side++)
        for (size_t i = 0; i < c->items[side].count; i++)
            if (c->items[side].unit[i] != MAP_NONE)
                c->units[c->items[side].unit[i]][side] = (uint32_t)i;
}

/* The component of a unit on a side, or NULL. */
static const struct jpk_cloud_component *member(const struct cloud_merge *c, size_t unit, enum merge_side side)
{
    uint32_t at = c->units[unit][side];
    return at == MAP_NONE ? NULL : c->input[side]->components[at];
}

/* ---------------------------------------------------------------------------------------------------- ids and names */

static void rename_text(struct cloud_merge *c, enum merge_side side, const char *from, const char *to)
{
    struct renaming *r = &c->renamings[side];
    const char **texts = array_grow(r->texts, r->count, &r->capacity, sizeof *texts);
    if (texts)
        r->texts = texts;
    if (!texts || !map_add(&r->map, from, strlen(from), (uint32_t)r->count, NULL)) {
        c->m->failed = true;
        return;
    }
    texts[r->count++] = to;
}

static const char *merged_id(const struct cloud_merge *c, size_t unit)
{
    const char *ids[MERGE_SIDES];
    for (int side = 0; side < MERGE_SIDES; side++)
        ids[side] = member(c, unit, (enum merge_side)side) ? member(c, unit, (enum merge_side)side)->id : NULL;
    return merge_choose(c->m, ids);
}

static const char *merged_name(const struct cloud_merge *c, enum merge_side side,
                               const struct jpk_cloud_component *component)
{
    uint32_t unit = component ? c->items[side].unit[component->index] : MAP_NONE;
    const char *names[MERGE_SIDES];
    if (unit == MAP_NONE)
        return component ? component->name : "";
    for (int i = 0; i < MERGE_SIDES; i++)
        names[i] = member(c, unit, (enum merge_side)i) ? member(c, unit, (enum merge_side)i)->name : NULL;
    return merge_choose(c->m, names);
}

/* How scripts of the result name a component; compare reference_of in cloud.c. */
static void put_reference(struct cloud_merge *c, enum merge_side side, const struct jpk_cloud_component *component,
                          struct buf *out)
{
    const char *name = merged_name(c, side, component);
    const char *prefix = jpk_cloud_kind_info(component->kind)->reference;
    if (component->kind == JPK_CLOUD_ACTIVITY)
        buf_printf(out, "%s:%s/%s/%s/%s", prefix, component->as.activity->adapter,
                   merged_name(c, side, component->as.activity->connection.component),
                   component->as.activity->function, name);
    else if (component->kind == JPK_CLOUD_CONNECTION)
        buf_printf(out, "%s:%s/%s", prefix, component->as.connection->adapter, name);
    else
        buf_printf(out, "%s:%s", prefix, name);
}

/* As it stands in a string, without quotes. */
static const char *escaped(struct cloud_merge *c, const char *text, const char *prefix)
{
    struct buf out = {0};
    cloud_put_string(&out, text, strlen(text));
    struct buf inner = {0};
    if (!out.failed) {
        buf_puts(&inner, prefix);
        buf_put(&inner, out.data + 1, out.size - 2);
    }
    inner.failed |= out.failed;
    const char *copy = keep(c, &inner);
    buf_free(&out);
    buf_free(&inner);
    return copy;
}

static void rename_component(struct cloud_merge *c, enum merge_side side, size_t unit)
{
    const struct jpk_cloud_component *component = member(c, unit, side);
    const char *id = component ? merged_id(c, unit) : NULL;
    if (!component)
        return;
    if (!text_caseeq(component->id, id) && text_guid(component->id, strlen(component->id)) &&
        text_guid(id, strlen(id))) {
        const char *key = arena_strdup_lower(&c->m->arena, component->id);
        c->m->failed |= !key;
        if (key)
            rename_text(c, side, key, id);
    }
    if (!component->reference)
        return;
    struct buf reference = {0};
    put_reference(c, side, component, &reference);
    if (strcmp(buf_text(&reference), component->reference) != 0)
        rename_text(c, side, escaped(c, component->reference, "<TAG>"), escaped(c, buf_text(&reference), ""));
    c->m->failed |= reference.failed;
    buf_free(&reference);
}

/* Copies a text with what stands at `at` replaced when it is to be; returns how many bytes that were. */
static size_t put_renamed(const struct renaming *r, const char *text, size_t left, struct buf *out)
{
    static const char open[] = "<TAG>", close[] = "</TAG>";
    char key[GUID];
    if (left >= GUID && text[8] == '-' && text_guid(text, GUID)) {
        for (size_t i = 0; i < GUID; i++)
            key[i] = text_lower(text[i]);
        uint32_t found = map_get(&r->map, key, GUID);
        buf_puts(out, found == MAP_NONE ? "" : r->texts[found]);
        if (found == MAP_NONE)
            buf_put(out, text, GUID);
        return GUID;
    }
    enum { NAME_MAX_BYTES = 4096 };
    if (left < sizeof open || memcmp(text, open, sizeof open - 1) != 0)
        return 0;
    const char *end = memmem(text, left < NAME_MAX_BYTES ? left : NAME_MAX_BYTES, close, sizeof close - 1);
    uint32_t found = end ? map_get(&r->map, text, (size_t)(end - text)) : MAP_NONE;
    if (found == MAP_NONE)
        return 0;
    buf_puts(out, open);
    buf_puts(out, r->texts[found]);
    return (size_t)(end - text);
}

/* A side as it would be with the ids and names of the result. */
static bool rename_side(struct cloud_merge *c, enum merge_side side)
{
    const struct jpk_cloud *cloud = c->input[side];
    c->exports.side[side] = cloud;
    if (c->renamings[side].count == 0)
        return true;
    struct buf out = {0};
    for (size_t at = 0; at < cloud->size && !out.failed;) {
        size_t done = put_renamed(&c->renamings[side], cloud->text + at, cloud->size - at, &out);
        if (done == 0)
            buf_putc(&out, cloud->text[at]);
        at += done ? done : 1;
    }
    if (!out.failed)
        c->renamed[side] = jpk_cloud_load(buf_text(&out), out.size, cloud->file, NULL, c->err);
    c->m->failed |= out.failed;
    buf_free(&out);
    c->exports.side[side] = c->renamed[side];
    return c->renamed[side] != NULL;
}

static bool rename_all(struct cloud_merge *c)
{
    for (int side = 0; side < MERGE_SIDES; side++) {
        for (size_t unit = 0; unit < c->unit_count && !c->m->failed; unit++)
            rename_component(c, (enum merge_side)side, unit);
        if (c->m->failed || !rename_side(c, (enum merge_side)side))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------------------------------------------------- workflows */

static const char *workflow_of(const struct jpk_cloud_component *component)
{
    bool there = component && component->kind == JPK_CLOUD_OPERATION && component->as.operation->workflow;
    return there ? component->as.operation->workflow->id : NULL;
}

static const char *workflow_name(const struct jpk_cloud_component *component)
{
    return workflow_of(component) ? component->as.operation->workflow->name : NULL;
}

static void about(struct cloud_merge *c, const struct jpk_cloud_component *component)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", jpk_cloud_kind_info(component->kind)->name, component->name);
    c->m->subject = (struct merge_subject){.path = keep(c, &path),
                                           .type = jpk_cloud_kind_info(component->kind)->name,
                                           .id = arena_strdup(&c->m->arena, component->id)};
    c->m->failed |= !c->m->subject.id;
    buf_free(&path);
}

/* Operations that both sides moved, and not to the same workflow, stay where the favored side has them. */
static void find_strays(struct cloud_merge *c)
{
    struct merging *m = c->m;
    for (size_t unit = 0; unit < c->unit_count && !m->failed; unit++) {
        const char *where[MERGE_SIDES];
        struct merge_clash clash = {.kind = JPK_MERGE_MOVED, .kept = merge_kept(m->main)};
        for (int side = 0; side < MERGE_SIDES; side++) {
            const struct jpk_cloud_component *component = member(c, unit, (enum merge_side)side);
            const char *name = workflow_name(component);
            where[side] = workflow_of(component);
            if (name)
                clash.values[side] = (struct merge_text){name, strlen(name), false};
        }
        const char *base = where[MERGE_BASE], *ours = where[MERGE_OURS], *theirs = where[MERGE_THEIRS];
        if (!ours || !theirs || text_caseeq(ours, theirs) || (base && (text_caseeq(base, ours) || text_caseeq(base, theirs))))
            continue;
        const char *id = arena_strdup_lower(&m->arena, merged_id(c, unit));
        about(c, member(c, unit, m->main));
        merge_conflict(m, &clash);
        m->failed |= !id || !map_set(&c->exports.strays, id, strlen(id), 1);
    }
}

/* --------------------------------------------------------------------------------------------------------------- uses */

typedef void use_visitor(struct cloud_merge *c, const struct cloud_use *use, int argument);

static void visit_link(struct cloud_merge *c, const struct jpk_cloud_component *from, const struct jpk_cloud_link *link,
                       use_visitor *visit, int argument)
{
    struct cloud_use use = {from, link->id};
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
        struct cloud_use use = {component, references[i].text};
        if (!references[i].in_comment)
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
static const char *target_key(struct cloud_merge *c, const char *target)
{
    const char *key = text_guid(target, strlen(target)) ? arena_strdup_lower(&c->m->arena, target) : target;
    c->m->failed |= !key;
    return key ? key : "";
}

static const char *use_key(struct cloud_merge *c, const struct cloud_use *use)
{
    struct buf key = {0};
    buf_printf(&key, "uses\n%s\n%s", use->from ? use->from->id : "", target_key(c, use->target));
    const char *text = keep(c, &key);
    buf_free(&key);
    return text;
}

/* A use on a side that has deleted what is used. */
static void note_known(struct cloud_merge *c, const struct cloud_use *use, int side)
{
    const struct jpk_cloud *cloud = c->exports.side[side];
    const char *key;
    if (jpk_cloud_by_id(cloud, use->target) || jpk_cloud_by_reference(cloud, use->target))
        return;
    key = use_key(c, use);
    c->m->failed |= !map_set(&c->known, key, strlen(key), 1);
}

/* --------------------------------------------------------------------------------------------- deleted here, used there */

static const struct jpk_cloud *holder(const struct cloud_merge *c, const struct jpk_cloud_component **component,
                                      uint32_t unit)
{
    enum merge_side side = c->units[unit][MERGE_OURS] != MAP_NONE ? MERGE_OURS : MERGE_THEIRS;
    *component = c->exports.side[side]->components[c->units[unit][side]];
    return c->exports.side[side];
}

static void find_gone(struct cloud_merge *c)
{
    for (size_t unit = 0; unit < c->unit_count && !c->m->failed; unit++) {
        const uint32_t *at = c->units[unit];
        const struct jpk_cloud_component *component;
        if (at[MERGE_BASE] == MAP_NONE || (at[MERGE_OURS] == MAP_NONE) == (at[MERGE_THEIRS] == MAP_NONE))
            continue;
        holder(c, &component, (uint32_t)unit);
        const char *id = target_key(c, component->id);
        if (jpk_cloud_by_id(c->result, component->id))
            continue;
        c->m->failed |= !map_set(&c->gone, id, strlen(id), (uint32_t)unit);
        if (component->reference)
            c->m->failed |=
                !map_set(&c->gone, component->reference, strlen(component->reference), (uint32_t)unit);
    }
}

static void report_used(struct cloud_merge *c, const struct jpk_cloud_component *component,
                        const struct jpk_cloud_component *from, enum merge_side left)
{
    struct merge_clash clash = {.kind = JPK_MERGE_USED, .kept = merge_kept(left), .open = left != c->m->main};
    struct buf path = {0};
    if (from)
        buf_printf(&path, "%s/%s", jpk_cloud_kind_info(from->kind)->name, from->name);
    else
        buf_puts(&path, "a workflow");
    clash.values[left] = (struct merge_text){buf_text(&path), path.size, false};
    about(c, component);
    merge_conflict(c->m, &clash);
    c->m->failed |= path.failed;
    buf_free(&path);
}

/* What is used comes back, and what that uses. `follows`: the user came back too. */
static void bring_back(struct cloud_merge *c, const struct cloud_use *use, int follows)
{
    const char *target = target_key(c, use->target);
    uint32_t unit = map_get(&c->gone, target, strlen(target));
    const struct jpk_cloud_component *component;
    if (unit == MAP_NONE || c->m->failed)
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

static void bring_back_all(struct cloud_merge *c)
{
    const struct jpk_cloud_component *component;
    visit_all(c, c->result, bring_back, 0);
    for (size_t i = 0; i < c->queued && !c->m->failed; i++) {
        const struct jpk_cloud *cloud = holder(c, &component, c->queue[i]);
        visit_component(c, cloud, component, bring_back, 1);
    }
    c->queued = 0;
}

/* Which of what came back is used, by whom first. */
static void note_use(struct cloud_merge *c, const struct cloud_use *use, int argument)
{
    const struct jpk_cloud_component *to = jpk_cloud_by_id(c->result, use->target);
    (void)argument;
    to = to ? to : jpk_cloud_by_reference(c->result, use->target);
    const char *key = to ? merge_component_key(c->m, to->number, to->id, strlen(to->id)) : NULL;
    uint32_t unit = key ? map_get(&c->kept, key, strlen(key)) : MAP_NONE;
    if (unit == MAP_NONE || c->m->failed)
        return;
    struct buf seen = {0};
    uint32_t old = MAP_NONE;
    buf_printf(&seen, "seen\n%s", key);
    const char *text = keep(c, &seen);
    c->m->failed |= !map_add(&c->known, text, strlen(text), 1, &old);
    if (old == MAP_NONE)
        report_used(c, to, use->from, c->units[unit][MERGE_OURS] != MAP_NONE ? MERGE_OURS : MERGE_THEIRS);
    buf_free(&seen);
}

/* ------------------------------------------------------------------------------------------------------------- errors */

static const char *error_key(struct cloud_merge *c, const struct jpk_finding *finding)
{
    struct buf key = {0};
    buf_printf(&key, "error\n%s\n%s\n%s", finding->rule, finding->entity_id ? finding->entity_id : "",
               finding->message);
    const char *text = keep(c, &key);
    buf_free(&key);
    return text;
}

static void report_error(struct cloud_merge *c, const struct jpk_finding *finding)
{
    const struct jpk_cloud_component *component =
        finding->entity_id ? jpk_cloud_by_id(c->result, finding->entity_id) : NULL;
    struct merge_clash clash = {
        .kind = JPK_MERGE_CHECK, .kept = JPK_MERGE_KEPT_BOTH, .message = finding->message, .open = true};
    c->m->subject = (struct merge_subject){.path = "project"};
    if (component)
        about(c, component);
    merge_conflict(c->m, &clash);
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

/* ---------------------------------------------------------------------------------------------------------- all of it */

/* The layout of jpk_cloud_write stays when both sides have it. */
static bool is_canonical(struct cloud_merge *c, const struct jpk_cloud *cloud)
{
    size_t size = 0;
    char *text = jpk_cloud_write(cloud, &size, c->err);
    c->m->failed |= !text;
    bool same = text && size == cloud->size && memcmp(text, cloud->text, size) == 0;
    free(text);
    return same;
}

static bool set_text(struct cloud_merge *c, const char *text, size_t size)
{
    buf_clear(&c->m->text);
    buf_put(&c->m->text, text, size);
    c->m->failed |= c->m->text.failed;
    return !c->m->failed;
}

/* What two of three have is not looked at. False: all differ. */
static bool is_easy(struct cloud_merge *c)
{
    const struct jpk_cloud *base = c->input[MERGE_BASE], *ours = c->input[MERGE_OURS], *theirs = c->input[MERGE_THEIRS];
    bool no_ours = base->size == ours->size && memcmp(base->text, ours->text, base->size) == 0;
    bool no_theirs = base->size == theirs->size && memcmp(base->text, theirs->text, base->size) == 0;
    bool alike = ours->size == theirs->size && memcmp(ours->text, theirs->text, ours->size) == 0;
    const struct jpk_cloud *result = no_ours ? theirs : no_theirs || alike ? ours : NULL;
    return result && set_text(c, result->text, result->size);
}

static bool make(struct cloud_merge *c)
{
    struct buf out = {0};
    c->m->public.conflict_count = 0;
    c->m->kept = &c->kept;
    find_strays(c);
    merge_documents(c->m, &c->exports, &out);
    jpk_cloud_free(c->result);
    c->result = NULL;
    struct jpk_error local = {0};
    if (!c->m->failed)
        c->result = jpk_cloud_load(buf_text(&out), out.size, c->input[MERGE_OURS]->file, NULL, &local);
    if (!c->result && !c->m->failed)
        error_set(c->err, JPK_ERR_FORMAT, "cannot be merged, the result would not load: %s", local.message);
    bool ok = c->result && set_text(c, out.data, out.size);
    buf_free(&out);
    return ok;
}

static void count_changes(struct cloud_merge *c)
{
    for (size_t unit = 0; unit < c->unit_count; unit++) {
        const struct jpk_cloud_component *side[MERGE_SIDES];
        bool changed[MERGE_SIDES];
        for (int i = 0; i < MERGE_SIDES; i++)
            side[i] = c->units[unit][i] == MAP_NONE ? NULL : c->exports.side[i]->components[c->units[unit][i]];
        for (int i = MERGE_OURS; i < MERGE_SIDES; i++)
            changed[i] = !side[i] != !side[MERGE_BASE] ||
                         (side[i] && !jdoc_equal(c->exports.side[i]->doc, side[i]->node, c->exports.side[MERGE_BASE]->doc,
                                                 side[MERGE_BASE]->node));
        c->m->public.from_ours += changed[MERGE_OURS] && !changed[MERGE_THEIRS];
        c->m->public.from_theirs += changed[MERGE_THEIRS] && !changed[MERGE_OURS];
        c->m->public.both += changed[MERGE_THEIRS] && changed[MERGE_OURS];
    }
}

static bool run(struct cloud_merge *c)
{
    pair_all(c);
    if (c->m->failed || !rename_all(c))
        return false;
    count_changes(c);
    if (is_easy(c))
        return true;
    visit_all(c, c->exports.side[MERGE_OURS], note_known, MERGE_OURS);
    visit_all(c, c->exports.side[MERGE_THEIRS], note_known, MERGE_THEIRS);
    for (size_t before = SIZE_MAX; before != c->kept.count;) {
        before = c->kept.count;
        if (c->m->failed || !make(c))
            return false;
        map_free(&c->gone);
        c->gone = (struct map){0};
        find_gone(c);
        bring_back_all(c);
    }
    visit_all(c, c->result, note_use, 0);
    if (c->m->failed || !check_errors(c, c->exports.side[MERGE_OURS]) ||
        !check_errors(c, c->exports.side[MERGE_THEIRS]) || !check_errors(c, c->result))
        return false;
    if (!is_canonical(c, c->input[MERGE_OURS]) || !is_canonical(c, c->input[MERGE_THEIRS]) || c->m->failed)
        return !c->m->failed;
    size_t size = 0;
    char *text = jpk_cloud_write(c->result, &size, c->err);
    bool ok = text && set_text(c, text, size);
    free(text);
    return ok;
}

static void cloud_merge_free(struct cloud_merge *c)
{
    for (int side = 0; side < MERGE_SIDES; side++) {
        jpk_cloud_free(c->renamed[side]);
        map_free(&c->renamings[side].map);
        free(c->renamings[side].texts);
    }
    map_free(&c->exports.strays);
    map_free(&c->kept);
    map_free(&c->known);
    map_free(&c->gone);
    jpk_cloud_free(c->result);
    free(c->units);
    free(c->queue);
}

struct jpk_merge *jpk_merge_clouds(const struct jpk_cloud *base, const struct jpk_cloud *ours,
                                   const struct jpk_cloud *theirs, const struct jpk_merge_options *options,
                                   struct jpk_error *err)
{
    struct jpk_error local = {0};
    if (base->form != ours->form || theirs->form != ours->form) {
        error_set(err, JPK_ERR_USAGE, "the files have different forms: an export, a project or components alone");
        return NULL;
    }
    struct cloud_merge c = {.m = merge_begin(options, err), .input = {base, ours, theirs}, .err = &local};
    if (!c.m)
        return NULL;
    bool ok = run(&c);
    if (ok) {
        merge_report_finish(c.m);
        c.m->public.text = buf_text(&c.m->text);
        c.m->public.size = c.m->text.size;
        ok = !c.m->failed;
    }
    if (!ok && local.code == JPK_OK)
        error_memory(&local);
    c.m->kept = NULL;
    c.m->state = NULL;
    cloud_merge_free(&c);
    if (ok)
        return &c.m->public;
    error_file(&local, ours->file ? ours->file : "");
    if (err && err->code == JPK_OK)
        *err = local;
    jpk_merge_free(&c.m->public);
    return NULL;
}
