/* Trees of exports: what is cut out and put together again, edits, places, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "jpk/cloud_asset.h"
#include "jpk/cloud_parts.h"
#include "jpk/cloud_tree.h"
#include "tests/unit/projectmaker.h"

#define SCRIPT_ID "11111111-1111-4111-8111-111111111111"
#define OPERATION_ID "22222222-2222-4222-8222-222222222222"
#define WORKFLOW_ID "33333333-3333-4333-8333-333333333333"
#define STATE                                                                                                          \
    "\"checksum\":\"1\",\"requiresDeploy\":true,\"metadataVersion\":\"3.0.1\",\"encryptedAtRest\":true,\"chunks\":1,"  \
    "\"partial\":false"

/* One script, as usual, and an operation that runs it. */
static const char standard[] =
    "{\"assets\":[],\"project\":{\"type\":100,\"name\":\"Small\",\"id\":\"44444444-4444-4444-8444-444444444444\","
    "\"workflows\":[{\"name\":\"Flow\",\"operations\":[{\"type\":200,\"id\":\"" OPERATION_ID
    "\"}],\"type\":1100,\"id\":\"" WORKFLOW_ID "\",\"validationState\":100}],\"components\":["
    "{\"name\":\"Run\",\"steps\":[{\"id\":\"" SCRIPT_ID "\",\"type\":400}],\"outcomes\":[],\"options\":{},"
    "\"validationState\":100,\"type\":200,\"operationType\":3,\"isNew\":false,\"id\":\"" OPERATION_ID "\"," STATE "},"
    "{\"name\":\"Do it\",\"scriptBody\":\"<trans>\\n// first\\n$x = 1;\\n</trans>\",\"scriptType\":1,"
    "\"globalVariables\":[{\"name\":\"x\",\"value\":\"\",\"isNull\":true,\"scope\":\"GLOBAL\",\"isArray\":false}],"
    "\"notes\":[],\"type\":400,\"id\":\"" SCRIPT_ID "\",\"cursor\":\"\",\"validationState\":100,"
    "\"scriptBodyCleansed\":\"<trans>\\n\\n$x = 1;\\n</trans>\"," STATE "}]},\"version\":4}";

struct fixture {
    char root[64], tree[96];
};

static void begin(struct fixture *f)
{
    pm_temporary(f->root);
    snprintf(f->tree, sizeof f->tree, "%s/tree", f->root);
}

static void end(struct fixture *f)
{
    pm_remove(f->root);
}

static const char *at(const struct fixture *f, const char *path)
{
    static char full[512];
    snprintf(full, sizeof full, "%s/%s", f->tree, path);
    return full;
}

static void put(const struct fixture *f, const char *path, const char *text)
{
    struct jpk_error err = {0};
    char folder[512];
    snprintf(folder, sizeof folder, "%s", at(f, path));
    *strrchr(folder, '/') = '\0';
    assert_true(file_make_folder(folder, &err));
    if (!file_write(at(f, path), text, strlen(text), true, &err))
        fail_msg("%s", err.message);
}

static bool there(const struct fixture *f, const char *path)
{
    return access(at(f, path), F_OK) == 0;
}

static void expect_file(const struct fixture *f, const char *path, const char *text)
{
    struct buf read = {0};
    struct jpk_error err = {0};
    if (!file_read(at(f, path), 1 << 20, "", &read, &err))
        fail_msg("%s: %s", path, err.message);
    assert_string_equal(buf_text(&read), text);
    buf_free(&read);
}

static struct jpk_unpacked *unpack_with(const struct fixture *f, const char *text,
                                        const struct jpk_unpack_options *options, struct jpk_error *err)
{
    struct jpk_cloud *cloud = jpk_cloud_load(text, strlen(text), "x.json", NULL, err);
    if (!cloud)
        fail_msg("%s", err->message);
    struct jpk_unpacked *unpacked = jpk_cloud_unpack(cloud, f->tree, options, err);
    jpk_cloud_free(cloud);
    return unpacked;
}

