/* The parts of merges: texts by lines, lists in order, and files that are merged by themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/linediff.h"
#include "jpk/merge.h"
#include "jpk/merge_state.h"

/* ------------------------------------------------------------------------------------------------------------ lines */

/* Merges three texts, of which `base` may be NULL; returns how many conflicts there are. */
static size_t lines(const char *base, const char *ours, const char *theirs, enum jpk_merge_favor favor,
                    const char *wanted)
{
    struct jpk_merge_options options = {.favor = favor};
    struct merging *m = merge_begin(&options, NULL);
    assert_non_null(m);
    struct merge_text texts[] = {
        {base, base ? strlen(base) : 0, false}, {ours, strlen(ours), false}, {theirs, strlen(theirs), false}};
    struct buf out = {0};
    merge_lines(m, texts, &out);
    assert_false(m->failed);
    assert_string_equal(buf_text(&out), wanted);
    size_t conflicts = m->public.conflict_count;
    buf_free(&out);
    jpk_merge_free(&m->public);
    return conflicts;
}

static void test_lines(void **state)
{
    (void)state;
    enum jpk_merge_favor mark = JPK_MERGE_MARK, our = JPK_MERGE_OURS, their = JPK_MERGE_THEIRS;
    assert_int_equal(lines("a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\n", mark, "A\nb\nc\nD\n"), 0);
    assert_int_equal(lines("a\nb\nc\n", "a\nc\n", "a\nb\nc\nd\n", mark, "a\nc\nd\n"), 0);
    assert_int_equal(lines("a\nb\nc\n", "a\nX\nc\n", "a\nX\nc\n", mark, "a\nX\nc\n"), 0);
    assert_int_equal(lines("", "a\n", "", mark, "a\n"), 0);
    assert_int_equal(
        lines("a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n", mark, "a\n<<<<<<< ours\nX\n=======\nY\n>>>>>>> theirs\nc\n"), 1);
    assert_int_equal(lines("a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n", our, "a\nX\nc\n"), 1);
    assert_int_equal(lines("a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n", their, "a\nY\nc\n"), 1);
    /* what touches is one region; what both begin or end with is common */
    assert_int_equal(lines("a\nb\nc\nd\n", "a\nB\nc\nd\n", "a\nb\nC\nd\n", mark,
                           "a\n<<<<<<< ours\nB\nc\n=======\nb\nC\n>>>>>>> theirs\nd\n"),
                     1);
    assert_int_equal(
        lines("a\nb\n", "a\nX\n1\nY\n", "a\nX\n2\nY\n", mark, "a\nX\n<<<<<<< ours\n1\n=======\n2\n>>>>>>> theirs\nY\n"),
        1);
    /* deleted here, changed there; a last line without an end; the line ends of ours */
    assert_int_equal(
        lines("a\nb\nc\n", "a\nc\n", "a\nB\nc\n", mark, "a\n<<<<<<< ours\n=======\nB\n>>>>>>> theirs\nc\n"), 1);
    assert_int_equal(lines("a\nb", "a\nX", "a\nY", mark, "a\n<<<<<<< ours\nX\n=======\nY\n>>>>>>> theirs\n"), 1);
    assert_int_equal(lines("a\r\nb\r\n", "a\r\nX\r\n", "a\r\nY\r\n", mark,
                           "a\r\n<<<<<<< ours\r\nX\r\n=======\r\nY\r\n>>>>>>> theirs\r\n"),
                     1);
    /* without a base what both have is common */
    assert_int_equal(lines(NULL, "a\n1\nb\n", "a\n2\nb\n", mark, "a\n<<<<<<< ours\n1\n=======\n2\n>>>>>>> theirs\nb\n"),
                     1);
    assert_int_equal(lines(NULL, "a\nb\n", "a\nb\n", mark, "a\nb\n"), 0);
}

/* ------------------------------------------------------------------------------------------------------------ order */

