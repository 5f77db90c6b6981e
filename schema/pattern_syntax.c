#include "schema/pattern_syntax.h"

#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/map.h"
#include "base/text.h"
#include "schema/ascii.h"
#include "schema/pattern.h"

enum { SURROGATES = 0xd800, LOW_SURROGATES = 0xdc00, SURROGATES_END = 0xe000, LAST_CHARACTER = 0x10ffff };

/* A group that is open. */
struct level {
    size_t at;       /* of its parenthesis */
    uint32_t number; /* 0: it does not capture */
    bool assertion, behind;
};

struct syntax {
    const char *text;
    size_t n, at;
    bool lenient;
    struct jpk_error *err;
    struct pattern_translation *to; /* NULL: the pattern is only looked at */
    struct level *levels;
    size_t depth, capacity;
    size_t behind;           /* how many of the levels look behind */
    uint32_t groups, opened; /* that capture: in the pattern, and up to here */
    struct map names;        /* of groups, to their numbers */
    struct arena arena;
    struct buf name;         /* the last one read */
    const char *unsupported; /* a sentence about the first thing that is valid, but not supported; NULL: none */
    size_t unsupported_at;
};

/* ---------------------------------------------------------------------------------------------------------- helpers */

static bool fail(struct syntax *s, size_t at, const char *sentence)
{
    error_set(s->err, JPK_ERR_FORMAT, "%s", sentence);
    error_offset(s->err, at);
    return false;
}

/* Told when the rest of the pattern turns out to be valid. */
static void note_unsupported(struct syntax *s, size_t at, const char *sentence)
{
    if (!s->unsupported) {
        s->unsupported = sentence;
        s->unsupported_at = at;
    }
}

static bool peek(const struct syntax *s, char c)
{
    return s->at < s->n && s->text[s->at] == c;
}

static bool one_of(uint32_t c, const char *characters)
{
    return c > 0 && c < 0x80 && strchr(characters, (int)c);
}

static bool accept(struct syntax *s, const char *word)
{
    size_t length = strlen(word);
    if (s->n - s->at < length || memcmp(s->text + s->at, word, length) != 0)
        return false;
    s->at += length;
    return true;
}

static void put(struct syntax *s, const char *text)
{
    if (s->to)
        buf_puts(&s->to->out, text);
}

/* A character, inside of a class or not. Lone surrogates are in no text: their caller sees to them. */
static void put_character(struct syntax *s, uint32_t c)
{
    if (!s->to)
        return;
    struct buf *out = &s->to->out;
    if (c < 0x20 || c == 0x7f) {
        buf_printf(out, "\\x{%x}", (unsigned)c);
        return;
    }
    if (c < 0x80 && !ascii_alnum((char)c))
        buf_putc(out, '\\');
    buf_put_utf8(out, c);
}

/* The next character; the text is known to be UTF-8 and not at its end. */
static uint32_t next(struct syntax *s)
{
    ucs4_t c;
    s->at += (size_t)u8_mbtouc(&c, (const uint8_t *)s->text + s->at, s->n - s->at);
    return c;
}

/* `count` hexadecimal digits. */
static bool hex(struct syntax *s, size_t count, uint32_t *value)
{
    uint32_t sum = 0;
    if (s->n - s->at < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        int digit = text_hex_digit(s->text[s->at + i]);
        if (digit < 0)
            return false;
        sum = sum << 4 | (uint32_t)digit;
    }
    s->at += count;
    *value = sum;
    return true;
}

/* A decimal number; what is too large becomes PATTERN_MANY. */
static bool number(struct syntax *s, uint32_t *value)
{
    size_t start = s->at;
    uint64_t sum = 0;
    for (; s->at < s->n && ascii_digit(s->text[s->at]); s->at++)
        if (sum < PATTERN_MANY)
            sum = sum * 10 + (uint64_t)(s->text[s->at] - '0');
    *value = sum < PATTERN_MANY ? (uint32_t)sum : PATTERN_MANY;
    return s->at > start;
}

/* ---------------------------------------------------------------------------------------------------------- escapes */

