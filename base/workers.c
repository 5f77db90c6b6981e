#include "base/workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

struct share {
    void (*work)(void *context, size_t index);
    void *context;
    size_t count;
    atomic_size_t next;
};

static void *take_shares(void *context)
{
    struct share *share = context;
    size_t i;
    while ((i = atomic_fetch_add(&share->next, 1)) < share->count)
        share->work(share->context, i);
    return NULL;
}

void workers_run(size_t count, uint64_t jobs, void (*work)(void *context, size_t index), void *context)
{
    enum { THREADS_MAX = 64 };
    struct share share = {.work = work, .context = context, .count = count};
    pthread_t threads[THREADS_MAX];
    size_t started = 0, wanted = jobs <= THREADS_MAX ? (size_t)jobs : THREADS_MAX;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (wanted == 0)
        wanted = processors < 1 ? 1 : processors > THREADS_MAX ? THREADS_MAX : (size_t)processors;
    if (wanted > count)
        wanted = count;
    while (started + 1 < wanted && pthread_create(&threads[started], NULL, take_shares, &share) == 0)
        started++;
    take_shares(&share);
    while (started > 0)
        pthread_join(threads[--started], NULL);
}
