/*
 * The mapping rules of a transformation. An export has a rule for every node of the target, most of them without a
 * script. The .map has the scripts, and the loops; what stands for the rules in the .json is a list of the targets, in
 * which a rule that is not as usual is an object with what is its own.
 */
#include "jpk/cloud_rules.h"

#include "base/json_write.h"

static char *copy_of(struct arena *arena, const struct jdoc *doc, uint32_t node)
{
    return arena_strndup(arena, jdoc_string(doc, node), jdoc_string_size(doc, node));
}

char *cloud_rule_usual_path(struct arena *arena, const struct cloud_rule_head *heads, size_t at)
{
    struct buf path = {0};
    cloud_rule_path(at > 0 ? &heads[0] : NULL, heads[at].script, strlen(heads[at].script), &path);
    char *kept = path.failed ? NULL : arena_strdup(arena, buf_text(&path));
    buf_free(&path);
    return kept;
}

/* The head of an element: an object, a target alone, or anything. */
static bool read_head(struct arena *arena, const struct jdoc *doc, uint32_t element, struct cloud_rule_head *heads,
                      size_t at)
{
    bool object = jdoc_type(doc, element) == JDOC_OBJECT;
    uint32_t script = object ? jdoc_member(doc, element, "targetScript") : element;
    uint32_t path = object ? jdoc_member(doc, element, "targetPath") : JDOC_NONE;
    heads[at].script = jdoc_is(doc, script, JDOC_STRING) ? copy_of(arena, doc, script) : "";
    if (!heads[at].script)
        return false;
    heads[at].path =
        jdoc_is(doc, path, JDOC_STRING) ? copy_of(arena, doc, path) : cloud_rule_usual_path(arena, heads, at);
    return heads[at].path != NULL;
}

struct cloud_rule_head *cloud_rule_heads(struct arena *arena, const struct jdoc *doc, uint32_t array, size_t more)
{
    size_t count = array == JDOC_NONE ? 0 : jdoc_count(doc, array), at = 0;
    struct cloud_rule_head *heads = arena_calloc(arena, count + more + 1, sizeof *heads);
    if (!heads)
        return NULL;
    for (uint32_t node = array + 1; count > 0 && node < jdoc_next(doc, array); node = jdoc_next(doc, node), at++)
        if (!read_head(arena, doc, node, heads, at))
            return NULL;
    return heads;
}

/* --------------------------------------------------------------------------------------------------------- cutting */

struct rule_cutter {
    const struct jdoc *doc;
    struct cloud_rules_cut *cut;
    struct cloud_made_list made;
    struct buf object; /* what stands for the rule */
    size_t own;        /* its members beyond the target */
    bool derived;      /* one of them follows from the script usually */
};

static void put_member(struct rule_cutter *r, const char *key, size_t n)
{
    buf_puts(&r->object, r->object.size ? ", " : "{");
    json_put_string(&r->object, key, n);
    buf_puts(&r->object, ": ");
}

static bool is_made(struct rule_cutter *r, const struct cloud_made *made, uint32_t value, const struct buf *text)
{
    return made->string ? jdoc_string_is(r->doc, value, made->string, made->size)
                        : strcmp(buf_text(text), made->json) == 0;
}

static void cut_member(struct rule_cutter *r, uint32_t key)
{
    const char *name = jdoc_string(r->doc, key);
    size_t n = jdoc_string_size(r->doc, key);
    const struct cloud_made *made = cloud_made_get(&r->made, name, n);
    struct buf text = {0};
    cloud_put(&text, r->doc, key + 1, SHAPE_ANY, true);
    if (!made || !is_made(r, made, key + 1, &text)) {
        put_member(r, name, n);
        buf_put(&r->object, buf_text(&text), text.size);
        r->own += !jdoc_string_is(r->doc, key, "targetScript", strlen("targetScript"));
        r->derived = r->derived || (made && made->derived);
    }
    r->object.failed = r->object.failed || text.failed;
    buf_free(&text);
}

static void put_lacks(struct rule_cutter *r, uint32_t rule)
{
    bool any = false;
    for (size_t i = 0; i < r->made.count; i++) {
        const char *key = r->made.items[i].key;
        if (jdoc_member(r->doc, rule, key) != JDOC_NONE)
            continue;
        if (any)
            buf_puts(&r->object, ", ");
        else
            put_member(r, CLOUD_LACKS, strlen(CLOUD_LACKS));
        buf_puts(&r->object, any ? "" : "[");
        json_put_string(&r->object, key, strlen(key));
        any = true;
        r->own++;
    }
    if (any)
        buf_putc(&r->object, ']');
}

/* The target first, so that it can be found. */
static void cut_members(struct rule_cutter *r, uint32_t rule)
{
    uint32_t target = jdoc_member(r->doc, rule, "targetScript");
    buf_clear(&r->object);
    r->own = 0;
    r->derived = false;
    if (target != JDOC_NONE)
        cut_member(r, target - 1);
    for (uint32_t key = rule + 1; key < jdoc_next(r->doc, rule); key = jdoc_next(r->doc, key + 1))
        if (key + 1 != target)
            cut_member(r, key);
    put_lacks(r, rule);
}

/* Whether the script can be a line or block of the .map. */
static bool is_moved(const struct rule_cutter *r, uint32_t target, uint32_t script)
{
    return jdoc_is(r->doc, target, JDOC_STRING) && jdoc_is(r->doc, script, JDOC_STRING) &&
           jdoc_string_size(r->doc, script) > 0 &&
           !memchr(jdoc_string(r->doc, target), '\t', jdoc_string_size(r->doc, target));
}

