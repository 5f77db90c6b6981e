#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/uuid.h"
#include "tests/unit/treemaker.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void begin(struct tt *t)
{
    tt_begin(t);
    tt_standard(t);
    tt_unpack(t, false, false);
}

/* The entry of an entity. */
static const char *entry_of(const char *type, const char *id)
{
    static char names[4][128];
    static size_t next;
    char *name = names[next++ % 4];
    snprintf(name, sizeof names[0], "top/Data/%s/%s.xml", type, id);
    return name;
}

static const char *rule_id(const char *path)
{
    static char ids[4][UUID_SIZE];
    static size_t next;
    char *id = ids[next++ % 4], name[256];
    snprintf(name, sizeof name, "tree/%s", path);
    uuid_of_name("p-1", name, id);
    return id;
}

/* Of two archives exactly these entries differ; NULL ends them. */
static void expect_changes(struct jpk_archive *before, struct jpk_archive *after, const char *const *changed)
{
    size_t seen = 0, wanted = 0;
    struct buf a = {0}, b = {0};
    while (changed[wanted])
        wanted++;
    assert_int_equal(jpk_archive_count(before), jpk_archive_count(after));
    for (size_t i = 0; i < jpk_archive_count(before); i++) {
        const char *name = jpk_archive_entry(before, i)->name;
        size_t other = jpk_archive_find(after, name);
        assert_int_not_equal(other, SIZE_MAX);
        tt_bytes(before, i, &a);
        tt_bytes(after, other, &b);
        if (a.size == b.size && memcmp(buf_text(&a), buf_text(&b), a.size) == 0)
            continue;
        seen++;
        bool known = false;
        for (size_t k = 0; k < wanted; k++)
            known = known || strcmp(changed[k], name) == 0;
        if (!known)
            fail_msg("%s changed too:\n%s", name, buf_text(&b));
    }
    assert_int_equal(seen, wanted);
    buf_free(&a);
    buf_free(&b);
}

static void expect_in_entry(struct jpk_archive *archive, const char *entry, const char *text)
{
    struct buf bytes = {0};
    size_t at = jpk_archive_find(archive, entry);
    if (at == SIZE_MAX)
        fail_msg("there is no %s", entry);
    tt_bytes(archive, at, &bytes);
    if (!strstr(buf_text(&bytes), text))
        fail_msg("%s is not in %s:\n%s", text, entry, buf_text(&bytes));
    buf_free(&bytes);
}

/* --------------------------------------------------------------------------------------------------------- edits */

