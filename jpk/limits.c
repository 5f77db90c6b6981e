#include "jpk/jpk.h"

struct jpk_limits jpk_limits_default(void)
{
    return (struct jpk_limits){
        .entries = 200000,
        .name_part = 255,
        .path_parts = 64,
        .entry_size = (uint64_t)256 << 20,
        .total_size = (uint64_t)2 << 30,
        .ratio = 200,
        .xml_size = (uint64_t)64 << 20,
        .xml_tag = (uint64_t)1 << 20,
        .schema_nodes = 200000,
    };
}
