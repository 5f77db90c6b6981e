/*
 * What a tree leaves out of its files, because packing makes it again: what nearly every component has, and what
 * follows from the texts. The values are those of the vendor's sample, of components of a real export, and of those
 * that cloud_new_component makes; they are part of the format of trees (CLOUD_TREE_INDEX), and so must not change.
 */
#include <stdlib.h>

#include "base/file.h"
#include "base/json_write.h"
#include "jpk/cloud_parts.h"
#include "jpk/script_text.h"

struct usual {
    const char *key, *json;
};

#define STATE                                                                                                          \
    {"checksum", "\"1\""}, {"requiresDeploy", "true"}, {"metadataVersion", "\"3.0.1\""}, {"encryptedAtRest", "true"},  \
        {"chunks", "1"},                                                                                               \
    {                                                                                                                  \
        "partial", "false"                                                                                             \
    }
#define VALID                                                                                                          \
    {                                                                                                                  \
        "validationState", "100"                                                                                       \
    }

static const struct usual no_members[] = {{0}};
static const struct usual state_members[] = {STATE, {0}};
static const struct usual valid_members[] = {STATE, VALID, {0}};
static const struct usual workflow_members[] = {{"type", "1100"}, VALID, {0}};
static const struct usual script_members[] = {STATE, VALID, {"notes", "[]"}, {"cursor", "\"\""}, {0}};
static const struct usual operation_members[] = {
    STATE,
    VALID,
    {"operationType", "3"},
    {"isNew", "false"},
    {"options",
     "{\"timeoutValue\":2,\"timeoutMultiplier\":3600,\"timeoutUnit\":\"HOURS\",\"logLevel\":\"Everything\","
     "\"debugModeEnabled\":false,\"debug_mode_until\":\"\",\"AlwaysRunSuccessOperation\":0,\"enableChunking\":false,"
     "\"chunk_size\":0,\"target_chunk_size\":0,\"max_number_of_threads\":1,\"source_chunk_node\":\"\","
     "\"target_chunk_node\":\"\",\"validate_source_text_file\":0}"},
    {0}};
static const struct usual transformation_members[] = {
    STATE,
    {"entityTypeId", "\"4\""},
    {"options", "{}"},
    {"notes", "[]"},
    {"duplicateNodesInfo", "{\"duplicatedNodes\":{},\"removedNodes\":{}}"},
    {"srcExtendedNodesInfo", "{\"extendedNodes\":{},\"removedNodes\":{}}"},
    {"tgtExtendedNodesInfo", "{\"extendedNodes\":{},\"removedNodes\":{}}"},
    {"description", "\"\""},
    {0}};

static const struct usual *const usual_members[JPK_CLOUD_KINDS] = {
    [JPK_CLOUD_OTHER] = no_members,         [JPK_CLOUD_OPERATION] = operation_members,
    [JPK_CLOUD_SCRIPT] = script_members,    [JPK_CLOUD_ACTIVITY] = valid_members,
    [JPK_CLOUD_CONNECTION] = valid_members, [JPK_CLOUD_TRANSFORMATION] = transformation_members,
    [JPK_CLOUD_SCHEMA] = valid_members,     [JPK_CLOUD_VARIABLE] = state_members,
    [JPK_CLOUD_EMAIL] = valid_members,      [JPK_CLOUD_GLOBAL] = state_members,
};

static const struct usual rule_members[] = {{"customValuePaths", "[]"}, {"validationErrors", "[]"}, {0}};

const char *cloud_part_text(const struct cloud_part *part)
{
    bool script = !part->workflow && part->kind == JPK_CLOUD_SCRIPT;
    return script ? "scriptBody" : !part->workflow && part->kind == JPK_CLOUD_EMAIL ? "message" : NULL;
}

enum cloud_shape cloud_part_shape(const struct cloud_part *part)
{
    return part->workflow ? SHAPE_WORKFLOW : cloud_shape_of_kind(part->kind);
}

/* ----------------------------------------------------------------------------------------------------- lists of them
 */

static void add(struct cloud_made_list *list, struct cloud_made made)
{
    if (list->count < CLOUD_MADE_MAX)
        list->items[list->count++] = made;
    else
        list->failed = true;
}

static void add_all(struct cloud_made_list *list, const struct usual *members)
{
    for (; members->key; members++)
        add(list, (struct cloud_made){.key = members->key, .json = members->json});
}

/* Takes the text over. */
static void add_buf(struct cloud_made_list *list, struct cloud_made made, struct buf *text, bool string)
{
    char *kept = text->failed ? NULL : arena_strndup(&list->arena, buf_text(text), text->size);
    list->failed = list->failed || !kept;
    made.size = text->size;
    *(string ? &made.string : &made.json) = kept;
    if (kept)
        add(list, made);
    buf_free(text);
}

