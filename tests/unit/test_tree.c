#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "jpk/tree_index.h"
#include "tests/unit/treemaker.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* The tree as an archive has the project's entries, byte for byte, and unpacking into it again changes nothing. */
static void same_view(struct tt *t)
{
    struct jpk_error err = {0};
    tt_unpack(t, false, false);
    if (!tt_try_open(t, &err))
        fail_msg("%s/%s:%u: %s", err.file, err.entry, err.line, err.message);
    tt_same(t->project->archive, "", t->view, "");
    tt_unpack(t, true, false);
    tt_list_is(&t->unpacked->written, (const char *const[]){NULL});
    tt_list_is(&t->unpacked->stale, (const char *const[]){NULL});
}

/* And so has what is packed. */
static void round_trip(struct tt *t)
{
    same_view(t);
    struct jpk_archive *packed = tt_pack(t, JPK_PACK_DEFAULT);
    tt_same(t->project->archive, "", packed, "");
    jpk_archive_free(packed);
}

/* ------------------------------------------------------------------------------------------------- real projects */

static void real_project(enum pm_real which, bool whole)
{
    struct jpk_error err = {0};
    struct tt t;
    struct jpk_archive *archive = pm_real(which);
    if (!archive)
        return;
    tt_begin(&t);
    t.project = jpk_project_load(archive, NULL, JPK_KEEP_GOING, &err);
    assert_non_null(t.project);
    tt_unpack(&t, false, false);
    assert_int_equal(t.unpacked->notes.count, 0);
    assert_int_equal(t.unpacked->unchanged, 0);
    tt_open(&t);
    if (whole)
        tt_same(archive, "", t.view, "");
    else
        tt_same(archive, t.project->base, t.view, t.project->base);
    assert_int_equal(t.loaded->entity_count, t.project->entity_count);
    assert_false(tt_exists(&t, "original")); /* Design Studio's own form is ours */

    struct jpk_archive *packed = tt_pack(&t, JPK_PACK_AS_IS);
    const char *name = jpk_archive_entry(packed, 0)->name;
    char top[512];
    snprintf(top, sizeof top, "%.*s", (int)(strchr(name, '/') + 1 - name), name);
    if (jpk_archive_find(archive, "jitterpak.properties") != SIZE_MAX || which == PM_SALESFORCE)
        tt_same(archive, t.project->base, packed, top);
    else
        assert_int_equal(jpk_archive_count(packed),
                         jpk_archive_count(archive)); /* with properties, less the manifest */
    jpk_archive_free(packed);
    tt_unpack(&t, true, false);
    assert_int_equal(t.unpacked->written.count, 0);
    tt_end(&t);
    jpk_archive_free(archive);
}

static void samples_come_back(void **state)
{
    (void)state;
    real_project(PM_HTTP_JSON, true);
    real_project(PM_SALESFORCE_SAMPLE, true);
    real_project(PM_DATABASE, true);
}

static void real_projects_come_back(void **state)
{
    (void)state;
    real_project(PM_SALESFORCE, true);
    real_project(PM_SHEETS, true);
}

static void one_of_everything(void **state)
{
    (void)state;
    struct tt t;
    tt_begin(&t);
    tt_standard(&t);
    round_trip(&t);
    tt_expect_file(&t, "Script/Common/Send mail.jb", "<trans>\n$a = 1;\n$b < 2;\n</trans>");
    tt_expect_file(&t, "Script/Setup.jb", "");
    tt_expect_file(&t, "Transformation/Contacts.map", "[a.] <- [b.]\na.x = b.x$\n");
    tt_expect_file(&t, "SalesforceQuery/Query.soql", "SELECT Id");
    tt_expect_file(&t, "local/ui.xml", "<ui/>\n");
    tt_expect_file(&t, "local/index.jsonl",
                   "{\"file\":\"local/cache/TransformationStructures/x_input.gz\"}\n"
                   "{\"file\":\"local/testfiles/t.csv\"}\n{\"file\":\"local/ui.xml\"}\n");
    tt_expect_file(&t, "unlisted/Script/Old~0000000a.jb", "old");
    assert_false(tt_exists(&t, "Transformation/Empty.map"));
    tt_end(&t);
}

