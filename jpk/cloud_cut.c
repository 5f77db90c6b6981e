/* From a component of an export to its files. */
#include <stdlib.h>

#include "base/error.h"
#include "base/json_write.h"
#include "jpk/cloud_parts.h"
#include "jpk/mapping_text.h"

struct cutter {
    const struct cloud_scope *scope;
    const struct cloud_part *part;
    struct cloud_pieces *out;
    struct jdoc doc; /* of the canonical text */
    struct cloud_slots slots;
    size_t slot;        /* the next that may be replaced */
    uint32_t text_node; /* what is in the file of the text; JDOC_NONE for nothing */
    struct buf body;    /* of a script, with its tags; empty when it has no file */
    struct cloud_made_list made;
    struct strings mappings;
    struct arena arena;
    bool loops; /* are in the .map */
    bool any;   /* a member was written */
    bool kept_derived;
    bool failed; /* memory is out */
};

static uint32_t get(const struct cutter *c, const char *key)
{
    return jdoc_member(&c->doc, 0, key);
}

static void append(struct cutter *c, size_t from, size_t to)
{
    buf_put(&c->out->json, c->doc.text + from, to - from);
}

/* ---------------------------------------------------------------------------------------------------------- slots */

/* The component that a link names, when it says nothing beyond that. */
static const struct cloud_item *linked(const struct cutter *c, uint32_t node)
{
    uint32_t id = jdoc_member(&c->doc, node, "id");
    uint32_t type = jdoc_member(&c->doc, node, "type");
    if (!jdoc_is(&c->doc, id, JDOC_STRING) || type == JDOC_NONE || jdoc_count(&c->doc, node) != 2)
        return NULL;
    const struct cloud_item *item = cloud_scope_id(c->scope, jdoc_string(&c->doc, id), jdoc_string_size(&c->doc, id));
    int64_t number;
    bool same = item && jdoc_type(&c->doc, type) == JDOC_NUMBER && jdoc_integer(&c->doc, type, &number) &&
                number == jpk_cloud_kind_info(item->kind)->number;
    return same ? item : NULL;
}

static bool same_document(const struct jdoc *a, uint32_t copy, const struct cloud_item *item)
{
    const struct jdoc *b = item->doc;
    uint32_t own = jdoc_member(b, item->document, "name");
    uint32_t name = jdoc_member(a, copy, "name");
    if (jdoc_count(a, copy) != jdoc_count(b, item->document) + (own == JDOC_NONE))
        return false;
    if (own == JDOC_NONE && (name == JDOC_NONE || !jdoc_string_is(a, name, item->name, strlen(item->name))))
        return false;
    for (uint32_t key = item->document + 1; key < jdoc_next(b, item->document); key = jdoc_next(b, key + 1)) {
        uint32_t value = jdoc_get(a, copy, jdoc_string(b, key), jdoc_string_size(b, key));
        if (!jdoc_shadowed(b, key) && (value == JDOC_NONE || !jdoc_equal(a, value, b, key + 1)))
            return false;
    }
    return true;
}

/* The schema that a document in a transformation is the copy of. */
static const struct cloud_item *copied(const struct cutter *c, uint32_t node)
{
    const struct jdoc *doc = &c->doc;
    uint32_t side = doc->places[node].parent, id = jdoc_member(doc, side, "id");
    uint32_t name = jdoc_member(doc, side, "name");
    const struct cloud_item *item = NULL;
    if (jdoc_type(doc, node) != JDOC_OBJECT)
        return NULL;
    if (jdoc_is(doc, id, JDOC_STRING))
        item = cloud_scope_id(c->scope, jdoc_string(doc, id), jdoc_string_size(doc, id));
    else if (jdoc_is(doc, name, JDOC_STRING))
        item = cloud_scope_schema(c->scope, jdoc_string(doc, name), jdoc_string_size(doc, name));
    return item && item->doc && same_document(doc, node, item) ? item : NULL;
}

