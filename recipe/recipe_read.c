#include "recipe/recipe_read.h"

#include "base/error.h"
#include "base/text.h"
#include "jpk/secret_text.h"

/* ------------------------------------------------------------------------------------------------------- texts */

static const struct jtext no_text = {"", 0, JDOC_NONE};

struct jtext jtext_of(const struct jdoc *doc, uint32_t node)
{
    if (node == JDOC_NONE || jdoc_type(doc, node) != JDOC_STRING)
        return no_text;
    return (struct jtext){jdoc_string(doc, node), jdoc_string_size(doc, node), node};
}

bool jtext_is(struct jtext text, const char *s)
{
    uint32_t i = 0;
    while (i < text.n && s[i] && text.s[i] == s[i])
        i++;
    return i == text.n && !s[i]; /* nearly all comparisons end at the first byte */
}

bool jtext_equal(struct jtext a, struct jtext b)
{
    return a.n == b.n && memcmp(a.s, b.s, a.n) == 0;
}

bool jtext_caseeq(struct jtext a, struct jtext b)
{
    if (a.n != b.n)
        return false;
    for (uint32_t i = 0; i < a.n; i++)
        if (text_lower(a.s[i]) != text_lower(b.s[i]))
            return false;
    return true;
}

char *jtext_copy(struct arena *arena, struct jtext text)
{
    return arena_strndup(arena, text.s, text.n);
}

char *jtext_lower(struct arena *arena, struct jtext text)
{
    char *copy = jtext_copy(arena, text);
    for (uint32_t i = 0; copy && i < text.n; i++)
        copy[i] = text_lower(copy[i]);
    return copy;
}

static _Thread_local bool out_of_memory;

bool show_failed(void)
{
    bool failed = out_of_memory;
    out_of_memory = false;
    return failed;
}

struct shown show(struct jtext text)
{
    enum { LONGEST = 60 };
    struct shown shown = {""};
    char raw[sizeof shown.s + 8];
    struct buf masked = {0};
    bool holds = secret_text_mask(&masked, text.s, text.n < SECRET_TEXT_MOST ? text.n : SECRET_TEXT_MOST);
    size_t size = holds ? masked.size : text.n, n = size < sizeof raw - 1 ? size : sizeof raw - 1;
    memcpy(raw, holds ? masked.data : text.s, n);
    raw[n] = '\0';
    for (size_t i = 0; i < n; i++)
        if (raw[i] == '\0')
            raw[i] = '\x01'; /* shown as `?` */
    text_printable(shown.s, LONGEST + 1, raw);
    if (masked.failed) {
        out_of_memory = true;
        shown.s[0] = '\0';
    }
    buf_free(&masked);
    return shown;
}

/* ------------------------------------------------------------------------------------------------------- tables */

enum field_kind { FIELD_TEXT, FIELD_TRUTH, FIELD_ANY, FIELD_ARRAY, FIELD_NUMBER, FIELD_OBJECT };

