/*
 * The findings of a validation, and the rules that they come from. A collector is used by one thread; every file or
 * group of files that is checked on its own may have one of its own, and collectors are joined at the end.
 */
#ifndef RECIPE_VALIDATION_H
#define RECIPE_VALIDATION_H

#include <stdarg.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "jpk/jpk.h"
#include "jpk/validate.h"

/* The rules of this library by name: the order of the table in rules.c. */
enum rule {
    RULE_JSON_SYNTAX,
    RULE_JSON_ENCODING,
    RULE_JSON_LIMIT,
    RULE_JSON_DUPLICATE_KEY,
    RULE_JSON_NUL,

    RULE_SCHEMA_TYPE,
    RULE_SCHEMA_MISSING_KEY,
    RULE_SCHEMA_UNKNOWN_KEY,
    RULE_SCHEMA_VALUE,
    RULE_SCHEMA_FORM,
    RULE_SCHEMA_CUSTOM,

    RULE_ID_FORM,
    RULE_ID_CLASH,
    RULE_FIRST_STEP,
    RULE_LAST_STEP,
    RULE_REPEATED_STEP,
    RULE_ENDPOINT_ID_CLASH,
    RULE_ENDPOINT_WITHOUT_STEP,
    RULE_ENDPOINT_TWO_STEPS,
    RULE_ENDPOINT_ORDER,
    RULE_UNKNOWN_ENDPOINT,
    RULE_UNKNOWN_CONNECTOR,
    RULE_ENTITY_TWICE,
    RULE_TEST_WITHOUT_ENTITIES,
    RULE_VISIBLE_UNKNOWN,
    RULE_VISIBLE_LATER,
    RULE_VISIBLE_VALUE,
    RULE_VISIBLE_CYCLE,
    RULE_VISIBLE_UNSEEN,
    RULE_SECRET_DEFAULT,
    RULE_SECRET_CHOICES,
    RULE_SECRET_TYPE,
    RULE_SECRET_NAME,
    RULE_DEFAULT_SECRET,
    RULE_DEFAULT_INVALID,
    RULE_CHOICE_TWICE,
    RULE_CHOICE_INVALID,
    RULE_CHOICES_UNUSED,
    RULE_BOUNDS_ORDER,
    RULE_CONSTRAINT_UNUSED,
    RULE_PATTERN_INVALID,
    RULE_PATTERN_DIALECT,
    RULE_TARGET_TWICE,
    RULE_COMPUTED_REQUIRED,
    RULE_OPTIONAL_STEP_REQUIRED,
    RULE_LABEL_MISSING,
    RULE_LABEL_IS_ID,
    RULE_LABEL_TWICE,
    RULE_TITLE_MISSING,
    RULE_TITLE_TWICE,
    RULE_EMPTY_STEP,
    RULE_OPERATION_TWICE,
    RULE_MAPPING_TWICE,
    RULE_SCHEDULE_INVALID,
    RULE_AGENT_REASONS,
    RULE_VERB_DESCRIPTION,
    RULE_VERB_ENDPOINTS,
    RULE_VERSION_FORM,
    RULE_AUTHOR_MISSING,
    RULE_DESCRIPTION_MISSING,
    RULE_JITTERPAK_UNNAMED,
    RULE_JITTERPAK_FILE_NAME,
    RULE_RECIPE_FILE_NAME,
    RULE_FILE_NAME_FORM,

    RULE_CONFIGURE_FILE_NAME,
    RULE_CONFIGURE_RECIPE_NAME,
    RULE_CONFIGURE_RECIPE_VERSION,
    RULE_CONFIGURE_RECIPE_HASH,
    RULE_CONFIGURE_UNKNOWN_STEP,
    RULE_CONFIGURE_UNKNOWN_PROPERTY,
    RULE_CONFIGURE_VALUE,
    RULE_CONFIGURE_SECRET_TEXT,
    RULE_CONFIGURE_MARKER,
    RULE_CONFIGURE_COMPUTED,
    RULE_CONFIGURE_HIDDEN,
    RULE_CONFIGURE_MISSING,
    RULE_CONFIGURE_NULL,

    RULE_JITTERPAK_HASH,
    RULE_PROJECT_ID,
    RULE_PROJECT_NAME,
    RULE_PROJECT_KIND,
    RULE_PROJECT_FACTS,
    RULE_AGENT_VERSION,
    RULE_AGENT_PRIVATE,
    RULE_UNKNOWN_VARIABLE,
    RULE_UNKNOWN_ENTITY,
    RULE_UNKNOWN_KEY,
    RULE_UNKNOWN_OPERATION,
    RULE_DELETED_ITEM,
    RULE_ITEM_RENAMED,
    RULE_SECRET_DIFFERS,
    RULE_COMPUTED_DIFFERS,
    RULE_REQUIRED_DIFFERS,
    RULE_VARIABLE_NOT_SET,
    RULE_UNUSED_VARIABLE_NOT_SET,
    RULE_ENDPOINT_CONNECTOR,
    RULE_ENDPOINT_ROLE,
    RULE_ENDPOINT_MISSING,
    RULE_ENTITY_NOT_LISTED,
    RULE_ENTRY_POINT_MISSING,

