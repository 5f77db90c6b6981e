/* A map to begin with: what the inputs say about organizations, and comments about what they do not say. */
#ifndef MIGRATE_STARTER_H
#define MIGRATE_STARTER_H

#include "base/buf.h"
#include "migrate/survey.h"

/* Appends it as YAML of the form migrate-map-1. False: memory. */
bool starter_write(struct buf *out, const struct survey *survey);

#endif
