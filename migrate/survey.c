#include "migrate/survey.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "base/text.h"
#include "base/workers.h"
#include "jpk/source.h"
#include "migrate/fingerprint.h"
#include "migrate/hosts.h"
#include "migrate/paths.h"
#include "recipe/plan.h"

/* -------------------------------------------------------------------------------------------------------- lists */

/* A list that grows in an arena's memory once it is complete. */
struct list {
    const void *items; /* malloc */
    size_t count, capacity;
};

/* A survey of one project on its way. */
struct reading {
    struct survey_project *project;
    const struct source *from;
    struct list hosts, secrets, reasons, people, adapters, endpoints;
    struct map known; /* "host place": what is listed already */
    bool failed;
};

static bool add(struct reading *r, struct list *list, const void *item, size_t size)
{
    char *items = r->failed ? NULL : array_grow((void *)list->items, list->count, &list->capacity, size);
    if (!items) {
        r->failed = true;
        return false;
    }
    memcpy(items + list->count++ * size, item, size);
    list->items = items;
    return true;
}

static void add_text(struct reading *r, struct list *list, const char *text)
{
    const char *copy = arena_strdup(&r->project->arena, text);
    if (copy)
        add(r, list, &copy, sizeof copy);
    else
        r->failed = true;
}

/* The list in the arena of the project. */
static const void *keep(struct reading *r, struct list *list, size_t size, size_t *count)
{
    void *kept = arena_alloc(&r->project->arena, list->count * size + 1);
    if (kept && list->count > 0)
        memcpy(kept, list->items, list->count * size);
    r->failed = r->failed || !kept;
    *count = kept ? list->count : 0;
    free((void *)list->items);
    *list = (struct list){0};
    return kept;
}

/* -------------------------------------------------------------------------------------------------------- hosts */

/* A text in which hosts are looked for. */
struct looking {
    struct reading *reading;
    const char *(*place_of)(void *context); /* where the text stands */
    void *context;
};

/* Lists a host once for each item that it stands in. */
static void add_host(void *context, const char *host, enum map_region region)
{
    const struct looking *looking = context;
    struct reading *r = looking->reading;
    struct arena *arena = &r->project->arena;
    const char *place = looking->place_of(looking->context);
    size_t n = strlen(host), size = place ? n + 1 + strlen(place) : 0;
    char *key = place ? arena_alloc(arena, size + 1) : NULL;
    uint32_t old = MAP_NONE;
    if (key)
        snprintf(key, size + 1, "%s %s", host, place);
    if (!key || !map_add(&r->known, key, size, 0, &old)) {
        r->failed = true;
        return;
    }
    const char *kept = old == MAP_NONE ? arena_strdup(arena, host) : NULL;
    struct survey_host found = {kept, region, key + n + 1};
    if (kept)
        add(r, &r->hosts, &found, sizeof found);
    else
        r->failed = r->failed || old == MAP_NONE;
}

static void find_hosts(struct reading *r, const char *text, size_t n, const char *(*place_of)(void *context),
                       void *context)
{
    struct looking looking = {r, place_of, context};
    hosts_find(text, n, add_host, &looking);
}

/* --------------------------------------------------------------------------------------------- Design Studio */

/* An item whose path is made only when something is found in it. */
struct item_place {
    struct reading *reading;
    const struct jpk_entity *entity;
    char *path;
};

static const char *entity_place(void *context)
{
    struct item_place *place = context;
    if (!place->path)
        place->path = jpk_entity_path(place->entity);
    place->reading->failed = place->reading->failed || !place->path;
    return place->path;
}

static void find_in_items(struct item_place *place, const struct jpk_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (items[i].value && !items[i].encrypted)
            find_hosts(place->reading, items[i].value, strlen(items[i].value), entity_place, place);
}

