/* Trees that people work on: damage, edits, what is new or moved, updates, exports, places of findings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/uuid.h"
#include "jpk/tree.h"
#include "tests/unit/projectmaker.h"

/* ----------------------------------------------------------------------------------------------------------- trees */

/* A place on the disk for one test. */
struct place {
    char folder[64];
    char path[512];
};

static const char *in(struct place *place, const char *name)
{
    snprintf(place->path, sizeof place->path, "%s/%s", place->folder, name);
    return place->path;
}

static struct jpk_project *load(struct jpk_archive *archive)
{
    struct jpk_error err = {0};
    struct jpk_project *project = jpk_project_load(archive, NULL, JPK_KEEP_GOING, &err);
    if (!project)
        fail_msg("%s: %s: %s", jpk_code_name(err.code), err.entry, err.message);
    return project;
}

static struct jpk_unpacked *unpack(struct jpk_archive *archive, const char *folder, struct jpk_unpack_options options)
{
    struct jpk_error err = {0};
    struct jpk_project *project = load(archive);
    struct jpk_unpacked *unpacked = jpk_unpack(project, folder, &options, &err);
    if (!unpacked)
        fail_msg("%s: %s: %s", jpk_code_name(err.code), err.entry, err.message);
    jpk_project_free(project);
    return unpacked;
}

static void unpack_new(struct jpk_archive *archive, const char *folder)
{
    jpk_unpacked_free(unpack(archive, folder, (struct jpk_unpack_options){0}));
}

static struct jpk_archive *open_tree(const char *folder)
{
    struct jpk_error err = {0};
    struct jpk_archive *archive = jpk_archive_open_folder(folder, NULL, &err);
    if (!archive)
        fail_msg("%s: %s:%u: %s", jpk_code_name(err.code), err.entry, err.line, err.message);
    assert_true(jpk_archive_is_tree(archive));
    return archive;
}

static void pack(struct jpk_archive *archive, const char *path, enum jpk_pack_kind kind)
{
    struct jpk_error err = {0};
    struct jpk_project *project = load(archive);
    struct jpk_pack_options options = {.kind = kind, .force = true};
    if (!jpk_pack(project, path, &options, &err))
        fail_msg("%s: %s: %s", jpk_code_name(err.code), err.entry, err.message);
    jpk_project_free(project);
}

/* Whether two archives give the same bytes for a name each. */
static bool same_entry(struct jpk_archive *a, size_t i, struct jpk_archive *b, const char *name)
{
    void *left, *right;
    size_t n, m, index = jpk_archive_find(b, name);
    if (index == SIZE_MAX)
        return false;
    assert_true(jpk_archive_read(a, i, &left, &n, NULL));
    assert_true(jpk_archive_read(b, index, &right, &m, NULL));
    bool same = n == m && memcmp(left, right, n) == 0;
    free(left);
    free(right);
    return same;
}

/* Counts the entries of `a` that `b` does not have with the same bytes; `base` and `other_base` stand before the names.
 */
static size_t differing(struct jpk_archive *a, const char *base, struct jpk_archive *b, const char *other_base,
                        const char **which)
{
    size_t count = 0, n = strlen(base);
    for (size_t i = 0; i < jpk_archive_count(a); i++) {
        const char *name = jpk_archive_entry(a, i)->name;
        struct buf other = {0};
        bool inside = strncmp(name, base, n) == 0;
        buf_printf(&other, "%s%s", inside ? other_base : "", inside ? name + n : name);
        if (!same_entry(a, i, b, buf_text(&other))) {
            *which = name;
            count++;
        }
        buf_free(&other);
    }
    return count;
}

/* ------------------------------------------------------------------------------------------------- a small project */

#define SCRIPT(text) "  <konga.string name=\"script\">" text "</konga.string>\n"
#define PLAIN SCRIPT("&lt;trans&gt;\n1\n&lt;/trans&gt;")

#define MAPPING(text) "    <Mapping>\n      <konga.string name=\"expr\">" text "</konga.string>\n    </Mapping>\n"

static const char *const small_types =
    "  <EntityType name=\"Script\">\n"
    "    <Folder entityId=\"00000100-0000-4000-8000-0000000000ab\" name=\"Common\">\n"
    "      <Entity entityId=\"00000001-0000-4000-8000-0000000000ab\" name=\"Send\"/>\n"
    "    </Folder>\n"
    "    <Entity entityId=\"00000002-0000-4000-8000-0000000000ab\" name=\"Other\"/>\n"
    "  </EntityType>\n"
    "  <EntityType name=\"Transformation\">\n"
    "    <Entity entityId=\"00000003-0000-4000-8000-0000000000ab\" name=\"Map\"/>\n"
    "    <Entity entityId=\"00000004-0000-4000-8000-0000000000ab\" name=\"Empty\"/>\n"
    "  </EntityType>\n";

