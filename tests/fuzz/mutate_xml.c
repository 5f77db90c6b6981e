/* XML by elements and attributes, found in the text without a parser: it need not be well-formed. */
#include "base/array.h"
#include "tests/fuzz/mutate.h"

struct span {
    size_t start, end;
};

struct spans {
    struct span *items;
    size_t count, capacity;
};

struct parts {
    struct spans elements, names, values, texts; /* names of attributes and elements */
};

static void add(struct spans *spans, size_t start, size_t end)
{
    struct span *grown = array_grow(spans->items, spans->count, &spans->capacity, sizeof *grown);
    if (!grown)
        return;
    spans->items = grown;
    spans->items[spans->count++] = (struct span){start, end};
}

/* name="value" in a tag. */
static void read_attributes(const char *text, size_t start, size_t end, struct parts *parts)
{
    for (size_t at = start; at < end; at++) {
        const char *equals = memchr(text + at, '=', end - at);
        if (!equals || equals + 1 >= text + end || (equals[1] != '"' && equals[1] != '\''))
            return;
        size_t value = (size_t)(equals - text) + 2, name = value - 2;
        const char *close = memchr(text + value, equals[1], end - value);
        if (!close)
            return;
        while (name > start && text[name - 1] > ' ')
            name--;
        add(&parts->names, name, value - 2);
        at = (size_t)(close - text);
        add(&parts->values, value, at);
    }
}

static void read_parts(const char *text, size_t size, struct parts *parts)
{
    struct spans open = {0};
    size_t last = 0; /* where the text before a tag begins */
    for (size_t at = 0; at < size; at++) {
        const char *tag = memchr(text + at, '<', size - at);
        const char *close = tag ? memchr(tag, '>', size - (size_t)(tag - text)) : NULL;
        if (!close)
            break;
        size_t start = (size_t)(tag - text), end = (size_t)(close - text) + 1, name = start + 1;
        bool closing = text[start + 1] == '/', empty = end >= 2 && text[end - 2] == '/';
        while (name < end && text[name] > ' ' && text[name] != '>' && text[name] != '/')
            name++;
        if (closing) {
            add(&parts->texts, last, start);
            if (open.count)
                add(&parts->elements, open.items[--open.count].start, end);
        } else if (text[start + 1] != '?' && text[start + 1] != '!') {
            add(&parts->names, start + 1, name);
            read_attributes(text, name, end, parts);
            if (empty)
                add(&parts->elements, start, end);
            else
                add(&open, start, end);
        }
        last = end;
        at = end - 1;
    }
    free(open.items);
}

static struct span pick(struct fuzz_random *random, const struct spans *spans)
{
    return spans->count ? spans->items[fuzz_below(random, spans->count)] : (struct span){0, 0};
}

/* Text in which `span` is what `with` stands for. */
static void replace(const char *text, size_t size, struct span span, const char *with, size_t n, struct buf *out)
{
    buf_put(out, text, span.start);
    buf_put(out, with, n);
    buf_put(out, text + span.end, size - span.end);
}

/* Changed bytes, mostly escaped, so that the rest stays as it is. */
static void replace_bytes(struct fuzz_random *random, const char *text, size_t size, struct span span, struct buf *out)
{
    struct buf bytes = {0}, escaped = {0};
    bool escape = fuzz_below(random, 16);
    fuzz_change_text(random, text + span.start, span.end - span.start, &bytes);
    for (size_t i = 0; i < bytes.size; i++)
        if (escape && strchr("<\"", bytes.data[i]))
            buf_printf(&escaped, "&#%d;", bytes.data[i]);
        else
            buf_putc(&escaped, bytes.data[i]);
    replace(text, size, span, buf_text(&escaped), escaped.size, out);
    buf_free(&bytes);
    buf_free(&escaped);
}

static void change_parts(struct fuzz_random *random, const char *text, size_t size, const struct parts *parts,
                         struct buf *out)
{
    struct span element = pick(random, &parts->elements), other = pick(random, &parts->elements);
    struct span value = pick(random, &parts->values), from = pick(random, &parts->values);
    struct span name = pick(random, &parts->names), as = pick(random, &parts->names);
    struct span string = pick(random, &parts->texts), source = pick(random, &parts->texts);
    switch (fuzz_below(random, 10)) {
    case 0:
        replace(text, size, element, "", 0, out);
        break;
    case 1:
        replace(text, size, element, text + other.start, other.end - other.start, out);
        break;
    case 2: /* a copy before another one */
        other.end = other.start;
        replace(text, size, other, text + element.start, element.end - element.start, out);
        break;
    case 3:
    case 4:
        replace(text, size, value, text + from.start, from.end - from.start, out);
        break;
    case 5:
    case 6:
        replace_bytes(random, text, size, value, out);
        break;
    case 7:
        replace(text, size, name, text + as.start, as.end - as.start, out);
        break;
    case 8:
        replace(text, size, string, text + source.start, source.end - source.start, out);
        break;
    default:
        replace_bytes(random, text, size, string, out);
        break;
    }
}

bool fuzz_change_xml(struct fuzz_random *random, const char *data, size_t size, struct buf *out)
{
    struct parts parts = {0};
    read_parts(data, size, &parts);
    bool ok = parts.elements.count > 0;
    if (ok)
        change_parts(random, data, size, &parts, out);
    free(parts.elements.items);
    free(parts.names.items);
    free(parts.values.items);
    free(parts.texts.items);
    return ok;
}
