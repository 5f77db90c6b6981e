/* What an archive is made of that is packed from a project: the entries, by name. */
#ifndef JPK_PACK_LIST_H
#define JPK_PACK_LIST_H

#include "base/buf.h"
#include "base/map.h"
#include "base/strings.h"
#include "jpk/tree.h"

enum packed_source { FROM_ENTRY, FROM_ENTITY, FROM_TEXT };

struct packed {
    const char *name;
    size_t entry; /* of the project's archive; SIZE_MAX: it has none */
    enum packed_source source;
    const struct jpk_entity *entity; /* FROM_ENTITY: NULL when the project could not read it */
    const char *text;                /* FROM_TEXT */
    size_t size;
};

struct packer {
    const struct jpk_project *project;
    struct jpk_archive *archive;
    enum jpk_pack_kind kind;
    const char *name; /* of the project that is made */
    const char *top;  /* before the names of its entries */
    struct packed *list;
    size_t count, capacity;
    struct arena arena;
    struct strings notes;
    struct map by_file; /* name of an entry -> index of the entity */
    size_t test_files;
    struct jpk_error *err;
};

/* Makes the list. `name` is the project's new name; NULL: its own. pack_end in any case. */
bool pack_begin(struct packer *p, const struct jpk_project *project, enum jpk_pack_kind kind, const char *name,
                struct jpk_error *err);
void pack_end(struct packer *p);

/* Puts the entries in order again, after names have changed. */
void pack_sort(struct packer *p);

/* A sentence for the plan. */
bool pack_note(struct packer *p, const char *sentence);

/* The text of a new jitterpak.properties (jpk/pack_properties.c). */
bool pack_put_jitterpak(struct packer *p, struct buf *out);

/* The bytes of a packed entry, as they are written; `out` is emptied first. */
bool pack_read(struct packer *p, const struct packed *packed, struct buf *out);

/* Adds an entry to the archive; with `text` that in place of its own bytes. */
bool pack_write(struct packer *p, struct jpk_writer *writer, const struct packed *packed, const struct buf *text);

#endif
