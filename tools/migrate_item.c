#include "tools/migrate_item.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "migrate/convert_item.h"
#include "migrate/fingerprint.h"
#include "recipe/plan.h"
#include "tools/convert_report.h"

enum { OUTPUTS_MAX = 4 };

/* One project on its way. */
struct making {
    const struct migrate_runner *runner;
    const struct work_item *item;
    struct journal_record *record;
    struct arena *arena;
    struct jpk_error *err; /* that of the record */
    struct source source;
    char *path;          /* of the source */
    char *folder;        /* where the results are made */
    const char *project; /* the name of the file with the project */
    struct journal_output outputs[OUTPUTS_MAX];
    size_t output_count;
};

/* ------------------------------------------------------------------------------------------------------ outputs */

static const char *keep(struct making *m, const struct buf *text)
{
    const char *kept = text->failed ? NULL : arena_strndup(m->arena, buf_text(text), text->size);
    if (!kept)
        error_memory(m->err);
    return kept ? kept : "";
}

/* The path of a file of the results while they are made; the caller's to free. */
static char *output_path(struct making *m, const char *name)
{
    size_t n = strlen(m->folder) + strlen(name) + 2;
    char *path = malloc(n);
    if (path)
        snprintf(path, n, "%s/%s", m->folder, name);
    else
        error_memory(m->err);
    return path;
}

static void note_output(struct making *m, const char *name, const char *sum, uint64_t size)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", m->item->output, name);
    const char *kept = arena_strdup(m->arena, sum);
    if (!kept)
        error_memory(m->err);
    m->outputs[m->output_count++] = (struct journal_output){keep(m, &path), kept ? kept : "", size};
    buf_free(&path);
}

static bool write_text(struct making *m, const char *name, const char *text, size_t n)
{
    char sum[65], *path = output_path(m, name);
    bool ok = path && file_write(path, text, n, false, m->err);
    if (ok) {
        sha256_hex(text, n, sum);
        note_output(m, name, sum, n);
    }
    free(path);
    return ok && m->err->code == JPK_OK;
}

static bool write_buf(struct making *m, const char *name, struct buf *text)
{
    bool ok = text->failed ? error_memory(m->err) : write_text(m, name, buf_text(text), text->size);
    buf_free(text);
    return ok;
}

/* A file that is there already. */
static bool add_file(struct making *m, const char *name, const char *path)
{
    char sum[65];
    struct stat st;
    struct jpk_error found = {0};
    if (!fingerprint_path(path, sum, &found) || stat(path, &st) != 0) {
        error_set(m->err, JPK_ERR_WRITE, "was written but does not read back%s%s", *found.message ? ": " : "",
                  found.message);
        error_file(m->err, path);
        return false;
    }
    note_output(m, name, sum, (uint64_t)st.st_size);
    return m->err->code == JPK_OK;
}

/* ---------------------------------------------------------------------------------------------------- what is left */

/* What moves leave to a person. */
enum { TODO_SECRETS, TODO_VARIABLES, TODO_SCHEDULES, TODO_EMAILS, TODO_KEPT, TODO_HOSTS, TODOS };

static const struct {
    const char *rule, *text, *advice;
    enum convert_effort effort;
    enum jpk_severity severity;
} move_todo[TODOS] = {
    [TODO_SECRETS] = {"credential-left-out", "A log-in was left out, as the plan asks for.", "type it in again there",
                      CONVERT_EFFORT_ENTER, JPK_WARNING},
    [TODO_VARIABLES] = {"variable-left-out", "The value of a project variable was left out, as the plan asks for.",
                        "type it in again there", CONVERT_EFFORT_ENTER, JPK_WARNING},
    [TODO_SCHEDULES] = {"schedule-left-out", "A schedule was left out, as the plan asks for.",
                        "set it up there, unless nobody wants it any more", CONVERT_EFFORT_SET_UP, JPK_INFO},
    [TODO_EMAILS] = {"email-left-out", "An e-mail message was left out, as the plan asks for.",
                     "set it up there, unless nobody wants it any more", CONVERT_EFFORT_SET_UP, JPK_INFO},
    [TODO_KEPT] = {"kept", "Something should have been left out, and could not.",
                   "see in the report why, and take it out there by hand", CONVERT_EFFORT_LOOK, JPK_WARNING},
    [TODO_HOSTS] = {"host-of-another-region", "A host of the vendor stands in it, and hosts differ by region.",
                    "change it to that of the region there, if it is of another: the plan says where it stands",
                    CONVERT_EFFORT_ADAPT, JPK_WARNING},
};

