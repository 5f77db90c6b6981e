/* Two projects or two exports: what differs is told, the other way round too, and nothing differs from itself. */
#include "jpk/diff.h"
#include "tests/fuzz/fuzz.h"

FUZZ_MUTATOR(fuzz_mutate);

static void check_change(const struct jpk_diff_change *change)
{
    bool added = change->what & JPK_DIFF_ADDED, removed = change->what & JPK_DIFF_REMOVED;
    HOLDS(change->what != 0 && !(added && removed), "what has happened is %u", change->what);
    HOLDS(added || change->old_path, "no old path");
    HOLDS(removed || change->new_path, "no new path");
    for (size_t i = 0; i < change->field_count; i++) {
        const struct jpk_diff_field *field = &change->fields[i];
        HOLDS(field->path, "a field without a path");
        HOLDS(field->kind != JPK_DIFF_FIELD_TEXT || field->hunk_count > 0, "a text without hunks at %s", field->path);
        HOLDS(!(field->old_hidden && field->old_value) && !(field->new_hidden && field->new_value),
              "a hidden value is told at %s", field->path);
    }
}

static size_t count(const struct jpk_diff *diff, enum jpk_diff_what what)
{
    size_t n = 0;
    for (size_t i = 0; i < diff->change_count; i++)
        n += (diff->changes[i].what & what) != 0;
    return n;
}

/* What was added is removed the other way round. NULL: a file cannot be read. */
static void check_both(struct jpk_diff *there, struct jpk_diff *back, bool same, const struct jpk_error *err)
{
    if (!there || !back) {
        fuzz_error(err, SIZE_MAX);
    } else {
        HOLDS(!same || there->change_count == 0, "%zu differences from itself, first in %s", there->change_count,
              there->change_count && there->changes[0].old_path ? there->changes[0].old_path : "what is new");
        for (size_t i = 0; i < there->change_count; i++)
            check_change(&there->changes[i]);
        HOLDS((there->change_count == 0) == (back->change_count == 0), "%zu differences, and %zu the other way",
              there->change_count, back->change_count);
        HOLDS(count(there, JPK_DIFF_ADDED) + count(back, JPK_DIFF_ADDED) ==
                  count(there, JPK_DIFF_REMOVED) + count(back, JPK_DIFF_REMOVED),
              "%zu are added and %zu removed, the other way %zu and %zu", count(there, JPK_DIFF_ADDED),
              count(there, JPK_DIFF_REMOVED), count(back, JPK_DIFF_ADDED), count(back, JPK_DIFF_REMOVED));
    }
    jpk_diff_free(there);
    jpk_diff_free(back);
}

static void projects(const char *first, size_t n, const char *second, size_t m)
{
    struct fuzz_project a, b;
    struct jpk_error err = {0};
    bool there = fuzz_project_open(&a, first, n, JPK_KEEP_GOING);
    if (fuzz_project_open(&b, second, m, JPK_KEEP_GOING) && there)
        check_both(jpk_diff_projects(a.project, b.project, NULL, &err),
                   jpk_diff_projects(b.project, a.project, NULL, &err), n == m && memcmp(first, second, n) == 0, &err);
    fuzz_project_free(&a);
    fuzz_project_free(&b);
}

static void exports(const char *first, size_t n, const char *second, size_t m)
{
    struct jpk_limits limits = fuzz_limits();
    struct jpk_error err = {0};
    struct jpk_cloud *a = jpk_cloud_load(first, n, "a.json", &limits, NULL);
    struct jpk_cloud *b = jpk_cloud_load(second, m, "b.json", &limits, NULL);
    if (a && b)
        check_both(jpk_diff_clouds(a, b, NULL, &err), jpk_diff_clouds(b, a, NULL, &err),
                   n == m && memcmp(first, second, n) == 0, &err);
    jpk_cloud_free(a);
    jpk_cloud_free(b);
}

static void compare(const char *first, size_t n, const char *second, size_t m)
{
    if (n > 1 && memcmp(first, "PK", 2) == 0)
        projects(first, n, second, m);
    else
        exports(first, n, second, m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *first, *second;
    size_t n, m;
    fuzz_halves(data, size, &first, &n, &second, &m);
    compare(first, n, second, m);
    compare(first, n, first, n);
    free(first);
    free(second);
    return 0;
}
