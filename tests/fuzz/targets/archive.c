/* A ZIP: every entry is read, and what was read is written and read again. */
#include <zlib.h>

#include "base/text.h"
#include "tests/fuzz/fuzz.h"

FUZZ_MUTATOR(fuzz_mutate_archive);

static void check_name(const char *name)
{
    fuzz_words("a name", name);
    HOLDS(*name != '/' && !strchr(name, '\\') && !strstr(name, "//"), "the name '%s'", name);
    HOLDS(strncmp(name, "../", 3) != 0 && !strstr(name, "/../") && !text_ends_with(name, "/.."), "the name '%s'", name);
    for (const char *c = name; *c; c++)
        HOLDS((unsigned char)*c >= ' ' && *c != 127, "a control character in '%s'", name);
}

/* Reads an entry; NULL: its data is wrong, which is an error with a code. */
static void *read_entry(struct jpk_archive *archive, size_t index, size_t *size)
{
    const struct jpk_entry_info *info = jpk_archive_entry(archive, index);
    struct jpk_error err = {0};
    void *data = NULL;
    check_name(info->name);
    HOLDS(jpk_archive_find(archive, info->name) == index, "'%s' is not found", info->name);
    if (!jpk_archive_read(archive, index, &data, size, &err)) {
        HOLDS(!data, "data of an entry that cannot be read");
        fuzz_error(&err, SIZE_MAX);
        return NULL;
    }
    HOLDS(*size == info->size, "%zu bytes of %llu", *size, (unsigned long long)info->size);
    HOLDS(((char *)data)[*size] == '\0', "no NUL behind the data");
    HOLDS(crc32(0, data, (uInt)*size) == info->crc32, "the checksum of '%s'", info->name);
    return data;
}

static void compare(struct jpk_archive *archive, const char *path)
{
    struct jpk_error err = {0};
    struct jpk_archive *again = jpk_archive_open(path, NULL, &err);
    HOLDS(again, "what was written cannot be opened: %s", err.message);
    HOLDS(jpk_archive_count(again) == jpk_archive_count(archive), "%zu entries", jpk_archive_count(again));
    for (size_t i = 0; i < jpk_archive_count(archive); i++) {
        size_t size, other_size;
        void *data = read_entry(archive, i, &size), *other = read_entry(again, i, &other_size);
        HOLDS(strcmp(jpk_archive_entry(archive, i)->name, jpk_archive_entry(again, i)->name) == 0, "another name");
        fuzz_same(jpk_archive_entry(archive, i)->name, data, size, other, other_size);
        free(data);
        free(other);
    }
    jpk_archive_free(again);
}

static void write_again(struct jpk_archive *archive)
{
    char folder[FUZZ_PATH], path[FUZZ_PATH + 16];
    struct jpk_error err = {0};
    fuzz_folder(folder);
    snprintf(path, sizeof path, "%s/t.jpk", folder);
    struct jpk_writer *writer = jpk_writer_open(path, false, &err);
    bool ok = writer != NULL;
    for (size_t i = 0; ok && i < jpk_archive_count(archive); i++) {
        const struct jpk_entry_info *info = jpk_archive_entry(archive, i);
        ok = jpk_writer_add_from(writer, info->name, archive, i, info->dos_date, info->dos_time, &err);
    }
    ok = ok && jpk_writer_commit(writer, &err);
    HOLDS(ok, "cannot be written again: %s", err.message);
    jpk_writer_free(writer);
    compare(archive, path);
    fuzz_remove(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jpk_limits limits = fuzz_limits();
    struct jpk_error err = {0};
    struct jpk_archive *archive = jpk_archive_open_memory(data, size, "t.jpk", &limits, &err);
    if (!archive) {
        fuzz_error(&err, size);
        return 0;
    }
    bool whole = true;
    uint64_t total = 0;
    for (size_t i = 0; i < jpk_archive_count(archive); i++) {
        size_t n = 0;
        void *entry = read_entry(archive, i, &n);
        whole = whole && entry;
        total += n;
        free(entry);
    }
    HOLDS(total <= limits.total_size && jpk_archive_count(archive) <= limits.entries, "more than the limits allow");
    if (whole)
        write_again(archive);
    jpk_archive_free(archive);
    return 0;
}
