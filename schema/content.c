#include "schema/content.h"

#include <stdlib.h>

#include "base/json.h"
#include "schema/ascii.h"

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (ascii_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Appends what the text encodes; false: it is no base64. */
static bool decode(const char *text, size_t n, struct buf *out)
{
    if (n % 4 != 0)
        return false;
    size_t padding = n > 0 && text[n - 1] == '=' ? (text[n - 2] == '=' ? 2 : 1) : 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < n - padding; i++) {
        int value = digit(text[i]);
        if (value < 0)
            return false;
        bits = (bits << 6 | (uint32_t)value) & 0xffffff;
        if (i % 4 == 1)
            buf_putc(out, (char)(bits >> 4));
        else if (i % 4 == 2)
            buf_putc(out, (char)(bits >> 2));
        else if (i % 4 == 3)
            buf_putc(out, (char)bits);
    }
    return true;
}

bool content_valid(const char *text, size_t n, bool base64, bool json, struct jpk_error *err)
{
    struct buf bytes = {0};
    struct jdoc doc = {0};
    bool valid = !base64 || decode(text, n, &bytes);
    if (bytes.failed)
        valid = error_memory(err);
    if (valid && json)
        valid = jdoc_parse(&doc, base64 ? buf_text(&bytes) : text, base64 ? bytes.size : n, NULL, err);
    jdoc_free(&doc);
    buf_free(&bytes);
    return valid;
}
