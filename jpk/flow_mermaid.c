#include "jpk/picture.h"
char *jpk_flow_mermaid(const struct jpk_flow *flow, size_t *size, struct jpk_error *err)
{
    (void)flow;
    (void)size;
    (void)err;
    return NULL;
}
