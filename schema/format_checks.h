/* The checks of single formats: see schema/format.h, which lists them by name. */
#ifndef SCHEMA_FORMAT_CHECKS_H
#define SCHEMA_FORMAT_CHECKS_H

#include "schema/format.h"

/* RFC 3339 */
format_check format_date, format_time, format_date_time, format_duration;

/* RFC 1123, 5890 to 5893, 2673, 4291, 5321, 6531 */
format_check format_hostname, format_idn_hostname, format_ipv4, format_ipv6, format_email, format_idn_email;

/* An international host name whose characters may be composed (Unicode NFC) or not. */
format_check format_mail_domain;

/* RFC 6901, the draft of relative JSON pointers, RFC 6570, RFC 9562 */
format_check format_json_pointer, format_relative_json_pointer, format_uri_template, format_uuid;

#endif
