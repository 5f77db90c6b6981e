/* References by name and uses of variables: in scripts, mappings, properties and e-mails. */
#include <stdlib.h>

#include "base/array.h"
#include "jpk/brackets.h"
#include "jpk/cloud_model.h"
#include "jpk/functions.h"
#include "jpk/script.h"
#include "jpk/script_reference.h"

/* A text that is searched. */
struct place {
    struct cloud *c;
    const struct jpk_cloud_component *component;
    uint32_t node; /* the string that it is */
    bool strict;   /* brackets mean other things here too: only variables that something defines count */
};

static const char *keep(struct cloud *c, const char *s, size_t n)
{
    const char *kept = arena_strndup(&c->arena, s, n);
    c->failed = c->failed || !kept;
    return kept;
}

/* -------------------------------------------------------------------------------------------------------- variables */

static uint32_t known_variable(const struct cloud *c, const char *name, size_t n)
{
    char key[VARIABLE_NAME_MAX];
    return map_get(&c->by_variable, key, variable_key(name, n, key));
}

static uint32_t add_variable(struct cloud *c, const char *name, size_t n)
{
    char key[VARIABLE_NAME_MAX];
    size_t length = variable_key(name, n, key), count = c->public.variable_count;
    uint32_t found = map_get(&c->by_variable, key, length);
    if (found != MAP_NONE)
        return found;
    struct jpk_cloud_variable *variables = array_grow(c->variables, count, &c->variable_capacity, sizeof *variables);
    const char *kept = keep(c, name, n), *kept_key = keep(c, key, length);
    if (variables)
        c->variables = variables;
    if (!variables || c->failed || !map_set(&c->by_variable, kept_key, length, (uint32_t)count)) {
        c->failed = true;
        return MAP_NONE;
    }
    variables[count] = (struct jpk_cloud_variable){.name = kept, .system = variable_system(name, n)};
    c->public.variable_count++;
    return (uint32_t)count;
}

/* Those that components define come first, project variables before global ones of the same name. */
static void add_defined(struct cloud *c, enum jpk_cloud_kind kind)
{
    for (size_t i = 0; i < c->public.component_count && !c->failed; i++) {
        const struct jpk_cloud_component *component = &c->components[i];
        if (component->kind != kind || !*component->name)
            continue;
        uint32_t index = add_variable(c, component->name, strlen(component->name));
        if (index == MAP_NONE)
            return;
        struct jpk_cloud_variable *variable = &c->variables[index];
        if (kind == JPK_CLOUD_VARIABLE && !variable->project)
            variable->project = component;
        else if (kind == JPK_CLOUD_GLOBAL && !variable->global)
            variable->global = component;
    }
}

static struct jpk_cloud_use *add_use(const struct place *place, enum jpk_cloud_use_kind kind, const char *name,
                                     size_t n, size_t offset)
{
    struct cloud *c = place->c;
    uint32_t variable = n > 0 ? add_variable(c, name, n) : MAP_NONE;
    if (variable == MAP_NONE)
        return NULL;
    size_t count = c->public.use_count;
    struct jpk_cloud_use *uses = array_grow(c->uses, count, &c->use_capacity, sizeof *uses);
    c->failed = c->failed || !uses;
    if (uses)
        c->uses = uses;
    const char *known = c->variables[variable].name;
    bool same = strlen(known) == n && memcmp(known, name, n) == 0;
    const char *spelled = same ? known : keep(c, name, n);
    if (!uses || c->failed)
        return NULL;
    uses[count] = (struct jpk_cloud_use){.kind = kind,
                                         .from = place->component,
                                         .spelled = spelled,
                                         .variable = variable,
                                         .node = place->node,
                                         .offset = (uint32_t)offset};
    c->public.use_count++;
    return &uses[count];
}

/* ------------------------------------------------------------------------------------------------------- references */