/* Merges three lists of letters; returns whether the sides do not agree. `gone`: letters that are not in the result. */
static bool order(const char *base, const char *ours, const char *theirs, const char *gone, const char *wanted)
{
    const char *texts[] = {base, ours, theirs};
    uint32_t items[MERGE_SIDES][26], out[26];
    struct merge_sequence lists[MERGE_SIDES];
    bool there[26], clash = false;
    char result[27] = "";
    size_t count = 0;
    for (size_t side = 0; side < MERGE_SIDES; side++) {
        lists[side] = (struct merge_sequence){items[side], strlen(texts[side])};
        for (size_t i = 0; i < lists[side].count; i++)
            items[side][i] = (uint32_t)(texts[side][i] - 'a');
    }
    for (int i = 0; i < 26; i++)
        there[i] = !strchr(gone, 'a' + i);
    assert_true(merge_order(lists, MERGE_OURS, MERGE_THEIRS, 26, there, out, &count, &clash));
    for (size_t i = 0; i < count; i++)
        result[i] = (char)('a' + (int)out[i]);
    assert_string_equal(result, wanted);
    return clash;
}

static void test_order(void **state)
{
    (void)state;
    assert_false(order("abc", "abc", "abc", "", "abc"));
    assert_false(order("abc", "axbc", "abcy", "", "axbcy"));
    assert_false(order("abc", "ac", "abcd", "b", "acd"));
    assert_false(order("abc", "cba", "abc", "", "cba"));
    assert_false(order("abc", "abc", "cba", "", "cba"));
    assert_false(order("abc", "xabc", "abc", "", "xabc"));
    assert_true(order("abc", "axbc", "aybc", "", "axybc"));
    assert_true(order("abc", "acb", "bac", "", "acb"));
    assert_false(order("", "", "", "", ""));
    assert_true(order("", "a", "b", "", "ab"));
    assert_false(order("ab", "ba", "ba", "", "ba"));
}

/* ------------------------------------------------------------------------------------------------------------ files */

static struct jpk_merge *merge_file(const char *path, const char *base, const char *ours, const char *theirs,
                                    enum jpk_merge_favor favor, struct jpk_error *err)
{
    struct jpk_merge_version versions[] = {
        {base, base ? strlen(base) : 0}, {ours, strlen(ours)}, {theirs, strlen(theirs)}};
    struct jpk_merge_options options = {.favor = favor};
    return jpk_merge_file(path, versions, &options, err);
}

/* Merges both ways round; returns how many conflicts there are, whose kinds are `kinds`. */
static void check_file(const char *path, const char *base, const char *ours, const char *theirs, const char *wanted,
                       const char *kinds)
{
    struct jpk_error err = {0};
    struct jpk_merge *merge = merge_file(path, base, ours, theirs, JPK_MERGE_MARK, &err);
    if (!merge)
        fail_msg("%s: %s", path, err.message);
    assert_string_equal(merge->text, wanted);
    assert_int_equal(merge->size, strlen(wanted));
    char found[256] = "";
    for (size_t i = 0; i < merge->conflict_count; i++)
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s", i ? " " : "",
                 jpk_merge_kind_name(merge->conflicts[i].kind));
    assert_string_equal(found, kinds);
    assert_int_equal(merge->left, merge->conflict_count);
    jpk_merge_free(merge);
    struct jpk_merge *back = merge_file(path, base, theirs, ours, JPK_MERGE_THEIRS, &err);
    assert_non_null(back);
    assert_string_equal(back->text, wanted);
    assert_int_equal(back->left, 0);
    jpk_merge_free(back);
}

static void test_properties(void **state)
{
    (void)state;
    const char *name = "x/environment.properties";
    check_file(name, "#Mon\na=1\nb=2\n", "#Tue\na=7\nb=2\n", "#Wed\na=1\nb=2\nc=3\n", "#Tue\na=7\nb=2\nc=3\n", "");
    check_file(name, "#Mon\na=1\nmodified=2\n", "#Tue\na=2\nmodified=3\n", "#Wed\na=3\nmodified=4\n",
               "#Tue\na=2\nmodified=3\n", "value");
    /* a line that goes on; a key with escapes; no end */
    check_file("manifest.jip", "a=1\\\n  2\nb\\ c = 3", "a=1\\\n  9\nb\\ c = 3", "a=1\\\n  2\nb\\ c = 4",
               "a=1\\\n  9\nb\\ c = 4", "");
    check_file("jitterpak.properties", NULL, "a=1\nb=2\n", "a=1\nb=3\n", "a=1\nb=2\n", "added");
}

