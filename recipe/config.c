#include "recipe/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "recipe/checked_file.h"
#include "schema/explain.h"

static const struct checked_form form = {.schema = "urn:jpk:schema:config-1",
                                         .limit = 1 << 20,
                                         .limit_name = "the limit of configurations",
                                         .yaml = true,
                                         .may_be_empty = true};

/* A configuration that is being read. */
struct reader {
    struct config *config;
    struct checked_file file;
    struct jpk_error *err;
};

/* ------------------------------------------------------------------------------------------------------- values */

static uint32_t member(const struct reader *reader, uint32_t object, const char *key)
{
    return jdoc_get(&reader->file.doc, object, key, strlen(key));
}

static uint32_t member_count(const struct reader *reader, uint32_t list)
{
    return list == JDOC_NONE ? 0 : jdoc_count(&reader->file.doc, list);
}

/* A copy of a string; NULL when there is none, and, with the error set, when memory is out. */
static const char *text_of(struct reader *reader, uint32_t node)
{
    if (node == JDOC_NONE)
        return NULL;
    const struct jdoc *doc = &reader->file.doc;
    const char *copy = arena_strndup(&reader->config->arena, jdoc_string(doc, node), jdoc_string_size(doc, node));
    if (!copy)
        error_memory(reader->err);
    return copy;
}

/* The strings of a list. */
static bool read_texts(struct reader *reader, uint32_t list, const char *const **texts, size_t *count)
{
    const struct jdoc *doc = &reader->file.doc;
    uint32_t n = member_count(reader, list);
    const char **all = arena_calloc(&reader->config->arena, n + 1, sizeof *all);
    if (!all)
        return error_memory(reader->err);
    *texts = all;
    for (uint32_t item = list + 1; *count < n; item = jdoc_next(doc, item)) {
        const char *text = text_of(reader, item);
        if (!text)
            return false;
        all[(*count)++] = text;
    }
    return true;
}

/* The rule of an id, -1 with the error set when there is none. */
static int read_rule(struct reader *reader, uint32_t node)
{
    const struct jdoc *doc = &reader->file.doc;
    const char *id = text_of(reader, node);
    int rule = id ? rule_find(id) : -1;
    if (rule >= 0 || !id)
        return rule;
    struct suggestion suggestion;
    suggestion_begin(&suggestion, id, strlen(id));
    for (int i = 0; i < rule_total(); i++)
        suggestion_try(&suggestion, rule_row(i)->id, strlen(rule_row(i)->id));
    struct buf name = {0};
    put_name(&name, jdoc_string(doc, node), jdoc_string_size(doc, node));
    if (suggestion.best)
        checked_file_fail(&reader->file, node, reader->err, JPK_ERR_FORMAT, "there is no rule %s; did you mean '%s'?",
                          buf_text(&name), suggestion.best);
    else
        checked_file_fail(&reader->file, node, reader->err, JPK_ERR_FORMAT, "there is no rule %s", buf_text(&name));
    buf_free(&name);
    return -1;
}

/* ------------------------------------------------------------------------------------------------------ patterns */

/* Adds the pattern of a node. */
static bool read_pattern(struct reader *reader, uint32_t node, struct ignore *patterns)
{
    const char *pattern = text_of(reader, node);
    if (!pattern)
        return false;
    if (*pattern == '!' && patterns->count == 0)
        return checked_file_fail(&reader->file, node, reader->err, JPK_ERR_FORMAT,
                                 "the pattern '%.200s' takes back, but no pattern stands before it", pattern);
    struct jpk_error problem = {0};
    return ignore_push_pattern(patterns, "", pattern, &problem) ||
           checked_file_fail(&reader->file, node, reader->err, problem.code, "%s", problem.message);
}

