#include "recipe/validate.h"

#include <string.h>

#include "base/text.h"
#include "jpk/archive.h"
#include "jpk/check.h"
#include "recipe/check.h"
#include "recipe/check_project.h"
#include "schema/validation.h"

/* --------------------------------------------------------------------------------------------------------- json */

static enum rule rule_of_error(enum jpk_code code)
{
    return code == JPK_ERR_ENCODING ? RULE_JSON_ENCODING : code == JPK_ERR_LIMIT ? RULE_JSON_LIMIT : RULE_JSON_SYNTAX;
}

static void report_error(struct validation *v, const struct source *source, const struct jpk_error *error)
{
    int rule = (int)rule_of_error(error->code);
    struct jpk_finding finding = {
        .file = source->file, .line = error->line, .column = error->column, .path = "", .message = error->message};
    validation_add(v, rule, &finding);
}

void validate_duplicates(struct validation *v, const struct source *source)
{
    const struct jdoc *doc = source->doc;
    for (uint32_t i = 0; i < doc->duplicate_count; i++) {
        uint32_t key = doc->duplicates[i].again;
        struct jtext name = jtext_of(doc, key);
        validation_report(v, source, RULE_JSON_DUPLICATE_KEY, key, "the key '%s' is there twice in this object",
                          show(name).s);
    }
}

static void report_nul(struct validation *v, const struct source *source)
{
    const struct jdoc *doc = source->doc;
    if (!doc->decoded.size || !memchr(doc->decoded.data, '\0', doc->decoded.size))
        return;
    for (uint32_t node = 0; node < doc->count; node++) {
        bool escaped = doc->nodes[node].type == JDOC_STRING && (doc->nodes[node].flags & JDOC_ESCAPED);
        if (escaped && memchr(jdoc_string(doc, node), '\0', jdoc_string_size(doc, node)))
            validation_report(v, source, RULE_JSON_NUL, node, "the text holds the character NUL");
    }
}

bool validate_json(struct validation *v, struct source *source, const char *text, size_t n, struct jpk_error *err)
{
    struct jpk_error error = {0};
    if (!jdoc_parse(source->doc, text, n, NULL, &error)) {
        if (error.code == JPK_ERR_MEMORY)
            return error_memory(err);
        report_error(v, source, &error);
        return false;
    }
    validate_duplicates(v, source);
    report_nul(v, source);
    return true;
}

/* -------------------------------------------------------------------------------------------------------- schema */

/* What a rule of recipes says better: its words are those of people, and its place is that of the mistake. */
static bool said_better(const struct validation *v, const struct jpk_failure *failure)
{
    static const struct {
        const char *location;
        enum rule rule;
    } places[] = {
        {"/properties/version/pattern", RULE_VERSION_FORM},
        {"/$defs/id/pattern", RULE_ID_FORM},
        {"/$defs/id/maxLength", RULE_ID_FORM},
        {"/$defs/endpoint/properties/id/pattern", RULE_ID_FORM},
        {"/$defs/endpoint/properties/id/maxLength", RULE_ID_FORM},
        {"/$defs/endpointStep/properties/endpoint/pattern", RULE_UNKNOWN_ENDPOINT},
        {"/properties/steps/allOf/0/prefixItems/0/properties/type/const", RULE_FIRST_STEP},
        {"/$defs/oneIntroduction/maxContains", RULE_REPEATED_STEP},
        {"/$defs/oneAgent/maxContains", RULE_REPEATED_STEP},
        {"/$defs/oneReview/maxContains", RULE_REPEATED_STEP},
        {"/$defs/property/allOf/0/then/not", RULE_SECRET_DEFAULT},
        {"/$defs/property/properties/choices/uniqueItems", RULE_CHOICE_TWICE},
    };
    static const char schema[] = "urn:jpk:schema:recipe-1#";
    size_t n = strlen(schema);
    if (strncmp(failure->schema_location, schema, n) != 0)
        return false;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (strcmp(failure->schema_location + n, places[i].location) == 0)
            return validation_severity(v, (int)places[i].rule) >= 0;
    return false;
}

/* `rule`: that of all failures, or -1 for those of their keywords. */
static void add_failures(struct validation *v, const struct source *source, struct jpk_validation *validation, int rule)
{
    size_t count;
    const struct jpk_failure *failures = jpk_validation_failures(validation, &count);
    bool left_out = false; /* with what explains it */
    v->failed |= count == 0 && !jpk_validation_valid(validation);
    for (size_t i = 0; i < count; i++) {
        const struct jpk_failure *failure = &failures[i];
        struct buf place = {0};
        if (failure->level == 0)
            left_out = rule < 0 && said_better(v, failure);
        if (left_out)
            continue;
        buf_printf(&place, "%s:%u:%u", failure->schema_file, failure->schema_line, failure->schema_column);
        struct jpk_finding finding = {.file = source->file,
                                      .line = failure->line,
                                      .column = failure->column,
                                      .path = failure->pointer,
                                      .message = failure->message,
                                      .hint = failure->hint,
                                      .schema = buf_text(&place),
                                      .level = failure->level};
        validation_add(v, rule >= 0 ? rule : (int)rule_of_keyword(failure->keyword), &finding);
        v->failed |= place.failed;
        buf_free(&place);
    }
}

