/* The structure of an input or output: caches, XSD files, queries and samples, and all forms that they become. */
#include "base/text.h"
#include "jpk/schema_json.h"
#include "jpk/schema_jtr.h"
#include "jpk/schema_xsd_write.h"
#include "tests/fuzz/fuzz.h"

FUZZ_MUTATOR(fuzz_mutate);

struct input {
    const char *text;
    size_t size;
};

/* Every file is the input but those that are told to be missing: so it can include itself. */
static bool read_file(void *context, const char *name, const char **text, size_t *size, struct jpk_error *err)
{
    const struct input *input = context;
    if (strstr(name, "missing")) {
        err->code = JPK_ERR_NOT_FOUND;
        snprintf(err->message, sizeof err->message, "is not there");
        return false;
    }
    *text = input->text;
    *size = input->size;
    return true;
}

static struct schema_tree *from_xsd(const char *text, size_t size, struct jpk_error *err)
{
    struct jpk_limits limits = fuzz_limits();
    struct input input = {text, size};
    struct schema_files files = {.read = read_file, .context = &input, .limits = &limits};
    return schema_tree_from_xsd(&files, "a.xsd", NULL, limits.schema_nodes, err);
}

static struct schema_tree *from_cache(const char *text, size_t size, struct jpk_error *err)
{
    struct jpk_limits limits = fuzz_limits();
    struct jpk_structure *structure = jpk_structure_parse(text, size, &limits, err);
    struct schema_tree *tree = structure ? schema_tree_from_structure(structure, limits.schema_nodes, err) : NULL;
    jpk_structure_free(structure);
    return tree;
}

/* As a schema document of Cloud Studio that is read and written again: the same document. */
static void through_json(const struct schema_tree *tree)
{
    struct jpk_error err = {0};
    json_t *document = schema_tree_json(tree, false, &err);
    HOLDS(document, "no document: %s", err.message);
    struct schema_tree *read = schema_tree_from_cloud(document, 0, &err);
    HOLDS(read, "the document cannot be read: %s", err.message);
    json_t *again = schema_tree_json(read, false, &err);
    HOLDS(again, "no document again: %s", err.message);
    char *a = json_dumps(document, JSON_SORT_KEYS), *b = json_dumps(again, JSON_SORT_KEYS);
    HOLDS(a && b, "no text");
    fuzz_same("the document", a, strlen(a), b, strlen(b));
    free(a);
    free(b);
    schema_tree_free(read);
    json_decref(document);
    json_decref(again);
}

/* The tree of the cache of a tree; NULL: a cache is larger than what it is made from, and may be too large. */
static struct schema_tree *cache_of(const struct schema_tree *tree, struct buf *text)
{
    struct jpk_error err = {0};
    HOLDS(schema_jtr_write(tree, text, NULL, &err), "no cache: %s", err.message);
    struct schema_tree *read = from_cache(buf_text(text), text->size, &err);
    HOLDS(read || err.code == JPK_ERR_LIMIT, "the cache cannot be read: %s: %s", err.message, buf_text(text));
    return read;
}

/* As a cache, which cannot hold everything: but what it holds, it holds when it is read and written again. */
static void through_cache(const struct schema_tree *tree)
{
    struct buf first = {0}, second = {0}, third = {0};
    struct schema_tree *read = cache_of(tree, &first), *again = read ? cache_of(read, &second) : NULL;
    struct schema_tree *last = again ? cache_of(again, &third) : NULL;
    if (last)
        fuzz_same("the cache", buf_text(&second), second.size, buf_text(&third), third.size);
    schema_tree_free(read);
    schema_tree_free(again);
    schema_tree_free(last);
    buf_free(&first);
    buf_free(&second);
    buf_free(&third);
}

/* As a file of XML Schema that can be read. */
static void through_xsd(const struct schema_tree *tree)
{
    struct jpk_error err = {0};
    struct buf text = {0};
    struct schema_xsd_losses losses = {0};
    schema_xsd_write(tree, &text, &losses);
    struct schema_tree *read = from_xsd(buf_text(&text), text.size, &err);
    HOLDS(read || err.code == JPK_ERR_LIMIT, "the file cannot be read: %s: %s", err.message, buf_text(&text));
    schema_tree_free(read);
    buf_free(&text);
}

static void take(struct schema_tree *tree, const struct jpk_error *err)
{
    size_t count = 0;
    if (!tree) {
        fuzz_error(err, SIZE_MAX);
        return;
    }
    for (const struct schema_node *node = tree->root; node; node = schema_node_next(node)) {
        HOLDS(node->name && node->index == count, "node %zu has the index %u", count, node->index);
        HOLDS(node->depth <= SCHEMA_DEPTH_MAX, "depth %u", node->depth);
        count++;
    }
    HOLDS(count == tree->node_count, "%zu nodes of %zu", count, tree->node_count);
    for (size_t i = 0; i < tree->finding_count; i++)
        fuzz_words("a reason", schema_reason_text(tree->findings[i].reason));
    if (tree->root) {
        through_json(tree);
        through_cache(tree);
        if (tree->kind != SCHEMA_FLAT)
            through_xsd(tree);
    }
    schema_tree_free(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jpk_error errors[3] = {{0}, {0}, {0}};
    size_t nodes = fuzz_limits().schema_nodes, bad;
    char *text = malloc(size + 1);
    assert_non_null(text);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    if (size && (*text == '<' || *text == '\x1f')) {
        take(from_cache(text, size, &errors[0]), &errors[0]);
        take(from_xsd(text, size, &errors[1]), &errors[1]);
    } else if (size && (*text == '{' || *text == '[')) {
        take(schema_tree_from_json_sample(text, size, nodes, &errors[0]), &errors[0]);
    } else if (!memchr(text, 0, size) && text_utf8(text, size, &bad)) { /* queries stand in files that were checked */
        take(schema_tree_from_soql(text, size, NULL, nodes, &errors[0]), &errors[0]);
    }
    free(text);
    return 0;
}
