/*
 * The files of a project: entities, folders, project.xml, properties, structures. What real projects hold and what not:
 * inventory of six projects, sections 9 to 12.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "jpk/design.h"
#include "jpk/properties.h"
#include "jpk/xml.h"

/* JPK_CONVERT_DESIGN_VERSION as Jitterpaks have it, and the version that seems to have written the project. */
#define REQUIRED_VERSION_PACKED "110410000000000"
#define SAVED_VERSION "11.41.0.33"
#define SAVED_VERSION_PACKED "110410000000033"

enum { FOLDERS_DEEP_MAX = 16 };

/* --------------------------------------------------------------------------------------------------------- content */

void design_add_file(struct design *d, const char *path, struct buf *content)
{
    struct jpk_convert_file *files = array_grow(d->files, d->file_count, &d->file_capacity, sizeof *files);
    size_t size = content->size;
    d->file_bytes += size;
    d->too_large |= d->file_bytes > jpk_limits_default().total_size;
    char *data = content->failed || d->too_large ? NULL : arena_alloc(&d->ledger.arena, size + 1);
    if (files)
        d->files = files;
    if (!files || !data) {
        d->ledger.failed = true;
    } else {
        memcpy(data, buf_text(content), size);
        data[size] = '\0';
        files[d->file_count++] = (struct jpk_convert_file){path, data, size};
    }
    buf_free(content);
}

static void write_entity(struct design *d, struct design_entity *entity)
{
    struct buf out = {0};
    design_put_entity(&out, entity);
    if (xml_make_legal(&out, 0) > 0 && entity->from)
        design_note(d, entity->from, CONVERT_SETTING_LOST, JPK_CLOUD_NO_NODE,
                    "it holds characters that XML has not; a question mark stands for each");
    design_add_file(d, design_text(d, "Data/%s/%s.xml", jpk_type_info(entity->type)->name, entity->id), &out);
}

/* --------------------------------------------------------------------------------------------------------- folders */

/* A folder of the tree, and what lies in it. */
struct folder {
    const char *id, *name;
    struct folder *child, *last_child, *next;
    struct entry *entry, *last_entry;
};

struct entry {
    const struct design_entity *entity;
    struct entry *next;
};

/* The tree of one type. */
struct outline {
    struct design *d;
    enum jpk_type type;
    struct folder top;
    struct map by_path;   /* "A - B" -> index in folders */
    struct map wanted;    /* "A - B" -> index of the workflow that is it */
    struct folder **made; /* by workflow */
    bool *used;           /* ... whether an entity of the type lies in it */
    struct folder **folders;
    size_t count, capacity;
};

/* The tree of another type holds the same folder under another id. */
static const char *folder_id(struct outline *o, const char *path)
{
    uint32_t found = map_get(&o->wanted, path, strlen(path));
    return found != MAP_NONE
               ? o->d->folders[found].id
               : design_new_id(o->d, "folder", design_text(o->d, "%s/%s", jpk_type_info(o->type)->name, path));
}

static struct folder *add_folder(struct outline *o, struct folder *parent, const char *path, const char *name)
{
    struct folder **folders = array_grow(o->folders, o->count, &o->capacity, sizeof(struct folder *));
    struct folder *folder = arena_calloc(&o->d->ledger.arena, 1, sizeof *folder);
    if (folders)
        o->folders = folders;
    if (!folders || !folder || !map_set(&o->by_path, path, strlen(path), (uint32_t)o->count)) {
        o->d->ledger.failed = true;
        return NULL;
    }
    folders[o->count++] = folder;
    *folder = (struct folder){.id = folder_id(o, path), .name = name};
    if (parent->last_child)
        parent->last_child->next = folder;
    else
        parent->child = folder;
    parent->last_child = folder;
    return folder;
}

/* How long the first name of a path is; all of it when the rest would be no path, or the tree too deep. */
static size_t first_name(const char *path, unsigned depth)
{
    const char *part = strstr(path, " - ");
    return part && part > path && part[3] && depth + 1 < FOLDERS_DEEP_MAX ? (size_t)(part - path) : strlen(path);
}

static struct folder *folder_of(struct outline *o, const char *path)
{
    struct folder *at = &o->top;
    size_t n = 0;
    for (unsigned depth = 0; path[n] && at && !o->d->ledger.failed; depth++) {
        size_t start = n;
        n += first_name(path + n, depth);
        bool last = !path[n];
        const char *here = design_text(o->d, "%.*s", (int)n, path);
        const char *name = design_text(o->d, "%.*s", (int)(n - start), path + start);
        uint32_t found = map_get(&o->by_path, here, n);
        at = found != MAP_NONE ? o->folders[found] : add_folder(o, at, here, name);
        n += last ? 0 : 3;
    }
    return at;
}

