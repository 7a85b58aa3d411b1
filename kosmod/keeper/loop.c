#include "config.h"

#include "loop.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kosmod/conf_pass.h"
#include "kosmod/keeper/loop_in.h"
#include "kosmod/log.h"
#include "kosmod/pass.h"
#include "libkosmo/packet.h"

#define TICK_SECONDS 1
#define BUSY_MS 50
#define DESCRIPTORS_APART 64 /* store, sockets, logs */
#define DESCRIPTORS_EACH 2   /* connection and link */

static int64_t
clock_wall(void *arg)
{
	(void)arg;
	return (int64_t)time(NULL);
}

static int64_t
clock_mono(void *arg)
{
	(void)arg;
	return packet_now();
}

static const struct clock real_clock = { clock_wall, clock_mono, NULL };

static void
stop(struct loop *l, int ret)
{
	l->ret = ret;
	l->over = true;
}

static void
tell_parent(struct loop *l, enum parent_word word)
{
	const struct parent_msg m = { word };

	if (pass_send(l->parent, &m, sizeof(m), NULL, 0) != KOSMO_OK)
		log_say(LOG_ERR, "the parent does not listen");
}

/* Conversations that are under way go on with the one they began with. */
static void
reload(struct loop *l, int fd)
{
	struct conf_kept *kept = calloc(1, sizeof(*kept));

	if (kept == NULL || conf_take(fd, &kept->conf) != KOSMO_OK) {
		log_say(LOG_ERR, "the new configuration did not arrive");
		free(kept);
		return;
	}
	SLIST_INSERT_HEAD(&l->confs, kept, next);
	l->conf = &kept->conf;
	keeper_reload(l->keeper, l->conf);
	tell_parent(l, KEEPER_RELOADED);
}

/* Takes over the descriptor that came along, if any. */
static void
obey(struct loop *l, uint32_t word, int *fd)
{
	switch (word) {
	case PARENT_NURSERY:
		if (*fd != -1 && cradle_new(l, *fd) != KOSMO_OK)
			log_say(LOG_ERR, "no memory for a nursery");
		*fd = -1;
		break;
	case PARENT_CONF:
		if (*fd != -1)
			reload(l, *fd);
		*fd = -1;
		break;
	case PARENT_AUDIT:
		if (audit_reopen(l->audit) != KOSMO_OK)
			log_say(LOG_ERR, "the audit file can't be reopened");
		break;
	case PARENT_STOP:
		stop(l, KOSMO_OK);
		break;
	default:
		log_say(LOG_ERR, "the parent said %u", word);
		break;
	}
}

static void
on_parent(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;
	struct parent_msg m;
	int fds[PASS_FDS], r;

	(void)what;
	r = pass_recv(fd, &m, sizeof(m), fds);
	if (r == KOSMO_OK)
		obey(l, m.word, &fds[0]);
	else if (r != KOSMO_ETIMEOUT)
		stop(l, KOSMO_ECLOSED);
	pass_close(&fds[0]);
	pass_close(&fds[1]);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd;
	(void)what;
	keeper_tick(l->keeper);
}

