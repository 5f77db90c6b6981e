/*
 * A flow as Graphviz DOT. Operations are HTML-like tables: their steps stay in order from left to right whatever the
 * layout does, and it stays fast, for the graph has a node for each operation instead of a cluster.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "jpk/picture.h"
#include "jpk/secret_text.h"

enum { LABEL_COLUMNS = 24, TITLE_COLUMNS = 48, STEP_COLUMNS = 20, LINE_COLUMNS = 36, STEPS_A_ROW = 5 };

struct dot {
    const struct jpk_flow *flow;
    struct picture_place *places;
    struct buf out;
    struct buf scratch;
};

/* -------------------------------------------------------------------------------------------------------- looks */

#define INK "#222222"
#define FAINT "#666666"
#define SHARED "#999999"
#define ALARM "#B00020"

struct look {
    const char *shape, *fill, *line;
};

static const struct look looks[JPK_FLOW_CLASSES] = {
    [JPK_FLOW_CLASS_OPERATION] = {"plain", "#FFFFFF", "#34506B"},
    [JPK_FLOW_CLASS_SCHEDULE] = {"ellipse", "#FFE8BF", "#A86F00"},
    [JPK_FLOW_CLASS_SCRIPT] = {"box", "#F3F3F3", "#888888"},
    [JPK_FLOW_CLASS_TRANSFORMATION] = {"box", "#FFF6D5", "#A88A2A"},
    [JPK_FLOW_CLASS_STORAGE] = {"cylinder", "#DDF1FA", "#3B7EA1"},
    [JPK_FLOW_CLASS_FUNCTION] = {"box", "#DDF1FA", "#3B7EA1"},
    [JPK_FLOW_CLASS_CONNECTOR] = {"component", "#E3EFE0", "#5B7F50"},
    [JPK_FLOW_CLASS_MESSAGE] = {"note", "#F9E4EF", "#A0497A"},
    [JPK_FLOW_CLASS_FORMAT] = {"note", "#FFFFFF", "#888888"},
    [JPK_FLOW_CLASS_BUILT_IN] = {"box", "#EEEEEE", "#999999"},
    [JPK_FLOW_CLASS_MISSING] = {"box", "#FFFFFF", ALARM},
    [JPK_FLOW_CLASS_OTHER] = {"box", "#FFFFFF", "#888888"},
};

static const struct look *look_of(const struct jpk_flow_node *node)
{
    return &looks[node->item_class];
}

/* By kind of edge. `legend` is how the legend calls it. */
static const struct {
    const char *color, *style, *width, *more, *legend;
    bool labelled;
} edge_looks[JPK_FLOW_EDGE_KINDS] = {
    [JPK_FLOW_STEP] = {"#555555", "solid", "1", "arrowhead=none", "has the step", true},
    [JPK_FLOW_SUCCESS] = {"#00755E", "solid", "1.8", "weight=6", "on success", false},
    [JPK_FLOW_FAILURE] = {"#C44E00", "dashed", "1.4", "weight=1", "on failure", false},
    [JPK_FLOW_RUNS] = {"#0062A3", "dotted", "2.2", "weight=4", "a script starts it", true},
    [JPK_FLOW_CALLS] = {"#777777", "solid", "1", "arrowhead=vee", "runs the script", false},
    [JPK_FLOW_SCHEDULE] = {"#A86F00", "solid", "1.8", "weight=4", "scheduled", false},
    [JPK_FLOW_MESSAGE] = {"#A0497A", "dashed", "1", "arrowhead=vee", "sends the e-mail", true},
    [JPK_FLOW_ENDPOINT] = {"#5B7F50", "solid", "1", "arrowhead=none", "connects with", false},
    [JPK_FLOW_USES] = {"#3B7EA1", "solid", "1", "arrowhead=vee", "uses", true},
    [JPK_FLOW_STRUCTURE] = {"#999999", "dotted", "1", "arrowhead=none", "structure", false},
};

/* --------------------------------------------------------------------------------------------------------- text */