static void test_index(void **state)
{
    (void)state;
    const char *head = "{\"format\": \"x\"}\n";
    char base[256], ours[256], theirs[256], wanted[512];
    snprintf(base, sizeof base, "%s{\"item\": \"A\", \"id\": \"1\"}\n{\"item\": \"B\", \"id\": \"2\"}\n", head);
    snprintf(ours, sizeof ours,
             "%s{\"item\": \"A\", \"id\": \"1\"}\n{\"item\": \"N\", \"id\": \"3\"}\n"
             "{\"item\": \"B\", \"id\": \"2\"}\n",
             head);
    snprintf(theirs, sizeof theirs, "%s{\"item\": \"A2\", \"id\": \"1\"}\n{\"file\": \"F\"}\n", head);
    snprintf(wanted, sizeof wanted,
             "%s{\"item\": \"A2\", \"id\": \"1\"}\n{\"item\": \"N\", \"id\": \"3\"}\n"
             "{\"file\": \"F\"}\n",
             head);
    check_file("tree/jpk-index.jsonl", base, ours, theirs, wanted, "");
    check_file("jpk-cloud.jsonl", "{}\n{\"component\": \"A\", \"id\": \"1\"}\n",
               "{}\n{\"component\": \"B\", \"id\": \"1\"}\n", "{}\n{\"component\": \"C\", \"id\": \"1\"}\n",
               "{}\n{\"component\": \"B\", \"id\": \"1\"}\n", "value");
}

#define ROW(path, id) "{\"item\":\"" path "\",\"id\":\"" id "\"}\n"

/* The first line is merged by its members, of which the time of an export is nobody's change. */
static void test_index_header(void **state)
{
    (void)state;
    const char *base = "{\"format\":\"x\",\"project\":\"A\",\"time\":\"1\"}\n" ROW("A", "1");
    const char *ours = "{\"format\":\"x\",\"project\":\"A\",\"time\":\"3\"}\n" ROW("A", "1");
    check_file("jpk-index.jsonl", base, ours,
               "{\"format\":\"x\",\"project\":\"B\",\"time\":\"2\",\"crlf\":true}\n" ROW("A", "1"),
               "{\"format\":\"x\",\"project\":\"B\",\"time\":\"3\",\"crlf\":true}\n" ROW("A", "1"), "");
    check_file("jpk-index.jsonl", base, "{\"format\": \"x\", \"project\": \"C\", \"time\": \"3\"}\n" ROW("A", "1"),
               "{\"format\":\"x\",\"project\":\"B\",\"time\":\"2\"}\n" ROW("A", "1"),
               "{\"format\": \"x\",\"project\": \"C\",\"time\": \"3\"}\n" ROW("A", "1"), "value");
    check_file("jpk-index.jsonl", "{}\n", "{\"a\":1}\n", "{\"b\":{\"c\":[1,2]}}\n", "{\"a\":1,\"b\":{\"c\":[1,2]}}\n",
               "");
    check_file("jpk-index.jsonl", "{\"a\":1,\"time\":\"1\"}\n", "{\"time\":\"2\"}\n", "{\"a\":1}\n", "{}\n", "");
}

/* An index in which a path stands twice could not be read: what ours has of it stays. */
static void test_index_same_path(void **state)
{
    (void)state;
    const char *base = "{}\n" ROW("A", "1") ROW("B", "2");
    /* both added an item of one name */
    check_file("jpk-index.jsonl", base, "{}\n" ROW("A", "1") ROW("B", "2") ROW("N", "3"),
               "{}\n" ROW("A", "1") ROW("B", "2") ROW("N", "4"), "{}\n" ROW("A", "1") ROW("B", "2") ROW("N", "3"),
               "added");
    /* both gave one name to different items */
    check_file("jpk-index.jsonl", base, "{}\n" ROW("N", "1") ROW("B", "2"), "{}\n" ROW("A", "1") ROW("N", "2"),
               "{}\n" ROW("N", "1") ROW("B", "2"), "added");
    /* and the name that comes back was given away */
    check_file("jpk-index.jsonl", base, "{}\n" ROW("N", "1") ROW("B", "2"),
               "{}\n" ROW("A", "1") ROW("N", "2") ROW("B", "3"), "{}\n" ROW("N", "1") ROW("B", "2"), "added added");
    /* a name that is free again is no conflict, nor is a folder beside an item */
    check_file("jpk-index.jsonl", base, "{}\n" ROW("C", "1") ROW("B", "2"),
               "{}\n" ROW("A", "1") ROW("D", "2") ROW("E", "3"), "{}\n" ROW("C", "1") ROW("D", "2") ROW("E", "3"), "");
    check_file("jpk-index.jsonl", base, "{}\n" ROW("A", "1") ROW("B", "2") "{\"folder\":\"N\",\"id\":\"5\"}\n",
               "{}\n" ROW("A", "1") ROW("B", "2") ROW("N", "4"),
               "{}\n" ROW("A", "1") ROW("B", "2") "{\"folder\":\"N\",\"id\":\"5\"}\n" ROW("N", "4"), "");
}

