#include "jpk/entry_name.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "base/error.h"
#include "base/text.h"

/* How much of another entry's name a message quotes. */
#define QUOTE_MAX 160

/* ------------------------------------------------------------------------------------------- one name */

static bool is_control(ucs4_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/* Marks, embeddings, overrides and isolates of the reading order, line and paragraph separators, byte order mark. */
static bool is_invisible(ucs4_t c)
{
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
           c == 0xfeff;
}

bool entry_name_character(uint32_t c)
{
    return !is_control(c) && !is_invisible(c);
}

static bool check_characters(const char *name, size_t n, struct jpk_error *err)
{
    size_t bad;
    if (memchr(name, '\0', n))
        return error_set(err, JPK_ERR_NAME, "has a NUL byte in its name");
    if (!text_utf8(name, n, &bad))
        return error_set(err, JPK_ERR_NAME, "has a name that is not UTF-8 (byte %zu)", bad + 1);
    for (size_t i = 0; i < n;) {
        ucs4_t c;
        int length = u8_mbtouc(&c, (const uint8_t *)name + i, n - i);
        if (is_control(c))
            return error_set(err, JPK_ERR_NAME, "has a control character in its name (U+%04X)", (unsigned)c);
        if (is_invisible(c))
            return error_set(err, JPK_ERR_NAME, "has an invisible character in its name that misleads readers (U+%04X)",
                             (unsigned)c);
        i += (size_t)length;
    }
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_dots(const char *part, size_t n)
{
    return (n == 1 && part[0] == '.') || (n == 2 && part[0] == '.' && part[1] == '.');
}

static bool check_part(const char *part, size_t n, const struct jpk_limits *limits, struct jpk_error *err)
{
    if (n == 0)
        return error_set(err, JPK_ERR_NAME, "has an empty part in its path");
    if (is_dots(part, n))
        return error_set(err, JPK_ERR_NAME, "has the part \"%.*s\" in its path", (int)n, part);
    if (n > limits->name_part)
        return error_set(err, JPK_ERR_LIMIT, "has a part of %zu bytes in its path; %llu are allowed (--max-name)", n,
                         (unsigned long long)limits->name_part);
    return true;
}

static bool check_parts(const char *name, size_t n, const struct jpk_limits *limits, struct jpk_error *err)
{
    uint64_t parts = 0;
    for (size_t start = 0; start < n;) {
        const char *slash = memchr(name + start, '/', n - start);
        size_t end = slash ? (size_t)(slash - name) : n;
        if (!check_part(name + start, end - start, limits, err))
            return false;
        if (++parts > limits->path_parts)
            return error_set(err, JPK_ERR_LIMIT, "has more than %llu parts in its path (--max-depth)",
                             (unsigned long long)limits->path_parts);
        start = end + 1;
    }
    return true;
}

bool entry_name_check(const char *name, size_t n, const struct jpk_limits *limits, struct jpk_error *err)
{
    if (n == 0)
        return error_set(err, JPK_ERR_NAME, "has an empty name");
    if (!check_characters(name, n, err))
        return false;
    if (name[0] == '/')
        return error_set(err, JPK_ERR_NAME, "has an absolute path");
    if (memchr(name, '\\', n))
        return error_set(err, JPK_ERR_NAME, "has a backslash in its name; only / separates the parts of a path");
    if (n >= 2 && is_letter(name[0]) && name[1] == ':')
        return error_set(err, JPK_ERR_NAME, "has a drive letter in its path");
    return check_parts(name, n, limits, err);
}

void entry_name_error(struct jpk_error *err, const char *name, size_t n)
{
    char copy[JPK_ERROR_ENTRY_MAX + 8];
    /* A little more than fits, so that error_entry sees that it must cut. */
    size_t kept = n < sizeof copy - 1 ? n : sizeof copy - 1;
    memcpy(copy, name, kept);
    for (size_t i = 0; i < kept; i++)
        if (copy[i] == '\0')
            copy[i] = '\1'; /* shown as any control character is */
    copy[kept] = '\0';
    error_entry(err, copy);
}

/* ------------------------------------------------------------------------------------- names together */

enum node_kind {
    NODE_FILE,
    NODE_PARENT, /* a folder that has no entry of its own, so far */
    NODE_FOLDER
};

/* One path: a file, or a folder that an entry names or lies in. */
struct entry_node {
    const char *path; /* in the name of the first entry that has it */
    uint32_t length;
    enum node_kind kind;
};

static bool grow_nodes(struct entry_names *names, struct jpk_error *err)
{
    if (names->count < names->capacity)
        return true;
    size_t capacity = names->capacity ? names->capacity * 2 : 64;
    if (capacity >= MAP_NONE)
        return error_set(err, JPK_ERR_LIMIT, "there are too many different paths");
    struct entry_node *nodes = realloc(names->nodes, capacity * sizeof *nodes);
    if (!nodes)
        return error_memory(err);
    names->nodes = nodes;
    names->capacity = capacity;
    return true;
}

/* The key of a part below a parent: the parent's number, then the folded part. Allocated by malloc. */
static char *make_key(uint32_t parent, const char *part, size_t n, size_t *key_n)
{
    char *folded, *key;
    size_t folded_n;
    if (!text_fold(part, n, &folded, &folded_n))
        return NULL;
    key = malloc(sizeof parent + folded_n);
    if (key) {
        memcpy(key, &parent, sizeof parent);
        memcpy(key + sizeof parent, folded, folded_n);
        *key_n = sizeof parent + folded_n;
    }
    free(folded);
    return key;
}

static bool add_node(struct entry_names *names, const char *key, size_t key_n, struct entry_node node, uint32_t *number,
                     struct jpk_error *err)
{
    if (!grow_nodes(names, err))
        return false;
    char *kept = arena_strndup(&names->keys, key, key_n);
    if (!kept || !map_add(&names->children, kept, key_n, (uint32_t)names->count, NULL))
        return error_memory(err);
    *number = (uint32_t)names->count;
    names->nodes[names->count++] = node;
    return true;
}

static int quoted(const struct entry_node *node)
{
    return node->length < QUOTE_MAX ? (int)node->length : QUOTE_MAX;
}

/* Whether a part can be what is at its place already. */
static bool meet(struct entry_node *old, const char *name, size_t start, struct entry_node node, struct jpk_error *err)
{
    size_t end = node.length;
    if (old->length != end || memcmp(old->path + start, name + start, end - start) != 0)
        return error_set(err, JPK_ERR_COLLISION, "differs from \"%.*s\" only in letter case or normalization",
                         quoted(old), old->path);
    if ((old->kind == NODE_FILE) != (node.kind == NODE_FILE))
        return error_set(err, JPK_ERR_COLLISION, "collides: \"%.*s\" is both a file and a folder", quoted(old),
                         old->path);
    if (old->kind == NODE_FILE || (old->kind == NODE_FOLDER && node.kind == NODE_FOLDER))
        return error_set(err, JPK_ERR_DUPLICATE, "is there twice: two entries have this name");
    if (node.kind == NODE_FOLDER)
        old->kind = NODE_FOLDER;
    return true;
}

/* Adds one part, name[start..node.length), below *parent, and makes it the next parent. */
static bool add_part(struct entry_names *names, const char *name, size_t start, struct entry_node node,
                     uint32_t *parent, struct jpk_error *err)
{
    size_t key_n, n = node.length - start;
    char *key = make_key(*parent, name + start, n, &key_n);
    if (!key)
        return error_memory(err);
    bool ok;
    uint32_t number = map_get(&names->children, key, key_n);
    if (is_dots(key + sizeof *parent, key_n - sizeof *parent))
        ok = error_set(err, JPK_ERR_NAME, "has a part in its path that normalization turns into dots");
    else if (number == MAP_NONE)
        ok = add_node(names, key, key_n, node, &number, err);
    else
        ok = meet(&names->nodes[number], name, start, node, err);
    free(key);
    *parent = number;
    return ok;
}

bool entry_names_add(struct entry_names *names, const char *name, size_t n, struct jpk_error *err)
{
    uint32_t parent = MAP_NONE; /* the root */
    for (size_t start = 0; start < n;) {
        const char *slash = memchr(name + start, '/', n - start);
        struct entry_node node = {.path = name, .length = (uint32_t)n, .kind = NODE_FILE};
        if (slash) {
            node.length = (uint32_t)(slash - name);
            node.kind = node.length + 1 == n ? NODE_FOLDER : NODE_PARENT;
        }
        if (!add_part(names, name, start, node, &parent, err))
            return false;
        start = (size_t)node.length + 1;
    }
    return true;
}

void entry_names_free(struct entry_names *names)
{
    map_free(&names->children);
    arena_free(&names->keys);
    free(names->nodes);
    *names = (struct entry_names){0};
}

/* ---------------------------------------------------------------------------------------- libzip's table */

bool entry_load_begin(struct entry_load *load, size_t count)
{
    size_t size = 256;
    while (size - size / 4 < count && size < (size_t)1 << 30)
        size *= 2;
    *load = (struct entry_load){.mask = size - 1, .allowed = 1000000 + 64 * (uint64_t)count};
    load->lists = calloc(size, sizeof *load->lists);
    return load->lists != NULL;
}

bool entry_load_add(struct entry_load *load, const char *name, struct jpk_error *err)
{
    uint32_t hash = 5381;
    for (const unsigned char *p = (const unsigned char *)name; *p; p++)
        hash = hash * 33 + *p;
    load->steps += load->lists[hash & load->mask]++;
    if (load->steps <= load->allowed)
        return true;
    error_set(err, JPK_ERR_NAME, "has a name made to slow readers down: too many names have the same hash");
    error_entry(err, name);
    return false;
}

void entry_load_free(struct entry_load *load)
{
    free(load->lists);
    *load = (struct entry_load){0};
}