/* A project.xml without anything in it. */
static void an_empty_project(void **state)
{
    (void)state;
    struct tt t;
    tt_begin(&t);
    tt_add(&t, "project.xml", PM_DECLARATION "<Project name=\"P\" projectId=\"p-1\"/>\n");
    tt_add(&t, "jitterpak.properties", "#c\n");
    round_trip(&t);
    assert_false(tt_exists(&t, "original"));
    tt_end(&t);
}

/* --------------------------------------------------------------------------------------------------------- names */

/* Names that a file system takes for one, in one folder, and folders of such names. */
static void names_that_collide(void **state)
{
    (void)state;
    struct tt t;
    tt_begin(&t);
    tt_type(&t, "Script");
    tt_folder(&t, pm_id(1), "Common");
    tt_script(&t, pm_id(2), "x", "2");
    tt_up(&t);
    tt_folder(&t, pm_id(3), "common");
    tt_script(&t, pm_id(4), "x", "4");
    tt_up(&t);
    tt_folder(&t, pm_id(5), "Common");
    tt_script(&t, pm_id(6), "x", "6");
    tt_up(&t);
    tt_script(&t, pm_id(7), "Common", "7");
    tt_script(&t, pm_id(8), "a", "8");
    tt_script(&t, pm_id(9), "A", "9");
    tt_script(&t, pm_id(10), "a", "10");
    tt_script(&t, pm_id(11), "\xc3\xa4", "11");
    tt_script(&t, pm_id(12), "a\xcc\x88", "12");
    tt_script(&t, pm_id(13), "\xef\xac\x81n", "13"); /* a ligature */
    tt_script(&t, pm_id(14), "fin", "14");
    tt_up(&t);
    tt_state(&t);
    round_trip(&t);
    tt_expect_file(&t, "Script/Common/x.jb", "2");
    tt_expect_file(&t, "Script/common~00000003/x.jb", "4");
    tt_expect_file(&t, "Script/Common~00000005/x.jb", "6");
    tt_expect_file(&t, "Script/A~00000009.jb", "9");
    tt_expect_file(&t, "Script/a~0000000a.jb", "10");
    tt_expect_file(&t, "Script/fin~0000000e.jb", "14");
    assert_int_equal(jpk_archive_count(t.view), 14 + 1 + 3);
    tt_end(&t);
}

static void names_that_no_file_can_have(void **state)
{
    (void)state;
    struct tt t;
    struct buf long_name = {0};
    for (int i = 0; i < 150; i++)
        buf_puts(&long_name, "\xc3\xa4");
    static const char *const names[] = {
        "con", "NUL.txt", "a.",    " a ",  "..",      ".",           ".git",    "a/b:c*d?e\"f<g>h|i\\j%k~l", "%2F",
        "",    "",        "a.xml", "a.jb", ".folder", ".folder.xml", "a\tb\nc", "\xe2\x80\xae\x62",          "x.where",
        "~"};
    tt_begin(&t);
    tt_type(&t, "Script");
    for (size_t i = 0; i < COUNT(names); i++) {
        tt_folder(&t, pm_id(100 + (unsigned)i), names[i]);
        tt_script(&t, pm_id(200 + (unsigned)i), names[i], "x");
        tt_up(&t);
    }
    tt_folder(&t, pm_id(1), buf_text(&long_name));
    tt_script(&t, pm_id(2), buf_text(&long_name), "x");
    buf_putc(&long_name, 'x'); /* cut, it is the same */
    tt_script(&t, pm_id(3), buf_text(&long_name), "y");
    tt_up(&t);
    tt_up(&t);
    tt_state(&t);
    round_trip(&t);
    assert_true(tt_exists(&t, "Script/a%2Exml/a.xml.jb"));
    assert_true(tt_exists(&t, "Script/%2Efolder%2Exml/%2Efolder.xml.xml"));
    assert_true(tt_exists(&t, "Script/~0000006d/~000000d1.jb"));
    assert_true(tt_exists(&t, "Script/a%2Fb%3Ac%2Ad%3Fe%22f%3Cg%3Eh%7Ci%5Cj%25k%7El"));
    buf_free(&long_name);
    tt_end(&t);
}

