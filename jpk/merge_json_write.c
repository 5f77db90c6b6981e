#include "jpk/merge_json_write.h"

#include <string.h>

#include "jpk/cloud_json.h"
#include "jpk/script_text.h"

struct json_writer {
    struct merging *m;
    const struct merge_exports *exports;
    struct buf *out;
};

static const struct jdoc *doc_of(const struct json_writer *w, const struct merge_result *r)
{
    return w->exports->side[r->node->side]->doc;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* The white space that ends at `at`. */
static size_t blank_before(const struct jdoc *doc, size_t at, size_t *size)
{
    size_t from = at;
    while (from > 0 && is_blank(doc->text[from - 1]))
        from--;
    *size = at - from;
    return from;
}

/* The first byte of an element or, with its key, of a member. */
static size_t start_of(const struct jdoc *doc, uint32_t node, bool member)
{
    return doc->nodes[member ? node - 1 : node].start;
}

/* What makes a script that was merged free of comments; NULL: the child does not follow from one. */
static const struct merge_result *cleansed_of(const struct merge_result *parent, const struct merge_result *child)
{
    static const char *const rows[][2] = {{"scriptBodyCleansed", "scriptBody"},
                                          {"transformScriptCleansed", "transformScript"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(child->node->key, rows[i][0]) != 0)
            continue;
        for (size_t k = 0; k < parent->count; k++)
            if (parent->children[k].how == MERGE_WRITTEN && strcmp(parent->children[k].node->key, rows[i][1]) == 0)
                return &parent->children[k];
    }
    return NULL;
}

static void put_value(struct json_writer *w, const struct merge_result *r);

static void put_cleansed(struct json_writer *w, const struct merge_result *script)
{
    struct buf text = {0};
    script_cleanse(script->text, script->size, &text);
    cloud_put_string(w->out, buf_text(&text), text.size);
    w->m->failed |= text.failed;
    buf_free(&text);
}

/* The white space before it, its key, and its value. */
static void put_child(struct json_writer *w, const struct merge_result *parent, const struct merge_result *child)
{
    const struct jdoc *doc = doc_of(w, child);
    bool member = parent->node->what == JDOC_OBJECT;
    size_t size, start = start_of(doc, child->node->at.index, member), value = doc->nodes[child->node->at.index].start;
    size_t blank = blank_before(doc, start, &size);
    const struct merge_result *script = member ? cleansed_of(parent, child) : NULL;
    buf_put(w->out, doc->text + blank, size);
    buf_put(w->out, doc->text + start, value - start);
    if (script)
        put_cleansed(w, script);
    else
        put_value(w, child);
}

/* The white space before the end of a container; when it was empty, that of the first child but for its indentation. */
static void put_end(struct json_writer *w, const struct merge_result *r)
{
    const struct jdoc *doc = doc_of(w, r);
    size_t size, end = cloud_json_end(doc, r->node->at.index) - 1;
    size_t blank = blank_before(doc, end, &size);
    if (r->count && size == 0 && r->children[0].node->side != r->node->side) {
        doc = doc_of(w, &r->children[0]);
        blank = blank_before(doc, start_of(doc, r->children[0].node->at.index, r->node->what == JDOC_OBJECT), &size);
        size -= size > 2 ? 2 : 0;
    }
    if (r->count)
        buf_put(w->out, doc->text + blank, size);
}

/* Recursion is bounded by the depth to which the form gives out children. */
static void put_value(struct json_writer *w, const struct merge_result *r)
{
    const struct jdoc *doc = doc_of(w, r);
    size_t start = doc->nodes[r->node->at.index].start;
    if (r->how == MERGE_TAKEN) {
        buf_put(w->out, doc->text + start, cloud_json_end(doc, r->node->at.index) - start);
        return;
    }
    if (r->how == MERGE_WRITTEN) {
        cloud_put_string(w->out, r->text, r->size);
        return;
    }
    bool array = r->node->what == JDOC_ARRAY;
    buf_putc(w->out, array ? '[' : '{');
    for (size_t i = 0; i < r->count; i++) {
        if (i > 0)
            buf_putc(w->out, ',');
        put_child(w, r, &r->children[i]);
    }
    put_end(w, r);
    buf_putc(w->out, array ? ']' : '}');
}

void merge_json_write(struct merging *m, const struct merge_exports *exports, const struct merge_result *result,
                      struct buf *out)
{
    struct json_writer w = {m, exports, out};
    const struct jdoc *doc = doc_of(&w, result);
    size_t start = doc->nodes[result->node->at.index].start, end = cloud_json_end(doc, result->node->at.index);
    buf_put(out, doc->text, start);
    put_value(&w, result);
    buf_put(out, doc->text + end, doc->size - end);
}
