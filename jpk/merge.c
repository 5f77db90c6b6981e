/* Merging projects of Design Studio: include/jpk/merge.h says how. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "jpk/archive.h"
#include "jpk/md5.h"
#include "jpk/merge_list.h"
#include "jpk/merge_project.h"
#include "jpk/merge_xml.h"
#include "jpk/metadata.h"
#include "jpk/secret_field.h"

/* ------------------------------------------------------------------------------------------------- the unit at hand */

static bool read_side(struct project_merge *p, const struct merge_unit *unit, enum merge_side side)
{
    struct jpk_archive *archive = p->side[side]->public.archive;
    if (unit->entry[side] == SIZE_MAX)
        return true;
    if (archive_read(archive, unit->entry[side], &p->bytes[side], p->err)) {
        p->translated[side] = !unit->outside && merge_translate(p, side, &p->bytes[side]);
        return true;
    }
    error_file(p->err, jpk_archive_name(archive));
    return false;
}

static bool has(const struct merge_unit *unit, enum merge_side side)
{
    return unit->entry[side] != SIZE_MAX;
}

static bool is_marked(const struct merge_unit *unit, enum merge_side side)
{
    return unit->item[side] && unit->item[side]->deleted;
}

bool merge_deletes(const struct merge_unit *unit, enum merge_side side)
{
    bool marks = is_marked(unit, side) && !is_marked(unit, MERGE_BASE);
    return has(unit, MERGE_BASE) && (marks || !has(unit, side));
}

static bool same(const struct project_merge *p, const struct merge_unit *unit, enum merge_side a, enum merge_side b)
{
    return has(unit, a) && has(unit, b) && buf_equal(&p->bytes[a], &p->bytes[b]);
}

/* Bytes are kept only where the archive does not have them: where ids were replaced. */
static void take(struct project_merge *p, struct merge_unit *unit, enum merge_side side)
{
    unit->there = true;
    unit->from = side;
    if (!p->translated[side])
        return;
    unit->text = arena_strndup(&p->m->arena, buf_text(&p->bytes[side]), p->bytes[side].size);
    unit->size = p->bytes[side].size;
    p->m->failed |= !unit->text;
}

static void put_text(struct project_merge *p, struct merge_unit *unit, const struct buf *out)
{
    unit->there = unit->merged = true;
    unit->from = p->m->main;
    unit->text = out->failed ? NULL : arena_strndup(&p->m->arena, buf_text(out), out->size);
    unit->size = out->size;
    p->m->failed |= !unit->text;
    p->m->public.both++;
}

void merge_about(struct project_merge *p, const struct merge_unit *unit)
{
    struct merging *m = p->m;
    const struct jpk_entity *item = unit->item[m->main];
    item = item ? item : unit->item[m->other] ? unit->item[m->other] : unit->item[MERGE_BASE];
    m->subject = (struct merge_subject){.path = unit->name};
    if (!item)
        return;
    char *path = jpk_entity_path(item);
    m->subject.path = path ? arena_strdup(&m->arena, path) : NULL;
    m->failed |= !m->subject.path;
    m->subject.type = item->type_name;
    m->subject.id = item->id;
    for (int side = 0; side < MERGE_SIDES; side++)
        m->subject.hides |= unit->item[side] && secret_entity(unit->item[side]);
    free(path);
}

static void clash(struct project_merge *p, enum jpk_merge_kind kind, enum merge_side kept)
{
    struct merge_clash c = {.kind = kind, .kept = merge_kept(kept)};
    merge_conflict(p->m, &c);
}

/* ------------------------------------------------------------------------------------------------ both changed it */

static bool is_text(const struct buf *bytes)
{
    size_t bad;
    return text_utf8(buf_text(bytes), bytes->size, &bad) && !memchr(buf_text(bytes), '\0', bytes->size);
}

static bool is_xml(const struct project_merge *p, const struct buf *bytes)
{
    struct arena arena = {0};
    struct intern intern = {.arena = &arena};
    struct xml_document document;
    struct xml_reader *reader = xml_reader_new(&arena, &intern, p->limits);
    struct jpk_error err = {0};
    bool ok = (reader || error_memory(&err)) && xml_read(reader, buf_text(bytes), bytes->size, &document, &err);
    p->m->failed |= err.code == JPK_ERR_MEMORY;
    xml_reader_free(reader);
    intern_free(&intern);
    arena_free(&arena);
    return ok;
}

