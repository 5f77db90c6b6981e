#include "jpk/asset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpk/packed.h"

static bool add_property(json_t *list, const char *key, const char *value)
{
    json_t *property = json_pack("{s:s, s:s}", "key", key, "value", value);
    return property && json_array_append_new(list, property) == 0;
}

static json_t *make_properties(const struct jpk_file *file, size_t packed)
{
    char size[24];
    json_t *list = json_array();
    snprintf(size, sizeof size, "%zu", packed);
    bool ok = list && add_property(list, "IsTopLevel", file->top_level ? "1" : "0") &&
              add_property(list, "TargetNamespace", file->namespace_) && add_property(list, "SchemaType", file->kind) &&
              (!*file->roots || add_property(list, "PossibleRootNodes", file->roots)) &&
              add_property(list, "FileSize", size);
    if (ok)
        return list;
    json_decref(list);
    return NULL;
}

json_t *asset_make(const struct jpk_file *file, const void *content, size_t n, struct jpk_error *err)
{
    struct buf text = {0};
    json_t *asset = NULL;
    if (packed_encode(content, n, &text, err)) {
        json_t *properties = make_properties(file, text.size);
        asset = properties ? json_pack("{s:s, s:s, s:o, s:s}", "path", file->name, "type", "xml", "properties",
                                       properties, "compressedContent", buf_text(&text))
                           : NULL;
        if (!asset)
            error_memory(err);
    }
    buf_free(&text);
    return asset;
}

json_t *asset_from_file(const struct jpk_project *project, const struct jpk_file *file, struct jpk_error *err)
{
    void *data = NULL;
    size_t size = 0;
    if (file->entry == SIZE_MAX) {
        error_set(err, JPK_ERR_NOT_FOUND, "the project lists a file %.200s that is not there", file->name);
        return NULL;
    }
    if (!jpk_archive_read(project->archive, file->entry, &data, &size, err))
        return NULL;
    json_t *asset = asset_make(file, data, size, err);
    free(data);
    return asset;
}

const char *asset_path(const json_t *asset)
{
    const char *path = json_string_value(json_object_get(asset, "path"));
    return path ? path : "";
}

const char *asset_property(const json_t *asset, const char *key)
{
    size_t i;
    json_t *property;
    json_array_foreach(json_object_get(asset, "properties"), i, property)
    {
        const char *name = json_string_value(json_object_get(property, "key"));
        const char *value = json_string_value(json_object_get(property, "value"));
        if (name && value && strcmp(name, key) == 0)
            return value;
    }
    return "";
}

bool asset_content(const json_t *asset, const struct jpk_limits *limits, struct buf *out, struct jpk_error *err)
{
    const json_t *content = json_object_get(asset, "compressedContent");
    struct jpk_error local = {0};
    bool ok = json_is_string(content)
                  ? packed_decode(json_string_value(content), json_string_length(content), limits, out, &local)
                  : error_set(&local, JPK_ERR_FORMAT, "is an asset without compressedContent");
    error_entry(&local, asset_path(asset));
    if (!ok)
        error_pass(err, &local, NULL);
    return ok;
}
