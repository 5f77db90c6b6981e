#include "tools/graphviz.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

extern char **environ;

/* Unnamed files instead of pipes: whatever the program does first, nobody waits for anybody. */
struct channels {
    FILE *in, *out, *messages;
};

static bool open_channels(struct channels *c, const char *dot, size_t n, struct jpk_error *err)
{
    c->in = tmpfile();
    c->out = tmpfile();
    c->messages = tmpfile();
    if (!c->in || !c->out || !c->messages)
        return error_system(err, JPK_ERR_WRITE, errno, "a temporary file cannot be made");
    if (fwrite(dot, 1, n, c->in) != n || fflush(c->in) != 0 || fseek(c->in, 0, SEEK_SET) != 0)
        return error_system(err, JPK_ERR_WRITE, errno, "a temporary file cannot be written");
    return true;
}

static void close_channels(struct channels *c)
{
    if (c->in)
        fclose(c->in);
    if (c->out)
        fclose(c->out);
    if (c->messages)
        fclose(c->messages);
}

/* Starts the program and waits for it. Returns an errno; *status is that of waitpid. */
static int run_program(char *const arguments[], const struct channels *c, int *status)
{
    pid_t child;
    posix_spawn_file_actions_t actions;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed)
        return failed;
    failed = posix_spawn_file_actions_adddup2(&actions, fileno(c->in), STDIN_FILENO);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(&actions, fileno(c->out), STDOUT_FILENO);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(&actions, fileno(c->messages), STDERR_FILENO);
    if (!failed)
        failed = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed)
        return failed;
    while (waitpid(child, status, 0) < 0)
        if (errno != EINTR)
            return errno;
    return 0;
}

/* The first line of what the program said, for our own message. */
static void first_message(FILE *messages, char out[256])
{
    char line[256] = "";
    rewind(messages);
    if (!fgets(line, sizeof line, messages))
        line[0] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    text_printable(out, 256, line);
}

static bool is_svg(const struct buf *text)
{
    static const char end[] = "</svg>\n";
    size_t n = sizeof end - 1;
    return text->size > n && strncmp(text->data, "<?xml", 5) == 0 && strstr(text->data, "<svg") != NULL &&
           strcmp(text->data + text->size - n, end) == 0;
}

static bool read_svg(const struct channels *c, int status, struct buf *svg, struct jpk_error *err)
{
    enum { SVG_MAX = 1 << 30 };
    char said[256];
    first_message(c->messages, said);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return error_set(err, JPK_ERR_WRITE, "Graphviz's program 'dot' failed%s%s", *said ? ": " : "", said);
    if (lseek(fileno(c->out), 0, SEEK_SET) < 0)
        return error_system(err, JPK_ERR_WRITE, errno, "a temporary file cannot be read");
    if (!file_read_fd(fileno(c->out), SVG_MAX, "SVG", svg, err))
        return false;
    return is_svg(svg) || error_set(err, JPK_ERR_WRITE, "Graphviz's program 'dot' printed no SVG%s%s",
                                    *said ? "; it said: " : "", said);
}

char *graphviz_svg(const char *dot, size_t n, size_t *size, struct jpk_error *err)
{
    char *arguments[] = {(char[]){"dot"}, (char[]){"-Tsvg"}, NULL};
    struct channels channels = {0};
    struct buf svg = {0};
    int status = 0;
    bool ok = open_channels(&channels, dot, n, err);
    int failed = ok ? run_program(arguments, &channels, &status) : 0;
    if (failed)
        ok = error_set(err, JPK_ERR_WRITE,
                       "SVG needs Graphviz, whose program 'dot' cannot be started (%s): install Graphviz, or write "
                       "--format dot and draw that elsewhere",
                       strerror(failed));
    ok = ok && read_svg(&channels, status, &svg, err);
    close_channels(&channels);
    if (ok) {
        *size = svg.size;
        return svg.data;
    }
    buf_free(&svg);
    return NULL;
}
