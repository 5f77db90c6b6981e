/* Patterns are compiled to steps; a match follows all ways through the steps at once. */
#include "base/ignore.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/text.h"

enum step_kind {
    STEP_BYTES,  /* just these */
    STEP_ANY,    /* one byte but a slash */
    STEP_SET,    /* one byte of a set, in which no slash is */
    STEP_STAR,   /* any bytes but slashes */
    STEP_ALL,    /* any bytes */
    STEP_FOLDERS /* nothing, or any bytes that end in a slash */
};

struct step {
    enum step_kind kind;
    uint32_t at, n; /* bytes: where they are in `bytes`, and how many; set: which one */
};

struct byte_set {
    uint8_t bits[32];
};

struct rule {
    uint32_t first, count; /* its steps */
    uint32_t least;        /* how long a text that it matches is at least */
    bool negative;         /* what it matches is not ignored */
    bool folder_only;
    bool name_only; /* matched with the last part of a path, in any folder; else with the path from the list's folder */
};

/* The patterns of one file. */
struct ignore_list {
    struct rule *rules;
    struct step *steps;
    struct byte_set *sets;
    struct buf bytes;
    char *folder;
    size_t folder_size;
    size_t rule_count, rule_capacity, step_count, step_capacity, set_count, set_capacity;
};

/* -------------------------------------------------------------------------------------------------------- compiling */

/* A pattern that is being compiled. */
struct source {
    struct ignore_list *list;
    struct rule rule;
    const char *p, *end;
    const char *wild;  /* the first byte that is special */
    const char *never; /* why it can match nothing; NULL when it can */
    bool failed;       /* memory is out */
};

static struct step *add_step(struct source *source, enum step_kind kind)
{
    struct ignore_list *list = source->list;
    struct step *steps = array_grow(list->steps, list->step_count, &list->step_capacity, sizeof *steps);
    if (!steps) {
        source->failed = true;
        return NULL;
    }
    list->steps = steps;
    source->rule.count++;
    source->rule.least += kind == STEP_ANY || kind == STEP_SET;
    steps[list->step_count] = (struct step){.kind = kind};
    return &steps[list->step_count++];
}

static struct step *last_step(struct source *source)
{
    return source->rule.count > 0 ? &source->list->steps[source->list->step_count - 1] : NULL;
}

static void add_byte(struct source *source, char c)
{
    struct step *step = last_step(source);
    if (!step || step->kind != STEP_BYTES) {
        step = add_step(source, STEP_BYTES);
        if (!step)
            return;
        step->at = (uint32_t)source->list->bytes.size;
    }
    step->n++;
    source->rule.least++;
    buf_putc(&source->list->bytes, c);
}

/* Stars with a slash or nothing on both sides stand for whole folders, others for bytes of a name. */
static void add_stars(struct source *source, const char *pattern)
{
    const char *begin = source->p;
    while (source->p < source->end && *source->p == '*')
        source->p++;
    size_t left = (size_t)(source->end - source->p);
    const char *p = source->p;
    /* git compares what stands before the first special byte on its own, and takes the rest for a whole pattern. */
    bool whole = p - begin > 1 && (begin == pattern || begin == source->wild || begin[-1] == '/') &&
                 (left == 0 || *p == '/' || (left > 1 && p[0] == '\\' && p[1] == '/'));
    enum step_kind kind = !whole ? STEP_STAR : left > 0 && *p == '/' ? STEP_FOLDERS : STEP_ALL;
    if (kind == STEP_FOLDERS)
        source->p++;
    const struct step *last = last_step(source);
    if (!last || last->kind != kind)
        add_step(source, kind);
}

static void set_range(struct byte_set *set, unsigned from, unsigned to)
{
    for (unsigned c = from; c <= to; c++)
        set->bits[c >> 3] |= (uint8_t)(1u << (c & 7));
}

