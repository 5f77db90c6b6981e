/* Differences of projects: each kind of change, matching without ids, and what does not count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "jpk/diff.h"
#include "tests/unit/projectmaker.h"

enum { SCRIPT_1 = 1, SCRIPT_2, SCRIPT_3, OPERATION_1, OPERATION_2, TARGET_1, MAPPINGS, VARIABLE, FOLDER_1, FOLDER_2 };

#define ITEM(key, value) "    <Item key=\"" key "\" value=\"" value "\"/>\n"
#define PROPERTIES(items) "  <Properties>\n" items "  </Properties>\n"
/* 48 bytes hold 16 to 31 bytes of text, 96 bytes 64 to 79. */
#define BASE64_64 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SECRET_A "$00A" BASE64_64
#define SECRET_B "$00B" BASE64_64
#define SECRET_LONG "$00C" BASE64_64 "C" BASE64_64

static void add_script(struct pm *pm, unsigned id, const char *name, const char *text)
{
    struct buf body = {0};
    buf_printf(
        &body,
        PROPERTIES(ITEM("script_id",
                        "%s")) "  <konga.string name=\"script\">&lt;trans&gt;\n%s\n&lt;/trans&gt;</konga.string>\n",
        pm_id(id), text);
    pm_entity(pm, "", "Script", pm_id(id), name, buf_text(&body));
    buf_free(&body);
}

static void add_operation(struct pm *pm, unsigned id, const char *name, const char *items, const char *steps)
{
    struct buf body = {0};
    buf_printf(&body,
               "  <Properties>\n" ITEM("operation_id",
                                       "%s") "%s  </Properties>\n  <Pipeline opType=\"Script\">\n"
                                             "    <Activities>\n%s    </Activities>\n  </Pipeline>\n  <Siblings/>\n",
               pm_id(id), items, steps);
    pm_entity(pm, "", "Operation", pm_id(id), name, buf_text(&body));
    buf_free(&body);
}

static const char *step(const char *tag, unsigned activity, unsigned content)
{
    static char text[4][256];
    static size_t next;
    char *out = text[next++ % 4];
    snprintf(out, sizeof text[0], "      <%s activityId=\"%s\" contentId=\"%s\" role=\"%s\"/>\n", tag, pm_id(activity),
             pm_id(content), tag);
    return out;
}

static void add_operations(struct pm *pm)
{
    struct buf items = {0}, steps = {0};
    buf_printf(&items, ITEM("success_operation_id", "%s") ITEM("timeoutseconds", "7200"), pm_id(OPERATION_2));
    buf_printf(&steps, "%s%s%s", step("SCRIPT", 101, SCRIPT_1), step("SCRIPT", 102, SCRIPT_2),
               step("TARGET", 103, TARGET_1));
    add_operation(pm, OPERATION_1, "Main", buf_text(&items), buf_text(&steps));
    add_operation(pm, OPERATION_2, "After", ITEM("timeoutseconds", "7200"), step("SCRIPT", 104, SCRIPT_3));
    buf_free(&items);
    buf_free(&steps);
}

#define MAPPING(target, text)                                                                                          \
    "    <Mapping>\n      <konga.string name=\"expr\">" target "\t" text "</konga.string>\n    </Mapping>\n"
#define LOOP MAPPING("[root$item.]", "[json$orders.]")
#define NAME MAPPING("root$item.name$", "&lt;trans&gt;\njson$orders.name$\n&lt;/trans&gt;")
#define TOTAL MAPPING("root$item.total$", "&lt;trans&gt;\na = 1;\nb = 2;\na + b\n&lt;/trans&gt;")

