/*
 * The conversion to Design Studio from inside. Parts, in the order in which they run; `design` stands for
 * jpk/design.c, `_senders` for jpk/design_senders.c:
 *
 *   plan             ids and names of what components become: design
 *   schedules        what the options bring: _schedule
 *   senders          what the other direction has made: _senders
 *   variables        project variables, e-mails: _variables
 *   endpoints        sources, targets, connectors and their functions, made when somebody needs them: _endpoint,
 *                    _setting, _wizard
 *   scripts          bodies with their references: _script
 *   transformations  mappings, structures: _transformation, _structure, _document, _database
 *   operations       pipelines, chains, options, folders: _operation
 *   left behind      what nobody carries over: _members
 *   files            entities, project.xml, properties: _entity, _files, _uploads
 *   result           findings with their places: design; a Jitterpak or a workspace of it: _write
 *
 * Both directions read the same tables: convert_endpoint_table.c, convert_tables.c.
 */
#ifndef JPK_DESIGN_H
#define JPK_DESIGN_H

#include "base/buf.h"
#include "base/error.h"
#include "base/map.h"
#include "base/uuid.h"
#include "jpk/cloud.h"
#include "jpk/conversion.h"
#include "jpk/convert_endpoint_table.h"
#include "jpk/ledger.h"

enum { DESIGN_WIZARDS = 5 }; /* rows of the table of design_wizard.c */

/* A setting: <Item key="..." value="..."/>. */
struct design_item {
    const char *key, *value;
};

struct design_items {
    struct design_item *items;
    size_t count, capacity;
};

/* A workflow as a folder. */
struct design_folder {
    bool planned;
    const char *path; /* the names of its folders, parted by " - "; NULL: it is none */
    const char *id;   /* of the last of them; NULL: by rule */
};

/* An entity that is being made. */
struct design_entity {
    enum jpk_type type;
    const char *id, *name, *description;
    const struct jpk_cloud_component *from; /* NULL: it was made by rule */
    const struct design_folder *folder;     /* NULL for none */
    struct design_items properties;
    const char *location; /* of sources and targets: "FTP" */
    struct design_items place;
    struct buf body; /* what follows the properties, as XML */
    /* Of a target of HTTP: */
    const char *answer;                 /* where its answer goes: an id, "" for nowhere; NULL as long as nobody says */
    struct design_entity *other_answer; /* the same target with another one; NULL */
    /* Of a transformation: */
    const char *source_root; /* what a loop over the records of its source names; NULL for nothing */
    bool source_prefixed;    /* that is the path above the records of a query */
};

/* What is known of a component while it is converted. */
struct design_component {
    struct design_entity *made[2];                /* by enum convert_direction; of what has no direction the first */
    const char *id;                               /* that what it becomes has: a GUID that nothing else has */
    const char *schedule;                         /* of an operation: the id of the schedule that starts it; NULL */
    bool tried;                                   /* an endpoint that has no counterpart, which was said */
    const struct jpk_cloud_component *schemas[2]; /* of an activity: its input, its output; NULL */
    const struct jpk_cloud_component *beside[2];  /* of a transformation: the activity before it, behind it; NULL */
    const struct jpk_cloud_component *first;      /* of an activity: the one whose source or target it shares; NULL */
    const struct jpk_cloud_property **logins; /* of a connection: by row of its settings; NULL as long as nobody asks */
    const char *file;                         /* of a schema: its file below files/; NULL */
    bool doubled;                             /* another component is called as it is in scripts */
    bool absorbed; /* part of something else: an operation that sends an e-mail, a script that runs
                      before a transformation */
};

/* What a workspace needs beside the files of its environment. */
struct design_place {
    const char *environment; /* its id: digits */
    const char *manifest;    /* the text of manifest.jip */
};

struct design {
    const struct jpk_cloud *cloud;
    struct jpk_convert_options options;
    struct ledger ledger;
    const char *project_id, *project_name;
    struct design_component *components; /* by jpk_cloud_component.index */
    struct design_folder *folders;       /* by workflow */
    struct map ids;                      /* those that are taken */
    struct map made_ids;                 /* "design/role/source" -> the next number of that name */
    struct design_entity **entities;
    size_t entity_count, entity_capacity;
    struct jpk_convert_file *files; /* their bytes lie in the ledger's arena */
    size_t file_count, file_capacity;
    uint64_t file_bytes;
    bool too_large;                /* beside ledger.failed: it was not memory */
    struct design_upload *uploads; /* in the order in which they were added */
    size_t upload_count, upload_capacity;
    struct map upload_names;   /* folded -> index in uploads */
    struct map upload_numbers; /* folded -> the next number behind it */
    struct map assets;         /* path -> index in uploads */
    uint32_t *namespaces;      /* of schemas: values of "NS" by text and place; made when the first is asked for */
    size_t namespace_count;
    struct design_entity *calls[DESIGN_WIZARDS]; /* made when the first operation needs one */
    struct design_place place;
};

