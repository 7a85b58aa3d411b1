/*
 * conf_read.h: the inside of conf_load, in three steps: defaults, the lines
 * of the file, what must hold between keys.
 */
#ifndef KOSMO_KOSMOD_CONF_READ_H
#define KOSMO_KOSMOD_CONF_READ_H

#include <stdbool.h>
#include <stdio.h>

#include "kosmod/conf.h"
#include "kosmod/conf_values.h"

/* Everything that the file may leave out. */
void conf_defaults(struct conf *conf);

/* The built-in row for a service without a name of its own. */
extern const struct conf_service conf_plain_service;

/* Where in an authenticator app the host's codes stand. */
void conf_host_domain(char *out, size_t size);

/*
 * Reads the lines of in over conf. name and err are as in conf_load; every
 * error is told, not the first alone. KOSMO_EINVAL.
 */
KOSMO_CHECK int
conf_read(FILE *in, const char *name, struct conf *conf, FILE *err);

/* What must hold between keys. KOSMO_EINVAL. */
KOSMO_CHECK int
conf_check(const struct conf *conf, const char *name, FILE *err);

/* True if a section of this name may be in the file. */
bool conf_key_section(const char *section);

/*
 * The number of a key, for telling one that comes twice; -1 if there is none.
 */
int conf_key_find(const char *section, const char *name);

#define CONF_KEYS_MAX 128

/*
 * Sets key number key, in the row of its service if it is one of those.
 * KOSMO_EINVAL and a sentence in c.
 */
KOSMO_CHECK int conf_key_set(struct conf *conf, struct conf_service *row,
    int key, const char *value, struct complaint *c);

#endif
