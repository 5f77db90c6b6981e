/*
 * The tags of an XML file as they stand in its bytes: for cutting a file apart and putting it together again without
 * writing anew what nobody touched. It checks nothing beyond what it needs; files are parsed by jpk/xml.h.
 */
#ifndef JPK_XML_SCAN_H
#define JPK_XML_SCAN_H

#include "base/buf.h"

struct xml_scanner {
    const char *text;
    size_t size, at;
    unsigned depth; /* how many elements are open */
};

struct xml_tag {
    const char *name; /* not NUL-terminated */
    size_t name_size;
    size_t start, end;  /* from `<` to behind `>` */
    unsigned depth;     /* of its element: 0 for the root */
    bool opens, closes; /* both for <x/> */
};

struct xml_scanner xml_scan(const char *text, size_t size);

/* The next tag; comments, instructions, CDATA and a document type are passed over. False at the end, or where the
 * text is no XML any more. */
bool xml_scan_next(struct xml_scanner *scanner, struct xml_tag *tag);

bool xml_tag_is(const struct xml_tag *tag, const char *name);

/* Where the value of a tag's attribute stands, without its quotes; false when there is none. */
bool xml_tag_attribute(const struct xml_scanner *scanner, const struct xml_tag *tag, const char *name, size_t *start,
                       size_t *end);

/* The same decoded; `out` is emptied first. */
bool xml_tag_value(const struct xml_scanner *scanner, const struct xml_tag *tag, const char *name, struct buf *out);

/*
 * Appends the text that raw bytes between two tags stand for: references and CDATA are resolved, line ends become LF.
 * False: there are tags, comments or references in it that are not text.
 */
bool xml_decode(const char *raw, size_t size, struct buf *out);

#endif
