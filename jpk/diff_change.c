/* What has changed, as it is written down: changes, their fields, and what must not be shown. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/secrets.h"
#include "jpk/diff_state.h"
#include "jpk/secret_field.h"

/* ----------------------------------------------------------------------------------------------------- the changes */

void diff_begin(struct diffing *d)
{
    d->field_count = 0;
}

void diff_end(struct diffing *d, struct jpk_diff_change *change, char *old_path, char *new_path)
{
    if (d->field_count && !(change->what & (JPK_DIFF_ADDED | JPK_DIFF_REMOVED)))
        change->what |= JPK_DIFF_CHANGED;
    d->failed |= !old_path && !new_path;
    if (change->what && !d->failed) {
        struct jpk_diff_change *list =
            array_grow(d->changes, d->public.change_count, &d->change_capacity, sizeof *list);
        struct jpk_diff_field *fields = arena_calloc(&d->arena, d->field_count, sizeof *fields);
        d->changes = list ? list : d->changes;
        change->old_path = old_path ? arena_strdup(&d->arena, old_path) : NULL;
        change->new_path = new_path ? arena_strdup(&d->arena, new_path) : NULL;
        d->failed = !list || !fields || (old_path && !change->old_path) || (new_path && !change->new_path);
        if (!d->failed) {
            for (size_t i = 0; i < d->field_count; i++) {
                fields[i] = d->fields[i];
                change->removed += fields[i].removed;
                change->added += fields[i].added;
            }
            change->fields = fields;
            change->field_count = d->field_count;
            list[d->public.change_count++] = *change;
        }
    }
    free(old_path);
    free(new_path);
}

static int by_place(const void *a, const void *b)
{
    const struct jpk_diff_change *left = a, *right = b;
    if (left->subject != right->subject)
        return left->subject < right->subject ? -1 : 1;
    int order =
        strcmp(left->new_path ? left->new_path : left->old_path, right->new_path ? right->new_path : right->old_path);
    if (order)
        return order;
    /* Of one place: what goes, then what comes, then by the order of the projects. */
    if (!left->new_path != !right->new_path)
        return left->new_path ? 1 : -1;
    return (left->place > right->place) - (left->place < right->place);
}

struct jpk_diff_change diff_item_change(const struct diffing *d, uint32_t a, uint32_t b)
{
    const struct diff_item *left = a == MAP_NONE ? NULL : &d->items[SIDE_A][a];
    const struct diff_item *right = b == MAP_NONE ? NULL : &d->items[SIDE_B][b];
    return (struct jpk_diff_change){
        .subject = JPK_DIFF_ITEM,
        .type = right  ? right->type
                : left ? left->type
                       : NULL,
        .old_id = left ? left->id : NULL,
        .new_id = right ? right->id : NULL,
        .old_name = left ? left->name : NULL,
        .new_name = right ? right->name : NULL,
        .place = right ? b : a,
    };
}

char *diff_item_path(struct diffing *d, int side, uint32_t index)
{
    char *path = index == MAP_NONE ? NULL : d->form->path(d, side, index);
    d->failed |= index != MAP_NONE && !path;
    return path;
}

/* ---------------------------------------------------------------------------------------------------- the fields */

bool diff_secret(const char *key, const char *value)
{
    size_t least, most;
    if (!value || jpk_encrypted_length(value, &least, &most))
        return value != NULL;
    return key ? secret_field(key, value) : !secret_only_variables(value, strlen(value));
}

struct jpk_diff_field *diff_add_field(struct diffing *d, enum jpk_diff_field_kind kind, const char *path)
{
    struct jpk_diff_field *fields = array_grow(d->fields, d->field_count, &d->field_capacity, sizeof *fields);
    const char *copy = arena_strdup(&d->arena, path);
    if (!fields || !copy) {
        d->failed = true;
        d->fields = fields ? fields : d->fields;
        return NULL;
    }
    d->fields = fields;
    fields[d->field_count] = (struct jpk_diff_field){.kind = kind, .path = copy};
    return &fields[d->field_count++];
}

static const char *copy_value(struct diffing *d, const char *key, const char *value)
{
    bool parts = key && secret_field_has_parts(key, strlen(key));
    const char *copy = value ? diff_copy_shown(d, value, strlen(value), parts) : NULL;
    if (value && !copy)
        d->failed = true;
    return copy;
}

/* The path of an item in the arena. */
static const char *kept_path(struct diffing *d, int side, uint32_t index)
{
    char *path = diff_item_path(d, side, index);
    const char *kept = path ? arena_strdup(&d->arena, path) : NULL;
    d->failed |= index != MAP_NONE && !kept;
    free(path);
    return kept;
}

