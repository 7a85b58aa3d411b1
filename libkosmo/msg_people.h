/*
 * msg_people.h: people by the packet, for `user import` (PROTOCOL.md, part 1;
 * what talk passes on to the keeper has the same form, part 2).
 *
 * Apart from msg.h, so that pam_kosmo does not carry it.
 */
#ifndef KOSMO_LIBKOSMO_MSG_PEOPLE_H
#define KOSMO_LIBKOSMO_MSG_PEOPLE_H

#include <stdint.h>

#include "msg.h"

#define INVITEES_MAX 32 /* the longest lines still make one packet */
#define ADDRESS_LEN 254
#define PERSON_NAME_LEN 160
#define DOMAINS_TEXT 200 /* a line or two */

/* One line of a file; the birth date crosses here and in no argument. */
struct msg_invitee {
	char login[NAME_LEN + 1];
	uint32_t uid; /* of the account; NO_UID: there is none */
	char email[ADDRESS_LEN + 1];
	char birth[9]; /* YYYYMMDD */
	char name[PERSON_NAME_LEN + 1];
	char language[8]; /* "": of the host */
	char user_id[NAME_LEN + 1];
	uint32_t expires; /* seconds from now; 0: by policy */
};

enum people_pass {
	PEOPLE_CHECK = 1, /* nothing is written */
	PEOPLE_WRITE,	  /* whoever is not there yet is invited */
	PEOPLE_AGAIN	  /* and whose line was written gets another slip */
};

/* kosmoctl to talk: some lines; none: that was all. */
struct msg_people {
	uint8_t pass; /* enum people_pass */
	uint8_t n;
	struct msg_invitee people[INVITEES_MAX];
};

enum invited_word {
	INVITED_NO = 0, /* field is not what it has to be */
	INVITED_YES,	/* can be invited; was, and here is the slip */
	INVITED_TAKEN,	/* field belongs to somebody already */
	INVITED_SAME,	/* by this very line, some time ago */
	INVITED_BEGUN,	/* the same, and the person has begun or is done */
	INVITED_NO_RIGHT,
	INVITED_FULL,	/* the disk */
	INVITED_FAILED, /* kosmod's log says why */
	INVITED_DOMAIN	/* email is at none of [email] domains */
};

struct msg_invitation {
	uint8_t word;	  /* enum invited_word */
	char field[16];	  /* the column that a refusal is about */
	char language[8]; /* of the slip */
	char secret[64];  /* initial password, in groups */
	uint64_t made;
	uint64_t expires;
};

/*
 * Talk to kosmoctl: one answer a line, in order. The first comes before any
 * line, with none, and means: go on. What follows the people stands in that
 * one alone: contacts, and the domains that addresses have to be of, for
 * people to read.
 */
struct msg_invited {
	uint8_t n;
	struct msg_invitation people[INVITEES_MAX];
	char contact_en[256];
	char contact_ja[256];
	char domains[DOMAINS_TEXT];
};

extern const struct layout msg_invitee_layout, msg_invitation_layout,
    msg_people_layout, msg_invited_layout;

/* All of them, for the reader of PROTOCOL.md; ends with NULL. */
extern const struct layout *const msg_people_layouts[];

#endif
