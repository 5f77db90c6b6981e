/* Properties: secrets, defaults, choices, bounds, patterns, labels, and what they set. */
#include <string.h>

#include "base/text.h"
#include "jpk/secret_field.h"
#include "recipe/check.h"
#include "recipe/plan.h"

/* ------------------------------------------------------------------------------------------------------ secrets */

static bool names_secret(struct jtext name)
{
    char text[RECIPE_ID_MAX + 1];
    if (name.n > RECIPE_ID_MAX)
        return false;
    memcpy(text, name.s, name.n);
    text[name.n] = '\0';
    return named_secret(text);
}

static bool default_holds_secret(struct check *check, struct jtext value)
{
    if (!jtext_there(value) || !memchr(value.s, ':', value.n))
        return false;
    char *copy = jtext_copy(&check->arena, value);
    check->failed = check->failed || !copy;
    return copy && url_holds_secret(copy);
}

static void check_secret(struct check *check, const struct recipe_property *p)
{
    bool secret = p->secret == TRUTH_TRUE, password = p->type == VALUE_PASSWORD;
    if (secret && jtext_there(p->fallback))
        check_report(check, RULE_SECRET_DEFAULT, p->fallback.node, "the secret '%s' has a default", show(p->id).s);
    else if (password && jtext_there(p->fallback) && p->fallback.n > 0)
        check_report(check, RULE_DEFAULT_SECRET, p->fallback.node, "the password '%s' has a default", show(p->id).s);
    else if (!secret && default_holds_secret(check, p->fallback))
        check_report(check, RULE_DEFAULT_SECRET, p->fallback.node, "the default of '%s' holds a password, key or token",
                     show(p->id).s);
    if (secret && p->choices != JDOC_NONE)
        check_report(check, RULE_SECRET_CHOICES, p->choices, "the secret '%s' has choices", show(p->id).s);
    if (secret && p->type != VALUE_PASSWORD && p->type != VALUE_UNKNOWN)
        check_report(check, RULE_SECRET_TYPE, p->type_name.node,
                     "the secret '%s' has the type '%s', which shows what is typed in", show(p->id).s,
                     show(p->type_name).s);
    else if (!secret && password)
        check_report(check, RULE_SECRET_TYPE, p->type_name.node,
                     "'%s' has the type 'password', but 'secret' is not true", show(p->id).s);
    else if (!secret && (p->type == VALUE_TEXT || p->type == VALUE_CHOICE) &&
             (names_secret(p->id) || secret_label(p->label.s, p->label.n)))
        check_report(check, RULE_SECRET_NAME, p->node,
                     "the name of '%s' says that it is a secret, but 'secret' is not true", show(p->id).s);
}

/* ----------------------------------------------------------------------------------------- defaults and choices */

static void check_default(struct check *check, const struct recipe_property *p)
{
    const struct jdoc *doc = check->source->doc;
    bool seen = p->secret == TRUTH_TRUE || p->type == VALUE_PASSWORD;      /* reported, and must not be shown */
    bool said = p->type == VALUE_BOOLEAN && check->source->schema_checked; /* the schema has this one in it */
    if (!jtext_there(p->fallback) || seen || said)
        return;
    buf_clear(&check->why);
    if (value_allowed(&check->values, doc, p, check_choices(check, p), p->fallback, &check->why))
        return;
    check_report(check, RULE_DEFAULT_INVALID, p->fallback.node, "the default of '%s' %s", show(p->id).s,
                 buf_text(&check->why));
    if (p->type != VALUE_CHOICE || p->choices == JDOC_NONE)
        return;
    struct nearest nearest = check_nearest(check, p->fallback);
    nearest_offer_list(&nearest, doc, p->choices);
    check_hint(check, &nearest);
}

