/*
 * The reference graph: walks every entity once, notes what it names and which variables it reads and writes, then
 * turns the lists around. Everything is linear in the size of the project.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "jpk/brackets.h"
#include "jpk/functions.h"
#include "jpk/model.h"
#include "jpk/script.h"

struct builder {
    struct jpk_graph public; /* first: the result */
    struct arena arena;
    struct intern intern;
    const struct jpk_project *project;
    struct jpk_reference *references;
    size_t reference_count, reference_capacity;
    struct jpk_use *uses;
    size_t use_count, use_capacity;
    struct jpk_variable *variables;
    size_t variable_count, variable_capacity;
    struct map by_name;                          /* lower-case name -> index in variables */
    struct map steps;                            /* of the operation at hand: lower-case ids of what its steps name */
    size_t brackets_from;                        /* variables from here on were found in brackets alone */
    bool regular;                                /* the entity at hand picks its files by a regular expression */
    uint32_t *from_start, *use_start, *to_start; /* by entity index; one more than entities */
    const struct jpk_reference **to_list;
    const struct jpk_use **use_list; /* by variable */
    bool failed;                     /* memory is out */
};

static const char *keep(struct builder *b, const char *s, size_t n)
{
    const char *kept = intern_string(&b->intern, s, n);
    if (!kept)
        b->failed = true;
    return kept;
}

/* --------------------------------------------------------------------------------------------------- variables */

static uint32_t known_variable(const struct builder *b, const char *name, size_t n)
{
    char key[VARIABLE_NAME_MAX];
    return map_get(&b->by_name, key, variable_key(name, n, key));
}

static uint32_t add_variable(struct builder *b, const char *name, size_t n, const struct jpk_entity *entity)
{
    char key[VARIABLE_NAME_MAX];
    uint32_t found = known_variable(b, name, n);
    if (found != MAP_NONE || b->failed)
        return found;
    n = variable_key(name, n, key);
    const char *kept_key = keep(b, key, n), *kept = keep(b, name, n);
    struct jpk_variable *variables =
        array_grow(b->variables, b->variable_count, &b->variable_capacity, sizeof *b->variables);
    if (variables)
        b->variables = variables;
    if (b->failed || !variables || !map_set(&b->by_name, kept_key, n, (uint32_t)b->variable_count)) {
        b->failed = true;
        return MAP_NONE;
    }
    b->variables[b->variable_count] =
        (struct jpk_variable){.name = kept, .entity = entity, .system = !entity && variable_system(name, n)};
    return (uint32_t)b->variable_count++;
}

static struct jpk_use *add_use(struct builder *b, enum jpk_use_kind kind, const struct jpk_entity *from,
                               const char *name, size_t n)
{
    uint32_t variable = add_variable(b, name, n, NULL);
    const char *spelled = keep(b, name, n);
    struct jpk_use *uses = array_grow(b->uses, b->use_count, &b->use_capacity, sizeof *b->uses);
    if (uses)
        b->uses = uses;
    if (b->failed || !uses) {
        b->failed = true;
        return NULL;
    }
    struct jpk_use *use = &b->uses[b->use_count++];
    *use = (struct jpk_use){
        .kind = kind, .from = from, .variable = variable, .spelled = spelled, .where = "", .assigned = UINT32_MAX};
    return use;
}

/* -------------------------------------------------------------------------------------------------- references */

static struct jpk_reference *add_reference(struct builder *b, enum jpk_reference_kind kind,
                                           const struct jpk_entity *from, const char *target, const char *where,
                                           uint32_t offset)
{
    struct jpk_reference *references =
        array_grow(b->references, b->reference_count, &b->reference_capacity, sizeof *b->references);
    if (references)
        b->references = references;
    if (b->failed || !references) {
        b->failed = true;
        return NULL;
    }
    struct jpk_reference *reference = &b->references[b->reference_count++];
    *reference = (struct jpk_reference){.kind = kind, .from = from, .target = target, .where = where, .offset = offset};
    return reference;
}

