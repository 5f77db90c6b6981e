/* The folder of a migration: a record of the journal, and migration.json, whatever a crash or a person has left. */
#include "migrate/journal.h"
#include "base/file.h"
#include "jpk/schema.h"
#include "migrate/out.h"
#include "migrate/paths.h"
#include "tests/fuzz/fuzz.h"

FUZZ_MUTATOR(fuzz_mutate);

static struct jpk_schema *schema; /* lives as long as the program */

/* What a record says has the form that its readers go by. */
static void check_record(const struct journal_record *record)
{
    HOLDS(record->id && record->key && record->agent, "a record without its texts");
    HOLDS(record->status < JOURNAL_STATUSES, "status %d", (int)record->status);
    HOLDS((record->status == JOURNAL_FAILED) == (record->error.code != JPK_OK), "%s, and the error %s",
          journal_status_name(record->status), jpk_code_name(record->error.code));
    for (size_t i = 0; i < record->output_count; i++)
        HOLDS(paths_is_result(record->outputs[i].path), "'%s' leads elsewhere", record->outputs[i].path);
    for (size_t i = 0; i < record->todo_count; i++)
        HOLDS(record->todo[i].rule && record->todo[i].severity <= JPK_ERROR, "what is to do is half there");
    if (record->error.code != JPK_OK)
        fuzz_words("the message of a record", record->error.message);
}

static void validate(const struct buf *text)
{
    struct jpk_error err = {0};
    struct jpk_validation *validation = jpk_validate(schema, buf_text(text), text->size, NULL, &err);
    HOLDS(validation, "not validated: %s", err.message);
    size_t count = 0;
    const struct jpk_failure *failures = jpk_validation_failures(validation, &count);
    HOLDS(count == 0, "%s: what was written is no record: %s", buf_text(text), failures[0].message);
    jpk_validation_free(validation);
}

/* What is written of a record is the same record, and has the form of the schema. */
static void write_again(const struct journal_record *record, const char *path)
{
    struct buf text = {0}, twice = {0};
    struct journal_record again;
    struct arena arena = {0};
    struct jpk_error err = {0};
    journal_write(&text, record);
    validate(&text);
    assert_true(file_write(path, buf_text(&text), text.size, true, NULL));
    HOLDS(journal_read(&again, path, &arena, &err), "what was written is not read: %u:%u: %s", err.line, err.column,
          err.message);
    journal_write(&twice, &again);
    fuzz_same("the record", buf_text(&text), text.size, buf_text(&twice), twice.size);
    buf_free(&text);
    buf_free(&twice);
    arena_free(&arena);
}

static void read_record(const char *path, size_t size)
{
    struct journal_record record;
    struct arena arena = {0};
    struct jpk_error err = {0};
    if (journal_read(&record, path, &arena, &err)) {
        check_record(&record);
        write_again(&record, path);
    } else {
        fuzz_error(&err, size);
        HOLDS(strcmp(err.file, path) == 0, "the error is about '%s'", err.file);
    }
    arena_free(&arena);
}

static void read_sources(const char *folder, size_t size)
{
    struct jpk_error err = {0};
    char *sources = out_sources(folder, &err);
    if (sources)
        HOLDS(strncmp(sources, folder, strlen(folder)) == 0 && sources[strlen(folder)] == '/', "%s", sources);
    else
        fuzz_error(&err, size);
    free(sources);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[FUZZ_PATH], path[FUZZ_PATH + 32];
    struct jpk_error err = {0};
    if (!schema)
        HOLDS((schema = jpk_schema_compile_uri("urn:jpk:schema:migrate-journal-1", NULL, &err)) != NULL,
              "no schema: %s", err.message);
    fuzz_folder(folder);
    snprintf(path, sizeof path, "%s/migration.json", folder);
    assert_true(file_write(path, data, size, false, NULL));
    read_sources(folder, size);
    read_record(path, size);
    fuzz_remove(folder);
    return 0;
}
