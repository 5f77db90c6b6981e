/* Values that the name before them gives away: fields, attributes, elements, headers, connection strings. */
#include "base/text.h"
#include "jpk/hygiene_parts.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

enum {
    NAME_MOST = 64,
    VALUE_MOST = 8192, /* bytes between quotes */
    PLAIN_MOST = 4096, /* bytes of a value without quotes */
    BLANKS_MOST = 16,
    BRACES_MOST = 128, /* bytes of a value in braces, as in ODBC */
    TAG_MOST = 1024,   /* from a name in a tag to the value in it */
    BEFORE_MOST = 160, /* what stands before a password in a connection string */
    SCHEME_MOST = 12
};

static size_t skip_blanks_back(const struct scan *scan, size_t at)
{
    for (size_t i = 0; i < BLANKS_MOST && at > 0 && is_blank(scan->text[at - 1]); i++)
        at--;
    return at;
}

static bool name_character(char c)
{
    return is_word(c) || c == '-' || c == '.';
}

/* Also a letter with an accent, as in `contraseña`: U+00C0 to U+00FF, in UTF-8. */
static bool in_name(const struct scan *scan, size_t at)
{
    const unsigned char *text = (const unsigned char *)scan->text;
    enum { LEAD = 0xc3 };
    if (at >= scan->n || text[at] < 0x80)
        return at < scan->n && name_character(scan->text[at]);
    return text[at] == LEAD || (at > 0 && text[at - 1] == LEAD);
}

/* The name that holds the bytes at an offset; false when it is too long to be one. */
static bool name_at(const struct scan *scan, size_t at, struct span *name)
{
    size_t start = at, end = at;
    while (start > 0 && at - start <= NAME_MOST && in_name(scan, start - 1))
        start--;
    while (end - start <= NAME_MOST && in_name(scan, end))
        end++;
    /* the line end before it, escaped as `\n` */
    if (start > 0 && scan->text[start - 1] == '\\' && end - start > 1 && strchr("nrt", scan->text[start]))
        start++;
    while (end > start && scan->text[end - 1] == '.')
        end--;
    *name = (struct span){start, end - start};
    return end > start && end - start <= NAME_MOST;
}

/* --------------------------------------------------------------------------------------------------------- values */

/*
 * Whether a quote begins a value that doubled quotes surround, as in `""name"":""value""` of CSV, Basic and SQL, also
 * where each is escaped.
 */
static bool doubled_quote(const struct scan *scan, size_t quote, size_t length)
{
    char c = scan->text[quote + length - 1], behind = scan_char(scan, quote + 2 * length);
    return c != '`' && same_quotes(scan, quote, quote + length, length) && (unsigned char)behind > ' ' &&
           !strchr("\"'`,;:=)]}<>/\\+&.|", behind);
}

/* How often a text stands there in a row. */
static size_t in_row(const char *at, const char *end, const char *text, size_t n)
{
    size_t count = 0;
    while ((size_t)(end - at) >= n && memcmp(at, text, n) == 0) {
        at += n;
        count++;
    }
    return count;
}

/* As quoted_value, between quotes that are doubled: a single one ends the text around it, four are one in the value. */
static bool doubled_value(const struct scan *scan, size_t quote, size_t length, struct span *value)
{
    const char *sign = scan->text + quote, *start = sign + 2 * length;
    size_t left = scan->n - quote - 2 * length;
    const char *end = start + (left < VALUE_MOST ? left : VALUE_MOST), *at = start;
    while ((at = memmem(at, (size_t)(end - at), sign, length)) != NULL && in_row(at, end, sign, length) >= 4)
        at += 4 * length;
    *value = (struct span){quote + 2 * length, at ? (size_t)(at - start) : VALUE_MOST};
    return (at || left >= VALUE_MOST) && !memchr(start, '\n', value->n);
}

/*
 * Up to the quote that closes what one opened before; false when there is none, or a line end first. Each depth of
 * escaping doubles the backslashes before a quote and adds one: as many as the opening one has close the value, fewer
 * close a text around it, twice as many and one are a quote in it. `''` is one in SQL. Of a value that is longer than
 * what is read the first part.
 */
bool quoted_value(const struct scan *scan, size_t quote, size_t length, struct span *value)
{
    const char *text = scan->text + quote, *start = text + length, *close;
    size_t left = scan->n - quote - length, depth = 1 + in_row(text, start, "\\", 1);
    const char *sign = text + depth - 1, *end = start + (left < VALUE_MOST ? left : VALUE_MOST), *at = start;
    size_t sign_length = length - depth + 1;
    if (doubled_quote(scan, quote, length))
        return doubled_value(scan, quote, length, value);
    for (; (close = memmem(at, (size_t)(end - at), sign, sign_length)) != NULL; at = close + sign_length) {
        size_t escapes = 0;
        while (close - escapes > start && close[-1 - (ptrdiff_t)escapes] == '\\')
            escapes++;
        if (escapes % (2 * depth) == 2 * depth - 1)
            continue;
        if (length == 1 && *sign == '\'' && close > start && close + 1 < end && close[1] == '\'') {
            close++;
            continue;
        }
        *value = (struct span){quote + length, (size_t)(close - start) - escapes % depth};
        return !memchr(start, '\n', value->n);
    }
    *value = (struct span){quote + length, VALUE_MOST};
    return left >= VALUE_MOST && !memchr(start, '\n', VALUE_MOST);
}

