/* The checks of a Cloud Studio project: the table of rules, findings with their places, and who checks what. */
#include "jpk/cloud_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/error.h"

static const struct jpk_check_rule rules[CLOUD_RULES + 1] = {
    [RULE_WRONG_TYPE] = {"wrong-type", JPK_ERROR, "A value has another type than it must have; it was left out."},
    [RULE_UNKNOWN_VERSION] = {"unknown-version", JPK_WARNING, "The version of the format is none that is known."},
    [RULE_MISSING_ID] = {"missing-id", JPK_ERROR, "A component or a reference to one has no id."},
    [RULE_DUPLICATE_ID] = {"duplicate-id", JPK_ERROR, "Two components have the same id."},
    [RULE_DUPLICATE_NAME] = {"duplicate-name", JPK_ERROR, "Two components of a kind have the same name."},
    [RULE_ILLEGAL_NAME] = {"illegal-name", JPK_ERROR, "A component has no name, or one that references cannot hold."},
    [RULE_VARIABLE_NAME] = {"variable-name", JPK_WARNING, "A variable has a name that not every place can hold."},
    [RULE_DANGLING] = {"dangling-reference", JPK_ERROR, "A reference points at nothing in the project."},
    [RULE_DANGLING_IN_COMMENT] = {"dangling-in-comment", JPK_INFO,
                                  "A comment mentions an item that is not in the project."},
    [RULE_REFERENCE_TYPE] = {"reference-type", JPK_ERROR, "A reference points at an entity of the wrong type."},
    [RULE_DESIGN_REFERENCE] = {"design-studio-reference", JPK_WARNING,
                               "A reference is a path of Design Studio, which Cloud Studio does not resolve."},
    [RULE_UNKNOWN_REFERENCE] = {"unknown-reference", JPK_WARNING, "What stands between <TAG> tags is no reference."},
    [RULE_JAVASCRIPT_REFERENCE] = {"javascript-reference", JPK_WARNING,
                                   "JavaScript names something that only Jitterbit Script can use."},
    [RULE_EMPTY_WORKFLOW] = {"empty-workflow", JPK_ERROR, "A workflow has no operations; it cannot be imported."},
    [RULE_EMPTY_OPERATION] = {"empty-operation", JPK_WARNING, "An operation has no steps."},
    [RULE_NO_WORKFLOW] = {"operation-without-workflow", JPK_ERROR, "An operation is in no workflow."},
    [RULE_TWO_WORKFLOWS] = {"operation-in-two-workflows", JPK_ERROR, "An operation is listed more than once."},
    [RULE_PATTERN] = {"operation-pattern", JPK_ERROR, "The steps of an operation follow none of the valid patterns."},
    [RULE_APPLICATIONS] = {"several-applications", JPK_ERROR,
                           "An operation has more than one activity of Salesforce, NetSuite, SAP or SOAP."},
    [RULE_UNKNOWN_OUTCOME] = {"unknown-outcome", JPK_INFO, "An outcome of a type that this version does not know."},
    [RULE_NO_SOURCE] = {"transformation-without-source", JPK_ERROR,
                        "A transformation has a source schema, but no activity before it gives data."},
    [RULE_OTHER_ACTIVITY] = {"schema-activity", JPK_ERROR,
                             "The schema of a transformation is that of another activity than the one beside it."},
    [RULE_UNKNOWN_NODE] = {"unknown-node", JPK_WARNING, "A mapping names a node that the schema does not have."},
    [RULE_CONNECTOR_OF_CONNECTION] = {"connector-differs", JPK_ERROR,
                                      "An activity and its connection are of two connectors."},
    [RULE_MISSING_CONNECTOR] = {"missing-connector", JPK_WARNING,
                                "A connector is used that the project does not list among its adapters."},
    [RULE_CUSTOM_CONNECTOR] = {"custom-connector", JPK_INFO,
                               "The project needs a connector of the organization's own."},
    [RULE_ASSET] = {"asset-content", JPK_ERROR, "The content of an asset cannot be unpacked."},
    [RULE_BESIDE_VARIABLE] = {"credential-beside-variable", JPK_WARNING,
                              "A secret has text beside a variable, which is exported in the clear."},
    [RULE_IN_CLEAR] = {"credential-in-clear", JPK_WARNING, "A secret is neither encrypted nor a variable."},
    [RULE_ENCRYPTED_FORM] = {"encrypted-form", JPK_WARNING,
                             "A value is marked as encrypted but does not have the form of one."},
    [RULE_SCRIPT_OPEN] = {"script-open", JPK_WARNING, "A string or comment of a script never ends."},
    [RULE_CONFLICT_MARKS] = {"conflict-marks", JPK_ERROR, "A text holds the marks of a merge that is not settled."},
    [RULE_SCRIPT_TAGS] = {"script-tags", JPK_WARNING, "A script does not have the tags of its language."},
    [RULE_DEBUG_BREAK] = {"debug-break", JPK_WARNING, "A breakpoint was left in a script."},
    [RULE_UNSET_VARIABLE] = {"unset-variable", JPK_WARNING, "A variable is read, but nothing in the project sets it."},
    [RULE_UNUSED_VARIABLE] = {"unused-variable", JPK_INFO,
                              "No use of a project variable is visible; an encrypted setting may still name it."},
    [RULE_UNDECLARED] = {"undeclared-variable", JPK_INFO,
                         "A script sets a global variable that the project has no component for."},
    [RULE_STALE_USAGE] = {"stale-usage", JPK_INFO,
                          "A global variable is said to be used by a component that is not there."},
    [RULE_UNKNOWN_COMPONENT] = {"unknown-component", JPK_INFO,
                                "A component of a type that this version does not know; it is kept as it is."},
    [RULE_UNKNOWN_KEY] = {"unknown-key", JPK_INFO, "A key that this version does not know; it is kept as it is."},
    [CLOUD_RULES] = {NULL, JPK_INFO, NULL},
};

