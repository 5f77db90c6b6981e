/* The configuration of a folder: the nearest one upward. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "recipe/config.h"

/* A configuration, or why it cannot be read. */
struct config_entry {
    struct config *config;
    struct jpk_error error;
};

enum { DEFAULT = 0 /* the entry of folders without any */ };

/* Adds an entry, which gets the configuration over; MAP_NONE: no memory. */
static uint32_t add_entry(struct configs *configs, struct config *config, const struct jpk_error *error)
{
    struct config_entry *entries = array_grow(configs->entries, configs->count, &configs->capacity, sizeof *entries);
    if (!entries) {
        config_free(config);
        return MAP_NONE;
    }
    configs->entries = entries;
    entries[configs->count] = (struct config_entry){.config = config, .error = *error};
    return (uint32_t)configs->count++;
}

bool configs_open(struct configs *configs, const struct config_options *options, struct jpk_error *err)
{
    struct jpk_error none = {0};
    *configs = (struct configs){.lock = PTHREAD_MUTEX_INITIALIZER};
    if (options)
        configs->options = *options;
    struct config *config = config_default(&configs->options, err);
    if (config && add_entry(configs, config, &none) != MAP_NONE)
        return true;
    configs_free(configs);
    return error_memory(err);
}

void configs_free(struct configs *configs)
{
    for (size_t i = 0; i < configs->count; i++)
        config_free(configs->entries[i].config);
    free(configs->entries);
    map_free(&configs->folders);
    arena_free(&configs->arena);
    pthread_mutex_destroy(&configs->lock);
    *configs = (struct configs){0};
}

/* The path of a name in a folder, the first n bytes of a path. */
static const char *path_in(const char *folder, size_t n, const char *name, struct buf *path)
{
    buf_clear(path);
    buf_put(path, folder, n > 1 ? n : 0);
    buf_printf(path, "/%s", name);
    return buf_text(path);
}

/* Whether a folder has something of that name; `path` gets its path. */
static bool has(const char *folder, size_t n, const char *name, struct buf *path, struct jpk_error *problem)
{
    const char *full = path_in(folder, n, name, path);
    return !path->failed && file_look(full, false, problem) > FILE_NONE;
}

static uint32_t add_problem(struct configs *configs, const struct buf *path, struct jpk_error *problem)
{
    struct buf shown = {0};
    problem->file[0] = '\0';
    config_put_path(&shown, configs->options.base, buf_text(path));
    error_file(problem, buf_text(&shown));
    buf_free(&shown);
    return add_entry(configs, NULL, problem);
}

/* The entry of the configuration that lies in a folder, DEFAULT when the search ends there; MAP_NONE: neither. */
static uint32_t look(struct configs *configs, const char *folder, size_t n, struct buf *path)
{
    struct jpk_error problem = {0};
    bool long_name = has(folder, n, ".jpk.yaml", path, &problem);
    if (problem.code != JPK_OK) /* without it all would be checked in another way */
        return add_problem(configs, path, &problem);
    bool short_name = has(folder, n, ".jpk.yml", path, &problem);
    if (long_name && short_name)
        error_set(&problem, JPK_ERR_AMBIGUOUS, "there is .jpk.yaml beside it; one of the two must go");
    if (problem.code != JPK_OK)
        return add_problem(configs, path, &problem);
    if (long_name || short_name) {
        const char *full = path_in(folder, n, long_name ? ".jpk.yaml" : ".jpk.yml", path);
        struct config *config = path->failed ? NULL : config_read(full, &configs->options, &problem);
        if (path->failed)
            error_memory(&problem);
        return add_entry(configs, config, &problem);
    }
    return n <= 1 || has(folder, n, ".git", path, NULL) ? DEFAULT : MAP_NONE;
}

/* The folder in which one is, as the first bytes of the same path. */
static size_t above(const char *folder, size_t n)
{
    while (n > 1 && folder[n - 1] != '/')
        n--;
    return n > 1 ? n - 1 : 1;
}

/* The entry of a folder, noted for all folders up to where it was found. MAP_NONE: no memory. */
static uint32_t find(struct configs *configs, const char *folder)
{
    struct buf path = {0};
    uint32_t entry = MAP_NONE;
    size_t size = strlen(folder), n = size;
    for (;; n = above(folder, n)) {
        entry = map_get(&configs->folders, folder, n);
        if (entry == MAP_NONE)
            entry = look(configs, folder, n, &path);
        if (entry != MAP_NONE || n <= 1)
            break;
    }
    bool ok = entry != MAP_NONE && !path.failed;
    const char *kept = ok && map_get(&configs->folders, folder, size) == MAP_NONE
                           ? arena_strndup(&configs->arena, folder, size)
                           : folder;
    ok = ok && kept;
    for (size_t m = size; ok && kept != folder && m >= n; m = above(folder, m)) {
        ok = map_set(&configs->folders, kept, m, entry);
        if (m <= 1)
            break;
    }
    buf_free(&path);
    return ok ? entry : MAP_NONE;
}

struct config *configs_find(struct configs *configs, const char *folder, struct jpk_error *err)
{
    struct config *config = NULL;
    pthread_mutex_lock(&configs->lock);
    uint32_t found = find(configs, folder);
    if (found == MAP_NONE)
        error_memory(err);
    else if (configs->entries[found].config)
        config = configs->entries[found].config;
    else if (err && err->code == JPK_OK)
        *err = configs->entries[found].error;
    pthread_mutex_unlock(&configs->lock);
    return config;
}

struct config *configs_next(struct configs *configs, size_t *index)
{
    struct config *config = NULL;
    pthread_mutex_lock(&configs->lock);
    while (!config && *index < configs->count)
        config = configs->entries[(*index)++].config;
    pthread_mutex_unlock(&configs->lock);
    return config;
}
