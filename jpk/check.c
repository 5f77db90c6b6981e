/* The checks of a project. A rule is a row of the table and a function or a place below that reports it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "jpk/archive.h"
#include "jpk/check.h"
#include "jpk/layout.h"
#include "jpk/md5.h"
#include "jpk/model.h"
#include "jpk/script.h"
#include "jpk/tree_view.h"

static const struct jpk_check_rule rules[] = {
    {"unreadable-file", JPK_ERROR, "A file of the project cannot be parsed."},
    {"duplicate-id", JPK_ERROR, "Two files hold the same entity id."},
    {"tree-entry", JPK_WARNING, "project.xml holds something that is not one place for one entity."},
    {"missing-file", JPK_ERROR, "project.xml lists an entity that has no file."},
    {"not-in-tree", JPK_WARNING, "An entity has a file but project.xml does not list it."},
    {"orphan-folder", JPK_INFO, "A folder has a file but is not in the tree of project.xml."},
    {"deleted-entity", JPK_INFO, "An entity is marked as deleted but its file is still there."},
    {"name-differs", JPK_WARNING, "project.xml and the entity's file give different names."},
    {"type-differs", JPK_WARNING, "An entity's type is not that of its folder."},
    {"file-name-differs", JPK_WARNING, "An entity's file is not named after its id."},
    {"unknown-type", JPK_WARNING, "An entity type that this version does not know; it is kept as it is."},
    {"unknown-location", JPK_WARNING, "A source or target of a kind that this version does not know."},
    {"unknown-file", JPK_INFO, "A file that no project is known to hold."},
    {"unknown-content", JPK_WARNING, "A file holds comments or text that Design Studio does not write."},
    {"unknown-element", JPK_INFO, "An element that this version does not know; it is kept as it is."},
    {"serialisation", JPK_INFO, "A file is not written the way Design Studio writes it."},
    {"dangling-reference", JPK_ERROR, "A reference points at nothing in the project."},
    {"dangling-in-comment", JPK_INFO, "A comment mentions an item that is not in the project."},
    {"deleted-reference", JPK_ERROR, "A reference points at a deleted entity."},
    {"reference-type", JPK_ERROR, "A reference points at an entity of the wrong type."},
    {"built-in-item", JPK_INFO, "A step is a well-known item that no project stores."},
    {"empty-slot", JPK_WARNING, "A step of an operation has no content."},
    {"missing-structure-file", JPK_WARNING, "A structure names a file that is not in files/."},
    {"file-missing", JPK_WARNING, "files/.metadata lists a file that is not there."},
    {"file-not-listed", JPK_INFO, "A file is not listed in files/.metadata."},
    {"file-hash", JPK_WARNING, "A file does not have the MD5 that files/.metadata gives."},
    {"unset-variable", JPK_WARNING, "A variable is read, but nothing in the project sets it."},
    {"variable-case", JPK_INFO, "A variable is spelled in another letter case than where it is defined."},
    {"unused-variable", JPK_INFO, "No use of a project variable is visible; an encrypted setting may still name it."},
    {"encrypted-form", JPK_WARNING, "A value is marked as encrypted but does not have the form of one."},
    {"script-open", JPK_WARNING, "A string or comment of a script never ends."},
    {"conflict-marks", JPK_ERROR, "A text holds the marks of a merge that is not settled."},
    {"environment-backup", JPK_WARNING, "An environment backup can only be imported into its own environment."},
    {NULL, JPK_INFO, NULL},
};

const struct jpk_check_rule *jpk_check_rules(void)
{
    return rules;
}

/* A finding and where it is, until all are known and their lines can be counted in one go over each file. */
struct row {
    struct jpk_finding public; /* first, so that a pointer to one is a pointer to the other */
    uint32_t offset;           /* in the file; 0: about the file as a whole */
    uint32_t decoded;          /* in the text of the element at `offset` */
    bool in_text;
};

struct checker {
    struct findings own; /* first: the result */
    const struct jpk_project *project;
    const struct jpk_graph *graph;
    struct row *rows;
    size_t count, capacity;
    struct map folders;                  /* lower-case ids of the tree's folders */
    bool *written;                       /* by variable: a script or a target sets it */
    size_t comparisons;                  /* of names, in the search for what somebody meant */
    bool *seen;                          /* by entry: it was read, and the visitor has had it */
    const struct check_visitor *visitor; /* NULL: none */
    bool errors_only;                    /* what finds nothing worse than a warning is left out */
    struct buf bytes, text;
    struct jpk_error *err;
    bool failed;
};