/* A project with two folders of scripts, two operations, a target, a transformation and a variable. */
static void make(struct pm *pm)
{
    struct buf tree = {0}, text = {0};
    buf_printf(&tree,
               "<EntityType name=\"Script\"><Folder entityId=\"%s\" name=\"Common\">"
               "<Entity entityId=\"%s\" name=\"First\"/><Entity entityId=\"%s\" name=\"Second\"/></Folder>",
               pm_id(FOLDER_1), pm_id(SCRIPT_1), pm_id(SCRIPT_2));
    buf_printf(&tree,
               "<Folder entityId=\"%s\" name=\"Other\"><Entity entityId=\"%s\" name=\"Third\"/></Folder></EntityType>",
               pm_id(FOLDER_2), pm_id(SCRIPT_3));
    buf_printf(&tree,
               "<EntityType name=\"Operation\"><Entity entityId=\"%s\" name=\"Main\"/>"
               "<Entity entityId=\"%s\" name=\"After\"/></EntityType>",
               pm_id(OPERATION_1), pm_id(OPERATION_2));
    buf_printf(&tree, "<EntityType name=\"Target\"><Entity entityId=\"%s\" name=\"Out\"/></EntityType>",
               pm_id(TARGET_1));
    buf_printf(&tree, "<EntityType name=\"Transformation\"><Entity entityId=\"%s\" name=\"Map\"/></EntityType>",
               pm_id(MAPPINGS));
    buf_printf(&tree, "<EntityType name=\"ProjectVariable\"><Entity entityId=\"%s\" name=\"api_key\"/></EntityType>\n",
               pm_id(VARIABLE));
    pm_tree(pm, "", buf_text(&tree));
    buf_printf(&text, "a = 1;\nRunOperation(\"op.%s\");\nb = 2;\nc = 3;\nlog(\"first\");", pm_id(OPERATION_2));
    add_script(pm, SCRIPT_1, "First", buf_text(&text));
    add_script(pm, SCRIPT_2, "Second", "x = 1;\ny = 2;\nz = 3;\nx + y + z");
    add_script(pm, SCRIPT_3, "Third", "k = \"three\";\nm = k + k;\nn = m + m;\nm + n");
    add_operations(pm);
    pm_entity(pm, "", "Target", pm_id(TARGET_1), "Out",
              "  <Location type=\"HTTP\">\n    <Data>\n" PROPERTIES(
                  ITEM("http_request_headers", "Accept: text/plain&#10;Authorization: Bearer s3cr3t-one&#10;X-Id: 1")
                      ITEM("http_method", "POST")
                          ITEM("login_password", "clear-one") "    <Item enc=\"true\" key=\"httpurl\" value=\"" SECRET_A
                                                              "\"/>\n") "    </Data>\n  </Location>\n");
    pm_entity(pm, "", "Transformation", pm_id(MAPPINGS), "Map",
              PROPERTIES(ITEM("target_xml", "out.xsd")) "  <Mappings>\n" LOOP NAME TOTAL "  </Mappings>\n");
    pm_entity(pm, "", "ProjectVariable", pm_id(VARIABLE), "api_key",
              PROPERTIES(ITEM("hide_value", "1") ITEM("value", "clear-key")));
    pm_entity(pm, "", "Folder", pm_id(FOLDER_1), "Common", PROPERTIES(ITEM("protected", "false")));
    pm_add(pm, "files/out.xsd", "<schema>\n  <element name=\"root\"/>\n</schema>\n");
    pm_add(pm, "files/raw.bin", "\x01\x02\xff");
    pm_add(pm, "environment.properties",
           "#Mon Jan 12 16:40:02 UTC 2026\naccessed=1\ncreated=2\nenvironment-name=Dev\nsaved-in-version=10.4.0.1\n"
           "crypto-marker=$00x\n");
    buf_free(&tree);
    buf_free(&text);
}

/* Replaces a text in all files, and in their names too. */
static void replace_all(struct pm *pm, const char *from, const char *to)
{
    for (size_t i = 0; i < pm->count; i++) {
        const char *parts[] = {pm->entries[i].name, pm->entries[i].data};
        char *made[2];
        for (int p = 0; p < 2; p++) {
            struct buf out = {0};
            const char *at = parts[p], *found;
            buf_puts(&out, "");
            for (; (found = strstr(at, from)) != NULL; at = found + strlen(from)) {
                buf_put(&out, at, (size_t)(found - at));
                buf_puts(&out, to);
            }
            buf_puts(&out, at);
            made[p] = out.data;
            free((void *)(uintptr_t)parts[p]);
        }
        pm->entries[i].name = made[0];
        pm->entries[i].data = made[1];
        pm->entries[i].size = strlen(made[1]);
    }
}

/* The same, for a text that must be there. */
static void edit(struct pm *pm, const char *from, const char *to)
{
    bool found = false;
    for (size_t i = 0; i < pm->count; i++)
        found = found || strstr(pm->entries[i].data, from);
    if (!found)
        fail_msg("nothing holds %s", from);
    replace_all(pm, from, to);
}

