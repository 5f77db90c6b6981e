/* Where a person finds a component of an export. */
#ifndef JPK_CLOUD_PATH_H
#define JPK_CLOUD_PATH_H

#include <string.h>

#include "base/buf.h"
#include "jpk/cloud.h"

/*
 * Appends "operation/Nightly/Load orders", for others "script/Write log": the kind, an operation's workflow, the name.
 * A workflow's name that no person would give is left out, for all its operations would repeat it.
 */
static inline void cloud_path(struct buf *out, const struct jpk_cloud_component *component)
{
    enum { WORKFLOW_MAX = 256 };
    const struct jpk_cloud_workflow *workflow =
        component->kind == JPK_CLOUD_OPERATION ? component->as.operation->workflow : NULL;
    buf_puts(out, jpk_cloud_kind_info(component->kind)->name);
    if (workflow && strnlen(workflow->name, WORKFLOW_MAX + 1) <= WORKFLOW_MAX)
        buf_printf(out, "/%s", workflow->name);
    buf_printf(out, "/%s", component->name);
}

#endif
