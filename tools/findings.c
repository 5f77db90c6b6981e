#include "tools/findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/utf16.h"
#include "jpk/secret_text.h"
#include "tools/message.h"

/* ---------------------------------------------------------------------------------------------------- the list */

static const char *keep(struct findings_list *list, const char *text)
{
    if (!text)
        return NULL;
    const char *kept = arena_strdup(&list->arena, text);
    list->failed = list->failed || !kept;
    return kept;
}

/* What people read: without secrets, whatever the format. */
static const char *keep_shown(struct findings_list *list, const char *text)
{
    struct buf masked = {0};
    const char *kept = keep(list, text ? secret_text_shown(&masked, text) : NULL);
    list->failed |= masked.failed;
    buf_free(&masked);
    return kept;
}

static struct findings_file *add_file(struct findings_list *list, const char *name)
{
    struct findings_file *files = array_grow(list->files, list->file_count, &list->file_capacity, sizeof *files);
    const char *kept = keep(list, name);
    if (files)
        list->files = files;
    list->failed = list->failed || !files;
    if (!files || !kept)
        return NULL;
    files[list->file_count] = (struct findings_file){.name = kept, .first = list->count};
    return &files[list->file_count++];
}

void findings_add_file(struct findings_list *list, const char *name)
{
    add_file(list, name);
}

void findings_add_unchecked(struct findings_list *list, const char *name, const struct jpk_error *err)
{
    struct buf text = {0};
    struct findings_file *file = add_file(list, name);
    if (*err->entry)
        buf_puts(&text, err->entry);
    if (err->line)
        buf_printf(&text, "%s%u:%u", *err->entry ? ":" : "", err->line, err->column);
    buf_printf(&text, "%s%s", text.size ? ": " : "", err->message);
    if (file)
        file->problem = keep_shown(list, buf_text(&text));
    list->failed = list->failed || text.failed;
    buf_free(&text);
}

/* `folder`, a slash and `file`; the name of the item before where that is the same. */
static const char *join(struct findings_list *list, const char *folder, const char *file)
{
    struct buf path = {0};
    size_t n = folder ? strlen(folder) : 0;
    const char *last = list->count ? list->items[list->count - 1].finding.file : NULL;
    buf_printf(&path, "%s%s%s", folder ? folder : "", folder && file && (n == 0 || folder[n - 1] != '/') ? "/" : "",
               file ? file : "");
    const char *kept = last && strcmp(last, buf_text(&path)) == 0 ? last : keep(list, buf_text(&path));
    list->failed = list->failed || path.failed;
    buf_free(&path);
    return kept;
}

struct findings_item *findings_add(struct findings_list *list, const char *folder, const struct jpk_finding *finding)
{
    struct findings_item *items = array_grow(list->items, list->count, &list->capacity, sizeof *items);
    if (items)
        list->items = items;
    if (!items || list->file_count == 0) {
        list->failed = true;
        return NULL;
    }
    struct findings_file *file = &list->files[list->file_count - 1];
    struct findings_item *item = &items[list->count];
    *item = (struct findings_item){.finding = *finding};
    struct jpk_finding *copy = &item->finding;
    copy->file = join(list, folder || finding->file ? folder : file->name, finding->file);
    copy->path = keep_shown(list, finding->path);
    copy->entity_id = keep(list, finding->entity_id);
    copy->entity_type = keep(list, finding->entity_type);
    copy->entity_name = keep_shown(list, finding->entity_name);
    copy->message = keep_shown(list, finding->message);
    copy->hint = keep_shown(list, finding->hint);
    copy->schema = keep(list, finding->schema);
    if (list->failed)
        return NULL;
    list->count++;
    file->count++;
    return item;
}

void findings_free(struct findings_list *list)
{
    arena_free(&list->arena);
    free(list->items);
    free(list->files);
    *list = (struct findings_list){0};
}

static bool fails(const struct settings *settings, const struct findings_item *item)
{
    return item->state == FINDINGS_NEW && message_fails(settings, &item->finding, 1);
}

