/*
 * What lies below files/: assets of the export and files of structures, under names that every file system can hold
 * side by side, and what files/.metadata says of them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "base/array.h"
#include "base/json.h"
#include "base/text.h"
#include "jpk/asset.h"
#include "jpk/design.h"
#include "jpk/entry_name.h"
#include "jpk/md5.h"
#include "jpk/xml.h"

/* ----------------------------------------------------------------------------------------------------------- names */

/* As file systems that ignore letter case and normalization see it. */
static const char *fold(struct design *d, const char *name)
{
    char *folded = NULL;
    size_t n = 0;
    const char *kept = text_fold(name, strlen(name), &folded, &n) ? arena_strndup(&d->ledger.arena, folded, n) : NULL;
    d->ledger.failed |= !kept;
    free(folded);
    return kept ? kept : "";
}

static size_t ending(const char *name)
{
    enum { ENDING_MAX = 16 };
    const char *dot = strrchr(name, '.');
    return dot && strlen(dot) <= ENDING_MAX ? strlen(dot) : 0;
}

/* Cut in front of its ending, at a character. */
static const char *shorten(struct design *d, const char *name)
{
    enum { NAME_MAX_BYTES = 200 };
    size_t n = strlen(name), end = ending(name), at = NAME_MAX_BYTES - end;
    if (n <= NAME_MAX_BYTES)
        return name;
    while (at > 0 && ((unsigned char)name[at] & 0xc0) == 0x80)
        at--;
    return design_text(d, "%.*s%s", (int)at, name, name + n - end);
}

const char *design_file_name(struct design *d, const char *wanted, char instead)
{
    struct buf name = {0};
    for (const char *p = wanted; *p;) {
        ucs4_t c;
        int n = u8_strmbtouc(&c, (const uint8_t *)p);
        bool legal = n > 0 && c < 0xfffe && entry_name_character(c) && (c >= 0x80 || !strchr("/\\:*?\"<>|", (int)c));
        if (legal || (n > 0 && c > 0xffff))
            buf_put(&name, p, (size_t)n);
        else
            buf_putc(&name, instead);
        p += n > 0 ? n : 1;
    }
    const char *kept = shorten(d, design_keep(d, &name));
    return *fold(d, kept) == '.' || !*kept ? design_text(d, "_%s", kept) : kept;
}

/* The name with the first number that makes it another: "a (2).xsd". */
static const char *number_name(struct design *d, const char *name, const char *folded)
{
    size_t end = ending(name), n = strlen(name) - end;
    uint32_t number = map_get(&d->upload_numbers, folded, strlen(folded));
    const char *numbered = name;
    for (number = number == MAP_NONE ? 2 : number; !d->ledger.failed; number++) {
        numbered = design_text(d, "%.*s (%u)%s", (int)n, name, number, name + n);
        const char *other = fold(d, numbered);
        if (map_get(&d->upload_names, other, strlen(other)) == MAP_NONE)
            break;
    }
    d->ledger.failed |= !map_set(&d->upload_numbers, folded, strlen(folded), number + 1);
    return numbered;
}

const char *design_add_upload(struct design *d, const struct design_upload *upload, struct buf *content)
{
    const char *name = design_file_name(d, upload->name, '_'), *folded = fold(d, name);
    uint32_t old = map_get(&d->upload_names, folded, strlen(folded));
    const struct jpk_convert_file *there = old != MAP_NONE ? &d->files[d->uploads[old].file] : NULL;
    if (there && strcmp(d->uploads[old].name, name) == 0 && there->size == content->size &&
        memcmp(there->data, buf_text(content), content->size) == 0) {
        buf_free(content);
        return d->uploads[old].name;
    }
    if (there) {
        name = number_name(d, name, folded);
        folded = fold(d, name);
    }
    struct design_upload *uploads = array_grow(d->uploads, d->upload_count, &d->upload_capacity, sizeof *uploads);
    if (uploads)
        d->uploads = uploads;
    if (!uploads || !map_set(&d->upload_names, folded, strlen(folded), (uint32_t)d->upload_count))
        d->ledger.failed = true;
    if (d->ledger.failed) {
        buf_free(content);
        return "";
    }
    uploads[d->upload_count] = *upload;
    uploads[d->upload_count].name = name;
    uploads[d->upload_count++].file = (uint32_t)d->file_count;
    design_add_file(d, design_text(d, "files/%s", name), content);
    return name;
}

