/* Keys of operations and e-mails that correspond one to one; both directions of the conversion read them. */
#ifndef JPK_CONVERT_TABLES_H
#define JPK_CONVERT_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

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

/* How a member of a schedule's request stands for a setting. */
enum convert_schedule_value {
    CONVERT_SCHEDULE_TEXT,
    CONVERT_SCHEDULE_NUMBER,
    CONVERT_SCHEDULE_FLAG, /* 1 and 0 */
    CONVERT_SCHEDULE_DAY   /* 1 and -1 */
};

/* A member of a part of a schedule's request for the REST interface, and the setting of Design Studio. */
struct convert_schedule_member {
    const char *part, *member, *key;
    enum convert_schedule_value value;
};

extern const struct convert_schedule_member convert_schedule_members[];
extern const size_t convert_schedule_member_count;
extern const struct convert_option convert_option_rows[];
extern const size_t convert_option_count;
extern const struct convert_email_setting convert_email_settings[];
extern const size_t convert_email_setting_count;

/* The unit of that name in any letter case; hours when there is none. The smaller ones follow, the last is a second. */
const struct convert_time_unit *convert_time_unit(const char *name);

/* The script of an operation that sends an e-mail on behalf of another; `email` is the component's name. */
void convert_put_sending(struct buf *out, const char *email);

#endif
