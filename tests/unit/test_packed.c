/* base64, zlib and gzip as both studios store texts, and assets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "jpk/asset.h"
#include "jpk/gunzip.h"
#include "jpk/packed.h"

/* RFC 4648, section 10. */
static void test_base64(void **state)
{
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"},
                                           {"\xfb\xff\xbf", "+/+/"}};
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct buf out = {0};
        base64_encode(pairs[i][0], strlen(pairs[i][0]), &out);
        assert_string_equal(buf_text(&out), pairs[i][1]);
        buf_clear(&out);
        assert_true(base64_decode(pairs[i][1], strlen(pairs[i][1]), &out, NULL));
        assert_string_equal(buf_text(&out), pairs[i][0]);
        buf_free(&out);
    }
}

static void test_bad_base64(void **state)
{
    static const struct {
        const char *text;
        size_t offset;
    } cases[] = {{"Zg", 2},       {"Zg=", 3},  {"Zm9v Zg=", 4}, {"Z===", 1},
                 {"Zg==Zg==", 2}, {"Zh==", 0}, {"Zm9=", 0},     {"Z\n9v", 1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct jpk_error err = {0};
        struct buf out = {0};
        buf_puts(&out, "kept");
        assert_false(base64_decode(cases[i].text, strlen(cases[i].text), &out, &err));
        assert_int_equal(err.code, JPK_ERR_FORMAT);
        assert_int_equal(err.offset, cases[i].offset);
        assert_string_equal(buf_text(&out), "kept");
        buf_free(&out);
    }
}

static void test_packed(void **state)
{
    struct buf text = {0}, packed = {0}, again = {0};
    struct jpk_error err = {0};
    (void)state;
    for (int i = 0; i < 1000; i++)
        buf_printf(&text, "<element name=\"field%d\"/>\n", i);
    assert_true(packed_encode(text.data, text.size, &packed, &err));
    assert_memory_equal(packed.data, "eN", 2); /* 78 DA */
    assert_true(packed_decode(packed.data, packed.size, NULL, &again, &err));
    assert_int_equal(again.size, text.size);
    assert_memory_equal(again.data, text.data, text.size);
    buf_free(&text);
    buf_free(&packed);
    buf_free(&again);
}

/* The header says neither the time nor the system, as that of real caches. */
static void test_gzip_header(void **state)
{
    struct buf packed = {0}, again = {0};
    struct jpk_limits limits = jpk_limits_default();
    (void)state;
    assert_true(gzip_pack("<JTR/>", 6, &packed, NULL));
    assert_memory_equal(packed.data, "\x1f\x8b\x08\0\0\0\0\0\0\0", 10);
    assert_true(gunzip(packed.data, packed.size, &limits, &again, NULL));
    assert_string_equal(buf_text(&again), "<JTR/>");
    buf_free(&packed);
    buf_free(&again);
}

static void refuse_zlib(const struct buf *stream, size_t n, const struct jpk_limits *limits, enum jpk_code code)
{
    struct jpk_error err = {0};
    struct buf out = {0};
    assert_false(zlib_unpack(stream->data, n, limits, &out, &err));
    assert_int_equal(err.code, code);
    assert_null(strstr(err.message, "gzip"));
    assert_int_equal(out.size, 0);
    buf_free(&out);
}

static void test_bad_zlib(void **state)
{
    struct jpk_limits limits = jpk_limits_default();
    struct buf zeros = {0}, stream = {0};
    (void)state;
    memset(buf_reserve(&zeros, 8 << 20), 0, 8 << 20);
    zeros.size = 8 << 20;
    assert_true(zlib_pack(zeros.data, zeros.size, &stream, NULL));
    refuse_zlib(&stream, stream.size, &limits, JPK_ERR_LIMIT); /* more than 200 times its size */
    refuse_zlib(&stream, 1, &limits, JPK_ERR_CHECKSUM);
    limits.ratio = 100000;
    refuse_zlib(&stream, stream.size - 1, &limits, JPK_ERR_CHECKSUM);
    limits.xml_size = 1000;
    refuse_zlib(&stream, stream.size, &limits, JPK_ERR_LIMIT);
    limits.xml_size = 64 << 20;
    stream.data[stream.size - 1] ^= 1;
    refuse_zlib(&stream, stream.size, &limits, JPK_ERR_CHECKSUM);
    stream.data[stream.size - 1] ^= 1;
    buf_putc(&stream, 'x');
    refuse_zlib(&stream, stream.size, &limits, JPK_ERR_CHECKSUM);
    stream.data[0] = 'P';
    refuse_zlib(&stream, stream.size, &limits, JPK_ERR_CHECKSUM);
    buf_free(&zeros);
    buf_free(&stream);
}

static void test_asset(void **state)
{
    struct jpk_file file = {.name = "orders.xsd",
                            .kind = "xml",
                            .namespace_ = "http://example.com/orders",
                            .roots = "orders,order",
                            .top_level = true};
    struct jpk_error err = {0};
    struct buf out = {0};
    (void)state;
    json_t *asset = asset_make(&file, "<schema/>", 9, &err);
    char *text = json_dumps(asset, JSON_PRESERVE_ORDER);
    assert_string_equal(text, "{\"path\": \"orders.xsd\", \"type\": \"xml\", \"properties\": ["
                              "{\"key\": \"IsTopLevel\", \"value\": \"1\"}, "
                              "{\"key\": \"TargetNamespace\", \"value\": \"http://example.com/orders\"}, "
                              "{\"key\": \"SchemaType\", \"value\": \"xml\"}, "
                              "{\"key\": \"PossibleRootNodes\", \"value\": \"orders,order\"}, "
                              "{\"key\": \"FileSize\", \"value\": \"24\"}], "
                              "\"compressedContent\": \"eNqzKU7OSM1N1LcDABBOAxs=\"}");
    free(text);
    assert_true(asset_content(asset, NULL, &out, &err));
    assert_string_equal(buf_text(&out), "<schema/>");
    assert_string_equal(asset_property(asset, "SchemaType"), "xml");
    assert_string_equal(asset_property(asset, "Else"), "");
    json_object_del(asset, "compressedContent");
    assert_false(asset_content(asset, NULL, &out, &err));
    assert_int_equal(err.code, JPK_ERR_FORMAT);
    assert_string_equal(err.entry, "orders.xsd");
    buf_free(&out);
    json_decref(asset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64),      cmocka_unit_test(test_bad_base64), cmocka_unit_test(test_packed),
        cmocka_unit_test(test_gzip_header), cmocka_unit_test(test_bad_zlib),   cmocka_unit_test(test_asset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
