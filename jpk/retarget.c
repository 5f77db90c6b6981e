/* The result of retargeting, and whether the options make sense. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"
#include "jpk/project_name.h"
#include "jpk/retarget_parts.h"

static bool check_name(const char *name, struct jpk_error *err)
{
    if (!*name)
        return error_set(err, JPK_ERR_USAGE, "the project's name is empty");
    for (const char *c = name; *c; c++) {
        if (project_name_control(*c))
            return error_set(err, JPK_ERR_USAGE, "the project's name holds a control character (byte 0x%02x)",
                             (unsigned)(unsigned char)*c);
        if (project_name_refuses(*c))
            return error_set(err, JPK_ERR_USAGE, "the project's name holds '%c': none of %s can stand in it", *c,
                             PROJECT_NAME_REFUSED);
    }
    return true;
}

static bool check_options(const struct jpk_retarget_options *options, struct jpk_error *err)
{
    const struct {
        const char *what, *value;
    } texts[] = {
        {"the project's name", options->name},
        {"the organization's id", options->organization_id},
        {"the organization's name", options->organization_name},
        {"the environment's id", options->environment_id},
        {"the environment's name", options->environment_name},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].value && !text_utf8(texts[i].value, strlen(texts[i].value), NULL))
            return error_set(err, JPK_ERR_USAGE, "%s is not UTF-8", texts[i].what);
    return !options->name || check_name(options->name, err);
}

struct retargeted *retarget_begin(const struct jpk_retarget_options *options, struct jpk_error *err)
{
    struct retargeted *result = NULL;
    if (!check_options(options, err))
        return NULL;
    result = calloc(1, sizeof *result);
    if (!result)
        error_memory(err);
    return result;
}

const char *retarget_path(const struct left_out_list *list, uint32_t place)
{
    const struct left_out *last = list->count ? &list->items[list->count - 1] : NULL;
    return last && last->place == place ? last->public.path : NULL;
}

void retarget_put_name(struct buf *out, const char *name, size_t n)
{
    enum { NAME_BYTES = 200 };
    size_t shown = n;
    if (n > NAME_BYTES)
        for (shown = NAME_BYTES; shown > 0 && ((unsigned char)name[shown] & 0xc0) == 0x80;)
            shown--;
    buf_put(out, name, shown);
    if (shown < n)
        buf_puts(out, "...");
}

bool retarget_list(struct retargeted *result, struct left_out_list *list, uint32_t place, struct jpk_left_out row,
                   const struct secret *secret)
{
    struct left_out *items = array_grow(list->items, list->count, &list->capacity, sizeof *items);
    if (!items)
        return false;
    list->items = items;
    const char *shared = retarget_path(list, place);
    if (!shared || shared != row.path)
        row.path = row.path ? arena_strdup(&result->arena, row.path) : NULL;
    if (!row.path)
        return false;
    if (row.key && !(row.key = arena_strdup(&result->arena, row.key)))
        return false;
    if (row.note && !(row.note = arena_strdup(&result->arena, row.note)))
        return false;
    items[list->count] = (struct left_out){row, place, (uint32_t)list->count, secret ? *secret : (struct secret){0}};
    list->count++;
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct left_out *left = a, *right = b;
    if (left->place != right->place)
        return left->place < right->place ? -1 : 1;
    return (left->order > right->order) - (left->order < right->order);
}

/* The rows in order, in the arena; NULL: no memory. */
static const struct jpk_left_out *publish(struct retargeted *result, struct left_out_list *list, size_t *count)
{
    struct jpk_left_out *rows = arena_calloc(&result->arena, list->count + 1, sizeof *rows);
    if (!rows)
        return NULL;
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, by_place);
    for (size_t i = 0; i < list->count; i++)
        rows[i] = list->items[i].public;
    *count = list->count;
    return rows;
}

struct jpk_retargeted *retarget_end(struct retargeted *result, bool ok, struct jpk_error *err)
{
    if (!result)
        return NULL;
    if (ok) {
        struct jpk_retargeted *public = &result->public;
        public->left_out = publish(result, &result->left_out, &public->left_out_count);
        public->kept = publish(result, &result->kept, &public->kept_count);
        if (public->left_out && public->kept)
            return public;
        error_memory(err);
    }
    jpk_retargeted_free(&result->public);
    return NULL;
}

void jpk_retargeted_free(struct jpk_retargeted *public)
{
    struct retargeted *result = (struct retargeted *)public;
    if (!result)
        return;
    free(public->text);
    free(result->left_out.items);
    free(result->kept.items);
    map_free(&result->marks.numbers);
    arena_free(&result->arena);
    free(result);
}