static void check_choice_list(struct check *check, const struct recipe_property *p)
{
    const struct jdoc *doc = check->source->doc;
    const struct map *choices = check_choices(check, p);
    bool bounded = p->type == VALUE_CHOICE && p->secret != TRUTH_TRUE;
    uint32_t place = 0;
    for (uint32_t item = p->choices + 1; item < jdoc_next(doc, p->choices); item = jdoc_next(doc, item), place++) {
        struct jtext choice = jtext_of(doc, item);
        if (!jtext_there(choice))
            continue;
        buf_clear(&check->why);
        if (map_get(choices, choice.s, choice.n) != place)
            check_report(check, RULE_CHOICE_TWICE, item, "the choice '%s' is there already",
                         p->secret == TRUTH_TRUE ? "****" : show(choice).s);
        else if (bounded && !value_in_bounds(&check->values, doc, p, choice, &check->why))
            check_report(check, RULE_CHOICE_INVALID, item, "the choice '%s' %s", show(choice).s, buf_text(&check->why));
    }
}

static void check_choice_use(struct check *check, const struct recipe_property *p)
{
    if (p->choices == JDOC_NONE)
        return;
    check_choice_list(check, p);
    if (p->type != VALUE_CHOICE && p->type != VALUE_UNKNOWN && p->secret != TRUTH_TRUE)
        check_report(check, RULE_CHOICES_UNUSED, p->choices, "'%s' has choices, but its type is '%s'", show(p->id).s,
                     show(p->type_name).s);
}

/* -------------------------------------------------------------------------------------------- bounds and patterns */

static void check_bounds(struct check *check, const struct recipe_property *p)
{
    const struct jdoc *doc = check->source->doc;
    if (p->minimum != JDOC_NONE && p->maximum != JDOC_NONE && jdoc_compare(doc, p->minimum, doc, p->maximum) > 0)
        check_report(check, RULE_BOUNDS_ORDER, p->minimum, "the minimum of '%s' is above its maximum", show(p->id).s);
    if (p->min_length != JDOC_NONE && p->max_length != JDOC_NONE &&
        jdoc_compare(doc, p->min_length, doc, p->max_length) > 0)
        check_report(check, RULE_BOUNDS_ORDER, p->min_length, "the least length of '%s' is above its greatest",
                     show(p->id).s);
}

static void check_constraints(struct check *check, const struct recipe_property *p)
{
    const struct {
        const char *name;
        uint32_t node;
        bool unused;
    } constraints[] = {
        {"minimum", p->minimum, p->type != VALUE_NUMBER},       {"maximum", p->maximum, p->type != VALUE_NUMBER},
        {"minLength", p->min_length, p->type == VALUE_BOOLEAN}, {"maxLength", p->max_length, p->type == VALUE_BOOLEAN},
        {"pattern", p->pattern.node, p->type == VALUE_BOOLEAN},
    };
    for (size_t i = 0; i < sizeof constraints / sizeof constraints[0] && p->type != VALUE_UNKNOWN; i++)
        if (constraints[i].node != JDOC_NONE && constraints[i].unused)
            check_report(check, RULE_CONSTRAINT_UNUSED, constraints[i].node,
                         "'%s' means nothing for '%s', whose type is '%s'", constraints[i].name, show(p->id).s,
                         show(p->type_name).s);
}

static void check_pattern(struct check *check, const struct recipe_property *p)
{
    struct jpk_error err = {0};
    if (!jtext_there(p->pattern) || pattern_valid(p->pattern.s, p->pattern.n))
        return;
    struct pattern *lenient = pattern_compile(p->pattern.s, p->pattern.n, PATTERN_LENIENT, &err);
    if (lenient)
        check_report(check, RULE_PATTERN_DIALECT, p->pattern.node,
                     "the pattern of '%s' has escapes that not every engine accepts", show(p->id).s);
    else if (err.code == JPK_ERR_MEMORY)
        check->failed = true;
    else
        check_report(check, RULE_PATTERN_INVALID, p->pattern.node, "the pattern of '%s' is no regular expression: %s",
                     show(p->id).s, err.message);
    pattern_free(lenient);
}

/* --------------------------------------------------------------------------------------------- labels and targets */