#define FOLDER_ROW(path, id, more) "{\"folder\":\"" path "\",\"id\":\"" id "\"" more "}\n"
#define ROW_IN(path, id, above) "{\"item\":\"" path "\",\"id\":\"" id "\",\"in\":\"" above "\"}\n"

/* What one side puts into a folder lies in it, whatever the other side does to the folder. */
static void test_index_folders(void **state)
{
    (void)state;
    const char *name = "jpk-index.jsonl", *base = "{}\n" FOLDER_ROW("S/F", "1", "") ROW("S/F/A", "2") ROW("S/B", "3");
    const char *renamed = "{}\n" FOLDER_ROW("S/G", "1", "") ROW("S/G/A", "2") ROW("S/B", "3");
    const char *gone = "{}\n" ROW("S/B", "3");
    /* renamed here, added there: an item, a folder with an item in it */
    check_file(name, base, renamed,
               "{}\n" FOLDER_ROW("S/F", "1", "") ROW("S/F/A", "2") ROW("S/F/N", "4") ROW("S/B", "3"),
               "{}\n" FOLDER_ROW("S/G", "1", "") ROW("S/G/A", "2") ROW_IN("S/F/N", "4", "S/G") ROW("S/B", "3"), "");
    check_file(name, base, renamed,
               "{}\n" FOLDER_ROW("S/F", "1", "") FOLDER_ROW("S/F/H", "4", "") ROW("S/F/H/N", "5") ROW("S/F/A", "2")
                   ROW("S/B", "3"),
               "{}\n" FOLDER_ROW("S/G", "1", "") FOLDER_ROW("S/F/H", "4", ",\"in\":\"S/G\"") ROW("S/F/H/N", "5")
                   ROW("S/G/A", "2") ROW("S/B", "3"),
               "");
    /* and moved there, while another folder has got its path here */
    check_file(
        name, base, "{}\n" FOLDER_ROW("S/G", "1", "") ROW("S/G/A", "2") FOLDER_ROW("S/F", "6", "") ROW("S/B", "3"),
        "{}\n" FOLDER_ROW("S/F", "1", "") ROW("S/F/A", "2") ROW("S/F/B", "3"),
        "{}\n" FOLDER_ROW("S/G", "1", "") ROW("S/G/A", "2") FOLDER_ROW("S/F", "6", "") ROW_IN("S/F/B", "3", "S/G"), "");
    /* a folder that lies elsewhere in the tree already */
    check_file(name, "{}\n" FOLDER_ROW("S/F", "1", "") FOLDER_ROW("S/~/H", "2", ",\"in\":\"S/F\""),
               "{}\n" FOLDER_ROW("S/G", "1", "") FOLDER_ROW("S/~/H", "2", ",\"in\":\"S/G\""),
               "{}\n" FOLDER_ROW("S/F", "1", "") FOLDER_ROW("S/~/H", "2", ",\"in\":\"S/F\"")
                   FOLDER_ROW("S/~/I", "3", ",\"in\":\"S/F\",\"x\":1"),
               "{}\n" FOLDER_ROW("S/G", "1", "") FOLDER_ROW("S/~/H", "2", ",\"in\":\"S/G\"")
                   FOLDER_ROW("S/~/I", "3", ",\"x\":1,\"in\":\"S/G\""),
               "");
    /* deleted here, used there: it comes back, with what it lies in, without a file */
    check_file(name, base, gone, "{}\n" FOLDER_ROW("S/F", "1", "") ROW("S/F/A", "2") ROW("S/F/N", "4") ROW("S/B", "3"),
               "{}\n" FOLDER_ROW("S/F", "1", ",\"name\":\"F\",\"absent\":true") ROW("S/F/N", "4") ROW("S/B", "3"),
               "deleted");
    check_file(name, "{}\n" FOLDER_ROW("S/F", "1", ",\"name\":\"f\"") FOLDER_ROW("S/F/a%20", "2", "") ROW("S/B", "3"),
               "{}\n" ROW("S/B", "3"),
               "{}\n" FOLDER_ROW("S/F", "1", ",\"name\":\"f\"") FOLDER_ROW("S/F/a%20", "2", "") ROW("S/F/a%20/B", "3"),
               "{}\n" FOLDER_ROW("S/F", "1", ",\"name\":\"f\",\"absent\":true")
                   FOLDER_ROW("S/F/a%20", "2", ",\"name\":\"a \",\"absent\":true") ROW("S/F/a%20/B", "3"),
               "deleted deleted");
    /* unless there is another one of its path */
    check_file(name, base, "{}\n" FOLDER_ROW("S/F", "6", "") ROW("S/F/A", "2") ROW("S/B", "3"),
               "{}\n" FOLDER_ROW("S/F", "1", "") ROW("S/F/A", "2") ROW("S/F/B", "3"),
               "{}\n" FOLDER_ROW("S/F", "6", "") ROW("S/F/A", "2") ROW("S/F/B", "3"), "");
    /* what both have at one place is there, though its folder was renamed and another one has its name */
    check_file(name, "{}\n" FOLDER_ROW("S/F", "1", "") FOLDER_ROW("S/G", "2", "") ROW("S/F/A", "3"),
               "{}\n" FOLDER_ROW("S/F", "1", "") FOLDER_ROW("S/G", "2", "") ROW("S/F/A", "3") ROW("S/B", "4"),
               "{}\n" FOLDER_ROW("S/G", "1", "") FOLDER_ROW("S/F", "2", "") ROW("S/F/A", "3"),
               "{}\n" FOLDER_ROW("S/G", "1", "") FOLDER_ROW("S/F", "2", "") ROW("S/F/A", "3") ROW("S/B", "4"), "");
    /* a path that is none */
    check_file(name, base, "{}\n" FOLDER_ROW("", "1", "") ROW("S/B", "3"),
               "{}\n" FOLDER_ROW("S/F", "1", "") ROW("S/F/A", "2") ROW("S/F/B", "3"),
               "{}\n" FOLDER_ROW("", "1", "") ROW("S/F/B", "3"), "");
    /* folders that lie in one another end nowhere, but they end */
    check_file(
        name,
        "{}\n" FOLDER_ROW("S/F", "1", ",\"in\":\"S/G\"") FOLDER_ROW("S/G", "2", ",\"in\":\"S/F\"") ROW("S/B", "3"),
        "{}\n" ROW("S/B", "3"),
        "{}\n" FOLDER_ROW("S/F", "1", ",\"in\":\"S/G\"") FOLDER_ROW("S/G", "2", ",\"in\":\"S/F\"") ROW("S/F/B", "3"),
        "{}\n" FOLDER_ROW("S/G", "2", ",\"in\":\"S/F\",\"name\":\"G\",\"absent\":true")
            FOLDER_ROW("S/F", "1", ",\"in\":\"S/G\",\"name\":\"F\",\"absent\":true") ROW("S/F/B", "3"),
        "deleted deleted");
}

