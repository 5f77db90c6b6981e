/* Values of exports as fields of a difference: as texts, as JSON in one line, or hidden. */
#include <stdlib.h>

#include "base/json_write.h"
#include "base/secrets.h"
#include "jpk/cloud_diff.h"
#include "jpk/packed.h"
#include "jpk/secret_field.h"

enum { JSON_BYTES = 200 }; /* longer JSON is cut */

static const char not_shown[] = "(not shown)";

static bool encrypted(const struct jdoc *doc, uint32_t node)
{
    return jdoc_is(doc, node, JDOC_STRING) && jdoc_string_size(doc, node) > 3 &&
           memcmp(jdoc_string(doc, node), "$00", 3) == 0;
}

static bool is_value(const struct jdoc *doc, uint32_t key)
{
    return jdoc_string_is(doc, key, "value", strlen("value")) ||
           jdoc_string_is(doc, key, "defaultValue", strlen("defaultValue"));
}

bool cloud_secret_member(const struct jdoc *doc, uint32_t key, bool holds)
{
    return (holds && is_value(doc, key)) || jdoc_string_is(doc, key, "account", strlen("account")) ||
           secret_named(doc, key);
}

/* ------------------------------------------------------------------------------------------------------------ JSON */

/* How much of a value is shown. */
enum shown { SHOWN, SHOWN_WITHOUT_PARTS, NOT_SHOWN };

static void put_json(struct diffing *d, struct buf *out, const struct jdoc *doc, uint32_t node, enum shown shown);

static void put_string(struct diffing *d, struct buf *out, const struct jdoc *doc, uint32_t node, enum shown how)
{
    size_t n = jdoc_string_size(doc, node);
    bool hide = encrypted(doc, node) || (how == NOT_SHOWN && !secret_only_variables(jdoc_string(doc, node), n));
    const char *shown =
        hide ? not_shown
             : diff_copy_shown(d, jdoc_string(doc, node), n < JSON_BYTES ? n : JSON_BYTES, how == SHOWN_WITHOUT_PARTS);
    d->failed |= !shown;
    if (shown)
        json_put_string(out, shown, strlen(shown));
}

/* Whether the text of a property is one in which secrets stand. */
static bool has_parts(const struct jdoc *doc, uint32_t property)
{
    uint32_t name = jdoc_member(doc, property, "name");
    return jdoc_is(doc, name, JDOC_STRING) &&
           secret_field_has_parts(jdoc_string(doc, name), jdoc_string_size(doc, name));
}

static void put_members(struct diffing *d, struct buf *out, const struct jdoc *doc, uint32_t node, enum shown shown)
{
    bool holds = secret_holder(doc, node), parts = has_parts(doc, node);
    const char *separator = "";
    for (uint32_t key = node + 1; key < jdoc_next(doc, node) && out->size <= JSON_BYTES;
         key = jdoc_next(doc, key + 1)) {
        if (jdoc_shadowed(doc, key))
            continue;
        buf_puts(out, separator);
        put_string(d, out, doc, key, SHOWN);
        buf_putc(out, ':');
        enum shown how = shown == SHOWN && parts && is_value(doc, key) ? SHOWN_WITHOUT_PARTS : shown;
        put_json(d, out, doc, key + 1, cloud_secret_member(doc, key, holds) ? NOT_SHOWN : how);
        separator = ",";
    }
}

/* In one line, secrets left out; stops a little behind JSON_BYTES, which bounds the depth too. */
static void put_json(struct diffing *d, struct buf *out, const struct jdoc *doc, uint32_t node, enum shown shown)
{
    const char *separator = "";
    switch (jdoc_type(doc, node)) {
    case JDOC_OBJECT:
        buf_putc(out, '{');
        put_members(d, out, doc, node, shown);
        buf_putc(out, '}');
        break;
    case JDOC_ARRAY:
        buf_putc(out, '[');
        for (uint32_t at = node + 1; at < jdoc_next(doc, node) && out->size <= JSON_BYTES; at = jdoc_next(doc, at)) {
            buf_puts(out, separator);
            put_json(d, out, doc, at, shown);
            separator = ",";
        }
        buf_putc(out, ']');
        break;
    case JDOC_STRING:
        put_string(d, out, doc, node, shown);
        break;
    case JDOC_NUMBER:
        if (shown == NOT_SHOWN)
            json_put_string(out, not_shown, strlen(not_shown));
        else
            buf_put(out, jdoc_number(doc, node), jdoc_number_size(doc, node));
        break;
    default:
        buf_puts(out, jdoc_type(doc, node) == JDOC_NULL   ? "null"
                      : jdoc_type(doc, node) == JDOC_TRUE ? "true"
                                                          : "false");
    }
}

