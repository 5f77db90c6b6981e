/* Settings of Design Studio as properties of Cloud Studio: jpk/convert_setting.c; what is lost in words: _words. */
#ifndef JPK_CONVERT_SETTING_H
#define JPK_CONVERT_SETTING_H

#include "jpk/conversion.h"
#include "jpk/convert_endpoint_table.h"
#include "jpk/xml.h"

/* Where settings go. */
struct setting_target {
    const struct jpk_entity *entity; /* that has them */
    json_t *component;
    const char *label; /* of the component, "activity:Read orders" */
    bool known;        /* whether the component has a property tree of real ones */
};

/* Sets the properties that the rows name; of trees that are not known it makes them. */
void convert_put_settings(struct convert *c, const struct setting_target *target,
                          const struct endpoint_setting *settings);

/*
 * What tells log-ins apart: the value of a setting; of an encrypted one its variable in brackets, else the encrypted
 * text. "" for what is as usual or not there. Nothing is listed as a secret.
 */
const char *convert_peek_setting(struct convert *c, const struct jpk_entity *entity,
                                 const struct endpoint_setting *setting);

/* Of a URL what a connection holds: what stands before the path, without slashes at its end. */
const char *convert_url_base(struct convert *c, const char *url);

/* Finds what has no counterpart and is not as usual. Either list may be NULL. */
void convert_lost_settings(struct convert *c, const struct jpk_entity *entity, const struct endpoint_setting *activity,
                           const struct endpoint_setting *connection);

/* The same of properties that stand elsewhere in its file. */
void convert_lost_items(struct convert *c, const struct jpk_entity *entity, const struct jpk_item *items, size_t count,
                        const struct endpoint_setting *settings);

/* The first setting without which it is not complete, and that it lacks; NULL: it is complete. */
const struct endpoint_setting *convert_missing_setting(const struct jpk_entity *entity,
                                                       const struct endpoint_setting *settings);

/*
 * What is lost as the source has it, with "****" in the place of secrets and of what is encrypted: a text, the value of
 * a setting or of an attribute, an element as XML, and all that an item has but its header. Never NULL.
 */
const char *convert_words(struct convert *c, const char *text);
const char *convert_item_words(struct convert *c, const struct jpk_item *item);
const char *convert_attribute_words(struct convert *c, const struct xml_node *node, const struct xml_attribute *at);
const char *convert_element_words(struct convert *c, const struct xml_node *node);
const char *convert_entity_words(struct convert *c, const struct jpk_entity *entity);

/* ledger_keep_words, unless there are none. */
void convert_keep_words(struct convert *c, struct jpk_finding *finding, const char *words);

#endif
