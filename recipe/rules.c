/* The rules as data. Behind those of this library stand those of jpk_check, under their own ids. */
#include <string.h>

#include "recipe/validation.h"

static const struct jpk_rule rules[] = {
    [RULE_JSON_SYNTAX] =
        {
            .id = "json-syntax",
            .tier = JPK_TIER_JSON,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "The file is not JSON.",
            .why = "Nothing else of it can be checked. The place is where reading stopped; what is wrong may stand "
                   "just before it.",
            .example = JPK_EXAMPLE_TEXT,
            .bad = "{\"recipeFormat\": 1,}",
            .good = "{\"recipeFormat\": 1}",
        },
    [RULE_JSON_ENCODING] =
        {
            .id = "json-encoding",
            .tier = JPK_TIER_JSON,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "The file is not UTF-8, or begins with a byte order mark.",
            .why = "JSON is UTF-8 without a mark. Save it in that encoding.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A recipe that was saved as Latin-1, with an umlaut in a label.",
            .good = "The same recipe, saved as UTF-8.",
        },
    [RULE_JSON_LIMIT] =
        {
            .id = "json-limit",
            .tier = JPK_TIER_JSON,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "The file is too large or nested too deep to be checked.",
            .why = "No recipe comes near the limits, so this is most likely another file.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "An array in an array, 1,001 deep.",
            .good = "A recipe, which is about eight deep.",
        },
    [RULE_JSON_DUPLICATE_KEY] =
        {
            .id = "json-duplicate-key",
            .tier = JPK_TIER_JSON,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "An object has the same key twice.",
            .why = "Most readers take the last one and drop the others without a word, some take the first.",
            .example = JPK_EXAMPLE_TEXT,
            .bad = "{\"recipeFormat\": 1, \"recipeFormat\": 1}",
            .good = "{\"recipeFormat\": 1}",
        },
    [RULE_JSON_NUL] =
        {
            .id = "json-nul",
            .tier = JPK_TIER_JSON,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "A text holds the character NUL.",
            .why = "Many programs take it for the end of the text.",
            .example = JPK_EXAMPLE_TEXT,
            .bad = "{\"recipeFormat\": 1, \"x-note\": \"a\\u0000b\"}",
            .good = "{\"recipeFormat\": 1, \"x-note\": \"ab\"}",
        },
    [RULE_SCHEMA_TYPE] =
        {
            .id = "schema-type",
            .tier = JPK_TIER_SCHEMA,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A value has the wrong type.",
            .why = "Texts, numbers, true and false, lists and objects do not replace one another: \"1\" is not 1.",
            .example = JPK_EXAMPLE_RECIPE,
            .bad = "\"recipeFormat\": \"1\"",
            .good = "\"recipeFormat\": 1",
        },
    [RULE_SCHEMA_MISSING_KEY] =
        {
            .id = "schema-missing-key",
            .tier = JPK_TIER_SCHEMA,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A key is missing that must be there.",
            .why = "",
            .example = JPK_EXAMPLE_STEPS,
            .bad = "{\"id\": \"own\", \"type\": \"action\", \"when\": \"deploy\"}",
            .good = "{\"id\": \"own\", \"type\": \"action\", \"when\": \"deploy\", \"operation\": {\"id\": "
                    "\"66666666-0000-4000-8000-000000000000\", \"name\": \"Load\"}}",
        },
    [RULE_SCHEMA_UNKNOWN_KEY] =
        {
            .id = "schema-unknown-key",
            .tier = JPK_TIER_SCHEMA,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A key is not known here.",
            .why = "It may be misspelled, or stand in the wrong object. Keys of your own begin with x-.",
            .example = JPK_EXAMPLE_RECIPE,
            .bad = "\"autor\": \"Example Author\"",
            .good = "\"author\": \"Example Author\", \"x-team\": \"integration\"",
        },
    [RULE_SCHEMA_VALUE] =
        {
            .id = "schema-value",
            .tier = JPK_TIER_SCHEMA,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A value is not one of those that are allowed.",
            .why = "It is not in the list of allowed values, out of bounds, too long or too short, or of another form.",
            .example = JPK_EXAMPLE_RECIPE,
            .bad = "\"verb\": \"Copy\"",
            .good = "\"verb\": \"Sync\"",
        },
    [RULE_SCHEMA_FORM] =
        {
            .id = "schema-form",
            .tier = JPK_TIER_SCHEMA,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "Parts of the file do not go together.",
            .why = "Some keys exclude or need one another.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"own\", \"target\": {\"variable\": \"11111111-0000-4000-8000-000000000000\", \"key\": "
                   "\"login\"}}",
            .good = "{\"id\": \"own\", \"target\": {\"variable\": \"11111111-0000-4000-8000-000000000000\"}}",
        },
    [RULE_SCHEMA_CUSTOM] =
        {
            .id = "schema-custom",
            .tier = JPK_TIER_SCHEMA,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A schema of the repository's own says that the file is wrong.",
            .why = "The configuration names it for files of this pattern; its own messages say more.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A repository whose schema wants a category, and a recipe without one.",
            .good = "The same recipe with \"categories\": [\"Commerce\"].",
        },
    [RULE_ID_FORM] =
        {
            .id = "id-form",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .in_schema = true,
            .summary = "The id of a step, property or endpoint has characters that no id may have, or is too long.",
            .why = "Letters, digits, `_`, `.` and `-`, beginning with a letter, at most 200 of them: ids become names "
                   "of environment variables and keys of configure files.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"page size\"}",
            .good = "{\"id\": \"page_length\"}",
        },
    [RULE_ID_CLASH] =
        {
            .id = "id-clash",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "Two steps or properties have the same id, letter case aside.",
            .why = "A configure file and `visibleWhen` could not tell them apart.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"Mode\"}",
            .good = "{\"id\": \"mode_of_errors\"}",
        },
    [RULE_FIRST_STEP] =
        {
            .id = "first-step",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .in_schema = true,
            .summary = "The first step is not the introduction.",
            .why = "People have to read what a recipe does before they are asked for anything.",
            .example = JPK_EXAMPLE_RECIPE,
            .bad = "\"steps\": [{\"id\": \"review\", \"type\": \"review\", \"title\": \"Review\"}]",
            .good = "\"steps\": [{\"id\": \"introduction\", \"type\": \"introduction\", \"title\": \"Orders\"}, "
                    "{\"id\": \"review\", \"type\": \"review\", \"title\": \"Review\"}], \"endpoints\": []",
        },
    [RULE_LAST_STEP] =
        {
            .id = "last-step",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "The last step is not the review.",
            .why =
                "The review shows all answers before anything is deployed; what stands behind it would never be seen.",
            .example = JPK_EXAMPLE_RECIPE,
            .bad = "\"steps\": [{\"id\": \"introduction\", \"type\": \"introduction\", \"title\": \"Orders\"}], "
                   "\"endpoints\": []",
            .good = "\"steps\": [{\"id\": \"introduction\", \"type\": \"introduction\", \"title\": \"Orders\"}, "
                    "{\"id\": \"review\", \"type\": \"review\", \"title\": \"Review\"}], \"endpoints\": []",
        },
    [RULE_REPEATED_STEP] =
        {
            .id = "repeated-step",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .in_schema = true,
            .summary = "There is more than one introduction, agent or review.",
            .why = "",
            .example = JPK_EXAMPLE_STEPS,
            .bad = "{\"id\": \"agent-2\", \"type\": \"agent\", \"requires\": {\"private\": false}}",
            .good = "{\"id\": \"more\", \"type\": \"variables\", \"properties\": [{\"id\": \"own\", \"target\": "
                    "{\"variable\": \"66666666-0000-4000-8000-000000000000\"}, \"label\": \"Own\", \"type\": \"text\", "
                    "\"required\": false, \"secret\": false}]}",
        },
    [RULE_ENDPOINT_ID_CLASH] =
        {
            .id = "endpoint-id-clash",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "Two endpoints have the same id, letter case aside.",
            .why = "",
            .example = JPK_EXAMPLE_RECIPE,
            .bad =
                "\"endpoints\": [{\"id\": \"shop\", \"name\": \"Shop\", \"role\": \"source\", \"connector\": "
                "\"http\"}, {\"id\": \"Shop\", \"name\": \"Outlet\", \"role\": \"source\", \"connector\": \"http\"}, "
                "{\"id\": \"erp\", \"name\": \"ERP\", \"role\": \"target\", \"connector\": \"database\"}]",
            .good =
                "\"endpoints\": [{\"id\": \"shop\", \"name\": \"Shop\", \"role\": \"source\", \"connector\": "
                "\"http\"}, {\"id\": \"erp\", \"name\": \"ERP\", \"role\": \"target\", \"connector\": \"database\"}]",
        },
    [RULE_ENDPOINT_WITHOUT_STEP] =
        {
            .id = "endpoint-without-step",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "An endpoint has no step in which somebody can log in to it.",
            .why = "",
            .example = JPK_EXAMPLE_RECIPE,
            .bad =
                "\"endpoints\": [{\"id\": \"shop\", \"name\": \"Shop\", \"role\": \"source\", \"connector\": "
                "\"http\"}, {\"id\": \"crm\", \"name\": \"CRM\", \"role\": \"source\", \"connector\": \"salesforce\"}, "
                "{\"id\": \"erp\", \"name\": \"ERP\", \"role\": \"target\", \"connector\": \"database\"}]",
            .good =
                "\"endpoints\": [{\"id\": \"shop\", \"name\": \"Shop\", \"role\": \"source\", \"connector\": "
                "\"http\"}, {\"id\": \"erp\", \"name\": \"ERP\", \"role\": \"target\", \"connector\": \"database\"}]",
        },
    [RULE_ENDPOINT_TWO_STEPS] =
        {
            .id = "endpoint-two-steps",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "An endpoint has more than one step.",
            .why = "People would log in to one system on two pages. Put the settings together.",
            .example = JPK_EXAMPLE_STEPS,
            .bad = "{\"id\": \"endpoint-shop-2\", \"type\": \"endpoint\", \"endpoint\": \"shop\", \"entities\": []}",
            .good = "{\"id\": \"more\", \"type\": \"variables\", \"properties\": [{\"id\": \"own\", \"target\": "
                    "{\"variable\": \"66666666-0000-4000-8000-000000000000\"}, \"label\": \"Own\", \"type\": \"text\", "
                    "\"required\": false, \"secret\": false}]}",
        },
    [RULE_ENDPOINT_ORDER] =
        {
            .id = "endpoint-order",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_INFO, JPK_WARNING},
            .summary = "A target stands before a source in the list of endpoints.",
            .why = "The list goes the way of the data: sources first.",
            .example = JPK_EXAMPLE_RECIPE,
            .bad =
                "\"endpoints\": [{\"id\": \"erp\", \"name\": \"ERP\", \"role\": \"target\", \"connector\": "
                "\"database\"}, {\"id\": \"shop\", \"name\": \"Shop\", \"role\": \"source\", \"connector\": \"http\"}]",
            .good =
                "\"endpoints\": [{\"id\": \"shop\", \"name\": \"Shop\", \"role\": \"source\", \"connector\": "
                "\"http\"}, {\"id\": \"erp\", \"name\": \"ERP\", \"role\": \"target\", \"connector\": \"database\"}]",
        },
    [RULE_UNKNOWN_ENDPOINT] =
        {
            .id = "unknown-endpoint",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "An endpoint step names an endpoint that the recipe does not have.",
            .why = "",
            .example = JPK_EXAMPLE_STEPS,
            .bad = "{\"id\": \"endpoint-shops\", \"type\": \"endpoint\", \"endpoint\": \"shops\", \"entities\": []}",
            .good = "{\"id\": \"more\", \"type\": \"variables\", \"properties\": [{\"id\": \"own\", \"target\": "
                    "{\"variable\": \"66666666-0000-4000-8000-000000000000\"}, \"label\": \"Own\", \"type\": \"text\", "
                    "\"required\": false, \"secret\": false}]}",
        },
    [RULE_UNKNOWN_CONNECTOR] =
        {
            .id = "unknown-connector",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "An endpoint's connector is none that is known.",
            .why = "People filter recipes by connector. Known are salesforce, netsuite, mscrm, sap, quickbooks, jms, "
                   "api, soap, http, ftp, database, local-file and file-share.",
            .example = JPK_EXAMPLE_RECIPE,
            .bad =
                "\"endpoints\": [{\"id\": \"shop\", \"name\": \"Shop\", \"role\": \"source\", \"connector\": "
                "\"https\"}, {\"id\": \"erp\", \"name\": \"ERP\", \"role\": \"target\", \"connector\": \"database\"}]",
            .good = "\"endpoints\": [{\"id\": \"shop\", \"name\": \"Shop\", \"role\": \"source\", \"connector\": "
                    "\"http\"}, {\"id\": \"erp\", \"name\": \"ERP\", \"role\": \"target\", \"connector\": "
                    "\"database\"}]",
        },
    [RULE_ENTITY_TWICE] =
        {
            .id = "entity-twice",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "An item of the project is listed twice in endpoint steps.",
            .why = "It belongs to one system, and to one step.",
            .example = JPK_EXAMPLE_STEPS,
            .bad = "{\"id\": \"endpoint-erp-2\", \"type\": \"endpoint\", \"endpoint\": \"erp\", \"entities\": "
                   "[{\"id\": \"33333333-0000-4000-8000-000000000000\", \"name\": \"Orders\"}, {\"id\": "
                   "\"33333333-0000-4000-8000-000000000000\", \"name\": \"Orders\"}]}",
            .good = "{\"id\": \"endpoint-erp-2\", \"type\": \"endpoint\", \"endpoint\": \"erp\", \"entities\": "
                    "[{\"id\": \"33333333-0000-4000-8000-000000000000\", \"name\": \"Orders\"}]}",
        },
    [RULE_TEST_WITHOUT_ENTITIES] =
        {
            .id = "test-without-entities",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "A step tests connections but lists no items whose connection could be tested.",
            .why = "",
            .example = JPK_EXAMPLE_STEPS,
            .bad = "{\"id\": \"endpoint-erp-2\", \"type\": \"endpoint\", \"endpoint\": \"erp\", \"entities\": [], "
                   "\"test\": {\"kind\": \"connection\"}}",
            .good = "{\"id\": \"endpoint-erp-2\", \"type\": \"endpoint\", \"endpoint\": \"erp\", \"entities\": "
                    "[{\"id\": \"33333333-0000-4000-8000-000000000000\", \"name\": \"Orders\"}], \"test\": {\"kind\": "
                    "\"connection\"}}",
        },
    [RULE_VISIBLE_UNKNOWN] =
        {
            .id = "visible-unknown",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "`visibleWhen` names a property that the recipe does not have.",
            .why = "The step or property would never be shown.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"own\", \"visibleWhen\": {\"property\": \"mood\", \"equals\": \"slow\"}}",
            .good = "{\"id\": \"own\", \"visibleWhen\": {\"property\": \"mode\", \"equals\": \"slow\"}}",
        },
    [RULE_VISIBLE_LATER] =
        {
            .id = "visible-later",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "`visibleWhen` names a property that is asked for only later.",
            .why = "Whether something is shown must be known when people come to it: name a property of an earlier "
                   "step, or of the same one.",
            .example = JPK_EXAMPLE_STEPS,
            .bad = "{\"id\": \"first\", \"type\": \"variables\", \"properties\": [{\"id\": \"one\", \"target\": "
                   "{\"variable\": \"66666666-0000-4000-8000-000000000000\"}, \"label\": \"One\", \"type\": \"text\", "
                   "\"required\": false, \"secret\": false, \"visibleWhen\": {\"property\": \"two\", \"equals\": "
                   "\"yes\"}}]}, {\"id\": \"second\", \"type\": \"variables\", \"properties\": [{\"id\": \"two\", "
                   "\"target\": {\"variable\": \"77777777-0000-4000-8000-000000000000\"}, \"label\": \"Two\", "
                   "\"type\": \"text\", \"required\": false, \"secret\": false}]}",
            .good = "{\"id\": \"first\", \"type\": \"variables\", \"properties\": [{\"id\": \"two\", \"target\": "
                    "{\"variable\": \"77777777-0000-4000-8000-000000000000\"}, \"label\": \"Two\", \"type\": \"text\", "
                    "\"required\": false, \"secret\": false}]}, {\"id\": \"second\", \"type\": \"variables\", "
                    "\"visibleWhen\": {\"property\": \"two\", \"equals\": \"yes\"}, \"properties\": [{\"id\": \"one\", "
                    "\"target\": {\"variable\": \"66666666-0000-4000-8000-000000000000\"}, \"label\": \"One\", "
                    "\"type\": \"text\", \"required\": false, \"secret\": false}]}",
        },
    [RULE_VISIBLE_VALUE] =
        {
            .id = "visible-value",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "`visibleWhen` compares with a value that the property can never have.",
            .why = "It is none of the choices, or not of the property's type.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"own\", \"visibleWhen\": {\"property\": \"mode\", \"equals\": \"quick\"}}",
            .good = "{\"id\": \"own\", \"visibleWhen\": {\"property\": \"mode\", \"equals\": \"fast\"}}",
        },
    [RULE_VISIBLE_CYCLE] =
        {
            .id = "visible-cycle",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "Whether something is shown depends on itself.",
            .why = "It would never be shown.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"one\", \"visibleWhen\": {\"property\": \"two\", \"equals\": \"yes\"}}, {\"id\": "
                   "\"two\", \"visibleWhen\": {\"property\": \"one\", \"equals\": \"yes\"}}",
            .good = "{\"id\": \"one\"}, {\"id\": \"two\", \"visibleWhen\": {\"property\": \"one\", \"equals\": "
                    "\"yes\"}}",
        },
    [RULE_VISIBLE_UNSEEN] =
        {
            .id = "visible-unseen",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "`visibleWhen` looks at a property whose value the form does not know.",
            .why = "A computed property is shown to nobody, and the text of a secret is known only when the recipe is "
                   "deployed.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"stamp\", \"computed\": true}, {\"id\": \"own\", \"visibleWhen\": {\"property\": "
                   "\"stamp\", \"equals\": \"x\"}}",
            .good = "{\"id\": \"own\", \"visibleWhen\": {\"property\": \"mode\", \"equals\": \"slow\"}}",
        },
    [RULE_SECRET_DEFAULT] =
        {
            .id = "secret-default",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .in_schema = true,
            .summary = "A secret has a default.",
            .why =
                "Everybody who can read the recipe would know it. Remove it, and change the secret where it is used.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"own_password\", \"type\": \"password\", \"secret\": true, \"default\": \"made-up\"}",
            .good = "{\"id\": \"own_password\", \"type\": \"password\", \"secret\": true}",
        },
    [RULE_SECRET_CHOICES] =
        {
            .id = "secret-choices",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "A secret has choices.",
            .why = "Its values then stand in the recipe for everybody to read.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"own_token\", \"type\": \"password\", \"secret\": true, \"choices\": [\"made-up-1\", "
                   "\"made-up-2\"]}",
            .good = "{\"id\": \"own_token\", \"type\": \"password\", \"secret\": true}",
        },
    [RULE_SECRET_TYPE] =
        {
            .id = "secret-type",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary =
                "A property is a secret without the type password, or has the type password without being a secret.",
            .why = "Only the type password hides what is typed in, and only a secret stays out of configure files.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"own_token\", \"type\": \"text\", \"secret\": true}",
            .good = "{\"id\": \"own_token\", \"type\": \"password\", \"secret\": true}",
        },
    [RULE_SECRET_NAME] =
        {
            .id = "secret-name",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "A property's name says that it is a secret, but `secret` is false.",
            .why = "Its value would stand in configure files.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"api_token\", \"type\": \"text\", \"secret\": false}",
            .good = "{\"id\": \"api_token\", \"type\": \"password\", \"secret\": true}",
        },
    [RULE_DEFAULT_SECRET] =
        {
            .id = "default-secret",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A default is a password, or a URL with a password, key or token in it.",
            .why = "Everybody who can read the recipe would know it.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"base\", \"type\": \"url\", \"default\": \"https://user:made-up@shop.example.com/\"}",
            .good = "{\"id\": \"base\", \"type\": \"url\", \"default\": \"https://shop.example.com/\"}",
        },
    [RULE_DEFAULT_INVALID] =
        {
            .id = "default-invalid",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A default is not a value that its property may have.",
            .why = "A person who changes nothing would get an error.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"own\", \"type\": \"number\", \"default\": \"many\"}",
            .good = "{\"id\": \"own\", \"type\": \"number\", \"default\": \"10\"}",
        },
    [RULE_CHOICE_TWICE] =
        {
            .id = "choice-twice",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .in_schema = true,
            .summary = "The same choice is there twice.",
            .why = "",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"own\", \"type\": \"choice\", \"choices\": [\"a\", \"b\", \"a\"]}",
            .good = "{\"id\": \"own\", \"type\": \"choice\", \"choices\": [\"a\", \"b\"]}",
        },
    [RULE_CHOICE_INVALID] =
        {
            .id = "choice-invalid",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A choice is not allowed by the property's own pattern or lengths.",
            .why = "Whoever picks it gets an error.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"own\", \"type\": \"choice\", \"choices\": [\"a\", \"bb\"], \"maxLength\": 1}",
            .good = "{\"id\": \"own\", \"type\": \"choice\", \"choices\": [\"a\", \"b\"], \"maxLength\": 1}",
        },
    [RULE_CHOICES_UNUSED] =
        {
            .id = "choices-unused",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_WARNING},
            .summary = "A property has choices, but its type is not choice.",
            .why = "Nobody is shown them. Make the type `choice`.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"own\", \"type\": \"text\", \"choices\": [\"a\", \"b\"]}",
            .good = "{\"id\": \"own\", \"type\": \"choice\", \"choices\": [\"a\", \"b\"]}",
        },
    [RULE_BOUNDS_ORDER] =
        {
            .id = "bounds-order",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A property's least value or length is above its greatest.",
            .why = "No value is allowed.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"own\", \"type\": \"number\", \"minimum\": 10, \"maximum\": 1}",
            .good = "{\"id\": \"own\", \"type\": \"number\", \"minimum\": 1, \"maximum\": 10}",
        },
    [RULE_CONSTRAINT_UNUSED] =
        {
            .id = "constraint-unused",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_WARNING},
            .summary = "A property has a bound, length or pattern that means nothing for its type.",
            .why = "`minimum` and `maximum` are about numbers; a boolean has only its two values.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"own\", \"type\": \"text\", \"minimum\": 1}",
            .good = "{\"id\": \"own\", \"type\": \"number\", \"minimum\": 1}",
        },
    [RULE_PATTERN_INVALID] =
        {
            .id = "pattern-invalid",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A pattern is no regular expression of ECMA-262.",
            .why = "",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"own\", \"pattern\": \"[a-z\"}",
            .good = "{\"id\": \"own\", \"pattern\": \"[a-z]+\"}",
        },
    [RULE_PATTERN_DIALECT] =
        {
            .id = "pattern-dialect",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_WARNING},
            .summary = "A pattern is understood by some engines only.",
            .why = "Browsers refuse it in the mode in which they check forms. Remove the backslash before characters "
                   "that need none.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"own\", \"pattern\": \"[a-z\\\\_]+\"}",
            .good = "{\"id\": \"own\", \"pattern\": \"[a-z_]+\"}",
        },
    [RULE_TARGET_TWICE] =
        {
            .id = "target-twice",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "Two properties set the same thing.",
            .why = "The later one wins without a word.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"one\", \"target\": {\"variable\": \"66666666-0000-4000-8000-000000000000\"}}, {\"id\": "
                   "\"two\", \"target\": {\"variable\": \"66666666-0000-4000-8000-000000000000\"}}",
            .good = "{\"id\": \"one\", \"target\": {\"variable\": \"66666666-0000-4000-8000-000000000000\"}}, {\"id\": "
                    "\"two\", \"target\": {\"variable\": \"77777777-0000-4000-8000-000000000000\"}}",
        },
    [RULE_COMPUTED_REQUIRED] =
        {
            .id = "computed-required",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A computed property is required.",
            .why = "It is shown to nobody, so nobody can fill it in.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"own\", \"computed\": true, \"required\": true}",
            .good = "{\"id\": \"own\", \"computed\": true, \"required\": false}",
        },
    [RULE_OPTIONAL_STEP_REQUIRED] =
        {
            .id = "optional-step-required",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "A step may be skipped, but has a property that is required.",
            .why = "Whoever skips it cannot deploy.",
            .example = JPK_EXAMPLE_STEPS,
            .bad = "{\"id\": \"more\", \"type\": \"variables\", \"optional\": true, \"properties\": [{\"id\": \"own\", "
                   "\"target\": {\"variable\": \"66666666-0000-4000-8000-000000000000\"}, \"label\": \"Own\", "
                   "\"type\": \"text\", \"required\": true, \"secret\": false}]}",
            .good = "{\"id\": \"more\", \"type\": \"variables\", \"optional\": true, \"properties\": [{\"id\": "
                    "\"own\", \"target\": {\"variable\": \"66666666-0000-4000-8000-000000000000\"}, \"label\": "
                    "\"Own\", \"type\": \"text\", \"required\": false, \"secret\": false}]}",
        },
    [RULE_LABEL_MISSING] =
        {
            .id = "label-missing",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "A property has an empty label.",
            .why = "The label is all that people see of it.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"own\", \"label\": \" \"}",
            .good = "{\"id\": \"own\", \"label\": \"Days to look back\"}",
        },
    [RULE_LABEL_IS_ID] =
        {
            .id = "label-is-id",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_INFO, JPK_WARNING},
            .summary = "A property's label is its technical id.",
            .why = "Say in words what is to be entered.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"days_back\", \"label\": \"days_back\"}",
            .good = "{\"id\": \"days_back\", \"label\": \"Days to look back\"}",
        },
    [RULE_LABEL_TWICE] =
        {
            .id = "label-twice",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "Two properties of a step have the same label.",
            .why = "Nobody can tell which is which.",
            .example = JPK_EXAMPLE_PROPERTIES,
            .bad = "{\"id\": \"one\", \"label\": \"User name\"}, {\"id\": \"two\", \"label\": \"User name\"}",
            .good = "{\"id\": \"one\", \"label\": \"User name in the shop\"}, {\"id\": \"two\", \"label\": \"User name "
                    "in the ERP system\"}",
        },
    [RULE_TITLE_MISSING] =
        {
            .id = "title-missing",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "A step has an empty title.",
            .why = "",
            .example = JPK_EXAMPLE_STEPS,
            .bad = "{\"id\": \"fields\", \"type\": \"mapping\", \"title\": \"\", \"transformation\": {\"id\": "
                   "\"44444444-0000-4000-8000-000000000000\", \"name\": \"Orders\"}, \"fields\": [{\"target\": \"a\", "
                   "\"source\": []}]}",
            .good = "{\"id\": \"fields\", \"type\": \"mapping\", \"title\": \"Fields: Orders\", \"transformation\": "
                    "{\"id\": \"44444444-0000-4000-8000-000000000000\", \"name\": \"Orders\"}, \"fields\": "
                    "[{\"target\": \"a\", \"source\": []}]}",
        },
    [RULE_TITLE_TWICE] =
        {
            .id = "title-twice",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_INFO, JPK_WARNING},
            .summary = "Two steps have the same title.",
            .why = "People find their way by the titles.",
            .example = JPK_EXAMPLE_STEPS,
            .bad = "{\"id\": \"fields\", \"type\": \"mapping\", \"title\": \"General\", \"transformation\": {\"id\": "
                   "\"44444444-0000-4000-8000-000000000000\", \"name\": \"Orders\"}, \"fields\": [{\"target\": \"a\", "
                   "\"source\": []}]}",
            .good = "{\"id\": \"fields\", \"type\": \"mapping\", \"title\": \"Fields: Orders\", \"transformation\": "
                    "{\"id\": \"44444444-0000-4000-8000-000000000000\", \"name\": \"Orders\"}, \"fields\": "
                    "[{\"target\": \"a\", \"source\": []}]}",
        },
    [RULE_EMPTY_STEP] =
        {
            .id = "empty-step",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "A step has nothing in it.",
            .why = "A group of variables or notifications without properties, an endpoint without items and "
                   "properties, or a mapping without fields is a page on which nothing can be done.",
            .example = JPK_EXAMPLE_STEPS,
            .bad = "{\"id\": \"more\", \"type\": \"variables\", \"properties\": []}",
            .good = "{\"id\": \"more\", \"type\": \"variables\", \"properties\": [{\"id\": \"own\", \"target\": "
                    "{\"variable\": \"66666666-0000-4000-8000-000000000000\"}, \"label\": \"Own\", \"type\": \"text\", "
                    "\"required\": false, \"secret\": false}]}",
        },
    [RULE_OPERATION_TWICE] =
        {
            .id = "operation-twice",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "Two steps run or schedule the same operation.",
            .why = "It would run twice, or on two schedules.",
            .example = JPK_EXAMPLE_STEPS,
            .bad = "{\"id\": \"load\", \"type\": \"action\", \"when\": \"deploy\", \"operation\": {\"id\": "
                   "\"55555555-0000-4000-8000-000000000000\", \"name\": \"Load\"}}, {\"id\": \"load-again\", \"type\": "
                   "\"action\", \"when\": \"deploy\", \"operation\": {\"id\": "
                   "\"55555555-0000-4000-8000-000000000000\", \"name\": \"Load\"}}",
            .good = "{\"id\": \"load\", \"type\": \"action\", \"when\": \"deploy\", \"operation\": {\"id\": "
                    "\"55555555-0000-4000-8000-000000000000\", \"name\": \"Load\"}}",
        },
    [RULE_MAPPING_TWICE] =
        {
            .id = "mapping-twice",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_WARNING},
            .summary = "Two steps show the same transformation.",
            .why = "",
            .example = JPK_EXAMPLE_STEPS,
            .bad = "{\"id\": \"one\", \"type\": \"mapping\", \"transformation\": {\"id\": "
                   "\"44444444-0000-4000-8000-000000000000\", \"name\": \"Orders\"}, \"fields\": [{\"target\": \"a\", "
                   "\"source\": []}]}, {\"id\": \"two\", \"type\": \"mapping\", \"transformation\": {\"id\": "
                   "\"44444444-0000-4000-8000-000000000000\", \"name\": \"Orders\"}, \"fields\": [{\"target\": \"a\", "
                   "\"source\": []}]}",
            .good = "{\"id\": \"one\", \"type\": \"mapping\", \"transformation\": {\"id\": "
                    "\"44444444-0000-4000-8000-000000000000\", \"name\": \"Orders\"}, \"fields\": [{\"target\": \"a\", "
                    "\"source\": []}]}",
        },
    [RULE_SCHEDULE_INVALID] =
        {
            .id = "schedule-invalid",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A schedule never runs, or names a day that no calendar has.",
            .why = "Its end is before its start, it is weekly or monthly without a day, it has neither a time nor an "
                   "interval, or one of its dates does not exist.",
            .example = JPK_EXAMPLE_STEPS,
            .bad = "{\"id\": \"when\", \"type\": \"schedule\", \"operation\": {\"id\": "
                   "\"55555555-0000-4000-8000-000000000000\", \"name\": \"Load\"}, \"default\": {\"occurs\": "
                   "\"daily\", \"from\": \"20:00:00\", \"until\": \"06:00:00\", \"everyHours\": 1}}",
            .good = "{\"id\": \"when\", \"type\": \"schedule\", \"operation\": {\"id\": "
                    "\"55555555-0000-4000-8000-000000000000\", \"name\": \"Load\"}, \"default\": {\"occurs\": "
                    "\"daily\", \"from\": \"06:00:00\", \"until\": \"20:00:00\", \"everyHours\": 1}}",
        },
    [RULE_AGENT_REASONS] =
        {
            .id = "agent-reasons",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary =
                "The agent step gives reasons for a private agent, but does not ask for one; or the other way round.",
            .why = "",
            .example = JPK_EXAMPLE_RECIPE,
            .bad = "\"steps\": [{\"id\": \"introduction\", \"type\": \"introduction\", \"title\": \"Orders\"}, "
                   "{\"id\": \"agent\", \"type\": \"agent\", \"title\": \"Agent\", \"requires\": {\"private\": false, "
                   "\"reasons\": [\"the project reads local files\"]}}, {\"id\": \"review\", \"type\": \"review\", "
                   "\"title\": \"Review\"}], \"endpoints\": []",
            .good = "\"steps\": [{\"id\": \"introduction\", \"type\": \"introduction\", \"title\": \"Orders\"}, "
                    "{\"id\": \"agent\", \"type\": \"agent\", \"title\": \"Agent\", \"requires\": {\"private\": true, "
                    "\"reasons\": [\"the project reads local files\"]}}, {\"id\": \"review\", \"type\": \"review\", "
                    "\"title\": \"Review\"}], \"endpoints\": []",
        },
    [RULE_VERB_DESCRIPTION] =
        {
            .id = "verb-description",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "The description does not begin with the verb.",
            .why = "People choose recipes by their first words. Any form of the verb will do.",
            .example = JPK_EXAMPLE_RECIPE,
            .bad = "\"verb\": \"Sync\", \"description\": \"Copies orders.\"",
            .good = "\"verb\": \"Sync\", \"description\": \"Syncs orders from the shop to the ERP system.\"",
        },
    [RULE_VERB_ENDPOINTS] =
        {
            .id = "verb-endpoints",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "The verb needs a source or a target that no endpoint is.",
            .why =
                "Extract needs a source, Migrate and Sync a source and a target, Insert, Update and Upsert a target.",
            .example = JPK_EXAMPLE_RECIPE,
            .bad = "\"verb\": \"Sync\", \"endpoints\": [{\"id\": \"shop\", \"name\": \"Shop\", \"role\": \"source\", "
                   "\"connector\": \"http\"}, {\"id\": \"erp\", \"name\": \"ERP\", \"role\": \"source\", "
                   "\"connector\": \"database\"}]",
            .good = "\"verb\": \"Sync\", \"endpoints\": [{\"id\": \"shop\", \"name\": \"Shop\", \"role\": \"source\", "
                    "\"connector\": \"http\"}, {\"id\": \"erp\", \"name\": \"ERP\", \"role\": \"target\", "
                    "\"connector\": \"database\"}]",
        },
    [RULE_VERSION_FORM] =
        {
            .id = "version-form",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .in_schema = true,
            .summary = "The version is not a semantic version.",
            .why = "Three numbers, such as 1.0.0, and if need be what stands behind `-` and `+`. No number and no part "
                   "may be empty or begin with a zero.",
            .example = JPK_EXAMPLE_RECIPE,
            .bad = "\"version\": \"1.0\"",
            .good = "\"version\": \"1.0.0\"",
        },
    [RULE_AUTHOR_MISSING] =
        {
            .id = "author-missing",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_INFO, JPK_WARNING},
            .summary = "The recipe does not say who made it.",
            .why = "",
            .example = JPK_EXAMPLE_RECIPE,
            .bad = "\"author\": \"\"",
            .good = "\"author\": \"Example Author\"",
        },
    [RULE_DESCRIPTION_MISSING] =
        {
            .id = "description-missing",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_INFO, JPK_WARNING},
            .summary = "The recipe has no description.",
            .why = "",
            .example = JPK_EXAMPLE_RECIPE,
            .bad = "\"description\": \"\"",
            .good = "\"description\": \"Sync orders from the shop to the ERP system.\"",
        },
    [RULE_JITTERPAK_UNNAMED] =
        {
            .id = "jitterpak-unnamed",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "The recipe does not name the file of its Jitterpak, or not its checksum.",
            .why = "Nobody can tell whether a Jitterpak is the right one. Generate the recipe from a .jpk.",
            .example = JPK_EXAMPLE_RECIPE,
            .bad = "\"jitterpak\": {\"projectId\": \"88888888-0000-4000-8000-000000000000\", \"projectName\": "
                   "\"sync-shop_orders-to-erp_orders\"}",
            .good = "\"jitterpak\": {\"file\": \"sync-shop_orders-to-erp_orders.jpk\", \"sha256\": "
                    "\"8708fb48b5c82816b9b6c6e32b4b30aaf36526ee0408bf43916965e6129abc5d\", \"projectId\": "
                    "\"88888888-0000-4000-8000-000000000000\", \"projectName\": \"sync-shop_orders-to-erp_orders\"}",
        },
    [RULE_JITTERPAK_FILE_NAME] =
        {
            .id = "jitterpak-file-name",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "The name of the Jitterpak's file does not end in .jpk.",
            .why = "",
            .example = JPK_EXAMPLE_RECIPE,
            .bad = "\"jitterpak\": {\"file\": \"orders.zip\", \"sha256\": "
                   "\"8708fb48b5c82816b9b6c6e32b4b30aaf36526ee0408bf43916965e6129abc5d\", \"projectId\": "
                   "\"88888888-0000-4000-8000-000000000000\", \"projectName\": \"sync-shop_orders-to-erp_orders\"}",
            .good = "\"jitterpak\": {\"file\": \"orders.jpk\", \"sha256\": "
                    "\"8708fb48b5c82816b9b6c6e32b4b30aaf36526ee0408bf43916965e6129abc5d\", \"projectId\": "
                    "\"88888888-0000-4000-8000-000000000000\", \"projectName\": \"sync-shop_orders-to-erp_orders\"}",
        },
    [RULE_RECIPE_FILE_NAME] =
        {
            .id = "recipe-file-name",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "The recipe's file is named after another project.",
            .why = "A file name-recipe.json holds the recipe of the project `name`; programs find the files of a "
                   "recipe by it.",
            .example = JPK_EXAMPLE_FILE,
            .bad = "sync-shop_items-to-erp_items-recipe.json",
            .good = "sync-shop_orders-to-erp_orders-recipe.json",
        },
    [RULE_FILE_NAME_FORM] =
        {
            .id = "file-name-form",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_INFO, JPK_WARNING},
            .summary =
                "The file's name does not end in -recipe.json or -configure.json, as the kind of the file wants it.",
            .why = "Programs find the files of a recipe by their names.",
            .example = JPK_EXAMPLE_FILE,
            .bad = "orders.json",
            .good = "sync-shop_orders-to-erp_orders-recipe.json",
        },
    [RULE_CONFIGURE_FILE_NAME] =
        {
            .id = "configure-file-name",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "The configure file is named after another project.",
            .why = "A file name-configure.json is the form of name-recipe.json.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "items-configure.json beside orders-recipe.json, for the recipe of the project `orders`.",
            .good = "orders-configure.json beside orders-recipe.json.",
        },
    [RULE_CONFIGURE_RECIPE_NAME] =
        {
            .id = "configure-recipe-name",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A configure file is for a recipe of another name.",
            .why = "",
            .example = JPK_EXAMPLE_CONFIGURE,
            .bad = "\"recipe\": {\"name\": \"sync-shop_items-to-erp_items\", \"version\": \"1.0.0\", \"sha256\": "
                   "\"RECIPE\"}",
            .good = "\"recipe\": {\"name\": \"sync-shop_orders-to-erp_orders\", \"version\": \"1.0.0\", \"sha256\": "
                    "\"RECIPE\"}",
        },
    [RULE_CONFIGURE_RECIPE_VERSION] =
        {
            .id = "configure-recipe-version",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A configure file is for another version of the recipe.",
            .why = "Steps and properties may have changed. Generate the form anew, or look through the changes and "
                   "then set the version.",
            .example = JPK_EXAMPLE_CONFIGURE,
            .bad = "\"recipe\": {\"name\": \"sync-shop_orders-to-erp_orders\", \"version\": \"0.9.0\", \"sha256\": "
                   "\"RECIPE\"}",
            .good = "\"recipe\": {\"name\": \"sync-shop_orders-to-erp_orders\", \"version\": \"1.0.0\", \"sha256\": "
                    "\"RECIPE\"}",
        },
    [RULE_CONFIGURE_RECIPE_HASH] =
        {
            .id = "configure-recipe-hash",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "The recipe was changed since the configure file was made.",
            .why = "Its checksum differs. Look through the changes, then set `sha256`.",
            .example = JPK_EXAMPLE_CONFIGURE,
            .bad = "\"recipe\": {\"name\": \"sync-shop_orders-to-erp_orders\", \"version\": \"1.0.0\", \"sha256\": "
                   "\"8708fb48b5c82816b9b6c6e32b4b30aaf36526ee0408bf43916965e6129abc5d\"}",
            .good = "\"recipe\": {\"name\": \"sync-shop_orders-to-erp_orders\", \"version\": \"1.0.0\", \"sha256\": "
                    "\"RECIPE\"}",
        },
    [RULE_CONFIGURE_UNKNOWN_STEP] =
        {
            .id = "configure-unknown-step",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A configure file has values for a step that the recipe does not have, or a schedule or action "
                       "for a step of another type.",
            .why = "They would go nowhere.",
            .example = JPK_EXAMPLE_CONFIGURE,
            .bad = "\"values\": {\"generals\": {\"mode\": \"fast\"}}",
            .good = "\"values\": {\"general\": {\"mode\": \"fast\"}}",
        },
    [RULE_CONFIGURE_UNKNOWN_PROPERTY] =
        {
            .id = "configure-unknown-property",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A configure file has a value for a property that its step does not have.",
            .why = "It would go nowhere.",
            .example = JPK_EXAMPLE_CONFIGURE,
            .bad = "\"values\": {\"general\": {\"mood\": \"fast\"}}",
            .good = "\"values\": {\"general\": {\"mode\": \"fast\"}}",
        },
    [RULE_CONFIGURE_VALUE] =
        {
            .id = "configure-value",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A value in a configure file is not one that its property may have.",
            .why = "It is not of the type, none of the choices, out of bounds, or does not match the pattern.",
            .example = JPK_EXAMPLE_CONFIGURE,
            .bad = "\"values\": {\"general\": {\"mode\": \"quick\"}}",
            .good = "\"values\": {\"general\": {\"mode\": \"fast\"}}",
        },
    [RULE_CONFIGURE_SECRET_TEXT] =
        {
            .id = "configure-secret-text",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "The text of a secret stands in a configure file.",
            .why = "Write where it is found: {\"secret\": \"env:NAME\"} or {\"secret\": \"file:PATH\"}. Then change "
                   "the secret, for it was seen.",
            .example = JPK_EXAMPLE_CONFIGURE,
            .bad = "\"values\": {\"endpoint-shop\": {\"shop_password\": \"made-up\"}}",
            .good = "\"values\": {\"endpoint-shop\": {\"shop_password\": {\"secret\": \"env:SHOP_PASSWORD\"}}}",
        },
    [RULE_CONFIGURE_MARKER] =
        {
            .id = "configure-marker",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "A property that is no secret gets its value from the environment or a file.",
            .why = "Its value cannot be checked here. Write it down, or make the property a secret.",
            .example = JPK_EXAMPLE_CONFIGURE,
            .bad = "\"values\": {\"general\": {\"page_size\": {\"secret\": \"env:PAGE_SIZE\"}}}",
            .good = "\"values\": {\"general\": {\"page_size\": \"50\"}}",
        },
    [RULE_CONFIGURE_COMPUTED] =
        {
            .id = "configure-computed",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "A configure file has a value for a property that a script computes.",
            .why = "It would be overwritten.",
            .example = JPK_EXAMPLE_CONFIGURE,
            .bad = "\"values\": {\"general\": {\"run_stamp\": \"now\"}}",
            .good = "\"values\": {\"general\": {\"mode\": \"fast\"}}",
        },
    [RULE_CONFIGURE_HIDDEN] =
        {
            .id = "configure-hidden",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_WARNING, JPK_WARNING},
            .summary = "A configure file has a value for a property that is not shown with its other values.",
            .why = "The value is not used.",
            .example = JPK_EXAMPLE_CONFIGURE,
            .bad = "\"values\": {\"general\": {\"mode\": \"fast\", \"delay\": \"9\"}}",
            .good = "\"values\": {\"general\": {\"mode\": \"slow\", \"delay\": \"9\"}}",
        },
    [RULE_CONFIGURE_MISSING] =
        {
            .id = "configure-missing",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A configure file leaves out a property that is required.",
            .why = "",
            .example = JPK_EXAMPLE_CONFIGURE,
            .bad = "\"values\": {\"endpoint-shop\": {}}",
            .good = "\"values\": {\"endpoint-shop\": {\"shop_password\": {\"secret\": \"env:SHOP_PASSWORD\"}}}",
        },
    [RULE_CONFIGURE_NULL] =
        {
            .id = "configure-null",
            .tier = JPK_TIER_RECIPE,
            .severity = {JPK_INFO, JPK_INFO},
            .summary = "A property that is required is still null.",
            .why = "That is so in every form that was not filled in yet; it then keeps what the Jitterpak holds.",
            .example = JPK_EXAMPLE_CONFIGURE,
            .bad = "\"values\": {\"endpoint-shop\": {\"shop_password\": null}}",
            .good = "\"values\": {\"endpoint-shop\": {\"shop_password\": {\"secret\": \"env:SHOP_PASSWORD\"}}}",
        },
    [RULE_JITTERPAK_HASH] =
        {
            .id = "jitterpak-hash",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "The Jitterpak is not the one that the recipe was made for: its checksum differs.",
            .why = "Generate the recipe anew with --update, which keeps what was changed by hand.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A Jitterpak that was exported again, and the recipe of the first export.",
            .good = "The recipe, generated again with --update.",
        },
    [RULE_PROJECT_ID] =
        {
            .id = "project-id",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "The Jitterpak holds another project than the recipe says.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A recipe with the id of project A beside the Jitterpak of project B.",
            .good = "A recipe beside its own Jitterpak.",
        },
    [RULE_PROJECT_NAME] =
        {
            .id = "project-name",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "The project has another name than the recipe says.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A project that was renamed after its recipe was made.",
            .good = "The recipe, generated again with --update.",
        },
    [RULE_PROJECT_KIND] =
        {
            .id = "project-kind",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "The Jitterpak is of another kind than the recipe says.",
            .why = "A backup can be imported into its own environment only, so no recipe can be deployed from it.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "\"kind\": \"export\" for a backup of an environment.",
            .good = "\"kind\": \"export\" for an export.",
        },
    [RULE_PROJECT_FACTS] =
        {
            .id = "project-facts",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_INFO, JPK_WARNING},
            .summary = "The recipe gives another version or time of its Jitterpak than the Jitterpak does.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "\"requiredVersion\": \"10.0.0.0\" for a project that needs 11.41.0.0.",
            .good = "\"requiredVersion\": \"11.41.0.0\".",
        },
    [RULE_AGENT_VERSION] =
        {
            .id = "agent-version",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "The agent step asks for an older agent than the project needs.",
            .why = "The project could not be deployed there.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "\"minVersion\": \"10.0.0.0\" for a project that needs 11.41.0.0.",
            .good = "\"minVersion\": \"11.41.0.0\".",
        },
    [RULE_AGENT_PRIVATE] =
        {
            .id = "agent-private",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "The agent step does not ask for a private agent, but the project needs one.",
            .why = "Local files, file shares, JMS and installed drivers are not to be had on a cloud agent.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "\"private\": false for a project that reads local files.",
            .good = "\"private\": true.",
        },
    [RULE_UNKNOWN_VARIABLE] =
        {
            .id = "unknown-variable",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A property sets a variable that the project does not have.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A target with the id of a variable that was deleted.",
            .good = "A target with the id of a variable of the project.",
        },
    [RULE_UNKNOWN_ENTITY] =
        {
            .id = "unknown-entity",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "The recipe names an item that the project does not have, or that is of another type.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "An endpoint step with the id of a source that was deleted.",
            .good = "An endpoint step with the ids of the project's sources.",
        },
    [RULE_UNKNOWN_KEY] =
        {
            .id = "unknown-key",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A property sets a key that its item does not have.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "{\"entity\": \"(id of a target)\", \"key\": \"passwort\"}",
            .good = "{\"entity\": \"(id of a target)\", \"key\": \"password\"}",
        },
    [RULE_UNKNOWN_OPERATION] =
        {
            .id = "unknown-operation",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A step runs, tests with or schedules an operation that the project does not have.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "An action with the id of an operation that was deleted.",
            .good = "An action with the id of an operation of the project.",
        },
    [RULE_DELETED_ITEM] =
        {
            .id = "deleted-item",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "The recipe names an item that is marked as deleted in the project.",
            .why = "It is not deployed.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "An action that runs an operation marked as deleted.",
            .good = "An action that runs an operation of the project.",
        },
    [RULE_ITEM_RENAMED] =
        {
            .id = "item-renamed",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "An item has another name in the project than in the recipe.",
            .why = "The id finds it; but people read the name.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "{\"id\": \"(id of Load orders)\", \"name\": \"Load\"}",
            .good = "{\"id\": \"(id of Load orders)\", \"name\": \"Load orders\"}",
        },
    [RULE_SECRET_DIFFERS] =
        {
            .id = "secret-differs",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A property feeds a log-in's secret in the project, but is none in the recipe.",
            .why = "Its value would stand in configure files.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "\"secret\": false for the variable that fills a connector's password.",
            .good = "\"secret\": true.",
        },
    [RULE_COMPUTED_DIFFERS] =
        {
            .id = "computed-differs",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "A script sets the variable before anything reads it, but the recipe asks people for it.",
            .why = "What they enter is overwritten. Set `computed`.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A property for a variable that the first script sets.",
            .good = "The same property with \"computed\": true.",
        },
    [RULE_REQUIRED_DIFFERS] =
        {
            .id = "required-differs",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_INFO, JPK_WARNING},
            .summary = "The project reads a variable that has no value, but the recipe does not require one.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "\"required\": false for a variable without a value that a log-in reads.",
            .good = "\"required\": true.",
        },
    [RULE_VARIABLE_NOT_SET] =
        {
            .id = "variable-not-set",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "A variable of the project is used, but no step of the recipe sets it.",
            .why = "Nobody who deploys the recipe can change it.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A recipe without the property for `page_size`, which a script reads.",
            .good = "A recipe with a property for each variable that is used.",
        },
    [RULE_UNUSED_VARIABLE_NOT_SET] =
        {
            .id = "unused-variable-not-set",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_INFO, JPK_INFO},
            .summary = "A variable of the project that nothing is seen to use is set by no step.",
            .why = "An encrypted setting may still name it.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A recipe whose step \"Not used\" was removed.",
            .good = "A recipe with the step \"Not used\".",
        },
    [RULE_ENDPOINT_CONNECTOR] =
        {
            .id = "endpoint-connector",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "An item belongs to another kind of system than the endpoint of its step.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "The id of a database source in the step of an HTTP endpoint.",
            .good = "The id of an HTTP source in the step of an HTTP endpoint.",
        },
    [RULE_ENDPOINT_ROLE] =
        {
            .id = "endpoint-role",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "An endpoint has another role than the project's operations give it.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "\"role\": \"source\" for a system that operations write to.",
            .good = "\"role\": \"target\".",
        },
    [RULE_ENDPOINT_MISSING] =
        {
            .id = "endpoint-missing",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "The project talks to a system that is no endpoint of the recipe.",
            .why = "Nobody is asked how to log in to it.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A recipe without the step for the project's database.",
            .good = "A recipe with a step for each system.",
        },
    [RULE_ENTITY_NOT_LISTED] =
        {
            .id = "entity-not-listed",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_INFO, JPK_WARNING},
            .summary = "An item that talks to an endpoint is not listed in its step.",
            .why = "Its connection is not tested.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A step that lists one of two targets of the same system.",
            .good = "A step that lists both.",
        },
    [RULE_ENTRY_POINT_MISSING] =
        {
            .id = "entry-point-missing",
            .tier = JPK_TIER_PROJECT,
            .severity = {JPK_INFO, JPK_WARNING},
            .summary = "No step schedules or runs an operation that nothing else starts.",
            .why = "It would never run.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A recipe without the schedule of the project's main operation.",
            .good = "A recipe with a schedule step for it.",
        },
    [RULE_JITTERPAK_MISSING] =
        {
            .id = "jitterpak-missing",
            .tier = JPK_TIER_REPOSITORY,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "The Jitterpak that a recipe names is not there.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "\"file\": \"orders.jpk\" in a folder without orders.jpk.",
            .good = "The recipe and orders.jpk in one folder.",
        },
    [RULE_DUPLICATE_RECIPE_NAME] =
        {
            .id = "duplicate-recipe-name",
            .tier = JPK_TIER_REPOSITORY,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "Two recipes of the repository have the same name.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "Two files with \"name\": \"orders\".",
            .good = "Two files with different names.",
        },
    [RULE_DUPLICATE_PROJECT] =
        {
            .id = "duplicate-project",
            .tier = JPK_TIER_REPOSITORY,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "Two recipes of the repository are for the same project.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A copy of a recipe that was only renamed.",
            .good = "One recipe for each project.",
        },
    [RULE_DUPLICATE_JITTERPAK] =
        {
            .id = "duplicate-jitterpak",
            .tier = JPK_TIER_REPOSITORY,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "Two Jitterpaks of the repository are the same file, byte for byte.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "orders.jpk and orders (2).jpk with the same content.",
            .good = "One file.",
        },
    [RULE_ORPHAN_FILE] =
        {
            .id = "orphan-file",
            .tier = JPK_TIER_REPOSITORY,
            .severity = {JPK_WARNING, JPK_WARNING},
            .summary = "A file belongs to no recipe.",
            .why = "A Jitterpak or configure file without its recipe is of no use.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "orders.jpk without a recipe that names it.",
            .good = "orders.jpk beside orders-recipe.json.",
        },
    [RULE_VERSION_NOT_RAISED] =
        {
            .id = "version-not-raised",
            .tier = JPK_TIER_REPOSITORY,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "The Jitterpak changed, but the recipe's version did not go up.",
            .why = "Who has the recipe cannot see that there is a new one.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A new Jitterpak, and still \"version\": \"1.0.0\".",
            .good = "\"version\": \"1.1.0\".",
        },
    [RULE_MANIFEST_SYNTAX] =
        {
            .id = "manifest-syntax",
            .tier = JPK_TIER_REPOSITORY,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A manifest is not YAML.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "NAME: [orders",
            .good = "NAME: orders",
        },
    [RULE_MANIFEST_KEY] =
        {
            .id = "manifest-key",
            .tier = JPK_TIER_REPOSITORY,
            .severity = {JPK_WARNING, JPK_ERROR},
            .summary = "A manifest leaves out a key that must be there, or gives it a value that it cannot have.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A manifest without NAME.",
            .good = "A manifest with NAME, TYPE, DESCRIPTION, AUTHOR, PROJECT and ENDPOINTS.",
        },
    [RULE_MANIFEST_PROJECT] =
        {
            .id = "manifest-project",
            .tier = JPK_TIER_REPOSITORY,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A manifest names a project file that is not there.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "PROJECT: orders.json in a folder without orders.json.",
            .good = "PROJECT: orders.json beside it.",
        },
    [RULE_EXEMPTION_UNUSED] =
        {
            .id = "exemption-unused",
            .tier = JPK_TIER_REPOSITORY,
            .severity = {JPK_WARNING, JPK_WARNING},
            .summary = "An exemption of the configuration exempts nothing any more.",
            .why = "Remove it, or it will hide the next mistake.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "An exemption for a finding that was mended.",
            .good = "No exemption.",
        },
    [RULE_HYGIENE_CREDENTIAL] =
        {
            .id = "credential-in-file",
            .tier = JPK_TIER_HYGIENE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A file holds what looks like a password or other credential.",
            .why = "Whoever can read the repository has it. Change it where it is used; removing the line is not "
                   "enough, for the history keeps it.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "password = made-up-password-1",
            .good = "password = [shop_password]",
        },
    [RULE_HYGIENE_PRIVATE_KEY] =
        {
            .id = "private-key-in-file",
            .tier = JPK_TIER_HYGIENE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A file holds a private key.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A PEM block of a private key.",
            .good = "The path of a file outside of the repository.",
        },
    [RULE_HYGIENE_TOKEN] =
        {
            .id = "token-in-file",
            .tier = JPK_TIER_HYGIENE,
            .severity = {JPK_ERROR, JPK_ERROR},
            .summary = "A file holds what looks like a token or key of a service.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "Authorization: Bearer (a token)",
            .good = "Authorization: Bearer [shop_token]",
        },
    [RULE_HYGIENE_EMAIL] =
        {
            .id = "email-in-file",
            .tier = JPK_TIER_HYGIENE,
            .severity = {JPK_WARNING, JPK_WARNING},
            .summary = "A file holds an e-mail address.",
            .why = "It is personal data, and becomes public with the repository. Addresses at example.com are fine.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "The address of a colleague in send_to.",
            .good = "[notification_recipients]",
        },
    [RULE_HYGIENE_HOST] =
        {
            .id = "internal-host-in-file",
            .tier = JPK_TIER_HYGIENE,
            .severity = {JPK_WARNING, JPK_WARNING},
            .summary = "A file names a host of an internal network.",
            .why = "",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "A host name that ends in .internal, or an address such as 10.1.2.3.",
            .good = "[erp_host]",
        },
    [RULE_HYGIENE_PHONE] =
        {
            .id = "phone-number-in-file",
            .tier = JPK_TIER_HYGIENE,
            .severity = {JPK_INFO, JPK_WARNING},
            .summary = "A file holds what looks like a telephone number.",
            .why = "It is personal data, and becomes public with the repository. Other numbers can look like one, so "
                   "this is a note unless the profile is strict.",
            .example = JPK_EXAMPLE_WORDS,
            .bad = "The number of a colleague in the text of an e-mail message.",
            .good = "[support_phone]",
        },
    {.id = "unreadable-file",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_ERROR, JPK_ERROR},
     .summary = "A file of the project cannot be parsed.",
     .why = ""},
    {.id = "duplicate-id",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_ERROR, JPK_ERROR},
     .summary = "Two files hold the same entity id.",
     .why = ""},
    {.id = "tree-entry",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_WARNING, JPK_WARNING},
     .summary = "project.xml holds something that is not one place for one entity.",
     .why = ""},
    {.id = "missing-file",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_ERROR, JPK_ERROR},
     .summary = "project.xml lists an entity that has no file.",
     .why = ""},
    {.id = "not-in-tree",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_WARNING, JPK_WARNING},
     .summary = "An entity has a file but project.xml does not list it.",
     .why = ""},
    {.id = "orphan-folder",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_INFO, JPK_INFO},
     .summary = "A folder has a file but is not in the tree of project.xml.",
     .why = ""},
    {.id = "deleted-entity",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_INFO, JPK_INFO},
     .summary = "An entity is marked as deleted but its file is still there.",
     .why = ""},
    {.id = "name-differs",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_WARNING, JPK_WARNING},
     .summary = "project.xml and the entity's file give different names.",
     .why = ""},
    {.id = "type-differs",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_WARNING, JPK_WARNING},
     .summary = "An entity's type is not that of its folder.",
     .why = ""},
    {.id = "file-name-differs",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_WARNING, JPK_WARNING},
     .summary = "An entity's file is not named after its id.",
     .why = ""},
    {.id = "unknown-type",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_WARNING, JPK_WARNING},
     .summary = "An entity type that this version does not know; it is kept as it is.",
     .why = ""},
    {.id = "unknown-location",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_WARNING, JPK_WARNING},
     .summary = "A source or target of a kind that this version does not know.",
     .why = ""},
    {.id = "unknown-file",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_INFO, JPK_INFO},
     .summary = "A file that no project is known to hold.",
     .why = ""},
    {.id = "unknown-content",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_WARNING, JPK_WARNING},
     .summary = "A file holds comments or text that Design Studio does not write.",
     .why = ""},
    {.id = "unknown-element",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_INFO, JPK_INFO},
     .summary = "An element that this version does not know; it is kept as it is.",
     .why = ""},
    {.id = "serialisation",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_INFO, JPK_INFO},
     .summary = "A file is not written the way Design Studio writes it.",
     .why = ""},
    {.id = "dangling-reference",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_ERROR, JPK_ERROR},
     .summary = "A reference points at nothing in the project.",
     .why = ""},
    {.id = "dangling-in-comment",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_INFO, JPK_INFO},
     .summary = "A comment mentions an item that is not in the project.",
     .why = ""},
    {.id = "deleted-reference",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_ERROR, JPK_ERROR},
     .summary = "A reference points at a deleted entity.",
     .why = ""},
    {.id = "reference-type",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_ERROR, JPK_ERROR},
     .summary = "A reference points at an entity of the wrong type.",
     .why = ""},
    {.id = "built-in-item",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_INFO, JPK_INFO},
     .summary = "A step is a well-known item that no project stores.",
     .why = ""},
    {.id = "empty-slot",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_WARNING, JPK_WARNING},
     .summary = "A step of an operation has no content.",
     .why = ""},
    {.id = "missing-structure-file",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_WARNING, JPK_WARNING},
     .summary = "A structure names a file that is not in files/.",
     .why = ""},
    {.id = "file-missing",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_WARNING, JPK_WARNING},
     .summary = "files/.metadata lists a file that is not there.",
     .why = ""},
    {.id = "file-not-listed",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_INFO, JPK_INFO},
     .summary = "A file is not listed in files/.metadata.",
     .why = ""},
    {.id = "file-hash",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_WARNING, JPK_WARNING},
     .summary = "A file does not have the MD5 that files/.metadata gives.",
     .why = ""},
    {.id = "unset-variable",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_WARNING, JPK_WARNING},
     .summary = "A variable is read, but nothing in the project sets it.",
     .why = ""},
    {.id = "variable-case",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_INFO, JPK_INFO},
     .summary = "A variable is spelled in another letter case than where it is defined.",
     .why = ""},
    {.id = "unused-variable",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_INFO, JPK_INFO},
     .summary = "No use of a project variable is visible; an encrypted setting may still name it.",
     .why = ""},
    {.id = "encrypted-form",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_WARNING, JPK_WARNING},
     .summary = "A value is marked as encrypted but does not have the form of one.",
     .why = ""},
    {.id = "script-open",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_WARNING, JPK_WARNING},
     .summary = "A string or comment of a script never ends.",
     .why = ""},
    {.id = "conflict-marks",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_ERROR, JPK_ERROR},
     .summary = "A text holds the marks of a merge that is not settled.",
     .why = ""},
    {.id = "environment-backup",
     .tier = JPK_TIER_JITTERPAK,
     .severity = {JPK_WARNING, JPK_WARNING},
     .summary = "An environment backup can only be imported into its own environment.",
     .why = ""},
};

