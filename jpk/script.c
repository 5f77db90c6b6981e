#include "jpk/script.h"
#include "base/text.h"

#include <string.h>

/*
 * Where the rules come from, besides the scripts of real projects:
 *
 * - docs.jitterbit.com, "Jitterbit Script": `<trans>` tags, `//` and slash-star comments, statements end with `;`, no
 *   control statements (If, Case and While are functions). So `?` and `:` are operators in no construct; both occur in
 *   node paths. The part of that page on escape sequences is not in the copy that was read.
 * - github.com/michal-kapala/jitterbit-script, src/frontend/lexer.ts, a scanner made by watching Jitterbit Studio 10.55
 *   and an agent 11.23: a backslash escapes the next character in double AND in single quotes (it knows \b \f \n \r \t
 * \v
 *   \\ \' \"); strings span lines; a number may end with a dot.
 * - leadintegrator.com/summary, naming conventions of a Jitterbit developer: variables such as `$:start`, `$?status`,
 *   `$#counter`, `$%out`, `$@tran`, `$~path` and `$.out`.
 * - success.jitterbit.com, "JavaScript": `$name` is a global variable there, too, but names with dots need
 *   Jitterbit.GetVar and Jitterbit.SetVar; the engine is ECMA-262 5.1.
 *
 * A closing tag ends the script even in a `//` comment: many mappings have their closing tag on their last line, and
 * whoever comments that line out must not lose the tag. In a string or a block comment it is text: scripts build other
 * scripts and XML, and what is quoted has an end of its own.
 */

struct tag {
    const char *name;
    size_t length;
    enum script_language language;
    bool closing;
};

static const struct tag tags[] = {
    {"<trans>", 7, SCRIPT_JITTERBIT, false},
    {"</trans>", 8, SCRIPT_JITTERBIT, true},
    {"<javascript>", 12, SCRIPT_JAVASCRIPT, false},
    {"</javascript>", 13, SCRIPT_JAVASCRIPT, true},
};

/* The longest first. Those of JavaScript are not in the other language, where they would be errors anyway. */
static const char *const operators[] = {
    ">>>=", "===", "!==", ">>>", "<<=", ">>=", "==", "!=", "<=", ">=", "&&", "||", "++",
    "--",   "+=",  "-=",  "*=",  "/=",  "%=",  "^=", "&=", "|=", "<<", ">>", "=>",
};

/* Words of JavaScript after which an expression begins, so that a slash opens a regular expression. */
static const char *const before_expression[] = {
    "return", "typeof", "case", "in", "delete", "void", "throw", "new", "else", "do", "instanceof",
};

/* A slash is looked at for this many bytes; a longer regular expression is not one. It keeps the time linear. */
enum { REGEX_MAX = 512 };

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* All bytes of characters beyond ASCII count as letters: node names have them, operators do not. */
static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || (unsigned char)c >= 0x80;
}

/* The byte at `at`, or NUL at the end; a NUL in the text is no letter and no operator either. */
static char byte_at(const struct script_scanner *s, size_t at)
{
    return at < s->size ? s->text[at] : '\0';
}

static char byte_before(const struct script_scanner *s, size_t at)
{
    return at > 0 ? s->text[at - 1] : '\0';
}

static const struct tag *tag_at(const struct script_scanner *s, size_t at)
{
    if (byte_at(s, at) != '<')
        return NULL;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        size_t n = 0;
        if (tags[i].length <= s->size - at)
            while (n < tags[i].length && text_lower(s->text[at + n]) == tags[i].name[n])
                n++;
        if (n == tags[i].length)
            return &tags[i];
    }
    return NULL;
}

static bool closing_tag_at(const struct script_scanner *s, size_t at)
{
    const struct tag *tag = tag_at(s, at);
    return tag && tag->closing && tag->language == s->language;
}

/* The functions below take where a token begins and return where it ends. */

static size_t text_end(const struct script_scanner *s, size_t at)
{
    while (at < s->size && !tag_at(s, at)) {
        const char *next = memchr(s->text + at + 1, '<', s->size - at - 1);
        at = next ? (size_t)(next - s->text) : s->size;
    }
    return at;
}

static size_t space_end(const struct script_scanner *s, size_t at)
{
    while (is_space(byte_at(s, at)))
        at++;
    return at;
}

/* What never ends goes on to the last closing tag, which then still closes the script. */
static size_t open_end(const struct script_scanner *s, size_t at)
{
    for (size_t end = s->size; end > at; end--)
        if (s->text[end - 1] == '<' && closing_tag_at(s, end - 1))
            return end - 1;
    return s->size;
}

/* A line ends with LF; the CR before it belongs to the line end. */
static size_t line_comment_end(const struct script_scanner *s, size_t at)
{
    while (at < s->size && s->text[at] != '\n' && !closing_tag_at(s, at))
        at++;
    return byte_at(s, at) == '\n' && s->text[at - 1] == '\r' ? at - 1 : at;
}