static void one_text_changes_one_entry(void **state)
{
    (void)state;
    static const struct {
        const char *file, *old, *with, *type;
        unsigned id;
        const char *wanted;
    } rows[] = {
        {"Script/Common/Send mail.jb", "$a = 1", "$a = 1 < 3", "Script", TT_MAIL, "$a = 1 &lt; 3;"},
        {"Transformation/Contacts.map", "b.x$", "b.y$ & \"z\"", "Transformation", TT_MAP,
         "a.x\t&lt;trans&gt;\nb.y$ &amp; \"z\"\n&lt;/trans&gt;</konga.string>"},
        {"SalesforceQuery/Query.soql", "SELECT Id", "SELECT Id, Name", "SalesforceQuery", TT_QUERY,
         ">SELECT Id, Name</konga.string>"},
        {"Operation/START%3A all%2Fsome.xml", "Deployed=\"true\"", "Deployed=\"false\"", "Operation", TT_OPERATION,
         "Deployed=\"false\""},
        {"unlisted/Script/Old~0000000a.jb", "old", "older", "Script", TT_OLD, ">older</konga.string>"},
        {"Script/Common/.folder.xml", "Deployed=\"true\"", "Deployed=\"false\"", "Folder", TT_COMMON,
         "Deployed=\"false\""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tt t;
        begin(&t);
        tt_edit(&t, rows[i].file, rows[i].old, rows[i].with);
        struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
        const char *entry = entry_of(rows[i].type, pm_id(rows[i].id));
        expect_changes(t.project->archive, packed, (const char *const[]){entry, NULL});
        expect_in_entry(packed, entry, rows[i].wanted);
        jpk_archive_free(packed);
        tt_end(&t);
    }
}

static void texts_for_places_that_had_none(void **state)
{
    (void)state;
    struct tt t;
    struct buf before = {0}, after = {0};
    begin(&t);
    tt_write(&t, "Transformation/Empty.map", "x = 1\n");
    tt_write(&t, "Script/Setup.jb", "now");
    tt_read(&t, "jpk-index.jsonl", &before);
    struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
    const char *map = entry_of("Transformation", pm_id(TT_EMPTY_MAP)), *script = entry_of("Script", pm_id(TT_SETUP));
    expect_changes(t.project->archive, packed, (const char *const[]){map, script, NULL});
    expect_in_entry(packed, map,
                    "<Mappings>\n    <Mapping>\n      <konga.string name=\"expr\">x\t&lt;trans&gt;\n1\n&lt;/trans&gt;"
                    "</konga.string>\n    </Mapping>\n  </Mappings>\n");
    expect_in_entry(packed, script, ">now</konga.string>");
    /* and the index knows the new part */
    tt_read(&t, "jpk-index.jsonl", &after);
    assert_non_null(strstr(
        after.data,
        "{\"item\":\"Transformation/Empty\",\"id\":\"00000008-0000-4000-8000-0000000000ab\",\"parts\":[\".map\"]}"));
    assert_int_equal(after.size, before.size + strlen(",\"parts\":[\".map\"]"));
    jpk_archive_free(packed);
    buf_free(&before);
    buf_free(&after);
    tt_end(&t);
}

static void a_script_becomes_javascript(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    tt_rename(&t, "Script/Common/Send mail.jb", "Script/Common/Send mail.js");
    tt_write(&t, "Script/Common/Send mail.js", "<javascript>\n1;\n</javascript>");
    struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
    const char *entry = entry_of("Script", pm_id(TT_MAIL));
    expect_changes(t.project->archive, packed, (const char *const[]){entry, NULL});
    expect_in_entry(packed, entry, "&lt;javascript&gt;");
    jpk_archive_free(packed);
    struct buf index = {0};
    tt_read(&t, "jpk-index.jsonl", &index);
    assert_non_null(strstr(
        index.data, "\"Script/Common/Send mail\",\"id\":\"00000002-0000-4000-8000-0000000000ab\",\"parts\":[\".js\"]"));
    buf_free(&index);
    tt_end(&t);
}

/* Editors of another system's line ends: the text has what was typed. */
static void a_script_with_crlf(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    tt_write(&t, "Script/Setup.jb", "a\r\nb\r\n");
    struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
    expect_in_entry(packed, entry_of("Script", pm_id(TT_SETUP)), ">a&#13;\nb&#13;\n</konga.string>");
    jpk_archive_free(packed);
    tt_end(&t);
}

/* ----------------------------------------------------------------------------------------------------- new items */

static void a_script_from_its_text_alone(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    tt_write(&t, "Script/Common/New: %26 one.jb", "<trans>\n1;\n</trans>");
    tt_write(&t, "Script/Other.js", "<javascript>\n</javascript>");
    const char *id = rule_id("Script/Common/New: %26 one"), *other = rule_id("Script/Other");
    tt_open(&t);
    const struct jpk_entity *script = jpk_project_entity(t.loaded, id);
    assert_non_null(script);
    assert_string_equal(script->name, "New: & one");
    assert_string_equal(script->folder->name, "Common");
    assert_true(script->deploy_dirty && !script->deployed && !script->deleted);
    assert_string_equal(script->as.script->text, "<trans>\n1;\n</trans>");
    assert_false(tt_exists(&t, "Script/Other.xml")); /* nothing is written before it is packed */

    struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
    expect_in_entry(packed, entry_of("Script", id), "Name=\"New: &amp; one\"");
    expect_in_entry(packed, entry_of("Script", other), "&lt;javascript&gt;");
    expect_in_entry(packed, "top/project.xml",
                    "\n      <Entity entityId=\"00000002-0000-4000-8000-0000000000ab\" name=\"Send mail\"/>\n      "
                    "<Entity entityId=\"");
    assert_true(tt_exists(&t, "Script/Other.xml"));
    assert_true(tt_exists(&t, "Script/Common/New: %26 one.xml"));
    struct buf first = {0}, index = {0}, again = {0};
    tt_read(&t, "jpk-index.jsonl", &index);
    assert_non_null(strstr(index.data, id));

    /* the second time they are as any item */
    struct jpk_archive *second = tt_pack(&t, JPK_PACK_DEFAULT);
    expect_changes(packed, second, (const char *const[]){NULL});
    tt_read(&t, "jpk-index.jsonl", &again);
    assert_string_equal(index.data, again.data);
    jpk_archive_free(packed);
    jpk_archive_free(second);

    /* and unpacking what was packed changes nothing in the tree but that */
    tt_edit(&t, "Script/Common/New: %26 one.jb", "1;", "2;");
    packed = tt_pack(&t, JPK_PACK_DEFAULT);
    expect_in_entry(packed, entry_of("Script", id), "2;");
    jpk_archive_free(packed);
    buf_free(&first);
    buf_free(&index);
    buf_free(&again);
    tt_end(&t);
}

/* What a plan says is what packing does, and it writes nothing. */
static void plans_say_what_is_new(void **state)
{
    (void)state;
    struct tt t;
    struct jpk_error err = {0};
    struct buf before = {0}, after = {0};
    begin(&t);
    tt_write(&t, "Script/New folder/Deep/New.jb", "1");
    tt_rename(&t, "SalesforceQuery/Query.xml", "SalesforceQuery/Folder/Query.xml");
    tt_rename(&t, "SalesforceQuery/Query.soql", "SalesforceQuery/Folder/Query.soql");
    tt_write(&t, "README.md", "ours");
    tt_write(&t, "tools/x.sh", "ours");
    tt_read(&t, "jpk-index.jsonl", &before);
    tt_open(&t);
    struct jpk_pack_plan *plan = jpk_pack_plan(t.loaded, NULL, &err);
    assert_non_null(plan);
    assert_true(tt_has(&plan->added, "Script/New folder/Deep/New"));
    assert_true(tt_has(&plan->added, "SalesforceQuery/Folder"));
    assert_int_equal(plan->added.count, 4); /* with two folders of the script and one of the query */
    tt_list_is(&plan->moved, (const char *const[]){"SalesforceQuery/Folder/Query", NULL});
    assert_true(tt_has(&plan->notes, "README.md is no part of the project and is left out"));
    assert_true(tt_has(&plan->notes, "tools/ is no part of the project and is left out"));
    assert_int_equal(plan->notes.count, 2);
    assert_int_equal(plan->entries, jpk_archive_count(t.project->archive) + 4);
    jpk_pack_plan_free(plan);
    tt_read(&t, "jpk-index.jsonl", &after);
    assert_string_equal(before.data, after.data);
    assert_false(tt_exists(&t, "Script/New folder/.folder.xml"));
    buf_free(&before);
    buf_free(&after);
    tt_end(&t);
}

#define ENTITY(type, header, body) "<Entity type=\"" type "\">\n  <Header " header ">\n  </Header>\n" body "</Entity>\n"

static void items_from_their_xml(void **state)
{
    (void)state;
    struct tt t;
    static const char own[] = "0000aaaa-0000-4000-8000-0000000000ab";
    begin(&t);
    tt_write(&t, "Script/Empty id.xml",
             ENTITY("Script", "ID=\"\" Name=\"Empty id\"", "  <konga.string name=\"script\"/>\n"));
    tt_write(&t, "Script/Empty id.jb", "text");
    tt_write(&t, "Script/No id.xml", ENTITY("Script", "Name=\"No id\"", ""));
    tt_write(&t, "Operation/Own id.xml",
             ENTITY("Operation", "ID=\"0000aaaa-0000-4000-8000-0000000000ab\" Name=\"Own\"", ""));
    tt_write(&t, "Source/A new type/S.xml", ENTITY("Source", "ID=\"\" Name=\"S\"", ""));
    tt_write(&t, "unlisted/Script/U.xml", ENTITY("Script", "ID=\"\" Name=\"U\"", ""));
    struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
    expect_in_entry(packed, entry_of("Script", rule_id("Script/Empty id")), ">text</konga.string>");
    char header[128];
    snprintf(header, sizeof header, "<Header ID=\"%s\" Name=\"No id\">", rule_id("Script/No id"));
    expect_in_entry(packed, entry_of("Script", rule_id("Script/No id")), header);
    tt_expect_file(&t, "Operation/Own id.xml",
                   ENTITY("Operation", "ID=\"0000aaaa-0000-4000-8000-0000000000ab\" Name=\"Own\"", ""));
    expect_in_entry(packed, entry_of("Operation", own), "Name=\"Own\"");
    expect_in_entry(packed, entry_of("Source", rule_id("Source/A new type/S")), "Name=\"S\"");
    expect_in_entry(packed, entry_of("Folder", rule_id("Source/A new type")), "Name=\"A new type\"");
    expect_in_entry(packed, "top/project.xml", "  <EntityType name=\"Source\">\n    <Folder entityId=\"");
    const struct jpk_entity *unlisted = jpk_project_entity(t.loaded, rule_id("unlisted/Script/U"));
    assert_non_null(unlisted);
    assert_false(unlisted->in_tree);
    struct jpk_archive *second = tt_pack(&t, JPK_PACK_DEFAULT);
    expect_changes(packed, second, (const char *const[]){NULL});
    jpk_archive_free(packed);
    jpk_archive_free(second);
    tt_end(&t);
}

static void folders_from_their_xml(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    tt_write(&t, "Script/One/.folder.xml", ENTITY("Folder", "ID=\"\" Name=\"Number one\"", ""));
    tt_write(&t, "Script/One/x.jb", "x");
    tt_write(&t, "Script/Common/Two/.folder.xml", ENTITY("Folder", "ID=\"\" Name=\"Two\"", ""));
    struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
    expect_in_entry(packed, entry_of("Folder", rule_id("Script/One")), "Name=\"Number one\"");
    expect_in_entry(packed, entry_of("Folder", rule_id("Script/Common/Two")), "Name=\"Two\"");
    const struct jpk_entity *x = jpk_project_entity(t.loaded, rule_id("Script/One/x"));
    assert_non_null(x);
    assert_string_equal(x->folder->name, "Number one");
    assert_false(tt_exists(&t, "Script/One.xml"));
    /* a new folder stands behind the folders that there are, before the items */
    char listed[512];
    snprintf(listed, sizeof listed, "    </Folder>\n    <Folder entityId=\"%s\" name=\"Number one\">\n",
             rule_id("Script/One"));
    expect_in_entry(packed, "top/project.xml", listed);
    struct jpk_archive *second = tt_pack(&t, JPK_PACK_DEFAULT);
    expect_changes(packed, second, (const char *const[]){NULL});
    jpk_archive_free(packed);
    jpk_archive_free(second);
    tt_end(&t);
}

/* A new folder in new folders of which not all have a file of their own. */
static void folders_in_folders_without_files(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    tt_write(&t, "Script/One/Two/Three/.folder.xml", ENTITY("Folder", "ID=\"\" Name=\"Third\"", ""));
    tt_write(&t, "Script/One/Two/Three/x.jb", "x");
    tt_write(&t, "Script/Four/Five/.folder.xml", ENTITY("Folder", "ID=\"\" Name=\"Fifth\"", ""));
    struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
    const struct jpk_entity *x = jpk_project_entity(t.loaded, rule_id("Script/One/Two/Three/x"));
    assert_non_null(x);
    assert_string_equal(x->folder->name, "Third");
    assert_string_equal(x->folder->parent->name, "Two");
    assert_string_equal(x->folder->parent->parent->name, "One");
    expect_in_entry(packed, entry_of("Folder", rule_id("Script/Four/Five")), "Name=\"Fifth\"");
    expect_in_entry(packed, entry_of("Folder", rule_id("Script/Four")), "Name=\"Four\"");
    assert_int_equal(jpk_archive_count(packed), jpk_archive_count(t.project->archive) + 6);
    struct jpk_archive *second = tt_pack(&t, JPK_PACK_DEFAULT);
    expect_changes(packed, second, (const char *const[]){NULL});
    jpk_archive_free(packed);
    jpk_archive_free(second);
    tt_end(&t);
}

/* Ids come from the path: a repository that is cloned twice gives the same. */
static void ids_are_the_same_everywhere(void **state)
{
    (void)state;
    struct jpk_archive *packed[2];
    struct tt t[2];
    for (int i = 0; i < 2; i++) {
        begin(&t[i]);
        tt_write(&t[i], i ? "Script/b.jb" : "Script/a.jb", "1");
        tt_write(&t[i], i ? "Script/a.jb" : "Script/b.jb", "1");
        packed[i] = tt_pack(&t[i], JPK_PACK_DEFAULT);
    }
    expect_changes(packed[0], packed[1], (const char *const[]){NULL});
    struct buf a = {0}, b = {0};
    tt_read(&t[0], "jpk-index.jsonl", &a);
    tt_read(&t[1], "jpk-index.jsonl", &b);
    assert_string_equal(a.data, b.data);
    buf_free(&a);
    buf_free(&b);
    for (int i = 0; i < 2; i++) {
        jpk_archive_free(packed[i]);
        tt_end(&t[i]);
    }
}

/* An id by rule that is taken already, since the item was moved away from there. */
static void ids_are_never_given_twice(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    tt_write(&t, "Script/a.jb", "first");
    jpk_archive_free(tt_pack(&t, JPK_PACK_DEFAULT));
    tt_rename(&t, "Script/a.jb", "Script/Common/a.jb");
    tt_rename(&t, "Script/a.xml", "Script/Common/a.xml");
    tt_write(&t, "Script/a.jb", "second");
    struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
    expect_in_entry(packed, entry_of("Script", rule_id("Script/a")), ">first</konga.string>");
    expect_in_entry(packed, entry_of("Script", rule_id("Script/a#")), ">second</konga.string>");
    jpk_archive_free(packed);
    tt_end(&t);
}

static void new_files_are_copied(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    tt_write(&t, "files/new.xsd", "<new/>");
    tt_write(&t, "files/sub/n%3Aew.xsd", "<new/>");
    tt_write(&t, "other/more.txt", "more");
    struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
    expect_in_entry(packed, "top/files/new.xsd", "<new/>");
    expect_in_entry(packed, "top/more.txt", "more");
    assert_int_equal(jpk_archive_count(packed), jpk_archive_count(t.project->archive) + 3);
    jpk_archive_free(packed);
    tt_end(&t);
}

/* --------------------------------------------------------------------------------------------------------- moves */

static void moved_items_keep_what_they_are(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    tt_rename(&t, "Script/Common/Send mail.jb", "Script/Sent.jb");
    tt_rename(&t, "Script/Common/Send mail.xml", "Script/Sent.xml");
    tt_open(&t);
    const struct jpk_entity *script = jpk_project_entity(t.loaded, pm_id(TT_MAIL));
    assert_string_equal(script->name, "Send mail"); /* the Name in its file counts */
    assert_null(script->folder);
    struct jpk_error err = {0};
    struct jpk_pack_plan *plan = jpk_pack_plan(t.loaded, NULL, &err);
    tt_list_is(&plan->moved, (const char *const[]){"Script/Sent", NULL});
    tt_list_is(&plan->added, (const char *const[]){NULL});
    assert_true(tt_has(&plan->notes, "Script/Sent is still called 'Send mail'"));
    jpk_pack_plan_free(plan);
    struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
    expect_changes(t.project->archive, packed, (const char *const[]){"top/project.xml", NULL});
    struct jpk_archive *second = tt_pack(&t, JPK_PACK_DEFAULT);
    expect_changes(packed, second, (const char *const[]){NULL});
    jpk_archive_free(packed);
    jpk_archive_free(second);
    tt_end(&t);
}

/* As `git mv Script/Common Script/Shared` does it. */
static void a_moved_folder(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    tt_rename(&t, "Script/Common", "Script/Shared/Common");
    tt_open(&t);
    const struct jpk_entity *inner = jpk_project_entity(t.loaded, pm_id(TT_INNER));
    assert_string_equal(inner->folder->name, "Deep");
    assert_string_equal(inner->folder->parent->name, "Common");
    assert_string_equal(inner->folder->parent->parent->name, "Shared");
    assert_null(inner->folder->parent->parent->parent);
    struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
    assert_int_equal(jpk_archive_count(packed), jpk_archive_count(t.project->archive) + 1);
    assert_true(tt_exists(&t, "Script/Shared/.folder.xml"));
    struct jpk_archive *second = tt_pack(&t, JPK_PACK_DEFAULT);
    expect_changes(packed, second, (const char *const[]){NULL});
    jpk_archive_free(packed);
    jpk_archive_free(second);
    tt_end(&t);
}

static void a_renamed_folder(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    tt_rename(&t, "Script/Common", "Script/Shared");
    tt_edit(&t, "Script/Shared/.folder.xml", "Name=\"Common\"", "Name=\"Shared\"");
    struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
    expect_changes(t.project->archive, packed,
                   (const char *const[]){"top/project.xml", entry_of("Folder", pm_id(TT_COMMON)), NULL});
    expect_in_entry(packed, "top/project.xml",
                    "<Folder entityId=\"00000001-0000-4000-8000-0000000000ab\" name=\"Shared\">");
    jpk_archive_free(packed);
    tt_end(&t);
}

/* Only the .xml was moved, or the item into another type's folder. */
static void moves_that_go_wrong(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    tt_rename(&t, "Script/Setup.xml", "Script/Common/Setup.xml");
    tt_expect_error(&t, JPK_ERR_FORMAT, "Script/Common/Setup.jb", 0, 0, "is missing");
    tt_rename(&t, "Script/Setup.jb", "Script/Common/Setup.jb");
    tt_open(&t);
    tt_rename(&t, "Operation/START%3A all%2Fsome.xml", "Script/Common/START%3A all%2Fsome.xml");
    tt_expect_error(&t, JPK_ERR_FORMAT, "Script/Common/START%3A all%2Fsome.xml", 0, 0,
                    "is of type Operation in the place of one of type Script");
    tt_end(&t);
}

static void deleted_items_are_gone(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    tt_remove(&t, "Script/Setup.jb");
    tt_remove(&t, "Script/Setup.xml");
    tt_drop_line(&t, "Script/Setup");
    tt_remove(&t, "Script/Common/Deep");
    tt_drop_line(&t, "Script/Common/Deep/Inner");
    tt_drop_line(&t, "Script/Common/Deep\"");
    tt_remove(&t, "files/a.xsd");
    tt_drop_line(&t, "files/a.xsd");
    struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
    assert_int_equal(jpk_archive_count(packed), jpk_archive_count(t.project->archive) - 4);
    assert_int_equal(jpk_archive_find(packed, entry_of("Script", pm_id(TT_SETUP))), SIZE_MAX);
    assert_null(jpk_project_entity(t.loaded, pm_id(TT_INNER)));
    jpk_archive_free(packed);
    tt_end(&t);
}

/* -------------------------------------------------------------------------------------------------------- damage */

struct damage {
    const char *remove, *write, *text, *edit, *old, *with;
    enum jpk_code code;
    const char *entry;
    uint32_t line, column;
    const char *message;
};

static void expect_damage(const struct damage *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct damage *row = &rows[i];
        struct tt t;
        begin(&t);
        if (row->remove)
            tt_remove(&t, row->remove);
        if (row->write)
            tt_write(&t, row->write, row->text);
        if (row->edit)
            tt_edit(&t, row->edit, row->old, row->with);
        tt_expect_error(&t, row->code, row->entry, row->line, row->column, row->message);
        tt_end(&t);
    }
}

