#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* The item of --only on either side: at least one must have it. */
static bool select_item(const struct settings *settings, struct jpk_project *const projects[2],
                        const struct jpk_entity *items[2], struct jpk_error *err)
{
    struct jpk_error first = {0}, second = {0};
    items[1] = jpk_project_select(projects[1], settings->diff.only, &first);
    if (!items[1])
        items[0] = jpk_project_select(projects[0], settings->diff.only, &second);
    if (items[0] || items[1])
        return true;
    *err = first;
    return false;
}

static bool make_view(const struct settings *settings, struct diff_view *view, const struct jpk_entity *const items[2])
{
    view->changes = malloc((view->diff->change_count + 1) * sizeof(struct jpk_diff_change *));
    for (size_t i = 0; view->changes && i < view->diff->change_count; i++) {
        const struct jpk_diff_change *change = &view->diff->changes[i];
        if (!settings->diff.only || (items[0] && change->a == items[0]) || (items[1] && change->b == items[1]))
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

static int compare(const struct settings *settings, struct input inputs[2])
{
    struct jpk_error err = {0};
    struct jpk_diff_options wanted = {.all = settings->diff.all,
                                      .tree_order = settings->diff.order,
                                      .ignore_order = settings->diff.ignore_order,
                                      .ignore_encrypted = settings->diff.ignore_encrypted};
    const struct jpk_entity *items[2] = {NULL, NULL};
    struct jpk_project *const projects[2] = {inputs[0].project, inputs[1].project};
    if (settings->diff.only && !select_item(settings, projects, items, &err))
        return message_error(&err);
    struct jpk_diff *diff = jpk_diff_projects(projects[0], projects[1], &wanted, &err);
    if (!diff)
        return message_error(&err);
    struct diff_view view = {.diff = diff, .a = inputs[0].name, .b = inputs[1].name};
    int status = make_view(settings, &view, items) ? print(settings, &view) : message_memory();
    if (status == 0 && view.count)
        status = 1;
    free(view.changes);
    jpk_diff_free(diff);
    return status;
}

/* --env is for the sides that are workspaces; the project of another has no choice of environments. */
static struct jpk_project *load(struct jpk_archive *archive, const char *environment, struct jpk_error *err)
{
    struct jpk_error chosen = {0}, any = {0};
    struct jpk_project *project = jpk_project_load(archive, environment, 0, &chosen);
    if (!project && environment && chosen.code == JPK_ERR_NOT_FOUND)
        project = jpk_project_load(archive, NULL, 0, &any);
    if (project && chosen.code != JPK_OK && project->shape == JPK_SHAPE_WORKSPACE) {
        jpk_project_free(project);
        project = NULL;
    }
    if (!project)
        *err = chosen;
    return project;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct input inputs[2] = {{0}, {0}};
    struct jpk_error err = {0};
    bool ok = true;
    (void)count;
    for (int i = 0; i < 2 && ok; i++) {
        ok = input_open(&inputs[i], arguments[i], settings, &err);
        if (ok)
            inputs[i].project = load(inputs[i].archive, settings->environment, &err);
        ok = ok && inputs[i].project;
    }
    int status = ok ? compare(settings, inputs) : message_error(&err);
    input_close(&inputs[0]);
    input_close(&inputs[1]);
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
        "never printed. --env chooses in each side that is a workspace.\n"
        "The exit status is 0 when nothing differs and 1 when something does; -q prints nothing.",
    .groups = groups,
    .least = 2,
    .most = 2,
    .run = run,
};
