#include <stdio.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/input.h"
#include "tools/message.h"

static const struct option options[] = {
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json", "how to print (text)"},
    {0},
};

struct counts {
    size_t types[JPK_TYPE_COUNT]; /* in the tree and not deleted */
    size_t deleted, unread;
    size_t encrypted_variables, encrypted_locations, encrypted_mails, encrypted_others;
    size_t variables_set, variables;
    size_t findings[3];
};

static size_t count_encrypted(const struct jpk_item *items, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += items[i].encrypted;
    return count;
}

static void count_secrets(const struct jpk_entity *entity, struct counts *counts)
{
    size_t encrypted = count_encrypted(entity->items, entity->item_count);
    if (entity->type == JPK_TYPE_PROJECT_VARIABLE)
        counts->encrypted_variables += encrypted;
    else if (entity->type == JPK_TYPE_EMAIL_MESSAGE)
        counts->encrypted_mails += encrypted;
    else if (entity->type == JPK_TYPE_SOURCE || entity->type == JPK_TYPE_TARGET)
        counts->encrypted_locations +=
            encrypted + count_encrypted(entity->as.location->items, entity->as.location->item_count);
    else
        counts->encrypted_others += encrypted;
}

static size_t all_encrypted(const struct counts *counts)
{
    return counts->encrypted_variables + counts->encrypted_locations + counts->encrypted_mails +
           counts->encrypted_others;
}

static void count_entities(const struct jpk_project *project, struct counts *counts)
{
    for (size_t i = 0; i < project->entity_count; i++) {
        const struct jpk_entity *entity = project->entities[i];
        counts->deleted += entity->deleted;
        counts->unread += entity->unread;
        if (entity->in_tree && !entity->deleted)
            counts->types[entity->type]++;
        if (entity->unread)
            continue;
        count_secrets(entity, counts);
        if (entity->type == JPK_TYPE_PROJECT_VARIABLE && !entity->deleted) {
            counts->variables++;
            counts->variables_set += entity->as.variable->has_value;
        }
    }
}

/* ------------------------------------------------------------------------------------------------- connections */

enum { CONNECTIONS_MAX = 64 };

struct connection {
    const char *name;
    size_t endpoints, reads, writes, calls;
};

struct connections {
    struct connection rows[CONNECTIONS_MAX];
    size_t count;
};

static struct connection *connection_of(struct connections *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->rows[i].name, name) == 0)
            return &list->rows[i];
    if (list->count == CONNECTIONS_MAX)
        return NULL;
    list->rows[list->count].name = name;
    return &list->rows[list->count++];
}

/* What the items of a project connect to, in the order of its tree. */
static void collect_connections(const struct jpk_project *project, struct connections *list)
{
    for (size_t i = 0; i < project->entity_count; i++) {
        const struct jpk_entity *entity = project->entities[i];
        const struct jpk_type_info *info = jpk_type_info(entity->type);
        bool located = (entity->type == JPK_TYPE_SOURCE || entity->type == JPK_TYPE_TARGET) && entity->as.location;
        const char *name = located ? entity->as.location->type_name : info->connector;
        if (!name || !*name || entity->deleted || !entity->in_tree)
            continue;
        struct connection *row = connection_of(list, name);
        if (!row)
            continue;
        row->endpoints += info->role == JPK_ROLE_ENDPOINT;
        row->reads += info->role == JPK_ROLE_READ;
        row->writes += info->role == JPK_ROLE_WRITE;
        row->calls += info->role == JPK_ROLE_CALL;
    }
}

/* -------------------------------------------------------------------------------------------------------- text */

static void row(const char *label, const char *value)
{
    if (!value || !*value)
        return;
    printf("%-14s", label);
    message_text(value);
    putchar('\n');
}

static const char *shape_name(const struct jpk_project *project)
{
    static const char *const names[] = {"Jitterpak", "workspace", "environment folder", "flat folder"};
    /* A ZIP without folders is still what a .jpk is. */
    return jpk_archive_is_folder(project->archive) ? names[project->shape] : names[JPK_SHAPE_ARCHIVE];
}

static const char *kind_name(const struct jpk_project *project)
{
    static const char *const names[] = {"unknown", "backup", "export"};
    return names[project->kind];
}

static const char *property(const struct jpk_project *project, enum jpk_properties_file file, const char *key)
{
    const char *value = jpk_project_property(project, file, key);
    return value ? value : "";
}

