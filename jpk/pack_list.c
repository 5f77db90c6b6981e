/* The entries of an archive that is packed. Facts: sections 3 and 9 to 12 of the format's inventory. */
#include "jpk/pack_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"
#include "jpk/entry_name.h"
#include "jpk/layout.h"
#include "jpk/model.h"
#include "jpk/tree_view.h"

bool pack_note(struct packer *p, const char *sentence)
{
    return strings_add(&p->notes, &p->arena, sentence) || error_memory(p->err);
}

static bool add(struct packer *p, const char *name, struct packed packed)
{
    struct packed *list = name ? array_grow(p->list, p->count, &p->capacity, sizeof *list) : NULL;
    if (!list)
        return error_memory(p->err);
    p->list = list;
    packed.name = name;
    list[p->count++] = packed;
    return true;
}

static const char *below_top(struct packer *p, const char *name)
{
    size_t n = strlen(p->top), m = strlen(name);
    char *full = arena_alloc(&p->arena, n + m + 1);
    if (full)
        snprintf(full, n + m + 1, "%s%s", p->top, name);
    return full;
}

static bool add_text(struct packer *p, const char *name, const struct buf *text)
{
    const char *copy = text->failed ? NULL : arena_strndup(&p->arena, buf_text(text), text->size);
    if (!copy)
        return error_memory(p->err);
    return add(p, below_top(p, name),
               (struct packed){.entry = SIZE_MAX, .source = FROM_TEXT, .text = copy, .size = text->size});
}

/* All structure files, to be uploaded: two real exports list every file, a deployed project none. */
static bool add_upload_list(struct packer *p)
{
    struct buf text = {0};
    for (size_t i = 0; i < p->project->file_count; i++)
        if (p->project->files[i].entry != SIZE_MAX)
            buf_printf(&text, "xml:%s\n", p->project->files[i].name);
    bool ok = add_text(p, "files/.filestoupload", &text);
    buf_free(&text);
    return ok;
}

/* The entities by the names of their entries. */
static bool index_files(struct packer *p)
{
    for (size_t i = 0; i < p->project->entity_count; i++) {
        const char *name = p->project->entities[i]->file;
        if (name && !map_add(&p->by_file, name, strlen(name), (uint32_t)i, NULL))
            return error_memory(p->err);
    }
    return true;
}

static const struct jpk_entity *entity_of(const struct packer *p, size_t entry)
{
    const char *name = jpk_archive_entry(p->archive, entry)->name;
    uint32_t entity = map_get(&p->by_file, name, strlen(name));
    return entity == MAP_NONE ? NULL : p->project->entities[entity];
}

static const char no_state[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<UiState>\n    <OpenPages />\n"
                               "    <ExpandedNodes />\n</UiState>\n";

/* An entry below the base, as an export has it. */
static bool add_exported(struct packer *p, size_t entry, const char *name, enum entry_role role)
{
    struct buf text = {0};
    switch (role) {
    case ENTRY_ENTITY:
        return add(p, below_top(p, name),
                   (struct packed){.entry = entry, .source = FROM_ENTITY, .entity = entity_of(p, entry)});
    case ENTRY_STATE:
        if (strcmp(name, "ui.xml") == 0) {
            buf_puts(&text, no_state);
            bool ok = add_text(p, name, &text);
            buf_free(&text);
            return ok;
        }
        break;
    case ENTRY_FILE:
        if (strcmp(name, "files/.filestoupload") == 0)
            return true; /* see add_upload_list */
        break;
    default:
        break;
    }
    return add(p, below_top(p, name), (struct packed){.entry = entry});
}

/* A project whose files lie side by side gets the folders that an archive has; *name is the path below the base. */
static bool unflatten(struct packer *p, size_t entry, enum entry_role role, const char **name)
{
    const struct jpk_entity *entity = role == ENTRY_ENTITY ? entity_of(p, entry) : NULL;
    const char *folder = entity ? entity->type_name : "Entity";
    if (!entity && role != ENTRY_SETTINGS)
        return true;
    size_t n = strlen(*name) + strlen(folder) + sizeof "settings//";
    char *path = arena_alloc(&p->arena, n);
    if (!path)
        return error_memory(p->err);
    snprintf(path, n, "%s/%s/%s", entity ? "Data" : "settings", folder, *name);
    *name = path;
    return true;
}

static bool add_below(struct packer *p, size_t entry, const char *name)
{
    enum entry_role role = entry_role_of(p->project->shape, name);
    if (p->kind == JPK_PACK_AS_IS)
        return add(p, below_top(p, name), (struct packed){.entry = entry});
    if (strcmp(name, "jitterpak.properties") == 0)
        return true;
    if (role == ENTRY_TEST_FILE) {
        p->test_files++;
        return true;
    }
    if (p->project->shape == JPK_SHAPE_FLAT && !unflatten(p, entry, role, &name))
        return false;
    if (p->kind == JPK_PACK_EXPORT)
        return add_exported(p, entry, name, role);
    return add(p, below_top(p, name), (struct packed){.entry = entry});
}

static bool add_entries(struct packer *p)
{
    const char *base = p->project->base;
    size_t n = strlen(base);
    bool whole = p->kind == JPK_PACK_AS_IS && p->project->shape == JPK_SHAPE_ARCHIVE;
    for (size_t i = 0; i < jpk_archive_count(p->archive); i++) {
        const char *name = jpk_archive_entry(p->archive, i)->name;
        bool ok = true;
        if (strncmp(name, base, n) == 0)
            ok = add_below(p, i, name + n);
        else if (whole)
            ok = add(p, name, (struct packed){.entry = i});
        if (!ok)
            return false;
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct packed *)a)->name, ((const struct packed *)b)->name);
}

