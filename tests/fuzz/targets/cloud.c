/* An export of Cloud Studio: all that can be said of it; what is written is the same export. */
#include "jpk/diff.h"
#include "tests/fuzz/fuzz.h"

FUZZ_MUTATOR(fuzz_mutate);

static void compare(const struct jpk_cloud *a, const struct jpk_cloud *b)
{
    struct jpk_error err = {0};
    struct jpk_diff *diff = jpk_diff_clouds(a, b, NULL, &err);
    HOLDS(diff, "cannot be compared: %s", err.message);
    HOLDS(diff->change_count == 0, "what was written differs in %zu places, first in %s", diff->change_count,
          diff->change_count ? diff->changes[0].new_path : "");
    jpk_diff_free(diff);
}

static void write_again(const struct jpk_cloud *cloud, const struct jpk_limits *limits)
{
    struct jpk_error err = {0};
    size_t size, size_again;
    char *text = jpk_cloud_write(cloud, &size, &err);
    HOLDS(text, "cannot be written: %s", err.message);
    struct jpk_cloud *again = jpk_cloud_load(text, size, "again.json", limits, &err);
    HOLDS(again, "what was written cannot be read: %u:%u: %s", err.line, err.column, err.message);
    char *text_again = jpk_cloud_write(again, &size_again, &err);
    HOLDS(text_again, "cannot be written again: %s", err.message);
    fuzz_same("canonical text", text, size, text_again, size_again);
    compare(cloud, again);
    free(text);
    free(text_again);
    jpk_cloud_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jpk_limits limits = fuzz_limits();
    struct jpk_error err = {0};
    struct jpk_cloud *cloud = jpk_cloud_load((const char *)data, size, "t.json", &limits, &err);
    if (!cloud) {
        fuzz_error(&err, size);
        return 0;
    }
    fuzz_cloud_tell(cloud);
    write_again(cloud, &limits);
    jpk_cloud_free(cloud);
    return 0;
}
