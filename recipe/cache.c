#include "recipe/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/map.h"

/*
 * The file: a header, the table of entries, then their bytes. Numbers are those of the machine; in a file of another
 * kind of machine the table does not fit.
 */
#define FILE_NAME "recipes.cache"

enum { RECORDS_MAX = 1000000 };
#define ENTRY_MAX ((uint64_t)64 << 20)

struct header {
    char magic[8];
    uint64_t count;
    unsigned char checksum[32]; /* of the table */
};

static const char magic[8] = {'j', 'p', 'k', '-', 'c', 'a', 'c', '1'};

struct record {
    struct cache_key key;
    unsigned char checksum[32]; /* of the key and the bytes */
    uint64_t offset, size;
};

_Static_assert(sizeof(struct header) == 48 && sizeof(struct record) == 80, "there are no holes in what is written");

/* A file that was opened. */
struct pack {
    int fd; /* -1: there is none, and it is empty */
    struct stat status;
    struct record *records;
    size_t count;
    struct map by_key;
};

/* An entry that is new. */
struct fresh {
    struct record record; /* its offset is not known yet */
    char *data;
};

struct cache {
    char *folder, *path;
    uint64_t limit;
    struct pack pack;
    atomic_bool *used; /* by record of the pack */
    pthread_mutex_t lock;
    struct fresh *fresh;
    size_t count, capacity;
    uint64_t fresh_size;
};

static void checksum_of(const struct cache_key *key, const void *data, size_t n, unsigned char out[32])
{
    unsigned char parts[64];
    memcpy(parts, key->bytes, 32);
    sha256_bytes(data, n, parts + 32);
    sha256_bytes(parts, sizeof parts, out);
}

/* -------------------------------------------------------------------------------------------------------- reading */

static bool read_at(int fd, void *out, size_t n, uint64_t offset)
{
    char *at = out;
    while (n > 0) {
        ssize_t got = pread(fd, at, n, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = EIO; /* it was cut meanwhile */
        if (got <= 0)
            return false;
        at += got;
        offset += (uint64_t)got;
        n -= (size_t)got;
    }
    return true;
}

static void pack_close(struct pack *pack)
{
    if (pack->fd >= 0)
        close(pack->fd);
    free(pack->records);
    map_free(&pack->by_key);
    *pack = (struct pack){.fd = -1};
}

/* Reads the table, whose records all lie in the file then. */
static bool read_table(struct pack *pack)
{
    struct header header;
    unsigned char checksum[32];
    uint64_t size = (uint64_t)pack->status.st_size;
    if (!S_ISREG(pack->status.st_mode) || !read_at(pack->fd, &header, sizeof header, 0) ||
        memcmp(header.magic, magic, sizeof magic) != 0 || header.count > RECORDS_MAX ||
        header.count > (size - sizeof header) / sizeof *pack->records)
        return false;
    size_t table = (size_t)header.count * sizeof *pack->records;
    pack->records = calloc(table + 1, 1);
    if (!pack->records || !read_at(pack->fd, pack->records, table, sizeof header))
        return false;
    sha256_bytes(pack->records, table, checksum);
    if (memcmp(checksum, header.checksum, sizeof checksum) != 0)
        return false;
    pack->count = (size_t)header.count;
    struct map by_key = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < pack->count; i++) {
        const struct record *record = &pack->records[i];
        uint32_t old;
        ok = record->size <= ENTRY_MAX && record->size <= size && record->offset <= size - record->size &&
             map_add(&by_key, (const char *)record->key.bytes, sizeof record->key.bytes, (uint32_t)i, &old);
    }
    pack->by_key = by_key;
    return ok;
}

