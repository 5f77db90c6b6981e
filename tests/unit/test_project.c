/* Finding a project, reading it, and what becomes of files that are not what they should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/unit/projectmaker.h"

static const struct jpk_entity *entity_of(const struct jpk_project *project, unsigned n)
{
    const struct jpk_entity *entity = jpk_project_entity(project, pm_id(n));
    assert_non_null(entity);
    return entity;
}

/* ------------------------------------------------------------------------------------------------ where it lies */

static void load_fails(struct jpk_archive *archive, const char *environment, enum jpk_code code, const char *message)
{
    struct jpk_error err = {0};
    assert_null(jpk_project_load(archive, environment, 0, &err));
    if (err.code != code)
        fail_msg("%s: %s", jpk_code_name(err.code), err.message);
    assert_string_equal(err.message, message);
    assert_string_equal(err.file, jpk_archive_name(archive));
}

/* Loads, and gives where the project was found. */
static void load_works(struct jpk_archive *archive, const char *environment, const char *base, enum jpk_shape shape)
{
    struct jpk_error err = {0};
    struct jpk_project *project = jpk_project_load(archive, environment, 0, &err);
    if (!project)
        fail_msg("%s: %s", jpk_code_name(err.code), err.message);
    assert_string_equal(project->base, base);
    assert_int_equal(project->shape, shape);
    assert_string_equal(project->name, "P");
    assert_string_equal(project->id, "p-1");
    jpk_project_free(project);
}

static void test_no_project(void **state)
{
    (void)state;
    struct pm pm = {0};
    pm_add(&pm, "t/readme.txt", "x");
    pm_add(&pm, "t/files/project.xml", "<x/>"); /* a project's structure may be called so */
    pm_add(&pm, "testfiles/source/project.xml", "<x/>");
    pm_add(&pm, "t/my-project.xml", "<x/>");
    load_fails(pm_open(&pm, NULL), NULL, JPK_ERR_NO_PROJECT, "holds no project: there is no project.xml in it");
    pm_free(&pm);
}

static void test_shapes(void **state)
{
    (void)state;
    struct pm pm = {0};
    char folder[64];
    pm_tree(&pm, "top (1)/", "");
    pm_entity(&pm, "top (1)/", "Script", pm_id(1), "S", "");
    load_works(pm_open(&pm, NULL), NULL, "top (1)/", JPK_SHAPE_ARCHIVE);
    pm_free(&pm);

    pm_tree(&pm, "", ""); /* without a top folder; as a folder, an environment's */
    pm_entity(&pm, "", "Script", pm_id(1), "S", "");
    load_works(pm_open(&pm, NULL), NULL, "", JPK_SHAPE_ARCHIVE);
    pm_temporary(folder);
    pm_write(&pm, folder);
    struct jpk_archive *archive = jpk_archive_open_folder(folder, NULL, NULL);
    load_works(archive, NULL, "", JPK_SHAPE_ENVIRONMENT);
    jpk_archive_free(archive);
    pm_remove(folder);
    pm_free(&pm);
}

/* It has the form of its archive, so that what is put into it lies where it must. */
static void test_no_items(void **state)
{
    (void)state;
    struct pm pm = {0};
    pm_tree(&pm, "t/", "");
    pm_add(&pm, "t/deleted.xml", "<DeletedItems/>");
    struct jpk_project *project = pm_good(&pm, 0);
    assert_int_equal(project->entity_count, 0);
    assert_int_equal(project->shape, JPK_SHAPE_ARCHIVE);
    jpk_project_free(project);
    pm_free(&pm);
}

/* All files side by side: entities are what is called *.xml and is not one of the project's own files. */
static void test_flat(void **state)
{
    (void)state;
    struct pm pm = {0};
    struct buf text = {0}, name = {0};
    pm_tree(&pm, "", "");
    pm_entity_text(&text, "Script", pm_id(1), "S", "");
    buf_printf(&name, "%s.XML", pm_id(1));
    pm_add(&pm, name.data, text.data);
    pm_add(&pm, "deleted.xml", "<DeletedItems/>");
    pm_add(&pm, "settings.db", "x");
    pm_add(&pm, "notes.txt", "x");
    pm_add(&pm, "jitterpak.properties", "type=1\nenv_id=7\n");
    load_works(pm_open(&pm, NULL), NULL, "", JPK_SHAPE_FLAT);
    struct jpk_project *project = pm_good(&pm, 0);
    assert_int_equal(project->entity_count, 1);
    assert_string_equal(entity_of(project, 1)->file, name.data);
    assert_int_equal(project->kind, JPK_KIND_BACKUP);
    assert_string_equal(jpk_project_property(project, JPK_FILE_JITTERPAK, "env_id"), "7");
    assert_null(jpk_project_property(project, JPK_FILE_ENVIRONMENT, "env_id"));
    assert_int_equal(project->other_entry_count, 1);
    assert_string_equal(jpk_archive_entry(pm.archive, project->other_entries[0])->name, "notes.txt");
    jpk_project_free(project);
    buf_free(&text);
    buf_free(&name);
    pm_free(&pm);
}

static void make_workspace(struct pm *pm, const char *top, const char *manifest)
{
    static const char *const environments[][2] = {{"7", "Test"}, {"8", "Live"}};
    char path[128], text[128];
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%senv-%s/", top, environments[i][0]);
        pm_tree(pm, path, "");
        pm_entity(pm, path, "Script", pm_id(1), environments[i][1], "");
        snprintf(path, sizeof path, "%senv-%s/environment.properties", top, environments[i][0]);
        snprintf(text, sizeof text, "environment-id=%s\nenvironment-name=%s\n", environments[i][0], environments[i][1]);
        pm_add(pm, path, text);
    }
    if (manifest) {
        snprintf(path, sizeof path, "%smanifest.jip", top);
        pm_add(pm, path, manifest);
    }
}

