/*
 * The inventory for browsers: one page that needs no network and no script. Its own style and script are allowed by
 * their hashes, and nothing else is. All text is escaped here; the script reads the table and makes up nothing.
 */
#include <string.h>

#include "base/file.h"
#include "tools/inventory.h"
#include "tools/inventory_page.h"
#include "tools/message.h"
#include "tools/summary_text.h"

/* A list in the page; 'jpk inventory --format json' has all. */
enum { LIST_MAX = 1000 };

/* -------------------------------------------------------------------------------------------------------- text */

static void put_escaped(struct buf *out, const char *text)
{
    static const char special[] = "&<>\"'";
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    struct buf shown = {0};
    message_put(&shown, text);
    out->failed = out->failed || shown.failed;
    for (const char *p = buf_text(&shown); *p;) {
        size_t plain = strcspn(p, special);
        buf_put(out, p, plain);
        p += plain;
        if (*p)
            buf_puts(out, entities[strchr(special, *p++) - special]);
    }
    buf_free(&shown);
}

/* `before`, the text, `after`: the two are HTML. */
static void put_in(struct buf *out, const char *before, const char *text, const char *after)
{
    buf_puts(out, before);
    put_escaped(out, text);
    buf_puts(out, after);
}

static void put_number(struct buf *out, const struct inventory_figure *figure, uint64_t value)
{
    char text[32];
    inventory_number(figure, value, text);
    buf_puts(out, text);
}

/* ------------------------------------------------------------------------------------------------------ details */

static void begin_section(struct buf *out, const char *title, size_t count, bool wide)
{
    buf_printf(out, "<section%s><h3>%s <span class=\"count\">%zu</span></h3>", wide ? " class=\"wide\"" : "", title,
               count);
    buf_printf(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">", title);
}

/* Ends it after min(count, LIST_MAX) things. */
static void end_section(struct buf *out, size_t count)
{
    buf_puts(out, "</div>");
    if (count > LIST_MAX)
        buf_printf(out, "<p class=\"more\">... and %zu more</p>", count - LIST_MAX);
    buf_puts(out, "</section>\n");
}

static void put_fact(struct buf *out, const char *label, const char *value)
{
    if (*value) {
        buf_printf(out, "<tr><th scope=\"row\" class=\"label\">%s</th>", label);
        put_in(out, "<td>", value, "</td></tr>");
    }
}

static void put_facts(struct buf *out, const struct jpk_summary *s)
{
    const struct {
        const char *label, *value;
    } facts[] = {
        {"Project id", s->id},
        {"Form", s->form},
        {"Kind", jpk_kind_name(s->kind)},
        {"Created", s->created},
        {"Created with", s->created_with},
        {"Requires", s->required_version},
        {"Organization", s->organization},
        {"Organization id", s->organization_id},
        {"Environment", s->environment},
        {"Environment id", s->environment_id},
        {"Deployed", s->deployed},
        {"Stored", s->stored},
        {"Comment", s->comment},
    };
    buf_puts(out, "<section><h3>Project</h3><table><tbody>");
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        put_fact(out, facts[i].label, facts[i].value);
    buf_puts(out, "</tbody></table></section>\n");
}

static void put_types(struct buf *out, const struct jpk_summary *s)
{
    begin_section(out, "Items", s->items, false);
    buf_puts(out, "<table><tbody>");
    for (size_t i = 0; i < s->kind_count; i++)
        buf_printf(out, "<tr><th scope=\"row\">%s</th><td class=\"number\">%zu</td></tr>",
                   s->kinds[i].count == 1 ? s->kinds[i].label : s->kinds[i].plural, s->kinds[i].count);
    for (size_t i = 0; i < JPK_TYPE_COUNT; i++) {
        const struct jpk_type_info *info = jpk_type_info((enum jpk_type)i);
        if (s->types[i] && !s->kinds)
            buf_printf(out, "<tr><th scope=\"row\">%s</th><td class=\"number\">%zu</td></tr>",
                       s->types[i] == 1 ? info->label : info->plural, s->types[i]);
    }
    buf_puts(out, "</tbody></table>");
    end_section(out, 0);
}

