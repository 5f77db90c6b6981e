/* The mapping rules and loops of an export again, from a .json and a .map: see jpk/cloud_rules.c. */
#include "base/error.h"
#include "jpk/cloud_rules.h"
#include "jpk/mapping_text.h"

struct rule_joiner {
    const struct cloud_scope *scope;
    const struct cloud_part *part;
    const struct jdoc *doc; /* of the .json; NULL for none */
    struct cloud_source source;
    struct strings mappings;
    struct map by_target; /* the next mapping of a target that no rule has yet */
    uint32_t *next;       /* by mapping: the next one of its target */
    bool *used;
    struct arena arena;
    struct rope *rope;
    struct jpk_error *err;
};

static bool is_loop(const char *mapping)
{
    size_t left = strcspn(mapping, "\t"), n = strlen(mapping);
    return left >= 2 && mapping[0] == '[' && mapping[left - 1] == ']' && n > left + 2 && mapping[left + 1] == '[' &&
           mapping[n - 1] == ']';
}

static bool wrong(struct rule_joiner *j, size_t mapping, const char *message)
{
    uint32_t line = 1, column = 1;
    struct jpk_error err = {0};
    struct mapping_places *places = mapping_places_new(j->part->map->text, j->part->map->size, &err);
    if (err.code == JPK_ERR_MEMORY)
        return error_memory(j->err);
    if (places)
        mapping_places_at(places, mapping, 0, &line, &column);
    mapping_places_free(places);
    error_set(j->err, JPK_ERR_FORMAT, "%s", message);
    error_entry(j->err, j->part->map->path);
    error_position(j->err, line, column);
    return false;
}

/* Backwards, so that of several for one target the first is found first. */
static bool index_mappings(struct rule_joiner *j)
{
    j->next = arena_calloc(&j->arena, j->mappings.count + 1, sizeof *j->next);
    j->used = arena_calloc(&j->arena, j->mappings.count + 1, sizeof *j->used);
    for (size_t i = j->mappings.count; j->next && j->used && i-- > 0;) {
        const char *text = j->mappings.items[i];
        size_t n = strcspn(text, "\t");
        if (is_loop(text))
            continue;
        j->next[i] = map_get(&j->by_target, text, n);
        if (!map_set(&j->by_target, text, n, (uint32_t)i))
            return error_memory(j->err);
    }
    return (j->next && j->used) || error_memory(j->err);
}

static bool read_mappings(struct rule_joiner *j)
{
    const struct cloud_file *map = j->part->map;
    if (map && !mapping_text_parse(map->text, map->size, &j->arena, &j->mappings, j->err)) {
        error_entry(j->err, map->path);
        return false;
    }
    return index_mappings(j);
}

/* The next mapping of a target, or MAP_NONE. */
static uint32_t take_mapping(struct rule_joiner *j, const char *target)
{
    uint32_t at = map_get(&j->by_target, target, strlen(target));
    if (at == MAP_NONE)
        return MAP_NONE;
    const char *key = j->mappings.items[at];
    j->used[at] = true;
    /* there already, so that it needs no memory */
    return map_set(&j->by_target, key, strlen(target), j->next[at]) ? at : MAP_NONE;
}

struct rule {
    uint32_t element; /* of the .json, or JDOC_NONE */
    uint32_t mapping; /* or MAP_NONE */
    const struct cloud_rule_head *head;
    const char *script;
    size_t size;
    uint32_t file; /* where it stands */
    size_t offset;
    bool any; /* a member was written */
};

static void put(struct rule_joiner *j, const struct rule *rule, const char *text)
{
    rope_puts(j->rope, rule->file, rule->offset, text);
}

static void put_key(struct rule_joiner *j, struct rule *rule, const char *key)
{
    put(j, rule, rule->any ? ",\"" : "{\"");
    put(j, rule, key);
    put(j, rule, "\":");
    rule->any = true;
}

/* Whether a list of strings under a key holds this one. */
static bool lists(const struct jdoc *doc, uint32_t object, const char *key, const char *text)
{
    uint32_t array = jdoc_member(doc, object, key);
    if (!jdoc_is(doc, array, JDOC_ARRAY))
        return false;
    for (uint32_t node = array + 1; node < jdoc_next(doc, array); node = jdoc_next(doc, node))
        if (jdoc_string_is(doc, node, text, strlen(text)))
            return true;
    return false;
}

/* Whether what was kept of what follows from a script is for another one. */
static bool is_stale(const struct rule_joiner *j, const struct rule *rule)
{
    uint32_t hash = jdoc_member(j->doc, rule->element, CLOUD_SCRIPT);
    char now[CLOUD_HASH_SIZE];
    cloud_text_hash(rule->script, rule->size, now);
    return hash != JDOC_NONE && !jdoc_string_is(j->doc, hash, now, strlen(now));
}

