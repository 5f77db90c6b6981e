/* Dates, times and durations of RFC 3339. */
#include "schema/ascii.h"
#include "schema/format_checks.h"

/* The number that `count` digits make; -1: they are not all digits. There are that many bytes. */
static int digits(const char *text, size_t count)
{
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        if (!ascii_digit(text[i]))
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static int days_in(int year, int month)
{
    static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

enum { DATE_LENGTH = 10, TIME_LENGTH = 8, OFFSET_LENGTH = 6, DAY_MINUTES = 24 * 60 };

bool format_date(const char *text, size_t n)
{
    if (n != DATE_LENGTH || text[4] != '-' || text[7] != '-')
        return false;
    int year = digits(text, 4), month = digits(text + 5, 2), day = digits(text + 8, 2);
    return year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= days_in(year, month);
}

/* Minutes east of UTC that the rest of a time says in `Z` or `+hh:mm`. */
static bool parse_offset(const char *text, size_t n, int *minutes)
{
    *minutes = 0;
    if (n == 1)
        return text[0] == 'Z' || text[0] == 'z';
    if (n != OFFSET_LENGTH || (text[0] != '+' && text[0] != '-') || text[3] != ':')
        return false;
    int hour = digits(text + 1, 2), minute = digits(text + 4, 2);
    *minutes = (text[0] == '-' ? -1 : 1) * (hour * 60 + minute);
    return hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59;
}

bool format_time(const char *text, size_t n)
{
    if (n < TIME_LENGTH || text[2] != ':' || text[5] != ':')
        return false;
    int hour = digits(text, 2), minute = digits(text + 3, 2), second = digits(text + 6, 2), offset;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return false;
    size_t i = TIME_LENGTH;
    if (i < n && text[i] == '.') {
        size_t start = ++i;
        while (i < n && ascii_digit(text[i]))
            i++;
        if (i == start)
            return false;
    }
    if (!parse_offset(text + i, n - i, &offset))
        return false;
    /* A leap second is the last one of a day in UTC. */
    int utc = (hour * 60 + minute - offset + DAY_MINUTES) % DAY_MINUTES;
    return second < 60 || utc == DAY_MINUTES - 1;
}

bool format_date_time(const char *text, size_t n)
{
    return n > DATE_LENGTH && (text[DATE_LENGTH] == 'T' || text[DATE_LENGTH] == 't') &&
           format_date(text, DATE_LENGTH) && format_time(text + DATE_LENGTH + 1, n - DATE_LENGTH - 1);
}

/*
 * Numbers with units, which stand in a row in `units` without a gap: RFC 3339, appendix A allows P1Y2M and P2M3D, but
 * not P1Y3D. Moves *at behind them; false: there is none, or a unit is out of order.
 */
static bool parse_units(const char *text, size_t n, size_t *at, const char *units)
{
    size_t next = 0, count = 0;
    while (*at < n && ascii_digit(text[*at])) {
        while (*at < n && ascii_digit(text[*at]))
            ++*at;
        if (*at == n)
            return false;
        size_t unit = next;
        while (units[unit] && units[unit] != text[*at])
            unit++;
        if (!units[unit] || (count > 0 && unit != next))
            return false;
        next = unit + 1;
        count++;
        ++*at;
    }
    return count > 0;
}

bool format_duration(const char *text, size_t n)
{
    size_t at = 1;
    if (n < 3 || text[0] != 'P')
        return false;
    if (text[n - 1] == 'W')
        return parse_units(text, n, &at, "W") && at == n;
    if (text[at] != 'T' && !parse_units(text, n, &at, "YMD"))
        return false;
    if (at < n && text[at] == 'T') {
        at++;
        if (!parse_units(text, n, &at, "HMS"))
            return false;
    }
    return at == n;
}
