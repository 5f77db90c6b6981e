/* The commands, one file each. */
#ifndef TOOLS_COMMANDS_H
#define TOOLS_COMMANDS_H

#include "tools/options.h"

extern const struct command info_command;
extern const struct command list_command;
extern const struct command show_command;
extern const struct command check_command;
extern const struct command unpack_command;
extern const struct command diff_command;
extern const struct command merge_command;
extern const struct command git_install_command;
extern const struct command git_uninstall_command;
extern const struct command git_textconv_command;
extern const struct command git_merge_command;
extern const struct command graph_command;
extern const struct command pack_command;
extern const struct command convert_command;
extern const struct command inventory_command;
extern const struct command scan_command;
extern const struct command redact_command;
extern const struct command migrate_init_command;
extern const struct command migrate_plan_command;
extern const struct command migrate_run_command;
extern const struct command migrate_list_command;
extern const struct command migrate_status_command;
extern const struct command migrate_report_command;
extern const struct command migrate_verify_command;
extern const struct command recipe_generate_command;
extern const struct command recipe_validate_command;
extern const struct command recipe_list_command;
extern const struct command recipe_rules_command;
extern const struct command schema_validate_command;
extern const struct command schema_list_command;
extern const struct command schema_show_command;
extern const struct command recipe_configure_command;
extern const struct command recipe_fmt_command;
extern const struct command completion_command;
extern const struct command help_command;

#endif
