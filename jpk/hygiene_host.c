/* Hosts and addresses: in URLs, by their suffix, by their network, in UNC paths; log-ins in URLs. */
#include <arpa/inet.h>

#include "base/text.h"
#include "jpk/hygiene_parts.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

enum {
    HOST_MOST = 253,
    SCHEME_MOST = 16,
    BEFORE_MOST = 40 /* what stands before an address and tells what it is */
};

/* ------------------------------------------------------------------------------------------------------ which hosts */

/* A domain or one below it. */
static bool below(const char *host, size_t n, const char *domain)
{
    size_t m = strlen(domain);
    return m <= n && strncasecmp(host + n - m, domain, m) == 0 && (m == n || host[n - m - 1] == '.');
}

bool host_allowed(const struct scan *scan, const char *host, size_t n)
{
    for (size_t i = 0; i < scan->options->domain_count; i++)
        if (below(host, n, scan->options->domains[i]))
            return true;
    return false;
}

bool host_reserved(const char *host, size_t n)
{
    static const char *const domains[] = {"example.com", "example.org", "example.net", "example", "test", "invalid"};
    for (size_t i = 0; i < COUNT(domains); i++)
        if (below(host, n, domains[i]))
            return true;
    return false;
}

static bool host_local(const char *host, size_t n)
{
    static const char *const names[] = {"localhost", "localhost.localdomain", "127.0.0.1", "0.0.0.0", "::1"};
    return value_is(host, n, names, COUNT(names)) || below(host, n, "localhost");
}

/* Names that stand for a host in a manual. */
static bool host_filler(const char *host, size_t n)
{
    static const char *const names[] = {
        "host",    "hostname",   "server",      "servername", "myserver",  "myhost",   "domain",   "mydomain", "ip",
        "address", "ip-address", "name",        "site",       "url",       "path",     "xxx",      "foo",      "bar",
        "file",    "schemas",    "some-host",   "somehost",   "ipaddress", "port",     "endpoint", "www",      "api",
        "example", "host_name",  "server_name", "dbhost",     "machine",   "computer",
    };
    return value_is(host, n, names, COUNT(names)) || value_holds(host, n, "your") || value_holds(host, n, "xxx") ||
           value_holds(host, n, "example") || value_holds(host, n, "placeholder") ||
           (n > 2 && strncasecmp(host, "my", 2) == 0) || (n > 4 && memcmp(host, "xn--", 4) == 0);
}

/* Whether one of the words stands in what comes before an offset in its line. */
static bool before_holds(const struct scan *scan, size_t at, const char *const *words, size_t count)
{
    size_t from = at > BEFORE_MOST ? at - BEFORE_MOST : 0;
    const char *line = memrchr(scan->text + from, '\n', at - from);
    if (line)
        from = (size_t)(line + 1 - scan->text);
    for (size_t i = 0; i < count; i++)
        if (value_holds(scan->text + from, at - from, words[i]))
            return true;
    return false;
}

/* Something that talks of hosts: an address or a name behind it is one. */
static bool before_host(const struct scan *scan, size_t at)
{
    static const char *const words[] = {"host",   "server",  "smtp", "url",  "endpoint", "ldap",    "dns", "gateway",
                                        "domain", "address", "ip=",  "ip\"", "proxy",    "source=", "sftp"};
    return scan_before(scan, at, "://") || scan_before(scan, at, "@") || before_holds(scan, at, words, COUNT(words));
}

static bool port_follows(const struct scan *scan, size_t at)
{
    return scan_char(scan, at) == ':' && is_digit(scan_char(scan, at + 1));
}

/* ------------------------------------------------------------------------------------------------------------- URLs */

static bool ends_authority(const struct scan *scan, size_t at)
{
    char c = scan_char(scan, at);
    if (at >= scan->n || (unsigned char)c <= ' ' || strchr("/?#\"'`<>\\,|", c))
        return true;
    return c == '&' && (scan_is(scan, at, "&quot;") || scan_is(scan, at, "&#") || scan_is(scan, at, "&lt;") ||
                        scan_is(scan, at, "&gt;") || scan_is(scan, at, "&apos;"));
}

