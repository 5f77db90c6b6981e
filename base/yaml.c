/* YAML by way of libyaml's events, which need no recursion and come in the order of the text, as nodes do. */
#include "base/yaml.h"

#include <unistr.h>
#include <yaml.h>

#include "base/json_hash.h"
#include "base/json_reader.h"
#include "base/text.h"

/* The work that any text may make, and more for each of its bytes. */
enum { WORK_FREE = 32 * 1024 * 1024, WORK_BYTE = 32 };

/* libyaml keeps the longest white space in a scalar, and clears that much memory for each word behind it. */
enum { WHITE_MAX = 8192 };

struct yaml_reader {
    struct jdoc_reader json;
    yaml_parser_t parser;
    const char *begin;   /* of what the parser sees: behind a byte order mark */
    const char *counted; /* a place in the text, and which character it is there */
    size_t index;
    uint64_t work;   /* how deep all events so far were, together */
    bool value_next; /* a key was read, and its value was not */
};

static bool fail_yaml(struct yaml_reader *reader, const char *at, const char *message)
{
    return jdoc_fail(&reader->json, at, JPK_ERR_YAML, "%s", message);
}

/* ----------------------------------------------------------------------------------------------------------- places */

static bool in_character(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* libyaml counts characters. Marks hardly ever go back, so that all of them together take one pass over the text. */
static const char *place(struct yaml_reader *reader, size_t index)
{
    const char *p = reader->counted, *end = reader->json.end;
    for (; reader->index < index && p < end; reader->index++)
        for (p++; p < end && in_character(*p); p++)
            ;
    for (; reader->index > index && p > reader->begin; reader->index--)
        for (p--; p > reader->begin && in_character(*p); p--)
            ;
    reader->counted = p;
    return p;
}

/* ------------------------------------------------------------------------------------------------ checks beforehand */

static bool fail_break(struct yaml_reader *reader, const char *p, uint32_t c, char escape)
{
    return jdoc_fail(&reader->json, p, JPK_ERR_YAML,
                     "U+%04X, which is a line break to some readers of YAML and to others is not: write it as \"\\%c\"",
                     (unsigned)c, escape);
}

static bool check_character(struct yaml_reader *reader, const char *p, uint32_t c)
{
    if (c == '\t' || c == '\n' || c == '\r')
        return true;
    if (c == 0x85)
        return fail_break(reader, p, c, 'N');
    if (c == 0x2028 || c == 0x2029)
        return fail_break(reader, p, c, c == 0x2028 ? 'L' : 'P');
    if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        return jdoc_fail(&reader->json, p, JPK_ERR_YAML, "control character U+%04X: in double quotes it is \"\\x%02x\"",
                         (unsigned)c, (unsigned)c);
    if (c == 0xfeff)
        return fail_yaml(reader, p, "U+FEFF: a byte order mark begins a file, and stands nowhere else");
    if (c == 0xfffe || c == 0xffff)
        return jdoc_fail(&reader->json, p, JPK_ERR_YAML, "U+%04X, which is no character", (unsigned)c);
    return true;
}

static bool is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool check_white(struct yaml_reader *reader)
{
    size_t run = 0;
    for (const char *p = reader->begin; p < reader->json.end; p++) {
        run = is_white(*p) ? run + 1 : 0;
        if (run > WHITE_MAX)
            return jdoc_fail(&reader->json, p, JPK_ERR_LIMIT, "more than %d spaces and line breaks in a row",
                             WHITE_MAX);
    }
    return true;
}

/* Encoding and characters. libyaml would look at them too, but only as far as it reads. */
static bool check_text(struct yaml_reader *reader)
{
    const char *p = reader->begin, *end = reader->json.end;
    size_t bad = 0, n = reader->json.doc.size;
    if (!text_utf8(reader->json.doc.text, n, &bad))
        return jdoc_fail(&reader->json, reader->json.doc.text + bad, JPK_ERR_ENCODING, "not UTF-8%s",
                         bad == 0 && n >= 2 && (unsigned char)p[0] >= 0xfe ? "; it looks like UTF-16" : "");
    while (p < end) {
        ucs4_t c = (unsigned char)*p;
        int width = c < 0x80 ? 1 : u8_mbtoucr(&c, (const uint8_t *)p, (size_t)(end - p));
        if ((c < 0x20 || c >= 0x7f) && !check_character(reader, p, c))
            return false;
        p += width;
    }
    return true;
}

static const char *skip_line(const char *p, const char *end)
{
    while (p < end && *p != '\n' && *p != '\r')
        p++;
    return p;
}

/* The first byte from `p` on that is neither white space nor in a comment. */
static const char *skip_comments(const char *p, const char *end)
{
    while (p < end && (is_white(*p) || *p == '#'))
        p = *p == '#' ? skip_line(p, end) : p + 1;
    return p;
}

/* libyaml compares each directive with all before it. */
static bool check_directives(struct yaml_reader *reader)
{
    const char *p = skip_comments(reader->begin, reader->json.end);
    size_t left = (size_t)(reader->json.end - p);
    if (left == 0 || *p != '%' || (p > reader->begin && p[-1] != '\n' && p[-1] != '\r'))
        return true;
    if (left < 5 || memcmp(p, "%YAML", 5) != 0)
        return fail_yaml(reader, p, "a directive: only %YAML is read");
    p = skip_comments(skip_line(p, reader->json.end), reader->json.end);
    return p == reader->json.end || *p != '%' || fail_yaml(reader, p, "a second directive: only one %YAML is read");
}

/* What stands behind the document. The parser is not asked: it would read the directives of the next. */
static bool check_rest(struct yaml_reader *reader, const yaml_event_t *end)
{
    bool explicit = !end->data.document_end.implicit;
    const char *p = skip_comments(place(reader, end->end_mark.index), reader->json.end);
    while (reader->json.end - p >= 3 && memcmp(p, "...", 3) == 0) {
        explicit = true;
        p = skip_comments(p + 3, reader->json.end);
    }
    if (p == reader->json.end)
        return true;
    bool begins = explicit || (reader->json.end - p >= 3 && memcmp(p, "---", 3) == 0);
    return fail_yaml(reader, p,
                     begins ? "a second document: a file holds one" : "text behind the value of the document");
}

/* ----------------------------------------------------------------------------------------------------------- errors */

/* What libyaml says, and what a person is told. */
static const struct {
    const char *problem, *message;
    bool of_context; /* the message ends with where that begins which is being read */
    bool at_context; /* the place of the error is there, too */
} problems[] = {
    {"mapping values are not allowed in this context",
     "a ':' where no key can be: is the indentation wrong, or does a text with ': ' need quotes?", false, false},
    {"could not find expected ':'",
     "expected ':' behind a key: is the indentation wrong, or a quote missing? A key has one line and at most 1024 "
     "characters",
     false, true},
    {"did not find expected key", "expected a key, or the indentation is wrong: in the mapping that begins", true,
     false},
    {"did not find expected '-' indicator", "expected '- ', or the indentation is wrong: in the list that begins", true,
     false},
    {"did not find expected ',' or ']'", "expected ',' or the ']' of the list that begins", true, false},
    {"did not find expected ',' or '}'", "expected ',' or the '}' of the mapping that begins", true, false},
    {"did not find expected node content", "expected a value", false, false},
    {"found unexpected end of stream", "a quoted text without an end", false, true},
    {"found unexpected document indicator", "a quoted text without an end before the next document", false, true},
    {"found unknown escape character",
     "a backslash that begins no escape of YAML; a backslash itself is written \\\\, and in single quotes it is one",
     false, false},
    {"did not find expected hexdecimal number", "an escape without its hexadecimal digits", false, false},
    {"found invalid Unicode character escape code",
     "an escape of no character: halves of surrogate pairs are none, \\U0001f600 is written in one", false, false},
    {"found undefined tag handle", "a custom tag: those are not read", false, false},
    {"found a tab character where an indentation space is expected", "a tab: YAML indents with spaces", false, false},
    {"found a tab character that violates indentation", "a tab: YAML indents with spaces", false, false},
    {"block sequence entries are not allowed in this context",
     "a '- ' where no list can begin: is the indentation wrong?", false, false},
    {"did not find expected <document start>", "expected '---' behind a directive", false, false},
};

/* A character that begins nothing. */
static bool fail_token(struct yaml_reader *reader, const char *at)
{
    if (at < reader->json.end && *at == '\t')
        return fail_yaml(reader, at, "a tab: YAML indents with spaces");
    return jdoc_fail(&reader->json, at, JPK_ERR_YAML, "a text cannot begin with '%c': it needs quotes",
                     at < reader->json.end ? *at : ' ');
}

/* What the parser ran into. */
static bool fail_parser(struct yaml_reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    if (parser->error == YAML_MEMORY_ERROR || !parser->problem)
        return error_memory(reader->json.err);
    const char *at = place(reader, parser->problem_mark.index);
    if (strcmp(parser->problem, "found character that cannot start any token") == 0)
        return fail_token(reader, at);
    for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++) {
        if (strcmp(parser->problem, problems[i].problem) != 0)
            continue;
        const char *from = parser->context ? place(reader, parser->context_mark.index) : at;
        if (!problems[i].of_context)
            return fail_yaml(reader, problems[i].at_context ? from : at, problems[i].message);
        struct text_position begin =
            text_position(reader->json.doc.text, reader->json.doc.size, (size_t)(from - reader->json.doc.text));
        return jdoc_fail(&reader->json, at, JPK_ERR_YAML, "%s on line %u, column %u", problems[i].message,
                         (unsigned)begin.line, (unsigned)begin.column);
    }
    return jdoc_fail(&reader->json, at, JPK_ERR_YAML, "%s%s%s", parser->context ? parser->context : "",
                     parser->context ? ": " : "", parser->problem);
}

