/*
 * options.h: the words behind pam_kosmo.so on a line of pam.d.
 */
#ifndef KOSMO_PAM_KOSMO_OPTIONS_H
#define KOSMO_PAM_KOSMO_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "libkosmo/error.h"

struct options {
	const char *socket;  /* points into argv, or is the built-in path */
	uint32_t hello;	     /* bits of enum msg_option, for HELLO */
	bool use_first_pass; /* PAM_AUTHTOK answers, nobody is asked */
	bool try_first_pass; /* PAM_AUTHTOK answers the first time */
	bool debug;
};

/*
 * Reads the words. KOSMO_EINVAL for a word that is unknown, doubled, at odds
 * with another, or has a bad value: *ret_bad is that word then.
 */
KOSMO_CHECK int options_parse(
    struct options *o, int argc, const char **argv, const char **ret_bad);

#endif