static void new_ids(struct pm *pm)
{
    /* Another order of files and of untreed entities, too. */
    for (unsigned i = 1; i < 16; i++) {
        char from[40], to[40];
        snprintf(from, sizeof from, "%s", pm_id(i));
        snprintf(to, sizeof to, "%08X-1111-4111-9111-1111111111ff", 0xfff0u - i * 7);
        replace_all(pm, from, to);
    }
    for (unsigned i = 101; i < 110; i++)
        replace_all(pm, pm_id(i), pm_id(i + 1000));
}

/* ------------------------------------------------------------------------------------------------- what it says */

static void put_what(struct buf *out, unsigned what)
{
    static const char *const words[] = {"added", "removed", "renamed", "moved", "changed", "reordered"};
    for (unsigned i = 0; i < 6; i++)
        if (what & 1u << i)
            buf_printf(out, "%s ", words[i]);
}

static void put_fields(struct buf *out, const struct jpk_diff_change *change)
{
    static const char *const kinds[] = {"value", "text", "encrypted", "order", "opaque"};
    for (size_t f = 0; f < change->field_count; f++) {
        const struct jpk_diff_field *field = &change->fields[f];
        buf_printf(out, "  %s %s", kinds[field->kind], field->path);
        if (field->kind == JPK_DIFF_FIELD_VALUE)
            buf_printf(out, " %s > %s",
                       field->old_hidden  ? "hidden"
                       : field->old_item  ? field->old_item->name
                       : field->old_value ? field->old_value
                                          : "none",
                       field->new_hidden  ? "hidden"
                       : field->new_item  ? field->new_item->name
                       : field->new_value ? field->new_value
                                          : "none");
        buf_putc(out, '\n');
        for (size_t h = 0; h < field->hunk_count; h++) {
            const struct jpk_diff_hunk *hunk = &field->hunks[h];
            buf_printf(out, "  @@ %u,%u %u,%u\n", hunk->old_start, hunk->old_count, hunk->new_start, hunk->new_count);
            for (size_t i = 0; i < hunk->line_count; i++)
                buf_printf(out, "  %c%s%s\n", hunk->lines[i].sign, hunk->lines[i].text,
                           hunk->lines[i].unfinished ? " (unfinished)" : "");
        }
    }
}

static void describe(const struct jpk_diff *diff, struct buf *out)
{
    buf_puts(out, "");
    for (size_t i = 0; i < diff->change_count; i++) {
        const struct jpk_diff_change *change = &diff->changes[i];
        bool two = change->old_path && change->new_path && strcmp(change->old_path, change->new_path) != 0;
        put_what(out, change->what);
        buf_printf(out, "%s%s%s%s%s%s\n", two ? change->old_path : "", two ? " > " : "",
                   change->new_path ? change->new_path : change->old_path, change->note ? " (" : "",
                   change->note ? change->note : "", change->note ? ")" : "");
        put_fields(out, change);
    }
}

/* Compares the two and expects these lines. */
static void expect(struct pm *a, struct pm *b, const struct jpk_diff_options *options, const char *expected)
{
    struct jpk_error err = {0};
    struct buf out = {0};
    struct jpk_project *left = pm_good(a, 0), *right = pm_good(b, 0);
    struct jpk_diff *diff = jpk_diff_projects(left, right, options, &err);
    if (!diff)
        fail_msg("%s: %s", jpk_code_name(err.code), err.message);
    describe(diff, &out);
    assert_string_equal(out.data, expected);
    for (size_t i = 0; i < diff->change_count; i++) {
        uint32_t added = 0, removed = 0;
        for (size_t f = 0; f < diff->changes[i].field_count; f++) {
            added += diff->changes[i].fields[f].added;
            removed += diff->changes[i].fields[f].removed;
        }
        assert_int_equal(diff->changes[i].added, added);
        assert_int_equal(diff->changes[i].removed, removed);
    }
    jpk_diff_free(diff);
    jpk_project_free(left);
    jpk_project_free(right);
    buf_free(&out);
    pm_free(a);
    pm_free(b);
}

static const struct jpk_diff_options all = {.all = true}, with_order = {.tree_order = true},
                                     no_order = {.ignore_order = true}, no_encrypted = {.ignore_encrypted = true};

/* Two equal projects; the second is to be changed. */
static void two(struct pm *a, struct pm *b)
{
    memset(a, 0, sizeof *a);
    memset(b, 0, sizeof *b);
    make(a);
    make(b);
}

