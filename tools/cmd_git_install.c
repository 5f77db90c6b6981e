#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "tools/commands.h"
#include "tools/git_run.h"
#include "tools/message.h"

enum { ATTRIBUTES_MAX = 1 << 20 };

static const struct option options[] = {
    {"global", 0, OPTION_FLAG, offsetof(struct settings, git.global), NULL, "for all repositories of this user"},
    {"dry-run", 'n', OPTION_FLAG, offsetof(struct settings, dry_run), NULL, "say what would be done, do nothing"},
    {0},
};

/* git runs these by a shell, which quotes what it puts in; behind -- no name of a file is an option. */
static const struct {
    const char *key, *value;
} keys[] = {
    {"diff.jpk.textconv", "jpk git textconv --"},
    {"merge.jpk.name", "projects of Jitterbit, item by item (jpk)"},
    {"merge.jpk.driver", "jpk git merge -- %O %A %B %P %L %S %X %Y"},
};

/* What is text and merges line by line as well as by item, such as the scripts of a tree, stays with git's own merge.
 */
static const char *const lines[] = {
    "*.jpk -text diff=jpk merge=jpk",   "*.json diff=jpk merge=jpk",      "jpk-index.jsonl merge=jpk",
    "jpk-cloud.jsonl merge=jpk",        "project.xml merge=jpk",          ".metadata merge=jpk",
    "environment.properties merge=jpk", "jitterpak.properties merge=jpk", "manifest.jip merge=jpk",
};

struct installation {
    const struct settings *settings;
    const char *scope;     /* --local or --global */
    struct buf attributes; /* where they are */
    struct buf text;       /* what is there */
    struct buf next;       /* what will be */
    bool changed;
    bool told; /* which file the lines are about */
};

/* "set diff.jpk.textconv". */
static void say(const struct installation *i, const char *done, const char *would, const char *what)
{
    if (i->settings->quiet)
        return;
    fputs(i->settings->dry_run ? would : done, stdout);
    putchar(' ');
    message_text(what);
    putchar('\n');
}

/* The lines of the attributes stand below their file. */
static void say_line(struct installation *i, const char *done, const char *would, const char *line)
{
    if (!i->told)
        say(i, done, would, i->settings->git.global ? buf_text(&i->attributes) : ".gitattributes");
    i->told = true;
    if (!i->settings->quiet)
        printf("  %s\n", line);
}

/* ------------------------------------------------------------------------------------------------ where things are */

static bool find_root(struct buf *out, struct jpk_error *err)
{
    const char *const arguments[] = {"git", "rev-parse", "--show-toplevel", NULL};
    int status = 0;
    if (!git_run(arguments, out, &status, err))
        return false;
    if (status != 0 || !out->size)
        return error_set(err, JPK_ERR_USAGE, "there is no git repository with files here; --global needs none");
    buf_puts(out, "/.gitattributes");
    return !out->failed || error_memory(err);
}

static bool find_global(struct buf *out, struct jpk_error *err)
{
    const char *const arguments[] = {"git", "config", "--global", "--type=path", "--get", "core.attributesFile", NULL};
    const char *configuration = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int status = 0;
    if (!git_run(arguments, out, &status, err))
        return false;
    if (status == 0 && out->size)
        return true;
    buf_clear(out);
    if (configuration && *configuration)
        buf_printf(out, "%s/git", configuration);
    else if (home && *home)
        buf_printf(out, "%s/.config/git", home);
    else
        return error_set(err, JPK_ERR_USAGE, "neither HOME nor XDG_CONFIG_HOME says where git's attributes are");
    buf_puts(out, "/attributes");
    return !out->failed || error_memory(err);
}

static bool begin(struct installation *i, const struct settings *settings, struct jpk_error *err)
{
    *i = (struct installation){.settings = settings, .scope = settings->git.global ? "--global" : "--local"};
    if (!(settings->git.global ? find_global(&i->attributes, err) : find_root(&i->attributes, err)))
        return false;
    const char *path = buf_text(&i->attributes);
    enum file_kind kind = file_look(path, false, err);
    if (kind == FILE_NONE || kind == FILE_UNKNOWN)
        return kind == FILE_NONE;
    if (kind != FILE_REGULAR) {
        error_set(err, JPK_ERR_SPECIAL, "is no file; what it stands for is not changed");
        error_file(err, path);
        return false;
    }
    return file_read(path, ATTRIBUTES_MAX, "1 MiB", &i->text, err);
}

static void end(struct installation *i)
{
    buf_free(&i->attributes);
    buf_free(&i->text);
    buf_free(&i->next);
}

/* ------------------------------------------------------------------------------------------------------- attributes */

static bool write_attributes(struct installation *i, struct jpk_error *err)
{
    const char *path = buf_text(&i->attributes);
    if (!i->changed || i->settings->dry_run)
        return true;
    if (i->next.failed)
        return error_memory(err);
    char *folder = strdup(path);
    if (!folder)
        return error_memory(err);
    *strrchr(folder, '/') = '\0';
    bool ok =
        file_make_folder(*folder ? folder : "/", err) && file_write(path, buf_text(&i->next), i->next.size, true, err);
    free(folder);
    return ok;
}

/* The length of the line at `at`, without its end; *next gets where the one behind it begins. */
static size_t line_at(const struct buf *text, size_t at, size_t *next)
{
    const char *line = text->data + at, *end = memchr(line, '\n', text->size - at);
    size_t n = end ? (size_t)(end - line) : text->size - at;
    *next = at + n + (end != NULL);
    return n > 0 && line[n - 1] == '\r' ? n - 1 : n;
}

