#include "jpk/merge_xml.h"

#include <stdlib.h>
#include <string.h>

#include "jpk/secret_field.h"

enum what { ELEMENT, ATTRIBUTE, PROPERTY, TEXT, MAPPING };

/* ---------------------------------------------------------------------------------------------------------- tables */

/* Attributes and properties that change without anybody's doing; of an element of any name where it is NULL. */
static const struct {
    const char *element, *name;
} noisy[] = {
    {"Header", "DeployDirty"}, {"Header", "Deployed"},   {"Header", "HasMoved"},
    {NULL, "activityId"},      {NULL, "entryId"},        {NULL, "relationId"},
    {"file", "md5"},           {"file", "lastModified"}, {"Field", "fieldId"},
};

/* Lists in which it counts where an element stands. */
static const char *const ordered[] = {"Activities", "Fields", "Structure"};

/* What tells an element among others of its name: the values of those that it has. */
static const char *const telling[] = {"activityId", "name", "key", "table", "column", "path", "entityId", "id"};

static bool is_noise(const struct xml_node *node, const char *name)
{
    for (size_t i = 0; i < sizeof noisy / sizeof noisy[0]; i++)
        if (strcmp(noisy[i].name, name) == 0 && (!noisy[i].element || strcmp(noisy[i].element, node->name) == 0))
            return true;
    return false;
}

static enum merge_node_kind kind_of(const struct xml_node *node)
{
    for (size_t i = 0; i < sizeof ordered / sizeof ordered[0]; i++)
        if (strcmp(ordered[i], node->name) == 0)
            return MERGE_STEPS;
    return MERGE_LIST;
}

/* The text of a mapping that has the form that all have, a target and a tab before its source; else NULL. */
static const char *expression(const struct xml_node *node)
{
    const struct xml_node *string = node->child;
    if (strcmp(node->name, "Mapping") != 0 || node->attribute_count || node->item_count || node->text || !string ||
        string->next || string->child || string->item_count || string->attribute_count != 1 || !string->text)
        return NULL;
    return strcmp(string->name, "konga.string") == 0 && strchr(string->text, '\t') ? string->text : NULL;
}

/* ----------------------------------------------------------------------------------------------------------- equality
 */