/* A key of an object, and the part of a structure that gets its value. */
struct field {
    const char *key;
    enum field_kind kind;
    size_t offset;
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void clear(const struct field *fields, size_t count, void *out)
{
    for (size_t i = 0; i < count; i++) {
        char *at = (char *)out + fields[i].offset;
        if (fields[i].kind == FIELD_TEXT)
            *(struct jtext *)(void *)at = no_text;
        else if (fields[i].kind == FIELD_TRUTH)
            *(enum truth *)(void *)at = TRUTH_NONE;
        else
            *(uint32_t *)(void *)at = JDOC_NONE;
    }
}

static void set(const struct jdoc *doc, const struct field *field, uint32_t node, void *out)
{
    static const enum jdoc_type wanted[] = {
        [FIELD_ARRAY] = JDOC_ARRAY, [FIELD_NUMBER] = JDOC_NUMBER, [FIELD_OBJECT] = JDOC_OBJECT};
    char *at = (char *)out + field->offset;
    enum jdoc_type type = jdoc_type(doc, node);
    if (field->kind == FIELD_TEXT)
        *(struct jtext *)(void *)at = jtext_of(doc, node);
    else if (field->kind == FIELD_TRUTH)
        *(enum truth *)(void *)at = type == JDOC_TRUE ? TRUTH_TRUE : type == JDOC_FALSE ? TRUTH_FALSE : TRUTH_NONE;
    else if (field->kind == FIELD_ANY || type == wanted[field->kind])
        *(uint32_t *)(void *)at = node;
}

/* `node` may be JDOC_NONE or no object. */
static void read_fields(const struct jdoc *doc, uint32_t node, const struct field *fields, size_t count, void *out)
{
    clear(fields, count, out);
    if (node == JDOC_NONE || jdoc_type(doc, node) != JDOC_OBJECT)
        return;
    for (uint32_t key = node + 1; key < jdoc_next(doc, node); key = jdoc_next(doc, key + 1)) {
        struct jtext name = jtext_of(doc, key);
        for (size_t i = 0; i < count && !jdoc_shadowed(doc, key); i++)
            if (jtext_is(name, fields[i].key))
                set(doc, &fields[i], key + 1, out);
    }
}

static enum step_type look_up(struct jtext name, const char *const *names, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (jtext_is(name, names[i]))
            return (enum step_type)i;
    return 0;
}

enum step_type step_type_of(struct jtext name)
{
    static const char *const names[] = {"",        "introduction", "agent",  "endpoint", "variables", "notification",
                                        "mapping", "schedule",     "action", "review"};
    return look_up(name, names, COUNT(names));
}

enum value_type value_type_of(struct jtext name)
{
    static const char *const names[] = {"",     "text", "password", "number", "boolean",  "choice",   "email", "url",
                                        "host", "path", "duration", "date",   "datetime", "timezone", "cron"};
    return (enum value_type)look_up(name, names, COUNT(names));
}

/* ------------------------------------------------------------------------------------------------------- recipe */

#define AT(type, member) offsetof(struct type, member)

static void read_visible(const struct jdoc *doc, struct visible_when *visible)
{
    static const struct field fields[] = {
        {"property", FIELD_TEXT, AT(visible_when, property)},
        {"equals", FIELD_ANY, AT(visible_when, equals)},
    };
    read_fields(doc, visible->node, fields, COUNT(fields), visible);
}

static void read_item(const struct jdoc *doc, struct recipe_item *item)
{
    static const struct field fields[] = {
        {"id", FIELD_TEXT, AT(recipe_item, id)},
        {"name", FIELD_TEXT, AT(recipe_item, name)},
    };
    read_fields(doc, item->node, fields, COUNT(fields), item);
}

static void read_property(const struct jdoc *doc, uint32_t node, struct recipe_property *property)
{
    static const struct field fields[] = {
        {"id", FIELD_TEXT, AT(recipe_property, id)},
        {"target", FIELD_OBJECT, AT(recipe_property, target)},
        {"label", FIELD_TEXT, AT(recipe_property, label)},
        {"help", FIELD_TEXT, AT(recipe_property, help)},
        {"type", FIELD_TEXT, AT(recipe_property, type_name)},
        {"required", FIELD_TRUTH, AT(recipe_property, required)},
        {"secret", FIELD_TRUTH, AT(recipe_property, secret)},
        {"computed", FIELD_TRUTH, AT(recipe_property, computed)},
        {"default", FIELD_TEXT, AT(recipe_property, fallback)},
        {"choices", FIELD_ARRAY, AT(recipe_property, choices)},
        {"pattern", FIELD_TEXT, AT(recipe_property, pattern)},
        {"minLength", FIELD_NUMBER, AT(recipe_property, min_length)},
        {"maxLength", FIELD_NUMBER, AT(recipe_property, max_length)},
        {"minimum", FIELD_NUMBER, AT(recipe_property, minimum)},
        {"maximum", FIELD_NUMBER, AT(recipe_property, maximum)},
        {"visibleWhen", FIELD_OBJECT, AT(recipe_property, visible.node)},
    };
    static const struct field target[] = {
        {"variable", FIELD_TEXT, AT(recipe_property, variable)},
        {"entity", FIELD_TEXT, AT(recipe_property, entity)},
        {"key", FIELD_TEXT, AT(recipe_property, key)},
    };
    property->node = node;
    read_fields(doc, node, fields, COUNT(fields), property);
    read_fields(doc, property->target, target, COUNT(target), property);
    read_visible(doc, &property->visible);
    property->type = value_type_of(property->type_name);
}

static void read_step(const struct jdoc *doc, uint32_t node, struct recipe_step *step)
{
    static const struct field fields[] = {
        {"id", FIELD_TEXT, AT(recipe_step, id)},
        {"type", FIELD_TEXT, AT(recipe_step, type_name)},
        {"title", FIELD_TEXT, AT(recipe_step, title)},
        {"text", FIELD_TEXT, AT(recipe_step, text)},
        {"optional", FIELD_TRUTH, AT(recipe_step, optional)},
        {"visibleWhen", FIELD_OBJECT, AT(recipe_step, visible.node)},
        {"properties", FIELD_ARRAY, AT(recipe_step, properties)},
        {"endpoint", FIELD_TEXT, AT(recipe_step, endpoint)},
        {"entities", FIELD_ARRAY, AT(recipe_step, entities)},
        {"test", FIELD_OBJECT, AT(recipe_step, test)},
        {"requires", FIELD_OBJECT, AT(recipe_step, requires)},
        {"operation", FIELD_OBJECT, AT(recipe_step, operation.node)},
        {"transformation", FIELD_OBJECT, AT(recipe_step, transformation.node)},
        {"fields", FIELD_ARRAY, AT(recipe_step, fields)},
        {"default", FIELD_OBJECT, AT(recipe_step, fallback)},
        {"when", FIELD_TEXT, AT(recipe_step, when)},
    };
    static const struct field test[] = {
        {"kind", FIELD_TEXT, AT(recipe_step, test_kind)},
        {"operation", FIELD_OBJECT, AT(recipe_step, test_operation.node)},
    };
    static const struct field requires[] = {
        {"minVersion", FIELD_TEXT, AT(recipe_step, min_version)},
        {"private", FIELD_TRUTH, AT(recipe_step, private_agent)},
        {"reasons", FIELD_ARRAY, AT(recipe_step, reasons)},
    };
    step->node = node;
    read_fields(doc, node, fields, COUNT(fields), step);
    read_fields(doc, step->test, test, COUNT(test), step);
    read_fields(doc, step->requires, requires, COUNT(requires), step);
    read_visible(doc, &step->visible);
    read_item(doc, &step->test_operation);
    read_item(doc, &step->operation);
    read_item(doc, &step->transformation);
    step->type = step_type_of(step->type_name);
}

static void read_endpoint(const struct jdoc *doc, uint32_t node, struct recipe_endpoint *endpoint)
{
    static const struct field fields[] = {
        {"id", FIELD_TEXT, AT(recipe_endpoint, id)},
        {"name", FIELD_TEXT, AT(recipe_endpoint, name)},
        {"role", FIELD_TEXT, AT(recipe_endpoint, role)},
        {"connector", FIELD_TEXT, AT(recipe_endpoint, connector)},
    };
    endpoint->node = node;
    read_fields(doc, node, fields, COUNT(fields), endpoint);
}

static void read_top(struct recipe_model *model)
{
    static const struct field fields[] = {
        {"name", FIELD_TEXT, AT(recipe_model, name)},
        {"version", FIELD_TEXT, AT(recipe_model, version)},
        {"author", FIELD_TEXT, AT(recipe_model, author)},
        {"description", FIELD_TEXT, AT(recipe_model, description)},
        {"verb", FIELD_TEXT, AT(recipe_model, verb)},
        {"categories", FIELD_ARRAY, AT(recipe_model, categories)},
        {"keywords", FIELD_ARRAY, AT(recipe_model, keywords)},
        {"endpoints", FIELD_ARRAY, AT(recipe_model, endpoints_node)},
        {"jitterpak", FIELD_OBJECT, AT(recipe_model, jitterpak)},
        {"steps", FIELD_ARRAY, AT(recipe_model, steps_node)},
    };
    static const struct field jitterpak[] = {
        {"file", FIELD_TEXT, AT(recipe_model, file)},
        {"sha256", FIELD_TEXT, AT(recipe_model, sha256)},
        {"projectId", FIELD_TEXT, AT(recipe_model, project_id)},
        {"projectName", FIELD_TEXT, AT(recipe_model, project_name)},
        {"kind", FIELD_TEXT, AT(recipe_model, kind)},
        {"requiredVersion", FIELD_TEXT, AT(recipe_model, required_version)},
        {"createdWith", FIELD_TEXT, AT(recipe_model, created_with)},
        {"createdAt", FIELD_TEXT, AT(recipe_model, created_at)},
    };
    read_fields(model->doc, 0, fields, COUNT(fields), model);
    read_fields(model->doc, model->jitterpak, jitterpak, COUNT(jitterpak), model);
}

/* ------------------------------------------------------------------------------------------------------- arrays */

static size_t length_of(const struct jdoc *doc, uint32_t array)
{
    return array == JDOC_NONE ? 0 : jdoc_count(doc, array);
}

static bool read_endpoints(struct recipe_model *model, struct arena *arena)
{
    size_t count = length_of(model->doc, model->endpoints_node);
    model->endpoints = arena_calloc(arena, count + 1, sizeof *model->endpoints);
    if (!model->endpoints)
        return false;
    for (uint32_t item = model->endpoints_node + 1; model->endpoint_count < count; item = jdoc_next(model->doc, item))
        read_endpoint(model->doc, item, &model->endpoints[model->endpoint_count++]);
    return true;
}

static bool read_properties(struct recipe_model *model, struct arena *arena)
{
    size_t total = 0;
    for (size_t i = 0; i < model->step_count; i++)
        total += length_of(model->doc, model->steps[i].properties);
    model->properties = arena_calloc(arena, total + 1, sizeof *model->properties);
    for (size_t i = 0; i < model->step_count && model->properties; i++) {
        struct recipe_step *step = &model->steps[i];
        step->first = (uint32_t)model->property_count;
        step->count = (uint32_t)length_of(model->doc, step->properties);
        uint32_t item = step->properties + 1;
        for (uint32_t j = 0; j < step->count; j++, item = jdoc_next(model->doc, item)) {
            struct recipe_property *property = &model->properties[model->property_count++];
            read_property(model->doc, item, property);
            property->step = (uint32_t)i;
        }
    }
    return model->properties != NULL;
}

static bool read_steps(struct recipe_model *model, struct arena *arena)
{
    size_t count = length_of(model->doc, model->steps_node);
    model->steps = arena_calloc(arena, count + 1, sizeof *model->steps);
    if (!model->steps)
        return false;
    for (uint32_t item = model->steps_node + 1; model->step_count < count; item = jdoc_next(model->doc, item))
        read_step(model->doc, item, &model->steps[model->step_count++]);
    return read_properties(model, arena);
}

static bool index_id(struct map *map, struct arena *arena, struct jtext id, size_t index)
{
    uint32_t old;
    if (!jtext_there(id) || id.n > RECIPE_ID_MAX)
        return true;
    char *key = jtext_lower(arena, id);
    return key && map_add(map, key, id.n, (uint32_t)index, &old);
}

static bool index_ids(struct recipe_model *model, struct arena *arena)
{
    bool ok = true;
    for (size_t i = 0; i < model->step_count && ok; i++)
        ok = index_id(&model->step_ids, arena, model->steps[i].id, i);
    for (size_t i = 0; i < model->property_count && ok; i++)
        ok = index_id(&model->property_ids, arena, model->properties[i].id, i);
    for (size_t i = 0; i < model->endpoint_count && ok; i++)
        ok = index_id(&model->endpoint_ids, arena, model->endpoints[i].id, i);
    return ok;
}

bool recipe_read(struct recipe_model *model, const struct jdoc *doc, struct arena *arena, struct jpk_error *err)
{
    *model = (struct recipe_model){.doc = doc};
    read_top(model);
    if (read_endpoints(model, arena) && read_steps(model, arena) && index_ids(model, arena))
        return true;
    recipe_free(model);
    return error_memory(err);
}

void recipe_free(struct recipe_model *model)
{
    map_free(&model->step_ids);
    map_free(&model->property_ids);
    map_free(&model->endpoint_ids);
}

static uint32_t find(const struct map *map, struct jtext id)
{
    char key[RECIPE_ID_MAX];
    if (!jtext_there(id) || id.n > RECIPE_ID_MAX)
        return MAP_NONE;
    for (uint32_t i = 0; i < id.n; i++)
        key[i] = text_lower(id.s[i]);
    return map_get(map, key, id.n);
}

uint32_t recipe_step_find(const struct recipe_model *model, struct jtext id)
{
    return find(&model->step_ids, id);
}

uint32_t recipe_property_find(const struct recipe_model *model, struct jtext id)
{
    return find(&model->property_ids, id);
}

uint32_t recipe_endpoint_find(const struct recipe_model *model, struct jtext id)
{
    return find(&model->endpoint_ids, id);
}

/* ------------------------------------------------------------------------------------------------ configure file */

void configure_read(struct configure_model *model, const struct jdoc *doc)
{
    static const struct field fields[] = {
        {"recipe", FIELD_OBJECT, AT(configure_model, recipe)},
        {"values", FIELD_OBJECT, AT(configure_model, values)},
        {"schedules", FIELD_OBJECT, AT(configure_model, schedules)},
        {"actions", FIELD_OBJECT, AT(configure_model, actions)},
    };
    static const struct field recipe[] = {
        {"name", FIELD_TEXT, AT(configure_model, name)},
        {"version", FIELD_TEXT, AT(configure_model, version)},
        {"sha256", FIELD_TEXT, AT(configure_model, sha256)},
    };
    *model = (struct configure_model){.doc = doc};
    read_fields(doc, 0, fields, COUNT(fields), model);
    read_fields(doc, model->recipe, recipe, COUNT(recipe), model);
}

static const char *const format_keys[] = {
    [DOCUMENT_OTHER] = "",
    [DOCUMENT_RECIPE] = "recipeFormat",
    [DOCUMENT_CONFIGURE] = "configureFormat",
};

enum document_kind document_kind(const struct jdoc *doc)
{
    for (enum document_kind kind = DOCUMENT_RECIPE; kind <= DOCUMENT_CONFIGURE; kind++)
        if (jdoc_get(doc, 0, format_keys[kind], strlen(format_keys[kind])) != JDOC_NONE)
            return kind;
    return DOCUMENT_OTHER;
}

bool document_format_known(const struct jdoc *doc, struct jpk_error *err)
{
    const char *key = format_keys[document_kind(doc)];
    int64_t format;
    uint32_t says = jdoc_get(doc, 0, key, strlen(key));
    if (jdoc_is(doc, says, JDOC_NUMBER) && jdoc_integer(doc, says, &format) && format == 1)
        return true;
    struct text_position at = jdoc_position(doc, says == JDOC_NONE ? 0 : says);
    error_set(err, JPK_ERR_FORMAT, "'%s' is not 1, the only format that is known here", key);
    error_position(err, at.line, at.column);
    return false;
}
