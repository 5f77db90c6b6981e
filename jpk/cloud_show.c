/* Reports of components: what every component has, and which parts each kind adds. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/secrets.h"
#include "base/text.h"
#include "jpk/cloud.h"
#include "jpk/cloud_path.h"
#include "jpk/report.h"
#include "jpk/secret_field.h"

/* ------------------------------------------------------------------------------------------------------------ words */

static const char *path_of(struct report *report, const struct jpk_cloud_component *component)
{
    struct buf path = {0};
    cloud_path(&path, component);
    report->failed = report->failed || path.failed;
    const char *kept = report_keep(report, buf_text(&path));
    buf_free(&path);
    return kept;
}

/* "activity 'Read orders' (tempstorage, tempstorage_read)" */
static const char *words_of(struct report *report, const struct jpk_cloud_component *component)
{
    const char *label = jpk_cloud_kind_info(component->kind)->label;
    if (component->kind == JPK_CLOUD_ACTIVITY)
        return report_printf(report, "%s '%s' (%s, %s)", label, component->name, component->as.activity->adapter,
                             component->as.activity->function);
    if (component->kind == JPK_CLOUD_CONNECTION)
        return report_printf(report, "%s '%s' (%s)", label, component->name, component->as.connection->adapter);
    return report_printf(report, "%s '%s'", label, component->name);
}

/* A value that may be shown: secrets as "****" or "encrypted", unless they are nothing but variables. */
static const char *shown_value(struct report *report, const char *value, bool secret)
{
    struct buf out = {0};
    size_t least, most;
    if (jpk_encrypted_length(value, &least, &most))
        return "encrypted";
    if (secret)
        mask_secret(&out, value);
    else
        mask_secrets(&out, value);
    report->failed = report->failed || out.failed;
    const char *kept = report_keep(report, buf_text(&out));
    buf_free(&out);
    return kept;
}

/* The cells of a component: its path and its id. */
static void item_cells(struct report *report, const char *label, const struct jpk_cloud_component *component)
{
    report_text(report, "item", label, path_of(report, component));
    report_text(report, "id", NULL, component->id);
}

/* A row for a reference by id. */
static void link_row(struct report *report, const char *label, const struct jpk_cloud_link *link)
{
    const struct jpk_cloud_component *component = link->component;
    const char *words =
        component ? words_of(report, component) : report_printf(report, "%s, which is not in the project", link->id);
    report_row(report, label, words);
    report_text(report, "words", NULL, words);
    report_flag(report, "resolved", component != NULL);
    if (component)
        item_cells(report, NULL, component);
    else
        report_text(report, "id", NULL, link->id);
}

static const char *state_words(int64_t validation)
{
    enum { VALID = 100, INVALID = 300 };
    return validation == VALID ? "valid" : validation == INVALID ? "not valid, or not checked yet" : NULL;
}

static void show_header(struct report *report, const struct jpk_cloud_component *component)
{
    report_section(report, JPK_REPORT_FACTS, NULL, NULL, NULL);
    report_row(report, "item", path_of(report, component));
    report_text(report, "path", NULL, path_of(report, component));
    report_text(report, "kind", NULL, jpk_cloud_kind_info(component->kind)->name);
    report_number(report, "type", NULL, component->number);
    report_text(report, "name", NULL, component->name);
    report_fact(report, "id", "id", component->id);
    report_fact(report, "description", "description", component->description);
    report_fact(report, "reference", "in scripts", component->reference);
    report_fact(report, "state", "state", state_words(component->validation));
}

/* --------------------------------------------------------------------------------------------------- what uses what */

/* Where a reference or a use stands. */
struct spot {
    uint32_t node, offset;
    bool in_comment;
    const void *what;
};