static bool ends_line(const struct scan *scan, size_t at)
{
    char c = scan_char(scan, at);
    return at >= scan->n || c == '\n' || c == '\r' || scan_is(scan, at, "&#10;") || scan_is(scan, at, "&#13;") ||
           scan_is(scan, at, "\\n") || scan_is(scan, at, "\\r");
}

static bool begins_line(const struct scan *scan, size_t at)
{
    at = skip_blanks_back(scan, at);
    return at == 0 || scan->text[at - 1] == '\n' || scan->text[at - 1] == '\r' || scan_before(scan, at, "&#10;") ||
           scan_before(scan, at, "&#13;") || scan_before(scan, at, "\\n") || scan_before(scan, at, "\n-") ||
           scan_before(scan, at, "\nexport") || scan_before(scan, at, "\n- -");
}

/* `// password: ` */
static bool begins_comment(const struct scan *scan, size_t at)
{
    static const char *const signs[] = {"//", "#", "--", "*"};
    at = skip_blanks_back(scan, at);
    for (size_t i = 0; i < COUNT(signs); i++)
        if (scan_before(scan, at, signs[i]))
            return true;
    return false;
}

/* `;Uid=`: another pair begins behind a separator. */
static bool pair_follows(const struct scan *scan, size_t at)
{
    enum { PAIR_NAME = 24 };
    if (scan_is(scan, at, "&amp;"))
        at += strlen("&amp;") - 1;
    size_t end = at + 1;
    while (end - at < PAIR_NAME && (name_character(scan_char(scan, end)) || scan_char(scan, end) == ' '))
        end++;
    return end > at + 1 && scan_char(scan, end) == '=';
}

/* `{a;b}`, in which separators separate nothing. */
static struct span braced_value(const struct scan *scan, size_t at)
{
    size_t end = at + 1;
    while (end - at < BRACES_MOST && end < scan->n && scan->text[end] != '}' && scan->text[end] != '\n')
        end++;
    return scan_char(scan, end) == '}' ? (struct span){at + 1, end - at - 1} : (struct span){at, 0};
}

/* The last byte of `[name]` at an offset, so that what is in it separates nothing; the offset when it is no variable.
 */
static size_t skip_variable(const struct scan *scan, size_t at)
{
    size_t end = at + 1;
    while (end - at < NAME_MOST && name_character(scan_char(scan, end)))
        end++;
    return scan_char(scan, end) == ']' ? end : at;
}

/* `<name>` or `&lt;name&gt;` as a whole: how long, or 0. */
static size_t angled_value(const struct scan *scan, size_t at)
{
    bool escaped = scan_is(scan, at, "&lt;");
    const char *sign = escaped ? "&gt;" : ">";
    size_t left = scan->n - at < NAME_MOST ? scan->n - at : NAME_MOST;
    if (!escaped && scan_char(scan, at) != '<')
        return 0;
    const char *close = memmem(scan->text + at, left, sign, strlen(sign));
    return close ? (size_t)(close - scan->text) + strlen(sign) - at : 0;
}

/* How long an apostrophe is at an offset: between letters or digits it is no quote, when none has begun the value. */
static size_t apostrophe(const struct scan *scan, size_t at)
{
    static const char *const forms[] = {"'", "&apos;", "&#39;", "&#x27;"};
    for (size_t i = 0; i < COUNT(forms); i++)
        if (scan_is(scan, at, forms[i]))
            return is_word(scan->text[at - 1]) && is_word(scan_char(scan, at + strlen(forms[i]))) ? strlen(forms[i])
                                                                                                  : 0;
    return 0;
}

/*
 * A value without quotes: up to white space or what separates values. In a line of its own as in properties files, a
 * separator belongs to the value unless another pair or the line's end follows.
 */
static struct span plain_value(const struct scan *scan, size_t at, bool own_line, size_t most)
{
    size_t end = at, open = 0, angled = at < scan->n ? angled_value(scan, at) : 0;
    if (angled > 0)
        return (struct span){at, angled};
    if (scan_char(scan, at) == '{' && scan_char(scan, at + 1) != '{')
        return braced_value(scan, at);
    for (; end - at < most && end < scan->n; end++) {
        char c = scan->text[end];
        if (c == '[') {
            end = skip_variable(scan, end);
            continue;
        }
        if (escapes_sign(scan, end)) {
            end++;
            continue;
        }
        if (end > at && apostrophe(scan, end)) {
            end += apostrophe(scan, end) - 1;
            continue;
        }
        if ((unsigned char)c <= ' ' || strchr("\\\"'`<>", c) || (c == '}' && open == 0) || c == ')')
            break;
        open += c == '{';
        bool separator = c == ';' || c == ',' || c == '&';
        if (separator && (!own_line || ends_line(scan, end) || ends_line(scan, end + 1) || pair_follows(scan, end) ||
                          is_blank(scan_char(scan, end + 1))))
            break;
    }
    return (struct span){at, end - at};
}

/* How long the bracket of a tag is at an offset, as it is or escaped in another XML: 0 when there is none. */
static size_t opening_at(const struct scan *scan, size_t at)
{
    return scan_char(scan, at) == '<' ? 1 : scan_is(scan, at, "&lt;") ? strlen("&lt;") : 0;
}

static size_t closing_at(const struct scan *scan, size_t at)
{
    return scan_char(scan, at) == '>' ? 1 : scan_is(scan, at, "&gt;") ? strlen("&gt;") : 0;
}

