/* A Jitterpak for another organization: what an export would hold, cut and edited. include/jpk/retarget.h says how. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/map.h"
#include "base/text.h"
#include "base/utf16.h"
#include "jpk/archive.h"
#include "jpk/md5.h"
#include "jpk/metadata.h"
#include "jpk/model.h"
#include "jpk/pack_list.h"
#include "jpk/retarget_parts.h"

/* A file below files/ that has lost something. */
struct changed_file {
    struct metadata_file public; /* first, so that the pointers are the same */
    const char *name;
};

struct retarget {
    const struct jpk_retarget_options *options;
    const struct jpk_project *project;
    const struct jpk_graph *graph;
    struct packer packer;
    struct retargeted *result;
    bool *dropped;                   /* by index of the entity */
    const char *file;                /* the entry at hand */
    const struct jpk_entity *entity; /* that it holds, or NULL */
    struct buf text, cut, edited;    /* its text: before, without what texts must not hold, and after */
    enum utf16 form;                 /* what it was before that */
    size_t size;                     /* the same */
    struct changed_file *changed;
    size_t changed_count, changed_capacity;
    struct map changed_by_name;
    const char **renamed; /* the new names below files/ */
    size_t renamed_count, renamed_capacity;
    struct map renamed_from;         /* the old name -> its index */
    struct hygiene_hits typed, hits; /* what goes because of its property, and what the rest of the text holds */
    struct jpk_error *err;
};

/* --------------------------------------------------------------------------------------------- what is left out */

static bool list(struct retarget *r, struct left_out_list *to, const struct jpk_entity *entity, struct jpk_left_out row,
                 const struct secret *secret)
{
    char *path = NULL;
    row.path = retarget_path(to, entity->index);
    if (!row.path)
        row.path = path = jpk_entity_path(entity);
    bool ok = row.path && retarget_list(r->result, to, entity->index, row, secret);
    free(path);
    return ok || error_memory(r->err);
}

/* A row about the entry at hand; what could not be read as an entity comes last, under the name of its file. */
static bool list_in(struct retarget *r, struct left_out_list *to, struct jpk_left_out row, struct secret *secret)
{
    if (secret) {
        row.rule = secret_rule_info(secret->rule)->id;
        if (!secret->shown)
            secret->shown =
                retarget_shown(r->result, secret->rule, buf_text(&r->text) + secret->offset, secret->length);
        secret->file = arena_strdup(&r->result->arena, r->file);
        if (!secret->shown || !secret->file)
            return error_memory(r->err);
    }
    if (r->entity)
        return list(r, to, r->entity, row, secret);
    row.path = r->file;
    return retarget_list(r->result, to, UINT32_MAX, row, secret) || error_memory(r->err);
}

static bool list_here(struct retarget *r, struct jpk_left_out row, struct secret *secret)
{
    return list_in(r, &r->result->left_out, row, secret);
}

/* The entry at hand, which is no text. */
static bool list_unsearched(struct retarget *r)
{
    struct secret secret;
    struct jpk_left_out row = retarget_unsearched(r->result, SECRET_NO_TEXT, &secret);
    return secret.shown ? list_in(r, retarget_unsearched_list(r->result), row, &secret) : error_memory(r->err);
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
    ok = ok ? list(r, &r->result->kept, entity, (struct jpk_left_out){.why = why, .note = note.data}, NULL)
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
        if (user ? !keep(r, entity, link->why, user) : !list(r, &r->result->left_out, entity, row, NULL))
            return false;
    }
    return true;
}

/* -------------------------------------------------------------------------------------------------------- entities */

static void put_note(struct buf *note, const struct retarget *r, const struct retarget_change *change)
{
    const struct jpk_item *item = &change->item;
    bool names = change->fate == ITEM_GOES && change->why != JPK_WITHOUT_VARIABLES;
    const struct jpk_entity *named = names ? jpk_project_entity(r->project, item->value) : NULL;
    char *path = named ? jpk_entity_path(named) : NULL;
    if (path) {
        buf_puts(note, "it names ");
        retarget_put_name(note, path, strlen(path));
    } else if (change->fate == ITEM_CHANGED && !secret_field_name(item->key, strlen(item->key))) {
        buf_puts(note, "only the secret in its text, the rest of it stays");
    } else if (r->entity && r->entity->deleted) {
        buf_puts(note, "its item is marked as deleted");
    }
    note->failed |= named && !path;
    free(path);
}

