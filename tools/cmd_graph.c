#include "base/json_write.h"
#include "jpk/flow.h"
#include "jpk/secret_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "tools/commands.h"
#include "tools/graphviz.h"
#include "tools/input.h"
#include "tools/message.h"

static const struct option options[] = {
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "dot|mermaid|json|svg",
     "what to write (dot); svg needs Graphviz"},
    {"operations", 0, OPTION_FLAG, offsetof(struct settings, graph.operations), NULL,
     "operations only, and what starts them"},
    {"around", 0, OPTION_TEXT, offsetof(struct settings, graph.around), "ITEM",
     "only this item (a path, name or id) and what is near it"},
    {"depth", 0, OPTION_TEXT, offsetof(struct settings, graph.depth), "N",
     "with --around: how many references away (2)"},
    {"messages", 0, OPTION_FLAG, offsetof(struct settings, graph.messages), NULL, "with --operations: e-mails too"},
    {"structures", 0, OPTION_FLAG, offsetof(struct settings, graph.structures), NULL,
     "file formats, schemas and files of structures too"},
    {"no-legend", 0, OPTION_FLAG, offsetof(struct settings, graph.no_legend), NULL, "leave the legend out (dot, svg)"},
    {"output", 'o', OPTION_OUTPUT, offsetof(struct settings, output), "FILE", "where to write (standard output)"},
    {"force", 'f', OPTION_FLAG, offsetof(struct settings, force), NULL, "overwrite what is there"},
    {0},
};

static bool is_format(const struct settings *settings, const char *format)
{
    return settings->format && strcmp(settings->format, format) == 0;
}

/* --------------------------------------------------------------------------------------------------------- JSON */

static json_t *steps_json(const struct jpk_flow *flow, const struct jpk_flow_node *node)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < node->step_count; i++) {
        const struct jpk_flow_step *step = &node->steps[i];
        array = json_append(array, json_pack("{s:s, s:s, s:s?}", "role", step->role, "tag", step->tag, "node",
                                             step->node == SIZE_MAX ? NULL : flow->nodes[step->node].id));
    }
    return array;
}

static json_t *node_json(const struct jpk_flow *flow, const struct jpk_flow_node *node)
{
    json_t *object =
        json_pack("{s:s, s:s, s:s?, s:s, s:s?, s:s}", "id", node->id, "kind", jpk_flow_node_name(node->kind), "type",
                  node->type_name, "name", node->name, "path", node->path, "words", node->words);
    if (object && node->item_class == JPK_FLOW_CLASS_OPERATION) {
        object = json_member(object, "scheduled", json_boolean(node->scheduled));
        object = json_member(object, "started", json_boolean(node->started));
        object = json_member(object, "steps", steps_json(flow, node));
    }
    return object;
}

static json_t *edge_json(const struct jpk_flow *flow, const struct jpk_flow_edge *edge)
{
    static const char *const states[] = {[JPK_REF_RESOLVED] = "resolved",
                                         [JPK_REF_EMPTY] = "empty",
                                         [JPK_REF_BUILT_IN] = "built-in",
                                         [JPK_REF_DELETED] = "deleted",
                                         [JPK_REF_DANGLING] = "dangling"};
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "from", flow->nodes[edge->from].id, "to", flow->nodes[edge->to].id,
                     "kind", jpk_flow_edge_name(edge->kind), "label", edge->label, "state", states[edge->state]);
}

static char *flow_json(const struct jpk_flow *flow, size_t *size, struct jpk_error *err)
{
    json_t *nodes = json_array(), *edges = json_array();
    bool ok = nodes && edges;
    for (size_t i = 0; ok && i < flow->node_count; i++)
        ok = json_array_append_new(nodes, node_json(flow, &flow->nodes[i])) == 0;
    for (size_t i = 0; ok && i < flow->edge_count; i++)
        ok = json_array_append_new(edges, edge_json(flow, &flow->edges[i])) == 0;
    json_t *object =
        json_pack("{s:s, s:s, s:o, s:o}", "project", flow->name, "projectId", flow->id, "nodes", nodes, "edges", edges);
    char *text = ok && secret_json_mask(object) ? json_text(object, JSON_INDENT(2)) : NULL;
    json_decref(object);
    if (!text) {
        error_memory(err);
        return NULL;
    }
    /* The NUL makes room for the line end; the size says where the text ends. */
    *size = strlen(text);
    text[(*size)++] = '\n';
    return text;
}

/* ------------------------------------------------------------------------------------------------------- output */

static char *flow_text(const struct settings *settings, const struct jpk_flow *flow, size_t *size,
                       struct jpk_error *err)
{
    if (is_format(settings, "json"))
        return flow_json(flow, size, err);
    if (is_format(settings, "mermaid"))
        return jpk_flow_mermaid(flow, size, err);
    char *dot = jpk_flow_dot(flow, !settings->graph.no_legend, size, err);
    if (!dot || !is_format(settings, "svg"))
        return dot;
    char *svg = graphviz_svg(dot, *size, size, err);
    free(dot);
    return svg;
}

