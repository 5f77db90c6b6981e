/* What a project talks to. Equal systems become one endpoint; what is encrypted is told apart as well as can be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "recipe/plan.h"
#include "recipe/words.h"

struct grouping {
    struct plan *plan;
    struct map by_key; /* key -> index of the endpoint */
};

/* A value as part of a key: its text, or for an encrypted one its length, for equal values have equal lengths. */
static void put_value(struct buf *key, const struct jpk_item *item)
{
    size_t least, most;
    if (!item || !item->value)
        buf_puts(key, "|-");
    else if (!item->encrypted)
        buf_printf(key, "|%s", item->value);
    else if (jpk_encrypted_length(item->value, &least, &most))
        buf_printf(key, "|#%zu", most);
    else
        buf_puts(key, "|#");
}

bool url_holds_secret(const char *url)
{
    static const char *const telling[] = {
        "key=", "token=", "secret=", "password=", "passwd=", "pwd=", "sig=", "signature="};
    const char *start = strstr(url, "://");
    if (!start)
        return false;
    start += strlen("://");
    size_t authority = strcspn(start, "/?#");
    const char *at = memrchr(start, '@', authority);
    if (at && memchr(start, ':', (size_t)(at - start)))
        return true;
    for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++)
        if (strcasestr(start + authority, telling[i]))
            return true;
    return false;
}

/* Host of a URL or of a `Host:` header; the rest of a URL does not tell one system from another. */
static bool put_host(struct buf *key, const struct jpk_entity *entity)
{
    const char *headers = jpk_entity_value(entity, "http_request_headers");
    const char *host = headers ? strcasestr(headers, "host:") : NULL;
    if (host && (host == headers || host[-1] == '\n')) {
        host += strlen("host:");
        host += strspn(host, " ");
        buf_printf(key, "|host %.*s", (int)strcspn(host, "\r\n"), host);
        return true;
    }
    const char *url = jpk_entity_value(entity, "httpurl");
    const char *start = url ? strstr(url, "://") : NULL;
    if (!start)
        return false;
    start += strlen("://");
    size_t n = strcspn(start, "/?#");
    const char *at = memrchr(start, '@', n); /* behind user name and password */
    if (at) {
        n -= (size_t)(at + 1 - start);
        start = at + 1;
    }
    buf_printf(key, "|host %.*s", (int)n, start);
    return true;
}

static void put_folder(struct buf *key, const struct jpk_entity *entity)
{
    const struct jpk_folder *folder = entity->folder;
    buf_printf(key, "|folder %s", folder ? folder->name : "");
}

static void location_key(struct buf *key, const struct connector *connector, const struct jpk_entity *entity)
{
    if (strcmp(connector->id, "local-file") == 0)
        return; /* the agent's own disk */
    if (strcmp(connector->id, "http") == 0) {
        if (!put_host(key, entity)) {
            const struct jpk_item *url = jpk_entity_setting(entity, "httpurl");
            if (url && url->value && !url->encrypted)
                put_value(key, url);
            else
                put_folder(key, entity); /* nothing of an encrypted URL can be seen: people group by folder */
        }
        return;
    }
    static const char *const telling[] = {"locator", "connectstring", "login", "password", "port", "dbname", "driver"};
    bool files = strcmp(connector->id, "ftp") == 0 || strcmp(connector->id, "file-share") == 0;
    for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++) {
        bool port = strcmp(telling[i], "port") == 0;
        /* An FTP source writes port 22 or leaves it out, a target writes -1 for the default. */
        if (!(files && port))
            put_value(key, jpk_entity_setting(entity, telling[i]));
    }
}

/* Items with equal keys talk to the same system. False: the entity talks to nothing. */
static bool key_of(struct buf *key, const struct jpk_entity *entity, const struct connector *connector)
{
    const struct jpk_type_info *info = jpk_type_info(entity->type);
    buf_clear(key);
    buf_puts(key, connector->id);
    if (jpk_entity_location(entity)) {
        location_key(key, connector, entity);
    } else if (info->role == JPK_ROLE_ENDPOINT) {
        buf_printf(key, "|%s", entity->id);
    } else if (entity->type == JPK_TYPE_WEB_SERVICE_CALL) {
        const char *wizard = jpk_entity_value(entity, "salesforce_wizard_object");
        if (wizard && strcmp(wizard, "1") == 0)
            return false; /* the call that a Salesforce wizard made: the query or upsert stands for it */
        put_value(key, jpk_entity_setting(entity, "webservice_url"));
        put_value(key, jpk_entity_setting(entity, "wsdl_id"));
    } else if (entity->as.function && entity->as.function->endpoint) {
        buf_printf(key, "|%s", entity->as.function->endpoint->id);
    }
    return !key->failed;
}

