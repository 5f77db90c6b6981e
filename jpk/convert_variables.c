/* Project variables, e-mails, global variables. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "jpk/brackets.h"
#include "jpk/conversion.h"
#include "jpk/convert_tables.h"

/* ----------------------------------------------------------------------------------------------------------- names */

static bool is_legal(char c)
{
    return (c >= '0' && c <= '9') || (text_lower(c) >= 'a' && text_lower(c) <= 'z') || c == '_' || c == '.';
}

static bool is_legal_name(const char *name)
{
    while (*name && is_legal(*name))
        name++;
    return !*name;
}

/* Runs of what is not legal become `_`. */
static char *legal_name(struct convert *c, const char *name)
{
    name = convert_without_secrets(c, name);
    char *legal = arena_alloc(&c->ledger.arena, strlen(name) + sizeof "variable");
    size_t n = 0;
    if (!legal) {
        c->ledger.failed = true;
        return NULL;
    }
    for (const char *p = name; *p; p++) {
        if (is_legal(*p))
            legal[n++] = *p;
        else if (n == 0 || legal[n - 1] != '_')
            legal[n++] = '_';
    }
    legal[n] = '\0';
    if (strspn(legal, "_.") == n)
        memcpy(legal, "variable", sizeof "variable");
    return legal;
}

static bool is_taken(struct convert *c, const struct map *taken, const char *name)
{
    const char *key = arena_strdup_lower(&c->ledger.arena, name);
    c->ledger.failed |= !key;
    return key && (jpk_graph_variable(c->graph, name) || map_get(taken, key, strlen(key)) != MAP_NONE);
}

/*
 * The legal name of a variable that no other one has, with the first number that makes it free. The next search goes on
 * from there, so that thousands of names that become one are no trouble.
 */
static const char *free_name(struct convert *c, struct map *taken, const char *name)
{
    enum { FIRST = 2 };
    const char *legal = legal_name(c, name), *found = legal;
    const char *base = legal ? arena_strdup_lower(&c->ledger.arena, legal) : NULL;
    uint32_t number = base ? map_get(taken, base, strlen(base)) : MAP_NONE;
    number = number == MAP_NONE ? FIRST : number;
    while (base && !c->ledger.failed && is_taken(c, taken, found))
        found = convert_text(c, "%s_%u", legal, number++);
    const char *key = base ? arena_strdup_lower(&c->ledger.arena, found) : NULL;
    if (!key || !map_set(taken, key, strlen(key), FIRST) || !map_set(taken, base, strlen(base), number))
        c->ledger.failed = true;
    return c->ledger.failed ? name : found;
}

/* A global variable may be called as it likes, but not where a source or target names it. */
static bool must_be_legal(const struct jpk_variable *variable)
{
    for (size_t i = 0; !variable->entity && i < variable->use_count; i++)
        if (variable->uses[i]->kind == JPK_USE_LOCATOR)
            return true;
    return variable->entity != NULL;
}

static void note_global_rename(struct convert *c, const struct jpk_variable *variable, const char *name)
{
    for (size_t i = 0; i < variable->use_count; i++) {
        const struct jpk_use *use = variable->uses[i];
        if (use->kind != JPK_USE_LOCATOR || use->from->deleted)
            continue;
        convert_note(c, use->from, CONVERT_RENAMED, use->offset, "the variable '%s' is '%s' now", variable->name, name);
    }
}

static void name_variables(struct convert *c)
{
    struct map taken = {0}; /* in lower case -> the number to try behind it next */
    size_t count = c->graph->variable_count;
    c->variable_names = arena_calloc(&c->ledger.arena, count + 1, sizeof *c->variable_names);
    c->ledger.failed |= !c->variable_names;
    for (size_t i = 0; i < count && !c->ledger.failed; i++) {
        const struct jpk_variable *variable = &c->graph->variables[i];
        c->variable_names[i] = variable->name;
        if (variable->system || is_legal_name(variable->name) || !must_be_legal(variable))
            continue;
        c->variable_names[i] = free_name(c, &taken, variable->name);
        if (!variable->entity)
            note_global_rename(c, variable, c->variable_names[i]);
    }
    map_free(&taken);
}

const char *convert_variable(const struct convert *c, const char *name)
{
    const struct jpk_variable *variable = c->variable_names ? jpk_graph_variable(c->graph, name) : NULL;
    if (!variable)
        return name;
    const char *there = c->variable_names[variable - c->graph->variables];
    return there == variable->name ? name : there;
}

const char *convert_variable_text(struct convert *c, const char *text)
{
    struct buf out = {0};
    struct bracket bracket;
    size_t at = 0, kept = 0;
    while (bracket_next(text, &at, &bracket)) {
        char name[VARIABLE_NAME_MAX + 1];
        if (bracket.name_length > VARIABLE_NAME_MAX)
            continue;
        memcpy(name, bracket.name, bracket.name_length);
        name[bracket.name_length] = '\0';
        const char *there = convert_variable(c, name);
        if (there == name)
            continue;
        size_t start = (size_t)(bracket.name - text);
        buf_put(&out, text + kept, start - kept);
        buf_puts(&out, there);
        kept = start + bracket.name_length;
    }
    const char *result = text;
    if (kept > 0) {
        buf_puts(&out, text + kept);
        result = out.failed ? "" : convert_text(c, "%s", buf_text(&out));
        c->ledger.failed |= out.failed;
    }
    buf_free(&out);
    return result;
}

