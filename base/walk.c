/* Folders are listed when they are entered; those that are open form a stack, so that nothing recurses. */
#include "base/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/ignore.h"
#include "base/text.h"

enum {
    NAMES_MAX = 4000000,    /* in one folder: what is read before it is known what is ignored */
    RULES_MAX = 1024 * 1024 /* bytes of an ignore file */
};

/* An open folder. */
struct frame {
    struct arena arena; /* its names, and their problems */
    struct walk_name *names;
    size_t count, capacity, next;
    size_t path_size;  /* of `path` in the walk when it is this folder's */
    size_t rule_count; /* lists of patterns that hold around it */
    dev_t device;
    ino_t inode;
};

struct walk {
    struct walk_options options;
    struct frame *frames;
    size_t depth, frame_capacity; /* how many frames there are */
    struct ignore ignore;
    struct buf path;    /* of what is looked at, with the root */
    size_t root_size;   /* where in it the path from the root begins */
    char *real;         /* the root's path without links; NULL until a link is seen */
    uint64_t count;     /* of what was looked at */
    bool give_root;     /* it is not given yet */
    bool entered;       /* the entry that was given is the folder on top */
    bool ended, failed; /* failed: memory is out */
    struct jpk_error problem;
};

struct walk_options walk_options_default(void)
{
    return (struct walk_options){.depth = 64, .count = 1000000};
}

/* ---------------------------------------------------------------------------------------------------------- listing */

static enum walk_kind kind_of_mode(mode_t mode)
{
    return S_ISREG(mode) ? WALK_FILE : S_ISDIR(mode) ? WALK_FOLDER : S_ISLNK(mode) ? WALK_LINK : WALK_SPECIAL;
}

/* Some file systems do not say in the listing what a name is. */
static enum walk_kind kind_of(int fd, const struct dirent *item)
{
    struct stat st;
    switch (item->d_type) {
    case DT_REG:
        return WALK_FILE;
    case DT_DIR:
        return WALK_FOLDER;
    case DT_LNK:
        return WALK_LINK;
    case DT_UNKNOWN:
        return fstatat(fd, item->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? kind_of_mode(st.st_mode) : WALK_FILE;
    default:
        return WALK_SPECIAL;
    }
}

static bool add_name(struct walk *walk, struct frame *frame, const char *name, enum walk_kind kind)
{
    struct walk_name *names = array_grow(frame->names, frame->count, &frame->capacity, sizeof *names);
    const char *copy = names ? arena_strdup(&frame->arena, name) : NULL;
    if (names)
        frame->names = names;
    walk->failed = walk->failed || !copy;
    if (!copy)
        return false;
    names[frame->count++] = (struct walk_name){.name = copy, .kind = kind};
    return true;
}

/* In the order of the paths, in which a folder's name is followed by a slash. */
static int by_path(const void *a, const void *b)
{
    const struct walk_name *first = a, *second = b;
    const unsigned char *p = (const unsigned char *)first->name, *q = (const unsigned char *)second->name;
    while (*p && *p == *q) {
        p++;
        q++;
    }
    int left = *p ? *p : first->kind == WALK_FOLDER ? '/' : 0;
    int right = *q ? *q : second->kind == WALK_FOLDER ? '/' : 0;
    return left - right;
}

static bool left_out(const struct walk *walk, const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, ".git") == 0 ||
           (walk->options.no_hidden && *name == '.');
}

static bool read_names(struct walk *walk, struct frame *frame, DIR *dir)
{
    struct dirent *item;
    while (errno = 0, (item = readdir(dir)) != NULL) {
        if (left_out(walk, item->d_name))
            continue;
        if (frame->count == NAMES_MAX)
            return error_set(&walk->problem, JPK_ERR_LIMIT, "has more than %d names in it", NAMES_MAX);
        if (!add_name(walk, frame, item->d_name, kind_of(dirfd(dir), item)))
            return false;
    }
    if (errno != 0)
        return error_system(&walk->problem, JPK_ERR_READ, errno, "cannot be listed");
    if (frame->count > 1)
        qsort(frame->names, frame->count, sizeof *frame->names, by_path);
    return true;
}

