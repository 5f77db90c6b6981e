/* The read-only JSON document: base/json.h. */
#include <dirent.h>
#include <ftw.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "base/json_write.h"

/* ------------------------------------------------------------------------------------------------------------ helpers
 */

/* A copy without a byte behind it, so that the sanitizer sees reads that go too far. */
static char *exact_copy(const char *text, size_t n)
{
    char *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, text, n);
    return copy;
}

/* The document, which owns a copy of the text. */
static struct jdoc parse_bytes(const char *text, size_t n)
{
    struct jdoc doc = {0};
    struct jpk_error err = {0};
    char *copy = exact_copy(text, n);
    if (!jdoc_parse(&doc, copy, n, NULL, &err))
        fail_msg("%.200s: %u:%u: %s", text, (unsigned)err.line, (unsigned)err.column, err.message);
    assert_int_equal(err.code, JPK_OK);
    doc.own = copy;
    return doc;
}

static struct jdoc parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

static struct jpk_error refuse_bytes(const char *text, size_t n, const struct jdoc_options *options)
{
    struct jdoc doc;
    memset(&doc, 0x5a, sizeof doc);
    struct jdoc before = doc;
    struct jpk_error err = {0};
    char *copy = exact_copy(text, n);
    if (jdoc_parse(&doc, copy, n, options, &err))
        fail_msg("accepted: %.200s", text);
    assert_false(jdoc_parse(&doc, copy, n, options, NULL));
    assert_memory_equal(&doc, &before, sizeof doc); /* untouched */
    free(copy);
    return err;
}

static void assert_error(const struct jpk_error *err, enum jpk_code code, uint64_t offset, uint32_t line,
                         uint32_t column, const char *message)
{
    assert_string_equal(err->message, message);
    assert_string_equal(jpk_code_name(err->code), jpk_code_name(code));
    assert_true(err->has_offset);
    assert_int_equal(err->offset, offset);
    assert_int_equal(err->line, line);
    assert_int_equal(err->column, column);
}

static void assert_string_node(const struct jdoc *doc, uint32_t node, const char *bytes, size_t n)
{
    assert_int_equal(jdoc_type(doc, node), JDOC_STRING);
    assert_int_equal(jdoc_string_size(doc, node), n);
    assert_memory_equal(jdoc_string(doc, node), bytes, n);
}

static bool equal_texts(const char *a, const char *b)
{
    struct jdoc first = parse(a), second = parse(b);
    bool equal = jdoc_equal(&first, 0, &second, 0);
    assert_int_equal(jdoc_equal(&second, 0, &first, 0), equal);
    assert_int_equal(jdoc_hash(&first, 0) == jdoc_hash(&second, 0), equal);
    jdoc_free(&first);
    jdoc_free(&second);
    return equal;
}

static uint64_t state = 42;

static uint32_t next(uint32_t below)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

/* `n` times the same text. */
static void repeat(struct buf *out, const char *text, size_t n)
{
    while (n-- > 0)
        buf_puts(out, text);
}

/* ------------------------------------------------------------------------------------------------------- the grammar
 */

static void test_tree(void **test_state)
{
    (void)test_state;
    struct jdoc doc =
        parse(" {\"a\" : [1, true, false,null , \"x\\ny\"],\r\n\t\"b\": {}, \"c\":[ ], \"d\": -0.5e+1 } ");
    assert_int_equal(doc.count, 14);
    assert_int_equal(jdoc_type(&doc, 0), JDOC_OBJECT);
    assert_int_equal(doc.nodes[0].start, 1);
    assert_int_equal(jdoc_next(&doc, 0), 14);
    assert_int_equal(jdoc_count(&doc, 0), 4);
    assert_string_node(&doc, 1, "a", 1);
    assert_true(doc.nodes[1].flags & JDOC_KEY);
    assert_int_equal(jdoc_count(&doc, 1), 0);
    assert_int_equal(jdoc_type(&doc, 2), JDOC_ARRAY);
    assert_int_equal(jdoc_count(&doc, 2), 5);
    assert_int_equal(jdoc_next(&doc, 2), 8);
    assert_int_equal(jdoc_type(&doc, 3), JDOC_NUMBER);
    assert_int_equal(jdoc_type(&doc, 4), JDOC_TRUE);
    assert_int_equal(jdoc_type(&doc, 5), JDOC_FALSE);
    assert_int_equal(jdoc_type(&doc, 6), JDOC_NULL);
    assert_string_node(&doc, 7, "x\ny", 3);
    assert_int_equal(jdoc_type(&doc, 9), JDOC_OBJECT);
    assert_int_equal(jdoc_count(&doc, 9), 0);
    assert_int_equal(jdoc_next(&doc, 9), 10);
    assert_int_equal(jdoc_count(&doc, 11), 0);
    assert_int_equal(jdoc_number_size(&doc, 13), 7);
    assert_memory_equal(jdoc_number(&doc, 13), "-0.5e+1", 7);
    struct text_position at = jdoc_position(&doc, 8);
    assert_int_equal(at.line, 2);
    assert_int_equal(at.column, 2);
    assert_int_equal(jdoc_element(&doc, 2, 4), 7);
    assert_int_equal(jdoc_element(&doc, 2, 5), JDOC_NONE);
    assert_int_equal(jdoc_element(&doc, 0, 0), JDOC_NONE);
    assert_int_equal(jdoc_get(&doc, 0, "d", 1), 13);
    assert_int_equal(jdoc_get(&doc, 0, "e", 1), JDOC_NONE);
    assert_int_equal(jdoc_get(&doc, 2, "a", 1), JDOC_NONE);
    assert_int_equal(jdoc_get_hashed(&doc, 0, "b", 1, jdoc_key_hash("b", 1)), 9);
    jdoc_free(&doc);
    assert_null(doc.nodes);
    jdoc_free(&doc);
    jdoc_free(NULL);
}

static void test_scalars_alone(void **test_state)
{
    (void)test_state;
    static const struct {
        const char *text;
        enum jdoc_type type;
    } cases[] = {{"null", JDOC_NULL},   {" true ", JDOC_TRUE}, {"false\n", JDOC_FALSE},
                 {"0", JDOC_NUMBER},    {"-0", JDOC_NUMBER},   {"1e5", JDOC_NUMBER},
                 {"\"\"", JDOC_STRING}, {"[]", JDOC_ARRAY},    {"\t{\r\n}", JDOC_OBJECT}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jdoc doc = parse(cases[i].text);
        assert_int_equal(jdoc_type(&doc, 0), cases[i].type);
        assert_int_equal(doc.count, 1);
        jdoc_free(&doc);
    }
}

