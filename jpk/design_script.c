/* Scripts, and the references in every text. */
#include <string.h>

#include "base/json.h"
#include "jpk/design.h"
#include "jpk/script_rewrite.h"

/* The text at hand, for the resolver. */
struct rewriting {
    struct design *d;
    const struct jpk_cloud_component *from;
    uint32_t node;
    size_t notes; /* findings about it that leave something to do */
};

static void note(struct rewriting *r, enum convert_rule rule, const char *message, const char *hint)
{
    struct jpk_finding *finding = design_note(r->d, r->from, rule, r->node, "%s", message);
    if (finding && hint)
        finding->hint = hint;
    r->notes += rule != CONVERT_DANGLING_IN_COMMENT;
}

/* Whether a function reads or writes what it names; without a function what the activity does. */
static enum convert_direction direction_of(const struct script_use *use, const struct jpk_cloud_component *to)
{
    unsigned items = use->parameter.items & (SCRIPT_ITEM_SOURCE | SCRIPT_ITEM_TARGET);
    if (items == SCRIPT_ITEM_SOURCE)
        return CONVERT_READ;
    if (items == SCRIPT_ITEM_TARGET)
        return CONVERT_WRITE;
    return design_direction(to);
}

/* What a script names an entity by; NULL: it cannot. */
static const char *prefix_of(enum jpk_type type)
{
    switch (type) {
    case JPK_TYPE_OPERATION:
        return "op";
    case JPK_TYPE_SCRIPT:
        return "sc";
    case JPK_TYPE_EMAIL_MESSAGE:
        return "m";
    case JPK_TYPE_SOURCE:
        return "s";
    case JPK_TYPE_TARGET:
        return "t";
    case JPK_TYPE_SALESFORCE_CONNECTOR:
        return "so";
    default:
        return NULL;
    }
}

/* The id and type of what a component becomes, for a script that names it. False: nothing that could be named. */
static bool counterpart(struct design *d, const struct script_use *use, const struct jpk_cloud_component *to,
                        const char **prefix, const char **id)
{
    const struct design_entity *entity = NULL;
    if (to->kind == JPK_CLOUD_ACTIVITY)
        entity = design_is_location(to) ? design_endpoint(d, to, direction_of(use, to)) : NULL;
    else if (to->kind == JPK_CLOUD_CONNECTION)
        entity = design_connection(d, to);
    else
        *prefix = prefix_of(jpk_cloud_kind_info(to->kind)->type);
    *id = entity ? entity->id : design_of(d, to)->id;
    if (entity)
        *prefix = prefix_of(entity->type);
    return *prefix && !(to->kind == JPK_CLOUD_ACTIVITY && !entity) && !(to->kind == JPK_CLOUD_CONNECTION && !entity);
}

static enum script_answer dangling(struct rewriting *r, const struct script_use *use, const char *text)
{
    const char *what = design_text(r->d, "'%s' names a component that the project does not have", text);
    if (use->in_comment) {
        note(r, CONVERT_DANGLING_IN_COMMENT, what, NULL);
        return SCRIPT_KEEP;
    }
    note(r, CONVERT_DANGLING, what, "an empty text stands in its place");
    return SCRIPT_DROP;
}

static enum script_answer resolve(void *context, const struct script_use *use, struct buf *replacement)
{
    struct rewriting *r = context;
    struct design *d = r->d;
    struct buf wanted = {0};
    const char *prefix = NULL, *id = NULL;
    if (use->form != SCRIPT_FORM_CLOUD || use->item == SCRIPT_ITEM_PLUGIN)
        return SCRIPT_KEEP;
    buf_printf(&wanted, "%.*s:", (int)use->prefix.length, use->prefix.text);
    for (size_t i = 0; i < use->part_count; i++)
        buf_printf(&wanted, "%s%.*s", i > 0 ? "/" : "", (int)use->parts[i].length, use->parts[i].text);
    const char *text = design_keep(d, &wanted);
    const struct jpk_cloud_component *to = jpk_cloud_by_reference(d->cloud, text);
    if (d->ledger.failed || !to)
        return d->ledger.failed ? SCRIPT_KEEP : dangling(r, use, text);
    if (!counterpart(d, use, to, &prefix, &id)) {
        if (!use->in_comment)
            note(r, CONVERT_REFERENCE_KIND,
                 design_text(d, "'%s' is named here and has no counterpart that a script could name", text), NULL);
        return use->in_comment ? SCRIPT_KEEP : SCRIPT_DROP;
    }
    if (design_of(d, to)->doubled && !use->in_comment)
        note(r, CONVERT_AMBIGUOUS,
             design_text(d, "'%s' is the name of more than one component; the first was taken", text), NULL);
    buf_printf(replacement, "%s.%s", prefix, id);
    return SCRIPT_REPLACE;
}

/* References that only come to be while the script runs. */
static void note_built(struct rewriting *r, const struct script_rewriting *rewriting)
{
    for (size_t i = 0; i < rewriting->count; i++) {
        const struct script_change *change = &rewriting->changes[i];
        if (change->outcome == SCRIPT_BUILT && !change->in_comment)
            note(r, CONVERT_REFERENCE_BUILT,
                 design_text(r->d, "%.*s gets a reference that is put together at run time",
                             (int)change->function.length, change->function.text),
                 "it must be the id of an item, such as op.<id>");
    }
}

/* *notes gets how many findings about it leave something to do. */
static const char *rewrite(struct design *d, const struct jpk_cloud_component *from, const char *text, uint32_t node,
                           size_t *notes)
{
    struct rewriting r = {.d = d, .from = from, .node = node};
    struct script_rewriting rewriting = {0};
    if (d->ledger.failed || !script_rewrite(text, strlen(text), resolve, &r, &rewriting, NULL)) {
        d->ledger.failed = true;
        script_rewriting_free(&rewriting);
        return "";
    }
    note_built(&r, &rewriting);
    *notes = r.notes;
    const char *out = design_keep(d, &rewriting.text);
    script_rewriting_free(&rewriting);
    return out;
}

const char *design_reference_text(struct design *d, const struct jpk_cloud_component *from, const char *text,
                                  uint32_t node)
{
    size_t notes;
    return strstr(text, "<TAG>") ? rewrite(d, from, text, node, &notes) : text;
}

const char *design_script_text(struct design *d, const struct jpk_cloud_component *from, const char *text,
                               uint32_t node)
{
    size_t notes = 0;
    const char *out = rewrite(d, from, text, node, &notes);
    ledger_count_lines(&d->ledger, text, notes);
    return out;
}

static void convert_one(struct design *d, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_script *script = component->as.script;
    struct design_component *own = design_of(d, component);
    const char *text = design_script_text(d, component, script->text ? script->text : "", script->node);
    struct design_entity *entity = design_entity(d, JPK_TYPE_SCRIPT, own->id, component->name);
    if (!entity)
        return;
    entity->from = component;
    entity->description = component->description;
    own->made[0] = entity;
    design_put_string(&entity->body, 1, "script", text);
    design_done(d, component, entity);
}

void design_scripts(struct design *d)
{
    for (size_t i = 0; i < d->cloud->component_count && !d->ledger.failed; i++) {
        const struct jpk_cloud_component *component = d->cloud->components[i];
        if (component->kind == JPK_CLOUD_SCRIPT && !design_of(d, component)->absorbed)
            convert_one(d, component);
    }
}