static void test_workspace(void **state)
{
    (void)state;
    struct pm pm = {0};
    char folder[64];
    make_workspace(&pm, "", "last-environment=8\nproject-id=p-1\n");
    pm_temporary(folder);
    pm_write(&pm, folder);
    struct jpk_archive *archive = jpk_archive_open_folder(folder, NULL, NULL);
    load_works(archive, NULL, "env-8/", JPK_SHAPE_WORKSPACE);
    load_works(archive, "7", "env-7/", JPK_SHAPE_WORKSPACE);
    load_works(archive, "Test", "env-7/", JPK_SHAPE_WORKSPACE);
    load_works(archive, "Live", "env-8/", JPK_SHAPE_WORKSPACE);
    load_fails(archive, "test", JPK_ERR_NOT_FOUND,
               "has no environment 'test'; it holds env-7/ (7 Test), env-8/ (8 Live)");
    struct jpk_project *project = jpk_project_load(archive, NULL, 0, NULL);
    assert_non_null(project);
    assert_string_equal(entity_of(project, 1)->name, "Live");
    assert_string_equal(jpk_project_property(project, JPK_FILE_MANIFEST, "project-id"), "p-1");
    assert_int_equal(project->other_entry_count, 0);
    jpk_project_free(project);
    jpk_archive_free(archive);
    pm_remove(folder);
    /* the same in a ZIP: the other environment and the manifest are no unknown files */
    load_works(pm_open(&pm, NULL), "7", "env-7/", JPK_SHAPE_ARCHIVE);
    project = pm_good(&pm, 0);
    assert_string_equal(project->base, "env-8/");
    assert_int_equal(project->other_entry_count, 0);
    jpk_project_free(project);
    pm_free(&pm);
}

static void test_ambiguous(void **state)
{
    (void)state;
    static const char message[] = "holds 2 projects or environments: w/env-7/ (7 Test), w/env-8/ (8 Live); choose one "
                                  "with --env or name its folder";
    static const char *const manifests[] = {NULL, "project-id=p-1\n", "last-environment=9\n",
                                            "last-environment=\\u12\n"};
    for (size_t i = 0; i < sizeof manifests / sizeof manifests[0]; i++) {
        struct pm pm = {0};
        make_workspace(&pm, "w/", manifests[i]);
        load_fails(pm_open(&pm, NULL), NULL, JPK_ERR_AMBIGUOUS, message);
        pm_free(&pm);
    }
    struct pm pm = {0};
    pm_tree(&pm, "a/", "");
    pm_tree(&pm, "b/", "");
    pm_add(&pm, "a/environment.properties", "environment-name=x\n");
    pm_add(&pm, "b/environment.properties", "environment-name=x\n");
    load_fails(pm_open(&pm, NULL), NULL, JPK_ERR_AMBIGUOUS,
               "holds 2 projects or environments: a/, b/; choose one with --env or name its folder");
    load_fails(pm_open(&pm, NULL), "x", JPK_ERR_AMBIGUOUS,
               "holds 2 projects or environments: a/, b/; choose one with --env or name its folder");
    for (char top[] = "c/"; top[0] <= 'g'; top[0]++)
        pm_tree(&pm, top, "");
    load_fails(pm_open(&pm, NULL), "y", JPK_ERR_NOT_FOUND,
               "has no environment 'y'; it holds a/, b/, c/, d/, e/, and 2 more");
    pm_free(&pm);
}

/* A manifest is read once, however many environments lie beside it. */
static void test_many_environments(void **state)
{
    (void)state;
    struct pm pm = {0};
    struct jpk_limits limits = jpk_limits_default();
    struct buf manifest = {0};
    struct jpk_error err = {0};
    for (size_t i = 0; i < 200000; i++)
        buf_printf(&manifest, "k%zu=v\n", i);
    pm_add(&pm, "manifest.jip", manifest.data);
    for (size_t i = 0; i < 500; i++) {
        char top[32];
        snprintf(top, sizeof top, "env-%zu/", i);
        pm_tree(&pm, top, "");
    }
    assert_null(jpk_project_load(pm_open(&pm, &limits), NULL, 0, &err));
    assert_int_equal(err.code, JPK_ERR_AMBIGUOUS);
    buf_free(&manifest);
    pm_free(&pm);
}

/* ---------------------------------------------------------------------------------------------- files that are wrong
 */

#define ENTITY_FILE "t/Data/Script/00000001-0000-4000-8000-0000000000ab.xml"

