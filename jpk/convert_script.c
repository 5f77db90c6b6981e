/* Scripts, and the references in every text. */
#include "jpk/conversion.h"

const char *convert_script_text(struct convert *c, const struct jpk_entity *entity, const char *text, uint32_t offset)
{
    (void)entity;
    (void)offset;
    return convert_text(c, "%s", text);
}

json_t *convert_script_globals(struct convert *c, const char *text)
{
    (void)c;
    (void)text;
    return json_array();
}

void convert_scripts(struct convert *c)
{
    (void)c;
}
