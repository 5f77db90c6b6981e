/* A ZIP that stays right: entries are unpacked, some are changed by what they hold, and all are packed again. */
#include "base/array.h"
#include "tests/fuzz/mutate.h"
#include "tests/unit/zipmaker.h"

struct entries {
    struct zm_entry *items; /* names and data are copies */
    size_t count, capacity;
};

static void add(struct entries *entries, char *name, void *data, size_t size)
{
    struct zm_entry *grown = array_grow(entries->items, entries->count, &entries->capacity, sizeof *grown);
    if (!grown || !name || !data) {
        free(name);
        free(data);
        return;
    }
    entries->items = grown;
    entries->items[entries->count++] =
        (struct zm_entry){.name = name, .data = data, .size = size, .deflate = size > 100, .flags = 0x800};
}

static bool read_entries(const char *data, size_t size, struct entries *entries)
{
    struct jpk_limits limits = fuzz_limits();
    struct jpk_archive *archive = jpk_archive_open_memory(data, size, NULL, &limits, NULL);
    for (size_t i = 0; archive && i < jpk_archive_count(archive); i++) {
        void *bytes = NULL;
        size_t n = 0;
        if (jpk_archive_read(archive, i, &bytes, &n, NULL))
            add(entries, strdup(jpk_archive_entry(archive, i)->name), bytes, n);
    }
    jpk_archive_free(archive);
    return entries->count > 0;
}

static void set_data(struct zm_entry *entry, struct buf *bytes)
{
    char *copy = malloc(bytes->size + 1);
    if (!copy)
        return;
    if (bytes->size)
        memcpy(copy, bytes->data, bytes->size);
    copy[bytes->size] = '\0';
    free((void *)(uintptr_t)entry->data);
    entry->data = copy;
    entry->size = bytes->size;
    entry->deflate = bytes->size > 100;
}

static void change_entry(struct fuzz_random *random, struct zm_entry *entry)
{
    struct buf bytes = {0};
    if (fuzz_change_any(random, entry->data, entry->size, &bytes) && !bytes.failed)
        set_data(entry, &bytes);
    buf_free(&bytes);
}

static void change_name(struct fuzz_random *random, struct zm_entry *entry)
{
    struct buf name = {0};
    fuzz_change_bytes(random, entry->name, strlen(entry->name), &name);
    char *copy = strdup(buf_text(&name));
    if (copy) {
        free((void *)(uintptr_t)entry->name);
        entry->name = copy;
    }
    buf_free(&name);
}

static void drop(struct entries *entries, size_t index)
{
    free((void *)(uintptr_t)entries->items[index].name);
    free((void *)(uintptr_t)entries->items[index].data);
    memmove(&entries->items[index], &entries->items[index + 1], (entries->count - index - 1) * sizeof *entries->items);
    entries->count--;
}

/* A copy of an entry's data, or what it holds in place of another one. */
static void copy_data(struct fuzz_random *random, struct entries *entries, const struct zm_entry *from)
{
    struct buf bytes = {0};
    buf_put(&bytes, from->data, from->size);
    set_data(&entries->items[fuzz_below(random, entries->count)], &bytes);
    buf_free(&bytes);
}

static void change_entries(struct fuzz_random *random, struct entries *entries)
{
    size_t index = fuzz_below(random, entries->count);
    struct zm_entry *entry = &entries->items[index];
    switch (fuzz_below(random, 12)) {
    case 0:
        drop(entries, index);
        break;
    case 1:
        change_name(random, entry);
        break;
    case 2:
        copy_data(random, entries, entry);
        break;
    default:
        change_entry(random, entry);
        break;
    }
}

bool fuzz_change_zip(struct fuzz_random *random, const char *data, size_t size, struct buf *out)
{
    struct entries entries = {0};
    bool ok = read_entries(data, size, &entries);
    for (size_t n = 1 + fuzz_below(random, 3); n > 0 && entries.count; n--)
        change_entries(random, &entries);
    if (ok) {
        struct zm zip = zm_make(entries.items, entries.count, false, "");
        buf_put(out, zip.out.data, zip.out.size);
        zm_free(&zip);
    }
    while (entries.count)
        drop(&entries, entries.count - 1);
    free(entries.items);
    return ok;
}