/* ----------------------------------------------------------------------------------------------- project variables */

static bool is_there(const struct jpk_entity *entity, enum jpk_type type)
{
    return entity->type == type && convert_lives(entity);
}

/* Encrypted values cannot be carried, all that was ever seen are; hidden ones must not be shown. */
static const char *variable_value(struct convert *c, const struct jpk_entity *entity, const char *component)
{
    const struct jpk_item *item = jpk_entity_item(entity, "value");
    if (!item || !item->value || !*item->value)
        return "";
    if (!item->encrypted && !entity->as.variable->hidden)
        return item->value;
    convert_secret(c, entity, item, component, "value", NULL, JPK_LOW);
    return "";
}

static void convert_project_variable(struct convert *c, const struct jpk_entity *entity)
{
    const struct jpk_variable_entity *variable = entity->as.variable;
    const char *wanted = convert_variable(c, entity->name);
    const char *name = convert_name(c, JPK_CLOUD_VARIABLE, wanted, NULL);
    if (strcmp(name, entity->name) != 0)
        convert_rename(c, entity, name);
    const char *component_name = convert_text(c, "%s:%s", jpk_cloud_kind_info(JPK_CLOUD_VARIABLE)->name, name);
    json_t *component =
        cloud_new_component(JPK_CLOUD_VARIABLE, name, convert_id(c, JPK_CLOUD_VARIABLE, NULL, entity->id));
    convert_set(c, component, "defaultValue", json_string(variable_value(c, entity, component_name)));
    convert_set(c, component, "label", json_string(variable->label));
    convert_set(c, component, "hidevalue", json_boolean(variable->hidden));
    const char *description = *variable->description ? variable->description : entity->description;
    if (description && *description)
        convert_set(c, component, "description", json_string(description));
    if (variable->hidden)
        convert_set(c, component, "passwordEncAtAppLevel", json_true());
    c->ledger.items[entity->index].name = name;
    if (convert_add(c, JPK_CLOUD_VARIABLE, component))
        convert_done(c, entity, JPK_CONVERTED, "%s", component_name);
}

void convert_variables(struct convert *c)
{
    name_variables(c);
    for (size_t i = 0; i < c->project->entity_count && !c->ledger.failed; i++)
        if (is_there(c->project->entities[i], JPK_TYPE_PROJECT_VARIABLE))
            convert_project_variable(c, c->project->entities[i]);
}

/* --------------------------------------------------------------------------------------------------------- e-mails */

/* The log-in has no place in an export without credentials: it is typed in again, whatever it was. */
static void note_login(struct convert *c, const struct jpk_entity *entity, const char *key, const char *component,
                       const char *label)
{
    const struct jpk_item *item = jpk_entity_item(entity, key);
    enum jpk_confidence confidence = JPK_LOW;
    if (!item || !item->value || !*item->value)
        return;
    const char *variable =
        item->encrypted && c->options.slot ? c->options.slot(c->options.slot_context, entity, item, &confidence) : NULL;
    convert_secret(c, entity, item, component, label, NULL, JPK_LOW);
    struct ledger_item *of = &c->ledger.items[entity->index];
    if (variable && !c->ledger.failed)
        of->findings[of->finding_count - 1].hint =
            convert_text(c, "type in '%s' of %s; it probably is [%s]", label, component, convert_variable(c, variable));
}

static void convert_email(struct convert *c, const struct jpk_entity *entity)
{
    const char *name = convert_name(c, JPK_CLOUD_EMAIL, entity->name, entity);
    const char *component_name = convert_text(c, "%s:%s", jpk_cloud_kind_info(JPK_CLOUD_EMAIL)->reference, name);
    const struct jpk_item *account = jpk_entity_item(entity, "account");
    const struct jpk_item *ssl = jpk_entity_item(entity, "use_ssl");
    json_t *component = cloud_new_component(JPK_CLOUD_EMAIL, name, convert_id(c, JPK_CLOUD_EMAIL, NULL, entity->id));
    for (size_t i = 0; i < convert_email_setting_count; i++) {
        const char *value =
            convert_setting(c, entity, convert_email_settings[i].key, component_name, convert_email_settings[i].label);
        convert_set(c, component, convert_email_settings[i].member, json_string(value ? value : ""));
    }
    convert_set(c, component, "useSSL", json_boolean(ssl && ssl->value && strcmp(ssl->value, "1") == 0));
    convert_set(c, component, "useAuthentication", json_boolean(account && account->value));
    note_login(c, entity, "account", component_name, "account");
    note_login(c, entity, "account_password", component_name, "password");
    c->ledger.items[entity->index].name = name;
    if (convert_add(c, JPK_CLOUD_EMAIL, component))
        convert_done(c, entity, JPK_CONVERTED, "%s", component_name);
}

