/*
 * Transformations.
 *
 * Cloud Studio has a rule for every node of the target, with a script or without; Design Studio has a mapping for each
 * node that gets something. Where mappings go:
 *
 *     a field                the rule of its node
 *     a condition            the rule of its node, which is a precondition because the node has no value
 *     a loop                 a loop rule. One over nothing, or over what occurs once, says nothing and has none: of the
 *                            real transformation that has such a loop, the counterpart has no loop rule
 *     a script to run before a script of its own, which runs as a step before the transformation. When it reads the
 *                            source it goes into the condition of the root instead: that is a guess
 *
 * What names a node that the schema lacks makes the schema larger when it is the user's. Otherwise, and for a second
 * mapping of one node, the mapping is lost, which is said.
 */
#include <stdlib.h>
#include <string.h>

#include "jpk/convert_schemas.h"
#include "jpk/convert_setting.h"
#include "jpk/script.h"
#include "jpk/script_text.h"

enum { RULE_BYTES_MAX = 256 << 20 }; /* of paths: beyond, only nodes with a script get a rule */

#define CONDITION "/PRECONDITION/"

/* A transformation at hand. */
struct work {
    struct convert *c;
    const struct jpk_entity *entity;
    const struct jpk_transformation *t;
    struct convert_side source, target;
    const struct jpk_mapping **by_node;   /* by index of the target's node: what its rule holds; NULL */
    bool *reads, *loops_over;             /* by index of the target's node: below it a script reads the source; it has a
                                             loop rule. NULL until they are wanted */
    const struct jpk_mapping *prescript;  /* that goes into the condition of the root; NULL */
    size_t missing_sources, strange;      /* paths that the source lacks; scripts of nodes that should have none */
    const struct jpk_mapping *missing_at; /* the first with such a path */
    const char *missing;                  /* that path */
    struct arena arena;
    json_t *rules, *loops;
};

/* ------------------------------------------------------------------------------------------------------------ paths */

/* The path of a mapping's target without the mark of conditions. */
static size_t target_length(const struct jpk_mapping *mapping)
{
    size_t n = strlen(mapping->target), tail = sizeof CONDITION - 1;
    return mapping->kind == JPK_MAPPING_CONDITION && n >= tail ? n - tail : n;
}

/* The node that a mapping is about; "" is the root. */
static const struct schema_node *target_node(const struct work *w, const struct jpk_mapping *mapping)
{
    size_t n = target_length(mapping);
    if (n == 0)
        return w->target.tree ? w->target.tree->root : NULL;
    return convert_side_node(&w->target, mapping->target, n);
}

static bool has_script(const struct jpk_mapping *mapping)
{
    return mapping->kind != JPK_MAPPING_LOOP;
}

/* A slash stands in no path, but in marks such as /PRECONDITION/: those that nobody knows are no nodes. */
static bool add_missing(struct work *w, const struct convert_side *side, const char *path, size_t n,
                        struct strings *list)
{
    if (n == 0 || memchr(path, '/', n) || convert_side_node(side, path, n))
        return true;
    const char *copy = arena_strndup(&w->arena, path, n);
    return copy && (convert_side_is_prefix(side, copy) || strings_add(list, &w->arena, copy));
}

struct path_reader {
    struct work *w;
    struct strings *list;
    bool failed;
};

static bool on_path(void *context, const struct script_event *event)
{
    struct path_reader *r = context;
    if (event->kind == SCRIPT_EVENT_PATH &&
        !add_missing(r->w, &r->w->source, event->name.text, event->name.length, r->list))
        r->failed = true;
    return !r->failed;
}

static bool is_flat(const struct convert_side *side)
{
    return side->tree && strcmp(side->tree->root->name, "__flat__") == 0;
}

/* What the schemas lack is added to them, where that may be. */
static void extend(struct work *w)
{
    struct strings sources = {0}, targets = {0};
    struct path_reader r = {.w = w, .list = &sources};
    bool ok = true;
    for (size_t i = 0; ok && i < w->t->mapping_count; i++) {
        const struct jpk_mapping *mapping = &w->t->mappings[i];
        if (mapping->kind != JPK_MAPPING_PRESCRIPT)
            ok = add_missing(w, &w->target, mapping->target, target_length(mapping), &targets);
        if (has_script(mapping))
            script_events(mapping->source, strlen(mapping->source), on_path, &r);
        else if (!is_flat(&w->source)) /* of a flat source the loop is always that of its records */
            ok = ok && add_missing(w, &w->source, mapping->source, strlen(mapping->source), &sources);
        ok = ok && !r.failed;
    }
    if (!ok || !convert_side_extend(w->c, &w->source, &sources) || !convert_side_extend(w->c, &w->target, &targets))
        w->c->ledger.failed = true;
    strings_free(&sources);
    strings_free(&targets);
}

