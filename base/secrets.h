/* Secrets that stand in the clear. */
#ifndef BASE_SECRETS_H
#define BASE_SECRETS_H

#include "base/buf.h"

/*
 * Whether what goes by this name is a secret or about one: "password", "Authorization", "x-api-key", "tokenUrl". Every
 * name is that has a secret_kind.
 */
bool secret_name(const char *name, size_t n);

/* What a field holds, by its name. */
enum secret_kind {
    SECRET_NONE,
    SECRET_PASSWORD,
    SECRET_TOKEN,  /* tokens, keys, shared secrets: not chosen by people */
    SECRET_HEADER, /* Authorization: a scheme and what belongs to it */
    SECRET_COOKIE
};

/*
 * Stricter than secret_name: the name must be that of the secret itself. `tokenUrl` and `password_expiry` are about a
 * secret, `tokenizer` is another word, and a `nextPageToken` opens nothing. What follows a name that is longer than 64
 * bytes is not known: SECRET_NONE.
 */
enum secret_kind secret_kind(const char *name, size_t n);

/* Whether a name that ends in this word is about a secret instead of being one: "url", "expiry", "enabled", "name". */
bool secret_about(const char *word, size_t n);

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

/*
 * The same with nothing in the place of a secret, of what has the name of a secret itself only, and behind `:` only at
 * the start of a line: a URL or headers without their secrets, which must go on working.
 */
bool cut_secrets(struct buf *out, const char *text);

/* As mask_secrets, for a value that is a secret as a whole. */
bool mask_secret(struct buf *out, const char *value);

#endif
