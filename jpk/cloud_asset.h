/* Assets of an export as files of a tree. */
#ifndef JPK_CLOUD_ASSET_H
#define JPK_CLOUD_ASSET_H

#include "jpk/cloud_shape.h"
#include "jpk/jpk.h"

/*
 * Takes an asset apart: its bytes, and all but its content and `name`, its path, as JSON in one line, in which @ stands
 * for the size that follows from the content. *fits: whether that gives the asset back; else it must be kept as it is.
 * Errors: JPK_ERR_MEMORY.
 */
bool cloud_asset_cut(const struct jdoc *doc, uint32_t asset, const char *name, const struct jpk_limits *limits,
                     struct buf *rest, struct buf *bytes, bool *fits, struct jpk_error *err);

/* The other way. `rest` is NULL for a new one. Errors: JPK_ERR_MEMORY, JPK_ERR_LIMIT. */
bool cloud_asset_join(const char *rest, const char *name, const char *bytes, size_t n, struct buf *out,
                      struct jpk_error *err);

/* The value of its property FileSize where that says how large the content is, else JDOC_NONE. */
uint32_t cloud_asset_size(const struct jdoc *doc, uint32_t asset);

#endif
