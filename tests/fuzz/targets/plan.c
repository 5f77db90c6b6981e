/*
 * What people write and edit for a migration: a plan, or a map. What is read means the same however it is laid out, and
 * what a map makes of some projects is a plan that can be carried out.
 */
#include "base/file.h"
#include "base/text.h"
#include "migrate/paths.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/migratemaker.h"

FUZZ_MUTATOR(fuzz_mutate);

static char folder[FUZZ_PATH];

static const char *put(const char *name, const void *text, size_t size)
{
    static char path[FUZZ_PATH + 32];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(file_write(path, text, size, true, NULL));
    return path;
}

/* The same values as JSON with line breaks and sorted keys, as an editor may leave them. */
static const char *put_again(const char *name, const struct jdoc *doc)
{
    json_t *value = jdoc_to_jansson(doc, 0);
    char *text = value ? json_dumps(value, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_ENCODE_ANY) : NULL;
    assert_non_null(text);
    const char *path = put(name, text, strlen(text));
    json_decref(value);
    free(text);
    return path;
}

/* ----------------------------------------------------------------------------------------------------------- plans */

static void check_errors(const struct work_errors *errors, const char *path, size_t size)
{
    HOLDS(errors->count > 0, "refused without an error");
    for (size_t i = 0; i < errors->count; i++) {
        fuzz_error(&errors->items[i], size);
        HOLDS(strcmp(errors->items[i].file, path) == 0, "an error about '%s'", errors->items[i].file);
    }
}

static void check_item(const struct work_plan *plan, size_t index)
{
    const struct work_item *item = &plan->items[index];
    char key[65], *source = work_source_path(plan, item);
    HOLDS(work_plan_find(plan, item->id) == index, "'%s' is not found", item->id);
    HOLDS(source && *source, "no source");
    free(source);
    HOLDS(work_key(plan, item, key) && strlen(key) == 64, "the key '%s'", key);
    if (!migrate_writes(item->action))
        return;
    HOLDS(strlen(item->fingerprint) == 64, "'%s' is written without an input", item->id);
    HOLDS(item->name && *item->name && paths_is_result(item->output), "'%s' has no place", item->id);
    HOLDS((item->action == MIGRATE_CONVERT) == (item->from_cloud != item->to_cloud), "'%s' has another form", item->id);
    for (size_t i = 0; i < index; i++)
        HOLDS(!migrate_writes(plan->items[i].action) || strcmp(plan->items[i].output, item->output) != 0,
              "two have the output %s", item->output);
}

static void same_keys(const struct work_plan *a, const struct work_plan *b)
{
    char key[65], other[65];
    HOLDS(a->count == b->count, "%zu items, then %zu", a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        HOLDS(work_key(a, &a->items[i], key) && work_key(b, &b->items[i], other) && strcmp(key, other) == 0,
              "'%s' has another key", a->items[i].id);
    }
}

/* `ours`: it can be carried out. */
static void read_plan(const char *path, size_t size, bool ours)
{
    struct work_plan plan, again;
    struct work_errors errors;
    bool ok = work_plan_read(&plan, path, &errors);
    if (ok) {
        HOLDS(errors.count + errors.left_out == 0, "taken with errors");
        for (size_t i = 0; i < plan.count; i++)
            check_item(&plan, i);
        struct work_errors no;
        bool same = work_plan_read(&again, put_again("again.json", &plan.file.doc), &no);
        HOLDS(same, "refused when it is laid out in another way: %s", no.count ? no.items[0].message : "");
        same_keys(&plan, &again);
        work_errors_free(&no);
        work_plan_free(&again);
    } else {
        HOLDS(!ours, "what was planned is refused: %u:%u: %s", errors.items[0].line, errors.items[0].column,
              errors.items[0].message);
        check_errors(&errors, path, size);
    }
    work_errors_free(&errors);
    work_plan_free(&plan);
}

