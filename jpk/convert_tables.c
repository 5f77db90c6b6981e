#include "jpk/convert_tables.h"

#include <string.h>

/* Proved by a real pair of projects (cloud-studio facts, section 16). */
const struct convert_option convert_options[] = {
    {"LogLevel", "logLevel", false},
    {"debug_mode_until", "debug_mode_until", false},
    {"run_success_op_if_no_source_files", "AlwaysRunSuccessOperation", true},
    {"chunk_size", "chunk_size", true},
    {"target_chunk_size", "target_chunk_size", true},
    {"max_number_of_threads", "max_number_of_threads", true},
    {"source_chunk_node", "source_chunk_node", false},
    {"target_chunk_node", "target_chunk_node", false},
    {"validate_source_text_file", "validate_source_text_file", true},
    {"schedule_policy", "schedule_policy", false},
};
const size_t convert_option_count = sizeof convert_options / sizeof convert_options[0];

const struct convert_email_setting convert_email_settings[] = {
    {"smtp_servers", "mailServer", "mail server"},
    {"send_to", "to", "to"},
    {"sent_from", "from", "from"},
    {"cc", "cc", "cc"},
    {"bcc", "bcc", "bcc"},
    {"reply_to", "replyTo", "reply to"},
    {"subject", "subject", "subject"},
    {"message_text", "message", "message"},
};
const size_t convert_email_setting_count = sizeof convert_email_settings / sizeof convert_email_settings[0];

const struct convert_time_unit *convert_time_unit(const char *name)
{
    static const struct convert_time_unit units[] = {{"HOURS", 3600}, {"MINUTES", 60}, {"SECONDS", 1}, {"DAYS", 86400}};
    for (size_t i = 0; name && i < sizeof units / sizeof units[0]; i++)
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    return &units[0];
}
