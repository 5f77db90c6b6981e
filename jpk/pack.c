/* From a project to a Jitterpak; include/jpk/tree.h says how. Facts: sections 3 and 9 to 12 of the format's inventory.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistr.h>

#include "base/array.h"
#include "base/error.h"
#include "base/strings.h"
#include "base/text.h"
#include "jpk/entry_name.h"
#include "jpk/layout.h"
#include "jpk/md5.h"
#include "jpk/model.h"
#include "jpk/properties.h"
#include "jpk/tree.h"
#include "jpk/tree_view.h"
#include "jpk/xml_scan.h"

enum source { FROM_ENTRY, FROM_ENTITY, FROM_TEXT };

struct packed {
    const char *name;
    size_t entry;
    enum source source;
    const char *text; /* FROM_TEXT */
    size_t size;
};

struct packer {
    const struct jpk_project *project;
    struct jpk_archive *archive;
    enum jpk_pack_kind kind;
    const char *top;
    struct packed *list;
    size_t count, capacity;
    struct arena arena;
    struct strings notes;
    struct map by_file; /* of a flat folder: name -> index of the entity */
    size_t test_files;
    struct jpk_error *err;
};

static bool note(struct packer *p, const char *sentence)
{
    return strings_add(&p->notes, &p->arena, sentence) || error_memory(p->err);
}

/* ------------------------------------------------------------------------------------------- jitterpak.properties */

static const char *property(const struct packer *p, enum jpk_properties_file file, const char *key)
{
    const char *value = jpk_project_property(p->project, file, key);
    return value && *value ? value : NULL;
}

/* The first of the places that say it: an existing file, the environment, the workspace. */
static const char *first_of(const struct packer *p, const char *jitterpak, const char *environment,
                            const char *manifest)
{
    const char *value = jitterpak ? property(p, JPK_FILE_JITTERPAK, jitterpak) : NULL;
    if (!value && environment)
        value = property(p, JPK_FILE_ENVIRONMENT, environment);
    if (!value && manifest)
        value = property(p, JPK_FILE_MANIFEST, manifest);
    return value ? value : "";
}

/* "11.41.0.33" as 110410000000033. Where the third part goes is not known: it is 0 in every real file. */
static void pack_version(const char *text, char out[32])
{
    static const uint64_t places[] = {UINT64_C(10000000000000), UINT64_C(10000000000), UINT64_C(10000000), 1};
    uint64_t packed = 0;
    size_t parts = 0;
    const char *at = text;
    while (parts < 4 && *at >= '0' && *at <= '9') {
        char *end;
        packed += strtoull(at, &end, 10) * places[parts++];
        at = end + (*end == '.');
    }
    if (!strchr(text, '.') || *at != '\0')
        snprintf(out, 32, "%.31s", text); /* packed already, or something else */
    else
        snprintf(out, 32, "%" PRIu64, packed);
}

#define LAST_MILLISECOND INT64_C(253402300799999) /* of the year 9999 */

/* Milliseconds: SOURCE_DATE_EPOCH, else the last change that the project knows of. Never the clock. */
static int64_t made_at(const struct packer *p)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    const char *text = first_of(p, NULL, "modified", "modified");
    if (!*text)
        text = first_of(p, NULL, "accessed", "accessed");
    char *end;
    int64_t unit = epoch && *epoch ? 1000 : 1, value = strtoll(unit > 1 ? epoch : text, &end, 10);
    if (*end != '\0' || value < 0 || value > LAST_MILLISECOND / unit)
        value = 0;
    return value * unit;
}

