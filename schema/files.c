#include "schema/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "schema/uri.h"

bool schema_file_uri(struct buf *out, const char *path)
{
    char *full = realpath(path, NULL);
    if (!full)
        return false;
    buf_puts(out, "file://");
    for (const char *p = full; *p; p++) {
        bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
                     strchr("/-._~!$&'()*+,;=:@", *p) != NULL;
        if (plain)
            buf_putc(out, *p);
        else
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)*p);
    }
    free(full);
    return true;
}

void schema_files_note(const struct schema_files *files, const char *name, const char *text, size_t n)
{
    char checksum[65];
    if (!files->seen)
        return;
    sha256_hex(text, n, checksum);
    buf_printf(files->seen, "%zu:%s %s\n", strlen(name), name, checksum);
}

struct jpk_schema *schema_files_compile(const struct schema_files *files, const char *path,
                                        const struct jpk_schema_options *options, struct jpk_error *err)
{
    struct buf text = {0}, uri = {0};
    struct jpk_schema *schema = NULL;
    struct jpk_schema_options how = *options;
    if (schema_file_uri(&uri, path))
        how.uri = buf_text(&uri);
    how.file = path;
    if (uri.failed) {
        error_memory(err);
    } else if (file_read(path, files->limit, files->limit_name, &text, err)) {
        schema = jpk_schema_compile(buf_text(&text), text.size, &how, err);
        schema_files_note(files, path, buf_text(&text), text.size);
    }
    buf_free(&text);
    buf_free(&uri);
    return schema;
}

/* The real path of a file: URI when it is a file below the folder; NULL when it is not, or there was no memory. */
static char *path_below(const char *folder, const char *uri, struct jpk_error *err)
{
    struct buf path = {0};
    struct stat status;
    char *full = NULL;
    size_t n = strlen(folder);
    errno = 0;
    if (strncmp(uri, "file://", 7) == 0 && uri_decode(uri + 7, strlen(uri + 7), &path))
        full = realpath(buf_text(&path), NULL);
    if (path.failed || (!full && errno == ENOMEM))
        error_memory(err);
    bool below = full && strncmp(full, folder, n) == 0 && (full[n] == '/' || n == 1);
    if (full && !(below && stat(full, &status) == 0 && S_ISREG(status.st_mode))) {
        free(full);
        full = NULL;
    }
    buf_free(&path);
    return full;
}

bool schema_files_load(void *context, struct jpk_schema_registry *registry, const char *uri, struct jpk_error *err)
{
    const struct schema_files *files = context;
    struct jpk_error problem = {0};
    char *path = files->folder ? path_below(files->folder, uri, &problem) : NULL;
    if (problem.code != JPK_OK) {
        free(path);
        return error_memory(err);
    }
    if (!path)
        return true;
    size_t n = strlen(files->folder);
    struct buf text = {0}, name = {0};
    buf_printf(&name, "%s%s", files->prefix ? files->prefix : "", path + n + (n > 1));
    bool ok = name.failed
                  ? error_memory(err)
                  : file_read(path, files->limit, files->limit_name, &text, err) &&
                        jpk_schema_registry_add(registry, uri, buf_text(&text), text.size, buf_text(&name), err);
    if (ok)
        schema_files_note(files, buf_text(&name), buf_text(&text), text.size);
    buf_free(&name);
    buf_free(&text);
    free(path);
    return ok;
}
