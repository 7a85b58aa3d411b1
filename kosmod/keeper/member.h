/*
 * member.h: admins who are not root: members of kosmo-admin, to whom
 * admin.sock opens. They confirm with their own password and factor first,
 * and there are accounts that they may not touch (SPEC 4). What this host
 * says of an account comes from the warden; without one only root may.
 */
#ifndef KOSMO_KEEPER_MEMBER_H
#define KOSMO_KEEPER_MEMBER_H

#include "kosmod/keeper/conv.h"

/* True if c came by admin.sock from somebody other than root. */
bool member_is(const struct kconv *c);

/*
 * True if c may use admin verbs now: root's; or a member's, who is active, and
 * has proven all here or a short time ago at the same terminal.
 */
bool member_may(const struct kconv *c);

/* Remembers that all was proven here, if it was; once a conversation. */
void member_note(struct kconv *c);

/* What an admin's request does, once it is known to be one's right. */
typedef void member_go(struct kconv *c, const union kmsg *msg);

/* Whom a request is about. */
struct subject {
	const char *login; /* in msg */
	uint32_t uid;	   /* as told, or NO_UID: that of the record */
};

struct guarded {
	const void *msg;
	size_t size;
	const struct subject *of;
	uint8_t n;
	bool each; /* go judges every subject for itself */
};

/*
 * Calls go for root at once, for a member after the subjects were looked up
 * one by one; until then a copy of msg is kept. Unless each is for itself, one
 * that may not be touched is answered here, with VERDICT_NO_RIGHT.
 */
void member_guard(struct kconv *c, const struct guarded *what, member_go *go);

/* In go: true if subject number i may be touched. */
bool member_allowed(const struct kconv *c, uint8_t i);

/* c is closed: nothing is waited for any more. */
void member_forget(struct kconv *c);

#endif