/* ------------------------------------------------------------------------------------------------------ the tests */

static void test_same(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    expect(&a, &b, &all, "");
}

static void test_noise(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    edit(&b, "Deployed=\"true\"", "Deployed=\"false\"");
    edit(&b, "DeployDirty=\"false\"", "DeployDirty=\"true\"");
    edit(&b, pm_id(101), pm_id(901));
    edit(&b, "accessed=1", "accessed=3");
    edit(&b, "$00x", "$00y");
    edit(&b, "Jan 12", "Jan 13");
    edit(&b, "<schema>\n  <element name=\"root\"/>", "<schema><element  name='root' />");
    replace_all(&b, ITEM("operation_id", "00000004-0000-4000-8000-0000000000ab"), "");
    replace_all(&b, "x = 1;\n", "x = 1;\r\n");
    pm_entity(&b, "", "Folder", pm_id(77), "Orphan", PROPERTIES(""));
    pm_add(&b, "deleted.xml", "<DeletedItems><x/></DeletedItems>");
    pm_add(&b, "ui.xml", "<UiState/>");
    pm_add(&b, "files/.filestoupload", "xml:out.xsd\n");
    expect(&a, &b, NULL, "");
}

static void test_all_noise(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    edit(&b, pm_id(104), pm_id(904));
    edit(&b, "accessed=1", "accessed=3");
    edit(&a, "$00x", SECRET_A);
    edit(&b, "$00x", SECRET_B);
    pm_entity(&b, "", "Folder", pm_id(77), "Orphan", PROPERTIES(""));
    expect(&a, &b, &all,
           "changed project\n"
           "  value environment.properties/accessed 1 > 3\n"
           "  value environment.properties/crypto-marker hidden > hidden\n"
           "added Folder/Orphan (not in the tree)\n"
           "changed Operation/After\n"
           "  value Pipeline/Activities/SCRIPT[1]/@activityId 00000068-0000-4000-8000-0000000000ab > "
           "00000388-0000-4000-8000-0000000000ab\n");
}

static void test_values(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    edit(&b,
         ITEM("timeoutseconds", "7200") "  </Properties>\n  <Pipeline opType=\"Script\">\n    <Activities>\n      "
                                        "<SCRIPT activityId=\"00000068",
         ITEM("timeoutseconds", "60") ITEM("trace", "1") "  </Properties>\n  <Pipeline opType=\"Script\">\n    "
                                                         "<Activities>\n      <SCRIPT activityId=\"00000068");
    edit(&b, "Dev", "Prod");
    edit(&b, "10.4.0.1", "11.41.0.33");
    edit(&b, "name=\"P\"", "name=\"Q\"");
    edit(&b, "\"protected\" value=\"false\"", "\"protected\" value=\"true\"");
    expect(&a, &b, NULL,
           "changed project\n"
           "  value name P > Q\n"
           "  value environment.properties/environment-name Dev > Prod\n"
           "  value environment.properties/saved-in-version 10.4.0.1 > 11.41.0.33\n"
           "changed Script/Common/\n"
           "  value Properties/protected false > true\n"
           "changed Operation/After\n"
           "  value Properties/timeoutseconds 7200 > 60\n"
           "  value Properties/trace none > 1\n");
}

static void test_script(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    edit(&b, "y = 2;\n", "y = 20;\nyy = 0;\n");
    edit(&b, "<konga.string name=\"Description\"/>\n  </Header>\n  <Properties>\n" ITEM("hide_value", "1"),
         "<konga.string name=\"Description\">what for</konga.string>\n  </Header>\n  <Properties>\n" ITEM("hide_value",
                                                                                                          "1"));
    expect(&a, &b, NULL,
           "changed ProjectVariable/api_key\n"
           "  value Description  > what for\n"
           "changed Script/Common/Second\n"
           "  text script\n"
           "  @@ 1,6 1,7\n"
           "   <trans>\n   x = 1;\n  -y = 2;\n  +y = 20;\n  +yy = 0;\n   z = 3;\n   x + y + z\n   </trans>\n");
}