static void add_todo(struct journal_todo *list, size_t *count, int which, size_t tasks)
{
    if (tasks == 0)
        return;
    const struct convert_effort_class *effort = &convert_efforts[move_todo[which].effort];
    list[(*count)++] = (struct journal_todo){.rule = move_todo[which].rule,
                                             .text = move_todo[which].text,
                                             .advice = move_todo[which].advice,
                                             .effort = effort->name,
                                             .severity = move_todo[which].severity,
                                             .tasks = tasks,
                                             .minutes = tasks * effort->minutes};
}

static int compare_todo(const void *a, const void *b)
{
    const struct journal_todo *x = a, *y = b;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    if (x->minutes != y->minutes)
        return x->minutes > y->minutes ? -1 : 1;
    return strcmp(x->rule, y->rule);
}

/* Takes `count` rows over, sorts them and sums them up. */
static void set_todo(struct journal_record *record, struct journal_todo *list, size_t count)
{
    if (count > 1)
        qsort(list, count, sizeof *list, compare_todo);
    record->todo = list;
    record->todo_count = count;
    for (size_t i = 0; i < count; i++)
        record->minutes += list[i].minutes;
    record->status = count > 0 ? JOURNAL_PARTIAL : record->status;
}

/* ---------------------------------------------------------------------------------------------------------- move */

static const char *without_name(enum jpk_without why)
{
    size_t i = 0;
    while (work_without_names[i].name && work_without_names[i].flag != (unsigned)why)
        i++;
    return work_without_names[i].name ? work_without_names[i].name : "";
}

static const struct journal_left_out *copy_left_out(struct making *m, const struct jpk_left_out *list, size_t count,
                                                    size_t *copied)
{
    struct journal_left_out *copies = arena_calloc(m->arena, count + 1, sizeof *copies);
    bool ok = copies != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        copies[i] = (struct journal_left_out){.what = without_name(list[i].why),
                                              .item = arena_strdup(m->arena, list[i].path),
                                              .key = list[i].key ? arena_strdup(m->arena, list[i].key) : NULL,
                                              .note = list[i].note ? arena_strdup(m->arena, list[i].note) : NULL};
        ok = copies[i].item && !list[i].key == !copies[i].key && !list[i].note == !copies[i].note;
    }
    if (!ok)
        error_memory(m->err);
    *copied = ok ? count : 0;
    return copies;
}

/* What was left out of a result; `list` has room for TODOS rows more. */
static void account_left_out(struct making *m, const struct jpk_retargeted *done, struct journal_todo *list,
                             size_t *count)
{
    static const enum jpk_without whys[] = {JPK_WITHOUT_CREDENTIALS, JPK_WITHOUT_VARIABLES, JPK_WITHOUT_SCHEDULES,
                                            JPK_WITHOUT_EMAILS};
    struct journal_record *record = m->record;
    record->left_out = copy_left_out(m, done->left_out, done->left_out_count, &record->left_out_count);
    record->kept = copy_left_out(m, done->kept, done->kept_count, &record->kept_count);
    size_t tasks[TODOS] = {[TODO_KEPT] = done->kept_count};
    for (size_t i = 0; i < done->left_out_count; i++)
        for (int j = 0; j < 4; j++)
            if ((j < TODO_SCHEDULES || !done->left_out[i].key) && done->left_out[i].why == whys[j])
                tasks[j]++; /* of schedules and e-mails the items, not the links to them */
    record->secrets += tasks[TODO_SECRETS] + tasks[TODO_VARIABLES];
    record->schedules += tasks[TODO_SCHEDULES];
    for (int i = 0; i < TODO_HOSTS; i++)
        add_todo(list, count, i, tasks[i]);
}

