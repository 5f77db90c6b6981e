/*
 * An export for another organization: one pass over the document marks what is written otherwise, and the writer of
 * canonical text does the rest. Facts: sections 2 to 13 of the format's description, section 3.8 of the mapping rules.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "jpk/cloud_model.h"
#include "jpk/cloud_path.h"
#include "jpk/cloud_shape.h"
#include "jpk/retarget_parts.h"

/* A container around the value at hand. */
struct around {
    uint32_t node;
    uint32_t key; /* of the member that it is; JDOC_NONE in an array */
};

struct sweep {
    const struct jpk_retarget_options *options;
    const struct jpk_cloud *cloud;
    const struct jdoc *doc;
    struct retargeted *result;
    struct cloud_edits edits;
    struct cloud_replacement *replacements;
    size_t capacity;
    const struct jpk_cloud_component **user;     /* by component, of e-mails: who else needs it */
    bool *outside;                               /* by component, of e-mails: what is no component does */
    size_t next;                                 /* component */
    const struct jpk_cloud_component *component; /* around the value at hand, or NULL */
    size_t base;                                 /* its depth */
    size_t depth;
    struct hygiene_hits hits; /* secrets in the text of the file, in order */
    size_t hit;               /* the first that is not behind the value at hand */
    bool marking;             /* the second pass; the first one finds out which e-mails are needed */
    bool failed;
    struct around stack[JDOC_DEPTH_MAX + 1];
};

static bool without(const struct sweep *s, enum jpk_without what)
{
    return (s->options->without & what) != 0;
}

/* ----------------------------------------------------------------------------------------------------- writing down */

static void leave_out(struct sweep *s, uint32_t node)
{
    s->edits.what[node] = CLOUD_LEFT_OUT;
}

/* `json` has to stay. */
static void replace(struct sweep *s, uint32_t node, const char *json)
{
    struct cloud_replacement *list =
        json ? array_grow(s->replacements, s->edits.count, &s->capacity, sizeof *list) : NULL;
    if (!list) {
        s->failed = true;
        return;
    }
    list[s->edits.count++] = (struct cloud_replacement){node, json, strlen(json)};
    s->edits.replacements = s->replacements = list;
    s->edits.what[node] = CLOUD_REPLACED;
}

static void replace_string(struct sweep *s, uint32_t node, const char *text)
{
    struct buf json = {0};
    cloud_put_string(&json, text, strlen(text));
    replace(s, node, json.failed ? NULL : arena_strndup(&s->result->arena, json.data, json.size));
    buf_free(&json);
}

static void list_secret(struct sweep *s, struct left_out_list *to, const struct jpk_cloud_component *component,
                        struct jpk_left_out row, const struct secret *secret)
{
    struct buf path = {0};
    uint32_t place = component ? component->index : UINT32_MAX; /* the project itself comes last */
    row.path = retarget_path(to, place);
    if (!row.path && component)
        cloud_path(&path, component);
    else if (!row.path)
        buf_puts(&path, "project");
    row.path = row.path ? row.path : path.data;
    s->failed |= path.failed || !retarget_list(s->result, to, place, row, secret);
    buf_free(&path);
}

static void list(struct sweep *s, struct left_out_list *to, const struct jpk_cloud_component *component,
                 struct jpk_left_out row)
{
    list_secret(s, to, component, row, NULL);
}

/* The same with a note about another component. */
static void list_named(struct sweep *s, struct left_out_list *to, const struct jpk_cloud_component *component,
                       struct jpk_left_out row, const char *before, const struct jpk_cloud_component *named,
                       const char *behind)
{
    struct buf note = {0}, path = {0};
    cloud_path(&path, named);
    buf_puts(&note, before);
    retarget_put_name(&note, buf_text(&path), path.size);
    buf_puts(&note, behind);
    row.note = note.data;
    s->failed |= note.failed || path.failed;
    if (!s->failed)
        list(s, to, component, row);
    buf_free(&note);
    buf_free(&path);
}

