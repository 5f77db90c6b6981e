/* Java properties, and values in their own encodings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "jpk/properties.h"
#include "tests/unit/projectmaker.h"

/* Parses a copy of exactly this size. */
static bool parse(const char *text, size_t n, struct arena *arena, struct properties *out, struct jpk_error *err)
{
    char *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, text, n);
    *err = (struct jpk_error){0};
    bool ok = properties_parse(copy, n, arena, out, err);
    assert_int_equal(ok, err->code == JPK_OK);
    free(copy);
    return ok;
}

/* `line:key=value|` for each pair, then the comment. */
static const struct {
    const char *text, *expected;
} cases[] = {
    {"", ""},
    {"\n\n\r\n  \n", ""},
    {"a=b", "1:a=b|"},
    {"a=b\nc=d\r\ne=f\rg=h", "1:a=b|2:c=d|3:e=f|4:g=h|"},
    {"a:b\nc d\ne\tf\ng\fh", "1:a=b|2:c=d|3:e=f|4:g=h|"},
    {"  a  =  b  \n", "1:a=b  |"}, /* blanks at the end belong to the value */
    {"a = = b", "1:a== b|"},
    {"a", "1:a=|"},
    {"=b", "1:=b|"},
    {"a\\=b\\:c\\ d=e", "1:a=b:c d=e|"},
    {"a=\\t\\n\\r\\f\\\\\\q\\\"", "1:a=\t\n\r\f\\q\"|"},
    {"a=2\\:37\\:11 PM", "1:a=2:37:11 PM|"},
    {"a=one\\\n   two\\\r\n\tthree\nb=c", "1:a=onetwothree|4:b=c|"},
    {"a=one\\\n\nb=c", "1:a=one|3:b=c|"},
    {"a=b\\", "1:a=b|"},
    {"ke\\\n  y=v", "1:key=v|"},
    {"# Wed Jun 20\n!second\na=b\n#third", "3:a=b|# Wed Jun 20"},
    {"a=b\n# late", "1:a=b|"},
    {"a=b # no comment", "1:a=b # no comment|"},
    {"a=\\u0041\\u00e9\\u20AC\\ud83d\\ude00.", "1:a=A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80.|"},
    {"a=\xc3\xa9\\\xc3\xa9", "1:a=\xc3\xa9\xc3\xa9|"},     /* UTF-8 */
    {"a=\xe9\xff\\\xe9", "1:a=\xc3\xa9\xc3\xbf\xc3\xa9|"}, /* ISO 8859-1 */
    {"a=\xe9\xc3\xa9", "1:a=\xc3\xa9\xc3\x83\xc2\xa9|"},   /* all of the file or nothing */
    {"a=1\nb=2\na=3", "1:a=1|2:b=2|3:a=3|"},
};

static void test_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena arena = {0};
        struct properties properties = {0};
        struct jpk_error err;
        struct buf out = {0};
        assert_true(parse(cases[i].text, strlen(cases[i].text), &arena, &properties, &err));
        for (size_t j = 0; j < properties.count; j++)
            buf_printf(&out, "%u:%s=%s|", properties.items[j].line, properties.items[j].key, properties.items[j].value);
        if (properties.comment)
            buf_printf(&out, "#%s", properties.comment);
        assert_string_equal(buf_text(&out), cases[i].expected);
        buf_free(&out);
        arena_free(&arena);
    }
}

static void test_get(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct properties properties = {0}, none = {0};
    struct jpk_error err;
    assert_true(parse("a=1\nb=2\na=3", 11, &arena, &properties, &err));
    assert_string_equal(properties_get(&properties, "a"), "3"); /* the last counts */
    assert_string_equal(properties_get(&properties, "b"), "2");
    assert_null(properties_get(&properties, "A"));
    assert_null(properties_get(&none, "a"));
    arena_free(&arena);
}

