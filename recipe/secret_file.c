#include "recipe/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

static bool from_environment(struct secret *secret, const char *name, const char *(*environment)(const char *),
                             struct buf *why)
{
    const char *value = environment ? environment(name) : getenv(name);
    if (!value || !*value) {
        buf_printf(why, value ? "the environment variable %s is empty" : "set the environment variable %s", name);
        return false;
    }
    secret->text = value;
    secret->size = strlen(value);
    return true;
}

/* Into memory of one piece, so that nothing of it stays behind where a buffer grew. */
static bool read_all(struct secret *secret, int fd, size_t most)
{
    secret->own_size = most + 1;
    secret->own = calloc(1, secret->own_size);
    while (secret->own && secret->size < secret->own_size) {
        ssize_t n = file_read_some(fd, secret->own + secret->size, secret->own_size - secret->size);
        if (n < 0)
            return false;
        if (n == 0)
            break;
        secret->size += (size_t)n;
    }
    secret->text = secret->own;
    return secret->own != NULL;
}

static void strip_line_end(struct secret *secret)
{
    if (secret->size > 0 && secret->text[secret->size - 1] == '\n')
        secret->size--;
    if (secret->size > 0 && secret->text[secret->size - 1] == '\r')
        secret->size--;
}

static bool read_file(struct secret *secret, int fd, const char *path, size_t most, struct buf *why)
{
    struct stat st;
    size_t bad;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        buf_printf(why, "%s is no ordinary file", path);
        return false;
    }
    secret->others_read = (st.st_mode & S_IROTH) != 0;
    if (!read_all(secret, fd, most)) {
        why->failed = why->failed || !secret->own;
        buf_printf(why, "the file %s cannot be read", path);
        return false;
    }
    if (secret->size > most) {
        buf_printf(why, "the file %s is larger than any secret (%zu bytes)", path, most);
        return false;
    }
    strip_line_end(secret);
    if (secret->size == 0)
        buf_printf(why, "the file %s is empty", path);
    else if (memchr(secret->text, '\0', secret->size) || !text_utf8(secret->text, secret->size, &bad))
        buf_printf(why, "the file %s holds no text", path);
    else
        return true;
    return false;
}

static bool from_file(struct secret *secret, const char *name, const char *folder, size_t most, struct buf *why)
{
    struct buf path = {0};
    if (*name != '/' && folder && *folder)
        buf_printf(&path, "%s/", folder);
    buf_puts(&path, name);
    if (path.failed) {
        why->failed = true;
        buf_free(&path);
        return false;
    }
    /* A pipe or device must not make us wait. */
    int fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool ok = false;
    if (fd >= 0)
        ok = read_file(secret, fd, name, most, why);
    else if (errno == ENOENT || errno == ENOTDIR)
        buf_printf(why, "there is no file %s", name);
    else
        buf_printf(why, "the file %s cannot be opened: %s", name, strerror(errno));
    if (fd >= 0)
        close(fd);
    buf_free(&path);
    return ok;
}

bool secret_find(struct secret *secret, const char *place, const char *folder, size_t most,
                 const char *(*environment)(const char *), struct buf *why)
{
    bool found = false;
    if (text_starts_with(place, "env:") && place[4])
        found = from_environment(secret, place + 4, environment, why);
    else if (text_starts_with(place, "file:") && place[5])
        found = from_file(secret, place + 5, folder, most, why);
    else
        buf_puts(why, "say where it is found: env:NAME or file:PATH");
    if (!found)
        secret_forget(secret);
    return found;
}

void secret_forget(struct secret *secret)
{
    if (secret->own)
        explicit_bzero(secret->own, secret->own_size);
    free(secret->own);
    *secret = (struct secret){0};
}
