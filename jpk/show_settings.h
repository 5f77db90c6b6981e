/* An entity's settings, with labels and words. */
#ifndef JPK_SHOW_SETTINGS_H
#define JPK_SHOW_SETTINGS_H

#include "jpk/report.h"

/* A section with every property of the entity that no other section tells; those with their usual value are marked. */
void show_settings(struct report *report, const struct jpk_entity *entity);

/* The label of a property, or the key itself. */
const char *setting_label(const struct jpk_entity *entity, const char *key);

/* "encrypted (7 to 22 characters)", with cells for programs in the last row. */
const char *encrypted_words(struct report *report, const char *value);
void encrypted_cells(struct report *report, const char *value);

#endif
