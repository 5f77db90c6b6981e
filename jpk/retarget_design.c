/* A Jitterpak for another organization: what an export would hold, cut and edited. include/jpk/retarget.h says how. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "jpk/archive.h"
#include "jpk/model.h"
#include "jpk/pack_list.h"
#include "jpk/retarget_parts.h"

struct retarget {
    const struct jpk_retarget_options *options;
    const struct jpk_project *project;
    const struct jpk_graph *graph;
    struct packer packer;
    struct retargeted *result;
    bool *dropped;               /* by index of the entity */
    const struct packed *packed; /* the entry at hand */
    struct buf text, edited;     /* its bytes, before and after */
    struct jpk_error *err;
};

/* --------------------------------------------------------------------------------------------- what is left out */

static bool list(struct retarget *r, struct left_out_list *to, const struct jpk_entity *entity, struct jpk_left_out row)
{
    char *path = NULL;
    row.path = retarget_path(to, entity->index);
    if (!row.path)
        row.path = path = jpk_entity_path(entity);
    bool ok = row.path && retarget_list(r->result, to, entity->index, row);
    free(path);
    return ok || error_memory(r->err);
}

/* Who else uses an entity than those whose links are cut: then it has to stay. */
static const struct jpk_entity *other_user(const struct retarget *r, const struct jpk_entity *entity,
                                           const struct retarget_link *link)
{
    size_t count;
    const struct jpk_reference *const *to = jpk_graph_to(r->graph, entity, &count);
    for (size_t i = 0; i < count; i++)
        if (to[i]->kind != link->kind && !to[i]->in_comment && to[i]->from != entity && !to[i]->from->deleted)
            return to[i]->from;
    return NULL;
}

static bool keep(struct retarget *r, const struct jpk_entity *entity, enum jpk_without why,
                 const struct jpk_entity *user)
{
    struct buf note = {0};
    char *path = jpk_entity_path(user);
    if (path)
        retarget_put_name(&note, path, strlen(path));
    buf_puts(&note, " uses it");
    bool ok = path && !note.failed;
    ok = ok ? list(r, &r->result->kept, entity, (struct jpk_left_out){.why = why, .note = note.data})
            : error_memory(r->err);
    free(path);
    buf_free(&note);
    return ok;
}

/* Schedules and e-mails, as whole items. */
static bool drop_entities(struct retarget *r)
{
    static const char gone[] = "it was marked as deleted";
    const struct jpk_project *project = r->project;
    r->dropped = calloc(project->entity_count + 1, sizeof *r->dropped);
    if (!r->dropped)
        return error_memory(r->err);
    for (size_t i = 0; i < project->entity_count; i++) {
        const struct jpk_entity *entity = project->entities[i];
        const struct retarget_link *link = retarget_link_of(entity->type);
        if (!link || !(r->options->without & link->why))
            continue;
        const struct jpk_entity *user = other_user(r, entity, link);
        struct jpk_left_out row = {.why = link->why, .note = entity->deleted ? gone : NULL};
        r->dropped[i] = !user;
        if (user ? !keep(r, entity, link->why, user) : !list(r, &r->result->left_out, entity, row))
            return false;
    }
    return true;
}

/* -------------------------------------------------------------------------------------------------------- entities */

static void put_note(struct buf *note, const struct retarget *r, const struct jpk_item *item, enum retarget_fate fate,
                     enum jpk_without why)
{
    const struct jpk_entity *named =
        fate == ITEM_GOES && why != JPK_WITHOUT_VARIABLES ? jpk_project_entity(r->project, item->value) : NULL;
    char *path = named ? jpk_entity_path(named) : NULL;
    if (path) {
        buf_puts(note, "it names ");
        retarget_put_name(note, path, strlen(path));
    } else if (fate == ITEM_CHANGED && !retarget_secret_name(item->key, strlen(item->key))) {
        buf_puts(note, "only the secret in its text, the rest of it stays");
    } else if (r->packed->entity && r->packed->entity->deleted) {
        buf_puts(note, "its item is marked as deleted");
    }
    note->failed |= named && !path;
    free(path);
}

static bool note_item(void *context, enum jpk_without why, const struct jpk_item *item, enum retarget_fate fate)
{
    struct retarget *r = context;
    const struct jpk_entity *entity = r->packed->entity;
    struct buf note = {0};
    put_note(&note, r, item, fate, why);
    struct jpk_left_out row = {
        .why = why, .path = r->packed->name, .key = item->key, .note = note.size ? note.data : NULL};
    bool ok = !note.failed;
    if (!ok)
        error_memory(r->err);
    else if (entity)
        ok = list(r, &r->result->left_out, entity, row);
    else /* it could not be read as an entity; it comes last */
        ok = retarget_list(r->result, &r->result->left_out, UINT32_MAX, row) || error_memory(r->err);
    buf_free(&note);
    return ok;
}

