#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "jpk/zipdir.h"

enum { END_SIZE = 22, COMMENT_MAX = 65535, LOCATOR_SIZE = 20, END64_SIZE = 56 };

#define END_SIGNATURE 0x06054b50u
#define END64_SIGNATURE 0x06064b50u
#define LOCATOR_SIGNATURE 0x07064b50u
#define LOCAL_SIGNATURE 0x04034b50u
#define CENTRAL_SIGNATURE 0x02014b50u

#define NOWHERE SIZE_MAX

static bool has_signature(struct zipinput *in, uint64_t offset, uint32_t signature)
{
    unsigned char bytes[4];
    return offset <= in->size && in->size - offset >= sizeof bytes &&
           zipinput_read(in, offset, bytes, sizeof bytes, NULL) && get32(bytes) == signature;
}

/* What stands in place of a file that Git LFS has not fetched. */
static bool is_lfs_pointer(struct zipinput *in)
{
    static const char begin[] = "version https://git-lfs.github.com/spec/";
    char bytes[sizeof begin - 1];
    return in->size >= sizeof bytes && zipinput_read(in, 0, bytes, sizeof bytes, NULL) &&
           memcmp(bytes, begin, sizeof bytes) == 0;
}

static bool not_a_zip(struct zipinput *in, struct jpk_error *err)
{
    if (in->size == 0)
        return error_set(err, JPK_ERR_ARCHIVE, "is empty");
    if (has_signature(in, 0, LOCAL_SIGNATURE))
        return error_set(err, JPK_ERR_ARCHIVE, "is cut off: it begins as a ZIP archive but has no end record");
    if (is_lfs_pointer(in))
        return error_set(err, JPK_ERR_ARCHIVE, "is not there yet: Git LFS keeps it; 'git lfs pull' fetches it");
    return error_set(err, JPK_ERR_ARCHIVE, "is not a ZIP archive");
}

/* End records in the last bytes of the file, seen from the end; positions in these bytes. */
struct candidates {
    size_t last;    /* the last signature */
    size_t exact;   /* the last whose comment ends with the file */
    size_t another; /* another such, before it */
};

static struct candidates find_candidates(const unsigned char *tail, size_t n)
{
    struct candidates found = {NOWHERE, NOWHERE, NOWHERE};
    for (size_t i = n - END_SIZE + 1; i-- > 0;) {
        if (tail[i] != 'P' || get32(tail + i) != END_SIGNATURE)
            continue;
        if (found.last == NOWHERE)
            found.last = i;
        if (i + END_SIZE + get16(tail + i + 20) != n)
            continue;
        if (found.exact == NOWHERE)
            found.exact = i;
        else if (found.another == NOWHERE && i + END_SIZE <= found.exact)
            found.another = i;
    }
    return found;
}

static bool no_exact_end(uint64_t at, const unsigned char *record, size_t left, struct jpk_error *err)
{
    size_t said = (size_t)END_SIZE + get16(record + 20);
    if (said < left)
        error_set(err, JPK_ERR_OVERLAP, "has %zu bytes behind its end record that belong to nothing", left - said);
    else
        error_set(err, JPK_ERR_ARCHIVE, "is cut off: the comment of its end record is %zu bytes short", said - left);
    error_offset(err, at);
    return false;
}

static bool two_ends(uint64_t at, struct jpk_error *err)
{
    error_set(err, JPK_ERR_ARCHIVE, "has two end records, so that it can be read as two different archives");
    error_offset(err, at);
    return false;
}

/* Chooses the end record among the last bytes, which begin at `base` in the file. */
static bool choose_end(const unsigned char *tail, size_t n, uint64_t base, size_t *chosen, struct jpk_error *err)
{
    struct candidates found = find_candidates(tail, n);
    if (found.exact == NOWHERE)
        return no_exact_end(base + found.last, tail + found.last, n - found.last, err);
    if (found.another != NOWHERE)
        return two_ends(base + found.another, err);
    /* Readers search from the end: a signature in the comment would be found first. */
    for (size_t i = found.exact + END_SIZE; i + 4 <= n; i++)
        if (get32(tail + i) == END_SIGNATURE)
            return two_ends(base + i, err);
    *chosen = found.exact;
    return true;
}

static bool multi_disk(uint64_t at, struct jpk_error *err)
{
    error_set(err, JPK_ERR_ARCHIVE, "is one part of an archive that is split over several files");
    error_offset(err, at);
    return false;
}

static bool contradiction(uint64_t at, const char *what, uint64_t classic, uint64_t zip64, struct jpk_error *err)
{
    error_set(err, JPK_ERR_ARCHIVE, "contradicts itself: its end record says %s %llu, its ZIP64 end record %llu", what,
              (unsigned long long)classic, (unsigned long long)zip64);
    error_offset(err, at);
    return false;
}

/* What the two end records have in common. */
struct end_fields {
    uint64_t entries, size, offset;
};

