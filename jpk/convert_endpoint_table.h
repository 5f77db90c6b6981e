/*
 * What endpoints are in both forms: which connector and functions an item of Design Studio becomes in Cloud Studio, and
 * which property each of its settings. Both directions of the conversion read the same rows.
 */
#ifndef JPK_CONVERT_ENDPOINT_TABLE_H
#define JPK_CONVERT_ENDPOINT_TABLE_H

#include <stdbool.h>

/* How the value of a setting becomes that of a property. */
enum endpoint_change {
    ENDPOINT_TEXT,
    ENDPOINT_BOOLEAN,     /* 1 and 0 */
    ENDPOINT_NUMBER,      /* as a number of JSON when it is one */
    ENDPOINT_URL,         /* as it is, without slashes at the end */
    ENDPOINT_BASE_URL,    /* of a URL what stands before the path */
    ENDPOINT_URL_PATH,    /* and the rest of it */
    ENDPOINT_VARIABLE,    /* the name of a variable */
    ENDPOINT_FORMAT,      /* of an archive: upper case */
    ENDPOINT_IS_SET,      /* true when there is a value: compress_format -> target_data */
    ENDPOINT_DELETES,     /* true when the file is to be deleted, as Design Studio writes that in renamefileto */
    ENDPOINT_RENAMES,     /* the new name; of deletion the other form's way to write it */
    ENDPOINT_QUERY,       /* the query up to its condition, and whether it sees deleted records */
    ENDPOINT_CONDITION,   /* the condition of the query */
    ENDPOINT_LIST_OBJECT, /* the name of a record of NetSuite, with its namespace */
    ENDPOINT_LOST         /* nothing corresponds to it */
};

enum {
    ENDPOINT_REQUIRED = 1, /* without it, the item is not complete */
    ENDPOINT_SECRET = 2,
    ENDPOINT_ALWAYS = 4 /* written even when it is as usual */
};

/* Both forms write the deletion of a file as the name that it gets. */
#define ENDPOINT_DELETE_NAME "/\\delete/\\"
#define ENDPOINT_DELETE_NAME_CLOUD "/\\\\delete/\\\\"

/* The only archive that both forms know. */
#define ENDPOINT_ARCHIVE "zip"

/* Of the objects of Salesforce. */
#define SALESFORCE_NAMESPACE "urn:sobject.partner.soap.sforce.com"

/* The kind that an object of NetSuite is taken for; no other one was seen. */
#define ENDPOINT_STANDARD "standard"

/* A setting. Of connections all of them make the log-in: items that agree in them share one. */
struct endpoint_setting {
    const char *key;   /* in Design Studio; NULL behind the last row */
    const char *path;  /* of the property in a tree that is known; NULL: the property is called as the key */
    const char *label; /* for people */
    enum endpoint_change change;
    unsigned flags;
    /* Alternatives between `|`, the empty value is one always; a `*` in one is any text: "*" never says anything. */
    const char *usual;
};

struct endpoint_connector {
    const char *adapter;
    const char *label; /* "FTP" */
    bool file_based;
    const char *name_key; /* the setting that names a connection best; NULL: all are alike */
    const struct endpoint_setting *settings;
};

struct endpoint_row {
    bool location;       /* `type` is that of a source's or target's location; else that of the entity */
    const char *type;    /* "FTP", "SalesforceQuery" */
    const char *adapter; /* NULL: nothing known corresponds to it, and `hint` says what to do */
    /* The activity's function; both the same when only one direction makes sense; both NULL: it is the connection. */
    const char *read, *write;
    const struct endpoint_setting *read_settings, *write_settings;
    const char *endpoint_key;  /* the setting that names the entity with the log-in; NULL: it has one itself */
    const char *polarity;      /* NULL: by the direction */
    const char *private_agent; /* why a cloud agent cannot run it; NULL: it can */
    const char *hint;          /* what a person should know or do; NULL for nothing */
};

/* The row of a type, or NULL. */
const struct endpoint_row *endpoint_row_find(bool location, const char *type);
/* All of them; the last has no type. */
const struct endpoint_row *endpoint_rows(void);
/* Never NULL for an adapter of the rows. */
const struct endpoint_connector *endpoint_connector_find(const char *adapter);

/* What a property is called in a tree that was never seen. */
static inline const char *endpoint_own_name(const struct endpoint_setting *setting)
{
    return setting->change == ENDPOINT_URL_PATH ? "path" : setting->key;
}

/* The web service calls that wizards of Salesforce make for their functions; what they say is as usual always. */
extern const struct endpoint_setting endpoint_wizard_call[];

/* Whether a value says nothing. */
bool endpoint_usual(const struct endpoint_setting *setting, const char *value);
/* The row of a key in a list that may be NULL; NULL: there is none. */
const struct endpoint_setting *endpoint_setting_find(const struct endpoint_setting *settings, const char *key);

#endif