/* Behind `\u`: four digits, two times four for a surrogate pair, or digits in braces. */
static bool unicode_escape(struct syntax *s, uint32_t *c)
{
    uint32_t low;
    if (accept(s, "{")) {
        size_t start = s->at;
        uint32_t digit;
        *c = 0;
        while (*c <= LAST_CHARACTER && hex(s, 1, &digit))
            *c = *c << 4 | digit;
        return s->at > start && *c <= LAST_CHARACTER && accept(s, "}");
    }
    if (!hex(s, 4, c))
        return false;
    size_t after = s->at;
    if (*c >= SURROGATES && *c < LOW_SURROGATES && accept(s, "\\u") && hex(s, 4, &low) && low >= LOW_SURROGATES &&
        low < SURROGATES_END)
        *c = 0x10000 + ((*c - SURROGATES) << 10) + (low - LOW_SURROGATES);
    else
        s->at = after;
    return true;
}

/* Characters that a backslash may stand in front of to mean themselves. */
static bool identity(const struct syntax *s, char c, bool in_class)
{
    if (one_of((unsigned char)c, "^$\\.*+?()[]{}|/") || (in_class && c == '-'))
        return true;
    return s->lenient && c > ' ' && c < 0x7f && !ascii_alnum(c);
}

static bool control_escape(char letter, uint32_t *c)
{
    static const char letters[] = "fnrtv", meanings[] = "\f\n\r\t\v";
    const char *found = letter ? strchr(letters, letter) : NULL;
    if (found)
        *c = (uint32_t)meanings[found - letters];
    return found;
}

/* Behind a backslash at `start`: an escape that means one character. */
static bool character_escape(struct syntax *s, size_t start, bool in_class, uint32_t *c)
{
    if (s->at == s->n)
        return fail(s, start, "a backslash at the end of the pattern");
    char letter = s->text[s->at++];
    switch (letter) {
    case 'u':
        return unicode_escape(s, c) ||
               fail(s, start, "\\u needs four hexadecimal digits, or some up to 10FFFF in braces");
    case 'x':
        return hex(s, 2, c) || fail(s, start, "\\x needs two hexadecimal digits");
    case 'c':
        if (s->at == s->n || !ascii_alpha(s->text[s->at]))
            return fail(s, start, "\\c needs a letter");
        *c = (uint32_t)s->text[s->at++] & 0x1f;
        return true;
    case '0':
        *c = 0;
        return s->at == s->n || !ascii_digit(s->text[s->at]) || fail(s, start, "octal escapes are not allowed");
    case 'b':
        *c = '\b';
        return in_class || fail(s, start, "\\b does not mean a character here");
    default:
        if (control_escape(letter, c))
            return true;
        *c = (unsigned char)letter;
        return identity(s, letter, in_class) || fail(s, start, "this character must not stand behind a backslash");
    }
}

#define SPACES                                                                                                         \
    "\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
#define NO_SPACES                                                                                                      \
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}"                \
    "\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"
#define NOTHING "[^\\x{0}-\\x{10ffff}]"
#define NO_LINE_END "[^\\n\\r\\x{2028}\\x{2029}]"

#define NO_DIGITS "\\x{0}-\\x{2f}\\x{3a}-\\x{10ffff}"
#define NO_WORD "\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{5e}\\x{60}\\x{7b}-\\x{10ffff}"

/* The sets that have a letter: as they are written alone, and in a class, where PCRE2 10.42 takes \D and \W beside a \p
 * for less than they are. */
static const struct {
    char letter;
    const char *alone, *in_class;
} sets[] = {
    {'d', "\\d", "\\d"},   {'D', "\\D", NO_DIGITS},       {'w', "\\w", "\\w"},
    {'W', "\\W", NO_WORD}, {'s', "[" SPACES "]", SPACES}, {'S', "[^" SPACES "]", NO_SPACES},
};

