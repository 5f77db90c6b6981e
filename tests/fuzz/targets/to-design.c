/* An export that becomes a project of Design Studio: what designmaker.h proves of every one. */
#include "tests/fuzz/fuzz.h"

#include "base/text.h"
#include "tests/unit/designmaker.h"

FUZZ_MUTATOR(fuzz_mutate);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jpk_limits limits = fuzz_limits();
    struct jpk_error err = {0};
    struct dm dm = {.cloud = jpk_cloud_load((const char *)data, size, "t.json", &limits, &err)};
    if (!dm.cloud) {
        fuzz_error(&err, size);
        return 0;
    }
    dm.conversion = jpk_convert_to_design(dm.cloud, NULL, &err);
    if (dm.conversion) {
        dm_accounted(dm.cloud, dm.conversion);
        dm_again(dm.cloud, dm.conversion);
        HOLDS(dm_open(&dm, &err), "%s: %s: %s", jpk_code_name(err.code), err.entry, err.message);
        dm_checked(&dm);
    } else {
        fuzz_error(&err, SIZE_MAX);
        HOLDS(err.code == JPK_ERR_LIMIT, "not converted: %s", err.message);
    }
    dm_free(&dm);
    return 0;
}