const struct jpk_check_rule *jpk_cloud_check_rules(void)
{
    return rules;
}

/* --------------------------------------------------------------------------------------------------------- findings */

/* What may be shown, kept as long as the findings. */
__attribute__((format(printf, 2, 0))) static const char *keep_words(struct cloud_checker *c, const char *format,
                                                                    va_list args)
{
    char raw[JPK_ERROR_MESSAGE_MAX + 4], words[JPK_ERROR_MESSAGE_MAX];
    vsnprintf(raw, sizeof raw, format, args);
    text_printable(words, sizeof words, raw); /* names may hold anything; a cut shows */
    const char *kept = arena_strdup(&c->result.arena, words);
    c->failed = c->failed || !kept;
    return kept;
}

struct jpk_finding *cloud_report(struct cloud_checker *c, enum cloud_rule rule,
                                 const struct jpk_cloud_component *component, uint32_t node, const char *format, ...)
{
    struct cloud_finding *rows = c->failed ? NULL : array_grow(c->rows, c->count, &c->capacity, sizeof *rows);
    if (!rows) {
        c->failed = true;
        return NULL;
    }
    c->rows = rows;
    va_list args;
    va_start(args, format);
    const char *message = keep_words(c, format, args);
    va_end(args);
    struct cloud_finding *row = &rows[c->count++];
    *row = (struct cloud_finding){
        .public = {.severity = rules[rule].severity, .rule = rules[rule].id, .message = message}, .node = node};
    if (component) {
        row->public.entity_id = component->id;
        row->public.entity_type = jpk_cloud_kind_info(component->kind)->label;
        row->public.entity_name = component->name;
    }
    return &row->public;
}

void cloud_place(struct jpk_finding *finding, uint32_t offset)
{
    struct cloud_finding *row = (struct cloud_finding *)finding;
    if (!row)
        return;
    row->offset = offset;
    row->in_string = true;
}

void cloud_hint(struct cloud_checker *c, struct jpk_finding *finding, const char *format, ...)
{
    va_list args;
    if (!finding)
        return;
    va_start(args, format);
    finding->hint = keep_words(c, format, args);
    va_end(args);
}

/* A part of a search for names; false when many were compared already: more than any person's names need. */
static bool may_compare(struct cloud_checker *c, size_t count)
{
    enum { MANY = 500000 };
    if (c->comparisons + count > MANY)
        return false;
    c->comparisons += count;
    return true;
}

static size_t how_near(const char *name)
{
    size_t length = strlen(name);
    return length < 6 ? 1 : length < 12 ? 2 : 3;
}

const char *cloud_nearest_name(struct cloud_checker *c, enum jpk_cloud_kind kind, const char *name)
{
    const char *best = NULL;
    size_t least = how_near(name) + 1;
    if (!may_compare(c, c->public->component_count))
        return NULL;
    for (size_t i = 0; i < c->public->component_count && least > 0; i++) {
        const struct jpk_cloud_component *other = c->public->components[i];
        size_t distance = other->kind == kind ? text_distance(name, other->name, least) : least;
        if (distance >= least)
            continue;
        best = other->name;
        least = distance;
    }
    return best;
}

const char *cloud_nearest_variable(struct cloud_checker *c, const char *name)
{
    const char *best = NULL;
    size_t least = how_near(name) + 1;
    if (!may_compare(c, c->public->variable_count))
        return NULL;
    for (size_t i = 0; i < c->public->variable_count && least > 1; i++) {
        const struct jpk_cloud_variable *other = &c->public->variables[i];
        bool there = other->project || other->global || other->written;
        size_t distance = there ? text_distance(name, other->name, least) : least;
        if (distance >= least || distance == 0)
            continue;
        best = other->name;
        least = distance;
    }
    return best;
}