/* The log-in part of a URL, whose host is known. */
static void log_in(struct scan *scan, size_t at, size_t n, const char *host, size_t host_n)
{
    enum { TOKEN_LEAST = 16 };
    static const char *const fillers[] = {"p", "pw", "pass", "pwd", "password", "secret", "passwd", "token", "key"};
    const char *user = scan->text + at, *colon = memchr(user, ':', n);
    if (host_reserved(host, host_n) || host_filler(host, host_n) || host_allowed(scan, host, host_n))
        return;
    if (!colon) {
        if (n >= TOKEN_LEAST && value_look(user, n) == VALUE_RANDOM)
            scan_hit(scan, HYGIENE_URL_CREDENTIALS, JPK_MEDIUM, at, n);
        return;
    }
    size_t start = at + (size_t)(colon - user) + 1, m = at + n - start;
    enum value_look look = value_look(colon + 1, m);
    if (m == 0 || look == VALUE_NONE || value_is(colon + 1, m, fillers, COUNT(fillers)))
        return;
    struct span literal = {0, m};
    if (look == VALUE_VARIABLE)
        literal = value_literal(colon + 1, m);
    scan_hit(scan, look == VALUE_VARIABLE ? HYGIENE_LEAK_BESIDE_VARIABLE : HYGIENE_URL_CREDENTIALS,
             host_local(host, host_n) ? JPK_LOW : JPK_HIGH, start + literal.at, literal.n);
}

/* XML names its vocabularies with URLs that lead nowhere. */
static bool names_vocabulary(const struct scan *scan, size_t scheme)
{
    static const char *const words[] = {
        "xmlns", "namespace", "schemalocation", "_ns=", "$schema", "\"$id", "root\" value=\"{"};
    return scan_before(scan, scheme, "{") || before_holds(scan, scheme, words, COUNT(words));
}

/* A host without a dot, which only the names of a network resolve. */
static void single_label(struct scan *scan, size_t scheme, size_t scheme_n, size_t at, size_t n)
{
    static const char *const schemes[] = {
        "http", "https",   "ftp",       "ftps",       "sftp",   "ldap",     "ldaps",  "ws",    "wss",
        "tcp",  "smb",     "ssh",       "amqp",       "amqps",  "postgres", "mysql",  "redis", "nfs",
        "rmi",  "mongodb", "sqlserver", "postgresql", "db2",    "mariadb",  "oracle", "as400", "sap",
        "smtp", "smtps",   "imap",      "imaps",      "telnet", "iiop",     "t3",     "jms",
    };
    const char *host = scan->text + at;
    if (n < 2 || !is_letter(*host) || memchr(host, '.', n) ||
        !value_is(scan->text + scheme, scheme_n, schemes, COUNT(schemes)) || host_local(host, n) ||
        host_reserved(host, n) || host_filler(host, n) || host_allowed(scan, host, n) || names_vocabulary(scan, scheme))
        return;
    scan_hit(scan, HYGIENE_INTERNAL_HOST, JPK_MEDIUM, at, n);
}

void look_url(struct scan *scan, size_t at, const struct anchor *anchor)
{
    size_t start = at + strlen(anchor->text), end = start;
    at -= at > 0 && escapes_sign(scan, at - 1);
    size_t scheme = at;
    while (scheme > 0 && at - scheme < SCHEME_MOST &&
           (is_letter(scan->text[scheme - 1]) || is_digit(scan->text[scheme - 1])))
        scheme--;
    while (escapes_sign(scan, end) || !ends_authority(scan, end))
        end++;
    if (scheme == at || end == start)
        return;
    const char *authority = scan->text + start, *sign = memrchr(authority, '@', end - start);
    size_t host = sign ? (size_t)(sign + 1 - scan->text) : start, n = 0;
    while (n < HOST_MOST && host + n < end && is_host(scan->text[host + n]))
        n++;
    if (sign)
        log_in(scan, start, (size_t)(sign - authority), scan->text + host, n);
    if (host + n == end || scan->text[host + n] == ':')
        single_label(scan, scheme, at - scheme, host, n);
}

/* -------------------------------------------------------------------------------------------------- suffix, pattern */