static void find_in_entity(struct reading *r, const struct jpk_entity *entity)
{
    struct item_place place = {r, entity, NULL};
    const struct jpk_location *location = jpk_entity_location(entity);
    if (entity->deleted || entity->unread)
        return;
    find_in_items(&place, entity->items, entity->item_count);
    if (location)
        find_in_items(&place, location->items, location->item_count);
    if (entity->type == JPK_TYPE_SCRIPT && entity->as.script && entity->as.script->text)
        find_hosts(r, entity->as.script->text, strlen(entity->as.script->text), entity_place, &place);
    if (entity->type == JPK_TYPE_TRANSFORMATION && entity->as.transformation)
        for (size_t i = 0; i < entity->as.transformation->mapping_count; i++) {
            const char *source = entity->as.transformation->mappings[i].source;
            find_hosts(r, source, strlen(source), entity_place, &place);
        }
    free(place.path);
}

static void read_endpoints(struct reading *r, const struct plan *plan)
{
    size_t counts[CONNECTORS_MAX] = {0}, order[CONNECTORS_MAX], kinds = 0;
    for (size_t i = 0; i < plan->endpoint_count; i++) {
        size_t index = connector_index(plan->endpoints[i].connector);
        if (plan->endpoints[i].connector->plumbing)
            continue;
        if (counts[index]++ == 0)
            order[kinds++] = i;
    }
    for (size_t i = 0; i < kinds; i++) {
        const struct connector *connector = plan->endpoints[order[i]].connector;
        struct survey_endpoints row = {connector->id, counts[connector_index(connector)]};
        add(r, &r->endpoints, &row, sizeof row);
    }
}

/* What the recipe's plan knows: the systems, and why no cloud agent will do. */
static void read_plan(struct reading *r)
{
    struct plan plan = {.project = r->from->project, .graph = r->from->graph};
    plan_make(&plan);
    json_t *reasons = plan.failed ? NULL : plan_private_reasons(&plan);
    r->failed = r->failed || plan.failed || !reasons;
    for (size_t i = 0; i < json_array_size(reasons); i++)
        add_text(r, &r->reasons, json_string_value(json_array_get(reasons, i)));
    if (!plan.failed)
        read_endpoints(r, &plan);
    json_decref(reasons);
    plan_free(&plan);
}

static void raise_time(struct survey_project *project, const char *milliseconds)
{
    char *end = NULL;
    long long value = milliseconds ? strtoll(milliseconds, &end, 10) : 0;
    if (end != milliseconds && *end == '\0' && value > project->modified)
        project->modified = value;
}

static void read_design(struct reading *r)
{
    const struct jpk_project *project = r->from->project;
    raise_time(r->project, jpk_project_property(project, JPK_FILE_JITTERPAK, "created_at"));
    raise_time(r->project, jpk_project_property(project, JPK_FILE_ENVIRONMENT, "modified"));
    raise_time(r->project, jpk_project_property(project, JPK_FILE_MANIFEST, "modified"));
    const char *who = jpk_project_property(project, JPK_FILE_ENVIRONMENT, "last-deployed-by");
    if (who && strchr(who, '@'))
        add_text(r, &r->people, who);
    for (size_t i = 0; i < project->entity_count; i++)
        find_in_entity(r, project->entities[i]);
    read_plan(r);
}

/* ---------------------------------------------------------------------------------------------- Cloud Studio */

struct cloud_place {
    struct reading *reading;
    uint32_t node;    /* of the text that is looked at; nodes only grow */
    size_t component; /* the first that does not end before it */
    char *path;
};

static const char *component_place(void *context)
{
    struct cloud_place *place = context;
    const struct jpk_cloud *cloud = place->reading->from->cloud;
    while (place->component < cloud->component_count &&
           jdoc_next(cloud->doc, cloud->components[place->component]->node) <= place->node)
        place->component++;
    if (place->component == cloud->component_count || cloud->components[place->component]->node > place->node)
        return "project";
    const struct jpk_cloud_component *component = cloud->components[place->component];
    struct buf path = {0};
    buf_printf(&path, "%s:%s", jpk_cloud_kind_info(component->kind)->name, component->name);
    free(place->path);
    place->path = path.data;
    place->reading->failed = place->reading->failed || path.failed;
    return path.failed ? NULL : path.data;
}

static void find_in_export(struct reading *r)
{
    const struct jdoc *doc = r->from->cloud->doc;
    struct cloud_place place = {.reading = r};
    for (place.node = 0; place.node < doc->count; place.node++)
        if (jdoc_is(doc, place.node, JDOC_STRING))
            find_hosts(r, jdoc_string(doc, place.node), jdoc_string_size(doc, place.node), component_place, &place);
    free(place.path);
}

