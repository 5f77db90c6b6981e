#include "tools/columns.h"

#include <string.h>

#include "base/text.h"
#include "jpk/secret_text.h"

enum { CELL_MAX = 1024 };

size_t columns_width(const char *text)
{
    char shown[CELL_MAX];
    (void)secret_text_printable(shown, sizeof shown, text); /* columns_put says when there is no memory */
    return text_width(shown);
}

void columns_pad(struct buf *out, size_t width, size_t used)
{
    buf_printf(out, "%*s", used < width ? (int)(width - used) : 0, "");
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

void columns_put(struct buf *out, const char *text, size_t width, bool keep_end)
{
    char shown[CELL_MAX];
    out->failed |= !secret_text_printable(shown, sizeof shown, text);
    char *start = shown, *end = shown + strlen(shown);
    size_t used = text_width(start);
    bool cut = used > width;
    while (cut && used + 3 > width && start < end) {
        if (keep_end) {
            while (is_continuation(*++start))
                ;
        } else {
            while (is_continuation(*--end))
                ;
            *end = '\0';
        }
        used = text_width(start);
    }
    buf_printf(out, "%s%s%s", cut && keep_end ? "..." : "", start, cut && !keep_end ? "..." : "");
    columns_pad(out, width, used + (cut ? 3 : 0));
}

void columns_words(struct buf *out, const char *text, size_t indent, size_t width)
{
    size_t column = indent;
    while (*text) {
        size_t n = strcspn(text, " ");
        if (column > indent && column + 1 + n > width) {
            buf_printf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            buf_putc(out, ' ');
            column++;
        }
        buf_put(out, text, n);
        column += n;
        text += n + (text[n] == ' ');
    }
    buf_putc(out, '\n');
}

void columns_fit(size_t *widths, const size_t *least, size_t count)
{
    size_t total = count > 0 ? (count - 1) * TABLE_GAP : 0;
    for (size_t i = 0; i < count; i++)
        total += widths[i];
    for (; total > TABLE_WIDTH; total--) {
        size_t widest = count;
        for (size_t i = 0; i < count; i++)
            if (widths[i] > least[i] && (widest == count || widths[i] > widths[widest]))
                widest = i;
        if (widest == count)
            return;
        widths[widest]--;
    }
}