static bool same_value(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_attributes(const struct xml_node *a, const struct xml_node *b, bool blind)
{
    if (a->attribute_count != b->attribute_count)
        return false;
    for (uint32_t i = 0; i < a->attribute_count; i++) {
        const struct xml_attribute *left = &a->attributes[i];
        const char *right = xml_attribute(b, left->name);
        if (!right || (strcmp(left->value, right) != 0 && !(blind && is_noise(a, left->name))))
            return false;
    }
    return true;
}

static bool same_item(const struct jpk_item *a, const struct jpk_item *b)
{
    return strcmp(a->key, b->key) == 0 && a->encrypted == b->encrypted && same_value(a->value, b->value);
}

static bool noisy_item(const struct jpk_item *item)
{
    return strcmp(item->key, "debug_mode_until") == 0;
}

static bool same_element(const struct xml_node *a, const struct xml_node *b, bool blind)
{
    if (!a || !b)
        return a == b;
    if (strcmp(a->name, b->name) != 0 || !same_value(a->text, b->text) || a->item_count != b->item_count ||
        !same_attributes(a, b, blind))
        return false;
    for (uint32_t i = 0; i < a->item_count; i++)
        if (!same_item(&a->items[i], &b->items[i]) && !(blind && noisy_item(&a->items[i]) && noisy_item(&b->items[i])))
            return false;
    const struct xml_node *left = a->child, *right = b->child;
    for (; left && right; left = left->next, right = right->next)
        if (!same_element(left, right, blind))
            return false;
    return !left && !right;
}

static bool same(struct merging *m, const struct merge_node *a, const struct merge_node *b, bool blind)
{
    (void)m;
    if (a->what != b->what)
        return false;
    switch (a->what) {
    case ATTRIBUTE:
        return strcmp(((const struct xml_attribute *)a->at.pointer)->value,
                      ((const struct xml_attribute *)b->at.pointer)->value) == 0;
    case PROPERTY:
        return same_item(a->at.pointer, b->at.pointer);
    case TEXT:
        return same_value(((const struct xml_node *)a->at.pointer)->text,
                          ((const struct xml_node *)b->at.pointer)->text);
    default:
        return same_element(a->at.pointer, b->at.pointer, blind);
    }
}

/* ---------------------------------------------------------------------------------------------------------- children
 */

static const char *joined(struct merging *m, const char *prefix, const char *name)
{
    size_t n = strlen(prefix), size = strlen(name);
    char *text = arena_alloc(&m->arena, n + size + 1);
    if (!text) {
        m->failed = true;
        return "";
    }
    memcpy(text, prefix, n + 1);
    memcpy(text + n, name, size + 1);
    return text;
}

static void add(struct merging *m, struct merge_nodes *out, struct merge_node node)
{
    node.key_size = strlen(node.key);
    merge_add(m, out, node);
}

static void add_attributes(struct merging *m, const struct merge_node *parent, const struct xml_node *node,
                           struct merge_nodes *out)
{
    for (uint32_t i = 0; i < node->attribute_count; i++) {
        const struct xml_attribute *at = &node->attributes[i];
        const char *name = joined(m, "@", at->name);
        unsigned secret = secret_attribute(node, at->name, at->value) ? MERGE_SECRET : 0;
        add(m, out,
            (struct merge_node){.kind = MERGE_SCALAR,
                                .side = parent->side,
                                .what = ATTRIBUTE,
                                .flags = secret | (is_noise(node, at->name) ? MERGE_NOISE : 0),
                                .at.pointer = at,
                                .key = name,
                                .name = name});
    }
}

/* A variable whose value is to be masked keeps it under a key that says nothing. */
static bool secret_item(const struct merging *m, const struct jpk_item *item)
{
    return item->encrypted || (item->value && secret_field(item->key, item->value)) ||
           (m->subject.hides && strcmp(item->key, "value") == 0);
}

static void add_items(struct merging *m, const struct merge_node *parent, const struct xml_node *node,
                      struct merge_nodes *out)
{
    for (uint32_t i = 0; i < node->item_count; i++) {
        const struct jpk_item *item = &node->items[i];
        add(m, out,
            (struct merge_node){.kind = item->encrypted || !item->value ? MERGE_SCALAR : MERGE_STRING,
                                .side = parent->side,
                                .what = PROPERTY,
                                .flags =
                                    (secret_item(m, item) ? MERGE_SECRET : 0u) | (noisy_item(item) ? MERGE_NOISE : 0u),
                                .at.pointer = item,
                                .key = joined(m, "=", item->key),
                                .name = item->key});
    }
}

static const char *element_key(struct merging *m, const struct xml_node *node)
{
    struct buf key = {0};
    buf_printf(&key, "<%s", node->name);
    for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++) {
        const char *value = xml_attribute(node, telling[i]);
        if (!value)
            continue;
        buf_printf(&key, "\n%s", value);
        if (i == 0) /* of a step nothing else tells more */
            break;
    }
    const char *kept = key.failed ? NULL : arena_strndup(&m->arena, buf_text(&key), key.size);
    m->failed |= !kept;
    buf_free(&key);
    return kept ? kept : "";
}

/* "script", "TARGET", "Field[Name]". */
static const char *element_name(struct merging *m, const struct xml_node *node)
{
    const char *name = xml_attribute(node, "name");
    if (strcmp(node->name, "Header") == 0)
        return NULL;
    if (!name || !*name)
        return node->name;
    if (strcmp(node->name, "konga.string") == 0)
        return name;
    return joined(m, joined(m, joined(m, node->name, "["), name), "]");
}

static void add_element(struct merging *m, const struct merge_node *parent, const struct xml_node *node,
                        struct merge_nodes *out)
{
    const char *text = expression(node);
    if (!text) {
        add(m, out,
            (struct merge_node){.kind = kind_of(node),
                                .side = parent->side,
                                .what = ELEMENT,
                                .at.pointer = node,
                                .key = element_key(m, node),
                                .name = element_name(m, node)});
        return;
    }
    char *target = arena_strndup(&m->arena, text, strcspn(text, "\t"));
    m->failed |= !target;
    if (target)
        add(m, out,
            (struct merge_node){.kind = MERGE_STRING,
                                .side = parent->side,
                                .what = MAPPING,
                                .at.pointer = node,
                                .key = joined(m, ">", target),
                                .name = target});
}