static struct jtext trimmed(struct jtext text)
{
    while (text.n > 0 && (unsigned char)text.s[0] <= ' ') {
        text.s++;
        text.n--;
    }
    while (text.n > 0 && (unsigned char)text.s[text.n - 1] <= ' ')
        text.n--;
    return text;
}

static void check_label(struct check *check, const struct recipe_property *p, struct map *labels)
{
    struct jtext label = trimmed(p->label);
    if (!jtext_there(p->label) || p->computed == TRUTH_TRUE)
        return;
    if (label.n == 0)
        check_report(check, RULE_LABEL_MISSING, p->label.node, "the label of '%s' is empty", show(p->id).s);
    else if (!check_first(check, labels, label, 0))
        check_report(check, RULE_LABEL_TWICE, p->label.node, "another property of this step has the label '%s' too",
                     show(label).s);
    /* A single word such as `Mode` may well be both. */
    bool technical = memchr(label.s, '_', label.n) || memchr(label.s, '.', label.n);
    if (label.n > 0 && technical && jtext_caseeq(label, p->id))
        check_report(check, RULE_LABEL_IS_ID, p->label.node, "the label of '%s' is its id", show(p->id).s);
}

/* What a property sets, as a key: the ids of the project are the same in any letter case, its keys are not. */
static bool target_key(struct check *check, const struct recipe_property *p, struct jtext *out)
{
    bool variable = jtext_there(p->variable), key = jtext_there(p->entity) && jtext_there(p->key);
    struct jtext id = variable ? p->variable : p->entity;
    if (!variable && !key)
        return false;
    uint32_t n = 1 + id.n + (variable ? 0 : 1 + p->key.n);
    char *copy = arena_alloc(&check->arena, n);
    if (!copy) {
        check->failed = true;
        return false;
    }
    copy[0] = variable ? 'v' : 'e';
    for (uint32_t i = 0; i < id.n; i++)
        copy[1 + i] = text_lower(id.s[i]);
    if (!variable) {
        copy[1 + id.n] = '\0';
        memcpy(copy + 2 + id.n, p->key.s, p->key.n);
    }
    *out = (struct jtext){copy, n, p->target};
    return true;
}

static void check_target(struct check *check, const struct recipe_property *p, uint32_t index, struct map *targets)
{
    struct jtext key;
    if (!target_key(check, p, &key) || check_first(check, targets, key, index))
        return;
    uint32_t first = map_get(targets, key.s, key.n);
    if (first != MAP_NONE)
        check_report(check, RULE_TARGET_TWICE, p->target, "'%s' sets the same as '%s'", show(p->id).s,
                     show(check->recipe.properties[first].id).s);
}

static void check_required(struct check *check, const struct recipe_property *p)
{
    const struct recipe_step *step = &check->recipe.steps[p->step];
    if (p->required != TRUTH_TRUE)
        return;
    if (p->computed == TRUTH_TRUE)
        check_report(check, RULE_COMPUTED_REQUIRED, p->node, "'%s' is computed and required", show(p->id).s);
    else if (step->optional == TRUTH_TRUE && !jtext_there(p->fallback))
        check_report(check, RULE_OPTIONAL_STEP_REQUIRED, p->node, "'%s' is required, but its step may be skipped",
                     show(p->id).s);
}

void check_properties(struct check *check)
{
    const struct recipe_model *recipe = &check->recipe;
    struct map labels = {0}, targets = {0};
    for (uint32_t i = 0; i < recipe->property_count && !check->failed; i++) {
        const struct recipe_property *p = &recipe->properties[i];
        if (i > 0 && p->step != recipe->properties[i - 1].step)
            map_free(&labels);
        check_secret(check, p);
        check_default(check, p);
        check_choice_use(check, p);
        check_bounds(check, p);
        check_constraints(check, p);
        check_pattern(check, p);
        check_label(check, p, &labels);
        check_target(check, p, i, &targets);
        check_required(check, p);
    }
    map_free(&labels);
    map_free(&targets);
    check->failed = check->failed || check->values.failed || check->why.failed;
}