static void small_entities(struct pm *pm, const char *top)
{
    pm_entity(pm, top, "Folder", pm_id(0x100), "Common", "");
    pm_entity(pm, top, "Script", pm_id(1), "Send", PLAIN);
    pm_entity(pm, top, "Script", pm_id(2), "Other", PLAIN);
    pm_entity(pm, top, "Transformation", pm_id(3), "Map",
              "  <Mappings>\n" MAPPING("a\t&lt;trans&gt;\n$x;\n$never_set\n&lt;/trans&gt;") "  </Mappings>\n");
    pm_entity(pm, top, "Transformation", pm_id(4), "Empty", "  <Mappings/>\n");
    char name[64];
    snprintf(name, sizeof name, "%sui.xml", top);
    pm_add(pm, name, "<UiState/>");
    snprintf(name, sizeof name, "%sfiles/x.xsd", top);
    pm_add(pm, name, "<x/>");
    snprintf(name, sizeof name, "%sjitterpak.properties", top);
    pm_add(pm, name, "#x\ntype=3\n");
}

/* The small project unpacked. */
static void small_tree(struct place *place)
{
    struct pm pm = {0};
    pm_temporary(place->folder);
    small_entities(&pm, "t/");
    pm_tree(&pm, "t/", small_types);
    unpack_new(pm_open(&pm, NULL), in(place, "tree"));
    pm_free(&pm);
}

static void write_file(struct place *place, const char *name, const char *text)
{
    assert_true(file_write(in(place, name), text, strlen(text), true, NULL));
}

static void read_file(struct place *place, const char *name, struct buf *out)
{
    buf_clear(out);
    assert_true(file_read(in(place, name), UINT64_MAX, "", out, NULL));
}

static void replace_in(struct place *place, const char *name, const char *old, const char *new)
{
    struct buf text = {0}, out = {0};
    read_file(place, name, &text);
    char *at = strstr(buf_text(&text), old);
    if (!at)
        fail_msg("%s does not hold %s", name, old);
    buf_put(&out, text.data, (size_t)(at - text.data));
    buf_puts(&out, new);
    buf_puts(&out, at + strlen(old));
    write_file(place, name, out.data);
    buf_free(&text);
    buf_free(&out);
}

static void move(struct place *place, const char *from, const char *to)
{
    struct place target = *place;
    in(place, from);
    assert_int_equal(rename(place->path, in(&target, to)), 0);
}

static void assert_holds(struct place *place, const char *name, const char *text)
{
    struct buf found = {0};
    read_file(place, name, &found);
    if (!strstr(buf_text(&found), text))
        fail_msg("%s holds\n%s\nand not\n%s", name, buf_text(&found), text);
    buf_free(&found);
}

static void test_small_tree(void **state)
{
    struct place place;
    (void)state;
    small_tree(&place);
    assert_holds(&place, "tree/.gitattributes", "* -text\n");
    assert_holds(&place, "tree/Script/Common/Send.jb", "<trans>\n1\n</trans>");
    assert_holds(&place, "tree/Script/Common/Send.xml", "<konga.string name=\"script\"/>");
    assert_holds(&place, "tree/Script/Common/.folder.xml", "Name=\"Common\"");
    assert_holds(&place, "tree/Transformation/Map.map", "a =\n    $x;\n    $never_set\n");
    assert_holds(&place, "tree/local/ui.xml", "<UiState/>");
    assert_holds(&place, "tree/jpk-index.jsonl", "{\"folder\":\"Script/Common\",\"id\":\"00000100-");
    assert_holds(&place, "tree/jpk-index.jsonl", "{\"item\":\"Script/Common/Send\",\"id\":\"00000001-");
    assert_holds(&place, "tree/jpk-index.jsonl", "\"parts\":[\".map\"]}");
    pm_remove(place.folder);
}

/* ---------------------------------------------------------------------------------------------------------- damage */

