#include "tools/convert_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/map.h"
#include "base/text.h"
#include "jpk/convert_endpoint_table.h"
#include "jpk/summary.h"

const char convert_coverage_items[] =
    "items that became something, of those that had to: converted and review, of converted, review and manual";
const char convert_coverage_lines[] =
    "lines of code in scripts and mappings in which nothing is left to do, of all of them";
const char convert_effort_how[] =
    "a task is all that one rule has to say about one item, or about all of them where one answer holds for all; each "
    "counts the minutes of its rule's class, which are figures for planning and not measured";

/* ------------------------------------------------------------------------------------------------------ figures */

unsigned convert_percent(size_t part, size_t whole)
{
    return whole == 0 ? 100 : (unsigned)(part * 100 / whole);
}

size_t convert_carried(const size_t counts[JPK_CONVERT_RESULTS])
{
    return counts[JPK_CONVERTED] + counts[JPK_CONVERT_REVIEW];
}

size_t convert_wanted(const size_t counts[JPK_CONVERT_RESULTS])
{
    return convert_carried(counts) + counts[JPK_CONVERT_MANUAL];
}

void convert_put_time(struct buf *out, size_t minutes)
{
    if (minutes >= 60)
        buf_printf(out, "%zu h", minutes / 60);
    if (minutes % 60 || minutes == 0)
        buf_printf(out, "%s%zu min", minutes >= 60 ? " " : "", minutes % 60);
}

const char *convert_status_name(enum convert_status status)
{
    static const char *const names[] = {"complete", "partly", "failed"};
    return names[status];
}

const char *convert_finding_advice(const struct jpk_finding *finding)
{
    return finding->hint ? finding->hint : convert_advice(finding->rule)->advice;
}

/* -------------------------------------------------------------------------------------------------------- types */

static int compare_types(const void *a, const void *b)
{
    return strcmp(((const struct convert_type *)a)->name, ((const struct convert_type *)b)->name);
}

/* Files choose the names of types, so that there may be as many as items. */
static bool count_types(struct convert_report *report)
{
    const struct jpk_conversion *conversion = report->conversion;
    struct map known = {0};
    report->types = calloc(conversion->item_count + 1, sizeof *report->types);
    bool ok = report->types != NULL;
    for (size_t i = 0; ok && i < conversion->item_count; i++) {
        const struct jpk_convert_item *item = &conversion->items[i];
        const char *name = item->type;
        uint32_t index = 0;
        ok = map_add(&known, name, strlen(name), (uint32_t)report->type_count, &index);
        if (ok && index == MAP_NONE) {
            index = (uint32_t)report->type_count++;
            report->types[index].name = name;
            report->types[index].label = item->label;
        }
        if (!ok)
            break;
        report->types[index].total++;
        report->types[index].counts[item->result]++;
        report->types[index].minutes += report->item_minutes[i];
    }
    map_free(&known);
    if (ok)
        qsort(report->types, report->type_count, sizeof *report->types, compare_types);
    return ok;
}

/* --------------------------------------------------------------------------------------------------------- work */

/* The rules, and what stands for items that no finding explains. */
struct rules {
    const struct jpk_check_rule *rows;
    size_t count;
    struct convert_todo *todo; /* by rule, then two more: review, manual */
    size_t *met;               /* by rule: 1 + the last item that has it */
};

static size_t rule_index(const struct rules *rules, const char *rule)
{
    size_t i = 0;
    while (i < rules->count && rules->rows[i].id != rule && strcmp(rules->rows[i].id, rule) != 0)
        i++;
    return i;
}

static void add_task(struct convert_report *report, struct convert_todo *todo, size_t item)
{
    enum convert_effort effort = todo->advice->effort;
    unsigned minutes = convert_efforts[effort].minutes;
    if (todo->tasks < sizeof todo->examples / sizeof todo->examples[0])
        todo->examples[todo->tasks] = report->conversion->items[item].path;
    todo->tasks++;
    todo->minutes += minutes;
    report->tasks[effort]++;
    report->minutes += minutes;
    report->item_minutes[item] += minutes;
}

static bool has_work(const struct jpk_convert_item *item)
{
    return item->result != JPK_CONVERT_DROPPED;
}

