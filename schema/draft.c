/* The drafts by name, and the schemas that are built in. */
#include <string.h>

#include "schema/shipped.h"

#include "jpk/schema.h"

static const struct {
    const char *name, *uri;
} drafts[JPK_DRAFTS] = {
    [JPK_DRAFT_4] = {"4", "http://json-schema.org/draft-04/schema"},
    [JPK_DRAFT_6] = {"6", "http://json-schema.org/draft-06/schema"},
    [JPK_DRAFT_7] = {"7", "http://json-schema.org/draft-07/schema"},
    [JPK_DRAFT_2019_09] = {"2019-09", "https://json-schema.org/draft/2019-09/schema"},
    [JPK_DRAFT_2020_12] = {"2020-12", "https://json-schema.org/draft/2020-12/schema"},
};

const char *jpk_draft_name(enum jpk_draft draft)
{
    return (size_t)draft < JPK_DRAFTS ? drafts[draft].name : "";
}

enum jpk_draft jpk_draft_find(const char *name)
{
    size_t n = strlen(name);
    if (n > 0 && name[n - 1] == '#')
        n--;
    for (size_t i = 0; i < JPK_DRAFTS; i++)
        if (strcmp(name, drafts[i].name) == 0 || (strlen(drafts[i].uri) == n && memcmp(name, drafts[i].uri, n) == 0))
            return (enum jpk_draft)i;
    return JPK_DRAFTS;
}

/* The folder of a built-in URI and the beginning of the file's name. */
static const struct {
    const char *uri, *file;
} places[] = {
    {"http://json-schema.org/draft-04/schema", "draft4"},
    {"http://json-schema.org/draft-06/schema", "draft6"},
    {"http://json-schema.org/draft-07/schema", "draft7"},
    {"https://json-schema.org/draft/2019-09/schema", "draft2019-09"},
    {"https://json-schema.org/draft/2020-12/schema", "draft2020-12"},
    {"https://json-schema.org/draft/2019-09/meta/", "draft2019-09-"},
    {"https://json-schema.org/draft/2020-12/meta/", "draft2020-12-"},
    {"urn:jpk:schema:", ""},
};

static const struct shipped_file *by_name(const char *first, const char *rest, size_t n)
{
    size_t m = strlen(first);
    for (size_t i = 0; i < shipped_file_count; i++) {
        const char *name = shipped_files[i].name;
        if (strncmp(name, first, m) == 0 && strlen(name) == m + n && memcmp(name + m, rest, n) == 0)
            return &shipped_files[i];
    }
    return NULL;
}

const struct shipped_file *shipped_find(const char *uri, size_t n)
{
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        size_t m = strlen(places[i].uri);
        bool folder = places[i].uri[m - 1] == '/' || places[i].uri[m - 1] == ':';
        if (n >= m && memcmp(uri, places[i].uri, m) == 0 && (folder ? n > m : n == m))
            return by_name(places[i].file, uri + m, n - m);
    }
    return NULL;
}
