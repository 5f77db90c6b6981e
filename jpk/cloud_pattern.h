/*
 * Which sequences of steps an operation may have: the seven patterns of the vendor's documentation, and the groups of
 * activities that they are made of.
 */
#ifndef JPK_CLOUD_PATTERN_H
#define JPK_CLOUD_PATTERN_H

#include "base/buf.h"
#include "jpk/cloud.h"

/* What an activity can be in a pattern. */
enum {
    STEP_SOURCE = 1,   /* it gets data */
    STEP_TARGET = 2,   /* it takes data */
    STEP_FILE = 4,     /* of a file-type connector: file share, FTP, HTTP, local and temporary storage, variable, API */
    STEP_PLAIN = 8,    /* may stand in an archive pattern without being of a file-type connector */
    STEP_API = 16,     /* an API activity */
    STEP_BETWEEN = 32, /* may be target and source at once in a two-target archive */
    STEP_APPLICATION = 64,   /* an application or SOAP: may stand between two transformations */
    STEP_BULK = 128,         /* a bulk query, insert, ... of Salesforce */
    STEP_NEEDS_TARGET = 256, /* as a source it needs a target */
    STEP_ALONE = 512         /* no other of these may be in the same operation */
};

/* The traits of an activity: by the table of connectors, its polarity, and for unknown connectors nearly all. */
unsigned cloud_activity_traits(const struct jpk_cloud_activity *activity);

struct cloud_pattern_result {
    const char *pattern; /* the name of the pattern that fits; NULL: none */
    size_t fitting;      /* how many steps from the first fit some pattern */
    struct buf next;     /* when none fits: what could come behind those, in words; empty: nothing */
};

/*
 * Which pattern the steps follow; all must be resolved. Linear in the steps. `next` is the caller's to free; when it
 * has failed, memory is out.
 */
struct cloud_pattern_result cloud_pattern_match(const struct jpk_cloud_operation *operation);

/* For each n from 1 to the number of steps, whether the first n follow a pattern; whole[0] is false. Linear, too. */
void cloud_pattern_parts(const struct jpk_cloud_operation *operation, bool *whole);

#endif