/* By lines, if that leaves no conflict and what was XML is still. False: it cannot be. */
static bool merge_whole_lines(struct project_merge *p, const struct merge_unit *unit, struct buf *out)
{
    struct merging *m = p->m;
    struct merge_text texts[MERGE_SIDES];
    size_t noted = m->public.conflict_count;
    if (!has(unit, MERGE_BASE))
        return false;
    for (int side = 0; side < MERGE_SIDES; side++) {
        if (!is_text(&p->bytes[side]))
            return false;
        texts[side] = (struct merge_text){buf_text(&p->bytes[side]), p->bytes[side].size, false};
    }
    merge_lines(m, texts, out);
    bool clean = m->public.conflict_count == noted && !m->failed;
    m->public.conflict_count = noted;
    return clean && (!is_xml(p, &p->bytes[m->main]) || is_xml(p, out));
}

static enum xml_style style_of(const struct merge_unit *unit)
{
    return unit->role == ENTRY_METADATA ? XML_STYLE_METADATA
           : unit->role == ENTRY_STATE  ? XML_STYLE_STATE
                                        : XML_STYLE_ENTITY;
}

static bool is_state(const struct merge_unit *unit)
{
    return unit->role == ENTRY_CACHE || unit->role == ENTRY_SETTINGS || unit->role == ENTRY_TEST_FILE ||
           (unit->role == ENTRY_STATE && strcmp(unit->name, "ui.xml") == 0);
}

/* False: neither side can be merged into the other. */
static bool merge_contents(struct project_merge *p, const struct merge_unit *unit, const struct buf *const files[],
                           struct buf *out)
{
    struct merging *m = p->m;
    bool xml = unit->role == ENTRY_ENTITY || unit->role == ENTRY_METADATA || unit->role == ENTRY_STATE;
    if (unit->role == ENTRY_PROPERTIES) {
        merge_properties(m, files, out);
        return true;
    }
    if (strcmp(unit->name, "files/.filestoupload") == 0) {
        merge_line_set(m, files, out);
        return true;
    }
    if (xml && merge_xml(m, files, style_of(unit), p->limits, out))
        return true;
    buf_clear(out);
    return merge_whole_lines(p, unit, out);
}

static void merge_both(struct project_merge *p, struct merge_unit *unit)
{
    struct merging *m = p->m;
    const struct buf *files[MERGE_SIDES];
    for (int side = 0; side < MERGE_SIDES; side++)
        files[side] = has(unit, (enum merge_side)side) ? &p->bytes[side] : NULL;
    if (is_state(unit)) {
        take(p, unit, m->main);
        return;
    }
    buf_clear(&p->out);
    if (merge_contents(p, unit, files, &p->out)) {
        put_text(p, unit, &p->out);
        return;
    }
    clash(p, has(unit, MERGE_BASE) ? JPK_MERGE_FILE : JPK_MERGE_ADDED, m->main);
    take(p, unit, m->main);
    m->public.both++;
}

/* ----------------------------------------------------------------------------------------------------- one has none */

/* Files that only some forms of a project have follow the form. */
static bool goes_with_form(const struct project_merge *p, const struct merge_unit *unit)
{
    enum jpk_shape shape = p->side[MERGE_OURS]->public.shape;
    return unit->role == ENTRY_PROPERTIES &&
           (shape != p->side[MERGE_BASE]->public.shape || shape != p->side[MERGE_THEIRS]->public.shape);
}

/* One side has deleted what the other one has, which the base has too. */
static void merge_deleted(struct project_merge *p, struct merge_unit *unit, enum merge_side left)
{
    struct merging *m = p->m;
    enum merge_side gone = left == m->main ? m->other : m->main;
    if (unit->kept) {
        take(p, unit, left);
        return;
    }
    if (goes_with_form(p, unit)) {
        if (left == MERGE_OURS)
            take(p, unit, left);
        return;
    }
    bool alike = same(p, unit, MERGE_BASE, left) ||
                 (unit->role == ENTRY_ENTITY && merge_xml_alike(m, &p->bytes[MERGE_BASE], &p->bytes[left], p->limits));
    enum merge_side kept = alike ? gone : merge_favors(m) && !is_state(unit) ? m->main : left;
    unit->told = !alike && !is_state(unit);
    if (unit->told)
        clash(p, JPK_MERGE_DELETED, kept);
    if (has(unit, kept)) /* with its mark, if that is how it was deleted */
        take(p, unit, kept);
}

static void decide(struct project_merge *p, struct merge_unit *unit)
{
    struct merging *m = p->m;
    bool deleted = merge_deletes(unit, m->main);
    if (deleted != merge_deletes(unit, m->other)) {
        merge_deleted(p, unit, deleted ? m->other : m->main);
        return;
    }
    if (has(unit, m->main) && has(unit, m->other)) {
        if (same(p, unit, m->main, m->other) || same(p, unit, MERGE_BASE, m->other))
            take(p, unit, m->main);
        else if (same(p, unit, MERGE_BASE, m->main))
            take(p, unit, m->other);
        else
            merge_both(p, unit);
        return;
    }
    enum merge_side left = deleted || has(unit, m->main) ? m->main : m->other;
    if (has(unit, left) && (!goes_with_form(p, unit) || left == MERGE_OURS))
        take(p, unit, left);
}

