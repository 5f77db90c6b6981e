#include "jpk/mapping_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json_write.h"
#include "base/text.h"

#define OPEN "<trans>\n"
#define CLOSE "\n</trans>"
#define INDENT "    "

enum { OPEN_SIZE = sizeof OPEN - 1, CLOSE_SIZE = sizeof CLOSE - 1, INDENT_SIZE = sizeof INDENT - 1 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* A piece of text that can stand in a line without losing anything at its ends. */
static bool fits_line(const char *s, size_t n)
{
    return n > 0 && !is_blank(s[0]) && !is_blank(s[n - 1]) && !memchr(s, '\n', n);
}

/* ------------------------------------------------------------------------------------------------------- writing */

static bool is_word(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f)
            return false;
    return n > 0 && s[0] != '"';
}

static void put_target(struct buf *out, const char *s, size_t n)
{
    if (is_word(s, n))
        buf_put(out, s, n);
    else
        json_put_string(out, s, n);
}

static void put_block(struct buf *out, const char *s, size_t n, bool last)
{
    const char *end = s + n;
    size_t length;
    for (;; s += length + 1) {
        const char *line_end = memchr(s, '\n', (size_t)(end - s));
        length = (size_t)((line_end ? line_end : end) - s);
        if (length > 0)
            buf_puts(out, INDENT);
        buf_put(out, s, length);
        buf_putc(out, '\n');
        if (!line_end)
            break;
    }
    if (!last || length == 0)
        buf_putc(out, '\n');
}

static bool has_script_form(const char *s, size_t n)
{
    return n >= OPEN_SIZE + CLOSE_SIZE && memcmp(s, OPEN, OPEN_SIZE) == 0 &&
           memcmp(s + n - CLOSE_SIZE, CLOSE, CLOSE_SIZE) == 0;
}

/* Whether one was written as a block, so that the next one knows what stands before it. */
static bool put_mapping(struct buf *out, const char *text, bool after_line, bool last)
{
    size_t left = strcspn(text, "\t");
    const char *right = text + left + 1;
    size_t n = text[left] ? strlen(right) : 0;
    bool loop = left >= 2 && text[0] == '[' && text[left - 1] == ']' && fits_line(right, n);
    bool script = text[left] && has_script_form(right, n);
    bool line = script && fits_line(right + OPEN_SIZE, n - OPEN_SIZE - CLOSE_SIZE);
    bool block = text[left] && !loop && !line;
    if (script) {
        right += OPEN_SIZE;
        n -= OPEN_SIZE + CLOSE_SIZE;
    }
    if (block && after_line)
        buf_putc(out, '\n');
    put_target(out, text, left);
    if (block) {
        buf_puts(out, script ? " =\n" : " ==\n");
        put_block(out, right, n, last);
        return true;
    }
    if (text[left]) {
        buf_puts(out, loop ? " <- " : " = ");
        buf_put(out, right, n);
    }
    buf_putc(out, '\n');
    return false;
}

void mapping_text_write(const struct strings *list, struct buf *out)
{
    bool block = true;
    for (size_t i = 0; i < list->count; i++)
        block = put_mapping(out, list->items[i], !block, i + 1 == list->count);
}

/* ------------------------------------------------------------------------------------------------------- parsing */

/* How a mapping stands in the text. */
struct head {
    uint32_t line;
    size_t target;    /* bytes of its target there */
    const char *body; /* the line below */
    bool block, wrapped;
};

struct mapping_places {
    struct arena arena;
    struct strings list;
    struct head *heads; /* by mapping */
    size_t capacity;
    const char *end; /* of the text */
};

struct parser {
    const char *at, *end;
    uint32_t line;
    struct arena *arena;
    struct strings *list;
    struct jpk_error *err;

    struct buf text; /* of the mapping that is being read */
    bool block, wrapped;
    struct mapping_places *places; /* collects the heads; NULL when nobody wants them */
    size_t empty;                  /* empty lines of the block that were not added yet */
    size_t lines;                  /* of the block that were added */
};

static bool wrong(struct parser *parser, size_t column, const char *message)
{
    error_set(parser->err, JPK_ERR_FORMAT, "%s", message);
    error_position(parser->err, parser->line, (uint32_t)column + 1);
    return false;
}

