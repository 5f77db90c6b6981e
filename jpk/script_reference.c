#include "jpk/script_reference.h"

#include <string.h>

#include "base/text.h"

/* A tag's text may be this long: longer ones are no references. */
enum { TAG_MAX = 1024, GUID_LENGTH = 36 };

static const char opening[] = "<TAG>", closing[] = "</TAG>";
enum { OPENING = sizeof opening - 1, CLOSING = sizeof closing - 1 };

static const struct {
    enum script_form form;
    const char *word;
    enum script_item item;
} words[] = {
    {SCRIPT_FORM_DESIGN, "op", SCRIPT_ITEM_OPERATION},
    {SCRIPT_FORM_DESIGN, "sc", SCRIPT_ITEM_SCRIPT},
    {SCRIPT_FORM_DESIGN, "s", SCRIPT_ITEM_SOURCE},
    {SCRIPT_FORM_DESIGN, "t", SCRIPT_ITEM_TARGET},
    {SCRIPT_FORM_DESIGN, "m", SCRIPT_ITEM_EMAIL},
    {SCRIPT_FORM_DESIGN, "so", SCRIPT_ITEM_SALESFORCE},
    {SCRIPT_FORM_CLOUD, "operation", SCRIPT_ITEM_OPERATION},
    {SCRIPT_FORM_CLOUD, "script", SCRIPT_ITEM_SCRIPT},
    {SCRIPT_FORM_CLOUD, "email", SCRIPT_ITEM_EMAIL},
    {SCRIPT_FORM_CLOUD, "activity", SCRIPT_ITEM_ACTIVITY},
    {SCRIPT_FORM_CLOUD, "endpoint", SCRIPT_ITEM_CONNECTION},
    {SCRIPT_FORM_CLOUD, "connection", SCRIPT_ITEM_CONNECTION},
    {SCRIPT_FORM_CLOUD, "plugin", SCRIPT_ITEM_PLUGIN},
    {SCRIPT_FORM_PATH, "Operations", SCRIPT_ITEM_OPERATION},
    {SCRIPT_FORM_PATH, "Scripts", SCRIPT_ITEM_SCRIPT},
    {SCRIPT_FORM_PATH, "Sources", SCRIPT_ITEM_SOURCE},
    {SCRIPT_FORM_PATH, "Targets", SCRIPT_ITEM_TARGET},
    {SCRIPT_FORM_PATH, "Email Messages", SCRIPT_ITEM_EMAIL},
};

static bool at_word(const char *text, size_t at, size_t end, const char *word, size_t n)
{
    return end - at >= n && memcmp(text + at, word, n) == 0;
}

static bool is_small_word(struct script_view word)
{
    for (size_t i = 0; i < word.length; i++)
        if (word.text[i] < 'a' || word.text[i] > 'z')
            return false;
    return word.length > 0;
}

/* Item 0: the word is not known in that form. */
static enum script_item item_of(enum script_form form, struct script_view word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].form == form && strlen(words[i].word) == word.length &&
            memcmp(words[i].word, word.text, word.length) == 0)
            return words[i].item;
    return 0;
}

/* What stands in a tag. False: it is none of ours, such as an element of that name in XML. */
static bool read_tag(struct script_view body, struct script_use *use)
{
    const char *colon = memchr(body.text, ':', body.length), *slash = memchr(body.text, '/', body.length);
    bool cloud = colon && (!slash || colon < slash);
    if (body.length == 0 || (!colon && !slash) || memchr(body.text, '\n', body.length))
        return false;
    use->prefix = (struct script_view){body.text, (size_t)((cloud ? colon : slash) - body.text)};
    use->form = cloud ? SCRIPT_FORM_CLOUD : SCRIPT_FORM_PATH;
    use->item = item_of(use->form, use->prefix);
    if (use->item)
        return true;
    use->form = SCRIPT_FORM_OTHER;
    return cloud ? is_small_word(use->prefix) : use->prefix.length > 0;
}

/* Where the tag that opens at `at` ends, by </TAG> or by <TAG>; 0: it does not. *closes: how long that is. */
static size_t find_close(const char *text, size_t at, size_t end, size_t *closes)
{
    size_t from = at + OPENING, limit = end - from > TAG_MAX + CLOSING ? from + TAG_MAX + CLOSING : end;
    for (const char *next; (next = memchr(text + from, '<', limit - from)) != NULL;) {
        from = (size_t)(next - text);
        bool slash = at_word(text, from, end, closing, CLOSING);
        if (slash || at_word(text, from, end, opening, OPENING)) {
            *closes = slash ? CLOSING : OPENING;
            return from;
        }
        from++;
    }
    return 0;
}

/* Whether what follows an opening tag at the end of a string can begin a reference. */
static bool begins_reference(struct script_view rest)
{
    struct script_use use;
    if (rest.length == 0 || is_small_word(rest))
        return true;
    return rest.length <= TAG_MAX && read_tag(rest, &use) && use.item != 0;
}

static enum script_found tag_at(const char *text, size_t end, size_t *at, struct script_use *use)
{
    size_t begin = *at, closes = 0, close = find_close(text, begin, end, &closes);
    *at = begin + OPENING;
    use->text = (struct script_view){text + begin, OPENING};
    use->offset = begin;
    if (close == 0)
        return begins_reference((struct script_view){text + *at, end - *at}) ? SCRIPT_FOUND_UNFINISHED
                                                                             : SCRIPT_FOUND_NONE;
    if (!read_tag((struct script_view){text + *at, close - *at}, use))
        return SCRIPT_FOUND_NONE;
    *at = close + closes;
    use->text.length = *at - begin;
    return SCRIPT_FOUND_REFERENCE;
}