static bool account_move(struct making *m, const struct jpk_retargeted *done)
{
    const struct work_item *item = m->item;
    struct journal_record *record = m->record;
    struct journal_todo *list = arena_calloc(m->arena, TODOS, sizeof *list);
    size_t count = 0;
    if (!list)
        return error_memory(m->err);
    record->items = record->results[JPK_CONVERTED] = item->items;
    record->script_lines = record->script_lines_kept = item->script_lines;
    record->agent = item->requires_version;
    record->cloud_agent = !item->private_agent;
    account_left_out(m, done, list, &count);
    add_todo(list, &count, TODO_HOSTS, item->hosts);
    set_todo(record, list, count);
    return m->err->code == JPK_OK;
}

static bool move_project(struct making *m)
{
    struct jpk_retarget_options options = work_retarget_options(m->runner->plan, m->item);
    struct jpk_retargeted *done = NULL;
    bool ok = true;
    if (m->source.cloud) {
        done = jpk_retarget_export(m->source.cloud, &options, m->err);
        ok = done && write_text(m, m->project, done->text, done->size);
    } else {
        char *path = output_path(m, m->project);
        done = path ? jpk_retarget_jitterpak(m->source.project, m->source.graph, path, &options, m->err) : NULL;
        ok = done && add_file(m, m->project, path);
        free(path);
    }
    ok = ok && account_move(m, done);
    jpk_retargeted_free(done);
    return ok;
}

/* ----------------------------------------------------------------------------------------------------- conversion */

static bool copy_texts(struct making *m, const char *const *texts, size_t count, const char *const **copies)
{
    const char **list = arena_calloc(m->arena, count + 1, sizeof *list);
    for (size_t i = 0; list && i < count; i++)
        if (!(list[i] = arena_strdup(m->arena, texts[i])))
            list = NULL;
    *copies = list;
    return list || error_memory(m->err);
}

static bool account_connectors(struct making *m, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    struct journal_record *record = m->record;
    const char **installs = arena_calloc(m->arena, c->connector_count + 1, sizeof *installs);
    if (!installs || !copy_texts(m, c->connectors, c->connector_count, &record->connectors))
        return error_memory(m->err);
    record->connector_count = c->connector_count;
    for (size_t i = 0; i < c->connector_count; i++)
        if (convert_report_installs(report, i))
            installs[record->install_count++] = record->connectors[i];
    record->installs = installs;
    return true;
}

/* Exports hold no schedules: for them a conversion writes requests, unless they are to be left out. */
static bool leaves_out_schedules(const struct making *m)
{
    return m->item->to_cloud && m->runner->plan->without & JPK_WITHOUT_SCHEDULES;
}

/* The schedules that became nothing but requests, behind what else was left out. */
static void account_schedules(struct making *m, const struct jpk_conversion *c)
{
    struct journal_record *record = m->record;
    size_t count = record->left_out_count;
    struct journal_left_out *all = arena_calloc(m->arena, count + c->schedule_count + 1, sizeof *all);
    if (!all) {
        error_memory(m->err);
        return;
    }
    for (size_t i = 0; i < count; i++)
        all[i] = record->left_out[i];
    for (size_t i = 0; i < c->schedule_count; i++) {
        const struct jpk_convert_schedule *schedule = &c->schedules[i];
        const char *item = arena_strdup(m->arena, c->items[schedule->schedule].path);
        const char *note = arena_strdup(m->arena, c->items[schedule->operation].path);
        if (!item || !note)
            error_memory(m->err);
        else
            all[count++] =
                (struct journal_left_out){.what = without_name(JPK_WITHOUT_SCHEDULES), .item = item, .note = note};
    }
    record->left_out = all;
    record->left_out_count = count;
}

