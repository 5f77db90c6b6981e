/*
 * A flow as a Mermaid flowchart. An operation is one node with its steps as lines: Mermaid's subgraphs lose their own
 * direction as soon as something inside is linked to something outside.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "jpk/picture.h"
#include "jpk/secret_text.h"

#define ZERO_WIDTH_SPACE "\xe2\x80\x8b"

enum { LABEL_COLUMNS = 24, LINE_COLUMNS = 40 };

struct mermaid {
    const struct jpk_flow *flow;
    struct picture_place *places;
    struct buf out, scratch;
    struct buf styled[JPK_FLOW_EDGE_KINDS]; /* the numbers of the edges of each kind */
    size_t edges;
};

/* -------------------------------------------------------------------------------------------------------- looks */

struct look {
    const char *open, *close, *class, *style;
};

static const struct look looks[JPK_FLOW_CLASSES] = {
    [JPK_FLOW_CLASS_OPERATION] = {"[\"", "\"]", "operation", "fill:#fff,stroke:#34506B,color:#222,text-align:left"},
    [JPK_FLOW_CLASS_SCHEDULE] = {"([\"", "\"])", "schedule", "fill:#FFE8BF,stroke:#A86F00,color:#222"},
    [JPK_FLOW_CLASS_SCRIPT] = {"(\"", "\")", "script", "fill:#F3F3F3,stroke:#888,color:#222"},
    [JPK_FLOW_CLASS_TRANSFORMATION] = {"[\"", "\"]", "transformation", "fill:#FFF6D5,stroke:#A88A2A,color:#222"},
    [JPK_FLOW_CLASS_STORAGE] = {"[(\"", "\")]", "storage", "fill:#DDF1FA,stroke:#3B7EA1,color:#222"},
    [JPK_FLOW_CLASS_FUNCTION] = {"[\"", "\"]", "function", "fill:#DDF1FA,stroke:#3B7EA1,color:#222"},
    [JPK_FLOW_CLASS_CONNECTOR] = {"[[\"", "\"]]", "connector", "fill:#E3EFE0,stroke:#5B7F50,color:#222"},
    [JPK_FLOW_CLASS_MESSAGE] = {">\"", "\"]", "message", "fill:#F9E4EF,stroke:#A0497A,color:#222"},
    [JPK_FLOW_CLASS_FORMAT] = {"[\"", "\"]", "format", "fill:#fff,stroke:#888,color:#222"},
    [JPK_FLOW_CLASS_BUILT_IN] = {"[\"", "\"]", "builtin", "fill:#EEE,stroke:#999,color:#555"},
    [JPK_FLOW_CLASS_MISSING] = {"[\"", "\"]", "missing", "fill:#fff,stroke:#B00020,stroke-dasharray:4,color:#B00020"},
    [JPK_FLOW_CLASS_OTHER] = {"[\"", "\"]", "other", "fill:#fff,stroke:#888,color:#222"},
};

/* Operations that nothing starts, and lists. */
static const struct look entry_look = {"[\"", "\"]", "entry", "fill:#34506B,stroke:#34506B,color:#fff,text-align:left"};
static const struct look list_look = {"[\"", "\"]", "list", "fill:#DDF1FA,stroke:#888,color:#222,text-align:left"};

/* By kind of edge. A label that is NULL is that of the edge. */
static const struct {
    const char *arrow, *style, *label;
} edge_looks[JPK_FLOW_EDGE_KINDS] = {
    [JPK_FLOW_STEP] = {"-.-", "stroke:#999", ""},
    [JPK_FLOW_SUCCESS] = {"-->", "stroke:#00755E,stroke-width:2px", ""},
    [JPK_FLOW_FAILURE] = {"-.->", "stroke:#C44E00", "on failure"},
    [JPK_FLOW_RUNS] = {"-.->", "stroke:#0062A3,stroke-width:2px", NULL},
    [JPK_FLOW_CALLS] = {"-->", "stroke:#777", ""},
    [JPK_FLOW_SCHEDULE] = {"==>", "stroke:#A86F00", ""},
    [JPK_FLOW_MESSAGE] = {"-.->", "stroke:#A0497A", NULL},
    [JPK_FLOW_ENDPOINT] = {"---", "stroke:#5B7F50", ""},
    [JPK_FLOW_USES] = {"-->", "stroke:#3B7EA1", NULL},
    [JPK_FLOW_STRUCTURE] = {"-.-", "stroke:#999", ""},
};

