/* URIs: the parts, the resolution of references (the examples of RFC 3986, section 5.4) and normalisation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "schema/uri.h"

/* ------------------------------------------------------------------------------------------------------------ parts */

/* The parts in brackets, `-` for one that is not there. */
static void show(struct buf *out, struct uri_part part)
{
    if (!part.text) {
        buf_puts(out, "-");
        return;
    }
    buf_putc(out, '[');
    buf_put(out, part.text, part.n);
    buf_putc(out, ']');
}

static const struct {
    const char *text, *parts;
} splits[] = {
    {"http://www.ics.uci.edu/pub/ietf/uri/#Related", "[http][www.ics.uci.edu][/pub/ietf/uri/]-[Related]"},
    {"", "--[]--"},
    {"#", "--[]-[]"},
    {"?", "--[][]-"},
    {"//", "-[][]--"},
    {"a:", "[a]-[]--"},
    {"a", "--[a]--"},
    {":a", "--[:a]--"},
    {"1:a", "--[1:a]--"},
    {"a/b:c", "--[a/b:c]--"},
    {"a?b:c", "--[a][b:c]-"},
    {"urn:example:a?b#c?d#e", "[urn]-[example:a][b][c?d#e]"},
    {"//u@h:1?q", "-[u@h:1][][q]-"},
    {"a+b-c.1:///p", "[a+b-c.1][][/p]--"},
};

static void test_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof splits / sizeof splits[0]; i++) {
        struct buf out = {0};
        struct uri uri = uri_split(splits[i].text, strlen(splits[i].text));
        show(&out, uri.scheme);
        show(&out, uri.authority);
        show(&out, uri.path);
        show(&out, uri.query);
        show(&out, uri.fragment);
        assert_string_equal(buf_text(&out), splits[i].parts);
        buf_free(&out);
    }
    assert_non_null(uri_split(NULL, 0).path.text);
    struct uri nul = uri_split("a\0/b?\0#\0", 8);
    assert_int_equal(nul.path.n, 4);
    assert_int_equal(nul.query.n, 1);
    assert_int_equal(nul.fragment.n, 1);
}

static void test_scheme(void **state)
{
    (void)state;
    assert_true(uri_has_scheme("urn:a", 5));
    assert_true(uri_has_scheme("a:", 2));
    assert_false(uri_has_scheme("a", 1));
    assert_false(uri_has_scheme("a/b:c", 5));
    assert_false(uri_has_scheme(":", 1));
    assert_false(uri_has_scheme("", 0));
}

/* ------------------------------------------------------------------------------------------------------- resolution */

/* The target with its fragment, in `out`. */
static const char *resolve(struct buf *out, const char *base, const char *reference)
{
    struct uri_part fragment;
    buf_clear(out);
    uri_resolve(base, strlen(base), reference, strlen(reference), out, &fragment);
    if (fragment.text) {
        buf_putc(out, '#');
        buf_put(out, fragment.text, fragment.n);
    }
    return buf_text(out);
}

