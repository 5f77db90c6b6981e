/* Structure caches: from the XML of a JTR to a tree whose string numbers, types and global elements are resolved. */
#include "jpk/structure.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "jpk/gunzip.h"
#include "jpk/model.h"

enum {
    DEPTH_MAX = 256,     /* bounds the recursion */
    MARKS_PER_BYTE = 16, /* see check_density; real caches have a `<` every 20 bytes and more */
    MARKS_MIN = 4096
};

struct structure {
    struct jpk_structure public; /* first, so that the pointers are the same */
    struct arena arena;
};

/* A string of the table. */
struct entry {
    uint32_t number;
    const char *text;
};

/* What resolving needs to write to, while the public tree is read-only. */
struct made {
    struct jpk_structure_node *node;
    struct jpk_structure_element *element; /* NULL when the node has none */
    bool is_global;
};

/* A name in a namespace: pointers to interned strings, so that comparing costs nothing, however long they are. */
struct pair {
    const char *namespace_, *name;
};

struct parser {
    struct structure *structure;
    struct arena *arena; /* the structure's */
    struct intern intern;
    const char *empty; /* the interned "", which stands for what is not written */
    const char *text;  /* the XML */
    size_t size;
    struct entry *strings;
    size_t string_count;
    struct made *made;
    size_t made_count, made_capacity;
    struct jpk_structure_unknown *unknown;
    size_t unknown_count, unknown_capacity;
    struct map by_unknown;
    struct map by_type;        /* pair -> index in structure->types */
    struct map by_type_string; /* pointer to the interned "{namespace}name" -> the same */
    struct map by_global;      /* pair -> index in structure->globals */
    struct jpk_error *err;
};

/* ----------------------------------------------------------------------------------------------------- helpers */

static bool memory(struct parser *p)
{
    return error_memory(p->err);
}

/* Puts the place to an error that has just been set. */
static bool at_node(struct parser *p, const struct xml_node *node)
{
    error_text_offset(p->err, p->text, p->size, node->offset);
    return false;
}

static bool bad_value(struct parser *p, const struct xml_node *node, const char *name, const char *value,
                      const char *wanted)
{
    error_set(p->err, JPK_ERR_FORMAT, "%.40s/@%s is \"%.60s\", not %s", node->name, name, value, wanted);
    return at_node(p, node);
}

static const char *keep(struct parser *p, const char *s)
{
    return intern_string(&p->intern, s, strlen(s));
}

/* Copies an attribute; `fallback` when it is not there. */
static bool take_text(struct parser *p, const struct xml_node *node, const char *name, const char *fallback,
                      const char **out)
{
    const char *value = xml_attribute(node, name);
    *out = value ? keep(p, value) : fallback;
    return *out || !value || memory(p);
}

/* Decimal digits of `base` 10 or hexadecimal ones of 16, all of `s`, that fit into 32 bits. */
static bool number(const char *s, size_t n, unsigned base, uint32_t *out)
{
    uint64_t value = 0;
    if (n == 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        unsigned digit = 16;
        if (s[i] >= '0' && s[i] <= '9')
            digit = (unsigned)(s[i] - '0');
        else if ((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'f')
            digit = (unsigned)((s[i] | 0x20) - 'a') + 10;
        if (digit >= base)
            return false;
        value = value * base + digit;
        if (value > UINT32_MAX)
            return false;
    }
    *out = (uint32_t)value;
    return true;
}

/* ----------------------------------------------------------------------------------------------------- unknowns */

static bool note_unknown(struct parser *p, const struct xml_node *node, const char *infix, const char *what,
                         size_t count)
{
    struct buf name = {0};
    buf_printf(&name, "%s%s%s", node->name, infix, what);
    const char *kept = name.failed ? NULL : keep(p, name.data);
    buf_free(&name);
    if (!kept)
        return memory(p);
    uint32_t old;
    if (!map_add(&p->by_unknown, kept, strlen(kept), (uint32_t)p->unknown_count, &old))
        return memory(p);
    if (old != MAP_NONE) {
        p->unknown[old].count += count;
        return true;
    }
    if (p->unknown_count == p->unknown_capacity) {
        size_t capacity = p->unknown_capacity ? p->unknown_capacity * 2 : 16;
        struct jpk_structure_unknown *unknown = realloc(p->unknown, capacity * sizeof *unknown);
        if (!unknown)
            return memory(p);
        p->unknown = unknown;
        p->unknown_capacity = capacity;
    }
    p->unknown[p->unknown_count++] = (struct jpk_structure_unknown){kept, count, node->offset};
    return true;
}

/* Where in `list`, words with a space behind each, the word stands, counted in bytes from 1; 0 when it does not. */
static size_t listed(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = list; n > 0 && (at = strstr(at, word)) != NULL; at += n)
        if ((at == list || at[-1] == ' ') && at[n] == ' ')
            return (size_t)(at - list) + 1;
    return 0;
}

