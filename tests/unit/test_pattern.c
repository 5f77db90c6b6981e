/* Regular expressions of ECMA-262: what is one, what it matches, and how long that takes. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "schema/pattern.h"
#include "schema/pattern_syntax.h"
#include "tests/unit/suite.h"

static struct pattern *compile(const char *text, size_t n)
{
    struct jpk_error err = {0};
    struct pattern *pattern = pattern_compile(text, n, 0, &err);
    if (!pattern)
        fail_msg("%s: %s at %d", text, err.message, (int)err.offset);
    return pattern;
}

/*
 * JIT's code compares sixteen aligned bytes at a time, some of them behind the text: they change nothing, but valgrind
 * cannot know that.
 */
#ifdef __SANITIZE_ADDRESS__
enum { BEHIND = 0 };
#else
enum { BEHIND = 16 };
#endif

/* Matches a copy of exactly this size, so that the address sanitizer sees a read beyond it. */
static enum pattern_result match(const struct pattern *pattern, struct pattern_scratch *scratch, const char *text,
                                 size_t n)
{
    char *copy = calloc(1, n + BEHIND ? n + BEHIND : 1);
    assert_non_null(copy);
    memcpy(copy, text, n);
    enum pattern_result result = pattern_match(pattern, scratch, copy, n);
    free(copy);
    return result;
}

/* ----------------------------------------------------------------------------------------------------------- matches
 */

