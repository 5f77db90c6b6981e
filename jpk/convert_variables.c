/* Project variables, e-mails, global variables. */
#include "jpk/conversion.h"

void convert_variables(struct convert *c)
{
    (void)c;
}

void convert_emails(struct convert *c)
{
    (void)c;
}

void convert_globals(struct convert *c)
{
    (void)c;
}