/* A pattern, or a list of patterns. */
static bool read_patterns(struct reader *reader, uint32_t node, struct ignore *patterns)
{
    const struct jdoc *doc = &reader->file.doc;
    if (node == JDOC_NONE)
        return true;
    if (jdoc_type(doc, node) == JDOC_STRING)
        return read_pattern(reader, node, patterns);
    bool ok = true;
    for (uint32_t item = node + 1; ok && item < jdoc_next(doc, node); item = jdoc_next(doc, item))
        ok = read_pattern(reader, item, patterns);
    return ok;
}

/* --------------------------------------------------------------------------------------------------- the sections */

static bool set_severities(struct config *config, const struct config_options *options, struct jpk_error *err)
{
    if (options->profile)
        config->profile = *options->profile;
    config->severities = arena_alloc(&config->arena, (size_t)rule_total());
    if (!config->severities)
        return error_memory(err);
    for (int i = 0; i < rule_total(); i++)
        config->severities[i] = (int8_t)rule_row(i)->severity[config->profile];
    return true;
}

static void read_profile(struct reader *reader)
{
    uint32_t node = member(reader, 0, "profile");
    if (node != JDOC_NONE && jdoc_string_is(&reader->file.doc, node, "strict", 6))
        reader->config->profile = JPK_PROFILE_STRICT;
}

static bool read_rules(struct reader *reader)
{
    static const char *const names[] = {"off", "info", "warning", "error"};
    static const int8_t severities[] = {JPK_RULE_OFF, JPK_INFO, JPK_WARNING, JPK_ERROR};
    const struct jdoc *doc = &reader->file.doc;
    uint32_t rules = member(reader, 0, "rules");
    if (rules == JDOC_NONE)
        return true;
    for (uint32_t key = rules + 1; key < jdoc_next(doc, rules); key = jdoc_next(doc, key + 1)) {
        int rule = read_rule(reader, key);
        if (rule < 0)
            return false;
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            if (jdoc_string_is(doc, key + 1, names[i], strlen(names[i])))
                reader->config->severities[rule] = severities[i];
    }
    return true;
}

/* A slash and a star at the end of a pointer mean what lies below. */
static bool read_pointer(struct reader *reader, uint32_t node, struct config_exemption *exemption)
{
    const char *pointer = text_of(reader, node);
    if (node == JDOC_NONE)
        return true;
    if (!pointer)
        return false;
    exemption->below = text_ends_with(pointer, "/*");
    exemption->pointer =
        exemption->below ? arena_strndup(&reader->config->arena, pointer, strlen(pointer) - 2) : pointer;
    return exemption->pointer || error_memory(reader->err);
}

static bool read_exemption(struct reader *reader, uint32_t node, struct config_exemption *exemption)
{
    uint32_t rule = member(reader, node, "rule"), path = member(reader, node, "path");
    bool all = jdoc_string_is(&reader->file.doc, rule, "*", 1);
    exemption->rule = all ? -1 : read_rule(reader, rule);
    if (!all && exemption->rule < 0)
        return false;
    exemption->rule_id = all ? "*" : rule_row(exemption->rule)->id;
    struct text_position at = jdoc_position(&reader->file.doc, node);
    exemption->line = at.line;
    exemption->column = at.column;
    exemption->pattern = text_of(reader, path);
    exemption->reason = text_of(reader, member(reader, node, "reason"));
    return exemption->pattern && exemption->reason && read_pattern(reader, path, &exemption->path) &&
           read_pointer(reader, member(reader, node, "pointer"), exemption);
}

static bool read_exemptions(struct reader *reader)
{
    struct config *config = reader->config;
    uint32_t list = member(reader, 0, "exemptions"), n = member_count(reader, list);
    config->exemptions = arena_calloc(&config->arena, n + 1, sizeof *config->exemptions);
    if (!config->exemptions)
        return error_memory(reader->err);
    for (uint32_t item = list + 1; config->exemption_count < n; item = jdoc_next(&reader->file.doc, item))
        if (!read_exemption(reader, item, &config->exemptions[config->exemption_count++]))
            return false;
    return true;
}