    RULE_JITTERPAK_MISSING,
    RULE_DUPLICATE_RECIPE_NAME,
    RULE_DUPLICATE_PROJECT,
    RULE_DUPLICATE_JITTERPAK,
    RULE_ORPHAN_FILE,
    RULE_VERSION_NOT_RAISED,
    RULE_MANIFEST_SYNTAX,
    RULE_MANIFEST_KEY,
    RULE_MANIFEST_PROJECT,
    RULE_EXEMPTION_UNUSED,

    RULE_HYGIENE_CREDENTIAL,
    RULE_HYGIENE_PRIVATE_KEY,
    RULE_HYGIENE_TOKEN,
    RULE_HYGIENE_EMAIL,
    RULE_HYGIENE_HOST,
    RULE_HYGIENE_PHONE,

    RULE_COUNT /* from here on the rules of jpk_check, in its order */
};

/* The row of a rule, and the rule of a row's id; -1 when there is none. */
const struct jpk_rule *rule_row(int rule);
int rule_find(const char *id);
int rule_total(void); /* with those of jpk_check */

/* The rule of a keyword of JSON Schema, such as "required". */
enum rule rule_of_keyword(const char *keyword);

/* A file that is checked. */
struct source {
    const char *file;    /* as findings call it; kept by the collector's user until the end; NULL: it has no name */
    struct jdoc *doc;    /* NULL when it is no JSON; places of its nodes may be noted in it */
    bool schema_checked; /* the project's own schema was: what it says of a boolean's default is not said again */
};

struct validation_row;

/* Zero-initialized is empty and ready: the standard profile, no bound. */
struct validation {
    const int8_t *severities; /* by rule, rule_total() of them: enum jpk_severity or JPK_RULE_OFF; NULL: by `profile` */
    enum jpk_profile profile;
    size_t max;       /* how many findings are kept, explanations not counted; 0: no bound */
    size_t hidden[3]; /* how many were not kept, by severity */
    size_t counts[3]; /* how many there are, hidden ones too; explanations do not count */

    struct arena arena;
    struct jpk_finding *findings; /* after validation_finish */
    size_t count;                 /* of findings */

    /* private */
    struct validation_row *rows;
    size_t row_count, row_capacity, kept, settled; /* row_count may be read: findings with explanations */
    bool last_kept; /* whether the last finding is there: its hint and its explanations go where it goes */
    bool failed;    /* memory is out */
};

/* What a rule counts as here: enum jpk_severity, or JPK_RULE_OFF. */
int validation_severity(const struct validation *v, int rule);

/*
 * Adds a finding about a node (a key: about the member; JDOC_NONE: about the file as a whole), unless its rule is off.
 * The message is one sentence without a full stop; what cannot be shown in it is replaced.
 */
void validation_report(struct validation *v, const struct source *source, enum rule rule, uint32_t node,
                       const char *format, ...) __attribute__((format(printf, 5, 6)));

void validation_report_list(struct validation *v, const struct source *source, enum rule rule, uint32_t node,
                            const char *format, va_list args) __attribute__((format(printf, 5, 0)));

/* The hint of the finding that was reported last. */
void validation_hint(struct validation *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Adds a finding that is complete: its rule and severity are those of `rule` (see rule_find), its texts are copied.
 * With a `level` above 0 it explains the one that was added before, and is kept when that was.
 */
void validation_add(struct validation *v, int rule, const struct jpk_finding *finding);

/* Adds an error of reading something as a finding about a file. */
void validation_report_error(struct validation *v, enum rule rule, const char *file, const struct jpk_error *problem);

/*
 * The finding of a number below v->row_count, in the order in which they were added; those about nodes have their place
 * only after validation_settle.
 */
const struct jpk_finding *validation_at(const struct validation *v, size_t number);

/* Gives the findings about nodes of this document their lines, columns and pointers: call it before it is freed. */
void validation_settle(struct validation *v, struct source *source);

/* Moves everything of `from` behind what is in `v`, whose bound holds. `from` is empty afterwards. */
void validation_join(struct validation *v, struct validation *from);

/* Sorts by file, line, column, rule and pointer, explanations behind what they explain. False: memory was out. */
bool validation_finish(struct validation *v, struct jpk_error *err);

void validation_free(struct validation *v);

#endif