/* The children that count are those of `elements`; of `single` the first one only. */
static bool check_known(struct parser *p, const struct xml_node *node, const char *attributes, const char *elements,
                        const char *single)
{
    uint64_t seen = 0; /* by place in `single`, which is shorter than 64 bytes */
    for (uint32_t i = 0; i < node->attribute_count; i++)
        if (!listed(attributes, node->attributes[i].name) && !note_unknown(p, node, "/@", node->attributes[i].name, 1))
            return false;
    for (const struct xml_node *child = node->child; child; child = child->next) {
        size_t place = listed(single, child->name);
        uint64_t bit = place ? (uint64_t)1 << (place & 63) : 0;
        if (!listed(elements, child->name) && (!bit || seen & bit) && !note_unknown(p, node, "/", child->name, 1))
            return false;
        seen |= bit;
    }
    /* The XML reader keeps <Item key value/> apart, and no structure has one. */
    if (node->item_count > 0 && !note_unknown(p, node, "/", "Item", node->item_count))
        return false;
    return !node->text || note_unknown(p, node, "/", "text()", 1);
}

/* ------------------------------------------------------------------------------------------------- string table */

static int by_number(const void *a, const void *b)
{
    uint32_t x = ((const struct entry *)a)->number, y = ((const struct entry *)b)->number;
    return x < y ? -1 : x > y;
}

/* One of the two writers puts the strings in no order, so they are sorted. */
static bool read_strings(struct parser *p, const struct xml_node *table)
{
    size_t count = xml_count(table, "String");
    if (!table || !check_known(p, table, "", "String ", ""))
        return !table;
    if (count > 0 && !(p->strings = calloc(count, sizeof *p->strings)))
        return memory(p);
    for (const struct xml_node *node = xml_child(table, "String"); node; node = xml_next(node, "String")) {
        const char *number_text = xml_attribute(node, "idx"), *text = xml_attribute(node, "val");
        struct entry *entry = &p->strings[p->string_count];
        if (!check_known(p, node, "idx val ", "", ""))
            return false;
        if (!number_text || !number(number_text, strlen(number_text), 10, &entry->number))
            return bad_value(p, node, "idx", number_text ? number_text : "", "a number");
        if (!(entry->text = keep(p, text ? text : "")))
            return memory(p);
        p->string_count++;
    }
    if (p->string_count > 1)
        qsort(p->strings, p->string_count, sizeof *p->strings, by_number);
    for (size_t i = 1; i < p->string_count; i++)
        if (p->strings[i].number == p->strings[i - 1].number && p->strings[i].text != p->strings[i - 1].text) {
            error_set(p->err, JPK_ERR_FORMAT, "holds two strings with the number %lu",
                      (unsigned long)p->strings[i].number);
            return at_node(p, table);
        }
    return true;
}

