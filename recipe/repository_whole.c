/* What only all files together show. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "recipe/repository_parts.h"

static void report(struct repository_file *file, enum rule rule, struct text_position at, const char *path,
                   const char *message)
{
    struct jpk_finding finding = {
        .file = file->path, .line = at.line, .column = at.column, .path = path, .message = message};
    validation_add(&file->findings, (int)rule, &finding);
}

/* A value that only one file should have. */
struct claim {
    enum rule rule;
    enum repository_kind kind;
    const char *what, *path;
    const char *(*value)(const struct repository_file *file, struct text_position *at);
};

static const struct text_position whole_file;

static const char *name_of(const struct repository_file *file, struct text_position *at)
{
    *at = file->name_at;
    return file->name;
}

static const char *project_of(const struct repository_file *file, struct text_position *at)
{
    *at = file->project_at;
    return file->project_id;
}

static const char *hash_of(const struct repository_file *file, struct text_position *at)
{
    *at = whole_file;
    return *file->sha256 ? file->sha256 : NULL;
}

/* Reports every file but the first that has a value. */
static void check_claim(struct repository *repository, const struct claim *claim)
{
    struct map first = {0};
    for (size_t i = 0; i < repository->count && !repository->failed; i++) {
        struct repository_file *file = &repository->files[i];
        struct text_position at;
        const char *value = file->kind == claim->kind && !file->left_out ? claim->value(file, &at) : NULL;
        uint32_t old;
        if (!value)
            continue;
        if (!map_add(&first, value, strlen(value), (uint32_t)i, &old))
            repository->failed = true;
        else if (old != MAP_NONE) {
            struct buf message = {0};
            buf_printf(&message, "%s '%s' is also that of %s", claim->what, value, repository->files[old].path);
            report(file, claim->rule, at, claim->path, buf_text(&message));
            repository->failed |= message.failed;
            buf_free(&message);
        }
    }
    map_free(&first);
}

static void check_duplicates(struct repository *repository)
{
    static const struct claim claims[] = {
        {RULE_DUPLICATE_RECIPE_NAME, REPOSITORY_RECIPE, "the recipe's name", "/name", name_of},
        {RULE_DUPLICATE_PROJECT, REPOSITORY_RECIPE, "the project", "/jitterpak/projectId", project_of},
        {RULE_DUPLICATE_JITTERPAK, REPOSITORY_JITTERPAK, "the checksum", "", hash_of},
    };
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++)
        check_claim(repository, &claims[i]);
}

/* Folders with a recipe that could not be read, which may name any Jitterpak beside it. */
static void note_unread(struct repository *repository, struct map *folders)
{
    for (size_t i = 0; i < repository->count; i++) {
        const struct repository_file *file = &repository->files[i];
        const char *slash = strrchr(file->place, '/');
        if (file->unread && text_ends_with(file->path, "-recipe.json") &&
            !map_set(folders, file->place, slash ? (size_t)(slash - file->place) : 0, 0))
            repository->failed = true;
    }
}

static bool beside(const struct map *folders, const struct repository_file *file)
{
    const char *slash = strrchr(file->place, '/');
    return map_get(folders, file->place, slash ? (size_t)(slash - file->place) : 0) != MAP_NONE;
}

static void report_no_recipe(struct repository *repository, struct repository_file *file)
{
    static const char ending[] = "-configure.json";
    const char *slash = strrchr(file->path, '/'), *name = slash ? slash + 1 : file->path;
    struct buf message = {0};
    if (text_ends_with(name, ending))
        buf_printf(&message, "there is no recipe to this configure file: no %.*s-recipe.json lies beside it",
                   (int)(strlen(name) - strlen(ending)), name);
    else
        buf_printf(&message, "there is no recipe to this configure file: its name does not end in %s", ending);
    report(file, RULE_ORPHAN_FILE, whole_file, "", buf_text(&message));
    repository->failed |= message.failed;
    buf_free(&message);
}

static void check_manifest(struct repository *repository, struct repository_file *file)
{
    const char *name = file->manifest_project;
    size_t n = name ? strlen(name) : 0;
    if (!name || repository_sibling(repository, file, name, n, &repository->failed) != REPOSITORY_NONE)
        return;
    struct buf message = {0};
    buf_printf(&message, "the project '%s' does not lie beside the manifest",
               show((struct jtext){.s = name, .n = (uint32_t)n}).s);
    report(file, RULE_MANIFEST_PROJECT, file->manifest_at, "/PROJECT", buf_text(&message));
    repository->failed |= message.failed;
    buf_free(&message);
}

/* Under a name that is no Jitterpak's it is not looked into, which is another rule's. */
static bool jitterpak_missing(struct repository *repository, const struct repository_file *file)
{
    const char *name = file->jitterpak_name;
    return file->kind == REPOSITORY_RECIPE && file->jitterpak == REPOSITORY_NONE && name &&
           repository_sibling(repository, file, name, strlen(name), &repository->failed) == REPOSITORY_NONE;
}

/* Files without the others that they belong to. */
static void check_alone(struct repository *repository, struct repository_file *file, const struct map *unread)
{
    if (repository_only_helps(file) || file->problem)
        return;
    if (jitterpak_missing(repository, file)) {
        struct buf message = {0};
        buf_printf(&message, "the Jitterpak '%s' does not lie beside the recipe", file->jitterpak_name);
        report(file, RULE_JITTERPAK_MISSING, file->jitterpak_at, "/jitterpak/file", buf_text(&message));
        repository->failed |= message.failed;
        buf_free(&message);
    } else if (file->kind == REPOSITORY_MANIFEST) {
        check_manifest(repository, file);
    } else if (file->kind == REPOSITORY_CONFIGURE && file->partner == REPOSITORY_NONE) {
        report_no_recipe(repository, file);
    } else if (file->kind == REPOSITORY_JITTERPAK && file->recipes == REPOSITORY_NONE && !file->is_folder &&
               !beside(unread, file)) {
        report(file, RULE_ORPHAN_FILE, whole_file, "", "no recipe names this Jitterpak");
    }
}

void repository_check_whole(struct repository *repository)
{
    struct map unread = {0};
    check_duplicates(repository);
    note_unread(repository, &unread);
    for (size_t i = 0; i < repository->count && !repository->failed; i++)
        check_alone(repository, &repository->files[i], &unread);
    map_free(&unread);
}