/* The first of several places that say something. */
static const char *either(const char *first, const char *second)
{
    return first && *first ? first : second && *second ? second : "";
}

struct facts {
    char created[32], created_with[32], requires[32], deployed[32];
    const char *org_name, *org_id, *env_name, *env_id, *comment;
};

static void collect_facts(const struct jpk_project *p, struct facts *facts)
{
    *facts = (struct facts){
        .org_name = either(property(p, JPK_FILE_ENVIRONMENT, "org-name"), property(p, JPK_FILE_JITTERPAK, "org_name")),
        .org_id = either(property(p, JPK_FILE_ENVIRONMENT, "org-id"), property(p, JPK_FILE_JITTERPAK, "org_id")),
        .env_name =
            either(property(p, JPK_FILE_ENVIRONMENT, "environment-name"), property(p, JPK_FILE_JITTERPAK, "env_name")),
        .env_id =
            either(property(p, JPK_FILE_ENVIRONMENT, "environment-id"), property(p, JPK_FILE_JITTERPAK, "env_id")),
        .comment = property(p, JPK_FILE_JITTERPAK, "comment")};
    jpk_time_decode(either(property(p, JPK_FILE_JITTERPAK, "created_at"), property(p, JPK_FILE_ENVIRONMENT, "created")),
                    facts->created);
    jpk_time_decode(property(p, JPK_FILE_ENVIRONMENT, "last-deployed-at"), facts->deployed);
    jpk_version_decode(either(property(p, JPK_FILE_JITTERPAK, "created_with_version"),
                              property(p, JPK_FILE_ENVIRONMENT, "saved-in-version")),
                       facts->created_with);
    jpk_version_decode(either(property(p, JPK_FILE_JITTERPAK, "required_version"),
                              property(p, JPK_FILE_ENVIRONMENT, "requires-version")),
                       facts->requires);
}

static void named(const char *label, const char *name, const char *id)
{
    char text[256];
    if (!*name && !*id)
        return;
    snprintf(text, sizeof text, "%.180s%s%.40s%s", name, *id ? " (" : "", id, *id ? ")" : "");
    row(label, text);
}

static void print_types(const struct counts *counts)
{
    size_t total = 0;
    for (size_t i = 0; i < JPK_TYPE_COUNT; i++)
        total += counts->types[i];
    printf("%-14s%zu\n", "items", total);
    for (size_t i = 0; i < JPK_TYPE_COUNT; i++) {
        const struct jpk_type_info *info = jpk_type_info((enum jpk_type)i);
        if (counts->types[i])
            printf("%-14s%6zu  %s\n", "", counts->types[i], counts->types[i] == 1 ? info->label : info->plural);
    }
}

static void print_connections(const struct connections *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct connection *c = &list->rows[i];
        printf("%-14s", i == 0 ? "connects to" : "");
        message_text(c->name);
        printf(":");
        if (c->endpoints)
            printf(" %zu endpoint%s", c->endpoints, c->endpoints == 1 ? "" : "s");
        if (c->reads)
            printf("%s %zu to read", c->endpoints ? "," : "", c->reads);
        if (c->writes)
            printf("%s %zu to write", c->endpoints || c->reads ? "," : "", c->writes);
        if (c->calls)
            printf("%s %zu to call", c->endpoints || c->reads || c->writes ? "," : "", c->calls);
        putchar('\n');
    }
}

static void print_text(const struct input *input, const struct counts *counts, const struct connections *connections)
{
    const struct jpk_project *project = input->project;
    struct facts facts;
    char form[128];
    collect_facts(project, &facts);
    snprintf(form, sizeof form, "%s%s", shape_name(project),
             project->kind == JPK_KIND_EXPORT   ? ", ordinary export"
             : project->kind == JPK_KIND_BACKUP ? ", environment backup (only for its own environment)"
                                                : "");
    row("project", project->name);
    row("project id", project->id);
    row("form", form);
    row("created", facts.created);
    row("created with", facts.created_with);
    row("requires", facts.requires);
    named("organization", facts.org_name, facts.org_id);
    named("environment", facts.env_name, facts.env_id);
    row("deployed", facts.deployed);
    row("stored", jpk_project_stored(project, JPK_FILE_ENVIRONMENT));
    row("comment", facts.comment);
    print_types(counts);
    print_connections(connections);
    printf("%-14s%zu, %zu with a value\n", "variables", counts->variables, counts->variables_set);
    printf("%-14s%zu values: %zu of variables, %zu of sources and targets, %zu of e-mails, %zu of others\n",
           "encrypted", all_encrypted(counts), counts->encrypted_variables, counts->encrypted_locations,
           counts->encrypted_mails, counts->encrypted_others);
    printf("%-14s%zu in files/\n", "structures", project->file_count);
    if (counts->deleted)
        printf("%-14s%zu marked as deleted, but still there\n", "deleted", counts->deleted);
    if (counts->unread)
        printf("%-14s%zu without a file that can be read\n", "unread", counts->unread);
    printf("%-14s", "findings");
    message_counts(counts->findings);
    puts(" ('jpk check' lists them)");
}

