#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tools/columns.h"
#include "tools/commands.h"
#include "tools/manual.h"
#include "tools/message.h"

static const struct option options[] = {
    {"man", 0, OPTION_FLAG, offsetof(struct settings, manual.man), NULL,
     "print the manual page, for man and what else reads roff"},
    {0},
};

/* The longest name of a command or topic decides where the words begin. */
static int label_width(void)
{
    size_t width = 0;
    for (const struct command *const *c = commands; *c; c++)
        if (strlen((*c)->name) > width)
            width = strlen((*c)->name);
    for (size_t i = 0; i < manual_prose_count; i++)
        if (manual_prose[i].section == 7 && strlen(manual_word(&manual_prose[i])) > width)
            width = strlen(manual_word(&manual_prose[i]));
    return (int)width + TABLE_GAP;
}

static void put_commands(struct buf *out, const char *family)
{
    size_t n = strlen(family);
    for (const struct command *const *c = commands; *c; c++)
        if (strncmp((*c)->name, family, n) == 0 && (n == 0 || (*c)->name[n] == ' '))
            buf_printf(out, "  %-*s%s\n", label_width(), (*c)->name, (*c)->summary);
}

static void put_topics(struct buf *out)
{
    for (size_t i = 0; i < manual_prose_count; i++) {
        if (manual_prose[i].section != 7)
            continue;
        buf_printf(out, "  %-*s", label_width(), manual_word(&manual_prose[i]));
        manual_summary(out, &manual_prose[i]);
        buf_putc(out, '\n');
    }
}

static void put_program(struct buf *out)
{
    buf_puts(out,
             "usage: jpk COMMAND [OPTIONS] [ARGUMENTS]\n\n"
             "Tools for Jitterbit projects of both studios (Jitterpaks, exports) and Citizen Integrator recipes.\n\n"
             "commands:\n");
    put_commands(out, "");
    buf_puts(out, "\ntopics:\n");
    put_topics(out);
    buf_puts(
        out,
        "\n"
        "A PROJECT is a .jpk file, an export of Cloud Studio (.json), a workspace (manifest.jip and env-* folders),\n"
        "an environment's folder, an unpacked tree of any of these, or - for a .jpk on standard input.\n\n"
        "exit status: 0 nothing wrong, 1 findings, 2 wrong usage, 3 an input that cannot be read or is refused,\n"
        "4 output or internal failure.\n\n"
        "'jpk help COMMAND' or 'jpk help TOPIC' says more about one; 'jpk --version' tells the version.\n");
}

/* The command that is meant by "jpk-recipe-generate", or by words of the command line. */
static const struct command *find_command(int count, char **arguments)
{
    int words = 0;
    const struct command *command = command_find(count, arguments, &words);
    if (command || count != 1 || strncmp(arguments[0], "jpk-", 4) != 0)
        return words == count ? command : NULL;
    for (const struct command *const *c = commands; *c; c++) {
        const char *a = (*c)->name, *b = arguments[0] + 4;
        while (*a && (*a == *b || (*a == ' ' && *b == '-')))
            a++, b++;
        if (*a == *b)
            return *c;
    }
    return NULL;
}

static bool put_page(struct buf *out, const struct settings *settings, int count, char **arguments)
{
    bool man = settings->manual.man, family = count == 1 && !man && command_family(arguments[0]);
    const struct command *command = find_command(count, arguments);
    const struct manual_prose *topic = count == 1 ? manual_topic(arguments[0]) : NULL;
    if (count == 0 || (count == 1 && strcmp(arguments[0], "jpk") == 0))
        (man ? manual_roff_program : put_program)(out);
    else if (command)
        (man ? manual_roff_command : options_help)(out, command);
    else if (topic)
        (man ? manual_roff_topic : manual_text)(out, topic);
    else if (!family)
        return false;
    if (topic && family)
        buf_puts(out, "\nCommands\n");
    if (family)
        put_commands(out, arguments[0]);
    return true;
}

static const char *nearest_page(const char *word)
{
    const char *best = command_nearest(word);
    size_t least = best ? text_distance(word, best, 2) : 3;
    for (size_t i = 0; i < manual_prose_count; i++) {
        const char *topic = manual_word(&manual_prose[i]);
        if (manual_prose[i].section == 7 && text_distance(word, topic, 2) < least) {
            least = text_distance(word, topic, 2);
            best = topic;
        }
    }
    return best;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct buf out = {0};
    if (put_page(&out, settings, count, arguments))
        return message_buf(&out);
    const char *nearest = count == 1 ? nearest_page(arguments[0]) : NULL;
    if (nearest)
        fprintf(stderr, "jpk: there is no command '%s' and no such topic; did you mean '%s'?\n", arguments[0], nearest);
    else
        fprintf(stderr, "jpk: there is no command '%s%s%s'%s; 'jpk help' lists them\n", arguments[0],
                count > 1 ? " " : "", count > 1 ? arguments[1] : "", count > 1 ? "" : " and no such topic");
    return 2;
}

static const struct option *const groups[] = {options, common_options, NULL};

const struct command help_command = {
    .name = "help",
    .arguments = "[COMMAND|TOPIC]",
    .summary = "Say what there is, how a command is used, or what is to be known about a topic.",
    .details = "Without an argument it lists commands and topics. A page may also be called as in the manual, such as\n"
               "jpk-recipe-validate.",
    .groups = groups,
    .least = 0,
    .most = 2,
    .reach = {.everything = true},
    .run = run,
};