/* ---------------------------------------------------------------------------------------------------------- components
 */

#define SETUP(checksum, cursor, name)                                                                                  \
    "{\n  \"checksum\": \"" checksum "\",\n  \"cursor\": {\n    \"line\": " cursor "\n  },\n  \"name\": \"" name       \
    "\"\n}\n"

/* What is no conflict in an export is none in a file of its tree; all else goes by lines. */
static void test_component(void **state)
{
    (void)state;
    static const char path[] = "projects/tree/Script/Setup.json";
    check_file(path, SETUP("5", "2", "A"), SETUP("6", "3", "A"), SETUP("7", "5", "B"), SETUP("6", "3", "B"), "");
    check_file(path, SETUP("5", "2", "A"), SETUP("5", "2", "B"), SETUP("7", "5", "A"), SETUP("7", "5", "B"), "");
    check_file(path, NULL, SETUP("6", "3", "A"), SETUP("7", "5", "A"), SETUP("6", "3", "A"), "");
    struct jpk_error err = {0};
    struct jpk_merge *merge =
        merge_file(path, SETUP("5", "2", "A"), SETUP("6", "3", "B"), SETUP("7", "5", "C"), JPK_MERGE_MARK, &err);
    assert_non_null(merge);
    assert_string_equal(merge->text, "{\n  \"checksum\": \"6\",\n  \"cursor\": {\n    \"line\": 3\n  },\n<<<<<<< ours\n"
                                     "  \"name\": \"B\"\n=======\n  \"name\": \"C\"\n>>>>>>> theirs\n}\n");
    assert_int_equal(merge->left, 1);
    assert_true(merge->conflicts[0].ours.hidden && merge->conflicts[0].theirs.hidden);
    jpk_merge_free(merge);
    /* the project, whose components are files */
    check_file("tree/cloud.json", "{\n  \"project\": {\n    \"checksum\": \"1\",\n    \"name\": \"A\"\n  }\n}\n",
               "{\n  \"project\": {\n    \"checksum\": \"2\",\n    \"name\": \"A\"\n  }\n}\n",
               "{\n  \"project\": {\n    \"checksum\": \"3\",\n    \"name\": \"B\"\n  }\n}\n",
               "{\n  \"project\": {\n    \"checksum\": \"2\",\n    \"name\": \"B\"\n  }\n}\n", "");
}