/* Behind the tag of which something ends at an offset, when it opens an element; else 0. */
static size_t behind_tag(const struct scan *scan, size_t at)
{
    enum { ATTRIBUTES_MOST = 256 };
    size_t end = at + ATTRIBUTES_MOST < scan->n ? at + ATTRIBUTES_MOST : scan->n;
    for (; at < end && !opening_at(scan, at); at++)
        if (closing_at(scan, at) > 0)
            return scan->text[at - 1] != '/' ? at + closing_at(scan, at) : 0;
    return 0;
}

/* Whether a text ends before a tag: in XML that is not escaped itself, `&lt;` is part of what has begun. */
static bool text_ends(const struct scan *scan, size_t at, bool plain)
{
    return plain ? scan_char(scan, at) == '<' : opening_at(scan, at) > 0;
}

/* The text of an element whose tag ends at an offset or behind it: all of it when it is one line, or CDATA. */
static bool element_value(const struct scan *scan, size_t at, struct span *value)
{
    static const char cdata[] = "![CDATA[", cdata_end[] = "]]";
    size_t open = behind_tag(scan, at);
    if (open == 0)
        return false;
    bool plain = scan->text[open - 1] == '>';
    open = skip_space(scan, open);
    size_t bracket = opening_at(scan, open);
    bool quoted = bracket > 0 && scan_is(scan, open + bracket, cdata);
    if (quoted)
        open = skip_space(scan, open + bracket + strlen(cdata));
    size_t end = open;
    while (end - open < PLAIN_MOST && !ends_line(scan, end) &&
           !(quoted ? scan_is(scan, end, cdata_end) : text_ends(scan, end, plain && end > open)))
        end++;
    *value = (struct span){open, end - open};
    while (value->n > 0 && is_blank(scan->text[open + value->n - 1]))
        value->n--;
    if (end - open == PLAIN_MOST)
        return true; /* the rest is as good as its begin */
    end = skip_space(scan, end);
    return quoted ? scan_is(scan, end, cdata_end) : opening_at(scan, end) > 0;
}

/* `<name`, `<ns:name`, `&lt;name`. */
static bool opens_element(const struct scan *scan, size_t at)
{
    if (at > 0 && scan->text[at - 1] == ':') {
        size_t prefix = at - 1;
        while (prefix > 0 && at - prefix <= NAME_MOST && name_character(scan->text[prefix - 1]))
            prefix--;
        at = prefix;
    }
    return scan_before(scan, at, "<") || scan_before(scan, at, "&lt;");
}

/* --------------------------------------------------------------------------------------------------------- fields */

/* Behind the parenthesis before a comma, when a plain first argument stands between: `AddToDict(d, `; else 0. */
static size_t first_argument(const struct scan *scan, size_t comma)
{
    size_t at = comma;
    while (at > 0 && comma - at < NAME_MOST && (name_character(scan->text[at - 1]) || strchr("$ ", scan->text[at - 1])))
        at--;
    return at > 0 && scan->text[at - 1] == '(' ? at : 0;
}

/* `Set(`, `AddHeader(`, `putIfAbsent(`: what takes a name and a value. */
static bool setter_before(const struct scan *scan, size_t at)
{
    static const char *const words[] = {"set",  "put", "add",   "header", "append",
                                        "prop", "env", "param", "item",   "option"};
    size_t end = skip_blanks_back(scan, at), start;
    if (end > 0 && scan->text[end - 1] == ',')
        end = first_argument(scan, end - 1);
    if (end == 0 || scan->text[end - 1] != '(')
        return false;
    for (start = --end; start > 0 && end - start < NAME_MOST && is_word(scan->text[start - 1]);)
        start--;
    for (size_t i = 0; i < COUNT(words); i++)
        if (value_holds(scan->text + start, end - start, words[i]))
            return true;
    return false;
}

/* `Set($name, "value")` */
static bool sets_variable(const struct scan *scan, size_t at)
{
    size_t end = skip_blanks_back(scan, at);
    return end >= strlen("set(") && scan->text[at] == '$' && scan_is_any_case(scan, end - strlen("set("), "set(");
}

/*
 * The quote in which a value begins behind its sign, also on the next line or as what a function takes blanks off. A
 * property has its value in its own line, so that the next one belongs to a variable or has blanks before it.
 */
static size_t value_quote(const struct scan *scan, size_t at, char sign, bool variable)
{
    static const char *const calls[] = {"trim(", "ltrim(", "rtrim(", "string("};
    size_t open = sign == '=' ? skip_space(scan, at) : at;
    if (open > at && !variable && !is_blank(scan->text[open - 1]))
        open = at;
    for (size_t i = 0; sign == '=' && i < COUNT(calls); i++)
        if (scan_is_any_case(scan, open, calls[i]))
            open = skip_blanks(scan, open + strlen(calls[i]));
    return quote_at(scan, open) > 0 ? open : at;
}

/*
 * The sign between name and value: `=`, `:`, `=>`, `:=`, and `,` in `Set("name", "value")`; `open` is where the name
 * begins, with its quote.
 */
static size_t sign_at(const struct scan *scan, const struct field *field, size_t at, size_t open)
{
    char c = scan_char(scan, at), next = scan_char(scan, at + 1);
    if (c == '=' && next != '=' && next != '~')
        return next == '>' ? 2 : 1;
    if (c == ':' && next != ':' && !(next == '/' && scan_char(scan, at + 2) == '/'))
        return next == '=' ? 2 : 1;
    return c == ',' && (field->quoted_name ? setter_before(scan, open) : sets_variable(scan, open)) ? 1 : 0;
}