static const struct wrong_case {
    const char *file, *text;
    enum jpk_code code;
    uint64_t offset;
    uint32_t line, column;
    const char *message;
    bool refused; /* with JPK_KEEP_GOING too */
} wrong_cases[] = {
    {ENTITY_FILE, "<Entity>\n</Entity>", JPK_ERR_FORMAT, 0, 1, 1,
     "is not an entity: the root must be <Entity type=\"...\">", false},
    {ENTITY_FILE, "<!-- c -->\n <Other type=\"Script\"/>", JPK_ERR_FORMAT, 12, 2, 2,
     "is not an entity: the root must be <Entity type=\"...\">", false},
    {ENTITY_FILE, "<Entity type=\"Script\"><Properties/></Entity>", JPK_ERR_FORMAT, 0, 1, 1, "has no Header with an ID",
     false},
    {ENTITY_FILE, "\n<Entity type=\"Script\"><Header Name=\"a\"/></Entity>", JPK_ERR_FORMAT, 1, 2, 1,
     "has no Header with an ID", false},
    {ENTITY_FILE, "<Entity type=\"Script\"><Header ID=\"\"/></Entity>", JPK_ERR_FORMAT, 0, 1, 1,
     "has no Header with an ID", false},
    {ENTITY_FILE, "", JPK_ERR_XML, 0, 0, 0, "is empty", false},
    {ENTITY_FILE, "<Entity type=\"Script\">\n<x>", JPK_ERR_XML, 26, 2, 4,
     "is not well-formed XML: the text ends before its elements do", false},
    {ENTITY_FILE, "<Entity type=\"\xff\"/>", JPK_ERR_ENCODING, 14, 1, 15, "is not UTF-8: byte 0xff", false},
    {ENTITY_FILE, "<Entity>\n<!DOCTYPE x></Entity>", JPK_ERR_DOCTYPE, 9, 2, 1,
     "holds a document type declaration (DOCTYPE), which no project file has", true},
    {"t/project.xml", "<Entity/>", JPK_ERR_FORMAT, 0, 1, 1, "is not a project: the root must be <Project>", true},
    {"t/project.xml", "\n\n  <x/>", JPK_ERR_FORMAT, 4, 3, 3, "is not a project: the root must be <Project>", true},
    {"t/project.xml", "<Project", JPK_ERR_XML, 0, 1, 1,
     "is not well-formed XML: a tag, a comment or the like has no end", true},
    {"t/project.xml", "<!DOCTYPE x><Project/>", JPK_ERR_DOCTYPE, 0, 1, 1,
     "holds a document type declaration (DOCTYPE), which no project file has", true},
    {"t/files/.metadata", "<a><b></a>", JPK_ERR_XML, 8, 1, 9,
     "is not well-formed XML: an end tag is not that of the element it stands in", false},
    {"t/files/.metadata", "<a/><!DOCTYPE x>", JPK_ERR_DOCTYPE, 4, 1, 5,
     "holds a document type declaration (DOCTYPE), which no project file has", true},
    {"t/environment.properties", "a=b\nc=\\u12", JPK_ERR_FORMAT, 6, 2, 3, "has a malformed \\uXXXX escape", false},
    {"t/jitterpak.properties", "a=\\ud800", JPK_ERR_FORMAT, 2, 1, 3, "has a malformed \\uXXXX escape", false},
};

static void test_wrong_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong_cases / sizeof wrong_cases[0]; i++) {
        const struct wrong_case *c = &wrong_cases[i];
        struct pm pm = {0};
        struct jpk_error err = {0};
        if (strcmp(c->file, "t/project.xml") != 0)
            pm_tree(&pm, "t/", "");
        pm_entity(&pm, "t/", "Script", pm_id(2), "good", "");
        pm_add(&pm, c->file, c->text);
        assert_null(pm_load(&pm, 0, &err));
        if (err.code != c->code || err.offset != c->offset || err.line != c->line || err.column != c->column)
            fail_msg("case %zu: %s at %llu, %u:%u: %s", i, jpk_code_name(err.code), (unsigned long long)err.offset,
                     err.line, err.column, err.message);
        assert_string_equal(err.message, c->message);
        assert_string_equal(err.entry, c->file);
        assert_string_equal(err.file, "t.jpk");
        /* and the same while going on */
        err = (struct jpk_error){0};
        struct jpk_project *project = pm_load(&pm, JPK_KEEP_GOING, &err);
        assert_int_equal(project == NULL, c->refused);
        if (project) {
            assert_int_equal(project->problem_count, 1);
            assert_string_equal(project->problems[0].rule, "unreadable-file");
            assert_string_equal(project->problems[0].file, c->file);
            assert_string_equal(project->problems[0].message, c->message);
            assert_true(project->problems[0].line == c->line && project->problems[0].column == c->column);
            assert_int_equal(project->entity_count, 1);
        } else {
            assert_int_equal(err.code, c->code);
        }
        jpk_project_free(project);
        pm_free(&pm);
    }
}

/* Limits and damage in the archive itself refuse the project, whether it may go on or not. */
static void test_refused(void **state)
{
    (void)state;
    struct pm pm = {0};
    struct jpk_error err = {0};
    struct jpk_limits limits = jpk_limits_default();
    pm_tree(&pm, "t/", "");
    pm_entity(&pm, "t/", "Script", pm_id(1), "0123456789012345678901234567890123456789", "");
    limits.xml_tag = 150;
    assert_null(jpk_project_load(pm_open(&pm, &limits), NULL, JPK_KEEP_GOING, &err));
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    assert_string_equal(err.entry, ENTITY_FILE);
    assert_true(err.line == 3 && err.column == 3);
    assert_int_equal(err.offset, strstr(pm_text(&pm, ENTITY_FILE), "<Header") - pm_text(&pm, ENTITY_FILE));
    limits = jpk_limits_default();
    limits.xml_size = 300;
    err = (struct jpk_error){0};
    assert_null(jpk_project_load(pm_open(&pm, &limits), NULL, JPK_KEEP_GOING, &err));
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    assert_string_equal(err.message, "is larger than 300 bytes of XML (--max-xml-size)");
    assert_string_equal(err.entry, ENTITY_FILE);
    pm_free(&pm);
}

static void test_unread(void **state)
{
    (void)state;
    struct pm pm = {0};
    char tree[512];
    snprintf(tree, sizeof tree,
             "  <EntityType name=\"Script\">\n    <Folder entityId=\"f\" name=\"F\">\n"
             "      <Entity entityId=\"%s\" name=\"broken\"/>\n      <Entity entityId=\"%s\" name=\"missing\"/>\n"
             "    </Folder>\n  </EntityType>\n",
             pm_id(1), pm_id(2));
    pm_tree(&pm, "t/", tree);
    pm_add(&pm, ENTITY_FILE, "<Entity");
    struct jpk_project *project = pm_good(&pm, JPK_KEEP_GOING);
    const struct jpk_entity *broken = entity_of(project, 1), *missing = entity_of(project, 2);
    assert_true(broken->unread && missing->unread && broken->in_tree);
    assert_string_equal(broken->file, ENTITY_FILE);
    assert_null(missing->file);
    assert_int_equal(missing->type, JPK_TYPE_SCRIPT);
    assert_string_equal(missing->type_name, "Script");
    assert_string_equal(missing->name, "missing");
    assert_string_equal(missing->folder->name, "F");
    assert_null(missing->as.script);
    assert_null(jpk_entity_item(missing, "x"));
    assert_null(jpk_entity_value(missing, "x"));
    assert_string_equal(project->problems[0].entity_id, broken->id);
    struct jpk_error err = {0};
    size_t n = 7;
    assert_null(jpk_entity_serialize(missing, &n, &err));
    assert_int_equal(err.code, JPK_ERR_FORMAT);
    assert_int_equal(n, 7);
    jpk_project_free(project);
    pm_free(&pm);
}

