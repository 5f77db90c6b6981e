/* YAML in the read-only document: base/yaml.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/yaml.h"

/* The document, which owns a copy of the text without a byte behind it. */
static struct jdoc parse_bytes(const char *text, size_t n)
{
    struct jdoc doc = {0};
    struct jpk_error err = {0};
    char *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, text, n);
    if (!jdoc_parse_yaml(&doc, copy, n, NULL, &err))
        fail_msg("%.200s: %u:%u: %s", text, (unsigned)err.line, (unsigned)err.column, err.message);
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
    char *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, text, n);
    if (jdoc_parse_yaml(&doc, copy, n, options, &err))
        fail_msg("accepted: %.200s", text);
    assert_false(jdoc_parse_yaml(&doc, copy, n, options, NULL));
    assert_memory_equal(&doc, &before, sizeof doc); /* untouched */
    free(copy);
    return err;
}

static void repeat(struct buf *out, const char *text, size_t n)
{
    while (n-- > 0)
        buf_puts(out, text);
}

static void assert_same(const char *yaml, const char *json)
{
    struct jdoc doc = parse(yaml), other = {0};
    struct jpk_error err = {0};
    if (!jdoc_parse(&other, json, strlen(json), NULL, &err))
        fail_msg("%s: %s", json, err.message);
    if (!jdoc_equal(&doc, 0, &other, 0) || !jdoc_equal(&other, 0, &doc, 0))
        fail_msg("%s\nis not %s", yaml, json);
    assert_true(jdoc_hash(&doc, 0) == jdoc_hash(&other, 0));
    assert_int_equal(doc.count, other.count);
    jdoc_free(&doc);
    jdoc_free(&other);
}

/* ----------------------------------------------------------------------------------------------------------- values */

static void test_scalars(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "null"},
        {"# nothing\n", "null"},
        {"\xef\xbb\xbf", "null"},
        {"---\n", "null"},
        {"~", "null"},
        {"[null, Null, NULL, nULL, ~, ]", "[null, null, null, \"nULL\", null]"},
        {"[true, True, TRUE, tRUE, false, False, FALSE]", "[true, true, true, \"tRUE\", false, false, false]"},
        {"[yes, No, on, off, y]", "[\"yes\", \"No\", \"on\", \"off\", \"y\"]"},
        {"[0, -0, 12, -7, 1.50, 1e3, -2.5E-2, 12345678901234567890123]",
         "[0, 0, 12, -7, 1.5, 1000, -0.025, 12345678901234567890123]"},
        {"[0x1f, 0o17, 017, +1, .5, 1., 1e, -, .inf, -.Inf, .nan, 1_000, 12:30, 1.2.3]",
         "[\"0x1f\", \"0o17\", \"017\", \"+1\", \".5\", \"1.\", \"1e\", \"-\", \".inf\", \"-.Inf\", \".nan\", "
         "\"1_000\", \"12:30\", \"1.2.3\"]"},
        {"[2026-01-02, a b, 'it''s', \"x\\ty\\u00e9\\U0001F600\\x41\\/\\e\", '', \"\"]",
         "[\"2026-01-02\", \"a b\", \"it's\", \"x\\ty\\u00e9\\ud83d\\ude00A/\\u001b\", \"\", \"\"]"},
        {"['1', \"true\", 'null', \"~\"]", "[\"1\", \"true\", \"null\", \"~\"]"},
        {"\"a\\0b\"", "\"a\\u0000b\""},
        {"a # comment", "\"a\""},
        {"a#b", "\"a#b\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_same(cases[i][0], cases[i][1]);
}

