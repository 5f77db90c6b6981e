/* Files: reading whole ones with a bound, and writing so that a reader sees the old file or the new one. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

/*
 * Appends what is left to read from fd. More than `limit` bytes is JPK_ERR_LIMIT; `what` names the limit's option
 * in the message, such as "--max-file".
 */
bool file_read_fd(int fd, uint64_t limit, const char *what, struct buf *out, struct jpk_error *err);

/* The same for a path; sets the error's file. */
bool file_read(const char *path, uint64_t limit, const char *what, struct buf *out, struct jpk_error *err);

/* What a path leads to. */
enum file_kind {
    FILE_UNKNOWN, /* that could not be found out */
    FILE_NONE,    /* nothing is there */
    FILE_REGULAR,
    FILE_FOLDER,
    FILE_OTHER
};

/*
 * Looks what `path` leads to; `follow`: also behind a symbolic link at its end. A disk that cannot be read
 * is no proof that there is nothing: then it is FILE_UNKNOWN, with JPK_ERR_READ and the error's file.
 */
enum file_kind file_look(const char *path, bool follow, struct jpk_error *err);

/* The real path of the folder of a file, which need not be there yet; allocated. NULL: errno says why. */
char *file_folder(const char *path);

/* Writes all bytes to fd, whatever interrupts it. False: errno says why. */
bool file_write_all(int fd, const void *data, size_t n);
/* The same to a socket; that its reader has gone is an error, too, and no signal. */
bool file_send_all(int fd, const void *data, size_t n);

/* read(), again when a signal has interrupted it. */
ssize_t file_read_some(int fd, void *data, size_t n);

/* An output that does not exist until it is committed. */
struct outfile {
    char *path;      /* where it will be */
    char *temporary; /* where it is now; NULL: there already, as a stream */
    int fd;
};

/* Whether something is there that must not get lost by a file that takes its name: what is no file and no folder. */
bool file_is_special(const char *path);

/*
 * Makes a temporary file beside `path` (mode 0666 less the umask). Without `force` an existing `path` is
 * JPK_ERR_EXISTS. With it a stream (a terminal, /dev/null, a FIFO, a link into /proc) is written to, as nothing could
 * take its place; sockets and disks are JPK_ERR_WRITE.
 */
bool outfile_open(struct outfile *out, const char *path, bool force, struct jpk_error *err);

/*
 * Gives it its name. Without `force` it never replaces a file, not even one that came in between. `durable` waits until
 * the disk has it, so that a power failure cannot leave an empty file: for what cannot be made again in a moment.
 */
bool outfile_commit(struct outfile *out, bool force, bool durable, struct jpk_error *err);

/* Writes all bytes, with an error that names the file. */
bool outfile_put(struct outfile *out, const void *data, size_t n, struct jpk_error *err);

/* Removes what is there of an output that was not committed; does nothing after a commit. */
void outfile_discard(struct outfile *out);

/* All of the above for bytes in memory: not durable, and durable. */
bool file_write(const char *path, const void *data, size_t n, bool force, struct jpk_error *err);
bool file_write_durably(const char *path, const void *data, size_t n, bool force, struct jpk_error *err);

/* Makes a folder and its parents, as `mkdir -p` does. */
bool file_make_folder(const char *path, struct jpk_error *err);

/*
 * Makes a new folder beside `path`, whose name is that of `path` and a random ending: for output that gets its name by
 * a rename when it is complete. The name is allocated with malloc and the caller's; NULL on failure.
 */
char *file_make_unique_folder(const char *path, struct jpk_error *err);

/* Removes a file, or a folder with all in it; links are not followed. That it is not there is no error. */
bool file_remove_tree(const char *path, struct jpk_error *err);

/* The SHA-256 of bytes, as 64 hexadecimal digits and NUL. */
void sha256_hex(const void *data, size_t n, char out[65]);

/* The same as 32 bytes. */
void sha256_bytes(const void *data, size_t n, unsigned char out[32]);

/* The same in base64, as a content security policy writes it: 44 characters and NUL. */
void sha256_base64(const void *data, size_t n, char out[45]);

/* In hexadecimal, of a file from its start; its position afterwards is not defined. */
bool sha256_fd(int fd, char out[65], struct jpk_error *err);

#endif
