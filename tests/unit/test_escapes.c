/* Escapes of JSON: what they stand for, where it stands in the text, and that they hide no secret. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "jpk/cloud_shape.h"
#include "jpk/escapes.h"
#include "jpk/secret_text.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct {
    const char *text, *resolved;
} rows[] = {
    {"\\u003d\\u003C\\u0026", "=<&"},
    {"\\u0022", "\\\""},
    {"a\\u0022b\\u005cc", "a\\\"b\\\\c"},
    {"https:\\/\\/x", "https://x"},
    {"\\u000a\\u0009\\u000B\\u001f", "\\n\\t\\u000b\\u001f"},
    {"\\u00e9\\u20ac", "\xc3\xa9\xe2\x82\xac"},
    {"\\ud83d\\ude00!", "\xf0\x9f\x98\x80!"},
    {"\\ud83d!\\u003d", "\\ud83d!="},
    {"\\ude00\\u003d", "\\ude00="},
    {"\\u00", ""},
    {"\\n\\\\ \\\"", ""},
    {"C:\\users\\u12", ""},
    /* JSON in a string of JSON */
    {"\\\\u003d", "="},
    {"\\\\u0022", "\\\\\\\""},
    {"\\\\u000a", "\\\\n"},
    {"\\\\ud83d\\\\ude00", "\xf0\x9f\x98\x80"},
    {"\\\\\\/", "/"},
    /* a backslash, and then an escape */
    {"\\\\\\u003d", "\\\\="},
    {"\\u005cu003d", "="},
    {"\\u005cu005cu0022", "\\\\\\\\\\\\\\\""},
    {"x\\", ""},
    /* characters of XML */
    {"p&#97;ss&#x5F;&#X3d;&#241;&#8364;", "pass_=\xc3\xb1\xe2\x82\xac"},
    {"&#97;\\u003d&#98;\\u003d", "a=b="},
    {"&#34;&#38;&#60;&#10;&#32;&#9;&#x5c;", ""},
    {"&#;&#x;&#97 &amp;#97;&#1114112;&#99999999999999999999;&#xd800;&#", ""},
};

static void what_they_stand_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf out = {0};
        escapes_resolve(rows[i].text, strlen(rows[i].text), &out);
        assert_string_equal(buf_text(&out), rows[i].resolved);
        buf_free(&out);
    }
}

/* What canonical text has for the same string is resolved to the same. */
static void canonical_text_is_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf json = {0}, canonical = {0}, one = {0}, other = {0};
        struct jdoc doc = {0};
        struct jpk_error err = {0};
        buf_printf(&json, "\"%s\"", rows[i].text);
        if (jdoc_parse(&doc, json.data, json.size, NULL, &err)) {
            cloud_put_string(&canonical, jdoc_string(&doc, 0), jdoc_string_size(&doc, 0));
            escapes_resolve(json.data, json.size, &one);
            escapes_resolve(canonical.data, canonical.size, &other);
            assert_string_equal(one.size ? one.data : json.data, other.size ? other.data : canonical.data);
        }
        jdoc_free(&doc);
        buf_free(&json);
        buf_free(&canonical);
        buf_free(&one);
        buf_free(&other);
    }
}

static void find(const char *text, size_t n, struct hygiene_hits *hits)
{
    assert_true(secret_text_find(text, n, secret_rules_of_secrets(), JPK_MEDIUM, hits));
}

/* The place is that in the text, and no escape is cut. */
static void places(void **state)
{
    static const struct {
        const char *text, *found;
    } cases[] = {
        {"\\u0022db_password\\u0022\\u003a\\u0022Hk7q00Zw3Vx9\\u0022,", "Hk7q00Zw3Vx9"},
        {"$db_password \\u003d \\u0022Hk7q\\u0030\\u0030Zw3Vx\\u0039\\u0022;", "Hk7q\\u0030\\u0030Zw3Vx\\u0039"},
        {"\\u003cpassword\\u003eHk7q00Zw3Vx9\\u003c\\/password\\u003e", "Hk7q00Zw3Vx9"},
        {"{\\\"password\\\": \\\"Hk7q00Zw3Vx9\\\", \\\"a\\\": \\\"\\u003d\\\"}", "Hk7q00Zw3Vx9"},
        {"https:\\/\\/bob:Hk7q00Zw3Vx9@ftp.acme.io\\/in", "Hk7q00Zw3Vx9"},
        {"{\\\\u0022password\\\\u0022: \\\\u0022Hk7q00Zw3Vx9\\\\u0022}", "Hk7q00Zw3Vx9"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct hygiene_hits hits = {0};
        find(cases[i].text, strlen(cases[i].text), &hits);
        assert_int_equal(hits.count, 1);
        assert_int_equal(hits.items[0].offset, strstr(cases[i].text, cases[i].found) - cases[i].text);
        assert_int_equal(hits.items[0].length, strlen(cases[i].found));
        hygiene_hits_free(&hits);
    }
}

/* What is shown is of the value itself. */
static void masks(void **state)
{
    struct buf out = {0};
    (void)state;
    secret_mask(&out, (enum secret_rule)HYGIENE_EMAIL_ADDRESS, "ann\\u0040orders.canary", 22);
    assert_string_equal(buf_text(&out), "a***@orders.canary");
    buf_free(&out);
}

static double seconds(const char *piece, size_t count)
{
    struct buf text = {0};
    struct hygiene_hits hits = {0};
    for (size_t i = 0; i < count; i++)
        buf_puts(&text, piece);
    clock_t before = clock();
    find(text.data, text.size, &hits);
    hygiene_hits_free(&hits);
    buf_free(&text);
    return (double)(clock() - before) / CLOCKS_PER_SEC;
}

/* Sixteen times as much takes about as many times as long, whatever the escapes are. */
static void time_is_linear(void **state)
{
    static const char *const pieces[] = {"\\u0022", "\\",  "\\u005cu005c",
                                         "\\ud83d", "\\/", "\\u0022password\\u0022\\u003a\\u0022Hk7q00Zw3Vx9\\u0022,"};
    (void)state;
    for (size_t i = 0; i < COUNT(pieces); i++) {
        size_t few = 200000 / strlen(pieces[i]);
        double least = seconds(pieces[i], few), most = seconds(pieces[i], 16 * few);
        assert_true(most < 100 * (least + 0.005));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_they_stand_for),
        cmocka_unit_test(canonical_text_is_the_same),
        cmocka_unit_test(places),
        cmocka_unit_test(masks),
        cmocka_unit_test(time_is_linear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