static void test_structures(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a: 1\nb:\n  - x\n  - y: 2\n    z:\n  -\nc: {}\nd: []\n",
         "{\"a\": 1, \"b\": [\"x\", {\"y\": 2, \"z\": null}, null], \"c\": {}, \"d\": []}"},
        {"a:\n- 1\n- - 2\n  - 3\n", "{\"a\": [1, [2, 3]]}"},
        {"1: x\nnull: y\ntrue: z\n'': e\n", "{\"1\": \"x\", \"null\": \"y\", \"true\": \"z\", \"\": \"e\"}"},
        {"? a\n: 1\n? b\n", "{\"a\": 1, \"b\": null}"},
        {"{a, b: , c: 1}", "{\"a\": null, \"b\": null, \"c\": 1}"},
        {"[a: 1, b]", "[{\"a\": 1}, \"b\"]"},
        {"a: |\n  one\n   two\n\n  three\nb: >\n  folded\n  line\n\n  next\nc: |-\n  x\nd: >+\n  y\n\n",
         "{\"a\": \"one\\n two\\n\\nthree\\n\", \"b\": \"folded line\\nnext\\n\", \"c\": \"x\", \"d\": \"y\\n\\n\"}"},
        {"a: plain\n  folded\n\n  text\nb: \"quoted\n  folded \\\n  on\"\n",
         "{\"a\": \"plain folded\\ntext\", \"b\": \"quoted folded on\"}"},
        {"{\"a\":1,\"b\":[true,null,{\"c\":\"\\u00e4\"}]}", "{\"a\":1,\"b\":[true,null,{\"c\":\"\\u00e4\"}]}"},
        {"{\n\t\"a\":\t1,\n\t\"b\": [\n\t\t2\n\t]\n}\n", "{\"a\": 1, \"b\": [2]}"},
        {"%YAML 1.2\n---\na: 1\n...\n# end\n...\n", "{\"a\": 1}"},
        {"# c\n\n%YAML 1.1\n# c\n--- [1] # c\n", "[1]"},
        {"\xef\xbb\xbf"
         "a: 1",
         "{\"a\": 1}"},
        {"a:\r\n  - 1\r\n  - b: |\r\n      x\r\n      y\r\n", "{\"a\": [1, {\"b\": \"x\\ny\\n\"}]}"},
        {"a: 1\rb: 2\r", "{\"a\": 1, \"b\": 2}"},
        {"<<: {a: 1}\n=: 2", "{\"<<\": {\"a\": 1}, \"=\": 2}"},
        {"a: !!str 1\nb: !!int 2\nc: !!float 3\nd: !!bool true\ne: !!null\nf: !!seq []\ng: !!map {}\nh: ! 4\n"
         "!!str i: !<tag:yaml.org,2002:str> 5\nj: !!str\n",
         "{\"a\": \"1\", \"b\": 2, \"c\": 3, \"d\": true, \"e\": null, \"f\": [], \"g\": {}, \"h\": \"4\", \"i\": "
         "\"5\", \"j\": \"\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_same(cases[i][0], cases[i][1]);
}

/* More members than are compared one by one. */
static void test_large_mapping(void **state)
{
    (void)state;
    struct buf yaml = {0}, json = {0};
    for (int i = 0; i < 1000; i++) {
        buf_printf(&yaml, "key %d: {n: %d, t: \"%d\"}\n", i, i, i);
        buf_printf(&json, "%s\"key %d\":{\"n\":%d,\"t\":\"%d\"}", i ? "," : "{", i, i, i);
    }
    buf_putc(&json, '}');
    assert_same(buf_text(&yaml), buf_text(&json));
    struct jdoc doc = parse(buf_text(&yaml));
    assert_int_equal(jdoc_count(&doc, 0), 1000);
    uint32_t value = jdoc_get(&doc, 0, "key 777", 7);
    assert_int_not_equal(value, JDOC_NONE);
    struct buf pointer = {0};
    jdoc_pointer(&doc, value + 2, &pointer);
    assert_string_equal(buf_text(&pointer), "/key 777/n");
    assert_int_equal(jdoc_at_pointer(&doc, 0, "/key 777/n", 10), value + 2);
    assert_int_equal(jdoc_get(&doc, 0, "key 1000", 8), JDOC_NONE);
    buf_free(&pointer);
    buf_free(&yaml);
    buf_free(&json);
    jdoc_free(&doc);
}