/* ------------------------------------------------------------------------------------------------------------ rules */

static void note_lost(struct work *w, const struct jpk_mapping *mapping, const char *why)
{
    convert_keep_words(w->c,
                       convert_note(w->c, w->entity, CONVERT_MAPPING_LOST, mapping->offset,
                                    "the mapping of '%.200s' is left out: %s",
                                    *mapping->target ? mapping->target : "(root)", why),
                       convert_words(w->c, mapping->source));
}

/* A node that has no value: its rule is a condition. */
static bool is_folder(const struct schema_node *node)
{
    return !node->base_type || strcmp(node->base_type, "complex") == 0;
}

static void place(struct work *w, const struct jpk_mapping *mapping)
{
    const struct schema_node *node = target_node(w, mapping);
    if (!node)
        note_lost(w, mapping, "its target has no such node");
    else if (w->by_node[node->index])
        note_lost(w, mapping, "another mapping has the same node");
    else if (mapping->kind == JPK_MAPPING_CONDITION && !is_folder(node))
        note_lost(w, mapping, "it is a condition of a node that has a value");
    else
        w->by_node[node->index] = mapping;
    w->strange += node && mapping->kind == JPK_MAPPING_FIELD && is_folder(node);
}

static void place_all(struct work *w)
{
    size_t nodes = w->target.tree ? w->target.tree->node_count : 0;
    w->by_node = arena_calloc(&w->arena, nodes + 1, sizeof(const struct jpk_mapping *));
    if (!w->by_node) {
        w->c->ledger.failed = true;
        return;
    }
    for (size_t i = 0; i < w->t->mapping_count && !w->c->ledger.failed; i++)
        if (w->t->mappings[i].kind == JPK_MAPPING_FIELD || w->t->mappings[i].kind == JPK_MAPPING_CONDITION)
            place(w, &w->t->mappings[i]);
}

/* A path as script_paths gives it: slashes part the names, and a prefix path still stands before them. */
static const struct schema_node *source_node(const struct work *w, char *path)
{
    const struct schema_tree *tree = w->source.tree;
    static const char flat[] = "__flat__/";
    if (!tree)
        return NULL;
    if (strncmp(path, flat, sizeof flat - 1) == 0)
        return convert_side_node(&w->source, path + sizeof flat - 1, strlen(path + sizeof flat - 1));
    size_t prefix = tree->prefix_path ? strlen(tree->prefix_path) : 0, i = 0;
    while (i < prefix && (path[i] == tree->prefix_path[i] || (path[i] == '/' && strchr("$.", tree->prefix_path[i]))))
        i++;
    path += i == prefix ? prefix : 0;
    for (char *slash = path; (slash = strchr(slash, '/')) != NULL;)
        *slash = '$';
    return convert_side_node(&w->source, path, strlen(path));
}

static void note_missing(struct work *w, const struct jpk_mapping *mapping, const char *path)
{
    if (w->missing_sources++ > 0)
        return;
    w->missing = convert_text(w->c, "%.200s", path);
    w->missing_at = mapping;
}

static bool add_source(struct work *w, const struct jpk_mapping *mapping, const char *path, json_t *list)
{
    char *copy = arena_strdup(&w->arena, path);
    struct buf slashes = {0};
    if (!copy)
        return false;
    bool plain = strncmp(path, "__flat__/", 9) == 0; /* any name that a script reads: a field, or a constant */
    const struct schema_node *node = source_node(w, copy);
    if (!node) {
        if (!plain)
            note_missing(w, mapping, path);
        return true;
    }
    schema_slash_path(node, &slashes);
    bool ok = !slashes.failed && json_array_append_new(list, json_string(buf_text(&slashes))) == 0;
    buf_free(&slashes);
    return ok;
}

/* The nodes of the source that a script uses. */
static json_t *source_paths(struct work *w, const struct jpk_mapping *mapping, const char *script)
{
    struct strings paths = {0};
    bool flat = is_flat(&w->source);
    json_t *list = json_array();
    bool ok = list && script_paths(script, strlen(script), flat ? "__flat__" : NULL, &paths, &w->arena);
    for (size_t i = 0; ok && i < paths.count; i++)
        ok = add_source(w, mapping, paths.items[i], list);
    strings_free(&paths);
    if (ok)
        return list;
    json_decref(list);
    w->c->ledger.failed = true;
    return NULL;
}

