#include "jpk/script.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

/*
 * One pass over the tokens with a stack of what is open. What a variable is (read, assigned, indexed, compared) shows
 * only in what follows it, so the token after a value is looked at ahead; nothing is looked at more than a few times.
 *
 * Choices that the header leaves open:
 * - A call is reported where its name stands, before what its arguments do: If and While, too, begin before them.
 * - Get, Set, Jitterbit.GetVar and Jitterbit.SetVar with a literal name are another spelling of a variable. The read or
 *   write comes when their parenthesis closes, and what is around it is what is around the call. Without a `$` in the
 *   name, those of JavaScript do not reach a global variable (success.jitterbit.com, "JavaScript") and are not
 * reported.
 * - `offset` is where the name begins, in a string after the quote.
 * - ArgumentList and the parameters of a JavaScript function write; so does `var x` without a value.
 * - JavaScript: `a.b` reads a; the function of `a.b(` is "a.b". Keywords, keys of objects and the objects that every
 *   program has (Math, JSON, Jitterbit) are not reported.
 * - Two values in a row are two statements: the semicolon is missing, or it is JavaScript, which does without.
 */

enum frame_kind {
    FRAME_CALL,
    FRAME_GROUP, /* parentheses and braces, and brackets that index nothing */
    FRAME_INDEX, /* brackets behind a variable */
    FRAME_PARAMETERS,
    FRAME_ASSIGN
};

enum access { ACCESS_NONE, ACCESS_GET, ACCESS_SET, ACCESS_ARGUMENTS };

/* A variable, and what stood before it: kept until what comes after it is known. */
struct value {
    struct script_view name;
    uint32_t offset;
    bool local;
    bool fresh;                  /* nothing but negations stands between it and the begin of the argument */
    bool arithmetic;             /* an operator that binds more than a comparison stands before it */
    bool step;                   /* ++ or -- stands before it */
    struct script_view compared; /* the constant of `"a" == $x`; without text when there is none */
    bool compared_string;
};

struct script_frame {
    enum frame_kind kind;
    enum access access;
    char bracket;     /* the opening one; NUL for assignments */
    int call, assign; /* the innermost ones, this one included; -1 when there is none */
    unsigned argument;
    struct script_view function;
    struct value value; /* what is indexed, assigned, or named by Get or Set */
};

struct reader {
    struct script_scanner scanner;
    script_handler *handler;
    void *context;
    unsigned flags;
    bool stopped;

    int top;
    size_t beyond;  /* brackets that the stack had no room for */
    size_t open[3]; /* how many frames there are for each kind of bracket */

    /* what stands before the token at hand */
    struct script_view last; /* the last token that is neither white space nor comment */
    bool value_ended;
    bool fresh, arithmetic, sign, step;
    struct script_view constant, left; /* a constant; a constant and a comparison */
    bool constant_string, left_string;

    struct value pending; /* the next token assigns to it, steps or indexes it; without text when there is none */
    struct value called;  /* a call: what stands before it, and its name */

    /* JavaScript: parameters follow; where the names joined by dots began that end at the last token, or NULL */
    bool parameters;
    const char *chain;

    struct script_frame frames[SCRIPT_DEPTH_MAX + 1]; /* the first one is the code itself; last, as it is not cleared */
};

enum operator_kind {
    OPERATOR_OTHER,
    OPERATOR_ASSIGN,
    OPERATOR_COMPOUND,
    OPERATOR_COMPARE,
    OPERATOR_ARITHMETIC,
    OPERATOR_STEP
};

static const struct {
    const char *text;
    enum operator_kind kind;
} operator_kinds[] = {
    {"=", OPERATOR_ASSIGN},      {"==", OPERATOR_COMPARE},    {"!=", OPERATOR_COMPARE},     {"<", OPERATOR_COMPARE},
    {">", OPERATOR_COMPARE},     {"<=", OPERATOR_COMPARE},    {">=", OPERATOR_COMPARE},     {"===", OPERATOR_COMPARE},
    {"!==", OPERATOR_COMPARE},   {"+", OPERATOR_ARITHMETIC},  {"-", OPERATOR_ARITHMETIC},   {"*", OPERATOR_ARITHMETIC},
    {"/", OPERATOR_ARITHMETIC},  {"%", OPERATOR_ARITHMETIC},  {"^", OPERATOR_ARITHMETIC},   {"++", OPERATOR_STEP},
    {"--", OPERATOR_STEP},       {"+=", OPERATOR_COMPOUND},   {"-=", OPERATOR_COMPOUND},    {"*=", OPERATOR_COMPOUND},
    {"/=", OPERATOR_COMPOUND},   {"%=", OPERATOR_COMPOUND},   {"^=", OPERATOR_COMPOUND},    {"&=", OPERATOR_COMPOUND},
    {"|=", OPERATOR_COMPOUND},   {"<<=", OPERATOR_COMPOUND},  {">>=", OPERATOR_COMPOUND},   {">>>=", OPERATOR_COMPOUND},
    {"<<", OPERATOR_ARITHMETIC}, {">>", OPERATOR_ARITHMETIC}, {">>>", OPERATOR_ARITHMETIC},
};