static bool read_hygiene(struct reader *reader)
{
    struct hygiene_options *hygiene = &reader->config->hygiene;
    uint32_t section = member(reader, 0, "hygiene");
    if (section == JDOC_NONE)
        return true;
    return read_texts(reader, member(reader, section, "internalHosts"), &hygiene->hosts, &hygiene->host_count) &&
           read_texts(reader, member(reader, section, "allow"), &hygiene->values, &hygiene->value_count) &&
           read_texts(reader, member(reader, section, "allowDomains"), &hygiene->domains, &hygiene->domain_count);
}

/* ------------------------------------------------------------------------------------------------------- schemas */

/* The real path of a schema's file; NULL with the error set: there is none that may be read. */
static char *schema_path(struct reader *reader, uint32_t node, const char *written)
{
    struct buf joined = {0};
    struct stat status;
    buf_printf(&joined, "%s/%s", reader->config->folder, written);
    char *path = joined.failed ? NULL : realpath(buf_text(&joined), NULL);
    bool ok = path && stat(path, &status) == 0;
    if (joined.failed)
        error_memory(reader->err);
    else if (!ok)
        checked_file_fail(&reader->file, node, reader->err, JPK_ERR_READ, "the schema '%.200s' cannot be read: %s",
                          written, strerror(errno));
    else if (!config_relative(reader->config, path))
        ok = checked_file_fail(&reader->file, node, reader->err, JPK_ERR_FORMAT,
                               "the schema '%.200s' lies outside of the folder of this file", written);
    else if (!S_ISREG(status.st_mode))
        ok = checked_file_fail(&reader->file, node, reader->err, JPK_ERR_SPECIAL,
                               "the schema '%.200s' is not a regular file", written);
    buf_free(&joined);
    if (ok)
        return path;
    free(path);
    return NULL;
}

static struct jpk_schema *compile(struct reader *reader, uint32_t node, const char *path)
{
    struct config *config = reader->config;
    struct buf text = {0}, uri = {0}, name = {0};
    struct jpk_error problem = {0};
    struct jpk_schema *schema = NULL;
    buf_printf(&name, "%s%s", config->files.prefix, config_relative(config, path));
    if (!file_read(path, config->files.limit, config->files.limit_name, &text, &problem)) {
        checked_file_fail(&reader->file, node, reader->err, problem.code, "the schema: %s", problem.message);
    } else if (schema_file_uri(&uri, path) && !uri.failed && !name.failed) {
        struct jpk_schema_options options = {
            .registry = config->registry, .uri = buf_text(&uri), .file = buf_text(&name)};
        schema = jpk_schema_compile(buf_text(&text), text.size, &options, reader->err);
        schema_files_note(&config->files, buf_text(&name), buf_text(&text), text.size);
        if (!schema)
            error_file(reader->err, buf_text(&name));
    } else {
        error_memory(reader->err);
    }
    buf_free(&text);
    buf_free(&uri);
    buf_free(&name);
    return schema;
}

static bool read_schema(struct reader *reader, uint32_t node, struct config_schema *schema)
{
    uint32_t place = member(reader, node, "schema"), name = member(reader, node, "name");
    const char *written = text_of(reader, place);
    schema->name = name == JDOC_NONE ? written : text_of(reader, name);
    if (!written || !schema->name || !read_patterns(reader, member(reader, node, "files"), &schema->files))
        return false;
    char *path = schema_path(reader, place, written);
    if (path)
        schema->schema = compile(reader, place, path);
    free(path);
    return schema->schema != NULL;
}

static bool read_schemas(struct reader *reader)
{
    struct config *config = reader->config;
    uint32_t list = member(reader, 0, "schemas"), n = member_count(reader, list);
    if (n == 0)
        return true;
    config->schemas = arena_calloc(&config->arena, n, sizeof *config->schemas);
    config->registry = jpk_schema_registry_new(JPK_DRAFT_2020_12);
    if (!config->schemas || !config->registry)
        return error_memory(reader->err);
    jpk_schema_registry_set_loader(config->registry, schema_files_load, &config->files);
    for (uint32_t item = list + 1; config->schema_count < n; item = jdoc_next(&reader->file.doc, item))
        if (!read_schema(reader, item, &config->schemas[config->schema_count++]))
            return false;
    return true;
}

