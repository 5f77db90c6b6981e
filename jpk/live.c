/* Which items matter: those that some operation can reach. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "jpk/jpk.h"

static bool is_root(const struct jpk_entity *entity)
{
    return entity->type == JPK_TYPE_OPERATION && !entity->deleted && !entity->unread;
}

bool jpk_graph_live(const struct jpk_graph *graph, bool *live, struct jpk_error *err)
{
    const struct jpk_project *project = graph->project;
    const struct jpk_entity **stack = malloc((project->entity_count + 1) * sizeof(struct jpk_entity *));
    if (!stack)
        return error_memory(err);
    size_t depth = 0;
    for (size_t i = 0; i < project->entity_count; i++) {
        live[i] = is_root(project->entities[i]);
        if (live[i])
            stack[depth++] = project->entities[i];
    }
    while (depth > 0) {
        size_t count;
        const struct jpk_reference *references = jpk_graph_from(graph, stack[--depth], &count);
        for (size_t i = 0; i < count; i++) {
            const struct jpk_entity *to = references[i].to;
            if (!to || references[i].in_comment || to->deleted || to->unread || live[to->index])
                continue;
            live[to->index] = true;
            stack[depth++] = to;
        }
    }
    free(stack);
    return true;
}
