/*
 * priv.h: what crosses priv.sock and touch.sock, between the keeper and the
 * three programs that may do what kosmod may not: post sends mail, the warden
 * ends sessions, touch opens authenticators (PROTOCOL.md, part 3).
 *
 * They connect; the keeper takes the warden from uid 0 alone, post from the
 * owner of priv.sock and touch from the owner of touch.sock (or, in a try-out,
 * from its own uid). First packet: P_HELLO. Then the keeper sends jobs with an
 * id, and each is answered once, in any order; those of touch go to and fro.
 * They believe the keeper in nothing that they can see for themselves.
 */
#ifndef KOSMO_KOSMOD_PRIV_H
#define KOSMO_KOSMOD_PRIV_H

#include <stdint.h>

#include "kosmod/kmsg_passkey.h"
#include "kosmod/kmsg_size.h"
#include "libkosmo/codec.h"
#include "libkosmo/msg.h"
#include "libkosmo/secret.h"

#define PRIV_VERSION 2

enum priv_type {
	P_HELLO = 192,
	P_MAIL,
	P_SENT,
	P_SESSIONS,
	P_SESSIONS_IS,
	P_ACCOUNT,
	P_ACCOUNT_IS,
	P_TOUCH,
	P_TOUCHED,
	P_WHERE,
	P_WHERE_IS
};

enum priv_role { PRIV_POST = 1, PRIV_WARDEN = 2, PRIV_TOUCH = 3 };

/* First packet, program to keeper; nothing comes back. */
struct p_hello {
	uint32_t version; /* PRIV_VERSION */
	uint8_t role;	  /* enum priv_role */
};

/* Mails. The first five carry a code and are never queued (mail_code). */
enum mail_kind {
	MK_CONFIRM = 1, /* as enum mail_purpose has them */
	MK_SETUP,
	MK_LOGIN,
	MK_RESET,
	MK_ENROL,
	MK_USER_ID,	   /* forgot-id */
	MK_NOT_REGISTERED, /* forgot, of somebody who is still invited */
	MK_REGISTERED,	   /* the first login is done */
	MK_DEVICE_ADDED,
	MK_DEVICE_REMOVED,
	MK_METHOD,
	MK_PASSWORD,
	MK_ADDRESS, /* to both */
	MK_LOCK,
	MK_GUESSED, /* wrong codes after the right password */
	MK_RECOVERY,
	MK_COUNTER, /* a passkey may have been copied */
	MK_ADMIN,
	MK_REMIND, /* the invitation is still open */
	MAIL_KINDS = MK_REMIND
};

#define MK_LAST_CODE MK_ENROL

/*
 * One mail, keeper to post, and what a queued notice is on disk. Post
 * composes it in language, from its own templates; fields that a kind does
 * not need are empty.
 */
struct p_mail {
	uint64_t id;	  /* of the job; comes back in P_SENT */
	uint8_t kind;	  /* enum mail_kind */
	char language[8]; /* "en" or "ja" */
	char to[MAIL_LEN + 1];
	char name[LABEL_LEN * 2 + 1]; /* of the person */
	char login[NAME_LEN + 1];
	char user_id[NAME_LEN + 1];
	char code[17];	   /* digits, MK_LAST_CODE and below */
	uint32_t lifetime; /* of the code, seconds */
	char service[64];
	char source[64]; /* address, "console", "local" */
	uint64_t when;	 /* seconds since 1970 */
	uint8_t method;	 /* enum method: now; MK_DEVICE_*: the device's */
	uint8_t old_method;
	char device[LABEL_LEN + 1];
	char address[MAIL_LEN + 1]; /* MK_ADDRESS: the new one, masked */
	uint32_t n;		    /* MK_RECOVERY: codes left */
	uint8_t act;		    /* MK_ADMIN: enum user_act */
	uint64_t until;		    /* MK_REMIND: end of the invitation */
};

enum sent_word {
	SENT_NO = 0, /* not handed over; try again later */
	SENT_YES,    /* sendmail took it */
	SENT_NEVER   /* it can't be sent as it is: don't try again */
};

