/* Files of a Jitterpak with parts cut out of their bytes, so that formats that nobody has seen survive. */
#include <string.h>

#include "jpk/retarget_parts.h"
#include "jpk/xml.h"
#include "jpk/xml_scan.h"

/* A copy that is being made: what stands before `at` is done. */
struct cutter {
    struct xml_scanner scanner;
    size_t at;
    struct buf *out;
};

static struct cutter begin(const struct buf *text, struct buf *out)
{
    buf_clear(out);
    return (struct cutter){.scanner = xml_scan(buf_text(text), text->size), .out = out};
}

static bool finish(struct cutter *c)
{
    buf_put(c->out, c->scanner.text + c->at, c->scanner.size - c->at);
    return !c->out->failed;
}

/* From `start` to `end` other bytes stand in the copy. */
static void replace(struct cutter *c, size_t start, size_t end, const struct buf *with)
{
    buf_put(c->out, c->scanner.text + c->at, start - c->at);
    if (with)
        buf_put(c->out, buf_text(with), with->size);
    c->at = end;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

/* What has its lines for itself goes with them. */
static void cut_lines(struct cutter *c, size_t start, size_t end)
{
    const char *text = c->scanner.text;
    size_t size = c->scanner.size, from = start, to = end;
    while (from > c->at && blank(text[from - 1]))
        from--;
    while (to < size && (blank(text[to]) || text[to] == '\r'))
        to++;
    if (from > 0 && text[from - 1] == '\n' && to < size && text[to] == '\n')
        replace(c, from, to + 1, NULL);
    else
        replace(c, start, end, NULL);
}

/* Where the element ends that a tag opens. */
static size_t element_end(struct cutter *c, const struct xml_tag *tag)
{
    struct xml_tag inner = *tag;
    while (!(inner.closes && inner.depth == tag->depth) && xml_scan_next(&c->scanner, &inner))
        ;
    return inner.end;
}

/* ------------------------------------------------------------------------------------------------------ entities */

/* An attribute with the space before it; both 0 when there is none. */
struct attribute {
    size_t start, end;
};

static struct attribute attribute_of(const struct cutter *c, const struct xml_tag *tag, const char *name)
{
    const char *text = c->scanner.text;
    size_t start, end;
    if (!xml_tag_attribute(&c->scanner, tag, name, &start, &end))
        return (struct attribute){0, 0};
    start--;
    while (text[start - 1] == '=' || blank(text[start - 1]) || text[start - 1] == '\n' || text[start - 1] == '\r')
        start--;
    start -= strlen(name);
    while (blank(text[start - 1]) || text[start - 1] == '\n' || text[start - 1] == '\r')
        start--;
    return (struct attribute){start, end + 1};
}

/* `<Item enc="true" key="login" value="$00..."/>` becomes `<Item key="login"/>`: so real projects have it. */
static void cut_value(struct cutter *c, const struct xml_tag *tag)
{
    struct attribute cuts[] = {attribute_of(c, tag, "enc"), attribute_of(c, tag, "value")};
    size_t first = cuts[0].start > cuts[1].start;
    for (size_t i = 0; i < 2; i++)
        if (cuts[i ^ first].end)
            replace(c, cuts[i ^ first].start, cuts[i ^ first].end, NULL);
}

static void set_attribute(struct cutter *c, const struct xml_tag *tag, const char *name, const char *value)
{
    struct buf quoted = {0};
    size_t start, end;
    if (!xml_tag_attribute(&c->scanner, tag, name, &start, &end))
        return;
    buf_putc(&quoted, '"');
    xml_escape(&quoted, value, true, "\n");
    buf_putc(&quoted, '"');
    c->out->failed |= quoted.failed;
    replace(c, start - 1, end + 1, &quoted);
    buf_free(&quoted);
}

/* An attribute as text; as it stands when it cannot be decoded. False: there is none. */
static bool read_attribute(const struct cutter *c, const struct xml_tag *tag, const char *name, struct buf *out)
{
    size_t start, end;
    if (xml_tag_value(&c->scanner, tag, name, out))
        return true;
    buf_clear(out);
    if (!xml_tag_attribute(&c->scanner, tag, name, &start, &end))
        return false;
    buf_put(out, c->scanner.text + start, end - start);
    return true;
}

/* The type that the file itself names, for entities that no project lists. */
static enum jpk_type type_of(const struct buf *text, bool *failed)
{
    struct xml_scanner scanner = xml_scan(buf_text(text), text->size);
    struct buf name = {0};
    struct xml_tag tag;
    const struct jpk_type_info *info = NULL;
    if (xml_scan_next(&scanner, &tag) && xml_tag_value(&scanner, &tag, "type", &name))
        info = jpk_type_by_name(buf_text(&name));
    *failed = name.failed;
    buf_free(&name);
    return info ? info->type : JPK_TYPE_UNKNOWN;
}

/* A secret variable loses its value like all of them do when variables are left out. False: no memory. */
static bool add_variables(unsigned *without, enum jpk_type type, const struct buf *text)
{
    bool secret = false;
    if (type != JPK_TYPE_PROJECT_VARIABLE || !(*without & JPK_WITHOUT_SECRETS))
        return true;
    if (!retarget_variable_secret(text, &secret))
        return false;
    *without |= secret ? JPK_WITHOUT_VARIABLES : 0u;
    return true;
}

bool retarget_entity(unsigned without, enum jpk_type type, const struct buf *text, struct buf *out, retarget_note *note,
                     void *context)
{
    struct cutter c = begin(text, out);
    struct buf key = {0}, value = {0}, enc = {0}, other = {0};
    struct xml_tag tag;
    bool failed = false;
    if (type == JPK_TYPE_UNKNOWN)
        type = type_of(text, &failed);
    bool ok = !failed && add_variables(&without, type, text);
    while (ok && xml_scan_next(&c.scanner, &tag)) {
        if (!tag.opens || !xml_tag_is(&tag, "Item") || !read_attribute(&c, &tag, "key", &key))
            continue;
        bool has_value = read_attribute(&c, &tag, "value", &value);
        struct retarget_change change = {
            .item = {
                .key = buf_text(&key),
                .value = has_value ? buf_text(&value) : NULL,
                .encrypted = read_attribute(&c, &tag, "enc", &enc) && strcmp(buf_text(&enc), "true") == 0,
            }};
        change.fate = retarget_item(without, type, &change.item, &change.why, &other);
        ok = !key.failed && !value.failed && !other.failed;
        if (xml_tag_attribute(&c.scanner, &tag, "value", &change.offset, &change.length))
            change.length -= change.offset;
        if (change.fate == ITEM_GOES)
            cut_lines(&c, tag.start, element_end(&c, &tag));
        else if (change.fate == ITEM_EMPTIED)
            cut_value(&c, &tag);
        else if (change.fate == ITEM_CHANGED)
            set_attribute(&c, &tag, "value", buf_text(&other));
        ok = ok && (change.fate == ITEM_STAYS || !note || note(context, &change));
    }
    buf_free(&key);
    buf_free(&value);
    buf_free(&enc);
    buf_free(&other);
    return finish(&c) && ok;
}

/* --------------------------------------------------------------------------------------------------------- labels */

struct retarget_labels retarget_labels_begin(const struct buf *text)
{
    return (struct retarget_labels){.scanner = xml_scan(buf_text(text), text->size)};
}

/* `order$id$` of the text `order$id$<tab><trans>...` of a mapping. */
static void put_target(const struct retarget_labels *labels, struct buf *out)
{
    const char *text = labels->scanner.text + labels->before.end,
               *tab = memchr(text, '\t', labels->tag.start - labels->before.end);
    if (tab) {
        buf_clear(out);
        retarget_put_name(out, text, (size_t)(tab - text));
    }
}

void retarget_label_at(struct retarget_labels *labels, size_t offset, struct buf *out)
{
    buf_clear(out);
    while (!labels->ended && (!labels->begun || labels->tag.end <= offset)) {
        labels->before = labels->tag;
        labels->begun = true;
        labels->ended = !xml_scan_next(&labels->scanner, &labels->tag);
    }
    if (labels->ended)
        return;
    bool inside = labels->tag.start <= offset;
    const struct xml_tag *tag = inside ? &labels->tag : &labels->before;
    if (!tag->name_size || (inside && xml_tag_value(&labels->scanner, tag, "key", out)) ||
        xml_tag_value(&labels->scanner, tag, inside ? "Name" : "name", out)) {
        if (!inside && strcmp(buf_text(out), "expr") == 0)
            put_target(labels, out);
        return;
    }
    buf_clear(out);
    buf_put(out, tag->name, tag->name_size);
}

/* --------------------------------------------------------------------------------------------------- project.xml */

/* A type without entities has no element in real projects. */
struct type_element {
    size_t out_size, at; /* before it: of the copy, and how far that was */
    size_t start;
    bool cut, kept; /* something in it */
};

static void end_type(struct cutter *c, const struct type_element *type, const struct xml_tag *tag)
{
    if (!type->cut || type->kept)
        return;
    if (c->out->data)
        c->out->data[type->out_size] = '\0';
    c->out->size = type->out_size;
    c->at = type->at;
    cut_lines(c, type->start, tag->end);
}

bool retarget_outline(const char *name, bool (*drops)(void *context, const char *id), void *context,
                      const struct buf *text, struct buf *out)
{
    struct cutter c = begin(text, out);
    struct type_element type = {0};
    struct buf id = {0};
    struct xml_tag tag;
    while (xml_scan_next(&c.scanner, &tag)) {
        if (tag.depth == 0 && tag.opens && name)
            set_attribute(&c, &tag, "name", name);
        if (tag.depth == 1 && tag.opens)
            type = (struct type_element){.out_size = out->size, .at = c.at, .start = tag.start};
        else if (tag.depth == 1)
            end_type(&c, &type, &tag);
        else if (tag.depth > 1 && tag.opens && !xml_tag_is(&tag, "Entity"))
            type.kept = true;
        if (tag.depth < 2 || !tag.opens || !xml_tag_is(&tag, "Entity") || !read_attribute(&c, &tag, "entityId", &id))
            continue;
        if (drops(context, buf_text(&id))) {
            cut_lines(&c, tag.start, element_end(&c, &tag));
            type.cut = true;
        } else {
            type.kept = true;
        }
    }
    bool ok = !id.failed;
    buf_free(&id);
    return finish(&c) && ok;
}

/* The lines of files/.filestoupload: a type, a colon, and the name of a file. */
static void rename_listed(struct cutter *c, retarget_renamed *renamed, void *context)
{
    const char *text = c->scanner.text;
    for (size_t at = 0, end; at < c->scanner.size; at = end + 1) {
        for (end = at; end < c->scanner.size && text[end] != '\r' && text[end] != '\n';)
            end++;
        const char *colon = memchr(text + at, ':', end - at);
        size_t start = colon ? (size_t)(colon + 1 - text) : at;
        const char *name = renamed(context, text + start, end - start);
        struct buf with = {0};
        if (!name)
            continue;
        buf_puts(&with, name);
        c->out->failed |= with.failed;
        replace(c, start, end, &with);
        buf_free(&with);
    }
}

bool retarget_rename(bool listed, retarget_renamed *renamed, void *context, const struct buf *text, struct buf *out)
{
    struct cutter c = begin(text, out);
    struct buf old = {0};
    struct xml_tag tag;
    if (listed)
        rename_listed(&c, renamed, context);
    while (!listed && xml_scan_next(&c.scanner, &tag)) {
        const char *attribute = xml_tag_is(&tag, "file") ? "name" : "value";
        const char *name =
            tag.opens && read_attribute(&c, &tag, attribute, &old) ? renamed(context, buf_text(&old), old.size) : NULL;
        if (name)
            set_attribute(&c, &tag, attribute, name);
    }
    bool any = c.at > 0 || old.failed;
    out->failed |= old.failed;
    buf_free(&old);
    finish(&c);
    return any;
}
