/* The plan of the conversion to Design Studio, and its result. */
#include "jpk/design.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "jpk/cloud_path.h"

/* --------------------------------------------------------------------------------------------------- for all parts */

struct jpk_finding *design_note(struct design *d, const struct jpk_cloud_component *component, enum convert_rule rule,
                                uint32_t node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    uint32_t place = d->cloud->doc->nodes[node == JPK_CLOUD_NO_NODE ? component->node : node].start;
    struct jpk_finding *finding = ledger_note(&d->ledger, component->index, rule, place, format, args);
    va_end(args);
    if (!finding)
        return NULL;
    finding->entity_id = component->id;
    finding->entity_type = jpk_cloud_kind_info(component->kind)->name;
    finding->entity_name = component->name;
    return finding;
}

struct jpk_finding *design_note_project(struct design *d, enum convert_rule rule, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct jpk_finding *finding = ledger_note(&d->ledger, d->ledger.item_count, rule, 0, format, args);
    va_end(args);
    return finding;
}

void design_done(struct design *d, const struct jpk_cloud_component *component, const struct design_entity *entity)
{
    if (entity)
        design_done_as(d, component, "%s:%s", jpk_type_info(entity->type)->name, entity->name);
}

void design_done_as(struct design *d, const struct jpk_cloud_component *component, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    ledger_done(&d->ledger, component->index, JPK_CONVERTED, ledger_vtext(&d->ledger, format, args));
    va_end(args);
}

const char *design_text(struct design *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = ledger_vtext(&d->ledger, format, args);
    va_end(args);
    return text;
}

const char *design_keep(struct design *d, struct buf *buf)
{
    const char *text = buf->failed ? "" : design_text(d, "%s", buf_text(buf));
    d->ledger.failed |= buf->failed;
    buf_free(buf);
    return text;
}

const char *design_upper(struct design *d, const char *text)
{
    const char *upper = arena_strdup_upper(&d->ledger.arena, text);
    d->ledger.failed |= !upper;
    return upper ? upper : "";
}

const char *design_string(struct design *d, uint32_t node)
{
    const struct jdoc *doc = d->cloud->doc;
    return jdoc_is(doc, node, JDOC_STRING)
               ? design_text(d, "%.*s", (int)jdoc_string_size(doc, node), jdoc_string(doc, node))
               : "";
}

/* ------------------------------------------------------------------------------------------------------------- ids */

bool design_take_id(struct design *d, const char *id)
{
    uint32_t old = MAP_NONE;
    if (map_add(&d->ids, id, strlen(id), 0, &old))
        return old == MAP_NONE;
    d->ledger.failed = true;
    return false;
}

/* Of equal names each has its number, which goes on where it was: names are tried once. */
const char *design_new_id(struct design *d, const char *role, const char *source)
{
    const char *name = design_text(d, "design/%s/%s", role, source);
    uint32_t number = map_get(&d->made_ids, name, strlen(name));
    for (number = number == MAP_NONE ? 0 : number; !d->ledger.failed; number++) {
        char id[UUID_SIZE];
        uuid_of_name(d->project_id, number > 0 ? design_text(d, "%s#%u", name, number) : name, id);
        const char *copy = design_text(d, "%s", id);
        if (d->ledger.failed || !design_take_id(d, copy))
            continue;
        d->ledger.failed |= !map_set(&d->made_ids, name, strlen(name), number + 1);
        return copy;
    }
    return "";
}

/* A component keeps its id when that is one that Design Studio can have; the others get theirs when these have theirs.
 */
static void keep_id(struct design *d, const struct jpk_cloud_component *component)
{
    if (!text_guid(component->id, strlen(component->id)))
        return;
    char *lower = arena_strdup_lower(&d->ledger.arena, component->id);
    d->ledger.failed |= !lower;
    if (lower && design_take_id(d, lower))
        design_of(d, component)->id = lower;
}

/* Of components with one name references mean the first. */
static void note_double(struct design *d, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_component *meant =
        component->reference ? jpk_cloud_by_reference(d->cloud, component->reference) : NULL;
    if (meant && meant != component)
        design_of(d, meant)->doubled = true;
}

static void make_id(struct design *d, const struct jpk_cloud_component *component)
{
    if (!design_of(d, component)->id)
        design_of(d, component)->id =
            design_new_id(d, jpk_cloud_kind_info(component->kind)->name,
                          *component->id ? component->id : design_text(d, "%u", component->index));
}