static void test_errors(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t n; /* 0: up to the NUL */
        const char *message;
        uint32_t line, column;
        uint64_t offset;
    } wrong[] = {
        {"a=b\nc=x\\u12", 0, "has a malformed \\uXXXX escape", 2, 4, 7},
        {"a=\\u12g4", 0, "has a malformed \\uXXXX escape", 1, 3, 2},
        {"a\\u=1", 0, "has a malformed \\uXXXX escape", 1, 2, 1},
        {"a=\\ud83d", 0, "has a malformed \\uXXXX escape", 1, 3, 2}, /* half of a character */
        {"a=\\ud83d\\n.....", 0, "has a malformed \\uXXXX escape", 1, 3, 2},
        {"a=\\ud83d\\u0041", 0, "has a malformed \\uXXXX escape", 1, 3, 2},
        {"a=\\ud83d\\u00", 0, "has a malformed \\uXXXX escape", 1, 3, 2},
        {"a=\\ude00", 0, "has a malformed \\uXXXX escape", 1, 3, 2},
        {"a=\\u0000", 0, "has a malformed \\uXXXX escape", 1, 3, 2},
        {"a=b\0c", 5, "holds a NUL byte", 1, 4, 3},
        {"\n\0=c", 4, "holds a NUL byte", 2, 1, 1},
        {"a=b\\\0c", 6, "holds a NUL byte", 1, 5, 4},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct arena arena = {0};
        struct properties properties = {.count = 77};
        struct jpk_error err;
        assert_false(parse(wrong[i].text, wrong[i].n ? wrong[i].n : strlen(wrong[i].text), &arena, &properties, &err));
        assert_int_equal(err.code, JPK_ERR_FORMAT);
        assert_string_equal(err.message, wrong[i].message);
        assert_true(err.line == wrong[i].line && err.column == wrong[i].column && err.offset == wrong[i].offset);
        assert_int_equal(properties.count, 77); /* untouched */
        arena_free(&arena);
    }
}

/* Whatever the bytes: all that comes out is UTF-8. */
static void test_random(void **state)
{
    (void)state;
    static const char alphabet[] = "ab=: \t\\\\\\uu0d8\n\r#!\xe9\xc3\xa9\0";
    uint32_t seed = 5;
    for (int round = 0; round < 50000; round++) {
        char text[24];
        size_t n = 1 + (seed >> 10) % sizeof text;
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525u + 1013904223u;
            text[i] = alphabet[(seed >> 12) % (sizeof alphabet - 1)];
        }
        struct arena arena = {0};
        struct properties properties = {0};
        struct jpk_error err;
        if (parse(text, n, &arena, &properties, &err))
            for (size_t i = 0; i < properties.count; i++) {
                assert_true(text_utf8(properties.items[i].key, strlen(properties.items[i].key), NULL));
                assert_true(text_utf8(properties.items[i].value, strlen(properties.items[i].value), NULL));
            }
        else
            assert_true(err.line > 0 && err.column > 0);
        arena_free(&arena);
    }
}

/* --------------------------------------------------------------------------------------------------------- values */

static void test_version(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected; /* NULL: none */
    } versions[] = {
        {"110410000000033", "11.41.0.33"},
        {"80290000000009", "8.29.0.9"},
        {"10000000000000", "1.0.0.0"},
        {"9999999999999999", "999.999.0.9999999999"},
        {"11.41.0.33", "11.41.0.33"},
        {"8.29", "8.29"},
        {"1234567890.1234567890.123456789", "1234567890.1234567890.123456789"}, /* 31 bytes just fit */
        {"1234567890.1234567890.1234567890", NULL},
        {"9999999999999", NULL},
        {"10000000000000000", NULL},
        {"99999999999999999999999999", NULL},
        {"", NULL},
        {NULL, NULL},
        {"-110410000000033", NULL},
        {" 110410000000033", NULL},
        {"11.41a", NULL},
        {"11.41.", NULL},
        {".41", NULL},
        {"11..41", NULL},
    };
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        char out[32] = "untouched";
        assert_int_equal(jpk_version_decode(versions[i].text, out), versions[i].expected != NULL);
        assert_string_equal(out, versions[i].expected ? versions[i].expected : "untouched");
    }
}

static void test_time(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } times[] = {
        {"0", "1970-01-01T00:00:00Z"},
        {"999", "1970-01-01T00:00:00Z"},
        {"1000", "1970-01-01T00:00:01Z"},
        {"1756506175000", "2025-08-29T22:22:55Z"},
        {"951782400000", "2000-02-29T00:00:00Z"},
        {"253402300799999", "9999-12-31T23:59:59Z"},
        {"253402300800000", ""},
        {"99999999999999999999999", ""},
        {"-1", ""},
        {"-99999999999999999999999", ""},
        {"", ""},
        {NULL, ""},
        {"12x", ""},
        {"x", ""},
        {"1e5", ""},
    };
    assert_int_equal(setenv("TZ", "Pacific/Kiritimati", 1), 0); /* the zone of the host does not matter */
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        char out[32];
        memset(out, 'x', sizeof out);
        jpk_time_decode(times[i].text, out);
        assert_string_equal(out, times[i].expected);
    }
}

