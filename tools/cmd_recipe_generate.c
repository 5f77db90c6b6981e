#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "jpk/recipe.h"
#include "tools/commands.h"
#include "tools/input.h"
#include "tools/message.h"

static const struct option options[] = {
    {"jpk", 0, OPTION_INPUT, offsetof(struct settings, jitterpak), "FILE", "the Jitterpak, in place of the argument"},
    {"output", 'o', OPTION_OUTPUT, offsetof(struct settings, output), "DIR",
     "the folder to write to (default: here); - prints"},
    {"recipeonly", 0, OPTION_FLAG, offsetof(struct settings, recipe_only), NULL, "write the recipe metadata only"},
    {"cfgonly", 0, OPTION_FLAG, offsetof(struct settings, config_only), NULL, "write the configure file only"},
    {"update", 'u', OPTION_INPUT, offsetof(struct settings, update), "OLD.json",
     "keep what the author of an earlier recipe changed"},
    {"explain", 0, OPTION_FLAG, offsetof(struct settings, explain), NULL,
     "print each inference with its evidence and confidence"},
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json", "how to print --explain (text)"},
    {"force", 'f', OPTION_FLAG, offsetof(struct settings, force), NULL, "overwrite what is there"},
    {"dry-run", 'n', OPTION_FLAG, offsetof(struct settings, dry_run), NULL, "say what would be written, write nothing"},
    {0},
};

/* ------------------------------------------------------------------------------------------------------ explain */