static bool finish(struct parser *parser)
{
    if (parser->wrapped)
        buf_puts(&parser->text, CLOSE);
    parser->block = parser->wrapped = false;
    bool ok = !parser->text.failed && strings_add(parser->list, parser->arena, buf_text(&parser->text));
    return ok || error_memory(parser->err);
}

static void add_line(struct parser *parser, const char *s, size_t n)
{
    if (parser->lines++ > 0)
        buf_putc(&parser->text, '\n');
    buf_put(&parser->text, s, n);
}

static bool end_block(struct parser *parser)
{
    if (!parser->block)
        return true;
    for (; parser->empty > 1; parser->empty--)
        add_line(parser, "", 0);
    return finish(parser);
}

/* \u00XX: only what the writer writes. */
static bool unescape_number(const char *s, size_t n, char *c)
{
    int high = n >= 6 ? text_hex_digit(s[4]) : -1, low = n >= 6 ? text_hex_digit(s[5]) : -1;
    if (high < 0 || low < 0 || s[2] != '0' || s[3] != '0' || high * 16 + low >= 0x80 || high * 16 + low == 0)
        return false;
    *c = (char)(high * 16 + low);
    return true;
}

/* A target in quotes; *used gets its length with them. */
static bool read_quoted(struct parser *parser, const char *s, size_t n, size_t *used)
{
    static const char letters[] = "\"\\/nrt", meanings[] = "\"\\/\n\r\t";
    size_t i = 1;
    while (i < n && s[i] != '"') {
        char c = s[i];
        size_t step = 1;
        if (c == '\\') {
            const char *letter = i + 1 < n ? strchr(letters, s[i + 1]) : NULL;
            step = letter ? 2 : 6;
            if (letter)
                c = meanings[letter - letters];
            else if (i + 1 >= n || s[i + 1] != 'u' || !unescape_number(s + i, n - i, &c))
                return wrong(parser, i,
                             "this escape is not known in a target; \\\" \\\\ \\n \\r \\t \\u0001 to \\u007f are");
        }
        buf_putc(&parser->text, c);
        i += step;
    }
    if (i == n)
        return wrong(parser, 0, "the quotes of this target are not closed in its line");
    *used = i + 1;
    return true;
}

static bool read_target(struct parser *parser, const char *s, size_t n, size_t *used)
{
    if (s[0] == '"')
        return read_quoted(parser, s, n, used);
    const char *space = memchr(s, ' ', n);
    *used = space ? (size_t)(space - s) : n;
    if (memchr(s, '\t', *used))
        return wrong(parser, (size_t)((char *)memchr(s, '\t', n) - s),
                     "a tab in a target is written as \\t, in quotes");
    buf_put(&parser->text, s, *used);
    return true;
}

static struct head *add_head(struct parser *parser, size_t target)
{
    struct mapping_places *places = parser->places;
    size_t index = parser->list->count;
    struct head *heads = array_grow(places->heads, index, &places->capacity, sizeof *heads);
    if (!heads)
        return NULL;
    places->heads = heads;
    const char *line_end = memchr(parser->at, '\n', (size_t)(parser->end - parser->at));
    heads[index] = (struct head){.line = parser->line, .target = target, .body = line_end ? line_end + 1 : parser->end};
    return &heads[index];
}

static bool read_head(struct parser *parser, const char *s, size_t n)
{
    size_t used = 0;
    buf_clear(&parser->text);
    if (is_blank(s[0]))
        return wrong(parser, 0, "a script's lines stand behind four spaces below their target, and here is no target");
    if (s[n - 1] == '\r')
        return wrong(parser, n - 1, "this line ends in CR LF; the lines of mappings end in LF");
    if (!read_target(parser, s, n, &used))
        return false;
    s += used;
    n -= used;
    struct head *head = NULL;
    if (parser->places && !(head = add_head(parser, used)))
        return error_memory(parser->err);
    if (n == 0)
        return finish(parser);
    bool raw = n == 3 && memcmp(s, " ==", 3) == 0, script = n == 2 && memcmp(s, " =", 2) == 0;
    bool line = n > 3 && memcmp(s, " = ", 3) == 0, loop = n > 4 && memcmp(s, " <- ", 4) == 0;
    if (!raw && !script && !line && !loop)
        return wrong(parser, used,
                     "behind a target stands ' = ' and a script, ' =' and a script below, ' <- ' and a source "
                     "loop, or ' =='");
    buf_putc(&parser->text, '\t');
    if (script || line)
        buf_puts(&parser->text, OPEN);
    parser->wrapped = script || line;
    parser->block = raw || script;
    parser->lines = parser->empty = 0;
    if (head) {
        head->wrapped = parser->wrapped;
        head->block = parser->block;
    }
    if (parser->block)
        return true;
    size_t skip = line ? 3 : 4;
    buf_put(&parser->text, s + skip, n - skip);
    return finish(parser);
}