/* --------------------------------------------------------------------------------------------------------- text */

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/*
 * Text within quotes. Whatever Mermaid could take for quotes, entities, directives, styles, tags or Markdown (which it
 * also finds in labels that are not meant to be) becomes a character code of Mermaid's own form; a line feed becomes a
 * break. Two dollar signs side by side would begin a formula even then.
 */
static void put_escaped(struct buf *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        bool inner = (*p == '-' || *p == '_') && p > text && is_word(p[-1]) && is_word(p[1]);
        if (*p == '\n')
            buf_puts(out, "<br/>");
        else if (is_word(*p) || *p == ' ' || *p == ',' || *p == '/' || inner)
            buf_putc(out, *p);
        else
            buf_printf(out, "#%u;%s", (unsigned char)*p, *p == '$' && p[1] == '$' ? ZERO_WIDTH_SPACE : "");
    }
}

static void put_label(struct mermaid *m, const char *text, size_t columns)
{
    buf_clear(&m->scratch);
    picture_lines(text, columns, &m->scratch);
    put_escaped(&m->out, buf_text(&m->scratch));
}

/* ------------------------------------------------------------------------------------------------------- nodes */

static void put_step(struct mermaid *m, const struct jpk_flow_step *step)
{
    struct buf words = {0};
    picture_step_words(m->flow, step, &words);
    buf_puts(&m->out, "<br/>\xe2\x86\x92 ");
    put_label(m, buf_text(&words), LINE_COLUMNS);
    if (step->node != SIZE_MAX && m->flow->nodes[step->node].kind != JPK_FLOW_BUILT_IN) {
        buf_puts(&m->out, " \xc2\xb7 ");
        put_label(m, picture_step_name(m->flow, step), LINE_COLUMNS);
    }
    m->out.failed = m->out.failed || words.failed;
    buf_free(&words);
}

static void put_operation(struct mermaid *m, size_t index)
{
    const struct jpk_flow_node *node = &m->flow->nodes[index];
    buf_printf(&m->out, "  n%zu[\"<b>", index);
    put_label(m, node->name, node->step_count > 0 ? LINE_COLUMNS : LABEL_COLUMNS);
    buf_puts(&m->out, "</b>");
    if (!node->started && !node->scheduled)
        buf_puts(&m->out, "<br/>nothing in the project starts it");
    for (size_t i = 0; i < node->step_count; i++)
        put_step(m, &node->steps[i]);
    if (node->step_count == 0) {
        buf_puts(&m->out, "<br/>");
        put_label(m, node->words, LINE_COLUMNS);
    }
    const struct look *look = node->started ? &looks[JPK_FLOW_CLASS_OPERATION] : &entry_look;
    buf_printf(&m->out, "%s:::%s\n", look->close, look->class);
}

static void put_other(struct mermaid *m, size_t index)
{
    const struct jpk_flow_node *node = &m->flow->nodes[index];
    const struct look *look = &looks[node->item_class];
    buf_printf(&m->out, "  n%zu%s", index, look->open);
    if (!text_caseeq(node->name, node->words)) {
        put_label(m, node->words, LABEL_COLUMNS);
        buf_puts(&m->out, "<br/>");
    }
    put_label(m, node->name, LABEL_COLUMNS);
    buf_printf(&m->out, "%s:::%s\n", look->close, look->class);
}

/* -------------------------------------------------------------------------------------------------------- edges */

static void begin_edge(struct mermaid *m, enum jpk_flow_edge_kind kind)
{
    buf_printf(&m->styled[kind], "%s%zu", m->styled[kind].size ? "," : "", m->edges++);
}

/* What stands for a node: the operation that it is a step of, unless it has a node of its own. */
static size_t end_of(const struct mermaid *m, size_t node)
{
    return m->places[node].own ? node : m->places[node].operation;
}

static void put_edge(struct mermaid *m, const struct jpk_flow_edge *edge)
{
    size_t from = end_of(m, edge->from), to = end_of(m, edge->to);
    bool within = picture_edge_within(m->flow, edge);
    if (within ? !m->places[edge->to].own : from == to && edge->from != edge->to && edge->kind != JPK_FLOW_RUNS)
        return; /* the node says it */
    const char *label = edge_looks[edge->kind].label ? edge_looks[edge->kind].label : edge->label;
    begin_edge(m, edge->kind);
    buf_printf(&m->out, "  n%zu %s", from, edge_looks[edge->kind].arrow);
    if (*label) {
        buf_puts(&m->out, "|\"");
        put_label(m, label, LINE_COLUMNS);
        buf_puts(&m->out, "\"|");
    }
    buf_printf(&m->out, " n%zu\n", to);
}

