/* What commands do with an export of Cloud Studio. Each returns the exit status. */
#ifndef TOOLS_CLOUD_COMMANDS_H
#define TOOLS_CLOUD_COMMANDS_H

#include "jpk/cloud.h"
#include "tools/options.h"

/* Prints the components as a tree: workflows with their operations, then the others by kind. */
int cloud_list(const struct settings *settings, const struct jpk_cloud *cloud);

/* Prints one component, or a variable. */
int cloud_show(const struct settings *settings, const struct jpk_cloud *cloud, const char *item);

#endif
