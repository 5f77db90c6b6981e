/* From the files of a component back to what an export has. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/json_write.h"
#include "jpk/cloud_parts.h"

struct joiner {
    const struct cloud_scope *scope;
    const struct cloud_part *part;
    struct rope *rope;
    struct jpk_error *err;
    const struct cloud_file *json; /* NULL for none, as is `doc`, which is its document */
    const struct jdoc *doc;
    struct cloud_slots slots; /* of the .json */
    size_t slot;              /* the next one */
    struct buf body;          /* of a script that has a file */
    struct cloud_made_list made;
    bool query; /* the text of a query was used */
    bool stale; /* what was kept of what follows from the text is for another one */
    bool any;   /* a member was written */
};

static uint32_t get(const struct joiner *j, const char *key)
{
    return j->doc ? jdoc_member(j->doc, 0, key) : JDOC_NONE;
}

/* Something made stands for the beginning of one of the files. */
static uint32_t made_in(const struct joiner *j)
{
    const struct cloud_part *part = j->part;
    const struct cloud_file *file = j->json ? j->json : part->text ? part->text : part->map;
    return file ? file->number : 0;
}

static void put(struct joiner *j, const char *text)
{
    rope_puts(j->rope, made_in(j), 0, text);
}

static void put_string(struct joiner *j, const char *s, size_t n)
{
    struct buf text = {0};
    json_put_string(&text, s, n);
    rope_take(j->rope, made_in(j), 0, &text);
}

static void put_key(struct joiner *j, const char *key)
{
    put(j, j->any ? "," : "{");
    j->any = true;
    put_string(j, key, strlen(key));
    put(j, ":");
}

