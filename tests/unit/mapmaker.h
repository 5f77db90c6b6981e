/* Maps of migrations for tests, in a folder of their own. */
#ifndef TESTS_MAPMAKER_H
#define TESTS_MAPMAKER_H

#include "migrate/map.h"
#include "tests/unit/projectmaker.h"

static char mm_root[64];

static inline int mm_set_up(void **state)
{
    (void)state;
    pm_temporary(mm_root);
    return 0;
}

static inline int mm_tear_down(void **state)
{
    (void)state;
    pm_remove(mm_root);
    return 0;
}

/* Writes a file, and gives its path. */
static inline const char *mm_make(const char *name, const char *text, size_t n)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", mm_root, name);
    assert_true(file_write(path, text, n, true, NULL));
    return path;
}

/* The map of a text that must be in order. */
static inline struct migrate_map *mm_read(const char *name, const char *text, size_t n)
{
    struct jpk_error err = {0};
    struct migrate_map *map = map_read(mm_make(name, text, n), &err);
    if (!map)
        fail_msg("%.2000s\n%u:%u: %s", text, (unsigned)err.line, (unsigned)err.column, err.message);
    assert_int_equal(err.code, JPK_OK);
    return map;
}

#endif