/* -------------------------------------------------------------------------------------------------------- project.xml
 */

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n"
#define PROJECT(inner)                                                                                                 \
    HEAD "<Project name=\"P\" projectId=\"p\">\n  <EntityType name=\"Script\">\n" inner "  "                           \
         "</EntityType>\n</Project>\n"
#define ENTITY(id, name) "<Entity entityId=\"" id "\" name=\"" name "\"/>\n"
#define EMPTY(id, name) "<Folder entityId=\"" id "\" name=\"" name "\"/>\n"
#define FOLDER(indent, id, name, inner)                                                                                \
    indent "<Folder entityId=\"" id "\" name=\"" name "\">\n" inner indent "</Folder>\n"
#define TOP "    "
#define IN "      "

static void outline(const char *base, const char *ours, const char *theirs, const char *wanted, const char *kinds)
{
    check_file("project.xml", base, ours, theirs, wanted, kinds);
}

static void test_outline(void **state)
{
    (void)state;
    const char *base = PROJECT(FOLDER(TOP, "f", "F", IN ENTITY("1", "one")) TOP EMPTY("g", "G") TOP ENTITY("2", "two"));
    /* renamed here, moved there */
    outline(base, PROJECT(FOLDER(TOP, "f", "F2", IN ENTITY("1", "uno")) TOP EMPTY("g", "G") TOP ENTITY("2", "two")),
            PROJECT(TOP EMPTY("f", "F") FOLDER(TOP, "g", "G", IN ENTITY("1", "one")) TOP ENTITY("2", "two")),
            PROJECT(TOP EMPTY("f", "F2") FOLDER(TOP, "g", "G", IN ENTITY("1", "uno")) TOP ENTITY("2", "two")), "");
    /* added on both sides, deleted on one */
    outline(base, PROJECT(FOLDER(TOP, "f", "F", IN ENTITY("1", "one") IN ENTITY("3", "three")) TOP EMPTY("g", "G")),
            PROJECT(FOLDER(TOP, "f", "F", IN ENTITY("1", "one") IN ENTITY("4", "four")) TOP EMPTY("g", "G")
                        TOP ENTITY("2", "two") TOP ENTITY("5", "five")),
            PROJECT(FOLDER(TOP, "f", "F", IN ENTITY("1", "one") IN ENTITY("3", "three") IN ENTITY("4", "four"))
                        TOP EMPTY("g", "G") TOP ENTITY("5", "five")),
            "");
    /* moved to two places; renamed twice */
    outline(base, PROJECT(TOP EMPTY("f", "F") FOLDER(TOP, "g", "G", IN ENTITY("1", "one")) TOP ENTITY("2", "zwei")),
            PROJECT(TOP EMPTY("f", "F") TOP EMPTY("g", "G") TOP ENTITY("2", "deux") TOP ENTITY("1", "one")),
            PROJECT(TOP EMPTY("f", "F") FOLDER(TOP, "g", "G", IN ENTITY("1", "one")) TOP ENTITY("2", "zwei")),
            "moved value");
    /* a folder that was deleted here gets something there */
    outline(base, PROJECT(FOLDER(TOP, "f", "F", IN ENTITY("1", "one")) TOP ENTITY("2", "two")),
            PROJECT(FOLDER(TOP, "f", "F", IN ENTITY("1", "one")) FOLDER(TOP, "g", "G", IN ENTITY("6", "six"))
                        TOP ENTITY("2", "two")),
            PROJECT(FOLDER(TOP, "f", "F", IN ENTITY("1", "one")) FOLDER(TOP, "g", "G", IN ENTITY("6", "six"))
                        TOP ENTITY("2", "two")),
            "deleted");
}

