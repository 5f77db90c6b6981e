/* An export in figures and short lists. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "jpk/cloud_model.h"
#include "jpk/cloud_path.h"
#include "jpk/summary_maker.h"

static struct jpk_summary_item item_of(struct summary_maker *m, const struct jpk_cloud_component *component)
{
    struct buf path = {0};
    cloud_path(&path, component);
    m->failed = m->failed || path.failed;
    struct jpk_summary_item item = {.id = summary_keep(m, component->id), .path = summary_keep(m, buf_text(&path))};
    buf_free(&path);
    return item;
}

static void describe(struct summary_maker *m, const struct jpk_cloud *cloud)
{
    struct jpk_summary *s = &m->public;
    char created[32];
    s->name = summary_keep(m, cloud->name);
    s->id = summary_keep(m, cloud->id);
    s->form = "Cloud Studio export";
    s->organization = s->environment = s->stored = "";
    s->organization_id = summary_keep(m, cloud->organization_id);
    s->environment_id = summary_keep(m, cloud->environment_id);
    s->comment = summary_keep(m, cloud->description);
    snprintf(created, sizeof created, "%" PRId64, cloud->created_on);
    if (cloud->created_on > 0)
        jpk_time_decode(created, s->created);
    s->files = cloud->asset_count;
    s->entries = 1;
    s->size = cloud->size;
}

static void count_kinds(struct summary_maker *m, const struct jpk_cloud *cloud)
{
    struct jpk_summary *s = &m->public;
    struct jpk_summary_kind *kinds = arena_calloc(&m->arena, JPK_CLOUD_KINDS + 1, sizeof *kinds);
    m->failed = m->failed || !kinds;
    if (!kinds)
        return;
    if (cloud->workflow_count)
        kinds[s->kind_count++] = (struct jpk_summary_kind){"workflow", "workflow", "workflows", cloud->workflow_count};
    for (size_t i = 1; i <= JPK_CLOUD_KINDS; i++) { /* unknown ones last */
        const struct jpk_cloud_kind_info *info = jpk_cloud_kind_info((enum jpk_cloud_kind)(i % JPK_CLOUD_KINDS));
        size_t count = cloud->counts[info->kind];
        if (count)
            kinds[s->kind_count++] = (struct jpk_summary_kind){info->name, info->label, info->plural, count};
        if (info->type != JPK_TYPE_UNKNOWN)
            s->types[info->type] = count;
    }
    s->kinds = kinds;
    s->items = cloud->component_count;
}

/* ------------------------------------------------------------------------------------------------------ connectors */

static void add_connector(struct summary_maker *m, const struct jpk_cloud_component *component)
{
    bool connection = component->kind == JPK_CLOUD_CONNECTION;
    const char *adapter = connection ? component->as.connection->adapter : component->as.activity->adapter;
    struct jpk_summary_connector *row = *adapter ? summary_connector_named(m, adapter) : NULL;
    if (row && connection)
        row->endpoints++;
    if (connection)
        return;
    bool source = strcmp(component->as.activity->polarity, "source") == 0;
    bool target = strcmp(component->as.activity->polarity, "target") == 0;
    m->public.types[JPK_TYPE_SOURCE] += source;
    m->public.types[JPK_TYPE_TARGET] += target;
    if (!row)
        return;
    row->reads += source;
    row->writes += target;
    row->calls += !source && !target;
}

/* --------------------------------------------------------------------------------------------------------- scripts */

static void add_script(struct summary_maker *m, const struct jpk_cloud_component *component)
{
    struct jpk_summary_script script = {.type = JPK_TYPE_SCRIPT, .scripts = 1};
    if (component->kind == JPK_CLOUD_SCRIPT) {
        script.lines = summary_lines(component->as.script->text);
        m->public.script_lines += script.lines;
    } else {
        const struct jpk_cloud_transformation *t = component->as.transformation;
        script.type = JPK_TYPE_TRANSFORMATION;
        script.scripts = t->script_count;
        for (size_t i = 0; i < t->rule_count; i++)
            script.lines += summary_lines(t->rules[i].script);
        m->public.mapping_scripts += script.scripts;
        m->public.mapping_lines += script.lines;
    }
    size_t count = m->public.script_count;
    struct jpk_summary_script *rows = summary_grow(m, m->scripts, count, &m->script_capacity, sizeof *rows);
    if (!rows)
        return;
    m->scripts = rows;
    script.item = item_of(m, component);
    rows[m->public.script_count++] = script;
}

/* ---------------------------------------------------------------------------------------------------------- secrets */

