/* A program outside of the project: built against the installed library, it makes and validates a recipe in memory. */
#include <jpk/recipe.h>
#include <jpk/structure.h>
#include <jpk/validate.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    static char data[1 << 20];
    struct jpk_error err = {0};
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!file)
        return 2;
    size_t n = fread(data, 1, sizeof data, file);
    fclose(file);
    struct jpk_recipe_options options = {.file = "upload.jpk"};
    struct jpk_recipe *recipe = jpk_recipe_from_memory(data, n, NULL, &options, &err);
    if (!recipe) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    struct jpk_recipe_input input = {.file = "upload-recipe.json"};
    input.text = jpk_recipe_metadata(recipe, &input.size);
    struct jpk_findings *findings = jpk_recipe_validate(&input, NULL, &err);
    if (!findings) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    printf("jpk %s: %s, %zu bytes, %zu findings\n", jpk_version(), jpk_recipe_file_stem(recipe), input.size,
           findings->count);
    jpk_findings_free(findings);
    jpk_recipe_free(recipe);
    return 0;
}