/* JSON of a value, cut at the end of a character. */
static void put_cut(struct diffing *d, struct buf *out, const struct jdoc *doc, uint32_t node, enum shown shown)
{
    put_json(d, out, doc, node, shown);
    if (out->size <= JSON_BYTES || out->failed)
        return;
    size_t end = JSON_BYTES;
    while (end > 0 && ((unsigned char)out->data[end] & 0xc0) == 0x80)
        end--;
    out->size = end;
    buf_puts(out, " ...");
}

/* ----------------------------------------------------------------------------------------------------------- fields */

/* A step or another link that has nothing but an id and a type is its id. */
static uint32_t link_id(const struct jdoc *doc, uint32_t node)
{
    uint32_t id = jdoc_member(doc, node, "id");
    bool link =
        jdoc_is(doc, id, JDOC_STRING) && jdoc_count(doc, node) == 2 && jdoc_member(doc, node, "type") != JDOC_NONE;
    return link ? id : JDOC_NONE;
}

/* The text of a value; `json`: in a form that tells "5" from 5. */
static void put_text(struct cloud_comparison *c, struct buf *out, const struct jdoc *doc, uint32_t node, bool json)
{
    uint32_t id = link_id(doc, node);
    node = id == JDOC_NONE ? node : id;
    if (jdoc_type(doc, node) == JDOC_STRING && !json)
        buf_put(out, jdoc_string(doc, node), jdoc_string_size(doc, node));
    else
        put_cut(&c->c->d, out, doc, node, c->secret ? NOT_SHOWN : SHOWN);
    c->c->d.failed |= out->failed;
}

static bool unpack(const struct cloud_view *view, uint32_t node, struct buf *out)
{
    const struct jpk_limits *limits = &((const struct cloud *)view->cloud)->limits;
    return jdoc_is(view->doc, node, JDOC_STRING) &&
           packed_decode(jdoc_string(view->doc, node), jdoc_string_size(view->doc, node), limits, out, NULL);
}

/* False: they are not packed. */
static bool add_packed(struct cloud_comparison *c, uint32_t a, uint32_t b)
{
    struct buf bytes[2] = {{0}, {0}};
    bool packed = unpack(&c->c->view[SIDE_A], a, &bytes[0]) && unpack(&c->c->view[SIDE_B], b, &bytes[1]);
    if (packed)
        diff_add_bytes(&c->c->d, cloud_shown_path(c), bytes, false);
    buf_free(&bytes[0]);
    buf_free(&bytes[1]);
    return packed;
}

/* What decides about hiding: true, false and null are no secrets. */
static const char *told_key(const struct cloud_comparison *c, const char *key, uint32_t a, uint32_t b)
{
    bool flags = (a == JDOC_NONE || jdoc_type(c->c->view[SIDE_A].doc, a) < JDOC_NUMBER) &&
                 (b == JDOC_NONE || jdoc_type(c->c->view[SIDE_B].doc, b) < JDOC_NUMBER);
    return flags ? "" : c->secret ? NULL : key;
}

void cloud_diff_add(struct cloud_comparison *c, uint32_t a, uint32_t b, const char *key, enum cloud_diff_part part)
{
    const struct jdoc *docs[] = {c->c->view[SIDE_A].doc, c->c->view[SIDE_B].doc};
    struct buf text[2] = {{0}, {0}};
    uint32_t nodes[] = {a, b};
    if (part == PART_PACKED && add_packed(c, a, b))
        return;
    bool hidden[] = {encrypted(docs[SIDE_A], a), encrypted(docs[SIDE_B], b)};
    for (int side = 0; side < 2; side++)
        if (nodes[side] != JDOC_NONE)
            put_text(c, &text[side], docs[side], nodes[side], false);
    bool alike = a != JDOC_NONE && b != JDOC_NONE && !hidden[0] && !hidden[1] &&
                 strcmp(buf_text(&text[0]), buf_text(&text[1])) == 0 &&
                 jdoc_type(docs[SIDE_A], a) != jdoc_type(docs[SIDE_B], b);
    for (int side = 0; side < 2 && alike; side++) {
        buf_clear(&text[side]);
        put_text(c, &text[side], docs[side], nodes[side], true);
    }
    const char *left = a == JDOC_NONE ? NULL : buf_text(&text[0]), *right = b == JDOC_NONE ? NULL : buf_text(&text[1]);
    const char *told = told_key(c, key, a, b);
    if (hidden[0] || hidden[1])
        diff_add_encrypted(&c->c->d, cloud_shown_path(c), told, left, hidden[0], right, hidden[1]);
    else
        diff_add_value(&c->c->d, cloud_shown_path(c), told, left, right);
    buf_free(&text[0]);
    buf_free(&text[1]);
}
