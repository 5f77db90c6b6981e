/* Secrets that no name introduces, for they are arguments: of functions of Jitterbit Script, of commands, of SQL. */
#include "jpk/hygiene_parts.h"

enum { ARGUMENT_MOST = 256 };

/* Behind the comma after an argument, which may be anything in one line; 0: there is none near. */
static size_t next_argument(const struct scan *scan, size_t at)
{
    unsigned depth = 0;
    for (size_t end = at + ARGUMENT_MOST; at < end && at < scan->n; at++) {
        char c = scan->text[at];
        if (c == '\n' || c == ';' || (c == ')' && depth == 0))
            return 0;
        if (c == ',' && depth == 0)
            return at + 1;
        depth += c == '(';
        depth -= c == ')';
    }
    return 0;
}

/* The string that stands at an offset, blanks apart. */
static bool string_at(const struct scan *scan, size_t at, struct span *value)
{
    at = skip_blanks(scan, at);
    size_t quote = quote_at(scan, at);
    return quote > 0 && quoted_value(scan, at, quote, value);
}

/* `user:password`, as in the header of basic authentication. */
static void look_login(struct scan *scan, struct span value)
{
    const char *text = scan->text + value.at, *colon = memchr(text, ':', value.n);
    size_t user = colon ? (size_t)(colon - text) + 1 : value.n;
    if (user > 1 && user < value.n && !memchr(text, ' ', value.n) &&
        value_look(colon + 1, value.n - user) >= VALUE_WORD)
        scan_hit(scan, HYGIENE_PLAIN_PASSWORD, JPK_MEDIUM, value.at + user, value.n - user);
}

void look_call(struct scan *scan, size_t at, const struct anchor *anchor)
{
    struct span value;
    size_t first = at + strlen(anchor->text);
    if (anchor->text[0] == 'b') {
        if (string_at(scan, first, &value))
            look_login(scan, value);
        return;
    }
    size_t second = next_argument(scan, first);
    if (second > 0 && string_at(scan, second, &value) && value_look(scan->text + value.at, value.n) >= VALUE_WORD)
        scan_hit(scan, HYGIENE_PLAIN_PASSWORD, JPK_HIGH, value.at, value.n);
}

/* An argument of a command, in quotes or up to a blank. */
static struct span word_at(const struct scan *scan, size_t at)
{
    struct span value;
    if (string_at(scan, at, &value))
        return value;
    at = skip_blanks(scan, at);
    size_t n = 0;
    while (n < ARGUMENT_MOST && (unsigned char)scan_char(scan, at + n) > ' ' &&
           !strchr("\"'`<>\\;|", scan_char(scan, at + n)))
        n++;
    return (struct span){at, n};
}

/* Where a line of at most ARGUMENT_MOST bytes goes on behind an option; 0: it has none. */
static size_t behind_option(const struct scan *scan, size_t at)
{
    static const char *const options[] = {" -u ", " --user ", " --user="};
    for (size_t end = at + ARGUMENT_MOST; at < end && at < scan->n && scan->text[at] != '\n'; at++)
        for (size_t i = 0; scan->text[at] == ' ' && i < sizeof options / sizeof options[0]; i++)
            if (scan_is(scan, at, options[i]))
                return at + strlen(options[i]);
    return 0;
}

void look_command(struct scan *scan, size_t at, const struct anchor *anchor)
{
    size_t first = at + strlen(anchor->text);
    struct span value = {0, 0};
    if (at > 0 && is_word(scan->text[at - 1]))
        return;
    if (anchor->text[0] == 'c') {
        size_t user = behind_option(scan, first - 1);
        if (user > 0)
            look_login(scan, word_at(scan, user));
        return;
    }
    if (anchor->text[0] == 's')
        value = word_at(scan, first);
    else if (!string_at(scan, first, &value))
        return;
    if (value_look(scan->text + value.at, value.n) >= VALUE_WORD)
        scan_hit(scan, HYGIENE_PLAIN_PASSWORD, JPK_MEDIUM, value.at, value.n);
}
