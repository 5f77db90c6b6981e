#include "base/json_write.h"

void json_put_string(struct buf *out, const char *s, size_t n)
{
    size_t done = 0;
    buf_putc(out, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= ' ' && c != '"' && c != '\\')
            continue;
        buf_put(out, s + done, i - done);
        if (c < ' ')
            buf_printf(out, "\\u%04x", (unsigned)c);
        else
            buf_printf(out, "\\%c", c);
        done = i + 1;
    }
    buf_put(out, s + done, n - done);
    buf_putc(out, '"');
}