bool findings_fail(const struct settings *settings, const struct findings_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (fails(settings, &list->items[i]))
            return true;
    return false;
}

/* ------------------------------------------------------------------------------------------------ lines of files */

static void find_end(struct findings_lines *lines)
{
    const char *end = memchr(lines->text + lines->start, '\n', lines->size - lines->start);
    lines->end = end ? (size_t)(end - lines->text) : lines->size;
    lines->counted = 0;
    lines->characters = 0;
}

struct findings_lines findings_lines_begin(const char *text, size_t size)
{
    struct findings_lines lines = {.text = text, .size = size, .line = 1};
    find_end(&lines);
    return lines;
}

bool findings_lines_seek(struct findings_lines *lines, uint32_t line)
{
    if (line < lines->line)
        *lines = findings_lines_begin(lines->text, lines->size);
    while (line > lines->line) {
        if (lines->end == lines->size)
            return false;
        lines->start = lines->end + 1;
        lines->line++;
        find_end(lines);
    }
    return line > 0;
}

uint32_t findings_lines_character(struct findings_lines *lines, uint32_t line, uint32_t column)
{
    if (column == 0 || !findings_lines_seek(lines, line) || column - 1 > lines->end - lines->start)
        return 0;
    if (column - 1 < lines->counted)
        lines->counted = lines->characters = 0;
    for (; lines->counted < column - 1; lines->counted++)
        lines->characters += ((unsigned char)lines->text[lines->start + lines->counted] & 0xc0) != 0x80;
    return lines->characters + 1;
}

struct findings_lines *findings_source_lines(struct findings_source *source, const char *file)
{
    if (!source->read)
        return NULL;
    if (!source->file || (source->file != file && strcmp(source->file, file) != 0)) {
        buf_clear(&source->text);
        source->file = file;
        source->there = source->read(source->context, file, &source->text);
        utf16_read(&source->text); /* lines and columns are those of its UTF-8 */
        source->there &= !source->text.failed;
        source->failed |= source->text.failed;
        if (source->there)
            source->lines = findings_lines_begin(buf_text(&source->text), source->text.size);
    }
    return source->there ? &source->lines : NULL;
}

void findings_source_free(struct findings_source *source)
{
    buf_free(&source->text);
}

void findings_count_characters(struct findings_list *list, findings_reader *read, void *context)
{
    struct findings_source source = {.read = read, .context = context};
    const struct findings_file *file = list->file_count ? &list->files[list->file_count - 1] : NULL;
    for (size_t i = 0; file && i < file->count; i++) {
        struct findings_item *item = &list->items[file->first + i];
        struct findings_lines *lines = item->finding.line ? findings_source_lines(&source, item->finding.file) : NULL;
        if (lines)
            item->character = findings_lines_character(lines, item->finding.line, item->finding.column);
    }
    list->failed |= source.failed;
    findings_source_free(&source);
}

/* ---------------------------------------------------------------------------------------------------- the report */

static const struct {
    const char *name;
    void (*write)(const struct findings_report *report, struct buf *out);
    bool characters; /* what its columns count */
} formats[] = {
    [FINDINGS_TEXT] = {"text", findings_text, false},      [FINDINGS_JSON] = {"json", findings_json, false},
    [FINDINGS_SARIF] = {"sarif", findings_sarif, true},    [FINDINGS_JUNIT] = {"junit", findings_junit, false},
    [FINDINGS_GITHUB] = {"github", findings_github, true},
};

enum findings_format findings_format(const struct settings *settings)
{
    for (enum findings_format format = FINDINGS_JSON; settings->format && format <= FINDINGS_GITHUB; format++)
        if (strcmp(settings->format, formats[format].name) == 0)
            return format;
    return FINDINGS_TEXT;
}

bool findings_counts_characters(const struct settings *settings)
{
    return formats[findings_format(settings)].characters;
}

void findings_flush(struct buf *out)
{
    enum { MUCH = 64 * 1024 };
    if (out->size < MUCH || out->failed)
        return;
    fwrite(out->data, 1, out->size, stdout);
    buf_clear(out);
}