static const struct {
    const char *text;
    enum jpk_code code;
    uint64_t offset;
    uint32_t line, column;
    const char *message;
} refused[] = {
    {"", JPK_ERR_JSON, 0, 1, 1, "empty: there is no value"},
    {"  \n ", JPK_ERR_JSON, 4, 2, 2, "empty: there is no value"},
    {"[1,]", JPK_ERR_JSON, 2, 1, 3, "a trailing comma: nothing follows it but ']'"},
    {"{\"a\":1,}", JPK_ERR_JSON, 6, 1, 7, "a trailing comma: nothing follows it but '}'"},
    {"{\"a\":1,\n ,}", JPK_ERR_JSON, 9, 2, 2, "expected a key in double quotes, found ','"},
    {"[1 2]", JPK_ERR_JSON, 3, 1, 4, "expected ',' or ']' behind an element, found '2'"},
    {"[1,,2]", JPK_ERR_JSON, 3, 1, 4, "expected a value, found ','"},
    {"[,1]", JPK_ERR_JSON, 1, 1, 2, "expected a value, found ','"},
    {"{,}", JPK_ERR_JSON, 1, 1, 2, "expected a key in double quotes, found ','"},
    {"{\"a\" 1}", JPK_ERR_JSON, 5, 1, 6, "expected ':' behind a key, found '1'"},
    {"{\"a\":}", JPK_ERR_JSON, 5, 1, 6, "expected a value, found '}'"},
    {"{a:1}", JPK_ERR_JSON, 1, 1, 2, "a key without quotes; keys are in double quotes"},
    {"{'a':1}", JPK_ERR_JSON, 1, 1, 2, "single quotes: strings and keys are in double quotes"},
    {"['a']", JPK_ERR_JSON, 1, 1, 2, "single quotes: strings and keys are in double quotes"},
    {"// x\n1", JPK_ERR_JSON, 0, 1, 1, "a comment: JSON has none"},
    {"[1 /* x */]", JPK_ERR_JSON, 3, 1, 4, "a comment: JSON has none"},
    {"# c", JPK_ERR_JSON, 0, 1, 1, "a comment: JSON has none"},
    {"{\"a\":1 \"b\":2}", JPK_ERR_JSON, 7, 1, 8, "expected ',' or '}' behind a member, found '\"'"},
    {"[1", JPK_ERR_JSON, 2, 1, 3,
     "expected the ']' of the array that begins on line 1, column 1, found the end of the text"},
    {"[", JPK_ERR_JSON, 1, 1, 2, "expected a value, found the end of the text"},
    {"{", JPK_ERR_JSON, 1, 1, 2, "expected a key in double quotes, found the end of the text"},
    {"{\"a\"", JPK_ERR_JSON, 4, 1, 5, "expected ':' behind a key, found the end of the text"},
    {"{\"a\":", JPK_ERR_JSON, 5, 1, 6, "expected a value, found the end of the text"},
    {"{\"a\":1", JPK_ERR_JSON, 6, 1, 7,
     "expected the '}' of the object that begins on line 1, column 1, found the end of the text"},
    {"[1}", JPK_ERR_JSON, 2, 1, 3, "expected the ']' of the array that begins on line 1, column 1, found '}'"},
    {"{\"a\":1]", JPK_ERR_JSON, 6, 1, 7, "expected the '}' of the object that begins on line 1, column 1, found ']'"},
    {"{\"a\":[1}", JPK_ERR_JSON, 7, 1, 8, "expected the ']' of the array that begins on line 1, column 6, found '}'"},
    {"1 2", JPK_ERR_JSON, 2, 1, 3, "expected the end of the text behind its value, found '2'"},
    {"1]", JPK_ERR_JSON, 1, 1, 2, "expected the end of the text behind its value, found ']'"},
    {"{} {}", JPK_ERR_JSON, 3, 1, 4, "expected the end of the text behind its value, found '{'"},
    {"NaN", JPK_ERR_JSON, 0, 1, 1, "NaN: not a number that JSON has"},
    {"[Infinity]", JPK_ERR_JSON, 1, 1, 2, "Infinity: not a number that JSON has"},
    {"-Infinity", JPK_ERR_JSON, 1, 1, 2, "expected a digit behind '-', found 'I'"},
    {"True", JPK_ERR_JSON, 0, 1, 1, "True: JSON has true, in lower case"},
    {"NULL", JPK_ERR_JSON, 0, 1, 1, "NULL: JSON has null, in lower case"},
    {"None", JPK_ERR_JSON, 0, 1, 1, "None: JSON has null"},
    {"undefined", JPK_ERR_JSON, 0, 1, 1, "undefined: JSON has null"},
    {"foo", JPK_ERR_JSON, 0, 1, 1, "a word without quotes; strings are in double quotes"},
    {"truex", JPK_ERR_JSON, 0, 1, 1, "truex: a word without quotes; strings are in double quotes"},
    {"tru", JPK_ERR_JSON, 0, 1, 1, "tru: a word without quotes; strings are in double quotes"},
    {"nul", JPK_ERR_JSON, 0, 1, 1, "nul: a word without quotes; strings are in double quotes"},
    {"+1", JPK_ERR_JSON, 0, 1, 1, "a plus sign: numbers have none"},
    {".5", JPK_ERR_JSON, 0, 1, 1, "a number begins with a digit, not with '.'"},
    {"01", JPK_ERR_JSON, 0, 1, 1, "a number with a leading zero"},
    {"-", JPK_ERR_JSON, 1, 1, 2, "expected a digit behind '-', found the end of the text"},
    {"-a", JPK_ERR_JSON, 1, 1, 2, "expected a digit behind '-', found 'a'"},
    {"1.", JPK_ERR_JSON, 2, 1, 3, "expected a digit behind '.', found the end of the text"},
    {"1.e5", JPK_ERR_JSON, 2, 1, 3, "expected a digit behind '.', found 'e'"},
    {"1e", JPK_ERR_JSON, 2, 1, 3, "expected a digit in the exponent of a number, found the end of the text"},
    {"1e+", JPK_ERR_JSON, 3, 1, 4, "expected a digit in the exponent of a number, found the end of the text"},
    {"0x10", JPK_ERR_JSON, 1, 1, 2, "expected the end of the text behind its value, found 'x'"},
    {"1e1234567890123456789", JPK_ERR_LIMIT, 1, 1, 2, "an exponent of more than 18 digits"},
    {"\"abc", JPK_ERR_JSON, 0, 1, 1, "a string without an end"},
    {"\"a\nb\"", JPK_ERR_JSON, 2, 1, 3,
     "a line break in a string: is a quote missing? If it belongs there it is written \\n"},
    {"\"a\tb\"", JPK_ERR_JSON, 2, 1, 3, "a tab in a string: it is written \\t"},
    {"\"a\001b\"", JPK_ERR_JSON, 2, 1, 3, "control character U+0001 in a string: it is written \\u0001"},
    {"\"\\x\"", JPK_ERR_JSON, 1, 1, 2, "a backslash that begins no escape of JSON; a backslash itself is written \\\\"},
    {"\"\\u12\"", JPK_ERR_JSON, 1, 1, 2, "\\u without four hexadecimal digits behind it"},
    {"\"\\ud800\"", JPK_ERR_JSON, 1, 1, 2, "\\ud800 is half of a surrogate pair, and its other half is not behind it"},
    {"\"\\udc00\"", JPK_ERR_JSON, 1, 1, 2, "\\udc00 is half of a surrogate pair, and its other half is not before it"},
    {"\"\\ud800\\u0041\"", JPK_ERR_JSON, 1, 1, 2,
     "\\ud800 is half of a surrogate pair, and its other half is not behind it"},
    {"\"\\ud800\\n\"", JPK_ERR_JSON, 1, 1, 2,
     "\\ud800 is half of a surrogate pair, and its other half is not behind it"},
    {"\"\\", JPK_ERR_JSON, 0, 1, 1, "a string without an end"},
    {"\"\\u", JPK_ERR_JSON, 1, 1, 2, "\\u without four hexadecimal digits behind it"},
    {"\"\xff\"", JPK_ERR_ENCODING, 1, 1, 2, "bytes in a string that are not UTF-8"},
    {"\"ab\xc3\"", JPK_ERR_ENCODING, 3, 1, 4, "bytes in a string that are not UTF-8"},
    {"\"\xed\xa0\x80\"", JPK_ERR_ENCODING, 1, 1, 2, "bytes in a string that are not UTF-8"},
    {"\"\xc0\xaf\"", JPK_ERR_ENCODING, 1, 1, 2, "bytes in a string that are not UTF-8"},
    {"\"\xf4\x90\x80\x80\"", JPK_ERR_ENCODING, 1, 1, 2, "bytes in a string that are not UTF-8"},
    {"\xef\xbb\xbf{}", JPK_ERR_ENCODING, 0, 1, 1, "begins with a byte order mark, which JSON must not have"},
    {"\xff\xfe{", JPK_ERR_ENCODING, 0, 1, 1, "not UTF-8, as JSON must be; it looks like UTF-16 or UTF-32"},
    {"[\xff]", JPK_ERR_ENCODING, 1, 1, 2, "expected a value, found byte 0xff, which is not UTF-8"},
    {"[1\x7f]", JPK_ERR_JSON, 2, 1, 3, "expected ',' or ']' behind an element, found control character U+007F"},
    {"[“a”]", JPK_ERR_JSON, 1, 1, 2, "typographic quotes: strings and keys are in plain double quotes"},
    {"[é]", JPK_ERR_JSON, 1, 1, 2, "expected a value, found 'é' (U+00E9)"},
    {"{1:2}", JPK_ERR_JSON, 1, 1, 2, "a key without quotes; keys are in double quotes"},
    {"[1:2]", JPK_ERR_JSON, 2, 1, 3, "expected ',' or ']' behind an element, found ':'"},
    {"]", JPK_ERR_JSON, 0, 1, 1, "expected a value, found ']'"},
    {"}", JPK_ERR_JSON, 0, 1, 1, "expected a value, found '}'"},
    {":", JPK_ERR_JSON, 0, 1, 1, "expected a value, found ':'"},
    {"[\"a\": 1]", JPK_ERR_JSON, 4, 1, 5, "expected ',' or ']' behind an element, found ':'"},
    {"{\"a\",1}", JPK_ERR_JSON, 4, 1, 5, "expected ':' behind a key, found ','"},
    {"\x01", JPK_ERR_JSON, 0, 1, 1, "expected a value, found control character U+0001"},
    {"tRue", JPK_ERR_JSON, 0, 1, 1, "tRue: JSON has true, in lower case"},
    {"{\"a\":1,,}", JPK_ERR_JSON, 7, 1, 8, "expected a key in double quotes, found ','"},
    {"{\"k\":tru}", JPK_ERR_JSON, 5, 1, 6, "tru: a word without quotes; strings are in double quotes"},
    {"[nulll]", JPK_ERR_JSON, 1, 1, 2, "nulll: a word without quotes; strings are in double quotes"},
    {"[null1]", JPK_ERR_JSON, 5, 1, 6, "expected ',' or ']' behind an element, found '1'"},
    {"[1a]", JPK_ERR_JSON, 2, 1, 3, "expected ',' or ']' behind an element, found 'a'"},
    {"[-]", JPK_ERR_JSON, 2, 1, 3, "expected a digit behind '-', found ']'"},
    {"{\"a\"\"b\"}", JPK_ERR_JSON, 4, 1, 5, "expected ':' behind a key, found '\"'"},
    {"{\"a\":1}}", JPK_ERR_JSON, 7, 1, 8, "expected the end of the text behind its value, found '}'"},
    {"[1]\n\n x", JPK_ERR_JSON, 6, 3, 2, "expected the end of the text behind its value, found 'x'"},
};

static void test_errors(void **test_state)
{
    (void)test_state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct jpk_error err = refuse_bytes(refused[i].text, strlen(refused[i].text), NULL);
        assert_error(&err, refused[i].code, refused[i].offset, refused[i].line, refused[i].column, refused[i].message);
    }
}

/* A good document cut anywhere, and with any byte in any place, is never read beyond its end. */
static void test_damaged(void **test_state)
{
    (void)test_state;
    static const char good[] = "{\"k\\u00e9y\":[-1.25e+3,true,null,\"\\ud83d\\ude00 \xc3\xa9\",{}],\"b\" : false}";
    for (size_t n = 0; n < sizeof good - 1; n++) {
        struct jpk_error err = refuse_bytes(good, n, NULL);
        assert_true(err.offset <= n);
    }
    size_t accepted = 0;
    for (size_t i = 0; i < sizeof good - 1; i++)
        for (int byte = 0; byte < 256; byte++) {
            struct jdoc doc = {0};
            char *copy = exact_copy(good, sizeof good - 1);
            copy[i] = (char)byte;
            accepted += jdoc_parse(&doc, copy, sizeof good - 1, NULL, NULL);
            jdoc_free(&doc);
            free(copy);
        }
    assert_int_equal(accepted, 893);
}

