/*
 * The structures of a transformation's sides. A flat schema becomes a document, an XML or JSON schema of the user's a
 * file of XML Schema, that of a connector's function what its function says. Whatever it is, the structure cache says
 * it in full, so that Design Studio, and the conversion back, need nothing else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "jpk/design_structure.h"
#include "jpk/gunzip.h"
#include "jpk/packed.h"
#include "jpk/schema_extend.h"
#include "jpk/schema_json.h"
#include "jpk/schema_jtr.h"
#include "jpk/schema_paths.h"
#include "jpk/schema_xsd_write.h"

/* The codes of Design Studio for what a structure is (Jitterpak facts, section 3.4). */
#define CODE_TEXT "1"
#define CODE_DATABASE "3"
#define CODE_XML "4"
#define CODE_CALL_INPUT "12"
#define CODE_NONE "13"
#define CODE_CALL_OUTPUT "14"
#define CODE_JSON "17"
#define CODE_FUNCTION_INPUT "101"
#define CODE_FUNCTION_OUTPUT "102"

/* A schema at hand, of a side or by itself. */
struct work {
    struct design *d;
    const struct design_side *side;           /* NULL: by itself */
    const struct jpk_cloud_component *owner;  /* the transformation or schema that findings are about */
    const char *name, *what;                  /* of the schema; "source" or "target" of the owner */
    const struct jpk_cloud_component *schema; /* a component of its own; NULL */
    uint32_t document;
    struct schema_tree *tree; /* NULL: nothing says what it is */
};

static void set(struct work *w, const char *source_key, const char *target_key, const char *value)
{
    design_set(w->d, w->side->entity, w->side->target ? target_key : source_key, value);
}

static void set_code(struct work *w, const char *code, const char *nature)
{
    set(w, "source_type_id", "target_type_id", code);
    set(w, "natureofsource", "natureoftarget", nature);
}

/* <InputStructure a="..." b="..."/>; `second` may be NULL. */
static void put_structure(struct work *w, const char *first, const char *first_value, const char *second,
                          const char *second_value)
{
    struct buf *out = &w->side->entity->body;
    buf_printf(out, "  <%sStructure", w->side->target ? "Output" : "Input");
    design_put_attribute(out, first, first_value);
    if (second)
        design_put_attribute(out, second, second_value);
    buf_puts(out, "/>\n");
}

/* ----------------------------------------------------------------------------------------------------- documents */

/* How Design Studio writes columns was never seen. */
static void lose_columns(struct work *w)
{
    const struct jpk_cloud_component *of = w->schema ? w->schema : w->side->transformation;
    struct buf columns = {0};
    for (const struct schema_node *node = w->tree->root; node; node = schema_node_next(node))
        if (node->kind == SCHEMA_FIELD)
            buf_printf(&columns, "%s%s %d-%d", columns.size > 0 ? ", " : "", node->name, node->begin, node->end);
    ledger_keep_words(&w->d->ledger,
                      design_note(w->d, of, CONVERT_SETTING_LOST, JPK_CLOUD_NO_NODE,
                                  "its fields have columns, which no file format was seen with; '%.200s' is one of "
                                  "delimited text",
                                  w->name),
                      design_keep(w->d, &columns));
}

/* The document of a schema, made once for all who have it. */
static struct design_entity *document_of(struct work *w)
{
    struct design_component *own = w->schema ? design_of(w->d, w->schema) : NULL;
    if (own && own->made[0])
        return own->made[0];
    if (!own && !w->side)
        return NULL;
    const char *id =
        own ? own->id : design_new_id(w->d, design_text(w->d, "document/%s", w->what), w->side->entity->id);
    struct design_entity *entity = design_document(w->d, w->tree, id, w->name);
    if (entity)
        entity->from = w->schema;
    if (entity && w->tree->text.fixed)
        lose_columns(w);
    if (entity && own)
        entity->description = w->schema->description;
    if (own) {
        own->made[0] = entity;
        design_done(w->d, w->schema, entity);
    }
    return entity;
}

