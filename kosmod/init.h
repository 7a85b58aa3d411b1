/*
 * init.h: `kosmod --init`: master key and store, made once and together.
 */
#ifndef KOSMO_KOSMOD_INIT_H
#define KOSMO_KOSMOD_INIT_H

#include "kosmod/conf.h"

/*
 * Makes both, or nothing. As root they are made for the user kosmo, if there
 * is one. Says on standard error what went wrong; returns the exit status.
 */
int init_run(const struct conf *conf);

#endif