static bool check_loop(struct walk *walk, const struct frame *frame)
{
    for (size_t i = 0; i < walk->depth; i++)
        if (walk->frames[i].device == frame->device && walk->frames[i].inode == frame->inode)
            return error_set(&walk->problem, JPK_ERR_SPECIAL,
                             "is a folder that it lies in itself, and was not entered");
    return true;
}

/* Fills in a frame for the folder at walk->path. False: see walk->problem, unless memory is out. */
static bool list_folder(struct walk *walk, struct frame *frame)
{
    struct stat st;
    int fd =
        open(walk->path.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | (walk->depth > 0 ? O_NOFOLLOW : 0));
    if (fd < 0)
        return error_system(&walk->problem, JPK_ERR_READ, errno, "cannot be opened as a folder");
    DIR *dir = fstat(fd, &st) == 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        walk->failed = errno == ENOMEM;
        error_system(&walk->problem, JPK_ERR_READ, errno, "cannot be listed");
        close(fd);
        return false;
    }
    frame->device = st.st_dev;
    frame->inode = st.st_ino;
    bool ok = check_loop(walk, frame) && read_names(walk, frame, dir);
    closedir(dir);
    return ok;
}

static void frame_free(struct frame *frame)
{
    free(frame->names);
    arena_free(&frame->arena);
}

/* ----------------------------------------------------------------------------------------------------------- stack */

static struct frame *top(const struct walk *walk)
{
    return &walk->frames[walk->depth - 1];
}

static const char *path_of(const struct walk *walk)
{
    return walk->path.size > walk->root_size ? walk->path.data + walk->root_size : "";
}

/* walk->path becomes that of a folder of the stack, or of a name in it. */
static void set_path(struct walk *walk, const struct frame *frame, const char *name)
{
    walk->path.size = frame->path_size;
    walk->path.data[frame->path_size] = '\0';
    if (name && walk->path.data[frame->path_size - 1] != '/')
        buf_putc(&walk->path, '/');
    if (name)
        buf_puts(&walk->path, name);
    walk->failed = walk->failed || walk->path.failed;
}

/* The rules of one ignore file of the folder on top. One that cannot be read is given with that problem later. */
static void read_rules(struct walk *walk, struct frame *frame, const char *file)
{
    struct jpk_error problem = {0};
    struct buf text = {0};
    size_t i = 0;
    while (i < frame->count && (frame->names[i].kind != WALK_FILE || strcmp(frame->names[i].name, file) != 0))
        i++;
    if (i == frame->count)
        return;
    set_path(walk, frame, file);
    bool read = !walk->failed && file_read(walk->path.data, RULES_MAX, "an ignore file", &text, &problem);
    set_path(walk, frame, NULL);
    if (read) {
        walk->failed = walk->failed || !ignore_push(&walk->ignore, path_of(walk), buf_text(&text), text.size, NULL);
    } else if (!walk->failed) {
        struct jpk_error *kept = arena_calloc(&frame->arena, 1, sizeof *kept);
        walk->failed = !kept || problem.code == JPK_ERR_MEMORY;
        if (kept)
            *kept = problem;
        frame->names[i].problem = kept;
    }
    buf_free(&text);
}

/* Enters the folder at walk->path. False: see walk->problem, unless memory is out. */
static bool enter(struct walk *walk)
{
    struct frame *frames = array_grow(walk->frames, walk->depth, &walk->frame_capacity, sizeof *frames);
    if (!frames) {
        walk->failed = true;
        return false;
    }
    walk->frames = frames;
    struct frame *frame = &frames[walk->depth];
    *frame = (struct frame){.path_size = walk->path.size, .rule_count = walk->ignore.count};
    if (!list_folder(walk, frame)) {
        frame_free(frame);
        return false;
    }
    walk->depth++;
    if (!walk->options.no_ignore) {
        read_rules(walk, frame, ".gitignore");
        read_rules(walk, frame, ".jpkignore");
    }
    return true;
}

