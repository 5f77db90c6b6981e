/* The line diff: its edits turn one side into the other, and are the fewest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/linediff.h"

static uint64_t state_of_random = 42;

static uint32_t random_below(uint32_t n)
{
    state_of_random = state_of_random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state_of_random >> 33) % n;
}

/* Applies the edits to the lines of A and compares with B; lines between edits must be equal. */
static void check_applies(const struct linediff *diff, const char *b, size_t b_size)
{
    struct buf out = {0};
    size_t at = 0, other = 0;
    for (size_t i = 0; i < diff->edit_count; i++) {
        const struct linediff_edit *e = &diff->edits[i];
        assert_true(e->a_count + e->b_count > 0);
        assert_true(e->a >= at && (i == 0 || e->a > at));
        assert_int_equal(e->a - at, e->b - other);
        for (; at < e->a; at++)
            buf_put(&out, diff->a[at].text, diff->a[at].size);
        for (size_t j = 0; j < e->b_count; j++)
            buf_put(&out, diff->b[e->b + j].text, diff->b[e->b + j].size);
        at = e->a + e->a_count;
        other = e->b + e->b_count;
    }
    for (; at < diff->a_count; at++)
        buf_put(&out, diff->a[at].text, diff->a[at].size);
    assert_int_equal(out.size, b_size);
    assert_memory_equal(buf_text(&out), b, b_size);
    buf_free(&out);
}

static size_t changed(const struct linediff *diff)
{
    size_t n = 0;
    for (size_t i = 0; i < diff->edit_count; i++)
        n += diff->edits[i].a_count + diff->edits[i].b_count;
    return n;
}

/* How many lines differ at the least, by the table of longest common subsequences. */
static size_t fewest(const struct linediff *diff)
{
    size_t n = diff->a_count, m = diff->b_count;
    size_t *row = calloc(m + 1, sizeof *row);
    assert_non_null(row);
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = 0;
        for (size_t j = 1; j <= m; j++) {
            size_t above = row[j];
            const struct linediff_line *a = &diff->a[i - 1], *b = &diff->b[j - 1];
            if (a->size == b->size && memcmp(a->text, b->text, a->size) == 0)
                row[j] = diagonal + 1;
            else if (row[j - 1] > row[j])
                row[j] = row[j - 1];
            diagonal = above;
        }
    }
    size_t common = row[m];
    free(row);
    return n + m - 2 * common;
}

static void random_text(struct buf *out, uint32_t lines, uint32_t kinds)
{
    buf_clear(out);
    buf_puts(out, "");
    for (uint32_t i = 0; i < lines; i++)
        buf_printf(out, "%c%s", (char)('a' + (int)random_below(kinds)), random_below(20) ? "\n" : "\r\n");
    if (random_below(3) == 0)
        buf_puts(out, "end");
}

static void test_random(void **state)
{
    (void)state;
    struct buf a = {0}, b = {0};
    for (int round = 0; round < 4000; round++) {
        uint32_t kinds = 1 + random_below(round % 2 ? 4 : 12);
        random_text(&a, random_below(30), kinds);
        random_text(&b, random_below(30), kinds);
        uint64_t budget = LINEDIFF_BUDGET;
        struct linediff diff;
        assert_true(linediff_texts(buf_text(&a), a.size, buf_text(&b), b.size, &budget, &diff));
        check_applies(&diff, buf_text(&b), b.size);
        assert_int_equal(changed(&diff), fewest(&diff));
        linediff_free(&diff);
    }
    buf_free(&a);
    buf_free(&b);
}

static void test_budget(void **state)
{
    (void)state;
    struct buf a = {0}, b = {0};
    for (int round = 0; round < 500; round++) {
        random_text(&a, random_below(60), 3);
        random_text(&b, random_below(60), 3);
        uint64_t budget = random_below(60);
        struct linediff diff;
        assert_true(linediff_texts(buf_text(&a), a.size, buf_text(&b), b.size, &budget, &diff));
        check_applies(&diff, buf_text(&b), b.size);
        linediff_free(&diff);
    }
    /* Two long texts of the same few lines in random order would take seconds to compare to the end. */
    random_text(&a, 200000, 5);
    random_text(&b, 200000, 5);
    uint64_t budget = 1 << 20;
    struct linediff diff;
    assert_true(linediff_texts(buf_text(&a), a.size, buf_text(&b), b.size, &budget, &diff));
    assert_int_equal(budget, 0);
    check_applies(&diff, buf_text(&b), b.size);
    linediff_free(&diff);
    buf_free(&a);
    buf_free(&b);
}

static void expect(const char *a, const char *b, const char *edits)
{
    struct linediff diff;
    struct buf out = {0};
    uint64_t budget = LINEDIFF_BUDGET;
    assert_true(linediff_texts(a, strlen(a), b, strlen(b), &budget, &diff));
    for (size_t i = 0; i < diff.edit_count; i++)
        buf_printf(&out, "%u,%u>%u,%u ", diff.edits[i].a, diff.edits[i].a_count, diff.edits[i].b,
                   diff.edits[i].b_count);
    assert_string_equal(buf_text(&out), edits);
    buf_free(&out);
    linediff_free(&diff);
}

static void test_edges(void **state)
{
    (void)state;
    expect("", "", "");
    expect("a\nb\n", "a\nb\n", "");
    expect("", "a\nb", "0,0>0,2 ");
    expect("a\n", "", "0,1>0,0 ");
    expect("a\nb\nc\n", "a\nx\nc\n", "1,1>1,1 ");
    expect("a\nb\nc\nd\ne\n", "b\nc\nd\ne\nf\n", "0,1>0,0 5,0>4,1 ");
    /* the line end belongs to the line */
    expect("a\nb", "a\nb\n", "1,1>1,1 ");
    expect("a\r\nb\n", "a\nb\n", "0,1>0,1 ");
    expect("\n\n", "\n", "1,1>1,0 ");
}

/* Texts that have no line in common need no search. */
static void test_unlike(void **state)
{
    (void)state;
    struct buf a = {0}, b = {0};
    for (int i = 0; i < 50000; i++) {
        buf_printf(&a, "a%d\n", i);
        buf_printf(&b, "b%d\n", i);
    }
    buf_puts(&a, "same\n");
    buf_puts(&b, "same\n");
    uint64_t budget = 10;
    struct linediff diff;
    assert_true(linediff_texts(a.data, a.size, b.data, b.size, &budget, &diff));
    assert_int_equal(budget, 10);
    assert_int_equal(diff.edit_count, 1);
    assert_int_equal(changed(&diff), 100000);
    check_applies(&diff, b.data, b.size);
    linediff_free(&diff);
    buf_free(&a);
    buf_free(&b);
}

static void test_numbers(void **state)
{
    (void)state;
    static const uint32_t a[] = {4, 0, 1, 2, 3}, b[] = {0, 1, 9, 2, 3, 4};
    uint64_t budget = LINEDIFF_BUDGET;
    struct linediff diff;
    assert_true(linediff_numbers(a, 5, b, 6, 10, &budget, &diff));
    assert_int_equal(diff.edit_count, 3);
    assert_int_equal(diff.edits[0].a, 0);
    assert_int_equal(diff.edits[0].a_count, 1);
    assert_int_equal(diff.edits[1].b, 2);
    assert_int_equal(diff.edits[1].b_count, 1);
    assert_int_equal(diff.edits[2].b, 5);
    assert_null(diff.a);
    linediff_free(&diff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges),  cmocka_unit_test(test_random),  cmocka_unit_test(test_budget),
        cmocka_unit_test(test_unlike), cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