/* The schema that the document of an activity is the copy of, but for the numbers. */
static const struct cloud_item *numbered(struct cutter *c, uint32_t node)
{
    static const struct jdoc_options no_options;
    const struct jdoc *doc = &c->doc;
    bool input = jdoc_string_is(doc, node - 1, "input", strlen("input"));
    const struct cloud_item *item =
        c->part->id ? cloud_scope_origin(c->scope, input ? "input" : "output", c->part->id) : NULL;
    if (!item || !item->doc || jdoc_type(doc, node) != JDOC_OBJECT)
        return NULL;
    struct buf text = {0};
    struct jdoc made = {0};
    struct jpk_error err = {0};
    bool same = cloud_number_nodes(item->doc, item->document, &text) &&
                jdoc_parse(&made, buf_text(&text), text.size, &no_options, &err) && jdoc_equal(doc, node, &made, 0);
    c->failed = c->failed || text.failed || err.code == JPK_ERR_MEMORY;
    jdoc_free(&made);
    buf_free(&text);
    return same ? item : NULL;
}

static void put_reference(struct cutter *c, const char *path)
{
    struct buf text = {0};
    buf_printf(&text, "@%s", path);
    c->failed = c->failed || text.failed;
    json_put_string(&c->out->json, buf_text(&text), text.size);
    buf_free(&text);
}

/* Writes what stands for a value; false: nothing else than the value itself. */
static bool put_slot(struct cutter *c, const struct cloud_slot *slot)
{
    const struct jdoc *doc = &c->doc;
    bool string = jdoc_type(doc, slot->node) == JDOC_STRING;
    const struct cloud_item *item = NULL;
    if (slot->kind == CLOUD_SLOT_LINK && !string)
        item = linked(c, slot->node);
    else if (slot->kind == CLOUD_SLOT_ID && string)
        item = cloud_scope_id(c->scope, jdoc_string(doc, slot->node), jdoc_string_size(doc, slot->node));
    else if (slot->kind == CLOUD_SLOT_DOCUMENT)
        item = copied(c, slot->node);
    else if (slot->kind == CLOUD_SLOT_NUMBERED)
        item = numbered(c, slot->node);
    if (item) {
        put_reference(c, item->path);
    } else if (slot->node == c->text_node) {
        put_reference(c, c->out->ending);
    } else if (string && jdoc_string_size(doc, slot->node) > 0 && jdoc_string(doc, slot->node)[0] == '@') {
        buf_puts(&c->out->json, "\"@");
        append(c, doc->nodes[slot->node].start + 1, cloud_json_end(doc, slot->node));
    } else {
        return false;
    }
    return true;
}

/* A part of the canonical text with what stands for its slots. */
static void put_text(struct cutter *c, size_t from, size_t to)
{
    for (; c->slot < c->slots.count; c->slot++) {
        const struct cloud_slot *slot = &c->slots.items[c->slot];
        size_t start = c->doc.nodes[slot->node].start;
        if (start >= to)
            break;
        if (start < from)
            continue;
        append(c, from, start);
        from = put_slot(c, slot) ? cloud_json_end(&c->doc, slot->node) : start;
    }
    append(c, from, to);
}

/* ---------------------------------------------------------------------------------------------------------- texts */

/* A text that is a file of its own, with a line end behind it. */
static void take_text(struct cutter *c, uint32_t node, const char *ending)
{
    if (c->text_node != JDOC_NONE || !jdoc_is(&c->doc, node, JDOC_STRING) || jdoc_string_size(&c->doc, node) == 0)
        return;
    c->text_node = node;
    c->out->ending = ending;
    buf_put(&c->out->text, jdoc_string(&c->doc, node), jdoc_string_size(&c->doc, node));
    buf_putc(&c->out->text, '\n');
}

/* Whether a file with this text gives the script back. */
static bool gives_script(struct cutter *c, uint32_t node, const char *text, size_t n, bool javascript)
{
    buf_clear(&c->body);
    cloud_script_body(text, n, javascript, &c->body);
    return jdoc_string_is(&c->doc, node, buf_text(&c->body), c->body.size);
}