static const struct {
    const char *pattern, *yes, *no; /* NULL: not asked */
} matches[] = {
    /* simple ones */
    {"", "", NULL},
    {"a", "xax", "x"},
    {"^ab", "abc", "cab"},
    {"ab$", "cab", "abc"},
    {"^ab$", "ab", "abc"},
    {"^ab$", NULL, "ab\n"},
    {"^a\\.b", "a.bc", "axb"},
    {".*", "\n", NULL},
    {"^.*$", "abc", "a\nb"},
    {"^.*$", "", "a\xe2\x80\xa8"},
    {"^[^]*$", "a\nb", NULL},
    {"^[\\s\\S]+$", "\n", ""},
    {".", "\na", "\n"},
    {"..", "\nab", "a\nb"},
    {".{2,}$", "\nab", "ab\na"},
    {"^.{2,3}$", "\xc3\xa9\xf0\x9f\x90\xb2", "a"},
    {"^.{2,3}$", "abc", "abcd"},
    {"^.{2,3}", "abcd", "a\nb"},
    {"^.?$", "", "ab"},
    {"^a.*", "ab", "ba"},
    {"^a.+$", "ab", "a"},
    {"ab.*", "xab", "xa"},
    {"ab.+", "xabx", "xab"},
    {"a.$", "xax", "xa"},
    /* sets */
    {"^\\d$", "7", "\xd9\xa7"},
    {"^\\w$", "_", "\xc3\xa9"},
    {"^[\\w-]+$", "a-b", "a.b"},
    {"^[^\\W\\p{L}]$", "5", "\xe6\xbc\xa2"}, /* PCRE2 10.42 takes the latter for a \w */
    {"^[^\\D\\p{Lu}]$", "5", "\xe6\xbc\xa2"},
    {"^\\P{Lu}*\\P{Cn}$", "...", NULL}, /* PCRE2 10.42 would not give back a character */
    {"^\\P{sc=Greek}*\\P{sc=Latin}$", "...", NULL},
    {"^\\s$", "\xef\xbb\xbf", "\xe2\x80\x8b"},
    {"^\\s$", "\xe2\x80\xa9", "\xc2\x85"},
    {"^[\\S]$", "\xc2\x85", "\xef\xbb\xbf"},
    {"\\bb",
     "\xc3\xa9"
     "b",
     "ab"}, /* words are ASCII */
    {"a\\Bb", "ab", "a"},
    {"^[]$|^[^a]$", "b", ""},
    {"^(a|[])*$", "aa", "b"},
    {"^[a-]+$", "a-", "b"},
    {"^[-a]+$", "a-", "b"},
    {"^[a\\-z]+$", "-", "b"},
    {"^[\\b]$", "\b", "b"},
    {"^[$^.*+?(){}[/|]+$", "^.*[", "\\"},
    {"^[&&--~~]+$", "&", "a"},
    {"^[[:alpha:\\]]$", "]", "b"},
    /* escapes */
    {"^\\x41\\u0042\\u{43}\\u{1F432}\\ud83d\\udc32$", "ABC\xf0\x9f\x90\xb2\xf0\x9f\x90\xb2", "ABC"},
    {"^[\\ud83d\\udc32-\\u{1f433}]$", "\xf0\x9f\x90\xb3", "\xf0\x9f\x90\xb1"},
    {"^[\\ud800-\\ue000]$", "\xee\x80\x80", "\xed\x9f\xbf"},
    {"^[\\ud7ff-\\udfff]$", "\xed\x9f\xbf", "\xee\x80\x80"},
    {"^[^\\ud800]$", "a", ""},
    {"\\ud83d", NULL, "\xf0\x9f\x90\xb2"},
    {"^\\cJ\\cj$", "\n\n", "J"},
    {"^\\t\\n\\v\\f\\r$", "\t\n\v\f\r", "t"},
    {"^\\^\\$\\\\\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\/$", "^$\\.*+?()[]{}|/", "a"},
    {"^ #a$", " #a", "a"},
    {"\\(\\*ACCEPT\\)b", "(*ACCEPT)b", "a"},
    {"^\\p{Letter}\\p{Lu}\\p{gc=Nd}\\p{General_Category=punct}$", "aB1.", "a"},
    {"^\\p{Script=Greek}\\p{sc=Grek}\\p{scx=Greek}$", "\xce\xb1\xce\xb1\xce\xb1", "a"},
    {"^\\p{ASCII}\\p{Any}\\p{Assigned}\\P{Assigned}$", "aaa\xcd\xb8", "a"},
    {"^\\p{Emoji_Presentation}\\p{Alphabetic}\\p{space}\\p{LC}$",
     "\xf0\x9f\x90\xb2"
     "a A",
     "a"},
    {"^[\\p{L}\\P{Assigned}]+$", "a\xcd\xb8", "1"},
    /* groups and references */
    {"^(?:ab|cd)+$", "abcd", "abc"},
    {"^(a)(b)\\2\\1$", "abba", "abab"},
    {"^(?<q>['\"]).*\\k<q>$", "'a'", "'a\""},
    {"^(?<\\u0061b>a)\\k<ab>$", "aa", "a"},
    {"^(?<\xc3\xa9$_>a)\\k<\xc3\xa9$_>$", "aa", "a"},
    {"^\\k<a>(?<a>b)$", "b", "bb"}, /* not known yet: matches nothing */
    {"^(a\\1)+$", "aa", "b"},
    {"^(?:(a)|b)\\1$", "b", "ab"},
    {"^(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\\10$", "abcdefghijj", "abcdefghija0"},
    {"a(?=b)", "ab", "ac"},
    {"a(?!b)", "ac", "ab"},
    {"(?<=a)b", "ab", "cb"},
    {"(?<!a|bc)d", "cd", "bcd"},
    {"(?<!a)(b)\\1", "bb", "abb"},
    /* repetitions */
    {"^a{2}$", "aa", "aaa"},
    {"^a{2,}?$", "aaa", "a"},
    {"^a{0}b$", "b", "ab"},
    {"^[ab]{1,2}?c$", "abc", "abac"},
    {"^(?:a+){2,}$", "aa", "a"},
    {"^(?:a{1}?)b{1}$", "ab", "abb"},
    {"^a??b+?c*?$", "bb", "a"},
};