static void test_activities(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    struct buf from = {0}, to = {0};
    buf_printf(&from, "%s%s%s", step("SCRIPT", 101, SCRIPT_1), step("SCRIPT", 102, SCRIPT_2),
               step("TARGET", 103, TARGET_1));
    buf_printf(&to, "%s%s%s", step("SCRIPT", 102, SCRIPT_2), step("SCRIPT", 101, SCRIPT_1),
               step("TARGET", 103, TARGET_1));
    edit(&b, from.data, to.data);
    edit(&b, step("SCRIPT", 104, SCRIPT_3), step("SCRIPT", 104, SCRIPT_2));
    expect(&a, &b, NULL,
           "changed Operation/After\n"
           "  value Pipeline/Activities/SCRIPT[1]/@contentId Third > Second\n"
           "changed Operation/Main\n"
           "  order Pipeline/Activities\n");
    two(&a, &b);
    edit(&b, from.data, to.data);
    expect(&a, &b, &no_order, "");
    two(&a, &b);
    edit(&b, step("SCRIPT", 102, SCRIPT_2), "");
    edit(&b, step("SCRIPT", 104, SCRIPT_3), "");
    expect(&a, &b, NULL,
           "changed Operation/After\n"
           "  value Pipeline/Activities/SCRIPT[1] Third > none\n"
           "changed Operation/Main\n"
           "  value Pipeline/Activities/SCRIPT[2] Second > none\n");
    buf_free(&from);
    buf_free(&to);
}

static void test_mappings(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    edit(&b, LOOP NAME TOTAL, TOTAL LOOP NAME);
    expect(&a, &b, NULL, "changed Transformation/Map\n  order Mappings\n");
    two(&a, &b);
    edit(&b, "b = 2;\na + b", "b = 3;\na + b");
    edit(&b, "[json$orders.]", "[json$lines.]");
    edit(&b, NAME, MAPPING("root$item.id$", "&lt;trans&gt;1&lt;/trans&gt;"));
    expect(&a, &b, NULL,
           "changed Transformation/Map\n"
           "  text Mappings/root$item.name$\n"
           "  @@ 1,3 0,0\n  -<trans>\n  -json$orders.name$\n  -</trans>\n"
           "  value Mappings/[root$item.] [json$orders.] > [json$lines.]\n"
           "  value Mappings/root$item.id$ none > <trans>1</trans>\n"
           "  text Mappings/root$item.total$\n"
           "  @@ 1,5 1,5\n   <trans>\n   a = 1;\n  -b = 2;\n  +b = 3;\n   a + b\n   </trans>\n");
}

/* A target that occurs more than once: the occurrences belong together in order. */
static void test_repeated_mappings(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    edit(&a, LOOP, LOOP LOOP);
    edit(&b, LOOP, LOOP MAPPING("[root$item.]", "[json$other.]"));
    expect(&a, &b, NULL, "changed Transformation/Map\n  value Mappings/[root$item.] [json$orders.] > [json$other.]\n");
}

static void test_secrets(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    edit(&b, SECRET_A, SECRET_B);
    edit(&b, "s3cr3t-one", "s3cr3t-two");
    edit(&b, "X-Id: 1", "X-Id: 2");
    edit(&b, "clear-one", "clear-two");
    edit(&b, "clear-key", "other-key");
    expect(&a, &b, NULL,
           "changed ProjectVariable/api_key\n"
           "  value Properties/value hidden > hidden\n"
           "changed Target/Out\n"
           "  text Location/Data/Properties/http_request_headers\n"
           "  @@ 1,3 1,3\n   Accept: text/plain\n  -Authorization: (not shown)\n  -X-Id: 1\n"
           "  +Authorization: (not shown)\n  +X-Id: 2\n"
           "  encrypted Location/Data/Properties/httpurl\n"
           "  value Location/Data/Properties/login_password hidden > hidden\n");
    two(&a, &b);
    edit(&b, SECRET_A, SECRET_B);
    expect(&a, &b, &no_encrypted, "");
    /* lengths that no one text can have */
    two(&a, &b);
    edit(&b, SECRET_A, SECRET_LONG);
    expect(&a, &b, &no_encrypted, "changed Target/Out\n  value Location/Data/Properties/httpurl hidden > hidden\n");
    /* no longer encrypted */
    two(&a, &b);
    edit(&b, "enc=\"true\" key=\"httpurl\" value=\"" SECRET_A, "key=\"httpurl\" value=\"[url]");
    expect(&a, &b, NULL, "changed Target/Out\n  value Location/Data/Properties/httpurl hidden > [url]\n");
}

