/*
 * Words for components. Operations repeat those of their activities, so that each activity is looked at once and long
 * names are cut: a file could else make pictures much larger than itself.
 */
#include "jpk/cloud_words.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "jpk/picture.h"
#include "jpk/sql_words.h"

/* Connectors as people call them. What is not here is called as the export has it. */
static const struct {
    const char *adapter, *label;
    bool storage; /* it keeps data, as Sources and Targets of Design Studio do */
} adapters[] = {
    {"tempstorage", "temporary storage", true},
    {"variable", "variable", true},
    {"localstorage", "local file", true},
    {"fileshare", "file share", true},
    {"ftp", "FTP", true},
    {"http", "HTTP", true},
    {"database", "database", true},
    {"api", "API", false},
    {"salesforce", "Salesforce", false},
    {"servicecloud", "Service Cloud", false},
    {"servicemax", "ServiceMax", false},
    {"netsuite", "NetSuite", false},
    {"microsoftdynamicscrm", "Dynamics CRM", false},
    {"sap", "SAP", false},
    {"soap", "SOAP", false},
};

static const char *adapter_label(const char *adapter)
{
    for (size_t i = 0; i < sizeof adapters / sizeof adapters[0]; i++)
        if (strcmp(adapters[i].adapter, adapter) == 0)
            return adapters[i].label;
    return adapter;
}

static bool is_storage(const struct jpk_cloud_activity *activity)
{
    for (size_t i = 0; i < sizeof adapters / sizeof adapters[0]; i++)
        if (strcmp(adapters[i].adapter, activity->adapter) == 0)
            return adapters[i].storage;
    return strcmp(activity->discovery, "FileBasedDiscovery") == 0;
}

enum jpk_flow_class cloud_flow_class(const struct jpk_cloud_component *component)
{
    switch (component->kind) {
    case JPK_CLOUD_OPERATION:
        return JPK_FLOW_CLASS_OPERATION;
    case JPK_CLOUD_SCRIPT:
        return JPK_FLOW_CLASS_SCRIPT;
    case JPK_CLOUD_ACTIVITY:
        return is_storage(component->as.activity) ? JPK_FLOW_CLASS_STORAGE : JPK_FLOW_CLASS_FUNCTION;
    case JPK_CLOUD_CONNECTION:
        return JPK_FLOW_CLASS_CONNECTOR;
    case JPK_CLOUD_TRANSFORMATION:
        return JPK_FLOW_CLASS_TRANSFORMATION;
    case JPK_CLOUD_SCHEMA:
        return JPK_FLOW_CLASS_FORMAT;
    case JPK_CLOUD_EMAIL:
        return JPK_FLOW_CLASS_MESSAGE;
    default:
        return JPK_FLOW_CLASS_OTHER;
    }
}

/* ------------------------------------------------------------------------------------------------------ activities */

/* A part of a text that a file can make long. */
static void put_part(struct buf *out, const char *text, size_t n)
{
    enum { PART_MAX = 120 };
    size_t kept = n > PART_MAX ? PART_MAX : n;
    while (kept < n && kept > 0 && ((unsigned char)text[kept] & 0xc0) == 0x80)
        kept--;
    buf_put(out, text, kept);
    if (kept < n)
        buf_puts(out, "...");
}

static void put_text(struct buf *out, const char *text)
{
    put_part(out, text, strlen(text));
}

/* The object of a query: the name behind the FROM that belongs to the first SELECT. */
static void put_query(struct buf *out, const struct jdoc *doc, uint32_t value)
{
    uint32_t query = jdoc_member(doc, value, "soql");
    if (!jdoc_is(doc, query, JDOC_STRING))
        return;
    struct sql_scanner scanner = {jdoc_string(doc, query), jdoc_string_size(doc, query), 0};
    struct sql_word word = sql_next(&scanner);
    size_t depth = 0;
    for (; word.kind != SQL_END && (depth > 0 || !sql_is(&word, "from")); word = sql_next(&scanner)) {
        depth += sql_mark(&word, '(');
        depth -= depth > 0 && sql_mark(&word, ')');
    }
    word = sql_next(&scanner);
    if (word.kind == SQL_NAME) {
        buf_putc(out, ' ');
        put_part(out, word.text, word.length);
    }
}

