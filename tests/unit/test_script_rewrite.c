/* Rewriting of references: what is offered, what is done, real projects, hostile texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strings.h"
#include "jpk/script_rewrite.h"
#include "tests/unit/projectmaker.h"

#define A "aaaaaaaa-0000-4000-8000-000000000001"
#define B "bbbbbbbb-0000-4000-8000-000000000002"

/* A copy of exactly this size, so that the sanitizer sees a read behind the end. */
static char *exact_copy(const char *text, size_t size)
{
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    if (size)
        memcpy(copy, text, size);
    return copy;
}

/* -------------------------------------------------------------------------------------------------- what is offered */

static const char *const forms[] = {"design", "cloud", "path", "other"};

static void put_view(struct buf *out, const char *before, struct script_view view)
{
    buf_puts(out, before);
    buf_put(out, view.text, view.length);
}

/* `design op 4 @12 in RunOperation/0 wants 4 comment`: a line for each question. */
static enum script_answer describe(void *context, const struct script_use *use, struct buf *replacement)
{
    struct buf *out = context;
    assert_int_equal(replacement->size, 0);
    buf_puts(out, forms[use->form]);
    put_view(out, " ", use->prefix);
    buf_printf(out, " #%x @%zu", (unsigned)use->item, use->offset);
    for (size_t i = 0; i < use->part_count; i++)
        put_view(out, " |", use->parts[i]);
    if (use->function.text) {
        put_view(out, " in ", use->function);
        buf_printf(out, "/%u", use->argument);
    }
    if (use->row)
        buf_printf(out, " wants %d", (int)use->parameter.wants);
    if (use->assigned.text)
        put_view(out, use->assigned_local ? " to local " : " to ", use->assigned);
    buf_puts(out, use->in_comment ? " comment" : "");
    buf_puts(out, use->embedded ? " embedded" : "");
    buf_puts(out, use->javascript ? " javascript" : "");
    buf_putc(out, '\n');
    return SCRIPT_KEEP;
}

