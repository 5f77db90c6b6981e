/* Exact arithmetic on numbers of any size: comparison, and divisibility. */
#include "base/json_decimal.h"

#include <string.h>

struct decimal decimal_of_text(const char *text, size_t n)
{
    struct decimal number = {.first = text, .end = text};
    const char *end = text + n, *point = NULL, *first = NULL, *last = NULL, *p = text;
    bool negative = *p == '-';
    for (p += negative; p < end && *p != 'e' && *p != 'E'; p++) {
        if (*p == '.')
            point = p;
        else if (*p != '0') {
            first = first ? first : p;
            last = p;
        }
    }
    if (!first)
        return number;
    const char *mantissa_end = p;
    int64_t exponent = 0;
    if (p < end) {
        bool below = p[1] == '-';
        for (p += p[1] == '-' || p[1] == '+' ? 2 : 1; p < end; p++)
            exponent = exponent * 10 + (*p - '0');
        exponent = below ? -exponent : exponent;
    }
    point = point ? point : mantissa_end;
    number.first = first;
    number.end = last + 1;
    number.exponent = exponent + (last < point ? point - last - 1 : point - last);
    number.digits = (uint32_t)(last + 1 - first - (first < point && point < last));
    number.negative = negative;
    return number;
}

struct decimal decimal_of_node(const struct jdoc *doc, uint32_t node)
{
    return decimal_of_text(jdoc_number(doc, node), jdoc_number_size(doc, node));
}

/* ------------------------------------------------------------------------------------------------------- comparison */

static int sign_of(const struct decimal *number)
{
    return number->digits == 0 ? 0 : number->negative ? -1 : 1;
}

/* Without regard to signs; neither is 0. */
static int compare_size(const struct decimal *a, const struct decimal *b)
{
    int64_t top_a = a->exponent + a->digits, top_b = b->exponent + b->digits;
    if (top_a != top_b)
        return top_a < top_b ? -1 : 1;
    const char *p = a->first, *q = b->first;
    while (p < a->end && q < b->end) {
        unsigned digit_a = decimal_digit(&p), digit_b = decimal_digit(&q);
        if (digit_a != digit_b)
            return digit_a < digit_b ? -1 : 1;
    }
    /* What is left ends with a digit that is not 0. */
    return (p < a->end) - (q < b->end);
}

bool decimal_equal(const struct decimal *a, const struct decimal *b)
{
    return a->negative == b->negative && a->digits == b->digits && (a->digits == 0 || compare_size(a, b) == 0);
}

/* value * 10^by, unless that is too large. */
static bool scale(int64_t *value, int by)
{
    if (by > DECIMAL_SMALL)
        return false;
    for (; by > 0; by--)
        if (__builtin_mul_overflow(*value, 10, value))
            return false;
    return true;
}

/* Small numbers, brought to the same exponent; false when that is too large a step. */
static bool compare_small(const struct jdoc_node *a, const struct jdoc_node *b, int *order)
{
    int64_t first = a->integer, second = b->integer;
    if (!scale(&first, a->exponent - b->exponent) || !scale(&second, b->exponent - a->exponent))
        return false;
    *order = (first > second) - (first < second);
    return true;
}

int jdoc_compare(const struct jdoc *a, uint32_t node_a, const struct jdoc *b, uint32_t node_b)
{
    int order;
    if (jdoc_small(a, node_a) && jdoc_small(b, node_b) && compare_small(&a->nodes[node_a], &b->nodes[node_b], &order))
        return order;
    struct decimal first = decimal_of_node(a, node_a), second = decimal_of_node(b, node_b);
    int sign = sign_of(&first), other = sign_of(&second);
    if (sign != other || sign == 0)
        return (sign > other) - (sign < other);
    return sign * compare_size(&first, &second);
}

/* ----------------------------------------------------------------------------------------------------- divisibility */

enum {
    LIMB_DIGITS = DECIMAL_SMALL,
    LIMBS = 16,         /* of the largest divisor: 288 digits */
    WORK_MAX = 1 << 26, /* limbs touched, about: some tenths of a second */
    TWOS = 60,          /* a divisor of so many digits has fewer factors 2, and fewer factors 5 */
    TWOS_A_DIGIT = 4    /* for any number of digits */
};

static const uint64_t limb_size = 1000000000000000000u; /* 10^LIMB_DIGITS */

/* A natural number, lowest limb first. The top limb of a divisor is 0, so that ten times a remainder fits. */
struct natural {
    uint64_t limbs[LIMBS + 1];
    uint32_t count;
};

