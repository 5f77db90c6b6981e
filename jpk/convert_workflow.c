/* Workflows: the folders of operations, called by their paths, for workflows do not hold each other. */
#include <string.h>

#include "jpk/conversion.h"

enum { FOLDERS_MAX = 32 }; /* a name of more says nothing; the innermost count */

static json_t *new_workflow(struct convert *c, const struct jpk_folder *folder, const char *id)
{
    struct buf path = {0};
    const struct jpk_folder *chain[FOLDERS_MAX];
    size_t depth = 0;
    for (const struct jpk_folder *at = folder; at && depth < FOLDERS_MAX; at = at->parent)
        chain[depth++] = at;
    while (depth > 0) {
        buf_puts(&path, path.size > 0 ? " - " : "");
        buf_puts(&path, chain[--depth]->name);
    }
    c->ledger.failed |= path.failed;
    json_t *workflow =
        cloud_new_workflow(convert_name(c, JPK_CLOUD_OTHER, path.size > 0 ? buf_text(&path) : "Operations", NULL), id);
    buf_free(&path);
    return workflow;
}

/* Folders of operations are workflows; those above one are part of its name. */
static void account_folders(struct convert *c, const struct jpk_folder *folder, const json_t *workflow)
{
    const char *name = json_string_value(json_object_get(workflow, "name"));
    for (; folder && !c->ledger.failed; folder = folder->parent) {
        const struct jpk_entity *entity = jpk_project_entity(c->project, folder->id);
        if (convert_lives(entity) && entity->type == JPK_TYPE_FOLDER)
            convert_done(c, entity, JPK_CONVERTED, "workflow:%s", name ? name : "");
    }
}

static json_t *workflow_of(struct convert *c, const struct jpk_entity *operation)
{
    const struct jpk_folder *folder = operation->folder;
    const char *id = folder ? convert_id(c, JPK_CLOUD_OTHER, NULL, folder->id)
                            : convert_id(c, JPK_CLOUD_OTHER, "workflow", c->project->id);
    uint32_t found = map_get(&c->workflow_ids, id, strlen(id));
    if (found != MAP_NONE)
        return json_array_get(c->workflows, found);
    json_t *workflow = new_workflow(c, folder, id);
    size_t place = json_array_size(c->workflows);
    if (json_array_append_new(c->workflows, workflow) != 0 ||
        !map_set(&c->workflow_ids, id, strlen(id), (uint32_t)place)) {
        c->ledger.failed = true;
        return NULL;
    }
    account_folders(c, folder, workflow);
    return workflow;
}

void convert_list_in_workflow(struct convert *c, const struct jpk_entity *operation, const char *id)
{
    json_t *workflow = c->ledger.failed ? NULL : workflow_of(c, operation);
    if (!workflow ||
        json_array_append_new(json_object_get(workflow, "operations"), cloud_new_link(JPK_CLOUD_OPERATION, id)) != 0)
        c->ledger.failed = true;
}
