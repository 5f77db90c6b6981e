#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/text.h"
#include "base/walk.h"
#include "base/workers.h"
#include "base/yaml.h"
#include "schema/uri.h"
#include "schema/validation.h"
#include "tools/commands.h"
#include "tools/findings.h"
#include "tools/message.h"
#include "tools/schema_source.h"

static const struct option options[] = {
    {"output", 0, OPTION_CHOICE, offsetof(struct settings, schema.output), "flag|basic|detailed|verbose",
     "print the result as JSON Schema defines it, instead of findings"},
    {"first", 0, OPTION_FLAG, offsetof(struct settings, schema.first), NULL, "stop at the first failure of each file"},
    {"jobs", 'j', OPTION_NUMBER, offsetof(struct settings, jobs), "N",
     "how many files to read at once (one a processor)"},
    {0},
};

/* A file that is to be validated, and what came of it. */
struct instance {
    char *path;
    struct buf text;
    struct jdoc doc;
    struct jpk_validation *validation; /* NULL: an error */
    struct jpk_error error;
    bool read; /* `doc` is there */
};

/* A schema that instances name themselves. What one refers to is not known to another, whichever comes first. */
struct own {
    struct own *next;
    char *name; /* as schema_source_compile takes it */
    struct schema_source source;
    struct jpk_schema *schema;
    struct jpk_error error;
};

struct job {
    const struct settings *settings;
    struct schema_source source; /* of --schema */
    pthread_mutex_t lock;        /* of `own` */
    struct own *own;
    const struct jpk_schema *schema; /* of --schema; NULL: each file's own */
    struct instance *instances;
    size_t count, capacity;
    bool failed; /* memory is out */
};

/* ------------------------------------------------------------------------------------------------------- finding */

static void add_instance(struct job *job, const char *path, const struct jpk_error *error)
{
    struct instance *instances = array_grow(job->instances, job->count, &job->capacity, sizeof *instances);
    char *copy = strdup(path);
    job->failed |= !instances || !copy;
    if (instances)
        job->instances = instances;
    if (job->failed) {
        free(copy);
        return;
    }
    instances[job->count] = (struct instance){.path = copy};
    if (error)
        instances[job->count].error = *error;
    job->count++;
}

static bool is_yaml(const char *path)
{
    return text_ends_with(path, ".yaml") || text_ends_with(path, ".yml");
}

/* Every JSON and YAML file below a folder. */
static void add_folder(struct job *job, const char *folder)
{
    struct jpk_error err = {0};
    struct walk *walk = walk_open(folder, NULL, &err);
    struct walk_entry entry;
    while (walk && walk_next(walk, &entry, &err)) {
        bool wanted = entry.kind == WALK_FILE && (is_yaml(entry.path) || text_ends_with(entry.path, ".json"));
        if (wanted || (entry.problem && entry.kind == WALK_FOLDER))
            add_instance(job, entry.full, entry.problem);
    }
    if (err.code != JPK_OK)
        add_instance(job, folder, &err);
    walk_close(walk);
}

static void add_argument(struct job *job, const char *argument)
{
    struct stat status;
    if (stat(argument, &status) == 0 && S_ISDIR(status.st_mode))
        add_folder(job, argument);
    else
        add_instance(job, argument, NULL);
}

/* ---------------------------------------------------------------------------------------------------- validating */

static bool read_instance(const struct settings *settings, struct instance *instance)
{
    struct jdoc_options how = json_options(settings);
    uint64_t limit = json_file_limit(settings);
    bool standard = strcmp(instance->path, "-") == 0;
    bool ok = standard ? file_read_fd(0, limit, "--max-file", &instance->text, &instance->error)
                       : file_read(instance->path, limit, "--max-file", &instance->text, &instance->error);
    if (!ok)
        return false;
    const char *text = buf_text(&instance->text);
    instance->read = is_yaml(instance->path)
                         ? jdoc_parse_yaml(&instance->doc, text, instance->text.size, &how, &instance->error)
                         : jdoc_parse(&instance->doc, text, instance->text.size, &how, &instance->error);
    if (!instance->read)
        error_file(&instance->error, instance->path);
    return instance->read;
}

static bool wants_output(const struct settings *settings)
{
    return settings->schema.output != NULL;
}

