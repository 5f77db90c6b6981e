#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/jstream.h"
#include "jpk/secret_text.h"
#include "recipe/fmt.h"
#include "tools/commands.h"
#include "tools/message.h"

static const struct option options[] = {
    {"check", 0, OPTION_FLAG, offsetof(struct settings, fmt.check), NULL,
     "write nothing, name the files that would change"},
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json", "how to print (text)"},
    {0},
};

/* In place of the file, with its permissions; of a link, in place of what it leads to. */
static bool replace(const char *path, const struct buf *text, struct jpk_error *err)
{
    struct outfile out;
    struct stat st;
    char *real = realpath(path, NULL);
    bool ok = real && stat(real, &st) == 0;
    if (!ok) {
        error_system(err, JPK_ERR_WRITE, errno, "cannot be found any more");
    } else if ((ok = outfile_open(&out, real, true, err))) {
        ok = file_write_all(out.fd, text->data, text->size) && fchmod(out.fd, st.st_mode & 07777) == 0;
        if (!ok)
            error_set(err, JPK_ERR_WRITE, "cannot be written");
        ok = ok && outfile_commit(&out, true, false, err);
        if (!ok)
            outfile_discard(&out);
    }
    if (!ok)
        error_file(err, path);
    free(real);
    return ok;
}

/* Where it is told what became of the files: as they are done, or in one report. */
struct telling {
    const struct settings *settings;
    struct buf out;
    struct jstream json;
};

static const char *name_of(const char *path)
{
    return strcmp(path, "-") == 0 ? "(standard input)" : path;
}

static void tell(struct telling *t, const char *path, const char *state)
{
    if (message_as_json(t->settings)) {
        jstream_open(&t->json, NULL, '{');
        jstream_text(&t->json, "file", path);
        jstream_text(&t->json, "state", state);
        jstream_close(&t->json, '}');
    } else if (!t->settings->quiet) {
        printf("%s ", t->settings->fmt.check && strcmp(state, "changed") == 0 ? "would change" : state);
        message_text(name_of(path));
        putchar('\n');
    }
}

/* Text has the message, on standard error. */
static void tell_failed(struct telling *t, const char *path)
{
    if (message_as_json(t->settings))
        tell(t, path, "failed");
}

static int deliver(struct telling *t, const char *path, const struct buf *old, const struct buf *text)
{
    struct jpk_error err = {0};
    bool check = t->settings->fmt.check;
    bool changed = old->size != text->size || memcmp(old->data, text->data, text->size) != 0;
    if (strcmp(path, "-") == 0 && !check) {
        fwrite(text->data, 1, text->size, stdout);
        return 0;
    }
    if (changed && !check && !replace(path, text, &err)) {
        tell_failed(t, path);
        return message_error(&err);
    }
    if (changed)
        tell(t, path, "changed");
    else if (t->settings->verbose || message_as_json(t->settings))
        tell(t, path, "unchanged");
    return changed && check ? 1 : 0;
}

static int format_one(struct telling *t, const char *path)
{
    struct buf old = {0}, text = {0};
    struct jpk_error err = {0};
    uint64_t most = t->settings->limits.entry_size;
    bool ok = strcmp(path, "-") == 0 ? file_read_fd(STDIN_FILENO, most, "--max-entry-size", &old, &err)
                                     : file_read(path, most, "--max-entry-size", &old, &err);
    int status;
    if (ok && recipe_format(buf_text(&old), old.size, &text, &err)) {
        status = deliver(t, path, &old, &text);
    } else {
        tell_failed(t, path);
        error_file(&err, name_of(path));
        status = message_error(&err);
    }
    buf_free(&old);
    buf_free(&text);
    return status;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct telling t = {.settings = settings};
    bool report = message_as_json(settings);
    int status = 0;
    t.json.out = &t.out;
    t.json.mask = secret_text_mask;
    for (int i = 0; report && !settings->fmt.check && i < count; i++)
        if (strcmp(arguments[i], "-") == 0) {
            fputs("jpk: what is read from standard input is printed itself; --format json needs --check for it\n",
                  stderr);
            return 2;
        }
    if (report) {
        jstream_report(&t.json);
        jstream_bool(&t.json, "written", !settings->fmt.check);
        jstream_open(&t.json, "files", '[');
    }
    for (int i = 0; i < count; i++) {
        int one = format_one(&t, arguments[i]);
        status = one > status ? one : status;
    }
    if (report) {
        jstream_close(&t.json, ']');
        jstream_close(&t.json, '}');
        int one = message_buf(&t.out);
        status = one > status ? one : status;
    }
    return status;
}

static const struct option *const groups[] = {options, common_options, limit_options, NULL};

const struct command recipe_fmt_command = {
    .name = "recipe fmt",
    .arguments = "FILE...",
    .summary = "Write recipes and configure files in their canonical form.",
    .details =
        "Known keys come in the order of the format, all others behind them; nothing is lost, and numbers stay as "
        "they\n"
        "were written. A file is replaced only when that changes it. - reads standard input and prints. With --check\n"
        "the exit status is 1 when a file would change.",
    .groups = groups,
    .least = 1,
    .most = -1,
    .reach = {.written = WRITTEN_ALL},
    .run = run,
};
