/* Scripts, and the references in every text. */
#include <stdlib.h>
#include <string.h>

#include "jpk/conversion.h"
#include "jpk/script_findings.h"
#include "jpk/script_rewrite.h"
#include "jpk/script_text.h"

/* The text at hand, for the resolver. */
struct rewriting {
    struct convert *c;
    const struct jpk_entity *from;
    uint32_t offset; /* of the text in the entity's file */
    size_t notes;    /* findings about it that leave something to do */
};

static void note(struct rewriting *r, enum convert_rule rule, size_t offset, const char *message, const char *hint)
{
    struct jpk_finding *finding = convert_note(r->c, r->from, rule, r->offset + (uint32_t)offset, "%s", message);
    if (finding && hint)
        finding->hint = hint;
    r->notes += rule != CONVERT_DANGLING_IN_COMMENT;
}

static const char *path_of(struct convert *c, const struct jpk_entity *entity)
{
    char *path = jpk_entity_path(entity);
    const char *kept = path ? convert_text(c, "%s", path) : "";
    c->ledger.failed |= !path;
    free(path);
    return kept;
}

/* ----------------------------------------------------------------------------------------------------- references */

/* A source or target by what the function does with it; without a function by what it is. */
static enum convert_direction direction_of(const struct script_use *use, const struct jpk_entity *to)
{
    unsigned items = use->parameter.items & (SCRIPT_ITEM_SOURCE | SCRIPT_ITEM_TARGET);
    if (items == SCRIPT_ITEM_SOURCE)
        return CONVERT_READ;
    if (items == SCRIPT_ITEM_TARGET)
        return CONVERT_WRITE;
    return to->type == JPK_TYPE_SOURCE ? CONVERT_READ : CONVERT_WRITE;
}

/* What names an endpoint's item; "" when there is none. */
static const char *endpoint_reference(struct convert *c, const struct script_use *use, const struct jpk_entity *to)
{
    if (use->parameter.wants == SCRIPT_WANTS_CONNECTION || (to->type != JPK_TYPE_SOURCE && to->type != JPK_TYPE_TARGET))
        return convert_connection_reference(c, convert_connection(c, to));
    return convert_activity_reference(c, convert_activity(c, to, direction_of(use, to)));
}

static const char *reference_to(struct convert *c, const struct script_use *use, const struct jpk_entity *to)
{
    const char *name = convert_item_name(c, to);
    switch (to->type) {
    case JPK_TYPE_OPERATION:
        return convert_text(c, "operation:%s", name);
    case JPK_TYPE_SCRIPT:
        return convert_text(c, "script:%s", name);
    case JPK_TYPE_EMAIL_MESSAGE:
        return convert_text(c, "email:%s", name);
    default:
        return endpoint_reference(c, use, to);
    }
}

static enum script_answer dangling(struct rewriting *r, const struct script_use *use, const char *what)
{
    if (use->in_comment) {
        note(r, CONVERT_DANGLING_IN_COMMENT, use->offset, what, NULL);
        return SCRIPT_KEEP;
    }
    note(r, CONVERT_DANGLING, use->offset, what, "an empty text stands in its place");
    return SCRIPT_DROP;
}

static enum jpk_type type_of(enum script_item item)
{
    static const struct {
        enum script_item item;
        enum jpk_type type;
    } types[] = {
        {SCRIPT_ITEM_OPERATION, JPK_TYPE_OPERATION}, {SCRIPT_ITEM_SCRIPT, JPK_TYPE_SCRIPT},
        {SCRIPT_ITEM_SOURCE, JPK_TYPE_SOURCE},       {SCRIPT_ITEM_TARGET, JPK_TYPE_TARGET},
        {SCRIPT_ITEM_EMAIL, JPK_TYPE_EMAIL_MESSAGE},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].item == item)
            return types[i].type;
    return JPK_TYPE_UNKNOWN;
}

/* Which entity has a path, made when the first text names one; of those that share it the index says so. */
static bool index_paths(struct convert *c)
{
    for (size_t i = c->paths_known; i < c->project->entity_count && !c->ledger.failed; i++) {
        const struct jpk_entity *entity = c->project->entities[i];
        const char *path = path_of(c, entity);
        uint32_t old = MAP_NONE;
        if (convert_lives(entity) && !map_add(&c->paths, path, strlen(path), entity->index, &old))
            c->ledger.failed = true;
        if (old != MAP_NONE && !map_set(&c->paths, path, strlen(path), CONVERT_PATH_SHARED))
            c->ledger.failed = true;
    }
    c->paths_known = c->project->entity_count;
    return !c->ledger.failed;
}

/* What a path names stays when it cannot be told: a person can read it. */
static enum script_answer unknown_path(struct rewriting *r, const struct script_use *use, const char *why)
{
    const char *what = convert_text(r->c, "'%.*s' %s", (int)use->text.length, use->text.text, why);
    note(r, use->in_comment ? CONVERT_DANGLING_IN_COMMENT : CONVERT_DANGLING, use->offset, what,
         "it stays as it is; name the component there as <TAG>operation:Name</TAG>");
    return SCRIPT_KEEP;
}

