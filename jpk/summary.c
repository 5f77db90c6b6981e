/* A project in figures and short lists. All strings are copies, so that a table of many projects can let go of them. */
#include "jpk/summary.h"
#include "jpk/summary_maker.h"
#include "jpk/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"

const char *summary_keep(struct summary_maker *m, const char *text)
{
    const char *kept = text ? arena_strdup(&m->arena, text) : "";
    m->failed = m->failed || !kept;
    return kept ? kept : "";
}

static struct jpk_summary_item item_of(struct summary_maker *m, const struct jpk_entity *entity)
{
    char *path = jpk_entity_path(entity);
    m->failed = m->failed || !path;
    struct jpk_summary_item item = {.id = summary_keep(m, entity->id), .path = summary_keep(m, path)};
    free(path);
    return item;
}

static bool in_use(const struct jpk_entity *entity)
{
    return entity->in_tree && !entity->deleted;
}

void *summary_grow(struct summary_maker *m, void *array, size_t count, size_t *capacity, size_t size)
{
    void *grown = array_grow(array, count, capacity, size);
    m->failed = m->failed || !grown;
    return grown;
}

/* -------------------------------------------------------------------------------------------------- what it is */

const char *jpk_project_form(const struct jpk_project *project)
{
    static const char *const names[] = {"Jitterpak", "workspace", "environment folder", "flat folder"};
    /* A ZIP without folders is still what a .jpk is. */
    if (jpk_archive_is_tree(project->archive))
        return "unpacked tree";
    return jpk_archive_is_folder(project->archive) ? names[project->shape] : names[JPK_SHAPE_ARCHIVE];
}

/* The first of two properties that says something; "" for none. */
static const char *either(const struct jpk_project *project, enum jpk_properties_file first_file, const char *first,
                          enum jpk_properties_file second_file, const char *second)
{
    const char *value = jpk_project_property(project, first_file, first);
    if (!value || !*value)
        value = jpk_project_property(project, second_file, second);
    return value ? value : "";
}

static const char *origin(struct summary_maker *m, const char *environment, const char *jitterpak)
{
    return summary_keep(m, either(m->project, JPK_FILE_ENVIRONMENT, environment, JPK_FILE_JITTERPAK, jitterpak));
}

static void describe(struct summary_maker *m)
{
    const struct jpk_project *project = m->project;
    struct jpk_summary *s = &m->public;
    s->name = summary_keep(m, project->name);
    s->id = summary_keep(m, project->id);
    s->form = jpk_project_form(project);
    s->kind = project->kind;
    s->organization = origin(m, "org-name", "org_name");
    s->organization_id = origin(m, "org-id", "org_id");
    s->environment = origin(m, "environment-name", "env_name");
    s->environment_id = origin(m, "environment-id", "env_id");
    s->stored = summary_keep(m, jpk_project_stored(project, JPK_FILE_ENVIRONMENT));
    s->comment = summary_keep(m, jpk_project_property(project, JPK_FILE_JITTERPAK, "comment"));
    jpk_time_decode(either(project, JPK_FILE_JITTERPAK, "created_at", JPK_FILE_ENVIRONMENT, "created"), s->created);
    jpk_time_decode(jpk_project_property(project, JPK_FILE_ENVIRONMENT, "last-deployed-at"), s->deployed);
    jpk_project_created_with(project, s->created_with);
    jpk_project_required_version(project, s->required_version);
    s->files = project->file_count;
}

/* Beside the base of a workspace lie other environments, which are projects of their own. */
static void measure(struct summary_maker *m)
{
    const struct jpk_archive *archive = m->project->archive;
    size_t base = strlen(m->project->base);
    for (size_t i = 0; i < jpk_archive_count(archive); i++) {
        const struct jpk_entry_info *entry = jpk_archive_entry(archive, i);
        if (strncmp(entry->name, m->project->base, base) != 0)
            continue;
        m->public.entries++;
        m->public.size += entry->size;
    }
}

/* --------------------------------------------------------------------------------------------------- connectors */

struct jpk_summary_connector *summary_connector_named(struct summary_maker *m, const char *name)
{
    size_t count = m->public.connector_count;
    uint32_t old = map_get(&m->by_connector, name, strlen(name));
    if (old != MAP_NONE)
        return &m->connectors[old];
    struct jpk_summary_connector *rows = summary_grow(m, m->connectors, count, &m->connector_capacity, sizeof *rows);
    if (!rows)
        return NULL;
    m->connectors = rows;
    rows[count] = (struct jpk_summary_connector){.name = summary_keep(m, name)};
    m->failed = m->failed || !map_set(&m->by_connector, rows[count].name, strlen(name), (uint32_t)count);
    m->public.connector_count++;
    return &rows[count];
}

