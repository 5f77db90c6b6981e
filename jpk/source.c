#include "jpk/source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first bytes of a pipe, which stay in it; 0 when they cannot be had. */
static size_t peek_pipe(int fd, char *out, size_t n)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return 0;
    ssize_t copied = tee(fd, ends[1], n, 0);
    ssize_t got = copied > 0 ? read(ends[0], out, (size_t)copied) : 0;
    close(ends[0]);
    close(ends[1]);
    return got > 0 ? (size_t)got : 0;
}

bool source_begins_as_json(int fd)
{
    char first[64];
    ssize_t got = pread(fd, first, sizeof first, 0);
    size_t n = got < 0 && errno == ESPIPE ? peek_pipe(fd, first, sizeof first) : got > 0 ? (size_t)got : 0;
    return jpk_cloud_looks_like(first, n);
}

static bool is_json(const char *path)
{
    /* What comes through a named pipe could not be looked at and read again. */
    struct stat st;
    int fd = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    bool json = fd >= 0 && source_begins_as_json(fd);
    if (fd >= 0)
        close(fd);
    return json;
}

bool source_open(struct source *source, const char *path, const struct jpk_limits *limits, struct jpk_error *err)
{
    struct stat st;
    *source = (struct source){.name = path};
    if (jpk_cloud_is_tree(path)) {
        source->tree = jpk_cloud_tree_open(path, limits, err);
        source->cloud = source->tree ? source->tree->cloud : NULL;
        return source->cloud != NULL;
    }
    if (is_json(path)) {
        source->cloud = jpk_cloud_load_file(path, limits, err);
        return source->cloud != NULL;
    }
    source->archive = stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? jpk_archive_open_folder(path, limits, err)
                                                                  : jpk_archive_open(path, limits, err);
    return source->archive != NULL;
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

struct jpk_findings *source_check_cloud(const struct source *source, struct jpk_error *err)
{
    struct jpk_findings *findings = jpk_cloud_check(source->cloud, err);
    if (!findings || !source->tree || jpk_cloud_tree_findings(source->tree, findings, err))
        return findings;
    jpk_findings_free(findings);
    return NULL;
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
