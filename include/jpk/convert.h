/*
 * jpk/convert.h - from Design Studio to Cloud Studio, and back.
 *
 * Every item of the project is accounted for: converted, converted with something to look at, left to a person, or
 * dropped on purpose; each with its findings. The result is text in canonical form and depends on the project and the
 * options alone: ids are kept where an item becomes one component, and made by rule (UUIDv5) where not.
 *
 * What is known of the other form and what is a guess: jpk/cloud.h. A shape that nobody has seen is written from the
 * tables and is a finding (`shape-not-observed`). Whatever is given out belongs to the conversion.
 *
 * Include it after jpk/jpk.h. Conventions for errors, ownership and threads are those of jpk/base.h.
 */
#ifndef JPK_CONVERT_H
#define JPK_CONVERT_H

#include "jpk/cloud.h"
#include "jpk/jpk.h"

#ifdef __cplusplus
extern "C" {
#endif

enum jpk_convert_result {
    JPK_CONVERTED,
    JPK_CONVERT_REVIEW,  /* converted; a person should look at it */
    JPK_CONVERT_MANUAL,  /* not converted: a person must do it */
    JPK_CONVERT_DROPPED, /* has no meaning in the other form, or nothing uses it */
    JPK_CONVERT_RESULTS
};

/* "converted", "review", "manual", "dropped". */
JPK_API const char *jpk_convert_result_name(enum jpk_convert_result result);

/* The rules of its findings, ended by a row whose id is NULL. */
JPK_API const struct jpk_check_rule *jpk_convert_rules(void);

/* Which kind of agent will run the project. */
enum jpk_convert_agent { JPK_AGENT_ANY, JPK_AGENT_CLOUD, JPK_AGENT_PRIVATE };

/*
 * Asked for every encrypted setting: the name of the project variable that it most probably holds, with how sure that
 * is; NULL: not known. `context` is the caller's.
 */
typedef const char *jpk_convert_slot(void *context, const struct jpk_entity *entity, const struct jpk_item *item,
                                     enum jpk_confidence *confidence);

/* For whom the result is. NULL: as the source says it. The texts must stay until the conversion is freed. */
struct jpk_convert_place {
    const char *name; /* of the project */
    const char *organization_id, *organization_name, *environment_id, *environment_name;
};

/* Zero-initialized means the defaults. */
struct jpk_convert_options {
    struct jpk_convert_place place;
    enum jpk_convert_agent agent; /* to Cloud Studio; what it cannot run is a finding */
    jpk_convert_slot *slot;       /* to Cloud Studio; NULL: encrypted settings are left empty */
    void *slot_context;
    /*
     * To Design Studio: the schedules, which exports do not hold, as JSON: the report of a conversion to Cloud Studio,
     * or an array of requests for the REST interface, which do not say what they start. NULL: none.
     */
    const char *schedules;
    size_t schedules_size;
};

/* An item of the source, an entity or a component, in the order of the project. */
struct jpk_convert_item {
    const struct jpk_entity *entity;             /* of Design Studio; else NULL */
    const struct jpk_cloud_component *component; /* of Cloud Studio; else NULL */
    const char *type, *label;                    /* "SalesforceQuery", and for people "Salesforce query" */
    const char *id, *name;
    const char *path;   /* "Script/Common/Send mail" */
    const char *target; /* what it has become: "script:Send mail"; of several components the first; NULL: nothing */
    enum jpk_convert_result result;
    const struct jpk_finding *findings; /* `file`, `line`: of the source; `rule`: of jpk_convert_rules */
    size_t finding_count;
};

/* A name that could not stay. */
struct jpk_convert_rename {
    size_t item; /* index in jpk_conversion.items */
    const char *to;
};

/* What must be typed in again; never a value. */
struct jpk_convert_secret {
    size_t item;           /* index in jpk_conversion.items */
    const char *key;       /* of the setting */
    const char *component; /* where it belongs: "connection:Salesforce" */
    const char *property;  /* its label there */
    const char *variable;  /* the project variable that was put in its place; NULL: it was left empty */
    enum jpk_confidence confidence;
};

/* A schedule: the other form has no known component for it. */
struct jpk_convert_schedule {
    size_t schedule, operation; /* indices in jpk_conversion.items */
    const char *rest;           /* JSON in the documented form of the REST interface */
    const char *time_zone;      /* which that form has no place for; NULL: that of the agent */
};

/* A file of a project of Design Studio; the path is below the project's folder: "Data/Operation/<id>.xml". */
struct jpk_convert_file {
    const char *path;
    const void *data;
    size_t size;
};

/* What has come of a conversion, in either direction. */
struct jpk_conversion {
    const char *text; /* to Cloud Studio, the export: JSON, UTF-8, ends in a line end; else NULL */
    size_t size;
    const struct jpk_convert_file *files; /* to Design Studio, in byte order of their paths; else NULL */
    size_t file_count;
    const char *name; /* of the project there */
    const struct jpk_convert_item *items;
    size_t item_count;
    size_t counts[JPK_CONVERT_RESULTS]; /* items by their result */
    const struct jpk_convert_rename *renames;
    size_t rename_count;
    const struct jpk_convert_secret *secrets;
    size_t secret_count;
    const struct jpk_convert_schedule *schedules;
    size_t schedule_count;
    const char *const *connectors; /* adapters that the export uses, the result or the source, in byte order */
    size_t connector_count;
    size_t script_lines, script_lines_kept; /* of code; those in which nothing is left to do */
    const struct jpk_finding *findings;     /* about the project as a whole */
    size_t finding_count;
};

/*
 * Converts a project; it and its graph must stay until the conversion is freed. `options` may be NULL. Errors:
 * JPK_ERR_USAGE for a project that was slimmed, JPK_ERR_LIMIT, JPK_ERR_MEMORY.
 */
JPK_API struct jpk_conversion *jpk_convert_to_cloud(const struct jpk_project *project, const struct jpk_graph *graph,
                                                    const struct jpk_convert_options *options, struct jpk_error *err);

/* The version of Design Studio that projects are written for: that of the newest real one. */
#define JPK_CONVERT_DESIGN_VERSION "11.41.0.0"

/*
 * Converts an export; it must stay until the conversion is freed. Of the options only the schedules count. What Design
 * Studio has and an export has not is made by rule: ids of steps and folders, the files of structures, their caches.
 * No value is encrypted, for only an installation can do that; what was is left empty and listed. Errors:
 * JPK_ERR_JSON, JPK_ERR_ENCODING and JPK_ERR_FORMAT, with their place: the schedules; JPK_ERR_LIMIT (log-ins and
 * schemas stand wherever they are used, so that a small export can describe a project beyond all measure),
 * JPK_ERR_MEMORY.
 */
JPK_API struct jpk_conversion *jpk_convert_to_design(const struct jpk_cloud *cloud,
                                                     const struct jpk_convert_options *options, struct jpk_error *err);

/*
 * Writes a project of Design Studio as a Jitterpak, or as a workspace (a folder, which must not be there: it appears
 * complete or not at all). Errors: JPK_ERR_USAGE (it is none of Design Studio), JPK_ERR_EXISTS, JPK_ERR_WRITE,
 * JPK_ERR_MEMORY.
 */
JPK_API bool jpk_conversion_write_jitterpak(const struct jpk_conversion *conversion, const char *path, bool force,
                                            struct jpk_error *err);
JPK_API bool jpk_conversion_write_workspace(const struct jpk_conversion *conversion, const char *path,
                                            struct jpk_error *err);

/* Accepts NULL. */
JPK_API void jpk_conversion_free(struct jpk_conversion *conversion);

#ifdef __cplusplus
}
#endif

#endif
