/* The inventory for programs: everything. */
#include "base/json_write.h"
#include "jpk/secret_text.h"
#include "tools/inventory.h"
#include "tools/message.h"
#include "tools/summary_json.h"

/* Appends a value that may be NULL for want of memory to an array that may be too. */
static bool append(json_t *array, json_t *value)
{
    return json_array_append_new(array, value) == 0;
}

static json_t *items_json(const struct jpk_summary_item *items, size_t count)
{
    json_t *array = json_array();
    bool ok = array;
    for (size_t i = 0; ok && i < count; i++)
        ok = append(array, json_pack("{s:s, s:s}", "id", items[i].id, "path", items[i].path));
    if (!ok)
        json_decref(array);
    return ok ? array : NULL;
}

static json_t *scripts_json(const struct jpk_summary *summary, enum jpk_type type)
{
    json_t *array = json_array();
    bool ok = array;
    for (size_t i = 0; ok && i < summary->script_count; i++) {
        const struct jpk_summary_script *script = &summary->scripts[i];
        if (script->type == JPK_TYPE_SCRIPT && script->type == type)
            ok = append(array, json_pack("{s:s, s:s, s:I}", "id", script->item.id, "path", script->item.path, "lines",
                                         (json_int_t)script->lines));
        else if (script->type == type)
            ok = append(array, json_pack("{s:s, s:s, s:I, s:I}", "id", script->item.id, "path", script->item.path,
                                         "scripts", (json_int_t)script->scripts, "lines", (json_int_t)script->lines));
    }
    if (!ok)
        json_decref(array);
    return ok ? array : NULL;
}

static json_t *secrets_json(const struct jpk_summary *summary)
{
    json_t *array = json_array();
    bool ok = array;
    for (size_t i = 0; ok && i < summary->secret_count; i++) {
        const struct jpk_summary_secret *secret = &summary->secrets[i];
        ok = append(array,
                    json_pack("{s:s, s:s, s:s}", "id", secret->item.id, "path", secret->item.path, "key", secret->key));
    }
    if (!ok)
        json_decref(array);
    return ok ? array : NULL;
}

/* The sums, or with `summary` the figures of one project. */
static json_t *figures_json(const struct inventory *inventory, const struct jpk_summary *summary)
{
    json_t *object = json_object();
    for (const struct inventory_figure *figure = inventory_figures; object && figure->key; figure++) {
        uint64_t value = summary ? inventory_figure_of(summary, figure) : inventory_total(inventory, figure);
        if (json_object_set_new(object, figure->key, json_integer((json_int_t)value)) != 0) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}

static json_t *project_json(const struct inventory *inventory, const struct inventory_row *row)
{
    const struct jpk_summary *s = row->summary;
    if (!s)
        return json_pack("{s:s, s:{s:s, s:s, s:s}}", "path", row->path, "error", "code", jpk_code_name(row->error.code),
                         "entry", row->error.entry, "message", row->error.message);
    json_t *object = json_pack("{s:s}", "path", row->path);
    json_t *lists = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "deployedAt", s->deployed, "storedAt",
                              s->stored, "figures", figures_json(inventory, s), "operationsNothingStarts",
                              items_json(s->unstarted, s->unstarted_count), "scripts", scripts_json(s, JPK_TYPE_SCRIPT),
                              "mappings", scripts_json(s, JPK_TYPE_TRANSFORMATION), "encryptedSettings",
                              secrets_json(s), "findingList", message_findings_json(s->findings, s->finding_count));
    bool ok = summary_json(object, s) && lists && json_object_update(object, lists) == 0;
    json_decref(lists);
    if (!ok)
        json_decref(object);
    return ok ? object : NULL;
}

/* Releases the value. */
static bool put_value(struct buf *out, json_t *value)
{
    bool ok = value && secret_json_mask(value) && json_put(out, value, JSON_INDENT(2));
    json_decref(value);
    return ok;
}

void inventory_json(struct buf *out, const struct inventory *inventory)
{
    json_t *projects = json_array();
    bool ok = projects;
    for (size_t i = 0; ok && i < inventory->count; i++)
        ok = append(projects, project_json(inventory, &inventory->rows[i]));
    ok = ok && put_value(out, json_pack("{s:O, s:{s:I, s:I, s:o}}", "projects", projects, "totals", "projects",
                                        (json_int_t)(inventory->count - inventory->unreadable), "unreadable",
                                        (json_int_t)inventory->unreadable, "figures", figures_json(inventory, NULL)));
    json_decref(projects);
    buf_putc(out, '\n');
    out->failed = out->failed || !ok;
}
