/* Secrets that a configure file names by their place. */
#ifndef RECIPE_SECRET_FILE_H
#define RECIPE_SECRET_FILE_H

#include "base/buf.h"

/* A secret while it is looked at; zero-initialized is empty. */
struct secret {
    const char *text; /* of the environment, or `own` */
    size_t size;
    char *own;
    size_t own_size;
    bool others_read; /* it is in a file that everybody on this machine can read */
};

/*
 * Finds the secret of a place, "env:NAME" or "file:PATH"; a relative path is below `folder`. A file must be an ordinary
 * one of at most `most` bytes; one line end at its end is not part of the secret. False: it is not there, and `why`
 * gets what to do about it, such as "set the environment variable NAME"; or memory is out, and why->failed is set.
 */
bool secret_find(struct secret *secret, const char *place, const char *folder, size_t most,
                 const char *(*environment)(const char *), struct buf *why);

/* Overwrites what was read. */
void secret_forget(struct secret *secret);

#endif