static const char *script_of(struct work *w, const struct jpk_mapping *mapping)
{
    struct buf wrapped = {0};
    const char *text = convert_script_text(w->c, w->entity, mapping->source, mapping->offset + mapping->source_at);
    script_wrap(text, strlen(text), SCRIPT_JITTERBIT, &wrapped);
    const char *kept = wrapped.failed ? "" : convert_text(w->c, "%s", buf_text(&wrapped));
    w->c->ledger.failed |= wrapped.failed;
    buf_free(&wrapped);
    return kept;
}

/* Whether the last statement of a script is ended: what follows a comment at the end must not become part of it. */
static bool ends_statement(const char *script, size_t n)
{
    struct buf text = {0};
    script_cleanse(script, n, &text);
    size_t end = text.size;
    while (end > 0 && strchr(" \t\r\n", text.data[end - 1]))
        end--;
    bool ended = !text.failed && end > 0 && text.data[end - 1] == ';';
    buf_free(&text);
    return ended;
}

/* A script with one more before it; a condition's last value counts. */
static const char *join_scripts(struct work *w, const char *first, const char *second)
{
    static const char open[] = "<trans>\n", close[] = "\n</trans>";
    size_t n = strlen(first), tail = sizeof close - 1, head = sizeof open - 1;
    if (n < tail + head || strcmp(first + n - tail, close) != 0)
        return first;
    const char *between = ends_statement(first, n - tail) ? "\n" : "\n;\n";
    if (*second && strncmp(second, open, head) == 0)
        return convert_text(w->c, "%.*s%s%s", (int)(n - tail), first, between, second + head);
    return convert_text(w->c, "%.*s%strue%s", (int)(n - tail), first, between, close);
}

static void set_script(struct work *w, json_t *rule, const struct jpk_mapping *mapping, const char *script)
{
    struct buf cleansed = {0};
    script_cleanse(script, strlen(script), &cleansed);
    w->c->ledger.failed |= cleansed.failed;
    convert_set(w->c, rule, "globalVariables", *script ? convert_script_globals(w->c, script) : json_array());
    convert_set(w->c, rule, "transformScript", json_string(script));
    convert_set(w->c, rule, "validationErrors", json_array());
    if (mapping)
        convert_set(w->c, rule, "srcPaths", source_paths(w, mapping, script));
    convert_set(w->c, rule, "transformScriptCleansed", json_string(buf_text(&cleansed)));
    buf_free(&cleansed);
}

/* The rule of a node; *bytes gets how long its paths are. */
static void add_rule(struct work *w, const struct schema_node *node, size_t *bytes)
{
    const struct jpk_mapping *mapping = w->by_node[node->index];
    struct buf slashes = {0}, path = {0};
    json_t *rule = json_object();
    const char *script = mapping ? script_of(w, mapping) : "";
    if (w->prescript && !node->parent) {
        script = join_scripts(w, script_of(w, w->prescript), script);
        mapping = mapping ? mapping : w->prescript;
    }
    schema_slash_path(node, &slashes);
    schema_script_path(w->target.tree, node, &path);
    w->c->ledger.failed |= slashes.failed || path.failed;
    *bytes += slashes.size + path.size;
    bool field = mapping && mapping->kind == JPK_MAPPING_FIELD;
    convert_set(w->c, rule, "customValuePaths", json_array());
    convert_set(w->c, rule, "isPreconditionScript", json_boolean(is_folder(node) && !field));
    convert_set(w->c, rule, "targetPath", json_string(buf_text(&slashes)));
    convert_set(w->c, rule, "targetScript", json_string(buf_text(&path)));
    set_script(w, rule, mapping, script);
    if (json_array_append_new(w->rules, rule) != 0)
        w->c->ledger.failed = true;
    buf_free(&slashes);
    buf_free(&path);
}

static void add_rules(struct work *w)
{
    size_t bytes = 0, left_out = 0;
    const struct schema_node *node = w->target.tree ? w->target.tree->root : NULL;
    for (; node && !w->c->ledger.failed; node = schema_node_next(node)) {
        if (bytes <= RULE_BYTES_MAX || w->by_node[node->index])
            add_rule(w, node, &bytes);
        else
            left_out++;
    }
    if (left_out > 0)
        convert_note(w->c, w->entity, CONVERT_SCHEMA_GUESSED, 0,
                     "its target is so large that %zu nodes without a script have no rule", left_out);
}