/* Two folders that the sides moved into one another: the favored side decides. */
static void test_outline_cycle(void **state)
{
    (void)state;
    outline(PROJECT(TOP EMPTY("f", "F") TOP EMPTY("g", "G")), PROJECT(FOLDER(TOP, "g", "G", IN EMPTY("f", "F"))),
            PROJECT(FOLDER(TOP, "f", "F", IN EMPTY("g", "G"))), PROJECT(FOLDER(TOP, "g", "G", IN EMPTY("f", "F"))),
            "moved");
}

/* Chains of folders that only together are deeper than anything may be. */
static void test_outline_deep(void **state)
{
    enum { FOLDERS = 2000 };
    (void)state;
    struct buf texts[MERGE_SIDES] = {{0}, {0}, {0}};
    for (int side = 0; side < MERGE_SIDES; side++) {
        buf_puts(&texts[side], HEAD "<Project name=\"P\" projectId=\"p\"><EntityType name=\"Script\">");
        /* ours has 1 in 0, 3 in 2, ...; theirs 2 in 1, 4 in 3, ... */
        for (int i = 0; i < FOLDERS; i++) {
            bool opens = side != MERGE_BASE && (i % 2 == 0) == (side == MERGE_OURS) && i + 1 < FOLDERS;
            bool inside = side != MERGE_BASE && i > 0 && ((i - 1) % 2 == 0) == (side == MERGE_OURS);
            buf_printf(&texts[side], "<Folder entityId=\"%d\" name=\"n%d\"%s%s", i, i, opens ? ">" : "/>",
                       inside ? "</Folder>" : "");
        }
        buf_puts(&texts[side], "</EntityType></Project>");
        assert_false(texts[side].failed);
    }
    struct jpk_error err = {0};
    struct jpk_merge *merge = merge_file("project.xml", texts[MERGE_BASE].data, texts[MERGE_OURS].data,
                                         texts[MERGE_THEIRS].data, JPK_MERGE_MARK, &err);
    if (!merge)
        fail_msg("%s", err.message);
    assert_true(merge->left > 0);
    for (int i = 0; i < FOLDERS; i++) {
        char id[32];
        snprintf(id, sizeof id, "entityId=\"%d\"", i);
        assert_non_null(strstr(merge->text, id));
    }
    jpk_merge_free(merge);
    for (int side = 0; side < MERGE_SIDES; side++)
        buf_free(&texts[side]);
}

static void test_metadata(void **state)
{
    (void)state;
#define METADATA(inner)                                                                                                \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata version=\"1\">\n  <dir name=\"_root_\">\n" inner            \
    "  </dir>\n</metadata>"
#define FILE_A(md5) "    <file name=\"a.xsd\" type=\"xml\" md5=\"" md5 "\"></file>\n"
#define FILE_N(name) "    <file name=\"" name "\" type=\"xml\" md5=\"0\"></file>\n"
    check_file("files/.metadata", METADATA(FILE_A("1")), METADATA(FILE_A("2") FILE_N("b")),
               METADATA(FILE_A("3") FILE_N("c")), METADATA(FILE_A("2") FILE_N("b") FILE_N("c")), "");
}

