/* What a recipe says about itself: name, version, verb, description, its Jitterpak, and the names of its files. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "jpk/secret_text.h"
#include "recipe/check.h"
#include "recipe/plan.h"

/* ------------------------------------------------------------------------------------------------------ version */

/* One of the parts between dots behind `-` or `+`; numbers before `+` have no leading zero. */
static bool identifier(const char *s, size_t n, bool numbers)
{
    size_t digits = 0;
    for (size_t i = 0; i < n; i++) {
        char c = text_lower(s[i]);
        digits += c >= '0' && c <= '9';
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && c != '-')
            return false;
    }
    return n > 0 && !(numbers && digits == n && n > 1 && s[0] == '0');
}

static bool identifiers(const char *s, size_t n, bool numbers, size_t least, size_t most)
{
    size_t count = 0;
    for (const char *end = s + n;; s++) {
        const char *dot = memchr(s, '.', (size_t)(end - s));
        const char *stop = dot ? dot : end;
        count++;
        if (!identifier(s, (size_t)(stop - s), numbers))
            return false;
        if (!dot)
            return count >= least && count <= most;
        s = dot;
    }
}

/* Semantic Versioning 2.0.0. */
static bool semantic(struct jtext version)
{
    const char *s = version.s, *end = s + version.n;
    const char *plus = memchr(s, '+', version.n), *stop = plus ? plus : end;
    const char *minus = memchr(s, '-', (size_t)(stop - s)), *core = minus ? minus : stop;
    for (const char *p = s; p < core; p++)
        if (*p != '.' && (*p < '0' || *p > '9'))
            return false;
    return identifiers(s, (size_t)(core - s), true, 3, 3) &&
           (!minus || identifiers(minus + 1, (size_t)(stop - minus - 1), true, 1, SIZE_MAX)) &&
           (!plus || identifiers(plus + 1, (size_t)(end - plus - 1), false, 1, SIZE_MAX));
}

/* --------------------------------------------------------------------------------------------------------- verbs */

static const struct {
    const char *verb, *stem; /* with which all forms of it begin */
    bool source, target;     /* which endpoints it needs */
} verbs[] = {
    {"Extract", "extract", true, false}, {"Migrate", "migrat", true, true}, {"Sync", "sync", true, true},
    {"Insert", "insert", false, true},   {"Update", "updat", false, true},  {"Upsert", "upsert", false, true},
};

enum { VERBS = sizeof verbs / sizeof verbs[0] };

const char *check_verb_name(size_t number)
{
    return number < VERBS ? verbs[number].verb : NULL;
}

/* The place of a verb in the table, or VERBS. */
static size_t verb_of(struct jtext verb)
{
    size_t i = 0;
    while (i < VERBS && !jtext_is(verb, verbs[i].verb))
        i++;
    return i;
}

/* The verb that a description begins with, in any form; VERBS when with none. */
static size_t first_verb(struct jtext description)
{
    while (description.n > 0 && (unsigned char)description.s[0] <= ' ') {
        description.s++;
        description.n--;
    }
    for (size_t i = 0; i < VERBS; i++) {
        size_t n = strlen(verbs[i].stem), same = 0;
        while (same < n && same < description.n && text_lower(description.s[same]) == verbs[i].stem[same])
            same++;
        if (same == n)
            return i;
    }
    return VERBS;
}

static bool role_known(struct jtext role)
{
    return jtext_is(role, "both") || jtext_is(role, "source") || jtext_is(role, "target");
}

static void check_verb(struct check *check)
{
    const struct recipe_model *recipe = &check->recipe;
    size_t verb = verb_of(recipe->verb), first = first_verb(recipe->description);
    bool source = false, target = false, known = true;
    if (verb == VERBS)
        return;
    if (recipe->description.n > 0 && first != verb) {
        check_report(check, RULE_VERB_DESCRIPTION, recipe->description.node,
                     "the description does not begin with the verb '%s'", verbs[verb].verb);
        if (first < VERBS)
            validation_hint(check->v, "the verb that it begins with is '%s'", verbs[first].verb);
    }
    for (size_t i = 0; i < recipe->endpoint_count; i++) {
        bool both = jtext_is(recipe->endpoints[i].role, "both");
        source = source || both || jtext_is(recipe->endpoints[i].role, "source");
        target = target || both || jtext_is(recipe->endpoints[i].role, "target");
        known = known && role_known(recipe->endpoints[i].role);
    }
    if (recipe->endpoint_count > 0 && known && ((verbs[verb].source && !source) || (verbs[verb].target && !target)))
        check_report(check, RULE_VERB_ENDPOINTS, recipe->verb.node, "the verb '%s' needs a %s, but no endpoint is one",
                     verbs[verb].verb, verbs[verb].source && !source ? "source" : "target");
}