/* Whether a side has something else than the base. */
static bool changed(const struct project_merge *p, const struct merge_unit *unit, enum merge_side side)
{
    return has(unit, side) != has(unit, MERGE_BASE) || (has(unit, side) && !same(p, unit, MERGE_BASE, side));
}

/* What ours alone can have, and what says when a workspace was opened, nobody has changed. */
static bool is_counted(const struct project_merge *p, const struct merge_unit *unit)
{
    return !unit->outside || (merge_has_outside(p) && unit->role != ENTRY_PROPERTIES);
}

static bool merge_unit(struct project_merge *p, struct merge_unit *unit)
{
    for (int side = 0; side < MERGE_SIDES; side++)
        if (!read_side(p, unit, (enum merge_side)side))
            return false;
    unit->there = unit->merged = unit->told = unit->wanted = false;
    unit->text = NULL;
    merge_about(p, unit);
    if (unit->role == ENTRY_PROJECT) {
        if (!has(unit, MERGE_OURS) || !has(unit, MERGE_THEIRS))
            return error_set(p->err, JPK_ERR_FORMAT, "has no project.xml beside its items");
        return true; /* when all others are known */
    }
    decide(p, unit);
    if (is_counted(p, unit) && !unit->merged && !is_state(unit)) {
        bool ours = changed(p, unit, MERGE_OURS), theirs = changed(p, unit, MERGE_THEIRS);
        p->m->public.from_ours += ours && !theirs;
        p->m->public.from_theirs += theirs && !ours;
    }
    return !p->m->failed;
}

/* -------------------------------------------------------------------------------------- what depends on other units */

static struct merge_unit *find_file(const struct project_merge *p, const char *name)
{
    uint32_t at = map_get(&p->by_key, name, strlen(name));
    return at == MAP_NONE ? NULL : &p->units[at];
}

static bool is_as_on(const struct merge_unit *unit, enum merge_side side)
{
    return unit->there == has(unit, side) &&
           (!unit->there || merge_deletes(unit, unit->from) == merge_deletes(unit, side));
}

/* Whether a side has just the items that the result has. */
static bool has_all_items(const struct project_merge *p, enum merge_side side)
{
    for (size_t i = 0; i < p->count; i++)
        if (merge_is_item(&p->units[i]) && !is_as_on(&p->units[i], side))
            return false;
    return true;
}

/* What one side alone changed, if it lists what the result has: a side may list items that it has no file for. */
static bool take_outline(struct project_merge *p, struct merge_unit *unit)
{
    const enum merge_side sides[] = {p->m->main, p->m->other};
    for (int i = 0; i < 2; i++) {
        bool alone = same(p, unit, MERGE_BASE, sides[!i]) || same(p, unit, sides[i], sides[!i]);
        if (alone && has_all_items(p, sides[i])) {
            take(p, unit, sides[i]);
            return true;
        }
    }
    return false;
}

static bool merge_project_file(struct project_merge *p)
{
    struct merge_unit *unit = find_file(p, "project.xml");
    const struct buf *files[MERGE_SIDES];
    if (!unit)
        return error_set(p->err, JPK_ERR_FORMAT, "has no project.xml beside its items");
    for (int side = 0; side < MERGE_SIDES; side++) {
        if (!read_side(p, unit, (enum merge_side)side))
            return false;
        files[side] = has(unit, (enum merge_side)side) ? &p->bytes[side] : NULL;
    }
    if (take_outline(p, unit))
        return !p->m->failed;
    buf_clear(&p->out);
    p->m->subject = (struct merge_subject){.path = "project.xml"};
    if (!merge_outline(p, files, &p->out))
        return p->m->failed
                   ? false
                   : error_set(p->err, JPK_ERR_FORMAT, "cannot be merged: its project.xml is not what it must be");
    /* When it says what a side has, that side's bytes stay. */
    for (int i = 0; i < 2; i++) {
        enum merge_side side = i == 0 ? p->m->main : p->m->other;
        if (buf_equal(&p->out, &p->bytes[side])) {
            take(p, unit, side);
            return !p->m->failed;
        }
    }
    put_text(p, unit, &p->out);
    return !p->m->failed;
}

/* The files of folders and items that are listed, although one side deleted them. */
static bool take_wanted(struct project_merge *p)
{
    for (size_t i = 0; i < p->count; i++) {
        struct merge_unit *unit = &p->units[i];
        enum merge_side left = merge_deletes(unit, p->m->main) ? p->m->other : p->m->main;
        if (!unit->wanted || !has(unit, left))
            continue;
        if (!read_side(p, unit, left))
            return false;
        unit->text = NULL;
        take(p, unit, left);
    }
    return true;
}

