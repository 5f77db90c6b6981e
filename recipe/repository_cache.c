/*
 * What was found before: in a file by itself, and in a Jitterpak with the recipes that name it.
 *
 * A key is made of everything that such findings follow from: the program, its options, the configuration, the names of
 * the files (rules look at them, and findings hold them) and what is in them. An entry holds the findings, and what the
 * whole needs to know of the file. Exemptions, baselines and the tier of the repository come afterwards and never get
 * here.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "recipe/program_checksum.h"
#include "recipe/repository_parts.h"

/* --------------------------------------------------------------------------------------------------------- keys */

/* A text with its length before it, so that no two lists of texts look alike. */
static void put_text(struct buf *out, const char *text)
{
    if (text)
        buf_printf(out, "%zu:%s\n", strlen(text), text);
    else
        buf_puts(out, "-\n");
}

bool repository_open_cache(struct repository *repository, struct jpk_error *err)
{
    const struct repository_options *options = repository->options;
    const struct jpk_limits *limits = &options->limits;
    if (!options->cache)
        return true;
    buf_printf(&repository->cache_base, "%s %s\n", JPK_VERSION, program_checksum);
    put_text(&repository->cache_base, options->schema);
    put_text(&repository->cache_base, options->schema ? repository->schema_sha256 : NULL);
    const uint64_t numbers[] = {options->file_size, limits->entries,    limits->name_part,
                                limits->path_parts, limits->entry_size, limits->total_size,
                                limits->ratio,      limits->xml_size,   limits->xml_tag};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        buf_printf(&repository->cache_base, "%llu\n", (unsigned long long)numbers[i]);
    if (repository->cache_base.failed)
        return error_memory(err);
    repository->cache = cache_open(options->cache, options->cache_size, err);
    return repository->cache != NULL;
}

/* A document's path and checksum; without the latter when it cannot be read, for then it is as if it were not there. */
static void put_document(struct buf *key, const struct repository *repository, uint32_t index)
{
    struct buf text = {0};
    char checksum[65];
    if (index == REPOSITORY_NONE) {
        put_text(key, NULL);
        return;
    }
    bool read = file_read(repository->files[index].path, repository->options->file_size, "--max-file", &text, NULL);
    if (read)
        sha256_hex(buf_text(&text), text.size, checksum);
    put_text(key, repository->files[index].path);
    put_text(key, read ? checksum : NULL);
    buf_free(&text);
}

static void finish_key(const struct buf *text, struct cache_key *key)
{
    sha256_bytes(buf_text(text), text->size, key->bytes);
}

bool repository_file_key(const struct repository *repository, const struct repository_file *file,
                         const struct buf *text, struct cache_key *key)
{
    const struct config *config = file->config;
    struct buf parts = {0};
    char checksum[65];
    buf_put(&parts, buf_text(&repository->cache_base), repository->cache_base.size);
    sha256_hex(buf_text(text), text->size, checksum);
    buf_printf(&parts, "file %d %d %s %s\n", (int)file->companion,
               (int)repository_is_named_recipe(repository, file->path), checksum, config->checksum);
    put_text(&parts, file->path);
    put_document(&parts, repository, file->partner);
    for (size_t i = 0; file->relative && i < config->schema_count; i++)
        if (config_schema_wants(&config->schemas[i], file->relative)) {
            buf_printf(&parts, "schema %zu %s\n", i, config->schemas_checksum);
            put_text(&parts, config->schemas[i].name);
        }
    finish_key(&parts, key);
    bool ok = !parts.failed;
    buf_free(&parts);
    return ok;
}

/* The checksum of a Jitterpak that is a regular file of a size that is accepted. */
static bool jitterpak_checksum(const struct repository *repository, const char *path, char out[65])
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool ok = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
              (uint64_t)status.st_size <= repository->options->limits.total_size && sha256_fd(fd, out, NULL);
    if (fd >= 0)
        close(fd);
    return ok;
}