static void use_document(struct work *w)
{
    const struct design_entity *entity = document_of(w);
    if (!entity)
        return;
    set_code(w, CODE_TEXT, "Flat");
    set(w, "source_text_doc", "target_text_doc", entity->id);
    put_structure(w, "docId", entity->id, NULL, NULL);
}

/* ----------------------------------------------------------------------------------------------------------- files */

/* The file of a schema: as it is called, with the ending and, for JSON, the beginning that Design Studio gives. */
static const char *schema_file_name(struct work *w)
{
    const char *number = strstr(w->name, ".xsd ("); /* "x.xsd (2)", as equal names are told apart, is "x (2).xsd" */
    if (text_ends_with(w->name, ".xsd"))
        return w->name;
    if (number && text_ends_with(number, ")"))
        return design_text(w->d, "%.*s%s.xsd", (int)(number - w->name), w->name, number + 4);
    return design_text(w->d, "%s%s.xsd", w->tree->kind == SCHEMA_JSON ? "jitterbit.json." : "", w->name);
}

/* The root as its file calls it. */
static const char *root_local(struct work *w)
{
    struct buf name = {0};
    schema_xsd_name(w->tree->root->name, &name);
    return design_keep(w->d, &name);
}

static const char *root_name(struct work *w)
{
    const char *space = w->tree->root->namespace_;
    return space && *space ? design_text(w->d, "{%s}%s", space, root_local(w)) : root_local(w);
}

static void note_losses(struct work *w, const struct schema_xsd_losses *losses)
{
    const struct {
        size_t count;
        const char *words;
    } rows[] = {{losses->foreign, "elements of another namespace"},
                {losses->derived, "types that stand for others"},
                {losses->values, "texts beside elements, or with allowed values beside attributes"},
                {losses->names, "names that XML does not have"}};
    struct buf what = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].count > 0)
            buf_printf(&what, "%s%s (%zu)", what.size > 0 ? ", " : "", rows[i].words, rows[i].count);
    if (what.size > 0)
        design_note(w->d, w->owner, CONVERT_SCHEMA_GUESSED, w->document,
                    "the file of the structure of its %s cannot say all, but the structure cache does: %s", w->what,
                    buf_text(&what));
    w->d->ledger.failed |= what.failed;
    buf_free(&what);
}

static const char *add_file(struct work *w)
{
    struct design *d = w->d;
    struct buf xsd = {0};
    struct schema_xsd_losses losses = {0};
    schema_xsd_write(w->tree, &xsd, &losses);
    note_losses(w, &losses);
    const char *namespace_ = w->tree->root->namespace_;
    struct design_upload upload = {.name = schema_file_name(w),
                                   .schema_type = w->tree->kind == SCHEMA_JSON ? "json" : "xml",
                                   .namespace_ = namespace_ ? design_text(d, "%s", namespace_) : "",
                                   .roots = root_local(w),
                                   .top_level = true};
    return design_add_upload(d, &upload, &xsd);
}

/* Of a schema that is called as an asset, that is the file. */
static const char *file_of(struct work *w)
{
    struct design_component *own = w->schema ? design_of(w->d, w->schema) : NULL;
    if (own && own->file)
        return own->file;
    const char *asset = design_asset(w->d, w->name);
    const char *name = asset && text_ends_with(asset, ".xsd") ? asset : add_file(w);
    if (own) {
        own->file = name;
        design_done_as(w->d, w->schema, "files/%s", name);
    }
    return name;
}

static void use_file(struct work *w)
{
    const char *name = file_of(w);
    set_code(w, w->tree->kind == SCHEMA_JSON ? CODE_JSON : CODE_XML, "Tree");
    set(w, "source_xml", "target_xml", name);
    set(w, "sourcedtd_root", "targetdtd_root", root_name(w));
}

/* ------------------------------------------------------------------------------------------------------- functions */

