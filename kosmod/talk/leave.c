/*
 * leave.c: the ends of a dialogue, and what is said at them.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kosmod/talk/screen.h"

int
say_contact(struct dialogue *d)
{
	const struct conf *conf = d->t->conf;
	const char *contact = d->lang == LANG_JA ? conf->login.contact_ja
						 : conf->login.contact_en;

	if (contact[0] == '\0')
		contact = conf->login.contact;
	if (contact[0] == '\0')
		return 0;
	return say(d, N_("Help: {contact}"), FILL({ "contact", contact }));
}

/* A console names no address that the login comes from. */
static bool
at_console(const struct talk *t)
{
	return conf_service(t->conf, t->hello.service)->console &&
	    t->hello.rhost[0] == '\0' && t->hello.source[0] == '\0';
}

int
say_console_end(struct dialogue *d)
{
	if (!d->relogin || !at_console(d->t))
		return 0;
	return say(d,
	    N_("The words Login incorrect that follow mean nothing here."),
	    NULL);
}

int
leave(struct dialogue *d, uint8_t result, const char *msgid,
    const struct fill *fills)
{
	int r;

	d->result = result;
	if ((r = enter(d, msgid, fills)) != 0)
		return r;
	return FLOW_END;
}

int
leave_contact(struct dialogue *d, uint8_t result, const char *msgid,
    const struct fill *fills)
{
	int r;

	d->result = result;
	if ((r = say(d, msgid, fills)) != 0 || (r = say_contact(d)) != 0 ||
	    (r = enter_said(d)) != 0)
		return r;
	return FLOW_END;
}

int
leave_verdict(struct dialogue *d, const struct k_verdict *v)
{
	char time[6];

	switch (v != NULL ? v->word : VERDICT_NO) {
	case VERDICT_WAIT:
		time_text(v->when, time);
		return leave(d, RESULT_DENY,
		    N_("Too many wrong answers. Please wait until {time}."),
		    FILL({ "time", time }));
	case VERDICT_LOCKED:
		return leave_contact(d, RESULT_DENY,
		    N_("Your account is locked. Please ask to have it "
		       "unlocked."),
		    NULL);
	case VERDICT_BUSY:
		if (v->ref[0] != '\0')
			break; /* the log has more to say of it */
		return leave(d, RESULT_ERROR,
		    N_("Busy just now. Please log in again in a moment."),
		    NULL);
	default:
		break;
	}
	if (v == NULL || v->ref[0] == '\0')
		return leave_contact(d, RESULT_ERROR,
		    N_("That failed. Please log in again in a moment."), NULL);
	return leave_contact(d, RESULT_ERROR,
	    N_("That failed. If it happens again, please report no. {ref}."),
	    FILL({ "ref", v->ref }));
}

int
leave_saved(struct dialogue *d)
{
	bool login = d->t->phase == PHASE_AUTH || d->open_step;
	int r;

	d->result = RESULT_DENY;
	if (!login) {
		r = tell(d, N_("Nothing was changed."), NULL);
		return r != 0 ? r : FLOW_END;
	}
	r = say(d, N_("Saved so far. Log in again to go on."), NULL);
	if (r != 0 || (r = say_console_end(d)) != 0 || (r = enter_said(d)) != 0)
		return r;
	return FLOW_END;
}

int
leave_late(struct dialogue *d)
{
	bool login = d->full && d->t->phase == PHASE_AUTH;

	buf_reset(&d->above);
	d->result = RESULT_DENY;
	return tell(d,
	    login ? N_("Kosmo: time is up. It is saved so far; please log in "
		       "again.")
		  : N_("Kosmo: time is up. Please try again."),
	    NULL);
}

static bool
local_time(uint64_t when, struct tm *tm)
{
	time_t t = (time_t)when;

	return localtime_r(&t, tm) != NULL;
}

void
time_text(uint64_t when, char ret[static 6])
{
	struct tm tm;

	if (!local_time(when, &tm) || strftime(ret, 6, "%H:%M", &tm) == 0)
		memcpy(ret, "?", 2);
}

void
date_text(uint64_t when, char ret[static 11])
{
	struct tm tm;

	if (!local_time(when, &tm) || strftime(ret, 11, "%Y-%m-%d", &tm) == 0)
		memcpy(ret, "?", 2);
}