/* What a person should know who is about to wait, or to be refused by another program. */
static void warn_of_size(const struct settings *settings, const struct jpk_flow *flow)
{
    enum { SVG_NODES = 3000, MERMAID_EDGES = 500 };
    if (settings->quiet)
        return;
    if (is_format(settings, "svg") && flow->node_count > SVG_NODES)
        fprintf(stderr, "jpk: note: Graphviz may need minutes for %zu items; --operations and --around show less\n",
                flow->node_count);
    if (is_format(settings, "mermaid") && flow->edge_count > MERMAID_EDGES)
        fprintf(stderr,
                "jpk: note: Mermaid draws at most 500 edges unless its maxEdges says otherwise, and this flow has "
                "%zu; --operations and --around show less\n",
                flow->edge_count);
}

static bool write_flow(const struct settings *settings, const struct jpk_flow *flow, struct jpk_error *err)
{
    size_t size;
    warn_of_size(settings, flow);
    char *text = flow_text(settings, flow, &size, err);
    if (!text)
        return false;
    bool ok = true;
    if (!option_prints(settings->output))
        ok = file_write(settings->output, text, size, settings->force, err);
    else
        fwrite(text, 1, size, stdout); /* a failure shows when standard output is closed */
    free(text);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------ options */

/* False after a message about options that do not go together. */
static bool options_right(const struct settings *settings)
{
    const char *message = NULL;
    if (settings->graph.around && settings->graph.operations)
        message = "--around and --operations do not go together";
    else if (settings->graph.depth && !settings->graph.around)
        message = "--depth is for --around";
    else if (settings->graph.messages && !settings->graph.operations)
        message = "--messages is for --operations; elsewhere e-mails are always shown";
    else if (settings->graph.structures && settings->graph.operations)
        message = "--structures and --operations do not go together";
    else if (settings->force && !settings->output)
        message = "--force is for --output";
    if (message)
        fprintf(stderr, "jpk: %s\n", message);
    return message == NULL;
}

static bool parse_depth(const struct settings *settings, unsigned *depth)
{
    enum { DEFAULT = 2, DIGITS_MAX = 6 };
    const char *text = settings->graph.depth;
    *depth = DEFAULT;
    if (!text)
        return true;
    size_t n = strlen(text);
    if (n == 0 || n > DIGITS_MAX || strspn(text, "0123456789") != n ||
        (*depth = (unsigned)strtoul(text, NULL, 10)) == 0) {
        fprintf(stderr, "jpk: --depth takes a number from 1 to 999999, not '%s'\n", text);
        return false;
    }
    return true;
}

/* The item that the picture is around, when one was asked for. */
static bool find_around(const struct settings *settings, const struct source *input,
                        struct jpk_flow_options *flow_options, struct jpk_error *err)
{
    const char *text = settings->graph.around;
    if (!text)
        return true;
    flow_options->scope = JPK_FLOW_AROUND;
    if (input->cloud)
        flow_options->around_component = jpk_cloud_select(input->cloud, text, NULL, err);
    else
        flow_options->around = jpk_project_select(input->project, text, err);
    return flow_options->around || flow_options->around_component;
}

static bool draw(const struct settings *settings, unsigned depth, const struct source *input, struct jpk_error *err)
{
    struct jpk_flow_options flow_options = {.depth = depth, .structures = settings->graph.structures};
    flow_options.messages = settings->graph.messages;
    if (settings->graph.operations)
        flow_options.scope = JPK_FLOW_OPERATIONS;
    if (!find_around(settings, input, &flow_options, err))
        return false;
    struct jpk_flow *flow = input->cloud ? jpk_flow_build_cloud(input->cloud, &flow_options, err)
                                         : jpk_flow_build(input->graph, &flow_options, err);
    bool ok = flow && write_flow(settings, flow, err);
    jpk_flow_free(flow);
    return ok;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct source input;
    struct jpk_error err = {0};
    unsigned depth;
    (void)count;
    if (!options_right(settings) || !parse_depth(settings, &depth))
        return 2;
    bool ok = input_open_any(&input, arguments[0], settings, &err) &&
              (input.cloud || source_load(&input, settings->environment, JPK_KEEP_GOING, &err)) &&
              draw(settings, depth, &input, &err);
    int status = ok ? 0 : message_error(&err);
    source_close(&input);
    return status;
}

static bool starts_graphviz(const struct settings *settings)
{
    return is_format(settings, "svg");
}

static const struct option *const groups[] = {options, input_options, common_options, limit_options, NULL};

const struct command graph_command = {
    .name = "graph",
    .arguments = "PROJECT",
    .summary = "Draw the flow of a project: Graphviz, Mermaid, SVG or JSON.",
    .details =
        "Shows every operation with its steps, what starts it, and what it starts on success, on failure and from\n"
        "its scripts. What no operation reaches is left out, and so are references in comments. PROJECT may be an\n"
        "export of Cloud Studio.",
    .groups = groups,
    .least = 1,
    .most = 1,
    .reach = {.programs = starts_graphviz},
    .run = run,
};
