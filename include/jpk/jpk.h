/*
 * jpk/jpk.h - Jitterpaks and Design Studio projects: the archive, the typed project, its reference graph.
 *
 * The way of the data: bytes -> archive (checked entries) -> project (typed entities, references resolved).
 * Conventions for errors, ownership and threads are those of jpk/base.h.
 */
#ifndef JPK_JPK_H
#define JPK_JPK_H

#include "jpk/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------ limits */

/*
 * Every quantity that a file can choose. Exceeding one is JPK_ERR_LIMIT with the name of the option that sets it.
 * Start from jpk_limits_default().
 */
struct jpk_limits {
    uint64_t entries;      /* --max-entries: entries in an archive, files in a folder; 200,000 */
    uint64_t name_part;    /* --max-name: bytes in one part of an entry's path; 255 */
    uint64_t path_parts;   /* --max-depth: parts of an entry's path; 64 */
    uint64_t entry_size;   /* --max-entry-size: bytes in one entry; 256 MiB */
    uint64_t total_size;   /* --max-total-size: bytes in all entries, and in the archive itself; 2 GiB */
    uint64_t ratio;        /* --max-ratio: uncompressed to compressed size of an entry above 1 MiB; 200 */
    uint64_t xml_size;     /* --max-xml-size: bytes in one XML file, or in a structure cache when unpacked; 64 MiB */
    uint64_t xml_tag;      /* --max-xml-tag: bytes in one XML tag; 1 MiB */
    uint64_t schema_nodes; /* --max-schema-nodes: nodes of one structure when its types are put in; 200,000 */
};

JPK_API struct jpk_limits jpk_limits_default(void);

/* ----------------------------------------------------------------------------------------------- archive */

/*
 * A project's files as they lie in a ZIP archive or in a folder. Opening checks everything that can be checked
 * without unpacking; what fails refuses the archive as a whole. Entries are read one at a time.
 *
 * Refused: records that contradict each other (central and local headers, data descriptors, ZIP64 fields), bytes
 * that belong to no entry or to two, duplicate names, names that are absolute or hold `..`, `.`, empty parts,
 * backslashes, drive letters, control characters, bytes that are not UTF-8 or non-ASCII without the UTF-8 flag,
 * names that collide without regard to case and normalization, links and devices, encrypted entries, methods other
 * than store (0) and deflate (8), entries or totals above the limits. Source: PKWARE APPNOTE 6.3.10 and the cases
 * of public collections of hostile archives.
 *
 * In a folder, symbolic links and special files are refused where a project's file is expected and never followed.
 */
struct jpk_archive;

struct jpk_entry_info {
    const char *name;         /* path inside, UTF-8, `/` between parts; owned by the archive */
    uint64_t size;            /* bytes when unpacked, as declared; enforced when it is read */
    uint64_t compressed_size; /* bytes in the archive; equals size in a folder */
    uint32_t crc32;           /* as declared; 0 in a folder */
    uint16_t method;          /* 0 stored, 8 deflated; 0 in a folder */
    uint16_t dos_date;        /* the time in the archive, DOS form, zone unknown; 0 in a folder */
    uint16_t dos_time;
};

/* Opens a ZIP file. `limits` may be NULL for the defaults. */
JPK_API struct jpk_archive *jpk_archive_open(const char *path, const struct jpk_limits *limits, struct jpk_error *err);

/* Opens a ZIP in memory, which must stay until the archive is freed. `name` is what errors call it; may be NULL. */
JPK_API struct jpk_archive *jpk_archive_open_memory(const void *data, size_t size, const char *name,
                                                    const struct jpk_limits *limits, struct jpk_error *err);

/*
 * Opens a ZIP from a file descriptor, such as standard input. What cannot be positioned is first copied to an
 * unnamed temporary file, up to limits->total_size. The descriptor stays the caller's; a regular file's position is
 * not used.
 */
JPK_API struct jpk_archive *jpk_archive_open_fd(int fd, const char *name, const struct jpk_limits *limits,
                                                struct jpk_error *err);

/*
 * Opens a folder. Names are paths below it, in byte order, and follow the rules of names in archives. `.git`, `.svn`,
 * `.hg`, `.DS_Store`, `Thumbs.db` and `desktop.ini` are left out.
 */
JPK_API struct jpk_archive *jpk_archive_open_folder(const char *path, const struct jpk_limits *limits,
                                                    struct jpk_error *err);