static void put_connectors(struct buf *out, const struct jpk_summary *s)
{
    if (s->connector_count == 0)
        return;
    begin_section(out, "Connects to", s->connector_count, false);
    buf_puts(out, "<table><thead><tr><th scope=\"col\">Connection type</th><th scope=\"col\" class=\"number\">Endpoints"
                  "</th><th scope=\"col\" class=\"number\">Read</th><th scope=\"col\" class=\"number\">Write</th>"
                  "<th scope=\"col\" class=\"number\">Call</th></tr></thead><tbody>");
    for (size_t i = 0; i < s->connector_count && i < LIST_MAX; i++) {
        const struct jpk_summary_connector *c = &s->connectors[i];
        put_in(out, "<tr><th scope=\"row\">", c->name, "</th>");
        buf_printf(out,
                   "<td class=\"number\">%zu</td><td class=\"number\">%zu</td><td class=\"number\">%zu</td>"
                   "<td class=\"number\">%zu</td></tr>",
                   c->endpoints, c->reads, c->writes, c->calls);
    }
    buf_puts(out, "</tbody></table>");
    end_section(out, s->connector_count);
}

static void put_unstarted(struct buf *out, const struct jpk_summary *s)
{
    if (s->unstarted_count == 0)
        return;
    begin_section(out, "Operations that nothing starts", s->unstarted_count, false);
    buf_puts(out, "<ul>");
    for (size_t i = 0; i < s->unstarted_count && i < LIST_MAX; i++)
        put_in(out, "<li>", s->unstarted[i].path, "</li>");
    buf_puts(out, "</ul>");
    end_section(out, s->unstarted_count);
}

static void put_scripts(struct buf *out, const struct jpk_summary *s, const char *title, enum jpk_type type)
{
    size_t count = 0, put = 0;
    for (size_t i = 0; i < s->script_count; i++)
        count += s->scripts[i].type == type;
    if (count == 0)
        return;
    begin_section(out, title, count, false);
    buf_printf(out,
               "<table><thead><tr><th scope=\"col\">%s</th><th scope=\"col\" class=\"number\">Lines</th></tr>"
               "</thead><tbody>",
               jpk_type_info(type)->label);
    for (size_t i = 0; i < s->script_count && put < LIST_MAX; i++) {
        const struct jpk_summary_script *script = &s->scripts[i];
        if (script->type != type)
            continue;
        put_in(out, "<tr><td>", script->item.path, "</td>");
        buf_printf(out, "<td class=\"number\">%zu</td></tr>", script->lines);
        put++;
    }
    buf_puts(out, "</tbody></table>");
    end_section(out, count);
}

static void put_secrets(struct buf *out, const struct jpk_summary *s)
{
    if (s->secret_count == 0)
        return;
    begin_section(out, "Encrypted settings", s->secret_count, false);
    buf_puts(out, "<table><thead><tr><th scope=\"col\">Item</th><th scope=\"col\">Key</th></tr></thead><tbody>");
    for (size_t i = 0; i < s->secret_count && i < LIST_MAX; i++) {
        put_in(out, "<tr><td>", s->secrets[i].item.path, "</td>");
        put_in(out, "<td>", s->secrets[i].key, "</td></tr>");
    }
    buf_puts(out, "</tbody></table>");
    end_section(out, s->secret_count);
}

static void put_finding(struct buf *out, const struct jpk_finding *f)
{
    const char *severity = jpk_severity_name(f->severity);
    buf_printf(out, "<tr><td><span class=\"severity %s\">%s</span></td>", severity, severity);
    put_in(out, "<td>", f->entity_type ? f->entity_type : "", " ");
    put_escaped(out, f->entity_name ? f->entity_name : "");
    put_in(out, f->entity_name ? ": " : "", f->message ? f->message : "", "");
    if (f->hint)
        put_in(out, "; ", f->hint, "");
    put_in(out, " <span class=\"label\">", f->file ? f->file : "", "");
    if (f->line)
        buf_printf(out, ":%u:%u", f->line, f->column);
    put_in(out, "</span></td><td class=\"label\">", f->rule, "</td></tr>");
}