static void resolve(const struct builder *b, struct jpk_reference *reference)
{
    if (!reference)
        return;
    if (!*reference->target) {
        reference->state = JPK_REF_EMPTY;
        return;
    }
    reference->to = jpk_project_entity(b->project, reference->target);
    if (reference->to)
        reference->state = reference->to->deleted ? JPK_REF_DELETED : JPK_REF_RESOLVED;
    else
        reference->state = built_in_item(reference->target) ? JPK_REF_BUILT_IN : JPK_REF_DANGLING;
}

/*
 * Properties whose value is the id of another entity, and must be. Any other property that happens to hold an id of
 * the project is a reference too, but says nothing when it does not.
 */
static const struct {
    enum jpk_type from; /* JPK_TYPE_UNKNOWN: any */
    const char *key;
    enum jpk_reference_kind kind;
} reference_keys[] = {
    {JPK_TYPE_OPERATION, "success_operation_id", JPK_REF_SUCCESS},
    {JPK_TYPE_OPERATION, "failure_operation_id", JPK_REF_FAILURE},
    {JPK_TYPE_OPERATION, "success_message_id", JPK_REF_MESSAGE},
    {JPK_TYPE_OPERATION, "failure_message_id", JPK_REF_MESSAGE},
    {JPK_TYPE_OPERATION, "schedule_id", JPK_REF_SCHEDULE},
    {JPK_TYPE_OPERATION, "source_id", JPK_REF_PROPERTY},
    {JPK_TYPE_OPERATION, "target_id", JPK_REF_PROPERTY},
    {JPK_TYPE_OPERATION, "salesforce_wizard_guid", JPK_REF_PROPERTY},
    {JPK_TYPE_TRANSFORMATION, "source_text_doc", JPK_REF_STRUCTURE},
    {JPK_TYPE_TRANSFORMATION, "target_text_doc", JPK_REF_STRUCTURE},
    {JPK_TYPE_TRANSFORMATION, "source_sourceid", JPK_REF_STRUCTURE},
    {JPK_TYPE_TRANSFORMATION, "input_function_id", JPK_REF_STRUCTURE},
    {JPK_TYPE_TRANSFORMATION, "output_function_id", JPK_REF_STRUCTURE},
    {JPK_TYPE_TARGET, "target_target_id", JPK_REF_PROPERTY},
    {JPK_TYPE_UNKNOWN, "connector_id", JPK_REF_ENDPOINT},
    {JPK_TYPE_UNKNOWN, "endpoint_id", JPK_REF_ENDPOINT},
};

static const char *const file_keys[] = {"source_xml", "target_xml", "input_xsd_filename", "output_xsd_filename",
                                        "wsdl_id"};

/* WSDLs of the product itself, which no project stores. */
static bool built_in_file(const char *name)
{
    static const char prefix[] = "jitterbit.salesforce.partner.";
    return strncmp(name, prefix, sizeof prefix - 1) == 0;
}

enum { GUID_LENGTH = 36 };

static void guid_key(const char *id, char key[GUID_LENGTH])
{
    for (size_t i = 0; i < GUID_LENGTH; i++)
        key[i] = text_lower(id[i]);
}

/* An operation and a transformation say some ids twice: as a property and in their structure. */
static bool said_already(const struct builder *b, const struct jpk_entity *entity, const char *id)
{
    char key[GUID_LENGTH];
    if (entity->type == JPK_TYPE_OPERATION) {
        guid_key(id, key);
        return map_get(&b->steps, key, GUID_LENGTH) != MAP_NONE;
    }
    if (entity->type == JPK_TYPE_TRANSFORMATION) {
        const struct jpk_transformation *t = entity->as.transformation;
        return (t->source.id && text_caseeq(t->source.id, id)) || (t->target.id && text_caseeq(t->target.id, id));
    }
    return false;
}

static void item_file(struct builder *b, const struct jpk_entity *entity, const struct jpk_item *item)
{
    for (size_t i = 0; i < sizeof file_keys / sizeof file_keys[0]; i++) {
        if (strcmp(item->key, file_keys[i]) != 0)
            continue;
        struct jpk_reference *reference = add_reference(b, JPK_REF_FILE, entity, item->value, item->key, item->offset);
        if (reference)
            reference->state = jpk_project_file(b->project, item->value) ? JPK_REF_RESOLVED
                               : built_in_file(item->value)              ? JPK_REF_BUILT_IN
                                                                         : JPK_REF_DANGLING;
    }
}