JPK_API void jpk_archive_free(struct jpk_archive *archive);

/* What errors call it: the path, or the name given. */
JPK_API const char *jpk_archive_name(const struct jpk_archive *archive);

JPK_API bool jpk_archive_is_folder(const struct jpk_archive *archive);

/*
 * Entries that are files, in archive order (folders: byte order of names); NULL for an index out of range. Folder
 * entries are checked and left out.
 */
JPK_API size_t jpk_archive_count(const struct jpk_archive *archive);
JPK_API const struct jpk_entry_info *jpk_archive_entry(const struct jpk_archive *archive, size_t index);

/* The index of an entry by its exact name; SIZE_MAX when there is none. */
JPK_API size_t jpk_archive_find(const struct jpk_archive *archive, const char *name);

/*
 * Reads one entry whole. *data is allocated with malloc, owned by the caller, and followed by a NUL byte that
 * *size does not count. Data that is longer or shorter than declared is JPK_ERR_SIZE, a wrong checksum
 * JPK_ERR_CHECKSUM.
 */
JPK_API bool jpk_archive_read(struct jpk_archive *archive, size_t index, void **data, size_t *size,
                              struct jpk_error *err);

/* The SHA-256 of the archive file itself in hexadecimal; false for a folder (JPK_ERR_USAGE). */
JPK_API bool jpk_archive_sha256(struct jpk_archive *archive, char out[65], struct jpk_error *err);

/* ---------------------------------------------------------------------------------------- archive writer */

/*
 * Writes a ZIP with the layout that Design Studio writes: deflate, UTF-8 names, no folder entries, no comments,
 * external attributes 0, made by MS-DOS 2.0. One difference: Design Studio's writer streams, so it sets the flag
 * "sizes follow the data" (bit 3) and leaves sizes out of the local headers. libzip writes the sizes there, which
 * every reader accepts, streaming readers included, and which leaves nothing to guess; see CONTRIBUTING.
 *
 * The bytes depend only on the names, the data, the times and their order: not on the clock, the zone or the host.
 */
struct jpk_writer;

/* The default time of an entry: 1980-01-01 00:00:00, the smallest that the DOS form can hold. */
#define JPK_DOS_DATE_MIN ((uint16_t)0x0021)

/* Begins an archive at `path`. Nothing appears there before jpk_writer_commit. */
JPK_API struct jpk_writer *jpk_writer_open(const char *path, bool force, struct jpk_error *err);

/* Committing will not wait until the disk has it: for archives that can be made again. */
JPK_API void jpk_writer_fast(struct jpk_writer *writer);

/* Adds an entry with a copy of `data`. The name is checked as a reader with the default limits would. */
JPK_API bool jpk_writer_add(struct jpk_writer *writer, const char *name, const void *data, size_t size,
                            uint16_t dos_date, uint16_t dos_time, struct jpk_error *err);

/*
 * Adds an entry whose bytes are read from an archive when they are needed, so that memory follows the largest entry.
 * The archive must stay until commit.
 */
JPK_API bool jpk_writer_add_from(struct jpk_writer *writer, const char *name, struct jpk_archive *from, size_t index,
                                 uint16_t dos_date, uint16_t dos_time, struct jpk_error *err);

/*
 * Writes the archive, opens it again, reads every entry and compares it with what was added, and only then gives it
 * its name. On failure nothing is left at `path`. The writer must still be freed.
 */
JPK_API bool jpk_writer_commit(struct jpk_writer *writer, struct jpk_error *err);

/* Frees a writer; without a commit nothing is left on the disk. */
JPK_API void jpk_writer_free(struct jpk_writer *writer);

/* ---------------------------------------------------------------------------------------------- entity types */

/*
 * The entity types that a Design Studio project may hold: those of the vendor's documentation and those that real
 * projects hold. jpk_type_info() has a row for each.
 */
