/* Making a summary: what the forms of projects share. */
#ifndef JPK_SUMMARY_MAKER_H
#define JPK_SUMMARY_MAKER_H

#include "base/arena.h"
#include "base/map.h"
#include "jpk/summary.h"

/* The lists while they grow; they are handed over at the end. */
struct summary_maker {
    struct jpk_summary public; /* first, so that the pointers are the same */
    struct arena arena;
    const struct jpk_project *project; /* NULL for an export of Cloud Studio */
    const struct jpk_graph *graph;
    struct jpk_summary_connector *connectors;
    struct jpk_summary_item *unstarted;
    struct jpk_summary_script *scripts;
    struct jpk_summary_secret *secrets;
    struct jpk_finding *findings;
    size_t connector_capacity, unstarted_capacity, script_capacity, secret_capacity;
    struct map by_connector;
    bool failed; /* memory is out */
};

/* A copy; "" for NULL. */
const char *summary_keep(struct summary_maker *m, const char *text);

/* array_grow for the lists above; NULL: no memory, and the maker has failed. */
void *summary_grow(struct summary_maker *m, void *array, size_t count, size_t *capacity, size_t size);

/* The row of a connector, which may be new; NULL: no memory. */
struct jpk_summary_connector *summary_connector_named(struct summary_maker *m, const char *name);

/* How many lines a script has. */
size_t summary_lines(const char *text);

/* Whether a call names an operation without starting it. */
bool summary_only_asks(const char *function);

void summary_add_findings(struct summary_maker *m, const struct jpk_findings *findings);

/* Hands the lists over. NULL: no memory, and the maker is freed. */
struct jpk_summary *summary_finish(struct summary_maker *m, struct jpk_error *err);

#endif
