#include "jpk/convert_tables.h"

#include "base/text.h"

/* Proved by a real pair of projects (cloud-studio facts, section 16). */
const struct convert_option convert_option_rows[] = {
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
const size_t convert_option_count = sizeof convert_option_rows / sizeof convert_option_rows[0];

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
    static const struct convert_time_unit units[] = {{"HOURS", 3600}, {"MINUTES", 60}, {"SECONDS", 1}};
    for (size_t i = 0; name && i < sizeof units / sizeof units[0]; i++)
        if (text_caseeq(units[i].name, name))
            return &units[i];
    return &units[0];
}

void convert_put_sending(struct buf *out, const char *email)
{
    buf_puts(out, "<trans>\nSendEmailMessage(\"<TAG>email:");
    for (; *email; email++) {
        if (*email == '"' || *email == '\\')
            buf_putc(out, '\\');
        buf_putc(out, *email);
    }
    buf_puts(out, "</TAG>\");\n</trans>");
}

/* One member for one setting. */
const struct convert_schedule_member convert_schedule_members[] = {
    {"occurrence", "occurs", "occurs", CONVERT_SCHEDULE_NUMBER},
    {"occurrence", "daily", "daily", CONVERT_SCHEDULE_NUMBER},
    {"occurrence", "monday", "mon", CONVERT_SCHEDULE_DAY},
    {"occurrence", "tuesday", "tue", CONVERT_SCHEDULE_DAY},
    {"occurrence", "wednesday", "wed", CONVERT_SCHEDULE_DAY},
    {"occurrence", "thursday", "thu", CONVERT_SCHEDULE_DAY},
    {"occurrence", "friday", "fri", CONVERT_SCHEDULE_DAY},
    {"occurrence", "saturday", "sat", CONVERT_SCHEDULE_DAY},
    {"occurrence", "sunday", "sun", CONVERT_SCHEDULE_DAY},
    {"occurrence", "weekly", "weekly", CONVERT_SCHEDULE_NUMBER},
    {"occurrence", "monthly", "monthly", CONVERT_SCHEDULE_NUMBER},
    {"occurrence", "monthlyADay", "monthly_a_day", CONVERT_SCHEDULE_NUMBER},
    {"occurrence", "monthlyAOfEveryXMonth", "monthly_a_of_every_x_month", CONVERT_SCHEDULE_NUMBER},
    {"occurrence", "monthlyBDay", "monthly_b_day", CONVERT_SCHEDULE_NUMBER},
    {"occurrence", "monthlyBNum", "monthly_b_num", CONVERT_SCHEDULE_NUMBER},
    {"occurrence", "monthlyBOfEveryXMonth", "monthly_b_of_every_x_month", CONVERT_SCHEDULE_NUMBER},
    {"frequency", "frequency", "frequency", CONVERT_SCHEDULE_NUMBER},
    {"frequency", "frequencyOnceTime", "frequency_once_time", CONVERT_SCHEDULE_TEXT},
    {"frequency", "frequencyEveryHm", "frequency_every_hm", CONVERT_SCHEDULE_NUMBER},
    {"frequency", "frequencyEveryNum", "frequency_every_num", CONVERT_SCHEDULE_NUMBER},
    {"frequency", "frequencyStartTime", "frequency_start_time", CONVERT_SCHEDULE_TEXT},
    {"frequency", "frequencyEndTime", "frequency_end_time", CONVERT_SCHEDULE_TEXT},
    {"duration", "durationYesnoEnd", "duration_yesno_end", CONVERT_SCHEDULE_FLAG},
    {"duration", "durationStartDate", "duration_start_date", CONVERT_SCHEDULE_TEXT},
    {"duration", "durationEndDate", "duration_end_date", CONVERT_SCHEDULE_TEXT},
};
const size_t convert_schedule_member_count = sizeof convert_schedule_members / sizeof convert_schedule_members[0];