enum jpk_type {
    JPK_TYPE_UNKNOWN, /* a type that this library does not know; the entity is kept as it is */
    JPK_TYPE_API_ENTITY,
    JPK_TYPE_DOCUMENT,
    JPK_TYPE_EMAIL_MESSAGE,
    JPK_TYPE_FOLDER,
    JPK_TYPE_JMS_ACKNOWLEDGE,
    JPK_TYPE_JMS_BROWSE,
    JPK_TYPE_JMS_ENDPOINT,
    JPK_TYPE_JMS_LISTEN,
    JPK_TYPE_JMS_POLL,
    JPK_TYPE_JMS_SEND_OR_PUBLISH,
    JPK_TYPE_MSCRM_ENDPOINT,
    JPK_TYPE_MSCRM_QUERY,
    JPK_TYPE_MSCRM_UPSERT,
    JPK_TYPE_NETSUITE_ENDPOINT,
    JPK_TYPE_NETSUITE_GET_LIST,
    JPK_TYPE_NETSUITE_QUERY,
    JPK_TYPE_NETSUITE_UPSERT,
    JPK_TYPE_OPERATION,
    JPK_TYPE_PROJECT_VARIABLE,
    JPK_TYPE_QUICKBOOKS_CREATE,
    JPK_TYPE_QUICKBOOKS_ENDPOINT,
    JPK_TYPE_QUICKBOOKS_QUERY,
    JPK_TYPE_SALESFORCE_CONNECTOR,
    JPK_TYPE_SALESFORCE_CREATE,
    JPK_TYPE_SALESFORCE_DELETE,
    JPK_TYPE_SALESFORCE_QUERY,
    JPK_TYPE_SALESFORCE_UPDATE,
    JPK_TYPE_SALESFORCE_UPSERT,
    JPK_TYPE_SAP_ENDPOINT,
    JPK_TYPE_SAP_FUNCTION,
    JPK_TYPE_SCHEDULE,
    JPK_TYPE_SCRIPT,
    JPK_TYPE_SOURCE,
    JPK_TYPE_TARGET,
    JPK_TYPE_TRANSFORMATION,
    JPK_TYPE_WEB_SERVICE_CALL,
    JPK_TYPE_XSLT_TRANSFORM,
    JPK_TYPE_COUNT
};

/* What part an entity plays in the flow of data. */
enum jpk_role {
    JPK_ROLE_NONE,     /* scripts, documents, variables, ... */
    JPK_ROLE_ENDPOINT, /* log-in data of an application: other entities name it */
    JPK_ROLE_READ,     /* gets data: a source, a query */
    JPK_ROLE_WRITE,    /* sends data: a target, an upsert */
    JPK_ROLE_CALL      /* may do either: a function, a web service call */
};

struct jpk_type_info {
    enum jpk_type type;
    const char *name;      /* as in files, "SalesforceQuery" */
    const char *label;     /* for people, "Salesforce query" */
    const char *plural;    /* "Salesforce queries" */
    const char *connector; /* key of jpk_connector_info(), "salesforce"; NULL for none */
    enum jpk_role role;
    bool observed; /* whether a real file of this type was seen; the shape of others is a guess */
};

/* The row of a type; the row of JPK_TYPE_UNKNOWN for anything else. Never NULL. */
JPK_API const struct jpk_type_info *jpk_type_info(enum jpk_type type);
/* The row by the name in files, exactly; NULL when there is none. */
JPK_API const struct jpk_type_info *jpk_type_by_name(const char *name);

/* --------------------------------------------------------------------------------------------------- findings */

enum jpk_severity { JPK_INFO, JPK_WARNING, JPK_ERROR };

/* What a check has found. All strings are owned by whoever gave the finding; NULL where there is nothing to say. */
struct jpk_finding {
    enum jpk_severity severity;
    const char *rule;        /* stable id, such as "dangling-reference" */
    const char *file;        /* path inside the archive or folder */
    uint32_t line, column;   /* in that file; 0 when not known */
    const char *path;        /* XML path of the place, such as "Entity/Pipeline/Activities/TARGET[1]/@contentId", or a
                                JSON Pointer ("" for the whole document) */
    const char *entity_id;   /* of the entity that it is about */
    const char *entity_type; /* "Operation" */
    const char *entity_name;
    const char *message; /* one sentence */
    const char *hint;    /* what to do, or "did you mean" */
    const char *schema;  /* of a schema's finding: where the keyword stands, such as "recipe-1.schema.json:33:7" */
    uint32_t level;      /* 0: a finding by itself; n: explains the one before it whose level is n - 1; not counted */
};

/* "info", "warning", "error". */
JPK_API const char *jpk_severity_name(enum jpk_severity severity);

/* How sure an inference is, or a finding that goes by looks. */
enum jpk_confidence { JPK_LOW, JPK_MEDIUM, JPK_HIGH };

/* "low", "medium", "high". */
JPK_API const char *jpk_confidence_name(enum jpk_confidence confidence);

