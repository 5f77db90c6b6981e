/*
 * Makes small projects: files are collected and then opened as a ZIP in memory or written to a folder. Also finds the
 * samples and the folder of real projects.
 */
#ifndef TESTS_PROJECTMAKER_H
#define TESTS_PROJECTMAKER_H

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "jpk/jpk.h"
#include "tests/unit/zipmaker.h"

#define PM_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n"

struct pm {
    struct zm_entry *entries; /* names and data are copies */
    size_t count, capacity;
    struct zm zip;
    struct jpk_archive *archive;
};

static inline void pm_add_bytes(struct pm *pm, const char *name, const void *data, size_t n)
{
    struct zm_entry *entries = array_grow(pm->entries, pm->count, &pm->capacity, sizeof *entries);
    char *copy = malloc(n + 1);
    assert_true(entries && copy);
    pm->entries = entries;
    memcpy(copy, data, n);
    copy[n] = '\0';
    pm->entries[pm->count++] =
        (struct zm_entry){.name = strdup(name), .data = copy, .size = n, .deflate = n > 4096, .flags = 0x800};
}

static inline void pm_add(struct pm *pm, const char *name, const char *text)
{
    pm_add_bytes(pm, name, text, strlen(text));
}

/* The n-th id, in lower case; valid until sixteen more were asked for. */
static inline const char *pm_id(unsigned n)
{
    static char ids[16][40];
    static size_t next;
    char *id = ids[next++ % 16];
    snprintf(id, sizeof ids[0], "%08x-0000-4000-8000-0000000000ab", n);
    return id;
}

/* An entity's text as Design Studio writes it; `body` stands behind the header, two spaces deep and with line ends. */
static inline void pm_entity_text(struct buf *out, const char *type, const char *id, const char *name, const char *body)
{
    buf_printf(out,
               PM_DECLARATION "<Entity type=\"%s\">\n"
                              "  <Header Deleted=\"false\" DeployDirty=\"false\" Deployed=\"true\" HasMoved=\"false\" "
                              "ID=\"%s\" Name=\"%s\">\n"
                              "    <konga.string name=\"Description\"/>\n"
                              "  </Header>\n%s</Entity>\n",
               type, id, name, body);
}

/* The same as the file <top>Data/<type>/<id>.xml. */
static inline void pm_entity(struct pm *pm, const char *top, const char *type, const char *id, const char *name,
                             const char *body)
{
    struct buf text = {0}, path = {0};
    pm_entity_text(&text, type, id, name, body);
    buf_printf(&path, "%sData/%s/%s.xml", top, type, id);
    pm_add(pm, buf_text(&path), buf_text(&text));
    buf_free(&text);
    buf_free(&path);
}

/* <top>project.xml with these children of <Project>. */
static inline void pm_tree(struct pm *pm, const char *top, const char *types)
{
    struct buf text = {0}, path = {0};
    buf_printf(&text, PM_DECLARATION "<Project name=\"P\" projectId=\"p-1\">\n%s</Project>\n", types);
    buf_printf(&path, "%sproject.xml", top);
    pm_add(pm, buf_text(&path), buf_text(&text));
    buf_free(&text);
    buf_free(&path);
}

/* The text that was added under that name. */
static inline const char *pm_text(const struct pm *pm, const char *name)
{
    for (size_t i = 0; i < pm->count; i++)
        if (strcmp(pm->entries[i].name, name) == 0)
            return pm->entries[i].data;
    fail_msg("no file %s", name);
    return NULL;
}

static inline void pm_close(struct pm *pm)
{
    jpk_archive_free(pm->archive);
    zm_free(&pm->zip);
    pm->archive = NULL;
    memset(&pm->zip, 0, sizeof pm->zip);
}

/* Opens what was collected as a ZIP called "t.jpk". */
static inline struct jpk_archive *pm_open(struct pm *pm, const struct jpk_limits *limits)
{
    struct jpk_error err = {0};
    pm_close(pm);
    pm->zip = zm_make(pm->entries, pm->count, pm->count >= 0xffff, "");
    pm->archive = jpk_archive_open_memory(pm->zip.out.data, pm->zip.out.size, "t.jpk", limits, &err);
    if (!pm->archive)
        fail_msg("%s: %s", jpk_code_name(err.code), err.message);
    return pm->archive;
}

