/* XML files of Design Studio as trees of fields: entities, files/.metadata, deleted.xml, plugins.xml. */
#ifndef JPK_MERGE_XML_H
#define JPK_MERGE_XML_H

#include "jpk/merge_state.h"
#include "jpk/xml.h"

/*
 * Merges three versions of a file, of which the base may be NULL, and appends the result as Design Studio writes it,
 * with the line ends of the favored side. False: one of them is no XML, or holds what its tree does not keep; nothing
 * has been noted then. No memory is noted in `m`.
 */
bool merge_xml(struct merging *m, const struct buf *const files[MERGE_SIDES], enum xml_style style,
               const struct jpk_limits *limits, struct buf *out);

/* merge_number.c: where both sides have the fields of a document numbered in order, so will the result. */
void merge_number_fields(struct merging *m, const struct xml_node *ours, const struct xml_node *theirs,
                         const struct xml_node *result);

/* Whether two versions of an entity's file say the same but for what changes without anybody's doing. */
bool merge_xml_alike(struct merging *m, const struct buf *a, const struct buf *b, const struct jpk_limits *limits);

#endif
