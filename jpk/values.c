/* Values in their own encodings: versions, times, encrypted text. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "jpk/jpk.h"

/*
 * 110410000000033 is 11.41.0.33: major x 10^13, minor x 10^10, and the last part. The third part is 0 in every
 * real file, so its place is not known; it is shown as 0. (Source: jitterpak.properties of three Design Studio versions
 * beside the dotted versions of environment.properties.)
 */
static bool decode_packed(const char *text, char out[32])
{
    char *end;
    unsigned long long packed = strtoull(text, &end, 10);
    if (*end != '\0' || packed < 10000000000000u || packed > 9999999999999999u)
        return false;
    snprintf(out, 32, "%llu.%llu.0.%llu", packed / 10000000000000u, packed / 10000000000u % 1000u,
             packed % 10000000000u);
    return true;
}

/* Digits between dots: "11.41.0.33". */
static bool is_dotted(const char *text)
{
    for (size_t digits; (digits = strspn(text, "0123456789")) > 0; text++) {
        text += digits;
        if (*text != '.')
            return *text == '\0';
    }
    return false;
}

bool jpk_version_decode(const char *text, char out[32])
{
    char decoded[32] = "";
    size_t n = text ? strlen(text) : 0;
    if (n == 0 || !is_dotted(text))
        return false;
    if (strchr(text, '.')) {
        if (n >= sizeof decoded)
            return false;
        memcpy(decoded, text, n + 1);
    } else if (!decode_packed(text, decoded)) {
        return false;
    }
    memcpy(out, decoded, sizeof decoded);
    return true;
}

/* The first of two places that holds a version. */
static void version_of(const struct jpk_project *project, const char *jitterpak, const char *environment, char out[32])
{
    out[0] = '\0';
    if (!jpk_version_decode(jpk_project_property(project, JPK_FILE_JITTERPAK, jitterpak), out))
        jpk_version_decode(jpk_project_property(project, JPK_FILE_ENVIRONMENT, environment), out);
}

void jpk_project_created_with(const struct jpk_project *project, char out[32])
{
    version_of(project, "created_with_version", "saved-in-version", out);
}

void jpk_project_required_version(const struct jpk_project *project, char out[32])
{
    version_of(project, "required_version", "requires-version", out);
}

void jpk_time_decode(const char *milliseconds, char out[32])
{
    char *end = NULL;
    long long value = milliseconds && *milliseconds ? strtoll(milliseconds, &end, 10) : -1;
    time_t seconds = (time_t)(value / 1000);
    struct tm utc;
    out[0] = '\0';
    /* Up to the year 9999. */
    if (value < 0 || *end != '\0' || value > 253402300799999 || !gmtime_r(&seconds, &utc))
        return;
    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

bool jpk_encrypted_length(const char *value, size_t *least, size_t *most)
{
    enum { IV = 16, BLOCK = 16 };
    if (!value || strncmp(value, "$00", 3) != 0)
        return false;
    const char *base64 = value + 3;
    size_t n = strlen(base64);
    size_t digits = strspn(base64, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    if (n == 0 || n % 4 != 0 || n - digits > 2 || strspn(base64 + digits, "=") != n - digits)
        return false;
    size_t bytes = n / 4 * 3 - (n - digits);
    if (bytes < IV + BLOCK || bytes % BLOCK != 0)
        return false;
    *least = bytes - IV - BLOCK;
    *most = bytes - IV - 1;
    return true;
}

const char *jpk_kind_name(enum jpk_kind kind)
{
    static const char *const names[] = {"unknown", "backup", "export"};
    return (size_t)kind < sizeof names / sizeof names[0] ? names[kind] : names[JPK_KIND_UNKNOWN];
}

const char *jpk_severity_name(enum jpk_severity severity)
{
    static const char *const names[] = {"info", "warning", "error"};
    return (size_t)severity < 3 ? names[severity] : "error";
}

const char *jpk_confidence_name(enum jpk_confidence confidence)
{
    static const char *const names[] = {"low", "medium", "high"};
    return (size_t)confidence < 3 ? names[confidence] : "low";
}
