#include "schema/shipped.h"
#include "schema/validation.h"
#include <stdio.h>
json_t *jpk_validation_output(struct jpk_validation *validation, enum jpk_output format)
{
    (void)format;
    return json_pack("{s:b}", "valid", validation->valid);
}
const struct jpk_shipped_schema *jpk_shipped_schemas(size_t *count)
{
    static struct jpk_shipped_schema all[100];
    static char uri[100][64];
    for (size_t i = 0; i < shipped_file_count; i++) {
        snprintf(uri[i], 64, "urn:jpk:schema:%s", shipped_files[i].name);
        all[i] = (struct jpk_shipped_schema){shipped_files[i].name, uri[i], "", shipped_files[i].text,
                                             shipped_files[i].size};
    }
    *count = shipped_file_count;
    return all;
}