/* ------------------------------------------------------------------------------------------------ the project */

/* A property: an <Item> below <Properties>. */
struct jpk_item {
    const char *key;
    const char *value; /* NULL when the item has no value attribute */
    uint32_t offset;   /* bytes from the start of the entity's file */
    bool encrypted;    /* enc="true": the value is `$00` and base64, opaque without the project's key */
};

/* A step of an operation: an element below Pipeline/Activities. */
struct jpk_activity {
    const char *tag;                  /* "SOURCE", "SCRIPT", "TRANSFORMATION", "NETSUITE_FUNCTION", ... */
    const char *role;                 /* "Source", "Request", ...; "" when absent */
    const char *type;                 /* "2"; NULL when absent */
    const char *activity_id;          /* GUID local to the pipeline */
    const char *content_id;           /* GUID of the entity; NULL for an empty slot */
    const struct jpk_entity *content; /* NULL when it does not resolve */
    bool read_only;
    bool built_in; /* a well-known item that no project stores, such as the request of a Salesforce query */
    uint32_t offset;
};

struct jpk_operation {
    const char *op_type; /* Pipeline/@opType: "Transformation", "Archive", "Script", "WebServiceCall", "NETSUITE" */
    const struct jpk_activity *activities;
    size_t activity_count;
    const struct jpk_entity *on_success, *on_failure;           /* operations, or NULL */
    const struct jpk_entity *success_message, *failure_message; /* e-mails, or NULL */
    const struct jpk_entity *schedule;                          /* or NULL */
};

/* Text in Jitterbit Script or JavaScript with its tags, as in the file. */
struct jpk_script {
    const char *text;
    uint32_t offset; /* of the element that holds it */
};

/* What a source or target connects to. */
enum jpk_location_type {
    JPK_LOCATION_OTHER,
    JPK_LOCATION_TEMPORARY_STORAGE,
    JPK_LOCATION_GLOBAL_DATA, /* a global variable, named by the property `locator` */
    JPK_LOCATION_LOCAL_FILE,
    JPK_LOCATION_FILE_SHARE,
    JPK_LOCATION_FTP,
    JPK_LOCATION_HTTP,
    JPK_LOCATION_DATABASE
};

struct jpk_location {
    enum jpk_location_type type;
    const char *type_name;        /* Location/@type */
    const struct jpk_item *items; /* Location/Data/Properties */
    size_t item_count;
};

enum jpk_mapping_kind {
    JPK_MAPPING_FIELD,     /* a target node gets the value of a script */
    JPK_MAPPING_LOOP,      /* [target loop] gets an instance for each [source loop] */
    JPK_MAPPING_CONDITION, /* .../PRECONDITION/: whether a record is written */
    JPK_MAPPING_PRESCRIPT  /* //PRESCRIPT/: runs before the transformation */
};

struct jpk_mapping {
    enum jpk_mapping_kind kind;
    const char *target; /* target path; of a loop without its brackets, "" for the root */
    const char *source; /* script with its tags; of a loop the source path without its brackets, "" for none */
    uint32_t offset;    /* of the konga.string */
    uint32_t source_at; /* where `source` starts in the text of the konga.string, in bytes */
};

/* One side of a transformation. */
struct jpk_side {
    int type_code;         /* source_type_id or target_type_id; 0 when absent. 1 text, 3 database, 4 XML, ... */
    const char *nature;    /* "Flat", "Tree" or NULL */
    const char *reference; /* "docId", "sourceId", "wsCallId" or "callId"; NULL for none */
    const char *id;        /* the GUID that it names */
    const struct jpk_entity *entity; /* what it resolves to, or NULL */
    const char *call_type;           /* with callId: the type of the connector function */
    const char *file;                /* source_xml or target_xml: a file in files/ */
    const char *root;                /* its root: "name" or "{namespace}name" */
    uint32_t offset;                 /* of InputStructure or OutputStructure; 0 when there is none */
};

struct jpk_transformation {
    struct jpk_side source, target;
    const struct jpk_mapping *mappings; /* in the order of the file */
    size_t mapping_count;
    size_t invalid_count; /* below InvalidMappings */
};

struct jpk_field {
    const char *name, *type, *format, *default_value; /* "" when empty */
    bool required;
};

struct jpk_segment {
    const char *name, *parent, *occurrence;
    const struct jpk_field *fields;
    size_t field_count;
};