static void test_duplicates(void **state)
{
    (void)state;
    struct pm pm = {0};
    struct buf text = {0};
    pm_tree(&pm, "t/", "");
    pm_entity_text(&text, "Script", "ABCDEF01-0000-4000-8000-0000000000AB", "first", "");
    pm_add(&pm, "t/Data/Script/first.xml", text.data);
    buf_clear(&text);
    pm_entity_text(&text, "Script", "abcdef01-0000-4000-8000-0000000000ab", "second", "");
    pm_add(&pm, "t/Data/Script/second.xml", text.data);
    struct jpk_project *project = pm_good(&pm, 0);
    assert_int_equal(project->entity_count, 1);
    assert_string_equal(project->entities[0]->name, "first");
    assert_int_equal(project->problem_count, 1);
    assert_string_equal(project->problems[0].rule, "duplicate-id");
    assert_string_equal(project->problems[0].file, "t/Data/Script/second.xml");
    assert_string_equal(project->problems[0].message, "has the same id as t/Data/Script/first.xml; it was left out");
    jpk_project_free(project);
    buf_free(&text);
    pm_free(&pm);
}

/* ------------------------------------------------------------------------------------------------------ the tree */

/* Entities of the tree come in its order, the others by type and id, whatever the order of the files. */
static void test_order(void **state)
{
    (void)state;
    static const unsigned files[] = {5, 4, 3, 2, 1, 6};
    char tree[1024];
    snprintf(tree, sizeof tree,
             "  <EntityType name=\"Script\">\n    <Folder entityId=\"%s\" name=\"A\">\n"
             "      <Folder entityId=\"f2\" name=\"B\">\n        <Entity entityId=\"%s\" name=\"n3\"/>\n"
             "      </Folder>\n    </Folder>\n    <Entity entityId=\"%s\" name=\"n1\"/>\n  </EntityType>\n"
             "  <EntityType name=\"Target\"/>\n  <EntityType name=\"New\">\n"
             "    <Entity entityId=\"00000009-0000-4000-8000-0000000000AB\" name=\"n9\"/>\n  </EntityType>\n",
             pm_id(6), pm_id(3), pm_id(1));
    for (int backwards = 0; backwards < 2; backwards++) {
        struct pm pm = {0};
        pm_tree(&pm, "t/", tree);
        for (size_t i = 0; i < 6; i++) {
            unsigned n = files[backwards ? 5 - i : i];
            char name[16];
            snprintf(name, sizeof name, "n%u", n);
            pm_entity(&pm, "t/", n == 6 ? "Folder" : n == 4 ? "Document" : "Script", pm_id(n), name, "");
        }
        struct jpk_project *project = pm_good(&pm, 0);
        struct buf order = {0};
        for (size_t i = 0; i < project->entity_count; i++) {
            const struct jpk_entity *entity = project->entities[i];
            buf_printf(&order, "%s%s ", entity->name, entity->in_tree ? "" : "-");
            assert_int_equal(entity->index, i);
            assert_ptr_equal(jpk_project_entity(project, entity->id), entity);
        }
        assert_string_equal(order.data, "n3 n1 n9 n4- n6- n2- n5- ");
        assert_int_equal(project->folder_count, 2);
        assert_string_equal(project->folders[1]->name, "B");
        assert_ptr_equal(project->folders[1]->parent, project->folders[0]);
        assert_null(project->folders[0]->parent);
        assert_ptr_equal(entity_of(project, 3)->folder, project->folders[1]);
        assert_null(entity_of(project, 1)->folder);
        assert_null(entity_of(project, 2)->folder);
        assert_true(entity_of(project, 9)->unread);
        assert_int_equal(entity_of(project, 9)->type, JPK_TYPE_UNKNOWN);
        assert_string_equal(entity_of(project, 9)->type_name, "New");
        buf_free(&order);
        jpk_project_free(project);
        pm_free(&pm);
    }
}

static void test_tree_problems(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "project.xml lists an entity without entityId",
        "project.xml lists this entity more than once; the first place counts",
        "project.xml holds an element that is neither Folder nor Entity",
    };
    struct pm pm = {0};
    char tree[512];
    snprintf(tree, sizeof tree,
             "<EntityType><Entity name=\"x\"/><Entity entityId=\"%s\" name=\"one\"/>"
             "<Folder><Entity entityId=\"%s\" name=\"two\"/><What/></Folder></EntityType>",
             pm_id(0xab), "000000AB-0000-4000-8000-0000000000AB");
    pm_tree(&pm, "t/", tree);
    struct jpk_project *project = pm_good(&pm, 0);
    assert_int_equal(project->problem_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(project->problems[i].rule, "tree-entry");
        assert_string_equal(project->problems[i].message, expected[i]);
        assert_string_equal(project->problems[i].file, "t/project.xml");
    }
    assert_int_equal(project->entity_count, 1);
    assert_string_equal(project->entities[0]->name, "one");
    assert_string_equal(project->folders[0]->id, "");
    jpk_project_free(project);
    pm_free(&pm);
}

/* ------------------------------------------------------------------------------------------------------- entities */

/* Loads a project of one entity with that body. */
static struct jpk_project *one(struct pm *pm, const char *type, const char *body)
{
    pm_tree(pm, "t/", "");
    pm_entity(pm, "t/", type, pm_id(1), "N", body);
    return pm_good(pm, 0);
}