static void count_item(struct convert_report *report, struct rules *rules, size_t index)
{
    const struct jpk_convert_item *item = &report->conversion->items[index];
    bool explained = false;
    for (size_t i = 0; has_work(item) && i < item->finding_count; i++) {
        size_t rule = rule_index(rules, item->findings[i].rule);
        if (rule == rules->count || rules->todo[rule].advice->effort == CONVERT_EFFORT_NONE)
            continue;
        struct convert_todo *todo = &rules->todo[rule];
        bool counted = rules->met[rule] == index + 1 || (todo->advice->once && todo->tasks > 0);
        todo->findings++;
        explained = true;
        if (!counted)
            add_task(report, todo, index);
        rules->met[rule] = index + 1;
    }
    if (!explained && (item->result == JPK_CONVERT_REVIEW || item->result == JPK_CONVERT_MANUAL))
        add_task(report, &rules->todo[rules->count + (item->result == JPK_CONVERT_MANUAL)], index);
}

/* What stops the project first, then what takes longest. */
static int compare_todo(const void *a, const void *b)
{
    const struct convert_todo *x = a, *y = b;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    if (x->minutes != y->minutes)
        return x->minutes > y->minutes ? -1 : 1;
    return strcmp(x->rule, y->rule);
}

static bool begin_rules(struct rules *rules)
{
    static const struct convert_advice unexplained[2] = {
        {"review", CONVERT_EFFORT_LOOK, "compare with the original", false},
        {"manual", CONVERT_EFFORT_BUILD, "build it by hand", false},
    };
    rules->rows = jpk_convert_rules();
    while (rules->rows[rules->count].id)
        rules->count++;
    rules->todo = calloc(rules->count + 2, sizeof *rules->todo);
    rules->met = calloc(rules->count + 1, sizeof *rules->met);
    for (size_t i = 0; rules->todo && i < rules->count + 2; i++) {
        bool row = i < rules->count;
        rules->todo[i].rule = row ? rules->rows[i].id : unexplained[i - rules->count].rule;
        rules->todo[i].advice = row ? convert_advice(rules->rows[i].id) : &unexplained[i - rules->count];
        rules->todo[i].severity = row ? rules->rows[i].severity : i == rules->count ? JPK_WARNING : JPK_ERROR;
        rules->todo[i].text = row                 ? rules->rows[i].summary
                              : i == rules->count ? "It is converted, and a person should look at it."
                                                  : "It is not converted.";
    }
    return rules->todo && rules->met;
}

