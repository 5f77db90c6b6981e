/*
 * A base and two sides: Jitterpaks, exports, or files that are merged by themselves. A side that is not there is the
 * base. What one side alone did is the result, a merge the other way round is the same, and what is wrong is told.
 */
#include "jpk/merge.h"
#include "base/buf.h"
#include "tests/fuzz/fuzz.h"

FUZZ_MUTATOR(fuzz_mutate);

enum { BASE, OURS, THEIRS, SIDES };

struct sides {
    char *text[SIDES];
    size_t size[SIDES];
    struct fuzz_project project[SIDES];
    const char *folder[SIDES]; /* of the projects, in their archives */
    struct jpk_cloud *cloud[SIDES];
    const char *file; /* what the texts are, when they are merged by themselves */
};

static struct jpk_merge *merge(const struct sides *s, int base, int ours, int theirs, enum jpk_merge_favor favor,
                               struct jpk_error *err)
{
    struct jpk_merge_options options = {.favor = favor};
    if (s->file) {
        const struct jpk_merge_version versions[] = {
            {s->text[base], s->size[base]}, {s->text[ours], s->size[ours]}, {s->text[theirs], s->size[theirs]}};
        return jpk_merge_file(s->file, versions, &options, err);
    }
    if (s->cloud[BASE])
        return jpk_merge_clouds(s->cloud[base], s->cloud[ours], s->cloud[theirs], &options, err);
    return jpk_merge_projects(s->project[base].project, s->project[ours].project, s->project[theirs].project, &options,
                              err);
}

/* ---------------------------------------------------------------------------------------------------- what is merged
 */

/* Where entries of the project are: below a folder that may have another name on each side. All else is that of ours.
 */
struct place {
    struct jpk_archive *archive;
    const char *folder;
};

/* What an entry is called below the folder; NULL: it is not there. */
static const char *name_in(const struct place *place, size_t entry)
{
    const char *name = jpk_archive_entry(place->archive, entry)->name;
    size_t n = strlen(place->folder);
    return strncmp(name, place->folder, n) == 0 ? name + n : NULL;
}

static size_t count_in(const struct place *place)
{
    size_t count = 0;
    for (size_t i = 0; i < jpk_archive_count(place->archive); i++)
        count += name_in(place, i) != NULL;
    return count;
}

static void read_entry(const struct place *place, const char *name, void **data, size_t *size)
{
    struct buf full = {0};
    struct jpk_error err = {0};
    buf_printf(&full, "%s%s", place->folder, name);
    size_t at = jpk_archive_find(place->archive, buf_text(&full));
    buf_free(&full);
    HOLDS(at != SIZE_MAX, "there is no '%s'", name);
    HOLDS(jpk_archive_read(place->archive, at, data, size, &err), "'%s' cannot be read: %s", name, err.message);
}

static void same_archives(const char *what, const struct place *a, const struct place *b)
{
    HOLDS(count_in(a) == count_in(b), "%s: %zu entries, not %zu", what, count_in(a), count_in(b));
    for (size_t i = 0; i < jpk_archive_count(a->archive); i++) {
        const char *name = name_in(a, i);
        void *data = NULL, *other = NULL;
        size_t size = 0, other_size = 0;
        if (!name)
            continue;
        read_entry(a, name, &data, &size);
        read_entry(b, name, &other, &other_size);
        fuzz_same(name, data, size, other, other_size);
        free(data);
        free(other);
    }
}

static struct place place_of(const struct sides *s, int side)
{
    return (struct place){s->project[side].archive, s->folder[side]};
}

/* The folder of a result: what one side alone did to its name counts too. */
static struct place merged_place(const struct sides *s, const struct jpk_merge *merged, int ours, int theirs)
{
    struct place place = {merged->archive, s->folder[ours]};
    if (count_in(&place) == 0)
        place.folder = s->folder[theirs];
    return place;
}

static void same_as_side(const char *what, const struct sides *s, const struct jpk_merge *merged, const int *sides,
                         int side)
{
    if (merged->archive) {
        struct place there = place_of(s, side), result = merged_place(s, merged, sides[OURS], sides[THEIRS]);
        same_archives(what, &result, &there);
    } else {
        fuzz_same(what, merged->text, merged->size, s->text[side], s->size[side]);
    }
}

/* What lies beside the project of one side may lie in that of another. */
static bool moved(const struct sides *s)
{
    return s->folder[BASE] &&
           (strcmp(s->folder[BASE], s->folder[OURS]) != 0 || strcmp(s->folder[BASE], s->folder[THEIRS]) != 0);
}

static void same_merges(const char *what, const struct sides *s, const struct jpk_merge *a, const struct jpk_merge *b)
{
    HOLDS(a->conflict_count == b->conflict_count || moved(s), "%s: %zu conflicts, and %zu", what, a->conflict_count,
          b->conflict_count);
    if (a->archive) {
        struct place one = merged_place(s, a, OURS, THEIRS), other = merged_place(s, b, OURS, THEIRS);
        same_archives(what, &one, &other);
    } else {
        fuzz_same(what, a->text, a->size, b->text, b->size);
    }
}