/* -------------------------------------------------------------------------------------------------------- JSON */

static json_t *types_json(const struct counts *counts)
{
    json_t *object = json_object();
    for (size_t i = 0; object && i < JPK_TYPE_COUNT; i++)
        if (counts->types[i])
            json_object_set_new(object, i ? jpk_type_info((enum jpk_type)i)->name : "unknown",
                                json_integer((json_int_t)counts->types[i]));
    return object;
}

static json_t *connections_json(const struct connections *list)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < list->count; i++) {
        const struct connection *c = &list->rows[i];
        json_array_append_new(array, json_pack("{s:s, s:I, s:I, s:I, s:I}", "name", c->name, "endpoints",
                                               (json_int_t)c->endpoints, "reads", (json_int_t)c->reads, "writes",
                                               (json_int_t)c->writes, "calls", (json_int_t)c->calls));
    }
    return array;
}

static int print_json(const struct input *input, const struct counts *counts, const struct connections *connections)
{
    const struct jpk_project *project = input->project;
    struct facts facts;
    collect_facts(project, &facts);
    return message_json(json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s}, s:{s:s, s:s}, s:s, s:o, s:o, s:{s:I, s:I}, s:{s:I, "
        "s:I, s:I, s:I}, s:I, s:I, s:I, s:{s:I, s:I, s:I}}",
        "input", input->name, "projectName", project->name, "projectId", project->id, "shape", shape_name(project),
        "kind", kind_name(project), "createdAt", facts.created, "createdWith", facts.created_with, "requiredVersion",
        facts.requires, "organization", "name", facts.org_name, "id", facts.org_id, "environment", "name",
        facts.env_name, "id", facts.env_id, "comment", facts.comment, "items", types_json(counts), "connections",
        connections_json(connections), "variables", "total", (json_int_t)counts->variables, "withValue",
        (json_int_t)counts->variables_set, "encryptedValues", "variables", (json_int_t)counts->encrypted_variables,
        "sourcesAndTargets", (json_int_t)counts->encrypted_locations, "emails", (json_int_t)counts->encrypted_mails,
        "others", (json_int_t)counts->encrypted_others, "files", (json_int_t)project->file_count, "deletedItems",
        (json_int_t)counts->deleted, "unreadItems", (json_int_t)counts->unread, "findings", "errors",
        (json_int_t)counts->findings[JPK_ERROR], "warnings", (json_int_t)counts->findings[JPK_WARNING], "notes",
        (json_int_t)counts->findings[JPK_INFO]));
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct input input;
    struct jpk_error err = {0};
    struct counts counts = {0};
    struct connections connections = {0};
    struct jpk_findings *findings = NULL;
    int status = 0;
    (void)count;
    if (!input_open(&input, arguments[0], settings, &err) || !input_load(&input, settings, JPK_KEEP_GOING, &err) ||
        !(findings = jpk_check(input.project, input.graph, &err))) {
        status = message_error(&err);
    } else {
        count_entities(input.project, &counts);
        collect_connections(input.project, &connections);
        for (size_t i = 0; i < findings->count; i++)
            counts.findings[findings->items[i].severity]++;
        if (message_as_json(settings))
            status = print_json(&input, &counts, &connections);
        else
            print_text(&input, &counts, &connections);
    }
    jpk_findings_free(findings);
    input_close(&input);
    return status;
}

static const struct option *const groups[] = {options, input_options, common_options, limit_options, NULL};

const struct command info_command = {
    .name = "info",
    .arguments = "PROJECT",
    .summary = "Show what a project is: names, versions, counts, connections, warnings.",
    .groups = groups,
    .least = 1,
    .most = 1,
    .run = run,
};