/* A file format: delimited or fixed text. */
struct jpk_document {
    const char *delimiter; /* a tab is written as backslash and t */
    const char *qualifier; /* "" for none */
    bool fixed;
    const struct jpk_segment *segments;
    size_t segment_count;
};

enum jpk_schedule_unit { JPK_DAILY = 1, JPK_WEEKLY = 2, JPK_MONTHLY = 3 };

struct jpk_schedule {
    enum jpk_schedule_unit unit; /* `occurs` */
    int every;                   /* every n days, weeks or months */
    bool weekdays[7];            /* Monday first; weekly schedules */
    int day_of_month;            /* monthly, form a; 0 when the other form is used */
    int week_of_month, weekday;  /* monthly, form b: the n-th of that weekday, as numbers of the file */
    bool once;                   /* once at `at`; else every `interval` minutes (or hours) from `from` to `until` */
    const char *at, *from, *until;
    int interval;
    bool interval_minutes;
    const char *start_date; /* "2019-09-11"; "" for none */
    const char *end_date;   /* "" for none */
    const char *time_zone;  /* NULL: the zone of the agent that runs it */
};

struct jpk_variable_entity {
    const char *label;       /* "" for none */
    const char *description; /* "" for none; either spelling of the key */
    bool hidden;             /* hide_value: its value is masked in Design Studio */
    bool has_value;          /* a value is set; values are always encrypted in real projects */
    const char *value;       /* the value, when it is not encrypted; else NULL */
};

/* A query, upsert or other function of an application's connector. */
struct jpk_function {
    const struct jpk_entity *endpoint;  /* the connector or endpoint entity, or NULL */
    const struct jpk_entity *operation; /* the operation that a wizard made for it, or NULL */
    const char *object;                 /* "Contact"; NULL when not known */
    const char *query;                  /* its query text, or NULL */
    uint32_t query_offset;
};

struct jpk_folder {
    const char *id, *name;
    const char *type_name;           /* of the entities that it is for: "Script" */
    const struct jpk_folder *parent; /* NULL at the top of its entity type */
};

struct jpk_entity {
    enum jpk_type type;
    const char *type_name; /* the root's @type, also of unknown types */
    const char *id;        /* Header/@ID */
    const char *name;
    const char *description;
    const char *file;                /* its entry in the archive */
    const struct jpk_folder *folder; /* NULL at the top or when it is not in the tree */
    uint32_t index;                  /* its place in jpk_project.entities */
    bool in_tree;                    /* project.xml lists it */
    bool deleted, deployed, deploy_dirty, moved;
    bool lossy;  /* its file holds what the model does not: comments, mixed text */
    bool crlf;   /* its lines end in CR LF */
    bool unread; /* its file is missing or could not be read: only what project.xml says is known */
    uint32_t file_size;
    const struct jpk_item *items; /* Properties, in the order of the file */
    size_t item_count;
    /* By `type`; NULL for types without a member here and for entities that are `unread`. */
    union {
        const struct jpk_operation *operation;
        const struct jpk_script *script;
        const struct jpk_location *location; /* Source, Target */
        const struct jpk_transformation *transformation;
        const struct jpk_document *document;
        const struct jpk_schedule *schedule;
        const struct jpk_variable_entity *variable;
        const struct jpk_function *function; /* queries, upserts, ... of connectors */
    } as;
    const struct xml_node *tree; /* private */
};

/*
 * Where a person finds it: "Script/Common/Send mail", the type, the folders of the project's tree and the name, as they
 * are written there (a name may hold a slash too). Allocated with malloc, owned by the caller; NULL: no memory.
 */
JPK_API char *jpk_entity_path(const struct jpk_entity *entity);

/* The property of that key, or NULL. */
JPK_API const struct jpk_item *jpk_entity_item(const struct jpk_entity *entity, const char *key);
/* What a source or target connects to; NULL for all other entities and for those whose file could not be read. */
JPK_API const struct jpk_location *jpk_entity_location(const struct jpk_entity *entity);
/* The property of that key in the entity or, of a source or target, in its location; NULL when there is none. */
JPK_API const struct jpk_item *jpk_entity_setting(const struct jpk_entity *entity, const char *key);
/* The value of such a property; NULL when it is absent, has no value or is encrypted. */
JPK_API const char *jpk_entity_value(const struct jpk_entity *entity, const char *key);

