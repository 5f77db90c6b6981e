/*
 * Prints made-up findings with the writers of tools/findings.h: names and messages with all that a format must escape,
 * nested explanations, findings that do not count, files that were not checked. For tests/formats/run.py.
 *
 * usage: print_findings [OPTIONS OF FINDINGS] odd | many COUNT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/findings.h"

static const struct findings_rule rules[] = {
    {"first", JPK_ERROR, "A rule with {braces} and [a link](1).", "Do something about it.",
     "https://example.com/first"},
    {"second", JPK_WARNING, NULL, NULL, NULL},
    {"third", JPK_INFO, "A note.", NULL, NULL},
};

/* All files have the same text. The third character of its second line is at column 4. */
static bool read_text(void *context, const char *file, struct buf *text)
{
    (void)context;
    buf_puts(text, "{\n\xc3\xa4\"key\": \xe2\x82\xac\x1b[31m}\nlast");
    return strcmp(file, "plain/a.json") == 0 || strstr(file, "odd");
}

static void add(struct findings_list *list, struct jpk_finding finding)
{
    findings_add(list, NULL, &finding);
}

static void add_plain(struct findings_list *list)
{
    findings_add_file(list, "plain/a.json");
    add(list, (struct jpk_finding){.severity = JPK_ERROR,
                                   .rule = "first",
                                   .line = 2,
                                   .column = 4,
                                   .path = "/key",
                                   .message = "fits none of three",
                                   .hint = "did you mean 'kez'?",
                                   .schema = "recipe-1.schema.json:33:7"});
    add(list,
        (struct jpk_finding){.rule = "second", .line = 2, .column = 4, .message = "one", .path = "/key", .level = 1});
    add(list, (struct jpk_finding){.rule = "second",
                                   .line = 3,
                                   .column = 1,
                                   .message = "one of one",
                                   .level = 2,
                                   .schema = "recipe-1.schema.json:40:1"});
    add(list, (struct jpk_finding){.rule = "third", .line = 3, .column = 2, .message = "deeper", .level = 3});
    add(list, (struct jpk_finding){.rule = "second", .message = "two", .level = 1});
    add(list, (struct jpk_finding){.rule = "second", .message = "skips a level", .level = 9});
    add(list, (struct jpk_finding){
                  .severity = JPK_WARNING, .rule = "second", .line = 3, .column = 5, .message = "end", .path = ""});
    add(list, (struct jpk_finding){.severity = JPK_INFO, .rule = "third", .message = "a note", .path = "Item/@key"});
    findings_count_characters(list, read_text, NULL);
}

static void add_odd(struct findings_list *list)
{
    const char *name =
        "odd/./\"q\" 'a' <b> & ]]> 100%, c:\\d\r\n::error::x \xc3\xa9\x1b[31m\x7f \xff \xef\xbf\xbe.json";
    findings_add_file(list, name);
    add(list, (struct jpk_finding){.severity = JPK_ERROR,
                                   .rule = "not:listed,%",
                                   .line = 2,
                                   .column = 8,
                                   .path = "/a~1b/\"",
                                   .entity_id = "00000000-0000-4000-8000-000000000001",
                                   .entity_type = "Operation",
                                   .entity_name = "]]>\n::warning::{0} [a](1) \x01 \xe2\x80\xae \xfe",
                                   .message = "is not {valid}]]>",
                                   .hint = "50% \"more\""});
    findings_count_characters(list, read_text, NULL);
}

/* What does not count, what was not checked, and names that are no relative paths. */
static void add_others(struct findings_list *list)
{
    struct jpk_error err = {.code = JPK_ERR_JSON, .line = 3, .column = 4, .message = "a \"quote\" <is> missing"};
    findings_add_file(list, "/absolute//x.json");
    add(list, (struct jpk_finding){.severity = JPK_ERROR, .rule = "first", .message = "known"});
    list->items[list->count - 1].state = FINDINGS_BASELINE;
    add(list, (struct jpk_finding){.severity = JPK_ERROR, .rule = "first", .message = "why", .level = 1});
    add(list, (struct jpk_finding){.severity = JPK_WARNING, .rule = "second", .message = "agreed"});
    list->items[list->count - 1].state = FINDINGS_EXEMPTED;
    list->items[list->count - 1].reason = "as agreed";
    findings_add_file(list, "./clean.json");
    findings_add_unchecked(list, "broken.json", &err);
    add(list, (struct jpk_finding){.severity = JPK_ERROR, .rule = "first", .message = "before the end"});
    findings_add_file(list, "folder");
    findings_add(
        list, "folder/",
        &(struct jpk_finding){
            .severity = JPK_ERROR, .rule = "first", .file = "../up.json", .message = "up", .line = 1, .column = 1});
}

/* Many findings in one line: time must not grow with the square of their number. */
static bool read_long(void *context, const char *file, struct buf *text)
{
    (void)file;
    for (size_t i = 0; i < *(const size_t *)context; i++)
        buf_puts(text, "\xc3\xa4,");
    return true;
}

static void add_many(struct findings_list *list, size_t count)
{
    findings_add_file(list, "many.json");
    for (size_t i = 0; i < count; i++)
        add(list, (struct jpk_finding){.severity = i % 2 ? JPK_ERROR : JPK_WARNING,
                                       .rule = i % 2 ? "first" : "second",
                                       .line = 1,
                                       .column = (uint32_t)(3 * i + 1),
                                       .message = "many",
                                       .path = "/many"});
    findings_count_characters(list, read_long, &count);
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct findings_list list = {0};
    struct findings_report report = {.settings = settings,
                                     .list = &list,
                                     .rules = rules,
                                     .rule_count = sizeof rules / sizeof *rules,
                                     .read = read_text};
    if (count == 2) {
        add_many(&list, strtoul(arguments[1], NULL, 10));
    } else {
        add_plain(&list);
        add_odd(&list);
        add_others(&list);
    }
    int status = findings_print(&report, findings_format(settings));
    if (status == 0 && findings_fail(settings, &list))
        status = 1;
    findings_free(&list);
    return status;
}

static const struct option *const groups[] = {finding_options, common_options, NULL};
static const struct command command = {.name = "print_findings",
                                       .arguments = "odd | many COUNT",
                                       .summary = "Prints made-up findings.",
                                       .groups = groups,
                                       .least = 1,
                                       .most = 2,
                                       .run = run};
const struct command *const commands[] = {&command, NULL};

int main(int argc, char **argv)
{
    struct settings settings = {0};
    int count = 0, status = options_parse(&command, argc - 1, argv + 1, &settings, &count);
    return status >= 0 ? status : run(&settings, count, argv + 1);
}