/* Whether an entity ends before an offset, as the `&amp;` before a parameter in XML. */
static bool ends_entity(const struct scan *scan, size_t at)
{
    enum { ENTITY_MOST = 6 };
    size_t start = --at;
    while (start > 0 && at - start < ENTITY_MOST && (is_word(scan->text[start - 1]) || scan->text[start - 1] == '#'))
        start--;
    return start < at && start > 0 && scan->text[start - 1] == '&';
}

/* Whether it is one of the pairs of a connection string. */
static bool in_connection(const struct scan *scan, const struct field *field)
{
    size_t start = field->name.at, after = field->value.at + field->value.n + field->braced;
    size_t before = skip_blanks_back(scan, start);
    if (field->sign != '=' || field->quoted)
        return false;
    if (scan_char(scan, after) == ';' && pair_follows(scan, after))
        return true;
    if (before > 0 && scan->text[before - 1] == ';' && !ends_entity(scan, before))
        return true;
    size_t from = start > BEFORE_MOST ? start - BEFORE_MOST : 0;
    const char *quote = memrchr(scan->text + from, '"', start - from);
    const char *line = memrchr(scan->text + from, '\n', start - from);
    if (line && (!quote || quote < line))
        quote = line;
    if (quote)
        from = (size_t)(quote - scan->text);
    return memmem(scan->text + from, start - from, "jdbc:", strlen("jdbc:")) != NULL;
}

/* What stands between two strings that are put together, as ` + $token + `, and not in one. */
static bool between_strings(const struct scan *scan, struct span value)
{
    return value.n > 0 && strchr(" +&.,;)|", scan->text[value.at]);
}

/* `the password is ...` in a note. */
static bool told_value(const struct scan *scan, size_t at, struct field *field)
{
    static const char *const verbs[] = {"is ", "ist ", "lautet ", "est ", "es ", "was ", "war "};
    for (size_t i = 0; i < COUNT(verbs) && at > field->name.at + field->name.n; i++) {
        if (!scan_is_any_case(scan, at, verbs[i]))
            continue;
        size_t value = skip_blanks(scan, at + strlen(verbs[i])), quote = quote_at(scan, value);
        field->sign = ' ';
        if (quote > 0)
            return field->quoted =
                       quoted_value(scan, value, quote, &field->value) && !between_strings(scan, field->value);
        field->value = plain_value(scan, value, false, PLAIN_MOST);
        field->value.n -= field->value.n > 0 && scan->text[field->value.at + field->value.n - 1] == '.';
        return value_telling(scan->text + field->value.at, field->value.n);
    }
    return false;
}

bool field_at(struct scan *scan, size_t at, size_t most, struct field *field)
{
    *field = (struct field){.sign = '>'};
    if (!name_at(scan, at, &field->name))
        return false;
    bool variable = field->name.at > 0 && scan->text[field->name.at - 1] == '$'; /* `Set("$name", ...)` */
    size_t end = field->name.at + field->name.n, start = field->name.at - variable, quote = quote_before(scan, start);
    if (opens_element(scan, field->name.at) && (closing_at(scan, end) || is_blank(scan_char(scan, end))) &&
        element_value(scan, end, &field->value)) {
        struct span string = next_string(scan, field->value.at); /* `"<name>" + "value" + "</name>"` */
        if (string.n > 0)
            field->value = string;
        return field->quoted = true;
    }
    if (quote > 0 && quote_at(scan, end) == quote) {
        field->quoted_name = true;
        end += quote;
        if (quote_before(scan, start - quote) == quote && same_quotes(scan, start - quote, end, quote))
            end += quote; /* doubled quotes */
        if (scan_char(scan, end) == ']')
            end++;
    }
    size_t sign = skip_blanks(scan, end);
    if (escapes_sign(scan, sign))
        end = ++sign;
    size_t length = sign_at(scan, field, sign, start - quote);
    if (length == 0)
        return !field->quoted_name && told_value(scan, sign, field);
    field->sign = scan->text[sign];
    size_t value = skip_blanks(scan, sign + length);
    if (field->sign == ':' && sign > end && value == sign + length)
        return false; /* `:role:` in prose */
    size_t string = value_quote(scan, value, field->sign, variable), open = quote_at(scan, string);
    if (open > 0 && quoted_value(scan, string, open, &field->value))
        return field->quoted = true;
    if (open > 0 || field->sign == ',')
        return false;
    bool own_line = !field->quoted_name && begins_line(scan, field->name.at);
    field->value = plain_value(scan, value, own_line || begins_comment(scan, field->name.at), most);
    /* `name = value` in code may be anything; in a line of its own it is a property, and in a note what no name is */
    field->braced = field->value.n > 0 && scan->text[field->value.at - 1] == '{';
    if (field->braced && (value > sign + length || !in_connection(scan, field)))
        return false;
    return field->sign == ':' || own_line || (sign == end && value == sign + length) ||
           value_telling(scan->text + field->value.at, field->value.n);
}

/* -------------------------------------------------------------------------------------------------- what it holds */

static bool ends_in_key(const struct scan *scan, struct span name)
{
    return name.n >= 3 && scan_is_any_case(scan, name.at + name.n - 3, "key");
}

/* A leak: what stands beside variables. */
static void leak(struct scan *scan, struct span value)
{
    enum { SURE = 4 };
    struct span literal = value_literal(scan->text + value.at, value.n);
    scan_hit(scan, HYGIENE_LEAK_BESIDE_VARIABLE, literal.n >= SURE ? JPK_HIGH : JPK_MEDIUM, value.at + literal.at,
             literal.n);
}