static void leave(struct walk *walk)
{
    ignore_pop(&walk->ignore, top(walk)->rule_count);
    frame_free(top(walk));
    walk->depth--;
}

/* ---------------------------------------------------------------------------------------------------------- entries */

/* The entry at walk->path, with the problem that there is. */
static bool give(struct walk *walk, struct walk_entry *entry, enum walk_kind kind)
{
    error_file(&walk->problem, walk->path.data);
    *entry = (struct walk_entry){.path = path_of(walk),
                                 .full = walk->path.data,
                                 .kind = kind,
                                 .problem = walk->problem.code != JPK_OK ? &walk->problem : NULL};
    return true;
}

static const char *in_parentheses(const char *name, char out[64])
{
    out[0] = '\0';
    if (name)
        snprintf(out, 64, " (%s)", name);
    return out;
}

static bool give_folder(struct walk *walk, struct walk_entry *entry)
{
    char option[64];
    if (walk->depth > walk->options.depth)
        error_set(&walk->problem, JPK_ERR_LIMIT, "lies too deep and was not searched%s",
                  in_parentheses(walk->options.depth_name, option));
    else
        walk->entered = enter(walk);
    if (walk->entered && !walk->options.folders_only)
        return false;
    return !walk->failed && give(walk, entry, WALK_FOLDER);
}

static void check_readable(struct walk *walk)
{
    if (faccessat(AT_FDCWD, walk->path.data, R_OK, AT_EACCESS) != 0)
        error_system(&walk->problem, JPK_ERR_READ, errno, "cannot be opened");
}

/* Whether the file that a link leads to lies below the root, behind all links. */
static bool lies_inside(struct walk *walk)
{
    if (!walk->real) {
        size_t size = walk->root_size;
        char kept = walk->path.data[size];
        walk->path.data[size] = '\0';
        walk->real = realpath(walk->path.data, NULL);
        walk->path.data[size] = kept;
    }
    char *real = realpath(walk->path.data, NULL);
    size_t n = walk->real ? strlen(walk->real) : 0;
    bool inside = n > 0 && real && strncmp(real, walk->real, n) == 0 && (real[n] == '/' || walk->real[n - 1] == '/');
    free(real);
    return inside;
}

static bool give_link(struct walk *walk, struct walk_entry *entry)
{
    struct stat st = {0};
    if (stat(walk->path.data, &st) != 0)
        error_system(&walk->problem, JPK_ERR_READ, errno, "is a symbolic link that leads nowhere");
    else if (S_ISDIR(st.st_mode))
        error_set(&walk->problem, JPK_ERR_SPECIAL, "is a symbolic link to a folder, which is not followed");
    else if (!S_ISREG(st.st_mode))
        error_set(&walk->problem, JPK_ERR_SPECIAL, "is a symbolic link to what is neither file nor folder");
    else if (!lies_inside(walk))
        error_set(&walk->problem, JPK_ERR_SPECIAL, "is a symbolic link to a file outside, which is not followed");
    else
        check_readable(walk);
    bool link = walk->problem.code != JPK_ERR_SPECIAL && S_ISREG(st.st_mode);
    give(walk, entry, link ? WALK_FILE : WALK_LINK);
    entry->link = link;
    return true;
}

static bool check_count(struct walk *walk)
{
    char option[64];
    if (walk->count++ < walk->options.count)
        return true;
    walk->ended = true;
    return error_set(&walk->problem, JPK_ERR_LIMIT,
                     "was not read, nor what comes after it: more than %llu files and folders%s",
                     (unsigned long long)walk->options.count, in_parentheses(walk->options.count_name, option));
}

