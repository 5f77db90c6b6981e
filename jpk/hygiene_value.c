/* How a value looks: whether it stands for something else, and whether people or machines have made it. */
#include "base/text.h"
#include "jpk/hygiene_parts.h"

/* As much of a value as is looked at; a secret does not begin to look like one later. */
enum { LOOK_MAX = 256 };

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static bool starts(const char *value, size_t n, const char *prefix)
{
    size_t m = strlen(prefix);
    return m <= n && strncasecmp(value, prefix, m) == 0;
}

/* ------------------------------------------------------------------------------------------------------ variables */

static bool name_in_brackets(char c)
{
    return is_word(c) || c == '.' || c == '-' || c == ' ' || c == '$' || c == ':' || c == '/';
}

/* `[name]` and `[name{default}]`: the length, and where the default stands. */
static size_t bracket_variable(const char *value, size_t n, struct span *inside)
{
    size_t at = 1;
    if (n < 3 || (!is_letter(value[1]) && value[1] != '_' && value[1] != '$'))
        return 0;
    while (at < n && name_in_brackets(value[at]))
        at++;
    if (at < n && value[at] == '{') {
        const char *end = memchr(value + at, '}', n - at);
        if (!end)
            return 0;
        *inside = (struct span){at + 1, (size_t)(end - value) - at - 1};
        at = (size_t)(end - value) + 1;
    }
    return at < n && value[at] == ']' ? at + 1 : 0;
}

/* The length of the reference to a variable at the start of a value, 0 when there is none. */
static size_t variable(const char *value, size_t n, struct span *inside)
{
    static const struct {
        const char *open, *close;
    } forms[] = {
        {"${", "}"}, {"{{", "}}"}, {"#{", "}"}, {"@{", "}"}, {"$(", ")"}, {"<", ">"}, {"&lt;", "&gt;"}, {"{", "}"},
    };
    *inside = (struct span){0, 0};
    if (*value == '[')
        return bracket_variable(value, n, inside);
    for (size_t i = 0; i < COUNT(forms); i++) {
        size_t m = strlen(forms[i].open);
        const char *end =
            starts(value, n, forms[i].open) ? memmem(value + m, n - m, forms[i].close, strlen(forms[i].close)) : NULL;
        if (end)
            return (size_t)(end - value) + strlen(forms[i].close);
    }
    size_t at = 1;
    if (*value != '%')
        return 0;
    while (at < n && (is_letter(value[at]) || value[at] == '_'))
        at++;
    return at > 4 && at < n && value[at] == '%' ? at + 1 : 0; /* shorter ones are encoded characters */
}

static size_t letters_and_digits(const char *value, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += is_letter(value[i]) || is_digit(value[i]);
    return count;
}

/* A default stands in the clear: a leak unless it is a word or a filler. It holds no variable with a default itself. */
static bool telling_default(const char *value, size_t n)
{
    enum { DEFAULT_LEAST = 8 };
    return n >= DEFAULT_LEAST && !memchr(value, '[', n) && value_look(value, n) >= VALUE_MIXED;
}

static bool only_scheme(const char *value, size_t n)
{
    static const char *const schemes[] = {"bearer", "basic", "token", "apikey"};
    while (n > 0 && value[n - 1] == ' ')
        n--;
    return value_is(value, n, schemes, COUNT(schemes));
}

/* The literal pieces of a value: the one that there is, or where the first begins and the last ends. */
struct literals {
    const char *value;
    struct span found;
    size_t start; /* of the first one, with the variable that it is the default of */
};

/* A piece, and around it what goes with it when it is not the only one. */
static void add_literal(struct literals *l, struct span piece, struct span around)
{
    const char *text = l->value + piece.at;
    if (letters_and_digits(text, piece.n) < 2 || only_scheme(text, piece.n))
        return;
    if (l->found.n == 0) {
        l->found = piece;
        l->start = around.at;
    } else {
        l->found = (struct span){l->start, around.at + around.n - l->start};
    }
}

struct span value_literal(const char *value, size_t n)
{
    struct literals literals = {.value = value};
    struct span inside;
    size_t literal = 0, most = n < LOOK_MAX ? n : LOOK_MAX;
    for (size_t at = 0; at < most;) {
        size_t m = variable(value + at, most - at, &inside);
        if (m == 0) {
            at++;
            continue;
        }
        struct span piece = {literal, at - literal};
        add_literal(&literals, piece, piece);
        if (telling_default(value + at + inside.at, inside.n))
            add_literal(&literals, (struct span){at + inside.at, inside.n}, (struct span){at, m});
        at += m;
        literal = at;
    }
    struct span rest = {literal, n - literal};
    add_literal(&literals, rest, rest);
    return literals.found;
}

static bool holds_variable(const char *value, size_t n)
{
    struct span inside;
    for (size_t at = 0; at < n; at++)
        if (strchr("[$#{@<%&", value[at]) && value[at] && variable(value + at, n - at, &inside) > 0)
            return true;
    return false;
}

