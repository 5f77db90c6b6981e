/* Where in a tree of an export things lie. */
#ifndef JPK_CLOUD_LAYOUT_H
#define JPK_CLOUD_LAYOUT_H

#include "base/arena.h"
#include "jpk/cloud.h"

#define CLOUD_WORKFLOW_FILE ".workflow.json"
#define CLOUD_ASSET_FOLDER "Asset"

/* The folder of a kind: "ProjectVariable". */
const char *cloud_layout_folder(enum jpk_cloud_kind kind);

/* The kind whose folder a path begins with; JPK_CLOUD_KINDS for none. */
enum jpk_cloud_kind cloud_layout_kind(const char *path);

/* What the files of components can end in, ended by NULL: ".json" first. */
extern const char *const cloud_layout_endings[];

/* Whether a component of that kind can have a file that ends so. */
bool cloud_layout_has(enum jpk_cloud_kind kind, const char *ending);

/* The name that the last part of a path without endings stands for; the path of an asset. NULL: no memory. */
char *cloud_layout_name(struct arena *arena, const char *path);
char *cloud_layout_asset_name(struct arena *arena, const char *path);

#endif