static void test_header(void **state)
{
    (void)state;
    struct pm pm = {0};
    pm_tree(&pm, "t/", "");
    pm_add(&pm, "t/Data/Any/x.xml",
           "<Entity type=\"Brand.New\">\r\n<Header Deleted=\"1\" DeployDirty=\"true\" Deployed=\"TRUE\" "
           "HasMoved=\"true\" ID=\"not a guid\"><konga.string name=\"Description\"> two\r\nlines "
           "</konga.string></Header><Properties><Item key=\"a\" value=\"b\"/><Item enc=\"true\" key=\"c\" "
           "value=\"d\"/><Item key=\"e\"/><Item key=\"a\" value=\"again\"/></Properties></Entity>");
    struct jpk_project *project = pm_good(&pm, 0);
    const struct jpk_entity *entity = jpk_project_entity(project, "NOT A GUID");
    assert_non_null(entity);
    assert_int_equal(entity->type, JPK_TYPE_UNKNOWN);
    assert_string_equal(entity->type_name, "Brand.New");
    assert_string_equal(entity->name, "");
    assert_string_equal(entity->description, " two\nlines ");
    assert_true(entity->deleted && entity->deploy_dirty && entity->moved && !entity->deployed);
    assert_true(entity->crlf && !entity->lossy && !entity->in_tree && !entity->unread);
    assert_int_equal(entity->file_size, strlen(pm_text(&pm, "t/Data/Any/x.xml")));
    assert_int_equal(entity->item_count, 4);
    assert_string_equal(jpk_entity_value(entity, "a"), "b");
    assert_null(jpk_entity_value(entity, "c"));
    assert_true(jpk_entity_item(entity, "c")->encrypted);
    assert_null(jpk_entity_item(entity, "e")->value);
    assert_null(jpk_entity_item(entity, "E"));
    jpk_project_free(project);
    pm_free(&pm);
}

static void test_operation(void **state)
{
    (void)state;
    struct pm pm = {0};
    struct buf body = {0};
    buf_printf(&body,
               "  <Properties>\n    <Item key=\"failure_operation_id\" value=\"%s\"/>\n"
               "    <Item key=\"success_operation_id\" value=\"gone\"/>\n  </Properties>\n"
               "  <Pipeline opType=\"Archive\">\n    <Activities>\n"
               "      <SOURCE activityId=\"a\" contentId=\"%s\" role=\"Source\" type=\"2\"/>\n"
               "      <TRANSFORMATION contentId=\"E4DCE626-e022-4aec-916f-099c7ad537ba\" readOnly=\"true\"/>\n"
               "      <TARGET activityId=\"b\" role=\"Target\"/>\n      <TARGET contentId=\"\"/>\n"
               "      <NEW contentId=\"gone\"/>\n    </Activities>\n  </Pipeline>\n",
               "00000001-0000-4000-8000-0000000000AB", pm_id(2));
    pm_entity(&pm, "t/", "Source", pm_id(2), "S", "");
    struct jpk_project *project = one(&pm, "Operation", body.data);
    const struct jpk_operation *operation = entity_of(project, 1)->as.operation;
    const struct jpk_activity *steps = operation->activities;
    assert_string_equal(operation->op_type, "Archive");
    assert_int_equal(operation->activity_count, 5);
    assert_ptr_equal(operation->on_failure, entity_of(project, 1));
    assert_null(operation->on_success);
    assert_string_equal(steps[0].tag, "SOURCE");
    assert_string_equal(steps[0].role, "Source");
    assert_string_equal(steps[0].type, "2");
    assert_ptr_equal(steps[0].content, entity_of(project, 2));
    assert_false(steps[0].built_in || steps[0].read_only);
    assert_true(steps[1].built_in && steps[1].read_only && !steps[1].content);
    assert_string_equal(steps[1].role, "");
    assert_null(steps[1].type);
    assert_true(!steps[2].content_id && !steps[3].content_id && !steps[2].built_in);
    assert_true(steps[4].content_id && !steps[4].content && !steps[4].built_in);
    assert_int_equal(steps[0].offset,
                     strstr(pm_text(&pm, "t/Data/Operation/00000001-0000-4000-8000-0000000000ab.xml"), "<SOURCE") -
                         pm_text(&pm, "t/Data/Operation/00000001-0000-4000-8000-0000000000ab.xml"));
    jpk_project_free(project);
    pm_free(&pm);
    project = one(&pm, "Operation", ""); /* nothing in it */
    assert_int_equal(entity_of(project, 1)->as.operation->activity_count, 0);
    assert_string_equal(entity_of(project, 1)->as.operation->op_type, "");
    jpk_project_free(project);
    pm_free(&pm);
    buf_free(&body);
}

static void test_locations(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum jpk_location_type type;
    } cases[] = {
        {"TemporaryStorage", JPK_LOCATION_TEMPORARY_STORAGE},
        {"GlobalData", JPK_LOCATION_GLOBAL_DATA},
        {"LocalFile", JPK_LOCATION_LOCAL_FILE},
        {"FileShare", JPK_LOCATION_FILE_SHARE},
        {"FTP", JPK_LOCATION_FTP},
        {"HTTP", JPK_LOCATION_HTTP},
        {"Database", JPK_LOCATION_DATABASE},
        {"Carrier Pigeon", JPK_LOCATION_OTHER}, /* kept as it is */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pm pm = {0};
        char body[512];
        snprintf(body, sizeof body,
                 "  <Properties>\n    <Item key=\"a\" value=\"1\"/>\n  </Properties>\n  <Location type=\"%s\">\n"
                 "    <Data>\n      <Properties>\n        <Item key=\"a\" value=\"2\"/>\n"
                 "        <Item key=\"b\" value=\"3\"/>\n      </Properties>\n    </Data>\n  </Location>\n",
                 cases[i].name);
        struct jpk_project *project = one(&pm, i % 2 ? "Source" : "Target", body);
        const struct jpk_entity *entity = entity_of(project, 1);
        assert_int_equal(entity->as.location->type, cases[i].type);
        assert_string_equal(entity->as.location->type_name, cases[i].name);
        assert_string_equal(jpk_entity_value(entity, "a"), "1"); /* its own first */
        assert_string_equal(jpk_entity_value(entity, "b"), "3");
        assert_null(jpk_entity_item(entity, "b"));
        jpk_project_free(project);
        pm_free(&pm);
    }
    struct pm pm = {0};
    struct jpk_project *project = one(&pm, "Source", "");
    assert_int_equal(entity_of(project, 1)->as.location->type, JPK_LOCATION_OTHER);
    jpk_project_free(project);
    pm_free(&pm);
}