/* The entity of the path that people see in the editor. NULL, with a finding: it is that of none, or of several. */
static const struct jpk_entity *entity_of_path(struct rewriting *r, const struct script_use *use)
{
    struct convert *c = r->c;
    const char *path = convert_text(c, "%s/%.*s", jpk_type_info(type_of(use->item))->name,
                                    use->part_count > 0 ? (int)use->parts[0].length : 0,
                                    use->part_count > 0 ? use->parts[0].text : "");
    uint32_t index = index_paths(c) ? map_get(&c->paths, path, strlen(path)) : MAP_NONE;
    if (c->ledger.failed)
        return NULL;
    if (index == MAP_NONE || index == CONVERT_PATH_SHARED) {
        unknown_path(r, use,
                     index == MAP_NONE ? "names an item that the project does not have"
                                       : "is the path of more than one item");
        return NULL;
    }
    return c->project->entities[index];
}

/* The entity that an id names. NULL, with a finding and the answer: there is none. */
static const struct jpk_entity *entity_of_id(struct rewriting *r, const struct script_use *use,
                                             enum script_answer *answer)
{
    char id[64];
    if (use->guid.length >= sizeof id)
        return NULL;
    memcpy(id, use->guid.text, use->guid.length);
    id[use->guid.length] = '\0';
    const struct jpk_entity *to = jpk_project_entity(r->c->project, id);
    if (!to)
        *answer = dangling(r, use,
                           convert_text(r->c, "'%.*s' names an item that the project does not have",
                                        (int)use->text.length, use->text.text));
    return to;
}

static enum script_answer resolve(void *context, const struct script_use *use, struct buf *replacement)
{
    struct rewriting *r = context;
    struct convert *c = r->c;
    enum script_answer answer = SCRIPT_KEEP;
    const struct jpk_entity *to = NULL;
    if (use->form == SCRIPT_FORM_DESIGN)
        to = entity_of_id(r, use, &answer);
    else if (use->form == SCRIPT_FORM_PATH)
        to = entity_of_path(r, use);
    else if (use->form == SCRIPT_FORM_OTHER)
        answer = unknown_path(r, use, "looks like a reference, but to no kind of item that is known");
    if (!to) /* also: the forms of Cloud Studio are what they should be */
        return answer;
    if (!convert_lives(to))
        return dangling(r, use, convert_text(c, "'%s' is named here, but it is not converted", path_of(c, to)));
    const char *reference = reference_to(c, use, to);
    if (c->ledger.failed || !*reference) {
        if (!c->ledger.failed && !use->in_comment)
            note(r, CONVERT_REFERENCE_KIND, use->offset,
                 convert_text(c, "'%s' is named here and has no counterpart that a script could name", path_of(c, to)),
                 NULL);
        return use->in_comment ? SCRIPT_KEEP : SCRIPT_DROP;
    }
    buf_printf(replacement, "<TAG>%s</TAG>", reference);
    return SCRIPT_REPLACE;
}

/* References that only come to be while the script runs. */
static void note_built(struct rewriting *r, const struct script_rewriting *rewriting)
{
    static const char unnamed[] = "a variable";
    for (size_t i = 0; i < rewriting->count; i++) {
        const struct script_change *change = &rewriting->changes[i];
        if (change->outcome == SCRIPT_BUILT && !change->in_comment)
            note(r, CONVERT_REFERENCE_BUILT, change->offset,
                 convert_text(r->c, "%.*s gets a reference that is put together at run time",
                              change->function.length ? (int)change->function.length : (int)sizeof unnamed - 1,
                              change->function.length ? change->function.text : unnamed),
                 "it must be written in the form <TAG>operation:Name</TAG>");
    }
}

static void note_functions(struct rewriting *r, const char *text, size_t size)
{
    static const enum script_agent agents[] = {[JPK_AGENT_ANY] = SCRIPT_AGENT_ANY,
                                               [JPK_AGENT_CLOUD] = SCRIPT_AGENT_CLOUD,
                                               [JPK_AGENT_PRIVATE] = SCRIPT_AGENT_PRIVATE};
    struct script_findings findings = {0};
    if (!script_findings(text, size, agents[r->c->options.agent], &findings, NULL))
        r->c->ledger.failed = true;
    for (size_t i = 0; i < findings.count && !r->c->ledger.failed; i++) {
        char message[JPK_ERROR_MESSAGE_MAX];
        script_finding_text(&findings.items[i], message, sizeof message);
        struct jpk_finding *finding =
            convert_note(r->c, r->from, CONVERT_SCRIPT, r->offset + (uint32_t)findings.items[i].offset, "%s", message);
        if (finding)
            finding->severity = findings.items[i].severity;
        r->notes++;
    }
    script_findings_free(&findings);
}

/* Variables that have another name now. */
struct renaming {
    struct convert *c;
    const char *text;
    size_t kept; /* up to here it is in `out` */
    struct buf out;
};

