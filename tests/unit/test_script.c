/* The scanner of Jitterbit Script and what it reports of a script. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zip.h>

#include "base/buf.h"
#include "jpk/script.h"

#define GUID "65271b0b-77a8-4711-822b-fa73c7100a6b"

struct test_case {
    const char *text, *expected;
};

/* --------------------------------------------------------------------------------------------------------- rendering
 */

/* A copy of exactly this size, so that the sanitizer sees a read behind the end. */
static char *exact_copy(const char *text, size_t size)
{
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    if (size)
        memcpy(copy, text, size);
    return copy;
}

/* One letter for the kind, and the text: `v<$a>`. White space is `_`. */
static void render_tokens(struct buf *out, const char *text, size_t size)
{
    static const char letters[] = "xt_csnwvpo!";
    char *copy = exact_copy(text, size);
    struct script_scanner scanner;
    struct script_token token;
    size_t at = 0;
    script_begin(&scanner, copy, size);
    while (script_next(&scanner, &token)) {
        assert_int_equal(token.offset, at);
        assert_true(token.length > 0);
        at += token.length;
        buf_putc(out, letters[token.kind]);
        if (token.kind == SCRIPT_SPACE)
            continue;
        buf_putc(out, '<');
        buf_put(out, copy + token.offset, token.length);
        buf_putc(out, '>');
    }
    assert_int_equal(at, size);
    free(copy);
}

static void put_view(struct buf *out, const char *before, struct script_view view)
{
    buf_puts(out, before);
    buf_put(out, view.text, view.length);
}

/* `read b @19 in f/0 alone = "x" to a`: a line for each event. */
static bool render_event(void *context, const struct script_event *event)
{
    static const char *const kinds[] = {"ref",  "tag",  "read", "write",  "local-read", "local-write",
                                        "call", "path", "open", "string", "comment",    "text"};
    struct buf *out = context;
    buf_puts(out, kinds[event->kind]);
    put_view(out, " ", event->prefix);
    put_view(out, event->prefix.text ? "." : "", event->name);
    buf_printf(out, " @%u", event->offset);
    if (event->in_comment)
        buf_puts(out, " comment");
    if (event->function.text) {
        put_view(out, " in ", event->function);
        buf_printf(out, "/%u", event->argument);
    }
    if (event->alone)
        buf_puts(out, " alone");
    if (event->compared.text) {
        put_view(out, event->compared_string ? " = \"" : " = ", event->compared);
        buf_puts(out, event->compared_string ? "\"" : "");
    }
    if (event->assigned.text)
        put_view(out, event->assigned_local ? " to local " : " to ", event->assigned);
    buf_putc(out, '\n');
    return true;
}

static void render_events(struct buf *out, const char *text, size_t size)
{
    char *copy = exact_copy(text, size);
    assert_true(script_events(copy, size, render_event, out));
    free(copy);
}

/* With the calls around each event, from the inside: `(f/0 g/1)`. */
static bool render_around(void *context, const struct script_event *event)
{
    struct buf *out = context;
    struct script_call call;
    if (event->kind != SCRIPT_EVENT_STRING && event->kind != SCRIPT_EVENT_COMMENT && event->kind != SCRIPT_EVENT_TEXT &&
        event->kind != SCRIPT_EVENT_OPEN)
        return true;
    render_event(context, event);
    out->size--;
    buf_puts(out, " (");
    for (unsigned level = 0; script_event_call(event, level, &call); level++) {
        put_view(out, level > 0 ? " " : "", call.function);
        buf_printf(out, "/%u", call.argument);
    }
    buf_puts(out, event->language == SCRIPT_JAVASCRIPT ? ") javascript\n" : ")\n");
    return true;
}

/* From behind what stands before `|`, inside of a script when there is such a mark; else from the beginning. */
static void render_texts(struct buf *out, const char *text, size_t size)
{
    const char *mark = memchr(text, '|', size);
    char *copy = exact_copy(text, size);
    struct script_scanner scanner;
    script_begin(&scanner, copy, size);
    scanner.inside = mark != NULL;
    scanner.at = mark ? (size_t)(mark + 1 - text) : 0;
    assert_true(script_events_from(&scanner, SCRIPT_WITH_TEXTS, render_around, out));
    free(copy);
}

static void run(const struct test_case *cases, size_t n, void (*render)(struct buf *, const char *, size_t))
{
    for (size_t i = 0; i < n; i++) {
        struct buf out = {0};
        render(&out, cases[i].text, strlen(cases[i].text));
        if (strcmp(buf_text(&out), cases[i].expected) != 0)
            print_message("case %zu: %s\n", i, cases[i].text);
        assert_string_equal(buf_text(&out), cases[i].expected);
        buf_free(&out);
    }
}

/* ------------------------------------------------------------------------------------------------------------- tokens
 */