void cloud_made_free(struct cloud_made_list *list)
{
    arena_free(&list->arena);
}

const struct cloud_made *cloud_made_get(const struct cloud_made_list *list, const char *key, size_t n)
{
    for (size_t i = 0; i < list->count; i++)
        if (strlen(list->items[i].key) == n && memcmp(list->items[i].key, key, n) == 0)
            return &list->items[i];
    return NULL;
}

/* ------------------------------------------------------------------------------------------------- what follows from
 * texts */

/* Variables of the project have another member than global ones. */
static void put_global(struct buf *out, const struct cloud_scope *scope, const char *name)
{
    struct arena scratch = {0};
    const char *key = arena_strdup_lower(&scratch, name);
    bool project = key && map_get(&scope->variables, key, strlen(key)) != MAP_NONE;
    out->failed = out->failed || !key;
    arena_free(&scratch);
    buf_puts(out, "{\"name\":");
    json_put_string(out, name, strlen(name));
    buf_printf(out, ",\"value\":\"\",\"isNull\":true,\"scope\":\"GLOBAL\",\"%s\":false}",
               project ? "isHidden" : "isArray");
}

static void add_globals(struct cloud_made_list *list, const struct cloud_scope *scope, const char *text, size_t n)
{
    struct script_variables variables = {0};
    struct buf out = {0};
    buf_putc(&out, '[');
    out.failed = !script_variables(text, n, &variables) || out.failed;
    for (size_t i = 0; i < variables.count && !out.failed; i++) {
        if (i > 0)
            buf_putc(&out, ',');
        put_global(&out, scope, variables.items[i].name);
    }
    buf_putc(&out, ']');
    script_variables_free(&variables);
    add_buf(list, (struct cloud_made){.key = "globalVariables", .derived = true}, &out, false);
}

static void add_cleansed(struct cloud_made_list *list, const char *key, const char *text, size_t n)
{
    struct buf out = {0};
    script_cleanse(text, n, &out);
    add_buf(list, (struct cloud_made){.key = key, .derived = true}, &out, true);
}

void cloud_text_hash(const char *text, size_t n, char out[CLOUD_HASH_SIZE])
{
    char hex[65];
    sha256_hex(text, n, hex);
    memcpy(out, hex, CLOUD_HASH_SIZE - 1);
    out[CLOUD_HASH_SIZE - 1] = '\0';
}

/* ------------------------------------------------------------------------------------------------------- components */

void cloud_made_part(struct cloud_made_list *list, const struct cloud_scope *scope, const struct cloud_part *part,
                     const struct buf *body, const char *ending)
{
    *list = (struct cloud_made_list){0};
    add(list, (struct cloud_made){.key = "name", .string = part->name, .size = strlen(part->name)});
    if (part->workflow) {
        add_all(list, workflow_members);
        return;
    }
    add_all(list, usual_members[part->kind]);
    if (part->kind != JPK_CLOUD_OTHER) {
        struct buf number = {0};
        buf_printf(&number, "%d", jpk_cloud_kind_info(part->kind)->number);
        add_buf(list, (struct cloud_made){.key = "type"}, &number, false);
    }
    if (!body)
        return;
    add(list, (struct cloud_made){.key = "scriptType", .json = strcmp(ending, ".js") == 0 ? "0" : "1"});
    add_globals(list, scope, body->data, body->size);
    add_cleansed(list, "scriptBodyCleansed", body->data, body->size);
}

static const char open_jb[] = "<trans>", open_js[] = "<javascript>";

static bool begins_with(const char *text, size_t n, const char *tag)
{
    return n >= strlen(tag) && memcmp(text, tag, strlen(tag)) == 0;
}

bool cloud_script_tagged(const char *text, size_t n)
{
    return begins_with(text, n, open_jb) || begins_with(text, n, open_js);
}

void cloud_script_body(const char *text, size_t n, bool javascript, struct buf *out)
{
    bool tagged = cloud_script_tagged(text, n);
    const char *name = javascript ? "javascript" : "trans";
    if (!tagged)
        buf_printf(out, "<%s>\n", name);
    buf_put(out, text, n);
    if (!tagged)
        buf_printf(out, "%s</%s>", n > 0 && text[n - 1] == '\n' ? "" : "\n", name);
}

/* ----------------------------------------------------------------------------------------------------- mapping rules
 */

void cloud_slashes(const char *path, size_t n, struct buf *out)
{
    while (n > 0 && (path[n - 1] == '$' || path[n - 1] == '.'))
        n--;
    for (size_t i = 0; i < n; i++)
        buf_putc(out, path[i] == '$' || path[i] == '.' ? '/' : path[i]);
}

static const char flat_root[] = "__flat__";

