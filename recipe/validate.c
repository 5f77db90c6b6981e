#include "recipe/validate.h"

#include <string.h>

#include "base/text.h"
#include "recipe/check.h"
#include "recipe/check_project.h"

/* --------------------------------------------------------------------------------------------------------- json */

static enum rule rule_of_error(enum jpk_code code)
{
    return code == JPK_ERR_ENCODING ? RULE_JSON_ENCODING : code == JPK_ERR_LIMIT ? RULE_JSON_LIMIT : RULE_JSON_SYNTAX;
}

static void report_error(struct validation *v, const struct source *source, const struct jpk_error *error)
{
    int rule = (int)rule_of_error(error->code);
    struct jpk_finding finding = {
        .file = source->file, .line = error->line, .column = error->column, .path = "", .message = error->message};
    validation_add(v, rule, &finding);
}

void validate_duplicates(struct validation *v, const struct source *source)
{
    const struct jdoc *doc = source->doc;
    for (uint32_t i = 0; i < doc->duplicate_count; i++) {
        uint32_t key = doc->duplicates[i].again;
        struct jtext name = jtext_of(doc, key);
        validation_report(v, source, RULE_JSON_DUPLICATE_KEY, key, "the key '%s' is there twice in this object",
                          show(name).s);
    }
}

static void report_nul(struct validation *v, const struct source *source)
{
    const struct jdoc *doc = source->doc;
    if (!doc->decoded.size || !memchr(doc->decoded.data, '\0', doc->decoded.size))
        return;
    for (uint32_t node = 0; node < doc->count; node++) {
        bool escaped = doc->nodes[node].type == JDOC_STRING && (doc->nodes[node].flags & JDOC_ESCAPED);
        if (escaped && memchr(jdoc_string(doc, node), '\0', jdoc_string_size(doc, node)))
            validation_report(v, source, RULE_JSON_NUL, node, "the text holds the character NUL");
    }
}

bool validate_json(struct validation *v, struct source *source, const char *text, size_t n, struct jpk_error *err)
{
    struct jpk_error error = {0};
    if (!jdoc_parse(source->doc, text, n, NULL, &error)) {
        if (error.code == JPK_ERR_MEMORY)
            return error_memory(err);
        report_error(v, source, &error);
        return false;
    }
    validate_duplicates(v, source);
    report_nul(v, source);
    return true;
}

/* -------------------------------------------------------------------------------------------------------- recipe */

bool validate_documents(struct validation *v, struct source *recipe, struct source *configure,
                        const struct validate_project *project, struct jpk_error *err)
{
    static void (*const parts[])(struct check *) = {check_head, check_steps, check_properties, check_visibility};
    struct check check;
    bool ok = check_begin(&check, v, recipe, recipe->doc->text, recipe->doc->size);
    for (size_t i = 0; ok && i < sizeof parts / sizeof parts[0]; i++) {
        parts[i](&check);
        ok = !check.failed;
    }
    if (ok && configure)
        check_configure(&check, configure);
    if (ok && project)
        check_project(&check, project);
    ok = ok && !check.failed;
    check_end(&check);
    validation_settle(v, recipe);
    if (configure)
        validation_settle(v, configure);
    return (ok && !v->failed) || error_memory(err);
}

bool validate_recipe(struct validation *v, const char *file, const char *text, size_t n, const char *configure_file,
                     const char *configure, size_t configure_n, const struct validate_project *project,
                     struct jpk_error *err)
{
    struct jdoc recipe_doc = {0}, configure_doc = {0};
    struct source recipe = {.file = file, .doc = &recipe_doc}, form = {.file = configure_file, .doc = &configure_doc};
    struct jpk_error error = {0};
    bool there = validate_json(v, &recipe, text, n, &error);
    bool form_there = configure && validate_json(v, &form, configure, configure_n, &error);
    bool ok = error.code == JPK_OK;
    if (ok && there)
        ok = validate_documents(v, &recipe, form_there ? &form : NULL, project, &error);
    if (there)
        validation_settle(v, &recipe);
    if (form_there)
        validation_settle(v, &form);
    jdoc_free(&recipe_doc);
    jdoc_free(&configure_doc);
    return (ok && !v->failed) || error_memory(err);
}