static const struct test_case token_cases[] = {
    /* tags */
    {"", ""},
    {"no tag, \"nothing\" $to //see < trans>", "x<no tag, \"nothing\" $to //see < trans>>"},
    {"a<trans>b</trans>c", "x<a>t<<trans>>w<b>t<</trans>>x<c>"},
    {"<TRANS>a</Trans>", "t<<TRANS>>w<a>t<</Trans>>"},
    {"SELECT <trans>$a</trans>, <trans>$b</trans>",
     "x<SELECT >t<<trans>>v<$a>t<</trans>>x<, >t<<trans>>v<$b>t<</trans>>"},
    {"<trans>a</trans>\n</trans>", "t<<trans>>w<a>t<</trans>>x<\n>t<</trans>>"},
    {"<trans></tran", "t<<trans>>o<<>o</>w<tran>"},
    {"<trans><", "t<<trans>>o<<>"},
    {"</trans", "x<</trans>"},
    {"<<trans>>", "x<<>t<<trans>>o<>>"},
    /* a closing tag in a line comment, in a string, in a block comment; only that of the language counts */
    {"<trans>// a</trans>b", "t<<trans>>c<// a>t<</trans>>x<b>"},
    {"<trans>'</trans>'</trans>", "t<<trans>>s<'</trans>'>t<</trans>>"},
    {"<trans>/*</trans>*/</trans>", "t<<trans>>c</*</trans>*/>t<</trans>>"},
    {"<javascript>//</trans>\n</javascript>", "t<<javascript>>c<//</trans>>_t<</javascript>>"},
    /* comments */
    {"<trans>//a\r\n//b\n/**//***/", "t<<trans>>c<//a>_c<//b>_c</**/>c</***/>"},
    {"<trans>//\r\n//", "t<<trans>>c<//>_c<//>"},
    {"<trans>/*/ a */b", "t<<trans>>c</*/ a */>w<b>"},
    {"<trans>a/b", "t<<trans>>w<a>o</>w<b>"},
    /* strings: both quotes, escapes in both, line ends */
    {"<trans>\"it's\"'a \"b\"'", "t<<trans>>s<\"it's\">s<'a \"b\"'>"},
    {"<trans>\"a\\\"b\\\\\"'c\\'d'", "t<<trans>>s<\"a\\\"b\\\\\">s<'c\\'d'>"},
    {"<trans>\"{\n 'a': 1\n}\"", "t<<trans>>s<\"{\n 'a': 1\n}\">"},
    {"<trans>\"<?xml?><a>//</a>\"", "t<<trans>>s<\"<?xml?><a>//</a>\">"},
    /* what never ends */
    {"<trans>a+\"b;\n$c</trans>", "t<<trans>>w<a>o<+>!<\"b;\n$c>t<</trans>>"},
    {"<trans>\"a</trans> x <trans>b</trans>\n", "t<<trans>>!<\"a</trans> x <trans>b>t<</trans>>x<\n>"},
    {"<trans>/* a", "t<<trans>>!</* a>"},
    {"<trans>/*", "t<<trans>>!</*>"},
    {"<trans>/*/", "t<<trans>>!</*/>"},
    {"<trans>'a\\", "t<<trans>>!<'a\\>"},
    {"<trans>'a\\'", "t<<trans>>!<'a\\'>"},
    {"<trans>'</trans></javascript>", "t<<trans>>!<'>t<</trans>>t<</javascript>>"},
    /* variables */
    {"<trans>$a $a.b_c.D9 $a. $a.;$a..b", "t<<trans>>v<$a>_v<$a.b_c.D9>_v<$a>o<.>_v<$a>o<.>o<;>v<$a>o<.>o<.>w<b>"},
    {"<trans>+$a-$b(!$c", "t<<trans>>o<+>v<$a>o<->v<$b>o<(>o<!>v<$c>"},
    {"<trans>$ $$a $:start $?s $.out $-a", "t<<trans>>o<$>_o<$>p<$a>_v<$:start>_v<$?s>_v<$.out>_o<$>o<->w<a>"},
    {"<trans>$a$b.c", "t<<trans>>v<$a>p<$b.c>"},
    {"<trans>$a[1]$b", "t<<trans>>v<$a>o<[>n<1>o<]>p<$b>"},
    /* node paths of real mappings */
    {"<trans>Contacts$Contact.ID$typID$", "t<<trans>>p<Contacts$Contact.ID$typID$>"},
    {"<trans>PUB:order.PUB:customer$Cust?no+\"_\"", "t<<trans>>p<PUB:order.PUB:customer$Cust?no>o<+>s<\"_\">"},
    {"<trans>f(i, r$l$w#.baseRef$1$RecordRef$externalId)",
     "t<<trans>>w<f>o<(>w<i>o<,>_p<r$l$w#.baseRef$1$RecordRef$externalId>o<)>"},
    {"<trans>a$status$statusDetail#1.message$)", "t<<trans>>p<a$status$statusDetail#1.message$>o<)>"},
    {"<trans>PUB:item?whs#.Vendor?code;", "t<<trans>>p<PUB:item?whs#.Vendor?code>o<;>"},
    {"<trans>Contacts$Contact.Communication$EmailAddress.\n",
     "t<<trans>>p<Contacts$Contact.Communication$EmailAddress.>_"},
    {"<trans>[_root_$Person#.],[json$]", "t<<trans>>o<[>p<_root_$Person#.>o<]>o<,>o<[>p<json$>o<]>"},
    {"<trans>x[1].Name$ x[1]$Name", "t<<trans>>w<x>o<[>n<1>o<]>p<.Name$>_w<x>o<[>n<1>o<]>p<$Name>"},
    {"<trans>?Prod?Group Sheet2? ? : a: b", "t<<trans>>p<?Prod?Group>_p<Sheet2?>_o<?>_o<:>_w<a>o<:>_w<b>"},
    /* names and numbers */
    {"<trans>Header _1 a9 \xc3\xa9t\xc3\xa9", "t<<trans>>w<Header>_w<_1>_w<a9>_w<\xc3\xa9t\xc3\xa9>"},
    {"<trans>1 1.5 .5 10. 1e3 2.5E-3 -1", "t<<trans>>n<1>_n<1.5>_n<.5>_n<10.>_n<1e3>_n<2.5E-3>_o<->n<1>"},
    {"<trans>2nd 3rd$x 1e 1..2", "t<<trans>>w<2nd>_p<3rd$x>_w<1e>_p<1..2>"},
    /* operators: the longest first */
    {"<trans>a==b!=c<=d>=e&&f||g", "t<<trans>>w<a>o<==>w<b>o<!=>w<c>o<<=>w<d>o<>=>w<e>o<&&>w<f>o<||>w<g>"},
    {"<trans>a++ +b--<c>d^e&f|g", "t<<trans>>w<a>o<++>_o<+>w<b>o<-->o<<>w<c>o<>>w<d>o<^>w<e>o<&>w<f>o<|>w<g>"},
    {"<trans>a+=b-=c*=d/=e%=f^=g&=h|=i",
     "t<<trans>>w<a>o<+=>w<b>o<-=>w<c>o<*=>w<d>o</=>w<e>o<%=>w<f>o<^=>w<g>o<&=>w<h>o<|=>w<i>"},
    {"<trans>{1};@\\`", "t<<trans>>o<{>n<1>o<}>o<;>o<@>o<\\>o<`>"},
    /* JavaScript */
    {"<JavaScript>var a='b'+`c\n\"`;//d\n/*e*/</javascript>",
     "t<<JavaScript>>w<var>_w<a>o<=>s<'b'>o<+>s<`c\n\"`>o<;>c<//d>_c</*e*/>t<</javascript>>"},
    {"<javascript>a=/['\"]\\/[/]/g;'b'", "t<<javascript>>w<a>o<=>s</['\"]\\/[/]/g>o<;>s<'b'>"},
    {"<javascript>/'/.test(a)", "t<<javascript>>s</'/>o<.>w<test>o<(>w<a>o<)>"},
    {"<javascript>return /'/;typeof /\"/", "t<<javascript>>w<return>_s</'/>o<;>w<typeof>_s</\"/>"},
    {"<javascript>a/2/b;f()/2/c;d[0]/2/e;i++/2/3",
     "t<<javascript>>w<a>o</>n<2>o</>w<b>o<;>w<f>o<(>o<)>o</>n<2>o</>w<c>o<;>"
     "w<d>o<[>n<0>o<]>o</>n<2>o</>w<e>o<;>w<i>o<++>o</>n<2>o</>n<3>"},
    {"<javascript>a=/b\n'c'", "t<<javascript>>w<a>o<=>o</>w<b>_s<'c'>"},
    {"<javascript>$a ? $b:$c; d$e o.$f $", "t<<javascript>>v<$a>_o<?>_v<$b>o<:>v<$c>o<;>_w<d$e>_w<o>o<.>w<$f>_w<$>"},
    {"<javascript>$a.length 0x1F 1.5e-3+2", "t<<javascript>>v<$a>o<.>w<length>_n<0x1F>_n<1.5e-3>o<+>n<2>"},
    {"<javascript>a===b!==c>>>=d>>>e", "t<<javascript>>w<a>o<===>w<b>o<!==>w<c>o<>>>=>w<d>o<>>>>w<e>"},
};

