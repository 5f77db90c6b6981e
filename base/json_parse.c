/* The grammar of RFC 8259, without recursion: an open container remembers the one around it. */
#include "base/json_reader.h"

#include <stdlib.h>

#include "base/json_hash.h"
#include "base/json_scan.h"
#include "base/pages.h"
#include "base/text.h"

bool jdoc_grow(struct jdoc_reader *reader)
{
    /* Nearly all texts have more than six bytes a node; what is not used is never touched. */
    size_t wanted = reader->capacity ? (size_t)reader->capacity * 2 : reader->doc.size / 6 + 8;
    if (wanted > UINT32_MAX)
        wanted = UINT32_MAX;
    struct jdoc_node *nodes = realloc(reader->doc.nodes, wanted * sizeof *nodes);
    if (!nodes)
        return error_memory(reader->err);
    pages_large(nodes, wanted * sizeof *nodes);
    reader->doc.nodes = nodes;
    reader->capacity = (uint32_t)wanted;
    return true;
}

static void skip_space(struct jdoc_reader *reader)
{
    reader->at = jdoc_scan_space(reader->at, reader->end);
}

/* Whether the next byte is `c`; the end of the text is none. */
static bool next_is(const struct jdoc_reader *reader, char c)
{
    return reader->at < reader->end && *reader->at == c;
}

/* A key and its colon. */
static bool read_key(struct jdoc_reader *reader)
{
    skip_space(reader);
    if (!next_is(reader, '"'))
        return jdoc_fail_key(reader);
    if (!jdoc_read_string(reader, JDOC_KEY))
        return false;
    skip_space(reader);
    if (!next_is(reader, ':'))
        return jdoc_fail_expected(reader, "':' behind a key");
    reader->at++;
    return true;
}

bool jdoc_close(struct jdoc_reader *reader)
{
    uint32_t closed = reader->open;
    struct jdoc_node *node = &reader->doc.nodes[closed];
    reader->depth--;
    reader->open = node->next;
    node->next = reader->doc.count;
    return node->type == JDOC_ARRAY || jdoc_finish_object(reader, closed);
}

bool jdoc_open(struct jdoc_reader *reader, enum jdoc_type type)
{
    struct jdoc_node *node = jdoc_add(reader, type, 0);
    if (!node)
        return false;
    if (reader->depth == reader->max_depth)
        return jdoc_fail(reader, reader->at, JPK_ERR_LIMIT, "nested more than %u levels deep%s%s%s", reader->max_depth,
                         reader->depth_name ? " (" : "", reader->depth_name ? reader->depth_name : "",
                         reader->depth_name ? ")" : "");
    node->next = reader->open;
    reader->open = reader->doc.count - 1;
    reader->depth++;
    return true;
}

static bool close_container(struct jdoc_reader *reader)
{
    reader->at++;
    return jdoc_close(reader);
}

/* Opens a container and goes on to its first value, or closes an empty one, which is then complete. */
static bool open_container(struct jdoc_reader *reader, enum jdoc_type type, char end, bool *complete)
{
    if (!jdoc_open(reader, type))
        return false;
    reader->at++;
    skip_space(reader);
    *complete = next_is(reader, end);
    if (*complete)
        return close_container(reader);
    reader->doc.nodes[reader->open].count = 1;
    return type == JDOC_ARRAY || read_key(reader);
}

static bool read_word(struct jdoc_reader *reader, enum jdoc_type type, const char *word, size_t n)
{
    const char *end = reader->at + n;
    if ((size_t)(reader->end - reader->at) < n || memcmp(reader->at, word, n) != 0 ||
        (end < reader->end && ((*end >= 'a' && *end <= 'z') || (*end >= 'A' && *end <= 'Z'))))
        return jdoc_fail_value(reader);
    if (!jdoc_add(reader, type, 0))
        return false;
    reader->at = end;
    return true;
}

/* A value to its end, or a container up to its first value: then it is not complete. */
static bool read_value(struct jdoc_reader *reader, bool *complete)
{
    skip_space(reader);
    *complete = true;
    if (reader->at == reader->end)
        return jdoc_fail_value(reader);
    switch (*reader->at) {
    case '{':
        return open_container(reader, JDOC_OBJECT, '}', complete);
    case '[':
        return open_container(reader, JDOC_ARRAY, ']', complete);
    case '"':
        return jdoc_read_string(reader, 0);
    case 't':
        return read_word(reader, JDOC_TRUE, "true", 4);
    case 'f':
        return read_word(reader, JDOC_FALSE, "false", 5);
    case 'n':
        return read_word(reader, JDOC_NULL, "null", 4);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return jdoc_read_number(reader);
    default:
        return jdoc_fail_value(reader);
    }
}