/* Behind `\p` or `\P`. */
static bool property_escape(struct syntax *s, size_t start, bool negated)
{
    if (!accept(s, "{"))
        return fail(s, start, "\\p needs a property in braces");
    const char *name = s->text + s->at, *value = NULL;
    size_t n = 0, value_n = 0;
    for (; s->at < s->n && !peek(s, '}'); s->at++) {
        char c = s->text[s->at];
        if (c == '=' && !value)
            value = s->text + s->at + 1;
        else if (ascii_alnum(c) || c == '_')
            ++*(value ? &value_n : &n);
        else
            break;
    }
    if (!accept(s, "}"))
        return fail(s, start, "\\p needs a property in braces, such as \\p{Letter} or \\p{Script=Greek}");
    struct buf nowhere = {0}, *out = s->to ? &s->to->out : &nowhere;
    bool found =
        value ? pattern_property_value(name, n, value, value_n, negated, out) : pattern_property(name, n, negated, out);
    buf_free(&nowhere);
    return found || fail(s, start, "there is no such property of characters");
}

enum outcome { NOT_THIS, DONE, FAILED };

/* A set behind a backslash at `start`: \d and its like, \p. */
static enum outcome set_escape(struct syntax *s, size_t start, bool in_class)
{
    char letter = s->at < s->n ? s->text[s->at] : '\0';
    if (letter == 'p' || letter == 'P') {
        s->at++;
        /* In a class of its own, for PCRE2 10.42 takes \P{Lu}*\P{Cn} for two sets that have nothing in common. */
        put(s, in_class ? "" : "[");
        bool ok = property_escape(s, start, letter == 'P');
        put(s, in_class ? "" : "]");
        return ok ? DONE : FAILED;
    }
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        if (sets[i].letter == letter) {
            s->at++;
            put(s, in_class ? sets[i].in_class : sets[i].alone);
            return DONE;
        }
    }
    return NOT_THIS;
}

/* ---------------------------------------------------------------------------------------------------------- classes */

/* A range of characters without the surrogates that its ends may be; false: nothing is left of it. */
static bool put_range(struct syntax *s, uint32_t low, uint32_t high)
{
    if (low >= SURROGATES && low < SURROGATES_END)
        low = SURROGATES_END;
    if (high >= SURROGATES && high < SURROGATES_END)
        high = SURROGATES - 1;
    if (low > high)
        return false;
    put_character(s, low);
    if (low < high) {
        put(s, "-");
        put_character(s, high);
    }
    return true;
}

struct class_atom {
    size_t at;
    bool set;    /* written already; otherwise a character, which is not */
    char letter; /* of the set */
    uint32_t c;
};

static bool class_atom(struct syntax *s, struct class_atom *atom)
{
    *atom = (struct class_atom){.at = s->at};
    if (!accept(s, "\\")) {
        atom->c = next(s);
        return true;
    }
    enum outcome outcome = set_escape(s, atom->at, true);
    atom->set = outcome == DONE;
    atom->letter = atom->set ? s->text[atom->at + 1] : '\0';
    return outcome == DONE || (outcome == NOT_THIS && character_escape(s, atom->at, true, &atom->c));
}

/* What a class holds so far. */
struct class_content {
    bool any;       /* something */
    unsigned lower; /* sets \d \w \s, by their place in `sets` / 2 */
    unsigned upper; /* \D \W \S */
};

static void note_set(struct class_content *content, char letter)
{
    content->any = true;
    for (unsigned i = 0; i < sizeof sets / sizeof sets[0]; i++)
        if (sets[i].letter == letter)
            *(i % 2 ? &content->upper : &content->lower) |= 1u << i / 2;
}

/* One character, set or range of a class. */
static bool class_item(struct syntax *s, struct class_content *content)
{
    struct class_atom low, high;
    if (!class_atom(s, &low))
        return false;
    high = low;
    bool range = peek(s, '-') && s->n - s->at > 1 && s->text[s->at + 1] != ']';
    if (range) {
        s->at++;
        if (!class_atom(s, &high))
            return false;
    }
    if (low.set)
        note_set(content, low.letter);
    if (range && (low.set || high.set)) {
        if (!s->lenient)
            return fail(s, low.at, "a range needs a character at each end; a hyphen that is meant must be written \\-");
        put(s, "\\-");
        content->any = true;
        if (high.set)
            note_set(content, high.letter);
        if (!low.set)
            put_range(s, low.c, low.c);
        if (!high.set)
            put_range(s, high.c, high.c);
        return true;
    }
    if (low.set)
        return true;
    if (low.c > high.c)
        return fail(s, low.at, "a range must not end before it begins");
    content->any |= put_range(s, low.c, high.c);
    return true;
}

