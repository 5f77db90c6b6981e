/* Secrets: what retargeting would leave out of a project, with the place of everything. include/jpk/scan.h says more.
 */
#include "jpk/scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "base/utf16.h"
#include "jpk/archive.h"
#include "jpk/cloud_tree_state.h"
#include "jpk/retarget_parts.h"
#include "jpk/tree_view.h"

static const struct jpk_scan_options everything = {.least = JPK_LOW};

struct secrets {
    struct jpk_secrets public; /* first, so that the pointers are the same */
    struct retargeted *found;  /* whose texts they are */
    struct arena arena;        /* of others */
};

bool jpk_scan_rule(size_t index, struct jpk_check_rule *rule)
{
    if (index >= SECRET_RULES)
        return false;
    const struct hygiene_rule_info *info = secret_rule_info((enum secret_rule)index);
    *rule = (struct jpk_check_rule){info->id, info->severity, info->what};
    return true;
}

/* ------------------------------------------------------------------------------------------------- what is wanted */

static bool wanted(const struct jpk_scan_options *options, const struct left_out *row)
{
    bool listed = !options->only;
    if (!row->public.rule || row->secret.confidence < options->least)
        return false;
    for (size_t i = 0; !listed && i < options->only_count; i++)
        listed = strcmp(options->only[i], row->public.rule) == 0;
    return listed;
}

static int by_place(const void *a, const void *b)
{
    const struct left_out *x = *(const struct left_out *const *)a, *y = *(const struct left_out *const *)b;
    int file = x->secret.file && y->secret.file ? strcmp(x->secret.file, y->secret.file) : 0;
    if (file != 0)
        return file;
    return (x->secret.offset > y->secret.offset) - (x->secret.offset < y->secret.offset);
}

/* The rows that are wanted, by their places; NULL: no memory. */
static const struct left_out **select_rows(const struct retargeted *found, const struct jpk_scan_options *options,
                                           size_t *count)
{
    const struct left_out **rows = calloc(found->left_out.count + 1, sizeof *rows);
    *count = 0;
    for (size_t i = 0; rows && i < found->left_out.count; i++)
        if (wanted(options, &found->left_out.items[i]))
            rows[(*count)++] = &found->left_out.items[i];
    if (rows && *count > 0)
        qsort(rows, *count, sizeof *rows, by_place);
    return rows;
}

static struct jpk_secret secret_of(const struct left_out *row)
{
    return (struct jpk_secret){.rule = row->public.rule,
                               .severity = secret_rule_info(row->secret.rule)->severity,
                               .confidence = row->secret.confidence,
                               .file = row->secret.file,
                               .item = row->public.path,
                               .setting = row->public.key,
                               .shown = row->secret.shown};
}