static void raise_member(struct survey_project *project, const struct jpk_cloud *cloud, uint32_t object,
                         const char *key)
{
    uint32_t node = jdoc_member(cloud->doc, object, key);
    if (node == JDOC_NONE || !jdoc_is(cloud->doc, node, JDOC_NUMBER) || !jdoc_small(cloud->doc, node))
        return;
    const struct jdoc_node *number = &cloud->doc->nodes[node];
    if (number->exponent == 0 && number->integer > project->modified)
        project->modified = number->integer;
}

static void read_person(struct reading *r, const char *key)
{
    const struct jpk_cloud *cloud = r->from->cloud;
    uint32_t node = jdoc_member(cloud->doc, cloud->project, key);
    if (node == JDOC_NONE || !jdoc_is(cloud->doc, node, JDOC_STRING))
        return;
    const char *who = jdoc_string(cloud->doc, node);
    size_t n = jdoc_string_size(cloud->doc, node);
    char *copy = memchr(who, '@', n) ? arena_strndup(&r->project->arena, who, n) : NULL;
    if (copy)
        add(r, &r->people, &copy, sizeof copy);
}

static void read_connections(struct reading *r)
{
    const struct jpk_cloud *cloud = r->from->cloud;
    for (size_t i = 0; i < cloud->component_count; i++) {
        const struct jpk_cloud_component *component = cloud->components[i];
        if (component->kind != JPK_CLOUD_CONNECTION)
            continue;
        const char *adapter = component->as.connection->adapter;
        uint32_t row = MAP_NONE;
        if (strcmp(adapter, "tempstorage") == 0 || strcmp(adapter, "variable") == 0)
            continue;
        const char *name = arena_strdup(&r->project->arena, *adapter ? adapter : component->as.connection->connector);
        if (!name || !map_add(&r->known, name, strlen(name), (uint32_t)r->endpoints.count, &row)) {
            r->failed = true;
            return;
        }
        if (row == MAP_NONE)
            add(r, &r->endpoints, &(struct survey_endpoints){name, 1}, sizeof(struct survey_endpoints));
        else
            ((struct survey_endpoints *)r->endpoints.items)[row].count++;
    }
}

static void read_cloud(struct reading *r)
{
    const struct jpk_cloud *cloud = r->from->cloud;
    raise_member(r->project, cloud, cloud->project, "createdOn");
    raise_member(r->project, cloud, cloud->project, "modifiedOn");
    for (size_t i = 0; i < cloud->component_count; i++)
        raise_member(r->project, cloud, cloud->components[i]->node, "modifiedOn");
    read_person(r, "createdBy");
    read_person(r, "modifiedBy");
    for (size_t i = 0; i < cloud->adapter_count; i++)
        add_text(r, &r->adapters, *cloud->adapters[i].label ? cloud->adapters[i].label : cloud->adapters[i].name);
    uint32_t apis = jdoc_is(cloud->doc, 0, JDOC_OBJECT) ? jdoc_member(cloud->doc, 0, "apis") : JDOC_NONE;
    if (apis != JDOC_NONE && jdoc_is(cloud->doc, apis, JDOC_ARRAY))
        r->project->hosted = cloud->doc->nodes[apis].count;
    read_connections(r);
    find_in_export(r);
}

/* ------------------------------------------------------------------------------------------------------ reading */

static const char *copy_text(struct reading *r, const char *text)
{
    const char *copy = arena_strdup(&r->project->arena, text);
    r->failed = r->failed || !copy;
    return copy ? copy : "";
}