/* The keys in the order in which real files of each kind have them: that of a hash table. */
static bool put_jitterpak(struct packer *p, struct buf *out)
{
    char required[32], created_with[32], created[32];
    struct buf comment = {0};
    bool backup = p->kind == JPK_PACK_BACKUP;
    int64_t at = made_at(p);
    const char *old = property(p, JPK_FILE_JITTERPAK, "created_at");
    pack_version(first_of(p, "required_version", "requires-version", "requires-version"), required);
    pack_version(first_of(p, "created_with_version", "saved-in-version", "saved-in-version"), created_with);
    snprintf(created, sizeof created, "%.20s", old ? old : "");
    if (!old)
        snprintf(created, sizeof created, "%" PRId64, at);
    const char *environment = first_of(p, "env_name", "environment-name", NULL);
    if (backup)
        buf_printf(&comment, "Backup of the project '%s' (environment '%s')", p->project->name, environment);
    else
        buf_puts(&comment, first_of(p, "comment", NULL, NULL));
    struct {
        const char *key, *value;
        bool exported;
    } rows[] = {
        {"required_version", required, true},
        {"project_id", p->project->id, true},
        {"type", "3", true},
        {"description", first_of(p, "description", NULL, "description"), true},
        {"created_at", created, true},
        {"created_with_version", created_with, true},
        {"project_name", p->project->name, true},
        {"comment", buf_text(&comment), true},
        {"created_at", created, false},
        {"org_id", first_of(p, "org_id", "org-id", "org-id"), false},
        {"env_type", first_of(p, "env_type", "environment-type", NULL), false},
        {"org_name", first_of(p, "org_name", "org-name", "org-name"), false},
        {"required_version", required, false},
        {"env_id", first_of(p, "env_id", "environment-id", "last-environment"), false},
        {"comment", buf_text(&comment), false},
        {"created_with_version", created_with, false},
        {"type", "1", false},
        {"env_name", environment, false},
        {"project_name", p->project->name, false},
        {"description", first_of(p, "description", NULL, "description"), false},
        {"project_id", p->project->id, false},
    };
    properties_put_date(out, at);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].exported != backup)
            properties_put(out, rows[i].key, rows[i].value);
    bool ok = !out->failed && !comment.failed;
    buf_free(&comment);
    if (!ok)
        return error_memory(p->err);
    return *required ||
           note(p, "no file of the project says which version it requires: jitterpak.properties does not either");
}

/* ------------------------------------------------------------------------------------------------------- the list */