static void add_connection(struct summary_maker *m, const struct jpk_entity *entity)
{
    const struct jpk_type_info *info = jpk_type_info(entity->type);
    const struct jpk_location *location = jpk_entity_location(entity);
    const char *name = location ? location->type_name : info->connector;
    struct jpk_summary_connector *row = name && *name ? summary_connector_named(m, name) : NULL;
    if (!row)
        return;
    row->endpoints += info->role == JPK_ROLE_ENDPOINT;
    row->reads += info->role == JPK_ROLE_READ;
    row->writes += info->role == JPK_ROLE_WRITE;
    row->calls += info->role == JPK_ROLE_CALL;
}

/* ------------------------------------------------------------------------------------------------------ scripts */

size_t summary_lines(const char *text)
{
    size_t lines = 0;
    for (const char *end; *text; text = *end ? end + 1 : end) {
        end = strchrnul(text, '\n');
        lines++;
    }
    return lines;
}

static void add_script(struct summary_maker *m, const struct jpk_entity *entity)
{
    struct jpk_summary_script script = {.type = entity->type};
    if (entity->type == JPK_TYPE_SCRIPT) {
        script.scripts = 1;
        script.lines = summary_lines(entity->as.script->text);
        m->public.script_lines += script.lines;
    } else if (entity->type == JPK_TYPE_TRANSFORMATION) {
        const struct jpk_transformation *transformation = entity->as.transformation;
        for (size_t i = 0; i < transformation->mapping_count; i++) {
            if (transformation->mappings[i].kind == JPK_MAPPING_LOOP)
                continue;
            script.scripts++;
            script.lines += summary_lines(transformation->mappings[i].source);
        }
        m->public.mapping_scripts += script.scripts;
        m->public.mapping_lines += script.lines;
    } else {
        return;
    }
    size_t count = m->public.script_count;
    struct jpk_summary_script *rows = summary_grow(m, m->scripts, count, &m->script_capacity, sizeof *rows);
    if (!rows)
        return;
    m->scripts = rows;
    script.item = item_of(m, entity);
    rows[m->public.script_count++] = script;
}

/* ------------------------------------------------------------------------------------------------------ secrets */

/* Adds the encrypted ones among the items of an entity; returns how many they are. */
static size_t add_secrets(struct summary_maker *m, const struct jpk_entity *entity, const struct jpk_item *items,
                          size_t n)
{
    size_t before = m->public.secret_count;
    for (size_t i = 0; i < n; i++) {
        size_t count = m->public.secret_count;
        if (!items[i].encrypted)
            continue;
        struct jpk_summary_secret *rows = summary_grow(m, m->secrets, count, &m->secret_capacity, sizeof *rows);
        if (!rows)
            break;
        m->secrets = rows;
        rows[count].item = count > before ? rows[count - 1].item : item_of(m, entity);
        rows[count].key = summary_keep(m, items[i].key);
        m->public.secret_count++;
    }
    return m->public.secret_count - before;
}

static void add_secrets_of(struct summary_maker *m, const struct jpk_entity *entity)
{
    const struct jpk_location *location = jpk_entity_location(entity);
    size_t count = add_secrets(m, entity, entity->items, entity->item_count);
    if (location)
        m->public.secret_locations += count + add_secrets(m, entity, location->items, location->item_count);
    else if (entity->type == JPK_TYPE_PROJECT_VARIABLE)
        m->public.secret_variables += count;
    else if (entity->type == JPK_TYPE_EMAIL_MESSAGE)
        m->public.secret_mails += count;
    else
        m->public.secret_others += count;
}

/* --------------------------------------------------------------------------------------------- what nothing starts */

bool summary_only_asks(const char *function)
{
    static const char *const names[] = {"CancelOperation", "GetOperationQueue", "WaitForOperation"};
    for (size_t i = 0; function && i < sizeof names / sizeof names[0]; i++)
        if (text_caseeq(function, names[i]))
            return true;
    return false;
}

/* No index of an entity. */
static const uint32_t nobody = UINT32_MAX, several = UINT32_MAX - 1;

/* By entity index: the index of the only live item that refers to it. */
static void find_users(const struct jpk_graph *graph, const bool *live, uint32_t *users)
{
    for (size_t i = 0; i < graph->project->entity_count; i++)
        users[i] = nobody;
    for (size_t i = 0; i < graph->reference_count; i++) {
        const struct jpk_reference *r = &graph->references[i];
        if (!r->to || r->in_comment || !live[r->from->index])
            continue;
        uint32_t *user = &users[r->to->index];
        *user = *user == nobody || *user == r->from->index ? r->from->index : several;
    }
}

static bool starts(const struct jpk_reference *r, const bool *live, const uint32_t *users)
{
    if (r->in_comment || r->from == r->to)
        return false;
    switch (r->kind) {
    case JPK_REF_SUCCESS:
    case JPK_REF_FAILURE:
        return live[r->from->index];
    case JPK_REF_SCRIPT: /* one that the operation alone runs is a loop and no start */
        return live[r->from->index] && !summary_only_asks(r->function) && users[r->from->index] != r->to->index;
    default: /* an API runs its operation when it is called */
        return r->from->type == JPK_TYPE_API_ENTITY && !r->from->deleted;
    }
}

