/* The manual of the rules of `jpk recipe validate`: one rule as a page, many as a table. All of it comes from their
 * table. */
#ifndef TOOLS_RULES_PAGE_H
#define TOOLS_RULES_PAGE_H

#include "base/buf.h"
#include "jpk/hygiene.h"
#include "jpk/validate.h"

/* Which rules, and which of their severities. */
struct rules_view {
    const struct jpk_rule **rules;
    size_t count;
    int tier;    /* the only one, or -1 */
    int profile; /* the only one, or -1 */
    bool one;    /* the page of the one rule was asked for */
};

/* Each appends everything. When memory is out, the buffer has failed. */
void rules_text(struct buf *out, const struct rules_view *view);
void rules_markdown(struct buf *out, const struct rules_view *view);

/* ------------------------------------------------------------------------------------------------ what they share */

/* The question that a tier answers, such as "does it agree with itself?". */
const char *rules_tier_question(enum jpk_tier tier);

/* Whether the severities of a profile are wanted. */
bool rules_shown(const struct rules_view *view, int profile);

/* "error", "warning", "info" or "off". */
const char *rules_severity(const struct jpk_rule *rule, enum jpk_profile profile);

/* What an example is a part of, such as "steps of a recipe"; "" where it says so itself. */
const char *rules_example_kind(enum jpk_example example, const char *text);

enum rules_form { RULES_WORDS, RULES_NAME, RULES_CODE, RULES_JSON };

/*
 * Appends an example as it is shown, without a line end: JSON with two spaces a level and the brackets around it, all
 * else as it stands in the table. Returns what it is.
 */
enum rules_form rules_example(struct buf *out, enum jpk_example example, const char *text);

/* The next kind of find (an enum hygiene_rule), from `from` on, that comes under a rule of hygiene; HYGIENE_RULES when
 * there is none. */
size_t rules_kind(const struct jpk_rule *rule, size_t from);

/* Appends the part of a .jpk.yaml that changes the severity of a rule, or accepts its findings; with `indent`. */
void rules_put_off(struct buf *out, const char *id, const char *indent);
void rules_put_exemption(struct buf *out, const char *id, const char *indent);

#endif
