/*
 * known_rig.h: people of whom all is recorded: date of birth, confirmed
 * address, app and recovery codes; and a warden, as a test wants it.
 */
#ifndef KOSMO_TESTS_KNOWN_RIG_H
#define KOSMO_TESTS_KNOWN_RIG_H

#include "judge_rig.h"

#define BORN "19850401"
#define NOT_BORN "19850402"
#define RECOVERY "k7mq4xtp"

/* rig_person, and then everything else: BORN, LOGIN@example.co.jp, RECOVERY. */
void rig_known(struct rig *r, const char *login, struct secret *ret);

/* The record of login; change it, and put it back. */
struct person *rig_load(struct rig *r, const char *login);
void rig_store(struct rig *r, struct person **p);

/* What went to the warden, and how it answers. */
struct fake_warden {
	int (*others)(void *arg, enum priv_role role, const struct layout *l,
	    const void *msg);
	void *others_arg;
	bool there;
	size_t n_sessions, n_accounts, n_where;
	struct p_sessions sessions; /* the last job */
	struct p_account account;
	struct p_where where;
};

/* The warden comes; from now on its jobs are in *w. */
void rig_warden(struct rig *r, struct fake_warden *w);

/* It answers the last job. */
void rig_warden_says(struct rig *r, const struct layout *l, const void *msg);

/* An ordinary login with password and code, up to before K_FINISH. */
struct line *line_login(struct rig *r, const char *service, const char *login,
    const char *source, const struct secret *seed);

#endif
