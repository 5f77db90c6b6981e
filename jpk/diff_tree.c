/*
 * The trees of two entities, compared without regard to what they mean, so that types and elements that nobody knows
 * are compared too. Tables say what is left out. Recursion is bounded by the depth that the XML reader allows.
 */
#include <stdlib.h>
#include <string.h>

#include "jpk/diff_state.h"
#include "jpk/secret_field.h"

/* ------------------------------------------------------------------------------------------------ what is left out */

/* Attributes that never count, and those that do with `all`. `element` NULL: any. */
static const struct {
    const char *element, *name;
    bool with_all;
} left_out[] = {
    {"Header", "ID", false},         /* the matching says it */
    {"Header", "Name", false},       /* a change of its own */
    {"Header", "Deleted", false},    /* likewise */
    {"Header", "DeployDirty", true}, /* state of deployment */
    {"Header", "Deployed", true},    /* likewise */
    {"Header", "HasMoved", true},    /* likewise */
    {NULL, "activityId", true},      /* local to a pipeline; nothing refers to it */
    {NULL, "entryId", true},         /* the time when a line of SQL was made */
    {NULL, "relationId", true},      /* likewise of a relation */
};

const char *diff_noise(size_t at, const char **element)
{
    for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
        if (left_out[i].with_all && at-- == 0) {
            *element = left_out[i].element;
            return left_out[i].name;
        }
    return NULL;
}

static bool skip_attribute(const struct diffing *d, const struct xml_node *node, const char *name)
{
    for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
        if (strcmp(left_out[i].name, name) == 0 &&
            (!left_out[i].element || strcmp(left_out[i].element, node->name) == 0))
            return !(left_out[i].with_all && d->options.all);
    return false;
}

/* An item's own id, under whichever key, may be there or not. */
static bool skip_item(const struct diffing *d, const struct jpk_entity *entity, const struct jpk_item *item)
{
    if (item->value && entity && text_caseeq(item->value, entity->id))
        return true;
    return !d->options.all && strcmp(item->key, "debug_mode_until") == 0;
}

static const char *value_of(const struct jpk_item *item)
{
    return item->value ? item->value : "";
}

/* ------------------------------------------------------------------------------------------------- the quick look */

struct lockstep {
    struct diffing *d;
    const struct jpk_entity *a, *b; /* NULL for trees of files */
};

static bool same_attributes(const struct lockstep *l, const struct xml_node *a, const struct xml_node *b)
{
    if (a->attribute_count != b->attribute_count)
        return false;
    for (uint32_t i = 0; i < a->attribute_count; i++) {
        const struct xml_attribute *left = &a->attributes[i], *right = &b->attributes[i];
        if (strcmp(left->name, right->name) != 0)
            return false;
        if (strcmp(left->value, right->value) != 0 && !skip_attribute(l->d, a, left->name) &&
            !diff_same_text(l->d, left->value, right->value))
            return false;
    }
    return true;
}

static bool same_items(const struct lockstep *l, const struct xml_node *a, const struct xml_node *b)
{
    if (a->item_count != b->item_count)
        return false;
    for (uint32_t i = 0; i < a->item_count; i++) {
        const struct jpk_item *left = &a->items[i], *right = &b->items[i];
        if (strcmp(left->key, right->key) != 0 || left->encrypted != right->encrypted || !left->value != !right->value)
            return false;
        if (strcmp(value_of(left), value_of(right)) == 0 ||
            (skip_item(l->d, l->a, left) && skip_item(l->d, l->b, right)))
            continue;
        if (left->encrypted || !diff_same_text(l->d, value_of(left), value_of(right)))
            return false;
    }
    return true;
}

