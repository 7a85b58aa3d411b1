/*
 * msg.h: what crosses kosmod.sock and admin.sock (PROTOCOL.md, part 1).
 *
 * The client is pam_kosmo in a host program, or kosmoctl. A connection is one
 * conversation: OPEN to the keeper, then HELLO to a talk process, which SHOWs
 * and ASKs; at the end the keeper alone says END. EOF is cancel.
 */
#ifndef KOSMO_LIBKOSMO_MSG_H
#define KOSMO_LIBKOSMO_MSG_H

#include <stdint.h>

#include "codec.h"
#include "secret.h"

#define MSG_VERSION 2

#define NAME_LEN 256   /* bytes of a login name, user ID or service */
#define TEXT_LEN 12288 /* bytes of a screen: QR pages are the longest */
#define NONCE_LEN 16
#define TICKET_LEN 16
#define AUTH_INFO_LEN 2047 /* bytes of SSH_AUTH_INFO_0 that are carried */

enum msg_type {
	M_OPEN = 1,
	M_HELLO,
	M_SHOW,
	M_ASK,
	M_ANSWER,
	M_WAIT,
	M_ACCOUNT,
	M_END,
	M_ROW,
	M_MORE,
	M_PEOPLE, /* msg_people.h */
	M_INVITED,
	M_AGENT, /* msg_key.h */
	M_AGENT_IS,
	M_SSH_KEYS
};

/* What a connection is for; fixed at OPEN. */
enum msg_phase {
	PHASE_AUTH = 1,	   /* pam_sm_authenticate */
	PHASE_ACCOUNT,	   /* pam_sm_acct_mgmt without an auth before it */
	PHASE_PASSWORD,	   /* pam_sm_chauthtok */
	PHASE_SESSION,	   /* pam_sm_open_session: redeems ticket */
	PHASE_SESSION_END, /* pam_sm_close_session: ticket names the session */
	PHASE_VERB,	   /* kosmoctl */
	PHASE_KEYS	   /* kosmo-ssh-keys, at keys.sock alone */
};

/*
 * First packet of a connection, client to keeper. The keeper keeps nonce for
 * itself and puts it into END: a talk process never sees it, so it can't say
 * END. ticket is zero but for the session phases, tty empty but for SESSION;
 * the keeper answers those with END at once and expects no HELLO; PHASE_KEYS,
 * with user and uid, it answers with SSH_KEYS. user to remote are what HELLO
 * says as well, empty in the session phases: the keeper judges nobody else, for
 * nothing else, than the client itself has named. auth_info is SSH_AUTH_INFO_0
 * of sshd, and of no other program: the keeper looks for the lines of enrolled
 * keys in it, and talk never sees it.
 */
struct msg_open {
	uint32_t version; /* MSG_VERSION */
	uint8_t phase;	  /* enum msg_phase */
	uint8_t nonce[NONCE_LEN];
	uint8_t ticket[TICKET_LEN];
	uint32_t ruid; /* getuid(): passwd(1) of root, or of the person */
	char tty[64];
	char user[NAME_LEN + 1];
	uint32_t uid;
	char service[64];
	char ruser[NAME_LEN + 1];
	uint32_t options; /* bits of enum msg_option */
	uint8_t remote;	  /* 1: rhost or source is not empty */
	char from[64];	  /* source, or else rhost if it fits */
	char auth_info[AUTH_INFO_LEN + 1];
};

/* Options of the PAM line; labels only if the peer is not root. */
enum msg_option {
	OPT_STEPS = 1,		/* steps= was given: the two below count */
	OPT_STEP_PASSWORD = 2,	/* steps=password,... */
	OPT_STEP_FACTOR = 4,	/* steps=...,factor */
	OPT_UNKNOWN_IGNORE = 8, /* unknown=ignore */
	OPT_UNKNOWN_FAIL = 16,	/* unknown=fail */
	OPT_DEBUG = 32
};

#define NO_UID UINT32_MAX /* the name has no Unix account */

/*
 * Second packet, client to talk. For PAM: user is PAM_USER, uid what
 * getpwnam says of it or NO_UID, rhost PAM_RHOST, source the first word of
 * SSH_CONNECTION in the PAM environment (sshd only), ruser PAM_RUSER. For
 * kosmoctl: user and uid are the caller's own,
 * service is "kosmoctl", verb and args say what to do; language is "ja", "en"
 * or empty, columns and lines the size of the terminal or 0.
 */
struct msg_arg {
	char name[32]; /* as the long option without dashes; "" positional */
	char value[512];
};

#define ARGS_MAX 24