/* A name may end as the ending of another item's text begins. */
static void names_and_endings(void **state)
{
    (void)state;
    static const char sql[] = "  <InputStructure>\n    <SqlScript>\n      <Entry>\n"
                              "        <konga.string name=\"script\">SELECT</konga.string>\n"
                              "        <konga.string name=\"where\">WHERE</konga.string>\n"
                              "      </Entry>\n    </SqlScript>\n  </InputStructure>\n  <Mappings/>\n";
    struct tt t;
    tt_begin(&t);
    tt_type(&t, "Transformation");
    tt_item(&t, "Transformation", pm_id(1), "a", sql);
    tt_item(&t, "Transformation", pm_id(2), "a.where", sql);
    tt_item(&t, "Transformation", pm_id(3), "A.WHERE", sql);
    tt_up(&t);
    tt_state(&t);
    round_trip(&t);
    tt_end(&t);
}

static void folders_sixty_deep(void **state)
{
    (void)state;
    struct tt t;
    tt_begin(&t);
    tt_type(&t, "Script");
    for (unsigned i = 0; i < 60; i++)
        tt_folder(&t, pm_id(100 + i), "deep");
    tt_script(&t, pm_id(1), "bottom", "x");
    for (unsigned i = 0; i < 60; i++)
        tt_up(&t);
    tt_up(&t);
    tt_state(&t);
    round_trip(&t);
    assert_string_equal(t.loaded->entities[0]->folder->name, "deep");
    size_t depth = 0;
    for (const struct jpk_folder *f = jpk_project_entity(t.loaded, pm_id(1))->folder; f; f = f->parent)
        depth++;
    assert_int_equal(depth, 60);
    tt_end(&t);
}

static void long_paths(void **state)
{
    (void)state;
    struct tt t;
    char name[181];
    memset(name, 'x', 180);
    name[180] = '\0';
    tt_begin(&t);
    tt_type(&t, "Script");
    for (unsigned i = 0; i < 25; i++)
        tt_folder(&t, pm_id(100 + i), name);
    tt_script(&t, pm_id(1), name, "x");
    for (unsigned i = 0; i < 25; i++)
        tt_up(&t);
    tt_up(&t);
    tt_state(&t);
    round_trip(&t);
    tt_end(&t);
}

/* Types that are called as the tree's own folders and files. */
static void types_with_taken_names(void **state)
{
    (void)state;
    static const char *const types[] = {
        "files",          "local",        "Original",        "other",       "unlisted",
        ".git",           "manifest.jip", "jpk-index.jsonl", "deleted.xml", "jitterpak.properties",
        ".gitattributes", "Mystery"};
    struct tt t;
    tt_begin(&t);
    tt_type(&t, "Script");
    tt_script(&t, pm_id(99), "x", "1");
    tt_up(&t);
    for (size_t i = 0; i < COUNT(types); i++) {
        tt_type(&t, types[i]);
        tt_folder(&t, pm_id(200 + (unsigned)i), "f");
        tt_item(&t, types[i], pm_id(100 + (unsigned)i), "x", "  <Other/>\n");
        tt_up(&t);
        tt_up(&t);
        tt_file(&t, types[i], pm_id(300 + (unsigned)i), "not listed", "  <Other/>\n");
    }
    tt_state(&t);
    tt_add(&t, "files/x.xml", "<x/>");
    tt_add(&t, "files/f/x.xml", "<x/>");
    round_trip(&t);
    assert_true(tt_exists(&t, "Mystery/f/x.xml"));
    tt_end(&t);
}

/* --------------------------------------------------------------------------------------------------------- bytes */

#define SCRIPT_FILE(eol, head, text)                                                                                   \
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>" eol "<Entity type=\"Script\">" eol                  \
    "  <Header Deleted=\"false\" ID=\"%s\" Name=\"%s\">" eol "    <konga.string name=\"Description\"/>" eol            \
    "  </Header>" eol head "  <konga.string name=\"script\">" text "</konga.string>" eol "</Entity>" eol

static void add_raw(struct tt *t, unsigned id, const char *name, const char *format)
{
    struct buf text = {0}, path = {0};
    char *at = strstr(format, "%s");
    buf_put(&text, format, (size_t)(at - format));
    buf_printf(&text, "%s\" Name=\"%s", pm_id(id), name);
    buf_puts(&text, strstr(at + 2, "%s") + 2);
    buf_printf(&path, "Data/Script/%s.xml", pm_id(id));
    tt_add(t, buf_text(&path), buf_text(&text));
    tt_list(t, pm_id(id), name);
    buf_free(&text);
    buf_free(&path);
}