/* What the values of a field refer to. */
static void name_items(struct diffing *d, struct jpk_diff_field *field, const char *a, const char *b)
{
    uint32_t i = diff_named(d, SIDE_A, a), j = diff_named(d, SIDE_B, b);
    field->old_item_id = i == MAP_NONE ? NULL : d->items[SIDE_A][i].id;
    field->new_item_id = j == MAP_NONE ? NULL : d->items[SIDE_B][j].id;
    field->old_item_path = kept_path(d, SIDE_A, i);
    field->new_item_path = kept_path(d, SIDE_B, j);
    if (d->side[SIDE_A]) {
        field->old_item = i == MAP_NONE ? NULL : d->side[SIDE_A]->list[i];
        field->new_item = j == MAP_NONE ? NULL : d->side[SIDE_B]->list[j];
    }
}

void diff_add_value(struct diffing *d, const char *path, const char *key, const char *a, const char *b)
{
    bool hide = diff_secret(key, a) || diff_secret(key, b);
    if (!hide && ((a && strchr(a, '\n')) || (b && strchr(b, '\n')))) {
        diff_add_text(d, path, a ? a : "", a ? strlen(a) : 0, b ? b : "", b ? strlen(b) : 0,
                      key && secret_field_has_parts(key, strlen(key)));
        return;
    }
    struct jpk_diff_field *field = diff_add_field(d, JPK_DIFF_FIELD_VALUE, path);
    if (!field)
        return;
    field->removed = a != NULL;
    field->added = b != NULL;
    field->old_hidden = hide && a;
    field->new_hidden = hide && b;
    field->old_value = hide ? NULL : copy_value(d, key, a);
    field->new_value = hide ? NULL : copy_value(d, key, b);
    name_items(d, field, a, b);
}

void diff_add_encrypted(struct diffing *d, const char *path, const char *key, const char *a, bool a_encrypted,
                        const char *b, bool b_encrypted)
{
    size_t least[2], most[2];
    bool unequal = !a_encrypted || !b_encrypted ||
                   (jpk_encrypted_length(a, &least[0], &most[0]) && jpk_encrypted_length(b, &least[1], &most[1]) &&
                    (most[0] < least[1] || most[1] < least[0]));
    /* What was imported again was perhaps encrypted again. */
    if (!unequal && (d->options.ignore_encrypted || (d->again && !d->options.all)))
        return;
    struct jpk_diff_field *field = diff_add_field(d, unequal ? JPK_DIFF_FIELD_VALUE : JPK_DIFF_FIELD_ENCRYPTED, path);
    if (!field)
        return;
    field->removed = a != NULL;
    field->added = b != NULL;
    field->old_hidden = a && (a_encrypted || diff_secret(key, a));
    field->new_hidden = b && (b_encrypted || diff_secret(key, b));
    field->old_value = field->old_hidden ? NULL : copy_value(d, key, a);
    field->new_value = field->new_hidden ? NULL : copy_value(d, key, b);
}

/* ------------------------------------------------------------------------------------------------- beginning and end
 */

bool diff_make_room(struct diffing *d, int side, size_t items, size_t folders)
{
    d->item_count[side] = items;
    d->folder_count[side] = folders;
    d->items[side] = calloc(items + 1, sizeof *d->items[side]);
    d->folders[side] = calloc(folders + 1, sizeof *d->folders[side]);
    d->partner[side] = malloc((items + 1) * sizeof *d->partner[side]);
    d->color[side] = calloc(items + 1, sizeof *d->color[side]);
    d->folder_partner[side] = malloc((folders + 1) * sizeof *d->folder_partner[side]);
    if (!d->items[side] || !d->folders[side] || !d->partner[side] || !d->color[side] || !d->folder_partner[side])
        return false;
    memset(d->partner[side], 0xff, (items + 1) * sizeof *d->partner[side]);
    memset(d->folder_partner[side], 0xff, (folders + 1) * sizeof *d->folder_partner[side]);
    return true;
}

static void free_working_memory(struct diffing *d)
{
    for (int side = 0; side < 2; side++) {
        free(d->items[side]);
        free(d->folders[side]);
        free(d->folder_partner[side]);
        free(d->partner[side]);
        free(d->color[side]);
        free(d->hashes[side].nodes);
        buf_free(&d->text[side]);
    }
    map_free(&d->learned);
    free(d->learned_ids);
    free(d->pending);
    free(d->fields);
    buf_free(&d->scratch);
}

struct jpk_diff *diff_finish(struct diffing *d, bool ok, struct jpk_error *local, struct jpk_error *err)
{
    free_working_memory(d);
    d->public.changes = d->changes;
    if (ok) {
        if (d->public.change_count)
            qsort(d->changes, d->public.change_count, sizeof *d->changes, by_place);
        return &d->public;
    }
    if (local->code == JPK_OK)
        error_memory(local);
    if (err && err->code == JPK_OK)
        *err = *local;
    jpk_diff_free(&d->public);
    return NULL;
}

void jpk_diff_free(struct jpk_diff *public)
{
    struct diffing *d = (struct diffing *)public;
    if (!d)
        return;
    free(d->changes);
    arena_free(&d->arena);
    free(d);
}