static void unpack(const struct fixture *f, const char *text)
{
    struct jpk_error err = {0};
    struct jpk_unpacked *unpacked = unpack_with(f, text, NULL, &err);
    if (!unpacked)
        fail_msg("%s", err.message);
    jpk_unpacked_free(unpacked);
}

static char *canonical(const char *text)
{
    struct jpk_error err = {0};
    size_t size;
    struct jpk_cloud *cloud = jpk_cloud_load(text, strlen(text), NULL, NULL, &err);
    if (!cloud)
        fail_msg("%s", err.message);
    char *written = jpk_cloud_write(cloud, &size, &err);
    jpk_cloud_free(cloud);
    assert_non_null(written);
    return written;
}

static struct jpk_cloud_tree *open_tree(const struct fixture *f)
{
    struct jpk_error err = {0};
    struct jpk_cloud_tree *tree = jpk_cloud_tree_open(f->tree, NULL, &err);
    if (!tree)
        fail_msg("%s:%u:%u: %s", err.entry, (unsigned)err.line, (unsigned)err.column, err.message);
    return tree;
}

static void expect_pack(const struct fixture *f, const char *text)
{
    struct jpk_cloud_tree *tree = open_tree(f);
    struct jpk_error err = {0};
    size_t size;
    char *packed = jpk_cloud_write(tree->cloud, &size, &err), *wanted = canonical(text);
    assert_string_equal(packed, wanted);
    free(packed);
    free(wanted);
    jpk_cloud_tree_free(tree);
}

static void expect_error(const struct fixture *f, enum jpk_code code, const char *entry, unsigned line, unsigned column,
                         const char *message)
{
    struct jpk_error err = {0};
    struct jpk_cloud_tree *tree = jpk_cloud_tree_open(f->tree, NULL, &err);
    jpk_cloud_tree_free(tree);
    assert_null(tree);
    if (!strstr(err.message, message))
        fail_msg("%s: %s", err.entry, err.message);
    assert_string_equal(jpk_code_name(err.code), jpk_code_name(code));
    assert_string_equal(err.file, f->tree);
    assert_string_equal(err.entry, entry);
    assert_int_equal(err.line, line);
    assert_int_equal(err.column, column);
}

/* ------------------------------------------------------------------------------------------------------- there and
 * back */

static void what_is_usual_is_left_out(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    unpack(&f, standard);
    expect_file(&f, "Script/Do it.jb", "// first\n$x = 1;\n");
    assert_false(there(&f, "Script/Do it.json"));
    assert_false(there(&f, "Operation/Flow/.workflow.json"));
    expect_file(&f, "Operation/Flow/Run.json",
                "{\n  \"steps\": [\n    \"@Script/Do it\"\n  ],\n  \"outcomes\": [],\n  \"options\": {}\n}\n");
    expect_file(&f, "jpk-cloud.jsonl",
                "{\"format\":\"jpk-cloud-tree\",\"version\":1,\"project\":\"Small\","
                "\"id\":\"44444444-4444-4444-8444-444444444444\"}\n"
                "{\"workflow\":\"Operation/Flow\",\"id\":\"" WORKFLOW_ID "\"}\n"
                "{\"component\":\"Operation/Flow/Run\",\"id\":\"" OPERATION_ID "\"}\n"
                "{\"component\":\"Script/Do it\",\"id\":\"" SCRIPT_ID "\"}\n");
    expect_pack(&f, standard);
    end(&f);
}

/* A project of one component that is said to be a script. */
static const char *with_script(const char *members)
{
    static char text[4096];
    snprintf(text, sizeof text, "{\"workflows\":[],\"name\":\"P\",\"id\":\"p\",\"components\":[{%s}]}", members);
    return text;
}