static void test_first_error_wins(void **test_state)
{
    (void)test_state;
    struct jdoc doc = {0};
    struct jpk_error err = {.code = JPK_ERR_READ, .message = "earlier"};
    assert_false(jdoc_parse(&doc, "[", 1, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_READ);
    assert_string_equal(err.message, "earlier");
    assert_false(err.has_offset);
    assert_int_equal(err.line, 0);
}

static void test_limits(void **test_state)
{
    (void)test_state;
    static const struct jdoc_options shallow = {.depth = 2, .depth_name = "--max-depth"};
    static const struct jdoc_options deep = {.depth = 1000000};
    static const struct jdoc_options small = {.size = 4, .size_name = "--max-file"};
    struct buf text = {0};
    repeat(&text, "[", JDOC_DEPTH);
    repeat(&text, "]", JDOC_DEPTH);
    struct jdoc doc = parse(text.data);
    assert_int_equal(doc.count, JDOC_DEPTH);
    jdoc_free(&doc);

    buf_clear(&text);
    repeat(&text, "{\"a\":", JDOC_DEPTH);
    buf_puts(&text, "1");
    repeat(&text, "}", JDOC_DEPTH);
    doc = parse(text.data);
    jdoc_free(&doc);

    buf_clear(&text);
    repeat(&text, "[", 1000000); /* quick, and not 24 MB of nodes */
    struct jpk_error err = refuse_bytes(text.data, text.size, NULL);
    assert_error(&err, JPK_ERR_LIMIT, 1000, 1, 1001, "nested more than 1000 levels deep");
    err = refuse_bytes("[[[]]]", 6, &shallow);
    assert_error(&err, JPK_ERR_LIMIT, 2, 1, 3, "nested more than 2 levels deep (--max-depth)");
    err = refuse_bytes(text.data, text.size, &deep);
    assert_error(&err, JPK_ERR_LIMIT, JDOC_DEPTH_MAX, 1, JDOC_DEPTH_MAX + 1, "nested more than 4096 levels deep");

    err = refuse_bytes("12345", 5, &small);
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    assert_string_equal(err.message, "larger than 4 bytes (--max-file)");
    assert_true(jdoc_parse(&doc, "1234", 4, &small, NULL));
    jdoc_free(&doc);
    assert_false(jdoc_parse(&doc, "1", UINT32_MAX, NULL, &err)); /* not looked at */
    buf_free(&text);
}

/* ------------------------------------------------------------------------------------------------------------ strings
 */

static void test_strings(void **test_state)
{
    (void)test_state;
    static const struct {
        const char *text, *bytes;
        size_t n;
        uint32_t characters;
    } cases[] = {
        {"\"\"", "", 0, 0},
        {"\"plain\"", "plain", 5, 5},
        {"\"a string that is longer than sixteen\"", "a string that is longer than sixteen", 36, 36},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8, 8},
        {"\"\\u0000\"", "\0", 1, 1},
        {"\"a\\u0000b\"", "a\0b", 3, 3},
        {"\"\\u00e9\\u00C9\"", "\xc3\xa9\xc3\x89", 4, 2},
        {"\"\\ud83d\\uDE00\"", "\xf0\x9f\x98\x80", 4, 1},
        {"\"\\uffff\\ud7ff\\ue000\"", "\xef\xbf\xbf\xed\x9f\xbf\xee\x80\x80", 9, 3},
        {"\"\\udbff\\udfff\"", "\xf4\x8f\xbf\xbf", 4, 1},
        {"\"na\xc3\xafve \\u65e5\xe6\x9c\xac\"", "na\xc3\xafve \xe6\x97\xa5\xe6\x9c\xac", 13, 8},
        {"\"\xef\xbb\xbf\"", "\xef\xbb\xbf", 3, 1}, /* a byte order mark inside is a character */
        {"\"\x7f\"", "\x7f", 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jdoc doc = parse(cases[i].text);
        assert_string_node(&doc, 0, cases[i].bytes, cases[i].n);
        assert_int_equal(jdoc_characters(&doc, 0), cases[i].characters);
        assert_int_equal((doc.nodes[0].flags & JDOC_ASCII) != 0, cases[i].n == cases[i].characters);
        assert_int_equal((doc.nodes[0].flags & JDOC_ESCAPED) != 0, strchr(cases[i].text, '\\') != NULL);
        assert_true(jdoc_string_is(&doc, 0, cases[i].bytes, cases[i].n));
        assert_false(jdoc_string_is(&doc, 0, "other", 5));
        jdoc_free(&doc);
    }
}

/* Every byte that ends a run, at every distance from the start of the string and from the end of the text. */
static void test_string_scan(void **test_state)
{
    (void)test_state;
    static const char *const middles[] = {"\\n", "\xc3\xa9", "\\u00e9", "]", "\x7f"};
    static const char *const decoded[] = {"\n", "\xc3\xa9", "\xc3\xa9", "]", "\x7f"};
    for (size_t before = 0; before < 40; before++)
        for (size_t behind = 0; behind < 20; behind++)
            for (size_t i = 0; i < sizeof middles / sizeof middles[0]; i++) {
                struct buf text = {0}, wanted = {0};
                repeat(&wanted, "a", before);
                buf_printf(&text, "\"%s%s", buf_text(&wanted), middles[i]);
                repeat(&text, "b", behind);
                buf_putc(&text, '"');
                buf_puts(&wanted, decoded[i]);
                repeat(&wanted, "b", behind);
                struct jdoc doc = parse(text.data);
                assert_string_node(&doc, 0, wanted.data, wanted.size);
                jdoc_free(&doc);
                text.data[before + 1] = 31;
                struct jpk_error err = refuse_bytes(text.data, text.size, NULL);
                assert_int_equal(err.offset, before + 1);
                text.data[before + 1] = (char)0xff;
                err = refuse_bytes(text.data, text.size, NULL);
                assert_int_equal(err.code, JPK_ERR_ENCODING);
                assert_int_equal(err.offset, before + 1);
                buf_free(&text);
                buf_free(&wanted);
            }
}

static void test_white_space(void **test_state)
{
    (void)test_state;
    static const char blanks[] = " \t\n\r";
    for (size_t n = 0; n < 50; n++) {
        struct buf space = {0}, text = {0};
        for (size_t i = 0; i < n; i++)
            buf_putc(&space, blanks[next(4)]);
        const char *s = buf_text(&space);
        buf_printf(&text, "%s[%s1%s,%s{%s\"a\"%s:%s[%s]%s}%s]%s", s, s, s, s, s, s, s, s, s, s, s);
        struct jdoc doc = parse(text.data);
        assert_int_equal(doc.count, 5);
        assert_int_equal(doc.nodes[1].start, 2 * n + 1);
        jdoc_free(&doc);
        buf_puts(&space, "\v");
        buf_clear(&text);
        buf_printf(&text, "%s1", space.data);
        struct jpk_error err = refuse_bytes(text.data, text.size, NULL);
        assert_int_equal(err.offset, n);
        buf_free(&space);
        buf_free(&text);
    }
}

/* Table 3-7 of the Unicode Standard, from both sides. */
static void test_utf8(void **test_state)
{
    (void)test_state;
    static const char *const good[] = {"\xc2\x80",         "\xdf\xbf",         "\xe0\xa0\x80", "\xec\xbf\xbf",
                                       "\xed\x9f\xbf",     "\xee\x80\x80",     "\xef\xbf\xbf", "\xf0\x90\x80\x80",
                                       "\xf3\xbf\xbf\xbf", "\xf4\x8f\xbf\xbf", "\xe2\x82\xac"};
    static const char *const bad[] = {
        "\x80", /* a continuation byte alone */
        "\xbf",
        "\xc2", /* cut short */
        "\xe0\xa0",
        "\xf0\x90\x80", /* the same */
        "\xc0\x80",
        "\xc1\xbf",         /* overlong: two bytes */
        "\xe0\x9f\xbf",     /* three */
        "\xf0\x8f\xbf\xbf", /* four */
        "\xed\xa0\x80",
        "\xed\xbf\xbf",     /* surrogates */
        "\xf4\x90\x80\x80", /* beyond U+10FFFF */
        "\xf5\x80\x80\x80", /* never in UTF-8 */
        "\xfe",
        "\xff", /* nor these */
        "\xc2\x41",
        "\xe2\x82\x41", /* a letter where a continuation byte belongs */
        "\xe2\x28\xa1",
        "\xf0\x28\x8c\xbc",
    };
    char text[32];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int n = snprintf(text, sizeof text, "\"x%sy\"", good[i]);
        struct jdoc doc = parse_bytes(text, (size_t)n);
        assert_int_equal(jdoc_characters(&doc, 0), 3);
        jdoc_free(&doc);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int n = snprintf(text, sizeof text, "\"x%s\"", bad[i]);
        struct jpk_error err = refuse_bytes(text, (size_t)n, NULL);
        assert_error(&err, JPK_ERR_ENCODING, 2, 1, 3, "bytes in a string that are not UTF-8");
        n = snprintf(text, sizeof text, "{\"\\n%s\":1}", bad[i]); /* behind an escape, in a key */
        err = refuse_bytes(text, (size_t)n, NULL);
        assert_error(&err, JPK_ERR_ENCODING, 4, 1, 5, "bytes in a string that are not UTF-8");
    }
    /* A character that an escape cuts in two is not one. */
    struct jpk_error err = refuse_bytes("\"\xc3\\n\xa9\"", 6, NULL);
    assert_int_equal(err.code, JPK_ERR_ENCODING);
    assert_int_equal(err.offset, 1);
}

