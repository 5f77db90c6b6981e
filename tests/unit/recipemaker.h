/* A recipe that is in order, its configure file, edits of them, and what validation finds. */
#ifndef TESTS_RECIPEMAKER_H
#define TESTS_RECIPEMAKER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/file.h"
#include "recipe/validate.h"

#define RM_FILE "sync-shop_orders-to-erp_orders-recipe.json"
#define RM_CONFIGURE_FILE "sync-shop_orders-to-erp_orders-configure.json"

/* Its lines are what the tests of places count. */
static const char rm_recipe[] =
    "{\n"
    "  \"recipeFormat\": 1,\n"
    "  \"name\": \"sync-shop_orders-to-erp_orders\",\n"
    "  \"version\": \"1.0.0\",\n"
    "  \"author\": \"Example Author\",\n"
    "  \"description\": \"Sync orders from the shop to the ERP system.\",\n"
    "  \"verb\": \"Sync\",\n"
    "  \"endpoints\": [\n"
    "    {\"id\": \"shop\", \"name\": \"Shop\", \"role\": \"source\", \"connector\": \"http\"},\n"
    "    {\"id\": \"erp\", \"name\": \"ERP\", \"role\": \"target\", \"connector\": \"database\"}\n"
    "  ],\n"
    "  \"jitterpak\": {\n"
    "    \"file\": \"sync-shop_orders-to-erp_orders.jpk\",\n"
    "    \"sha256\": \"8708fb48b5c82816b9b6c6e32b4b30aaf36526ee0408bf43916965e6129abc5d\",\n"
    "    \"projectId\": \"88888888-0000-4000-8000-000000000000\",\n"
    "    \"projectName\": \"sync-shop_orders-to-erp_orders\"\n"
    "  },\n"
    "  \"steps\": [\n"
    "    {\"id\": \"introduction\", \"type\": \"introduction\", \"title\": \"Orders\"},\n"
    "    {\"id\": \"agent\", \"type\": \"agent\", \"title\": \"Agent\", \"requires\": {\"private\": false, "
    "\"reasons\": []}},\n"
    "    {\"id\": \"endpoint-shop\", \"type\": \"endpoint\", \"title\": \"Shop\", \"endpoint\": \"shop\",\n"
    "     \"entities\": [{\"id\": \"11111111-1111-4000-8000-000000000000\", \"name\": \"Search\"}],\n"
    "     \"test\": {\"kind\": \"connection\"},\n"
    "     \"properties\": [\n"
    "       {\"id\": \"shop_url\", \"target\": {\"variable\": \"a0000001-0000-4000-8000-000000000000\"}, \"label\": "
    "\"Shop URL\",\n"
    "        \"type\": \"url\", \"required\": false, \"secret\": false, \"default\": \"https://shop.example.com/\"},\n"
    "       {\"id\": \"shop_password\", \"target\": {\"variable\": \"a0000002-0000-4000-8000-000000000000\"}, "
    "\"label\": \"Password\",\n"
    "        \"type\": \"password\", \"required\": true, \"secret\": true}\n"
    "     ]},\n"
    "    {\"id\": \"endpoint-erp\", \"type\": \"endpoint\", \"title\": \"ERP\", \"endpoint\": \"erp\",\n"
    "     \"entities\": [{\"id\": \"22222222-2222-4000-8000-000000000000\", \"name\": \"Orders\"}],\n"
    "     \"test\": {\"kind\": \"connection\"}},\n"
    "    {\"id\": \"general\", \"type\": \"variables\", \"title\": \"General\", \"properties\": [\n"
    "       {\"id\": \"mode\", \"target\": {\"variable\": \"a0000003-0000-4000-8000-000000000000\"}, \"label\": "
    "\"Mode\",\n"
    "        \"type\": \"choice\", \"choices\": [\"fast\", \"slow\"], \"required\": false, \"secret\": false, "
    "\"default\": \"fast\"},\n"
    "       {\"id\": \"page_size\", \"target\": {\"variable\": \"a0000004-0000-4000-8000-000000000000\"}, \"label\": "
    "\"Page size\",\n"
    "        \"type\": \"number\", \"required\": false, \"secret\": false, \"default\": \"50\", \"minimum\": 1, "
    "\"maximum\": 200},\n"
    "       {\"id\": \"delay\", \"target\": {\"variable\": \"a0000005-0000-4000-8000-000000000000\"}, \"label\": "
    "\"Delay\",\n"
    "        \"type\": \"number\", \"required\": false, \"secret\": false, \"visibleWhen\": {\"property\": \"mode\", "
    "\"equals\": \"slow\"}},\n"
    "       {\"id\": \"run_stamp\", \"target\": {\"variable\": \"a0000006-0000-4000-8000-000000000000\"}, \"label\": "
    "\"Run stamp\",\n"
    "        \"type\": \"text\", \"required\": false, \"secret\": false, \"computed\": true}\n"
    "     ]},\n"
    "    {\"id\": \"review\", \"type\": \"review\", \"title\": \"Review\"}\n"
    "  ]\n"
    "}\n";