/* --------------------------------------------------------------------------------------------------------- the report
 */

static void check_value(const struct jpk_merge_value *value)
{
    HOLDS(!value->hidden || !value->text, "a hidden value is told: %s", value->text);
}

static void check_report(const struct jpk_merge *merged, enum jpk_merge_favor favor)
{
    size_t left = 0;
    for (size_t i = 0; i < merged->conflict_count; i++) {
        const struct jpk_merge_conflict *conflict = &merged->conflicts[i];
        HOLDS(conflict->kind <= JPK_MERGE_CHECK && conflict->kept <= JPK_MERGE_KEPT_BOTH, "conflict %zu", i);
        HOLDS(conflict->path && conflict->field, "a conflict without a place");
        HOLDS((conflict->kind == JPK_MERGE_CHECK) == (conflict->message != NULL), "a message of the kind %s",
              jpk_merge_kind_name(conflict->kind));
        HOLDS(favor == JPK_MERGE_MARK || conflict->line == 0, "a mark, although a side is favored");
        check_value(&conflict->base);
        check_value(&conflict->ours);
        check_value(&conflict->theirs);
        left += !conflict->settled;
    }
    HOLDS(left == merged->left, "%zu conflicts are left, not %zu", left, merged->left);
}

static size_t errors_of(struct jpk_findings *findings, const char *rule)
{
    size_t count = 0;
    HOLDS(findings, "no check");
    for (size_t i = 0; i < findings->count; i++)
        count += findings->items[i].severity == JPK_ERROR && strcmp(findings->items[i].rule, rule) == 0;
    return count;
}

static bool has(const struct jpk_findings *findings, const struct jpk_finding *finding)
{
    for (size_t i = 0; i < findings->count; i++)
        if (strcmp(findings->items[i].rule, finding->rule) == 0 &&
            strcmp(findings->items[i].message, finding->message) == 0)
            return true;
    return false;
}

/* An error that is new is a conflict; one of an item that is there twice may be there twice. Takes the findings: of the
 * result, ours and theirs. */
static void check_errors(struct jpk_findings *const findings[SIDES], const struct jpk_merge *merged)
{
    HOLDS(findings[BASE] && findings[OURS] && findings[THEIRS], "no check");
    for (size_t i = 0; merged->conflict_count == 0 && i < findings[BASE]->count; i++) {
        const struct jpk_finding *finding = &findings[BASE]->items[i];
        if (finding->severity == JPK_ERROR && !has(findings[OURS], finding) && !has(findings[THEIRS], finding))
            HOLDS(errors_of(findings[BASE], finding->rule) <=
                      errors_of(findings[OURS], finding->rule) + errors_of(findings[THEIRS], finding->rule),
                  "untold: %s: %s [%s]", finding->file, finding->message, finding->rule);
    }
    for (size_t i = 0; i < SIDES; i++)
        jpk_findings_free(findings[i]);
}

static void load_project(const struct sides *s, const struct jpk_merge *merged)
{
    struct jpk_error err = {0};
    const struct fuzz_project *ours = &s->project[OURS], *theirs = &s->project[THEIRS];
    struct jpk_project *project = jpk_project_load(merged->archive, NULL, JPK_KEEP_GOING, &err);
    struct jpk_graph *graph = project ? jpk_graph_build(project, &err) : NULL;
    HOLDS(graph, "the result does not load: %s: %s", err.entry, err.message);
    struct jpk_findings *findings[] = {jpk_check(project, graph, &err), jpk_check(ours->project, ours->graph, &err),
                                       jpk_check(theirs->project, theirs->graph, &err)};
    check_errors(findings, merged);
    jpk_graph_free(graph);
    jpk_project_free(project);
}

static void load_cloud(const struct sides *s, const struct jpk_merge *merged)
{
    struct jpk_limits limits = fuzz_limits();
    struct jpk_error err = {0};
    struct jpk_cloud *cloud = jpk_cloud_load(merged->text, merged->size, "merged.json", &limits, &err);
    HOLDS(cloud, "the result does not load: %u:%u: %s", err.line, err.column, err.message);
    struct jpk_findings *findings[] = {jpk_cloud_check(cloud, &err), jpk_cloud_check(s->cloud[OURS], &err),
                                       jpk_cloud_check(s->cloud[THEIRS], &err)};
    check_errors(findings, merged);
    jpk_cloud_free(cloud);
}

/* -------------------------------------------------------------------------------------------------------------- laws
 */

