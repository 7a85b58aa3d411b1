/*
 * session.h: one call of kosmoctl from the HELLO to the verdict.
 */
#ifndef KOSMO_KOSMOCTL_SESSION_H
#define KOSMO_KOSMOCTL_SESSION_H

#include "kosmoctl/args.h"
#include "kosmoctl/verb.h"

/*
 * Does what the command line says. Whatever was not done is told on standard
 * error, and with --json in the document too. Wrong usage found on the way
 * comes with the usage line.
 */
enum outcome session_run(const struct args *args, enum lang lang);

#endif