static const struct {
    const char *text, *expected;
} offered[] = {
    {"", ""},
    {"<trans>RunOperation(\"op." A "\", false);</trans>", "design op #4 @21 in RunOperation/0 wants 4\n"},
    {"<trans>runscript( 'sc." A "' , 1)</trans>", "design sc #8 @19 in runscript/0 wants 5\n"},
    {"<trans>DbExecute(\"s." A "\", \"t." B "\")</trans>",
     "design s #1 @18 in DbExecute/0 wants 3\ndesign t #2 @60 in DbExecute/1 wants 0\n"},
    {"<trans>ArchiveFile(\"s." A "\",\"t." B "\")</trans>",
     "design s #1 @20 in ArchiveFile/0 wants 1\ndesign t #2 @61 in ArchiveFile/1 wants 1\n"},
    {"<trans>DBLoad(\"s." A "\",\"t." B "\")</trans>",
     "design s #1 @15 in DBLoad/0 wants 1\ndesign t #2 @56 in DBLoad/1 wants 2\n"},
    {"<trans>RunXSLT($a,\"s." A "\",\"\",\"s." B "\")</trans>",
     "design s #1 @19 in RunXSLT/1 wants 1\ndesign s #1 @63 in RunXSLT/3 wants 1\n"},
    {"<trans>Unknown(\"so." A "\")</trans>", "design so #20 @16 in Unknown/0\n"},
    /* assigned, and handed on */
    {"<trans>$a = \"t." A "\"; b = \"m." B "\"</trans>", "design t #2 @13 to a\ndesign m #10 @59 to local b\n"},
    {"<trans>ReadFile(If($x, 's." A "', 's." B "'))</trans>",
     "design s #1 @24 in ReadFile/0 wants 1\ndesign s #1 @66 in ReadFile/0 wants 1\n"},
    {"<trans>If('s." A "', Case(1, 's." B "'))</trans>",
     "design s #1 @11 in If/0 wants 0\ndesign s #1 @61 in Case/1 wants 0\n"},
    {"<trans>ReadFile(Case('s." A "', 's." B "'))</trans>",
     "design s #1 @22 in Case/0 wants 0\ndesign s #1 @64 in ReadFile/0 wants 1\n"},
    /* comments are read as code */
    {"<trans>//RunOperation(\"op." A "\");\n// see op." B ", don't\n</trans>",
     "design op #4 @23 in RunOperation/0 wants 4 comment\ndesign op #4 @73 comment embedded\n"},
    {"<trans>/* don't WriteFile(\"t." A "\") */</trans>", "design t #2 @27 comment embedded\n"},
    {"<trans>/*** $x = 's." A "'; //ReadFile('s." B "') */</trans>",
     "design s #1 @18 to x comment\ndesign s #1 @71 comment embedded\n"},
    {"<trans>RunScript(\"sc." A "\" // \"sc." B "\"\n)</trans>",
     "design sc #8 @18 in RunScript/0 wants 5\ndesign sc #8 @63 comment\n"},
    /* part of a longer string, of text outside of scripts, of what never ends */
    {"<trans>x(\"RunOperation('op." A "')\", \" op." B "\")</trans>",
     "design op #4 @24 in x/0 embedded\ndesign op #4 @70 in x/1 embedded\n"},
    {"see op." A " <trans>1</trans> and t." B, "design op #4 @4 embedded\ndesign t #2 @65 embedded\n"},
    {"<trans>\"op." A "</trans>", "design op #4 @8 embedded\n"},
    {"<trans>/* op." A, "design op #4 @10 comment embedded\n"},
    /* no references */
    {"<trans>\"xop." A "\" \"op." A "0\" \"op." A "-\" \".op." A "\" \"op-" A "\" op." A "</trans>",
     "other xop #0 @8\n"},
    {"<trans>x('ne." A "') 'abcde." A "' 'x.ne." A "'</trans>", "other ne #0 @10 in x/0\n"},
    /* Cloud Studio */
    {"<trans>RunOperation(\"<TAG>operation:A b</TAG>\")</trans>",
     "cloud operation #4 @21 |A b in RunOperation/0 wants 4\n"},
    {"<trans>RunScript('<TAG>script:A<TAG>'); SendEmailMessage(\"<TAG>email:B</TAG>\")</trans>",
     "cloud script #8 @18 |A in RunScript/0 wants 5\ncloud email #10 @58 |B in SendEmailMessage/0 wants 6\n"},
    {"<trans>ReadFile(\"<TAG>activity:ftp/My c/ftp_read/R: 1/2</TAG>\")</trans>",
     "cloud activity #100 @17 |ftp |My c |ftp_read |R: 1/2 in ReadFile/0 wants 1\n"},
    {"<trans>ReadFile(\"<TAG>activity:ftp</TAG>\")</trans>", "cloud activity #100 @17 |ftp in ReadFile/0 wants 1\n"},
    {"<trans>DBLookup(\"<TAG>endpoint:database/My d</TAG>\", s)</trans>",
     "cloud endpoint #200 @17 |database |My d in DBLookup/0 wants 3\n"},
    {"<javascript>Jitterbit.DbExecute('<TAG>connection:database/D</TAG>', s)</javascript>",
     "cloud connection #200 @33 |database |D in Jitterbit.DbExecute/0 wants 3 javascript\n"},
    {"<trans>RunPlugin(\"<TAG>plugin:http://example.com/a/b</TAG>\")</trans>",
     "cloud plugin #80 @18 |http://example.com/a/b in RunPlugin/0 wants 7\n"},
    {"<trans>x(\"a <TAG>script:A</TAG> <TAG>new:B</TAG>\")</trans>",
     "cloud script #8 @12 |A in x/0 embedded\nother new #0 @32 |B in x/0 embedded\n"},
    {"Failed: <TAG>operation:A</TAG>", "cloud operation #4 @8 |A embedded\n"},
    {"<trans>// RunOperation(\"<TAG>operation:A</TAG>\");\n</trans>",
     "cloud operation #4 @24 |A in RunOperation/0 wants 4 comment\n"},
    /* the editor of Design Studio */
    {"<trans>RunScript(\"<TAG>Scripts/logging/Write it</TAG>\")</trans>",
     "path Scripts #8 @18 |logging/Write it in RunScript/0 wants 5\n"},
    {"<trans>a(\"<TAG>Email Messages/E</TAG>\", \"<TAG>Other things/E</TAG>\")</trans>",
     "path Email Messages #10 @10 |E in a/0\nother Other things #0 @41 |E in a/1\n"},
    /* no tags of ours */
    {"<trans>\"<TAG></TAG><TAG>text</TAG><tag>script:A</tag><TAG>A:b</TAG>\"</trans>", ""},
    /* escape sequences: once for the string, once more for code in it */
    {"<trans>\"<TAG>script:a\\\"b\\\\c\\'</TAG>\"</trans>", "cloud script #8 @8 |a\"b\\c'\n"},
    {"<trans>\"x('<TAG>script:a\\\\'b</TAG>')\"</trans>", "cloud script #8 @11 |a'b embedded\n"},
    {"<trans>\"x(\\\"<TAG>script:a\\\\\\\"b</TAG>\\\")\"</trans>", "cloud script #8 @12 |a\"b embedded\n"},
    {"<trans>// x('<TAG>script:a\\'b</TAG>')\n</trans>", "cloud script #8 @13 |a'b in x/0 comment\n"},
    {"<TAG>script:a\\'b</TAG>", "cloud script #8 @0 |a\\'b embedded\n"},
    /* JavaScript */
    {"<javascript>var a = /op/.test('op." A "'); // Jitterbit.ReadFile(\"s." B "\")\n</javascript>",
     "design op #4 @31 in test/0 to local a javascript\n"
     "design s #1 @97 in Jitterbit.ReadFile/0 wants 1 comment javascript\n"},
    {"<javascript>x.ReadFile(`s." A "`)</javascript>", "design s #1 @24 in x.ReadFile/0 javascript\n"},
};