/* ------------------------------------------------------------------------------------------------------------- tags */

enum tag { TAG_NONE, TAG_STRING, TAG_NULL, TAG_BOOLEAN, TAG_INTEGER, TAG_NUMBER, TAG_ARRAY, TAG_OBJECT };

static const struct {
    const char *name;
    enum tag tag;
} tags[] = {
    {"!", TAG_STRING},
    {"tag:yaml.org,2002:str", TAG_STRING},
    {"tag:yaml.org,2002:null", TAG_NULL},
    {"tag:yaml.org,2002:bool", TAG_BOOLEAN},
    {"tag:yaml.org,2002:int", TAG_INTEGER},
    {"tag:yaml.org,2002:float", TAG_NUMBER},
    {"tag:yaml.org,2002:seq", TAG_ARRAY},
    {"tag:yaml.org,2002:map", TAG_OBJECT},
};

/* Anchors have no use without aliases, and both are refused. */
static bool read_properties(struct yaml_reader *reader, const yaml_char_t *anchor, const yaml_char_t *name,
                            enum tag *tag)
{
    *tag = TAG_NONE;
    if (anchor)
        return jdoc_fail(&reader->json, reader->json.at, JPK_ERR_YAML,
                         "an anchor: anchors and aliases are not read; a text that begins with '&' is in quotes");
    for (size_t i = 0; name && *tag == TAG_NONE && i < sizeof tags / sizeof tags[0]; i++)
        if (strcmp((const char *)name, tags[i].name) == 0)
            *tag = tags[i].tag;
    return !name || *tag != TAG_NONE ||
           jdoc_fail(&reader->json, reader->json.at, JPK_ERR_YAML,
                     "a tag: custom tags are not read; a text that begins with '!' is in quotes");
}

