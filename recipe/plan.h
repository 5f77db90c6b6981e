/*
 * What a recipe is made of before it becomes JSON. generate.c runs the steps in this order:
 *   live      which items some operation can reach            (flow.c)
 *   endpoints what the project talks to, and in which role     (endpoints.c)
 *   entries   operations that nothing starts                   (entries.c)
 *   computed  variables that a script sets before any read     (computed.c)
 *   uses      where uses in the clear put a variable           (placement.c)
 *   slots     which variable an encrypted setting may hold     (slots.c)
 *   placement which step every variable belongs to             (placement.c)
 *   types     type, secret, required, label, default           (types.c)
 *   JSON      the files                                        (metadata.c, configuration.c, update.c)
 */
#ifndef RECIPE_PLAN_H
#define RECIPE_PLAN_H

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/map.h"
#include "jpk/recipe.h"
#include "recipe/connectors.h"
#include "recipe/recipe_read.h"
#include "recipe/words.h"

#define NONE UINT32_MAX
#define PLAN_MARK '\x01'

struct endpoint {
    const struct connector *connector;
    const char *id, *name, *step; /* ids of the endpoint and of its step */
    const char *key;              /* items with the same key share the endpoint */
    bool source, target;
    const struct jpk_entity **entities; /* live ones, in project order */
    size_t entity_count, entity_capacity;
};

/* A setting whose value is encrypted. */
struct slot {
    const struct jpk_entity *entity;
    const struct connector *connector;
    const struct setting *setting; /* NULL: a key that no table knows */
    const struct jpk_item *item;
    uint32_t variable; /* index in plan->variables that it most likely holds; NONE */
    int score;
    enum jpk_confidence confidence;
};

enum place { PLACE_NONE, PLACE_ENDPOINT, PLACE_NOTIFICATION, PLACE_FILES, PLACE_FILTERS, PLACE_GENERAL, PLACE_UNUSED };

/* A project variable on its way into the recipe. */
struct variable {
    const struct jpk_variable *graph;
    const struct jpk_entity *entity;
    struct words *words;
    enum place place;
    uint32_t endpoint;
    enum jpk_confidence place_confidence;
    const char *place_evidence;
    const struct setting *setting; /* the most telling setting that it feeds */
    bool computed, read, secret, required, has_default;
    bool sent;    /* nothing but a header that authorizes makes it a secret */
    bool in_slot; /* it seems to fill an encrypted setting */
    const char *type, *label, *help, *default_value, *id;
    const char *choices[8];
    size_t choice_count;
};

enum entry_kind { ENTRY_NONE, ENTRY_SCHEDULE, ENTRY_DEPLOY, ENTRY_ON_DEMAND };

struct entry {
    const struct jpk_entity *operation;
    enum entry_kind kind;
    enum jpk_confidence confidence;
    const char *evidence;
};

struct plan {
    const struct jpk_project *project;
    const struct jpk_graph *graph;
    struct arena arena;
    bool failed; /* memory is out */

    /*
     * The fields of mappings are most of a large recipe. When this is set, the metadata holds marks in their place
     * (PLAN_MARK and the index of the transformation), and each is made when it is written. No text of a project can
     * hold the mark: XML has no such character.
     */
    bool fields_later;

    bool *live;                /* by entity index */
    uint32_t *entity_endpoint; /* by entity index: index in endpoints, or NONE */
    struct endpoint *endpoints;
    size_t endpoint_count, endpoint_capacity;
    struct slot *slots;    /* those of one entity lie together */
    uint32_t *entity_slot; /* by entity index: its first slot, or NONE */
    size_t slot_count, slot_capacity;
    struct variable *variables;
    size_t variable_count;
    struct entry *entries;
    size_t entry_count;
    bool *mail_script; /* by entity index: scripts that only serve e-mails */
    struct map ids;    /* lower-case ids of steps and properties that are taken */

    struct jpk_inference *inferences;
    size_t inference_count, inference_capacity;
    struct jpk_finding *findings;
    size_t finding_count, finding_capacity;
};