/* The star of the opening does not close it: slash-star-slash is the beginning of a comment. */
static size_t block_comment_end(const struct script_scanner *s, size_t at, enum script_kind *kind)
{
    for (size_t i = at + 2; i < s->size; i++) {
        const char *star = memchr(s->text + i, '*', s->size - i);
        if (!star)
            break;
        i = (size_t)(star - s->text);
        if (byte_at(s, i + 1) == '/')
            return i + 2;
    }
    *kind = SCRIPT_OPEN;
    return open_end(s, at);
}

/* Template literals are taken as strings up to the next backtick; what `${}` holds is not looked at. */
static size_t string_end(const struct script_scanner *s, size_t at, enum script_kind *kind)
{
    char quote = s->text[at];
    for (size_t i = at + 1; i < s->size; i++) {
        if (s->text[i] == '\\')
            i++;
        else if (s->text[i] == quote)
            return i + 1;
    }
    *kind = SCRIPT_OPEN;
    return open_end(s, at);
}

static size_t operator_end(const struct script_scanner *s, size_t at)
{
    if (!strchr("=<>&|+-", byte_at(s, at + 1)))
        return at + 1; /* most are brackets and commas: the second byte of every longer operator is one of these */
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (s->text[at] != operators[i][0])
            continue;
        size_t length = strlen(operators[i]);
        if (length <= s->size - at && memcmp(s->text + at, operators[i], length) == 0)
            return at + length;
    }
    return at + 1;
}

/* ------------------------------------------------------------------------------------------------ Jitterbit Script */

/* A `$` is part of a node path after these: `writeResponse#.status$isSuccess`, `Contact[1]$Name`. */
static bool continues_path(char before)
{
    return is_word(before) || (before != '\0' && strchr(".]?#$", before) != NULL);
}

/* Returns `at` when no variable begins there. */
static size_t variable_end(const struct script_scanner *s, size_t at)
{
    if (continues_path(byte_before(s, at)))
        return at;
    size_t end = at + 1;
    char mark = byte_at(s, end);
    if (mark != '\0' && strchr(":?#%@~.", mark))
        end++;
    if (!is_word(byte_at(s, end)))
        return at;
    while (is_word(byte_at(s, end)) || (byte_at(s, end) == '.' && is_word(byte_at(s, end + 1))))
        end++;
    return end;
}

static bool is_path(const struct script_scanner *s, size_t at)
{
    char c = byte_at(s, at);
    return is_word(c) || c == '$' || c == '.' || c == '#' || c == '?' || (c == ':' && is_word(byte_at(s, at + 1)));
}

static size_t digits_end(const struct script_scanner *s, size_t at)
{
    while (is_digit(byte_at(s, at)))
        at++;
    return at;
}

/* Digits with a fraction and an exponent. */
static size_t number_end(const struct script_scanner *s, size_t at)
{
    size_t end = digits_end(s, at);
    if (byte_at(s, end) == '.')
        end = digits_end(s, end + 1);
    if (text_lower(byte_at(s, end)) == 'e') {
        size_t sign = end + 1;
        if (byte_at(s, sign) == '+' || byte_at(s, sign) == '-')
            sign++;
        if (is_digit(byte_at(s, sign)))
            end = digits_end(s, sign);
    }
    return end;
}

/* A number, a name or a node path; what begins with a digit is a number unless more letters follow. */
static size_t word_end(const struct script_scanner *s, size_t at, enum script_kind *kind)
{
    if (is_digit(s->text[at])) {
        size_t end = number_end(s, at);
        if (!is_path(s, end)) {
            *kind = SCRIPT_NUMBER;
            return end;
        }
    }
    size_t end = at;
    while (is_word(byte_at(s, end)))
        end++;
    *kind = is_path(s, end) ? SCRIPT_PATH : SCRIPT_NAME;
    while (is_path(s, end))
        end++;
    return end;
}

static size_t jitterbit_end(const struct script_scanner *s, size_t at, enum script_kind *kind)
{
    char c = s->text[at], next = byte_at(s, at + 1);
    if (c == '$') {
        size_t end = variable_end(s, at);
        if (end > at) {
            *kind = SCRIPT_VARIABLE;
            return end;
        }
        if (continues_path(byte_before(s, at)))
            return word_end(s, at, kind);
    }
    if (c == '.' && is_digit(next) && !continues_path(byte_before(s, at))) {
        *kind = SCRIPT_NUMBER;
        return number_end(s, at);
    }
    if (is_word(c) || (c == '?' && (is_word(next) || next == '?')) ||
        (c == '.' && is_word(next) && byte_before(s, at) == ']'))
        return word_end(s, at, kind);
    return operator_end(s, at);
}

/* ------------------------------------------------------------------------------------------------------ JavaScript */