/* ------------------------------------------------------------------------------------------------------------ maps */

/* Projects that meet in names and ids, that no plan can take along, and of two organizations. */
static const struct mm_project rows[] = {
    {.source = "in/a.jpk", .id = "1", .organization = "Trial", .environment = "Dev", .modified = 5},
    {.source = "in/b.json", .id = "1", .organization_id = "900001", .environment_id = "900101", .cloud = true},
    {.source = "in/c.jpk", .name = "Stock", .id = "2", .organization = "Acme", .environment = "Prod"},
    {.source = "in/d.jpk", .name = "orders", .id = "3", .kind = JPK_KIND_BACKUP, .organization = "Trial"},
    {.source = "in/e.jpk", .error = JPK_ERR_ARCHIVE},
    {.source = "in/f.json", .name = "a/b", .id = "4", .organization_id = "100003", .cloud = true},
    {.source = "in/g.jpk", .name = "Stock", .id = "2", .organization = "Trial", .environment = "Test", .sum = "c"},
};

static void check_member(const struct member_outlook *member)
{
    HOLDS(member->email && member->configuration <= 3, "a member of no kind");
    for (size_t i = 0; i < member->task_count; i++)
        fuzz_words("the task of a member", member->tasks[i].text);
    HOLDS(member->login != LOGIN_CONFLICT || (member->task_count && member->tasks[0].conflict),
          "a conflict for nothing");
}

static void check_plan(const struct migrate_plan *plan, enum migrate_policy policy)
{
    struct buf text = {0};
    for (size_t i = 0; i < plan->members.count; i++)
        check_member(&plan->members.items[i]);
    HOLDS(plan->count == sizeof rows / sizeof rows[0], "%zu projects", plan->count);
    HOLDS(policy != MIGRATE_ASK || plan->conflict_count == 0, "names meet unasked");
    migrate_plan_write(&text, plan);
    read_plan(put("made.json", buf_text(&text), text.size), text.size, true);
    buf_free(&text);
}

/* One policy for an input, for each plan is read twice. */
static void make_plan(const struct migrate_map *map, size_t size)
{
    enum migrate_policy policy = (enum migrate_policy)(size % (MIGRATE_FIRST + 1));
    struct migrate_plan_options how = {.policy = policy, .agent = "any", .jobs = 1};
    struct survey survey = {0};
    struct migrate_plan plan;
    struct jpk_error err = {0};
    mm_survey(&survey, rows, sizeof rows / sizeof rows[0]);
    if (migrate_plan_make(&plan, &survey, map, &how, &err))
        check_plan(&plan, policy);
    else
        HOLDS(err.code == JPK_ERR_USAGE && policy == MIGRATE_ASK && plan.conflict_count > 0, "no plan: %s",
              err.message);
    migrate_plan_free(&plan);
    survey_free(&survey);
}

static void put_place(struct buf *out, const char *name, const char *id)
{
    buf_printf(out, "%s|%s|", mm_or(name, "-"), mm_or(id, "-"));
}

static void put_organization(struct buf *out, const struct map_organization *o)
{
    put_place(out, o->name, o->id);
    buf_printf(out, "%s %s %d %s\n", map_fate_name(o->fate), map_region_name(o->region), o->sso,
               mm_or(o->sso_administrator, "-"));
    for (size_t i = 0; i < o->bypass_count; i++)
        buf_printf(out, "bypass %s\n", o->bypass[i]);
    for (size_t i = 0; i < o->role_count; i++)
        buf_printf(out, "role %s %d %d\n", o->roles[i].name, o->roles[i].admin, o->roles[i].agent_install);
    for (size_t i = 0; i < o->member_count; i++) {
        const struct map_member *member = &o->members[i];
        buf_printf(out, "member %s %s %d %d", member->email, mm_or(member->identity, "-"), (int)member->registered,
                   (int)member->moves);
        for (size_t j = 0; j < member->role_count; j++)
            buf_printf(out, " %s", member->roles[j]->name);
        buf_putc(out, '\n');
    }
    for (size_t i = 0; i < o->environment_count; i++) {
        put_place(out, o->environments[i].name, o->environments[i].id);
        buf_printf(out, "to %s, %zu projects\n", mm_or(o->environments[i].to, "-"), o->environments[i].project_count);
    }
    for (size_t i = 0; i < o->api_count; i++)
        put_place(out, o->apis[i].name, o->apis[i].project);
}

