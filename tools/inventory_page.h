/* The style and the script of the inventory's page: tools/inventory.css and .js, made into C by the Makefile. */
#ifndef TOOLS_INVENTORY_PAGE_H
#define TOOLS_INVENTORY_PAGE_H

extern const char inventory_css[];
extern const char inventory_js[];

#endif
