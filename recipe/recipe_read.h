/*
 * A recipe, and a configure file, as they are read to be checked: typed views of struct jdoc. Nothing is copied but
 * tables of indices, and reading never fails on odd shapes: what has the wrong type is as if it were not there. The
 * schema says so; no other rule has to.
 */
#ifndef RECIPE_READ_H
#define RECIPE_READ_H

#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"

enum { RECIPE_ID_MAX = 200 }; /* bytes; a longer id is none, so that looking one up needs no memory */

/* A string of a document. Not there: "" and JDOC_NONE. No NUL behind it. */
struct jtext {
    const char *s;
    uint32_t n;
    uint32_t node;
};

/* Enough of a text for a message: printable, without secrets, at most 60 bytes, "..." at the end of what was cut. */
struct shown {
    char s[64];
};
struct shown show(struct jtext text);

/*
 * Whether show has had no memory, in this thread and since this was asked last: so that who keeps messages can fail,
 * and texts are still shown within one expression.
 */
bool show_failed(void);

static inline bool jtext_there(struct jtext text)
{
    return text.node != JDOC_NONE;
}

struct jtext jtext_of(const struct jdoc *doc, uint32_t node); /* `node` may be JDOC_NONE or no string */
bool jtext_is(struct jtext text, const char *s);
bool jtext_equal(struct jtext a, struct jtext b);
bool jtext_caseeq(struct jtext a, struct jtext b); /* ASCII letters compare alike */

/* A copy that ends with NUL, and one with ASCII letters in lower case; NULL: no memory. */
char *jtext_copy(struct arena *arena, struct jtext text);
char *jtext_lower(struct arena *arena, struct jtext text);

/* true, false, or neither: not there, or something else. */
enum truth { TRUTH_NONE, TRUTH_FALSE, TRUTH_TRUE };

enum step_type {
    STEP_UNKNOWN,
    STEP_INTRODUCTION,
    STEP_AGENT,
    STEP_ENDPOINT,
    STEP_VARIABLES,
    STEP_NOTIFICATION,
    STEP_MAPPING,
    STEP_SCHEDULE,
    STEP_ACTION,
    STEP_REVIEW
};

enum value_type {
    VALUE_UNKNOWN,
    VALUE_TEXT,
    VALUE_PASSWORD,
    VALUE_NUMBER,
    VALUE_BOOLEAN,
    VALUE_CHOICE,
    VALUE_EMAIL,
    VALUE_URL,
    VALUE_HOST,
    VALUE_PATH,
    VALUE_DURATION,
    VALUE_DATE,
    VALUE_DATETIME,
    VALUE_TIMEZONE,
    VALUE_CRON
};

/* The type of such a name; the unknown one when there is none. */
enum step_type step_type_of(struct jtext name);
enum value_type value_type_of(struct jtext name);

/* A condition: `node` is JDOC_NONE when there is none. */
struct visible_when {
    uint32_t node;
    struct jtext property;
    uint32_t equals; /* a string or an array; or JDOC_NONE */
};

/* `{id, name}` of an item of the project. */
struct recipe_item {
    uint32_t node;
    struct jtext id, name;
};

struct recipe_property {
    uint32_t node, step; /* `step` is an index */
    uint32_t target;     /* the node */
    struct jtext variable, entity, key;
    struct jtext id, label, help, type_name, fallback, pattern;
    enum value_type type;
    enum truth required, secret, computed;
    uint32_t choices; /* an array, or JDOC_NONE; likewise the numbers */
    uint32_t min_length, max_length, minimum, maximum;
    struct visible_when visible;
};

struct recipe_step {
    uint32_t node;
    struct jtext id, type_name, title, text, endpoint, when;
    enum step_type type;
    enum truth optional;
    struct visible_when visible;
    uint32_t first, count; /* its properties, in recipe_model.properties */
    uint32_t properties;   /* the node, JDOC_NONE when there is none; likewise: */
    uint32_t entities, test, requires, fallback, fields;
    struct jtext test_kind;
    struct recipe_item test_operation, operation, transformation;
    struct jtext min_version;
    enum truth private_agent;
    uint32_t reasons;
};

struct recipe_endpoint {
    uint32_t node;
    struct jtext id, name, role, connector;
};

struct recipe_model {
    const struct jdoc *doc;
    struct jtext name, version, author, description, verb;
    uint32_t endpoints_node, steps_node, categories, keywords;
    uint32_t jitterpak;
    struct jtext file, sha256, project_id, project_name, kind, required_version, created_with, created_at;
    struct recipe_endpoint *endpoints;
    size_t endpoint_count;
    struct recipe_step *steps;
    size_t step_count;
    struct recipe_property *properties; /* in the order of the recipe */
    size_t property_count;
    struct map step_ids, property_ids, endpoint_ids; /* lower-case ids -> index of the first that has it */
};

enum document_kind { DOCUMENT_OTHER, DOCUMENT_RECIPE, DOCUMENT_CONFIGURE };

/* What a document says it is: it is an object and has `recipeFormat` or `configureFormat`. */
enum document_kind document_kind(const struct jdoc *doc);

/* Whether a recipe or configure file has the number of the format that is known here; else JPK_ERR_FORMAT. */
bool document_format_known(const struct jdoc *doc, struct jpk_error *err);

/* The arena keeps the tables; the maps are freed by recipe_free. The document must outlive the model. */
bool recipe_read(struct recipe_model *model, const struct jdoc *doc, struct arena *arena, struct jpk_error *err);
void recipe_free(struct recipe_model *model);

/* The index of a step, property or endpoint by its id in any letter case; MAP_NONE when there is none. */
uint32_t recipe_step_find(const struct recipe_model *model, struct jtext id);
uint32_t recipe_property_find(const struct recipe_model *model, struct jtext id);
uint32_t recipe_endpoint_find(const struct recipe_model *model, struct jtext id);

struct configure_model {
    const struct jdoc *doc;
    uint32_t recipe; /* the node */
    struct jtext name, version, sha256;
    uint32_t values, schedules, actions; /* objects, or JDOC_NONE */
};

void configure_read(struct configure_model *model, const struct jdoc *doc);

#endif
