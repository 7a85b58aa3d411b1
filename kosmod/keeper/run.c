#include "config.h"

#include "run.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kosmod/keeper/audit.h"
#include "kosmod/keeper/loop.h"
#include "kosmod/keeper/store.h"
#include "kosmod/log.h"
#include "kosmod/master_key.h"
#include "kosmod/nursery/filter.h"
#include "kosmod/process.h"

/* An fsync that failed once can't be believed again: end, and replay. */
static void
on_failed(void *arg, const char *what)
{
	(void)arg;
	log_say(LOG_CRIT, "%s: starting again from the journal", what);
	_exit(1);
}

struct opened {
	struct store *store;
	struct audit *audit;
};

static int
open_store(const struct conf *conf, const uint8_t *master, struct opened *o)
{
	const struct store_events events = { audit_append, audit_sync,
		on_failed, o->audit };
	const char *why = NULL;
	int r = store_open(conf->paths.state, master, &events, &o->store, &why);

	if (r == KOSMO_ENOTFOUND)
		log_say(LOG_ERR,
		    "%s: there is no store; `kosmod --init` makes one, once",
		    conf->paths.state);
	else if (r != KOSMO_OK)
		log_say(LOG_ERR, "%s: %s", conf->paths.state,
		    why != NULL ? why : kosmo_strerror(r));
	return r;
}

static int
open_audit(const struct conf *conf, const uint8_t *master, struct opened *o)
{
	uint8_t key[32];
	int r = store_derive(master, "audit", key);

	if (r == KOSMO_OK)
		r = audit_open(conf->paths.state, key, &o->audit);
	explicit_bzero(key, sizeof(key));
	if (r != KOSMO_OK)
		log_say(LOG_ERR, "%s/audit.log: %s", conf->paths.state,
		    kosmo_strerror(r));
	return r;
}

static int
open_all(const struct keeper_plan *plan, struct opened *o)
{
	const char *path = plan->conf->paths.master_key, *why = NULL;
	uint8_t master[STORE_KEY_LEN];
	int r;

	r = master_key_read(path, plan->credentials, master, &why);
	if (r == KOSMO_ENOTFOUND)
		log_say(LOG_ERR,
		    "%s: there is no master key; `kosmod --init` makes one, "
		    "once",
		    path);
	else if (r != KOSMO_OK)
		log_say(LOG_ERR, "%s: %s", path, why);
	if (r == KOSMO_OK)
		r = open_audit(plan->conf, master, o);
	if (r == KOSMO_OK)
		r = open_store(plan->conf, master, o);
	explicit_bzero(master, sizeof(master));
	return r;
}

static int
enter_filter(void)
{
	struct filter f = FILTER_INIT;
	const char *why = "";
	int r = filter_build(FILTER_KEEPER, &f, &why);

	if (r == KOSMO_OK)
		r = filter_enter(&f);
	if (r != KOSMO_OK)
		log_say(LOG_ERR, "filter: %s: %s", why, kosmo_strerror(r));
	filter_done(&f);
	return r;
}

static int
serve(const struct keeper_plan *plan, struct opened *o)
{
	const struct loop_plan lp = { plan->listening, plan->to_parent,
		plan->nursery, plan->descriptors, plan->conf, o->store,
		o->audit };
	struct loop *l = NULL;
	int r;

	if ((r = loop_new(&lp, &l)) != KOSMO_OK ||
	    (r = enter_filter()) != KOSMO_OK)
		log_say(LOG_ERR, "start: %s", kosmo_strerror(r));
	else if ((r = loop_run(l)) != KOSMO_OK)
		log_say(LOG_ERR, "loop: %s", kosmo_strerror(r));
	loop_free(&l);
	return r;
}

int
keeper_main(const struct keeper_plan *plan)
{
	struct opened o = { NULL, NULL };
	int r;

	if (process_child(plan->parent) != KOSMO_OK ||
	    process_harden("kosmod-keeper") != KOSMO_OK)
		return 1;
	log_open("kosmod-keeper", plan->journal, true);
	tzset();
	if (open_all(plan, &o) != KOSMO_OK) {
		audit_close(&o.audit);
		return KEEPER_CANT;
	}
	r = serve(plan, &o);
	store_close(&o.store);
	audit_close(&o.audit);
	return r == KOSMO_OK ? 0 : 1;
}