/* Text for an HTML-like label, in which `\N` would be the node's name even there; a line feed becomes a break. */
static void put_escaped(struct buf *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        switch (*p) {
        case '&':
            buf_puts(out, "&amp;");
            break;
        case '<':
            buf_puts(out, "&lt;");
            break;
        case '>':
            buf_puts(out, "&gt;");
            break;
        case '"':
            buf_puts(out, "&quot;");
            break;
        case '\\':
            buf_puts(out, "\\\\");
            break;
        case '\n':
            buf_puts(out, "<BR/>");
            break;
        default:
            buf_putc(out, *p);
        }
    }
}

static void put_label(struct dot *d, const char *text, size_t columns)
{
    buf_clear(&d->scratch);
    picture_lines(text, columns, &d->scratch);
    put_escaped(&d->out, buf_text(&d->scratch));
}

/* A quoted string of DOT in which Graphviz would also read escapes and entities. */
static void put_quoted(struct dot *d, const char *text)
{
    char shown[512];
    d->out.failed |= !secret_text_printable(shown, sizeof shown, text);
    buf_putc(&d->out, '"');
    for (const char *p = shown; *p; p++) {
        if (*p == '&') {
            buf_puts(&d->out, "&amp;");
            continue;
        }
        if (*p == '"' || *p == '\\')
            buf_putc(&d->out, '\\');
        buf_putc(&d->out, *p);
    }
    buf_putc(&d->out, '"');
}

/* What a viewer shows when the pointer rests on a node: where the item is found. */
static void put_tooltip(struct dot *d, const struct jpk_flow_node *node)
{
    buf_puts(&d->out, ", tooltip=");
    put_quoted(d, node->path ? node->path : node->id);
}

/* --------------------------------------------------------------------------------------------------- operations */

static void put_step(struct dot *d, const struct jpk_flow_step *step, size_t index)
{
    const struct jpk_flow_node *node = step->node == SIZE_MAX ? NULL : &d->flow->nodes[step->node];
    const struct look *look = node ? look_of(node) : &looks[JPK_FLOW_CLASS_BUILT_IN];
    bool wrong = node && node->kind == JPK_FLOW_MISSING;
    bool center = step->node != SIZE_MAX && step->node == d->flow->around;
    struct buf words = {0};
    picture_step_words(d->flow, step, &words);
    buf_printf(&d->out, "<TD PORT=\"s%zu\" BORDER=\"%d\" COLOR=\"%s\" BGCOLOR=\"%s\"%s CELLPADDING=\"4\">", index,
               center || wrong ? 2 : 1, look->line, look->fill, wrong || !node ? " STYLE=\"dashed\"" : "");
    buf_printf(&d->out, "<FONT POINT-SIZE=\"8\" COLOR=\"%s\">", wrong ? ALARM : FAINT);
    put_label(d, buf_text(&words), LABEL_COLUMNS + 2);
    buf_puts(&d->out, "</FONT>");
    if (node && node->kind != JPK_FLOW_BUILT_IN) {
        buf_printf(&d->out, "<BR/><FONT POINT-SIZE=\"10\" COLOR=\"%s\">", wrong ? ALARM : INK);
        put_label(d, picture_step_name(d->flow, step), STEP_COLUMNS);
        buf_puts(&d->out, "</FONT>");
    }
    buf_puts(&d->out, "</TD>");
    d->out.failed = d->out.failed || words.failed;
    buf_free(&words);
}

static void put_steps(struct dot *d, const struct jpk_flow_node *node)
{
    for (size_t i = 0; i < node->step_count; i++) {
        if (i % STEPS_A_ROW == 0)
            buf_puts(&d->out, "<TR><TD><TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\"><TR>");
        if (i > 0)
            buf_puts(&d->out, "<TD>&#8594;</TD>");
        put_step(d, &node->steps[i], i);
        if (i % STEPS_A_ROW == STEPS_A_ROW - 1 || i + 1 == node->step_count)
            buf_puts(&d->out, "</TR></TABLE></TD></TR>");
    }
}