static void assert_damaged(struct place *place, const char *entry, uint32_t line, const char *says)
{
    struct jpk_error err = {0};
    struct jpk_archive *archive = jpk_archive_open_folder(in(place, "tree"), NULL, &err);
    if (archive)
        fail_msg("the tree opens, although %s", says);
    if (err.code != JPK_ERR_FORMAT && err.code != JPK_ERR_JSON)
        fail_msg("%s: %s", jpk_code_name(err.code), err.message);
    assert_string_equal(err.entry, entry);
    assert_int_equal(err.line, line);
    if (!strstr(err.message, says))
        fail_msg("'%s' does not say '%s'", err.message, says);
    pm_remove(place->folder);
}

#define DAMAGE(entry, line, says, ...)                                                                                 \
    do {                                                                                                               \
        struct place place;                                                                                            \
        small_tree(&place);                                                                                            \
        __VA_ARGS__;                                                                                                   \
        assert_damaged(&place, entry, line, says);                                                                     \
    } while (0)

static void cut_file(struct place *place, const char *name)
{
    assert_int_equal(unlink(in(place, name)), 0);
}

static void test_missing(void **state)
{
    (void)state;
    DAMAGE("Script/Common/Send.jb", 0, "is missing", cut_file(&place, "tree/Script/Common/Send.jb"));
    DAMAGE("Script/Other.xml", 0, "no other file has its ID", cut_file(&place, "tree/Script/Other.xml"),
           cut_file(&place, "tree/Script/Other.jb"));
    DAMAGE("Script/Common/.folder.xml", 0, "is missing", cut_file(&place, "tree/Script/Common/.folder.xml"));
    DAMAGE("files/x.xsd", 0, "is missing", cut_file(&place, "tree/files/x.xsd"));
    DAMAGE("Transformation/Map.map", 0, "is missing", cut_file(&place, "tree/Transformation/Map.map"));
}

static void test_wrong_ids(void **state)
{
    (void)state;
    DAMAGE("Script/Other.xml", 3, "has the ID", replace_in(&place, "tree/Script/Other.xml", "00000002-", "00000009-"));
    DAMAGE("Script/Other.xml", 3, "has the ID",
           replace_in(&place, "tree/Script/Other.xml", "ID=\"00000002-0000-4000-8000-0000000000ab\"", "ID=\"\""));
    DAMAGE("Script/Copy.xml", 0, "has the ID of Script/Other",
           write_file(&place, "tree/Script/Copy.xml",
                      "<Entity type=\"Script\"><Header ID=\"00000002-0000-4000-8000-0000000000ab\"/></Entity>"));
    DAMAGE("Script/Copy.xml", 1, "no GUID",
           write_file(&place, "tree/Script/Copy.xml", "<Entity type=\"Script\"><Header ID=\"x\"/></Entity>"));
    DAMAGE("Script/Copy.xml", 0, "no entity", write_file(&place, "tree/Script/Copy.xml", "<html/>"));
    DAMAGE("Script/Copy.xml", 0, "in the place of one of type",
           write_file(&place, "tree/Script/Copy.xml", "<Entity type=\"Source\"><Header ID=\"\"/></Entity>"));
}

static void test_conflicts(void **state)
{
    (void)state;
    DAMAGE("Script/Other.jb", 2, "merge conflict",
           write_file(&place, "tree/Script/Other.jb", "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n"));
    DAMAGE("Script/Other.xml", 1, "merge conflict",
           replace_in(&place, "tree/Script/Other.xml", "<?xml", ">>>>>>> theirs\n<?xml"));
    DAMAGE("Transformation/Map.map", 1, "merge conflict",
           replace_in(&place, "tree/Transformation/Map.map", "a =", "<<<<<<< HEAD\na ="));
    DAMAGE("jpk-index.jsonl", 2, "merge conflict",
           replace_in(&place, "tree/jpk-index.jsonl", "{\"folder\"", "<<<<<<< HEAD\n{\"folder\""));
    DAMAGE("files/x.xsd", 1, "merge conflict", write_file(&place, "tree/files/x.xsd", "||||||| base\n"));
}

static void test_unknown_files(void **state)
{
    (void)state;
    DAMAGE("Script/notes.txt", 0, "is no file of an item", write_file(&place, "tree/Script/notes.txt", "x"));
    DAMAGE("Transformation/New.map", 0, "without an item",
           write_file(&place, "tree/Transformation/New.map", "a = 1\n"));
    DAMAGE("Script/Other.map", 0, "has no place", write_file(&place, "tree/Script/Other.map", "a = 1\n"));
    DAMAGE("Script/Other.js", 0, "of the same script", write_file(&place, "tree/Script/Other.js", "1"));
    DAMAGE("Script/Other.jb", 0, "holds 1 bytes",
           replace_in(&place, "tree/Script/Other.xml", "\"script\"/>", "\"script\">x</konga.string>"));
    DAMAGE("Script/Other.jb", 1, "cannot hold", write_file(&place, "tree/Script/Other.jb", "a\x02"));
    DAMAGE("Transformation/Map.map", 1, "behind a target", write_file(&place, "tree/Transformation/Map.map", "a: b\n"));
}