/* What stands behind a complete value of the open container: its end, or a comma, which begins one that is not
 * complete. */
static bool read_behind(struct jdoc_reader *reader, bool *complete)
{
    struct jdoc_node *open = &reader->doc.nodes[reader->open];
    skip_space(reader);
    if (next_is(reader, ',')) {
        *complete = false;
        open->count++;
        reader->at++;
        return open->type == JDOC_ARRAY || read_key(reader);
    }
    if (next_is(reader, open->type == JDOC_ARRAY ? ']' : '}'))
        return close_container(reader);
    return jdoc_fail_behind(reader);
}

static bool read_text(struct jdoc_reader *reader)
{
    bool complete;
    do {
        if (!read_value(reader, &complete))
            return false;
        while (complete && reader->open != JDOC_NONE)
            if (!read_behind(reader, &complete))
                return false;
    } while (!complete);
    skip_space(reader);
    return reader->at == reader->end || jdoc_fail_behind(reader);
}

/* UTF-16 and UTF-32 have a NUL byte among the first two or begin with a mark; no JSON text in UTF-8 does. */
static bool check_encoding(struct jdoc_reader *reader)
{
    const char *text = reader->at;
    size_t n = reader->doc.size;
    if (text_mark(text, n))
        return jdoc_fail(reader, text, JPK_ERR_ENCODING, "begins with a byte order mark, which JSON must not have");
    if (n >= 2 &&
        (text[0] == '\0' || text[1] == '\0' || memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
        return jdoc_fail(reader, text, JPK_ERR_ENCODING, "not UTF-8, as JSON must be; it looks like UTF-16 or UTF-32");
    return true;
}

static bool check_size(size_t n, const struct jdoc_options *options, struct jpk_error *err)
{
    uint64_t most = UINT32_MAX - 1;
    if (options->size != 0 && options->size < most)
        most = options->size;
    return n <= most || error_set(err, JPK_ERR_LIMIT, "larger than %llu bytes%s%s%s", (unsigned long long)most,
                                  options->size_name ? " (" : "", options->size_name ? options->size_name : "",
                                  options->size_name ? ")" : "");
}

static int by_place(const void *a, const void *b)
{
    uint32_t first = ((const struct jdoc_duplicate *)a)->again, second = ((const struct jdoc_duplicate *)b)->again;
    return (first > second) - (first < second);
}

bool jdoc_begin(struct jdoc_reader *reader, const char *text, size_t n, const struct jdoc_options *options,
                struct jpk_error *err)
{
    static const struct jdoc_options defaults;
    options = options ? options : &defaults;
    if (!check_size(n, options, err))
        return false;
    jdoc_seed_once();
    *reader = (struct jdoc_reader){
        .at = text,
        .end = text + n,
        .doc = {.text = text, .size = n},
        .open = JDOC_NONE,
        .max_depth = options->depth == 0               ? JDOC_DEPTH
                     : options->depth < JDOC_DEPTH_MAX ? options->depth
                                                       : JDOC_DEPTH_MAX,
        .reject_duplicates = options->reject_duplicates,
        .reject_nul = options->reject_nul,
        .code = JPK_ERR_JSON,
        .depth_name = options->depth_name,
        .err = err,
    };
    return true;
}

bool jdoc_end(struct jdoc_reader *reader, bool ok, struct jdoc *doc)
{
    if (!ok) {
        jdoc_free(&reader->doc);
        return false;
    }
    /* An object is finished after those in it, whose duplicates may stand behind its own. */
    if (reader->doc.duplicate_count > 1)
        qsort(reader->doc.duplicates, reader->doc.duplicate_count, sizeof *reader->doc.duplicates, by_place);
    *doc = reader->doc;
    return true;
}

bool jdoc_parse(struct jdoc *doc, const char *text, size_t n, const struct jdoc_options *options, struct jpk_error *err)
{
    struct jdoc_reader reader;
    return jdoc_begin(&reader, text, n, options, err) &&
           jdoc_end(&reader, check_encoding(&reader) && read_text(&reader), doc);
}

void jdoc_free(struct jdoc *doc)
{
    if (!doc)
        return;
    free(doc->nodes);
    free(doc->duplicates);
    free(doc->slots);
    free(doc->places);
    free(doc->own);
    buf_free(&doc->decoded);
    memset(doc, 0, sizeof *doc);
}