static void test_tokens(void **state)
{
    (void)state;
    run(token_cases, sizeof token_cases / sizeof *token_cases, render_tokens);
}

/* Bytes that are no text: NUL, half a character. */
static void test_any_bytes(void **state)
{
    (void)state;
    static const char text[] = "<trans>\0$a\0\xff\xc3'\0'";
    static const char expected[] = "t<<trans>>o<\0>v<$a>o<\0>w<\xff\xc3>s<'\0'>";
    struct buf out = {0};
    render_tokens(&out, text, sizeof text - 1);
    assert_int_equal(out.size, sizeof expected - 1);
    assert_memory_equal(out.data, expected, out.size);
    buf_free(&out);
}

static void test_language(void **state)
{
    (void)state;
    static const char text[] = "x<javascript>a</javascript>y<trans>b";
    static const enum script_language expected[] = {SCRIPT_JITTERBIT,  SCRIPT_JAVASCRIPT, SCRIPT_JAVASCRIPT,
                                                    SCRIPT_JAVASCRIPT, SCRIPT_JAVASCRIPT, SCRIPT_JITTERBIT,
                                                    SCRIPT_JITTERBIT};
    struct script_scanner scanner;
    struct script_token token;
    size_t n = 0;
    script_begin(&scanner, text, sizeof text - 1);
    for (; script_next(&scanner, &token); n++)
        assert_int_equal(token.language, expected[n]);
    assert_int_equal(n, sizeof expected / sizeof *expected);
}

/* ------------------------------------------------------------------------------------------------------------- events
 */