static void entities_in_forms_of_their_own(void **state)
{
    (void)state;
    static const struct {
        const char *name, *format;
        bool text, original; /* has a file of its text; its bytes are kept */
    } rows[] = {
        {"plain", SCRIPT_FILE("\n", "", "a\nb"), true, false},
        {"crlf", SCRIPT_FILE("\r\n", "", "a\r\nb"), true, false},
        {"mixed", SCRIPT_FILE("\r\n", "", "a\nb"), true, true},
        {"mixed2", SCRIPT_FILE("\n", "", "a\r\nb"), true, true},
        {"cr", SCRIPT_FILE("\n", "", "a&#13;\nb"), true, false},
        {"comment", SCRIPT_FILE("\n", "  <!-- why -->\n", "a"), true, false},
        {"inner comment", SCRIPT_FILE("\n", "", "a<!-- why -->"), false, false},
        {"cdata", SCRIPT_FILE("\n", "", "<![CDATA[a<b]]>"), true, true},
        {"apos", SCRIPT_FILE("\n", "", "it&apos;s"), true, true},
        {"gt", SCRIPT_FILE("\n", "", "a>b"), true, true},
        {"tail", SCRIPT_FILE("\n", "", "a") "<!-- tail -->\n", true, false},
        {"no end",
         "<Entity type=\"Script\"><Header ID=\"%s\" Name=\"%s\"/><konga.string "
         "name=\"script\">x</konga.string></Entity>",
         true, false},
        {"single",
         "<Entity type='Script'><Header  ID=\"%s\" Name=\"%s\" ></Header><konga.string name='script'/></Entity>", true,
         false},
        {"no script", "<Entity type=\"Script\"><Header ID=\"%s\" Name=\"%s\"/></Entity>\n", false, false},
        {"two scripts", SCRIPT_FILE("\n", "  <konga.string name=\"script\">first</konga.string>\n", "second"), true,
         false},
        {"conflict", SCRIPT_FILE("\n", "", "\n&lt;&lt;&lt;&lt;&lt;&lt;&lt; HEAD\n"), true, false},
        {"xml conflict", SCRIPT_FILE("\n", "<!--\n<<<<<<< HEAD\n-->\n", "x"), true, false},
        {"bom", "\xef\xbb\xbf" SCRIPT_FILE("\n", "", "a"), true, false},
    };
    struct tt t;
    tt_begin(&t);
    tt_type(&t, "Script");
    for (size_t i = 0; i < COUNT(rows); i++)
        add_raw(&t, 1 + (unsigned)i, rows[i].name, rows[i].format);
    tt_up(&t);
    tt_state(&t);
    round_trip(&t);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char path[128];
        snprintf(path, sizeof path, "Script/%s.jb", rows[i].name);
        assert_int_equal(tt_exists(&t, path), rows[i].text);
        snprintf(path, sizeof path, "original/%s.xml", pm_id(1 + (unsigned)i));
        if (tt_exists(&t, path) != rows[i].original)
            fail_msg("%s: %s", rows[i].name, rows[i].original ? "no original" : "an original");
    }
    tt_expect_file(&t, "Script/two scripts.jb", "first");
    tt_expect_file(&t, "Script/two scripts~2.jb", "second");
    tt_end(&t);
}

/* What was kept in original/ counts no more when the text was edited. */
static void an_edit_of_a_form_of_its_own(void **state)
{
    (void)state;
    struct tt t;
    tt_begin(&t);
    tt_type(&t, "Script");
    add_raw(&t, 1, "x", SCRIPT_FILE("\n", "", "<![CDATA[a<b]]>"));
    tt_up(&t);
    tt_state(&t);
    tt_unpack(&t, false, false);
    assert_true(tt_has(&t.unpacked->notes, "Script/x: its text is written in a way of its own"));
    tt_write(&t, "Script/x.jb", "a<c");
    tt_open(&t);
    struct buf bytes = {0};
    char entry[96];
    snprintf(entry, sizeof entry, "top/Data/Script/%s.xml", pm_id(1));
    tt_bytes(t.view, jpk_archive_find(t.view, entry), &bytes);
    assert_non_null(strstr(bytes.data, "<konga.string name=\"script\">a&lt;c</konga.string>"));
    buf_free(&bytes);
    tt_end(&t);
}