static bool is_output(const struct settings *settings, const char *name)
{
    return settings->schema.output && strcmp(settings->schema.output, name) == 0;
}

static void validate_with(const struct settings *settings, struct instance *instance, const struct jpk_schema *schema)
{
    struct jpk_validation_options how = {
        .file = instance->path,
        .first = settings->schema.first,
        .annotations = is_output(settings, "basic") || is_output(settings, "detailed"),
        .verbose = is_output(settings, "verbose"),
    };
    instance->validation = validate_document(schema, &instance->doc, &how, &instance->error);
    if (!instance->validation) {
        error_file(&instance->error, instance->path);
        return;
    }
    size_t count;
    jpk_validation_failures(instance->validation, &count); /* made here, in parallel */
}

/*
 * What the `$schema` of an instance names: a file, which is relative to that of the instance, a built-in schema, or a
 * URI.
 */
static void put_own_name(struct buf *out, const struct instance *instance, const char *reference, size_t n)
{
    const char *slash = strrchr(instance->path, '/');
    struct stat status;
    if (uri_has_scheme(reference, n)) {
        buf_put(out, reference, n);
        return;
    }
    if (slash && !(n > 0 && *reference == '/'))
        buf_put(out, instance->path, (size_t)(slash - instance->path) + 1);
    size_t first = n > 2 && memcmp(reference, "./", 2) == 0 ? 2 : 0, end = n > 0 && reference[n - 1] == '#' ? n - 1 : n;
    if (!uri_decode(reference + first, end - first, out))
        buf_put(out, reference + first, end - first);
    /* Beside it, else built in. */
    struct buf built_in = {0};
    buf_put(&built_in, reference, n);
    if (schema_shipped(buf_text(&built_in)) && stat(buf_text(out), &status) != 0) {
        buf_clear(out);
        buf_put(out, reference, n);
    }
    out->failed |= built_in.failed;
    buf_free(&built_in);
}

static struct own *own_new(const struct settings *settings, const char *name)
{
    struct own *own = calloc(1, sizeof *own);
    char *copy = strdup(name);
    if (!own || !copy) {
        free(own);
        free(copy);
        return NULL;
    }
    own->name = copy;
    if (schema_source_open(&own->source, settings, name, &own->error))
        own->schema = schema_source_compile(&own->source, name, &own->error);
    return own;
}

/* The schema of a name, compiled when it is asked for the first time. NULL: `err` says why. */
static const struct jpk_schema *own_schema(struct job *job, const char *name, struct jpk_error *err)
{
    pthread_mutex_lock(&job->lock);
    struct own *own = job->own;
    while (own && strcmp(own->name, name) != 0)
        own = own->next;
    if (!own && (own = own_new(job->settings, name)) != NULL) {
        own->next = job->own;
        job->own = own;
    }
    pthread_mutex_unlock(&job->lock);
    if (!own)
        error_memory(err);
    else if (!own->schema)
        *err = own->error;
    return own ? own->schema : NULL;
}

/* An instance whose schema cannot be used is told where it names it, and what is wrong there. */
static void refuse_own(struct instance *instance, uint32_t says, const char *name, const struct jpk_error *problem)
{
    struct text_position at = jdoc_position(&instance->doc, says);
    char place[32] = "";
    if (problem->code == JPK_ERR_MEMORY) {
        error_memory(&instance->error);
        return;
    }
    if (problem->line)
        snprintf(place, sizeof place, ":%u:%u", problem->line, problem->column);
    error_set(&instance->error, problem->code, "the schema %.300s%s cannot be used: %s",
              *problem->file ? problem->file : name, place, problem->message);
    error_position(&instance->error, at.line, at.column);
}

/* By the `$schema` of the instance. */
static void validate_by_itself(struct job *job, struct instance *instance)
{
    const struct jdoc *doc = &instance->doc;
    uint32_t says = jdoc_get(doc, 0, "$schema", 7);
    const struct jpk_schema *schema = NULL;
    struct jpk_error problem = {0};
    struct buf name = {0};
    if (says == JDOC_NONE || jdoc_type(doc, says) != JDOC_STRING) {
        error_set(&instance->error, JPK_ERR_FORMAT, "has no $schema; name one with --schema");
    } else {
        put_own_name(&name, instance, jdoc_string(doc, says), jdoc_string_size(doc, says));
        schema = name.failed ? NULL : own_schema(job, buf_text(&name), &problem);
        if (name.failed)
            error_memory(&problem);
        if (!schema)
            refuse_own(instance, says, buf_text(&name), &problem);
    }
    buf_free(&name);
    if (schema)
        validate_with(job->settings, instance, schema);
    else
        error_file(&instance->error, instance->path);
}

