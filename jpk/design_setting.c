/*
 * Properties of Cloud Studio as settings of Design Studio: the rows of convert_endpoint_table.c the other way. A
 * property is found by the path of its row; where the tree was never seen, by the name that the conversion to Cloud
 * Studio gives it, wherever it stands.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/secrets.h"
#include "base/text.h"
#include "jpk/design.h"
#include "jpk/secret_field.h"

struct properties_of {
    const struct jpk_cloud_property *list;
    size_t count;
};

static struct properties_of properties_of(const struct jpk_cloud_component *component)
{
    if (component->kind == JPK_CLOUD_ACTIVITY)
        return (struct properties_of){component->as.activity->properties, component->as.activity->property_count};
    return (struct properties_of){component->as.connection->properties, component->as.connection->property_count};
}

static bool is_of(const struct jpk_cloud_property *property, const struct endpoint_setting *setting)
{
    if (setting->change == ENDPOINT_LOST)
        return false;
    return (setting->path && strcmp(property->path, setting->path) == 0) ||
           (property->name && text_caseeq(property->name, endpoint_own_name(setting)));
}

static const struct jpk_cloud_property *property_at(const struct jpk_cloud_component *component, const char *path)
{
    struct properties_of properties = properties_of(component);
    for (size_t i = 0; i < properties.count; i++)
        if (path && strcmp(properties.list[i].path, path) == 0)
            return properties.list + i;
    return NULL;
}

static const struct jpk_cloud_property *property_of(const struct jpk_cloud_component *component,
                                                    const struct endpoint_setting *setting)
{
    struct properties_of properties = properties_of(component);
    const struct jpk_cloud_property *property = property_at(component, setting->path);
    if (property)
        return property;
    for (size_t i = 0; i < properties.count; i++)
        if (is_of(&properties.list[i], setting))
            return properties.list + i;
    return NULL;
}

/* The log-in of a connection is looked up once for all of its activities. */
static const struct jpk_cloud_property *login_of(struct design *d, const struct jpk_cloud_component *connection,
                                                 const struct endpoint_setting *setting)
{
    const struct endpoint_setting *settings = endpoint_connector_find(connection->as.connection->adapter)->settings;
    const struct jpk_cloud_property ***logins = &design_of(d, connection)->logins;
    size_t count = 0;
    while (settings[count].key)
        count++;
    if (!*logins) {
        *logins = arena_calloc(&d->ledger.arena, count + 1, sizeof(struct jpk_cloud_property *));
        d->ledger.failed |= !*logins;
        for (size_t i = 0; *logins && i < count; i++)
            (*logins)[i] = property_of(connection, &settings[i]);
    }
    return *logins ? (*logins)[setting - settings] : NULL;
}

/* ---------------------------------------------------------------------------------------------------------- values */

/* A member of an object that a property holds as JSON; NULL when there is none. */
static json_t *parse(struct design *d, const char *text)
{
    struct jpk_error err = {0};
    json_t *value = text ? json_read(text, strlen(text), NULL, &err) : NULL;
    d->ledger.failed |= err.code == JPK_ERR_MEMORY;
    return value;
}

static const char *query_of(struct design *d, const struct jpk_cloud_component *component,
                            const struct endpoint_setting *setting, bool *deleted)
{
    const struct jpk_cloud_property *property = property_of(component, setting);
    json_t *query = parse(d, property ? property->value : NULL);
    const char *soql =
        json_is_string(query) ? json_string_value(query) : json_string_value(json_object_get(query, "soql"));
    const struct jpk_cloud_property *condition = jpk_cloud_property(component, "where-clause");
    const char *where = condition && condition->value ? condition->value : "";
    bool none = strspn(where, " \t\r\n") == strlen(where) || text_caseeq(where, "WHERE ");
    *deleted = json_is_true(json_object_get(query, "showDeleted"));
    const char *text = design_text(d, "%s%s%s", soql ? soql : "", none ? "" : " ", none ? "" : where);
    json_decref(query);
    return text;
}