static const struct test_case event_cases[] = {
    /* outside of tags nothing happens */
    {"$a = f(\"op." GUID "\")", ""},
    {"$a <trans>$b</trans> $c <trans>$d", "read b @10\n"
                                          "read d @31\n"},
    /* references: the whole of a string, in code; anywhere between word boundaries, in comments */
    {"<trans>RunOperation(\"op." GUID "\");ReadFile('s.65271B0B-77A8-4711-822B-FA73C7100A6B')",
     "call RunOperation @7\n"
     "ref op." GUID " @21 in RunOperation/0 alone\n"
     "call ReadFile @63\n"
     "ref s.65271B0B-77A8-4711-822B-FA73C7100A6B @73 in ReadFile/0 alone\n"},
    {"<trans>f( \"sc." GUID "\", 1, \"m." GUID "\")", "call f @7\n"
                                                      "ref sc." GUID " @11 in f/0 alone\n"
                                                      "ref m." GUID " @57 in f/2 alone\n"},
    {"<trans>\"op." GUID " \";\" op." GUID "\";\"opx." GUID "\";\"op." GUID "0\";\"so." GUID "\"",
     "ref so." GUID " @180\n"},
    {"<trans>// RunOperation(\"op." GUID "\") t." GUID ". xop." GUID " op." GUID "0", "ref op." GUID " @24 comment\n"
                                                                                      "ref t." GUID " @66 comment\n"},
    {"<trans>/* so." GUID " */f(/* s." GUID " */)", "ref so." GUID " @10 comment\n"
                                                    "call f @52\n"
                                                    "ref s." GUID " @57 comment\n"},
    /* variables in comments; an amount of money is none */
    {"<trans>// $a.b = $c; $5.00 a$b json$x$y $7up\n$d", "read a.b @10 comment\n"
                                                         "read c @17 comment\n"
                                                         "read 7up @40 comment\n"
                                                         "read d @45\n"},
    /* reads: alone, negated, compared */
    {"<trans>If($x, Date($y), !$z)", "call If @7\n"
                                     "read x @10 in If/0 alone\n"
                                     "call Date @14 in If/1\n"
                                     "read y @19 in Date/0 alone\n"
                                     "read z @25 in If/2 alone\n"},
    {"<trans>f(!!$a, -$b, $c + 1, ($d))", "call f @7\n"
                                          "read a @11 in f/0 alone\n"
                                          "read b @16 in f/1\n"
                                          "read c @20 in f/2\n"
                                          "read d @29 in f/3\n"},
    {"<trans>f($a;, $b[1], g($c)[2])", "call f @7\n"
                                       "read a @9 in f/0\n"
                                       "read b @14 in f/1 alone\n"
                                       "call g @21 in f/2\n"
                                       "read c @23 in g/0 alone\n"},
    {"<trans>$a == 'true'; $b != 5; $c <= -1.5; $d >= false; $e < null; $f > g", "read a @7 = \"true\"\n"
                                                                                 "read b @21 = 5\n"
                                                                                 "read c @30 = -1.5\n"
                                                                                 "read d @42 = false\n"
                                                                                 "read e @55 = null\n"
                                                                                 "read f @66\n"
                                                                                 "local-read g @71\n"},
    {"<trans>'x' == $a; 1 < $b; true != c; -2 == $d", "read a @14 = \"x\"\n"
                                                      "read b @22 = 1\n"
                                                      "local-read c @34 = true\n"
                                                      "read d @43 = -2\n"},
    {"<trans>$a == 'x' + b; 'x' == $a + b; $a + $b == 1; 1 + 2 == $c; $d == ''", "read a @7\n"
                                                                                 "local-read b @19\n"
                                                                                 "read a @29\n"
                                                                                 "local-read b @34\n"
                                                                                 "read a @37\n"
                                                                                 "read b @42\n"
                                                                                 "read c @60\n"
                                                                                 "read d @64 = \"\"\n"},
    {"<trans>($a == \"e\") && ($b <= c)", "read a @8 = \"e\"\n"
                                          "read b @23\n"
                                          "local-read c @29\n"},
    {"<trans>$a[1] == \"x\"; \"y\" == $b[\"k\"]; f($c[0])", "read a @7 = \"x\"\n"
                                                            "read b @28 = \"y\"\n"
                                                            "call f @37\n"
                                                            "read c @39 in f/0 alone\n"},
    /* assignments: the write comes when the right side ends */
    {"<trans>$a = $b; c = d", "read b @12 to a\n"
                              "write a @7\n"
                              "local-read d @20 to local c\n"
                              "local-write c @16\n"},
    {"<trans>If($f, $a = \"1\", b = 2)", "call If @7\n"
                                         "read f @10 in If/0 alone\n"
                                         "write a @14 in If/1\n"
                                         "local-write b @24 in If/2\n"},
    {"<trans>a = $b = c", "local-read c @16 to b\n"
                          "write b @11 to local a\n"
                          "local-write a @7\n"},
    {"<trans>$a = f($b, $c = $d) + $e", "call f @12 to a\n"
                                        "read b @14 in f/0 alone to a\n"
                                        "read d @23 in f/1 to c\n"
                                        "write c @18 in f/1 to a\n"
                                        "read e @29 to a\n"
                                        "write a @7\n"},
    {"<trans>$a = {$b, {c}}; $d = [$e]", "read b @13 to a\n"
                                         "local-read c @18 to a\n"
                                         "write a @7\n"
                                         "read e @29 to d\n"
                                         "write d @23\n"},
    {"<trans>$a += $b; c -= d; $e *= 1; $f /= 1; $g %= 1; $h ^= 1; $i &= 1; $j |= 1", "read a @7 to a\n"
                                                                                      "read b @13 to a\n"
                                                                                      "write a @7\n"
                                                                                      "local-read c @17 to local c\n"
                                                                                      "local-read d @22 to local c\n"
                                                                                      "local-write c @17\n"
                                                                                      "read e @25 to e\n"
                                                                                      "write e @25\n"
                                                                                      "read f @34 to f\n"
                                                                                      "write f @34\n"
                                                                                      "read g @43 to g\n"
                                                                                      "write g @43\n"
                                                                                      "read h @52 to h\n"
                                                                                      "write h @52\n"
                                                                                      "read i @61 to i\n"
                                                                                      "write i @61\n"
                                                                                      "read j @70 to j\n"
                                                                                      "write j @70\n"},
    {"<trans>i++; --$j; $k--; ++$l[m]; f(n++)", "local-read i @7 to local i\n"
                                                "local-write i @7\n"
                                                "read j @14 to j\n"
                                                "write j @14\n"
                                                "read k @18 to k\n"
                                                "write k @18\n"
                                                "local-read m @29\n"
                                                "read l @26 to l\n"
                                                "write l @26\n"
                                                "call f @33\n"
                                                "local-read n @35 in f/0 to local n\n"
                                                "local-write n @35 in f/0\n"},
    {"<trans>$a == 1; $b != 2; $c <= 3; $d >= 4", "read a @7 = 1\n"
                                                  "read b @16 = 2\n"
                                                  "read c @25 = 3\n"
                                                  "read d @34 = 4\n"},
    {"<trans>$d[\"k\"] = $v", "read v @17 to d\n"
                              "write d @7\n"},
    {"<trans>$d[$i][j] += e[k]", "read i @10\n"
                                 "local-read j @14\n"
                                 "read d @7 to d\n"
                                 "local-read k @22 to d\n"
                                 "local-read e @20 to d\n"
                                 "write d @7\n"},
    {"<trans>$a = 1 $b = 2", "write a @7\n"
                             "write b @14\n"},
    {"<trans>$a = $b</trans>$c", "read b @12 to a\n"
                                 "write a @7\n"},
    {"<trans>(a = 1) + b", "local-write a @8\n"
                           "local-read b @17\n"},
    /* Get and Set are another spelling of a variable */
    {"<trans>Set(\"x\", $y)", "call Set @7\n"
                              "read y @16 in Set/1 alone\n"
                              "write x @12\n"},
    {"<trans>$a = Get(\"$b.c-d\") == \"e\"", "call Get @12 to a\n"
                                             "read b.c-d @17 = \"e\" to a\n"
                                             "write a @7\n"},
    {"<trans>If(get( 'x' ), SET(\"y\", 1, 0))", "call If @7\n"
                                                "call get @10 in If/0\n"
                                                "read x @16 in If/0 alone\n"
                                                "call SET @22 in If/1\n"
                                                "write y @27 in If/1\n"},
    {"<trans>Get(\"x\" + y); Get(z); Get(\"\"); Set(1, \"q\")", "call Get @7\n"
                                                                "local-read y @17 in Get/0\n"
                                                                "call Get @21\n"
                                                                "local-read z @25 in Get/0 alone\n"
                                                                "call Get @29\n"
                                                                "call Set @38\n"},
    {"<trans>Get(\"a\")[1]; Getx(\"b\")", "call Get @7\n"
                                          "read a @12\n"
                                          "call Getx @20\n"},
    {"<javascript>Jitterbit.SetVar(\"$a.b\", Jitterbit.GetVar(\"$c\") + 1); Jitterbit.GetVar(\"d\"); Get(\"$e\")",
     "call Jitterbit.SetVar @12\n"
     "call Jitterbit.GetVar @37 in Jitterbit.SetVar/1\n"
     "read c @55 in Jitterbit.SetVar/1\n"
     "write a.b @30\n"
     "call Jitterbit.GetVar @66\n"
     "call Get @89\n"},
    /* calls, names and paths */
    {"<trans>ArgumentList(a, $b, c + d)", "call ArgumentList @7\n"
                                          "local-write a @20 in ArgumentList/0 alone\n"
                                          "write b @23 in ArgumentList/1 alone\n"
                                          "local-read c @27 in ArgumentList/2\n"
                                          "local-read d @31 in ArgumentList/2\n"},
    {"<trans>f (a); F/* */(b, g(c, d))", "call f @7\n"
                                         "local-read a @10 in f/0 alone\n"
                                         "call F @14\n"
                                         "local-read b @21 in F/0 alone\n"
                                         "call g @24 in F/1\n"
                                         "local-read c @26 in g/0 alone\n"
                                         "local-read d @29 in g/1 alone\n"},
    {"<trans>true; FALSE; Null; if(null, x)", "call if @26\n"
                                              "local-read x @35 in if/1 alone\n"},
    {"<trans>Header", "local-read Header @7\n"},
    {"<trans>$a = json$x$; f([r$], PUB:o.c?d, p#.q)", "path json$x$ @12 to a\n"
                                                      "write a @7\n"
                                                      "call f @21\n"
                                                      "path r$ @24 in f/0\n"
                                                      "path PUB:o.c?d @29 in f/1 alone\n"
                                                      "path p#.q @40 in f/2 alone\n"},
    {"<trans>a[1]$b$ + x[i].c", "local-read a @7\n"
                                "path $b$ @11\n"
                                "local-read i @19\n"
                                "local-read x @17\n"
                                "path .c @21\n"},
    /* broken code */
    {"<trans>f($a]", "call f @7\n"
                     "read a @9 in f/0\n"},
    {"<trans>f(a], $b) ) } $c", "call f @7\n"
                                "local-read a @9 in f/0\n"
                                "read b @13 in f/1 alone\n"
                                "read c @21\n"},
    {"<trans>f([a, $b); g($c)", "call f @7\n"
                                "local-read a @10 in f/0\n"
                                "read b @13 in f/0\n"
                                "call g @18\n"
                                "read c @20 in g/0 alone\n"},
    {"<trans>$a[$b", "read b @10\n"
                     "read a @7\n"},
    {"<trans>$a = f(\"x", "call f @12 to a\n"
                          "open \"x @14 in f/0 to a\n"
                          "write a @7\n"},
    {"<trans>= 1; == $a; ++; []=3; $a ++ = 2", "read a @15\n"
                                               "read a @29 to a\n"
                                               "write a @29\n"},
    /* JavaScript */
    {"<javascript>var a = 1\nb = a\n$c = b", "local-write a @16\n"
                                             "local-read a @26 to local b\n"
                                             "local-write b @22\n"
                                             "local-read b @33 to c\n"
                                             "write c @28\n"},
    {"<javascript>function f(a, b) { return a.length + g(b) }", "local-write a @23\n"
                                                                "local-write b @26\n"
                                                                "local-read a @38\n"
                                                                "call g @49\n"
                                                                "local-read b @51 in g/0 alone\n"},
    {"<javascript>x = function (c) { c() }; try { } catch (e) { e }", "local-write c @26 to local x\n"
                                                                      "call c @31 to local x\n"
                                                                      "local-write x @12\n"
                                                                      "local-write e @53\n"
                                                                      "local-read e @58\n"},
    {"<javascript>a.b.c(d).e(\"s\"); Math.max(f.g); new H(i)", "local-read a @12\n"
                                                               "call a.b.c @12\n"
                                                               "local-read d @18 in a.b.c/0 alone\n"
                                                               "call e @21\n"
                                                               "call Math.max @29\n"
                                                               "local-read f @38 in Math.max/0\n"
                                                               "call H @48\n"
                                                               "local-read i @50 in H/0 alone\n"},
    {"<javascript>a = {b: $c, d: e ? f : g}", "read c @20 to local a\n"
                                              "local-read e @27 to local a\n"
                                              "local-read f @31 to local a\n"
                                              "local-read g @35 to local a\n"
                                              "local-write a @12\n"},
    {"<javascript>var $a; for (var k in o) { $a = o[k] }", "write a @16\n"
                                                           "local-write k @29\n"
                                                           "local-read o @34\n"
                                                           "local-read k @46 to a\n"
                                                           "local-read o @44 to a\n"
                                                           "write a @39\n"},
    {"<javascript>if ($a === \"x\" && /\"/.test(b)) c++; while (d) { }", "read a @16 = \"x\"\n"
                                                                         "call test @34\n"
                                                                         "local-read b @39 in test/0 alone\n"
                                                                         "local-read c @43 to local c\n"
                                                                         "local-write c @43\n"
                                                                         "local-read d @55\n"},
    {"<javascript>o.p = $q; this.r = s", "local-read o @12\n"
                                         "read q @18\n"
                                         "local-read s @31\n"},
};

