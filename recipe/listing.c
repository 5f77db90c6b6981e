#include "recipe/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/text.h"
#include "base/walk.h"
#include "recipe/recipe_read.h"

/* ------------------------------------------------------------------------------------------------------- reading */

static const char *copy(struct arena *arena, struct jtext text)
{
    char *made = jtext_copy(arena, text);
    for (uint32_t i = 0; made && i < text.n; i++)
        if (made[i] == '\0')
            made[i] = '?';
    return made;
}

/* The texts of an array, ended by NULL; what is no text is passed over. NULL: no memory. */
static const char **copy_array(struct arena *arena, const struct jdoc *doc, uint32_t array)
{
    size_t count = 0, most = array == JDOC_NONE ? 0 : jdoc_count(doc, array);
    const char **texts = arena_calloc(arena, most + 1, sizeof *texts);
    for (uint32_t item = array + 1; texts && most > 0 && item < jdoc_next(doc, array); item = jdoc_next(doc, item)) {
        struct jtext text = jtext_of(doc, item);
        if (jtext_there(text) && !(texts[count++] = copy(arena, text)))
            return NULL;
    }
    return texts;
}

static const struct listed_endpoint *copy_endpoints(struct arena *arena, const struct recipe_model *model)
{
    struct listed_endpoint *endpoints = arena_calloc(arena, model->endpoint_count + 1, sizeof *endpoints);
    for (size_t i = 0; endpoints && i < model->endpoint_count; i++) {
        const struct recipe_endpoint *from = &model->endpoints[i];
        endpoints[i] = (struct listed_endpoint){copy(arena, from->id), copy(arena, from->name), copy(arena, from->role),
                                                copy(arena, from->connector)};
        if (!endpoints[i].id || !endpoints[i].name || !endpoints[i].role || !endpoints[i].connector)
            return NULL;
    }
    return endpoints;
}

static bool copy_texts(struct listed *item, struct arena *arena, const struct recipe_model *model)
{
    const struct {
        const char **to;
        struct jtext from;
    } texts[] = {
        {&item->name, model->name},
        {&item->version, model->version},
        {&item->author, model->author},
        {&item->description, model->description},
        {&item->verb, model->verb},
        {&item->jitterpak.file, model->file},
        {&item->jitterpak.sha256, model->sha256},
        {&item->jitterpak.project_id, model->project_id},
        {&item->jitterpak.project_name, model->project_name},
        {&item->jitterpak.created, model->created_at},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!(*texts[i].to = copy(arena, texts[i].from)))
            return false;
    return true;
}

static bool add_recipe(struct listing *listing, const char *path, const struct recipe_model *model)
{
    struct arena *arena = &listing->arena;
    struct listed *items = array_grow(listing->items, listing->count, &listing->capacity, sizeof *items);
    if (!items)
        return false;
    listing->items = items;
    struct listed item = {
        .path = arena_strdup(arena, path),
        .categories = copy_array(arena, model->doc, model->categories),
        .keywords = copy_array(arena, model->doc, model->keywords),
        .endpoints = copy_endpoints(arena, model),
        .endpoint_count = model->endpoint_count,
    };
    if (!item.path || !item.categories || !item.keywords || !item.endpoints || !copy_texts(&item, arena, model))
        return false;
    items[listing->count++] = item;
    return true;
}

static bool add_error(struct listing *listing, const struct jpk_error *error, struct jpk_error *err)
{
    struct jpk_error *errors =
        array_grow(listing->errors, listing->error_count, &listing->error_capacity, sizeof *errors);
    if (errors)
        listing->errors = errors;
    if (error->code == JPK_ERR_MEMORY || !errors)
        return error_memory(err);
    errors[listing->error_count++] = *error;
    return true;
}

/* Whether the recipe of a file is there already, under whatever name it was met; false: no memory. */
static bool note_place(struct listing *listing, const char *path, bool *known)
{
    char *real = realpath(path, NULL);
    const char *place = arena_strdup(&listing->arena, real ? real : path);
    uint32_t old = MAP_NONE;
    bool ok = (real || errno != ENOMEM) && place && map_add(&listing->places, place, strlen(place), 1, &old);
    *known = old != MAP_NONE;
    free(real);
    return ok;
}

/* `named`: somebody asked for this file. */
static bool add_document(struct listing *listing, const char *path, const struct jdoc *doc, bool named,
                         struct jpk_error *error)
{
    struct arena arena = {0};
    struct recipe_model model;
    enum document_kind kind = document_kind(doc);
    if (kind == DOCUMENT_OTHER && named)
        return error_set(error, JPK_ERR_FORMAT, "is no recipe: the key recipeFormat is missing");
    if (kind != DOCUMENT_RECIPE)
        return true;
    bool known = false, ok = document_format_known(doc, error) &&
                             (note_place(listing, path, &known) || error_memory(error)) &&
                             (known || recipe_read(&model, doc, &arena, error));
    if (ok && !known) {
        ok = add_recipe(listing, path, &model) || error_memory(error);
        recipe_free(&model);
    }
    arena_free(&arena);
    return ok;
}

static bool add_file(struct listing *listing, const char *path, const struct listing_limits *limits, bool named,
                     struct jpk_error *err)
{
    struct buf text = {0};
    struct jdoc doc = {0};
    struct jpk_error error = {0};
    bool ok = file_read(path, limits->file_size, "--max-file", &text, &error) &&
              jdoc_parse(&doc, buf_text(&text), text.size, &limits->json, &error) &&
              add_document(listing, path, &doc, named, &error);
    jdoc_free(&doc);
    buf_free(&text);
    error_file(&error, path);
    return ok || add_error(listing, &error, err);
}

/* A link to a folder is no loss: what it leads to is met where it is, or belongs to somebody else. */
static bool may_be_recipe(const struct walk_entry *entry)
{
    return entry->kind == WALK_FOLDER || text_ends_with(entry->path, ".json");
}

static bool add_folder(struct listing *listing, const char *path, const struct listing_limits *limits,
                       struct jpk_error *err)
{
    struct jpk_error error = {0};
    struct walk *walk = walk_open(path, NULL, &error);
    struct walk_entry entry;
    bool ok = true;
    while (ok && walk && walk_next(walk, &entry, &error)) {
        if (entry.problem)
            ok = (!may_be_recipe(&entry) && entry.problem->code != JPK_ERR_LIMIT) ||
                 add_error(listing, entry.problem, err);
        else if (entry.kind == WALK_FILE && text_ends_with(entry.path, ".json"))
            ok = add_file(listing, entry.full, limits, false, err);
    }
    if (ok && error.code != JPK_OK)
        ok = add_error(listing, &error, err);
    walk_close(walk);
    return ok;
}

bool listing_add(struct listing *listing, const char *path, const struct listing_limits *limits, struct jpk_error *err)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return add_folder(listing, path, limits, err);
    return add_file(listing, path, limits, true, err);
}

void listing_free(struct listing *listing)
{
    free(listing->items);
    free(listing->errors);
    map_free(&listing->places);
    arena_free(&listing->arena);
    *listing = (struct listing){0};
}