/* From behind `[`. What matches nothing or everything is written so. */
static bool class(struct syntax *s, enum pattern_character *kind)
{
    size_t start = s->at - 1, written = s->to ? s->to->out.size : 0;
    bool negated = accept(s, "^");
    struct class_content content = {0};
    put(s, negated ? "[^" : "[");
    while (!accept(s, "]")) {
        if (s->at == s->n)
            return fail(s, start, "a class without its ]");
        if (!class_item(s, &content))
            return false;
    }
    put(s, "]");
    bool all = content.lower & content.upper;
    if (content.any && !all)
        return true;
    *kind = all != negated ? PATTERN_ANY : PATTERN_OTHER;
    if (s->to && !s->to->out.failed) {
        s->to->out.size = written;
        put(s, *kind == PATTERN_ANY ? "." : NOTHING);
    }
    return true;
}

/* ----------------------------------------------------------------------------------------------------------- groups */

static bool identifier(uint32_t c, bool first)
{
    if (c == '$' || c == '_' || uc_is_property_id_start(c))
        return true;
    return !first && (uc_is_property_id_continue(c) || c == 0x200c || c == 0x200d);
}

/* A group's name from behind `<` to behind `>`, into s->name. */
static bool group_name(struct syntax *s, size_t start)
{
    buf_clear(&s->name);
    while (s->at < s->n && !peek(s, '>')) {
        uint32_t c;
        if (!accept(s, "\\"))
            c = next(s);
        else if (!accept(s, "u") || !unicode_escape(s, &c))
            return fail(s, start, "the name of a group has an escape that is none");
        if (!identifier(c, s->name.size == 0))
            return fail(s, start, "the name of a group is a word of letters, digits, _ and $");
        buf_put_utf8(&s->name, c);
    }
    if (s->name.size == 0 || !accept(s, ">"))
        return fail(s, start, "a group needs a name between < and >");
    return !s->name.failed || error_memory(s->err);
}

static bool add_name(struct syntax *s, size_t start)
{
    uint32_t old;
    if (!group_name(s, start))
        return false;
    const char *name = arena_strndup(&s->arena, s->name.data, s->name.size);
    if (!name || !map_add(&s->names, name, s->name.size, s->groups, &old))
        return error_memory(s->err);
    return old == MAP_NONE || fail(s, start, "two groups have the same name");
}

/* Counts the groups that capture and notes their names, for a reference may stand in front of its group. */
static bool find_groups(struct syntax *s)
{
    bool in_class = false;
    while (s->at < s->n) {
        size_t start = s->at;
        char c = s->text[s->at++];
        if (c == '\\' && s->at < s->n) {
            char letter = s->text[s->at++];
            if (s->to && !in_class && (letter == 'k' || (letter >= '1' && letter <= '9')))
                s->to->references = true;
        } else if (in_class) {
            in_class = c != ']';
        } else if (c == '[') {
            in_class = true;
        } else if (c == '(' && !peek(s, '?')) {
            s->groups++;
        } else if (c == '(' && accept(s, "?<") && !peek(s, '=') && !peek(s, '!')) {
            s->groups++;
            if (!add_name(s, start))
                return false;
        }
    }
    s->at = 0;
    return true;
}

/* Whether a group is open here or comes later: then what it matched is not known yet, and a reference matches nothing.
 */
static bool unfinished(const struct syntax *s, uint32_t group)
{
    for (size_t i = 0; i < s->depth; i++)
        if (s->levels[i].number == group)
            return true;
    return group > s->opened;
}