enum { TOTAL = sizeof rules / sizeof rules[0] };

const struct jpk_rule *jpk_recipe_rules(size_t *count)
{
    *count = TOTAL;
    return rules;
}

int rule_total(void)
{
    return TOTAL;
}

const struct jpk_rule *rule_row(int rule)
{
    return rule >= 0 && rule < TOTAL ? &rules[rule] : NULL;
}

int rule_find(const char *id)
{
    for (int i = 0; i < TOTAL; i++)
        if (strcmp(rules[i].id, id) == 0)
            return i;
    return -1;
}

const struct jpk_rule *jpk_recipe_rule(const char *id)
{
    return rule_row(rule_find(id));
}

const char *jpk_tier_name(enum jpk_tier tier)
{
    static const char *const names[] = {"json", "schema", "recipe", "project", "jitterpak", "repository", "hygiene"};
    return (size_t)tier < JPK_TIERS ? names[tier] : "";
}

const char *jpk_profile_name(enum jpk_profile profile)
{
    static const char *const names[] = {"standard", "strict"};
    return (size_t)profile < JPK_PROFILES ? names[profile] : "";
}

enum rule rule_of_keyword(const char *keyword)
{
    static const struct {
        const char *keyword;
        enum rule rule;
    } keywords[] = {
        {"type", RULE_SCHEMA_TYPE},
        {"required", RULE_SCHEMA_MISSING_KEY},
        {"dependentRequired", RULE_SCHEMA_MISSING_KEY},
        {"additionalProperties", RULE_SCHEMA_UNKNOWN_KEY},
        {"unevaluatedProperties", RULE_SCHEMA_UNKNOWN_KEY},
        {"propertyNames", RULE_SCHEMA_UNKNOWN_KEY},
        {"enum", RULE_SCHEMA_VALUE},
        {"const", RULE_SCHEMA_VALUE},
        {"pattern", RULE_SCHEMA_VALUE},
        {"format", RULE_SCHEMA_VALUE},
        {"minimum", RULE_SCHEMA_VALUE},
        {"maximum", RULE_SCHEMA_VALUE},
        {"exclusiveMinimum", RULE_SCHEMA_VALUE},
        {"exclusiveMaximum", RULE_SCHEMA_VALUE},
        {"multipleOf", RULE_SCHEMA_VALUE},
        {"minLength", RULE_SCHEMA_VALUE},
        {"maxLength", RULE_SCHEMA_VALUE},
    };
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (strcmp(keywords[i].keyword, keyword) == 0)
            return keywords[i].rule;
    return RULE_SCHEMA_FORM;
}
