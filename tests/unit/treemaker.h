/*
 * Projects for tests of unpacked trees: project.xml grows with the items that are added, and what is on the disk can be
 * changed as a person changes it. Everything lies below a temporary folder of the test.
 */
#ifndef TESTS_TREEMAKER_H
#define TESTS_TREEMAKER_H

#include "jpk/tree.h"
#include "jpk/xml.h"
#include "tests/unit/projectmaker.h"

struct tt {
    struct pm pm;
    struct buf outline; /* of project.xml */
    unsigned depth;
    char top[32];                                  /* before all names: "top/" or "" */
    char root[64], tree[96], packed[96], copy[96]; /* on the disk */
    struct jpk_project *project;
    struct jpk_unpacked *unpacked; /* of the last unpacking */

    struct jpk_archive *view; /* the tree, opened */
    struct jpk_project *loaded;
};

static inline void tt_begin(struct tt *t)
{
    memset(t, 0, sizeof *t);
    strcpy(t->top, "top/");
    pm_temporary(t->root);
    snprintf(t->tree, sizeof t->tree, "%s/tree", t->root);
    snprintf(t->packed, sizeof t->packed, "%s/packed.jpk", t->root);
    snprintf(t->copy, sizeof t->copy, "%s/copy", t->root);
}

static inline void tt_close(struct tt *t)
{
    jpk_project_free(t->loaded);
    jpk_archive_free(t->view);
    t->loaded = NULL;
    t->view = NULL;
}

/* Lets go of the project, so that another one can be made of other entries. */
static inline void tt_forget(struct tt *t)
{
    tt_close(t);
    jpk_unpacked_free(t->unpacked);
    jpk_project_free(t->project);
    t->unpacked = NULL;
    t->project = NULL;
    pm_free(&t->pm);
    buf_clear(&t->outline);
}

static inline void tt_end(struct tt *t)
{
    tt_forget(t);
    buf_free(&t->outline);
    pm_remove(t->root);
}

/* --------------------------------------------------------------------------------------------- making a project */

static inline void tt_tag(struct tt *t, const char *start, const char *id, const char *name, const char *end)
{
    buf_printf(&t->outline, "%*s<%s", (int)(2 * t->depth + 2), "", start);
    if (id)
        buf_printf(&t->outline, " entityId=\"%s\"", id);
    buf_puts(&t->outline, " name=\"");
    xml_escape(&t->outline, name, true, "\n");
    buf_printf(&t->outline, "\"%s\n", end);
}

static inline void tt_type(struct tt *t, const char *name)
{
    tt_tag(t, "EntityType", NULL, name, ">");
    t->depth++;
}

/* Ends a type or a folder. */
static inline void tt_up(struct tt *t)
{
    t->depth--;
    buf_printf(&t->outline, "%*s</%s>\n", (int)(2 * t->depth + 2), "", t->depth ? "Folder" : "EntityType");
}

static inline void tt_list(struct tt *t, const char *id, const char *name)
{
    tt_tag(t, "Entity", id, name, "/>");
}

/* The file of an entity alone. */
static inline void tt_file(struct tt *t, const char *type, const char *id, const char *name, const char *body)
{
    struct buf escaped = {0};
    xml_escape(&escaped, name, true, "\n");
    pm_entity(&t->pm, t->top, type, id, buf_text(&escaped), body);
    buf_free(&escaped);
}

/* A listed entity with its file. */
static inline void tt_item(struct tt *t, const char *type, const char *id, const char *name, const char *body)
{
    tt_list(t, id, name);
    tt_file(t, type, id, name, body);
}

static inline void tt_folder(struct tt *t, const char *id, const char *name)
{
    tt_tag(t, "Folder", id, name, ">");
    t->depth++;
    tt_file(t, "Folder", id, name, "");
}

static inline void tt_script(struct tt *t, const char *id, const char *name, const char *text)
{
    struct buf body = {0};
    buf_puts(&body, "  <konga.string name=\"script\">");
    xml_escape(&body, text, false, "\n");
    buf_puts(&body, "</konga.string>\n");
    tt_item(t, "Script", id, name, buf_text(&body));
    buf_free(&body);
}