static bool count_work(struct convert_report *report)
{
    struct rules rules = {0};
    size_t count = report->conversion->item_count;
    report->item_minutes = calloc(count + 1, sizeof *report->item_minutes);
    bool ok = begin_rules(&rules) && report->item_minutes;
    for (size_t i = 0; ok && i < count; i++)
        count_item(report, &rules, i);
    report->todo = rules.todo;
    for (size_t i = 0; ok && i < rules.count + 2; i++)
        if (rules.todo[i].tasks > 0)
            report->todo[report->todo_count++] = rules.todo[i];
    if (report->todo_count > 0)
        qsort(report->todo, report->todo_count, sizeof *report->todo, compare_todo);
    free(rules.met);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------- agents */

/* "9.4.2" before "10.1": by the numbers. */
static int compare_versions(const char *a, const char *b)
{
    while (*a || *b) {
        char *end_a, *end_b;
        unsigned long x = strtoul(a, &end_a, 10), y = strtoul(b, &end_b, 10);
        if (x != y)
            return x < y ? -1 : 1;
        if (end_a == a && end_b == b)
            break;
        a = *end_a == '.' ? end_a + 1 : "";
        b = *end_b == '.' ? end_b + 1 : "";
    }
    return 0;
}

static void raise_version(struct convert_report *report, const char *version, const char *reason)
{
    if (compare_versions(report->agent_version, version) >= 0)
        return;
    snprintf(report->agent_version, sizeof report->agent_version, "%s", version);
    report->agent_reason = reason;
}

static void find_version(struct convert_report *report, const struct source *source)
{
    char required[32];
    if (source->cloud) {
        raise_version(report, JPK_CONVERT_DESIGN_VERSION, "the form that is written");
        return;
    }
    raise_version(report, "9.4.2", "Cloud Studio");
    jpk_project_required_version(source->project, required);
    raise_version(report, required, "the source");
    for (size_t i = 0; i < report->conversion->connector_count; i++) {
        const struct convert_adapter *adapter = convert_adapter(report->conversion->connectors[i]);
        raise_version(report, adapter->agent, adapter->reason);
    }
}

/* Takes the text over; one that is there already is left out. `known` has borrowed texts of the reasons as its keys. */
static bool add_reason(struct convert_report *report, struct map *known, json_t *reason)
{
    uint32_t old = 0;
    bool ok = reason && map_add(known, json_string_value(reason), json_string_length(reason), 0, &old);
    if (ok && old == MAP_NONE)
        return json_array_append_new(report->private_reasons, reason) == 0;
    json_decref(reason);
    return ok;
}

/* Why a cloud agent cannot run an activity; NULL: it can. */
static const char *private_activity(const struct jpk_cloud_component *component)
{
    if (!component || component->kind != JPK_CLOUD_ACTIVITY)
        return NULL;
    for (const struct endpoint_row *row = endpoint_rows(); row->type; row++)
        if (row->adapter && row->private_agent && strcmp(row->adapter, component->as.activity->adapter) == 0)
            return row->private_agent;
    return NULL;
}

/* What the endpoints say, and what the conversion has noted about items. */
static bool find_reasons(struct convert_report *report, struct slot_lookup *lookup)
{
    const struct jpk_conversion *conversion = report->conversion;
    struct map known = {0};
    json_t *all = lookup ? slot_lookup_private_reasons(lookup) : json_array();
    report->private_reasons = json_array();
    bool ok = all && report->private_reasons, private = strcmp(report->how.agent, "private") == 0;
    for (size_t i = 0; ok && i < json_array_size(all); i++)
        ok = add_reason(report, &known, json_incref(json_array_get(all, i)));
    for (size_t i = 0; ok && i < conversion->item_count; i++) {
        const char *reason = private_activity(conversion->items[i].component);
        ok = !reason || add_reason(report, &known, json_sprintf("%s: %s", conversion->items[i].path, reason));
    }
    for (size_t i = 0; ok && !private && i < conversion->item_count; i++)
        for (size_t j = 0; ok && j < conversion->items[i].finding_count; j++) {
            const struct jpk_finding *finding = &conversion->items[i].findings[j];
            if (strcmp(finding->rule, "agent") == 0)
                ok = add_reason(report, &known, json_sprintf("%s: %s", conversion->items[i].path, finding->message));
        }
    map_free(&known);
    json_decref(all);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------- report */

/* Whether a person must do something about the project as a whole. */
static bool project_needs_person(const struct jpk_conversion *conversion)
{
    for (size_t i = 0; i < conversion->finding_count; i++)
        if (conversion->findings[i].severity > JPK_INFO)
            return true;
    return false;
}

/* A cloud agent that was asked for and cannot run it needs a person, too. */
static enum convert_status find_status(const struct convert_report *report)
{
    const size_t *counts = report->conversion->counts;
    bool agent = strcmp(report->how.agent, "cloud") == 0 && json_array_size(report->private_reasons) > 0;
    if (convert_carried(counts) == 0 && counts[JPK_CONVERT_MANUAL] > 0)
        return CONVERT_FAILED;
    bool person =
        counts[JPK_CONVERT_REVIEW] + counts[JPK_CONVERT_MANUAL] > 0 || project_needs_person(report->conversion);
    return person || agent ? CONVERT_PARTLY : CONVERT_COMPLETE;
}

static bool find_source(struct convert_report *report, const struct source *source, struct jpk_error *err)
{
    const struct jpk_cloud *cloud = source->cloud;
    report->form = cloud ? "Cloud Studio export" : jpk_project_form(source->project);
    report->project_id = cloud ? cloud->id : source->project->id;
    report->project_name = cloud ? cloud->name : source->project->name;
    if (!report->how.checksum)
        return true;
    if (!cloud && jpk_archive_is_folder(source->archive))
        return true;
    if (report->how.sha256) {
        snprintf(report->sha256, sizeof report->sha256, "%s", report->how.sha256);
        return true;
    }
    if (!cloud)
        return jpk_archive_sha256(source->archive, report->sha256, err);
    sha256_hex(cloud->text, cloud->size, report->sha256);
    return true;
}

bool convert_report_make(struct convert_report *report, const struct source *source,
                         const struct convert_report_how *how, const struct jpk_conversion *conversion,
                         struct slot_lookup *lookup, struct jpk_error *err)
{
    *report = (struct convert_report){.conversion = conversion, .how = *how};
    report->to = conversion->text ? "Cloud Studio" : "Design Studio";
    if (!find_source(report, source, err))
        return false;
    if (!count_work(report) || !count_types(report) || !find_reasons(report, lookup))
        return error_memory(err);
    find_version(report, source);
    report->status = find_status(report);
    return true;
}

void convert_report_free(struct convert_report *report)
{
    free(report->types);
    free(report->todo);
    free(report->item_minutes);
    json_decref(report->private_reasons);
    *report = (struct convert_report){0};
}