static void put_reference(struct syntax *s, size_t start, uint32_t group)
{
    if (!s->to || s->unsupported)
        return;
    if (s->behind)
        note_unsupported(s, start, "references to groups in lookbehind are not supported");
    if (unfinished(s, group))
        put(s, "(?:)");
    else
        buf_printf(&s->to->out, "\\g{%u}", (unsigned)group);
}

/* Behind a backslash at `start`: \1 or \k<name>. */
static enum outcome reference_escape(struct syntax *s, size_t start)
{
    uint32_t group = 0;
    if (s->at < s->n && s->text[s->at] >= '1' && s->text[s->at] <= '9') {
        number(s, &group);
        if (group > s->groups)
            return fail(s, start, "there is no group with this number"), FAILED;
    } else if (accept(s, "k")) {
        if (!accept(s, "<"))
            return fail(s, start, "\\k needs the name of a group between < and >"), FAILED;
        if (!group_name(s, start))
            return FAILED;
        group = map_get(&s->names, s->name.data, s->name.size);
        if (group == MAP_NONE)
            return fail(s, start, "there is no group with this name"), FAILED;
    } else {
        return NOT_THIS;
    }
    put_reference(s, start, group);
    return DONE;
}

static const struct {
    const char *opening;
    bool assertion, behind;
} openings[] = {
    {"?:", false, false}, {"?=", true, false}, {"?!", true, false}, {"?<=", true, true}, {"?<!", true, true},
};

/* From behind `(`. */
static bool open_group(struct syntax *s)
{
    struct level level = {.at = s->at - 1};
    const char *opening = NULL;
    for (size_t i = 0; i < sizeof openings / sizeof openings[0] && !opening; i++) {
        if (accept(s, openings[i].opening)) {
            opening = openings[i].opening;
            level.assertion = openings[i].assertion;
            level.behind = openings[i].behind;
        }
    }
    if (!opening) {
        if (accept(s, "?<")) {
            if (!group_name(s, level.at))
                return false;
        } else if (peek(s, '?')) {
            return fail(s, level.at, "behind (? there must be :, =, !, <=, <! or a name between < and >");
        }
        level.number = ++s->opened;
        opening = s->to && s->to->references ? "" : "?:";
    }
    if (s->depth == PATTERN_DEPTH)
        note_unsupported(s, level.at, "more than 200 groups inside of one another");
    struct level *levels = array_grow(s->levels, s->depth, &s->capacity, sizeof *levels);
    if (!levels)
        return error_memory(s->err);
    s->levels = levels;
    s->levels[s->depth++] = level;
    s->behind += level.behind;
    put(s, "(");
    put(s, opening);
    return true;
}

/* ------------------------------------------------------------------------------------------------------ repetitions */

struct repetition {
    uint32_t least, most;
};

/* `{n}`, `{n,}` or `{n,m}`. */
static bool braces(struct syntax *s, struct repetition *times)
{
    size_t start = s->at;
    if (accept(s, "{") && number(s, &times->least)) {
        times->most = times->least;
        if (accept(s, ",") && !number(s, &times->most))
            times->most = PATTERN_MANY;
        if (accept(s, "}"))
            return true;
    }
    s->at = start;
    return false;
}

/*
 * X+ is written as XX*, and X{n,} as X{n}X*, where X is a single character at `atom` in the output: PCRE2's linear
 * matcher counts the rounds of the former, and every count is a state of its own.
 */
static void split_repetition(struct buf *out, size_t atom, struct repetition *times)
{
    size_t length = out->size - atom;
    if (times->least > 1)
        buf_printf(out, "{%u}", (unsigned)times->least);
    char *copy = buf_reserve(out, length);
    if (copy) {
        memcpy(copy, out->data + atom, length);
        out->size += length;
    }
    times->least = 0;
}

#define NO_ATOM SIZE_MAX /* the repetition is that of a group */

