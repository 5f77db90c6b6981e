#include "recipe/fmt.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "recipe/recipe_read.h"

/* ------------------------------------------------------------------------------------------------ order of keys */

enum shape {
    SHAPE_ANY, /* keys stay as they are */
    SHAPE_RECIPE,
    SHAPE_ENDPOINT,
    SHAPE_JITTERPAK,
    SHAPE_STEP,
    SHAPE_REQUIRES,
    SHAPE_TEST,
    SHAPE_ITEM,
    SHAPE_FIELD,
    SHAPE_SCHEDULE,
    SHAPE_PROPERTY,
    SHAPE_TARGET,
    SHAPE_VISIBLE,
    SHAPE_CONFIGURE,
    SHAPE_FORM_RECIPE,
    SHAPE_FORM_SCHEDULES,
    SHAPES
};

/* A key, and the shape of its value or, of a list, of its elements. */
struct member {
    const char *key;
    enum shape shape;
};

enum { MEMBERS_MAX = 20 };

static const struct member shapes[SHAPES][MEMBERS_MAX] = {
    [SHAPE_RECIPE] = {{"$schema", 0},
                      {"recipeFormat", 0},
                      {"name", 0},
                      {"version", 0},
                      {"author", 0},
                      {"description", 0},
                      {"verb", 0},
                      {"categories", 0},
                      {"keywords", 0},
                      {"endpoints", SHAPE_ENDPOINT},
                      {"jitterpak", SHAPE_JITTERPAK},
                      {"steps", SHAPE_STEP}},
    [SHAPE_ENDPOINT] = {{"id", 0}, {"name", 0}, {"role", 0}, {"connector", 0}},
    [SHAPE_JITTERPAK] = {{"file", 0},
                         {"sha256", 0},
                         {"projectId", 0},
                         {"projectName", 0},
                         {"kind", 0},
                         {"requiredVersion", 0},
                         {"createdWith", 0},
                         {"createdAt", 0}},
    [SHAPE_STEP] = {{"id", 0},
                    {"type", 0},
                    {"title", 0},
                    {"text", 0},
                    {"optional", 0},
                    {"visibleWhen", SHAPE_VISIBLE},
                    {"requires", SHAPE_REQUIRES},
                    {"endpoint", 0},
                    {"entities", SHAPE_ITEM},
                    {"test", SHAPE_TEST},
                    {"transformation", SHAPE_ITEM},
                    {"fields", SHAPE_FIELD},
                    {"operation", SHAPE_ITEM},
                    {"default", SHAPE_SCHEDULE},
                    {"when", 0},
                    {"properties", SHAPE_PROPERTY}},
    [SHAPE_REQUIRES] = {{"minVersion", 0}, {"private", 0}, {"reasons", 0}},
    [SHAPE_TEST] = {{"kind", 0}, {"operation", SHAPE_ITEM}},
    [SHAPE_ITEM] = {{"id", 0}, {"name", 0}},
    [SHAPE_FIELD] = {{"target", 0}, {"source", 0}},
    [SHAPE_SCHEDULE] = {{"occurs", 0},
                        {"every", 0},
                        {"weekdays", 0},
                        {"dayOfMonth", 0},
                        {"weekOfMonth", 0},
                        {"weekday", 0},
                        {"at", 0},
                        {"from", 0},
                        {"until", 0},
                        {"everyMinutes", 0},
                        {"everyHours", 0},
                        {"startDate", 0},
                        {"endDate", 0},
                        {"timeZone", 0}},
    [SHAPE_PROPERTY] = {{"id", 0},
                        {"target", SHAPE_TARGET},
                        {"label", 0},
                        {"help", 0},
                        {"type", 0},
                        {"required", 0},
                        {"secret", 0},
                        {"computed", 0},
                        {"default", 0},
                        {"choices", 0},
                        {"pattern", 0},
                        {"minLength", 0},
                        {"maxLength", 0},
                        {"minimum", 0},
                        {"maximum", 0},
                        {"visibleWhen", SHAPE_VISIBLE}},
    [SHAPE_TARGET] = {{"variable", 0}, {"entity", 0}, {"key", 0}},
    [SHAPE_VISIBLE] = {{"property", 0}, {"equals", 0}},
    [SHAPE_CONFIGURE] = {{"$schema", 0},
                         {"configureFormat", 0},
                         {"recipe", SHAPE_FORM_RECIPE},
                         {"values", 0}, /* in the order of whoever wrote it */
                         {"schedules", SHAPE_FORM_SCHEDULES},
                         {"actions", 0}},
    [SHAPE_FORM_RECIPE] = {{"name", 0}, {"version", 0}, {"sha256", 0}},
};

