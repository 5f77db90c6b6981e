/*
 * jpk/jpk.h - Jitterpaks and Design Studio projects: the archive, the typed project, its reference graph.
 *
 * The way of the data: bytes -> archive (checked entries) -> project (typed entities, references resolved).
 * Conventions for errors, ownership and threads are those of jpk/base.h.
 */
#ifndef JPK_JPK_H
#define JPK_JPK_H

#include "jpk/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------ limits */

/*
 * Every quantity that a file can choose. Exceeding one is JPK_ERR_LIMIT with the name of the option that sets it.
 * Start from jpk_limits_default().
 */
struct jpk_limits {
    uint64_t entries;    /* --max-entries: entries in an archive, files in a folder; 200,000 */
    uint64_t name_part;  /* --max-name: bytes in one part of an entry's path; 255 */
    uint64_t path_parts; /* --max-depth: parts of an entry's path; 64 */
    uint64_t entry_size; /* --max-entry-size: bytes in one entry; 256 MiB */
    uint64_t total_size; /* --max-total-size: bytes in all entries, and in the archive itself; 2 GiB */
    uint64_t ratio;      /* --max-ratio: uncompressed to compressed size of an entry above 1 MiB; 200 */
    uint64_t xml_size;   /* --max-xml-size: bytes in one XML file, or in a structure cache when unpacked; 64 MiB */
    uint64_t xml_tag;    /* --max-xml-tag: bytes in one XML tag; 64 KiB */
};

JPK_API struct jpk_limits jpk_limits_default(void);

/* ----------------------------------------------------------------------------------------------- archive */

/*
 * A project's files as they lie in a ZIP archive or in a folder. Opening checks everything that can be checked
 * without unpacking; what fails refuses the archive as a whole. Entries are read one at a time.
 *
 * Refused: records that contradict each other (central and local headers, data descriptors, ZIP64 fields), bytes
 * that belong to no entry or to two, duplicate names, names that are absolute or hold `..`, `.`, empty parts,
 * backslashes, drive letters, control characters, bytes that are not UTF-8 or non-ASCII without the UTF-8 flag,
 * names that collide without regard to case and normalization, links and devices, encrypted entries, methods other
 * than store (0) and deflate (8), entries or totals above the limits. Source: PKWARE APPNOTE 6.3.10 and the cases
 * of public collections of hostile archives.
 *
 * In a folder, symbolic links and special files are refused where a project's file is expected and never followed.
 */
struct jpk_archive;

struct jpk_entry_info {
    const char *name;         /* path inside, UTF-8, `/` between parts; owned by the archive */
    uint64_t size;            /* bytes when unpacked, as declared; enforced when it is read */
    uint64_t compressed_size; /* bytes in the archive; equals size in a folder */
    uint32_t crc32;           /* as declared; 0 in a folder */
    uint16_t method;          /* 0 stored, 8 deflated; 0 in a folder */
    uint16_t dos_date;        /* the time in the archive, DOS form, zone unknown; 0 in a folder */
    uint16_t dos_time;
};

/* Opens a ZIP file. `limits` may be NULL for the defaults. */
JPK_API struct jpk_archive *jpk_archive_open(const char *path, const struct jpk_limits *limits, struct jpk_error *err);

/* Opens a ZIP in memory, which must stay until the archive is freed. `name` is what errors call it; may be NULL. */
JPK_API struct jpk_archive *jpk_archive_open_memory(const void *data, size_t size, const char *name,
                                                    const struct jpk_limits *limits, struct jpk_error *err);

/*
 * Opens a ZIP from a file descriptor, such as standard input. What cannot be positioned is first copied to an
 * unnamed temporary file, up to limits->total_size. The descriptor stays the caller's; a regular file's position is
 * not used.
 */
JPK_API struct jpk_archive *jpk_archive_open_fd(int fd, const char *name, const struct jpk_limits *limits,
                                                struct jpk_error *err);

/*
 * Opens a folder. Names are paths below it, in byte order. `.git`, `.svn`, `.DS_Store`, `Thumbs.db` and
 * `desktop.ini` are left out.
 */
JPK_API struct jpk_archive *jpk_archive_open_folder(const char *path, const struct jpk_limits *limits,
                                                    struct jpk_error *err);

JPK_API void jpk_archive_free(struct jpk_archive *archive);

/* What errors call it: the path, or the name given. */
JPK_API const char *jpk_archive_name(const struct jpk_archive *archive);

JPK_API bool jpk_archive_is_folder(const struct jpk_archive *archive);

/* Entries that are files, in archive order (folders: byte order of names). Folder entries are checked and left out. */
JPK_API size_t jpk_archive_count(const struct jpk_archive *archive);
JPK_API const struct jpk_entry_info *jpk_archive_entry(const struct jpk_archive *archive, size_t index);

/* The index of an entry by its exact name; SIZE_MAX when there is none. */
JPK_API size_t jpk_archive_find(const struct jpk_archive *archive, const char *name);

/*
 * Reads one entry whole. *data is allocated with malloc, owned by the caller, and followed by a NUL byte that
 * *size does not count. Data that is longer or shorter than declared is JPK_ERR_SIZE, a wrong checksum
 * JPK_ERR_CHECKSUM.
 */
JPK_API bool jpk_archive_read(struct jpk_archive *archive, size_t index, void **data, size_t *size,
                              struct jpk_error *err);

/* The SHA-256 of the archive file itself in hexadecimal; false for a folder (JPK_ERR_USAGE). */
JPK_API bool jpk_archive_sha256(struct jpk_archive *archive, char out[65], struct jpk_error *err);

/* ---------------------------------------------------------------------------------------- archive writer */

/*
 * Writes a ZIP with the layout that Design Studio writes: deflate, UTF-8 names, no folder entries, no comments,
 * external attributes 0, made by MS-DOS 2.0. One difference: Design Studio's writer streams, so it sets the flag
 * "sizes follow the data" (bit 3) and leaves sizes out of the local headers. libzip writes the sizes there, which
 * every reader accepts, streaming readers included, and which leaves nothing to guess; see CONTRIBUTING.
 *
 * The bytes depend only on the names, the data, the times and their order: not on the clock, the zone or the host.
 */
struct jpk_writer;

/* The default time of an entry: 1980-01-01 00:00:00, the smallest that the DOS form can hold. */
#define JPK_DOS_DATE_MIN ((uint16_t)0x0021)

/* Begins an archive at `path`. Nothing appears there before jpk_writer_commit. */
JPK_API struct jpk_writer *jpk_writer_open(const char *path, bool force, struct jpk_error *err);

/* Adds an entry with a copy of `data`. The name is checked as a reader would check it. */
JPK_API bool jpk_writer_add(struct jpk_writer *writer, const char *name, const void *data, size_t size, uint16_t dos_date,
                            uint16_t dos_time, struct jpk_error *err);

/*
 * Adds an entry whose bytes are read from an archive when they are needed, so that memory follows the largest entry.
 * The archive must stay until commit.
 */
JPK_API bool jpk_writer_add_from(struct jpk_writer *writer, const char *name, struct jpk_archive *from, size_t index,
                                 uint16_t dos_date, uint16_t dos_time, struct jpk_error *err);

/*
 * Writes the archive, opens it again, reads every entry and compares it with what was added, and only then gives it
 * its name. On failure nothing is left at `path`. The writer must still be freed.
 */
JPK_API bool jpk_writer_commit(struct jpk_writer *writer, struct jpk_error *err);

/* Frees a writer; without a commit nothing is left on the disk. */
JPK_API void jpk_writer_free(struct jpk_writer *writer);

#ifdef __cplusplus
}
#endif

#endif
