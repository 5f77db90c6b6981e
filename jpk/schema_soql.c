/*
 * Schema trees from queries of Salesforce. Only what stands between SELECT and the name behind FROM is read.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json_write.h"
#include "jpk/schema_builder.h"
#include "jpk/sql_words.h"

/* Where the records stand in the answer to a query. */
#define RECORDS "root$transaction.response$body$queryResponse$result$records."
#define PARTNER_NAMESPACE "urn:sobject.partner.soap.sforce.com"

struct reader {
    struct schema_builder b;
    struct sql_scanner scanner;
    struct sql_word word; /* the current one */
    const struct schema_tree *types;
};

static void advance(struct reader *r)
{
    r->word = sql_next(&r->scanner);
}

static bool wrong(struct reader *r, const char *wanted)
{
    error_set(r->b.err, JPK_ERR_FORMAT, "is no query of Salesforce: %s was expected", wanted);
    error_text_offset(r->b.err, r->scanner.text, r->scanner.size, r->word.offset);
    return false;
}

/* The name behind the FROM that belongs to this SELECT; it stands behind the list that needs it. */
static bool find_object(struct reader *r, struct sql_word *object)
{
    struct sql_scanner ahead = r->scanner;
    struct sql_word word = r->word;
    size_t depth = 0;
    for (; word.kind != SQL_END; word = sql_next(&ahead)) {
        if (!schema_step(&r->b))
            return false;
        if (sql_mark(&word, '('))
            depth++;
        else if (sql_mark(&word, ')') && depth-- == 0)
            break;
        else if (depth == 0 && sql_is(&word, "from")) {
            *object = sql_next(&ahead);
            return object->kind == SQL_NAME || wrong(r, "the name of an object behind FROM");
        }
    }
    return wrong(r, "FROM");
}

/* ------------------------------------------------------------------------------------------------------------ types */

static bool same_name(const char *name, const char *text, size_t n)
{
    return strlen(name) == n && strncasecmp(name, text, n) == 0;
}

/* The object's node in the tree of types, or NULL. */
static const struct schema_node *typed_object(const struct reader *r, const struct sql_word *object)
{
    for (const struct schema_node *node = r->types ? r->types->root : NULL; node; node = schema_node_next(node))
        if (node->child && same_name(node->name, object->text, object->length))
            return node;
    return NULL;
}

/* Steps down to the child of that name; to NULL when there is none. */
static bool step_typed(struct reader *r, const struct schema_node **node, const struct sql_word *name)
{
    const struct schema_node *child = *node ? (*node)->child : NULL;
    while (child && !same_name(child->name, name->text, name->length)) {
        child = child->next;
        if (!schema_step(&r->b))
            return false;
    }
    *node = child;
    return true;
}

static bool set_leaf(struct reader *r, struct schema_node *node, const struct schema_node *typed)
{
    node->nillable = true;
    node->base_type = "string";
    if (!typed || !typed->base_type)
        return schema_note(&r->b, node, SCHEMA_TYPE_GUESSED, NULL);
    return schema_keep_text(&r->b, typed->base_type, &node->base_type) &&
           schema_keep_text(&r->b, typed->declared_type, &node->declared_type);
}

/* --------------------------------------------------------------------------------------------------------- the list */

static struct schema_node *field(struct reader *r, struct schema_node *parent, const struct sql_word *name)
{
    struct schema_node *node = schema_child(&r->b, parent, SCHEMA_ELEMENT, name->text, name->length, NULL);
    if (node) {
        node->min = 0;
        node->namespace_ = NULL; /* the object's, which its options say */
    }
    return node;
}

/* a, or a.b.c */
static bool take_path(struct reader *r, struct schema_node *parent, const struct schema_node *typed)
{
    for (;;) {
        if (r->word.kind != SQL_NAME)
            return wrong(r, "the name of a field");
        struct schema_node *node = field(r, parent, &r->word);
        if (!node || !step_typed(r, &typed, &r->word))
            return false;
        advance(r);
        if (!sql_mark(&r->word, '.'))
            return set_leaf(r, node, typed);
        advance(r);
        parent = node;
    }
}

/* Skips to the closing parenthesis of what was just opened. */
static bool skip_call(struct reader *r)
{
    for (size_t depth = 1; depth > 0; advance(r)) {
        if (r->word.kind == SQL_END)
            return wrong(r, "a closing parenthesis");
        depth += sql_mark(&r->word, '(');
        depth -= sql_mark(&r->word, ')');
    }
    return true;
}

