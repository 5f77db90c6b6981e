#include "migrate/hosts.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { HOST_MAX = 253 };

/* By what stands before and behind "jitterbit" in the names of the vendor's services. */
static const struct {
    const char *domain, *label;
    enum map_region region;
} regions[] = {
    {".jitterbit.net", NULL, MAP_NORTH_AMERICA}, {".jitterbit.eu", NULL, MAP_EMEA},
    {".jitterbit.cc", NULL, MAP_APAC},           {".jitterbit.com", "na-", MAP_NORTH_AMERICA},
    {".jitterbit.com", "emea-", MAP_EMEA},       {".jitterbit.com", "apac-", MAP_APAC},
};

enum map_region hosts_region(const char *host, size_t n)
{
    for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++) {
        size_t domain = strlen(regions[i].domain);
        if (n <= domain || memcmp(host + n - domain, regions[i].domain, domain) != 0)
            continue;
        const char *dot = memrchr(host, '.', n - domain);
        const char *label = dot ? dot + 1 : host;
        if (!regions[i].label || strncmp(label, regions[i].label, strlen(regions[i].label)) == 0)
            return regions[i].region;
    }
    return MAP_REGION_UNKNOWN;
}

static bool is_plain(char c)
{
    c = text_lower(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool host_character(char c)
{
    return is_plain(c) || c == '-' || c == '.';
}

/* Where a host begins when what stands before it begins an escape, of scripts ("\nna.example") or of addresses. */
static size_t skip_escape(const char *text, size_t start, size_t end)
{
    size_t backslashes = 0;
    while (backslashes < start && text[start - 1 - backslashes] == '\\')
        backslashes++;
    size_t escape = backslashes % 2 == 1 && strchr("bfnrt", text[start]) ? 1
                    : start > 0 && text[start - 1] == '%'                ? 2
                                                                         : 0;
    return start + escape < end ? start + escape : start;
}

/* A package or an identifier of a schema, "com.jitterbit.net", begins with what hosts end in. */
static bool is_reversed(const char *host, size_t n)
{
    static const char *const domains[] = {"com.", "net.", "org."};
    for (size_t i = 0; i < sizeof domains / sizeof domains[0]; i++)
        if (n > 4 && strncasecmp(host, domains[i], 4) == 0)
            return true;
    return false;
}

/* The host that has the word from `begin` to `end` in it, in lower case; 0: it is none. */
static size_t host_around(const char *text, size_t n, size_t begin, size_t end, char host[HOST_MAX + 1])
{
    size_t start = begin;
    while (start > 0 && begin - start < HOST_MAX && host_character(text[start - 1]))
        start--;
    if (start < begin)
        start = skip_escape(text, start, begin);
    while (start < begin && !is_plain(text[start]))
        start++;
    while (end < n && end - start < HOST_MAX && host_character(text[end]))
        end++;
    while (end > start && !is_plain(text[end - 1]))
        end--;
    if (start == begin || end - start > HOST_MAX || is_reversed(text + start, end - start))
        return 0;
    for (size_t i = start; i < end; i++)
        host[i - start] = text_lower(text[i]);
    host[end - start] = '\0';
    return end - start;
}

void hosts_find(const char *text, size_t n, void (*use)(void *context, const char *host, enum map_region region),
                void *context)
{
    static const char word[] = ".jitterbit.";
    const size_t length = sizeof word - 1;
    for (size_t i = 0; n >= length && i <= n - length; i++) {
        if (text[i] != '.' || strncasecmp(text + i, word, length) != 0)
            continue;
        char host[HOST_MAX + 1];
        size_t size = host_around(text, n, i, i + length, host);
        enum map_region region = size > 0 ? hosts_region(host, size) : MAP_REGION_UNKNOWN;
        if (region != MAP_REGION_UNKNOWN)
            use(context, host, region);
        i += length - 1;
    }
}