static void put_repetition(struct syntax *s, size_t atom, struct repetition times)
{
    if (!s->to || s->to->out.failed)
        return;
    struct buf *out = &s->to->out;
    if (atom != NO_ATOM && times.most == PATTERN_MANY && times.least > 0)
        split_repetition(out, atom, &times);
    if (times.most == PATTERN_MANY && times.least <= 1)
        buf_putc(out, times.least ? '+' : '*');
    else if (times.least == 0 && times.most == 1)
        buf_putc(out, '?');
    else if (times.most == PATTERN_MANY)
        buf_printf(out, "{%u,}", (unsigned)times.least);
    else if (times.least != times.most)
        buf_printf(out, "{%u,%u}", (unsigned)times.least, (unsigned)times.most);
    else if (times.least != 1)
        buf_printf(out, "{%u}", (unsigned)times.least);
}

/* What may stand behind an atom, which was written at `written`; {1, 1} when there is nothing. */
static bool repetition(struct syntax *s, size_t written, struct repetition *times)
{
    size_t start = s->at;
    *times = (struct repetition){1, 1};
    if (accept(s, "*"))
        *times = (struct repetition){0, PATTERN_MANY};
    else if (accept(s, "+"))
        *times = (struct repetition){1, PATTERN_MANY};
    else if (accept(s, "?"))
        *times = (struct repetition){0, 1};
    else if (!peek(s, '{') || (!braces(s, times) && s->lenient))
        return true;
    else if (s->at == start)
        return fail(s, start, "{ must have one or two numbers and } behind it, or a backslash in front of it");
    if (times->least > times->most)
        return fail(s, start, "the numbers in braces are out of order");
    put_repetition(s, written, *times);
    if (accept(s, "?") && (times->least != 1 || times->most != 1))
        put(s, "?");
    return true;
}

/* ------------------------------------------------------------------------------------------- patterns without engine
 */

static void not_simple(struct syntax *s)
{
    if (s->to)
        s->to->simple.possible = false;
}

static void note_anchor(struct syntax *s, bool end)
{
    if (!s->to)
        return;
    struct pattern_simple *simple = &s->to->simple;
    if (simple->end || (!end && s->at > 1))
        simple->possible = false;
    *(end ? &simple->end : &simple->start) = true;
}

static void note_atom(struct syntax *s, enum pattern_character kind, uint32_t c, struct repetition times)
{
    if (!s->to)
        return;
    struct pattern_simple *simple = &s->to->simple;
    bool once = times.least == 1 && times.most == 1;
    if (kind == PATTERN_OTHER || simple->end || simple->repeated != PATTERN_OTHER ||
        (kind == PATTERN_CHARACTER && !once)) {
        simple->possible = false;
    } else if (kind == PATTERN_CHARACTER) {
        buf_put_utf8(&simple->text, c);
    } else {
        simple->repeated = kind;
        simple->least = times.least;
        simple->most = times.most;
    }
}

/* ---------------------------------------------------------------------------------------------------------- the whole
 */

/* An escape outside of classes, from behind its backslash. */
static bool escape(struct syntax *s, enum pattern_character *kind, uint32_t *c)
{
    size_t start = s->at - 1;
    enum outcome outcome = set_escape(s, start, false);
    if (outcome == NOT_THIS)
        outcome = reference_escape(s, start);
    if (outcome != NOT_THIS)
        return outcome == DONE;
    if (!character_escape(s, start, false, c))
        return false;
    *kind = PATTERN_CHARACTER;
    return true;
}

/* One character or what stands for one, or a reference. */
static bool atom(struct syntax *s, enum pattern_character *kind, uint32_t *c)
{
    size_t start = s->at;
    *kind = PATTERN_OTHER;
    if (accept(s, "\\")) {
        if (!escape(s, kind, c))
            return false;
    } else if (accept(s, "[")) {
        if (!class(s, kind))
            return false;
    } else if (accept(s, ".")) {
        *kind = PATTERN_DOT;
        put(s, NO_LINE_END);
    } else {
        *c = next(s);
        *kind = PATTERN_CHARACTER;
        if (one_of(*c, "*+?"))
            return fail(s, start, "there is nothing to repeat");
        if (one_of(*c, "{}]") && !s->lenient)
            return fail(s, start, "a brace or bracket that means itself must have a backslash in front of it");
    }
    if (*kind != PATTERN_CHARACTER)
        return true;
    if (*c >= SURROGATES && *c < SURROGATES_END) {
        *kind = PATTERN_OTHER;
        put(s, NOTHING);
    } else {
        put_character(s, *c);
    }
    return true;
}