/* ------------------------------------------------------------------------------------------------------------ loops */

static const char *node_path(struct work *w, const struct convert_side *side, const struct schema_node *node,
                             bool slashes)
{
    struct buf path = {0};
    if (slashes)
        schema_slash_path(node, &path);
    else
        schema_script_path(side->tree, node, &path);
    const char *kept = path.failed ? NULL : arena_strdup(&w->arena, buf_text(&path));
    w->c->ledger.failed |= !kept;
    buf_free(&path);
    return kept ? kept : "";
}

static void put_loop(struct work *w, const char *source_script, const char *target_script, const char *source,
                     const char *target)
{
    json_t *loop = json_object();
    convert_set(w->c, loop, "srcLoopPath", json_string(source_script));
    convert_set(w->c, loop, "tgtLoopPath", json_string(target_script));
    convert_set(w->c, loop, "srcPath", json_string(source));
    convert_set(w->c, loop, "tgtPath", json_string(target));
    if (json_array_append_new(w->loops, loop) != 0)
        w->c->ledger.failed = true;
}

static bool on_any_path(void *context, const struct script_event *event)
{
    bool *uses = context;
    *uses = event->kind == SCRIPT_EVENT_PATH;
    return !*uses;
}

/* Paths, or the plain names of a flat source's fields. */
static bool uses_source(struct work *w, const struct jpk_mapping *mapping)
{
    bool uses = false;
    script_events(mapping->source, strlen(mapping->source), on_any_path, &uses);
    json_t *paths = uses ? NULL : source_paths(w, mapping, mapping->source);
    uses = uses || json_array_size(paths) > 0;
    json_decref(paths);
    return uses;
}

/* Nodes of the target below which a script reads the source. */
static void find_readers(struct work *w)
{
    size_t nodes = w->target.tree->node_count;
    w->reads = arena_calloc(&w->arena, nodes + 1, sizeof *w->reads);
    w->loops_over = arena_calloc(&w->arena, nodes + 1, sizeof *w->loops_over);
    w->c->ledger.failed |= !w->reads || !w->loops_over;
    for (const struct schema_node *node = w->target.tree->root; node && !w->c->ledger.failed;
         node = schema_node_next(node)) {
        const struct jpk_mapping *mapping = w->by_node[node->index];
        if (!mapping || !uses_source(w, mapping))
            continue;
        for (const struct schema_node *at = node; at && !w->reads[at->index]; at = at->parent)
            w->reads[at->index] = true;
    }
}

/*
 * A loop over nothing goes over the records when the source is flat, for these have no path: that of a flat target, and
 * the outermost one of which something is read.
 */
static bool loops_over_records(struct work *w, const struct schema_node *target)
{
    if (!target || !is_flat(&w->source))
        return false;
    if (!target->parent && is_flat(&w->target))
        return true;
    if (!w->reads)
        find_readers(w);
    if (w->c->ledger.failed || !schema_node_repeats(target) || !w->reads[target->index])
        return false;
    for (const struct schema_node *at = target->parent; at; at = at->parent)
        if (w->loops_over[at->index])
            return false;
    return w->loops_over[target->index] = true;
}

static void add_loop(struct work *w, const struct jpk_mapping *mapping)
{
    const struct schema_node *target = target_node(w, mapping), *source = NULL;
    if (!*mapping->source && !loops_over_records(w, target))
        return;
    if (!target) {
        note_lost(w, mapping, "its target has no such node");
        return;
    }
    const char *path = node_path(w, &w->target, target, false);
    if (convert_side_is_prefix(&w->source, mapping->source)) {
        put_loop(w, mapping->source, path, "", "");
        return;
    }
    source = is_flat(&w->source) ? w->source.tree->root
                                 : convert_side_node(&w->source, mapping->source, strlen(mapping->source));
    if (!source)
        note_lost(w, mapping, "its source has no such node");
    else if (schema_node_repeats(source))
        put_loop(w, is_flat(&w->source) ? "" : mapping->source, path, node_path(w, &w->source, source, true),
                 node_path(w, &w->target, target, true));
}

/* ----------------------------------------------------------------------------------------------------- pre-scripts */

