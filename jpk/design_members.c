/*
 * What an export says and nobody carries over: members that this library does not know, notes and plug-ins,
 * descriptions without a place, workflows without operations, APIs. Each is a finding that keeps what it said. What the
 * designer only notes for itself (sums, dates, states, settings of its own) is not.
 */
#include <string.h>

#include "base/json.h"
#include "base/secrets.h"
#include "jpk/cloud_shape.h"
#include "jpk/design.h"
#include "jpk/secret_field.h"

static bool is_zero(const struct jdoc *doc, uint32_t number)
{
    const char *text = doc->text + doc->nodes[number].start;
    for (uint32_t i = 0; i < doc->nodes[number].count && text[i] != 'e' && text[i] != 'E'; i++)
        if (text[i] >= '1' && text[i] <= '9')
            return false;
    return true;
}

/* Whether a value, or one within, is more than empty, null, false or 0. */
static bool says_something(const struct jdoc *doc, uint32_t value)
{
    for (uint32_t node = value; node < jdoc_next(doc, value); node++) {
        enum jdoc_type type = jdoc_type(doc, node);
        if (doc->nodes[node].flags & JDOC_KEY)
            continue;
        if (type == JDOC_TRUE || (type == JDOC_STRING && jdoc_string_size(doc, node) > 0) ||
            (type == JDOC_NUMBER && !is_zero(doc, node)))
            return true;
    }
    return false;
}

static bool is_key(const char *key, const char *name, size_t n)
{
    return strlen(key) == n && memcmp(key, name, n) == 0;
}

/* Members that this library knows and has nothing to make of. */
static bool is_left_out(enum cloud_shape shape, const char *name, size_t n)
{
    static const struct {
        enum cloud_shape shape;
        const char *key;
    } left_out[] = {
        {SHAPE_EXPORT, "apis"},
        {SHAPE_PROJECT, "tags"},
        {SHAPE_PROJECT, "requireDeployComment"},
        {SHAPE_PROJECT, "requireDeployTag"},
        {SHAPE_PROJECT, "ignoreHTTPTargetTargetValidation"},
        {SHAPE_PROJECT, "disableScriptParser"},
        {SHAPE_ACTIVITY, "plugins"},
        {SHAPE_SCRIPT, "notes"},
        {SHAPE_TRANSFORMATION, "notes"},
        {SHAPE_TRANSFORMATION, "options"},
    };
    for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
        if (left_out[i].shape == shape && is_key(left_out[i].key, name, n))
            return true;
    return false;
}

