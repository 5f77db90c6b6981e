/*
 * Schema trees as a file of XML Schema: for projects of Design Studio, whose structures lie in such files.
 *
 * One file with one target namespace, that of the root; types are anonymous, each where it is used, as Design Studio
 * writes the structure of a JSON sample. A tree of JSON gets the attributes that say which elements are objects and
 * which are lists. What such a file cannot say is counted or, where it means nothing, left out: how often the root
 * occurs, labels of allowed values, types by their names, and that a value of JSON is an object without members. A
 * question mark stands for each character that XML has not.
 */
#ifndef JPK_SCHEMA_XSD_WRITE_H
#define JPK_SCHEMA_XSD_WRITE_H

#include "base/buf.h"
#include "jpk/schema_tree.h"

struct schema_xsd_losses {
    size_t foreign; /* elements of another namespace, which are written as if they were of the root's */
    size_t derived; /* types that stand for others, which are left out */
    size_t values;  /* texts beside elements, and allowed values of texts with attributes, which are left out */
    size_t names;   /* that are none of XML: see schema_xsd_name */
};

/* Appends a name: what XML does not allow in one is written as `_x0020_`. False: there was something. */
bool schema_xsd_name(const char *name, struct buf *out);

/* Appends the file. A failed allocation sticks to the buffer. The tree has a root and is not delimited text. */
void schema_xsd_write(const struct schema_tree *tree, struct buf *out, struct schema_xsd_losses *losses);

#endif
