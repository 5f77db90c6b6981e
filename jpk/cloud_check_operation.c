/* Checks of activities, and of operations: what their steps are, in which order, and whether transformations fit the
 * activities beside. */
#include "jpk/cloud_check.h"
#include "jpk/cloud_pattern.h"

enum { STEP_KINDS = 1 << JPK_CLOUD_SCRIPT | 1 << JPK_CLOUD_ACTIVITY | 1 << JPK_CLOUD_TRANSFORMATION };

static void check_links(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_operation *operation = component->as.operation;
    char what[48];
    for (size_t i = 0; i < operation->step_count; i++) {
        snprintf(what, sizeof what, "step %zu", i + 1);
        cloud_check_link(c, component, &operation->steps[i], STEP_KINDS, what);
    }
    for (size_t i = 0; i < operation->outcome_count; i++) {
        const struct jpk_cloud_outcome *outcome = &operation->outcomes[i];
        cloud_check_link(c, component, &outcome->operation, 1u << JPK_CLOUD_OPERATION, "an outcome");
        if (outcome->when != JPK_CLOUD_ON_SUCCESS && outcome->when != JPK_CLOUD_ON_FAILURE)
            cloud_report(c, RULE_UNKNOWN_OUTCOME, component, outcome->node, "outcomes of type %lld are not known",
                         (long long)outcome->when);
    }
}

/* Whether every step is something that can be one. */
static bool is_complete(const struct jpk_cloud_operation *operation)
{
    for (size_t i = 0; i < operation->step_count; i++)
        if (!operation->steps[i].component || !(STEP_KINDS & 1 << operation->steps[i].component->kind))
            return false;
    return true;
}

static const char *step_word(const struct jpk_cloud_component *step)
{
    if (step->kind != JPK_CLOUD_ACTIVITY)
        return jpk_cloud_kind_info(step->kind)->label;
    const char *polarity = step->as.activity->polarity;
    return strcmp(polarity, "source") == 0 || strcmp(polarity, "target") == 0 ? polarity : "activity";
}

static void put_steps(struct buf *out, const struct jpk_cloud_operation *operation)
{
    enum { SHOWN = 8 };
    for (size_t i = 0; i < operation->step_count && i < SHOWN; i++) {
        const struct jpk_cloud_component *step = operation->steps[i].component;
        buf_printf(out, "%s%s", i ? ", " : "", step_word(step));
        if (step->kind == JPK_CLOUD_ACTIVITY && *step->as.activity->adapter)
            buf_printf(out, " of %s", step->as.activity->adapter);
    }
    if (operation->step_count > SHOWN)
        buf_puts(out, ", ...");
}

static void check_pattern(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_operation *operation = component->as.operation;
    struct cloud_pattern_result result = cloud_pattern_match(operation);
    if (!result.fits) {
        size_t at = result.fitting < operation->step_count ? result.fitting : operation->step_count - 1;
        buf_clear(&c->text);
        put_steps(&c->text, operation);
        struct jpk_finding *finding =
            cloud_report(c, RULE_PATTERN, component, operation->steps[at].node,
                         "the steps (%s) follow none of the seven valid patterns", buf_text(&c->text));
        if (result.fitting == 0)
            cloud_hint(c, finding, "the pattern '%s' begins with %s", result.pattern, buf_text(&result.next));
        else
            cloud_hint(c, finding, "up to step %zu they are the pattern '%s', which goes on with %s", result.fitting,
                       result.pattern, buf_text(&result.next));
    }
    c->failed = c->failed || result.next.failed;
    buf_free(&result.next);
}

static void check_applications(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_operation *operation = component->as.operation;
    const struct jpk_cloud_component *first = NULL;
    for (size_t i = 0; i < operation->step_count; i++) {
        const struct jpk_cloud_component *step = operation->steps[i].component;
        if (step->kind != JPK_CLOUD_ACTIVITY || !(cloud_activity_traits(step->as.activity) & STEP_ALONE))
            continue;
        if (first) {
            cloud_report(c, RULE_APPLICATIONS, component, operation->steps[i].node,
                         "'%s' and '%s' cannot be in the same operation", first->name, step->name);
            return;
        }
        first = step;
    }
}

/* ------------------------------------------------------------------------------------ transformations in their place
 */

/* A side of a transformation that has the schema of an activity, beside which `there` stands (NULL: none). */
static void check_side(struct cloud_checker *c, const struct jpk_cloud_component *component,
                       const struct jpk_cloud_component *transformation, const struct jpk_cloud_side *side,
                       const char *what, const struct jpk_cloud_component *there)
{
    const struct jpk_cloud_component *origin = side->origin.component;
    if (!origin || origin == there)
        return;
    cloud_report(c, RULE_OTHER_ACTIVITY, transformation, side->origin.node,
                 "the %s schema is that of activity '%s', but in operation '%s' it stands %s %s%s%s", what,
                 origin->name, component->name, strcmp(what, "source") == 0 ? "behind" : "before",
                 there ? "activity '" : "no activity", there ? there->name : "", there ? "'" : "");
}

static void check_transformations(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_operation *operation = component->as.operation;
    const struct jpk_cloud_component *before = NULL;  /* the activity before */
    const struct jpk_cloud_component *waiting = NULL; /* a transformation whose next activity is looked for */
    for (size_t i = 0; i <= operation->step_count; i++) {
        const struct jpk_cloud_component *step = i < operation->step_count ? operation->steps[i].component : NULL;
        if (step && step->kind == JPK_CLOUD_SCRIPT)
            continue;
        if (waiting) {
            bool activity = step && step->kind == JPK_CLOUD_ACTIVITY;
            check_side(c, component, waiting, &waiting->as.transformation->target, "target", activity ? step : NULL);
        }
        waiting = step && step->kind == JPK_CLOUD_TRANSFORMATION ? step : NULL;
        if (waiting && waiting->as.transformation->source.there && !before)
            cloud_report(c, RULE_NO_SOURCE, component, operation->steps[i].node,
                         "transformation '%s' has a source schema, but no activity before it gives data",
                         waiting->name);
        else if (waiting)
            check_side(c, component, waiting, &waiting->as.transformation->source, "source", before);
        if (step && step->kind == JPK_CLOUD_ACTIVITY)
            before = step;
    }
}

void cloud_check_operation(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_operation *operation = component->as.operation;
    check_links(c, component);
    if (operation->step_count == 0)
        cloud_report(c, RULE_EMPTY_OPERATION, component, component->node, "has no steps");
    if (operation->step_count == 0 || !is_complete(operation) || c->failed)
        return;
    check_pattern(c, component);
    check_applications(c, component);
    check_transformations(c, component);
}

void cloud_check_activity(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_activity *activity = component->as.activity;
    const struct jpk_cloud_component *connection = activity->connection.component;
    if (activity->connection.node == JDOC_NONE)
        cloud_report(c, RULE_MISSING_ID, component, component->node, "has no connection");
    else
        cloud_check_link(c, component, &activity->connection, 1u << JPK_CLOUD_CONNECTION, "the connection");
    if (connection && connection->kind == JPK_CLOUD_CONNECTION &&
        strcmp(connection->as.connection->adapter, activity->adapter) != 0)
        cloud_report(c, RULE_CONNECTOR_OF_CONNECTION, component, activity->connection.node,
                     "is an activity of '%s', but its connection '%s' is one of '%s'", activity->adapter,
                     connection->name, connection->as.connection->adapter);
}