static void password(struct scan *scan, const struct field *field, enum value_look look)
{
    enum { LEAST = 4, SURE = 6 };
    const char *value = scan->text + field->value.at;
    size_t n = field->value.n;
    enum jpk_confidence confidence = n >= SURE ? JPK_HIGH : JPK_MEDIUM;
    bool connection = in_connection(scan, field);
    if (n < LEAST || (look == VALUE_WORD && !field->quoted && !field->quoted_name && !connection && field->sign == ':'))
        return;
    if (look == VALUE_WORD)
        confidence = connection || (field->quoted && !(value[0] >= 'A' && value[0] <= 'Z')) ? JPK_MEDIUM : JPK_LOW;
    scan_hit(scan, connection ? HYGIENE_CONNECTION_PASSWORD : HYGIENE_PLAIN_PASSWORD, confidence, field->value.at, n);
}

static void token(struct scan *scan, const struct field *field, enum value_look look, bool cookie)
{
    enum { LEAST = 8, LONG = 20, AZURE = 40 };
    size_t n = field->value.n;
    if (look == VALUE_WORD || n < LEAST || memchr(scan->text + field->value.at, ' ', n) ||
        (cookie && look != VALUE_RANDOM))
        return;
    enum jpk_confidence confidence = look != VALUE_RANDOM || cookie ? JPK_LOW : n >= LONG ? JPK_HIGH : JPK_MEDIUM;
    bool azure = n >= AZURE && ends_in_key(scan, field->name) && in_connection(scan, field);
    scan_hit(scan, azure ? HYGIENE_AZURE_KEY : HYGIENE_PLAIN_SECRET, confidence, field->value.at, n);
}

/* `Basic` and what is base64 of `user:password`. */
static bool basic_credentials(const char *value, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bool colon = false;
    if (n % 4 != 0)
        return false;
    uint32_t bits = 0;
    size_t count = 0;
    for (size_t i = 0; i < n && value[i] != '='; i++) {
        const char *digit = value[i] ? strchr(digits, value[i]) : NULL;
        if (!digit)
            return false;
        bits = bits << 6 | (uint32_t)(digit - digits);
        if (++count % 4 == 1)
            continue;
        unsigned char byte = (unsigned char)(bits >> (6 - 2 * ((count - 1) % 4)));
        if (byte < ' ' || byte >= 0x7f)
            return false;
        colon = colon || byte == ':';
    }
    return colon;
}

/* `name=` with something behind it, which base64 has not: where the value begins; 0: it is no parameter. */
static size_t parameter_at(const struct scan *scan, size_t at, size_t end)
{
    size_t sign = at;
    while (sign < end && sign - at < NAME_MOST && name_character(scan->text[sign]))
        sign++;
    return sign > at && sign + 1 < end && scan->text[sign] == '=' && !strchr("= \t,", scan->text[sign + 1]) ? sign + 1
                                                                                                            : 0;
}

/*
 * The list of parameters that Digest, OAuth and others have instead of one token. What a machine has made is a secret
 * in each, and what stands for a password or signs the request. False: it is no list.
 */
static bool parameters(struct scan *scan, struct span list, bool sure)
{
    static const char *const names[] = {"signature", "response", "token", "password", "secret", "mac"};
    enum { LEAST = 4 };
    size_t end = list.at + list.n, at = list.at, start;
    if (parameter_at(scan, at, end) == 0)
        return false;
    for (; (start = parameter_at(scan, at, end)) > 0; at++) {
        size_t quote = quote_at(scan, start), name = start - 1;
        struct span value;
        if (quote == 0 || !quoted_value(scan, start, quote, &value))
            value = plain_value(scan, start, false, PLAIN_MOST);
        enum value_look look = value_look(scan->text + value.at, value.n);
        bool named = false;
        for (size_t i = 0; i < COUNT(names); i++)
            named =
                named || (name - at >= strlen(names[i]) && scan_is_any_case(scan, name - strlen(names[i]), names[i]));
        if (look == VALUE_RANDOM || (named && look == VALUE_MIXED && value.n >= LEAST))
            scan_hit(scan, HYGIENE_AUTHORIZATION_HEADER, sure ? JPK_HIGH : JPK_MEDIUM, value.at, value.n);
        for (at = value.at + value.n + quote; at < end && scan->text[at] != ',';)
            at++;
        at = skip_blanks(scan, at + 1) - 1;
    }
    return true;
}