struct p_sent {
	uint64_t id;
	uint8_t word;	  /* enum sent_word */
	char reason[161]; /* for the log */
};

/* A session as pam_kosmo registered it: the warden's hint, not its proof. */
struct p_session {
	uint64_t pid; /* of the process that opened it */
	uint64_t opened;
	char service[64];
	char tty[64];
	uint8_t remote; /* its login came from another host */
};

#define P_SESSIONS_MAX 32

/*
 * Keeper to warden: what else of uid is signed in here, but the session that
 * the process keep is in (0: none); with end they are ended, and sudo's
 * tickets of login removed.
 */
struct p_sessions {
	uint64_t id;
	uint8_t end;
	char login[NAME_LEN + 1];
	uint32_t uid;
	uint64_t keep;
	uint8_t n;
	struct p_session rows[P_SESSIONS_MAX];
};

struct p_sessions_is {
	uint64_t id;
	uint8_t ok; /* 0: could not be done; see the warden's log */
	uint32_t sessions;
	uint32_t tickets;
};

/* Keeper to warden: what this host says of an account. */
struct p_account {
	uint64_t id;
	char login[NAME_LEN + 1];
	char groups[256]; /* [admin] protected: words apart by spaces */
};

enum account_flag {
	ACCOUNT_EXISTS = 1,
	ACCOUNT_SYSTEM = 2,    /* uid below UID_MIN */
	ACCOUNT_ADMIN = 4,     /* member of kosmo-admin */
	ACCOUNT_PROTECTED = 8, /* member of one of groups */
	ACCOUNT_UNSURE = 16    /* a group could not be looked up: touch not */
};

struct p_account_is {
	uint64_t id;
	uint32_t uid;
	uint32_t flags;
};

/* Keeper to warden: where the person sits who runs the process pid. */
struct p_where {
	uint64_t id;
	uint32_t uid; /* whose sessions count if nothing ties it to one */
	uint64_t pid;
	uint8_t n;
	struct p_session rows[P_SESSIONS_MAX];
};

enum where_word {
	WHERE_UNKNOWN = 0, /* in no session, or in one that nobody knows */
	WHERE_HERE,	   /* at this host */
	WHERE_AWAY	   /* at another one, or it could be */
};

struct p_where_is {
	uint64_t id;
	uint8_t word; /* enum where_word */
};

struct p_credential {
	uint32_t len;
	uint8_t id[CREDENTIAL_LEN];
};

/*
 * Keeper to touch. TOUCH_ENROL and TOUCH_PROVE begin the job id, and are
 * answered by P_TOUCHED until a word ends it (enum touch_word), which may come
 * at any time; TOUCH_NEXT and TOUCH_PIN answer a word that asks; TOUCH_STOP
 * ends it, and is not answered. After TOUCH_WAITS nothing is sent: the next
 * word comes by itself.
 * credentials: enrol: those that the person has (excludeList); prove: those
 * that will do (allowList).
 */
struct p_touch {
	uint64_t id;
	uint8_t act; /* enum touch_act */
	char rp_id[RP_ID_LEN + 1];
	uint8_t hash[DIGEST_LEN]; /* clientDataHash */
	uint8_t verify;		  /* enum conf_verify */
	uint32_t seconds;	  /* for a touch */
	uint8_t user[DIGEST_LEN]; /* enrol: user.id */
	char login[NAME_LEN + 1]; /* enrol: user.name */
	uint8_t n;
	struct p_credential credentials[DEVICES_MAX];
	struct secret pin; /* TOUCH_PIN */
};

/* Touch to keeper; is.device is the keeper's to say. */
struct p_touched {
	uint64_t id;
	struct k_touched is;
};

extern const struct layout p_hello_layout, p_mail_layout, p_sent_layout,
    p_sessions_layout, p_sessions_is_layout, p_account_layout,
    p_account_is_layout, p_touch_layout, p_touched_layout, p_where_layout,
    p_where_is_layout;

/* All of them, for the reader of PROTOCOL.md; ends with NULL. */
extern const struct layout *const priv_layouts[];

#endif