static void take_script(struct cutter *c)
{
    uint32_t node = get(c, "scriptBody"), type = get(c, "scriptType");
    if (!jdoc_is(&c->doc, node, JDOC_STRING))
        return;
    const char *text = jdoc_string(&c->doc, node);
    size_t n = jdoc_string_size(&c->doc, node);
    bool javascript = jdoc_is(&c->doc, type, JDOC_NUMBER) && jdoc_number_size(&c->doc, type) == 1 &&
                      *jdoc_number(&c->doc, type) == '0';
    size_t open = javascript ? sizeof "<javascript>\n" - 1 : sizeof "<trans>\n" - 1,
           close = open; /* `/`, no line end */
    bool framed = n > open + close && gives_script(c, node, text + open, n - open - close, javascript);
    if (!framed && !gives_script(c, node, text, n, javascript)) {
        buf_clear(&c->body);
        return;
    }
    c->text_node = node;
    c->out->ending = javascript ? ".js" : ".jb";
    buf_put(&c->out->text, framed ? text + open : text, framed ? n - open - close : n);
}

static void take_texts(struct cutter *c)
{
    if (c->part->workflow)
        return;
    if (c->part->kind == JPK_CLOUD_SCRIPT)
        take_script(c);
    if (c->part->kind == JPK_CLOUD_EMAIL)
        take_text(c, get(c, "message"), ".txt");
    for (size_t i = 0; c->part->kind == JPK_CLOUD_ACTIVITY && i < c->slots.count; i++) {
        if (c->slots.items[i].kind == CLOUD_SLOT_SOQL)
            take_text(c, c->slots.items[i].node, ".soql");
        else if (c->slots.items[i].kind == CLOUD_SLOT_SQL)
            take_text(c, c->slots.items[i].node, ".sql");
    }
}

/* -------------------------------------------------------------------------------------------------------- members */

static void begin_member(struct cutter *c)
{
    buf_puts(&c->out->json, c->any ? ",\n  " : "{\n  ");
    c->any = true;
}

static void put_key(struct cutter *c, const char *key)
{
    begin_member(c);
    json_put_string(&c->out->json, key, strlen(key));
    buf_puts(&c->out->json, ": ");
}

/* Whether a value is the one that would be made. */
static bool is_made(struct cutter *c, const struct cloud_made *made, uint32_t value)
{
    if (made->string)
        return jdoc_string_is(&c->doc, value, made->string, made->size);
    struct buf text = {0};
    cloud_put(&text, &c->doc, value, SHAPE_ANY, true);
    bool same = !text.failed && strcmp(buf_text(&text), made->json) == 0;
    c->failed = c->failed || text.failed;
    buf_free(&text);
    return same;
}

/* Whether the operations of a workflow are those that lie in its folder, in that order. */
static bool lists_folder(const struct cutter *c, uint32_t array)
{
    size_t at = 0;
    if (jdoc_type(&c->doc, array) != JDOC_ARRAY || jdoc_count(&c->doc, array) != c->part->operation_count)
        return false;
    for (uint32_t node = array + 1; node < jdoc_next(&c->doc, array); node = jdoc_next(&c->doc, node), at++)
        if (jdoc_type(&c->doc, node) != JDOC_OBJECT || linked(c, node) != c->part->operations[at])
            return false;
    return true;
}

static void cut_rules(struct cutter *c, uint32_t array)
{
    struct buf rules = {0};
    struct cloud_source source;
    struct cloud_rules_cut cut = {.json = &rules, .mappings = &c->mappings, .arena = &c->arena};
    if (!cloud_source_of(c->scope, &c->doc, 0, &c->arena, &source) ||
        !cloud_cut_rules(c->scope, &source, &c->doc, array, &cut))
        c->failed = true;
    if (rules.size > 0) {
        put_key(c, "mappingRules");
        buf_put(&c->out->json, rules.data, rules.size);
    }
    c->failed = c->failed || rules.failed;
    buf_free(&rules);
}

