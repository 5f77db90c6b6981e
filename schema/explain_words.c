#include <string.h>

#include "base/secrets.h"
#include "jpk/secret_text.h"
#include "schema/explain.h"

enum { SHOWN = 48 }; /* bytes of a name or a text */

/* Cut at a character, with three dots, in which nothing is left of a secret that begins in front of the cut. */
static void put_shortened(struct buf *out, const char *text, size_t n)
{
    char raw[SHOWN + 8], shown[SHOWN + 16];
    struct buf masked = {0};
    if (secret_text_mask(&masked, text, n < SECRET_TEXT_MOST ? n : SECRET_TEXT_MOST)) {
        text = buf_text(&masked);
        n = masked.size;
    }
    size_t cut = n <= SHOWN ? n : SHOWN;
    while (cut < n && cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80)
        cut--;
    memcpy(raw, text, cut);
    for (size_t i = 0; i < cut; i++)
        raw[i] = raw[i] == '\0' ? '\x01' : raw[i];
    raw[cut] = '\0';
    text_printable(shown, sizeof shown, raw);
    buf_puts(out, shown);
    if (cut < n)
        buf_puts(out, "...");
    out->failed |= masked.failed;
    buf_free(&masked);
}

void put_name(struct buf *out, const char *text, size_t n)
{
    buf_putc(out, '\'');
    put_shortened(out, text, n);
    buf_putc(out, '\'');
}

/* Where the text goes on behind a value. */
static size_t text_behind(const struct jdoc *doc, uint32_t node)
{
    uint32_t next = jdoc_next(doc, node);
    return next < doc->count ? doc->nodes[next].start : doc->size;
}

/* Whether the text makes a secret of something in a value when it is searched from `start` up to `most`. */
static bool found_in(const struct jdoc *doc, uint32_t node, size_t start, size_t most, bool *failed)
{
    struct hygiene_hits hits = {0};
    size_t at = doc->nodes[node].start - start, end = text_behind(doc, node) - start, n = most - start;
    bool found = false;
    *failed |= !secret_text_find(doc->text + start, n < SECRET_TEXT_MOST ? n : SECRET_TEXT_MOST,
                                 secret_rules_of_secrets(), JPK_MEDIUM, &hits);
    for (size_t i = 0; i < hits.count; i++)
        found |= hits.items[i].offset < end && hits.items[i].offset + hits.items[i].length > at;
    hygiene_hits_free(&hits);
    return found;
}

/*
 * Whether a member's value is a secret by its name, unless it is a word like "yes", or by what stands around it: the
 * object as a whole when that is small, else the member.
 */
static bool is_secret(const struct jdoc *doc, uint32_t node, bool *failed)
{
    enum { WORD_MAX = 5, SMALL = 2048 };
    bool member = node > 0 && doc->nodes[node - 1].flags & JDOC_KEY;
    if (!member || (jdoc_type(doc, node) != JDOC_STRING && jdoc_type(doc, node) != JDOC_NUMBER))
        return false;
    const char *name = jdoc_string(doc, node - 1);
    size_t n = jdoc_string_size(doc, node - 1);
    uint32_t object = doc->places[node].parent;
    size_t start = doc->nodes[object].start, end = text_behind(doc, object);
    if ((doc->nodes[node].count > WORD_MAX && (secret_name(name, n) || secret_kind(name, n) != SECRET_NONE)) ||
        secret_json_value(doc, object) == node)
        return true;
    return end - start <= SMALL ? found_in(doc, node, start, end, failed)
                                : found_in(doc, node, doc->nodes[node - 1].start, text_behind(doc, node), failed);
}