static bool fail_tag(struct yaml_reader *reader)
{
    return fail_yaml(reader, reader->json.at, "the value is not what its tag says");
}

/* ---------------------------------------------------------------------------------------------------------- scalars */

static const char *skip_digits(const char *p)
{
    while (*p >= '0' && *p <= '9')
        p++;
    return p;
}

/* Whether a text, which ends with NUL, is a number of JSON. */
static bool is_number(const char *p)
{
    const char *digits = p + (*p == '-');
    p = skip_digits(digits);
    if (p == digits || (*digits == '0' && p - digits > 1))
        return false;
    if (*p == '.') {
        digits = p + 1;
        p = skip_digits(digits);
        if (p == digits)
            return false;
    }
    if (*p == 'e' || *p == 'E') {
        digits = p + (p[1] == '-' || p[1] == '+' ? 2 : 1);
        p = skip_digits(digits);
        if (p == digits)
            return false;
    }
    return *p == '\0';
}

/* The type of a plain scalar by the core schema. */
static enum jdoc_type plain_type(const char *value)
{
    static const struct {
        const char *word;
        enum jdoc_type type;
    } words[] = {
        {"", JDOC_NULL},       {"~", JDOC_NULL},      {"null", JDOC_NULL},   {"Null", JDOC_NULL},
        {"NULL", JDOC_NULL},   {"true", JDOC_TRUE},   {"True", JDOC_TRUE},   {"TRUE", JDOC_TRUE},
        {"false", JDOC_FALSE}, {"False", JDOC_FALSE}, {"FALSE", JDOC_FALSE},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(value, words[i].word) == 0)
            return words[i].type;
    return is_number(value) ? JDOC_NUMBER : JDOC_STRING;
}

