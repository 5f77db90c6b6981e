/* Options of operations: time-outs, chunks, logs. */
#include <stdlib.h>
#include <string.h>

#include "jpk/conversion.h"
#include "jpk/convert_tables.h"

/* A whole number that is not negative; false: it is none, or too large for any of these settings. */
static bool read_number(const char *text, json_int_t *out)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 15 || text[digits])
        return false;
    *out = (json_int_t)strtoll(text, NULL, 10);
    return true;
}

/* A setting as a number; what is no number is a finding. */
static bool number_of(struct convert *c, const struct jpk_entity *operation, const char *key, json_int_t *out)
{
    const struct jpk_item *item = jpk_entity_item(operation, key);
    if (!item || !item->value || !*item->value)
        return false;
    if (read_number(item->value, out))
        return true;
    convert_note(c, operation, CONVERT_SETTING_LOST, item->offset, "'%s' is '%.100s', which is no number; left out",
                 key, item->value);
    return false;
}

/*
 * The file holds seconds and the unit that the window shows. The unit is kept when the time is whole in it; of others
 * than these three nothing is known, so the largest that fits is taken.
 */
static void set_timeout(struct convert *c, const struct jpk_entity *operation, json_t *options)
{
    json_int_t seconds = 7200;
    const struct convert_time_unit *unit = convert_time_unit(jpk_entity_value(operation, "timeoutuiunit"));
    number_of(c, operation, "timeoutseconds", &seconds);
    while (seconds % unit->seconds != 0)
        unit++; /* the last is a second */
    convert_set(c, options, "timeoutValue", json_integer(seconds / unit->seconds));
    convert_set(c, options, "timeoutMultiplier", json_integer(unit->seconds));
    convert_set(c, options, "timeoutUnit", json_string(unit->name));
}

void convert_options(struct convert *c, const struct jpk_entity *operation, json_t *component)
{
    json_t *options = json_object_get(component, "options");
    set_timeout(c, operation, options);
    for (size_t i = 0; i < convert_option_count; i++) {
        const struct convert_option *option = &convert_option_rows[i];
        json_int_t number;
        const char *value = jpk_entity_value(operation, option->key);
        if (option->number && number_of(c, operation, option->key, &number))
            convert_set(c, options, option->member, json_integer(number));
        else if (!option->number && value && *value)
            convert_set(c, options, option->member, json_string(value));
    }
    if (json_integer_value(json_object_get(options, "chunk_size")) > 0)
        convert_set(c, options, "enableChunking", json_true());
    const char *debug = jpk_entity_value(operation, "debug_mode_until");
    if (!debug || !*debug)
        return;
    convert_set(c, options, "debugModeEnabled", json_true());
    if (c->options.agent == JPK_AGENT_CLOUD)
        convert_note(c, operation, CONVERT_AGENT, 0, "cloud agents keep no debug log");
}
