/*
 * An entity's file taken apart for people, and put together again: scripts, queries, SQL and mappings become texts of
 * their own, and what is left is the file with empty elements in their places. Nothing else of its bytes changes, so an
 * edit of one text changes that text in the entity and nothing else.
 */
#ifndef JPK_PIECES_H
#define JPK_PIECES_H

#include "base/buf.h"
#include "base/error.h"

/* A text of an entity. */
struct piece {
    char suffix[24];       /* behind the stem of the entity's files: ".jb", ".map", "~2.where.sql" */
    const char *other;     /* another ending that the same text may have (".js" for ".jb"), or NULL */
    struct buf text;       /* as a file */
    size_t start, end;     /* of its element in the file */
    size_t inside, behind; /* of what stands between its tags; equal when it is empty */
    bool alone;            /* <x/>: it has one tag */
    bool mappings;
    bool always;                    /* is a file even when it is empty */
    bool there;                     /* has a text: of a file that is taken apart, or given by the caller */
    size_t joined, joined_end;      /* of its content in the file that was put together; equal when there is none */
    size_t resumed, joined_resumed; /* where the rest goes on behind it, here and there */
};

struct pieces {
    struct piece *list; /* in the order of the file */
    size_t count, capacity;
    char *id; /* Header/@ID; "" when there is none */
    char *name;
    char *type;              /* Entity/@type */
    size_t id_start, id_end; /* of the value of Header/@ID; both 0 when there is no such attribute */
    size_t header;           /* of the Header's tag; 0 when there is none */
    bool has_header, is_entity;
};

/* Finds the places of texts and the header in a file. False: no memory. */
bool pieces_find(const char *xml, size_t n, struct pieces *pieces, struct jpk_error *err);
void pieces_free(struct pieces *pieces);

/*
 * Takes a whole file apart: fills in the texts of `pieces`, which pieces_find has filled, and `rest`. A place whose
 * content is no mere text stays where it is. False: no memory.
 */
bool pieces_split(const char *xml, size_t n, struct pieces *pieces, struct buf *rest, struct jpk_error *err);

/*
 * Puts a file together from what pieces_split left and the texts in `pieces`, which pieces_find has filled from that. A
 * place that holds something already although there is a text for it, and text that XML or mappings cannot hold, is
 * JPK_ERR_FORMAT or JPK_ERR_ENCODING with line and column; *wrong is then the piece that it is about.
 */
bool pieces_join(const char *xml, size_t n, struct pieces *pieces, struct buf *out, const struct piece **wrong,
                 struct jpk_error *err);

#endif
