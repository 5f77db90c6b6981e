/* Whether a value is one that a property may have: its type, choices, lengths, bounds and pattern. */
#ifndef RECIPE_VALUE_H
#define RECIPE_VALUE_H

#include "base/buf.h"
#include "recipe/recipe_read.h"
#include "schema/pattern.h"

/*
 * Whether a text has the form of a type. Lists of addresses and hosts are allowed, `,` or `;` between them; a text with
 * a variable in brackets, such as `[host]/orders`, may become anything and has every form but those of boolean and
 * choice. An empty text is no value: it has every form but that of a boolean.
 */
bool value_has_form(enum value_type type, const char *s, size_t n);

/* What the form of a type is, for messages: "a number"; behind "is not". */
const char *value_form(enum value_type type);

/* For the values of one recipe after another; zero-initialized is ready. */
struct value_check {
    bool plain; /* for people who do not know regular expressions: a pattern is not part of a phrase */
    struct pattern_scratch scratch;
    struct pattern *pattern; /* of the property that was asked about last */
    uint32_t pattern_node;
    const struct jdoc *pattern_doc;
    bool failed; /* memory is out */
};

/*
 * Whether a property may have a value; an empty one is none, unless the property is a boolean or a choice. `choices`
 * are those of the property as keys, or NULL to walk over them. When it may not have it, a phrase that says why is
 * added to `why`: "is not a number", "is shorter than 9 characters"; the value itself is never in it. A pattern that
 * does not compile or takes too long forbids nothing: other rules report the former.
 */
bool value_allowed(struct value_check *check, const struct jdoc *doc, const struct recipe_property *property,
                   const struct map *choices, struct jtext value, struct buf *why);

/* The same of lengths, bounds and pattern alone. */
bool value_in_bounds(struct value_check *check, const struct jdoc *doc, const struct recipe_property *property,
                     struct jtext value, struct buf *why);

void value_check_free(struct value_check *check);

#endif
