/* A recipe from an uploaded Jitterpak, in memory. */
#include <jpk/recipe.h>
#include <stdio.h>

static int answer(int status, const char *text)
{
    printf("%d\n%s\n", status, text);
    return status == 200 ? 0 : 1;
}

int main(int argc, char **argv)
{
    static char data[1 << 20];
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!file)
        return answer(400, "name a Jitterpak");
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);

    struct jpk_error err = {0};
    struct jpk_recipe_options options = {.file = "upload.jpk"};
    struct jpk_recipe *recipe = jpk_recipe_from_memory(data, size, NULL, &options, &err);
    int status = recipe ? answer(200, jpk_recipe_metadata(recipe, NULL)) : answer(422, err.message);
    jpk_recipe_free(recipe);
    return status;
}
