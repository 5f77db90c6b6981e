#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "recipe/hygiene_rules.h"
#include "tools/commands.h"
#include "tools/message.h"
#include "tools/rules_page.h"

static const struct option options[] = {
    {"tier", 0, OPTION_CHOICE, offsetof(struct settings, rules.tier),
     "json|schema|recipe|project|jitterpak|repository|hygiene", "the rules of one tier"},
    {"profile", 0, OPTION_CHOICE, offsetof(struct settings, rules.profile), "standard|strict",
     "the severities of one profile, without the rules that are off in it"},
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json|markdown", "how to print (text)"},
    {0},
};

/* ------------------------------------------------------------------------------------------------------- choosing */

static int index_of(const char *name, const char *(*name_of)(int), int count)
{
    for (int i = 0; name && i < count; i++)
        if (strcmp(name, name_of(i)) == 0)
            return i;
    return -1;
}

static const char *tier_name(int tier)
{
    return jpk_tier_name((enum jpk_tier)tier);
}

static const char *profile_name(int profile)
{
    return jpk_profile_name((enum jpk_profile)profile);
}

/* By its id, or that of a kind of find which comes under it. */
static const struct jpk_rule *find_rule(const char *id)
{
    enum rule rule = rule_of_hygiene(hygiene_rule_by_id(id));
    return rule < RULE_COUNT ? rule_row((int)rule) : jpk_recipe_rule(id);
}

static int unknown_rule(const char *id)
{
    enum { FARTHEST = 4 };
    size_t count, least = FARTHEST;
    const struct jpk_rule *rules = jpk_recipe_rules(&count), *nearest = NULL;
    char shown[80];
    for (size_t i = 0; i < count; i++) {
        size_t distance = text_distance(id, rules[i].id, least);
        if (distance < least) {
            nearest = &rules[i];
            least = distance;
        }
    }
    text_printable(shown, sizeof shown, id);
    if (nearest)
        fprintf(stderr, "jpk: there is no rule '%s'; did you mean '%s'?\n", shown, nearest->id);
    else
        fprintf(stderr, "jpk: there is no rule '%s'; 'jpk recipe rules' lists them\n", shown);
    return 2;
}

static void choose(struct rules_view *view)
{
    size_t count;
    const struct jpk_rule *rules = jpk_recipe_rules(&count);
    for (size_t i = 0; i < count; i++) {
        bool wanted = view->tier < 0 || (int)rules[i].tier == view->tier;
        bool on = view->profile < 0 || rules[i].severity[view->profile] != JPK_RULE_OFF;
        if (wanted && on)
            view->rules[view->count++] = &rules[i];
    }
}

/* ----------------------------------------------------------------------------------------------------------- JSON */

static json_t *kinds_json(const struct jpk_rule *rule)
{
    json_t *kinds = json_array();
    for (size_t kind = rules_kind(rule, 0); kinds && kind < HYGIENE_RULES; kind = rules_kind(rule, kind + 1)) {
        const struct hygiene_rule_info *info = hygiene_rule_info((enum hygiene_rule)kind);
        if (json_array_append_new(kinds, json_pack("{s:s, s:s}", "id", info->id, "finds", info->what)) != 0) {
            json_decref(kinds);
            kinds = NULL;
        }
    }
    return kinds;
}

static json_t *severities_json(const struct rules_view *view, const struct jpk_rule *rule)
{
    json_t *severities = json_object();
    bool ok = severities;
    for (int profile = 0; ok && profile < JPK_PROFILES; profile++)
        if (rules_shown(view, profile))
            ok = json_object_set_new(severities, profile_name(profile),
                                     json_string(rules_severity(rule, (enum jpk_profile)profile))) == 0;
    if (!ok)
        json_decref(severities);
    return ok ? severities : NULL;
}

static json_t *rule_json(const struct rules_view *view, const struct jpk_rule *rule)
{
    static const char *const kinds[] = {"none", "text", "file", "recipe", "steps", "properties", "configure", "words"};
    json_t *object =
        json_pack("{s:s, s:s, s:o, s:b, s:s, s:s}", "id", rule->id, "tier", jpk_tier_name(rule->tier), "severities",
                  severities_json(view, rule), "inSchema", rule->in_schema, "finds", rule->summary, "why", rule->why);
    bool ok = object;
    if (ok && rule->example != JPK_EXAMPLE_NONE)
        ok = json_object_set_new(
                 object, "example",
                 json_pack("{s:s, s:s, s:s}", "of", kinds[rule->example], "bad", rule->bad, "good", rule->good)) == 0;
    if (ok && rules_kind(rule, 0) < HYGIENE_RULES)
        ok = json_object_set_new(object, "kinds", kinds_json(rule)) == 0;
    if (!ok)
        json_decref(object);
    return ok ? object : NULL;
}

static int print_json(const struct rules_view *view)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < view->count; i++) {
        if (json_array_append_new(list, rule_json(view, view->rules[i])) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return message_json(list);
}

/* -------------------------------------------------------------------------------------------------------- printing */

static int print(const struct settings *settings, const struct rules_view *view)
{
    struct buf out = {0};
    if (message_as_json(settings))
        return print_json(view);
    if (settings->format && strcmp(settings->format, "markdown") == 0)
        rules_markdown(&out, view);
    else
        rules_text(&out, view);
    return message_buf(&out);
}

static int run(const struct settings *settings, int count, char **arguments)
{
    size_t total;
    jpk_recipe_rules(&total);
    struct rules_view view = {
        .rules = calloc(total, sizeof(const struct jpk_rule *)),
        .tier = index_of(settings->rules.tier, tier_name, JPK_TIERS),
        .profile = index_of(settings->rules.profile, profile_name, JPK_PROFILES),
        .one = count == 1,
    };
    if (!view.rules)
        return message_memory();
    const struct jpk_rule *rule = view.one ? find_rule(arguments[0]) : NULL;
    int status = 0;
    if (view.one && !rule)
        status = unknown_rule(arguments[0]);
    else if (rule)
        view.rules[view.count++] = rule;
    else
        choose(&view);
    if (status == 0)
        status = print(settings, &view);
    free(view.rules);
    return status;
}

static const struct option *const groups[] = {options, common_options, NULL};

const struct command recipe_rules_command = {
    .name = "recipe rules",
    .arguments = "[RULE]",
    .summary = "List the rules of 'jpk recipe validate', or explain one with examples.",
    .details = "RULE is the id that stands in brackets behind a finding. --format markdown prints the manual.",
    .groups = groups,
    .least = 0,
    .most = 1,
    .reach = {.everything = true},
    .run = run,
};
