/* The script for zsh: what _arguments and _describe want. */
#include <stdio.h>
#include <string.h>

#include "tools/completion.h"

/* Text in a specification, in which a colon and brackets mean something. */
static void put_text(struct buf *out, const char *text)
{
    struct buf escaped = {0};
    for (const char *c = text; *c; c++) {
        if (strchr(":[]\\", *c))
            buf_putc(&escaped, '\\');
        buf_putc(&escaped, *c);
    }
    /* Inside of single quotes already. */
    for (const char *c = buf_text(&escaped); *c; c++) {
        if (*c == '\'')
            buf_puts(out, "'\\''");
        else
            buf_putc(out, *c);
    }
    out->failed = out->failed || escaped.failed;
    buf_free(&escaped);
}

/* ":message:action" of a place. */
static void put_place(struct buf *out, const char *message, struct completion *place)
{
    const char *words = buf_text(&place->words);
    buf_putc(out, ':');
    put_text(out, message);
    buf_putc(out, ':');
    if (*words && (place->endings || place->folders))
        buf_printf(out, "{compadd -- %s; _files}", words);
    else if (*words)
        buf_printf(out, "(%s)", words);
    else if (place->endings && *place->endings) {
        buf_puts(out, "_files -g \"*.(");
        for (const char *c = place->endings; *c; c++)
            buf_putc(out, *c == ' ' ? '|' : *c);
        buf_puts(out, ")(-.)\"");
    } else if (place->endings) {
        buf_puts(out, "_files");
    } else {
        buf_puts(out, place->folders ? "_files -/" : " ");
    }
    out->failed = out->failed || place->words.failed;
    completion_free(place);
}

static void put_option(struct buf *out, const struct option *option)
{
    bool value = option->kind != OPTION_FLAG;
    buf_puts(out, "            ");
    if (option->letter)
        buf_printf(out, "'(-%c --%s)'{-%c%s,--%s%s}'[", option->letter, option->name, option->letter, value ? "+" : "",
                   option->name, value ? "=" : "");
    else
        buf_printf(out, "'--%s%s[", option->name, value ? "=" : "");
    put_text(out, option->help);
    buf_putc(out, ']');
    if (value) {
        struct completion place = completion_option(option);
        put_place(out, option->argument, &place);
    }
    buf_puts(out, "' \\\n");
}

static void put_command(struct buf *out, const struct command *command)
{
    bool repeats = false;
    size_t count = completion_arguments(command, &repeats);
    buf_printf(out, "    '%s')\n        _arguments -s -S : \\\n", command->name);
    for (const struct option *const *group = command->groups; *group; group++)
        for (const struct option *option = *group; option->name; option++)
            put_option(out, option);
    for (size_t i = 0; i < count; i++) {
        struct completion place = completion_argument(command, i);
        buf_printf(out, "            '%s", repeats && i + 1 == count ? "*" : "");
        put_place(out, "argument", &place);
        buf_puts(out, "' \\\n");
    }
    buf_puts(out, "            && return 0\n        ;;\n");
}

/* A list for _describe of the words of `size` bytes that stand behind `family`: all first words when that is "". */
static void put_list(struct buf *out, const char *family)
{
    size_t n = strlen(family), index = 0, size;
    buf_puts(out, "        list=(\n");
    for (const char *word; n == 0 && (word = completion_word(&index, &size));) {
        buf_printf(out, "            '%.*s:", (int)size, word);
        if (word[size])
            completion_family(out, word, size);
        else
            put_text(out, commands[index - 1]->summary);
        buf_puts(out, "'\n");
    }
    for (const struct command *const *c = commands; n > 0 && *c; c++) {
        if (strncmp((*c)->name, family, n) != 0)
            continue;
        buf_printf(out, "            '%s:", (*c)->name + n);
        put_text(out, (*c)->summary);
        buf_puts(out, "'\n");
    }
    buf_puts(out, "        )\n        _describe command list\n        return\n");
}

/* The second word of families: it becomes a part of $command. */
static void put_families(struct buf *out)
{
    size_t index = 0, size;
    buf_puts(out, "    case $command in\n");
    for (const char *word; (word = completion_word(&index, &size));) {
        char family[64];
        if (word[size] != ' ')
            continue;
        snprintf(family, sizeof family, "%.*s ", (int)size, word);
        buf_printf(out, "    %.*s)\n        if ((CURRENT > 2)); then\n", (int)size, word);
        buf_puts(out, "            command=\"$command $words[2]\"\n            shift words\n            ((CURRENT--))\n"
                      "        else\n");
        put_list(out, family);
        buf_puts(out, "        fi\n        ;;\n");
    }
    buf_puts(out, "    esac\n");
}

void completion_zsh(struct buf *out)
{
    buf_puts(out, "#compdef jpk\n# zsh completion for jpk, made by 'jpk completion zsh'\n\n"
                  "_jpk()\n{\n    local command\n    local -a list\n    if ((CURRENT == 2)); then\n");
    put_list(out, "");
    buf_puts(out, "    fi\n    command=$words[2]\n    shift words\n    ((CURRENT--))\n");
    put_families(out);
    buf_puts(out, "    case $command in\n");
    for (const struct command *const *c = commands; *c; c++)
        put_command(out, *c);
    buf_puts(out, "    esac\n    return 1\n}\n\n"
                  "if [ \"$funcstack[1]\" = _jpk ]; then\n    _jpk \"$@\"\nelse\n    compdef _jpk jpk\nfi\n");
}
