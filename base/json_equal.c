/* Whether two values are the same, and a hash that is the same for such; both with a stack of bounded size. */
#include "base/json.h"

#include "base/json_decimal.h"
#include "base/json_hash.h"

/* --------------------------------------------------------------------------------------------------------- equality */

static bool same_number(const struct jdoc *a, uint32_t node_a, const struct jdoc *b, uint32_t node_b)
{
    const struct jdoc_node *first = &a->nodes[node_a], *second = &b->nodes[node_b];
    bool small = jdoc_small(a, node_a);
    if (small != jdoc_small(b, node_b))
        return false;
    if (small)
        return first->integer == second->integer && first->exponent == second->exponent;
    struct decimal left = decimal_of_node(a, node_a), right = decimal_of_node(b, node_b);
    return decimal_equal(&left, &right);
}

/* All that can be said without a look at the children: of scalars, everything. */
static bool same_here(const struct jdoc *a, uint32_t node_a, const struct jdoc *b, uint32_t node_b)
{
    if (jdoc_type(a, node_a) != jdoc_type(b, node_b))
        return false;
    switch (jdoc_type(a, node_a)) {
    case JDOC_NUMBER:
        return same_number(a, node_a, b, node_b);
    case JDOC_STRING:
        return jdoc_string_is(a, node_a, jdoc_string(b, node_b), jdoc_string_size(b, node_b));
    case JDOC_ARRAY:
    case JDOC_OBJECT:
        return jdoc_count(a, node_a) == jdoc_count(b, node_b);
    default:
        return true;
    }
}

/* The first key from `key` on, and before `end`, whose member counts. */
static uint32_t skip_shadowed(const struct jdoc *doc, uint32_t key, uint32_t end)
{
    while (key < end && jdoc_shadowed(doc, key))
        key = jdoc_next(doc, key + 1);
    return key;
}

/* Two containers that are being compared. */
struct pair {
    uint32_t at, end; /* of the first: the next child, a key in an object; behind its last */
    uint32_t other;   /* of the second: the next element; the object itself */
    bool object;
};

static struct pair begin_pair(const struct jdoc *a, uint32_t node_a, uint32_t node_b)
{
    bool object = jdoc_type(a, node_a) == JDOC_OBJECT;
    return (struct pair){
        .at = node_a + 1, .end = jdoc_next(a, node_a), .other = object ? node_b : node_b + 1, .object = object};
}

/* The next two children of a pair; false when the second has none like the first. */
static bool next_children(const struct jdoc *a, const struct jdoc *b, struct pair *pair, uint32_t *child_a,
                          uint32_t *child_b)
{
    uint32_t at = pair->at;
    *child_a = pair->object ? at + 1 : at;
    pair->at = jdoc_next(a, *child_a);
    if (pair->object) {
        *child_b = jdoc_get_hashed(b, pair->other, jdoc_string(a, at), jdoc_string_size(a, at), a->nodes[at].hash);
    } else {
        *child_b = pair->other;
        pair->other = jdoc_next(b, pair->other);
    }
    return *child_b != JDOC_NONE;
}

static bool same_containers(const struct jdoc *a, uint32_t node_a, const struct jdoc *b, uint32_t node_b)
{
    struct pair stack[JDOC_DEPTH_MAX];
    size_t depth = 0;
    stack[depth++] = begin_pair(a, node_a, node_b);
    while (depth > 0) {
        struct pair *top = &stack[depth - 1];
        if (top->object)
            top->at = skip_shadowed(a, top->at, top->end);
        if (top->at >= top->end) {
            depth--;
            continue;
        }
        if (!next_children(a, b, top, &node_a, &node_b) || !same_here(a, node_a, b, node_b))
            return false;
        if (jdoc_type(a, node_a) >= JDOC_ARRAY)
            stack[depth++] = begin_pair(a, node_a, node_b);
    }
    return true;
}

bool jdoc_equal(const struct jdoc *a, uint32_t node_a, const struct jdoc *b, uint32_t node_b)
{
    return same_here(a, node_a, b, node_b) &&
           (jdoc_type(a, node_a) < JDOC_ARRAY || same_containers(a, node_a, b, node_b));
}

/* ------------------------------------------------------------------------------------------------------------- hash */

/* A hash and one more word. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
    return jdoc_fold(hash ^ jdoc_seed[1], word ^ jdoc_seed[2]);
}

static uint64_t hash_number(const struct jdoc *doc, uint32_t node)
{
    const struct jdoc_node *small = &doc->nodes[node];
    if (jdoc_small(doc, node))
        return mix((uint64_t)small->integer, (uint64_t)small->exponent);
    struct decimal number = decimal_of_node(doc, node);
    /* How many digits there are says how many the last piece below has. */
    uint64_t hash = mix((uint64_t)number.exponent, (uint64_t)number.digits << 1 | number.negative);
    for (const char *p = number.first; p < number.end;) {
        uint64_t digits = 0;
        for (int i = 0; i < DECIMAL_SMALL && p < number.end; i++)
            digits = digits * 10 + decimal_digit(&p);
        hash = mix(hash, digits);
    }
    return hash;
}

static uint64_t hash_scalar(const struct jdoc *doc, uint32_t node)
{
    enum jdoc_type type = jdoc_type(doc, node);
    if (type == JDOC_NUMBER)
        return mix(hash_number(doc, node), type);
    if (type == JDOC_STRING)
        return mix(jdoc_hash_bytes(jdoc_string(doc, node), jdoc_string_size(doc, node)), type);
    return mix(0, type);
}

/* A container whose children are being hashed. */
struct hashed {
    uint64_t sum, key; /* the key's hash of the last child that was begun; in full, not as nodes hold it */
    uint32_t at, end;  /* the next child, a key in an object; behind its last */
    bool object;
};

static struct hashed begin_hash(const struct jdoc *doc, uint32_t node)
{
    return (struct hashed){.at = node + 1, .end = jdoc_next(doc, node), .object = jdoc_type(doc, node) == JDOC_OBJECT};
}

static uint32_t next_hashed(const struct jdoc *doc, struct hashed *top)
{
    uint32_t child = top->at;
    if (top->object) {
        top->key = jdoc_hash_bytes(jdoc_string(doc, child), jdoc_string_size(doc, child));
        child++;
    }
    top->at = jdoc_next(doc, child);
    return child;
}

/* Elements have an order, members have none. */
static void add_child(struct hashed *top, uint64_t hash)
{
    top->sum = top->object ? top->sum + mix(hash, top->key) : mix(top->sum, hash);
}

static uint64_t hash_container(const struct jdoc *doc, uint32_t node)
{
    struct hashed stack[JDOC_DEPTH_MAX];
    size_t depth = 0;
    stack[depth++] = begin_hash(doc, node);
    for (;;) {
        struct hashed *top = &stack[depth - 1];
        if (top->object)
            top->at = skip_shadowed(doc, top->at, top->end);
        if (top->at < top->end) {
            uint32_t child = next_hashed(doc, top);
            if (jdoc_type(doc, child) >= JDOC_ARRAY)
                stack[depth++] = begin_hash(doc, child);
            else
                add_child(top, hash_scalar(doc, child));
        } else {
            uint64_t hash = mix(top->sum, top->object ? JDOC_OBJECT : JDOC_ARRAY);
            if (--depth == 0)
                return hash;
            add_child(&stack[depth - 1], hash);
        }
    }
}

uint64_t jdoc_hash(const struct jdoc *doc, uint32_t node)
{
    return jdoc_type(doc, node) < JDOC_ARRAY ? hash_scalar(doc, node) : hash_container(doc, node);
}