/* Single spaces in place of what no file can be called; neither spaces nor dots at the end. */
static const char *project_name(struct design *d)
{
    struct buf name = {0};
    const char *wanted = design_file_name(d, d->cloud->name, ' ');
    bool legal = *wanted != ' ' && strcmp(wanted, d->cloud->name) == 0;
    for (const char *p = wanted; *p; p++)
        if (*p != ' ' || legal || (name.size > 0 && name.data[name.size - 1] != ' '))
            buf_putc(&name, *p);
    size_t n = name.size;
    while (n > 0 && (name.data[n - 1] == ' ' || name.data[n - 1] == '.'))
        n--;
    const char *kept = design_text(d, "%.*s", (int)n, design_keep(d, &name));
    /* Without its spaces it may begin in another way. */
    return *kept && *d->cloud->name ? design_file_name(d, kept, ' ') : "Project";
}

/* Activities learn their schemas. */
static void plan_schema(struct design *d, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_component *activity = component->as.schema->origin.component;
    size_t output = strcmp(component->as.schema->direction, "output") == 0;
    if (activity && activity->kind == JPK_CLOUD_ACTIVITY && !design_of(d, activity)->schemas[output])
        design_of(d, activity)->schemas[output] = component;
}

/* The activity beside a step, past scripts; NULL: there is something else, or nothing. */
static const struct jpk_cloud_component *activity_beside(const struct jpk_cloud_operation *operation, size_t at,
                                                         bool behind)
{
    for (size_t i = at; behind ? i + 1 < operation->step_count : i > 0;) {
        i = behind ? i + 1 : i - 1;
        const struct jpk_cloud_component *step = operation->steps[i].component;
        if (!step || step->kind != JPK_CLOUD_SCRIPT)
            return step && step->kind == JPK_CLOUD_ACTIVITY ? step : NULL;
    }
    return NULL;
}

/* Transformations learn what the first operation that has them puts beside them. */
static void plan_operation(struct design *d, const struct jpk_cloud_operation *operation)
{
    for (size_t i = 0; i < operation->step_count; i++) {
        const struct jpk_cloud_component *step = operation->steps[i].component;
        if (!step || step->kind != JPK_CLOUD_TRANSFORMATION)
            continue;
        const struct jpk_cloud_component **beside = design_of(d, step)->beside;
        beside[0] = beside[0] ? beside[0] : activity_beside(operation, i, false);
        beside[1] = beside[1] ? beside[1] : activity_beside(operation, i, true);
    }
}

static bool begin(struct design *d, struct jpk_error *err)
{
    size_t count = d->cloud->component_count;
    if (!ledger_begin(&d->ledger, count))
        return error_memory(err);
    d->components = arena_calloc(&d->ledger.arena, count + 1, sizeof *d->components);
    d->folders = arena_calloc(&d->ledger.arena, d->cloud->workflow_count + 1, sizeof *d->folders);
    if (!d->components || !d->folders)
        return error_memory(err);
    const char *id = d->cloud->id;
    if (text_guid(id, strlen(id))) {
        d->project_id = arena_strdup_lower(&d->ledger.arena, id);
    } else {
        char made[UUID_SIZE];
        uuid_of_name(*id ? id : "project", d->cloud->name, made);
        d->project_id = design_text(d, "%s", made);
    }
    d->project_name = d->options.place.name ? d->options.place.name : project_name(d);
    d->ledger.failed |= !d->project_id;
    for (size_t i = 0; i < count && !d->ledger.failed; i++)
        keep_id(d, d->cloud->components[i]);
    for (size_t i = 0; i < count && !d->ledger.failed; i++) {
        make_id(d, d->cloud->components[i]);
        note_double(d, d->cloud->components[i]);
        if (d->cloud->components[i]->kind == JPK_CLOUD_SCHEMA)
            plan_schema(d, d->cloud->components[i]);
        else if (d->cloud->components[i]->kind == JPK_CLOUD_OPERATION)
            plan_operation(d, d->cloud->components[i]->as.operation);
    }
    return !d->ledger.failed || error_memory(err);
}

/* ------------------------------------------------------------------------------------------- what has no entity */

/* Of these nothing is lost, for Design Studio knows them without an entity. */
static void account_global(struct design *d, const struct jpk_cloud_component *component)
{
    struct jpk_finding *finding = design_note(d, component, CONVERT_NOT_USED, JPK_CLOUD_NO_NODE,
                                              "global variables need no item: scripts make them");
    if (finding && *component->as.global->value)
        finding->hint = "it has a value in the export, which a script must set";
    if (*component->as.global->value)
        design_note(d, component, CONVERT_SETTING_LOST, JPK_CLOUD_NO_NODE,
                    "the value of a global variable was left out");
}

