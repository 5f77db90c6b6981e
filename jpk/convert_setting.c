/* Values: what they become, what is lost, what is secret. */
#include "jpk/convert_setting.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/secrets.h"
#include "base/text.h"
#include "base/uuid.h"
#include "jpk/script_reference.h"

/* --------------------------------------------------------------------------------------------------------- secrets */

/* The variable that an encrypted setting probably holds, as it is called there; NULL: not known. */
static const char *slot_variable(struct convert *c, const struct jpk_entity *entity, const struct jpk_item *item,
                                 enum jpk_confidence *confidence)
{
    *confidence = JPK_LOW;
    if (!c->options.slot)
        return NULL;
    const char *name = c->options.slot(c->options.slot_context, entity, item, confidence);
    return name && *name ? convert_variable(c, name) : NULL;
}

/* What stands in the clear, or is a variable, but has no place in an export. */
static void note_plain(struct convert *c, const struct jpk_entity *entity, const struct jpk_item *item,
                       const char *component, const char *label)
{
    struct jpk_finding *finding = convert_note(c, entity, CONVERT_SECRET, item->offset,
                                               "'%s' is a secret, or a part of a log-in, and was left out", item->key);
    if (finding)
        finding->hint = convert_text(c, "type in '%s' of %s", label, component);
}

void convert_secret(struct convert *c, const struct jpk_entity *entity, const struct jpk_item *item,
                    const char *component, const char *label, const char *variable, enum jpk_confidence confidence)
{
    const struct jpk_convert_secret secret = {entity->index, item->key, component, label, variable, confidence};
    if (!ledger_secret(&c->ledger, &secret))
        return;
    if (!item->encrypted) {
        note_plain(c, entity, item, component, label);
        return;
    }
    struct jpk_finding *finding =
        variable
            ? convert_note(c, entity, CONVERT_SECRET, item->offset,
                           "'%s' is encrypted; the variable '%s' stands in its place, which is of %s confidence",
                           item->key, variable, jpk_confidence_name(confidence))
            : convert_note(c, entity, CONVERT_SECRET, item->offset, "'%s' is encrypted and was left empty", item->key);
    if (finding)
        finding->hint = convert_text(c, "%s '%s' of %s", variable ? "check" : "type in", label, component);
}

/* References are for scripts: nothing resolves them in a setting or the text of an e-mail, in neither form. */
static void note_references(struct convert *c, const struct jpk_entity *entity, const struct jpk_item *item)
{
    struct script_use use = {0};
    size_t at = 0, size = strlen(item->value);
    while (script_reference_next(item->value, 0, size, &at, &use) == SCRIPT_FOUND_REFERENCE) {
        char id[UUID_SIZE];
        if (use.form != SCRIPT_FORM_DESIGN || use.guid.length != sizeof id - 1)
            continue;
        memcpy(id, use.guid.text, sizeof id - 1);
        id[sizeof id - 1] = '\0';
        const struct jpk_entity *to = jpk_project_entity(c->project, id);
        if (to)
            convert_note(c, entity, CONVERT_REFERENCE_KIND, item->offset,
                         "'%s' names '%s' by its id, which nothing resolves outside of scripts; it stays as it is",
                         item->key, to->name);
    }
}

const char *convert_setting(struct convert *c, const struct jpk_entity *entity, const char *key, const char *component,
                            const char *label)
{
    const struct jpk_item *item = jpk_entity_setting(entity, key);
    if (!item || !item->value)
        return NULL;
    if (!item->encrypted) {
        note_references(c, entity, item);
        return convert_variable_text(c, item->value);
    }
    if (!*item->value)
        return "";
    enum jpk_confidence confidence;
    const char *variable = slot_variable(c, entity, item, &confidence);
    convert_secret(c, entity, item, component, label, variable, confidence);
    return variable ? convert_text(c, "[%s]", variable) : "";
}

const char *convert_peek_setting(struct convert *c, const struct jpk_entity *entity,
                                 const struct endpoint_setting *setting)
{
    const struct jpk_item *item = jpk_entity_setting(entity, setting->key);
    if (setting->change == ENDPOINT_LOST || !item || !item->value)
        return "";
    if (!item->encrypted)
        return endpoint_usual(setting, item->value) ? "" : item->value;
    enum jpk_confidence confidence;
    const char *variable = slot_variable(c, entity, item, &confidence);
    return variable ? convert_text(c, "[%s]", variable) : item->value;
}

/* --------------------------------------------------------------------------------------------------------- queries */

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (text_lower(c) >= 'a' && text_lower(c) <= 'z') || c == '_';
}