static bool add_mapping(struct rule_cutter *r, uint32_t target, uint32_t script)
{
    struct buf text = {0};
    buf_put(&text, jdoc_string(r->doc, target), jdoc_string_size(r->doc, target));
    buf_putc(&text, '\t');
    buf_put(&text, jdoc_string(r->doc, script), jdoc_string_size(r->doc, script));
    bool ok = !text.failed && strings_add(r->cut->mappings, r->cut->arena, text.data);
    buf_free(&text);
    return ok;
}

/* Appends what stands for a rule; *whole stays when the .map says all of it. */
static bool cut_rule(struct rule_cutter *r, const struct cloud_scope *scope, const struct cloud_source *source,
                     const struct cloud_rule_head *head, uint32_t rule, bool *whole)
{
    if (jdoc_type(r->doc, rule) != JDOC_OBJECT) {
        *whole = false;
        cloud_put(r->cut->json, r->doc, rule, SHAPE_ANY, true);
        return true;
    }
    uint32_t target = jdoc_member(r->doc, rule, "targetScript"), script = jdoc_member(r->doc, rule, "transformScript");
    bool moved = is_moved(r, target, script);
    const char *text = moved ? jdoc_string(r->doc, script) : "";
    size_t size = moved ? jdoc_string_size(r->doc, script) : 0;
    cloud_made_rule(&r->made, scope, source, head, text, size);
    cut_members(r, rule);
    if (moved && r->derived) {
        char hash[CLOUD_HASH_SIZE];
        cloud_text_hash(text, size, hash);
        put_member(r, CLOUD_SCRIPT, strlen(CLOUD_SCRIPT));
        json_put_string(&r->object, hash, strlen(hash));
    }
    bool alone = jdoc_is(r->doc, target, JDOC_STRING) && r->own == 0;
    if (alone)
        json_put_string(r->cut->json, jdoc_string(r->doc, target), jdoc_string_size(r->doc, target));
    else
        buf_printf(r->cut->json, "%s}", r->object.size ? buf_text(&r->object) : "{");
    *whole = *whole && alone && moved;
    bool ok = !r->made.failed && !r->object.failed && (!moved || add_mapping(r, target, script));
    cloud_made_free(&r->made);
    return ok;
}

bool cloud_cut_rules(const struct cloud_scope *scope, const struct cloud_source *source, const struct jdoc *doc,
                     uint32_t array, struct cloud_rules_cut *cut)
{
    struct rule_cutter r = {.doc = doc, .cut = cut};
    struct cloud_rule_head *heads = cloud_rule_heads(cut->arena, doc, array, 0);
    bool whole = true, ok = heads && cloud_rule_conditions(heads, jdoc_count(doc, array));
    size_t at = 0;
    for (uint32_t rule = array + 1; ok && rule < jdoc_next(doc, array); rule = jdoc_next(doc, rule), at++) {
        buf_puts(cut->json, at == 0 ? "[\n    " : ",\n    ");
        struct cloud_rule_head head = {heads[at].script, cloud_rule_usual_path(cut->arena, heads, at),
                                       heads[at].condition};
        ok = head.path && cut_rule(&r, scope, source, &head, rule, &whole);
    }
    buf_puts(cut->json, "\n  ]");
    buf_free(&r.object);
    if (whole)
        buf_clear(cut->json);
    return ok;
}

static const char *const loop_keys[] = {"srcLoopPath", "tgtLoopPath", "srcPath", "tgtPath"};

enum { LOOP_SOURCE, LOOP_TARGET, LOOP_SOURCE_PATH, LOOP_TARGET_PATH, LOOP_KEYS };

static bool paths_fit(const struct jdoc *doc, uint32_t script, uint32_t path)
{
    struct buf slashes = {0};
    cloud_slashes(jdoc_string(doc, script), jdoc_string_size(doc, script), &slashes);
    bool same = jdoc_string_is(doc, path, buf_text(&slashes), slashes.size);
    bool tab = memchr(jdoc_string(doc, script), '\t', jdoc_string_size(doc, script)) != NULL;
    buf_free(&slashes);
    return same && !tab;
}

bool cloud_loops_fit(const struct jdoc *doc, uint32_t array)
{
    for (uint32_t loop = array + 1; loop < jdoc_next(doc, array); loop = jdoc_next(doc, loop)) {
        uint32_t values[LOOP_KEYS];
        if (jdoc_count(doc, loop) != LOOP_KEYS)
            return false;
        for (size_t i = 0; i < LOOP_KEYS; i++) {
            values[i] = jdoc_member(doc, loop, loop_keys[i]);
            if (!jdoc_is(doc, values[i], JDOC_STRING))
                return false;
        }
        if (!paths_fit(doc, values[LOOP_SOURCE], values[LOOP_SOURCE_PATH]) ||
            !paths_fit(doc, values[LOOP_TARGET], values[LOOP_TARGET_PATH]))
            return false;
    }
    return true;
}

bool cloud_cut_loops(const struct jdoc *doc, uint32_t array, struct strings *mappings, struct arena *arena)
{
    bool ok = true;
    for (uint32_t loop = array + 1; ok && loop < jdoc_next(doc, array); loop = jdoc_next(doc, loop)) {
        uint32_t source = jdoc_member(doc, loop, loop_keys[LOOP_SOURCE]),
                 target = jdoc_member(doc, loop, loop_keys[LOOP_TARGET]);
        struct buf text = {0};
        buf_putc(&text, '[');
        buf_put(&text, jdoc_string(doc, target), jdoc_string_size(doc, target));
        buf_puts(&text, "]\t[");
        buf_put(&text, jdoc_string(doc, source), jdoc_string_size(doc, source));
        buf_putc(&text, ']');
        ok = !text.failed && strings_add(mappings, arena, text.data);
        buf_free(&text);
    }
    return ok;
}