int findings_print(const struct findings_report *report, enum findings_format format)
{
    struct buf out = {0};
    bool failed = report->list->failed;
    if (!failed) {
        formats[format].write(report, &out);
        failed = out.failed;
    }
    if (!failed)
        fwrite(buf_text(&out), 1, out.size, stdout);
    buf_free(&out);
    return failed ? message_memory() : 0;
}

/* ------------------------------------------------------------------------------------- shared by the writers */

struct findings_walk findings_walk_begin(const struct findings_report *report, bool notes, bool suppressed)
{
    return (struct findings_walk){.report = report, .notes = notes, .suppressed = suppressed};
}

bool findings_walk_next(struct findings_walk *walk, const struct findings_file *file)
{
    const struct findings_item *items = walk->report->list->items;
    size_t end = file->first + file->count;
    uint64_t most = walk->report->settings->max_findings;
    while (walk->next < end) {
        const struct findings_item *item = &items[walk->next++];
        size_t explanations = 0;
        while (walk->next < end && items[walk->next].finding.level > 0) {
            walk->next++;
            explanations++;
        }
        if ((item->finding.severity == JPK_INFO && !walk->notes) || (item->state != FINDINGS_NEW && !walk->suppressed))
            continue;
        if (most == 0 || walk->printed < most) {
            walk->printed++;
            walk->item = item;
            walk->explanations = explanations;
            return true;
        }
        walk->cut++;
        walk->cut_failures += fails(walk->report->settings, item);
    }
    return false;
}

static void count_item(struct findings_summary *summary, const struct findings_item *item)
{
    if (item->finding.level > 0)
        return;
    if (item->state == FINDINGS_BASELINE)
        summary->baseline++;
    else if (item->state == FINDINGS_EXEMPTED)
        summary->exempted++;
    else
        summary->counts[item->finding.severity]++;
}

struct findings_summary findings_summarize(const struct findings_report *report, bool notes, bool suppressed)
{
    const struct findings_list *list = report->list;
    struct findings_summary summary = {.files = list->file_count};
    struct findings_walk walk = findings_walk_begin(report, notes, suppressed);
    for (size_t i = 0; i < list->count; i++)
        count_item(&summary, &list->items[i]);
    for (size_t i = 0; i < list->file_count; i++) {
        summary.checked += !list->files[i].problem;
        while (findings_walk_next(&walk, &list->files[i]))
            continue;
    }
    summary.cut = walk.cut;
    return summary;
}

void findings_put_summary(struct buf *out, const struct findings_report *report, const struct findings_summary *summary)
{
    if (report->subject)
        message_put(out, report->subject);
    else
        buf_printf(out, "%zu %s%s", summary->files, report->unit ? report->unit : "file",
                   summary->files == 1 ? "" : "s");
    if (!report->subject && summary->checked < summary->files)
        buf_printf(out, " (%zu not checked)", summary->files - summary->checked);
    buf_puts(out, ": ");
    message_put_counts(out, summary->counts);
    if (summary->baseline)
        buf_printf(out, ", %zu in the baseline", summary->baseline);
    if (summary->exempted)
        buf_printf(out, ", %zu exempted", summary->exempted);
    if (summary->cut)
        buf_printf(out, ", %llu not shown", (unsigned long long)summary->cut);
}

void findings_put_message(struct buf *out, const struct jpk_finding *finding)
{
    if (finding->entity_type && *finding->entity_type)
        buf_printf(out, "%s '%s': ", finding->entity_type, finding->entity_name ? finding->entity_name : "");
    buf_puts(out, finding->message);
    if (finding->hint)
        buf_printf(out, "; %s", finding->hint);
}

void findings_put_because(struct buf *out, const struct findings_item *item, const struct findings_item *explanation)
{
    const struct jpk_finding *why = &explanation->finding, *what = &item->finding;
    buf_puts(out, "because ");
    findings_put_message(out, why);
    if (why->line && (why->line != what->line || why->column != what->column))
        buf_printf(out, " (%u:%u)", why->line, why->column);
}
