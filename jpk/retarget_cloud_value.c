/* What becomes of the values of an export: credentials, variables, and secrets in all texts. */
#include <stdlib.h>
#include <string.h>

#include "jpk/retarget_sweep.h"

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
    size_t start = s->doc->nodes[value].start, end = sweep_value_end(s->doc, value), i = s->hit;
    while (i < s->hits.count && s->hits.items[i].offset < start)
        i++;
    if (i == s->hits.count || s->hits.items[i].offset >= end)
        sweep_list_found(s, JPK_WITHOUT_CREDENTIALS, key, value,
                         (struct secret){.rule = rule, .confidence = JPK_MEDIUM}, note);
    for (; i < s->hits.count && s->hits.items[i].offset < end; i++)
        sweep_list_found(s, JPK_WITHOUT_CREDENTIALS, key, value, secret_of_hit(&s->hits.items[i], 0), note);
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
        sweep_replace_string(s, value, buf_text(&rest));
        list_parts(s, key, value, retarget_credential_rule(place, text, false));
    }
    s->failed |= rest.failed;
    buf_free(&rest);
    free(text);
    free(place);
}

static bool is_value(const struct jdoc *doc, uint32_t key)
{
    return key != JDOC_NONE && jdoc_string_is(doc, key, "value", strlen("value"));
}

/* What a property or a log-in of an e-mail is, by its name. */
static struct secret credential(struct sweep *s, uint32_t parent, uint32_t key, uint32_t value)
{
    const struct jdoc *doc = s->doc;
    uint32_t name = is_value(doc, key) ? jdoc_member(doc, parent, "name") : key;
    struct secret secret = {.rule = (enum secret_rule)HYGIENE_PLAIN_PASSWORD, .confidence = JPK_HIGH};
    char *text = is_text(doc, value) ? copy(s, value) : NULL;
    char *named = name != JDOC_NONE && is_text(doc, name) ? copy(s, name) : NULL;
    if (retarget_encrypted(doc, value))
        secret.rule = SECRET_ENCRYPTED;
    else if (text && (strchr(text, '[') || (named && secret_field_name(named, strlen(named)))))
        secret.rule = retarget_credential_rule(named ? named : "", text, false);
    free(text);
    free(named);
    return secret;
}

/* Whether names alone make a secret of a property here. */
static bool by_name(const struct sweep *s)
{
    return endpoint(s->component) || !s->component;
}

void sweep_credential(struct sweep *s, uint32_t parent, uint32_t key, uint32_t value)
{
    const struct jdoc *doc = s->doc;
    bool of_value = is_value(doc, key);
    uint32_t own = s->component ? s->component->node : JDOC_NONE;
    if (retarget_encrypted(doc, value) && key == JDOC_NONE)
        sweep_replace(s, value, "\"\""); /* those behind it keep their places */
    else if (retarget_encrypted(doc, value) || (of_value && retarget_property_goes(doc, parent, value, by_name(s))) ||
             (key != JDOC_NONE && parent == own && retarget_login_goes(s->component, doc, key)))
        sweep_leave_out(s, value);
    else if (of_value)
        cut_text(s, parent, key, value);
    if (s->edits.what[value] == CLOUD_LEFT_OUT || (key == JDOC_NONE && s->edits.what[value] == CLOUD_REPLACED))
        sweep_list_found(s, JPK_WITHOUT_CREDENTIALS, key, value, credential(s, parent, key, value), NULL);
}

/* ------------------------------------------------------------------------------------------------ secrets in texts
 */

/* Whether what is left of the value of a property would still be a secret, by what the property is. */
static bool still_secret(const struct sweep *s, uint32_t key, const struct jdoc *left)
{
    uint32_t parent = s->depth ? s->stack[s->depth - 1].node : JDOC_NONE;
    return sweep_without(s, JPK_WITHOUT_CREDENTIALS) && is_value(s->doc, key) &&
           secret_property(s->doc, parent, by_name(s)) &&
           secret_field_value(jdoc_string(left, 0), jdoc_string_size(left, 0));
}