static void cut_loops(struct cutter *c)
{
    uint32_t array = get(c, "loopMappingRules");
    if (c->part->workflow || c->part->kind != JPK_CLOUD_TRANSFORMATION || array == JDOC_NONE)
        return;
    c->loops = jdoc_type(&c->doc, array) == JDOC_ARRAY && cloud_loops_fit(&c->doc, array);
    if (c->loops && !cloud_cut_loops(&c->doc, array, &c->mappings, &c->arena))
        c->failed = true;
}

/* What is in other files, or has a form of its own. */
static bool is_special(struct cutter *c, uint32_t key, uint32_t value)
{
    const struct jdoc *doc = &c->doc;
    bool array = jdoc_type(doc, value) == JDOC_ARRAY, rules = c->part->kind == JPK_CLOUD_TRANSFORMATION && array;
    if (c->part->workflow)
        return jdoc_string_is(doc, key, "operations", strlen("operations")) && lists_folder(c, value);
    if (rules && jdoc_string_is(doc, key, "mappingRules", strlen("mappingRules"))) {
        cut_rules(c, value);
        return true;
    }
    if (rules && jdoc_string_is(doc, key, "loopMappingRules", strlen("loopMappingRules")))
        return c->loops;
    return cloud_part_text(c->part) && value == c->text_node;
}

static void put_member(struct cutter *c, uint32_t key)
{
    const struct jdoc *doc = &c->doc;
    uint32_t value = key + 1;
    const struct cloud_made *made = cloud_made_get(&c->made, jdoc_string(doc, key), jdoc_string_size(doc, key));
    bool id = c->part->id && jdoc_string_is(doc, key, "id", strlen("id")) &&
              jdoc_string_is(doc, value, c->part->id, strlen(c->part->id));
    if (id || (made && is_made(c, made, value)) || is_special(c, key, value))
        return;
    begin_member(c);
    c->kept_derived = c->kept_derived || (made && made->derived);
    c->out->plain = c->out->plain || (jdoc_string_size(doc, key) > 0 && *jdoc_string(doc, key) == '@');
    append(c, doc->nodes[key].start, cloud_json_end(doc, key));
    buf_puts(&c->out->json, ": ");
    put_text(c, doc->nodes[value].start, cloud_json_end(doc, value));
}

static void put_lack(struct cutter *c, const char *key, bool *first)
{
    if (get(c, key) != JDOC_NONE)
        return;
    if (*first) {
        put_key(c, CLOUD_LACKS);
        buf_putc(&c->out->json, '[');
    } else {
        buf_puts(&c->out->json, ", ");
    }
    *first = false;
    json_put_string(&c->out->json, key, strlen(key));
}

static void put_lacks(struct cutter *c)
{
    bool first = true;
    for (size_t i = 0; i < c->made.count; i++)
        put_lack(c, c->made.items[i].key, &first);
    if (!c->part->workflow && c->part->kind == JPK_CLOUD_TRANSFORMATION) {
        put_lack(c, "mappingRules", &first);
        put_lack(c, "loopMappingRules", &first);
    }
    if (c->part->workflow)
        put_lack(c, "operations", &first);
    if (cloud_part_text(c->part))
        put_lack(c, cloud_part_text(c->part), &first);
    if (!first)
        buf_putc(&c->out->json, ']');
}

static void cut_object(struct cutter *c)
{
    take_texts(c);
    cloud_made_part(&c->made, c->scope, c->part, c->body.size > 0 ? &c->body : NULL, c->out->ending);
    cut_loops(c);
    for (uint32_t key = 1; key < jdoc_next(&c->doc, 0); key = jdoc_next(&c->doc, key + 1))
        put_member(c, key);
    put_lacks(c);
    if (c->kept_derived) {
        char hash[CLOUD_HASH_SIZE];
        cloud_text_hash(buf_text(&c->body), c->body.size, hash);
        put_key(c, CLOUD_TEXT);
        json_put_string(&c->out->json, hash, strlen(hash));
    }
    c->out->has_map = c->mappings.count > 0;
    mapping_text_write(&c->mappings, &c->out->map);
    bool alone = c->out->ending || c->out->has_map || c->part->operation_count > 0;
    if (c->any)
        buf_puts(&c->out->json, "\n}\n");
    else if (!alone) /* something must say that it is there */
        buf_puts(&c->out->json, "{}\n");
    c->failed = c->failed || c->body.failed || c->made.failed || c->out->json.failed || c->out->text.failed ||
                c->out->map.failed;
}