static bool same_node(const struct lockstep *l, const struct xml_node *a, const struct xml_node *b)
{
    if (strcmp(a->name, b->name) != 0 || !a->text != !b->text || !same_attributes(l, a, b) || !same_items(l, a, b))
        return false;
    if (a->text && !diff_same_text(l->d, a->text, b->text))
        return false;
    const struct xml_node *left = a->child, *right = b->child;
    for (; left && right; left = left->next, right = right->next)
        if (!same_node(l, left, right))
            return false;
    return !left && !right;
}

bool diff_same_entity(struct diffing *d, const struct jpk_entity *a, const struct jpk_entity *b)
{
    struct lockstep l = {d, a, b};
    d->pending_count = 0;
    d->again = !text_caseeq(a->id, b->id);
    bool same = same_node(&l, a->tree, b->tree);
    if (same)
        diff_learn(d);
    return same;
}

bool diff_same_tree(struct diffing *d, const struct xml_node *a, const struct xml_node *b)
{
    struct lockstep l = {.d = d};
    return same_node(&l, a, b);
}

/* --------------------------------------------------------------------------------------------------------- hashes */

struct hasher {
    struct diffing *d;
    const struct jpk_entity *entity;
    int side;
    enum diff_ids ids;
    struct diff_hashes *out; /* NULL: only the hash of the whole is asked for */
};

static uint64_t hash_text(const struct hasher *h, const char *text)
{
    return diff_text_hash(h->d, h->side, text, strlen(text), h->ids);
}

static uint64_t hash_item(const struct hasher *h, const struct jpk_item *item)
{
    uint64_t hash = diff_mix(hash_bytes(item->key, strlen(item->key)), item->encrypted + (item->value ? 2u : 0u));
    if (!item->encrypted)
        return diff_mix(hash, hash_text(h, value_of(item)));
    return h->ids == IDS_TRANSLATED ? diff_mix(hash, hash_bytes(value_of(item), strlen(value_of(item)))) : hash;
}

/* Attributes and properties are summed up, for their order means nothing. */
static uint64_t hash_own(const struct hasher *h, const struct xml_node *node)
{
    uint64_t hash = hash_bytes(node->name, strlen(node->name)), sum = 0;
    for (uint32_t i = 0; i < node->attribute_count; i++) {
        const struct xml_attribute *at = &node->attributes[i];
        if (!skip_attribute(h->d, node, at->name))
            sum += diff_mix(hash_bytes(at->name, strlen(at->name)), hash_text(h, at->value));
    }
    hash = diff_mix(hash, sum);
    sum = 0;
    for (uint32_t i = 0; i < node->item_count; i++)
        if (!skip_item(h->d, h->entity, &node->items[i]))
            sum += hash_item(h, &node->items[i]);
    hash = diff_mix(hash, sum);
    return node->text ? diff_mix(hash, hash_text(h, node->text)) : hash;
}

static uint64_t hash_node(const struct hasher *h, const struct xml_node *node)
{
    struct diff_hashes *out = h->out;
    size_t at = out ? out->count : 0;
    if (out) {
        struct diff_hashed *nodes = array_grow(out->nodes, out->count, &out->capacity, sizeof *nodes);
        if (!nodes) {
            h->d->failed = true;
            return 0;
        }
        out->nodes = nodes;
        out->count++;
    }
    uint64_t hash = hash_own(h, node);
    for (const struct xml_node *child = node->child; child; child = child->next)
        hash = diff_mix(hash, hash_node(h, child));
    if (out && !h->d->failed)
        out->nodes[at] = (struct diff_hashed){hash, (uint32_t)(out->count - at)};
    return hash;
}

uint64_t diff_entity_hash(struct diffing *d, int side, uint32_t index, enum diff_ids ids)
{
    const struct jpk_entity *entity = d->side[side]->list[index];
    struct hasher h = {.d = d, .entity = entity, .side = side, .ids = ids};
    return entity->tree ? hash_node(&h, entity->tree) : 0;
}

/* ------------------------------------------------------------------------------------------------------- features */

struct feature_taker {
    struct hasher hasher;
    void (*take)(void *context, uint64_t feature);
    void *context;
};