/* Where the condition of a query begins: `WHERE` outside of strings and parentheses, else a variable at the end. */
static size_t condition_at(const char *query)
{
    size_t size = strlen(query);
    unsigned depth = 0;
    for (size_t i = 0; i < size; i++) {
        if (query[i] == '\'') {
            for (i++; i < size && query[i] != '\''; i++)
                i += query[i] == '\\';
        } else if (query[i] == '(') {
            depth++;
        } else if (query[i] == ')' && depth > 0) {
            depth--;
        } else if (depth == 0 && i > 0 && !is_word(query[i - 1]) && i + 5 < size && !is_word(query[i + 5])) {
            char word[6] = {0};
            memcpy(word, query + i, 5);
            if (text_caseeq(word, "where"))
                return i;
        }
    }
    const char *open = size > 0 && query[size - 1] == ']' ? strrchr(query, '[') : NULL;
    return open ? (size_t)(open - query) : size;
}

/* A part of a text without white space around it. */
static const char *trimmed(struct convert *c, const char *text, size_t n)
{
    while (n > 0 && strchr(" \t\r\n", text[n - 1]))
        n--;
    for (; n > 0 && strchr(" \t\r\n", *text); n--)
        text++;
    const char *copy = arena_strndup(&c->ledger.arena, text, n);
    c->ledger.failed |= !copy;
    return copy ? copy : "";
}

static const char *query_text(struct convert *c, const struct jpk_entity *entity)
{
    const struct jpk_function *function = jpk_type_info(entity->type)->connector ? entity->as.function : NULL;
    const char *query = function && function->query ? function->query : jpk_entity_value(entity, "query_string");
    return query ? convert_variable_text(c, trimmed(c, query, strlen(query))) : NULL;
}

static json_t *query_value(struct convert *c, const struct jpk_entity *entity, bool condition)
{
    const char *query = query_text(c, entity);
    if (!query)
        return NULL;
    size_t at = condition_at(query);
    if (condition)
        return query[at] ? json_string(trimmed(c, query + at, strlen(query + at))) : NULL;
    const char *all = jpk_entity_value(entity, "query_all");
    return json_pack("{s:b, s:s}", "showDeleted", all && strcmp(all, "1") == 0, "soql", trimmed(c, query, at));
}

/* --------------------------------------------------------------------------------------------------------- objects */

/* Whether an XSD file of the project declares a complex type of that name. */
static bool declares(struct convert *c, const struct jpk_file *file, const char *name)
{
    void *text = NULL;
    size_t size;
    struct buf words = {0};
    struct jpk_error err = {0};
    buf_printf(&words, "complexType name=\"%s\"", name);
    bool found = !words.failed && file->entry != SIZE_MAX &&
                 jpk_archive_read(c->project->archive, file->entry, &text, &size, &err) &&
                 memmem(text, size, words.data, words.size);
    c->ledger.failed |= words.failed || err.code == JPK_ERR_MEMORY;
    buf_free(&words);
    free(text);
    return found;
}

/* The namespace of a record: that of the XSD file of the function that declares it. NULL: none does. */
static const char *object_namespace(struct convert *c, const struct jpk_entity *entity, const char *object)
{
    const char *prefix = convert_text(c, "jitterbit.netsuite.%s.", entity->id);
    for (size_t i = 0; i < c->project->file_count; i++) {
        const struct jpk_file *file = &c->project->files[i];
        if (text_starts_with(file->name, prefix) && *file->namespace_ && declares(c, file, object))
            return file->namespace_;
    }
    return NULL;
}

static json_t *list_object(struct convert *c, const struct jpk_entity *entity, const char *object)
{
    const char *namespace_ = object_namespace(c, entity, object);
    json_t *value = json_pack("{s:s, s:s}", "N", object, "T", ENDPOINT_STANDARD);
    if (namespace_) {
        convert_set(c, value, "D", json_string(namespace_));
        return value;
    }
    struct jpk_finding *finding = convert_note(c, entity, CONVERT_SCHEMA_MISSING, 0,
                                               "no file of the project says in which namespace '%s' is", object);
    if (finding)
        finding->hint = "select the object again in the activity";
    return value;
}

/* ---------------------------------------------------------------------------------------------------------- values */

static bool is_true(const char *text)
{
    return strcmp(text, "1") == 0 || text_caseeq(text, "true");
}

static json_t *number(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits <= 15 && !text[digits] ? json_integer(strtoll(text, NULL, 10)) : json_string(text);
}

