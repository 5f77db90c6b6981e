#include "jpk/script_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/map.h"
#include "base/text.h"
#include "jpk/functions.h"

enum script_language script_language_of(const char *text, size_t size)
{
    struct script_scanner scanner;
    struct script_token token;
    script_begin(&scanner, text, size);
    while (script_next(&scanner, &token))
        if (token.kind == SCRIPT_TAG)
            return token.language;
    return SCRIPT_JITTERBIT;
}

void script_cleanse(const char *text, size_t size, struct buf *out)
{
    struct script_scanner scanner;
    struct script_token token;
    script_begin(&scanner, text, size);
    while (script_next(&scanner, &token)) {
        const char *begin = text + token.offset;
        if (token.kind != SCRIPT_COMMENT) {
            buf_put(out, begin, token.length);
            continue;
        }
        for (size_t i = 0; i < token.length; i++)
            if (begin[i] == '\n')
                buf_puts(out, i > 0 && begin[i - 1] == '\r' ? "\r\n" : "\n");
    }
}

/* --------------------------------------------------------------------------------------------------------- wrapping */

static bool is_blank(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] != ' ' && (text[i] < '\t' || text[i] > '\r'))
            return false;
    return true;
}

static void put_lines(struct buf *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] != '\r')
            buf_putc(out, text[i]);
        else if (i + 1 == n || text[i + 1] != '\n')
            buf_putc(out, '\n');
}

static bool ends_line(const struct buf *out)
{
    return out->size > 0 && out->data[out->size - 1] == '\n';
}

static bool has_tag(const char *text, size_t size)
{
    struct script_scanner scanner;
    struct script_token token;
    script_begin(&scanner, text, size);
    while (script_next(&scanner, &token))
        if (token.kind == SCRIPT_TAG)
            return true;
    return false;
}

/* A line end behind an opening tag, and before a closing one; `next` is where the text goes on. */
static void put_tag(struct buf *out, const char *tag, size_t length, const char *next, const char *end)
{
    bool is_closing = tag[1] == '/';
    if (is_closing && !ends_line(out))
        buf_putc(out, '\n');
    buf_put(out, tag, length);
    if (!is_closing && (next == end || (*next != '\n' && *next != '\r')))
        buf_putc(out, '\n');
}

/* A comment of one line: a line end inside of it would make code of the rest, so only those at its end change. */
static void put_comment(struct buf *out, const char *comment, size_t length)
{
    size_t n = length;
    while (n > 0 && comment[n - 1] == '\r')
        n--;
    buf_put(out, comment, n);
    put_lines(out, comment + n, length - n);
}

void script_wrap(const char *text, size_t size, enum script_language language, struct buf *out)
{
    struct script_scanner scanner;
    struct script_token token;
    if (!has_tag(text, size)) {
        buf_puts(out, language == SCRIPT_JAVASCRIPT ? "<javascript>\n" : "<trans>\n");
        put_lines(out, text, size);
        if (!ends_line(out))
            buf_putc(out, '\n');
        buf_puts(out, language == SCRIPT_JAVASCRIPT ? "</javascript>" : "</trans>");
        return;
    }
    script_begin(&scanner, text, size);
    while (script_next(&scanner, &token)) {
        const char *begin = text + token.offset, *next = begin + token.length;
        bool outer = begin == text || next == text + size;
        if (token.kind == SCRIPT_TAG)
            put_tag(out, begin, token.length, next, text + size);
        else if (token.kind == SCRIPT_STRING || token.kind == SCRIPT_OPEN)
            buf_put(out, begin, token.length);
        else if (token.kind == SCRIPT_COMMENT && begin[1] == '/')
            put_comment(out, begin, token.length);
        else if (token.kind != SCRIPT_TEXT || !outer || !is_blank(begin, token.length))
            put_lines(out, begin, token.length);
    }
}

/* -------------------------------------------------------------------------------------------------------- variables */

struct variable_list {
    struct script_variables *out;
    struct map known; /* in lower case */
    bool failed;
};

/* NULL: no memory. */
static struct script_variable *find_variable(struct variable_list *list, struct script_view name)
{
    struct script_variables *out = list->out;
    char *copy = arena_strndup(&out->arena, name.text, name.length);
    char *key = copy ? arena_strdup_lower(&out->arena, copy) : NULL;
    uint32_t known = key ? map_get(&list->known, key, strlen(key)) : MAP_NONE;
    if (known != MAP_NONE)
        return &out->items[known];
    struct script_variable *items = key ? array_grow(out->items, out->count, &out->capacity, sizeof *items) : NULL;
    if (!items)
        return NULL;
    out->items = items;
    if (!map_add(&list->known, key, strlen(key), (uint32_t)out->count, &known))
        return NULL;
    items[out->count] = (struct script_variable){.name = copy};
    return &items[out->count++];
}

static bool on_variable(void *context, const struct script_event *event)
{
    struct variable_list *list = context;
    bool write = script_event_writes(event);
    if (event->in_comment || event->name.length == 0 || (!write && event->kind != SCRIPT_EVENT_READ))
        return true;
    struct script_variable *variable = find_variable(list, event->name);
    if (!variable) {
        list->failed = true;
        return false;
    }
    variable->write = variable->write || write;
    variable->read = variable->read || !write;
    return true;
}