/*
 * The secret that a property holds. Names decide whether a text is one that may hold secrets, so that is less sure.
 * False: no memory.
 */
static bool find_secret(const struct retarget *r, const struct retarget_change *change, struct secret *secret)
{
    const struct jpk_item *item = &change->item;
    size_t least, most;
    bool encrypted = item->encrypted || (item->value && jpk_encrypted_length(item->value, &least, &most)), sure = true;
    *secret = (struct secret){.confidence = JPK_HIGH, .offset = change->offset, .length = change->length};
    if (!item->value)
        return true;
    if (change->why == JPK_WITHOUT_VARIABLES) {
        secret->rule = encrypted ? SECRET_ENCRYPTED : SECRET_HIDDEN;
        bool ok = retarget_variable_secret(&r->text, &sure);
        secret->confidence = sure ? JPK_HIGH : JPK_LOW;
        return ok;
    }
    secret->rule = retarget_credential_rule(item->key, item->value, encrypted);
    if (change->fate == ITEM_CHANGED && !secret_field_name(item->key, strlen(item->key)))
        secret->confidence = JPK_MEDIUM;
    return true;
}

/* Whether a change is about a secret; the values of other variables go only when all of them do. */
static bool about_secret(const struct retarget_change *change, const struct secret *secret)
{
    if (change->why == JPK_WITHOUT_SCHEDULES || change->why == JPK_WITHOUT_EMAILS || change->length == 0)
        return false;
    return secret->rule != SECRET_HIDDEN || secret->confidence > JPK_LOW;
}

/* The secrets in a header, an address or the like, where they can be told apart; all of it else. */
static bool list_parts(struct retarget *r, struct jpk_left_out row, const struct secret *whole)
{
    struct hygiene_hits hits = {0};
    const char *text = buf_text(&r->text) + whole->offset;
    bool ok =
        secret_text_find(text, whole->length, secret_rules_of_secrets(), JPK_MEDIUM, &hits) || error_memory(r->err);
    for (size_t i = 0; ok && i < hits.count; i++) {
        struct secret part = secret_of_hit(&hits.items[i], whole->offset);
        ok = list_here(r, row, &part);
    }
    struct secret all = *whole;
    if (ok && hits.count == 0)
        ok = list_here(r, row, &all);
    hygiene_hits_free(&hits);
    return ok;
}

static bool note_change(void *context, const struct retarget_change *change)
{
    struct retarget *r = context;
    struct secret secret;
    struct buf note = {0};
    if (!find_secret(r, change, &secret))
        return error_memory(r->err);
    bool is_secret = about_secret(change, &secret);
    if (r->result->looking && !is_secret)
        return true;
    put_note(&note, r, change);
    struct jpk_left_out row = {.why = change->why, .key = change->item.key, .note = note.size ? note.data : NULL};
    struct hygiene_hit typed = {.offset = change->offset, .length = change->length};
    bool ok = (!note.failed && retarget_add_hit(&r->typed, typed)) || error_memory(r->err);
    if (ok && is_secret && secret.confidence == JPK_MEDIUM)
        ok = list_parts(r, row, &secret);
    else
        ok = ok && list_here(r, row, is_secret ? &secret : NULL);
    buf_free(&note);
    return ok;
}