static const struct {
    const char *name;
    enum script_language language;
    enum access access;
} accessors[] = {
    {"Get", SCRIPT_JITTERBIT, ACCESS_GET},
    {"Set", SCRIPT_JITTERBIT, ACCESS_SET},
    {"ArgumentList", SCRIPT_JITTERBIT, ACCESS_ARGUMENTS},
    {"Jitterbit.GetVar", SCRIPT_JAVASCRIPT, ACCESS_GET},
    {"Jitterbit.SetVar", SCRIPT_JAVASCRIPT, ACCESS_SET},
};

static const char *const constants[] = {"true", "false", "null"};

static const char *const javascript_keywords[] = {
    "break",  "case",       "catch",  "class",   "const",   "continue", "debugger", "default", "delete",
    "do",     "else",       "export", "extends", "finally", "for",      "function", "if",      "import",
    "in",     "instanceof", "let",    "new",     "of",      "return",   "switch",   "throw",   "try",
    "typeof", "var",        "void",   "while",   "with",    "yield",
};

/* Names that have a value without being assigned. */
static const char *const javascript_objects[] = {
    "this",   "undefined", "arguments", "NaN",   "Infinity", "Jitterbit", "Math",     "JSON",  "Date",
    "String", "Number",    "Boolean",   "Array", "Object",   "RegExp",    "Function", "Error",
};

