/* Secrets in the assets of an export, which it holds compressed. */
#include <stdio.h>

#include "base/error.h"
#include "base/utf16.h"
#include "jpk/cloud_asset.h"
#include "jpk/packed.h"
#include "jpk/retarget_sweep.h"

static void list_hits(struct sweep *s, const struct jpk_cloud_asset *asset, const struct buf *bytes,
                      const struct hygiene_hits *hits)
{
    for (size_t i = 0; i < hits->count && !s->failed; i++) {
        struct secret secret = secret_of_hit(&hits->items[i], 0);
        secret.shown = retarget_shown(s->result, secret.rule, buf_text(bytes) + secret.offset, secret.length);
        s->failed |= !secret.shown;
        secret.offset = s->doc->nodes[asset->content].start + 1;
        struct jpk_left_out row = {.why = retarget_why(hits->items[i].rule),
                                   .key = asset->path,
                                   .note = "in the compressed file",
                                   .rule = secret_rule_info(secret.rule)->id};
        if (!s->failed)
            sweep_list_secret(s, &s->result->left_out, NULL, row, &secret);
    }
}

/* One whose content could not be looked at. */
static void list_unsearched(struct sweep *s, const struct jpk_cloud_asset *asset, const char *why)
{
    struct secret secret;
    struct jpk_left_out row = retarget_unsearched(s->result, why, &secret);
    row.key = asset->path;
    s->failed |= !secret.shown;
    secret.offset = s->doc->nodes[asset->content].start + 1;
    if (!s->failed)
        sweep_list_secret(s, retarget_unsearched_list(s->result), NULL, row, &secret);
}

/* The content without what was found, and its size where the asset says that: sweep_asset_part puts them in. */
static void cut_asset(struct sweep *s, const struct buf *bytes, enum utf16 form, const struct hygiene_hits *hits)
{
    struct buf cut = {0}, packed = {0};
    struct jpk_error err = {0};
    char size[24];
    size_t next = 0;
    secret_text_cut(&cut, buf_text(bytes), 0, bytes->size, hits, &next, &s->result->marks);
    utf16_write(&cut, form);
    bool ok = !cut.failed && packed_encode(buf_text(&cut), cut.size, &packed, &err);
    snprintf(size, sizeof size, "%zu", packed.size);
    s->part.content_text = ok ? arena_strdup(&s->result->arena, buf_text(&packed)) : NULL;
    s->part.size_text = ok ? arena_strdup(&s->result->arena, size) : NULL;
    s->failed |= !s->part.content_text || !s->part.size_text;
    buf_free(&cut);
    buf_free(&packed);
}

static void search_asset(struct sweep *s, const struct jpk_cloud_asset *asset, struct buf *bytes)
{
    struct hygiene_hits hits = {0};
    enum utf16 form = utf16_read(bytes);
    s->failed |= bytes->failed;
    s->part.content = asset->content;
    s->part.size = cloud_asset_size(s->doc, asset->node);
    if (!secret_text_is(buf_text(bytes), bytes->size))
        list_unsearched(s, asset, SECRET_NO_TEXT);
    s->failed |= !retarget_find(buf_text(bytes), bytes->size, s->options->without, s->result->looking, NULL, &hits);
    if (!s->failed && hits.count > 0) {
        list_hits(s, asset, bytes, &hits);
        cut_asset(s, bytes, form, &hits);
    }
    hygiene_hits_free(&hits);
}

void sweep_asset(struct sweep *s, uint32_t node)
{
    const struct jpk_cloud *cloud = s->cloud;
    while (s->asset < cloud->asset_count && cloud->assets[s->asset].node < node)
        s->asset++;
    const struct jpk_cloud_asset *asset = s->asset < cloud->asset_count ? &cloud->assets[s->asset] : NULL;
    if (!asset || asset->node != node || asset->content == JDOC_NONE || !retarget_in_texts(s->options->without))
        return;
    struct buf bytes = {0};
    struct jpk_error err = {0};
    const char *content = jdoc_string(s->doc, asset->content);
    size_t n = jdoc_string_size(s->doc, asset->content);
    s->part = (struct sweep_part){.content = JDOC_NONE, .size = JDOC_NONE};
    if (packed_decode(content, n, &((const struct cloud *)cloud)->limits, &bytes, &err))
        search_asset(s, asset, &bytes);
    else if (err.code == JPK_ERR_MEMORY)
        s->failed = true;
    else if (n > 0)
        list_unsearched(s, asset, err.message);
    buf_free(&bytes);
}

bool sweep_asset_part(struct sweep *s, uint32_t value)
{
    const char *text = value == s->part.content ? s->part.content_text
                       : value == s->part.size  ? s->part.size_text
                                                : NULL;
    if (text && s->edits.what[value] == CLOUD_STAYS)
        sweep_replace_string(s, value, text);
    return text || value == s->part.content;
}
