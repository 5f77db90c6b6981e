/* Reading a project: its properties, its tree, its entities, its files. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "jpk/archive.h"
#include "jpk/layout.h"
#include "jpk/model.h"
#include "jpk/tree_view.h"

enum { GUID_MAX = 64 };

bool error_is_refusal(enum jpk_code code)
{
    switch (code) {
    case JPK_ERR_XML:
    case JPK_ERR_FORMAT:
    case JPK_ERR_ENCODING:
    case JPK_ERR_CHECKSUM:
        return false;
    default:
        return true;
    }
}

/* ----------------------------------------------------------------------------------------------------- entities */

/* The key of an id in `by_id`: lower case, for GUIDs compare without regard to it. */
static size_t id_key(const char *id, char out[GUID_MAX])
{
    size_t n = 0;
    for (; n < GUID_MAX && id[n]; n++)
        out[n] = text_lower(id[n]);
    return n;
}

struct jpk_entity *project_find(const struct project *project, const char *id)
{
    char key[GUID_MAX];
    uint32_t index = map_get(&project->by_id, key, id_key(id, key));
    return index == MAP_NONE ? NULL : project->list[index];
}

const struct jpk_entity *jpk_project_entity(const struct jpk_project *project, const char *id)
{
    return project_find((const struct project *)project, id);
}

size_t project_entry(const struct jpk_project *project, const char *name)
{
    return archive_find(project->archive, project->base, name, "");
}

static struct jpk_entity *add_entity(struct project *project, const char *id)
{
    struct jpk_entity **list =
        array_grow(project->list, project->count, &project->capacity, sizeof(struct jpk_entity *));
    if (!list)
        return NULL;
    project->list = list;
    char key[GUID_MAX];
    size_t n = id_key(id, key);
    struct jpk_entity *entity = arena_calloc(&project->arena, 1, sizeof *entity);
    char *kept = arena_strndup(&project->arena, key, n);
    if (!entity || !kept || !map_set(&project->by_id, kept, n, (uint32_t)project->count))
        return NULL;
    entity->id = id;
    entity->unread = true;
    project->list[project->count++] = entity;
    return entity;
}

bool project_problem(struct project *project, enum jpk_severity severity, const char *rule, const char *file,
                     uint32_t line, uint32_t column, const char *entity_id, const char *message)
{
    size_t count = project->public.problem_count;
    struct jpk_finding *problems = array_grow(project->problems, count, &project->problem_capacity, sizeof *problems);
    if (!problems)
        return false;
    project->problems = problems;
    project->public.problems = problems;
    const char *copy = arena_strdup(&project->arena, message);
    if (!copy)
        return false;
    project->problems[count] = (struct jpk_finding){.severity = severity,
                                                    .rule = rule,
                                                    .file = file,
                                                    .line = line,
                                                    .column = column,
                                                    .entity_id = entity_id,
                                                    .message = copy};
    project->public.problem_count++;
    return true;
}

/* With JPK_KEEP_GOING a broken file is noted; a hostile one is refused all the same. True: go on. */
static bool tolerate(struct project *project, const char *file, const char *id, struct jpk_error *local,
                     struct jpk_error *err)
{
    if (project->keep_going && !error_is_refusal(local->code)) {
        if (project_problem(project, JPK_ERROR, "unreadable-file", file, local->line, local->column, id,
                            local->message))
            return true;
        *local = (struct jpk_error){0};
        error_memory(local);
    }
    error_entry(local, file);
    error_file(local, jpk_archive_name(project->public.archive));
    if (err && err->code == JPK_OK)
        *err = *local;
    return false;
}

static bool note_other_name(struct project *project, const struct jpk_entity *listed, const struct jpk_entity *read,
                            const char *file, const struct buf *bytes)
{
    const struct xml_node *header = xml_child(read->tree, "Header");
    struct text_position at = text_position(bytes->data, bytes->size, header ? header->offset : 0);
    struct buf text = {0};
    buf_printf(&text, "the name is '%s' here and '%s' in project.xml", read->name, listed->name);
    bool ok = !text.failed &&
              project_problem(project, JPK_WARNING, "name-differs", file, at.line, at.column, read->id, text.data);
    buf_free(&text);
    return ok;
}