/* Whether there is an entry for a name in the folder on top, at whose path walk->path is. */
static bool give_name(struct walk *walk, const struct walk_name *name, struct walk_entry *entry)
{
    if (walk->options.folders_only && name->kind != WALK_FOLDER)
        return false;
    if (name->problem)
        walk->problem = *name->problem;
    else if (ignored_itself(&walk->ignore, path_of(walk), name->kind == WALK_FOLDER))
        return false;
    if (!check_count(walk) || name->problem)
        return give(walk, entry, name->kind);
    if (!walk->options.any_names && !text_utf8(name->name, strlen(name->name), NULL)) {
        error_set(&walk->problem, JPK_ERR_NAME, "has a name that is not UTF-8, and was not read");
        return give(walk, entry, name->kind);
    }
    switch (name->kind) {
    case WALK_FOLDER:
        return give_folder(walk, entry);
    case WALK_LINK:
        return give_link(walk, entry);
    case WALK_SPECIAL:
        error_set(&walk->problem, JPK_ERR_SPECIAL, "is neither file nor folder, and was not read");
        break;
    default:
        check_readable(walk);
    }
    return give(walk, entry, name->kind);
}

/* ------------------------------------------------------------------------------------------------------------- walk */

bool walk_next(struct walk *walk, struct walk_entry *entry, struct jpk_error *err)
{
    walk->problem = (struct jpk_error){0};
    walk->entered = false;
    if (walk->give_root) {
        walk->give_root = false;
        walk->entered = walk->depth > 0;
        return give(walk, entry, walk->depth > 0 ? WALK_FOLDER : WALK_FILE);
    }
    while (walk->depth > 0 && !walk->ended && !walk->failed) {
        struct frame *frame = top(walk);
        if (frame->next == frame->count) {
            leave(walk);
            continue;
        }
        const struct walk_name *name = &frame->names[frame->next++];
        set_path(walk, frame, name->name);
        if (!walk->failed && give_name(walk, name, entry))
            return true;
        walk->entered = false;
    }
    return walk->failed && error_memory(err);
}

void walk_leave(struct walk *walk)
{
    if (walk->entered)
        leave(walk);
    walk->entered = false;
}

const struct walk_name *walk_names(const struct walk *walk, size_t *count)
{
    *count = walk->entered ? top(walk)->count : 0;
    return *count > 0 ? top(walk)->names : NULL;
}

/* The root, a file or a folder. */
static bool begin(struct walk *walk, const char *root)
{
    struct stat st;
    if (stat(root, &st) != 0)
        return error_system(&walk->problem, JPK_ERR_READ, errno, "cannot be opened");
    if (S_ISDIR(st.st_mode)) {
        walk->root_size = walk->path.size + (walk->path.data[walk->path.size - 1] != '/');
        walk->give_root = walk->options.folders_only;
        return enter(walk) && !walk->failed;
    }
    if (!S_ISREG(st.st_mode))
        return error_set(&walk->problem, JPK_ERR_SPECIAL, "is neither file nor folder");
    const char *slash = strrchr(walk->path.data, '/');
    walk->root_size = slash ? (size_t)(slash + 1 - walk->path.data) : 0;
    walk->give_root = true;
    check_readable(walk);
    return walk->problem.code == JPK_OK;
}

struct walk *walk_open(const char *root, const struct walk_options *options, struct jpk_error *err)
{
    struct walk *walk = calloc(1, sizeof *walk);
    if (!walk) {
        error_memory(err);
        return NULL;
    }
    walk->options = options ? *options : walk_options_default();
    buf_puts(&walk->path, root);
    walk->failed = walk->path.failed;
    if (!walk->failed && begin(walk, root))
        return walk;
    if (walk->failed) {
        error_memory(err);
    } else {
        error_file(&walk->problem, root);
        error_pass(err, &walk->problem, NULL);
    }
    walk_close(walk);
    return NULL;
}

void walk_close(struct walk *walk)
{
    if (!walk)
        return;
    while (walk->depth > 0)
        leave(walk);
    ignore_free(&walk->ignore);
    free(walk->frames);
    free(walk->real);
    buf_free(&walk->path);
    free(walk);
}
