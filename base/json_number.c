/* Numbers: reading them, and their values in C's types. */
#include "base/json_reader.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_decimal.h"

/* ---------------------------------------------------------------------------------------------------------- reading */

static bool is_digit(const char *p, const char *end)
{
    return p < end && *p >= '0' && *p <= '9';
}

/* Digits up to the first other byte, added to *value, which wraps around when they are many. */
static const char *read_digits(const char *p, const char *end, uint64_t *value)
{
    uint64_t sum = *value;
    for (; is_digit(p, end); p++)
        sum = sum * 10 + (unsigned)(*p - '0');
    *value = sum;
    return p;
}

/* What is behind the `e` at *at. */
static bool read_exponent(struct jdoc_reader *reader, const char **at, int64_t *exponent)
{
    const char *p = *at + 1;
    bool negative = p < reader->end && *p == '-';
    if (p < reader->end && (*p == '-' || *p == '+'))
        p++;
    if (!is_digit(p, reader->end)) {
        reader->at = p;
        return jdoc_fail_expected(reader, "a digit in the exponent of a number");
    }
    while (is_digit(p + 1, reader->end) && *p == '0')
        p++;
    uint64_t value = 0;
    const char *end = read_digits(p, reader->end, &value);
    if (end - p > DECIMAL_EXPONENT)
        return jdoc_fail(reader, *at, JPK_ERR_LIMIT, "an exponent of more than %d digits", DECIMAL_EXPONENT);
    *exponent = negative ? -(int64_t)value : (int64_t)value;
    *at = end;
    return true;
}

static bool fail_digit(struct jdoc_reader *reader, const char *p, const char *expected)
{
    reader->at = p;
    return jdoc_fail_expected(reader, expected);
}

/* Many digits may be few once leading and trailing zeros are off. */
static void note_long(struct jdoc_node *node, const char *text)
{
    struct decimal number = decimal_of_text(text, node->count);
    if (number.digits > DECIMAL_SMALL)
        return;
    uint64_t value = 0;
    for (const char *p = number.first; p < number.end;)
        value = value * 10 + decimal_digit(&p);
    decimal_small(node, value, number.exponent, number.negative);
}

bool jdoc_read_number(struct jdoc_reader *reader)
{
    struct jdoc_node *node = jdoc_add(reader, JDOC_NUMBER, 0);
    if (!node)
        return false;
    const char *begin = reader->at, *end = reader->end, *p = begin;
    bool negative = *p == '-';
    p += negative;
    if (!is_digit(p, end))
        return fail_digit(reader, p, "a digit behind '-'");
    if (*p == '0' && is_digit(p + 1, end))
        return jdoc_fail(reader, begin, JPK_ERR_JSON, "a number with a leading zero");
    const char *digits = p;
    uint64_t value = 0;
    int64_t exponent = 0;
    p = read_digits(p, end, &value);
    if (p < end && *p == '.') {
        const char *fraction = p + 1;
        p = read_digits(fraction, end, &value);
        if (p == fraction)
            return fail_digit(reader, p, "a digit behind '.'");
        exponent = fraction - p;
    }
    bool few = p - digits <= DECIMAL_SMALL;
    if (p < end && (*p == 'e' || *p == 'E')) {
        int64_t written = 0;
        if (!read_exponent(reader, &p, &written))
            return false;
        exponent += written;
    }
    node->count = (uint32_t)(p - begin);
    reader->at = p;
    if (few)
        decimal_small(node, value, exponent, negative);
    else
        note_long(node, begin);
    return true;
}

bool decimal_small(struct jdoc_node *node, uint64_t value, int64_t exponent, bool negative)
{
    const uint64_t room = 100000000000000000u; /* 10^17: one more digit fits below it */
    if (value == 0)
        exponent = 0;
    for (; exponent < 0 && value % 10 == 0; exponent++)
        value /= 10;
    for (; exponent > 0 && value < room; exponent--)
        value *= 10;
    if (exponent < INT16_MIN || exponent > INT16_MAX)
        return false;
    node->flags |= JDOC_SMALL;
    node->exponent = (int16_t)exponent;
    node->integer = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

/* ----------------------------------------------------------------------------------------------------------- values */

bool jdoc_is_integer(const struct jdoc *doc, uint32_t node)
{
    if (jdoc_small(doc, node))
        return doc->nodes[node].exponent >= 0;
    return decimal_of_node(doc, node).exponent >= 0;
}

bool jdoc_integer(const struct jdoc *doc, uint32_t node, int64_t *value)
{
    if (jdoc_small(doc, node) && doc->nodes[node].exponent == 0) {
        *value = doc->nodes[node].integer;
        return true;
    }
    struct decimal number = decimal_of_node(doc, node);
    const char *p = number.first;
    int64_t sum = 0;
    if (number.exponent < 0 || number.exponent + number.digits > 19)
        return false;
    for (int64_t left = number.exponent + number.digits; left > 0; left--) {
        int digit = p < number.end ? (int)decimal_digit(&p) : 0;
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, number.negative ? -digit : digit, &sum))
            return false;
    }
    *value = sum;
    return true;
}

static locale_t c_locale;

static void make_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

locale_t decimal_use_c_locale(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_locale);
    return uselocale(c_locale);
}

/* So many digits decide which double is nearest, when a digit behind them says that there are more; and no double has
 * more of its own. */
enum { DOUBLE_DIGITS = 800 };

/* By way of the C library, from a text whose size is bounded. */
static double nearest_double(const struct decimal *number)
{
    char text[DOUBLE_DIGITS + 32];
    size_t n = 0;
    const char *p = number->first;
    int64_t exponent = number->exponent + number->digits;
    text[n++] = number->negative ? '-' : '+';
    while (p < number->end && n <= DOUBLE_DIGITS)
        text[n++] = (char)('0' + decimal_digit(&p));
    if (p < number->end)
        text[n++] = '1';
    exponent -= (int64_t)n - 1;
    exponent = exponent > 9999 ? 9999 : exponent < -9999 ? -9999 : exponent;
    snprintf(text + n, sizeof text - n, "e%d", (int)exponent);
    locale_t before = decimal_use_c_locale();
    double value = strtod(text, NULL);
    uselocale(before);
    return value;
}

/* Whether a double is just this number, by all of its digits. */
static bool double_is(double value, const struct decimal *number)
{
    if (!isfinite(value))
        return false;
    char text[DOUBLE_DIGITS + 32];
    locale_t before = decimal_use_c_locale();
    int n = snprintf(text, sizeof text, "%.*e", DOUBLE_DIGITS, value);
    uselocale(before);
    struct decimal same = decimal_of_text(text, (size_t)n);
    return decimal_equal(&same, number);
}

/* Doubles that are powers of ten. */
static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                              1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

double jdoc_double(const struct jdoc *doc, uint32_t node, bool *exact)
{
    const struct jdoc_node *number = &doc->nodes[node];
    const int64_t most = (int64_t)1 << 53;
    if (jdoc_small(doc, node) && number->integer >= -most && number->integer <= most) {
        /* Both are exact as doubles, so that there is one rounding. */
        if (number->exponent == 0 && exact)
            *exact = true;
        if (number->exponent == 0)
            return (double)number->integer;
        if (!exact && number->exponent >= -22 && number->exponent <= 22)
            return number->exponent < 0 ? (double)number->integer / tens[-number->exponent]
                                        : (double)number->integer * tens[number->exponent];
    }
    struct decimal decimal = decimal_of_node(doc, node);
    double value = nearest_double(&decimal);
    if (exact)
        *exact = double_is(value, &decimal);
    return value;
}
