/* The result of a merge, loaded and checked. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"
#include "jpk/check.h"
#include "jpk/layout.h"
#include "jpk/merge_project.h"

enum { GUID = 36 };

struct checking {
    struct project_merge *p;
    struct arena arena;
    bool sides_known;              /* `known` is filled in */
    struct map known[MERGE_SIDES]; /* of ours and theirs: what dangles there already, and errors */
    /* Lower-case ids and file names that one side deleted, and names that variables had -> index of the unit. */
    struct map gone;
    struct map marked; /* ids of items with marks of a conflict */
    uint32_t *queue;   /* units that come back */
    size_t queued, queue_capacity;
};

static const char *kept_text(struct checking *c, const struct buf *text)
{
    const char *copy = text->failed ? NULL : arena_strndup(&c->arena, buf_text(text), text->size);
    c->p->m->failed |= !copy;
    return copy ? copy : "";
}

static void note(struct checking *c, struct map *map, const struct buf *text)
{
    const char *key = kept_text(c, text);
    c->p->m->failed |= !map_add(map, key, strlen(key), 1, NULL);
}

static bool is_known(const struct checking *c, const struct buf *text)
{
    const char *key = buf_text(text);
    return map_get(&c->known[MERGE_OURS], key, text->size) != MAP_NONE ||
           map_get(&c->known[MERGE_THEIRS], key, text->size) != MAP_NONE;
}

/* --------------------------------------------------------------------------------------------- deleted here, used
 * there */

/* What dangles: who refers to it, and what it is. Ids are those of the result. */
static void put_dangling(struct project_merge *p, enum merge_side side, const struct jpk_reference *reference,
                         struct buf *out)
{
    buf_clear(out);
    buf_printf(out, "dangles\n%s\n%s\n%s", reference->from->type_name, reference->from->id, reference->target);
    if (side != MERGE_SIDES)
        merge_translate(p, side, out);
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = text_lower(out->data[i]);
}

static bool dangles(const struct jpk_reference *reference)
{
    return !reference->in_comment && (reference->state == JPK_REF_DANGLING || reference->state == JPK_REF_DELETED);
}

/* A variable is used by its name, whatever the case of its letters. */
static void put_variable(struct buf *out, const char *name)
{
    buf_clear(out);
    buf_puts(out, "variable\n");
    for (const char *at = name; *at; at++)
        buf_putc(out, text_lower(*at));
}

/* Whether what reads a variable finds one: a script may set what is no project variable. */
static bool is_set(const struct jpk_variable *variable)
{
    bool set = variable->entity || variable->system;
    for (size_t i = 0; !set && i < variable->use_count; i++)
        set = variable->uses[i]->write && !variable->uses[i]->in_comment;
    return set;
}

static bool is_read(const struct jpk_use *use)
{
    return !use->write && !use->in_comment;
}

/* Who reads a variable that nothing sets. Ids are those of the result. */
static void put_unset(struct project_merge *p, enum merge_side side, const struct jpk_variable *variable,
                      const struct jpk_use *use, struct buf *out)
{
    put_variable(out, variable->name);
    buf_printf(out, "\n%s\n%s", use->from->type_name, use->from->id);
    if (side != MERGE_SIDES)
        merge_translate(p, side, out);
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = text_lower(out->data[i]);
}

static void note_gone(struct checking *c, const char *key, uint32_t unit)
{
    c->p->m->failed |= !key || !map_add(&c->gone, key, strlen(key), unit, NULL);
}

static bool is_variable(const struct jpk_entity *item)
{
    return item && item->type == JPK_TYPE_PROJECT_VARIABLE && *item->name;
}

static const char *merged_name(const struct checking *c, const struct merge_unit *unit)
{
    const char *names[MERGE_SIDES];
    for (int side = 0; side < MERGE_SIDES; side++)
        names[side] = unit->item[side] ? unit->item[side]->name : NULL;
    return merge_choose(c->p->m, names);
}