static void scripts_come_back(void **state)
{
    (void)state;
    static const struct {
        const char *body, *file; /* NULL: the text is not in a file of its own */
    } rows[] = {
        {"<trans>\\nx\\n</trans>", "x\n"},
        {"<trans>\\n\\n</trans>", "\n"},
        {"<trans>\\nx\\n\\n</trans>", "x\n\n"},
        {"<trans>x</trans>", "<trans>x</trans>"},
        {"<trans>\\n</trans>", "<trans>\n</trans>"},
        {"<trans>\\n<trans>\\n</trans>", "<trans>\n<trans>\n</trans>"},
        {"<trans>\\r\\nx\\r\\n</trans>", "<trans>\r\nx\r\n</trans>"},
        {" <trans>\\nx\\n</trans>", NULL},
        {"x", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture f;
        char members[512];
        begin(&f);
        snprintf(members, sizeof members,
                 "\"type\":400,\"id\":\"a\",\"name\":\"S\",\"scriptType\":1,\"scriptBody\":\"%s\"", rows[i].body);
        unpack(&f, with_script(members));
        assert_int_equal(there(&f, "Script/S.jb"), rows[i].file != NULL);
        if (rows[i].file)
            expect_file(&f, "Script/S.jb", rows[i].file);
        expect_pack(&f, with_script(members));
        end(&f);
    }
}

static void odd_components_come_back(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "\"type\":400",
        "\"type\":400.0,\"id\":5,\"name\":null",
        "\"type\":77,\"id\":\"a\",\"name\":\"Of no kind\",\"x\":[1,{\"a\":\"@\"}]",
        "\"type\":400,\"id\":\"a\",\"name\":\"S\",\"@lacks\":1,\"@text\":\"\"",
        "\"type\":400,\"id\":\"a\",\"id\":\"b\",\"name\":\"S\",\"scriptBody\":\"<trans>\\nx\\n</"
        "trans>\",\"name\":\"T\"",
        "\"type\":200,\"id\":\"a\",\"name\":\"O\",\"steps\":[\"@x\",\"@@\",\"x\",{\"id\":\"a\",\"type\":200},"
        "{\"id\":\"a\",\"type\":400},{\"type\":200,\"id\":\"@a\"}]",
        "\"type\":700,\"id\":\"a\",\"name\":\"T\",\"mappingRules\":[\"x\",1,{\"targetScript\":\"a$\","
        "\"transformScript\":"
        "\"<trans>\\n1\\n</trans>\"},{\"targetScript\":\"a\\tb\",\"transformScript\":\"<trans>\\n1\\n</trans>\"}]",
        "\"type\":700,\"id\":\"a\",\"name\":\"T\",\"mappingRules\":{},\"loopMappingRules\":[{\"srcLoopPath\":\"a.\"}]",
        "\"type\":700,\"id\":\"a\",\"name\":\"T\",\"mappingRules\":[{\"targetScript\":\"a$\",\"transformScript\":\"x\"}"
        ","
        "{\"targetScript\":\"a$\",\"transformScript\":\"\"},{\"targetScript\":\"a$\",\"transformScript\":\"y\"}],"
        "\"loopMappingRules\":[{\"srcLoopPath\":\"a.\",\"tgtLoopPath\":\"b$c.\",\"srcPath\":\"a\",\"tgtPath\":\"b/"
        "c\"}]",
        "\"type\":1200,\"id\":\"a\",\"name\":\"M\",\"message\":\"<<<<<<< x\\n\"",
        "\"type\":500,\"id\":\"a\",\"name\":\"Q\",\"properties\":[{\"name\":\"q\",\"value\":{\"soql\":\"SELECT "
        "1\\n\"}},"
        "{\"name\":\"sql\",\"value\":\"@x\"}]",
        "\"type\":500,\"id\":\"a\",\"name\":\"Q\",\"properties\":[{\"name\":\"My SQL\",\"value\":\"SELECT 1\"}]",
        "\"type\":1000,\"id\":\"\",\"name\":\"../../etc/passwd\"",
        "\"type\":1000,\"name\":\"CON\"},7,null,[],{\"type\":1000,\"name\":\"con\"",
        "\"type\":400,\"id\":\"a\",\"name\":\"x\"},{\"type\":400,\"id\":\"A\",\"name\":\"X\"",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture f;
        begin(&f);
        /* a component must be known by its type and id for a file to count as a list of them; here there are workflows
         */
        unpack(&f, with_script(rows[i]));
        expect_pack(&f, with_script(rows[i]));
        end(&f);
    }
}