static void expect(const char *pattern_text, const char *text, enum pattern_result expected)
{
    struct pattern_scratch scratch = {0}, strict = {.match_limit = 1};
    struct pattern *pattern = compile(pattern_text, strlen(pattern_text));
    size_t n = text ? strlen(text) : 0;
    if (text && match(pattern, &scratch, text, n) != expected)
        fail_msg("%s on %s: should be %d", pattern_text, text, expected);
    /* The matcher without backtracking says the same, or that it cannot say. */
    enum pattern_result other = text ? match(pattern, &strict, text, n) : expected;
    if (other != expected && other != PATTERN_LIMIT)
        fail_msg("%s on %s: should be %d without backtracking", pattern_text, text, expected);
    pattern_scratch_free(&scratch);
    pattern_scratch_free(&strict);
    pattern_free(pattern);
}

static void test_matches(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof matches / sizeof matches[0]; i++) {
        expect(matches[i].pattern, matches[i].yes, PATTERN_MATCH);
        expect(matches[i].pattern, matches[i].no, PATTERN_NO_MATCH);
        assert_true(pattern_valid(matches[i].pattern, strlen(matches[i].pattern)));
    }
}

static void test_nul(void **state)
{
    (void)state;
    static const char *const patterns[] = {"^a\\0b$", "^a\\x00b$", "^a[^ab]b$", "^a.b$", "^a[\\0]b$", "^a\\W+b$"};
    struct pattern_scratch scratch = {0};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct pattern *pattern = compile(patterns[i], strlen(patterns[i]));
        assert_int_equal(match(pattern, &scratch, "a\0b", 3), PATTERN_MATCH);
        assert_int_equal(match(pattern, &scratch, "a\0", 2), PATTERN_NO_MATCH);
        assert_int_equal(match(pattern, &scratch, "ab", 2), PATTERN_NO_MATCH);
        pattern_free(pattern);
    }
    struct pattern *own = compile("a\0b", 3); /* the pattern may have one too */
    assert_int_equal(match(own, &scratch, "xa\0b", 4), PATTERN_MATCH);
    assert_int_equal(match(own, &scratch, "a", 1), PATTERN_NO_MATCH);
    pattern_free(own);
    pattern_scratch_free(&scratch);
    pattern_scratch_free(NULL);
    pattern_free(NULL);
}

/* ------------------------------------------------------------------------------------------------------------ errors
 */