/* An entry point has a dark title and a thick frame; what nothing starts says so. */
static void put_operation(struct dot *d, size_t index)
{
    const struct jpk_flow_node *node = &d->flow->nodes[index];
    bool entry = !node->started, center = index == d->flow->around;
    size_t columns = node->step_count > 2 ? TITLE_COLUMNS : LABEL_COLUMNS;
    buf_printf(&d->out,
               "  n%zu [shape=plain, label=<<TABLE BORDER=\"%d\" CELLBORDER=\"0\" CELLSPACING=\"0\" "
               "CELLPADDING=\"4\" COLOR=\"%s\" BGCOLOR=\"%s\">",
               index,
               center  ? 4
               : entry ? 2
                       : 1,
               looks[JPK_FLOW_CLASS_OPERATION].line, looks[JPK_FLOW_CLASS_OPERATION].fill);
    buf_printf(&d->out, "<TR><TD BGCOLOR=\"%s\"><FONT COLOR=\"%s\"><B>",
               entry ? looks[JPK_FLOW_CLASS_OPERATION].line : "#DCE5EE", entry ? "#FFFFFF" : INK);
    put_label(d, node->name, columns);
    buf_puts(&d->out, "</B></FONT>");
    if (entry && !node->scheduled)
        buf_puts(&d->out,
                 "<BR/><FONT POINT-SIZE=\"8\" COLOR=\"#FFFFFF\"><I>nothing in the project starts it</I></FONT>");
    buf_puts(&d->out, "</TD></TR>");
    if (node->step_count > 0) {
        put_steps(d, node);
    } else {
        buf_printf(&d->out, "<TR><TD><FONT POINT-SIZE=\"9\" COLOR=\"%s\">", FAINT);
        put_label(d, node->words, LABEL_COLUMNS + 4);
        buf_puts(&d->out, "</FONT></TD></TR>");
    }
    buf_puts(&d->out, "</TABLE>>");
    put_tooltip(d, node);
    buf_puts(&d->out, "];\n");
}

/* ------------------------------------------------------------------------------------------------------- others */

static void put_other(struct dot *d, size_t index)
{
    const struct jpk_flow_node *node = &d->flow->nodes[index];
    const struct look *look = look_of(node);
    enum jpk_flow_class class = node->item_class;
    bool wrong = class == JPK_FLOW_CLASS_MISSING, center = index == d->flow->around;
    const char *style = wrong ? ",dashed" : class == JPK_FLOW_CLASS_SCRIPT ? ",rounded" : "";
    buf_printf(&d->out, "  n%zu [shape=%s, style=\"filled%s\", fillcolor=\"%s\", color=\"%s\"%s, label=<", index,
               look->shape, style, look->fill, look->line,
               center  ? ", penwidth=4"
               : wrong ? ", penwidth=2"
                       : "");
    if (!text_caseeq(node->name, node->words)) {
        buf_printf(&d->out, "<FONT POINT-SIZE=\"8\" COLOR=\"%s\">", wrong ? ALARM : FAINT);
        put_label(d, node->words, LABEL_COLUMNS);
        buf_puts(&d->out, "</FONT><BR/>");
    }
    buf_printf(&d->out, "<FONT COLOR=\"%s\">", wrong ? ALARM : INK);
    put_label(d, node->name, LABEL_COLUMNS);
    buf_puts(&d->out, "</FONT>>");
    put_tooltip(d, node);
    buf_puts(&d->out, "];\n");
}

/* -------------------------------------------------------------------------------------------------------- edges */

/* Where an edge begins or ends. */
static void put_end(struct dot *d, size_t node)
{
    const struct picture_place *place = &d->places[node];
    if (place->own)
        buf_printf(&d->out, "n%zu", node);
    else
        buf_printf(&d->out, "n%u:s%u", place->operation, place->step);
}

