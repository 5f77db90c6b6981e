/* MD5, which files/.metadata uses to notice changes. It protects nothing. */
#ifndef JPK_MD5_H
#define JPK_MD5_H

#include <stddef.h>

void md5_hex(const void *data, size_t n, char out[33]);

#endif
