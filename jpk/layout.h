/* Where the project lies among the entries of an archive or folder. */
#ifndef JPK_LAYOUT_H
#define JPK_LAYOUT_H

#include "base/arena.h"
#include "jpk/jpk.h"

struct layout {
    enum jpk_shape shape;
    const char *base; /* before the names of the project's entries */
    size_t project;   /* the index of project.xml */
    size_t manifest;  /* of manifest.jip; SIZE_MAX for none */
};

/* Finds the project, choosing among environments as jpk_project_load says. Strings live in `arena`. */
bool layout_find(struct jpk_archive *archive, const char *environment, struct arena *arena, struct layout *out,
                 struct jpk_error *err);

/* How many projects an archive or folder holds. */
size_t layout_count(const struct jpk_archive *archive);

/* The environment whose folder a base ends with, of `n` bytes: "123" in "env-123/". NULL: it is called otherwise. */
const char *layout_environment(const char *base, size_t *n);

/* What an entry below the base is. */
enum entry_role {
    ENTRY_PROJECT,    /* project.xml */
    ENTRY_ENTITY,     /* Data/<type>/<guid>.xml, or <guid>.xml in a flat folder */
    ENTRY_STATE,      /* deleted.xml, plugins.xml, ui.xml */
    ENTRY_PROPERTIES, /* *.properties, manifest.jip */
    ENTRY_METADATA,   /* files/.metadata */
    ENTRY_FILE,       /* files/... */
    ENTRY_CACHE,      /* cache/... */
    ENTRY_SETTINGS,   /* settings/...: user-interface state in SQLite */
    ENTRY_TEST_FILE,  /* testfiles/... */
    ENTRY_UNKNOWN
};

/* `name` is relative to the base. */
enum entry_role entry_role_of(enum jpk_shape shape, const char *name);

#endif
