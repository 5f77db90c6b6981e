#include "tools/csv.h"

#include <stdbool.h>
#include <string.h>

#include "jpk/secret_text.h"

static bool looks_like_formula(const char *text)
{
    return *text && strchr("=+-@\t\r", *text) != NULL;
}

/* With the comma after it, which the end of the row takes away again. */
void csv_put_cell(struct buf *out, const char *text)
{
    struct buf masked = {0};
    text = secret_text_shown(&masked, text);
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;
    if (quoted)
        buf_putc(out, '"');
    if (looks_like_formula(text))
        buf_putc(out, '\'');
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            buf_putc(out, '"');
        buf_putc(out, *p);
    }
    buf_puts(out, quoted ? "\"," : ",");
    out->failed |= masked.failed;
    buf_free(&masked);
}

void csv_end_row(struct buf *out)
{
    if (out->size > 0)
        out->size--;
    buf_puts(out, "\r\n");
}
