/* The read-only JSON document: values, positions, keys, and every way to be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "tests/unit/projectmaker.h"

static void read_good(struct jdoc *doc, const char *text)
{
    struct jpk_error err = {0};
    if (!jdoc_parse(doc, text, strlen(text), NULL, &err))
        fail_msg("%u:%u: %s in %s", err.line, err.column, err.message, text);
}

static void assert_text(const struct jdoc *doc, uint32_t node, const char *text, size_t n)
{
    assert_int_equal(doc->nodes[node].length, n);
    assert_memory_equal(jdoc_text(doc, node), text, n);
}

static void test_values(void **state)
{
    static const char text[] = " {\"a\": [1, -2.50e+3, true, false, null], \"b\": {}, \"c\": \"x\", \"d\": []}\n";
    static const uint8_t types[] = {JDOC_OBJECT, JDOC_STRING, JDOC_ARRAY,  JDOC_NUMBER, JDOC_NUMBER,
                                    JDOC_TRUE,   JDOC_FALSE,  JDOC_NULL,   JDOC_STRING, JDOC_OBJECT,
                                    JDOC_STRING, JDOC_STRING, JDOC_STRING, JDOC_ARRAY};
    static const uint32_t next[] = {14, 2, 8, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
    struct jdoc doc;
    int64_t value;
    (void)state;
    read_good(&doc, text);
    assert_int_equal(doc.count, 14);
    for (uint32_t i = 0; i < doc.count; i++) {
        assert_int_equal(doc.nodes[i].type, types[i]);
        assert_int_equal(doc.nodes[i].next, next[i]);
    }
    assert_int_equal(doc.nodes[0].length, 4);
    assert_int_equal(doc.nodes[2].length, 5);
    assert_int_equal(doc.nodes[9].length, 0);
    assert_text(&doc, 4, "-2.50e+3", 8);
    assert_int_equal(doc.nodes[4].start, strstr(text, "-2") - text);
    assert_int_equal(doc.nodes[11].start, strstr(text, "\"x\"") - text);
    assert_int_equal(jdoc_get(&doc, 0, "b"), 9);
    assert_int_equal(jdoc_get(&doc, 0, "x"), 0);
    assert_int_equal(jdoc_get(&doc, 2, "a"), 0);
    assert_true(jdoc_is(&doc, jdoc_get(&doc, 0, "c"), "x"));
    assert_false(jdoc_is(&doc, 3, "1"));
    assert_true(jdoc_integer(&doc, 3, &value));
    assert_int_equal(value, 1);
    assert_false(jdoc_integer(&doc, 4, &value));
    jdoc_free(&doc);
}

static void test_integers(void **state)
{
    static const struct {
        const char *text;
        bool fits;
        int64_t value;
    } cases[] = {{"0", true, 0},
                 {"-0", true, 0},
                 {"9223372036854775807", true, INT64_MAX},
                 {"9223372036854775808", false, 0},
                 {"-9223372036854775808", true, INT64_MIN},
                 {"-9223372036854775809", false, 0},
                 {"99999999999999999999999", false, 0},
                 {"1.0", false, 0},
                 {"1e2", false, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jdoc doc;
        int64_t value = 0;
        read_good(&doc, cases[i].text);
        assert_int_equal(jdoc_integer(&doc, 0, &value), cases[i].fits);
        assert_true(value == cases[i].value);
        jdoc_free(&doc);
    }
}

static void test_strings(void **state)
{
    static const struct {
        const char *text, *value;
        size_t n;
    } cases[] = {
        {"\"\"", "", 0},
        {"\"plain text that is longer than eight bytes\"", "plain text that is longer than eight bytes", 42},
        {"\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8},
        {"\"a\\u00e4\\u20AC\\ud83d\\uDE00b\"",
         "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"
         "b",
         11},
        {"\"a\\u0000b\"", "a\0b", 3},
        {"\"1234567\\n\xc3\xa4\"", "1234567\n\xc3\xa4", 10},
        {"\"\x7f\"", "\x7f", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jdoc doc;
        read_good(&doc, cases[i].text);
        assert_int_equal(doc.nodes[0].type, JDOC_STRING);
        assert_text(&doc, 0, cases[i].value, cases[i].n);
        jdoc_free(&doc);
    }
}

static void assert_wrong(const char *text, size_t n, enum jpk_code code, uint32_t line, uint32_t column,
                         const char *says)
{
    struct jdoc doc;
    struct jpk_error err = {0};
    if (jdoc_parse(&doc, text, n, NULL, &err))
        fail_msg("this is read: %s", text);
    if (err.code != code || err.line != line || err.column != column || !strstr(err.message, says))
        fail_msg("%s: %s %u:%u: %s", text, jpk_code_name(err.code), err.line, err.column, err.message);
    jdoc_free(&doc);
}

static void test_errors(void **state)
{
    static const struct {
        const char *text;
        uint32_t line, column;
        const char *says;
    } cases[] = {
        {"", 1, 1, "the text ends where a value"},
        {" \n ", 2, 2, "the text ends"},
        {"[1,\n2", 2, 2, "',' or ']' behind an element"},
        {"[1 2]", 1, 4, "'2' stands where ',' or ']'"},
        {"{\"a\" 1}", 1, 6, "':' behind a key"},
        {"{\"a\":1 \"b\":2}", 1, 8, "',' or '}' behind a member"},
        {"{a:1}", 1, 2, "a key in double quotes"},
        {"{\"a\":1,}", 1, 7, "nothing behind this comma"},
        {"[1,]", 1, 3, "nothing behind this comma"},
        {"[,1]", 1, 2, "',' stands where a value"},
        {"{'a':1}", 1, 2, "double quotes"},
        {"[1] // x", 1, 5, "comment"},
        {"/* x */ 1", 1, 1, "comment"},
        {"1 2", 1, 3, "one value only"},
        {"\xef\xbb\xbf{}", 1, 1, "byte order mark"},
        {"tru", 1, 1, "'t' stands where a value"},
        {"NaN", 1, 1, "'N' stands"},
        {"01", 1, 1, "begin with 0"},
        {"-", 1, 2, "followed by a digit"},
        {"+1", 1, 1, "'+' stands"},
        {"1.", 1, 3, "decimal point"},
        {"1e", 1, 3, "exponent"},
        {"1e+", 1, 4, "exponent"},
        {".5", 1, 1, "'.' stands"},
        {"\"abc", 1, 1, "not closed"},
        {"\"a\nb\"", 1, 3, "end of a line"},
        {"\"a\tb\"", 1, 3, "control character"},
        {"\"12345678\x01\"", 1, 10, "control character"},
        {"\"\\x\"", 1, 2, "none of JSON's"},
        {"\"\\u12g4\"", 1, 2, "four hexadecimal digits"},
        {"\"\\u12", 1, 2, "four hexadecimal digits"},
        {"\"\\ud800\"", 1, 2, "half of a character"},
        {"\"\\ud800\\u0041\"", 1, 2, "half of a character"},
        {"\"\\udc00\"", 1, 2, "half of a character"},
        {"\"\\", 1, 2, "none of JSON's"},
        {"]", 1, 1, "']' stands"},
        {"[}", 1, 2, "'}' stands"},
        {"{]", 1, 2, "a key"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_wrong(cases[i].text, strlen(cases[i].text), JPK_ERR_JSON, cases[i].line, cases[i].column, cases[i].says);
    assert_wrong("\"a\xff\"", 4, JPK_ERR_ENCODING, 1, 3, "not UTF-8");
    assert_wrong("\"\xed\xa0\x80\"", 5, JPK_ERR_ENCODING, 1, 2, "not UTF-8");
    assert_wrong("\"\\n\xc3\"", 5, JPK_ERR_ENCODING, 1, 4, "not UTF-8");
    assert_wrong("[1\0]", 4, JPK_ERR_JSON, 1, 3, "where ','");
}

