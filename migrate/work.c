#include "migrate/work.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "jpk/project_name.h"
#include "jpk/retarget.h"
#include "migrate/paths.h"

const struct work_without_name work_without_names[] = {
    {"credentials", JPK_WITHOUT_CREDENTIALS},
    {"schedules", JPK_WITHOUT_SCHEDULES},
    {"emails", JPK_WITHOUT_EMAILS},
    {"variables", JPK_WITHOUT_VARIABLES},
    {NULL, 0},
};

static const struct checked_form form = {
    .schema = "urn:jpk:schema:migrate-plan-1", .limit = UINT64_C(1) << 30, .limit_name = "the limit of plans"};

/* ------------------------------------------------------------------------------------------------------- errors */

void work_errors_add(struct work_errors *errors, const struct jpk_error *error)
{
    enum { ERRORS_MAX = 100 };
    struct jpk_error *items =
        errors->count < ERRORS_MAX ? array_grow(errors->items, errors->count, &errors->capacity, sizeof *items) : NULL;
    if (!items) {
        errors->left_out++;
        return;
    }
    errors->items = items;
    items[errors->count++] = *error;
}

void work_errors_add_memory(struct work_errors *errors)
{
    struct jpk_error error = {0};
    error_memory(&error);
    work_errors_add(errors, &error);
}

void work_errors_free(struct work_errors *errors)
{
    free(errors->items);
    *errors = (struct work_errors){0};
}

struct reader {
    struct work_plan *plan;
    struct work_errors *errors;
    const struct jdoc *doc;
    struct map environments, names, outputs; /* folded */
    bool failed;                             /* memory */
};