static bool is_started(const struct summary_maker *m, const struct jpk_entity *operation, const bool *live,
                       const uint32_t *users)
{
    size_t count;
    const struct jpk_reference *const *references = jpk_graph_to(m->graph, operation, &count);
    if (operation->as.operation->schedule)
        return true;
    for (size_t i = 0; i < count; i++)
        if (starts(references[i], live, users))
            return true;
    return false;
}

static void add_unstarted(struct summary_maker *m, const struct jpk_entity *operation)
{
    size_t count = m->public.unstarted_count;
    struct jpk_summary_item *rows = summary_grow(m, m->unstarted, count, &m->unstarted_capacity, sizeof *rows);
    if (!rows)
        return;
    m->unstarted = rows;
    rows[count] = item_of(m, operation);
    m->public.unstarted_count++;
}

static void find_unstarted(struct summary_maker *m)
{
    const struct jpk_project *project = m->project;
    bool *live = malloc(project->entity_count + 1);
    uint32_t *users = malloc((project->entity_count + 1) * sizeof *users);
    m->failed = m->failed || !live || !users || !jpk_graph_live(m->graph, live, NULL);
    if (!m->failed)
        find_users(m->graph, live, users);
    for (size_t i = 0; i < project->entity_count && !m->failed; i++) {
        const struct jpk_entity *entity = project->entities[i];
        if (entity->type == JPK_TYPE_OPERATION && in_use(entity) && !entity->unread &&
            !is_started(m, entity, live, users))
            add_unstarted(m, entity);
    }
    free(live);
    free(users);
}

/* ------------------------------------------------------------------------------------------------------ all of it */

static void add_entity(struct summary_maker *m, const struct jpk_entity *entity)
{
    struct jpk_summary *s = &m->public;
    s->deleted += entity->deleted;
    s->unread += entity->unread;
    if (in_use(entity)) {
        s->items++;
        s->types[entity->type]++;
        add_connection(m, entity);
    }
    if (entity->unread)
        return;
    add_secrets_of(m, entity);
    if (in_use(entity))
        add_script(m, entity);
    if (entity->type == JPK_TYPE_PROJECT_VARIABLE && !entity->deleted) {
        s->variables++;
        s->variables_set += entity->as.variable->has_value;
    }
}

/* A text of a finding, where NULL stays NULL. */
static const char *keep_optional(struct summary_maker *m, const char *text)
{
    return text ? summary_keep(m, text) : NULL;
}

void summary_add_findings(struct summary_maker *m, const struct jpk_findings *findings)
{
    m->findings = calloc(findings->count + 1, sizeof *m->findings);
    m->failed = m->failed || !m->findings;
    for (size_t i = 0; i < findings->count && !m->failed; i++) {
        const struct jpk_finding *f = &findings->items[i];
        m->findings[i] = (struct jpk_finding){
            .severity = f->severity,
            .rule = keep_optional(m, f->rule),
            .file = keep_optional(m, f->file),
            .line = f->line,
            .column = f->column,
            .path = keep_optional(m, f->path),
            .entity_id = keep_optional(m, f->entity_id),
            .entity_type = keep_optional(m, f->entity_type),
            .entity_name = keep_optional(m, f->entity_name),
            .message = keep_optional(m, f->message),
            .hint = keep_optional(m, f->hint),
        };
        m->public.finding_counts[f->severity]++;
        m->public.finding_count++;
    }
}

struct jpk_summary *summary_finish(struct summary_maker *m, struct jpk_error *err)
{
    map_free(&m->by_connector);
    m->public.connectors = m->connectors;
    m->public.unstarted = m->unstarted;
    m->public.scripts = m->scripts;
    m->public.secrets = m->secrets;
    m->public.findings = m->findings;
    if (!m->failed)
        return &m->public;
    error_memory(err);
    jpk_summary_free(&m->public);
    return NULL;
}

struct jpk_summary *jpk_summary_make(const struct jpk_project *project, const struct jpk_graph *graph,
                                     struct jpk_error *err)
{
    struct summary_maker *m = calloc(1, sizeof *m);
    if (!m)
        error_memory(err);
    struct jpk_findings *findings = m ? jpk_check(project, graph, err) : NULL;
    if (!findings) {
        free(m);
        return NULL;
    }
    m->project = project;
    m->graph = graph;
    describe(m);
    measure(m);
    for (size_t i = 0; i < project->entity_count && !m->failed; i++)
        add_entity(m, project->entities[i]);
    if (!m->failed)
        find_unstarted(m);
    summary_add_findings(m, findings);
    jpk_findings_free(findings);
    return summary_finish(m, err);
}

void jpk_summary_free(struct jpk_summary *summary)
{
    struct summary_maker *m = (struct summary_maker *)summary;
    if (!m)
        return;
    free(m->connectors);
    free(m->unstarted);
    free(m->scripts);
    free(m->secrets);
    free(m->findings);
    arena_free(&m->arena);
    free(m);
}