/* ------------------------------------------------------------------------------------------------- odd projects */

/* An entity that cannot be read is kept as it is, but nothing is packed around it. */
static void an_entity_that_cannot_be_read(void **state)
{
    (void)state;
    struct tt t;
    struct jpk_error err = {0};
    char entry[96];
    tt_begin(&t);
    tt_type(&t, "Script");
    tt_list(&t, pm_id(1), "broken");
    tt_script(&t, pm_id(2), "x", "1");
    tt_up(&t);
    snprintf(entry, sizeof entry, "Data/Script/%s.xml", pm_id(1));
    tt_add(&t, entry, "<Entity type=\"Script\"><Header");
    tt_state(&t);
    same_view(&t);
    assert_true(tt_has(&t.unpacked->notes, "is kept in other/"));
    assert_null(jpk_project_load(t.view, NULL, 0, &err));
    assert_int_equal(err.code, JPK_ERR_XML);
    tt_end(&t);
}

static void odd_lists(void **state)
{
    (void)state;
    struct tt t;
    char entry[96];
    struct buf text = {0};
    tt_begin(&t);
    tt_type(&t, "Script");
    tt_script(&t, pm_id(1), "x", "1");
    tt_list(&t, pm_id(2), "missing");
    tt_list(&t, pm_id(1), "x"); /* twice */
    tt_list(&t, "", "no id");
    tt_list(&t, "", "no id");
    tt_tag(&t, "Folder", pm_id(3), "no file", "/>");
    tt_tag(&t, "Folder", pm_id(3), "no file", "/>");
    tt_folder(&t, pm_id(4), "one name");
    tt_up(&t);
    tt_up(&t);
    tt_type(&t, "Operation"); /* a script among operations, and under another name */
    tt_list(&t, pm_id(5), "another name");
    tt_up(&t);
    tt_file(&t, "Script", pm_id(5), "its name", "  <konga.string name=\"script\">5</konga.string>\n");
    tt_type(&t, "Script"); /* a type twice */
    tt_script(&t, pm_id(6), "later", "6");
    tt_up(&t);
    /* two files of one id; a file that is called otherwise; a folder that nothing lists */
    pm_entity_text(&text, "Script", pm_id(1), "x again", "");
    tt_add(&t, "Data/Script/other.xml", buf_text(&text));
    buf_clear(&text);
    pm_entity_text(&text, "Script", pm_id(7), "y", "  <konga.string name=\"script\">7</konga.string>\n");
    tt_add(&t, "Data/Script/not-its-id.xml", buf_text(&text));
    tt_add(&t, "Data/Elsewhere/deep/z.xml", buf_text(&text));
    tt_file(&t, "Folder", pm_id(8), "orphan", "");
    snprintf(entry, sizeof entry, "Data/Script/%s.XML", pm_id(9));
    tt_add(&t, entry, "<x/>");
    buf_free(&text);
    tt_state(&t);
    same_view(&t);
    assert_true(tt_exists(&t, "unlisted/Folder/orphan~00000008.xml"));
    assert_true(tt_exists(&t, "Operation/another name.xml"));
    tt_end(&t);
}

static void deleted_entities(void **state)
{
    (void)state;
    struct tt t;
    tt_begin(&t);
    tt_type(&t, "Script");
    tt_script(&t, pm_id(1), "x", "1");
    tt_script(&t, pm_id(2), "y", "2");
    tt_up(&t);
    tt_file(&t, "Script", pm_id(3), "x", "  <konga.string name=\"script\">3</konga.string>\n");
    tt_file(&t, "Script", pm_id(4), "x", "  <konga.string name=\"script\">4</konga.string>\n");
    for (size_t i = 0; i < t.pm.count; i++) {
        char *flag = strstr((char *)(uintptr_t)t.pm.entries[i].data, "Deleted=\"false\"");
        if (flag)
            memcpy(flag, "Deleted=\"true\" ", 15);
    }
    tt_state(&t);
    round_trip(&t);
    assert_true(tt_exists(&t, "unlisted/Script/x~00000003.jb"));
    assert_true(tt_exists(&t, "unlisted/Script/x~00000004.jb"));
    tt_end(&t);
}

