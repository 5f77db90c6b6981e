/* stub until written */
#include "schema/validation.h"
#include <stdlib.h>
bool validation_explain(struct jpk_validation *validation) {
    validation->failures = calloc(1, sizeof *validation->failures);
    validation->failure_count = 1;
    struct buf b = {0};
    for (size_t i = 0; i < validation->units.count; i++) { struct unit *u = &validation->units.items[i];
      if (!u->valid) { const struct jdoc *d=&program_document(&validation->schema->program,u->schema)->doc; 
      buf_printf(&b, "%s%.*s", b.size?"/":"", u->key==JDOC_NONE?1:(int)jdoc_string_size(d,u->key), u->key==JDOC_NONE?"*":jdoc_string(d,u->key)); } }
    validation->failures[0] = (struct jpk_failure){.message = buf_text(&b)};
    return true; }
