/* Where the structure of a transformation's side is read from. */
#include <string.h>

#include "jpk/convert_schemas.h"
#include "jpk/schema_extend.h"

struct reading {
    struct convert *c;
    const struct jpk_entity *transformation;
    const struct jpk_side *side;
    const struct convert_function *function;
    bool target;
};

static struct schema_tree *read_document(const struct reading *r, struct jpk_error *err)
{
    const struct jpk_entity *document = r->side->entity;
    bool there = document && document->type == JPK_TYPE_DOCUMENT && !document->unread && document->as.document;
    return there ? schema_tree_from_document(document, 0, err) : NULL;
}

struct schema_tree *convert_read_structure(const struct jpk_project *project, const char *id,
                                           enum jpk_structure_cache which, bool output, struct jpk_error *err)
{
    struct jpk_structure *structure = jpk_structure_load(project, id, which, output, err);
    struct schema_tree *tree = structure ? schema_tree_from_structure(structure, 0, err) : NULL;
    jpk_structure_free(structure);
    return tree;
}

static struct schema_tree *read_cache(const struct reading *r, struct jpk_error *err)
{
    return convert_read_structure(r->c->project, r->transformation->id, JPK_CACHE_TRANSFORMATION, r->target, err);
}

/* What a function gives out is the source of a transformation. */
static struct schema_tree *read_call_cache(const struct reading *r, struct jpk_error *err)
{
    return r->function ? convert_read_structure(r->c->project, r->function->entity->id, JPK_CACHE_CONNECTOR_CALL,
                                                !r->target, err)
                       : NULL;
}

static struct schema_tree *read_query(const struct reading *r, struct jpk_error *err)
{
    const struct jpk_entity *entity = r->function ? r->function->entity : NULL;
    if (r->target || !entity || entity->type != JPK_TYPE_SALESFORCE_QUERY || !r->function->activity_id ||
        !entity->as.function || !entity->as.function->query)
        return NULL;
    const char *query = entity->as.function->query;
    struct jpk_error local = {0};
    struct schema_tree *types = read_cache(r, &local);
    if (local.code == JPK_ERR_MEMORY)
        return error_memory(err), NULL;
    struct schema_tree *tree = schema_tree_from_soql(query, strlen(query), types, 0, err);
    schema_tree_free(types);
    return tree;
}

static struct schema_tree *read_file(const struct reading *r, struct jpk_error *err)
{
    return r->side->file ? schema_tree_from_project_file(r->c->project, r->side->file,
                                                         r->side->root && *r->side->root ? r->side->root : NULL, 0, err)
                         : NULL;
}

static struct schema_tree *read_database(const struct reading *r, struct jpk_error *err)
{
    return r->side->type_code == 3 ? schema_tree_from_database(r->transformation, r->target, 0, err) : NULL;
}

static struct schema_tree *read_mappings(const struct reading *r, struct jpk_error *err)
{
    return schema_tree_from_mappings(r->transformation->as.transformation, r->target, 0, err);
}

typedef struct schema_tree *reader(const struct reading *r, struct jpk_error *err);

/* A structure without a root is none. */
static struct schema_tree *read_with(const struct reading *r, reader *read, struct convert_side *out)
{
    struct jpk_error err = {0};
    struct schema_tree *tree = (*read)(r, &err);
    if (err.code == JPK_ERR_MEMORY)
        r->c->ledger.failed = true;
    else if (!tree && err.code != JPK_OK && err.code != JPK_ERR_NOT_FOUND && !out->problem)
        out->problem = convert_text(r->c, "%s", err.message);
    if (tree && tree->root)
        return tree;
    schema_tree_free(tree);
    return NULL;
}

/* The answer of NetSuite stands below two elements, which its XSD file does not have. */
static bool answer_is_wrapped(const struct jpk_entity *function)
{
    return function->type == JPK_TYPE_NETSUITE_UPSERT || function->type == JPK_TYPE_NETSUITE_QUERY ||
           function->type == JPK_TYPE_NETSUITE_GET_LIST;
}

bool convert_wrap_answer(const struct jpk_entity *function, struct schema_tree *tree)
{
    return !answer_is_wrapped(function) || strcmp(tree->root->name, "jbroot") == 0 ||
           (schema_wrap(tree, "jbresponse") && schema_wrap(tree, "jbroot"));
}

static bool wrap_answer(struct convert_side *out, struct schema_tree *tree)
{
    size_t nodes = tree->node_count;
    bool ok = out->target || !out->function || convert_wrap_answer(out->function->entity, tree);
    out->wrapped = tree->node_count != nodes;
    return ok;
}

struct schema_tree *convert_read_tree(struct convert *c, struct convert_side *out)
{
    static reader *const readers[] = {read_document, read_query,    read_cache,   read_call_cache,
                                      read_file,     read_database, read_mappings};
    struct reading r = {c, out->transformation, out->side, out->function, out->target};
    struct schema_tree *tree = NULL;
    for (size_t i = 0; i < sizeof readers / sizeof *readers && !tree && !c->ledger.failed; i++) {
        tree = read_with(&r, readers[i], out);
        out->inferred = readers[i] == read_mappings;
        out->cached = readers[i] == read_cache;
        if (tree && !out->inferred && !wrap_answer(out, tree))
            c->ledger.failed = true;
    }
    return tree;
}