static void test_offered(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof offered / sizeof *offered; i++) {
        struct buf out = {0};
        struct script_rewriting rewriting = {.count = 0};
        size_t size = strlen(offered[i].text);
        char *copy = exact_copy(offered[i].text, size);
        assert_true(script_rewrite(copy, size, describe, &out, &rewriting, NULL));
        if (strcmp(buf_text(&out), offered[i].expected) != 0)
            print_message("case %zu: %s\n", i, offered[i].text);
        assert_string_equal(buf_text(&out), offered[i].expected);
        assert_string_equal(buf_text(&rewriting.text), offered[i].text);
        script_rewriting_free(&rewriting);
        buf_free(&out);
        free(copy);
    }
}

/* ----------------------------------------------------------------------------------------------------- what is done */

struct answer {
    enum script_answer answer;
    const char *text;
};

static enum script_answer answer_always(void *context, const struct script_use *use, struct buf *replacement)
{
    const struct answer *answer = context;
    (void)use;
    buf_puts(replacement, answer->text);
    return answer->answer;
}

static const char *const outcomes[] = {"kept", "replaced", "dropped", "unresolved", "built"};

/* `replaced 11+39 -> 11+20 in f/0`: a line for each change, and the new text. */
static void render(struct buf *out, const char *text, size_t size, script_resolver *resolve, void *context)
{
    struct script_rewriting rewriting = {.count = 0};
    size_t counted[SCRIPT_BUILT + 1] = {0};
    char *copy = exact_copy(text, size);
    assert_true(script_rewrite(copy, size, resolve, context, &rewriting, NULL));
    buf_put(out, buf_text(&rewriting.text), rewriting.text.size);
    for (size_t i = 0; i < rewriting.count; i++) {
        const struct script_change *change = &rewriting.changes[i];
        counted[change->outcome]++;
        assert_true(change->offset + change->length <= size);
        assert_true(change->new_offset + change->new_length <= rewriting.text.size);
        assert_true(i == 0 || change->offset >= change[-1].offset);
        if (change->outcome != SCRIPT_REPLACED && change->outcome != SCRIPT_DROPPED)
            assert_memory_equal(rewriting.text.data + change->new_offset, copy + change->offset, change->length);
        buf_printf(out, "\n%s ", outcomes[change->outcome]);
        buf_put(out, copy + change->offset, change->length);
        if (change->function.text)
            put_view(out, " in ", change->function);
    }
    assert_memory_equal(counted, rewriting.outcomes, sizeof counted);
    script_rewriting_free(&rewriting);
    free(copy);
}