static void read_summary(struct reading *r, const struct jpk_summary *summary)
{
    struct survey_project *p = r->project;
    p->form = summary->form; /* a constant */
    p->kind = summary->kind;
    p->cloud = r->from->cloud != NULL;
    p->name = copy_text(r, summary->name);
    p->id = copy_text(r, summary->id);
    p->organization = copy_text(r, summary->organization);
    p->organization_id = copy_text(r, summary->organization_id);
    p->environment = copy_text(r, summary->environment);
    p->environment_id = copy_text(r, summary->environment_id);
    memcpy(p->created_with, summary->created_with, sizeof p->created_with);
    memcpy(p->required_version, summary->required_version, sizeof p->required_version);
    p->items = summary->items;
    p->operations = summary->types[JPK_TYPE_OPERATION];
    p->transformations = summary->types[JPK_TYPE_TRANSFORMATION];
    p->scripts = summary->types[JPK_TYPE_SCRIPT];
    p->script_lines = summary->script_lines + summary->mapping_lines;
    p->hosted = summary->types[JPK_TYPE_API_ENTITY];
    memcpy(p->findings, summary->finding_counts, sizeof p->findings);
    struct buf text = {0};
    for (size_t i = 0; i < summary->secret_count && !r->failed; i++) {
        buf_clear(&text);
        buf_printf(&text, "%s: %s", summary->secrets[i].item.path, summary->secrets[i].key);
        r->failed = text.failed;
        if (!text.failed)
            add_text(r, &r->secrets, text.data);
    }
    buf_free(&text);
}

static void keep_lists(struct reading *r)
{
    struct survey_project *p = r->project;
    p->hosts = keep(r, &r->hosts, sizeof *p->hosts, &p->host_count);
    p->secrets = keep(r, &r->secrets, sizeof *p->secrets, &p->secret_count);
    p->private_reasons = keep(r, &r->reasons, sizeof *p->private_reasons, &p->private_count);
    p->people = keep(r, &r->people, sizeof *p->people, &p->people_count);
    p->adapters = keep(r, &r->adapters, sizeof *p->adapters, &p->adapter_count);
    p->endpoints = keep(r, &r->endpoints, sizeof *p->endpoints, &p->endpoint_count);
}

static void read_source(struct reading *r, const struct survey_options *options, struct source *source)
{
    struct survey_project *p = r->project;
    struct jpk_summary *summary = NULL;
    r->from = source;
    if (!fingerprint_path(p->path, p->fingerprint, &p->error) ||
        !source_open(source, p->path, options->limits, &p->error) ||
        !(summary = source_summary(source, options->environment, &p->error)))
        return;
    read_summary(r, summary);
    jpk_summary_free(summary);
    if (source->cloud)
        read_cloud(r);
    else
        read_design(r);
    keep_lists(r);
    if (r->failed)
        error_memory(&p->error);
}

struct work {
    struct survey *survey;
    const struct survey_options *options;
};

static void read_one(void *context, size_t index)
{
    const struct work *work = context;
    struct survey_project *project = &work->survey->projects[index];
    struct reading reading = {.project = project};
    struct source source = {0};
    if (project->error.code == JPK_OK)
        read_source(&reading, work->options, &source);
    if (project->error.code != JPK_OK)
        project->fingerprint[0] = '\0';
    source_close(&source);
    map_free(&reading.known);
}

/* ------------------------------------------------------------------------------------------------------ finding */