/* Where the name ends or begins that holds an offset; no further than a name can be long. */
static size_t host_start(const struct scan *scan, size_t at)
{
    size_t start = at;
    while (start > 0 && at - start < HOST_MOST && is_host(scan->text[start - 1]))
        start--;
    return start;
}

static bool host_goes_on(const struct scan *scan, size_t at)
{
    char c = scan_char(scan, at), next = scan_char(scan, at + 1);
    return is_word(c) || c == '-' || (c == '.' && (is_word(next) || next == '-'));
}

/* A digit or hyphen: what names of hosts have, and members of code and keys of settings have not. */
static bool telling_label(const char *host, size_t n)
{
    bool telling = false;
    for (size_t i = 0; i < n; i++) {
        if (host[i] == '_')
            return false;
        telling = telling || host[i] == '-' || is_digit(host[i]);
    }
    return telling;
}

void look_internal_suffix(struct scan *scan, size_t at, const struct anchor *anchor)
{
    size_t end = at + strlen(anchor->text);
    if (host_goes_on(scan, end) || scan_char(scan, end) == '(' || scan_char(scan, end) == '$')
        return;
    size_t start = host_start(scan, at);
    while (start < at && !is_letter(scan->text[start]) && !is_digit(scan->text[start]))
        start++;
    const char *host = scan->text + start;
    char before = start > 0 ? scan->text[start - 1] : '\0';
    if (start == at || (before && strchr("$[#%{._-", before)) || (before == '/' && !scan_before(scan, start, "://")) ||
        host_filler(host, at - start) || host_local(host, end - start) || host_allowed(scan, host, end - start))
        return;
    if (scan_before(scan, start, "://") || before == '@' || port_follows(scan, end))
        scan_hit(scan, HYGIENE_INTERNAL_HOST, JPK_HIGH, start, end - start);
    else if (before_host(scan, start))
        scan_hit(scan, HYGIENE_INTERNAL_HOST, JPK_MEDIUM, start, end - start);
    else if (telling_label(host, at - start))
        scan_hit(scan, HYGIENE_INTERNAL_HOST, JPK_LOW, start, end - start);
}

void look_host_pattern(struct scan *scan, size_t at, const struct anchor *anchor)
{
    size_t end = at + strlen(anchor->text), start = at;
    for (size_t i = 0; i < scan->options->host_count; i++) {
        const char *pattern = scan->options->hosts[i], *star = strchr(pattern, '*');
        size_t lead = star == pattern, m = strlen(anchor->text);
        if (strncasecmp(pattern + lead, anchor->text, m) != 0 ||
            (pattern[lead + m] != '\0' && pattern[lead + m] != '*'))
            continue;
        bool open_start = lead == 1, open_end = star && !open_start;
        if ((!open_end && host_goes_on(scan, end)) || (!open_start && at > 0 && is_host(scan->text[at - 1])))
            continue;
        if (open_start)
            start = host_start(scan, at);
        while (open_end && end - start < HOST_MOST && host_goes_on(scan, end))
            end++;
        if ((!open_start || start < at) && !host_allowed(scan, scan->text + start, end - start))
            scan_hit(scan, HYGIENE_INTERNAL_HOST, JPK_HIGH, start, end - start);
        return;
    }
}

/* -------------------------------------------------------------------------------------------------------- addresses */

/* Four numbers below 256 with dots between: how many bytes, or 0. */
static size_t dotted(const struct scan *scan, size_t at, unsigned part[4])
{
    size_t start = at;
    for (size_t i = 0; i < 4; i++) {
        size_t digits = 0;
        part[i] = 0;
        while (digits < 3 && is_digit(scan_char(scan, at)))
            part[i] = part[i] * 10 + (unsigned)(scan->text[at++] - '0'), digits++;
        if (digits == 0 || part[i] > 255 || (i < 3 && scan_char(scan, at++) != '.'))
            return 0;
    }
    return at - start;
}