static struct natural divisor_of(const struct decimal *number)
{
    struct natural divisor = {.count = (number->digits + LIMB_DIGITS - 1) / LIMB_DIGITS + 1};
    const char *p = number->first;
    for (uint32_t left = number->digits; left > 0; left--) {
        uint64_t *limb = &divisor.limbs[(left - 1) / LIMB_DIGITS];
        *limb = *limb * 10 + decimal_digit(&p);
    }
    return divisor;
}

static bool at_least(const struct natural *a, const struct natural *b)
{
    for (uint32_t i = b->count; i-- > 0;)
        if (a->limbs[i] != b->limbs[i])
            return a->limbs[i] > b->limbs[i];
    return true;
}

static void subtract(struct natural *a, const struct natural *b)
{
    uint64_t borrow = 0;
    for (uint32_t i = 0; i < b->count; i++) {
        uint64_t take = b->limbs[i] + borrow;
        borrow = a->limbs[i] < take;
        a->limbs[i] += (borrow ? limb_size : 0) - take;
    }
}

/* rest = (rest * 10 + digit) mod divisor */
static void append_digit(struct natural *rest, const struct natural *divisor, unsigned digit)
{
    uint64_t carry = digit;
    for (uint32_t i = 0; i < divisor->count; i++) {
        uint64_t limb = rest->limbs[i] * 10 + carry;
        carry = limb / limb_size;
        rest->limbs[i] = limb % limb_size;
    }
    while (at_least(rest, divisor))
        subtract(rest, divisor);
}

static bool is_zero(const struct natural *number)
{
    for (uint32_t i = 0; i < number->count; i++)
        if (number->limbs[i] != 0)
            return false;
    return true;
}

/* Whether number * 10^zeros is a multiple of a divisor of more than one limb. */
static enum jdoc_answer multiple_of_large(const struct decimal *number, int64_t zeros, const struct decimal *by)
{
    if (by->digits > LIMBS * LIMB_DIGITS)
        return JDOC_TOO_MUCH_WORK;
    struct natural divisor = divisor_of(by), rest = {.count = divisor.count};
    int64_t enough = (int64_t)by->digits * TWOS_A_DIGIT;
    zeros = zeros < enough ? zeros : enough;
    if ((number->digits + zeros) * divisor.count > WORK_MAX)
        return JDOC_TOO_MUCH_WORK;
    for (const char *p = number->first; p < number->end;)
        append_digit(&rest, &divisor, decimal_digit(&p));
    for (; zeros > 0; zeros--)
        append_digit(&rest, &divisor, 0);
    return is_zero(&rest) ? JDOC_YES : JDOC_NO;
}

/* The same for one of one limb. */
static enum jdoc_answer multiple_of_limb(const struct decimal *number, int64_t zeros, const struct decimal *by)
{
    uint64_t divisor = divisor_of(by).limbs[0], rest = 0;
    for (const char *p = number->first; p < number->end;)
        rest = (rest * 10 + decimal_digit(&p)) % divisor;
    for (zeros = zeros < TWOS ? zeros : TWOS; zeros > 0 && rest > 0; zeros--)
        rest = rest * 10 % divisor;
    return rest == 0 ? JDOC_YES : JDOC_NO;
}

enum jdoc_answer jdoc_multiple(const struct jdoc *doc, uint32_t number, const struct jdoc *divisor_doc,
                               uint32_t divisor)
{
    const struct jdoc_node *a = &doc->nodes[number], *b = &divisor_doc->nodes[divisor];
    if (jdoc_small(doc, number) && jdoc_small(divisor_doc, divisor)) {
        int64_t value = a->integer, by = b->integer;
        if (value == 0 || by == 0)
            return value == 0 ? JDOC_YES : JDOC_NO;
        if (scale(&value, a->exponent - b->exponent) && scale(&by, b->exponent - a->exponent))
            return value % by == 0 ? JDOC_YES : JDOC_NO;
    }
    struct decimal first = decimal_of_node(doc, number), second = decimal_of_node(divisor_doc, divisor);
    if (first.digits == 0 || second.digits == 0)
        return first.digits == 0 ? JDOC_YES : JDOC_NO;
    /* The last digit of `first` is not 0: it has no factor ten that the divisor could need. */
    int64_t zeros = first.exponent - second.exponent;
    if (zeros < 0 || compare_size(&first, &second) < 0)
        return JDOC_NO;
    return second.digits <= LIMB_DIGITS ? multiple_of_limb(&first, zeros, &second)
                                        : multiple_of_large(&first, zeros, &second);
}