static void put_part(const struct sweep *s, struct buf *out, uint32_t string)
{
    if (out->size)
        buf_putc(out, '/');
    retarget_put_name(out, jdoc_string(s->doc, string), jdoc_string_size(s->doc, string));
}

static bool has_key(const struct sweep *s, size_t at, const char *key)
{
    return s->stack[at].key != JDOC_NONE && jdoc_string_is(s->doc, s->stack[at].key, key, strlen(key));
}

/* The containers around a value below its component: the names that they give themselves, or their keys. */
static void put_around(const struct sweep *s, struct buf *out, bool names)
{
    enum { KEY_BYTES = 1000 };
    for (size_t i = s->component ? s->base + 1 : 1; i < s->depth; i++) {
        uint32_t part = names ? jdoc_member(s->doc, s->stack[i].node, "name") : s->stack[i].key;
        if (s->stack[i].node == s->cloud->project || !jdoc_is(s->doc, part, JDOC_STRING))
            continue;
        if (out->size > KEY_BYTES)
            buf_clear(out);
        if (jdoc_string_size(s->doc, part))
            put_part(s, out, part);
    }
}

/*
 * Where a value stands in its component: a property's path as jpk_cloud_property has it, else the keys of members; the
 * end of it alone when that is very long.
 */
static void put_key(const struct sweep *s, struct buf *out, uint32_t key)
{
    put_around(s, out, true);
    bool value = out->size && key != JDOC_NONE && jdoc_string_is(s->doc, key, "value", strlen("value"));
    if (!out->size)
        put_around(s, out, false);
    if (key != JDOC_NONE && !value)
        put_part(s, out, key);
}

static void list_value(struct sweep *s, enum jpk_without why, uint32_t key, const char *note)
{
    struct buf path = {0};
    put_key(s, &path, key);
    s->failed |= path.failed;
    if (!path.failed)
        list(s, &s->result->left_out, s->component, (struct jpk_left_out){.why = why, .key = path.data, .note = note});
    buf_free(&path);
}

/* Where a value ends in the text, with its quotes. */
static size_t value_end(const struct jdoc *doc, uint32_t node)
{
    size_t at = doc->nodes[node].start;
    if (jdoc_type(doc, node) != JDOC_STRING)
        return at + (jdoc_type(doc, node) == JDOC_NUMBER ? jdoc_number_size(doc, node) : 1);
    for (at++; at < doc->size && doc->text[at] != '"'; at++)
        at += doc->text[at] == '\\';
    return at + 1;
}

/* Lists a secret of the value at hand. `length` 0: all of it. */
static void list_found(struct sweep *s, enum jpk_without why, uint32_t key, uint32_t value, struct secret secret,
                       const char *note)
{
    const struct jdoc *doc = s->doc;
    struct buf path = {0};
    if (secret.length == 0) {
        secret.offset = doc->nodes[value].start + (jdoc_type(doc, value) == JDOC_STRING);
        secret.length = value_end(doc, value) - (jdoc_type(doc, value) == JDOC_STRING) - secret.offset;
    }
    put_key(s, &path, key);
    secret.shown = retarget_shown(s->result, secret.rule, doc->text + secret.offset, secret.length);
    s->failed |= path.failed || !secret.shown;
    if (!s->failed)
        list_secret(s, &s->result->left_out, s->component,
                    (struct jpk_left_out){
                        .why = why, .key = path.data, .note = note, .rule = secret_rule_info(secret.rule)->id},
                    &secret);
    buf_free(&path);
}

/* ---------------------------------------------------------------------------------------------------------- project */

static void visit_project(struct sweep *s, uint32_t key, uint32_t value)
{
    const struct {
        const char *key, *text, *json;
    } rows[] = {
        {"name", s->options->name, NULL},
        {"organizationId", s->options->organization_id, NULL},
        {"targetEnvironmentId", s->options->environment_id, NULL},
        {"deployments", NULL, "[]"},
        {"requiresDeploy", NULL, "true"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!jdoc_string_is(s->doc, key, rows[i].key, strlen(rows[i].key)))
            continue;
        if (rows[i].text)
            replace_string(s, value, rows[i].text);
        else if (rows[i].json)
            replace(s, value, rows[i].json);
    }
}