static bool tag_allows(enum tag tag, enum jdoc_type type)
{
    switch (tag) {
    case TAG_NONE:
        return true;
    case TAG_STRING:
        return type == JDOC_STRING;
    case TAG_NULL:
        return type == JDOC_NULL;
    case TAG_BOOLEAN:
        return type == JDOC_TRUE || type == JDOC_FALSE;
    case TAG_INTEGER:
    case TAG_NUMBER:
        return type == JDOC_NUMBER;
    default:
        return false;
    }
}

/* A string or key, whose text is always copied: in plain and block style it has no quote before it. */
static bool add_string(struct yaml_reader *reader, const char *value, size_t n, unsigned flags)
{
    struct jdoc_reader *json = &reader->json;
    struct buf *decoded = &json->doc.decoded;
    if (json->reject_nul && memchr(value, '\0', n))
        return fail_yaml(reader, json->at, "a text with a NUL character, which is not allowed here");
    if (decoded->size + n > UINT32_MAX)
        return jdoc_fail(json, json->at, JPK_ERR_LIMIT, "more than 4 GiB of texts");
    struct jdoc_node *node = jdoc_add(json, JDOC_STRING, flags | JDOC_ESCAPED);
    if (!node)
        return false;
    node->at = (uint32_t)decoded->size;
    node->count = (uint32_t)n;
    node->flags |= text_ascii(value, n) ? JDOC_ASCII : 0;
    if (flags & JDOC_KEY)
        node->hash = jdoc_hash_key(value, n);
    buf_put(decoded, value, n);
    return !decoded->failed || error_memory(json->err);
}

/* A number is read from the text: `start` must be where it is, behind a tag. */
static bool add_number(struct yaml_reader *reader, size_t n, size_t end, enum tag tag)
{
    struct jdoc_reader *json = &reader->json;
    const char *at = json->at;
    json->at = place(reader, end) - n;
    if (!jdoc_read_number(json))
        return false;
    json->at = at;
    return tag != TAG_INTEGER || jdoc_is_integer(&json->doc, json->doc.count - 1) || fail_tag(reader);
}

static bool add_value(struct yaml_reader *reader, const yaml_event_t *event, enum tag tag)
{
    const char *value = (const char *)event->data.scalar.value;
    size_t n = event->data.scalar.length;
    enum jdoc_type type = JDOC_STRING;
    if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && tag != TAG_STRING)
        type = plain_type(value);
    if (!tag_allows(tag, type))
        return fail_tag(reader);
    if (type == JDOC_STRING)
        return add_string(reader, value, n, 0);
    if (type == JDOC_NUMBER)
        return add_number(reader, n, event->end_mark.index, tag);
    return jdoc_add(&reader->json, type, 0) != NULL;
}