static void test_new_ids(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    new_ids(&b);
    expect(&a, &b, NULL, "");
    /* encrypted again */
    two(&a, &b);
    new_ids(&b);
    edit(&b, SECRET_A, SECRET_B);
    expect(&a, &b, NULL, "");
}

static void test_new_ids_and_changes(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    edit(&b, "b = 2;\nc", "b = 4;\nc");
    edit(&b, "ame=\"Third\"", "ame=\"Fourth\"");
    edit(&b, "name=\"Common\"", "name=\"Shared\"");
    new_ids(&b);
    expect(&a, &b, NULL,
           "renamed Script/Common/ > Script/Shared/\n"
           "renamed Script/Other/Third > Script/Other/Fourth\n"
           "changed Script/Common/First > Script/Shared/First\n"
           "  text script\n"
           "  @@ 1,7 1,7\n   <trans>\n   a = 1;\n   RunOperation(\"op.0000ffcd-1111-4111-9111-1111111111ff\");\n"
           "  -b = 2;\n  +b = 4;\n   c = 3;\n   log(\"first\");\n   </trans>\n");
}

static void test_reference_to_other(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    edit(&b, "RunOperation(\"op.00000005", "RunOperation(\"op.00000004");
    new_ids(&b);
    expect(&a, &b, NULL,
           "changed Script/Common/First\n"
           "  text script\n"
           "  @@ 1,6 1,6\n   <trans>\n   a = 1;\n  -RunOperation(\"op.0000ffcd-1111-4111-9111-1111111111ff\");\n"
           "  +RunOperation(\"op.0000ffd4-1111-4111-9111-1111111111ff\");\n   b = 2;\n   c = 3;\n   log(\"first\");\n");
}

static void test_renamed_moved_changed(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    edit(&b, "ame=\"Second\"", "ame=\"New\"");
    edit(&b, "<Entity entityId=\"00000002-0000-4000-8000-0000000000ab\" name=\"New\"/></Folder>", "</Folder>");
    edit(&b, "name=\"Other\">",
         "name=\"Other\"><Entity entityId=\"00000002-0000-4000-8000-0000000000ab\" name=\"New\"/>");
    edit(&b, "x = 1;\n", "");
    expect(&a, &b, NULL,
           "renamed moved changed Script/Common/Second > Script/Other/New\n"
           "  text script\n"
           "  @@ 1,5 1,4\n   <trans>\n  -x = 1;\n   y = 2;\n   z = 3;\n   x + y + z\n");
}

static void test_added_removed(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    edit(&b, "</Folder></EntityType>",
         "</Folder><Entity entityId=\"00000050-0000-4000-8000-0000000000ab\" name=\"Fresh\"/></EntityType>");
    add_script(&b, 0x50, "Fresh", "nothing like the others");
    edit(&a, "</Folder></EntityType>",
         "</Folder><Entity entityId=\"00000051-0000-4000-8000-0000000000ab\" name=\"Old\"/></EntityType>");
    add_script(&a, 0x51, "Old", "gone for good");
    edit(&b, "Deleted=\"false\" DeployDirty=\"false\" Deployed=\"true\" HasMoved=\"false\" ID=\"00000006",
         "Deleted=\"true\" DeployDirty=\"false\" Deployed=\"true\" HasMoved=\"false\" ID=\"00000006");
    pm_add(&b, "files/new.xsd", "<new/>");
    edit(&b, "</schema>", "  <element name=\"more\"/>\n</schema>");
    expect(&a, &b, NULL,
           "added Script/Fresh\n"
           "  text script\n  @@ 0,0 1,3\n  +<trans>\n  +nothing like the others\n  +</trans>\n"
           "removed Script/Old\n"
           "  text script\n  @@ 1,3 0,0\n  -<trans>\n  -gone for good\n  -</trans>\n"
           "removed Target/Out (marked as deleted)\n"
           "added files/new.xsd\n"
           "changed files/out.xsd\n"
           "  text content\n"
           "  @@ 1,3 1,4\n   <schema>\n     <element name=\"root\"/>\n  +  <element name=\"more\"/>\n   </schema>\n");
}