static bool is_javascript_word(char c)
{
    return is_word(c) || c == '$';
}

static bool is_before_expression(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof before_expression / sizeof *before_expression; i++)
        if (strlen(before_expression[i]) == length && memcmp(before_expression[i], word, length) == 0)
            return true;
    return false;
}

/*
 * Whether a value has just ended, so that a slash divides. The scanner does not keep its last token: this looks at the
 * bytes before. It is wrong right after a comment (a `//` comment that ends with a word, a block comment after a
 * value).
 */
static bool after_value(const struct script_scanner *s, size_t at)
{
    while (is_space(byte_before(s, at)))
        at--;
    char c = byte_before(s, at);
    if ((c == '+' || c == '-') && byte_before(s, at - 1) == c)
        return true; /* i++ / 2 */
    if (!is_javascript_word(c))
        return c != '\0' && strchr(")]}\"'`", c) != NULL;
    size_t begin = at;
    while (at - begin <= 10 && is_javascript_word(byte_before(s, begin)))
        begin--;
    return !is_before_expression(s->text + begin, at - begin);
}

/* Returns `at` when no regular expression begins there. It ends on its line. */
static size_t regex_end(const struct script_scanner *s, size_t at)
{
    if (after_value(s, at))
        return at;
    bool class = false;
    size_t limit = s->size - at > REGEX_MAX ? at + REGEX_MAX : s->size;
    for (size_t i = at + 1; i < limit && s->text[i] != '\n'; i++) {
        char c = s->text[i];
        if (c == '\\')
            i++;
        else if (c == '[')
            class = true;
        else if (c == ']')
            class = false;
        else if (c == '/' && !class) {
            for (i++; is_javascript_word(byte_at(s, i));)
                i++;
            return i;
        }
    }
    return at;
}

static size_t javascript_number_end(const struct script_scanner *s, size_t at)
{
    bool decimal = byte_at(s, at) != '0' || text_lower(byte_at(s, at + 1)) != 'x';
    size_t end = at;
    for (;;) {
        char c = byte_at(s, end);
        bool sign = (c == '+' || c == '-') && decimal && end > at && text_lower(s->text[end - 1]) == 'e';
        if (!sign && !is_word(c) && c != '.')
            return end;
        end++;
    }
}

static size_t javascript_end(const struct script_scanner *s, size_t at, enum script_kind *kind)
{
    char c = s->text[at];
    if (is_digit(c) || (c == '.' && is_digit(byte_at(s, at + 1)))) {
        *kind = SCRIPT_NUMBER;
        return javascript_number_end(s, at);
    }
    if (is_javascript_word(c)) {
        size_t end = at;
        while (is_javascript_word(byte_at(s, end)))
            end++;
        *kind = c == '$' && end - at > 1 && byte_before(s, at) != '.' ? SCRIPT_VARIABLE : SCRIPT_NAME;
        return end;
    }
    if (c == '/') {
        size_t end = regex_end(s, at);
        if (end > at) {
            *kind = SCRIPT_STRING;
            return end;
        }
    }
    return operator_end(s, at);
}

/* ------------------------------------------------------------------------------------------------------------------ */

static size_t code_end(const struct script_scanner *s, size_t at, enum script_kind *kind)
{
    char c = s->text[at], next = byte_at(s, at + 1);
    if (is_space(c)) {
        *kind = SCRIPT_SPACE;
        return space_end(s, at);
    }
    if (c == '/' && (next == '/' || next == '*')) {
        *kind = SCRIPT_COMMENT;
        return next == '/' ? line_comment_end(s, at) : block_comment_end(s, at, kind);
    }
    if (c == '"' || c == '\'' || (c == '`' && s->language == SCRIPT_JAVASCRIPT)) {
        *kind = SCRIPT_STRING;
        return string_end(s, at, kind);
    }
    *kind = SCRIPT_OPERATOR;
    return s->language == SCRIPT_JAVASCRIPT ? javascript_end(s, at, kind) : jitterbit_end(s, at, kind);
}

void script_begin(struct script_scanner *scanner, const char *text, size_t size)
{
    *scanner = (struct script_scanner){.text = text, .size = size, .language = SCRIPT_JITTERBIT};
}

bool script_next(struct script_scanner *scanner, struct script_token *token)
{
    size_t at = scanner->at, end;
    if (at >= scanner->size)
        return false;
    const struct tag *tag = tag_at(scanner, at);
    if (tag) {
        token->kind = SCRIPT_TAG;
        end = at + tag->length;
        scanner->language = tag->language;
        scanner->inside = !tag->closing;
    } else if (!scanner->inside) {
        token->kind = SCRIPT_TEXT;
        end = text_end(scanner, at);
    } else {
        end = code_end(scanner, at, &token->kind);
    }
    token->language = scanner->language;
    token->offset = (uint32_t)at;
    token->length = (uint32_t)(end - at);
    scanner->at = end;
    return true;
}