/* ------------------------------------------------------------------------------------------------------ checksums */

static void put_texts(struct buf *out, const char *what, const char *const *texts, size_t count)
{
    buf_printf(out, "%s %zu\n", what, count);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%zu:%s\n", strlen(texts[i]), texts[i]);
}

/* Sets the checksum of all but the schemas. */
static bool note_checksum(struct config *config, struct jpk_error *err)
{
    const struct hygiene_options *hygiene = &config->hygiene;
    struct buf all = {0};
    buf_printf(&all, "profile %d, hygiene %llu %d %zu\n", (int)config->profile, (unsigned long long)hygiene->off,
               (int)hygiene->least, hygiene->most);
    buf_put(&all, config->severities, (size_t)rule_total());
    put_texts(&all, "hosts", hygiene->hosts, hygiene->host_count);
    put_texts(&all, "values", hygiene->values, hygiene->value_count);
    put_texts(&all, "domains", hygiene->domains, hygiene->domain_count);
    sha256_hex(buf_text(&all), all.size, config->checksum);
    bool ok = !all.failed || error_memory(err);
    buf_free(&all);
    return ok;
}

/* read_schemas, with the checksum of all files that were read for it. */
static bool read_noted_schemas(struct reader *reader)
{
    struct config *config = reader->config;
    struct buf seen = {0};
    config->files.seen = &seen;
    bool ok = read_schemas(reader);
    config->files.seen = NULL;
    sha256_hex(buf_text(&seen), seen.size, config->schemas_checksum);
    if (ok && seen.failed)
        ok = error_memory(reader->err);
    buf_free(&seen);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------- the whole */

void config_put_path(struct buf *out, const char *base, const char *path)
{
    size_t shared = 0, n = base ? strlen(base) : 0;
    bool below = n > 0 && strncmp(base, path, n) == 0 && (path[n] == '/' || n == 1);
    for (size_t i = 0; !below && i < n && base[i] == path[i]; i++)
        shared = base[i] == '/' ? i + 1 : shared;
    if (below) {
        buf_puts(out, path + n + (n > 1));
        return;
    }
    for (size_t i = shared - 1; shared > 1 && i < n; i++)
        if (base[i] == '/')
            buf_puts(out, "../");
    buf_puts(out, path + (shared > 1 ? shared : 0));
}

/* Notes the folder of a file, and what findings call the two. */
static bool set_place(struct config *config, const char *path, const char *base, struct jpk_error *err)
{
    const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
    char *folder = slash == path ? strdup("/") : slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
    char *full = folder ? realpath(folder, NULL) : NULL;
    struct buf whole = {0}, name = {0};
    if (folder && !full) {
        error_system(err, JPK_ERR_READ, errno, "cannot be opened");
        error_file(err, path);
    } else if (full) {
        buf_printf(&whole, "%s/%s", strcmp(full, "/") == 0 ? "" : full, last);
        config_put_path(&name, base, buf_text(&whole));
        config->folder = arena_strdup(&config->arena, full);
        config->file = arena_strdup(&config->arena, buf_text(&name));
        size_t before = strlen(buf_text(&name)) - (whole.failed || name.failed ? 0 : strlen(last));
        config->files = (struct schema_files){.folder = config->folder,
                                              .prefix = arena_strndup(&config->arena, buf_text(&name), before),
                                              .limit = 16 << 20,
                                              .limit_name = "the limit of schemas"};
    }
    bool ok = config->folder && config->file && config->files.prefix && !whole.failed && !name.failed;
    buf_free(&whole);
    buf_free(&name);
    free(full);
    free(folder);
    return ok || error_memory(err);
}

static bool read_sections(struct reader *reader, const struct config_options *options)
{
    read_profile(reader);
    return set_severities(reader->config, options, reader->err) && read_rules(reader) &&
           read_patterns(reader, member(reader, 0, "ignore"), &reader->config->ignore) && read_exemptions(reader) &&
           read_hygiene(reader) && read_noted_schemas(reader) && note_checksum(reader->config, reader->err);
}

static const struct config_options no_options;

struct config *config_read(const char *path, const struct config_options *options, struct jpk_error *err)
{
    options = options ? options : &no_options;
    struct jpk_error problem = {0};
    struct reader reader = {.config = calloc(1, sizeof *reader.config), .err = &problem};
    bool ok = reader.config ? set_place(reader.config, path, options->base, &problem) : error_memory(&problem);
    ok = ok && checked_file_read(&reader.file, path, reader.config->file, &form, &problem) &&
         read_sections(&reader, options);
    checked_file_free(&reader.file);
    if (ok)
        return reader.config;
    error_pass(err, &problem, NULL);
    config_free(reader.config);
    return NULL;
}

struct config *config_default(const struct config_options *options, struct jpk_error *err)
{
    struct config *config = calloc(1, sizeof *config);
    if (config && set_severities(config, options ? options : &no_options, err) && note_checksum(config, err))
        return config;
    error_memory(err);
    config_free(config);
    return NULL;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    for (size_t i = 0; i < config->exemption_count; i++)
        ignore_free(&config->exemptions[i].path);
    for (size_t i = 0; i < config->schema_count; i++) {
        ignore_free(&config->schemas[i].files);
        jpk_schema_free(config->schemas[i].schema);
    }
    ignore_free(&config->ignore);
    jpk_schema_registry_free(config->registry);
    arena_free(&config->arena);
    free(config);
}

/* ----------------------------------------------------------------------------------------------------- exemptions */

const char *config_relative(const struct config *config, const char *path)
{
    size_t n = config->folder ? strlen(config->folder) : 0;
    if (n == 0 || strncmp(path, config->folder, n) != 0)
        return NULL;
    const char *rest = path + (n > 1 ? n + 1 : 1);
    return (n == 1 || path[n] == '/') && *rest ? rest : NULL;
}

static bool pointer_fits(const struct config_exemption *exemption, const char *pointer)
{
    if (!exemption->pointer)
        return true;
    if (!exemption->below)
        return strcmp(pointer, exemption->pointer) == 0;
    size_t n = strlen(exemption->pointer);
    return strncmp(pointer, exemption->pointer, n) == 0 && pointer[n] == '/';
}

const struct config_exemption *config_exempts(struct config *config, const char *file, int rule, const char *pointer)
{
    for (size_t i = 0; i < config->exemption_count; i++) {
        struct config_exemption *exemption = &config->exemptions[i];
        if ((exemption->rule >= 0 && exemption->rule != rule) || !pointer_fits(exemption, pointer ? pointer : "") ||
            !ignored(&exemption->path, file, false))
            continue;
        atomic_fetch_add_explicit(&exemption->uses, 1, memory_order_relaxed);
        return exemption;
    }
    return NULL;
}

void config_report_unused(const struct config *config, struct validation *v)
{
    for (size_t i = 0; i < config->exemption_count; i++) {
        const struct config_exemption *exemption = &config->exemptions[i];
        if (atomic_load_explicit(&exemption->uses, memory_order_relaxed) > 0)
            continue;
        char raw[JPK_ERROR_MESSAGE_MAX], shown[JPK_ERROR_MESSAGE_MAX], pointer[48];
        snprintf(raw, sizeof raw, "the exemption from '%s' for '%.200s' exempts nothing", exemption->rule_id,
                 exemption->pattern);
        text_printable(shown, sizeof shown, raw);
        snprintf(pointer, sizeof pointer, "/exemptions/%zu", i);
        struct jpk_finding finding = {.file = config->file,
                                      .line = exemption->line,
                                      .column = exemption->column,
                                      .path = pointer,
                                      .message = shown,
                                      .hint = "remove it, or mend its rule, path or pointer"};
        validation_add(v, (int)RULE_EXEMPTION_UNUSED, &finding);
    }
}