static void complain(struct reader *r, uint32_t node, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void complain(struct reader *r, uint32_t node, const char *format, ...)
{
    struct jpk_error error = {0};
    char message[JPK_ERROR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    checked_file_fail(&r->plan->file, node, &error, JPK_ERR_FORMAT, "%s", message);
    work_errors_add(r->errors, &error);
}

/* ------------------------------------------------------------------------------------------------------- values */

static uint32_t member(const struct reader *r, uint32_t object, const char *key)
{
    return jdoc_member(r->doc, object, key);
}

/* A copy with a NUL, or NULL when it is not there. */
static const char *text_at(struct reader *r, uint32_t node)
{
    if (node == JDOC_NONE)
        return NULL;
    const char *copy = arena_strndup(&r->plan->arena, jdoc_string(r->doc, node), jdoc_string_size(r->doc, node));
    r->failed = r->failed || !copy;
    return copy;
}

static const char *text_of(struct reader *r, uint32_t object, const char *key)
{
    return object == JDOC_NONE ? NULL : text_at(r, member(r, object, key));
}

static size_t count_at(const struct reader *r, uint32_t object, const char *key)
{
    uint32_t list = object == JDOC_NONE ? JDOC_NONE : member(r, object, key);
    return list == JDOC_NONE ? 0 : r->doc->nodes[list].count;
}

static size_t number_of(const struct reader *r, uint32_t object, const char *key)
{
    uint32_t node = object == JDOC_NONE ? JDOC_NONE : member(r, object, key);
    int64_t value = INT64_MAX; /* what is larger, for nothing counts so far */
    if (node == JDOC_NONE)
        return 0;
    jdoc_integer(r->doc, node, &value);
    return (size_t)value;
}

static const char *text_or_empty(struct reader *r, uint32_t object, const char *key)
{
    const char *text = text_of(r, object, key);
    return text ? text : "";
}

/* Two texts, compared as file systems and the studios may: without regard to case and normalization. */
static const char *folded(struct reader *r, const char *a, const char *b, size_t *n)
{
    struct buf both = {0};
    char *fold = NULL;
    const char *kept = NULL;
    buf_printf(&both, "%s\n%s", a ? a : "", b);
    if (!both.failed && text_fold(both.data, both.size, &fold, n))
        kept = arena_strndup(&r->plan->arena, fold, *n);
    r->failed = r->failed || !kept;
    free(fold);
    buf_free(&both);
    return kept;
}

/* Adds a key; false: it is there already, or memory is out. */
static bool is_new(struct reader *r, struct map *map, const char *a, const char *b)
{
    size_t n = 0;
    uint32_t old = MAP_NONE;
    const char *key = folded(r, a, b, &n);
    if (!key || !map_add(map, key, n, 0, &old))
        r->failed = true;
    return old == MAP_NONE;
}

/* --------------------------------------------------------------------------------------------------------- head */

static void read_environment(struct reader *r, uint32_t node)
{
    const char *name = text_of(r, node, "name"), *id = text_of(r, node, "id");
    uint32_t projects = member(r, node, "projects");
    size_t n = 0;
    for (int i = 0; i < 2; i++) {
        const char *key = (i ? id : name) ? folded(r, NULL, i ? id : name, &n) : NULL;
        uint32_t old = MAP_NONE;
        if (key && !map_add(&r->environments, key, n, node, &old))
            r->failed = true;
        if (old != MAP_NONE && old != node)
            complain(r, member(r, node, i ? "id" : "name"), "'%s' is another environment already", i ? id : name);
    }
    for (uint32_t at = projects == JDOC_NONE ? 0 : projects + 1; at && at < jdoc_next(r->doc, projects);
         at = jdoc_next(r->doc, at)) {
        const char *project = text_at(r, at);
        if (project)
            is_new(r, &r->names, name ? name : id, project);
    }
}

static void read_head(struct reader *r)
{
    uint32_t target = member(r, 0, "target"), without = member(r, 0, "without");
    r->plan->agent = text_of(r, 0, "agent");
    if (target != JDOC_NONE) {
        uint32_t list = member(r, target, "environments");
        r->plan->organization = text_of(r, target, "organization");
        r->plan->organization_id = text_of(r, target, "id");
        for (uint32_t at = list + 1; at < jdoc_next(r->doc, list); at = jdoc_next(r->doc, at))
            read_environment(r, at);
    }
    for (uint32_t at = without + 1; without != JDOC_NONE && at < jdoc_next(r->doc, without); at = jdoc_next(r->doc, at))
        for (size_t i = 0; work_without_names[i].name; i++)
            if (jdoc_string_is(r->doc, at, work_without_names[i].name, strlen(work_without_names[i].name)))
                r->plan->without |= work_without_names[i].flag;
}

/* -------------------------------------------------------------------------------------------------------- items */

static enum migrate_action action_at(const struct reader *r, uint32_t node)
{
    enum migrate_action action = MIGRATE_MOVE;
    while (action < MIGRATE_REFUSE &&
           !jdoc_string_is(r->doc, node, migrate_action_name(action), strlen(migrate_action_name(action))))
        action++;
    return action;
}

static void check_environment(struct reader *r, struct work_item *item, uint32_t node)
{
    size_t n = 0;
    bool target = r->plan->organization || r->plan->organization_id;
    if (target && !item->environment) {
        complain(r, item->node, "does not say to which environment it goes: it needs an \"environment\"");
        return;
    }
    if (!target || !item->environment)
        return;
    const char *key = folded(r, NULL, item->environment, &n);
    if (!key)
        return;
    uint32_t environment = map_get(&r->environments, key, n);
    if (environment == MAP_NONE) {
        complain(r, node, "the organization there has no environment '%s'; \"target\" lists those it has",
                 item->environment);
        return;
    }
    const char *name = text_of(r, environment, "name");
    item->environment = name ? name : item->environment;
    item->environment_id = text_of(r, environment, "id");
}

static void check_name(struct reader *r, const struct work_item *item, uint32_t node)
{
    if (!item->name || !*item->name) {
        complain(r, node == JDOC_NONE ? item->node : node, "has no name there: it needs a \"name\"");
        return;
    }
    for (const char *at = item->name; *at; at++)
        if (project_name_refuses(*at)) {
            complain(r, node, "names of projects may not hold " PROJECT_NAME_REFUSED " or control characters");
            return;
        }
    if (!is_new(r, &r->names, item->environment, item->name))
        complain(r, node, "'%s' is the name of another project in that environment", item->name);
}

static void check_output(struct reader *r, const struct work_item *item, uint32_t node)
{
    if (!item->output)
        complain(r, item->node, "does not say where its results go: it needs an \"output\"");
    else if (!paths_is_result(item->output))
        complain(r, node, "must be a folder below projects/, without empty parts, . and ..");
    else if (!is_new(r, &r->outputs, NULL, item->output))
        complain(r, node, "'%s' is the output of another project", item->output);
}

static void check_action(struct reader *r, const struct work_item *item, uint32_t node, uint32_t input)
{
    uint32_t kind = input == JDOC_NONE ? JDOC_NONE : member(r, input, "kind");
    const char *action = migrate_action_name(item->action);
    if (!*item->fingerprint)
        complain(r, node, "cannot be '%s': there is no \"input\", for it could not be read when the plan was made",
                 action);
    else if (kind != JDOC_NONE && jdoc_string_is(r->doc, kind, "backup", strlen("backup")))
        complain(r, node, "cannot be '%s': an environment backup can be imported only into its own environment",
                 action);
    else if (item->action == MIGRATE_MOVE && item->from_cloud != item->to_cloud)
        complain(r, node, "is 'move', but \"studio\" is that of the other form: say 'convert'");
    else if (item->action == MIGRATE_CONVERT && item->from_cloud == item->to_cloud)
        complain(r, node, "is 'convert', but the project has the form of that \"studio\" already: say 'move'");
}

static void read_item(struct reader *r, uint32_t node)
{
    struct work_plan *plan = r->plan;
    struct work_item *item = &plan->items[plan->count++];
    uint32_t input = member(r, node, "input"), action = member(r, node, "action"), old = MAP_NONE;
    uint32_t studio = member(r, node, "studio"),
             organization = input == JDOC_NONE ? input : member(r, input, "organization");
    *item = (struct work_item){
        .id = text_of(r, node, "id"),
        .source = text_of(r, node, "source"),
        .form = text_or_empty(r, input, "form"),
        .fingerprint = text_or_empty(r, input, "sha256"),
        .action = action_at(r, action),
        .reason = text_of(r, node, "reason"),
        .detail = text_of(r, node, "detail"),
        .instead = text_of(r, node, "instead"),
        .environment = text_of(r, node, "environment"),
        .name = text_of(r, node, "name"),
        .output = text_of(r, node, "output"),
        .input_name = text_or_empty(r, input, "name"),
        .organization = text_or_empty(r, organization, "name"),
        .organization_id = text_or_empty(r, organization, "id"),
        .requires_version = text_or_empty(r, input, "requires"),
        .items = number_of(r, input, "items"),
        .script_lines = number_of(r, input, "scriptLines"),
        .hosts = count_at(r, node, "hosts"),
        .private_agent = member(r, node, "privateAgent") != JDOC_NONE,
        .node = node,
    };
    if (!*item->organization)
        item->organization = item->organization_id;
    item->from_cloud = input != JDOC_NONE && member(r, input, "kind") == JDOC_NONE;
    item->to_cloud = studio == JDOC_NONE ? item->from_cloud : jdoc_string_is(r->doc, studio, "cloud", strlen("cloud"));
    if (r->failed || !map_add(&plan->ids, item->id, strlen(item->id), (uint32_t)plan->count - 1, &old)) {
        r->failed = true;
        return;
    }
    if (old != MAP_NONE)
        complain(r, member(r, node, "id"), "'%s' is the id of another project", item->id);
    if (!migrate_writes(item->action))
        return;
    check_action(r, item, action, input);
    check_environment(r, item, member(r, node, "environment"));
    check_name(r, item, member(r, node, "name"));
    check_output(r, item, member(r, node, "output"));
}

/* What lies in the folder of another would go with it. */
static void check_nested(struct reader *r, const struct work_item *item)
{
    for (const char *end = item->output; (end = strchr(end, '/')) != NULL; end++) {
        size_t n = 0;
        char *above = arena_strndup(&r->plan->arena, item->output, (size_t)(end - item->output));
        const char *key = above ? folded(r, NULL, above, &n) : NULL;
        if (key && map_get(&r->outputs, key, n) != MAP_NONE)
            complain(r, member(r, item->node, "output"), "lies in '%s', the output of another project", above);
    }
}

static void read_items(struct reader *r)
{
    uint32_t list = member(r, 0, "projects");
    r->plan->items = calloc(r->doc->nodes[list].count + 1, sizeof *r->plan->items);
    r->failed = r->failed || !r->plan->items;
    for (uint32_t at = list + 1; !r->failed && at < jdoc_next(r->doc, list); at = jdoc_next(r->doc, at))
        read_item(r, at);
    for (size_t i = 0; !r->failed && i < r->plan->count; i++) {
        const struct work_item *item = &r->plan->items[i];
        if (migrate_writes(item->action) && item->output)
            check_nested(r, item);
        if (item->instead && work_plan_find(r->plan, item->instead) == SIZE_MAX)
            complain(r, member(r, item->node, "instead"), "'%s' is no project of this plan", item->instead);
    }
}

/* --------------------------------------------------------------------------------------------------------- plan */

static bool find_folder(struct work_plan *plan, const char *path, struct jpk_error *err)
{
    char real[PATH_MAX];
    if (!realpath(path, real)) {
        error_system(err, JPK_ERR_READ, errno, "cannot be looked at");
        error_file(err, path);
        return false;
    }
    plan->folder = strdup(dirname(real));
    return plan->folder || error_memory(err);
}

bool work_plan_read(struct work_plan *plan, const char *path, struct work_errors *errors)
{
    struct jpk_error err = {0};
    *plan = (struct work_plan){0};
    *errors = (struct work_errors){0};
    struct reader r = {.plan = plan, .errors = errors, .doc = &plan->file.doc};
    if (!checked_file_read(&plan->file, path, path, &form, &err)) {
        work_errors_add(errors, &err);
        return false;
    }
    read_head(&r);
    read_items(&r);
    if (!r.failed && !find_folder(plan, path, &err)) {
        r.failed = err.code == JPK_ERR_MEMORY;
        if (!r.failed)
            work_errors_add(errors, &err);
    }
    map_free(&r.environments);
    map_free(&r.names);
    map_free(&r.outputs);
    if (r.failed)
        work_errors_add_memory(errors);
    return errors->count == 0 && !r.failed;
}

void work_plan_free(struct work_plan *plan)
{
    free(plan->items);
    free(plan->folder);
    map_free(&plan->ids);
    checked_file_free(&plan->file);
    arena_free(&plan->arena);
    *plan = (struct work_plan){0};
}

size_t work_plan_find(const struct work_plan *plan, const char *id)
{
    uint32_t index = map_get(&plan->ids, id, strlen(id));
    return index == MAP_NONE ? SIZE_MAX : index;
}

char *work_source_path(const struct work_plan *plan, const struct work_item *item)
{
    struct buf path = {0};
    if (item->source[0] != '/')
        buf_printf(&path, "%s/", plan->folder);
    buf_puts(&path, item->source);
    if (!path.failed)
        return path.data;
    buf_free(&path);
    return NULL;
}

bool work_key(const struct work_plan *plan, const struct work_item *item, char out[65])
{
    struct buf all = {0};
    const char *parts[] = {
        jpk_version(),
        migrate_action_name(item->action),
        item->to_cloud ? "cloud" : "design",
        item->source,
        item->fingerprint,
        item->environment,
        item->environment_id,
        item->name,
        item->output,
        plan->organization,
        plan->organization_id,
        plan->agent,
        item->requires_version,
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        buf_put(&all, parts[i] ? parts[i] : "", parts[i] ? strlen(parts[i]) + 1 : 1);
    buf_printf(&all, "%u %zu %zu %zu %d", plan->without, item->hosts, item->items, item->script_lines,
               item->private_agent);
    bool ok = !all.failed;
    sha256_hex(buf_text(&all), all.size, out);
    if (!ok)
        out[0] = '\0';
    buf_free(&all);
    return ok;
}
