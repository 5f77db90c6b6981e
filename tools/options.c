#include "tools/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tools/message.h"

#define FIELD(name) offsetof(struct settings, name)
#define LIMIT(name) (offsetof(struct settings, limits) + offsetof(struct jpk_limits, name))

const struct option common_options[] = {
    {"help", 'h', OPTION_FLAG, FIELD(help), NULL, "show this help"},
    {"quiet", 'q', OPTION_FLAG, FIELD(quiet), NULL, "print results only, no notes"},
    {"verbose", 'v', OPTION_FLAG, FIELD(verbose), NULL, "print notes too"},
    {"no-color", 0, OPTION_FLAG, FIELD(no_color), NULL, "no colors (NO_COLOR does the same)"},
    {"sandbox", 0, OPTION_CHOICE, FIELD(sandbox), "auto|require|off",
     "give up what is not needed: where the kernel can, or fail (auto)"},
    {"max-memory", 0, OPTION_SIZE, FIELD(max_memory), "BYTES", "use no more memory than this"},
    {0},
};

const struct option input_options[] = {
    {"env", 'e', OPTION_TEXT, FIELD(environment), "ID|NAME",
     "which environment of a workspace (default: its last one)"},
    {0},
};

const struct option output_options[] = {
    {"output", 'o', OPTION_OUTPUT, FIELD(output), "PATH", "where to write"},
    {"force", 'f', OPTION_FLAG, FIELD(force), NULL, "overwrite what is there"},
    {"dry-run", 'n', OPTION_FLAG, FIELD(dry_run), NULL, "say what would be written, write nothing"},
    {0},
};

const struct option finding_options[] = {
    {"format", 0, OPTION_CHOICE, FIELD(format), "text|json|sarif|junit|github", "how to print (text)"},
    {"fail-level", 0, OPTION_CHOICE, FIELD(fail_level), "error|warning|info|never",
     "the least severity that makes the exit status 1 (error)"},
    {"max-findings", 0, OPTION_NUMBER, FIELD(max_findings), "N", "print the first N findings, count all"},
    {0},
};

const struct option limit_options[] = {
    {"max-entries", 0, OPTION_NUMBER, LIMIT(entries), "N", "entries in an archive (200000)"},
    {"max-name", 0, OPTION_SIZE, LIMIT(name_part), "BYTES", "one part of an entry's name (255)"},
    {"max-depth", 0, OPTION_NUMBER, LIMIT(path_parts), "N", "parts of an entry's path (64)"},
    {"max-entry-size", 0, OPTION_SIZE, LIMIT(entry_size), "BYTES", "one entry (256M)"},
    {"max-total-size", 0, OPTION_SIZE, LIMIT(total_size), "BYTES", "all entries, and the archive itself (2G)"},
    {"max-ratio", 0, OPTION_NUMBER, LIMIT(ratio), "N", "compression ratio of an entry above 1 MiB (200)"},
    {"max-xml-size", 0, OPTION_SIZE, LIMIT(xml_size), "BYTES", "one XML file (64M)"},
    {"max-xml-tag", 0, OPTION_SIZE, LIMIT(xml_tag), "BYTES", "one XML tag (1M)"},
    {"max-schema-nodes", 0, OPTION_NUMBER, LIMIT(schema_nodes), "N", "nodes of one structure (200000)"},
    {0},
};

/* -------------------------------------------------------------------------------------------------------- help */

void option_put(struct buf *out, const struct option *option)
{
    size_t start = out->size;
    if (option->letter)
        buf_printf(out, "  -%c, --%s", option->letter, option->name);
    else
        buf_printf(out, "      --%s", option->name);
    if (option->argument)
        buf_printf(out, " %s", option->argument);
    size_t n = out->size - start;
    if (n > 32)
        buf_printf(out, "\n%34s%s\n", "", option->help);
    else
        buf_printf(out, "%*s%s\n", (int)(34 - n), "", option->help);
}

void options_help(struct buf *out, const struct command *command)
{
    buf_printf(out, "usage: jpk %s [OPTIONS] %s\n\n%s\n", command->name, command->arguments, command->summary);
    if (command->details)
        buf_printf(out, "\n%s\n", command->details);
    buf_puts(out, "\noptions:\n");
    for (const struct option *const *group = command->groups; *group; group++) {
        if (*group == limit_options)
            buf_puts(out, "\nlimits (K, M and G mean KiB, MiB and GiB):\n");
        for (const struct option *option = *group; option->name; option++)
            option_put(out, option);
    }
}

