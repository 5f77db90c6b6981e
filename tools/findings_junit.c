/*
 * Findings as JUnit XML, which most CI systems take: a suite for each file or project, a case for each finding. Cases
 * fail that --fail-level is about; the others pass and say what they are about in their output. A file without findings
 * has one case that passes, one that was not checked a case with an error.
 */
#include <string.h>

#include "base/text.h"
#include "jpk/secret_text.h"
#include "tools/findings.h"
#include "tools/message.h"

/* -------------------------------------------------------------------------------------------------------------- XML */

/* How a byte is written in text and attributes; NULL: as it is. Most control characters XML 1.0 cannot write. */
static const char *escape_of(const char *p, size_t left, size_t *taken)
{
    *taken = 1;
    switch (*p) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;"; /* also where it ends ]]> */
    case '"':
        return "&quot;";
    case '\n':
        return "&#10;";
    case '\r':
        return "&#13;";
    case '\t':
        return "&#9;";
    default:
        break;
    }
    if ((unsigned char)*p < 0x20)
        return "\xef\xbf\xbd";
    if (left < 3 || ((memcmp(p, "\xef\xbf\xbe", 3) != 0) && memcmp(p, "\xef\xbf\xbf", 3) != 0))
        return NULL;
    *taken = 3; /* U+FFFE and U+FFFF */
    return "\xef\xbf\xbd";
}

static void put_escaped(struct buf *out, const char *text, size_t n)
{
    size_t done = 0, taken;
    for (size_t i = 0; i < n; i += taken) {
        const char *escape = escape_of(text + i, n - i, &taken);
        if (!escape)
            continue;
        buf_put(out, text + done, i - done);
        buf_puts(out, escape);
        done = i + taken;
    }
    buf_put(out, text + done, n - done);
}

/* `before`, which is XML, then text; bytes that are not UTF-8 become U+FFFD. */
static void put_text(struct buf *out, const char *before, const char *text)
{
    struct buf masked = {0};
    buf_puts(out, before);
    buf_put_clean(out, secret_text_shown(&masked, text), put_escaped);
    out->failed |= masked.failed;
    buf_free(&masked);
}

/* ------------------------------------------------------------------------------------------------------------ cases */

/* What one suite holds. */
struct suite {
    size_t tests, failures, errors;
    uint64_t cut_failures;
};

static bool fails(const struct findings_report *report, const struct findings_item *item)
{
    return message_fails(report->settings, &item->finding, 1);
}

/* Counts a file's cases, with a copy of the walk that will print them. */
static struct suite count_suite(struct findings_walk *walk, const struct findings_file *file)
{
    struct suite suite = {.errors = file->problem != NULL};
    uint64_t cut_failures = walk->cut_failures;
    while (findings_walk_next(walk, file)) {
        suite.tests++;
        suite.failures += fails(walk->report, walk->item);
    }
    suite.cut_failures = walk->cut_failures - cut_failures;
    suite.failures += suite.cut_failures > 0 && !suite.errors; /* one case says either */
    suite.tests += suite.cut_failures > 0 || suite.errors || suite.tests == 0;
    return suite;
}

/* The finding as text says it, then its explanations. */
static void put_body(struct buf *out, struct buf *scratch, const struct findings_item *item, size_t explanations)
{
    const struct jpk_finding *finding = &item->finding;
    put_text(out, "", finding->file);
    if (finding->line)
        buf_printf(out, ":%u:%u", finding->line, finding->column);
    buf_printf(out, ": %s: ", jpk_severity_name(finding->severity));
    buf_clear(scratch);
    findings_put_message(scratch, finding);
    buf_printf(scratch, " [%s]", finding->rule);
    for (size_t i = 1; i <= explanations; i++) {
        buf_puts(scratch, "\n    ");
        findings_put_because(scratch, item, &item[i]);
    }
    put_text(out, "", buf_text(scratch));
    out->failed = out->failed || scratch->failed;
}

static void put_finding(struct buf *out, struct buf *scratch, const struct findings_report *report,
                        const struct findings_item *item, size_t explanations)
{
    const struct jpk_finding *finding = &item->finding;
    bool failure = fails(report, item);
    buf_clear(scratch);
    findings_put_message(scratch, finding);
    out->failed = out->failed || scratch->failed;
    buf_puts(out, "    <testcase name=\"");
    if (finding->line)
        buf_printf(out, "%u:%u: ", finding->line, finding->column); /* some readers drop cases of the same name */
    put_text(out, "", buf_text(scratch));
    put_text(out, " [", finding->rule);
    put_text(out, "]\" classname=\"", finding->file);
    put_text(out, "\" file=\"", finding->file);
    if (finding->line)
        buf_printf(out, "\" line=\"%u", finding->line);
    buf_puts(out, "\" time=\"0\">\n");
    if (failure) {
        put_text(out, "      <failure message=\"", buf_text(scratch));
        put_text(out, "\" type=\"", finding->rule);
        buf_puts(out, "\">");
    } else {
        buf_puts(out, "      <system-out>");
    }
    put_body(out, scratch, item, explanations);
    buf_puts(out, failure ? "</failure>\n    </testcase>\n" : "</system-out>\n    </testcase>\n");
}

/* The case about the file itself. */
static void put_file_case(struct buf *out, const struct findings_file *file, const struct suite *suite)
{
    put_text(out, "    <testcase name=\"check\" classname=\"", file->name);
    put_text(out, "\" file=\"", file->name);
    buf_puts(out, "\" time=\"0\"");
    if (file->problem) {
        put_text(out, ">\n      <error message=\"", file->problem);
        buf_puts(out, "\" type=\"not-checked\"/>\n    </testcase>\n");
    } else if (suite->cut_failures) {
        buf_printf(out,
                   ">\n      <failure message=\"findings not shown: %llu\" type=\"not-shown\"/>\n    </testcase>\n",
                   (unsigned long long)suite->cut_failures);
    } else {
        buf_puts(out, "/>\n");
    }
}

static void put_suite(struct buf *out, struct buf *scratch, struct findings_walk *walk,
                      const struct findings_file *file)
{
    struct findings_walk ahead = *walk;
    struct suite suite = count_suite(&ahead, file);
    size_t printed = 0;
    put_text(out, "  <testsuite name=\"", file->name);
    buf_printf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"0\">\n", suite.tests, suite.failures,
               suite.errors);
    for (; findings_walk_next(walk, file); printed++) {
        put_finding(out, scratch, walk->report, walk->item, walk->explanations);
        if (!walk->report->whole)
            findings_flush(out);
    }
    if (printed < suite.tests)
        put_file_case(out, file, &suite);
    buf_puts(out, "  </testsuite>\n");
    if (!walk->report->whole)
        findings_flush(out);
}

void findings_junit(const struct findings_report *report, struct buf *out)
{
    const struct findings_list *list = report->list;
    bool notes = report->settings->verbose;
    struct findings_walk ahead = findings_walk_begin(report, notes, false);
    struct findings_walk walk = ahead;
    struct suite total = {0};
    struct buf scratch = {0};
    for (size_t i = 0; i < list->file_count; i++) {
        struct suite suite = count_suite(&ahead, &list->files[i]);
        total.tests += suite.tests;
        total.failures += suite.failures;
        total.errors += suite.errors;
    }
    buf_printf(out,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<testsuites name=\"jpk\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"0\">\n",
               total.tests, total.failures, total.errors);
    for (size_t i = 0; i < list->file_count; i++)
        put_suite(out, &scratch, &walk, &list->files[i]);
    buf_puts(out, "</testsuites>\n");
    buf_free(&scratch);
}