static void test_transformation(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum jpk_mapping_kind kind;
        const char *target, *source;
    } cases[] = {
        {"a$b$\t&lt;trans&gt;x\ty&lt;/trans&gt;", JPK_MAPPING_FIELD, "a$b$", "<trans>x\ty</trans>"},
        {"[]\t[a.b.]", JPK_MAPPING_LOOP, "", "a.b."},
        {"[t.]\t[]", JPK_MAPPING_LOOP, "t.", ""},
        {"[t.]\tnone", JPK_MAPPING_LOOP, "t.", "none"},
        {"/PRECONDITION/\tx", JPK_MAPPING_CONDITION, "/PRECONDITION/", "x"},
        {"a./PRECONDITION/\tx", JPK_MAPPING_CONDITION, "a./PRECONDITION/", "x"},
        {"//PRESCRIPT/\tx", JPK_MAPPING_PRESCRIPT, "//PRESCRIPT/", "x"},
        {"no tab", JPK_MAPPING_FIELD, "no tab", ""},
        {"[", JPK_MAPPING_FIELD, "[", ""},
        {"", JPK_MAPPING_FIELD, "", ""},
    };
    enum { COUNT = sizeof cases / sizeof cases[0] };
    struct pm pm = {0};
    struct buf body = {0};
    buf_printf(
        &body,
        "<Properties><Item key=\"source_type_id\" value=\"14\"/><Item key=\"target_type_id\" value=\"99999999999\"/>"
        "<Item key=\"natureofsource\" value=\"Flat\"/><Item key=\"source_xml\" value=\"s.xsd\"/>"
        "<Item key=\"sourcedtd_root\" value=\"{n}r\"/></Properties><InputStructure docId=\"%s\"/>"
        "<OutputStructure callId=\"gone\" callType=\"NetSuiteUpsert\"/><Mappings>",
        pm_id(2));
    for (size_t i = 0; i < COUNT; i++)
        buf_printf(&body, "<Mapping><konga.string name=\"expr\">%s</konga.string></Mapping>", cases[i].text);
    buf_puts(&body, "<Mapping/></Mappings><InvalidMappings><Mapping/><Mapping/></InvalidMappings>");
    pm_entity(&pm, "t/", "Document", pm_id(2), "D", "");
    struct jpk_project *project = one(&pm, "Transformation", body.data);
    const struct jpk_transformation *t = entity_of(project, 1)->as.transformation;
    assert_int_equal(t->mapping_count, COUNT + 1);
    assert_int_equal(t->invalid_count, 2);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(t->mappings[i].kind, cases[i].kind);
        assert_string_equal(t->mappings[i].target, cases[i].target);
        assert_string_equal(t->mappings[i].source, cases[i].source);
    }
    assert_int_equal(t->mappings[0].source_at, 5);
    assert_int_equal(t->mappings[COUNT].offset, 0);
    assert_int_equal(t->source.type_code, 14);
    assert_int_equal(t->target.type_code, 0); /* no number that fits */
    assert_string_equal(t->source.nature, "Flat");
    assert_string_equal(t->source.file, "s.xsd");
    assert_string_equal(t->source.root, "{n}r");
    assert_string_equal(t->source.reference, "docId");
    assert_ptr_equal(t->source.entity, entity_of(project, 2));
    assert_string_equal(t->target.reference, "callId");
    assert_string_equal(t->target.call_type, "NetSuiteUpsert");
    assert_null(t->target.entity);
    buf_free(&body);
    jpk_project_free(project);
    pm_free(&pm);
}