static bool guid_at(const char *text, size_t begin, size_t end, size_t dot, struct script_use *use)
{
    if (!script_reference_at(text, begin, end, dot, &use->prefix, &use->guid))
        return false;
    use->form = SCRIPT_FORM_DESIGN;
    use->item = item_of(use->form, use->prefix);
    use->offset = (size_t)(use->prefix.text - text);
    use->text = (struct script_view){use->prefix.text, use->prefix.length + 1 + use->guid.length};
    return true;
}

enum script_found script_reference_next(const char *text, size_t begin, size_t end, size_t *at, struct script_use *use)
{
    while (*at < end) {
        char c = text[*at];
        if (c == '.' && guid_at(text, begin, end, *at, use)) {
            *at += 1 + use->guid.length;
            return SCRIPT_FOUND_REFERENCE;
        }
        if (c == '<' && at_word(text, *at, end, opening, OPENING)) {
            enum script_found found = tag_at(text, end, at, use);
            if (found != SCRIPT_FOUND_NONE)
                return found;
            continue;
        }
        (*at)++;
    }
    return SCRIPT_FOUND_NONE;
}

bool script_reference_other(const char *text, size_t begin, size_t end, struct script_use *use)
{
    if (end - begin < GUID_LENGTH + 2 || end - begin > GUID_LENGTH + 5)
        return false;
    size_t dot = end - GUID_LENGTH - 1;
    use->prefix = (struct script_view){text + begin, dot - begin};
    use->guid = (struct script_view){text + dot + 1, GUID_LENGTH};
    if (text[dot] != '.' || !text_guid(use->guid.text, GUID_LENGTH) || !is_small_word(use->prefix))
        return false;
    use->form = SCRIPT_FORM_OTHER;
    use->offset = begin;
    use->text = (struct script_view){text + begin, end - begin};
    return true;
}

/* ----------------------------------------------------------------------------------------------------------- quotes */

static const char escape_letters[] = "bfnrtv", escape_characters[] = "\b\f\n\r\t\v";

void script_unescape(const char *text, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (c == '\\' && i + 1 < n) {
            const char *letter = text[++i] ? strchr(escape_letters, text[i]) : NULL;
            c = letter ? escape_characters[letter - escape_letters] : text[i];
        }
        buf_putc(out, c);
    }
}

/* In place, for a text never gets longer. */
static void unescape(struct buf *text)
{
    struct buf plain = {0};
    if (!text->data || !memchr(text->data, '\\', text->size))
        return;
    script_unescape(text->data, text->size, &plain);
    text->failed = text->failed || plain.failed;
    if (!text->failed) {
        memcpy(text->data, buf_text(&plain), plain.size + 1);
        text->size = plain.size;
    }
    buf_free(&plain);
}

static void put_escaped(struct buf *out, const char *text, size_t n, char quote)
{
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\n' || text[i] == '\r') {
            buf_puts(out, text[i] == '\n' ? "\\n" : "\\r");
            continue;
        }
        if (text[i] == '\\' || text[i] == quote || (quote == '`' && text[i] == '$' && i + 1 < n && text[i + 1] == '{'))
            buf_putc(out, '\\');
        buf_putc(out, text[i]);
    }
}

void script_quote(struct buf *out, const char *text, size_t n, struct script_quotes quotes, struct buf *scratch)
{
    buf_clear(scratch);
    if (quotes.inner)
        put_escaped(scratch, text, n, quotes.inner);
    else
        buf_put(scratch, text, n);
    if (quotes.outer)
        put_escaped(out, buf_text(scratch), scratch->size, quotes.outer);
    else
        buf_put(out, buf_text(scratch), scratch->size);
    out->failed = out->failed || scratch->failed;
}

static size_t parts_of(const struct script_use *use)
{
    if (use->form != SCRIPT_FORM_CLOUD)
        return 1;
    return use->item == SCRIPT_ITEM_ACTIVITY ? 4 : use->item == SCRIPT_ITEM_CONNECTION ? 2 : 1;
}

/* The last part takes what is left. */
static void split(struct script_use *use, const char *text, size_t n)
{
    size_t most = parts_of(use);
    for (const char *slash; use->part_count + 1 < most && (slash = memchr(text, '/', n)) != NULL;) {
        size_t length = (size_t)(slash - text);
        use->parts[use->part_count++] = (struct script_view){text, length};
        text += length + 1;
        n -= length + 1;
    }
    use->parts[use->part_count++] = (struct script_view){text, n};
}

void script_reference_parts(struct script_use *use, struct script_quotes quotes, struct buf *scratch)
{
    buf_clear(scratch);
    use->part_count = 0;
    if (use->guid.text)
        return;
    const char *begin = use->prefix.text + use->prefix.length + 1, *end = use->text.text + use->text.length;
    end -= end[-CLOSING + 1] == '/' && end[-CLOSING] == '<' ? CLOSING : OPENING;
    buf_put(scratch, begin, (size_t)(end - begin));
    if (quotes.outer)
        unescape(scratch);
    if (quotes.inner)
        unescape(scratch);
    split(use, buf_text(scratch), scratch->size);
}
