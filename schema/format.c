#include "schema/format.h"

#include <string.h>

#include "schema/format_checks.h"
#include "schema/pattern.h"
#include "schema/uri.h"

static bool check_uri(const char *text, size_t n)
{
    return uri_valid(text, n, 0);
}

static bool check_uri_reference(const char *text, size_t n)
{
    return uri_valid(text, n, URI_REFERENCE);
}

static bool check_iri(const char *text, size_t n)
{
    return uri_valid(text, n, URI_INTERNATIONAL);
}

static bool check_iri_reference(const char *text, size_t n)
{
    return uri_valid(text, n, URI_REFERENCE | URI_INTERNATIONAL);
}

/* No draft took a format away that an earlier one had. */
enum {
    SINCE_2019_09 = 1 << JPK_DRAFT_2019_09 | 1 << JPK_DRAFT_2020_12,
    SINCE_7 = SINCE_2019_09 | 1 << JPK_DRAFT_7,
    SINCE_6 = SINCE_7 | 1 << JPK_DRAFT_6,
    SINCE_4 = SINCE_6 | 1 << JPK_DRAFT_4
};

/* By name. The formats of each draft: its validation specification, section 7.3 (draft 4: "Semantic validation"). */
static const struct format formats[] = {
    {"date", format_date, "a date as in 2024-02-29", SINCE_7},
    {"date-time", format_date_time, "a date and time with its offset as in 2024-02-29T12:00:00Z", SINCE_4},
    {"duration", format_duration, "a duration as in P1DT12H", SINCE_2019_09},
    {"email", format_email, "an e-mail address", SINCE_4},
    {"hostname", format_hostname, "a host name as in www.example.com", SINCE_4},
    {"idn-email", format_idn_email, "an e-mail address", SINCE_7},
    {"idn-hostname", format_idn_hostname, "a host name", SINCE_7},
    {"ipv4", format_ipv4, "an IPv4 address as in 192.0.2.1", SINCE_4},
    {"ipv6", format_ipv6, "an IPv6 address as in 2001:db8::1", SINCE_4},
    {"iri", check_iri, "an IRI with its scheme", SINCE_7},
    {"iri-reference", check_iri_reference, "an IRI or a relative reference", SINCE_7},
    {"json-pointer", format_json_pointer, "a JSON pointer as in /items/0/name", SINCE_6},
    {"regex", pattern_valid, "a regular expression of ECMA-262", SINCE_7},
    {"relative-json-pointer", format_relative_json_pointer, "a relative JSON pointer as in 1/name", SINCE_7},
    {"time", format_time, "a time with its offset as in 12:00:00Z", SINCE_7},
    {"uri", check_uri, "a URI with its scheme", SINCE_4},
    {"uri-reference", check_uri_reference, "a URI or a relative reference", SINCE_6},
    {"uri-template", format_uri_template, "a URI template as in /users/{id}", SINCE_6},
    {"uuid", format_uuid, "a UUID as in 123e4567-e89b-12d3-a456-426614174000", SINCE_2019_09},
};

const struct format *format_find(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strlen(formats[i].name) == n && memcmp(formats[i].name, name, n) == 0)
            return &formats[i];
    return NULL;
}

bool format_in_draft(const struct format *format, enum jpk_draft draft)
{
    return (format->drafts >> draft & 1) != 0;
}