/* Of a conversion to Design Studio: where its environment lies; and its end. */
const struct design_place *design_conversion_place(const struct jpk_conversion *conversion);
void design_conversion_free(struct jpk_conversion *conversion);

/* --------------------------------------------------------------------------------------------------- for all parts */

/* A finding about a component. `node` is the place in the export; JPK_CLOUD_NO_NODE: that of the component. */
struct jpk_finding *design_note(struct design *d, const struct jpk_cloud_component *component, enum convert_rule rule,
                                uint32_t node, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* A finding about the project as a whole. */
struct jpk_finding *design_note_project(struct design *d, enum convert_rule rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What has become of a component: an entity, or what `format` says. */
void design_done(struct design *d, const struct jpk_cloud_component *component, const struct design_entity *entity);
void design_done_as(struct design *d, const struct jpk_cloud_component *component, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As ledger_text. */
const char *design_text(struct design *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What a buffer holds, which is freed; "" and failed when it failed. */
const char *design_keep(struct design *d, struct buf *buf);

/* A text in upper case; "" and failed: no memory. */
const char *design_upper(struct design *d, const char *text);
/* What a node of the export says that is a string; "" for any other, and for JDOC_NONE. */
const char *design_string(struct design *d, uint32_t node);

/* Takes an id in lower case, which must stay. False: something has it already, or memory is out. */
bool design_take_id(struct design *d, const char *id);

/* The id of something that has no component: UUIDv5 of "role/source" in the project's, and not taken yet. */
const char *design_new_id(struct design *d, const char *role, const char *source);

static inline struct design_component *design_of(const struct design *d, const struct jpk_cloud_component *component)
{
    return &d->components[component->index];
}

/* -------------------------------------------------------------------------------------------- entities and files */

/* A new entity with the settings that all of its type have. NULL and d->ledger.failed: no memory. */
struct design_entity *design_entity(struct design *d, enum jpk_type type, const char *id, const char *name);

/* The same entity once more, under another id and name. NULL and d->ledger.failed: no memory. */
struct design_entity *design_copy(struct design *d, const struct design_entity *entity, const char *id,
                                  const char *name);

/* Sets a setting, in place of an earlier one. Nothing happens for an entity that is NULL. */
void design_set(struct design *d, struct design_entity *entity, const char *key, const char *value);
/* The same among those of the location. */
void design_set_place(struct design *d, struct design_entity *entity, const char *key, const char *value);
/* The value of a setting; NULL: there is none. */
const char *design_get(const struct design_entity *entity, const char *key);
const char *design_get_place(const struct design_entity *entity, const char *key);

/* Appends <konga.string name="...">text</konga.string> to the body; `depth` is its level. */
void design_put_string(struct buf *out, unsigned depth, const char *name, const char *text);
/* Appends ` name="value"`. */
void design_put_attribute(struct buf *out, const char *name, const char *value);

/* Appends the entity's file. */
void design_put_entity(struct buf *out, struct design_entity *entity);

/* Adds a file; the path is below the project's folder. Takes the content, whose buffer is empty then. */
void design_add_file(struct design *d, const char *path, struct buf *content);

/*
 * A name that a file, and an entry of an archive, can have on every system: what it cannot hold becomes `instead`, and
 * very long ones are cut. Arena memory.
 */
const char *design_file_name(struct design *d, const char *wanted, char instead);

/* A structure's file below files/, with what files/.metadata says of it. */
struct design_upload {
    const char *name, *schema_type, *namespace_, *roots;
    bool top_level, connector; /* of a connector: its size is noted too */
    uint32_t file;             /* index in `files` */
};

/*
 * Adds such a file; takes the content. Returns its name, which is another when one that is called so is there already,
 * unless that says the same. "" and failed: no memory.
 */
const char *design_add_upload(struct design *d, const struct design_upload *upload, struct buf *content);
/* The name of the file that an asset of the export has become; NULL: there is none of that path. */
const char *design_asset(const struct design *d, const char *path);

/* Makes files/.metadata and the list beside it: design_uploads.c. */
void design_write_uploads(struct design *d);
/* When the project was made: milliseconds since 1970. */
int64_t design_made_at(const struct design *d);

/* Makes the files of all entities, project.xml and the others: design_files.c. */
void design_write_files(struct design *d);

/* --------------------------------------------------------------------------------------------------- the parts */

void design_variables(struct design *d);
void design_emails(struct design *d);
/* A value that only the installation that wrote it can read. */
bool design_is_encrypted(const char *value);
/* Lists a value that must be typed in again: `key` of the component, `label` of the entity. */
void design_note_secret(struct design *d, const struct jpk_cloud_component *component, uint32_t node, const char *key,
                        const struct design_entity *entity, const char *label);

/*
 * What an activity is in Design Studio: a source or a target in that direction, or a connector's function whatever the
 * direction. Made when it is asked for the first time. NULL: it has no counterpart, which its findings say.
 */
struct design_entity *design_endpoint(struct design *d, const struct jpk_cloud_component *activity,
                                      enum convert_direction direction);
/* What a connection is where a script names it: a connector, or the source of a database. NULL as above. */
struct design_entity *design_connection(struct design *d, const struct jpk_cloud_component *connection);
/* The direction that an activity has by its function. */
enum convert_direction design_direction(const struct jpk_cloud_component *activity);
/* Whether it is a source or target, and not the function of a connector. */
bool design_is_location(const struct jpk_cloud_component *activity);
/* Of activities that only differ in their query the later ones share the source or target of the first. */
void design_find_queries(struct design *d);
/* Whether a property is part of the query of a database. */
bool design_is_query(const struct jpk_cloud_property *property);
/* Makes all that was not asked for. */
void design_endpoints(struct design *d);
/*
 * Sets the settings that the rows name from the properties of a connection or an activity; those of a location when
 * `place` is set. What has no property gets what is usual. design_setting.c.
 */
void design_put_settings(struct design *d, struct design_entity *entity, const struct jpk_cloud_component *component,
                         const struct endpoint_setting *settings, bool place);
/* Finds what has no counterpart and is not left to its default. */
void design_lost_settings(struct design *d, const struct jpk_cloud_component *component,
                          const struct endpoint_setting *settings);
/*
 * What the wizard of Salesforce calls what a function does, and its number in operations (NULL: not known). NULL: the
 * function is none of its, and there is no number.
 */
const char *design_wizard(const struct design_entity *function, const char **connect_type);
/* The call that it makes for such a function, one for all of a kind. NULL: it is none of its, or no memory. */
struct design_entity *design_wizard_call(struct design *d, const struct design_entity *function);

/*
 * A text with its references in the form of Design Studio; findings go to `from`, whose `node` holds it. That of a
 * script or mapping counts among the lines of code; other texts do not.
 */
const char *design_script_text(struct design *d, const struct jpk_cloud_component *from, const char *text,
                               uint32_t node);
const char *design_reference_text(struct design *d, const struct jpk_cloud_component *from, const char *text,
                                  uint32_t node);
void design_scripts(struct design *d);

/* The document of a schema that an activity has in a direction; JPK_CLOUD_NO_NODE for none. */
uint32_t design_activity_schema(const struct design *d, const struct jpk_cloud_component *activity, bool output);

/* Puts the assets below files/. */
void design_assets(struct design *d);

/* One side of a transformation: sets its settings, appends its structure element, writes its cache. */
struct design_side {
    const struct jpk_cloud_component *transformation;
    struct design_entity *entity;
    const struct jpk_cloud_side *side;
    bool target;
};
void design_structure(struct design *d, const struct design_side *side);
/* Makes a document or a file of a schema of the user's that no transformation has. */
void design_unused_schema(struct design *d, const struct jpk_cloud_component *schema);

void design_transformations(struct design *d);
/* Makes the schedules that the options give. False: an error was set. */
bool design_schedules(struct design *d, struct jpk_error *err);
void design_operations(struct design *d);
/* A member of a value that is carried over: whatever it is, or when it is the `usual` string. */
struct design_carried {
    const char *key, *usual;
};
/* The value of a member as it stands there, without what is a secret; `key` is its key's node. */
const char *design_member_words(struct design *d, const struct jdoc *doc, uint32_t key);
/* Finds a member that is not carried over, when it says something. `component` NULL: the project has the finding. */
void design_lost_member(struct design *d, const struct jdoc *doc, const struct jpk_cloud_component *component,
                        uint32_t key, const char *what);
/* The same for what an object has beside the members of `carried`, which a row without a key ends. */
void design_lost_members(struct design *d, const struct jdoc *doc, const struct jpk_cloud_component *component,
                         uint32_t object, const struct design_carried *carried, const char *what);
/* Finds what an export says beyond all that. */
void design_left_behind(struct design *d);
/* The operations that only send an e-mail on behalf of another, as the conversion to Cloud Studio makes them. */
void design_find_senders(struct design *d);
/* The one e-mail that a script sends, where it names nothing else; NULL: none. */
const struct jpk_cloud_component *design_email_of(const struct design *d, const struct jpk_cloud_component *script);
/* The id that the conversion to Cloud Studio makes of these (convert_id); whether it is that. */
void design_made_id(const struct design *d, const char *kind, const char *role, const char *source, char id[UUID_SIZE]);
bool design_is_made_id(const struct design *d, const char *id, const char *kind, const char *role, const char *source);

#endif