static void test_events(void **state)
{
    (void)state;
    run(event_cases, sizeof event_cases / sizeof *event_cases, render_events);
}

static bool stop_at_second(void *context, const struct script_event *event)
{
    (void)event;
    int *seen = context;
    return ++*seen < 2;
}

static void test_stop(void **state)
{
    (void)state;
    static const char *const texts[] = {"<trans>$a;$b;$c</trans>", "<trans>//$a $b $c\n</trans>", "<trans>a=b=c=d"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int seen = 0;
        assert_false(script_events(texts[i], strlen(texts[i]), stop_at_second, &seen));
        assert_int_equal(seen, 2);
    }
}

/* What is known of the reads in `f(f(...f($x = $y)))`; g($z)`. */
struct depth {
    bool y_function, y_assigned, z_function;
    size_t calls, writes;
};

static bool see_depth(void *context, const struct script_event *event)
{
    struct depth *seen = context;
    if (event->kind == SCRIPT_EVENT_CALL)
        seen->calls++;
    else if (event->kind == SCRIPT_EVENT_WRITE)
        seen->writes++;
    else if (event->name.text[0] == 'z')
        seen->z_function = event->function.length == 1 && event->function.text[0] == 'g' && event->alone;
    else {
        seen->y_function = event->function.text != NULL;
        seen->y_assigned = event->assigned.text != NULL;
    }
    return true;
}

