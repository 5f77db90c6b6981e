/* Files of folders and trees, merged by themselves. */
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "jpk/merge_component.h"
#include "jpk/merge_list.h"
#include "jpk/merge_project.h"
#include "jpk/merge_xml.h"

typedef bool file_merger(struct merging *m, const struct buf *const files[MERGE_SIDES], struct buf *out);

static bool by_index(struct merging *m, const struct buf *const files[MERGE_SIDES], struct buf *out)
{
    merge_index(m, files, out);
    return true;
}

static bool by_properties(struct merging *m, const struct buf *const files[MERGE_SIDES], struct buf *out)
{
    merge_properties(m, files, out);
    return true;
}

static bool by_metadata(struct merging *m, const struct buf *const files[MERGE_SIDES], struct buf *out)
{
    struct jpk_limits limits = jpk_limits_default();
    return merge_xml(m, files, XML_STYLE_METADATA, &limits, out);
}

static bool by_outline(struct merging *m, const struct buf *const files[MERGE_SIDES], struct buf *out)
{
    struct jpk_limits limits = jpk_limits_default();
    struct project_merge p = {.m = m, .limits = &limits};
    return merge_outline(&p, files, out);
}

static bool by_component(struct merging *m, const struct buf *const files[MERGE_SIDES], struct buf *out)
{
    return merge_component(m, m->subject.path, files, out);
}

static const struct {
    const char *name;
    file_merger *merge;
} mergers[] = {
    {"jpk-index.jsonl", by_index},
    {"jpk-cloud.jsonl", by_index},
    {"project.xml", by_outline},
    {".metadata", by_metadata},
    {"environment.properties", by_properties},
    {"jitterpak.properties", by_properties},
    {"manifest.jip", by_properties},
};

static file_merger *merger_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    for (size_t i = 0; i < sizeof mergers / sizeof mergers[0]; i++)
        if (strcmp(mergers[i].name, name) == 0)
            return mergers[i].merge;
    return text_ends_with(name, ".json") ? by_component : NULL;
}

static bool same(const struct jpk_merge_version *a, const struct jpk_merge_version *b)
{
    return a->data && b->data && a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

/* What both sides changed, in different ways. */
static bool merge_all(struct merging *m, file_merger *merge, const struct jpk_merge_version versions[MERGE_SIDES],
                      struct jpk_error *err)
{
    struct buf texts[MERGE_SIDES] = {{0}, {0}, {0}};
    const struct buf *files[MERGE_SIDES];
    for (int side = 0; side < MERGE_SIDES; side++) {
        files[side] = versions[side].data ? &texts[side] : NULL;
        if (files[side])
            buf_put(&texts[side], versions[side].data, versions[side].size);
        m->failed |= texts[side].failed;
    }
    m->public.both = 1;
    bool merged = !m->failed && merge(m, files, &m->text);
    for (int side = 0; side < MERGE_SIDES; side++)
        buf_free(&texts[side]);
    return merged || m->failed ||
           error_set(err, JPK_ERR_FORMAT, "is not what its name says, or holds what would be lost");
}

struct jpk_merge *jpk_merge_file(const char *path, const struct jpk_merge_version versions[3],
                                 const struct jpk_merge_options *options, struct jpk_error *err)
{
    const struct jpk_merge_version *base = &versions[MERGE_BASE], *ours = &versions[MERGE_OURS];
    const struct jpk_merge_version *theirs = &versions[MERGE_THEIRS];
    struct jpk_error local = {0};
    file_merger *merge = merger_of(path);
    if (!merge || !ours->data || !theirs->data) {
        error_set(err, JPK_ERR_USAGE, "cannot be merged by itself");
        error_file(err, path);
        return NULL;
    }
    struct merging *m = merge_begin(options, err);
    if (!m)
        return NULL;
    bool ok = true;
    m->subject.path = arena_strdup(&m->arena, path);
    m->failed |= !m->subject.path;
    if (same(base, theirs) || same(ours, theirs))
        buf_put(&m->text, ours->data, ours->size);
    else if (same(base, ours))
        buf_put(&m->text, theirs->data, theirs->size);
    else
        ok = merge_all(m, merge, versions, &local);
    m->failed |= m->text.failed;
    if (ok) {
        merge_report_finish(m);
        m->public.text = buf_text(&m->text);
        m->public.size = m->text.size;
        ok = !m->failed || error_memory(&local);
    }
    if (ok)
        return &m->public;
    error_file(&local, path);
    error_pass(err, &local, NULL);
    jpk_merge_free(&m->public);
    return NULL;
}
