/*
 * Schema trees of databases, from the InputStructure or OutputStructure of a transformation: `DbTables`, `Relations`
 * and in `SqlScript` either a SQL text (type 1) or the selected columns (type 2). Source: 45 structures of a real
 * project. What Cloud Studio makes of them was never seen, so that all of these trees are findings.
 */
#include <stdio.h>
#include <string.h>

#include "jpk/schema_builder.h"
#include "jpk/sql_words.h"

/* A table: its names as written, without quotes, and its node. */
struct table {
    const char *name; /* "schema:table" or "table" */
    struct schema_node *node;
};

struct reader {
    struct schema_builder b;
    const struct xml_node *structure;
    struct table *tables; /* in the arena of keys */
    size_t table_count;
    struct map by_name; /* name -> index in tables */
};

static bool memory(struct reader *r)
{
    return error_memory(r->b.err);
}

static const char *named_text(const struct xml_node *parent, const char *name)
{
    for (const struct xml_node *at = xml_child(parent, "konga.string"); at; at = xml_next(at, "konga.string")) {
        const char *key = xml_attribute(at, "name");
        if (key && strcmp(key, name) == 0)
            return at->text;
    }
    return NULL;
}

/* -------------------------------------------------------------------------------------------------------- the names */

/* One name of a list separated by commas, such as "sales"."invoice". Its parts go to `parts`, at most three. */
struct qualified {
    struct sql_word parts[3];
    unsigned count;
};

static bool next_qualified(struct sql_scanner *scanner, struct qualified *out)
{
    *out = (struct qualified){0};
    for (;;) {
        struct sql_word word = sql_next(scanner);
        if (word.kind == SQL_END || sql_mark(&word, ','))
            return out->count > 0 || (word.kind != SQL_END && next_qualified(scanner, out));
        if (word.kind == SQL_MARK)
            continue;
        if (out->count == 3) { /* a catalogue stands before the others */
            out->parts[0] = out->parts[1];
            out->parts[1] = out->parts[2];
            out->count = 2;
        }
        out->parts[out->count++] = word;
    }
}

/* The first n parts joined by colons, as script paths have them; kept in the tree. NULL: an error was set. */
static const char *joined(struct reader *r, const struct qualified *name, unsigned n)
{
    struct buf text = {0};
    for (unsigned i = 0; i < n; i++) {
        if (i > 0)
            buf_putc(&text, ':');
        buf_put(&text, name->parts[i].text, name->parts[i].length);
    }
    const char *kept = text.failed ? NULL : schema_keep(&r->b, buf_text(&text), text.size);
    if (text.failed)
        memory(r);
    buf_free(&text);
    return kept;
}

static bool table_name(struct reader *r, const char *text, const char **out)
{
    struct sql_scanner scanner = {.text = text, .size = strlen(text)};
    struct qualified name;
    *out = next_qualified(&scanner, &name) ? joined(r, &name, name.count) : "";
    return *out != NULL;
}

static size_t count_commas(const char *text)
{
    size_t count = 1;
    while ((text = strchr(text, ',')) != NULL) {
        text++;
        count++;
    }
    return count;
}

static bool read_tables(struct reader *r)
{
    const char *list = named_text(r->structure, "DbTables");
    struct sql_scanner scanner = {.text = list ? list : "", .size = list ? strlen(list) : 0};
    struct qualified name;
    r->tables = arena_calloc(&r->b.keys, count_commas(scanner.text), sizeof *r->tables);
    if (!r->tables)
        return memory(r);
    while (next_qualified(&scanner, &name)) {
        const char *kept = joined(r, &name, name.count);
        uint32_t old;
        if (!kept || !schema_step(&r->b))
            return false;
        if (!map_add(&r->by_name, kept, strlen(kept), (uint32_t)r->table_count, &old))
            return memory(r);
        if (old == MAP_NONE)
            r->tables[r->table_count++].name = kept;
    }
    return true;
}