/* ------------------------------------------------------------------------------------------------------- credentials
 */

static bool endpoint(const struct jpk_cloud_component *component)
{
    return component && (component->kind == JPK_CLOUD_CONNECTION || component->kind == JPK_CLOUD_ACTIVITY);
}

/* Whether a node is a string that can be looked at as a text. */
static bool is_text(const struct jdoc *doc, uint32_t node)
{
    return jdoc_is(doc, node, JDOC_STRING) && !memchr(jdoc_string(doc, node), '\0', jdoc_string_size(doc, node));
}

static char *copy(struct sweep *s, uint32_t string)
{
    char *text = strndup(jdoc_string(s->doc, string), jdoc_string_size(s->doc, string));
    s->failed |= !text;
    return text;
}

/* The secrets in a header, an address or the like, where they were told apart; all of it else. */
static void list_parts(struct sweep *s, uint32_t key, uint32_t value, enum secret_rule rule)
{
    static const char note[] = "only the secret in its text, the rest of it stays";
    size_t start = s->doc->nodes[value].start, end = value_end(s->doc, value), i = s->hit;
    while (i < s->hits.count && s->hits.items[i].offset < start)
        i++;
    if (i == s->hits.count || s->hits.items[i].offset >= end)
        list_found(s, JPK_WITHOUT_CREDENTIALS, key, value, (struct secret){.rule = rule, .confidence = JPK_MEDIUM},
                   note);
    for (; i < s->hits.count && s->hits.items[i].offset < end; i++)
        list_found(s, JPK_WITHOUT_CREDENTIALS, key, value, secret_of_hit(&s->hits.items[i], 0), note);
}

/* Headers and addresses keep what is no secret in them. */
static void cut_text(struct sweep *s, uint32_t parent, uint32_t key, uint32_t value)
{
    uint32_t name = jdoc_member(s->doc, parent, "name");
    if (!endpoint(s->component) || !is_text(s->doc, value) || !is_text(s->doc, name))
        return;
    struct buf rest = {0};
    char *text = copy(s, value), *place = copy(s, name);
    if (text && place && retarget_cut_secrets(place, text, &rest)) {
        replace_string(s, value, buf_text(&rest));
        list_parts(s, key, value, retarget_credential_rule(place, text, false));
    }
    s->failed |= rest.failed;
    buf_free(&rest);
    free(text);
    free(place);
}

/* What a property or a log-in of an e-mail is, by its name. */
static struct secret credential(struct sweep *s, uint32_t parent, uint32_t key, uint32_t value)
{
    const struct jdoc *doc = s->doc;
    uint32_t name =
        key != JDOC_NONE && jdoc_string_is(doc, key, "value", strlen("value")) ? jdoc_member(doc, parent, "name") : key;
    struct secret secret = {.rule = (enum secret_rule)HYGIENE_PLAIN_PASSWORD, .confidence = JPK_HIGH};
    char *text = is_text(doc, value) ? copy(s, value) : NULL;
    char *named = name != JDOC_NONE && is_text(doc, name) ? copy(s, name) : NULL;
    if (retarget_encrypted(doc, value))
        secret.rule = SECRET_ENCRYPTED;
    else if (text && (strchr(text, '[') || (named && retarget_secret_name(named, strlen(named)))))
        secret.rule = retarget_credential_rule(named ? named : "", text, false);
    free(text);
    free(named);
    return secret;
}

