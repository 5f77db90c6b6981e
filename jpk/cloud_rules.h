/* The mapping rules of a transformation, what cutting and joining share: see jpk/cloud_parts.h. */
#ifndef JPK_CLOUD_RULES_H
#define JPK_CLOUD_RULES_H

#include "jpk/cloud_parts.h"

/* The usual path of the rule `at`; NULL: no memory. */
char *cloud_rule_usual_path(struct arena *arena, const struct cloud_rule_head *heads, size_t at);

/* The heads of an array's elements (JDOC_NONE: none), with room for some more; NULL: no memory. */
struct cloud_rule_head *cloud_rule_heads(struct arena *arena, const struct jdoc *doc, uint32_t array, size_t more);

#endif
