/*
 * Transformations: a rule with a script is a mapping, the others are no more than nodes of the schema. A rule of a node
 * that has children is a condition; one that runs before stands in a script of its own, when the conversion to Cloud
 * Studio put it there, and comes back from it.
 */
#include <string.h>

#include "jpk/design.h"

#define CONDITION "/PRECONDITION/"
#define PRESCRIPT "//PRESCRIPT/"

static void put_mapping(struct buf *out, const char *left, const char *right)
{
    struct buf text = {0};
    buf_printf(&text, "%s\t%s", left, right);
    buf_puts(out, "    <Mapping>\n");
    design_put_string(out, 3, "expr", buf_text(&text));
    buf_puts(out, "    </Mapping>\n");
    out->failed |= text.failed;
    buf_free(&text);
}

/* The records of a flat structure, however the path of their root is written. */
static bool is_records(const char *path)
{
    static const char root[] = "__flat__";
    size_t n = sizeof root - 1;
    return !*path || (strncmp(path, root, n) == 0 && strspn(path + n, ".$") == strlen(path + n));
}

/* The root of a flat structure has no path; the target path of others is that of Design Studio already. */
static const char *target_path(const struct jpk_cloud_rule *rule)
{
    const char *path = *rule->target_script ? rule->target_script : rule->target;
    return is_records(path) ? "" : path;
}

static void put_rule(struct design *d, const struct jpk_cloud_component *component, struct buf *out,
                     const struct jpk_cloud_rule *rule)
{
    if (!rule->script || !*rule->script)
        return;
    const char *script = design_script_text(d, component, rule->script, rule->script_node);
    put_mapping(out, design_text(d, "%s%s", target_path(rule), rule->condition ? CONDITION : ""), script);
}

static bool is_tree(const struct design_entity *entity)
{
    const char *nature = design_get(entity, "natureofsource");
    return nature && strcmp(nature, "Tree") == 0;
}

/* Below the answer to a query the records themselves have no step: their path is that of what stands above them. */
static const char *source_path(const struct design_entity *entity, const char *path)
{
    size_t step = strcspn(path, "$.");
    bool one = !path[step] || !path[step + 1];
    return entity->source_prefixed && one ? entity->source_root : path;
}

/* Paths end with the mark of what they are; a loop of a flat structure is that of its records. */
static void put_loop(struct design *d, const struct design_entity *entity, struct buf *out,
                     const struct jpk_cloud_loop *loop)
{
    const char *target = is_records(loop->target_script) ? "" : loop->target_script, *source = loop->source_script;
    if (is_records(source))
        source = is_tree(entity) || !entity->source_root ? "" : entity->source_root;
    else
        source = source_path(entity, source);
    put_mapping(out, design_text(d, "[%s]", target), design_text(d, "[%s]", source));
}

/*
 * Of a flat target Design Studio always writes the loop of its records (71 of 72 real ones); an export leaves out one
 * over what occurs once.
 */
static void put_record_loop(struct design *d, const struct jpk_cloud_component *component,
                            const struct design_entity *entity, struct buf *out)
{
    const struct jpk_cloud_transformation *t = component->as.transformation;
    const char *target = design_get(entity, "natureoftarget");
    for (size_t i = 0; i < t->loop_count; i++)
        if (is_records(t->loops[i].target_script))
            return;
    if (!target || strcmp(target, "Flat") != 0)
        return;
    put_mapping(out, "[]", design_text(d, "[%s]", entity->source_root ? entity->source_root : ""));
}

/* The script that the conversion to Cloud Studio took out of a transformation; NULL when there is none. */
static const struct jpk_cloud_component *prescript_of(struct design *d, const struct jpk_cloud_component *component)
{
    char id[UUID_SIZE];
    design_made_id(d, "script", "prescript", design_of(d, component)->id, id);
    const struct jpk_cloud_component *script = jpk_cloud_by_id(d->cloud, id);
    return script && script->kind == JPK_CLOUD_SCRIPT && design_of(d, script)->absorbed ? script : NULL;
}

static void put_mappings(struct design *d, const struct jpk_cloud_component *component, struct design_entity *entity)
{
    struct buf mappings = {0}, *out = &mappings;
    const struct jpk_cloud_transformation *t = component->as.transformation;
    const struct jpk_cloud_component *prescript = prescript_of(d, component);
    if (prescript) {
        const struct jpk_cloud_script *script = prescript->as.script;
        put_mapping(out, PRESCRIPT, design_script_text(d, prescript, script->text, script->node));
        design_done_as(d, prescript, "Transformation:%s (runs before)", component->name);
    }
    put_record_loop(d, component, entity, out);
    for (size_t i = 0; i < t->loop_count && !d->ledger.failed; i++)
        put_loop(d, entity, out, &t->loops[i]);
    for (size_t i = 0; i < t->rule_count && !d->ledger.failed; i++)
        put_rule(d, component, out, &t->rules[i]);
    buf_puts(&entity->body, mappings.size > 0 ? "  <Mappings>\n" : "  <Mappings/>\n");
    buf_put(&entity->body, buf_text(&mappings), mappings.size);
    buf_puts(&entity->body, mappings.size > 0 ? "  </Mappings>\n" : "");
    buf_puts(&entity->body, "  <InvalidMappings/>\n  <RenamedNodes/>\n");
    d->ledger.failed |= mappings.failed;
    buf_free(&mappings);
}

static void convert_one(struct design *d, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_transformation *t = component->as.transformation;
    struct design_component *own = design_of(d, component);
    struct design_entity *entity = design_entity(d, JPK_TYPE_TRANSFORMATION, own->id, component->name);
    if (!entity)
        return;
    entity->from = component;
    entity->description = component->description;
    own->made[0] = entity;
    design_structure(d, &(struct design_side){component, entity, &t->source, false});
    design_structure(d, &(struct design_side){component, entity, &t->target, true});
    put_mappings(d, component, entity);
    if (t->changed_nodes)
        design_note(d, component, CONVERT_SCHEMA_GUESSED, JPK_CLOUD_NO_NODE,
                    "nodes of its schemas were duplicated, extended or removed, which mappings alone cannot say");
    design_done(d, component, entity);
}

void design_transformations(struct design *d)
{
    for (size_t i = 0; i < d->cloud->component_count && !d->ledger.failed; i++)
        if (d->cloud->components[i]->kind == JPK_CLOUD_TRANSFORMATION)
            convert_one(d, d->cloud->components[i]);
    for (size_t i = 0; i < d->cloud->component_count && !d->ledger.failed; i++)
        if (d->cloud->components[i]->kind == JPK_CLOUD_SCHEMA)
            design_unused_schema(d, d->cloud->components[i]);
}
