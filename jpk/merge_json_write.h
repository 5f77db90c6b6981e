/* Writing what has become of a JSON document: out of the bytes of both sides. */
#ifndef JPK_MERGE_JSON_WRITE_H
#define JPK_MERGE_JSON_WRITE_H

#include "jpk/merge_json.h"

void merge_json_write(struct merging *m, const struct merge_exports *exports, const struct merge_result *result,
                      struct buf *out);

#endif
