/* Schema trees to JSON. The other way is schema_cloud.c. */
#include "jpk/schema_json.h"

#include <string.h>

#include "base/json.h"
struct writer {
    const struct schema_tree *tree;
    bool indices, failed;
    json_t *list[SCHEMA_DEPTH_MAX + 1]; /* by depth: the C of the node that is open there; borrowed */
};

static void put(struct writer *w, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new_nocheck(object, key, value) != 0)
        w->failed = true;
}

static void put_text(struct writer *w, json_t *object, const char *key, const char *text)
{
    if (text)
        put(w, object, key, json_string_nocheck(text));
}

static void put_number(struct writer *w, json_t *object, const char *key, int64_t number)
{
    put(w, object, key, json_integer(number));
}

/* Adds the members of a JSON object that is kept as text, where the key is not there yet. */
static void put_more(struct writer *w, json_t *object, const char *text)
{
    if (!text)
        return;
    const char *key;
    json_t *value, *more = json_read(text, strlen(text), NULL, NULL);
    w->failed |= !more;
    json_object_foreach(more, key, value)
    {
        if (!json_object_get(object, key) && json_object_set(object, key, value) != 0)
            w->failed = true;
    }
    json_decref(more);
}

/* ----------------------------------------------------------------------------------------------------------- a node */

static void put_default(struct writer *w, const struct schema_node *node, json_t *object)
{
    const char *text = node->default_value;
    if (!text)
        return;
    bool boolean = node->base_type && strcmp(node->base_type, "boolean") == 0;
    if (boolean && strcmp(text, "true") == 0)
        put(w, object, "DV", json_true());
    else if (boolean && strcmp(text, "false") == 0)
        put(w, object, "DV", json_false());
    else
        put_text(w, object, "DV", text);
}

static void put_values(struct writer *w, const struct schema_node *node, json_t *object)
{
    bool user = !w->tree->connector && w->tree->kind != SCHEMA_FLAT;
    if (node->value_count == 0 || (!user && node->kind == SCHEMA_ATTRIBUTE))
        return;
    json_t *list = json_array();
    for (uint32_t i = 0; i < node->value_count; i++) {
        const struct schema_value *value = &node->values[i];
        json_t *one = user && !value->label ? json_string_nocheck(value->value) : json_object();
        if (json_is_object(one)) {
            put_text(w, one, "label", value->label);
            put_text(w, one, "value", value->value);
        }
        if (json_array_append_new(list, one) != 0)
            w->failed = true;
    }
    put(w, object, user ? "DOM" : "EV", list);
}

static void put_options(struct writer *w, const struct schema_node *node, json_t *object)
{
    const struct {
        const char *name;
        bool set;
    } options[] = {
        {"isArray", node->is_array},
        {"inodeWithoutChildren", node->inode_without_children},
        {"xmlChoice", node->xml_choice},
        {"generatedAsInode", node->generated_as_inode},
    };
    json_t *list = json_object();
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].set)
            put(w, list, options[i].name, json_true());
    put_more(w, list, node->more_options);
    if (node == w->tree->root && w->tree->prefix_path)
        put_text(w, list, "prefixPath", w->tree->prefix_path);
    if (json_object_size(list) > 0 || node->more_options)
        put(w, object, "O", list);
    else
        json_decref(list);
}

/* The children are filled in later. */
static void put_children(struct writer *w, const struct schema_node *node, json_t *object)
{
    if (!node->child && node->kind != SCHEMA_RECORD)
        return;
    w->list[node->depth] = json_array();
    put(w, object, "C", w->list[node->depth]);
}

static void put_occurrence(struct writer *w, const struct schema_node *node, json_t *object)
{
    put_number(w, object, "MN", node->min);
    if (node->max == SCHEMA_UNBOUNDED)
        put_text(w, object, "MX", "unbounded");
    else
        put_number(w, object, "MX", node->max);
}

static void put_place(struct writer *w, const struct schema_node *node, json_t *object)
{
    if (!w->indices)
        return;
    put_number(w, object, "I", node->index);
    put_number(w, object, "L", node->depth);
}

static void put_field(struct writer *w, const struct schema_node *node, json_t *object)
{
    put(w, object, "NIL", json_boolean(node->nillable));
    put_occurrence(w, node, object);
    put_text(w, object, "N", node->name);
    put_text(w, object, "T", node->base_type);
    put_text(w, object, "DV", node->default_value);
    put_text(w, object, "DT", node->declared_type);
    put_values(w, node, object);
    put_number(w, object, "BG", node->begin);
    put_number(w, object, "EN", node->end);
    put_options(w, node, object);
    put_place(w, node, object);
}

static void put_record(struct writer *w, const struct schema_node *node, json_t *object)
{
    put_text(w, object, "N", node->name);
    put_text(w, object, "NS", node->namespace_);
    put_occurrence(w, node, object);
    put_text(w, object, "T", node->base_type);
    put_children(w, node, object);
    put_options(w, node, object);
    put_place(w, node, object);
}

