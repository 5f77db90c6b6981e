/*
 * Pages for man, in the macros of man(7) that both groff and mandoc know. They have no date: the version says which
 * they are.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tools/manual.h"
#include "tools/prose.h"

enum { LINE = 72, NAME_MAX_SIZE = 64 };

/* --------------------------------------------------------------------------------------------------------- text */

static bool at_line_start(const struct buf *out)
{
    return out->size == 0 || out->data[out->size - 1] == '\n';
}

static size_t line_length(const struct buf *out)
{
    const char *end = out->size ? memrchr(out->data, '\n', out->size) : NULL;
    return end ? out->size - (size_t)(end + 1 - out->data) : out->size;
}

/* A character beyond ASCII; returns how many bytes it has. */
static size_t put_character(struct buf *out, const char *text, size_t size)
{
    unsigned char first = (unsigned char)*text;
    size_t n = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    uint32_t code = first & (0xffu >> (n + 1));
    for (size_t i = 1; i < n && i < size; i++)
        code = code << 6 | ((unsigned char)text[i] & 0x3f);
    buf_printf(out, "\\[u%04X]", code);
    return n < size ? n : size;
}

static void put_byte(struct buf *out, char c)
{
    static const struct {
        char c;
        const char *roff;
    } special[] = {{'\\', "\\e"},  {'-', "\\-"},   {'`', "\\(ga"}, {'\'', "\\(aq"},
                   {'^', "\\(ha"}, {'~', "\\(ti"}, {'"', "\\(dq"}};
    if (c == '.' && at_line_start(out))
        buf_puts(out, "\\&");
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
        if (special[i].c == c) {
            buf_puts(out, special[i].roff);
            return;
        }
    }
    buf_putc(out, c);
}

/* Text as it stands, lines included. */
static void put_raw(struct buf *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        if ((unsigned char)text[i] < 0x80)
            put_byte(out, text[i++]);
        else
            i += put_character(out, text + i, size - i);
    }
}

/* Words, in lines that are not too long; single spaces and line ends part them. */
static void put_words(struct buf *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        if (text[i] == ' ' || text[i] == '\n') {
            if (!at_line_start(out))
                buf_putc(out, line_length(out) > LINE ? '\n' : ' ');
            i += strspn(text + i, " \n");
            continue;
        }
        size_t n = strcspn(text + i, " \n");
        n = n < size - i ? n : size - i;
        put_raw(out, text + i, n);
        i += n;
    }
}

static void put_bold(struct buf *out, const char *text)
{
    buf_puts(out, "\\fB");
    put_raw(out, text, strlen(text));
    buf_puts(out, "\\fR");
}

static void put_prose(struct buf *out, const char *text, size_t size)
{
    static const char *const fonts[] = {
        [PROSE_PLAIN] = "", [PROSE_LITERAL] = "\\fB", [PROSE_STRONG] = "\\fB", [PROSE_EMPHASIS] = "\\fI"};
    struct prose_span span;
    const char *end = text + size;
    while (prose_span(&text, end, &span)) {
        buf_puts(out, fonts[span.style]);
        put_words(out, span.text, span.size);
        buf_puts(out, span.style == PROSE_PLAIN ? "" : "\\fR");
    }
    buf_putc(out, '\n');
}

/* ------------------------------------------------------------------------------------------------------- macros */

static void put_title(struct buf *out, const char *name, int section)
{
    buf_puts(out, ".TH \"");
    for (const char *c = name; *c; c++)
        put_byte(out, *c == ' ' ? '-' : text_upper(*c));
    buf_printf(out, "\" %d \"\" \"jpk %s\" \"jpk manual\"\n", section, jpk_version());
}

static void put_section(struct buf *out, const char *macro, const char *text, size_t size)
{
    bool upper = strcmp(macro, ".SH") == 0;
    buf_printf(out, "%s \"", macro);
    for (size_t i = 0; i < size; i++)
        put_byte(out, upper ? text_upper(text[i]) : text[i]);
    buf_puts(out, "\"\n");
}

static void put_heading(struct buf *out, const char *text)
{
    put_section(out, ".SH", text, strlen(text));
}

