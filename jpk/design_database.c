/*
 * Queries of databases. An activity holds what a transformation holds in Design Studio: tables, columns, a query, joins
 * and filters. Their properties are known from the conversion to Cloud Studio alone (convert_database.c); an activity
 * without them says no more than its schema does, from which the tables are made then.
 */
#include <string.h>

#include "base/text.h"
#include "jpk/design.h"
#include "jpk/design_structure.h"
#include "jpk/schema_paths.h"

/* The properties of an activity that make up a query. */
static const char *const parts[] = {"DbTables", "sql", "columns", "where", "Relations", "Filters"};

bool design_is_query(const struct jpk_cloud_property *property)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (property->name && strcmp(property->name, parts[i]) == 0)
            return true;
    return false;
}

static const char *part(const struct jpk_cloud_component *activity, const char *name)
{
    const struct jpk_cloud_property *property = activity ? jpk_cloud_property(activity, name) : NULL;
    return property && property->value ? property->value : "";
}

/* ----------------------------------------------------------------------------------------------------------- lines */

/* A line of a list: one relation, one filter. */
struct line {
    const char *text;
    size_t length;
    unsigned number; /* from 1 */
};

static bool next_line(const char **at, struct line *line)
{
    if (!**at)
        return false;
    line->number++;
    line->text = *at;
    line->length = strcspn(*at, "\n");
    *at += line->length + ((*at)[line->length] == '\n');
    return true;
}

static void put_part(struct buf *out, const char *name, const char *text, size_t n)
{
    struct buf copy = {0};
    buf_put(&copy, text, n);
    design_put_attribute(out, name, buf_text(&copy));
    out->failed |= copy.failed;
    buf_free(&copy);
}

/* Where the name of a column begins in `"sales"."invoice".number`: behind the last dot; 0: there is no table. */
static size_t column_at(const char *text, size_t n)
{
    size_t at = n;
    while (at > 0 && text[at - 1] != '.')
        at--;
    return at;
}

/* `"a"."b".x = "a"."c".y, one to many, outer join`. False: it is something else. */
static bool put_relation(struct buf *out, const struct line *line)
{
    const char *end = line->text + line->length, *equal = memmem(line->text, line->length, " = ", 3);
    const char *one = equal ? memmem(equal, (size_t)(end - equal), ", one to ", 9) : NULL;
    if (!one)
        return false;
    size_t parent_n = (size_t)(equal - line->text), child_n = (size_t)(one - equal) - 3;
    size_t parent = column_at(line->text, parent_n), child = column_at(equal + 3, child_n);
    if (parent == 0 || child == 0)
        return false;
    const char *words = one + 9;
    bool single = (size_t)(end - words) >= 3 && strncmp(words, "one", 3) == 0;
    bool outer = memmem(words, (size_t)(end - words), "outer join", 10) != NULL;
    buf_puts(out, "      <Relation");
    put_part(out, "childField", equal + 3 + child, child_n - child);
    put_part(out, "childTable", equal + 3, child - 1);
    buf_printf(out, " isSource=\"true\" onetoOne=\"%s\" outerJoin=\"%s\"", single ? "true" : "false",
               outer ? "true" : "false");
    put_part(out, "parentField", line->text + parent, parent_n - parent);
    put_part(out, "parentTable", line->text, parent - 1);
    buf_printf(out, " relationId=\"-%u\"/>\n", line->number);
    return true;
}

/* The order at the end of a filter, which is cut off from its `n` bytes. */
static const char *take_order(const char *text, size_t *n)
{
    static const char *const orders[] = {" DESC", " ASC"};
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        size_t tail = strlen(orders[i]);
        if (*n > tail && strncmp(text + *n - tail, orders[i], tail) == 0) {
            *n -= tail;
            return orders[i] + 1;
        }
    }
    return "NONE";
}