/* COUNT(Id) total: the value has the name of its alias, or expr0, expr1, ... */
static bool take_call(struct reader *r, struct schema_node *parent, unsigned *calls)
{
    char name[24];
    int n = snprintf(name, sizeof name, "expr%u", (*calls)++);
    struct sql_word alias = {.kind = SQL_NAME, .text = name, .length = (size_t)n};
    if (!skip_call(r))
        return false;
    if (r->word.kind == SQL_NAME && !sql_is(&r->word, "from")) {
        alias = r->word;
        advance(r);
    }
    struct schema_node *node = field(r, parent, &alias);
    return node && set_leaf(r, node, NULL);
}

/* TYPEOF x WHEN ... END */
static bool skip_typeof(struct reader *r, struct schema_node *parent)
{
    while (r->word.kind != SQL_END && !sql_is(&r->word, "end"))
        advance(r);
    if (r->word.kind == SQL_END)
        return wrong(r, "END");
    advance(r);
    return schema_note(&r->b, parent, SCHEMA_NOT_READ, "TYPEOF");
}

static bool take_list(struct reader *r, struct schema_node *parent, const struct schema_node *typed, bool inner);

/* (SELECT x FROM Children): records of another object, none or many. */
static bool take_inner(struct reader *r, struct schema_node *parent, const struct schema_node *typed)
{
    struct sql_word relation = {0};
    if (!sql_is(&r->word, "select"))
        return wrong(r, "SELECT");
    advance(r);
    if (!find_object(r, &relation))
        return false;
    struct schema_node *node = field(r, parent, &relation);
    if (!node || !step_typed(r, &typed, &relation))
        return false;
    node->max = SCHEMA_UNBOUNDED;
    node->is_array = true;
    return take_list(r, node, typed, true) && skip_call(r);
}

static bool take_item(struct reader *r, struct schema_node *parent, const struct schema_node *typed, bool inner,
                      unsigned *calls)
{
    if (sql_mark(&r->word, '(') && !inner) {
        advance(r);
        return take_inner(r, parent, typed);
    }
    if (sql_is(&r->word, "typeof"))
        return skip_typeof(r, parent);
    struct sql_scanner ahead = r->scanner;
    struct sql_word next = sql_next(&ahead);
    if (r->word.kind == SQL_NAME && sql_mark(&next, '(')) {
        advance(r);
        advance(r);
        return take_call(r, parent, calls);
    }
    if (!take_path(r, parent, typed))
        return false;
    if (r->word.kind == SQL_NAME && !sql_is(&r->word, "from")) /* an alias of a grouped field */
        advance(r);
    return true;
}

/* A list of fields up to FROM. */
static bool take_list(struct reader *r, struct schema_node *parent, const struct schema_node *typed, bool inner)
{
    unsigned calls = 0;
    for (;;) {
        if (!schema_step(&r->b) || !take_item(r, parent, typed, inner, &calls))
            return false;
        if (sql_is(&r->word, "from"))
            return true;
        if (!sql_mark(&r->word, ','))
            return wrong(r, "a comma or FROM");
        advance(r);
    }
}

/* The options of the root that do not come from the organization of Salesforce. */
static bool name_root(struct reader *r, struct schema_node *root)
{
    struct buf text = {0};
    buf_puts(&text, "{\"expandedName\":{\"localName\":");
    json_put_string(&text, root->name, strlen(root->name));
    buf_puts(&text, ",\"namespace\":\"" PARTNER_NAMESPACE "\"},\"parentArray\":true,\"rootName\":\"root\"}");
    bool ok = text.failed ? error_memory(r->b.err) : schema_keep_text(&r->b, buf_text(&text), &root->more_options);
    buf_free(&text);
    return ok;
}

static bool take_query(struct reader *r)
{
    struct sql_word object = {0};
    struct schema_tree *tree = r->b.tree;
    advance(r);
    if (!sql_is(&r->word, "select"))
        return wrong(r, "SELECT");
    advance(r);
    if (!find_object(r, &object))
        return false;
    struct schema_node *root = schema_add(&r->b, NULL, SCHEMA_ELEMENT, object.text, object.length);
    if (!root)
        return false;
    root->namespace_ = NULL;
    tree->connector = true;
    tree->prefix_path = RECORDS;
    if (!name_root(r, root))
        return false;
    return schema_note(&r->b, NULL, SCHEMA_INFERRED, NULL) && take_list(r, root, typed_object(r, &object), false);
}

struct schema_tree *schema_tree_from_soql(const char *query, size_t size, const struct schema_tree *types, size_t nodes,
                                          struct jpk_error *err)
{
    struct reader r = {.scanner = {.text = query, .size = size}, .types = types};
    struct jpk_error local = {0};
    bool ok = schema_begin(&r.b, SCHEMA_XML, nodes, &local) && take_query(&r);
    struct schema_tree *tree = schema_end(&r.b, ok);
    if (!tree)
        error_pass(err, &local, NULL);
    return tree;
}