/* Any other entry below the top. */
static inline void tt_add(struct tt *t, const char *name, const char *text)
{
    struct buf path = {0};
    buf_printf(&path, "%s%s", t->top, name);
    pm_add(&t->pm, buf_text(&path), text);
    buf_free(&path);
}

static inline void tt_state(struct tt *t)
{
    tt_add(t, "ui.xml", "<ui/>\n");
    tt_add(t, "deleted.xml", "<deleted/>\n");
    tt_add(t, "jitterpak.properties", "#c\ntype=3\nproject_name=P\n");
}

#define TT_MAPPINGS                                                                                                    \
    "  <Mappings>\n    <Mapping>\n      <konga.string name=\"expr\">[a.]\t[b.]</konga.string>\n    </Mapping>\n"       \
    "    <Mapping>\n      <konga.string name=\"expr\">a.x\t&lt;trans&gt;\nb.x$\n&lt;/trans&gt;</konga.string>\n"       \
    "    </Mapping>\n  </Mappings>\n"

enum { TT_COMMON = 1, TT_MAIL, TT_SETUP, TT_DEEP, TT_INNER, TT_OPERATION, TT_MAP, TT_EMPTY_MAP, TT_QUERY, TT_OLD };

/* A project that has one of everything. */
static inline void tt_standard(struct tt *t)
{
    tt_type(t, "Script");
    tt_folder(t, pm_id(TT_COMMON), "Common");
    tt_folder(t, pm_id(TT_DEEP), "Deep");
    tt_script(t, pm_id(TT_INNER), "Inner", "<trans>\n3;\n</trans>");
    tt_up(t);
    tt_script(t, pm_id(TT_MAIL), "Send mail", "<trans>\n$a = 1;\n$b < 2;\n</trans>");
    tt_up(t);
    tt_script(t, pm_id(TT_SETUP), "Setup", "");
    tt_up(t);
    tt_type(t, "Operation");
    tt_item(t, "Operation", pm_id(TT_OPERATION), "START: all/some", "");
    tt_up(t);
    tt_type(t, "Transformation");
    tt_item(t, "Transformation", pm_id(TT_MAP), "Contacts", TT_MAPPINGS);
    tt_item(t, "Transformation", pm_id(TT_EMPTY_MAP), "Empty", "  <Mappings/>\n");
    tt_up(t);
    tt_type(t, "SalesforceQuery");
    tt_item(t, "SalesforceQuery", pm_id(TT_QUERY), "Query",
            "  <konga.string name=\"query_string\">SELECT Id</konga.string>\n");
    tt_up(t);
    tt_file(t, "Script", pm_id(TT_OLD), "Old", "  <konga.string name=\"script\">old</konga.string>\n");
    tt_state(t);
    tt_add(t, "files/a.xsd", "<a/>");
    tt_add(t, "cache/TransformationStructures/x_input.gz", "xx");
    tt_add(t, "testfiles/t.csv", "1,2\n");
}

static inline struct jpk_project *tt_load(struct tt *t)
{
    bool has = false;
    char name[64];
    snprintf(name, sizeof name, "%sproject.xml", t->top);
    for (size_t i = 0; i < t->pm.count; i++)
        has = has || strcmp(t->pm.entries[i].name, name) == 0;
    if (!has)
        pm_tree(&t->pm, t->top, buf_text(&t->outline));
    jpk_project_free(t->project);
    t->project = NULL;
    return t->project = pm_good(&t->pm, JPK_KEEP_GOING);
}

/* ------------------------------------------------------------------------------------------ unpacking and opening */

static inline bool tt_try_unpack(struct tt *t, const struct jpk_unpack_options *options, struct jpk_error *err)
{
    if (!t->project)
        tt_load(t);
    jpk_unpacked_free(t->unpacked);
    t->unpacked = jpk_unpack(t->project, t->tree, options, err);
    return t->unpacked != NULL;
}

