/*
 * Secrets by the field that holds them: its name, what is said of it, and how its value looks. Asked by what finds
 * secrets and takes them out, and by whatever shows values or hands them on, so that nothing is shown that is found.
 */
#ifndef JPK_SECRET_FIELD_H
#define JPK_SECRET_FIELD_H

#include "base/json.h"
#include "jpk/jpk.h"
#include "jpk/xml.h"

/* Whether a name is that of a secret itself: of `tokenUrl` and `password_expiry` it is not. */
bool secret_field_name(const char *name, size_t n);

/* Whether a value is one that a secret could have: no switch, no marker, and more than variables in brackets. */
bool secret_field_value(const char *value, size_t n);

/* Whether the value of a field is a secret, by both. */
bool secret_field(const char *name, const char *value);

/*
 * Whether a field, by its name, is one in whose text secrets stand that only their own names tell: headers, addresses,
 * connection strings.
 */
bool secret_field_has_parts(const char *name, size_t n);

/*
 * Whether the label of a variable calls its value a secret: "API key of the shop", "Shop (password)". One may name a
 * secret without being about it: "Path of the private key", "User with password", "Token lifetime".
 */
bool secret_label(const char *label, size_t n);

/* Whether the value of a variable is a secret, by its name, its label and its looks. */
bool secret_variable(const char *name, size_t name_size, const char *label, size_t label_size, const char *value,
                     size_t size);

/* ------------------------------------------------------------------------------------------------- Design Studio */

/* Whether an entity is a project variable whose value is a secret: hidden, or one by its name, its label or its looks.
 */
bool secret_entity(const struct jpk_entity *entity);

/* Whether the default in a use of a variable is a secret, by the variable or by the property that it stands in. */
bool secret_use(const char *variable, const struct jpk_use *use);

/* What an element calls its attribute `value`, by `key` or `name`, when that is a secret; else NULL. */
const char *secret_value_name(const struct xml_node *node);

/* Whether an attribute of an element is a secret; `value` is called what `key` or `name` beside it says. */
bool secret_attribute(const struct xml_node *node, const char *attribute, const char *value);

/* What the text of an element is called. */
const char *secret_text_name(const struct xml_node *node);

/* -------------------------------------------------------------------------------------------------- Cloud Studio */

/* Whether an object says that its value is a secret. */
bool secret_said(const struct jdoc *doc, uint32_t object);

/* Whether a string is the name of a secret itself. */
bool secret_named(const struct jdoc *doc, uint32_t string);

/* Whether a property, an object with a `value`, is one whose texts are secrets; `by_name`: also by its name alone. */
bool secret_property(const struct jdoc *doc, uint32_t object, bool by_name);

/*
 * secret_text_mask of a text that may be JSON: then fields of it, at any depth, are secrets by their names too, and the
 * values of objects that are such properties. False: there are none, and nothing was added; or `out` has failed.
 */
bool secret_field_mask(struct buf *out, const char *text, size_t n);

/* Whether what an object has as its value is a secret: as above, and of a project variable also by its label and its
 * looks. */
bool secret_holder(const struct jdoc *doc, uint32_t object);

#endif
