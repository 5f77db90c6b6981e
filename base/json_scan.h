/*
 * The two loops that go over most bytes of a JSON text. Sixteen bytes at a time with SSE2, which every x86-64 has;
 * eight with plain arithmetic elsewhere, or when JDOC_PORTABLE is defined.
 */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__) && !defined(JDOC_PORTABLE)
#define JDOC_SSE2 1
#include <emmintrin.h>
#endif

static inline bool jdoc_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* The first byte that is not white space, or `end`. */
static inline const char *jdoc_scan_space(const char *p, const char *end)
{
    if (p < end && (unsigned char)*p > ' ')
        return p;
#ifdef JDOC_SSE2
    while (end - p >= 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i blank = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(' ')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\n')));
        __m128i other = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('\r')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\t')));
        unsigned stop = (unsigned)_mm_movemask_epi8(_mm_or_si128(blank, other)) ^ 0xffffu;
        if (stop)
            return p + __builtin_ctz(stop);
        p += 16;
    }
#endif
    while (p < end && jdoc_is_space(*p))
        p++;
    return p;
}

/* The first quote, backslash or control character, or `end`. *high becomes other than 0 when a byte before it is not
 * ASCII. */
static inline const char *jdoc_scan_string(const char *p, const char *end, uint64_t *high)
{
#ifdef JDOC_SSE2
    while (end - p >= 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x);
        __m128i mark = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
        unsigned stop = (unsigned)_mm_movemask_epi8(_mm_or_si128(control, mark));
        unsigned upper = (unsigned)_mm_movemask_epi8(x);
        if (stop) {
            *high |= upper & ((stop & -stop) - 1);
            return p + __builtin_ctz(stop);
        }
        *high |= upper;
        p += 16;
    }
#else
    const uint64_t ones = 0x0101010101010101u, tops = ones * 0x80;
    while (end - p >= 8) {
        uint64_t x;
        memcpy(&x, p, sizeof x);
        uint64_t quote = x ^ ones * '"', backslash = x ^ ones * '\\';
        uint64_t stop = ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | ((x - ones * 0x20) & ~x);
        if (stop & tops)
            break;
        *high |= x & tops;
        p += 8;
    }
#endif
    for (; p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20; p++)
        *high |= (unsigned char)*p & 0x80;
    return p;
}

#endif
