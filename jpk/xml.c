#include "jpk/xml.h"

#include <expat.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

/* ------------------------------------------------------------------------------------------------- interning */

static size_t recent_place(const char *s, size_t n)
{
    const unsigned char *c = (const unsigned char *)s;
    return n == 0 ? 0 : (n + c[0] * 31u + c[n / 2] * 13u + c[n - 1] * 7u) % INTERN_RECENT;
}

/* The string from the map, where it is put when it is new. */
static const char *intern_slowly(struct intern *intern, const char *s, size_t n)
{
    uint32_t found = map_get(&intern->map, s, n);
    if (found != MAP_NONE)
        return intern->strings[found];
    const char **strings = array_grow(intern->strings, intern->count, &intern->capacity, sizeof *strings);
    if (!strings)
        return NULL;
    intern->strings = strings;
    char *copy = arena_strndup(intern->arena, s, n);
    if (!copy || !map_set(&intern->map, copy, n, (uint32_t)intern->count))
        return NULL;
    intern->strings[intern->count++] = copy;
    return copy;
}

const char *intern_string(struct intern *intern, const char *s, size_t n)
{
    size_t place = recent_place(s, n);
    const char *recent = intern->recent[place].text;
    if (recent && intern->recent[place].length == n && memcmp(recent, s, n) == 0)
        return recent;
    recent = intern_slowly(intern, s, n);
    intern->recent[place].text = recent;
    intern->recent[place].length = n;
    return recent;
}

void intern_free(struct intern *intern)
{
    map_free(&intern->map);
    free(intern->strings);
    memset(intern, 0, sizeof *intern);
}

/* ---------------------------------------------------------------------------------------------------- reader */

/* A structure as a file of XML Schema has three elements for each level, of which there may be SCHEMA_DEPTH_MAX. */
enum { DEPTH_MAX = 1024, INTERNED_VALUE_MAX = 16, ENTITY_MAX = 16 };

struct open_node {
    struct xml_node *node;
    struct xml_node *last;
    size_t first_item; /* in reader->items */
};

struct xml_reader {
    struct arena *arena, *nodes;
    struct intern *intern;
    struct jpk_limits limits;
    XML_Parser parser;

    /* the file being read */
    const char *text;
    size_t size;
    struct xml_document *document;
    struct jpk_error *err;
    bool failed;
    struct open_node open[DEPTH_MAX];
    size_t depth;
    size_t item_depth; /* 1 inside of a simple <Item>, more inside of what should not be in there */
    struct jpk_item *items;
    size_t item_count, item_capacity;
    struct buf characters;
};

static bool stop(struct xml_reader *reader)
{
    reader->failed = true;
    XML_StopParser(reader->parser, XML_FALSE);
    return false;
}

static bool stop_memory(struct xml_reader *reader)
{
    error_memory(reader->err);
    return stop(reader);
}

/* Where the tag or text begins that expat is at. */
static uint32_t offset_of(const struct xml_reader *reader)
{
    XML_Index at = XML_GetCurrentByteIndex(reader->parser);
    return at < 0 ? 0 : (uint32_t)at;
}

static bool blank(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] != ' ' && s[i] != '\t' && s[i] != '\n' && s[i] != '\r')
            return false;
    return true;
}

/* Properties repeat a few short values thousands of times. */
static const char *keep_value(struct xml_reader *reader, const char *s, size_t n)
{
    return n <= INTERNED_VALUE_MAX ? intern_string(reader->intern, s, n) : arena_strndup(reader->arena, s, n);
}