static void test_refused(void **state)
{
    static const struct {
        const char *path, *base, *ours, *theirs;
        enum jpk_code code;
    } rows[] = {
        {"a.txt", "a", "b", "c", JPK_ERR_USAGE},
        {"Script/a.json", "{}", "{", "[]", JPK_ERR_FORMAT},
        {"other/a.json", SETUP("1", "1", "A"), SETUP("2", "1", "A"), SETUP("3", "1", "A"), JPK_ERR_FORMAT},
        {"Script/a.json", "{\"checksum\":1,\"mine\":1}", "{\"checksum\":2,\"mine\":1}", "{\"checksum\":3,\"mine\":1}",
         JPK_ERR_FORMAT},
        {"cloud.json", "{\"project\":{\"checksum\":1,\"components\":[]}}",
         "{\"project\":{\"checksum\":2,\"components\":[]}}", "{\"project\":{\"checksum\":3,\"components\":[]}}",
         JPK_ERR_FORMAT},
        {"project.xml", "<a/>", "<b/>", "<c/>", JPK_ERR_FORMAT},
        {"project.xml", "a", "b", "c", JPK_ERR_FORMAT},
        {"project.xml", PROJECT(""), PROJECT(TOP ENTITY("1", "a")), PROJECT("<!-- lost -->"), JPK_ERR_FORMAT},
        {"files/.metadata", "<a/>", "<b/>", "<!-- lost --><a/>", JPK_ERR_FORMAT},
        {"files/.metadata", "<a/>", "<b/>", "<c/>", JPK_ERR_FORMAT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct jpk_error err = {0};
        assert_null(merge_file(rows[i].path, rows[i].base, rows[i].ours, rows[i].theirs, JPK_MERGE_MARK, &err));
        assert_string_equal(jpk_code_name(err.code), jpk_code_name(rows[i].code));
        assert_string_equal(err.file, rows[i].path);
    }
    jpk_merge_free(NULL);
}

/* Deleted here, changed there: what is there stays, unless the side that has deleted it is favored. */
static void test_deleted(void **state)
{
    static const struct {
        enum jpk_merge_favor favor;
        const char *wanted;
        size_t left;
    } rows[] = {{JPK_MERGE_MARK, "a=7\nb=2\n", 1}, {JPK_MERGE_OURS, "b=2\n", 0}, {JPK_MERGE_THEIRS, "a=7\nb=2\n", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct jpk_error err = {0};
        struct jpk_merge *merge = merge_file("manifest.jip", "a=1\nb=2\n", "b=2\n", "a=7\nb=2\n", rows[i].favor, &err);
        assert_non_null(merge);
        assert_string_equal(merge->text, rows[i].wanted);
        assert_int_equal(merge->conflict_count, 1);
        assert_int_equal(merge->left, rows[i].left);
        const struct jpk_merge_conflict *conflict = &merge->conflicts[0];
        assert_int_equal(conflict->kind, JPK_MERGE_DELETED);
        assert_string_equal(conflict->field, "a");
        assert_string_equal(conflict->base.text, "1");
        assert_null(conflict->ours.text);
        assert_string_equal(conflict->theirs.text, "7");
        jpk_merge_free(merge);
    }
}

/* Neither a text that is encrypted nor one whose key says that it is a secret is given out. */
static void test_secrets(void **state)
{
    struct jpk_error err = {0};
    (void)state;
    struct jpk_merge *merge = merge_file("manifest.jip", "password=1\nx=token=abc\n", "password=2\nx=token=def\n",
                                         "password=3\nx=token=ghi\n", JPK_MERGE_MARK, &err);
    assert_non_null(merge);
    assert_int_equal(merge->conflict_count, 2);
    assert_true(merge->conflicts[0].ours.hidden && merge->conflicts[0].base.hidden &&
                merge->conflicts[0].theirs.hidden);
    assert_null(merge->conflicts[0].ours.text);
    assert_string_equal(merge->conflicts[1].ours.text, "token=****");
    jpk_merge_free(merge);
}

/* What only one side changed, or both in the same way, is that side's bytes, whatever they are. */
static void test_one_side(void **state)
{
    (void)state;
    check_file("project.xml", "a", "a", "odd", "odd", "");
    check_file("project.xml", "a", "odd", "a", "odd", "");
    check_file("jpk-index.jsonl", "a", "odd", "odd", "odd", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),           cmocka_unit_test(test_order),
        cmocka_unit_test(test_properties),      cmocka_unit_test(test_index_header),
        cmocka_unit_test(test_index_same_path), cmocka_unit_test(test_index_folders),
        cmocka_unit_test(test_component),       cmocka_unit_test(test_index),
        cmocka_unit_test(test_outline),         cmocka_unit_test(test_outline_cycle),
        cmocka_unit_test(test_outline_deep),    cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_refused),         cmocka_unit_test(test_one_side),
        cmocka_unit_test(test_deleted),         cmocka_unit_test(test_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
