/* Which recipes of a list are wanted, and in which order. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"
#include "recipe/check.h"
#include "recipe/listing.h"
#include "schema/format_checks.h"

/* ----------------------------------------------------------------------------------------------------------- days */

/* Days in order, not their distance. False: `text` does not begin with one, and *day is as it was. */
static bool day_of(const char *text, int64_t *day)
{
    bool negative = *text == '-';
    const char *at = text + negative;
    char *end;
    long year = strtol(at, &end, 10);
    if (*at < '0' || *at > '9' || end - at < 4 || end - at > 9)
        return false;
    unsigned parts[2];
    for (size_t i = 0; i < 2; i++, end += 3) {
        if (end[0] != '-' || end[1] < '0' || end[1] > '9' || end[2] < '0' || end[2] > '9')
            return false;
        parts[i] = (unsigned)(end[1] - '0') * 10 + (unsigned)(end[2] - '0');
    }
    if (*end != '\0' && *end != 'T')
        return false;
    *day = ((int64_t)(negative ? -year : year) * 100 + parts[0]) * 100 + parts[1];
    return true;
}

/* ------------------------------------------------------------------------------------------------------- filtering */

/* A text of the filter, made for comparison. `text` is NULL when it is not set. */
struct needle {
    char *text;
    size_t n;
};

struct needles {
    struct needle endpoint, source, target, category, author, text, verb;
    bool dated; /* since or until is set */
    int64_t since, until;
    bool failed; /* memory is out */
};

static bool make_needle(struct needle *needle, const char *option, const char *text, struct jpk_error *err)
{
    size_t bad;
    if (!text)
        return true;
    if (!text_utf8(text, strlen(text), &bad))
        return error_set(err, JPK_ERR_USAGE, "%s is not UTF-8", option);
    return text_fold(text, strlen(text), &needle->text, &needle->n) || error_memory(err);
}

/* A word that is no verb would find nothing. */
static bool make_verb(struct needle *needle, const char *text, struct jpk_error *err)
{
    struct buf known = {0};
    char shown[64];
    bool is = !text;
    if (!make_needle(needle, "--verb", text, err))
        return false;
    for (size_t i = 0; !is && check_verb_name(i); i++) {
        is = needle->n == strlen(check_verb_name(i)) && needle->text &&
             strncasecmp(check_verb_name(i), needle->text, needle->n) == 0;
        buf_printf(&known, "%s%s", i > 0 ? ", " : "", check_verb_name(i));
    }
    if (!is && known.failed) {
        error_memory(err);
    } else if (!is) {
        text_printable(shown, sizeof shown, text);
        error_set(err, JPK_ERR_USAGE, "--verb takes %s, not '%s'", buf_text(&known), shown);
    }
    buf_free(&known);
    return is;
}

static bool make_day(int64_t *day, const char *option, const char *text, struct jpk_error *err)
{
    char shown[64];
    if (!text || (format_date(text, strlen(text)) && day_of(text, day)))
        return true;
    text_printable(shown, sizeof shown, text);
    return error_set(err, JPK_ERR_USAGE, "%s takes a day such as 2026-02-28, not '%s'", option, shown);
}

static bool make_needles(struct needles *needles, const struct listing_filter *filter, struct jpk_error *err)
{
    *needles = (struct needles){.dated = filter->since || filter->until, .since = INT64_MIN, .until = INT64_MAX};
    return make_needle(&needles->endpoint, "--endpoint", filter->endpoint, err) &&
           make_needle(&needles->source, "--source", filter->source, err) &&
           make_needle(&needles->target, "--target", filter->target, err) &&
           make_needle(&needles->category, "--category", filter->category, err) &&
           make_needle(&needles->author, "--author", filter->author, err) &&
           make_needle(&needles->text, "--text", filter->text, err) && make_verb(&needles->verb, filter->verb, err) &&
           make_day(&needles->since, "--since", filter->since, err) &&
           make_day(&needles->until, "--until", filter->until, err);
}

static void free_needles(struct needles *needles)
{
    struct needle *const all[] = {&needles->endpoint, &needles->source, &needles->target, &needles->category,
                                  &needles->author,   &needles->text,   &needles->verb};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        free(all[i]->text);
}

enum match { MATCH_WHOLE, MATCH_PART };

static bool matches(struct needles *needles, const struct needle *needle, const char *text, enum match how)
{
    char *folded;
    size_t n;
    if (!text_fold(text, strlen(text), &folded, &n)) {
        needles->failed = true;
        return false;
    }
    bool found = how == MATCH_WHOLE ? n == needle->n && memcmp(folded, needle->text, n) == 0
                                    : memmem(folded, n, needle->text, needle->n) != NULL;
    free(folded);
    return found;
}

