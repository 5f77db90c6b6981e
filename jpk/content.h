/*
 * What a project holds, as bytes that nobody reads: they differ wherever jpk/diff.h finds a difference, and where that
 * leaves something out because it changes without anybody's doing, mostly they do not. For a hash beside words that do
 * not say everything.
 */
#ifndef JPK_CONTENT_H
#define JPK_CONTENT_H

#include "base/buf.h"
#include "base/error.h"
#include "jpk/cloud.h"
#include "jpk/jpk.h"

/* All functions append to `out`, whose `failed` says that memory is out. */

/* An entity's file; nothing when there is none. False: it cannot be read. */
bool content_entity(const struct jpk_project *project, const struct jpk_entity *entity, struct buf *out,
                    struct jpk_error *err);

/* A properties file of a project, key by key. */
void content_properties(const struct jpk_project *project, enum jpk_properties_file file, struct buf *out);

/* An export without its project, and that without its components and workflows; assets are none of it. */
void content_project(const struct jpk_cloud *cloud, struct buf *out);
void content_component(const struct jpk_cloud *cloud, const struct jpk_cloud_component *component, struct buf *out);
/* Without its operations. */
void content_workflow(const struct jpk_cloud *cloud, const struct jpk_cloud_workflow *workflow, struct buf *out);
void content_asset(const struct jpk_cloud *cloud, const struct jpk_cloud_asset *asset, struct buf *out);

#endif