/*
 * How many bytes of text an encrypted value can hold: `$00` and base64 of 16 bytes of IV and padded 16-byte blocks.
 * False when it is not of that form. (Source: all 178 encrypted values of six real projects.)
 */
JPK_API bool jpk_encrypted_length(const char *value, size_t *least, size_t *most);

enum jpk_shape {
    JPK_SHAPE_ARCHIVE,     /* a .jpk: one top folder, or none */
    JPK_SHAPE_WORKSPACE,   /* manifest.jip and env-<id> folders */
    JPK_SHAPE_ENVIRONMENT, /* an environment's folder: project.xml, Data, ... */
    JPK_SHAPE_FLAT         /* all files side by side */
};

enum jpk_kind {
    JPK_KIND_UNKNOWN,
    JPK_KIND_BACKUP, /* jitterpak.properties type=1: an environment backup, importable only into its environment */
    JPK_KIND_EXPORT  /* type=3: an ordinary Jitterpak */
};

/* "unknown", "backup", "export". */
JPK_API const char *jpk_kind_name(enum jpk_kind kind);

/* The Java-properties files of a project. */
enum jpk_properties_file { JPK_FILE_JITTERPAK, JPK_FILE_ENVIRONMENT, JPK_FILE_MANIFEST };

/* A file below files/: an XSD, WSDL or other structure. */
struct jpk_file {
    const char *name;
    size_t entry; /* index in the archive; SIZE_MAX when only .metadata lists it */
    bool listed;  /* in files/.metadata */
    bool top_level;
    const char *md5;        /* as .metadata says; "" when not listed */
    const char *kind;       /* SchemaType: "xml", "json", "netsuite"; "" */
    const char *namespace_; /* TargetNamespace; "" */
    const char *roots;      /* PossibleRootNodes, separated by commas; "" */
    int64_t modified;       /* Unix time in ms; 0 when not known */
};

struct jpk_project {
    const char *name; /* project.xml Project/@name */
    const char *id;   /* Project/@projectId */
    enum jpk_shape shape;
    enum jpk_kind kind; /* from jitterpak.properties */
    const char *base;   /* what stands before the names of its entries: "", "top/" or "env-1/" */

    const struct jpk_entity *const *entities; /* those of project.xml in its order, then the others by type and id */
    size_t entity_count;
    const struct jpk_folder *const *folders; /* of project.xml, in its order */
    size_t folder_count;
    const struct jpk_file *files; /* by name */
    size_t file_count;
    const size_t *other_entries; /* archive entries that no project is known to hold */
    size_t other_entry_count;
    const struct jpk_finding *problems; /* oddities of the tree, and with JPK_KEEP_GOING what could not be read */
    size_t problem_count;
    struct jpk_archive *archive; /* where it came from */
};

enum jpk_load_flags {
    JPK_KEEP_GOING = 1 /* an entity that cannot be read becomes a problem instead of an error */
};

/*
 * Reads a project from an archive, which stays the caller's and must outlive the project. `environment` chooses among
 * the environments of a workspace, by id or name; NULL takes the only one, or the manifest's last-environment.
 * Errors: JPK_ERR_NO_PROJECT, JPK_ERR_AMBIGUOUS (more than one project.xml and no choice), JPK_ERR_NOT_FOUND (no such
 * environment), and what reading and parsing can give.
 */
JPK_API struct jpk_project *jpk_project_load(struct jpk_archive *archive, const char *environment, unsigned flags,
                                             struct jpk_error *err);
JPK_API void jpk_project_free(struct jpk_project *project);

/*
 * Lets go of what only jpk_graph_build, jpk_check and jpk_entity_serialize need: about a fifth of the project's memory.
 * Called afterwards they fail with JPK_ERR_USAGE or JPK_ERR_FORMAT; a graph that was built before stays as it is.
 */
JPK_API void jpk_project_slim(struct jpk_project *project);

/* The entity of that id (letter case does not matter), or NULL. Deleted entities are found too. */
JPK_API const struct jpk_entity *jpk_project_entity(const struct jpk_project *project, const char *id);
/*
 * The entity that a person means by `text`: an id, the form in which scripts name it ("op.<guid>"), a path as
 * jpk_entity_path gives it or the end of one ("Common/Send mail"), or a name. The first of these kinds that fits
 * anything decides, and of each an exact spelling goes before one in another letter case; deleted entities and those
 * outside of the tree count only when nothing else fits. JPK_ERR_AMBIGUOUS lists the candidates, JPK_ERR_NOT_FOUND says
 * what comes near.
 */