static bool any_matches(struct needles *needles, const struct needle *needle, const char *const *texts, enum match how)
{
    for (; *texts; texts++)
        if (matches(needles, needle, *texts, how))
            return true;
    return false;
}

/* `role`: NULL for any. */
static bool has_endpoint(struct needles *needles, const struct needle *needle, const struct listed *item,
                         const char *role)
{
    if (!needle->text)
        return true;
    for (size_t i = 0; i < item->endpoint_count; i++) {
        const struct listed_endpoint *endpoint = &item->endpoints[i];
        if (role && strcmp(endpoint->role, role) != 0 && strcmp(endpoint->role, "both") != 0)
            continue;
        if (matches(needles, needle, endpoint->id, MATCH_WHOLE) ||
            matches(needles, needle, endpoint->connector, MATCH_WHOLE) ||
            matches(needles, needle, endpoint->name, MATCH_PART))
            return true;
    }
    return false;
}

static bool has_text(struct needles *needles, const struct listed *item)
{
    const struct needle *needle = &needles->text;
    return !needle->text || matches(needles, needle, item->name, MATCH_PART) ||
           matches(needles, needle, item->description, MATCH_PART) ||
           any_matches(needles, needle, item->keywords, MATCH_PART);
}

static bool has_day(const struct needles *needles, const struct listed *item)
{
    int64_t day;
    return !needles->dated || (day_of(item->jitterpak.created, &day) && day >= needles->since && day <= needles->until);
}

static bool is_wanted(struct needles *needles, const struct listed *item)
{
    return has_day(needles, item) &&
           (!needles->verb.text || matches(needles, &needles->verb, item->verb, MATCH_WHOLE)) &&
           (!needles->category.text || any_matches(needles, &needles->category, item->categories, MATCH_WHOLE)) &&
           (!needles->author.text || matches(needles, &needles->author, item->author, MATCH_PART)) &&
           has_endpoint(needles, &needles->endpoint, item, NULL) &&
           has_endpoint(needles, &needles->source, item, "source") &&
           has_endpoint(needles, &needles->target, item, "target") && has_text(needles, item);
}

bool listing_keep(struct listing *listing, const struct listing_filter *filter, struct jpk_error *err)
{
    struct needles needles;
    bool ok = make_needles(&needles, filter, err);
    size_t kept = 0;
    for (size_t i = 0; ok && i < listing->count; i++)
        if (is_wanted(&needles, &listing->items[i]))
            listing->items[kept++] = listing->items[i];
    if (ok && needles.failed)
        ok = error_memory(err);
    if (ok)
        listing->count = kept;
    free_needles(&needles);
    return ok;
}

/* --------------------------------------------------------------------------------------------------------- sorting */

static int by_key(const struct listed *a, const struct listed *b)
{
    int order = strcmp(a->key, b->key);
    if (order == 0)
        order = strcmp(a->version, b->version);
    return order ? order : strcmp(a->path, b->path);
}

static int by_name(const void *a, const void *b)
{
    return by_key(a, b);
}

static int by_date(const void *a, const void *b)
{
    const struct listed *one = a, *other = b;
    int64_t day = INT64_MIN, other_day = INT64_MIN;
    day_of(one->jitterpak.created, &day);
    day_of(other->jitterpak.created, &other_day);
    if (day != other_day)
        return day > other_day ? -1 : 1;
    int order = day == INT64_MIN ? 0 : strcmp(other->jitterpak.created, one->jitterpak.created);
    return order ? order : by_key(one, other);
}

/* By the author as far as the first TAB of the key, then by name. */
static int by_author(const void *a, const void *b)
{
    const struct listed *one = a, *other = b;
    if ((*one->author == '\0') != (*other->author == '\0'))
        return *one->author == '\0' ? 1 : -1;
    return by_key(one, other);
}

/* Without regard to case; with the author in front. */
static bool make_key(struct listed *item, struct arena *arena, bool author)
{
    struct buf text = {0};
    char *folded = NULL;
    size_t n = 0;
    if (author)
        buf_printf(&text, "%s\t", item->author);
    buf_puts(&text, item->name);
    bool ok = !text.failed && text_fold(buf_text(&text), text.size, &folded, &n);
    item->key = ok ? arena_strndup(arena, folded, n) : NULL;
    free(folded);
    buf_free(&text);
    return item->key != NULL;
}

bool listing_sort(struct listing *listing, enum listing_order order, struct jpk_error *err)
{
    static int (*const comparisons[])(const void *, const void *) = {by_name, by_date, by_author};
    for (size_t i = 0; i < listing->count; i++)
        if (!make_key(&listing->items[i], &listing->arena, order == LISTING_AUTHOR))
            return error_memory(err);
    if (listing->count > 1)
        qsort(listing->items, listing->count, sizeof *listing->items, comparisons[order]);
    return true;
}