/* --------------------------------------------------------------------------------------------------- placeholders */

static bool one_character(const char *value, size_t n)
{
    size_t same = 0, filler = 0;
    for (size_t i = 0; i < n; i++) {
        same += text_lower(value[i]) == text_lower(*value);
        filler += value[i] != '\0' && strchr("*.-_#?~ xX", value[i]) != NULL;
    }
    return same == n || filler == n;
}

/* `$name` of a shell or script, `__NAME__` of a template. */
static bool marked_name(const char *value, size_t n)
{
    size_t at = 1;
    if (n > 4 && starts(value, n, "__") && value[n - 1] == '_' && value[n - 2] == '_')
        return true;
    if (*value != '$' || n < 2 || !is_letter(value[1]))
        return false;
    while (at < n && (is_letter(value[at]) || value[at] == '_' || value[at] == '.'))
        at++;
    return at == n;
}

/* `client_secret`, `the password`, `FTP_1_PASSWORD`: words that say what belongs here. */
static bool names_itself(const char *value, size_t n)
{
    size_t digits = 0;
    for (size_t i = 0; i < n; i++) {
        digits += is_digit(value[i]);
        if (!is_word(value[i]) && !strchr("-. :", value[i]))
            return false;
    }
    if (digits == 0)
        return secret_name(value, n) || secret_kind(value, n) != SECRET_NONE;
    return memchr(value, '_', n) && !is_digit(value[n - 1]) && secret_kind(value, n) != SECRET_NONE;
}

static bool elsewhere(const char *value, size_t n)
{
    static const char *const places[] = {
        "env:",     "file:",      "vault:",     "ref:",    "secret:",  "arn:",        "op://",      "ssm:",
        "keyvault", "@microsoft", "!secret",    "!vault",  "!ref",     "process.env", "os.environ", "system.getenv",
        "enc(",     "{cipher}",   "secretref:", "http://", "https://", "/run/",       "./",         "../",
        "~/",       "urn:",       "classpath:", "getenv(", "$2a$",     "$2b$",        "$2y$",       "$argon2",
        "$5$",      "$6$",
    };
    for (size_t i = 0; i < COUNT(places); i++)
        if (starts(value, n, places[i]))
            return true;
    if (n > 3 && *value == '/' && is_letter(value[1]) && memchr(value + 1, '/', n - 1))
        return true;
    return n > 3 && is_letter(value[0]) && value[1] == ':' && value[2] == '\\';
}

static bool filler(const char *value, size_t n)
{
    static const char *const whole[] = {
        "true",   "false",   "null",      "none",   "nil",      "undefined", "yes",       "no",       "on",
        "off",    "n/a",     "tbd",       "todo",   "test",     "default",   "string",    "text",     "hidden",
        "masked", "removed", "secret",    "passwd", "pass",     "pwd",       "user",      "username", "value",
        "foo",    "bar",     "foobar",    "empty",  "unset",    "unknown",   "mandatory", "required", "optional",
        "number", "integer", "boolean",   "object", "passwort", "kennwort",  "optional",  "password", "token",
        "bearer", "basic",   "negotiate", "ntlm",   "digest",
    };
    static const char *const inside[] = {
        "changeme",   "change_me",  "change-me", "changeit", "placeholder", "example",      "redacted",
        "dummy",      "your",       "xxxx",      "****",     "...",         "sample",       "0123456789",
        "1234567890", "abcdefghij", "%s",        "%d",       "%r",          "\xe2\x80\xa6",
    };
    static const char *const first[] = {"insert", "replace", "enter ", "enter_", "my-",
                                        "my_",    "todo",    "<",      "put-",   "put_"};
    if (value_is(value, n, whole, COUNT(whole)))
        return true;
    for (size_t i = 0; i < COUNT(inside); i++)
        if (value_holds(value, n, inside[i]))
            return true;
    for (size_t i = 0; i < COUNT(first); i++)
        if (starts(value, n, first[i]))
            return true;
    return false;
}

/* `$00` and base64, as Design Studio and Cloud Studio store what they encrypt. */
static bool encrypted(const char *value, size_t n)
{
    enum { LEAST = 20 };
    if (n < LEAST || !starts(value, n, "$00"))
        return false;
    for (size_t i = 3; i < n; i++)
        if (!is_letter(value[i]) && !is_digit(value[i]) && !strchr("+/=", value[i]))
            return false;
    return true;
}

/* `2024-10-01` and `2024-10-01T10:11:12Z`, also with a blank: when something was changed or ends. */
static bool date(const char *value, size_t n)
{
    static const char form[] = "0000-00-00";
    if (n < strlen(form) || (n > strlen(form) && value[10] != 'T' && value[10] != ' '))
        return false;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == '0' ? !is_digit(value[i]) : value[i] != form[i])
            return false;
    for (size_t i = strlen(form) + 1; i < n; i++)
        if (!is_digit(value[i]) && !strchr(":.,+-Z ", value[i]))
            return false;
    return true;
}