static void visit_credential(struct sweep *s, uint32_t parent, uint32_t key, uint32_t value)
{
    const struct jdoc *doc = s->doc;
    bool of_value = key != JDOC_NONE && jdoc_string_is(doc, key, "value", strlen("value"));
    bool by_name = endpoint(s->component) || !s->component;
    uint32_t own = s->component ? s->component->node : JDOC_NONE;
    if (retarget_encrypted(doc, value) && key == JDOC_NONE)
        replace(s, value, "\"\""); /* those behind it keep their places */
    else if (retarget_encrypted(doc, value) || (of_value && retarget_property_goes(doc, parent, value, by_name)) ||
             (key != JDOC_NONE && parent == own && retarget_login_goes(s->component, doc, key)))
        leave_out(s, value);
    else if (of_value)
        cut_text(s, parent, key, value);
    if (s->edits.what[value] == CLOUD_LEFT_OUT || (key == JDOC_NONE && s->edits.what[value] == CLOUD_REPLACED))
        list_found(s, JPK_WITHOUT_CREDENTIALS, key, value, credential(s, parent, key, value), NULL);
}

/* ------------------------------------------------------------------------------------------------ secrets in texts
 */

/* What is made of a text beside it tells the same again. */
static bool is_copy(const struct jdoc *doc, uint32_t key)
{
    static const char ending[] = "Cleansed";
    size_t n = sizeof ending - 1;
    return key != JDOC_NONE && jdoc_string_size(doc, key) > n &&
           memcmp(jdoc_string(doc, key) + jdoc_string_size(doc, key) - n, ending, n) == 0;
}

/* A string with markers in the place of its hits, as canonical text has it. */
static void replace_hits(struct sweep *s, uint32_t value, size_t end)
{
    const struct jdoc *doc = s->doc;
    struct buf raw = {0};
    struct jdoc text = {0};
    if (jdoc_type(doc, value) != JDOC_STRING) {
        replace_string(s, value, "REDACTED");
        while (s->hit < s->hits.count && s->hits.items[s->hit].offset < end)
            s->hit++;
        return;
    }
    buf_putc(&raw, '"');
    secret_text_cut(&raw, doc->text, doc->nodes[value].start + 1, end - 1, &s->hits, &s->hit, NULL);
    buf_putc(&raw, '"');
    if (raw.failed || !jdoc_parse(&text, raw.data, raw.size, NULL, NULL)) {
        s->failed |= raw.failed;
        replace_string(s, value, "REDACTED"); /* it would not have been JSON any more */
    } else {
        struct buf json = {0};
        cloud_put_string(&json, jdoc_string(&text, 0), jdoc_string_size(&text, 0));
        replace(s, value, json.failed ? NULL : arena_strndup(&s->result->arena, json.data, json.size));
        buf_free(&json);
    }
    jdoc_free(&text);
    buf_free(&raw);
}

static void visit_text(struct sweep *s, uint32_t key, uint32_t value)
{
    size_t start = s->doc->nodes[value].start;
    while (s->hit < s->hits.count && s->hits.items[s->hit].offset < start)
        s->hit++;
    if (s->hit == s->hits.count || jdoc_type(s->doc, value) >= JDOC_ARRAY)
        return;
    size_t end = value_end(s->doc, value);
    if (s->hits.items[s->hit].offset >= end || s->edits.what[value] != CLOUD_STAYS)
        return;
    for (size_t i = s->hit; i < s->hits.count && s->hits.items[i].offset < end && !is_copy(s->doc, key); i++) {
        const struct hygiene_hit *hit = &s->hits.items[i];
        list_found(s, retarget_why(hit->rule), key, value, secret_of_hit(hit, 0), NULL);
    }
    replace_hits(s, value, end);
}

/* ------------------------------------------------------------------------------------------------------------ e-mails
 */

const struct jpk_cloud_component *retarget_email(const struct jpk_cloud *cloud, const struct jdoc *doc, uint32_t string)
{
    enum { ID_MAX = 64 };
    char id[ID_MAX + 1];
    size_t n = jdoc_string_size(doc, string);
    if (n == 0 || n > ID_MAX)
        return NULL;
    memcpy(id, jdoc_string(doc, string), n);
    id[n] = '\0';
    const struct jpk_cloud_component *component = jpk_cloud_by_id(cloud, id);
    return component && component->kind == JPK_CLOUD_EMAIL ? component : NULL;
}