static void other_entries(void **state)
{
    (void)state;
    static const char *const names[] = {
        "files/.metadata",
        "files/.filestoupload",
        "files/a b.xsd",
        "files/A B.xsd2",
        "files/x:y?.xsd",
        "files/con",
        "files/sub/con.txt",
        "files/trailing.",
        "files/ blank ",
        "files/100%.wsdl",
        "files/~tmp",
        "files/.hidden",
        "files/a.xml",
        "settings/Entity/a.db",
        "cache/x",
        "testfiles/t",
        "unknown.bin",
        "Data/readme.txt",
        "Data/Script/.keep",
        "plugins.xml",
        "environment.properties",
        "jpk-index.jsonl",
        "local/x",
        "other/y",
        "original/z.xml",
        "unlisted/q.xml",
        ".gitignore",
        ".gitattributes",
        "sub/project.txt",
    };
    struct tt t;
    tt_begin(&t);
    tt_state(&t);
    for (size_t i = 0; i < COUNT(names); i++)
        tt_add(&t, names[i], strcmp(names[i], "files/.metadata") == 0 ? "<m/>" : names[i]);
    pm_add(&t.pm, "beside.txt", "beside the top folder");
    pm_add(&t.pm, "__MACOSX/top/x", "x");
    round_trip(&t);
    tt_expect_file(&t, "files/a b.xsd", "files/a b.xsd");
    tt_expect_file(&t, "files/.metadata", "<m/>");
    tt_expect_file(&t, "files/x%3Ay%3F.xsd", "files/x:y?.xsd");
    tt_expect_file(&t, "other/unknown.bin", "unknown.bin");
    tt_expect_file(&t, "other/beside.txt", "beside the top folder");
    tt_end(&t);
}

/* project.xml in a form that is not Design Studio's. */
static void outlines_in_forms_of_their_own(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "<Project projectId='p-1' name='P'/>",
        PM_DECLARATION "<Project name=\"P\" projectId=\"p-1\">\n  <EntityType name=\"Script\"/>\n</Project>\n",
        PM_DECLARATION "<Project name=\"P\" projectId=\"p-1\">\n  <!-- c -->\n  <Other/>\n</Project>\n",
        PM_DECLARATION "<Project name=\"P\" projectId=\"p-1\" more=\"1\">\n</Project>\n",
        "\xef\xbb\xbf<Project name=\"P\" projectId=\"p-1\"></Project>",
        PM_DECLARATION "<Project name=\"P\">\r\n</Project>\r\n",
        PM_DECLARATION "<Project>\n  <EntityType>\n    <Entity/>\n    <Folder/>\n  </EntityType>\n</Project>\n",
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tt t;
        tt_begin(&t);
        tt_add(&t, "project.xml", rows[i]);
        tt_state(&t);
        round_trip(&t);
        assert_true(tt_exists(&t, "original/project.xml"));
        tt_end(&t);
    }
}

static void an_outline_with_crlf(void **state)
{
    (void)state;
    struct tt t;
    tt_begin(&t);
    tt_add(&t, "project.xml",
           "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\r\n<Project name=\"P\" projectId=\"p-1\">\r\n"
           "  <EntityType name=\"Script\">\r\n    <Entity entityId=\"x\" name=\"x\"/>\r\n  "
           "</EntityType>\r\n</Project>\r\n");
    tt_state(&t);
    round_trip(&t);
    assert_false(tt_exists(&t, "original"));
    tt_end(&t);
}

/* --------------------------------------------------------------------------------------------------- other shapes */

/* A ZIP without a top folder, one of another name than the project's, and one that holds its files side by side. */
static void archives_of_other_shapes(void **state)
{
    (void)state;
    static const char *const tops[] = {"", "not the name/", "a/b/"};
    for (size_t i = 0; i < COUNT(tops); i++) {
        struct tt t;
        tt_begin(&t);
        strcpy(t.top, tops[i]);
        tt_standard(&t);
        round_trip(&t);
        tt_end(&t);
    }
}