/* Where a project really is; a link that is not followed is where its folder is. False: errno says why. */
static bool resolve(const struct survey_project *project, char real[PATH_MAX])
{
    const char *slash = strrchr(project->path, '/');
    if (project->error.code != JPK_ERR_SPECIAL || !slash || slash == project->path)
        return realpath(project->path, real) != NULL;
    char folder[PATH_MAX];
    int n = snprintf(folder, sizeof folder, "%.*s", (int)(slash - project->path), project->path);
    if (n < 0 || (size_t)n >= sizeof folder || !realpath(folder, real))
        return false;
    size_t used = strlen(real);
    if (used + strlen(slash) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(real + used, slash, strlen(slash) + 1);
    return true;
}

static bool set_source(struct survey_project *project, const char *base)
{
    char real[PATH_MAX];
    struct buf relative = {0};
    size_t bad;
    bool known = resolve(project, real);
    if (!known && errno != ENOENT && errno != ENOTDIR)
        error_system(&project->error, JPK_ERR_READ, errno, "cannot be looked at");
    error_file(&project->error, project->path);
    if (known && base)
        paths_put_relative(&relative, base, real);
    else
        buf_puts(&relative, project->path);
    if (relative.failed)
        return false;
    project->odd_path = !text_utf8(relative.data, relative.size, &bad);
    if (project->odd_path)
        text_printable(relative.data, relative.size + 1, arena_strdup(&project->arena, relative.data));
    project->source = relative.data;
    return true;
}

/* Whether a path lies in a folder that a migration has written, below `root`: what it holds is no input. */
static bool is_result(const char *root, const char *path, struct jpk_error *err)
{
    struct buf mark = {0};
    bool found = false;
    size_t top = strlen(root);
    for (size_t n = strlen(path); !found && n > top; n--) {
        if (path[n] != '/')
            continue;
        buf_clear(&mark);
        buf_printf(&mark, "%.*s/migration.json", (int)n, path);
        found = mark.failed ? error_memory(err) : file_look(mark.data, true, err) > FILE_NONE;
    }
    buf_free(&mark);
    return found;
}

static bool add_found(struct survey *survey, size_t *capacity, const struct jpk_found *found, const char *base)
{
    struct survey_project *projects = array_grow(survey->projects, survey->count, capacity, sizeof *projects);
    if (!projects)
        return false;
    survey->projects = projects;
    struct survey_project *project = &projects[survey->count++];
    *project = (struct survey_project){.path = found->path};
    if (found->problem)
        project->error = *found->problem;
    return set_source(project, base);
}

static int by_source(const void *a, const void *b)
{
    const struct survey_project *x = a, *y = b;
    int order = strcmp(x->source, y->source);
    return order ? order : strcmp(x->path, y->path);
}

/* What cannot be shown as it is may look like another path. */
static bool is_same(const struct survey_project *a, const struct survey_project *b)
{
    char one[PATH_MAX], other[PATH_MAX];
    if (!a->odd_path && !b->odd_path)
        return true;
    return realpath(a->path, one) && realpath(b->path, other) && strcmp(one, other) == 0;
}

/* Inputs may lie in each other. */
static void drop_repeated(struct survey *survey)
{
    size_t kept = 0;
    if (survey->count > 1)
        qsort(survey->projects, survey->count, sizeof *survey->projects, by_source);
    for (size_t i = 0; i < survey->count; i++) {
        struct survey_project *project = &survey->projects[i];
        const struct survey_project *before = kept > 0 ? &survey->projects[kept - 1] : NULL;
        if (before && strcmp(before->source, project->source) == 0 && is_same(before, project)) {
            free(project->source);
            arena_free(&project->arena);
        } else {
            survey->projects[kept++] = *project;
        }
    }
    survey->count = kept;
}

static bool find_all(struct survey *survey, char *const *paths, size_t count, const struct survey_options *options,
                     struct jpk_error *err)
{
    size_t capacity = 0;
    survey->found = calloc(count + 1, sizeof(struct jpk_found_list *));
    if (!survey->found)
        return error_memory(err);
    for (size_t i = 0; i < count; i++) {
        struct jpk_found_list *list =
            jpk_find_projects(paths[i], JPK_FIND_EXPORTS | JPK_FIND_LINKS, options->limits, err);
        if (!list)
            return false;
        survey->found[survey->found_count++] = list;
        for (size_t j = 0; j < list->count; j++) {
            if (is_result(paths[i], list->items[j].path, err))
                survey->results++;
            else if (err->code != JPK_OK)
                return false;
            else if (!add_found(survey, &capacity, &list->items[j], options->base))
                return error_memory(err);
        }
    }
    drop_repeated(survey);
    return true;
}

bool survey_make(struct survey *survey, char *const *paths, size_t path_count, const struct survey_options *options,
                 struct jpk_error *err)
{
    *survey = (struct survey){0};
    if (!find_all(survey, paths, path_count, options, err))
        return false;
    struct work work = {survey, options};
    workers_run(survey->count, options->jobs, read_one, &work);
    for (size_t i = 0; i < survey->count; i++) {
        survey->unreadable += survey->projects[i].error.code != JPK_OK;
        if (survey->projects[i].error.code == JPK_ERR_MEMORY)
            return error_memory(err);
    }
    return true;
}

void survey_free(struct survey *survey)
{
    for (size_t i = 0; i < survey->count; i++) {
        free(survey->projects[i].source);
        arena_free(&survey->projects[i].arena);
    }
    for (size_t i = 0; i < survey->found_count; i++)
        jpk_found_free(survey->found[i]);
    free(survey->projects);
    free(survey->found);
    *survey = (struct survey){0};
}