static void other_forms_come_back(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "[{\"type\":400,\"id\":\"a\"},1,{\"type\":1000,\"id\":\"b\"}]",
        "{\"components\":[{\"type\":400,\"id\":\"a\"}],\"about\":\"x\"}",
        "{\"workflows\":[]}",
        "{\"project\":{}}",
        "{\"project\":{\"components\":7,\"workflows\":null},\"assets\":\"x\",\"extra\":{\"components\":[1]}}",
        "{\"project\":{\"workflows\":[{\"name\":\"W\",\"operations\":\"\"},5,{}]},\"assets\":[3,{},{\"path\":\"a//"
        "b\"}]}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture f;
        begin(&f);
        unpack(&f, rows[i]);
        expect_pack(&f, rows[i]);
        end(&f);
    }
}

static void assets_are_unpacked(void **state)
{
    (void)state;
    /* zlib, level 9, of "abcabcabc\n"; the second is cut off */
    static const char text[] =
        "{\"assets\":[{\"path\":\"a.xsd\",\"type\":\"xml\",\"properties\":[{\"key\":\"FileSize\",\"value\":\"20\"}],"
        "\"compressedContent\":\"eNpLTEpOBCMuABS6A30=\"},{\"path\":\"b.xsd\",\"compressedContent\":\"eJw=\"}],"
        "\"project\":{\"components\":[]}}";
    static const struct jdoc_options none;
    struct fixture f;
    struct jpk_error err = {0};
    struct buf joined = {0};
    struct jdoc doc = {0};
    begin(&f);
    assert_true(cloud_asset_join(NULL, "x.xsd", "abc", 3, &joined, &err));
    assert_true(jdoc_parse(&doc, buf_text(&joined), joined.size, &none, &err));
    uint32_t content = jdoc_get(&doc, 0, "compressedContent", 17),
             size = jdoc_at_pointer(&doc, 0, "/properties/1/value", 19);
    char number[24];
    snprintf(number, sizeof number, "%u", (unsigned)jdoc_string_size(&doc, content));
    assert_true(jdoc_string_is(&doc, size, number, strlen(number)));
    jdoc_free(&doc);
    buf_free(&joined);
    unpack(&f, text);
    expect_file(&f, "Asset/a.xsd", "abcabcabc\n");
    assert_false(there(&f, "Asset/b.xsd"));
    expect_pack(&f, text);
    end(&f);
}

/* ------------------------------------------------------------------------------------------------------------- edits
 */

static void new_files_are_new_components(void **state)
{
    (void)state;
    struct fixture f;
    struct jpk_error err = {0};
    begin(&f);
    unpack(&f, standard);
    put(&f, "Script/New.js", "var a;");
    put(&f, "Operation/Flow/Second.json", "{\"steps\": [\"@Script/New\"], \"outcomes\": []}");
    put(&f, "Asset/new.xsd", "<schema/>");
    struct jpk_cloud_tree *tree = open_tree(&f);
    const struct jpk_cloud_component *script = jpk_cloud_by_name(tree->cloud, JPK_CLOUD_SCRIPT, "New");
    const struct jpk_cloud_component *operation = jpk_cloud_by_name(tree->cloud, JPK_CLOUD_OPERATION, "Second");
    assert_string_equal(script->as.script->text, "<javascript>\nvar a;\n</javascript>");
    assert_true(script->as.script->javascript);
    assert_ptr_equal(operation->as.operation->steps[0].component, script);
    assert_string_equal(operation->as.operation->workflow->name, "Flow");
    assert_int_equal(tree->added.count, 3);
    assert_int_equal(tree->cloud->asset_count, 1);
    char id[64];
    snprintf(id, sizeof id, "%s", script->id);
    assert_true(jpk_cloud_tree_save(tree, &err));
    jpk_cloud_tree_free(tree);
    tree = open_tree(&f);
    assert_int_equal(tree->added.count, 0);
    assert_string_equal(jpk_cloud_by_name(tree->cloud, JPK_CLOUD_SCRIPT, "New")->id, id);
    jpk_cloud_tree_free(tree);
    end(&f);
}

