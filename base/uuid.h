/* Ids that are made by rule: UUID version 5 (RFC 9562), so that the same thing gets the same id every time. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#define UUID_SIZE 37 /* 8-4-4-4-12 digits in lower case, and NUL */

/* The id of `name` in a namespace, which is a GUID; any other text stands for the id that it has in the nil namespace.
 */
void uuid_of_name(const char *namespace_, const char *name, char out[UUID_SIZE]);

#endif
