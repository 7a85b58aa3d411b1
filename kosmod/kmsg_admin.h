/*
 * kmsg_admin.h: the requests of admin.sock, and what they are answered with.
 *
 * Part of kmsg.h, which includes it. They are legal for what came by
 * admin.sock: root at once, a member of kosmo-admin with password and factor
 * proven there, or less than five minutes ago on the same terminal. What a
 * member may not touch is answered VERDICT_NO_RIGHT. Anything else drops the
 * conversation.
 */
#ifndef KOSMO_KOSMOD_KMSG_ADMIN_H
#define KOSMO_KOSMOD_KMSG_ADMIN_H

#include <stdint.h>

#include "kosmod/kmsg_size.h"
#include "libkosmo/msg.h"
#include "libkosmo/msg_people.h"

/*
 * admin.sock only, from here to K_STATUS. Reply: K_SLIP, or K_VERDICT: TAKEN,
 * NO for a login name that can't be one.
 */
struct k_user_add {
	char login[NAME_LEN + 1];
	uint32_t uid;
	char user_id[NAME_LEN + 1];
	char initial_id[NAME_LEN + 1];
	char name[LABEL_LEN * 2 + 1];
	char email[MAIL_LEN + 1];
	char language[8];
	char birth[9];	  /* YYYYMMDD, or "" */
	uint32_t expires; /* seconds from now; 0: by policy */
};

enum user_field {
	SET_EMAIL = 1,
	SET_NAME = 2,
	SET_LANGUAGE = 4,
	SET_BIRTH = 8,
	SET_EMAIL_OK = 16 /* a changed address is held no longer */
};

struct k_user_set {
	char login[NAME_LEN + 1];
	uint32_t fields; /* bits of enum user_field: which of these count */
	char name[LABEL_LEN * 2 + 1];
	char email[MAIL_LEN + 1];
	char language[8];
	char birth[9];
};

enum user_act {
	ACT_INVITE = 1, /* K_SLIP; voids the earlier slip */
	ACT_LOCK,
	ACT_UNLOCK,
	ACT_REMOVE,
	ACT_CODE, /* K_SLIP with a one-time code, valid for 24 hours */
	ACT_RESET_PASSWORD, /* asks the factor, then a new password */
	ACT_RESET_DEVICES,  /* part 2 again, a mailed code first */
	ACT_RESET_ALL,	    /* K_SLIP: registration starts again */
	ACT_REMIND,	    /* mails who has not registered yet */
	ACT_REBIND,	    /* uid alone: root only */
	ACT_SET,	    /* K_USER_SET; in notices alone */
	ACT_RENAME	    /* K_USER_RENAME; in notices alone */
};

/* Reply: K_SLIP where something was made or ended, else K_VERDICT. */

struct k_user_act {
	char login[NAME_LEN + 1];
	uint8_t act;
	uint32_t expires; /* ACT_INVITE: seconds from now; 0: by policy */
	uint32_t uid;	  /* ACT_REBIND: of the account now */
};

/*
 * Many at once: struct msg_people, the same to the field. Each line is judged
 * for itself. Reply: K_INVITED, a struct msg_invited of people alone.
 */

/* The Unix account has another name now. Reply: K_VERDICT: YES, TAKEN. */
struct k_user_rename {
	char login[NAME_LEN + 1];
	char to[NAME_LEN + 1];
	uint32_t uid; /* of the account named to */
};

/* Reply: K_PERSON; state STATE_NONE if there is none. */
struct k_user_show {
	char login[NAME_LEN + 1];
};

/* Reply: K_PERSON after cursor, in no order; STATE_NONE at the end. */
struct k_user_next {
	uint8_t first; /* 1: begin */
};

struct k_slip {
	char login[NAME_LEN + 1];
	char initial_id[NAME_LEN + 1];
	char name[LABEL_LEN * 2 + 1];
	char language[8];
	char secret[64]; /* initial password or one-time code, in groups; "" */
	uint64_t made;
	uint64_t expires;
	uint8_t ended; /* 1: sessions were ended, as many as: */
	uint32_t sessions;
	uint8_t wardenless; /* 1: there is no warden: none was ended */
};

/*
 * Audit lines from byte offset on. login, if not empty, and since choose
 * among them; verify holds the chain. Reply: K_LINES.
 */
struct k_log {
	uint64_t offset;
	char login[NAME_LEN + 1];
	uint64_t since;
	uint8_t verify;
};

struct k_lines {
	uint64_t offset; /* to go on from */
	uint8_t end;	 /* 1: nothing beyond offset yet */
	uint64_t broken; /* verify: number of the first bad line, 0: none */
	char text[TEXT_LEN + 1];
};

struct k_status {
	uint8_t unused;
};

struct k_status_is {
	char version[32];
	uint64_t started;
	uint64_t people;
	uint64_t sequence;	/* of the last durable batch */
	uint64_t journal_bytes; /* since the last checkpoint */
	uint64_t checkpoint;	/* when the last one was done */
	uint32_t conversations;
	uint32_t waiting;      /* for a hashing permit */
	uint64_t clock_behind; /* seconds behind the newest stored time */
	uint8_t disk_full;
	uint8_t post;		   /* 1: mail can be sent */
	uint8_t warden;		   /* 1: sessions can be ended */
	uint32_t notices;	   /* queued mails */
	uint8_t touch;		   /* 1: authenticators here can be used */
	char rp_id[RP_ID_LEN + 1]; /* of new passkeys */
	char rp_id_first[RP_ID_LEN + 1]; /* as --init stored it */
};

#endif
