/* The web service calls that the wizards of Salesforce make in Design Studio for their functions. */
#include <string.h>

#include "base/text.h"
#include "jpk/design.h"

#define SALESFORCE_WSDL "jitterbit.salesforce.partner.63.wsdl" /* of the version that new connectors get */

/* What wizards do: the operation of the WSDL, and its number in operations of Design Studio. */
static const struct wizard {
    enum jpk_type type;
    const char *operation;
    const char *connect_type; /* NULL: not known */
} wizards[DESIGN_WIZARDS] = {
    {JPK_TYPE_SALESFORCE_QUERY, "query", "25"},   {JPK_TYPE_SALESFORCE_CREATE, "create", NULL},
    {JPK_TYPE_SALESFORCE_DELETE, "delete", NULL}, {JPK_TYPE_SALESFORCE_UPDATE, "update", "28"},
    {JPK_TYPE_SALESFORCE_UPSERT, "upsert", "26"},
};

static const struct wizard *wizard_of(const struct design_entity *function)
{
    for (size_t i = 0; i < DESIGN_WIZARDS; i++)
        if (wizards[i].type == function->type)
            return &wizards[i];
    return NULL;
}

const char *design_wizard(const struct design_entity *function, const char **connect_type)
{
    const struct wizard *wizard = wizard_of(function);
    if (wizard)
        *connect_type = wizard->connect_type;
    return wizard ? wizard->operation : NULL;
}

static struct design_entity *new_call(struct design *d, const char *operation)
{
    struct design_entity *call = design_entity(d, JPK_TYPE_WEB_SERVICE_CALL, design_new_id(d, "call", operation),
                                               design_text(d, "SFDC %c%s", text_upper(operation[0]), operation + 1));
    for (const struct endpoint_setting *row = endpoint_wizard_call; row->key; row++)
        if (!strpbrk(row->usual, "|*")) /* the others follow */
            design_set(d, call, row->key, row->usual);
    design_set(d, call, "wsdl_display", SALESFORCE_WSDL);
    design_set(d, call, "wsdl_id", SALESFORCE_WSDL);
    design_set(d, call, "operation", operation);
    design_set(d, call, "operation_input", design_text(d, "%sRequest", operation));
    design_set(d, call, "operation_output", design_text(d, "%sResponse", operation));
    return call;
}

struct design_entity *design_wizard_call(struct design *d, const struct design_entity *function)
{
    const struct wizard *wizard = wizard_of(function);
    struct design_entity **call = wizard ? &d->calls[wizard - wizards] : NULL;
    if (call && !*call)
        *call = new_call(d, wizard->operation);
    return call ? *call : NULL;
}