/* Lists what the text at hand holds beside its properties, and cuts that out of it. */
static bool cut_texts(struct retarget *r, unsigned without)
{
    struct retarget_labels labels = retarget_labels_begin(&r->text);
    struct buf key = {0};
    size_t next = 0;
    bool ok = retarget_find(buf_text(&r->text), r->text.size, without, r->result->looking, &r->typed, &r->hits) ||
              error_memory(r->err);
    for (size_t i = 0; ok && i < r->hits.count; i++) {
        const struct hygiene_hit *hit = &r->hits.items[i];
        struct secret secret = secret_of_hit(hit, 0);
        retarget_label_at(&labels, hit->offset, &key);
        struct jpk_left_out row = {.why = retarget_why(hit->rule), .key = key.size ? buf_text(&key) : NULL};
        ok = (!key.failed || error_memory(r->err)) && list_here(r, row, &secret);
    }
    buf_free(&key);
    buf_clear(&r->cut);
    if (ok && retarget_in_texts(without) && !secret_text_is(buf_text(&r->text), r->text.size))
        ok = list_unsearched(r);
    if (ok && r->hits.count > 0)
        secret_text_cut(&r->cut, buf_text(&r->text), 0, r->text.size, &r->hits, &next, &r->result->marks);
    return ok && (!r->cut.failed || error_memory(r->err));
}

/* Of a variable that stays: its encrypted value stays too, and is told. */
static bool note_kept(void *context, const struct retarget_change *change)
{
    struct retarget *r = context;
    struct secret secret;
    if (!find_secret(r, change, &secret))
        return error_memory(r->err);
    if (change->why != JPK_WITHOUT_VARIABLES || secret.rule != SECRET_ENCRYPTED || secret.confidence > JPK_LOW)
        return true;
    struct hygiene_hit typed = {.offset = change->offset, .length = change->length};
    return (retarget_add_hit(&r->typed, typed) || error_memory(r->err)) &&
           list_in(r, &r->result->kept, retarget_kept_variable(change->item.key), &secret);
}

/*
 * Of the original text everything is listed; then it is cut out of a text that has lost the rest already. What is no
 * entity may hold one, or its items, all the same.
 */