static struct endpoint *endpoint_of(struct grouping *g, const struct buf *key, const struct connector *connector)
{
    struct plan *plan = g->plan;
    uint32_t found = map_get(&g->by_key, buf_text(key), key->size);
    if (found != MAP_NONE)
        return &plan->endpoints[found];
    const char *kept = plan_text(plan, "%s", buf_text(key));
    struct endpoint *endpoints =
        plan_grow(plan, plan->endpoints, plan->endpoint_count, &plan->endpoint_capacity, sizeof *plan->endpoints);
    if (!endpoints)
        return NULL;
    plan->endpoints = endpoints;
    if (!map_set(&g->by_key, kept, strlen(kept), (uint32_t)plan->endpoint_count)) {
        plan->failed = true;
        return NULL;
    }
    struct endpoint *endpoint = &plan->endpoints[plan->endpoint_count++];
    *endpoint = (struct endpoint){.connector = connector, .key = kept};
    return endpoint;
}

static void add_entity(struct plan *plan, struct endpoint *endpoint, const struct jpk_entity *entity)
{
    const struct jpk_entity **entities = plan_grow(plan, endpoint->entities, endpoint->entity_count,
                                                   &endpoint->entity_capacity, sizeof(struct jpk_entity *));
    if (!entities)
        return;
    endpoint->entities = entities;
    endpoint->entities[endpoint->entity_count++] = entity;
    plan->entity_endpoint[entity->index] = (uint32_t)(endpoint - plan->endpoints);
}

/* ------------------------------------------------------------------------------------------------------- roles */

/* Names say what a call is for: getOrders reads, createOrder writes. */
static bool reading_word(const char *word)
{
    static const char *const verbs[] = {"get",  "query",    "read",  "find",  "search",
                                        "list", "retrieve", "fetch", "select"};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(word, verbs[i]) == 0)
            return true;
    return false;
}

static bool reading_name(const char *name)
{
    struct words words;
    words_split(name ? name : "", &words);
    for (size_t i = 0; i < words.count; i++)
        if (reading_word(words.word[i]))
            return true;
    return false;
}

/* An HTTP target sends a request. It reads when it says so, and its answer goes somewhere. */
static bool http_reads(const struct jpk_entity *target)
{
    const char *method = jpk_entity_value(target, "http_method");
    bool get = method && text_caseeq(method, "GET");
    return get || (jpk_entity_value(target, "target_target_id") && reading_name(target->name));
}

static void add_role(struct endpoint *endpoint, const struct jpk_entity *entity)
{
    bool reads = false;
    switch (jpk_type_info(entity->type)->role) {
    case JPK_ROLE_READ:
        reads = true;
        break;
    case JPK_ROLE_WRITE:
        reads = strcmp(endpoint->connector->id, "http") == 0 && http_reads(entity);
        break;
    case JPK_ROLE_CALL:
        reads = reading_name(jpk_entity_value(entity, "operation")) || reading_name(entity->name);
        break;
    default:
        return;
    }
    endpoint->source = endpoint->source || reads;
    endpoint->target = endpoint->target || !reads;
}

/* ------------------------------------------------------------------------------------------------------- names */

/* An entity's name that says something: not a bracket, not "New Source". */
static const char *telling_name(const struct endpoint *endpoint)
{
    const struct jpk_folder *folder = endpoint->entities[0]->folder;
    for (size_t i = 0; i < endpoint->entity_count; i++) {
        const char *name = endpoint->entities[i]->name;
        if (jpk_type_info(endpoint->entities[i]->type)->role == JPK_ROLE_ENDPOINT && *name && *name != '[')
            return name;
    }
    if (strstr(endpoint->key, "|host "))
        return strstr(endpoint->key, "|host ") + strlen("|host ");
    return endpoint->entity_count > 1 && folder ? folder->name : endpoint->entities[0]->name;
}

