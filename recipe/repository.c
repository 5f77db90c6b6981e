#include "recipe/repository_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/text.h"
#include "base/walk.h"
#include "base/workers.h"
#include "jpk/find.h"

/* -------------------------------------------------------------------------------------------------------- files */

bool repository_begin(struct repository *repository, const struct repository_options *options, struct jpk_error *err)
{
    *repository = (struct repository){.options = options};
    pthread_mutex_init(&repository->lock, NULL);
    repository->registry = jpk_schema_registry_new(JPK_DRAFT_2020_12);
    char *here = realpath(".", NULL);
    repository->here = here ? arena_strdup(&repository->arena, here) : NULL;
    free(here);
    const struct config_options how = {.base = repository->here, .profile = options->profile};
    if (!configs_open(&repository->configs, &how, err))
        return false;
    return (repository->registry && repository->here) || error_memory(err);
}

const char *repository_keep(struct repository *repository, const char *text, size_t n)
{
    pthread_mutex_lock(&repository->lock);
    const char *copy = arena_strndup(&repository->arena, text, n);
    pthread_mutex_unlock(&repository->lock);
    return copy;
}

static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

static void set_project(struct repository_file *file)
{
    file->kind = REPOSITORY_JITTERPAK;
    file->is_project = true;
}

/* The real path of the folder that a path begins with; most files share theirs with the one before. */
static const char *folder_place(struct repository *repository, const char *path, size_t n)
{
    if (repository->folder_place && repository->folder.size == n &&
        (n == 0 || memcmp(repository->folder.data, path, n) == 0))
        return repository->folder_place;
    buf_clear(&repository->folder);
    buf_put(&repository->folder, path, n);
    free(repository->folder_place);
    errno = 0;
    repository->folder_place =
        repository->folder.failed ? NULL : realpath(n > 0 ? buf_text(&repository->folder) : ".", NULL);
    repository->failed |= repository->folder.failed || (!repository->folder_place && errno == ENOMEM);
    return repository->folder_place;
}

/* What a file is known by; its path where nothing better can be had. NULL: no memory. */
static char *place_of(struct repository *repository, const char *path)
{
    size_t n = folder_length(path);
    const char *name = path + n, *folder = NULL;
    /* Folders that are projects have no names there. */
    bool whole = !*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
    if (!whole)
        folder = folder_place(repository, path, n);
    char *real = whole ? realpath(path, NULL) : NULL;
    struct buf place = {0};
    if (real)
        buf_puts(&place, real);
    else if (folder)
        buf_printf(&place, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name);
    else
        buf_puts(&place, path);
    char *kept = place.failed ? NULL : arena_strdup(&repository->arena, buf_text(&place));
    buf_free(&place);
    free(real);
    return kept;
}

/* The file of a path, which is added when it is new, whatever spelling it came in before; NULL: no memory. */
static struct repository_file *add_file(struct repository *repository, const char *path)
{
    uint32_t known = map_get(&repository->paths, path, strlen(path));
    if (known != MAP_NONE)
        return &repository->files[known];
    char *place = place_of(repository, path);
    known = place ? map_get(&repository->places, place, strlen(place)) : MAP_NONE;
    if (known != MAP_NONE)
        return &repository->files[known];
    struct repository_file *files =
        array_grow(repository->files, repository->count, &repository->capacity, sizeof *files);
    char *copy = arena_strdup(&repository->arena, path),
         *lower = place ? arena_strdup_lower(&repository->arena, place) : NULL;
    uint32_t index = (uint32_t)repository->count, old;
    if (files)
        repository->files = files;
    if (!files || !copy || !lower || !map_set(&repository->paths, copy, strlen(copy), index) ||
        !map_set(&repository->places, place, strlen(place), index) ||
        !map_add(&repository->lower, lower, strlen(lower), index, &old)) {
        repository->failed = true;
        return NULL;
    }
    files[index] = (struct repository_file){.path = copy,
                                            .place = place,
                                            .partner = REPOSITORY_NONE,
                                            .jitterpak = REPOSITORY_NONE,
                                            .recipes = REPOSITORY_NONE,
                                            .next = REPOSITORY_NONE,
                                            .root = (uint32_t)repository->root_count - 1};
    if (text_ends_with(copy, ".jpk") && !repository_is_named_recipe(repository, copy))
        set_project(&files[index]);
    repository->count++;
    return &files[index];
}

