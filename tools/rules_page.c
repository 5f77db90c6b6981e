#include "tools/rules_page.h"

#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/json_write.h"
#include "base/text.h"
#include "recipe/hygiene_rules.h"

const char *rules_tier_question(enum jpk_tier tier)
{
    static const char *const questions[] = {
        [JPK_TIER_JSON] = "can a file be read at all?",
        [JPK_TIER_SCHEMA] = "has it the form of its format?",
        [JPK_TIER_RECIPE] = "does a recipe agree with itself, and its configure file with it?",
        [JPK_TIER_PROJECT] = "does a recipe agree with the project in its Jitterpak?",
        [JPK_TIER_JITTERPAK] = "is the project in the Jitterpak in order?",
        [JPK_TIER_REPOSITORY] = "do the files of a repository agree with one another?",
        [JPK_TIER_HYGIENE] = "does any file hold what nobody should see?",
    };
    return questions[tier];
}

bool rules_shown(const struct rules_view *view, int profile)
{
    return view->profile < 0 || view->profile == profile;
}

const char *rules_severity(const struct jpk_rule *rule, enum jpk_profile profile)
{
    int severity = rule->severity[profile];
    return severity == JPK_RULE_OFF ? "off" : jpk_severity_name((enum jpk_severity)severity);
}

const char *rules_example_kind(enum jpk_example example, const char *text)
{
    static const char *const kinds[] = {
        [JPK_EXAMPLE_NONE] = "",
        [JPK_EXAMPLE_TEXT] = "a file",
        [JPK_EXAMPLE_FILE] = "the file of the recipe of sync-shop_orders-to-erp_orders",
        [JPK_EXAMPLE_RECIPE] = "keys of a recipe",
        [JPK_EXAMPLE_STEPS] = "steps of a recipe",
        [JPK_EXAMPLE_PROPERTIES] = "properties of a step",
        [JPK_EXAMPLE_CONFIGURE] = "keys of a configure file",
        [JPK_EXAMPLE_WORDS] = "",
    };
    if (example == JPK_EXAMPLE_CONFIGURE && strstr(text, "\"RECIPE\""))
        return "keys of a configure file (RECIPE: the checksum of the recipe)";
    return kinds[example];
}

/* Whether it could be: with a mistake in it, or a key twice, an example must stay as it is. */
static bool put_pretty(struct buf *out, const char *open, const char *text, const char *close)
{
    struct buf whole = {0};
    const struct jdoc_options once = {.reject_duplicates = true};
    struct jpk_error err = {0};
    buf_printf(&whole, "%s%s%s", open, text, close);
    json_t *value = json_read(buf_text(&whole), whole.size, &once, &err);
    bool ok = json_put(out, value, JSON_INDENT(2));
    out->failed = out->failed || whole.failed || err.code == JPK_ERR_MEMORY || (value && !ok);
    json_decref(value);
    buf_free(&whole);
    return ok;
}

enum rules_form rules_example(struct buf *out, enum jpk_example example, const char *text)
{
    bool list = example == JPK_EXAMPLE_STEPS || example == JPK_EXAMPLE_PROPERTIES;
    bool members = example == JPK_EXAMPLE_RECIPE || example == JPK_EXAMPLE_CONFIGURE;
    if ((list && put_pretty(out, "[", text, "]")) || (members && put_pretty(out, "{", text, "}")))
        return RULES_JSON;
    buf_puts(out, text);
    return example == JPK_EXAMPLE_WORDS ? RULES_WORDS : example == JPK_EXAMPLE_FILE ? RULES_NAME : RULES_CODE;
}

size_t rules_kind(const struct jpk_rule *rule, size_t from)
{
    for (; from < HYGIENE_RULES; from++) {
        enum rule kind = rule_of_hygiene((enum hygiene_rule)from);
        if (kind < RULE_COUNT && rule_row((int)kind) == rule)
            break;
    }
    return from;
}

/* Quoted, for some readers of YAML take the word off for false. */
void rules_put_off(struct buf *out, const char *id, const char *indent)
{
    buf_printf(out, "%srules:\n%s  %s: \"off\"\n", indent, indent, id);
}

void rules_put_exemption(struct buf *out, const char *id, const char *indent)
{
    buf_printf(out,
               "%sexemptions:\n"
               "%s  - rule: %s\n"
               "%s    path: /orders/\n"
               "%s    reason: why that is right here, for whoever reads it later\n",
               indent, indent, id, indent, indent);
}