static const char *const prefixes[] = {"op", "sc", "s", "t", "m", "so"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { GUID_LENGTH = 36 };

/* -------------------------------------------------------------------------------------------------- views and words */

static bool same(struct script_view view, const char *text)
{
    return strlen(text) == view.length && memcmp(view.text, text, view.length) == 0;
}

static bool same_folded(struct script_view view, const char *text)
{
    size_t n = 0;
    while (n < view.length && text[n] != '\0' && text_lower(view.text[n]) == text_lower(text[n]))
        n++;
    return n == view.length && text[n] == '\0';
}

static bool one_of(struct script_view view, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (same(view, words[i]))
            return true;
    return false;
}

static bool is_constant(struct script_view name)
{
    for (size_t i = 0; i < COUNT(constants); i++)
        if (same_folded(name, constants[i]))
            return true;
    return false;
}

static enum operator_kind operator_kind(struct script_view view)
{
    if (view.length == 0)
        return OPERATOR_OTHER;
    for (size_t i = 0; i < COUNT(operator_kinds); i++)
        if (view.text[0] == operator_kinds[i].text[0] && same(view, operator_kinds[i].text))
            return operator_kinds[i].kind;
    return OPERATOR_OTHER;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static struct script_view token_view(const struct reader *r, const struct script_token *token)
{
    return (struct script_view){r->scanner.text + token->offset, token->length};
}

static struct script_view unquoted(struct script_view string)
{
    return (struct script_view){string.text + 1, string.length - 2};
}

/* A regular expression is a string token, too. */
static bool is_quoted(const struct reader *r, const struct script_token *token)
{
    return token->kind == SCRIPT_STRING && r->scanner.text[token->offset] != '/';
}

static bool is_char(struct script_view view, char c)
{
    return view.length == 1 && view.text[0] == c;
}

/* The next token that is neither white space nor comment. False at the end of the code. */
static bool next_token(struct script_scanner *scanner, struct script_token *token)
{
    while (script_next(scanner, token))
        if (token->kind != SCRIPT_SPACE && token->kind != SCRIPT_COMMENT)
            return token->kind != SCRIPT_TAG;
    return false;
}

/* The same as text, empty at the end of the code and for what is no operator. */
static struct script_view next_operator(struct script_scanner *scanner)
{
    struct script_token token;
    if (!next_token(scanner, &token) || token.kind != SCRIPT_OPERATOR)
        return (struct script_view){"", 0};
    return (struct script_view){scanner->text + token.offset, token.length};
}

static bool ends_argument(struct script_view view)
{
    return is_char(view, ',') || is_char(view, ')');
}

/* ----------------------------------------------------------------------------------------------------------- events */

static void emit(struct reader *r, struct script_event *event)
{
    const struct script_frame *top = &r->frames[r->top];
    if (r->stopped)
        return;
    event->language = r->scanner.language;
    event->frames = r->frames;
    event->call = -1;
    if (r->beyond == 0 && !event->in_comment) {
        event->call = top->call;
        if (top->call >= 0) {
            event->function = r->frames[top->call].function;
            event->argument = r->frames[top->call].argument;
        }
        if (top->assign >= 0 && !event->assigned.text) {
            event->assigned = r->frames[top->assign].value.name;
            event->assigned_local = r->frames[top->assign].value.local;
        }
    }
    r->stopped = !r->handler(r->context, event);
}

static void emit_write(struct reader *r, const struct value *value, bool alone)
{
    struct script_event event = {
        .kind = value->local ? SCRIPT_EVENT_LOCAL_WRITE : SCRIPT_EVENT_WRITE,
        .name = value->name,
        .offset = value->offset,
        .alone = alone && r->beyond == 0,
    };
    emit(r, &event);
}

/* A read that belongs to an assignment to the same variable: `x += 1` and `x++`. */
static void emit_read_of_itself(struct reader *r, const struct value *value)
{
    struct script_event event = {
        .kind = value->local ? SCRIPT_EVENT_LOCAL_READ : SCRIPT_EVENT_READ,
        .name = value->name,
        .offset = value->offset,
    };
    if (r->beyond == 0) {
        event.assigned = value->name;
        event.assigned_local = value->local;
    }
    emit(r, &event);
}

/* The constant behind a comparison, when it is the whole of that side. */
static void compare_right(struct script_scanner *ahead, struct script_event *event)
{
    struct script_token token;
    if (!next_token(ahead, &token))
        return;
    struct script_view view = {ahead->text + token.offset, token.length};
    if (is_char(view, '-') || is_char(view, '+')) {
        if (!next_token(ahead, &token) || token.kind != SCRIPT_NUMBER)
            return;
        view.length = (size_t)(ahead->text + token.offset + token.length - view.text);
    }
    bool string = token.kind == SCRIPT_STRING && view.text[0] != '/';
    if (!string && token.kind != SCRIPT_NUMBER && !(token.kind == SCRIPT_NAME && is_constant(view)))
        return;
    struct script_view after = next_operator(ahead);
    if (operator_kind(after) == OPERATOR_ARITHMETIC)
        return;
    event->compared = string ? unquoted(view) : view;
    event->compared_string = string;
}

static void emit_read(struct reader *r, const struct value *value)
{
    struct script_event event = {
        .kind = value->local ? SCRIPT_EVENT_LOCAL_READ : SCRIPT_EVENT_READ,
        .name = value->name,
        .offset = value->offset,
    };
    struct script_scanner ahead = r->scanner;
    struct script_view after = next_operator(&ahead);
    enum operator_kind kind = operator_kind(after);
    event.alone = value->fresh && r->beyond == 0 && ends_argument(after);
    if (!value->arithmetic && kind == OPERATOR_COMPARE) {
        compare_right(&ahead, &event);
    } else if (value->compared.text && kind != OPERATOR_ARITHMETIC && !is_char(after, '.')) {
        event.compared = value->compared;
        event.compared_string = value->compared_string;
    }
    emit(r, &event);
}

/* A value that is no variable. */
static void emit_plain(struct reader *r, enum script_event_kind kind, struct script_view name,
                       struct script_view prefix)
{
    const char *begin = prefix.text ? prefix.text : name.text;
    struct script_event event = {
        .kind = kind,
        .name = name,
        .prefix = prefix,
        .offset = (uint32_t)(begin - r->scanner.text),
    };
    if (kind != SCRIPT_EVENT_CALL && r->fresh && r->beyond == 0) {
        struct script_scanner ahead = r->scanner;
        event.alone = ends_argument(next_operator(&ahead));
    }
    emit(r, &event);
}

bool script_event_call(const struct script_event *event, unsigned level, struct script_call *call)
{
    int at = event->call;
    for (; at > 0 && level > 0; level--)
        at = event->frames[at - 1].call;
    if (at <= 0)
        return false;
    *call = (struct script_call){event->frames[at].function, event->frames[at].argument};
    return true;
}

/* ------------------------------------------------------------------------------------------------------------ stack */

static int bracket_index(char opening)
{
    return opening == '(' ? 0 : opening == '[' ? 1 : 2;
}

/* NULL when the stack is full. */
static struct script_frame *push(struct reader *r, enum frame_kind kind, char bracket)
{
    if (r->top == SCRIPT_DEPTH_MAX || r->beyond > 0)
        return NULL;
    const struct script_frame *below = &r->frames[r->top];
    struct script_frame *frame = &r->frames[++r->top];
    frame->kind = kind;
    frame->access = ACCESS_NONE;
    frame->bracket = bracket;
    frame->call = kind == FRAME_CALL ? r->top : below->call;
    frame->assign = kind == FRAME_ASSIGN ? r->top : below->assign;
    frame->argument = 0;
    frame->value.name.text = NULL;
    if (bracket)
        r->open[bracket_index(bracket)]++;
    return frame;
}

/* An assignment that the stack has no room for is reported at once, before what it reads. */
static void begin_assignment(struct reader *r, const struct value *value)
{
    struct script_frame *frame = push(r, FRAME_ASSIGN, '\0');
    if (frame)
        frame->value = *value;
    else
        emit_write(r, value, false);
}

/* After a variable with its indexes, or after Get(...): what follows tells what happens to it. */
static void end_value(struct reader *r, const struct value *value)
{
    struct script_scanner ahead = r->scanner;
    struct script_view after = next_operator(&ahead);
    enum operator_kind kind = operator_kind(after);
    if (is_char(after, '[') || kind == OPERATOR_ASSIGN || kind == OPERATOR_COMPOUND || kind == OPERATOR_STEP) {
        r->pending = *value;
    } else if (value->step) {
        emit_read_of_itself(r, value);
        emit_write(r, value, false);
    } else {
        emit_read(r, value);
    }
}

/* `closed`: its bracket was there; otherwise the code ended or another bracket closed. */
static void pop(struct reader *r, bool closed)
{
    struct script_frame *frame = &r->frames[r->top--];
    if (frame->bracket)
        r->open[bracket_index(frame->bracket)]--;
    if (frame->kind == FRAME_ASSIGN || (frame->access == ACCESS_SET && frame->value.name.text)) {
        emit_write(r, &frame->value, false);
    } else if (frame->kind == FRAME_INDEX || (frame->access == ACCESS_GET && frame->value.name.text)) {
        if (closed)
            end_value(r, &frame->value);
        else
            emit_read(r, &frame->value);
    }
}

static void end_assignments(struct reader *r)
{
    if (r->beyond > 0)
        return;
    while (r->frames[r->top].kind == FRAME_ASSIGN)
        pop(r, true);
}

/* Frames that were opened later and never closed go, too. A bracket that closes nothing is passed over. */
static void close_bracket(struct reader *r, char opening)
{
    if (r->beyond > 0) {
        r->beyond--;
        return;
    }
    if (r->open[bracket_index(opening)] == 0) {
        end_assignments(r);
        return;
    }
    bool found;
    do {
        found = r->frames[r->top].bracket == opening;
        pop(r, found);
    } while (!found);
}

static void open_bracket(struct reader *r, char opening)
{
    struct value pending = r->pending, called = r->called;
    bool index = opening == '[' && pending.name.text;
    enum frame_kind kind = FRAME_GROUP;
    if (index)
        kind = FRAME_INDEX;
    else if (opening == '(' && r->parameters)
        kind = FRAME_PARAMETERS;
    else if (opening == '(' && called.name.text)
        kind = FRAME_CALL;
    r->pending.name.text = r->called.name.text = NULL;
    r->parameters = false;
    struct script_frame *frame = push(r, kind, opening);
    if (!frame) {
        r->beyond++;
        if (index)
            emit_read(r, &pending);
        return;
    }
    if (kind == FRAME_INDEX)
        frame->value = pending;
    if (kind != FRAME_CALL)
        return;
    frame->function = called.name;
    frame->value = called;
    frame->value.name.text = NULL;
    for (size_t i = 0; i < COUNT(accessors); i++)
        if (accessors[i].language == r->scanner.language && same_folded(called.name, accessors[i].name))
            frame->access = accessors[i].access;
}

/* ----------------------------------------------------------------------------------------------------------- tokens */

/* What stands before the value that begins here. */
static struct value begin_value(const struct reader *r, struct script_view name, bool local)
{
    return (struct value){
        .name = name,
        .offset = (uint32_t)(name.text - r->scanner.text),
        .local = local,
        .fresh = r->fresh,
        .arithmetic = r->arithmetic || r->sign,
        .step = r->step,
        .compared = r->arithmetic || r->sign ? (struct script_view){NULL, 0} : r->left,
        .compared_string = r->left_string,
    };
}

/* Every token that is a value or an operator ends here: what it means for the next one. */
static void shift(struct reader *r, struct script_view view, bool value_ended)
{
    r->last = view;
    r->value_ended = value_ended;
    r->fresh = r->arithmetic = r->sign = r->step = false;
    if (!is_char(view, '.'))
        r->chain = NULL;
    r->constant.text = r->left.text = NULL;
}

static void shift_constant(struct reader *r, struct script_view view, bool string)
{
    struct script_view constant = string ? unquoted(view) : view;
    bool arithmetic = r->arithmetic || (r->sign && string);
    if (r->sign && !string)
        constant = (struct script_view){r->last.text, (size_t)(view.text + view.length - r->last.text)};
    shift(r, view, true);
    if (!arithmetic)
        r->constant = constant;
    r->constant_string = string;
}

/* Two values in a row: the second one begins a statement. */
static void begin_operand(struct reader *r)
{
    if (r->value_ended)
        end_assignments(r);
}

bool script_tag_next(const char *text, size_t size, size_t *at, struct script_view *name)
{
    static const char open[] = "<TAG>";
    enum { OPEN = sizeof open - 1, NAME_MAX_BYTES = 1000 };
    for (const char *end = text + size, *p; (p = memmem(text + *at, size - *at, open, OPEN)) != NULL;) {
        const char *first = p + OPEN, *last = first;
        while (last < end && last - first < NAME_MAX_BYTES && *last != '<' && *last != '\n' && *last != '\r')
            last++;
        size_t left = (size_t)(end - last);
        bool slash = left > OPEN && memcmp(last, "</TAG>", OPEN + 1) == 0;
        *at = (size_t)(last - text);
        if (!slash && (left < OPEN || memcmp(last, open, OPEN) != 0))
            continue;
        *at += (size_t)OPEN + slash;
        *name = (struct script_view){first, (size_t)(last - first)};
        return true;
    }
    return false;
}

/* The whole of the string, without spaces: no real script has spaces inside of the quotes. */
static void reference_in_string(struct reader *r, struct script_view content)
{
    if (content.length <= GUID_LENGTH + 1)
        return;
    const char *guid = content.text + content.length - GUID_LENGTH;
    size_t length = content.length - GUID_LENGTH - 1;
    if (guid[-1] != '.' || !text_guid(guid, GUID_LENGTH))
        return;
    struct script_view prefix = {content.text, length};
    if (one_of(prefix, prefixes, COUNT(prefixes)))
        emit_plain(r, SCRIPT_EVENT_REFERENCE, (struct script_view){guid, GUID_LENGTH}, prefix);
}

static void tags_in_string(struct reader *r, struct script_view content)
{
    struct script_view name;
    for (size_t at = 0; !r->stopped && script_tag_next(content.text, content.length, &at, &name);)
        emit_plain(r, SCRIPT_EVENT_TAG, name, (struct script_view){NULL, 0});
}

/* Get("x"), Set("$x", 1): whether the string is the whole of the first argument. */
static void name_in_string(struct reader *r, struct script_view content)
{
    struct script_frame *frame = &r->frames[r->top];
    if (r->beyond > 0 || frame->kind != FRAME_CALL || (frame->access != ACCESS_GET && frame->access != ACCESS_SET) ||
        frame->argument != 0 || !r->fresh)
        return;
    struct script_scanner ahead = r->scanner;
    if (!ends_argument(next_operator(&ahead)))
        return;
    bool dollar = content.length > 0 && content.text[0] == '$';
    size_t skip = dollar ? 1 : 0;
    if (content.length == skip || (!dollar && r->scanner.language == SCRIPT_JAVASCRIPT))
        return;
    frame->value.name = (struct script_view){content.text + skip, content.length - skip};
    frame->value.offset = (uint32_t)(content.text - r->scanner.text);
    frame->value.local = false;
}

static void on_string(struct reader *r, const struct script_token *token)
{
    struct script_view view = token_view(r, token);
    begin_operand(r);
    if (!is_quoted(r, token)) {
        shift(r, view, true);
        return;
    }
    if (r->flags & SCRIPT_WITH_TEXTS)
        emit_plain(r, SCRIPT_EVENT_STRING, unquoted(view), (struct script_view){NULL, 0});
    reference_in_string(r, unquoted(view));
    tags_in_string(r, unquoted(view));
    name_in_string(r, unquoted(view));
    shift_constant(r, view, true);
}

static bool writes_parameter(const struct reader *r)
{
    const struct script_frame *frame = &r->frames[r->top];
    bool arguments = frame->kind == FRAME_CALL && frame->access == ACCESS_ARGUMENTS && r->fresh;
    if (r->beyond > 0 || (!arguments && frame->kind != FRAME_PARAMETERS))
        return false;
    struct script_scanner ahead = r->scanner;
    return ends_argument(next_operator(&ahead));
}

/* JavaScript: `var x;` and `for (var x in y)`. */
static bool declares(const struct reader *r)
{
    if (r->scanner.language != SCRIPT_JAVASCRIPT || (!same(r->last, "var") && !same(r->last, "let")))
        return false;
    struct script_scanner ahead = r->scanner;
    return operator_kind(next_operator(&ahead)) != OPERATOR_ASSIGN;
}

static void on_variable(struct reader *r, struct script_view view, struct script_view name, bool local)
{
    begin_operand(r);
    struct value value = begin_value(r, name, local);
    value.offset = (uint32_t)(view.text - r->scanner.text);
    bool writes = writes_parameter(r) || declares(r);
    shift(r, view, true);
    if (writes)
        emit_write(r, &value, value.fresh);
    else
        end_value(r, &value);
}

static void on_path(struct reader *r, struct script_view view)
{
    /* `x[1]$name` goes on with what is before it. */
    if (view.text[0] != '$' && view.text[0] != '.')
        begin_operand(r);
    emit_plain(r, SCRIPT_EVENT_PATH, view, (struct script_view){NULL, 0});
    shift(r, view, true);
}

static void on_call(struct reader *r, struct script_view view, struct script_view name)
{
    r->called = begin_value(r, name, false);
    emit_plain(r, SCRIPT_EVENT_CALL, name, (struct script_view){NULL, 0});
    shift(r, view, true);
}

static void on_jitterbit_name(struct reader *r, struct script_view view, struct script_view after)
{
    if (is_char(after, '(')) {
        begin_operand(r);
        on_call(r, view, view);
    } else if (is_constant(view)) {
        begin_operand(r);
        shift_constant(r, view, false);
    } else {
        on_variable(r, view, view, true);
    }
}

static void on_keyword(struct reader *r, struct script_view view)
{
    if (!same(view, "in") && !same(view, "of") && !same(view, "instanceof"))
        begin_operand(r);
    shift(r, view, false);
    if (same(view, "function") || same(view, "catch"))
        r->parameters = true;
}

static void on_javascript_name(struct reader *r, struct script_view view, struct script_view after)
{
    bool member = is_char(r->last, '.');
    const char *begin = member && r->chain ? r->chain : view.text;
    struct script_view chain = {begin, (size_t)(view.text + view.length - begin)};
    bool key = is_char(after, ':') && (is_char(r->last, '{') || is_char(r->last, ','));
    if (!member && one_of(view, javascript_keywords, COUNT(javascript_keywords))) {
        on_keyword(r, view);
        return;
    }
    if (!member && same(r->last, "function")) {
        r->last = view; /* the name of the function; its parameters follow */
        return;
    }
    if (!member)
        begin_operand(r);
    if (is_char(after, '('))
        on_call(r, view, chain);
    else if (!member && is_constant(view))
        shift_constant(r, view, false);
    else if (member || key || one_of(view, javascript_objects, COUNT(javascript_objects)))
        shift(r, view, true);
    else
        on_variable(r, view, view, true);
    r->chain = begin;
}

static void on_name(struct reader *r, const struct script_token *token)
{
    struct script_scanner ahead = r->scanner;
    struct script_view view = token_view(r, token), after = next_operator(&ahead);
    if (token->language == SCRIPT_JAVASCRIPT)
        on_javascript_name(r, view, after);
    else
        on_jitterbit_name(r, view, after);
}

/* ---------------------------------------------------------------------------------------------------------- operators
 */

static void on_comma(struct reader *r)
{
    end_assignments(r);
    struct script_frame *top = &r->frames[r->top];
    bool argument = r->beyond == 0 && top->kind == FRAME_CALL;
    if (argument)
        top->argument++;
    shift(r, (struct script_view){",", 1}, false);
    r->fresh = argument;
}

static void on_step(struct reader *r, struct script_view view)
{
    if (r->pending.name.text) {
        struct value value = r->pending;
        r->pending.name.text = NULL;
        emit_read_of_itself(r, &value);
        emit_write(r, &value, false);
        shift(r, view, true);
        return;
    }
    bool value_ended = r->value_ended;
    shift(r, view, value_ended);
    r->step = !value_ended;
}

static void on_assignment(struct reader *r, struct script_view view, bool compound)
{
    struct value value = r->pending;
    r->pending.name.text = NULL;
    shift(r, view, false);
    if (!value.name.text)
        return;
    if (compound)
        emit_read_of_itself(r, &value);
    begin_assignment(r, &value);
}

static void on_compare(struct reader *r, struct script_view view)
{
    struct script_view constant = r->constant;
    bool string = r->constant_string;
    shift(r, view, false);
    r->left = constant;
    r->left_string = string;
}

static void on_arithmetic(struct reader *r, struct script_view view)
{
    bool sign = !r->value_ended && (is_char(view, '-') || is_char(view, '+'));
    bool arithmetic = r->arithmetic || !sign;
    shift(r, view, false);
    r->sign = sign;
    r->arithmetic = arithmetic;
}

/* False when it is none of these. */
static bool on_punctuation(struct reader *r, struct script_view view)
{
    if (view.length != 1)
        return false;
    bool fresh = false, value_ended = false;
    switch (view.text[0]) {
    case '(':
    case '[':
    case '{':
        open_bracket(r, view.text[0]);
        fresh = r->beyond == 0 && r->frames[r->top].kind == FRAME_CALL;
        break;
    case ')':
        close_bracket(r, '(');
        value_ended = true;
        break;
    case ']':
        close_bracket(r, '[');
        value_ended = true;
        break;
    case '}':
        close_bracket(r, '{');
        value_ended = true;
        break;
    case ';':
        end_assignments(r);
        break;
    case '!':
        fresh = r->fresh;
        break;
    default:
        return false;
    }
    shift(r, view, value_ended);
    r->fresh = fresh;
    return true;
}

static void on_operator(struct reader *r, const struct script_token *token)
{
    struct script_view view = token_view(r, token);
    if (is_char(view, ',')) {
        on_comma(r);
        return;
    }
    if (on_punctuation(r, view))
        return;
    switch (operator_kind(view)) {
    case OPERATOR_STEP:
        on_step(r, view);
        break;
    case OPERATOR_ASSIGN:
    case OPERATOR_COMPOUND:
        on_assignment(r, view, view.length > 1);
        break;
    case OPERATOR_COMPARE:
        on_compare(r, view);
        break;
    case OPERATOR_ARITHMETIC:
        on_arithmetic(r, view);
        break;
    case OPERATOR_OTHER:
        shift(r, view, false);
        break;
    }
}

/* --------------------------------------------------------------------------------------------------------- comments */

static void comment_event(struct reader *r, enum script_event_kind kind, struct script_view name,
                          struct script_view prefix, const char *begin)
{
    struct script_event event = {
        .kind = kind,
        .name = name,
        .prefix = prefix,
        .offset = (uint32_t)(begin - r->scanner.text),
        .in_comment = true,
    };
    emit(r, &event);
}

/* The variable whose `$` is at `at`. An amount of money is none. */
static size_t variable_in_comment(struct reader *r, size_t at, size_t end)
{
    struct script_scanner inner = r->scanner;
    struct script_token token;
    inner.at = at;
    inner.size = end;
    if (!script_next(&inner, &token))
        return end;
    if (token.kind != SCRIPT_VARIABLE)
        return at + token.length;
    struct script_view name = {r->scanner.text + at + 1, token.length - 1};
    size_t digits = 0;
    while (digits < name.length && ((name.text[digits] >= '0' && name.text[digits] <= '9') || name.text[digits] == '.'))
        digits++;
    if (digits < name.length)
        comment_event(r, SCRIPT_EVENT_READ, name, (struct script_view){NULL, 0}, name.text - 1);
    return at + token.length;
}

bool script_reference_at(const char *text, size_t begin, size_t end, size_t dot, struct script_view *prefix,
                         struct script_view *guid)
{
    const char *id = text + dot + 1;
    if (end - dot - 1 < GUID_LENGTH || !text_guid(id, GUID_LENGTH))
        return false;
    struct script_view found = {id - 1, 0};
    while (found.text > text + begin && is_word(found.text[-1]) && found.length <= 2) {
        found.text--;
        found.length++;
    }
    char before = found.text > text + begin ? found.text[-1] : ' ';
    char after = end - dot - 1 > GUID_LENGTH ? id[GUID_LENGTH] : ' ';
    if (before == '.' || before == '$' || before == '-' || is_word(after) || after == '-')
        return false;
    if (!one_of(found, prefixes, COUNT(prefixes)))
        return false;
    *prefix = found;
    *guid = (struct script_view){id, GUID_LENGTH};
    return true;
}

static void reference_in_comment(struct reader *r, size_t begin, size_t at, size_t end)
{
    struct script_view prefix, guid;
    if (script_reference_at(r->scanner.text, begin, end, at, &prefix, &guid))
        comment_event(r, SCRIPT_EVENT_REFERENCE, guid, prefix, prefix.text);
}

static void tags_in_comment(struct reader *r, const struct script_token *token)
{
    struct script_view comment = token_view(r, token), name;
    for (size_t at = 0; !r->stopped && script_tag_next(comment.text, comment.length, &at, &name);)
        comment_event(r, SCRIPT_EVENT_TAG, name, (struct script_view){NULL, 0}, name.text);
}

static void on_comment(struct reader *r, const struct script_token *token)
{
    size_t end = (size_t)token->offset + token->length;
    if (r->flags & SCRIPT_WITH_TEXTS)
        comment_event(r, SCRIPT_EVENT_COMMENT, token_view(r, token), (struct script_view){NULL, 0},
                      r->scanner.text + token->offset);
    tags_in_comment(r, token);
    for (size_t at = token->offset; at < end && !r->stopped;) {
        char c = r->scanner.text[at];
        if (c == '$') {
            at = variable_in_comment(r, at, end);
            continue;
        }
        if (c == '.')
            reference_in_comment(r, token->offset, at, end);
        at++;
    }
}

/* ------------------------------------------------------------------------------------------------------------------ */

/* At a tag and at the end: what is open ends. */
static void end_code(struct reader *r)
{
    while (r->top > 0)
        pop(r, false);
    r->beyond = 0;
    memset(r->open, 0, sizeof r->open);
    r->pending.name.text = r->called.name.text = NULL;
    r->parameters = false;
    shift(r, (struct script_view){"", 0}, false);
}

static void on_token(struct reader *r, const struct script_token *token)
{
    struct script_view view = token_view(r, token);
    switch (token->kind) {
    case SCRIPT_TEXT:
        if (r->flags & SCRIPT_WITH_TEXTS)
            emit_plain(r, SCRIPT_EVENT_TEXT, view, (struct script_view){NULL, 0});
        break;
    case SCRIPT_SPACE:
        break;
    case SCRIPT_TAG:
        end_code(r);
        break;
    case SCRIPT_COMMENT:
        on_comment(r, token);
        break;
    case SCRIPT_STRING:
        on_string(r, token);
        break;
    case SCRIPT_NUMBER:
        begin_operand(r);
        shift_constant(r, view, false);
        break;
    case SCRIPT_NAME:
        on_name(r, token);
        break;
    case SCRIPT_VARIABLE:
        on_variable(r, view, (struct script_view){view.text + 1, view.length - 1}, false);
        break;
    case SCRIPT_PATH:
        on_path(r, view);
        break;
    case SCRIPT_OPERATOR:
        on_operator(r, token);
        break;
    case SCRIPT_OPEN:
        begin_operand(r);
        emit_plain(r, SCRIPT_EVENT_OPEN, view, (struct script_view){NULL, 0});
        shift(r, view, true);
        break;
    }
}

bool script_events_from(const struct script_scanner *begin, unsigned flags, script_handler *handler, void *context)
{
    struct reader r;
    struct script_token token;
    memset(&r, 0, offsetof(struct reader, frames));
    r.handler = handler;
    r.context = context;
    r.flags = flags;
    r.frames[0] = (struct script_frame){.kind = FRAME_GROUP, .call = -1, .assign = -1};
    r.scanner = *begin;
    end_code(&r);
    while (!r.stopped && script_next(&r.scanner, &token))
        on_token(&r, &token);
    end_code(&r);
    return !r.stopped;
}

bool script_events(const char *text, size_t size, script_handler *handler, void *context)
{
    struct script_scanner scanner;
    script_begin(&scanner, text, size);
    return script_events_from(&scanner, 0, handler, context);
}