static const struct {
    const char *pattern;
    enum jpk_code code;
    int offset;
    const char *message; /* a piece of it */
} errors[] = {
    {"a\xff", JPK_ERR_ENCODING, 1, "not UTF-8"},
    {"ab\\", JPK_ERR_FORMAT, 2, "backslash at the end"},
    {"\\a", JPK_ERR_FORMAT, 0, "must not stand behind"},
    {"a\\-", JPK_ERR_FORMAT, 1, "must not stand behind"},
    {"\\_", JPK_ERR_FORMAT, 0, "must not stand behind"},
    {"\\Qa\\E", JPK_ERR_FORMAT, 0, "must not stand behind"},
    {"\\A", JPK_ERR_FORMAT, 0, "must not"},
    {"a\\Z", JPK_ERR_FORMAT, 1, "must not"},
    {"\\h", JPK_ERR_FORMAT, 0, "must not"},
    {"\\R", JPK_ERR_FORMAT, 0, "must not"},
    {"\\X", JPK_ERR_FORMAT, 0, "must not"},
    {"\\K", JPK_ERR_FORMAT, 0, "must not"},
    {"\\G", JPK_ERR_FORMAT, 0, "must not"},
    {"\\N", JPK_ERR_FORMAT, 0, "must not"},
    {"\\g{1}", JPK_ERR_FORMAT, 0, "must not"},
    {"[\\B]", JPK_ERR_FORMAT, 1, "must not"},
    {"[\\1]", JPK_ERR_FORMAT, 1, "must not"},
    {"\\c1", JPK_ERR_FORMAT, 0, "\\c needs a letter"},
    {"\\x4", JPK_ERR_FORMAT, 0, "two hexadecimal"},
    {"\\x{41}", JPK_ERR_FORMAT, 0, "two hexadecimal"},
    {"\\u004", JPK_ERR_FORMAT, 0, "four hexadecimal"},
    {"\\u{110000}", JPK_ERR_FORMAT, 0, "10FFFF"},
    {"\\u{}", JPK_ERR_FORMAT, 0, "hexadecimal"},
    {"\\u{41", JPK_ERR_FORMAT, 0, "hexadecimal"},
    {"\\00", JPK_ERR_FORMAT, 0, "octal"},
    {"[\\01]", JPK_ERR_FORMAT, 1, "octal"},
    {"(a)\\2", JPK_ERR_FORMAT, 3, "no group with this number"},
    {"\\1", JPK_ERR_FORMAT, 0, "no group with this number"},
    {"\\99999999999(a)", JPK_ERR_FORMAT, 0, "no group with this number"},
    {"\\k<a>", JPK_ERR_FORMAT, 0, "no group with this name"},
    {"\\k", JPK_ERR_FORMAT, 0, "\\k needs the name"},
    {"(?<a>b)(?<a>c)", JPK_ERR_FORMAT, 7, "same name"},
    {"(?<>a)", JPK_ERR_FORMAT, 0, "needs a name"},
    {"(?<1>a)", JPK_ERR_FORMAT, 0, "name of a group"},
    {"(?<a", JPK_ERR_FORMAT, 0, "needs a name"},
    {"(?P<a>b)", JPK_ERR_FORMAT, 0, "behind (?"},
    {"(?i)a", JPK_ERR_FORMAT, 0, "behind (?"},
    {"a(?i:b)", JPK_ERR_FORMAT, 1, "behind (?"},
    {"(?>a)", JPK_ERR_FORMAT, 0, "behind (?"},
    {"(?#a)", JPK_ERR_FORMAT, 0, "behind (?"},
    {"(?|a)", JPK_ERR_FORMAT, 0, "behind (?"},
    {"(?R)", JPK_ERR_FORMAT, 0, "behind (?"},
    {"(?(1)a)", JPK_ERR_FORMAT, 0, "behind (?"},
    {"(?", JPK_ERR_FORMAT, 0, "behind (?"},
    {"(*ACCEPT)", JPK_ERR_FORMAT, 1, "nothing to repeat"},
    {"(*UTF)a", JPK_ERR_FORMAT, 1, "nothing to repeat"},
    {"a++", JPK_ERR_FORMAT, 2, "nothing to repeat"},
    {"a**", JPK_ERR_FORMAT, 2, "nothing to repeat"},
    {"a{1}+", JPK_ERR_FORMAT, 4, "nothing to repeat"},
    {"*", JPK_ERR_FORMAT, 0, "nothing to repeat"},
    {"^*", JPK_ERR_FORMAT, 1, "nothing to repeat"},
    {"$+", JPK_ERR_FORMAT, 1, "nothing to repeat"},
    {"\\b?", JPK_ERR_FORMAT, 2, "nothing to repeat"},
    {"(?=a)*", JPK_ERR_FORMAT, 5, "nothing to repeat"},
    {"(?<=a){2}", JPK_ERR_FORMAT, 6, "backslash in front"},
    {"{2}", JPK_ERR_FORMAT, 0, "backslash in front"},
    {"a{", JPK_ERR_FORMAT, 1, "one or two numbers"},
    {"a{,2}", JPK_ERR_FORMAT, 1, "one or two numbers"},
    {"a{2,1}", JPK_ERR_FORMAT, 1, "out of order"},
    {"a}", JPK_ERR_FORMAT, 1, "backslash in front"},
    {"a]", JPK_ERR_FORMAT, 1, "backslash in front"},
    {"[[:alpha:]]", JPK_ERR_FORMAT, 10, "backslash in front"},
    {"a[b", JPK_ERR_FORMAT, 1, "class without"},
    {"[b-a]", JPK_ERR_FORMAT, 1, "before it begins"},
    {"[\\w-.]", JPK_ERR_FORMAT, 1, "a range needs"},
    {"[a-\\d]", JPK_ERR_FORMAT, 1, "a range needs"},
    {"a(b(c)", JPK_ERR_FORMAT, 1, "without its )"},
    {"a)", JPK_ERR_FORMAT, 1, "without its ("},
    {"^(abc]", JPK_ERR_FORMAT, 5, "backslash in front"},
    {"\\p", JPK_ERR_FORMAT, 0, "property"},
    {"\\pL", JPK_ERR_FORMAT, 0, "property"},
    {"\\p{L", JPK_ERR_FORMAT, 0, "property"},
    {"\\p{^L}", JPK_ERR_FORMAT, 0, "property"},
    {"\\p{}", JPK_ERR_FORMAT, 0, "no such property"},
    {"\\p{letter}", JPK_ERR_FORMAT, 0, "no such property"},
    {"\\p{Greek}", JPK_ERR_FORMAT, 0, "no such property"},
    {"\\p{sc=greek}", JPK_ERR_FORMAT, 0, "no such property"},
    {"\\p{L=L}", JPK_ERR_FORMAT, 0, "no such property"},
    {"\\p{gc=}", JPK_ERR_FORMAT, 0, "no such property"},
    {"[\\p{L&}]", JPK_ERR_FORMAT, 1, "property"},
    {"\\p{Xan}", JPK_ERR_FORMAT, 0, "no such property"},
    /* patterns that are valid, but not supported */
    {"(?<=a+)b", JPK_ERR_LIMIT, 0, "lookbehind"},
    {"(a)b(?<=\\1)", JPK_ERR_LIMIT, 8, "in lookbehind"},
    {"\\p{sc=Kawi}", JPK_ERR_LIMIT, 0, "not supported"},
    {"\\p{Changes_When_NFKC_Casefolded}", JPK_ERR_LIMIT, 0, "not supported"},
    {"(?:a{100000})", JPK_ERR_LIMIT, 0, "not supported"},
    {"(?:(?:(?:ab){999}){999}){999}", JPK_ERR_LIMIT, 0, "not supported"},
};

