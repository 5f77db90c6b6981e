/* How people name the items of a project. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "jpk/model.h"

static void put_folders(struct buf *out, const struct jpk_folder *folder)
{
    enum { DEPTH_MAX = 512 };
    const struct jpk_folder *chain[DEPTH_MAX];
    size_t depth = 0;
    for (; folder && depth < DEPTH_MAX; folder = folder->parent)
        chain[depth++] = folder;
    while (depth > 0)
        buf_printf(out, "%s/", chain[--depth]->name);
}

static void put_path(struct buf *out, const struct jpk_entity *entity)
{
    buf_clear(out);
    buf_printf(out, "%s/", entity->type_name);
    put_folders(out, entity->folder);
    buf_puts(out, entity->name);
}

char *jpk_entity_path(const struct jpk_entity *entity)
{
    struct buf path = {0};
    put_path(&path, entity);
    if (!path.failed)
        return path.data;
    buf_free(&path);
    return NULL;
}

/* ---------------------------------------------------------------------------------------------------- selecting */

/* How well an entity fits a text: the greater the better; 0 not at all. */
enum fit {
    FIT_NONE,
    FIT_NAME_OTHER_CASE,
    FIT_NAME,
    FIT_PATH_END_OTHER_CASE,
    FIT_PATH_END,
    FIT_PATH_OTHER_CASE,
    FIT_PATH
};

static enum fit fit_of(const struct jpk_entity *entity, const char *path, size_t path_n, const char *text, size_t n)
{
    if (n == path_n && text_caseeq(path, text))
        return strcmp(path, text) == 0 ? FIT_PATH : FIT_PATH_OTHER_CASE;
    if (text_caseeq(entity->name, text))
        return strcmp(entity->name, text) == 0 ? FIT_NAME : FIT_NAME_OTHER_CASE;
    if (n < path_n && path[path_n - n - 1] == '/' && text_caseeq(path + path_n - n, text))
        return strcmp(path + path_n - n, text) == 0 ? FIT_PATH_END : FIT_PATH_END_OTHER_CASE;
    return FIT_NONE;
}

/* The live items of a tree go before what merely lies beside it. */
static unsigned rank_of(const struct jpk_entity *entity, enum fit fit)
{
    return fit == FIT_NONE ? 0 : (unsigned)fit + (entity->in_tree && !entity->deleted ? FIT_PATH : 0);
}

struct selection {
    const struct jpk_entity *first;
    unsigned rank;
    size_t count;
    struct buf candidates;
    const struct jpk_entity *nearest;
    size_t distance;
};

static void consider(struct selection *selection, const struct jpk_entity *entity, const char *path, unsigned rank)
{
    enum { SHOWN = 6 };
    if (rank == 0 || rank < selection->rank)
        return;
    if (rank > selection->rank) {
        selection->rank = rank;
        selection->first = entity;
        selection->count = 0;
        buf_clear(&selection->candidates);
    }
    if (selection->count++ < SHOWN)
        buf_printf(&selection->candidates, "%s%s (%s)", selection->count > 1 ? ", " : "", path, entity->id);
}

static void consider_nearest(struct selection *selection, const struct jpk_entity *entity, const char *text)
{
    size_t distance = text_distance(text, entity->name, selection->distance - 1);
    if (distance < selection->distance && entity->in_tree && !entity->deleted) {
        selection->nearest = entity;
        selection->distance = distance;
    }
}

static bool select_by_name(const struct jpk_project *project, const char *text, const char *type,
                           struct selection *selection, struct jpk_error *err)
{
    struct buf path = {0};
    size_t n = strlen(text);
    for (size_t i = 0; i < project->entity_count && !path.failed; i++) {
        const struct jpk_entity *entity = project->entities[i];
        if (type && strcmp(entity->type_name, type) != 0)
            continue;
        put_path(&path, entity);
        if (path.failed)
            break;
        consider(selection, entity, path.data, rank_of(entity, fit_of(entity, path.data, path.size, text, n)));
        if (selection->distance > 1)
            consider_nearest(selection, entity, text);
    }
    bool ok = !path.failed && !selection->candidates.failed;
    buf_free(&path);
    return ok || error_memory(err);
}

static const struct jpk_entity *decide(const struct selection *selection, const char *text, struct jpk_error *err)
{
    if (selection->count == 1)
        return selection->first;
    if (selection->count > 1)
        error_set(err, JPK_ERR_AMBIGUOUS, "has %zu items that '%s' may mean: %s%s", selection->count, text,
                  buf_text(&selection->candidates), selection->count > 6 ? ", ..." : "");
    else if (selection->nearest)
        error_set(err, JPK_ERR_NOT_FOUND, "has no item '%s'; did you mean '%s'?", text, selection->nearest->name);
    else
        error_set(err, JPK_ERR_NOT_FOUND, "has no item '%s'; 'jpk list --entities' shows them", text);
    return NULL;
}

const struct jpk_entity *project_select(const struct jpk_project *project, const char *text, const char *type,
                                        bool *near, struct jpk_error *err)
{
    static const char *const prefixes[] = {"", "op.", "sc.", "s.", "t.", "m.", "so."};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t n = strlen(prefixes[i]);
        if (strncmp(text, prefixes[i], n) == 0 && text_guid(text + n, strlen(text + n))) {
            const struct jpk_entity *entity = jpk_project_entity(project, text + n);
            if (entity && (!type || strcmp(entity->type_name, type) == 0))
                return entity;
        }
    }
    enum { NEAR = 4 }; /* of a short name less: else it is another word */
    size_t half = strlen(text) / 2 + 1;
    struct selection selection = {.distance = half < NEAR ? half : NEAR};
    struct jpk_error local = {0};
    const struct jpk_entity *entity =
        select_by_name(project, text, type, &selection, &local) ? decide(&selection, text, &local) : NULL;
    *near = selection.nearest != NULL;
    buf_free(&selection.candidates);
    error_file(&local, jpk_archive_name(project->archive));
    if (!entity)
        error_pass(err, &local, NULL);
    return entity;
}

const struct jpk_entity *jpk_project_select(const struct jpk_project *project, const char *text, struct jpk_error *err)
{
    bool near;
    return project_select(project, text, NULL, &near, err);
}