bool value_placeholder(const char *value, size_t n)
{
    struct span inside;
    if (n > LOOK_MAX)
        n = LOOK_MAX;
    if (n == 0 || one_character(value, n) || marked_name(value, n) || elsewhere(value, n) || filler(value, n) ||
        names_itself(value, n) || encrypted(value, n) || date(value, n))
        return true;
    return variable(value, n, &inside) == n && !telling_default(value + inside.at, inside.n);
}

/* ----------------------------------------------------------------------------------------------------------- looks */

struct shape {
    size_t letters, digits, blanks, other, high;
    size_t turns;  /* between letters and digits, and between small letters and capitals but for Capitalized words */
    size_t repeat; /* the sum of the squares of how often each byte occurs */
};

static int class_of(char c)
{
    return c >= 'a' && c <= 'z' ? 1 : c >= 'A' && c <= 'Z' ? 2 : is_digit(c) ? 3 : 0;
}

static struct shape shape_of(const char *value, size_t n)
{
    struct shape shape = {0};
    size_t seen[256] = {0};
    for (size_t i = 0; i < n; i++) {
        int now = class_of(value[i]), before = i > 0 ? class_of(value[i - 1]) : 0;
        shape.repeat += 2 * seen[(unsigned char)value[i]]++ + 1;
        shape.letters += now == 1 || now == 2;
        shape.digits += now == 3;
        shape.blanks += value[i] == ' ';
        shape.high += (unsigned char)value[i] >= 0x80;
        shape.other += now == 0 && value[i] != ' ' && !strchr("_-.", value[i]);
        shape.turns += now && before && now != before && !(before == 2 && now == 1);
    }
    return shape;
}

/*
 * Code that a quote has cut out: `" + $name + "`, `" NAME "`, `&name&`, `",$name,"`, and with the quote of the string
 * that it stands behind: `'+$name+'`.
 */
static bool concatenation(const char *value, size_t n)
{
    struct scan scan = {.text = value, .n = n};
    size_t start = quote_at(&scan, 0), end = n - quote_before(&scan, n);
    if (start > 0)
        start = skip_blanks(&scan, start);
    if (start >= end)
        return false;
    char first = value[start], last = value[end - 1];
    if (is_blank(value[0]) && is_blank(value[n - 1]))
        return true;
    if (!strchr("+&.|,;", first) || first == '\0')
        return false;
    return start > 0 || n < 2 || first == last || value[1] == ' ' || value[1] == '$';
}

/* Bytes as good as random have many turns and a low chance that two of them are alike (below 1/8: 3 bits each). */
static bool machine_made(const struct shape *shape, size_t n)
{
    enum { LEAST = 16, LONG = 24, LIKELY = 8, RARE_TURN = 6 };
    if (n < LEAST || shape->blanks > 0 || shape->high > 0 || shape->repeat * LIKELY > n * n)
        return false;
    if (shape->digits < 2)
        return n >= LONG && shape->turns * 4 >= n;
    return shape->turns * RARE_TURN >= n;
}

enum value_look value_look(const char *value, size_t n)
{
    if (n > 0 && concatenation(value, n))
        return VALUE_NONE;
    while (n > 0 && is_blank(*value)) {
        value++;
        n--;
    }
    while (n > 0 && is_blank(value[n - 1]))
        n--;
    if (n > LOOK_MAX)
        n = LOOK_MAX;
    if (value_placeholder(value, n))
        return VALUE_NONE;
    if (holds_variable(value, n))
        return value_literal(value, n).n > 0 ? VALUE_VARIABLE : VALUE_NONE;
    struct shape shape = shape_of(value, n);
    if (shape.blanks > 1 || (shape.blanks == 1 && shape.digits == 0) || shape.letters + shape.digits == 0)
        return VALUE_NONE;
    if (text_guid(value, n))
        return VALUE_WORD;
    if (machine_made(&shape, n))
        return VALUE_RANDOM;
    return shape.other == shape.high && (shape.digits == 0 || shape.letters == 0) ? VALUE_WORD : VALUE_MIXED;
}

bool value_telling(const char *value, size_t n)
{
    enum { LEAST = 8, TURNS = 4 };
    enum value_look look = value_look(value, n);
    struct shape shape = shape_of(value, n < LOOK_MAX ? n : LOOK_MAX);
    bool mixed = look == VALUE_MIXED && n >= LEAST && shape.digits > 0 && shape.letters > 0;
    for (size_t i = 0; mixed && shape.turns < TURNS && i < n; i++)
        if (strchr("!#$%?@^~", value[i]))
            return true;
    return look == VALUE_RANDOM || (mixed && shape.turns >= TURNS);
}