void put_value(struct buf *out, const struct jdoc *doc, uint32_t node)
{
    uint32_t count = doc->nodes[node].count;
    if (is_secret(doc, node, &out->failed)) {
        buf_puts(out, "what is there (not shown)");
        return;
    }
    switch (jdoc_type(doc, node)) {
    case JDOC_NULL:
        buf_puts(out, "null");
        break;
    case JDOC_FALSE:
        buf_puts(out, "false");
        break;
    case JDOC_TRUE:
        buf_puts(out, "true");
        break;
    case JDOC_NUMBER:
        put_shortened(out, jdoc_number(doc, node), count);
        break;
    case JDOC_STRING:
        buf_putc(out, '"');
        put_shortened(out, jdoc_string(doc, node), count);
        buf_putc(out, '"');
        break;
    case JDOC_ARRAY:
        if (count == 0)
            buf_puts(out, "an empty array");
        else
            buf_printf(out, "an array of %u item%s", count, count == 1 ? "" : "s");
        break;
    case JDOC_OBJECT:
        buf_puts(out, count == 0 ? "an empty object" : "an object");
        break;
    }
}

void put_subject(struct buf *out, const struct jdoc *doc, uint32_t node)
{
    if (doc->nodes[node].flags & JDOC_KEY) {
        buf_puts(out, "the name ");
        put_name(out, jdoc_string(doc, node), jdoc_string_size(doc, node));
        return;
    }
    uint32_t parent = doc->places[node].parent;
    if (parent == JDOC_NONE) {
        buf_puts(out, "the document");
    } else if (jdoc_type(doc, parent) == JDOC_OBJECT) {
        put_name(out, jdoc_string(doc, node - 1), jdoc_string_size(doc, node - 1));
    } else {
        buf_printf(out, "item %u", doc->places[node].ordinal + 1);
        uint32_t above = doc->places[parent].parent;
        if (above != JDOC_NONE && jdoc_type(doc, above) == JDOC_OBJECT) {
            buf_puts(out, " of ");
            put_name(out, jdoc_string(doc, parent - 1), jdoc_string_size(doc, parent - 1));
        }
    }
}

void put_types(struct buf *out, uint32_t types)
{
    static const struct {
        uint32_t bits;
        const char *name;
    } names[] = {
        {1 << JDOC_STRING, "a string"},  {1 << JDOC_NUMBER, "a number"},
        {1 << OP_INTEGER, "an integer"}, {1 << JDOC_TRUE | 1 << JDOC_FALSE, "true or false"},
        {1 << JDOC_ARRAY, "an array"},   {1 << JDOC_OBJECT, "an object"},
        {1 << JDOC_NULL, "null"},
    };
    if (types >> JDOC_NUMBER & 1)
        types &= ~(UINT32_C(1) << OP_INTEGER);
    size_t total = 0, seen = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        total += (types & names[i].bits) != 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!(types & names[i].bits))
            continue;
        buf_puts(out, seen == 0 ? "" : seen + 1 == total ? " or " : ", ");
        buf_puts(out, names[i].name);
        seen++;
    }
}

/* In short words two changes make another word, unless letters have only changed places. */
enum { SHORT = 5 };

void suggestion_begin(struct suggestion *suggestion, const char *text, size_t n)
{
    *suggestion = (struct suggestion){.distance = n <= 8 ? 3 : 4};
    if (n < sizeof suggestion->text && n > 1 && !memchr(text, '\0', n))
        memcpy(suggestion->text, text, n);
}

static bool same_letters(const char *a, const char *b)
{
    int count[256] = {0};
    for (const char *p = a; *p; p++)
        count[(unsigned char)text_lower(*p)]++;
    for (const char *p = b; *p; p++)
        count[(unsigned char)text_lower(*p)]--;
    for (size_t i = 0; i < sizeof count / sizeof count[0]; i++)
        if (count[i] != 0)
            return false;
    return true;
}

void suggestion_try(struct suggestion *suggestion, const char *text, size_t n)
{
    char copy[sizeof suggestion->text] = {0};
    if (!*suggestion->text || n >= sizeof copy || n == 0 || memchr(text, '\0', n) || suggestion->distance == 0)
        return;
    memcpy(copy, text, n);
    size_t distance = text_distance(suggestion->text, copy, suggestion->distance - 1);
    bool is_short = n <= SHORT || strlen(suggestion->text) <= SHORT;
    if (distance >= suggestion->distance || (is_short && distance > 1 && !same_letters(suggestion->text, copy)))
        return;
    suggestion->distance = distance;
    suggestion->best = text;
    suggestion->best_size = n;
}
