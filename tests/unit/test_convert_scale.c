/* Conversion takes time in proportion to the project, whatever is there very often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"
#include "jpk/convert.h"
#include "tests/unit/projectmaker.h"

enum { FEW = 1000, MANY = 12 * FEW };

#define LOCATION(type, items)                                                                                          \
    "  <Properties/>\n  <Location type=\"" type "\"><Data><Properties>" items "</Properties></Data></Location>\n"
#define SCRIPT(text)                                                                                                   \
    "  <Properties/>\n  <konga.string name=\"script\">&lt;trans&gt;" text "&lt;/trans&gt;</konga.string>\n"

/* The GUIDs of one expression must not share a buffer. */
static const char *id(char kind, size_t i)
{
    static char ring[4][48];
    static unsigned next;
    char *out = ring[next++ % 4];
    snprintf(out, sizeof ring[0], "0000000%c-0000-4000-8000-%012zx", kind, i);
    return out;
}

/* Adds to a project; what goes into project.xml goes into `tree`. */
typedef void maker(struct pm_graph *g, size_t count, struct buf *tree);

/* "Same (3)" is there, and all others want to be called the same. */
static void equal_names(struct pm_graph *g, size_t count, struct buf *tree)
{
    (void)tree;
    pm_graph_add(g, "Script", id('0', 0), "Same (3)", SCRIPT(""));
    for (size_t i = 0; i < count; i++)
        pm_graph_add(g, "Script", id('1', i), i % 2 ? "Same" : "SAME", SCRIPT(""));
}

/* Each operation in a folder of its own. */
static void folders(struct pm_graph *g, size_t count, struct buf *tree)
{
    buf_puts(tree, "<EntityType name=\"Operation\">");
    for (size_t i = 0; i < count; i++) {
        pm_graph_add(g, "Operation", id('2', i), "Work",
                     "  <Properties/>\n  <Pipeline><Activities/></Pipeline>\n  <Siblings/>\n");
        buf_printf(tree, "<Folder entityId=\"%s\" name=\"F\"><Entity entityId=\"%s\" name=\"Work\"/></Folder>",
                   id('3', i), id('2', i));
    }
    buf_puts(tree, "</EntityType>");
}

static void add_logins(struct pm_graph *g, size_t count, bool equal)
{
    char body[512];
    for (size_t i = 0; i < count; i++) {
        snprintf(body, sizeof body,
                 LOCATION("FTP", "<Item key=\"file_name\" value=\"x\"/><Item key=\"locator\" value=\"h%zu\"/>"),
                 equal ? (size_t)0 : i);
        pm_graph_add(g, "Source", id('4', i), "Files", body);
    }
}

static void equal_logins(struct pm_graph *g, size_t count, struct buf *tree)
{
    (void)tree;
    add_logins(g, count, true);
}

static void different_logins(struct pm_graph *g, size_t count, struct buf *tree)
{
    (void)tree;
    add_logins(g, count, false);
}

/* One operation: nothing fits behind its source but a target, which never comes. */
static void long_operation(struct pm_graph *g, size_t count, struct buf *tree)
{
    struct buf body = {0};
    (void)tree;
    add_logins(g, 1, true);
    pm_graph_add(g, "Script", id('1', 0), "S", SCRIPT(""));
    buf_puts(&body, "  <Properties/>\n  <Pipeline><Activities>");
    for (size_t i = 0; i < count; i++)
        buf_printf(&body, "<A activityId=\"a\" contentId=\"%s\" role=\"r\" type=\"2\"/>",
                   i == 0 ? id('4', 0) : id('1', 0));
    buf_puts(&body, "</Activities></Pipeline>\n  <Siblings/>\n");
    pm_graph_add(g, "Operation", id('2', 0), "Work", body.data);
    buf_free(&body);
}

/* Scripts that all name the same variables, and an operation each that names the next. */
static void references(struct pm_graph *g, size_t count, struct buf *tree)
{
    char body[512];
    (void)tree;
    for (size_t i = 0; i < count; i++) {
        snprintf(body, sizeof body, SCRIPT("$shared = $v%zu; $v%zu = $shared; RunScript(\"sc.%s\");"), i, i * 7 % count,
                 id('1', (i + 1) % count));
        pm_graph_add(g, "Script", id('1', i), "S", body);
    }
}

/* Variables whose names differ in nothing but what may not stand there. */
static void illegal_names(struct pm_graph *g, size_t count, struct buf *tree)
{
    static const char symbols[] = "-+ ()!@#%^*=~,";
    char name[32];
    (void)tree;
    for (size_t i = 0; i < count; i++) {
        size_t n = 1, left = i;
        name[0] = 'v';
        do
            name[n++] = symbols[left % (sizeof symbols - 1)];
        while ((left /= sizeof symbols - 1) > 0);
        snprintf(name + n, sizeof name - n, "x");
        pm_graph_add(g, "ProjectVariable", id('5', i), name, "  <Properties/>\n");
    }
}

static double seconds_of(maker *make, size_t count, char last[64])
{
    struct pm_graph g = {0};
    struct buf tree = {0};
    struct jpk_error err = {0};
    struct timespec begin, end;
    make(&g, count, &tree);
    pm_graph_build(&g, buf_text(&tree));
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    struct jpk_conversion *conversion = jpk_convert_to_cloud(g.project, g.graph, NULL, &err);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    if (!conversion)
        fail_msg("%s: %s", jpk_code_name(err.code), err.message);
    *last = '\0';
    if (conversion->rename_count > 0)
        snprintf(last, 64, "%s", conversion->renames[conversion->rename_count - 1].to);
    jpk_conversion_free(conversion);
    pm_graph_free(&g);
    buf_free(&tree);
    return (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
}

static void test_time_is_linear(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        maker *make;
        const char *last; /* the last name that could not stay */
    } shapes[] = {
        {"equal names", equal_names, "Same (12001)"},
        {"folders", folders, "Work (12000)"},
        {"equal log-ins", equal_logins, "Read Files (12000)"},
        {"different log-ins", different_logins, "Read Files (12000)"},
        {"a long operation", long_operation, ""},
        {"references", references, "S (12000)"},
        {"illegal names", illegal_names, "v_x_12000"},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        char last[64];
        double few = seconds_of(shapes[i].make, FEW, last);
        double many = seconds_of(shapes[i].make, MANY, last);
        print_message("%s: %d %.3f s, %d %.3f s\n", shapes[i].what, FEW, few, MANY, many);
        assert_string_equal(last, shapes[i].last);
        assert_true(many < 50 * few + 0.3); /* 12 times, and fresh memory costs more than used; squares are 144 */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_is_linear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
