/* Three trees of fields. Recursion is bounded by the depth that the forms give out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "jpk/merge_state.h"

void merge_add(struct merging *m, struct merge_nodes *out, struct merge_node node)
{
    if (out->count == out->capacity) {
        size_t capacity = out->capacity ? 2 * out->capacity : 8;
        struct merge_node *list = arena_alloc(&m->arena, capacity * sizeof *list);
        if (!list) {
            m->failed = true;
            return;
        }
        if (out->count)
            memcpy(list, out->list, out->count * sizeof *list);
        out->list = list;
        out->capacity = capacity;
    }
    out->list[out->count++] = node;
}

size_t merge_enter(struct merging *m, const char *part)
{
    size_t before = m->path.size;
    if (part && *part) {
        if (before)
            buf_putc(&m->path, '/');
        buf_puts(&m->path, part);
        m->failed |= m->path.failed;
    }
    return before;
}

void merge_leave(struct merging *m, size_t before)
{
    if (!m->path.data)
        return;
    m->path.size = before;
    m->path.data[before] = '\0';
}

/* -------------------------------------------------------------------------------------------------------- conflicts */

static struct merge_text text_of(struct merging *m, const struct merge_form *form, const struct merge_node *node,
                                 struct buf *out)
{
    if (!node)
        return (struct merge_text){0};
    form->text(m, node, out);
    m->failed |= out->failed;
    return (struct merge_text){buf_text(out), out->size, (node->flags & MERGE_SECRET) != 0};
}

static void clash(struct merging *m, const struct merge_form *form, const struct merge_node *const nodes[MERGE_SIDES],
                  enum jpk_merge_kind kind, enum jpk_merge_kept kept)
{
    struct buf texts[MERGE_SIDES] = {{0}, {0}, {0}};
    struct merge_clash c = {.kind = kind, .kept = kept};
    const struct merge_node *any = nodes[m->main] ? nodes[m->main] : nodes[m->other];
    if (m->quiet || (any && any->flags & MERGE_NOISE))
        return;
    for (int side = 0; side < MERGE_SIDES && kind != JPK_MERGE_ORDER; side++)
        c.values[side] = text_of(m, form, nodes[side], &texts[side]);
    merge_conflict(m, &c);
    for (int side = 0; side < MERGE_SIDES; side++)
        buf_free(&texts[side]);
}

static bool take(struct merge_result *result, const struct merge_node *node)
{
    *result = (struct merge_result){.how = MERGE_TAKEN, .node = node};
    return node != NULL;
}

/* ------------------------------------------------------------------------------------------------------------ texts */

static bool is_lines(const struct merge_text *text)
{
    return text->text && memchr(text->text, '\n', text->size) != NULL;
}

/* False: the texts have one line each, and are values; so is what nobody is told of, for it must get no marks. */
static bool merge_strings(struct merging *m, const struct merge_form *form,
                          const struct merge_node *const nodes[MERGE_SIDES], struct merge_result *result)
{
    struct buf texts[MERGE_SIDES] = {{0}, {0}, {0}}, out = {0};
    struct merge_text values[MERGE_SIDES];
    bool lines = false;
    if (nodes[m->main]->flags & MERGE_NOISE)
        return false;
    for (int side = 0; side < MERGE_SIDES; side++) {
        values[side] = text_of(m, form, nodes[side], &texts[side]);
        lines |= is_lines(&values[side]);
    }
    if (lines && !m->failed) {
        merge_lines(m, values, &out);
        const char *text = arena_strndup(&m->arena, buf_text(&out), out.size);
        m->failed |= !text;
        *result = (struct merge_result){.how = MERGE_WRITTEN, .node = nodes[m->main], .text = text, .size = out.size};
    }
    for (int side = 0; side < MERGE_SIDES; side++)
        buf_free(&texts[side]);
    buf_free(&out);
    return lines;
}

/* --------------------------------------------------------------------------------------------------------- children */