static void line_features(const struct feature_taker *t, uint64_t place, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n"), from = strspn(text, " \t\r");
        if (from < n)
            t->take(t->context,
                    diff_mix(place, diff_text_hash(t->hasher.d, t->hasher.side, text + from, n - from, t->hasher.ids)));
        text += n + (text[n] == '\n');
    }
}

static void node_features(const struct feature_taker *t, uint64_t place, const struct xml_node *node)
{
    const struct hasher *h = &t->hasher;
    place = diff_mix(place, hash_bytes(node->name, strlen(node->name)));
    for (uint32_t i = 0; i < node->attribute_count; i++) {
        const struct xml_attribute *at = &node->attributes[i];
        if (!skip_attribute(h->d, node, at->name))
            t->take(t->context,
                    diff_mix(diff_mix(place, hash_bytes(at->name, strlen(at->name))), hash_text(h, at->value)));
    }
    for (uint32_t i = 0; i < node->item_count; i++)
        if (!node->items[i].encrypted && !skip_item(h->d, h->entity, &node->items[i]))
            t->take(t->context, diff_mix(place, hash_item(h, &node->items[i])));
    if (node->text)
        line_features(t, place, node->text);
    for (const struct xml_node *child = node->child; child; child = child->next)
        node_features(t, place, child);
}

void diff_entity_features(struct diffing *d, int side, uint32_t index, void (*take)(void *context, uint64_t feature),
                          void *context)
{
    const struct jpk_entity *entity = d->side[side]->list[index];
    struct feature_taker t = {
        .hasher = {.d = d, .entity = entity, .side = side, .ids = IDS_COLORED}, .take = take, .context = context};
    if (entity->tree)
        node_features(&t, 0, entity->tree);
}

/* ------------------------------------------------------------------------------------------------ the closer look */

struct comparison {
    struct diffing *d;
    const struct jpk_entity *a, *b;
    struct buf path;
    bool texts_only; /* of an item that has no partner: scripts and mappings, no properties */
};

/* Behind the path: `/` where needed, then the part. Returns the length to go back to. */
static size_t enter(struct comparison *c, const char *part)
{
    size_t before = c->path.size;
    if (before && *part)
        buf_putc(&c->path, '/');
    buf_puts(&c->path, part);
    return before;
}

static void leave(struct comparison *c, size_t before)
{
    if (!c->path.data)
        return;
    c->path.size = before;
    c->path.data[before] = '\0';
}

static void add_value(struct comparison *c, const char *part, const char *key, const char *a, const char *b)
{
    size_t before = enter(c, part);
    diff_add_value(c->d, buf_text(&c->path), key, a, b);
    leave(c, before);
}

/* The key by which a value is judged: a project variable has its secret under one that says nothing. */
static const char *told_key(const struct comparison *c, const char *key)
{
    bool secret = (c->a && secret_entity(c->a)) || (c->b && secret_entity(c->b));
    return secret && strcmp(key, "value") == 0 ? NULL : key;
}

/* Both or one of them is encrypted. */
static void add_encrypted(struct comparison *c, const char *key, const char *told, const struct jpk_item *a,
                          const struct jpk_item *b)
{
    size_t before = enter(c, key);
    diff_add_encrypted(c->d, buf_text(&c->path), told, a ? a->value : NULL, a && a->encrypted, b ? b->value : NULL,
                       b && b->encrypted);
    leave(c, before);
}

/* One of the two may be NULL. */
static void compare_item(struct comparison *c, const char *key, const struct jpk_item *a, const struct jpk_item *b)
{
    if ((!a || skip_item(c->d, c->a, a)) && (!b || skip_item(c->d, c->b, b)))
        return;
    if (a && b && a->encrypted == b->encrypted && !a->value == !b->value &&
        (a->encrypted ? strcmp(value_of(a), value_of(b)) == 0 : diff_same_text(c->d, value_of(a), value_of(b))))
        return;
    const char *told = told_key(c, key);
    if ((a && a->encrypted) || (b && b->encrypted)) {
        add_encrypted(c, key, told, a, b);
        return;
    }
    add_value(c, key, told, a ? value_of(a) : NULL, b ? value_of(b) : NULL);
}

