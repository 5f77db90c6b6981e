#include "migrate/compare.h"

#include "jpk/convert.h"
#include "recipe/slot_lookup.h"

bool compare_as_cloud(struct source *source, const struct jpk_limits *limits, struct jpk_error *err)
{
    struct jpk_conversion *conversion = NULL;
    struct slot_lookup *lookup = slot_lookup_make(source->project, source->graph, err);
    struct jpk_convert_options how = {.slot = slot_lookup_variable, .slot_context = lookup};
    if (lookup)
        conversion = jpk_convert_to_cloud(source->project, source->graph, &how, err);
    if (conversion)
        source->cloud = jpk_cloud_load(conversion->text, conversion->size, source->name, limits, err);
    jpk_conversion_free(conversion);
    slot_lookup_free(lookup);
    return source->cloud != NULL;
}

bool compare_paths(const char *a, const char *b, const struct jpk_limits *limits, size_t *differences,
                   struct jpk_error *err)
{
    struct source sources[2] = {{0}, {0}};
    const char *paths[2] = {a, b};
    struct jpk_diff *diff = NULL;
    bool ok = true;
    for (int i = 0; i < 2 && ok; i++)
        ok = source_open(&sources[i], paths[i], limits, err) &&
             (sources[i].cloud || source_load(&sources[i], NULL, JPK_KEEP_GOING, err));
    bool mixed = ok && !sources[0].cloud != !sources[1].cloud;
    for (int i = 0; i < 2 && ok && mixed; i++)
        ok = sources[i].cloud || compare_as_cloud(&sources[i], limits, err);
    if (ok)
        diff = sources[0].cloud ? jpk_diff_clouds(sources[0].cloud, sources[1].cloud, NULL, err)
                                : jpk_diff_projects(sources[0].project, sources[1].project, NULL, err);
    if (diff)
        *differences = diff->change_count;
    jpk_diff_free(diff);
    source_close(&sources[0]);
    source_close(&sources[1]);
    return diff != NULL;
}