JPK_API const struct jpk_entity *jpk_project_select(const struct jpk_project *project, const char *text,
                                                    struct jpk_error *err);
/* A value of one of its properties files, or NULL. */
JPK_API const char *jpk_project_property(const struct jpk_project *project, enum jpk_properties_file file,
                                         const char *key);
/*
 * When one of them was stored, as its first line says: "Fri Aug 29 16:22:55 CST 2025". Left as text, for the short
 * names of time zones are ambiguous. NULL when the file is missing or has no such line.
 */
JPK_API const char *jpk_project_stored(const struct jpk_project *project, enum jpk_properties_file file);
/* The file of that name below files/, or NULL. */
JPK_API const struct jpk_file *jpk_project_file(const struct jpk_project *project, const char *name);

/*
 * Where an offset in an entry stands. With `decoded` the offset is of an element and the position that of the byte at
 * `decoded` of its text. Reads the entry again, so it is meant for messages. False: the entry cannot be read.
 */
JPK_API bool jpk_project_position(const struct jpk_project *project, const char *file, uint32_t offset,
                                  const uint32_t *decoded, uint32_t *line, uint32_t *column);

/* A version as the properties files write it: digits packed as 110410000000033, or dotted. `out` gets "11.41.0.33". */
JPK_API bool jpk_version_decode(const char *text, char out[32]);

/*
 * The version of Design Studio that a project was made with, and the least one that can open it, dotted; "" when no
 * file says it. jitterpak.properties (`created_with_version`, `required_version`) goes before environment.properties
 * (`saved-in-version`, `requires-version`), for the latter is that of the environment it was exported from.
 */
JPK_API void jpk_project_created_with(const struct jpk_project *project, char out[32]);
JPK_API void jpk_project_required_version(const struct jpk_project *project, char out[32]);

/* Milliseconds since 1970 as "2025-08-29T22:22:55Z"; `out` gets "" for what is not a number or out of range. */
JPK_API void jpk_time_decode(const char *milliseconds, char out[32]);

/* The bytes of an entity's file, written from the model by Design Studio's rules; owned by the caller (free). NULL for
 * a lossy entity (JPK_ERR_FORMAT): it must be copied instead. */
JPK_API char *jpk_entity_serialize(const struct jpk_entity *entity, size_t *size, struct jpk_error *err);

/* --------------------------------------------------------------------------------------------------- the graph */

enum jpk_reference_kind {
    JPK_REF_ACTIVITY,  /* a step of an operation */
    JPK_REF_SUCCESS,   /* an operation's success_operation_id */
    JPK_REF_FAILURE,   /* failure_operation_id */
    JPK_REF_MESSAGE,   /* success_message_id, failure_message_id */
    JPK_REF_SCHEDULE,  /* schedule_id */
    JPK_REF_ENDPOINT,  /* a function's connector or endpoint */
    JPK_REF_STRUCTURE, /* a structure of a transformation: document, source, web service call, connector function */
    JPK_REF_FILE,      /* a file below files/ */
    JPK_REF_PROPERTY,  /* any other property that holds an id of the project */
    JPK_REF_SCRIPT     /* op., sc., s., t., m., so. in a script or mapping */
};

enum jpk_reference_state {
    JPK_REF_RESOLVED,
    JPK_REF_EMPTY,    /* an activity without content */
    JPK_REF_BUILT_IN, /* a well-known item that no project stores */
    JPK_REF_DELETED,  /* points at an entity that is marked as deleted */
    JPK_REF_DANGLING  /* points at nothing */
};

struct jpk_reference {
    enum jpk_reference_kind kind;
    enum jpk_reference_state state;
    const struct jpk_entity *from;
    const struct jpk_entity *to; /* NULL unless resolved or deleted */
    const char *target;          /* the GUID or file name as written; "" when empty */
    const char *where;           /* property key, activity role, attribute, or a mapping's target path */
    const char *function;        /* scripts: the function around it; NULL when there is none */
    uint32_t offset;             /* in the file: of the item, activity or text element */
    uint32_t text_offset;        /* scripts: in the element's text */
    uint32_t order;              /* scripts: when it happens among this entity's references and uses */
    bool in_comment;
};

