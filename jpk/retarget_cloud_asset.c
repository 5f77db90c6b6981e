/* Secrets in the assets of an export, which it holds compressed. */
#include <string.h>

#include "base/error.h"
#include "jpk/cloud_asset.h"
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

/* The asset with other bytes, as JSON. */
static void replace_asset(struct sweep *s, const struct jpk_cloud_asset *asset, const struct buf *rest,
                          const struct buf *bytes, const struct hygiene_hits *hits)
{
    struct buf cut = {0}, json = {0};
    struct jpk_error err = {0};
    size_t next = 0;
    secret_text_cut(&cut, buf_text(bytes), 0, bytes->size, hits, &next, NULL);
    bool ok = !cut.failed && cloud_asset_join(buf_text(rest), asset->path, buf_text(&cut), cut.size, &json, &err);
    sweep_replace(s, asset->node, ok ? arena_strndup(&s->result->arena, buf_text(&json), json.size) : NULL);
    s->assets_changed = true;
    buf_free(&cut);
    buf_free(&json);
}

void sweep_asset(struct sweep *s, uint32_t node)
{
    const struct jpk_cloud *cloud = s->cloud;
    while (s->asset < cloud->asset_count && cloud->assets[s->asset].node < node)
        s->asset++;
    const struct jpk_cloud_asset *asset = s->asset < cloud->asset_count ? &cloud->assets[s->asset] : NULL;
    if (!asset || asset->node != node || asset->content == JDOC_NONE)
        return;
    struct buf rest = {0}, bytes = {0};
    struct hygiene_hits hits = {0};
    struct jpk_error err = {0};
    bool fits = false;
    bool ok =
        cloud_asset_cut(s->doc, node, asset->path, NULL, &rest, &bytes, &fits, &err) &&
        (!fits || retarget_find(buf_text(&bytes), bytes.size, s->options->without, s->result->looking, NULL, &hits));
    s->failed |= !ok;
    if (ok && fits && hits.count > 0) {
        list_hits(s, asset, &bytes, &hits);
        replace_asset(s, asset, &rest, &bytes, &hits);
    }
    hygiene_hits_free(&hits);
    buf_free(&rest);
    buf_free(&bytes);
}