/* Owns `found`, which may be NULL. */
static struct secrets *secrets_of(struct retargeted *found, const struct jpk_scan_options *options,
                                  const struct left_out ***rows, struct jpk_error *err)
{
    struct secrets *secrets = found ? calloc(1, sizeof *secrets) : NULL;
    struct jpk_secret *items = NULL;
    size_t count = 0;
    *rows = secrets ? select_rows(found, options, &count) : NULL;
    if (*rows)
        items = arena_calloc(&secrets->arena, count + 1, sizeof *items);
    if (!items) {
        if (found)
            jpk_retargeted_free(&found->public);
        if (found)
            error_memory(err);
        if (secrets)
            arena_free(&secrets->arena);
        free(secrets);
        free(*rows);
        *rows = NULL;
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        items[i] = secret_of((*rows)[i]);
    secrets->found = found;
    secrets->public = (struct jpk_secrets){items, count};
    return secrets;
}

void jpk_secrets_free(struct jpk_secrets *public)
{
    struct secrets *secrets = (struct secrets *)public;
    if (!secrets)
        return;
    if (secrets->found)
        jpk_retargeted_free(&secrets->found->public);
    arena_free(&secrets->arena);
    free(secrets);
}

/* --------------------------------------------------------------------------------------------------------- places */

static void place_in_text(struct jpk_secret *items, const struct left_out **rows, size_t count, const char *text,
                          size_t n)
{
    struct text_counter counter = text_counter_begin(text, n);
    for (size_t i = 0; i < count; i++) {
        struct text_position position = text_counter_at(&counter, rows[i]->secret.offset);
        items[i].line = position.line;
        items[i].column = position.column;
    }
}

/* What is no text has no lines. */
static void without_place(struct jpk_secret *item, const struct left_out *row)
{
    if (row->secret.rule == SECRET_UNSEARCHED)
        item->line = item->column = 0;
}

/* Those of one entry. */
static bool place_in_entry(const struct jpk_project *project, struct jpk_secret *items, const struct left_out **rows,
                           size_t count, struct buf *text, struct jpk_error *err)
{
    struct tree_places places = {0};
    size_t entry = jpk_archive_find(project->archive, items->file);
    struct jpk_error problem = {0};
    if (!tree_places_begin(&places, project->archive, items->file, &problem)) {
        if (problem.code == JPK_ERR_MEMORY)
            return error_memory(err);
        if (!archive_read(project->archive, entry, text, err))
            return false;
        utf16_read(text);
        if (text->failed)
            return error_memory(err);
        place_in_text(items, rows, count, buf_text(text), text->size);
        return true;
    }
    utf16_read(&places.joined);
    places.failed |= places.joined.failed;
    for (size_t i = 0; i < count; i++) {
        struct tree_place place;
        tree_places_at(&places, rows[i]->secret.offset, &place);
        items[i].file = place.path;
        items[i].line = place.line;
        items[i].column = place.column;
    }
    bool ok = !places.failed || error_memory(err);
    tree_places_free(&places);
    return ok;
}

static bool place_in_project(const struct jpk_project *project, const struct secrets *secrets,
                             const struct left_out **rows, struct jpk_error *err)
{
    struct jpk_secret *items = (struct jpk_secret *)secrets->public.items;
    struct buf text = {0};
    bool ok = true;
    for (size_t i = 0, end; ok && i < secrets->public.count; i = end) {
        end = i + 1;
        while (end < secrets->public.count && strcmp(items[end].file, items[i].file) == 0)
            end++;
        ok = place_in_entry(project, items + i, rows + i, end - i, &text, err);
    }
    for (size_t i = 0; i < secrets->public.count; i++)
        without_place(&items[i], rows[i]);
    buf_free(&text);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------- projects */

static const struct jpk_retarget_options look = {.without = JPK_WITHOUT_CREDENTIALS | JPK_WITHOUT_SECRETS |
                                                            JPK_WITHOUT_PEOPLE | JPK_WITHOUT_HOSTS};

struct jpk_secrets *jpk_scan_project(const struct jpk_project *project, const struct jpk_scan_options *options,
                                     struct jpk_error *err)
{
    const struct left_out **rows;
    struct secrets *secrets =
        secrets_of(retarget_look_project(project, &look, err), options ? options : &everything, &rows, err);
    bool ok = secrets && place_in_project(project, secrets, rows, err);
    free(rows);
    if (ok)
        return &secrets->public;
    jpk_secrets_free(secrets ? &secrets->public : NULL);
    return NULL;
}

struct jpk_secrets *jpk_scan_cloud(const struct jpk_cloud *cloud, const struct jpk_cloud_tree *tree,
                                   const struct jpk_scan_options *options, struct jpk_error *err)
{
    const struct left_out **rows;
    struct secrets *secrets =
        secrets_of(retarget_look_cloud(cloud, &look, err), options ? options : &everything, &rows, err);
    if (!secrets)
        return NULL;
    struct jpk_secret *items = (struct jpk_secret *)secrets->public.items;
    place_in_text(items, rows, secrets->public.count, cloud->text, cloud->size);
    bool ok = true;
    for (size_t i = 0; tree && ok && i < secrets->public.count; i++)
        ok = cloud_tree_place(tree, &items[i].file, &items[i].line, &items[i].column, err);
    free(rows);
    if (ok)
        return &secrets->public;
    jpk_secrets_free(&secrets->public);
    return NULL;
}

/* ---------------------------------------------------------------------------------------------------- other texts */

/* A list of secrets in a text, and the names of its places when it is JSON. */
struct text_scan {
    const char *text;
    size_t n;
    struct jdoc doc;
    bool json;
    struct retargeted *found;
};

static bool add(struct text_scan *s, struct secret secret)
{
    struct buf pointer = {0};
    if (s->json)
        jdoc_pointer(&s->doc, jdoc_at(&s->doc, secret.offset), &pointer);
    secret.shown = retarget_shown(s->found, secret.rule, s->text + secret.offset, secret.length);
    struct jpk_left_out row = {
        .path = "", .key = pointer.size ? buf_text(&pointer) : NULL, .rule = secret_rule_info(secret.rule)->id};
    bool ok = !pointer.failed && secret.shown && retarget_list(s->found, &s->found->left_out, 0, row, &secret);
    buf_free(&pointer);
    return ok;
}

static bool find_values(struct text_scan *s, struct hygiene_hits *typed)
{
    bool ok = true;
    for (uint32_t i = 0; ok && s->json && i < s->doc.count; i++) {
        uint32_t value = jdoc_type(&s->doc, i) == JDOC_OBJECT ? secret_json_value(&s->doc, i) : JDOC_NONE;
        if (value == JDOC_NONE)
            continue;
        size_t at = s->doc.nodes[value].start + 1, end = at;
        while (s->text[end] != '"')
            end += s->text[end] == '\\' ? 2 : 1;
        struct secret secret = {.rule = SECRET_VALUE, .confidence = JPK_HIGH, .offset = at, .length = end - at};
        ok = add(s, secret) && retarget_add_hit(typed, (struct hygiene_hit){.offset = at, .length = end - at});
    }
    retarget_sort_hits(typed);
    return ok;
}

static bool list_unsearched(struct text_scan *s)
{
    struct secret secret;
    struct jpk_left_out row = retarget_unsearched(s->found, SECRET_NO_TEXT, &secret);
    row.path = "";
    return secret.shown && retarget_list(s->found, retarget_unsearched_list(s->found), 0, row, &secret);
}

static bool find_in_text(struct text_scan *s)
{
    struct hygiene_hits typed = {0}, hits = {0};
    if (!secret_text_is(s->text, s->n))
        return list_unsearched(s);
    bool ok = find_values(s, &typed) && retarget_find(s->text, s->n, look.without, true, &typed, &hits);
    for (size_t i = 0; ok && i < hits.count; i++)
        ok = add(s, secret_of_hit(&hits.items[i], 0));
    hygiene_hits_free(&typed);
    hygiene_hits_free(&hits);
    return ok;
}

/* Whatever is no JSON is a text like any other. False: no memory. */
static bool read_json(struct text_scan *s)
{
    struct jpk_error err = {0};
    s->json = jpk_cloud_looks_like(s->text, s->n) && jdoc_parse(&s->doc, s->text, s->n, NULL, &err);
    return s->json ? jdoc_place_all(&s->doc, &err) : err.code != JPK_ERR_MEMORY;
}

/* The text as UTF-8 without a byte order mark, in `read` when it is UTF-16. */
static bool read_text(struct text_scan *s, struct buf *read, struct jpk_error *err)
{
    if (utf16_of(s->text, s->n) != UTF16_NONE) {
        buf_put(read, s->text, s->n);
        utf16_read(read);
        s->text = buf_text(read);
        s->n = read->size;
    }
    size_t mark = text_mark(s->text, s->n);
    s->text += mark;
    s->n -= mark;
    return !read->failed || error_memory(err);
}

struct jpk_secrets *jpk_scan_text(const char *text, size_t size, const struct jpk_scan_options *options,
                                  struct jpk_error *err)
{
    struct text_scan s = {.text = text, .n = size};
    struct buf read = {0};
    const struct left_out **rows;
    if (!read_text(&s, &read, err) || !(s.found = retarget_begin(&look, err))) {
        buf_free(&read);
        return NULL;
    }
    s.found->looking = true;
    bool ok = (read_json(&s) && find_in_text(&s)) || error_memory(err);
    jdoc_free(&s.doc);
    if (!ok)
        jpk_retargeted_free(&s.found->public);
    struct secrets *secrets = ok ? secrets_of(s.found, options ? options : &everything, &rows, err) : NULL;
    if (!secrets) {
        buf_free(&read);
        return NULL;
    }
    struct jpk_secret *items = (struct jpk_secret *)secrets->public.items;
    place_in_text(items, rows, secrets->public.count, s.text, s.n);
    buf_free(&read);
    for (size_t i = 0; i < secrets->public.count; i++) {
        items[i].item = NULL;
        without_place(&items[i], rows[i]);
    }
    free(rows);
    return &secrets->public;
}

/* ---------------------------------------------------------------------------------------------------------- words */

char *jpk_secret_words(const struct jpk_secret *secret)
{
    struct jpk_check_rule rule = {.summary = "A secret."};
    struct buf out = {0};
    size_t i = 0;
    while (jpk_scan_rule(i, &rule) && strcmp(rule.id, secret->rule) != 0)
        i++;
    size_t n = strcspn(rule.summary, ",.;");
    buf_putc(&out, text_lower(*rule.summary));
    buf_put(&out, rule.summary + 1, n - 1);
    if (secret->setting) {
        struct buf masked = {0};
        buf_puts(&out, " in '");
        buf_put_clean(&out, secret_text_shown(&masked, secret->setting), NULL);
        buf_putc(&out, '\'');
        out.failed |= masked.failed;
        buf_free(&masked);
    }
    buf_puts(&out, ": ");
    buf_put_clean(&out, secret->shown, NULL);
    if (secret->confidence < JPK_HIGH)
        buf_printf(&out, " (%s confidence)", jpk_confidence_name(secret->confidence));
    if (!out.failed)
        return out.data;
    buf_free(&out);
    return NULL;
}