/* Takes <Item [enc] key [value]/> as a record; false when the element is something else. */
static bool take_item(struct xml_reader *reader, const char *name, const char **attributes)
{
    if (strcmp(name, "Item") != 0 || reader->depth == 0)
        return false;
    struct jpk_item item = {.offset = offset_of(reader)};
    for (const char **at = attributes; *at; at += 2) {
        const char *key = at[0], *value = at[1];
        size_t n = strlen(value);
        if (strcmp(key, "key") == 0) {
            item.key = intern_string(reader->intern, value, n);
            if (!item.key)
                return stop_memory(reader), true;
        } else if (strcmp(key, "value") == 0) {
            item.value = keep_value(reader, value, n);
            if (!item.value)
                return stop_memory(reader), true;
        } else if (strcmp(key, "enc") == 0 && strcmp(value, "true") == 0) {
            item.encrypted = true;
        } else {
            return false;
        }
    }
    if (!item.key)
        return false;
    struct jpk_item *items = array_grow(reader->items, reader->item_count, &reader->item_capacity, sizeof *items);
    if (!items)
        return stop_memory(reader), true;
    reader->items = items;
    reader->items[reader->item_count++] = item;
    if (reader->open[reader->depth - 1].last)
        reader->document->lossy = true; /* the order of items among other elements is not kept */
    reader->item_depth = 1;
    return true;
}

static bool take_attributes(struct xml_reader *reader, struct xml_node *node, const char **attributes)
{
    size_t count = 0;
    while (attributes[2 * count])
        count++;
    if (count == 0)
        return true;
    node->attributes = arena_calloc(reader->nodes, count, sizeof *node->attributes);
    if (!node->attributes)
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *name = attributes[2 * i], *value = attributes[2 * i + 1];
        struct xml_attribute *out = &node->attributes[i];
        out->name = intern_string(reader->intern, name, strlen(name));
        out->value = keep_value(reader, value, strlen(value));
        if (!out->name || !out->value)
            return false;
    }
    node->attribute_count = (uint32_t)count;
    return true;
}

static void on_start(void *context, const char *name, const char **attributes)
{
    struct xml_reader *reader = context;
    if (reader->failed)
        return;
    if (reader->item_depth > 0) {
        reader->document->lossy = true;
        reader->item_depth++;
        return;
    }
    if (take_item(reader, name, attributes))
        return;
    if (reader->depth == DEPTH_MAX) {
        error_set(reader->err, JPK_ERR_XML, "elements are nested deeper than %d", DEPTH_MAX);
        error_text_offset(reader->err, reader->text, reader->size, offset_of(reader));
        stop(reader);
        return;
    }
    struct xml_node *node = arena_calloc(reader->nodes, 1, sizeof *node);
    if (!node || !(node->name = intern_string(reader->intern, name, strlen(name))) ||
        !take_attributes(reader, node, attributes)) {
        stop_memory(reader);
        return;
    }
    node->offset = offset_of(reader);
    if (reader->depth == 0) {
        reader->document->root = node;
    } else {
        struct open_node *parent = &reader->open[reader->depth - 1];
        if (parent->last)
            parent->last->next = node;
        else
            parent->node->child = node;
        parent->last = node;
        if (!blank(buf_text(&reader->characters), reader->characters.size) || reader->item_count > parent->first_item)
            reader->document->lossy = true;
    }
    buf_clear(&reader->characters);
    reader->open[reader->depth++] = (struct open_node){.node = node, .first_item = reader->item_count};
}

static void close_node(struct xml_reader *reader)
{
    struct open_node *top = &reader->open[--reader->depth];
    struct xml_node *node = top->node;
    size_t count = reader->item_count - top->first_item;
    if (count > 0) {
        node->items = arena_alloc(reader->arena, count * sizeof *node->items);
        if (!node->items) {
            stop_memory(reader);
            return;
        }
        memcpy(node->items, reader->items + top->first_item, count * sizeof *node->items);
        node->item_count = (uint32_t)count;
        reader->item_count = top->first_item;
    }
    const struct buf *text = &reader->characters;
    if (text->failed) {
        stop_memory(reader);
        return;
    }
    if (text->size == 0)
        return;
    /* White space matters in konga.string alone; elsewhere it is layout. */
    bool is_blank = blank(text->data, text->size);
    if (node->child || node->item_count || (is_blank && strcmp(node->name, "konga.string") != 0)) {
        if (!is_blank)
            reader->document->lossy = true;
    } else if (!(node->text = arena_strndup(reader->arena, text->data, text->size))) {
        stop_memory(reader);
    }
}