static void files_that_go_take_their_component(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    unpack(&f, standard);
    unlink(at(&f, "Script/Do it.jb"));
    expect_error(&f, JPK_ERR_FORMAT, "Operation/Flow/Run.json", 3, 5, "no component of the tree is at 'Script/Do it'");
    unlink(at(&f, "Operation/Flow/Run.json"));
    struct jpk_cloud_tree *tree = open_tree(&f);
    assert_int_equal(tree->removed.count, 3);
    assert_int_equal(tree->cloud->component_count, 0);
    assert_int_equal(tree->cloud->workflow_count, 0);
    jpk_cloud_tree_free(tree);
    end(&f);
}

static void moved_files_keep_their_id(void **state)
{
    (void)state;
    struct fixture f;
    char from[512];
    begin(&f);
    unpack(&f, standard);
    put(&f, "Operation/Other/x", "");
    unlink(at(&f, "Operation/Other/x"));
    snprintf(from, sizeof from, "%s", at(&f, "Operation/Flow/Run.json"));
    assert_int_equal(rename(from, at(&f, "Operation/Other/Run.json")), 0);
    struct jpk_cloud_tree *tree = open_tree(&f);
    assert_int_equal(tree->moved.count, 1);
    assert_string_equal(tree->moved.items[0], "Operation/Flow/Run -> Operation/Other/Run");
    assert_string_equal(jpk_cloud_by_name(tree->cloud, JPK_CLOUD_OPERATION, "Run")->id, OPERATION_ID);
    assert_int_equal(tree->cloud->workflow_count, 1);
    assert_string_equal(tree->cloud->workflows[0].name, "Other");
    jpk_cloud_tree_free(tree);
    end(&f);
}

/* What was kept of what follows from a text goes with the text that it was kept for. */
static void kept_derivatives_go_with_their_text(void **state)
{
    (void)state;
    static const char members[] = "\"type\":400,\"id\":\"a\",\"name\":\"S\",\"scriptType\":1,\"globalVariables\":[],"
                                  "\"scriptBody\":\"<trans>\\n$x = 1;\\n</trans>\",\"scriptBodyCleansed\":\"other\"";
    struct fixture f;
    begin(&f);
    unpack(&f, with_script(members));
    expect_pack(&f, with_script(members));
    put(&f, "Script/S.jb", "$y = 2; // new\n");
    struct jpk_cloud_tree *tree = open_tree(&f);
    assert_string_equal(tree->cloud->components[0]->as.script->cleansed, "<trans>\n$y = 2; \n</trans>");
    assert_non_null(strstr(tree->cloud->text, "\"name\":\"y\""));
    jpk_cloud_tree_free(tree);
    end(&f);
}

/* --------------------------------------------------------------------------------------------------------- errors,
 * places */