static void check(const char *text, script_resolver *resolve, void *context, const char *expected)
{
    struct buf out = {0};
    render(&out, text, strlen(text), resolve, context);
    if (strcmp(buf_text(&out), expected) != 0)
        print_message("%s\n", text);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

#define OP "op." A

static const struct {
    struct answer answer;
    const char *text, *expected;
} done[] = {
    {{SCRIPT_REPLACE, "<TAG>operation:X</TAG>"},
     "<trans>\r\n  RunOperation( \"" OP "\" ) ;\r\n</trans>\n",
     "<trans>\r\n  RunOperation( \"<TAG>operation:X</TAG>\" ) ;\r\n</trans>\n\nreplaced " OP " in RunOperation"},
    {{SCRIPT_REPLACE, OP},
     "<trans>x('<TAG>operation:X<TAG>')</trans>",
     "<trans>x('" OP "')</trans>\n"
     "replaced <TAG>operation:X<TAG> in x"},
    {{SCRIPT_DROP, "ignored"},
     "<trans>x('" OP "', '" OP "')</trans>",
     "<trans>x('', '')</trans>\ndropped " OP " in x\ndropped " OP " in x"},
    {{SCRIPT_UNRESOLVED, "ignored"}, "<trans>// " OP "</trans>", "<trans>// " OP "</trans>\nunresolved " OP},
    /* quotes and backslashes, for the string and for code in it */
    {{SCRIPT_REPLACE, "a\"b'c\\d"}, "<trans>\"" OP "\"</trans>", "<trans>\"a\\\"b'c\\\\d\"</trans>\nreplaced " OP},
    {{SCRIPT_REPLACE, "a\"b'c\\d"}, "<trans>'" OP "'</trans>", "<trans>'a\"b\\'c\\\\d'</trans>\nreplaced " OP},
    {{SCRIPT_REPLACE, "a'b"}, "<trans>\"x('" OP "')\"</trans>", "<trans>\"x('a\\\\'b')\"</trans>\nreplaced " OP},
    {{SCRIPT_REPLACE, "a\"b"},
     "<trans>\"x(\\\"" OP "\\\")\"</trans>",
     "<trans>\"x(\\\"a\\\\\\\"b\\\")\"</trans>\nreplaced " OP},
    {{SCRIPT_REPLACE, "a'b"},
     "<trans>// x('" OP "')\n</trans>",
     "<trans>// x('a\\'b')\n</trans>\nreplaced " OP " in x"},
    {{SCRIPT_REPLACE, "a'b"}, "'" OP "'", "'a'b'\nreplaced " OP},
    {{SCRIPT_REPLACE, "`${x}$"},
     "<javascript>x(`" OP "`)</javascript>",
     "<javascript>x(`\\`\\${x}$`)</javascript>\nreplaced " OP " in x"},
    {{SCRIPT_REPLACE, "a\nb"}, "<trans>'" OP "'</trans>", "<trans>'a\\nb'</trans>\nreplaced " OP},
    /* comments end where they ended, and no script begins in text */
    {{SCRIPT_REPLACE, "a*/b"}, "<trans>/* " OP " */</trans>", "<trans>/* " OP " */</trans>\nunresolved " OP},
    {{SCRIPT_REPLACE, "/b"}, "<trans>/* *" OP " */</trans>", "<trans>/* *" OP " */</trans>\nunresolved " OP},
    {{SCRIPT_REPLACE, "b*"}, "<trans>/* " OP "/ */</trans>", "<trans>/* " OP "/ */</trans>\nunresolved " OP},
    {{SCRIPT_REPLACE, "b*"}, "<trans>/* " OP "*/</trans>", "<trans>/* b**/</trans>\nreplaced " OP},
    {{SCRIPT_REPLACE, "b*"}, "<trans>/* " OP, "<trans>/* b*\nreplaced " OP},
    {{SCRIPT_REPLACE, "a\nb"}, "<trans>// " OP "</trans>", "<trans>// " OP "</trans>\nunresolved " OP},
    {{SCRIPT_REPLACE, "</trans>"}, "<trans>// " OP "</trans>", "<trans>// " OP "</trans>\nunresolved " OP},
    {{SCRIPT_REPLACE, "x<trans>"}, OP, OP "\nunresolved " OP},
    {{SCRIPT_REPLACE, "</trans>"}, "<trans>'" OP "'</trans>", "<trans>'</trans>'</trans>\nreplaced " OP},
    /* put together at run time */
    {{SCRIPT_KEEP, ""},
     "<trans>RunOperation(\"op.\" + $id)</trans>",
     "<trans>RunOperation(\"op.\" + $id)</trans>\nbuilt op. in RunOperation"},
    {{SCRIPT_KEEP, ""},
     "<trans>RunOperation($id); RunOperation(id, $id); RunOperation(a$b); RunOperation(Get('x'));"
     "</trans>",
     "<trans>RunOperation($id); RunOperation(id, $id); RunOperation(a$b); RunOperation(Get('x'));</trans>\n"
     "built $id in RunOperation\nbuilt id in RunOperation\nbuilt a$b in RunOperation\nbuilt Get in RunOperation"},
    {{SCRIPT_KEEP, ""},
     "<trans>RunOperation(\"<TAG>operation:\" + $n + \"</TAG>\")</trans>",
     "<trans>RunOperation(\"<TAG>operation:\" + $n + \"</TAG>\")</trans>\nbuilt <TAG>operation: in RunOperation"},
    {{SCRIPT_KEEP, ""},
     "<trans>x = \"<TAG>script:\" + n + \"<TAG>\"; y = \"<TAG>\" + x; z('<TAG>script:A</TAG>')</trans>",
     "<trans>x = \"<TAG>script:\" + n + \"<TAG>\"; y = \"<TAG>\" + x; z('<TAG>script:A</TAG>')</trans>\n"
     "built <TAG>script:\nbuilt <TAG>\nkept <TAG>script:A</TAG> in z"},
    {{SCRIPT_KEEP, ""},
     "<trans>RunScript(Concat(\"sc.\", $id)); x = Concat(\"so.\", $id); y = \"op.\"</trans>",
     "<trans>RunScript(Concat(\"sc.\", $id)); x = Concat(\"so.\", $id); y = \"op.\"</trans>\n"
     "built Concat in RunScript\nbuilt so. in Concat\nbuilt op."},
    {{SCRIPT_KEEP, ""},
     "<trans>WriteFile('t.' + $a, 't.'); x = 't.' + $a + \" I think so.\"</trans>",
     "<trans>WriteFile('t.' + $a, 't.'); x = 't.' + $a + \" I think so.\"</trans>\nbuilt t. in WriteFile"},
    {{SCRIPT_KEEP, ""},
     "<trans>x = \"RunOperation('op.\" + $id</trans>",
     "<trans>x = \"RunOperation('op.\" + $id</trans>\nbuilt RunOperation('op."},
    {{SCRIPT_KEEP, ""},
     "<trans>RunOperation(If($x, $a, '" OP "'))</trans>",
     "<trans>RunOperation(If($x, $a, '" OP "'))</trans>\nbuilt $a in RunOperation\nkept " OP " in RunOperation"},
    {{SCRIPT_KEEP, ""},
     "<javascript>Jitterbit.ReadFile(src); x.ReadFile(src)</javascript>",
     "<javascript>Jitterbit.ReadFile(src); x.ReadFile(src)</javascript>\nbuilt src in Jitterbit.ReadFile"},
    {{SCRIPT_KEEP, ""},
     "<trans>// RunOperation($id)\nCancelOperation($q[4]); FlushAllFiles()</trans>",
     "<trans>// RunOperation($id)\nCancelOperation($q[4]); FlushAllFiles()</trans>"},
    /* a name where a reference belongs */
    {{SCRIPT_KEEP, ""},
     "<trans>RunScript('Setup'); RunScript('', 'a')</trans>",
     "<trans>RunScript('Setup'); RunScript('', 'a')</trans>\nunresolved Setup in RunScript"},
};

static void test_done(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof done / sizeof *done; i++) {
        struct answer answer = done[i].answer;
        check(done[i].text, answer_always, &answer, done[i].expected);
    }
}