static void authorization(struct scan *scan, struct span value, bool sure)
{
    static const char *const schemes[] = {"basic", "bearer", "token",     "apikey", "digest",
                                          "oauth", "ssws",   "negotiate", "nlauth", "hawk"};
    enum { LEAST = 8 };
    size_t word = 0;
    while (word < value.n && word < SCHEME_MOST && is_letter(scan->text[value.at + word]))
        word++;
    bool scheme = value_is(scan->text + value.at, word, schemes, COUNT(schemes)) && word < value.n &&
                  is_blank(scan->text[value.at + word]);
    bool basic = scheme && word == strlen("basic") && scan_is_any_case(scan, value.at, "basic");
    if (scheme) {
        size_t start = skip_blanks(scan, value.at + word);
        if (start > value.at + value.n)
            return;
        value = (struct span){start, value.at + value.n - start};
    }
    while (value.n > 0 && (is_blank(scan->text[value.at + value.n - 1]) || scan->text[value.at + value.n - 1] == ','))
        value.n--;
    if (scheme && parameters(scan, value, sure))
        return;
    const char *text = scan->text + value.at;
    if (value.n > 0 && text[value.n - 1] == '=' && value_placeholder(text, value.n - 1))
        return; /* `oauth_token=`, and what it is stands elsewhere */
    enum value_look look = value_look(text, value.n);
    if (look == VALUE_VARIABLE && sure)
        leak(scan, value);
    else if (look == VALUE_NONE || look == VALUE_VARIABLE || value.n < LEAST)
        return;
    else if (basic && basic_credentials(text, value.n))
        scan_hit(scan, HYGIENE_AUTHORIZATION_HEADER, JPK_HIGH, value.at, value.n);
    else if (!basic && look == VALUE_RANDOM)
        scan_hit(scan, HYGIENE_AUTHORIZATION_HEADER, sure && scheme ? JPK_HIGH : JPK_MEDIUM, value.at, value.n);
    else if (!basic && scheme && sure && look == VALUE_MIXED)
        scan_hit(scan, HYGIENE_AUTHORIZATION_HEADER, JPK_MEDIUM, value.at, value.n);
}

static void judge(struct scan *scan, enum secret_kind kind, const struct field *field)
{
    struct span value = field->value;
    if (kind == SECRET_NONE)
        return;
    if (kind == SECRET_HEADER) {
        authorization(scan, value, true);
        return;
    }
    enum value_look look = value_look(scan->text + value.at, value.n);
    if (look == VALUE_VARIABLE && kind != SECRET_COOKIE)
        leak(scan, value);
    else if (look != VALUE_NONE && kind == SECRET_PASSWORD)
        password(scan, field, look);
    else if (look > VALUE_VARIABLE)
        token(scan, field, look, kind == SECRET_COOKIE);
}

/* ------------------------------------------------------------------------------------------ names that are values */

static void judge_frame(struct scan *scan, struct json_frame *frame)
{
    if (frame->kind == SECRET_NONE || frame->value.n == 0)
        return;
    judge(scan, frame->kind, &(struct field){.value = frame->value, .sign = ':', .quoted = true, .quoted_name = true});
    frame->value.n = 0;
}

static struct json_frame *frame_of(struct scan *scan)
{
    return &scan->frames[scan->depth % JSON_DEPTH];
}

/* As element_value, also in an element `value` of its own. */
static bool property_value(const struct scan *scan, size_t at, struct span *value)
{
    static const char name[] = "value";
    if (!element_value(scan, at, value))
        return false;
    size_t tag = value->at + opening_at(scan, value->at), end = tag + strlen(name);
    if (value->n > 0 || !scan_is_any_case(scan, tag, name) || closing_at(scan, end) == 0)
        return true;
    return element_value(scan, end, value);
}

/* The value of the tag in which a name stands: its attribute `value`, or the text behind it. */
static void judge_tag(struct scan *scan, enum secret_kind kind, size_t at)
{
    static const char attribute[] = "value=";
    size_t left = scan->n - at < TAG_MOST ? scan->n - at : TAG_MOST;
    const char *text = scan->text + at;
    size_t tag = 0;
    while (tag < left && !closing_at(scan, at + tag))
        tag++;
    const char *found = memmem(text, tag, attribute, strlen(attribute));
    if (!found) {
        size_t before = at < TAG_MOST ? at : TAG_MOST;
        const char *open = text;
        while (open > text - before && !opening_at(scan, (size_t)(open - scan->text)))
            open--;
        found = opening_at(scan, (size_t)(open - scan->text))
                    ? memmem(open, (size_t)(text - open), attribute, strlen(attribute))
                    : NULL;
    }
    struct field field = {.quoted = true, .quoted_name = true, .sign = '='};
    if (found) {
        size_t quote = (size_t)(found - scan->text) + strlen(attribute), length = quote_at(scan, quote);
        if (length > 0 && (is_blank(found[-1]) || found[-1] == '\n') && quoted_value(scan, quote, length, &field.value))
            judge(scan, kind, &field);
    } else if (tag < left && property_value(scan, at + tag, &field.value)) {
        judge(scan, kind, &field);
    }
}

/*
 * A quoted name that is itself a value: `key="password"` in a tag, `"name": "password"` or `"widgetHint": "password"`
 * in an object. False when it is not.
 */
static bool describes(struct scan *scan, struct span name, enum secret_kind kind)
{
    static const char *const keys[] = {"key", "name", "id", "field", "property", "widgethint", "type", "format"};
    size_t quote = quote_before(scan, name.at), end = name.at + name.n;
    if (quote == 0 || quote_at(scan, end) != quote)
        return false;
    size_t sign = skip_blanks_back(scan, name.at - quote);
    if (sign == 0 || (scan->text[sign - 1] != '=' && scan->text[sign - 1] != ':'))
        return false;
    size_t key_end = skip_blanks_back(scan, sign - 1);
    key_end -= quote_before(scan, key_end);
    size_t key = key_end;
    while (key > 0 && key_end - key < SCHEME_MOST && is_letter(scan->text[key - 1]))
        key--;
    if (!value_is(scan->text + key, key_end - key, keys, COUNT(keys)))
        return false;
    if (scan->text[sign - 1] == '=') {
        judge_tag(scan, kind, end + quote);
    } else {
        frame_of(scan)->kind = kind;
        judge_frame(scan, frame_of(scan));
    }
    return true;
}