void convert_emails(struct convert *c)
{
    for (size_t i = 0; i < c->project->entity_count && !c->ledger.failed; i++)
        if (is_there(c->project->entities[i], JPK_TYPE_EMAIL_MESSAGE))
            convert_email(c, c->project->entities[i]);
}

/* ------------------------------------------------------------------------------------------------ global variables */

/* The components that can use a variable under the id of their entity. */
static const enum jpk_cloud_kind using_kinds[] = {JPK_CLOUD_SCRIPT, JPK_CLOUD_TRANSFORMATION, JPK_CLOUD_EMAIL};

/* Ids of components -> their kind. */
static void index_components(struct convert *c, struct map *ids)
{
    for (size_t i = 0; i < sizeof using_kinds / sizeof using_kinds[0]; i++) {
        size_t index;
        json_t *component;
        json_array_foreach(c->components[using_kinds[i]], index, component)
        {
            const char *id = json_string_value(json_object_get(component, "id"));
            if (id && !map_set(ids, id, strlen(id), (uint32_t)using_kinds[i]))
                c->ledger.failed = true;
        }
    }
}

/* What is known of the uses of one variable. */
struct usages {
    json_t *usages, *endpoints;
    struct map seen;
};

/* Of each component there is one for each way, which all variables share. Borrowed. */
static json_t *usage_of(struct convert *c, const char *key, enum jpk_cloud_kind kind, const char *id, bool write)
{
    json_t *usage = json_object_get(c->usages, key);
    if (usage)
        return usage;
    usage = cloud_new_link(kind, id);
    convert_set(c, usage, write ? "isWrite" : "isRead", json_true());
    return convert_set(c, c->usages, key, usage) ? usage : NULL;
}

static void add_usage(struct convert *c, struct usages *u, enum jpk_cloud_kind kind, const char *id, bool write)
{
    uint32_t old;
    const char *key = convert_text(c, "%s%s", id, write ? "w" : "r");
    if (c->ledger.failed || !map_add(&u->seen, key, strlen(key), 0, &old)) {
        c->ledger.failed = true;
        return;
    }
    if (old == MAP_NONE && json_array_append(u->usages, usage_of(c, key, kind, id, write)) != 0)
        c->ledger.failed = true;
}

static void add_endpoint(struct convert *c, struct usages *u, const struct convert_activity *activity)
{
    uint32_t old;
    const char *id = c->connections[activity->connection].id;
    if (!map_add(&u->seen, id, strlen(id), 0, &old) ||
        (old == MAP_NONE && json_array_append_new(u->endpoints, json_string(id)) != 0))
        c->ledger.failed = true;
}

static void add_use(struct convert *c, struct usages *u, const struct map *ids, const struct jpk_use *use)
{
    static const enum convert_direction directions[] = {CONVERT_READ, CONVERT_WRITE};
    for (size_t i = 0; i < 2 && !c->ledger.failed; i++) {
        const struct convert_activity *activity = convert_find_activity(c, use->from, directions[i]);
        if (activity && use->kind == JPK_USE_LOCATOR)
            add_endpoint(c, u, activity);
        else if (activity)
            add_usage(c, u, JPK_CLOUD_ACTIVITY, activity->id, false);
    }
    char *id = arena_strdup_lower(&c->ledger.arena, use->from->id);
    uint32_t kind = id ? map_get(ids, id, strlen(id)) : MAP_NONE;
    c->ledger.failed |= !id;
    if (kind != MAP_NONE)
        add_usage(c, u, (enum jpk_cloud_kind)kind, id, use->write);
}

static void convert_global(struct convert *c, const struct jpk_variable *variable, const struct map *ids)
{
    struct usages u = {.usages = json_array(), .endpoints = json_array()};
    c->ledger.failed |= !u.usages || !u.endpoints;
    for (size_t i = 0; i < variable->use_count && !c->ledger.failed; i++)
        if (!variable->uses[i]->in_comment && variable->uses[i]->kind != JPK_USE_NAME)
            add_use(c, &u, ids, variable->uses[i]);
    map_free(&u.seen);
    if (c->ledger.failed || json_array_size(u.usages) + json_array_size(u.endpoints) == 0) {
        json_decref(u.usages);
        json_decref(u.endpoints);
        return;
    }
    const char *name = c->variable_names[variable - c->graph->variables];
    const char *role = arena_strdup_lower(&c->ledger.arena, variable->name);
    json_t *component =
        cloud_new_component(JPK_CLOUD_GLOBAL, name, convert_id(c, JPK_CLOUD_GLOBAL, role ? role : "", c->project->id));
    convert_set(c, component, "usages", u.usages);
    convert_set(c, component, "endpoints", u.endpoints);
    convert_add(c, JPK_CLOUD_GLOBAL, component);
}

void convert_globals(struct convert *c)
{
    struct map ids = {0};
    index_components(c, &ids);
    for (size_t i = 0; i < c->graph->variable_count && !c->ledger.failed; i++)
        if (!c->graph->variables[i].entity && !c->graph->variables[i].system)
            convert_global(c, &c->graph->variables[i], &ids);
    map_free(&ids);
}
