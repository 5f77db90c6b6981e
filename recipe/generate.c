/* From a project to its recipe: runs the steps of plan.h and keeps what they made. */
#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "jpk/secret_text.h"
#include "recipe/fmt.h"
#include "recipe/plan.h"
#include "recipe/words.h"

struct jpk_recipe {
    struct plan plan;
    char *metadata, *configuration;
    size_t metadata_size, configuration_size;
    const char *stem;

    /* when the recipe came from memory */
    struct jpk_archive *archive;
    struct jpk_project *project;
    struct jpk_graph *graph;
};

/* The project variables, which the graph lists first and in the order of project.xml. */
static void collect_variables(struct plan *plan)
{
    const struct jpk_graph *graph = plan->graph;
    while (plan->variable_count < graph->variable_count && graph->variables[plan->variable_count].entity)
        plan->variable_count++;
    plan->variables = plan_alloc(plan, plan->variable_count, sizeof *plan->variables);
    for (size_t i = 0; i < plan->variable_count && !plan->failed; i++) {
        struct variable *v = &plan->variables[i];
        v->graph = &graph->variables[i];
        v->entity = v->graph->entity;
        v->endpoint = NONE;
        v->words = plan_alloc(plan, 1, sizeof *v->words);
        if (v->words)
            words_split(v->entity->name, v->words);
    }
}

/* Jitterbit knows variables by name alone, in any letter case: a second one of a name, or one without, is none. */
static void report_hidden_variables(struct plan *plan)
{
    bool *there = plan_alloc(plan, plan->project->entity_count, sizeof *there);
    for (size_t i = 0; i < plan->variable_count && there; i++)
        there[plan->variables[i].entity->index] = true;
    for (size_t i = 0; i < plan->project->entity_count && there; i++) {
        const struct jpk_entity *entity = plan->project->entities[i];
        if (entity->type == JPK_TYPE_PROJECT_VARIABLE && !entity->deleted && !there[i])
            plan_finding(plan, JPK_WARNING, "hidden-variable", entity,
                         plan_text(plan, "project variable '%s' is not in the recipe: %s", entity->name,
                                   *entity->name ? "another one has its name" : "it has no name"));
    }
}

static void name_properties(struct plan *plan)
{
    for (size_t i = 0; i < plan->variable_count && !plan->failed; i++)
        plan->variables[i].id = plan_id(plan, plan_shown(plan, plan->variables[i].entity->name));
}

void plan_make(struct plan *plan)
{
    static void (*const steps[])(struct plan *) = {
        collect_variables, report_hidden_variables,
        plan_live,         plan_mail_scripts,
        plan_endpoints,    plan_entries,
        plan_computed,     plan_uses,
        plan_slots,        plan_placement,
        name_properties,   plan_types,
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && !plan->failed; i++)
        steps[i](plan);
    if (!plan->failed && plan->endpoint_count == 0)
        plan_finding(plan, JPK_WARNING, "no-endpoint", NULL,
                     "no operation talks to anything but temporary storage and variables");
}

static const char *file_stem(struct plan *plan)
{
    struct buf stem = {0};
    put_file_stem(&stem, plan->project->name, strlen(plan->project->name));
    const char *kept = plan_text(plan, "%s", buf_text(&stem));
    plan->failed = plan->failed || stem.failed;
    buf_free(&stem);
    return kept;
}

/* In canonical form, which brings what an author wrote into its order. */
static char *dump(const json_t *value, size_t *size)
{
    struct buf out = {0};
    if (!value || !recipe_format_value(value, &out, NULL)) {
        buf_free(&out);
        return NULL;
    }
    *size = out.size;
    return out.data;
}

/* Appends the fields of a mapping, indented as they stand in a step. */
static bool put_fields(struct plan *plan, size_t entity, struct buf *part, struct buf *out)
{
    static const char indent[] = "      ";
    json_t *fields = plan_fields(plan, plan->project->entities[entity]->as.transformation);
    buf_clear(part);
    bool ok = json_put(part, fields, JSON_INDENT(2));
    json_decref(fields);
    const char *line = buf_text(part), *end = line + part->size;
    for (const char *p; (p = memchr(line, '\n', (size_t)(end - line))) != NULL; line = p + 1) {
        buf_put(out, line, (size_t)(p + 1 - line));
        buf_put(out, indent, sizeof indent - 1);
    }
    buf_put(out, line, (size_t)(end - line));
    return ok && !part->failed;
}

