/* Writing down what becomes of an export: what is written otherwise, and what is told of it. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "jpk/cloud_path.h"
#include "jpk/retarget_sweep.h"

void sweep_leave_out(struct sweep *s, uint32_t node)
{
    s->edits.what[node] = CLOUD_LEFT_OUT;
}

/* `json` has to stay. */
void sweep_replace(struct sweep *s, uint32_t node, const char *json)
{
    struct cloud_replacement *list =
        json ? array_grow(s->replacements, s->edits.count, &s->capacity, sizeof *list) : NULL;
    if (!list) {
        s->failed = true;
        return;
    }
    list[s->edits.count++] = (struct cloud_replacement){node, json, strlen(json)};
    s->edits.replacements = s->replacements = list;
    s->edits.what[node] = CLOUD_REPLACED;
}

void sweep_replace_string(struct sweep *s, uint32_t node, const char *text)
{
    struct buf json = {0};
    cloud_put_string(&json, text, strlen(text));
    sweep_replace(s, node, json.failed ? NULL : arena_strndup(&s->result->arena, json.data, json.size));
    buf_free(&json);
}

void sweep_list_secret(struct sweep *s, struct left_out_list *to, const struct jpk_cloud_component *component,
                       struct jpk_left_out row, const struct secret *secret)
{
    struct buf path = {0};
    uint32_t place = component ? component->index : UINT32_MAX; /* the project itself comes last */
    row.path = retarget_path(to, place);
    if (!row.path && component)
        cloud_path(&path, component);
    else if (!row.path)
        buf_puts(&path, "project");
    row.path = row.path ? row.path : path.data;
    s->failed |= path.failed || !retarget_list(s->result, to, place, row, secret);
    buf_free(&path);
}

void sweep_list(struct sweep *s, struct left_out_list *to, const struct jpk_cloud_component *component,
                struct jpk_left_out row)
{
    sweep_list_secret(s, to, component, row, NULL);
}

/* The same with a note about another component. */
void sweep_list_named(struct sweep *s, struct left_out_list *to, const struct jpk_cloud_component *component,
                      struct jpk_left_out row, const char *before, const struct jpk_cloud_component *named,
                      const char *behind)
{
    struct buf note = {0}, path = {0};
    cloud_path(&path, named);
    buf_puts(&note, before);
    retarget_put_name(&note, buf_text(&path), path.size);
    buf_puts(&note, behind);
    row.note = note.data;
    s->failed |= note.failed || path.failed;
    if (!s->failed)
        sweep_list(s, to, component, row);
    buf_free(&note);
    buf_free(&path);
}

static void put_part(const struct sweep *s, struct buf *out, uint32_t string)
{
    if (out->size)
        buf_putc(out, '/');
    retarget_put_name(out, jdoc_string(s->doc, string), jdoc_string_size(s->doc, string));
}

bool sweep_has_key(const struct sweep *s, size_t at, const char *key)
{
    return s->stack[at].key != JDOC_NONE && jdoc_string_is(s->doc, s->stack[at].key, key, strlen(key));
}

/* The containers around a value below its component: the names that they give themselves, or their keys. */
static void put_around(const struct sweep *s, struct buf *out, bool names)
{
    enum { KEY_BYTES = 1000 };
    for (size_t i = s->component ? s->base + 1 : 1; i < s->depth; i++) {
        uint32_t part = names ? jdoc_member(s->doc, s->stack[i].node, "name") : s->stack[i].key;
        if (s->stack[i].node == s->cloud->project || !jdoc_is(s->doc, part, JDOC_STRING))
            continue;
        if (out->size > KEY_BYTES)
            buf_clear(out);
        if (jdoc_string_size(s->doc, part))
            put_part(s, out, part);
    }
}

/*
 * Where a value stands in its component: a property's path as jpk_cloud_property has it, else the keys of members; the
 * end of it alone when that is very long.
 */
static void put_key(const struct sweep *s, struct buf *out, uint32_t key)
{
    put_around(s, out, true);
    uint32_t target = s->depth ? jdoc_member(s->doc, s->stack[s->depth - 1].node, "targetPath") : JDOC_NONE;
    if (!out->size && jdoc_is(s->doc, target, JDOC_STRING)) {
        put_part(s, out, target); /* a mapping is called by its target */
        return;
    }
    bool value = out->size && key != JDOC_NONE && jdoc_string_is(s->doc, key, "value", strlen("value"));
    if (!out->size)
        put_around(s, out, false);
    if (key != JDOC_NONE && !value)
        put_part(s, out, key);
}

void sweep_list_value(struct sweep *s, enum jpk_without why, uint32_t key, const char *note)
{
    struct buf path = {0};
    put_key(s, &path, key);
    s->failed |= path.failed;
    if (!path.failed)
        sweep_list(s, &s->result->left_out, s->component,
                   (struct jpk_left_out){.why = why, .key = path.data, .note = note});
    buf_free(&path);
}

/* Where a value ends in the text, with its quotes. */
size_t sweep_value_end(const struct jdoc *doc, uint32_t node)
{
    size_t at = doc->nodes[node].start;
    if (jdoc_type(doc, node) != JDOC_STRING)
        return at + (jdoc_type(doc, node) == JDOC_NUMBER ? jdoc_number_size(doc, node) : 1);
    for (at++; at < doc->size && doc->text[at] != '"'; at++)
        at += doc->text[at] == '\\';
    return at + 1;
}

/* Lists a secret of the value at hand. `length` 0: all of it. */
void sweep_list_found(struct sweep *s, enum jpk_without why, uint32_t key, uint32_t value, struct secret secret,
                      const char *note)
{
    const struct jdoc *doc = s->doc;
    struct buf path = {0};
    if (secret.length == 0) {
        secret.offset = doc->nodes[value].start + (jdoc_type(doc, value) == JDOC_STRING);
        secret.length = sweep_value_end(doc, value) - (jdoc_type(doc, value) == JDOC_STRING) - secret.offset;
    }
    put_key(s, &path, key);
    secret.shown = retarget_shown(s->result, secret.rule, doc->text + secret.offset, secret.length);
    s->failed |= path.failed || !secret.shown;
    if (!s->failed)
        sweep_list_secret(s, &s->result->left_out, s->component,
                          (struct jpk_left_out){
                              .why = why, .key = path.data, .note = note, .rule = secret_rule_info(secret.rule)->id},
                          &secret);
    buf_free(&path);
}
