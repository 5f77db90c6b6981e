/* The script for bash, from version 4 on. It needs nothing of the package bash-completion. */
#include <string.h>

#include "tools/completion.h"

/*
 * _jpk reads the line word by word: first the command, then options, of which some take the word behind them, and
 * arguments, which are counted. "--option=value" is three words to bash.
 */
static const char driver[] =
    "_jpk_files()\n"
    "{\n"
    "    local ending\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    for ending in $1; do\n"
    "        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -X \"!*.$ending\" -- \"$current\")\n"
    "    done\n"
    "    mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen \"${2:--d}\" -- \"$current\")\n"
    "}\n"
    "\n"
    "_jpk()\n"
    "{\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} command='' option='' number=0 only='' words='' files=''\n"
    "    local i word\n"
    "    COMPREPLY=()\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        word=${COMP_WORDS[i]}\n"
    "        if [[ $word = '=' && -n $option ]]; then\n"
    "            continue\n"
    "        elif [[ -n $option ]]; then\n"
    "            option=\n"
    "        elif [[ $word = -- ]]; then\n"
    "            only=1\n"
    "        elif [[ $word = -?* && -z $only ]]; then\n"
    "            _jpk_value \"$command $word\" && option=$word\n"
    "        elif [[ -z $command ]] || _jpk_words \"$command\"; then\n"
    "            command=${command:+$command }$word\n"
    "        else\n"
    "            ((number++))\n"
    "        fi\n"
    "    done\n"
    "    words='' files=''\n"
    "    [[ $current = '=' && -n $option ]] && current=\n"
    "    if [[ -n $option ]]; then\n"
    "        _jpk_value \"$command $option\"\n"
    "    elif [[ $current = -* && -z $only ]]; then\n"
    "        _jpk_options \"$command\"\n"
    "    else\n"
    "        _jpk_words \"$command\" || _jpk_argument \"$command $number\"\n"
    "    fi\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
    "    case $files in\n"
    "    '') ;;\n"
    "    '*') _jpk_files '' -f ;;\n"
    "    /) _jpk_files '' ;;\n"
    "    *) _jpk_files \"$files\" ;;\n"
    "    esac\n"
    "}\n"
    "\n"
    "complete -F _jpk jpk\n";

static void begin_case(struct buf *out, const char *comment, const char *name)
{
    buf_printf(out, "# %s\n%s()\n{\n    case $1 in\n", comment, name);
}

static void end_case(struct buf *out)
{
    buf_puts(out, "    *) return 1 ;;\n    esac\n}\n\n");
}

/* Sets $words and $files to what can stand at a place. */
static void put_place(struct buf *out, struct completion *place)
{
    const char *files = place->endings ? (*place->endings ? place->endings : "*") : place->folders ? "/" : "";
    buf_puts(out, "words=");
    completion_quote(out, buf_text(&place->words));
    buf_puts(out, " files=");
    completion_quote(out, files);
    buf_puts(out, " ;;\n");
    out->failed = out->failed || place->words.failed;
    completion_free(place);
}

/* The words that commands begin with, and the second ones of families. */
static void put_words(struct buf *out)
{
    size_t index = 0, size;
    begin_case(out, "What a command that is not complete goes on with.", "_jpk_words");
    buf_puts(out, "    '') words='");
    for (const char *word; (word = completion_word(&index, &size));)
        buf_printf(out, "%.*s ", (int)size, word);
    buf_puts(out, "--help --version' ;;\n");
    index = 0;
    for (const char *word; (word = completion_word(&index, &size));) {
        if (word[size] != ' ')
            continue;
        buf_printf(out, "    %.*s) words='", (int)size, word);
        for (const struct command *const *c = commands; *c; c++)
            if (strncmp((*c)->name, word, size + 1) == 0)
                buf_printf(out, "%s ", (*c)->name + size + 1);
        buf_puts(out, "' ;;\n");
    }
    end_case(out);
}

static void put_options(struct buf *out)
{
    begin_case(out, "The options of a command.", "_jpk_options");
    buf_puts(out, "    '') words='--help --version' ;;\n");
    for (const struct command *const *c = commands; *c; c++) {
        buf_printf(out, "    '%s') words='", (*c)->name);
        for (const struct option *const *group = (*c)->groups; *group; group++)
            for (const struct option *option = *group; option->name; option++)
                buf_printf(out, "--%s ", option->name);
        buf_puts(out, "' ;;\n");
    }
    end_case(out);
}

static void put_values(struct buf *out)
{
    begin_case(out, "The value of an option of a command; false: it takes none.", "_jpk_value");
    for (const struct command *const *c = commands; *c; c++) {
        for (const struct option *const *group = (*c)->groups; *group; group++) {
            for (const struct option *option = *group; option->name; option++) {
                if (option->kind == OPTION_FLAG)
                    continue;
                struct completion place = completion_option(option);
                buf_printf(out, "    '%s --%s'", (*c)->name, option->name);
                if (option->letter)
                    buf_printf(out, " | '%s -%c'", (*c)->name, option->letter);
                buf_puts(out, ") ");
                put_place(out, &place);
            }
        }
    }
    end_case(out);
}

static void put_arguments(struct buf *out)
{
    begin_case(out, "The argument of a command with that number, from 0.", "_jpk_argument");
    for (const struct command *const *c = commands; *c; c++) {
        bool repeats = false;
        size_t count = completion_arguments(*c, &repeats);
        for (size_t i = 0; i < count; i++) {
            struct completion place = completion_argument(*c, i);
            if (repeats && i + 1 == count)
                buf_printf(out, "    '%s '*) ", (*c)->name);
            else
                buf_printf(out, "    '%s %zu') ", (*c)->name, i);
            put_place(out, &place);
        }
    }
    end_case(out);
}

void completion_bash(struct buf *out)
{
    buf_puts(out, "# bash completion for jpk, made by 'jpk completion bash'\n\n");
    put_words(out);
    put_options(out);
    put_values(out);
    put_arguments(out);
    buf_puts(out, driver);
}