enum jpk_use_kind {
    JPK_USE_BRACKET, /* [name] or [name{default}] in a property or text */
    JPK_USE_SCRIPT,  /* $name, Get, Set */
    JPK_USE_LOCATOR, /* a global-variable source or target */
    JPK_USE_NAME     /* [name] in an entity's name */
};

struct jpk_use {
    const struct jpk_entity *from;
    const char *spelled;       /* as written there */
    const char *where;         /* property key, or a mapping's target path, "" for a script's text */
    const char *default_value; /* brackets with a default in braces; else NULL */
    const char *function;      /* scripts: the call around it, or NULL */
    const char *compared;      /* scripts: what it is compared with; NULL when with nothing known */
    enum jpk_use_kind kind;
    uint32_t variable;            /* index in jpk_graph.variables */
    uint32_t assigned;            /* scripts: index of the variable that the value goes to; UINT32_MAX for none */
    uint32_t offset, text_offset; /* as in struct jpk_reference */
    uint32_t order;               /* scripts: as in struct jpk_reference */
    unsigned argument;            /* which argument of the call it stands in */
    bool alone;                   /* it is all of that argument */
    bool write;
    bool in_comment;
    bool in_text; /* whether `offset` is of an element and `text_offset` a place in its text */
};

struct jpk_variable {
    const char *name;                /* the project variable's spelling, else the first one */
    const struct jpk_entity *entity; /* the project variable; NULL for a global variable */
    bool system;                     /* set by Jitterbit itself: jitterbit.*, __Salesforce.*, ... */
    const struct jpk_use *const *uses;
    size_t use_count;
};

/*
 * Every link between entities, and every variable with its uses. Names of variables compare without regard to the
 * case of ASCII letters. A bracket counts as a variable when a project variable or a script's assignment has that
 * name, or when the text is one that only variables can stand in (not SQL, where brackets also quote names).
 */
struct jpk_graph {
    const struct jpk_project *project;
    const struct jpk_reference *references; /* grouped by `from`, in the order of project->entities */
    size_t reference_count;
    const struct jpk_use *uses; /* grouped by `from`; of one script in the order in which they happen */
    size_t use_count;
    const struct jpk_variable *variables; /* project variables in project.xml order, then others by name */
    size_t variable_count;
};

JPK_API struct jpk_graph *jpk_graph_build(const struct jpk_project *project, struct jpk_error *err);
JPK_API void jpk_graph_free(struct jpk_graph *graph);

/* The references of one entity, and those that point at it. *count gets their number. */
JPK_API const struct jpk_reference *jpk_graph_from(const struct jpk_graph *graph, const struct jpk_entity *entity,
                                                   size_t *count);
JPK_API const struct jpk_reference *const *jpk_graph_to(const struct jpk_graph *graph, const struct jpk_entity *entity,
                                                        size_t *count);
/*
 * Which entities some operation can reach: those operations themselves that are not deleted, and whatever references of
 * them and of what they reach point at; comments do not count. `live` has room for project->entity_count values and is
 * filled in by entity index. False: no memory, JPK_ERR_MEMORY.
 */
JPK_API bool jpk_graph_live(const struct jpk_graph *graph, bool *live, struct jpk_error *err);
/* The uses of variables in one entity. */
JPK_API const struct jpk_use *jpk_graph_uses(const struct jpk_graph *graph, const struct jpk_entity *entity,
                                             size_t *count);
/* The variable of that name in any letter case, or NULL. */
JPK_API const struct jpk_variable *jpk_graph_variable(const struct jpk_graph *graph, const char *name);

/* --------------------------------------------------------------------------------------------------- the check */

struct jpk_check_rule {
    const char *id;
    enum jpk_severity severity;
    const char *summary; /* what it finds, one sentence */
};

/* All rules of jpk_check, ended by a row whose id is NULL. */
JPK_API const struct jpk_check_rule *jpk_check_rules(void);

struct jpk_findings {
    const struct jpk_finding *items; /* by file, line, column and rule */
    size_t count;
};

/*
 * Checks a project: integrity of every entry, references, variables. Errors are those of reading an entry, for a
 * damaged archive is refused as a whole, and those of the machine.
 */
JPK_API struct jpk_findings *jpk_check(const struct jpk_project *project, const struct jpk_graph *graph,
                                       struct jpk_error *err);
JPK_API void jpk_findings_free(struct jpk_findings *findings);

#ifdef __cplusplus
}
#endif

#endif
