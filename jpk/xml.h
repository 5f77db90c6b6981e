/*
 * XML of a project: a hardened reader over expat into a compact tree, and Design Studio's own serialisation.
 *
 * Refused before expat sees a byte: text that is not UTF-8, a document type declaration (which ends external entities,
 * entity expansion and attribute defaults), more bytes or a longer tag than the limits allow. Nothing is ever loaded
 * from elsewhere. Prefixes are parts of names, as they are to Design Studio: no namespaces are looked up.
 *
 * Nearly all of a project is `<Item key value/>` below `<Properties>`, so those are kept as small records instead of
 * nodes. A file that holds what this tree cannot keep (comments, mixed text, ...) is marked as lossy; it is never
 * written from the tree.
 */
#ifndef JPK_XML_H
#define JPK_XML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/map.h"
#include "jpk/jpk.h"

struct xml_attribute {
    const char *name, *value;
};

struct xml_node {
    const char *name; /* with its prefix; interned */
    const char *text; /* of a leaf; NULL when there is none */
    struct xml_attribute *attributes;
    struct jpk_item *items; /* the simple <Item> children, in order */
    struct xml_node *child, *next;
    uint32_t attribute_count, item_count;
    uint32_t offset; /* of the tag's `<` in the file */
};

struct xml_document {
    struct xml_node *root;
    bool lossy; /* holds something the tree does not */
    bool crlf;  /* lines end in CR LF */
};

enum { INTERN_RECENT = 128 };

/* Strings that occur again and again, kept once. */
struct intern {
    struct arena *arena;
    struct map map;
    const char **strings;
    size_t count, capacity;
    struct {
        const char *text; /* NULL: none yet */
        size_t length;
    } recent[INTERN_RECENT]; /* by a few of their characters: most need not be looked up */
};

const char *intern_string(struct intern *intern, const char *s, size_t n); /* NULL: no memory */
void intern_free(struct intern *intern);

struct xml_reader;

/* A reader puts its trees into `arena` and its names into `intern`; both stay the caller's. NULL: no memory. */
struct xml_reader *xml_reader_new(struct arena *arena, struct intern *intern, const struct jpk_limits *limits);
void xml_reader_free(struct xml_reader *reader);

/* From now on nodes and their attribute lists go into an arena of their own; strings and items stay where they were. */
void xml_reader_nodes(struct xml_reader *reader, struct arena *nodes);

/* Parses one file. Errors carry offset, line and column, not the entry's name, and repeat nothing of the text. */
bool xml_read(struct xml_reader *reader, const char *text, size_t n, struct xml_document *document,
              struct jpk_error *err);

const char *xml_attribute(const struct xml_node *node, const char *name); /* NULL when there is none */
const struct xml_node *xml_child(const struct xml_node *node, const char *name);
const struct xml_node *xml_next(const struct xml_node *node, const char *name); /* the next sibling of that name */
size_t xml_count(const struct xml_node *node, const char *name);                /* children of that name */

/* The first line of entities and of project.xml, without its end. */
#define XML_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>"

/* How the three writers of a project differ (inventory of real projects, sections 2, 9, 11 and 12). */
enum xml_style {
    XML_STYLE_ENTITY,  /* entities and project.xml: standalone="no", two spaces, <x/> */
    XML_STYLE_STATE,   /* deleted.xml, plugins.xml, ui.xml: four spaces, <x /> */
    XML_STYLE_METADATA /* files/.metadata: two spaces, <x></x>, no line end after the root */
};

void xml_write(struct buf *out, const struct xml_document *document, enum xml_style style);

/* Appends text as all three write it, in an attribute or between tags; `line_end` is what LF becomes between tags. */
void xml_escape(struct buf *out, const char *s, bool attribute, const char *line_end);

/*
 * XML has no control characters but tab and line ends, and neither U+FFFE nor U+FFFF: from the byte `from` on each
 * becomes a question mark. Returns how many there were.
 */
size_t xml_make_legal(struct buf *text, size_t from);

/*
 * Follows the text of the element whose tag starts at `tag` through a file's raw bytes, over character references
 * and CR LF, so that a place in a script becomes a place in the file. `decoded` counts bytes of the text and must
 * not decrease from call to call.
 */
struct xml_text_cursor {
    const char *file;
    size_t size, at, decoded;
};

struct xml_text_cursor xml_text_begin(const char *file, size_t n, size_t tag);
size_t xml_text_advance(struct xml_text_cursor *cursor, size_t decoded);

#endif