/* The project.xml entry of an entity gets its place; a file on its own makes a new one. */
static bool adopt(struct project *project, const struct jpk_entity *read, const char *file, const struct buf *bytes)
{
    struct jpk_entity *entity = project_find(project, read->id);
    if (entity && !entity->unread) {
        struct buf text = {0};
        buf_printf(&text, "has the same id as %s; it was left out", entity->file);
        bool ok = !text.failed && project_problem(project, JPK_ERROR, "duplicate-id", file, 0, 0, read->id, text.data);
        buf_free(&text);
        return ok;
    }
    if (!entity && !(entity = add_entity(project, read->id)))
        return false;
    if (entity->in_tree && strcmp(entity->name, read->name) != 0 &&
        !note_other_name(project, entity, read, file, bytes))
        return false;
    const struct jpk_folder *folder = entity->folder;
    bool in_tree = entity->in_tree;
    *entity = *read;
    entity->folder = folder;
    entity->in_tree = in_tree;
    entity->unread = false;
    entity->file = file;
    return true;
}

/* The entity that a file's name promises. */
static struct jpk_entity *named_after(const struct project *project, const char *file)
{
    char id[GUID_MAX];
    const char *slash = strrchr(file, '/');
    size_t n = strcspn(slash ? slash + 1 : file, ".");
    if (n >= sizeof id)
        return NULL;
    memcpy(id, slash ? slash + 1 : file, n);
    id[n] = '\0';
    return project_find(project, id);
}

static bool read_entity(struct project *project, size_t index, struct buf *bytes, struct jpk_error *err)
{
    const char *file = jpk_archive_entry(project->public.archive, index)->name;
    struct jpk_error local = {0};
    struct jpk_entity entity = {0};
    if (!archive_read(project->public.archive, index, bytes, &local) ||
        !entity_parse(project, &entity, buf_text(bytes), bytes->size, &local)) {
        struct jpk_entity *listed = named_after(project, file);
        if (listed && listed->unread && !listed->file)
            listed->file = file;
        return tolerate(project, file, listed ? listed->id : NULL, &local, err);
    }
    return adopt(project, &entity, file, bytes) || error_memory(err);
}

/* ----------------------------------------------------------------------------------------------------- the tree */

struct listing {
    struct project *project;
    struct jpk_folder **folders;
    size_t folder_count, folder_capacity;
    const char *type;
    const char *file;
};

static struct jpk_folder *add_folder(struct listing *tree, const struct xml_node *node, const struct jpk_folder *parent)
{
    struct jpk_folder **folders =
        array_grow(tree->folders, tree->folder_count, &tree->folder_capacity, sizeof(struct jpk_folder *));
    if (!folders)
        return NULL;
    tree->folders = folders;
    struct jpk_folder *folder = arena_calloc(&tree->project->arena, 1, sizeof *folder);
    if (!folder)
        return NULL;
    const char *id = xml_attribute(node, "entityId"), *name = xml_attribute(node, "name");
    *folder =
        (struct jpk_folder){.id = id ? id : "", .name = name ? name : "", .type_name = tree->type, .parent = parent};
    tree->folders[tree->folder_count++] = folder;
    return folder;
}

static bool add_listed(struct listing *tree, const struct xml_node *node, const struct jpk_folder *folder)
{
    struct project *project = tree->project;
    const char *id = xml_attribute(node, "entityId"), *name = xml_attribute(node, "name");
    if (!id || !*id)
        return project_problem(project, JPK_WARNING, "tree-entry", tree->file, 0, 0, NULL,
                               "project.xml lists an entity without entityId");
    if (project_find(project, id))
        return project_problem(project, JPK_WARNING, "tree-entry", tree->file, 0, 0, id,
                               "project.xml lists this entity more than once; the first place counts");
    struct jpk_entity *entity = add_entity(project, id);
    if (!entity)
        return false;
    const struct jpk_type_info *info = jpk_type_by_name(tree->type);
    entity->type = info ? info->type : JPK_TYPE_UNKNOWN;
    entity->type_name = tree->type;
    entity->name = name ? name : "";
    entity->description = "";
    entity->folder = folder;
    entity->in_tree = true;
    return true;
}

