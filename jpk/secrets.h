/* Secrets that stand in the clear. */
#ifndef JPK_SECRETS_H
#define JPK_SECRETS_H

#include "base/buf.h"

/* Whether what goes by this name is a secret: "password", "Authorization", "x-api-key". */
bool secret_name(const char *name, size_t n);

/*
 * Whether a value is nothing but variables in brackets, perhaps behind the name of a scheme, as in "Bearer [token]":
 * then it is no secret itself.
 */
bool secret_only_variables(const char *value, size_t n);

/*
 * Adds `text` with the values of secrets in it replaced by "****": behind a secret's name and `=` or `:` up to the end
 * of the value, and in the log-in part of a URL. Values that only name variables, as in "Bearer [token]", stay. Returns
 * whether anything was replaced.
 */
bool mask_secrets(struct buf *out, const char *text);

/* The same for a value that is a secret as a whole. */
bool mask_secret(struct buf *out, const char *value);

#endif
