/* A document from a value of jansson's: it is written as text, which is parsed. And a value of jansson's from a
 * document. And texts for jansson. */
#include "base/json.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_decimal.h"
#include "base/json_write.h"

/* A container that is being written. */
struct written {
    const json_t *value;
    void *member; /* of an object: the next one, NULL at the end */
    size_t index; /* of the next child */
};

struct writer {
    struct buf *out;
    struct written stack[JDOC_DEPTH_MAX];
    size_t depth;
    bool exact;    /* a string behind JSON_EXACT_MARK is a number */
    bool too_deep; /* then nothing more is written */
};

/* The fewest digits that read back as the same double. */
static void put_real(struct buf *out, double value)
{
    char text[64];
    locale_t before = decimal_use_c_locale();
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    uselocale(before);
    buf_puts(out, text);
}

void json_put_scalar(struct buf *out, const json_t *value)
{
    if (json_is_integer(value))
        buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        put_real(out, json_real_value(value));
    else
        buf_puts(out, json_is_true(value) ? "true" : json_is_false(value) ? "false" : "null");
}

static void open_container(struct writer *writer, const json_t *value)
{
    writer->too_deep = writer->depth == JDOC_DEPTH_MAX;
    if (writer->too_deep)
        return;
    buf_putc(writer->out, json_is_array(value) ? '[' : '{');
    writer->stack[writer->depth++] = (struct written){.value = value, .member = json_object_iter((json_t *)value)};
}

static void close_container(struct writer *writer)
{
    const json_t *closed = writer->stack[--writer->depth].value;
    buf_putc(writer->out, json_is_array(closed) ? ']' : '}');
}

static void put_text(struct writer *writer, const json_t *value)
{
    const char *text = json_string_value(value);
    size_t n = json_string_length(value), marks = writer->exact && *text == JSON_EXACT_MARK;
    if (marks && json_exact_number(value))
        buf_put(writer->out, text + marks, n - marks);
    else
        json_put_string(writer->out, text + marks, n - marks);
}

/* A real stays one: draft 4 tells 1.0 from the integer. */
static void put_exact_real(struct buf *out, double value)
{
    size_t start = out->size;
    put_real(out, value);
    if (!out->failed && strspn(buf_text(out) + start, "-0123456789") == out->size - start)
        buf_puts(out, ".0");
}

/* A scalar, or the beginning of a container. */
static void put_value(struct writer *writer, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        open_container(writer, value);
        break;
    case JSON_STRING:
        put_text(writer, value);
        break;
    case JSON_REAL:
        put_exact_real(writer->out, json_real_value(value));
        break;
    default:
        json_put_scalar(writer->out, value);
    }
}

/* The next child of the container on top, with its key; NULL when there is none. */
static const json_t *next_child(struct writer *writer)
{
    struct written *top = &writer->stack[writer->depth - 1];
    bool array = json_is_array(top->value);
    if (array ? top->index == json_array_size(top->value) : !top->member)
        return NULL;
    if (top->index++ > 0)
        buf_putc(writer->out, ',');
    if (array)
        return json_array_get(top->value, top->index - 1);
    const json_t *child = json_object_iter_value(top->member);
    json_put_string(writer->out, json_object_iter_key(top->member), json_object_iter_key_len(top->member));
    buf_putc(writer->out, ':');
    top->member = json_object_iter_next((json_t *)top->value, top->member);
    return child;
}

/* Stops when there is more text than a document can hold. */
static bool write_text(const json_t *value, bool exact, struct buf *out)
{
    struct writer writer;
    writer.out = out;
    writer.depth = 0;
    writer.exact = exact;
    writer.too_deep = false;
    put_value(&writer, value);
    while (writer.depth > 0 && !writer.too_deep && out->size < UINT32_MAX && !out->failed) {
        const json_t *child = next_child(&writer);
        if (child)
            put_value(&writer, child);
        else
            close_container(&writer);
    }
    return !writer.too_deep;
}

static bool from_jansson(struct jdoc *doc, const json_t *value, bool exact, const struct jdoc_options *options,
                         struct jpk_error *err)
{
    struct buf out = {0};
    struct jpk_error why = {0};
    if (!write_text(value, exact, &out))
        error_set(&why, JPK_ERR_LIMIT, "nested more than %d levels deep", JDOC_DEPTH_MAX);
    else if (out.failed)
        error_memory(&why);
    else if (jdoc_parse(doc, buf_text(&out), out.size, options, &why)) {
        doc->own = out.data;
        return true;
    }
    buf_free(&out);
    return error_set(err, why.code, "%s", why.message); /* without the position, which is of our own text */
}

bool jdoc_from_jansson(struct jdoc *doc, const json_t *value, const struct jdoc_options *options, struct jpk_error *err)
{
    return from_jansson(doc, value, false, options, err);
}

bool jdoc_from_jansson_exact(struct jdoc *doc, const json_t *value, const struct jdoc_options *options,
                             struct jpk_error *err)
{
    return from_jansson(doc, value, true, options, err);
}

/* ---------------------------------------------------------------------------------------------------- the other way */

/* A container that is being filled. */
struct filled {
    json_t *value;
    uint32_t end; /* the node behind it */
};

static bool is_plain(const char *number, size_t n)
{
    return !memchr(number, '.', n) && !memchr(number, 'e', n) && !memchr(number, 'E', n);
}

