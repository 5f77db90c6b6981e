/*
 * For LD_PRELOAD: an allocator that can fail for the whole process, libraries included, and a program that is run again
 * and again from the same start. Where `main` would begin, a line "NTH AFTER TRACE" is read from the descriptor
 * CONTROL: a child runs the program in which the NTH allocation fails (0: none), with AFTER all later ones too, and the
 * answer is the status of waitpid. Standard input is read from its begin, output and errors are written from theirs,
 * and what is to be known of the allocations stands in REPORT:
 *
 *  count N                   so many were asked for, counted up to the end of `main`
 *  live CALLER NUMBER SIZE   a block that was not freed: who asked for it, and the how manieth it was
 *  failed FRAME...           the stack of the allocation that failed first
 *  traced FRAME...           that of the allocation TRACE, or where the program crashed or hung
 *  stacks HASH...            those of all allocations, when TRACE is TRACE_ALL
 *
 * A frame is an object file and an offset in it. Every block has a header, so that those of both sides of a call of
 * realloc are known; the list of live ones is never shared between processes.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void __libc_free(void *memory);

enum { CONTROL = 197, ANSWER = 198, REPORT = 199, FRAMES_MAX = 64, TIME_LIMIT = 30, MAGIC = 0x6a706b6d };
enum { STACKS_MAX = 1 << 20, TRACE_ALL = 1 << 30 };

struct header {
    struct header *next, *prev;
    void *base;   /* what the C library gave */
    void *caller; /* who asked for it */
    size_t size;
    uint32_t number; /* the how manieth it was; 0: not counted */
    uint32_t magic;
};

_Static_assert(sizeof(struct header) % 16 == 0, "blocks are aligned as those of malloc");

static struct header live = {.next = &live, .prev = &live};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool counting, fail_after;
static uint32_t count, fail_at, trace_at;
static uint32_t stacks[STACKS_MAX];

/* -------------------------------------------------------------------------------------------------------- reports */

static void put_frame(const void *address)
{
    Dl_info info;
    if (dladdr(address, &info) && info.dli_fname)
        dprintf(REPORT, " %s+%zx", info.dli_fname, (size_t)((const char *)address - (const char *)info.dli_fbase));
    else
        dprintf(REPORT, " ?+0");
}

/* Told at once: the kernel may end the program without a word. */
static void put_stack(const char *what)
{
    void *stack[FRAMES_MAX];
    int depth = backtrace(stack, FRAMES_MAX);
    dprintf(REPORT, "%s", what);
    for (int i = 0; i < depth; i++)
        put_frame(stack[i]);
    dprintf(REPORT, "\n");
}

/* ---------------------------------------------------------------------------------------------------- allocations */

static uint32_t stack_hash(void)
{
    void *stack[FRAMES_MAX];
    uint64_t hash = 14695981039346656037u;
    for (int i = 0, depth = backtrace(stack, FRAMES_MAX); i < depth; i++)
        hash = (hash ^ (uintptr_t)stack[i]) * 1099511628211u;
    return (uint32_t)(hash >> 32);
}

/* Counts an allocation, and says whether it may be had. */
static bool granted(uint32_t *number)
{
    *number = 0;
    if (!counting)
        return true;
    pthread_mutex_lock(&lock);
    *number = ++count;
    bool fails = fail_at && (*number == fail_at || (fail_after && *number > fail_at));
    pthread_mutex_unlock(&lock);
    if (*number == fail_at)
        put_stack("failed");
    if (trace_at == TRACE_ALL && *number <= STACKS_MAX)
        stacks[*number - 1] = stack_hash();
    if (*number == trace_at)
        put_stack("traced");
    if (fails)
        errno = ENOMEM;
    return !fails;
}

static void *allocate(size_t size, size_t align, void *caller)
{
    uint32_t number;
    if (size > PTRDIFF_MAX - align - sizeof(struct header)) {
        errno = ENOMEM;
        return NULL;
    }
    if (!granted(&number))
        return NULL;
    char *base = __libc_malloc(sizeof(struct header) + align + size);
    if (!base)
        return NULL;
    uintptr_t at = ((uintptr_t)base + sizeof(struct header) + align - 1) & ~(uintptr_t)(align - 1);
    struct header *block = (struct header *)at - 1;
    *block = (struct header){.base = base, .caller = caller, .size = size, .number = number, .magic = MAGIC};
    pthread_mutex_lock(&lock);
    block->next = live.next;
    block->prev = &live;
    live.next->prev = block;
    live.next = block;
    pthread_mutex_unlock(&lock);
    return block + 1;
}

