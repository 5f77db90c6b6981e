/*
 * The folder that a migration is written into:
 *
 *     migration.json           which plan it is of, and where the sources lie
 *     plan.json                that plan, byte by byte
 *     projects/<...>/          the results of a project, a folder each: appears complete or not at all, unless a person
 *                              has put something into it
 *     journal/<id>.json        what came of it (migrate/journal.h): written when the results are there
 *     .work/                   while a run is under way: what is not complete yet, a folder and a lock for each run
 *
 * Several runs may write into one folder at once, each its own projects. A run that was killed leaves its folder below
 * .work behind, which the next run takes away, and results without a record, which are made again.
 */
#ifndef MIGRATE_OUT_H
#define MIGRATE_OUT_H

#include "base/buf.h"
#include "base/strings.h"
#include "migrate/work.h"

struct out {
    char *path; /* of the folder */
    char *work; /* of the run's own folder below .work */
    char *lock_path;
    int lock;
};

/*
 * Opens the folder for a run, which `name` tells from others ("all", "1-of-4"), and makes it when it is not there.
 * Errors: JPK_ERR_EXISTS (it holds something else, or a run of that name is under way), JPK_ERR_WRITE, JPK_ERR_MEMORY.
 * Close it in any case.
 */
bool out_open(struct out *out, const char *path, const char *name, struct jpk_error *err);

/* Takes away what is only there during the run, and waits until the disk has all. Errors: JPK_ERR_WRITE. */
bool out_close(struct out *out, struct jpk_error *err);

/* Writes migration.json and plan.json, unless they are there already. *changed: they were there with another plan. */
bool out_set_plan(const struct out *out, const struct work_plan *plan, bool *changed, struct jpk_error *err);

/* The path of something below the folder, or below the run's own; the caller's to free; NULL: no memory. */
char *out_path(const struct out *out, const char *relative);
char *out_work_path(const struct out *out, const char *relative);

/* Makes an empty folder below the run's own, and takes away one that is there; its path is the caller's to free. */
char *out_begin_folder(const struct out *out, const char *name, struct jpk_error *err);

/*
 * Gives such a folder its place, with all in it; one that is there is replaced. When it holds what no run can have
 * written, that stays, and the files are replaced one by one. Errors: JPK_ERR_EXISTS (such a thing has the name of a
 * file), JPK_ERR_READ, JPK_ERR_WRITE, JPK_ERR_MEMORY.
 */
bool out_commit_folder(const struct out *out, const char *folder, const char *relative, struct jpk_error *err);

/* Writes a file of its own, replacing one that is there. */
bool out_write(const struct out *out, const char *relative, const struct buf *text, struct jpk_error *err);

/*
 * Takes a file, or a folder with all in it, away, and folders above it that are empty then; that it is not there is no
 * error.
 */
bool out_remove(const struct out *out, const char *relative, struct jpk_error *err);

/* What migration.json says: where the plan's folder is, as a path that can be opened. The caller's; NULL: `err`. */
char *out_sources(const char *path, struct jpk_error *err);

/* The ids of all records of a journal, in byte order. Errors: JPK_ERR_READ, JPK_ERR_MEMORY. */
bool out_list_journal(const char *path, struct strings *ids, struct arena *arena, struct jpk_error *err);

/* "journal/<id>.json"; the caller's to free; NULL: no memory. */
char *out_journal_name(const char *id);

#endif
