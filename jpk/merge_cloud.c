/* Merging exports of Cloud Studio: include/jpk/merge.h says how. */
#include "jpk/merge_cloud.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "jpk/cloud_json.h"
#include "jpk/cloud_model.h"

const char *merge_cloud_keep(struct cloud_merge *c, const struct buf *text)
{
    const char *copy = text->failed ? NULL : arena_strndup(&c->m->arena, buf_text(text), text->size);
    c->m->failed |= !copy;
    return copy ? copy : "";
}

void merge_cloud_about(struct cloud_merge *c, const struct jpk_cloud_component *component)
{
    struct buf path = {0};
    if (!component)
        return;
    buf_printf(&path, "%s/%s", jpk_cloud_kind_info(component->kind)->name, component->name);
    c->m->subject = (struct merge_subject){.path = merge_cloud_keep(c, &path),
                                           .type = jpk_cloud_kind_info(component->kind)->name,
                                           .id = arena_strdup(&c->m->arena, component->id)};
    c->m->failed |= !c->m->subject.id;
    buf_free(&path);
}

/* ---------------------------------------------------------------------------------------------------------- workflows
 */

static const char *workflow_of(const struct jpk_cloud_component *component)
{
    bool there = component && component->kind == JPK_CLOUD_OPERATION && component->as.operation->workflow;
    return there ? component->as.operation->workflow->id : NULL;
}

static const char *workflow_name(const struct jpk_cloud_component *component)
{
    return workflow_of(component) ? component->as.operation->workflow->name : NULL;
}

/* Operations that both sides moved, and not to the same workflow, stay where the favored side has them. */
static void find_strays(struct cloud_merge *c)
{
    struct merging *m = c->m;
    for (size_t unit = 0; unit < c->unit_count && !m->failed; unit++) {
        const char *where[MERGE_SIDES];
        struct merge_clash clash = {.kind = JPK_MERGE_MOVED, .kept = merge_kept(m->main)};
        for (int side = 0; side < MERGE_SIDES; side++) {
            const struct jpk_cloud_component *component = merge_cloud_member(c, unit, (enum merge_side)side);
            const char *name = workflow_name(component);
            where[side] = workflow_of(component);
            if (name)
                clash.values[side] = (struct merge_text){name, strlen(name), false};
        }
        const char *base = where[MERGE_BASE], *ours = where[MERGE_OURS], *theirs = where[MERGE_THEIRS];
        if (!ours || !theirs || text_caseeq(ours, theirs) ||
            (base && (text_caseeq(base, ours) || text_caseeq(base, theirs))))
            continue;
        const char *id = arena_strdup_lower(&m->arena, merge_cloud_id(c, unit));
        merge_cloud_about(c, merge_cloud_member(c, unit, m->main));
        merge_conflict(m, &clash);
        m->failed |= !id || !map_set(&c->strays, id, strlen(id), 1);
    }
}

static bool is_stray(const struct cloud_merge *c, const struct jdoc *doc, uint32_t element)
{
    uint32_t id = jdoc_member(doc, element, "id");
    char key[64];
    if (!jdoc_is(doc, id, JDOC_STRING) || jdoc_string_size(doc, id) >= sizeof key)
        return false;
    size_t n = jdoc_string_size(doc, id);
    for (size_t i = 0; i < n; i++)
        key[i] = text_lower(jdoc_string(doc, id)[i]);
    return map_get(&c->strays, key, n) != MAP_NONE;
}

/* An array of operations without the strays. */
static void put_operations(const struct cloud_merge *c, const struct jdoc *doc, uint32_t array, struct buf *out)
{
    size_t at = doc->nodes[array].start + 1, end = cloud_json_end(doc, array);
    const char *separator = "";
    buf_putc(out, '[');
    for (uint32_t e = array + 1; e < jdoc_next(doc, array); e = jdoc_next(doc, e)) {
        size_t behind = cloud_json_end(doc, e);
        if (!is_stray(c, doc, e)) {
            buf_puts(out, separator);
            buf_put(out, doc->text + at, behind - at);
            separator = ",";
        }
        at = behind;
        while (at < end && doc->text[at] != ',' && doc->text[at] != ']')
            at++;
        at += doc->text[at] == ',';
    }
    buf_putc(out, ']');
}

