/* Endpoints among themselves: convert_endpoint.c, convert_activity.c and convert_endpoint_use.c in jpk/. */
#ifndef JPK_CONVERT_ENDPOINT_H
#define JPK_CONVERT_ENDPOINT_H

#include "jpk/conversion.h"
#include "jpk/convert_endpoint_table.h"

/* The row of an item's type or location; NULL: there is none. */
const struct endpoint_row *convert_row(const struct jpk_entity *entity);

/* The row of what can be converted, or NULL after saying why there is none. */
const struct endpoint_row *convert_usable_row(struct convert *c, const struct jpk_entity *entity);

/* A call that a wizard of Salesforce made: the wizard's function stands for it. */
bool convert_is_wizard_call(const struct jpk_entity *entity);

/* Says that the settings of what an item becomes were never seen; `hint` may be NULL. */
void convert_note_shape(struct convert *c, const struct jpk_entity *entity, const char *what, const char *label,
                        const char *hint);

/*
 * The connection of the log-in that an entity holds, whose row that is. `entity` NULL: it is missing, and what is to be
 * said of the connection is said of its `user`. NULL: memory is out.
 */
const struct convert_connection *convert_connection_of(struct convert *c, const struct endpoint_row *row,
                                                       const struct jpk_entity *entity, const struct jpk_entity *user);

/* Whether scripts log in with an item and nothing reads or writes with it: then it becomes a connection alone. */
bool convert_only_logs_in(const struct convert *c, const struct jpk_entity *entity);

/* Whether reading and writing are the same function. */
bool convert_is_one_way(const struct endpoint_row *row);
/* The settings of the activity that reads, or of the one that writes. */
const struct endpoint_setting *convert_row_settings(const struct endpoint_row *row, enum convert_direction direction);

/*
 * What equal log-ins have in common: `login`; `alike` is that without what is encrypted and nobody knows, "" when
 * nothing is. `entity` may be NULL: it is missing. False: no memory.
 */
bool convert_login_keys(struct convert *c, const struct endpoint_connector *connector, const struct jpk_entity *entity,
                        const char **login, const char **alike);

#endif
