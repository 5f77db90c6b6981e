/*
 * How fast JSON is read: jdoc_parse beside jansson's json_loadb, on texts of about 10 MB that are made here. Each
 * figure is the best of several runs, parse and free, in MB (10^6 bytes) a second on one core. Built and run by hand:
 *
 *   make && cc -O2 -std=c11 -D_GNU_SOURCE -Iinclude -I. -o build/bench-json tests/bench/json.c build/layers/base.a \
 *       $(pkg-config --libs jansson libcrypto) -lunistring -lpthread && build/bench-json [FILE...]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/json.h"

enum { TARGET = 10 * 1000 * 1000, RUNS = 9 };

static uint64_t state = 1;

/* Numbers that look random and are always the same. */
static uint32_t next(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33);
}

static void put_object(struct buf *out)
{
    buf_printf(out,
               "{\"id\":%u,\"name\":\"Person %u\",\"email\":\"person.%u@example.com\",\"age\":%u,\"active\":%s,"
               "\"score\":%u.%02u,\"tags\":[\"red\",\"blue\"],\"address\":{\"street\":\"%u High Street\",\"city\":"
               "\"Springfield\",\"zip\":\"%05u\"}}",
               next(), next() % 1000, next() % 1000, next() % 90, next() % 2 ? "true" : "false", next() % 100,
               next() % 100, next() % 500, next() % 100000);
}

static void put_indented(struct buf *out)
{
    buf_printf(out,
               "\n    {\n        \"id\": %u,\n        \"name\": \"Person %u\",\n        \"address\": {\n"
               "            \"city\": \"Springfield\",\n            \"zip\": \"%05u\"\n        }\n    }",
               next(), next() % 1000, next() % 100000);
}

static void put_text(struct buf *out, const char *const *words, size_t count)
{
    buf_putc(out, '"');
    for (uint32_t n = 2 + next() % 40; n > 0; n--)
        buf_puts(out, words[next() % count]);
    buf_putc(out, '"');
}

static void put_ascii(struct buf *out)
{
    static const char *const words[] = {"lorem ", "ipsum dolor ", "sit amet, ", "consectetur ", "a "};
    put_text(out, words, 5);
}

static void put_unicode(struct buf *out)
{
    static const char *const words[] = {"größe ", "живот ", "日本語", "plain ", "\xf0\x9f\x98\x80 "};
    put_text(out, words, 5);
}

static void put_escaped(struct buf *out)
{
    static const char *const words[] = {"line\\n", "say \\\"yes\\\" ", "C:\\\\folder ", "\\u00e4 ", "plain words "};
    put_text(out, words, 5);
}

static void put_integer(struct buf *out)
{
    buf_printf(out, "%" PRIu64, (uint64_t)next() * (1u << next() % 16));
}

static void put_decimal(struct buf *out)
{
    buf_printf(out, "-%u.%015" PRIu64, next() % 180, (uint64_t)next() * 465661);
}

static const struct {
    const char *name;
    void (*put)(struct buf *out);
} kinds[] = {
    {"small uniform objects", put_object},   {"the same, indented", put_indented},  {"strings, ASCII", put_ascii},
    {"strings, other scripts", put_unicode}, {"strings with escapes", put_escaped}, {"integers", put_integer},
    {"decimals of 17 digits", put_decimal},
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void own(const struct buf *text)
{
    struct jpk_error err = {0};
    struct jdoc doc;
    if (!jdoc_parse(&doc, text->data, text->size, NULL, &err))
        fprintf(stderr, "%u:%u: %s\n", (unsigned)err.line, (unsigned)err.column, err.message);
    else
        jdoc_free(&doc);
}

static void peer(const struct buf *text)
{
    json_decref(json_loadb(text->data, text->size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL));
}

static double speed(void (*parse)(const struct buf *text), const struct buf *text)
{
    double best = 1e9;
    for (int i = 0; i < RUNS; i++) {
        double start = now();
        parse(text);
        double took = now() - start;
        best = took < best ? took : best;
    }
    return (double)text->size / best / 1e6;
}

static void compare(const char *name, const struct buf *text)
{
    double mine = speed(own, text), other = speed(peer, text);
    printf("%-28s %7.1f MB  jdoc %7.0f MB/s  jansson %6.0f MB/s  %5.1f times\n", name, (double)text->size / 1e6, mine,
           other, mine / other);
}

int main(int count, char **arguments)
{
    struct buf text = {0};
    for (int i = 1; i < count; i++) {
        buf_clear(&text);
        if (file_read(arguments[i], UINT32_MAX, "the file", &text, NULL))
            compare(arguments[i], &text);
    }
    for (size_t i = 0; count == 1 && i < sizeof kinds / sizeof kinds[0]; i++) {
        buf_clear(&text);
        for (char mark = '['; text.size < TARGET; mark = ',') {
            buf_putc(&text, mark);
            kinds[i].put(&text);
        }
        buf_putc(&text, ']');
        compare(kinds[i].name, &text);
    }
    buf_free(&text);
    return 0;
}