/* RECIPE stands for the checksum of the recipe. */
static const char rm_configure[] =
    "{\n"
    "  \"configureFormat\": 1,\n"
    "  \"recipe\": {\"name\": \"sync-shop_orders-to-erp_orders\", \"version\": \"1.0.0\", \"sha256\": \"RECIPE\"},\n"
    "  \"values\": {\n"
    "    \"endpoint-shop\": {\n"
    "      \"shop_url\": null,\n"
    "      \"shop_password\": {\"secret\": \"env:SHOP_PASSWORD\"}\n"
    "    },\n"
    "    \"general\": {\n"
    "      \"mode\": \"slow\",\n"
    "      \"page_size\": \"20\",\n"
    "      \"delay\": \"3\"\n"
    "    }\n"
    "  }\n"
    "}\n";

/* A copy of a text in which `from`, which must be there, is replaced once by `to`; "" as `from` keeps it. */
static inline char *rm_edit(const char *text, const char *from, const char *to)
{
    struct buf out = {0};
    const char *at = strstr(text, from);
    if (!at)
        fail_msg("nothing to replace: %s", from);
    if (*from) {
        buf_put(&out, text, (size_t)(at - text));
        buf_puts(&out, to);
        text = at + strlen(from);
    }
    buf_puts(&out, text);
    assert_false(out.failed);
    return out.data;
}

/* The same for RECIPE and the checksum of a recipe, when it is there. */
static inline char *rm_with_checksum(const char *configure, const char *recipe)
{
    char sha256[65];
    sha256_hex(recipe, strlen(recipe), sha256);
    return rm_edit(configure, strstr(configure, "RECIPE") ? "RECIPE" : "", sha256);
}

/* Findings in the strict profile, in which every rule is used; the schema is not checked. */
static inline void rm_validate_with(struct validation *v, const char *file, const char *recipe, const char *configure,
                                    const struct validate_project *project)
{
    struct jpk_error err = {0};
    struct jdoc doc = {0}, form_doc = {0};
    struct source source = {.file = file, .doc = &doc}, form = {.file = RM_CONFIGURE_FILE, .doc = &form_doc};
    v->profile = JPK_PROFILE_STRICT;
    bool there = validate_json(v, &source, recipe, strlen(recipe), &err);
    bool form_there = configure && validate_json(v, &form, configure, strlen(configure), &err);
    if (there)
        validate_documents(v, &source, form_there ? &form : NULL, project, &err);
    if (there)
        validation_settle(v, &source);
    if (form_there)
        validation_settle(v, &form);
    if (err.code != JPK_OK || !validation_finish(v, &err))
        fail_msg("%s", err.message);
    jdoc_free(&doc);
    jdoc_free(&form_doc);
}

static inline void rm_validate(struct validation *v, const char *file, const char *recipe, const char *configure)
{
    rm_validate_with(v, file, recipe, configure, NULL);
}

static inline const struct jpk_finding *rm_find(const struct validation *v, const char *rule)
{
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->findings[i].rule, rule) == 0)
            return &v->findings[i];
    return NULL;
}

static inline void rm_print(const struct validation *v)
{
    for (size_t i = 0; i < v->count; i++)
        print_message("%s:%u:%u: %s %s; %s [%s]\n", v->findings[i].file, v->findings[i].line, v->findings[i].column,
                      v->findings[i].path, v->findings[i].message, v->findings[i].hint ? v->findings[i].hint : "",
                      v->findings[i].rule);
}

#endif
