#include "jpk/cloud_layout.h"

#include <string.h>

#include "jpk/tree_name.h"

static const char *const folders[JPK_CLOUD_KINDS] = {
    [JPK_CLOUD_OTHER] = "Other",           [JPK_CLOUD_OPERATION] = "Operation",
    [JPK_CLOUD_SCRIPT] = "Script",         [JPK_CLOUD_ACTIVITY] = "Activity",
    [JPK_CLOUD_CONNECTION] = "Connection", [JPK_CLOUD_TRANSFORMATION] = "Transformation",
    [JPK_CLOUD_SCHEMA] = "Schema",         [JPK_CLOUD_VARIABLE] = "ProjectVariable",
    [JPK_CLOUD_EMAIL] = "Notification",    [JPK_CLOUD_GLOBAL] = "GlobalVariable",
};

const char *cloud_layout_folder(enum jpk_cloud_kind kind)
{
    return folders[kind];
}

enum jpk_cloud_kind cloud_layout_kind(const char *path)
{
    size_t n = strcspn(path, "/");
    size_t kind = 0;
    while (kind < JPK_CLOUD_KINDS && (strlen(folders[kind]) != n || strncmp(folders[kind], path, n) != 0))
        kind++;
    return (enum jpk_cloud_kind)kind;
}

const char *const cloud_layout_endings[] = {".json", ".jb", ".js", ".map", ".soql", ".sql", ".txt", NULL};

bool cloud_layout_has(enum jpk_cloud_kind kind, const char *ending)
{
    static const char *const texts[JPK_CLOUD_KINDS][2] = {
        [JPK_CLOUD_SCRIPT] = {".jb", ".js"},
        [JPK_CLOUD_TRANSFORMATION] = {".map"},
        [JPK_CLOUD_ACTIVITY] = {".soql", ".sql"},
        [JPK_CLOUD_EMAIL] = {".txt"},
    };
    for (size_t i = 0; i < 2; i++)
        if (texts[kind][i] && strcmp(texts[kind][i], ending) == 0)
            return true;
    return strcmp(ending, ".json") == 0;
}

static char *decode(struct arena *arena, const char *text, size_t n, bool slashes)
{
    struct buf name = {0};
    for (const char *end = text + n; slashes && memchr(text, '/', (size_t)(end - text));) {
        size_t part = strcspn(text, "/");
        tree_name_decode(text, part, &name);
        buf_putc(&name, '/');
        text += part + 1;
        n -= part + 1;
    }
    tree_name_decode(text, n, &name);
    char *kept = name.failed ? NULL : arena_strdup(arena, buf_text(&name));
    buf_free(&name);
    return kept;
}

char *cloud_layout_name(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
    return decode(arena, last, strlen(last), false);
}

char *cloud_layout_asset_name(struct arena *arena, const char *path)
{
    const char *below =
        strncmp(path, CLOUD_ASSET_FOLDER "/", sizeof CLOUD_ASSET_FOLDER) == 0 ? path + sizeof CLOUD_ASSET_FOLDER : path;
    return decode(arena, below, strlen(below), true);
}
