/*
 * Names: in Cloud Studio components are referred to by name, so that a name must be unique in its kind and hold neither
 * `/` nor `:`, which separate the parts of a reference, nor the tag around one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "jpk/conversion.h"
#include "jpk/secret_text.h"

/* What begins a reference; what ends one has a slash. */
#define TAG "<TAG>"

/* `/`, `:`, control characters and the tag of references become a space, runs of spaces one; none at the ends. */
static char *make_legal(struct convert *c, const char *wanted)
{
    char *legal = arena_alloc(&c->ledger.arena, strlen(wanted) + 8);
    size_t n = 0;
    if (!legal)
        return NULL;
    for (const char *p = wanted; *p; p++) {
        bool tag = strncmp(p, TAG, sizeof TAG - 1) == 0;
        bool space = tag || *p == ' ' || *p == '/' || *p == ':' || (unsigned char)*p < ' ' || *p == 0x7f;
        p += tag ? sizeof TAG - 2 : 0;
        if (!space)
            legal[n++] = *p;
        else if (n > 0 && legal[n - 1] != ' ')
            legal[n++] = ' ';
    }
    while (n > 0 && legal[n - 1] == ' ')
        n--;
    legal[n] = '\0';
    if (n == 0)
        memcpy(legal, "Unnamed", sizeof "Unnamed");
    return legal;
}

const char *convert_without_secrets(struct convert *c, const char *name)
{
    struct buf masked = {0};
    if (secret_text_mask(&masked, name, strlen(name)))
        name = convert_text(c, "%s", buf_text(&masked));
    c->ledger.failed |= masked.failed;
    buf_free(&masked);
    return name;
}

/* A name without its letter case; NULL: no memory. */
static const char *fold(struct convert *c, const char *name, size_t *n)
{
    char *folded;
    const char *key = NULL;
    if (text_fold(name, strlen(name), &folded, n)) {
        key = arena_strndup(&c->ledger.arena, folded, *n);
        free(folded);
    }
    c->ledger.failed |= !key;
    return key;
}

/* Takes a name, ignoring letter case. False: memory is out, or it is taken; then *number is the next to try behind it.
 */
static bool take(struct convert *c, enum jpk_cloud_kind kind, const char *name, uint32_t *number)
{
    enum { FIRST = 2 };
    size_t n;
    const char *key = fold(c, name, &n);
    if (!key || !map_add(&c->names[kind], key, n, FIRST, number)) {
        c->ledger.failed = true;
        return false;
    }
    return *number == MAP_NONE;
}

/* Names of variables may hold neither spaces nor parentheses; a schema may be called as its file is, with its ending.
 */
static const char *numbered(struct convert *c, enum jpk_cloud_kind kind, const char *name, uint32_t number)
{
    static const char ending[] = ".xsd";
    size_t n = strlen(name), end = sizeof ending - 1;
    if (kind == JPK_CLOUD_VARIABLE)
        return convert_text(c, "%s_%u", name, number);
    if (kind == JPK_CLOUD_SCHEMA && n > end && strcmp(name + n - end, ending) == 0)
        return convert_text(c, "%.*s (%u)%s", (int)(n - end), name, number, ending);
    return convert_text(c, "%s (%u)", name, number);
}

/* A name that is taken with the first number that makes it free. The next search goes on from there, so that thousands
 * of equal names are no trouble. */
static const char *take_numbered(struct convert *c, enum jpk_cloud_kind kind, const char *taken, uint32_t number)
{
    uint32_t ignored;
    const char *name = numbered(c, kind, taken, number++);
    while (!c->ledger.failed && !take(c, kind, name, &ignored))
        name = numbered(c, kind, taken, number++);
    size_t n;
    const char *key = fold(c, taken, &n);
    if (!key || !map_set(&c->names[kind], key, n, number))
        c->ledger.failed = true;
    return name;
}

void convert_rename(struct convert *c, const struct jpk_entity *entity, const char *name)
{
    if (ledger_rename(&c->ledger, entity->index, name))
        convert_note(c, entity, CONVERT_RENAMED, 0, "its name is '%s' now", name);
}

/* The kind of the component that an item becomes, when it is one whatever it is used for. */
static enum jpk_cloud_kind kind_of(const struct jpk_entity *entity)
{
    switch (entity->type) {
    case JPK_TYPE_OPERATION:
        return JPK_CLOUD_OPERATION;
    case JPK_TYPE_SCRIPT:
        return JPK_CLOUD_SCRIPT;
    case JPK_TYPE_EMAIL_MESSAGE:
        return JPK_CLOUD_EMAIL;
    case JPK_TYPE_TRANSFORMATION:
        return JPK_CLOUD_TRANSFORMATION;
    default:
        return JPK_CLOUD_OTHER;
    }
}

const char *convert_item_name(struct convert *c, const struct jpk_entity *entity)
{
    const struct ledger_item *item = &c->ledger.items[entity->index];
    enum jpk_cloud_kind kind = kind_of(entity);
    if (!item->name && kind != JPK_CLOUD_OTHER)
        convert_name(c, kind, entity->name, entity);
    return item->name ? item->name : "";
}

const char *convert_name(struct convert *c, enum jpk_cloud_kind kind, const char *wanted,
                         const struct jpk_entity *entity)
{
    struct ledger_item *item = entity && kind_of(entity) == kind ? &c->ledger.items[entity->index] : NULL;
    if (item && item->name)
        return item->name;
    const char *legal = make_legal(c, wanted);
    if (legal && strcmp(legal, wanted) != 0)
        legal = make_legal(c, convert_without_secrets(c, wanted));
    const char *name = legal;
    if (!legal) {
        c->ledger.failed = true;
        return "";
    }
    uint32_t number;
    if (!take(c, kind, legal, &number) && !c->ledger.failed)
        name = take_numbered(c, kind, legal, number);
    if (item)
        item->name = name;
    if (entity && strcmp(name, entity->name) != 0 && !c->ledger.failed)
        convert_rename(c, entity, name);
    return name;
}
