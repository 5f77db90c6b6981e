#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "recipe/fmt.h"
#include "tools/commands.h"
#include "tools/message.h"

static const struct option options[] = {
    {"check", 0, OPTION_FLAG, offsetof(struct settings, fmt.check), NULL,
     "write nothing, name the files that would change"},
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

static int deliver(const struct settings *settings, const char *path, const struct buf *old, const struct buf *text)
{
    struct jpk_error err = {0};
    bool changed = old->size != text->size || memcmp(old->data, text->data, text->size) != 0;
    bool standard = strcmp(path, "-") == 0;
    if (standard && !settings->fmt.check)
        fwrite(text->data, 1, text->size, stdout);
    else if (changed && !settings->fmt.check && !replace(path, text, &err))
        return message_error(&err);
    if ((changed || settings->verbose) && !settings->quiet && (!standard || settings->fmt.check)) {
        printf("%s ", !changed ? "unchanged" : settings->fmt.check ? "would change" : "changed");
        message_text(standard ? "(standard input)" : path);
        putchar('\n');
    }
    return changed && settings->fmt.check ? 1 : 0;
}

static int format_one(const struct settings *settings, const char *path)
{
    struct buf old = {0}, text = {0};
    struct jpk_error err = {0};
    uint64_t most = settings->limits.entry_size;
    bool standard = strcmp(path, "-") == 0;
    bool ok = standard ? file_read_fd(STDIN_FILENO, most, "--max-entry-size", &old, &err)
                       : file_read(path, most, "--max-entry-size", &old, &err);
    int status;
    if (ok && recipe_format(buf_text(&old), old.size, &text, &err)) {
        status = deliver(settings, path, &old, &text);
    } else {
        error_file(&err, standard ? "(standard input)" : path);
        status = message_error(&err);
    }
    buf_free(&old);
    buf_free(&text);
    return status;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    int status = 0;
    for (int i = 0; i < count; i++) {
        int one = format_one(settings, arguments[i]);
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