static void children(struct merging *m, const struct merge_node *parent, struct merge_nodes *out)
{
    const struct xml_node *node = parent->at.pointer;
    add_attributes(m, parent, node, out);
    add_items(m, parent, node, out);
    if (node->text)
        add(m, out,
            (struct merge_node){.kind = MERGE_STRING,
                                .side = parent->side,
                                .what = TEXT,
                                .flags = secret_field(secret_text_name(node), node->text) ? MERGE_SECRET : 0,
                                .at.pointer = node,
                                .key = "#",
                                .name = ""});
    for (const struct xml_node *child = node->child; child && !m->failed; child = child->next)
        add_element(m, parent, child, out);
}

static void put_element(const struct xml_node *node, struct buf *out)
{
    const char *named = secret_value_name(node);
    buf_printf(out, "<%s", node->name);
    if (named)
        buf_printf(out, " %s (not shown)", named);
    for (uint32_t i = 0; !named && i < node->attribute_count; i++) {
        const struct xml_attribute *at = &node->attributes[i];
        bool secret = secret_field(at->name, at->value);
        buf_printf(out, " %s=\"%s\"", at->name, secret ? "****" : at->value);
    }
    buf_puts(out, node->child || node->item_count || node->text ? ">..." : "/>");
}

static void text(struct merging *m, const struct merge_node *node, struct buf *out)
{
    const char *value = NULL;
    (void)m;
    if (node->what == ATTRIBUTE)
        value = ((const struct xml_attribute *)node->at.pointer)->value;
    else if (node->what == PROPERTY)
        value = ((const struct jpk_item *)node->at.pointer)->value;
    else if (node->what == TEXT)
        value = ((const struct xml_node *)node->at.pointer)->text;
    else if (node->what == MAPPING)
        value = strchr(expression(node->at.pointer), '\t') + 1;
    else
        put_element(node->at.pointer, out);
    buf_puts(out, value ? value : "");
}

static const struct merge_form form = {.same = same, .children = children, .text = text};

/* ------------------------------------------------------------------------------------------------------- the result */

static const char *written(struct merging *m, const struct merge_result *r)
{
    m->failed |= !r->text;
    return r->text ? r->text : "";
}

static struct xml_node *copy_node(struct merging *m, const struct xml_node *node)
{
    struct xml_node *copy = arena_alloc(&m->arena, sizeof *copy);
    m->failed |= !copy;
    if (copy) {
        *copy = *node;
        copy->next = NULL;
    }
    return copy;
}

/* A mapping whose source was merged. */
static struct xml_node *build_mapping(struct merging *m, const struct merge_result *r)
{
    const struct xml_node *old = r->node->at.pointer;
    struct xml_node *mapping = copy_node(m, old), *string = copy_node(m, old->child);
    if (!mapping || !string)
        return NULL;
    string->text = joined(m, joined(m, r->node->name, "\t"), written(m, r));
    mapping->child = string;
    return mapping;
}

static struct xml_node *build(struct merging *m, const struct merge_result *r);

static void put_attribute(struct xml_node *node, const struct merge_result *r)
{
    node->attributes[node->attribute_count++] = *(const struct xml_attribute *)r->node->at.pointer;
}

static void put_item(struct merging *m, struct xml_node *node, const struct merge_result *r)
{
    struct jpk_item item = *(const struct jpk_item *)r->node->at.pointer;
    if (r->how == MERGE_WRITTEN)
        item.value = written(m, r);
    node->items[node->item_count++] = item;
}

static struct xml_node *build_element(struct merging *m, const struct merge_result *r)
{
    struct xml_node *node = copy_node(m, r->node->at.pointer), *last = NULL;
    if (!node)
        return NULL;
    node->attributes = arena_alloc(&m->arena, (r->count + 1) * sizeof *node->attributes);
    node->items = arena_alloc(&m->arena, (r->count + 1) * sizeof *node->items);
    node->attribute_count = node->item_count = 0;
    node->text = NULL;
    node->child = NULL;
    m->failed |= !node->attributes || !node->items;
    for (size_t i = 0; i < r->count && !m->failed; i++) {
        const struct merge_result *part = &r->children[i];
        if (part->node->what == ATTRIBUTE) {
            put_attribute(node, part);
        } else if (part->node->what == PROPERTY) {
            put_item(m, node, part);
        } else if (part->node->what == TEXT) {
            const struct xml_node *from = part->node->at.pointer;
            node->text = part->how == MERGE_WRITTEN ? written(m, part) : from->text;
        } else {
            struct xml_node *child = build(m, part);
            if (!child)
                break;
            *(last ? &last->next : &node->child) = child;
            last = child;
        }
    }
    return node;
}

