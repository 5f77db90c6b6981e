#include "migrate/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "jpk/design_archive.h"
#include "jpk/diff.h"
#include "migrate/convert_item.h"
#include "migrate/fingerprint.h"

const struct jpk_check_rule *verify_rules(void)
{
    static const struct jpk_check_rule rules[VERIFY_RULES + 1] = {
        [VERIFY_NOT_DONE] = {"not-done", JPK_ERROR, "A project that the plan writes was not written."},
        [VERIFY_SOURCE] = {"source", JPK_ERROR, "The source is not what it was, or cannot be read."},
        [VERIFY_OUTPUT_MISSING] = {"output-missing", JPK_ERROR, "A file of the results is not there."},
        [VERIFY_OUTPUT_CHANGED] = {"output-changed", JPK_ERROR,
                                   "A file of the results has other bytes than were written."},
        [VERIFY_OUTPUT_INVALID] = {"output-invalid", JPK_ERROR, "A result does not load, or has errors of its own."},
        [VERIFY_LOST] = {"lost", JPK_ERROR, "A result differs from its source in what nobody asked for."},
        [VERIFY_STRAY] = {"stray", JPK_WARNING, "A file that no record tells of."},
        [VERIFY_RULES] = {NULL, JPK_INFO, NULL},
    };
    return rules;
}

struct verifier {
    const struct verify *verify;
    const struct work_item *item;
    const struct journal_record *record;
    verify_report *report;
    void *context;
    struct source source, result;
    bool found, memory;
};