static void test_nul(void **test_state)
{
    (void)test_state;
    static const struct jdoc_options options = {.reject_nul = true};
    struct jdoc doc = parse("{\"a\\u0000b\":1,\"a\":2}");
    assert_int_equal(jdoc_get(&doc, 0, "a\0b", 3), 2);
    assert_int_equal(jdoc_get(&doc, 0, "a", 1), 4);
    jdoc_free(&doc);
    struct jpk_error err = refuse_bytes("{\"a\\u0000b\":1}", 14, &options);
    assert_error(&err, JPK_ERR_JSON, 3, 1, 4, "\\u0000: a NUL character is not allowed here");
    err = refuse_bytes("[\"a\0b\"]", 7, NULL);
    assert_error(&err, JPK_ERR_JSON, 3, 1, 4, "control character U+0000 in a string: it is written \\u0000");
    err = refuse_bytes("[12\0]", 5, NULL);
    assert_error(&err, JPK_ERR_JSON, 3, 1, 4, "expected ',' or ']' behind an element, found control character U+0000");
    err = refuse_bytes("[\0001\0]\0", 6, NULL);
    assert_error(&err, JPK_ERR_ENCODING, 0, 1, 1, "not UTF-8, as JSON must be; it looks like UTF-16 or UTF-32");
    err = refuse_bytes("\0[\0]", 4, NULL);
    assert_int_equal(err.code, JPK_ERR_ENCODING);
}

static void test_long_strings(void **test_state)
{
    (void)test_state;
    enum { SIZE = 1 << 20 };
    struct buf text = {0};
    buf_puts(&text, "[\"");
    repeat(&text, "x", SIZE);
    buf_puts(&text, "\",\"");
    repeat(&text, "\\u00e9", SIZE);
    buf_puts(&text, "\"]");
    struct jdoc doc = parse(text.data);
    assert_int_equal(jdoc_string_size(&doc, 1), SIZE);
    assert_int_equal(jdoc_characters(&doc, 1), SIZE);
    assert_int_equal(jdoc_string_size(&doc, 2), 2 * SIZE);
    assert_int_equal(jdoc_characters(&doc, 2), SIZE);
    for (size_t i = 0; i < 2 * SIZE; i += 2)
        if (memcmp(jdoc_string(&doc, 2) + i, "\xc3\xa9", 2) != 0)
            fail_msg("wrong at %zu", i);
    jdoc_free(&doc);
    buf_free(&text);
}

/* ------------------------------------------------------------------------------------------------------------ objects
 */

static void test_duplicates(void **test_state)
{
    (void)test_state;
    static const struct jdoc_options options = {.reject_duplicates = true};
    /*                        0   1    2  3      4   5    6   7      8  9    10 */
    static const char text[] = "{\"a\":1,\"b\":{\"c\":2,\"c\":3},\n\"\\u0061\":4,\"a\":5}";
    struct jdoc doc = parse(text);
    assert_int_equal(doc.duplicate_count, 3);
    static const struct jdoc_duplicate wanted[] = {{5, 7}, {1, 9}, {1, 11}};
    assert_memory_equal(doc.duplicates, wanted, sizeof wanted);
    struct text_position at = jdoc_position(&doc, doc.duplicates[1].again);
    assert_int_equal(at.line, 2);
    assert_int_equal(at.column, 1);
    assert_int_equal(jdoc_count(&doc, 0), 2);
    assert_int_equal(doc.nodes[0].count, 4);
    assert_int_equal(jdoc_get(&doc, 0, "a", 1), 12); /* the last one counts */
    assert_true(jdoc_shadowed(&doc, 1));
    assert_true(jdoc_shadowed(&doc, 9));
    assert_false(jdoc_shadowed(&doc, 11));
    assert_true(jdoc_shadowed(&doc, 5));
    assert_int_equal(jdoc_get(&doc, 4, "c", 1), 8);
    struct jdoc same = parse("{\"b\":{\"c\":3},\"a\":5}");
    assert_true(jdoc_equal(&doc, 0, &same, 0));
    assert_true(jdoc_equal(&same, 0, &doc, 0));
    assert_true(jdoc_hash(&doc, 0) == jdoc_hash(&same, 0));
    jdoc_free(&same);
    jdoc_free(&doc);
    struct jpk_error err = refuse_bytes(text, sizeof text - 1, &options);
    assert_error(&err, JPK_ERR_JSON, 18, 1, 19, "the key \"c\" again: it is already on line 1, column 13");
}

/* The same in objects that have a hash table, in another order. */
static void test_duplicates_of_many(void **test_state)
{
    (void)test_state;
    static const struct jdoc_options options = {.reject_duplicates = true};
    enum { KEYS = 1000 };
    struct buf text = {0};
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < KEYS; i++)
            buf_printf(&text, "%c\"key%d\":%d", text.size ? ',' : '{', round == 1 ? KEYS - 1 - i : i, round * KEYS + i);
    buf_putc(&text, '}');
    struct jdoc doc = parse(text.data);
    assert_int_equal(doc.duplicate_count, 2 * KEYS);
    assert_int_equal(jdoc_count(&doc, 0), KEYS);
    for (uint32_t i = 0; i < 2 * KEYS; i++) {
        struct jdoc_duplicate duplicate = doc.duplicates[i];
        assert_int_equal(duplicate.again, 1 + 2 * (KEYS + i));
        assert_int_equal(duplicate.first, 1 + 2 * (i < KEYS ? KEYS - 1 - i : i - KEYS));
    }
    for (uint32_t i = 0; i < 3 * KEYS; i++)
        assert_int_equal(jdoc_shadowed(&doc, 1 + 2 * i), i < 2 * KEYS);
    for (int i = 0; i < KEYS; i++) {
        char key[16];
        int64_t value = 0;
        uint32_t found = jdoc_get(&doc, 0, key, (size_t)snprintf(key, sizeof key, "key%d", i));
        assert_true(jdoc_integer(&doc, found, &value));
        assert_int_equal(value, 2 * KEYS + i);
    }
    jdoc_free(&doc);
    struct jpk_error err = refuse_bytes(text.data, text.size, &options);
    assert_int_equal(err.code, JPK_ERR_JSON);
    assert_string_equal(err.message, "the key \"key999\" again: it is already on line 1, column 12769");
    buf_free(&text);
}

static void test_many_keys(void **test_state)
{
    (void)test_state;
    enum { KEYS = 100000 };
    struct buf text = {0};
    buf_puts(&text, "[{},{\"x\":1},");
    for (int i = 0; i < KEYS; i++)
        buf_printf(&text, "%c\"%d\":{\"n\":%d}", i ? ',' : '{', i, i);
    buf_puts(&text, "}]");
    struct jdoc doc = parse(text.data);
    uint32_t object = jdoc_element(&doc, 0, 2);
    assert_int_equal(jdoc_count(&doc, object), KEYS);
    assert_null(doc.duplicates);
    clock_t start = clock();
    for (int i = 0; i < KEYS * 10; i++) {
        char key[16];
        int64_t value = -1;
        size_t n = (size_t)snprintf(key, sizeof key, "%d", i % (2 * KEYS));
        uint32_t found = jdoc_get(&doc, object, key, n);
        if (i % (2 * KEYS) >= KEYS) {
            assert_int_equal(found, JDOC_NONE);
            continue;
        }
        assert_true(jdoc_integer(&doc, jdoc_get(&doc, found, "n", 1), &value));
        assert_int_equal(value, i % (2 * KEYS));
    }
    assert_true(clock() - start < 20 * CLOCKS_PER_SEC); /* a walk each time would take many minutes */
    jdoc_free(&doc);
    buf_free(&text);
}

/* Both sides of the number of members from which on there is a hash table. */
static void test_sizes_of_objects(void **test_state)
{
    (void)test_state;
    for (uint32_t size = 1; size < 70; size++) {
        struct buf text = {0};
        for (uint32_t i = 0; i < size; i++)
            buf_printf(&text, "%c\"member%u\":%u", i ? ',' : '{', i, i);
        buf_putc(&text, '}');
        struct jdoc doc = parse(text.data);
        for (uint32_t i = 0; i <= size; i++) {
            char key[16];
            size_t n = (size_t)snprintf(key, sizeof key, "member%u", i);
            assert_int_equal(jdoc_get(&doc, 0, key, n), i < size ? 2 + 2 * i : JDOC_NONE);
            assert_int_equal(jdoc_get(&doc, 0, key, strlen("member")), JDOC_NONE);
        }
        jdoc_free(&doc);
        buf_free(&text);
    }
}

/* ------------------------------------------------------------------------------------------------------------ numbers
 */

static int compare_texts(const char *a, const char *b)
{
    struct jdoc first = parse(a), second = parse(b);
    int order = jdoc_compare(&first, 0, &second, 0);
    assert_int_equal(jdoc_compare(&second, 0, &first, 0), -order);
    assert_int_equal(jdoc_equal(&first, 0, &second, 0), order == 0);
    assert_int_equal(jdoc_hash(&first, 0) == jdoc_hash(&second, 0), order == 0);
    jdoc_free(&first);
    jdoc_free(&second);
    return order;
}