static void name_endpoints(struct plan *plan)
{
    size_t totals[CONNECTORS_MAX] = {0}, numbers[CONNECTORS_MAX] = {0};
    for (size_t i = 0; i < plan->endpoint_count; i++)
        totals[connector_index(plan->endpoints[i].connector)]++;
    for (size_t i = 0; i < plan->endpoint_count; i++) {
        struct endpoint *endpoint = &plan->endpoints[i];
        const struct connector *connector = endpoint->connector;
        size_t number = ++numbers[connector_index(connector)];
        bool alone = totals[connector_index(connector)] == 1;
        endpoint->id = number == 1 ? connector->id : plan_text(plan, "%s-%zu", connector->id, number);
        endpoint->step = plan_id(plan, plan_text(plan, "endpoint-%s", endpoint->id));
        endpoint->name = alone ? connector->name : plan_text(plan, "%s: %s", connector->name, telling_name(endpoint));
    }
}

/* From source to target; among equals the order of the project. */
static int role_rank(const struct endpoint *endpoint)
{
    return endpoint->source && !endpoint->target ? 0 : endpoint->source ? 1 : endpoint->target ? 2 : 1;
}

static void sort_endpoints(struct plan *plan)
{
    struct endpoint *sorted = calloc(plan->endpoint_count + 1, sizeof *sorted);
    if (!sorted) {
        plan->failed = true;
        return;
    }
    size_t n = 0;
    for (int rank = 0; rank <= 2; rank++)
        for (size_t i = 0; i < plan->endpoint_count; i++)
            if (role_rank(&plan->endpoints[i]) == rank)
                sorted[n++] = plan->endpoints[i];
    memcpy(plan->endpoints, sorted, n * sizeof *sorted);
    free(sorted);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < plan->endpoints[i].entity_count; j++)
            plan->entity_endpoint[plan->endpoints[i].entities[j]->index] = (uint32_t)i;
}

static const char *role_name(const struct endpoint *endpoint)
{
    return endpoint->source && endpoint->target ? "both" : endpoint->source ? "source" : "target";
}

static void explain(struct plan *plan)
{
    for (size_t i = 0; i < plan->endpoint_count; i++) {
        const struct endpoint *endpoint = &plan->endpoints[i];
        const struct jpk_entity *first = endpoint->entities[0];
        for (size_t j = 0; j < endpoint->entity_count; j++)
            if (jpk_type_info(endpoint->entities[j]->type)->role != JPK_ROLE_ENDPOINT) {
                first = endpoint->entities[j];
                break;
            }
        plan_infer(plan, endpoint->step, "", "role", role_name(endpoint),
                   plan_text(plan, "%s '%s'%s", jpk_type_info(first->type)->label, first->name,
                             endpoint->entity_count > 1 ? " and others" : ""),
                   endpoint->source && endpoint->target ? JPK_MEDIUM : JPK_HIGH);
    }
}

void plan_endpoints(struct plan *plan)
{
    const struct jpk_project *project = plan->project;
    struct grouping g = {.plan = plan};
    struct buf key = {0};
    plan->entity_endpoint = plan_alloc(plan, project->entity_count, sizeof *plan->entity_endpoint);
    if (!plan->failed)
        memset(plan->entity_endpoint, 0xff, project->entity_count * sizeof *plan->entity_endpoint);
    for (size_t i = 0; i < project->entity_count && !plan->failed; i++) {
        const struct jpk_entity *entity = project->entities[i];
        const struct connector *connector = plan->live[i] ? plan_connector(entity) : NULL;
        if (!connector || connector->plumbing || !key_of(&key, entity, connector))
            continue;
        struct endpoint *endpoint = endpoint_of(&g, &key, connector);
        if (!endpoint)
            break;
        add_entity(plan, endpoint, entity);
        add_role(endpoint, entity);
    }
    plan->failed = plan->failed || key.failed;
    buf_free(&key);
    map_free(&g.by_key);
    if (plan->failed || plan->endpoint_count == 0)
        return;
    sort_endpoints(plan);
    name_endpoints(plan);
    explain(plan);
}