static void test_files(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    replace_all(&b, "raw.bin", "other.bin");
    expect(&a, &b, NULL, "renamed files/raw.bin > files/other.bin\n");
    two(&a, &b);
    replace_all(&b, "\x01\x02\xff", "\x01\x02\xfe");
    expect(&a, &b, NULL, "changed files/raw.bin\n  opaque content\n");
    two(&a, &b);
    pm_add(&a, "files/t.txt", "one\r\ntwo\r\n");
    pm_add(&b, "files/t.txt", "one\ntwo\n");
    expect(&a, &b, NULL, "");
    two(&a, &b);
    pm_add(&a, "files/t.txt", "one\ntwo\n");
    pm_add(&b, "files/t.txt", "one\ntwo");
    expect(&a, &b, NULL, "changed files/t.txt\n  text content\n  @@ 1,2 1,2\n   one\n  -two\n  +two (unfinished)\n");
    two(&a, &b);
    pm_add(&a, "files/.metadata",
           "<metadata><dir name=\"_root_\"><file name=\"out.xsd\" md5=\"1\"><property key=\"SchemaType\" "
           "value=\"xml\"/></file></dir></metadata>");
    pm_add(&b, "files/.metadata",
           "<metadata><dir name=\"_root_\"><file name=\"out.xsd\" md5=\"2\"><property key=\"SchemaType\" "
           "value=\"json\"/></file></dir></metadata>");
    expect(&a, &b, NULL, "changed files/out.xsd\n  value .metadata/SchemaType xml > json\n");
}

static void test_folders(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    edit(&b, "name=\"Common\"", "name=\"Shared\"");
    expect(&a, &b, NULL, "renamed Script/Common/ > Script/Shared/\n");
    two(&a, &b);
    edit(&b, "</Folder><Folder entityId=\"0000000a-0000-4000-8000-0000000000ab\" name=\"Other\">",
         "<Folder entityId=\"0000000a-0000-4000-8000-0000000000ab\" name=\"Other\">");
    edit(&b, "name=\"Third\"/></Folder>", "name=\"Third\"/></Folder></Folder>");
    expect(&a, &b, NULL, "moved Script/Other/ > Script/Common/Other/\n");
    two(&a, &b);
    edit(&b, "<EntityType name=\"Script\">", "<EntityType name=\"Script\"><Folder entityId=\"f\" name=\"Empty\"/>");
    expect(&a, &b, NULL, "added Script/Empty/\n");
}

static void test_tree_order(void **state)
{
    (void)state;
    static const char first[] = "<Entity entityId=\"00000001-0000-4000-8000-0000000000ab\" name=\"First\"/>",
                      second[] = "<Entity entityId=\"00000002-0000-4000-8000-0000000000ab\" name=\"Second\"/>";
    char from[256], to[256];
    struct pm a, b;
    snprintf(from, sizeof from, "%s%s", first, second);
    snprintf(to, sizeof to, "%s%s", second, first);
    two(&a, &b);
    edit(&b, from, to);
    expect(&a, &b, NULL, "");
    two(&a, &b);
    edit(&b, from, to);
    expect(&a, &b, &with_order, "reordered Script/Common/ (the order of items)\n");
}

/* Comments are not in the tree; that one has changed is said all the same. */
static void test_lossy(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    edit(&a, "  <Siblings/>\n", "  <Siblings/><!-- one -->\n");
    edit(&b, "  <Siblings/>\n", "  <Siblings/>\n  <!-- one -->");
    edit(&b, "Deployed=\"true\"", "Deployed=\"false\"");
    expect(&a, &b, NULL, "");
    two(&a, &b);
    edit(&a, "  <Siblings/>\n", "  <Siblings/><!-- one -->\n");
    edit(&b, "  <Siblings/>\n", "  <Siblings/><!-- two -->\n");
    expect(&a, &b, NULL,
           "changed Operation/After\n  opaque comments and text that the model does not keep\n"
           "changed Operation/Main\n  opaque comments and text that the model does not keep\n");
}

/* What nobody knows is compared too. */
static void test_unknown(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    pm_entity(&a, "", "Gadget", pm_id(90), "G",
              "  <Knob size=\"1\"/>\n  <Knob size=\"2\"/>\n  <Box><Lid>x</Lid></Box>\n");
    pm_entity(&b, "", "Gadget", pm_id(90), "G",
              "  <Knob size=\"1\"/>\n  <Knob size=\"3\"/>\n  <Box><Lid>y</Lid></Box>\n  <Wheel n=\"4\"/>\n");
    expect(&a, &b, NULL,
           "changed Gadget/G\n  value Knob[2]/@size 2 > 3\n  value Box/Lid x > y\n  value Wheel none > n=4\n");
}

