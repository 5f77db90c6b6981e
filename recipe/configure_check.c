#include "recipe/configure_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/text.h"
#include "recipe/form.h"
#include "recipe/nearest.h"
#include "recipe/schedule.h"
#include "recipe/secret_file.h"
#include "recipe/value.h"
#include "schema/validation.h"

struct checking {
    struct configure_result public; /* first: the result */
    struct arena arena;
    const struct configure_input *input;
    const char *folder; /* of the configure file */
    struct jdoc recipe_doc, configure_doc;
    struct recipe_model recipe;
    struct form form;
    struct value_check values;
    struct configure_problem *problems; /* of all steps one after the other, those of the file as a whole first */
    uint32_t *nodes;                    /* by problem: where it is in the configure file */
    size_t count, capacity, node_capacity;
    size_t comparisons;          /* left, in the search for what somebody meant */
    struct jpk_schema *schedule; /* that of schedules, once one was needed */
    bool *strayed;               /* by step: the file has something for it that it does not ask for */
    struct buf why;
    bool failed;
};

const char *configure_state_name(enum configure_state state)
{
    static const char *const names[] = {"complete", "incomplete", "not shown"};
    return (size_t)state < 3 ? names[state] : "";
}

/* ----------------------------------------------------------------------------------------------------- problems */

static const char *keep(struct checking *c, const char *text)
{
    const char *kept = arena_strdup(&c->arena, text);
    c->failed |= !kept;
    c->failed |= show_failed();
    return kept ? kept : "";
}

static const char *keep_text(struct checking *c, struct jtext text)
{
    return keep(c, show(text).s);
}