/* Behind a byte order mark, which git passes over. */
static size_t first_line(const struct installation *i)
{
    static const char mark[] = "\xef\xbb\xbf";
    return text_starts_with(buf_text(&i->text), mark) ? sizeof mark - 1 : 0;
}

static const char *own_line(const char *line, size_t n)
{
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (strlen(lines[i]) == n && memcmp(lines[i], line, n) == 0)
            return lines[i];
    return NULL;
}

static bool has_line(const struct installation *i, const char *wanted)
{
    for (size_t at = first_line(i), next; at < i->text.size; at = next)
        if (own_line(i->text.data + at, line_at(&i->text, at, &next)) == wanted)
            return true;
    return false;
}

/* Above all that is there, for to git the last line that fits counts. */
static void add_lines(struct installation *i)
{
    const char *text = buf_text(&i->text);
    size_t first = first_line(i);
    buf_put(&i->next, text, first);
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
        if (has_line(i, lines[k]))
            continue;
        buf_printf(&i->next, "%s\n", lines[k]);
        i->changed = true;
        say_line(i, "added to", "would add to", lines[k]);
    }
    buf_put(&i->next, text + first, i->text.size - first);
}

static void remove_lines(struct installation *i)
{
    size_t first = first_line(i);
    buf_put(&i->next, buf_text(&i->text), first);
    for (size_t at = first, next; at < i->text.size; at = next) {
        size_t n = line_at(&i->text, at, &next);
        const char *own = own_line(i->text.data + at, n);
        if (!own) {
            buf_put(&i->next, i->text.data + at, next - at);
            continue;
        }
        i->changed = true;
        say_line(i, "removed from", "would remove from", own);
    }
}

/* ------------------------------------------------------------------------------------------------------ configuration
 */

static bool get_key(const struct installation *i, const char *key, struct buf *out, bool *there, struct jpk_error *err)
{
    const char *const arguments[] = {"git", "config", i->scope, "--get", key, NULL};
    int status = 0;
    buf_clear(out);
    if (!git_run(arguments, out, &status, err))
        return false;
    *there = status == 0;
    return true;
}

static bool tell(const char *const *arguments, struct jpk_error *err)
{
    int status = 0;
    if (!git_run(arguments, NULL, &status, err))
        return false;
    return status == 0 || error_set(err, JPK_ERR_WRITE, "git cannot change its configuration");
}

static bool set_keys(struct installation *i, struct jpk_error *err)
{
    struct buf old = {0};
    bool ok = true;
    for (size_t k = 0; ok && k < sizeof keys / sizeof keys[0]; k++) {
        bool there = false;
        const char *const arguments[] = {"git", "config", i->scope, keys[k].key, keys[k].value, NULL};
        ok = get_key(i, keys[k].key, &old, &there, err);
        if (!ok || (there && strcmp(buf_text(&old), keys[k].value) == 0))
            continue;
        ok = i->settings->dry_run || tell(arguments, err);
        i->changed = true;
        if (ok)
            say(i, "set", "would set", keys[k].key);
    }
    buf_free(&old);
    return ok;
}

static bool unset_keys(struct installation *i, struct jpk_error *err)
{
    struct buf old = {0};
    bool ok = true;
    for (size_t k = 0; ok && k < sizeof keys / sizeof keys[0]; k++) {
        bool there = false;
        const char *const arguments[] = {"git", "config", i->scope, "--unset-all", keys[k].key, NULL};
        ok = get_key(i, keys[k].key, &old, &there, err);
        if (!ok || !there)
            continue;
        ok = i->settings->dry_run || tell(arguments, err);
        i->changed = true;
        if (ok)
            say(i, "removed", "would remove", keys[k].key);
    }
    buf_free(&old);
    return ok;
}

static int finish(struct installation *i, bool ok, const char *nothing, struct jpk_error *err)
{
    ok = ok && write_attributes(i, err);
    if (ok && !i->changed && !i->settings->quiet)
        puts(nothing);
    end(i);
    return ok ? 0 : message_error(err);
}

static int install(const struct settings *settings, int count, char **arguments)
{
    struct installation i;
    struct jpk_error err = {0};
    (void)count;
    (void)arguments;
    bool ok = begin(&i, settings, &err) && set_keys(&i, &err);
    if (ok)
        add_lines(&i);
    return finish(&i, ok, "everything is set up already", &err);
}

static int uninstall(const struct settings *settings, int count, char **arguments)
{
    struct installation i;
    struct jpk_error err = {0};
    (void)count;
    (void)arguments;
    bool ok = begin(&i, settings, &err) && unset_keys(&i, &err);
    if (ok)
        remove_lines(&i);
    return finish(&i, ok, "nothing is set up", &err);
}

static const struct option *const groups[] = {options, common_options, NULL};

const struct command git_install_command = {
    .name = "git install",
    .arguments = "",
    .summary = "Let git show and merge projects with jpk.",
    .details =
        "Sets what 'git diff' and 'git merge' call in the configuration of this repository, and the files for\n"
        "which they do in .gitattributes, which is to be committed. Whoever clones the repository runs it too, for\n"
        "git takes no commands from a repository. jpk must be in PATH. A .json file that is no export of Cloud\n"
        "Studio goes through git's own merge, and so does what merges well by lines: the texts of an unpacked\n"
        "tree. What is there already is left alone, and still counts; 'jpk git uninstall' takes it back.",
    .groups = groups,
    .least = 0,
    .most = 0,
    .reach = {.everything = true},
    .run = install,
};

const struct command git_uninstall_command = {
    .name = "git uninstall",
    .arguments = "",
    .summary = "Take back what 'jpk git install' has set up.",
    .groups = groups,
    .least = 0,
    .most = 0,
    .reach = {.everything = true},
    .run = uninstall,
};