/* A variable with an index is told of behind the index; the changes are in the order of the text all the same. */
static void test_order(void **state)
{
    struct answer answer = {SCRIPT_REPLACE, "x"};
    (void)state;
    check("<trans>RunOperation($map['" OP "'], '" OP "')</trans>", answer_always, &answer,
          "<trans>RunOperation($map['x'], 'x')</trans>\nbuilt $map in RunOperation\nreplaced " OP " in RunOperation\n"
          "replaced " OP " in RunOperation");
}

/* ---------------------------------------------------------------------------------------------------- real projects */

/* All scripts of a project: what the graph found, what was offered, and the references by number. */
struct walk {
    const struct jpk_graph *graph;
    const struct jpk_entity *entity;
    uint32_t base;
    size_t offered, outside; /* those that the graph looks for; those in longer strings */
    struct strings texts;    /* what was replaced */
    struct arena arena;
};

/* How often the graph has the reference. */
static size_t in_graph(const struct walk *walk, const struct script_use *use)
{
    size_t n = 0;
    for (size_t i = 0; i < walk->graph->reference_count; i++) {
        const struct jpk_reference *reference = &walk->graph->references[i];
        n += reference->kind == JPK_REF_SCRIPT && reference->from == walk->entity &&
             reference->text_offset == walk->base + use->offset && reference->in_comment == use->in_comment &&
             strncmp(reference->target, use->guid.text, use->guid.length) == 0;
    }
    return n;
}

