#include "tools/summary_text.h"

#include "tools/message.h"

static void row(struct buf *out, const char *label, const char *value)
{
    if (!value || !*value)
        return;
    buf_printf(out, "%-14s", label);
    message_put(out, value);
    buf_putc(out, '\n');
}

static void named(struct buf *out, const char *label, const char *name, const char *id)
{
    if (!*name && !*id)
        return;
    buf_printf(out, "%-14s", label);
    message_put(out, name);
    if (*id) {
        buf_puts(out, " (");
        message_put(out, id);
        buf_putc(out, ')');
    }
    buf_putc(out, '\n');
}

static void put_types(struct buf *out, const struct jpk_summary *summary)
{
    buf_printf(out, "%-14s%zu\n", "items", summary->items);
    for (size_t i = 0; i < summary->kind_count; i++) {
        const struct jpk_summary_kind *kind = &summary->kinds[i];
        buf_printf(out, "%-14s%6zu  %s\n", "", kind->count, kind->count == 1 ? kind->label : kind->plural);
    }
    if (summary->kinds)
        return;
    for (size_t i = 0; i < JPK_TYPE_COUNT; i++) {
        const struct jpk_type_info *info = jpk_type_info((enum jpk_type)i);
        size_t count = summary->types[i];
        if (count)
            buf_printf(out, "%-14s%6zu  %s\n", "", count, count == 1 ? info->label : info->plural);
    }
}

void summary_connector(struct buf *out, const struct jpk_summary_connector *c)
{
    message_put(out, c->name);
    buf_putc(out, ':');
    if (c->endpoints)
        buf_printf(out, " %zu endpoint%s", c->endpoints, c->endpoints == 1 ? "" : "s");
    if (c->reads)
        buf_printf(out, "%s %zu to read", c->endpoints ? "," : "", c->reads);
    if (c->writes)
        buf_printf(out, "%s %zu to write", c->endpoints || c->reads ? "," : "", c->writes);
    if (c->calls)
        buf_printf(out, "%s %zu to call", c->endpoints || c->reads || c->writes ? "," : "", c->calls);
}

static void put_connectors(struct buf *out, const struct jpk_summary *summary)
{
    for (size_t i = 0; i < summary->connector_count; i++) {
        buf_printf(out, "%-14s", i == 0 ? "connects to" : "");
        summary_connector(out, &summary->connectors[i]);
        buf_putc(out, '\n');
    }
}

void summary_text(struct buf *out, const struct jpk_summary *s)
{
    row(out, "project", s->name);
    row(out, "project id", s->id);
    buf_printf(out, "%-14s%s%s\n", "form", s->form,
               s->kind == JPK_KIND_EXPORT   ? ", ordinary export"
               : s->kind == JPK_KIND_BACKUP ? ", environment backup (only for its own environment)"
                                            : "");
    row(out, "created", s->created);
    row(out, "created with", s->created_with);
    row(out, "requires", s->required_version);
    named(out, "organization", s->organization, s->organization_id);
    named(out, "environment", s->environment, s->environment_id);
    row(out, "deployed", s->deployed);
    row(out, "stored", s->stored);
    row(out, "comment", s->comment);
    put_types(out, s);
    put_connectors(out, s);
    buf_printf(out, "%-14s%zu, %zu with a value\n", "variables", s->variables, s->variables_set);
    buf_printf(out, "%-14s%zu values: %zu of variables, %zu of sources and targets, %zu of e-mails, %zu of others\n",
               "encrypted", s->secret_count, s->secret_variables, s->secret_locations, s->secret_mails,
               s->secret_others);
    buf_printf(out, "%-14s%zu in files/\n", "structures", s->files);
    if (s->deleted)
        buf_printf(out, "%-14s%zu marked as deleted, but still there\n", "deleted", s->deleted);
    if (s->unread)
        buf_printf(out, "%-14s%zu without a file that can be read\n", "unread", s->unread);
    buf_printf(out, "%-14s", "findings");
    message_put_counts(out, s->finding_counts);
    buf_puts(out, " ('jpk check' lists them)\n");
}