static void tell(struct verifier *v, enum verify_rule rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void tell(struct verifier *v, enum verify_rule rule, const char *format, ...)
{
    char message[JPK_ERROR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    v->found = true;
    v->report(v->context, rule, message);
}

/* An error of something that was read. */
static void tell_error(struct verifier *v, enum verify_rule rule, const struct jpk_error *err)
{
    if (err->code == JPK_ERR_MEMORY)
        v->memory = true;
    else if (*err->entry)
        tell(v, rule, "%s: %s", err->entry, err->message);
    else
        tell(v, rule, "%s", err->message);
}

/* -------------------------------------------------------------------------------------------------------- files */

static void check_files(struct verifier *v)
{
    struct buf path = {0};
    for (size_t i = 0; i < v->record->output_count && !v->memory; i++) {
        const struct journal_output *output = &v->record->outputs[i];
        struct jpk_error err = {0};
        char sum[65];
        buf_clear(&path);
        buf_printf(&path, "%s/%s", v->verify->out, output->path);
        v->memory = path.failed;
        if (path.failed)
            break;
        enum file_kind kind = file_look(path.data, true, &err);
        if (kind == FILE_NONE)
            tell(v, VERIFY_OUTPUT_MISSING, "%s is not there", output->path);
        else if (kind == FILE_UNKNOWN || !fingerprint_path(path.data, sum, &err))
            tell(v, VERIFY_OUTPUT_MISSING, "%s %s", output->path, err.message);
        else if (strcmp(sum, output->sha256) != 0)
            tell(v, VERIFY_OUTPUT_CHANGED, "%s has other bytes than were written", output->path);
    }
    buf_free(&path);
}

static bool load(struct verifier *v, struct source *source, const char *path, enum verify_rule rule, unsigned flags)
{
    struct jpk_error err = {0};
    bool ok =
        source_open(source, path, v->verify->limits, &err) && (source->cloud || source_load(source, NULL, flags, &err));
    if (!ok && rule == VERIFY_OUTPUT_INVALID)
        error_entry(&err, v->record->outputs[0].path);
    if (!ok)
        tell_error(v, rule, &err);
    return ok;
}

static bool load_source(struct verifier *v)
{
    char sum[65], *path = work_source_path(v->verify->plan, v->item);
    struct jpk_error err = {0};
    bool ok = false;
    if (!path)
        v->memory = true;
    else if (!fingerprint_path(path, sum, &err))
        tell_error(v, VERIFY_SOURCE, &err);
    else if (strcmp(sum, v->item->fingerprint) != 0)
        tell(v, VERIFY_SOURCE, "the source has changed since, so that nothing can be proved");
    else
        ok = load(v, &v->source, path, VERIFY_SOURCE, JPK_KEEP_GOING);
    v->source.name = v->item->source;
    free(path);
    return ok;
}

static bool load_result(struct verifier *v)
{
    struct buf path = {0};
    bool ok = false;
    buf_printf(&path, "%s/%s", v->verify->out, v->record->outputs[0].path);
    if (path.failed)
        v->memory = true;
    else
        ok = load(v, &v->result, path.data, VERIFY_OUTPUT_INVALID, 0);
    v->result.name = v->record->outputs[0].path;
    buf_free(&path);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------- checking */

static size_t count_errors(struct verifier *v, const struct source *source)
{
    struct jpk_error err = {0};
    struct jpk_findings *findings =
        source->cloud ? jpk_cloud_check(source->cloud, &err) : jpk_check(source->project, source->graph, &err);
    size_t errors = 0;
    v->memory = v->memory || !findings;
    for (size_t i = 0; findings && i < findings->count; i++)
        errors += findings->items[i].severity == JPK_ERROR && findings->items[i].level == 0;
    jpk_findings_free(findings);
    return errors;
}

static void check_result(struct verifier *v)
{
    size_t result = count_errors(v, &v->result), source = result ? count_errors(v, &v->source) : 0;
    if (result > source)
        tell(v, VERIFY_OUTPUT_INVALID, "'jpk check' finds %zu error%s in the result, and %zu in the source", result,
             result == 1 ? "" : "s", source);
}

/* ------------------------------------------------------------------------------------------------------ comparing */

static void tell_change(struct verifier *v, const struct jpk_diff_change *change)
{
    const char *path = change->new_path ? change->new_path : change->old_path;
    const char *field = change->field_count > 0 ? change->fields[0].path : NULL;
    tell(v, VERIFY_LOST, "%s %s%s%s", path ? path : "the project",
         change->what & JPK_DIFF_REMOVED   ? "is missing"
         : change->what & JPK_DIFF_ADDED   ? "was not in the source"
         : change->what & JPK_DIFF_RENAMED ? "has another name"
         : change->what & JPK_DIFF_MOVED   ? "lies elsewhere"
                                           : "differs",
         field ? ": " : "", field ? field : "");
}

static void compare(struct verifier *v, const struct source *a, const struct source *b)
{
    enum { TOLD_MAX = 20 };
    struct jpk_retarget_options options = work_retarget_options(v->verify->plan, v->item);
    struct jpk_error err = {0};
    struct jpk_diff *diff = a->cloud ? jpk_diff_clouds(a->cloud, b->cloud, NULL, &err)
                                     : jpk_diff_projects(a->project, b->project, NULL, &err);
    size_t told = 0;
    if (!diff)
        tell_error(v, VERIFY_OUTPUT_INVALID, &err);
    for (size_t i = 0; diff && i < diff->change_count; i++)
        if (!jpk_retarget_explains(&options, diff, &diff->changes[i], NULL) && told++ < TOLD_MAX)
            tell_change(v, &diff->changes[i]);
    if (told > TOLD_MAX)
        tell(v, VERIFY_LOST, "%zu more differences", told - TOLD_MAX);
    jpk_diff_free(diff);
}

/* What the source becomes now, as it would be written if nothing were left out. */
static void compare_conversion(struct verifier *v)
{
    struct source fresh = {.name = v->item->source};
    struct converted_item converted;
    struct jpk_error err = {0};
    bool ok = convert_item(&converted, v->verify->plan, v->item, &v->source, &err);
    if (ok && converted.conversion->text) {
        fresh.cloud =
            jpk_cloud_load(converted.conversion->text, converted.conversion->size, fresh.name, v->verify->limits, &err);
        ok = fresh.cloud != NULL;
    } else if (ok) {
        fresh.archive = design_archive(converted.conversion, fresh.name, v->verify->limits, &err);
        ok = fresh.archive && source_load(&fresh, NULL, 0, &err);
    }
    if (ok)
        compare(v, &fresh, &v->result);
    else
        tell_error(v, VERIFY_OUTPUT_INVALID, &err);
    source_close(&fresh);
    converted_item_free(&converted);
}

bool verify_item(const struct verify *verify, const struct work_item *item, const struct journal_record *record,
                 verify_report *report, void *context)
{
    struct verifier v = {.verify = verify, .item = item, .record = record, .report = report, .context = context};
    if (record->status == JOURNAL_FAILED || record->output_count == 0) {
        tell(&v, VERIFY_NOT_DONE, "was not written: %s",
             record->error.code != JPK_OK ? record->error.message : "it is still to be done");
        return true;
    }
    check_files(&v);
    if (!v.found && !v.memory && load_source(&v) && load_result(&v)) {
        check_result(&v);
        if (item->action == MIGRATE_MOVE)
            compare(&v, &v.source, &v.result);
        else
            compare_conversion(&v);
    }
    source_close(&v.source);
    source_close(&v.result);
    return !v.memory;
}