#define INDEX "jpk-index.jsonl"

static void missing_files(void **state)
{
    (void)state;
    static const struct damage rows[] = {
        {.remove = "Script/Setup.xml",
         .code = JPK_ERR_FORMAT,
         .entry = "Script/Setup.xml",
         .message = "remove its line (6) from jpk-index.jsonl"},
        {.remove = "Operation/START%3A all%2Fsome.xml",
         .code = JPK_ERR_FORMAT,
         .entry = "Operation/START%3A all%2Fsome.xml",
         .message = "remove its line (7) from jpk-index.jsonl"},
        {.remove = "Script/Setup.jb",
         .code = JPK_ERR_FORMAT,
         .entry = "Script/Setup.jb",
         .message = "is missing: it holds a text"},
        {.remove = "Transformation/Contacts.map",
         .code = JPK_ERR_FORMAT,
         .entry = "Transformation/Contacts.map",
         .message = "is missing"},
        {.remove = "Script/Common/.folder.xml",
         .code = JPK_ERR_FORMAT,
         .entry = "Script/Common/.folder.xml",
         .message = "remove its line (2)"},
        {.remove = "deleted.xml",
         .code = JPK_ERR_FORMAT,
         .entry = "deleted.xml",
         .message = "is missing; when it is to go"},
        {.remove = "files", .code = JPK_ERR_FORMAT, .entry = "files/a.xsd", .message = "is missing; when it is to go"},
        {.remove = "jpk-index.jsonl", .code = JPK_ERR_NO_PROJECT, .entry = "", .message = "holds no project"},
    };
    expect_damage(rows, COUNT(rows));
}