static bool add_key(struct yaml_reader *reader, const yaml_event_t *event, enum tag tag)
{
    size_t n = event->data.scalar.length;
    if (tag != TAG_NONE && tag != TAG_STRING)
        return fail_yaml(reader, reader->json.at, "a key with a tag: keys are strings");
    if (n == 0 && tag == TAG_NONE && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
        return fail_yaml(reader, reader->json.at, "a member without a key; the empty key is written \"\"");
    return add_string(reader, (const char *)event->data.scalar.value, n, JDOC_KEY);
}

/* ----------------------------------------------------------------------------------------------------------- events */

/* Whether the next node is a key. */
static bool expects_key(const struct yaml_reader *reader)
{
    const struct jdoc_reader *json = &reader->json;
    return json->open != JDOC_NONE && json->doc.nodes[json->open].type == JDOC_OBJECT && !reader->value_next;
}

static bool take_scalar(struct yaml_reader *reader, const yaml_event_t *event)
{
    enum tag tag;
    bool key = expects_key(reader);
    if (!read_properties(reader, event->data.scalar.anchor, event->data.scalar.tag, &tag))
        return false;
    return key ? add_key(reader, event, tag) : add_value(reader, event, tag);
}

static bool take_container(struct yaml_reader *reader, enum jdoc_type type, const yaml_char_t *anchor,
                           const yaml_char_t *name)
{
    enum tag tag;
    if (!read_properties(reader, anchor, name, &tag))
        return false;
    if (expects_key(reader))
        return fail_yaml(reader, reader->json.at, "a key that is a mapping or a list: keys are strings");
    if (tag != TAG_NONE && tag != (type == JDOC_ARRAY ? TAG_ARRAY : TAG_OBJECT))
        return fail_tag(reader);
    return jdoc_open(&reader->json, type);
}

static bool take_node(struct yaml_reader *reader, const yaml_event_t *event)
{
    uint32_t parent = reader->json.open;
    bool key = expects_key(reader), ok;
    if (event->type == YAML_SCALAR_EVENT)
        ok = take_scalar(reader, event);
    else if (event->type == YAML_SEQUENCE_START_EVENT)
        ok = take_container(reader, JDOC_ARRAY, event->data.sequence_start.anchor, event->data.sequence_start.tag);
    else
        ok = take_container(reader, JDOC_OBJECT, event->data.mapping_start.anchor, event->data.mapping_start.tag);
    /* Members are counted by their keys. */
    if (ok && parent != JDOC_NONE)
        reader->json.doc.nodes[parent].count += key || reader->json.doc.nodes[parent].type == JDOC_ARRAY;
    reader->value_next = key;
    return ok;
}

/*
 * libyaml goes over all open brackets for each token, so that many values in many brackets would take minutes. Blocks
 * cannot reach this: they are as deep as their lines are indented.
 */
static bool count_work(struct yaml_reader *reader)
{
    reader->work += reader->json.depth;
    return reader->work <= WORK_FREE + WORK_BYTE * (uint64_t)reader->json.doc.size ||
           jdoc_fail(&reader->json, reader->json.at, JPK_ERR_LIMIT,
                     "too many values in too many brackets: they would take too long to read");
}

/* Sets *done behind the document. */
static bool take_event(struct yaml_reader *reader, const yaml_event_t *event, bool *done)
{
    reader->json.at = place(reader, event->start_mark.index);
    switch (event->type) {
    case YAML_SCALAR_EVENT:
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return take_node(reader, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return jdoc_close(&reader->json);
    case YAML_ALIAS_EVENT:
        return jdoc_fail(&reader->json, reader->json.at, JPK_ERR_YAML,
                         "an alias: anchors and aliases are not read; a text that begins with '*' is in quotes");
    case YAML_DOCUMENT_END_EVENT:
        *done = true;
        return check_rest(reader, event);
    case YAML_STREAM_END_EVENT: /* there was no document */
        *done = true;
        return jdoc_add(&reader->json, JDOC_NULL, 0) != NULL;
    default:
        return true;
    }
}

static bool read_document(struct yaml_reader *reader)
{
    bool ok = true, done = false;
    if (!yaml_parser_initialize(&reader->parser))
        return error_memory(reader->json.err);
    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader->parser, (const yaml_char_t *)reader->begin,
                                 (size_t)(reader->json.end - reader->begin));
    while (ok && !done) {
        yaml_event_t event;
        ok = yaml_parser_parse(&reader->parser, &event) ? take_event(reader, &event, &done) : fail_parser(reader);
        ok = ok && count_work(reader);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&reader->parser);
    return ok;
}

bool jdoc_parse_yaml(struct jdoc *doc, const char *text, size_t n, const struct jdoc_options *options,
                     struct jpk_error *err)
{
    struct yaml_reader reader = {0};
    if (!jdoc_begin(&reader.json, text, n, options, err))
        return false;
    reader.json.code = JPK_ERR_YAML;
    reader.begin = reader.counted = text + text_mark(text, n);
    bool ok = check_text(&reader) && check_white(&reader) && check_directives(&reader) && read_document(&reader);
    return jdoc_end(&reader.json, ok, doc);
}