/* The worst first, for the list may be cut. */
static void put_findings(struct buf *out, const struct jpk_summary *s)
{
    size_t put = 0;
    if (s->finding_count == 0)
        return;
    begin_section(out, "Findings", s->finding_count, true);
    buf_puts(out, "<table><thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">What and where</th>"
                  "<th scope=\"col\">Rule</th></tr></thead><tbody>");
    for (int severity = JPK_ERROR; severity >= JPK_INFO; severity--)
        for (size_t i = 0; i < s->finding_count && put < LIST_MAX; i++)
            if ((int)s->findings[i].severity == severity) {
                put_finding(out, &s->findings[i]);
                put++;
            }
    buf_puts(out, "</tbody></table>");
    end_section(out, s->finding_count);
}

static void put_details(struct buf *out, const struct jpk_summary *s)
{
    put_facts(out, s);
    put_types(out, s);
    put_connectors(out, s);
    put_unstarted(out, s);
    put_scripts(out, s, "Scripts", JPK_TYPE_SCRIPT);
    put_scripts(out, s, "Scripts in mappings", JPK_TYPE_TRANSFORMATION);
    put_secrets(out, s);
    put_findings(out, s);
}

/* -------------------------------------------------------------------------------------------------------- table */

static size_t column_count(void)
{
    size_t count = 3; /* project, organization, connectors */
    for (const struct inventory_figure *figure = inventory_figures; figure->key; figure++)
        count += figure->title != NULL;
    return count;
}

static void put_head(struct buf *out)
{
    buf_puts(out, "<table id=\"projects\">\n<caption class=\"visually-hidden\">Projects</caption>\n<thead><tr>"
                  "<th scope=\"col\" data-key=\"project\">Project</th>"
                  "<th scope=\"col\" class=\"organization\" data-key=\"organization\">Organization</th>");
    for (const struct inventory_figure *figure = inventory_figures; figure->key; figure++)
        if (figure->title)
            buf_printf(out, "<th scope=\"col\" class=\"number\" data-key=\"%s\" title=\"%s\">%s</th>", figure->key,
                       figure->label, figure->title);
    buf_puts(out, "<th scope=\"col\" data-key=\"connections\">Connects to</th></tr></thead>\n");
}

/* Numbers that ask for a look stand out, others that are 0 step back. */
static void put_figure(struct buf *out, const struct inventory_figure *figure, uint64_t value)
{
    bool marked = value > 0 && figure->mark && *figure->mark;
    buf_printf(out, "<td class=\"number%s\" data-label=\"%s\" data-value=\"%llu\">", value == 0 ? " zero" : "",
               figure->title, (unsigned long long)value);
    if (marked)
        buf_printf(out, "<span class=\"mark %s\">", figure->mark);
    put_number(out, figure, value);
    buf_puts(out, marked ? "</span></td>" : "</td>");
}

static void put_project(struct buf *out, const struct inventory_row *row, size_t index)
{
    const struct jpk_summary *s = row->summary;
    const char *name = *s->name ? s->name : "(no name)";
    put_in(out, "<tr class=\"main\"><th scope=\"row\" data-value=\"", name, "\">");
    put_in(out, "<span class=\"name\">", name, "</span> ");
    put_in(out, "<span class=\"path\">", row->path, "</span></th>");
    put_in(out, "<td class=\"organization\">", s->organization, " ");
    put_in(out, "<span>", s->environment, "</span></td>");
    for (const struct inventory_figure *figure = inventory_figures; figure->key; figure++)
        if (figure->title)
            put_figure(out, figure, inventory_figure_of(s, figure));
    buf_puts(out, "<td class=\"connectors\" data-label=\"Connects to\">");
    for (size_t i = 0; i < s->connector_count && i < LIST_MAX; i++)
        put_in(out, "<span class=\"chip\">", s->connectors[i].name, "</span> ");
    buf_printf(out,
               "</td></tr>\n<tr class=\"details\" id=\"details-%zu\"><td colspan=\"%zu\"><details><summary>Details"
               "</summary><div class=\"grid\">\n",
               index, column_count());
    put_details(out, s);
    buf_puts(out, "</div></details></td></tr>\n");
}

static void put_unreadable(struct buf *out, const struct inventory_row *row)
{
    put_in(out, "<tr class=\"main unreadable\"><th scope=\"row\" data-value=\"", row->path, "\">");
    put_in(out, "<span class=\"path\">", row->path, "</span></th>");
    buf_printf(out, "<td colspan=\"%zu\">cannot be read: ", column_count() - 1);
    put_escaped(out, row->error.message);
    put_in(out, *row->error.entry ? " (" : "", row->error.entry, *row->error.entry ? ")" : "");
    buf_puts(out, "</td></tr>\n");
}

