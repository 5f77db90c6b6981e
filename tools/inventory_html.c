#include "tools/inventory.h"
void inventory_html(struct buf *out, const struct inventory *inventory)
{
    (void)inventory;
    buf_puts(out, "");
}
