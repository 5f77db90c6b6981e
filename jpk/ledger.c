#include "jpk/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"

bool ledger_begin(struct ledger *ledger, size_t items)
{
    ledger->items = calloc(items + 1, sizeof *ledger->items);
    ledger->item_count = ledger->items ? items : 0;
    ledger->failed = !ledger->items;
    return ledger->items != NULL;
}

void ledger_free(struct ledger *ledger)
{
    for (size_t i = 0; ledger->items && i <= ledger->item_count; i++)
        free(ledger->items[i].findings);
    free(ledger->items);
    free(ledger->renames);
    free(ledger->secrets);
    arena_free(&ledger->arena);
}

void ledger_give_out(struct ledger *ledger, struct ledger *out, struct jpk_conversion *conversion)
{
    *out = *ledger;
    *ledger = (struct ledger){0};
    const struct ledger_item *project = &out->items[out->item_count];
    conversion->findings = project->findings;
    conversion->finding_count = project->finding_count;
    conversion->renames = out->renames;
    conversion->rename_count = out->rename_count;
    conversion->secrets = out->secrets;
    conversion->secret_count = out->secret_count;
    conversion->script_lines = out->script_lines;
    conversion->script_lines_kept = out->script_lines_kept;
}

static int compare_places(const void *a, const void *b)
{
    uint32_t x = (*(struct jpk_finding *const *)a)->line, y = (*(struct jpk_finding *const *)b)->line;
    return (x > y) - (x < y);
}

void ledger_place_findings(struct ledger *ledger, size_t first, size_t count, const char *text, size_t size)
{
    size_t findings = 0, n = 0;
    for (size_t i = first; i < first + count; i++)
        findings += ledger->items[i].finding_count;
    struct jpk_finding **sorted = calloc(findings + 1, sizeof(struct jpk_finding *));
    if (!sorted) {
        ledger->failed = true;
        return;
    }
    for (size_t i = first; i < first + count; i++)
        for (size_t j = 0; j < ledger->items[i].finding_count; j++)
            sorted[n++] = &ledger->items[i].findings[j];
    qsort(sorted, n, sizeof(struct jpk_finding *), compare_places);
    struct text_counter counter = text_counter_begin(text, size);
    for (size_t i = 0; i < n; i++) {
        struct text_position at = {0, 0};
        if (text && sorted[i]->line > 0)
            at = text_counter_at(&counter, sorted[i]->line);
        sorted[i]->line = at.line;
        sorted[i]->column = at.column;
    }
    free(sorted);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void ledger_show_connectors(struct jpk_conversion *conversion, const char **adapters, size_t count)
{
    size_t kept = 0;
    qsort(adapters, count, sizeof *adapters, compare_texts);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || strcmp(adapters[kept - 1], adapters[i]) != 0)
            adapters[kept++] = adapters[i];
    conversion->connectors = adapters;
    conversion->connector_count = kept;
}

const char *ledger_vtext(struct ledger *ledger, const char *format, va_list args)
{
    char line[256]; /* most are shorter */
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(line, sizeof line, format, args);
    char *text = n < 0 ? NULL : arena_alloc(&ledger->arena, (size_t)n + 1);
    if (text && (size_t)n < sizeof line)
        memcpy(text, line, (size_t)n + 1);
    else if (text)
        vsnprintf(text, (size_t)n + 1, format, again);
    ledger->failed |= !text;
    va_end(again);
    return text ? text : "";
}

const char *ledger_text(struct ledger *ledger, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = ledger_vtext(ledger, format, args);
    va_end(args);
    return text;
}

/* A message that is too long, and names that were cut in it, end at a character. */
__attribute__((format(printf, 2, 0))) static const char *short_text(struct ledger *ledger, const char *format,
                                                                    va_list args)
{
    char line[JPK_ERROR_MESSAGE_MAX];
    int written = vsnprintf(line, sizeof line, format, args);
    size_t n = written < 0 ? 0 : strlen(line), bad = 0;
    while (!text_utf8(line, n, &bad)) {
        memmove(line + bad, line + bad + 1, n - bad);
        n--;
    }
    return arena_strndup(&ledger->arena, line, n);
}

struct jpk_finding *ledger_note(struct ledger *ledger, size_t item, enum convert_rule rule, uint32_t place,
                                const char *format, va_list args)
{
    struct ledger_item *of = &ledger->items[item];
    struct jpk_finding *findings = array_grow(of->findings, of->finding_count, &of->finding_capacity, sizeof *findings);
    enum jpk_convert_result result;
    const struct jpk_check_rule *row = convert_rule(rule, &result);
    const char *text = short_text(ledger, format, args);
    if (findings)
        of->findings = findings;
    if (!findings || !text) {
        ledger->failed = true;
        return NULL;
    }
    ledger_done(ledger, item, result, NULL);
    struct jpk_finding *finding = &findings[of->finding_count++];
    *finding = (struct jpk_finding){.severity = row->severity, .rule = row->id, .line = place, .message = text};
    return finding;
}

void ledger_keep_words(struct ledger *ledger, struct jpk_finding *finding, const char *words)
{
    if (finding)
        finding->message = ledger_text(ledger, "%s: '%s'", finding->message, words);
}

void ledger_done(struct ledger *ledger, size_t item, enum jpk_convert_result result, const char *target)
{
    struct ledger_item *of = &ledger->items[item];
    if (of->result < result)
        of->result = result;
    if (!of->target)
        of->target = target;
}

void ledger_count_lines(struct ledger *ledger, const char *text, size_t notes)
{
    size_t lines = 1;
    for (; *text; text++)
        lines += *text == '\n';
    ledger->script_lines += lines;
    ledger->script_lines_kept += lines > notes ? lines - notes : 0;
}

bool ledger_rename(struct ledger *ledger, size_t item, const char *to)
{
    struct jpk_convert_rename *renames =
        array_grow(ledger->renames, ledger->rename_count, &ledger->rename_capacity, sizeof *renames);
    if (!renames) {
        ledger->failed = true;
        return false;
    }
    ledger->renames = renames;
    renames[ledger->rename_count++] = (struct jpk_convert_rename){item, to};
    return true;
}

bool ledger_secret(struct ledger *ledger, const struct jpk_convert_secret *secret)
{
    struct jpk_convert_secret *secrets =
        array_grow(ledger->secrets, ledger->secret_count, &ledger->secret_capacity, sizeof *secrets);
    if (!secrets) {
        ledger->failed = true;
        return false;
    }
    ledger->secrets = secrets;
    secrets[ledger->secret_count++] = *secret;
    return true;
}