static void put_element(struct writer *w, const struct schema_node *node, json_t *object)
{
    put_text(w, object, "N", node->name);
    put_text(w, object, "NS", node->namespace_);
    put_occurrence(w, node, object);
    put(w, object, "NIL", json_boolean(node->nillable));
    if (node->kind != SCHEMA_CHOICE)
        put(w, object, "ATR", json_boolean(node->kind == SCHEMA_ATTRIBUTE));
    put_text(w, object, "T", node->base_type);
    put_text(w, object, "DT", node->base_type ? node->declared_type : NULL);
    put_default(w, node, object);
    put_values(w, node, object);
    put_children(w, node, object);
    put_options(w, node, object);
    put_place(w, node, object);
}

static json_t *make_node(struct writer *w, const struct schema_node *node)
{
    json_t *object = json_object();
    if (!object) {
        w->failed = true;
        return NULL;
    }
    if (node->kind == SCHEMA_FIELD)
        put_field(w, node, object);
    else if (node->kind == SCHEMA_RECORD)
        put_record(w, node, object);
    else
        put_element(w, node, object);
    put_more(w, object, node->more);
    return object;
}

static json_t *make_tree(struct writer *w)
{
    const struct schema_node *node = w->tree->root;
    json_t *root = make_node(w, node);
    while (root && !w->failed && (node = schema_node_next(node)) != NULL)
        if (json_array_append_new(w->list[node->depth - 1], make_node(w, node)) != 0)
            w->failed = true;
    return root;
}

/* ----------------------------------------------------------------------------------------------------- the document */

static void put_connector_options(struct writer *w, json_t *options)
{
    const struct schema_origin *origin = &w->tree->origin;
    put_text(w, options, "requestStructureFilePath", origin->request_file);
    put_text(w, options, "requestRootName", origin->request_root);
    put_text(w, options, "responseStructureFilePath", origin->response_file);
    put_text(w, options, "responseRootName", origin->response_root);
    put_text(w, options, "contentType", "xml");
}

static void put_user_options(struct writer *w, json_t *options)
{
    const struct schema_node *root = w->tree->root;
    bool complex = false; /* several segments */
    for (const struct schema_node *child = root ? root->child : NULL; child && w->tree->kind == SCHEMA_FLAT;
         child = child->next)
        complex = complex || child->kind == SCHEMA_RECORD;
    if (w->tree->kind != SCHEMA_FLAT) {
        put(w, options, "isCustomSchema", json_true());
        put(w, options, "customSchemaIsFlat", json_false());
        put(w, options, "customSchemaIsXml", json_boolean(w->tree->kind == SCHEMA_XML));
        put(w, options, "customSchemaIsFlatComplex", json_false());
        return;
    }
    const struct schema_text *text = &w->tree->text;
    put(w, options, "customSchemaIsFlat", json_boolean(!complex));
    put(w, options, "isCustomSchema", json_true());
    put(w, options, "isFixedSchema", json_boolean(text->fixed));
    if (complex)
        put(w, options, "customSchemaIsFlatComplex", json_true());
    put_text(w, options, "delimiter", text->delimiter);
    put_text(w, options, "text_qualifier", text->qualifier);
    put_text(w, options, "qualifier_mode", text->qualifier_mode);
    put(w, options, "use_end_of_line", json_boolean(text->use_end_of_line));
    put(w, options, "escape_sequences", json_boolean(text->escape_sequences));
}

static json_t *make_options(struct writer *w)
{
    json_t *options = json_object();
    if (!options)
        w->failed = true;
    else if (w->tree->connector)
        put_connector_options(w, options);
    else
        put_user_options(w, options);
    if (options)
        put_more(w, options, w->tree->more_options);
    return options;
}

static void put_types(struct writer *w, json_t *document)
{
    if (w->tree->types)
        put(w, document, "types", json_read(w->tree->types, strlen(w->tree->types), NULL, NULL));
}

static void put_root(struct writer *w, json_t *document)
{
    if (w->tree->root)
        put(w, document, "root", make_tree(w));
}

/* Each kind of real documents has its own order. */
static void put_members(struct writer *w, json_t *document)
{
    const struct schema_tree *tree = w->tree;
    if (tree->kind == SCHEMA_FLAT && !tree->connector) {
        put_text(w, document, "name", tree->name);
        put_root(w, document);
        put(w, document, "O", make_options(w));
        put_types(w, document);
    } else if (tree->kind == SCHEMA_XML && !tree->connector) {
        put_root(w, document);
        put_types(w, document);
        put(w, document, "O", make_options(w));
        put_text(w, document, "name", tree->name);
    } else {
        if (!tree->connector || tree->origin.request_file || tree->origin.response_file || tree->more_options)
            put(w, document, "O", make_options(w)); /* queries of Salesforce have none */
        put_root(w, document);
        put_types(w, document);
        put_text(w, document, "jtr", tree->jtr);
        put_text(w, document, "name", tree->name);
    }
    put_more(w, document, tree->more);
}

json_t *schema_tree_json(const struct schema_tree *tree, bool indices, struct jpk_error *err)
{
    struct writer w = {.tree = tree, .indices = indices};
    json_t *document = json_object();
    if (document)
        put_members(&w, document);
    if (document && !w.failed)
        return document;
    json_decref(document);
    error_memory(err);
    return NULL;
}
