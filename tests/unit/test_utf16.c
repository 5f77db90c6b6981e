/* UTF-16 with a byte order mark, as UTF-8 and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/utf16.h"
#include "jpk/cloud.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define BYTES(text) text, sizeof(text) - 1

static void both_ways(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        enum utf16 form;
        const char *text;
    } cases[] = {
        {BYTES("\xff\xfe"), UTF16_LITTLE, ""},
        {BYTES("\xff\xfe"
               "a\0\n\0"),
         UTF16_LITTLE, "a\n"},
        {BYTES("\xfe\xff\0a\x20\xac"), UTF16_BIG, "a\xe2\x82\xac"},
        {BYTES("\xff\xfe\x3d\xd8\x00\xde!\0"), UTF16_LITTLE, "\xf0\x9f\x98\x80!"},
        {BYTES("\xfe\xff\xdb\xff\xdf\xff"), UTF16_BIG, "\xf4\x8f\xbf\xbf"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf text = {0};
        buf_put(&text, cases[i].bytes, cases[i].n);
        assert_int_equal(utf16_read(&text), cases[i].form);
        assert_int_equal(text.size, strlen(cases[i].text));
        assert_string_equal(buf_text(&text), cases[i].text);
        utf16_write(&text, cases[i].form);
        assert_int_equal(text.size, cases[i].n);
        assert_memory_equal(text.data, cases[i].bytes, cases[i].n);
        buf_free(&text);
    }
}

/* No mark, half of a unit, half of a character. */
static void what_stays(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
    } cases[] = {
        {BYTES("")},
        {BYTES("\xff")},
        {BYTES("a\0b\0")},
        {BYTES("\xff\xff")},
        {BYTES("\xff\xfe"
               "a\0b")},
        {BYTES("\xff\xfe\x00\xde")},
        {BYTES("\xff\xfe\x3d\xd8")},
        {BYTES("\xff\xfe\x3d\xd8!\0")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf text = {0};
        buf_put(&text, cases[i].bytes, cases[i].n);
        assert_int_equal(utf16_read(&text), UTF16_NONE);
        utf16_write(&text, UTF16_NONE);
        assert_int_equal(text.size, cases[i].n);
        assert_memory_equal(buf_text(&text), cases[i].bytes, cases[i].n);
        buf_free(&text);
    }
}

static void exports_with_marks(void **state)
{
    (void)state;
    assert_true(jpk_cloud_looks_like(BYTES("\xef\xbb\xbf {")));
    assert_true(jpk_cloud_looks_like(BYTES("\xff\xfe\n\0[\0")));
    assert_true(jpk_cloud_looks_like(BYTES("\xfe\xff\0{\0")));
    assert_false(jpk_cloud_looks_like(BYTES("\xff\xfe{")));
    assert_false(jpk_cloud_looks_like(BYTES("\xff\xfe\x7b\x7b")));
    assert_false(jpk_cloud_looks_like(BYTES("\xfe\xff{\0")));
    assert_false(jpk_cloud_looks_like(BYTES("\xef\xbb{")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways),
        cmocka_unit_test(what_stays),
        cmocka_unit_test(exports_with_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