static void put_own(struct rule_joiner *j, struct rule *rule, const struct cloud_made_list *made, bool stale)
{
    const struct jdoc *doc = j->doc;
    for (uint32_t key = rule->element + 1; key < jdoc_next(doc, rule->element); key = jdoc_next(doc, key + 1)) {
        const struct cloud_made *usual = cloud_made_get(made, jdoc_string(doc, key), jdoc_string_size(doc, key));
        bool ours = jdoc_string_is(doc, key, CLOUD_LACKS, strlen(CLOUD_LACKS)) ||
                    jdoc_string_is(doc, key, CLOUD_SCRIPT, strlen(CLOUD_SCRIPT));
        if (ours || (stale && usual && usual->derived))
            continue;
        put(j, rule, rule->any ? "," : "{");
        rule->any = true;
        rope_copy(j->rope, rule->file, doc->text, doc->nodes[key].start, cloud_json_end(doc, key + 1));
    }
}

static void put_made(struct rule_joiner *j, struct rule *rule, const struct cloud_made *made)
{
    put_key(j, rule, made->key);
    if (made->json) {
        put(j, rule, made->json);
        return;
    }
    put(j, rule, "\"");
    if (made->string == rule->script && rule->mapping != MAP_NONE)
        rope_mapping(j->rope, j->part->map->number, rule->mapping,
                     (size_t)(rule->script - j->mappings.items[rule->mapping]), rule->script, rule->size);
    else
        rope_string(j->rope, rule->file, rule->offset, made->string, made->size);
    put(j, rule, "\"");
}

static void set_script(const struct rule_joiner *j, struct rule *rule)
{
    rule->script = "";
    if (rule->mapping == MAP_NONE)
        return;
    const char *text = j->mappings.items[rule->mapping];
    size_t left = strcspn(text, "\t");
    rule->script = text[left] ? text + left + 1 : text + left;
    rule->size = strlen(rule->script);
}

static bool join_rule(struct rule_joiner *j, struct rule *rule)
{
    struct cloud_made_list made;
    bool object = rule->element != JDOC_NONE && jdoc_type(j->doc, rule->element) == JDOC_OBJECT;
    set_script(j, rule);
    bool stale = object && is_stale(j, rule);
    cloud_made_rule(&made, j->scope, &j->source, rule->head, rule->script, rule->size);
    if (object) {
        put_own(j, rule, &made, stale);
    } else {
        put_key(j, rule, "targetScript");
        put(j, rule, "\"");
        rope_string(j->rope, rule->file, rule->offset, rule->head->script, strlen(rule->head->script));
        put(j, rule, "\"");
    }
    for (size_t i = 0; i < made.count; i++) {
        const struct cloud_made *item = &made.items[i];
        bool there = object && jdoc_member(j->doc, rule->element, item->key) != JDOC_NONE && !(stale && item->derived);
        if (!there && (!object || !lists(j->doc, rule->element, CLOUD_LACKS, item->key)))
            put_made(j, rule, item);
    }
    put(j, rule, rule->any ? "}" : "{}");
    bool ok = !made.failed || error_memory(j->err);
    cloud_made_free(&made);
    return ok;
}

/* A rule's head as it usually is: the path that is made is not the one that it may have itself. */
static bool join_head(struct rule_joiner *j, struct rule *rule, const struct cloud_rule_head *heads, size_t at)
{
    struct cloud_rule_head head = {heads[at].script, cloud_rule_usual_path(&j->arena, heads, at), heads[at].condition};
    rule->head = &head;
    if (at > 0)
        put(j, rule, ",");
    bool ok = head.path ? join_rule(j, rule) : error_memory(j->err);
    rule->head = NULL;
    return ok;
}

static bool join_element(struct rule_joiner *j, const struct cloud_rule_head *heads, size_t at, uint32_t element,
                         uint32_t mapping)
{
    struct rule rule = {
        .element = element, .mapping = mapping, .file = j->part->json->number, .offset = j->doc->nodes[element].start};
    if (jdoc_type(j->doc, element) == JDOC_OBJECT || jdoc_type(j->doc, element) == JDOC_STRING)
        return join_head(j, &rule, heads, at);
    put(j, &rule, at > 0 ? "," : "");
    rope_copy(j->rope, rule.file, j->doc->text, rule.offset, cloud_json_end(j->doc, element));
    return true;
}

/* Whether an element gets its script from the .map. */
static bool takes_mapping(const struct jdoc *doc, uint32_t element)
{
    if (jdoc_type(doc, element) != JDOC_OBJECT)
        return jdoc_type(doc, element) == JDOC_STRING;
    return jdoc_is(doc, jdoc_member(doc, element, "targetScript"), JDOC_STRING) &&
           jdoc_member(doc, element, "transformScript") == JDOC_NONE;
}