static void test_broken_index(void **state)
{
    (void)state;
    DAMAGE("jpk-index.jsonl", 2, "a key in double quotes",
           replace_in(&place, "tree/jpk-index.jsonl", "{\"folder\"", "{folder"));
    DAMAGE("jpk-index.jsonl", 1, "not the index", replace_in(&place, "tree/jpk-index.jsonl", "jpk-tree", "other"));
    DAMAGE("jpk-index.jsonl", 1, "version",
           replace_in(&place, "tree/jpk-index.jsonl", "\"version\":1", "\"version\":9"));
    DAMAGE("jpk-index.jsonl", 2, "does not know",
           replace_in(&place, "tree/jpk-index.jsonl", "\"id\":\"00000100", "\"idd\":\"0"));
    DAMAGE("jpk-index.jsonl", 2, "part", replace_in(&place, "tree/jpk-index.jsonl", "Script/Common\"", "../x\""));
    DAMAGE("jpk-index.jsonl", 4, "same id or path",
           replace_in(&place, "tree/jpk-index.jsonl", "Script/Other\",\"id\":\"00000002",
                      "Script/Other\",\"id\":\"00000001"));
    DAMAGE("jpk-index.jsonl", 1, "is empty", write_file(&place, "tree/jpk-index.jsonl", "\n"));
    DAMAGE("jpk-index.jsonl", 1, "is empty", write_file(&place, "tree/jpk-index.jsonl", ""));
}

