/* Project variables and e-mails. */
#include <string.h>

#include "base/json.h"
#include "base/secrets.h"
#include "jpk/convert_tables.h"
#include "jpk/design.h"

bool design_is_encrypted(const char *value)
{
    return strncmp(value, "$00", 3) == 0;
}

void design_note_secret(struct design *d, const struct jpk_cloud_component *component, uint32_t node, const char *key,
                        const struct design_entity *entity, const char *label)
{
    const char *of = design_text(d, "%s:%s", jpk_type_info(entity->type)->name, entity->name);
    ledger_secret(&d->ledger, &(struct jpk_convert_secret){component->index, key, of, label, NULL, JPK_LOW});
    struct jpk_finding *finding =
        design_note(d, component, CONVERT_SECRET, node, "the value of '%s' is a secret and was left empty", label);
    if (finding)
        finding->hint = design_text(d, "type in '%s' of %s", label, of);
}

static void convert_variable_component(struct design *d, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_variable_component *variable = component->as.variable;
    struct design_entity *entity =
        design_entity(d, JPK_TYPE_PROJECT_VARIABLE, design_of(d, component)->id, component->name);
    if (!entity)
        return;
    entity->from = component;
    entity->description = component->description; /* it stands in both places */
    design_of(d, component)->made[0] = entity;
    design_set(d, entity, "description", component->description);
    design_set(d, entity, "hide_value", variable->secret ? "1" : "0");
    design_set(d, entity, "label", variable->label ? variable->label : "");
    const char *value = variable->value ? variable->value : "";
    bool secret = *value && (variable->secret || design_is_encrypted(value));
    if (secret)
        design_note_secret(d, component, variable->value_node, "value", entity, "value");
    else if (*value)
        design_set(d, entity, "value", value);
    design_done(d, component, entity);
}

void design_variables(struct design *d)
{
    for (size_t i = 0; i < d->cloud->component_count && !d->ledger.failed; i++)
        if (d->cloud->components[i]->kind == JPK_CLOUD_VARIABLE)
            convert_variable_component(d, d->cloud->components[i]);
}

/* --------------------------------------------------------------------------------------------------------- e-mails */

/* The log-in, which exports without credentials do not hold. */
static void put_login(struct design *d, struct design_entity *entity, const struct jpk_cloud_component *component,
                      const char *name, const char *key, const char *label)
{
    uint32_t node = jdoc_member(d->cloud->doc, component->node, name);
    const char *value = design_string(d, node);
    bool plain = *value && secret_only_variables(value, strlen(value));
    design_set(d, entity, key, plain ? value : "");
    if (!plain)
        design_note_secret(d, component, node, key, entity, label);
}

static void convert_email(struct design *d, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_email *email = component->as.email;
    struct design_entity *entity =
        design_entity(d, JPK_TYPE_EMAIL_MESSAGE, design_of(d, component)->id, component->name);
    if (!entity)
        return;
    entity->from = component;
    entity->description = component->description;
    design_of(d, component)->made[0] = entity;
    for (size_t i = 0; i < convert_email_setting_count; i++) {
        const struct convert_email_setting *setting = &convert_email_settings[i];
        uint32_t node = jdoc_member(d->cloud->doc, component->node, setting->member);
        const char *value = design_string(d, node);
        if (design_is_encrypted(value)) {
            design_note_secret(d, component, node, setting->key, entity, setting->label);
            value = "";
        }
        design_set(d, entity, setting->key, design_reference_text(d, component, value, node));
    }
    design_set(d, entity, "use_ssl", email->ssl ? "1" : "0");
    if (email->authentication) {
        put_login(d, entity, component, "account", "account", "account");
        put_login(d, entity, component, "password", "account_password", "password");
    }
    design_done(d, component, entity);
}

void design_emails(struct design *d)
{
    for (size_t i = 0; i < d->cloud->component_count && !d->ledger.failed; i++)
        if (d->cloud->components[i]->kind == JPK_CLOUD_EMAIL)
            convert_email(d, d->cloud->components[i]);
}
