#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "migrate/compare.h"
#include "tools/commands.h"
#include "tools/diff_print.h"
#include "tools/input.h"
#include "tools/message.h"

#define FIELD(name) offsetof(struct settings, diff.name)

static const struct option options[] = {
    {"stat", 0, OPTION_FLAG, FIELD(stat), NULL, "one line for each difference, with counts of lines"},
    {"name-only", 0, OPTION_FLAG, FIELD(name_only), NULL, "only the paths of what differs"},
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json|markdown", "how to print (text)"},
    {"limit", 0, OPTION_SIZE, FIELD(limit), "BYTES", "the most that markdown may take (60000)"},
    {"only", 0, OPTION_TEXT, FIELD(only), "ITEM", "only this item: its path, name or id in B, else in A"},
    {"all", 'a', OPTION_FLAG, FIELD(all), NULL, "leave nothing out"},
    {"order", 0, OPTION_FLAG, FIELD(order), NULL, "report the order of items in folders too"},
    {"ignore-order", 0, OPTION_FLAG, FIELD(ignore_order), NULL,
     "do not report the order of activities, mappings and other lists"},
    {"ignore-encrypted", 0, OPTION_FLAG, FIELD(ignore_encrypted), NULL,
     "do not report encrypted values that may hold the same text"},
    {0},
};

/* The item of --only on both sides; of those of one form two are NULL. */
struct selection {
    const struct jpk_entity *entities[2];
    const struct jpk_cloud_component *components[2];
};

static bool select_on(const struct settings *settings, const struct source *input, int side, struct selection *out,
                      struct jpk_error *err)
{
    if (input->cloud)
        out->components[side] = jpk_cloud_select(input->cloud, settings->diff.only, NULL, err);
    else
        out->entities[side] = jpk_project_select(input->project, settings->diff.only, err);
    return out->components[side] || out->entities[side];
}

/* In B, else in A: at least one must have it. */
static bool select_item(const struct settings *settings, const struct source inputs[2], struct selection *out,
                        struct jpk_error *err)
{
    struct jpk_error first = {0}, second = {0};
    if (select_on(settings, &inputs[1], 1, out, &first) || select_on(settings, &inputs[0], 0, out, &second))
        return true;
    *err = first;
    return false;
}

static bool is_selected(const struct jpk_diff_change *change, const struct selection *selection)
{
    return (selection->entities[0] && change->a == selection->entities[0]) ||
           (selection->entities[1] && change->b == selection->entities[1]) ||
           (selection->components[0] && change->component_a == selection->components[0]) ||
           (selection->components[1] && change->component_b == selection->components[1]);
}

static bool make_view(const struct settings *settings, struct diff_view *view, const struct selection *selection)
{
    view->changes = malloc((view->diff->change_count + 1) * sizeof(struct jpk_diff_change *));
    for (size_t i = 0; view->changes && i < view->diff->change_count; i++) {
        const struct jpk_diff_change *change = &view->diff->changes[i];
        if (!settings->diff.only || is_selected(change, selection))
            view->changes[view->count++] = change;
    }
    return view->changes != NULL;
}

static int print(const struct settings *settings, const struct diff_view *view)
{
    enum { LIMIT = 60000 }; /* comments on the usual forges hold 65,536 characters */
    struct buf out = {0};
    if (settings->quiet)
        return 0;
    if (message_as_json(settings))
        return message_json(diff_json(view));
    if (settings->format && settings->format[0] == 'm')
        diff_markdown(view, settings->diff.limit ? settings->diff.limit : LIMIT, &out);
    else if (settings->diff.name_only)
        diff_names(view, &out);
    else if (settings->diff.stat)
        diff_stat(view, &out);
    else
        diff_text(view, message_colors(settings), &out);
    int status = out.failed ? message_memory() : 0;
    if (status == 0)
        fwrite(buf_text(&out), 1, out.size, stdout);
    buf_free(&out);
    return status;
}

static int compare(const struct settings *settings, struct source inputs[2])
{
    struct jpk_error err = {0};
    struct jpk_diff_options wanted = {.all = settings->diff.all,
                                      .tree_order = settings->diff.order,
                                      .ignore_order = settings->diff.ignore_order,
                                      .ignore_encrypted = settings->diff.ignore_encrypted};
    struct selection selection = {{NULL, NULL}, {NULL, NULL}};
    if (settings->diff.only && !select_item(settings, inputs, &selection, &err))
        return message_error(&err);
    struct jpk_diff *diff = inputs[0].cloud ? jpk_diff_clouds(inputs[0].cloud, inputs[1].cloud, &wanted, &err)
                                            : jpk_diff_projects(inputs[0].project, inputs[1].project, &wanted, &err);
    if (!diff)
        return message_error(&err);
    struct diff_view view = {.diff = diff, .a = inputs[0].name, .b = inputs[1].name};
    int status = make_view(settings, &view, &selection) ? print(settings, &view) : message_memory();
    if (status == 0 && view.count)
        status = 1;
    free(view.changes);
    jpk_diff_free(diff);
    return status;
}

static bool print_converted(const char *name, struct jpk_error *err)
{
    struct buf text = {0};
    message_put(&text, name);
    bool ok = !text.failed || error_memory(err);
    if (ok)
        fprintf(stderr, "jpk: %s is compared as what it becomes in Cloud Studio\n", buf_text(&text));
    buf_free(&text);
    return ok;
}

/* What becomes of the project of an input in Cloud Studio takes its place: the same as 'jpk convert' makes. */
static bool convert(struct source *input, const struct settings *settings, struct jpk_error *err)
{
    input->graph = jpk_graph_build(input->project, err);
    return input->graph && compare_as_cloud(input, &settings->limits, err) &&
           (settings->quiet || print_converted(input->name, err));
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct source inputs[2] = {{0}, {0}};
    struct jpk_error err = {0};
    static const int in_order[] = {0, 1};
    bool ok = true;
    (void)count;
    for (int i = 0; i < 2 && ok; i++)
        ok = input_open_any(&inputs[i], arguments[i], settings, &err);
    /* What is to be converted is read as for that. */
    unsigned flags = inputs[0].cloud || inputs[1].cloud ? JPK_KEEP_GOING : 0;
    ok = ok && input_load_together(inputs, in_order, 2, settings, flags, &err);
    for (int i = 0; i < 2 && ok; i++)
        if (!inputs[i].cloud && inputs[!i].cloud)
            ok = convert(&inputs[i], settings, &err);
    int status = ok ? compare(settings, inputs) : message_error(&err);
    source_close(&inputs[0]);
    source_close(&inputs[1]);
    return status;
}

static const struct option *const groups[] = {options, input_options, common_options, limit_options, NULL};

const struct command diff_command = {
    .name = "diff",
    .arguments = "A B",
    .summary = "Say what differs between two projects, item by item.",
    .details =
        "The projects may have any form each. Items are matched by their ids, then by content, so that a project that\n"
        "was imported again, with new ids, shows only what was changed in it. Left out without --all: the state of\n"
        "deployment, times, the user interface's own state, ids that nothing refers to, folders that the tree does\n"
        "not list, line ends and the layout of XML. Encrypted values and what looks like a password or token are\n"
        "never printed. Of two workspaces the same environment is compared: --env, else the one that A has.\n"
        "Exports of Cloud Studio are compared component by component in the same way. Of a project and an export the\n"
        "project is converted first, as 'jpk convert' does it. For exports --order is about operations in workflows.\n"
        "The exit status is 0 when nothing differs and 1 when something does; -q prints nothing.",
    .groups = groups,
    .least = 2,
    .most = 2,
    .run = run,
};
