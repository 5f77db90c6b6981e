/* A program outside of the project: built against the installed library, it makes a recipe from bytes in memory. */
#include <jpk/recipe.h>
#include <jpk/structure.h>
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
    size_t size;
    jpk_recipe_metadata(recipe, &size);
    printf("jpk %s: %s, %zu bytes\n", jpk_version(), jpk_recipe_file_stem(recipe), size);
    jpk_recipe_free(recipe);
    return 0;
}
