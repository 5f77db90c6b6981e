/*
 * The parts of a tree: a component or a workflow of an export as files, and back. Cutting and joining share the rules
 * of what is left out (jpk/cloud_made.c); whoever cuts proves it by joining again.
 */
#ifndef JPK_CLOUD_PARTS_H
#define JPK_CLOUD_PARTS_H

#include "base/arena.h"
#include "base/map.h"
#include "base/strings.h"
#include "jpk/cloud_json.h"
#include "jpk/cloud_rope.h"

/* Keys that a .json file of a tree has beyond those of the export. */
#define CLOUD_LACKS "@lacks"   /* what would be made, but the export does not have it */
#define CLOUD_TEXT "@text"     /* the hash of the text that what is derived from it was kept for */
#define CLOUD_SCRIPT "@script" /* the same in a mapping rule */

/* A component as others name it. */
struct cloud_item {
    const char *path; /* in the tree, without endings */
    const char *id;   /* NULL for none */
    const char *name;
    enum jpk_cloud_kind kind;
    const struct jdoc *doc; /* schemas: where the document is; NULL for none */
    uint32_t document;
    const char *origin; /* schemas of activities: the direction, a slash, and the activity's id; NULL for none */
};

/* What a component can name, and the project's variables. */
struct cloud_scope {
    struct arena arena;
    struct cloud_item *items; /* lent */
    size_t count;
    struct map by_path, by_id, schemas, origins, variables;
};

/* Indexes the items; of two with one id or name, the first counts. False: no memory. */
bool cloud_scope_begin(struct cloud_scope *scope, struct cloud_item *items, size_t count);
/* The item of a path, an id, or the schema of a name; NULL for none. */
const struct cloud_item *cloud_scope_path(const struct cloud_scope *scope, const char *path, size_t n);
const struct cloud_item *cloud_scope_id(const struct cloud_scope *scope, const char *id, size_t n);
const struct cloud_item *cloud_scope_schema(const struct cloud_scope *scope, const char *name, size_t n);
/* The schema of an activity. */
const struct cloud_item *cloud_scope_origin(const struct cloud_scope *scope, const char *direction, const char *id);
void cloud_scope_free(struct cloud_scope *scope);

struct cloud_file {
    const char *path;
    uint32_t number; /* for places */
    const char *text;
    size_t size;
    struct jdoc doc; /* .json files */
};

struct cloud_part {
    enum jpk_cloud_kind kind;
    bool workflow;      /* then `kind` does not count */
    const char *path;   /* without endings; of a workflow its folder */
    const char *id;     /* NULL for none */
    const char *name;   /* what the path stands for */
    bool plain;         /* the .json is the component as it is */
    const char *ending; /* of the text, ".jb" */
    const struct cloud_file *json, *text, *map;
    const struct cloud_item *const *operations; /* workflows: those in its folder, in their order */
    size_t operation_count;
};

/* The member that the file with the text of a script or message holds; NULL for other parts. */
const char *cloud_part_text(const struct cloud_part *part);
/* The shape of what a part is. */
enum cloud_shape cloud_part_shape(const struct cloud_part *part);

/* ------------------------------------------------------------------------------------------- what is made and left out
 */

/* A member that is made when nothing else is said. */
struct cloud_made {
    const char *key;
    const char *json;   /* in one line, or NULL: then it is a string */
    const char *string; /* of `size` bytes */
    size_t size;
    bool derived; /* from a text */
};

enum { CLOUD_MADE_MAX = 24 };

struct cloud_made_list {
    struct cloud_made items[CLOUD_MADE_MAX];
    size_t count;
    struct arena arena; /* of what was not a constant */
    bool failed;
};

/* The members of a part. `body` is the text of a script with its tags when it has a file that ends so, else NULL. */
void cloud_made_part(struct cloud_made_list *list, const struct cloud_scope *scope, const struct cloud_part *part,
                     const struct buf *body, const char *ending);

