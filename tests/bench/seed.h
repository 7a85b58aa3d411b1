/*
 * seed.h: the people of the benchmark: name and key follow from a number, so
 * that every program of it knows everybody's codes.
 */
#ifndef KOSMO_TESTS_BENCH_SEED_H
#define KOSMO_TESTS_BENCH_SEED_H

#include <stdint.h>

#include "libkosmo/secret.h"

#define SEED_NAME 16 /* bytes of a name with its NUL */

/* "p0000042". */
void seed_name(uint32_t number, char ret[static SEED_NAME]);

/* 20 bytes. */
void seed_key(uint32_t number, struct secret *ret);

/* What their app shows now. */
void seed_code(uint32_t number, char ret[static 9]);

#endif
