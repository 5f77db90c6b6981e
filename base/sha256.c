/*
 * libcrypto's plain SHA-256 functions rather than its EVP ones: these need no provider to be loaded, which costs
 * about a millisecond at every start. They are marked as deprecated in OpenSSL 3 but remain.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

void sha256_bytes(const void *data, size_t n, unsigned char out[32])
{
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, data, n);
    SHA256_Final(out, &context);
}

void sha256_hex(const void *data, size_t n, char out[65])
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    sha256_bytes(data, n, digest);
    text_hex(digest, sizeof digest, out);
}

void sha256_base64(const void *data, size_t n, char out[45])
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    sha256_bytes(data, n, digest);
    EVP_EncodeBlock((unsigned char *)out, digest, sizeof digest);
}

bool sha256_fd(int fd, char out[65], struct jpk_error *err)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char block[32 * 1024];
    SHA256_CTX context;
    off_t at = 0;
    SHA256_Init(&context);
    for (;;) {
        ssize_t n = pread(fd, block, sizeof block, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_system(err, JPK_ERR_READ, errno, "cannot be read");
        if (n == 0)
            break;
        SHA256_Update(&context, block, (size_t)n);
        at += n;
    }
    SHA256_Final(digest, &context);
    text_hex(digest, sizeof digest, out);
    return true;
}