static bool read_end64(struct zipinput *in, uint64_t at, struct end_fields *fields, struct jpk_error *err)
{
    unsigned char p[END64_SIZE];
    if (!zipinput_read(in, at, p, sizeof p, err))
        return false;
    if (get32(p) != END64_SIGNATURE || get64(p + 4) != END64_SIZE - 12) {
        error_set(err, JPK_ERR_ARCHIVE, "has no ZIP64 end record of 56 bytes before its ZIP64 locator");
        error_offset(err, at);
        return false;
    }
    *fields = (struct end_fields){.entries = get64(p + 32), .size = get64(p + 40), .offset = get64(p + 48)};
    if (get32(p + 16) != 0 || get32(p + 20) != 0 || get64(p + 24) != fields->entries)
        return multi_disk(at, err);
    return true;
}

/* Reads the ZIP64 records before the end record, if there are any; *limit becomes where they begin. */
static bool read_zip64(struct zipinput *in, const struct zipend *end, struct end_fields *fields, uint64_t *limit,
                       struct jpk_error *err)
{
    struct end_fields classic = *fields;
    unsigned char p[LOCATOR_SIZE];
    *limit = end->at;
    if (end->at < LOCATOR_SIZE || !has_signature(in, end->at - LOCATOR_SIZE, LOCATOR_SIGNATURE))
        return true;
    uint64_t locator = end->at - LOCATOR_SIZE;
    if (!zipinput_read(in, locator, p, sizeof p, err))
        return false;
    if (get32(p + 4) != 0 || get32(p + 16) > 1)
        return multi_disk(locator, err);
    if (locator < END64_SIZE || get64(p + 8) != locator - END64_SIZE) {
        error_set(err, JPK_ERR_ARCHIVE, "has a ZIP64 locator that does not point to the record before it");
        error_offset(err, locator);
        return false;
    }
    *limit = locator - END64_SIZE;
    if (!read_end64(in, *limit, fields, err))
        return false;
    if (classic.entries != 0xffff && classic.entries != fields->entries)
        return contradiction(end->at, "entries:", classic.entries, fields->entries, err);
    if (classic.size != 0xffffffff && classic.size != fields->size)
        return contradiction(end->at, "directory size:", classic.size, fields->size, err);
    if (classic.offset != 0xffffffff && classic.offset != fields->offset)
        return contradiction(end->at, "directory offset:", classic.offset, fields->offset, err);
    return true;
}

/* The central directory must end exactly where the end records begin. */
static bool check_place(struct zipinput *in, const struct zipend *end, const struct end_fields *fields,
                        struct jpk_error *err)
{
    if (fields->offset > end->limit || fields->size > end->limit - fields->offset) {
        error_set(err, JPK_ERR_ARCHIVE, "contradicts itself: its central directory reaches beyond its end record");
        error_offset(err, end->at);
        return false;
    }
    uint64_t missing = end->limit - fields->offset - fields->size;
    if (missing == 0)
        return true;
    bool moved = fields->entries == 0 || (!has_signature(in, fields->offset, CENTRAL_SIGNATURE) &&
                                          has_signature(in, fields->offset + missing, CENTRAL_SIGNATURE));
    if (moved)
        error_set(err, JPK_ERR_OVERLAP,
                  "has %llu bytes before the archive that belong to nothing: a program, or "
                  "another archive",
                  (unsigned long long)missing);
    else
        error_set(err, JPK_ERR_OVERLAP, "has %llu bytes behind its central directory that belong to nothing",
                  (unsigned long long)missing);
    error_offset(err, moved ? 0 : fields->offset + fields->size);
    return false;
}

static bool read_end(struct zipinput *in, const unsigned char *p, struct zipend *end, struct jpk_error *err)
{
    struct end_fields fields = {.entries = get16(p + 10), .size = get32(p + 12), .offset = get32(p + 16)};
    if (get16(p + 4) != get16(p + 6) || (get16(p + 4) != 0 && get16(p + 4) != 0xffff) || get16(p + 8) != fields.entries)
        return multi_disk(end->at, err);
    if (!read_zip64(in, end, &fields, &end->limit, err))
        return false;
    if (get16(p + 4) == 0xffff && end->limit == end->at)
        return multi_disk(end->at, err);
    end->entries = fields.entries;
    end->offset = fields.offset;
    return check_place(in, end, &fields, err);
}

bool zipend_find(struct zipinput *in, struct zipend *end, struct jpk_error *err)
{
    size_t n = END_SIZE + COMMENT_MAX, chosen = 0;
    if (in->size < END_SIZE)
        return not_a_zip(in, err);
    if (in->size < n)
        n = (size_t)in->size;
    unsigned char *tail = malloc(n);
    if (!tail)
        return error_memory(err);
    uint64_t base = in->size - n;
    bool ok = zipinput_read(in, base, tail, n, err);
    if (ok && find_candidates(tail, n).last == NOWHERE)
        ok = not_a_zip(in, err);
    ok = ok && choose_end(tail, n, base, &chosen, err);
    if (ok) {
        end->at = base + chosen;
        ok = read_end(in, tail + chosen, end, err);
    }
    free(tail);
    return ok;
}
