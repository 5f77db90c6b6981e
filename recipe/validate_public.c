/* jpk_recipe_validate: the tiers of recipe/validate.h one after the other, for what is in memory. */
#include <stdlib.h>
#include <string.h>

#include "jpk/check.h"
#include "jpk/model.h"
#include "jpk/validate.h"
#include "recipe/validate.h"

static const char recipe_schema[] = "urn:jpk:schema:recipe-1";
static const char configure_schema[] = "urn:jpk:schema:configure-1";

/* One of the two texts. */
struct document {
    struct source source;
    struct jdoc doc;
    const char *text;
    size_t size;
    bool there; /* it could be parsed */
};

struct validating {
    const struct jpk_recipe_input *input;
    const struct jpk_recipe_validate_options *options;
    struct validation v;
    struct document recipe, configure;
    struct jpk_error *err;
};

static bool wants(const struct validating *c, enum jpk_tier tier)
{
    return !(c->options->without & 1U << tier);
}

/* A copy that lives as long as the findings, which point to it. */
static const char *keep(struct validating *c, const char *text)
{
    const char *copy = text ? arena_strdup(&c->v.arena, text) : NULL;
    c->v.failed |= text && !copy;
    return copy;
}

static bool set_severities(struct validating *c)
{
    int8_t *severities = arena_alloc(&c->v.arena, (size_t)rule_total());
    if (!severities)
        return error_memory(c->err);
    for (int i = 0; i < rule_total(); i++)
        severities[i] = wants(c, rule_row(i)->tier) ? (int8_t)rule_row(i)->severity[c->options->profile] : JPK_RULE_OFF;
    c->v.severities = severities;
    c->v.profile = c->options->profile;
    return true;
}

/* Tier schema; without a schema that the caller has compiled the project's own, `uri`, is compiled for this call. */
static bool check_schema(struct validating *c, struct document *document, const struct jpk_schema *given,
                         const char *uri)
{
    if (!document->there || !wants(c, JPK_TIER_SCHEMA))
        return true;
    struct jpk_schema *own = given ? NULL : jpk_schema_compile_uri(uri, NULL, c->err);
    if (!given && !own)
        return false;
    bool ours = !given || strcmp(jpk_schema_uri(given), uri) == 0;
    document->source.schema_checked = validate_schema(&c->v, &document->source, given ? given : own, -1) && ours;
    jpk_schema_free(own);
    return true;
}

static bool open_document(struct validating *c, struct document *document, const char *file, const char *text,
                          size_t size)
{
    document->source = (struct source){.file = keep(c, file), .doc = &document->doc};
    document->text = text;
    document->size = size;
    struct jpk_error problem = {0};
    document->there = text && validate_json(&c->v, &document->source, text, size, &problem);
    return problem.code == JPK_OK || error_memory(c->err);
}

static void close_document(struct validating *c, struct document *document)
{
    if (document->text && wants(c, JPK_TIER_HYGIENE))
        validate_hygiene(&c->v, document->source.file, document->text, document->size,
                         document->there ? &document->doc : NULL, NULL);
    if (document->there)
        validation_settle(&c->v, &document->source);
    jdoc_free(&document->doc);
}

static bool check_texts(struct validating *c, const struct validate_project *project)
{
    const struct jpk_recipe_input *input = c->input;
    return open_document(c, &c->recipe, input->file, input->text, input->size) &&
           open_document(c, &c->configure, input->configure_file, input->configure, input->configure_size) &&
           check_schema(c, &c->recipe, c->options->schema, recipe_schema) &&
           check_schema(c, &c->configure, c->options->configure_schema, configure_schema) &&
           (!c->recipe.there || validate_documents(&c->v, &c->recipe.source,
                                                   c->configure.there ? &c->configure.source : NULL, project, c->err));
}

static bool check_jitterpak(struct validating *c, const struct validate_project *project)
{
    static const struct hygiene_options defaults;
    const struct hygiene_options *hygiene = wants(c, JPK_TIER_HYGIENE) ? &defaults : NULL;
    if (wants(c, JPK_TIER_JITTERPAK))
        return validate_jitterpak(&c->v, project, hygiene, c->err);
    if (hygiene)
        validate_entries(&c->v, project, hygiene);
    return true;
}

static bool check_all(struct validating *c)
{
    const struct jpk_recipe_input *input = c->input;
    const struct validate_project project = {.file = keep(c, input->jitterpak_file ? input->jitterpak_file : ""),
                                             .project = input->project,
                                             .graph = input->graph,
                                             .skip_check = true};
    bool ok = check_texts(c, input->project ? &project : NULL);
    if (ok && input->project)
        ok = check_jitterpak(c, &project);
    close_document(c, &c->recipe);
    close_document(c, &c->configure);
    return ok && (!c->v.failed || error_memory(c->err));
}

static bool check_input(const struct jpk_recipe_input *input, const struct jpk_recipe_validate_options *options,
                        struct jpk_error *err)
{
    bool jitterpak = !(options->without & 1U << JPK_TIER_JITTERPAK);
    if (!input->text)
        return error_set(err, JPK_ERR_USAGE, "there is no recipe");
    if (!input->project != !input->graph)
        return error_set(err, JPK_ERR_USAGE, "a project and its graph belong together");
    if ((unsigned)options->profile >= JPK_PROFILES)
        return error_set(err, JPK_ERR_USAGE, "there is no such profile");
    if (input->project && jitterpak && ((const struct project *)input->project)->slim)
        return error_set(err, JPK_ERR_USAGE, "jpk_project_slim was called before the tier jitterpak");
    return true;
}

struct jpk_findings *jpk_recipe_validate(const struct jpk_recipe_input *input,
                                         const struct jpk_recipe_validate_options *options, struct jpk_error *err)
{
    static const struct jpk_recipe_validate_options defaults;
    struct jpk_error problem = {0};
    struct validating c = {.input = input, .options = options ? options : &defaults, .err = &problem};
    struct findings *own = calloc(1, sizeof *own);
    bool ok = own ? check_input(input, c.options, &problem) : error_memory(&problem);
    if (ok && set_severities(&c) && check_all(&c) && validation_finish(&c.v, &problem)) {
        *own = (struct findings){.public = {.items = c.v.findings, .count = c.v.count}, .arena = c.v.arena};
        c.v.arena = (struct arena){0};
        validation_free(&c.v);
        return &own->public;
    }
    error_pass(err, &problem, NULL);
    validation_free(&c.v);
    free(own);
    return NULL;
}