static void item_reference(struct builder *b, const struct jpk_entity *entity, const struct jpk_item *item)
{
    bool guid = text_guid(item->value, strlen(item->value));
    if (!guid) {
        item_file(b, entity, item);
        return;
    }
    if (text_caseeq(item->value, entity->id) || said_already(b, entity, item->value))
        return;
    for (size_t i = 0; i < sizeof reference_keys / sizeof reference_keys[0]; i++) {
        if (strcmp(reference_keys[i].key, item->key) != 0 ||
            (reference_keys[i].from != JPK_TYPE_UNKNOWN && reference_keys[i].from != entity->type))
            continue;
        resolve(b, add_reference(b, reference_keys[i].kind, entity, item->value, item->key, item->offset));
        return;
    }
    if (jpk_project_entity(b->project, item->value))
        resolve(b, add_reference(b, JPK_REF_PROPERTY, entity, item->value, item->key, item->offset));
}

static void operation_references(struct builder *b, const struct jpk_entity *entity)
{
    const struct jpk_operation *operation = entity->as.operation;
    for (size_t i = 0; i < operation->activity_count; i++) {
        const struct jpk_activity *step = &operation->activities[i];
        resolve(b, add_reference(b, JPK_REF_ACTIVITY, entity, step->content_id ? step->content_id : "", step->role,
                                 step->offset));
        if (!step->content_id || !text_guid(step->content_id, strlen(step->content_id)))
            continue;
        char key[GUID_LENGTH];
        guid_key(step->content_id, key);
        const char *kept = keep(b, key, GUID_LENGTH);
        if (!kept || !map_set(&b->steps, kept, GUID_LENGTH, (uint32_t)i)) {
            b->failed = true;
            return;
        }
    }
}

static void transformation_references(struct builder *b, const struct jpk_entity *entity)
{
    const struct jpk_side *sides[] = {&entity->as.transformation->source, &entity->as.transformation->target};
    for (size_t i = 0; i < 2; i++)
        if (sides[i]->id && *sides[i]->id)
            resolve(b,
                    add_reference(b, JPK_REF_STRUCTURE, entity, sides[i]->id, sides[i]->reference, sides[i]->offset));
}

/* ----------------------------------------------------------------------------------------------------- scripts */

/* Locals through which a value passes on its way from one variable to another: `x = $a; $b = x`. */
enum { LOCALS_MAX = 128 };

struct script_context {
    struct builder *b;
    const struct jpk_entity *entity;
    const char *where;
    uint32_t offset, base; /* of the element, and of the script in the element's text */
    struct {
        struct script_view name;
        size_t use;
    } locals[LOCALS_MAX];
    size_t local_count;
    uint32_t *order; /* counts through all scripts of the entity */
};