/* The shape of all members of an object that has none by name. */
static enum shape other_shape(enum shape shape)
{
    return shape == SHAPE_FORM_SCHEDULES ? SHAPE_SCHEDULE : SHAPE_ANY;
}

static const struct member *find_member(enum shape shape, struct jtext key)
{
    for (const struct member *member = shapes[shape]; member->key; member++)
        if (jtext_is(key, member->key))
            return member;
    return NULL;
}

/* ------------------------------------------------------------------------------------------------------- writing */

/* A value that is still to be written, or the end of a container. */
struct pending {
    uint32_t key, value; /* `key` is JDOC_NONE in a list */
    uint8_t shape;
    uint8_t depth;
    bool last, close;
};

struct writer {
    const struct jdoc *doc;
    struct buf *out;
    struct pending *stack;
    size_t count, capacity;
    bool failed;
};

static void put_string(struct buf *out, struct jtext text)
{
    static const char escaped[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    uint32_t done = 0;
    buf_putc(out, '"');
    for (uint32_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.s[i];
        const char *at = c ? strchr(escaped, c) : NULL;
        if (c >= 0x20 && !at)
            continue;
        buf_put(out, text.s + done, i - done);
        if (at)
            buf_printf(out, "\\%c", letters[at - escaped]);
        else
            buf_printf(out, "\\u%04X", c);
        done = i + 1;
    }
    buf_put(out, text.s + done, text.n - done);
    buf_putc(out, '"');
}

static void put_scalar(struct writer *w, uint32_t node)
{
    switch (jdoc_type(w->doc, node)) {
    case JDOC_NULL:
        buf_puts(w->out, "null");
        break;
    case JDOC_FALSE:
        buf_puts(w->out, "false");
        break;
    case JDOC_TRUE:
        buf_puts(w->out, "true");
        break;
    case JDOC_NUMBER:
        buf_put(w->out, jdoc_number(w->doc, node), jdoc_number_size(w->doc, node));
        break;
    case JDOC_STRING:
        put_string(w->out, jtext_of(w->doc, node));
        break;
    case JDOC_ARRAY:
        buf_puts(w->out, "[]");
        break;
    case JDOC_OBJECT:
        buf_puts(w->out, "{}");
        break;
    }
}

static void put_indent(struct writer *w, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        buf_puts(w->out, "  ");
}

static void push(struct writer *w, struct pending pending)
{
    struct pending *stack = w->failed ? NULL : array_grow(w->stack, w->count, &w->capacity, sizeof *stack);
    if (!stack) {
        w->failed = true;
        return;
    }
    w->stack = stack;
    w->stack[w->count++] = pending;
}

static void push_member(struct writer *w, const struct pending *object, uint32_t key)
{
    const struct member *member = find_member(object->shape, jtext_of(w->doc, key));
    push(w, (struct pending){.key = key,
                             .value = key + 1,
                             .shape = (uint8_t)(member ? member->shape : other_shape(object->shape)),
                             .depth = (uint8_t)(object->depth + 1)});
}

/* What was pushed from `first` on comes to be taken from the stack in the order in which it was pushed. */
static void reverse(struct writer *w, size_t first)
{
    if (w->failed || w->count == first)
        return;
    w->stack[w->count - 1].last = true;
    for (size_t low = first, high = w->count - 1; low < high; low++, high--) {
        struct pending swapped = w->stack[low];
        w->stack[low] = w->stack[high];
        w->stack[high] = swapped;
    }
}

static void push_object(struct writer *w, struct pending object)
{
    size_t first = w->count;
    for (const struct member *member = shapes[object.shape]; member->key; member++) {
        uint32_t value = jdoc_get(w->doc, object.value, member->key, strlen(member->key));
        if (value != JDOC_NONE)
            push_member(w, &object, value - 1);
    }
    for (uint32_t key = object.value + 1; key < jdoc_next(w->doc, object.value); key = jdoc_next(w->doc, key + 1))
        if (!find_member(object.shape, jtext_of(w->doc, key)))
            push_member(w, &object, key);
    reverse(w, first);
}

static void push_array(struct writer *w, struct pending array)
{
    size_t first = w->count;
    for (uint32_t item = array.value + 1; item < jdoc_next(w->doc, array.value); item = jdoc_next(w->doc, item))
        push(w, (struct pending){
                    .key = JDOC_NONE, .value = item, .shape = array.shape, .depth = (uint8_t)(array.depth + 1)});
    reverse(w, first);
}

static void end_line(struct writer *w, const struct pending *pending)
{
    buf_puts(w->out, pending->last ? "\n" : ",\n");
}

static void put_pending(struct writer *w, struct pending pending)
{
    bool object = jdoc_type(w->doc, pending.value) == JDOC_OBJECT;
    put_indent(w, pending.depth);
    if (pending.close) {
        buf_putc(w->out, object ? '}' : ']');
        end_line(w, &pending);
        return;
    }
    if (pending.key != JDOC_NONE) {
        put_string(w->out, jtext_of(w->doc, pending.key));
        buf_puts(w->out, ": ");
    }
    if (jdoc_count(w->doc, pending.value) == 0) {
        put_scalar(w, pending.value);
        end_line(w, &pending);
        return;
    }
    buf_puts(w->out, object ? "{\n" : "[\n");
    pending.close = true;
    push(w, pending);
    if (object)
        push_object(w, pending);
    else
        push_array(w, pending);
}

static const struct jdoc_options strict = {.depth = RECIPE_DEPTH_MAX, .reject_duplicates = true};

static bool put_document(const struct jdoc *doc, struct buf *out, struct jpk_error *err)
{
    struct writer w = {.doc = doc, .out = out};
    enum document_kind kind = document_kind(doc);
    if (kind == DOCUMENT_OTHER)
        return error_set(err, JPK_ERR_FORMAT, "is neither a recipe nor a configure file");
    if (!document_format_known(doc, err))
        return false;
    push(&w, (struct pending){.key = JDOC_NONE,
                              .value = 0,
                              .shape = kind == DOCUMENT_RECIPE ? SHAPE_RECIPE : SHAPE_CONFIGURE,
                              .last = true});
    while (w.count > 0 && !w.failed)
        put_pending(&w, w.stack[--w.count]);
    free(w.stack);
    return (!w.failed && !out->failed) || error_memory(err);
}

bool recipe_format(const char *text, size_t n, struct buf *out, struct jpk_error *err)
{
    struct jdoc doc = {0};
    bool ok = jdoc_parse(&doc, text, n, &strict, err) && put_document(&doc, out, err);
    jdoc_free(&doc);
    return ok;
}

bool recipe_format_value(const json_t *value, struct buf *out, struct jpk_error *err)
{
    struct jdoc doc = {0};
    bool ok = jdoc_from_jansson_exact(&doc, value, &strict, err) && put_document(&doc, out, err);
    jdoc_free(&doc);
    return ok;
}