static bool atom_and_repetition(struct syntax *s)
{
    enum pattern_character kind;
    uint32_t c = 0;
    struct repetition times;
    size_t written = s->to ? s->to->out.size : 0;
    if (!atom(s, &kind, &c) || !repetition(s, written, &times))
        return false;
    note_atom(s, kind, c, times);
    return true;
}

static bool close_group(struct syntax *s)
{
    struct repetition times;
    if (s->depth == 0)
        return fail(s, s->at - 1, "a ) without its (");
    struct level level = s->levels[--s->depth];
    s->behind -= level.behind;
    put(s, ")");
    return level.assertion || repetition(s, NO_ATOM, &times);
}

static bool alternative(struct syntax *s)
{
    put(s, "|");
    not_simple(s);
    if (s->to && s->depth == 0)
        s->to->anchored = false;
    return true;
}

/* An assertion of a character or two; they are not repeated. */
static bool accept_assertion(struct syntax *s)
{
    if (accept(s, "^")) {
        note_anchor(s, false);
        put(s, "^");
    } else if (accept(s, "$")) {
        note_anchor(s, true);
        put(s, "\\z");
    } else if (s->n - s->at >= 2 && s->text[s->at] == '\\' && text_lower(s->text[s->at + 1]) == 'b') {
        not_simple(s);
        put(s, s->text[s->at + 1] == 'b' ? "\\b" : "\\B");
        s->at += 2;
    } else {
        return false;
    }
    return true;
}

static bool disjunction(struct syntax *s)
{
    while (s->at < s->n) {
        bool ok = true;
        if (accept(s, "(")) {
            not_simple(s);
            ok = open_group(s);
        } else if (accept(s, ")")) {
            ok = close_group(s);
        } else if (accept(s, "|")) {
            ok = alternative(s);
        } else if (!accept_assertion(s)) {
            ok = atom_and_repetition(s);
        }
        if (!ok)
            return false;
    }
    return s->depth == 0 || fail(s, s->levels[s->depth - 1].at, "a ( without its )");
}

/* A simple pattern that is searched for cannot say where its characters end and its repetition begins. */
static void finish_simple(struct pattern_simple *simple)
{
    if (simple->start || simple->text.size == 0 || simple->repeated == PATTERN_OTHER)
        return;
    simple->possible &= simple->least == 0 && !simple->end;
    simple->repeated = PATTERN_OTHER;
}

static bool finish(struct syntax *s)
{
    if (s->unsupported) {
        error_set(s->err, JPK_ERR_LIMIT, "%s", s->unsupported);
        error_offset(s->err, s->unsupported_at);
        return false;
    }
    finish_simple(&s->to->simple);
    return !(s->to->out.failed || s->to->simple.text.failed) || error_memory(s->err);
}

bool pattern_translate(const char *text, size_t n, unsigned flags, struct pattern_translation *out,
                       struct jpk_error *err)
{
    size_t bad = 0;
    struct syntax s = {.text = text, .n = n, .lenient = flags & PATTERN_LENIENT, .err = err, .to = out};
    if (!text_utf8(text, n, &bad)) {
        error_set(err, JPK_ERR_ENCODING, "the pattern is not UTF-8");
        error_offset(err, bad);
        return false;
    }
    if (out) {
        out->simple.possible = true;
        out->anchored = n > 0 && text[0] == '^';
    }
    bool ok = find_groups(&s) && disjunction(&s);
    if (ok && out)
        ok = finish(&s);
    free(s.levels);
    map_free(&s.names);
    arena_free(&s.arena);
    buf_free(&s.name);
    return ok;
}

void pattern_translation_free(struct pattern_translation *translation)
{
    buf_free(&translation->out);
    buf_free(&translation->simple.text);
}