static bool edit_entity(struct retarget *r)
{
    const struct jpk_entity *entity = r->packed->entity;
    enum jpk_type type = entity ? entity->type : JPK_TYPE_UNKNOWN;
    return retarget_entity(r->options->without, type, &r->text, &r->edited, note_item, r) || error_memory(r->err);
}

/* ------------------------------------------------------------------------------------------------------ other files */

static bool is_dropped(void *context, const char *id)
{
    const struct retarget *r = context;
    const struct jpk_entity *entity = jpk_project_entity(r->project, id);
    return entity && r->dropped[entity->index];
}

/* Whether any key of that file changes. */
static size_t property_edits(const struct retarget *r, const char *file, struct property_edit *edits, size_t room)
{
    size_t count = 0;
    for (const struct retarget_property *row = retarget_properties(); row->file && count < room; row++) {
        const char *value;
        if (strcmp(row->file, file) == 0 && retarget_property_value(row, r->options, &value))
            edits[count++] = (struct property_edit){row->key, value};
    }
    return count;
}

/* The jitterpak.properties of an export stays as it is but for some values; another one cannot. */
static bool original_properties(struct retarget *r)
{
    size_t entry = project_entry(r->project, "jitterpak.properties");
    return r->project->kind != JPK_KIND_EXPORT || entry == SIZE_MAX ||
           archive_read(r->packer.archive, entry, &r->text, r->err);
}

/* Edits what is no entity. *edited: whether anything was. */
static bool edit_file(struct retarget *r, bool *edited)
{
    enum { EDITS = 16 };
    struct property_edit edits[EDITS];
    const char *file = r->packed->name + strlen(r->packer.top);
    bool outline = strcmp(file, "project.xml") == 0;
    size_t count = outline ? 0 : property_edits(r, file, edits, EDITS);
    *edited = outline || count > 0 || strcmp(file, "jitterpak.properties") == 0;
    if (!*edited)
        return true;
    if (!pack_read(&r->packer, r->packed, &r->text))
        return false;
    buf_clear(&r->edited);
    if (outline)
        return retarget_outline(r->options->name, is_dropped, r, &r->text, &r->edited) || error_memory(r->err);
    if (strcmp(file, "jitterpak.properties") == 0 && !original_properties(r))
        return false;
    if (properties_edit(buf_text(&r->text), r->text.size, edits, count, &r->edited, r->err))
        return true;
    error_entry(r->err, r->packed->name);
    return false;
}

/* ------------------------------------------------------------------------------------------------------ all of it */

static bool write_entry(struct retarget *r, struct jpk_writer *writer, const struct packed *packed)
{
    bool edited = packed->source == FROM_ENTITY;
    r->packed = packed;
    if (packed->entity && r->dropped[packed->entity->index])
        return true;
    if (edited ? !(pack_read(&r->packer, packed, &r->text) && edit_entity(r)) : !edit_file(r, &edited))
        return false;
    return pack_write(&r->packer, writer, packed, edited ? &r->edited : NULL);
}

static bool write_archive(struct retarget *r, const char *path)
{
    struct jpk_writer *writer = jpk_writer_open(path, r->options->force, r->err);
    bool ok = writer != NULL;
    if (ok && r->options->fast)
        jpk_writer_fast(writer);
    for (size_t i = 0; ok && i < r->packer.count; i++)
        ok = write_entry(r, writer, &r->packer.list[i]);
    ok = ok && jpk_writer_commit(writer, r->err);
    jpk_writer_free(writer);
    return ok;
}

static bool check_graph(const struct retarget *r)
{
    bool needed = (r->options->without & (JPK_WITHOUT_SCHEDULES | JPK_WITHOUT_EMAILS)) != 0;
    if (!needed || (r->graph && r->graph->project == r->project))
        return true;
    return error_set(r->err, JPK_ERR_USAGE, "the project's graph is needed to leave out schedules or e-mails");
}

struct jpk_retargeted *jpk_retarget_jitterpak(const struct jpk_project *project, const struct jpk_graph *graph,
                                              const char *path, const struct jpk_retarget_options *options,
                                              struct jpk_error *err)
{
    struct retarget r = {.options = options, .project = project, .graph = graph, .err = err};
    if (!check_graph(&r) || !(r.result = retarget_begin(options, err)))
        return NULL;
    bool ok = pack_begin(&r.packer, project, JPK_PACK_EXPORT, options->name, err) && drop_entities(&r) &&
              write_archive(&r, path);
    pack_end(&r.packer);
    free(r.dropped);
    buf_free(&r.text);
    buf_free(&r.edited);
    return retarget_end(r.result, ok, err);
}