/* The object of an activity, as its wizard has kept it. */
static void put_object(struct buf *out, const struct jpk_cloud *cloud, const struct jpk_cloud_activity *activity)
{
    for (size_t i = 0; i < activity->property_count; i++) {
        const struct jpk_cloud_property *property = &activity->properties[i];
        if (!property->value)
            continue;
        if (strcmp(property->name, "query-string") == 0) {
            put_query(out, cloud->doc, property->value_node);
            return;
        }
        if (strcmp(property->name, "list-object") != 0 || jdoc_type(cloud->doc, property->value_node) != JDOC_OBJECT)
            continue;
        uint32_t name = jdoc_member(cloud->doc, property->value_node, "N");
        if (jdoc_is(cloud->doc, name, JDOC_STRING)) {
            buf_putc(out, ' ');
            put_part(out, jdoc_string(cloud->doc, name), jdoc_string_size(cloud->doc, name));
        }
        return;
    }
}

static void put_place(struct buf *out, const struct jpk_cloud *cloud, const struct jpk_cloud_activity *activity)
{
    put_text(out, *activity->adapter ? adapter_label(activity->adapter) : "unknown connector");
    if (is_storage(activity))
        return;
    if (*activity->function) {
        buf_putc(out, ' ');
        put_text(out, activity->function);
    }
    put_object(out, cloud, activity);
}

/* "Salesforce query Contact"; of what keeps data its kind alone, "temporary storage". NULL: no memory. */
static const char *place_of(const struct cloud_words *words, const struct jpk_cloud_component *component)
{
    const char **place = &words->places[component->index];
    struct buf text = {0};
    if (!*place) {
        put_place(&text, words->cloud, component->as.activity);
        *place = text.failed ? NULL : arena_strdup(words->arena, buf_text(&text));
        buf_free(&text);
    }
    return *place;
}

static void put_known_place(struct buf *out, const struct cloud_words *words,
                            const struct jpk_cloud_component *component)
{
    const char *place = place_of(words, component);
    out->failed = out->failed || !place;
    if (place)
        buf_puts(out, place);
}

static void put_activity(struct buf *out, const struct cloud_words *words, const struct jpk_cloud_component *component)
{
    const char *polarity = component->as.activity->polarity;
    if (is_storage(component->as.activity))
        buf_puts(out, strcmp(polarity, "source") == 0 ? "Source: " : strcmp(polarity, "target") == 0 ? "Target: " : "");
    put_known_place(out, words, component);
}

/* ------------------------------------------------------------------------------------------------------ operations */

struct operation {
    const struct cloud_words *words;
    const struct jpk_cloud_operation *operation;
};

static bool put_step(const void *context, size_t step, struct buf *out)
{
    const struct operation *o = context;
    const struct jpk_cloud_component *component = o->operation->steps[step].component;
    if (!component || component->kind != JPK_CLOUD_ACTIVITY)
        return false;
    put_known_place(out, o->words, component);
    return true;
}

static void put_operation(struct buf *out, const struct cloud_words *words, const struct jpk_cloud_operation *operation)
{
    struct operation context = {words, operation};
    struct flow_places places = {operation->step_count, 0, &context, put_step};
    for (size_t i = 0; i < operation->step_count; i++)
        places.scripts += jpk_cloud_kind_of(operation->steps[i].number) == JPK_CLOUD_SCRIPT;
    flow_put_places(out, &places);
}

/* ------------------------------------------------------------------------------------------------------ components */

bool cloud_words_begin(struct cloud_words *words, const struct jpk_cloud *cloud, struct arena *arena)
{
    words->cloud = cloud;
    words->arena = arena;
    words->places = arena_calloc(arena, cloud->component_count + 1, sizeof(const char *));
    return words->places != NULL;
}

/* The label of a kind begins a line here. */
static void put_label(struct buf *out, const char *label)
{
    buf_putc(out, *label >= 'a' && *label <= 'z' ? (char)(*label - 'a' + 'A') : *label);
    buf_puts(out, label + 1);
}

void cloud_words_put(struct cloud_words *words, const struct jpk_cloud_component *component, struct buf *out)
{
    switch (component->kind) {
    case JPK_CLOUD_OPERATION:
        put_operation(out, words, component->as.operation);
        break;
    case JPK_CLOUD_ACTIVITY:
        put_activity(out, words, component);
        break;
    case JPK_CLOUD_CONNECTION:
        buf_puts(out, "Connection: ");
        put_text(out, adapter_label(component->as.connection->adapter));
        break;
    case JPK_CLOUD_SCRIPT:
        buf_puts(out, component->as.script->javascript ? "JavaScript" : "Script");
        break;
    case JPK_CLOUD_SCHEMA:
        buf_puts(out, *component->as.schema->format ? "Schema: " : "Schema");
        put_text(out, component->as.schema->format);
        break;
    case JPK_CLOUD_OTHER:
        buf_printf(out, "Component of type %lld", (long long)component->number);
        break;
    default:
        put_label(out, jpk_cloud_kind_info(component->kind)->label);
    }
}