static enum script_answer number(void *context, const struct script_use *use, struct buf *replacement)
{
    struct walk *walk = context;
    char text[64];
    assert_int_equal(use->form, SCRIPT_FORM_DESIGN);
    size_t known = in_graph(walk, use);
    assert_true(known <= 1);
    walk->offered += known;
    walk->outside += known == 0;
    if (known == 0)
        assert_true(use->embedded && !use->in_comment);
    snprintf(text, sizeof text, "%.*s", (int)use->text.length, use->text.text);
    buf_printf(replacement, "<TAG>activity:a'\"\\/c/f/%zu</TAG>", walk->texts.count);
    assert_true(strings_add(&walk->texts, &walk->arena, text));
    return SCRIPT_REPLACE;
}

static enum script_answer restore(void *context, const struct script_use *use, struct buf *replacement)
{
    struct walk *walk = context;
    assert_int_equal(use->form, SCRIPT_FORM_CLOUD);
    assert_int_equal(use->part_count, 4);
    assert_memory_equal(use->parts[0].text, "a'\"\\", 4);
    size_t index = (size_t)strtoul(use->parts[3].text, NULL, 10);
    assert_true(index < walk->texts.count);
    buf_puts(replacement, walk->texts.items[index]);
    return SCRIPT_REPLACE;
}

/* Everything replaced, and restored again, is what it was; everything kept, too. */
static void walk_text(struct walk *walk, const char *text, uint32_t base)
{
    struct script_rewriting there = {.count = 0}, back = {.count = 0}, kept = {.count = 0};
    struct answer keep = {SCRIPT_KEEP, ""};
    walk->base = base;
    assert_true(script_rewrite(text, strlen(text), number, walk, &there, NULL));
    assert_int_equal(there.outcomes[SCRIPT_NOT_RESOLVED] + there.outcomes[SCRIPT_KEPT], 0);
    assert_true(script_rewrite(buf_text(&there.text), there.text.size, restore, walk, &back, NULL));
    assert_string_equal(buf_text(&back.text), text);
    assert_int_equal(back.outcomes[SCRIPT_REPLACED], there.outcomes[SCRIPT_REPLACED]);
    assert_true(script_rewrite(text, strlen(text), answer_always, &keep, &kept, NULL));
    assert_string_equal(buf_text(&kept.text), text);
    script_rewriting_free(&there);
    script_rewriting_free(&back);
    script_rewriting_free(&kept);
}

static void walk_entity(struct walk *walk)
{
    const struct jpk_entity *entity = walk->entity;
    if (entity->type == JPK_TYPE_SCRIPT)
        walk_text(walk, entity->as.script->text, 0);
    if (entity->type != JPK_TYPE_TRANSFORMATION)
        return;
    for (size_t i = 0; i < entity->as.transformation->mapping_count; i++) {
        const struct jpk_mapping *mapping = &entity->as.transformation->mappings[i];
        if (mapping->kind != JPK_MAPPING_LOOP)
            walk_text(walk, mapping->source, mapping->source_at);
    }
}

/* Every reference that the graph has of scripts is offered exactly once. */
static void test_real(void **state)
{
    static const size_t references[PM_REAL_COUNT] = {[PM_SALESFORCE] = 1};
    (void)state;
    for (int which = 0; which < PM_REAL_COUNT; which++) {
        struct jpk_archive *archive = pm_real((enum pm_real)which);
        struct jpk_error err = {0};
        struct walk walk = {.graph = NULL};
        size_t expected = 0;
        if (!archive)
            continue;
        struct jpk_project *project = jpk_project_load(archive, NULL, JPK_KEEP_GOING, &err);
        assert_non_null(project);
        struct jpk_graph *graph = jpk_graph_build(project, &err);
        assert_non_null(graph);
        walk.graph = graph;
        for (size_t i = 0; i < graph->reference_count; i++)
            expected += graph->references[i].kind == JPK_REF_SCRIPT;
        for (size_t i = 0; i < project->entity_count; i++) {
            walk.entity = project->entities[i];
            walk_entity(&walk);
        }
        assert_int_equal(walk.offered, expected);
        assert_true(expected >= references[which]);
        print_message("%s: %zu references, %zu in longer strings\n", pm_real_names[which], expected, walk.outside);
        strings_free(&walk.texts);
        arena_free(&walk.arena);
        jpk_graph_free(graph);
        jpk_project_free(project);
        jpk_archive_free(archive);
    }
}