/* What one side alone did, or both did alike, is the result. */
static void check_side(const struct sides *s, int side)
{
    const int sides[][SIDES] = {{BASE, side, side}, {BASE, side, BASE}, {BASE, BASE, side}};
    static const char *const laws[] = {"both sides alike", "ours alone", "theirs alone"};
    for (size_t i = 0; i < SIDES; i++)
        for (int favor = JPK_MERGE_MARK; favor <= JPK_MERGE_THEIRS; favor += JPK_MERGE_THEIRS) {
            struct jpk_error err = {0};
            struct jpk_merge *merged =
                merge(s, sides[i][BASE], sides[i][OURS], sides[i][THEIRS], (enum jpk_merge_favor)favor, &err);
            if (merged) {
                HOLDS(merged->conflict_count == 0, "%s: a conflict at %s: %s", laws[i], merged->conflicts[0].path,
                      merged->conflicts[0].field);
                same_as_side(laws[i], s, merged, sides[i], side);
            } else {
                fuzz_error(&err, SIZE_MAX);
                /* A folder that was renamed may come to lie over what others have put there. */
                bool renamed = s->project[BASE].project && strcmp(s->folder[BASE], s->folder[side]) != 0;
                HOLDS(err.code != JPK_ERR_FORMAT || renamed, "%s: %s", laws[i], err.message);
            }
            jpk_merge_free(merged);
        }
}

/* An entry beside the project's folder: those of ours are taken along, those of theirs are never read. */
static bool outside(const struct sides *s, int side, const struct jpk_error *err)
{
    const char *folder = s->folder[side];
    return folder && err->entry[0] && strncmp(err->entry, folder, strlen(folder)) != 0;
}

static void check_both(const struct sides *s)
{
    struct jpk_error err = {0}, other_err = {0}, back_err = {0};
    struct jpk_merge *marked = merge(s, BASE, OURS, THEIRS, JPK_MERGE_MARK, &err);
    struct jpk_merge *ours = merge(s, BASE, OURS, THEIRS, JPK_MERGE_OURS, &other_err);
    struct jpk_merge *back = merge(s, BASE, THEIRS, OURS, JPK_MERGE_THEIRS, &back_err);
    HOLDS(!ours == !back || outside(s, OURS, &other_err) || outside(s, THEIRS, &back_err), "%s: %s%s",
          ours ? "not the other way round" : "only the other way round", other_err.message, back_err.message);
    if (marked)
        check_report(marked, JPK_MERGE_MARK);
    else
        fuzz_error(&err, SIZE_MAX);
    if (marked && !s->file)
        (s->cloud[BASE] ? load_cloud : load_project)(s, marked);
    if (ours && back) {
        check_report(ours, JPK_MERGE_OURS);
        same_merges("the other way round", s, ours, back);
    }
    if (ours && marked && marked->conflict_count == 0)
        same_merges("without a conflict", s, ours, marked);
    jpk_merge_free(marked);
    jpk_merge_free(ours);
    jpk_merge_free(back);
}

static void check(const struct sides *s)
{
    check_side(s, OURS);
    check_side(s, THEIRS);
    check_both(s);
}

/* ------------------------------------------------------------------------------------------------------------ inputs
 */

static void projects(struct sides *s)
{
    bool there = true;
    for (int i = 0; i < SIDES && there; i++) {
        there = fuzz_project_open(&s->project[i], s->text[i], s->size[i], 0);
        s->folder[i] = there ? s->project[i].project->base : "";
    }
    if (there)
        check(s);
    for (int i = 0; i < SIDES; i++)
        fuzz_project_free(&s->project[i]);
}

static bool exports(struct sides *s)
{
    struct jpk_limits limits = fuzz_limits();
    bool there = true;
    for (int i = 0; i < SIDES && there; i++)
        there = (s->cloud[i] = jpk_cloud_load(s->text[i], s->size[i], "t.json", &limits, NULL)) != NULL;
    if (there)
        check(s);
    for (int i = 0; i < SIDES; i++) {
        jpk_cloud_free(s->cloud[i]);
        s->cloud[i] = NULL;
    }
    return there;
}

static void files(struct sides *s)
{
    static const char *const names[] = {"jpk-index.jsonl", "project.xml", "files/.metadata", "environment.properties"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        s->file = names[i];
        check(s);
    }
}

/* Parts that are not there are the base. */
static void read_sides(struct sides *s, const char *data, size_t size)
{
    for (int i = 0; i < SIDES; i++) {
        const char *between = i < THEIRS && size ? memmem(data, size, FUZZ_BETWEEN, strlen(FUZZ_BETWEEN)) : NULL;
        size_t n = between ? (size_t)(between - data) : size;
        s->size[i] = n || i == BASE ? n : s->size[BASE];
        s->text[i] = n || i == BASE ? fuzz_copy(data, n) : fuzz_copy(s->text[BASE], s->size[BASE]);
        data += between ? n + strlen(FUZZ_BETWEEN) : n;
        size -= between ? n + strlen(FUZZ_BETWEEN) : n;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sides s = {0};
    read_sides(&s, (const char *)data, size);
    if (s.size[BASE] > 1 && memcmp(s.text[BASE], "PK", 2) == 0)
        projects(&s);
    else if (s.text[BASE][0] != '{' || !exports(&s))
        files(&s);
    for (int i = 0; i < SIDES; i++)
        free(s.text[i]);
    return 0;
}
