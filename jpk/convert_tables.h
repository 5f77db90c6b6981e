/* Keys of operations and e-mails that correspond one to one; both directions of the conversion read them. */
#ifndef JPK_CONVERT_TABLES_H
#define JPK_CONVERT_TABLES_H

#include <stdbool.h>
#include <stddef.h>

/* An option of operations: a setting in Design Studio, a member of `options` in Cloud Studio. */
struct convert_option {
    const char *key, *member;
    bool number;
};

/* A setting of e-mails and a member of the component; `label` is for people. */
struct convert_email_setting {
    const char *key, *member, *label;
};

/* A unit of time-outs, by the name that both forms have for it. */
struct convert_time_unit {
    const char *name;
    long seconds;
};

extern const struct convert_option convert_options[];
extern const size_t convert_option_count;
extern const struct convert_email_setting convert_email_settings[];
extern const size_t convert_email_setting_count;

/* The unit of that name; hours when there is none. */
const struct convert_time_unit *convert_time_unit(const char *name);

#endif