static inline void tt_unpack(struct tt *t, bool update, bool delete_stale)
{
    struct jpk_error err = {0};
    struct jpk_unpack_options options = {.update = update, .delete_stale = delete_stale};
    if (!tt_try_unpack(t, &options, &err))
        fail_msg("%s/%s:%u: %s", err.file, err.entry, err.line, err.message);
}

static inline bool tt_try_open(struct tt *t, struct jpk_error *err)
{
    tt_close(t);
    t->view = jpk_archive_open_folder(t->tree, NULL, err);
    return t->view != NULL;
}

/* Opens the tree and loads the project in it. */
static inline struct jpk_project *tt_open(struct tt *t)
{
    struct jpk_error err = {0};
    if (!tt_try_open(t, &err) || !(t->loaded = jpk_project_load(t->view, NULL, 0, &err)))
        fail_msg("%s/%s:%u:%u: %s", err.file, err.entry, err.line, err.column, err.message);
    assert_true(jpk_archive_is_tree(t->view));
    return t->loaded;
}

/* Packs the tree as it is on the disk and opens what was made; to be freed. */
static inline struct jpk_archive *tt_pack(struct tt *t, enum jpk_pack_kind kind)
{
    struct jpk_error err = {0};
    struct jpk_pack_options options = {.kind = kind, .force = true};
    tt_open(t);
    if (!jpk_pack(t->loaded, t->packed, &options, &err))
        fail_msg("%s/%s:%u:%u: %s", err.file, err.entry, err.line, err.column, err.message);
    struct jpk_archive *packed = jpk_archive_open(t->packed, NULL, &err);
    if (!packed)
        fail_msg("%s", err.message);
    return packed;
}

/* What opening the tree says is wrong. */
static inline void tt_expect_error(struct tt *t, enum jpk_code code, const char *entry, uint32_t line, uint32_t column,
                                   const char *fragment)
{
    struct jpk_error err = {0};
    if (tt_try_open(t, &err))
        t->loaded = jpk_project_load(t->view, NULL, 0, &err);
    if (err.code != code || strcmp(err.entry, entry) != 0 || err.line != line || err.column != column ||
        !strstr(err.message, fragment))
        fail_msg("wanted %s %s:%u:%u %s\ngot %s %s:%u:%u: %s", jpk_code_name(code), entry, line, column, fragment,
                 jpk_code_name(err.code), err.entry, err.line, err.column, err.message);
    assert_string_equal(err.file, t->tree);
}

/* ---------------------------------------------------------------------------------------------------- comparing */

static inline void tt_bytes(struct jpk_archive *archive, size_t index, struct buf *out)
{
    struct jpk_error err = {0};
    void *data;
    size_t size;
    if (!jpk_archive_read(archive, index, &data, &size, &err))
        fail_msg("%s/%s: %s", err.file, err.entry, err.message);
    buf_clear(out);
    buf_put(out, data, size);
    free(data);
}

/* `name` in `archive` holds the same as in `other`, where it is called `other_name`. */
static inline void tt_same_entry(struct jpk_archive *archive, const char *name, struct jpk_archive *other,
                                 const char *other_name)
{
    struct buf a = {0}, b = {0};
    size_t at = jpk_archive_find(archive, name), other_at = jpk_archive_find(other, other_name);
    if (at == SIZE_MAX || other_at == SIZE_MAX)
        fail_msg("there is no entry %s", at == SIZE_MAX ? name : other_name);
    tt_bytes(archive, at, &a);
    tt_bytes(other, other_at, &b);
    if (a.size != b.size || memcmp(buf_text(&a), buf_text(&b), a.size) != 0)
        fail_msg("%s differs:\n%s\ninstead of\n%s", name, buf_text(&b), buf_text(&a));
    buf_free(&a);
    buf_free(&b);
}