static const struct jpk_error *keep_error(struct repository *repository, const struct jpk_error *problem)
{
    struct jpk_error *copy = arena_alloc(&repository->arena, sizeof *copy);
    if (copy)
        *copy = *problem;
    repository->failed |= !copy;
    return copy;
}

void repository_note_unchecked(struct repository *repository, uint32_t index, const struct jpk_error *problem)
{
    struct repository_file *file = &repository->files[index];
    pthread_mutex_lock(&repository->lock);
    if (problem->code == JPK_ERR_MEMORY)
        repository->failed = true;
    else if (!file->unchecked)
        file->unchecked = keep_error(repository, problem);
    pthread_mutex_unlock(&repository->lock);
}

uint32_t repository_sibling(const struct repository *repository, const struct repository_file *beside, const char *name,
                            size_t n, bool *failed)
{
    struct buf path = {0};
    buf_put(&path, beside->place, folder_length(beside->place));
    buf_put(&path, name, n);
    uint32_t found = path.failed ? MAP_NONE : map_get(&repository->places, path.data, path.size);
    for (size_t i = 0; !path.failed && found == MAP_NONE && i < path.size; i++)
        path.data[i] = text_lower(path.data[i]);
    if (found == MAP_NONE && !path.failed)
        found = map_get(&repository->lower, path.data, path.size);
    *failed |= path.failed;
    buf_free(&path);
    return found == MAP_NONE ? REPOSITORY_NONE : found;
}

/* ----------------------------------------------------------------------------------------- projects that are folders
 */

/* What is in a folder that makes it a project. */
static bool is_marker(const char *path)
{
    static const char *const markers[] = {"jpk-index.jsonl", "project.xml", "manifest.jip"};
    const char *name = path + folder_length(path);
    for (size_t i = 0; i < sizeof markers / sizeof markers[0]; i++)
        if (strcmp(name, markers[i]) == 0)
            return true;
    return false;
}

static bool is_below(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    return strncmp(path, folder, n) == 0 && (path[n] == '/' || n == 0);
}

/* Adds the projects of the folders that hold one; nested markers belong to the outer folder. */
static bool add_folders(struct repository *repository, size_t first, struct jpk_error *err)
{
    struct strings roots = {0};
    size_t end = repository->count;
    bool ok = true;
    for (size_t i = first; ok && repository->files && i < end; i++) {
        const char *path = repository->files[i].path;
        size_t n = folder_length(path);
        char *folder = is_marker(path) ? arena_strndup(&repository->arena, path, n > 0 ? n - 1 : 0) : NULL;
        if (folder)
            ok = strings_add(&roots, &repository->arena, *folder ? folder : ".");
    }
    strings_sort(&roots);
    const char *outer = NULL;
    for (size_t i = 0; ok && i < roots.count; i++) {
        if (outer && is_below(roots.items[i], outer))
            continue;
        outer = roots.items[i];
        struct jpk_found_list *found = jpk_find_projects(outer, 0, &repository->options->limits, err);
        ok = found != NULL;
        for (size_t j = 0; ok && j < found->count; j++) {
            struct repository_file *file = add_file(repository, found->items[j].path);
            ok = file != NULL;
            if (ok) {
                set_project(file);
                file->is_folder = true;
            }
            if (ok && found->items[j].problem)
                file->problem = keep_error(repository, found->items[j].problem);
        }
        jpk_found_free(found);
    }
    strings_free(&roots);
    return ok || error_memory(err);
}

/* ---------------------------------------------------------------------------------------------------- arguments */

static bool add_folder(struct repository *repository, const char *path, struct jpk_error *err)
{
    struct walk *walk = walk_open(path, NULL, err);
    struct walk_entry entry;
    size_t first = repository->count;
    if (!walk)
        return false;
    bool here = strcmp(path, ".") == 0;
    while (!repository->failed && walk_next(walk, &entry, err)) {
        struct repository_file *file = add_file(repository, here && *entry.path ? entry.path : entry.full);
        if (file && entry.problem)
            file->problem = keep_error(repository, entry.problem);
        if (file)
            file->companion = false;
    }
    walk_close(walk);
    if (repository->failed)
        return error_memory(err);
    return (!err || err->code == JPK_OK) && add_folders(repository, first, err);
}

/* `X-recipe.json` -> `X`; the length, or 0 when the name has no such end. */
static size_t stem_length(const char *path, const char *ending)
{
    return text_ends_with(path, ending) && strlen(path) > strlen(ending) ? strlen(path) - strlen(ending) : 0;
}