static int by_key(const void *a, const void *b)
{
    const struct jpk_item *left = *(const struct jpk_item *const *)a, *right = *(const struct jpk_item *const *)b;
    int order = text_casecmp(left->key, right->key);
    order = order ? order : strcmp(left->key, right->key);
    return order ? order : (left > right) - (left < right);
}

static const struct jpk_item **sorted_items(const struct xml_node *node)
{
    uint32_t n = node ? node->item_count : 0;
    const struct jpk_item **items = malloc((n + 1) * sizeof(struct jpk_item *));
    if (!items)
        return NULL;
    for (uint32_t i = 0; i < n; i++)
        items[i] = &node->items[i];
    if (n)
        qsort(items, n, sizeof(struct jpk_item *), by_key);
    return items;
}

static int key_order(const struct jpk_item *a, const struct jpk_item *b)
{
    int order = text_casecmp(a->key, b->key);
    return order ? order : strcmp(a->key, b->key);
}

static void compare_items(struct comparison *c, const struct xml_node *a, const struct xml_node *b)
{
    uint32_t n = a ? a->item_count : 0, m = b ? b->item_count : 0;
    const struct jpk_item **left = sorted_items(a), **right = sorted_items(b);
    c->d->failed |= !left || !right;
    for (uint32_t i = 0, j = 0; !c->d->failed && (i < n || j < m);) {
        int order = i == n ? 1 : j == m ? -1 : key_order(left[i], right[j]);
        compare_item(c, order <= 0 ? left[i]->key : right[j]->key, order <= 0 ? left[i] : NULL,
                     order >= 0 ? right[j] : NULL);
        i += order <= 0;
        j += order >= 0;
    }
    free(left);
    free(right);
}

/* One of the two elements may be NULL, or lack the attribute. */
static void compare_attribute(struct comparison *c, const struct xml_node *a, const struct xml_node *b,
                              const char *name)
{
    const char *left = xml_attribute(a, name), *right = xml_attribute(b, name);
    if (skip_attribute(c->d, left ? a : b, name) || (left && right && diff_same_text(c->d, left, right)))
        return;
    bool secret = (left && secret_attribute(a, name, left)) || (right && secret_attribute(b, name, right));
    size_t before = enter(c, "@");
    buf_puts(&c->path, name);
    diff_add_value(c->d, buf_text(&c->path), secret ? NULL : name, left, right);
    leave(c, before);
}

static void compare_attributes(struct comparison *c, const struct xml_node *a, const struct xml_node *b)
{
    for (uint32_t i = 0; a && i < a->attribute_count; i++)
        compare_attribute(c, a, b, a->attributes[i].name);
    for (uint32_t i = 0; b && i < b->attribute_count; i++)
        if (!xml_attribute(a, b->attributes[i].name))
            compare_attribute(c, a, b, b->attributes[i].name);
}

/* ------------------------------------------------------------------------------------------------------- children */

struct child {
    const struct xml_node *node;
    size_t at;        /* its place among the hashes */
    uint32_t ordinal; /* from 1 among the children of its name */
    bool repeated;    /* there is more than one of its name */
};

struct children {
    struct child *list;
    size_t count;
};

/* The children of both sides, and what pairs them. */
struct family {
    struct comparison *c;
    struct children side[2];
    struct diff_list pairs[2];
};

/* The parts of an operation and the lists of a transformation; others are lists when an element is repeated. */
static bool is_list(const struct xml_node *parent)
{
    return strcmp(parent->name, "Activities") == 0 || strcmp(parent->name, "Mappings") == 0;
}

