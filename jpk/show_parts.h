/* The parts of a report; each adds its sections. */
#ifndef JPK_SHOW_PARTS_H
#define JPK_SHOW_PARTS_H

#include "jpk/report.h"

void show_operation(struct report *report, const struct jpk_entity *entity);
void show_transformation(struct report *report, const struct jpk_entity *entity);

/* What is said of a variable, and every use of it. */
void show_variable(struct report *report, const struct jpk_variable *variable);

/* "used by": whatever points at the entity. With `others` those that only name it, not those that start it. */
void show_users(struct report *report, const struct jpk_entity *entity);

/* "refers to": the items that a script or a transformation's mappings name. */
void show_references(struct report *report, const struct jpk_entity *entity);

#endif