static void put_edge(struct dot *d, const struct jpk_flow_edge *edge)
{
    buf_puts(&d->out, "  ");
    put_end(d, edge->from);
    buf_puts(&d->out, " -> ");
    put_end(d, edge->to);
    buf_printf(&d->out, " [color=\"%s\", style=%s, penwidth=%s, %s", edge_looks[edge->kind].color,
               edge_looks[edge->kind].style, edge_looks[edge->kind].width, edge_looks[edge->kind].more);
    if (edge_looks[edge->kind].labelled && *edge->label) {
        /* Between ranks that are neighbours, a packed layout (of Graphviz 2.43 at least) has no room for a label. */
        buf_printf(&d->out, "%s, label=<<FONT COLOR=\"%s\">&nbsp;",
                   d->flow->scope == JPK_FLOW_OPERATIONS ? "" : ", minlen=2", edge_looks[edge->kind].color);
        put_label(d, edge->label, LINE_COLUMNS);
        buf_puts(&d->out, "</FONT>>");
    }
    buf_puts(&d->out, "];\n");
}

static void put_list_line(struct dot *d, const struct jpk_flow_edge *edge)
{
    const struct jpk_flow_node *node = &d->flow->nodes[edge->to];
    buf_printf(&d->out, "<TR><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\" BGCOLOR=\"%s\"><FONT POINT-SIZE=\"8\" COLOR=\"%s\">",
               look_of(node)->fill, FAINT);
    if (*edge->label && edge->kind == JPK_FLOW_USES) {
        put_label(d, edge->label, LINE_COLUMNS);
        buf_puts(&d->out, ", ");
    }
    put_label(d, node->words, LINE_COLUMNS);
    buf_puts(&d->out, "</FONT><BR/>");
    put_label(d, node->name, LINE_COLUMNS);
    buf_puts(&d->out, "</TD></TR>");
}

/* The edges of a group that lead to listed items are one, to a table of these items. */
static void put_list(struct dot *d, const struct picture_group *group)
{
    size_t from = d->flow->edges[group->first].from;
    buf_printf(&d->out,
               "  l%zu [shape=plain, label=<<TABLE BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" CELLPADDING=\"3\" "
               "COLOR=\"#888888\">",
               from);
    for (size_t i = group->first; i < group->end; i++)
        if (d->places[d->flow->edges[i].to].listed)
            put_list_line(d, &d->flow->edges[i]);
    buf_puts(&d->out, "</TABLE>>];\n  ");
    put_end(d, from);
    buf_printf(&d->out, " -> l%zu [color=\"%s\", arrowhead=vee];\n", from, edge_looks[JPK_FLOW_USES].color);
}

static void put_edges(struct dot *d)
{
    struct picture_group group = {0};
    while (picture_next_group(d->flow, d->places, &group)) {
        for (size_t i = group.first; i < group.end; i++) {
            const struct jpk_flow_edge *edge = &d->flow->edges[i];
            if (!d->places[edge->to].listed && !picture_edge_within(d->flow, edge))
                put_edge(d, edge);
        }
        if (group.list)
            put_list(d, &group);
    }
}

/* From the steps of an operation to items that have a node of their own because several operations share them. */
static void put_step_edges(struct dot *d, size_t index)
{
    const struct jpk_flow_node *node = &d->flow->nodes[index];
    for (size_t i = 0; i < node->step_count; i++) {
        size_t to = node->steps[i].node;
        if (to != SIZE_MAX && d->places[to].own)
            buf_printf(&d->out, "  n%zu:s%zu -> n%zu [color=\"" SHARED "\", style=dotted, arrowhead=none];\n", index, i,
                       to);
    }
}

/* ------------------------------------------------------------------------------------------------ the whole graph */

static void put_legend_line(struct dot *d, const char *color, const char *style, const char *text)
{
    buf_printf(&d->out,
               "<TD WIDTH=\"28\" BORDER=\"2\" SIDES=\"B\" COLOR=\"%s\" STYLE=\"%s\"></TD><TD "
               "VALIGN=\"BOTTOM\">%s&nbsp;&nbsp;</TD>",
               color, style, text);
}