/* Only there to end the wait: the flush is in every turn. */
static void
on_busy(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

static int
add_events(struct loop *l, const struct loop_plan *plan)
{
	const struct timeval second = { TICK_SECONDS, 0 };

	event_assign(&l->ev_parent, l->base, plan->parent, EV_READ | EV_PERSIST,
	    on_parent, l);
	event_assign(&l->ev_tick, l->base, -1, EV_PERSIST, on_tick, l);
	evtimer_assign(&l->ev_busy, l->base, on_busy, l);
	evtimer_assign(&l->ev_fork, l->base, cradle_ask_again, l);
	if (event_add(&l->ev_parent, NULL) == -1 ||
	    event_add(&l->ev_tick, &second) == -1 ||
	    cradle_new(l, plan->nursery) != KOSMO_OK ||
	    privileged_start(l) != KOSMO_OK)
		return KOSMO_EIO;
	return accept_start(l);
}

static struct event_base *
new_base(void)
{
	struct event_config *cfg = event_config_new();
	struct event_base *base = NULL;

	if (cfg == NULL)
		return NULL;
	/* a client that goes away is seen although talk reads from it */
	if (event_config_require_features(
		cfg, EV_FEATURE_ET | EV_FEATURE_EARLY_CLOSE) == 0 &&
	    event_config_set_flag(
		cfg, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV) == 0)
		base = event_base_new_with_config(cfg);
	event_config_free(cfg);
	return base;
}

int
loop_new(const struct loop_plan *plan, struct loop **ret)
{
	struct loop *l = calloc(1, sizeof(*l));
	struct keeper_ways ways = leave_ways(l);
	int r = KOSMO_ENOMEM;

	if (l == NULL)
		return KOSMO_ENOMEM;
	TAILQ_INIT(&l->conns);
	TAILQ_INIT(&l->fresh);
	TAILQ_INIT(&l->dead);
	for (size_t i = 0; i < LISTENS; i++)
		l->listeners[i] = (struct listener){ .loop = l,
			.fd = plan->listening[i],
			.at = (enum listen_at)i };
	l->parent = plan->parent;
	l->store = plan->store;
	l->audit = plan->audit;
	l->conf = plan->conf;
	l->turn = 1;
	l->spare = -1;
	l->descriptors_for = plan->descriptors > DESCRIPTORS_APART
	    ? (uint32_t)((plan->descriptors - DESCRIPTORS_APART) /
		  DESCRIPTORS_EACH)
	    : 1;
	if ((l->base = new_base()) != NULL)
		r = keeper_new(l->store, l->audit, l->conf, &real_clock, &ways,
		    &l->keeper);
	if (r == KOSMO_OK)
		r = add_events(l, plan);
	if (r != KOSMO_OK)
		loop_free(&l);
	*ret = l;
	return r;
}

/*
 * What was answered in this turn leaves after the flush; what the flush
 * itself called forth leaves after the next one.
 */
static void
end_turn(struct loop *l)
{
	const struct timeval soon = { 0, BUSY_MS * 1000 };

	do {
		conn_reap(l);
		privileged_reap(l);
		l->turn++;
		store_flush(l->store);
		leave_fresh(l);
		privileged_leave(l);
	} while (!TAILQ_EMPTY(&l->fresh) || !TAILQ_EMPTY(&l->dead) ||
	    privileged_left(l));
	if (store_busy(l->store) && !evtimer_pending(&l->ev_busy, NULL))
		(void)event_add(&l->ev_busy, &soon);
}

int
loop_run(struct loop *l)
{
	tell_parent(l, KEEPER_READY);
	end_turn(l);
	while (!l->over) {
		if (event_base_loop(l->base, EVLOOP_ONCE) == -1)
			return KOSMO_EIO;
		end_turn(l);
	}
	return l->ret;
}

static void
free_conns(struct loop *l)
{
	struct conn *c;

	while ((c = TAILQ_FIRST(&l->conns)) != NULL)
		conn_die(c, NULL);
	conn_reap(l);
	while ((c = TAILQ_FIRST(&l->conns)) != NULL)
		conn_die(c, NULL);
	conn_reap(l);
}

void
loop_free(struct loop **lp)
{
	struct loop *l = *lp;
	struct conf_kept *kept;

	if (l == NULL)
		return;
	free_conns(l);
	cradle_free_all(l);
	privileged_free(l);
	keeper_free(&l->keeper);
	while ((kept = SLIST_FIRST(&l->confs)) != NULL) {
		SLIST_REMOVE_HEAD(&l->confs, next);
		free(kept);
	}
	if (l->base != NULL)
		event_base_free(l->base);
	for (size_t i = 0; i < LISTENS; i++)
		pass_close(&l->listeners[i].fd);
	pass_close(&l->parent);
	pass_close(&l->spare);
	buf_done(&l->in);
	free(l);
	*lp = NULL;
}
