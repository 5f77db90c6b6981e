/* A project or an export that is unpacked: the tree is the same project. */
#include <unistd.h>

#include "jpk/cloud_tree.h"
#include "jpk/tree.h"
#include "tests/fuzz/fuzz.h"

FUZZ_MUTATOR(fuzz_mutate);

static const struct jpk_unpack_options again = {.update = true};

static bool tells_left_out(const struct jpk_unpacked *unpacked)
{
    for (size_t i = 0; i < unpacked->notes.count; i++)
        if (strstr(unpacked->notes.items[i], "left out"))
            return true;
    return false;
}

/*
 * Every entry of the archive is in the tree with the same bytes, and there is no other; what lies beside the project
 * may be missing when a note says so.
 */
static void compare(const struct fuzz_project *p, const struct jpk_unpacked *unpacked, struct jpk_archive *tree)
{
    size_t missing = 0;
    const char *base = p->project->base;
    for (size_t i = 0; i < jpk_archive_count(p->archive); i++) {
        const char *name = jpk_archive_entry(p->archive, i)->name;
        struct jpk_error err = {0};
        void *data = NULL, *other = NULL;
        size_t size, other_size, at = jpk_archive_find(tree, name);
        if (at == SIZE_MAX) {
            HOLDS(strncmp(name, base, strlen(base)) != 0 && tells_left_out(unpacked), "'%s' is not in the tree", name);
            missing++;
            continue;
        }
        HOLDS(jpk_archive_read(p->archive, i, &data, &size, &err), "'%s': %s", name, err.message);
        HOLDS(jpk_archive_read(tree, at, &other, &other_size, &err), "'%s' in the tree: %s", name, err.message);
        fuzz_same(name, data, size, other, other_size);
        free(data);
        free(other);
    }
    HOLDS(jpk_archive_count(tree) + missing == jpk_archive_count(p->archive), "%zu entries instead of %zu",
          jpk_archive_count(tree), jpk_archive_count(p->archive));
}

/* What has problems may be refused, the rest is packed. */
static void pack(const struct jpk_project *project, const char *path)
{
    struct jpk_error err = {0};
    if (!jpk_pack(project, path, NULL, &err)) {
        HOLDS(project->problem_count > 0, "not packed: %s: %s", err.entry, err.message);
        fuzz_error(&err, SIZE_MAX);
        return;
    }
    struct jpk_archive *archive = jpk_archive_open(path, NULL, &err);
    HOLDS(archive, "what was packed cannot be opened: %s", err.message);
    jpk_archive_free(archive);
}

/* Unpacking the same again changes nothing. */
static void check_update(struct jpk_unpacked *updated, const struct jpk_error *err)
{
    HOLDS(updated, "no update: %s: %s", err->entry, err->message);
    HOLDS(updated->written.count + updated->stale.count == 0, "an update writes %zu files, first %s; %zu are stale",
          updated->written.count, updated->written.count ? updated->written.items[0] : "-", updated->stale.count);
    jpk_unpacked_free(updated);
}

static void open_tree(const struct fuzz_project *p, const struct jpk_unpacked *unpacked, const char *folder,
                      const char *packed)
{
    struct jpk_error err = {0};
    struct jpk_archive *tree = jpk_archive_open_folder(folder, NULL, &err);
    HOLDS(tree && jpk_archive_is_tree(tree), "no tree: %s: %s", err.entry, err.message);
    compare(p, unpacked, tree);
    struct jpk_project *project = jpk_project_load(tree, NULL, JPK_KEEP_GOING, &err);
    HOLDS(project, "the tree cannot be loaded: %s: %s", err.entry, err.message);
    HOLDS(project->entity_count == p->project->entity_count, "%zu entities", project->entity_count);
    pack(project, packed);
    jpk_project_free(project);
    jpk_archive_free(tree);
}

static void unpack_project(const uint8_t *data, size_t size, const char *folder, const char *packed)
{
    struct fuzz_project p;
    struct jpk_error err = {0};
    if (!fuzz_project_open(&p, data, size, JPK_KEEP_GOING))
        return;
    struct jpk_unpacked *unpacked = jpk_unpack(p.project, folder, NULL, &err);
    if (unpacked) {
        check_update(jpk_unpack(p.project, folder, &again, &err), &err);
        open_tree(&p, unpacked, folder, packed);
    } else {
        fuzz_error(&err, SIZE_MAX);
    }
    jpk_unpacked_free(unpacked);
    fuzz_project_free(&p);
}

static void open_cloud_tree(const struct jpk_cloud *cloud, const char *folder)
{
    struct jpk_error err = {0};
    struct jpk_cloud_tree *tree = jpk_cloud_tree_open(folder, NULL, &err);
    HOLDS(tree, "the tree cannot be opened: %s: %u:%u: %s", err.entry, err.line, err.column, err.message);
    size_t size, other_size;
    char *text = jpk_cloud_write(cloud, &size, &err), *other = jpk_cloud_write(tree->cloud, &other_size, &err);
    HOLDS(text && other, "cannot be written: %s", err.message);
    fuzz_same("the export", text, size, other, other_size);
    HOLDS(tree->added.count + tree->removed.count + tree->moved.count == 0, "the tree has changed");
    free(text);
    free(other);
    jpk_cloud_tree_free(tree);
}

static void unpack_export(const uint8_t *data, size_t size, const char *folder)
{
    struct jpk_limits limits = fuzz_limits();
    struct jpk_error err = {0};
    struct jpk_cloud *cloud = jpk_cloud_load((const char *)data, size, "t.json", &limits, &err);
    if (!cloud) {
        fuzz_error(&err, size);
        return;
    }
    struct jpk_unpacked *unpacked = jpk_cloud_unpack(cloud, folder, NULL, &err);
    if (unpacked) {
        check_update(jpk_cloud_unpack(cloud, folder, &again, &err), &err);
        open_cloud_tree(cloud, folder);
    } else {
        fuzz_error(&err, SIZE_MAX);
    }
    jpk_unpacked_free(unpacked);
    jpk_cloud_free(cloud);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char root[FUZZ_PATH], folder[FUZZ_PATH + 16], packed[FUZZ_PATH + 16];
    fuzz_folder(root);
    snprintf(folder, sizeof folder, "%s/tree", root);
    snprintf(packed, sizeof packed, "%s/packed.jpk", root);
    if (size > 1 && memcmp(data, "PK", 2) == 0)
        unpack_project(data, size, folder, packed);
    else
        unpack_export(data, size, folder);
    fuzz_remove(root);
    return 0;
}