/* Connectors that only the organization of the source has. */
static void account_adapters(struct design *d)
{
    for (size_t i = 0; i < d->cloud->adapter_count && !d->ledger.failed; i++)
        design_note_project(d, CONVERT_NOT_SUPPORTED, "the connector '%.200s' is one of the organization's own",
                            *d->cloud->adapters[i].name ? d->cloud->adapters[i].name : d->cloud->adapters[i].id);
}

/* What was left out while the export was read, for it has another type than it must have. */
static void account_problems(struct design *d)
{
    struct text_counter lines = text_counter_begin(d->cloud->doc->text, d->cloud->doc->size);
    size_t next = 0;
    for (size_t i = 0; i < d->cloud->problem_count && !d->ledger.failed; i++) {
        const struct jpk_cloud_problem *problem = &d->cloud->problems[i];
        const struct jpk_cloud_component *of = NULL;
        while (next < d->cloud->component_count &&
               jdoc_next(d->cloud->doc, d->cloud->components[next]->node) <= problem->node)
            next++;
        if (next < d->cloud->component_count && d->cloud->components[next]->node <= problem->node)
            of = d->cloud->components[next];
        if (of) {
            design_note(d, of, CONVERT_SETTING_LOST, problem->node, "what should be %s is none, and is left out",
                        problem->expected);
            continue;
        }
        struct text_position at = text_counter_at(&lines, d->cloud->doc->nodes[problem->node].start);
        design_note_project(d, CONVERT_UNREADABLE, "line %u, column %u: what should be %s is none, and is left out",
                            at.line, at.column, problem->expected);
    }
}

/* Ids that two components have, and operations that lie in two workflows; names are said where a script uses them. */
static void account_ambiguous(struct design *d)
{
    for (size_t i = 0; i < d->cloud->component_count && !d->ledger.failed; i++) {
        const struct jpk_cloud_component *component = d->cloud->components[i];
        const struct jpk_cloud_component *meant = jpk_cloud_by_id(d->cloud, component->id);
        if (meant && meant != component)
            design_note(d, component, CONVERT_AMBIGUOUS, component->id_node,
                        "has the id of %s '%.200s', which is the one that references mean",
                        jpk_cloud_kind_info(meant->kind)->label, meant->name);
    }
    for (size_t i = 0; i < d->cloud->workflow_count; i++) {
        const struct jpk_cloud_workflow *workflow = &d->cloud->workflows[i];
        for (size_t j = 0; j < workflow->operation_count && !d->ledger.failed; j++) {
            const struct jpk_cloud_component *to = workflow->operations[j].component;
            if (to && to->kind == JPK_CLOUD_OPERATION && to->as.operation->workflow != workflow)
                design_note(d, to, CONVERT_AMBIGUOUS, JPK_CLOUD_NO_NODE,
                            "the workflow '%.200s' lists it too; it lies in the folder of '%.200s'", workflow->name,
                            to->as.operation->workflow->name);
        }
    }
}

static void account(struct design *d)
{
    account_adapters(d);
    for (size_t i = 0; i < d->cloud->component_count && !d->ledger.failed; i++) {
        const struct jpk_cloud_component *component = d->cloud->components[i];
        const struct ledger_item *item = &d->ledger.items[component->index];
        if (item->target || item->finding_count > 0)
            continue;
        if (component->kind == JPK_CLOUD_GLOBAL)
            account_global(d, component);
        else if (component->kind == JPK_CLOUD_OTHER)
            design_note(d, component, CONVERT_NOT_SUPPORTED, JPK_CLOUD_NO_NODE, "components of type %lld are not known",
                        (long long)component->number);
        else
            design_note(d, component, CONVERT_NOT_USED, JPK_CLOUD_NO_NODE, "nothing that was converted uses it");
    }
    account_ambiguous(d);
    account_problems(d);
}

/* ---------------------------------------------------------------------------------------------------------- result */

/* What is given out, and what keeps it. */
struct design_conversion {
    struct jpk_conversion public; /* first, so that the pointers are the same */
    struct ledger ledger;
    struct jpk_convert_item *items;
    struct jpk_convert_file *files;
    struct design_place place;
};