/* The other side without the operations that stay where the favored side has them. */
static bool drop_strays(struct cloud_merge *c)
{
    enum merge_side side = c->m->other;
    const struct jpk_cloud *cloud = c->exports.side[side];
    const struct jdoc *doc = cloud->doc;
    struct buf out = {0};
    size_t at = 0;
    if (c->strays.count == 0)
        return true;
    for (size_t i = 0; i < cloud->workflow_count; i++) {
        uint32_t array = jdoc_member(doc, cloud->workflows[i].node, "operations");
        if (!jdoc_is(doc, array, JDOC_ARRAY) || doc->nodes[array].start < at)
            continue;
        buf_put(&out, doc->text + at, doc->nodes[array].start - at);
        put_operations(c, doc, array, &out);
        at = cloud_json_end(doc, array);
    }
    buf_put(&out, doc->text + at, doc->size - at);
    c->m->failed |= out.failed;
    struct jpk_cloud *left = c->m->failed ? NULL : cloud_load_buf(&out, cloud->file, NULL, c->err);
    buf_free(&out);
    jpk_cloud_free(c->renamed[side]);
    c->renamed[side] = left;
    c->exports.side[side] = left;
    return left != NULL;
}

/* ---------------------------------------------------------------------------------------------------------- all of it
 */

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

/* Loads the text of the result, which is freed. */
static bool load(struct cloud_merge *c, struct buf *text)
{
    struct jpk_error local = {0};
    struct jpk_cloud *result = NULL;
    if (!c->m->failed)
        result = cloud_load_buf(text, c->input[MERGE_OURS]->file, NULL, &local);
    c->m->failed |= local.code == JPK_ERR_MEMORY;
    if (!result && !c->m->failed)
        error_set(c->err, JPK_ERR_FORMAT, "cannot be merged, the result would not load: %s", local.message);
    buf_free(text);
    jpk_cloud_free(c->result);
    c->result = result;
    return result != NULL;
}

/* Operations that are there although one side deleted them, or their workflow, stay in it, and so does this. */
static void keep_listed(struct cloud_merge *c)
{
    for (size_t unit = 0; unit < c->unit_count && !c->m->failed; unit++) {
        const uint32_t *at = c->units[unit];
        enum merge_side left = at[MERGE_OURS] == MAP_NONE ? MERGE_THEIRS : MERGE_OURS;
        const struct jpk_cloud_component *there = jpk_cloud_by_id(c->result, merge_cloud_id(c, unit));
        const struct jpk_cloud_component *before = merge_cloud_member(c, unit, left);
        if (!before || (at[MERGE_OURS] != MAP_NONE && at[MERGE_THEIRS] != MAP_NONE))
            continue;
        if (!there || there->kind != JPK_CLOUD_OPERATION || workflow_of(there) || !workflow_of(before))
            continue;
        const char *key = merge_component_key(c->m, there->number, there->id, strlen(there->id));
        const char *list = merge_workflow_key(c->m, c->input[left]->doc, before->as.operation->workflow->node);
        c->m->failed |= !key || !map_set(&c->listed, key, strlen(key), 1);
        c->m->failed |= list && !map_set(&c->kept, list, strlen(list), 1);
    }
}

/* Workflows that are there for what one side has put into them while the other one deleted them; each but once. */
static void report_workflows(struct cloud_merge *c)
{
    for (size_t unit = 0; unit < c->unit_count && c->listed.count && !c->m->failed; unit++) {
        const uint32_t *at = c->units[unit];
        enum merge_side left = at[MERGE_OURS] == MAP_NONE ? MERGE_THEIRS : MERGE_OURS;
        const struct jpk_cloud_component *added = merge_cloud_member(c, unit, left);
        if (at[MERGE_BASE] != MAP_NONE || !workflow_of(added))
            continue;
        const struct jpk_cloud_workflow *workflow = added->as.operation->workflow;
        const char *key = merge_component_key(c->m, added->number, added->id, strlen(added->id));
        const char *list = merge_workflow_key(c->m, c->input[left]->doc, workflow->node);
        uint32_t told = MAP_NONE;
        if (!key || !list || map_get(&c->listed, key, strlen(key)) == MAP_NONE)
            continue;
        c->m->failed |= !map_add(&c->known, list, strlen(list), 1, &told);
        if (told != MAP_NONE)
            continue;
        struct merge_clash clash = {.kind = JPK_MERGE_DELETED, .kept = merge_kept(left)};
        struct buf path = {0};
        buf_printf(&path, "operation/%s/", workflow->name);
        c->m->subject = (struct merge_subject){.path = merge_cloud_keep(c, &path)};
        merge_conflict(c->m, &clash);
        buf_free(&path);
    }
}