/* The edges of a group that lead to listed items are one, to a node that lists these items. */
static void put_list(struct mermaid *m, const struct picture_group *group)
{
    size_t from = m->flow->edges[group->first].from, lines = 0;
    buf_printf(&m->out, "  l%zu%s", from, list_look.open);
    for (size_t i = group->first; i < group->end; i++) {
        const struct jpk_flow_edge *edge = &m->flow->edges[i];
        if (!m->places[edge->to].listed)
            continue;
        if (lines++ > 0)
            buf_puts(&m->out, "<br/>");
        put_label(m, *edge->label ? edge->label : m->flow->nodes[edge->to].words, LINE_COLUMNS);
        buf_puts(&m->out, " \xc2\xb7 ");
        put_label(m, m->flow->nodes[edge->to].name, LINE_COLUMNS);
    }
    buf_printf(&m->out, "%s:::%s\n  n%zu %s l%zu\n", list_look.close, list_look.class, end_of(m, from),
               edge_looks[JPK_FLOW_USES].arrow, from);
    begin_edge(m, JPK_FLOW_USES);
}

static void put_edges(struct mermaid *m)
{
    struct picture_group group = {0};
    while (picture_next_group(m->flow, m->places, &group)) {
        for (size_t i = group.first; i < group.end; i++)
            if (!m->places[m->flow->edges[i].to].listed)
                put_edge(m, &m->flow->edges[i]);
        if (group.list)
            put_list(m, &group);
    }
}

/* ------------------------------------------------------------------------------------------------ the whole graph */

/* The title stands in front matter, which is YAML. Lines are broken here, not by Mermaid at its 200 pixels. */
static void put_head(struct mermaid *m)
{
    char title[256];
    m->out.failed |= !secret_text_printable(title, sizeof title, m->flow->name);
    buf_puts(&m->out, "---\ntitle: \"");
    for (const char *p = title; *p; p++) {
        if (*p == '"' || *p == '\\')
            buf_putc(&m->out, '\\');
        buf_putc(&m->out, *p);
    }
    buf_printf(&m->out, "\"\nconfig:\n  flowchart:\n    wrappingWidth: 400\n---\nflowchart %s\n",
               m->flow->scope == JPK_FLOW_OPERATIONS ? "LR" : "TB");
}

static void put_class(struct mermaid *m, const struct look *look)
{
    buf_printf(&m->out, "  classDef %s %s\n", look->class, look->style);
}

static void put_graph(struct mermaid *m)
{
    put_head(m);
    for (size_t i = 0; i < m->flow->node_count; i++) {
        if (picture_operation(&m->flow->nodes[i]))
            put_operation(m, i);
        else if (m->places[i].own && !m->places[i].listed)
            put_other(m, i);
    }
    put_edges(m);
    put_class(m, &entry_look);
    put_class(m, &list_look);
    for (size_t i = 0; i < JPK_FLOW_CLASSES; i++)
        put_class(m, &looks[i]);
    for (size_t kind = 0; kind < JPK_FLOW_EDGE_KINDS; kind++)
        if (m->styled[kind].size)
            buf_printf(&m->out, "  linkStyle %s %s\n", m->styled[kind].data, edge_looks[kind].style);
}

char *jpk_flow_mermaid(const struct jpk_flow *flow, size_t *size, struct jpk_error *err)
{
    struct mermaid m = {.flow = flow, .places = picture_places(flow)};
    if (m.places)
        put_graph(&m);
    bool ok = m.places && !m.out.failed && !m.scratch.failed;
    free(m.places);
    buf_free(&m.scratch);
    for (size_t kind = 0; kind < JPK_FLOW_EDGE_KINDS; kind++) {
        ok = ok && !m.styled[kind].failed;
        buf_free(&m.styled[kind]);
    }
    if (ok) {
        *size = m.out.size;
        return m.out.data;
    }
    buf_free(&m.out);
    error_memory(err);
    return NULL;
}
