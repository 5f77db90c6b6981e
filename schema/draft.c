/* The drafts by name, and the schemas that are built in. */
#include <string.h>

#include "schema/shipped.h"

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

const struct jpk_shipped_schema *shipped_find(const char *uri, size_t n)
{
    for (size_t i = 0; i < shipped_schema_count; i++)
        if (strlen(shipped_schemas[i].uri) == n && memcmp(shipped_schemas[i].uri, uri, n) == 0)
            return &shipped_schemas[i];
    return NULL;
}

const struct jpk_shipped_schema *jpk_shipped_schemas(size_t *count)
{
    *count = shipped_schema_count;
    return shipped_schemas;
}
