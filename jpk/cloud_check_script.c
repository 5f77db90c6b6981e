/* Checks of scripts, references by name, variables and secrets. */
#include "base/secrets.h"
#include "base/text.h"
#include "jpk/brackets.h"
#include "jpk/cloud_check.h"
#include "jpk/cloud_shape.h"
#include "jpk/script.h"

/* ---------------------------------------------------------------------------------------------------------- scripts */

struct script {
    struct cloud_checker *c;
    const struct jpk_cloud_component *component;
    uint32_t node;
};

static bool on_event(void *context, const struct script_event *event)
{
    const struct script *script = context;
    static const char debug[] = "DebugBreak";
    if (event->kind == SCRIPT_EVENT_OPEN)
        cloud_place(cloud_report(script->c, RULE_SCRIPT_OPEN, script->component, script->node,
                                 "a string or comment that begins here never ends"),
                    event->offset);
    if (event->kind == SCRIPT_EVENT_CALL && event->name.length == sizeof debug - 1 &&
        strncasecmp(event->name.text, debug, sizeof debug - 1) == 0)
        cloud_place(cloud_report(script->c, RULE_DEBUG_BREAK, script->component, script->node,
                                 "DebugBreak() stops the script in the editor's tests"),
                    event->offset);
    return !script->c->failed;
}

/* What is outside of the tags is text, which no script component is for. */
static void check_text(struct script script, const char *text, bool javascript)
{
    const char *begin = javascript ? "<javascript>" : "<trans>", *end = javascript ? "</javascript>" : "</trans>";
    if (*text && (!strstr(text, begin) || !strstr(text, end)))
        cloud_report(script.c, RULE_SCRIPT_TAGS, script.component, script.node, "the text is not between %s and %s",
                     begin, end);
    script_events(text, strlen(text), on_event, &script);
}

void cloud_check_script(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    struct script script = {.c = c, .component = component};
    if (component->kind == JPK_CLOUD_SCRIPT) {
        script.node = component->as.script->node;
        check_text(script, component->as.script->text, component->as.script->javascript);
        return;
    }
    const struct jpk_cloud_transformation *t = component->as.transformation;
    for (size_t i = 0; i < t->rule_count && !c->failed; i++) {
        script.node = t->rules[i].script_node;
        check_text(script, t->rules[i].script, false);
    }
}

/* Scripts, queries, bodies of e-mails and whatever else a text may stand in. */
void cloud_check_conflicts(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    const struct jdoc *doc = c->public->doc;
    for (uint32_t node = component->node; node < jdoc_next(doc, component->node) && !c->failed; node++) {
        bool text = jdoc_type(doc, node) == JDOC_STRING && !cloud_is_copy(doc, node - 1);
        size_t at = text ? text_conflict(jdoc_string(doc, node), jdoc_string_size(doc, node)) : SIZE_MAX;
        if (at != SIZE_MAX)
            cloud_place(cloud_report(c, RULE_CONFLICT_MARKS, component, node,
                                     "both sides of a merge are here; one must be chosen"),
                        (uint32_t)at);
    }
}

/* ------------------------------------------------------------------------------------------------------- references */

/* What functions take. */
static const struct {
    const char *function;
    enum jpk_cloud_reference_kind kind;
} functions[] = {
    {"RunOperation", JPK_CLOUD_REF_OPERATION},
    {"CancelOperation", JPK_CLOUD_REF_OPERATION},
    {"GetLastOperationRunStartTime", JPK_CLOUD_REF_OPERATION},
    {"GetOperationQueue", JPK_CLOUD_REF_OPERATION},
    {"WaitForOperation", JPK_CLOUD_REF_OPERATION},
    {"RunScript", JPK_CLOUD_REF_SCRIPT},
    {"SendEmailMessage", JPK_CLOUD_REF_EMAIL},
    {"RunPlugin", JPK_CLOUD_REF_PLUGIN},
    {"ArchiveFile", JPK_CLOUD_REF_ACTIVITY},
    {"Base64EncodeFile", JPK_CLOUD_REF_ACTIVITY},
    {"DeleteFile", JPK_CLOUD_REF_ACTIVITY},
    {"DeleteFiles", JPK_CLOUD_REF_ACTIVITY},
    {"DirList", JPK_CLOUD_REF_ACTIVITY},
    {"FileList", JPK_CLOUD_REF_ACTIVITY},
    {"FlushFile", JPK_CLOUD_REF_ACTIVITY},
    {"ReadFile", JPK_CLOUD_REF_ACTIVITY},
    {"WriteFile", JPK_CLOUD_REF_ACTIVITY},
    {"CallStoredProcedure", JPK_CLOUD_REF_ENDPOINT},
    {"DBCloseConnection", JPK_CLOUD_REF_ENDPOINT},
    {"DBExecute", JPK_CLOUD_REF_ENDPOINT},
    {"DBLookup", JPK_CLOUD_REF_ENDPOINT},
    {"DBLookupAll", JPK_CLOUD_REF_ENDPOINT},
    {"DBRollbackTransaction", JPK_CLOUD_REF_ENDPOINT},
};

