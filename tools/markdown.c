#include "tools/markdown.h"

#include <string.h>

#include "tools/message.h"

void markdown_text(struct buf *out, const char *text)
{
    struct buf shown = {0};
    message_put(&shown, text);
    for (const char *c = buf_text(&shown); *c; c++) {
        if (strchr("\\`*_{}[]<>()#+!|~&@$\"'=^:", *c))
            buf_printf(out, "&#%d;", *c);
        else
            buf_putc(out, *c);
    }
    out->failed |= shown.failed;
    buf_free(&shown);
}

void markdown_code(struct buf *out, const char *text)
{
    buf_puts(out, "<code>");
    markdown_text(out, text);
    buf_puts(out, "</code>");
}
