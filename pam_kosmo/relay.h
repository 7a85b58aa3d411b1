/*
 * relay.h: one conversation with kosmod, carried between its connection and
 * the host program's PAM conversation.
 *
 * Knows no factor and no policy: it shows what SHOW says, asks what ASK says,
 * and takes a verdict only from an END with the nonce of its own OPEN.
 */
#ifndef KOSMO_PAM_KOSMO_RELAY_H
#define KOSMO_PAM_KOSMO_RELAY_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "libkosmo/buf.h"
#include "libkosmo/error.h"
#include "libkosmo/msg.h"
#include "options.h"

/* At whose end an error was; decides the PAM code. */
enum relay_fault {
	FAULT_SERVICE = 0, /* kosmod, or what lies between */
	FAULT_PERSON,	   /* the PAM conversation */
	FAULT_NO_TOKEN,	   /* use_first_pass, and no password was left */
	FAULT_TOKEN	   /* use_first_pass, and the password was wrong */
};

struct relay {
	pam_handle_t *pamh;
	struct options opt;	 /* of the PAM call that is running */
	int flags;		 /* of the same */
	uint8_t phase;		 /* enum msg_phase, as OPEN said */
	bool first_pass_used;	 /* PAM_AUTHTOK has answered once */
	bool talk_over;		 /* after the first END: only END may come */
	enum relay_fault fault;	 /* where an error was returned */
	int fd;			 /* -1: not connected */
	pid_t pid;		 /* who may speak on fd */
	const char *where;	 /* what was being done, for the log */
	char user[NAME_LEN + 1]; /* PAM_USER as it was sent */
	uint32_t uid;		 /* its account, or NO_UID */
	uint8_t nonce[NONCE_LEN];
	struct buf packet; /* received and not yet handled, if not empty */
	struct msg_end end;
	union {
		struct msg_hello hello;
		struct msg_show show;
		struct msg_ask ask;
		struct msg_wait wait;
	} m;
};

/* Allocates a relay that is not connected. */
KOSMO_CHECK int relay_new(pam_handle_t *pamh, const struct options *opt,
    int flags, enum msg_phase phase, struct relay **ret);

/* Hangs up, wipes and frees; accepts a relay that is NULL. */
void relay_free(struct relay **r);

/*
 * What HELLO will say; asks for the name if the host program has none yet.
 * Before relay_open: kosmod does not wait while somebody types a name.
 */
KOSMO_CHECK int relay_name(struct relay *r);

/*
 * Connects and sends OPEN. ticket is NULL but for the session phases, which
 * have a tty as well. All of these return an error with r->where set.
 */
KOSMO_CHECK int relay_open(struct relay *r, const uint8_t *ticket);

/* Sends HELLO. */
KOSMO_CHECK int relay_hello(struct relay *r);

/* Waits for the first message that is no WAIT, and keeps it for relay_run. */
KOSMO_CHECK int relay_first(struct relay *r);

/* Goes on until the END with the right nonce, which is in r->end then. */
KOSMO_CHECK int relay_run(struct relay *r);

/* After relay_run said ALLOW: sends ACCOUNT and takes the END to it. */
KOSMO_CHECK int relay_account(struct relay *r);

#endif
