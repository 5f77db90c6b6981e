/* A configure file beside its recipe. The text of a secret is never part of a message. */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "recipe/check.h"
#include "recipe/form.h"
#include "recipe/plan.h"
#include "recipe/schedule.h"

struct configure_check {
    struct check *check;
    struct source *source;
    struct form form;
};

static void report(struct configure_check *c, enum rule rule, uint32_t node, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void report(struct configure_check *c, enum rule rule, uint32_t node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    validation_report_list(c->check->v, c->source, rule, node, format, args);
    va_end(args);
}

/* ---------------------------------------------------------------------------------------------- what strays about */

static void stray_step(struct configure_check *c, uint32_t key)
{
    const struct recipe_model *recipe = &c->check->recipe;
    struct jtext id = jtext_of(c->source->doc, key);
    struct nearest nearest = check_nearest(c->check, id);
    report(c, RULE_CONFIGURE_UNKNOWN_STEP, key, "the recipe has no step '%s'", show(id).s);
    for (size_t i = 0; i < recipe->step_count && nearest_open(&nearest); i++)
        if (recipe->steps[i].count > 0)
            nearest_offer(&nearest, recipe->steps[i].id);
    check_hint(c->check, &nearest);
}

static void stray_typed_step(struct configure_check *c, uint32_t key, enum step_type type, const char *name)
{
    const struct recipe_model *recipe = &c->check->recipe;
    struct jtext id = jtext_of(c->source->doc, key);
    struct nearest nearest = check_nearest(c->check, id);
    uint32_t found = recipe_step_find(recipe, id);
    bool there = found != MAP_NONE;
    if (there && recipe->steps[found].type == STEP_UNKNOWN)
        return; /* a type that nobody knows is reported where it stands */
    report(c, RULE_CONFIGURE_UNKNOWN_STEP, key,
           there ? "the step '%s' of the recipe is no %s" : "the recipe has no step '%s' of the type %s", show(id).s,
           name);
    for (size_t i = 0; i < recipe->step_count && nearest_open(&nearest); i++)
        if (recipe->steps[i].type == type)
            nearest_offer(&nearest, recipe->steps[i].id);
    check_hint(c->check, &nearest);
}

static void stray_property(struct configure_check *c, uint32_t key, uint32_t step)
{
    const struct recipe_model *recipe = &c->check->recipe;
    const struct recipe_step *home = &recipe->steps[step];
    struct jtext id = jtext_of(c->source->doc, key);
    uint32_t elsewhere = recipe_property_find(recipe, id);
    struct nearest nearest = check_nearest(c->check, id);
    report(c, RULE_CONFIGURE_UNKNOWN_PROPERTY, key, "the step '%s' has no property '%s'", show(home->id).s, show(id).s);
    if (elsewhere != MAP_NONE && jtext_equal(recipe->properties[elsewhere].id, id)) {
        validation_hint(c->check->v, "it belongs to the step '%s'",
                        show(recipe->steps[recipe->properties[elsewhere].step].id).s);
        return;
    }
    for (uint32_t i = home->first; i < home->first + home->count && nearest_open(&nearest); i++)
        nearest_offer(&nearest, recipe->properties[i].id);
    check_hint(c->check, &nearest);
}

static void on_stray(void *context, enum form_stray stray, uint32_t key, uint32_t step)
{
    struct configure_check *c = context;
    if (stray == STRAY_STEP)
        stray_step(c, key);
    else if (stray == STRAY_PROPERTY)
        stray_property(c, key, step);
    else if (stray == STRAY_SCHEDULE)
        stray_typed_step(c, key, STEP_SCHEDULE, "schedule");
    else
        stray_typed_step(c, key, STEP_ACTION, "action");
}

/* ------------------------------------------------------------------------------------------------------ identity */

static void check_identity(struct configure_check *c)
{
    const struct recipe_model *recipe = &c->check->recipe;
    const struct configure_model *configure = &c->form.configure;
    char sha256[65];
    bool name = jtext_there(configure->name) && recipe->name.n > 0 && !jtext_equal(configure->name, recipe->name);
    bool version = jtext_there(configure->version) && jtext_there(recipe->version) &&
                   !jtext_equal(configure->version, recipe->version);
    sha256_hex(c->check->text, c->check->size, sha256);
    if (name)
        report(c, RULE_CONFIGURE_RECIPE_NAME, configure->name.node, "this is for the recipe '%s', not for '%s'",
               show(configure->name).s, show(recipe->name).s);
    if (version)
        report(c, RULE_CONFIGURE_RECIPE_VERSION, configure->version.node,
               "this is for version %s of the recipe, which is at %s", show(configure->version).s,
               show(recipe->version).s);
    if (!name && !version && jtext_there(configure->sha256) && !jtext_is(configure->sha256, sha256)) {
        report(c, RULE_CONFIGURE_RECIPE_HASH, configure->sha256.node, "the recipe was changed since this was made");
        validation_hint(c->check->v, "its checksum is now %s", sha256);
    }
}

static void check_file_name(struct configure_check *c)
{
    static const char suffix[] = "-configure.json";
    struct jtext project = c->check->recipe.project_name;
    const char *file = c->source->file ? c->source->file : "";
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    struct buf stem = {0};
    if (!text_ends_with(name, ".json"))
        return;
    if (!text_ends_with(name, suffix)) {
        report(c, RULE_FILE_NAME_FORM, 0, "the name of this configure file does not end in %s", suffix);
        return;
    }
    if (!jtext_there(project))
        return;
    put_file_stem(&stem, project.s, project.n);
    size_t n = strlen(name) - strlen(suffix);
    if (stem.size != n || strncasecmp(buf_text(&stem), name, n) != 0) {
        report(c, RULE_CONFIGURE_FILE_NAME, 0, "the file is not named after the project '%s'", show(project).s);
        check_hint_file(c->check, &stem, suffix);
    }
    c->check->failed = c->check->failed || stem.failed;
    buf_free(&stem);
}

/* -------------------------------------------------------------------------------------------------------- values */

/* A required property that has no value: left out, or null as in every form that is not filled in yet. */
static void check_missing(struct configure_check *c, uint32_t index)
{
    const struct recipe_property *p = &c->check->recipe.properties[index];
    const struct recipe_step *step = &c->check->recipe.steps[p->step];
    uint32_t node = c->form.values[index], home = c->form.step_keys[p->step];
    if (p->required != TRUTH_TRUE || !c->form.property_shown[index] || jtext_there(p->fallback))
        return;
    if (node != JDOC_NONE) {
        report(c, RULE_CONFIGURE_NULL, node, "'%s' is required, and still null", show(p->id).s);
        return;
    }
    if (home == JDOC_NONE && step->optional == TRUTH_TRUE)
        return; /* the whole step was skipped */
    if (home == JDOC_NONE)
        home = c->form.configure.values;
    report(c, RULE_CONFIGURE_MISSING, home == JDOC_NONE ? 0 : home, "'%s' of the step '%s' is required, but left out",
           show(p->id).s, show(step->id).s);
}

static void check_text(struct configure_check *c, const struct recipe_property *p, struct jtext value, bool shown)
{
    struct check *check = c->check;
    if (p->secret == TRUTH_TRUE || p->type == VALUE_PASSWORD) {
        if (value.n > 0)
            report(c, RULE_CONFIGURE_SECRET_TEXT, value.node, "the text of the secret '%s' stands here", show(p->id).s);
        return;
    }
    buf_clear(&check->why);
    if (!value_allowed(&check->values, check->source->doc, p, check_choices(check, p), value, &check->why)) {
        report(c, RULE_CONFIGURE_VALUE, value.node, "the value of '%s' %s", show(p->id).s, buf_text(&check->why));
        struct nearest nearest = check_nearest(check, value);
        nearest_offer_list(&nearest, check->source->doc, p->choices);
        check_hint(check, &nearest);
    } else if (!shown && !jtext_equal(value, p->fallback)) {
        report(c, RULE_CONFIGURE_HIDDEN, value.node, "'%s' is not shown with these values, so its value is not used",
               show(p->id).s);
    }
}

static void check_one(struct configure_check *c, uint32_t index)
{
    const struct recipe_property *p = &c->check->recipe.properties[index];
    const struct jdoc *doc = c->source->doc;
    uint32_t node = c->form.values[index];
    struct jtext value = jtext_of(doc, node);
    bool empty = node == JDOC_NONE || jdoc_type(doc, node) == JDOC_NULL || (jtext_there(value) && value.n == 0);
    bool wanted = p->secret == TRUTH_TRUE || p->type == VALUE_PASSWORD;
    if (p->computed == TRUTH_TRUE) {
        if (!empty)
            report(c, RULE_CONFIGURE_COMPUTED, node, "'%s' is computed: its value would be overwritten", show(p->id).s);
        return;
    }
    if (empty && (node == JDOC_NONE || !jtext_there(value)))
        check_missing(c, index);
    else if (empty && p->required == TRUTH_TRUE && c->form.property_shown[index])
        report(c, RULE_CONFIGURE_VALUE, node, "the value of '%s' is empty, but required", show(p->id).s);
    else if (jtext_there(value))
        check_text(c, p, value, c->form.property_shown[index]);
    else if (jtext_there(form_marker(&c->form, index)) && !wanted)
        report(c, RULE_CONFIGURE_MARKER, node, "'%s' is no secret, but its value is kept elsewhere", show(p->id).s);
}

static void check_schedules(struct configure_check *c)
{
    for (size_t i = 0; i < c->check->recipe.step_count; i++) {
        uint32_t node;
        const char *problem = schedule_problem(c->source->doc, c->form.schedules[i], &node);
        if (problem)
            report(c, RULE_SCHEDULE_INVALID, node, "the schedule %s", problem);
    }
}

void check_configure(struct check *check, struct source *configure)
{
    struct configure_check c = {.check = check, .source = configure};
    if (!form_read(&c.form, &check->recipe, configure->doc, &check->arena, on_stray, &c)) {
        check->failed = true;
        return;
    }
    check_identity(&c);
    check_file_name(&c);
    for (uint32_t i = 0; i < check->recipe.property_count && !check->failed; i++)
        check_one(&c, i);
    check_schedules(&c);
    check->failed = check->failed || check->values.failed || check->why.failed;
}