/* Whether some step points at an item that has a node of its own. */
static bool shares_steps(const struct dot *d)
{
    for (size_t i = 0; i < d->flow->node_count; i++)
        if (d->places[i].own && d->places[i].steps > 0)
            return true;
    return false;
}

static void put_legend(struct dot *d)
{
    bool used[JPK_FLOW_EDGE_KINDS] = {false};
    for (size_t i = 0; i < d->flow->edge_count; i++)
        if (!picture_edge_within(d->flow, &d->flow->edges[i]))
            used[d->flow->edges[i].kind] = true;
    buf_puts(&d->out, "<TR><TD ALIGN=\"LEFT\"><TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"2\"><TR>");
    for (int kind = 0; kind < JPK_FLOW_EDGE_KINDS; kind++)
        if (used[kind])
            put_legend_line(d, edge_looks[kind].color, edge_looks[kind].style, edge_looks[kind].legend);
    if (shares_steps(d))
        put_legend_line(d, SHARED, "dotted", "the same item");
    buf_printf(&d->out, "<TD BORDER=\"1\" COLOR=\"%s\" BGCOLOR=\"%s\">&nbsp;&nbsp;&nbsp;</TD><TD>entry point</TD>",
               looks[JPK_FLOW_CLASS_OPERATION].line, looks[JPK_FLOW_CLASS_OPERATION].line);
    buf_puts(&d->out, "</TR></TABLE></TD></TR>");
    if (d->flow->unreached > 0)
        buf_printf(&d->out,
                   "<TR><TD ALIGN=\"LEFT\"><FONT COLOR=\"%s\">left out: %zu item%s that no operation reaches"
                   "</FONT></TD></TR>",
                   FAINT, d->flow->unreached, d->flow->unreached == 1 ? "" : "s");
}

static void put_head(struct dot *d, bool legend)
{
    const struct jpk_flow *flow = d->flow;
    bool operations = flow->scope == JPK_FLOW_OPERATIONS;
    buf_printf(&d->out,
               "digraph flow {\n"
               "  graph [rankdir=%s, fontname=\"Helvetica,Arial,sans-serif\", fontsize=10, nodesep=0.3, ranksep=0.5, "
               "%slabelloc=t, labeljust=l, bgcolor=white, label=<"
               "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\"><TR><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\">"
               "<FONT POINT-SIZE=\"18\"><B>",
               operations ? "LR" : "TB", operations ? "" : "pack=24, packmode=\"array\", ");
    put_label(d, flow->name, TITLE_COLUMNS + LABEL_COLUMNS);
    buf_puts(&d->out, "</B></FONT></TD></TR>");
    if (legend)
        put_legend(d);
    buf_puts(&d->out,
             "</TABLE>>];\n"
             "  node [fontname=\"Helvetica,Arial,sans-serif\", fontsize=10, margin=\"0.1,0.05\", height=0.3];\n"
             "  edge [fontname=\"Helvetica,Arial,sans-serif\", fontsize=8, arrowsize=0.7];\n");
}

static void put_graph(struct dot *d, bool legend)
{
    const struct jpk_flow *flow = d->flow;
    put_head(d, legend);
    for (size_t i = 0; i < flow->node_count; i++) {
        if (picture_operation(&flow->nodes[i]))
            put_operation(d, i);
        else if (d->places[i].own && !d->places[i].listed)
            put_other(d, i);
    }
    put_edges(d);
    for (size_t i = 0; i < flow->node_count; i++)
        put_step_edges(d, i);
    buf_puts(&d->out, "}\n");
}

char *jpk_flow_dot(const struct jpk_flow *flow, bool legend, size_t *size, struct jpk_error *err)
{
    struct dot d = {.flow = flow, .places = picture_places(flow)};
    if (d.places)
        put_graph(&d, legend);
    bool ok = d.places && !d.out.failed && !d.scratch.failed;
    free(d.places);
    buf_free(&d.scratch);
    if (ok) {
        *size = d.out.size;
        return d.out.data;
    }
    buf_free(&d.out);
    error_memory(err);
    return NULL;
}
