/*
 * What runs after an operation. An outcome runs one operation, so an e-mail is sent by an operation of its own, which
 * goes before the operation that runs, too; whether that runs does not depend on the e-mail.
 */
#include "jpk/conversion.h"
#include "jpk/convert_tables.h"

void convert_add_outcome(struct convert *c, json_t *component, int when, const char *to)
{
    if (!to || c->ledger.failed)
        return;
    const char *id = convert_id(c, JPK_CLOUD_OPERATION, when == JPK_CLOUD_ON_SUCCESS ? "on success" : "on failure",
                                json_string_value(json_object_get(component, "id")));
    if (json_array_append_new(json_object_get(component, "outcomes"), cloud_new_outcome(when, to, id)) != 0)
        c->ledger.failed = true;
}

/* A new operation with one script. */
static json_t *scripted_operation(struct convert *c, const struct jpk_entity *operation, const char *what,
                                  const char *text, const char *id)
{
    const char *wanted = convert_text(c, "%s - %s", convert_item_name(c, operation), what);
    const char *script_id = convert_id(c, JPK_CLOUD_SCRIPT, what, operation->id);
    json_t *script = cloud_new_component(JPK_CLOUD_SCRIPT, convert_name(c, JPK_CLOUD_SCRIPT, wanted, NULL), script_id);
    json_t *made = cloud_new_component(JPK_CLOUD_OPERATION, convert_name(c, JPK_CLOUD_OPERATION, wanted, NULL), id);
    bool ok = script && made && cloud_set_script(script, text, false) &&
              json_array_append_new(json_object_get(made, "steps"), cloud_new_link(JPK_CLOUD_SCRIPT, script_id)) == 0;
    if (!ok || c->ledger.failed) {
        c->ledger.failed = true;
        json_decref(script);
        json_decref(made);
        return NULL;
    }
    convert_add(c, JPK_CLOUD_SCRIPT, script);
    return made;
}

/* The operation that sends an e-mail and then runs `next`, which may be NULL. */
static const char *email_operation(struct convert *c, const struct jpk_entity *operation, const char *when,
                                   const struct jpk_entity *email, const char *next)
{
    const char *what = convert_text(c, "%s e-mail", when);
    const char *id = convert_id(c, JPK_CLOUD_OPERATION, what, operation->id);
    struct buf text = {0};
    convert_put_sending(&text, convert_item_name(c, email));
    c->ledger.failed |= text.failed;
    json_t *sender = text.failed ? NULL : scripted_operation(c, operation, what, buf_text(&text), id);
    buf_free(&text);
    convert_add_outcome(c, sender, JPK_CLOUD_ON_SUCCESS, next);
    convert_add_outcome(c, sender, JPK_CLOUD_ON_FAILURE, next);
    if (sender && convert_add(c, JPK_CLOUD_OPERATION, sender))
        convert_list_in_workflow(c, operation, id);
    convert_note(c, operation, CONVERT_EMAIL_SCRIPTED, 0, "the e-mail '%s' on %s is sent by an operation of its own",
                 email->name, when);
    return id;
}

/* Says so when a setting names an item that is not converted, or one of another type. */
static bool is_there(struct convert *c, const struct jpk_entity *operation, const char *key,
                     const struct jpk_entity *named, enum jpk_type type, const char *what)
{
    bool lives = convert_lives(named) && named->type == type;
    const struct jpk_item *item = jpk_entity_item(operation, key);
    bool set = item && item->value && *item->value;
    if (set && !lives)
        convert_note(c, operation, CONVERT_DANGLING, item->offset, "%s is not converted, and is left out", what);
    return set && lives;
}

const char *convert_outcome(struct convert *c, const struct jpk_entity *operation, int when)
{
    const struct jpk_operation *own = operation->as.operation;
    bool success = when == JPK_CLOUD_ON_SUCCESS;
    const struct jpk_entity *next = success ? own->on_success : own->on_failure;
    const struct jpk_entity *email = success ? own->success_message : own->failure_message;
    const char *to = NULL;
    if (is_there(c, operation, success ? "success_operation_id" : "failure_operation_id", next, JPK_TYPE_OPERATION,
                 success ? "the operation on success" : "the operation on failure"))
        to = convert_id(c, JPK_CLOUD_OPERATION, NULL, next->id);
    if (is_there(c, operation, success ? "success_message_id" : "failure_message_id", email, JPK_TYPE_EMAIL_MESSAGE,
                 success ? "the e-mail on success" : "the e-mail on failure"))
        to = email_operation(c, operation, success ? "success" : "failure", email, to);
    if (to && success)
        convert_note(c, operation, CONVERT_OUTCOME_GUESSED, 0,
                     "what runs on success has the code %d, which no export has shown yet", JPK_CLOUD_ON_SUCCESS);
    return to;
}
