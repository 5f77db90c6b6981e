/* Which program this is, for results that are kept: its version says too little while it is being worked on. */
#ifndef RECIPE_PROGRAM_CHECKSUM_H
#define RECIPE_PROGRAM_CHECKSUM_H

/* SHA-256 of the sources and schemas of the library, in hexadecimal; made by the Makefile. */
extern const char program_checksum[];

#endif