bool option_prints(const char *path)
{
    return !path || strcmp(path, "-") == 0;
}

/* ----------------------------------------------------------------------------------------------------- commands */

const struct command *command_find(int argc, char **argv, int *words)
{
    for (const struct command *const *c = commands; *c; c++) {
        const char *space = strchr((*c)->name, ' ');
        size_t first = space ? (size_t)(space - (*c)->name) : strlen((*c)->name);
        if (argc < 1 || strlen(argv[0]) != first || strncmp(argv[0], (*c)->name, first) != 0)
            continue;
        if (space && (argc < 2 || strcmp(argv[1], space + 1) != 0))
            continue;
        *words = space ? 2 : 1;
        return *c;
    }
    return NULL;
}

bool command_family(const char *name)
{
    size_t n = strlen(name);
    for (const struct command *const *c = commands; *c; c++)
        if (strncmp((*c)->name, name, n) == 0 && (*c)->name[n] == ' ')
            return true;
    return false;
}

const char *command_nearest(const char *name)
{
    const char *best = NULL;
    size_t least = 3;
    for (const struct command *const *c = commands; *c; c++) {
        size_t distance = text_distance(name, (*c)->name, least);
        const char *space = strchr((*c)->name, ' ');
        if (space && distance > 0 && strcmp(space + 1, name) == 0)
            distance = 0; /* `jpk generate` */
        if (distance < least) {
            best = (*c)->name;
            least = distance;
        }
    }
    return best;
}

/* ------------------------------------------------------------------------------------------------------ options */

static const struct option *by_letter(const struct command *command, char letter)
{
    for (const struct option *const *group = command->groups; *group; group++)
        for (const struct option *option = *group; option->name; option++)
            if (option->letter == letter)
                return option;
    return NULL;
}

/* By the full name or an unambiguous beginning of it. */
static const struct option *by_name(const struct command *command, const char *name, size_t n, bool *several)
{
    const struct option *found = NULL;
    *several = false;
    for (const struct option *const *group = command->groups; *group; group++) {
        for (const struct option *option = *group; option->name; option++) {
            if (strncmp(option->name, name, n) != 0)
                continue;
            if (option->name[n] == '\0') {
                *several = false;
                return option;
            }
            *several = found != NULL;
            found = option;
        }
    }
    return *several ? NULL : found;
}

static const char *nearest_option(const struct command *command, const char *name)
{
    const char *best = NULL;
    size_t least = 3;
    for (const struct option *const *group = command->groups; *group; group++) {
        for (const struct option *option = *group; option->name; option++) {
            size_t distance = text_distance(name, option->name, least);
            if (distance < least) {
                best = option->name;
                least = distance;
            }
        }
    }
    return best;
}

static bool parse_number(const char *text, bool units, uint64_t *out)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || errno != 0)
        return false;
    static const char letters[] = "KMG";
    const char *unit = units && *end ? strchr(letters, *end >= 'a' ? *end - 32 : *end) : NULL;
    if (unit) {
        unsigned shift = 10u * (unsigned)(unit - letters + 1);
        if (value > UINT64_MAX >> shift)
            return false;
        value <<= shift;
        end++;
    }
    *out = value;
    return *end == '\0';
}

