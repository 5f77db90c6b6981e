/* One file by itself. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"
#include "recipe/repository.h"
#include "recipe/repository_parts.h"
#include "schema/validation.h"

/* What is at hand of the file that is being looked at. */
struct looking {
    struct repository *repository;
    struct repository_file *file;
    struct buf text;
    struct jdoc doc;
    struct source source;
};

void repository_report_error(struct validation *findings, enum rule rule, const char *file,
                             const struct jpk_error *problem)
{
    struct buf message = {0};
    if (*problem->entry)
        buf_printf(&message, "%s: ", problem->entry);
    buf_puts(&message, problem->message);
    struct jpk_finding finding = {.file = file, .path = "", .message = buf_text(&message)};
    /* Its line belongs to the entry, when there is one. */
    if (!*problem->entry) {
        finding.line = problem->line;
        finding.column = problem->column;
    }
    validation_add(findings, (int)rule, &finding);
    findings->failed |= message.failed || problem->code == JPK_ERR_MEMORY;
    buf_free(&message);
}

/* ------------------------------------------------------------------------------------------------------- schema */

/* What a rule of recipes says better: its words are those of people, and its place is that of the mistake. */
static bool said_better(const struct looking *l, const struct jpk_failure *failure)
{
    static const struct {
        const char *location;
        enum rule rule;
    } places[] = {
        {"/properties/version/pattern", RULE_VERSION_FORM},
        {"/$defs/id/pattern", RULE_ID_FORM},
        {"/$defs/endpoint/properties/id/pattern", RULE_ID_FORM},
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
            return validation_severity(&l->file->findings, (int)places[i].rule) >= 0;
    return false;
}

/* `rule`: that of all failures, or -1 for those of their keywords. */
static void add_failures(struct looking *l, struct jpk_validation *validation, int rule)
{
    bool left_out = false; /* with what explains it */
    size_t count;
    const struct jpk_failure *failures = jpk_validation_failures(validation, &count);
    l->file->findings.failed |= count == 0 && !jpk_validation_valid(validation);
    for (size_t i = 0; i < count; i++) {
        const struct jpk_failure *failure = &failures[i];
        struct buf place = {0};
        if (failure->level == 0)
            left_out = rule < 0 && said_better(l, failure);
        if (left_out)
            continue;
        buf_printf(&place, "%s:%u:%u", failure->schema_file, failure->schema_line, failure->schema_column);
        struct jpk_finding finding = {.file = l->file->path,
                                      .line = failure->line,
                                      .column = failure->column,
                                      .path = failure->pointer,
                                      .message = failure->message,
                                      .hint = failure->hint,
                                      .schema = buf_text(&place),
                                      .level = failure->level};
        validation_add(&l->file->findings, rule >= 0 ? rule : (int)rule_of_keyword(failure->keyword), &finding);
        l->file->findings.failed |= place.failed;
        buf_free(&place);
    }
}

/* Whether the schema could be used at all. */
static bool check_schema(struct looking *l, enum repository_schema which)
{
    struct jpk_error err = {0};
    const struct jpk_schema *schema = repository_schema(l->repository, which, &err);
    const struct jpk_validation_options options = {.file = l->file->path};
    struct jpk_validation *validation = schema ? validate_document(schema, &l->doc, &options, &err) : NULL;
    if (validation)
        add_failures(l, validation, which == SCHEMA_MANIFEST ? (int)RULE_MANIFEST_KEY : -1);
    else
        repository_report_error(&l->file->findings, RULE_JSON_LIMIT, l->file->path, &err);
    jpk_validation_free(validation);
    return validation != NULL;
}

/* ------------------------------------------------------------------------------------------------------- recipes */

/* Schemas of the repository's own, for whatever files they are. */
static void check_custom(struct looking *l)
{
    const struct config *config = l->file->config;
    for (size_t i = 0; l->file->relative && i < config->schema_count; i++) {
        const struct config_schema *custom = &config->schemas[i];
        struct jpk_error err = {0};
        if (!config_schema_wants(custom, l->file->relative))
            continue;
        const struct jpk_validation_options options = {.file = l->file->path};
        struct jpk_validation *validation = validate_document(custom->schema, &l->doc, &options, &err);
        if (validation)
            add_failures(l, validation, RULE_SCHEMA_CUSTOM);
        else
            repository_report_error(&l->file->findings, RULE_JSON_LIMIT, l->file->path, &err);
        jpk_validation_free(validation);
    }
}

static const char *keep(struct looking *l, uint32_t object, const char *key)
{
    struct jtext text =
        jtext_of(&l->doc, object == JDOC_NONE ? JDOC_NONE : jdoc_get(&l->doc, object, key, strlen(key)));
    if (!jtext_there(text) || text.n == 0)
        return NULL;
    const char *copy = repository_keep(l->repository, text.s, text.n);
    l->file->findings.failed |= !copy;
    return copy;
}

/* What the whole needs to know of a recipe. */
static void digest_recipe(struct looking *l)
{
    struct repository_file *file = l->file;
    uint32_t jitterpak = jdoc_get(&l->doc, 0, "jitterpak", 9), name = jdoc_get(&l->doc, 0, "name", 4);
    file->name = keep(l, 0, "name");
    file->version = keep(l, 0, "version");
    file->project_id = keep(l, jitterpak, "projectId");
    file->jitterpak_name = keep(l, jitterpak, "file");
    file->jitterpak_sha256 = keep(l, jitterpak, "sha256");
    uint32_t project = jitterpak == JDOC_NONE ? JDOC_NONE : jdoc_get(&l->doc, jitterpak, "projectId", 9);
    uint32_t named = jitterpak == JDOC_NONE ? JDOC_NONE : jdoc_get(&l->doc, jitterpak, "file", 4);
    uint32_t version = jdoc_get(&l->doc, 0, "version", 7);
    if (name != JDOC_NONE)
        file->name_at = jdoc_position(&l->doc, name);
    if (version != JDOC_NONE)
        file->version_at = jdoc_position(&l->doc, version);
    if (project != JDOC_NONE)
        file->project_at = jdoc_position(&l->doc, project);
    if (named != JDOC_NONE)
        file->jitterpak_at = jdoc_position(&l->doc, named);
    if (file->jitterpak_name)
        file->jitterpak =
            repository_sibling(l->repository, file->path, file->jitterpak_name, strlen(file->jitterpak_name));
    if (file->jitterpak != REPOSITORY_NONE && l->repository->files[file->jitterpak].kind != REPOSITORY_JITTERPAK)
        file->jitterpak = REPOSITORY_NONE;
}

/* A document of another file, for a moment; what is wrong with it is said where it is looked at itself. */
static bool read_partner(struct repository *repository, uint32_t index, struct buf *text, struct jdoc *doc)
{
    return index != REPOSITORY_NONE &&
           file_read(repository->files[index].path, repository->options->file_size, "--max-file", text, NULL) &&
           jdoc_parse(doc, buf_text(text), text->size, NULL, NULL);
}

void repository_check_recipe(struct repository *repository, struct repository_file *file, struct source *recipe,
                             const struct validate_project *project)
{
    struct buf text = {0};
    struct jdoc doc = {0};
    struct source configure = {.doc = &doc, .schema_checked = true};
    struct jpk_error err = {0};
    bool paired = read_partner(repository, file->partner, &text, &doc);
    if (paired)
        configure.file = repository->files[file->partner].path;
    if (!validate_documents(&file->findings, recipe, paired ? &configure : NULL, project, &err))
        file->findings.failed = true;
    jdoc_free(&doc);
    buf_free(&text);
}

static void check_recipe(struct looking *l)
{
    l->file->kind = REPOSITORY_RECIPE;
    bool checked = check_schema(l, SCHEMA_RECIPE);
    l->source.schema_checked = checked && !l->repository->options->schema;
    digest_recipe(l);
    if (l->file->jitterpak == REPOSITORY_NONE)
        repository_check_recipe(l->repository, l->file, &l->source, NULL);
}

/* ------------------------------------------------------------------------------------------------ other documents */

static bool has(const struct jdoc *doc, const char *key, enum jdoc_type type)
{
    uint32_t value = jdoc_get(doc, 0, key, strlen(key));
    return value != JDOC_NONE && jdoc_type(doc, value) == type;
}

static void check_manifest(struct looking *l)
{
    struct repository_file *file = l->file;
    uint32_t project = jdoc_get(&l->doc, 0, "PROJECT", 7);
    file->kind = REPOSITORY_MANIFEST;
    validate_duplicates(&file->findings, &l->source);
    check_schema(l, SCHEMA_MANIFEST);
    file->name = keep(l, 0, "NAME");
    struct jtext name = jtext_of(&l->doc, project);
    if (jtext_there(name) && repository_sibling(l->repository, file->path, name.s, name.n) == REPOSITORY_NONE &&
        !file->companion)
        validation_report(&file->findings, &l->source, RULE_MANIFEST_PROJECT, project,
                          "the project '%s' does not lie beside the manifest", show(name).s);
}

static void check_json(struct looking *l)
{
    struct jpk_error err = {0};
    struct validation *findings = &l->file->findings;
    if (!validate_json(findings, &l->source, buf_text(&l->text), l->text.size, &err)) {
        l->source.doc = NULL;
        l->file->unread = true;
        findings->failed |= err.code != JPK_OK;
        return;
    }
    switch (document_kind(&l->doc)) {
    case DOCUMENT_RECIPE:
        check_recipe(l);
        break;
    case DOCUMENT_CONFIGURE:
        l->file->kind = REPOSITORY_CONFIGURE;
        check_schema(l, SCHEMA_CONFIGURE);
        break;
    default:
        /* A recipe that does not say that it is one is recognised by its name. */
        if (text_ends_with(l->file->path, "-recipe.json")) {
            check_recipe(l);
        } else if (text_ends_with(l->file->path, "-configure.json")) {
            l->file->kind = REPOSITORY_CONFIGURE;
            check_schema(l, SCHEMA_CONFIGURE);
        } else if (has(&l->doc, "project", JDOC_OBJECT) && has(&l->doc, "assets", JDOC_ARRAY)) {
            l->file->kind = REPOSITORY_EXPORT;
            check_schema(l, SCHEMA_EXPORT);
        }
    }
}

static void check_yaml(struct looking *l)
{
    struct jpk_error err = {0};
    if (!jdoc_parse_yaml(&l->doc, buf_text(&l->text), l->text.size, NULL, &err)) {
        l->source.doc = NULL;
        /* YAML of others may be what it likes. */
        bool manifest = l->text.size > 5 &&
                        (memmem(l->text.data, l->text.size, "\nPROJECT:", 9) || strncmp(l->text.data, "NAME:", 5) == 0);
        if (manifest || err.code == JPK_ERR_MEMORY)
            repository_report_error(&l->file->findings, RULE_MANIFEST_SYNTAX, l->file->path, &err);
    } else if (has(&l->doc, "NAME", JDOC_STRING) &&
               (has(&l->doc, "TYPE", JDOC_STRING) || has(&l->doc, "PROJECT", JDOC_STRING))) {
        check_manifest(l);
    }
}

/* Pictures and the like: a NUL near the beginning. */
static bool is_binary(const struct buf *text)
{
    enum { LOOKED_AT = 8192 };
    return text->size > 0 && memchr(text->data, '\0', text->size < LOOKED_AT ? text->size : LOOKED_AT);
}

void repository_check_file(struct repository *repository, struct repository_file *file)
{
    struct looking l = {.repository = repository, .file = file};
    struct jpk_error err = {0};
    if (file->problem) {
        repository_report_error(&file->findings, RULE_FILE_UNREADABLE, file->path, file->problem);
        file->unread = true;
        return;
    }
    if (file->kind == REPOSITORY_JITTERPAK || file->left_out)
        return;
    l.source = (struct source){.file = file->path, .doc = &l.doc};
    if (!file_read(file->path, repository->options->file_size, "--max-file", &l.text, &err)) {
        repository_report_error(&file->findings, RULE_FILE_UNREADABLE, file->path, &err);
        file->unread = true;
    } else {
        file->checked = true;
        bool json = text_ends_with(file->path, ".json");
        bool yaml = text_ends_with(file->path, ".yaml") || text_ends_with(file->path, ".yml");
        if (json)
            check_json(&l);
        else if (yaml)
            check_yaml(&l);
        if (l.doc.count > 0)
            check_custom(&l);
        if (!file->companion && !is_binary(&l.text))
            repository_check_hygiene(file->config, &file->findings, file->path, buf_text(&l.text), l.text.size,
                                     (json || yaml) && l.doc.count > 0 ? &l.doc : NULL);
    }
    if (l.doc.count > 0)
        validation_settle(&file->findings, &l.source);
    jdoc_free(&l.doc);
    buf_free(&l.text);
}
