/* A JSON document: pointers, equality, numbers, and jansson's opinion of the same text. */
#include "base/json.h"
#include "tests/fuzz/fuzz.h"

FUZZ_MUTATOR(fuzz_mutate);

enum { POINTERS = 200 };
#define DIGITS 1000000000000000 /* fifteen of them survive in a double */

/* Whether jansson holds a number as it is and writes it so. */
static bool plain_number(const struct jdoc *doc, uint32_t node)
{
    const struct jdoc_node *number = &doc->nodes[node];
    return jdoc_small(doc, node) && number->integer < DIGITS && number->integer > -DIGITS && number->exponent > -290 &&
           number->exponent < 290;
}

/* Every node is in its parent, and every number agrees with itself. */
static bool check_nodes(const struct jdoc *doc)
{
    bool plain = true;
    for (uint32_t node = 0; node < doc->count; node++) {
        size_t bad;
        HOLDS(jdoc_next(doc, node) > node && jdoc_next(doc, node) <= doc->count, "node %u ends nowhere", node);
        HOLDS(doc->nodes[node].start < doc->size, "node %u begins nowhere", node);
        switch (jdoc_type(doc, node)) {
        case JDOC_NUMBER:
            plain = plain_number(doc, node) && plain;
            HOLDS(jdoc_compare(doc, node, doc, node) == 0, "a number is not itself");
            break;
        case JDOC_STRING:
            HOLDS(text_utf8(jdoc_string(doc, node), jdoc_string_size(doc, node), &bad), "a string is not UTF-8");
            plain = plain && !(doc->nodes[node].flags & JDOC_KEY &&
                               memchr(jdoc_string(doc, node), 0, jdoc_string_size(doc, node)));
            break;
        default:
            break;
        }
    }
    return plain;
}

static void check_pointers(struct jdoc *doc)
{
    struct buf pointer = {0};
    HOLDS(jdoc_place_all(doc, NULL), "no places");
    for (uint32_t node = 0; doc->duplicate_count == 0 && node < doc->count && node < POINTERS; node++) {
        buf_clear(&pointer);
        jdoc_pointer(doc, node, &pointer);
        uint32_t found = jdoc_at_pointer(doc, 0, buf_text(&pointer), pointer.size);
        HOLDS(found == node + (doc->nodes[node].flags & JDOC_KEY ? 1 : 0), "'%s' leads to %u, not %u",
              buf_text(&pointer), found, node);
    }
    buf_free(&pointer);
}

/* As a value of jansson's, as text, and read again. */
static void check_round(const struct jdoc *doc, bool plain)
{
    struct jdoc again = {0}, parsed = {0};
    struct jpk_error err = {0};
    json_t *value = jdoc_to_jansson(doc, 0);
    HOLDS(value, "no value of jansson's");
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    HOLDS(text, "no text of jansson's");
    HOLDS(jdoc_from_jansson(&again, value, NULL, &err), "not from jansson: %s", err.message);
    HOLDS(jdoc_parse(&parsed, text, strlen(text), NULL, &err), "what jansson writes is wrong: %s", err.message);
    HOLDS(jdoc_equal(&again, 0, &again, 0) && jdoc_hash(&again, 0) == jdoc_hash(&again, 0), "not equal to itself");
    HOLDS(!plain || jdoc_equal(doc, 0, &again, 0), "another value from jansson: %s", text);
    HOLDS(!plain || jdoc_equal(doc, 0, &parsed, 0), "another value from its text: %s", text);
    HOLDS(!plain || jdoc_hash(doc, 0) == jdoc_hash(&parsed, 0), "another hash of the same");
    jdoc_free(&again);
    jdoc_free(&parsed);
    json_decref(value);
    free(text);
}

/* Whether jansson takes it too, as far as the two promise the same. */
static void compare(const uint8_t *data, size_t size, bool taken, bool plain, const struct jpk_error *err)
{
    json_error_t error;
    json_t *value = json_loadb((const char *)data, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    HOLDS(value || !taken || !plain, "jansson refuses it: %s", error.text);
    bool nul = size && memchr(data, 0, size); /* a raw one is white space to jansson */
    HOLDS(!value || taken || nul || err->code == JPK_ERR_LIMIT, "jansson takes it: %s", err->message);
    json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jdoc doc = {0};
    struct jpk_error err = {0};
    bool taken = jdoc_parse(&doc, (const char *)data, size, NULL, &err), plain = false;
    if (!taken) {
        fuzz_error(&err, size);
    } else {
        plain = check_nodes(&doc);
        check_pointers(&doc);
        check_round(&doc, plain);
    }
    compare(data, size, taken, plain, &err);
    jdoc_free(&doc);
    return 0;
}