static void wrong_ids(void **state)
{
    (void)state;
    static const struct damage rows[] = {
        {.edit = "Script/Setup.xml",
         .old = "ID=\"00000003",
         .with = "ID=\"00000033",
         .code = JPK_ERR_FORMAT,
         .entry = "Script/Setup.xml",
         .line = 3,
         .column = 84,
         .message = "has the ID '00000033-0000-4000-8000-0000000000ab', but jpk-index.jsonl says '00000003-"},
        {.edit = "Script/Setup.xml",
         .old = " ID=\"00000003-0000-4000-8000-0000000000ab\"",
         .with = "",
         .code = JPK_ERR_FORMAT,
         .entry = "Script/Setup.xml",
         .line = 3,
         .column = 3,
         .message = "has the ID ''"},
        {.edit = "Script/Setup.xml",
         .old = "<Entity",
         .with = "<Other",
         .code = JPK_ERR_FORMAT,
         .entry = "Script/Setup.xml",
         .message = "is no entity"},
        {.write = "Operation/Copy.xml",
         .text = ENTITY("Operation", "ID=\"00000006-0000-4000-8000-0000000000AB\" Name=\"c\"", ""),
         .code = JPK_ERR_FORMAT,
         .entry = "Operation/Copy.xml",
         .message = "has the ID of Operation/START%3A all%2Fsome; a copy gets one of its own when it is given ID=\"\""},
        {.write = "Operation/New.xml",
         .text = ENTITY("Operation", "ID=\"abc\" Name=\"c\"", ""),
         .code = JPK_ERR_FORMAT,
         .entry = "Operation/New.xml",
         .line = 2,
         .column = 15,
         .message = "has an ID that is no GUID: 'abc'"},
        {.write = "Operation/New.xml",
         .text = ENTITY("Script", "ID=\"\" Name=\"c\"", ""),
         .code = JPK_ERR_FORMAT,
         .entry = "Operation/New.xml",
         .message = "is of type Script in the place of one of type Operation"},
        {.write = "unlisted/Operation/New.xml",
         .text = ENTITY("Script", "ID=\"\" Name=\"c\"", ""),
         .code = JPK_ERR_FORMAT,
         .entry = "unlisted/Operation/New.xml",
         .message = "is of type Script in the place of one of type Operation"},
        {.write = "Operation/New.xml",
         .text = "<x/>",
         .code = JPK_ERR_FORMAT,
         .entry = "Operation/New.xml",
         .message = "is no entity"},
    };
    expect_damage(rows, COUNT(rows));
}

