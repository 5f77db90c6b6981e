#include "base/json_write.h"

void json_put_string(struct buf *out, const char *s, size_t n)
{
    size_t done = 0;
    buf_putc(out, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= ' ' && c != '"' && c != '\\')
            continue;
        buf_put(out, s + done, i - done);
        if (c < ' ')
            buf_printf(out, "\\u%04x", (unsigned)c);
        else
            buf_printf(out, "\\%c", c);
        done = i + 1;
    }
    buf_put(out, s + done, n - done);
    buf_putc(out, '"');
}

static int put_part(const char *text, size_t size, void *context)
{
    struct buf *out = context;
    buf_put(out, text, size);
    return out->failed ? -1 : 0;
}

bool json_put(struct buf *out, const json_t *value, size_t flags)
{
    return value && json_dump_callback(value, put_part, out, flags) == 0 && !out->failed;
}

char *json_text(const json_t *value, size_t flags)
{
    struct buf out = {0};
    if (json_put(&out, value, flags))
        return out.data;
    buf_free(&out);
    return NULL;
}

static json_t *copy_unless(bool lacking, json_t *copy)
{
    if (!lacking)
        return copy;
    json_decref(copy);
    return NULL;
}

json_t *json_shallow_copy(json_t *value)
{
    json_t *copy = json_copy(value);
    return copy_unless(
        json_object_size(copy) != json_object_size(value) || json_array_size(copy) != json_array_size(value), copy);
}

json_t *json_whole_copy(const json_t *value)
{
    json_t *copy = json_deep_copy(value);
    return copy_unless(!json_equal(copy, value), copy);
}

json_t *json_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) == 0)
        return array;
    json_decref(array);
    return NULL;
}

json_t *json_member(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) == 0)
        return object;
    json_decref(object);
    return NULL;
}
