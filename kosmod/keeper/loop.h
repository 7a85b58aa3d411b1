/*
 * loop.h: the keeper process around the judge: its sockets, its turns, its
 * end. One turn is one wait for events, all that came of it, one flush of the
 * store; only then do answers leave.
 */
#ifndef KOSMO_KEEPER_LOOP_H
#define KOSMO_KEEPER_LOOP_H

#include "kosmod/conf.h"
#include "kosmod/keeper/audit.h"
#include "kosmod/keeper/store.h"

struct loop_plan {
	const int *listening;	   /* LISTENS, as enum listen_at has them */
	int parent;		   /* struct parent_msg both ways */
	int nursery;		   /* the first nursery's channel */
	unsigned long descriptors; /* how many this process may have */
	const struct conf *conf;
	struct store *store;
	struct audit *audit;
};

struct loop;

/* Owns the descriptors of plan from now on. KOSMO_ENOMEM, KOSMO_EIO. */
KOSMO_CHECK int loop_new(const struct loop_plan *plan, struct loop **ret);

/*
 * Serves until the parent says stop (KOSMO_OK) or goes away
 * (KOSMO_ECLOSED). KOSMO_EIO if waiting for events failed.
 */
KOSMO_CHECK int loop_run(struct loop *l);

/* Ends every conversation and closes everything but store and audit. */
void loop_free(struct loop **l);

#endif
