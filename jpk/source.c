#include "jpk/source.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "jpk/check.h"
#include "jpk/cloud_check.h"
#include "jpk/cloud_tree_state.h"

/* The first bytes of a pipe, which stay in it; 0 when it has none. */
static ssize_t peek_pipe(int fd, char *out, size_t n)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    ssize_t copied = tee(fd, ends[1], n, 0);
    /* What is no pipe, such as a terminal, cannot be looked at beforehand. */
    ssize_t got = copied > 0                      ? file_read_some(ends[0], out, (size_t)copied)
                  : copied < 0 && errno == EINVAL ? 0
                                                  : copied;
    int errnum = errno;
    close(ends[0]);
    close(ends[1]);
    errno = errnum;
    return got;
}

bool source_begins_as_json(int fd, struct jpk_error *err)
{
    char first[64];
    ssize_t got = pread(fd, first, sizeof first, 0);
    if (got < 0 && errno == ESPIPE)
        got = peek_pipe(fd, first, sizeof first);
    /* Folders are read in another way. */
    if (got < 0 && errno != EISDIR)
        error_system(err, JPK_ERR_READ, errno, "cannot be read");
    return got > 0 && jpk_cloud_looks_like(first, (size_t)got);
}

/* Of a regular file; what comes through a named pipe could not be looked at and read again. */
static bool is_json(const char *path, struct jpk_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool json = false;
    if (fd < 0)
        error_system(err, JPK_ERR_READ, errno, "cannot be opened");
    else
        json = source_begins_as_json(fd, err);
    if (fd >= 0)
        close(fd);
    return json;
}

bool source_open(struct source *source, const char *path, const struct jpk_limits *limits, struct jpk_error *err)
{
    struct jpk_error local = {0};
    *source = (struct source){.name = path};
    enum file_kind kind = file_look(path, true, &local);
    if (kind == FILE_FOLDER && cloud_is_tree(path, &local)) {
        source->tree = jpk_cloud_tree_open(path, limits, &local);
        source->cloud = source->tree ? source->tree->cloud : NULL;
    } else if (kind == FILE_REGULAR && is_json(path, &local)) {
        source->cloud = jpk_cloud_load_file(path, limits, &local);
    } else if (local.code == JPK_OK) {
        source->archive = kind == FILE_FOLDER ? jpk_archive_open_folder(path, limits, &local)
                                              : jpk_archive_open(path, limits, &local);
    }
    error_pass(err, &local, path);
    return source->cloud || source->archive;
}

bool source_load(struct source *source, const char *environment, unsigned flags, struct jpk_error *err)
{
    source->project = jpk_project_load(source->archive, environment, flags, err);
    if (source->project)
        source->graph = jpk_graph_build(source->project, err);
    return source->graph != NULL;
}

struct jpk_summary *source_summary(struct source *source, const char *environment, struct jpk_error *err)
{
    if (source->cloud)
        return jpk_cloud_summary_make(source->cloud, err);
    if (!source_load(source, environment, JPK_KEEP_GOING, err))
        return NULL;
    return jpk_summary_make(source->project, source->graph, err);
}

/* With places in the files of the tree when it is one; NULL on errors, also of who found them. */
static struct jpk_findings *placed(const struct source *source, struct jpk_findings *findings, struct jpk_error *err)
{
    if (!findings || !source->tree || jpk_cloud_tree_findings(source->tree, findings, err))
        return findings;
    jpk_findings_free(findings);
    return NULL;
}

struct jpk_findings *source_check_cloud(const struct source *source, struct jpk_error *err)
{
    return placed(source, jpk_cloud_check(source->cloud, err), err);
}

bool source_cloud_settled(const struct source *source, struct jpk_error *err)
{
    struct jpk_findings *conflicts = placed(source, cloud_check_for_conflicts(source->cloud, err), err);
    bool ok = check_settled(conflicts, source->name, err);
    jpk_findings_free(conflicts);
    return ok;
}

void source_close(struct source *source)
{
    if (!source->tree)
        jpk_cloud_free(source->cloud);
    jpk_cloud_tree_free(source->tree);
    jpk_graph_free(source->graph);
    jpk_project_free(source->project);
    jpk_archive_free(source->archive);
    *source = (struct source){0};
}