/* The string whose number is the n characters at `digits` of an attribute. */
static bool string_at(struct parser *p, const struct xml_node *node, const char *name, const char *digits, size_t n,
                      const char **out)
{
    struct entry key = {0};
    if (!number(digits, n, 10, &key.number))
        return bad_value(p, node, name, xml_attribute(node, name), "the number of a string");
    const struct entry *found = NULL;
    if (p->string_count > 0)
        found = bsearch(&key, p->strings, p->string_count, sizeof *p->strings, by_number);
    if (!found) {
        error_set(p->err, JPK_ERR_FORMAT, "%.40s/@%s names string %lu, which the table of %zu strings does not have",
                  node->name, name, (unsigned long)key.number, p->string_count);
        return at_node(p, node);
    }
    *out = found->text;
    return true;
}

static bool take_string(struct parser *p, const struct xml_node *node, const char *name, const char *fallback,
                        const char **out)
{
    const char *value = xml_attribute(node, name);
    *out = fallback;
    return !value || string_at(p, node, name, value, strlen(value), out);
}

/* ----------------------------------------------------------------------------------------------- node details */

/* Both writers' spellings of "unbounded": -1 and the largest int. */
static bool take_bound(struct parser *p, const struct xml_node *node, const char *name, int32_t *out)
{
    const char *value = xml_attribute(node, name);
    uint32_t n;
    if (!value)
        *out = JPK_STRUCTURE_UNSTATED;
    else if (strcmp(value, "-1") == 0)
        *out = JPK_STRUCTURE_UNBOUNDED;
    else if (number(value, strlen(value), 10, &n) && n <= INT32_MAX)
        *out = n == INT32_MAX ? JPK_STRUCTURE_UNBOUNDED : (int32_t)n;
    else
        return bad_value(p, node, name, value, "a number of occurrences");
    return true;
}

static bool take_truth(struct parser *p, const struct xml_node *node, const char *name, bool *out)
{
    const char *value = xml_attribute(node, name);
    *out = value && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
    if (!value || *out || strcmp(value, "0") == 0 || strcmp(value, "false") == 0)
        return true;
    return bad_value(p, node, name, value, "true or false");
}

/* Real lists have one number, so what separates two is a guess: anything that cannot be part of a number. */
static const char list_separators[] = " ,;|";

static size_t list_length(const char *list)
{
    size_t count = 0;
    for (const char *at = list + strspn(list, list_separators); *at; at += strspn(at, list_separators)) {
        at += strcspn(at, list_separators);
        count++;
    }
    return count;
}

static bool take_extensions(struct parser *p, const struct xml_node *node, struct jpk_structure_element *element)
{
    const char *list = xml_attribute(node, "Types");
    size_t count = list ? list_length(list) : 0;
    if (!node || !check_known(p, node, "Types ", "", ""))
        return !node;
    if (count == 0)
        return true;
    struct jpk_structure_extension *extensions = arena_calloc(p->arena, count, sizeof *extensions);
    if (!extensions)
        return memory(p);
    const char *at = list + strspn(list, list_separators);
    for (size_t i = 0; i < count; i++) {
        size_t n = strcspn(at, list_separators);
        if (!string_at(p, node, "Types", at, n, &extensions[i].name))
            return false;
        at += n;
        at += strspn(at, list_separators);
    }
    element->extensions = extensions;
    element->extension_count = (uint32_t)count;
    return true;
}

static bool take_element(struct parser *p, const struct xml_node *node, struct jpk_structure_element **out)
{
    struct jpk_structure_element *element = arena_calloc(p->arena, 1, sizeof *element);
    if (!element)
        return memory(p);
    *out = element;
    return check_known(p, node, "NSQual NS Type TypeNS Min Max ", "", "Extensions ") &&
           take_string(p, node, "NS", p->empty, &element->namespace_) &&
           take_string(p, node, "Type", p->empty, &element->type_name) &&
           take_string(p, node, "TypeNS", p->empty, &element->type_namespace) &&
           take_truth(p, node, "NSQual", &element->qualified) && take_bound(p, node, "Min", &element->min) &&
           take_bound(p, node, "Max", &element->max) && take_extensions(p, xml_child(node, "Extensions"), element);
}

