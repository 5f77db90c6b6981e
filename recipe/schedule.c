#include "recipe/schedule.h"

#include "recipe/recipe_read.h"
#include "schema/format.h"

static struct jtext member(const struct jdoc *doc, uint32_t schedule, const char *key)
{
    return jtext_of(doc, jdoc_get(doc, schedule, key, strlen(key)));
}

/* Times and dates of equal length: the order of their bytes is that of time. */
static bool later(struct jtext a, struct jtext b)
{
    return a.n > 0 && a.n == b.n && memcmp(a.s, b.s, a.n) > 0;
}

/* It has the form of a date, and no calendar has it. */
static bool no_such_day(struct jtext date)
{
    const struct format *format = format_find("date", strlen("date"));
    if (date.n != strlen("0000-00-00"))
        return false;
    for (uint32_t i = 0; i < date.n; i++)
        if (i == 4 || i == 7 ? date.s[i] != '-' : date.s[i] < '0' || date.s[i] > '9')
            return false;
    return !format->check(date.s, date.n);
}

static bool has_any(const struct jdoc *doc, uint32_t schedule, const char *const *keys)
{
    while (*keys && jdoc_get(doc, schedule, *keys, strlen(*keys)) == JDOC_NONE)
        keys++;
    return *keys != NULL;
}

static const char *const monthly_days[] = {"dayOfMonth", "weekOfMonth", NULL};
static const char *const times[] = {"at", "everyMinutes", "everyHours", NULL};

const char *schedule_problem(const struct jdoc *doc, uint32_t schedule, uint32_t *node)
{
    if (schedule == JDOC_NONE || jdoc_type(doc, schedule) != JDOC_OBJECT)
        return NULL;
    struct jtext from = member(doc, schedule, "from"), until = member(doc, schedule, "until");
    struct jtext start = member(doc, schedule, "startDate"), end = member(doc, schedule, "endDate");
    uint32_t days = jdoc_get(doc, schedule, "weekdays", strlen("weekdays"));
    *node = start.node;
    if (no_such_day(start))
        return "begins on a day that no calendar has";
    *node = end.node;
    if (no_such_day(end))
        return "ends on a day that no calendar has";
    if (later(start, end))
        return "ends before it begins";
    *node = until.node;
    if (later(from, until))
        return "stops on each day before it starts";
    *node = days == JDOC_NONE ? schedule : days;
    struct jtext occurs = member(doc, schedule, "occurs");
    bool no_days = days == JDOC_NONE || (jdoc_type(doc, days) == JDOC_ARRAY && jdoc_count(doc, days) == 0);
    if (jtext_is(occurs, "weekly") && no_days)
        return "is weekly, but on no day of the week";
    *node = schedule;
    if (jtext_is(occurs, "monthly") && !has_any(doc, schedule, monthly_days))
        return "is monthly, but on no day of the month";
    if (!has_any(doc, schedule, times))
        return "has no time of the day: neither 'at' nor 'everyMinutes' nor 'everyHours'";
    return NULL;
}