static void test_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        struct jpk_error err = {0};
        size_t n = strlen(errors[i].pattern);
        assert_null(pattern_compile(errors[i].pattern, n, 0, &err));
        if (err.code != errors[i].code || !err.has_offset || err.offset != (uint64_t)errors[i].offset ||
            !strstr(err.message, errors[i].message))
            fail_msg("%s: %s at %d: %s", errors[i].pattern, jpk_code_name(err.code), (int)err.offset, err.message);
        assert_true(pattern_valid(errors[i].pattern, n) == (err.code == JPK_ERR_LIMIT));
        assert_null(pattern_compile(errors[i].pattern, n, 0, NULL));
    }
}

/* Every beginning of every pattern of this file is looked at: no crash, no read beyond it. */
static void test_beginnings(void **state)
{
    (void)state;
    size_t valid = 0, compiled = 0;
    for (size_t i = 0; i < sizeof matches / sizeof matches[0] + sizeof errors / sizeof errors[0]; i++) {
        size_t of_matches = sizeof matches / sizeof matches[0];
        const char *text = i < of_matches ? matches[i].pattern : errors[i - of_matches].pattern;
        for (size_t n = 0; n < strlen(text); n++) {
            char *copy = malloc(n ? n : 1);
            assert_non_null(copy);
            memcpy(copy, text, n);
            struct pattern *pattern = pattern_compile(copy, n, PATTERN_LENIENT, NULL);
            valid += pattern_valid(copy, n);
            compiled += pattern != NULL;
            pattern_free(pattern);
            free(copy);
        }
    }
    assert_true(valid > 400);
    assert_true(compiled > valid);
}

/* ----------------------------------------------------------------------------------------------------------- lenient
 */