static void mistakes_have_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *path, *text, *entry;
        unsigned line, column;
        enum jpk_code code;
        const char *message;
    } rows[] = {
        {"Script/Do it.json", "{\n  \"a\": 1,\n}", NULL, 2, 9, JPK_ERR_JSON, "comma"},
        {"Script/Do it.json", "[]", NULL, 1, 1, JPK_ERR_FORMAT, "must hold an object"},
        {"Script/Do it.json", "{\"a\":1,\n\"a\":2}", NULL, 2, 1, JPK_ERR_JSON, "a"},
        {"Script/Do it.json", "{\n\"scriptBody\": \"x\"}", NULL, 2, 1, JPK_ERR_FORMAT, "is also in 'Script/Do it.jb'"},
        {"Script/Do it.json", "{\n\"id\": \"x\"}", NULL, 2, 7, JPK_ERR_FORMAT, "line 4"},
        {"Script/Do it.json", "{\n \"@lack\": []}", NULL, 2, 2, JPK_ERR_FORMAT, "begins with @"},
        {"Script/Do it.jb", "a\n<<<<<<< HEAD\n", NULL, 2, 1, JPK_ERR_FORMAT, "merge conflict"},
        {"Script/Do it.jb", "a\n\xff", NULL, 2, 1, JPK_ERR_ENCODING, "UTF-8"},
        {"Script/Do it.js", "a", NULL, 1, 1, JPK_ERR_FORMAT, "second text"},
        {"Script/Do it.txt", "a", NULL, 1, 1, JPK_ERR_FORMAT, "no file that a component of this kind has"},
        {"Script/Alone.json", "{}", NULL, 1, 1, JPK_ERR_FORMAT, "its text is missing"},
        {"Script/Twin.json", "{\n\"id\": \"" SCRIPT_ID "\", \"scriptBody\": \"\"}", NULL, 2, 7, JPK_ERR_FORMAT,
         "'Script/Twin' has the id of 'Script/Do it'"},
        {"Activity/A.soql", "a", NULL, 0, 0, JPK_ERR_FORMAT, "has no place in the .json file"},
        {"Transformation/T.map", "a\n b = c\n", NULL, 2, 1, JPK_ERR_FORMAT, "here is no target"},
        {"Operation/Flow/Run.json", "{\"outcomes\": [{\"operationId\":\n \"@Operation/No\"}]}", NULL, 2, 2,
         JPK_ERR_FORMAT, "no component of the tree is at 'Operation/No'"},
        {"cloud.json", "{\"project\": {\"components\": [1]}}", NULL, 1, 28, JPK_ERR_FORMAT, "must be left out"},
        {"cloud.json", "{", NULL, 1, 2, JPK_ERR_JSON, ""},
        {"jpk-cloud.jsonl", "{}", NULL, 1, 1, JPK_ERR_FORMAT, "must begin with the line of the tree"},
        {"jpk-cloud.jsonl", "{\"format\":\"jpk-cloud-tree\",\"version\":2}", NULL, 1, 38, JPK_ERR_FORMAT, "version"},
        {"jpk-cloud.jsonl", "{\"format\":\"jpk-cloud-tree\",\"version\":1}\n\n{\"component\":\"../x\"}", NULL, 3, 14,
         JPK_ERR_FORMAT, "must be the path of a file in this folder"},
        {"jpk-cloud.jsonl",
         "{\"format\":\"jpk-cloud-tree\",\"version\":1}\n{\"component\":\"Script/a\"}\n{\"component\":\"Script/a\"}",
         NULL, 3, 1, JPK_ERR_FORMAT, "another line"},
        {"jpk-cloud.jsonl", "{\"format\":\"jpk-cloud-tree\",\"version\":1}\n{\"component\":\"Skript/a\"}", NULL, 2, 1,
         JPK_ERR_FORMAT, "does not lie in the folder of a kind"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture f;
        begin(&f);
        unpack(&f, standard);
        put(&f, rows[i].path, rows[i].text);
        expect_error(&f, rows[i].code, rows[i].path, rows[i].line, rows[i].column, rows[i].message);
        end(&f);
    }
}

static void findings_lie_in_files(void **state)
{
    (void)state;
    static const char text[] =
        "{\"workflows\":[{\"name\":\"W\",\"id\":\"w\",\"operations\":[{\"type\":200,\"id\":\"o\"}]}],\"name\":\"P\","
        "\"id\":\"p\",\"components\":[{\"type\":200,\"id\":\"o\",\"name\":\"O\",\"steps\":[{\"id\":\"s\",\"type\":400},"
        "{\"id\":\"gone\",\"type\":400}]},{\"type\":400,\"id\":\"s\",\"name\":\"S\",\"scriptType\":1,\"scriptBody\":"
        "\"<trans>\\n\\tRunScript(\\\"<TAG>script:No</TAG>\\\");\\n</"
        "trans>\"},{\"type\":700,\"id\":\"t\",\"name\":\"T\","
        "\"mappingRules\":[{\"targetScript\":\"a$\",\"transformScript\":\"<trans>\\n1;\\nRunScript(\\\"<TAG>script:Nor"
        "</TAG>\\\")\\n</trans>\"}]}]}";
    static const struct {
        const char *file, *rule;
        unsigned line, column;
    } rows[] = {{"Operation/W/O.json", "dangling-reference", 5, 13},
                {"Script/S.jb", "dangling-reference", 1, 18},
                {"Transformation/T.map", "dangling-reference", 3, 21}};
    struct fixture f;
    struct jpk_error err = {0};
    begin(&f);
    unpack(&f, text);
    struct jpk_cloud_tree *tree = open_tree(&f);
    struct jpk_findings *findings = jpk_cloud_check(tree->cloud, &err);
    assert_non_null(findings);
    assert_true(jpk_cloud_tree_findings(tree, findings, &err));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool found = false;
        for (size_t k = 0; k < findings->count; k++) {
            const struct jpk_finding *one = &findings->items[k];
            found = found || (strcmp(one->file, rows[i].file) == 0 && strcmp(one->rule, rows[i].rule) == 0 &&
                              one->line == rows[i].line && (!rows[i].column || one->column == rows[i].column));
        }
        if (!found)
            for (size_t k = 0; k < findings->count; k++)
                printf("%s:%u:%u: %s [%s]\n", findings->items[k].file, (unsigned)findings->items[k].line,
                       (unsigned)findings->items[k].column, findings->items[k].message, findings->items[k].rule);
        assert_true(found);
    }
    jpk_findings_free(findings);
    jpk_cloud_tree_free(tree);
    end(&f);
}

