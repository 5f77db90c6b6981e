#include "tools/csv.h"

#include <stdbool.h>
#include <string.h>

#include "jpk/secret_text.h"
#include "tools/message.h"

static bool looks_like_formula(const char *text)
{
    return *text && strchr("=+-@\t", *text) != NULL;
}

/* With the comma after it, which the end of the row takes away again. */
void csv_put_cell(struct buf *out, const char *text)
{
    struct buf masked = {0}, shown = {0};
    text = secret_text_shown(&masked, text);
    message_put_printable(&shown, text, strlen(text), "\t\n");
    text = buf_text(&shown);
    bool quoted = strpbrk(text, ",\"\n") != NULL;
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
    out->failed |= masked.failed || shown.failed;
    buf_free(&masked);
    buf_free(&shown);
}

void csv_end_row(struct buf *out)
{
    if (out->size > 0)
        out->size--;
    buf_puts(out, "\r\n");
}