/* Texts of one value stand in one line; lines go up. */
static const char *const ascending[][6] = {
    {"-1e999999999999999999"},
    {"-1e999999999999999998", "-10e999999999999999997"},
    {"-1e400"},
    {"-18446744073709551616"},
    {"-9223372036854775809"},
    {"-9223372036854775808"},
    {"-1000000000000000001"},
    {"-1000000000000000000", "-1e18"},
    {"-999999999999999999"},
    {"-1.5", "-15e-1", "-1.50"},
    {"-1", "-1.0", "-100e-2"},
    {"-1e-5", "-0.00001"},
    {"-1e-400"},
    {"0", "-0", "0.0", "-0.0e5", "0e999999999999999999", "-0.000000000000000000000000000000000000"},
    {"1e-999999999999999999"},
    {"1e-40000"},
    {"1e-32768"},
    {"0.0000000000000000000000000000012345678901234567", "12345678901234567e-46"},
    {"0.1", "1e-1", "0.10", "0.1000000000000000000000000000000000000000"},
    {"0.1000000000000000000000000000000000000001"},
    {"0.1000000000000000055511151231257827"},
    {"0.30000000000000000", "3e-1", "0.3"},
    {"0.30000000000000004"},
    {"1", "1.0", "1e0", "100e-2", "0.1e1", "1.00000000000000000000000000000"},
    {"1.000000000000000000000000000001"},
    {"1.25", "125e-2", "0.00125e3"},
    {"2"},
    {"10", "1e1", "1.0e+1", "100e-1"},
    {"19.99"},
    {"20"},
    {"9007199254740992"},
    {"9007199254740993", "9007199254740993.0"},
    {"123456789012345678"},
    {"1000000000000000002"}, /* has the same pieces of digits as 10000000000000000002 */
    {"1234567890123456780", "123456789012345678e1", "1.23456789012345678E18", "1234567890123456780.000"},
    {"9223372036854775807"},
    {"9223372036854775808"},
    {"10000000000000000002"},
    {"18446744073709551616"},
    {"100000000000000000000", "1e20", "10e19", "0.1e21"},
    {"100000000000000000001"},
    {"123456789012345678900000", "1234567890123456789e5"},
    {"1e30", "1000000000000000000000000000000"},
    {"1e400", "0.0001e404"},
    {"1e32767"},
    {"1e32785"},
    {"1e32786", "10e32785"},
    {"1e999999999999999998", "0.1e999999999999999999"},
    {"1e999999999999999999"},
    {"1.00000000000000000001e999999999999999999"},
};

static void test_number_order(void **test_state)
{
    (void)test_state;
    enum { COUNT = sizeof ascending / sizeof ascending[0] };
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = 0; j < COUNT; j++)
            for (size_t k = 0; k < 6 && ascending[i][k]; k++)
                for (size_t l = 0; l < 6 && ascending[j][l]; l++) {
                    int order = compare_texts(ascending[i][k], ascending[j][l]);
                    if (order != (i > j) - (i < j))
                        fail_msg("%s and %s: %d", ascending[i][k], ascending[j][l], order);
                }
}

static void test_integers(void **test_state)
{
    (void)test_state;
    static const struct {
        const char *text;
        bool integer, fits;
        int64_t value;
    } cases[] = {
        {"0", true, true, 0},
        {"-0", true, true, 0},
        {"1.0", true, true, 1},
        {"1e2", true, true, 100},
        {"100e-2", true, true, 1},
        {"-12.50e2", true, true, -1250},
        {"12.5", false, false, 0},
        {"1e-1", false, false, 0},
        {"0.0000000000000000000000000", true, true, 0},
        {"5.0000000000000000000000000", true, true, 5},
        {"5.0000000000000000000000001", false, false, 0},
        {"999999999999999999", true, true, 999999999999999999},
        {"1e18", true, true, 1000000000000000000},
        {"9e18", true, true, 9000000000000000000},
        {"1e19", true, false, 0},
        {"9223372036854775807", true, true, INT64_MAX},
        {"92233720368547758070e-1", true, true, INT64_MAX},
        {"9223372036854775808", true, false, 0},
        {"-9223372036854775808", true, true, INT64_MIN},
        {"-9223372036854775809", true, false, 0},
        {"1e400", true, false, 0},
        {"1e999999999999999999", true, false, 0},
        {"1e-999999999999999999", false, false, 0},
        {"123456789012345678901234567890e-3", false, false, 0},
        {"123456789012345678901234567000e-3", true, false, 0},
        {"98249283749234923498293171823948729348710298301928331", true, false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jdoc doc = parse(cases[i].text);
        int64_t value = 77;
        if (jdoc_is_integer(&doc, 0) != cases[i].integer || jdoc_integer(&doc, 0, &value) != cases[i].fits)
            fail_msg("%s", cases[i].text);
        assert_int_equal(value, cases[i].fits ? cases[i].value : 77);
        jdoc_free(&doc);
    }
}

static void test_small_numbers(void **test_state)
{
    (void)test_state;
    static const struct {
        const char *text;
        int64_t integer;
        int exponent;
    } cases[] = {
        {"0e5", 0, 0},
        {"-12.50", -125, -1},
        {"100", 100, 0},
        {"1e17", 100000000000000000, 0},
        {"1e18", 100000000000000000, 1},
        {"1e30", 100000000000000000, 13},
        {"123456789012345678e-5", 123456789012345678, -5},
        {"0.00000000000000000000000000012", 12, -29},
        {"1e-32768", 1, -32768},
        {"1e32784", 100000000000000000, 32767},
    };
    static const char *const others[] = {"1e-32769", "1e32785", "1234567890123456789", "0.1234567890123456789"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jdoc doc = parse(cases[i].text);
        assert_true(jdoc_small(&doc, 0));
        assert_int_equal(doc.nodes[0].integer, cases[i].integer);
        assert_int_equal(doc.nodes[0].exponent, cases[i].exponent);
        jdoc_free(&doc);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct jdoc doc = parse(others[i]);
        assert_false(jdoc_small(&doc, 0));
        jdoc_free(&doc);
    }
}

static void check_double(const char *text, double value, bool exact)
{
    struct jdoc doc = parse(text);
    bool is_exact = !exact;
    double with = jdoc_double(&doc, 0, &is_exact), without = jdoc_double(&doc, 0, NULL);
    if (with != value || without != value || signbit(with) != signbit(value))
        fail_msg("%s: %.17g and %.17g", text, with, without);
    if (is_exact != exact)
        fail_msg("%s is %sexact", text, is_exact ? "" : "not ");
    jdoc_free(&doc);
}

static void test_doubles(void **test_state)
{
    (void)test_state;
    check_double("0", 0, true);
    check_double("-0", 0, true); /* the sign of zero is not kept: -0 is 0 */
    check_double("-17", -17, true);
    check_double("0.5", 0.5, true);
    check_double("0.1", 0.1, false);
    check_double("0.3", 0.3, false);
    check_double("19.99", 19.99, false);
    check_double("1e22", 1e22, true);
    check_double("1e23", 1e23, false);
    check_double("9007199254740992", 9007199254740992, true);
    check_double("9007199254740993", 9007199254740992, false);
    check_double("9007199254740994", 9007199254740994, true);
    check_double("-9007199254740993", -9007199254740992, false);
    check_double("1180591620717411303424", 1180591620717411303424.0, true);
    check_double("1180591620717411303425", 1180591620717411303424.0, false);
    check_double("0.1000000000000000055511151231257827021181583404541015625", 0.1, true);
    check_double("1.7976931348623157e308", 1.7976931348623157e308, false);
    check_double("1e308", 1e308, false);
    check_double("1e309", INFINITY, false);
    check_double("-1e400", -INFINITY, false);
    check_double("1e999999999999999999", INFINITY, false);
    check_double("5e-324", 5e-324, false);
    check_double("1e-400", 0, false);
    check_double("1e-999999999999999999", 0, false);
    check_double("2.2250738585072011e-308", 2.2250738585072011e-308, false);
    check_double("123.456e-20", 123.456e-20, false);
    check_double("8.5e15", 8.5e15, true);
    /* Half way between two doubles, and a little more far behind. */
    struct buf text = {0};
    buf_puts(&text, "9007199254740993.");
    repeat(&text, "0", 5000);
    check_double(text.data, 9007199254740992, false);
    buf_puts(&text, "1");
    check_double(text.data, 9007199254740994, false);
    buf_clear(&text);
    repeat(&text, "9", 5000);
    buf_puts(&text, "e-4999");
    check_double(text.data, 10, false);
    buf_clear(&text);
    buf_printf(&text, "%.1074f", 5e-324); /* the smallest double, to its last digit */
    check_double(text.data, 5e-324, true);
    buf_free(&text);
}

/* Random doubles come back from their texts, and no locale has a say. */
static void test_doubles_random(void **test_state)
{
    (void)test_state;
    static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"};
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = (uint64_t)next(UINT32_MAX) << 33 ^ (uint64_t)next(UINT32_MAX) << 12 ^ next(4096);
        double value;
        char text[64];
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value) || value == 0)
            continue;
        snprintf(text, sizeof text, "%.*g", 15 + (int)next(6), value);
        struct jdoc doc = parse(text);
        assert_true(jdoc_double(&doc, 0, NULL) == strtod(text, NULL));
        jdoc_free(&doc);
    }
    for (size_t i = 0; i < sizeof locales / sizeof locales[0]; i++) {
        setlocale(LC_ALL, locales[i]);
        check_double("1234.5678901234567890", 1234.567890123456789, false);
        check_double("0.5", 0.5, true);
        json_t *real = json_real(-1.5e-7);
        struct jdoc doc;
        assert_true(jdoc_from_jansson(&doc, real, NULL, NULL));
        assert_int_equal(doc.nodes[0].integer, -15);
        jdoc_free(&doc);
        json_decref(real);
        setlocale(LC_ALL, "C");
    }
}

static enum jdoc_answer multiple(const char *number, const char *divisor)
{
    struct jdoc first = parse(number), second = parse(divisor);
    enum jdoc_answer answer = jdoc_multiple(&first, 0, &second, 0);
    jdoc_free(&first);
    jdoc_free(&second);
    return answer;
}

