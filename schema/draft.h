/* The drafts of JSON Schema. */
#ifndef SCHEMA_DRAFT_H
#define SCHEMA_DRAFT_H

/* In the order of time. */
enum schema_draft {
    SCHEMA_DRAFT_4,
    SCHEMA_DRAFT_6,
    SCHEMA_DRAFT_7,
    SCHEMA_DRAFT_2019_09,
    SCHEMA_DRAFT_2020_12,
    SCHEMA_DRAFTS /* how many */
};

#endif