struct family {
    struct map numbers; /* key -> number */
    struct merge_nodes side[MERGE_SIDES];
    const struct merge_node **nodes; /* by number and side */
    uint32_t *items[MERGE_SIDES];    /* numbers in the order of a side */
    size_t kinds;
};

/* Keys that a side has again get their ordinal behind a NUL, which no key has. */
static bool number_again(struct merging *m, struct map *seen, struct merge_node *node)
{
    uint32_t before = map_get(seen, node->key, node->key_size);
    uint32_t ordinal = before == MAP_NONE ? 1 : before + 1;
    if (!map_set(seen, node->key, node->key_size, ordinal))
        return false;
    if (ordinal == 1)
        return true;
    size_t n = node->key_size;
    char *key = arena_alloc(&m->arena, n + 12);
    if (!key)
        return false;
    memcpy(key, node->key, n);
    key[n] = '\0';
    node->key_size = n + 1 + (size_t)snprintf(key + n + 1, 11, "%u", ordinal);
    node->key = key;
    return true;
}

static bool collect(struct merging *m, const struct merge_form *form, const struct merge_node *parent, struct family *f,
                    enum merge_side side)
{
    struct merge_nodes *nodes = &f->side[side];
    struct map seen = {0};
    bool ok = true;
    if (parent)
        form->children(m, parent, nodes);
    f->items[side] = arena_alloc(&m->arena, (nodes->count + 1) * sizeof *f->items[side]);
    ok = f->items[side] != NULL;
    for (size_t i = 0; i < nodes->count && ok && !m->failed; i++) {
        uint32_t old = MAP_NONE;
        ok = number_again(m, &seen, &nodes->list[i]) &&
             map_add(&f->numbers, nodes->list[i].key, nodes->list[i].key_size, (uint32_t)f->kinds, &old);
        if (ok)
            f->items[side][i] = old == MAP_NONE ? (uint32_t)f->kinds++ : old;
    }
    map_free(&seen);
    m->failed |= !ok;
    return !m->failed;
}

static bool begin_family(struct merging *m, const struct merge_form *form,
                         const struct merge_node *const nodes[MERGE_SIDES], struct family *f)
{
    for (int side = 0; side < MERGE_SIDES; side++)
        if (!collect(m, form, nodes[side], f, (enum merge_side)side))
            return false;
    f->nodes = arena_calloc(&m->arena, MERGE_SIDES * f->kinds + 1, sizeof *f->nodes);
    m->failed |= !f->nodes;
    for (int side = 0; side < MERGE_SIDES && !m->failed; side++)
        for (size_t i = 0; i < f->side[side].count; i++)
            f->nodes[MERGE_SIDES * f->items[side][i] + (size_t)side] = &f->side[side].list[i];
    return !m->failed;
}

static const struct merge_node *any_of(const struct merging *m, const struct merge_node *const nodes[MERGE_SIDES])
{
    return nodes[m->main] ? nodes[m->main] : nodes[m->other] ? nodes[m->other] : nodes[MERGE_BASE];
}

static bool merge_child(struct merging *m, const struct merge_form *form,
                        const struct merge_node *const nodes[MERGE_SIDES], struct merge_result *result)
{
    const struct merge_node *any = any_of(m, nodes);
    struct merge_subject subject = m->subject;
    struct buf path = m->path;
    size_t before = 0;
    bool enters = any->flags & MERGE_ENTERS && form->enter;
    if (enters) {
        m->path = (struct buf){0};
        form->enter(m, any);
    } else {
        before = merge_enter(m, any->name);
    }
    bool there = merge_nodes(m, form, nodes, result);
    if (enters) {
        m->failed |= m->path.failed;
        buf_free(&m->path);
        m->path = path;
        m->subject = subject;
    } else {
        merge_leave(m, before);
    }
    return there;
}

