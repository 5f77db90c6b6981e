#include "recipe/checked_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/yaml.h"
#include "schema/validation.h"

bool checked_file_fail(const struct checked_file *file, uint32_t node, struct jpk_error *err, enum jpk_code code,
                       const char *format, ...)
{
    if (!err || err->code != JPK_OK)
        return false;
    char message[JPK_ERROR_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    error_set(err, code, "%s", message);
    error_file(err, file->name);
    error_text_offset(err, file->doc.text, file->doc.size, file->doc.nodes[node].start);
    return false;
}

static bool fail_with(const struct checked_file *file, const struct jpk_failure *failure, struct jpk_error *err)
{
    error_set(err, JPK_ERR_FORMAT, "%s%s%s", failure->message, failure->hint ? "; " : "",
              failure->hint ? failure->hint : "");
    error_file(err, file->name);
    error_text_offset(err, file->doc.text, file->doc.size, (size_t)failure->offset);
    return false;
}

static bool conforms(struct checked_file *file, const char *uri, struct jpk_error *err)
{
    struct jpk_validation_options options = {.file = file->name};
    struct jpk_schema *schema = jpk_schema_compile_uri(uri, NULL, err);
    struct jpk_validation *validation = schema ? validate_document(schema, &file->doc, &options, err) : NULL;
    bool ok = validation && jpk_validation_valid(validation);
    if (validation && !ok) {
        size_t count;
        const struct jpk_failure *failures = jpk_validation_failures(validation, &count);
        ok = failures ? fail_with(file, failures, err) : error_memory(err);
    }
    jpk_validation_free(validation);
    jpk_schema_free(schema);
    return ok;
}

/* Not a FIFO, which could keep us waiting for ever. */
static bool is_file(const char *path, struct jpk_error *err)
{
    struct stat status;
    return stat(path, &status) != 0 || S_ISREG(status.st_mode) ||
           error_set(err, JPK_ERR_SPECIAL, "is not a regular file");
}

bool checked_file_read(struct checked_file *file, const char *path, const char *name, const struct checked_form *form,
                       struct jpk_error *err)
{
    static const struct jdoc_options strict = {.reject_duplicates = true, .reject_nul = true};
    struct jpk_error problem = {0};
    *file = (struct checked_file){.name = name};
    bool ok = is_file(path, &problem) && file_read(path, form->limit, form->limit_name, &file->text, &problem);
    if (ok) {
        const char *text = buf_text(&file->text);
        ok = form->yaml ? jdoc_parse_yaml(&file->doc, text, file->text.size, &strict, &problem)
                        : jdoc_parse(&file->doc, text, file->text.size, &strict, &problem);
    }
    if (ok && !(form->may_be_empty && jdoc_type(&file->doc, 0) == JDOC_NULL))
        ok = conforms(file, form->schema, &problem);
    if (ok)
        return true;
    problem.file[0] = '\0'; /* the path, where it was the file that could not be read */
    error_file(&problem, name);
    error_pass(err, &problem, NULL);
    checked_file_free(file);
    return false;
}

void checked_file_free(struct checked_file *file)
{
    jdoc_free(&file->doc);
    buf_free(&file->text);
    *file = (struct checked_file){0};
}
