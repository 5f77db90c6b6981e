/* Schema trees from the schema documents of Cloud Studio. */
#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "jpk/schema_builder.h"
#include "jpk/schema_json.h"

/* A node whose children are being read. */
struct level {
    struct schema_node *node;
    const json_t *list;
    size_t next;
};

struct reader {
    struct schema_builder b;
    struct level levels[SCHEMA_DEPTH_MAX + 1];
    unsigned depth;
    bool flat, namespaces; /* elements say their namespace */
};

static bool wrong(struct reader *r, const struct schema_node *node, const char *what)
{
    return error_set(r->b.err, JPK_ERR_FORMAT, "has a schema node '%.60s' %s", node ? node->name : "", what);
}

static bool keep_string(struct reader *r, const json_t *object, const char *key, const char **out)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value))
        return true;
    if (strlen(json_string_value(value)) != json_string_length(value))
        return error_set(r->b.err, JPK_ERR_FORMAT, "has a schema with a NUL character in '%s'", key);
    return schema_keep_text(&r->b, json_string_value(value), out);
}

static bool truth(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

/* The members that a tree has a place for. */
static const char *const node_members[] = {"N",  "NS",  "MN", "MX", "NIL", "ATR", "T",  "DT", "DV",
                                           "EV", "DOM", "C",  "O",  "I",   "L",   "BG", "EN", NULL};
static const char *const option_members[] = {"isArray", "inodeWithoutChildren", "xmlChoice", "generatedAsInode", NULL};
static const char *const root_option_members[] = {"isArray",          "inodeWithoutChildren", "xmlChoice",
                                                  "generatedAsInode", "prefixPath",           NULL};
static const char *const document_members[] = {"O", "root", "types", "jtr", "name", NULL};
static const char *const document_option_members[] = {"requestStructureFilePath",
                                                      "requestRootName",
                                                      "responseStructureFilePath",
                                                      "responseRootName",
                                                      "contentType",
                                                      "customSchemaIsFlat",
                                                      "customSchemaIsXml",
                                                      "isCustomSchema",
                                                      "customSchemaIsFlatComplex",
                                                      "isFixedSchema",
                                                      "delimiter",
                                                      "text_qualifier",
                                                      "qualifier_mode",
                                                      "use_end_of_line",
                                                      "escape_sequences",
                                                      NULL};

static bool listed(const char *const *list, const char *key)
{
    while (*list && strcmp(*list, key) != 0)
        list++;
    return *list != NULL;
}

/* Keeps as text the members whose keys are not in `known`. */
static bool keep_more(struct reader *r, const json_t *object, const char *const *known, const char **out)
{
    json_t *more = NULL, *value;
    const char *key;
    bool ok = true;
    json_object_foreach((json_t *)object, key, value) /* does not change it */
    {
        if (listed(known, key))
            continue;
        more = more ? more : json_object();
        ok = ok && more && json_object_set_nocheck(more, key, value) == 0;
    }
    char *text = ok && more ? json_text(more, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    ok = ok && (text || !more) ? schema_keep_text(&r->b, text, out) : error_memory(r->b.err);
    free(text);
    json_decref(more);
    return ok;
}

/* ----------------------------------------------------------------------------------------------------------- a node */

static bool take_count(struct reader *r, const json_t *object, const char *key, struct schema_node *node, int32_t *out)
{
    const json_t *value = json_object_get(object, key);
    if (!value)
        return true;
    if (json_is_string(value) && strcmp(json_string_value(value), "unbounded") == 0)
        *out = SCHEMA_UNBOUNDED;
    else if (json_is_integer(value) && json_integer_value(value) >= -1 && json_integer_value(value) <= INT32_MAX)
        *out = (int32_t)json_integer_value(value);
    else
        return wrong(r, node, "whose MN, MX, BG or EN is no such number");
    return true;
}

static bool take_default(struct reader *r, const json_t *object, struct schema_node *node)
{
    const json_t *value = json_object_get(object, "DV");
    if (json_is_boolean(value))
        return schema_keep_text(&r->b, json_is_true(value) ? "true" : "false", &node->default_value);
    if (!json_is_number(value))
        return keep_string(r, object, "DV", &node->default_value);
    char *text = json_text(value, JSON_ENCODE_ANY);
    bool ok = text ? schema_keep_text(&r->b, text, &node->default_value) : error_memory(r->b.err);
    free(text);
    return ok;
}

/* EV, a list of {value, label}, or DOM, a list of strings. */
static bool take_values(struct reader *r, const json_t *object, struct schema_node *node)
{
    const json_t *list = json_object_get(object, "EV");
    list = list ? list : json_object_get(object, "DOM");
    if (!json_is_array(list) || json_array_size(list) == 0)
        return true;
    size_t count = json_array_size(list);
    struct schema_value *values = schema_values(&r->b, count);
    for (size_t i = 0; values && i < count; i++) {
        const json_t *one = json_array_get(list, i);
        const char *text = json_string_value(json_is_string(one) ? one : json_object_get(one, "value"));
        if (!text)
            return wrong(r, node, "with an allowed value that is no text");
        if (!schema_keep_text(&r->b, text, &values[i].value) || !keep_string(r, one, "label", &values[i].label))
            return false;
    }
    node->values = values;
    node->value_count = (uint32_t)count;
    return values != NULL;
}

static bool take_options(struct reader *r, const json_t *object, struct schema_node *node)
{
    const json_t *options = json_object_get(object, "O");
    if (!json_is_object(options))
        return true;
    node->is_array = truth(options, "isArray");
    node->inode_without_children = truth(options, "inodeWithoutChildren");
    node->xml_choice = truth(options, "xmlChoice");
    node->generated_as_inode = truth(options, "generatedAsInode");
    if (!node->parent && !keep_string(r, options, "prefixPath", &r->b.tree->prefix_path))
        return false;
    return keep_more(r, options, node->parent ? option_members : root_option_members, &node->more_options);
}

static enum schema_node_kind kind_of(const struct reader *r, const json_t *object)
{
    const json_t *attribute = json_object_get(object, "ATR"), *children = json_object_get(object, "C");
    if (truth(json_object_get(object, "O"), "xmlChoice"))
        return SCHEMA_CHOICE;
    if (r->flat)
        return children ? SCHEMA_RECORD : SCHEMA_FIELD;
    if (attribute)
        return json_is_true(attribute) ? SCHEMA_ATTRIBUTE : SCHEMA_ELEMENT;
    /* Documents without ATR: elements say their namespace there, attributes do not. */
    bool bare = r->namespaces && r->b.tree->root && !json_object_get(object, "NS") && !children;
    return bare ? SCHEMA_ATTRIBUTE : SCHEMA_ELEMENT;
}

static struct schema_node *take_node(struct reader *r, struct schema_node *parent, const json_t *object)
{
    const json_t *name = json_object_get(object, "N");
    if (!json_is_string(name) || strlen(json_string_value(name)) != json_string_length(name)) {
        wrong(r, parent, "or one below it, that has no name (N)");
        return NULL;
    }
    struct schema_node *node =
        schema_add(&r->b, parent, kind_of(r, object), json_string_value(name), json_string_length(name));
    if (!node)
        return NULL;
    node->namespace_ = NULL;
    node->nillable = truth(object, "NIL");
    bool ok = keep_string(r, object, "NS", &node->namespace_) && keep_string(r, object, "T", &node->base_type) &&
              keep_string(r, object, "DT", &node->declared_type) && take_count(r, object, "MN", node, &node->min) &&
              take_count(r, object, "MX", node, &node->max) && take_count(r, object, "BG", node, &node->begin) &&
              take_count(r, object, "EN", node, &node->end) && take_default(r, object, node) &&
              take_values(r, object, node) && take_options(r, object, node) &&
              keep_more(r, object, node_members, &node->more);
    if (!ok)
        return NULL;
    if (node->min < 0)
        node->min = 0;
    return node;
}

static bool open_level(struct reader *r, struct schema_node *node, const json_t *object)
{
    const json_t *list = json_object_get(object, "C");
    if (!list)
        return true;
    if (!json_is_array(list))
        return wrong(r, node, "whose children (C) are no list");
    if (r->depth > SCHEMA_DEPTH_MAX)
        return error_set(r->b.err, JPK_ERR_LIMIT, "has a structure that is nested deeper than %d nodes",
                         (int)SCHEMA_DEPTH_MAX);
    r->levels[r->depth++] = (struct level){.node = node, .list = list};
    return true;
}

static bool take_tree(struct reader *r, const json_t *root)
{
    struct schema_node *node = take_node(r, NULL, root);
    if (!node || !open_level(r, node, root))
        return false;
    while (r->depth > 0) {
        struct level *level = &r->levels[r->depth - 1];
        if (level->next == json_array_size(level->list)) {
            r->depth--;
            continue;
        }
        const json_t *object = json_array_get(level->list, level->next++);
        node = take_node(r, level->node, object);
        if (!node || !open_level(r, node, object))
            return false;
    }
    return true;
}

/* ----------------------------------------------------------------------------------------------------- the document */

static enum schema_kind document_kind(const json_t *document, const json_t *options, const json_t *root)
{
    const char *name = json_string_value(json_object_get(root, "N"));
    if (!root)
        return SCHEMA_NONE;
    if (truth(options, "customSchemaIsFlat") || truth(options, "customSchemaIsFlatComplex") ||
        (name && strcmp(name, SCHEMA_FLAT_ROOT) == 0))
        return SCHEMA_FLAT;
    if (truth(options, "customSchemaIsXml") || json_object_get(document, "jtr"))
        return SCHEMA_XML;
    return name && strcmp(name, "json") == 0 ? SCHEMA_JSON : SCHEMA_XML;
}

static bool take_text(struct reader *r, const json_t *options)
{
    struct schema_text *text = &r->b.tree->text;
    *text = (struct schema_text){.delimiter = ",",
                                 .qualifier = "\"",
                                 .qualifier_mode = "WHEN_NEEDED",
                                 .use_end_of_line = truth(options, "use_end_of_line"),
                                 .escape_sequences = truth(options, "escape_sequences"),
                                 .fixed = truth(options, "isFixedSchema")};
    return keep_string(r, options, "delimiter", &text->delimiter) &&
           keep_string(r, options, "text_qualifier", &text->qualifier) &&
           keep_string(r, options, "qualifier_mode", &text->qualifier_mode);
}

static bool take_document_options(struct reader *r, const json_t *options)
{
    struct schema_tree *tree = r->b.tree;
    struct schema_origin *origin = &tree->origin;
    if (r->flat && !take_text(r, options))
        return false;
    tree->connector = !truth(options, "isCustomSchema");
    return keep_string(r, options, "requestStructureFilePath", &origin->request_file) &&
           keep_string(r, options, "requestRootName", &origin->request_root) &&
           keep_string(r, options, "responseStructureFilePath", &origin->response_file) &&
           keep_string(r, options, "responseRootName", &origin->response_root) &&
           keep_more(r, options, document_option_members, &tree->more_options);
}

static bool take_types(struct reader *r, const json_t *document)
{
    const json_t *types = json_object_get(document, "types");
    char *text = types ? json_text(types, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    bool ok = text || !types ? schema_keep_text(&r->b, text, &r->b.tree->types) : error_memory(r->b.err);
    free(text);
    return ok;
}

static bool take_document(struct reader *r, const json_t *document)
{
    struct schema_tree *tree = r->b.tree;
    const json_t *root = json_object_get(document, "root"), *options = json_object_get(document, "O");
    if (!json_is_object(document) || (root && !json_is_object(root)))
        return error_set(r->b.err, JPK_ERR_FORMAT, "has a schema document that is no object with a root");
    tree->kind = document_kind(document, options, root);
    r->flat = tree->kind == SCHEMA_FLAT;
    r->namespaces = json_is_string(json_object_get(root, "NS"));
    return take_document_options(r, options) && take_types(r, document) &&
           keep_string(r, document, "name", &tree->name) && keep_string(r, document, "jtr", &tree->jtr) &&
           keep_more(r, document, document_members, &tree->more) && (!root || take_tree(r, root));
}

struct schema_tree *schema_tree_from_cloud(const json_t *document, size_t nodes, struct jpk_error *err)
{
    struct reader r = {0};
    bool ok = schema_begin(&r.b, SCHEMA_XML, nodes, err) && take_document(&r, document);
    return schema_end(&r.b, ok);
}