/* Opens what was collected as a folder on the disk. */
static struct jpk_archive *as_folder(struct tt *t)
{
    struct jpk_error err = {0};
    assert_true(file_make_folder(t->copy, NULL));
    pm_write(&t->pm, t->copy);
    struct jpk_archive *folder = jpk_archive_open_folder(t->copy, NULL, &err);
    if (!folder)
        fail_msg("%s: %s", err.entry, err.message);
    t->project = jpk_project_load(folder, NULL, JPK_KEEP_GOING, &err);
    if (!t->project)
        fail_msg("%s: %s", err.entry, err.message);
    return folder;
}

static void a_flat_folder(void **state)
{
    (void)state;
    struct tt t;
    struct buf text = {0};
    tt_begin(&t);
    t.top[0] = '\0';
    tt_type(&t, "Script");
    tt_list(&t, pm_id(1), "x");
    tt_up(&t);
    pm_entity_text(&text, "Script", pm_id(1), "x", "  <konga.string name=\"script\">1</konga.string>\n");
    tt_add(&t, "anything.xml", buf_text(&text));
    tt_add(&t, "state.db", "db");
    tt_state(&t);
    pm_tree(&t.pm, "", buf_text(&t.outline));
    struct jpk_archive *folder = as_folder(&t);
    assert_int_equal(t.project->shape, JPK_SHAPE_FLAT);
    same_view(&t);
    tt_expect_file(&t, "Script/x.jb", "1");
    tt_end(&t);
    jpk_archive_free(folder);
    buf_free(&text);
}

/* Of a workspace the chosen environment and the manifest. */
static void a_workspace(void **state)
{
    (void)state;
    struct tt t;
    tt_begin(&t);
    strcpy(t.top, "env-7/");
    tt_standard(&t);
    pm_tree(&t.pm, "env-7/", buf_text(&t.outline));
    tt_add(&t, "environment.properties", "environment-id=7\n");
    pm_add(&t.pm, "env-8/project.xml", "<Project name=\"Q\" projectId=\"q\"/>");
    pm_add(&t.pm, "manifest.jip", "last-environment=7\n");
    struct jpk_archive *folder = as_folder(&t);
    assert_int_equal(t.project->shape, JPK_SHAPE_WORKSPACE);
    tt_unpack(&t, false, false);
    tt_open(&t);
    tt_same(folder, "env-7/", t.view, "env-7/");
    tt_same_entry(folder, "manifest.jip", t.view, "manifest.jip");
    assert_int_equal(jpk_archive_find(t.view, "env-8/project.xml"), SIZE_MAX);
    assert_int_equal(t.loaded->shape, JPK_SHAPE_WORKSPACE);
    tt_expect_file(&t, "manifest.jip", "last-environment=7\n");
    tt_end(&t);
    jpk_archive_free(folder);
}

/* The time of the entries is kept, to two seconds. */
static void the_time_is_kept(void **state)
{
    (void)state;
    struct tt t;
    tt_begin(&t);
    tt_standard(&t);
    tt_unpack(&t, false, false);
    struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
    const struct jpk_entry_info *before = jpk_archive_entry(t.project->archive, 0),
                                *after = jpk_archive_entry(packed, 0);
    assert_int_equal(after->dos_date, before->dos_date);
    assert_int_equal(after->dos_time, before->dos_time);
    jpk_archive_free(packed);
    tt_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_come_back),
        cmocka_unit_test(real_projects_come_back),
        cmocka_unit_test(one_of_everything),
        cmocka_unit_test(an_empty_project),
        cmocka_unit_test(names_that_collide),
        cmocka_unit_test(names_that_no_file_can_have),
        cmocka_unit_test(names_and_endings),
        cmocka_unit_test(folders_sixty_deep),
        cmocka_unit_test(long_paths),
        cmocka_unit_test(types_with_taken_names),
        cmocka_unit_test(entities_in_forms_of_their_own),
        cmocka_unit_test(an_edit_of_a_form_of_its_own),
        cmocka_unit_test(an_entity_that_cannot_be_read),
        cmocka_unit_test(odd_lists),
        cmocka_unit_test(deleted_entities),
        cmocka_unit_test(other_entries),
        cmocka_unit_test(outlines_in_forms_of_their_own),
        cmocka_unit_test(an_outline_with_crlf),
        cmocka_unit_test(archives_of_other_shapes),
        cmocka_unit_test(a_flat_folder),
        cmocka_unit_test(a_workspace),
        cmocka_unit_test(the_time_is_kept),
    };
    return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
