/* Operations and workflows. */
#include "jpk/conversion.h"

void convert_operations(struct convert *c)
{
    (void)c;
}
