/* Work that is shared out to threads. */
#ifndef BASE_WORKERS_H
#define BASE_WORKERS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Calls `work` once for each index below `count`, from `jobs` threads at most (0: one a processor), of which the
 * caller's is one; indices are begun in order. When no other thread can be had, the caller's does all. Returns when all
 * is done.
 */
void workers_run(size_t count, uint64_t jobs, void (*work)(void *context, size_t index), void *context);

#endif
