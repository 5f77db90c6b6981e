#include "jpk/secret_field.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/secrets.h"
#include "jpk/cloud.h"
#include "jpk/hygiene_parts.h"
#include "jpk/secret_text.h"

bool secret_field_name(const char *name, size_t n)
{
    enum { SURE_BYTES = 64 }; /* beyond that secret_kind does not look */
    return n > SURE_BYTES ? secret_name(name, n) : secret_kind(name, n) != SECRET_NONE;
}

bool secret_field_value(const char *value, size_t n)
{
    static const char *const none[] = {"", "0", "1", "true", "false", SECRET_MARKER};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        if (strlen(none[i]) == n && memcmp(value, none[i], n) == 0)
            return false;
    return !secret_only_variables(value, n);
}

bool secret_field(const char *name, const char *value)
{
    return secret_field_name(name, strlen(name)) && secret_field_value(value, strlen(value));
}

/* In conditions of queries `token = 'x'` is no secret. */
bool secret_field_has_parts(const char *name, size_t n)
{
    static const char *const places[] = {"header", "url", "uri", "host", "connect", "locator", "proxy"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (value_holds(name, n, places[i]))
            return true;
    return false;
}

/* A word of a label; what `joined` is written as one with others, with hyphens. */
struct label_word {
    const char *text;
    size_t n;
    bool joined;
};

static bool word_among(const struct label_word *word, const char *const *list)
{
    while (*list && (strlen(*list) != word->n || strncasecmp(*list, word->text, word->n) != 0))
        list++;
    return *list != NULL;
}

/* What follows is an attribute: of "Path of the private key" the secret is no more than that. */
static bool opens_attribute(const struct label_word *word)
{
    static const char *const opening[] = {
        "of",   "for",   "with", "without", "about", "to",  "per",  "via",  "f\xc3\xbcr", "fuer",
        "von",  "vom",   "zu",   "zum",     "zur",   "mit", "ohne", "des",  "der",        "de",
        "del",  "do",    "da",   "dos",     "das",   "du",  "d",    "para", "who",        "which",
        "that", "whose", "com",  "pour",    "avec",  "con", "sin",  "sem",  "sans",       NULL,
    };
    return !word->joined && word_among(word, opening);
}

/* What is said of a secret ends with it; before it, as in "Log in password", such a word means nothing. */
static bool ends_secret(const struct label_word *word)
{
    static const char *const places[] = {"in",  "on", "at", "by", "from", "im", "am",
                                         "bei", "em", "en", "no", "na",   NULL};
    return opens_attribute(word) || (!word->joined && word_among(word, places));
}

/* What a secret is called with, or where it is that of. */
static bool trails_secret(const struct label_word *word)
{
    static const char *const trailing[] = {"key",  "value", "text", "word",       "phrase",  "code", "here",
                                           "prod", "live",  "test", "production", "sandbox", "dev",  NULL};
    bool number = true;
    for (size_t i = 0; i < word->n; i++)
        number = number && isdigit((unsigned char)word->text[i]);
    return number || word_among(word, trailing);
}

static bool words_are_secret(const struct label_word *from, const struct label_word *last)
{
    return secret_kind(from->text, (size_t)(last->text + last->n - from->text)) != SECRET_NONE;
}

/* Whether the last of some words are a secret's name, which nothing before them makes an attribute. */
static bool ends_as_secret(const struct label_word *words, size_t count)
{
    enum { NAME_WORDS = 3 }; /* "mot de passe" */
    for (size_t n = 1; n <= NAME_WORDS && n <= count; n++) {
        const struct label_word *from = &words[count - n], *last = &words[count - 1];
        if (!words_are_secret(from, last))
            continue;
        bool whole = true; /* not "token lifetime" */
        for (const struct label_word *end = from; whole && end < last; end++)
            whole = !words_are_secret(from, end);
        for (const struct label_word *before = words; whole && before < from; before++)
            whole = !opens_attribute(before);
        return whole;
    }
    return false;
}

/* Whether what stands between punctuation is the name of a secret, perhaps with something said of it. */
static bool part_is_secret(const struct label_word *words, size_t count)
{
    for (size_t end = 1; end <= count; end++) {
        size_t n = end;
        if (end < count && !ends_secret(&words[end]))
            continue;
        do
            if (ends_as_secret(words, n))
                return true;
        while (trails_secret(&words[n - 1]) && --n > 0);
    }
    return false;
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Whether the words before and behind belong together: not in "Password - production" and "Shop: password". */
static bool goes_on(const char *label, size_t at)
{
    bool dash = label[at] == '-' && at > 0 && label[at - 1] == ' ';
    return in_word(label[at]) || (!dash && strchr(" -_.'", label[at]));
}

bool secret_label(const char *label, size_t n)
{
    enum { LABEL_BYTES = 64 }; /* longer ones are sentences */
    struct label_word words[LABEL_BYTES];
    bool secret = false;
    for (size_t at = 0; at < n && n <= LABEL_BYTES && !secret; at++) {
        size_t count = 0;
        for (; at < n && goes_on(label, at); at++) {
            size_t start = at;
            while (at < n && in_word(label[at]))
                at++;
            if (at == start)
                continue;
            bool joined = (start > 0 && label[start - 1] == '-') || (at < n && label[at] == '-');
            words[count++] = (struct label_word){label + start, at - start, joined};
            at--;
        }
        secret = part_is_secret(words, count);
    }
    return secret;
}

bool secret_variable(const char *name, size_t name_size, const char *label, size_t label_size, const char *value,
                     size_t size)
{
    enum { RANDOM_LEAST = 20 };
    if (!secret_field_value(value, size))
        return false;
    return secret_field_name(name, name_size) || secret_label(label, label_size) ||
           (size >= RANDOM_LEAST && value_look(value, size) == VALUE_RANDOM);
}

/* ------------------------------------------------------------------------------------------------- Design Studio */

bool secret_entity(const struct jpk_entity *entity)
{
    const struct jpk_variable_entity *variable =
        entity->type == JPK_TYPE_PROJECT_VARIABLE && !entity->unread ? entity->as.variable : NULL;
    return variable &&
           (variable->hidden ||
            (variable->value && secret_variable(entity->name, strlen(entity->name), variable->label,
                                                strlen(variable->label), variable->value, strlen(variable->value))));
}

bool secret_use(const char *variable, const struct jpk_use *use)
{
    const char *value = use->default_value;
    return value && (secret_variable(variable, strlen(variable), "", 0, value, strlen(value)) ||
                     secret_field(use->where, value));
}

const char *secret_value_name(const struct xml_node *node)
{
    static const char *const naming[] = {"key", "name"};
    const char *value = xml_attribute(node, "value");
    for (size_t i = 0; value && i < sizeof naming / sizeof naming[0]; i++) {
        const char *name = xml_attribute(node, naming[i]);
        if (name && secret_field(name, value))
            return name;
    }
    return NULL;
}

bool secret_attribute(const struct xml_node *node, const char *attribute, const char *value)
{
    return secret_field(attribute, value) || (strcmp(attribute, "value") == 0 && secret_value_name(node));
}

const char *secret_text_name(const struct xml_node *node)
{
    const char *name = xml_attribute(node, "name");
    return name ? name : node->name;
}

/* -------------------------------------------------------------------------------------------------- Cloud Studio */

static bool flagged(const struct jdoc *doc, uint32_t value)
{
    return value != JDOC_NONE && (jdoc_type(doc, value) == JDOC_TRUE || jdoc_string_is(doc, value, "true", 4));
}

bool secret_said(const struct jdoc *doc, uint32_t object)
{
    uint32_t hint = jdoc_member(doc, object, "widgetHint");
    return (hint != JDOC_NONE && jdoc_string_is(doc, hint, "password", strlen("password"))) ||
           flagged(doc, jdoc_member(doc, object, "secret")) || flagged(doc, jdoc_member(doc, object, "hidevalue"));
}

bool secret_named(const struct jdoc *doc, uint32_t string)
{
    return jdoc_is(doc, string, JDOC_STRING) &&
           secret_field_name(jdoc_string(doc, string), jdoc_string_size(doc, string));
}

bool secret_property(const struct jdoc *doc, uint32_t object, bool by_name)
{
    return secret_said(doc, object) || (by_name && (secret_named(doc, jdoc_member(doc, object, "name")) ||
                                                    secret_named(doc, jdoc_member(doc, object, "key"))));
}

/* Whether an object is a project variable whose value is a secret by its label or its looks. */
static bool looks_secret(const struct jdoc *doc, uint32_t object)
{
    uint32_t type = jdoc_member(doc, object, "type"), value = jdoc_member(doc, object, "defaultValue");
    uint32_t label = jdoc_member(doc, object, "label");
    bool labelled = jdoc_is(doc, label, JDOC_STRING);
    int64_t number = 0;
    return jdoc_is(doc, type, JDOC_NUMBER) && jdoc_integer(doc, type, &number) &&
           jpk_cloud_kind_of(number) == JPK_CLOUD_VARIABLE && jdoc_is(doc, value, JDOC_STRING) &&
           secret_variable("", 0, labelled ? jdoc_string(doc, label) : "", labelled ? jdoc_string_size(doc, label) : 0,
                           jdoc_string(doc, value), jdoc_string_size(doc, value));
}

bool secret_holder(const struct jdoc *doc, uint32_t object)
{
    return secret_property(doc, object, true) || looks_secret(doc, object);
}

/* Whether all texts and numbers in the value of a member are secrets. */
static bool is_secret_member(const struct jdoc *doc, uint32_t key)
{
    return secret_named(doc, key) ||
           (jdoc_string_is(doc, key, "value", strlen("value")) && secret_property(doc, doc->places[key].parent, true));
}

static bool may_be_secret(const struct jdoc *doc, uint32_t value)
{
    return jdoc_is(doc, value, JDOC_STRING)
               ? secret_field_value(jdoc_string(doc, value), jdoc_string_size(doc, value))
               : jdoc_is(doc, value, JDOC_NUMBER) &&
                     secret_field_value(jdoc_number(doc, value), jdoc_number_size(doc, value));
}

/* Behind a string or a number, as it stands in the text. */
static size_t end_of(const struct jdoc *doc, uint32_t value)
{
    size_t at = doc->nodes[value].start;
    if (jdoc_is(doc, value, JDOC_NUMBER))
        return at + jdoc_number_size(doc, value);
    for (at++; doc->text[at] != '"'; at++)
        at += doc->text[at] == '\\';
    return at + 1;
}

/* Adds the text without them, or nothing when there are none. */
static void mask_fields(struct buf *out, const struct jdoc *doc)
{
    size_t at = 0;
    uint32_t end = 0; /* of the secret member */
    for (uint32_t node = 0; node < doc->count; node++) {
        if (doc->nodes[node].flags & JDOC_KEY) {
            if (node >= end && is_secret_member(doc, node))
                end = jdoc_next(doc, node + 1);
        } else if (node < end && may_be_secret(doc, node)) {
            buf_put(out, doc->text + at, doc->nodes[node].start - at);
            buf_puts(out, "\"****\"");
            at = end_of(doc, node);
        }
    }
    if (at > 0)
        buf_put(out, doc->text + at, doc->size - at);
}

bool secret_field_mask(struct buf *out, const char *text, size_t n)
{
    struct jdoc doc = {0};
    struct jpk_error err = {0};
    struct buf fields = {0};
    size_t blank = strspn(text, " \t\r\n");
    bool json = (text[blank] == '{' || text[blank] == '[') && jdoc_parse(&doc, text, n, NULL, &err);
    if (json && jdoc_place_all(&doc, &err))
        mask_fields(&fields, &doc);
    out->failed |= fields.failed || err.code == JPK_ERR_MEMORY;
    bool any = fields.size > 0;
    if (!any)
        any = secret_text_mask(out, text, n);
    else if (!secret_text_mask(out, buf_text(&fields), fields.size))
        buf_put(out, fields.data, fields.size);
    jdoc_free(&doc);
    buf_free(&fields);
    return any && !out->failed;
}