/* The names that a variable does not have any more. */
static void note_names(struct checking *c, uint32_t at)
{
    const struct merge_unit *unit = &c->p->units[at];
    struct buf key = {0};
    for (int side = 0; side < MERGE_SIDES; side++) {
        const struct jpk_entity *item = unit->item[side];
        if (!is_variable(item) || (merge_is_live(unit) && text_caseeq(item->name, merged_name(c, unit))))
            continue;
        put_variable(&key, item->name);
        note_gone(c, kept_text(c, &key), at);
    }
    buf_free(&key);
}

/* What of the units is gone although the base and one side have it. */
static void find_gone(struct checking *c)
{
    struct project_merge *p = c->p;
    for (size_t i = 0; i < p->count && !p->m->failed; i++) {
        const struct merge_unit *unit = &p->units[i];
        bool live = merge_is_live(unit);
        if (!live && merge_deletes(unit, MERGE_OURS) == merge_deletes(unit, MERGE_THEIRS))
            continue;
        note_names(c, (uint32_t)i);
        if (live)
            continue;
        if (unit->role == ENTRY_FILE)
            note_gone(c, unit->name + strlen("files/"), (uint32_t)i);
        if (merge_is_item(unit))
            note_gone(c, arena_strdup_lower(&c->arena, unit->item[MERGE_BASE]->id), (uint32_t)i);
    }
}

static void bring_back(struct checking *c, uint32_t at)
{
    if (c->p->units[at].kept)
        return;
    uint32_t *queue = array_grow(c->queue, c->queued, &c->queue_capacity, sizeof *queue);
    if (!queue) {
        c->p->m->failed = true;
        return;
    }
    c->queue = queue;
    c->p->units[at].kept = true;
    queue[c->queued++] = at;
}

static uint32_t gone_by_name(const struct checking *c, const char *target)
{
    char key[GUID + 1];
    size_t n = strlen(target);
    uint32_t at = map_get(&c->gone, target, n);
    if (at != MAP_NONE || n != GUID)
        return at;
    for (size_t i = 0; i <= GUID; i++)
        key[i] = text_lower(target[i]);
    return map_get(&c->gone, key, GUID);
}

/* The unit of a variable that is gone, MAP_NONE: it is not, or something sets it all the same. */
static uint32_t gone_variable(const struct checking *c, const struct jpk_variable *variable)
{
    struct buf key = {0};
    uint32_t at = MAP_NONE;
    if (!is_set(variable)) {
        put_variable(&key, variable->name);
        at = map_get(&c->gone, buf_text(&key), key.size);
    }
    c->p->m->failed |= key.failed;
    buf_free(&key);
    return at;
}

/* What comes back may use what is gone too. */
static bool follow(struct checking *c, const struct merge_unit *unit)
{
    struct project_merge *p = c->p;
    enum merge_side side = merge_deletes(unit, MERGE_OURS) ? MERGE_THEIRS : MERGE_OURS;
    struct jpk_archive *archive = p->side[side]->public.archive;
    void *data = NULL;
    size_t size = 0;
    if (!merge_is_item(unit))
        return true;
    if (!jpk_archive_read(archive, unit->entry[side], &data, &size, p->err))
        return false;
    const char *text = data;
    for (size_t i = 0; i + GUID <= size; i++) {
        char id[GUID + 1] = "";
        if (text[i + 8] != '-' || !text_guid(text + i, GUID))
            continue;
        memcpy(id, text + i, GUID);
        uint32_t at = gone_by_name(c, id);
        if (at != MAP_NONE)
            bring_back(c, at);
        i += GUID - 1;
    }
    free(data);
    return true;
}

/* Which side refers to something, for the report. */
static void report_used(struct checking *c, const struct merge_unit *unit, const struct jpk_entity *from)
{
    struct project_merge *p = c->p;
    enum merge_side left = merge_deletes(unit, MERGE_OURS) ? MERGE_THEIRS : MERGE_OURS;
    char *path = jpk_entity_path(from);
    struct merge_clash clash = {.kind = JPK_MERGE_USED, .kept = merge_kept(left)};
    p->m->failed |= !path;
    if (path)
        clash.values[left] = (struct merge_text){path, strlen(path), false};
    merge_about(p, unit);
    merge_conflict(p->m, &clash);
    free(path);
}