/* The same for metadata that are in this form, with the fields of their mappings in place of the marks. */
static char *dump_fresh(struct plan *plan, const json_t *metadata, size_t *size)
{
    static const char mark[] = "\"\\u0001"; /* how PLAN_MARK at the start of a string is written */
    struct buf marked = {0}, part = {0}, out = {0};
    bool ok = json_put(&marked, metadata, JSON_INDENT(2));
    const char *at = buf_text(&marked), *found;
    while (ok && (found = strstr(at, mark)) != NULL) {
        char *end;
        buf_put(&out, at, (size_t)(found - at));
        size_t entity = strtoul(found + sizeof mark - 1, &end, 10);
        ok = put_fields(plan, entity, &part, &out);
        at = end + 1; /* behind the closing quote */
    }
    buf_puts(&out, at);
    buf_putc(&out, '\n');
    ok = ok && !marked.failed && !out.failed && !plan->failed;
    buf_free(&marked);
    buf_free(&part);
    if (!ok) {
        buf_free(&out);
        return NULL;
    }
    *size = out.size;
    return out.data;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Enough of a file's name to be a recipe's: without folders, and UTF-8. NULL: a recipe cannot name it. */
static const char *recipe_name(struct plan *plan, const char *file)
{
    struct buf name = {0};
    buf_put_clean(&name, base_name(file), NULL);
    plan->failed = plan->failed || name.failed;
    const char *kept = name.size == 0 || strchr(name.data, '\\') ? NULL : plan_text(plan, "%s", name.data);
    buf_free(&name);
    return kept;
}

/* The name and checksum of the Jitterpak that the recipe is for. */
static bool identify(struct plan *plan, const struct jpk_recipe_options *options, const char **file,
                     const char **sha256, char computed[65], struct jpk_error *err)
{
    const struct jpk_project *project = plan->project;
    bool folder = jpk_archive_is_folder(project->archive);
    const char *given = options && options->file ? options->file : folder ? NULL : jpk_archive_name(project->archive);
    *file = given ? recipe_name(plan, given) : NULL;
    *sha256 = options ? options->sha256 : NULL;
    if (!*file && !folder)
        plan_finding(plan, JPK_WARNING, "no-jitterpak", NULL,
                     given && *base_name(given)
                         ? "the recipe cannot name the Jitterpak, for its name has a backslash: give it "
                           "another one and generate again"
                         : "nothing says what the Jitterpak is called, so the recipe does not name it");
    if (*sha256 || folder)
        return true;
    *sha256 = computed;
    return jpk_archive_sha256(project->archive, computed, err);
}

static bool write_texts(struct jpk_recipe *recipe, const struct jpk_recipe_options *options, struct jpk_error *err)
{
    struct plan *plan = &recipe->plan;
    char computed[65];
    const char *file, *sha256;
    if (!identify(plan, options, &file, &sha256, computed, err))
        return false;
    if (!sha256)
        plan_finding(plan, JPK_WARNING, "no-jitterpak", NULL,
                     "the project is a folder, so the recipe names no Jitterpak: make one and generate again");
    plan->fields_later = !(options && options->old); /* an old recipe is merged as a whole */
    json_t *metadata = plan_metadata(plan, file, sha256);
    /* Names are people's, and may hold anything. */
    bool ok = (metadata && secret_json_mask(metadata)) || error_memory(err);
    if (ok)
        plan_explain(plan, metadata);
    if (ok && options && options->old)
        ok = recipe_update(plan, metadata, options, err);
    if (ok)
        recipe->metadata = plan->fields_later ? dump_fresh(plan, metadata, &recipe->metadata_size)
                                              : dump(metadata, &recipe->metadata_size);
    json_t *configuration =
        recipe->metadata ? recipe_configuration(metadata, recipe->metadata, recipe->metadata_size) : NULL;
    recipe->configuration = dump(configuration, &recipe->configuration_size);
    recipe->stem = file_stem(plan);
    json_decref(configuration);
    json_decref(metadata);
    return ok && ((recipe->configuration && !plan->failed) || error_memory(err));
}

struct jpk_recipe *jpk_recipe_generate(const struct jpk_project *project, const struct jpk_graph *graph,
                                       const struct jpk_recipe_options *options, struct jpk_error *err)
{
    struct jpk_recipe *recipe = calloc(1, sizeof *recipe);
    if (!recipe) {
        error_memory(err);
        return NULL;
    }
    recipe->plan.project = project;
    recipe->plan.graph = graph;
    plan_make(&recipe->plan);
    bool ok = !recipe->plan.failed ? write_texts(recipe, options, err) : error_memory(err);
    if (!ok) {
        jpk_recipe_free(recipe);
        return NULL;
    }
    return recipe;
}

struct jpk_recipe *jpk_recipe_from_memory(const void *data, size_t size, const struct jpk_limits *limits,
                                          const struct jpk_recipe_options *options, struct jpk_error *err)
{
    const char *name = options ? options->file : NULL;
    struct jpk_archive *archive = jpk_archive_open_memory(data, size, name, limits, err);
    struct jpk_project *project = archive ? jpk_project_load(archive, NULL, 0, err) : NULL;
    struct jpk_graph *graph = project ? jpk_graph_build(project, err) : NULL;
    if (graph)
        jpk_project_slim(project);
    struct jpk_recipe *recipe = graph ? jpk_recipe_generate(project, graph, options, err) : NULL;
    if (!recipe) {
        jpk_graph_free(graph);
        jpk_project_free(project);
        jpk_archive_free(archive);
        return NULL;
    }
    /* Inferences and findings point into these. */
    recipe->archive = archive;
    recipe->project = project;
    recipe->graph = graph;
    return recipe;
}

void jpk_recipe_free(struct jpk_recipe *recipe)
{
    if (!recipe)
        return;
    plan_free(&recipe->plan);
    free(recipe->metadata);
    free(recipe->configuration);
    jpk_graph_free(recipe->graph);
    jpk_project_free(recipe->project);
    jpk_archive_free(recipe->archive);
    free(recipe);
}

const char *jpk_recipe_metadata(const struct jpk_recipe *recipe, size_t *size)
{
    if (size)
        *size = recipe->metadata_size;
    return recipe->metadata;
}

const char *jpk_recipe_configuration(const struct jpk_recipe *recipe, size_t *size)
{
    if (size)
        *size = recipe->configuration_size;
    return recipe->configuration;
}

const char *jpk_recipe_file_stem(const struct jpk_recipe *recipe)
{
    return recipe->stem;
}

const struct jpk_inference *jpk_recipe_inferences(const struct jpk_recipe *recipe, size_t *count)
{
    *count = recipe->plan.inference_count;
    return recipe->plan.inferences;
}

const struct jpk_finding *jpk_recipe_findings(const struct jpk_recipe *recipe, size_t *count)
{
    *count = recipe->plan.finding_count;
    return recipe->plan.findings;
}
