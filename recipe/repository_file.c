/* One file by itself. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"
#include "recipe/repository.h"
#include "recipe/repository_parts.h"

/* What is at hand of the file that is being looked at. */
struct looking {
    struct repository *repository;
    struct repository_file *file;
    struct buf text;
    struct jdoc doc;
    struct source source;
    bool unread; /* another file that belongs to it */
};

/* ------------------------------------------------------------------------------------------------------- schema */

/* Whether the schema could be used at all. */
static bool check_schema(struct looking *l, enum repository_schema which)
{
    struct jpk_error err = {0};
    const struct jpk_schema *schema = repository_schema(l->repository, which, &err);
    int rule = which == SCHEMA_MANIFEST ? (int)RULE_MANIFEST_KEY : -1;
    if (schema)
        return validate_schema(&l->file->findings, &l->source, schema, rule);
    validation_report_error(&l->file->findings, RULE_JSON_LIMIT, l->file->path, &err);
    return false;
}

/* ------------------------------------------------------------------------------------------------------- recipes */

/* Schemas of the repository's own, for whatever files they are. */
static void check_custom(struct looking *l)
{
    const struct config *config = l->file->config;
    for (size_t i = 0; l->file->relative && i < config->schema_count; i++) {
        const struct config_schema *custom = &config->schemas[i];
        if (config_schema_wants(custom, l->file->relative))
            (void)validate_schema(&l->file->findings, &l->source, custom->schema, RULE_SCHEMA_CUSTOM);
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

uint32_t repository_named_jitterpak(const struct repository *repository, const struct repository_file *file,
                                    const char *name, bool *failed)
{
    uint32_t found = name ? repository_sibling(repository, file, name, strlen(name), failed) : REPOSITORY_NONE;
    bool jitterpak = found != REPOSITORY_NONE && repository->files[found].is_project;
    return jitterpak ? found : REPOSITORY_NONE;
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
    file->jitterpak = repository_named_jitterpak(l->repository, file, file->jitterpak_name, &file->findings.failed);
}

bool repository_read_again(struct repository *repository, uint32_t index, struct buf *text, bool *read)
{
    const struct repository_file *file = &repository->files[index];
    struct jpk_error err = {0};
    *read = !file->problem && file_read(file->path, repository->options->file_size, "--max-file", text, &err);
    if (err.code != JPK_ERR_READ && err.code != JPK_ERR_MEMORY)
        return true;
    repository_note_unchecked(repository, index, &err);
    return false;
}

bool repository_check_recipe(struct repository *repository, const struct repository_file *file,
                             struct validation *findings, struct source *recipe, const struct validate_project *project)
{
    struct buf text = {0};
    struct jdoc doc = {0};
    struct source configure = {.doc = &doc, .schema_checked = true};
    struct jpk_error err = {0};
    bool paired = false, known = true;
    if (file->partner != REPOSITORY_NONE)
        known = repository_read_again(repository, file->partner, &text, &paired);
    paired = paired && jdoc_parse(&doc, buf_text(&text), text.size, NULL, &err);
    findings->failed |= err.code == JPK_ERR_MEMORY;
    err = (struct jpk_error){0};
    if (paired)
        configure.file = repository->files[file->partner].path;
    if (!validate_documents(findings, recipe, paired ? &configure : NULL, project, &err))
        findings->failed = true;
    jdoc_free(&doc);
    buf_free(&text);
    return known;
}

static void check_recipe(struct looking *l)
{
    l->file->kind = REPOSITORY_RECIPE;
    bool checked = check_schema(l, SCHEMA_RECIPE);
    l->source.schema_checked = checked && !l->repository->options->schema;
    digest_recipe(l);
    if (l->file->jitterpak == REPOSITORY_NONE)
        l->unread = !repository_check_recipe(l->repository, l->file, &l->file->findings, &l->source, NULL);
}

/* ------------------------------------------------------------------------------------------------ other documents */

static bool has(const struct jdoc *doc, const char *key, enum jdoc_type type)
{
    uint32_t value = jdoc_get(doc, 0, key, strlen(key));
    return value != JDOC_NONE && jdoc_type(doc, value) == type;
}

bool repository_is_named_recipe(const struct repository *repository, const char *path)
{
    const char *recipe = repository->options->recipe;
    return recipe && strcmp(path, recipe) == 0;
}

static void check_manifest(struct looking *l)
{
    struct repository_file *file = l->file;
    uint32_t project = jdoc_get(&l->doc, 0, "PROJECT", 7);
    file->kind = REPOSITORY_MANIFEST;
    validate_duplicates(&file->findings, &l->source);
    check_schema(l, SCHEMA_MANIFEST);
    file->name = keep(l, 0, "NAME");
    file->manifest_project = keep(l, 0, "PROJECT");
    if (project != JDOC_NONE)
        file->manifest_at = jdoc_position(&l->doc, project);
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
    enum document_kind kind = document_kind(&l->doc);
    if (repository_is_named_recipe(l->repository, l->file->path))
        kind = DOCUMENT_RECIPE;
    switch (kind) {
    case DOCUMENT_RECIPE:
        check_recipe(l);
        break;
    case DOCUMENT_CONFIGURE:
        l->file->kind = REPOSITORY_CONFIGURE;
        check_schema(l, SCHEMA_CONFIGURE);
        break;
    default:
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
            validation_report_error(&l->file->findings, RULE_MANIFEST_SYNTAX, l->file->path, &err);
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

/* What is in a file, as far as that is not known from an earlier run. */
static void check_content(struct looking *l)
{
    struct repository_file *file = l->file;
    bool json = text_ends_with(file->path, ".json") || repository_is_named_recipe(l->repository, file->path);
    bool yaml = text_ends_with(file->path, ".yaml") || text_ends_with(file->path, ".yml");
    if (json)
        check_json(l);
    else if (yaml)
        check_yaml(l);
    if (l->doc.count > 0)
        check_custom(l);
    if (!file->companion && !is_binary(&l->text))
        validate_hygiene(&file->findings, file->path, buf_text(&l->text), l->text.size,
                         (json || yaml) && l->doc.count > 0 ? &l->doc : NULL, &file->config->hygiene);
    if (l->doc.count > 0)
        validation_settle(&file->findings, &l->source);
}

static void check_cached(struct looking *l)
{
    struct repository *repository = l->repository;
    struct cache_key key, again;
    bool keyed = repository->cache && repository_file_key(repository, l->file, &l->text, &key);
    if (keyed && repository_read_file(repository, l->file, &key))
        return;
    check_content(l);
    if (keyed && !l->unread && repository_file_key(repository, l->file, &l->text, &again) &&
        memcmp(&key, &again, sizeof key) == 0)
        repository_write_file(repository, l->file, &key);
}

void repository_check_file(struct repository *repository, struct repository_file *file)
{
    struct looking l = {.repository = repository, .file = file};
    uint32_t index = (uint32_t)(file - repository->files);
    struct jpk_error err = {0};
    if (file->left_out || (file->kind == REPOSITORY_JITTERPAK && !file->problem))
        return;
    if (file->problem) {
        repository_note_unchecked(repository, index, file->problem);
        file->unread = true;
        return;
    }
    l.source = (struct source){.file = file->path, .doc = &l.doc};
    if (!file_read(file->path, repository->options->file_size, "--max-file", &l.text, &err)) {
        repository_note_unchecked(repository, index, &err);
        file->unread = true;
    } else {
        file->checked = true;
        check_cached(&l);
    }
    jdoc_free(&l.doc);
    buf_free(&l.text);
}