/* ------------------------------------------------------------------------------------------------------ the files */

void check_hint_file(struct check *check, const struct buf *stem, const char *suffix)
{
    struct jtext project = check->recipe.project_name;
    struct buf masked = {0};
    if (!secret_text_mask(&masked, project.s, project.n) && !masked.failed)
        validation_hint(check->v, "its name would be %s%s", buf_text(stem), suffix);
    check->failed = check->failed || masked.failed;
    buf_free(&masked);
}

static void check_file_name(struct check *check)
{
    static const char suffix[] = "-recipe.json";
    const struct recipe_model *recipe = &check->recipe;
    const char *file = check->source->file ? check->source->file : "";
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    struct buf stem = {0};
    if (!text_ends_with(name, ".json"))
        return; /* not a file: what was read from standard input */
    if (!text_ends_with(name, suffix)) {
        check_report(check, RULE_FILE_NAME_FORM, 0, "the name of this recipe's file does not end in %s", suffix);
        return;
    }
    if (!jtext_there(recipe->project_name))
        return;
    put_file_stem(&stem, recipe->project_name.s, recipe->project_name.n);
    size_t n = strlen(name) - strlen(suffix);
    if (stem.size != n || strncasecmp(buf_text(&stem), name, n) != 0) {
        check_report(check, RULE_RECIPE_FILE_NAME, recipe->project_name.node,
                     "the file is not named after the project '%s'", show(recipe->project_name).s);
        check_hint_file(check, &stem, suffix);
    }
    check->failed = check->failed || stem.failed;
    buf_free(&stem);
}

static void check_jitterpak(struct check *check)
{
    const struct recipe_model *recipe = &check->recipe;
    static const char suffix[] = ".jpk";
    uint32_t n = recipe->file.n;
    if (recipe->jitterpak == JDOC_NONE)
        return;
    if (!jtext_there(recipe->file) || !jtext_there(recipe->sha256))
        check_report(check, RULE_JITTERPAK_UNNAMED, recipe->jitterpak, "the recipe does not give its Jitterpak's %s",
                     jtext_there(recipe->sha256) ? "file"
                     : jtext_there(recipe->file) ? "checksum"
                                                 : "file and checksum");
    if (n > 0 && (n <= strlen(suffix) || strncasecmp(recipe->file.s + n - strlen(suffix), suffix, strlen(suffix)) != 0))
        check_report(check, RULE_JITTERPAK_FILE_NAME, recipe->file.node, "the file '%s' does not end in %s",
                     show(recipe->file).s, suffix);
}

/* Whether a key is there, but is no text: that is the schema's business. */
static bool has_other_type(const struct check *check, const char *key, struct jtext text)
{
    return !jtext_there(text) && jdoc_get(check->source->doc, 0, key, strlen(key)) != JDOC_NONE;
}

void check_head(struct check *check)
{
    const struct recipe_model *recipe = &check->recipe;
    if (jtext_there(recipe->version) && !semantic(recipe->version))
        check_report(check, RULE_VERSION_FORM, recipe->version.node, "'%s' is not a semantic version such as 1.0.0",
                     show(recipe->version).s);
    if (recipe->author.n == 0 && !has_other_type(check, "author", recipe->author))
        check_report(check, RULE_AUTHOR_MISSING, jtext_there(recipe->author) ? recipe->author.node : 0,
                     "the recipe does not name its author");
    if (recipe->description.n == 0 && !has_other_type(check, "description", recipe->description))
        check_report(check, RULE_DESCRIPTION_MISSING, jtext_there(recipe->description) ? recipe->description.node : 0,
                     "the recipe has no description");
    check_verb(check);
    check_jitterpak(check);
    check_file_name(check);
}
