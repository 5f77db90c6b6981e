#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>
#include <uniwidth.h>

struct text_counter text_counter_begin(const char *text, size_t n)
{
    return (struct text_counter){.text = text, .size = n, .line = 1};
}

struct text_position text_counter_at(struct text_counter *counter, size_t offset)
{
    if (offset > counter->size)
        offset = counter->size;
    const char *p;
    while (counter->at < offset && (p = memchr(counter->text + counter->at, '\n', offset - counter->at)) != NULL) {
        counter->at = counter->line_start = (size_t)(p - counter->text) + 1;
        counter->line++;
    }
    if (counter->at < offset)
        counter->at = offset;
    size_t column = offset > counter->line_start ? offset - counter->line_start : 0;
    return (struct text_position){.line = counter->line, .column = (uint32_t)column + 1};
}

struct text_position text_position(const char *text, size_t n, size_t offset)
{
    struct text_counter counter = text_counter_begin(text, n);
    return text_counter_at(&counter, offset);
}

size_t text_mark(const char *text, size_t n)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t size = sizeof mark - 1;
    return n >= size && memcmp(text, mark, size) == 0 ? size : 0;
}

bool text_ascii(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] >= 0x80)
            return false;
    return true;
}

bool text_crlf(const char *text, size_t n)
{
    const char *lf = memchr(text, '\n', n);
    return lf && lf > text && lf[-1] == '\r';
}

bool text_utf8(const char *text, size_t n, size_t *bad)
{
    /* Most files are ASCII from end to end: that is found out eight bytes at a time. */
    size_t i = 0;
    while (i < n) {
        uint64_t word;
        while (n - i >= sizeof word) {
            memcpy(&word, text + i, sizeof word);
            if (word & 0x8080808080808080u)
                break;
            i += sizeof word;
        }
        while (i < n && (unsigned char)text[i] < 0x80)
            i++;
        if (i == n)
            break;
        const uint8_t *wrong = u8_check((const uint8_t *)text + i, n - i);
        if (wrong && bad)
            *bad = (size_t)((const char *)wrong - text);
        return wrong == NULL;
    }
    return true;
}

/* Characters that move the cursor or the reading order of what stands around them, and code points that are none. */
static bool unprintable(ucs4_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || (c & 0xfffe) == 0xfffe;
}

void text_printable(char *out, size_t size, const char *text)
{
    static const char dots[] = "...";
    size_t n = strlen(text), used = 0, cut = 0;
    if (size == 0)
        return;
    for (size_t i = 0; i < n;) {
        ucs4_t c;
        int length = u8_mbtoucr(&c, (const uint8_t *)text + i, n - i);
        bool plain = length > 0 && !unprintable(c);
        size_t width = plain ? (size_t)length : 1;
        if (used + width + 1 > size) {
            used = cut;
            memcpy(out + used, dots, size > sizeof dots ? sizeof dots - 1 : 0);
            used += size > sizeof dots ? sizeof dots - 1 : 0;
            break;
        }
        if (plain)
            memcpy(out + used, text + i, width);
        else
            out[used] = c == '\n' || c == '\t' || c == '\r' ? ' ' : '?';
        used += width;
        if (used + sizeof dots <= size)
            cut = used;
        i += length > 0 ? (size_t)length : 1;
    }
    out[used] = '\0';
}

size_t text_width(const char *text)
{
    int width = u8_strwidth((const uint8_t *)text, "UTF-8");
    return width > 0 ? (size_t)width : 0;
}

bool text_fold(const char *text, size_t n, char **out, size_t *out_n)
{
    if (text_ascii(text, n)) {
        char *folded = malloc(n + 1);
        if (!folded)
            return false;
        for (size_t i = 0; i < n; i++)
            folded[i] = text_lower(text[i]);
        folded[n] = '\0';
        *out = folded;
        *out_n = n;
        return true;
    }
    size_t length = 0;
    uint8_t *folded = u8_casefold((const uint8_t *)text, n, NULL, UNINORM_NFKC, NULL, &length);
    if (!folded)
        return false;
    *out = (char *)folded;
    *out_n = length;
    return true;
}

static unsigned char lower(char c)
{
    return (unsigned char)text_lower(c);
}

int text_casecmp(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) - lower(*b);
}

bool text_caseeq(const char *a, const char *b)
{
    return text_casecmp(a, b) == 0;
}

bool text_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends_with(const char *text, const char *suffix)
{
    size_t n = strlen(text), m = strlen(suffix);
    return n >= m && text_caseeq(text + n - m, suffix);
}

void text_hex(const unsigned char *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * n] = '\0';
}

bool text_guid(const char *s, size_t n)
{
    if (n != 36)
        return false;
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s[i] != '-' : text_hex_digit(s[i]) < 0)
            return false;
    }
    return true;
}

size_t text_distance(const char *a, const char *b, size_t limit)
{
    enum { MAX = 63 };
    size_t n = strlen(a), m = strlen(b);
    if (n > MAX || m > MAX || (n > m ? n - m : m - n) > limit)
        return limit + 1;
    /* Only the band around the diagonal can stay within the limit. */
    size_t row[MAX + 1], band = limit < MAX ? limit : MAX;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t from = i > band ? i - band : 1, to = i + band < m ? i + band : m;
        size_t diagonal = row[from - 1], least = from > 1 ? limit + 1 : i;
        row[from - 1] = least;
        for (size_t j = from; j <= to; j++) {
            size_t change = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));
            diagonal = row[j];
            size_t best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            row[j] = change < best ? change : best;
            least = row[j] < least ? row[j] : least;
        }
        if (least > limit)
            return limit + 1;
    }
    return row[m] > limit ? limit + 1 : row[m];
}

/* Whether the line at `at` has nothing but what stands before `end`. */
static bool line_ends(const char *s, size_t n, size_t end)
{
    return end == n || s[end] == '\n' || (s[end] == '\r' && (end + 1 == n || s[end + 1] == '\n'));
}

size_t text_conflict_mark(const char *line, size_t n, char sign)
{
    size_t length = 0;
    while (length < n && line[length] == sign)
        length++;
    return length >= TEXT_CONFLICT_MARK ? length : 0;
}

/* Where a line begins with a mark of `sign` and a blank, or is one of equal signs, from `at` on; SIZE_MAX: nowhere. */
static size_t line_with(const char *s, size_t n, size_t at, char sign)
{
    char least[TEXT_CONFLICT_MARK];
    memset(least, sign, sizeof least);
    for (const char *found; at < n && (found = memmem(s + at, n - at, least, sizeof least));
         at = (size_t)(found - s) + 1) {
        size_t start = (size_t)(found - s);
        if (start > 0 && s[start - 1] != '\n')
            continue;
        size_t end = start + text_conflict_mark(found, n - start, sign);
        if (sign == '=' ? line_ends(s, n, end) : end < n && s[end] == ' ')
            return start;
    }
    return SIZE_MAX;
}

size_t text_conflict(const char *s, size_t n)
{
    static const char below[] = {'=', '>'};
    size_t at = line_with(s, n, 0, '<'), mark = at;
    for (size_t i = 0; mark != SIZE_MAX && i < sizeof below; i++)
        mark = line_with(s, n, mark, below[i]);
    return mark != SIZE_MAX ? at : SIZE_MAX;
}