static void test_lenient(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *yes, *no;
    } lenient[] = {
        {"^\\-\\_\\@\\\"\\#\\&$", "-_@\"#&", "a"},
        {"^[\\w-.]+$", "a-.", "/"},
        {"^[.-\\d]+$", "5-.", "/"},
        {"^[\\d-\\w]+$", "5-a", "/"},
        {"^[\\w-\\ud83d]+$", "a-", "/"},
        {"^[\\ud83d-\\w]+$", "a-", "/"},
        {"^{a}$", "{a}", "a"},
        {"^a{,2}$", "a{,2}", "a"},
        {"^]}$", "]}", "]"},
        {"^[\\_]+$", "_", "\\"},
        {"^a{2}$", "aa", "a{2}"},
    };
    struct pattern_scratch scratch = {0};
    for (size_t i = 0; i < sizeof lenient / sizeof lenient[0]; i++) {
        struct jpk_error err = {0};
        const char *text = lenient[i].pattern;
        struct pattern *pattern = pattern_compile(text, strlen(text), PATTERN_LENIENT, &err);
        if (!pattern)
            fail_msg("%s: %s", text, err.message);
        assert_int_equal(match(pattern, &scratch, lenient[i].yes, strlen(lenient[i].yes)), PATTERN_MATCH);
        assert_int_equal(match(pattern, &scratch, lenient[i].no, strlen(lenient[i].no)), PATTERN_NO_MATCH);
        pattern_free(pattern);
    }
    static const char *const still_wrong[] = {"\\a", "\\Q", "a++", "(?i)", "a{2,1}", "\\1", "[b-a]"};
    for (size_t i = 0; i < sizeof still_wrong / sizeof still_wrong[0]; i++)
        assert_null(pattern_compile(still_wrong[i], strlen(still_wrong[i]), PATTERN_LENIENT, NULL));
    pattern_scratch_free(&scratch);
}

/* ------------------------------------------------------------------------------------------------------------ limits
 */

/* `count` times a piece, and an end. */
static void repeat(struct buf *out, const char *piece, size_t count, const char *end)
{
    buf_clear(out);
    for (size_t i = 0; i < count; i++)
        buf_puts(out, piece);
    buf_puts(out, end);
}

/* Patterns that take backtracking engines for ever get their answer, and at once. */
static void test_catastrophic(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *piece;
        size_t count;
        const char *end;
        enum pattern_result expected;
    } texts[] = {
        {"(a+)+$", "a", 40, "b", PATTERN_NO_MATCH},
        {"^(a+)+$", "a", 40, "b", PATTERN_NO_MATCH},
        {"^(a+)+$", "a", 1000000, "b", PATTERN_NO_MATCH},
        {"^(a+)+$", "a", 1000000, "", PATTERN_MATCH},
        {"^(a{2,})+$", "a", 100000, "b", PATTERN_NO_MATCH},
        {"^(a|aa)+$", "a", 100000, "b", PATTERN_NO_MATCH},
        {"^(a|a)*$", "a", 60, "b", PATTERN_NO_MATCH},
        {"(x+x+)+y", "x", 100000, "", PATTERN_NO_MATCH},
        {"a*a*a*a*[bc]", "a", 200000, "", PATTERN_NO_MATCH},
        {"(.*)*(.*)*(.*)*[12]", "a", 100000, "", PATTERN_NO_MATCH},
        {"^(([a-z])+.)+[A-Z]([a-z])+$", "a", 100000, "", PATTERN_NO_MATCH},
        {"^(?:[a-z]+\\s)*$", "hello ", 100000, "", PATTERN_MATCH},
        {"\\S+@\\S+\\.\\S+", "hello world ", 100000, "", PATTERN_NO_MATCH},
        {"\\S+@\\S+\\.\\S+", "hello world ", 100000, "a@b.c", PATTERN_MATCH},
        {"^([a-z]+)+\\1$", "a", 40, "B", PATTERN_LIMIT}, /* references need backtracking */
        {"(?=.*x)[ab]+c", "a", 100000, "", PATTERN_LIMIT},
        {"(?:a?){200}a{200}b", "a", 100000, "", PATTERN_LIMIT},
    };
    struct pattern_scratch scratch = {0};
    struct buf text = {0};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct pattern *pattern = compile(texts[i].pattern, strlen(texts[i].pattern));
        repeat(&text, texts[i].piece, texts[i].count, texts[i].end);
        alarm(20); /* some run for years without a limit */
        if (match(pattern, &scratch, text.data, text.size) != texts[i].expected)
            fail_msg("%s: should be %d", texts[i].pattern, texts[i].expected);
        alarm(0);
        pattern_free(pattern);
    }
    buf_free(&text);
    pattern_scratch_free(&scratch);
}