static struct table *find_table(struct reader *r, const char *name)
{
    uint32_t index = map_get(&r->by_name, name, strlen(name));
    return index == MAP_NONE ? NULL : &r->tables[index];
}

/* -------------------------------------------------------------------------------------------------------- relations */

static bool add_table(struct reader *r, struct table *table, struct schema_node *parent, bool single)
{
    table->node = schema_add(&r->b, parent, SCHEMA_RECORD, table->name, strlen(table->name));
    if (!table->node)
        return false;
    table->node->min = 0;
    table->node->max = single ? 1 : SCHEMA_UNBOUNDED;
    table->node->base_type = "complex";
    table->node->is_array = !single;
    return true;
}

/* Hangs a child table below its parent when that has a place already, and it has none; then sets *placed. */
static bool place_relation(struct reader *r, const struct xml_node *relation, bool *placed)
{
    const char *parent_text = xml_attribute(relation, "parentTable"),
               *child_text = xml_attribute(relation, "childTable");
    const char *single = xml_attribute(relation, "onetoOne"), *parent_name, *child_name;
    if (!parent_text || !child_text)
        return true;
    if (!table_name(r, parent_text, &parent_name) || !table_name(r, child_text, &child_name))
        return false;
    struct table *parent = find_table(r, parent_name), *child = find_table(r, child_name);
    if (!parent || !child || !parent->node || child->node)
        return true;
    *placed = true;
    return add_table(r, child, parent->node, single && strcmp(single, "true") == 0);
}

/* The first table that no relation has as a child. */
static bool find_root(struct reader *r, const struct xml_node *relations, struct table **root)
{
    bool *is_child = arena_calloc(&r->b.keys, r->table_count, sizeof *is_child);
    if (!is_child)
        return memory(r);
    for (const struct xml_node *at = xml_child(relations, "Relation"); at; at = xml_next(at, "Relation")) {
        const char *text = xml_attribute(at, "childTable"), *name;
        if (!text || !schema_step(&r->b))
            continue;
        if (!table_name(r, text, &name))
            return false;
        struct table *table = find_table(r, name);
        if (table)
            is_child[table - r->tables] = true;
    }
    *root = r->tables;
    for (size_t i = 0; i < r->table_count; i++)
        if (!is_child[i]) {
            *root = &r->tables[i];
            break;
        }
    return true;
}

/* Parents may be named after their children, so it goes over the relations until nothing changes. */
static bool place_tables(struct reader *r)
{
    const struct xml_node *relations = xml_child(r->structure, "Relations");
    struct table *root = NULL;
    if (!find_root(r, relations, &root) || !add_table(r, root, NULL, false))
        return false;
    for (bool placed = true; placed;) {
        placed = false;
        for (const struct xml_node *at = xml_child(relations, "Relation"); at; at = xml_next(at, "Relation"))
            if (!schema_step(&r->b) || !place_relation(r, at, &placed))
                return false;
    }
    for (size_t i = 0; i < r->table_count; i++)
        if (!r->tables[i].node && (!add_table(r, &r->tables[i], root->node, false) ||
                                   !schema_note(&r->b, r->tables[i].node, SCHEMA_SHAPE_GUESSED, "no relation")))
            return false;
    return true;
}

/* ---------------------------------------------------------------------------------------------------------- columns */

static bool add_column(struct reader *r, struct schema_node *parent, const char *name, size_t n)
{
    bool added;
    struct schema_node *field = schema_child(&r->b, parent, SCHEMA_FIELD, name, n, &added);
    if (!field)
        return false;
    field->min = 0;
    field->base_type = "string";
    field->default_value = "";
    field->declared_type = "1";
    return !added || schema_note(&r->b, field, SCHEMA_TYPE_GUESSED, NULL);
}