static const char *object_name(struct design *d, const char *text)
{
    json_t *object = parse(d, text);
    const char *name = json_string_value(json_object_get(object, "N"));
    const char *kept = design_text(d, "%s", name ? name : json_is_object(object) ? "" : text);
    json_decref(object);
    return kept;
}

static const char *lower_case(struct design *d, const char *text)
{
    char *lower = arena_strdup_lower(&d->ledger.arena, text);
    d->ledger.failed |= !lower;
    return lower ? lower : "";
}

/* A value in the form of Design Studio; NULL: another row has it. */
static const char *change_value(struct design *d, const struct endpoint_setting *setting, const char *text)
{
    switch (setting->change) {
    case ENDPOINT_BOOLEAN:
        return text_caseeq(text, "true") ? "1" : text_caseeq(text, "false") ? "0" : text;
    case ENDPOINT_FORMAT:
        return lower_case(d, text);
    case ENDPOINT_IS_SET:
        return NULL;
    case ENDPOINT_DELETES:
        return text_caseeq(text, "true") ? ENDPOINT_DELETE_NAME : NULL;
    case ENDPOINT_RENAMES:
        return strcmp(text, ENDPOINT_DELETE_NAME_CLOUD) == 0 ? ENDPOINT_DELETE_NAME : *text ? text : NULL;
    case ENDPOINT_LIST_OBJECT:
        return object_name(d, text);
    default:
        return text;
    }
}

/* -------------------------------------------------------------------------------------------------------- settings */

/* The first of the alternatives; NULL: the value says nothing whatever it is, or is a secret. */
static const char *usual_value(struct design *d, const struct endpoint_setting *setting)
{
    if (strcmp(setting->usual, "*") == 0 || (setting->flags & ENDPOINT_SECRET) ||
        secret_name(setting->key, strlen(setting->key)))
        return NULL;
    return design_text(d, "%.*s", (int)strcspn(setting->usual, "|"), setting->usual);
}

/* Whether a real component of the kind was seen, so that what is not said has the default that is known. */
static bool is_known(const struct jpk_cloud_component *component)
{
    return component->kind == JPK_CLOUD_ACTIVITY
               ? cloud_tree_known(component->as.activity->adapter, component->as.activity->function)
               : cloud_tree_known(component->as.connection->adapter, NULL);
}

/* The value to set; NULL for none: of trees that were never seen nothing is made up. */
static const char *setting_value(struct design *d, const struct design_entity *entity,
                                 const struct jpk_cloud_component *component, const struct endpoint_setting *setting)
{
    const struct jpk_cloud_property *property =
        component->kind == JPK_CLOUD_CONNECTION ? login_of(d, component, setting) : property_of(component, setting);
    const char *text = property ? property->value : NULL;
    bool known = is_known(component);
    if (!text && known && property)
        text = property->default_value;
    if (setting->change == ENDPOINT_LOST)
        return known ? usual_value(d, setting) : NULL;
    if (!text && property && property->secret && (setting->flags & ENDPOINT_ALWAYS)) /* exports leave it out */
        design_note_secret(d, component, property->node, setting->key, entity, setting->label);
    if (!text)
        return known ? usual_value(d, setting) : NULL;
    bool secret = property->secret || (setting->flags & ENDPOINT_SECRET);
    if (*text && (design_is_encrypted(text) || (secret && !secret_only_variables(text, strlen(text))))) {
        design_note_secret(d, component, property->value_node, setting->key, entity, setting->label);
        return "";
    }
    return change_value(d, setting, design_reference_text(d, component, text, property->value_node));
}

/* The row of the property that switches what a row says on and off; NULL: there is none. */
static const struct endpoint_setting *switch_of(const struct endpoint_setting *settings,
                                                const struct endpoint_setting *setting)
{
    if (setting->change != ENDPOINT_FORMAT && setting->change != ENDPOINT_RENAMES)
        return NULL;
    for (const struct endpoint_setting *s = settings; s->key; s++)
        if (strcmp(s->key, setting->key) == 0 && (s->change == ENDPOINT_IS_SET || s->change == ENDPOINT_DELETES))
            return s;
    return NULL;
}

