/*
 * The floor: what reading a Jitterpak costs at the least with the libraries that jpk stands on. Opens the archive with
 * libzip (read-only, with its own checks of consistency), inflates entries into one buffer and parses XML with expat
 * and handlers that do nothing. It keeps nothing, checks no names, resolves nothing, writes nothing; it does not check
 * either for what a hostile file holds.
 *
 *   floor FILE                   every entry is inflated, every XML entry parsed
 *   floor --like-generate FILE   only what `jpk recipe generate` reads (jpk/project.c)
 *   floor --caches FILE          the first, and the structure caches are unpacked and parsed as well
 *   floor --start                nothing: the cost of starting a process with these libraries
 *
 * One parser serves all files, as in jpk/xml.c; a new one for each would make the floor higher, and a ratio to
 * it look better.
 */
#include <expat.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>
#include <zlib.h>

struct floor {
    zip_t *zip;
    XML_Parser parser;
    char *data;
    size_t capacity;
    unsigned long long entries, bytes, parsed;
};

static void on_start(void *context, const char *name, const char **attributes)
{
    (void)context, (void)name, (void)attributes;
}

static void on_end(void *context, const char *name)
{
    (void)context, (void)name;
}

static void on_text(void *context, const char *text, int n)
{
    (void)context, (void)text, (void)n;
}

static bool fail(const char *what, const char *name)
{
    fprintf(stderr, "floor: %s: %s\n", name, what);
    return false;
}

static bool make_room(struct floor *f, size_t n)
{
    if (n <= f->capacity)
        return true;
    size_t capacity = f->capacity ? f->capacity : 4096;
    while (capacity < n)
        capacity *= 2;
    char *data = realloc(f->data, capacity);
    if (!data)
        return false;
    f->data = data;
    f->capacity = capacity;
    return true;
}

static bool parse(struct floor *f, const char *data, size_t n, const char *name)
{
    XML_ParserReset(f->parser, "UTF-8");
    XML_SetElementHandler(f->parser, on_start, on_end);
    XML_SetCharacterDataHandler(f->parser, on_text);
    f->parsed++;
    return XML_Parse(f->parser, data, (int)n, XML_TRUE) == XML_STATUS_OK || fail("not well-formed", name);
}

/* The entry lies in f->data. */
static bool inflate_entry(struct floor *f, zip_uint64_t index, const zip_stat_t *st)
{
    if (!make_room(f, (size_t)st->size))
        return fail("no memory", st->name);
    zip_file_t *file = zip_fopen_index(f->zip, index, 0);
    if (!file)
        return fail(zip_strerror(f->zip), st->name);
    zip_uint64_t n = 0;
    zip_int64_t got = 0;
    while (n < st->size && (got = zip_fread(file, f->data + n, st->size - n)) > 0)
        n += (zip_uint64_t)got;
    /* One read more lets libzip compare the checksum. */
    char end;
    bool ok = got >= 0 && zip_fread(file, &end, 1) == 0 && n == st->size;
    zip_fclose(file);
    f->entries++;
    f->bytes += n;
    return ok || fail("cannot be inflated", st->name);
}

static bool parse_cache(struct floor *f, const zip_stat_t *st)
{
    z_stream z = {.next_in = (Bytef *)f->data, .avail_in = (uInt)st->size};
    size_t capacity = 64 * 1024, n = 0;
    char *text = malloc(capacity);
    int status = text ? inflateInit2(&z, 16 + MAX_WBITS) : Z_MEM_ERROR;
    while (status == Z_OK) {
        z.next_out = (Bytef *)text + n;
        z.avail_out = (uInt)(capacity - n);
        status = inflate(&z, Z_NO_FLUSH);
        n = capacity - z.avail_out;
        if (status == Z_OK && z.avail_out == 0) {
            char *more = realloc(text, capacity *= 2);
            if (!more)
                status = Z_MEM_ERROR;
            else
                text = more;
        }
    }
    bool ok = status == Z_STREAM_END ? parse(f, text, n, st->name) : fail("cannot be gunzipped", st->name);
    inflateEnd(&z);
    free(text);
    return ok;
}

static bool ends_with(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);
    return n >= m && strcmp(s + n - m, suffix) == 0;
}

static bool is_xml(const char *name)
{
    return ends_with(name, ".xml") || ends_with(name, "files/.metadata");
}

/* `name` is below the project's folder. */
static bool generate_reads(const char *name)
{
    return strcmp(name, "project.xml") == 0 || strcmp(name, "jitterpak.properties") == 0 ||
           strcmp(name, "environment.properties") == 0 || strcmp(name, "manifest.jip") == 0 ||
           strcmp(name, "files/.metadata") == 0 || (strncmp(name, "Data/", 5) == 0 && ends_with(name, ".xml"));
}

/* The length of what stands before the names of the project's files. */
static size_t base_length(zip_t *zip, zip_int64_t count)
{
    for (zip_int64_t i = 0; i < count; i++) {
        const char *name = zip_get_name(zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
        if (name && ends_with(name, "project.xml"))
            return strlen(name) - strlen("project.xml");
    }
    return 0;
}

static bool run(struct floor *f, bool like_generate, bool caches)
{
    zip_int64_t count = zip_get_num_entries(f->zip, 0);
    size_t base = like_generate ? base_length(f->zip, count) : 0;
    for (zip_int64_t i = 0; i < count; i++) {
        zip_stat_t st;
        if (zip_stat_index(f->zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW, &st) != 0)
            return fail(zip_strerror(f->zip), "an entry");
        if (ends_with(st.name, "/") || (like_generate && !generate_reads(st.name + base)))
            continue;
        if (!inflate_entry(f, (zip_uint64_t)i, &st) ||
            (is_xml(st.name) && !parse(f, f->data, (size_t)st.size, st.name)) ||
            (caches && strstr(st.name, "cache/") && ends_with(st.name, ".gz") && !parse_cache(f, &st)))
            return false;
    }
    return true;
}

int main(int count, char **arguments)
{
    const char *path = NULL;
    bool like_generate = false, caches = false, verbose = false, start = false;
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--like-generate") == 0)
            like_generate = true;
        else if (strcmp(arguments[i], "--caches") == 0)
            caches = true;
        else if (strcmp(arguments[i], "--start") == 0)
            start = true;
        else if (strcmp(arguments[i], "-v") == 0)
            verbose = true;
        else
            path = arguments[i];
    }
    if (!path && !start) {
        fprintf(stderr, "usage: floor [--like-generate] [--caches] [-v] FILE | floor --start\n");
        return 2;
    }
    if (start)
        return 0;
    struct floor f = {.parser = XML_ParserCreate(NULL)};
    int code = 0;
    f.zip = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &code);
    bool ok = f.zip && f.parser ? run(&f, like_generate, caches) : fail("cannot be opened", path);
    if (ok && verbose)
        printf("%llu entries, %llu bytes, %llu documents\n", f.entries, f.bytes, f.parsed);
    if (f.zip)
        zip_discard(f.zip);
    XML_ParserFree(f.parser);
    free(f.data);
    return ok ? 0 : 1;
}
