#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "base/uuid.h"
#include "jpk/entry_name.h"
#include "jpk/properties.h"
#include "jpk/tree_name.h"
#include "jpk/unpack_names.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ------------------------------------------------------------------------------------------------------ encoding */

/* What every file name must be, whatever it stands for. */
static void check_file_name(const char *encoded)
{
    struct jpk_limits limits = jpk_limits_default();
    struct jpk_error err = {0};
    size_t n = strlen(encoded);
    if (!entry_name_check(encoded, n, &limits, &err))
        fail_msg("%s %s", encoded, err.message);
    assert_true(n <= 180);
    assert_null(strpbrk(encoded, "<>:\"/\\|?*~"));
    assert_true(encoded[0] != '.' && encoded[0] != ' ');
    assert_true(encoded[n - 1] != '.' && encoded[n - 1] != ' ');
}

/* Whether a name can be found again in what is made of it. */
static bool fits(const char *name)
{
    struct buf encoded = {0}, decoded = {0};
    tree_name_encode(name, false, &encoded);
    tree_name_decode(buf_text(&encoded), encoded.size, &decoded);
    bool same = *name && strcmp(buf_text(&decoded), name) == 0;
    buf_free(&encoded);
    buf_free(&decoded);
    return same;
}

static void encodes(void **state)
{
    (void)state;
    static const struct {
        const char *name, *file;
        const char *folder; /* NULL: the same */
    } rows[] = {
        {"Send mail", "Send mail", NULL},
        {"\xc3\x9c\xe2\x84\xa2 \xe6\x97\xa5\xe6\x9c\xac", "\xc3\x9c\xe2\x84\xa2 \xe6\x97\xa5\xe6\x9c\xac", NULL},
        {"[Salesforce_Username]", "[Salesforce_Username]", NULL},
        {"a-b_c(1)+=,;'!@#$^&{}", "a-b_c(1)+=,;'!@#$^&{}", NULL},
        /* what some file system cannot hold */
        {"/ : * ? \" < > | \\ % ~", "%2F %3A %2A %3F %22 %3C %3E %7C %5C %25 %7E", NULL},
        {"50%", "50%25", NULL},
        {"%41", "%2541", NULL},
        {"a\tb\nc\x01\x7f", "a%09b%0Ac%01%7F", NULL},
        {"a\xc2\x85", "a%C2%85", NULL},
        {"a\xc2\xa0\x62", "a%C2%A0b", NULL},
        {"a\xc2\xad\x62", "a%C2%ADb", NULL},
        {"\xe2\x80\xae\x62", "%E2%80%AEb", NULL},
        {"a\xe2\x80\x8b\x62", "a%E2%80%8Bb", NULL},
        {"\xef\xbb\xbf\x61", "%EF%BB%BFa", NULL},
        {"\xe3\x80\x80\x61", "%E3%80%80a", NULL},
        /* ends */
        {".", "%2E", NULL},
        {"..", "%2E%2E", NULL},
        {"...", "%2E.%2E", NULL},
        {".git", "%2Egit", NULL},
        {"a.", "a%2E", NULL},
        {"a..", "a.%2E", NULL},
        {" ", "%20", NULL},
        {" a b ", "%20a b%20", NULL},
        {"a.b", "a.b", NULL},
        /* devices */
        {"con", "%63on", NULL},
        {"CON", "%43ON", NULL},
        {"nul.txt", "%6Eul.txt", "%6Eul%2Etxt"},
        {"aux .x", "%61ux .x", NULL},
        {"CoM1", "%43oM1", NULL},
        {"lpt9.a.b", "%6Cpt9.a.b", NULL},
        {"com0", "%63om0", NULL},
        {"conin$", "%63onin$", NULL},
        {"conout$.x", "%63onout$.x", NULL},
        {"com", "com", NULL},
        {"com10", "com10", NULL},
        {"lptx", "lptx", NULL},
        {"conx", "conx", NULL},
        {"xcon", "xcon", NULL},
        /* a folder must not look like a file of an item */
        {"a.xml", "a.xml", "a%2Exml"},
        {"a.JB", "a.JB", "a%2EJB"},
        {".xml", "%2Exml", NULL},
        {"a.js", "a.js", "a%2Ejs"},
        {"a.map", "a.map", "a%2Emap"},
        {"a.where.sql", "a.where.sql", "a.where%2Esql"},
        {"a.soql", "a.soql", "a%2Esoql"},
        {"a.json", "a.json", "a%2Ejson"},
        {"a.txt", "a.txt", "a%2Etxt"},
        {"a.xmlx", "a.xmlx", NULL},
        /* nor an item's .sql like the .where.sql of another */
        {"a.Where", "a%2EWhere", "a.Where"},
        {"", "", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (int folder = 0; folder <= 1; folder++) {
            struct buf out = {0};
            tree_name_encode(rows[i].name, folder, &out);
            assert_string_equal(buf_text(&out), folder && rows[i].folder ? rows[i].folder : rows[i].file);
            if (*rows[i].name) {
                check_file_name(buf_text(&out));
                struct buf back = {0};
                tree_name_decode(buf_text(&out), out.size, &back);
                assert_string_equal(buf_text(&back), rows[i].name);
                assert_true(fits(rows[i].name));
                buf_free(&back);
            }
            buf_free(&out);
        }
    }
    assert_false(fits(""));
}

static void cuts_long_names(void **state)
{
    (void)state;
    static const struct {
        const char *part;
        size_t times, size;
    } rows[] = {
        {"a", 300, 180},  {"\xc3\xa4", 150, 180}, {"\xe6\x97\xa5", 100, 180},    {":", 100, 180},
        {"x.", 150, 179}, {"x ", 150, 179},       {"\xf0\x9f\x98\x80", 60, 180}, {"a\xf0\x9f\x98\x80", 60, 180}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf name = {0}, out = {0};
        for (size_t k = 0; k < rows[i].times; k++)
            buf_puts(&name, rows[i].part);
        tree_name_encode(buf_text(&name), false, &out);
        assert_int_equal(out.size, rows[i].size);
        check_file_name(buf_text(&out));
        assert_false(fits(buf_text(&name)));
        buf_free(&name);
        buf_free(&out);
    }
}

static uint32_t seed = 3;

static size_t below(size_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (size_t)(seed >> 8) % n;
}

/* decode(encode(x)) is x wherever it fits, and what it is is a name for any file system. */
static void encoding_can_be_undone(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "a",
        "B",
        ".",
        " ",
        "/",
        ":",
        "%",
        "~",
        "41",
        "con",
        "com1",
        "\\",
        "\t",
        "\xc3\xa4",
        "\xe2\x80\xae",
        ".xml",
        ".jb",
        "\xf0\x9f\x98\x80",
        "\xc2\xa0",
        "nul",
        "\"",
        "\x7f",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    size_t cut = 0;
    for (int i = 0; i < 20000; i++) {
        struct buf name = {0}, out = {0}, back = {0};
        bool folder = below(2);
        for (size_t n = 1 + below(8); n > 0; n--)
            buf_puts(&name, parts[below(COUNT(parts))]);
        tree_name_encode(buf_text(&name), folder, &out);
        check_file_name(buf_text(&out));
        tree_name_decode(buf_text(&out), out.size, &back);
        if (out.size < 170 || (!folder && fits(buf_text(&name))))
            assert_string_equal(buf_text(&back), buf_text(&name));
        else
            cut++;
        buf_free(&name);
        buf_free(&out);
        buf_free(&back);
    }
    assert_true(cut > 0 && cut < 5000);
}

static void decodes(void **state)
{
    (void)state;
    static const struct {
        const char *stem, *name;
    } rows[] = {
        {"a", "a"},   {"a~1234abcd", "a"}, {"~1234abcd", ""},  {"", ""},         {"a%2fb", "a/b"}, {"a%2", "a%2"},
        {"a%", "a%"}, {"a%zz", "a%zz"},    {"a%00b", "a%00b"}, {"%25%41", "%A"}, {"%%41", "%A"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf out = {0};
        tree_name_decode(rows[i].stem, strlen(rows[i].stem), &out);
        assert_string_equal(buf_text(&out), rows[i].name);
        buf_free(&out);
    }
}

static void distinguishes(void **state)
{
    (void)state;
    static const char id[] = "0123ABCD-4567-89ef-0000-111111111111";
    struct buf out = {0};
    tree_name_distinct("a", id, 8, &out);
    assert_string_equal(buf_text(&out), "a~0123abcd");
    buf_clear(&out);
    tree_name_distinct("", id, 12, &out);
    assert_string_equal(buf_text(&out), "~0123abcd4567");
    buf_clear(&out);
    tree_name_distinct("a", "xyz", 8, &out);
    assert_string_equal(buf_text(&out), "a~");
    buf_free(&out);
    assert_true(tree_name_is("a", "a"));
    assert_true(tree_name_is("a~0123abcd", "a"));
    assert_false(tree_name_is("ab", "a"));
    assert_false(tree_name_is("a", "ab"));
}

/* ---------------------------------------------------------------------------------------------------------- paths */

struct given {
    struct arena arena;
    struct unpack_names names;
};

static void give(struct given *given, const struct tree_index *old)
{
    memset(given, 0, sizeof *given);
    assert_true(unpack_names_begin(&given->names, &given->arena, old, NULL));
}

static void given_free(struct given *given)
{
    unpack_names_free(&given->names);
    arena_free(&given->arena);
}

#define ID1 "00000001-0000-4000-8000-0000000000ab"
#define ID2 "00000002-0000-4000-8000-0000000000ab"
#define ID3 "00000001-1111-4000-8000-0000000000ab" /* the same first digits as ID1 */

static void paths_are_distinct(void **state)
{
    (void)state;
    struct given given;
    give(&given, NULL);
    static const struct {
        const char *above, *name, *id;
        bool folder;
        const char *path;
    } rows[] = {
        {"", "Script", "", true, "Script"},
        {"Script", "a", ID1, false, "Script/a"},
        {"Script", "a", ID2, false, "Script/a~00000002"},
        {"Script", "A", ID3, false, "Script/A~00000001"},
        {"Script", "a", ID1, false, "Script/a~000000010000"}, /* the same id again */
        {"Script", "\xc3\xa4", ID1, false, "Script/\xc3\xa4"},
        {"Script", "a\xcc\x88", ID2, false, "Script/a\xcc\x88~00000002"}, /* the same letter in two characters */
        {"Script", "", ID1, false, "Script/~00000001"},
        {"Script", "sub", ID1, true, "Script/sub"},
        {"Script/sub", "a", ID1, false, "Script/sub/a"},
        {"Operation", "a", ID1, false, "Operation/a"},
        {"", "files", "", true, NULL},
        {"", "LOCAL", "", true, NULL},
        {"", "jpk-index.jsonl", "", true, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *path = unpack_names_path(&given.names, rows[i].above, rows[i].name, rows[i].id, rows[i].folder);
        assert_non_null(path);
        if (rows[i].path) {
            assert_string_equal(path, rows[i].path);
        } else { /* a type that is called as something else at the root gets digits */
            assert_true(tree_name_is(path, rows[i].name));
            assert_int_equal(path[strlen(rows[i].name)], '~');
        }
    }
    given_free(&given);
}

/* Many items with the same name and id, or with none: every path is another, in linear time. */
static void paths_never_run_out(void **state)
{
    (void)state;
    struct given given;
    struct map seen = {0};
    give(&given, NULL);
    for (int i = 0; i < 20000; i++) {
        const char *path = unpack_names_path(&given.names, "Script", "x",
                                             i % 3 == 0   ? ID1
                                             : i % 3 == 1 ? "odd"
                                                          : "",
                                             false);
        uint32_t before = MAP_NONE;
        assert_non_null(path);
        assert_true(map_add(&seen, path, strlen(path), 0, &before));
        assert_int_equal(before, MAP_NONE);
        assert_true(strlen(path) < 250);
    }
    map_free(&seen);
    given_free(&given);
}

static void old_paths_are_kept(void **state)
{
    (void)state;
    static const char rows[] = "{\"format\":\"jpk-tree\",\"version\":1}\n"
                               "{\"item\":\"Script/a~00000002\",\"id\":\"" ID2 "\"}\n"
                               "{\"item\":\"Script/b\",\"id\":\"" ID3 "\"}\n"
                               "{\"item\":\"Script/%41: x\",\"id\":\"odd\"}\n";
    struct tree_index old = {0};
    struct given given;
    assert_true(tree_index_parse(&old, rows, strlen(rows), true, NULL));
    give(&given, &old);
    assert_string_equal(unpack_names_path(&given.names, "Script", "a", ID2, false), "Script/a~00000002");
    assert_string_equal(unpack_names_path(&given.names, "Script", "a", ID1, false), "Script/a");
    assert_string_equal(unpack_names_path(&given.names, "Script", "A: x", "odd", false), "Script/%41: x");
    /* called otherwise now, or moved: a new path */
    assert_string_equal(unpack_names_path(&given.names, "Script", "c", ID3, false), "Script/c");
    given_free(&given);
    give(&given, &old);
    assert_string_equal(unpack_names_path(&given.names, "Script/x", "b", ID3, false), "Script/x/b");
    /* and what was another's does not become free */
    assert_string_equal(unpack_names_path(&given.names, "Script", "b", ID1, false), "Script/b~00000001");
    given_free(&given);
    tree_index_free(&old);
}

static void unlisted_items_have_digits(void **state)
{
    (void)state;
    struct given given;
    give(&given, NULL);
    assert_string_equal(unpack_names_unlisted(&given.names, "unlisted/Script", "a", ID1), "unlisted/Script/a~00000001");
    assert_string_equal(unpack_names_unlisted(&given.names, "unlisted/Script", "a", ID3),
                        "unlisted/Script/a~000000011111");
    given_free(&given);
}

static void copies_have_their_paths(void **state)
{
    (void)state;
    struct given given;
    give(&given, NULL);
    assert_string_equal(unpack_names_copy(&given.names, "", "files/a b.xsd"), "files/a b.xsd");
    assert_string_equal(unpack_names_copy(&given.names, "", "files/.metadata"), "files/.metadata");
    assert_string_equal(unpack_names_copy(&given.names, "", "files/.filestoupload"), "files/.filestoupload");
    assert_string_equal(unpack_names_copy(&given.names, "", "files/x:y/con"), "files/x%3Ay/%63on");
    assert_string_equal(unpack_names_copy(&given.names, "local", "ui.xml"), "local/ui.xml");
    assert_string_equal(unpack_names_copy(&given.names, "", "manifest.jip"), "manifest.jip");
    const char *same = unpack_names_copy(&given.names, "", "files/A B.xsd");
    assert_true(tree_name_is(same, "files/A B.xsd"));
    assert_string_not_equal(same, "files/A B.xsd");
    given_free(&given);
}

static void depth_has_an_end(void **state)
{
    (void)state;
    struct buf path = {0};
    buf_puts(&path, "Script");
    for (int i = 0; i < 31; i++)
        buf_puts(&path, "/x");
    assert_false(unpack_names_too_deep(buf_text(&path)));
    buf_puts(&path, "/x");
    assert_true(unpack_names_too_deep(buf_text(&path)));
    buf_free(&path);
}

/* ------------------------------------------------------------------------------------------------------------ ids */

static void ids_by_rule(void **state)
{
    (void)state;
    static const struct {
        const char *space, *name, *id;
    } rows[] = {
        /* made with Python's uuid.uuid5 */
        {"6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com", "2ed6657d-e927-568b-95e1-2665a8aea6a2"},
        {"6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "www.example.com", "2ed6657d-e927-568b-95e1-2665a8aea6a2"},
        {"4da0b033-096a-41a2-9258-4af8c12494eb", "tree/Script/New", "e106f5b6-ddf6-579e-8e53-7db46cb8f7dd"},
        /* no GUID: its own id in the nil namespace */
        {"p-1", "tree/Script/New", "8cda029c-fecf-55c0-bb98-95dafd9f8195"},
        {"", "", "db0be55f-cb6f-5027-a3c5-ad11c4f8ba7e"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char id[UUID_SIZE];
        uuid_of_name(rows[i].space, rows[i].name, id);
        assert_string_equal(id, rows[i].id);
    }
    char id[UUID_SIZE] = "p-1"; /* the result may take the namespace's place */
    uuid_of_name(id, "tree/Script/New", id);
    assert_string_equal(id, rows[3].id);
}

static void lists_of_texts(void **state)
{
    (void)state;
    struct strings strings = {0};
    struct arena arena = {0};
    strings_sort(&strings);
    static const char *const in[] = {"b", "a/x", "a", "B", "\xc3\xa4", "a"}, *const out[] = {"B",   "a", "a",
                                                                                             "a/x", "b", "\xc3\xa4"};
    for (size_t i = 0; i < COUNT(in); i++)
        assert_true(strings_add(&strings, &arena, in[i]));
    strings_sort(&strings);
    assert_int_equal(strings.count, COUNT(out));
    for (size_t i = 0; i < COUNT(out); i++)
        assert_string_equal(strings.items[i], out[i]);
    strings_free(&strings);
    assert_int_equal(strings.count, 0);
    arena_free(&arena);
}

/* ----------------------------------------------------------------------------------------------------- properties */

static void writes_properties_as_java_does(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value, *line;
    } rows[] = {
        {"a", "b", "a=b\n"},
        {"a", "", "a=\n"},
        {"a b", " c d ", "a\\ b=\\ c d \n"},
        {"a:b=c", "d:e=f", "a\\:b\\=c=d\\:e\\=f\n"},
        {"#a", "!b", "\\#a=\\!b\n"},
        {"a", "C:\\x", "a=C\\:\\\\x\n"},
        {"a", "\t\n\r\f", "a=\\t\\n\\r\\f\n"},
        {"a", "\x01\x7f", "a=\\u0001\\u007F\n"},
        {"a", "\xc3\xa4\xe2\x82\xac", "a=\\u00E4\\u20AC\n"},
        {"a", "\xf0\x9f\x98\x80", "a=\\uD83D\\uDE00\n"},
        {"\xc3\xa4", "  ", "\\u00E4=\\  \n"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf out = {0};
        struct arena arena = {0};
        struct properties back = {0};
        properties_put(&out, rows[i].key, rows[i].value);
        assert_string_equal(buf_text(&out), rows[i].line);
        assert_true(properties_parse(buf_text(&out), out.size, &arena, &back, NULL));
        assert_int_equal(back.count, 1);
        assert_string_equal(back.items[0].key, rows[i].key);
        assert_string_equal(back.items[0].value, rows[i].value);
        buf_free(&out);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes),
        cmocka_unit_test(cuts_long_names),
        cmocka_unit_test(encoding_can_be_undone),
        cmocka_unit_test(decodes),
        cmocka_unit_test(distinguishes),
        cmocka_unit_test(paths_are_distinct),
        cmocka_unit_test(paths_never_run_out),
        cmocka_unit_test(old_paths_are_kept),
        cmocka_unit_test(unlisted_items_have_digits),
        cmocka_unit_test(copies_have_their_paths),
        cmocka_unit_test(depth_has_an_end),
        cmocka_unit_test(ids_by_rule),
        cmocka_unit_test(lists_of_texts),
        cmocka_unit_test(writes_properties_as_java_does),
    };
    return cmocka_run_group_tests_name("tree_name", tests, NULL, NULL);
}
