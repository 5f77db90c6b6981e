/*
 * What has changed since an earlier state: a Jitterpak that is another needs a recipe of a higher version. Recipes are
 * known by their paths: git tells a file by its path at once, but what was moved only by looking at all that there was.
 */
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

/* The text up to a character, behind which *rest goes on; `s` is NULL when there is nothing any more. */
static struct jtext cut(struct jtext *rest, char end)
{
    struct jtext part = *rest;
    const char *at = part.s ? memchr(part.s, end, part.n) : NULL;
    *rest = (struct jtext){0};
    if (at) {
        *rest = (struct jtext){.s = at + 1, .n = (uint32_t)(part.s + part.n - at - 1)};
        part.n = (uint32_t)(at - part.s);
    }
    return part;
}

static uint32_t digits(struct jtext text)
{
    uint32_t n = 0;
    while (n < text.n && text.s[n] >= '0' && text.s[n] <= '9')
        n++;
    return n;
}

/* The numbers that texts begin with, of any length; what is missing is 0. */
static int compare_numbers(struct jtext a, struct jtext b)
{
    a.n = digits(a);
    b.n = digits(b);
    for (; a.n > 0 && *a.s == '0'; a.s++)
        a.n--;
    for (; b.n > 0 && *b.s == '0'; b.s++)
        b.n--;
    if (a.n != b.n)
        return a.n < b.n ? -1 : 1;
    return a.n > 0 ? memcmp(a.s, b.s, a.n) : 0;
}

/* Identifiers of pre-releases: numbers come before words. */
static int compare_identifiers(struct jtext a, struct jtext b)
{
    bool number = a.n > 0 && digits(a) == a.n, other = b.n > 0 && digits(b) == b.n;
    if (number && other)
        return compare_numbers(a, b);
    if (number || other)
        return number ? -1 : 1;
    int order = memcmp(a.s, b.s, a.n < b.n ? a.n : b.n);
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* Precedence by section 11 of Semantic Versioning 2.0.0: what stands behind a `+` does not count. */
static int compare_versions(struct jtext a, struct jtext b)
{
    struct jtext pre = cut(&a, '+'), other_pre = cut(&b, '+');
    struct jtext numbers = cut(&pre, '-'), other_numbers = cut(&other_pre, '-');
    int order = 0;
    while (order == 0 && (numbers.s || other_numbers.s))
        order = compare_numbers(cut(&numbers, '.'), cut(&other_numbers, '.'));
    if (order == 0 && !(pre.s && other_pre.s))
        return !pre.s - !other_pre.s;
    while (order == 0 && pre.s && other_pre.s)
        order = compare_identifiers(cut(&pre, '.'), cut(&other_pre, '.'));
    return order ? order : (pre.s != NULL) - (other_pre.s != NULL);
}

static void compare(struct repository *repository, struct repository_file *recipe, const struct jdoc *doc,
                    const char *checksum)
{
    struct jtext version = member(doc, 0, "version");
    const char *now = current_checksum(repository, recipe);
    if (!*checksum || !now || strcmp(checksum, now) == 0 || !jtext_there(version) || !recipe->version)
        return;
    struct jtext raised = {.s = recipe->version, .n = (uint32_t)strlen(recipe->version)};
    if (compare_versions(raised, version) > 0)
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
