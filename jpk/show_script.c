/* Scripts with paths where ids stand. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "jpk/script.h"
#include "jpk/show.h"

/* A piece of the script and what stands there instead. */
struct replacement {
    uint32_t offset, length;
    const struct jpk_entity *entity;
};

struct replacements {
    const struct jpk_project *project;
    struct replacement *items;
    size_t count, capacity;
    bool failed;
};

static bool on_event(void *context, const struct script_event *event)
{
    struct replacements *list = context;
    char id[40];
    if (event->kind != SCRIPT_EVENT_REFERENCE || event->name.length >= sizeof id)
        return true;
    memcpy(id, event->name.text, event->name.length);
    id[event->name.length] = '\0';
    const struct jpk_entity *entity = jpk_project_entity(list->project, id);
    if (!entity)
        return true;
    struct replacement *items = array_grow(list->items, list->count, &list->capacity, sizeof *items);
    if (!items) {
        list->failed = true;
        return false;
    }
    list->items = items;
    items[list->count++] = (struct replacement){
        .offset = event->offset, .length = (uint32_t)(event->prefix.length + 1 + event->name.length), .entity = entity};
    return true;
}

/* Events come in the order in which things happen. */
static int by_offset(const void *a, const void *b)
{
    const struct replacement *left = a, *right = b;
    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

static void replace(struct buf *out, const char *script, const struct replacements *list)
{
    size_t at = 0;
    for (size_t i = 0; i < list->count && !out->failed; i++) {
        const struct replacement *r = &list->items[i];
        if (r->offset < at)
            continue;
        char *path = jpk_entity_path(r->entity);
        if (!path) {
            out->failed = true;
            return;
        }
        buf_put(out, script + at, r->offset - at);
        buf_printf(out, "<TAG>%s</TAG>", path);
        free(path);
        at = (size_t)r->offset + r->length;
    }
    buf_puts(out, script + at);
}

char *jpk_script_resolve(const struct jpk_project *project, const char *script)
{
    struct replacements list = {.project = project};
    struct buf out = {0};
    script_events(script, strlen(script), on_event, &list);
    if (list.count > 1)
        qsort(list.items, list.count, sizeof *list.items, by_offset);
    replace(&out, script, &list);
    free(list.items);
    if (!list.failed && !out.failed && out.data)
        return out.data;
    buf_free(&out);
    return NULL;
}