static void on_end(void *context, const char *name)
{
    struct xml_reader *reader = context;
    (void)name;
    if (reader->failed)
        return;
    if (reader->item_depth > 0) {
        reader->item_depth--;
        return;
    }
    close_node(reader);
    buf_clear(&reader->characters);
}

static void on_characters(void *context, const char *text, int n)
{
    struct xml_reader *reader = context;
    if (reader->failed)
        return;
    if (reader->item_depth > 0) {
        if (!blank(text, (size_t)n))
            reader->document->lossy = true;
        return;
    }
    buf_put(&reader->characters, text, (size_t)n);
}

static void lose(void *context)
{
    struct xml_reader *reader = context;
    reader->document->lossy = true;
}

static void on_comment(void *context, const char *text)
{
    (void)text;
    lose(context);
}

static void on_instruction(void *context, const char *target, const char *data)
{
    (void)target;
    (void)data;
    lose(context);
}

static bool refuse_doctype(struct jpk_error *err)
{
    return error_set(err, JPK_ERR_DOCTYPE, "holds a document type declaration (DOCTYPE), which no project file has");
}

/* The check before expat catches every DOCTYPE; this is the second line of defence. */
static void on_doctype(void *context, const char *name, const char *system, const char *public, int has_subset)
{
    struct xml_reader *reader = context;
    (void)name;
    (void)system;
    (void)public;
    (void)has_subset;
    refuse_doctype(reader->err);
    stop(reader);
}

struct xml_reader *xml_reader_new(struct arena *arena, struct intern *intern, const struct jpk_limits *limits)
{
    struct xml_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return NULL;
    reader->arena = reader->nodes = arena;
    reader->intern = intern;
    reader->limits = *limits;
    reader->parser = XML_ParserCreate("UTF-8");
    if (!reader->parser) {
        free(reader);
        return NULL;
    }
    return reader;
}

void xml_reader_nodes(struct xml_reader *reader, struct arena *nodes)
{
    reader->nodes = nodes;
}

void xml_reader_free(struct xml_reader *reader)
{
    if (!reader)
        return;
    XML_ParserFree(reader->parser);
    free(reader->items);
    buf_free(&reader->characters);
    free(reader);
}

/* ------------------------------------------------------------------------------- what expat must never see */

static bool starts(const char *p, const char *end, const char *word)
{
    size_t n = strlen(word);
    return (size_t)(end - p) >= n && memcmp(p, word, n) == 0;
}

static const char *after(const char *p, const char *end, const char *word)
{
    const char *found = memmem(p, (size_t)(end - p), word, strlen(word));
    return found ? found + strlen(word) : end;
}

/* The end of a tag: the first `>` outside of quotes. Looks no further than `bound`. */
static const char *tag_end(const char *p, const char *bound)
{
    for (char quote = 0; p < bound; p++) {
        if (quote ? *p == quote : *p == '"' || *p == '\'')
            quote = quote ? 0 : *p;
        else if (!quote && *p == '>')
            return p + 1;
    }
    return NULL;
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && blank(p, 1))
        p++;
    return p;
}

/* The XML declaration, which stands at the very start or is none. */
static bool check_declaration(const char *text, const char *end, struct jpk_error *err)
{
    static const char word[] = "encoding";
    static const char *const accepted[] = {"UTF-8", "UTF8"};
    const char *close = memmem(text, (size_t)(end - text), "?>", 2);
    const char *at = close ? memmem(text, (size_t)(close - text), word, sizeof word - 1) : NULL;
    if (!at)
        return true;
    at = skip_blanks(at + sizeof word - 1, close);
    at = skip_blanks(at + (at < close && *at == '='), close);
    at += at < close && (*at == '"' || *at == '\'');
    size_t n = 0;
    while (at + n < close && at[n] != '"' && at[n] != '\'')
        n++;
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++)
        if (strlen(accepted[i]) == n && strncasecmp(at, accepted[i], n) == 0)
            return true;
    error_set(err, JPK_ERR_ENCODING, "declares the encoding %.*s; only UTF-8 is read", (int)(n > 40 ? 40 : n), at);
    return false;
}

