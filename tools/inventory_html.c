/* The inventory for browsers: one page (tools/page.h). */
#include "tools/inventory.h"
#include "tools/page.h"

static void put_number(struct buf *out, const struct inventory_figure *figure, uint64_t value)
{
    char text[32];
    inventory_number(figure, value, text);
    buf_puts(out, text);
}

/* ------------------------------------------------------------------------------------------------------ details */

static void put_fact(struct buf *out, const char *label, const char *value)
{
    if (*value) {
        buf_printf(out, "<tr><th scope=\"row\" class=\"label\">%s</th>", label);
        page_in(out, "<td>", value, "</td></tr>");
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
    page_section(out, "Items", s->items, false);
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
    page_section_end(out, 0);
}

static void put_connectors(struct buf *out, const struct jpk_summary *s)
{
    if (s->connector_count == 0)
        return;
    page_section(out, "Connects to", s->connector_count, false);
    buf_puts(out, "<table><thead><tr><th scope=\"col\">Connection type</th><th scope=\"col\" class=\"number\">Endpoints"
                  "</th><th scope=\"col\" class=\"number\">Read</th><th scope=\"col\" class=\"number\">Write</th>"
                  "<th scope=\"col\" class=\"number\">Call</th></tr></thead><tbody>");
    for (size_t i = 0; i < s->connector_count && i < PAGE_LIST_MAX; i++) {
        const struct jpk_summary_connector *c = &s->connectors[i];
        page_in(out, "<tr><th scope=\"row\">", c->name, "</th>");
        buf_printf(out,
                   "<td class=\"number\">%zu</td><td class=\"number\">%zu</td><td class=\"number\">%zu</td>"
                   "<td class=\"number\">%zu</td></tr>",
                   c->endpoints, c->reads, c->writes, c->calls);
    }
    buf_puts(out, "</tbody></table>");
    page_section_end(out, s->connector_count);
}

static void put_unstarted(struct buf *out, const struct jpk_summary *s)
{
    if (s->unstarted_count == 0)
        return;
    page_section(out, "Operations that nothing starts", s->unstarted_count, false);
    buf_puts(out, "<ul>");
    for (size_t i = 0; i < s->unstarted_count && i < PAGE_LIST_MAX; i++)
        page_in(out, "<li>", s->unstarted[i].path, "</li>");
    buf_puts(out, "</ul>");
    page_section_end(out, s->unstarted_count);
}

static void put_scripts(struct buf *out, const struct jpk_summary *s, const char *title, enum jpk_type type)
{
    size_t count = 0, put = 0;
    for (size_t i = 0; i < s->script_count; i++)
        count += s->scripts[i].type == type;
    if (count == 0)
        return;
    page_section(out, title, count, false);
    buf_printf(out,
               "<table><thead><tr><th scope=\"col\">%s</th><th scope=\"col\" class=\"number\">Lines</th></tr>"
               "</thead><tbody>",
               jpk_type_info(type)->label);
    for (size_t i = 0; i < s->script_count && put < PAGE_LIST_MAX; i++) {
        const struct jpk_summary_script *script = &s->scripts[i];
        if (script->type != type)
            continue;
        page_in(out, "<tr><td>", script->item.path, "</td>");
        buf_printf(out, "<td class=\"number\">%zu</td></tr>", script->lines);
        put++;
    }
    buf_puts(out, "</tbody></table>");
    page_section_end(out, count);
}

static void put_secrets(struct buf *out, const struct jpk_summary *s)
{
    if (s->secret_count == 0)
        return;
    page_section(out, "Encrypted settings", s->secret_count, false);
    buf_puts(out, "<table><thead><tr><th scope=\"col\">Item</th><th scope=\"col\">Key</th></tr></thead><tbody>");
    for (size_t i = 0; i < s->secret_count && i < PAGE_LIST_MAX; i++) {
        page_in(out, "<tr><td>", s->secrets[i].item.path, "</td>");
        page_in(out, "<td>", s->secrets[i].key, "</td></tr>");
    }
    buf_puts(out, "</tbody></table>");
    page_section_end(out, s->secret_count);
}

/* The worst first, for the list may be cut. */
static void put_findings(struct buf *out, const struct jpk_summary *s)
{
    size_t put = 0;
    if (s->finding_count == 0)
        return;
    page_section(out, "Findings", s->finding_count, true);
    buf_puts(out, "<table><thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">What and where</th>"
                  "<th scope=\"col\">Rule</th></tr></thead><tbody>");
    for (int severity = JPK_ERROR; severity >= JPK_INFO; severity--)
        for (size_t i = 0; i < s->finding_count && put < PAGE_LIST_MAX; i++)
            if ((int)s->findings[i].severity == severity) {
                page_finding(out, &s->findings[i], true, s->findings[i].hint);
                put++;
            }
    buf_puts(out, "</tbody></table>");
    page_section_end(out, s->finding_count);
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
    buf_puts(out, "<table id=\"rows\" data-one=\"project\" data-many=\"projects\">\n<caption "
                  "class=\"visually-hidden\">Projects</caption>\n<thead><tr>"
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
    page_in(out, "<tr class=\"main\"><th scope=\"row\" data-value=\"", name, "\">");
    page_in(out, "<span class=\"name\">", name, "</span> ");
    page_in(out, "<span class=\"path\">", row->path, "</span></th>");
    page_in(out, "<td class=\"organization\">", s->organization, " ");
    page_in(out, "<span>", s->environment, "</span></td>");
    for (const struct inventory_figure *figure = inventory_figures; figure->key; figure++)
        if (figure->title)
            put_figure(out, figure, inventory_figure_of(s, figure));
    buf_puts(out, "<td class=\"connectors\" data-label=\"Connects to\">");
    for (size_t i = 0; i < s->connector_count && i < PAGE_LIST_MAX; i++)
        page_in(out, "<span class=\"chip\">", s->connectors[i].name, "</span> ");
    buf_printf(out,
               "</td></tr>\n<tr class=\"details\" id=\"details-%zu\"><td colspan=\"%zu\"><details><summary>Details"
               "</summary><div class=\"grid\">\n",
               index, column_count());
    put_details(out, s);
    buf_puts(out, "</div></details></td></tr>\n");
}

static void put_unreadable(struct buf *out, const struct inventory_row *row)
{
    page_in(out, "<tr class=\"main unreadable\"><th scope=\"row\" data-value=\"", row->path, "\">");
    page_in(out, "<span class=\"path\">", row->path, "</span></th>");
    buf_printf(out, "<td colspan=\"%zu\">cannot be read: ", column_count() - 1);
    page_text(out, row->error.message);
    page_in(out, *row->error.entry ? " (" : "", row->error.entry, *row->error.entry ? ")" : "");
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

static void put_tiles(struct buf *out, const struct inventory *inventory)
{
    buf_puts(out, "<ul class=\"tiles\">");
    page_tile(out, "", inventory->count - inventory->unreadable, "projects");
    for (const struct inventory_figure *figure = inventory_figures; figure->key; figure++) {
        if (figure->mark)
            page_tile(out, figure->mark, inventory_total(inventory, figure), figure->label);
    }
    if (inventory->unreadable)
        page_tile(out, "bad", inventory->unreadable, "cannot be read");
    buf_puts(out, "</ul>\n");
}

static const char footer[] =
    "<footer>Idle: operations that nothing in the project starts: no schedule, no other operation, no script. Lines "
    "are "
    "those of scripts, without mappings. Errors and warnings are findings of <code>jpk check</code>. Size is that of "
    "all files, unpacked. No value of a setting is part of this page.</footer>\n";

void inventory_html(struct buf *out, const struct inventory *inventory)
{
    page_begin(out, "Jitterbit projects");
    put_tiles(out, inventory);
    page_tools(out, "name, connector, script, setting, ...", "");
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
    page_end(out);
}
