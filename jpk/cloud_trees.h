/* What real components look like. JSON in here has single quotes. */
#ifndef JPK_CLOUD_TREES_H
#define JPK_CLOUD_TREES_H

#include "jpk/cloud.h"

/* A property, or a group of the properties that follow it one level deeper. */
struct cloud_row {
    unsigned depth;
    const char *type; /* that of a group is "pagination", "group", "advanced-builder" or NULL */
    const char *name; /* NULL behind the last row */
    const char *label;
    const char *members; /* JSON: its other members; NULL for none */
};

struct cloud_template {
    const char *adapter;
    const char *function; /* NULL: a connection */
    const char *fields;   /* JSON: what it has beside the fields of its kind */
    const struct cloud_row *properties;
};

/* The row of an adapter and a function (NULL: a connection); NULL: none was ever seen. */
const struct cloud_template *cloud_template(const char *adapter, const char *function);

/* JSON: the fields of a kind, of a workflow, of a project. */
const char *cloud_kind_template(enum jpk_cloud_kind kind);
extern const char cloud_workflow_template[], cloud_project_template[];

#endif