static void put_option(struct buf *out, const struct option *option)
{
    char name[64];
    buf_puts(out, ".TP\n");
    if (option->letter) {
        snprintf(name, sizeof name, "-%c", option->letter);
        put_bold(out, name);
        buf_puts(out, ", ");
    }
    snprintf(name, sizeof name, "--%s", option->name);
    put_bold(out, name);
    if (option->argument) {
        buf_puts(out, " \\fI");
        put_raw(out, option->argument, strlen(option->argument));
        buf_puts(out, "\\fR");
    }
    buf_putc(out, '\n');
    put_words(out, option->help, strlen(option->help));
    buf_putc(out, '\n');
}

static void put_table(struct buf *out, const struct option *options)
{
    for (const struct option *option = options; option && option->name; option++)
        put_option(out, option);
}

static void put_block(struct buf *out, const struct prose_block *block)
{
    switch (block->kind) {
    case PROSE_TITLE:
        return;
    case PROSE_HEADING:
        put_section(out, ".SH", block->text, block->size);
        return;
    case PROSE_PART:
        put_section(out, ".SS", block->text, block->size);
        return;
    case PROSE_ITEM:
        buf_puts(out, ".IP \\(bu 2\n");
        put_prose(out, block->text, block->size);
        return;
    case PROSE_ROW:
        buf_puts(out, ".TP\n");
        put_prose(out, block->text, block->size);
        put_prose(out, block->rest, block->rest_size);
        return;
    case PROSE_CODE:
        buf_puts(out, ".RS 4\n.EX\n");
        put_raw(out, block->text, block->size);
        buf_puts(out, ".EE\n.RE\n");
        return;
    case PROSE_OPTIONS:
        put_table(out, manual_options(block->text, block->size));
        return;
    default:
        put_prose(out, block->text, block->size);
        return;
    }
}

/* Blocks from `at` on, up to the next heading unless `all`; returns where the rest begins. */
static const char *put_blocks(struct buf *out, const char *at, bool all)
{
    struct prose_block block;
    enum prose_kind before = PROSE_HEADING;
    for (const char *next = at; prose_next(&next, &block); at = next) {
        if (!all && block.kind == PROSE_HEADING)
            return at;
        bool opened = before == PROSE_HEADING || before == PROSE_PART || before == PROSE_TITLE;
        if (!opened && (block.kind == PROSE_PARAGRAPH || block.kind == PROSE_CODE))
            buf_puts(out, ".PP\n");
        put_block(out, &block);
        before = block.kind;
    }
    return at;
}

/* -------------------------------------------------------------------------------------------------------- pages */

/* The blocks of a section of a page's prose; NULL: it has none of that name. */
static const char *section_of(const struct manual_prose *page, const char *heading)
{
    struct prose_block block;
    const char *at = page ? page->text : "";
    while (prose_next(&at, &block))
        if (block.kind == PROSE_HEADING && block.size == strlen(heading) &&
            memcmp(block.text, heading, block.size) == 0)
            return at;
    return NULL;
}

static void put_name(struct buf *out, const char *name, const char *summary)
{
    size_t size = strlen(summary);
    put_heading(out, "NAME");
    for (const char *c = name; *c; c++)
        put_byte(out, *c == ' ' ? '-' : *c);
    /* "Check ..." is one; names, such as JSON, stay. */
    buf_puts(out, " \\- ");
    bool sentence = size > 1 && text_upper(summary[1]) != summary[1];
    put_byte(out, sentence ? text_lower(*summary) : *summary);
    put_words(out, summary + 1, size - 1 - (summary[size - 1] == '.'));
    buf_putc(out, '\n');
}

/* Plain text as commands have it: paragraphs parted by empty lines. */
static void put_details(struct buf *out, const char *text)
{
    while (text && *text) {
        const char *end = strstr(text, "\n\n");
        size_t size = end ? (size_t)(end - text) : strlen(text);
        buf_puts(out, ".PP\n");
        put_words(out, text, size);
        buf_putc(out, '\n');
        text += size + (end ? 2 : 0);
    }
}

static void put_options_section(struct buf *out, const struct command *command)
{
    put_heading(out, "OPTIONS");
    for (const struct option *const *group = command->groups; *group; group++) {
        if (*group == limit_options)
            buf_puts(out, ".SS \"Limits\"\nK, M and G mean KiB, MiB and GiB.\n");
        put_table(out, *group);
    }
}