static int explain_json(const struct jpk_recipe *recipe)
{
    size_t count, finding_count;
    const struct jpk_inference *inferences = jpk_recipe_inferences(recipe, &count);
    const struct jpk_finding *findings = jpk_recipe_findings(recipe, &finding_count);
    json_t *array = json_array();
    for (size_t i = 0; array && i < count; i++) {
        const struct jpk_inference *f = &inferences[i];
        json_t *row =
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "step", f->step, "property", f->property, "fact", f->fact,
                      "value", f->value, "evidence", f->evidence, "confidence", jpk_confidence_name(f->confidence));
        if (json_array_append_new(array, row) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return message_json(
        json_pack("{s:o, s:o}", "inferences", array, "findings", message_findings_json(findings, finding_count)));
}

/* Whether a report takes the place of all text. */
static bool reports_json(const struct settings *settings)
{
    return settings->explain && message_as_json(settings);
}

static void explain_text(const struct jpk_recipe *recipe)
{
    size_t count;
    const struct jpk_inference *inferences = jpk_recipe_inferences(recipe, &count);
    const char *step = NULL, *property = "";
    for (size_t i = 0; i < count; i++) {
        const struct jpk_inference *f = &inferences[i];
        if (!step || strcmp(step, f->step) != 0) {
            message_text(*f->step ? f->step : "recipe");
            putchar('\n');
            property = "";
        }
        if (*f->property && strcmp(property, f->property) != 0) {
            printf("  ");
            message_text(f->property);
            putchar('\n');
        }
        step = f->step;
        property = f->property;
        printf("%s%s: ", *f->property ? "    " : "  ", f->fact);
        message_text(f->value);
        printf(" - ");
        message_text(f->evidence);
        printf(" (%s)\n", jpk_confidence_name(f->confidence));
    }
}

/* ------------------------------------------------------------------------------------------------------- output */

struct output {
    const char *suffix;
    const char *text;
    size_t size;
    char *path;
    struct outfile file;
    bool opened;
};

static bool find_path(const struct settings *settings, const struct jpk_recipe *recipe, struct output *output)
{
    struct buf path = {0};
    if (settings->output)
        buf_printf(&path, "%s/", settings->output);
    buf_printf(&path, "%s-%s.json", jpk_recipe_file_stem(recipe), output->suffix);
    output->path = path.data;
    return !path.failed;
}

/* Nothing is written when one of the files cannot be: it would not fit the other. */
static bool may_write(const struct settings *settings, const struct output *output, struct jpk_error *err)
{
    struct stat st;
    if (settings->force || lstat(output->path, &st) != 0)
        return true;
    error_set(err, JPK_ERR_EXISTS, "exists already; --force overwrites it");
    error_file(err, output->path);
    return false;
}

static bool fill(const struct settings *settings, struct output *output, struct jpk_error *err)
{
    output->opened = outfile_open(&output->file, output->path, settings->force, err);
    return output->opened && outfile_put(&output->file, output->text, output->size, err);
}

/*
 * Both have their bytes before the first gets its name. That is taken back when the other cannot get its own, unless it
 * has replaced what was there.
 */
static bool write_all(const struct settings *settings, struct output *outputs, size_t count, struct jpk_error *err)
{
    bool ok = true;
    size_t done = 0;
    for (size_t i = 0; ok && i < count; i++)
        ok = may_write(settings, &outputs[i], err);
    ok = ok && (!settings->output || file_make_folder(settings->output, err));
    for (size_t i = 0; ok && i < count; i++)
        ok = fill(settings, &outputs[i], err);
    for (; ok && done < count; done += ok)
        ok = outfile_commit(&outputs[done].file, settings->force, false, err);
    for (size_t i = 0; !ok && i < count; i++) {
        if (i < done && !settings->force)
            unlink(outputs[i].path);
        else if (outputs[i].opened && i >= done)
            outfile_discard(&outputs[i].file);
    }
    return ok;
}

static bool write_outputs(const struct settings *settings, struct output *outputs, size_t count, struct jpk_error *err)
{
    if (!settings->dry_run && !write_all(settings, outputs, count, err))
        return false;
    for (size_t i = 0; i < count && !settings->quiet && !reports_json(settings); i++) {
        printf("%s ", settings->dry_run ? "would write" : "wrote");
        message_text(outputs[i].path);
        printf(" (%zu bytes)\n", outputs[i].size);
    }
    return true;
}

static bool print_warnings(const struct settings *settings, const struct source *input, const struct jpk_recipe *recipe)
{
    size_t count;
    const struct jpk_finding *findings = jpk_recipe_findings(recipe, &count);
    struct buf text = {0};
    for (size_t i = 0; i < count; i++) {
        if (findings[i].severity <= JPK_INFO && !settings->verbose)
            continue;
        message_put(&text, input->name);
        buf_printf(&text, ": %s: ", jpk_severity_name(findings[i].severity));
        message_put(&text, findings[i].message);
        buf_printf(&text, " [%s]\n", findings[i].rule);
    }
    bool ok = !text.failed;
    fputs(buf_text(&text), stderr);
    buf_free(&text);
    return ok;
}

static bool prints(const struct settings *settings)
{
    return settings->output && strcmp(settings->output, "-") == 0;
}

static int deliver(const struct settings *settings, const struct source *input, const struct jpk_recipe *recipe)
{
    struct output outputs[2] = {{.suffix = "recipe"}, {.suffix = "configure"}};
    struct jpk_error err = {0};
    outputs[0].text = jpk_recipe_metadata(recipe, &outputs[0].size);
    outputs[1].text = jpk_recipe_configuration(recipe, &outputs[1].size);
    struct output *first = settings->config_only ? &outputs[1] : &outputs[0];
    size_t count = settings->config_only || settings->recipe_only ? 1 : 2;
    bool print = prints(settings);
    int status = 0;
    if (!settings->quiet && !print_warnings(settings, input, recipe))
        return message_memory();
    if (reports_json(settings))
        status = explain_json(recipe);
    else if (settings->explain)
        explain_text(recipe);
    if (status != 0)
        return status;
    if (print) {
        for (size_t i = 0; i < count; i++)
            fwrite(first[i].text, 1, first[i].size, stdout);
        return status;
    }
    bool ok = true;
    for (size_t i = 0; i < count; i++)
        ok = find_path(settings, recipe, &first[i]) && ok;
    if (!ok)
        status = message_memory();
    else if (!write_outputs(settings, first, count, &err))
        status = message_error(&err);
    free(outputs[0].path);
    free(outputs[1].path);
    return status;
}

static bool read_old(const struct settings *settings, struct buf *old, struct jpk_recipe_options *out,
                     struct jpk_error *err)
{
    if (!settings->update)
        return true;
    if (!file_read(settings->update, settings->limits.entry_size, "--max-entry-size", old, err))
        return false;
    out->old = buf_text(old);
    out->old_size = old->size;
    return true;
}

static int usage(const char *message)
{
    fprintf(stderr, "jpk: %s; see 'jpk help recipe generate'\n", message);
    return 2;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct source input = {0};
    struct jpk_error err = {0};
    struct jpk_recipe *recipe = NULL;
    struct buf old = {0};
    struct jpk_recipe_options how = {0};
    if (settings->recipe_only && settings->config_only)
        return usage("--recipeonly and --cfgonly exclude each other");
    if (prints(settings) && reports_json(settings))
        return usage("--explain --format json and -o - exclude each other: both print JSON");
    if ((count == 1) == (settings->jitterpak != NULL))
        return usage(count == 1 ? "name the Jitterpak once: as the argument or with --jpk"
                                : "name a Jitterpak: as the argument or with --jpk");
    const char *argument = count == 1 ? arguments[0] : settings->jitterpak;
    int status = 0;
    if (strcmp(argument, "-") == 0)
        how.file = ""; /* what the Jitterpak is called is not known */
    bool ok = read_old(settings, &old, &how, &err) && input_open(&input, argument, settings, &err) &&
              source_load(&input, settings->environment, 0, &err);
    if (ok)
        jpk_project_slim(input.project);
    if (!ok) {
        status = message_error(&err);
    } else if (!(recipe = jpk_recipe_generate(input.project, input.graph, &how, &err))) {
        if (err.line > 0) /* of the old recipe; nothing else is read here */
            error_file(&err, settings->update);
        status = message_error(&err);
    } else {
        status = deliver(settings, &input, recipe);
    }
    jpk_recipe_free(recipe);
    source_close(&input);
    buf_free(&old);
    return status;
}

static const struct option *const groups[] = {options, input_options, common_options, limit_options, NULL};

const struct command recipe_generate_command = {
    .name = "recipe generate",
    .arguments = "PROJECT",
    .summary = "Make a Citizen Integrator recipe from a Jitterpak.",
    .details =
        "Writes <project-name>-recipe.json, the recipe metadata, and <project-name>-configure.json, the form to\n"
        "fill in. Uncertain inferences are warnings and never change the exit status.",
    .groups = groups,
    .least = 0,
    .most = 1,
    .reach = {.here = true},
    .run = run,
};