static bool dropped(const struct sweep *s, const struct jpk_cloud_component *email)
{
    return without(s, JPK_WITHOUT_EMAILS) && !s->user[email->index] && !s->outside[email->index];
}

/* The depth of the operation around the value at hand, be it a component or the copy in a workflow; 0: there is none.
 */
static size_t operation_depth(const struct sweep *s)
{
    if (s->component)
        return s->component->kind == JPK_CLOUD_OPERATION ? s->base : 0;
    size_t at = 0;
    while (at < s->depth && !has_key(s, at, "workflows"))
        at++;
    while (at + 1 < s->depth && !has_key(s, at, "operations"))
        at++;
    return at + 1 < s->depth ? at + 1 : 0;
}

/*
 * The link of an operation: the element of a list, or the member. Steps are no links: without one the operation would
 * be another. JDOC_NONE: it is none.
 */
static uint32_t operation_link(const struct sweep *s, uint32_t key, uint32_t string, const char **member, size_t *n)
{
    size_t operation = operation_depth(s), first = operation + 1;
    if (!operation)
        return JDOC_NONE;
    uint32_t own = first < s->depth ? s->stack[first].key : key;
    if (own == JDOC_NONE || jdoc_string_is(s->doc, own, "steps", strlen("steps")) ||
        jdoc_string_is(s->doc, own, "id", strlen("id")))
        return JDOC_NONE;
    *member = jdoc_string(s->doc, own);
    *n = jdoc_string_size(s->doc, own);
    for (size_t i = first; i < s->depth; i++)
        if (jdoc_type(s->doc, s->stack[i].node) == JDOC_ARRAY)
            return i + 1 < s->depth ? s->stack[i + 1].node : string;
    return string;
}

/* The row of a global variable that says where it is used; JDOC_NONE: it is none. */
static uint32_t usage(const struct sweep *s)
{
    bool rows = s->component && s->component->kind == JPK_CLOUD_GLOBAL && s->base + 2 < s->depth &&
                has_key(s, s->base + 1, "usages");
    return rows ? s->stack[s->base + 2].node : JDOC_NONE;
}

static void visit_email(struct sweep *s, uint32_t key, uint32_t string)
{
    const struct jpk_cloud_component *email = retarget_email(s->cloud, s->doc, string);
    const char *member = "";
    size_t n = 0;
    if (!email || s->component == email ||
        (key != JDOC_NONE && jdoc_string_is(s->doc, key, "duplicateRef", strlen("duplicateRef"))))
        return;
    uint32_t link = operation_link(s, key, string, &member, &n), row = usage(s);
    if (link == JDOC_NONE && row == JDOC_NONE) {
        s->user[email->index] = s->user[email->index] ? s->user[email->index] : s->component;
        s->outside[email->index] |= !s->component;
    } else if (s->marking && link == JDOC_NONE) {
        if (dropped(s, email))
            leave_out(s, row);
    } else if (s->marking && s->edits.what[link] == CLOUD_STAYS) {
        char *shown = s->component ? strndup(member, n) : NULL;
        s->failed |= s->component && !shown;
        leave_out(s, link);
        if (shown)
            list_named(s, &s->result->left_out, s->component,
                       (struct jpk_left_out){.why = JPK_WITHOUT_EMAILS, .key = shown}, "it names ", email, "");
        free(shown);
    }
}

/* Scripts name e-mails by their names. */
static void find_users(struct sweep *s)
{
    for (size_t i = 0; i < s->cloud->component_count; i++) {
        const struct jpk_cloud_component *email = s->cloud->components[i];
        size_t count = 0;
        const struct jpk_cloud_reference *const *to =
            email->kind == JPK_CLOUD_EMAIL ? jpk_cloud_to(s->cloud, email, &count) : NULL;
        for (size_t j = 0; j < count && !s->user[i]; j++)
            if (!to[j]->in_comment && to[j]->from != email)
                s->user[i] = to[j]->from;
    }
}

