/* What is known of each kind of endpoint: its names, and the settings that a person has to fill in. */
#ifndef RECIPE_CONNECTORS_H
#define RECIPE_CONNECTORS_H

#include <stdbool.h>
#include <stddef.h>

enum setting_flags {
    SETTING_CREDENTIAL = 1, /* part of a log-in */
    SETTING_SECRET = 2,     /* never shown, never a default */
    SETTING_IDENTITY = 4,   /* tells one system from another: host, URL, connection string */
    SETTING_PLACE = 8,      /* a path or file name */
    SETTING_MAIL = 16       /* an address or server of an e-mail */
};

struct setting {
    const char *key;   /* property key in the project */
    const char *label; /* for people */
    const char *type;  /* type of the recipe's property */
    unsigned flags;
    const char *words; /* words that the name of a variable for it is likely to have; the first are the strongest */
};

struct connector {
    const char *id;     /* "salesforce" */
    const char *name;   /* "Salesforce" */
    const char *words;  /* words by which people call it in names */
    bool plumbing;      /* temporary storage and variables: no endpoints */
    bool private_agent; /* cannot run on a cloud agent as it stands */
    const char *private_reason;
    const struct setting *settings; /* ended by a row without a key */
};

enum { CONNECTORS_MAX = 32 };

/* The place of a row in the table, below CONNECTORS_MAX. */
size_t connector_index(const struct connector *connector);

const struct connector *connector_by_id(const char *id);

/* The ids of the connectors that are no plumbing, one after the other; NULL behind the last. */
const char *connector_name_at(size_t index);

const struct connector *connector_by_location(const char *type_name);
const struct connector *connector_mail(void);

/* The connector that one of these words names, or NULL. */
const struct connector *connector_by_word(const char *word);

/* The row of a key; for a key that no table has, a guess by its words (password, user, url, ...), or NULL. */
const struct setting *connector_setting(const struct connector *connector, const char *key);

#endif
