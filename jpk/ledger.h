/*
 * What has become of every item of a conversion, with what is to be said about it: items by their index in the source,
 * findings by the rules of convert_rules.c.
 */
#ifndef JPK_LEDGER_H
#define JPK_LEDGER_H

#include <stdarg.h>

#include "base/arena.h"
#include "jpk/convert.h"
#include "jpk/convert_rules.h"

/* What an item of the source becomes. */
struct ledger_item {
    enum jpk_convert_result result;
    const char *name;   /* of what it has become; NULL as long as it has none */
    const char *target; /* as in struct jpk_convert_item */
    struct jpk_finding *findings;
    size_t finding_count, finding_capacity;
};

struct ledger {
    struct arena arena;
    bool failed;               /* memory is out: everything else is over */
    struct ledger_item *items; /* one more than there are: that is the project as a whole */
    size_t item_count;
    struct jpk_convert_rename *renames;
    size_t rename_count, rename_capacity;
    struct jpk_convert_secret *secrets;
    size_t secret_count, secret_capacity;
    size_t script_lines, script_lines_kept;
};

/* Makes room for the items; the ledger must be zero before. False: no memory. */
bool ledger_begin(struct ledger *ledger, size_t items);
/* Releases all of it but what was taken out before. */
void ledger_free(struct ledger *ledger);

/* Moves what there is to `out`, which must be zero, and shows it in what is given out; `ledger` is empty then. */
void ledger_give_out(struct ledger *ledger, struct ledger *out, struct jpk_conversion *conversion);

/*
 * Turns the places of the findings of some items, which are byte offsets in a text, into lines and columns, in one pass
 * over it. 0, and anything without a text, is no place. ledger->failed: no memory.
 */
void ledger_place_findings(struct ledger *ledger, size_t first, size_t count, const char *text, size_t size);

/* Shows adapters in what is given out, each once, in byte order. The list is lent to it and changed. */
void ledger_show_connectors(struct jpk_conversion *conversion, const char **adapters, size_t count);

/* Copies that live as long as the ledger; "" and ledger->failed when memory is out, never NULL. */
const char *ledger_text(struct ledger *ledger, const char *format, ...) __attribute__((format(printf, 2, 3)));
__attribute__((format(printf, 2, 0))) const char *ledger_vtext(struct ledger *ledger, const char *format, va_list args);

/*
 * Adds a finding about an item; the item's result becomes at least what the rule makes of it. `place` is kept in the
 * finding's `line` until ledger_place_findings. NULL: no memory. The message is one sentence without a full stop.
 */
__attribute__((format(printf, 5, 0))) struct jpk_finding *ledger_note(struct ledger *ledger, size_t item,
                                                                      enum convert_rule rule, uint32_t place,
                                                                      const char *format, va_list args);

/* Puts words of the source behind the message of a finding, however long: nothing else keeps them. NULL is no finding.
 */
void ledger_keep_words(struct ledger *ledger, struct jpk_finding *finding, const char *words);

/* The item's result is at least `result` then, and its target is set when `target` is not NULL and that is the first.
 */
void ledger_done(struct ledger *ledger, size_t item, enum jpk_convert_result result, const char *target);

/* Counts the lines of a text of code, of which each of `notes` findings leaves one to do. */
void ledger_count_lines(struct ledger *ledger, const char *text, size_t notes);

/* Records another name. False: no memory. */
bool ledger_rename(struct ledger *ledger, size_t item, const char *to);

/* Records what must be typed in again. False: no memory. */
bool ledger_secret(struct ledger *ledger, const struct jpk_convert_secret *secret);

#endif
