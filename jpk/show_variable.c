/* Variables: what is known of them, and every use. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "jpk/secret_field.h"
#include "jpk/show_parts.h"
#include "jpk/show_places.h"
#include "jpk/show_settings.h"

static void value_fact(struct report *report, const struct jpk_entity *entity)
{
    const struct jpk_variable_entity *variable = entity->as.variable;
    const struct jpk_item *item = jpk_entity_item(entity, "value");
    bool secret = secret_entity(entity);
    const char *words = !variable->has_value ? "none"
                        : !variable->value   ? encrypted_words(report, item->value)
                        : secret             ? "****"
                                             : variable->value;
    report_row(report, "value", words);
    report_flag(report, "hasValue", variable->has_value);
    if (variable->has_value && !variable->value)
        encrypted_cells(report, item->value);
    else if (variable->value && !secret)
        report_text(report, "value", NULL, variable->value);
}

static void entity_facts(struct report *report, const struct jpk_entity *entity)
{
    report_fact(report, "label", "label", entity->as.variable->label);
    if (strcmp(entity->as.variable->description, entity->description) != 0)
        report_fact(report, "variableDescription", "about", entity->as.variable->description);
    report_row(report, "hidden", entity->as.variable->hidden ? "yes" : "no");
    report_flag(report, "hidden", entity->as.variable->hidden);
    value_fact(report, entity);
}

static void global_facts(struct report *report, const struct jpk_variable *variable)
{
    report_fact(report, "name", "variable", variable->name);
    report_row(report, "kind",
               variable->system ? "set by Jitterbit itself" : "global variable, the project has no entity for it");
    report_flag(report, "system", variable->system);
}

static const char *use_words(struct report *report, const struct jpk_use *use)
{
    const char *words = use->write                  ? "written"
                        : use->kind == JPK_USE_NAME ? "in the item's name"
                        : use->default_value        ? "read, with a default value"
                                                    : "read";
    return use->in_comment ? report_printf(report, "%s, in a comment", words) : words;
}

static void use_row(struct report *report, const struct jpk_variable *variable, struct place_counter *counter,
                    const struct place *place)
{
    const struct jpk_use *use = place->what;
    report_row(report, NULL, NULL);
    report_entity(report, "item", "item", use->from);
    report_text(report, NULL, "use", use_words(report, use));
    report_text(report, "access", NULL, use->write ? "write" : "read");
    place_cells(report, counter, place, "place");
    if (use->function)
        report_text(report, "function", NULL, use->function);
    if (strcmp(use->spelled, variable->name) != 0)
        report_text(report, "spelled", "spelled", use->spelled);
    if (use->default_value)
        report_text(report, "defaultValue", "default", secret_use(variable->name, use) ? "****" : use->default_value);
}

void show_variable(struct report *report, const struct jpk_variable *variable)
{
    if (variable->entity && !variable->entity->unread)
        entity_facts(report, variable->entity);
    else if (!variable->entity)
        global_facts(report, variable);
    size_t count = variable->use_count;
    struct place *places = calloc(count ? count : 1, sizeof *places);
    if (!places) {
        report->failed = true;
        return;
    }
    places_of_uses(places, variable->uses, count);
    places_sort(places, count);
    struct place_counter counter = {0};
    report_section(report, JPK_REPORT_TABLE, "uses", "uses",
                   variable->entity ? "none that can be seen; an encrypted setting may still name it" : "none");
    for (size_t i = 0; i < count && !report->failed; i++)
        use_row(report, variable, &counter, &places[i]);
    free(places);
}
