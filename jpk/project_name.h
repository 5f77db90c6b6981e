/* What the names of projects must not hold. */
#ifndef JPK_PROJECT_NAME_H
#define JPK_PROJECT_NAME_H

#include <stdbool.h>
#include <string.h>

/* As messages list them. Source: section "Exporting" of Design Studio's documentation. */
#define PROJECT_NAME_REFUSED "\\ / : ? * \" < > |"

static inline bool project_name_control(char c)
{
    return ((unsigned char)c < ' ' && c != '\0') || c == 0x7f;
}

static inline bool project_name_refuses(char c)
{
    return project_name_control(c) || (c != '\0' && strchr("\\/:?*\"<>|", c) != NULL);
}

#endif