/* Whether `value` is one of "text|json|..."; returns the canonical pointer. */
static bool is_choice(const char *choices, const char *value)
{
    size_t n = strlen(value);
    for (const char *at = choices; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (strncmp(at, value, n) == 0 && (at[n] == '|' || at[n] == '\0') && n > 0)
            return true;
    return false;
}

static bool needs_value(const struct option *option)
{
    fprintf(stderr, "jpk: --%s needs a value: %s\n", option->name, option->argument);
    return false;
}

static bool set_value(const struct option *option, const char *value, struct settings *settings)
{
    char *field = (char *)settings + option->field;
    if (option->kind == OPTION_OUTPUT && !*value)
        return needs_value(option);
    switch (option->kind) {
    case OPTION_FLAG:
        memcpy(field, &(bool){true}, sizeof(bool));
        return true;
    case OPTION_CHOICE:
        if (!is_choice(option->argument, value)) {
            fprintf(stderr, "jpk: --%s takes %s, not '%s'\n", option->name, option->argument, value);
            return false;
        }
        memcpy(field, &value, sizeof value);
        return true;
    case OPTION_INPUT: {
        const char *before;
        memcpy(&before, field, sizeof before);
        if (before) {
            fprintf(stderr, "jpk: --%s names one input, and is there twice\n", option->name);
            return false;
        }
        memcpy(field, &value, sizeof value);
        return true;
    }
    case OPTION_TEXT:
    case OPTION_OUTPUT:
        memcpy(field, &value, sizeof value);
        return true;
    default: {
        uint64_t number;
        if (!parse_number(value, option->kind == OPTION_SIZE, &number)) {
            fprintf(stderr, "jpk: --%s takes a %s, not '%s'\n", option->name,
                    option->kind == OPTION_SIZE ? "size such as 4096, 64K or 2G" : "number", value);
            return false;
        }
        memcpy(field, &number, sizeof number);
        return true;
    }
    }
}

static bool unknown_option(const struct command *command, const char *name, bool several)
{
    if (several) {
        fprintf(stderr, "jpk: --%s may mean several options; see 'jpk help %s'\n", name, command->name);
        return false;
    }
    const char *nearest = nearest_option(command, name);
    if (nearest)
        fprintf(stderr, "jpk: 'jpk %s' has no option --%s; did you mean --%s?\n", command->name, name, nearest);
    else
        fprintf(stderr, "jpk: 'jpk %s' has no option --%s; see 'jpk help %s'\n", command->name, name, command->name);
    return false;
}

/* `--name`, `--name=value` or `--name value`; *used counts a value that was taken from the next argument. */
static bool long_option(const struct command *command, char **argv, int left, struct settings *settings, int *used)
{
    char name[64];
    const char *text = argv[0] + 2, *equals = strchr(text, '=');
    size_t n = equals ? (size_t)(equals - text) : strlen(text);
    bool several = false;
    snprintf(name, sizeof name, "%.*s", (int)(n > 60 ? 60 : n), text);
    const struct option *option = by_name(command, text, n, &several);
    if (!option)
        return unknown_option(command, name, several);
    if (option->kind == OPTION_FLAG) {
        if (!equals)
            return set_value(option, "", settings);
        fprintf(stderr, "jpk: --%s takes no value\n", option->name);
        return false;
    }
    if (equals)
        return set_value(option, equals + 1, settings);
    if (left < 2)
        return needs_value(option);
    *used = 1;
    return set_value(option, argv[1], settings);
}

/* `-abc`, `-ovalue` or `-o value`. */
static bool short_options(const struct command *command, char **argv, int left, struct settings *settings, int *used)
{
    for (const char *at = argv[0] + 1; *at; at++) {
        const struct option *option = by_letter(command, *at);
        if (!option) {
            fprintf(stderr, "jpk: 'jpk %s' has no option -%c; see 'jpk help %s'\n", command->name,
                    *at > ' ' && *at < 0x7f ? *at : '?', command->name);
            return false;
        }
        if (option->kind == OPTION_FLAG) {
            set_value(option, "", settings);
            continue;
        }
        if (at[1])
            return set_value(option, at + 1, settings);
        if (left < 2) {
            fprintf(stderr, "jpk: -%c needs a value: %s\n", option->letter, option->argument);
            return false;
        }
        *used = 1;
        return set_value(option, argv[1], settings);
    }
    return true;
}

int options_parse(const struct command *command, int argc, char **argv, struct settings *settings, int *count)
{
    int positional = 0;
    bool only_arguments = false;
    for (int i = 0; i < argc; i++) {
        int used = 0;
        bool ok = true;
        if (only_arguments || argv[i][0] != '-' || argv[i][1] == '\0')
            argv[positional++] = argv[i];
        else if (strcmp(argv[i], "--") == 0)
            only_arguments = true;
        else if (argv[i][1] == '-')
            ok = long_option(command, argv + i, argc - i, settings, &used);
        else
            ok = short_options(command, argv + i, argc - i, settings, &used);
        if (!ok)
            return 2;
        i += used;
    }
    if (settings->help) {
        struct buf help = {0};
        options_help(&help, command);
        return message_buf(&help);
    }
    if (positional < command->least || (command->most >= 0 && positional > command->most)) {
        fprintf(stderr, "jpk: too %s arguments; the usage is: jpk %s [OPTIONS] %s\n",
                positional < command->least ? "few" : "many", command->name, command->arguments);
        return 2;
    }
    *count = positional;
    return -1;
}
