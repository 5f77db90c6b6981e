#include "jpk/picture.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "jpk/secret_text.h"

/* ------------------------------------------------------------------------------------------------------- lines */

enum { TEXT_MAX = 512, LINES_MAX = 4 };

/* Bytes of the character at `p`, of printable UTF-8. */
static size_t character(const char *p)
{
    unsigned char c = (unsigned char)*p;
    return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static size_t columns_of(const char *p, size_t n)
{
    char one[8] = "";
    memcpy(one, p, n);
    return text_width(one);
}

/* How many bytes of `text` make the next line: up to the last place at which it may be broken. */
static size_t line_length(const char *text, size_t columns)
{
    size_t at = 0, used = 0, space = 0, mark = 0;
    while (text[at]) {
        size_t n = character(text + at), width = columns_of(text + at, n);
        if (used + width > columns)
            break;
        used += width;
        at += n;
        if (text[at] == ' ' || text[at - 1] == ' ')
            space = at;
        else if (strchr("_-./:,", text[at - 1]))
            mark = at;
    }
    if (!text[at])
        return at;
    /* A space is better, unless half of the line would be lost. */
    if (space >= at / 2 && space > 0)
        return space;
    return mark > 0 ? mark : space > 0 ? space : at > 0 ? at : character(text);
}

/* U+FFFE and U+FFFF must not stand in XML, and what comes from a file's name may hold them. */
static void replace_nonchars(char *text)
{
    for (char *p = text; (p = strstr(p, "\xef\xbf")) != NULL; p += 2)
        if ((unsigned char)p[2] >= 0xbe)
            p[0] = p[1] = p[2] = '?';
}

void picture_lines(const char *text, size_t columns, struct buf *out)
{
    char shown[TEXT_MAX];
    out->failed |= !secret_text_printable(shown, sizeof shown, text);
    replace_nonchars(shown);
    const char *at = shown + strspn(shown, " ");
    if (!*at) {
        buf_puts(out, "(no name)");
        return;
    }
    for (size_t line = 0; *at; line++) {
        size_t n = line_length(at, columns), end = n;
        while (end > 0 && at[end - 1] == ' ')
            end--;
        if (line > 0)
            buf_putc(out, '\n');
        buf_put(out, at, end);
        at += n;
        at += strspn(at, " ");
        if (*at && line + 1 == LINES_MAX) {
            buf_puts(out, "...");
            return;
        }
    }
}

/* ------------------------------------------------------------------------------------------------------ places */

bool picture_operation(const struct jpk_flow_node *node)
{
    return node->item_class == JPK_FLOW_CLASS_OPERATION;
}

bool picture_edge_within(const struct jpk_flow *flow, const struct jpk_flow_edge *edge)
{
    return edge->kind == JPK_FLOW_STEP && flow->nodes[edge->from].step_count > 0;
}

/* Something at which only this edge points, and that is no more than a thing that is used. */
static bool is_leaf(const struct jpk_flow *flow, const struct picture_place *places, const struct jpk_flow_edge *edge)
{
    const struct jpk_flow_node *to = &flow->nodes[edge->to];
    return (edge->kind == JPK_FLOW_USES || edge->kind == JPK_FLOW_CALLS) && places[edge->to].own &&
           places[edge->to].links == 1 && to->kind == JPK_FLOW_ITEM && !picture_operation(to) &&
           edge->to != flow->around;
}

static void find_lists(const struct jpk_flow *flow, struct picture_place *places)
{
    struct picture_group group = {0};
    while (picture_next_group(flow, places, &group)) {
        size_t leaves = 0;
        for (size_t i = group.first; i < group.end; i++)
            leaves += is_leaf(flow, places, &flow->edges[i]);
        for (size_t i = group.first; i < group.end && leaves > 1; i++)
            places[flow->edges[i].to].listed = is_leaf(flow, places, &flow->edges[i]);
    }
}

struct picture_place *picture_places(const struct jpk_flow *flow)
{
    struct picture_place *places = calloc(flow->node_count + 1, sizeof *places);
    if (!places)
        return NULL;
    for (size_t i = 0; i < flow->node_count; i++) {
        for (size_t k = 0; k < flow->nodes[i].step_count; k++) {
            size_t node = flow->nodes[i].steps[k].node;
            if (node == SIZE_MAX)
                continue;
            places[node].steps++;
            places[node].operation = (uint32_t)i;
            places[node].step = (uint32_t)k;
        }
    }
    for (size_t i = 0; i < flow->edge_count; i++) {
        if (picture_edge_within(flow, &flow->edges[i]))
            continue;
        places[flow->edges[i].from].links++;
        places[flow->edges[i].to].links++;
    }
    for (size_t i = 0; i < flow->node_count; i++)
        places[i].own =
            picture_operation(&flow->nodes[i]) || places[i].steps == 0 || (places[i].steps > 1 && places[i].links > 0);
    find_lists(flow, places);
    return places;
}

bool picture_next_group(const struct jpk_flow *flow, const struct picture_place *places, struct picture_group *group)
{
    const struct jpk_flow_edge *edges = flow->edges;
    size_t first = group->end, end = first;
    bool list = false;
    for (; end < flow->edge_count && edges[end].from == edges[first].from; end++)
        list = list || places[edges[end].to].listed;
    *group = (struct picture_group){first, end, list};
    return first < end;
}

void picture_step_words(const struct jpk_flow *flow, const struct jpk_flow_step *step, struct buf *out)
{
    const char *role = *step->role ? step->role : step->tag;
    const struct jpk_flow_node *node = step->node == SIZE_MAX ? NULL : &flow->nodes[step->node];
    if (!node)
        buf_printf(out, "%s: empty", role);
    else if (node->kind != JPK_FLOW_ITEM)
        buf_printf(out, "%s: %s", role, node->words);
    else if (node->item_class == JPK_FLOW_CLASS_TRANSFORMATION)
        buf_puts(out, role);
    else
        buf_puts(out, node->words);
}

const char *picture_step_name(const struct jpk_flow *flow, const struct jpk_flow_step *step)
{
    const struct jpk_flow_node *node = step->node == SIZE_MAX ? NULL : &flow->nodes[step->node];
    if (!node)
        return "-";
    if (node->kind == JPK_FLOW_BUILT_IN)
        return *step->role ? step->role : step->tag;
    return node->name;
}