static void test_multiples(void **test_state)
{
    (void)test_state;
    static const struct {
        const char *number, *divisor;
        enum jdoc_answer answer;
    } cases[] = {
        {"10", "2", JDOC_YES},
        {"7", "2", JDOC_NO},
        {"-4", "2", JDOC_YES},
        {"4", "-2", JDOC_YES},
        {"0", "1.5", JDOC_YES},
        {"4.5", "1.5", JDOC_YES},
        {"35", "1.5", JDOC_NO},
        {"0.0075", "0.0001", JDOC_YES},
        {"0.00751", "0.0001", JDOC_NO},
        {"1e308", "0.123456789", JDOC_NO},
        {"12391239123", "1e-8", JDOC_YES},
        {"1e308", "0.5", JDOC_YES},
        {"1e308", "3", JDOC_NO},
        {"1e999999999999999999", "0.5", JDOC_YES},
        {"1e999999999999999999", "1e999999999999999999", JDOC_YES},
        {"1e999999999999999998", "1e999999999999999999", JDOC_NO},
        {"3e999999999999999999", "1.5e-999999999999999999", JDOC_YES},
        {"1e-999999999999999999", "1", JDOC_NO},
        {"19.99", "0.01", JDOC_YES},
        {"19.999", "0.01", JDOC_NO},
        {"1.1", "0.1", JDOC_YES},
        {"9007199254740993", "2", JDOC_NO},
        {"9007199254740992", "2", JDOC_YES},
        {"98249283749234923498293171823948729348710298301928331", "3", JDOC_NO},
        {"98249283749234923498293171823948729348710298301928330", "10", JDOC_YES},
        {"98249283749234923498293171823948729348710298301928331",
         "98249283749234923498293171823948729348710298301928331", JDOC_YES},
        {"10000000000000000000000000000000000000", "18446744073709551616", JDOC_NO},
        {"1e64", "18446744073709551616", JDOC_YES}, /* 2^64 */
        {"1e63", "18446744073709551616", JDOC_NO},
        {"1e999999999999999999", "18446744073709551616", JDOC_YES},
        {"1e999999999999999999", "18446744073709551617", JDOC_NO},
        {"340282366920938463463374607431768211455", "18446744073709551617", JDOC_YES}, /* (2^64-1)(2^64+1) */
        {"340282366920938463463374607431768211456", "18446744073709551617", JDOC_NO},
        {"3.40282366920938463463374607431768211455", "18446744073709551617e-38", JDOC_YES},
        {"1152921504606846976", "1152921504606846976", JDOC_YES},
        {"1e60", "1152921504606846976", JDOC_YES}, /* 2^60 */
        {"1e59", "576460752303423488", JDOC_YES},  /* 2^59, the most twos in 18 digits */
        {"1e58", "576460752303423488", JDOC_NO},
        {"999999999999999999999999999999999999", "999999999999999999", JDOC_YES},
        {"1", "0", JDOC_NO},
        {"0", "0", JDOC_YES},
        {"1000000000000000000000000000000000000001", "0", JDOC_NO},
        {"0", "1000000000000000000000000000000000000001", JDOC_YES},
        {"5", "10", JDOC_NO},
        {"0.5", "1", JDOC_NO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (multiple(cases[i].number, cases[i].divisor) != cases[i].answer)
            fail_msg("%s of %s", cases[i].number, cases[i].divisor);
}

/* Products of two numbers of any length, made digit by digit. */
static void product(const char *a, const char *b, char *out)
{
    size_t n = strlen(a), m = strlen(b);
    memset(out, 0, n + m);
    for (size_t i = n; i-- > 0;) {
        int carry = 0;
        for (size_t j = m; j-- > 0;) {
            int sum = out[i + j + 1] + (a[i] - '0') * (b[j] - '0') + carry;
            out[i + j + 1] = (char)(sum % 10);
            carry = sum / 10;
        }
        out[i] = (char)(out[i] + carry);
    }
    size_t zeros = 0;
    while (zeros + 1 < n + m && out[zeros] == 0)
        zeros++;
    for (size_t i = zeros; i < n + m; i++)
        out[i - zeros] = (char)('0' + out[i]);
    out[n + m - zeros] = '\0';
}

static void random_digits(char *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (char)('0' + (i == 0 ? 1 + next(9) : next(4) ? next(10) : 9 * next(2)));
    out[n] = '\0';
}

static void test_multiples_random(void **test_state)
{
    (void)test_state;
    for (int i = 0; i < 3000; i++) {
        char a[128], b[128], c[300], text[400];
        random_digits(a, 1 + next(60));
        random_digits(b, 1 + next(i % 2 ? 100 : 18));
        product(a, b, c);
        assert_int_equal(multiple(c, b), JDOC_YES);
        assert_int_equal(multiple(c, a), JDOC_YES);
        snprintf(text, sizeof text, "%se-%u", c, next(3));
        strcat(b, "e-2");
        assert_int_equal(multiple(text, b), JDOC_YES);
        b[strlen(b) - 3] = '\0';
        size_t n = strlen(c);
        c[n - 1] = (char)(c[n - 1] == '9' ? '8' : c[n - 1] + 1); /* one off */
        if (strcmp(b, "1") != 0)
            assert_int_equal(multiple(c, b), JDOC_NO);
    }
}

static void test_multiples_bounded(void **test_state)
{
    (void)test_state;
    struct buf number = {0}, divisor = {0};
    repeat(&number, "9", 1000000);
    buf_puts(&divisor, "7");
    assert_int_equal(multiple(number.data, "7"), JDOC_NO); /* 10^n - 1 is one when 6 divides n */
    repeat(&number, "9", 2);
    assert_int_equal(multiple(number.data, "7"), JDOC_YES);
    assert_int_equal(multiple(number.data, "9999999999999999999999"), JDOC_NO);
    repeat(&divisor, "3", 287);
    assert_int_equal(multiple(divisor.data, divisor.data), JDOC_YES);
    repeat(&divisor, "3", 1);
    assert_int_equal(multiple(divisor.data, divisor.data), JDOC_TOO_MUCH_WORK);
    assert_int_equal(multiple("12345", divisor.data), JDOC_NO);
    assert_int_equal(multiple(number.data, "12345678901234567891"), JDOC_NO);
    repeat(&number, "9", 4000000);
    assert_int_equal(multiple(number.data, "12345678901234567891"), JDOC_NO);
    divisor.data[286] = '\0';
    assert_int_equal(multiple(number.data, divisor.data), JDOC_TOO_MUCH_WORK);
    buf_free(&number);
    buf_free(&divisor);
}

/* ----------------------------------------------------------------------------------------------------------- equality
 */

static void test_equality(void **test_state)
{
    (void)test_state;
    static const struct {
        const char *a, *b;
        bool equal;
    } cases[] = {
        {"null", "null", true},
        {"null", "false", false},
        {"false", "0", false},
        {"true", "1", false},
        {"0", "\"0\"", false},
        {"\"\"", "null", false},
        {"[]", "{}", false},
        {"\"a\"", "\"\\u0061\"", true},
        {"\"\\u00e9\"", "\"\xc3\xa9\"", true},
        {"\"e\\u0301\"", "\"\xc3\xa9\"", false}, /* not normalized */
        {"[1,2]", "[2,1]", false},
        {"[1,2]", "[1.0,20e-1]", true},
        {"[[],[[]]]", "[[],[[]]]", true},
        {"[[],[[]]]", "[[[]],[]]", false},
        {"[1]", "[1,1]", false},
        {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true},
        {"{\"a\":1,\"b\":2}", "{\"b\":1,\"a\":2}", false},
        {"{\"a\":1}", "{\"a\":1,\"b\":2}", false},
        {"{\"a\":1}", "{\"b\":1}", false},
        {"{\"a\":{\"b\":[{\"c\":{}}]}}", "{\"a\":{\"b\":[{\"c\":{}}]}}", true},
        {"{\"a\":{\"b\":[{\"c\":{}}]}}", "{\"a\":{\"b\":[{\"c\":[]}]}}", false},
        {"[{\"a\":1},[2],3]", "[{\"a\":1},[2],4]", false},
        {"{\"a\":1,\"a\":2}", "{\"a\":2}", true},
        {"{\"a\":1,\"a\":2}", "{\"a\":1}", false},
        {"{\"a\":1,\"a\":2}", "{\"a\":2,\"b\":2}", false},
        {"{}", "{}", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (equal_texts(cases[i].a, cases[i].b) != cases[i].equal)
            fail_msg("%s and %s", cases[i].a, cases[i].b);
}

static void test_equality_deep(void **test_state)
{
    (void)test_state;
    struct buf a = {0}, b = {0};
    repeat(&a, "{\"a\":[", 500);
    repeat(&b, "{ \"a\" : [", 500);
    buf_puts(&a, "1");
    buf_puts(&b, "1.0");
    repeat(&a, "]}", 500);
    repeat(&b, "]}", 500);
    assert_true(equal_texts(a.data, b.data));
    b.data[500 * 9 + 2] = '5';
    assert_false(equal_texts(a.data, b.data));
    buf_free(&a);
    buf_free(&b);
}

/* A random number, twice: as it is, and written in another way. */
static void random_number(struct buf *a, struct buf *b)
{
    static const uint32_t ranges[] = {3, 100, 1000000};
    struct buf digits = {0};
    repeat(&digits, "1", next(10) ? 0 : next(30));
    buf_printf(&digits, "%u", next(ranges[next(3)]));
    int exponent = (int)next(7) - 3, zeros = (int)next(25);
    const char *sign = next(4) ? "" : "-";
    buf_printf(a, "%s%se%d", sign, digits.data, exponent);
    if (next(2)) {
        buf_printf(b, "%s%s", sign, digits.data);
        repeat(b, "0", (size_t)(digits.data[0] == '0' ? 0 : zeros));
        buf_printf(b, "e%d", exponent - zeros);
    } else {
        buf_printf(b, "%s0.%s%0*de%d", sign, digits.data, zeros + 1, 0, exponent + (int)digits.size);
    }
    buf_free(&digits);
}

static void random_string(struct buf *a, struct buf *b)
{
    static const char *const pieces[][2] = {{"a", "\\u0061"},
                                            {"b", "b"},
                                            {"\\n", "\\u000a"},
                                            {"\xc3\xa9", "\\u00E9"},
                                            {"\\ud83d\\ude00", "\xf0\x9f\x98\x80"},
                                            {"/", "\\/"}};
    buf_putc(a, '"');
    buf_putc(b, '"');
    for (uint32_t n = next(next(8) ? 4 : 60); n > 0; n--) {
        uint32_t piece = next(6);
        buf_puts(a, pieces[piece][0]);
        buf_puts(b, pieces[piece][next(2)]);
    }
    buf_putc(a, '"');
    buf_putc(b, '"');
}

/* A random value as two texts that say the same. (Recursion is fine here: the depth is ours.) */
static void random_value(struct buf *a, struct buf *b, uint32_t depth)
{
    static const char *const words[] = {"null", "true", "false"};
    uint32_t kind = next(depth > 0 ? 8 : 5), n = next(next(10) ? 5 : 40);
    if (kind == 0) {
        const char *word = words[next(3)];
        buf_puts(a, word);
        buf_puts(b, word);
    } else if (kind < 3) {
        random_number(a, b);
    } else if (kind < 5) {
        random_string(a, b);
    } else if (kind == 5) {
        buf_putc(a, '[');
        buf_puts(b, "[ ");
        for (uint32_t i = 0; i < n; i++) {
            buf_puts(a, i ? "," : "");
            buf_puts(b, i ? " , " : "");
            random_value(a, b, depth - 1);
        }
        buf_putc(a, ']');
        buf_putc(b, ']');
    } else {
        struct buf members = {0};
        buf_putc(a, '{');
        for (uint32_t i = 0; i < n; i++) {
            struct buf member = {0};
            buf_printf(a, "%s\"%u ", i ? "," : "", i);
            buf_printf(&member, "%s\"%u ", i ? "," : "", i);
            struct buf key = {0}, same = {0};
            random_string(&key, &same);
            buf_puts(a, key.data + 1);
            buf_puts(&member, same.data + 1);
            buf_putc(a, ':');
            buf_putc(&member, ':');
            random_value(a, &member, depth - 1);
            /* The members of the second in the other order: each goes before those that are there. */
            if (i > 0) {
                buf_puts(&member, "");
                memmove(member.data, member.data + 1, member.size);
                member.size--;
                buf_puts(&member, ",");
            }
            buf_puts(&member, buf_text(&members));
            buf_free(&members);
            members = member;
            buf_free(&key);
            buf_free(&same);
        }
        buf_putc(a, '}');
        buf_printf(b, "{%s}", buf_text(&members));
        buf_free(&members);
    }
}

static void test_equality_random(void **test_state)
{
    (void)test_state;
    enum { COUNT = 600 };
    struct jdoc docs[COUNT];
    uint64_t hashes[COUNT];
    for (int i = 0; i < COUNT; i++) {
        struct buf a = {0}, b = {0};
        random_value(&a, &b, 5);
        struct jdoc other = parse(b.data);
        docs[i] = parse(a.data);
        hashes[i] = jdoc_hash(&docs[i], 0);
        if (!jdoc_equal(&docs[i], 0, &other, 0) || !jdoc_equal(&other, 0, &docs[i], 0) ||
            hashes[i] != jdoc_hash(&other, 0))
            fail_msg("not the same:\n%s\n%s", a.data, b.data);
        /* With one scalar replaced it is another. */
        uint32_t node = next(other.count);
        if (jdoc_type(&other, node) == JDOC_STRING && !(other.nodes[node].flags & JDOC_KEY)) {
            other.nodes[node].type = JDOC_NULL;
            assert_false(jdoc_equal(&docs[i], 0, &other, 0));
            assert_false(jdoc_equal(&other, 0, &docs[i], 0));
            assert_false(hashes[i] == jdoc_hash(&other, 0));
        }
        jdoc_free(&other);
        buf_free(&a);
        buf_free(&b);
    }
    for (int i = 0; i < COUNT; i++)
        for (int j = 0; j < i; j++)
            assert_int_equal(jdoc_equal(&docs[i], 0, &docs[j], 0), hashes[i] == hashes[j]);
    for (int i = 0; i < COUNT; i++)
        jdoc_free(&docs[i]);
}

/* No two of a hundred thousand values have the same hash: the chance of that is one in billions. */
static void test_hash_spread(void **test_state)
{
    (void)test_state;
    enum { COUNT = 100000 };
    struct buf text = {0};
    for (int i = 0; i < COUNT; i++)
        buf_printf(&text,
                   i % 4 == 0   ? "%c%d"
                   : i % 4 == 1 ? "%c\"%d\""
                   : i % 4 == 2 ? "%c[%d]"
                                : "%c{\"%d\":0}",
                   i ? ',' : '[', i / 4);
    buf_putc(&text, ']');
    struct jdoc doc = parse(text.data);
    struct buf seen = {0};
    for (uint32_t item = 1; item < doc.count; item = jdoc_next(&doc, item)) {
        uint64_t hash = jdoc_hash(&doc, item);
        buf_printf(&seen, "%c\"%016llx\":0", seen.size ? ',' : '{', (unsigned long long)hash);
    }
    buf_putc(&seen, '}');
    struct jdoc set = parse(seen.data);
    assert_int_equal(jdoc_count(&set, 0), COUNT);
    assert_int_equal(set.duplicate_count, 0);
    jdoc_free(&set);
    jdoc_free(&doc);
    buf_free(&seen);
    buf_free(&text);
}

/* ----------------------------------------------------------------------------------------------------------- pointers
 */

/* Every node's pointer, with and without places, leads back to it. */
static void check_pointers(struct jdoc *doc)
{
    struct buf pointer = {0}, again = {0}, all = {0};
    for (uint32_t node = 0; node < doc->count; node++) {
        buf_clear(&pointer);
        jdoc_pointer(doc, node, &pointer);
        uint32_t value = doc->nodes[node].flags & JDOC_KEY ? node + 1 : node;
        assert_int_equal(jdoc_at_pointer(doc, 0, buf_text(&pointer), pointer.size), value);
        buf_printf(&all, "%s\n", buf_text(&pointer));
    }
    assert_true(jdoc_place_all(doc, NULL));
    assert_true(jdoc_place_all(doc, NULL));
    for (uint32_t node = 0; node < doc->count; node++) {
        jdoc_pointer(doc, node, &again);
        buf_putc(&again, '\n');
    }
    assert_string_equal(again.data, all.data);
    buf_free(&pointer);
    buf_free(&again);
    buf_free(&all);
}

/* The document of section 5 of RFC 6901. */
static void test_pointers(void **test_state)
{
    (void)test_state;
    struct jdoc doc = parse("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,"
                            "\"k\\\"l\":6,\" \":7,\"m~n\":8,\"~1\":{\"x\":[[],[9,{\"/\":10}]]}}");
    static const struct {
        const char *pointer;
        uint32_t node;
    } cases[] = {
        {"", 0},
        {"/foo", 2},
        {"/foo/0", 3},
        {"/foo/1", 4},
        {"/", 6},
        {"/a~1b", 8},
        {"/c%d", 10},
        {"/e^f", 12},
        {"/g|h", 14},
        {"/i\\j", 16},
        {"/k\"l", 18},
        {"/ ", 20},
        {"/m~0n", 22},
        {"/~01/x/1/1/~1", 32},
        {"/~01/x/0", 27},
        {"foo", UINT32_MAX},
        {"/foo/2", UINT32_MAX},
        {"/foo/-", UINT32_MAX},
        {"/foo/00", UINT32_MAX},
        {"/foo/01", UINT32_MAX},
        {"/foo/", UINT32_MAX},
        {"/foo/0/", UINT32_MAX},
        {"/foo/4294967296", UINT32_MAX},
        {"/foo/4294967295", UINT32_MAX},
        {"/foo/18446744073709551617", UINT32_MAX},
        {"/m~n", UINT32_MAX},
        {"/m~2n", UINT32_MAX},
        {"/m~", UINT32_MAX},
        {"/a/b", UINT32_MAX},
        {"//", UINT32_MAX},
        {"/foo/+1", UINT32_MAX},
        {"/foo/1 ", UINT32_MAX},
        {"/fo", UINT32_MAX},
        {"/m~0", UINT32_MAX},
        {"/m~0nn", UINT32_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (jdoc_at_pointer(&doc, 0, cases[i].pointer, strlen(cases[i].pointer)) != cases[i].node)
            fail_msg("%s", cases[i].pointer);
    assert_int_equal(jdoc_at_pointer(&doc, 2, "/1", 2), 4);
    struct buf pointer = {0};
    jdoc_pointer(&doc, 32, &pointer);
    assert_string_equal(pointer.data, "/~01/x/1/1/~1");
    buf_free(&pointer);
    check_pointers(&doc);
    jdoc_free(&doc);
    for (int i = 0; i < 50; i++) {
        struct buf a = {0}, b = {0};
        random_value(&a, &b, 5);
        doc = parse(a.data);
        check_pointers(&doc);
        jdoc_free(&doc);
        buf_free(&a);
        buf_free(&b);
    }
}

/* ------------------------------------------------------------------------------------------------------------ jansson
 */

static void test_put_string(void **test_state)
{
    (void)test_state;
    static const char text[] = "\"a\\b/\n\x1f\x7f\0\xc3\xa9";
    struct buf out = {0};
    json_put_string(&out, text, sizeof text - 1);
    json_put_string(&out, "", 0);
    assert_string_equal(buf_text(&out), "\"\\\"a\\\\b/\\u000a\\u001f\x7f\\u0000\xc3\xa9\"\"\"");
    buf_free(&out);
}

static void test_jansson(void **test_state)
{
    (void)test_state;
    json_t *value =
        json_pack("{s:i,s:f,s:f,s:f,s:s%,s:[n,b,b,I],s:{},s:[]}", "int", -5, "tenth", 0.1, "third", 1.0 / 3, "large",
                  1e300, "text", "q\"\\/\n\x01\0\xc3\xa9", (size_t)9, "mixed", 1, 0, (json_int_t)INT64_MIN, "o", "a");
    assert_non_null(value);
    struct jdoc doc = {0};
    struct jpk_error err = {0};
    assert_true(jdoc_from_jansson(&doc, value, NULL, &err));
    struct jdoc wanted = parse("{\"int\":-5,\"tenth\":0.1,\"third\":0.3333333333333333,\"large\":1e300,"
                               "\"text\":\"q\\\"\\\\/\\n\\u0001\\u0000\xc3\xa9\","
                               "\"mixed\":[null,true,false,-9223372036854775808],\"o\":{},\"a\":[]}");
    assert_true(jdoc_equal(&doc, 0, &wanted, 0));
    json_decref(value); /* nothing of it is used any more */
    assert_int_equal(jdoc_get(&doc, 0, "int", 3), 2);
    jdoc_free(&wanted);
    jdoc_free(&doc);

    static const double reals[] = {
        0, 1, -1.5, 0.1, 0.30000000000000004, 5e-324, 1.7976931348623157e308, 1e21, 1e15, 123456, 1e-7, 19.99, 1.0 / 3};
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++) {
        value = json_real(reals[i]);
        assert_true(jdoc_from_jansson(&doc, value, NULL, &err));
        assert_true(jdoc_double(&doc, 0, NULL) == reals[i]);
        jdoc_free(&doc);
        json_decref(value);
    }
}

static void test_jansson_errors(void **test_state)
{
    (void)test_state;
    static const struct jdoc_options shallow = {.depth = 3};
    struct jdoc doc = {0};
    json_t *value = json_pack("[[[i]]]", 1);
    assert_true(jdoc_from_jansson(&doc, value, &shallow, NULL));
    jdoc_free(&doc);
    json_t *outer = json_pack("[o]", value);
    struct jpk_error err = {0};
    assert_false(jdoc_from_jansson(&doc, outer, &shallow, &err));
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    assert_string_equal(err.message, "nested more than 3 levels deep");
    assert_int_equal(err.line, 0);
    assert_false(err.has_offset);
    json_decref(outer);

    json_t *first = json_array(), *second = json_array(); /* a cycle */
    json_array_append(first, second);
    json_array_append(second, first);
    memset(&err, 0, sizeof err);
    assert_false(jdoc_from_jansson(&doc, first, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    json_array_clear(second);
    json_decref(first);
    json_decref(second);

    value = json_stringn_nocheck("a\xff", 2);
    memset(&err, 0, sizeof err);
    assert_false(jdoc_from_jansson(&doc, value, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_ENCODING);
    assert_false(err.has_offset);
    assert_null(doc.nodes);
    json_decref(value);
}

static void test_to_jansson(void **test_state)
{
    (void)test_state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"1", "1"},
        {"1.0", "1.0"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"1e400", "\"1e400\""},
        {"1e-400", "0.0"},
        {"\"a\\u0000\\u00e9\"", "\"a\\u0000\xc3\xa9\""},
        {"{\"b\": [1, [], {}, [[2]], null], \"a\": {\"\": true}}", "{\"b\":[1,[],{},[[2]],null],\"a\":{\"\":true}}"},
        /* Of a key that comes again only the last counts. */
        {"{\"a\": {\"x\": [1]}, \"b\": 1, \"a\": false}", "{\"b\":1,\"a\":false}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jdoc doc = parse(cases[i].text);
        json_t *value = jdoc_to_jansson(&doc, 0);
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        assert_string_equal(text, cases[i].expected);
        free(text);
        json_decref(value);
        jdoc_free(&doc);
    }
    /* A part of a document, also the value of a member that does not count. */
    struct jdoc doc = parse("{\"a\": [1, 2], \"a\": 3}");
    json_t *value = jdoc_to_jansson(&doc, 2);
    assert_int_equal(json_array_size(value), 2);
    json_decref(value);
    jdoc_free(&doc);
    /* As deep as documents go. */
    struct buf text = {0};
    for (int i = 0; i < JDOC_DEPTH_MAX; i++)
        buf_puts(&text, "[");
    for (int i = 0; i < JDOC_DEPTH_MAX; i++)
        buf_puts(&text, "]");
    struct jdoc_options options = {.depth = JDOC_DEPTH_MAX};
    assert_true(jdoc_parse(&doc, text.data, text.size, &options, NULL));
    value = jdoc_to_jansson(&doc, 0);
    assert_non_null(value);
    json_decref(value);
    jdoc_free(&doc);
    buf_free(&text);
}

/* There and back every number has its text, and no string becomes one. */
static void test_exact(void **test_state)
{
    (void)test_state;
    static const char *const texts[] = {
        "1",
        "-0",
        "0.3",
        "1.10",
        "1E5",
        "123456789012345678901",
        "1e400",
        "\"\"",
        "\"1\"",
        "\"\\u00011\"",
        "\"\\u0001\"",
        "\"\\u0001\\u00012\"",
        "\"a\\u00011\"",
        "{\"\\u00011\":[1.0,\"\\u00011\",null,true]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct jdoc doc = parse(texts[i]), back = {0};
        json_t *value = jdoc_to_jansson_exact(&doc, 0);
        assert_non_null(value);
        assert_int_equal(json_exact_number(value), jdoc_type(&doc, 0) == JDOC_NUMBER);
        assert_true(jdoc_from_jansson_exact(&back, value, NULL, NULL));
        assert_string_equal(back.text, texts[i]);
        json_decref(value);
        jdoc_free(&back);
        jdoc_free(&doc);
    }
    assert_false(json_exact_number(NULL));
}

static void test_read(void **test_state)
{
    (void)test_state;
    const struct jdoc_options strict = {.reject_duplicates = true};
    struct jpk_error err = {0};
    json_t *value = json_read("[1.50, 9223372036854775807, 1e300]", 34, NULL, &err);
    assert_int_equal(json_array_size(value), 3);
    assert_true(json_real_value(json_array_get(value, 0)) == 1.5);
    json_decref(value);
    static const struct {
        const char *text;
        enum jpk_code code;
        uint32_t column;
    } wrong[] = {
        {"[1,", JPK_ERR_JSON, 4},
        {"{\"a\": 1, \"a\": 2}", JPK_ERR_JSON, 10},
        {"[9223372036854775808]", JPK_ERR_LIMIT, 2},
        {"[1, 1e400]", JPK_ERR_LIMIT, 5},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        err = (struct jpk_error){0};
        assert_null(json_read(wrong[i].text, strlen(wrong[i].text), &strict, &err));
        assert_int_equal(err.code, wrong[i].code);
        assert_int_equal(err.column, wrong[i].column);
    }
}

/* ------------------------------------------------------------------------------------------------- the official suite
 */

/* What jansson makes of the same text, where it can hold it. */
static void check_beside_jansson(const char *path, const struct buf *text)
{
    json_error_t why;
    struct jdoc doc = parse_bytes(text->data, text->size), other;
    json_t *value = json_loadb(text->data, text->size, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &why);
    assert_int_equal(doc.duplicate_count, 0);
    if (value) {
        assert_true(jdoc_from_jansson(&other, value, NULL, NULL));
        if (!jdoc_equal(&doc, 0, &other, 0) || jdoc_hash(&doc, 0) != jdoc_hash(&other, 0))
            fail_msg("%s: not what jansson reads", path);
        json_t *back = jdoc_to_jansson(&doc, 0);
        assert_true(json_equal(value, back));
        json_decref(back);
        jdoc_free(&other);
        json_decref(value);
    } else {
        assert_string_equal(strrchr(path, '/'), "/bignum.json");
    }
    jdoc_free(&doc);
}

static size_t suite_files;

static int check_suite_file(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)where;
    size_t n = strlen(path);
    if (type != FTW_F || n < 5 || strcmp(path + n - 5, ".json") != 0)
        return 0;
    struct buf text = {0};
    assert_true(file_read(path, UINT32_MAX, "", &text, NULL));
    check_beside_jansson(path, &text);
    buf_free(&text);
    suite_files++;
    return 0;
}

static void test_suite(void **test_state)
{
    (void)test_state;
    const char *shared = getenv("JPK_SHARED");
    char path[512];
    snprintf(path, sizeof path, "%s/json-schema-test-suite", shared && *shared ? shared : "../shared");
    if (nftw(path, check_suite_file, 16, FTW_PHYS) != 0 || suite_files == 0) {
        print_message("skipped: there is no JSON Schema test suite at %s; set JPK_SHARED\n", path);
        return;
    }
    assert_true(suite_files > 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_scalars_alone),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_first_error_wins),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_string_scan),
        cmocka_unit_test(test_white_space),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_long_strings),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_duplicates_of_many),
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_sizes_of_objects),
        cmocka_unit_test(test_number_order),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_small_numbers),
        cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_doubles_random),
        cmocka_unit_test(test_multiples),
        cmocka_unit_test(test_multiples_random),
        cmocka_unit_test(test_multiples_bounded),
        cmocka_unit_test(test_equality),
        cmocka_unit_test(test_equality_deep),
        cmocka_unit_test(test_equality_random),
        cmocka_unit_test(test_hash_spread),
        cmocka_unit_test(test_pointers),
        cmocka_unit_test(test_put_string),
        cmocka_unit_test(test_jansson),
        cmocka_unit_test(test_jansson_errors),
        cmocka_unit_test(test_to_jansson),
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_suite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
