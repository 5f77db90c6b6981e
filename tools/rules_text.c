/* The rules for people at a terminal. */
#include <string.h>

#include "tools/columns.h"
#include "tools/rules_page.h"

enum { PAGE_WIDTH = 100, LABEL = 14 };

/* --------------------------------------------------------------------------------------------------------- table */

static size_t id_width(const struct rules_view *view)
{
    size_t width = strlen("rule");
    for (size_t i = 0; i < view->count; i++)
        if (strlen(view->rules[i]->id) > width)
            width = strlen(view->rules[i]->id);
    return width;
}

static void put_table(struct buf *out, const struct rules_view *view)
{
    enum { TIER = 10, SEVERITY = 8 };
    int id = (int)id_width(view);
    buf_printf(out, "%-*s%-*s", id + TABLE_GAP, "rule", TIER + TABLE_GAP, "tier");
    for (int profile = 0; profile < JPK_PROFILES; profile++)
        if (rules_shown(view, profile))
            buf_printf(out, "%-*s", SEVERITY + TABLE_GAP, jpk_profile_name((enum jpk_profile)profile));
    buf_puts(out, "finds\n");
    for (size_t i = 0; i < view->count; i++) {
        const struct jpk_rule *rule = view->rules[i];
        size_t at = out->size;
        buf_printf(out, "%-*s%-*s", id + TABLE_GAP, rule->id, TIER + TABLE_GAP, jpk_tier_name(rule->tier));
        for (int profile = 0; profile < JPK_PROFILES; profile++)
            if (rules_shown(view, profile))
                buf_printf(out, "%-*s", SEVERITY + TABLE_GAP, rules_severity(rule, (enum jpk_profile)profile));
        columns_words(out, rule->summary, out->size - at, TABLE_WIDTH);
    }
}

/* ---------------------------------------------------------------------------------------------------------- page */

static void put_fact(struct buf *out, const char *label, const char *words)
{
    buf_printf(out, "%-*s", LABEL, label);
    columns_words(out, words, LABEL, PAGE_WIDTH);
}

static void put_facts(struct buf *out, const struct rules_view *view, const struct jpk_rule *rule)
{
    put_fact(out, "rule", rule->id);
    buf_printf(out, "%-*s%s: %s\n", LABEL, "tier", jpk_tier_name(rule->tier), rules_tier_question(rule->tier));
    for (int profile = 0; profile < JPK_PROFILES; profile++)
        if (rules_shown(view, profile))
            put_fact(out, jpk_profile_name((enum jpk_profile)profile), rules_severity(rule, (enum jpk_profile)profile));
    put_fact(out, "finds", rule->summary);
    if (*rule->why)
        put_fact(out, "why", rule->why);
    if (rule->in_schema)
        put_fact(out, "schema",
                 "The schema of the format says it too; only this finding is reported, unless the rule is off.");
    const char *label = "kinds";
    for (size_t kind = rules_kind(rule, 0); kind < HYGIENE_RULES; kind = rules_kind(rule, kind + 1)) {
        const struct hygiene_rule_info *info = hygiene_rule_info((enum hygiene_rule)kind);
        buf_printf(out, "%-*s%s: ", LABEL, label, info->id);
        columns_words(out, info->what, LABEL + strlen(info->id) + 2, PAGE_WIDTH);
        label = "";
    }
}

/* Every line with two spaces in front of it. */
static void put_indented(struct buf *out, const char *text)
{
    for (const char *at = text; *at;) {
        size_t n = strcspn(at, "\n");
        buf_printf(out, "  %.*s\n", (int)n, at);
        at += n + (at[n] == '\n');
    }
}

static void put_example(struct buf *out, const char *heading, const struct jpk_rule *rule, const char *text)
{
    struct buf example = {0};
    const char *kind = rules_example_kind(rule->example, text);
    enum rules_form form = rules_example(&example, rule->example, text);
    buf_printf(out, "\n%s%s%s\n", heading, *kind ? ", " : "", kind);
    if (form == RULES_WORDS) {
        buf_puts(out, "  ");
        columns_words(out, buf_text(&example), 2, PAGE_WIDTH);
    } else {
        put_indented(out, buf_text(&example));
    }
    out->failed = out->failed || example.failed;
    buf_free(&example);
}

void rules_text(struct buf *out, const struct rules_view *view)
{
    if (!view->one) {
        put_table(out, view);
        return;
    }
    const struct jpk_rule *rule = view->rules[0];
    put_facts(out, view, rule);
    if (rule->example != JPK_EXAMPLE_NONE) {
        put_example(out, "wrong", rule, rule->bad);
        put_example(out, "right", rule, rule->good);
    }
    buf_puts(out, "\nto switch it off or change its severity, in .jpk.yaml\n");
    rules_put_off(out, rule->id, "  ");
    buf_puts(out, "\nto accept what it finds in some files\n");
    rules_put_exemption(out, rule->id, "  ");
}