static bool same_view(struct script_view a, struct script_view b)
{
    return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

static void note_local(struct script_context *c, struct script_view name, size_t use)
{
    if (c->local_count < LOCALS_MAX) {
        c->locals[c->local_count].name = name;
        c->locals[c->local_count].use = use;
        c->local_count++;
    }
}

static void script_reference(struct script_context *c, const struct script_event *event)
{
    struct builder *b = c->b;
    struct jpk_reference *reference =
        add_reference(b, JPK_REF_SCRIPT, c->entity, keep(b, event->name.text, event->name.length), c->where, c->offset);
    if (b->failed || !reference)
        return;
    resolve(b, reference);
    reference->text_offset = c->base + event->offset;
    reference->order = (*c->order)++;
    reference->in_comment = event->in_comment;
    if (event->function.length)
        reference->function = keep(b, event->function.text, event->function.length);
}

static void script_variable(struct script_context *c, const struct script_event *event)
{
    struct builder *b = c->b;
    if (event->name.length == 0)
        return;
    struct jpk_use *use = add_use(b, JPK_USE_SCRIPT, c->entity, event->name.text, event->name.length);
    if (!use)
        return;
    size_t index = b->use_count - 1;
    use->write = script_event_writes(event);
    use->in_comment = event->in_comment;
    use->where = c->where;
    use->offset = c->offset;
    use->in_text = true;
    use->text_offset = c->base + event->offset;
    use->order = (*c->order)++;
    use->argument = event->argument;
    use->alone = event->alone;
    if (event->function.length)
        use->function = keep(b, event->function.text, event->function.length);
    if (event->compared.text)
        use->compared = keep(b, event->compared.text, event->compared.length);
    if (event->assigned.length && event->assigned_local) {
        note_local(c, event->assigned, index);
    } else if (event->assigned.length) {
        uint32_t assigned = add_variable(b, event->assigned.text, event->assigned.length, NULL);
        b->uses[index].assigned = assigned;
    }
}

static void script_local(struct script_context *c, const struct script_event *event)
{
    if (!event->assigned.length)
        return;
    size_t known = c->local_count;
    for (size_t i = 0; i < known; i++) {
        if (!same_view(c->locals[i].name, event->name))
            continue;
        struct jpk_use *use = &c->b->uses[c->locals[i].use];
        if (event->assigned_local)
            note_local(c, event->assigned, c->locals[i].use);
        else if (use->assigned == UINT32_MAX)
            use->assigned = add_variable(c->b, event->assigned.text, event->assigned.length, NULL);
    }
}

static bool on_script_event(void *context, const struct script_event *event)
{
    struct script_context *c = context;
    switch (event->kind) {
    case SCRIPT_EVENT_REFERENCE:
        script_reference(c, event);
        break;
    case SCRIPT_EVENT_READ:
    case SCRIPT_EVENT_WRITE:
        script_variable(c, event);
        break;
    case SCRIPT_EVENT_LOCAL_READ:
        script_local(c, event);
        break;
    default:
        break;
    }
    return !c->b->failed;
}

static void scan_script(struct builder *b, const struct jpk_entity *entity, const char *text, const char *where,
                        uint32_t offset, uint32_t base, uint32_t *order)
{
    struct script_context context = {
        .b = b, .entity = entity, .where = where, .offset = offset, .base = base, .order = order};
    script_events(text, strlen(text), on_script_event, &context);
}

static void scripts_of(struct builder *b, const struct jpk_entity *entity)
{
    uint32_t order = 0;
    if (entity->type == JPK_TYPE_SCRIPT) {
        scan_script(b, entity, entity->as.script->text, "", entity->as.script->offset, 0, &order);
    } else if (entity->type == JPK_TYPE_TRANSFORMATION) {
        const struct jpk_transformation *t = entity->as.transformation;
        for (size_t i = 0; i < t->mapping_count && !b->failed; i++)
            if (t->mappings[i].kind != JPK_MAPPING_LOOP)
                scan_script(b, entity, t->mappings[i].source, t->mappings[i].target, t->mappings[i].offset,
                            t->mappings[i].source_at, &order);
    }
}

/* ---------------------------------------------------------------------------------------------------- brackets */

struct text_place {
    const char *text, *where;
    uint32_t offset;
    bool element; /* `offset` is of an element whose text this is */
    bool strict;  /* brackets mean other things here too: only known variables count */
};

static void scan_brackets(struct builder *b, const struct jpk_entity *entity, const struct text_place *place)
{
    struct bracket bracket;
    if (!strchr(place->text, '['))
        return;
    for (size_t at = 0; !b->failed && bracket_next(place->text, &at, &bracket);) {
        uint32_t known = known_variable(b, bracket.name, bracket.name_length);
        if (place->strict && known >= b->brackets_from)
            known = MAP_NONE;
        bool system = variable_system(bracket.name, bracket.name_length);
        if (known == MAP_NONE && !system && (place->strict || !bracket.plain))
            continue;
        struct jpk_use *use = add_use(b, JPK_USE_BRACKET, entity, bracket.name, bracket.name_length);
        if (!use)
            return;
        use->where = place->where;
        use->offset = place->offset;
        use->in_text = place->element;
        use->text_offset = place->element ? (uint32_t)bracket.offset : 0;
        if (bracket.has_default)
            use->default_value = keep(b, bracket.default_value, bracket.default_length);
    }
}

static bool regular_expression(const struct jpk_entity *entity)
{
    const char *value = jpk_entity_value(entity, "filterOption.regularExpression");
    return value && strcmp(value, "1") == 0;
}

static void scan_items(struct builder *b, const struct jpk_entity *entity, const struct xml_node *node)
{
    for (uint32_t i = 0; i < node->item_count; i++) {
        const struct jpk_item *item = &node->items[i];
        if (!item->value || item->encrypted || !*item->value)
            continue;
        item_reference(b, entity, item);
        struct text_place place = {.text = item->value, .where = item->key, .offset = item->offset};
        place.strict = b->regular && strcmp(item->key, "file_name") == 0;
        scan_brackets(b, entity, &place);
    }
}

static bool is_script_text(const struct jpk_entity *entity, const struct xml_node *node)
{
    const char *name = xml_attribute(node, "name");
    return name && ((entity->type == JPK_TYPE_SCRIPT && strcmp(name, "script") == 0) ||
                    (entity->type == JPK_TYPE_TRANSFORMATION && strcmp(name, "expr") == 0));
}

/* Everything below an entity's root but its header, whatever its type: unknown types have brackets and ids too. */
static void scan_node(struct builder *b, const struct jpk_entity *entity, const struct xml_node *node)
{
    scan_items(b, entity, node);
    if (node->text && !is_script_text(entity, node)) {
        const char *name = xml_attribute(node, "name");
        scan_brackets(b, entity,
                      &(struct text_place){.text = node->text,
                                           .where = name ? name : node->name,
                                           .offset = node->offset,
                                           .element = true,
                                           .strict = true});
    }
    for (uint32_t i = 0; i < node->attribute_count; i++)
        scan_brackets(b, entity,
                      &(struct text_place){.text = node->attributes[i].value,
                                           .where = node->attributes[i].name,
                                           .offset = node->offset,
                                           .strict = true});
    for (const struct xml_node *child = node->child; child && !b->failed; child = child->next)
        if (strcmp(child->name, "Header") != 0)
            scan_node(b, entity, child);
}

/* A source or target of a global variable names it in the clear. */
static void locator_of(struct builder *b, const struct jpk_entity *entity)
{
    const struct jpk_location *location = jpk_entity_location(entity);
    if (!location || location->type != JPK_LOCATION_GLOBAL_DATA)
        return;
    const struct jpk_item *item = jpk_entity_setting(entity, "locator");
    if (!item || item->encrypted || !item->value || !*item->value)
        return;
    struct jpk_use *use = add_use(b, JPK_USE_LOCATOR, entity, item->value, strlen(item->value));
    if (use) {
        use->where = item->key;
        use->offset = item->offset;
        use->write = entity->type == JPK_TYPE_TARGET;
    }
}

static void name_of(struct builder *b, const struct jpk_entity *entity)
{
    struct bracket bracket;
    for (size_t at = 0; !b->failed && bracket_next(entity->name, &at, &bracket);) {
        if (known_variable(b, bracket.name, bracket.name_length) == MAP_NONE)
            continue;
        struct jpk_use *use = add_use(b, JPK_USE_NAME, entity, bracket.name, bracket.name_length);
        if (use)
            use->where = "Name";
    }
}

/* ------------------------------------------------------------------------------------------------ turning around */

static int by_variable_name(const void *a, const void *b)
{
    const struct jpk_variable *left = a, *right = b;
    int order = text_casecmp(left->name, right->name);
    return order ? order : strcmp(left->name, right->name);
}

/* Project variables keep the order of project.xml; what scripts made up is sorted. Uses are told of the new places. */
static bool sort_variables(struct builder *b, size_t project_variables)
{
    if (b->variable_count - project_variables > 1)
        qsort(b->variables + project_variables, b->variable_count - project_variables, sizeof *b->variables,
              by_variable_name);
    uint32_t *moved = calloc(b->variable_count + 1, sizeof *moved);
    if (!moved)
        return false;
    for (size_t i = 0; i < b->variable_count; i++) {
        uint32_t old = known_variable(b, b->variables[i].name, strlen(b->variables[i].name));
        if (old != MAP_NONE)
            moved[old] = (uint32_t)i;
    }
    for (size_t i = 0; i < b->use_count; i++) {
        b->uses[i].variable = moved[b->uses[i].variable];
        if (b->uses[i].assigned != UINT32_MAX)
            b->uses[i].assigned = moved[b->uses[i].assigned];
    }
    for (size_t i = 0; i < b->by_name.capacity; i++)
        if (b->by_name.slots[i].key)
            b->by_name.slots[i].value = moved[b->by_name.slots[i].value];
    free(moved);
    return true;
}

/*
 * Two rounds went over the entities, for scripts and for brackets; each left its uses in the order of the entities. Now
 * all uses of an entity come together, those of its scripts first. Merged from the end, so that only the second run is
 * copied: in a large project this is where memory peaks.
 */
static bool group_uses(struct builder *b, size_t first_run)
{
    size_t entities = b->project->entity_count, rest = b->use_count - first_run;
    b->use_start = calloc(entities + 2, sizeof *b->use_start);
    struct jpk_use *second = calloc(rest + 1, sizeof *second);
    if (!b->use_start || !second) {
        free(second);
        return false;
    }
    if (rest)
        memcpy(second, b->uses + first_run, rest * sizeof *second);
    for (size_t at = b->use_count; rest > 0; at--) {
        bool from_first = first_run > 0 && b->uses[first_run - 1].from->index > second[rest - 1].from->index;
        b->uses[at - 1] = from_first ? b->uses[--first_run] : second[--rest];
    }
    free(second);
    for (size_t i = 0; i < b->use_count; i++)
        b->use_start[b->uses[i].from->index + 1]++;
    for (size_t i = 0; i < entities; i++)
        b->use_start[i + 1] += b->use_start[i];
    return true;
}

static bool list_uses(struct builder *b)
{
    b->use_list = malloc((b->use_count + 1) * sizeof *b->use_list);
    if (!b->use_list)
        return false;
    for (size_t i = 0; i < b->use_count; i++)
        b->variables[b->uses[i].variable].use_count++;
    const struct jpk_use **next = b->use_list;
    for (size_t i = 0; i < b->variable_count; i++) {
        b->variables[i].uses = next;
        next += b->variables[i].use_count;
        b->variables[i].use_count = 0;
    }
    for (size_t i = 0; i < b->use_count; i++) {
        struct jpk_variable *variable = &b->variables[b->uses[i].variable];
        const struct jpk_use **list = b->use_list + (variable->uses - (const struct jpk_use *const *)b->use_list);
        list[variable->use_count++] = &b->uses[i];
    }
    return true;
}

static bool list_references(struct builder *b)
{
    size_t entities = b->project->entity_count;
    b->from_start = calloc(entities + 2, sizeof *b->from_start);
    b->to_start = calloc(entities + 2, sizeof *b->to_start);
    b->to_list = malloc((b->reference_count + 1) * sizeof *b->to_list);
    uint32_t *next = malloc((entities + 2) * sizeof *next);
    if (!b->from_start || !b->to_start || !b->to_list || !next) {
        free(next);
        return false;
    }
    for (size_t i = 0; i < b->reference_count; i++) {
        b->from_start[b->references[i].from->index + 1]++;
        if (b->references[i].to)
            b->to_start[b->references[i].to->index + 1]++;
    }
    for (size_t i = 0; i < entities; i++) {
        b->from_start[i + 1] += b->from_start[i];
        b->to_start[i + 1] += b->to_start[i];
    }
    memcpy(next, b->to_start, (entities + 1) * sizeof *next);
    for (size_t i = 0; i < b->reference_count; i++)
        if (b->references[i].to)
            b->to_list[next[b->references[i].to->index]++] = &b->references[i];
    free(next);
    return true;
}

static void scan_entity(struct builder *b, const struct jpk_entity *entity)
{
    map_free(&b->steps);
    b->regular = regular_expression(entity);
    if (entity->type == JPK_TYPE_OPERATION)
        operation_references(b, entity);
    else if (entity->type == JPK_TYPE_TRANSFORMATION)
        transformation_references(b, entity);
    scan_node(b, entity, entity->tree);
    name_of(b, entity);
}

/* References of scripts are found in a first round, those of properties in a second; an entity's belong together. */
static int by_from(const void *a, const void *b)
{
    const struct jpk_reference *left = a, *right = b;
    if (left->from->index != right->from->index)
        return left->from->index < right->from->index ? -1 : 1;
    if ((left->kind == JPK_REF_SCRIPT) != (right->kind == JPK_REF_SCRIPT))
        return left->kind == JPK_REF_SCRIPT ? 1 : -1;
    if (left->order != right->order)
        return left->order < right->order ? -1 : 1;
    if (left->offset != right->offset)
        return left->offset < right->offset ? -1 : 1;
    if (left->text_offset != right->text_offset)
        return left->text_offset < right->text_offset ? -1 : 1;
    return strcmp(left->target, right->target);
}

static bool build(struct builder *b)
{
    const struct jpk_project *project = b->project;
    for (size_t i = 0; i < project->entity_count && !b->failed; i++) {
        const struct jpk_entity *entity = project->entities[i];
        if (entity->type == JPK_TYPE_PROJECT_VARIABLE && !entity->deleted && *entity->name)
            add_variable(b, entity->name, strlen(entity->name), entity);
    }
    size_t project_variables = b->variable_count;
    for (size_t i = 0; i < project->entity_count && !b->failed; i++) {
        const struct jpk_entity *entity = project->entities[i];
        if (!entity->unread && !entity->deleted) {
            scripts_of(b, entity);
            locator_of(b, entity);
        }
    }
    b->brackets_from = b->variable_count;
    size_t script_uses = b->use_count;
    for (size_t i = 0; i < project->entity_count && !b->failed; i++) {
        const struct jpk_entity *entity = project->entities[i];
        if (!entity->unread && !entity->deleted)
            scan_entity(b, entity);
    }
    if (b->failed || !sort_variables(b, project_variables) || !group_uses(b, script_uses) || !list_uses(b))
        return false;
    if (b->reference_count)
        qsort(b->references, b->reference_count, sizeof *b->references, by_from);
    return list_references(b);
}

struct jpk_graph *jpk_graph_build(const struct jpk_project *project, struct jpk_error *err)
{
    if (((const struct project *)project)->slim) {
        error_set(err, JPK_ERR_USAGE, "jpk_project_slim was called before the graph was built");
        return NULL;
    }
    struct builder *b = calloc(1, sizeof *b);
    if (!b) {
        error_memory(err);
        return NULL;
    }
    b->project = project;
    b->intern.arena = &b->arena;
    if (!build(b)) {
        error_memory(err);
        jpk_graph_free(&b->public);
        return NULL;
    }
    b->public = (struct jpk_graph){.project = project,
                                   .references = b->references,
                                   .reference_count = b->reference_count,
                                   .uses = b->uses,
                                   .use_count = b->use_count,
                                   .variables = b->variables,
                                   .variable_count = b->variable_count};
    return &b->public;
}

void jpk_graph_free(struct jpk_graph *graph)
{
    struct builder *b = (struct builder *)graph;
    if (!b)
        return;
    free(b->references);
    free(b->uses);
    free(b->variables);
    free(b->from_start);
    free(b->use_start);
    free(b->to_start);
    free(b->to_list);
    free(b->use_list);
    map_free(&b->by_name);
    map_free(&b->steps);
    intern_free(&b->intern);
    arena_free(&b->arena);
    free(b);
}

const struct jpk_reference *jpk_graph_from(const struct jpk_graph *graph, const struct jpk_entity *entity,
                                           size_t *count)
{
    const struct builder *b = (const struct builder *)graph;
    *count = b->from_start[entity->index + 1] - b->from_start[entity->index];
    return *count ? b->references + b->from_start[entity->index] : NULL;
}

const struct jpk_reference *const *jpk_graph_to(const struct jpk_graph *graph, const struct jpk_entity *entity,
                                                size_t *count)
{
    const struct builder *b = (const struct builder *)graph;
    *count = b->to_start[entity->index + 1] - b->to_start[entity->index];
    return (const struct jpk_reference *const *)b->to_list + b->to_start[entity->index];
}

const struct jpk_use *jpk_graph_uses(const struct jpk_graph *graph, const struct jpk_entity *entity, size_t *count)
{
    const struct builder *b = (const struct builder *)graph;
    *count = b->use_start[entity->index + 1] - b->use_start[entity->index];
    return *count ? b->uses + b->use_start[entity->index] : NULL;
}

const struct jpk_variable *jpk_graph_variable(const struct jpk_graph *graph, const char *name)
{
    const struct builder *b = (const struct builder *)graph;
    uint32_t found = known_variable(b, name, strlen(name));
    return found == MAP_NONE ? NULL : &graph->variables[found];
}
