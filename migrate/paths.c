#include "migrate/paths.h"

#include <string.h>

#include "base/text.h"

void paths_put_relative(struct buf *out, const char *folder, const char *path)
{
    size_t common = 0;
    for (size_t i = 0;; i++) {
        bool end_folder = folder[i] == '\0' || folder[i] == '/', end_path = path[i] == '\0' || path[i] == '/';
        if (end_folder && end_path)
            common = i;
        if (folder[i] != path[i] || folder[i] == '\0')
            break;
    }
    const char *left = folder + common, *rest = path + common;
    while (*left == '/')
        left++;
    for (; *left; left += strcspn(left, "/"), left += *left == '/')
        buf_puts(out, "../");
    while (*rest == '/')
        rest++;
    buf_puts(out, rest);
    if (out->size > 1 && out->data[out->size - 1] == '/' && !*rest)
        out->data[--out->size] = '\0';
    if (out->size == 0)
        buf_putc(out, '.');
}

bool paths_is_result(const char *path)
{
    enum { NAME_BYTES = 255 };
    if (!text_starts_with(path, "projects/"))
        return false;
    for (const char *at = path;; at++) {
        size_t n = strcspn(at, "/");
        if (n == 0 || (n <= 2 && strncmp(at, "..", n) == 0) || n > NAME_BYTES)
            return false;
        at += n;
        if (!*at)
            return true;
    }
}
