#include "jpk/xml.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <pthread.h>
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

/* libxml2 looks through all namespaces in scope at every element; real files declare none. */
enum { DEPTH_MAX = 256, NAMESPACES_MAX = 256, INTERNED_VALUE_MAX = 16 };

struct open_node {
    struct xml_node *node;
    struct xml_node *last;
    size_t first_item; /* in reader->items */
};

struct xml_reader {
    struct arena *arena, *nodes;
    struct intern *intern;
    struct jpk_limits limits;
    xmlParserCtxtPtr context;
    xmlSAXHandler sax;

    /* the file being read */
    const char *text;
    size_t size;
    struct xml_document *document;
    struct jpk_error *err;
    bool failed;
    struct open_node open[DEPTH_MAX];
    size_t depth, namespaces;
    size_t item_depth; /* 1 inside of a simple <Item>, more inside of what should not be in there */
    struct jpk_item *items;
    size_t item_count, item_capacity;
    struct buf characters, value;
};

static bool stop(struct xml_reader *reader)
{
    reader->failed = true;
    xmlStopParser(reader->context);
    return false;
}

static bool stop_memory(struct xml_reader *reader)
{
    error_memory(reader->err);
    return stop(reader);
}

/* The start of the tag that libxml2 has just read: a `<` cannot stand inside of one. */
static uint32_t tag_offset(const struct xml_reader *reader)
{
    const char *cur = (const char *)reader->context->input->cur;
    if (cur < reader->text || cur > reader->text + reader->size)
        return 0;
    const char *tag = memrchr(reader->text, '<', (size_t)(cur - reader->text));
    return tag ? (uint32_t)(tag - reader->text) : 0;
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

/*
 * libxml2 hands out every `&` of an attribute as `&#38;`, for a tree builder that would decode it once more. The other
 * way round is XML_PARSE_NOENT, which nobody should have to trust.
 */
static const char *plain_value(struct xml_reader *reader, const char *s, size_t *n)
{
    static const char escaped[] = "&#38;";
    const char *end = s + *n, *next = memchr(s, '&', *n);
    if (!next)
        return s;
    buf_clear(&reader->value);
    for (; next; next = memchr(s, '&', (size_t)(end - s))) {
        buf_put(&reader->value, s, (size_t)(next - s) + 1);
        s = next + ((size_t)(end - next) >= strlen(escaped) && memcmp(next, escaped, strlen(escaped)) == 0
                        ? strlen(escaped)
                        : 1);
    }
    buf_put(&reader->value, s, (size_t)(end - s));
    *n = reader->value.size;
    return reader->value.failed ? NULL : reader->value.data;
}

/* The value of an attribute; NULL: no memory. */
static const char *attribute_value(struct xml_reader *reader, const xmlChar **attribute, size_t *n)
{
    *n = (size_t)(attribute[4] - attribute[3]);
    return plain_value(reader, (const char *)attribute[3], n);
}

/* Takes <Item [enc] key [value]/> as a record; false when the element is something else. */
static bool take_item(struct xml_reader *reader, const xmlChar *name, int count, const xmlChar **attributes)
{
    if (strcmp((const char *)name, "Item") != 0 || reader->depth == 0)
        return false;
    struct jpk_item item = {.offset = tag_offset(reader)};
    for (int i = 0; i < count; i++) {
        const xmlChar **at = attributes + 5 * i;
        size_t n;
        const char *key = (const char *)at[0], *value = attribute_value(reader, at, &n);
        if (!value)
            return stop_memory(reader), true;
        if (at[1])
            return false;
        if (strcmp(key, "key") == 0) {
            item.key = intern_string(reader->intern, value, n);
            if (!item.key)
                return stop_memory(reader), true;
        } else if (strcmp(key, "value") == 0) {
            item.value = keep_value(reader, value, n);
            if (!item.value)
                return stop_memory(reader), true;
        } else if (strcmp(key, "enc") == 0 && n == 4 && memcmp(value, "true", 4) == 0) {
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

static const char *qualified(struct xml_reader *reader, const xmlChar *prefix, const xmlChar *name)
{
    if (!prefix)
        return intern_string(reader->intern, (const char *)name, strlen((const char *)name));
    struct buf full = {0};
    buf_printf(&full, "%s:%s", (const char *)prefix, (const char *)name);
    const char *kept = full.failed ? NULL : intern_string(reader->intern, full.data, full.size);
    buf_free(&full);
    return kept;
}

static bool take_attributes(struct xml_reader *reader, struct xml_node *node, int namespace_count,
                            const xmlChar **namespaces, int count, const xmlChar **attributes)
{
    size_t total = (size_t)count + (size_t)namespace_count;
    if (total == 0)
        return true;
    node->attributes = arena_calloc(reader->nodes, total, sizeof *node->attributes);
    if (!node->attributes)
        return false;
    struct xml_attribute *out = node->attributes;
    for (int i = 0; i < namespace_count; i++, out++) {
        const xmlChar *prefix = namespaces[2 * i], *uri = namespaces[2 * i + 1];
        out->name = prefix ? qualified(reader, (const xmlChar *)"xmlns", prefix) : "xmlns";
        size_t n = uri ? strlen((const char *)uri) : 0;
        const char *value = uri ? plain_value(reader, (const char *)uri, &n) : "";
        out->value = value ? arena_strndup(reader->arena, value, n) : NULL;
        if (!out->name || !out->value)
            return false;
    }
    for (int i = 0; i < count; i++, out++) {
        const xmlChar **at = attributes + 5 * i;
        out->name = qualified(reader, at[1], at[0]);
        size_t n;
        const char *value = attribute_value(reader, at, &n);
        out->value = value ? keep_value(reader, value, n) : NULL;
        if (!out->name || !out->value)
            return false;
    }
    node->attribute_count = (uint32_t)total;
    return true;
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespace_count,
                     const xmlChar **namespaces, int count, int defaulted, const xmlChar **attributes)
{
    struct xml_reader *reader = context;
    (void)uri;
    (void)defaulted; /* only a DTD could default an attribute, and there is none */
    if (reader->failed)
        return;
    reader->namespaces += (size_t)namespace_count;
    if (reader->namespaces > NAMESPACES_MAX) {
        error_set(reader->err, JPK_ERR_XML, "more than %d namespaces are declared", NAMESPACES_MAX);
        error_text_offset(reader->err, reader->text, reader->size, tag_offset(reader));
        stop(reader);
        return;
    }
    if (reader->item_depth > 0) {
        reader->document->lossy = true;
        reader->item_depth++;
        return;
    }
    if (!prefix && namespace_count == 0 && take_item(reader, name, count, attributes))
        return;
    if (reader->depth == DEPTH_MAX) {
        error_set(reader->err, JPK_ERR_XML, "elements are nested deeper than %d", DEPTH_MAX);
        error_text_offset(reader->err, reader->text, reader->size, tag_offset(reader));
        stop(reader);
        return;
    }
    struct xml_node *node = arena_calloc(reader->nodes, 1, sizeof *node);
    if (!node || !(node->name = qualified(reader, prefix, name)) ||
        !take_attributes(reader, node, namespace_count, namespaces, count, attributes)) {
        stop_memory(reader);
        return;
    }
    node->offset = tag_offset(reader);
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

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct xml_reader *reader = context;
    (void)name;
    (void)prefix;
    (void)uri;
    if (reader->failed)
        return;
    if (reader->item_depth > 0) {
        reader->item_depth--;
        return;
    }
    close_node(reader);
    buf_clear(&reader->characters);
}

static void on_characters(void *context, const xmlChar *text, int n)
{
    struct xml_reader *reader = context;
    if (reader->failed)
        return;
    if (reader->item_depth > 0) {
        if (!blank((const char *)text, (size_t)n))
            reader->document->lossy = true;
        return;
    }
    buf_put(&reader->characters, text, (size_t)n);
}

static void on_cdata(void *context, const xmlChar *text, int n)
{
    struct xml_reader *reader = context;
    reader->document->lossy = true;
    on_characters(context, text, n);
}

static void on_comment(void *context, const xmlChar *text)
{
    struct xml_reader *reader = context;
    (void)text;
    reader->document->lossy = true;
}

static void on_instruction(void *context, const xmlChar *target, const xmlChar *data)
{
    struct xml_reader *reader = context;
    (void)target;
    (void)data;
    reader->document->lossy = true;
}

static void refuse_doctype(struct xml_reader *reader)
{
    error_set(reader->err, JPK_ERR_DOCTYPE, "holds a document type declaration (DOCTYPE), which no project file has");
    stop(reader);
}

/* The check before libxml2 catches every DOCTYPE; this is the second line of defence. */
static void on_subset(void *context, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    (void)name;
    (void)external;
    (void)system;
    refuse_doctype(context);
}

/*
 * What libxml2 says, but for messages that repeat a word of the text: where a value holds `&` or a quote it ends too
 * early, and the word is the rest of it, perhaps of a password.
 */
static const char *words_of(const xmlError *error)
{
    switch (error->code) {
    case XML_ERR_UNDECLARED_ENTITY:
    case XML_WAR_UNDECLARED_ENTITY:
        return "an entity is not defined; '&' itself is written &amp;";
    case XML_ERR_ATTRIBUTE_WITHOUT_VALUE:
        return "an attribute has no value";
    case XML_ERR_ATTRIBUTE_REDEFINED:
        return "an attribute is redefined";
    default:
        return error->message;
    }
}

/*
 * The first error ends the parsing: libxml2 would go on, no longer in step with the check before it, and read as a tag
 * of any length what the check took for a comment.
 */
static void on_error(void *context, xmlErrorPtr error)
{
    struct xml_reader *reader = context;
    if (error->level < XML_ERR_ERROR || reader->failed)
        return;
    if (error->code == XML_ERR_NO_MEMORY || !error->message) { /* it has one unless there was no memory for it */
        stop_memory(reader);
        return;
    }
    const char *words = words_of(error);
    size_t n = strlen(words);
    while (n > 0 && (words[n - 1] == '\n' || words[n - 1] == ' '))
        n--;
    error_set(reader->err, JPK_ERR_XML, "is not well-formed XML: %.*s", (int)(n > 200 ? 200 : n), words);
    /* libxml2 counts characters in its columns: the place is taken from where it stands. */
    const char *cur = (const char *)reader->context->input->cur;
    if (cur >= reader->text && cur <= reader->text + reader->size)
        error_text_offset(reader->err, reader->text, reader->size, (size_t)(cur - reader->text));
    stop(reader);
}

static xmlParserInputPtr refuse_entity(const char *url, const char *id, xmlParserCtxtPtr context)
{
    (void)url;
    (void)id;
    (void)context;
    return NULL;
}

/* What libxml2 says where it has no context, of memory alone, would go to standard error. */
__attribute__((format(printf, 2, 3))) static void say_nothing(void *context, const char *format, ...)
{
    (void)context;
    (void)format;
}

/* Who speaks for libxml2 in this thread, in whose program it may have other uses. */
struct speaker {
    xmlGenericErrorFunc say;
    void *context;
};

static struct speaker silence(void)
{
    struct speaker before = {xmlGenericError, xmlGenericErrorContext};
    xmlSetGenericErrorFunc(NULL, say_nothing);
    return before;
}

/* Lets go of the last error too, which is kept for each thread. */
static void end_silence(struct speaker before)
{
    xmlSetGenericErrorFunc(before.context, before.say);
    xmlResetLastError();
}

static void start_libxml(void)
{
    struct speaker before = silence();
    xmlInitParser();
    xmlSetExternalEntityLoader(refuse_entity);
    end_silence(before);
}

static xmlParserCtxtPtr new_context(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_libxml); /* libxml2 itself must not be begun by several threads at once */
    struct speaker before = silence();
    xmlParserCtxtPtr context = xmlNewParserCtxt();
    end_silence(before);
    return context;
}

struct xml_reader *xml_reader_new(struct arena *arena, struct intern *intern, const struct jpk_limits *limits)
{
    struct xml_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return NULL;
    reader->arena = reader->nodes = arena;
    reader->intern = intern;
    reader->limits = *limits;
    reader->context = new_context();
    if (!reader->context) {
        free(reader);
        return NULL;
    }
    reader->sax = (xmlSAXHandler){
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = on_start,
        .endElementNs = on_end,
        .characters = on_characters,
        .ignorableWhitespace = on_characters,
        .cdataBlock = on_cdata,
        .comment = on_comment,
        .processingInstruction = on_instruction,
        .internalSubset = on_subset,
        .serror = on_error,
    };
    *reader->context->sax = reader->sax;
    reader->context->userData = reader;
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
    xmlFreeParserCtxt(reader->context);
    free(reader->items);
    buf_free(&reader->characters);
    buf_free(&reader->value);
    free(reader);
}

/* ----------------------------------------------------------------------------- what libxml2 must never see */

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
    if (n > reader->limits.xml_size || n > UINT32_MAX)
        return error_set(err, JPK_ERR_LIMIT, "is larger than %llu bytes of XML (--max-xml-size)",
                         (unsigned long long)reader->limits.xml_size);
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
            error_set(err, JPK_ERR_DOCTYPE, "holds a document type declaration (DOCTYPE), which no project file has");
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

/* One context for all files keeps its dictionary warm; the input is read where it lies. */
static bool parse(struct xml_reader *reader, const char *text)
{
    xmlParserCtxtPtr context = reader->context;
    struct speaker before = silence();
    xmlCtxtReset(context);
    xmlCtxtUseOptions(context, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC);
    *context->sax = reader->sax;
    xmlParserInputPtr input = xmlNewStringInputStream(context, (const xmlChar *)text);
    bool ok = (input && inputPush(context, input) >= 0) || error_memory(reader->err);
    if (ok)
        xmlParseDocument(context);
    ok = ok && !reader->failed && context->wellFormed;
    if (context->errNo == XML_ERR_NO_MEMORY)
        error_memory(reader->err);
    xmlCtxtReset(context); /* lets go of `text` */
    end_silence(before);
    return ok;
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
    reader->depth = reader->namespaces = 0;
    reader->item_depth = 0;
    reader->item_count = 0;
    buf_clear(&reader->characters);

    bool ok = parse(reader, text) && err->code == JPK_OK && result.root;
    if (!ok)
        error_set(err, JPK_ERR_XML, "is not well-formed XML");
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