/* Reads an entry into c->bytes. */
static bool read_entry(struct checker *c, size_t entry, struct jpk_error *err)
{
    if (!archive_read(c->project->archive, entry, &c->bytes, err))
        return false;
    if (!c->seen[entry] && c->visitor)
        c->visitor->visit(c->visitor->context, entry, buf_text(&c->bytes), c->bytes.size);
    c->seen[entry] = true;
    return true;
}

/* What is left for the visitor. */
static void visit_rest(struct checker *c)
{
    struct jpk_error err = {0};
    for (size_t i = 0; c->visitor && c->seen && i < jpk_archive_count(c->project->archive); i++)
        if (!c->seen[i])
            (void)read_entry(c, i, &err);
    c->failed |= err.code == JPK_ERR_MEMORY;
}

static enum jpk_severity severity_of(const char *rule)
{
    for (const struct jpk_check_rule *row = rules; row->id; row++)
        if (strcmp(row->id, rule) == 0)
            return row->severity;
    return JPK_ERROR;
}

static const char *keep(struct checker *c, const char *s)
{
    if (!s)
        return NULL;
    const char *kept = arena_strdup(&c->own.arena, s);
    if (!kept)
        c->failed = true;
    return kept;
}

static const char *lower_case(struct checker *c, const char *s)
{
    const char *kept = arena_strdup_lower(&c->own.arena, s);
    c->failed = c->failed || !kept;
    return kept;
}

/* A finding without a place yet; NULL when it is not asked for or memory is out. */
static struct jpk_finding *report(struct checker *c, const char *rule, const struct jpk_entity *entity,
                                  const char *format, ...) __attribute__((format(printf, 4, 5)));