static bool check_bytes(const struct xml_reader *reader, const char *text, size_t n, struct jpk_error *err)
{
    size_t at = 0;
    uint64_t largest = reader->limits.xml_size < INT_MAX ? reader->limits.xml_size : INT_MAX; /* expat's lengths */
    if (n > largest)
        return error_set(err, JPK_ERR_LIMIT, "is larger than %llu bytes of XML (--max-xml-size)",
                         (unsigned long long)largest);
    if (!text_utf8(text, n, &at)) {
        error_set(err, JPK_ERR_ENCODING, "is not UTF-8: byte 0x%02x", (unsigned)(unsigned char)text[at]);
        error_text_offset(err, text, n, at);
        return false;
    }
    const char *nul = memchr(text, '\0', n);
    if (nul) {
        error_set(err, JPK_ERR_XML, "holds a NUL byte");
        error_text_offset(err, text, n, (size_t)(nul - text));
        return false;
    }
    const char *end = text + n;
    const char *first = starts(text, end, "\xef\xbb\xbf") ? text + 3 : text;
    const char *p = first;
    while ((p = memchr(p, '<', (size_t)(end - p))) != NULL) {
        if (starts(p, end, "<!--")) {
            p = after(p + 4, end, "-->");
        } else if (starts(p, end, "<![CDATA[")) {
            p = after(p, end, "]]>");
        } else if (starts(p, end, "<!")) {
            refuse_doctype(err);
            error_text_offset(err, text, n, (size_t)(p - text));
            return false;
        } else if (starts(p, end, "<?")) {
            if (p == first && starts(p, end, "<?xml") && blank(p + 5, 1) && !check_declaration(p, end, err)) {
                error_text_offset(err, text, n, (size_t)(p - text));
                return false;
            }
            p = after(p, end, "?>");
        } else {
            uint64_t most = reader->limits.xml_tag;
            const char *bound = (uint64_t)(end - p) > most ? p + most : end;
            const char *close = tag_end(p, bound);
            if (!close && bound < end) {
                error_set(err, JPK_ERR_LIMIT, "holds a tag longer than %llu bytes (--max-xml-tag)",
                          (unsigned long long)most);
                error_text_offset(err, text, n, (size_t)(p - text));
                return false;
            }
            p = close ? close : end;
        }
    }
    return true;
}

/* What is wrong with a byte that expat does not take. */
static const char *words_of_byte(const struct xml_reader *reader, size_t at)
{
    static const char ampersand[] = "an '&' begins no entity; '&' itself is written &amp;";
    unsigned char byte = at < reader->size ? (unsigned char)reader->text[at] : '\0';
    if (byte < ' ' && !blank(&reader->text[at], 1))
        return "a control character is not allowed";
    for (size_t i = at, least = at > ENTITY_MAX ? at - ENTITY_MAX : 0; i-- > least && !strchr("<;>", reader->text[i]);)
        if (reader->text[i] == '&')
            return ampersand;
    return byte == '<'   ? "a '<' begins no tag; '<' itself is written &lt;"
           : byte == '&' ? ampersand
                         : "what stands here is not allowed";
}