static bool is_encrypted(const char *value)
{
    size_t least, most;
    return jpk_encrypted_length(value, &least, &most);
}

static void add_secret(struct summary_maker *m, const struct jpk_cloud_component *component, const char *key)
{
    size_t count = m->public.secret_count;
    struct jpk_summary_secret *rows = summary_grow(m, m->secrets, count, &m->secret_capacity, sizeof *rows);
    if (!rows)
        return;
    m->secrets = rows;
    rows[count] = (struct jpk_summary_secret){.item = item_of(m, component), .key = summary_keep(m, key)};
    m->public.secret_count++;
}

static size_t add_properties(struct summary_maker *m, const struct jpk_cloud_component *component,
                             const struct jpk_cloud_property *properties, size_t count)
{
    size_t before = m->public.secret_count;
    for (size_t i = 0; i < count && !m->failed; i++)
        if (is_encrypted(properties[i].value))
            add_secret(m, component, properties[i].path);
    return m->public.secret_count - before;
}

static void add_component(struct summary_maker *m, const struct jpk_cloud_component *component)
{
    struct jpk_summary *s = &m->public;
    switch (component->kind) {
    case JPK_CLOUD_SCRIPT:
    case JPK_CLOUD_TRANSFORMATION:
        add_script(m, component);
        break;
    case JPK_CLOUD_ACTIVITY:
        add_connector(m, component);
        s->secret_locations +=
            add_properties(m, component, component->as.activity->properties, component->as.activity->property_count);
        break;
    case JPK_CLOUD_CONNECTION:
        add_connector(m, component);
        s->secret_others += add_properties(m, component, component->as.connection->properties,
                                           component->as.connection->property_count);
        break;
    case JPK_CLOUD_VARIABLE:
        s->variables++;
        s->variables_set += *component->as.variable->value != '\0';
        if (is_encrypted(component->as.variable->value)) {
            add_secret(m, component, "defaultValue");
            s->secret_variables++;
        }
        break;
    default:
        break;
    }
}

/* --------------------------------------------------------------------------------------------- what nothing starts */

static bool starts(const struct jpk_cloud_reference *r)
{
    return !r->in_comment && !summary_only_asks(r->function) && r->from != r->to;
}

static bool *find_started(const struct jpk_cloud *cloud)
{
    bool *started = calloc(cloud->component_count + 1, sizeof *started);
    for (size_t i = 0; started && i < cloud->reference_count; i++)
        if (cloud->references[i].to && starts(&cloud->references[i]))
            started[cloud->references[i].to->index] = true;
    for (size_t i = 0; started && i < cloud->component_count; i++) {
        const struct jpk_cloud_component *component = cloud->components[i];
        const struct jpk_cloud_operation *operation = component->as.operation;
        if (component->kind != JPK_CLOUD_OPERATION)
            continue;
        for (size_t j = 0; j < operation->outcome_count; j++)
            if (operation->outcomes[j].operation.component && operation->outcomes[j].operation.component != component)
                started[operation->outcomes[j].operation.component->index] = true;
    }
    return started;
}

static void find_unstarted(struct summary_maker *m, const struct jpk_cloud *cloud)
{
    bool *started = find_started(cloud);
    m->failed = m->failed || !started;
    for (size_t i = 0; i < cloud->component_count && !m->failed; i++) {
        size_t count = m->public.unstarted_count;
        if (cloud->components[i]->kind != JPK_CLOUD_OPERATION || started[i])
            continue;
        struct jpk_summary_item *rows = summary_grow(m, m->unstarted, count, &m->unstarted_capacity, sizeof *rows);
        if (!rows)
            break;
        m->unstarted = rows;
        rows[count] = item_of(m, cloud->components[i]);
        m->public.unstarted_count++;
    }
    free(started);
}

struct jpk_summary *jpk_cloud_summary_make(const struct jpk_cloud *cloud, struct jpk_error *err)
{
    struct summary_maker *m = calloc(1, sizeof *m);
    if (!m)
        error_memory(err);
    struct jpk_findings *findings = m ? jpk_cloud_check(cloud, err) : NULL;
    if (!findings) {
        free(m);
        return NULL;
    }
    describe(m, cloud);
    count_kinds(m, cloud);
    for (size_t i = 0; i < cloud->component_count && !m->failed; i++)
        add_component(m, cloud->components[i]);
    find_unstarted(m, cloud);
    summary_add_findings(m, findings);
    jpk_findings_free(findings);
    return summary_finish(m, err);
}
