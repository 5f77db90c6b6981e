#include "jpk/zipinput.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define WINDOW_SIZE ((size_t)64 * 1024)
#define FIRST_SIZE ((size_t)4 * 1024)

/* Reads up to n bytes; *got is less than n only at the end of the file. */
static bool read_at(int fd, uint64_t offset, unsigned char *out, size_t n, size_t *got, struct jpk_error *err)
{
    size_t done = 0;
    while (done < n) {
        ssize_t part = pread(fd, out + done, n - done, (off_t)(offset + done));
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return error_system(err, JPK_ERR_READ, errno, "cannot be read");
        if (part == 0)
            break;
        done += (size_t)part;
    }
    *got = done;
    return true;
}

static bool ended(struct jpk_error *err)
{
    return error_set(err, JPK_ERR_READ, "ended early: the file became shorter while it was read");
}

/* Who reads on gets more each time; who jumps about, as entries by name do, needs no more than an entry. */
static size_t window_for(const struct zipinput *in, uint64_t offset, size_t n)
{
    bool onward = offset >= in->window_at && offset - in->window_at <= 2 * in->window_size;
    size_t size = onward && in->window_size >= FIRST_SIZE ? 2 * in->window_size : FIRST_SIZE;
    size = size > n ? size : n;
    return size < WINDOW_SIZE ? size : WINDOW_SIZE;
}

/* Of at least the next n bytes, which fit, unless the file ends. */
static bool fill_window(struct zipinput *in, uint64_t offset, size_t n, struct jpk_error *err)
{
    size_t size = window_for(in, offset, n);
    if (!in->window && !(in->window = malloc(WINDOW_SIZE)))
        return error_memory(err);
    in->window_size = 0;
    in->window_at = offset;
    return read_at(in->fd, offset, in->window, size, &in->window_size, err);
}

bool zipinput_read(struct zipinput *in, uint64_t offset, void *out, size_t n, struct jpk_error *err)
{
    if (n == 0)
        return true;
    if (offset > in->size || n > in->size - offset)
        return ended(err);
    if (in->fd < 0) {
        memcpy(out, in->memory + offset, n);
        return true;
    }
    if (n >= WINDOW_SIZE) {
        size_t got = 0;
        return read_at(in->fd, offset, out, n, &got, err) && (got == n || ended(err));
    }
    bool inside = offset >= in->window_at && offset - in->window_at < in->window_size &&
                  n <= in->window_size - (size_t)(offset - in->window_at);
    if (!inside) {
        if (!fill_window(in, offset, n, err))
            return false;
        if (n > in->window_size)
            return ended(err);
    }
    memcpy(out, in->window + (offset - in->window_at), n);
    return true;
}

void zipinput_free(struct zipinput *in)
{
    free(in->window);
    in->window = NULL;
    in->window_size = 0;
}
