/* Configurations: which one holds for each file, what it leaves out, and the findings that it accepts. */
#include <stdlib.h>
#include <string.h>

#include "recipe/repository_parts.h"

/* Folders whose real path and configuration are known: most files share theirs with the one before. */
struct known_folder {
    const char *path; /* as it begins the paths of its files, "" for the current one */
    size_t size;
    char *real;
    struct config *config;
};

static bool find_folder(struct repository *repository, struct known_folder *known, const char *path, size_t size,
                        struct jpk_error *err)
{
    if (known->real && known->size == size && memcmp(known->path, path, size) == 0)
        return true;
    char *folder = size > 0 ? strndup(path, size) : strdup(".");
    free(known->real);
    known->real = folder ? realpath(folder, NULL) : NULL;
    known->path = path;
    known->size = size;
    bool ok = folder != NULL;
    /* A file that cannot be reached is reported when it is looked at. */
    known->config = NULL;
    if (ok)
        ok = (known->config = configs_find(&repository->configs, known->real ? known->real : repository->here, err)) !=
             NULL;
    free(folder);
    return ok || (err && err->code != JPK_OK ? false : error_memory(err));
}

static bool configure_file(struct repository *repository, struct repository_file *file,
                           const struct known_folder *known, struct jpk_error *err)
{
    const char *slash = strrchr(file->path, '/');
    struct buf real = {0};
    file->config = known->config;
    file->findings.severities = known->config->severities;
    file->findings.profile = known->config->profile;
    if (!known->real)
        return true;
    buf_printf(&real, "%s/%s", strcmp(known->real, "/") == 0 ? "" : known->real, slash ? slash + 1 : file->path);
    char *kept = real.failed ? NULL : arena_strdup(&repository->arena, buf_text(&real));
    buf_free(&real);
    if (!kept)
        return error_memory(err);
    file->real = kept;
    file->relative = file->config->file ? config_relative(file->config, kept) : NULL;
    file->left_out = !file->named && file->relative && ignored(&file->config->ignore, file->relative, file->is_folder);
    return true;
}

bool repository_configure(struct repository *repository, struct jpk_error *err)
{
    struct known_folder known = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < repository->count; i++) {
        struct repository_file *file = &repository->files[i];
        const char *slash = strrchr(file->path, '/');
        ok = find_folder(repository, &known, file->path, slash ? (size_t)(slash - file->path) + 1 : 0, err) &&
             configure_file(repository, file, &known, err);
    }
    free(known.real);
    return ok;
}

/* ----------------------------------------------------------------------------------------------------- exemptions */

uint32_t repository_owner(const struct repository *repository, const char *path, const char **rest)
{
    size_t n = strlen(path);
    uint32_t found = map_get(&repository->paths, path, n);
    while (found == MAP_NONE && n > 0) {
        const char *slash = memrchr(path, '/', n);
        n = slash ? (size_t)(slash - path) : 0;
        found = n > 0 ? map_get(&repository->paths, path, n) : MAP_NONE;
    }
    if (rest)
        *rest = path + n;
    return found == MAP_NONE ? REPOSITORY_NONE : found;
}

const struct config_exemption *repository_exempts(struct repository *repository, const struct jpk_finding *finding)
{
    const char *rest;
    uint32_t owner = repository_owner(repository, finding->file, &rest);
    const struct repository_file *file = owner == REPOSITORY_NONE ? NULL : &repository->files[owner];
    if (!file || !file->relative || file->config->exemption_count == 0)
        return NULL;
    struct buf path = {0};
    buf_printf(&path, "%s%s", file->relative, rest);
    const struct config_exemption *found =
        path.failed ? NULL : config_exempts(file->config, buf_text(&path), rule_find(finding->rule), finding->path);
    repository->failed |= path.failed;
    buf_free(&path);
    return found;
}

/* Whether everything below a configuration's folder was looked at. */
static bool was_covered(const struct repository *repository, const struct config *config)
{
    for (size_t i = 0; i < repository->root_count; i++) {
        const struct repository_root *root = &repository->roots[i];
        size_t n = root->real ? strlen(root->real) : 0;
        if (root->is_folder && n > 0 && strncmp(config->folder, root->real, n) == 0 &&
            (config->folder[n] == '/' || config->folder[n] == '\0' || n == 1))
            return true;
    }
    return false;
}

bool repository_unused(struct repository *repository, struct validation *unused, struct jpk_error *err)
{
    size_t index = 0;
    struct config *config;
    while ((config = configs_next(&repository->configs, &index)) != NULL) {
        if (!config->file || !was_covered(repository, config))
            continue;
        struct validation own = {.severities = config->severities, .profile = config->profile};
        config_report_unused(config, &own);
        validation_join(unused, &own);
    }
    return validation_finish(unused, err);
}