bool script_variables(const char *text, size_t size, struct script_variables *variables)
{
    struct variable_list list = {.out = variables};
    script_events(text, size, on_variable, &list);
    map_free(&list.known);
    return !list.failed;
}

void script_variables_free(struct script_variables *variables)
{
    free(variables->items);
    arena_free(&variables->arena);
    memset(variables, 0, sizeof *variables);
}

/* ------------------------------------------------------------------------------------------------------------ paths */

/* Indexes nest: `a$b[c$d]$e`. What stands deeper than this is not put together with what is before its bracket. */
enum { INDEX_DEPTH = 16 };

struct path_list {
    struct strings *paths;
    struct arena *arena;
    struct map known, written;
    const char *flat;
    struct buf path[INDEX_DEPTH + 1]; /* what is being read at each depth; empty when there is nothing */
    bool is_path[INDEX_DEPTH + 1];    /* and not just a name */
    size_t depth;
    bool failed;
};

static void add_path(struct path_list *list, const char *path)
{
    uint32_t known = MAP_NONE;
    if (map_get(&list->known, path, strlen(path)) != MAP_NONE)
        return;
    list->failed = list->failed || !strings_add(list->paths, list->arena, path);
    if (list->failed)
        return;
    const char *kept = list->paths->items[list->paths->count - 1];
    list->failed = !map_add(&list->known, kept, strlen(kept), 0, &known);
}

/* `records$Contact#.Id$` as records/Contact/Id, in place; `#1` chooses an instance. */
static void put_slashes(struct buf *path)
{
    size_t n = 0;
    bool instance = false;
    for (size_t i = 0; i < path->size; i++) {
        instance = path->data[i] == '#' || (instance && path->data[i] >= '0' && path->data[i] <= '9');
        if (instance)
            continue;
        char c = path->data[i] == '$' || path->data[i] == '.' ? '/' : path->data[i];
        if (c != '/' || (n > 0 && path->data[n - 1] != '/'))
            path->data[n++] = c;
    }
    if (n > 0 && path->data[n - 1] == '/')
        n--;
    path->size = n;
    path->data[n] = '\0';
}

static void end_path(struct path_list *list)
{
    struct buf *path = &list->path[list->depth < INDEX_DEPTH ? list->depth : INDEX_DEPTH];
    list->failed = list->failed || path->failed;
    if (path->size > 0 && list->is_path[path - list->path] && !list->failed) {
        put_slashes(path);
        if (path->size > 0)
            add_path(list, buf_text(path));
    }
    buf_clear(path);
}

static void on_path_token(struct path_list *list, const char *text, const struct script_token *token, char before)
{
    const char *begin = text + token->offset;
    size_t at = list->depth < INDEX_DEPTH ? list->depth : INDEX_DEPTH;
    bool is_path = token->kind == SCRIPT_PATH;
    bool goes_on = is_path && before == ']' && list->path[at].size > 0 && (*begin == '$' || *begin == '.');
    if (is_path || token->kind == SCRIPT_NAME) {
        if (!goes_on)
            end_path(list);
        buf_put(&list->path[at], begin, token->length);
        list->is_path[at] = is_path;
    } else if (token->kind == SCRIPT_OPERATOR && *begin == '[') {
        list->depth++;
    } else if (token->kind == SCRIPT_OPERATOR && *begin == ']' && list->depth > 0) {
        end_path(list);
        list->depth--;
    } else {
        end_path(list);
    }
}

static void read_paths(struct path_list *list, const char *text, size_t size)
{
    struct script_scanner scanner;
    struct script_token token;
    char before = '\0';
    script_begin(&scanner, text, size);
    while (!list->failed && script_next(&scanner, &token)) {
        if (token.kind == SCRIPT_SPACE || token.kind == SCRIPT_COMMENT || token.language != SCRIPT_JITTERBIT)
            continue;
        on_path_token(list, text, &token, before);
        before = text[token.offset];
    }
    for (; list->depth > 0; list->depth--)
        end_path(list);
    end_path(list);
}

static bool on_written(void *context, const struct script_event *event)
{
    struct path_list *list = context;
    uint32_t known;
    if (event->kind == SCRIPT_EVENT_LOCAL_WRITE)
        list->failed = list->failed || !map_add(&list->written, event->name.text, event->name.length, 0, &known);
    return !list->failed;
}

static bool on_read(void *context, const struct script_event *event)
{
    struct path_list *list = context;
    struct buf *path = &list->path[0];
    if (event->kind != SCRIPT_EVENT_LOCAL_READ || event->language != SCRIPT_JITTERBIT ||
        map_get(&list->written, event->name.text, event->name.length) != MAP_NONE)
        return true;
    buf_clear(path);
    buf_puts(path, list->flat);
    buf_putc(path, '/');
    buf_put(path, event->name.text, event->name.length);
    list->failed = list->failed || path->failed;
    if (!list->failed)
        add_path(list, buf_text(path));
    return !list->failed;
}

bool script_paths(const char *text, size_t size, const char *flat, struct strings *paths, struct arena *arena)
{
    struct path_list list = {.paths = paths, .arena = arena, .flat = flat};
    read_paths(&list, text, size);
    if (flat && !list.failed && script_events(text, size, on_written, &list))
        script_events(text, size, on_read, &list);
    for (size_t i = 0; i <= INDEX_DEPTH; i++)
        buf_free(&list.path[i]);
    map_free(&list.known);
    map_free(&list.written);
    return !list.failed;
}
