/* What has changed since an earlier state: a Jitterpak that is another needs a recipe of a higher version. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "recipe/base_revision.h"
#include "recipe/repository_parts.h"

/* The earlier states of the arguments' folders; opened when they are first needed. */
struct earlier {
    struct repository *repository;
    struct base_revision **revisions; /* by root */
};

/* The folder that paths of an argument's files begin at, as a real path of length *n; a slash ends it. */
static const char *root_folder(const struct repository_root *root, size_t *n)
{
    const char *slash = root->is_folder ? NULL : strrchr(root->real, '/');
    *n = slash ? (size_t)(slash - root->real) : strlen(root->real);
    return root->real;
}

static struct base_revision *revision_of(struct earlier *earlier, uint32_t index, struct jpk_error *err)
{
    const struct repository_root *root = &earlier->repository->roots[index];
    if (!earlier->revisions[index]) {
        size_t n;
        const char *start = root_folder(root, &n);
        char *folder = strndup(start, n > 0 ? n : 1);
        if (folder)
            earlier->revisions[index] = base_revision_open(earlier->repository->options->base, folder, err);
        else
            error_memory(err);
        free(folder);
    }
    return earlier->revisions[index];
}

/* What a file held; false: an error. */
static bool read_earlier(struct earlier *earlier, const struct repository_file *file, struct buf *out, bool *there,
                         struct jpk_error *err)
{
    size_t n;
    const struct repository_root *root = &earlier->repository->roots[file->root];
    *there = false;
    if (!root->real || !file->real)
        return true;
    const char *folder = root_folder(root, &n);
    if (strncmp(file->real, folder, n) != 0 || file->real[n] != '/')
        return true;
    struct base_revision *revision = revision_of(earlier, file->root, err);
    return revision && base_revision_read(revision, file->real + n + 1, earlier->repository->options->file_size,
                                          "--max-file", out, there, err);
}

static struct jtext member(const struct jdoc *doc, uint32_t object, const char *key)
{
    return jtext_of(doc, object == JDOC_NONE ? JDOC_NONE : jdoc_get(doc, object, key, strlen(key)));
}

/* The checksum that the Jitterpak had: of its bytes, else the one that the recipe gave. "": not known. */
static bool earlier_checksum(struct earlier *earlier, const struct repository_file *recipe, const struct jdoc *doc,
                             char out[65], struct jpk_error *err)
{
    struct buf bytes = {0};
    bool there = false, ok = true;
    *out = '\0';
    if (recipe->jitterpak != REPOSITORY_NONE)
        ok = read_earlier(earlier, &earlier->repository->files[recipe->jitterpak], &bytes, &there, err);
    struct jtext said = member(doc, jdoc_get(doc, 0, "jitterpak", 9), "sha256");
    if (ok && there)
        sha256_hex(buf_text(&bytes), bytes.size, out);
    else if (ok && jtext_there(said) && said.n == 64)
        snprintf(out, 65, "%.*s", (int)said.n, said.s);
    buf_free(&bytes);
    return ok;
}

static const char *current_checksum(const struct repository *repository, const struct repository_file *recipe)
{
    if (recipe->jitterpak != REPOSITORY_NONE && *repository->files[recipe->jitterpak].sha256)
        return repository->files[recipe->jitterpak].sha256;
    return recipe->jitterpak_sha256;
}

/* The three numbers of a semantic version; what is missing is 0. */
static void read_version(const char *text, size_t n, unsigned long parts[3])
{
    size_t part = 0;
    parts[0] = parts[1] = parts[2] = 0;
    for (size_t i = 0; i < n && part < 3; i++) {
        if (text[i] >= '0' && text[i] <= '9' && parts[part] < 100000000)
            parts[part] = parts[part] * 10 + (unsigned long)(text[i] - '0');
        else if (text[i] == '.')
            part++;
        else
            break;
    }
}

/* Whether a version is higher; of equal numbers one without `-alpha` is, and others by bytes. */
static bool is_higher(struct jtext old, const char *now)
{
    unsigned long a[3], b[3];
    read_version(old.s, old.n, a);
    read_version(now, strlen(now), b);
    for (size_t i = 0; i < 3; i++)
        if (a[i] != b[i])
            return b[i] > a[i];
    const char *old_suffix = memchr(old.s, '-', old.n), *suffix = strchr(now, '-');
    if (!old_suffix || !suffix)
        return old_suffix && !suffix;
    size_t n = (size_t)(old.s + old.n - old_suffix);
    int order = strncmp(suffix, old_suffix, n);
    return order > 0 || (order == 0 && strlen(suffix) > n);
}

static void compare(struct repository *repository, struct repository_file *recipe, const struct jdoc *doc,
                    const char *checksum)
{
    struct jtext version = member(doc, 0, "version");
    const char *now = current_checksum(repository, recipe);
    if (!*checksum || !now || strcmp(checksum, now) == 0 || !jtext_there(version) || !recipe->version ||
        is_higher(version, recipe->version))
        return;
    struct buf message = {0};
    buf_printf(&message, "the Jitterpak is another than in %s, but the version of the recipe is still '%s'",
               repository->options->base, recipe->version);
    struct jpk_finding finding = {.file = recipe->path,
                                  .line = recipe->version_at.line,
                                  .column = recipe->version_at.column,
                                  .path = "/version",
                                  .message = buf_text(&message)};
    validation_add(&recipe->findings, RULE_VERSION_NOT_RAISED, &finding);
    recipe->findings.failed |= message.failed;
    buf_free(&message);
}

static bool check_recipe(struct earlier *earlier, struct repository_file *recipe, struct jpk_error *err)
{
    struct buf text = {0};
    struct jdoc doc = {0};
    char checksum[65];
    struct jpk_error problem = {0};
    bool there, ok = read_earlier(earlier, recipe, &text, &there, err);
    /* What was no recipe then has no version to compare with. */
    if (ok && there && jdoc_parse(&doc, buf_text(&text), text.size, NULL, &problem)) {
        ok = earlier_checksum(earlier, recipe, &doc, checksum, err);
        if (ok)
            compare(earlier->repository, recipe, &doc, checksum);
    }
    if (problem.code == JPK_ERR_MEMORY)
        ok = error_memory(err);
    jdoc_free(&doc);
    buf_free(&text);
    return ok;
}

bool repository_check_base(struct repository *repository, struct jpk_error *err)
{
    struct earlier earlier = {.repository = repository};
    earlier.revisions = calloc(repository->root_count + 1, sizeof(struct base_revision *));
    if (!earlier.revisions)
        return error_memory(err);
    bool ok = true;
    for (size_t i = 0; ok && i < repository->count; i++) {
        struct repository_file *file = &repository->files[i];
        if (file->kind == REPOSITORY_RECIPE && !repository_only_helps(file))
            ok = check_recipe(&earlier, file, err);
    }
    for (size_t i = 0; i < repository->root_count; i++)
        base_revision_close(earlier.revisions[i]);
    free(earlier.revisions);
    return ok;
}