/* "a|b|c". How a value would be written that has a bar is not known. */
static bool take_domain(struct parser *p, const char *list, struct jpk_structure_value *value)
{
    size_t count = 1;
    if (!list || !*list)
        return true;
    for (const char *at = list; (at = strchr(at, '|')) != NULL; at++)
        count++;
    const char **domain = arena_calloc(p->arena, count, sizeof *domain);
    if (!domain)
        return memory(p);
    for (size_t i = 0; i < count; i++) {
        size_t n = strcspn(list, "|");
        if (!(domain[i] = intern_string(&p->intern, list, n)))
            return memory(p);
        list += n + 1; /* behind the last one, where it is not read any more */
    }
    value->domain = domain;
    value->domain_count = (uint32_t)count;
    return true;
}

static bool take_value(struct parser *p, const struct xml_node *node, const struct jpk_structure_value **out)
{
    struct jpk_structure_value *value = arena_calloc(p->arena, 1, sizeof *value);
    if (!value)
        return memory(p);
    *out = value;
    return check_known(p, node, "ValType DefVal Domain Format LinkToPrimaryKey ", "", "") &&
           take_string(p, node, "ValType", p->empty, &value->type) &&
           take_text(p, node, "DefVal", NULL, &value->default_value) &&
           take_text(p, node, "Format", p->empty, &value->format) &&
           take_text(p, node, "LinkToPrimaryKey", p->empty, &value->link) &&
           take_domain(p, xml_attribute(node, "Domain"), value);
}

static bool take_record(struct parser *p, const struct xml_node *node, const struct jpk_structure_text **out)
{
    struct jpk_structure_text *text = arena_calloc(p->arena, 1, sizeof *text);
    if (!text)
        return memory(p);
    *out = text;
    return check_known(p, node, "Delimiter StrQual ", "", "") &&
           take_text(p, node, "Delimiter", p->empty, &text->delimiter) &&
           take_text(p, node, "StrQual", p->empty, &text->qualifier);
}

/* ------------------------------------------------------------------------------------------------------- nodes */

static bool take_flags(struct parser *p, const struct xml_node *node, uint32_t *out)
{
    const char *value = xml_attribute(node, "Type");
    *out = 0;
    if (!value)
        return true;
    if (value[0] == '0' && (value[1] == 'x' || value[1] == 'X') && number(value + 2, strlen(value + 2), 16, out))
        return true;
    return bad_value(p, node, "Type", value, "a hexadecimal number of 32 bits");
}

static enum jpk_node_kind kind_of(const struct parser *p, const struct jpk_structure_node *node)
{
    if (node->element)
        return node->flags & JPK_CROM_TYPE     ? JPK_NODE_TYPE
               : node->flags & JPK_CROM_CHOICE ? JPK_NODE_CHOICE
                                               : JPK_NODE_ELEMENT;
    if (node->text)
        return JPK_NODE_RECORD;
    if (!node->value)
        return JPK_NODE_OTHER;
    if (node->flags & JPK_CROM_VALUE)
        return JPK_NODE_VALUE;
    return p->structure->public.kind == JPK_STRUCTURE_TEXT ? JPK_NODE_FIELD : JPK_NODE_ATTRIBUTE;
}

static bool remember(struct parser *p, struct made made)
{
    if (p->made_count == p->made_capacity) {
        size_t capacity = p->made_capacity ? p->made_capacity * 2 : 256;
        struct made *list = realloc(p->made, capacity * sizeof *list);
        if (!list)
            return memory(p);
        p->made = list;
        p->made_capacity = capacity;
    }
    p->made[p->made_count++] = made;
    return true;
}

