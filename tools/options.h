/* Commands and options as tables: usage, help, abbreviations and "did you mean" all come from them. */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include "base/buf.h"
#include "jpk/jpk.h"

/* Where options put their values. Every command uses the part that its tables name. */
struct settings {
    bool help, quiet, verbose, no_color;
    const char *sandbox;     /* "auto", "require" or "off"; NULL: auto */
    uint64_t max_memory;     /* 0: as much as there is */
    const char *format;      /* one of the option's choices */
    const char *environment; /* --env */
    const char *output;      /* -o */
    bool force, dry_run;
    const char *fail_level; /* "error", "warning", "info" or "never" */
    uint64_t max_findings;  /* 0: all */
    struct jpk_limits limits;
    bool entities;                 /* list --entities */
    bool recipe_only, config_only; /* recipe generate */
    bool explain;
    const char *jitterpak, *update;
    struct {
        bool update, remove;
    } unpack;
    struct {
        const char *kind;
        bool check;
    } pack;
    struct {
        bool check;
    } fmt;
    struct {
        bool all, order, ignore_order, ignore_encrypted, stat, name_only;
        const char *only;
        uint64_t limit;
    } diff;
    struct {
        const char *type, *structure;
        uint64_t depth;
        bool resolve;
    } show;
    struct {
        bool operations, messages, structures, no_legend;
        const char *around, *depth;
    } graph;
    struct {
        const char *schema, *registry, *draft, *output;
        bool assert_formats, assert_content, lenient, first;
        uint64_t max_file, max_depth;
    } schema;
    struct {
        const char *tier, *profile;
    } rules;
    struct {
        const char *endpoint, *source, *target, *category, *author, *text, *verb, *since, *until, *sort;
    } listing;
    struct {
        const char *recipe, *profile, *baseline, *write_baseline, *base, *cache;
        uint64_t cache_size;
    } validate;
    struct {
        bool man;
    } manual;
    struct {
        const char *to, *report, *report_format, *schedules, *agent;
    } convert;
    struct {
        const char *map, *on_conflict, *without, *shard, *only;
    } migrate;
    struct {
        const char *favor;
    } merge;
    struct {
        bool global;
    } git;
    struct {
        const char *confidence, *only;
    } scan;
    struct {
        bool people, hosts;
        const char *report;
    } redact;
    uint64_t jobs; /* -j; 0: one a processor */
};

/* An input is a path that is read, an output one that is written: tools/sandbox.h allows no others. */
enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_CHOICE, OPTION_NUMBER, OPTION_SIZE, OPTION_INPUT, OPTION_OUTPUT };

struct option {
    const char *name; /* without the dashes */
    char letter;      /* 0 for none */
    enum option_kind kind;
    size_t field;         /* offsetof(struct settings, ...): bool, const char * or uint64_t by kind */
    const char *argument; /* its name in the usage; choices: "text|json", the first is the default */
    const char *help;
};

/* What a command needs beside the options and arguments that it reads. */
struct reach {
    enum written {
        WRITTEN_NONE,
        WRITTEN_FIRST,
        WRITTEN_SECOND,
        WRITTEN_ALL
    } written;                                         /* which arguments are outputs too */
    bool here;                                         /* without --output it writes here */
    bool anywhere;                                     /* it reads what its inputs name, or what lies above them */
    bool (*programs)(const struct settings *settings); /* whether it starts other programs; NULL: never */
    bool everything;                                   /* it reads nothing that is hostile */
};

struct command {
    const char *name;                   /* "info", "recipe generate" */
    const char *arguments;              /* "PROJECT" */
    const char *summary;                /* one line */
    const char *details;                /* more for --help; may be NULL */
    const struct option *const *groups; /* tables, each ended by a row without a name; ended by NULL */
    int least, most;                    /* positional arguments; most < 0: any number */
    struct reach reach;                 /* for tools/sandbox.h; by itself, what arguments and options name */
    int (*run)(const struct settings *settings, int count, char **arguments);
};

extern const struct command *const commands[]; /* ended by NULL */

/* Tables that several commands share. */
extern const struct option common_options[];
extern const struct option input_options[];
extern const struct option output_options[];
extern const struct option finding_options[]; /* how findings are printed; see tools/findings.h */
extern const struct option limit_options[];

/*
 * Parses what stands behind the command's name; positional arguments are moved to the front of argv and counted in
 * *count. Returns -1 to go on, else the exit status: 0 after --help, 2 after a message about wrong usage.
 */
int options_parse(const struct command *command, int argc, char **argv, struct settings *settings, int *count);

/* Appends the help of a command; the row of an option in it. */
void options_help(struct buf *out, const struct command *command);
void option_put(struct buf *out, const struct option *option);

/* Whether an output of this path is standard output: "-", or none was named. */
bool option_prints(const char *path);

/* The command whose name starts argv; *words gets how many words it has. NULL when there is none. */
const struct command *command_find(int argc, char **argv, int *words);

/* Whether there are commands of two words that begin with `name`: "recipe". */
bool command_family(const char *name);

/* The name nearest to a mistyped one, or NULL. */
const char *command_nearest(const char *name);

#endif
