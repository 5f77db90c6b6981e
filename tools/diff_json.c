#include <string.h>

#include "base/json_write.h"
#include "tools/diff_print.h"
#include "tools/message.h"

static json_t *hunk_json(const struct jpk_diff_hunk *hunk)
{
    json_t *lines = json_array();
    struct buf text = {0};
    for (size_t i = 0; lines && i < hunk->line_count; i++) {
        buf_clear(&text);
        buf_putc(&text, hunk->lines[i].sign);
        buf_puts(&text, hunk->lines[i].text);
        lines = json_append(lines, text.failed ? NULL : json_string(buf_text(&text)));
        if (hunk->lines[i].unfinished && hunk->lines[i].sign != ' ')
            lines = json_append(lines, json_string("\\ no line end here"));
    }
    buf_free(&text);
    return json_pack("{s:I, s:I, s:I, s:I, s:o}", "oldStart", (json_int_t)hunk->old_start, "oldLines",
                     (json_int_t)hunk->old_count, "newStart", (json_int_t)hunk->new_start, "newLines",
                     (json_int_t)hunk->new_count, "lines", lines);
}

static json_t *field_json(const struct jpk_diff_field *field)
{
    static const char *const kinds[] = {"value", "text", "encrypted", "order", "opaque"};
    json_t *object =
        json_pack("{s:s, s:s, s:s?, s:s?, s:b, s:b, s:s?, s:s?, s:I, s:I}", "path", field->path, "kind",
                  kinds[field->kind], "oldValue", field->old_value, "newValue", field->new_value, "oldHidden",
                  field->old_hidden, "newHidden", field->new_hidden, "oldItem", field->old_item_id, "newItem",
                  field->new_item_id, "added", (json_int_t)field->added, "removed", (json_int_t)field->removed);
    json_t *hunks = json_array();
    for (size_t i = 0; hunks && i < field->hunk_count; i++)
        hunks = json_append(hunks, hunk_json(&field->hunks[i]));
    return json_member(object, "hunks", hunks);
}

static json_t *change_json(const struct jpk_diff_change *change)
{
    static const char *const subjects[] = {"project", "folder", "item", "file"};
    json_t *what = json_array(), *fields = json_array();
    for (unsigned i = 0; what && i < DIFF_WHAT_COUNT; i++)
        if (change->what & 1u << i)
            what = json_append(what, json_string(diff_what_words[i]));
    for (size_t i = 0; fields && i < change->field_count; i++)
        fields = json_append(fields, field_json(&change->fields[i]));
    return json_pack("{s:s, s:o, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:I, s:I, s:o}", "subject",
                     subjects[change->subject], "what", what, "type", change->type, "oldPath", change->old_path,
                     "newPath", change->new_path, "oldId", change->old_id, "newId", change->new_id, "note",
                     change->note, "added", (json_int_t)change->added, "removed", (json_int_t)change->removed, "fields",
                     fields);
}

static json_t *project_json(const char *input, const char *id, const char *name)
{
    return json_pack("{s:o, s:s, s:s}", "input", message_path_json(input), "projectId", id, "projectName", name);
}

json_t *diff_json(const struct diff_view *view)
{
    json_t *changes = json_array();
    for (size_t i = 0; changes && i < view->count; i++) {
        if (json_array_append_new(changes, change_json(view->changes[i])) != 0) {
            json_decref(changes);
            changes = NULL;
        }
    }
    return json_pack(
        "{s:o, s:o, s:b, s:I, s:I, s:o}", "a", project_json(view->a, view->diff->old_id, view->diff->old_name), "b",
        project_json(view->b, view->diff->new_id, view->diff->new_name), "same", view->count == 0, "matchedItems",
        (json_int_t)view->diff->matched, "matchedByContent", (json_int_t)view->diff->by_content, "changes", changes);
}