/* Depth is bounded by the XML reader's. */
static bool walk(struct listing *tree, const struct xml_node *parent, const struct jpk_folder *folder)
{
    for (const struct xml_node *node = parent->child; node; node = node->next) {
        if (strcmp(node->name, "Folder") == 0) {
            struct jpk_folder *below = add_folder(tree, node, folder);
            if (!below || !walk(tree, node, below))
                return false;
        } else if (strcmp(node->name, "Entity") == 0) {
            if (!add_listed(tree, node, folder))
                return false;
        } else if (!project_problem(tree->project, JPK_WARNING, "tree-entry", tree->file, 0, 0, NULL,
                                    "project.xml holds an element that is neither Folder nor Entity")) {
            return false;
        }
    }
    return true;
}

static bool walk_types(struct listing *tree, const struct xml_node *root)
{
    for (const struct xml_node *type = xml_child(root, "EntityType"); type; type = xml_next(type, "EntityType")) {
        tree->type = xml_attribute(type, "name");
        if (!tree->type)
            tree->type = "";
        if (!walk(tree, type, NULL))
            return false;
    }
    return true;
}

static bool read_tree(struct project *project, size_t index, struct buf *bytes, struct jpk_error *err)
{
    struct jpk_project *public = &project->public;
    const char *file = jpk_archive_entry(public->archive, index)->name;
    struct xml_document document = {0};
    bool ok = archive_read(public->archive, index, bytes, err) &&
              xml_read(project->reader, buf_text(bytes), bytes->size, &document, err);
    if (ok && strcmp(document.root->name, "Project") != 0) {
        ok = error_set(err, JPK_ERR_FORMAT, "is not a project: the root must be <Project>");
        error_text_offset(err, buf_text(bytes), bytes->size, document.root->offset);
    }
    if (!ok) {
        error_entry(err, file);
        return false;
    }
    const char *name = xml_attribute(document.root, "name"), *id = xml_attribute(document.root, "projectId");
    public->name = name ? name : "";
    public->id = id ? id : "";
    struct listing tree = {.project = project, .file = file};
    ok = walk_types(&tree, document.root);
    if (ok && tree.folder_count) {
        const struct jpk_folder **folders =
            arena_alloc(&project->arena, tree.folder_count * sizeof(struct jpk_folder *));
        ok = folders != NULL;
        if (ok) {
            memcpy(folders, tree.folders, tree.folder_count * sizeof(struct jpk_folder *));
            public->folders = folders;
            public->folder_count = tree.folder_count;
        }
    }
    free(tree.folders);
    return ok || error_memory(err);
}

/* --------------------------------------------------------------------------------------- properties and files */

static bool read_properties(struct project *project, enum jpk_properties_file which, size_t index, struct buf *bytes,
                            struct jpk_error *err)
{
    struct jpk_error local = {0};
    if (index == SIZE_MAX)
        return true;
    if (archive_read(project->public.archive, index, bytes, &local) &&
        properties_parse(buf_text(bytes), bytes->size, &project->arena, &project->properties[which], &local))
        return true;
    return tolerate(project, jpk_archive_entry(project->public.archive, index)->name, NULL, &local, err);
}

const char *jpk_project_property(const struct jpk_project *project, enum jpk_properties_file file, const char *key)
{
    return properties_get(&((const struct project *)project)->properties[file], key);
}

const char *jpk_project_stored(const struct jpk_project *project, enum jpk_properties_file file)
{
    return ((const struct project *)project)->properties[file].comment;
}

static const char *metadata_property(const struct xml_node *file, const char *key)
{
    for (const struct xml_node *p = xml_child(file, "property"); p; p = xml_next(p, "property")) {
        const char *name = xml_attribute(p, "key"), *value = xml_attribute(p, "value");
        if (name && value && strcmp(name, key) == 0)
            return value;
    }
    return "";
}

/* The record of a file's name, made when it is new; NULL: no memory. */
static struct jpk_file *file_named(struct project *project, const char *name)
{
    size_t count = project->public.file_count;
    uint32_t found = map_get(&project->by_file, name, strlen(name));
    if (found != MAP_NONE)
        return &project->files[found];
    struct jpk_file *files = array_grow(project->files, count, &project->file_capacity, sizeof *files);
    if (!files)
        return NULL;
    project->files = files;
    project->public.files = files;
    if (!map_set(&project->by_file, name, strlen(name), (uint32_t)count))
        return NULL;
    project->files[count] =
        (struct jpk_file){.name = name, .entry = SIZE_MAX, .md5 = "", .kind = "", .namespace_ = "", .roots = ""};
    project->public.file_count++;
    return &project->files[count];
}

