/* Topics of the manual at a terminal. */
#include "tools/columns.h"
#include "tools/manual.h"
#include "tools/prose.h"

enum { WIDTH = 80, INDENT = 2, LABEL = 24 };

/* Words from the column `indent` on, where the line begins anew. */
static void put_indented(struct buf *out, size_t indent, const struct buf *words)
{
    buf_printf(out, "%*s", (int)indent, "");
    columns_words(out, buf_text(words), indent, WIDTH);
}

static void put_row(struct buf *out, const struct prose_block *block, struct buf *words)
{
    struct buf label = {0};
    prose_words(&label, block->text, block->size);
    prose_words(words, block->rest, block->rest_size);
    buf_printf(out, "%*s%s", INDENT, "", buf_text(&label));
    if (columns_width(buf_text(&label)) + INDENT >= LABEL) {
        buf_putc(out, '\n');
        put_indented(out, LABEL, words);
    } else {
        columns_pad(out, LABEL - INDENT, columns_width(buf_text(&label)));
        columns_words(out, buf_text(words), LABEL, WIDTH);
    }
    out->failed = out->failed || label.failed;
    buf_free(&label);
}

static void put_code(struct buf *out, const struct prose_block *block)
{
    for (size_t i = 0; i < block->size; i++) {
        if (block->text[i] != '\n' && (i == 0 || block->text[i - 1] == '\n'))
            buf_printf(out, "%*s", 2 * INDENT, "");
        buf_putc(out, block->text[i]);
    }
}

static void put_options(struct buf *out, const struct prose_block *block)
{
    for (const struct option *option = manual_options(block->text, block->size); option && option->name; option++)
        option_put(out, option);
}

static void put_block(struct buf *out, const struct prose_block *block, struct buf *words)
{
    switch (block->kind) {
    case PROSE_ROW:
        put_row(out, block, words);
        return;
    case PROSE_CODE:
        put_code(out, block);
        return;
    case PROSE_OPTIONS:
        put_options(out, block);
        return;
    case PROSE_ITEM:
        prose_words(words, block->text, block->size);
        buf_printf(out, "%*s- ", INDENT, "");
        columns_words(out, buf_text(words), INDENT + 2, WIDTH);
        return;
    default:
        prose_words(words, block->text, block->size);
        put_indented(out, block->kind == PROSE_PARAGRAPH ? INDENT : 0, words);
        return;
    }
}

void manual_text(struct buf *out, const struct manual_prose *topic)
{
    const char *at = topic->text;
    enum prose_kind before = PROSE_TITLE;
    struct prose_block block;
    struct buf words = {0};
    while (prose_next(&at, &block)) {
        bool list = block.kind == before && (block.kind == PROSE_ROW || block.kind == PROSE_ITEM);
        bool below = before == PROSE_HEADING || before == PROSE_PART;
        if (block.kind != PROSE_TITLE && !list && !below)
            buf_putc(out, '\n');
        buf_clear(&words);
        put_block(out, &block, &words);
        before = block.kind;
    }
    out->failed = out->failed || words.failed;
    buf_free(&words);
}