/* A text on which the backtracking engine needs more stack than JIT's code has. */
static void test_long_text_with_references(void **state)
{
    (void)state;
    struct pattern_scratch scratch = {0};
    struct buf text = {0};
    struct pattern *pattern = compile("^(?:(a)|b)*\\1$", 14);
    repeat(&text, "ab", 20000, "a");
    assert_int_equal(match(pattern, &scratch, text.data, text.size), PATTERN_MATCH);
    scratch.match_limit = 1000;
    assert_int_equal(match(pattern, &scratch, text.data, text.size), PATTERN_LIMIT);
    pattern_scratch_free(&scratch); /* memory that is there already does not count */
    scratch.match_limit = 0;
    scratch.heap_limit = 1;
    assert_int_equal(match(pattern, &scratch, text.data, text.size), PATTERN_LIMIT);
    pattern_free(pattern);
    buf_free(&text);
    pattern_scratch_free(&scratch);
}

static void test_deep_and_long(void **state)
{
    (void)state;
    struct buf text = {0}, closing = {0};
    for (size_t depth = 199; depth <= 201; depth++) {
        repeat(&closing, ")", depth, "");
        repeat(&text, "(", depth, "a");
        buf_puts(&text, closing.data);
        struct jpk_error err = {0};
        struct pattern *pattern = pattern_compile(text.data, text.size, 0, &err);
        assert_true(pattern_valid(text.data, text.size));
        assert_true((pattern != NULL) == (depth <= PATTERN_DEPTH));
        assert_int_equal(err.code, depth <= PATTERN_DEPTH ? JPK_OK : JPK_ERR_LIMIT);
        pattern_free(pattern);
    }
    repeat(&closing, ")", 100000, "");
    repeat(&text, "(\\1", 100000, "");
    assert_false(pattern_valid(text.data, text.size));
    assert_null(pattern_compile(text.data, 200000, 0, NULL));
    buf_puts(&text, closing.data);
    assert_true(pattern_valid(text.data, text.size));
    struct jpk_error err = {0};
    assert_null(pattern_compile(text.data, text.size, 0, &err));
    assert_string_equal(err.message, "the pattern is longer than 256 KiB");
    buf_free(&text);
    buf_free(&closing);
}

/* ----------------------------------------------------------------------------------------------------------- threads
 */

static void *match_often(void *argument)
{
    const struct pattern *pattern = argument;
    struct pattern_scratch scratch = {0};
    size_t wrong = 0;
    for (int i = 0; i < 20000; i++) {
        wrong += pattern_match(pattern, &scratch, "abab12", 6) != PATTERN_MATCH;
        wrong += pattern_match(pattern, &scratch, "abab1x", 6) != PATTERN_NO_MATCH;
    }
    pattern_scratch_free(&scratch);
    return wrong ? argument : NULL;
}

static void test_threads(void **state)
{
    (void)state;
    struct pattern *pattern = compile("^(ab)+\\d{2}$", 12);
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, match_often, pattern), 0);
    for (size_t i = 0; i < 4; i++) {
        void *wrong;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    pattern_free(pattern);
}

/* -------------------------------------------------------------------------------------------------------- properties
 */