static const char *const reference_words[] = {
    [JPK_CLOUD_REF_OPERATION] = "an operation", [JPK_CLOUD_REF_SCRIPT] = "a script",
    [JPK_CLOUD_REF_EMAIL] = "an e-mail",        [JPK_CLOUD_REF_ACTIVITY] = "an activity",
    [JPK_CLOUD_REF_ENDPOINT] = "a connection",  [JPK_CLOUD_REF_PLUGIN] = "a plugin",
};

/* What kind of component a reference names. */
static enum jpk_cloud_kind component_kind(enum jpk_cloud_reference_kind kind)
{
    static const enum jpk_cloud_kind kinds[] = {
        [JPK_CLOUD_REF_OPERATION] = JPK_CLOUD_OPERATION, [JPK_CLOUD_REF_SCRIPT] = JPK_CLOUD_SCRIPT,
        [JPK_CLOUD_REF_EMAIL] = JPK_CLOUD_EMAIL,         [JPK_CLOUD_REF_ACTIVITY] = JPK_CLOUD_ACTIVITY,
        [JPK_CLOUD_REF_ENDPOINT] = JPK_CLOUD_CONNECTION, [JPK_CLOUD_REF_PLUGIN] = JPK_CLOUD_OTHER,
        [JPK_CLOUD_REF_DESIGN] = JPK_CLOUD_OTHER,        [JPK_CLOUD_REF_OTHER] = JPK_CLOUD_OTHER,
    };
    return kinds[kind];
}

/* The name in a reference: what stands behind the last separator. */
static const char *name_part(const char *text)
{
    const char *slash = strrchr(text, '/'), *colon = strchr(text, ':');
    return slash ? slash + 1 : colon ? colon + 1 : text;
}

static void report_dangling(struct cloud_checker *c, const struct jpk_cloud_reference *r)
{
    enum cloud_rule rule = r->in_comment ? RULE_DANGLING_IN_COMMENT : RULE_DANGLING;
    struct jpk_finding *finding =
        r->in_comment
            ? cloud_report(c, rule, r->from, r->node, "a comment mentions '%s', which is not in the project", r->text)
            : cloud_report(c, rule, r->from, r->node, "%s%s'%s' is not in the project", r->function ? r->function : "",
                           r->function ? "(): " : "", r->text);
    cloud_place(finding, r->offset);
    enum jpk_cloud_kind kind = component_kind(r->kind);
    const char *nearest = r->in_comment ? NULL : cloud_nearest_name(c, kind, name_part(r->text));
    const struct jpk_cloud_component *meant = nearest ? jpk_cloud_by_name(c->public, kind, nearest) : NULL;
    if (meant && meant->reference)
        cloud_hint(c, finding, "did you mean '%s'?", meant->reference);
}

static bool fits_function(const struct jpk_cloud_reference *r, const char **expected)
{
    for (size_t i = 0; r->function && i < sizeof functions / sizeof functions[0]; i++) {
        if (!text_caseeq(functions[i].function, r->function))
            continue;
        *expected = reference_words[functions[i].kind];
        return functions[i].kind == r->kind || r->kind >= JPK_CLOUD_REF_DESIGN;
    }
    return true;
}

static void check_use(struct cloud_checker *c, const struct jpk_cloud_reference *r)
{
    const char *expected = "";
    bool javascript = r->from->kind == JPK_CLOUD_SCRIPT && r->from->as.script->javascript;
    if (!fits_function(r, &expected))
        cloud_place(cloud_report(c, RULE_REFERENCE_TYPE, r->from, r->node, "%s() takes %s, not '%s'", r->function,
                                 expected, r->text),
                    r->offset);
    else if (javascript && (r->kind == JPK_CLOUD_REF_OPERATION || r->kind == JPK_CLOUD_REF_SCRIPT ||
                            r->kind == JPK_CLOUD_REF_EMAIL || r->kind == JPK_CLOUD_REF_PLUGIN))
        cloud_place(cloud_report(c, RULE_JAVASCRIPT_REFERENCE, r->from, r->node, "JavaScript cannot use %s: '%s'",
                                 reference_words[r->kind], r->text),
                    r->offset);
}

void cloud_check_reference(struct cloud_checker *c, const struct jpk_cloud_reference *r)
{
    if (r->kind == JPK_CLOUD_REF_DESIGN && !r->in_comment)
        cloud_place(cloud_report(c, RULE_DESIGN_REFERENCE, r->from, r->node,
                                 "'%s' is a path of Design Studio, which Cloud Studio does not resolve", r->text),
                    r->offset);
    else if (r->kind == JPK_CLOUD_REF_OTHER && !r->in_comment)
        cloud_place(
            cloud_report(c, RULE_UNKNOWN_REFERENCE, r->from, r->node, "'%s' is not a reference that is known", r->text),
            r->offset);
    else if (!r->to && r->kind < JPK_CLOUD_REF_PLUGIN)
        report_dangling(c, r);
    if (!r->in_comment)
        check_use(c, r);
}