#define CONFLICT "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n"

static void conflicts(void **state)
{
    (void)state;
    static const struct damage rows[] = {
        {.write = "Script/Setup.jb",
         .text = "x\n" CONFLICT,
         .code = JPK_ERR_FORMAT,
         .entry = "Script/Setup.jb",
         .line = 2,
         .column = 1,
         .message = "marks of a merge conflict"},
        {.write = "Script/Setup.jb",
         .text = "x\n>>>>>>> other\n",
         .code = JPK_ERR_FORMAT,
         .entry = "Script/Setup.jb",
         .line = 2,
         .column = 1,
         .message = "marks of a merge conflict"},
        {.write = "Script/Setup.jb",
         .text = "\n\n||||||| base\n",
         .code = JPK_ERR_FORMAT,
         .entry = "Script/Setup.jb",
         .line = 3,
         .column = 1,
         .message = "marks of a merge conflict"},
        {.write = "Transformation/Contacts.map",
         .text = CONFLICT,
         .code = JPK_ERR_FORMAT,
         .entry = "Transformation/Contacts.map",
         .line = 1,
         .column = 1,
         .message = "marks of a merge conflict"},
        {.edit = "Script/Setup.xml",
         .old = "  <konga.string name=\"script",
         .with = "<<<<<<< HEAD\n  <konga.string name=\"script",
         .code = JPK_ERR_FORMAT,
         .entry = "Script/Setup.xml",
         .line = 6,
         .column = 1,
         .message = "marks of a merge conflict"},
        {.edit = INDEX,
         .old = "{\"folder\"",
         .with = "<<<<<<< HEAD\n{\"folder\"",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 2,
         .column = 1,
         .message = "marks of a merge conflict"},
        {.write = "deleted.xml",
         .text = CONFLICT,
         .code = JPK_ERR_FORMAT,
         .entry = "deleted.xml",
         .line = 1,
         .column = 1,
         .message = "marks of a merge conflict"},
        {.write = "Script/New.jb",
         .text = CONFLICT,
         .code = JPK_ERR_FORMAT,
         .entry = "Script/New.jb",
         .line = 1,
         .column = 1,
         .message = "marks of a merge conflict"},
    };
    expect_damage(rows, COUNT(rows));
}