static void test_duplicates(void **state)
{
    (void)state;
    struct jdoc doc = parse("a: 1\nb: {x: 1, 'x': 2}\n\"a\": 3\n");
    assert_int_equal(doc.duplicate_count, 2);
    assert_int_equal(doc.nodes[doc.duplicates[0].first].start, 9);
    assert_int_equal(doc.nodes[doc.duplicates[0].again].start, 15);
    assert_int_equal(doc.nodes[doc.duplicates[1].first].start, 0);
    assert_int_equal(doc.nodes[doc.duplicates[1].again].start, 23);
    assert_int_equal(jdoc_count(&doc, 0), 2);
    int64_t value = 0;
    assert_true(jdoc_integer(&doc, jdoc_get(&doc, 0, "a", 1), &value));
    assert_int_equal(value, 3);
    jdoc_free(&doc);
}

/* -------------------------------------------------------------------------------------------------------- positions */

static void test_positions(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbf# \xc3\xa4\xf0\x9f\x98\x80\r\n"
                               "k\xc3\xa9: \"\xc3\xbc\" # \xc3\xb6\r\n"
                               "list:\r\n"
                               "  - -12.5\r\n"
                               "  - {x: ~, y: 'z'}\r\n"
                               "  - |\r\n"
                               "    \xc3\xa4\r\n"
                               "  - !!int 7\r\n"
                               "empty:\r\n"
                               "last: [a, true]\r\n";
    static const struct {
        const char *pointer, *at;
        uint32_t line, column;
    } cases[] = {
        {"", "k\xc3\xa9:", 2, 1},    {"/k\xc3\xa9", "\"\xc3\xbc\"", 2, 6},
        {"/list", "- -12.5", 4, 3},  {"/list/0", "-12.5", 4, 5},
        {"/list/1", "{x", 5, 5},     {"/list/1/x", "~", 5, 9},
        {"/list/1/y", "'z'", 5, 15}, {"/list/2", "|", 6, 5},
        {"/list/3", "7\r", 8, 11},   {"/empty", "\r\nlast", 9, 7},
        {"/last", "[a", 10, 7},      {"/last/0", "a,", 10, 8},
        {"/last/1", "true", 10, 11},
    };
    struct jdoc doc = parse(text);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t node = jdoc_at_pointer(&doc, 0, cases[i].pointer, strlen(cases[i].pointer));
        assert_int_not_equal(node, JDOC_NONE);
        struct text_position at = jdoc_position(&doc, node);
        if (strncmp(doc.text + doc.nodes[node].start, cases[i].at, strlen(cases[i].at)) != 0)
            fail_msg("%s is at %.10s", cases[i].pointer, doc.text + doc.nodes[node].start);
        assert_int_equal(at.line, cases[i].line);
        assert_int_equal(at.column, cases[i].column);
    }
    uint32_t number = jdoc_at_pointer(&doc, 0, "/list/0", 7);
    assert_int_equal(jdoc_number_size(&doc, number), 5);
    assert_memory_equal(jdoc_number(&doc, number), "-12.5", 5);
    uint32_t key = jdoc_get(&doc, 0, "last", 4) - 1;
    assert_int_equal(doc.text[doc.nodes[key].start], 'l');
    uint32_t string = jdoc_at_pointer(&doc, 0, "/list/2", 7);
    assert_true(jdoc_string_is(&doc, string, "\xc3\xa4\n", 3));
    assert_int_equal(jdoc_characters(&doc, string), 2);
    jdoc_free(&doc);
}

/* ----------------------------------------------------------------------------------------------------------- errors */

