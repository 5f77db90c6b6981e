#include <stdio.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/completion.h"
#include "tools/message.h"

static int run(const struct settings *settings, int count, char **arguments)
{
    static const struct {
        const char *name;
        void (*put)(struct buf *out);
    } shells[] = {{"bash", completion_bash}, {"zsh", completion_zsh}, {"fish", completion_fish}};
    struct buf out = {0};
    (void)settings, (void)count;
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (strcmp(shells[i].name, arguments[0]) == 0) {
            shells[i].put(&out);
            return message_buf(&out);
        }
    }
    fprintf(stderr, "jpk: there are completions for bash, zsh and fish, not for '%s'\n", arguments[0]);
    return 2;
}

static const struct option *const groups[] = {common_options, NULL};

const struct command completion_command = {
    .name = "completion",
    .arguments = "bash|zsh|fish",
    .summary = "Print the script with which a shell completes commands, options and files.",
    .details = "An installation has these scripts where the shells look for them. To try one: source <(jpk completion\n"
               "bash), or the same of zsh behind compinit, or: jpk completion fish | source.",
    .groups = groups,
    .least = 1,
    .most = 1,
    .reach = {.everything = true},
    .run = run,
};
