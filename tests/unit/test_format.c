/* The formats of JSON Schema: by the official suite, and what it leaves out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "schema/format.h"
#include "tests/unit/suite.h"

static const char *const names[] = {
    "date", "date-time", "duration",      "email",         "hostname",     "idn-email", "idn-hostname",
    "ipv4", "ipv6",      "iri",           "iri-reference", "json-pointer", "regex",     "relative-json-pointer",
    "time", "uri",       "uri-reference", "uri-template",  "uuid",
};

enum { NAMES = sizeof names / sizeof names[0] };

/* Checks a copy of exactly this size, so that a read beyond it is seen. */
static bool check(const struct format *format, const char *text, size_t n)
{
    char *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, text, n);
    bool valid = format->check(copy, n);
    free(copy);
    return valid;
}

static const struct format *find(const char *name)
{
    const struct format *format = format_find(name, strlen(name));
    if (!format)
        fail_msg("no format %s", name);
    return format;
}

/* ----------------------------------------------------------------------------------------------------------- by name
 */

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES; i++) {
        const struct format *format = find(names[i]);
        assert_string_equal(format->name, names[i]);
        assert_true(format->check && format->what[0]);
        assert_true(format_in_draft(format, JPK_DRAFT_2020_12));
    }
    assert_null(format_find("", 0));
    assert_null(format_find("dat", 3));
    assert_null(format_find("Date", 4));
    assert_null(format_find("date\0", 5));
    assert_null(format_find("color", 5));
}

/* How many formats each draft defines, and those that came in last. */
static void test_drafts(void **state)
{
    (void)state;
    static const size_t expected[JPK_DRAFTS] = {6, 9, 17, 19, 19};
    for (int draft = 0; draft < JPK_DRAFTS; draft++) {
        size_t count = 0;
        for (size_t i = 0; i < NAMES; i++)
            count += format_in_draft(find(names[i]), (enum jpk_draft)draft);
        assert_int_equal(count, expected[draft]);
    }
    assert_false(format_in_draft(find("uri-reference"), JPK_DRAFT_4));
    assert_true(format_in_draft(find("uri-reference"), JPK_DRAFT_6));
    assert_false(format_in_draft(find("date"), JPK_DRAFT_6));
    assert_true(format_in_draft(find("date"), JPK_DRAFT_7));
    assert_false(format_in_draft(find("uuid"), JPK_DRAFT_7));
    assert_true(format_in_draft(find("uuid"), JPK_DRAFT_2019_09));
}

/* ------------------------------------------------------------------------------------------------------- single texts
 */