static void add_script_step(struct work *w, const struct jpk_mapping *mapping)
{
    struct convert *c = w->c;
    const char *id = convert_id(c, JPK_CLOUD_SCRIPT, "prescript", w->entity->id);
    const char *name =
        convert_name(c, JPK_CLOUD_SCRIPT, convert_text(c, "%s - before", convert_item_name(c, w->entity)), NULL);
    const char *text = script_of(w, mapping);
    json_t *component = cloud_new_component(JPK_CLOUD_SCRIPT, name, id);
    c->ledger.failed |= !component || !cloud_set_script(component, text, false);
    convert_set(c, component, "globalVariables", convert_script_globals(c, text));
    convert_add(c, JPK_CLOUD_SCRIPT, component);
    c->schemas->connected[w->entity->index].prescript = id;
    convert_note(c, w->entity, CONVERT_PRESCRIPT, mapping->offset,
                 "the script that runs before it is the script '%s' now, a step before the transformation", name);
}

static void take_prescript(struct work *w, const struct jpk_mapping *mapping)
{
    bool uses = uses_source(w, mapping);
    if (w->prescript || w->c->schemas->connected[w->entity->index].prescript) {
        note_lost(w, mapping, "there is another script that runs before");
    } else if (!uses) {
        add_script_step(w, mapping);
    } else if (!w->target.tree || !is_folder(w->target.tree->root) ||
               (w->by_node[0] && w->by_node[0]->kind == JPK_MAPPING_FIELD)) {
        note_lost(w, mapping, "it reads the source, and the root of the target can have no condition");
    } else {
        w->prescript = mapping;
        convert_note(w->c, w->entity, CONVERT_PRESCRIPT, mapping->offset,
                     "the script that runs before it reads the source, and stands in the condition of the root now: "
                     "it may run more often there");
    }
}

/* --------------------------------------------------------------------------------------------------------- findings
 */

/* Appends "4 flag-unproved" and the like. */
static size_t count_reasons(const struct schema_tree *tree, struct buf *out)
{
    size_t counts[SCHEMA_REASON_COUNT] = {0}, all = 0;
    for (size_t i = 0; tree && i < tree->finding_count; i++)
        counts[tree->findings[i].reason]++;
    for (unsigned i = 0; i < SCHEMA_REASON_COUNT; i++) {
        if (counts[i] > 0)
            buf_printf(out, "%s%zu %s", all > 0 ? ", " : "", counts[i], schema_reason_name((enum schema_reason)i));
        all += counts[i];
    }
    return all;
}

static void describe_side(const struct convert_side *side, const char *what, struct buf *out)
{
    struct buf reasons = {0};
    size_t count = count_reasons(side->tree, &reasons);
    if (count == 0 && side->extended == 0 && !side->wrapped)
        return;
    buf_printf(out, "%s%s of %zu nodes: ", out->size ? "; " : "", what, side->tree->node_count);
    buf_puts(out, buf_text(&reasons));
    if (side->extended > 0)
        buf_printf(out, "%s%zu that only mappings name", count > 0 ? ", " : "", side->extended);
    if (side->wrapped)
        buf_printf(out, "%s2 above the answer", count > 0 || side->extended > 0 ? ", " : "");
    out->failed |= reasons.failed;
    buf_free(&reasons);
}

static void note_side(struct work *w, const struct convert_side *side, const char *what)
{
    if (side->problem)
        convert_note(w->c, w->entity, CONVERT_SCHEMA_GUESSED, side->side->offset,
                     "a structure of its %s could not be used: %s", what, side->problem);
    if (!side->tree && side->there)
        convert_note(w->c, w->entity, CONVERT_SCHEMA_MISSING, side->side->offset,
                     "nothing says what its %s is, not even a mapping", what);
    else if (side->inferred)
        convert_note(w->c, w->entity, CONVERT_SCHEMA_MISSING, side->side->offset,
                     "its %s is known from mappings alone: %zu nodes", what, side->tree->node_count);
}

/* What nobody could place, as it stands there. */
static void note_invalid(struct work *w)
{
    struct buf words = {0};
    const struct xml_node *list = w->entity->tree ? xml_child(w->entity->tree, "InvalidMappings") : NULL;
    for (const struct xml_node *node = list ? xml_child(list, "Mapping") : NULL; node;
         node = xml_next(node, "Mapping")) {
        const struct xml_node *text = xml_child(node, "konga.string");
        buf_printf(&words, "%s%s", words.size > 0 ? "\n" : "", text && text->text ? text->text : "");
    }
    w->c->ledger.failed |= words.failed;
    if (w->t->invalid_count > 0 && !words.failed)
        convert_keep_words(w->c,
                           convert_note(w->c, w->entity, CONVERT_MAPPING_LOST, list ? list->offset : 0,
                                        "%zu mapping%s not valid in the source already, and left out",
                                        w->t->invalid_count, w->t->invalid_count == 1 ? " was" : "s were"),
                           convert_words(w->c, buf_text(&words)));
    buf_free(&words);
}

