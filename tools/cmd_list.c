#include <stdio.h>
#include <string.h>

#include "base/json_write.h"
#include "tools/cloud_commands.h"
#include "tools/commands.h"
#include "tools/input.h"
#include "tools/message.h"

static const struct option options[] = {
    {"entities", 0, OPTION_FLAG, offsetof(struct settings, entities), NULL,
     "list the project's items as its tree instead of the archive's entries"},
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json", "how to print (text)"},
    {0},
};

static int list_entries(const struct settings *settings, struct jpk_archive *archive)
{
    json_t *array = message_as_json(settings) ? json_array() : NULL;
    if (message_as_json(settings) && !array)
        return message_memory();
    for (size_t i = 0; i < jpk_archive_count(archive); i++) {
        const struct jpk_entry_info *entry = jpk_archive_entry(archive, i);
        if (array) {
            json_t *row =
                json_pack("{s:s, s:I, s:I, s:I}", "name", entry->name, "size", (json_int_t)entry->size,
                          "compressedSize", (json_int_t)entry->compressed_size, "crc32", (json_int_t)entry->crc32);
            if (json_array_append_new(array, row) != 0) {
                json_decref(array);
                return message_memory();
            }
        } else {
            printf("%10llu  ", (unsigned long long)entry->size);
            message_text(entry->name);
            putchar('\n');
        }
    }
    return array ? message_json(array) : 0;
}

/* ------------------------------------------------------------------------------------------------- as a tree */

enum { DEPTH_MAX = 64 };

/* The folders from the top down to `folder`; returns how many. */
static size_t chain_of(const struct jpk_folder *folder, const struct jpk_folder *chain[DEPTH_MAX])
{
    size_t depth = 0;
    for (const struct jpk_folder *at = folder; at && depth < DEPTH_MAX; at = at->parent)
        depth++;
    size_t i = depth;
    for (const struct jpk_folder *at = folder; at && i > 0; at = at->parent)
        chain[--i] = at;
    return depth;
}

static void print_indented(size_t depth, const char *text, const char *after)
{
    printf("%*s", (int)(2 * depth), "");
    message_text(text);
    puts(after);
}

/* Prints what of `folder`'s chain was not printed yet for the item before. */
static size_t print_folders(const struct jpk_folder *before, const struct jpk_folder *folder)
{
    const struct jpk_folder *old[DEPTH_MAX] = {0}, *now[DEPTH_MAX] = {0};
    size_t old_depth = chain_of(before, old), depth = chain_of(folder, now), same = 0;
    while (same < depth && same < old_depth && old[same] == now[same])
        same++;
    for (size_t i = same; i < depth; i++)
        print_indented(i + 1, now[i]->name, "/");
    return depth;
}

static void print_tree(const struct jpk_project *project)
{
    const char *type = "";
    const struct jpk_folder *folder = NULL;
    for (size_t i = 0; i < project->entity_count; i++) {
        const struct jpk_entity *entity = project->entities[i];
        if (!entity->in_tree)
            continue;
        if (strcmp(type, entity->type_name) != 0) {
            print_indented(0, entity->type_name, "");
            type = entity->type_name;
            folder = NULL;
        }
        size_t depth = print_folders(folder, entity->folder);
        folder = entity->folder;
        print_indented(depth + 1, entity->name, entity->unread ? "  (no file)" : "");
    }
    bool titled = false;
    for (size_t i = 0; i < project->entity_count; i++) {
        const struct jpk_entity *entity = project->entities[i];
        if (entity->in_tree || entity->type == JPK_TYPE_FOLDER)
            continue;
        if (!titled)
            puts("not in the tree");
        titled = true;
        printf("  ");
        message_text(entity->type_name);
        printf(" ");
        message_text(entity->name);
        puts(entity->deleted ? "  (deleted)" : "");
    }
}

static json_t *folder_path(const struct jpk_folder *folder)
{
    const struct jpk_folder *chain[DEPTH_MAX] = {0};
    size_t depth = chain_of(folder, chain);
    json_t *array = json_array();
    for (size_t i = 0; array && i < depth; i++)
        array = json_append(array, json_string(chain[i]->name));
    return array;
}

static int print_entities_json(const struct jpk_project *project)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < project->entity_count; i++) {
        const struct jpk_entity *entity = project->entities[i];
        json_t *row =
            json_pack("{s:s, s:s, s:s, s:o, s:s?, s:b, s:b, s:b}", "id", entity->id, "type", entity->type_name, "name",
                      entity->name, "folder", folder_path(entity->folder), "file", entity->file, "inTree",
                      entity->in_tree, "deleted", entity->deleted, "unread", entity->unread);
        if (json_array_append_new(array, row) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return message_json(array);
}

static int list_entities(const struct settings *settings, struct source *input)
{
    struct jpk_error err = {0};
    input->project = jpk_project_load(input->archive, settings->environment, JPK_KEEP_GOING, &err);
    if (!input->project)
        return message_error(&err);
    if (message_as_json(settings))
        return print_entities_json(input->project);
    print_tree(input->project);
    return 0;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct source input;
    struct jpk_error err = {0};
    int status;
    (void)count;
    if (!input_open_any(&input, arguments[0], settings, &err))
        status = message_error(&err);
    else if (input.cloud)
        status = cloud_list(settings, input.cloud);
    else if (settings->entities)
        status = list_entities(settings, &input);
    else
        status = list_entries(settings, input.archive);
    source_close(&input);
    return status;
}

static const struct option *const groups[] = {options, input_options, common_options, limit_options, NULL};

const struct command list_command = {
    .name = "list",
    .arguments = "PROJECT",
    .summary = "List the entries of an archive, or the items of a project.",
    .details = "An export of Cloud Studio has no entries: its components are listed in any case.",
    .groups = groups,
    .least = 1,
    .most = 1,
    .run = run,
};