static bool is_all_blank(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_blank(s[i]))
            return false;
    return true;
}

static bool read_line(struct parser *parser, const char *s, size_t n)
{
    size_t indent = n >= INDENT_SIZE && memcmp(s, INDENT, INDENT_SIZE) == 0 ? INDENT_SIZE : n > 0 && s[0] == '\t';
    if (parser->block && indent > 0) {
        for (; parser->empty > 0; parser->empty--)
            add_line(parser, "", 0);
        add_line(parser, s + indent, n - indent);
        return true;
    }
    if (is_all_blank(s, n)) {
        parser->empty++;
        return true;
    }
    return end_block(parser) && read_head(parser, s, n);
}

static bool parse(struct parser *parser, const char *text, size_t n)
{
    bool ok = true;
    parser->at = text;
    parser->end = text + n;
    while (ok && parser->at < parser->end) {
        const char *line_end = memchr(parser->at, '\n', (size_t)(parser->end - parser->at));
        size_t length = (size_t)((line_end ? line_end : parser->end) - parser->at);
        parser->line++;
        ok = read_line(parser, parser->at, length);
        parser->at += length + (line_end != NULL);
    }
    ok = ok && end_block(parser);
    buf_free(&parser->text);
    return ok;
}

bool mapping_text_parse(const char *text, size_t n, struct arena *arena, struct strings *list, struct jpk_error *err)
{
    struct parser parser = {.arena = arena, .list = list, .err = err};
    return parse(&parser, text, n);
}

/* Where the byte `in` of a script's text stands that begins in the line below its target; each line has its indent. */
static void place_in_block(const struct head *head, const char *end, const char *script, size_t in, uint32_t *line,
                           uint32_t *column)
{
    const char *at = head->body;
    size_t start = 0;
    *line = head->line + 1;
    for (size_t i = 0; i < in; i++) {
        if (script[i] != '\n')
            continue;
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        at = line_end ? line_end + 1 : end;
        ++*line;
        start = i + 1;
    }
    size_t indent = at < end && *at == '\t' ? 1 : INDENT_SIZE;
    *column = (uint32_t)(indent + in - start) + 1;
}

static void place_in(const struct head *head, const char *end, const char *mapping, size_t at, uint32_t *line,
                     uint32_t *column)
{
    size_t left = strcspn(mapping, "\t"), open = head->wrapped ? OPEN_SIZE : 0;
    *line = head->line;
    if (at <= left || !mapping[left]) {
        *column = (uint32_t)(at < head->target ? at : head->target) + 1;
        return;
    }
    const char *script = mapping + left + 1 + open;
    size_t in = at - left - 1 > open ? at - left - 1 - open : 0;
    size_t size = strlen(script) - (head->wrapped ? CLOSE_SIZE : 0);
    in = in < size ? in : size; /* the end tag is not in the text */
    size_t behind = head->wrapped ? sizeof " = " - 1 : sizeof " <- " - 1;
    if (head->block)
        place_in_block(head, end, script, in, line, column);
    else
        *column = (uint32_t)(head->target + behind + in) + 1;
}

struct mapping_places *mapping_places_new(const char *text, size_t n, struct jpk_error *err)
{
    struct mapping_places *places = calloc(1, sizeof *places);
    if (!places) {
        error_memory(err);
        return NULL;
    }
    struct parser parser = {.arena = &places->arena, .list = &places->list, .err = err, .places = places};
    places->end = text + n;
    if (parse(&parser, text, n))
        return places;
    mapping_places_free(places);
    return NULL;
}

void mapping_places_free(struct mapping_places *places)
{
    if (!places)
        return;
    strings_free(&places->list);
    arena_free(&places->arena);
    free(places->heads);
    free(places);
}

bool mapping_places_at(const struct mapping_places *places, size_t index, size_t at, uint32_t *line, uint32_t *column)
{
    if (index >= places->list.count || at > strlen(places->list.items[index]))
        return false;
    place_in(&places->heads[index], places->end, places->list.items[index], at, line, column);
    return true;
}