static void check_variables(struct checking *c, const struct jpk_graph *graph)
{
    struct buf key = {0};
    for (size_t i = 0; i < graph->variable_count && !c->p->m->failed; i++) {
        const struct jpk_variable *variable = &graph->variables[i];
        uint32_t at = gone_variable(c, variable);
        if (at == MAP_NONE || merge_is_live(&c->p->units[at]))
            continue;
        for (size_t k = 0; k < variable->use_count; k++) {
            put_unset(c->p, MERGE_SIDES, variable, variable->uses[k], &key);
            if (is_read(variable->uses[k]) && !is_known(c, &key))
                bring_back(c, at);
        }
    }
    buf_free(&key);
}

static bool check_used(struct checking *c, const struct jpk_graph *graph)
{
    struct buf key = {0};
    check_variables(c, graph);
    for (size_t i = 0; i < graph->reference_count && !c->p->m->failed; i++) {
        const struct jpk_reference *reference = &graph->references[i];
        uint32_t at = dangles(reference) ? gone_by_name(c, reference->target) : MAP_NONE;
        if (at == MAP_NONE)
            continue;
        put_dangling(c->p, MERGE_SIDES, reference, &key);
        if (is_known(c, &key) || c->p->units[at].kept)
            continue;
        bring_back(c, at);
    }
    buf_free(&key);
    for (size_t i = 0; i < c->queued && !c->p->m->failed; i++)
        if (!follow(c, &c->p->units[c->queue[i]]))
            return false;
    return !c->p->m->failed;
}

/* The first that reads each variable that came back. */
static void report_variables(struct checking *c, const struct jpk_graph *graph)
{
    for (size_t i = 0; i < graph->variable_count && !c->p->m->failed; i++) {
        const struct jpk_variable *variable = &graph->variables[i];
        const struct jpk_entity *item = variable->entity;
        const struct merge_unit *unit = item ? merge_find_item(c->p, item->type_name, item->id) : NULL;
        size_t k = 0;
        while (unit && unit->kept && k < variable->use_count && !is_read(variable->uses[k]))
            k++;
        if (unit && unit->kept && k < variable->use_count)
            report_used(c, unit, variable->uses[k]->from);
    }
}

/* The first that refers to each thing that came back. */
static void report_kept(struct checking *c, const struct jpk_graph *graph)
{
    struct map seen = {0};
    for (size_t i = 0; i < graph->reference_count && !c->p->m->failed; i++) {
        const struct jpk_reference *reference = &graph->references[i];
        const struct merge_unit *unit =
            reference->to ? merge_find_item(c->p, reference->to->type_name, reference->to->id) : NULL;
        if (reference->kind == JPK_REF_FILE) {
            struct buf name = {0};
            buf_printf(&name, "files/%s", reference->target);
            uint32_t at = map_get(&c->p->by_key, buf_text(&name), name.size);
            unit = at == MAP_NONE ? NULL : &c->p->units[at];
            buf_free(&name);
        }
        if (!unit || !unit->kept || reference->in_comment)
            continue;
        uint32_t old = MAP_NONE;
        c->p->m->failed |= !map_add(&seen, unit->key, strlen(unit->key), 1, &old);
        if (old == MAP_NONE)
            report_used(c, unit, reference->from);
    }
    map_free(&seen);
    report_variables(c, graph);
}

/* ------------------------------------------------------------------------------------------------------------ errors
 */

/* Something that is to be mended; about the unit, unless that is NULL. */
static void report_wrong(struct checking *c, const struct merge_unit *unit, const char *message)
{
    struct project_merge *p = c->p;
    struct merge_clash clash = {.kind = JPK_MERGE_CHECK, .kept = JPK_MERGE_KEPT_BOTH, .message = message, .open = true};
    if (unit)
        merge_about(p, unit);
    merge_conflict(p->m, &clash);
}