static const char *wizard_role(struct work *w, const char *operation)
{
    return design_text(w->d, "%s|%s", design_upper(w->d, operation), w->side->target ? "REQUEST" : "RESPONSE");
}

/* What a wizard of Salesforce makes: the structure is that of the call. */
static void use_call(struct work *w, const struct design_entity *function, const char *operation)
{
    struct design *d = w->d;
    struct design_entity *call = operation ? design_wizard_call(d, function) : NULL;
    const char *id = call ? call->id : function->id;
    set_code(w, w->side->target ? CODE_CALL_INPUT : CODE_CALL_OUTPUT, "Tree");
    set(w, "input_function_id", "output_function_id", id);
    if (call) {
        const char *object = design_get(function, "salesforce_object");
        design_set(d, w->side->entity, "saleforce_wizard_role", wizard_role(w, operation)); /* spelled so */
        design_set(d, w->side->entity, "salesforce_partner_wizard", "1");
        design_set(d, w->side->entity, "salesforce_wizard_object", "1");
        if (object)
            design_set(d, w->side->entity, "salesforce_object", object);
    }
    put_structure(w, "wsCallId", id, NULL, NULL);
}

static void use_function(struct work *w, const struct design_entity *function)
{
    const char *connect_type, *operation = design_wizard(function, &connect_type);
    if (operation || function->type == JPK_TYPE_WEB_SERVICE_CALL) {
        use_call(w, function, operation);
        return;
    }
    const char *file = design_get(function, w->side->target ? "input_xsd_filename" : "output_xsd_filename");
    const char *root = design_get(function, w->side->target ? "input_xsd_root" : "output_xsd_root");
    set_code(w, w->side->target ? CODE_FUNCTION_INPUT : CODE_FUNCTION_OUTPUT, "Tree");
    set(w, "input_function_id", "output_function_id", function->id);
    if (file)
        set(w, "source_xml", "target_xml", file);
    if (root)
        set(w, "sourcedtd_root", "targetdtd_root", root);
    put_structure(w, "callId", function->id, "callType", jpk_type_info(function->type)->name);
}

static void use_database(struct work *w, const struct jpk_cloud_component *activity, const struct design_entity *place)
{
    struct buf *out = &w->side->entity->body;
    const char *element = w->side->target ? "Output" : "Input", *key = w->side->target ? "targetId" : "sourceId";
    bool flat = !w->tree || strcmp(w->tree->root->name, "__flat__") == 0;
    set_code(w, CODE_DATABASE, flat ? "Flat" : "Tree");
    design_set(w->d, w->side->entity, w->side->target ? "target_targetid" : "source_sourceid", place->id);
    buf_printf(out, "  <%sStructure", element);
    design_put_attribute(out, key, place->id);
    buf_puts(out, ">\n");
    bool known = design_put_query(w->d, activity, w->tree, out);
    buf_printf(out, "  </%sStructure>\n", element);
    if (known)
        return;
    struct jpk_finding *finding = design_note(
        w->d, w->owner, CONVERT_SCHEMA_MISSING, w->side->side->node,
        "nothing in the export says how the tables of its %s are joined and filtered, or what its query is", w->what);
    if (finding)
        finding->hint = "look through the structure; the mappings stay";
}

/* ---------------------------------------------------------------------------------------------------------- caches */

/* Where the records of a query stand in its answer. */
static bool wrap_answer(struct schema_tree *tree)
{
    static const struct {
        const char *name;
        bool repeats;
    } above[] = {{"records", true},   {"result", false},     {"queryResponse", false}, {"body", false},
                 {"response", false}, {"transaction", true}, {"root", false}};
    for (size_t i = 0; i < sizeof above / sizeof above[0]; i++) {
        if (!schema_wrap(tree, above[i].name))
            return false;
        tree->root->max = above[i].repeats ? SCHEMA_UNBOUNDED : 1;
    }
    tree->prefix_path = NULL;
    return true;
}