static struct folder *folder_of_entity(struct outline *o, const struct design_entity *entity)
{
    if (!entity->folder)
        return &o->top;
    struct folder **made = &o->made[entity->folder - o->d->folders];
    if (!*made)
        *made = folder_of(o, entity->folder->path);
    return *made;
}

static void place(struct outline *o, const struct design_entity *entity)
{
    struct folder *folder = folder_of_entity(o, entity);
    struct entry *entry = arena_calloc(&o->d->ledger.arena, 1, sizeof *entry);
    if (!folder || !entry) {
        o->d->ledger.failed = true;
        return;
    }
    entry->entity = entity;
    if (folder->last_entry)
        folder->last_entry->next = entry;
    else
        folder->entry = entry;
    folder->last_entry = entry;
}

/* The ids of the folders that entities of the type lie in; of two workflows with one name that of the first. */
static void find_wanted(struct outline *o, size_t entities)
{
    struct design *d = o->d;
    uint32_t old;
    for (size_t i = 0; i < entities; i++)
        if (d->entities[i]->type == o->type && d->entities[i]->folder)
            o->used[d->entities[i]->folder - d->folders] = true;
    for (size_t i = 0; i < d->cloud->workflow_count; i++) {
        const struct design_folder *folder = &d->folders[i];
        if (o->used[i] && folder->id && !map_add(&o->wanted, folder->path, strlen(folder->path), (uint32_t)i, &old))
            d->ledger.failed = true;
    }
}

static void put_line(struct buf *out, unsigned depth, const char *tag, const char *id, const char *name,
                     const char *end)
{
    buf_printf(out, "%*s<%s", (int)depth * 2, "", tag);
    design_put_attribute(out, "entityId", id);
    design_put_attribute(out, "name", name);
    buf_puts(out, end);
}

/* Folders first, as Design Studio writes them. The depth is bounded by FOLDERS_DEEP_MAX. */
static void put_folder(struct buf *out, unsigned depth, const struct folder *folder)
{
    for (const struct folder *child = folder->child; child; child = child->next) {
        put_line(out, depth, "Folder", child->id, child->name, ">\n");
        put_folder(out, depth + 1, child);
        buf_printf(out, "%*s</Folder>\n", (int)depth * 2, "");
    }
    for (const struct entry *entry = folder->entry; entry; entry = entry->next)
        put_line(out, depth, "Entity", entry->entity->id, entry->entity->name, "/>\n");
}

static void write_folders(struct outline *o)
{
    for (size_t i = 0; i < o->count && !o->d->ledger.failed; i++) {
        struct design_entity *entity = design_entity(o->d, JPK_TYPE_FOLDER, o->folders[i]->id, o->folders[i]->name);
        if (entity)
            write_entity(o->d, entity);
    }
}

static void put_type(struct design *d, struct buf *out, enum jpk_type type, size_t entities)
{
    struct outline o = {.d = d, .type = type};
    o.made = calloc(d->cloud->workflow_count + 1, sizeof(struct folder *));
    o.used = calloc(d->cloud->workflow_count + 1, sizeof *o.used);
    if (o.made && o.used)
        find_wanted(&o, entities);
    else
        d->ledger.failed = true;
    for (size_t i = 0; i < entities && !d->ledger.failed; i++)
        if (d->entities[i]->type == type)
            place(&o, d->entities[i]);
    if (o.top.child || o.top.entry) {
        buf_puts(out, "  <EntityType");
        design_put_attribute(out, "name", jpk_type_info(type)->name);
        buf_puts(out, ">\n");
        put_folder(out, 2, &o.top);
        buf_puts(out, "  </EntityType>\n");
        write_folders(&o);
    }
    map_free(&o.by_path);
    map_free(&o.wanted);
    free(o.folders);
    free(o.made);
    free(o.used);
}

static void write_outline(struct design *d, size_t entities)
{
    struct buf out = {0};
    buf_puts(&out, XML_DECLARATION "\n<Project");
    design_put_attribute(&out, "name", d->project_name);
    design_put_attribute(&out, "projectId", d->project_id);
    buf_puts(&out, ">\n");
    for (enum jpk_type type = 0; type < JPK_TYPE_COUNT && !d->ledger.failed; type++)
        if (type != JPK_TYPE_FOLDER)
            put_type(d, &out, type, entities);
    buf_puts(&out, "</Project>\n");
    xml_make_legal(&out, 0);
    design_add_file(d, "project.xml", &out);
}