static void problem(struct checking *c, enum jpk_severity severity, uint32_t node, const char *property,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

static void problem(struct checking *c, enum jpk_severity severity, uint32_t node, const char *property,
                    const char *format, ...)
{
    char raw[JPK_ERROR_MESSAGE_MAX + 4], shown[JPK_ERROR_MESSAGE_MAX];
    struct configure_problem *problems = array_grow(c->problems, c->count, &c->capacity, sizeof *problems);
    if (problems)
        c->problems = problems;
    uint32_t *nodes = array_grow(c->nodes, c->count, &c->node_capacity, sizeof *nodes);
    if (nodes)
        c->nodes = nodes;
    if (!problems || !nodes) {
        c->failed = true;
        return;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    text_printable(shown, sizeof shown, raw);
    c->nodes[c->count] = node;
    c->problems[c->count++] =
        (struct configure_problem){.severity = severity, .property = keep(c, property), .message = keep(c, shown)};
}

/* How people know a property: by its label. */
static struct shown name_of(const struct recipe_property *p)
{
    return show(p->label.n > 0 ? p->label : p->id);
}

static void property_problem(struct checking *c, const struct recipe_property *p, uint32_t node, const char *format,
                             ...) __attribute__((format(printf, 4, 5)));

static void property_problem(struct checking *c, const struct recipe_property *p, uint32_t node, const char *format,
                             ...)
{
    char text[JPK_ERROR_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    problem(c, JPK_ERROR, node, show(p->id).s, "'%s' %s", name_of(p).s, text);
}

/* ------------------------------------------------------------------------------------------------------- values */

static void put_choices(struct checking *c, const struct recipe_property *p)
{
    enum { SHOWN = 6 };
    size_t count = 0;
    if (p->type != VALUE_CHOICE || p->choices == JDOC_NONE)
        return;
    for (uint32_t item = p->choices + 1; item < jdoc_next(&c->recipe_doc, p->choices);
         item = jdoc_next(&c->recipe_doc, item))
        if (++count <= SHOWN)
            buf_printf(&c->why, "%s '%s'", count == 1 ? ":" : ",", show(jtext_of(&c->recipe_doc, item)).s);
    if (count > SHOWN)
        buf_puts(&c->why, " and others");
}

static void check_allowed(struct checking *c, const struct recipe_property *p, struct jtext value, uint32_t node)
{
    buf_clear(&c->why);
    if (value_allowed(&c->values, &c->recipe_doc, p, NULL, value, &c->why))
        return;
    put_choices(c, p);
    if (p->help.n > 0)
        buf_printf(&c->why, " (%s)", show(p->help).s);
    property_problem(c, p, node, "%s", buf_text(&c->why));
}

static bool is_secret(const struct recipe_property *p)
{
    return p->secret == TRUTH_TRUE || p->type == VALUE_PASSWORD;
}

static void check_marker(struct checking *c, const struct recipe_property *p, struct jtext place, uint32_t node)
{
    struct secret secret = {0};
    char *copy = jtext_copy(&c->arena, place);
    buf_clear(&c->why);
    if (!copy) {
        c->failed = true;
        return;
    }
    if (!secret_find(&secret, copy, c->folder, CONFIGURE_SECRET_MAX, c->input->environment, &c->why)) {
        property_problem(c, p, node, "is missing; %s", buf_text(&c->why));
        return;
    }
    struct jtext text = {secret.text, (uint32_t)secret.size, node};
    if (secret.size <= CONFIGURE_SECRET_MAX)
        check_allowed(c, p, text, node);
    else
        property_problem(c, p, node, "is longer than any secret");
    if (secret.others_read)
        problem(c, JPK_WARNING, node, show(p->id).s,
                "everybody on this machine can read the file of '%s'; chmod 600 %s", name_of(p).s,
                copy + strlen("file:"));
    secret_forget(&secret);
}

/* Whether the Jitterpak holds a value that null keeps. */
static bool project_holds(const struct checking *c, const struct recipe_property *p)
{
    char id[RECIPE_ID_MAX + 1], key[RECIPE_ID_MAX + 1];
    struct jtext target = jtext_there(p->variable) ? p->variable : p->entity;
    if (!c->input->project || target.n >= sizeof id || p->key.n >= sizeof key)
        return false;
    memcpy(id, target.s, target.n);
    id[target.n] = '\0';
    memcpy(key, p->key.s, p->key.n);
    key[p->key.n] = '\0';
    const struct jpk_entity *entity = jpk_project_entity(c->input->project, id);
    if (!entity)
        return false;
    const struct jpk_item *item = jpk_entity_setting(entity, jtext_there(p->variable) ? "value" : key);
    return item && item->value && *item->value;
}

static void check_missing(struct checking *c, const struct recipe_property *p, uint32_t node)
{
    const struct recipe_step *step = &c->recipe.steps[p->step];
    bool skipped = step->optional == TRUTH_TRUE && c->form.step_keys[p->step] == JDOC_NONE;
    if (p->required != TRUTH_TRUE || p->fallback.n > 0 || skipped || project_holds(c, p))
        return;
    if (is_secret(p))
        property_problem(c, p, node, "is missing; say where it is found: env:NAME or file:PATH");
    else if (p->help.n > 0)
        property_problem(c, p, node, "is missing (%s)", show(p->help).s);
    else
        property_problem(c, p, node, "is missing");
}

static void check_property(struct checking *c, uint32_t index)
{
    const struct recipe_property *p = &c->recipe.properties[index];
    uint32_t node = c->form.values[index];
    if (!c->form.property_shown[index])
        return;
    enum jdoc_type type = node == JDOC_NONE ? JDOC_NULL : jdoc_type(&c->configure_doc, node);
    struct jtext text = jtext_of(&c->configure_doc, node), marker = form_marker(&c->form, index);
    if (jtext_there(marker))
        check_marker(c, p, marker, node);
    else if (type == JDOC_NULL)
        check_missing(c, p, node == JDOC_NONE ? c->form.step_keys[p->step] : node);
    else if (type == JDOC_NUMBER || type == JDOC_TRUE || type == JDOC_FALSE)
        property_problem(c, p, node, "must stand in quotes");
    else if (!jtext_there(text))
        property_problem(c, p, node, "must be one text in quotes");
    else if (text.n == 0 && p->required == TRUTH_TRUE)
        property_problem(c, p, node, "is empty");
    else if (is_secret(p) && text.n > 0)
        property_problem(c, p, node,
                         "must not stand in this file; put it into an environment variable and write {\"secret\": "
                         "\"env:NAME\"}");
    else if (!is_secret(p))
        check_allowed(c, p, text, node);
}

/* -------------------------------------------------------------------------------------------------------- steps */

/* One mistake is enough: people go through them one by one. */
static void check_schedule_form(struct checking *c, uint32_t node)
{
    static const struct jpk_validation_options first = {.first = true};
    if (!c->schedule)
        c->schedule = jpk_schema_compile_uri("urn:jpk:schema:configure-1#/$defs/schedule", NULL, NULL);
    struct jdoc part = {0};
    json_t *value = jdoc_to_jansson_exact(&c->configure_doc, node);
    bool read = c->schedule && value && jdoc_from_jansson_exact(&part, value, NULL, NULL);
    struct jpk_validation *validation = read ? validate_document(c->schedule, &part, &first, NULL) : NULL;
    size_t count = 0;
    const struct jpk_failure *failure = validation ? jpk_validation_failures(validation, &count) : NULL;
    if (count > 0)
        problem(c, JPK_ERROR, jdoc_at_pointer(&c->configure_doc, node, failure->pointer, strlen(failure->pointer)), "",
                "the schedule is not in order: %s%s%s", failure->message, failure->hint ? "; " : "",
                failure->hint ? failure->hint : "");
    c->failed = c->failed || !validation || (count == 0 && !jpk_validation_valid(validation));
    jpk_validation_free(validation);
    jdoc_free(&part);
    json_decref(value);
}

static void check_schedule(struct checking *c, uint32_t node)
{
    enum jdoc_type type = node == JDOC_NONE ? JDOC_NULL : jdoc_type(&c->configure_doc, node);
    uint32_t place;
    if (type == JDOC_NULL)
        return;
    const char *wrong = schedule_problem(&c->configure_doc, node, &place);
    uint32_t occurs = jdoc_get(&c->configure_doc, node, "occurs", strlen("occurs"));
    struct jtext unit = jtext_of(&c->configure_doc, occurs);
    if (!jtext_is(unit, "daily") && !jtext_is(unit, "weekly") && !jtext_is(unit, "monthly"))
        problem(c, JPK_ERROR, node, "", "the schedule must say whether it is daily, weekly or monthly");
    else if (wrong)
        problem(c, JPK_ERROR, place, "", "the schedule %s", wrong);
    else
        check_schedule_form(c, node);
}

static void check_action(struct checking *c, uint32_t node)
{
    enum jdoc_type type = node == JDOC_NONE ? JDOC_FALSE : jdoc_type(&c->configure_doc, node);
    if (type != JDOC_TRUE && type != JDOC_FALSE)
        problem(c, JPK_ERROR, node, "", "say true or false, without quotes: whether it is run");
}

static void check_step(struct checking *c, uint32_t index, struct configure_step *out)
{
    const struct recipe_step *step = &c->recipe.steps[index];
    size_t first = c->count;
    *out = (struct configure_step){.id = keep_text(c, step->id),
                                   .title = keep_text(c, step->title.n > 0 ? step->title : step->type_name),
                                   .number = index + 1,
                                   .state = CONFIGURE_NOT_SHOWN};
    if (!c->form.step_shown[index])
        return;
    for (uint32_t i = step->first; i < step->first + step->count && !c->failed; i++)
        check_property(c, i);
    if (step->type == STEP_SCHEDULE)
        check_schedule(c, c->form.schedules[index]);
    if (step->type == STEP_ACTION)
        check_action(c, c->form.actions[index]);
    out->problem_count = c->count - first;
    out->state = c->strayed[index] ? CONFIGURE_INCOMPLETE : CONFIGURE_COMPLETE;
    for (size_t i = first; i < c->count; i++)
        if (c->problems[i].severity == JPK_ERROR)
            out->state = CONFIGURE_INCOMPLETE;
}

/* --------------------------------------------------------------------------------------------- the file as a whole */

/* What a stray key was meant to be: a property of the step, or a step. */
static struct nearest meant(struct checking *c, enum form_stray stray, uint32_t key, uint32_t step)
{
    struct nearest nearest = nearest_begin(jtext_of(&c->configure_doc, key), &c->comparisons);
    const struct recipe_model *recipe = &c->recipe;
    if (stray == STRAY_PROPERTY)
        for (uint32_t i = 0; i < recipe->steps[step].count && nearest_open(&nearest); i++)
            nearest_offer(&nearest, recipe->properties[recipe->steps[step].first + i].id);
    for (size_t i = 0; stray != STRAY_PROPERTY && i < recipe->step_count && nearest_open(&nearest); i++)
        nearest_offer(&nearest, recipe->steps[i].id);
    return nearest;
}

static void on_stray(void *context, enum form_stray stray, uint32_t key, uint32_t step)
{
    static const char *const kinds[] = {
        [STRAY_STEP] = "", [STRAY_SCHEDULE] = " with a schedule", [STRAY_ACTION] = " that runs something"};
    struct checking *c = context;
    struct shown name = show(jtext_of(&c->configure_doc, key));
    struct nearest nearest = meant(c, stray, key, step);
    char hint[128] = "";
    if (*nearest.best)
        snprintf(hint, sizeof hint, "; did you mean '%s'?", nearest.best);
    if (stray == STRAY_PROPERTY)
        c->strayed[step] = true;
    if (stray == STRAY_PROPERTY)
        problem(c, JPK_ERROR, key, name.s, "step %u, %s, does not ask for '%s'%s", (unsigned)step + 1,
                show(c->recipe.steps[step].title).s, name.s, hint);
    else
        problem(c, JPK_ERROR, key, "", "the recipe has no step '%s'%s%s", name.s, kinds[stray], hint);
}

static void check_identity(struct checking *c)
{
    const struct configure_model *form = &c->form.configure;
    char sha256[65];
    sha256_hex(c->input->recipe, c->input->recipe_size, sha256);
    if (jtext_there(form->name) && !jtext_equal(form->name, c->recipe.name))
        problem(c, JPK_ERROR, form->name.node, "", "this file is for another recipe, '%s'", show(form->name).s);
    else if (jtext_there(form->version) && !jtext_equal(form->version, c->recipe.version))
        problem(c, JPK_ERROR, form->version.node, "", "this file is for version %s of the recipe, which is at %s",
                show(form->version).s, show(c->recipe.version).s);
    else if (jtext_there(form->sha256) && !jtext_is(form->sha256, sha256))
        problem(c, JPK_WARNING, form->sha256.node, "", "the recipe was changed since this file was made");
}

/* An import gives ids anew, so this is no more than pointed out. */
static void check_project(struct checking *c)
{
    const struct jpk_project *project = c->input->project;
    struct jtext id = c->recipe.project_id, said = c->recipe.sha256;
    struct jpk_error err = {0};
    char sha256[65];
    if (!project)
        return;
    if (jtext_there(id) && !jtext_caseeq(id, (struct jtext){project->id, (uint32_t)strlen(project->id), 0}))
        problem(c, JPK_WARNING, JDOC_NONE, "",
                "the recipe was made for another project than this Jitterpak, or for one that was imported anew since");
    else if (jtext_there(said) && !jpk_archive_is_folder(project->archive) &&
             jpk_archive_sha256(project->archive, sha256, &err) && !jtext_is(said, sha256))
        problem(c, JPK_WARNING, JDOC_NONE, "", "the recipe was made for another Jitterpak of this project");
    c->failed |= err.code == JPK_ERR_MEMORY;
}

/* What is not in order in a recipe asks for nothing, and so lets any value through. */
static bool check_recipe(struct checking *c, struct jpk_error *err)
{
    static const struct jpk_schema_options how = {.assert_formats = true};
    static const struct jpk_validation_options first = {.first = true};
    struct jpk_schema *schema = jpk_schema_compile_uri("urn:jpk:schema:recipe-1", &how, err);
    struct jpk_validation *validation = schema ? validate_document(schema, &c->recipe_doc, &first, err) : NULL;
    size_t count = 0;
    const struct jpk_failure *failure = validation ? jpk_validation_failures(validation, &count) : NULL;
    if (count > 0)
        problem(c, JPK_WARNING, JDOC_NONE, "",
                "the recipe is not in order, so that not all of this can be checked; in its line %u: %s", failure->line,
                failure->message);
    c->failed |= validation && count == 0 && !jpk_validation_valid(validation);
    bool ok = validation != NULL;
    jpk_validation_free(validation);
    jpk_schema_free(schema);
    return ok;
}

static int by_node(const void *a, const void *b, void *context)
{
    const uint32_t *nodes = context, *left = a, *right = b;
    return nodes[*left] < nodes[*right] ? -1 : nodes[*left] > nodes[*right];
}

static void find_places(struct checking *c)
{
    uint32_t *order = malloc((c->count + 1) * sizeof *order);
    struct text_counter counter = text_counter_begin(c->configure_doc.text, c->configure_doc.size);
    if (!order) {
        c->failed = true;
        return;
    }
    for (uint32_t i = 0; i < c->count; i++)
        order[i] = i;
    qsort_r(order, c->count, sizeof *order, by_node, c->nodes);
    for (size_t i = 0; i < c->count && c->nodes[order[i]] != JDOC_NONE; i++) {
        struct text_position at = text_counter_at(&counter, c->configure_doc.nodes[c->nodes[order[i]]].start);
        c->problems[order[i]].line = at.line;
        c->problems[order[i]].column = at.column;
    }
    free(order);
}

static void check_all(struct checking *c)
{
    size_t count = c->recipe.step_count, next;
    struct configure_step *steps = arena_calloc(&c->arena, count + 1, sizeof *steps);
    c->strayed = arena_calloc(&c->arena, count + 1, sizeof *c->strayed);
    if (!steps || !c->strayed || !form_read(&c->form, &c->recipe, &c->configure_doc, &c->arena, on_stray, c)) {
        c->failed = true;
        return;
    }
    check_identity(c);
    check_project(c);
    c->public.problem_count = next = c->count;
    for (uint32_t i = 0; i < count && !c->failed; i++)
        check_step(c, i, &steps[i]);
    find_places(c);
    c->public.complete = true;
    for (size_t i = 0; i < c->count; i++)
        c->public.complete = c->public.complete && c->problems[i].severity != JPK_ERROR;
    for (size_t i = 0; i < count; next += steps[i++].problem_count)
        steps[i].problems = c->problems + next;
    c->public.name = keep_text(c, c->recipe.name);
    c->public.problems = c->problems;
    c->public.steps = steps;
    c->public.step_count = count;
}

/* ------------------------------------------------------------------------------------------------------- reading */

static bool read_one(struct jdoc *doc, const char *text, size_t n, enum document_kind kind, const char *file,
                     struct jpk_error *err)
{
    struct jdoc_options options = {.reject_duplicates = true, .reject_nul = true};
    bool ok = jdoc_parse(doc, text, n, &options, err);
    if (ok && document_kind(doc) != kind)
        ok = error_set(err, JPK_ERR_FORMAT,
                       kind == DOCUMENT_RECIPE ? "is no recipe: it has no key 'recipeFormat'"
                                               : "is no configure file: it has no key 'configureFormat'");
    ok = ok && document_format_known(doc, err);
    if (!ok && file)
        error_file(err, file);
    return ok;
}

static const char *folder_of(struct checking *c, const char *file)
{
    const char *slash = file ? strrchr(file, '/') : NULL;
    if (!slash)
        return "";
    const char *folder = arena_strndup(&c->arena, file, slash == file ? 1 : (size_t)(slash - file));
    c->failed = c->failed || !folder;
    return folder;
}

struct configure_result *configure_check(const struct configure_input *input, struct jpk_error *err)
{
    struct checking *c = calloc(1, sizeof *c);
    if (!c) {
        error_memory(err);
        return NULL;
    }
    c->input = input;
    c->values.plain = true;
    c->comparisons = NEAREST_BUDGET;
    c->folder = folder_of(c, input->configure_file);
    bool ok = read_one(&c->recipe_doc, input->recipe, input->recipe_size, DOCUMENT_RECIPE, input->recipe_file, err) &&
              read_one(&c->configure_doc, input->configure, input->configure_size, DOCUMENT_CONFIGURE,
                       input->configure_file, err) &&
              recipe_read(&c->recipe, &c->recipe_doc, &c->arena, err);
    ok = ok && check_recipe(c, err);
    if (ok && !c->failed)
        check_all(c);
    if (ok && (c->failed || c->values.failed || c->why.failed))
        ok = error_memory(err);
    value_check_free(&c->values);
    recipe_free(&c->recipe);
    jdoc_free(&c->recipe_doc);
    jdoc_free(&c->configure_doc);
    jpk_schema_free(c->schedule);
    buf_free(&c->why);
    free(c->nodes);
    c->nodes = NULL;
    if (ok)
        return &c->public;
    configure_result_free(&c->public);
    return NULL;
}

void configure_result_free(struct configure_result *result)
{
    struct checking *c = (struct checking *)(void *)result;
    if (!c)
        return;
    free(c->problems);
    arena_free(&c->arena);
    free(c);
}