void pack_sort(struct packer *p)
{
    if (p->count > 0)
        qsort(p->list, p->count, sizeof *p->list, by_name);
}

static bool has_entry(const struct packer *p, const char *name)
{
    return project_entry(p->project, name) != SIZE_MAX;
}

static bool note_test_files(struct packer *p)
{
    char text[96];
    if (p->test_files == 0)
        return true;
    snprintf(text, sizeof text, "%zu file%s of test data %s left out, as Design Studio does", p->test_files,
             p->test_files == 1 ? "" : "s", p->test_files == 1 ? "is" : "are");
    return pack_note(p, text);
}

static bool add_all(struct packer *p)
{
    if (!add_entries(p))
        return false;
    bool made = p->kind != JPK_PACK_AS_IS || !has_entry(p, "jitterpak.properties");
    struct buf text = {0};
    bool ok = !made || (pack_put_jitterpak(p, &text) && add_text(p, "jitterpak.properties", &text));
    buf_free(&text);
    if (ok && made && p->kind == JPK_PACK_AS_IS)
        ok = pack_note(
            p,
            "jitterpak.properties is added, of kind 3: the project has none, and without it nothing can be imported");
    if (ok && p->kind == JPK_PACK_EXPORT && (p->project->file_count > 0 || has_entry(p, "files/.filestoupload")))
        ok = add_upload_list(p);
    pack_sort(p);
    return ok && note_test_files(p);
}

/* Whether readers of archives take a character as part of a name. */
static bool can_stand(const char *c, size_t n)
{
    struct jpk_limits limits = jpk_limits_default();
    return *c == '.' || (*c != '/' && entry_name_check(c, n, &limits, NULL));
}

/* An archive's top folder is the project's name as far as it fits; what it cannot hold becomes `_`. */
static const char *top_folder(struct packer *p)
{
    const char *name = *p->name ? p->name : "project";
    size_t n = strlen(name), most = (size_t)jpk_limits_default().name_part, size = 0;
    char *top = arena_alloc(&p->arena, n + 2);
    for (size_t i = 0; top && i < n;) {
        ucs4_t c;
        size_t length = (size_t)u8_mbtouc(&c, (const uint8_t *)name + i, n - i);
        if (size + length > most)
            break;
        if (can_stand(name + i, length)) {
            memcpy(top + size, name + i, length);
            size += length;
        } else {
            top[size++] = '_';
        }
        i += length;
    }
    if (!top)
        return NULL;
    bool dots = size <= 2 && top[0] == '.' && top[size - 1] == '.';
    if (dots) /* the folder itself, or the one above */
        memset(top, '_', size);
    if (size > 1 && top[1] == ':') /* a drive */
        top[1] = '_';
    memcpy(top + size, "/", 2);
    return top;
}

/* What could not be read must not be packed, unless the tree says that it never could. */
static bool check_problem(struct packer *p, const struct jpk_finding *problem)
{
    if (problem->severity != JPK_ERROR || strcmp(problem->rule, "unreadable-file") != 0)
        return true;
    const struct tree_source *source = problem->file ? tree_source_of_entry(p->archive, problem->file) : NULL;
    if (source && text_starts_with(source->path, TREE_OTHER)) {
        struct buf text = {0};
        buf_printf(&text, "%s cannot be read as an entity and is packed as it is", source->path);
        bool ok = text.failed ? error_memory(p->err) : pack_note(p, text.data);
        buf_free(&text);
        return ok;
    }
    struct jpk_error here = {0};
    error_set(&here, JPK_ERR_FORMAT, "%s", problem->message);
    error_entry(&here, problem->file);
    if (problem->line)
        error_position(&here, problem->line, problem->column);
    error_file(&here, jpk_archive_name(p->archive));
    tree_place_error(p->archive, &here);
    if (p->err && p->err->code == JPK_OK)
        *p->err = here;
    return false;
}

bool pack_begin(struct packer *p, const struct jpk_project *project, enum jpk_pack_kind kind, const char *name,
                struct jpk_error *err)
{
    *p = (struct packer){
        .project = project, .archive = project->archive, .kind = kind, .name = name ? name : project->name, .err = err};
    bool ready = jpk_archive_is_tree(p->archive) || has_entry(p, "jitterpak.properties");
    if (p->kind == JPK_PACK_DEFAULT)
        p->kind = ready ? JPK_PACK_AS_IS : JPK_PACK_EXPORT;
    /* Of an archive its own top folder, and none where it has none. */
    bool archive = project->shape == JPK_SHAPE_ARCHIVE || (project->shape == JPK_SHAPE_FLAT && *project->base);
    p->top = archive && !name ? project->base : top_folder(p);
    if (!p->top)
        return error_memory(err);
    for (size_t i = 0; i < project->problem_count; i++)
        if (!check_problem(p, &project->problems[i]))
            return false;
    return (p->kind == JPK_PACK_AS_IS || index_files(p)) && add_all(p);
}

void pack_end(struct packer *p)
{
    free(p->list);
    strings_free(&p->notes);
    map_free(&p->by_file);
    arena_free(&p->arena);
}