/* The classes of ASCII characters, as ranges. */
static const struct {
    const char *name;
    unsigned char ranges[8][2]; /* ends with 0, 0 */
} classes[] = {
    {"alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
    {"alpha", {{'A', 'Z'}, {'a', 'z'}}},
    {"blank", {{'\t', '\t'}, {' ', ' '}}},
    {"cntrl", {{1, 0x1f}, {0x7f, 0x7f}}},
    {"digit", {{'0', '9'}}},
    {"graph", {{0x21, 0x7e}}},
    {"lower", {{'a', 'z'}}},
    {"print", {{0x20, 0x7e}}},
    {"punct", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
    {"space", {{'\t', '\n'}, {'\r', '\r'}, {' ', ' '}}},
    {"upper", {{'A', 'Z'}}},
    {"xdigit", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
};

static bool set_class(struct byte_set *set, const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (strlen(classes[i].name) != n || memcmp(classes[i].name, name, n) != 0)
            continue;
        for (size_t j = 0; classes[i].ranges[j][0]; j++)
            set_range(set, classes[i].ranges[j][0], classes[i].ranges[j][1]);
        return true;
    }
    return false;
}

static const char no_end[] = "a '[' without its ']'";

/* [:name:] with *at on its bracket; moves it on the last one. False: it is none, and the bracket stands for itself. */
static bool read_class(struct source *source, const char **at, struct byte_set *set)
{
    const char *name = *at + 2, *close = memchr(name, ']', (size_t)(source->end - name));
    if (!close) {
        source->never = no_end;
        return true;
    }
    if (close == name || close[-1] != ':')
        return false;
    if (!set_class(set, name, (size_t)(close - 1 - name)))
        source->never = "a class of characters that does not exist";
    *at = close;
    return true;
}

/* One byte of a set, which may be escaped, with *at on it; moves it on the last byte that was read. */
static unsigned char read_member(struct source *source, const char **at)
{
    if (**at == '\\' && ++*at == source->end) {
        source->never = no_end;
        --*at;
    }
    return (unsigned char)**at;
}

/* What is between the brackets, from `p` on. Returns the place of the closing bracket; NULL when there is none. */
static const char *read_members(struct source *source, const char *p, struct byte_set *set)
{
    unsigned before = 0; /* the byte that a range may begin with */
    for (const char *first = p; p < source->end && !source->never; p++) {
        if (*p == ']' && p > first)
            return p;
        if (*p == '-' && before && p + 1 < source->end && p[1] != ']') {
            p++;
            set_range(set, before, read_member(source, &p));
            before = 0;
        } else if (*p == '[' && p + 1 < source->end && p[1] == ':' && read_class(source, &p, set)) {
            before = 0;
        } else {
            before = read_member(source, &p);
            set_range(set, before, before);
        }
    }
    if (!source->never)
        source->never = no_end;
    return NULL;
}

static void add_set(struct source *source)
{
    struct ignore_list *list = source->list;
    struct byte_set set = {{0}};
    const char *p = source->p + 1;
    bool negative = p < source->end && (*p == '!' || *p == '^');
    p = read_members(source, p + negative, &set);
    if (!p)
        return;
    for (size_t i = 0; negative && i < sizeof set.bits; i++)
        set.bits[i] = (uint8_t)~set.bits[i];
    set.bits['/' >> 3] &= (uint8_t) ~(1u << ('/' & 7));
    struct byte_set *sets = array_grow(list->sets, list->set_count, &list->set_capacity, sizeof *sets);
    struct step *step = sets ? add_step(source, STEP_SET) : NULL;
    if (sets)
        list->sets = sets;
    source->failed = source->failed || !step;
    if (!step)
        return;
    step->at = (uint32_t)list->set_count;
    list->sets[list->set_count++] = set;
    source->p = p + 1;
}

static void add_next(struct source *source, const char *pattern)
{
    switch (*source->p) {
    case '*':
        add_stars(source, pattern);
        break;
    case '[':
        add_set(source);
        break;
    case '?':
        add_step(source, STEP_ANY);
        source->p++;
        break;
    case '\\':
        if (++source->p == source->end) {
            source->never = "a backslash at the end";
            break;
        }
        /* fall through */
    default:
        add_byte(source, *source->p++);
    }
}

/* What stands before and behind the pattern itself. */
static void read_frame(struct source *source)
{
    struct rule *rule = &source->rule;
    if (source->p < source->end && *source->p == '!') {
        rule->negative = true;
        source->p++;
    }
    if (source->p < source->end && source->end[-1] == '/') {
        rule->folder_only = true;
        source->end--;
    }
    size_t n = (size_t)(source->end - source->p);
    rule->name_only = !memchr(source->p, '/', n);
    if (n > 0 && *source->p == '/')
        source->p++;
    if (source->p == source->end)
        source->never = "it is empty";
}

/* Adds a pattern. When it can match nothing, *never says why, and the list is as it was. */
static bool add_pattern(struct ignore_list *list, const char *p, size_t n, const char **never)
{
    struct source source = {.list = list, .p = p, .end = p + n, .rule = {.first = (uint32_t)list->step_count}};
    size_t bytes = list->bytes.size;
    read_frame(&source);
    const char *pattern = source.p;
    source.wild = pattern;
    while (source.wild < source.end && !strchr("*?[\\", *source.wild))
        source.wild++;
    while (source.p < source.end && !source.never && !source.failed)
        add_next(&source, pattern);
    struct rule *rules = array_grow(list->rules, list->rule_count, &list->rule_capacity, sizeof *rules);
    if (rules)
        list->rules = rules;
    if (!rules || source.failed || list->bytes.failed)
        return false;
    *never = source.never;
    if (!source.never) {
        list->rules[list->rule_count++] = source.rule;
    } else {
        list->step_count = source.rule.first;
        list->bytes.size = bytes;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------------------ lines */

/* How long a line is without the spaces at its end; one behind a backslash stays. */
static size_t trimmed(const char *line, size_t n)
{
    size_t end = 0;
    for (size_t i = 0; i < n; i++) {
        if (line[i] == ' ')
            continue;
        if (line[i] == '\\')
            i++;
        end = i + 1;
    }
    return end < n ? end : n;
}

static bool add_line(struct ignore_list *list, const char *line, size_t n)
{
    const char *never;
    if (n > 0 && line[n - 1] == '\r')
        n--;
    n = strnlen(line, n);
    if (n == 0 || *line == '#')
        return true;
    return add_pattern(list, line, trimmed(line, n), &never);
}

static bool add_lines(struct ignore_list *list, const char *text, size_t n)
{
    const char *end = text + n;
    text += text_mark(text, n);
    while (text < end) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        line_end = line_end ? line_end : end;
        if (!add_line(list, text, (size_t)(line_end - text)))
            return false;
        text = line_end < end ? line_end + 1 : end;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------------------ lists */

static void list_free(struct ignore_list *list)
{
    if (!list)
        return;
    free(list->rules);
    free(list->steps);
    free(list->sets);
    free(list->folder);
    buf_free(&list->bytes);
    free(list);
}

static struct ignore_list *list_new(const char *folder)
{
    struct ignore_list *list = calloc(1, sizeof *list);
    char *copy = list ? strdup(folder) : NULL;
    if (!copy) {
        free(list);
        return NULL;
    }
    list->folder = copy;
    list->folder_size = strlen(copy);
    return list;
}

/* Takes over the list. */
static bool push(struct ignore *ignore, struct ignore_list *list, struct jpk_error *err)
{
    struct ignore_list **lists = array_grow(ignore->lists, ignore->count, &ignore->capacity, sizeof(*lists));
    if (!lists) {
        list_free(list);
        return error_memory(err);
    }
    ignore->lists = lists;
    lists[ignore->count++] = list;
    return true;
}

bool ignore_push(struct ignore *ignore, const char *folder, const char *text, size_t n, struct jpk_error *err)
{
    if (n >= UINT32_MAX)
        return error_set(err, JPK_ERR_LIMIT, "an ignore file of 4 GiB or more");
    struct ignore_list *list = list_new(folder);
    if (!list || !add_lines(list, text, n)) {
        list_free(list);
        return error_memory(err);
    }
    return push(ignore, list, err);
}

/* Why the parts of a pattern can match no path; NULL when they may. Paths have no parts that are empty, `.` or `..`. */
static const char *futile(const char *pattern)
{
    const char *p = pattern + (*pattern == '!');
    for (p += *p == '/'; *p; p++) {
        size_t n = strcspn(p, "/");
        if (n == 0)
            return "two slashes in a row";
        if ((n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
            return "paths are relative to the folder of this file, and have no '.' and '..'";
        p += n;
        if (!*p)
            break;
    }
    return NULL;
}

bool ignore_push_pattern(struct ignore *ignore, const char *folder, const char *pattern, struct jpk_error *err)
{
    const char *never = NULL, *why = futile(pattern);
    if (strlen(pattern) >= UINT32_MAX)
        return error_set(err, JPK_ERR_LIMIT, "a pattern of 4 GiB or more");
    struct ignore_list *list = list_new(folder);
    if (!list || !add_pattern(list, pattern, strlen(pattern), &never)) {
        list_free(list);
        return error_memory(err);
    }
    if (why || never) {
        list_free(list);
        return error_set(err, JPK_ERR_FORMAT, "the pattern '%.200s' matches nothing: %s", pattern, why ? why : never);
    }
    return push(ignore, list, err);
}

void ignore_pop(struct ignore *ignore, size_t count)
{
    while (ignore->count > count)
        list_free(ignore->lists[--ignore->count]);
}

void ignore_free(struct ignore *ignore)
{
    ignore_pop(ignore, 0);
    free(ignore->lists);
    *ignore = (struct ignore){0};
}

/* --------------------------------------------------------------------------------------------------------- matching */

/* A text, and the places in it that can be reached with the steps so far. */
struct match {
    const struct ignore_list *list;
    const char *text;
    size_t n;
    size_t low, high; /* places below and above them are not reached */
    uint8_t reached[IGNORE_PATH_MAX + 1];
};

static bool bytes_at(const struct match *match, const struct step *step, size_t at)
{
    return step->n <= match->n - at && memcmp(match->text + at, match->list->bytes.data + step->at, step->n) == 0;
}

static bool in_set(const struct match *match, const struct step *step, size_t at)
{
    unsigned char c = (unsigned char)match->text[at];
    return (match->list->sets[step->at].bits[c >> 3] >> (c & 7) & 1) != 0;
}

/* Every reached place moves on by `width` bytes, or is none any more. */
static bool move_on(struct match *match, const struct step *step, size_t width)
{
    bool any = false;
    if (match->low + width > match->n)
        return false;
    if (match->high > match->n - width)
        match->high = match->n - width;
    for (size_t at = match->high + 1; at-- > match->low;) {
        bool on = match->reached[at] && (step->kind == STEP_BYTES ? bytes_at(match, step, at)
                                         : step->kind == STEP_SET ? in_set(match, step, at)
                                                                  : match->text[at] != '/');
        match->reached[at + width] = on;
        any = any || on;
    }
    match->low += width;
    match->high += width;
    return any;
}

/* Places behind reached ones are reached too: all, or those up to a slash. */
static void spread(struct match *match, bool over_slashes)
{
    bool on = false;
    for (size_t at = match->low; at <= match->n; at++) {
        on = on || (at <= match->high && match->reached[at]);
        match->reached[at] = on;
        if (at < match->n && match->text[at] == '/' && !over_slashes)
            on = false;
    }
    match->high = match->n;
}

/* Places behind a slash that comes after a reached one are reached too. */
static void spread_folders(struct match *match)
{
    bool on = false;
    for (size_t at = match->low; at <= match->n; at++) {
        bool here = at <= match->high && match->reached[at];
        match->reached[at] = here || (on && match->text[at - 1] == '/');
        on = on || here;
    }
    match->high = match->n;
}

static bool take_step(struct match *match, const struct step *step)
{
    switch (step->kind) {
    case STEP_BYTES:
        return move_on(match, step, step->n);
    case STEP_ANY:
    case STEP_SET:
        return move_on(match, step, 1);
    case STEP_STAR:
    case STEP_ALL:
        spread(match, step->kind == STEP_ALL);
        return true;
    default:
        spread_folders(match);
        return true;
    }
}

static bool rule_matches(const struct ignore_list *list, const struct rule *rule, const char *text, size_t n)
{
    const struct step *steps = list->steps + rule->first, *last = &steps[rule->count - 1];
    if (n < rule->least || n > IGNORE_PATH_MAX)
        return false;
    struct match match;
    match.list = list;
    match.text = text;
    match.n = n;
    match.low = match.high = 0;
    match.reached[0] = 1;
    /* Most patterns are found not to match by their ends. */
    if ((steps->kind == STEP_BYTES && !bytes_at(&match, steps, 0)) ||
        (last->kind == STEP_BYTES && !bytes_at(&match, last, n - last->n)))
        return false;
    for (uint32_t i = 0; i < rule->count; i++)
        if (!take_step(&match, &steps[i]))
            return false;
    return match.high == n && match.reached[n];
}

/* A path as a list sees it. */
struct place {
    const char *path, *name; /* from the list's folder; its last part */
    size_t path_size, name_size;
    bool is_folder;
};

static bool place_in(const struct ignore_list *list, const char *path, size_t n, struct place *place)
{
    size_t folder = list->folder_size;
    if (folder > 0 && (n <= folder + 1 || path[folder] != '/' || memcmp(path, list->folder, folder) != 0))
        return false;
    folder += folder > 0;
    const char *slash = memrchr(path, '/', n);
    place->path = path + folder;
    place->path_size = n - folder;
    place->name = slash ? slash + 1 : path;
    place->name_size = (size_t)(path + n - place->name);
    return true;
}

/* The last rule that matches; NULL when none does. */
static const struct rule *last_rule(const struct ignore_list *list, const struct place *place)
{
    for (size_t i = list->rule_count; i-- > 0;) {
        const struct rule *rule = &list->rules[i];
        if (rule->folder_only && !place->is_folder)
            continue;
        if (rule->name_only ? rule_matches(list, rule, place->name, place->name_size)
                            : rule_matches(list, rule, place->path, place->path_size))
            return rule;
    }
    return NULL;
}

static bool ignored_part(const struct ignore *ignore, const char *path, size_t n, bool is_folder)
{
    struct place place = {.is_folder = is_folder};
    for (size_t i = ignore->count; i-- > 0;) {
        const struct ignore_list *list = ignore->lists[i];
        const struct rule *rule = place_in(list, path, n, &place) ? last_rule(list, &place) : NULL;
        if (rule)
            return !rule->negative;
    }
    return false;
}

bool ignored_itself(const struct ignore *ignore, const char *path, bool is_folder)
{
    return ignored_part(ignore, path, strlen(path), is_folder);
}

bool ignored(const struct ignore *ignore, const char *path, bool is_folder)
{
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/'))
        if (ignored_part(ignore, path, (size_t)(slash - path), true))
            return true;
    return ignored_itself(ignore, path, is_folder);
}