static bool rename_variable(void *context, const struct script_event *event)
{
    enum { NAME_MAX = 255 };
    struct renaming *r = context;
    char name[NAME_MAX + 1];
    bool variable = event->kind == SCRIPT_EVENT_READ || event->kind == SCRIPT_EVENT_WRITE;
    size_t start = event->offset + (r->text[event->offset] == '$');
    if (!variable || event->name.length > NAME_MAX || start < r->kept ||
        strncmp(r->text + start, event->name.text, event->name.length) != 0)
        return true;
    memcpy(name, event->name.text, event->name.length);
    name[event->name.length] = '\0';
    const char *there = convert_variable(r->c, name);
    if (there == name)
        return true;
    buf_put(&r->out, r->text + r->kept, start - r->kept);
    buf_puts(&r->out, there);
    r->kept = start + event->name.length;
    return true;
}

/* The text with the new names; in the arena when there are any. */
static const char *rename_variables(struct convert *c, const char *text)
{
    struct renaming r = {.c = c, .text = text};
    const char *result = text;
    script_events(text, strlen(text), rename_variable, &r);
    if (r.kept > 0) {
        buf_puts(&r.out, text + r.kept);
        result = r.out.failed ? "" : convert_text(c, "%s", buf_text(&r.out));
        c->ledger.failed |= r.out.failed;
    }
    buf_free(&r.out);
    return result;
}

const char *convert_script_text(struct convert *c, const struct jpk_entity *entity, const char *text, uint32_t offset)
{
    struct rewriting r = {.c = c, .from = entity, .offset = offset};
    struct script_rewriting rewriting = {0};
    struct buf wrapped = {0};
    size_t size = strlen(text);
    if (c->ledger.failed || !script_rewrite(text, size, resolve, &r, &rewriting, NULL)) {
        c->ledger.failed = true;
        script_rewriting_free(&rewriting);
        return "";
    }
    note_built(&r, &rewriting);
    note_functions(&r, text, size);
    script_wrap(buf_text(&rewriting.text), rewriting.text.size, script_language_of(text, size), &wrapped);
    ledger_count_lines(&c->ledger, text, r.notes);
    const char *out = wrapped.failed ? "" : rename_variables(c, convert_text(c, "%s", buf_text(&wrapped)));
    c->ledger.failed |= wrapped.failed;
    buf_free(&wrapped);
    script_rewriting_free(&rewriting);
    return out;
}

/* ---------------------------------------------------------------------------------------------------------- scripts */

/* A project variable has other members than a global one. */
static json_t *new_global(const struct convert *c, const char *name)
{
    const struct jpk_variable *variable = jpk_graph_variable(c->graph, name);
    if (variable && variable->entity)
        return json_pack("{s:s, s:s, s:b, s:s, s:b}", "name", name, "value", "", "isNull", 1, "scope", "GLOBAL",
                         "isHidden", 0);
    return json_pack("{s:s, s:s, s:b, s:s, s:b}", "name", name, "value", "", "isNull", 1, "scope", "GLOBAL", "isArray",
                     0);
}

/* Of each name there is one, which all scripts share. Borrowed. */
static json_t *script_global(struct convert *c, const char *name)
{
    json_t *global = json_object_get(c->globals, name);
    if (global)
        return global;
    global = new_global(c, name);
    return convert_set(c, c->globals, name, global) ? global : NULL;
}

json_t *convert_script_globals(struct convert *c, const char *text)
{
    struct script_variables variables = {0};
    json_t *list = script_variables(text, strlen(text), &variables) ? json_array() : NULL;
    for (size_t i = 0; list && i < variables.count; i++) {
        if (json_array_append(list, script_global(c, convert_variable(c, variables.items[i].name))) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    script_variables_free(&variables);
    c->ledger.failed |= !list;
    return list;
}

static void convert_one(struct convert *c, const struct jpk_entity *entity)
{
    const struct jpk_script *script = entity->as.script;
    const char *name = convert_item_name(c, entity);
    const char *text = convert_script_text(c, entity, script->text, script->offset);
    json_t *component = cloud_new_component(JPK_CLOUD_SCRIPT, name, convert_id(c, JPK_CLOUD_SCRIPT, NULL, entity->id));
    bool javascript = script_language_of(text, strlen(text)) == SCRIPT_JAVASCRIPT;
    if (!component || !cloud_set_script(component, text, javascript))
        c->ledger.failed = true;
    else
        convert_set(c, component, "globalVariables", convert_script_globals(c, text));
    if (c->ledger.failed)
        json_decref(component);
    else if (convert_add(c, JPK_CLOUD_SCRIPT, component))
        convert_done(c, entity, JPK_CONVERTED, "script:%s", name);
}

void convert_scripts(struct convert *c)
{
    for (size_t i = 0; i < c->project->entity_count && !c->ledger.failed; i++) {
        const struct jpk_entity *entity = c->project->entities[i];
        if (entity->type == JPK_TYPE_SCRIPT && entity->as.script && convert_lives(entity))
            convert_one(c, entity);
    }
}