static void test_other_types(void **state)
{
    (void)state;
    struct pm pm = {0};
    struct jpk_project *project = one(&pm, "Document",
                                      "<Properties><Item key=\"text_qualifier\" value=\"&quot;\"/></Properties>"
                                      "<Delimiter value=\"\\t\"/><Structure><Properties><Item key=\"fixedField\" "
                                      "value=\"1\"/></Properties><Segment name=\"s\" parent=\"_Root\" "
                                      "occurenceType=\"Only Once\"><Fields><Field name=\"f\" type=\"String\" "
                                      "required=\"1\"/><Field/></Fields></Segment><Segment/></Structure>");
    const struct jpk_document *document = entity_of(project, 1)->as.document;
    assert_string_equal(document->delimiter, "\\t");
    assert_string_equal(document->qualifier, "\"");
    assert_true(document->fixed);
    assert_int_equal(document->segment_count, 2);
    assert_int_equal(document->segments[0].field_count, 2);
    assert_true(document->segments[0].fields[0].required && !document->segments[0].fields[1].required);
    assert_string_equal(document->segments[0].fields[1].name, "");
    assert_int_equal(document->segments[1].field_count, 0);
    jpk_project_free(project);
    pm_free(&pm);

    project = one(&pm, "Schedule",
                  "<Properties><Item key=\"occurs\" value=\"3\"/><Item key=\"monthly\" value=\"1\"/>"
                  "<Item key=\"monthly_b_num\" value=\"2\"/><Item key=\"monthly_b_day\" value=\"4\"/>"
                  "<Item key=\"monthly_b_of_every_x_month\" value=\"6\"/><Item key=\"frequency\" value=\"0\"/>"
                  "<Item key=\"frequency_every_num\" value=\"15\"/><Item key=\"frequency_every_hm\" value=\"0\"/>"
                  "<Item key=\"sun\" value=\"1\"/><Item key=\"mon\" value=\"-1\"/>"
                  "<Item key=\"duration_end_date\" value=\"2020-01-01\"/></Properties>");
    const struct jpk_schedule *schedule = entity_of(project, 1)->as.schedule;
    assert_int_equal(schedule->unit, JPK_MONTHLY);
    assert_true(schedule->every == 6 && schedule->week_of_month == 2 && schedule->weekday == 4);
    assert_true(schedule->day_of_month == 0 && !schedule->once && schedule->interval == 15);
    assert_true(!schedule->interval_minutes && schedule->weekdays[6] && !schedule->weekdays[0]);
    assert_string_equal(schedule->end_date, ""); /* there is none until duration_yesno_end says so */
    assert_null(schedule->time_zone);
    jpk_project_free(project);
    pm_free(&pm);

    project = one(&pm, "Schedule", "<Properties><Item key=\"occurs\" value=\"77\"/></Properties>");
    assert_int_equal(entity_of(project, 1)->as.schedule->unit, JPK_DAILY);
    jpk_project_free(project);
    pm_free(&pm);

    project = one(&pm, "ProjectVariable",
                  "<Properties><Item key=\"Description\" value=\"d\"/><Item key=\"hide_value\" value=\"1\"/>"
                  "<Item enc=\"true\" key=\"value\" value=\"$00\"/></Properties>");
    const struct jpk_variable_entity *variable = entity_of(project, 1)->as.variable;
    assert_string_equal(variable->description, "d");
    assert_string_equal(variable->label, "");
    assert_true(variable->hidden && variable->has_value && !variable->value);
    jpk_project_free(project);
    pm_free(&pm);

    pm_entity(&pm, "t/", "SalesforceConnector", pm_id(2), "C", "");
    project = one(&pm, "SalesforceQuery",
                  "<Properties><Item key=\"connector_id\" value=\"00000002-0000-4000-8000-0000000000AB\"/>"
                  "<Item key=\"salesforce_object\" value=\"{urn:x}Contact\"/></Properties>"
                  "<konga.string name=\"query_string\">SELECT Id</konga.string>");
    const struct jpk_function *function = entity_of(project, 1)->as.function;
    assert_string_equal(function->object, "Contact");
    assert_string_equal(function->query, "SELECT Id");
    assert_ptr_equal(function->endpoint, entity_of(project, 2));
    assert_null(function->operation);
    jpk_project_free(project);
    pm_free(&pm);
}

/* ------------------------------------------------------------------------------------------------ files and places */

static void test_files(void **state)
{
    (void)state;
    struct pm pm = {0};
    pm_tree(&pm, "t/", "");
    pm_add(&pm, "t/files/b.xsd", "x");
    pm_add(&pm, "t/files/.metadata",
           "<metadata><dir name=\"_root_\"><file name=\"b.xsd\" md5=\"M\" lastModified=\"1756506175000\">"
           "<property key=\"IsTopLevel\" value=\"1\"/><property key=\"SchemaType\" value=\"xml\"/>"
           "<property key=\"TargetNamespace\" value=\"u&amp;v\"/><property key=\"PossibleRootNodes\" value=\"a,b\"/>"
           "</file><file name=\"z.xsd\"/><file/></dir></metadata>");
    pm_add(&pm, "t/files/.filestoupload", "xml:b.xsd\n");
    pm_add(&pm, "t/files/a b.xsd", "x");
    pm_add(&pm, "t/Data/readme.txt", "x");
    struct jpk_project *project = pm_good(&pm, 0);
    assert_int_equal(project->file_count, 3);
    const struct jpk_file *file = jpk_project_file(project, "b.xsd");
    assert_true(file->listed && file->top_level && file->modified == 1756506175000);
    assert_string_equal(file->md5, "M");
    assert_string_equal(file->kind, "xml");
    assert_string_equal(file->namespace_, "u&v");
    assert_string_equal(file->roots, "a,b");
    assert_string_equal(jpk_archive_entry(pm.archive, file->entry)->name, "t/files/b.xsd");
    assert_true(jpk_project_file(project, "z.xsd")->listed);
    assert_true(jpk_project_file(project, "z.xsd")->entry == SIZE_MAX);
    assert_false(jpk_project_file(project, "a b.xsd")->listed);
    assert_null(jpk_project_file(project, "B.xsd"));
    assert_string_equal(project->files[0].name, "a b.xsd"); /* by name */
    assert_int_equal(project->other_entry_count, 1);
    jpk_project_free(project);
    pm_free(&pm);
}

static void test_places(void **state)
{
    (void)state;
    struct pm pm = {0};
    uint32_t line, column, decoded = 10;
    struct jpk_project *project =
        one(&pm, "Script", "  <konga.string name=\"script\">&lt;trans&gt;\n&#146;$a&lt;/trans&gt;</konga.string>\n");
    const struct jpk_script *script = entity_of(project, 1)->as.script;
    assert_string_equal(script->text, "<trans>\n\xc2\x92$a</trans>");
    assert_true(jpk_project_position(project, ENTITY_FILE, script->offset, NULL, &line, &column));
    assert_true(line == 6 && column == 3);
    assert_true(jpk_project_position(project, ENTITY_FILE, script->offset, &decoded, &line, &column));
    assert_true(line == 7 && column == 7);
    assert_false(jpk_project_position(project, "no such file", 0, NULL, &line, &column));
    jpk_project_free(project);
    pm_free(&pm);
}

/* ------------------------------------------------------------------------------------------------- serialisation */

