/*
 * jpk/cloud.h - projects of Cloud Studio (Integration Studio, Studio): the one JSON file of an export as a typed model.
 *
 * The way of the data: text -> JSON document with the place of everything -> typed components, references resolved.
 * Nothing is lost: every typed thing keeps the node that it was read from, and what the model does not know stays in
 * the document. What has the wrong type is as if it were not there, and listed among the `problems`.
 *
 * Format: the vendor's sample of an export (2023) and components of a real one (2025); the vendor documents none of it.
 *
 * Include it after jpk/jpk.h. Conventions for errors, ownership and threads are those of jpk/base.h.
 */
#ifndef JPK_CLOUD_H
#define JPK_CLOUD_H

#include "jpk/jpk.h"
#include "jpk/show.h"
#include "jpk/summary.h"

#ifdef __cplusplus
extern "C" {
#endif

struct jdoc; /* private: base/json.h. Nodes below are its nodes; UINT32_MAX is none */

#define JPK_CLOUD_NO_NODE UINT32_MAX

/* ------------------------------------------------------------------------------------------------------------ kinds */

enum jpk_cloud_kind {
    JPK_CLOUD_OTHER, /* a type that this library does not know; the component is kept as it is */
    JPK_CLOUD_OPERATION,
    JPK_CLOUD_SCRIPT,
    JPK_CLOUD_ACTIVITY,
    JPK_CLOUD_CONNECTION,
    JPK_CLOUD_TRANSFORMATION,
    JPK_CLOUD_SCHEMA,
    JPK_CLOUD_VARIABLE, /* a project variable */
    JPK_CLOUD_EMAIL,
    JPK_CLOUD_GLOBAL, /* a global variable */
    JPK_CLOUD_KINDS
};

struct jpk_cloud_kind_info {
    enum jpk_cloud_kind kind;
    int number;            /* `type` in the file; 0 for JPK_CLOUD_OTHER */
    const char *name;      /* for programs, "projectVariable" */
    const char *label;     /* for people, "project variable" */
    const char *plural;    /* "project variables" */
    const char *reference; /* what a reference by name begins with, "operation"; NULL: none can name it */
    enum jpk_type type;    /* its counterpart in Design Studio; JPK_TYPE_UNKNOWN for none */
};

/* The row of a kind; that of JPK_CLOUD_OTHER for anything else. Never NULL. */
JPK_API const struct jpk_cloud_kind_info *jpk_cloud_kind_info(enum jpk_cloud_kind kind);
/* The kind of a component with that `type`. */
JPK_API enum jpk_cloud_kind jpk_cloud_kind_of(int64_t number);

/* ------------------------------------------------------------------------------------------------------- components */

/* A reference by id. */
struct jpk_cloud_link {
    const char *id;                              /* as written; "" when there is none */
    int64_t number;                              /* the `type` beside it; 0 for none */
    const struct jpk_cloud_component *component; /* NULL when it does not resolve */
    uint32_t node;                               /* of the id, or of the object that lacks one */
};

/* When an outcome happens. 200 is proved by a real pair of projects; 100 is a guess. */
enum { JPK_CLOUD_ON_SUCCESS = 100, JPK_CLOUD_ON_FAILURE = 200 };

struct jpk_cloud_outcome {
    int64_t when; /* `outcomeType` */
    struct jpk_cloud_link operation;
    uint32_t node;
};

/* A setting: a member of an options object, of a scalar value. */
struct jpk_cloud_option {
    const char *key, *value;
    uint32_t node;
};

struct jpk_cloud_operation {
    const struct jpk_cloud_link *steps;
    size_t step_count;
    const struct jpk_cloud_outcome *outcomes;
    size_t outcome_count;
    const struct jpk_cloud_option *options;
    size_t option_count;
    const struct jpk_cloud_workflow *workflow; /* the first that lists it; NULL for none */
    size_t workflow_count;                     /* in how many places workflows list it */
};

struct jpk_cloud_script {
    const char *text;     /* with its tags */
    const char *cleansed; /* the same without comments, as the file has it; "" for none */
    bool javascript;      /* `scriptType` 0 */
    uint32_t node;        /* of the text */
};

/*
 * A property: a node of a property tree that has no children. `value` and `default_value` are texts: strings decoded,
 * numbers as they are written, objects and arrays as JSON in one line; NULL when there is none, or null.
 */
struct jpk_cloud_property {
    const char *path; /* names from the top, joined by `/`: "page1/locator"; the name alone when it is very long */
    const char *name, *label;
    const char *value, *default_value;
    bool secret; /* `widgetHint` is password, or `secret` is true: the value is left out of most exports */
    bool hidden;
    uint32_t node, value_node;
};

struct jpk_cloud_activity {
    const char *adapter, *function; /* "tempstorage", "tempstorage_read" */
    const char *polarity;           /* "source", "target", "neutral" */
    const char *discovery;          /* "FileBasedDiscovery", "ServerBasedDiscovery" */
    struct jpk_cloud_link connection;
    const struct jpk_cloud_property *properties;
    size_t property_count;
    uint32_t input, output; /* schemas that were found */
};

struct jpk_cloud_connection {
    const char *adapter;
    const char *connector; /* what `adapterIds` calls it: the number of a connector function, else `adapter` */
    int64_t endpoint_type;
    const struct jpk_cloud_property *properties;
    size_t property_count;
};

/* The source or target of a transformation. */
struct jpk_cloud_side {
    bool there;
    const char *name;             /* of the schema */
    const char *direction;        /* of an activity's schema: "input" or "output" */
    struct jpk_cloud_link schema; /* a schema of the project */
    struct jpk_cloud_link origin; /* the activity whose schema it is */
    uint32_t document;            /* the copy of the schema that the transformation holds */
    uint32_t node;
};

struct jpk_cloud_text {
    const char *text;
    uint32_t node;
};

struct jpk_cloud_rule {
    const char *target;                   /* path with slashes: "upsertList/record/Contact/title" */
    const char *target_script;            /* the same as scripts write it */
    const char *script;                   /* with its tags; "" for none */
    const struct jpk_cloud_text *sources; /* paths of source nodes */
    size_t source_count;
    bool condition; /* of a node that has children: whether it is written */
    uint32_t node, target_node, script_node;
};

struct jpk_cloud_loop {
    const char *source, *target; /* paths with slashes; may be "" */
    const char *source_script, *target_script;
    uint32_t node;
};

struct jpk_cloud_transformation {
    struct jpk_cloud_side source, target;
    const struct jpk_cloud_rule *rules;
    size_t rule_count, script_count; /* how many of them have a script */
    const struct jpk_cloud_loop *loops;
    size_t loop_count;
    bool changed_nodes; /* nodes of a schema were duplicated, extended or removed: paths may name others than it has */
};

struct jpk_cloud_schema {
    const char *format;           /* "csv", "xml", "json", "xsd" */
    const char *direction;        /* "input", "output"; "" */
    struct jpk_cloud_link origin; /* the activity that it is of */
    uint32_t document;            /* `schemaTypeDocument` */
};

struct jpk_cloud_variable_component {
    const char *value, *label;
    bool secret; /* its value is hidden and encrypted */
    uint32_t value_node;
};

struct jpk_cloud_email {
    const char *to, *from, *cc, *bcc, *reply_to, *server, *subject, *message;
    bool ssl, authentication;
};

/* Where the file says that a global variable is used. */
struct jpk_cloud_usage {
    struct jpk_cloud_link component;
    bool read, write;
};

struct jpk_cloud_global {
    const char *value;
    const struct jpk_cloud_usage *usages;
    size_t usage_count;
};

struct jpk_cloud_component {
    enum jpk_cloud_kind kind;
    int64_t number;          /* `type`; 0 when there is none */
    const char *id, *name;   /* "" when there is none */
    const char *description; /* "" */
    const char *reference;   /* how scripts name it, without tags: "operation:Name"; NULL when they cannot */
    int64_t validation;      /* `validationState`: 100 valid, 300 not valid or not checked; 0 absent */
    uint32_t index;          /* its place in jpk_cloud.components */
    uint32_t node, id_node, name_node;
    union { /* by `kind`; NULL for JPK_CLOUD_OTHER */
        const struct jpk_cloud_operation *operation;
        const struct jpk_cloud_script *script;
        const struct jpk_cloud_activity *activity;
        const struct jpk_cloud_connection *connection;
        const struct jpk_cloud_transformation *transformation;
        const struct jpk_cloud_schema *schema;
        const struct jpk_cloud_variable_component *variable;
        const struct jpk_cloud_email *email;
        const struct jpk_cloud_global *global;
    } as;
};

/*
 * A workflow. Its operations are links, whether the file has them as references or as copies: a copy may be out of
 * date, so nothing but its id counts.
 */
struct jpk_cloud_workflow {
    const char *id, *name;
    const struct jpk_cloud_link *operations;
    size_t operation_count;
    uint32_t node;
};

/* A connector of the organization's own: it must exist where the project is imported. */
struct jpk_cloud_adapter {
    const char *id, *name, *label;
    uint32_t node;
};

/* An XSD or WSDL file of the project. */
struct jpk_cloud_asset {
    const char *path, *type;
    uint32_t node, content; /* the content: base64 of a zlib stream */
};

/* -------------------------------------------------------------------------------- references by name, and variables */

enum jpk_cloud_reference_kind {
    JPK_CLOUD_REF_OPERATION,
    JPK_CLOUD_REF_SCRIPT,
    JPK_CLOUD_REF_EMAIL,
    JPK_CLOUD_REF_ACTIVITY, /* activity:<adapter>/<connection>/<function>/<name> */
    JPK_CLOUD_REF_ENDPOINT, /* endpoint:<adapter>/<connection>; JavaScript says connection: */
    JPK_CLOUD_REF_PLUGIN,   /* plugin:<URI>: outside of the project */
    JPK_CLOUD_REF_DESIGN,   /* a path as Design Studio writes it: "Scripts/logging/Write log" */
    JPK_CLOUD_REF_OTHER     /* something else between the tags */
};

/* What stands between <TAG> and </TAG> (or a second <TAG>, as some examples of the vendor have it). */
struct jpk_cloud_reference {
    enum jpk_cloud_reference_kind kind;
    const struct jpk_cloud_component *from;
    const struct jpk_cloud_component *to; /* NULL when it does not resolve */
    const char *text;                     /* between the tags */
    const char *function;                 /* scripts: the call around it; NULL when there is none */
    unsigned argument;                    /* which argument of the call it stands in, from 0 */
    bool in_comment;
    uint32_t node;   /* the string that holds it */
    uint32_t offset; /* of `text`, in bytes of the decoded string */
};

enum jpk_cloud_use_kind {
    JPK_CLOUD_USE_SCRIPT,  /* $name, Get, Set */
    JPK_CLOUD_USE_BRACKET, /* [name] or [name{default}] in a property or an e-mail */
    JPK_CLOUD_USE_ENDPOINT /* the variable of a Variable connection */
};

struct jpk_cloud_use {
    enum jpk_cloud_use_kind kind;
    const struct jpk_cloud_component *from;
    const char *spelled;
    const char *default_value; /* of a bracket; NULL for none */
    const char *function;      /* scripts: the call around it; NULL when there is none */
    uint32_t variable;         /* index in jpk_cloud.variables */
    bool write, in_comment;
    uint32_t node, offset; /* the string, and where in it decoded the `$`, `[` or name stands */
};

struct jpk_cloud_variable {
    const char *name;                                   /* the component's spelling, else the first one */
    const struct jpk_cloud_component *project, *global; /* the components of that name, or NULL */
    bool system;                                        /* set by Jitterbit itself: jitterbit.* and the like */
    bool written;                                       /* by a script or a Variable connection, comments apart */
    const struct jpk_cloud_use *const *uses;
    size_t use_count;
};

/* ------------------------------------------------------------------------------------------------------ the project */

enum jpk_cloud_form {
    JPK_CLOUD_EXPORT,    /* an object with a `project` */
    JPK_CLOUD_PROJECT,   /* a project without the wrapper, as the body that creates one */
    JPK_CLOUD_COMPONENTS /* components alone: an array, or an object with nothing but them */
};

/* Something of the wrong type. */
struct jpk_cloud_problem {
    uint32_t node;
    const char *expected; /* "an array" */
};

struct jpk_cloud {
    const char *file; /* what errors call it; may be NULL */
    enum jpk_cloud_form form;
    const char *name, *id, *description, *organization_id, *environment_id; /* "" when there is none */
    int64_t version;                                                        /* of the format: 4; 0 when there is none */
    int64_t created_on;                                  /* milliseconds since 1970; 0 when there is none */
    const struct jpk_cloud_component *const *components; /* in the order of the file */
    size_t component_count;
    size_t counts[JPK_CLOUD_KINDS]; /* components by kind */
    const struct jpk_cloud_workflow *workflows;
    size_t workflow_count;
    const struct jpk_cloud_adapter *adapters;
    size_t adapter_count;
    const struct jpk_cloud_text *adapter_ids; /* the connectors that the file says it uses */
    size_t adapter_id_count;
    const struct jpk_cloud_asset *assets;
    size_t asset_count;
    const struct jpk_cloud_reference *references; /* grouped by `from`, in the order of components */
    size_t reference_count;
    const struct jpk_cloud_use *uses; /* the same */
    size_t use_count;
    const struct jpk_cloud_variable *variables; /* those of components in their order, then others as they come */
    size_t variable_count;
    const struct jpk_cloud_problem *problems; /* by place */
    size_t problem_count;
    const struct jdoc *doc;
    uint32_t project; /* its node: the document itself, unless the form is JPK_CLOUD_EXPORT */
    const char *text; /* of the file; no NUL is promised behind it */
    size_t size;
};

/* Whether a text can be one: its first character that is no white space is `{` or `[`. A byte order mark may stand
 * before it, also that of UTF-16. */
JPK_API bool jpk_cloud_looks_like(const char *text, size_t size);

/*
 * Reads an export from a text, which is copied; of UTF-16 with a byte order mark UTF-8 is made. Places are those behind
 * the mark. `name` is what errors and findings call it; may be NULL. `limits` may be NULL for the defaults;
 * limits->entry_size bounds the text. Errors, with their place: JPK_ERR_JSON, JPK_ERR_ENCODING, JPK_ERR_LIMIT,
 * JPK_ERR_MEMORY; JPK_ERR_NO_PROJECT: JSON, but neither a project nor components.
 */
JPK_API struct jpk_cloud *jpk_cloud_load(const char *text, size_t size, const char *name,
                                         const struct jpk_limits *limits, struct jpk_error *err);
/* The same for a file; also JPK_ERR_READ. */
JPK_API struct jpk_cloud *jpk_cloud_load_file(const char *path, const struct jpk_limits *limits, struct jpk_error *err);
JPK_API void jpk_cloud_free(struct jpk_cloud *cloud);

/* The component of that id (letter case does not matter), or NULL. Of two with the same id, the first. */
JPK_API const struct jpk_cloud_component *jpk_cloud_by_id(const struct jpk_cloud *cloud, const char *id);
/* The first component of a kind with that name, exactly; NULL for none. */
JPK_API const struct jpk_cloud_component *jpk_cloud_by_name(const struct jpk_cloud *cloud, enum jpk_cloud_kind kind,
                                                            const char *name);
/* What a reference by name means, such as "script:Write log"; NULL for nothing in the project. */
JPK_API const struct jpk_cloud_component *jpk_cloud_by_reference(const struct jpk_cloud *cloud, const char *text);
/* The variable of that name in any letter case, or NULL. */
JPK_API const struct jpk_cloud_variable *jpk_cloud_variable(const struct jpk_cloud *cloud, const char *name);
/*
 * The component that a person means by `text`: an id, a reference ("script:Write log"), or a name, exact or in any
 * letter case. `kind` narrows it: the name, label or number of a kind; NULL for any. JPK_ERR_AMBIGUOUS lists the
 * candidates, JPK_ERR_NOT_FOUND says what comes near, JPK_ERR_USAGE: no such kind.
 */
JPK_API const struct jpk_cloud_component *jpk_cloud_select(const struct jpk_cloud *cloud, const char *text,
                                                           const char *kind, struct jpk_error *err);

/* The references of one component; those that point at it; the uses of variables in it. *count gets their number. */
JPK_API const struct jpk_cloud_reference *jpk_cloud_from(const struct jpk_cloud *cloud,
                                                         const struct jpk_cloud_component *component, size_t *count);
JPK_API const struct jpk_cloud_reference *const *
jpk_cloud_to(const struct jpk_cloud *cloud, const struct jpk_cloud_component *component, size_t *count);
JPK_API const struct jpk_cloud_use *jpk_cloud_uses(const struct jpk_cloud *cloud,
                                                   const struct jpk_cloud_component *component, size_t *count);

/* The property of that path, or NULL. */
JPK_API const struct jpk_cloud_property *jpk_cloud_property(const struct jpk_cloud_component *component,
                                                            const char *path);

/* -------------------------------------------------------------------------------------------------- writing, checks */

/*
 * The text of the whole document in canonical form: the keys of every object that is known in the order of real
 * exports, unknown ones behind them in theirs; two spaces a level; numbers as they were written; one line end at the
 * end. Of duplicate keys the last counts. Writing what was read from canonical text gives the same bytes. Allocated
 * with malloc, owned by the caller; NULL: no memory.
 */
JPK_API char *jpk_cloud_write(const struct jpk_cloud *cloud, size_t *size, struct jpk_error *err);

/* All rules of jpk_cloud_check, ended by a row whose id is NULL. A rule that jpk_check_rules() has too means the same.
 */
JPK_API const struct jpk_check_rule *jpk_cloud_check_rules(void);

/*
 * Checks a project: ids, names, references, patterns of operations, schemas, connectors, secrets, variables. Findings
 * are by line, column and rule; their `path` is a JSON Pointer, their `file` NULL, for there is only one. Free them
 * with jpk_findings_free; names and ids in them belong to the project. Errors are only those of the machine.
 */
JPK_API struct jpk_findings *jpk_cloud_check(const struct jpk_cloud *cloud, struct jpk_error *err);

/*
 * All that is known of a component, as jpk_show does for items of Design Studio: secrets are masked. The report's
 * strings may belong to `cloud`. The only error is JPK_ERR_MEMORY.
 */
JPK_API struct jpk_report *jpk_cloud_show(const struct jpk_cloud *cloud, const struct jpk_cloud_component *component,
                                          struct jpk_error *err);
/* The same for a variable that may have no component. */
JPK_API struct jpk_report *jpk_cloud_show_variable(const struct jpk_cloud *cloud,
                                                   const struct jpk_cloud_variable *variable, struct jpk_error *err);

/*
 * Sums a project up, as jpk_summary_make does. An operation counts as started when an outcome of another operation or
 * a script names it, whatever starts those; exports hold no schedules. The counts of `types` are
 * those of the counterparts in Design Studio, activities being sources and targets; `kinds` has all. Free it with
 * jpk_summary_free.
 */
JPK_API struct jpk_summary *jpk_cloud_summary_make(const struct jpk_cloud *cloud, struct jpk_error *err);

#ifdef __cplusplus
}
#endif

#endif