/* What the stack has no room for is still reported, without what is around it; behind it all is as before. */
static void test_depth(void **state)
{
    (void)state;
    for (int depth = SCRIPT_DEPTH_MAX - 1; depth <= SCRIPT_DEPTH_MAX + 1; depth++) {
        struct buf text = {0};
        struct depth seen = {0};
        buf_puts(&text, "<trans>");
        for (int i = 0; i < depth; i++)
            buf_puts(&text, "f(");
        buf_puts(&text, "$x = $y");
        for (int i = 0; i < depth; i++)
            buf_puts(&text, ")");
        buf_puts(&text, ";g($z)");
        assert_true(script_events(text.data, text.size, see_depth, &seen));
        assert_int_equal(seen.calls, depth + 1);
        assert_int_equal(seen.writes, 1);
        assert_int_equal(seen.y_function, depth <= SCRIPT_DEPTH_MAX);
        assert_int_equal(seen.y_assigned, depth < SCRIPT_DEPTH_MAX);
        assert_true(seen.z_function);
        buf_free(&text);
    }
}

/* ----------------------------------------------------------------------------------------------------- hostile inputs
 */

/* Neither the order nor the content matters here, only that every view lies in the text. */
static bool within(void *context, const struct script_event *event)
{
    const struct script_view *text = context;
    const struct script_view views[] = {event->name, event->prefix, event->function, event->compared, event->assigned};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        if (views[i].text &&
            (views[i].text < text->text || views[i].text + views[i].length > text->text + text->length))
            return false;
    return event->offset <= text->length;
}

static void check_any(const char *text, size_t size)
{
    char *copy = exact_copy(text, size);
    struct script_view whole = {copy, size};
    struct script_scanner scanner;
    struct script_token token;
    size_t at = 0;
    script_begin(&scanner, copy, size);
    for (; script_next(&scanner, &token); at += token.length)
        if (token.offset != at || token.length == 0)
            fail_msg("a token at %u, %zu expected", token.offset, at);
    assert_int_equal(at, size);
    assert_true(script_events(copy, size, within, &whole));
    free(copy);
}

static void check_prefixes(const struct test_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t size = 0; size <= strlen(cases[i].text); size++)
            check_any(cases[i].text, size);
}

static void test_prefixes(void **state)
{
    (void)state;
    check_prefixes(token_cases, sizeof token_cases / sizeof *token_cases);
    check_prefixes(event_cases, sizeof event_cases / sizeof *event_cases);
}

static void test_random(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "<trans>",
        "</trans>",
        "<javascript>",
        "</javascript>",
        "<",
        "\"",
        "'",
        "`",
        "/",
        "*",
        "\\",
        "\n",
        " ",
        "$",
        "$a",
        "b",
        ".",
        "#",
        "?",
        ":",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ";",
        "=",
        "==",
        "++",
        "+",
        "!",
        "-",
        "1",
        "\xff",
        "Get",
        "Set",
        "ArgumentList",
        "\"$x\"",
        "function",
        "var",
        "in",
        "true",
        ("op." GUID),
        "Jitterbit.SetVar",
    };
    uint32_t random = 1;
    for (int round = 0; round < 4000; round++) {
        struct buf text = {0};
        if (round % 4)
            buf_puts(&text, pieces[round % 4 == 1 ? 2 : 0]);
        for (int i = 0; i < 30; i++) {
            random = random * 1664525u + 1013904223u;
            uint32_t value = random >> 8;
            if (round % 2 && value % 16 == 0)
                buf_putc(&text, (char)(value >> 8));
            else
                buf_puts(&text, pieces[value % (sizeof pieces / sizeof *pieces)]);
        }
        check_any(buf_text(&text), text.size);
        buf_free(&text);
    }
}

