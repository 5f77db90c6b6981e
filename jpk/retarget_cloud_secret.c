/* What of an export is a credential. */
#include <stdlib.h>
#include <string.h>

#include "jpk/cloud_model.h"
#include "jpk/retarget_parts.h"

static bool secret_text(const struct jdoc *doc, uint32_t string)
{
    const char *text = jdoc_string(doc, string);
    size_t n = jdoc_string_size(doc, string);
    return memchr(text, '\0', n) || secret_field_value(text, n);
}

bool retarget_property_goes(const struct jdoc *doc, uint32_t object, uint32_t value, bool by_name)
{
    if (jdoc_type(doc, value) == JDOC_STRING)
        return secret_property(doc, object, by_name) && secret_text(doc, value);
    return jdoc_type(doc, value) >= JDOC_NUMBER && secret_said(doc, object);
}

bool retarget_encrypted(const struct jdoc *doc, uint32_t node)
{
    return jdoc_type(doc, node) == JDOC_STRING && jdoc_string_size(doc, node) > 3 &&
           memcmp(jdoc_string(doc, node), "$00", 3) == 0;
}

bool retarget_login_goes(const struct jpk_cloud_component *component, const struct jdoc *doc, uint32_t key)
{
    return component && component->kind == JPK_CLOUD_EMAIL && jdoc_type(doc, key + 1) == JDOC_STRING &&
           (jdoc_string_is(doc, key, "account", strlen("account")) || secret_named(doc, key)) &&
           secret_text(doc, key + 1);
}