static bool collect(struct comparison *c, int side, const struct xml_node *parent, size_t at, struct children *out)
{
    struct map names = {0}; /* of an element -> how many, on the way back whether there is more than one */
    size_t count = 0;
    for (const struct xml_node *n = parent ? parent->child : NULL; n; n = n->next)
        count++;
    *out = (struct children){.list = calloc(count + 1, sizeof *out->list)};
    bool ok = out->list != NULL;
    at++;
    for (const struct xml_node *n = parent ? parent->child : NULL; n && ok; n = n->next) {
        uint32_t before = map_get(&names, n->name, strlen(n->name));
        uint32_t ordinal = before == MAP_NONE ? 1 : before + 1;
        out->list[out->count++] = (struct child){.node = n, .at = at, .ordinal = ordinal};
        at += c->d->hashes[side].nodes[at].size;
        ok = map_set(&names, n->name, strlen(n->name), ordinal);
    }
    for (size_t i = 0; i < out->count && ok; i++)
        out->list[i].repeated = map_get(&names, out->list[i].node->name, strlen(out->list[i].node->name)) > 1;
    map_free(&names);
    if (!ok)
        c->d->failed = true;
    return ok;
}

static uint64_t *child_hash(const struct diffing *d, int side, const struct child *child)
{
    return &d->hashes[side].nodes[child->at].hash;
}

static const char *expression(const struct xml_node *mapping)
{
    const struct xml_node *string = xml_child(mapping, "konga.string");
    return string && string->text ? string->text : "";
}

/* What tells a child among others of its name. Returns false when nothing does. */
static bool child_key(struct comparison *c, int side, const struct xml_node *node, uint64_t *key)
{
    static const char *const names[] = {"name", "key", "table", "column"};
    bool found = false;
    *key = hash_bytes(node->name, strlen(node->name));
    if (strcmp(node->name, "Mapping") == 0) {
        const char *text = expression(node);
        *key = diff_mix(*key, diff_text_hash(c->d, side, text, strcspn(text, "\t"), IDS_TRANSLATED));
        return true;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = xml_attribute(node, names[i]);
        if (!value)
            continue;
        *key = diff_mix(*key, diff_text_hash(c->d, side, value, strlen(value), IDS_TRANSLATED));
        found = true;
    }
    return found;
}

static bool key_is_hash(void *context, int side, size_t i, uint64_t *key)
{
    const struct family *f = context;
    *key = *child_hash(f->c->d, side, &f->side[side].list[i]);
    return true;
}

static bool key_is_own(void *context, int side, size_t i, uint64_t *key)
{
    const struct family *f = context;
    return child_key(f->c, side, f->side[side].list[i].node, key);
}

static bool key_is_name(void *context, int side, size_t i, uint64_t *key)
{
    const struct family *f = context;
    const struct child *child = &f->side[side].list[i];
    bool keyed = child_key(f->c, side, child->node, key);
    *key = hash_bytes(child->node->name, strlen(child->node->name));
    return !keyed || (!child->repeated && strcmp(child->node->name, "Mapping") != 0);
}

static bool pair_children(struct family *f)
{
    struct diffing *d = f->c->d;
    bool ok = diff_list_begin(&f->pairs[SIDE_A], f->side[SIDE_A].count) &&
              diff_list_begin(&f->pairs[SIDE_B], f->side[SIDE_B].count) &&
              diff_list_pair_run(d, f->pairs, key_is_hash, f) && diff_list_pair(d, f->pairs, key_is_hash, f) &&
              diff_list_pair(d, f->pairs, key_is_own, f) && diff_list_pair(d, f->pairs, key_is_name, f);
    d->failed |= !ok;
    return ok;
}

static bool out_of_order(const struct xml_node *parent, const struct family *f)
{
    bool list = is_list(parent);
    uint32_t last = 0;
    for (size_t j = 0; j < f->side[SIDE_B].count; j++) {
        uint32_t i = f->pairs[SIDE_B].partner[j];
        if (i == MAP_NONE || !(list || f->side[SIDE_B].list[j].repeated))
            continue;
        if (i < last)
            return true;
        last = i;
    }
    return false;
}