/* The first detail is the node's; a second one of another kind would contradict it. */
static bool take_detail(struct parser *p, const struct xml_node *source, struct jpk_structure_node *node,
                        struct jpk_structure_element **element)
{
    static const char *const names[] = {"Xml", "Attr", "Text"};
    const struct xml_node *detail = NULL;
    for (const struct xml_node *child = source->child; child; child = child->next) {
        if (strcmp(child->name, names[0]) != 0 && strcmp(child->name, names[1]) != 0 &&
            strcmp(child->name, names[2]) != 0)
            continue;
        if (detail && strcmp(child->name, detail->name) != 0) {
            error_set(p->err, JPK_ERR_FORMAT, "has a node that is both %s and %s", detail->name, child->name);
            return at_node(p, child);
        }
        detail = detail ? detail : child;
    }
    if (!detail)
        return true;
    if (detail->name[0] == 'A')
        return take_value(p, detail, &node->value);
    if (detail->name[0] == 'T')
        return take_record(p, detail, &node->text);
    bool ok = take_element(p, detail, element);
    node->element = *element;
    return ok;
}

/* A node without its children. */
static struct jpk_structure_node *take_node(struct parser *p, const struct xml_node *source, bool is_global)
{
    struct jpk_structure_node *node = arena_calloc(p->arena, 1, sizeof *node);
    struct jpk_structure_element *element = NULL;
    if (!node) {
        memory(p);
        return NULL;
    }
    node->offset = source->offset;
    if (!check_known(p, source, "Type Name Display ", "CROM ", "Xml Attr Text ") ||
        !take_text(p, source, "Name", p->empty, &node->name) ||
        !take_string(p, source, "Display", NULL, &node->display) || !take_flags(p, source, &node->flags) ||
        !take_detail(p, source, node, &element) || !remember(p, (struct made){node, element, is_global}))
        return NULL;
    node->kind = kind_of(p, node);
    return node;
}

static bool take_children(struct parser *p, const struct xml_node *source, struct jpk_structure_node *parent,
                          unsigned depth)
{
    struct jpk_structure_node *last = NULL;
    for (const struct xml_node *at = xml_child(source, "CROM"); at; at = xml_next(at, "CROM")) {
        if (depth == DEPTH_MAX) {
            error_set(p->err, JPK_ERR_FORMAT, "has nodes that are nested deeper than %d", DEPTH_MAX);
            return at_node(p, at);
        }
        struct jpk_structure_node *node = take_node(p, at, false);
        if (!node)
            return false;
        node->parent = parent;
        if (last)
            last->next = node;
        else
            parent->child = node;
        last = node;
        if (!take_children(p, at, node, depth + 1))
            return false;
    }
    return true;
}

static const struct jpk_structure_node *take_tree(struct parser *p, const struct xml_node *source, bool is_global)
{
    struct jpk_structure_node *node = take_node(p, source, is_global);
    return node && take_children(p, source, node, 1) ? node : NULL;
}

/* -------------------------------------------------------------------------------------------- types and globals */

/* Splits "{namespace}name". A name has no brace, a namespace might. */
static bool split_name(struct parser *p, const char *full, struct pair *out)
{
    const char *brace = full[0] == '{' ? strrchr(full, '}') : NULL;
    out->namespace_ = brace ? intern_string(&p->intern, full + 1, (size_t)(brace - full - 1)) : p->empty;
    out->name = keep(p, brace ? brace + 1 : full);
    return (out->namespace_ && out->name) || memory(p);
}

/* A map keeps only a pointer to its key, so keys live in the arena. */
static bool add_pair(struct parser *p, struct map *map, struct pair pair, uint32_t index)
{
    struct pair *key = arena_alloc(p->arena, sizeof *key);
    uint32_t old;
    if (!key)
        return memory(p);
    *key = pair;
    return map_add(map, (const char *)key, sizeof *key, index, &old) || memory(p);
}

static uint32_t find_pair(const struct map *map, struct pair pair)
{
    return map_get(map, (const char *)&pair, sizeof pair);
}