static void strange_files(void **state)
{
    (void)state;
    static const struct damage rows[] = {
        {.write = "Script/notes.txt",
         .text = "x",
         .code = JPK_ERR_FORMAT,
         .entry = "Script/notes.txt",
         .message = "is no file of an item"},
        {.write = "Script/Setup.jb~",
         .text = "x",
         .code = JPK_ERR_FORMAT,
         .entry = "Script/Setup.jb~",
         .message = "is no file of an item"},
        {.write = "Source/notes.txt",
         .text = "x",
         .code = JPK_ERR_FORMAT,
         .entry = "Source/notes.txt",
         .message = "is no file of an item"},
        {.write = "Transformation/New.map",
         .text = "a = 1\n",
         .code = JPK_ERR_FORMAT,
         .entry = "Transformation/New.map",
         .message = "is a text without an item"},
        {.write = "Operation/New.jb",
         .text = "1",
         .code = JPK_ERR_FORMAT,
         .entry = "Operation/New.jb",
         .message = "is a text without an item"},
        {.write = "Script/Setup.map",
         .text = "a = 1\n",
         .code = JPK_ERR_FORMAT,
         .entry = "Script/Setup.map",
         .message = "has no place in the .xml file beside it"},
        {.write = "Script/Setup~2.jb",
         .text = "1",
         .code = JPK_ERR_FORMAT,
         .entry = "Script/Setup~2.jb",
         .message = "has no place in the .xml file beside it"},
        {.write = "Script/Setup.js",
         .text = "1",
         .code = JPK_ERR_FORMAT,
         .entry = "Script/Setup.js",
         .message = "and the file with the other ending are texts of the same script"},
        {.write = "Script/New.js",
         .text = "1",
         .edit = "Script/New.js",
         .old = "1",
         .with = "\x01",
         .code = JPK_ERR_FORMAT,
         .entry = "Script/New.js",
         .line = 1,
         .column = 1,
         .message = "cannot hold"},
        {.write = "Script/Setup.jb",
         .text = "ab\n\xff",
         .code = JPK_ERR_ENCODING,
         .entry = "Script/Setup.jb",
         .line = 2,
         .column = 1,
         .message = "not UTF-8"},
        {.write = "Script/%01.jb",
         .text = "1",
         .code = JPK_ERR_NAME,
         .entry = "Script/%01",
         .message = "stands for no text"},
        {.write = "Script/%FF.jb",
         .text = "1",
         .code = JPK_ERR_NAME,
         .entry = "Script/%FF",
         .message = "stands for no text"},
        {.write = "Transformation/Contacts.map",
         .text = "a = 1\nb\tc\n",
         .code = JPK_ERR_FORMAT,
         .entry = "Transformation/Contacts.map",
         .line = 2,
         .column = 2,
         .message = "a tab in a target"},
        {.edit = "Script/Setup.xml",
         .old = "<konga.string name=\"script\"></konga.string>",
         .with = "<konga.string name=\"script\">x</konga.string>",
         .code = JPK_ERR_FORMAT,
         .entry = "Script/Setup.jb",
         .message = "holds 1 bytes in its place already"},
        {.edit = "Operation/START%3A all%2Fsome.xml",
         .old = "</Entity>",
         .with = "</Entiti>",
         .code = JPK_ERR_XML,
         .entry = "Operation/START%3A all%2Fsome.xml",
         .line = 6,
         .column = 3,
         .message = "is not well-formed XML"},
        {.edit = "Script/Setup.xml",
         .old = "</Entity>",
         .with = "</Entiti>",
         .code = JPK_ERR_XML,
         .entry = "Script/Setup.xml",
         .line = 7,
         .column = 3,
         .message = "is not well-formed XML"},
    };
    expect_damage(rows, COUNT(rows));
}