/* A string with markers in the place of its hits, as canonical text has it. */
static void replace_hits(struct sweep *s, uint32_t key, uint32_t value, size_t end)
{
    const struct jdoc *doc = s->doc;
    struct buf raw = {0};
    struct jdoc text = {0};
    if (jdoc_type(doc, value) != JDOC_STRING) {
        sweep_replace_string(s, value, SECRET_MARKER);
        while (s->hit < s->hits.count && s->hits.items[s->hit].offset < end)
            s->hit++;
        return;
    }
    buf_putc(&raw, '"');
    secret_text_cut(&raw, doc->text, doc->nodes[value].start + 1, end - 1, &s->hits, &s->hit, &s->result->marks);
    buf_putc(&raw, '"');
    struct jpk_error err = {0};
    if (raw.failed || !jdoc_parse(&text, raw.data, raw.size, NULL, &err)) {
        s->failed |= raw.failed || err.code == JPK_ERR_MEMORY;
        sweep_replace_string(s, value, SECRET_MARKER); /* it would not have been JSON any more */
    } else if (still_secret(s, key, &text)) {
        sweep_leave_out(s, value);
    } else {
        struct buf json = {0};
        cloud_put_string(&json, jdoc_string(&text, 0), jdoc_string_size(&text, 0));
        sweep_replace(s, value, json.failed ? NULL : arena_strndup(&s->result->arena, json.data, json.size));
        buf_free(&json);
    }
    jdoc_free(&text);
    buf_free(&raw);
}

void sweep_text(struct sweep *s, uint32_t key, uint32_t value)
{
    size_t start = s->doc->nodes[value].start;
    while (s->hit < s->hits.count && s->hits.items[s->hit].offset < start)
        s->hit++;
    if (s->hit == s->hits.count || jdoc_type(s->doc, value) >= JDOC_ARRAY)
        return;
    size_t end = sweep_value_end(s->doc, value);
    if (s->hits.items[s->hit].offset >= end || s->edits.what[value] != CLOUD_STAYS)
        return;
    for (size_t i = s->hit; i < s->hits.count && s->hits.items[i].offset < end && !cloud_is_copy(s->doc, key); i++) {
        const struct hygiene_hit *hit = &s->hits.items[i];
        sweep_list_found(s, retarget_why(hit->rule), key, value, secret_of_hit(hit, 0), NULL);
    }
    replace_hits(s, key, value, end);
}

/* -------------------------------------------------------------------------------------------------------- variables */

/* Whether a variable's value is a secret: hidden, or one by the variable's name, its label or its looks. */
static bool is_secret(const struct sweep *s, uint32_t value)
{
    const struct jdoc *doc = s->doc;
    const struct jpk_cloud_component *variable = s->component;
    if (!is_text(doc, value) || jdoc_string_size(doc, value) == 0)
        return false;
    return variable->as.variable->secret ||
           secret_variable(variable->name, strlen(variable->name), variable->as.variable->label,
                           strlen(variable->as.variable->label), jdoc_string(doc, value), jdoc_string_size(doc, value));
}

void sweep_variable(struct sweep *s, uint32_t key, uint32_t value)
{
    bool encrypted = retarget_encrypted(s->doc, value), sure = is_secret(s, value);
    struct secret secret = {.rule = encrypted ? SECRET_ENCRYPTED : SECRET_HIDDEN,
                            .confidence = sure ? JPK_HIGH : JPK_LOW};
    if (jdoc_type(s->doc, value) == JDOC_STRING && jdoc_string_size(s->doc, value) == 0)
        return;
    sweep_replace(s, value, "\"\"");
    if (encrypted || sure)
        sweep_list_found(s, JPK_WITHOUT_VARIABLES, key, value, secret, NULL);
    else
        sweep_list_value(s, JPK_WITHOUT_VARIABLES, key, NULL);
}

bool sweep_keep_variable(struct sweep *s, uint32_t value)
{
    if (!sweep_without(s, JPK_WITHOUT_SECRETS) || !retarget_encrypted(s->doc, value))
        return false;
    sweep_list(s, &s->result->kept, s->component, retarget_kept_variable("defaultValue"));
    return true;
}

/* Whether the value of the variable at hand goes; when looking, all that is encrypted is shown. */
bool sweep_variable_goes(const struct sweep *s, uint32_t value)
{
    return sweep_without(s, JPK_WITHOUT_VARIABLES) ||
           (sweep_without(s, JPK_WITHOUT_SECRETS) &&
            (is_secret(s, value) || (s->result->looking && retarget_encrypted(s->doc, value))));
}