struct msg_hello {
	char user[NAME_LEN + 1];
	uint32_t uid;
	char service[64];
	char tty[64];
	char rhost[NAME_LEN + 1];
	char source[64];
	char ruser[NAME_LEN + 1];
	uint32_t options; /* bits of enum msg_option */
	char verb[32];	  /* "user add", "enroll totp", ... */
	uint8_t n_args;
	struct msg_arg args[ARGS_MAX];
	char language[8];
	uint32_t columns;
	uint32_t lines;
};

/* The part of OPEN that HELLO says as well. */
void msg_open_person(struct msg_open *open, const struct msg_hello *hello);

enum msg_show_kind {
	SHOW_TEXT = 0,
	SHOW_ERROR, /* PAM_ERROR_MSG or standard error */
	SHOW_NOW    /* as an ask: whoever sits there has to do something */
};

/* Text to be read, talk to client; nothing comes back. */
struct msg_show {
	uint8_t kind; /* enum msg_show_kind; any other: SHOW_TEXT */
	char text[TEXT_LEN + 1];
};

enum msg_ask_kind {
	ASK_PLAIN = 0,
	ASK_PASSWORD,	  /* the person's password: a PAM_AUTHTOK may answer */
	ASK_NEW_PASSWORD, /* a new one: becomes PAM_AUTHTOK in chauthtok */
	ASK_OLD_PASSWORD  /* the old one, in chauthtok: PAM_OLDAUTHTOK */
};

/*
 * A question, talk to client; exactly one ANSWER comes back. The client has
 * seconds to do it (it may hang up later than that, kosmod does not wait).
 */
struct msg_ask {
	uint8_t echo; /* 1: what is typed is shown */
	uint8_t kind; /* enum msg_ask_kind */
	uint32_t seconds;
	char text[TEXT_LEN + 1];
};

/* What was typed, client to talk. Not checked: any bytes but NUL. */
struct msg_answer {
	struct secret text;
};

/*
 * kosmod is busy for the client's sake: the next message comes within
 * seconds, or the client gives up.
 */
struct msg_wait {
	uint32_t seconds;
};

/* PAM account phase on the connection of its own auth, client to keeper. */
struct msg_account {
	uint8_t unused; /* 0 */
};

enum msg_result {
	RESULT_DENY = 0,
	RESULT_ERROR,	 /* could not be judged: nobody may come in */
	RESULT_ALLOW,	 /* set by the keeper in one place only */
	RESULT_UNKNOWN,	 /* there is no such person (unknown=ignore) */
	RESULT_MAXTRIES, /* denied after the last try */
	RESULT_NOT_MINE, /* session: no ticket of ours; account: not ours */
	RESULT_REFUSED,	 /* kosmoctl: exit 1; the reason was shown */
	RESULT_USAGE,	 /* kosmoctl: exit 2 */
	RESULT_NO_RIGHT, /* kosmoctl: exit 4 */
	RESULT_NOTED	 /* session: written; grants nothing */
};

/*
 * The verdict, keeper to client, last message of a phase. nonce is that of
 * OPEN, or the client takes it as RESULT_ERROR. ticket is for pam_putenv
 * after auth (zero: none), for close_session after SESSION. user, if not
 * empty, is the login name that the typed alias stands for, and uid the one
 * that its Unix account must have.
 */
struct msg_end {
	uint8_t result; /* enum msg_result */
	uint8_t nonce[NONCE_LEN];
	uint8_t ticket[TICKET_LEN];
	char user[NAME_LEN + 1];
	uint32_t uid;
};

/*
 * One row of what a kosmoctl verb answers, talk to kosmoctl: stable names
 * (those of --json) and values. kosmoctl draws the table. kind says what the
 * row is ("person", "device", "slip", "status", "doctor", "log", "uri");
 * "language" comes first where HELLO named none: what follows is in it.
 */
struct msg_cell {
	char name[32];
	char value[1024];
};

#define CELLS_MAX 40

struct msg_row {
	char kind[16];
	uint8_t n_cells;
	struct msg_cell cells[CELLS_MAX];
};

/* kosmoctl to talk: send more rows (log --follow). seconds since the last. */
struct msg_more {
	uint8_t unused; /* 0 */
};

extern const struct layout msg_open_layout, msg_hello_layout, msg_show_layout,
    msg_ask_layout, msg_answer_layout, msg_wait_layout, msg_account_layout,
    msg_end_layout, msg_row_layout, msg_more_layout;

/* All of them, for the reader of PROTOCOL.md; ends with NULL. */
extern const struct layout *const msg_layouts[];

#endif