bool repository_project_key(const struct repository *repository, const struct repository_file *file,
                            struct cache_key *key)
{
    struct buf parts = {0};
    char checksum[65];
    if (file->is_folder || file->problem || !jitterpak_checksum(repository, file->path, checksum))
        return false;
    buf_put(&parts, buf_text(&repository->cache_base), repository->cache_base.size);
    buf_printf(&parts, "project %d %s %s\n", (int)repository_only_helps(file), checksum, file->config->checksum);
    put_text(&parts, file->path);
    for (uint32_t i = file->recipes; i != REPOSITORY_NONE; i = repository->files[i].next) {
        put_text(&parts, repository->files[i].config->checksum);
        put_document(&parts, repository, i);
        put_document(&parts, repository, repository->files[i].partner);
    }
    finish_key(&parts, key);
    bool ok = !parts.failed;
    buf_free(&parts);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------ writing */

#define NO_TEXT UINT32_MAX

static void write_number(struct buf *out, uint32_t number)
{
    unsigned char bytes[4];
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(number >> (8 * i));
    buf_put(out, bytes, sizeof bytes);
}

/* With the NUL behind it, so that it can be read where it stands. */
static void write_text(struct buf *out, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    out->failed |= n >= NO_TEXT;
    write_number(out, text ? (uint32_t)n : NO_TEXT);
    if (text)
        buf_put(out, text, n + 1);
}

static void write_position(struct buf *out, struct text_position position)
{
    write_number(out, position.line);
    write_number(out, position.column);
}

static void write_findings(struct buf *out, const struct validation *findings)
{
    write_number(out, (uint32_t)findings->row_count);
    for (size_t i = 0; i < findings->row_count; i++) {
        const struct jpk_finding *finding = validation_at(findings, i);
        const char *const texts[] = {finding->rule,      finding->file,        finding->path,
                                     finding->entity_id, finding->entity_type, finding->entity_name,
                                     finding->message,   finding->hint,        finding->schema};
        write_number(out, finding->line);
        write_number(out, finding->column);
        write_number(out, finding->level);
        for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++)
            write_text(out, texts[j]);
    }
}

void repository_write_file(struct repository *repository, const struct repository_file *file,
                           const struct cache_key *key)
{
    struct buf out = {0};
    write_number(&out, (uint32_t)file->kind);
    write_number(&out, file->jitterpak != REPOSITORY_NONE);
    write_text(&out, file->name);
    write_text(&out, file->version);
    write_text(&out, file->project_id);
    write_text(&out, file->jitterpak_name);
    write_text(&out, file->jitterpak_sha256);
    write_text(&out, file->manifest_project);
    write_position(&out, file->name_at);
    write_position(&out, file->version_at);
    write_position(&out, file->project_at);
    write_position(&out, file->jitterpak_at);
    write_position(&out, file->manifest_at);
    write_number(&out, file->unread);
    write_findings(&out, &file->findings);
    if (!out.failed && !file->findings.failed)
        cache_put(repository->cache, key, buf_text(&out), out.size);
    buf_free(&out);
}

void repository_write_project(struct repository *repository, const struct repository_file *file,
                              const struct validation *findings, size_t count, const struct cache_key *key)
{
    struct buf out = {0};
    write_text(&out, file->sha256);
    write_number(&out, file->checked);
    for (size_t i = 0; i < count; i++) {
        out.failed |= findings[i].failed;
        write_findings(&out, &findings[i]);
    }
    if (!out.failed)
        cache_put(repository->cache, key, buf_text(&out), out.size);
    buf_free(&out);
}

/* ------------------------------------------------------------------------------------------------------ reading */

/* An entry that is being read. Whatever does not fit makes it wrong as a whole. */
struct reading {
    const char *at, *end;
    bool wrong;
};

