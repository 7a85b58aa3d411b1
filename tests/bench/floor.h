/*
 * floor.h: what no login service can be cheaper than: one connect, one round
 * trip to another process and one append of 200 bytes that is on disk.
 */
#ifndef KOSMO_TESTS_BENCH_FLOOR_H
#define KOSMO_TESTS_BENCH_FLOOR_H

#include <sys/types.h>
#include <sys/un.h>

struct floor {
	struct sockaddr_un address;
	pid_t server;
};

/* Starts the other process; its file and socket are in folder. 0 or -1. */
int floor_begin(struct floor *f, const char *folder);

/* One of them. 0 or -1. */
int floor_once(const struct floor *f);

void floor_end(struct floor *f);

#endif