/* ------------------------------------------------------------------------------------------------------ properties */

int64_t design_made_at(const struct design *d)
{
    enum { YEAR_1980 = 315532800 }; /* the first time that a ZIP archive can hold */
    return d->cloud->created_on > 0 ? d->cloud->created_on : (int64_t)YEAR_1980 * 1000;
}

struct row {
    const char *key, *value;
};

static void put_properties(const struct design *d, struct buf *out, const struct row *rows, size_t count)
{
    properties_put_date(out, design_made_at(d));
    for (size_t i = 0; i < count; i++)
        properties_put(out, rows[i].key, rows[i].value);
}

static void write_properties(struct design *d, const char *path, const struct row *rows, size_t count)
{
    struct buf out = {0};
    put_properties(d, &out, rows, count);
    design_add_file(d, path, &out);
}

static const char *either(const char *wanted, const char *usual)
{
    return wanted ? wanted : usual;
}

static void write_all_properties(struct design *d)
{
    const struct jpk_convert_place *place = &d->options.place;
    const char *at = design_text(d, "%" PRId64, design_made_at(d)), *description = d->cloud->description;
    const char *environment = either(place->environment_id, d->cloud->environment_id);
    const char *organization = either(place->organization_id, d->cloud->organization_id);
    const char *organization_name = either(place->organization_name, "Organization");
    if (!*environment || environment[strspn(environment, "0123456789")])
        environment = "0";
    const struct row jitterpak[] = {
        {"required_version", REQUIRED_VERSION_PACKED},
        {"project_id", d->project_id},
        {"type", "3"},
        {"description", description},
        {"created_at", at},
        {"created_with_version", SAVED_VERSION_PACKED},
        {"project_name", d->project_name},
        {"comment", ""},
    };
    const struct row environment_rows[] = {
        {"accessed", at},
        {"created", at},
        {"deploy-dirty", "true"},
        {"deployable", "true"},
        {"environment-description", ""},
        {"environment-id", environment},
        {"environment-name", either(place->environment_name, "Environment")},
        {"environment-type", "2"},
        {"has-been-deployed", "false"},
        {"modified", at},
        {"org-id", organization},
        {"org-name", organization_name},
        {"requires-version", JPK_CONVERT_DESIGN_VERSION},
        {"saved-edition", "enterprise"},
        {"saved-in-version", SAVED_VERSION},
    };
    const struct row manifest_rows[] = {
        {"accessed", at},
        {"created", at},
        {"description", description},
        {"last-environment", environment},
        {"modified", at},
        {"org-id", organization},
        {"org-name", organization_name},
        {"project-id", d->project_id},
        {"project-name", d->project_name},
        {"requires-version", JPK_CONVERT_DESIGN_VERSION},
        {"saved-in-version", SAVED_VERSION},
        {"upgraded-from-version", "Unknown"},
    };
    struct buf manifest = {0};
    put_properties(d, &manifest, manifest_rows, sizeof manifest_rows / sizeof manifest_rows[0]);
    d->place = (struct design_place){design_text(d, "%s", environment), design_keep(d, &manifest)};
    write_properties(d, "jitterpak.properties", jitterpak, sizeof jitterpak / sizeof jitterpak[0]);
    write_properties(d, "environment.properties", environment_rows,
                     sizeof environment_rows / sizeof environment_rows[0]);
}

static void write_state(struct design *d)
{
    static const struct row files[] = {
        {"deleted.xml", "<DeletedItems />\n"},
        {"plugins.xml", "<PipelinePlugins />\n"},
        {"ui.xml", "<UiState>\n    <OpenPages />\n    <ExpandedNodes />\n</UiState>\n"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct buf out = {0};
        buf_printf(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n%s", files[i].value);
        design_add_file(d, files[i].key, &out);
    }
}

static int compare_files(const void *a, const void *b)
{
    return strcmp(((const struct jpk_convert_file *)a)->path, ((const struct jpk_convert_file *)b)->path);
}

void design_write_files(struct design *d)
{
    size_t entities = d->entity_count; /* folders become entities on the way */
    design_write_uploads(d);
    for (size_t i = 0; i < entities && !d->ledger.failed; i++)
        write_entity(d, d->entities[i]);
    write_outline(d, entities);
    write_all_properties(d);
    write_state(d);
    if (!d->ledger.failed)
        qsort(d->files, d->file_count, sizeof *d->files, compare_files);
}