/* Which mapping each element has; behind them those for targets that no element has, in the order of the .map. */
static uint32_t *assign_mappings(struct rule_joiner *j, uint32_t array, struct cloud_rule_head *heads, size_t *count)
{
    size_t at = 0, elements = *count;
    uint32_t *assigned = arena_calloc(&j->arena, elements + j->mappings.count + 1, sizeof *assigned);
    for (uint32_t node = array + 1; assigned && at < elements; node = jdoc_next(j->doc, node), at++)
        assigned[at] = takes_mapping(j->doc, node) ? take_mapping(j, heads[at].script) : MAP_NONE;
    for (size_t i = 0; assigned && i < j->mappings.count; i++) {
        const char *text = j->mappings.items[i];
        if (j->used[i] || is_loop(text))
            continue;
        heads[*count].script = arena_strndup(&j->arena, text, strcspn(text, "\t"));
        heads[*count].path = heads[*count].script ? cloud_rule_usual_path(&j->arena, heads, *count) : NULL;
        if (!heads[*count].path)
            return NULL;
        assigned[(*count)++] = (uint32_t)i;
    }
    return assigned;
}

static bool join_all(struct rule_joiner *j, uint32_t array)
{
    size_t elements = array == JDOC_NONE ? 0 : jdoc_count(j->doc, array), count = elements, at = 0;
    struct cloud_rule_head *heads = cloud_rule_heads(&j->arena, j->doc, array, j->mappings.count);
    uint32_t *assigned = heads ? assign_mappings(j, array, heads, &count) : NULL;
    bool ok = (assigned && cloud_rule_conditions(heads, count)) || error_memory(j->err);
    for (uint32_t node = array + 1; ok && at < elements; node = jdoc_next(j->doc, node), at++)
        ok = join_element(j, heads, at, node, assigned[at]);
    for (; ok && at < count; at++) {
        struct rule rule = {.element = JDOC_NONE, .mapping = assigned[at], .file = j->part->map->number};
        ok = join_head(j, &rule, heads, at);
    }
    return ok;
}

static void put_loop(struct rule_joiner *j, size_t mapping, bool first)
{
    const char *text = j->mappings.items[mapping];
    size_t left = strcspn(text, "\t"), right = strlen(text) - left - 3;
    const char *paths[] = {text + left + 2, text + 1};
    size_t sizes[] = {right, left - 2};
    uint32_t file = j->part->map->number;
    rope_puts(j->rope, file, 0, first ? "{" : ",{");
    for (size_t i = 0; i < 2; i++) {
        struct buf slashes = {0};
        cloud_slashes(paths[i], sizes[i], &slashes);
        rope_puts(j->rope, file, 0, i == 0 ? "\"srcLoopPath\":\"" : ",\"tgtLoopPath\":\"");
        rope_mapping(j->rope, file, (uint32_t)mapping, (size_t)(paths[i] - text), paths[i], sizes[i]);
        rope_puts(j->rope, file, 0, i == 0 ? "\",\"srcPath\":\"" : "\",\"tgtPath\":\"");
        rope_string(j->rope, file, 0, buf_text(&slashes), slashes.size);
        rope_puts(j->rope, file, 0, "\"");
        j->rope->text.failed = j->rope->text.failed || slashes.failed;
        buf_free(&slashes);
    }
    rope_puts(j->rope, file, 0, "}");
}

static void join_loops(struct rule_joiner *j)
{
    bool first = true;
    for (size_t i = 0; i < j->mappings.count; i++) {
        if (!is_loop(j->mappings.items[i]))
            continue;
        put_loop(j, i, first);
        first = false;
    }
}

/* That the .map has nothing that is in the .json. */
static bool none_twice(struct rule_joiner *j, bool rules, bool loops)
{
    for (size_t i = 0; i < j->mappings.count; i++) {
        bool loop = is_loop(j->mappings.items[i]);
        if (loop ? !loops : !rules)
            return wrong(j, i,
                         loop ? "has a loop, but the .json file has 'loopMappingRules' of its own"
                              : "has a mapping, but the .json file has 'mappingRules' in a form of its own");
    }
    return true;
}

bool cloud_join_rules(const struct cloud_scope *scope, const struct cloud_part *part, uint32_t array, bool rules,
                      bool loops, struct rope *rope, struct jpk_error *err)
{
    struct rule_joiner j = {
        .scope = scope, .part = part, .doc = part->json ? &part->json->doc : NULL, .rope = rope, .err = err};
    uint32_t file = part->json ? part->json->number : part->map->number;
    j.source.prefix = "";
    bool ok = !j.doc || cloud_source_of(scope, j.doc, 0, &j.arena, &j.source) || error_memory(err);
    ok = ok && read_mappings(&j) && none_twice(&j, rules, loops);
    if (ok && rules) {
        rope_puts(rope, file, 0, ",\"mappingRules\":[");
        ok = join_all(&j, array);
        rope_puts(rope, file, 0, "]");
    }
    if (ok && loops) {
        rope_puts(rope, file, 0, ",\"loopMappingRules\":[");
        join_loops(&j);
        rope_puts(rope, file, 0, "]");
    }
    strings_free(&j.mappings);
    map_free(&j.by_target);
    arena_free(&j.arena);
    return ok;
}