/* The cache that the connector's schema was made of, packed anew; false when it is none. */
static bool unpack_cache(struct work *w, struct buf *out)
{
    struct buf xml = {0};
    const char *packed = w->tree->jtr;
    struct jpk_structure *structure = NULL;
    struct jpk_error err = {0};
    if (packed && *packed && packed_decode(packed, strlen(packed), NULL, &xml, &err))
        structure = jpk_structure_parse(buf_text(&xml), xml.size, NULL, &err);
    bool ok = structure && gzip_pack(buf_text(&xml), xml.size, out, &err);
    jpk_structure_free(structure);
    w->d->ledger.failed |= xml.failed || out->failed || err.code == JPK_ERR_MEMORY;
    buf_free(&xml);
    return ok;
}

static void write_cache(struct work *w)
{
    struct design *d = w->d;
    struct buf gz = {0};
    size_t illegal = 0;
    if (!w->tree || d->ledger.failed ||
        strcmp(design_get(w->side->entity, w->side->target ? "target_type_id" : "source_type_id"), CODE_DATABASE) == 0)
        return;
    if (!unpack_cache(w, &gz)) {
        buf_clear(&gz);
        if ((w->tree->prefix_path && !wrap_answer(w->tree)) || !schema_jtr_gzip(w->tree, &gz, &illegal, NULL))
            d->ledger.failed = true;
        if (illegal > 0)
            design_note(d, w->owner, CONVERT_SETTING_LOST, w->document,
                        "the structure of its %s holds characters that XML has not; a question mark stands for each",
                        w->what);
    }
    design_add_file(d,
                    design_text(d, "cache/TransformationStructures/%s_%s.gz", w->side->entity->id,
                                w->side->target ? "output" : "input"),
                    &gz);
}

/* ----------------------------------------------------------------------------------------------------------- sides */

static void read_tree(struct work *w)
{
    struct jpk_error err = {0};
    if (w->document == JPK_CLOUD_NO_NODE)
        return;
    json_t *json = jdoc_to_jansson(w->d->cloud->doc, w->document);
    w->tree = json ? schema_tree_from_cloud(json, 0, &err) : NULL;
    if (w->tree && !w->tree->root) {
        schema_tree_free(w->tree);
        w->tree = NULL;
    }
    if (!json || err.code == JPK_ERR_MEMORY)
        w->d->ledger.failed = true;
    else if (!w->tree)
        design_note(w->d, w->owner, CONVERT_SCHEMA_MISSING, w->document, "the schema of its %s cannot be read: %s",
                    w->what, err.code == JPK_OK ? "it has no root" : err.message);
    json_decref(json);
}

/* The document, wherever it stands: with the component, in the transformation, with the activity. */
static void find_document(struct work *w)
{
    const struct jpk_cloud_side *side = w->side->side;
    const struct jpk_cloud_component *activity = side->origin.component;
    w->schema = side->schema.component;
    w->document = side->document;
    if (w->schema && w->schema->kind != JPK_CLOUD_SCHEMA)
        w->schema = NULL;
    if (w->schema && w->schema->as.schema->document != JPK_CLOUD_NO_NODE)
        w->document = w->schema->as.schema->document;
    if (activity && activity->kind == JPK_CLOUD_ACTIVITY) {
        bool output = strcmp(side->direction, "output") == 0;
        if (w->document == JPK_CLOUD_NO_NODE)
            w->document = design_activity_schema(w->d, activity, output);
        if (!w->schema)
            w->schema = design_of(w->d, activity)->schemas[output];
    }
}