static uint32_t read_number(struct reading *r)
{
    if (r->wrong || r->end - r->at < 4) {
        r->wrong = true;
        return 0;
    }
    const unsigned char *bytes = (const unsigned char *)r->at;
    r->at += 4;
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static const char *read_text(struct reading *r)
{
    uint32_t n = read_number(r);
    const char *text = r->at;
    if (r->wrong || n == NO_TEXT)
        return NULL;
    if ((uint64_t)(r->end - r->at) <= n || memchr(text, '\0', (size_t)n + 1) != text + n) {
        r->wrong = true;
        return NULL;
    }
    r->at += n + 1;
    return text;
}

static struct text_position read_position(struct reading *r)
{
    struct text_position position;
    position.line = read_number(r);
    position.column = read_number(r);
    return position;
}

static void read_finding(struct reading *r, struct validation *findings, uint32_t *level)
{
    struct jpk_finding finding = {.line = read_number(r), .column = read_number(r), .level = read_number(r)};
    const char *id = read_text(r);
    const char **const texts[] = {&finding.file,        &finding.path,    &finding.entity_id, &finding.entity_type,
                                  &finding.entity_name, &finding.message, &finding.hint,      &finding.schema};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = read_text(r);
    int rule = id ? rule_find(id) : -1;
    r->wrong = r->wrong || rule < 0 || !finding.file || !finding.message || finding.level > *level;
    *level = finding.level + 1;
    if (!r->wrong)
        validation_add(findings, rule, &finding);
}

/* Into a collector that is empty. */
static void read_findings(struct reading *r, struct validation *findings)
{
    uint32_t count = read_number(r), level = 0;
    for (uint32_t i = 0; i < count && !r->wrong; i++)
        read_finding(r, findings, &level);
}

static struct reading begin_reading(const struct buf *entry)
{
    return (struct reading){.at = buf_text(entry), .end = buf_text(entry) + entry->size};
}

/* A copy for as long as the repository lives. */
static const char *keep(struct repository *repository, const char *text, struct validation *findings)
{
    const char *copy = text ? repository_keep(repository, text, strlen(text)) : NULL;
    findings->failed |= text && !copy;
    return copy;
}

/* What an entry says of a file, with texts that stand in the entry. */
static struct repository_file read_digest(struct reading *r, bool *had_jitterpak)
{
    struct repository_file digest = {.kind = (enum repository_kind)read_number(r)};
    *had_jitterpak = read_number(r) != 0;
    digest.name = read_text(r);
    digest.version = read_text(r);
    digest.project_id = read_text(r);
    digest.jitterpak_name = read_text(r);
    digest.jitterpak_sha256 = read_text(r);
    digest.manifest_project = read_text(r);
    digest.name_at = read_position(r);
    digest.version_at = read_position(r);
    digest.project_at = read_position(r);
    digest.jitterpak_at = read_position(r);
    digest.manifest_at = read_position(r);
    digest.unread = read_number(r) != 0;
    r->wrong = r->wrong || digest.kind > REPOSITORY_EXPORT || digest.kind == REPOSITORY_JITTERPAK;
    return digest;
}

static void take_digest(struct repository *repository, struct repository_file *file,
                        const struct repository_file *digest)
{
    struct validation *findings = &file->findings;
    file->kind = digest->kind;
    file->name = keep(repository, digest->name, findings);
    file->version = keep(repository, digest->version, findings);
    file->project_id = keep(repository, digest->project_id, findings);
    file->jitterpak_name = keep(repository, digest->jitterpak_name, findings);
    file->jitterpak_sha256 = keep(repository, digest->jitterpak_sha256, findings);
    file->manifest_project = keep(repository, digest->manifest_project, findings);
    file->name_at = digest->name_at;
    file->version_at = digest->version_at;
    file->project_at = digest->project_at;
    file->jitterpak_at = digest->jitterpak_at;
    file->manifest_at = digest->manifest_at;
    file->unread = digest->unread;
}

/* Moves findings that were read behind those of a file, when they are right; else drops them. */
static void take_findings(struct repository_file *file, struct validation *findings, bool wrong)
{
    if (!wrong && file->findings.row_count == 0) {
        findings->failed |= file->findings.failed;
        validation_free(&file->findings);
        file->findings = *findings;
        return;
    }
    if (!wrong)
        validation_join(&file->findings, findings);
    validation_free(findings);
}

bool repository_read_file(struct repository *repository, struct repository_file *file, const struct cache_key *key)
{
    struct buf entry = {0};
    struct validation findings = {.severities = file->findings.severities, .profile = file->findings.profile};
    bool there = cache_get(repository->cache, key, &entry), had_jitterpak = false;
    struct reading r = begin_reading(&entry);
    if (there) {
        struct repository_file digest = read_digest(&r, &had_jitterpak);
        read_findings(&r, &findings);
        /* Of a recipe without a Jitterpak more was found than of one that has it. */
        uint32_t jitterpak =
            repository_named_jitterpak(repository, file, digest.jitterpak_name, &file->findings.failed);
        there = !r.wrong && r.at == r.end && had_jitterpak == (jitterpak != REPOSITORY_NONE);
        if (there) {
            take_digest(repository, file, &digest);
            file->jitterpak = jitterpak;
        }
    }
    take_findings(file, &findings, !there);
    buf_free(&entry);
    return there;
}

bool repository_read_project(struct repository *repository, struct repository_file *file, const struct cache_key *key)
{
    struct buf entry = {0};
    bool there = cache_get(repository->cache, key, &entry);
    /* First whether all of it is right, then for good. */
    for (int pass = 0; there && pass < 2; pass++) {
        struct reading r = begin_reading(&entry);
        const char *sha256 = read_text(&r);
        bool checked = read_number(&r) != 0;
        uint32_t next = file->recipes;
        for (struct repository_file *owner = file; owner && !r.wrong;) {
            struct validation findings = {.severities = owner->findings.severities, .profile = owner->findings.profile};
            read_findings(&r, &findings);
            take_findings(owner, &findings, r.wrong || pass == 0);
            owner = next == REPOSITORY_NONE ? NULL : &repository->files[next];
            next = owner ? owner->next : REPOSITORY_NONE;
        }
        there = !r.wrong && r.at == r.end && sha256 && strlen(sha256) < sizeof file->sha256;
        if (there && pass == 1) {
            file->checked = checked;
            memcpy(file->sha256, sha256, strlen(sha256) + 1);
        }
    }
    buf_free(&entry);
    return there;
}

bool repository_save_cache(struct repository *repository, struct jpk_error *err)
{
    return !repository->cache || cache_save(repository->cache, err);
}
