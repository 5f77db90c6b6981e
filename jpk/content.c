#include "jpk/content.h"

#include <string.h>

#include "jpk/archive.h"
#include "jpk/cloud_diff.h"
#include "jpk/model.h"
#include "jpk/properties.h"
#include "jpk/xml_scan.h"

/* ------------------------------------------------------------------------------------------------- Design Studio */

/* The first value of a tag, from `from` on, that changes without anybody's doing. */
static bool next_noise(const struct xml_scanner *scanner, const struct xml_tag *tag, size_t from, size_t *start,
                       size_t *end)
{
    const char *element, *name;
    size_t value, behind;
    *start = SIZE_MAX;
    for (size_t i = 0; (name = diff_noise(i, &element)); i++)
        if ((!element || xml_tag_is(tag, element)) && xml_tag_attribute(scanner, tag, name, &value, &behind) &&
            value >= from && value < *start) {
            *start = value;
            *end = behind;
        }
    return *start != SIZE_MAX;
}

bool content_entity(const struct jpk_project *project, const struct jpk_entity *entity, struct buf *out,
                    struct jpk_error *err)
{
    size_t entry = entity->file ? jpk_archive_find(project->archive, entity->file) : SIZE_MAX, at = 0, start, end;
    struct buf xml = {0};
    struct xml_tag tag;
    bool ok = entry == SIZE_MAX || archive_read(project->archive, entry, &xml, err);
    struct xml_scanner scanner = xml_scan(buf_text(&xml), xml.size);
    while (ok && xml_scan_next(&scanner, &tag))
        while (tag.opens && next_noise(&scanner, &tag, at, &start, &end)) {
            buf_put(out, buf_text(&xml) + at, start - at);
            at = end;
        }
    if (ok)
        buf_put(out, buf_text(&xml) + at, xml.size - at);
    buf_free(&xml);
    return ok;
}

void content_properties(const struct jpk_project *project, enum jpk_properties_file file, struct buf *out)
{
    const struct properties *properties = &((const struct project *)project)->properties[file];
    for (size_t i = 0; i < properties->count; i++)
        if (!properties_noisy(properties->items[i].key))
            properties_put(out, properties->items[i].key, properties->items[i].value);
}

/* -------------------------------------------------------------------------------------------------- Cloud Studio */

static void put_value(struct buf *out, const struct jdoc *doc, uint32_t node, enum cloud_shape shape, bool root);

static void put_array(struct buf *out, const struct jdoc *doc, uint32_t array, enum cloud_shape shape, bool strays)
{
    buf_putc(out, '[');
    for (uint32_t at = array + 1; at < jdoc_next(doc, array); at = jdoc_next(doc, at))
        if (!strays || jdoc_type(doc, at) != JDOC_OBJECT)
            put_value(out, doc, at, shape, false);
    buf_putc(out, ']');
}

/* What stands for itself, such as components, is left out, but not what is none where one should be. */
static void put_member(struct buf *out, const struct jdoc *doc, uint32_t key, enum cloud_shape shape,
                       struct cloud_diff_row row)
{
    bool elsewhere = row.part == PART_ELSEWHERE && row.type >= JDOC_ARRAY && jdoc_type(doc, key + 1) == row.type;
    if (elsewhere && row.type == JDOC_OBJECT)
        return;
    cloud_put_string(out, jdoc_string(doc, key), jdoc_string_size(doc, key));
    buf_putc(out, ':');
    if (elsewhere)
        put_array(out, doc, key + 1, shape, true);
    else
        put_value(out, doc, key + 1, shape, false);
}

static void put_object(struct buf *out, const struct jdoc *doc, uint32_t object, enum cloud_shape shape, bool root)
{
    buf_putc(out, '{');
    for (uint32_t key = object + 1; key < jdoc_next(doc, object); key = jdoc_next(doc, key + 1)) {
        struct cloud_diff_row row = cloud_diff_row_of(shape, root, jdoc_string(doc, key), jdoc_string_size(doc, key));
        if (row.part != PART_LEFT_OUT && !jdoc_shadowed(doc, key))
            put_member(out, doc, key, cloud_member_shape(doc, object, shape, key), row);
    }
    buf_putc(out, '}');
}

/* Recursion is bounded by the depth that the reader of JSON allows for exports. */
static void put_value(struct buf *out, const struct jdoc *doc, uint32_t node, enum cloud_shape shape, bool root)
{
    switch (jdoc_type(doc, node)) {
    case JDOC_OBJECT:
        put_object(out, doc, node, shape, root);
        break;
    case JDOC_ARRAY:
        put_array(out, doc, node, shape, false);
        break;
    default:
        cloud_put(out, doc, node, SHAPE_ANY, true);
        buf_putc(out, ',');
    }
}

void content_project(const struct jpk_cloud *cloud, struct buf *out)
{
    enum cloud_shape shape = cloud_shape_of_export(cloud);
    if (cloud->form != JPK_CLOUD_COMPONENTS)
        put_value(out, cloud->doc, 0, shape, cloud->form == JPK_CLOUD_PROJECT);
    if (cloud->form == JPK_CLOUD_EXPORT)
        put_value(out, cloud->doc, cloud->project, SHAPE_PROJECT, true);
}

void content_component(const struct jpk_cloud *cloud, const struct jpk_cloud_component *component, struct buf *out)
{
    put_value(out, cloud->doc, component->node, cloud_shape_of_component(component->number), true);
}

void content_workflow(const struct jpk_cloud *cloud, const struct jpk_cloud_workflow *workflow, struct buf *out)
{
    put_value(out, cloud->doc, workflow->node, SHAPE_WORKFLOW, true);
}

void content_asset(const struct jpk_cloud *cloud, const struct jpk_cloud_asset *asset, struct buf *out)
{
    put_value(out, cloud->doc, asset->node, SHAPE_ASSET, false);
}
