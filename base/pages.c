#include "base/pages.h"

#include <stdint.h>
#include <sys/mman.h>

void pages_large(void *memory, size_t n)
{
#ifdef MADV_HUGEPAGE
    enum { PAGE = 4096, LARGE = 2 * 1024 * 1024 };
    if (!memory || n < 2 * LARGE)
        return;
    size_t ahead = (PAGE - (uintptr_t)memory % PAGE) % PAGE;
    madvise((char *)memory + ahead, (n - ahead) / PAGE * PAGE, MADV_HUGEPAGE);
#else
    (void)memory;
    (void)n;
#endif
}