/* ------------------------------------------------------------------------------------------------------- the places */

static int by_node(const void *a, const void *b)
{
    const struct cloud_finding *x = a, *y = b;
    if (x->node != y->node)
        return x->node < y->node ? -1 : 1;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    int order = strcmp(x->public.rule, y->public.rule);
    return order ? order : strcmp(x->public.message, y->public.message);
}

static int by_place(const void *a, const void *b)
{
    const struct cloud_finding *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return by_node(a, b);
}

static void locate(struct cloud_checker *c)
{
    const struct jdoc *doc = c->public->doc;
    struct cloud_cursor cursor = {0};
    if (c->count)
        qsort(c->rows, c->count, sizeof *c->rows, by_node);
    for (size_t i = 0; i < c->count; i++) {
        struct cloud_finding *row = &c->rows[i];
        row->at =
            row->in_string ? cloud_string_offset(doc, row->node, row->offset, &cursor) : doc->nodes[row->node].start;
    }
    if (c->count)
        qsort(c->rows, c->count, sizeof *c->rows, by_place);
    struct text_counter counter = text_counter_begin(doc->text, doc->size);
    for (size_t i = 0; i < c->count && !c->failed; i++) {
        struct cloud_finding *row = &c->rows[i];
        struct text_position position = text_counter_at(&counter, row->at);
        row->public.line = position.line;
        row->public.column = position.column;
        buf_clear(&c->text);
        jdoc_pointer(doc, row->node, &c->text);
        row->public.path = arena_strdup(&c->result.arena, buf_text(&c->text));
        c->failed = !row->public.path || c->text.failed;
    }
}

static void finish(struct cloud_checker *c)
{
    locate(c);
    c->result.items = malloc((c->count + 1) * sizeof *c->result.items);
    c->failed = c->failed || !c->result.items;
    for (size_t i = 0; i < c->count && !c->failed; i++)
        c->result.items[i] = c->rows[i].public;
    c->result.public = (struct jpk_findings){.items = c->result.items, .count = c->count};
}

/* -------------------------------------------------------------------------------------------------------- all of it */

static void check_component(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    switch (component->kind) {
    case JPK_CLOUD_OPERATION:
        cloud_check_operation(c, component);
        break;
    case JPK_CLOUD_ACTIVITY:
        cloud_check_activity(c, component);
        break;
    case JPK_CLOUD_TRANSFORMATION:
        cloud_check_transformation(c, component);
        cloud_check_script(c, component);
        break;
    case JPK_CLOUD_SCRIPT:
        cloud_check_script(c, component);
        break;
    case JPK_CLOUD_SCHEMA:
        if (component->as.schema->origin.node != JDOC_NONE)
            cloud_check_link(c, component, &component->as.schema->origin, 1u << JPK_CLOUD_ACTIVITY, "the origin");
        break;
    default:
        break;
    }
    cloud_check_conflicts(c, component);
    cloud_check_secrets(c, component);
}

static void run(struct cloud_checker *c)
{
    cloud_check_project(c);
    for (size_t i = 0; i < c->public->component_count && !c->failed; i++)
        check_component(c, c->public->components[i]);
    for (size_t i = 0; i < c->public->reference_count && !c->failed; i++)
        cloud_check_reference(c, &c->public->references[i]);
    if (!c->failed)
        cloud_check_variables(c);
}

static void run_conflicts(struct cloud_checker *c)
{
    for (size_t i = 0; i < c->public->component_count && !c->failed; i++)
        cloud_check_conflicts(c, c->public->components[i]);
}

static struct jpk_findings *check(const struct jpk_cloud *cloud, void (*look)(struct cloud_checker *c),
                                  struct jpk_error *err)
{
    struct cloud_checker *c = calloc(1, sizeof *c);
    if (!c) {
        error_memory(err);
        return NULL;
    }
    c->cloud = (const struct cloud *)cloud;
    c->public = cloud;
    look(c);
    if (!c->failed)
        finish(c);
    map_free(&c->nodes);
    map_free(&c->known_keys);
    buf_free(&c->text);
    free(c->documents);
    free(c->rows);
    if (!c->failed)
        return &c->result.public;
    error_memory(err);
    jpk_findings_free(&c->result.public);
    return NULL;
}

struct jpk_findings *cloud_check_for_conflicts(const struct jpk_cloud *cloud, struct jpk_error *err)
{
    return check(cloud, run_conflicts, err);
}

struct jpk_findings *jpk_cloud_check(const struct jpk_cloud *cloud, struct jpk_error *err)
{
    return check(cloud, run, err);
}