/* Only the first type of a name is split: a file may name a long one many times. */
static bool add_type(struct parser *p, struct jpk_structure_type *type, uint32_t index)
{
    struct pair pair;
    uint32_t old;
    if (!map_add(&p->by_type_string, (const char *)&type->name, sizeof type->name, index, &old))
        return memory(p);
    return old != MAP_NONE || (split_name(p, type->name, &pair) && add_pair(p, &p->by_type, pair, index));
}

static bool take_type(struct parser *p, const struct xml_node *source, struct jpk_structure_type *type, uint32_t index)
{
    const struct xml_node *node = xml_child(source, "CROM");
    if (!check_known(p, source, "Name ", "", "CROM ") || !take_string(p, source, "Name", NULL, &type->name))
        return false;
    if (!type->name || !node) {
        error_set(p->err, JPK_ERR_FORMAT, "has an ElementType without a %s", type->name ? "node" : "name");
        return at_node(p, source);
    }
    return add_type(p, type, index) && (type->node = take_tree(p, node, false)) != NULL;
}

static bool read_types(struct parser *p, const struct xml_node *list)
{
    size_t count = xml_count(list, "ElementType"), i = 0;
    if (!list || !check_known(p, list, "", "ElementType ", ""))
        return !list;
    if (count == 0)
        return true;
    struct jpk_structure_type *types = arena_calloc(p->arena, count, sizeof *types);
    if (!types)
        return memory(p);
    for (const struct xml_node *at = xml_child(list, "ElementType"); at; at = xml_next(at, "ElementType"), i++)
        if (!take_type(p, at, &types[i], (uint32_t)i))
            return false;
    p->structure->public.types = types;
    p->structure->public.type_count = count;
    return true;
}

static bool read_globals(struct parser *p, const struct xml_node *list)
{
    size_t count = xml_count(list, "CROM"), i = 0;
    if (!list || !check_known(p, list, "", "CROM ", ""))
        return !list;
    if (count == 0)
        return true;
    const struct jpk_structure_node **globals = arena_calloc(p->arena, count, sizeof *globals);
    if (!globals)
        return memory(p);
    for (const struct xml_node *at = xml_child(list, "CROM"); at; at = xml_next(at, "CROM"), i++) {
        const struct jpk_structure_node *node = globals[i] = take_tree(p, at, true);
        if (!node)
            return false;
        struct pair pair = {node->element ? node->element->namespace_ : p->empty, node->name};
        if (!add_pair(p, &p->by_global, pair, (uint32_t)i))
            return false;
    }
    p->structure->public.globals = globals;
    p->structure->public.global_count = count;
    return true;
}

static const struct jpk_structure_type *type_at(const struct parser *p, uint32_t index)
{
    return index == MAP_NONE ? NULL : &p->structure->public.types[index];
}

static void resolve(struct parser *p, const struct jpk_structure_node *node, struct jpk_structure_element *element,
                    bool is_global)
{
    for (uint32_t i = 0; i < element->extension_count; i++) {
        struct jpk_structure_extension *extension = (struct jpk_structure_extension *)&element->extensions[i];
        uint32_t found = map_get(&p->by_type_string, (const char *)&extension->name, sizeof extension->name);
        extension->type = type_at(p, found);
    }
    if (element->type_name[0]) {
        struct pair pair = {element->type_namespace, element->type_name};
        element->type = type_at(p, find_pair(&p->by_type, pair));
    } else if (!is_global && !node->child && node->kind == JPK_NODE_ELEMENT) {
        uint32_t found = find_pair(&p->by_global, (struct pair){element->namespace_, node->name});
        element->global = found == MAP_NONE ? NULL : p->structure->public.globals[found];
    }
}

/* Types may stand behind the nodes that name them, so this comes last. */
static void resolve_all(struct parser *p)
{
    for (size_t i = 0; i < p->made_count; i++)
        if (p->made[i].element)
            resolve(p, p->made[i].node, p->made[i].element, p->made[i].is_global);
}

/* ------------------------------------------------------------------------------------------------- the document */

