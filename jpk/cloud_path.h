/* Where a person finds a component of an export. */
#ifndef JPK_CLOUD_PATH_H
#define JPK_CLOUD_PATH_H

#include "base/buf.h"
#include "jpk/cloud.h"

/* Appends "operation/Nightly/Load orders", for others "script/Write log": the kind, an operation's workflow, the name.
 */
static inline void cloud_path(struct buf *out, const struct jpk_cloud_component *component)
{
    buf_puts(out, jpk_cloud_kind_info(component->kind)->name);
    if (component->kind == JPK_CLOUD_OPERATION && component->as.operation->workflow)
        buf_printf(out, "/%s", component->as.operation->workflow->name);
    buf_printf(out, "/%s", component->name);
}

#endif