/* What expat found, in words for people. They repeat none of the text, which may be the rest of a password. */
static const char *words_of(const struct xml_reader *reader, enum XML_Error error, size_t at)
{
    static const struct {
        enum XML_Error error;
        const char *words;
    } known[] = {
        {XML_ERROR_SYNTAX, "text stands before the first tag"},
        {XML_ERROR_NO_ELEMENTS, "the text ends before its elements do"},
        {XML_ERROR_UNCLOSED_TOKEN, "a tag, a comment or the like has no end"},
        {XML_ERROR_UNCLOSED_CDATA_SECTION, "a CDATA section has no end"},
        {XML_ERROR_TAG_MISMATCH, "an end tag is not that of the element it stands in"},
        {XML_ERROR_DUPLICATE_ATTRIBUTE, "an attribute is there twice"},
        {XML_ERROR_JUNK_AFTER_DOC_ELEMENT, "something stands behind the last end tag"},
        {XML_ERROR_UNDEFINED_ENTITY, "an entity is not defined; '&' itself is written &amp;"},
        {XML_ERROR_BAD_CHAR_REF, "a reference is to a character that is not allowed"},
        {XML_ERROR_MISPLACED_XML_PI, "an XML declaration stands elsewhere than at the start"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].error == error)
            return known[i].words;
    return error == XML_ERROR_INVALID_TOKEN ? words_of_byte(reader, at) : XML_ErrorString(error);
}

static bool explain(struct xml_reader *reader)
{
    enum XML_Error error = XML_GetErrorCode(reader->parser);
    /* Only UTF-8 is handed over: not to know it is to have had no memory for its name. */
    if (error == XML_ERROR_NO_MEMORY || error == XML_ERROR_UNKNOWN_ENCODING)
        return error_memory(reader->err);
    size_t at = offset_of(reader);
    error_set(reader->err, JPK_ERR_XML, "is not well-formed XML: %s", words_of(reader, error, at));
    error_text_offset(reader->err, reader->text, reader->size, at);
    return false;
}

/* One parser for all files keeps its names warm. */
static bool parse(struct xml_reader *reader, const char *text, size_t n)
{
    XML_Parser parser = reader->parser;
    if (!XML_ParserReset(parser, "UTF-8"))
        return error_memory(reader->err);
    XML_SetUserData(parser, reader);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_characters);
    XML_SetCdataSectionHandler(parser, lose, NULL);
    XML_SetCommentHandler(parser, on_comment);
    XML_SetProcessingInstructionHandler(parser, on_instruction);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    return XML_Parse(parser, text, (int)n, XML_TRUE) == XML_STATUS_OK || (!reader->failed && explain(reader));
}

bool xml_read(struct xml_reader *reader, const char *text, size_t n, struct xml_document *document,
              struct jpk_error *err)
{
    struct jpk_error local = {0};
    if (!err)
        err = &local;
    if (!check_bytes(reader, text, n, err))
        return false;
    if (n == 0)
        return error_set(err, JPK_ERR_XML, "is empty");

    struct xml_document result = {0};
    result.crlf = text_crlf(text, n);
    reader->text = text;
    reader->size = n;
    reader->document = &result; // cppcheck-suppress autoVariables ; until the end of this function
    reader->err = err;
    reader->failed = false;
    reader->depth = reader->item_depth = 0;
    reader->item_count = 0;
    buf_clear(&reader->characters);

    bool ok = parse(reader, text, n) && !reader->failed;
    reader->document = NULL;
    reader->err = NULL;
    if (ok)
        *document = result;
    return ok;
}

/* ---------------------------------------------------------------------------------------------------- access */

const char *xml_attribute(const struct xml_node *node, const char *name)
{
    if (node)
        for (uint32_t i = 0; i < node->attribute_count; i++)
            if (strcmp(node->attributes[i].name, name) == 0)
                return node->attributes[i].value;
    return NULL;
}

static const struct xml_node *first_named(const struct xml_node *node, const char *name)
{
    while (node && strcmp(node->name, name) != 0)
        node = node->next;
    return node;
}

const struct xml_node *xml_child(const struct xml_node *node, const char *name)
{
    return node ? first_named(node->child, name) : NULL;
}

const struct xml_node *xml_next(const struct xml_node *node, const char *name)
{
    return node ? first_named(node->next, name) : NULL;
}

size_t xml_count(const struct xml_node *node, const char *name)
{
    size_t count = 0;
    for (const struct xml_node *child = xml_child(node, name); child; child = xml_next(child, name))
        count++;
    return count;
}
