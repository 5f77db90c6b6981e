#include "base/jstream.h"

#include <string.h>

#include "jpk/base.h"

/* Containers may be nested without bound; their indentation is not. */
enum { INDENT_MAX = 24 };

static void new_line(struct jstream *stream)
{
    unsigned depth = stream->depth < INDENT_MAX ? stream->depth : INDENT_MAX;
    buf_printf(stream->out, "\n%*s", (int)(2 * depth), "");
}

static void put_escaped(struct buf *out, const char *text, size_t n)
{
    static const char special[] = "\"\\\n\r\t\b\f", letters[] = "\"\\nrtbf";
    size_t done = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        const char *known = strchr(special, c);
        buf_put(out, text + done, i - done);
        if (known)
            buf_printf(out, "\\%c", letters[known - special]);
        else
            buf_printf(out, "\\u%04x", c);
        done = i + 1;
    }
    buf_put(out, text + done, n - done);
}

static void put_string(struct buf *out, const char *text)
{
    buf_putc(out, '"');
    buf_put_clean(out, text, put_escaped);
    buf_putc(out, '"');
}

/* What stands before a value. */
static void begin(struct jstream *stream, const char *key)
{
    if (stream->filled)
        buf_putc(stream->out, ',');
    if (stream->depth)
        new_line(stream);
    if (key) {
        put_string(stream->out, key);
        buf_puts(stream->out, ": ");
    }
    stream->filled = true;
}

void jstream_open(struct jstream *stream, const char *key, char bracket)
{
    begin(stream, key);
    buf_putc(stream->out, bracket);
    stream->depth++;
    stream->filled = false;
}

void jstream_close(struct jstream *stream, char bracket)
{
    stream->depth--;
    if (stream->filled)
        new_line(stream);
    buf_putc(stream->out, bracket);
    stream->filled = true;
    if (!stream->depth)
        buf_putc(stream->out, '\n');
}

void jstream_text(struct jstream *stream, const char *key, const char *text)
{
    if (!text)
        return;
    begin(stream, key);
    struct buf masked = {0};
    bool other = stream->mask && stream->mask(&masked, text, strlen(text));
    put_string(stream->out, other ? buf_text(&masked) : text);
    stream->out->failed |= masked.failed;
    buf_free(&masked);
}

void jstream_number(struct jstream *stream, const char *key, uint64_t value)
{
    begin(stream, key);
    buf_printf(stream->out, "%llu", (unsigned long long)value);
}

void jstream_bool(struct jstream *stream, const char *key, bool value)
{
    begin(stream, key);
    buf_puts(stream->out, value ? "true" : "false");
}

void jstream_raw(struct jstream *stream, const char *key, const char *json)
{
    begin(stream, key);
    buf_puts(stream->out, json);
}

void jstream_tool(struct jstream *stream)
{
    jstream_open(stream, "tool", '{');
    jstream_text(stream, "name", "jpk");
    jstream_text(stream, "version", jpk_version());
    jstream_close(stream, '}');
}

void jstream_report(struct jstream *stream)
{
    jstream_open(stream, NULL, '{');
    jstream_number(stream, "reportFormat", 1);
    jstream_tool(stream);
}