/* `"a"."b".column =1`, perhaps with an order at the end. */
static bool put_filter(struct buf *out, const struct line *line)
{
    size_t n = line->length, space = 0;
    const char *order = take_order(line->text, &n);
    for (bool quoted = false; space < n && (quoted || line->text[space] != ' '); space++)
        quoted ^= line->text[space] == '"';
    size_t column = column_at(line->text, space);
    if (column == 0 || space >= n)
        return false;
    buf_puts(out, "      <Entry");
    put_part(out, "column", line->text + column, space - column);
    put_part(out, "condition", line->text + space + 1, n - space - 1);
    design_put_attribute(out, "sortOrder", order);
    put_part(out, "table", line->text, column - 1);
    buf_puts(out, "/>\n");
    return true;
}

/* A list with an element for each line; what is no such line is a finding. */
static void put_list(struct design *d, const struct jpk_cloud_component *activity, struct buf *out, const char *name,
                     bool (*put)(struct buf *out, const struct line *line))
{
    const char *at = part(activity, name);
    struct buf lines = {0};
    struct line line = {0};
    while (next_line(&at, &line))
        if (!put(&lines, &line))
            design_note(d, activity, CONVERT_SETTING_LOST, JPK_CLOUD_NO_NODE, "'%s' is not read: %.*s", name,
                        (int)(line.length < 200 ? line.length : 200), line.text);
    if (lines.size > 0)
        buf_printf(out, "    <%s>\n%s    </%s>\n", name, buf_text(&lines), name);
    else
        buf_printf(out, "    <%s/>\n", name);
    out->failed |= lines.failed;
    buf_free(&lines);
}

/* ----------------------------------------------------------------------------------------------------- of a schema */

/* "sales:invoice" is "sales"."invoice" there. */
static void put_name(struct buf *out, const char *name)
{
    buf_putc(out, '"');
    for (const char *p = name; *p; p++) {
        if (*p == ':')
            buf_puts(out, "\".\"");
        else
            buf_putc(out, *p);
    }
    buf_putc(out, '"');
}

static bool is_table(const struct schema_node *node)
{
    return node->child && strcmp(node->name, "__flat__") != 0;
}

static const char *tables_of(struct design *d, const struct schema_tree *tree)
{
    struct buf tables = {0};
    for (const struct schema_node *node = tree ? tree->root : NULL; node; node = schema_node_next(node)) {
        if (!is_table(node))
            continue;
        put_name(&tables, node->name);
        buf_putc(&tables, ',');
    }
    return design_keep(d, &tables);
}

static const char *columns_of(struct design *d, const struct schema_tree *tree)
{
    struct buf columns = {0};
    for (const struct schema_node *node = tree ? tree->root : NULL; node; node = schema_node_next(node)) {
        for (const struct schema_node *field = node->child; field; field = field->next) {
            if (field->child)
                continue;
            buf_puts(&columns, columns.size > 0 ? ",\n" : "");
            if (is_table(node)) {
                put_name(&columns, node->name);
                buf_putc(&columns, '.');
            }
            put_name(&columns, field->name);
        }
    }
    return design_keep(d, &columns);
}

/* Which tables hang together is known, by which columns is not. */
static void put_guessed_relations(struct buf *out, const struct schema_tree *tree)
{
    struct buf lines = {0};
    unsigned number = 0;
    for (const struct schema_node *node = tree ? tree->root : NULL; node; node = schema_node_next(node)) {
        struct buf child = {0}, parent = {0};
        if (!is_table(node) || !node->parent)
            continue;
        put_name(&child, node->name);
        put_name(&parent, node->parent->name);
        buf_puts(&lines, "      <Relation childField=\"\"");
        design_put_attribute(&lines, "childTable", buf_text(&child));
        buf_printf(&lines, " isSource=\"true\" onetoOne=\"%s\" outerJoin=\"true\" parentField=\"\"",
                   node->max == 1 ? "true" : "false");
        design_put_attribute(&lines, "parentTable", buf_text(&parent));
        buf_printf(&lines, " relationId=\"-%u\"/>\n", ++number);
        lines.failed |= child.failed || parent.failed;
        buf_free(&child);
        buf_free(&parent);
    }
    if (lines.size > 0)
        buf_printf(out, "    <Relations>\n%s    </Relations>\n", buf_text(&lines));
    else
        buf_puts(out, "    <Relations/>\n");
    out->failed |= lines.failed;
    buf_free(&lines);
}

