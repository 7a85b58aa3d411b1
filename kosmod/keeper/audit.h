/*
 * audit.h: one line per event, on disk and in syslog (authpriv), chained.
 *
 * A line is one JSON object: n (number, rising by one), time (RFC 3339, UTC),
 * event, login, uid, service, source, step, outcome, reason, by, ref; empty
 * ones left out; last mac, HMAC-SHA256 over the mac before and this line, so
 * that an altered, removed or exchanged line shows. Never a secret.
 *
 * Lines go into the journal with what they tell of (audit_add), and into
 * STATE/audit.log (0600) when that is durable.
 */
#ifndef KOSMO_KEEPER_AUDIT_H
#define KOSMO_KEEPER_AUDIT_H

#include <stdint.h>

#include "kosmod/kmsg.h"
#include "kosmod/keeper/store.h"

struct audit;

struct audit_event {
	const char *event; /* "login", "enroll", "user add", ... */
	const char *login; /* NULL or "" where there is no record */
	uint32_t uid;	   /* of the peer */
	const char *service;
	const char *source;  /* address, "console" or "local" */
	const char *step;    /* "password", "totp", ... */
	const char *outcome; /* "allow", "deny", "error", "done" */
	const char *reason;  /* a few stable words */
	const char *by;	     /* who did it, if not the person */
	const char *ref;     /* four characters, or NULL */
	int64_t time;	     /* seconds since 1970 */
};

/*
 * Opens dir/audit.log, or begins it; mends a torn last line. key is the
 * subkey "audit". The three below are its store_events.
 */
KOSMO_CHECK int
audit_open(const char *dir, const uint8_t key[static 32], struct audit **ret);
int audit_append(void *audit, uint64_t number, const char *line, size_t len);
int audit_sync(void *audit);
void audit_close(struct audit **a);

/* Renamed by logrotate: closes and opens anew; the chain goes on. */
KOSMO_CHECK int audit_reopen(struct audit *a);

/* Puts the line of ev into t. Names are escaped; over-long ones are cut. */
KOSMO_CHECK int audit_add(struct txn *t, const struct audit_event *ev);

/* Some lines from ask->offset on; see kmsg.h. At most 2 ms of work. */
void audit_read(struct audit *a, const struct k_log *ask, struct k_lines *ret);

#endif
