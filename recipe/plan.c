#include "recipe/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->endpoint_count; i++)
        free(plan->endpoints[i].entities);
    free(plan->endpoints);
    free(plan->slots);
    free(plan->inferences);
    free(plan->findings);
    map_free(&plan->ids);
    arena_free(&plan->arena);
}

void *plan_alloc(struct plan *plan, size_t count, size_t size)
{
    void *p = arena_calloc(&plan->arena, count ? count : 1, size);
    if (!p)
        plan->failed = true;
    return p;
}

const char *plan_text(struct plan *plan, const char *format, ...)
{
    struct buf text = {0};
    char small[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (n < 0)
        return "";
    if ((size_t)n >= sizeof small) {
        char *p = buf_reserve(&text, (size_t)n);
        if (p) {
            va_start(args, format);
            vsnprintf(p, (size_t)n + 1, format, args);
            va_end(args);
        }
    }
    const char *kept = text.failed ? NULL : arena_strndup(&plan->arena, text.data ? text.data : small, (size_t)n);
    buf_free(&text);
    if (!kept)
        plan->failed = true;
    return kept ? kept : "";
}

void *plan_grow(struct plan *plan, void *array, size_t count, size_t *capacity, size_t size)
{
    void *more = plan->failed ? NULL : array_grow(array, count, capacity, size);
    if (!more)
        plan->failed = true;
    return more;
}

void plan_infer(struct plan *plan, const char *step, const char *property, const char *fact, const char *value,
                const char *evidence, enum jpk_confidence confidence)
{
    struct jpk_inference *inferences =
        plan_grow(plan, plan->inferences, plan->inference_count, &plan->inference_capacity, sizeof *plan->inferences);
    if (!inferences)
        return;
    plan->inferences = inferences;
    plan->inferences[plan->inference_count++] =
        (struct jpk_inference){.step = step ? step : "",
                               .property = property ? property : "",
                               .fact = fact,
                               .value = plan_text(plan, "%s", value ? value : ""),
                               .evidence = evidence ? evidence : "",
                               .confidence = confidence};
}

void plan_finding(struct plan *plan, enum jpk_severity severity, const char *rule, const struct jpk_entity *entity,
                  const char *message)
{
    struct jpk_finding *findings =
        plan_grow(plan, plan->findings, plan->finding_count, &plan->finding_capacity, sizeof *plan->findings);
    if (!findings)
        return;
    plan->findings = findings;
    struct jpk_finding *finding = &plan->findings[plan->finding_count++];
    *finding = (struct jpk_finding){.severity = severity, .rule = rule, .message = plan_text(plan, "%s", message)};
    if (entity) {
        finding->file = entity->file;
        finding->entity_id = entity->id;
        finding->entity_type = entity->type_name;
        finding->entity_name = entity->name;
    }
}

const char *plan_member(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_exact_number(value) ? NULL : json_string_value(value);
}

int plan_compare_versions(const char *a, const char *b)
{
    while (*a || *b) {
        unsigned long x = strtoul(a, NULL, 10), y = strtoul(b, NULL, 10);
        if (x != y)
            return x < y ? -1 : 1;
        a += strcspn(a, ".");
        b += strcspn(b, ".");
        a += *a == '.';
        b += *b == '.';
    }
    return 0;
}

struct variable *plan_variable(struct plan *plan, uint32_t graph_index)
{
    /* The graph lists project variables first, in the order of the plan. */
    return graph_index < plan->variable_count ? &plan->variables[graph_index] : NULL;
}

const struct connector *plan_connector(const struct jpk_entity *entity)
{
    const struct jpk_location *location = jpk_entity_location(entity);
    if (location)
        return connector_by_location(location->type_name);
    if (entity->type == JPK_TYPE_EMAIL_MESSAGE)
        return connector_mail();
    const char *id = jpk_type_info(entity->type)->connector;
    return id ? connector_by_id(id) : NULL;
}