static void test_depth(void **state)
{
    enum { DEEP = 1000000 };
    struct jdoc doc;
    struct jpk_error err = {0};
    char *text = malloc(2 * DEEP);
    (void)state;
    memset(text, '[', DEEP);
    memset(text + DEEP, ']', DEEP);
    assert_true(jdoc_parse(&doc, text + DEEP - 1000, 2000, NULL, &err));
    assert_int_equal(doc.count, 1000);
    assert_int_equal(doc.nodes[0].next, 1000);
    jdoc_free(&doc);
    assert_false(jdoc_parse(&doc, text + DEEP - 1001, 2002, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    assert_int_equal(err.column, 1001);
    jdoc_free(&doc);
    struct jdoc_options deep = {.depth = DEEP};
    memset(&err, 0, sizeof err);
    assert_true(jdoc_parse(&doc, text, 2 * DEEP, &deep, &err));
    jdoc_free(&doc);
    free(text);
}

static void test_duplicates(void **state)
{
    static const char text[] = "{\"a\": 1, \"b\": {\"a\": 2},\n \"\\u0061\": 3}";
    struct jdoc_options unique = {.unique_keys = true};
    struct jpk_error err = {0};
    struct jdoc doc;
    (void)state;
    read_good(&doc, text);
    assert_int_equal(doc.duplicates, 1);
    assert_int_equal(doc.nodes[7].flags, JDOC_ESCAPED | JDOC_DUPLICATE);
    assert_int_equal(jdoc_get(&doc, 0, "a"), 2);
    jdoc_free(&doc);
    assert_false(jdoc_parse(&doc, text, strlen(text), &unique, &err));
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 2);
    assert_non_null(strstr(err.message, "line 1, column 2"));
    jdoc_free(&doc);
}

/* Many keys take about as long each as few do, and what occurs twice among them is found. */
static void test_many_keys(void **state)
{
    enum { MANY = 100000 };
    struct buf text = {0};
    struct jdoc doc;
    (void)state;
    buf_putc(&text, '{');
    for (int i = 0; i < MANY; i++)
        buf_printf(&text, "\"key %d\": %d, ", i, i);
    buf_puts(&text, "\"key 77\": 0, \"last\": 1}");
    read_good(&doc, buf_text(&text));
    assert_int_equal(doc.nodes[0].length, MANY + 2);
    assert_int_equal(doc.duplicates, 1);
    assert_true(jdoc_get(&doc, 0, "last") != 0);
    jdoc_free(&doc);
    buf_free(&text);
}

/* ------------------------------------------------------------------------------------------- the same as jansson */

static void assert_same(const struct jdoc *doc, uint32_t node, const json_t *value);

static void assert_same_object(const struct jdoc *doc, uint32_t node, const json_t *value)
{
    assert_int_equal(doc->nodes[node].length, json_object_size(value));
    for (uint32_t key = node + 1; key < doc->nodes[node].next; key = doc->nodes[key + 1].next) {
        char name[512];
        snprintf(name, sizeof name, "%.*s", (int)doc->nodes[key].length, jdoc_text(doc, key));
        const json_t *member = json_object_get(value, name);
        assert_non_null(member);
        assert_same(doc, key + 1, member);
    }
}

static void assert_same(const struct jdoc *doc, uint32_t node, const json_t *value)
{
    const struct jdoc_node *n = &doc->nodes[node];
    int64_t integer;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        assert_int_equal(n->type, JDOC_OBJECT);
        assert_same_object(doc, node, value);
        break;
    case JSON_ARRAY:
        assert_int_equal(n->type, JDOC_ARRAY);
        assert_int_equal(n->length, json_array_size(value));
        for (uint32_t i = node + 1, k = 0; i < n->next; i = doc->nodes[i].next, k++)
            assert_same(doc, i, json_array_get(value, k));
        break;
    case JSON_STRING:
        assert_int_equal(n->type, JDOC_STRING);
        assert_text(doc, node, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        assert_true(jdoc_integer(doc, node, &integer));
        assert_true(integer == json_integer_value(value));
        break;
    case JSON_REAL: {
        char number[400];
        snprintf(number, sizeof number, "%.*s", (int)n->length, jdoc_text(doc, node));
        assert_true(strtod(number, NULL) == json_real_value(value));
        break;
    }
    default:
        assert_int_equal(n->type, json_is_true(value) ? JDOC_TRUE : json_is_false(value) ? JDOC_FALSE : JDOC_NULL);
    }
}

/* What jansson reads is read alike, and what it refuses is refused; except for numbers that are too large for it. */
static void compare(const char *text, size_t n)
{
    struct jdoc doc;
    json_error_t why;
    json_t *value = json_loadb(text, n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
    bool ok = jdoc_parse(&doc, text, n, NULL, NULL);
    if (value && ok && doc.duplicates == 0)
        assert_same(&doc, 0, value);
    bool large = !value && json_error_code(&why) == json_error_numeric_overflow;
    bool nul_key = !value && json_error_code(&why) == json_error_null_byte_in_key;
    if ((value != NULL) != ok && !large && !nul_key)
        fail_msg("%.*s: %s", (int)n, text, value ? "jansson reads it" : why.text);
    json_decref(value);
    jdoc_free(&doc);
}

static void test_random(void **state)
{
    static const char *const bits[] = {"{",     "}",  "[",      "]",       ",",    ":",        "\"a\"",
                                       "\"b\"", "1",  "-0",     "2.5e3",   "true", "null",     " ",
                                       "\n",    "\"", "\\",     "\\u0041", "\xff", "\xc3\xa4", "\\ud83d\\ude00",
                                       "0",     "e",  "\"a\":", "[]",      "{}",   "x"};
    uint64_t seed = 5;
    (void)state;
    for (int round = 0; round < 60000; round++) {
        struct buf text = {0};
        for (int n = round % 14; n >= 0; n--) {
            seed = seed * UINT64_C(6364136223846793005) + 1;
            buf_puts(&text, bits[(seed >> 33) % (round % 3 ? 14 : sizeof bits / sizeof bits[0])]);
        }
        compare(text.data, text.size);
        buf_free(&text);
    }
}

static int suite_files;

static int compare_file(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)at;
    (void)st;
    if (kind != FTW_F || !text_ends_with(path, ".json"))
        return 0;
    struct buf text = {0};
    struct jdoc doc;
    struct jpk_error err = {0};
    assert_true(file_read(path, UINT64_MAX, "", &text, NULL));
    if (!jdoc_parse(&doc, buf_text(&text), text.size, NULL, &err))
        fail_msg("%s:%u:%u: %s", path, err.line, err.column, err.message);
    jdoc_free(&doc);
    compare(buf_text(&text), text.size);
    buf_free(&text);
    suite_files++;
    return 0;
}

static void test_real_files(void **state)
{
    char path[1024];
    (void)state;
    snprintf(path, sizeof path, "%s/json-schema-test-suite", pm_shared());
    if (access(path, R_OK) != 0) {
        print_message("skipped: there is no %s\n", path);
        return;
    }
    nftw(path, compare_file, 16, FTW_PHYS);
    assert_true(suite_files > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),    cmocka_unit_test(test_integers), cmocka_unit_test(test_strings),
        cmocka_unit_test(test_errors),    cmocka_unit_test(test_depth),    cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_many_keys), cmocka_unit_test(test_random),   cmocka_unit_test(test_real_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