static bool edit_text(struct retarget *r, unsigned without)
{
    enum jpk_type type = r->entity ? r->entity->type : JPK_TYPE_UNKNOWN;
    bool variable = (without & JPK_WITHOUT_SECRETS) && type == JPK_TYPE_PROJECT_VARIABLE;
    if (r->result->looking && variable)
        without |= JPK_WITHOUT_VARIABLES;
    r->typed.count = 0;
    if (variable && !(without & JPK_WITHOUT_VARIABLES) &&
        !retarget_entity(JPK_WITHOUT_VARIABLES, type, &r->text, &r->edited, note_kept, r))
        return error_memory(r->err);
    if (!retarget_entity(without, type, &r->text, &r->edited, note_change, r))
        return error_memory(r->err);
    if (!cut_texts(r, without))
        return false;
    return r->hits.count == 0 || retarget_entity(without, type, &r->cut, &r->edited, NULL, NULL) ||
           error_memory(r->err);
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

/* The path below the project's folder. */
static const char *below_top(const struct retarget *r, const struct packed *packed)
{
    return packed->name + strlen(r->packer.top);
}

/* Edits what is no entity. *edited: whether anything was. */
static bool edit_file(struct retarget *r, const struct packed *packed, bool *edited)
{
    enum { EDITS = 16 };
    struct property_edit edits[EDITS];
    const char *file = below_top(r, packed);
    bool outline = strcmp(file, "project.xml") == 0;
    size_t count = outline ? 0 : property_edits(r, file, edits, EDITS);
    *edited = outline || count > 0 || strcmp(file, "jitterpak.properties") == 0;
    if (!*edited)
        return true;
    if (!pack_read(&r->packer, packed, &r->text))
        return false;
    buf_clear(&r->edited);
    if (outline)
        return retarget_outline(r->options->name, is_dropped, r, &r->text, &r->edited) || error_memory(r->err);
    if (strcmp(file, "jitterpak.properties") == 0 && !original_properties(r))
        return false;
    if (properties_edit(buf_text(&r->text), r->text.size, edits, count, &r->edited, r->err))
        return true;
    error_entry(r->err, packed->name);
    return false;
}

/* What was read, as the UTF-8 that texts are searched as. */
static bool decode(struct retarget *r)
{
    r->size = r->text.size;
    r->form = utf16_read(&r->text);
    return !r->text.failed || error_memory(r->err);
}

static const char *renamed_file(void *context, const char *name, size_t n)
{
    const struct retarget *r = context;
    uint32_t found = map_get(&r->renamed_from, name, n);
    return found == MAP_NONE ? NULL : r->renamed[found];
}

/* What was read, with the new names of files; a search of its own would not find the same in them everywhere. */
static bool rename_in_text(struct retarget *r, const struct packed *packed, bool *edited)
{
    bool listed = strcmp(below_top(r, packed), "files/.filestoupload") == 0;
    if (r->renamed_count == 0 || !retarget_rename(listed, renamed_file, r, &r->text, &r->cut))
        return true;
    buf_clear(&r->text);
    buf_put(&r->text, buf_text(&r->cut), r->cut.size);
    *edited = true;
    return (!r->cut.failed && !r->text.failed) || error_memory(r->err);
}

static bool clean_entity(struct retarget *r, const struct packed *packed)
{
    bool edited;
    return pack_read(&r->packer, packed, &r->text) && decode(r) && rename_in_text(r, packed, &edited) &&
           edit_text(r, r->options->without);
}

/* What is no entity, without what texts must not hold. */
static bool clean_file(struct retarget *r, const struct packed *packed, bool *edited)
{
    if (!edit_file(r, packed, edited))
        return false;
    if (!retarget_in_texts(r->options->without))
        return true;
    if (*edited) {
        buf_clear(&r->text);
        buf_put(&r->text, buf_text(&r->edited), r->edited.size);
    } else if (!pack_read(&r->packer, packed, &r->text)) {
        return false;
    }
    if (!decode(r) || !rename_in_text(r, packed, edited))
        return false;
    unsigned links = JPK_WITHOUT_SCHEDULES | JPK_WITHOUT_EMAILS;
    if (!edit_text(r, r->options->without & ~links))
        return false;
    *edited |= r->typed.count + r->hits.count > 0;
    return true;
}

/* -------------------------------------------------------------------------------------------------------- metadata */

static bool is_metadata(const struct retarget *r, const struct packed *packed)
{
    return strcmp(below_top(r, packed), "files/.metadata") == 0;
}

/* Notes what the file at hand has become. */
static bool note_changed(struct retarget *r, const struct packed *packed)
{
    const char *name = below_top(r, packed);
    if (!text_starts_with(name, "files/"))
        return true;
    struct changed_file *list = array_grow(r->changed, r->changed_count, &r->changed_capacity, sizeof *list);
    if (!list)
        return error_memory(r->err);
    r->changed = list;
    struct changed_file *file = &list[r->changed_count];
    *file =
        (struct changed_file){.public = {.before = r->size, .after = r->edited.size}, .name = name + strlen("files/")};
    md5_hex(buf_text(&r->edited), r->edited.size, file->public.md5);
    return map_set(&r->changed_by_name, file->name, strlen(file->name), (uint32_t)r->changed_count++) ||
           error_memory(r->err);
}

static const struct metadata_file *changed_file(void *context, const char *name)
{
    const struct retarget *r = context;
    uint32_t found = map_get(&r->changed_by_name, name, strlen(name));
    return found == MAP_NONE ? NULL : &r->changed[found].public;
}

static void correct_metadata(struct retarget *r)
{
    struct buf out = {0};
    metadata_correct(buf_text(&r->edited), r->edited.size, changed_file, r, &out);
    out.failed |= r->edited.failed;
    buf_free(&r->edited);
    r->edited = out;
}

/* ----------------------------------------------------------------------------------------------------------- names */

/* The names of all that is in a path, in `list`, or only how many there are. */
static size_t path_names(char *path, const char **list)
{
    size_t count = 1;
    if (list)
        list[0] = path;
    for (char *slash = path; (slash = strchr(slash, '/')); count++, slash++)
        if (list) {
            *slash = '\0';
            list[count] = slash + 1;
        }
    return count;
}

static bool mark_names(struct retarget *r)
{
    const struct jpk_project *project = r->project;
    size_t count = 0, most = project->entity_count + project->folder_count;
    char **paths = calloc(project->file_count + 1, sizeof *paths);
    bool ok = paths != NULL;
    for (size_t i = 0; ok && i < project->file_count; i++) {
        ok = (paths[i] = arena_strdup(&r->packer.arena, project->files[i].name)) != NULL;
        most += ok ? path_names(paths[i], NULL) : 0;
    }
    const char **names = ok ? calloc(most + 1, sizeof *names) : NULL;
    for (size_t i = 0; names && i < project->entity_count; i++)
        names[count++] = project->entities[i]->name;
    for (size_t i = 0; names && i < project->folder_count; i++)
        names[count++] = project->folders[i]->name;
    for (size_t i = 0; names && i < project->file_count; i++)
        count += path_names(paths[i], names + count);
    ok = (names && retarget_mark_names(r->result, names, count)) || error_memory(r->err);
    free(paths);
    free(names);
    return ok;
}

/* Adds a name of a path without its secrets, which are listed. */
static bool put_name(struct retarget *r, const char *name, struct buf *out)
{
    struct hygiene_hits hits = {0};
    size_t next = 0;
    bool ok = retarget_find_in_name(name, &hits) || error_memory(r->err);
    for (size_t i = 0; ok && i < hits.count; i++) {
        struct secret secret = secret_of_hit(&hits.items[i], 0);
        secret.shown = retarget_shown(r->result, secret.rule, name + secret.offset, secret.length);
        struct jpk_left_out row = {.why = retarget_why(hits.items[i].rule), .note = "in its name"};
        ok = secret.shown ? list_here(r, row, &secret) : error_memory(r->err);
    }
    if (ok)
        secret_text_cut(out, name, 0, strlen(name), &hits, &next, &r->result->marks);
    hygiene_hits_free(&hits);
    return ok;
}

static bool note_renamed(struct retarget *r, const char *old, const char *name)
{
    const char **list = array_grow(r->renamed, r->renamed_count, &r->renamed_capacity, sizeof *list);
    if (!list)
        return false;
    r->renamed = list;
    list[r->renamed_count] = name;
    return map_set(&r->renamed_from, old, strlen(old), (uint32_t)r->renamed_count++);
}

/* A file below files/ in whose path a name holds a secret is called otherwise, and so does what names it. */
static bool rename_file(struct retarget *r, struct packed *packed)
{
    const char *old = below_top(r, packed) + strlen("files/");
    size_t before = (size_t)(old - packed->name);
    char *path = arena_strdup(&r->packer.arena, old);
    struct buf cut = {0};
    r->file = packed->name;
    r->entity = NULL;
    buf_put(&cut, packed->name, before);
    bool ok = path || error_memory(r->err);
    for (char *name = path, *slash; ok && name; name = slash) {
        slash = strchr(name, '/');
        if (slash)
            *slash++ = '\0';
        ok = put_name(r, name, &cut);
        if (slash)
            buf_putc(&cut, '/');
    }
    if (ok && (cut.failed || strcmp(buf_text(&cut), packed->name) != 0)) {
        packed->name = cut.failed ? NULL : arena_strdup(&r->packer.arena, buf_text(&cut));
        ok = (packed->name && note_renamed(r, old, packed->name + before)) || error_memory(r->err);
    }
    buf_free(&cut);
    return ok;
}

static bool rename_files(struct retarget *r)
{
    if (!(r->options->without & JPK_WITHOUT_SECRETS))
        return true;
    bool ok = mark_names(r);
    for (size_t i = 0; ok && i < r->packer.count; i++)
        if (text_starts_with(below_top(r, &r->packer.list[i]), "files/"))
            ok = rename_file(r, &r->packer.list[i]);
    if (ok)
        pack_sort(&r->packer);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------ all of it */

static bool write_entry(struct retarget *r, struct jpk_writer *writer, const struct packed *packed)
{
    bool edited = packed->source == FROM_ENTITY;
    r->file = packed->name;
    r->entity = packed->entity;
    r->form = UTF16_NONE;
    if (packed->entity && r->dropped[packed->entity->index])
        return true;
    if (edited ? !clean_entity(r, packed) : !clean_file(r, packed, &edited))
        return false;
    if (r->changed_count > 0 && is_metadata(r, packed)) {
        correct_metadata(r);
        edited = true;
    }
    if (edited)
        utf16_write(&r->edited, r->form);
    if (r->edited.failed)
        return error_memory(r->err);
    if (edited && !note_changed(r, packed))
        return false;
    return pack_write(&r->packer, writer, packed, edited ? &r->edited : NULL);
}

/* What is said of files comes when they are known; where none is changed all have their order. */
static bool write_entries(struct retarget *r, struct jpk_writer *writer)
{
    bool texts = retarget_in_texts(r->options->without), ok = true;
    const struct packed *metadata = NULL;
    for (size_t i = 0; ok && i < r->packer.count; i++) {
        const struct packed *packed = &r->packer.list[i];
        if (texts && is_metadata(r, packed))
            metadata = packed;
        else
            ok = write_entry(r, writer, packed);
    }
    return ok && (!metadata || write_entry(r, writer, metadata));
}

static bool write_archive(struct retarget *r, const char *path)
{
    struct jpk_writer *writer = jpk_writer_open(path, r->options->force, r->err);
    bool ok = writer != NULL;
    if (ok && r->options->fast)
        jpk_writer_fast(writer);
    ok = ok && write_entries(r, writer);
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

static void release(struct retarget *r)
{
    free(r->dropped);
    free(r->changed);
    map_free(&r->changed_by_name);
    free(r->renamed);
    map_free(&r->renamed_from);
    buf_free(&r->text);
    buf_free(&r->cut);
    buf_free(&r->edited);
    hygiene_hits_free(&r->typed);
    hygiene_hits_free(&r->hits);
}

struct jpk_retargeted *jpk_retarget_jitterpak(const struct jpk_project *project, const struct jpk_graph *graph,
                                              const char *path, const struct jpk_retarget_options *options,
                                              struct jpk_error *err)
{
    struct retarget r = {.options = options, .project = project, .graph = graph, .err = err};
    if (!check_graph(&r) || !(r.result = retarget_begin(options, err)))
        return NULL;
    bool ok = pack_begin(&r.packer, project, JPK_PACK_EXPORT, options->name, err) && drop_entities(&r) &&
              rename_files(&r) && write_archive(&r, path);
    pack_end(&r.packer);
    release(&r);
    return retarget_end(r.result, ok, err);
}

/* ---------------------------------------------------------------------------------------------------------- looking */

/* The entity whose file an entry is: those of a project by the names of their files. */
static const struct jpk_entity **entities_by_entry(const struct jpk_project *project)
{
    const struct jpk_entity **by_entry = calloc(jpk_archive_count(project->archive) + 1, sizeof *by_entry);
    for (size_t i = 0; by_entry && i < project->entity_count; i++) {
        size_t entry =
            project->entities[i]->file ? jpk_archive_find(project->archive, project->entities[i]->file) : SIZE_MAX;
        if (entry != SIZE_MAX)
            by_entry[entry] = project->entities[i];
    }
    return by_entry;
}

static bool look_at(struct retarget *r, size_t entry, const struct jpk_entity *entity)
{
    r->file = jpk_archive_entry(r->project->archive, entry)->name;
    r->entity = entity;
    buf_clear(&r->text);
    if (!archive_read(r->project->archive, entry, &r->text, r->err) || !decode(r))
        return false;
    return edit_text(r, r->options->without);
}

struct retargeted *retarget_look_project(const struct jpk_project *project, const struct jpk_retarget_options *options,
                                         struct jpk_error *err)
{
    struct retarget r = {.options = options, .project = project, .err = err};
    const struct jpk_entity **by_entry = entities_by_entry(project);
    bool ok = by_entry || error_memory(err);
    if (!ok || !(r.result = retarget_begin(options, err))) {
        free(by_entry);
        return NULL;
    }
    r.result->looking = true;
    for (size_t i = 0; ok && i < jpk_archive_count(project->archive); i++)
        ok = look_at(&r, i, by_entry[i]);
    free(by_entry);
    release(&r);
    if (!ok)
        jpk_retargeted_free(&r.result->public);
    return ok ? r.result : NULL;
}