/* The to-do list of the report and what the migration adds; `list` has room. */
static bool account_conversion(struct making *m, const struct convert_report *report, const struct jpk_retargeted *less)
{
    const struct jpk_conversion *c = report->conversion;
    struct journal_record *record = m->record;
    struct journal_todo *list = arena_calloc(m->arena, report->todo_count + TODOS, sizeof *list);
    const char *agent = arena_strdup(m->arena, report->agent_version);
    size_t count = 0;
    if (!list || !agent)
        return error_memory(m->err);
    for (size_t i = 0; i < report->todo_count; i++) {
        const struct convert_todo *todo = &report->todo[i]; /* its texts are constants */
        if (strcmp(todo->rule, "schedule") == 0 && leaves_out_schedules(m))
            continue;
        list[count++] = (struct journal_todo){.rule = todo->rule,
                                              .text = todo->text,
                                              .advice = todo->advice->advice,
                                              .effort = convert_efforts[todo->advice->effort].name,
                                              .severity = todo->severity,
                                              .tasks = todo->tasks,
                                              .minutes = todo->minutes};
    }
    record->items = c->item_count;
    memcpy(record->results, c->counts, sizeof record->results);
    record->script_lines = c->script_lines;
    record->script_lines_kept = c->script_lines_kept;
    record->secrets = c->secret_count;
    record->schedules = c->schedule_count;
    record->agent = agent;
    record->cloud_agent = json_array_size(report->private_reasons) == 0;
    record->status = report->status == CONVERT_COMPLETE ? JOURNAL_COMPLETE : JOURNAL_PARTIAL;
    if (less)
        account_left_out(m, less, list, &count);
    if (leaves_out_schedules(m))
        account_schedules(m, c);
    add_todo(list, &count, TODO_HOSTS, m->item->hosts);
    set_todo(record, list, count);
    return account_connectors(m, report) && m->err->code == JPK_OK;
}

/* What the plan wants left out is taken out of the result as it would be of any project. */
static bool write_export_without(struct making *m, const struct jpk_conversion *conversion,
                                 struct jpk_retargeted **less)
{
    struct jpk_retarget_options options = work_retarget_options(m->runner->plan, m->item);
    struct jpk_cloud *cloud =
        jpk_cloud_load(conversion->text, conversion->size, m->item->source, m->runner->limits, m->err);
    *less = cloud ? jpk_retarget_export(cloud, &options, m->err) : NULL;
    jpk_cloud_free(cloud);
    return *less && write_text(m, m->project, (*less)->text, (*less)->size);
}

static bool write_jitterpak_without(struct making *m, const char *full, const char *path, struct jpk_retargeted **less)
{
    struct jpk_retarget_options options = work_retarget_options(m->runner->plan, m->item);
    struct source made = {0};
    if (source_open(&made, full, m->runner->limits, m->err) && source_load(&made, NULL, 0, m->err))
        *less = jpk_retarget_jitterpak(made.project, made.graph, path, &options, m->err);
    source_close(&made);
    return *less != NULL;
}

static bool write_jitterpak(struct making *m, const struct jpk_conversion *conversion, struct jpk_retargeted **less)
{
    bool all = m->runner->plan->without == 0;
    char *path = output_path(m, m->project), *full = all ? NULL : output_path(m, "full.jpk.work");
    bool ok = path && (all || full) && jpk_conversion_write_jitterpak(conversion, all ? path : full, false, m->err) &&
              (all || write_jitterpak_without(m, full, path, less));
    if (full)
        remove(full);
    ok = ok && add_file(m, m->project, path);
    free(path);
    free(full);
    return ok;
}

