/* Plans of migrations without files: projects as a survey finds them, a map as text, and the plan that comes of both.
 */
#ifndef TESTS_MIGRATEMAKER_H
#define TESTS_MIGRATEMAKER_H

#include "migrate/plan.h"
#include "migrate/work.h"
#include "tests/unit/projectmaker.h"

/* What is not said is as of a readable project of Design Studio that nobody else has. */
struct mm_project {
    const char *source, *name, *id;
    const char *organization, *organization_id, *environment, *environment_id;
    bool cloud;
    enum jpk_kind kind;
    int64_t modified;
    const char *sum; /* files of one have the same bytes */
    const char *path;
    enum jpk_code error;
    bool odd_path;
};

struct mm {
    struct survey survey;
    struct migrate_map *map;
    struct migrate_plan plan;
    struct jpk_error err;
};

static inline const char *mm_or(const char *text, const char *other)
{
    return text ? text : other;
}

static inline void mm_survey(struct survey *survey, const struct mm_project *rows, size_t count)
{
    survey->projects = calloc(count + 1, sizeof *survey->projects);
    assert_non_null(survey->projects);
    survey->count = count;
    for (size_t i = 0; i < count; i++) {
        const struct mm_project *row = &rows[i];
        struct survey_project *p = &survey->projects[i];
        *p = (struct survey_project){.path = mm_or(row->path, row->source),
                                     .source = strdup(row->source),
                                     .odd_path = row->odd_path,
                                     .form = row->cloud ? "Cloud Studio export" : "Jitterpak",
                                     .name = mm_or(row->name, "Orders"),
                                     .id = mm_or(row->id, ""),
                                     .organization = mm_or(row->organization, ""),
                                     .organization_id = mm_or(row->organization_id, ""),
                                     .environment = mm_or(row->environment, ""),
                                     .environment_id = mm_or(row->environment_id, ""),
                                     .kind = row->kind,
                                     .cloud = row->cloud,
                                     .modified = row->modified};
        if (row->error != JPK_OK) { /* nothing is known of what cannot be read */
            error_set(&p->error, row->error, "is spoilt");
            p->form = p->name = p->id = p->organization = p->organization_id = NULL;
            p->environment = p->environment_id = NULL;
        } else {
            const char *sum = mm_or(row->sum, row->source);
            sha256_hex(sum, strlen(sum), p->fingerprint);
        }
    }
}

/* `map` is what stands behind the first line of a map; NULL: there is none. */
static inline struct migrate_map *mm_map(const char *map)
{
    struct jpk_error err = {0};
    struct buf text = {0};
    char folder[64], path[80];
    if (!map)
        return map_empty(&err);
    pm_temporary(folder);
    snprintf(path, sizeof path, "%s/map.yaml", folder);
    buf_printf(&text, "mapFormat: 1\n%s", map);
    assert_true(file_write(path, text.data, text.size, false, NULL));
    struct migrate_map *made = map_read(path, &err);
    if (!made)
        fail_msg("%s\n%u:%u: %s", text.data, (unsigned)err.line, (unsigned)err.column, err.message);
    buf_free(&text);
    pm_remove(folder);
    return made;
}

/* Whether a plan came of it; free it in any case. */
static inline bool mm_plan(struct mm *mm, const char *map, const struct mm_project *rows, size_t count,
                           enum migrate_policy policy)
{
    struct migrate_plan_options how = {.policy = policy, .agent = "any", .jobs = 1};
    memset(mm, 0, sizeof *mm);
    mm->map = mm_map(map);
    mm_survey(&mm->survey, rows, count);
    return migrate_plan_make(&mm->plan, &mm->survey, mm->map, &how, &mm->err);
}

static inline void mm_free(struct mm *mm)
{
    migrate_plan_free(&mm->plan);
    survey_free(&mm->survey);
    migrate_map_free(mm->map);
    memset(mm, 0, sizeof *mm);
}

/* "move Production/Orders", "skip duplicate", "convert to cloud -/Orders": what is decided about a project. */
static inline void mm_describe(const struct migrate_project *p, char *out, size_t size)
{
    const char *action = migrate_action_name(p->action);
    if (!migrate_writes(p->action))
        snprintf(out, size, "%s %s", action, migrate_reason_info(p->reason)->id);
    else
        snprintf(out, size, "%s%s %s/%s", action,
                 p->action == MIGRATE_MOVE ? ""
                 : p->to_cloud             ? " to cloud"
                                           : " to design",
                 mm_or(p->environment, "-"), p->name);
}

static inline void mm_assert(const struct mm *mm, size_t index, const char *expected)
{
    char got[600];
    mm_describe(&mm->plan.projects[index], got, sizeof got);
    if (strcmp(got, expected) != 0)
        fail_msg("project %zu (%s)\ngot:      %s\nexpected: %s", index, mm->survey.projects[index].source, got,
                 expected);
}

#endif