const char *design_first_table(struct design *d, const struct jpk_cloud_component *activity)
{
    const char *tables = part(activity, "DbTables");
    size_t n = strcspn(tables, ",");
    struct buf name = {0}, path = {0};
    for (size_t i = 0; i < n; i++)
        if (tables[i] != '"' && tables[i] != '`' && tables[i] != '[' && tables[i] != ']')
            buf_putc(&name, tables[i] == '.' ? ':' : tables[i]);
    schema_script_name(buf_text(&name), name.size, &path);
    d->ledger.failed |= name.failed;
    buf_free(&name);
    return design_keep(d, &path);
}

/* ------------------------------------------------------------------------------------------------------- structure */

static void put_scripts(struct buf *out, const char *sql, const char *columns, const char *where)
{
    bool is_sql = *sql != '\0';
    buf_printf(out, "    <SqlScript>\n      <Entry entryId=\"-1\" type=\"%s\">\n", is_sql ? "1" : "2");
    design_put_string(out, 4, "script", is_sql ? sql : columns);
    if (*where)
        design_put_string(out, 4, "where", where);
    buf_puts(out, "      </Entry>\n    </SqlScript>\n");
}

bool design_put_query(struct design *d, const struct jpk_cloud_component *activity, const struct schema_tree *tree,
                      struct buf *out)
{
    const char *tables = part(activity, "DbTables"), *sql = part(activity, "sql"), *columns = part(activity, "columns");
    bool known = *tables || *sql || *columns;
    buf_puts(out, "    <Properties>\n      <Item key=\"includeSchemaName\" value=\"1\"/>\n    </Properties>\n"
                  "    <Objects/>\n");
    design_put_string(out, 2, "DbTables", known ? tables : tables_of(d, tree));
    buf_puts(out, "    <DbFields/>\n");
    if (known)
        put_list(d, activity, out, "Relations", put_relation);
    else
        put_guessed_relations(out, tree);
    put_scripts(out, sql, known ? columns : columns_of(d, tree), part(activity, "where"));
    if (known)
        put_list(d, activity, out, "Filters", put_filter);
    else
        buf_puts(out, "    <Filters/>\n");
    return known;
}

/* ----------------------------------------------------------------------------------------------- one more activity */

/* The activity that the conversion to Cloud Studio made `activity` of for one more transformation; NULL: it did not. */
static const struct jpk_cloud_component *first_of(struct design *d, const struct jpk_cloud_component *activity,
                                                  const struct jpk_cloud_component *transformation)
{
    const char *name = activity->name, *tail = design_text(d, " - %s", transformation->name);
    size_t n = strlen(name), tail_n = strlen(tail);
    if (n <= tail_n || strcmp(name + n - tail_n, tail) != 0)
        return NULL;
    const struct jpk_cloud_component *first =
        jpk_cloud_by_name(d->cloud, JPK_CLOUD_ACTIVITY, design_text(d, "%.*s", (int)(n - tail_n), name));
    if (!first || first == activity)
        return NULL;
    const char *id = design_of(d, first)->id, *role = design_text(d, "%s/%s", id, design_of(d, transformation)->id);
    return design_is_made_id(d, activity->id, "activity", role, id) ? first : NULL;
}

void design_find_queries(struct design *d)
{
    for (size_t i = 0; i < d->cloud->component_count && !d->ledger.failed; i++) {
        const struct jpk_cloud_component *transformation = d->cloud->components[i];
        for (size_t side = 0; transformation->kind == JPK_CLOUD_TRANSFORMATION && side < 2; side++) {
            const struct jpk_cloud_component *activity = design_of(d, transformation)->beside[side];
            if (activity && strcmp(activity->as.activity->adapter, "database") == 0)
                design_of(d, activity)->first = first_of(d, activity, transformation);
        }
    }
}
