/* The script for fish. */
#include <string.h>

#include "tools/completion.h"

/* What the words of the line before the cursor say. The one with the cursor is no part of them. */
static const char *const driver[] = {
    "# The command on the line, of one word or two.",
    "function __jpk_command",
    "    set -l words (commandline -opc)",
    "    set -l command",
    "    for word in $words[2..-1]",
    "        if string match -q -- '-*' $word",
    "            continue",
    "        end",
    "        set command $command $word",
    "        if not contains -- \"$command\" $__jpk_families",
    "            break",
    "        end",
    "    end",
    "    echo \"$command\"",
    "end",
    "",
    "function __jpk_is",
    "    set -l command (__jpk_command)",
    "    test \"$command\" = \"$argv\"",
    "end",
    "",
    "# Files with one of these endings, or all, and folders; / is no ending.",
    "function __jpk_files",
    "    set -l token (commandline -ct | string replace -r -- '^--[a-z-]+=' '')",
    "    set -l pattern '^[^\\t]*(?:/|\\.(?:'(string join '|' -- $argv)'))(?:\\t.*)?$'",
    "    if not set -q argv[1]",
    "        set pattern .",
    "    end",
    "    __fish_complete_path \"$token\" | string match -e -r -- $pattern",
    "end",
    "",
    "complete -c jpk -f",
    NULL,
};

static void put_description(struct buf *out, const char *text)
{
    buf_puts(out, " -d ");
    completion_quote(out, text);
}

/* `-a ...` of a place. */
static void put_place(struct buf *out, struct completion *place)
{
    buf_puts(out, " -a '");
    buf_puts(out, buf_text(&place->words));
    if (place->endings)
        buf_printf(out, " (__jpk_files %s)", place->endings);
    else if (place->folders)
        buf_puts(out, " (__jpk_files /)");
    buf_putc(out, '\'');
    out->failed = out->failed || place->words.failed;
    completion_free(place);
}

static void put_words(struct buf *out)
{
    size_t index = 0, size;
    for (const char *word; (word = completion_word(&index, &size));) {
        buf_printf(out, "complete -c jpk -n '__jpk_is' -a %.*s", (int)size, word);
        if (word[size]) {
            buf_puts(out, " -d '");
            completion_family(out, word, size);
            buf_puts(out, "'\n");
            continue;
        }
        put_description(out, commands[index - 1]->summary);
        buf_putc(out, '\n');
    }
    for (const struct command *const *c = commands; *c; c++) {
        const char *space = strchr((*c)->name, ' ');
        if (!space)
            continue;
        buf_printf(out, "complete -c jpk -n '__jpk_is %.*s' -a %s", (int)(space - (*c)->name), (*c)->name, space + 1);
        put_description(out, (*c)->summary);
        buf_putc(out, '\n');
    }
}

static void put_command(struct buf *out, const struct command *command)
{
    bool repeats = false;
    size_t count = completion_arguments(command, &repeats);
    for (const struct option *const *group = command->groups; *group; group++) {
        for (const struct option *option = *group; option->name; option++) {
            buf_printf(out, "complete -c jpk -n '__jpk_is %s' -l %s", command->name, option->name);
            if (option->letter)
                buf_printf(out, " -s %c", option->letter);
            if (option->kind != OPTION_FLAG) {
                struct completion place = completion_option(option);
                buf_puts(out, " -x");
                put_place(out, &place);
            }
            put_description(out, option->help);
            buf_putc(out, '\n');
        }
    }
    /* fish counts no arguments: what any of them can be. */
    for (size_t i = 0; i < count; i++) {
        struct completion place = completion_argument(command, i);
        buf_printf(out, "complete -c jpk -n '__jpk_is %s'", command->name);
        put_place(out, &place);
        buf_putc(out, '\n');
    }
}

void completion_fish(struct buf *out)
{
    size_t index = 0, size;
    buf_puts(out, "# fish completion for jpk, made by 'jpk completion fish'\n\nset -g __jpk_families");
    for (const char *word; (word = completion_word(&index, &size));)
        if (word[size] == ' ')
            buf_printf(out, " %.*s", (int)size, word);
    buf_puts(out, "\n\n");
    for (const char *const *line = driver; *line; line++)
        buf_printf(out, "%s\n", *line);
    put_words(out);
    for (const struct command *const *c = commands; *c; c++)
        put_command(out, *c);
}
