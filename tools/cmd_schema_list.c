#include <stdio.h>
#include <string.h>

#include "jpk/schema.h"
#include "tools/commands.h"
#include "tools/message.h"

static const struct option options[] = {
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json", "how to print (text)"},
    {0},
};

static int print_json(const struct jpk_shipped_schema *schemas, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++) {
        json_t *one =
            json_pack("{s:s, s:s, s:s}", "name", schemas[i].name, "uri", schemas[i].uri, "title", schemas[i].title);
        if (!one || json_array_append_new(list, one) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return message_json(list);
}

static int run(const struct settings *settings, int count, char **arguments)
{
    (void)count;
    (void)arguments;
    size_t total;
    const struct jpk_shipped_schema *schemas = jpk_shipped_schemas(&total);
    if (message_as_json(settings))
        return print_json(schemas, total);
    for (size_t i = 0; i < total; i++)
        printf("%-31s %s\n", schemas[i].name, schemas[i].title);
    return 0;
}

static const struct option *const groups[] = {options, common_options, NULL};

const struct command schema_list_command = {
    .name = "schema list",
    .arguments = "",
    .summary = "List the schemas that are built in.",
    .details = "Those of this program's files and reports, and the meta-schemas of JSON Schema.",
    .groups = groups,
    .least = 0,
    .most = 0,
    .reach = {.everything = true},
    .run = run,
};
