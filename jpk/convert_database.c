/*
 * Queries of databases. In Design Studio a transformation holds the query or the tables of its database, and one source
 * serves many transformations; in Cloud Studio that is what an activity holds. What its properties are called there was
 * never seen: here they are called as in Design Studio, and what is several items there is a text with a line for each.
 */
#include <string.h>

#include "jpk/conversion.h"
#include "jpk/xml.h"

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static void put_property(struct convert *c, json_t *component, const char *name, const char *label, struct buf *text)
{
    if (!text->failed && text->size > 0) {
        const char *value = convert_variable_text(c, convert_text(c, "%s", buf_text(text)));
        json_t *property = json_pack("{s:s, s:b, s:s, s:s, s:s}", "type", "string", "multiple", 0, "name", name,
                                     "displayName", label, "value", value);
        if (!property || json_array_append_new(json_object_get(component, "properties"), property) != 0)
            c->ledger.failed = true;
    }
    c->ledger.failed |= text->failed;
    buf_free(text);
}

static void add_line(struct buf *out, const char *text)
{
    if (text && *text)
        buf_printf(out, "%s%s", out->size > 0 ? "\n" : "", text);
}

/* The texts of that name below a node. */
static void add_texts(struct buf *out, const struct xml_node *parent, const char *name)
{
    for (const struct xml_node *at = xml_child(parent, "konga.string"); at; at = xml_next(at, "konga.string")) {
        const char *key = xml_attribute(at, "name");
        if (key && strcmp(key, name) == 0)
            add_line(out, at->text);
    }
}

static void put_tables(struct convert *c, json_t *component, const struct xml_node *structure)
{
    struct buf text = {0};
    add_texts(&text, structure, "DbTables");
    put_property(c, component, "DbTables", "Tables", &text);
}

/* `type`: 1 for a query, 2 for columns that were selected. */
static void put_scripts(struct convert *c, json_t *component, const struct xml_node *structure, const char *type,
                        const char *name, const char *label)
{
    const struct xml_node *list = xml_child(structure, "SqlScript");
    struct buf scripts = {0}, conditions = {0};
    for (const struct xml_node *entry = xml_child(list, "Entry"); entry; entry = xml_next(entry, "Entry")) {
        if (strcmp(or_empty(xml_attribute(entry, "type")), type) != 0)
            continue;
        add_texts(&scripts, entry, "script");
        add_texts(&conditions, entry, "where");
    }
    put_property(c, component, name, label, &scripts);
    put_property(c, component, "where", "Condition", &conditions);
}

static void put_relations(struct convert *c, json_t *component, const struct xml_node *structure)
{
    const struct xml_node *list = xml_child(structure, "Relations");
    struct buf text = {0};
    for (const struct xml_node *at = xml_child(list, "Relation"); at; at = xml_next(at, "Relation"))
        buf_printf(&text, "%s%s.%s = %s.%s, one to %s%s", text.size > 0 ? "\n" : "",
                   or_empty(xml_attribute(at, "parentTable")), or_empty(xml_attribute(at, "parentField")),
                   or_empty(xml_attribute(at, "childTable")), or_empty(xml_attribute(at, "childField")),
                   strcmp(or_empty(xml_attribute(at, "onetoOne")), "true") == 0 ? "one" : "many",
                   strcmp(or_empty(xml_attribute(at, "outerJoin")), "true") == 0 ? ", outer join" : "");
    put_property(c, component, "Relations", "Relations", &text);
}

static void put_filters(struct convert *c, json_t *component, const struct xml_node *structure)
{
    const struct xml_node *list = xml_child(structure, "Filters");
    struct buf text = {0};
    for (const struct xml_node *at = xml_child(list, "Entry"); at; at = xml_next(at, "Entry")) {
        const char *order = or_empty(xml_attribute(at, "sortOrder"));
        buf_printf(&text, "%s%s.%s %s%s%s", text.size > 0 ? "\n" : "", or_empty(xml_attribute(at, "table")),
                   or_empty(xml_attribute(at, "column")), or_empty(xml_attribute(at, "condition")),
                   strcmp(order, "NONE") == 0 ? "" : " ", strcmp(order, "NONE") == 0 ? "" : order);
    }
    put_property(c, component, "Filters", "Filters", &text);
}

void convert_put_query(struct convert *c, const struct jpk_entity *transformation, bool target, json_t *component)
{
    const struct xml_node *structure = xml_child(transformation->tree, target ? "OutputStructure" : "InputStructure");
    if (!structure)
        return;
    put_tables(c, component, structure);
    put_scripts(c, component, structure, "1", "sql", "SQL");
    put_scripts(c, component, structure, "2", "columns", "Columns");
    put_relations(c, component, structure);
    put_filters(c, component, structure);
}
