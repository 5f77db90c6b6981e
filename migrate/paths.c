#include "migrate/paths.h"

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