__attribute__((format(printf, 3, 4))) static bool wrong(struct joiner *j, uint32_t node, const char *format, ...)
{
    char message[JPK_ERROR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    error_set(j->err, JPK_ERR_FORMAT, "%s", message);
    error_entry(j->err, j->json->path);
    error_text_offset(j->err, j->json->text, j->json->size, j->doc->nodes[node].start);
    return false;
}

/* ---------------------------------------------------------------------------------------------------------- slots */

static void put_link(struct rope *rope, const struct cloud_file *file, size_t offset, const struct cloud_item *item)
{
    struct buf text = {0};
    buf_printf(&text, "{\"type\":%d,\"id\":", jpk_cloud_kind_info(item->kind)->number);
    json_put_string(&text, item->id, strlen(item->id));
    buf_putc(&text, '}');
    rope_take(rope, file->number, offset, &text);
}

static bool put_document(struct joiner *j, uint32_t node, const struct cloud_item *item)
{
    size_t offset = j->doc->nodes[node].start;
    if (!item->doc)
        return wrong(j, node, "'%s' is no schema with a document", item->path);
    size_t from = item->doc->nodes[item->document].start, to = cloud_json_end(item->doc, item->document);
    bool named = jdoc_member(item->doc, item->document, "name") != JDOC_NONE;
    rope_puts(j->rope, j->json->number, offset, "{");
    if (!named) {
        struct buf name = {0};
        buf_puts(&name, "\"name\":");
        json_put_string(&name, item->name, strlen(item->name));
        if (jdoc_count(item->doc, item->document) > 0)
            buf_putc(&name, ',');
        rope_take(j->rope, j->json->number, offset, &name);
    }
    rope_fixed(j->rope, j->json->number, offset, item->doc->text + from + 1, to - from - 1);
    return true;
}

static bool put_numbered(struct joiner *j, uint32_t node, const struct cloud_item *item)
{
    struct buf text = {0};
    if (!item->doc)
        return wrong(j, node, "'%s' is no schema with a document", item->path);
    bool ok = cloud_number_nodes(item->doc, item->document, &text);
    rope_take(j->rope, j->json->number, j->doc->nodes[node].start, &text);
    return ok || error_memory(j->err);
}

/* The text of a file as a string; its last line end is not its own. */
static void put_lines(struct joiner *j, const struct cloud_file *text)
{
    size_t n = text->size - (text->size > 0 && text->text[text->size - 1] == '\n');
    rope_puts(j->rope, text->number, 0, "\"");
    rope_string(j->rope, text->number, 0, text->text, n);
    rope_puts(j->rope, text->number, n, "\"");
}

static bool put_query(struct joiner *j, uint32_t node)
{
    const struct cloud_file *text = j->part->text;
    if (!text)
        return wrong(j, node, "stands for the text in another file, which is not there");
    j->query = true;
    put_lines(j, text);
    return true;
}

/* Writes what a value that begins with @ stands for. */
static bool put_reference(struct joiner *j, const struct cloud_slot *slot)
{
    const struct cloud_file *json = j->json;
    const char *path = jdoc_string(&json->doc, slot->node) + 1;
    size_t n = jdoc_string_size(&json->doc, slot->node) - 1;
    if (slot->kind == CLOUD_SLOT_SOQL || slot->kind == CLOUD_SLOT_SQL)
        return put_query(j, slot->node);
    const struct cloud_item *item = cloud_scope_path(j->scope, path, n);
    if (!item)
        return wrong(j, slot->node, "no component of the tree is at '%.*s'", (int)(n < 200 ? n : 200), path);
    if (slot->kind == CLOUD_SLOT_DOCUMENT)
        return put_document(j, slot->node, item);
    if (slot->kind == CLOUD_SLOT_NUMBERED)
        return put_numbered(j, slot->node, item);
    if (!item->id)
        return wrong(j, slot->node, "'%s' has no id", item->path);
    if (slot->kind == CLOUD_SLOT_LINK) {
        put_link(j->rope, json, json->doc.nodes[slot->node].start, item);
        return true;
    }
    struct buf id = {0};
    json_put_string(&id, item->id, strlen(item->id));
    rope_take(j->rope, json->number, json->doc.nodes[slot->node].start, &id);
    return true;
}

/* A part of the .json with what its slots stand for. */
static bool put_text(struct joiner *j, size_t from, size_t to)
{
    const struct cloud_file *json = j->json;
    const struct jdoc *doc = &json->doc;
    for (; j->slot < j->slots.count; j->slot++) {
        const struct cloud_slot *slot = &j->slots.items[j->slot];
        size_t start = doc->nodes[slot->node].start;
        if (start >= to)
            break;
        bool ours = jdoc_is(doc, slot->node, JDOC_STRING) && jdoc_string_size(doc, slot->node) > 0 &&
                    *jdoc_string(doc, slot->node) == '@';
        if (start < from || !ours)
            continue;
        rope_copy(j->rope, json->number, json->text, from, start);
        from = cloud_json_end(doc, slot->node);
        if (jdoc_string_size(doc, slot->node) > 1 && jdoc_string(doc, slot->node)[1] == '@')
            put_string(j, jdoc_string(doc, slot->node) + 1, jdoc_string_size(doc, slot->node) - 1);
        else if (!put_reference(j, slot))
            return false;
    }
    rope_copy(j->rope, json->number, json->text, from, to);
    return true;
}

/* -------------------------------------------------------------------------------------------------------- members */

/* Whether the .json says that the export has no such member. */
static bool is_lacking(const struct joiner *j, const char *key)
{
    uint32_t array = get(j, CLOUD_LACKS);
    if (!j->doc || !jdoc_is(j->doc, array, JDOC_ARRAY))
        return false;
    for (uint32_t node = array + 1; node < jdoc_next(j->doc, array); node = jdoc_next(j->doc, node))
        if (jdoc_string_is(j->doc, node, key, strlen(key)))
            return true;
    return false;
}

static void put_made(struct joiner *j, const struct cloud_made *made)
{
    put_key(j, made->key);
    if (made->json)
        put(j, made->json);
    else
        put_string(j, made->string, made->size);
}

static void put_script(struct joiner *j)
{
    const struct cloud_file *text = j->part->text;
    put_key(j, "scriptBody");
    if (cloud_script_tagged(text->text, text->size)) {
        rope_puts(j->rope, text->number, 0, "\"");
        rope_string(j->rope, text->number, 0, text->text, text->size);
        rope_puts(j->rope, text->number, text->size, "\"");
        return;
    }
    bool javascript = strcmp(j->part->ending, ".js") == 0, ended = text->size > 0 && text->text[text->size - 1] == '\n';
    rope_puts(j->rope, text->number, 0, javascript ? "\"<javascript>\\n" : "\"<trans>\\n");
    rope_string(j->rope, text->number, 0, text->text, text->size);
    rope_puts(j->rope, text->number, text->size, ended ? "" : "\\n");
    rope_puts(j->rope, text->number, text->size, javascript ? "</javascript>\"" : "</trans>\"");
}

/* Notes what a list of operations names, by path or id. */
static bool note_listed(struct joiner *j, uint32_t array, struct map *listed)
{
    const struct jdoc *doc = j->doc;
    for (uint32_t node = array + 1; node < jdoc_next(doc, array); node = jdoc_next(doc, node)) {
        uint32_t id = jdoc_type(doc, node) == JDOC_OBJECT ? jdoc_member(doc, node, "id") : node;
        if (jdoc_is(doc, id, JDOC_STRING) && !map_set(listed, jdoc_string(doc, id), jdoc_string_size(doc, id), 0))
            return error_memory(j->err);
    }
    return true;
}

static bool is_listed(const struct map *listed, const struct cloud_item *item)
{
    char path[JPK_ERROR_ENTRY_MAX];
    int n = snprintf(path, sizeof path, "@%s", item->path);
    return (n > 0 && (size_t)n < sizeof path && map_get(listed, path, (size_t)n) != MAP_NONE) ||
           (item->id && map_get(listed, item->id, strlen(item->id)) != MAP_NONE);
}

/* The operations of a workflow's folder, but for those that are listed. */
static void put_operations(struct joiner *j, const struct map *listed, bool comma)
{
    static const struct cloud_file nowhere = {.path = ""};
    for (size_t i = 0; i < j->part->operation_count; i++) {
        const struct cloud_item *item = j->part->operations[i];
        if (!item->id || is_listed(listed, item))
            continue;
        put(j, comma ? "," : "");
        put_link(j->rope, j->json ? j->json : &nowhere, 0, item);
        comma = true;
    }
}

static bool join_operations(struct joiner *j, uint32_t array)
{
    struct map listed = {0};
    size_t end = cloud_json_end(j->doc, array) - 1;
    put_key(j, "operations");
    bool ok = note_listed(j, array, &listed) && put_text(j, j->doc->nodes[array].start, end);
    if (ok)
        put_operations(j, &listed, jdoc_count(j->doc, array) > 0);
    put(j, "]");
    map_free(&listed);
    return ok;
}

/* A member that has a form of its own in the tree. *done: it was written, or will be. */
static bool put_special(struct joiner *j, uint32_t key, bool *done)
{
    const struct jdoc *doc = j->doc;
    const struct cloud_part *part = j->part;
    bool array = jdoc_type(doc, key + 1) == JDOC_ARRAY;
    bool operations = part->workflow && array && jdoc_string_is(doc, key, "operations", strlen("operations"));
    *done = operations || (!part->workflow && part->kind == JPK_CLOUD_TRANSFORMATION && array &&
                           jdoc_string_is(doc, key, "mappingRules", strlen("mappingRules")));
    return !operations || join_operations(j, key + 1);
}

static bool put_member(struct joiner *j, uint32_t key)
{
    const struct jdoc *doc = j->doc;
    const char *name = jdoc_string(doc, key);
    size_t n = jdoc_string_size(doc, key);
    const struct cloud_made *made = cloud_made_get(&j->made, name, n);
    bool done;
    if (n > 0 && *name == '@') {
        bool known = jdoc_string_is(doc, key, CLOUD_LACKS, strlen(CLOUD_LACKS)) ||
                     jdoc_string_is(doc, key, CLOUD_TEXT, strlen(CLOUD_TEXT));
        return known || wrong(j, key, "is no key that begins with @ and is known");
    }
    if (made && made->derived && j->stale)
        return true;
    const char *text = j->part->text ? cloud_part_text(j->part) : NULL;
    if (text && jdoc_string_is(doc, key, text, strlen(text)))
        return wrong(j, key, "'%.*s' is also in '%s'", (int)n, name, j->part->text->path);
    if (!put_special(j, key, &done))
        return false;
    if (done)
        return true;
    put(j, j->any ? "," : "{");
    j->any = true;
    rope_copy(j->rope, j->json->number, j->json->text, doc->nodes[key].start, doc->nodes[key + 1].start);
    return put_text(j, doc->nodes[key + 1].start, cloud_json_end(doc, key + 1));
}

/* The rules and loops of a transformation. */
static bool put_rules(struct joiner *j)
{
    uint32_t rules = get(j, "mappingRules");
    bool array = j->doc && jdoc_is(j->doc, rules, JDOC_ARRAY);
    bool loops = get(j, "loopMappingRules") == JDOC_NONE && !is_lacking(j, "loopMappingRules");
    return cloud_join_rules(j->scope, j->part, array ? rules : JDOC_NONE,
                            array || (rules == JDOC_NONE && !is_lacking(j, "mappingRules")), loops, j->rope, j->err);
}

/* The operations of a workflow that has no list of them. */
static void put_folder(struct joiner *j)
{
    if (get(j, "operations") != JDOC_NONE || is_lacking(j, "operations"))
        return;
    put_key(j, "operations");
    put(j, "[");
    put_operations(j, &(struct map){0}, false);
    put(j, "]");
}

/* What is not in the .json, but for what it says is lacking. */
static bool put_rest(struct joiner *j)
{
    const struct cloud_part *part = j->part;
    for (size_t i = 0; i < j->made.count; i++) {
        const struct cloud_made *made = &j->made.items[i];
        bool there = get(j, made->key) != JDOC_NONE && !(made->derived && j->stale);
        if (!there && !is_lacking(j, made->key))
            put_made(j, made);
    }
    if (part->id && get(j, "id") == JDOC_NONE) {
        put_key(j, "id");
        put_string(j, part->id, strlen(part->id));
    }
    if (part->workflow) {
        put_folder(j);
        return true;
    }
    if (part->kind == JPK_CLOUD_SCRIPT && part->text)
        put_script(j);
    if (part->kind == JPK_CLOUD_EMAIL && part->text) {
        put_key(j, "message");
        put_lines(j, part->text);
    }
    return part->kind != JPK_CLOUD_TRANSFORMATION || put_rules(j);
}

/* Whether what was kept beside a text is for another text. */
static bool is_stale(const struct joiner *j)
{
    uint32_t hash = get(j, CLOUD_TEXT);
    char now[CLOUD_HASH_SIZE];
    cloud_text_hash(buf_text(&j->body), j->body.size, now);
    return hash != JDOC_NONE && j->body.size > 0 && !jdoc_string_is(j->doc, hash, now, strlen(now));
}

/* A script or message without its text is not what anybody means. */
static bool has_text(struct joiner *j)
{
    const char *key = cloud_part_text(j->part);
    if (!key || j->part->text || get(j, key) != JDOC_NONE || is_lacking(j, key))
        return true;
    return wrong(j, 0, "the file with its text is missing; what is to go away goes with all of its files");
}

static bool join(struct joiner *j)
{
    const struct cloud_part *part = j->part;
    bool script = !part->workflow && part->kind == JPK_CLOUD_SCRIPT && part->text, ok = true;
    if (script)
        cloud_script_body(part->text->text, part->text->size, strcmp(part->ending, ".js") == 0, &j->body);
    if (j->body.failed || (j->json && !cloud_slots_find(j->doc, cloud_part_shape(part), &j->slots)))
        return error_memory(j->err);
    cloud_made_part(&j->made, j->scope, part, script ? &j->body : NULL, part->ending);
    j->stale = is_stale(j);
    for (uint32_t key = 1; j->json && ok && key < jdoc_next(j->doc, 0); key = jdoc_next(j->doc, key + 1))
        ok = put_member(j, key);
    ok = ok && has_text(j) && put_rest(j);
    if (ok && part->text && !part->workflow && part->kind == JPK_CLOUD_ACTIVITY && !j->query) {
        error_set(j->err, JPK_ERR_FORMAT, "has no place in the .json file, where \"@%s\" stands for it", part->ending);
        error_entry(j->err, part->text->path);
        ok = false;
    }
    put(j, j->any ? "}" : "{}");
    return ok && (!j->made.failed || error_memory(j->err));
}

bool cloud_join(const struct cloud_scope *scope, const struct cloud_part *part, struct rope *rope,
                struct jpk_error *err)
{
    struct joiner j = {.scope = scope, .part = part, .rope = rope, .err = err, .json = part->json};
    j.doc = part->json ? &part->json->doc : NULL;
    if (part->plain && part->json) {
        rope_copy(rope, part->json->number, part->json->text, 0, cloud_json_end(&part->json->doc, 0));
        return !rope->text.failed || error_memory(err);
    }
    bool ok = join(&j) && (!rope->text.failed || error_memory(err));
    free(j.slots.items);
    buf_free(&j.body);
    cloud_made_free(&j.made);
    return ok;
}
