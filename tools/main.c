/* jpk: finds the command, parses its options, runs it. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/message.h"
#include "tools/options.h"
#include "tools/sandbox.h"

const struct command *const commands[] = {
    &info_command,
    &list_command,
    &show_command,
    &check_command,
    &graph_command,
    &inventory_command,
    &diff_command,
    &merge_command,
    &git_install_command,
    &git_uninstall_command,
    &git_textconv_command,
    &git_merge_command,
    &unpack_command,
    &pack_command,
    &convert_command,
    &scan_command,
    &redact_command,
    &migrate_init_command,
    &migrate_plan_command,
    &migrate_run_command,
    &migrate_list_command,
    &migrate_status_command,
    &migrate_report_command,
    &migrate_verify_command,
    &recipe_generate_command,
    &recipe_validate_command,
    &recipe_list_command,
    &recipe_rules_command,
    &schema_validate_command,
    &schema_list_command,
    &schema_show_command,
    &recipe_configure_command,
    &recipe_fmt_command,
    &completion_command,
    &help_command,
    NULL,
};

static int unknown_command(const char *name)
{
    const char *nearest = command_nearest(name);
    if (nearest)
        fprintf(stderr, "jpk: there is no command '%s'; did you mean '%s'?\n", name, nearest);
    else
        fprintf(stderr, "jpk: there is no command '%s'; 'jpk help' lists them\n", name);
    return 2;
}

static int dispatch(int argc, char **argv)
{
    if (argc == 0) {
        fputs("jpk: a command is missing; 'jpk help' lists them\n", stderr);
        return 2;
    }
    if (strcmp(argv[0], "--version") == 0 || strcmp(argv[0], "-V") == 0) {
        printf("jpk %s\n", jpk_version());
        return 0;
    }
    struct settings settings = {.limits = jpk_limits_default()};
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)
        return help_command.run(&settings, 0, argv);
    int words = 0, count = 0;
    const struct command *command = command_find(argc, argv, &words);
    if (!command && command_family(argv[0])) {
        fprintf(stderr, "jpk: '%s' needs a second word%s%s; 'jpk help' lists them\n", argv[0], argc > 1 ? ", not " : "",
                argc > 1 ? argv[1] : "");
        return 2;
    }
    if (!command)
        return unknown_command(argv[0]);
    if (!sandbox_from_environment(&settings))
        return 2;
    int status = options_parse(command, argc - words, argv + words, &settings, &count);
    if (status >= 0)
        return status;
    status = sandbox_enter(command, &settings, count, argv + words);
    return status ? status : command->run(&settings, count, argv + words);
}

int main(int argc, char **argv)
{
    /* libzip asks for the local time of every entry; without TZ the C library looks at a file each time. */
    setenv("TZ", ":/etc/localtime", 0);
    /* A short life: memory that goes back and forth to the system costs more than it saves. */
    mallopt(M_TOP_PAD, 512 * 1024);
    mallopt(M_TRIM_THRESHOLD, 64 * 1024 * 1024);
    /*
     * libzip makes a compressor for every entry: a mapping of its own for each would be cleared and faulted in anew,
     * and so would the blocks of arenas, of 256 KiB. What is larger are buffers that grow: in the heap they leave
     * holes.
     */
    mallopt(M_MMAP_THRESHOLD, 512 * 1024);
    /* No setlocale: numbers, sorting and messages are the same everywhere. */
    int status = dispatch(argc - 1, argv + 1);
    if (message_failed() && status != 4)
        status = message_memory();
    /* A full disk shows only when the last bytes are written. */
    if (ferror(stdout) || fclose(stdout) != 0) {
        fputs("jpk: error: standard output cannot be written [write]\n", stderr);
        return 4;
    }
    return status;
}
