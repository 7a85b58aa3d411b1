/*
 * email.h: the two steps of the address; kosmoctl changes it by the same.
 */
#ifndef KOSMO_TALK_EMAIL_H
#define KOSMO_TALK_EMAIL_H

#include "kosmod/talk/flows/step.h"
#include "libkosmo/msg_people.h"

/* The address that codes go to: a chosen one before what was recorded. */
const char *email_of(const struct k_person *p);

/* What became of an address that was given to the keeper. */
enum email_fate {
	EMAIL_TAKEN = 0,
	EMAIL_BAD,     /* no address */
	EMAIL_DOMAIN,  /* not at one of [email] domains */
	EMAIL_REFUSED, /* policy lets nobody change it */
};

/* Gives it to the keeper, which may also end the dialogue. */
KOSMO_CHECK int
email_give(struct dialogue *d, const char *address, enum email_fate *ret);

/* msgid of why it was not taken, with {domains} in it; and those. */
const char *email_words(enum email_fate fate);
void email_domains(const struct dialogue *d, char ret[static DOMAINS_TEXT]);

/* True while a code mailed to an address has to be typed. */
bool email_waits(const struct k_person *p);

#endif