/* The row of an e-mail that goes, or that has to stay. */
static void list_email(struct sweep *s)
{
    const struct jpk_cloud_component *email = s->component, *user = s->user[email->index];
    struct jpk_left_out row = {.why = JPK_WITHOUT_EMAILS};
    if (dropped(s, email))
        list(s, &s->result->left_out, email, row);
    else if (user)
        list_named(s, &s->result->kept, email, row, "", user, " uses it");
    else
        list(s, &s->result->kept, email,
             (struct jpk_left_out){.why = JPK_WITHOUT_EMAILS, .note = "something else in the file names it"});
}

/* ------------------------------------------------------------------------------------------------------ the document
 */

/* Whether a member is the value of a project variable, which is no credential. */
static bool variable_value(const struct sweep *s, uint32_t parent, uint32_t key)
{
    return s->component && s->component->kind == JPK_CLOUD_VARIABLE && parent == s->component->node &&
           key != JDOC_NONE && jdoc_string_is(s->doc, key, "defaultValue", strlen("defaultValue"));
}

/* Whether a variable's value is a secret: hidden, or one by the variable's name or its looks. */
static bool secret_variable(const struct sweep *s, uint32_t value)
{
    const struct jdoc *doc = s->doc;
    const struct jpk_cloud_component *variable = s->component;
    if (!is_text(doc, value) || jdoc_string_size(doc, value) == 0)
        return false;
    return variable->as.variable->secret ||
           retarget_variable_looks_secret(variable->name, strlen(variable->name), jdoc_string(doc, value),
                                          jdoc_string_size(doc, value));
}

static void visit_variable(struct sweep *s, uint32_t key, uint32_t value)
{
    bool encrypted = retarget_encrypted(s->doc, value), sure = secret_variable(s, value);
    struct secret secret = {.rule = encrypted ? SECRET_ENCRYPTED : SECRET_HIDDEN,
                            .confidence = sure ? JPK_HIGH : JPK_LOW};
    if (jdoc_type(s->doc, value) == JDOC_STRING && jdoc_string_size(s->doc, value) == 0)
        return;
    replace(s, value, "\"\"");
    if (encrypted || sure)
        list_found(s, JPK_WITHOUT_VARIABLES, key, value, secret, NULL);
    else
        list_value(s, JPK_WITHOUT_VARIABLES, key, NULL);
}

/* Whether the value of the variable at hand goes; when looking, all that is encrypted is shown. */
static bool variable_goes(const struct sweep *s, uint32_t value)
{
    return without(s, JPK_WITHOUT_VARIABLES) ||
           (without(s, JPK_WITHOUT_SECRETS) &&
            (secret_variable(s, value) || (s->result->looking && retarget_encrypted(s->doc, value))));
}

/* A value; `key` is JDOC_NONE for elements of arrays. */
static void visit(struct sweep *s, uint32_t key, uint32_t value)
{
    uint32_t parent = s->depth ? s->stack[s->depth - 1].node : JDOC_NONE;
    bool variable = variable_value(s, parent, key);
    if (without(s, JPK_WITHOUT_EMAILS) && jdoc_type(s->doc, value) == JDOC_STRING)
        visit_email(s, key, value);
    if (!s->marking || s->edits.what[value] != CLOUD_STAYS)
        return;
    if (key != JDOC_NONE && parent == s->cloud->project && s->cloud->form != JPK_CLOUD_COMPONENTS)
        visit_project(s, key, value);
    else if (variable && variable_goes(s, value))
        visit_variable(s, key, value);
    else if (!variable && without(s, JPK_WITHOUT_CREDENTIALS))
        visit_credential(s, parent, key, value);
    visit_text(s, key, value);
}

/* Goes into a container, and notes when it is a component. False: it is left out. */
static bool enter(struct sweep *s, uint32_t key, uint32_t node)
{
    const struct jpk_cloud *cloud = s->cloud;
    while (s->next < cloud->component_count && cloud->components[s->next]->node < node)
        s->next++;
    if (s->next < cloud->component_count && cloud->components[s->next]->node == node) {
        s->component = cloud->components[s->next++];
        s->base = s->depth;
        if (s->marking && s->component->kind == JPK_CLOUD_EMAIL && without(s, JPK_WITHOUT_EMAILS)) {
            list_email(s);
            if (dropped(s, s->component))
                leave_out(s, node);
        }
    }
    if (s->edits.what[node] != CLOUD_STAYS)
        return false;
    s->stack[s->depth++] = (struct around){node, key};
    return true;
}