static bool list_items(struct design *d, struct design_conversion *out)
{
    size_t count = d->cloud->component_count;
    out->items = calloc(count + 1, sizeof *out->items);
    for (size_t i = 0; out->items && i < count; i++) {
        const struct jpk_cloud_component *component = d->cloud->components[i];
        const struct ledger_item *item = &d->ledger.items[i];
        const struct jpk_cloud_kind_info *kind = jpk_cloud_kind_info(component->kind);
        struct buf path = {0};
        cloud_path(&path, component);
        out->items[i] = (struct jpk_convert_item){.component = component,
                                                  .type = kind->name,
                                                  .label = kind->label,
                                                  .id = component->id,
                                                  .name = component->name,
                                                  .path = design_keep(d, &path),
                                                  .target = item->target,
                                                  .result = item->result,
                                                  .findings = item->findings,
                                                  .finding_count = item->finding_count};
        out->public.counts[item->result]++;
    }
    out->public.items = out->items;
    out->public.item_count = count;
    return out->items && !d->ledger.failed;
}

/* The adapters that the source uses. */
static void list_connectors(struct design *d, struct jpk_conversion *out)
{
    const char **list = arena_calloc(&d->ledger.arena, d->cloud->component_count + 1, sizeof *list);
    size_t count = 0;
    d->ledger.failed |= !list;
    for (size_t i = 0; list && i < d->cloud->component_count; i++)
        if (d->cloud->components[i]->kind == JPK_CLOUD_CONNECTION && *d->cloud->components[i]->as.connection->adapter)
            list[count++] = d->cloud->components[i]->as.connection->adapter;
    if (list)
        ledger_show_connectors(out, list, count);
}

/* Lines and columns of all findings, whose offsets stand in `line` until now; items, connectors. */
static bool show_all(struct design *d, struct design_conversion *out)
{
    ledger_place_findings(&d->ledger, 0, d->ledger.item_count, d->cloud->doc->text, d->cloud->doc->size);
    list_connectors(d, &out->public);
    return list_items(d, out) && !d->ledger.failed;
}

static void give_out(struct design *d, struct design_conversion *out)
{
    struct jpk_conversion *public = &out->public;
    public->name = d->project_name;
    out->place = d->place;
    public->files = out->files = d->files;
    public->file_count = d->file_count;
    ledger_give_out(&d->ledger, &out->ledger, public);
    d->files = NULL;
}

static void design_end(struct design *d)
{
    for (size_t i = 0; i < d->entity_count; i++) {
        free(d->entities[i]->properties.items);
        free(d->entities[i]->place.items);
        buf_free(&d->entities[i]->body);
    }
    free(d->entities);
    free(d->files);
    map_free(&d->ids);
    map_free(&d->made_ids);
    map_free(&d->upload_names);
    free(d->namespaces);
    map_free(&d->upload_numbers);
    map_free(&d->assets);
    free(d->uploads);
    ledger_free(&d->ledger);
}

const struct design_place *design_conversion_place(const struct jpk_conversion *conversion)
{
    return &((const struct design_conversion *)conversion)->place;
}

void design_conversion_free(struct jpk_conversion *conversion)
{
    struct design_conversion *out = (struct design_conversion *)conversion;
    free(out->files);
    free(out->items);
    ledger_free(&out->ledger);
    free(out);
}

static bool fail(const struct design *d, struct jpk_error *err)
{
    if (!d->too_large)
        return error_memory(err);
    return error_set(err, JPK_ERR_LIMIT,
                     "becomes a project of more than %llu MiB, for log-ins and schemas stand in it "
                     "wherever they are used",
                     (unsigned long long)(jpk_limits_default().total_size >> 20));
}

struct jpk_conversion *jpk_convert_to_design(const struct jpk_cloud *cloud, const struct jpk_convert_options *options,
                                             struct jpk_error *err)
{
    static void (*const parts[])(struct design *) = {
        design_find_queries, design_find_senders, design_assets,          design_variables,  design_emails,
        design_endpoints,    design_scripts,      design_transformations, design_operations, account,
        design_left_behind,  design_write_files,
    };
    struct design d = {.cloud = cloud};
    if (options)
        d.options = *options;
    struct design_conversion *out = calloc(1, sizeof *out);
    bool ok = (out || error_memory(err)) && begin(&d, err) && design_schedules(&d, err);
    for (size_t i = 0; ok && i < sizeof parts / sizeof parts[0]; i++) {
        parts[i](&d);
        ok = !d.ledger.failed || fail(&d, err);
    }
    ok = ok && (show_all(&d, out) || error_memory(err));
    if (ok)
        give_out(&d, out);
    design_end(&d);
    if (ok)
        return &out->public;
    if (out)
        design_conversion_free(&out->public);
    return NULL;
}