static void broken_indexes(void **state)
{
    (void)state;
    static const struct damage rows[] = {
        {.write = INDEX,
         .text = "",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 1,
         .column = 1,
         .message = "is empty"},
        {.write = INDEX,
         .text = "\n \n",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 1,
         .column = 1,
         .message = "is empty"},
        {.write = INDEX,
         .text = "{\"folder\":\"x\"}\n",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 1,
         .column = 1,
         .message = "is not the index of an unpacked tree"},
        {.write = INDEX,
         .text = "{\"format\":\"jpk-tree\",\"version\":2}\n",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 1,
         .column = 1,
         .message = "version that this program does not read"},
        {.write = INDEX,
         .text = "{\"format\":\"jpk-tree\",\"version\":1,\"more\":1}\n",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 1,
         .column = 34,
         .message = "the key 'more' that this version does not know"},
        {.write = INDEX,
         .text = "[]\n",
         .code = JPK_ERR_JSON,
         .entry = INDEX,
         .line = 1,
         .column = 1,
         .message = "must be a JSON object"},
        {.edit = INDEX,
         .old = "{\"folder\"",
         .with = "{folder",
         .code = JPK_ERR_JSON,
         .entry = INDEX,
         .line = 2,
         .column = 2,
         .message = "a key without quotes"},
        {.edit = INDEX,
         .old = "\"folder\"",
         .with = "\"fold\"",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 2,
         .column = 1,
         .message = "has none of the keys"},
        {.edit = INDEX,
         .old = "\"Script/Common\"",
         .with = "\"../x\"",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 2,
         .column = 11,
         .message = "the key 'folder' is a path that has the part \"..\""},
        {.edit = INDEX,
         .old = "\"Script/Common\"",
         .with = "\"/x\"",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 2,
         .column = 11,
         .message = "is a path that has an absolute path"},
        {.edit = INDEX,
         .old = "\"Script/Common\"",
         .with = "\"Script/\"",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 2,
         .column = 11,
         .message = "is a path that ends in a slash"},
        {.edit = INDEX,
         .old = "\"Script/Common\"",
         .with = "\"\"",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 2,
         .column = 11,
         .message = "is a path that has an empty name"},
        {.edit = INDEX,
         .old = "\"Script/Common\"",
         .with = "\"a\\u0000b\"",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 2,
         .column = 11,
         .message = "without NUL"},
        {.edit = INDEX,
         .old = "\"Script/Common\"",
         .with = "1",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 2,
         .column = 11,
         .message = "must be a text"},
        {.edit = INDEX,
         .old = "[\".jb\"]",
         .with = "\".jb\"",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 4,
         .column = 88,
         .message = "list of endings"},
        {.edit = INDEX,
         .old = "[\".jb\"]",
         .with = "[\"/../x\"]",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 4,
         .column = 89,
         .message = "list of endings"},
        {.edit = INDEX,
         .old = "{\"item\":\"Script/Common/Send mail\"",
         .with = "{\"item\":\"Script/Setup\"",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 6,
         .column = 1,
         .message = "same id or path as line 5"},
        {.edit = INDEX,
         .old = "\"id\":\"00000002",
         .with = "\"id\":\"00000005",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 5,
         .column = 1,
         .message = "same id or path as line 4"},
        {.edit = INDEX,
         .old = "\"id\":\"00000006",
         .with = "\"absent\":1,\"id\":\"00000006",
         .code = JPK_ERR_FORMAT,
         .entry = INDEX,
         .line = 7,
         .column = 50,
         .message = "'absent' must be true or false"},
        {.write = "local/index.jsonl",
         .text = "{\"file\":\"local/ui.xml\"}\nx\n",
         .code = JPK_ERR_JSON,
         .entry = "local/index.jsonl",
         .line = 2,
         .column = 1,
         .message = "a word without quotes"},
    };
    expect_damage(rows, COUNT(rows));
}

