#define OPENSSL_SUPPRESS_DEPRECATED /* the plain functions need no provider; see base/sha256.c */
#include "jpk/md5.h"

#include <openssl/md5.h>

#include "base/text.h"

void md5_hex(const void *data, size_t n, char out[33])
{
    unsigned char digest[MD5_DIGEST_LENGTH];
    MD5_CTX context;
    MD5_Init(&context);
    MD5_Update(&context, data, n);
    MD5_Final(digest, &context);
    text_hex(digest, sizeof digest, out);
}