static void put_foot(struct buf *out, const struct inventory *inventory)
{
    size_t readable = inventory->count - inventory->unreadable;
    buf_printf(out,
               "<tfoot><tr><th scope=\"row\">Total: <span class=\"count\">%zu project%s</span></th>"
               "<td class=\"organization empty\"></td>",
               readable, readable == 1 ? "" : "s");
    for (const struct inventory_figure *figure = inventory_figures; figure->key; figure++) {
        uint64_t value = inventory_total(inventory, figure);
        if (!figure->title)
            continue;
        buf_printf(out, "<td class=\"number\" data-label=\"%s\" data-value=\"%llu\"%s>", figure->title,
                   (unsigned long long)value, figure->bytes ? " data-bytes" : "");
        put_number(out, figure, value);
        buf_puts(out, "</td>");
    }
    buf_puts(out, "<td class=\"empty\"></td></tr></tfoot>\n</table>\n");
}

/* --------------------------------------------------------------------------------------------------------- page */

static void put_policy(struct buf *out)
{
    char style[45], script[45];
    sha256_base64(inventory_css, strlen(inventory_css), style);
    sha256_base64(inventory_js, strlen(inventory_js), script);
    buf_printf(out,
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-%s'; "
               "script-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n",
               style, script);
}

static void put_tile(struct buf *out, const char *mark, uint64_t value, const char *label)
{
    buf_printf(out, "<li class=\"%s\"><b>%llu</b> %s</li>", value ? mark : "", (unsigned long long)value, label);
}

static void put_tiles(struct buf *out, const struct inventory *inventory)
{
    buf_puts(out, "<ul class=\"tiles\">");
    put_tile(out, "", inventory->count - inventory->unreadable, "projects");
    for (const struct inventory_figure *figure = inventory_figures; figure->key; figure++) {
        if (figure->mark)
            put_tile(out, figure->mark, inventory_total(inventory, figure), figure->label);
    }
    if (inventory->unreadable)
        put_tile(out, "bad", inventory->unreadable, "cannot be read");
    buf_puts(out, "</ul>\n");
}

/* They need the script, which shows them. */
static const char tools[] =
    "<div class=\"tools\" id=\"tools\" hidden>\n"
    "<label for=\"search\">Search</label>\n"
    "<input type=\"search\" id=\"search\" placeholder=\"name, connector, script, setting, ...\" autocomplete=\"off\">\n"
    "<span class=\"narrow\"><label for=\"order\">Sort by</label>\n"
    "<select id=\"order\"><option value=\"\">path</option></select>\n"
    "<button type=\"button\" id=\"turn\">Ascending</button></span>\n"
    "<button type=\"button\" id=\"unfold\">Show all details</button>\n"
    "<output id=\"shown\" for=\"search\" aria-live=\"polite\"></output>\n</div>\n";

static const char footer[] =
    "<footer>Idle: operations that nothing in the project starts: no schedule, no other operation, no script. Lines "
    "are "
    "those of scripts, without mappings. Errors and warnings are findings of <code>jpk check</code>. Size is that of "
    "all files, unpacked. No value of a setting is part of this page.</footer>\n";

void inventory_html(struct buf *out, const struct inventory *inventory)
{
    buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    put_policy(out);
    buf_puts(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<title>Jitterbit projects</title>\n<style>");
    buf_puts(out, inventory_css);
    buf_puts(out, "</style>\n</head>\n<body>\n<h1>Jitterbit projects</h1>\n");
    put_tiles(out, inventory);
    buf_puts(out, tools);
    put_head(out);
    for (size_t i = 0; i < inventory->count; i++) {
        buf_puts(out, "<tbody>\n");
        if (inventory->rows[i].summary)
            put_project(out, &inventory->rows[i], i);
        else
            put_unreadable(out, &inventory->rows[i]);
        buf_puts(out, "</tbody>\n");
    }
    put_foot(out, inventory);
    buf_puts(out, footer);
    buf_puts(out, "<script>");
    buf_puts(out, inventory_js);
    buf_puts(out, "</script>\n</body>\n</html>\n");
}