/* Files without their lines, as after a merge that lost some: they are added again, under the ids in them. */
static void lines_that_are_missing(void **state)
{
    (void)state;
    static const char *const lines[] = {"Script/Common/Deep\"", "Script/Setup", "files/a.xsd", "Script/Common\""};
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct tt t;
        begin(&t);
        tt_drop_line(&t, lines[i]);
        struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
        assert_int_equal(jpk_archive_count(packed), jpk_archive_count(t.project->archive));
        const struct jpk_entity *inner = jpk_project_entity(t.loaded, pm_id(TT_INNER));
        assert_string_equal(inner->folder->name, "Deep");
        assert_string_equal(inner->folder->id, pm_id(TT_DEEP));
        assert_string_equal(inner->folder->parent->id, pm_id(TT_COMMON));
        jpk_archive_free(packed);
        tt_end(&t);
    }
}

static void parts_of_local(void **state)
{
    (void)state;
    struct tt t;
    struct jpk_error err = {0};
    begin(&t);
    tt_forget(&t);
    tt_remove(&t, "local/ui.xml");
    tt_remove(&t, "local/testfiles");
    tt_open(&t);
    struct jpk_pack_plan *plan = jpk_pack_plan(t.loaded, NULL, &err);
    assert_non_null(plan);
    assert_true(tt_has(&plan->notes, "local/ui.xml is not there, so the archive lacks which pages were open"));
    assert_true(tt_has(&plan->notes, "local/testfiles is not there"));
    assert_int_equal(plan->notes.count, 2);
    jpk_pack_plan_free(plan);
    tt_remove(&t, "local");
    tt_open(&t);
    plan = jpk_pack_plan(t.loaded, NULL, &err);
    assert_true(tt_has(&plan->notes, "structure caches"));
    assert_true(tt_has(&plan->notes, "test data of transformations"));
    assert_true(tt_has(&plan->notes, "which pages were open"));
    assert_int_equal(plan->notes.count, 3);
    jpk_pack_plan_free(plan);
    tt_end(&t);

    tt_begin(&t);
    tt_standard(&t);
    tt_add(&t, "cache/second", "x");
    tt_unpack(&t, false, false);
    tt_remove(&t, "local/cache/second");
    tt_expect_error(&t, JPK_ERR_FORMAT, "local/cache/second", 0, 0, "is missing, although others beside it are there");
    tt_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_text_changes_one_entry),
        cmocka_unit_test(texts_for_places_that_had_none),
        cmocka_unit_test(a_script_becomes_javascript),
        cmocka_unit_test(a_script_with_crlf),
        cmocka_unit_test(a_script_from_its_text_alone),
        cmocka_unit_test(plans_say_what_is_new),
        cmocka_unit_test(items_from_their_xml),
        cmocka_unit_test(folders_from_their_xml),
        cmocka_unit_test(folders_in_folders_without_files),
        cmocka_unit_test(ids_are_the_same_everywhere),
        cmocka_unit_test(ids_are_never_given_twice),
        cmocka_unit_test(new_files_are_copied),
        cmocka_unit_test(moved_items_keep_what_they_are),
        cmocka_unit_test(a_moved_folder),
        cmocka_unit_test(a_renamed_folder),
        cmocka_unit_test(moves_that_go_wrong),
        cmocka_unit_test(deleted_items_are_gone),
        cmocka_unit_test(missing_files),
        cmocka_unit_test(wrong_ids),
        cmocka_unit_test(conflicts),
        cmocka_unit_test(strange_files),
        cmocka_unit_test(broken_indexes),
        cmocka_unit_test(lines_that_are_missing),
        cmocka_unit_test(parts_of_local),
    };
    return cmocka_run_group_tests_name("tree_edit", tests, NULL, NULL);
}