/* A file that was merged, for files/.metadata. */
struct merged_file {
    struct project_merge *p;
    struct metadata_file file;
};

static const struct metadata_file *find_merged(void *context, const char *name)
{
    struct merged_file *found = context;
    struct buf path = {0};
    buf_printf(&path, "files/%s", name);
    const struct merge_unit *unit = find_file(found->p, buf_text(&path));
    bool merged = !path.failed && unit && unit->there && unit->merged;
    found->p->m->failed |= path.failed;
    buf_free(&path);
    if (merged)
        md5_hex(unit->text, unit->size, found->file.md5);
    return merged ? &found->file : NULL;
}

/* Files that were merged have a checksum that neither side knew. */
static void correct_metadata(struct project_merge *p)
{
    struct merge_unit *unit = find_file(p, "files/.metadata");
    if (!unit || !unit->there)
        return;
    bool any = false;
    for (size_t i = 0; i < p->count; i++)
        any |= p->units[i].role == ENTRY_FILE && p->units[i].merged;
    if (!any)
        return;
    if (!unit->text && !read_side(p, unit, unit->from))
        return;
    struct buf out = {0};
    struct merged_file found = {p, {.before = SIZE_MAX}};
    const struct buf *bytes = &p->bytes[unit->from];
    metadata_correct(unit->text ? unit->text : buf_text(bytes), unit->text ? unit->size : bytes->size, find_merged,
                     &found, &out);
    p->m->failed |= out.failed;
    unit->text = p->m->failed ? NULL : arena_strndup(&p->m->arena, buf_text(&out), out.size);
    unit->size = out.size;
    p->m->failed |= !unit->text;
    buf_free(&out);
}

/* ------------------------------------------------------------------------------------------------------- all of it */

/* The folder that the project's files lie in: the name of a Jitterpak's may change like anything else. */
static const char *choose_base(const struct project_merge *p)
{
    enum merge_side main = p->m->main, other = p->m->other;
    for (int side = 0; side < MERGE_SIDES; side++)
        if (p->side[side]->public.shape != JPK_SHAPE_ARCHIVE)
            return p->base[MERGE_OURS];
    return strcmp(p->base[MERGE_BASE], p->base[main]) == 0 ? p->base[other] : p->base[main];
}

static bool make(struct project_merge *p)
{
    struct merging *m = p->m;
    m->public.conflict_count = m->public.from_ours = m->public.from_theirs = m->public.both = 0;
    for (size_t i = 0; i < p->count; i++)
        if (!merge_unit(p, &p->units[i]))
            return false;
    if (!merge_project_file(p) || !take_wanted(p))
        return false;
    correct_metadata(p);
    return !m->failed;
}

static bool run(struct project_merge *p)
{
    struct merging *m = p->m;
    bool again = true;
    if (!merge_match(p))
        return false;
    while (again) {
        again = false;
        jpk_archive_free(m->public.archive);
        m->public.archive = NULL;
        if (!make(p) || !(m->public.archive = merge_archive(p)) || !merge_check(p, m->public.archive, &again))
            return false;
    }
    merge_report_finish(m);
    return !m->failed;
}

struct jpk_merge *jpk_merge_projects(const struct jpk_project *base, const struct jpk_project *ours,
                                     const struct jpk_project *theirs, const struct jpk_merge_options *options,
                                     struct jpk_error *err)
{
    const struct jpk_project *const sides[] = {base, ours, theirs};
    struct jpk_error local = {0};
    struct project_merge p = {.err = &local};
    for (int side = 0; side < MERGE_SIDES; side++) {
        p.side[side] = (const struct project *)sides[side];
        p.base[side] = sides[side]->base;
        if (p.side[side]->slim) {
            error_set(err, JPK_ERR_USAGE, "the project was made slim; it must be merged before");
            return NULL;
        }
    }
    p.limits = &p.side[MERGE_OURS]->limits;
    p.m = merge_begin(options, err);
    if (!p.m)
        return NULL;
    p.result_base = choose_base(&p);
    bool ok = run(&p);
    if (!ok && p.m->failed && local.code == JPK_OK)
        error_memory(&local);
    error_file(&local, jpk_archive_name(ours->archive));
    if (!ok)
        error_pass(err, &local, NULL);
    for (int side = 0; side < MERGE_SIDES; side++) {
        map_free(&p.ids[side]);
        buf_free(&p.bytes[side]);
    }
    map_free(&p.by_key);
    buf_free(&p.out);
    free(p.units);
    free(p.new_ids);
    if (ok)
        return &p.m->public;
    jpk_merge_free(&p.m->public);
    return NULL;
}