static void pack_open(struct pack *pack, const char *path)
{
    *pack = (struct pack){.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (pack->fd >= 0 && (fstat(pack->fd, &pack->status) != 0 || !read_table(pack)))
        pack_close(pack);
}

static uint32_t pack_find(const struct pack *pack, const struct cache_key *key)
{
    return map_get(&pack->by_key, (const char *)key->bytes, sizeof key->bytes);
}

struct cache *cache_open(const char *folder, uint64_t limit, struct jpk_error *err)
{
    struct cache *cache = calloc(1, sizeof *cache);
    struct buf path = {0};
    if (!cache) {
        error_memory(err);
        return NULL;
    }
    pthread_mutex_init(&cache->lock, NULL);
    cache->limit = limit;
    cache->pack.fd = -1;
    cache->folder = strdup(folder);
    buf_printf(&path, "%s/%s", folder, FILE_NAME);
    cache->path = path.failed ? NULL : strdup(buf_text(&path));
    buf_free(&path);
    if (cache->path) {
        pack_open(&cache->pack, cache->path);
        cache->used = calloc(cache->pack.count + 1, sizeof *cache->used);
    }
    if (cache->folder && cache->path && cache->used)
        return cache;
    cache_free(cache);
    error_memory(err);
    return NULL;
}

bool cache_get(struct cache *cache, const struct cache_key *key, struct buf *out)
{
    unsigned char checksum[32];
    uint32_t index = pack_find(&cache->pack, key);
    if (index == MAP_NONE)
        return false;
    const struct record *record = &cache->pack.records[index];
    char *data = buf_reserve(out, (size_t)record->size);
    if (!data || !read_at(cache->pack.fd, data, (size_t)record->size, record->offset))
        return false;
    checksum_of(key, data, (size_t)record->size, checksum);
    if (memcmp(checksum, record->checksum, sizeof checksum) != 0)
        return false;
    out->size += (size_t)record->size;
    atomic_store_explicit(&cache->used[index], true, memory_order_relaxed);
    return true;
}

void cache_put(struct cache *cache, const struct cache_key *key, const void *data, size_t n)
{
    struct fresh fresh = {.record = {.key = *key, .size = n}};
    if (n > ENTRY_MAX || !(fresh.data = malloc(n + 1)))
        return;
    memcpy(fresh.data, data, n);
    checksum_of(key, data, n, fresh.record.checksum);
    pthread_mutex_lock(&cache->lock);
    struct fresh *all = n <= cache->limit - cache->fresh_size
                            ? array_grow(cache->fresh, cache->count, &cache->capacity, sizeof *all)
                            : NULL;
    if (all) {
        cache->fresh = all;
        cache->fresh[cache->count++] = fresh;
        cache->fresh_size += n;
    }
    pthread_mutex_unlock(&cache->lock);
    if (!all)
        free(fresh.data);
}

void cache_free(struct cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < cache->count; i++)
        free(cache->fresh[i].data);
    free(cache->fresh);
    free(cache->used);
    free(cache->folder);
    free(cache->path);
    pack_close(&cache->pack);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

/* -------------------------------------------------------------------------------------------------------- writing */

/* An entry that is written, and where its bytes are: in memory, or in a pack. */
struct item {
    const struct record *record;
    const char *data; /* NULL: in the pack */
    const struct pack *pack;
};

/* The entries of a new file, in their order. */
struct plan {
    struct item *items;
    size_t count, capacity;
    struct map keys;
    uint64_t size, limit; /* of the file */
    bool failed;
};

/* Adds an entry that is not there yet, when there is room for it. */
static void plan_add(struct plan *plan, const struct item *item)
{
    uint64_t need = sizeof *item->record + item->record->size;
    uint32_t old;
    if (plan->count >= RECORDS_MAX || need > plan->limit - plan->size || plan->failed)
        return;
    struct item *items = array_grow(plan->items, plan->count, &plan->capacity, sizeof *items);
    if (items)
        plan->items = items;
    if (!items || !map_add(&plan->keys, (const char *)item->record->key.bytes, sizeof item->record->key.bytes, 0, &old))
        plan->failed = true;
    else if (old == MAP_NONE) {
        plan->items[plan->count++] = *item;
        plan->size += need;
    }
}

static int by_key(const void *a, const void *b)
{
    const struct fresh *left = a, *right = b;
    return memcmp(left->record.key.bytes, right->record.key.bytes, sizeof left->record.key.bytes);
}

/* What is new, what was asked for, what another run has added meanwhile, the rest. `other` may be the same file. */
static void plan_make(struct plan *plan, struct cache *cache, const struct pack *other)
{
    const struct pack *pack = &cache->pack;
    if (cache->count > 0)
        qsort(cache->fresh, cache->count, sizeof *cache->fresh, by_key); /* not in the order of threads */
    for (size_t i = 0; i < cache->count; i++)
        plan_add(plan, &(struct item){.record = &cache->fresh[i].record, .data = cache->fresh[i].data});
    for (size_t i = 0; i < pack->count; i++)
        if (atomic_load_explicit(&cache->used[i], memory_order_relaxed))
            plan_add(plan, &(struct item){.record = &pack->records[i], .pack = pack});
    for (size_t i = 0; i < other->count; i++)
        if (pack_find(pack, &other->records[i].key) == MAP_NONE)
            plan_add(plan, &(struct item){.record = &other->records[i], .pack = other});
    for (size_t i = 0; i < pack->count; i++)
        plan_add(plan, &(struct item){.record = &pack->records[i], .pack = pack});
}

static bool write_table(int fd, const struct plan *plan, struct jpk_error *err)
{
    struct header header = {.count = plan->count};
    struct record *table = calloc(plan->count + 1, sizeof *table);
    uint64_t offset = sizeof header + plan->count * sizeof *table;
    if (!table)
        return error_memory(err);
    for (size_t i = 0; i < plan->count; i++) {
        table[i] = *plan->items[i].record;
        table[i].offset = offset;
        offset += table[i].size;
    }
    memcpy(header.magic, magic, sizeof magic);
    sha256_bytes(table, plan->count * sizeof *table, header.checksum);
    bool ok = file_write_all(fd, &header, sizeof header) && file_write_all(fd, table, plan->count * sizeof *table);
    if (!ok)
        error_system(err, JPK_ERR_WRITE, errno, "cannot be written");
    free(table);
    return ok;
}

/* Writes the bytes of all entries, in blocks: most entries are small. */
static bool write_entries(int fd, const struct plan *plan, struct jpk_error *err)
{
    enum { BLOCK = 1 << 18 };
    struct buf block = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < plan->count; i++) {
        const struct item *item = &plan->items[i];
        size_t n = (size_t)item->record->size;
        char *room = buf_reserve(&block, n);
        if (!room)
            ok = error_memory(err);
        else if (item->data)
            memcpy(room, item->data, n);
        else if (!read_at(item->pack->fd, room, n, item->record->offset))
            ok = error_system(err, JPK_ERR_READ, errno, "cannot be read");
        block.size += ok ? n : 0;
        if (ok && (block.size >= BLOCK || i + 1 == plan->count)) {
            ok = file_write_all(fd, block.data, block.size) ||
                 error_system(err, JPK_ERR_WRITE, errno, "cannot be written");
            buf_clear(&block);
        }
    }
    buf_free(&block);
    return ok;
}