void cloud_rule_path(const struct cloud_rule_head *first, const char *script, size_t n, struct buf *out)
{
    bool flat = first && first->path && strcmp(first->path, flat_root) == 0;
    bool root = n == 0 || (n == strlen(flat_root) && memcmp(script, flat_root, n) == 0);
    if (!first && root) {
        buf_puts(out, flat_root);
    } else if (flat) {
        buf_printf(out, "%s/", flat_root);
        buf_put(out, script, n);
    } else {
        cloud_slashes(script, n, out);
    }
}

static bool is_below(const char *path, const char *above)
{
    size_t n = strlen(above);
    return strncmp(path, above, n) == 0 && path[n] == '/';
}

bool cloud_rule_conditions(struct cloud_rule_head *heads, size_t count)
{
    size_t *open = malloc((count + 1) * sizeof *open), depth = 0;
    if (!open)
        return false;
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(heads[i].script);
        bool element = n > 0 && (heads[i].script[n - 1] == '$' || heads[i].script[n - 1] == '.');
        while (depth > 0 && !is_below(heads[i].path, heads[open[depth - 1]].path))
            depth--;
        heads[i].condition = strcmp(heads[i].path, flat_root) == 0;
        if (depth > 0 && element)
            heads[open[depth - 1]].condition = true;
        open[depth++] = i;
    }
    free(open);
    return true;
}

bool cloud_source_of(const struct cloud_scope *scope, const struct jdoc *doc, uint32_t object, struct arena *arena,
                     struct cloud_source *source)
{
    *source = (struct cloud_source){.prefix = ""};
    uint32_t side = jdoc_member(doc, object, "source");
    uint32_t node = jdoc_member(doc, side, "document");
    uint32_t name = jdoc_member(doc, side, "name");
    bool named = jdoc_is(doc, name, JDOC_STRING);
    if (!jdoc_is(doc, node, JDOC_OBJECT)) {
        const struct cloud_item *item =
            named ? cloud_scope_schema(scope, jdoc_string(doc, name), jdoc_string_size(doc, name)) : NULL;
        if (!item || !item->doc)
            return true;
        doc = item->doc;
        node = item->document;
    }
    uint32_t root = jdoc_member(doc, node, "root");
    uint32_t own = jdoc_member(doc, root, "N");
    uint32_t options = jdoc_member(doc, root, "O");
    uint32_t prefix = jdoc_member(doc, options, "prefixPath");
    source->flat = own != JDOC_NONE && jdoc_string_is(doc, own, flat_root, strlen(flat_root));
    if (!jdoc_is(doc, prefix, JDOC_STRING) || jdoc_string_size(doc, prefix) == 0)
        return true;
    struct buf slashes = {0};
    cloud_slashes(jdoc_string(doc, prefix), jdoc_string_size(doc, prefix), &slashes);
    buf_putc(&slashes, '/');
    source->prefix = slashes.failed ? NULL : arena_strdup(arena, slashes.data);
    source->prefix_size = slashes.size;
    buf_free(&slashes);
    return source->prefix != NULL;
}

static void add_source_paths(struct cloud_made_list *list, const struct cloud_source *source, const char *script,
                             size_t size)
{
    struct strings paths = {0};
    struct buf out = {0};
    buf_putc(&out, '[');
    out.failed = !script_paths(script, size, source->flat ? flat_root : NULL, &paths, &list->arena) || out.failed;
    for (size_t i = 0; i < paths.count && !out.failed; i++) {
        const char *path = paths.items[i];
        if (source->prefix_size && strncmp(path, source->prefix, source->prefix_size) == 0)
            path += source->prefix_size;
        if (i > 0)
            buf_putc(&out, ',');
        json_put_string(&out, path, strlen(path));
    }
    buf_putc(&out, ']');
    strings_free(&paths);
    add_buf(list, (struct cloud_made){.key = "srcPaths", .derived = true}, &out, false);
}

void cloud_made_rule(struct cloud_made_list *list, const struct cloud_scope *scope, const struct cloud_source *source,
                     const struct cloud_rule_head *head, const char *script, size_t size)
{
    *list = (struct cloud_made_list){0};
    add_all(list, rule_members);
    add(list, (struct cloud_made){.key = "isPreconditionScript", .json = head->condition ? "true" : "false"});
    add(list, (struct cloud_made){.key = "targetPath", .string = head->path, .size = strlen(head->path)});
    add(list, (struct cloud_made){.key = "transformScript", .string = script, .size = size});
    if (size > 0) {
        add_globals(list, scope, script, size);
        add_cleansed(list, "transformScriptCleansed", script, size);
        add_source_paths(list, source, script, size);
    } else {
        add(list, (struct cloud_made){.key = "globalVariables", .json = "[]"});
        add(list, (struct cloud_made){.key = "transformScriptCleansed", .string = "", .size = 0});
    }
}