/*
 * All steps but the last. `project` and `graph` are set, all else is zero; look at `failed` afterwards. plan_free lets
 * go of what it made, and may be called in any case.
 */
void plan_make(struct plan *plan);
void plan_free(struct plan *plan);

void plan_live(struct plan *plan);
void plan_mail_scripts(struct plan *plan);
void plan_endpoints(struct plan *plan);
void plan_entries(struct plan *plan);
void plan_computed(struct plan *plan);
void plan_uses(struct plan *plan);
void plan_slots(struct plan *plan);
void plan_placement(struct plan *plan);
void plan_types(struct plan *plan);

/* Formatted text in the plan's arena; "" when memory is out. */
const char *plan_text(struct plan *plan, const char *format, ...) __attribute__((format(printf, 2, 3)));
void *plan_alloc(struct plan *plan, size_t count, size_t size); /* cleared */

void plan_infer(struct plan *plan, const char *step, const char *property, const char *fact, const char *value,
                const char *evidence, enum jpk_confidence confidence);
void plan_finding(struct plan *plan, enum jpk_severity severity, const char *rule, const struct jpk_entity *entity,
                  const char *message);

/* array_grow for an array of the plan (malloc). NULL: no memory, and the plan has failed. */
void *plan_grow(struct plan *plan, void *array, size_t count, size_t *capacity, size_t size);

/* The variable of the plan for one of the graph, or NULL when that is no project variable. */
struct variable *plan_variable(struct plan *plan, uint32_t graph_index);

/* The connector of an entity: of its type, or of its location. NULL for none. */
const struct connector *plan_connector(const struct jpk_entity *entity);

/* How much of a text becomes an id: RECIPE_ID_MAX less room for `_` and a number. */
enum { PLAN_ID_TEXT = RECIPE_ID_MAX - 11 };

/* A name without the secrets in it, to make an id of: in that nobody would tell them. */
const char *plan_shown(struct plan *plan, const char *text);

/* A legal id made of `text`, unique in the recipe without regard to case: what is not allowed becomes `_`. */
const char *plan_id(struct plan *plan, const char *text);
/* The same for a step: lower case, with `-` between words. */
const char *plan_step_id(struct plan *plan, const char *prefix, const char *text);

/* The text of a member of a recipe; NULL: it has none, or a number that is kept as its text (json_exact_number). */
const char *plan_member(const json_t *object, const char *key);

/* Compares the parts of dotted versions as numbers; a part that is missing is 0. */
int plan_compare_versions(const char *a, const char *b);

/* The recipe as a JSON value; NULL when memory is out. */
json_t *plan_metadata(struct plan *plan, const char *file, const char *sha256);

/* Why the project needs a private agent, as texts; none when it does not. The caller lets go of it. */
json_t *plan_private_reasons(struct plan *plan);

/* Whether a URL in the clear carries a password, or a key or token in its query. */
bool url_holds_secret(const char *url);

/* Whether a name is that of a secret: by the words of it, or as secrets are found in projects. */
bool named_secret(const char *name);

/* Whether a value is no default that a form may show: a secret by the name of its variable or setting, or with
 * one in its text. */
bool plan_tells_secret(struct plan *plan, const char *name, const char *value);

/* The beginning of the names of a project's files: what file systems forbid, and what would hide a file, becomes `_`.
 */
void put_file_stem(struct buf *out, const char *name, size_t n);

/* The fields of a mapping step. */
json_t *plan_fields(struct plan *plan, const struct jpk_transformation *transformation);

/* Puts the inferences into the order of the recipe. */
void plan_explain(struct plan *plan, const json_t *recipe);

/* Keeps what an author changed in an earlier recipe. `fresh` is changed in place; false with an error. */
bool recipe_update(struct plan *plan, json_t *fresh, const struct jpk_recipe_options *options, struct jpk_error *err);

/* The configure file of a finished recipe; `text` are the recipe's bytes. NULL when memory is out. */
json_t *recipe_configuration(const json_t *recipe, const char *text, size_t size);

#endif
