/*
 * Making components for an export, as jansson values: with the fields and defaults that real components have. All
 * functions that return a value give it to the caller; NULL: no memory. Every text must be UTF-8.
 */
#ifndef JPK_CLOUD_NEW_H
#define JPK_CLOUD_NEW_H

#include <jansson.h>

#include "base/buf.h"
#include "jpk/cloud.h"

/* A component with the fields that all of its kind have; what it is about is empty. Not for JPK_CLOUD_OTHER. */
json_t *cloud_new_component(enum jpk_cloud_kind kind, const char *name, const char *id);

/* Whether a real connection (function NULL) or activity of that kind was seen, so that its property tree is known. */
bool cloud_tree_known(const char *adapter, const char *function);

/*
 * A connection or an activity with the property tree of real ones, every value left to its default. Of kinds that were
 * never seen, `properties` is empty.
 */
json_t *cloud_new_connection(const char *adapter, const char *name, const char *id);
json_t *cloud_new_activity(const char *adapter, const char *function, const char *name, const char *id,
                           const char *connection_id);

/*
 * Sets the value of a property by its path, as in struct jpk_cloud_property: "page1/locator". Takes `value` over in any
 * case. False: there is no such property, `value` is NULL, or no memory.
 */
bool cloud_set(json_t *component, const char *path, json_t *value);

/* {"id": ..., "type": the number of the kind}: a step, a connection of an activity, an operation of a workflow. */
json_t *cloud_new_link(enum jpk_cloud_kind kind, const char *id);
json_t *cloud_new_outcome(int when, const char *operation_id, const char *id);

/* Without operations; without workflows and components. */
json_t *cloud_new_workflow(const char *name, const char *id);
json_t *cloud_new_project(const char *name, const char *id);
/* The file: takes the project over. */
json_t *cloud_new_export(json_t *project);

/* Sets the text of a script component, and the text without comments. False: no memory. */
bool cloud_set_script(json_t *component, const char *text, bool javascript);

/* Appends an export as canonical text with its line end. Errors: those of jdoc_from_jansson. */
bool cloud_write_new(const json_t *export_, struct buf *out, struct jpk_error *err);

#endif