static bool has_keyless(const struct merging *m, const struct family *f)
{
    for (size_t i = 0; i < f->side[m->main].count; i++)
        if (f->side[m->main].list[i].flags & MERGE_KEYLESS)
            return true;
    for (size_t i = 0; i < f->side[m->other].count; i++)
        if (f->side[m->other].list[i].flags & MERGE_KEYLESS)
            return true;
    return false;
}

/* What both put at one place, or in another order. What only its content tells apart may be one thing in two versions.
 */
static void settle_order(struct merging *m, const struct merge_form *form, const struct family *f,
                         const struct merge_node *const nodes[MERGE_SIDES], struct merge_result *result)
{
    if (has_keyless(m, f)) {
        clash(m, form, nodes, JPK_MERGE_VALUE, merge_kept(m->main));
        take(result, nodes[m->main]);
    } else if (nodes[m->main]->kind == MERGE_STEPS) {
        clash(m, form, nodes, JPK_MERGE_ORDER, merge_favors(m) ? merge_kept(m->main) : JPK_MERGE_KEPT_BOTH);
    }
}

/* The order of the children that are there. */
static void put_in_order(struct merging *m, const struct merge_form *form, const struct family *f,
                         const struct merge_node *const nodes[MERGE_SIDES], const bool *there,
                         struct merge_result *results, struct merge_result *result)
{
    uint32_t *order = arena_alloc(&m->arena, (f->kinds + 1) * sizeof *order);
    bool disordered = false;
    struct merge_sequence lists[MERGE_SIDES];
    for (int side = 0; side < MERGE_SIDES; side++)
        lists[side] = (struct merge_sequence){f->items[side], f->side[side].count};
    m->failed |= !order || !merge_order(lists, m->main, m->other, f->kinds, there, order, &result->count, &disordered);
    result->children = m->failed ? NULL : arena_alloc(&m->arena, (result->count + 1) * sizeof *result->children);
    m->failed |= !result->children;
    for (size_t i = 0; i < result->count && !m->failed; i++)
        result->children[i] = results[order[i]];
    if (disordered && !m->failed && nodes[m->main]->kind != MERGE_SET)
        settle_order(m, form, f, nodes, result);
}

static bool compose(struct merging *m, const struct merge_form *form, const struct merge_node *const nodes[MERGE_SIDES],
                    struct merge_result *result)
{
    struct family f = {0};
    *result = (struct merge_result){.how = MERGE_COMPOSED, .node = nodes[m->main]};
    bool ok = begin_family(m, form, nodes, &f);
    struct merge_result *results = ok ? arena_alloc(&m->arena, (f.kinds + 1) * sizeof *results) : NULL;
    bool *there = ok ? arena_calloc(&m->arena, f.kinds + 1, sizeof *there) : NULL;
    ok = results && there;
    m->failed |= !ok;
    for (size_t i = 0; ok && i < f.kinds && !m->failed; i++)
        there[i] = merge_child(m, form, f.nodes + MERGE_SIDES * i, &results[i]);
    if (ok && !m->failed)
        put_in_order(m, form, &f, nodes, there, results, result);
    map_free(&f.numbers);
    return !m->failed;
}

/* -------------------------------------------------------------------------------------------------------------- all */

static bool is_kept(const struct merging *m, const struct merge_node *node)
{
    const struct map *kept = node->flags & MERGE_ENTERS ? m->kept : node->flags & MERGE_LISTED ? m->listed : NULL;
    return kept && map_get(kept, node->key, node->key_size) != MAP_NONE;
}

/* What one side has deleted; of a list only what must stay, and of that what both sides have made of it. */
static bool put_back(struct merging *m, const struct merge_form *form,
                     const struct merge_node *const nodes[MERGE_SIDES], const struct merge_node *left,
                     struct merge_result *result)
{
    const struct merge_node *parts[MERGE_SIDES];
    if (!(left->flags & MERGE_LISTS))
        return take(result, left);
    for (int side = 0; side < MERGE_SIDES; side++)
        parts[side] = nodes[side] ? nodes[side] : nodes[MERGE_BASE];
    m->sifting = true;
    bool there = compose(m, form, parts, result);
    m->sifting = false;
    return there;
}

