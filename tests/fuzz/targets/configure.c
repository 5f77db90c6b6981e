/* A recipe and its configure file: whether it is filled in, and that no secret is ever told. */
#include "jpk/validate.h"
#include "recipe/configure_check.h"
#include "tests/fuzz/fuzz.h"

FUZZ_MUTATOR(fuzz_mutate);

#define SECRET "a-secret-of-nobody-4711"

/* Every other variable is set. */
static const char *environment(const char *name)
{
    return strlen(name) % 2 ? SECRET : NULL;
}

static void check_problems(const struct configure_problem *problems, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fuzz_words("the message of a problem", problems[i].message);
        HOLDS(!strstr(problems[i].message, SECRET), "a secret is told: %s", problems[i].message);
        HOLDS(problems[i].property, "a problem without a property");
        HOLDS((problems[i].line == 0) == (problems[i].column == 0), "line %u", problems[i].line);
    }
}

static bool has_error(const struct configure_problem *problems, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (problems[i].severity == JPK_ERROR)
            return true;
    return false;
}

static void check_result(const struct configure_result *result)
{
    bool complete = !has_error(result->problems, result->problem_count);
    check_problems(result->problems, result->problem_count);
    for (size_t i = 0; i < result->step_count; i++) {
        const struct configure_step *step = &result->steps[i];
        check_problems(step->problems, step->problem_count);
        HOLDS(step->id && step->title && step->number > 0, "step %zu", i);
        HOLDS((step->state == CONFIGURE_INCOMPLETE) == has_error(step->problems, step->problem_count),
              "step '%s' is %s with %zu problems", step->id, configure_state_name(step->state), step->problem_count);
        complete = complete && step->state != CONFIGURE_INCOMPLETE;
    }
    HOLDS(complete == result->complete, "%scomplete", result->complete ? "" : "not ");
}

static void validate(const struct configure_input *input)
{
    struct jpk_recipe_input files = {.file = input->recipe_file,
                                     .text = input->recipe,
                                     .size = input->recipe_size,
                                     .configure_file = input->configure_file,
                                     .configure = input->configure,
                                     .configure_size = input->configure_size};
    struct jpk_recipe_validate_options options = {.without = 1u << JPK_TIER_SCHEMA};
    struct jpk_error err = {0};
    struct jpk_findings *findings = jpk_recipe_validate(&files, &options, &err);
    HOLDS(findings, "not validated: %s", err.message);
    fuzz_findings(findings->items, findings->count, NULL);
    jpk_findings_free(findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *recipe, *configure;
    struct configure_input input = {
        .recipe_file = "r-recipe.json", .configure_file = "/nowhere/r-configure.json", .environment = environment};
    struct jpk_error err = {0};
    fuzz_halves(data, size, &recipe, &input.recipe_size, &configure, &input.configure_size);
    input.recipe = recipe;
    input.configure = configure;
    struct configure_result *result = configure_check(&input, &err);
    if (result)
        check_result(result);
    else
        fuzz_error(&err, SIZE_MAX);
    configure_result_free(result);
    validate(&input);
    free(recipe);
    free(configure);
    return 0;
}