bool validate_schema(struct validation *v, const struct source *source, const struct jpk_schema *schema, int rule)
{
    struct jpk_error err = {0};
    const struct jpk_validation_options options = {.file = source->file};
    struct jpk_validation *validation = validate_document(schema, source->doc, &options, &err);
    if (validation)
        add_failures(v, source, validation, rule);
    else
        validation_report_error(v, RULE_JSON_LIMIT, source->file, &err);
    jpk_validation_free(validation);
    return validation != NULL;
}

/* ----------------------------------------------------------------------------------------------------- jitterpak */

/* An archive whose entries are looked through. */
struct entries {
    struct validation *v;
    const struct validate_project *project;
    const struct hygiene_options *hygiene;
    struct buf path;
};

/* The path of an entry, or "" for the Jitterpak itself, as findings call it. */
static const char *entry_path(const struct validate_project *project, const char *entry, struct buf *path)
{
    buf_clear(path);
    buf_printf(path, "%s%s%s", project->file ? project->file : "", project->file && *entry ? "/" : "", entry);
    return buf_text(path);
}

static void visit_entry(void *context, size_t index, const char *bytes, size_t n)
{
    enum { LOOKED_AT = 8192 }; /* a NUL near the beginning: no text */
    struct entries *entries = context;
    const struct jpk_entry_info *entry = jpk_archive_entry(entries->project->project->archive, index);
    if (!memchr(bytes, '\0', n < LOOKED_AT ? n : LOOKED_AT))
        validate_hygiene(entries->v, entry_path(entries->project, entry->name, &entries->path), bytes, n, NULL,
                         entries->hygiene);
}

void validate_entries(struct validation *v, const struct validate_project *project,
                      const struct hygiene_options *hygiene)
{
    struct entries entries = {.v = v, .project = project, .hygiene = hygiene};
    struct jpk_archive *archive = project->project->archive;
    struct buf bytes = {0};
    for (size_t i = 0; i < jpk_archive_count(archive); i++)
        if (archive_read(archive, i, &bytes, NULL)) /* else the tier jitterpak says so */
            visit_entry(&entries, i, buf_text(&bytes), bytes.size);
    v->failed |= entries.path.failed;
    buf_free(&entries.path);
    buf_free(&bytes);
}

bool validate_jitterpak(struct validation *v, const struct validate_project *project,
                        const struct hygiene_options *hygiene, struct jpk_error *err)
{
    struct entries entries = {.v = v, .project = project, .hygiene = hygiene};
    const struct check_visitor visitor = {.visit = visit_entry, .context = &entries};
    struct jpk_findings *found = check_visiting(project->project, project->graph, hygiene ? &visitor : NULL, err);
    for (size_t i = 0; found && i < found->count; i++) {
        struct jpk_finding finding = found->items[i];
        int rule = rule_find(finding.rule);
        finding.file = entry_path(project, finding.file ? finding.file : "", &entries.path);
        if (rule >= 0)
            validation_add(v, rule, &finding);
    }
    v->failed |= entries.path.failed;
    buf_free(&entries.path);
    jpk_findings_free(found);
    return found != NULL;
}

/* -------------------------------------------------------------------------------------------------------- recipe */

bool validate_documents(struct validation *v, struct source *recipe, struct source *configure,
                        const struct validate_project *project, struct jpk_error *err)
{
    static void (*const parts[])(struct check *) = {check_head, check_steps, check_properties, check_visibility};
    struct check check;
    bool ok = check_begin(&check, v, recipe, recipe->doc->text, recipe->doc->size);
    for (size_t i = 0; ok && i < sizeof parts / sizeof parts[0]; i++) {
        parts[i](&check);
        ok = !check.failed;
    }
    if (ok && configure)
        check_configure(&check, configure);
    if (ok && project)
        check_project(&check, project);
    if (ok && project && !project->skip_check && !check.failed)
        ok = validate_jitterpak(v, project, NULL, err);
    ok = ok && !check.failed;
    check_end(&check);
    validation_settle(v, recipe);
    if (configure)
        validation_settle(v, configure);
    return (ok && !v->failed) || error_memory(err);
}
