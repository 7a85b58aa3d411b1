/*
 * store_rig.h: a store in a folder of its own, for the tests of this room.
 */
#ifndef KOSMO_TESTS_STORE_RIG_H
#define KOSMO_TESTS_STORE_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "kosmod/keeper/store.h"

struct rig {
	char dir[64];
	uint8_t master[STORE_KEY_LEN];
	struct store *st;
	const char *why;
	unsigned acks;	   /* done functions called */
	unsigned failures; /* of events.failed */
	unsigned syncs;
	uint64_t lines;	  /* number of the last line taken */
	unsigned doubles; /* lines that came again */
	char last[256];	  /* the last line */
	bool refuse_lines;
	bool lines_any; /* the first one may have any number */
};

/* Makes folder, key and store, and opens it. */
void rig_new(struct rig *g);

/* Closes and removes it all. */
void rig_free(struct rig *g);

int rig_open(struct rig *g);

/* As kill -9 would: closes descriptors, writes nothing more. */
void rig_crash(struct rig *g);

/* One put and flush; what commit said. */
int
rig_put(struct rig *g, const char *name, const char *value, uint64_t version);

/* True if the record holds value (NULL: there is none). */
bool rig_has(struct rig *g, const char *name, const char *value);

/* Flushes until nothing is left to do. */
void rig_settle(struct rig *g);

/* The path of a file of the store, in a buffer of its own each time. */
const char *rig_path(const struct rig *g, const char *file);

/* The path of the newest journal, or of the oldest. */
const char *rig_journal(const struct rig *g, bool newest);

void rig_copy(const struct rig *g, const char *from, const char *to);

#endif