static struct jpk_finding *report(struct checker *c, const char *rule, const struct jpk_entity *entity,
                                  const char *format, ...)
{
    enum jpk_severity severity = severity_of(rule);
    if (c->errors_only && severity != JPK_ERROR)
        return NULL;
    struct row *rows = array_grow(c->rows, c->count, &c->capacity, sizeof *c->rows);
    if (!rows) {
        c->failed = true;
        return NULL;
    }
    c->rows = rows;
    char raw[JPK_ERROR_MESSAGE_MAX + 4], message[JPK_ERROR_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    text_printable(message, sizeof message, raw); /* names may hold anything; a cut shows */
    c->rows[c->count] = (struct row){
        .public = {.severity = severity, .rule = rule, .message = keep(c, message)},
    };
    struct jpk_finding *finding = &c->rows[c->count++].public;
    if (entity) {
        finding->file = entity->file;
        finding->entity_id = entity->id;
        finding->entity_type = entity->type_name;
        finding->entity_name = entity->name;
    }
    return finding;
}

static void place(struct checker *c, struct jpk_finding *finding, uint32_t offset, const uint32_t *decoded,
                  const char *path)
{
    if (!finding)
        return;
    struct row *row = (struct row *)finding;
    finding->path = keep(c, path);
    row->offset = offset;
    row->in_text = decoded != NULL;
    row->decoded = decoded ? *decoded : 0;
}

/* ------------------------------------------------------------------------------------------------------ entities */

static const char *file_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void check_place(struct checker *c, const struct jpk_entity *entity)
{
    const char *name = file_part(entity->file);
    size_t stem = strlen(name) - strlen(".xml");
    if (strlen(entity->id) != stem || strncasecmp(name, entity->id, stem) != 0)
        report(c, "file-name-differs", entity, "the file is named %s but holds the id %s", name, entity->id);
    const char *relative = entity->file + strlen(c->project->base);
    size_t type = strlen(entity->type_name);
    if (strncmp(relative, "Data/", 5) == 0 &&
        (strncmp(relative + 5, entity->type_name, type) != 0 || relative[5 + type] != '/'))
        report(c, "type-differs", entity, "the file lies in %.*s but holds an entity of type %s",
               (int)(name - relative), relative, entity->type_name);
}

static void check_tree(struct checker *c, const struct jpk_entity *entity)
{
    if (entity->deleted)
        report(c, "deleted-entity", entity, "is marked as deleted; it is left out");
    else if (entity->type == JPK_TYPE_FOLDER && !entity->in_tree) {
        const char *key = lower_case(c, entity->id);
        if (key && map_get(&c->folders, key, strlen(key)) == MAP_NONE)
            report(c, "orphan-folder", entity, "is not in the tree of project.xml");
    } else if (!entity->in_tree) {
        report(c, "not-in-tree", entity, "is not in the tree of project.xml");
    }
}

static void check_form(struct checker *c, const struct jpk_entity *entity)
{
    const struct jpk_location *location = jpk_entity_location(entity);
    if (entity->type == JPK_TYPE_UNKNOWN)
        report(c, "unknown-type", entity, "entity type '%s' is not known; the entity is kept as it is",
               entity->type_name);
    if (location && location->type == JPK_LOCATION_OTHER)
        report(c, "unknown-location", entity, "connection type '%s' is not known", location->type_name);
    if (entity->lossy) {
        report(c, "unknown-content", entity, "the file holds comments or text that Design Studio does not write");
        return;
    }
    size_t index = jpk_archive_find(c->project->archive, entity->file);
    buf_clear(&c->text);
    struct xml_node *root = (struct xml_node *)entity->tree; /* the writer only reads */
    xml_write(&c->text, &(struct xml_document){.root = root, .crlf = entity->crlf}, XML_STYLE_ENTITY);
    if (index == SIZE_MAX || !read_entry(c, index, c->err) || c->text.failed) {
        c->failed = true;
        return;
    }
    size_t same = 0;
    while (same < c->text.size && same < c->bytes.size && c->text.data[same] == c->bytes.data[same])
        same++;
    if (same == c->text.size && same == c->bytes.size)
        return;
    struct jpk_finding *finding =
        report(c, "serialisation", entity, "the file is not written the way Design Studio writes it");
    place(c, finding, same ? (uint32_t)same : 1, NULL, NULL);
}

/* The elements that real files of the known types hold (inventory of real projects, section 4), in byte order. */
static const char *const known_elements[] = {
    "Activities",
    "CallRestrictions",
    "Data",
    "DbFields",
    "Delimiter",
    "Entity",
    "Entry",
    "Field",
    "Fields",
    "Filters",
    "Header",
    "InputStructure",
    "InvalidMappings",
    "Item",
    "Location",
    "Mapping",
    "Mappings",
    "NETSUITE_FUNCTION",
    "Objects",
    "OutputStructure",
    "Pipeline",
    "Properties",
    "Relation",
    "Relations",
    "RenamedNodes",
    "SCRIPT",
    "SOURCE",
    "Segment",
    "Siblings",
    "SqlScript",
    "Structure",
    "TARGET",
    "TRANSFORMATION",
    "WEBSERVICECALL",
    "konga.string",
};

static int by_text(const void *a, const void *b)
{
    return strcmp(a, *(const char *const *)b);
}

static bool known_element(const char *name)
{
    return bsearch(name, known_elements, sizeof known_elements / sizeof known_elements[0], sizeof known_elements[0],
                   by_text) != NULL;
}

/* Types that were never seen may hold anything. */
static void check_elements(struct checker *c, const struct jpk_entity *entity, const struct xml_node *node)
{
    for (const struct xml_node *child = node->child; child; child = child->next) {
        if (!known_element(child->name))
            place(
                c,
                report(c, "unknown-element", entity, "the element <%s> is not known; it is kept as it is", child->name),
                child->offset, NULL, child->name);
        else
            check_elements(c, entity, child);
    }
}

static void check_items(struct checker *c, const struct jpk_entity *entity, const struct xml_node *node)
{
    size_t least, most;
    for (uint32_t i = 0; i < node->item_count; i++)
        if (node->items[i].encrypted && !jpk_encrypted_length(node->items[i].value, &least, &most))
            place(c,
                  report(c, "encrypted-form", entity,
                         "'%s' is marked as encrypted but is not `$00` and base64 of blocks", node->items[i].key),
                  node->items[i].offset, NULL, node->items[i].key);
    for (const struct xml_node *child = node->child; child; child = child->next)
        check_items(c, entity, child);
}

struct open_script {
    bool found;
    uint32_t offset;
};

static bool on_open(void *context, const struct script_event *event)
{
    struct open_script *open = context;
    if (event->kind == SCRIPT_EVENT_OPEN)
        *open = (struct open_script){true, event->offset};
    return !open->found;
}

/* A script, and where it is: `base` bytes into the text of the element at `offset`. */
typedef void script_visitor(struct checker *c, const struct jpk_entity *entity, const char *text, uint32_t offset,
                            uint32_t base, const char *where);

static void check_open(struct checker *c, const struct jpk_entity *entity, const char *text, uint32_t offset,
                       uint32_t base, const char *where)
{
    struct open_script open = {0};
    script_events(text, strlen(text), on_open, &open);
    uint32_t at = base + open.offset;
    if (open.found)
        place(c, report(c, "script-open", entity, "a string or comment that begins here never ends"), offset, &at,
              where);
}

static void visit_scripts(struct checker *c, const struct jpk_entity *entity, script_visitor *visit)
{
    if (entity->type == JPK_TYPE_SCRIPT) {
        visit(c, entity, entity->as.script->text, entity->as.script->offset, 0, "Entity/konga.string");
    } else if (entity->type == JPK_TYPE_TRANSFORMATION) {
        const struct jpk_transformation *t = entity->as.transformation;
        for (size_t i = 0; i < t->mapping_count; i++)
            if (t->mappings[i].kind != JPK_MAPPING_LOOP)
                visit(c, entity, t->mappings[i].source, t->mappings[i].offset, t->mappings[i].source_at,
                      t->mappings[i].target);
    }
}

static struct jpk_finding *find_conflict(struct checker *c, const struct jpk_entity *entity, size_t at)
{
    return at == SIZE_MAX ? NULL
                          : report(c, "conflict-marks", entity, "both sides of a merge are here; one must be chosen");
}

static void check_conflict(struct checker *c, const struct jpk_entity *entity, const char *text, uint32_t offset,
                           uint32_t base, const char *where)
{
    size_t found = text_conflict(text, strlen(text));
    uint32_t at = base + (uint32_t)found;
    place(c, find_conflict(c, entity, found), offset, &at, where);
}

/* In a value the place is that of its tag. */
static void check_value(struct checker *c, const struct jpk_entity *entity, const char *value, uint32_t offset,
                        const char *where)
{
    if (value)
        place(c, find_conflict(c, entity, text_conflict(value, strlen(value))), offset, NULL, where);
}

/* Queries, SQL, bodies of e-mails and whatever else a text may stand in. */
static void check_texts(struct checker *c, const struct jpk_entity *entity, const struct xml_node *node)
{
    bool script = entity->type == JPK_TYPE_SCRIPT && node->offset == entity->as.script->offset;
    bool mappings = entity->type == JPK_TYPE_TRANSFORMATION && strcmp(node->name, "Mappings") == 0;
    if (script || mappings)
        return; /* looked at as scripts */
    for (uint32_t i = 0; i < node->item_count; i++)
        check_value(c, entity, node->items[i].value, node->items[i].offset, node->items[i].key);
    for (uint32_t i = 0; i < node->attribute_count; i++)
        check_value(c, entity, node->attributes[i].value, node->offset, node->attributes[i].name);
    if (node->text)
        check_conflict(c, entity, node->text, node->offset, 0, node->name);
    for (const struct xml_node *child = node->child; child; child = child->next)
        check_texts(c, entity, child);
}

static void check_conflicts(struct checker *c, const struct jpk_entity *entity)
{
    if (entity->unread || entity->deleted || c->failed)
        return;
    visit_scripts(c, entity, check_conflict);
    check_texts(c, entity, entity->tree);
}

/* What is a warning at worst. */
static void check_shape(struct checker *c, const struct jpk_entity *entity)
{
    check_place(c, entity);
    check_tree(c, entity);
    check_form(c, entity);
    if (entity->deleted || c->failed)
        return;
    if (jpk_type_info(entity->type)->observed)
        check_elements(c, entity, entity->tree);
    check_items(c, entity, entity->tree);
    visit_scripts(c, entity, check_open);
}

static void check_entity(struct checker *c, const struct jpk_entity *entity)
{
    if (entity->unread) {
        if (!entity->file) /* else it is there but could not be read: that is a problem of its own */
            report(c, "missing-file", entity, "project.xml lists %s '%s' but there is no file for it",
                   entity->type_name, entity->name);
        return;
    }
    if (!c->errors_only)
        check_shape(c, entity);
    check_conflicts(c, entity);
}

/* ---------------------------------------------------------------------------------------------------- references */

/* What the prefix of a script's reference promises. */
static bool script_type_fits(const char *function, const struct jpk_entity *to)
{
    static const struct {
        const char *function;
        enum jpk_type type;
    } expected[] = {
        {"RunOperation", JPK_TYPE_OPERATION},     {"CancelOperation", JPK_TYPE_OPERATION},
        {"WaitForOperation", JPK_TYPE_OPERATION}, {"GetOperationQueue", JPK_TYPE_OPERATION},
        {"RunScript", JPK_TYPE_SCRIPT},           {"SendEmailMessage", JPK_TYPE_EMAIL_MESSAGE},
    };
    for (size_t i = 0; function && i < sizeof expected / sizeof expected[0]; i++)
        if (text_caseeq(expected[i].function, function))
            return expected[i].type == to->type;
    return true;
}

static bool type_fits(const struct jpk_reference *r)
{
    switch (r->kind) {
    case JPK_REF_SUCCESS:
    case JPK_REF_FAILURE:
        return r->to->type == JPK_TYPE_OPERATION;
    case JPK_REF_MESSAGE:
        return r->to->type == JPK_TYPE_EMAIL_MESSAGE;
    case JPK_REF_SCHEDULE:
        return r->to->type == JPK_TYPE_SCHEDULE;
    case JPK_REF_SCRIPT:
        return script_type_fits(r->function, r->to);
    default:
        return true;
    }
}

static void describe_place(struct checker *c, const struct jpk_reference *r)
{
    buf_clear(&c->text);
    switch (r->kind) {
    case JPK_REF_ACTIVITY:
        buf_printf(&c->text, "Entity/Pipeline/Activities/*[@role='%s']/@contentId", r->where);
        break;
    case JPK_REF_STRUCTURE:
        buf_printf(&c->text, "Entity/*/@%s", r->where);
        break;
    case JPK_REF_SCRIPT:
        buf_printf(&c->text, "%s", *r->where ? r->where : "Entity/konga.string[@name='script']");
        break;
    default:
        buf_printf(&c->text, "Entity/Properties/Item[@key='%s']", r->where);
        break;
    }
}

static void place_reference(struct checker *c, struct jpk_finding *finding, const struct jpk_reference *r)
{
    describe_place(c, r);
    place(c, finding, r->offset, r->kind == JPK_REF_SCRIPT ? &r->text_offset : NULL, buf_text(&c->text));
}

static void check_reference(struct checker *c, const struct jpk_reference *r)
{
    struct jpk_finding *finding = NULL;
    switch (r->state) {
    case JPK_REF_RESOLVED:
        if (!r->in_comment && r->to && !type_fits(r))
            finding =
                report(c, "reference-type", r->from, "%s%s names %s '%s', which is a thing of another type",
                       r->function ? r->function : r->where, r->function ? "()" : "", r->to->type_name, r->to->name);
        break;
    case JPK_REF_EMPTY:
        finding = report(c, "empty-slot", r->from, "the step '%s' has no content", r->where);
        break;
    case JPK_REF_BUILT_IN:
        if (r->kind != JPK_REF_FILE)
            finding = report(c, "built-in-item", r->from, "'%s' is the built-in item %s", r->where, r->target);
        break;
    case JPK_REF_DELETED:
        finding = report(c, r->in_comment ? "dangling-in-comment" : "deleted-reference", r->from,
                         "%s '%s' is named here, but it is deleted", r->to->type_name, r->to->name);
        break;
    case JPK_REF_DANGLING:
        if (r->kind == JPK_REF_FILE)
            finding = report(c, "missing-structure-file", r->from, "'%s' names %s, which is not in files/", r->where,
                             r->target);
        else if (r->in_comment)
            finding = report(c, "dangling-in-comment", r->from, "a comment mentions %s, which is not in the project",
                             r->target);
        else if (r->function)
            finding = report(c, "dangling-reference", r->from, "%s() names %s, which is not in the project",
                             r->function, r->target);
        else
            finding = report(c, "dangling-reference", r->from, "'%s' names %s, which is not in the project", r->where,
                             r->target);
        break;
    }
    if (finding)
        place_reference(c, finding, r);
}

/* ----------------------------------------------------------------------------------------------------- variables */

static bool is_written(const struct jpk_variable *variable)
{
    for (size_t i = 0; i < variable->use_count; i++)
        if (variable->uses[i]->write && !variable->uses[i]->in_comment)
            return true;
    return false;
}

/* The variable that somebody may have meant: set somewhere, and one or two letters away. */
static const char *nearest(struct checker *c, const char *name)
{
    const char *best = NULL;
    enum { MANY = 500000 }; /* comparisons: more than any person's names need */
    size_t length = strlen(name), least = length < 6 ? 1 : length < 12 ? 2 : 3;
    if (c->comparisons + c->graph->variable_count > MANY)
        return NULL;
    c->comparisons += c->graph->variable_count;
    for (size_t i = 0; i < c->graph->variable_count; i++) {
        const struct jpk_variable *other = &c->graph->variables[i];
        size_t distance = text_distance(name, other->name, least);
        if (distance <= least && distance > 0 && (other->entity || c->written[i])) {
            best = other->name;
            least = distance - 1;
            if (least == 0)
                break;
        }
    }
    return best;
}

static void check_unset(struct checker *c, const struct jpk_variable *variable)
{
    if (variable->entity || variable->system || c->written[variable - c->graph->variables])
        return;
    const char *hint = NULL;
    bool searched = false;
    for (size_t i = 0; i < variable->use_count; i++) {
        const struct jpk_use *use = variable->uses[i];
        if (use->in_comment || use->default_value)
            continue;
        if (!searched) {
            const char *other = nearest(c, variable->name);
            buf_clear(&c->text);
            buf_printf(&c->text, "did you mean '%s'?", other ? other : "");
            hint = other ? keep(c, buf_text(&c->text)) : NULL;
            searched = true;
        }
        struct jpk_finding *finding = report(c, "unset-variable", use->from,
                                             "'%s' is read here, but nothing in the project sets it", use->spelled);
        place(c, finding, use->offset, use->in_text ? &use->text_offset : NULL, use->where);
        if (finding)
            finding->hint = hint;
    }
}

static void check_variable(struct checker *c, const struct jpk_variable *variable)
{
    check_unset(c, variable);
    if (!variable->entity)
        return;
    bool used = false;
    for (size_t i = 0; i < variable->use_count; i++) {
        const struct jpk_use *use = variable->uses[i];
        used = used || !use->in_comment;
        if (strcmp(use->spelled, variable->name) != 0 && !use->in_comment)
            place(c,
                  report(c, "variable-case", use->from, "'%s' is the project variable '%s' in another letter case",
                         use->spelled, variable->name),
                  use->offset, use->in_text ? &use->text_offset : NULL, use->where);
    }
    if (!used)
        report(c, "unused-variable", variable->entity, "no use of it is visible");
}

/* --------------------------------------------------------------------------------------------------------- files */

static void check_file(struct checker *c, const struct jpk_file *file)
{
    struct jpk_finding *finding = NULL;
    if (file->entry == SIZE_MAX) {
        finding = report(c, "file-missing", NULL, "files/.metadata lists %s, which is not there", file->name);
    } else if (!file->listed) {
        finding = report(c, "file-not-listed", NULL, "files/.metadata does not list %s", file->name);
    } else if (read_entry(c, file->entry, c->err)) {
        char md5[33];
        md5_hex(c->bytes.data, c->bytes.size, md5);
        if (*file->md5 && !text_caseeq(md5, file->md5))
            finding = report(c, "file-hash", NULL, "has the MD5 %s, files/.metadata says %s", md5, file->md5);
    } else {
        c->failed = true;
    }
    if (finding)
        finding->file = file->entry == SIZE_MAX ? NULL : jpk_archive_entry(c->project->archive, file->entry)->name;
}

/* What was not read yet: caches, settings, unknown files. Reading proves their checksums. */
static void check_rest(struct checker *c)
{
    const struct jpk_project *project = c->project;
    for (size_t i = 0; i < project->other_entry_count; i++) {
        struct jpk_finding *finding = report(c, "unknown-file", NULL, "no project is known to hold this file");
        if (finding)
            finding->file = jpk_archive_entry(project->archive, project->other_entries[i])->name;
    }
    if (jpk_archive_is_folder(project->archive))
        return;
    size_t base = strlen(project->base);
    for (size_t i = 0; i < jpk_archive_count(project->archive) && !c->failed; i++) {
        const char *name = jpk_archive_entry(project->archive, i)->name;
        bool inside = strncmp(name, project->base, base) == 0;
        if (inside && entry_role_of(project->shape, name + base) == ENTRY_ENTITY)
            continue; /* read when the project was loaded */
        if (!c->seen[i] && !read_entry(c, i, c->err))
            c->failed = true;
    }
}

static void check_project(struct checker *c)
{
    const struct jpk_project *project = c->project;
    for (size_t i = 0; i < project->problem_count; i++) {
        const struct jpk_finding *problem = &project->problems[i];
        const struct jpk_entity *entity = problem->entity_id ? jpk_project_entity(project, problem->entity_id) : NULL;
        struct jpk_finding *finding = report(c, problem->rule, entity, "%s", problem->message);
        if (finding) { /* its place is known already */
            finding->file = problem->file;
            finding->line = problem->line;
            finding->column = problem->column;
        }
    }
    if (project->kind == JPK_KIND_BACKUP)
        report(c, "environment-backup", NULL,
               "this is an environment backup: it can only be imported into environment %s",
               jpk_project_property(project, JPK_FILE_JITTERPAK, "env_id")
                   ? jpk_project_property(project, JPK_FILE_JITTERPAK, "env_id")
                   : "(not named)");
}

/* --------------------------------------------------------------------------------------------------------- places */

static const char *file_of(const struct row *row)
{
    return row->public.file ? row->public.file : "";
}

static int compare(uint32_t a, uint32_t b)
{
    return a < b ? -1 : a > b;
}

static int by_offset(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    int order = strcmp(file_of(left), file_of(right));
    if (!order)
        order = compare(left->offset, right->offset);
    if (!order)
        order = compare(left->in_text, right->in_text); /* a tag stands before its text */
    return order ? order : compare(left->decoded, right->decoded);
}

/* By file, then place, then rule: the order in which a person works through them. */
static int by_place(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    int order = strcmp(file_of(left), file_of(right));
    if (!order)
        order = compare(left->public.line, right->public.line);
    if (!order)
        order = compare(left->public.column, right->public.column);
    if (!order)
        order = strcmp(left->public.rule, right->public.rule);
    return order ? order : strcmp(left->public.message, right->public.message);
}

/* In a tree what is read is not what a person has: the file and the place there. */
static void place_in_tree(struct jpk_finding *finding, struct tree_places *places, size_t at)
{
    struct tree_place place;
    tree_places_at(places, at, &place);
    finding->file = place.path;
    if (finding->line) {
        finding->line = place.line;
        finding->column = place.column;
    }
}

/* Lines and columns of the rows of one file, which come in the order of their places: one pass over the file. */
static bool count_lines(struct checker *c, size_t index, struct row *rows, size_t count, struct tree_places *places)
{
    if (!archive_read(c->project->archive, index, &c->bytes, c->err))
        return false;
    struct text_counter counter = text_counter_begin(buf_text(&c->bytes), c->bytes.size);
    struct xml_text_cursor cursor = {0};
    uint32_t tag = 0;
    for (size_t i = 0; i < count; i++) {
        struct row *row = &rows[i];
        size_t at = row->offset;
        if (at == 0)
            continue;
        if (row->in_text) {
            if (row->offset != tag) {
                cursor = xml_text_begin(buf_text(&c->bytes), c->bytes.size, row->offset);
                tag = row->offset;
            }
            at = xml_text_advance(&cursor, row->decoded);
        }
        struct text_position position = text_counter_at(&counter, at);
        row->public.line = position.line;
        row->public.column = position.column;
        if (places)
            place_in_tree(&row->public, places, at);
    }
    return true;
}

static bool locate(struct checker *c, struct row *rows, size_t count)
{
    const char *file = rows[0].public.file;
    size_t index = file ? jpk_archive_find(c->project->archive, file) : SIZE_MAX;
    struct tree_places places;
    if (index == SIZE_MAX)
        return true;
    struct jpk_error err = {0};
    bool tree = tree_places_begin(&places, c->project->archive, file, &err);
    if (err.code == JPK_ERR_MEMORY)
        return error_memory(c->err);
    for (size_t i = 0; tree && i < count; i++)
        if (rows[i].offset == 0)
            place_in_tree(&rows[i].public, &places, 0);
    bool ok = rows[count - 1].offset == 0 || count_lines(c, index, rows, count, tree ? &places : NULL);
    if (tree && places.failed)
        ok = error_memory(c->err);
    if (tree)
        tree_places_free(&places);
    return ok;
}

static bool finish(struct checker *c)
{
    if (c->count)
        qsort(c->rows, c->count, sizeof *c->rows, by_offset);
    for (size_t start = 0, end; start < c->count; start = end) {
        for (end = start + 1; end < c->count && strcmp(file_of(&c->rows[start]), file_of(&c->rows[end])) == 0; end++)
            ;
        if (!locate(c, c->rows + start, end - start))
            return false;
    }
    if (c->count)
        qsort(c->rows, c->count, sizeof *c->rows, by_place);
    struct jpk_finding *items = arena_calloc(&c->own.arena, c->count + 1, sizeof *items);
    if (!items)
        return false;
    for (size_t i = 0; i < c->count; i++)
        items[i] = c->rows[i].public;
    c->own.public = (struct jpk_findings){.items = items, .count = c->count};
    return true;
}

/* What is a warning at worst. */
static void check_around(struct checker *c)
{
    const struct jpk_project *project = c->project;
    for (size_t i = 0; i < c->graph->variable_count && !c->failed; i++)
        check_variable(c, &c->graph->variables[i]);
    for (size_t i = 0; i < project->file_count && !c->failed; i++)
        check_file(c, &project->files[i]);
    if (!c->failed)
        check_rest(c);
}

static void run(struct checker *c)
{
    const struct jpk_project *project = c->project;
    for (size_t i = 0; i < project->folder_count && !c->failed; i++) {
        const char *key = lower_case(c, project->folders[i]->id);
        c->failed = !key || !map_set(&c->folders, key, strlen(key), (uint32_t)i);
    }
    c->written = arena_calloc(&c->own.arena, c->graph->variable_count, sizeof *c->written);
    c->seen = arena_calloc(&c->own.arena, jpk_archive_count(project->archive) + 1, sizeof *c->seen);
    c->failed = c->failed || !c->written || !c->seen;
    for (size_t i = 0; i < c->graph->variable_count && !c->failed; i++)
        c->written[i] = is_written(&c->graph->variables[i]);
    if (!c->failed)
        check_project(c);
    for (size_t i = 0; i < project->entity_count && !c->failed; i++)
        check_entity(c, project->entities[i]);
    for (size_t i = 0; i < c->graph->reference_count && !c->failed; i++)
        check_reference(c, &c->graph->references[i]);
    if (!c->errors_only && !c->failed)
        check_around(c);
}

static void run_conflicts(struct checker *c)
{
    for (size_t i = 0; i < c->project->entity_count && !c->failed; i++)
        check_conflicts(c, c->project->entities[i]);
}

/* Without a graph only for the marks of conflicts. */
static struct jpk_findings *check(const struct jpk_project *project, const struct jpk_graph *graph,
                                  const struct check_visitor *visitor, bool errors_only, struct jpk_error *err)
{
    if (((const struct project *)project)->slim) {
        error_set(err, JPK_ERR_USAGE, "jpk_project_slim was called before the check");
        return NULL;
    }
    struct checker *c = calloc(1, sizeof *c);
    struct jpk_error local = {0};
    if (!c) {
        error_memory(err);
        return NULL;
    }
    c->project = project;
    c->graph = graph;
    c->visitor = visitor;
    c->errors_only = errors_only;
    c->err = &local;
    if (graph)
        run(c);
    else
        run_conflicts(c);
    c->failed = c->failed || !finish(c);
    visit_rest(c);
    buf_free(&c->bytes);
    buf_free(&c->text);
    map_free(&c->folders);
    free(c->rows);
    c->rows = NULL;
    if (!c->failed)
        return &c->own.public;
    if (local.code == JPK_OK)
        error_memory(&local);
    error_pass(err, &local, NULL);
    jpk_findings_free(&c->own.public);
    return NULL;
}

struct jpk_findings *check_visiting(const struct jpk_project *project, const struct jpk_graph *graph,
                                    const struct check_visitor *visitor, struct jpk_error *err)
{
    return check(project, graph, visitor, false, err);
}

struct jpk_findings *check_for_errors(const struct jpk_project *project, const struct jpk_graph *graph,
                                      struct jpk_error *err)
{
    return check(project, graph, NULL, true, err);
}

struct jpk_findings *check_for_conflicts(const struct jpk_project *project, struct jpk_error *err)
{
    return check(project, NULL, NULL, true, err);
}

bool check_settled(const struct jpk_findings *conflicts, const char *name, struct jpk_error *err)
{
    if (!conflicts || conflicts->count == 0)
        return conflicts != NULL;
    const struct jpk_finding *first = &conflicts->items[0];
    error_set(err, JPK_ERR_FORMAT, "holds the marks of a merge conflict");
    error_file(err, name);
    error_entry(err, first->file ? first->file : "");
    error_position(err, first->line, first->column);
    return false;
}

struct jpk_findings *jpk_check(const struct jpk_project *project, const struct jpk_graph *graph, struct jpk_error *err)
{
    return check(project, graph, NULL, false, err);
}

void jpk_findings_free(struct jpk_findings *findings)
{
    struct findings *own = (struct findings *)findings;
    if (!own)
        return;
    arena_free(&own->arena);
    free(own->items);
    free(own);
}
