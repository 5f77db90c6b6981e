/* IP addresses and e-mail addresses. */
#include <stdint.h>
#include <string.h>
#include <unistr.h>

#include "schema/ascii.h"
#include "schema/format_checks.h"

/* Four decimal numbers up to 255 without leading zeros. */
bool format_ipv4(const char *text, size_t n)
{
    size_t i = 0;
    for (int part = 0; part < 4; part++) {
        if (part > 0 && (i == n || text[i++] != '.'))
            return false;
        size_t start = i;
        int value = 0;
        while (i < n && i - start < 3 && ascii_digit(text[i]))
            value = value * 10 + (text[i++] - '0');
        if (i == start || value > 255 || (i - start > 1 && text[start] == '0'))
            return false;
    }
    return i == n;
}

/* RFC 4291, section 2.2: eight groups, of which `::` stands for one or more, and the last two may be an IPv4 address.
 */
bool format_ipv6(const char *text, size_t n)
{
    int groups = 0;
    bool gap = false;
    size_t i = 0;
    if (n > 0 && text[0] == ':') {
        if (n < 2 || text[1] != ':')
            return false;
        gap = true;
        i = 2;
    }
    while (i < n) {
        size_t start = i;
        while (i < n && i - start < 5 && text_hex_digit(text[i]) >= 0)
            i++;
        if (i < n && text[i] == '.') {
            groups += 2;
            return format_ipv4(text + start, n - start) && (gap ? groups < 8 : groups == 8);
        }
        if (i == start || i - start > 4 || ++groups > 8)
            return false;
        if (i == n)
            break;
        if (text[i++] != ':' || i == n)
            return false;
        if (text[i] == ':') {
            if (gap)
                return false;
            gap = true;
            i++;
        }
    }
    return gap ? groups < 8 : groups == 8;
}

/* ---------------------------------------------------------------------------------------------------------- e-mail */

enum { LOCAL_MAX = 64, MAILBOX_MAX = 254 };

/* The length of a character beyond ASCII at the start, 0: there is none or it is not allowed. */
static size_t wide(const char *text, size_t n, bool international)
{
    ucs4_t c;
    int length = international && (unsigned char)text[0] >= 0x80 ? u8_mbtoucr(&c, (const uint8_t *)text, n) : -1;
    return length < 0 ? 0 : (size_t)length;
}

static bool atom_character(char c)
{
    return ascii_alnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* The length of a local part that is words with dots between them; 0: there is none. */
static size_t dotted_length(const char *text, size_t n, bool international)
{
    size_t i = 0, word = 0;
    while (i < n) {
        size_t length = atom_character(text[i]) ? 1 : wide(text + i, n - i, international);
        if (length == 0 && (text[i] != '.' || i == word))
            break;
        if (length == 0)
            word = i + 1;
        i += length ? length : 1;
    }
    return i == word ? 0 : i;
}

/* The same in quotation marks, with them. */
static size_t quoted_length(const char *text, size_t n, bool international)
{
    size_t i = 1;
    while (i < n && text[i] != '"') {
        bool escaped = text[i] == '\\';
        i += escaped;
        size_t length = i < n && text[i] >= ' ' && text[i] <= '~' ? 1 : 0;
        if (i < n && length == 0 && !escaped)
            length = wide(text + i, n - i, international);
        if (length == 0)
            return 0;
        i += length;
    }
    return i < n ? i + 1 : 0;
}

static bool literal_valid(const char *text, size_t n)
{
    static const char tag[] = "ipv6:";
    size_t i = 0;
    while (i < n && tag[i] && text_lower(text[i]) == tag[i])
        i++;
    return tag[i] ? format_ipv4(text, n) : format_ipv6(text + i, n - i);
}

/* The Mailbox of RFC 5321, section 4.1.2, or with RFC 6531's extension. */
static bool check_mailbox(const char *text, size_t n, bool international)
{
    if (n == 0 || n > MAILBOX_MAX)
        return false;
    size_t local = text[0] == '"' ? quoted_length(text, n, international) : dotted_length(text, n, international);
    if (local == 0 || local > LOCAL_MAX || local == n || text[local] != '@')
        return false;
    const char *domain = text + local + 1;
    size_t domain_n = n - local - 1;
    if (domain_n >= 2 && domain[0] == '[' && domain[domain_n - 1] == ']')
        return literal_valid(domain + 1, domain_n - 2);
    return international ? format_mail_domain(domain, domain_n) : format_hostname(domain, domain_n);
}

bool format_email(const char *text, size_t n)
{
    return check_mailbox(text, n, false);
}

bool format_idn_email(const char *text, size_t n)
{
    return check_mailbox(text, n, true);
}