/* Of two sides one has nothing any more, and the other has changed it. */
static bool keep_changed(struct merging *m, const struct merge_form *form,
                         const struct merge_node *const nodes[MERGE_SIDES], struct merge_result *result)
{
    enum merge_side left = nodes[m->main] ? m->main : m->other;
    const struct merge_node *changed = nodes[left];
    if (is_kept(m, changed))
        return put_back(m, form, nodes, changed, result);
    if (form->same(m, nodes[MERGE_BASE], changed, true)) /* by noise alone */
        return take(result, NULL);
    if (changed->flags & MERGE_NOISE) /* no conflict, so it stays whoever is favored */
        return take(result, changed);
    if (merge_favors(m))
        left = m->main;
    clash(m, form, nodes, JPK_MERGE_DELETED, merge_kept(left));
    return take(result, nodes[left]);
}

/* Whether what one side alone has changed may be without something that stays. */
static bool has_listed(const struct merging *m, const struct merge_node *a, const struct merge_node *b)
{
    return a->flags & b->flags & MERGE_LISTS && a->kind >= MERGE_SET && a->kind == b->kind && m->listed && m->kept &&
           m->listed->count + m->kept->count > 0;
}

static bool both_are(const struct merge_node *a, const struct merge_node *b, enum merge_node_kind kind)
{
    return a->kind == kind && b->kind == kind;
}

/* Two that differ, and differ from a base or have none. */
static bool merge_two(struct merging *m, const struct merge_form *form,
                      const struct merge_node *const nodes[MERGE_SIDES], struct merge_result *result)
{
    const struct merge_node *base = nodes[MERGE_BASE], *main = nodes[m->main], *other = nodes[m->other];
    bool whole = (main->flags | other->flags) & MERGE_WHOLE;
    const struct merge_node *parts[MERGE_SIDES] = {base, nodes[MERGE_OURS], nodes[MERGE_THEIRS]};
    if (base && (base->kind >= MERGE_SET) != (main->kind >= MERGE_SET))
        parts[MERGE_BASE] = NULL;
    unsigned noise = main->flags & MERGE_NOISE;
    bool done = false;
    m->quiet += noise != 0;
    if (!whole && main->kind >= MERGE_SET && other->kind >= MERGE_SET && main->what == other->what)
        done = compose(m, form, parts, result);
    else if (!whole && both_are(main, other, MERGE_STRING) && (!base || base->kind == MERGE_STRING))
        done = merge_strings(m, form, parts, result);
    m->quiet -= noise != 0;
    if (done || m->failed)
        return !m->failed;
    clash(m, form, nodes, base ? JPK_MERGE_VALUE : JPK_MERGE_ADDED, merge_kept(m->main));
    return take(result, main);
}

bool merge_nodes(struct merging *m, const struct merge_form *form, const struct merge_node *const nodes[MERGE_SIDES],
                 struct merge_result *result)
{
    const struct merge_node *base = nodes[MERGE_BASE], *main = nodes[m->main], *other = nodes[m->other];
    *result = (struct merge_result){0};
    if (m->failed || (!main && !other))
        return false;
    if (m->sifting && any_of(m, nodes)->flags & MERGE_LISTED && !is_kept(m, any_of(m, nodes)))
        return false;
    if (main && other && has_listed(m, main, other))
        return merge_two(m, form, nodes, result);
    if (main && other && form->same(m, main, other, false))
        return take(result, main);
    if (base && main && form->same(m, base, main, false))
        return other || !is_kept(m, main) ? take(result, other) : put_back(m, form, nodes, main, result);
    if (base && other && form->same(m, base, other, false))
        return main || !is_kept(m, other) ? take(result, main) : put_back(m, form, nodes, other, result);
    if (main && other)
        return merge_two(m, form, nodes, result);
    return base ? keep_changed(m, form, nodes, result) : take(result, main ? main : other);
}