static void links_are_not_followed(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    unpack(&f, standard);
    assert_int_equal(symlink("/etc/hostname", at(&f, "Script/link.jb")), 0);
    expect_error(&f, JPK_ERR_SPECIAL, "Script/link.jb", 0, 0, "symbolic link");
    end(&f);
}

/* ------------------------------------------------------------------------------------------------------------ updates
 */

static void updates_keep_names_and_say_what_is_stale(void **state)
{
    (void)state;
    struct fixture f;
    struct jpk_error err = {0};
    const struct jpk_unpack_options update = {.update = true}, remove = {.update = true, .delete_stale = true};
    begin(&f);
    unpack(&f, standard);
    assert_null(unpack_with(&f, standard, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_EXISTS);
    err = (struct jpk_error){0};
    assert_null(unpack_with(&f, "{\"project\":{\"id\":\"another\"}}", &update, &err));
    assert_non_null(strstr(err.message, "another project"));
    static const char less[] = "{\"project\":{\"id\":\"44444444-4444-4444-8444-444444444444\"}}";
    err = (struct jpk_error){0};
    struct jpk_unpacked *unpacked = unpack_with(&f, less, &update, &err);
    assert_int_equal(unpacked->stale.count, 2);
    assert_true(there(&f, "Script/Do it.jb"));
    jpk_unpacked_free(unpacked);
    expect_pack(&f, less); /* stale files are not packed */
    jpk_unpacked_free(unpack_with(&f, less, &remove, &err));
    assert_false(there(&f, "Script/Do it.jb"));
    assert_false(there(&f, "Operation"));
    expect_pack(&f, less);
    end(&f);
}

static void dry_runs_write_nothing(void **state)
{
    (void)state;
    struct fixture f;
    struct jpk_error err = {0};
    const struct jpk_unpack_options dry = {.dry_run = true};
    begin(&f);
    struct jpk_unpacked *unpacked = unpack_with(&f, standard, &dry, &err);
    assert_int_equal(unpacked->written.count, 5);
    jpk_unpacked_free(unpacked);
    assert_int_not_equal(access(f.tree, F_OK), 0);
    end(&f);
}

/* A small tree cannot ask for a large export. */
static void references_are_bounded(void **state)
{
    (void)state;
    struct fixture f;
    struct jpk_error err = {0};
    struct jpk_limits limits = jpk_limits_default();
    begin(&f);
    unpack(&f, standard);
    put(&f, "Schema/S.json", "{\"schemaTypeDocument\":{\"a\":\"0123456789012345678901234567890123456789\"}}");
    for (int i = 0; i < 40; i++) {
        char path[64];
        snprintf(path, sizeof path, "Activity/%d.json", i);
        put(&f, path, "{\"input\":\"@Schema/S\"}");
    }
    limits.entry_size = 4000;
    struct jpk_cloud_tree *tree = jpk_cloud_tree_open(f.tree, &limits, &err);
    assert_null(tree);
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    assert_non_null(strstr(err.message, "--max-entry-size"));
    end(&f);
}

/* --------------------------------------------------------------------------------------------------------- small parts
 */

static void ropes_know_their_places(void **state)
{
    (void)state;
    struct rope rope = {0};
    struct rope_place place;
    enum rope_kind kind;
    assert_false(rope_find(&rope, 0, &place, &kind));
    rope_puts(&rope, 1, 5, "{\"a\":");
    rope_copy(&rope, 2, "0123456789", 3, 6);
    rope_string(&rope, 3, 100, "x\n\"\x01y", 5);
    assert_string_equal(buf_text(&rope.text), "{\"a\":345x\\n\\\"\\u0001y");
    static const struct {
        size_t at;
        uint32_t file;
        size_t offset;
    } rows[] = {{0, 1, 5},   {4, 1, 5},    {5, 2, 3},    {7, 2, 5},   {8, 3, 100},
                {9, 3, 101}, {11, 3, 102}, {13, 3, 103}, {19, 3, 104}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(rope_find(&rope, rows[i].at, &place, &kind));
        assert_int_equal(place.file, rows[i].file);
        assert_int_equal(place.offset, rows[i].offset);
    }
    rope_free(&rope);
}

static void values_end_where_they_end(void **state)
{
    (void)state;
    static const char text[] = "[ {\"a\\\"}\":[1,{}]} ,\"x\\\\\", -1.5e3, true, false, null, []]";
    static const char *const ends[] = {" ,\"x", ", -1", ", true", ", false", ", null", ", []", "]"};
    static const struct jdoc_options none;
    struct jdoc doc = {0};
    struct jpk_error err = {0};
    assert_true(jdoc_parse(&doc, text, strlen(text), &none, &err));
    size_t at_ = 0;
    for (uint32_t node = 1; node < jdoc_next(&doc, 0); node = jdoc_next(&doc, node))
        assert_memory_equal(text + cloud_json_end(&doc, node), ends[at_], strlen(ends[at_])), at_++;
    assert_int_equal(at_, sizeof ends / sizeof ends[0]);
    assert_int_equal(cloud_json_end(&doc, 0), strlen(text));
    jdoc_free(&doc);
}

static void nodes_get_numbers(void **state)
{
    (void)state;
    static const char text[] =
        "{\"O\":{\"C\":[{}]},\"root\":{\"N\":\"a\",\"C\":[{},{\"C\":[{\"N\":\"b\"}],\"O\":{\"C\":[{}]}},5]}}";
    static const struct jdoc_options none;
    struct jdoc doc = {0};
    struct jpk_error err = {0};
    struct buf out = {0};
    assert_true(jdoc_parse(&doc, text, strlen(text), &none, &err));
    assert_true(cloud_number_nodes(&doc, 0, &out));
    assert_string_equal(
        buf_text(&out),
        "{\"O\":{\"C\":[{}]},\"root\":{\"I\":0,\"L\":0,\"N\":\"a\",\"C\":[{\"I\":1,\"L\":1},{\"I\":2,\"L\":1,"
        "\"C\":[{\"I\":3,\"L\":2,\"N\":\"b\"}],\"O\":{\"C\":[{}]}},5]}}");
    buf_free(&out);
    jdoc_free(&doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_usual_is_left_out),
        cmocka_unit_test(scripts_come_back),
        cmocka_unit_test(odd_components_come_back),
        cmocka_unit_test(other_forms_come_back),
        cmocka_unit_test(assets_are_unpacked),
        cmocka_unit_test(new_files_are_new_components),
        cmocka_unit_test(files_that_go_take_their_component),
        cmocka_unit_test(moved_files_keep_their_id),
        cmocka_unit_test(kept_derivatives_go_with_their_text),
        cmocka_unit_test(mistakes_have_their_place),
        cmocka_unit_test(findings_lie_in_files),
        cmocka_unit_test(links_are_not_followed),
        cmocka_unit_test(updates_keep_names_and_say_what_is_stale),
        cmocka_unit_test(dry_runs_write_nothing),
        cmocka_unit_test(references_are_bounded),
        cmocka_unit_test(ropes_know_their_places),
        cmocka_unit_test(values_end_where_they_end),
        cmocka_unit_test(nodes_get_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
