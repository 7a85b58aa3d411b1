/*
 * permits.h: which request is legal now, how often, and who answers it. Order
 * and authority are data, checked in one place (as in OpenSSH's monitor.c).
 */
#ifndef KOSMO_KEEPER_PERMITS_H
#define KOSMO_KEEPER_PERMITS_H

#include <stdint.h>

#include "kosmod/keeper/conv.h"

/* What has to be true of a conversation before a request is legal. */
enum need {
	NEED_BOUND = 1,	    /* K_BIND was answered */
	NEED_UNBOUND = 2,   /* ... was not */
	NEED_TRY = 4,	    /* K_TRY is open */
	NEED_NO_TRY = 8,    /* no K_TRY is open */
	NEED_PASSWORD = 16, /* the password is proven */
	NEED_DIALOGUE = 32, /* the service has a dialogue */
	NEED_ADMIN = 64,    /* admin.sock, and one who may: member.h */
	NEED_MAY_SET = 128, /* a new password may be set: see permits.c */
	NEED_MAY_ENROL = 256,
	NEED_MAY_NAME = 512,  /* names a device: enrolled here, or all proven */
	NEED_ALL = 1024,      /* password and factor are proven */
	NEED_INITIAL = 2048,  /* the initial password was typed here */
	NEED_PROVEN = 4096,   /* password or factor */
	NEED_MAY_MAIL = 8192, /* another address: while registering, or all */
	NEED_MAY_SIGN_OUT = 16384,
	NEED_NO_PASSWORD = 32768 /* none is left to be proven */
};

struct permit {
	uint8_t type;	/* of the request */
	uint32_t needs; /* bits of enum need, all of them */
	uint32_t most;	/* times in a conversation; 0: any */
	void (*answer)(struct kconv *c, const union kmsg *msg);
};

/* The row of a request type, or NULL. */
const struct permit *permit_find(uint8_t type);

/* True if the row's needs are met by c, and it did not come too often. */
bool permit_met(const struct permit *p, const struct kconv *c);

#endif