static void test_lossy(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "<!-- c -->\n",
        "  <konga.string name=\"script\"><![CDATA[<trans></trans>]]></konga.string>\n",
        "  <Properties><Item key=\"a\"><Item key=\"b\"/></Item></Properties>\n",
        "text\n",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct pm pm = {0};
        struct jpk_error err = {0};
        size_t n = 7;
        struct jpk_project *project = one(&pm, "Script", bodies[i]);
        assert_true(entity_of(project, 1)->lossy);
        assert_null(jpk_entity_serialize(entity_of(project, 1), &n, &err));
        assert_int_equal(err.code, JPK_ERR_FORMAT);
        assert_string_equal(err.message, "holds more than the model keeps and can only be copied");
        assert_string_equal(err.entry, ENTITY_FILE);
        assert_int_equal(n, 7);
        jpk_project_free(project);
        pm_free(&pm);
    }
}

/* CR LF, C1 controls, `&` in attributes: all of Design Studio's rules come back. */
static void test_serialize(void **state)
{
    (void)state;
    static const char script[] =
        "  <konga.string name=\"script\">&lt;trans&gt;// &#146;\xe2\x84\xa2 &amp;#38; \"x\" &#13;\n&lt;/trans&gt; "
        "</konga.string>\n";
    static const char *const bodies[] = {
        "  <Properties>\n    <Item key=\"u\" value=\"a?b=1&amp;c=&quot;2&quot;&#10;&lt;&gt;&#9;\"/>\n  </Properties>\n",
        script,
        "  <Unknown b=\"\">\n    <deep x=\"&amp;&#127;\"/>\n  </Unknown>\n",
    };
    for (size_t i = 0; i < 2 * sizeof bodies / sizeof bodies[0]; i++) {
        struct pm pm = {0};
        struct buf text = {0}, crlf = {0};
        size_t n;
        pm_tree(&pm, "t/", "");
        pm_entity_text(&text, "Script", pm_id(1), "N &amp; \xe2\x84\xa2", bodies[i / 2]);
        for (size_t j = 0; j < text.size; j++) {
            if (text.data[j] == '\n' && i % 2)
                buf_putc(&crlf, '\r');
            buf_putc(&crlf, text.data[j]);
        }
        pm_add(&pm, ENTITY_FILE, crlf.data);
        struct jpk_project *project = pm_good(&pm, 0);
        assert_int_equal(entity_of(project, 1)->crlf, i % 2);
        assert_string_equal(entity_of(project, 1)->name, "N & \xe2\x84\xa2");
        char *written = jpk_entity_serialize(entity_of(project, 1), &n, NULL);
        assert_non_null(written);
        assert_string_equal(written, crlf.data);
        assert_int_equal(n, crlf.size);
        free(written);
        jpk_project_free(project);
        buf_free(&text);
        buf_free(&crlf);
        pm_free(&pm);
    }
}

/*
 * The real projects and the samples. The figures were counted without this library: python's zipfile and ElementTree
 * over all of Data/ and over project.xml, `grep -c` for CR LF.
 */
static void test_real(void **state)
{
    (void)state;
    static const struct {
        size_t entities, listed, folders, files, crlf, deleted;
        enum jpk_shape shape;
        const char *name;
    } expected[PM_REAL_COUNT] = {
        {145, 91, 18, 10, 18, 0, JPK_SHAPE_ARCHIVE, NULL},
        {87, 65, 22, 7, 0, 0, JPK_SHAPE_WORKSPACE, NULL},
        {49, 39, 10, 4, 0, 0, JPK_SHAPE_ENVIRONMENT, "sync-webshop_orders-to-warehouse_api"},
        {60, 54, 6, 5, 0, 0, JPK_SHAPE_ENVIRONMENT, "sync-salesforce_accounts-to-netsuite_customers"},
        {41, 32, 7, 0, 0, 1, JPK_SHAPE_ENVIRONMENT, "extract-erp_invoices-to-sftp"},
    };
    for (int which = 0; which < PM_REAL_COUNT; which++) {
        struct jpk_archive *archive = pm_real((enum pm_real)which);
        if (!archive)
            continue;
        struct jpk_project *project = jpk_project_load(archive, NULL, 0, NULL);
        assert_non_null(project);
        size_t listed = 0, crlf = 0, deleted = 0, same = 0;
        for (size_t i = 0; i < project->entity_count; i++) {
            const struct jpk_entity *entity = project->entities[i];
            void *data;
            size_t n, size;
            listed += entity->in_tree;
            crlf += entity->crlf;
            deleted += entity->deleted;
            assert_false(entity->lossy || entity->unread || entity->type == JPK_TYPE_UNKNOWN);
            char *written = jpk_entity_serialize(entity, &n, NULL);
            assert_true(jpk_archive_read(archive, jpk_archive_find(archive, entity->file), &data, &size, NULL));
            same += written && n == size && memcmp(written, data, n) == 0;
            free(written);
            free(data);
        }
        assert_int_equal(project->entity_count, expected[which].entities);
        assert_int_equal(same, expected[which].entities); /* every file is written as it was */
        assert_int_equal(listed, expected[which].listed);
        assert_int_equal(project->folder_count, expected[which].folders);
        assert_int_equal(project->file_count, expected[which].files);
        assert_int_equal(crlf, expected[which].crlf);
        assert_int_equal(deleted, expected[which].deleted);
        assert_int_equal(project->shape, expected[which].shape);
        assert_int_equal(project->problem_count, 0);
        assert_int_equal(project->other_entry_count, 0);
        if (expected[which].name)
            assert_string_equal(project->name, expected[which].name);
        jpk_project_free(project);
        jpk_archive_free(archive);
    }
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_project),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_no_items),
        cmocka_unit_test(test_flat),
        cmocka_unit_test(test_workspace),
        cmocka_unit_test(test_ambiguous),
        cmocka_unit_test(test_many_environments),
        cmocka_unit_test(test_wrong_files),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_unread),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_tree_problems),
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_operation),
        cmocka_unit_test(test_locations),
        cmocka_unit_test(test_transformation),
        cmocka_unit_test(test_other_types),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_lossy),
        cmocka_unit_test(test_serialize),
        cmocka_unit_test(test_real),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
