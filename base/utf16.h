/* UTF-16, as some programs of Windows write texts: told by its byte order mark. */
#ifndef BASE_UTF16_H
#define BASE_UTF16_H

#include "base/buf.h"

enum utf16 { UTF16_NONE, UTF16_LITTLE, UTF16_BIG };

/* By the first two bytes. */
enum utf16 utf16_of(const char *text, size_t n);

/*
 * Makes UTF-8 of a buffer with UTF-16, without the mark, and says what it was. What is no UTF-16, or has half of a
 * character, stays as it is. A failed allocation sticks to the buffer.
 */
enum utf16 utf16_read(struct buf *text);

/* The other way, with the mark: of what utf16_read has made the same bytes again. `text` is UTF-8. */
void utf16_write(struct buf *text, enum utf16 form);

#endif