/* -------------------------------------------------------------------------------------------------- all of a node */

static void compare_node(struct comparison *c, const struct xml_node *a, size_t a_at, const struct xml_node *b,
                         size_t b_at);

/* Enters a child's part of the path: "TARGET[1]", "Field[Name]", "script", "Mappings/<target>". */
static size_t enter_child(struct comparison *c, const struct xml_node *parent, const struct child *child)
{
    const struct xml_node *node = child->node;
    const char *name = xml_attribute(node, "name");
    if (strcmp(node->name, "Header") == 0)
        return c->path.size;
    if (name && strcmp(node->name, "konga.string") == 0)
        return enter(c, name);
    if (strcmp(node->name, "Mapping") == 0) {
        const char *text = expression(node);
        size_t before = enter(c, "");
        buf_printf(&c->path, "/%.*s", (int)strcspn(text, "\t"), text);
        return before;
    }
    size_t before = enter(c, node->name);
    if (child->repeated && name && *name)
        buf_printf(&c->path, "[%s]", name);
    else if (child->repeated || strcmp(parent->name, "Activities") == 0)
        buf_printf(&c->path, "[%u]", child->ordinal);
    return before;
}

/* A mapping whose target is the same: what stands behind the tab. False: the difference lies elsewhere. */
static bool compare_mapping(struct comparison *c, const struct xml_node *a, const struct xml_node *b)
{
    const char *left = a ? expression(a) : NULL, *right = b ? expression(b) : NULL;
    left = left && strchr(left, '\t') ? strchr(left, '\t') + 1 : left;
    right = right && strchr(right, '\t') ? strchr(right, '\t') + 1 : right;
    if (left && right && diff_same_text(c->d, left, right))
        return false;
    diff_add_value(c->d, buf_text(&c->path), "", left, right);
    return true;
}

/* An activity or another element that only attributes describe, when one side lacks it: one field says it all. */
static bool add_leaf(struct comparison *c, const struct xml_node *a, const struct xml_node *b)
{
    const struct xml_node *node = a ? a : b;
    if (node->child || node->item_count || node->text)
        return false;
    const char *content = xml_attribute(node, "contentId"), *named = secret_value_name(node);
    struct buf text = {0};
    if (named)
        buf_printf(&text, "%s (not shown)", named); /* what a broken secret goes on as may be an attribute too */
    for (uint32_t i = 0; !content && !named && i < node->attribute_count; i++) {
        const struct xml_attribute *at = &node->attributes[i];
        bool secret = diff_secret(at->name, at->value);
        if (!skip_attribute(c->d, node, at->name))
            buf_printf(&text, "%s%s=%s", text.size ? " " : "", at->name, secret ? "(not shown)" : at->value);
    }
    const char *value = content ? content : buf_text(&text);
    diff_add_value(c->d, buf_text(&c->path), "", a ? value : NULL, b ? value : NULL);
    c->d->failed |= text.failed;
    buf_free(&text);
    return true;
}

/* One of the two may be NULL; `named` is the one that names the place. */
/* A child of a side and its partner on the other; NULL: it has none. */
static void compare_child(struct comparison *c, const struct xml_node *parent, int side, const struct child *child,
                          const struct child *partner)
{
    if (partner && *child_hash(c->d, side, child) == *child_hash(c->d, !side, partner))
        return;
    size_t before = enter_child(c, parent, child);
    const struct child *a = side == SIDE_A ? child : partner, *b = side == SIDE_A ? partner : child;
    const struct xml_node *left = a ? a->node : NULL, *right = b ? b->node : NULL;
    bool mapping = strcmp(child->node->name, "Mapping") == 0;
    bool leaf = !partner && !c->texts_only;
    if (!(mapping && compare_mapping(c, left, right)) && !(leaf && add_leaf(c, left, right)))
        compare_node(c, left, a ? a->at : 0, right, b ? b->at : 0);
    leave(c, before);
}

