/* Running Graphviz. */
#ifndef TOOLS_GRAPHVIZ_H
#define TOOLS_GRAPHVIZ_H

#include <stddef.h>

#include "jpk/base.h"

/*
 * What `dot -Tsvg`, found on PATH, makes of a graph; allocated with malloc and owned by the caller. JPK_ERR_WRITE:
 * there is no such program, it fails, or what it prints is no SVG.
 */
char *graphviz_svg(const char *dot, size_t n, size_t *size, struct jpk_error *err);

#endif