static json_t *number_value(const struct jdoc *doc, uint32_t node)
{
    const char *text = jdoc_number(doc, node);
    size_t n = jdoc_number_size(doc, node);
    int64_t integer;
    if (is_plain(text, n) && jdoc_integer(doc, node, &integer))
        return json_integer(integer);
    /* jansson refuses infinities. */
    json_t *real = json_real(jdoc_double(doc, node, NULL));
    return real ? real : json_stringn_nocheck(text, n);
}

/* The text of a number, or a string that begins like one, behind the mark. */
static json_t *marked_text(const char *text, size_t n)
{
    struct buf marked = {0};
    buf_putc(&marked, JSON_EXACT_MARK);
    buf_put(&marked, text, n);
    json_t *value = marked.failed ? NULL : json_stringn_nocheck(marked.data, marked.size);
    buf_free(&marked);
    return value;
}

static json_t *exact_value(const struct jdoc *doc, uint32_t node)
{
    if (jdoc_type(doc, node) == JDOC_NUMBER)
        return marked_text(jdoc_number(doc, node), jdoc_number_size(doc, node));
    return marked_text(jdoc_string(doc, node), jdoc_string_size(doc, node));
}

/* Whether what jansson has would lose something of a value, or could be taken for what would. */
static bool wants_mark(const struct jdoc *doc, uint32_t node)
{
    if (jdoc_type(doc, node) == JDOC_STRING)
        return jdoc_string_size(doc, node) > 0 && *jdoc_string(doc, node) == JSON_EXACT_MARK;
    return jdoc_type(doc, node) == JDOC_NUMBER;
}

/* A scalar, or a container that is still empty. */
static json_t *new_value(const struct jdoc *doc, uint32_t node, bool exact)
{
    if (exact && wants_mark(doc, node))
        return exact_value(doc, node);
    switch (jdoc_type(doc, node)) {
    case JDOC_OBJECT:
        return json_object();
    case JDOC_ARRAY:
        return json_array();
    case JDOC_STRING:
        return json_stringn_nocheck(jdoc_string(doc, node), jdoc_string_size(doc, node));
    case JDOC_NUMBER:
        return number_value(doc, node);
    case JDOC_NULL:
        return json_null();
    default:
        return json_boolean(jdoc_type(doc, node) == JDOC_TRUE);
    }
}

/* `value` is taken over. */
static bool add_child(const struct jdoc *doc, json_t *parent, uint32_t node, json_t *value)
{
    if (json_is_array(parent))
        return json_array_append_new(parent, value) == 0;
    return json_object_setn_new_nocheck(parent, jdoc_string(doc, node - 1), jdoc_string_size(doc, node - 1), value) ==
           0;
}

static json_t *to_jansson(const struct jdoc *doc, uint32_t node, bool exact)
{
    struct filled stack[JDOC_DEPTH_MAX + 1];
    size_t depth = 0;
    json_t *root = NULL;
    for (uint32_t at = node; at < jdoc_next(doc, node);) {
        while (depth > 0 && at >= stack[depth - 1].end)
            depth--;
        json_t *parent = depth > 0 ? stack[depth - 1].value : NULL;
        uint32_t own = at + (parent && json_is_object(parent));
        at = jdoc_next(doc, own);
        if (own > node && doc->nodes[own - 1].flags & JDOC_KEY && jdoc_shadowed(doc, own - 1))
            continue;
        json_t *value = new_value(doc, own, exact);
        if (!value || (parent && !add_child(doc, parent, own, value))) {
            json_decref(root);
            return NULL;
        }
        if (!parent)
            root = value;
        if (jdoc_type(doc, own) < JDOC_ARRAY)
            continue;
        stack[depth++] = (struct filled){value, at};
        at = own + 1;
    }
    return root;
}

json_t *jdoc_to_jansson(const struct jdoc *doc, uint32_t node)
{
    return to_jansson(doc, node, false);
}

json_t *jdoc_to_jansson_exact(const struct jdoc *doc, uint32_t node)
{
    return to_jansson(doc, node, true);
}

bool json_exact_number(const json_t *value)
{
    const char *text = json_string_value(value);
    return text && text[0] == JSON_EXACT_MARK && text[1] != JSON_EXACT_MARK;
}

/* ------------------------------------------------------------------------------------------------------------ texts */

/* Whether jansson has a number that is this one, or the nearest. */
static bool number_fits(const struct jdoc *doc, uint32_t node)
{
    int64_t integer;
    if (is_plain(jdoc_number(doc, node), jdoc_number_size(doc, node)))
        return jdoc_integer(doc, node, &integer);
    return isfinite(jdoc_double(doc, node, NULL));
}

static bool numbers_fit(const struct jdoc *doc, struct jpk_error *err)
{
    for (uint32_t node = 0; node < doc->count; node++) {
        if (jdoc_type(doc, node) != JDOC_NUMBER || number_fits(doc, node))
            continue;
        error_set(err, JPK_ERR_LIMIT, "this number is too large");
        error_text_offset(err, doc->text, doc->size, doc->nodes[node].start);
        return false;
    }
    return true;
}

json_t *json_read(const char *text, size_t n, const struct jdoc_options *options, struct jpk_error *err)
{
    struct jdoc doc = {0};
    json_t *value = NULL;
    if (!jdoc_parse(&doc, text, n, options, err))
        return NULL;
    if (numbers_fit(&doc, err) && !(value = jdoc_to_jansson(&doc, 0)))
        error_memory(err);
    jdoc_free(&doc);
    return value;
}
