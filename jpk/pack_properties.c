/* The jitterpak.properties of a packed project. Facts: section 10 of the format's inventory. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "jpk/pack_list.h"
#include "jpk/properties.h"

static const char *property(const struct packer *p, enum jpk_properties_file file, const char *key)
{
    const char *value = jpk_project_property(p->project, file, key);
    return value && *value ? value : NULL;
}

/* The first of the places that say it: an existing file, the environment, the workspace. */
static const char *first_of(const struct packer *p, const char *jitterpak, const char *environment,
                            const char *manifest)
{
    const char *value = jitterpak ? property(p, JPK_FILE_JITTERPAK, jitterpak) : NULL;
    if (!value && environment)
        value = property(p, JPK_FILE_ENVIRONMENT, environment);
    if (!value && manifest)
        value = property(p, JPK_FILE_MANIFEST, manifest);
    return value ? value : "";
}

/* "11.41.0.33" as 110410000000033. Where the third part goes is not known: it is 0 in every real file. */
static void pack_version(const char *text, char out[32])
{
    static const uint64_t places[] = {UINT64_C(10000000000000), UINT64_C(10000000000), UINT64_C(10000000), 1};
    uint64_t packed = 0;
    size_t parts = 0;
    const char *at = text;
    while (parts < 4 && *at >= '0' && *at <= '9') {
        char *end;
        packed += strtoull(at, &end, 10) * places[parts++];
        at = end + (*end == '.');
    }
    if (!strchr(text, '.') || *at != '\0')
        snprintf(out, 32, "%.31s", text); /* packed already, or something else */
    else
        snprintf(out, 32, "%" PRIu64, packed);
}

#define LAST_MILLISECOND INT64_C(253402300799999) /* of the year 9999 */

/* Milliseconds: SOURCE_DATE_EPOCH, else the last change that the project knows of. Never the clock. */
static int64_t made_at(const struct packer *p)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    const char *text = first_of(p, NULL, "modified", "modified");
    if (!*text)
        text = first_of(p, NULL, "accessed", "accessed");
    char *end;
    int64_t unit = epoch && *epoch ? 1000 : 1, value = strtoll(unit > 1 ? epoch : text, &end, 10);
    if (*end != '\0' || value < 0 || value > LAST_MILLISECOND / unit)
        value = 0;
    return value * unit;
}

/* The keys in the order in which real files of each kind have them: that of a hash table. */
bool pack_put_jitterpak(struct packer *p, struct buf *out)
{
    char required[32], created_with[32], created[32];
    struct buf comment = {0};
    bool backup = p->kind == JPK_PACK_BACKUP;
    int64_t at = made_at(p);
    const char *old = property(p, JPK_FILE_JITTERPAK, "created_at");
    pack_version(first_of(p, "required_version", "requires-version", "requires-version"), required);
    pack_version(first_of(p, "created_with_version", "saved-in-version", "saved-in-version"), created_with);
    snprintf(created, sizeof created, "%.20s", old ? old : "");
    if (!old)
        snprintf(created, sizeof created, "%" PRId64, at);
    const char *environment = first_of(p, "env_name", "environment-name", NULL);
    if (backup)
        buf_printf(&comment, "Backup of the project '%s' (environment '%s')", p->name, environment);
    else
        buf_puts(&comment, first_of(p, "comment", NULL, NULL));
    struct {
        const char *key, *value;
        bool exported;
    } rows[] = {
        {"required_version", required, true},
        {"project_id", p->project->id, true},
        {"type", "3", true},
        {"description", first_of(p, "description", NULL, "description"), true},
        {"created_at", created, true},
        {"created_with_version", created_with, true},
        {"project_name", p->name, true},
        {"comment", buf_text(&comment), true},
        {"created_at", created, false},
        {"org_id", first_of(p, "org_id", "org-id", "org-id"), false},
        {"env_type", first_of(p, "env_type", "environment-type", NULL), false},
        {"org_name", first_of(p, "org_name", "org-name", "org-name"), false},
        {"required_version", required, false},
        {"env_id", first_of(p, "env_id", "environment-id", "last-environment"), false},
        {"comment", buf_text(&comment), false},
        {"created_with_version", created_with, false},
        {"type", "1", false},
        {"env_name", environment, false},
        {"project_name", p->name, false},
        {"description", first_of(p, "description", NULL, "description"), false},
        {"project_id", p->project->id, false},
    };
    properties_put_date(out, at);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].exported != backup)
            properties_put(out, rows[i].key, rows[i].value);
    bool ok = !out->failed && !comment.failed;
    buf_free(&comment);
    if (!ok)
        return error_memory(p->err);
    return *required ||
           pack_note(p, "no file of the project says which version it requires: jitterpak.properties does not either");
}
