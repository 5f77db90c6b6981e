#include "jpk/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "jpk/archive.h"
#include "jpk/properties.h"

/* The length of the folder part with its slash. */
static size_t folder_length(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? (size_t)(slash - name) + 1 : 0;
}

static bool is_named(const char *name, const char *file)
{
    return strcmp(name + folder_length(name), file) == 0;
}

/* A project's file cannot lie inside of another project's folders. */
static bool is_project(const char *name)
{
    return is_named(name, "project.xml") && !strstr(name, "/files/") && !strstr(name, "/testfiles/") &&
           !text_starts_with(name, "files/") && !text_starts_with(name, "testfiles/");
}

struct candidates {
    size_t *entries; /* indexes of project.xml files */
    size_t count;
};

size_t layout_count(const struct jpk_archive *archive)
{
    size_t count = 0;
    for (size_t i = 0; i < jpk_archive_count(archive); i++)
        count += is_project(jpk_archive_entry(archive, i)->name);
    return count;
}

static bool collect(struct jpk_archive *archive, struct arena *arena, struct candidates *out, struct jpk_error *err)
{
    size_t total = jpk_archive_count(archive);
    out->entries = arena_calloc(arena, layout_count(archive), sizeof *out->entries);
    if (!out->entries)
        return error_memory(err);
    for (size_t i = 0; i < total; i++)
        if (is_project(jpk_archive_entry(archive, i)->name))
            out->entries[out->count++] = i;
    return true;
}

/* The value of one key of a properties file beside project.xml; NULL when there is none. */
static const char *neighbour(struct jpk_archive *archive, struct arena *arena, const char *base, const char *file,
                             const char *key, struct jpk_error *err)
{
    struct jpk_error local = {0};
    size_t index = archive_find(archive, base, file, "");
    void *data = NULL;
    size_t n;
    struct properties properties;
    const char *value = NULL;
    /* A file that cannot be read here is reported when the project is loaded. */
    if (index != SIZE_MAX && jpk_archive_read(archive, index, &data, &n, &local) &&
        properties_parse(data, n, arena, &properties, &local))
        value = properties_get(&properties, key);
    if (local.code == JPK_ERR_MEMORY)
        error_memory(err);
    free(data);
    return value;
}

static char *base_of(struct jpk_archive *archive, struct arena *arena, size_t entry)
{
    const char *name = jpk_archive_entry(archive, entry)->name;
    return arena_strndup(arena, name, folder_length(name));
}

const char *layout_environment(const char *base, size_t *n)
{
    static const char prefix[] = "env-";
    size_t size = strlen(base), start = size;
    while (start > 0 && (start == size || base[start - 1] != '/'))
        start--;
    if (!text_starts_with(base + start, prefix))
        return NULL;
    start += strlen(prefix);
    *n = size - start - 1;
    return base + start;
}

static bool environment_matches(struct jpk_archive *archive, struct arena *arena, const char *base, const char *wanted,
                                struct jpk_error *err)
{
    size_t n = 0;
    const char *folder = layout_environment(base, &n);
    const char *id = neighbour(archive, arena, base, "environment.properties", "environment-id", err);
    const char *name = neighbour(archive, arena, base, "environment.properties", "environment-name", err);
    return (folder && strlen(wanted) == n && memcmp(folder, wanted, n) == 0) || (id && strcmp(id, wanted) == 0) ||
           (name && strcmp(name, wanted) == 0);
}

/* manifest.jip lies beside the env-* folders. False: no memory. */
static bool find_manifest(const struct jpk_archive *archive, const char *base, size_t *found)
{
    size_t n = strlen(base);
    while (n > 0 && (n == strlen(base) || base[n - 1] != '/'))
        n--;
    struct buf name = {0};
    buf_put(&name, base, n);
    buf_puts(&name, "manifest.jip");
    bool ok = !name.failed;
    *found = !ok || (n == 0 && !*base) ? SIZE_MAX : jpk_archive_find(archive, buf_text(&name));
    buf_free(&name);
    return ok;
}

static bool ambiguous(struct jpk_archive *archive, struct arena *arena, const struct candidates *found,
                      const char *wanted, struct jpk_error *err)
{
    enum { SHOWN = 5 };
    struct buf list = {0};
    for (size_t i = 0; i < found->count && i < SHOWN; i++) {
        const char *base = base_of(archive, arena, found->entries[i]);
        const char *id = base ? neighbour(archive, arena, base, "environment.properties", "environment-id", err) : NULL;
        const char *name =
            base ? neighbour(archive, arena, base, "environment.properties", "environment-name", err) : NULL;
        if (!base)
            error_memory(err);
        buf_printf(&list, "%s%s", i ? ", " : "", base && *base ? base : "./");
        if (id)
            buf_printf(&list, " (%s%s%s)", id, name ? " " : "", name ? name : "");
    }
    if (found->count > SHOWN)
        buf_printf(&list, ", and %zu more", found->count - SHOWN);
    if (list.failed)
        error_memory(err);
    if (wanted)
        error_set(err, JPK_ERR_NOT_FOUND, "has no environment '%s'; it holds %s", wanted, buf_text(&list));
    else
        error_set(err, JPK_ERR_AMBIGUOUS,
                  "holds %zu projects or environments: %s; choose one with --env or name its folder", found->count,
                  buf_text(&list));
    buf_free(&list);
    return false;
}