/* The switch decides, whatever is left of what was set before; where it says nothing, the value does. */
static const char *switched(const struct jpk_cloud_component *component, const struct endpoint_setting *by,
                            const char *value)
{
    const struct jpk_cloud_property *property = property_at(component, by->path);
    const char *text = property ? property->value : NULL;
    if (!text && property && is_known(component))
        text = property->default_value;
    if (!text)
        return value;
    bool on = text_caseeq(text, "true"), deletes = value && strcmp(value, ENDPOINT_DELETE_NAME) == 0;
    if (by->change == ENDPOINT_DELETES)
        return on ? ENDPOINT_DELETE_NAME : deletes ? "" : value;
    return !on ? "" : value && *value ? value : ENDPOINT_ARCHIVE;
}

static void set(struct design *d, struct design_entity *entity, const char *key, const char *value, bool place)
{
    if (place)
        design_set_place(d, entity, key, value);
    else
        design_set(d, entity, key, value);
}

static void put_query(struct design *d, struct design_entity *entity, const struct jpk_cloud_component *component,
                      const struct endpoint_setting *setting)
{
    bool deleted;
    const char *query = query_of(d, component, setting, &deleted);
    design_set(d, entity, "query_all", deleted ? "1" : "0");
    design_put_string(&entity->body, 1, "query_string", query);
}

void design_put_settings(struct design *d, struct design_entity *entity, const struct jpk_cloud_component *component,
                         const struct endpoint_setting *settings, bool place)
{
    for (const struct endpoint_setting *s = settings; s && s->key && !d->ledger.failed; s++) {
        if (s->change == ENDPOINT_QUERY)
            put_query(d, entity, component, s);
        if (s->change == ENDPOINT_QUERY || s->change == ENDPOINT_CONDITION)
            continue;
        const struct endpoint_setting *by = switch_of(settings, s);
        const char *value = setting_value(d, entity, component, s);
        value = by ? switched(component, by, value) : value;
        const char *before = place ? design_get_place(entity, s->key) : design_get(entity, s->key);
        if (s->change == ENDPOINT_URL_PATH && before)
            value = design_text(d, "%s%s", before, value ? value : "");
        else if (before && *before && (!value || !*value))
            continue; /* of rows that share a key, what one has said stays */
        set(d, entity, s->key, value, place);
    }
}

/* ---------------------------------------------------------------------------------------------------- what is lost */

/*
 * What the designer keeps for itself: forms to choose a schema with, which transformations have. What nobody sees but
 * has a default is a setting all the same.
 */
static bool is_form(const struct jpk_cloud_property *property)
{
    return (property->hidden && !property->default_value) || strncmp(property->name, "v.", 2) == 0;
}

static const struct endpoint_setting *row_of(const struct endpoint_setting *settings,
                                             const struct jpk_cloud_property *property)
{
    for (const struct endpoint_setting *s = settings; s && s->key; s++)
        if (is_of(property, s))
            return s;
    return NULL;
}

static const char *label_of(const struct jpk_cloud_property *property)
{
    return property->label && *property->label ? property->label : property->name;
}

/* Any order of strings, shorter ones first. */
static int compare_strings(const struct jdoc *doc, uint32_t a, uint32_t b)
{
    size_t n = jdoc_string_size(doc, a), m = jdoc_string_size(doc, b);
    return n != m ? (n < m ? -1 : 1) : memcmp(jdoc_string(doc, a), jdoc_string(doc, b), n);
}

static int by_text_and_place(const void *a, const void *b, void *context)
{
    const uint32_t *left = a, *right = b;
    int order = compare_strings(context, *left, *right);
    return order != 0 ? order : *left < *right ? -1 : *left > *right;
}

static bool is_namespace(const struct jdoc *doc, uint32_t node)
{
    return jdoc_is(doc, node, JDOC_STRING) && (doc->nodes[node - 1].flags & JDOC_KEY) &&
           jdoc_string_is(doc, node - 1, "NS", 2);
}