static bool write_project(struct making *m, const struct jpk_conversion *conversion, struct jpk_retargeted **less)
{
    if (!conversion->text)
        return write_jitterpak(m, conversion, less);
    if (m->runner->plan->without != 0)
        return write_export_without(m, conversion, less);
    return write_text(m, m->project, conversion->text, conversion->size);
}

static bool write_reports(struct making *m, const struct convert_report *report)
{
    struct buf html = {0}, json = {0}, schedules = {0};
    convert_report_html(&html, report);
    convert_report_json(&json, report);
    bool wanted = report->conversion->schedule_count > 0 && !leaves_out_schedules(m), ok;
    if (wanted)
        convert_schedules_json(&schedules, report);
    ok = write_buf(m, "report.html", &html);
    ok = ok && write_buf(m, "report.json", &json);
    ok = ok && (!wanted || write_buf(m, "schedules.json", &schedules));
    buf_free(&html);
    buf_free(&json);
    buf_free(&schedules);
    return ok;
}

static bool convert_project(struct making *m)
{
    struct convert_report report = {0};
    struct converted_item converted;
    struct jpk_retargeted *less = NULL;
    const char *agent = m->runner->plan->agent;
    struct convert_report_how how = {
        .input = m->item->source,
        .agent = agent ? agent : "any",
        .target_form = m->item->to_cloud ? "Cloud Studio export" : "Jitterpak",
        .checksum = true,
        .sha256 = m->source.tree ? NULL : m->item->fingerprint, /* compared before and after */
    };
    bool ok = convert_item(&converted, m->runner->plan, m->item, &m->source, m->err) &&
              convert_report_make(&report, &m->source, &how, converted.conversion, converted.lookup, m->err) &&
              write_project(m, converted.conversion, &less) && write_reports(m, &report) &&
              account_conversion(m, &report, less);
    convert_report_free(&report);
    converted_item_free(&converted);
    jpk_retargeted_free(less);
    return ok;
}

/* ----------------------------------------------------------------------------------------------------------- item */

static const char changed_meanwhile[] = "has changed while it was read";

/* The source must be what the plan was made of, before and after it was read. */
static bool is_unchanged(struct making *m, const char *message)
{
    char sum[65];
    if (!fingerprint_path(m->path, sum, m->err))
        return false;
    return strcmp(sum, m->item->fingerprint) == 0 || error_set(m->err, JPK_ERR_CHANGED, "%s", message);
}

/* What changes under the reader looks like anything; the change is what people should hear of. */
static void blame_change(struct making *m)
{
    struct jpk_error ignored = {0};
    char sum[65];
    bool elsewhere =
        m->err->code == JPK_ERR_CHANGED || m->err->code == JPK_ERR_WRITE || m->err->code == JPK_ERR_MEMORY || !m->path;
    if (elsewhere || !fingerprint_path(m->path, sum, &ignored) || strcmp(sum, m->item->fingerprint) == 0)
        return;
    *m->err = (struct jpk_error){0};
    error_set(m->err, JPK_ERR_CHANGED, "%s", changed_meanwhile);
}

/* Whether a project of this name would take the place of what is written beside it; file systems may ignore case. */
static bool is_result_stem(const char *stem)
{
    return strcasecmp(stem, "report") == 0 || strcasecmp(stem, "schedules") == 0;
}

static bool make(struct making *m)
{
    struct buf name = {0};
    m->path = work_source_path(m->runner->plan, m->item);
    m->folder = m->path ? out_begin_folder(m->runner->out, m->item->id, m->err) : NULL;
    put_file_stem(&name, m->item->name, strlen(m->item->name));
    buf_puts(&name, is_result_stem(buf_text(&name)) ? "-project" : "");
    buf_puts(&name, m->item->to_cloud ? ".json" : ".jpk");
    m->project = keep(m, &name);
    buf_free(&name);
    if (!m->path)
        error_memory(m->err);
    return m->folder && m->err->code == JPK_OK &&
           is_unchanged(m, "is not what it was when the plan was made; make the plan again") &&
           source_open(&m->source, m->path, m->runner->limits, m->err) &&
           (m->source.cloud || source_load(&m->source, NULL, JPK_KEEP_GOING, m->err)) &&
           (m->item->action == MIGRATE_MOVE ? move_project(m) : convert_project(m)) &&
           is_unchanged(m, changed_meanwhile) && out_commit_folder(m->runner->out, m->folder, m->item->output, m->err);
}