static void cutter_free(struct cutter *c)
{
    jdoc_free(&c->doc);
    free(c->slots.items);
    buf_free(&c->body);
    cloud_made_free(&c->made);
    strings_free(&c->mappings);
    arena_free(&c->arena);
}

/* --------------------------------------------------------------------------------------------------------- the proof
 */

/* Whether the files, joined, give the same canonical text. */
static bool gives_back(const struct cloud_scope *scope, const struct cloud_part *part, const struct buf *canonical,
                       const struct cloud_pieces *pieces, struct jpk_error *err)
{
    static const struct jdoc_options no_options;
    struct cloud_file json = {.path = "", .text = buf_text(&pieces->json), .size = pieces->json.size};
    struct cloud_file text = {.path = "", .text = buf_text(&pieces->text), .size = pieces->text.size};
    struct cloud_file map = {.path = "", .text = buf_text(&pieces->map), .size = pieces->map.size};
    struct cloud_part joined = *part;
    struct rope rope = {0};
    struct jdoc doc = {0};
    struct buf again = {0};
    joined.ending = pieces->ending;
    joined.json = pieces->json.size ? &json : NULL;
    joined.text = pieces->ending ? &text : NULL;
    joined.map = pieces->has_map ? &map : NULL;
    bool ok = (!joined.json || jdoc_parse(&json.doc, json.text, json.size, &no_options, err)) &&
              cloud_join(scope, &joined, &rope, err) &&
              jdoc_parse(&doc, buf_text(&rope.text), rope.text.size, &no_options, err);
    if (ok)
        cloud_put(&again, &doc, 0, part->workflow ? SHAPE_WORKFLOW : SHAPE_COMPONENT, false);
    ok = ok && buf_equal(&again, canonical);
    if (again.failed)
        error_memory(err);
    buf_free(&again);
    jdoc_free(&doc);
    jdoc_free(&json.doc);
    rope_free(&rope);
    return ok;
}

static void make_plain(const struct buf *canonical, struct cloud_pieces *pieces)
{
    buf_clear(&pieces->json);
    buf_clear(&pieces->text);
    buf_clear(&pieces->map);
    pieces->ending = NULL;
    pieces->has_map = false;
    pieces->plain = true;
    buf_put(&pieces->json, buf_text(canonical), canonical->size);
    buf_putc(&pieces->json, '\n');
}

bool cloud_cut(const struct cloud_scope *scope, const struct cloud_part *part, const struct buf *canonical,
               struct cloud_pieces *pieces, struct jpk_error *err)
{
    struct cutter c = {.scope = scope, .part = part, .out = pieces, .text_node = JDOC_NONE};
    struct jdoc_options options = {.depth = JDOC_DEPTH_MAX};
    struct jpk_error proof = {0};
    *pieces = (struct cloud_pieces){0};
    if (!jdoc_parse(&c.doc, buf_text(canonical), canonical->size, &options, err) || !jdoc_place_all(&c.doc, err)) {
        cutter_free(&c);
        return false;
    }
    if (cloud_slots_find(&c.doc, cloud_part_shape(part), &c.slots))
        cut_object(&c);
    else
        c.failed = true;
    cutter_free(&c);
    if (!c.failed && !pieces->plain && !gives_back(scope, part, canonical, pieces, &proof))
        pieces->plain = true;
    if (c.failed || proof.code == JPK_ERR_MEMORY)
        return error_memory(err);
    if (pieces->plain)
        make_plain(canonical, pieces);
    return !pieces->json.failed || error_memory(err);
}

void cloud_pieces_free(struct cloud_pieces *pieces)
{
    buf_free(&pieces->json);
    buf_free(&pieces->text);
    buf_free(&pieces->map);
}