/* Whether a line ends there, or there is a brace, or a name with its sign. */
static bool member_at(const struct scan *scan, size_t at)
{
    size_t next = skip_blanks(scan, at), quote = quote_at(scan, next), end = next + quote;
    if (ends_line(scan, next) || scan_char(scan, next) == '}' || scan_char(scan, next) == '{')
        return true;
    while (end - next < NAME_MOST && (name_character(scan_char(scan, end)) || scan_char(scan, end) == ' '))
        end++;
    if (quote > 0 && quote_at(scan, end) != quote)
        return end - next >= NAME_MOST;
    return scan_char(scan, skip_blanks(scan, end + quote)) == ':';
}

/* Whether a brace opens an object or a block, and is no part of a string. */
static bool opens_object(const struct scan *scan, size_t at)
{
    return scan_char(scan, at + 1) != '{' && member_at(scan, at + 1);
}

/* A line begins with it, or a value stands before it, and it is no part of a string. */
static bool closes_object(const struct scan *scan, size_t at)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t before = skip_blanks_back(scan, at);
    if (scan_char(scan, at + 1) == ',' && !member_at(scan, at + 2))
        return false;
    while (before > 0 && at - before < NAME_MOST && strchr("}]", scan->text[before - 1]))
        before = skip_blanks_back(scan, before - 1); /* what they close decides for all */
    size_t quote = quote_before(scan, before);
    if (quote > 0)
        return quote_at(scan, at + 1) != quote; /* not `"}"` */
    if (begins_line(scan, before) || is_digit(scan->text[before - 1]) || strchr("{[", scan->text[before - 1]))
        return true;
    for (size_t i = 0; i < COUNT(words); i++)
        if (scan_before(scan, before, words[i]))
            return true;
    return false;
}

void look_object(struct scan *scan, size_t at, const struct anchor *anchor)
{
    if (anchor->text[0] == '{') {
        if (!opens_object(scan, at))
            return;
        scan->depth++;
        *frame_of(scan) = (struct json_frame){.kind = SECRET_NONE};
    } else if (scan->depth > 0 && closes_object(scan, at)) {
        scan->depth--;
    }
}

/* `"value": "..."` of an object that may describe a secret. */
void look_value_key(struct scan *scan, size_t at, const struct anchor *anchor)
{
    size_t quote = quote_before(scan, at), end = at + strlen(anchor->text);
    if (quote == 0 || quote_at(scan, end) != quote)
        return;
    size_t sign = skip_blanks(scan, end + quote);
    if (scan_char(scan, sign) != ':')
        return;
    size_t value = skip_blanks(scan, sign + 1), length = quote_at(scan, value);
    struct json_frame *frame = frame_of(scan);
    if (length > 0 && quoted_value(scan, value, length, &frame->value))
        judge_frame(scan, frame);
}

/* ---------------------------------------------------------------------------------------------------- who looks */

static bool marks_secret(const struct scan *scan, const struct field *field)
{
    return field->quoted_name && field->name.n == strlen("secret") && scan_is(scan, field->name.at, "secret") &&
           field->value.n == strlen("true") && scan_is(scan, field->value.at, "true");
}

/* Behind the value in quotes that begins at an offset behind `=`, as in `oauth_token="..."`; 0: there is none. */
static size_t behind_parameter(const struct scan *scan, size_t at, size_t quote)
{
    struct span value;
    if (at == 0 || scan->text[at - 1] != '=' || !quoted_value(scan, at, quote, &value) || between_strings(scan, value))
        return 0;
    at = value.at + value.n;
    return at + (quote_at(scan, at) == quote ? quote : 0);
}

/* Values without quotes go on to the end of their line when they are those of headers with a scheme. */
static void take_line(const struct scan *scan, struct span *value)
{
    size_t at = value->at + value->n, end = value->at + PLAIN_MOST;
    while (at < end && !ends_line(scan, at) && scan->text[at] != '<') {
        size_t quote = quote_at(scan, at), behind = quote > 0 ? behind_parameter(scan, at, quote) : at + 1;
        if (behind == 0)
            break;
        at = behind;
    }
    value->n = at - value->at;
}

/* What is part of a password in a connection string at an offset: how long, or 0. */
static size_t pair_goes_on(const struct scan *scan, size_t at)
{
    size_t length = scan_is(scan, at, "&amp;") ? strlen("&amp;") : 1;
    if (apostrophe(scan, at) > 0)
        return apostrophe(scan, at);
    if (ends_line(scan, at) || quote_at(scan, at) || opening_at(scan, at) || scan_is(scan, at, "&gt;") ||
        strchr(";\\", scan->text[at]) || (scan->text[at] == '&' && pair_follows(scan, at)))
        return 0;
    return length;
}

/* In a connection string nothing but `;`, another pair, or the end of the string ends a password. */
static void take_pair(const struct scan *scan, struct field *field)
{
    struct field whole = *field;
    size_t at = field->value.at + field->value.n, n;
    while (at - field->value.at < BEFORE_MOST && (n = pair_goes_on(scan, at)) > 0)
        at += n;
    while (at > field->value.at && is_blank(scan->text[at - 1]))
        at--;
    whole.value.n = at - field->value.at;
    if (in_connection(scan, &whole) && value_look(scan->text + whole.value.at, whole.value.n) >= VALUE_WORD)
        *field = whole;
}

