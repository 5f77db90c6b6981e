/* The official test suite of JSON Schema, which stands in the folder of real projects. */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <jansson.h>

#include "jpk/schema.h"
#include "tests/unit/projectmaker.h"

static const char *const suite_drafts[JPK_DRAFTS] = {
    [JPK_DRAFT_4] = "draft4",
    [JPK_DRAFT_6] = "draft6",
    [JPK_DRAFT_7] = "draft7",
    [JPK_DRAFT_2019_09] = "draft2019-09",
    [JPK_DRAFT_2020_12] = "draft2020-12",
};

/* Whether the suite is there; a line says so when it is not. */
static inline bool suite_there(void)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/json-schema-test-suite/tests", pm_shared());
    bool there = access(path, R_OK) == 0;
    if (!there)
        printf("%s is not there: skipped\n", path);
    return there;
}

/* One file of a draft, such as "optional/format/date.json"; NULL when the draft has none. The caller lets go of it. */
static inline json_t *suite_load(enum jpk_draft draft, const char *file)
{
    char path[1024];
    json_error_t error;
    snprintf(path, sizeof path, "%s/json-schema-test-suite/tests/%s/%s", pm_shared(), suite_drafts[draft], file);
    if (access(path, R_OK) != 0)
        return NULL;
    json_t *cases = json_load_file(path, JSON_ALLOW_NUL, &error);
    if (!cases)
        fail_msg("%s:%d: %s", path, error.line, error.text);
    return cases;
}

#endif
