#include "jpk/cloud_asset.h"

#include "base/error.h"
#include "base/json_write.h"
#include "jpk/cloud_json.h"
#include "jpk/packed.h"

static const char new_asset[] = "{\"type\":\"xml\",\"properties\":[{\"key\":\"IsTopLevel\",\"value\":\"1\"},{\"key\":"
                                "\"FileSize\",\"value\":\"@\"}]}";

static bool is(const struct jdoc *doc, uint32_t node, const char *text)
{
    return node != JDOC_NONE && jdoc_string_is(doc, node, text, strlen(text));
}

/* The value of the property FileSize, or JDOC_NONE. */
static uint32_t size_of(const struct jdoc *doc, uint32_t asset)
{
    uint32_t list = jdoc_member(doc, asset, "properties");
    if (!jdoc_is(doc, list, JDOC_ARRAY))
        return JDOC_NONE;
    for (uint32_t item = list + 1; item < jdoc_next(doc, list); item = jdoc_next(doc, item))
        if (is(doc, jdoc_member(doc, item, "key"), "FileSize"))
            return jdoc_member(doc, item, "value");
    return JDOC_NONE;
}

/* A value with `text` in place of the string `place` in it. */
static void put_value(struct buf *out, const struct jdoc *doc, uint32_t value, uint32_t place, const char *text)
{
    size_t from = doc->nodes[value].start, to = cloud_json_end(doc, value);
    if (place != JDOC_NONE && place > value && place < jdoc_next(doc, value)) {
        size_t at = doc->nodes[place].start;
        buf_put(out, doc->text + from, at - from);
        json_put_string(out, text, strlen(text));
        from = cloud_json_end(doc, place);
    }
    buf_put(out, doc->text + from, to - from);
}

/* Appends an object's members; `left_out` are two keys. */
static void put_members(struct buf *out, const struct jdoc *doc, uint32_t asset, const char *const left_out[2],
                        uint32_t place, const char *text)
{
    bool any = false;
    for (uint32_t key = asset + 1; key < jdoc_next(doc, asset); key = jdoc_next(doc, key + 1)) {
        if (is(doc, key, left_out[0]) || is(doc, key, left_out[1]))
            continue;
        buf_putc(out, any ? ',' : '{');
        any = true;
        buf_put(out, doc->text + doc->nodes[key].start, cloud_json_end(doc, key) - doc->nodes[key].start);
        buf_putc(out, ':');
        put_value(out, doc, key + 1, place, text);
    }
    buf_puts(out, any ? "" : "{");
}

/* The size as the file has it: that of the packed content. */
static bool is_size(const struct jdoc *doc, uint32_t value, size_t n)
{
    struct buf number = {0};
    buf_printf(&number, "%zu", n);
    bool same = is(doc, value, buf_text(&number));
    buf_free(&number);
    return same;
}

uint32_t cloud_asset_size(const struct jdoc *doc, uint32_t asset)
{
    uint32_t content = jdoc_member(doc, asset, "compressedContent"), size = size_of(doc, asset);
    return jdoc_is(doc, content, JDOC_STRING) && is_size(doc, size, jdoc_string_size(doc, content)) ? size : JDOC_NONE;
}

static bool cut(const struct jdoc *doc, const char *name, const struct jpk_limits *limits, struct buf *rest,
                struct buf *bytes, bool *fits, struct jpk_error *err)
{
    struct jpk_error reason = {0};
    uint32_t content = jdoc_member(doc, 0, "compressedContent"), size = cloud_asset_size(doc, 0);
    uint32_t path = jdoc_member(doc, 0, "path");
    if (!is(doc, path, name) || !jdoc_is(doc, content, JDOC_STRING) ||
        !packed_decode(jdoc_string(doc, content), jdoc_string_size(doc, content), limits, bytes, &reason))
        return reason.code != JPK_ERR_MEMORY || error_memory(err);
    put_members(rest, doc, 0, (const char *const[]){"path", "compressedContent"}, size, "@");
    buf_putc(rest, '}');
    *fits = !rest->failed;
    return *fits || error_memory(err);
}

/* Whether what was joined has the same canonical text. */
static bool same_asset(const struct buf *canonical, const struct buf *joined, bool *same, struct jpk_error *err)
{
    struct jdoc doc = {0};
    struct buf again = {0};
    struct jpk_error reason = {0};
    if (jdoc_parse(&doc, buf_text(joined), joined->size, NULL, &reason))
        cloud_put(&again, &doc, 0, SHAPE_ASSET, true);
    bool ok = (!again.failed && reason.code != JPK_ERR_MEMORY) || error_memory(err);
    *same = ok && buf_equal(&again, canonical);
    buf_free(&again);
    jdoc_free(&doc);
    return ok;
}

bool cloud_asset_cut(const struct jdoc *doc, uint32_t asset, const char *name, const struct jpk_limits *limits,
                     struct buf *rest, struct buf *bytes, bool *fits, struct jpk_error *err)
{
    struct buf canonical = {0}, joined = {0};
    struct jdoc own = {0};
    cloud_put(&canonical, doc, asset, SHAPE_ASSET, true);
    *fits = false;
    bool ok = !canonical.failed || error_memory(err);
    ok = ok && jdoc_parse(&own, canonical.data, canonical.size, NULL, err);
    ok = ok && cut(&own, name, limits, rest, bytes, fits, err);
    if (ok && *fits)
        ok = cloud_asset_join(rest->data, name, buf_text(bytes), bytes->size, &joined, err) &&
             same_asset(&canonical, &joined, fits, err);
    jdoc_free(&own);
    buf_free(&canonical);
    buf_free(&joined);
    return ok;
}

bool cloud_asset_join(const char *rest, const char *name, const char *bytes, size_t n, struct buf *out,
                      struct jpk_error *err)
{
    const char *text = rest ? rest : new_asset;
    struct jdoc doc = {0};
    struct buf content = {0}, number = {0};
    bool ok = jdoc_parse(&doc, text, strlen(text), NULL, err) && packed_encode(bytes, n, &content, err);
    if (ok) {
        uint32_t size = size_of(&doc, 0);
        buf_printf(&number, "%zu", content.size);
        put_members(out, &doc, 0, (const char *const[]){"compressedContent", "compressedContent"},
                    is(&doc, size, "@") ? size : JDOC_NONE, buf_text(&number));
        buf_puts(out, doc.count > 1 ? "," : "");
        if (jdoc_member(&doc, 0, "path") == JDOC_NONE) {
            buf_puts(out, "\"path\":");
            json_put_string(out, name, strlen(name));
            buf_putc(out, ',');
        }
        buf_printf(out, "\"compressedContent\":\"%s\"}", buf_text(&content));
    }
    ok = ok && (!(out->failed || number.failed) || error_memory(err));
    jdoc_free(&doc);
    buf_free(&content);
    buf_free(&number);
    return ok;
}
