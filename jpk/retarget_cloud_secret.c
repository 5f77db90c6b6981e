/* What of an export is a credential. */
#include <stdlib.h>
#include <string.h>

#include "jpk/cloud_model.h"
#include "jpk/retarget_parts.h"

static bool flagged(const struct jdoc *doc, uint32_t value)
{
    return value != JDOC_NONE && (jdoc_type(doc, value) == JDOC_TRUE || jdoc_string_is(doc, value, "true", 4));
}

static bool names_secret(const struct jdoc *doc, uint32_t name)
{
    return jdoc_is(doc, name, JDOC_STRING) && retarget_secret_name(jdoc_string(doc, name), jdoc_string_size(doc, name));
}

static bool secret_text(const struct jdoc *doc, uint32_t string)
{
    const char *text = jdoc_string(doc, string);
    size_t n = jdoc_string_size(doc, string);
    return memchr(text, '\0', n) || retarget_secret_value(text, n);
}

/* Whether it is said of a property that it is a secret. */
static bool said_secret(const struct jdoc *doc, uint32_t object)
{
    uint32_t hint = jdoc_member(doc, object, "widgetHint");
    return (hint != JDOC_NONE && jdoc_string_is(doc, hint, "password", strlen("password"))) ||
           flagged(doc, jdoc_member(doc, object, "secret"));
}

bool retarget_property_secret(const struct jdoc *doc, uint32_t object, bool by_name)
{
    return said_secret(doc, object) || (by_name && (names_secret(doc, jdoc_member(doc, object, "name")) ||
                                                    names_secret(doc, jdoc_member(doc, object, "key"))));
}

bool retarget_property_goes(const struct jdoc *doc, uint32_t object, uint32_t value, bool by_name)
{
    if (jdoc_type(doc, value) == JDOC_STRING)
        return retarget_property_secret(doc, object, by_name) && secret_text(doc, value);
    return jdoc_type(doc, value) >= JDOC_NUMBER && said_secret(doc, object);
}

bool retarget_encrypted(const struct jdoc *doc, uint32_t node)
{
    return jdoc_type(doc, node) == JDOC_STRING && jdoc_string_size(doc, node) > 3 &&
           memcmp(jdoc_string(doc, node), "$00", 3) == 0;
}

bool retarget_login_goes(const struct jpk_cloud_component *component, const struct jdoc *doc, uint32_t key)
{
    return component && component->kind == JPK_CLOUD_EMAIL && jdoc_type(doc, key + 1) == JDOC_STRING &&
           (jdoc_string_is(doc, key, "account", strlen("account")) || names_secret(doc, key)) &&
           secret_text(doc, key + 1);
}