/* Were one of these quadratic, it would take minutes; main() sets an alarm. */
static void test_long(void **state)
{
    (void)state;
    static const struct {
        const char *head, *piece;
        size_t size;
    } inputs[] = {
        {"<trans>", "(", 10 << 20},
        {"<trans>", "\"", (10 << 20) - 1},
        {"<trans>", "f(", 1 << 18},
        {"<trans>", "$a[", 1 << 18},
        {"<trans>", "a=", 1 << 18},
        {"<trans>", "Get(", 1 << 18},
        {"<trans>", ")", 1 << 18},
        {"<trans>/*", "a$b$.op.", 1 << 18},
        {"<trans>//", "$", 1 << 18},
        {"<trans>", "a/**/ ", 1 << 18},
        {"<trans>", "a.1e", 1 << 18},
        {"<trans>'", "</tran", 1 << 18},
        {"<trans>'", "</javascript>", 1 << 18},
        {"", "<trans", 1 << 18},
        {"<trans>", "$a==-", 1 << 18},
        {"<javascript>", "/[/] ", 1 << 18},
        {"<javascript>", "*/\n", 1 << 18},
        {"<javascript>", "a.", 1 << 18},
        {"<javascript>", "return ", 1 << 18},
        {"<javascript>", "\n", 1 << 18},
        {"<trans>", "</trans><trans>'", 1 << 18},
        {"<javascript>", "a[{(", 1 << 18},
        {"<trans>", "[[[]", 1 << 18},
        {"<trans>", "?", 1 << 18},
    };
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        size_t head = strlen(inputs[i].head), piece = strlen(inputs[i].piece), size = head + inputs[i].size;
        char *text = malloc(size);
        assert_non_null(text);
        memcpy(text, inputs[i].head, head);
        for (size_t at = head; at < size; at++)
            text[at] = inputs[i].piece[(at - head) % piece];
        struct script_view whole = {text, size};
        assert_true(script_events(text, size, within, &whole));
        free(text);
    }
}

/* ------------------------------------------------------------------------------------------------------ real projects
 */

struct figures {
    size_t texts, live, commented; /* references */
    size_t variables, in_comments; /* mentions in code and in comments */
    size_t names;                  /* different variables */
    size_t dollars;                /* `$` and a word character in code, a variable or not */
    size_t calls, writes, local_writes;
    struct buf keep; /* the names, each with a NUL */
};

static void count_name(struct figures *figures, struct script_view name)
{
    size_t at = 0;
    while (at < figures->keep.size) {
        const char *known = figures->keep.data + at;
        if (strlen(known) == name.length && memcmp(known, name.text, name.length) == 0)
            return;
        at += strlen(known) + 1;
    }
    buf_put(&figures->keep, name.text, name.length);
    buf_putc(&figures->keep, '\0');
    figures->names++;
}

static bool count_event(void *context, const struct script_event *event)
{
    struct figures *figures = context;
    switch (event->kind) {
    case SCRIPT_EVENT_REFERENCE:
        *(event->in_comment ? &figures->commented : &figures->live) += 1;
        break;
    case SCRIPT_EVENT_READ:
        figures->in_comments += event->in_comment;
        count_name(figures, event->name);
        break;
    case SCRIPT_EVENT_WRITE:
        figures->writes++;
        count_name(figures, event->name);
        break;
    case SCRIPT_EVENT_LOCAL_WRITE:
        figures->local_writes++;
        break;
    case SCRIPT_EVENT_CALL:
        figures->calls++;
        break;
    case SCRIPT_EVENT_OPEN:
        fail_msg("a real script is never open");
        break;
    default:
        break;
    }
    return true;
}

static void count_text(struct figures *figures, const char *text, size_t size)
{
    struct script_scanner scanner;
    struct script_token token;
    if (!memmem(text, size, "<trans>", 7))
        return;
    figures->texts++;
    check_any(text, size);
    script_begin(&scanner, text, size);
    while (script_next(&scanner, &token)) {
        figures->variables += token.kind == SCRIPT_VARIABLE;
        if (token.kind != SCRIPT_VARIABLE && token.kind != SCRIPT_PATH)
            continue;
        for (size_t i = 0; i + 1 < token.length; i++) {
            char next = text[token.offset + i + 1];
            figures->dollars += text[token.offset + i] == '$' && (next == '_' || (next >= '0' && next <= '9') ||
                                                                  ((next | 32) >= 'a' && (next | 32) <= 'z'));
        }
    }
    script_events(text, size, count_event, figures);
}

/* The entities that the projects have. */
static void decode(struct buf *out, const char *text, size_t size)
{
    static const struct {
        const char *name, *text;
    } entities[] = {{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&quot;", "\""}, {"&#146;", "\xc2\x92"}};
    for (size_t i = 0; i < size;) {
        if (text[i] != '&') {
            buf_putc(out, text[i++]);
            continue;
        }
        size_t e = 0;
        while (e < sizeof entities / sizeof *entities &&
               strncmp(text + i, entities[e].name, strlen(entities[e].name)) != 0)
            e++;
        assert_true(e < sizeof entities / sizeof *entities);
        buf_puts(out, entities[e].text);
        i += strlen(entities[e].name);
    }
}

/* Each `<konga.string name="script">` of a script, the right side of each mapping. */
static void count_file(struct figures *figures, const char *xml, bool mapping)
{
    static const char end[] = "</konga.string>";
    const char *begin = mapping ? "<konga.string name=\"expr\">" : "<konga.string name=\"script\">";
    for (const char *at = xml; (at = strstr(at, begin)) != NULL;) {
        at += strlen(begin);
        const char *stop = strstr(at, end);
        assert_non_null(stop);
        struct buf text = {0};
        decode(&text, at, (size_t)(stop - at));
        const char *tab = mapping ? strchr(buf_text(&text), '\t') : NULL;
        size_t skip = tab ? (size_t)(tab - text.data) + 1 : 0;
        count_text(figures, buf_text(&text) + skip, text.size - skip);
        buf_free(&text);
    }
}

static const char *shared(void)
{
    const char *path = getenv("JPK_SHARED");
    return path ? path : "../shared";
}