/* The networks as a whole and the first address of the usual ones tell nothing about a house. */
void look_private_ipv4(struct scan *scan, size_t at, const struct anchor *anchor)
{
    static const char *const versions[] = {"version",     "release",  "build",    "saved-in", "saved_in", "deployed-in",
                                           "deployed_in", "requires", "revision", "agent",    "ver=",     "ver:"};
    enum { VERSION_MOST = 20 };
    unsigned part[4];
    char before = at > 0 ? scan->text[at - 1] : '\0';
    size_t n = is_word(before) || before == '.' || before == '-' ? 0 : dotted(scan, at, part);
    (void)anchor;
    if (n == 0 || host_goes_on(scan, at + n) || (before == '/' && !scan_before(scan, at, "//")))
        return;
    if (part[0] == 172 && (part[1] < 16 || part[1] > 31))
        return;
    bool usual = part[3] == 1 && (part[0] == 10 ? part[1] + part[2] == 0 : part[0] == 192 && part[2] <= 1);
    bool network = part[3] == 0 && (part[2] == 0 || scan_char(scan, at + n) == '/');
    if (usual || network || host_allowed(scan, scan->text + at, n))
        return;
    bool host = before_host(scan, at) || port_follows(scan, at + n);
    bool version = part[0] == 10 && part[1] <= VERSION_MOST && part[2] <= VERSION_MOST && part[3] <= VERSION_MOST;
    if (!host && (version || before_holds(scan, at, versions, COUNT(versions))))
        return;
    enum jpk_confidence confidence = host ? JPK_HIGH : part[0] == 192 ? JPK_MEDIUM : JPK_LOW;
    scan_hit(scan, HYGIENE_PRIVATE_ADDRESS, confidence, at, n);
}

void look_private_ipv6(struct scan *scan, size_t at, const struct anchor *anchor)
{
    enum { FIRST = 4, MOST = INET6_ADDRSTRLEN };
    char copy[MOST];
    size_t n = 0;
    struct in6_addr address;
    char before = at > 0 ? scan->text[at - 1] : '\0';
    (void)anchor;
    if (is_word(before) || before == ':' || before == '.' || before == '-')
        return;
    while (n < MOST - 1 && (is_hex(scan_char(scan, at + n)) || scan_char(scan, at + n) == ':')) {
        copy[n] = scan->text[at + n];
        n++;
    }
    copy[n] = '\0';
    if (n <= FIRST || copy[FIRST] != ':' || is_word(scan_char(scan, at + n)) ||
        inet_pton(AF_INET6, copy, &address) != 1)
        return;
    if (copy[n - 1] == ':')
        return; /* a network */
    bool link = text_lower(copy[1]) == 'e';
    scan_hit(scan, HYGIENE_PRIVATE_ADDRESS, link ? JPK_LOW : JPK_MEDIUM, at, n);
}

/* -------------------------------------------------------------------------------------------------------------- UNC */

static size_t path_part(const struct scan *scan, size_t at)
{
    size_t n = 0;
    while (n < HOST_MOST && (is_host(scan_char(scan, at + n)) || (n > 0 && scan_char(scan, at + n) == '$')))
        n++;
    return n;
}

/* `\\server\share`, and with each backslash doubled as in JSON; `\\name\\` with half of them doubled is `\name\`. */
void look_unc(struct scan *scan, size_t at, const struct anchor *anchor)
{
    enum { LEAST = 2, LABEL_LEAST = 3 };
    char before = at > 0 ? scan->text[at - 1] : '\0';
    (void)anchor;
    if (before == '\\' || (before && !strchr(" \t\r\n\"'=>(,;:`|", before)) ||
        (before == ':' && at > 1 && is_letter(scan->text[at - 2])))
        return;
    bool doubled = scan_is(scan, at, "\\\\\\\\");
    size_t slashes = doubled ? 2 : 1, server = at + 2 * slashes, n = path_part(scan, server);
    size_t share = server + n + slashes, m = path_part(scan, share);
    if (n < LABEL_LEAST || m < LEAST || !is_letter(scan->text[server]) || scan_char(scan, server + n) != '\\' ||
        (doubled && scan_char(scan, server + n + 1) != '\\'))
        return;
    const char *host = scan->text + server;
    if (*host == 'u' && n == strlen("u00e4") && is_digit(host[1]))
        return; /* an escaped character of JSON */
    if (host_filler(host, n) || host_reserved(host, n) || host_local(host, n) || host_allowed(scan, host, n))
        return;
    scan_hit(scan, HYGIENE_UNC_PATH, JPK_MEDIUM, at, share + m - at);
}
