/* From a project to a Jitterpak; include/jpk/tree.h says how. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "jpk/archive.h"
#include "jpk/check.h"
#include "jpk/md5.h"
#include "jpk/pack_list.h"
#include "jpk/tree_view.h"
#include "jpk/xml_scan.h"

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
    out->failed |= deleted.failed;
    buf_free(&deleted);
}

/* The time of its entry, of a text that of the first; the least that there is when these have none. */
static void entry_time(const struct packer *p, const struct packed *packed, uint16_t *date, uint16_t *time)
{
    size_t entry = packed->entry != SIZE_MAX ? packed->entry : 0;
    const struct jpk_entry_info *info = jpk_archive_entry(p->archive, entry);
    if (info && info->dos_date) {
        *date = info->dos_date;
        *time = info->dos_time;
    }
}

bool pack_read(struct packer *p, const struct packed *packed, struct buf *out)
{
    struct buf text = {0};
    buf_clear(out);
    if (packed->source == FROM_TEXT) {
        buf_put(out, packed->text, packed->size);
        return !out->failed || error_memory(p->err);
    }
    if (packed->source == FROM_ENTRY)
        return archive_read(p->archive, packed->entry, out, p->err);
    bool ok = archive_read(p->archive, packed->entry, &text, p->err);
    if (ok) {
        reset_flags(&text, out);
        ok = !out->failed || error_memory(p->err);
    }
    buf_free(&text);
    return ok;
}

static bool write_text(struct packer *p, struct jpk_writer *writer, const struct packed *packed, const char *text,
                       size_t size)
{
    uint16_t date = JPK_DOS_DATE_MIN, time = 0;
    entry_time(p, packed, &date, &time);
    return jpk_writer_add(writer, packed->name, text, size, date, time, p->err);
}

static bool write_entity(struct packer *p, struct jpk_writer *writer, const struct packed *packed)
{
    struct buf text = {0};
    bool ok = pack_read(p, packed, &text) && write_text(p, writer, packed, buf_text(&text), text.size);
    buf_free(&text);
    return ok;
}

bool pack_write(struct packer *p, struct jpk_writer *writer, const struct packed *packed, const struct buf *text)
{
    uint16_t date = JPK_DOS_DATE_MIN, time = 0;
    if (text)
        return write_text(p, writer, packed, buf_text(text), text->size);
    switch (packed->source) {
    case FROM_TEXT:
        return write_text(p, writer, packed, packed->text, packed->size);
    case FROM_ENTITY:
        return write_entity(p, writer, packed);
    default:
        entry_time(p, packed, &date, &time);
        return jpk_writer_add_from(writer, packed->name, p->archive, packed->entry, date, time, p->err);
    }
}

static bool check_conflicts(const struct jpk_project *project, struct jpk_error *err)
{
    struct jpk_findings *conflicts = check_for_conflicts(project, err);
    bool ok = check_settled(conflicts, jpk_archive_name(project->archive), err);
    jpk_findings_free(conflicts);
    return ok;
}

bool jpk_pack(const struct jpk_project *project, const char *path, const struct jpk_pack_options *options,
              struct jpk_error *err)
{
    struct packer p;
    struct tree *tree = tree_of(project->archive);
    struct jpk_writer *writer = NULL;
    bool ok = pack_begin(&p, project, options ? options->kind : JPK_PACK_DEFAULT, NULL, err) &&
              check_conflicts(project, err) &&
              (writer = jpk_writer_open(path, options && options->force, err)) != NULL &&
              (!tree || tree_save(tree, err));
    for (size_t i = 0; ok && i < p.count; i++)
        ok = pack_write(&p, writer, &p.list[i], NULL);
    ok = ok && jpk_writer_commit(writer, err);
    jpk_writer_free(writer);
    pack_end(&p);
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
        ok = text.failed ? error_memory(p->err) : pack_note(p, text.data);
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
    bool ok = pack_begin(&p, project, options ? options->kind : JPK_PACK_DEFAULT, NULL, err) &&
              check_conflicts(project, err) && (!tree || note_hashes(&p));
    if (ok && tree)
        ok = (copy_strings(plan, &tree->added, &plan->added, &plan->public.added) &&
              copy_strings(plan, &tree->moved, &plan->moved, &plan->public.moved) &&
              copy_strings(plan, &tree->notes, &plan->notes, &plan->public.notes)) ||
             error_memory(err);
    ok = ok && (copy_strings(plan, &p.notes, &plan->notes, &plan->public.notes) || error_memory(err));
    plan->public.entries = p.count;
    pack_end(&p);
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