static void add_companion(struct repository *repository, const char *path)
{
    size_t before = repository->count;
    if (access(path, R_OK) != 0)
        return;
    struct repository_file *file = add_file(repository, path);
    if (file && repository->count > before)
        file->companion = true;
}

/* Names of Jitterpaks and of the other file of a pair, beside a file that was named alone. */
static void add_companions(struct repository *repository, const char *path)
{
    static const char *const endings[] = {"-recipe.json", "-configure.json"};
    struct buf name = {0};
    for (size_t i = 0; i < 2; i++) {
        size_t stem = stem_length(path, endings[i]);
        if (!stem)
            continue;
        buf_printf(&name, "%.*s%s", (int)stem, path, endings[1 - i]);
        add_companion(repository, buf_text(&name));
        buf_clear(&name);
        buf_printf(&name, "%.*s.jpk", (int)stem, path);
        add_companion(repository, buf_text(&name));
    }
    /* The Jitterpak that the recipe names. */
    struct buf text = {0};
    struct jdoc doc = {0};
    struct jpk_error err = {0};
    if (text_ends_with(path, ".json") && file_read(path, repository->options->file_size, "--max-file", &text, &err) &&
        jdoc_parse(&doc, buf_text(&text), text.size, NULL, &err)) {
        uint32_t jitterpak = jdoc_get(&doc, 0, "jitterpak", 9);
        struct jtext file = jtext_of(&doc, jitterpak == JDOC_NONE ? JDOC_NONE : jdoc_get(&doc, jitterpak, "file", 4));
        if (jtext_there(file) && !memchr(file.s, '/', file.n) && !memchr(file.s, '\0', file.n)) {
            buf_clear(&name);
            buf_printf(&name, "%.*s%.*s", (int)folder_length(path), path, (int)file.n, file.s);
            add_companion(repository, buf_text(&name));
        }
    }
    repository->failed |= name.failed || err.code == JPK_ERR_MEMORY;
    jdoc_free(&doc);
    buf_free(&text);
    buf_free(&name);
}

static bool add_root(struct repository *repository, const char *path, bool is_folder, struct jpk_error *err)
{
    struct repository_root *roots =
        array_grow(repository->roots, repository->root_count, &repository->root_capacity, sizeof *roots);
    char *real = realpath(path, NULL), *kept = real ? arena_strdup(&repository->arena, real) : NULL;
    free(real);
    if (roots)
        repository->roots = roots;
    if (!roots)
        return error_memory(err);
    roots[repository->root_count++] =
        (struct repository_root){.path = arena_strdup(&repository->arena, path), .real = kept, .is_folder = is_folder};
    return true;
}

bool repository_add(struct repository *repository, const char *path, struct jpk_error *err)
{
    enum file_kind kind = file_look(path, true, err);
    bool is_folder = kind == FILE_FOLDER && !repository_is_named_recipe(repository, path);
    if (kind == FILE_UNKNOWN || !add_root(repository, path, is_folder, err))
        return false;
    if (is_folder)
        return add_folder(repository, path, err);
    struct repository_file *file = add_file(repository, path);
    if (!file)
        return error_memory(err);
    file->companion = false;
    file->named = true;
    add_companions(repository, path);
    return !repository->failed || error_memory(err);
}

/* ------------------------------------------------------------------------------------------------------- schemas */

/* A file in place of a built-in schema, with the files in its folder that it refers to. */
static struct jpk_schema *compile_file(struct repository *repository, const char *path, struct jpk_error *err)
{
    struct jpk_schema_options options = {.registry = repository->registry};
    struct buf seen = {0};
    char *folder = file_folder(path);
    struct schema_files files = {
        .folder = folder, .limit = repository->options->file_size, .limit_name = "--max-file", .seen = &seen};
    jpk_schema_registry_set_loader(repository->registry, schema_files_load, &files);
    struct jpk_schema *schema = NULL;
    if (folder || errno != ENOMEM)
        schema = schema_files_compile(&files, path, &options, err);
    else
        error_memory(err);
    jpk_schema_registry_set_loader(repository->registry, NULL, NULL);
    sha256_hex(buf_text(&seen), seen.size, repository->schema_sha256);
    repository->failed |= seen.failed;
    free(folder);
    buf_free(&seen);
    return schema;
}