/* How many bytes of a URL stand before its path: the scheme and host, or a variable. */
static size_t base_length(const char *url)
{
    const char *scheme = strstr(url, "://");
    size_t at = scheme && strcspn(url, "/[") == (size_t)(scheme - url) + 1 ? (size_t)(scheme - url) + 3 : 0;
    while (url[at] && url[at] != '/' && url[at] != '?')
        at += url[at] == '[' ? strcspn(url + at, "]") + (url[at + strcspn(url + at, "]")] != '\0') : 1;
    return at;
}

const char *convert_url_base(struct convert *c, const char *url)
{
    const char *base = arena_strndup(&c->ledger.arena, url, base_length(url));
    c->ledger.failed |= !base;
    return base ? base : "";
}

static json_t *format_name(struct convert *c, const char *text)
{
    const char *upper = arena_strdup_upper(&c->ledger.arena, text);
    return upper ? json_string(upper) : NULL;
}

/* A value in the form of the other side; NULL: no memory. */
static json_t *change_value(struct convert *c, const struct jpk_entity *entity, const struct endpoint_setting *setting,
                            const char *text)
{
    switch (setting->change) {
    case ENDPOINT_BOOLEAN:
        return json_boolean(is_true(text));
    case ENDPOINT_NUMBER:
        return number(text);
    case ENDPOINT_URL: {
        size_t n = strlen(text);
        while (n > 0 && text[n - 1] == '/')
            n--;
        return json_stringn(text, n);
    }
    case ENDPOINT_BASE_URL:
        return json_stringn(text, base_length(text));
    case ENDPOINT_URL_PATH:
        return json_string(text + base_length(text));
    case ENDPOINT_VARIABLE:
        return json_string(convert_variable(c, text));
    case ENDPOINT_FORMAT:
        return format_name(c, text);
    case ENDPOINT_IS_SET:
        return json_boolean(*text != '\0');
    case ENDPOINT_DELETES:
        return json_boolean(strcmp(text, ENDPOINT_DELETE_NAME) == 0);
    case ENDPOINT_RENAMES:
        return json_string(strcmp(text, ENDPOINT_DELETE_NAME) == 0 ? ENDPOINT_DELETE_NAME_CLOUD : text);
    case ENDPOINT_LIST_OBJECT:
        return list_object(c, entity, text);
    case ENDPOINT_TEXT:
    case ENDPOINT_QUERY:
    case ENDPOINT_CONDITION:
    case ENDPOINT_LOST:
        break;
    }
    return json_string(text);
}

/* The second property of a URL is not a second secret: what is encrypted stands on the connection as a whole. */
static bool is_elsewhere(const struct jpk_entity *entity, const struct endpoint_setting *setting)
{
    const struct jpk_item *item = jpk_entity_setting(entity, setting->key);
    return setting->change == ENDPOINT_URL_PATH && item && item->encrypted;
}

/* A secret that anybody could read in the export is left out. */
static const char *setting_text(struct convert *c, const struct setting_target *target,
                                const struct endpoint_setting *setting)
{
    const struct jpk_item *item = jpk_entity_setting(target->entity, setting->key);
    bool clear = item && item->value && !item->encrypted && !secret_only_variables(item->value, strlen(item->value));
    if (!clear || !*item->value || !(setting->flags & ENDPOINT_SECRET))
        return convert_setting(c, target->entity, setting->key, target->label, setting->label);
    convert_secret(c, target->entity, item, target->label, setting->label, NULL, JPK_LOW);
    return "";
}

/* *there: there is something to write; then NULL is no memory. */
static json_t *setting_value(struct convert *c, const struct setting_target *target,
                             const struct endpoint_setting *setting, bool *there)
{
    if (setting->change == ENDPOINT_QUERY || setting->change == ENDPOINT_CONDITION) {
        json_t *value = query_value(c, target->entity, setting->change == ENDPOINT_CONDITION);
        *there = value != NULL;
        return value;
    }
    *there = false;
    if (is_elsewhere(target->entity, setting))
        return NULL;
    bool query = strcmp(setting->key, "query_string") == 0;
    const char *text = query ? query_text(c, target->entity) : setting_text(c, target, setting);
    *there = text && (!target->known || (setting->flags & ENDPOINT_ALWAYS) || !endpoint_usual(setting, text));
    if (*there && setting->change == ENDPOINT_URL_PATH && !text[base_length(text)])
        *there = false; /* a URL without a path says nothing of it */
    return *there ? change_value(c, target->entity, setting, text) : NULL;
}

/* ------------------------------------------------------------------------------------------------------ properties */

