#include "tools/sandbox.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "tools/message.h"

/* Under these sanitizers a process does more than the program: it looks at itself when it ends. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

/* ---------------------------------------------------------------------------------------------------------- paths */

static bool is_stream(const char *path)
{
    return strcmp(path, "-") == 0;
}

static const char *temporary_folder(void)
{
    const char *folder = secure_getenv("TMPDIR");
    return folder && *folder ? folder : "/tmp";
}

/* What can be read only once is copied to an unnamed file first. */
static void allow_input(struct sandbox_fence *fence, const char *path)
{
    struct stat st;
    bool once = is_stream(path) || (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
    if (once)
        sandbox_fence_allow(fence, temporary_folder(), SANDBOX_WRITE);
    if (!is_stream(path))
        sandbox_fence_allow(fence, path, SANDBOX_READ);
}

/* A folder that is there, else the nearest one above: where a file gets its name when it is complete. */
static void allow_output(struct sandbox_fence *fence, const char *path)
{
    struct stat st;
    char folder[PATH_MAX];
    if (is_stream(path))
        return;
    if (!realpath(path, folder)) {
        if (strlen(path) >= sizeof folder)
            return; /* no system call takes it */
        memcpy(folder, path, strlen(path) + 1);
    }
    while (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode)) {
        char *above = dirname(folder);
        memmove(folder, above, strlen(above) + 1);
    }
    sandbox_fence_allow(fence, folder, SANDBOX_WRITE);
}

static void allow_options(struct sandbox_fence *fence, const struct command *command, const struct settings *settings)
{
    for (const struct option *const *group = command->groups; *group; group++) {
        for (const struct option *option = *group; option->name; option++) {
            const char *path = NULL;
            if (option->kind == OPTION_INPUT || option->kind == OPTION_OUTPUT)
                memcpy(&path, (const char *)settings + option->field, sizeof path);
            if (path && option->kind == OPTION_INPUT)
                allow_input(fence, path);
            else if (path && !settings->dry_run)
                allow_output(fence, path);
        }
    }
}

static void allow_arguments(struct sandbox_fence *fence, const struct command *command, const struct settings *settings,
                            int count, char **arguments)
{
    static const int places[] = {[WRITTEN_FIRST] = 0, [WRITTEN_SECOND] = 1};
    enum written written = settings->dry_run ? WRITTEN_NONE : command->reach.written;
    for (int i = 0; i < count; i++) {
        allow_input(fence, arguments[i]);
        if (written == WRITTEN_ALL || (written != WRITTEN_NONE && i == places[written]))
            allow_output(fence, arguments[i]);
    }
}

/* Where programs that we start find what they need; what they write goes to temporary files. */
static void allow_programs(struct sandbox_fence *fence)
{
    sandbox_fence_allow(fence, "/", SANDBOX_RUN);
    sandbox_fence_allow(fence, "/dev/null", SANDBOX_WRITE);
    sandbox_fence_allow(fence, "/tmp", SANDBOX_WRITE);
    sandbox_fence_allow(fence, temporary_folder(), SANDBOX_WRITE);
}

/* -------------------------------------------------------------------------------------------------------- entering */

bool sandbox_from_environment(struct settings *settings)
{
    static const char *const modes[] = {"auto", "require", "off"};
    const char *mode = secure_getenv("JPK_SANDBOX");
    if (!mode || !*mode)
        return true;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(mode, modes[i]) == 0)
            settings->sandbox = modes[i];
    if (!settings->sandbox)
        fprintf(stderr, "jpk: JPK_SANDBOX takes auto, require or off, not '%s'\n", mode);
    return settings->sandbox != NULL;
}

static bool is_mode(const struct settings *settings, const char *mode)
{
    return settings->sandbox && strcmp(settings->sandbox, mode) == 0;
}

/* The exit status for what came of a part; errno says why it failed. */
static int status_of(enum sandbox_result result, const struct settings *settings, const char *what)
{
    if (result == SANDBOX_FAILED && errno == ENOMEM)
        return message_memory();
    if (result == SANDBOX_FAILED)
        fprintf(stderr, "jpk: error: the sandbox cannot be set up: %s: %s [write]\n", what, strerror(errno));
    else if (result == SANDBOX_MISSING && is_mode(settings, "require"))
        fprintf(stderr, "jpk: error: --sandbox require: %s is not to be had here [write]\n", what);
    else
        return 0;
    return 4;
}

static bool starts_programs(const struct command *command, const struct settings *settings)
{
    return command->reach.programs && command->reach.programs(settings);
}

static int enter_fence(const struct command *command, const struct settings *settings, int count, char **arguments)
{
    struct sandbox_fence fence;
    enum sandbox_result result = sandbox_fence_begin(&fence);
    if (result == SANDBOX_ON) {
        allow_options(&fence, command, settings);
        allow_arguments(&fence, command, settings, count, arguments);
        if (command->reach.anywhere)
            sandbox_fence_allow(&fence, "/", SANDBOX_READ);
        if (command->reach.here && !settings->output && !settings->dry_run)
            sandbox_fence_allow(&fence, ".", SANDBOX_WRITE);
        if (starts_programs(command, settings))
            allow_programs(&fence);
        result = sandbox_fence_close(&fence);
    }
    return status_of(result, settings, "Landlock");
}

/* A memory image would hold what the input holds. */
static void keep_no_image(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static int limit_memory(uint64_t most)
{
    const struct rlimit limit = {most, most};
    if (most == 0 || setrlimit(RLIMIT_AS, &limit) == 0)
        return 0;
    fprintf(stderr, "jpk: error: --max-memory: %s [write]\n", strerror(errno));
    return 4;
}

int sandbox_enter(const struct command *command, const struct settings *settings, int count, char **arguments)
{
    int status = limit_memory(settings->max_memory);
    if (status || is_mode(settings, "off") || command->reach.everything)
        return status;
    if (SANITIZED)
        return status_of(SANDBOX_MISSING, settings, "a program without sanitizers");
    keep_no_image();
    tzset(); /* the file of the time zone is read once */
    status = enter_fence(command, settings, count, arguments);
    if (status)
        return status;
    return status_of(sandbox_calls(starts_programs(command, settings)), settings, "seccomp");
}

int sandbox_narrow(const struct command *command, const struct settings *settings, const char *const *paths,
                   size_t count)
{
    struct sandbox_fence fence;
    if (is_mode(settings, "off") || SANITIZED)
        return 0;
    enum sandbox_result result = sandbox_fence_begin(&fence);
    if (result == SANDBOX_ON) {
        allow_options(&fence, command, settings);
        for (size_t i = 0; i < count; i++)
            sandbox_fence_allow(&fence, paths[i], SANDBOX_READ);
        result = sandbox_fence_close(&fence);
    }
    return status_of(result, settings, "Landlock");
}