static const struct {
    const char *format, *text;
    bool valid;
} cases[] = {
    {"date", "2000-02-29", true},
    {"date", "1900-02-29", false},
    {"date", "0000-01-01", true},
    {"date", "2023-04-31", false},
    {"time", "23:59:60.5Z", true},
    {"time", "00:00:00.Z", false},
    {"time", "00:00:00", false},
    {"time", "23:59:60-00:00", true},
    {"time", "08:59:60+09:00", true},
    {"date-time", "2024-02-29 12:00:00Z", false},
    {"date-time", "2024-02-29T12:00:00+01:00", true},
    {"date-time", "2024-02-29T", false},
    {"duration", "P1Y2M3DT4H5M6S", true},
    {"duration", "P1YT1S", true},
    {"duration", "P1DT", false},
    {"duration", "P1S", false},
    {"duration", "P1W", true},
    {"duration", "PW", false},
    {"duration", "P1M1Y", false},
    {"duration", "PT1H1H", false},
    {"email", "a@b", true},
    {"email", "\"a\\\"b\"@example.com", true},
    {"email", "\"a\"b\"@example.com", false},
    {"email", "\"a\\\"@example.com", false},
    {"email", "\"\"@example.com", true},
    {"email", "a@[IPv6:2001:db8::1]", true},
    {"email", "a@[2001:db8::1]", false},
    {"email", "a@[1.2.3.4", false},
    {"email", "a@b@c", false},
    {"email", "\xc3\xa9@example.com", false},
    {"email", "a@\xc3\xa9.com", false},
    {"idn-email", "\"\\\xc3\xa9\"@example.com", false},
    {"idn-email", "\"\\\\\xc3\xa9\"@example.com", true},
    {"idn-email", "a@\xe2\x98\x83.com", false}, /* a symbol, which no label may hold */
    {"idn-email", "\xff@example.com", false},
    {"hostname", "1.2.3.4", true},
    {"hostname", "a.-b", false},
    {"hostname", "XN--9N2BP8Q", true},
    {"hostname", "xn--", false},
    {"hostname", "xn--4dbc5h.0a", false}, /* right to left somewhere, and a label that begins with a digit */
    {"hostname", "xn--4dbc5h.a0", true},
    {"idn-hostname",
     "b\xc3\xbc"
     "cher.example",
     true},
    {"idn-hostname",
     "B\xc3\xbc"
     "cher.example",
     false},                                         /* IDNA 2008 has no upper case */
    {"idn-hostname", "cafe\xcc\x81.example", false}, /* not in Unicode NFC */
    {"idn-hostname", "\xd7\x90\xcc\x81", true},      /* right to left, and a mark */
    {"idn-hostname", "\xff", false},
    {"ipv4", "1.2.3.04", false},
    {"ipv4", "0.0.0.00", false},
    {"ipv4", "1.2.3.4.", false},
    {"ipv4", "1.2.3.1000", false},
    {"ipv6", "1:2:3:4:5:6:7::", true},
    {"ipv6", "1:2:3:4:5:6:7:8::", false},
    {"ipv6", "::1:2:3:4:5:6:7:8", false},
    {"ipv6", "::2:3:4:5:6:7:8", true},
    {"ipv6", "1:2:3:4:5:6:1.2.3.4", true},
    {"ipv6", "1:2:3:4:5:6:7:1.2.3.4", false},
    {"ipv6", "1:2:3:4:5::1.2.3.4", true},
    {"ipv6", "1:2:3:4:5:6::1.2.3.4", false},
    {"ipv6", ":", false},
    {"ipv6", ":::", false},
    {"ipv6", "::1.2.3.4:1", false},
    {"uri", "a:", true},
    {"uri", "http://[v1.a:b]/", true},
    {"uri", "http://[v1.]/", false},
    {"uri", "http://[v.a]/", false},
    {"uri", "http://[::1]x/", false},
    {"uri", "http://[::1]:80/", true},
    {"uri", "http://a:80:80/", false},
    {"uri", "http://a:/", true},
    {"uri", "http:///a", true},
    {"uri", "http://a/?b?c/d#e?f/g", true},
    {"uri", "http://a/#b#c", false},
    {"uri", "http://%41/", true},
    {"uri-reference", "a:b", true},
    {"uri-reference", "%:b", false},
    {"uri-reference", "./%:b", false},
    {"iri", "http://a/\xee\x80\x80", false}, /* for private use: in a query only */
    {"iri", "http://a/?\xee\x80\x80", true},
    {"iri", "http://a/\xef\xb7\x90", false}, /* no character */
    {"iri", "http://a/\xff", false},
    {"uri-template", "{=a}", true}, /* reserved, but in the grammar */
    {"uri-template", "{a*:3}", false},
    {"uri-template", "{a:3*}", false},
    {"uri-template", "{a.}", false},
    {"uri-template", "{.a}", true},
    {"uri-template", "{a%4}", false},
    {"uri-template", "%4", false},
    {"uri-template", "{a", false},
    {"uri-template", "{", false},
    {"uri-template", "\xee\x80\x80", true},
    {"json-pointer", "/\xff", false},
    {"relative-json-pointer", "0", true},
    {"relative-json-pointer", "0#a", false},
    {"uuid", "123e4567-e89b-12d3-a456-42661417400g", false},
    {"regex", "a++", false},
    {"regex", "(?<=a+)", true},
};

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (check(find(cases[i].format), cases[i].text, strlen(cases[i].text)) != cases[i].valid)
            fail_msg("%s: %s should be %svalid", cases[i].format, cases[i].text, cases[i].valid ? "" : "not ");
}

/* Names of n letters in front of or behind an @, in labels of at most 50. */
static bool long_mail(const char *format, size_t local, size_t domain)
{
    struct buf text = {0};
    for (size_t i = 0; i < local; i++)
        buf_putc(&text, 'a');
    buf_putc(&text, '@');
    for (size_t i = 0; i < domain; i++)
        buf_putc(&text, i % 50 == 49 ? '.' : 'b');
    bool valid = check(find(format), text.data, text.size);
    buf_free(&text);
    return valid;
}