const struct jpk_schema *repository_schema(struct repository *repository, enum repository_schema which,
                                           struct jpk_error *err)
{
    static const char *const uris[] = {
        [SCHEMA_RECIPE] = "urn:jpk:schema:recipe-1",
        [SCHEMA_CONFIGURE] = "urn:jpk:schema:configure-1",
        [SCHEMA_MANIFEST] = "urn:jpk:schema:manifest-1",
        [SCHEMA_EXPORT] = "urn:jpk:schema:cloud-studio-export-1",
    };
    struct jpk_schema_options options = {.registry = repository->registry};
    pthread_mutex_lock(&repository->lock);
    struct jpk_schema **schema = &repository->schemas[which];
    struct jpk_error *error = &repository->schema_errors[which];
    if (!*schema && error->code == JPK_OK)
        *schema = which == SCHEMA_RECIPE && repository->options->schema
                      ? compile_file(repository, repository->options->schema, error)
                      : jpk_schema_compile_uri(uris[which], &options, error);
    if (!*schema && err && err->code == JPK_OK)
        *err = *error;
    const struct jpk_schema *found = *schema;
    pthread_mutex_unlock(&repository->lock);
    return found;
}

/* ---------------------------------------------------------------------------------------------------- validating */

static void check_file(void *context, size_t index)
{
    struct repository *repository = context;
    repository_check_file(repository, &repository->files[index]);
}

static void check_project(void *context, size_t index)
{
    struct repository *repository = context;
    struct repository_file *file = &repository->files[index];
    bool wanted = !file->left_out || file->recipes != REPOSITORY_NONE;
    if (file->kind == REPOSITORY_JITTERPAK && wanted)
        repository_check_project(repository, file);
}

/* Recipes behind the Jitterpaks that they name, in order. */
static void link_recipes(struct repository *repository)
{
    for (size_t i = repository->count; i-- > 0;) {
        struct repository_file *file = &repository->files[i];
        if (file->kind != REPOSITORY_RECIPE || file->jitterpak == REPOSITORY_NONE)
            continue;
        file->next = repository->files[file->jitterpak].recipes;
        repository->files[file->jitterpak].recipes = (uint32_t)i;
    }
}

/* Pairs of recipe and configure file, by their names. */
static void link_pairs(struct repository *repository)
{
    for (size_t i = 0; i < repository->count; i++) {
        struct repository_file *file = &repository->files[i];
        size_t stem = stem_length(file->path, "-recipe.json"), folder = folder_length(file->path);
        if (stem <= folder)
            continue;
        struct buf name = {0};
        buf_printf(&name, "%.*s-configure.json", (int)(stem - folder), file->path + folder);
        file->partner = repository_sibling(repository, file, buf_text(&name), name.size, &repository->failed);
        if (file->partner != REPOSITORY_NONE)
            repository->files[file->partner].partner = (uint32_t)i;
        repository->failed |= name.failed;
        buf_free(&name);
    }
}

bool repository_validate(struct repository *repository, struct jpk_error *err)
{
    const struct repository_options *options = repository->options;
    /* What everything needs: if it is wrong there is no use in going on. */
    if (options->schema && !repository_schema(repository, SCHEMA_RECIPE, err))
        return false;
    if (!repository_open_cache(repository, err) || !repository_configure(repository, err))
        return false;
    link_pairs(repository);
    workers_run(repository->count, options->jobs, check_file, repository);
    link_recipes(repository);
    workers_run(repository->count, options->jobs, check_project, repository);
    repository_check_whole(repository);
    if (options->base && !repository_check_base(repository, err))
        return false;
    for (size_t i = 0; i < repository->count; i++)
        validation_join(&repository->all, &repository->files[i].findings);
    if (repository->failed)
        return error_memory(err);
    return validation_finish(&repository->all, err);
}

void repository_free(struct repository *repository)
{
    for (size_t i = 0; i < repository->count; i++)
        validation_free(&repository->files[i].findings);
    for (size_t i = 0; i < sizeof repository->schemas / sizeof repository->schemas[0]; i++)
        jpk_schema_free(repository->schemas[i]);
    jpk_schema_registry_free(repository->registry);
    validation_free(&repository->all);
    configs_free(&repository->configs);
    cache_free(repository->cache);
    buf_free(&repository->cache_base);
    free(repository->roots);
    map_free(&repository->paths);
    map_free(&repository->places);
    buf_free(&repository->folder);
    free(repository->folder_place);
    map_free(&repository->lower);
    free(repository->files);
    arena_free(&repository->arena);
    pthread_mutex_destroy(&repository->lock);
    *repository = (struct repository){0};
}
