#include <stdio.h>

#include "tools/commands.h"
#include "tools/message.h"
#include "tools/migrate_options.h"

static int run(const struct settings *settings, int count, char **arguments)
{
    struct work_plan plan;
    (void)count;
    int status = migrate_read_plan(&plan, arguments[0]);
    for (size_t i = 0; status == 0 && i < plan.count; i++) {
        const struct work_item *item = &plan.items[i];
        if (!migrate_writes(item->action))
            continue;
        fputs(item->id, stdout);
        if (settings->verbose) {
            printf("\t%s\t", migrate_action_name(item->action));
            message_text(item->source);
            putchar('\t');
            message_text(item->output);
        }
        putchar('\n');
    }
    work_plan_free(&plan);
    return status;
}

static const struct option *const groups[] = {common_options, NULL};

const struct command migrate_list_command = {
    .name = "migrate list",
    .arguments = "PLAN",
    .summary = "Print the work items of a plan, one a line, for engines that spread them.",
    .details = "Each is what --only of 'jpk migrate run' takes:\n"
               "    jpk migrate list plan.json | parallel jpk migrate run plan.json -o out --only {}\n"
               "With -v also what is done, the source and the folder of the results, with tabs between them.",
    .groups = groups,
    .least = 1,
    .most = 1,
    .run = run,
};
