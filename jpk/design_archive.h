/* What a conversion to Design Studio has made, to be read without a file. */
#ifndef JPK_DESIGN_ARCHIVE_H
#define JPK_DESIGN_ARCHIVE_H

#include "jpk/convert.h"

/*
 * The Jitterpak that jpk_conversion_write_jitterpak would write, as an archive that is called `name`; the conversion
 * must outlive it. NULL: memory.
 */
struct jpk_archive *design_archive(const struct jpk_conversion *conversion, const char *name,
                                   const struct jpk_limits *limits, struct jpk_error *err);

#endif