/* What follows `folder` in a path that lies in it or is it; else NULL. */
static const char *below(const char *path, const char *folder)
{
    size_t n = folder ? strlen(folder) : 0;
    return n > 0 && strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0') ? path + n : NULL;
}

/* Of what cannot be written the message says which result it is, for the error is told by the name of the source. */
static void name_result(const struct making *m, struct jpk_error *error)
{
    struct jpk_error told = {0};
    const char *made = below(error->file, m->folder), *placed = below(error->file, m->runner->out->path);
    if (error->code != JPK_ERR_WRITE)
        return;
    if (made || !placed || *placed == '\0')
        error_set(&told, JPK_ERR_WRITE, "%s%s: %s", m->item->output, made ? made : "", error->message);
    else
        error_set(&told, JPK_ERR_WRITE, "%s: %s", placed + 1, error->message);
    *error = told;
}

/* Errors say the place in the source; where the source lies is said by the plan. */
static void fail(struct making *m)
{
    blame_change(m);
    struct jpk_error error = *m->err;
    name_result(m, &error);
    *m->record = (struct journal_record){
        .id = m->item->id, .key = m->record->key, .status = JOURNAL_FAILED, .error = error, .agent = ""};
    if (m->folder) {
        struct jpk_error ignored = {0};
        char *again = out_begin_folder(m->runner->out, m->item->id, &ignored); /* empty it: the disk may be full */
        free(again);
    }
}

void migrate_item_run(const struct migrate_runner *runner, const struct work_item *item, struct journal_record *record,
                      struct arena *arena)
{
    char key[65];
    *record = (struct journal_record){.id = item->id, .agent = ""};
    struct making m = {.runner = runner, .item = item, .record = record, .arena = arena, .err = &record->error};
    record->key = work_key(runner->plan, item, key) ? arena_strdup(arena, key) : NULL;
    if (!record->key) {
        record->key = "";
        error_memory(m.err);
    }
    bool ok = m.err->code == JPK_OK && make(&m);
    if (ok) {
        struct journal_output *outputs = arena_calloc(arena, OUTPUTS_MAX, sizeof *outputs);
        ok = outputs || error_memory(m.err);
        if (ok)
            memcpy(outputs, m.outputs, sizeof m.outputs);
        record->outputs = outputs;
        record->output_count = m.output_count;
    }
    if (!ok)
        fail(&m);
    source_close(&m.source);
    free(m.path);
    free(m.folder);
}

bool migrate_item_stands(const char *out, const struct journal_record *record)
{
    struct buf path = {0};
    bool stands = record->status != JOURNAL_FAILED && record->output_count > 0;
    for (size_t i = 0; stands && i < record->output_count; i++) {
        struct jpk_error ignored = {0};
        char sum[65];
        buf_clear(&path);
        buf_printf(&path, "%s/%s", out, record->outputs[i].path);
        stands =
            !path.failed && fingerprint_path(path.data, sum, &ignored) && strcmp(sum, record->outputs[i].sha256) == 0;
    }
    buf_free(&path);
    return stands;
}

bool migrate_source_unchanged(const struct work_plan *plan, const struct work_item *item)
{
    struct jpk_error ignored = {0};
    char sum[65], *path = work_source_path(plan, item);
    bool same = path && fingerprint_path(path, sum, &ignored) && strcmp(sum, item->fingerprint) == 0;
    free(path);
    return same;
}