/* All that a map says. */
static struct buf describe(const struct migrate_map *map)
{
    struct buf out = {0};
    buf_printf(&out, "%s %s\n", map_studio_name(map->studio), mm_or(map->environment, "-"));
    for (size_t i = 0; i < map->organization_count; i++)
        put_organization(&out, &map->organizations[i]);
    for (size_t i = 0; i < map->rule_count; i++) {
        const struct map_rule *rule = &map->rules[i];
        put_place(&out, rule->source, rule->project);
        put_place(&out, rule->organization, rule->environment);
        put_place(&out, rule->to, rule->name);
        buf_printf(&out, "%d %d %d %s\n", (int)rule->skip, (int)rule->keep, rule->has_studio,
                   map_studio_name(rule->studio));
    }
    assert_false(out.failed);
    return out;
}

/* Names and ids lead to what they are of, and all that is said of places is about places that are there. */
static void check_map(const struct migrate_map *map)
{
    for (size_t i = 0; i < map->organization_count; i++) {
        const struct map_organization *o = &map->organizations[i];
        HOLDS(o->name || o->id, "an organization without a name");
        HOLDS(map_find_organization(map, o->id, o->name) == o, "'%s' is another", map_organization_label(o));
        HOLDS(o->fate != MAP_SUBSCRIBED || o == map->target, "two organizations are subscribed");
        for (size_t j = 0; j < o->environment_count; j++) {
            const struct map_environment *e = &o->environments[j];
            HOLDS(map_find_environment(o, e->id, e->name) == e, "'%s' is another", mm_or(e->name, e->id));
            HOLDS(!e->to || !map->target || map_find_environment(map->target, e->to, e->to), "to '%s'", e->to);
        }
    }
    for (size_t i = 0; i < map->rule_count; i++) {
        const struct map_rule *rule = &map->rules[i];
        HOLDS(!rule->organization || map_find_organization(map, rule->organization, rule->organization), "'%s'",
              rule->organization);
        HOLDS(rule->skip != MAP_YES || rule->keep != MAP_YES, "skipped and kept");
    }
}

static void read_map(const char *path, size_t size)
{
    struct jpk_error err = {0}, no = {0};
    struct migrate_map *map = map_read(path, &err), *again = NULL;
    if (!map) {
        fuzz_error(&err, size);
        HOLDS(strcmp(err.file, path) == 0, "an error about '%s'", err.file);
        return;
    }
    check_map(map);
    if (map->file.doc.count > 0)
        again = map_read(put_again("again.json", &map->file.doc), &no);
    HOLDS(again, "refused when it is laid out in another way: %u:%u: %s", no.line, no.column, no.message);
    struct buf text = describe(map), other = describe(again);
    fuzz_same("the map", buf_text(&text), text.size, buf_text(&other), other.size);
    make_plan(map, size);
    buf_free(&text);
    buf_free(&other);
    migrate_map_free(map);
    migrate_map_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[FUZZ_PATH + 32];
    bool is_plan = size && memmem(data, size, "planFormat", strlen("planFormat"));
    fuzz_folder(folder);
    snprintf(path, sizeof path, "%s", put(size && data[0] == '{' ? "read.json" : "read.yaml", data, size));
    if (is_plan)
        read_plan(path, size, false);
    else
        read_map(path, size);
    fuzz_remove(folder);
    return 0;
}
