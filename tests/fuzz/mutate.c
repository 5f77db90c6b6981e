#include "tests/fuzz/mutate.h"

#include "jpk/gunzip.h"
#include "jpk/packed.h"

/* splitmix64 */
size_t fuzz_below(struct fuzz_random *random, size_t n)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return n ? (size_t)((z ^ (z >> 31)) % n) : 0;
}

bool fuzz_change_bytes(struct fuzz_random *random, const char *data, size_t size, struct buf *out)
{
    size_t most = size + 16 + fuzz_below(random, 64);
    uint8_t *copy = malloc(most);
    if (!copy)
        return false;
    if (size)
        memcpy(copy, data, size);
    buf_put(out, copy, LLVMFuzzerMutate(copy, size, most));
    free(copy);
    return true;
}

/*
 * What a file's name, a name in a script, XML, a line of properties or a terminal cannot hold, or what means something
 * to them. A text of its own for each, with its end.
 */
static const char awkward[] =
    "\x01\0\x1b[2J\0\x7f\0\xef\xbf\xbe\0\xe2\x80\xae\0\xc2\x85\0\x61\xcc\x88\0\xc3\xa4\0\xf0\x9f\x98\x80\0"
    " \0\t\0\n\0\r\n\0/\0\\\0.\0..\0../x\0CON\0a:b\0#\0=\0!\0%\0%2F\0~\0*\0?\0|\0\"\0'\0`\0"
    "&amp;\0<a>\0]]>\0-->\0<trans>\0</trans>\0<TAG>x</TAG>\0[x]\0$x\0{\0}\0;\0,\0@\0-\0--\0"
    "<<<<<<< x\n\0=======\n\0"
    "0\0"
    "null\0operation:x\0project.xml\0{http://x}y\0\xef\xbb\xbf";

static const char *awkward_word(struct fuzz_random *random)
{
    const char *word = awkward + fuzz_below(random, sizeof awkward - 1);
    while (word > awkward && word[-1])
        word--;
    return word;
}

bool fuzz_change_text(struct fuzz_random *random, const char *data, size_t size, struct buf *out)
{
    if (fuzz_below(random, 3))
        return fuzz_change_bytes(random, data, size, out);
    const char *word = awkward_word(random);
    bool whole = fuzz_below(random, 4) == 0;
    size_t at = fuzz_below(random, size + 1);
    buf_put(out, data, whole ? 0 : at);
    buf_puts(out, word);
    buf_put(out, data + at, whole ? 0 : size - at);
    return true;
}

static bool change_gzip(struct fuzz_random *random, const char *data, size_t size, struct buf *out)
{
    struct jpk_limits limits = fuzz_limits();
    struct buf text = {0}, changed = {0};
    bool ok = gunzip(data, size, &limits, &text, NULL) &&
              fuzz_change_any(random, buf_text(&text), text.size, &changed) &&
              gzip_pack(buf_text(&changed), changed.size, out, NULL);
    buf_free(&text);
    buf_free(&changed);
    return ok;
}

static bool change_form(struct fuzz_random *random, const char *data, size_t size, struct buf *out)
{
    size_t at = 0;
    if (size > 4 && memcmp(data, "PK\3\4", 4) == 0)
        return fuzz_change_zip(random, data, size, out);
    if (size > 2 && memcmp(data, "\x1f\x8b", 2) == 0)
        return change_gzip(random, data, size, out);
    while (at < size && strchr(" \t\r\n", data[at]))
        at++;
    if (at == size)
        return false;
    return data[at] == '<' ? fuzz_change_xml(random, data, size, out) : fuzz_change_json(random, data, size, out);
}

/* One of two halves. */
static bool change_half(struct fuzz_random *random, const char *data, size_t size, const char *between, struct buf *out)
{
    size_t n = strlen(FUZZ_BETWEEN);
    const char *second = between + n, *end = data + size;
    bool first = fuzz_below(random, 2), ok;
    if (first) {
        ok = fuzz_change_any(random, data, (size_t)(between - data), out);
        buf_put(out, between, (size_t)(end - between));
    } else {
        buf_put(out, data, (size_t)(second - data));
        ok = fuzz_change_any(random, second, (size_t)(end - second), out);
    }
    return ok;
}

bool fuzz_change_any(struct fuzz_random *random, const char *data, size_t size, struct buf *out)
{
    const char *between = memmem(data, size, FUZZ_BETWEEN, strlen(FUZZ_BETWEEN));
    if (between)
        return change_half(random, data, size, between, out);
    if (fuzz_below(random, 8) && change_form(random, data, size, out))
        return true;
    return fuzz_change_bytes(random, data, size, out);
}

/* ----------------------------------------------------------------------------------------------- as libFuzzer calls */

/* Puts the change in place of the data; without one, or when it is too long, bytes are changed. */
static size_t mutate(fuzz_change *change, uint8_t *data, size_t size, size_t most, struct fuzz_random *random)
{
    struct buf out = {0};
    bool ok = change(random, (const char *)data, size, &out) && !out.failed && out.size > 0 && out.size <= most;
    size_t n = out.size;
    if (ok)
        memcpy(data, out.data, n);
    buf_free(&out);
    return ok ? n : LLVMFuzzerMutate(data, size, most);
}

size_t fuzz_mutate(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    struct fuzz_random random = {seed};
    return mutate(fuzz_change_any, data, size, most, &random);
}

size_t fuzz_mutate_archive(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    struct fuzz_random random = {seed};
    return mutate(fuzz_below(&random, 2) ? fuzz_change_zip : fuzz_change_bytes, data, size, most, &random);
}