static inline struct jpk_project *pm_load(struct pm *pm, unsigned flags, struct jpk_error *err)
{
    return jpk_project_load(pm_open(pm, NULL), NULL, flags, err);
}

/* Loads a project that must be right. */
static inline struct jpk_project *pm_good(struct pm *pm, unsigned flags)
{
    struct jpk_error err = {0};
    struct jpk_project *project = pm_load(pm, flags, &err);
    if (!project)
        fail_msg("%s: %s: %s", jpk_code_name(err.code), err.entry, err.message);
    return project;
}

static inline void pm_free(struct pm *pm)
{
    pm_close(pm);
    for (size_t i = 0; i < pm->count; i++) {
        free((void *)(uintptr_t)pm->entries[i].name);
        free((void *)(uintptr_t)pm->entries[i].data);
    }
    free(pm->entries);
    memset(pm, 0, sizeof *pm);
}

/* -------------------------------------------------------------------------------------------------------- graphs */

/* A project below t/ with its graph. Zero-initialized is empty. */
struct pm_graph {
    struct pm pm;
    struct jpk_project *project;
    struct jpk_graph *graph;
};

static inline void pm_graph_add(struct pm_graph *g, const char *type, const char *id, const char *name,
                                const char *body)
{
    pm_entity(&g->pm, "t/", type, id, name, body);
}

/* Loads what was added; `tree` are the children of <Project>. */
static inline void pm_graph_build(struct pm_graph *g, const char *tree)
{
    struct jpk_error err = {0};
    pm_tree(&g->pm, "t/", tree);
    g->project = pm_good(&g->pm, JPK_KEEP_GOING);
    g->graph = jpk_graph_build(g->project, &err);
    assert_non_null(g->graph);
}

/* Empty again. */
static inline void pm_graph_free(struct pm_graph *g)
{
    jpk_graph_free(g->graph);
    jpk_project_free(g->project);
    pm_free(&g->pm);
    memset(g, 0, sizeof *g);
}

/* ------------------------------------------------------------------------------------------------------ folders */

static inline void pm_temporary(char out[64])
{
    snprintf(out, 64, "/tmp/jpk-test-XXXXXX");
    assert_non_null(mkdtemp(out));
}

static inline int pm_remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static inline void pm_remove(const char *folder)
{
    nftw(folder, pm_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Writes what was collected below a folder. */
static inline void pm_write(const struct pm *pm, const char *folder)
{
    for (size_t i = 0; i < pm->count; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", folder, pm->entries[i].name);
        char *slash = strrchr(path, '/');
        *slash = '\0';
        assert_true(file_make_folder(path, NULL));
        *slash = '/';
        assert_true(file_write(path, pm->entries[i].data, pm->entries[i].size, false, NULL));
    }
}

/* ------------------------------------------------------------------------------------------------- real projects */

/* The folder of real projects, whether it is there or not. */
static inline const char *pm_shared(void)
{
    const char *set = getenv("JPK_SHARED");
    return set && *set ? set : "../shared";
}

enum pm_real { PM_SALESFORCE, PM_SHEETS, PM_HTTP_JSON, PM_SALESFORCE_SAMPLE, PM_DATABASE, PM_REAL_COUNT };

static const char *const pm_real_names[PM_REAL_COUNT] = {
    "corpus/salesforce-to-netsuite.jpk", "corpus/google-sheets-workspace", "samples/http-json",
    "samples/salesforce-to-netsuite",    "samples/database-to-ftp",
};

/* Opens one of them; NULL, with a line that says so, when it is not there. */
static inline struct jpk_archive *pm_real(enum pm_real which)
{
    char path[1024];
    struct stat st;
    struct jpk_error err = {0};
    const char *name = pm_real_names[which];
    if (which <= PM_SHEETS)
        snprintf(path, sizeof path, "%s/%s", pm_shared(), name);
    else
        snprintf(path, sizeof path, "%s", name);
    if (stat(path, &st) != 0) {
        print_message("skipped: there is no %s\n", path);
        return NULL;
    }
    struct jpk_archive *archive =
        S_ISDIR(st.st_mode) ? jpk_archive_open_folder(path, NULL, &err) : jpk_archive_open(path, NULL, &err);
    if (!archive)
        fail_msg("%s: %s", err.entry, err.message);
    return archive;
}

#endif