static const struct {
    const char *base, *reference, *target;
} targets[] = {
    /* RFC 3986, section 5.4.1 */
    {"http://a/b/c/d;p?q", "g:h", "g:h"},
    {"http://a/b/c/d;p?q", "g", "http://a/b/c/g"},
    {"http://a/b/c/d;p?q", "./g", "http://a/b/c/g"},
    {"http://a/b/c/d;p?q", "g/", "http://a/b/c/g/"},
    {"http://a/b/c/d;p?q", "/g", "http://a/g"},
    {"http://a/b/c/d;p?q", "//g", "http://g"},
    {"http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"},
    {"http://a/b/c/d;p?q", "g?y", "http://a/b/c/g?y"},
    {"http://a/b/c/d;p?q", "#s", "http://a/b/c/d;p?q#s"},
    {"http://a/b/c/d;p?q", "g#s", "http://a/b/c/g#s"},
    {"http://a/b/c/d;p?q", "g?y#s", "http://a/b/c/g?y#s"},
    {"http://a/b/c/d;p?q", ";x", "http://a/b/c/;x"},
    {"http://a/b/c/d;p?q", "g;x", "http://a/b/c/g;x"},
    {"http://a/b/c/d;p?q", "g;x?y#s", "http://a/b/c/g;x?y#s"},
    {"http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"},
    {"http://a/b/c/d;p?q", ".", "http://a/b/c/"},
    {"http://a/b/c/d;p?q", "./", "http://a/b/c/"},
    {"http://a/b/c/d;p?q", "..", "http://a/b/"},
    {"http://a/b/c/d;p?q", "../", "http://a/b/"},
    {"http://a/b/c/d;p?q", "../g", "http://a/b/g"},
    {"http://a/b/c/d;p?q", "../..", "http://a/"},
    {"http://a/b/c/d;p?q", "../../", "http://a/"},
    {"http://a/b/c/d;p?q", "../../g", "http://a/g"},
    /* section 5.4.2 */
    {"http://a/b/c/d;p?q", "../../../g", "http://a/g"},
    {"http://a/b/c/d;p?q", "../../../../g", "http://a/g"},
    {"http://a/b/c/d;p?q", "/./g", "http://a/g"},
    {"http://a/b/c/d;p?q", "/../g", "http://a/g"},
    {"http://a/b/c/d;p?q", "g.", "http://a/b/c/g."},
    {"http://a/b/c/d;p?q", ".g", "http://a/b/c/.g"},
    {"http://a/b/c/d;p?q", "g..", "http://a/b/c/g.."},
    {"http://a/b/c/d;p?q", "..g", "http://a/b/c/..g"},
    {"http://a/b/c/d;p?q", "./../g", "http://a/b/g"},
    {"http://a/b/c/d;p?q", "./g/.", "http://a/b/c/g/"},
    {"http://a/b/c/d;p?q", "g/./h", "http://a/b/c/g/h"},
    {"http://a/b/c/d;p?q", "g/../h", "http://a/b/c/h"},
    {"http://a/b/c/d;p?q", "g;x=1/./y", "http://a/b/c/g;x=1/y"},
    {"http://a/b/c/d;p?q", "g;x=1/../y", "http://a/b/c/y"},
    {"http://a/b/c/d;p?q", "g?y/./x", "http://a/b/c/g?y/./x"},
    {"http://a/b/c/d;p?q", "g?y/../x", "http://a/b/c/g?y/../x"},
    {"http://a/b/c/d;p?q", "g#s/./x", "http://a/b/c/g#s/./x"},
    {"http://a/b/c/d;p?q", "g#s/../x", "http://a/b/c/g#s/../x"},
    {"http://a/b/c/d;p?q", "http:g", "http:g"}, /* for strict parsers */
    /* bases without a path, without an authority, with a fragment */
    {"http://a", "b", "http://a/b"},
    {"http://a?q", "b", "http://a/b"},
    {"http://a/b#f", "", "http://a/b"},
    {"http://a/b#f", "c#g", "http://a/c#g"},
    {"http://a/b/", "", "http://a/b/"},
    {"file:///a/b.json", "../c.json#/x", "file:///c.json#/x"},
    {"urn:uuid:deadbeef-1234-00ff-ff00-4321feebdaed", "#/$defs/a",
     "urn:uuid:deadbeef-1234-00ff-ff00-4321feebdaed#/$defs/a"},
    {"urn:example:root", "urn:example:leaf", "urn:example:leaf"},
    {"urn:example:root", "leaf", "urn:leaf"},
    {"urn:example:a/b", "c", "urn:example:a/c"},
    {"tag:example.com,2024:a", "#b", "tag:example.com,2024:a#b"},
    /* no base, or one that is relative */
    {"", "a.json#/b", "a.json#/b"},
    {"", "#a", "#a"},
    {"", "", ""},
    {"a/b.json", "c.json", "a/c.json"},
    {"a/b.json", "/c.json", "/c.json"},
    {"a/b.json", "../../c.json", "/c.json"},
    {"//h/a", "b", "//h/b"},
    /* what would be read otherwise than as a path */
    {"", "./a:b", "./a:b"},
    {"c", "./a:b", "./a:b"},
    {"a:b", ".//c", "a:/c"},
    {"a:/b", "/.//c", "a:/.//c"},
    {"a:/b/c", "../..//d", "a:/.//d"},
    {"http://h/b", "/.//c", "http://h//c"},
    /* normalisation */
    {"", "HTTP://User@EXAMPLE.com:80/Path?Query#Fragment", "http://User@example.com:80/Path?Query#Fragment"},
    {"", "http://a/%7euser/%e4%41%2fb", "http://a/~user/%E4A%2Fb"},
    {"", "http://%41%e4/", "http://a%E4/"},
    {"", "http://a/b/%2e%2E/c/%2e", "http://a/c/"},
    {"", "http://a/?%7e%e4", "http://a/?~%E4"},
    {"", "http://a/%zz%4", "http://a/%zz%4"},
    {"", "http://[2001:DB8::1]/", "http://[2001:db8::1]/"},
    {"", "http://a/\xc3\xa9", "http://a/\xc3\xa9"},
    {"", "http://a/#%7e", "http://a/#%7e"}, /* a fragment is a piece of the reference */
};