/* Who reads a variable by a name that it had, on the side that has not renamed it. */
static void report_renamed(struct checking *c, const struct jpk_graph *graph)
{
    struct buf key = {0}, message = {0};
    for (size_t i = 0; i < graph->variable_count && !c->p->m->failed; i++) {
        const struct jpk_variable *variable = &graph->variables[i];
        const struct jpk_entity *told = NULL;
        uint32_t at = gone_variable(c, variable);
        for (size_t k = 0; at != MAP_NONE && k < variable->use_count; k++) {
            const struct jpk_use *use = variable->uses[k];
            put_unset(c->p, MERGE_SIDES, variable, use, &key);
            if (!is_read(use) || use->from == told || is_known(c, &key))
                continue;
            told = use->from;
            buf_clear(&message);
            buf_printf(&message, "reads the variable '%s', which is called '%s' now", variable->name,
                       merged_name(c, &c->p->units[at]));
            report_wrong(c, merge_find_item(c->p, told->type_name, told->id), kept_text(c, &message));
        }
    }
    buf_free(&key);
    buf_free(&message);
}

/* Variables of one name: notes those of a side, or reports those that the result alone has. */
static void check_names(struct checking *c, const struct jpk_project *project, enum merge_side side)
{
    struct buf key = {0};
    struct map seen = {0};
    for (size_t i = 0; i < project->entity_count && !c->p->m->failed; i++) {
        const struct jpk_entity *item = project->entities[i];
        uint32_t old = MAP_NONE;
        if (!is_variable(item) || item->deleted)
            continue;
        put_variable(&key, item->name);
        const char *name = kept_text(c, &key);
        c->p->m->failed |= !map_add(&seen, name, strlen(name), 1, &old);
        buf_puts(&key, "\ntwice");
        if (old != MAP_NONE && side != MERGE_SIDES)
            note(c, &c->known[side], &key);
        else if (old != MAP_NONE && !is_known(c, &key))
            report_wrong(c, merge_find_item(c->p, item->type_name, item->id), "another variable has its name");
    }
    map_free(&seen);
    buf_free(&key);
}

static void put_error(struct project_merge *p, enum merge_side side, const struct jpk_finding *finding, struct buf *out)
{
    buf_clear(out);
    buf_printf(out, "%s\n%s\n%s", finding->rule, finding->entity_id ? finding->entity_id : "", finding->message);
    if (side != MERGE_SIDES)
        merge_translate(p, side, out);
}

/* Where marks of a conflict stand, these say enough of what is wrong with the script. */
static void find_marks(struct checking *c)
{
    const struct merging *m = c->p->m;
    for (size_t i = 0; i < m->public.conflict_count && !c->p->m->failed; i++) {
        const char *id = m->conflicts[i].id;
        if (m->conflicts[i].line && id)
            c->p->m->failed |= !map_add(&c->marked, id, strlen(id), 1, NULL);
    }
}

static bool has_marks(const struct checking *c, const struct jpk_finding *finding)
{
    return finding->entity_id && map_get(&c->marked, finding->entity_id, strlen(finding->entity_id)) != MAP_NONE;
}

static void report_error(struct checking *c, const struct jpk_finding *finding)
{
    struct project_merge *p = c->p;
    const struct merge_unit *unit = finding->entity_type && finding->entity_id
                                        ? merge_find_item(p, finding->entity_type, finding->entity_id)
                                        : NULL;
    p->m->subject = (struct merge_subject){.path = finding->file ? arena_strdup(&p->m->arena, finding->file) : NULL};
    report_wrong(c, unit, finding->message);
}

/* ---------------------------------------------------------------------- what is wrong on a side already */

static bool look_at_errors(struct checking *c, const struct jpk_graph *graph, enum merge_side side)
{
    struct jpk_findings *findings = check_for_errors(&c->p->side[side]->public, graph, c->p->err);
    struct buf key = {0};
    for (size_t i = 0; findings && i < findings->count && !c->p->m->failed; i++) {
        put_error(c->p, side, &findings->items[i], &key);
        note(c, &c->known[side], &key);
    }
    buf_free(&key);
    bool ok = findings != NULL;
    jpk_findings_free(findings);
    return ok;
}

static bool look_at_side(struct checking *c, enum merge_side side)
{
    struct jpk_graph *graph = jpk_graph_build(&c->p->side[side]->public, c->p->err);
    struct buf key = {0};
    for (size_t i = 0; graph && i < graph->reference_count && !c->p->m->failed; i++) {
        if (!dangles(&graph->references[i]))
            continue;
        put_dangling(c->p, side, &graph->references[i], &key);
        note(c, &c->known[side], &key);
    }
    for (size_t i = 0; graph && i < graph->variable_count && !c->p->m->failed; i++) {
        const struct jpk_variable *variable = &graph->variables[i];
        size_t count = is_set(variable) ? 0 : variable->use_count;
        for (size_t k = 0; k < count; k++) {
            put_unset(c->p, side, variable, variable->uses[k], &key);
            note(c, &c->known[side], &key);
        }
    }
    buf_free(&key);
    bool ok = graph && look_at_errors(c, graph, side);
    jpk_graph_free(graph);
    return ok;
}

