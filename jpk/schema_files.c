/* Schema trees from the files below files/ of a project. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "jpk/model.h"
#include "jpk/schema_tree.h"

/* Texts stay until the tree is made. */
struct texts {
    const struct jpk_project *project;
    void **list;
    size_t count, capacity;
};

static bool read_text(void *context, const char *name, const char **text, size_t *size, struct jpk_error *err)
{
    struct texts *texts = context;
    const struct jpk_file *file = jpk_project_file(texts->project, name);
    void *data = NULL;
    if (!file || file->entry == SIZE_MAX)
        return error_set(err, JPK_ERR_NOT_FOUND, "the project has no file %.200s", name);
    void **list = array_grow(texts->list, texts->count, &texts->capacity, sizeof *list);
    if (!list)
        return error_memory(err);
    texts->list = list;
    if (!jpk_archive_read(texts->project->archive, file->entry, &data, size, err))
        return false;
    texts->list[texts->count++] = data;
    *text = data;
    return true;
}

/* Whether a text is JSON and no XML: a sample that a structure was made of. */
static bool is_json(const char *text, size_t size)
{
    size_t at = text_mark(text, size);
    while (at < size && strchr(" \t\r\n", text[at]) && text[at])
        at++;
    return at < size && (text[at] == '{' || text[at] == '[');
}

/* The tree of a file whose text is read already, when that is a sample; NULL without an error: it is none. */
static struct schema_tree *from_sample(struct texts *texts, const char *file, size_t nodes, struct jpk_error *err)
{
    const char *text = NULL;
    size_t size = 0;
    struct jpk_error local = {0};
    if (!read_text(texts, file, &text, &size, &local) && local.code == JPK_ERR_MEMORY)
        return error_memory(err), NULL;
    if (!text || !is_json(text, size))
        return NULL;
    return schema_tree_from_json_sample(text, size, nodes, err);
}

struct schema_tree *schema_tree_from_project_file(const struct jpk_project *project, const char *file, const char *root,
                                                  size_t nodes, struct jpk_error *err)
{
    struct texts texts = {.project = project};
    struct schema_files files = {
        .read = read_text, .context = &texts, .limits = &((const struct project *)project)->limits};
    struct jpk_error sample = {0};
    struct schema_tree *tree = from_sample(&texts, file, nodes, &sample);
    if (!tree && sample.code == JPK_OK)
        tree = schema_tree_from_xsd(&files, file, root, nodes, err);
    else if (!tree && err)
        *err = sample;
    for (size_t i = 0; i < texts.count; i++)
        free(texts.list[i]);
    free(texts.list);
    return tree;
}