static bool take_header(struct parser *p, const struct xml_node *root)
{
    struct jpk_structure *public = &p->structure->public;
    const char *version = xml_attribute(root, "Version");
    uint32_t n = 0;
    if (strcmp(root->name, "JTR") != 0) {
        error_set(p->err, JPK_ERR_FORMAT, "is not a structure: its root is %.60s, not JTR", root->name);
        return at_node(p, root);
    }
    if (version && (!number(version, strlen(version), 10, &n) || n > INT32_MAX))
        return bad_value(p, root, "Version", version, "a number");
    public->version = (int32_t)n;
    if (!take_text(p, root, "Type", p->empty, &public->type))
        return false;
    public->kind = strcmp(public->type, "Xml") == 0       ? JPK_STRUCTURE_XML
                   : strcmp(public->type, "Text") == 0    ? JPK_STRUCTURE_TEXT
                   : strcmp(public->type, "Unknown") == 0 ? JPK_STRUCTURE_UNKNOWN
                                                          : JPK_STRUCTURE_OTHER;
    return check_known(p, root, "Type Version ", "", "Elements ElementTypes CROM Strings ");
}

static bool read_root(struct parser *p, const struct xml_node *root)
{
    struct jpk_structure *public = &p->structure->public;
    const struct xml_node *tree = xml_child(root, "CROM");
    if (!take_header(p, root))
        return false;
    if (!tree) {
        error_set(p->err, JPK_ERR_FORMAT, "is a structure without a root node");
        return at_node(p, root);
    }
    /* The strings stand last and are needed first. */
    if (!read_strings(p, xml_child(root, "Strings")) || !read_globals(p, xml_child(root, "Elements")) ||
        !read_types(p, xml_child(root, "ElementTypes")) || !(public->root = take_tree(p, tree, false)))
        return false;
    resolve_all(p);
    public->node_count = p->made_count;
    public->string_count = p->string_count;
    return true;
}

static bool keep_unknown(struct parser *p)
{
    if (p->unknown_count == 0)
        return true;
    struct jpk_structure_unknown *unknown = arena_calloc(p->arena, p->unknown_count, sizeof *unknown);
    if (!unknown)
        return memory(p);
    memcpy(unknown, p->unknown, p->unknown_count * sizeof *unknown);
    p->structure->public.unknown = unknown;
    p->structure->public.unknown_count = p->unknown_count;
    return true;
}

/*
 * A node costs the most memory for its bytes when it is empty, an allowed value when it is empty too. No real file is
 * that dense, so a bound on both keeps memory in proportion to --max-xml-size.
 */
static bool check_density(const char *text, size_t n, const struct jpk_limits *limits, struct jpk_error *err)
{
    uint64_t most = limits->xml_size / MARKS_PER_BYTE;
    most = most < MARKS_MIN ? MARKS_MIN : most;
    for (int i = 0; i < 2; i++) {
        const char *end = text + n;
        uint64_t count = 0;
        for (const char *at = text; at < end && (at = memchr(at, "<|"[i], (size_t)(end - at))) != NULL; at++)
            count++;
        if (count > most)
            return error_set(err, JPK_ERR_LIMIT, "holds more than %llu %s, one for every %d bytes of --max-xml-size",
                             (unsigned long long)most, i ? "bars" : "tags", MARKS_PER_BYTE);
    }
    return true;
}

static bool read_xml(struct parser *p, const struct jpk_limits *limits)
{
    struct arena arena = {0}; /* the XML tree is of no use once the structure is made */
    struct intern intern = {.arena = &arena};
    struct xml_document document = {0};
    struct xml_reader *reader = xml_reader_new(&arena, &intern, limits);
    bool ok = reader ? xml_read(reader, p->text, p->size, &document, p->err) : memory(p);
    ok = ok && read_root(p, document.root) && keep_unknown(p);
    p->structure->public.lossy = document.lossy;
    xml_reader_free(reader);
    intern_free(&intern);
    arena_free(&arena);
    return ok;
}

