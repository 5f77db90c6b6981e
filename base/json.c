#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"

enum { DEPTH = 1000 };

#define NO_PARENT UINT32_MAX

struct parser {
    struct jdoc *doc;
    const char *at, *end;
    uint32_t parent; /* the innermost open container; its `next` leads to the one around it until it is closed */
    uint32_t depth, limit;
    bool unique_keys;
    uint32_t *table; /* for the keys of large objects */
    size_t table_size;
    struct jpk_error *err;
};

/* ------------------------------------------------------------------------------------------------------- failing */

static bool fail_at(struct parser *p, enum jpk_code code, const char *at, const char *message)
{
    error_set(p->err, code, "%s", message);
    error_text_offset(p->err, p->doc->text, p->doc->size, (size_t)(at - p->doc->text));
    return false;
}

static bool fail(struct parser *p, const char *at, const char *message)
{
    return fail_at(p, JPK_ERR_JSON, at, message);
}

/* What stands where something else is expected, as far as people often write it. */
static bool unexpected(struct parser *p, const char *expected)
{
    char message[160], found[16];
    const char *at = p->at;
    size_t left = (size_t)(p->end - at);
    if (left == 0)
        snprintf(message, sizeof message, "the text ends where %s is expected", expected);
    else if (*at == '/' && left > 1 && (at[1] == '/' || at[1] == '*'))
        return fail(p, at, "this is a comment; JSON has none");
    else if (*at == '\'')
        return fail(p, at, "texts stand in double quotes in JSON, not in single ones");
    else if (left >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
        return fail(p, at, "this is a byte order mark, which JSON must not have");
    else {
        size_t n = 1;
        while (n < left && n < 8 && ((unsigned char)at[n] & 0xc0) == 0x80)
            n++;
        snprintf(found, sizeof found, "%.*s", (int)n, at);
        snprintf(message, sizeof message, "'%s' stands where %s is expected", found, expected);
    }
    return fail(p, at, message);
}

/* -------------------------------------------------------------------------------------------------------- nodes */

static uint32_t add_node(struct parser *p, enum jdoc_type type, const char *start)
{
    struct jdoc *doc = p->doc;
    if (doc->count == doc->capacity) {
        uint32_t capacity = doc->capacity ? doc->capacity * 2 : (uint32_t)(doc->size / 16 + 16);
        struct jdoc_node *nodes =
            capacity > doc->capacity ? realloc(doc->nodes, (size_t)capacity * sizeof *nodes) : NULL;
        if (!nodes) {
            error_memory(p->err);
            return UINT32_MAX;
        }
        doc->nodes = nodes;
        doc->capacity = capacity;
    }
    struct jdoc_node *node = &doc->nodes[doc->count];
    *node = (struct jdoc_node){.start = (uint32_t)(start - doc->text), .next = doc->count + 1, .type = (uint8_t)type};
    return doc->count++;
}

/* ------------------------------------------------------------------------------------------------------ strings */

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

/* Whether one of eight bytes is a quote, a backslash, a control character or beyond ASCII. */
static bool is_special(uint64_t w)
{
    uint64_t quote = w ^ ONES * '"', backslash = w ^ ONES * '\\';
    return ((((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash) | (w - ONES * ' ') | w) & HIGHS) != 0;
}

/* Over characters of a string that stand for themselves; *beyond is set when one is not ASCII. */
static const char *skip_plain(const char *at, const char *end, bool *beyond)
{
    for (;;) {
        while (end - at >= 8) {
            uint64_t w;
            memcpy(&w, at, sizeof w);
            if (is_special(w))
                break;
            at += 8;
        }
        while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= ' ' && (unsigned char)*at < 0x80)
            at++;
        if (at == end || (unsigned char)*at < 0x80)
            return at;
        *beyond = true;
        while (at < end && (unsigned char)*at >= 0x80)
            at++;
    }
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The four digits behind \u; -1 for others. */
static int32_t read_unit(const char *at, const char *end)
{
    int32_t unit = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex(at[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* A \uXXXX, or two that are one character; p->at is at the backslash. */
static bool read_code_point(struct parser *p)
{
    const char *at = p->at;
    int32_t unit = read_unit(at + 2, p->end);
    if (unit < 0)
        return fail(p, at, "\\u must be followed by four hexadecimal digits");
    p->at += 6;
    uint32_t c = (uint32_t)unit;
    if (c >= 0xd800 && c < 0xdc00) {
        int32_t low = p->end - p->at >= 6 && p->at[0] == '\\' && p->at[1] == 'u' ? read_unit(p->at + 2, p->end) : -1;
        if (low < 0xdc00 || low > 0xdfff)
            return fail(p, at, "this is half of a character: \\uD800 to \\uDBFF need a \\uDC00 to \\uDFFF behind them");
        c = 0x10000 + ((c - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
        p->at += 6;
    } else if (c >= 0xdc00 && c < 0xe000) {
        return fail(p, at, "this is half of a character: \\uDC00 to \\uDFFF need a \\uD800 to \\uDBFF before them");
    }
    buf_put_utf8(&p->doc->unescaped, c);
    return true;
}

static bool read_escape(struct parser *p)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *found = p->end - p->at > 1 && p->at[1] ? strchr(letters, p->at[1]) : NULL;
    if (p->end - p->at > 1 && p->at[1] == 'u')
        return read_code_point(p);
    if (!found)
        return fail(p, p->at,
                    "this escape is none of JSON's: \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four digits");
    buf_putc(&p->doc->unescaped, meanings[found - letters]);
    p->at += 2;
    return true;
}

static bool check_utf8(struct parser *p, const char *start)
{
    size_t bad;
    return text_utf8(start, (size_t)(p->at - start), &bad) ||
           fail_at(p, JPK_ERR_ENCODING, start + bad, "this is not UTF-8");
}

/* The rest of a string in which an escape was found; p->at is at that. */
static bool read_escaped(struct parser *p, const char *start, struct jdoc_node *node, bool *beyond)
{
    struct buf *out = &p->doc->unescaped;
    if (out->size > UINT32_MAX - 1)
        return fail_at(p, JPK_ERR_LIMIT, p->at, "holds more text than a document can have (4 GiB)");
    node->flags |= JDOC_ESCAPED;
    node->at = (uint32_t)out->size;
    buf_put(out, start, (size_t)(p->at - start));
    while (p->at < p->end && *p->at == '\\') {
        if (!read_escape(p))
            return false;
        const char *from = p->at;
        p->at = skip_plain(p->at, p->end, beyond);
        buf_put(out, from, (size_t)(p->at - from));
    }
    if (out->failed)
        return error_memory(p->err);
    node->length = (uint32_t)(out->size - node->at);
    return true;
}

static bool read_string(struct parser *p, bool key)
{
    const char *quote = p->at, *start = quote + 1;
    bool beyond = false;
    uint32_t index = add_node(p, JDOC_STRING, quote);
    if (index == UINT32_MAX)
        return false;
    struct jdoc_node *node = &p->doc->nodes[index];
    p->at = skip_plain(start, p->end, &beyond);
    node->at = (uint32_t)(start - p->doc->text);
    node->length = (uint32_t)(p->at - start);
    if (p->at < p->end && *p->at == '\\' && !read_escaped(p, start, node, &beyond))
        return false;
    if (beyond && !check_utf8(p, start))
        return false;
    if (p->at == p->end)
        return fail(p, quote, "this text is not closed: there is no \" behind it");
    if (*p->at != '"')
        return fail(p, p->at,
                    *p->at == '\n' ? "a text cannot go over the end of a line; a line end in it is written as \\n"
                                   : "a control character in a text is written as \\u and four digits");
    p->at++;
    if (key)
        node->hash = (uint32_t)hash_bytes(jdoc_text(p->doc, index), node->length);
    return true;
}

/* ------------------------------------------------------------------------------------------------------ numbers */

static bool is_digit(const struct parser *p)
{
    return p->at < p->end && *p->at >= '0' && *p->at <= '9';
}

static bool skip_digits(struct parser *p, const char *message)
{
    if (!is_digit(p))
        return fail(p, p->at, message);
    while (is_digit(p))
        p->at++;
    return true;
}

static bool read_number(struct parser *p)
{
    const char *start = p->at;
    uint32_t index = add_node(p, JDOC_NUMBER, start);
    if (index == UINT32_MAX)
        return false;
    p->at += *p->at == '-';
    if (p->at < p->end && *p->at == '0') {
        p->at++;
        if (is_digit(p))
            return fail(p, start, "a number must not begin with 0 and more digits");
    } else if (!skip_digits(p, "'-' must be followed by a digit")) {
        return false;
    }
    if (p->at < p->end && *p->at == '.') {
        p->at++;
        if (!skip_digits(p, "a decimal point must be followed by a digit"))
            return false;
    }
    if (p->at < p->end && (*p->at == 'e' || *p->at == 'E')) {
        p->at++;
        p->at += p->at < p->end && (*p->at == '+' || *p->at == '-');
        if (!skip_digits(p, "an exponent must have a digit"))
            return false;
    }
    struct jdoc_node *node = &p->doc->nodes[index];
    node->at = node->start;
    node->length = (uint32_t)(p->at - start);
    return true;
}

/* --------------------------------------------------------------------------------------------------- containers */

static bool same_key(const struct jdoc *doc, uint32_t a, uint32_t b)
{
    const struct jdoc_node *left = &doc->nodes[a], *right = &doc->nodes[b];
    return left->hash == right->hash && left->length == right->length &&
           memcmp(jdoc_text(doc, a), jdoc_text(doc, b), left->length) == 0;
}

static bool note_duplicate(struct parser *p, uint32_t key, uint32_t first)
{
    struct jdoc *doc = p->doc;
    doc->nodes[key].flags |= JDOC_DUPLICATE;
    doc->duplicates++;
    if (!p->unique_keys)
        return true;
    struct text_position at = text_position(doc->text, doc->size, doc->nodes[first].start);
    error_set(p->err, JPK_ERR_JSON, "the key \"%.*s\" stands in this object already, at line %u, column %u",
              doc->nodes[key].length < 100 ? (int)doc->nodes[key].length : 100, jdoc_text(doc, key), at.line,
              at.column);
    error_text_offset(p->err, doc->text, doc->size, doc->nodes[key].start);
    return false;
}

/* The keys of an object before `key` are compared with it one by one. */
static bool check_few(struct parser *p, uint32_t object, uint32_t key)
{
    for (uint32_t k = object + 1; k < key; k = p->doc->nodes[k + 1].next)
        if (same_key(p->doc, k, key))
            return note_duplicate(p, key, k);
    return true;
}

static bool make_table(struct parser *p, size_t members)
{
    size_t size = 64;
    while (size < members * 2)
        size *= 2;
    if (size > p->table_size) {
        uint32_t *table = realloc(p->table, size * sizeof *table);
        if (!table)
            return error_memory(p->err);
        p->table = table;
        p->table_size = size;
    }
    memset(p->table, 0, p->table_size * sizeof *p->table);
    return true;
}

/* All keys of an object with many. Node 0 is never a key, so that 0 means an empty place. */
static bool check_many(struct parser *p, uint32_t object)
{
    const struct jdoc *doc = p->doc;
    if (!make_table(p, doc->nodes[object].length))
        return false;
    size_t mask = p->table_size - 1;
    for (uint32_t key = object + 1; key < doc->count; key = doc->nodes[key + 1].next) {
        size_t slot = doc->nodes[key].hash & mask;
        while (p->table[slot] && !same_key(doc, p->table[slot], key))
            slot = (slot + 1) & mask;
        if (p->table[slot] && !note_duplicate(p, key, p->table[slot]))
            return false;
        if (!p->table[slot])
            p->table[slot] = key;
    }
    return true;
}

enum { FEW = 16 };

static bool check_keys(struct parser *p, uint32_t object)
{
    uint32_t members = p->doc->nodes[object].length;
    if (members > FEW)
        return check_many(p, object);
    bool ok = true;
    for (uint32_t key = object + 1; ok && key < p->doc->count; key = p->doc->nodes[key + 1].next)
        ok = check_few(p, object, key);
    return ok;
}

static bool open_container(struct parser *p, enum jdoc_type type)
{
    if (++p->depth > p->limit) {
        error_set(p->err, JPK_ERR_LIMIT, "is nested deeper than %u levels", p->limit);
        error_text_offset(p->err, p->doc->text, p->doc->size, (size_t)(p->at - p->doc->text));
        return false;
    }
    uint32_t index = add_node(p, type, p->at);
    if (index == UINT32_MAX)
        return false;
    p->doc->nodes[index].next = p->parent;
    p->parent = index;
    p->at++;
    return true;
}

static bool close_container(struct parser *p)
{
    uint32_t index = p->parent;
    struct jdoc_node *node = &p->doc->nodes[index];
    if (node->type == JDOC_OBJECT && node->length > 1 && !check_keys(p, index))
        return false;
    p->parent = node->next;
    node->next = p->doc->count;
    p->depth--;
    p->at++;
    return true;
}

/* ---------------------------------------------------------------------------------------------------------- values */

static void skip_space(struct parser *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t'))
        p->at++;
}

static bool read_word(struct parser *p, const char *word, enum jdoc_type type)
{
    size_t n = strlen(word);
    if ((size_t)(p->end - p->at) < n || memcmp(p->at, word, n) != 0)
        return unexpected(p, "a value");
    if (add_node(p, type, p->at) == UINT32_MAX)
        return false;
    p->at += n;
    return true;
}

/* A value that is complete, or the beginning of a container. */
static bool read_value(struct parser *p)
{
    switch (p->at < p->end ? *p->at : '\0') {
    case '"':
        return read_string(p, false);
    case '{':
        return open_container(p, JDOC_OBJECT);
    case '[':
        return open_container(p, JDOC_ARRAY);
    case 't':
        return read_word(p, "true", JDOC_TRUE);
    case 'f':
        return read_word(p, "false", JDOC_FALSE);
    case 'n':
        return read_word(p, "null", JDOC_NULL);
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
        return read_number(p);
    default:
        return unexpected(p, "a value");
    }
}

static bool read_key(struct parser *p)
{
    if (p->at == p->end || *p->at != '"')
        return unexpected(p, "a key in double quotes");
    if (!read_string(p, true))
        return false;
    skip_space(p);
    if (p->at == p->end || *p->at != ':')
        return unexpected(p, "':' behind a key");
    p->at++;
    skip_space(p);
    return true;
}

static char closing(const struct jdoc_node *container)
{
    return container->type == JDOC_OBJECT ? '}' : ']';
}

/* Behind a value: on to the next one of its container, or out of containers that end. *done: the document has ended. */
static bool step(struct parser *p, bool *done)
{
    for (;;) {
        skip_space(p);
        *done = p->parent == NO_PARENT;
        if (*done)
            return p->at == p->end || unexpected(p, "the end: there is one value only");
        struct jdoc_node *container = &p->doc->nodes[p->parent];
        container->length++;
        bool object = container->type == JDOC_OBJECT;
        if (p->at < p->end && *p->at == ',') {
            const char *comma = p->at++;
            skip_space(p);
            if (p->at < p->end && *p->at == closing(container))
                return fail(p, comma, "there is nothing behind this comma; JSON has none at the end");
            return true;
        }
        if (p->at == p->end || *p->at != closing(container))
            return unexpected(p, object ? "',' or '}' behind a member" : "',' or ']' behind an element");
        if (!close_container(p))
            return false;
    }
}

/* Whether the container that was just opened is empty; then it is closed. */
static bool close_empty(struct parser *p, bool *empty)
{
    skip_space(p);
    *empty = p->at < p->end && *p->at == closing(&p->doc->nodes[p->parent]);
    return !*empty || close_container(p);
}

static bool parse(struct parser *p)
{
    bool done = false;
    skip_space(p);
    while (!done) {
        bool in_object = p->parent != NO_PARENT && p->doc->nodes[p->parent].type == JDOC_OBJECT;
        uint32_t depth = p->depth;
        bool empty = true;
        if ((in_object && !read_key(p)) || !read_value(p))
            return false;
        if (p->depth > depth && !close_empty(p, &empty))
            return false;
        if (empty && !step(p, &done))
            return false;
    }
    return true;
}

bool jdoc_parse(struct jdoc *doc, const char *text, size_t n, const struct jdoc_options *options, struct jpk_error *err)
{
    struct parser p = {.doc = doc,
                       .at = text,
                       .end = text + n,
                       .parent = NO_PARENT,
                       .limit = options && options->depth ? options->depth : DEPTH,
                       .unique_keys = options && options->unique_keys,
                       .err = err};
    *doc = (struct jdoc){.text = text, .size = n};
    if (n >= UINT32_MAX)
        return error_set(err, JPK_ERR_LIMIT, "is larger than 4 GiB, more than a JSON document can have here");
    bool ok = parse(&p);
    free(p.table);
    return ok;
}

void jdoc_free(struct jdoc *doc)
{
    free(doc->nodes);
    buf_free(&doc->unescaped);
    *doc = (struct jdoc){0};
}

/* -------------------------------------------------------------------------------------------------------- reading */

static bool is_bytes(const struct jdoc *doc, uint32_t node, const char *text, size_t n)
{
    return doc->nodes[node].length == n && memcmp(jdoc_text(doc, node), text, n) == 0;
}

bool jdoc_is(const struct jdoc *doc, uint32_t node, const char *text)
{
    return doc->nodes[node].type == JDOC_STRING && is_bytes(doc, node, text, strlen(text));
}

uint32_t jdoc_get(const struct jdoc *doc, uint32_t object, const char *key)
{
    size_t n = strlen(key);
    if (doc->nodes[object].type != JDOC_OBJECT)
        return 0;
    for (uint32_t k = object + 1; k < doc->nodes[object].next; k = doc->nodes[k + 1].next)
        if (is_bytes(doc, k, key, n))
            return k + 1;
    return 0;
}

bool jdoc_integer(const struct jdoc *doc, uint32_t node, int64_t *value)
{
    const struct jdoc_node *n = &doc->nodes[node];
    const char *text = jdoc_text(doc, node);
    if (n->type != JDOC_NUMBER)
        return false;
    bool negative = text[0] == '-';
    uint64_t sum = 0, most = (uint64_t)INT64_MAX + negative;
    for (uint32_t i = negative; i < n->length; i++) {
        unsigned digit = (unsigned)(text[i] - '0');
        if (digit > 9 || sum > (most - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *value = negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return true;
}