static void test_lengths(void **state)
{
    (void)state;
    static const char *const formats[] = {"email", "idn-email"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        assert_true(long_mail(formats[i], 64, 10));
        assert_false(long_mail(formats[i], 65, 10));
        assert_true(long_mail(formats[i], 64, 254 - 65));
        assert_false(long_mail(formats[i], 64, 255 - 65));
        assert_true(long_mail(formats[i], 1, 252));
        assert_false(long_mail(formats[i], 1, 253));
    }
}

/* What is longer than any name: the answer comes at once, and is no. */
static void test_long_texts(void **state)
{
    (void)state;
    enum { LENGTH = 1 << 20 };
    static const char *const pieces[] = {"a",  "1",   ".", "-",  ":", "xn--", "\xc3\xa9", "\xe3\x80\x82",
                                         "\"", "%41", "~", "{a}"};
    struct buf text = {0};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        buf_clear(&text);
        while (text.size < LENGTH)
            buf_puts(&text, pieces[i]);
        assert_false(check(find("hostname"), text.data, text.size));
        assert_false(check(find("idn-hostname"), text.data, text.size));
        assert_false(check(find("email"), text.data, text.size));
        assert_false(check(find("idn-email"), text.data, text.size));
        assert_false(check(find("ipv6"), text.data, text.size));
        assert_false(check(find("duration"), text.data, text.size));
        assert_true(check(find("uri-template"), text.data, text.size) == (strchr("\"", pieces[i][0]) == NULL));
    }
    buf_free(&text);
}

/* ------------------------------------------------------------------------------------------------------------ suite */

struct count {
    size_t passed, total;
};

/* One text, and every beginning of it in every format: no crash, no read beyond it. */
static void check_beginnings(const char *text, size_t n)
{
    size_t valid = 0;
    for (size_t length = 0; length <= n && length <= 80; length++)
        for (size_t i = 0; i < NAMES; i++)
            valid += check(find(names[i]), text, length);
    assert_true(valid > 0); /* the empty text is a JSON pointer */
}

static void run_case(const char *file, enum jpk_draft draft, json_t *one, struct count *count)
{
    const char *name = json_string_value(json_object_get(json_object_get(one, "schema"), "format"));
    const struct format *format = format_find(name, strlen(name));
    bool known = format && format_in_draft(format, draft);
    assert_true(known || strcmp(name, "unknown") == 0);
    size_t i;
    json_t *test;
    json_array_foreach(json_object_get(one, "tests"), i, test)
    {
        json_t *data = json_object_get(test, "data");
        bool valid =
            !known || !json_is_string(data) || check(format, json_string_value(data), json_string_length(data));
        bool ok = valid == json_is_true(json_object_get(test, "valid"));
        if (!ok)
            printf("%s: %s: %s\n", suite_drafts[draft], file, json_string_value(json_object_get(test, "description")));
        if (json_is_string(data) && draft == JPK_DRAFT_2020_12)
            check_beginnings(json_string_value(data), json_string_length(data));
        count->passed += ok;
        count->total++;
    }
}

static void run_draft(enum jpk_draft draft, struct count *count)
{
    char file[64];
    for (size_t i = 0; i < NAMES + 2; i++) {
        snprintf(file, sizeof file, "optional/format/%s.json",
                 i < NAMES    ? names[i]
                 : i == NAMES ? "unknown"
                              : "ecmascript-regex");
        json_t *cases_of_file = suite_load(draft, file), *one;
        size_t j;
        json_array_foreach(cases_of_file, j, one) run_case(file, draft, one, count);
        json_decref(cases_of_file);
    }
}

static void test_suite(void **state)
{
    (void)state;
    static const size_t least[JPK_DRAFTS] = {219, 325, 676, 757, 764};
    if (!suite_there())
        skip();
    for (int draft = 0; draft < JPK_DRAFTS; draft++) {
        struct count count = {0};
        run_draft((enum jpk_draft)draft, &count);
        printf("%s: %zu of %zu format tests\n", suite_drafts[draft], count.passed, count.total);
        assert_int_equal(count.passed, count.total);
        assert_true(count.total >= least[draft]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),   cmocka_unit_test(test_drafts),     cmocka_unit_test(test_texts),
        cmocka_unit_test(test_lengths), cmocka_unit_test(test_long_texts), cmocka_unit_test(test_suite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
