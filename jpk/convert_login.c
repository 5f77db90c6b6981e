/* Log-ins are compared by all settings of their connections. */
#include <string.h>

#include "jpk/convert_endpoint.h"
#include "jpk/convert_setting.h"

/* Whether a setting is encrypted and nobody knows the variable in it; `value` is what convert_peek_setting gives. */
static bool is_hidden(const struct jpk_entity *entity, const struct endpoint_setting *setting, const char *value)
{
    const struct jpk_item *item = jpk_entity_setting(entity, setting->key);
    return item && item->encrypted && item->value && value == item->value && *value;
}

/* Appends a setting, its value with its length, so that no value can look like the next setting. */
static void put_login(struct convert *c, struct buf *key, const struct jpk_entity *entity,
                      const struct endpoint_setting *s, const char *value)
{
    if (s->change == ENDPOINT_VARIABLE)
        value = arena_strdup_lower(&c->ledger.arena, convert_variable(c, value));
    else if (s->change == ENDPOINT_BASE_URL || s->change == ENDPOINT_URL)
        value = convert_url_base(c, value);
    if (value && !*value && (s->flags & ENDPOINT_REQUIRED)) /* nobody knows what it is equal to */
        buf_printf(key, "\n%s of %u", s->key, entity->index);
    key->failed |= !value;
    if (value)
        buf_printf(key, "\n%s=%zu:%s", s->key, strlen(value), value);
}

bool convert_login_keys(struct convert *c, const struct endpoint_connector *connector, const struct jpk_entity *entity,
                        const char **login, const char **alike)
{
    struct buf all = {0}, known = {0};
    bool hides = false;
    buf_puts(&all, connector->adapter);
    buf_puts(&known, connector->adapter);
    if (!entity && connector->settings->key)
        buf_puts(&all, "\nmissing");
    for (const struct endpoint_setting *s = connector->settings; entity && s->key; s++) {
        const char *value = convert_peek_setting(c, entity, s);
        bool hidden = is_hidden(entity, s, value);
        hides |= hidden;
        put_login(c, &all, entity, s, value);
        if (!hidden)
            put_login(c, &known, entity, s, value);
    }
    *login = all.failed ? NULL : arena_strdup(&c->ledger.arena, buf_text(&all));
    *alike = known.failed ? NULL : hides ? arena_strdup(&c->ledger.arena, buf_text(&known)) : "";
    buf_free(&all);
    buf_free(&known);
    c->ledger.failed |= !*login || !*alike;
    return !c->ledger.failed;
}