/* An entity that is no XML any more is found when the project is read, and named by its file in the tree. */
static void test_broken_xml(void **state)
{
    struct place place;
    struct jpk_error err = {0};
    (void)state;
    small_tree(&place);
    replace_in(&place, "tree/Script/Other.xml", "</Entity>", "<a>\n");
    struct jpk_archive *tree = open_tree(in(&place, "tree"));
    struct jpk_project *project = load(tree);
    assert_null(jpk_pack_plan(project, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_FORMAT);
    assert_string_equal(err.entry, "Script/Other.xml");
    assert_true(err.line > 5);
    jpk_project_free(project);
    memset(&err, 0, sizeof err);
    assert_null(jpk_project_load(tree, NULL, 0, &err));
    assert_int_equal(err.code, JPK_ERR_XML);
    assert_string_equal(err.entry, "Script/Other.xml");
    jpk_archive_free(tree);
    pm_remove(place.folder);
}

/* ------------------------------------------------------------------------------------------------------ what is new */

static struct jpk_pack_plan *plan_of(struct jpk_archive *tree, struct jpk_project **project)
{
    struct jpk_error err = {0};
    *project = load(tree);
    struct jpk_pack_plan *plan = jpk_pack_plan(*project, NULL, &err);
    if (!plan)
        fail_msg("%s: %s", err.entry, err.message);
    return plan;
}

/* An edit changes the entry of its item and no other. */
static void assert_edit(const char *file, const char *old, const char *new, const char *entry)
{
    struct place place;
    const char *which = "";
    small_tree(&place);
    struct jpk_archive *tree = open_tree(in(&place, "tree"));
    pack(tree, in(&place, "before.jpk"), JPK_PACK_DEFAULT);
    jpk_archive_free(tree);
    replace_in(&place, file, old, new);
    tree = open_tree(in(&place, "tree"));
    struct jpk_archive *before = jpk_archive_open(in(&place, "before.jpk"), NULL, NULL);
    assert_int_equal(differing(before, "", tree, "", &which), 1);
    assert_non_null(strstr(which, entry));
    jpk_archive_free(before);
    jpk_archive_free(tree);
    pm_remove(place.folder);
}

static void test_edits(void **state)
{
    (void)state;
    assert_edit("tree/Script/Other.jb", "1", "2", "Data/Script/00000002-");
    assert_edit("tree/Transformation/Map.map", "$x", "$y", "Data/Transformation/00000003-");
    assert_edit("tree/files/x.xsd", "<x/>", "<y/>", "files/x.xsd");
    assert_edit("tree/Script/Other.xml", "Deployed=\"true\"", "Deployed=\"false\"", "Data/Script/00000002-");
}

static void test_new_items(void **state)
{
    struct place place;
    struct jpk_project *project;
    struct jpk_error err = {0};
    char id[UUID_SIZE];
    (void)state;
    small_tree(&place);
    write_file(&place, "tree/Script/New%3A one.jb", "<trans>\n2\n</trans>");
    assert_true(file_make_folder(in(&place, "tree/Script/Fresh/Deep"), NULL));
    write_file(&place, "tree/Script/Fresh/Deep/Two.js", "3");
    write_file(&place, "tree/Transformation/Three.xml",
               "<Entity type=\"Transformation\"><Header Name=\"Three\" ID=\"\"/><Mappings/></Entity>");
    write_file(&place, "tree/Transformation/Empty.map", "x = 1\n");
    write_file(&place, "tree/README.md", "ours");
    struct jpk_archive *tree = open_tree(in(&place, "tree"));
    struct jpk_pack_plan *plan = plan_of(tree, &project);
    assert_int_equal(plan->added.count, 5);
    assert_int_equal(plan->notes.count, 1); /* README.md */
    assert_true(jpk_pack(project, in(&place, "p.jpk"), NULL, &err));
    uuid_of_name("p-1", "tree/Script/New%3A one", id);
    const struct jpk_entity *entity = jpk_project_entity(project, id);
    assert_non_null(entity);
    assert_string_equal(entity->name, "New: one");
    assert_string_equal(entity->as.script->text, "<trans>\n2\n</trans>");
    entity = jpk_project_select(project, "Script/Fresh/Deep/Two", &err);
    assert_non_null(entity);
    entity = jpk_project_select(project, "Transformation/Empty", &err);
    assert_int_equal(entity->as.transformation->mapping_count, 1);
    jpk_pack_plan_free(plan);
    jpk_project_free(project);
    jpk_archive_free(tree);
    /* Now the index has them, and nothing is new any more. */
    assert_holds(&place, "tree/jpk-index.jsonl", id);
    assert_holds(&place, "tree/Script/New%3A one.xml", id);
    tree = open_tree(in(&place, "tree"));
    plan = plan_of(tree, &project);
    assert_int_equal(plan->added.count, 0);
    assert_int_equal(plan->moved.count, 0);
    jpk_pack_plan_free(plan);
    jpk_project_free(project);
    jpk_archive_free(tree);
    pm_remove(place.folder);
}

static void test_moved(void **state)
{
    struct place place;
    struct jpk_project *project;
    struct jpk_error err = {0};
    (void)state;
    small_tree(&place);
    move(&place, "tree/Script/Common", "tree/Script/Shared");
    move(&place, "tree/Script/Other.xml", "tree/Script/Shared/Renamed.xml");
    move(&place, "tree/Script/Other.jb", "tree/Script/Shared/Renamed.js");
    struct jpk_archive *tree = open_tree(in(&place, "tree"));
    struct jpk_pack_plan *plan = plan_of(tree, &project);
    assert_int_equal(plan->moved.count, 3);
    assert_int_equal(plan->added.count, 0);
    assert_int_equal(plan->notes.count, 2); /* both are still called what they were */
    /* The names are in the files, so they stay. */
    assert_non_null(jpk_project_select(project, "Script/Common/Send", &err));
    assert_non_null(jpk_project_select(project, "Script/Common/Other", &err));
    jpk_pack_plan_free(plan);
    jpk_project_free(project);
    jpk_archive_free(tree);
    pm_remove(place.folder);
}

static void test_removed(void **state)
{
    struct place place;
    struct jpk_error err = {0};
    (void)state;
    small_tree(&place);
    cut_file(&place, "tree/Script/Other.xml");
    cut_file(&place, "tree/Script/Other.jb");
    replace_in(&place, "tree/jpk-index.jsonl",
               "{\"item\":\"Script/Other\",\"id\":\"00000002-0000-4000-8000-0000000000ab\",\"parts\":[\".jb\"]}\n", "");
    struct jpk_archive *tree = open_tree(in(&place, "tree"));
    struct jpk_project *project = load(tree);
    assert_null(jpk_project_select(project, "Other", &err));
    assert_int_equal(err.code, JPK_ERR_NOT_FOUND);
    jpk_project_free(project);
    jpk_archive_free(tree);
    pm_remove(place.folder);
}

static void test_local(void **state)
{
    struct place place;
    struct jpk_project *project;
    (void)state;
    small_tree(&place);
    pm_remove(in(&place, "tree/local"));
    struct jpk_archive *tree = open_tree(in(&place, "tree"));
    struct jpk_pack_plan *plan = plan_of(tree, &project);
    assert_int_equal(plan->notes.count, 1);
    assert_non_null(strstr(plan->notes.items[0], "which pages were open"));
    jpk_pack_plan_free(plan);
    jpk_project_free(project);
    jpk_archive_free(tree);
    pm_remove(place.folder);
}

/* -------------------------------------------------------------------------------------------------------- updating */

static void test_update(void **state)
{
    struct place place;
    struct pm pm = {0};
    struct jpk_error err = {0};
    (void)state;
    small_tree(&place);
    struct jpk_unpack_options update = {.update = true};
    small_entities(&pm, "t/");
    pm_tree(&pm, "t/", small_types);
    struct jpk_project *project = load(pm_open(&pm, NULL));
    assert_null(jpk_unpack(project, in(&place, "tree"), NULL, &err));
    assert_int_equal(err.code, JPK_ERR_EXISTS);
    jpk_project_free(project);
    struct jpk_unpacked *unpacked = unpack(pm.archive, in(&place, "tree"), update);
    assert_int_equal(unpacked->written.count, 0);
    assert_int_equal(unpacked->stale.count, 0);
    jpk_unpacked_free(unpacked);
    pm_free(&pm);
    pm_remove(place.folder);
}

/* A second state of the small project: one script edited, one gone, two new ones whose names collide with a third. */
static void second_state(struct pm *pm)
{
    pm_entity(pm, "t/", "Folder", pm_id(0x100), "Common", "");
    pm_entity(pm, "t/", "Script", pm_id(1), "Send", SCRIPT("edited"));
    pm_entity(pm, "t/", "Script", pm_id(0x500), "send", PLAIN);
    pm_entity(pm, "t/", "Script", pm_id(0x501), "Send", PLAIN);
    pm_add(pm, "t/ui.xml", "<UiState/>");
    pm_tree(pm, "t/",
            "  <EntityType name=\"Script\">\n"
            "    <Folder entityId=\"00000100-0000-4000-8000-0000000000ab\" name=\"Common\">\n"
            "      <Entity entityId=\"00000500-0000-4000-8000-0000000000ab\" name=\"send\"/>\n"
            "      <Entity entityId=\"00000501-0000-4000-8000-0000000000ab\" name=\"Send\"/>\n"
            "      <Entity entityId=\"00000001-0000-4000-8000-0000000000ab\" name=\"Send\"/>\n"
            "    </Folder>\n"
            "  </EntityType>\n");
}

static bool listed(const struct jpk_strings *list, const char *path)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], path) == 0)
            return true;
    return false;
}