static bool add(struct packer *p, const char *name, struct packed packed)
{
    struct packed *list = array_grow(p->list, p->count, &p->capacity, sizeof *list);
    if (!list || !name)
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

static const char no_state[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<UiState>\n    <OpenPages />\n"
                               "    <ExpandedNodes />\n</UiState>\n";

/* An entry below the base, as an export has it. */
static bool add_exported(struct packer *p, size_t entry, const char *name, enum entry_role role)
{
    struct buf text = {0};
    switch (role) {
    case ENTRY_ENTITY:
        return add(p, below_top(p, name), (struct packed){.entry = entry, .source = FROM_ENTITY});
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
static bool unflatten(struct packer *p, enum entry_role role, const char **name)
{
    uint32_t entity = role == ENTRY_ENTITY ? map_get(&p->by_file, *name, strlen(*name)) : MAP_NONE;
    const char *folder = entity != MAP_NONE ? p->project->entities[entity]->type_name : "Entity";
    if (entity == MAP_NONE && role != ENTRY_SETTINGS)
        return true;
    size_t n = strlen(*name) + strlen(folder) + sizeof "settings//";
    char *path = arena_alloc(&p->arena, n);
    if (!path)
        return error_memory(p->err);
    snprintf(path, n, "%s/%s/%s", entity != MAP_NONE ? "Data" : "settings", folder, *name);
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
    if (p->project->shape == JPK_SHAPE_FLAT && !unflatten(p, role, &name))
        return false;
    if (p->kind == JPK_PACK_EXPORT)
        return add_exported(p, entry, name, role);
    return add(p, below_top(p, name), (struct packed){.entry = entry});
}

/* The entities by their files' names below the base. */
static bool index_files(struct packer *p)
{
    size_t n = strlen(p->project->base);
    for (size_t i = 0; i < p->project->entity_count; i++) {
        const struct jpk_entity *entity = p->project->entities[i];
        const char *name = entity->file ? entity->file + n : NULL;
        if (name && !map_add(&p->by_file, name, strlen(name), (uint32_t)i, NULL))
            return error_memory(p->err);
    }
    return true;
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
    return note(p, text);
}

static bool add_all(struct packer *p)
{
    if (!add_entries(p))
        return false;
    bool made = p->kind != JPK_PACK_AS_IS || !has_entry(p, "jitterpak.properties");
    struct buf text = {0};
    bool ok = !made || (put_jitterpak(p, &text) && add_text(p, "jitterpak.properties", &text));
    buf_free(&text);
    if (ok && made && p->kind == JPK_PACK_AS_IS)
        ok = note(
            p,
            "jitterpak.properties is added, of kind 3: the project has none, and without it nothing can be imported");
    if (ok && p->kind == JPK_PACK_EXPORT && (p->project->file_count > 0 || has_entry(p, "files/.filestoupload")))
        ok = add_upload_list(p);
    if (ok)
        qsort(p->list, p->count, sizeof *p->list, by_name);
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
    const char *name = *p->project->name ? p->project->name : "project";
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
        bool ok = text.failed ? error_memory(p->err) : note(p, text.data);
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

static bool begin(struct packer *p, const struct jpk_project *project, const struct jpk_pack_options *options,
                  struct jpk_error *err)
{
    *p = (struct packer){.project = project,
                         .archive = project->archive,
                         .kind = options ? options->kind : JPK_PACK_DEFAULT,
                         .err = err};
    bool ready = jpk_archive_is_tree(p->archive) || has_entry(p, "jitterpak.properties");
    if (p->kind == JPK_PACK_DEFAULT)
        p->kind = ready ? JPK_PACK_AS_IS : JPK_PACK_EXPORT;
    /* Of an archive its own top folder, and none where it has none. */
    bool archive = project->shape == JPK_SHAPE_ARCHIVE || (project->shape == JPK_SHAPE_FLAT && *project->base);
    p->top = archive ? project->base : top_folder(p);
    if (!p->top)
        return error_memory(err);
    for (size_t i = 0; i < project->problem_count; i++)
        if (!check_problem(p, &project->problems[i]))
            return false;
    return (project->shape != JPK_SHAPE_FLAT || index_files(p)) && add_all(p);
}

static void end(struct packer *p)
{
    free(p->list);
    strings_free(&p->notes);
    map_free(&p->by_file);
    arena_free(&p->arena);
}

/* ------------------------------------------------------------------------------------------------------- writing */

/* Sets two attributes of a tag where it has them, in whatever order; `at` is how far `text` was copied to `out`. */
static void set_flags(const struct xml_scanner *scanner, const struct xml_tag *tag, size_t *at, struct buf *out)
{
    static const char *const values[] = {"true", "false"};
    size_t start[2] = {0}, end[2] = {0};
    bool has[2] = {xml_tag_attribute(scanner, tag, "DeployDirty", &start[0], &end[0]),
                   xml_tag_attribute(scanner, tag, "Deployed", &start[1], &end[1])};
    size_t first = start[0] > start[1];
    for (size_t i = 0; i < 2; i++) {
        size_t flag = i ^ first;
        if (!has[flag])
            continue;
        buf_put(out, scanner->text + *at, start[flag] - *at);
        buf_puts(out, values[flag]);
        *at = end[flag];
    }
}

/* An exported entity is to be deployed; what is deleted stays as it is. */
static void reset_flags(const struct buf *text, struct buf *out)
{
    struct xml_scanner scanner = xml_scan(buf_text(text), text->size);
    struct xml_tag tag;
    struct buf deleted = {0};
    size_t at = 0;
    while (xml_scan_next(&scanner, &tag)) {
        if (tag.depth != 1 || !tag.opens || !xml_tag_is(&tag, "Header"))
            continue;
        if (!xml_tag_value(&scanner, &tag, "Deleted", &deleted) || strcmp(buf_text(&deleted), "true") != 0)
            set_flags(&scanner, &tag, &at, out);
        break;
    }
    buf_put(out, buf_text(text) + at, text->size - at);
    buf_free(&deleted);
}

static bool write_entity(struct packer *p, struct jpk_writer *writer, const struct packed *packed, uint16_t date,
                         uint16_t time)
{
    struct buf text = {0}, out = {0};
    bool ok = archive_read(p->archive, packed->entry, &text, p->err);
    if (ok) {
        reset_flags(&text, &out);
        ok = out.failed ? error_memory(p->err)
                        : jpk_writer_add(writer, packed->name, buf_text(&out), out.size, date, time, p->err);
    }
    buf_free(&text);
    buf_free(&out);
    return ok;
}

static bool write_one(struct packer *p, struct jpk_writer *writer, const struct packed *packed)
{
    uint16_t date = JPK_DOS_DATE_MIN, time = 0;
    size_t entry = packed->entry != SIZE_MAX ? packed->entry : 0;
    const struct jpk_entry_info *info = jpk_archive_entry(p->archive, entry);
    if (info && info->dos_date) {
        date = info->dos_date;
        time = info->dos_time;
    }
    switch (packed->source) {
    case FROM_TEXT:
        return jpk_writer_add(writer, packed->name, packed->text, packed->size, date, time, p->err);
    case FROM_ENTITY:
        return write_entity(p, writer, packed, date, time);
    default:
        return jpk_writer_add_from(writer, packed->name, p->archive, packed->entry, date, time, p->err);
    }
}

bool jpk_pack(const struct jpk_project *project, const char *path, const struct jpk_pack_options *options,
              struct jpk_error *err)
{
    struct packer p;
    struct tree *tree = tree_of(project->archive);
    struct jpk_writer *writer = NULL;
    bool ok = begin(&p, project, options, err) &&
              (writer = jpk_writer_open(path, options && options->force, err)) != NULL &&
              (!tree || tree_save(tree, err));
    for (size_t i = 0; ok && i < p.count; i++)
        ok = write_one(&p, writer, &p.list[i]);
    ok = ok && jpk_writer_commit(writer, err);
    jpk_writer_free(writer);
    end(&p);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------- planning */

/* A structure file that was edited in a tree: files/.metadata keeps the MD5 of what it was. */
static bool note_hashes(struct packer *p)
{
    struct buf bytes = {0}, text = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < p->project->file_count; i++) {
        const struct jpk_file *file = &p->project->files[i];
        char hash[33];
        if (file->entry == SIZE_MAX || !*file->md5)
            continue;
        ok = archive_read(p->archive, file->entry, &bytes, p->err);
        if (!ok)
            break;
        md5_hex(buf_text(&bytes), bytes.size, hash);
        if (text_caseeq(hash, file->md5))
            continue;
        buf_clear(&text);
        buf_printf(&text, "files/%s has another MD5 than files/.metadata says", file->name);
        ok = text.failed ? error_memory(p->err) : note(p, text.data);
    }
    buf_free(&bytes);
    buf_free(&text);
    return ok;
}

struct plan {
    struct jpk_pack_plan public; /* first, so that the pointers are the same */
    struct arena arena;
    struct strings added, moved, notes;
};

static bool copy_strings(struct plan *plan, const struct strings *from, struct strings *to, struct jpk_strings *public)
{
    bool ok = true;
    for (size_t i = 0; ok && i < from->count; i++)
        ok = strings_add(to, &plan->arena, from->items[i]);
    *public = (struct jpk_strings){to->items, to->count};
    return ok;
}

struct jpk_pack_plan *jpk_pack_plan(const struct jpk_project *project, const struct jpk_pack_options *options,
                                    struct jpk_error *err)
{
    struct packer p;
    const struct tree *tree = tree_of(project->archive);
    struct plan *plan = calloc(1, sizeof *plan);
    if (!plan) {
        error_memory(err);
        return NULL;
    }
    bool ok = begin(&p, project, options, err) && (!tree || note_hashes(&p));
    if (ok && tree)
        ok = (copy_strings(plan, &tree->added, &plan->added, &plan->public.added) &&
              copy_strings(plan, &tree->moved, &plan->moved, &plan->public.moved) &&
              copy_strings(plan, &tree->notes, &plan->notes, &plan->public.notes)) ||
             error_memory(err);
    ok = ok && (copy_strings(plan, &p.notes, &plan->notes, &plan->public.notes) || error_memory(err));
    plan->public.entries = p.count;
    end(&p);
    if (ok)
        return &plan->public;
    jpk_pack_plan_free(&plan->public);
    return NULL;
}

void jpk_pack_plan_free(struct jpk_pack_plan *public)
{
    struct plan *plan = (struct plan *)public;
    if (!plan)
        return;
    strings_free(&plan->added);
    strings_free(&plan->moved);
    strings_free(&plan->notes);
    arena_free(&plan->arena);
    free(plan);
}