/* Variables are all alike; one that goes and one that comes are not the same. */
static void test_alike_is_not_same(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    for (unsigned i = 0x60; i < 0x68; i++) {
        char name[8];
        snprintf(name, sizeof name, "v%x", i);
        pm_entity(&a, "", "ProjectVariable", pm_id(i), name, PROPERTIES(ITEM("hide_value", "0") ITEM("label", "")));
        snprintf(name, sizeof name, "v%x", i == 0x64 ? 0x99 : i);
        pm_entity(&b, "", "ProjectVariable", pm_id(i == 0x64 ? 0x99 : i), name,
                  PROPERTIES(ITEM("hide_value", "0") ITEM("label", "")));
    }
    expect(&a, &b, NULL,
           "removed ProjectVariable/v64 (not in the tree)\n"
           "added ProjectVariable/v99 (not in the tree)\n");
}

/* Ids that name nothing may follow the new ids too, as long as each has one partner. */
static void test_dangling_follow(void **state)
{
    (void)state;
    struct pm a, b;
    two(&a, &b);
    edit(&a, "log(\"first\");", "RunOperation(\"op.aaaaaaaa-0000-4000-8000-000000000001\");");
    edit(&b, "log(\"first\");", "RunOperation(\"op.bbbbbbbb-0000-4000-8000-000000000001\");");
    new_ids(&b);
    expect(&a, &b, NULL, "");
    /* with the same ids it is a change */
    two(&a, &b);
    edit(&a, "log(\"first\");", "x;\nRunOperation(\"op.aaaaaaaa-0000-4000-8000-000000000001\");");
    edit(&b, "log(\"first\");", "x;\nRunOperation(\"op.bbbbbbbb-0000-4000-8000-000000000001\");");
    expect(&a, &b, NULL,
           "changed Script/Common/First\n  text script\n"
           "  @@ 4,5 4,5\n   b = 2;\n   c = 3;\n   x;\n"
           "  -RunOperation(\"op.aaaaaaaa-0000-4000-8000-000000000001\");\n"
           "  +RunOperation(\"op.bbbbbbbb-0000-4000-8000-000000000001\");\n   </trans>\n");
}

static void test_slim(void **state)
{
    (void)state;
    struct pm a, b;
    struct jpk_error err = {0};
    two(&a, &b);
    struct jpk_project *left = pm_good(&a, 0), *right = pm_good(&b, 0);
    jpk_project_slim(right);
    assert_null(jpk_diff_projects(left, right, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_USAGE);
    jpk_project_free(left);
    jpk_project_free(right);
    pm_free(&a);
    pm_free(&b);
    jpk_diff_free(NULL);
}

static void test_real_with_itself(void **state)
{
    (void)state;
    for (int i = 0; i < PM_REAL_COUNT; i++) {
        struct jpk_error err = {0};
        struct jpk_archive *archive = pm_real((enum pm_real)i), *again = archive ? pm_real((enum pm_real)i) : NULL;
        if (!archive)
            continue;
        struct jpk_project *left = jpk_project_load(archive, NULL, 0, &err);
        struct jpk_project *right = jpk_project_load(again, NULL, 0, &err);
        struct jpk_diff *diff = jpk_diff_projects(left, right, &all, &err);
        assert_non_null(diff);
        assert_int_equal(diff->change_count, 0);
        assert_true(diff->matched > 30);
        assert_int_equal(diff->by_content, 0);
        jpk_diff_free(diff);
        jpk_project_free(left);
        jpk_project_free(right);
        jpk_archive_free(archive);
        jpk_archive_free(again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_all_noise),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_script),
        cmocka_unit_test(test_activities),
        cmocka_unit_test(test_mappings),
        cmocka_unit_test(test_repeated_mappings),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_new_ids),
        cmocka_unit_test(test_new_ids_and_changes),
        cmocka_unit_test(test_reference_to_other),
        cmocka_unit_test(test_renamed_moved_changed),
        cmocka_unit_test(test_added_removed),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_tree_order),
        cmocka_unit_test(test_lossy),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_alike_is_not_same),
        cmocka_unit_test(test_dangling_follow),
        cmocka_unit_test(test_slim),
        cmocka_unit_test(test_real_with_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
