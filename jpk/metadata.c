#include "jpk/metadata.h"

#include <stdint.h>
#include <stdio.h>

#include "jpk/xml_scan.h"

struct correction {
    struct xml_scanner scanner;
    struct xml_tag tag;
    struct buf *out;
    size_t done; /* how far the text was copied */
};

/* Gives an attribute of the tag another value, where the tag has it. */
static void put_attribute(struct correction *c, const char *name, const char *value)
{
    size_t start, end;
    if (!xml_tag_attribute(&c->scanner, &c->tag, name, &start, &end) || start < c->done)
        return;
    buf_put(c->out, c->scanner.text + c->done, start - c->done);
    buf_puts(c->out, value);
    c->done = end;
}

static bool attribute_is(const struct correction *c, const char *name, const char *value, struct buf *scratch)
{
    return xml_tag_value(&c->scanner, &c->tag, name, scratch) && strcmp(buf_text(scratch), value) == 0;
}

/* A property of a file: its size, if it was that. */
static void correct_size(struct correction *c, const struct metadata_file *file, struct buf *scratch)
{
    char before[24], after[24];
    snprintf(before, sizeof before, "%zu", file->before);
    snprintf(after, sizeof after, "%zu", file->after);
    if (file->before != SIZE_MAX && attribute_is(c, "key", "FileSize", scratch) &&
        attribute_is(c, "value", before, scratch))
        put_attribute(c, "value", after);
}

void metadata_correct(const char *text, size_t n, metadata_lookup *lookup, void *context, struct buf *out)
{
    struct correction c = {.scanner = xml_scan(text, n), .out = out};
    const struct metadata_file *file = NULL;
    struct buf scratch = {0};
    while (xml_scan_next(&c.scanner, &c.tag)) {
        if (c.tag.opens && xml_tag_is(&c.tag, "file")) {
            file = xml_tag_value(&c.scanner, &c.tag, "name", &scratch) ? lookup(context, buf_text(&scratch)) : NULL;
            if (file)
                put_attribute(&c, "md5", file->md5);
        } else if (c.tag.opens && file && xml_tag_is(&c.tag, "property")) {
            correct_size(&c, file, &scratch);
        }
    }
    buf_put(out, c.scanner.text + c.done, c.scanner.size - c.done);
    out->failed |= scratch.failed;
    buf_free(&scratch);
}