/* -------------------------------------------------------------------------------------------------------- variables */

static void check_unset(struct cloud_checker *c, const struct jpk_cloud_variable *variable)
{
    for (size_t i = 0; i < variable->use_count; i++) {
        const struct jpk_cloud_use *use = variable->uses[i];
        if (use->in_comment || use->default_value)
            continue;
        struct jpk_finding *finding = cloud_report(c, RULE_UNSET_VARIABLE, use->from, use->node,
                                                   "'%s' is read, but nothing in the project sets it", use->spelled);
        const char *nearest = cloud_nearest_variable(c, variable->name);
        cloud_place(finding, use->offset);
        if (nearest)
            cloud_hint(c, finding, "did you mean '%s'?", nearest);
        return; /* once a variable */
    }
}

static void check_undeclared(struct cloud_checker *c, const struct jpk_cloud_variable *variable)
{
    for (size_t i = 0; i < variable->use_count; i++) {
        const struct jpk_cloud_use *use = variable->uses[i];
        if (!use->write || use->in_comment)
            continue;
        cloud_place(cloud_report(c, RULE_UNDECLARED, use->from, use->node,
                                 "'%s' is set, but the project has no component for it", use->spelled),
                    use->offset);
        return;
    }
}

static bool is_used(const struct jpk_cloud_variable *variable)
{
    for (size_t i = 0; i < variable->use_count; i++)
        if (!variable->uses[i]->in_comment)
            return true;
    return false;
}

void cloud_check_variables(struct cloud_checker *c)
{
    for (size_t i = 0; i < c->public->variable_count && !c->failed; i++) {
        const struct jpk_cloud_variable *variable = &c->public->variables[i];
        if (variable->project && !is_used(variable))
            cloud_report(c, RULE_UNUSED_VARIABLE, variable->project, variable->project->node,
                         "no use of it is visible; an encrypted setting may still name it");
        /* of components alone it is not known what the rest of the project sets */
        if (variable->project || variable->global || variable->system || c->public->form == JPK_CLOUD_COMPONENTS)
            continue;
        if (variable->written)
            check_undeclared(c, variable);
        else
            check_unset(c, variable);
    }
}

/* ---------------------------------------------------------------------------------------------------------- secrets */

/* Whether a value is nothing but variables, the text of defaults included. */
static bool only_variables(const char *value, size_t n)
{
    struct bracket bracket;
    size_t at = 0, end = 0;
    while (bracket_next(value, &at, &bracket)) {
        if (bracket.offset != end || bracket.default_length > 0)
            return false;
        end = at + (value[at] == ']'); /* behind a default the bracket is still to come */
    }
    return end == n || secret_only_variables(value, n);
}

/* The value itself is never part of a finding. */
static void check_secret(struct cloud_checker *c, const struct jpk_cloud_component *component, const char *what,
                         const char *value, uint32_t node)
{
    size_t n = strlen(value), least, most;
    if (n == 0 || only_variables(value, n))
        return;
    if (text_starts_with(value, "$00")) {
        if (!jpk_encrypted_length(value, &least, &most))
            cloud_report(c, RULE_ENCRYPTED_FORM, component, node,
                         "%s begins like an encrypted value but is not `$00` and base64 of blocks", what);
        return;
    }
    const char *open = strchr(value, '[');
    if (open && strchr(open, ']'))
        cloud_report(c, RULE_BESIDE_VARIABLE, component, node,
                     "%s has text beside a variable, which is exported in the clear", what);
    else
        cloud_report(c, RULE_IN_CLEAR, component, node, "%s is a secret in the clear", what);
}

static void check_properties(struct cloud_checker *c, const struct jpk_cloud_component *component,
                             const struct jpk_cloud_property *properties, size_t count)
{
    for (size_t i = 0; i < count && !c->failed; i++) {
        if (!properties[i].secret || !properties[i].value)
            continue;
        buf_clear(&c->text);
        buf_printf(&c->text, "'%s'", properties[i].path);
        check_secret(c, component, buf_text(&c->text), properties[i].value, properties[i].value_node);
    }
}

void cloud_check_secrets(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    switch (component->kind) {
    case JPK_CLOUD_ACTIVITY:
        check_properties(c, component, component->as.activity->properties, component->as.activity->property_count);
        break;
    case JPK_CLOUD_CONNECTION:
        check_properties(c, component, component->as.connection->properties, component->as.connection->property_count);
        break;
    case JPK_CLOUD_VARIABLE:
        if (component->as.variable->secret)
            check_secret(c, component, "the hidden value", component->as.variable->value,
                         component->as.variable->value_node);
        break;
    default:
        break;
    }
}