/* "sales"."invoice"."number", ... */
static bool take_columns(struct reader *r, const char *list)
{
    struct sql_scanner scanner = {.text = list, .size = strlen(list)};
    struct qualified name;
    while (next_qualified(&scanner, &name)) {
        const struct sql_word *column = &name.parts[name.count - 1];
        const char *table = joined(r, &name, name.count - 1);
        if (!table || !schema_step(&r->b))
            return false;
        struct table *found = find_table(r, table);
        struct schema_node *parent = found && found->node ? found->node : r->b.tree->root;
        if (!add_column(r, parent, column->text, column->length))
            return false;
    }
    return true;
}

/* A column by its last word, of the alias or of its own name; without either it is numbered. */
static bool add_selected(struct reader *r, const struct sql_word *last, unsigned number)
{
    char name[24];
    if (last->kind == SQL_NAME)
        return add_column(r, r->b.tree->root, last->text, last->length);
    if (sql_mark(last, '*'))
        return schema_note(&r->b, NULL, SCHEMA_INFERRED, "*");
    int n = snprintf(name, sizeof name, "column%u", number);
    return add_column(r, r->b.tree->root, name, (size_t)n);
}

/* The columns of a SELECT stand between commas up to FROM. */
static bool take_select(struct reader *r, const char *text)
{
    struct sql_scanner scanner = {.text = text, .size = strlen(text)};
    struct sql_word word = sql_next(&scanner), last = {0};
    size_t depth = 0;
    unsigned number = 0;
    if (!sql_is(&word, "select"))
        return schema_note(&r->b, NULL, SCHEMA_NOT_READ, "a statement that is no SELECT");
    for (bool end = false; !end;) {
        word = sql_next(&scanner);
        end = word.kind == SQL_END || (depth == 0 && sql_is(&word, "from"));
        depth += sql_mark(&word, '(');
        depth -= depth > 0 && sql_mark(&word, ')');
        if (!schema_step(&r->b))
            return false;
        if (end || (depth == 0 && sql_mark(&word, ','))) {
            if (!add_selected(r, &last, ++number))
                return false;
            last = (struct sql_word){0};
        } else if (depth == 0 && !sql_is(&word, "distinct") && !sql_is(&word, "all")) {
            last = word;
        }
    }
    return true;
}

static bool take_scripts(struct reader *r)
{
    const struct xml_node *scripts = xml_child(r->structure, "SqlScript");
    for (const struct xml_node *at = xml_child(scripts, "Entry"); at; at = xml_next(at, "Entry")) {
        const char *type = xml_attribute(at, "type"), *text = named_text(at, "script");
        bool sql = type && strcmp(type, "1") == 0;
        if (text && !(sql ? take_select(r, text) : take_columns(r, text)))
            return false;
    }
    return true;
}

static bool take_structure(struct reader *r, bool flat)
{
    if (!schema_note(&r->b, NULL, SCHEMA_SHAPE_GUESSED, "database") || !read_tables(r))
        return false;
    if (flat || r->table_count == 0) {
        if (!schema_add_flat_root(&r->b))
            return false;
    } else if (!place_tables(r)) {
        return false;
    }
    return take_scripts(r);
}

struct schema_tree *schema_tree_from_database(const struct jpk_entity *transformation, bool target, size_t nodes,
                                              struct jpk_error *err)
{
    struct reader r = {0};
    const struct xml_node *structure =
        transformation->tree ? xml_child(transformation->tree, target ? "OutputStructure" : "InputStructure") : NULL;
    if (transformation->type != JPK_TYPE_TRANSFORMATION || transformation->unread) {
        error_set(err, JPK_ERR_USAGE, "is no transformation that could be read");
        return NULL;
    }
    if (!structure || !named_text(structure, "DbTables")) {
        error_set(err, JPK_ERR_NOT_FOUND, "has no structure of a database");
        return NULL;
    }
    const struct jpk_transformation *t = transformation->as.transformation;
    const char *nature = target ? t->target.nature : t->source.nature;
    r.structure = structure;
    bool ok = schema_begin(&r.b, SCHEMA_FLAT, nodes, err) && take_structure(&r, nature && strcmp(nature, "Flat") == 0);
    map_free(&r.by_name);
    return schema_end(&r.b, ok);
}