static void test_update_changes(void **state)
{
    struct place place;
    struct pm pm = {0};
    struct stat st;
    (void)state;
    small_tree(&place);
    write_file(&place, "tree/Script/mine.txt", "mine");
    second_state(&pm);
    struct jpk_unpacked *unpacked =
        unpack(pm_open(&pm, NULL), in(&place, "tree"), (struct jpk_unpack_options){.update = true});
    /* What was there keeps its name although others come before it now. */
    assert_true(listed(&unpacked->written, "Script/Common/Send.jb"));
    assert_true(listed(&unpacked->written, "Script/Common/send~00000500.jb"));
    assert_true(listed(&unpacked->written, "Script/Common/Send~00000501.jb"));
    assert_false(listed(&unpacked->written, "Script/Common/Send.xml"));
    assert_int_equal(unpacked->written.count, 6);
    assert_true(listed(&unpacked->stale, "Script/Other.jb"));
    assert_true(listed(&unpacked->stale, "Transformation/Map.map"));
    assert_false(listed(&unpacked->stale, "Script/mine.txt"));
    assert_holds(&place, "tree/Script/Common/Send.jb", "edited");
    assert_holds(&place, "tree/Script/Other.jb", "<trans>");
    jpk_unpacked_free(unpacked);
    cut_file(&place, "tree/Script/mine.txt");
    /* Stale files are there and not packed. */
    struct jpk_archive *tree = open_tree(in(&place, "tree"));
    struct jpk_project *project = load(tree);
    assert_null(jpk_project_entity(project, pm_id(2)));
    jpk_project_free(project);
    jpk_archive_free(tree);
    unpacked =
        unpack(pm.archive, in(&place, "tree"), (struct jpk_unpack_options){.update = true, .delete_stale = true});
    assert_true(unpacked->stale.count >= 5);
    jpk_unpacked_free(unpacked);
    assert_int_not_equal(stat(in(&place, "tree/Script/Other.jb"), &st), 0);
    assert_int_not_equal(stat(in(&place, "tree/Transformation"), &st), 0);
    unpacked = unpack(pm.archive, in(&place, "tree"), (struct jpk_unpack_options){.update = true});
    assert_int_equal(unpacked->written.count, 0);
    assert_int_equal(unpacked->stale.count, 0);
    jpk_unpacked_free(unpacked);
    pm_free(&pm);
    pm_remove(place.folder);
}

