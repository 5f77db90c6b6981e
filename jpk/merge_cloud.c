#include "base/error.h"
#include "jpk/merge_state.h"

struct jpk_merge *jpk_merge_clouds(const struct jpk_cloud *base, const struct jpk_cloud *ours,
                                   const struct jpk_cloud *theirs, const struct jpk_merge_options *options,
                                   struct jpk_error *err)
{
    (void)base, (void)ours, (void)theirs, (void)options;
    error_set(err, JPK_ERR_USAGE, "not yet");
    return NULL;
}