static bool make(struct cloud_merge *c)
{
    struct buf out = {0};
    c->m->public.conflict_count = 0;
    c->m->kept = &c->kept;
    c->m->listed = &c->listed;
    find_strays(c);
    merge_documents(c->m, &c->exports, &out);
    jpk_cloud_free(c->result);
    c->result = NULL;
    return load(c, &out);
}

static bool number(struct cloud_merge *c)
{
    struct buf out = {0};
    merge_number_nodes(c, &out);
    if (out.size > 0)
        return load(c, &out);
    buf_free(&out);
    return !c->m->failed;
}

/* What was loaded for the merge alone is most of its memory. */
static void forget_sides(struct cloud_merge *c)
{
    for (int side = 0; side < MERGE_SIDES; side++) {
        jpk_cloud_free(c->renamed[side]);
        c->renamed[side] = NULL;
        c->exports.side[side] = NULL;
    }
}

static bool keep_result(struct cloud_merge *c, bool canonical)
{
    size_t size = 0;
    if (!canonical)
        return set_text(c, c->result->text, c->result->size);
    char *text = jpk_cloud_write(c->result, &size, c->err);
    buf_free(&c->m->text);
    c->m->text = (struct buf){.data = text, .size = size, .capacity = size + 1};
    return text != NULL;
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
                         (side[i] && !jdoc_equal(c->exports.side[i]->doc, side[i]->node,
                                                 c->exports.side[MERGE_BASE]->doc, side[MERGE_BASE]->node));
        c->m->public.from_ours += changed[MERGE_OURS] && !changed[MERGE_THEIRS];
        c->m->public.from_theirs += changed[MERGE_THEIRS] && !changed[MERGE_OURS];
        c->m->public.both += changed[MERGE_THEIRS] && changed[MERGE_OURS];
    }
}

static bool run(struct cloud_merge *c)
{
    merge_cloud_pair(c);
    if (c->m->failed || !merge_cloud_rename(c))
        return false;
    count_changes(c);
    if (is_easy(c))
        return true;
    /* Now, as long as there is no result in memory. */
    bool canonical = is_canonical(c, c->input[MERGE_OURS]) && is_canonical(c, c->input[MERGE_THEIRS]);
    if (c->m->failed || !merge_cloud_known(c, MERGE_OURS) || !merge_cloud_known(c, MERGE_THEIRS))
        return false;
    find_strays(c);
    if (c->m->failed || !drop_strays(c))
        return false;
    for (size_t before = SIZE_MAX; before != c->kept.count + c->listed.count;) {
        before = c->kept.count + c->listed.count;
        if (c->m->failed || !make(c))
            return false;
        merge_cloud_bring_back(c);
        keep_listed(c);
    }
    report_workflows(c);
    if (c->m->failed || !number(c))
        return false;
    forget_sides(c);
    return merge_cloud_check(c) && keep_result(c, canonical);
}

static void cloud_merge_free(struct cloud_merge *c)
{
    forget_sides(c);
    for (int side = 0; side < MERGE_SIDES; side++) {
        map_free(&c->renamings[side].map);
        free(c->renamings[side].texts);
    }
    map_free(&c->strays);
    map_free(&c->kept);
    map_free(&c->listed);
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
    c.m->kept = c.m->listed = NULL;
    c.m->state = NULL;
    cloud_merge_free(&c);
    if (ok)
        return &c.m->public;
    error_file(&local, ours->file ? ours->file : "");
    error_pass(err, &local, NULL);
    jpk_merge_free(&c.m->public);
    return NULL;
}
