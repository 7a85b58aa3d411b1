/*
 * kmsg_person.h: what talk may know of a person: state, what is left to be
 * done, devices. No secret.
 *
 * Part of kmsg.h, which includes it.
 */
#ifndef KOSMO_KOSMOD_KMSG_PERSON_H
#define KOSMO_KOSMOD_KMSG_PERSON_H

#include <stdint.h>

#include "kosmod/kmsg_size.h"
#include "libkosmo/msg.h"

enum method {
	METHOD_NONE = 0,
	METHOD_PASSKEY = 1,
	METHOD_TOTP = 2,
	METHOD_EMAIL = 3,
	METHOD_RECOVERY = 4
};

#define METHOD_BIT(m) (1U << (m))

enum person_state {
	STATE_NONE = 0,
	STATE_INVITED,
	STATE_REGISTERED, /* part 1 is done */
	STATE_ACTIVE,
	STATE_EXPIRED, /* an invitation or registration past its limit */
	STATE_LOCKED
};

/*
 * Required actions: what stands between a person and a login. The wizard
 * takes them in the order of flows/register.c, which is that of the journey.
 */
enum todo {
	TODO_PASSWORD = 1, /* choose a new password */
	TODO_METHOD = 2,   /* set up a first device */
	TODO_BIRTH = 4,	   /* say the date of birth */
	TODO_TERMS = 8,	   /* agree to the terms in force */
	TODO_EMAIL = 16,   /* say or keep the address */
	TODO_CONFIRM = 32, /* type the code mailed to it */
	TODO_USER_ID = 64, /* choose a user ID */
	TODO_CHOICE = 128, /* choose the method */
	TODO_CODES = 256   /* see the recovery codes */
};

/* What ends part 1 once it is empty: "who you are". */
#define TODO_PART_1                                                           \
	(TODO_BIRTH | TODO_TERMS | TODO_EMAIL | TODO_CONFIRM | TODO_USER_ID | \
	    TODO_CHOICE | TODO_PASSWORD)

/* Devices that are passkeys: what they are. */
enum device_kind {
	KIND_PLAIN = 0, /* no passkey */
	KIND_HERE,	/* an authenticator at this host */
	KIND_SSH	/* a FIDO2 key of OpenSSH */
};

/* Ways that a passkey may come in this conversation. */
enum door {
	DOOR_HERE = 1, /* an authenticator at this host: never of a remote
			  login */
	DOOR_SSH = 2,  /* an SSH key may be enrolled here */
	DOOR_AGENT = 4 /* the person's agent may be asked */
};

struct k_device {
	uint32_t id;	/* unique for the person, never reused */
	uint8_t method; /* enum method */
	char name[LABEL_LEN + 1];
	uint64_t added; /* seconds since 1970 */
	uint64_t used;	/* 0: never */
	uint8_t kind;	/* enum device_kind */
};

struct k_person {
	char login[NAME_LEN + 1];
	uint32_t uid;
	char user_id[NAME_LEN + 1];
	char initial_id[NAME_LEN + 1];
	char name[LABEL_LEN * 2 + 1];
	char email[MAIL_LEN + 1];
	char language[8];
	uint8_t state;	   /* enum person_state */
	uint32_t todo;	   /* bits of enum todo */
	uint64_t invited;  /* when */
	uint64_t expires;  /* 0: does not */
	uint8_t preferred; /* enum method */
	uint8_t n_devices;
	struct k_device devices[DEVICES_MAX];
	uint8_t pending;   /* 1: a seed was shown and is not proven */
	uint8_t vouched;   /* 1: may enrol a first device now */
	uint32_t failures; /* of the factor after a right password, 30 days */
	char lock[LABEL_LEN + 1]; /* reason, "" if not locked */
	uint64_t last_login;
	char last_service[64];
	char last_source[64];
	uint64_t refused;
	char refusal[LABEL_LEN + 1];   /* reason of the last refusal */
	uint32_t sessions;	       /* open ones known to kosmod */
	uint8_t email_ok;	       /* 1: the address is confirmed */
	char email_next[MAIL_LEN + 1]; /* chosen, not confirmed yet */
	uint64_t email_held;	       /* part 2 waits until then; 0: not */
	char terms[32];		       /* version agreed to */
	uint64_t terms_at;
	uint8_t chosen;	     /* enum method: to be set up in part 2 */
	uint32_t births;     /* wrong dates of birth */
	uint32_t recovery;   /* codes left */
	uint64_t code_until; /* of an admin's one-time code; 0: none */
	uint8_t remembered;  /* 1: this login may skip the factor */
	uint8_t born;	     /* 1: a date of birth is recorded */
	uint8_t doors;	     /* bits of enum door; of this conversation alone */
	uint8_t key_waits;   /* 1: an SSH key waits to be proven */
	uint8_t key_seen;    /* 1: sshd has let that key in here */
	uint32_t key_device; /* sshd has let this device in here; 0: none.
				It counts as the factor */
};

#endif