static void test_errors(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum jpk_code code;
        uint32_t offset, line, column;
        const char *message; /* how it begins */
    } cases[] = {
        /* what is refused by name */
        {"a: &x 1", JPK_ERR_YAML, 3, 1, 4, "an anchor: anchors and aliases are not read"},
        {"a: &x\n  - 1", JPK_ERR_YAML, 3, 1, 4, "an anchor"},
        {"&x {a: 1}", JPK_ERR_YAML, 0, 1, 1, "an anchor"},
        {"&x a: 1", JPK_ERR_YAML, 0, 1, 1, "an anchor"},
        {"a: &x", JPK_ERR_YAML, 3, 1, 4, "an anchor"},
        {"\xc3\xa4: 1\nb: *x", JPK_ERR_YAML, 9, 2, 4, "an alias: anchors and aliases are not read"},
        {"*x : 1", JPK_ERR_YAML, 0, 1, 1, "an alias"},
        {"a: !secret x", JPK_ERR_YAML, 3, 1, 4, "a tag: custom tags are not read"},
        {"a: !!binary x", JPK_ERR_YAML, 3, 1, 4, "a tag"},
        {"a: !x!y z", JPK_ERR_YAML, 3, 1, 4, "a custom tag"},
        {"a: !m {}", JPK_ERR_YAML, 3, 1, 4, "a tag"},
        {"a: !m []", JPK_ERR_YAML, 3, 1, 4, "a tag"},
        {"a: !!int x", JPK_ERR_YAML, 3, 1, 4, "the value is not what its tag says"},
        {"a: !!int 1.5", JPK_ERR_YAML, 3, 1, 4, "the value is not what its tag says"},
        {"a: !!int '1'", JPK_ERR_YAML, 3, 1, 4, "the value is not what its tag says"},
        {"a: !!map []", JPK_ERR_YAML, 3, 1, 4, "the value is not what its tag says"},
        {"a: !!seq x", JPK_ERR_YAML, 3, 1, 4, "the value is not what its tag says"},
        {"!!int 1: x", JPK_ERR_YAML, 0, 1, 1, "a key with a tag: keys are strings"},
        {"? [a]\n: 1", JPK_ERR_YAML, 2, 1, 3, "a key that is a mapping or a list: keys are strings"},
        {"{{a: 1}: 2}", JPK_ERR_YAML, 1, 1, 2, "a key that is a mapping or a list"},
        {"a: 1\n? \n: 2", JPK_ERR_YAML, 6, 2, 2, "a member without a key; the empty key is written \"\""},
        {"a: 1\n--- # x\nb: 2", JPK_ERR_YAML, 5, 2, 1, "a second document: a file holds one"},
        {"a: 1\n...\n# x\n  b: 2", JPK_ERR_YAML, 15, 4, 3, "a second document"},
        {"---\n---\n", JPK_ERR_YAML, 4, 2, 1, "a second document"},
        {"a\n...\n%YAML 1.2\n---\nb", JPK_ERR_YAML, 6, 3, 1, "a second document"},
        {"%TAG ! tag:example.com,2026:\n---\na", JPK_ERR_YAML, 0, 1, 1, "a directive: only %YAML is read"},
        {"# x\n%YAML 1.2\n%TAG ! x:\n--- a", JPK_ERR_YAML, 14, 3, 1, "a second directive: only one %YAML is read"},
        {"%YAML 2.0\n--- a", JPK_ERR_YAML, 0, 1, 1, "found incompatible YAML document"},
        {"%YAML 1.2\na", JPK_ERR_YAML, 10, 2, 1, "expected '---' behind a directive"},
        /* encoding and characters */
        {"a: \xff", JPK_ERR_ENCODING, 3, 1, 4, "not UTF-8"},
        {"\xff\xfe"
         "a",
         JPK_ERR_ENCODING, 0, 1, 1, "not UTF-8; it looks like UTF-16"},
        {"a: \"\xed\xa0\x80\"", JPK_ERR_ENCODING, 4, 1, 5, "not UTF-8"},
        {"a: \x01", JPK_ERR_YAML, 3, 1, 4, "control character U+0001: in double quotes it is \"\\x01\""},
        {"a: 1\n# \x7f", JPK_ERR_YAML, 7, 2, 3, "control character U+007F"},
        {"a: \xc2\x85", JPK_ERR_YAML, 3, 1, 4, "U+0085, which is a line break to some"},
        {"a: '\xe2\x80\xa8'", JPK_ERR_YAML, 4, 1, 5, "U+2028, which is a line break to some"},
        {"a: \xef\xbb\xbf", JPK_ERR_YAML, 3, 1, 4, "U+FEFF: a byte order mark begins a file"},
        {"a: \xef\xbf\xbf", JPK_ERR_YAML, 3, 1, 4, "U+FFFF, which is no character"},
        /* grammar */
        {"\ta: 1", JPK_ERR_YAML, 0, 1, 1, "a tab: YAML indents with spaces"},
        {"a:\n\tb: 1", JPK_ERR_YAML, 3, 2, 1, "a tab: YAML indents with spaces"},
        {"a: |\n\tx", JPK_ERR_YAML, 5, 2, 1, "a tab: YAML indents with spaces"},
        {"a: @b", JPK_ERR_YAML, 3, 1, 4, "a text cannot begin with '@': it needs quotes"},
        {"a: `b`", JPK_ERR_YAML, 3, 1, 4, "a text cannot begin with '`': it needs quotes"},
        {"a: b: c", JPK_ERR_YAML, 4, 1, 5, "a ':' where no key can be"},
        {"a: 1\nb\nc: 2", JPK_ERR_YAML, 5, 2, 1, "expected ':' behind a key"},
        {"a: 1\n b: 2", JPK_ERR_YAML, 7, 2, 3, "a ':' where no key can be"},
        {"a:\n  b: 1\n c: 2", JPK_ERR_YAML, 11, 3, 2,
         "expected a key, or the indentation is wrong: in the mapping "
         "that begins on line 1, column 1"},
        {"x:\n- a\nb", JPK_ERR_YAML, 7, 3, 1, "expected ':' behind a key"},
        {"- a\nb: 1", JPK_ERR_YAML, 4, 2, 1,
         "expected '- ', or the indentation is wrong: in the list that begins on "
         "line 1, column 1"},
        {"a: - b", JPK_ERR_YAML, 3, 1, 4, "a '- ' where no list can begin"},
        {"a: [b, c\nd: 1", JPK_ERR_YAML, 10, 2, 2,
         "expected ',' or the ']' of the list that begins on line 1, column 4"},
        {"a: {b: c\nd: 1", JPK_ERR_YAML, 10, 2, 2,
         "expected ',' or the '}' of the mapping that begins on line 1, column 4"},
        {"[a, , b]", JPK_ERR_YAML, 4, 1, 5, "expected a value"},
        {"a: \"b", JPK_ERR_YAML, 3, 1, 4, "a quoted text without an end"},
        {"a: 'b\n---\n", JPK_ERR_YAML, 3, 1, 4, "a quoted text without an end before the next document"},
        {"a: \"x\\q\"", JPK_ERR_YAML, 5, 1, 6, "a backslash that begins no escape of YAML"},
        {"a: \"\\u12\"", JPK_ERR_YAML, 6, 1, 7, "an escape without its hexadecimal digits"},
        {"a: \"\\ud83d\\ude00\"", JPK_ERR_YAML, 6, 1, 7, "an escape of no character"},
        {"\"a\":1", JPK_ERR_YAML, 3, 1, 4, "text behind the value of the document"},
        {"[a] b", JPK_ERR_YAML, 4, 1, 5, "text behind the value of the document"},
        {"a: 1e1234567890123456789", JPK_ERR_LIMIT, 4, 1, 5, "an exponent of more than 18 digits"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jpk_error err = refuse_bytes(cases[i].text, strlen(cases[i].text), NULL);
        if (strncmp(err.message, cases[i].message, strlen(cases[i].message)) != 0 || err.code != cases[i].code ||
            !err.has_offset || err.offset != cases[i].offset || err.line != cases[i].line ||
            err.column != cases[i].column)
            fail_msg("%s: %s at %u, %u:%u: %s", cases[i].text, jpk_code_name(err.code), (unsigned)err.offset,
                     (unsigned)err.line, (unsigned)err.column, err.message);
    }
    struct jpk_error err = refuse_bytes("a: x\0y", 6, NULL);
    assert_int_equal(err.code, JPK_ERR_YAML);
    assert_int_equal(err.offset, 4);
    assert_string_equal(jpk_code_name(JPK_ERR_YAML), "yaml");
    assert_int_equal(jpk_code_status(JPK_ERR_YAML), 3);
}

