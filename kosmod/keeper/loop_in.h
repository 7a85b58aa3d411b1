/*
 * loop_in.h: the inside of the loop, shared by loop.c (turns), accept.c (who
 * may come in), conn.c (one connection from OPEN to its end), leave.c (what
 * goes out), cradle.c (the keeper's end of the nurseries) and privileged.c
 * (its end of priv.sock and touch.sock).
 */
#ifndef KOSMO_KEEPER_LOOP_IN_H
#define KOSMO_KEEPER_LOOP_IN_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "kosmod/keeper/keeper.h"
#include "kosmod/keeper/loop.h"
#include "kosmod/listen.h"
#include "libkosmo/buf.h"

#define OPEN_SECONDS 10	  /* for the first packet */
#define FORK_SECONDS 10	  /* for a nursery to be there */
#define FINISH_SECONDS 5  /* for talk to go after its last word */
#define LINGER_SECONDS 10 /* for the client to go after END */

struct loop;

/* A nursery, as long as one of its talks is known. */
struct cradle {
	LIST_ENTRY(cradle) all;
	struct loop *loop;
	int fd;
	struct event ev;
	unsigned talks;
	bool gone; /* its process is */
};

/*
 * OPEN -> FORK -> TALK -> ENDING -> HELD -> ENDING -> HELD (auth that was
 * allowed: ACCOUNT may follow), or ENDING -> LINGER. DEAD from anywhere.
 */
enum conn_state {
	CONN_OPEN = 1, /* OPEN is awaited */
	CONN_FORK,     /* a nursery is awaited */
	CONN_TALK,     /* a talk process has the floor */
	CONN_ENDING,   /* END is to be sent */
	CONN_HELD,     /* ACCOUNT may come */
	CONN_LINGER,   /* nothing may come but the client's end */
	CONN_DEAD      /* freed when this turn ends */
};

struct conn {
	TAILQ_ENTRY(conn) all;	 /* in loop.conns, or loop.dead */
	TAILQ_ENTRY(conn) fresh; /* in loop.fresh, if queued is not 0 */
	struct loop *loop;
	enum conn_state state;
	uint64_t id;
	int fd;	  /* to the client */
	int link; /* to talk, or -1 */
	struct event ev_fd, ev_link, ev_limit, ev_due;
	struct kpeer peer;
	uint8_t phase;
	int64_t opened;	   /* ms */
	uint32_t deadline; /* seconds from there, as last heard */
	struct kconv *conv;
	struct cradle *cradle; /* where its talk was born */
	bool asked;	       /* a request waits for its reply */
	uint64_t queued;       /* the turn in which the below came, or 0 */
	struct buf reply;
	int64_t reply_at;
	bool has_reply;
	struct msg_end end;
	int64_t end_at;
	bool has_end;
	int64_t held_until; /* ms; 0: not CONN_HELD yet */
};

TAILQ_HEAD(conns, conn);

struct listener {
	struct loop *loop;
	int fd;
	enum listen_at at;
	uid_t owner; /* of the socket's file */
	struct event ev;
};

struct conf_kept {
	SLIST_ENTRY(conf_kept) next;
	struct conf conf;
};

struct loop {
	struct event_base *base;
	struct keeper *keeper;
	struct store *store;
	struct audit *audit;
	const struct conf *conf;
	SLIST_HEAD(, conf_kept) confs; /* conversations may point to any */
	struct listener listeners[LISTENS];
	struct privileged *priv;
	int parent;
	struct event ev_parent, ev_tick, ev_busy, ev_accept, ev_fork;
	struct cradle *cradle; /* for new talks, or NULL */
	LIST_HEAD(, cradle) cradles;
	struct conns conns, fresh, dead;
	uint32_t n_conns;
	uint32_t descriptors_for; /* conversations, at the most */
	uint64_t ids;
	uint64_t turn;
	int spare;	    /* a descriptor to give up when there are no more */
	int64_t complained; /* ms: the last word about too many */
	struct buf in;
	int ret;
	bool over;
};

/* accept.c: begins to listen, on all sockets. */
KOSMO_CHECK int accept_start(struct loop *l);

/* conn.c: a connection that was let in; owns fd, also on error. */
KOSMO_CHECK int conn_new(struct loop *l, int fd, const struct kpeer *peer);
void conn_set_limit(struct conn *c, int64_t ms);
/*
 * What the client sends is read here; or it is for talk, and only its going
 * away is watched for.
 */
#define CONN_WATCH_READ (EV_READ | EV_PERSIST)
#define CONN_WATCH_END (EV_READ | EV_CLOSED | EV_ET | EV_PERSIST)
void conn_watch(struct conn *c, short what);
/* The talk process is there, at the other end of link. */
void conn_talk(struct conn *c, struct cradle *from, int link);
/* It is closed, and freed when this turn ends; why is logged if not NULL. */
void conn_die(struct conn *c, const char *why);
/* Frees those that died in this turn. */
void conn_reap(struct loop *l);

/* leave.c: what the judge calls. */
struct keeper_ways leave_ways(struct loop *l);
/* Talk is out of the way: END leaves after this turn's flush. */
void leave_ending(struct conn *c);
/* Sends what was queued before the last flush, or sets a timer for it. */
void leave_fresh(struct loop *l);
void leave_due(evutil_socket_t fd, short what, void *arg);
/* Queues an END that the judge knows nothing of. */
void leave_result(
    struct conn *c, const struct msg_open *open, enum msg_result result);

/* cradle.c */
KOSMO_CHECK int cradle_new(struct loop *l, int fd);
/* Asks for a talk; c waits in CONN_FORK if there is no nursery now. */
void cradle_ask(struct conn *c);
/* Asks again for all that wait. */
void cradle_ask_again(evutil_socket_t fd, short what, void *arg);
/* c needs its talk no more: it is killed if it is still there. */
void cradle_leave(struct conn *c);
void cradle_free_all(struct loop *l);

/* privileged.c */
KOSMO_CHECK int privileged_start(struct loop *l);
/*
 * Takes fd, which came in at priv.sock or touch.sock, unless it is false: uid
 * may not connect there, or too many did.
 */
bool privileged_admit(const struct listener *at, int fd, uid_t uid);
/* keeper_ways.priv; arg is the loop. */
KOSMO_CHECK int privileged_send(void *arg, enum priv_role role,
    const struct layout *layout, const void *msg);
/* Sends what came before the last flush. */
void privileged_leave(struct loop *l);
/* True if something came since, or somebody went away. */
bool privileged_left(const struct loop *l);
/* Frees who went away, and tells the judge. */
void privileged_reap(struct loop *l);
void privileged_free(struct loop *l);

#endif