/* All entries below `from` are the same ones as those below `to` in the other. */
static inline void tt_same(struct jpk_archive *archive, const char *from, struct jpk_archive *other, const char *to)
{
    size_t count = 0;
    char name[2048];
    for (size_t i = 0; i < jpk_archive_count(archive); i++) {
        const char *entry = jpk_archive_entry(archive, i)->name;
        if (strncmp(entry, from, strlen(from)) != 0)
            continue;
        snprintf(name, sizeof name, "%s%s", to, entry + strlen(from));
        tt_same_entry(archive, entry, other, name);
        count++;
    }
    for (size_t i = 0; i < jpk_archive_count(other); i++)
        count -= strncmp(jpk_archive_entry(other, i)->name, to, strlen(to)) == 0;
    assert_int_equal(count, 0);
}

static inline bool tt_has(const struct jpk_strings *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strstr(list->items[i], text))
            return true;
    return false;
}

/* The list is exactly these, which NULL ends. */
static inline void tt_list_is(const struct jpk_strings *list, const char *const *wanted)
{
    for (size_t i = 0; i < list->count; i++)
        if (!wanted[i] || strcmp(wanted[i], list->items[i]) != 0)
            fail_msg("%s instead of %s", list->items[i], wanted[i] ? wanted[i] : "the end");
    assert_null(wanted[list->count]);
}

/* --------------------------------------------------------------------------------------------------- on the disk */

static inline const char *tt_path(const struct tt *t, const char *path)
{
    static char paths[4][1024];
    static size_t next;
    char *out = paths[next++ % 4];
    snprintf(out, sizeof paths[0], "%s/%s", t->tree, path);
    return out;
}

static inline bool tt_exists(const struct tt *t, const char *path)
{
    struct stat st;
    return lstat(tt_path(t, path), &st) == 0;
}

static inline void tt_read(const struct tt *t, const char *path, struct buf *out)
{
    struct jpk_error err = {0};
    buf_clear(out);
    if (!file_read(tt_path(t, path), UINT64_MAX, "", out, &err))
        fail_msg("%s: %s", path, err.message);
}

static inline void tt_expect_file(const struct tt *t, const char *path, const char *text)
{
    struct buf got = {0};
    tt_read(t, path, &got);
    assert_string_equal(buf_text(&got), text);
    buf_free(&got);
}

static inline void tt_make_above(const struct tt *t, const char *path)
{
    char full[1024];
    snprintf(full, sizeof full, "%s", tt_path(t, path));
    *strrchr(full, '/') = '\0';
    assert_true(file_make_folder(full, NULL));
}

static inline void tt_write(const struct tt *t, const char *path, const char *text)
{
    tt_make_above(t, path);
    assert_true(file_write(tt_path(t, path), text, strlen(text), true, NULL));
}

static inline void tt_rename(const struct tt *t, const char *from, const char *to)
{
    tt_make_above(t, to);
    assert_int_equal(rename(tt_path(t, from), tt_path(t, to)), 0);
}

static inline void tt_remove(const struct tt *t, const char *path)
{
    if (!tt_exists(t, path))
        fail_msg("there is no %s", path);
    pm_remove(tt_path(t, path));
}

/* Replaces a text in a file, where it must be. */
static inline void tt_edit(const struct tt *t, const char *path, const char *old, const char *with)
{
    struct buf text = {0}, out = {0};
    tt_read(t, path, &text);
    const char *at = strstr(buf_text(&text), old);
    if (!at)
        fail_msg("%s is not in %s:\n%s", old, path, buf_text(&text));
    buf_put(&out, text.data, (size_t)(at - text.data));
    buf_puts(&out, with);
    buf_puts(&out, at + strlen(old));
    tt_write(t, path, buf_text(&out));
    buf_free(&text);
    buf_free(&out);
}

/* Takes the line with that text out of the index. */
static inline void tt_drop_line(const struct tt *t, const char *with)
{
    struct buf text = {0};
    tt_read(t, "jpk-index.jsonl", &text);
    char *at = strstr(text.data, with);
    assert_non_null(at);
    while (at > text.data && at[-1] != '\n')
        at--;
    char *end = strchr(at, '\n') + 1;
    memmove(at, end, strlen(end) + 1);
    tt_write(t, "jpk-index.jsonl", text.data);
    buf_free(&text);
}

#endif