static void compare_children(struct comparison *c, const struct xml_node *a, size_t a_at, const struct xml_node *b,
                             size_t b_at)
{
    struct family f = {.c = c};
    struct children *left = &f.side[SIDE_A], *right = &f.side[SIDE_B];
    const struct xml_node *parent = b ? b : a;
    bool ok = collect(c, SIDE_A, a, a_at, left) && collect(c, SIDE_B, b, b_at, right) && pair_children(&f);
    if (ok && !c->d->options.ignore_order && out_of_order(parent, &f))
        diff_add_field(c->d, JPK_DIFF_FIELD_ORDER, buf_text(&c->path));
    for (size_t i = 0; ok && i < left->count; i++)
        if (f.pairs[SIDE_A].partner[i] == MAP_NONE)
            compare_child(c, parent, SIDE_A, &left->list[i], NULL);
    for (size_t j = 0; ok && j < right->count; j++) {
        uint32_t i = f.pairs[SIDE_B].partner[j];
        compare_child(c, parent, SIDE_B, &right->list[j], i == MAP_NONE ? NULL : &left->list[i]);
    }
    for (int side = 0; side < 2; side++) {
        diff_list_free(&f.pairs[side]);
        free(f.side[side].list);
    }
}

static bool same_or_absent(struct diffing *d, const char *a, const char *b)
{
    return a && b ? diff_same_text(d, a, b) : !(a && *a) && !(b && *b);
}

/* Either may be NULL. */
static void compare_node(struct comparison *c, const struct xml_node *a, size_t a_at, const struct xml_node *b,
                         size_t b_at)
{
    if (c->d->failed)
        return;
    const char *left = a ? a->text : NULL, *right = b ? b->text : NULL;
    bool text = !c->texts_only || strchr(left ? left : right ? right : "", '\n') != NULL;
    if (!c->texts_only) {
        compare_attributes(c, a, b);
        compare_items(c, a, b);
    }
    if (text && !same_or_absent(c->d, left, right)) {
        const char *named = secret_text_name(a ? a : b);
        diff_add_value(c->d, buf_text(&c->path), named, left ? left : a ? "" : NULL, right ? right : b ? "" : NULL);
    }
    if ((a && a->child) || (b && b->child))
        compare_children(c, a, a_at, b, b_at);
    c->d->failed |= c->path.failed;
}

static void hash_tree(struct diffing *d, int side, const struct jpk_entity *entity)
{
    struct hasher h = {.d = d, .entity = entity, .side = side, .ids = IDS_TRANSLATED, .out = &d->hashes[side]};
    d->hashes[side].count = 0;
    hash_node(&h, entity->tree);
}

void diff_entities(struct diffing *d, const struct jpk_entity *a, const struct jpk_entity *b)
{
    struct comparison c = {.d = d, .a = a, .b = b};
    d->pending_count = 0;
    d->again = !text_caseeq(a->id, b->id);
    hash_tree(d, SIDE_A, a);
    hash_tree(d, SIDE_B, b);
    if (!d->failed && d->hashes[SIDE_A].nodes[0].hash != d->hashes[SIDE_B].nodes[0].hash)
        compare_node(&c, a->tree, 0, b->tree, 0);
    buf_free(&c.path);
}

void diff_lone_entity(struct diffing *d, int side, const struct jpk_entity *entity)
{
    struct comparison c = {.d = d, .texts_only = true};
    if (!entity->tree)
        return;
    d->again = false;
    hash_tree(d, side, entity);
    if (side == SIDE_A)
        compare_node(&c, entity->tree, 0, NULL, 0);
    else
        compare_node(&c, NULL, 0, entity->tree, 0);
    buf_free(&c.path);
}