/* A property of a tree that nobody has seen. */
static json_t *new_property(const struct endpoint_setting *setting, const json_t *value)
{
    const char *type = setting->change == ENDPOINT_BOOLEAN       ? "boolean"
                       : setting->change == ENDPOINT_LIST_OBJECT ? "list-object"
                       : json_is_integer(value)                  ? "number"
                                                                 : "string";
    return json_pack("{s:s, s:b, s:s, s:s}", "type", type, "multiple", 0, "name", endpoint_own_name(setting),
                     "displayName", setting->label);
}

static void add_property(struct convert *c, const struct setting_target *target, const struct endpoint_setting *setting,
                         json_t *value, bool there)
{
    json_t *property = new_property(setting, value);
    if ((setting->flags & ENDPOINT_SECRET) && property)
        convert_set(c, property, "widgetHint", json_string("password"));
    if (there && property)
        convert_set(c, property, "value", json_incref(value));
    if (!property || json_array_append_new(json_object_get(target->component, "properties"), property) != 0)
        c->ledger.failed = true;
    json_decref(value);
}

void convert_put_settings(struct convert *c, const struct setting_target *target,
                          const struct endpoint_setting *settings)
{
    for (const struct endpoint_setting *setting = settings; setting->key && !c->ledger.failed; setting++) {
        if (setting->change == ENDPOINT_LOST)
            continue;
        bool there;
        json_t *value = setting_value(c, target, setting, &there);
        if (!target->known)
            add_property(c, target, setting, value, there);
        else if (there && !cloud_set(target->component, setting->path, value))
            c->ledger.failed = true;
        c->ledger.failed |= there && !value;
    }
}

/* ------------------------------------------------------------------------------------------------------- what is lost
 */

static void note_lost(struct convert *c, const struct jpk_entity *entity, const struct jpk_item *item,
                      const struct endpoint_setting *setting)
{
    struct jpk_finding *finding =
        setting ? convert_note(c, entity, CONVERT_SETTING_LOST, item->offset,
                               "'%s' (%s) is not as usual and was left out", item->key, setting->label)
                : convert_note(c, entity, CONVERT_SETTING_LOST, item->offset,
                               "'%s' is a setting that is not known; left out", item->key);
    bool secret =
        setting && (setting->flags & ENDPOINT_SECRET) && !secret_only_variables(item->value, strlen(item->value));
    convert_keep_words(c, finding, secret ? "****" : convert_item_words(c, item));
}

static void check_item(struct convert *c, const struct jpk_entity *entity, const struct jpk_item *item,
                       const struct endpoint_setting *activity, const struct endpoint_setting *connection)
{
    const struct endpoint_setting *in_activity = endpoint_setting_find(activity, item->key);
    const struct endpoint_setting *in_connection = endpoint_setting_find(connection, item->key);
    const struct endpoint_setting *setting = in_activity ? in_activity : in_connection;
    if (!item->value || !*item->value || (in_activity && in_activity->change != ENDPOINT_LOST) ||
        (in_connection && in_connection->change != ENDPOINT_LOST))
        return;
    if (setting && !endpoint_usual(setting, item->value))
        note_lost(c, entity, item, setting);
    else if (!setting && !text_caseeq(item->value, entity->id) && strcmp(item->value, "0") != 0)
        note_lost(c, entity, item, NULL);
}

void convert_lost_items(struct convert *c, const struct jpk_entity *entity, const struct jpk_item *items, size_t count,
                        const struct endpoint_setting *settings)
{
    for (size_t i = 0; i < count && !c->ledger.failed; i++)
        check_item(c, entity, &items[i], settings, NULL);
}

void convert_lost_settings(struct convert *c, const struct jpk_entity *entity, const struct endpoint_setting *activity,
                           const struct endpoint_setting *connection)
{
    const struct jpk_location *location = jpk_entity_location(entity);
    for (size_t i = 0; i < entity->item_count && !c->ledger.failed; i++)
        check_item(c, entity, &entity->items[i], activity, connection);
    for (size_t i = 0; location && i < location->item_count && !c->ledger.failed; i++)
        check_item(c, entity, &location->items[i], activity, connection);
}

const struct endpoint_setting *convert_missing_setting(const struct jpk_entity *entity,
                                                       const struct endpoint_setting *settings)
{
    for (const struct endpoint_setting *setting = settings; setting && setting->key; setting++) {
        if (!(setting->flags & ENDPOINT_REQUIRED))
            continue;
        const struct jpk_item *item = jpk_entity_setting(entity, setting->key);
        const struct jpk_function *function = jpk_type_info(entity->type)->connector ? entity->as.function : NULL;
        bool query = strcmp(setting->key, "query_string") == 0 && function && function->query && *function->query;
        if (!query && !(item && item->value && *item->value))
            return setting;
    }
    return NULL;
}