static int by_spot(const void *a, const void *b)
{
    const struct spot *x = a, *y = b;
    if (x->node != y->node)
        return x->node < y->node ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Lines are those of the decoded string; spots come sorted. */
static void place_cells(struct report *report, const struct jpk_cloud *cloud, const struct spot *spot,
                        struct text_counter *counter, uint32_t *node)
{
    if (*node != spot->node)
        *counter = text_counter_begin(jdoc_string(cloud->doc, spot->node), jdoc_string_size(cloud->doc, spot->node));
    *node = spot->node;
    struct text_position position = text_counter_at(counter, spot->offset);
    report_text(
        report, NULL, "place",
        report_printf(report, "%u:%u%s", position.line, position.column, spot->in_comment ? ", in a comment" : ""));
    report_number(report, "line", NULL, position.line);
    report_number(report, "column", NULL, position.column);
    report_flag(report, "inComment", spot->in_comment);
}

static struct spot *new_spots(struct report *report, size_t count)
{
    struct spot *spots = calloc(count + 1, sizeof *spots);
    report->failed = report->failed || !spots;
    return spots;
}

static void show_references(struct report *report, const struct jpk_cloud *cloud,
                            const struct jpk_cloud_component *component)
{
    size_t count;
    const struct jpk_cloud_reference *references = jpk_cloud_from(cloud, component, &count);
    struct spot *spots = new_spots(report, count);
    struct text_counter counter = {0};
    uint32_t node = JPK_CLOUD_NO_NODE;
    for (size_t i = 0; spots && i < count; i++)
        spots[i] = (struct spot){references[i].node, references[i].offset, references[i].in_comment, &references[i]};
    if (spots && count)
        qsort(spots, count, sizeof *spots, by_spot);
    report_section(report, JPK_REPORT_TABLE, "references", "refers to", NULL);
    for (size_t i = 0; spots && i < count && !report->failed; i++) {
        const struct jpk_cloud_reference *r = spots[i].what;
        report_row(report, NULL, NULL);
        report_text(report, "reference", "reference", r->text);
        report_text(report, NULL, "", r->to || r->kind == JPK_CLOUD_REF_PLUGIN ? "" : "not in the project");
        report_flag(report, "resolved", r->to != NULL);
        if (r->to)
            report_text(report, "id", NULL, r->to->id);
        report_text(report, "function", "function", r->function ? r->function : "");
        place_cells(report, cloud, &spots[i], &counter, &node);
    }
    free(spots);
}

static void user_row(struct report *report, const struct jpk_cloud_component *user, const char *how)
{
    report_row(report, NULL, NULL);
    item_cells(report, "item", user);
    report_text(report, "as", "as", how);
}

/* How one component points at another by an id; NULL: not. */
static const char *link_words(const struct jpk_cloud_component *from, const struct jpk_cloud_component *to)
{
    switch (from->kind) {
    case JPK_CLOUD_OPERATION:
        for (size_t i = 0; i < from->as.operation->step_count; i++)
            if (from->as.operation->steps[i].component == to)
                return "step";
        for (size_t i = 0; i < from->as.operation->outcome_count; i++)
            if (from->as.operation->outcomes[i].operation.component == to)
                return "outcome";
        return NULL;
    case JPK_CLOUD_ACTIVITY:
        return from->as.activity->connection.component == to ? "connection" : NULL;
    case JPK_CLOUD_TRANSFORMATION:
        if (from->as.transformation->source.schema.component == to ||
            from->as.transformation->source.origin.component == to)
            return "source schema";
        return from->as.transformation->target.schema.component == to ||
                       from->as.transformation->target.origin.component == to
                   ? "target schema"
                   : NULL;
    case JPK_CLOUD_SCHEMA:
        return from->as.schema->origin.component == to ? "origin of the schema" : NULL;
    default:
        return NULL;
    }
}

static void show_users(struct report *report, const struct jpk_cloud *cloud,
                       const struct jpk_cloud_component *component)
{
    size_t count;
    const struct jpk_cloud_reference *const *references = jpk_cloud_to(cloud, component, &count);
    report_section(report, JPK_REPORT_TABLE, "usedBy", "used by", "nothing");
    for (size_t i = 0; i < cloud->component_count && !report->failed; i++) {
        const char *how = link_words(cloud->components[i], component);
        if (how)
            user_row(report, cloud->components[i], how);
    }
    for (size_t i = 0; i < count && !report->failed; i++)
        user_row(report, references[i]->from,
                 references[i]->in_comment ? "a comment"
                 : references[i]->function ? references[i]->function
                                           : "text");
}

static const char *use_words(const struct jpk_cloud_use *use)
{
    if (use->kind == JPK_CLOUD_USE_ENDPOINT)
        return "connection of it";
    return use->write ? "written" : use->default_value ? "read, with a default value" : "read";
}

static void show_uses(struct report *report, const struct jpk_cloud *cloud, const struct jpk_cloud_variable *variable)
{
    struct spot *spots = new_spots(report, variable->use_count);
    struct text_counter counter = {0};
    uint32_t node = JPK_CLOUD_NO_NODE;
    for (size_t i = 0; spots && i < variable->use_count; i++)
        spots[i] = (struct spot){variable->uses[i]->node, variable->uses[i]->offset, variable->uses[i]->in_comment,
                                 variable->uses[i]};
    if (spots && variable->use_count)
        qsort(spots, variable->use_count, sizeof *spots, by_spot);
    report_section(report, JPK_REPORT_TABLE, "uses", "uses",
                   variable->project ? "none that can be seen; an encrypted setting may still name it" : "none");
    for (size_t i = 0; spots && i < variable->use_count && !report->failed; i++) {
        const struct jpk_cloud_use *use = spots[i].what;
        report_row(report, NULL, NULL);
        item_cells(report, "item", use->from);
        report_text(report, NULL, "use", use_words(use));
        report_text(report, "access", NULL, use->write ? "write" : "read");
        if (use->function)
            report_text(report, "function", NULL, use->function);
        place_cells(report, cloud, &spots[i], &counter, &node);
    }
    free(spots);
}

/* ------------------------------------------------------------------------------------------------------- operations */

/* What every operation of a designer begins with. */
static bool usual_option(const struct jpk_cloud_option *option)
{
    static const char *const usual[][2] = {
        {"timeoutValue", "2"},
        {"timeoutMultiplier", "3600"},
        {"timeoutUnit", "HOURS"},
        {"logLevel", "Everything"},
        {"debugModeEnabled", "false"},
        {"AlwaysRunSuccessOperation", "0"},
        {"enableChunking", "false"},
        {"chunk_size", "0"},
        {"target_chunk_size", "0"},
        {"max_number_of_threads", "1"},
        {"validate_source_text_file", "0"},
        {"schedule_policy", "skip_if_running"},
    };
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (strcmp(option->key, usual[i][0]) == 0)
            return strcmp(option->value, usual[i][1]) == 0;
    return !*option->value;
}

static void show_options(struct report *report, const struct jpk_cloud_operation *operation)
{
    report_section(report, JPK_REPORT_LIST, "options", "options", NULL);
    for (size_t i = 0; i < operation->option_count; i++) {
        const struct jpk_cloud_option *option = &operation->options[i];
        const char *words = shown_value(report, option->value, secret_field(option->key, option->value));
        report_row(report, option->key, words);
        report_text(report, "key", NULL, option->key);
        report_text(report, "value", NULL, words);
        if (usual_option(option))
            report_usual(report);
    }
}

static void show_operation(struct report *report, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_operation *operation = component->as.operation;
    if (operation->workflow)
        report_fact(report, "workflow", "workflow", operation->workflow->name);
    report_section(report, JPK_REPORT_LIST, "steps", "steps", "none");
    for (size_t i = 0; i < operation->step_count; i++)
        link_row(report, report_printf(report, "%zu.", i + 1), &operation->steps[i]);
    report_section(report, JPK_REPORT_LIST, "outcomes", "starts", "nothing");
    for (size_t i = 0; i < operation->outcome_count; i++) {
        const struct jpk_cloud_outcome *outcome = &operation->outcomes[i];
        const char *when = outcome->when == JPK_CLOUD_ON_FAILURE   ? "on failure"
                           : outcome->when == JPK_CLOUD_ON_SUCCESS ? "on success"
                                                                   : "on another outcome";
        link_row(report, when, &outcome->operation);
        report_number(report, "outcomeType", NULL, outcome->when);
    }
    show_options(report, operation);
}

/* ------------------------------------------------------------------------------------------ activities, connections */

static void show_settings(struct report *report, const struct jpk_cloud_property *properties, size_t count)
{
    report_section(report, JPK_REPORT_LIST, "settings", "settings", NULL);
    for (size_t i = 0; i < count && !report->failed; i++) {
        const struct jpk_cloud_property *property = &properties[i];
        const char *value = property->value ? property->value : property->default_value;
        bool secret = property->secret || (value && secret_field(property->name, value));
        const char *words = value ? shown_value(report, value, secret) : "";
        report_row(report, property->path, words);
        report_text(report, "path", NULL, property->path);
        if (value)
            report_text(report, "value", NULL, words);
        report_flag(report, "isDefault", !property->value);
        report_flag(report, "secret", property->secret);
        report_flag(report, "hidden", property->hidden);
        if (!property->value || (property->default_value && strcmp(property->value, property->default_value) == 0) ||
            !*property->value)
            report_usual(report);
    }
}

static void show_activity(struct report *report, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_activity *activity = component->as.activity;
    report_fact(report, "connector", "connector", activity->adapter);
    report_fact(report, "function", "function", activity->function);
    report_fact(report, "polarity", "polarity", activity->polarity);
    if (activity->connection.component)
        report_row(report, "connection", words_of(report, activity->connection.component));
    else
        report_row(report, "connection", *activity->connection.id ? "not in the project" : "none");
    report_text(report, "connectionId", NULL, activity->connection.id);
    show_settings(report, activity->properties, activity->property_count);
}

static void show_connection(struct report *report, const struct jpk_cloud_component *component)
{
    report_fact(report, "connector", "connector", component->as.connection->adapter);
    show_settings(report, component->as.connection->properties, component->as.connection->property_count);
}

/* ----------------------------------------------------------------------------------------- transformations, schemas */

static const char *side_words(struct report *report, const struct jpk_cloud_side *side)
{
    if (!side->there)
        return "none";
    if (side->origin.component)
        return report_printf(report, "%s of %s", *side->direction ? side->direction : "schema",
                             words_of(report, side->origin.component));
    return *side->name ? report_printf(report, "schema '%s'", side->name) : "a schema without a name";
}

static void show_rules(struct report *report, const struct jpk_cloud_transformation *t)
{
    report_section(report, JPK_REPORT_LIST, "rules", "mappings", "none");
    for (size_t i = 0; i < t->rule_count && !report->failed; i++) {
        const struct jpk_cloud_rule *rule = &t->rules[i];
        report_row(report, rule->condition ? report_printf(report, "%s (condition)", rule->target) : rule->target,
                   rule->script);
        report_text(report, "targetPath", NULL, rule->target);
        report_flag(report, "condition", rule->condition);
        report_text(report, "script", NULL, rule->script);
        if (!*rule->script)
            report_usual(report);
    }
    report_section(report, JPK_REPORT_LIST, "loops", "loops", NULL);
    for (size_t i = 0; i < t->loop_count && !report->failed; i++) {
        const char *source = *t->loops[i].source ? t->loops[i].source : t->loops[i].source_script;
        const char *target = *t->loops[i].target ? t->loops[i].target : t->loops[i].target_script;
        report_row(report, target, source);
        report_text(report, "targetPath", NULL, target);
        report_text(report, "sourcePath", NULL, source);
    }
}

static void show_transformation(struct report *report, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_transformation *t = component->as.transformation;
    report_fact(report, "source", "source", side_words(report, &t->source));
    report_fact(report, "target", "target", side_words(report, &t->target));
    show_rules(report, t);
}

/* -------------------------------------------------------------------------------------------------- the other kinds */

static void show_schema(struct report *report, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_schema *schema = component->as.schema;
    report_fact(report, "format", "format", schema->format);
    report_fact(report, "direction", "direction", schema->direction);
    if (schema->origin.component)
        report_row(report, "origin", words_of(report, schema->origin.component));
    else
        report_row(report, NULL, NULL);
    report_text(report, "originId", NULL, schema->origin.id);
}

static void show_email(struct report *report, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_email *email = component->as.email;
    report_fact(report, "to", "to", email->to);
    report_fact(report, "from", "from", email->from);
    report_fact(report, "cc", "cc", email->cc);
    report_fact(report, "bcc", "bcc", email->bcc);
    report_fact(report, "replyTo", "reply to", email->reply_to);
    report_fact(report, "server", "server", email->server);
    report_fact(report, "subject", "subject", email->subject);
    report_row(report, "SSL", email->ssl ? "yes" : "no");
    report_flag(report, "ssl", email->ssl);
    report_row(report, "log-in", email->authentication ? "yes" : "no");
    report_flag(report, "authentication", email->authentication);
}

static void show_variable(struct report *report, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_variable_component *variable = component->as.variable;
    bool secret =
        variable->secret || secret_variable(component->name, strlen(component->name), variable->label,
                                            strlen(variable->label), variable->value, strlen(variable->value));
    const char *words = *variable->value ? shown_value(report, variable->value, secret) : "none";
    report_fact(report, "label", "label", variable->label);
    report_row(report, "hidden", variable->secret ? "yes" : "no");
    report_flag(report, "hidden", variable->secret);
    report_row(report, "value", words);
    report_flag(report, "hasValue", *variable->value != '\0');
    if (*variable->value)
        report_text(report, "value", NULL, words);
}

static void show_details(struct report *report, const struct jpk_cloud_component *component)
{
    static void (*const details[JPK_CLOUD_KINDS])(struct report *, const struct jpk_cloud_component *) = {
        [JPK_CLOUD_OPERATION] = show_operation,   [JPK_CLOUD_ACTIVITY] = show_activity,
        [JPK_CLOUD_CONNECTION] = show_connection, [JPK_CLOUD_TRANSFORMATION] = show_transformation,
        [JPK_CLOUD_SCHEMA] = show_schema,         [JPK_CLOUD_VARIABLE] = show_variable,
        [JPK_CLOUD_EMAIL] = show_email,
    };
    if (details[component->kind])
        details[component->kind](report, component);
}

struct jpk_report *jpk_cloud_show(const struct jpk_cloud *cloud, const struct jpk_cloud_component *component,
                                  struct jpk_error *err)
{
    struct report *report = report_new(NULL, NULL);
    if (!report)
        return report_finish(report, err);
    bool variable = component->kind == JPK_CLOUD_VARIABLE || component->kind == JPK_CLOUD_GLOBAL;
    const struct jpk_cloud_variable *uses = variable ? jpk_cloud_variable(cloud, component->name) : NULL;
    show_header(report, component);
    show_details(report, component);
    if (component->kind == JPK_CLOUD_SCRIPT || component->kind == JPK_CLOUD_TRANSFORMATION ||
        component->kind == JPK_CLOUD_EMAIL)
        show_references(report, cloud, component);
    if (uses)
        show_uses(report, cloud, uses);
    else if (!variable)
        show_users(report, cloud, component);
    if (component->kind == JPK_CLOUD_EMAIL)
        report_block(report, "message", "message", component->as.email->message);
    if (component->kind == JPK_CLOUD_SCRIPT)
        report_block(report, "script", NULL, component->as.script->text);
    return report_finish(report, err);
}

struct jpk_report *jpk_cloud_show_variable(const struct jpk_cloud *cloud, const struct jpk_cloud_variable *variable,
                                           struct jpk_error *err)
{
    const struct jpk_cloud_component *component = variable->project ? variable->project : variable->global;
    if (component)
        return jpk_cloud_show(cloud, component, err);
    struct report *report = report_new(NULL, NULL);
    if (!report)
        return report_finish(report, err);
    report_section(report, JPK_REPORT_FACTS, NULL, NULL, NULL);
    report_fact(report, "name", "variable", variable->name);
    report_row(report, "kind",
               variable->system ? "set by Jitterbit itself" : "global variable, the project has no component for it");
    report_flag(report, "system", variable->system);
    show_uses(report, cloud, variable);
    return report_finish(report, err);
}
