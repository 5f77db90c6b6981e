/* Connections and activities. */
#include "jpk/conversion.h"

const struct convert_activity *convert_activity(struct convert *c, const struct jpk_entity *entity,
                                                enum convert_direction direction)
{
    (void)c;
    (void)entity;
    (void)direction;
    return NULL;
}

const struct convert_connection *convert_connection(struct convert *c, const struct jpk_entity *entity)
{
    (void)c;
    (void)entity;
    return NULL;
}

void convert_endpoints(struct convert *c)
{
    (void)c;
}

const char *convert_activity_reference(struct convert *c, const struct convert_activity *activity)
{
    (void)c;
    (void)activity;
    return "";
}

const char *convert_connection_reference(struct convert *c, const struct convert_connection *connection)
{
    (void)c;
    (void)connection;
    return "";
}

const char *convert_setting(struct convert *c, const struct jpk_entity *entity, const char *key, const char *component,
                            const char *label)
{
    (void)c;
    (void)entity;
    (void)key;
    (void)component;
    (void)label;
    return NULL;
}