/* What stands behind the description of commands: sections of the prose, and those that all pages have. */
static void put_rest(struct buf *out, const struct manual_prose *page, const char *prose)
{
    const char *usual = section_of(manual_topic("exit-status"), "Exit status");
    if (usual && !section_of(page, "Exit status")) {
        put_heading(out, "EXIT STATUS");
        put_blocks(out, usual, false);
    }
    put_blocks(out, prose, true);
    if (!section_of(page, "See also")) {
        put_heading(out, "SEE ALSO");
        buf_puts(out, "\\fBjpk\\fR(1)\n");
    }
}

/* The prose up to the first heading; returns where the rest begins. */
static const char *put_introduction(struct buf *out, const struct manual_prose *page)
{
    struct prose_block block;
    const char *at = page ? page->text : "", *behind = at;
    if (prose_next(&behind, &block) && block.kind == PROSE_TITLE)
        at = behind;
    if (prose_next(&behind, &block) && block.kind == PROSE_PARAGRAPH)
        buf_puts(out, ".PP\n");
    return put_blocks(out, at, false);
}

/* "jpk-recipe-generate" */
static void page_name(char name[NAME_MAX_SIZE], const struct command *command)
{
    snprintf(name, NAME_MAX_SIZE, "jpk-%s", command->name);
    for (char *space = strchr(name, ' '); space; space = strchr(space, ' '))
        *space = '-';
}

/* A page as a tag, before what is said of it. */
static void put_reference(struct buf *out, const char *name, int section)
{
    buf_puts(out, ".TP\n");
    put_bold(out, name);
    buf_printf(out, "(%d)\n", section);
}

void manual_roff_command(struct buf *out, const struct command *command)
{
    char name[NAME_MAX_SIZE];
    page_name(name, command);
    const struct manual_prose *page = manual_find(name);
    put_title(out, name, 1);
    put_name(out, name, command->summary);
    put_heading(out, "SYNOPSIS");
    snprintf(name, sizeof name, "jpk %s", command->name);
    put_bold(out, name);
    buf_puts(out, " [\\fIOPTIONS\\fR] \\fI");
    put_raw(out, command->arguments, strlen(command->arguments));
    buf_puts(out, "\\fR\n");
    put_heading(out, "DESCRIPTION");
    put_words(out, command->summary, strlen(command->summary));
    buf_putc(out, '\n');
    put_details(out, command->details);
    const char *prose = put_introduction(out, page);
    put_options_section(out, command);
    put_rest(out, page, prose);
}

void manual_roff_program(struct buf *out)
{
    const struct manual_prose *page = manual_find("jpk");
    struct buf summary = {0};
    if (!page)
        return;
    manual_summary(&summary, page);
    put_title(out, "jpk", 1);
    put_name(out, "jpk", buf_text(&summary));
    put_heading(out, "SYNOPSIS");
    buf_puts(out, "\\fBjpk\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]\n");
    put_heading(out, "DESCRIPTION");
    const char *prose = put_blocks(out, page->text, false);
    put_heading(out, "COMMANDS");
    for (const struct command *const *c = commands; *c; c++) {
        char name[NAME_MAX_SIZE];
        page_name(name, *c);
        put_reference(out, name, 1);
        put_words(out, (*c)->summary, strlen((*c)->summary));
        buf_putc(out, '\n');
    }
    put_heading(out, "TOPICS");
    for (size_t i = 0; i < manual_prose_count; i++) {
        if (manual_prose[i].section != 7)
            continue;
        put_reference(out, manual_prose[i].name, manual_prose[i].section);
        buf_clear(&summary);
        manual_summary(&summary, &manual_prose[i]);
        put_words(out, buf_text(&summary), summary.size);
        buf_putc(out, '\n');
    }
    put_rest(out, page, prose);
    out->failed = out->failed || summary.failed;
    buf_free(&summary);
}

void manual_roff_topic(struct buf *out, const struct manual_prose *topic)
{
    struct buf summary = {0};
    manual_summary(&summary, topic);
    put_title(out, topic->name, topic->section);
    put_name(out, topic->name, buf_text(&summary));
    put_heading(out, "DESCRIPTION");
    put_blocks(out, topic->text, true);
    out->failed = out->failed || summary.failed;
    buf_free(&summary);
}