/* What mapping rules need to know of the source. */
struct cloud_source {
    bool flat;
    const char *prefix; /* with slashes; "" for none */
    size_t prefix_size;
};

/* Of a transformation, whose object is `object`. The prefix lives in `arena`. False: no memory. */
bool cloud_source_of(const struct cloud_scope *scope, const struct jdoc *doc, uint32_t object, struct arena *arena,
                     struct cloud_source *source);

/* A mapping rule as far as others depend on it. */
struct cloud_rule_head {
    const char *script; /* `targetScript`; "" for none */
    const char *path;   /* `targetPath` */
    bool condition;     /* what `isPreconditionScript` usually is */
};

/* Appends the path that a rule usually has. `first` is that of the list: it says whether the target is flat. */
void cloud_rule_path(const struct cloud_rule_head *first, const char *script, size_t n, struct buf *out);
/* Finds out which of the rules are conditions, once all paths are known. False: no memory. */
bool cloud_rule_conditions(struct cloud_rule_head *heads, size_t count);

/* The members of a rule but for its `targetScript`. */
void cloud_made_rule(struct cloud_made_list *list, const struct cloud_scope *scope, const struct cloud_source *source,
                     const struct cloud_rule_head *head, const char *script, size_t size);

void cloud_made_free(struct cloud_made_list *list);
/* The row of a key, or NULL. */
const struct cloud_made *cloud_made_get(const struct cloud_made_list *list, const char *key, size_t n);

/* A path of scripts with slashes: `upsertList$record.` is "upsertList/record". Appends. */
void cloud_slashes(const char *path, size_t n, struct buf *out);

/* The first digits of a text's SHA-256. */
enum { CLOUD_HASH_SIZE = 17 };
void cloud_text_hash(const char *text, size_t n, char out[CLOUD_HASH_SIZE]);

/* Appends the text of a script as an export has it, from that of its file: a file that begins with the tag has both. */
void cloud_script_body(const char *text, size_t n, bool javascript, struct buf *out);
/* Whether the file has the tags itself. */
bool cloud_script_tagged(const char *text, size_t n);

/* ---------------------------------------------------------------------------------------------- cutting and joining */

struct cloud_pieces {
    struct buf json, text, map;
    const char *ending; /* of the text; NULL when there is none */
    bool has_map;
    bool plain;
};

/*
 * Cuts a component or workflow, whose canonical text this is, into files. The part has no files yet. What would not
 * come back exactly is `plain`. Errors: JPK_ERR_MEMORY.
 */
bool cloud_cut(const struct cloud_scope *scope, const struct cloud_part *part, const struct buf *canonical,
               struct cloud_pieces *pieces, struct jpk_error *err);
void cloud_pieces_free(struct cloud_pieces *pieces);

/* Appends a part as JSON. Errors have the file as their entry, and the place in it. */
bool cloud_join(const struct cloud_scope *scope, const struct cloud_part *part, struct rope *rope,
                struct jpk_error *err);

/* The mapping rules of a transformation: jpk/cloud_rules.c. Appends what stands in the .json for `mappingRules`. */
struct cloud_rules_cut {
    struct buf *json;
    struct strings *mappings; /* for the .map */
    struct arena *arena;
};
bool cloud_cut_rules(const struct cloud_scope *scope, const struct cloud_source *source, const struct jdoc *doc,
                     uint32_t array, struct cloud_rules_cut *cut);
/* Whether loops have nothing to them but what a line of a .map says; and such loops as mappings. */
bool cloud_loops_fit(const struct jdoc *doc, uint32_t array);
bool cloud_cut_loops(const struct jdoc *doc, uint32_t array, struct strings *mappings, struct arena *arena);

/*
 * The other way: appends the members, each with a comma before it. `array` is what the .json has for `mappingRules`,
 * JDOC_NONE for nothing. What is not wanted must not be in the .map.
 */
bool cloud_join_rules(const struct cloud_scope *scope, const struct cloud_part *part, uint32_t array, bool rules,
                      bool loops, struct rope *rope, struct jpk_error *err);

#endif
