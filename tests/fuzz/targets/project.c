/* A Jitterpak: the project, its graph, and all that can be said of it. */
#include "tests/fuzz/fuzz.h"

FUZZ_MUTATOR(fuzz_mutate);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (unsigned flags = 0; flags <= JPK_KEEP_GOING; flags++) {
        struct fuzz_project p;
        if (fuzz_project_open(&p, data, size, flags) && flags)
            fuzz_project_tell(&p);
        fuzz_project_free(&p);
    }
    return 0;
}