static void test_options(void **state)
{
    (void)state;
    struct jdoc_options options = {.reject_duplicates = true};
    struct jpk_error err = refuse_bytes("\xc3\xa4: 1\nb: 2\n\"\\xe4\": 3\n", 21, &options);
    assert_int_equal(err.code, JPK_ERR_YAML);
    assert_int_equal(err.offset, 11);
    assert_string_equal(err.message, "the key \"\xc3\xa4\" again: it is already on line 1, column 1");
    options = (struct jdoc_options){.reject_nul = true};
    err = refuse_bytes("a: \"x\\0\"", 8, &options);
    assert_int_equal(err.code, JPK_ERR_YAML);
    assert_int_equal(err.offset, 3);
    options = (struct jdoc_options){.depth = 2, .depth_name = "--max-depth"};
    err = refuse_bytes("a:\n  - b\n  - c: 1\n", 18, &options);
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    assert_int_equal(err.line, 3);
    assert_int_equal(err.column, 5);
    assert_string_equal(err.message, "nested more than 2 levels deep (--max-depth)");
    options = (struct jdoc_options){.size = 5, .size_name = "--max-file"};
    err = refuse_bytes("abcdef", 6, &options);
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    assert_string_equal(err.message, "larger than 5 bytes (--max-file)");
}