static void work(void *context, size_t index)
{
    struct job *job = context;
    struct instance *instance = &job->instances[index];
    if (instance->error.code != JPK_OK || !read_instance(job->settings, instance))
        return;
    if (job->schema)
        validate_with(job->settings, instance, job->schema);
    else
        validate_by_itself(job, instance);
    if (instance->validation && jpk_validation_valid(instance->validation) && !wants_output(job->settings) &&
        instance->doc.duplicate_count == 0) {
        /* Nothing to say about it: its memory is free for others. */
        jdoc_free(&instance->doc);
        buf_free(&instance->text);
    }
}

/* ------------------------------------------------------------------------------------------------------ printing */

static void add_duplicates(struct findings_list *list, const struct instance *instance)
{
    const struct jdoc *doc = &instance->doc;
    for (uint32_t i = 0; i < doc->duplicate_count; i++) {
        uint32_t key = doc->duplicates[i].again;
        struct text_position first = jdoc_position(doc, doc->duplicates[i].first), again = jdoc_position(doc, key);
        struct buf pointer = {0}, message = {0};
        jdoc_pointer(doc, key, &pointer);
        buf_printf(&message, "the key '%.*s' is there twice, first in line %u; only the last counts",
                   (int)jdoc_string_size(doc, key), jdoc_string(doc, key), first.line);
        struct jpk_finding finding = {.severity = JPK_WARNING,
                                      .rule = "duplicate-key",
                                      .file = instance->path,
                                      .line = again.line,
                                      .column = again.column,
                                      .path = buf_text(&pointer),
                                      .message = buf_text(&message)};
        findings_add(list, NULL, &finding);
        list->failed |= pointer.failed || message.failed;
        buf_free(&pointer);
        buf_free(&message);
    }
}

static void add_failures(struct findings_list *list, const struct instance *instance)
{
    size_t count;
    const struct jpk_failure *failures = jpk_validation_failures(instance->validation, &count);
    list->failed |= count == 0 && !jpk_validation_valid(instance->validation);
    for (size_t i = 0; i < count; i++) {
        const struct jpk_failure *failure = &failures[i];
        struct buf place = {0};
        buf_printf(&place, "%s:%u:%u", failure->schema_file, failure->schema_line, failure->schema_column);
        struct jpk_finding finding = {
            .severity = JPK_ERROR,
            .rule = *failure->keyword ? failure->keyword : "false",
            .file = instance->path,
            .line = failure->line,
            .column = failure->column,
            .path = failure->pointer,
            .message = failure->message,
            .hint = failure->hint,
            .schema = buf_text(&place),
            .level = failure->level,
        };
        findings_add(list, NULL, &finding);
        list->failed |= place.failed;
        buf_free(&place);
    }
}

static bool read_file(void *context, const char *file, struct buf *text)
{
    const struct job *job = context;
    return file_read(file, json_file_limit(job->settings), "--max-file", text, NULL);
}

/* Findings of every file, in the order in which they were named. */
static int print_findings(struct job *job)
{
    struct findings_list list = {0};
    int status = 0;
    for (size_t i = 0; i < job->count; i++) {
        const struct instance *instance = &job->instances[i];
        if (!instance->validation) {
            int one = message_error(&instance->error);
            status = one > status ? one : status;
            findings_add_unchecked(&list, instance->path, &instance->error);
            continue;
        }
        findings_add_file(&list, instance->path);
        if (instance->doc.nodes)
            add_duplicates(&list, instance);
        add_failures(&list, instance);
        if (findings_counts_characters(job->settings))
            findings_count_characters(&list, read_file, job);
    }
    struct findings_report report = {.settings = job->settings, .list = &list, .read = read_file, .context = job};
    int printed = findings_print(&report, findings_format(job->settings));
    if (status == 0 && findings_fail(job->settings, &list))
        status = 1;
    findings_free(&list);
    return printed > status ? printed : status;
}

