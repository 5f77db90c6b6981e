#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "jpk/cloud_sniff.h"
#include "tools/commands.h"
#include "tools/git_run.h"
#include "tools/merge_print.h"
#include "tools/merge_run.h"
#include "tools/message.h"

enum { BASE, OURS, THEIRS, SIDES };

enum { USUAL_MARKS = 7 };

/* What git gives for a file that one side does not have is empty. */
struct versions {
    struct buf paths[SIDES]; /* never "-", and never an option */
    struct buf texts[SIDES];
};

static bool read_versions(struct versions *v, char **arguments, const struct jpk_limits *limits, struct jpk_error *err)
{
    for (int i = 0; i < SIDES; i++) {
        buf_printf(&v->paths[i], "%s%s", *arguments[i] == '/' ? "" : "./", arguments[i]);
        if (v->paths[i].failed)
            return error_memory(err);
        if (!file_read(v->paths[i].data, limits->total_size, "--max-total-size", &v->texts[i], err))
            return false;
    }
    return true;
}

static void free_versions(struct versions *v)
{
    for (int i = 0; i < SIDES; i++) {
        buf_free(&v->paths[i]);
        buf_free(&v->texts[i]);
    }
}

/* What follows PATH: the length of marks, and what stands behind them. */
struct marks {
    const char *size;
    const char *labels[SIDES];
};

/* git before 2.44 has no labels for drivers, and leaves their placeholders as they are. */
static void read_marks(struct marks *marks, int count, char **arguments)
{
    static const char *const usual[SIDES] = {"base", "ours", "theirs"}, *const placeholders[SIDES] = {"%S", "%X", "%Y"};
    marks->size = count > 0 ? arguments[0] : "7";
    for (int i = 0; i < SIDES; i++) {
        const char *label = i + 1 < count ? arguments[i + 1] : "";
        marks->labels[i] = *label && strcmp(label, placeholders[i]) != 0 ? label : usual[i];
    }
}

/* As git would have merged it without us. */
static int merge_by_lines(const struct versions *v, const struct marks *marks)
{
    struct jpk_error err = {0};
    char size[32];
    int status = 0;
    snprintf(size, sizeof size, "--marker-size=%.16s", marks->size);
    const char *const arguments[] = {"git",
                                     "merge-file",
                                     "-q",
                                     size,
                                     "-L",
                                     marks->labels[OURS],
                                     "-L",
                                     marks->labels[BASE],
                                     "-L",
                                     marks->labels[THEIRS],
                                     "--",
                                     v->paths[OURS].data,
                                     v->paths[BASE].data,
                                     v->paths[THEIRS].data,
                                     NULL};
    if (!git_run(arguments, NULL, &status, &err))
        return message_error(&err);
    return status == 0 ? 0 : 1;
}

/* Conflicts go to where git's messages go. */
static int finish(const struct settings *settings, const struct versions *v, const char *path,
                  const struct jpk_merge *merge, struct jpk_error *err)
{
    struct merge_view view = {.merge = merge, .base = "base", .ours = "ours", .theirs = "theirs", .output = path};
    struct buf report = {0}, name = {0};
    if (!jpk_merge_write(merge, v->paths[OURS].data, false, true, err))
        return message_error(err);
    if (merge->left && !settings->quiet) {
        message_put(&name, path);
        merge_text(&view, &report);
    }
    int status = merge->left ? 1 : 0;
    if (name.failed || report.failed) {
        error_memory(err);
        status = message_error(err);
    } else if (report.size) {
        fprintf(stderr, "jpk: %s\n%s", buf_text(&name), buf_text(&report));
    }
    buf_free(&report);
    buf_free(&name);
    return status;
}

/* Ours stays as it is; whatever the status, git calls it a conflict. */
static int give_up(const char *path, const struct jpk_error *err)
{
    struct buf name = {0};
    message_put(&name, path);
    fprintf(stderr, "jpk: %s is left as ours has it:\n", buf_text(&name));
    buf_free(&name);
    return message_error(err);
}

static int merge_projects(const struct settings *settings, const struct versions *v, const char *path,
                          const struct jpk_merge_options *how)
{
    struct merge_run run = {.result = NULL};
    struct jpk_error err = {0};
    const char *const paths[] = {v->paths[BASE].data, v->paths[OURS].data, v->paths[THEIRS].data};
    int status;
    if (v->texts[BASE].size == 0) {
        error_set(&err, JPK_ERR_NOT_FOUND, "both sides added a project, and there is no base to merge them with");
        error_file(&err, path);
        return give_up(path, &err);
    }
    if (merge_run(&run, paths, settings, how, &err))
        status = finish(settings, v, path, run.result, &err);
    else
        status = give_up(path, &err);
    merge_run_end(&run);
    return status;
}

