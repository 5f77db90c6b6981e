#include <stdio.h>

#include "tools/commands.h"
#include "tools/message.h"
#include "tools/schema_source.h"

static int run(const struct settings *settings, int count, char **arguments)
{
    (void)settings;
    (void)count;
    const struct jpk_shipped_schema *schema = schema_shipped(arguments[0]);
    if (!schema) {
        fprintf(stderr, "jpk: there is no built-in schema of that name; 'jpk schema list' lists them\n");
        return 2;
    }
    fwrite(schema->text, 1, schema->size, stdout);
    return 0;
}

static const struct option *const groups[] = {common_options, NULL};

const struct command schema_show_command = {
    .name = "schema show",
    .arguments = "SCHEMA",
    .summary = "Print a built-in schema, such as recipe-1.",
    .groups = groups,
    .least = 1,
    .most = 1,
    .reach = {.anywhere = true},
    .run = run,
};