static enum jpk_output output_form(const struct settings *settings)
{
    static const char *const names[] = {"flag", "basic", "detailed", "verbose"};
    for (int i = 0; i < 4; i++)
        if (is_output(settings, names[i]))
            return (enum jpk_output)i;
    return JPK_OUTPUT_FLAG;
}

/* Whether an instance that is not valid makes the exit status 1, by --fail-level. */
static bool invalid_fails(const struct settings *settings)
{
    return message_fails(settings, &(struct jpk_finding){.severity = JPK_ERROR}, 1);
}

/* What the specification defines: of one file alone, of several with their names. */
static int print_outputs(struct job *job)
{
    json_t *all = json_array();
    int status = 0;
    for (size_t i = 0; all && i < job->count; i++) {
        struct instance *instance = &job->instances[i];
        if (!instance->validation) {
            int one = message_error(&instance->error);
            status = one > status ? one : status;
            continue;
        }
        json_t *output = jpk_validation_output(instance->validation, output_form(job->settings));
        json_t *one = job->count == 1
                          ? output
                          : json_pack("{s:o, s:o}", "file", message_path_json(instance->path), "output", output);
        if (!one || json_array_append_new(all, one) != 0) {
            json_decref(all);
            all = NULL;
        } else if (status == 0 && !jpk_validation_valid(instance->validation) && invalid_fails(job->settings)) {
            status = 1;
        }
    }
    json_t *only = job->count == 1 ? json_incref(json_array_get(all, 0)) : NULL;
    int printed = !all ? message_memory() : job->count == 1 && !only ? 0 : message_json(only ? only : json_incref(all));
    json_decref(all);
    return printed > status ? printed : status;
}

static void job_free(struct job *job)
{
    for (size_t i = 0; i < job->count; i++) {
        struct instance *instance = &job->instances[i];
        jpk_validation_free(instance->validation);
        jdoc_free(&instance->doc);
        buf_free(&instance->text);
        free(instance->path);
    }
    free(job->instances);
    for (struct own *own = job->own, *next; own; own = next) {
        next = own->next;
        jpk_schema_free(own->schema);
        schema_source_close(&own->source);
        free(own->name);
        free(own);
    }
    schema_source_close(&job->source);
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct job job = {.settings = settings, .lock = PTHREAD_MUTEX_INITIALIZER};
    struct jpk_error err = {0};
    struct jpk_schema *schema = NULL;
    bool ok = schema_source_open(&job.source, settings, settings->schema.schema, &err);
    if (ok && settings->schema.schema)
        ok = (job.schema = schema = schema_source_compile(&job.source, settings->schema.schema, &err)) != NULL;
    int status = 0;
    if (!ok) {
        status = message_error(&err);
    } else {
        for (int i = 0; i < count; i++)
            add_argument(&job, arguments[i]);
        workers_run(job.count, settings->jobs, work, &job);
        status = job.failed ? message_memory() : wants_output(settings) ? print_outputs(&job) : print_findings(&job);
    }
    jpk_schema_free(schema);
    job_free(&job);
    return status;
}

static const struct option *const groups[] = {schema_options,     options, finding_options, common_options,
                                              json_limit_options, NULL};

const struct command schema_validate_command = {
    .name = "schema validate",
    .arguments = "FILE|DIR...",
    .summary = "Validate JSON and YAML files against a JSON Schema of draft 4, 6, 7, 2019-09 or 2020-12.",
    .details =
        "Without --schema each file names its own in `$schema`, relative to the file or by its URI; for a schema\n"
        "that is its meta-schema. Folders are searched for .json, .yaml and .yml files; what .gitignore and "
        ".jpkignore\n"
        "leave out is left out. Nothing is fetched: references lead to built-in schemas (jpk schema list) and to "
        "files\n"
        "below the schema's folder.\n"
        "Everything that is wrong is printed, a line each: file:line:column: error: message [keyword]. The exit\n"
        "status is 1 when a file is not valid, 3 when a file or the schema cannot be used.",
    .groups = groups,
    .least = 1,
    .most = -1,
    .reach = {.anywhere = true},
    .run = run,
};