static void leave(struct sweep *s, uint32_t at)
{
    while (s->depth && at >= jdoc_next(s->doc, s->stack[s->depth - 1].node))
        s->depth--;
    if (s->component && at >= jdoc_next(s->doc, s->component->node))
        s->component = NULL;
}

static void sweep(struct sweep *s, bool marking)
{
    const struct jdoc *doc = s->doc;
    uint32_t key = JDOC_NONE;
    s->marking = marking;
    s->next = s->depth = 0;
    s->component = NULL;
    for (uint32_t at = 0; at < doc->count && !s->failed;) {
        leave(s, at);
        if (doc->nodes[at].flags & JDOC_KEY) {
            key = at;
            at = jdoc_shadowed(doc, at) ? jdoc_next(doc, at + 1) : at + 1;
            continue;
        }
        if (key != JDOC_NONE && key + 1 != at)
            key = JDOC_NONE;
        visit(s, key, at);
        bool container = jdoc_type(doc, at) >= JDOC_ARRAY;
        at = (container ? enter(s, key, at) : s->edits.what[at] != CLOUD_LEFT_OUT) ? at + 1 : jdoc_next(doc, at);
    }
}

static bool sweep_all(struct sweep *s)
{
    s->edits.what = calloc(s->doc->count + (size_t)1, sizeof *s->edits.what);
    s->user = calloc(s->cloud->component_count + 1, sizeof(struct jpk_cloud_component *));
    s->outside = calloc(s->cloud->component_count + 1, sizeof *s->outside);
    if (!s->edits.what || !s->user || !s->outside)
        return false;
    if (without(s, JPK_WITHOUT_EMAILS)) {
        find_users(s);
        sweep(s, false);
    }
    s->failed |= !retarget_find(s->doc->text, s->doc->size, s->options->without, s->result->looking, NULL, &s->hits);
    sweep(s, true);
    return !s->failed;
}

static bool write_text(struct sweep *s)
{
    struct buf out = {0};
    cloud_put_edited(&out, s->doc, cloud_shape_of_export(s->cloud), &s->edits);
    buf_putc(&out, '\n');
    if (out.failed) {
        buf_free(&out);
        return false;
    }
    s->result->public.text = out.data;
    s->result->public.size = out.size;
    return true;
}

static struct retargeted *retarget_cloud(const struct jpk_cloud *cloud, const struct jpk_retarget_options *options,
                                         bool looking, struct jpk_error *err)
{
    struct sweep *s = calloc(1, sizeof *s);
    struct retargeted *result = retarget_begin(options, err);
    bool ok = s && result;
    if (!s)
        error_memory(err);
    if (ok) {
        s->options = options;
        s->cloud = cloud;
        s->doc = cloud->doc;
        s->result = result;
        result->looking = looking;
        ok = (sweep_all(s) && (looking || write_text(s))) || error_memory(err);
        free(s->edits.what);
        free(s->user);
        free(s->outside);
        free(s->replacements);
        hygiene_hits_free(&s->hits);
    }
    free(s);
    if (!ok && result)
        jpk_retargeted_free(&result->public);
    return ok ? result : NULL;
}

struct jpk_retargeted *jpk_retarget_export(const struct jpk_cloud *cloud, const struct jpk_retarget_options *options,
                                           struct jpk_error *err)
{
    struct retargeted *result = retarget_cloud(cloud, options, false, err);
    return retarget_end(result, result != NULL, err);
}

struct retargeted *retarget_look_cloud(const struct jpk_cloud *cloud, const struct jpk_retarget_options *options,
                                       struct jpk_error *err)
{
    return retarget_cloud(cloud, options, true, err);
}