static struct jpk_structure *read_text(const char *text, size_t n, const struct jpk_limits *limits,
                                       struct jpk_error *err)
{
    struct structure *structure = calloc(1, sizeof *structure);
    if (!structure) {
        error_memory(err);
        return NULL;
    }
    struct parser p = {.structure = structure, .arena = &structure->arena, .text = text, .size = n, .err = err};
    p.intern.arena = p.arena;
    p.empty = keep(&p, "");
    bool ok = p.empty ? check_density(text, n, limits, err) && read_xml(&p, limits) : memory(&p);
    intern_free(&p.intern);
    map_free(&p.by_unknown);
    map_free(&p.by_type);
    map_free(&p.by_type_string);
    map_free(&p.by_global);
    free(p.strings);
    free(p.made);
    free(p.unknown);
    if (ok)
        return &structure->public;
    jpk_structure_free(&structure->public);
    return NULL;
}

struct jpk_structure *jpk_structure_parse(const void *gzip, size_t size, const struct jpk_limits *limits,
                                          struct jpk_error *err)
{
    struct jpk_limits defaults = jpk_limits_default();
    struct jpk_error local = {0};
    struct buf text = {0};
    struct jpk_structure *structure = NULL;
    const char *data = gzip;
    limits = limits ? limits : &defaults;
    if (size > 0 && data[0] == '<')
        structure = read_text(data, size, limits, &local);
    else if (gunzip(data, size, limits, &text, &local))
        structure = read_text(buf_text(&text), text.size, limits, &local);
    buf_free(&text);
    if (!structure)
        error_pass(err, &local, NULL);
    return structure;
}

void jpk_structure_free(struct jpk_structure *public)
{
    struct structure *structure = (struct structure *)public;
    if (!structure)
        return;
    arena_free(&structure->arena);
    free(structure);
}

/* ---------------------------------------------------------------------------------------------------- in a project */

/* Real names are in small letters, the GUIDs that name them are not always. */
static size_t find_cache(const struct jpk_project *project, const char *guid, enum jpk_structure_cache which,
                         bool output, struct jpk_error *err)
{
    static const char *const folders[] = {"TransformationStructures", "ConnectorCallStructures"};
    struct buf name = {0};
    size_t found = SIZE_MAX;
    for (int lower = 0; lower < 2 && found == SIZE_MAX; lower++) {
        buf_clear(&name);
        buf_printf(&name, "%scache/%s/", project->base, folders[which == JPK_CACHE_CONNECTOR_CALL]);
        for (const char *c = guid; *c; c++)
            buf_putc(&name, (char)(lower && *c >= 'A' && *c <= 'Z' ? *c + 32 : *c));
        buf_puts(&name, output ? "_output.gz" : "_input.gz");
        if (name.failed)
            error_memory(err);
        else
            found = jpk_archive_find(project->archive, name.data);
    }
    buf_free(&name);
    return found;
}

struct jpk_structure *jpk_structure_load(const struct jpk_project *public, const char *guid,
                                         enum jpk_structure_cache which, bool output, struct jpk_error *err)
{
    const struct project *project = (const struct project *)public;
    struct jpk_error local = {0};
    size_t index = SIZE_MAX, size = 0;
    void *data = NULL;
    if (text_guid(guid, strlen(guid)))
        index = find_cache(public, guid, which, output, &local);
    struct jpk_structure *structure = NULL;
    if (index == SIZE_MAX) {
        error_set(&local, JPK_ERR_NOT_FOUND, "has no cached structure of the %s of %.60s", output ? "output" : "input",
                  guid);
    } else {
        if (jpk_archive_read(public->archive, index, &data, &size, &local))
            structure = jpk_structure_parse(data, size, &project->limits, &local);
        free(data);
        error_entry(&local, jpk_archive_entry(public->archive, index)->name);
    }
    error_file(&local, jpk_archive_name(public->archive));
    if (!structure)
        error_pass(err, &local, NULL);
    return structure;
}