static void check_figures(struct figures *figures, const struct figures *expected)
{
    assert_int_equal(figures->texts, expected->texts);
    assert_int_equal(figures->live, expected->live);
    assert_int_equal(figures->commented, expected->commented);
    assert_int_equal(figures->variables, expected->variables);
    assert_int_equal(figures->in_comments, expected->in_comments);
    assert_int_equal(figures->names, expected->names);
    assert_int_equal(figures->dollars, expected->dollars);
    assert_int_equal(figures->calls, expected->calls);
    assert_int_equal(figures->writes, expected->writes);
    assert_int_equal(figures->local_writes, expected->local_writes);
    buf_free(&figures->keep);
}

/*
 * The figures were counted with a Python program of its own: ElementTree for the XML, one regular expression for
 * comments and strings, further ones on what is left: `(?<![\w.\]?#$])\$\w+(?:\.\w+)*` for variables, `\$\w` for the
 * candidates, `\w+\s*\(` for calls, a variable or name before `=`, `+=` or `++` for writes. To the local writes come
 * the four arguments of the one ArgumentList.
 */
static void test_references_by_name(void **state)
{
    (void)state;
    static const struct test_case cases[] = {
        {"<trans>RunScript(\"<TAG>script:A b</TAG>\", 1)</trans>",
         "call RunScript @7\ntag script:A b @23 in RunScript/0 alone\n"},
        {"<trans>f(1, '<TAG>script:A<TAG>' + 2); // <TAG>email:B</TAG> <TAG>open</trans>",
         "call f @7\ntag script:A @18 in f/1\ntag email:B @47 comment\n"},
        {"<trans>'<TAG>a\nb</TAG><TAG></TAG><TAG>x</TAG'</trans>", "tag  @27\n"},
        {"<javascript>f(\"<TAG>script:A</TAG>\")</javascript>", "call f @12\ntag script:A @20 in f/0 alone\n"},
        {"<TAG>outside</TAG><trans></trans>", ""},
    };
    run(cases, sizeof cases / sizeof cases[0], render_events);
}

static void test_archive(void **state)
{
    (void)state;
    static const struct figures expected = {.texts = 48,
                                            .live = 38,
                                            .commented = 1,
                                            .variables = 549,
                                            .in_comments = 6,
                                            .names = 29,
                                            .dollars = 681,
                                            .calls = 156,
                                            .writes = 526,
                                            .local_writes = 50};
    char path[4096];
    int error = 0;
    snprintf(path, sizeof path, "%s/corpus/salesforce-to-netsuite.jpk", shared());
    zip_t *zip = zip_open(path, ZIP_RDONLY, &error);
    if (!zip) {
        print_message("no %s\n", path);
        skip();
    }
    struct figures figures = {0};
    for (zip_int64_t i = 0; i < zip_get_num_entries(zip, 0); i++) {
        zip_stat_t stat;
        assert_int_equal(zip_stat_index(zip, (zip_uint64_t)i, 0, &stat), 0);
        bool mapping = strstr(stat.name, "/Data/Transformation/") != NULL;
        if (!mapping && !strstr(stat.name, "/Data/Script/"))
            continue;
        char *xml = calloc(1, stat.size + 1);
        zip_file_t *file = zip_fopen_index(zip, (zip_uint64_t)i, 0);
        assert_non_null(xml);
        assert_non_null(file);
        assert_int_equal(zip_fread(file, xml, stat.size), (zip_int64_t)stat.size);
        zip_fclose(file);
        count_file(&figures, xml, mapping);
        free(xml);
    }
    zip_discard(zip);
    check_figures(&figures, &expected);
}

static bool count_folder(struct figures *figures, const char *name, bool mapping)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/corpus/google-sheets-workspace/env-200002/Data/%s", shared(), name);
    DIR *folder = opendir(path);
    if (!folder) {
        print_message("no %s\n", path);
        return false;
    }
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char file_path[8192], chunk[4096];
        struct buf xml = {0};
        if (!strstr(entry->d_name, ".xml"))
            continue;
        snprintf(file_path, sizeof file_path, "%s/%s", path, entry->d_name);
        FILE *file = fopen(file_path, "rb");
        assert_non_null(file);
        for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
            buf_put(&xml, chunk, n);
        fclose(file);
        count_file(figures, buf_text(&xml), mapping);
        buf_free(&xml);
    }
    closedir(folder);
    return true;
}

static void test_folder(void **state)
{
    (void)state;
    static const struct figures expected = {.texts = 42,
                                            .live = 12,
                                            .commented = 4,
                                            .variables = 35,
                                            .names = 16,
                                            .dollars = 40,
                                            .calls = 23,
                                            .writes = 15,
                                            .local_writes = 3};
    struct figures figures = {0};
    if (!count_folder(&figures, "Script", false) || !count_folder(&figures, "Transformation", true))
        skip();
    check_figures(&figures, &expected);
}

static const struct test_case text_cases[] = {
    {"a<trans>f('b', g(1, \"c\" + 'd')) // e\n</trans>h",
     "text a @0 ()\nstring b @11 in f/0 alone (f/0)\nstring c @21 in g/1 (g/1 f/1)\nstring d @27 in g/1 (g/1 f/1)\n"
     "comment // e @32 comment ()\ntext h @45 ()\n"},
    {"<javascript>x(/a'b/, `c`); /* d */ 'e</javascript>", "string c @22 in x/1 alone (x/1) javascript\ncomment /* d "
                                                           "*/ @27 comment () javascript\nopen 'e @35 () javascript\n"},
    {"'a' | f(('b')) 'c", "string b @10 in f/0 (f/0)\nopen 'c @15 ()\n"},
    {"<trans>x = y['a']; f(z['b'])</trans>", "string a @14 to local x ()\nstring b @24 in f/0 (f/0)\n"},
};

static void test_texts(void **state)
{
    (void)state;
    run(text_cases, sizeof text_cases / sizeof *text_cases, render_texts);
}

int main(void)
{
    alarm(20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_language),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_archive),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_folder),
        cmocka_unit_test(test_references_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