/* ------------------------------------------------------------------------------------------------------- odd inputs */

static void test_deep(void **state)
{
    (void)state;
    struct buf text = {0};
    repeat(&text, "[", 10000);
    repeat(&text, "]", 10000);
    struct jpk_error err = refuse_bytes(text.data, text.size, NULL);
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    assert_int_equal(err.offset, JDOC_DEPTH);
    buf_clear(&text);
    repeat(&text, "- ", 10000);
    err = refuse_bytes(text.data, text.size, NULL);
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    assert_int_equal(err.offset, 2 * JDOC_DEPTH);
    buf_clear(&text);
    repeat(&text, "{a: ", 1000);
    repeat(&text, "}", 1000);
    struct jdoc doc = parse_bytes(text.data, text.size);
    assert_int_equal(doc.count, 2001);
    jdoc_free(&doc);
    buf_free(&text);
}

static void test_long(void **state)
{
    (void)state;
    enum { SIZE = 1 << 20 };
    struct buf text = {0};
    static const char *const begins[] = {"", "\"", "|\n ", ">\n "};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        buf_clear(&text);
        buf_puts(&text, begins[i]);
        repeat(&text, "x", SIZE);
        buf_puts(&text, i == 1 ? "\"" : "");
        struct jdoc doc = parse_bytes(text.data, text.size);
        assert_int_equal(jdoc_type(&doc, 0), JDOC_STRING);
        assert_int_equal(jdoc_string_size(&doc, 0), SIZE);
        assert_int_equal(jdoc_characters(&doc, 0), SIZE);
        jdoc_free(&doc);
    }
    buf_clear(&text);
    repeat(&text, "1", SIZE);
    struct jdoc doc = parse_bytes(text.data, text.size);
    assert_int_equal(jdoc_type(&doc, 0), JDOC_NUMBER);
    assert_int_equal(jdoc_number_size(&doc, 0), SIZE);
    jdoc_free(&doc);
    buf_clear(&text); /* a key on one line with its value has a bound */
    repeat(&text, "k", 1025);
    buf_puts(&text, ": 1");
    assert_int_equal(refuse_bytes(text.data, text.size, NULL).code, JPK_ERR_YAML);
    buf_clear(&text);
    repeat(&text, "- [a, {b: c}]\n", 100000);
    doc = parse_bytes(text.data, text.size);
    assert_int_equal(jdoc_count(&doc, 0), 100000);
    jdoc_free(&doc);
    buf_clear(&text); /* as many directives as would take libyaml minutes */
    repeat(&text, "%TAG !x! y\n", 100000);
    assert_int_equal(refuse_bytes(text.data, text.size, NULL).offset, 0);
    buf_clear(&text); /* the same behind a comment that another line break ends */
    buf_puts(&text, "#\r%YAML 1.2\r#\r");
    repeat(&text, "%TAG !x! y\r", 100000);
    assert_int_equal(refuse_bytes(text.data, text.size, NULL).offset, 14);
    buf_clear(&text); /* as many values in brackets */
    repeat(&text, "[", 999);
    buf_putc(&text, '\n');
    repeat(&text, "a,", 200000);
    struct jpk_error err = refuse_bytes(text.data, text.size, NULL);
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    assert_int_equal(err.line, 2);
    buf_clear(&text); /* as many words behind as much white space */
    buf_putc(&text, 'a');
    repeat(&text, " ", 8193);
    repeat(&text, "a ", 100000);
    err = refuse_bytes(text.data, text.size, NULL);
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    assert_int_equal(err.offset, 8193);
    text.data[5] = 'b';
    doc = parse_bytes(text.data, text.size);
    jdoc_free(&doc);
    buf_free(&text);
}

