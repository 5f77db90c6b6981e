#include <stdio.h>

#include "tools/commands.h"
#include "tools/input.h"
#include "tools/message.h"
#include "tools/summary_json.h"

static const struct option options[] = {
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json", "how to print (text)"},
    {0},
};

static void row(const char *label, const char *value)
{
    if (!value || !*value)
        return;
    printf("%-14s", label);
    message_text(value);
    putchar('\n');
}

static void named(const char *label, const char *name, const char *id)
{
    char text[256];
    if (!*name && !*id)
        return;
    snprintf(text, sizeof text, "%.180s%s%.40s%s", name, *id ? " (" : "", id, *id ? ")" : "");
    row(label, text);
}

static void print_types(const struct jpk_summary *summary)
{
    printf("%-14s%zu\n", "items", summary->items);
    for (size_t i = 0; i < JPK_TYPE_COUNT; i++) {
        const struct jpk_type_info *info = jpk_type_info((enum jpk_type)i);
        size_t count = summary->types[i];
        if (count)
            printf("%-14s%6zu  %s\n", "", count, count == 1 ? info->label : info->plural);
    }
}

static void print_connectors(const struct jpk_summary *summary)
{
    for (size_t i = 0; i < summary->connector_count; i++) {
        const struct jpk_summary_connector *c = &summary->connectors[i];
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

static void print_text(const struct jpk_summary *s)
{
    char form[128];
    snprintf(form, sizeof form, "%s%s", s->form,
             s->kind == JPK_KIND_EXPORT   ? ", ordinary export"
             : s->kind == JPK_KIND_BACKUP ? ", environment backup (only for its own environment)"
                                          : "");
    row("project", s->name);
    row("project id", s->id);
    row("form", form);
    row("created", s->created);
    row("created with", s->created_with);
    row("requires", s->required_version);
    named("organization", s->organization, s->organization_id);
    named("environment", s->environment, s->environment_id);
    row("deployed", s->deployed);
    row("stored", s->stored);
    row("comment", s->comment);
    print_types(s);
    print_connectors(s);
    printf("%-14s%zu, %zu with a value\n", "variables", s->variables, s->variables_set);
    printf("%-14s%zu values: %zu of variables, %zu of sources and targets, %zu of e-mails, %zu of others\n",
           "encrypted", s->secret_count, s->secret_variables, s->secret_locations, s->secret_mails, s->secret_others);
    printf("%-14s%zu in files/\n", "structures", s->files);
    if (s->deleted)
        printf("%-14s%zu marked as deleted, but still there\n", "deleted", s->deleted);
    if (s->unread)
        printf("%-14s%zu without a file that can be read\n", "unread", s->unread);
    printf("%-14s", "findings");
    message_counts(s->finding_counts);
    puts(" ('jpk check' lists them)");
}

/* -------------------------------------------------------------------------------------------------------- JSON */

static int print_json(const char *input, const struct jpk_summary *s)
{
    return message_json(json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s}, s:{s:s, s:s}, s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:I, "
        "s:o}",
        "input", input, "projectName", s->name, "projectId", s->id, "shape", s->form, "kind", jpk_kind_name(s->kind),
        "createdAt", s->created, "createdWith", s->created_with, "requiredVersion", s->required_version, "organization",
        "name", s->organization, "id", s->organization_id, "environment", "name", s->environment, "id",
        s->environment_id, "comment", s->comment, "items", summary_types_json(s), "connections",
        summary_connectors_json(s), "variables", summary_variables_json(s), "encryptedValues", summary_secrets_json(s),
        "files", (json_int_t)s->files, "deletedItems", (json_int_t)s->deleted, "unreadItems", (json_int_t)s->unread,
        "findings", message_counts_json(s->finding_counts)));
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct input input;
    struct jpk_error err = {0};
    struct jpk_summary *summary = NULL;
    int status = 0;
    (void)count;
    if (!input_open(&input, arguments[0], settings, &err) || !input_load(&input, settings, JPK_KEEP_GOING, &err) ||
        !(summary = jpk_summary_make(input.project, input.graph, &err)))
        status = message_error(&err);
    else if (message_as_json(settings))
        status = print_json(input.name, summary);
    else
        print_text(summary);
    jpk_summary_free(summary);
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
