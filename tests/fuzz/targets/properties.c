/* Java properties: what was read and is written is read as the same. */
#include "jpk/properties.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0}, other = {0};
    struct properties properties = {0}, again = {0};
    struct jpk_error err = {0};
    struct buf text = {0};
    if (!properties_parse((const char *)data, size, &arena, &properties, &err)) {
        fuzz_error(&err, size);
        arena_free(&arena);
        return 0;
    }
    for (size_t i = 0; i < properties.count; i++) {
        size_t bad;
        const struct property *property = &properties.items[i];
        HOLDS(text_utf8(property->key, strlen(property->key), &bad), "a key is not UTF-8");
        HOLDS(text_utf8(property->value, strlen(property->value), &bad), "the value of '%s' is not UTF-8",
              property->key);
        HOLDS(property->line > 0 && property->line <= size, "line %u", property->line);
        HOLDS(properties_get(&properties, property->key), "'%s' is not found", property->key);
        properties_put(&text, property->key, property->value);
    }
    HOLDS(properties_parse(buf_text(&text), text.size, &other, &again, &err), "what was written: %s", err.message);
    HOLDS(again.count == properties.count, "%zu properties instead of %zu", again.count, properties.count);
    for (size_t i = 0; i < again.count; i++) {
        assert_string_equal(again.items[i].key, properties.items[i].key);
        assert_string_equal(again.items[i].value, properties.items[i].value);
    }
    buf_free(&text);
    arena_free(&arena);
    arena_free(&other);
    return 0;
}
