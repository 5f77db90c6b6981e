/* Hosts of the vendor in the texts of projects: they differ by region. */
#ifndef MIGRATE_HOSTS_H
#define MIGRATE_HOSTS_H

#include "migrate/map.h"

/* The region of a host of the vendor, which is written in lower case; MAP_REGION_UNKNOWN for all others. */
enum map_region hosts_region(const char *host, size_t n);

/* Calls `use` for each host in a text whose region is known, in lower case, as often as it stands there. */
void hosts_find(const char *text, size_t n, void (*use)(void *context, const char *host, enum map_region region),
                void *context);

#endif