/* ---------------------------------------------------------------------------------------------------------- hostile */

static void repeat(struct buf *out, const char *head, const char *piece, size_t size)
{
    buf_puts(out, head);
    while (out->size < size)
        buf_puts(out, piece);
}

/* Long texts that repeat something: kept as they are, in time and memory in proportion. The first ones have 10 MB. */
static void test_hostile(void **state)
{
    static const struct {
        const char *head, *piece;
    } inputs[] = {
        {"<trans>", "<TAG>"},
        {"<trans>\"", "<TAG>"},
        {"<trans>\"", "<TAG>script:"},
        {"<trans>//", "<TAG>script:a"},
        {"<trans>/*", "<TAG><"},
        {"", "<TAG>a</TAG>"},
        {"<trans>", "\"<TAG>\""},
        {"<trans>", "If(1,\"op.\"+"},
        {"<trans>", "RunOperation("},
        {"<trans>", "RunOperation(\"" OP "\","},
        {"<trans>", "\"" OP "\""},
        {"<trans>", "//" OP "\n"},
        {"<trans>/*", "/*" OP},
        {"<trans>//", "// '" OP "' "},
        {"<trans>", "/*'" OP "*/"},
        {"<trans>'", "\\"},
        {"<trans>'<TAG>script:a", "\\"},
        {"<javascript>", "`" OP "`+"},
        {"<javascript>//", "/"},
        {"", "op." A},
        {"<trans>", "</trans><trans>'"},
    };
    struct answer keep = {SCRIPT_KEEP, ""}, replace = {SCRIPT_REPLACE, "<TAG>script:x</TAG>"};
    (void)state;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        struct buf text = {0};
        struct script_rewriting kept = {.count = 0}, replaced = {.count = 0};
        repeat(&text, inputs[i].head, inputs[i].piece, i < 4 ? 10 << 20 : 1 << 20);
        assert_true(script_rewrite(text.data, text.size, answer_always, &keep, &kept, NULL));
        assert_int_equal(kept.text.size, text.size);
        assert_memory_equal(kept.text.data, text.data, text.size);
        assert_true(script_rewrite(text.data, text.size, answer_always, &replace, &replaced, NULL));
        assert_int_equal(replaced.count, kept.count);
        script_rewriting_free(&kept);
        script_rewriting_free(&replaced);
        buf_free(&text);
    }
}

/* Any bytes at all: nothing is read beside the text, and what is kept is kept. */
static void test_random(void **state)
{
    static const char *const pieces[] = {"<trans>", "</trans>", "<javascript>", "\"", "'", "`",   "//",  "/*", "*/",
                                         "<TAG>",   "</TAG>",   "script:",      "a/", OP,  "op.", "If(", ")",  ",",
                                         "\\",      "\n",       "$a",           "[",  "]", "+",   "=",   "x.", "\0"};
    struct answer keep = {SCRIPT_KEEP, ""}, replace = {SCRIPT_REPLACE, "a\"'`*/\\b"};
    uint32_t seed = 1;
    (void)state;
    for (size_t round = 0; round < 20000; round++) {
        struct buf text = {0}, out = {0};
        for (size_t n = 0; n < 24; n++) {
            seed = seed * 1664525 + 1013904223;
            const char *piece = pieces[(seed >> 16) % (sizeof pieces / sizeof *pieces)];
            buf_put(&text, piece, *piece ? strlen(piece) : 1);
        }
        render(&out, text.data, text.size, answer_always, &keep);
        assert_memory_equal(out.data, text.data, text.size);
        buf_clear(&out);
        render(&out, text.data, text.size, answer_always, &replace);
        buf_free(&text);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offered), cmocka_unit_test(test_done),    cmocka_unit_test(test_order),
        cmocka_unit_test(test_real),    cmocka_unit_test(test_hostile), cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
