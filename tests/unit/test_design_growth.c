/* The conversion to Design Studio of large exports: four times as much takes about four times as long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "jpk/convert.h"

#define ID "\"%08zx-0000-4000-8000-0000000000ab\""
#define SCRIPT "{\"id\":\"S\",\"type\":400,\"name\":\"S\",\"scriptBody\":\"\"}"

/* Components of a project, from the i-th of n. */
typedef void put_component(struct buf *out, size_t i, size_t n);

static void put_equal_ids(struct buf *out, size_t i, size_t n)
{
    (void)n;
    buf_printf(out, "{\"id\":\"x\",\"type\":400,\"name\":\"S%zu\",\"scriptBody\":\"\"}", i);
}

static void put_operation(struct buf *out, size_t i, size_t n)
{
    buf_printf(out,
               "{\"id\":" ID ",\"type\":200,\"name\":\"O%zu\",\"steps\":[{\"id\":\"S\",\"type\":400}],\"outcomes\":["
               "{\"outcomeType\":200,\"operationId\":" ID "}],\"options\":{\"odd\":\"x\"}}",
               i, i, (i + 1) % n);
}

/* The first is a connection with n properties that all activities log in with. */
static void put_activity(struct buf *out, size_t i, size_t n)
{
    if (i > 0) {
        buf_printf(out,
                   "{\"id\":" ID
                   ",\"type\":500,\"name\":\"Read %zu\",\"adapterId\":\"ftp\",\"functionName\":\"ftp_read\","
                   "\"polarity\":\"source\",\"endpoint\":{\"id\":" ID "},\"properties\":[]}",
                   i, i, (size_t)0);
        return;
    }
    buf_printf(out, "{\"id\":" ID ",\"type\":600,\"name\":\"C\",\"adapterId\":\"ftp\",\"properties\":[", i);
    for (size_t j = 0; j < n; j++)
        buf_printf(out, "{\"name\":\"p%zu\",\"value\":\"v\"},", j);
    buf_puts(out, "{\"name\":\"password\",\"value\":\"x\"}]}");
}

static void put_schema(struct buf *out, size_t i, size_t n)
{
    (void)n;
    buf_printf(
        out,
        "{\"id\":" ID ",\"type\":900,\"name\":\"a.xsd\",\"format\":\"xml\",\"schemaTypeDocument\":{\"name\":\"a\","
        "\"O\":{\"isCustomSchema\":true,\"customSchemaIsXml\":true},\"root\":{\"N\":\"r%zu\",\"NS\":\"\",\"MN\":1,"
        "\"MX\":1,\"T\":\"string\",\"DT\":\"string\"}}}",
        i, i);
}

/* Scripts with many references, some to nothing. */
static void put_references(struct buf *out, size_t i, size_t n)
{
    if (i > 0) {
        buf_printf(out, "{\"id\":" ID ",\"type\":400,\"name\":\"S%zu\",\"scriptBody\":\"\"}", i, i);
        return;
    }
    buf_printf(out, "{\"id\":" ID ",\"type\":400,\"name\":\"All\",\"scriptBody\":\"<trans>", i);
    for (size_t j = 0; j < n; j++)
        buf_printf(out, "RunScript(\\\"<TAG>script:S%zu</TAG>\\\");\\n", 2 * j + 1);
    buf_puts(out, "</trans>\"}");
}

/* An activity that names its object often, with namespaces that its large schema does not have. */
static void put_object(struct buf *out, size_t i, size_t n)
{
    if (i > 1) {
        buf_printf(out, "{\"id\":" ID ",\"type\":400,\"name\":\"S%zu\",\"scriptBody\":\"\"}", i, i);
        return;
    }
    if (i == 0) {
        buf_printf(out, "{\"id\":" ID ",\"type\":600,\"name\":\"C\",\"adapterId\":\"netsuite\"}", i);
        return;
    }
    buf_printf(out,
               "{\"id\":" ID ",\"type\":500,\"name\":\"Up\",\"adapterId\":\"netsuite\",\"functionName\":\"upsert\","
               "\"polarity\":\"target\",\"endpoint\":{\"id\":" ID "},\"input\":{\"name\":\"x\",\"root\":{\"N\":\"A\","
               "\"C\":[",
               i, (size_t)0);
    for (size_t j = 0; j < 5 * n; j++)
        buf_printf(out, "%s{\"N\":\"f%zu\",\"NS\":\"urn:x\"}", j ? "," : "", j);
    buf_puts(out, "]}},\"properties\":[{\"name\":\"list-object-page\",\"children\":[");
    for (size_t j = 0; j < n; j++)
        buf_printf(out, "%s{\"name\":\"object_name\",\"value\":{\"N\":\"A\",\"D\":\"urn:%zu\"}}", j ? "," : "", j);
    buf_puts(out, "]}]}");
}

static double seconds_of(put_component *put, size_t n)
{
    struct buf text = {0};
    struct timespec begin, end;
    struct jpk_error err = {0};
    buf_puts(&text, "{\"project\":{\"name\":\"P\",\"workflows\":[{\"id\":\"w\",\"name\":\"A - B\",\"operations\":[");
    for (size_t i = 0; i < n; i++)
        buf_printf(&text, "%s{\"id\":" ID ",\"type\":200}", i ? "," : "", i);
    buf_puts(&text, "]}],\"components\":[");
    for (size_t i = 0; i < n; i++) {
        put(&text, i, n);
        buf_putc(&text, ',');
    }
    buf_puts(&text, SCRIPT "]}}");
    struct jpk_cloud *cloud = jpk_cloud_load(buf_text(&text), text.size, NULL, NULL, &err);
    if (!cloud)
        fail_msg("%u:%u: %s", err.line, err.column, err.message);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    struct jpk_conversion *conversion = jpk_convert_to_design(cloud, NULL, &err);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    if (!conversion)
        fail_msg("%s", err.message);
    assert_int_equal(conversion->item_count, n + 1);
    jpk_conversion_free(conversion);
    jpk_cloud_free(cloud);
    buf_free(&text);
    return (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
}

static void test_growth(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        put_component *put;
    } cases[] = {
        {"components of one id", put_equal_ids},        {"operations of one workflow", put_operation},
        {"activities of one connection", put_activity}, {"schemas of one name", put_schema},
        {"references in one script", put_references},   {"properties of one object", put_object},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double small = seconds_of(cases[i].put, 2500), large = seconds_of(cases[i].put, 10000);
        print_message("2,500 %s: %.3f s, 10,000: %.3f s\n", cases[i].what, small, large);
        assert_true(large < 10 * small + 0.2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_growth)};
    return cmocka_run_group_tests_name("design, growth", tests, NULL, NULL);
}