/* The index in `found` of the project to read, or SIZE_MAX with an error. */
static size_t choose(struct jpk_archive *archive, struct arena *arena, const struct candidates *found,
                     const char *wanted, struct jpk_error *err)
{
    size_t chosen = SIZE_MAX, matches = 0;
    const char *last = NULL;
    bool asked = false; /* the first manifest counts; reading one for every environment could take for ever */
    if (found->count == 1 && !wanted)
        return 0;
    for (size_t i = 0; i < found->count; i++) {
        const char *base = base_of(archive, arena, found->entries[i]);
        if (!base)
            return error_memory(err), SIZE_MAX;
        size_t manifest = SIZE_MAX;
        if (!wanted && !find_manifest(archive, base, &manifest))
            return error_memory(err), SIZE_MAX;
        if (!asked && manifest != SIZE_MAX) {
            asked = true;
            char *folder = base_of(archive, arena, manifest);
            if (!folder)
                return error_memory(err), SIZE_MAX;
            last = neighbour(archive, arena, folder, "manifest.jip", "last-environment", err);
        }
        const char *choice = wanted ? wanted : last;
        if (choice && environment_matches(archive, arena, base, choice, err)) {
            chosen = i;
            matches++;
        }
    }
    if (err->code == JPK_ERR_MEMORY)
        return SIZE_MAX;
    if (matches == 1)
        return chosen;
    ambiguous(archive, arena, found, matches ? NULL : wanted, err);
    return SIZE_MAX;
}

static bool has_folder(struct jpk_archive *archive, const char *base, const char *folder)
{
    size_t n = strlen(base);
    for (size_t i = 0; i < jpk_archive_count(archive); i++) {
        const char *name = jpk_archive_entry(archive, i)->name;
        if (strncmp(name, base, n) == 0 && text_starts_with(name + n, folder))
            return true;
    }
    return false;
}

/* Whether items lie beside project.xml; a project without any has the form of its archive or folder. */
static bool is_flat(struct jpk_archive *archive, const char *base)
{
    size_t n = strlen(base);
    if (has_folder(archive, base, "Data/"))
        return false;
    for (size_t i = 0; i < jpk_archive_count(archive); i++) {
        const char *name = jpk_archive_entry(archive, i)->name;
        if (strncmp(name, base, n) == 0 && entry_role_of(JPK_SHAPE_FLAT, name + n) == ENTRY_ENTITY)
            return true;
    }
    return false;
}

bool layout_find(struct jpk_archive *archive, const char *environment, struct arena *arena, struct layout *out,
                 struct jpk_error *err)
{
    struct candidates found = {0};
    if (!collect(archive, arena, &found, err))
        return false;
    if (found.count == 0)
        return error_set(err, JPK_ERR_NO_PROJECT, "holds no project: there is no project.xml in it");
    size_t chosen = choose(archive, arena, &found, environment, err);
    if (chosen == SIZE_MAX)
        return false;
    struct layout result = {.project = found.entries[chosen]};
    result.base = base_of(archive, arena, result.project);
    if (!result.base)
        return error_memory(err);
    if (!find_manifest(archive, result.base, &result.manifest))
        return error_memory(err);
    if (is_flat(archive, result.base))
        result.shape = JPK_SHAPE_FLAT;
    else if (!archive->folder || archive->unzipped)
        result.shape = JPK_SHAPE_ARCHIVE;
    else
        result.shape = result.manifest != SIZE_MAX ? JPK_SHAPE_WORKSPACE : JPK_SHAPE_ENVIRONMENT;
    *out = result;
    return true;
}

enum entry_role entry_role_of(enum jpk_shape shape, const char *name)
{
    static const struct {
        const char *name;
        enum entry_role role;
    } exact[] =
        {
            {"project.xml", ENTRY_PROJECT},
            {"deleted.xml", ENTRY_STATE},
            {"plugins.xml", ENTRY_STATE},
            {"ui.xml", ENTRY_STATE},
            {"jitterpak.properties", ENTRY_PROPERTIES},
            {"environment.properties", ENTRY_PROPERTIES},
            {"manifest.jip", ENTRY_PROPERTIES},
            {"files/.metadata", ENTRY_METADATA},
        },
      folders[] = {
          {"files/", ENTRY_FILE},
          {"cache/", ENTRY_CACHE},
          {"settings/", ENTRY_SETTINGS},
          {"testfiles/", ENTRY_TEST_FILE},
      };
    for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++)
        if (strcmp(exact[i].name, name) == 0)
            return exact[i].role;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (text_starts_with(name, folders[i].name))
            return folders[i].role;
    bool xml = text_ends_with(name, ".xml");
    if (text_starts_with(name, "Data/") && xml)
        return ENTRY_ENTITY;
    if (shape == JPK_SHAPE_FLAT && !strchr(name, '/'))
        return xml ? ENTRY_ENTITY : text_ends_with(name, ".db") ? ENTRY_SETTINGS : ENTRY_UNKNOWN;
    return ENTRY_UNKNOWN;
}