static bool write_plan(const char *path, const struct plan *plan, struct jpk_error *err)
{
    struct outfile out;
    if (!outfile_open(&out, path, true, err))
        return false;
    bool ok =
        write_table(out.fd, plan, err) && write_entries(out.fd, plan, err) && outfile_commit(&out, true, false, err);
    if (!ok) {
        error_file(err, path);
        outfile_discard(&out);
    }
    return ok;
}

static bool is_empty(const char *folder)
{
    DIR *dir = opendir(folder);
    size_t count = 0;
    while (dir && readdir(dir))
        count++;
    if (dir)
        closedir(dir);
    return count == 2; /* `.` and `..` */
}

/* So that the cache does not become a part of the repository in which it may lie. */
static bool prepare_folder(const char *folder, struct jpk_error *err)
{
    static const char all[] = "# jpk: can be removed at any time\n*\n";
    struct buf path = {0};
    if (!file_make_folder(folder, err))
        return false;
    buf_printf(&path, "%s/.gitignore", folder);
    bool ok = !path.failed || error_memory(err);
    if (ok && is_empty(folder)) {
        struct jpk_error problem = {0};
        ok = file_write(buf_text(&path), all, sizeof all - 1, false, &problem) || problem.code == JPK_ERR_EXISTS;
        if (!ok)
            error_pass(err, &problem, NULL);
    }
    buf_free(&path);
    return ok;
}

bool cache_save(struct cache *cache, struct jpk_error *err)
{
    struct plan plan = {.size = sizeof(struct header), .limit = cache->limit};
    struct pack other = {.fd = -1};
    if (cache->count == 0 || cache->limit < plan.size)
        return true;
    if (!prepare_folder(cache->folder, err))
        return false;
    pack_open(&other, cache->path);
    plan_make(&plan, cache, &other);
    bool ok = plan.failed ? error_memory(err) : write_plan(cache->path, &plan, err);
    pack_close(&other);
    map_free(&plan.keys);
    free(plan.items);
    return ok;
}