static enum jpk_cloud_reference_kind kind_of(const char *text)
{
    static const struct {
        const char *prefix;
        enum jpk_cloud_reference_kind kind;
    } prefixes[] = {
        {"operation:", JPK_CLOUD_REF_OPERATION}, {"script:", JPK_CLOUD_REF_SCRIPT},
        {"email:", JPK_CLOUD_REF_EMAIL},         {"activity:", JPK_CLOUD_REF_ACTIVITY},
        {"endpoint:", JPK_CLOUD_REF_ENDPOINT},   {"connection:", JPK_CLOUD_REF_ENDPOINT},
        {"plugin:", JPK_CLOUD_REF_PLUGIN},       {"Operations/", JPK_CLOUD_REF_DESIGN},
        {"Scripts/", JPK_CLOUD_REF_DESIGN},      {"Sources/", JPK_CLOUD_REF_DESIGN},
        {"Targets/", JPK_CLOUD_REF_DESIGN},      {"Email Messages/", JPK_CLOUD_REF_DESIGN},
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (text_starts_with(text, prefixes[i].prefix))
            return prefixes[i].kind;
    return JPK_CLOUD_REF_OTHER;
}

/* What a reference says; a quote in a name has a backslash before it in a string. */
static const char *reference_text(struct cloud *c, struct script_view name)
{
    struct buf plain = {0};
    const char *text = keep(c, name.text, name.length);
    if (c->failed || !strchr(text, '\\') || jpk_cloud_by_reference(&c->public, text))
        return text;
    script_unescape(name.text, name.length, &plain);
    text = plain.failed ? text : keep(c, buf_text(&plain), plain.size);
    c->failed |= plain.failed;
    buf_free(&plain);
    return text;
}

static struct jpk_cloud_reference *add_reference(const struct place *place, struct script_view name, size_t offset)
{
    struct cloud *c = place->c;
    size_t count = c->public.reference_count;
    struct jpk_cloud_reference *references =
        array_grow(c->references, count, &c->reference_capacity, sizeof *references);
    const char *text = reference_text(c, name);
    c->failed = c->failed || !references;
    if (references)
        c->references = references;
    if (!references || c->failed)
        return NULL;
    references[count] = (struct jpk_cloud_reference){.kind = kind_of(text),
                                                     .from = place->component,
                                                     .to = jpk_cloud_by_reference(&c->public, text),
                                                     .text = text,
                                                     .node = place->node,
                                                     .offset = (uint32_t)offset};
    c->public.reference_count++;
    return &references[count];
}

/* ---------------------------------------------------------------------------------------------------------- scripts */

static const char *function_of(struct cloud *c, const struct script_event *event)
{
    return event->function.length ? keep(c, event->function.text, event->function.length) : NULL;
}

static bool on_event(void *context, const struct script_event *event)
{
    const struct place *place = context;
    struct jpk_cloud_reference *reference;
    struct jpk_cloud_use *use;
    switch (event->kind) {
    case SCRIPT_EVENT_TAG:
        reference = add_reference(place, event->name, event->offset);
        if (!reference)
            break;
        reference->function = function_of(place->c, event);
        reference->argument = event->argument;
        reference->in_comment = event->in_comment;
        break;
    case SCRIPT_EVENT_READ:
    case SCRIPT_EVENT_WRITE:
        use = add_use(place, JPK_CLOUD_USE_SCRIPT, event->name.text, event->name.length, event->offset);
        if (!use)
            break;
        use->write = script_event_writes(event);
        use->in_comment = event->in_comment;
        use->function = function_of(place->c, event);
        if (use->write && !use->in_comment)
            place->c->variables[use->variable].written = true;
        break;
    default:
        break;
    }
    return !place->c->failed;
}

static void search_script(struct place place, const char *text, uint32_t node)
{
    place.node = node;
    if (*text)
        script_events(text, strlen(text), on_event, &place);
}

/* ------------------------------------------------------------------------------------------------------------ texts */

static void search_brackets(const struct place *place, const char *text)
{
    struct cloud *c = place->c;
    struct bracket bracket;
    for (size_t at = 0; !c->failed && bracket_next(text, &at, &bracket);) {
        bool known = known_variable(c, bracket.name, bracket.name_length) != MAP_NONE ||
                     variable_system(bracket.name, bracket.name_length);
        if (!known && (place->strict || !bracket.plain))
            continue;
        struct jpk_cloud_use *use =
            add_use(place, JPK_CLOUD_USE_BRACKET, bracket.name, bracket.name_length, bracket.offset);
        if (use && bracket.has_default)
            use->default_value = keep(c, bracket.default_value, bracket.default_length);
    }
}

static void search_tags(const struct place *place, const char *text)
{
    struct script_view name;
    for (size_t at = 0; !place->c->failed && script_tag_next(text, strlen(text), &at, &name);)
        add_reference(place, name, (size_t)(name.text - text));
}

static void search_text(struct place place, const char *text, uint32_t node)
{
    place.node = node;
    search_brackets(&place, text);
    search_tags(&place, text);
}

/* Whether a property holds a language in which brackets have a meaning. */
static bool is_query(const char *name)
{
    return strcasestr(name, "sql") || strcasestr(name, "query") || strcasestr(name, "script") ||
           strcasestr(name, "json") || strcasestr(name, "xml");
}

/* Whether a node lies at most a few levels below a value, behind keys that a person would write. */
static bool is_near(const struct jdoc *doc, uint32_t value, uint32_t node)
{
    enum { LEVELS = 8, KEY_BYTES = 256 };
    for (int level = 0; level < LEVELS; level++) {
        if (node == value)
            return true;
        uint32_t parent = doc->places[node].parent;
        if (jdoc_type(doc, parent) == JDOC_OBJECT && jdoc_string_size(doc, node - 1) > KEY_BYTES)
            return false;
        node = parent;
    }
    return false;
}

/* The strings of a value. */
static void search_value(struct place place, uint32_t value)
{
    struct cloud *c = place.c;
    for (uint32_t node = value; node < jdoc_next(&c->doc, value) && !c->failed; node++) {
        if (jdoc_type(&c->doc, node) != JDOC_STRING || (c->doc.nodes[node].flags & JDOC_KEY) ||
            !is_near(&c->doc, value, node))
            continue;
        const char *bytes = jdoc_string(&c->doc, node);
        if (!memchr(bytes, '[', jdoc_string_size(&c->doc, node)) &&
            !memchr(bytes, '<', jdoc_string_size(&c->doc, node)))
            continue;
        const char *text = keep(c, bytes, jdoc_string_size(&c->doc, node));
        if (text)
            search_text(place, text, node);
    }
}

static void search_properties(struct place place, const struct jpk_cloud_property *properties, size_t count)
{
    for (size_t i = 0; i < count && !place.c->failed; i++) {
        if (!properties[i].value)
            continue;
        place.strict = is_query(properties[i].name);
        search_value(place, properties[i].value_node);
    }
}

static void search_email(struct place place, const struct jpk_cloud_component *component)
{
    static const char *const keys[] = {"mailServer", "to", "from", "cc", "bcc", "replyTo", "subject", "message"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        uint32_t value = jdoc_member(&place.c->doc, component->node, keys[i]);
        if (jdoc_is(&place.c->doc, value, JDOC_STRING))
            search_value(place, value);
    }
}

/* A Variable connection reads and writes the variable that it names. */
static void search_endpoint(struct place place, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_connection *connection = component->as.connection;
    for (size_t i = 0; i < connection->property_count; i++) {
        const struct jpk_cloud_property *property = &connection->properties[i];
        if (strcmp(connection->adapter, "variable") != 0 || strcmp(property->name, "variable") != 0 ||
            !property->value || !*property->value || strchr(property->value, '['))
            continue;
        place.node = property->value_node;
        struct jpk_cloud_use *use =
            add_use(&place, JPK_CLOUD_USE_ENDPOINT, property->value, strlen(property->value), 0);
        if (!use)
            return;
        use->write = true;
        place.c->variables[use->variable].written = true;
    }
}

static void search_component(struct cloud *c, const struct jpk_cloud_component *component)
{
    struct place place = {.c = c, .component = component};
    const struct jpk_cloud_transformation *t = component->as.transformation;
    switch (component->kind) {
    case JPK_CLOUD_SCRIPT:
        search_script(place, component->as.script->text, component->as.script->node);
        break;
    case JPK_CLOUD_TRANSFORMATION:
        for (size_t i = 0; i < t->rule_count && !c->failed; i++)
            search_script(place, t->rules[i].script, t->rules[i].script_node);
        break;
    case JPK_CLOUD_ACTIVITY:
        search_properties(place, component->as.activity->properties, component->as.activity->property_count);
        break;
    case JPK_CLOUD_CONNECTION:
        search_properties(place, component->as.connection->properties, component->as.connection->property_count);
        search_endpoint(place, component);
        break;
    case JPK_CLOUD_EMAIL:
        search_email(place, component);
        break;
    default:
        break;
    }
}

/* -------------------------------------------------------------------------------------------------------- all of it */

/* Those that point at a component, and the uses of a variable, grouped by counting. */
static void group_references(struct cloud *c)
{
    size_t count = c->public.reference_count, components = c->public.component_count;
    c->to_at = calloc(components + 2, sizeof *c->to_at);
    c->to = calloc(count + 1, sizeof(struct jpk_cloud_reference *));
    c->failed = c->failed || !c->to_at || !c->to;
    if (c->failed)
        return;
    for (size_t i = 0; i < count; i++)
        if (c->references[i].to)
            c->to_at[c->references[i].to->index + 2]++;
    for (size_t i = 2; i < components + 2; i++)
        c->to_at[i] += c->to_at[i - 1];
    for (size_t i = 0; i < count; i++)
        if (c->references[i].to)
            c->to[c->to_at[c->references[i].to->index + 1]++] = &c->references[i];
}

static void group_uses(struct cloud *c)
{
    size_t count = c->public.use_count;
    c->by_use = calloc(count + 1, sizeof(struct jpk_cloud_use *));
    c->failed = c->failed || !c->by_use;
    if (c->failed)
        return;
    for (size_t i = 0; i < count; i++)
        c->variables[c->uses[i].variable].use_count++;
    const struct jpk_cloud_use **at = c->by_use;
    for (size_t i = 0; i < c->public.variable_count; i++) {
        c->variables[i].uses = at;
        at += c->variables[i].use_count;
        c->variables[i].use_count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        struct jpk_cloud_variable *variable = &c->variables[c->uses[i].variable];
        size_t place = (size_t)(variable->uses - c->by_use) + variable->use_count++;
        c->by_use[place] = &c->uses[i];
    }
}

/* Scripts first: a bracket counts as a variable when a script assigns one of that name, wherever that stands. */
static void find_assigned(struct cloud *c)
{
    for (size_t i = 0; i < c->public.component_count && !c->failed; i++)
        if (c->components[i].kind == JPK_CLOUD_SCRIPT || c->components[i].kind == JPK_CLOUD_TRANSFORMATION)
            search_component(c, &c->components[i]);
    c->public.reference_count = c->public.use_count = 0; /* they come again, in the order of components */
}

void cloud_find_names(struct cloud *c)
{
    add_defined(c, JPK_CLOUD_VARIABLE);
    add_defined(c, JPK_CLOUD_GLOBAL);
    find_assigned(c);
    c->reference_at = calloc(c->public.component_count + 1, sizeof *c->reference_at);
    c->use_at = calloc(c->public.component_count + 1, sizeof *c->use_at);
    c->failed = c->failed || !c->reference_at || !c->use_at;
    for (size_t i = 0; i < c->public.component_count && !c->failed; i++) {
        search_component(c, &c->components[i]);
        c->reference_at[i + 1] = (uint32_t)c->public.reference_count;
        c->use_at[i + 1] = (uint32_t)c->public.use_count;
    }
    if (!c->failed)
        group_references(c);
    if (!c->failed)
        group_uses(c);
    c->public.references = c->references;
    c->public.uses = c->uses;
    c->public.variables = c->variables;
}

/* ----------------------------------------------------------------------------------------------------------- places */

/* How many bytes an escape takes in the text, and in the decoded string. */
static size_t escape_size(const char *text, size_t *decoded)
{
    unsigned unit = 0;
    *decoded = 1;
    if (text[1] != 'u')
        return 2;
    for (int i = 2; i < 6; i++)
        unit = unit << 4 | (unsigned)text_hex_digit(text[i]);
    *decoded = unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    if (unit < 0xd800 || unit >= 0xe000)
        return 6;
    *decoded = 4; /* a pair */
    return 12;
}

size_t cloud_string_offset(const struct jdoc *doc, uint32_t node, size_t offset, struct cloud_cursor *cursor)
{
    size_t first = (size_t)doc->nodes[node].start + 1, decoded;
    if (!(doc->nodes[node].flags & JDOC_ESCAPED))
        return first + offset;
    if (cursor->node != node || cursor->done > offset || cursor->at == 0)
        *cursor = (struct cloud_cursor){.node = node, .at = first};
    while (cursor->done < offset) {
        if (doc->text[cursor->at] != '\\') {
            cursor->at++;
            cursor->done++;
            continue;
        }
        cursor->at += escape_size(doc->text + cursor->at, &decoded);
        cursor->done += decoded;
    }
    return cursor->at;
}
