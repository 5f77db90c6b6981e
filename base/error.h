/* Filling in the error value of jpk/base.h. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "jpk/base.h"

/* Sets the code and the message unless an error is set already. Always false, so `return error_set(...)` reads well. */
bool error_set(struct jpk_error *err, enum jpk_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a failed system call: adds the text of `errnum`. ENOMEM is error_memory, whatever `code` is. */
bool error_system(struct jpk_error *err, enum jpk_code code, int errnum, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for a failed allocation. Inline so that analyzers know that it is false. */
void error_note_memory(struct jpk_error *err);
static inline bool error_memory(struct jpk_error *err)
{
    error_note_memory(err);
    return false;
}

/* The code of a stable word; JPK_OK for one that no code has. */
enum jpk_code error_code(const char *name);

/* Where it happened. Each sets its part only when that part is still unknown. */
void error_file(struct jpk_error *err, const char *file);
void error_entry(struct jpk_error *err, const char *entry);
void error_offset(struct jpk_error *err, uint64_t offset);
void error_position(struct jpk_error *err, uint32_t line, uint32_t column);

/* Hands on what a local error holds, if anything, with the file unless that is known; `err` may be NULL. */
void error_pass(struct jpk_error *err, struct jpk_error *local, const char *file);

/* error_offset and error_position together, the latter computed from the text. */
void error_text_offset(struct jpk_error *err, const char *text, size_t n, size_t offset);

#endif
