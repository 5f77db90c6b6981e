/* JSON as a tree: values are swapped, copied, dropped, renamed and changed. */
#include <jansson.h>

#include "base/array.h"
#include "tests/fuzz/mutate.h"

/* A value and where it stands. */
struct slot {
    json_t *parent, *value;
    const char *key; /* NULL in arrays */
    size_t index;
};

struct slots {
    struct slot *items;
    size_t count, capacity;
};

static void add_slot(struct slots *slots, struct slot slot)
{
    struct slot *grown = array_grow(slots->items, slots->count, &slots->capacity, sizeof *grown);
    if (!grown)
        return;
    slots->items = grown;
    slots->items[slots->count++] = slot;
}

/* As deep as jansson's parser lets through. */
static void collect(json_t *parent, struct slots *slots)
{
    const char *key;
    json_t *value;
    size_t index;
    if (json_is_object(parent))
        json_object_foreach(parent, key, value)
        {
            add_slot(slots, (struct slot){.parent = parent, .value = value, .key = key});
            collect(value, slots);
        }
    else
        json_array_foreach(parent, index, value)
        {
            add_slot(slots, (struct slot){.parent = parent, .value = value, .index = index});
            collect(value, slots);
        }
}

/* Takes the reference to `value`. */
static void put(const struct slot *slot, json_t *value)
{
    if (slot->key)
        json_object_set_new(slot->parent, slot->key, value);
    else
        json_array_set_new(slot->parent, slot->index, value);
}

static json_t *constant(struct fuzz_random *random)
{
    static const char *const texts[] = {
        "null", "true", "false", "0",   "1",   "-1",  "\"\"", "{}",  "[]",   "1e400",
        "0.1",  "100",  "200",   "400", "500", "600", "700",  "900", "1000", "9223372036854775807"};
    json_t *value = json_loads(texts[fuzz_below(random, sizeof texts / sizeof *texts)], JSON_DECODE_ANY, NULL);
    return value ? value : json_null();
}

static json_t *changed_string(struct fuzz_random *random, const json_t *string)
{
    struct buf bytes = {0}, clean = {0};
    fuzz_change_text(random, json_string_value(string), json_string_length(string), &bytes);
    buf_put_clean(&clean, buf_text(&bytes), NULL);
    json_t *value = json_string(buf_text(&clean));
    buf_free(&bytes);
    buf_free(&clean);
    return value ? value : json_null();
}

static json_t *changed(struct fuzz_random *random, const json_t *value)
{
    if (json_is_string(value))
        return changed_string(random, value);
    if (json_is_integer(value) && fuzz_below(random, 2))
        return json_integer((json_int_t)((uint64_t)json_integer_value(value) + fuzz_below(random, 5) - 2));
    return constant(random);
}

/* A value of the same type from elsewhere: ids and names are seen so. */
static const struct slot *alike(struct fuzz_random *random, const struct slots *slots, const struct slot *slot)
{
    for (int i = 0; i < 20; i++) {
        const struct slot *other = &slots->items[fuzz_below(random, slots->count)];
        if (json_typeof(other->value) == json_typeof(slot->value) && other->value != slot->value)
            return other;
    }
    return slot;
}

static void copy_into(struct fuzz_random *random, const struct slots *slots, const struct slot *slot)
{
    json_t *copy = json_deep_copy(slot->value);
    const struct slot *other = &slots->items[fuzz_below(random, slots->count)];
    char *key = other->key ? strdup(other->key) : NULL; /* it may be in what goes */
    if (json_is_array(slot->parent))
        json_array_insert_new(slot->parent, fuzz_below(random, json_array_size(slot->parent) + 1), copy);
    else if (key)
        json_object_set_new(slot->parent, key, copy);
    else
        json_decref(copy);
    free(key);
}

static void drop(const struct slot *slot)
{
    if (slot->key)
        json_object_del(slot->parent, slot->key);
    else
        json_array_remove(slot->parent, slot->index);
}

static void change_one(struct fuzz_random *random, const struct slots *slots)
{
    const struct slot *slot = &slots->items[fuzz_below(random, slots->count)], *other = alike(random, slots, slot);
    json_t *a = json_deep_copy(slot->value), *b = json_deep_copy(other->value);
    json_t *kept = json_incref(slot->value); /* the other one may be in it */
    switch (fuzz_below(random, 8)) {
    case 0:
        drop(slot);
        break;
    case 1:
        put(slot, json_incref(b));
        put(other, json_incref(a));
        break;
    case 2:
    case 3:
        put(slot, json_incref(b));
        break;
    case 4:
        copy_into(random, slots, slot);
        break;
    case 5:
        put(slot, json_deep_copy(slots->items[fuzz_below(random, slots->count)].value));
        break;
    default:
        put(slot, changed(random, slot->value));
        break;
    }
    json_decref(a);
    json_decref(b);
    json_decref(kept);
}

/* One to three changes. Each collects the values anew, for the one before may have let go of some. */
bool fuzz_change_json(struct fuzz_random *random, const char *data, size_t size, struct buf *out)
{
    json_t *root = json_loadb(data, size, JSON_DECODE_ANY, NULL);
    if (!root)
        return false;
    bool one = !json_is_object(root) && !json_is_array(root);
    for (size_t n = 1 + fuzz_below(random, 3); n > 0 && !one; n--) {
        struct slots slots = {0};
        collect(root, &slots);
        if (slots.count)
            change_one(random, &slots);
        free(slots.items);
    }
    char *text = json_dumps(root, JSON_COMPACT | JSON_ENCODE_ANY);
    buf_puts(out, text && !one ? text : "");
    json_decref(root);
    bool ok = text && !one;
    free(text);
    return ok;
}