static void use_nothing(struct work *w)
{
    if (w->side->target || w->side->side->there) {
        struct jpk_finding *finding = design_note(w->d, w->owner, CONVERT_SCHEMA_MISSING, w->side->side->node,
                                                  "nothing in the export says what its %s is", w->what);
        if (finding)
            finding->hint = "choose the structure again; the mappings stay";
    }
    if (w->side->target) {
        set_code(w, CODE_XML, "Tree");
        return;
    }
    set_code(w, CODE_NONE, NULL);
    design_set(w->d, w->side->entity, "NoSourceDataUsedInMapping", "1");
    buf_puts(&w->side->entity->body, "  <InputStructure>\n    <Properties/>\n  </InputStructure>\n");
}

static bool is_database(const struct jpk_cloud_component *activity)
{
    return activity && strcmp(activity->as.activity->adapter, "database") == 0;
}

/* What the structure is of: the activity that it comes from, or the database beside the transformation. */
static const struct jpk_cloud_component *activity_of(const struct design *d, const struct design_side *side)
{
    const struct jpk_cloud_component *origin = side->side->origin.component;
    const struct jpk_cloud_component *beside = design_of(d, side->transformation)->beside[side->target];
    if (!side->side->there)
        return NULL;
    return origin && origin->kind == JPK_CLOUD_ACTIVITY ? origin : is_database(beside) ? beside : NULL;
}

/* What a loop over the records of the source names; NULL: such a source has no name for them. */
static const char *source_root(struct work *w, const struct jpk_cloud_component *activity)
{
    struct buf path = {0};
    if (!w->tree || w->d->ledger.failed)
        return NULL;
    if (strcmp(w->tree->root->name, "__flat__") == 0)
        return is_database(activity) ? design_first_table(w->d, activity) : NULL;
    w->side->entity->source_prefixed = w->tree->prefix_path != NULL;
    if (w->tree->prefix_path)
        return design_text(w->d, "%s", w->tree->prefix_path);
    schema_script_path(w->tree, w->tree->root, &path);
    return design_keep(w->d, &path);
}

void design_structure(struct design *d, const struct design_side *side)
{
    struct work w = {.d = d,
                     .side = side,
                     .owner = side->transformation,
                     .name = *side->side->name ? side->side->name : side->transformation->name,
                     .what = side->target ? "target" : "source",
                     .document = JPK_CLOUD_NO_NODE};
    const struct jpk_cloud_component *activity = activity_of(d, side);
    const struct design_entity *endpoint =
        activity ? design_endpoint(d, activity, side->target ? CONVERT_WRITE : CONVERT_READ) : NULL;
    if (side->side->there) {
        find_document(&w);
        read_tree(&w);
    }
    if (d->ledger.failed)
        ;
    else if (endpoint && !endpoint->location)
        use_function(&w, endpoint);
    else if (endpoint && strcmp(endpoint->location, "Database") == 0)
        use_database(&w, activity, endpoint);
    else if (w.tree && w.tree->kind == SCHEMA_FLAT)
        use_document(&w);
    else if (w.tree)
        use_file(&w);
    else
        use_nothing(&w);
    if (!side->target)
        side->entity->source_root = source_root(&w, activity);
    if (w.schema && endpoint && w.tree)
        design_done_as(d, w.schema, "structure of %s:%s", jpk_type_info(endpoint->type)->name, endpoint->name);
    write_cache(&w);
    schema_tree_free(w.tree);
}

void design_unused_schema(struct design *d, const struct jpk_cloud_component *schema)
{
    struct work w = {.d = d,
                     .owner = schema,
                     .name = *schema->name ? schema->name : "Schema",
                     .what = "schema",
                     .schema = schema,
                     .document = schema->as.schema->document};
    const struct ledger_item *item = &d->ledger.items[schema->index];
    if (item->target || item->finding_count > 0 || schema->as.schema->origin.component)
        return;
    read_tree(&w);
    if (w.tree && w.tree->kind == SCHEMA_FLAT)
        document_of(&w);
    else if (w.tree)
        file_of(&w);
    if (w.tree)
        design_note(d, schema, CONVERT_KEPT, JPK_CLOUD_NO_NODE, "no transformation has it; it was made all the same");
    schema_tree_free(w.tree);
}