/* Numbers are the only values of JSON without quotes that can be a password. */
static bool only_json(const struct scan *scan, const struct field *field)
{
    if (!field->quoted_name || field->quoted || field->sign != ':')
        return false;
    for (size_t i = 0; i < field->value.n; i++)
        if (!is_digit(scan->text[field->value.at + i]))
            return true;
    return false;
}

/* `let pwd=row.pwd7;`: members of an object, in a statement. */
static bool member_of(const struct scan *scan, const struct field *field)
{
    static const char *const words[] = {"let", "var", "const"};
    const char *value = scan->text + field->value.at;
    size_t word = skip_blanks_back(scan, field->name.at), dots = 0;
    bool declared = false;
    for (size_t i = 0; i < COUNT(words) && word < field->name.at; i++)
        declared = declared || (scan_before(scan, word, words[i]) && !in_name(scan, word - strlen(words[i]) - 1));
    for (size_t i = 0; i < field->value.n; i++) {
        bool begins = i == 0 || value[i - 1] == '.';
        if (value[i] == '.' ? begins : !is_word(value[i]) || (begins && is_digit(value[i])))
            return false;
        dots += value[i] == '.';
    }
    return declared && dots > 0 && value[field->value.n - 1] != '.';
}

/* What runs on as a call, an index, a type or a member is code. */
static bool is_code(const struct scan *scan, const struct field *field)
{
    const char *value = scan->text + field->value.at;
    size_t n = field->value.n, word = 0;
    if (field->quoted || n == 0)
        return n == 0;
    while (word < n && (is_letter(value[word]) || value[word] == '_' || value[word] == '.'))
        word++;
    const char *bracket = memchr(value, '[', n);
    return (*value == '$' && (n < 2 || value[1] != '{')) || *value == ':' || memchr(value, '(', n) ||
           member_of(scan, field) ||
           (bracket && ((word > 0 && value[word] == '[') || !memchr(bracket, ']', n - (size_t)(bracket - value)) ||
                        (bracket + 1 < value + n && bracket[1] == ':')));
}

void look_name(struct scan *scan, size_t at, const struct anchor *anchor)
{
    (void)anchor;
    if (at < scan->name_end)
        return;
    struct field field = {.value.n = 0};
    (void)name_at(scan, at, &field.name);
    size_t end = field.name.at + field.name.n;
    while (field.name.n > NAME_MOST && in_name(scan, end))
        end++; /* no name, and what is in it is none */
    if (end > scan->name_end)
        scan->name_end = end;
    enum secret_kind kind = secret_kind(scan->text + field.name.at, field.name.n);
    if (kind == SECRET_NONE)
        return;
    if (!field_at(scan, at, PLAIN_MOST, &field)) {
        (void)describes(scan, field.name, kind);
        return;
    }
    if (marks_secret(scan, &field)) {
        frame_of(scan)->kind = SECRET_PASSWORD;
        judge_frame(scan, frame_of(scan));
    }
    if (kind == SECRET_HEADER && !field.quoted && field.sign == ':')
        take_line(scan, &field.value);
    if (kind == SECRET_PASSWORD && !field.quoted && !field.braced && field.sign == '=')
        take_pair(scan, &field);
    if (!field.quoted && field.value.at + field.value.n > scan->name_end)
        scan->name_end = field.value.at + field.value.n; /* names in it are part of it */
    if (is_code(scan, &field) || only_json(scan, &field))
        return;
    judge(scan, kind, &field);
}

/* As look_name, for what is short, and therefore frequent: only where no letter or digit goes on. */
void look_name_end(struct scan *scan, size_t at, const struct anchor *anchor)
{
    char next = scan_char(scan, at + strlen(anchor->text));
    if (!is_letter(next) && !is_digit(next))
        look_name(scan, at, anchor);
}

/* `Bearer ...` and `Basic ...` that no name introduces, as in a script that puts a header together. */
void look_scheme(struct scan *scan, size_t at, const struct anchor *anchor)
{
    (void)anchor;
    if (at > 0 && is_word(scan->text[at - 1]))
        return;
    struct span value = plain_value(scan, at + strlen(anchor->text), false, PLAIN_MOST);
    value.n += value.at - at;
    value.at = at;
    authorization(scan, value, false);
}

/* The `@` before the host: the last one before a slash, for a password may hold one. */
static const char *last_sign(const char *at, const char *end)
{
    const char *slash = memchr(at, '/', (size_t)(end - at));
    return memrchr(at, '@', (size_t)((slash ? slash : end) - at));
}

/* `jdbc:oracle:thin:user/password@...` */
void look_oracle(struct scan *scan, size_t at, const struct anchor *anchor)
{
    size_t user = at + strlen(anchor->text);
    while (is_letter(scan_char(scan, user)))
        user++;
    if (scan_char(scan, user) != ':')
        return;
    struct span rest = plain_value(scan, user + 1, false, BEFORE_MOST);
    const char *text = scan->text + rest.at, *slash = memchr(text, '/', rest.n);
    const char *sign = slash ? last_sign(slash + 1, text + rest.n) : NULL;
    if (!sign || memchr(text, '@', (size_t)(slash - text)))
        return;
    size_t n = (size_t)(sign - slash) - 1;
    if (n >= 3 && !memchr(slash + 1, '/', n) && value_look(slash + 1, n) >= VALUE_WORD)
        scan_hit(scan, HYGIENE_CONNECTION_PASSWORD, JPK_HIGH, (size_t)(slash + 1 - scan->text), n);
}