static void test_other_project(void **state)
{
    struct place place;
    struct pm pm = {0};
    struct jpk_error err = {0};
    (void)state;
    small_tree(&place);
    pm_add(&pm, "t/project.xml", PM_DECLARATION "<Project name=\"Q\" projectId=\"q-1\"/>\n");
    pm_entity(&pm, "t/", "Folder", pm_id(9), "x", "");
    struct jpk_project *project = load(pm_open(&pm, NULL));
    struct jpk_unpack_options update = {.update = true};
    assert_null(jpk_unpack(project, in(&place, "tree"), &update, &err));
    assert_int_equal(err.code, JPK_ERR_EXISTS);
    assert_non_null(strstr(err.message, "another project"));
    jpk_project_free(project);
    pm_free(&pm);
    pm_remove(place.folder);
}

/* --------------------------------------------------------------------------------------------------------- exports */

static void assert_entry(struct jpk_archive *archive, const char *name, const char *text)
{
    void *data;
    size_t n, index = jpk_archive_find(archive, name);
    if (index == SIZE_MAX)
        fail_msg("there is no %s", name);
    assert_true(jpk_archive_read(archive, index, &data, &n, NULL));
    if (!strstr(data, text))
        fail_msg("%s holds\n%s\nand not\n%s", name, (char *)data, text);
    free(data);
}

static void workspace(struct pm *pm)
{
    small_entities(pm, "env-7/");
    pm->count--; /* without jitterpak.properties */
    free((void *)(uintptr_t)pm->entries[pm->count].name);
    free((void *)(uintptr_t)pm->entries[pm->count].data);
    pm_tree(pm, "env-7/", small_types);
    pm_add(pm, "manifest.jip", "#x\nlast-environment=7\ndescription=what it is\n");
    pm_add(pm, "env-7/environment.properties",
           "#x\nenvironment-id=7\nenvironment-name=Test\nmodified=1529460674977\nrequires-version=8.16.0.1\n"
           "saved-in-version=11.41.0.33\n");
    pm_add(pm, "env-7/testfiles/source/x/y", "data");
    pm_add(pm, "env-7/Data/Script/gone.xml",
           PM_DECLARATION
           "<Entity type=\"Script\">\n  <Header Deleted=\"true\" DeployDirty=\"false\" Deployed=\"true\" "
           "ID=\"gone\" Name=\"gone\"/>\n</Entity>\n");
}

static void test_exports(void **state)
{
    struct place place;
    struct pm pm = {0};
    (void)state;
    pm_temporary(place.folder);
    workspace(&pm);
    pm_write(&pm, in(&place, "w"));
    struct jpk_archive *archive = jpk_archive_open_folder(in(&place, "w"), NULL, NULL);
    assert_non_null(archive);
    setenv("TZ", "Pacific/Chatham", 1);
    tzset();
    pack(archive, in(&place, "e.jpk"), JPK_PACK_DEFAULT);
    struct jpk_archive *packed = jpk_archive_open(in(&place, "e.jpk"), NULL, NULL);
    assert_entry(packed, "P/jitterpak.properties",
                 "#Wed Jun 20 02:11:14 UTC 2018\nrequired_version=80160000000001\nproject_id=p-1\ntype=3\n"
                 "description=what it is\ncreated_at=1529460674977\ncreated_with_version=110410000000033\n"
                 "project_name=P\ncomment=\n");
    assert_entry(packed, "P/Data/Script/00000002-0000-4000-8000-0000000000ab.xml",
                 "DeployDirty=\"true\" Deployed=\"false\"");
    assert_entry(packed, "P/Data/Script/gone.xml", "DeployDirty=\"false\" Deployed=\"true\"");
    assert_entry(packed, "P/ui.xml", "    <OpenPages />\n");
    assert_entry(packed, "P/files/.filestoupload", "xml:x.xsd\n");
    assert_int_equal(jpk_archive_find(packed, "P/testfiles/source/x/y"), SIZE_MAX);
    assert_int_equal(jpk_archive_find(packed, "P/manifest.jip"), SIZE_MAX);
    jpk_archive_free(packed);
    setenv("SOURCE_DATE_EPOCH", "86400", 1);
    pack(archive, in(&place, "b.jpk"), JPK_PACK_BACKUP);
    unsetenv("SOURCE_DATE_EPOCH");
    packed = jpk_archive_open(in(&place, "b.jpk"), NULL, NULL);
    assert_entry(packed, "P/jitterpak.properties", "#Fri Jan 02 00:00:00 UTC 1970\ncreated_at=86400000\n");
    assert_entry(packed, "P/jitterpak.properties",
                 "env_id=7\ncomment=Backup of the project 'P' (environment 'Test')\n");
    assert_entry(packed, "P/jitterpak.properties", "type=1\nenv_name=Test\n");
    assert_entry(packed, "P/Data/Script/00000002-0000-4000-8000-0000000000ab.xml",
                 "DeployDirty=\"false\" Deployed=\"true\"");
    assert_entry(packed, "P/ui.xml", "<UiState/>");
    jpk_archive_free(packed);
    jpk_archive_free(archive);
    pm_free(&pm);
    pm_remove(place.folder);
}