/* All of them at once, for settings may ask often, and activities share schemas. */
static void find_namespaces(struct design *d)
{
    const struct jdoc *doc = d->cloud->doc;
    size_t count = 0;
    for (uint32_t node = 1; node < doc->count; node++)
        count += is_namespace(doc, node);
    d->namespaces = malloc((count + 1) * sizeof *d->namespaces);
    if (!d->namespaces) {
        d->ledger.failed = true;
        return;
    }
    for (uint32_t node = 1; node < doc->count; node++)
        if (is_namespace(doc, node))
            d->namespaces[d->namespace_count++] = node;
    qsort_r(d->namespaces, count, sizeof *d->namespaces, by_text_and_place, (void *)doc);
}

/* Whether one stands in a value; `name` is a string node. */
static bool holds_namespace(const struct design *d, uint32_t value, uint32_t name)
{
    const struct jdoc *doc = d->cloud->doc;
    size_t from = 0, to = d->namespace_count; /* the first one in or behind the value */
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = compare_strings(doc, d->namespaces[middle], name);
        if (order < 0 || (order == 0 && d->namespaces[middle] < value))
            from = middle + 1;
        else
            to = middle;
    }
    return from < d->namespace_count && d->namespaces[from] < jdoc_next(doc, value) &&
           compare_strings(doc, d->namespaces[from], name) == 0;
}

/* Whether a schema of an activity has a namespace: then that goes with the schema. */
static bool has_namespace(struct design *d, const struct jpk_cloud_component *activity, uint32_t name)
{
    if (!d->namespaces)
        find_namespaces(d);
    for (int output = 0; output < 2; output++) {
        uint32_t schema = design_activity_schema(d, activity, output);
        if (schema != JPK_CLOUD_NO_NODE && holds_namespace(d, schema, name))
            return true;
    }
    return false;
}

/* Of a value that is an object the setting has some members only. */
static void lose_members(struct design *d, const struct jpk_cloud_component *activity,
                         const struct endpoint_setting *setting, const struct jpk_cloud_property *property)
{
    static const struct design_carried query[] = {{"soql", NULL}, {"showDeleted", NULL}, {0}};
    struct design_carried object[] = {{"N", NULL}, {"T", ENDPOINT_STANDARD}, {"selectedIndex", NULL}, {0}, {0}};
    const struct design_carried *carried = setting->change == ENDPOINT_LIST_OBJECT ? object
                                           : setting->change == ENDPOINT_QUERY     ? query
                                                                                   : NULL;
    if (!carried || !jdoc_is(d->cloud->doc, property->value_node, JDOC_OBJECT))
        return;
    uint32_t name = jdoc_member(d->cloud->doc, property->value_node, "D");
    if (jdoc_is(d->cloud->doc, name, JDOC_STRING) && has_namespace(d, activity, name))
        object[3].key = "D";
    design_lost_members(d, d->cloud->doc, activity, property->value_node, carried,
                        design_text(d, "'%s'", label_of(property)));
}

static bool is_database(const struct jpk_cloud_component *component)
{
    return component->kind == JPK_CLOUD_ACTIVITY && strcmp(component->as.activity->adapter, "database") == 0;
}

void design_lost_settings(struct design *d, const struct jpk_cloud_component *component,
                          const struct endpoint_setting *settings)
{
    struct properties_of properties = properties_of(component);
    for (size_t i = 0; i < properties.count && !d->ledger.failed; i++) {
        const struct jpk_cloud_property *p = &properties.list[i];
        const char *value = p->value ? p->value : "";
        const struct endpoint_setting *row = row_of(settings, p);
        if (row)
            lose_members(d, component, row, p);
        if (row || !*value || (p->default_value && strcmp(value, p->default_value) == 0) || is_form(p) ||
            (is_database(component) && design_is_query(p)))
            continue;
        ledger_keep_words(&d->ledger,
                          design_note(d, component, CONVERT_SETTING_LOST, p->value_node,
                                      "'%s' (%s) is not as usual and was left out", p->path, label_of(p)),
                          p->secret || secret_holder(d->cloud->doc, p->node)
                              ? "****"
                              : design_member_words(d, d->cloud->doc, p->value_node - 1));
    }
}