static bool read_metadata(struct project *project, size_t index, struct buf *bytes, struct jpk_error *err)
{
    struct jpk_error local = {0};
    struct xml_document document = {0};
    const char *entry = jpk_archive_entry(project->public.archive, index)->name;
    if (!archive_read(project->public.archive, index, bytes, &local) ||
        !xml_read(project->reader, buf_text(bytes), bytes->size, &document, &local))
        return tolerate(project, entry, NULL, &local, err);
    for (const struct xml_node *dir = xml_child(document.root, "dir"); dir; dir = xml_next(dir, "dir")) {
        for (const struct xml_node *node = xml_child(dir, "file"); node; node = xml_next(node, "file")) {
            const char *name = xml_attribute(node, "name"), *md5 = xml_attribute(node, "md5");
            const char *modified = xml_attribute(node, "lastModified");
            if (!name)
                continue;
            struct jpk_file *file = file_named(project, name);
            if (!file)
                return error_memory(err);
            file->listed = true;
            file->md5 = md5 ? md5 : "";
            file->kind = metadata_property(node, "SchemaType");
            file->namespace_ = metadata_property(node, "TargetNamespace");
            file->roots = metadata_property(node, "PossibleRootNodes");
            file->top_level = strcmp(metadata_property(node, "IsTopLevel"), "1") == 0;
            file->modified = modified ? strtoll(modified, NULL, 10) : 0;
        }
    }
    return true;
}

static int by_file_name(const void *a, const void *b)
{
    const struct jpk_file *left = a, *right = b;
    return strcmp(left->name, right->name);
}

const struct jpk_file *jpk_project_file(const struct jpk_project *project, const char *name)
{
    struct jpk_file key = {.name = name};
    return project->file_count
               ? bsearch(&key, project->files, project->file_count, sizeof *project->files, by_file_name)
               : NULL;
}

/* --------------------------------------------------------------------------------------------------- all of it */

/* Goes once over the entries below the base. Beside a manifest lie other environments, which are none of our business.
 */
static bool read_entries(struct project *project, const struct layout *layout, struct buf *bytes, struct jpk_error *err)
{
    struct jpk_project *public = &project->public;
    size_t total = jpk_archive_count(public->archive), prefix = strlen(public->base);
    size_t *others = arena_calloc(&project->arena, total, sizeof *others);
    if (!others)
        return error_memory(err);
    for (size_t i = 0; i < total; i++) {
        const char *name = jpk_archive_entry(public->archive, i)->name;
        bool inside = strncmp(name, public->base, prefix) == 0;
        enum entry_role role = inside ? entry_role_of(public->shape, name + prefix) : ENTRY_UNKNOWN;
        bool ok = true;
        if (role == ENTRY_ENTITY) {
            ok = read_entity(project, i, bytes, err);
        } else if (role == ENTRY_METADATA) {
            ok = read_metadata(project, i, bytes, err);
        } else if (role == ENTRY_FILE && strcmp(name + prefix, "files/.filestoupload") != 0) {
            struct jpk_file *file = file_named(project, name + prefix + strlen("files/"));
            ok = file || error_memory(err);
            if (ok)
                file->entry = i;
        } else if (role == ENTRY_UNKNOWN &&
                   (inside || (public->shape == JPK_SHAPE_ARCHIVE && layout->manifest == SIZE_MAX))) {
            others[public->other_entry_count++] = i;
        }
        if (!ok)
            return false;
    }
    public->other_entries = others;
    if (public->file_count)
        qsort(project->files, public->file_count, sizeof *project->files, by_file_name);
    return true;
}

static int untreed_order(const void *a, const void *b)
{
    const struct jpk_entity *left = *(struct jpk_entity *const *)a, *right = *(struct jpk_entity *const *)b;
    int order = strcmp(left->type_name, right->type_name);
    return order ? order : strcmp(left->id, right->id);
}