static void test_flat(void **state)
{
    struct place place;
    struct pm pm = {0};
    struct buf text = {0};
    (void)state;
    pm_entity_text(&text, "Script", pm_id(1), "Send", PLAIN);
    pm_add(&pm, "00000001-0000-4000-8000-0000000000ab.xml", buf_text(&text));
    pm_add(&pm, "settings.db", "db");
    pm_tree(&pm, "", small_types);
    pm_temporary(place.folder);
    pm_write(&pm, in(&place, "flat"));
    struct jpk_archive *archive = jpk_archive_open_folder(in(&place, "flat"), NULL, NULL);
    pack(archive, in(&place, "p.jpk"), JPK_PACK_DEFAULT);
    struct jpk_archive *packed = jpk_archive_open(in(&place, "p.jpk"), NULL, NULL);
    assert_entry(packed, "P/Data/Script/00000001-0000-4000-8000-0000000000ab.xml", "Deployed=\"false\"");
    assert_entry(packed, "P/settings/Entity/settings.db", "db");
    jpk_archive_free(packed);
    jpk_archive_free(archive);
    buf_free(&text);
    pm_free(&pm);
    pm_remove(place.folder);
}

/* ---------------------------------------------------------------------------------------------------------- places */

static void assert_finding(const struct jpk_findings *findings, const char *rule, const char *file, uint32_t line,
                           uint32_t column)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct jpk_finding *finding = &findings->items[i];
        if (strcmp(finding->rule, rule) != 0 || strcmp(finding->file, file) != 0)
            continue;
        assert_int_equal(finding->line, line);
        assert_int_equal(finding->column, column);
        return;
    }
    fail_msg("no %s in %s", rule, file);
}

static void test_places(void **state)
{
    struct place place;
    struct jpk_error err = {0};
    (void)state;
    small_tree(&place);
    write_file(&place, "tree/Script/Other.jb", "<trans>\n\"&lt;\";\n  \"open\n</trans>");
    struct jpk_archive *tree = open_tree(in(&place, "tree"));
    struct jpk_project *project = load(tree);
    struct jpk_graph *graph = jpk_graph_build(project, &err);
    struct jpk_findings *findings = jpk_check(project, graph, &err);
    assert_non_null(findings);
    assert_finding(findings, "script-open", "Script/Other.jb", 3, 3);
    assert_finding(findings, "unset-variable", "Transformation/Map.map", 2, 5);
    assert_true(jpk_archive_find(jpk_tree_files(tree), "Script/Other.jb") != SIZE_MAX);
    jpk_findings_free(findings);
    jpk_graph_free(graph);
    jpk_project_free(project);
    jpk_archive_free(tree);
    pm_remove(place.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_tree), cmocka_unit_test(test_missing),        cmocka_unit_test(test_wrong_ids),
        cmocka_unit_test(test_conflicts),  cmocka_unit_test(test_unknown_files),  cmocka_unit_test(test_broken_index),
        cmocka_unit_test(test_broken_xml), cmocka_unit_test(test_edits),          cmocka_unit_test(test_new_items),
        cmocka_unit_test(test_moved),      cmocka_unit_test(test_removed),        cmocka_unit_test(test_local),
        cmocka_unit_test(test_update),     cmocka_unit_test(test_update_changes), cmocka_unit_test(test_other_project),
        cmocka_unit_test(test_exports),    cmocka_unit_test(test_flat),           cmocka_unit_test(test_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
