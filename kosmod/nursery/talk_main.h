/*
 * talk_main.h: a talk process between its two sockets: what kosmod/talk sees
 * as a person and as a keeper.
 */
#ifndef KOSMO_KOSMOD_NURSERY_TALK_MAIN_H
#define KOSMO_KOSMOD_NURSERY_TALK_MAIN_H

#include <stdint.h>

#include "kosmod/conf.h"

struct talk_order {
	const struct conf *conf;
	int client;	   /* the connection */
	int link;	   /* to the keeper */
	uint8_t phase;	   /* enum msg_phase */
	uint32_t deadline; /* seconds in all, from now */
};

/*
 * Reads HELLO, runs the flow. Never longer than the deadline: SIGALRM ends
 * the process then. Returns its exit status.
 */
int talk_main(const struct talk_order *order);

#endif
