/* Objects: duplicate keys, and finding members. */
#include "base/json_reader.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/json_hash.h"

/* Up to so many members, a look at each key's hash is faster than a hash table. */
enum { FEW = 16 };

static bool same_key(const struct jdoc *doc, uint32_t a, uint32_t b)
{
    return doc->nodes[a].hash == doc->nodes[b].hash &&
           jdoc_string_is(doc, a, jdoc_string(doc, b), jdoc_string_size(doc, b));
}

static bool note_duplicate(struct jdoc_reader *reader, uint32_t object, uint32_t first, uint32_t again)
{
    struct jdoc *doc = &reader->doc;
    if (reader->reject_duplicates) {
        struct text_position at = jdoc_position(doc, first);
        return jdoc_fail(reader, doc->text + doc->nodes[again].start, reader->code,
                         "the key \"%.*s\" again: it is already on line %u, column %u",
                         (int)(jdoc_string_size(doc, again) > 100 ? 100 : jdoc_string_size(doc, again)),
                         jdoc_string(doc, again), (unsigned)at.line, (unsigned)at.column);
    }
    struct jdoc_duplicate *duplicates =
        array_grow(doc->duplicates, doc->duplicate_count, &reader->duplicate_capacity, sizeof *duplicates);
    if (!duplicates)
        return error_memory(reader->err);
    doc->duplicates = duplicates;
    duplicates[doc->duplicate_count++] = (struct jdoc_duplicate){.first = first, .again = again};
    doc->nodes[object].flags |= JDOC_DUPLICATES;
    return true;
}

/* Every key is compared with those before it. */
static bool finish_small(struct jdoc_reader *reader, uint32_t object)
{
    struct jdoc *doc = &reader->doc;
    uint32_t keys[FEW], hashes[FEW], count = 0;
    for (uint32_t key = object + 1; key < doc->count; key = jdoc_next(doc, key + 1)) {
        uint32_t hash = doc->nodes[key].hash, first = JDOC_NONE;
        for (uint32_t i = count; i-- > 0;) {
            if (hashes[i] != hash || !same_key(doc, keys[i], key))
                continue;
            first = keys[i];
            if (!reader->reject_duplicates)
                doc->nodes[first].flags |= JDOC_SHADOWED;
        }
        keys[count] = key;
        hashes[count++] = hash;
        if (first != JDOC_NONE && !note_duplicate(reader, object, first, key))
            return false;
    }
    return true;
}

uint32_t *jdoc_slot(const struct jdoc *doc, const struct jdoc_node *object, const char *key, size_t n, uint32_t hash)
{
    uint32_t *slots = doc->slots + object->at;
    for (uint32_t i = hash & object->hash;; i = (i + 1) & object->hash) {
        uint32_t node = slots[i];
        if (node == 0 || (doc->nodes[node].hash == hash && jdoc_string_is(doc, node, key, n)))
            return &slots[i];
    }
}

static uint32_t *slot_of_key(const struct jdoc *doc, uint32_t object, uint32_t key)
{
    return jdoc_slot(doc, &doc->nodes[object], jdoc_string(doc, key), jdoc_string_size(doc, key), doc->nodes[key].hash);
}

/* Takes slots for an object, at most half of which will be used. */
static bool take_slots(struct jdoc_reader *reader, struct jdoc_node *object)
{
    size_t size = FEW * 2;
    while (size < (size_t)object->count * 2)
        size *= 2;
    if (reader->slot_count + size > reader->slot_capacity) {
        size_t capacity = reader->slot_capacity * 2 > reader->slot_count + size ? reader->slot_capacity * 2
                                                                                : reader->slot_count + size;
        uint32_t *slots = realloc(reader->doc.slots, capacity * sizeof *slots);
        if (!slots)
            return error_memory(reader->err);
        reader->doc.slots = slots;
        reader->slot_capacity = capacity;
    }
    memset(reader->doc.slots + reader->slot_count, 0, size * sizeof *reader->doc.slots);
    object->at = (uint32_t)reader->slot_count;
    object->hash = (uint32_t)(size - 1);
    reader->slot_count += size;
    return true;
}

/* The slots lead to the first of equal keys while duplicates are looked for, then to the last. */
static bool finish_large(struct jdoc_reader *reader, uint32_t object)
{
    struct jdoc *doc = &reader->doc;
    uint32_t known = doc->duplicate_count;
    if (!take_slots(reader, &doc->nodes[object]))
        return false;
    for (uint32_t key = object + 1; key < doc->count; key = jdoc_next(doc, key + 1)) {
        uint32_t *slot = slot_of_key(doc, object, key);
        if (*slot == 0)
            *slot = key;
        else if (!note_duplicate(reader, object, *slot, key))
            return false;
    }
    for (uint32_t i = known; i < doc->duplicate_count; i++) {
        uint32_t *slot = slot_of_key(doc, object, doc->duplicates[i].again);
        doc->nodes[*slot].flags |= JDOC_SHADOWED;
        *slot = doc->duplicates[i].again;
    }
    return true;
}

bool jdoc_finish_object(struct jdoc_reader *reader, uint32_t object)
{
    uint32_t count = reader->doc.nodes[object].count;
    if (count < 2)
        return true;
    return count <= FEW ? finish_small(reader, object) : finish_large(reader, object);
}

/* ---------------------------------------------------------------------------------------------------------- members */

uint32_t jdoc_get_hashed(const struct jdoc *doc, uint32_t object, const char *key, size_t n, uint32_t hash)
{
    const struct jdoc_node *node = &doc->nodes[object];
    if (node->type != JDOC_OBJECT)
        return JDOC_NONE;
    if (node->count > FEW) {
        uint32_t found = *jdoc_slot(doc, node, key, n, hash);
        return found ? found + 1 : JDOC_NONE;
    }
    for (uint32_t at = object + 1; at < node->next; at = jdoc_next(doc, at + 1))
        if (doc->nodes[at].hash == hash && !jdoc_shadowed(doc, at) && jdoc_string_is(doc, at, key, n))
            return at + 1;
    return JDOC_NONE;
}

uint32_t jdoc_get(const struct jdoc *doc, uint32_t object, const char *key, size_t n)
{
    return jdoc_get_hashed(doc, object, key, n, jdoc_hash_key(key, n));
}

uint32_t jdoc_count(const struct jdoc *doc, uint32_t node)
{
    const struct jdoc_node *container = &doc->nodes[node];
    if (container->type < JDOC_ARRAY)
        return 0;
    uint32_t count = container->count;
    if (container->type == JDOC_OBJECT && container->flags & JDOC_DUPLICATES)
        for (uint32_t key = node + 1; key < container->next; key = jdoc_next(doc, key + 1))
            count -= jdoc_shadowed(doc, key);
    return count;
}

uint32_t jdoc_element(const struct jdoc *doc, uint32_t array, uint32_t index)
{
    const struct jdoc_node *node = &doc->nodes[array];
    if (node->type != JDOC_ARRAY || index >= node->count)
        return JDOC_NONE;
    uint32_t at = array + 1;
    while (index-- > 0)
        at = jdoc_next(doc, at);
    return at;
}