/* Entities of the tree come first, as add_listed put them; the rest is put in order, whatever order files came in. */
static bool finish(struct project *project, struct jpk_error *err)
{
    size_t treed = 0;
    while (treed < project->count && project->list[treed]->in_tree)
        treed++;
    if (treed < project->count)
        qsort(project->list + treed, project->count - treed, sizeof(struct jpk_entity *), untreed_order);
    for (size_t i = 0; i < project->count; i++) {
        struct jpk_entity *entity = project->list[i];
        char key[GUID_MAX];
        entity->index = (uint32_t)i;
        size_t n = id_key(entity->id, key);
        char *kept = i < treed ? key : arena_strndup(&project->arena, key, n);
        if (!kept || !map_set(&project->by_id, kept, n, (uint32_t)i))
            return error_memory(err);
    }
    for (size_t i = 0; i < project->count; i++)
        entity_link(project, project->list[i]);
    project->public.entities = (const struct jpk_entity *const *)project->list;
    project->public.entity_count = project->count;
    const char *kind = jpk_project_property(&project->public, JPK_FILE_JITTERPAK, "type");
    if (kind && strcmp(kind, "1") == 0)
        project->public.kind = JPK_KIND_BACKUP;
    else if (kind && strcmp(kind, "3") == 0)
        project->public.kind = JPK_KIND_EXPORT;
    return true;
}

static bool load(struct project *project, const char *environment, struct buf *bytes, struct jpk_error *err)
{
    struct layout layout;
    struct jpk_project *public = &project->public;
    project->intern.arena = &project->arena;
    project->reader = xml_reader_new(&project->arena, &project->intern, &project->limits);
    if (!project->reader)
        return error_memory(err);
    xml_reader_nodes(project->reader, &project->nodes);
    if (!layout_find(public->archive, environment, &project->arena, &layout, err))
        return false;
    public->shape = layout.shape;
    public->base = layout.base;
    return read_properties(project, JPK_FILE_JITTERPAK, project_entry(public, "jitterpak.properties"), bytes, err) &&
           read_properties(project, JPK_FILE_ENVIRONMENT, project_entry(public, "environment.properties"), bytes,
                           err) &&
           read_properties(project, JPK_FILE_MANIFEST, layout.manifest, bytes, err) &&
           read_tree(project, layout.project, bytes, err) && read_entries(project, &layout, bytes, err) &&
           finish(project, err);
}

struct jpk_project *jpk_project_load(struct jpk_archive *archive, const char *environment, unsigned flags,
                                     struct jpk_error *err)
{
    struct project *project = calloc(1, sizeof *project);
    if (!project) {
        error_memory(err);
        return NULL;
    }
    struct jpk_error local = {0};
    struct buf bytes = {0};
    project->public.archive = archive;
    project->limits = archive->limits;
    project->keep_going = (flags & JPK_KEEP_GOING) != 0;
    bool ok = load(project, environment, &bytes, &local);
    buf_free(&bytes);
    /* What only reading needs is let go of: the buffers can be as large as the largest entity. */
    xml_reader_free(project->reader);
    project->reader = NULL;
    intern_free(&project->intern);
    map_free(&project->by_file);
    if (!ok) {
        error_file(&local, jpk_archive_name(archive));
        tree_place_error(archive, &local);
        error_pass(err, &local, NULL);
        jpk_project_free(&project->public);
        return NULL;
    }
    return &project->public;
}

void jpk_project_free(struct jpk_project *public)
{
    struct project *project = (struct project *)public;
    if (!project)
        return;
    xml_reader_free(project->reader);
    intern_free(&project->intern);
    map_free(&project->by_id);
    free(project->list);
    free(project->problems);
    free(project->files);
    arena_free(&project->nodes);
    arena_free(&project->arena);
    free(project);
}

void jpk_project_slim(struct jpk_project *public)
{
    struct project *project = (struct project *)public;
    for (size_t i = 0; i < project->count; i++)
        project->list[i]->tree = NULL;
    arena_free(&project->nodes);
    project->slim = true;
}

bool jpk_project_position(const struct jpk_project *project, const char *file, uint32_t offset, const uint32_t *decoded,
                          uint32_t *line, uint32_t *column)
{
    size_t index = jpk_archive_find(project->archive, file), n;
    void *data;
    if (index == SIZE_MAX || !jpk_archive_read(project->archive, index, &data, &n, NULL))
        return false;
    size_t at = offset;
    if (decoded) {
        struct xml_text_cursor cursor = xml_text_begin(data, n, offset);
        at = xml_text_advance(&cursor, *decoded);
    }
    struct text_position position = text_position(data, n, at);
    *line = position.line;
    *column = position.column;
    free(data);
    return true;
}