/* A value of so many base64 digits and signs of equality. */
static const char *encrypted(size_t digits, const char *end)
{
    static char value[256];
    memcpy(value, "$00", 3);
    memset(value + 3, 'A', digits);
    strcpy(value + 3 + digits, end);
    return value;
}

static void test_encrypted(void **state)
{
    (void)state;
    size_t least = 0, most = 0;
    assert_true(jpk_encrypted_length(encrypted(43, "="), &least, &most)); /* 32 bytes */
    assert_true(least == 0 && most == 15);
    assert_true(jpk_encrypted_length(encrypted(64, ""), &least, &most)); /* 48 */
    assert_true(least == 16 && most == 31);
    assert_true(jpk_encrypted_length(encrypted(86, "=="), &least, &most)); /* 64 */
    assert_true(least == 32 && most == 47);
    assert_true(jpk_encrypted_length("$00ABab09+/ABab09+/ABab09+/ABab09+/ABab09+/ABa=", &least, &most));
    static const struct {
        size_t digits;
        const char *end;
    } wrong[] = {
        {0, ""},     {4, ""},    {22, "=="}, /* less than two blocks */
        {43, ""},    {42, "=="}, {44, ""},   {41, "==="}, {43, "A="},
        {43, "=\n"}, {42, "=A"}, {63, "-"},  {63, " "},   {44, "===="},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (jpk_encrypted_length(encrypted(wrong[i].digits, wrong[i].end), &least, &most))
            fail_msg("%zu digits and %s", wrong[i].digits, wrong[i].end);
    }
    assert_false(jpk_encrypted_length(NULL, &least, &most));
    assert_false(jpk_encrypted_length("", &least, &most));
    assert_false(jpk_encrypted_length("$01AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", &least, &most));
    assert_true(least == 0 && most == 15); /* untouched since the last right one */
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(jpk_severity_name(JPK_INFO), "info");
    assert_string_equal(jpk_severity_name(JPK_ERROR), "error");
    for (int type = 0; type < JPK_TYPE_COUNT; type++) {
        const struct jpk_type_info *info = jpk_type_info((enum jpk_type)type);
        assert_int_equal(info->type, type);
        if (type != JPK_TYPE_UNKNOWN)
            assert_ptr_equal(jpk_type_by_name(info->name), info);
    }
    assert_int_equal(jpk_type_info((enum jpk_type)9999)->type, JPK_TYPE_UNKNOWN);
    assert_null(jpk_type_by_name(""));
    assert_null(jpk_type_by_name("operation"));
}

static void test_edit(void **state)
{
    (void)state;
    static const struct property_edit edits[] = {{"a", "new: \xc3\xa4"}, {"b b", NULL}, {"c", "same"}, {"gone", "x"}};
    static const struct {
        const char *text, *edited;
    } rows[] = {
        {"", ""},
        {"a=1", "a=new\\: \\u00E4"},
        {"#a=1\r\n  a : 1\r\nd=2\r\n", "#a=1\r\na=new\\: \\u00E4\r\nd=2\r\n"},
        {"d\nb\\ b=1\\\n  2\n\n !b b\nc same\n", "d\n\n !b b\nc same\n"},
        {"c=other\ra=1\r", "c=same\ra=new\\: \\u00E4\r"},
        {"d=\xe4\na=\xe4\n", "d=\xe4\na=new\\: \\u00E4\n"}, /* bytes of another encoding stay */
        {"a=1\na=2\n", "a=new\\: \\u00E4\na=new\\: \\u00E4\n"},
    };
    struct jpk_error err = {0};
    struct buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        buf_clear(&out);
        assert_true(
            properties_edit(rows[i].text, strlen(rows[i].text), edits, sizeof edits / sizeof edits[0], &out, &err));
        assert_string_equal(buf_text(&out), rows[i].edited);
    }
    assert_false(properties_edit("d\na=\\uXY\n", 9, edits, 1, &out, &err));
    assert_int_equal(err.code, JPK_ERR_FORMAT);
    assert_int_equal(err.line, 2);
    buf_free(&out);
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),     cmocka_unit_test(test_get),     cmocka_unit_test(test_errors),
        cmocka_unit_test(test_random),    cmocka_unit_test(test_version), cmocka_unit_test(test_time),
        cmocka_unit_test(test_encrypted), cmocka_unit_test(test_names),   cmocka_unit_test(test_edit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
