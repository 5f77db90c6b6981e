#include "tools/merge_print.h"

#include <string.h>

#include "tools/message.h"

/* In one sentence, behind the place. */
static const char *const sentences[] = {
    [JPK_MERGE_VALUE] = "both sides changed it",
    [JPK_MERGE_LINES] = "both sides changed these lines",
    [JPK_MERGE_DELETED] = "one side deleted what the other one changed",
    [JPK_MERGE_USED] = "one side deleted what the other one uses",
    [JPK_MERGE_ADDED] = "both sides added it, and not the same",
    [JPK_MERGE_MOVED] = "both sides moved it",
    [JPK_MERGE_ORDER] = "both sides put something at the same place, or changed the order",
    [JPK_MERGE_FILE] = "both sides changed the file, which cannot be merged by lines",
    [JPK_MERGE_CHECK] = "something is wrong in the result that is so on neither side",
};

static const char *const kept_words[] = {
    [JPK_MERGE_KEPT_OURS] = "ours", [JPK_MERGE_KEPT_THEIRS] = "theirs", [JPK_MERGE_KEPT_BOTH] = "both"};

static void put_value(struct buf *out, const char *side, const struct jpk_merge_value *value)
{
    const char *text = value->hidden ? "(not shown)" : !value->text ? "(none)" : *value->text ? value->text : "\"\"";
    while (text) {
        const char *end = strchr(text, '\n');
        struct buf line = {0};
        buf_put(&line, text, end ? (size_t)(end - text) : strlen(text));
        buf_printf(out, "  %-8s", side);
        message_put(out, buf_text(&line));
        buf_putc(out, '\n');
        out->failed |= line.failed;
        buf_free(&line);
        text = end ? end + 1 : NULL;
        side = "";
    }
}

static bool says_something(const struct jpk_merge_value *value)
{
    return value->hidden || value->text;
}

static void put_conflict(struct buf *out, const struct jpk_merge_conflict *conflict)
{
    buf_puts(out, conflict->settled ? "settled: " : "conflict: ");
    message_put(out, conflict->path);
    if (*conflict->field) {
        buf_puts(out, ": ");
        message_put(out, conflict->field);
    }
    if (conflict->line)
        buf_printf(out, ": line %u", conflict->line);
    buf_puts(out, ": ");
    message_put(out, conflict->message ? conflict->message : sentences[conflict->kind]);
    if (conflict->kind != JPK_MERGE_CHECK)
        buf_printf(out, "; kept: %s", kept_words[conflict->kept]);
    buf_printf(out, " [%s]\n", jpk_merge_kind_name(conflict->kind));
    if (conflict->kind == JPK_MERGE_USED) {
        put_value(out, "used by", says_something(&conflict->ours) ? &conflict->ours : &conflict->theirs);
        return;
    }
    if (!says_something(&conflict->base) && !says_something(&conflict->ours) && !says_something(&conflict->theirs))
        return;
    put_value(out, "base", &conflict->base);
    put_value(out, "ours", &conflict->ours);
    put_value(out, "theirs", &conflict->theirs);
}

void merge_text(const struct merge_view *view, struct buf *out)
{
    const struct jpk_merge *merge = view->merge;
    for (size_t i = 0; i < merge->conflict_count; i++)
        put_conflict(out, &merge->conflicts[i]);
    buf_printf(out, "%zu from ours, %zu from theirs, %zu of both; ", merge->from_ours, merge->from_theirs, merge->both);
    buf_printf(out, "%zu conflict%s", merge->left, merge->left == 1 ? "" : "s");
    if (merge->left < merge->conflict_count)
        buf_printf(out, ", %zu settled", merge->conflict_count - merge->left);
    buf_putc(out, '\n');
}

static json_t *value_json(const struct jpk_merge_value *value)
{
    return json_pack("{s:s?, s:b}", "value", value->text, "hidden", value->hidden);
}

static json_t *conflict_json(const struct jpk_merge_conflict *c)
{
    return json_pack("{s:s, s:s, s:s?, s:s?, s:s, s:s, s:o, s:s, s:b, s:o, s:o, s:o}", "kind",
                     jpk_merge_kind_name(c->kind), "path", c->path, "type", c->type, "id", c->id, "field", c->field,
                     "message", c->message ? c->message : sentences[c->kind], "line",
                     c->line ? json_integer(c->line) : json_null(), "kept", kept_words[c->kept], "settled", c->settled,
                     "base", value_json(&c->base), "ours", value_json(&c->ours), "theirs", value_json(&c->theirs));
}

json_t *merge_json(const struct merge_view *view)
{
    const struct jpk_merge *merge = view->merge;
    json_t *conflicts = json_array();
    for (size_t i = 0; conflicts && i < merge->conflict_count; i++) {
        if (json_array_append_new(conflicts, conflict_json(&merge->conflicts[i])) != 0) {
            json_decref(conflicts);
            conflicts = NULL;
        }
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o}", "base", message_path_json(view->base), "ours",
                     message_path_json(view->ours), "theirs", message_path_json(view->theirs), "output",
                     view->output ? message_path_json(view->output) : json_null(), "fromOurs",
                     (json_int_t)merge->from_ours, "fromTheirs", (json_int_t)merge->from_theirs, "both",
                     (json_int_t)merge->both, "left", (json_int_t)merge->left, "conflicts", conflicts);
}