static void note_all(struct work *w)
{
    struct buf guesses = {0};
    note_side(w, &w->source, "source");
    describe_side(&w->source, "source", &guesses);
    note_side(w, &w->target, "target");
    describe_side(&w->target, "target", &guesses);
    if (w->strange > 0)
        buf_printf(&guesses, "%s%zu scripts for nodes without a value", guesses.size ? "; " : "", w->strange);
    if (guesses.size > 0)
        convert_note(w->c, w->entity, CONVERT_SCHEMA_GUESSED, 0, "what is not proved of its schemas: %s",
                     buf_text(&guesses));
    w->c->ledger.failed |= guesses.failed;
    buf_free(&guesses);
    if (w->missing_sources > 0)
        convert_note(w->c, w->entity, CONVERT_MAPPING_LOST, w->missing_at->offset,
                     "its scripts name %zu node%s that its source lacks; the first is '%s'", w->missing_sources,
                     w->missing_sources == 1 ? "" : "s", w->missing);
    note_invalid(w);
}

/* ------------------------------------------------------------------------------------------------- transformations */

static void fill_component(struct work *w, json_t *component)
{
    struct convert *c = w->c;
    json_t *source = convert_side_json(c, &w->source), *target = convert_side_json(c, &w->target);
    convert_set(c, component, "mappingRules", json_incref(w->rules));
    convert_set(c, component, "loopMappingRules", json_incref(w->loops));
    convert_set(c, component, "description", json_string(w->entity->description ? w->entity->description : ""));
    if (source)
        convert_set(c, component, "source", source);
    if (target)
        convert_set(c, component, "target", target);
}

static void convert_parts(struct work *w)
{
    extend(w);
    if (!w->c->ledger.failed)
        place_all(w);
    for (size_t i = 0; i < w->t->mapping_count && !w->c->ledger.failed; i++) {
        if (w->t->mappings[i].kind == JPK_MAPPING_PRESCRIPT)
            take_prescript(w, &w->t->mappings[i]);
        else if (w->t->mappings[i].kind == JPK_MAPPING_LOOP)
            add_loop(w, &w->t->mappings[i]);
    }
    if (!w->c->ledger.failed)
        add_rules(w);
}

static void convert_one(struct convert *c, const struct jpk_entity *entity)
{
    struct work w = {.c = c, .entity = entity, .t = entity->as.transformation};
    const char *name = convert_item_name(c, entity);
    w.rules = json_array();
    w.loops = json_array();
    c->ledger.failed |= !w.rules || !w.loops;
    bool ok = convert_side_open(c, entity, false, &w.source);
    ok = convert_side_open(c, entity, true, &w.target) && ok && !c->ledger.failed;
    if (ok)
        convert_parts(&w);
    json_t *component =
        cloud_new_component(JPK_CLOUD_TRANSFORMATION, name, convert_id(c, JPK_CLOUD_TRANSFORMATION, NULL, entity->id));
    if (component && !c->ledger.failed) {
        fill_component(&w, component);
        note_all(&w);
        c->schemas->connected[entity->index].component = component;
        c->schemas->connected[entity->index].index = json_array_size(c->components[JPK_CLOUD_TRANSFORMATION]);
        if (convert_add(c, JPK_CLOUD_TRANSFORMATION, component))
            convert_done(c, entity, JPK_CONVERTED, "transformation:%s", name);
    } else {
        json_decref(component);
        c->ledger.failed = true;
    }
    json_decref(w.rules);
    json_decref(w.loops);
    convert_side_close(&w.source);
    convert_side_close(&w.target);
    arena_free(&w.arena);
}

void convert_transformations(struct convert *c)
{
    if (!convert_schemas_begin(c))
        return;
    for (size_t i = 0; i < c->project->entity_count && !c->ledger.failed; i++)
        if (convert_is_transformation(c->project->entities[i]))
            convert_one(c, c->project->entities[i]);
    if (!c->ledger.failed)
        convert_schemas_complete(c);
    if (!c->ledger.failed)
        convert_schemas_account(c);
}