/* All general categories and what has no newer Unicode behind it are properties of PCRE2 too. */
static void test_properties(void **state)
{
    (void)state;
    static const char *const supported[] = {
        "L",
        "Letter",
        "LC",
        "Cased_Letter",
        "Combining_Mark",
        "digit",
        "punct",
        "cntrl",
        "Cs",
        "Surrogate",
        "Cn",
        "ASCII",
        "AHex",
        "Alpha",
        "Any",
        "Assigned",
        "Bidi_C",
        "Bidi_M",
        "CI",
        "Cased",
        "CWCF",
        "CWCM",
        "CWL",
        "CWT",
        "CWU",
        "Dash",
        "DI",
        "Dep",
        "Dia",
        "Emoji",
        "EComp",
        "EMod",
        "EBase",
        "EPres",
        "ExtPict",
        "Ext",
        "Gr_Base",
        "Gr_Ext",
        "Hex",
        "IDSB",
        "IDST",
        "IDC",
        "IDS",
        "Ideo",
        "Join_C",
        "LOE",
        "Lower",
        "Math",
        "NChar",
        "Pat_Syn",
        "Pat_WS",
        "QMark",
        "Radical",
        "RI",
        "STerm",
        "SD",
        "Term",
        "UIdeo",
        "Upper",
        "VS",
        "space",
        "XIDC",
        "XIDS",
        "sc=Latn",
        "sc=Zyyy",
        "Script=Inherited",
        "sc=Qaai",
        "scx=Qaac",
        "Script_Extensions=Old_South_Arabian",
        "sc=Nkoo",
        "sc=Nko",
        "sc=Phags_Pa",
        "sc=Vithkuqi",
        "sc=Zzzz",
    };
    for (size_t i = 0; i < sizeof supported / sizeof supported[0]; i++) {
        char text[256];
        snprintf(text, sizeof text, "\\p{%s}\\P{%s}[\\p{%s}][^\\P{%s}a]", supported[i], supported[i], supported[i],
                 supported[i]);
        pattern_free(compile(text, strlen(text)));
    }
}

/* ------------------------------------------------------------------------------------------------------------- suite
 */

struct count {
    size_t passed, total;
};

/* Whether a case's data is valid by `pattern` or by `patternProperties`, as far as these tests use them. */
static bool valid(const struct pattern *pattern, bool of_names, json_t *properties, json_t *data)
{
    struct pattern_scratch scratch = {0};
    bool ok = true;
    if (!of_names) {
        ok = !json_is_string(data) ||
             match(pattern, &scratch, json_string_value(data), json_string_length(data)) == PATTERN_MATCH;
    } else if (json_is_object(data)) {
        const char *name;
        json_t *value;
        json_object_foreach(data, name, value)
        {
            bool matched = match(pattern, &scratch, name, strlen(name)) == PATTERN_MATCH;
            const char *type = json_string_value(json_object_get(properties, "type"));
            ok = ok && (type ? !matched || json_is_integer(value) : matched);
        }
    }
    pattern_scratch_free(&scratch);
    return ok;
}

static void run_case(json_t *one, struct count *count)
{
    json_t *schema = json_object_get(one, "schema"), *names = json_object_get(schema, "patternProperties"), *test;
    json_t *simple = json_object_get(schema, "pattern");
    const char *text = names ? json_object_iter_key(json_object_iter(names)) : json_string_value(simple);
    struct pattern *pattern = compile(text, strlen(text));
    size_t i;
    json_array_foreach(json_object_get(one, "tests"), i, test)
    {
        bool got = valid(pattern, names, json_object_get(names, text), json_object_get(test, "data"));
        bool ok = got == json_is_true(json_object_get(test, "valid"));
        if (!ok)
            printf("%s: %s\n", text, json_string_value(json_object_get(test, "description")));
        count->passed += ok;
        count->total++;
    }
    pattern_free(pattern);
}

static void test_suite(void **state)
{
    (void)state;
    static const char *const files[] = {"pattern.json", "optional/ecmascript-regex.json",
                                        "optional/non-bmp-regex.json"};
    if (!suite_there())
        skip();
    for (int draft = 0; draft < JPK_DRAFTS; draft++) {
        struct count count = {0};
        for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
            json_t *cases = suite_load((enum jpk_draft)draft, files[i]), *one;
            size_t j;
            json_array_foreach(cases, j, one) run_case(one, &count);
            json_decref(cases);
        }
        printf("%s: %zu of %zu pattern tests\n", suite_drafts[draft], count.passed, count.total);
        assert_int_equal(count.passed, count.total);
        assert_true(count.total >= 80);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_beginnings),
        cmocka_unit_test(test_lenient),
        cmocka_unit_test(test_catastrophic),
        cmocka_unit_test(test_long_text_with_references),
        cmocka_unit_test(test_deep_and_long),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_properties),
        cmocka_unit_test(test_suite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