/* What the dynamic linker took before it knew this allocator has no header, and stays. */
static void release(void *memory)
{
    struct header *block = (struct header *)memory - 1;
    if (!memory || block->magic != MAGIC)
        return;
    pthread_mutex_lock(&lock);
    block->next->prev = block->prev;
    block->prev->next = block->next;
    pthread_mutex_unlock(&lock);
    block->magic = 0;
    __libc_free(block->base);
}

static void *resize(void *old, size_t size, void *caller)
{
    if (old && size == 0) {
        release(old);
        return NULL;
    }
    void *memory = allocate(size, 16, caller);
    if (!memory || !old)
        return memory;
    size_t had = ((struct header *)old - 1)->size;
    memcpy(memory, old, had < size ? had : size);
    release(old);
    return memory;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size)
{
    return allocate(size, 16, CALLER);
}

void *calloc(size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size) {
        errno = ENOMEM;
        return NULL;
    }
    void *memory = allocate(n * size, 16, CALLER);
    return memory ? memset(memory, 0, n * size) : NULL;
}

void *realloc(void *old, size_t size)
{
    return resize(old, size, CALLER);
}

void *reallocarray(void *old, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size) {
        errno = ENOMEM;
        return NULL;
    }
    return resize(old, n * size, CALLER);
}

void *aligned_alloc(size_t align, size_t size)
{
    return allocate(size, align < 16 ? 16 : align, CALLER);
}

int posix_memalign(void **memory, size_t align, size_t size)
{
    void *got = allocate(size, align < 16 ? 16 : align, CALLER);
    if (got)
        *memory = got;
    return got ? 0 : ENOMEM;
}

void free(void *memory)
{
    int kept = errno;
    release(memory);
    errno = kept;
}

/* ----------------------------------------------------------------------------------------------------------- runs */

static void report(void)
{
    dprintf(REPORT, "count %u\n", count);
    for (const struct header *block = live.next; block != &live; block = block->next) {
        if (block->number == 0)
            continue;
        dprintf(REPORT, "live");
        put_frame(block->caller);
        dprintf(REPORT, " %u %zu\n", block->number, block->size);
    }
    if (trace_at == TRACE_ALL) {
        dprintf(REPORT, "stacks");
        for (uint32_t i = 0; i < count && i < STACKS_MAX; i++)
            dprintf(REPORT, " %x", stacks[i]);
        dprintf(REPORT, "\n");
    }
}

/* The stack is told; then the signal does what it does. */
static void on_signal(int number)
{
    counting = false;
    put_stack("traced");
    signal(number, SIG_DFL);
    raise(number);
}

static int (*program)(int argc, char **argv, char **envp);

static int run(int argc, char **argv, char **envp)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGALRM};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        signal(signals[i], on_signal);
    alarm(TIME_LIMIT);
    close(CONTROL);
    close(ANSWER);
    counting = true;
    int status = program(argc, argv, envp);
    counting = false;
    report();
    return status;
}

static bool begin_again(const char *folder)
{
    bool ok = chdir(folder) == 0;
    for (int fd = 0; fd < 3; fd++)
        ok = lseek(fd, 0, SEEK_SET) == 0 && (fd == 0 || ftruncate(fd, 0) == 0) && ok;
    return lseek(REPORT, 0, SEEK_SET) == 0 && ftruncate(REPORT, 0) == 0 && ok;
}

static int serve(int argc, char **argv, char **envp)
{
    void *none[1];
    char line[256];
    const char *folder = getenv("MEMORY_FOLDER");
    unsetenv("LD_PRELOAD"); /* git, which the program starts, is none of ours */
    backtrace(none, 1);     /* loads the unwinder */
    for (ssize_t n; (n = read(CONTROL, line, sizeof line - 1)) > 0;) {
        int after, status = -1;
        line[n] = '\0';
        if (!folder || sscanf(line, "%u %d %u", &fail_at, &after, &trace_at) != 3 || !begin_again(folder))
            return 99;
        fail_after = after;
        pid_t child = fork();
        if (child == 0)
            return run(argc, argv, envp);
        if (child < 0 || waitpid(child, &status, 0) != child)
            return 99;
        dprintf(ANSWER, "%d\n", status);
    }
    return 0;
}

int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*end)(void), void *stack);

int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*end)(void), void *stack)
{
    __typeof__(&__libc_start_main) real;
    *(void **)&real = dlsym(RTLD_NEXT, "__libc_start_main");
    program = main;
    return real(serve, argc, argv, init, fini, end, stack);
}