const char *design_asset(const struct design *d, const char *path)
{
    uint32_t found = map_get(&d->assets, path, strlen(path));
    return found != MAP_NONE ? d->uploads[found].name : NULL;
}

/* ---------------------------------------------------------------------------------------------------------- assets */

static void add_asset(struct design *d, const struct jpk_cloud_asset *asset)
{
    struct jpk_error err = {0};
    struct buf content = {0};
    if (design_asset(d, asset->path)) {
        design_note_project(d, CONVERT_UNREADABLE, "the asset '%.200s' is there twice; the first was taken",
                            asset->path);
        return;
    }
    json_t *json = jdoc_to_jansson(d->cloud->doc, asset->node);
    if (!json) {
        d->ledger.failed = true;
        return;
    }
    const char *type = asset_property(json, "SchemaType");
    struct design_upload upload = {.name = asset->path,
                                   .schema_type = design_text(d, "%s", *type ? type : "xml"),
                                   .namespace_ = design_text(d, "%s", asset_property(json, "TargetNamespace")),
                                   .roots = design_text(d, "%s", asset_property(json, "PossibleRootNodes")),
                                   .top_level = strcmp(asset_property(json, "IsTopLevel"), "1") == 0,
                                   .connector = strcmp(type, "xml") != 0 && strcmp(type, "json") != 0};
    if (!asset_content(json, NULL, &content, &err)) {
        d->ledger.failed |= err.code == JPK_ERR_MEMORY;
        design_note_project(d, CONVERT_UNREADABLE, "the asset '%.200s' cannot be read: %s", asset->path, err.message);
    } else {
        design_add_upload(d, &upload, &content);
        d->ledger.failed |= !map_set(&d->assets, asset->path, strlen(asset->path), (uint32_t)d->upload_count - 1);
    }
    buf_free(&content);
    json_decref(json);
}

void design_assets(struct design *d)
{
    for (size_t i = 0; i < d->cloud->asset_count && !d->ledger.failed; i++)
        add_asset(d, &d->cloud->assets[i]);
}

/* -------------------------------------------------------------------------------------------------------- metadata */

static int compare_uploads(const void *a, const void *b)
{
    return strcmp(((const struct design_upload *)a)->name, ((const struct design_upload *)b)->name);
}

static void put_property(struct buf *out, const char *key, const char *value)
{
    buf_puts(out, "      <property");
    design_put_attribute(out, "key", key);
    design_put_attribute(out, "value", value);
    buf_puts(out, "></property>\n");
}

static void put_upload(const struct design *d, struct buf *out, const struct design_upload *upload)
{
    const struct jpk_convert_file *file = &d->files[upload->file];
    char md5[33], size[24];
    md5_hex(file->data, file->size, md5);
    snprintf(size, sizeof size, "%zu", file->size);
    buf_puts(out, "    <file");
    design_put_attribute(out, "name", upload->name);
    buf_printf(out, " type=\"xml\" md5=\"%s\" lastModified=\"%" PRId64 "\">\n", md5, design_made_at(d));
    if (upload->connector)
        put_property(out, "FileSize", size);
    put_property(out, "IsTopLevel", upload->top_level ? "1" : "0");
    if (upload->roots && *upload->roots)
        put_property(out, "PossibleRootNodes", upload->roots);
    put_property(out, "SchemaType", upload->schema_type);
    put_property(out, "TargetNamespace", upload->namespace_ ? upload->namespace_ : "");
    buf_puts(out, "    </file>\n");
}

void design_write_uploads(struct design *d)
{
    struct buf metadata = {0}, list = {0};
    if (d->upload_count == 0 || d->ledger.failed)
        return;
    qsort(d->uploads, d->upload_count, sizeof *d->uploads, compare_uploads);
    buf_puts(&metadata,
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata version=\"1\">\n  <dir name=\"_root_\">\n");
    for (size_t i = 0; i < d->upload_count; i++) {
        put_upload(d, &metadata, &d->uploads[i]);
        buf_printf(&list, "xml:%s\n", d->uploads[i].name);
    }
    buf_puts(&metadata, "  </dir>\n</metadata>");
    xml_make_legal(&metadata, 0);
    design_add_file(d, "files/.metadata", &metadata);
    design_add_file(d, "files/.filestoupload", &list);
}
