/* What the parts that make messages share. */
#ifndef SCHEMA_EXPLAIN_PARTS_H
#define SCHEMA_EXPLAIN_PARTS_H

#include "schema/explain.h"

/* The failure that is being told. */
struct about {
    const struct jpk_validation *validation;
    const struct weight *weights;
    const struct program *program;
    const struct jdoc *doc;    /* the instance */
    const struct jdoc *schema; /* the document in which the keyword stands */
    const struct unit *unit;
    const struct instruction *in; /* the keyword's; NULL for a subschema as a whole */
    uint32_t index;               /* of the unit */
    struct buf *message, *hint;
    size_t *budget; /* NULL: nothing is looked for */
};

/* Whether one more name may be looked at for a hint. */
static inline bool explain_spend(const struct about *a)
{
    bool some = a->budget && *a->budget > 0;
    if (some)
        --*a->budget;
    return some;
}

/* Ways of speaking, by the keyword; explain_unit chooses. */
typedef void explain_say(struct about *a);
explain_say say_type, say_const, say_enum, say_bound, say_count, say_pattern, say_format, say_content,
    say_unique;                                     /* explain_values.c */
explain_say say_required, say_dependent, say_false; /* explain_properties.c: also for what no schema allows */
explain_say say_choice, say_not, say_contains;      /* explain_choices.c */

/* The instruction of a keyword's unit. then and else have none: their failures are those of their schemas. */
const struct instruction *explain_instruction(const struct program *program, const struct unit *unit);

void put_must(struct about *a); /* "'age' must " */
void put_not(struct about *a);  /* ", not 12" */
void put_did_you_mean(struct buf *hint, const struct suggestion *suggestion);
void say_types(struct about *a, uint32_t types);

/* Of a failed choice whose branches only ask for types and values: what would be right. False: there is more to it. */
bool explain_choice_is_simple(struct about *a);

#endif