/* Files of folders and trees. False: it only is called so. */
static bool merge_file(const struct settings *settings, const struct versions *v, const char *path,
                       const struct jpk_merge_options *how, int *status)
{
    struct jpk_error err = {0};
    struct jpk_merge_version versions[SIDES];
    for (int i = 0; i < SIDES; i++) {
        bool none = i == BASE && v->texts[i].size == 0;
        versions[i] = (struct jpk_merge_version){none ? NULL : buf_text(&v->texts[i]), v->texts[i].size};
    }
    struct jpk_merge *merge = jpk_merge_file(path, versions, how, &err);
    if (merge)
        *status = finish(settings, v, path, merge, &err);
    else if (err.code == JPK_ERR_MEMORY)
        *status = give_up(path, &err);
    jpk_merge_free(merge);
    return merge || err.code == JPK_ERR_MEMORY;
}

/* A file that is neither of a tree nor an export is none of ours; one that cannot be read is nobody's. */
static int merge_json_file(const struct settings *settings, const struct versions *v, const char *path,
                           const struct marks *marks, const struct jpk_merge_options *how)
{
    struct jpk_error err = {0};
    bool exports = true;
    int status = 0;
    if (merge_file(settings, v, path, how, &status))
        return status;
    for (int i = 0; i < SIDES && exports; i++)
        exports = cloud_sniff(v->paths[i].data, true, settings->limits.entry_size, &err);
    if (err.code != JPK_OK)
        return give_up(path, &err);
    return exports ? merge_projects(settings, v, path, how) : merge_by_lines(v, marks);
}

/*
 * Where a history is criss-cross git merges its bases first, for nobody to see, with marks that are longer by two for
 * each level. By one they are longer where two files came to one name.
 */
static bool is_inner(const char *path, unsigned long marker_size)
{
    const char *const arguments[] = {"git", "check-attr", "conflict-marker-size", "--", path, NULL};
    struct buf out = {0};
    int status = 0;
    unsigned long usual = 0;
    if (marker_size < USUAL_MARKS + 2)
        return false;
    if (git_run(arguments, &out, &status, NULL) && status == 0 && strrchr(buf_text(&out), ' '))
        usual = strtoul(strrchr(buf_text(&out), ' ') + 1, NULL, 10);
    buf_free(&out);
    return marker_size >= (usual ? usual : USUAL_MARKS) + 2;
}

static int run(const struct settings *given, int count, char **arguments)
{
    struct settings quiet = *given;
    const struct settings *settings = &quiet;
    struct versions v = {{{0}}, {{0}}};
    struct jpk_error err = {0};
    const char *path = arguments[3];
    struct marks marks;
    read_marks(&marks, count - 4, arguments + 4);
    unsigned long marker_size = strtoul(marks.size, NULL, 10);
    struct jpk_merge_options how = {.marker_size = marker_size < 1000 ? (unsigned)marker_size : 7,
                                    .ours = marks.labels[OURS],
                                    .theirs = marks.labels[THEIRS]};
    int status = 0;
    quiet.quiet |= is_inner(path, marker_size);
    if (!read_versions(&v, arguments, &settings->limits, &err))
        status = give_up(path, &err);
    else if (text_ends_with(path, ".jpk"))
        status = merge_projects(settings, &v, path, &how);
    else if (text_ends_with(path, ".json"))
        status = merge_json_file(settings, &v, path, &marks, &how);
    else if (!merge_file(settings, &v, path, &how, &status))
        status = merge_by_lines(&v, &marks);
    free_versions(&v);
    return status;
}

/* What only looks like a project goes through git's own merge. */
static bool starts_git(const struct settings *settings)
{
    (void)settings;
    return true;
}

static const struct option *const groups[] = {common_options, limit_options, NULL};

const struct command git_merge_command = {
    .name = "git merge",
    .arguments = "BASE OURS THEIRS PATH [SIZE [LABEL...]]",
    .summary = "Merge three versions of a file for git, which calls this itself.",
    .details =
        "The result takes the place of OURS. PATH is the file's name in the repository, SIZE the length of\n"
        "conflict marks, the LABELs are what base, ours and theirs are called behind them. The exit status is 1\n"
        "when conflicts are left, which are listed on standard error.",
    .groups = groups,
    .least = 4,
    .most = 8,
    .reach = {.written = WRITTEN_SECOND, .programs = starts_git},
    .run = run,
};
