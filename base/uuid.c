#define OPENSSL_SUPPRESS_DEPRECATED /* the plain functions need no provider; see base/sha256.c */
#include "base/uuid.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static void hash(const unsigned char namespace_[16], const char *name, char out[UUID_SIZE])
{
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA_CTX context;
    SHA1_Init(&context);
    SHA1_Update(&context, namespace_, 16);
    SHA1_Update(&context, name, strlen(name));
    SHA1_Final(digest, &context);
    digest[6] = (unsigned char)((digest[6] & 0x0f) | 0x50); /* version 5 */
    digest[8] = (unsigned char)((digest[8] & 0x3f) | 0x80); /* the variant of the RFC */
    char hex[33];
    text_hex(digest, 16, hex);
    snprintf(out, UUID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static void parse(const char *guid, unsigned char out[16])
{
    for (size_t i = 0; i < 16; i++) {
        guid += *guid == '-';
        char pair[3] = {guid[0], guid[1], '\0'};
        out[i] = (unsigned char)strtoul(pair, NULL, 16);
        guid += 2;
    }
}

void uuid_of_name(const char *namespace_, const char *name, char out[UUID_SIZE])
{
    unsigned char bytes[16] = {0};
    char own[UUID_SIZE];
    if (!text_guid(namespace_, strlen(namespace_))) {
        hash(bytes, namespace_, own);
        namespace_ = own;
    }
    parse(namespace_, bytes);
    hash(bytes, name, out);
}