static struct xml_node *build(struct merging *m, const struct merge_result *r)
{
    if (r->how == MERGE_TAKEN)
        return copy_node(m, r->node->at.pointer);
    return r->how == MERGE_WRITTEN ? build_mapping(m, r) : build_element(m, r);
}

/* -------------------------------------------------------------------------------------------------------------- files
 */

struct versions {
    struct xml_document documents[MERGE_SIDES];
    struct merge_node nodes[MERGE_SIDES];
};

static bool read_versions(struct merging *m, const struct buf *const files[MERGE_SIDES],
                          const struct jpk_limits *limits, struct arena *arena, struct intern *intern,
                          struct versions *v)
{
    struct jpk_error err = {0};
    struct xml_reader *reader = xml_reader_new(arena, intern, limits);
    bool ok = reader != NULL || error_memory(&err);
    for (int side = 0; side < MERGE_SIDES && ok; side++) {
        if (!files[side])
            continue;
        ok = xml_read(reader, buf_text(files[side]), files[side]->size, &v->documents[side], &err) &&
             !v->documents[side].lossy;
        if (ok)
            v->nodes[side] = (struct merge_node){.kind = kind_of(v->documents[side].root),
                                                 .side = (enum merge_side)side,
                                                 .what = ELEMENT,
                                                 .at.pointer = v->documents[side].root,
                                                 .key = "",
                                                 .name = ""};
    }
    xml_reader_free(reader);
    m->failed |= err.code == JPK_ERR_MEMORY;
    return ok;
}

/* Text of one side and elements of the other: no file of Design Studio holds both. */
static bool is_mixed(const struct xml_node *node)
{
    bool mixed = node->text && (node->child || node->item_count);
    for (const struct xml_node *child = node->child; child && !mixed; child = child->next)
        mixed = is_mixed(child);
    return mixed;
}

/* False: the result cannot be written. */
static bool merge_documents(struct merging *m, struct versions *v, const struct merge_node *const nodes[MERGE_SIDES],
                            enum xml_style style, struct buf *out)
{
    struct merge_result result;
    size_t noted = m->public.conflict_count;
    if (!merge_nodes(m, &form, nodes, &result) || m->failed)
        return !m->failed;
    struct xml_node *root = build(m, &result);
    struct xml_document document = {.root = root, .crlf = v->documents[m->main].crlf};
    if (!root || m->failed)
        return true;
    if (is_mixed(root)) {
        m->public.conflict_count = noted;
        return false;
    }
    merge_number_fields(m, v->documents[MERGE_OURS].root, v->documents[MERGE_THEIRS].root, root);
    xml_write(out, &document, style);
    m->failed |= out->failed;
    return true;
}

bool merge_xml(struct merging *m, const struct buf *const files[MERGE_SIDES], enum xml_style style,
               const struct jpk_limits *limits, struct buf *out)
{
    struct arena arena = {0};
    struct intern intern = {.arena = &arena};
    struct versions v = {0};
    bool ok = read_versions(m, files, limits, &arena, &intern, &v);
    const struct merge_node *nodes[MERGE_SIDES];
    for (int side = 0; side < MERGE_SIDES; side++)
        nodes[side] = files[side] ? &v.nodes[side] : NULL;
    const struct xml_node *main = v.documents[m->main].root, *other = v.documents[m->other].root;
    ok = ok && main && other && strcmp(main->name, other->name) == 0;
    ok = ok && merge_documents(m, &v, nodes, style, out);
    intern_free(&intern);
    arena_free(&arena);
    return ok;
}

bool merge_xml_alike(struct merging *m, const struct buf *a, const struct buf *b, const struct jpk_limits *limits)
{
    struct arena arena = {0};
    struct intern intern = {.arena = &arena};
    struct versions v = {0};
    const struct buf *files[MERGE_SIDES] = {a, b, NULL};
    bool alike = read_versions(m, files, limits, &arena, &intern, &v) && same(m, &v.nodes[0], &v.nodes[1], true);
    intern_free(&intern);
    arena_free(&arena);
    return alike;
}
