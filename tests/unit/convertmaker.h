/* Small projects that are converted to Cloud Studio, and what can be asked of the result. */
#ifndef TESTS_CONVERTMAKER_H
#define TESTS_CONVERTMAKER_H

#include "jpk/conversion.h"
#include "tests/unit/projectmaker.h"

#define ITEM(key, value) "<Item key=\"" key "\" value=\"" value "\"/>"
/* Not encrypted by anybody: 16 bytes of nothing and 16 of a block. */
#define NOISE "$00AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define OTHER_NOISE "$00AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE="
#define ENCRYPTED(key) "<Item enc=\"true\" key=\"" key "\" value=\"" NOISE "\"/>"
#define LOCATION(type, items)                                                                                          \
    "  <Properties/>\n  <Location type=\"" type "\"><Data><Properties>" items "</Properties></Data></Location>\n"
#define PROPERTIES(items) "  <Properties>" items "</Properties>\n"
#define STEP(tag, id) "<" tag " activityId=\"a\" contentId=\"" id "\" role=\"" tag "\" type=\"2\"/>"
#define OPERATION(items, steps)                                                                                        \
    "  <Properties>" items "</Properties>\n  <Pipeline opType=\"Archive\"><Activities>" steps                          \
    "</Activities></Pipeline>\n  <Siblings/>\n"
#define SCRIPT(text)                                                                                                   \
    "  <Properties/>\n  <konga.string name=\"script\">&lt;trans&gt;" text "&lt;/trans&gt;</konga.string>\n"
#define GUID(n) "0000000" #n "-0000-4000-8000-0000000000ab"

/* A project and what it has become. */
struct made {
    struct pm_graph g;
    struct jpk_conversion *conversion;
    json_t *export;
};

static inline void make(struct made *m, const struct jpk_convert_options *options)
{
    struct jpk_error err = {0};
    pm_graph_build(&m->g, "");
    m->conversion = jpk_convert_to_cloud(m->g.project, m->g.graph, options, &err);
    if (!m->conversion)
        fail_msg("%s: %s", jpk_code_name(err.code), err.message);
    m->export = json_loadb(m->conversion->text, m->conversion->size, 0, NULL);
    assert_non_null(m->export);
}

static inline void made_free(struct made *m)
{
    jpk_conversion_free(m->conversion);
    json_decref(m->export);
    pm_graph_free(&m->g);
    memset(m, 0, sizeof *m);
}

static inline void add(struct made *m, const char *type, const char *id, const char *name, const char *body)
{
    pm_graph_add(&m->g, type, id, name, body);
}

static inline json_t *components(const struct made *m)
{
    return json_object_get(json_object_get(m->export, "project"), "components");
}

/* The component of a kind and name; NULL: there is none. */
static inline json_t *find(json_t *list, enum jpk_cloud_kind kind, const char *name)
{
    size_t index;
    json_t *component;
    json_array_foreach(
        list, index,
        component) if (json_integer_value(json_object_get(component, "type")) == jpk_cloud_kind_info(kind)->number &&
                       strcmp(json_string_value(json_object_get(component, "name")), name) == 0) return component;
    return NULL;
}

static inline json_t *component(const struct made *m, enum jpk_cloud_kind kind, const char *name)
{
    json_t *found = find(components(m), kind, name);
    if (!found)
        fail_msg("there is no %s '%s'", jpk_cloud_kind_info(kind)->name, name);
    return found;
}

static inline size_t count_of(const struct made *m, enum jpk_cloud_kind kind)
{
    size_t index, n = 0;
    json_t *one;
    json_array_foreach(components(m), index, one) n +=
        json_integer_value(json_object_get(one, "type")) == jpk_cloud_kind_info(kind)->number;
    return n;
}

/* The first property of that name anywhere in a tree. */
static inline json_t *property(json_t *list, const char *name)
{
    size_t index;
    json_t *one;
    json_array_foreach(list, index, one)
    {
        if (strcmp(json_string_value(json_object_get(one, "name")), name) == 0)
            return one;
        json_t *found = property(json_object_get(one, "children"), name);
        if (found)
            return found;
    }
    return NULL;
}

/* A value as JSON in one line, "" for none; valid until the next call. */
static inline const char *value_of(json_t *component, const char *name)
{
    static char text[4096];
    json_t *found = property(json_object_get(component, "properties"), name);
    if (!found)
        fail_msg("there is no property '%s'", name);
    json_t *value = json_object_get(found, "value");
    char *dumped = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_SORT_KEYS) : strdup("");
    snprintf(text, sizeof text, "%s", dumped);
    free(dumped);
    return text;
}

static inline const char *text_of(json_t *component, const char *key)
{
    const char *text = json_string_value(json_object_get(component, key));
    return text ? text : "";
}

static inline const struct jpk_convert_item *item_of(const struct made *m, const char *id)
{
    for (size_t i = 0; i < m->conversion->item_count; i++)
        if (strcmp(m->conversion->items[i].entity->id, id) == 0)
            return &m->conversion->items[i];
    fail_msg("no item %s", id);
    return NULL;
}

/* How many findings of a rule an item has. */
static inline size_t findings_of(const struct made *m, const char *id, const char *rule)
{
    const struct jpk_convert_item *item = item_of(m, id);
    size_t n = 0;
    for (size_t i = 0; i < item->finding_count; i++)
        n += strcmp(item->findings[i].rule, rule) == 0;
    return n;
}

#endif
