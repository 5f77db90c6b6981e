/*
 * jpk/base.h - what every part of libjpk shares: the error value and the version.
 *
 * Conventions of the whole library:
 *  - A function that can fail returns false or NULL and, when `err` is not NULL, fills in `*err`.
 *    The first error wins: code and message of an error value that is set already are left alone. It must be cleared
 *    (`= {0}`) before a function gets it that has nothing to do with that error.
 *  - Outputs are untouched on failure.
 *  - Nothing here prints, exits or aborts; a failed allocation is JPK_ERR_MEMORY.
 *  - Handles may be used by one thread at a time; different handles by different threads.
 *  - Every `_free` function accepts NULL.
 */
#ifndef JPK_BASE_H
#define JPK_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define JPK_API __attribute__((visibility("default")))
#else
#define JPK_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define JPK_VERSION "0.1.0"

/* What went wrong. jpk_code_name() gives the stable word for each; it is what reports and tests use. */
enum jpk_code {
    JPK_OK = 0,

    /* the caller or the machine */
    JPK_ERR_USAGE,  /* the caller asked for something that makes no sense */
    JPK_ERR_MEMORY, /* an allocation failed */
    JPK_ERR_READ,   /* an input could not be opened or read */
    JPK_ERR_WRITE,  /* an output could not be written */
    JPK_ERR_EXISTS, /* an output exists and overwriting was not asked for */

    /* the archive: every one of these refuses the archive as a whole */
    JPK_ERR_ARCHIVE,   /* not a ZIP file, or its records contradict each other */
    JPK_ERR_OVERLAP,   /* two entries share bytes, or bytes belong to no entry */
    JPK_ERR_DUPLICATE, /* two entries have the same name */
    JPK_ERR_NAME,      /* an entry's name is unsafe or not text */
    JPK_ERR_COLLISION, /* two names differ only in case or normalization, or a file is also a folder */
    JPK_ERR_SPECIAL,   /* a symbolic link, device or other thing that is neither file nor folder */
    JPK_ERR_ENCRYPTED, /* an entry is encrypted */
    JPK_ERR_METHOD,    /* an entry uses a compression method other than store and deflate */
    JPK_ERR_SIZE,      /* an entry's data is longer or shorter than it declares */
    JPK_ERR_CHECKSUM,  /* an entry's data does not match its checksum, or does not inflate */
    JPK_ERR_LIMIT,     /* a limit is exceeded; the message names it and its option */

    /* the project inside */
    JPK_ERR_ENCODING,   /* text that is not UTF-8 */
    JPK_ERR_XML,        /* XML that is not well-formed */
    JPK_ERR_DOCTYPE,    /* XML with a document type declaration */
    JPK_ERR_FORMAT,     /* well-formed, but not what this file must hold */
    JPK_ERR_NO_PROJECT, /* nothing that looks like a project */
    JPK_ERR_AMBIGUOUS,  /* more than one project or environment and no choice */
    JPK_ERR_NOT_FOUND,  /* the thing asked for is not in the project */
    JPK_ERR_JSON,       /* JSON that does not parse, or not what this file must hold */
    JPK_ERR_SCHEMA,     /* a JSON Schema that is wrong in itself */
    JPK_ERR_YAML,       /* YAML that does not parse, or has what is not read here, such as an anchor */
    JPK_ERR_CHANGED     /* an input is not what it was when the plan was made, or has changed while it was read */
};

#define JPK_ERROR_FILE_MAX 512
#define JPK_ERROR_ENTRY_MAX 512
#define JPK_ERROR_MESSAGE_MAX 512

/*
 * The error value: owned by the caller, holds no pointers, needs no cleaning up.
 * Start with `struct jpk_error err = {0};`.
 */
struct jpk_error {
    enum jpk_code code;
    char file[JPK_ERROR_FILE_MAX];       /* the input as its caller named it; "" when there is none */
    char entry[JPK_ERROR_ENTRY_MAX];     /* the path inside the archive or folder; "" when there is none */
    bool has_offset;                     /* whether `offset` is known */
    uint64_t offset;                     /* byte position in the entry; of the archive's own records, in the archive */
    uint32_t line, column;               /* from 1; 0 when not known. Columns count bytes */
    char message[JPK_ERROR_MESSAGE_MAX]; /* one sentence in UTF-8, without control characters */
};

/* The stable word for a code, such as "encrypted"; never NULL. */
JPK_API const char *jpk_code_name(enum jpk_code code);

/*
 * Which exit status of the `jpk` program an error belongs to: 2 wrong usage, 3 an input that cannot be read,
 * is corrupt or is refused, 4 an output or internal failure; 0 for JPK_OK.
 */
JPK_API int jpk_code_status(enum jpk_code code);

/* The version of the library that is linked, such as "0.1.0". */
JPK_API const char *jpk_version(void);

#ifdef __cplusplus
}
#endif

#endif