/* Only when the result has something that they may have too: looking takes as long as loading them. */
static bool look_at_sides(struct checking *c)
{
    if (c->sides_known)
        return true;
    c->sides_known = true;
    return look_at_side(c, MERGE_OURS) && look_at_side(c, MERGE_THEIRS);
}

/* -------------------------------------------------------------------------------------------------- the result */

static bool uses_gone(const struct checking *c, const struct jpk_graph *graph)
{
    for (size_t i = 0; c->gone.count && i < graph->reference_count; i++)
        if (dangles(&graph->references[i]) && gone_by_name(c, graph->references[i].target) != MAP_NONE)
            return true;
    for (size_t i = 0; c->gone.count && i < graph->variable_count; i++)
        if (gone_variable(c, &graph->variables[i]) != MAP_NONE)
            return true;
    return false;
}

static bool check_errors(struct checking *c, const struct jpk_project *result, const struct jpk_graph *graph)
{
    struct jpk_findings *findings = check_for_errors(result, graph, c->p->err);
    struct buf key = {0};
    bool ok = findings && (findings->count == 0 || look_at_sides(c));
    for (size_t i = 0; ok && i < findings->count && !c->p->m->failed; i++) {
        const struct jpk_finding *finding = &findings->items[i];
        put_error(c->p, MERGE_SIDES, finding, &key);
        if (!is_known(c, &key) && !has_marks(c, finding))
            report_error(c, finding);
    }
    buf_free(&key);
    jpk_findings_free(findings);
    return ok;
}

static bool look(struct checking *c, const struct jpk_project *result, const struct jpk_graph *graph)
{
    find_gone(c);
    if ((uses_gone(c, graph) && !look_at_sides(c)) || !check_used(c, graph))
        return false;
    if (c->queued)
        return true;
    report_kept(c, graph);
    report_renamed(c, graph);
    check_names(c, &c->p->side[MERGE_OURS]->public, MERGE_OURS);
    check_names(c, &c->p->side[MERGE_THEIRS]->public, MERGE_THEIRS);
    check_names(c, result, MERGE_SIDES);
    find_marks(c);
    return check_errors(c, result, graph);
}

/* Of several environments in a workspace, the one that was merged: "env-123/" is "123". */
static const char *environment_of(struct project_merge *p)
{
    size_t n = 0;
    const char *id =
        p->side[MERGE_OURS]->public.shape == JPK_SHAPE_WORKSPACE ? layout_environment(p->result_base, &n) : NULL;
    return id ? arena_strndup(&p->m->arena, id, n) : NULL;
}

bool merge_check(struct project_merge *p, struct jpk_archive *archive, bool *again)
{
    struct checking c = {.p = p};
    struct jpk_error local = {0};
    struct jpk_project *result = jpk_project_load(archive, environment_of(p), JPK_KEEP_GOING, &local);
    struct jpk_graph *graph = result ? jpk_graph_build(result, &local) : NULL;
    bool ok = graph != NULL;
    if (!ok && local.code == JPK_ERR_READ)
        error_pass(p->err, &local, jpk_archive_name(archive));
    else if (!ok && local.code != JPK_ERR_MEMORY)
        error_set(p->err, JPK_ERR_FORMAT, "cannot be merged, the result would not load: %s", local.message);
    p->m->failed |= local.code == JPK_ERR_MEMORY;
    ok = ok && look(&c, result, graph);
    *again = c.queued > 0;
    jpk_graph_free(graph);
    jpk_project_free(result);
    map_free(&c.known[MERGE_OURS]);
    map_free(&c.known[MERGE_THEIRS]);
    map_free(&c.gone);
    map_free(&c.marked);
    free(c.queue);
    arena_free(&c.arena);
    return ok && !p->m->failed;
}
