/*
 * Assets: the XSD and WSDL files in an export of Cloud Studio.
 *
 *     {"path": "x.xsd", "type": "xml", "properties": [{"key": "IsTopLevel", "value": "1"}, ...],
 *      "compressedContent": "<base64 of a zlib stream>"}
 *
 * Properties are those of files/.metadata of a Jitterpak but for FileSize, which is the length of compressedContent
 * here and that of the file there. Source: seven assets of a real export and the files that they come from; their
 * encodings follow from the files byte by byte.
 */
#ifndef JPK_ASSET_H
#define JPK_ASSET_H

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"
#include "jpk/jpk.h"

/* The asset of a file of a project. The caller releases it. NULL: the file is not there, cannot be read or packed. */
json_t *asset_from_file(const struct jpk_project *project, const struct jpk_file *file, struct jpk_error *err);

/* The same from its parts: properties of `file`, the bytes. */
json_t *asset_make(const struct jpk_file *file, const void *content, size_t n, struct jpk_error *err);

/*
 * Appends the content of an asset; `limits` may be NULL. JPK_ERR_FORMAT: no such text, or not base64; else the errors
 * of zlib_unpack. The error's entry is the path.
 */
bool asset_content(const json_t *asset, const struct jpk_limits *limits, struct buf *out, struct jpk_error *err);

/* Its path, and the value of a property; "" for none. Owned by the asset. */
const char *asset_path(const json_t *asset);
const char *asset_property(const json_t *asset, const char *key);

#endif
