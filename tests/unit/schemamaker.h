/* Makes schema trees that must be right, and compares them. */
#ifndef TESTS_SCHEMAMAKER_H
#define TESTS_SCHEMAMAKER_H

#include "jpk/schema_json.h"
#include "jpk/schema_jtr.h"
#include "jpk/schema_paths.h"
#include "tests/unit/projectmaker.h"

static inline struct schema_tree *sm_good(struct schema_tree *tree, const struct jpk_error *err)
{
    if (!tree)
        fail_msg("%s: %s: %s", jpk_code_name(err->code), err->entry, err->message);
    return tree;
}

static inline struct schema_tree *sm_structure(const char *xml, size_t n)
{
    struct jpk_error err = {0};
    struct jpk_structure *structure = jpk_structure_parse(xml, n, NULL, &err);
    struct schema_tree *tree = structure ? schema_tree_from_structure(structure, 0, &err) : NULL;
    jpk_structure_free(structure);
    return sm_good(tree, &err);
}

/* The first difference as text: the path in the one tree and in the other. */
static inline void sm_same(const struct schema_tree *a, const struct schema_tree *b, const char *what)
{
    const struct schema_node *x, *y;
    struct buf left = {0}, right = {0};
    bool same = schema_tree_equal(a, b, &x, &y);
    if (!same && x)
        schema_slash_path(x, &left);
    if (!same && y)
        schema_slash_path(y, &right);
    if (!same)
        fail_msg("%s: kinds %d and %d, nodes '%s' and '%s'", what, (int)a->kind, (int)b->kind, buf_text(&left),
                 buf_text(&right));
    buf_free(&left);
    buf_free(&right);
}

/* Tree, schema document, tree; and tree, structure cache, tree. */
static inline void sm_round_trips(const struct schema_tree *tree, const char *what)
{
    struct jpk_error err = {0};
    struct buf jtr = {0};
    json_t *document = schema_tree_json(tree, true, &err);
    if (!document)
        fail_msg("%s: %s", what, err.message);
    struct schema_tree *again = sm_good(schema_tree_from_cloud(document, 0, &err), &err);
    sm_same(tree, again, what);
    json_t *second = schema_tree_json(again, true, &err);
    assert_true(json_equal(document, second));
    json_decref(second);
    json_decref(document);
    schema_tree_free(again);
    assert_true(schema_jtr_write(tree, &jtr, NULL, &err));
    again = sm_structure(buf_text(&jtr), jtr.size);
    sm_same(tree, again, what);
    schema_tree_free(again);
    buf_free(&jtr);
}

/* All nodes, a line each: script path, base type, occurrence and marks. The caller frees it. */
static inline struct buf sm_text(const struct schema_tree *tree)
{
    struct buf out = {0};
    for (const struct schema_node *node = tree->root; node; node = schema_node_next(node)) {
        schema_script_path(tree, node, &out);
        buf_printf(&out, " %s %d..%d%s%s%s\n", node->base_type ? node->base_type : "-", node->min, node->max,
                   node->nillable ? " nil" : "", node->is_array ? " array" : "",
                   node->inode_without_children ? " inode" : "");
    }
    return out;
}

static inline void sm_expect(const struct schema_tree *tree, const char *wanted)
{
    struct buf text = sm_text(tree);
    assert_string_equal(buf_text(&text), wanted);
    buf_free(&text);
}

/* Whether a tree has a finding of that reason and detail about a node of that name; "" for the whole tree. */
static inline bool sm_finding(const struct schema_tree *tree, const char *name, enum schema_reason reason,
                              const char *detail)
{
    for (size_t i = 0; i < tree->finding_count; i++) {
        const struct schema_finding *finding = &tree->findings[i];
        if (strcmp(finding->node ? finding->node->name : "", name) == 0 && finding->reason == reason &&
            strcmp(finding->detail, detail) == 0)
            return true;
    }
    return false;
}

#endif