/* What any object may have, though none of its kind was seen with it. */
static bool is_state(const char *name, size_t n)
{
    static const char *const keys[] = {
        "checksum",        "chunks",
        "createdBy",       "createdOn",
        "cursor",          "displayName",
        "encryptedAtRest", "hidden",
        "isNew",           "metadataVersion",
        "modifiedBy",      "modifiedOn",
        "partial",         "passwordEncAtAppLevel",
        "projectId",       "requiresDeploy",
        "validationState",
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (is_key(keys[i], name, n))
            return true;
    return false;
}

const char *design_member_words(struct design *d, const struct jdoc *doc, uint32_t key)
{
    struct buf text = {0}, masked = {0};
    if (secret_name(jdoc_string(doc, key), jdoc_string_size(doc, key)))
        return "****";
    cloud_put(&text, doc, key + 1, SHAPE_ANY, true);
    bool any = !text.failed && secret_field_mask(&masked, buf_text(&text), text.size);
    d->ledger.failed |= masked.failed;
    const char *words = design_keep(d, any ? &masked : &text);
    buf_free(any ? &text : &masked);
    return words;
}

void design_lost_member(struct design *d, const struct jdoc *doc, const struct jpk_cloud_component *component,
                        uint32_t key, const char *what)
{
    size_t n = jdoc_string_size(doc, key);
    if (jdoc_shadowed(doc, key) || !says_something(doc, key + 1))
        return;
    const char *message = design_text(d, "the member '%.*s' of %s has no counterpart and was left out",
                                      n < 100 ? (int)n : 100, jdoc_string(doc, key), what);
    struct jpk_finding *finding = component ? design_note(d, component, CONVERT_SETTING_LOST, key, "%s", message)
                                            : design_note_project(d, CONVERT_SETTING_LOST, "%s", message);
    ledger_keep_words(&d->ledger, finding, design_member_words(d, doc, key));
}

/* `component` is NULL for the export, the project and workflows; `what` is for people. */
static void lose_members(struct design *d, const struct jpk_cloud_component *component, uint32_t object,
                         enum cloud_shape shape, const char *what)
{
    const struct jdoc *doc = d->cloud->doc;
    for (uint32_t key = object + 1; key < jdoc_next(doc, object) && !d->ledger.failed; key = jdoc_next(doc, key + 1)) {
        const char *name = jdoc_string(doc, key);
        size_t n = jdoc_string_size(doc, key);
        bool own = component && object == component->node && is_key("description", name, n); /* lose_description */
        bool known = own || cloud_shape_key(shape, name, n) || is_state(name, n);
        if (!known || is_left_out(shape, name, n))
            design_lost_member(d, doc, component, key, what);
    }
}

/* The row of a member; NULL: there is none. */
static const struct design_carried *find_carried(const struct design_carried *carried, const char *name, size_t n)
{
    for (; carried->key; carried++)
        if (is_key(carried->key, name, n))
            return carried;
    return NULL;
}

void design_lost_members(struct design *d, const struct jdoc *doc, const struct jpk_cloud_component *component,
                         uint32_t object, const struct design_carried *carried, const char *what)
{
    for (uint32_t key = object + 1; key < jdoc_next(doc, object) && !d->ledger.failed; key = jdoc_next(doc, key + 1)) {
        const struct design_carried *row = find_carried(carried, jdoc_string(doc, key), jdoc_string_size(doc, key));
        if (!row || (row->usual && !jdoc_string_is(doc, key + 1, row->usual, strlen(row->usual))))
            design_lost_member(d, doc, component, key, what);
    }
}

/* The elements of a list of objects. */
static void lose_rows(struct design *d, const struct jpk_cloud_component *component, const char *list,
                      enum cloud_shape shape, const char *what)
{
    const struct jdoc *doc = d->cloud->doc;
    uint32_t array = jdoc_get(doc, component->node, list, strlen(list));
    if (!jdoc_is(doc, array, JDOC_ARRAY))
        return;
    for (uint32_t row = array + 1; row < jdoc_next(doc, array) && !d->ledger.failed; row = jdoc_next(doc, row))
        if (jdoc_is(doc, row, JDOC_OBJECT))
            lose_members(d, component, row, shape, what);
}

/* An entity that was made of it has the description that it was given. */
static void lose_description(struct design *d, const struct jpk_cloud_component *component)
{
    struct design_entity *const *made = design_of(d, component)->made;
    for (size_t i = 0; i < 2; i++)
        if (made[i] && made[i]->description == component->description)
            return;
    if (*component->description)
        ledger_keep_words(&d->ledger,
                          design_note(d, component, CONVERT_DESCRIPTION_LOST, JPK_CLOUD_NO_NODE,
                                      "its description has no place there"),
                          component->description);
}

static void lose_component(struct design *d, const struct jpk_cloud_component *component)
{
    lose_members(d, component, component->node, cloud_shape_of(d->cloud->doc, component->node, SHAPE_COMPONENT),
                 "the component");
    lose_description(d, component);
    if (component->kind == JPK_CLOUD_OPERATION) {
        lose_rows(d, component, "steps", SHAPE_LINK, "a step");
        lose_rows(d, component, "outcomes", SHAPE_OUTCOME, "an outcome");
    } else if (component->kind == JPK_CLOUD_TRANSFORMATION) {
        lose_rows(d, component, "mappingRules", SHAPE_RULE, "a mapping");
        lose_rows(d, component, "loopMappingRules", SHAPE_LOOP, "a loop");
    }
}

/* Folders hold items, or are not there. */
static void lose_workflow(struct design *d, const struct jpk_cloud_workflow *workflow)
{
    lose_members(d, NULL, workflow->node, SHAPE_WORKFLOW, design_text(d, "the workflow '%.100s'", workflow->name));
    if (workflow->operation_count == 0)
        design_note_project(d, CONVERT_NOT_USED, "the workflow '%.200s' has no operations, and is left out",
                            workflow->name);
}

void design_left_behind(struct design *d)
{
    const struct jpk_cloud *cloud = d->cloud;
    if (cloud->form == JPK_CLOUD_EXPORT)
        lose_members(d, NULL, 0, SHAPE_EXPORT, "the export");
    if (cloud->form != JPK_CLOUD_COMPONENTS)
        lose_members(d, NULL, cloud->project, SHAPE_PROJECT, "the project");
    for (size_t i = 0; i < cloud->workflow_count && !d->ledger.failed; i++)
        lose_workflow(d, &cloud->workflows[i]);
    for (size_t i = 0; i < cloud->component_count && !d->ledger.failed; i++)
        if (cloud->components[i]->kind != JPK_CLOUD_OTHER)
            lose_component(d, cloud->components[i]);
}