static void test_resolve(void **state)
{
    (void)state;
    struct buf out = {0}, again = {0};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        if (strcmp(resolve(&out, targets[i].base, targets[i].reference), targets[i].target) != 0)
            fail_msg("%s in %s: %s, not %s", targets[i].reference, targets[i].base, out.data, targets[i].target);
        assert_string_equal(resolve(&again, "", buf_text(&out)), targets[i].target);
    }
    buf_free(&out);
    buf_free(&again);
}

/* A target is appended, and only a fragment that is there is one. */
static void test_appends(void **state)
{
    (void)state;
    struct buf out = {0};
    struct uri_part fragment;
    buf_puts(&out, "x/../");
    uri_resolve("http://a/b", 10, "../c", 4, &out, &fragment);
    assert_string_equal(out.data, "x/../http://a/c");
    assert_null(fragment.text);
    uri_resolve("http://a/b", 10, "#", 1, &out, &fragment);
    assert_non_null(fragment.text);
    assert_int_equal(fragment.n, 0);
    uri_resolve(NULL, 0, "d", 1, &out, NULL);
    assert_string_equal(out.data, "x/../http://a/chttp://a/bd");
    buf_free(&out);
}

/* As many dot segments as fit: the time grows with the text. */
static void test_many_segments(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    struct buf text = {0}, out = {0};
    buf_puts(&text, "http://h/");
    for (int i = 0; i < COUNT; i++)
        buf_puts(&text, "a/");
    for (int i = 0; i < COUNT; i++)
        buf_puts(&text, "../");
    uri_resolve("", 0, text.data, text.size, &out, NULL);
    assert_string_equal(out.data, "http://h/");
    buf_free(&text);
    buf_free(&out);
}

/* --------------------------------------------------------------------------------------------------------- decoding */

static void test_decode(void **state)
{
    (void)state;
    struct buf out = {0};
    buf_puts(&out, "<");
    assert_true(uri_decode("/a%20b/%C3%a9\xc3\xa9%25", 18, &out));
    assert_string_equal(out.data, "</a b/\xc3\xa9\xc3\xa9%");
    assert_true(uri_decode("", 0, &out));
    assert_true(uri_decode("%00", 3, &out));
    assert_int_equal(out.size, 12);
    assert_int_equal(out.data[11], 0);
    static const char *const wrong[] = {"a%", "a%4", "a%4g", "%zz", "a%ff", "%c3", "%ed%a0%80", "a%c3("};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(uri_decode(wrong[i], strlen(wrong[i]), &out));
        assert_int_equal(out.size, 12);
    }
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),   cmocka_unit_test(test_scheme),        cmocka_unit_test(test_resolve),
        cmocka_unit_test(test_appends), cmocka_unit_test(test_many_segments), cmocka_unit_test(test_decode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
