/*
 * Runs saved inputs through a fuzz target without libFuzzer, with any compiler: the files that are named, and those of
 * the folders that are named. usage: TARGET FILE|FOLDER...
 */
#include <ftw.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/file.h"
#include "tests/fuzz/fuzz.h"

static size_t inputs;
static const char *running = "";

/* A copy of exactly its size, so that a sanitizer sees a read behind the end. */
static int run(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    struct buf text = {0};
    struct jpk_error err = {0};
    (void)st;
    (void)at;
    if (kind != FTW_F)
        return 0;
    running = path;
    if (!file_read(path, 1 << 24, "16 MiB", &text, &err)) {
        fprintf(stderr, "%s: %s\n", path, err.message);
        return 1;
    }
    uint8_t *copy = malloc(text.size ? text.size : 1);
    if (!copy)
        return 1;
    memcpy(copy, buf_text(&text), text.size);
    LLVMFuzzerTestOneInput(copy, text.size);
    free(copy);
    buf_free(&text);
    inputs++;
    return 0;
}

/* What ends the program says which input it was. */
static void say(int signal_number)
{
    static const char before[] = "fuzz: failed at ";
    (void)signal_number;
    file_write_all(2, before, sizeof before - 1);
    file_write_all(2, running, strlen(running));
    file_write_all(2, "\n", 1);
    signal(SIGABRT, SIG_DFL);
    abort();
}

int main(int argc, char **argv)
{
    signal(SIGABRT, say);
    signal(SIGSEGV, say);
    for (int i = 1; i < argc; i++)
        if (nftw(argv[i], run, 16, 0) != 0) {
            fprintf(stderr, "fuzz: cannot run %s\n", argv[i]);
            return 1;
        }
    const char *name = strrchr(argv[0], '/');
    printf("fuzz %s: %zu inputs passed\n", name ? name + 1 : argv[0], inputs);
    return inputs ? 0 : 1;
}
