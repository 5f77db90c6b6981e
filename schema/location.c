#include "schema/validation.h"

void unit_keyword_location(const struct jpk_validation *validation, uint32_t unit, struct buf *out)
{
    (void)validation;
    (void)unit;
    (void)out;
}

void schema_location(const struct program *program, uint32_t schema, uint32_t node, struct buf *out)
{
    jdoc_pointer(&program_document(program, schema)->doc, node, out);
}
