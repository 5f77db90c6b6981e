/* The rules as a page of the manual: doc/rules.md, when it is all of them. */
#include <string.h>

#include "tools/rules_page.h"

/* Text with what would mean something to Markdown escaped, but for code, which stands between back quotes. */
static void put_words(struct buf *out, const char *text)
{
    bool code = false;
    for (const char *at = text; *at; at++) {
        if (*at == '`')
            code = !code;
        if (*at == '|' || (!code && strchr("\\*_<>[]#", *at)))
            buf_putc(out, '\\');
        buf_putc(out, *at);
    }
}

static void put_paragraph(struct buf *out, const char *text)
{
    put_words(out, text);
    buf_puts(out, "\n\n");
}

/* ---------------------------------------------------------------------------------------------------------- rules */

static void put_example(struct buf *out, const char *heading, const struct jpk_rule *rule, const char *text)
{
    struct buf example = {0};
    const char *kind = rules_example_kind(rule->example, text);
    enum rules_form form = rules_example(&example, rule->example, text);
    buf_printf(out, "%s%s", heading, *kind ? ", " : "");
    put_words(out, kind);
    buf_putc(out, ':');
    if (form == RULES_NAME) {
        buf_printf(out, " `%s`\n\n", buf_text(&example));
    } else if (form == RULES_WORDS) {
        buf_putc(out, ' ');
        put_paragraph(out, buf_text(&example));
    } else {
        buf_printf(out, "\n\n```%s\n%s\n```\n\n", form == RULES_JSON ? "json" : "text", buf_text(&example));
    }
    out->failed = out->failed || example.failed;
    buf_free(&example);
}

static void put_kinds(struct buf *out, const struct jpk_rule *rule)
{
    size_t kind = rules_kind(rule, 0);
    if (kind == HYGIENE_RULES)
        return;
    buf_puts(out, "What comes under it:\n\n");
    for (; kind < HYGIENE_RULES; kind = rules_kind(rule, kind + 1)) {
        const struct hygiene_rule_info *info = hygiene_rule_info((enum hygiene_rule)kind);
        buf_printf(out, "- `%s`: ", info->id);
        put_words(out, info->what);
        buf_putc(out, '\n');
    }
    buf_putc(out, '\n');
}

static void put_severities(struct buf *out, const struct rules_view *view, const struct jpk_rule *rule)
{
    buf_printf(out, "Tier: %s. ", jpk_tier_name(rule->tier));
    for (int profile = 0; profile < JPK_PROFILES; profile++)
        if (rules_shown(view, profile))
            buf_printf(out, "In `%s`: %s. ", jpk_profile_name((enum jpk_profile)profile),
                       rules_severity(rule, (enum jpk_profile)profile));
    out->size -= out->size > 0;
    buf_puts(out, "\n\n");
}

static void put_rule(struct buf *out, const struct rules_view *view, const struct jpk_rule *rule, const char *heading)
{
    buf_printf(out, "%s %s\n\n", heading, rule->id);
    put_words(out, rule->summary);
    buf_puts(out, *rule->why ? " " : "");
    put_paragraph(out, rule->why);
    if (rule->in_schema)
        buf_puts(out,
                 "The schema of the format says it too; only this finding is reported, unless the rule is off.\n\n");
    put_severities(out, view, rule);
    put_kinds(out, rule);
    if (rule->example == JPK_EXAMPLE_NONE)
        return;
    put_example(out, "Wrong", rule, rule->bad);
    put_example(out, "Right", rule, rule->good);
}

/* --------------------------------------------------------------------------------------------------------- manual */

static void put_configuration(struct buf *out, const char *id)
{
    buf_puts(out, "To switch a rule off or change its severity, in `.jpk.yaml`:\n\n```yaml\n");
    rules_put_off(out, id, "");
    buf_puts(out, "```\n\nTo accept what it finds in some files, or with `pointer` in one place of them; the reason "
                  "is required:\n\n```yaml\n");
    rules_put_exemption(out, id, "");
    buf_puts(out, "```\n");
}

static void put_table(struct buf *out, const struct rules_view *view, enum jpk_tier tier)
{
    buf_puts(out, "| rule |");
    for (int profile = 0; profile < JPK_PROFILES; profile++)
        if (rules_shown(view, profile))
            buf_printf(out, " %s |", jpk_profile_name((enum jpk_profile)profile));
    buf_puts(out, " finds |\n|---|");
    for (int profile = 0; profile < JPK_PROFILES; profile++)
        buf_puts(out, rules_shown(view, profile) ? "---|" : "");
    buf_puts(out, "---|\n");
    for (size_t i = 0; i < view->count; i++) {
        const struct jpk_rule *rule = view->rules[i];
        if (rule->tier != tier)
            continue;
        buf_printf(out, "| [%s](#%s) |", rule->id, rule->id);
        for (int profile = 0; profile < JPK_PROFILES; profile++)
            if (rules_shown(view, profile))
                buf_printf(out, " %s |", rules_severity(rule, (enum jpk_profile)profile));
        buf_putc(out, ' ');
        put_words(out, rule->summary);
        buf_puts(out, " |\n");
    }
    buf_putc(out, '\n');
}

static bool has_tier(const struct rules_view *view, enum jpk_tier tier)
{
    for (size_t i = 0; i < view->count; i++)
        if (view->rules[i]->tier == tier)
            return true;
    return false;
}

static void put_tier(struct buf *out, const struct rules_view *view, enum jpk_tier tier)
{
    buf_printf(out, "\n## Tier %s: %s\n\n", jpk_tier_name(tier), rules_tier_question(tier));
    put_table(out, view, tier);
    for (size_t i = 0; i < view->count; i++)
        if (view->rules[i]->tier == tier)
            put_rule(out, view, view->rules[i], "###");
    out->size -= out->size > 0; /* of two line ends */
}

static void put_manual(struct buf *out, const struct rules_view *view)
{
    buf_puts(out,
             "<!-- Made by `jpk recipe rules --format markdown`; `make doc` makes it anew. -->\n\n"
             "# Rules of jpk recipe validate\n\n"
             "Every finding ends in the id of its rule, in brackets. Rules come in tiers, in which files are checked "
             "one after the other. A rule has a severity in each profile (`standard` unless `--profile` or "
             "`.jpk.yaml` says `strict`): `error` makes the exit status 1, `warning` and `info` do not unless "
             "`--fail-level` says so, and what is `off` is not looked for. The examples show parts of files; whatever "
             "they leave out is in order.\n\n");
    put_configuration(out, view->count ? view->rules[0]->id : "rule");
    for (int tier = 0; tier < JPK_TIERS; tier++)
        if (has_tier(view, (enum jpk_tier)tier))
            put_tier(out, view, (enum jpk_tier)tier);
}

void rules_markdown(struct buf *out, const struct rules_view *view)
{
    if (!view->one) {
        put_manual(out, view);
        return;
    }
    put_rule(out, view, view->rules[0], "#");
    put_configuration(out, view->rules[0]->id);
}
