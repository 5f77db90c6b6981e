/* What stands between the tags of entities, of which trees do not keep everything. */
#include <string.h>

#include "jpk/archive.h"
#include "jpk/diff_state.h"

/* The end of the markup that begins with the `<` at p; *kept: it is of a kind that the model does not keep. */
static const char *markup_end(const char *p, const char *stop, bool *kept)
{
    static const struct {
        const char *open, *close;
        bool kept;
    } kinds[] = {{"<?xml ", "?>", false}, {"<?", "?>", true}, {"<!--", "-->", true}, {"<![CDATA[", "]]>", true}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t n = strlen(kinds[i].open), m = strlen(kinds[i].close);
        if ((size_t)(stop - p) < n || memcmp(p, kinds[i].open, n) != 0)
            continue;
        const char *close = memmem(p + n, (size_t)(stop - p) - n, kinds[i].close, m);
        *kept = kinds[i].kept;
        return close ? close + m : stop;
    }
    *kept = false;
    for (char quote = 0; p < stop; p++) {
        if (quote ? *p == quote : *p == '"' || *p == '\'')
            quote = quote ? 0 : *p;
        else if (!quote && *p == '>')
            return p + 1;
    }
    return stop;
}

/* What a file holds besides its tags, with white space as single blanks. */
static void put_between_tags(struct buf *out, const char *p, const char *stop)
{
    while (p < stop && !out->failed) {
        bool kept, blank = strchr(" \t\r\n", *p) != NULL;
        const char *next = *p == '<' ? markup_end(p, stop, &kept) : p + 1;
        if (*p == '<' && kept)
            buf_put(out, p, (size_t)(next - p));
        else if (*p != '<' && (!blank || (out->size && out->data[out->size - 1] != ' ')))
            buf_putc(out, blank ? ' ' : *p);
        p = next;
    }
}

bool diff_lossy_entities(struct diffing *d, const struct jpk_entity *a, const struct jpk_entity *b,
                         struct jpk_error *err)
{
    const struct jpk_entity *both[] = {a, b};
    const struct jpk_project *projects[] = {d->public.a, d->public.b};
    struct buf raw = {0}, left[2] = {{0}, {0}};
    bool ok = true;
    for (int side = 0; side < 2 && ok; side++) {
        size_t index = jpk_archive_find(projects[side]->archive, both[side]->file);
        ok = index != SIZE_MAX && archive_read(projects[side]->archive, index, &raw, err);
        if (ok)
            put_between_tags(&left[side], buf_text(&raw), buf_text(&raw) + raw.size);
        d->failed |= left[side].failed;
    }
    if (ok && !d->failed && !diff_same_bytes(d, buf_text(&left[0]), left[0].size, buf_text(&left[1]), left[1].size))
        diff_add_field(d, JPK_DIFF_FIELD_OPAQUE, "comments and text that the model does not keep");
    buf_free(&raw);
    buf_free(&left[0]);
    buf_free(&left[1]);
    return ok;
}