/* A text is accepted or refused with a place in it, whatever was done to it. */
static void test_damaged(void **state)
{
    (void)state;
    static const char text[] =
        "# c\nname: \"x\\u00e9\" # d\nlist:\n- 1\n- {a: ~, 'b': [2.5, true]}\n- |\n  k\n  l\n- >-\n"
        "  m\n? x y\n: !!str 1\nlast:\n  z: -3e2\n...\n";
    static const char odd[] = "\0\t\n\r -:?[]{},#&*!|>'\"%@`\\0a\x80\xc3\xff";
    enum { SIZE = sizeof text - 1 };
    uint32_t refused = 0;
    for (size_t i = 0; i < SIZE; i++) {
        for (size_t j = 0; j < sizeof odd - 1; j++) {
            char damaged[SIZE];
            struct jdoc doc = {0};
            struct jpk_error err = {0};
            memcpy(damaged, text, SIZE);
            damaged[i] = odd[j];
            if (jdoc_parse_yaml(&doc, damaged, SIZE, NULL, &err)) {
                for (uint32_t node = 0; node < doc.count; node++)
                    assert_true(doc.nodes[node].start <= SIZE && doc.nodes[node].next > node);
                jdoc_free(&doc);
                continue;
            }
            refused++;
            assert_int_not_equal(err.code, JPK_OK);
            assert_true(err.has_offset && err.offset <= SIZE && err.line > 0);
        }
        struct jdoc doc = {0};
        if (jdoc_parse_yaml(&doc, text, i, NULL, NULL))
            jdoc_free(&doc);
    }
    assert_true(refused > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalars),    cmocka_unit_test(test_structures), cmocka_unit_test(test_large_mapping),
        cmocka_unit_test(test_duplicates), cmocka_unit_test(test_positions),  cmocka_unit_test(test_errors),
        cmocka_unit_test(test_options),    cmocka_unit_test(test_deep),       cmocka_unit_test(test_long),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
