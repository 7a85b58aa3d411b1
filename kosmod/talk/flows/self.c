/*
 * self.c: what people do for themselves with kosmoctl. Looking asks nothing
 * where the keeper knows the caller by the socket; changes ask for password
 * and factor first.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/device_name.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/flows/other.h"
#include "kosmod/talk/flows/rows.h"
#include "kosmod/talk/flows/step.h"
#include "kosmod/talk/flows/verb.h"

/* What prove asks first. Who is not known is told what everybody is. */
static const char *
words_to_confirm(const struct dialogue *d)
{
	struct factor list[FACTORS_MOST];
	size_t n = factors_of(d, list);
	bool factor = (d->t->bound.steps & STEP_FACTOR) != 0;

	if (!factor || (n == 0 && d->person.state != STATE_NONE))
		return N_("To confirm it is you, enter your password.");
	if (n > 0 && list[0].row->method == METHOD_PASSKEY)
		return N_("To confirm it is you, enter your password, then "
			  "use your passkey.");
	return N_("To confirm it is you, enter your password and a code.");
}

int
verb_confirm(struct dialogue *d)
{
	enum lang lang = d->lang;
	int r = call_profile(d);

	d->lang = lang;
	if (r == KOSMO_OK)
		r = say(d, words_to_confirm(d), NULL);
	return r == KOSMO_OK ? prove(d, ASK_PASSWORD) : r;
}

/* d->person, with a proof only if the keeper wants one for looking too. */
static int
look(struct dialogue *d)
{
	int r = call_profile(d);

	if (r != KOSMO_OK || d->person.state != STATE_NONE)
		return r;
	return verb_confirm(d);
}

/* The same screens as at a first login; says so when nothing is left. */
int
verb_register(struct dialogue *d)
{
	bool first, password;
	int r = call_profile(d);

	if (r != KOSMO_OK)
		return r;
	first = d->person.state != STATE_ACTIVE;
	password = (d->person.todo & TODO_PASSWORD) != 0;
	if (!first && d->person.todo == 0)
		return verb_done(d,
		    N_("You are set up already; nothing is left to do."), NULL);
	r = prove(d, ASK_PASSWORD);
	if (r != KOSMO_OK)
		return r;
	/* a registration has an end screen, a new password alone has none */
	return verb_done(d, password && !first ? N_("Changed.") : NULL, NULL);
}

int
verb_me(struct dialogue *d)
{
	int r = look(d);

	if (r == KOSMO_OK)
		r = rows_person(d, &d->person, true);
	return r == KOSMO_OK ? verb_done(d, NULL, NULL) : r;
}

int
verb_device_list(struct dialogue *d)
{
	int r = look(d);

	if (r == KOSMO_OK)
		r = rows_devices(d, &d->person);
	if (r == KOSMO_OK && d->person.n_devices == 0)
		r = tell(d, N_("You have no device."), NULL);
	return r == KOSMO_OK ? verb_done(d, NULL, NULL) : r;
}

/* By its number, or else by its name. */
static const struct k_device *
find_device(const struct dialogue *d, const char *word)
{
	const struct k_person *p = &d->person;
	bool number = word[0] != '\0' && strlen(word) < 10 &&
	    word[strspn(word, "0123456789")] == '\0';

	for (uint8_t i = 0; number && i < p->n_devices; i++) {
		if (p->devices[i].id == strtoul(word, NULL, 10))
			return &p->devices[i];
	}
	for (uint8_t i = 0; i < p->n_devices; i++) {
		if (strcmp(p->devices[i].name, word) == 0)
			return &p->devices[i];
	}
	return NULL;
}

static int
no_device(struct dialogue *d, const char *word)
{
	return verb_refuse(d, RESULT_REFUSED,
	    N_("You have no device \"{device}\" (kosmoctl device list)."),
	    FILL({ "device", word }));
}

int
verb_bad_name(struct dialogue *d)
{
	return verb_refuse(d, RESULT_REFUSED,
	    N_("Can't be used. Choose a different name, up to 20 "
	       "characters."),
	    NULL);
}

int
verb_device_rename(struct dialogue *d)
{
	const char *word = verb_word(d, 0), *name = verb_word(d, 1);
	const struct k_device *device;
	struct k_verdict verdict;
	struct k_name request = { 0 };
	int r;

	if (!device_name_good(name))
		return verb_bad_name(d);
	if ((r = verb_confirm(d)) != KOSMO_OK)
		return r;
	if ((device = find_device(d, word)) == NULL)
		return no_device(d, word);
	request.device = device->id;
	memcpy(request.name, name, strlen(name));
	r = call_verdict(d, &k_name_layout, &request, &verdict);
	if (r != KOSMO_OK)
		return r;
	if (verdict.word == VERDICT_YES)
		return verb_done(d, N_("\"{device}\" is renamed."),
		    FILL({ "device", device->name }));
	if (verdict.word == VERDICT_TAKEN)
		return verb_bad_name(d);
	return verb_refuse_verdict(d, &verdict, d->person.login);
}

int
verb_device_remove(struct dialogue *d)
{
	const char *word = verb_word(d, 0);
	const struct k_device *device;
	struct k_verdict verdict;
	struct k_remove request = { 0 };
	int r;

	if ((r = verb_confirm(d)) != KOSMO_OK)
		return r;
	if ((device = find_device(d, word)) == NULL)
		return no_device(d, word);
	request.device = device->id;
	r = call_verdict(d, &k_remove_layout, &request, &verdict);
	if (r != KOSMO_OK)
		return r;
	if (verdict.word == VERDICT_YES) {
		r = ask_sign_out(d);
		return r != KOSMO_OK
		    ? r
		    : verb_done(d, N_("\"{device}\" is removed."),
			  FILL({ "device", device->name }));
	}
	if (verdict.word == VERDICT_LAST)
		return verb_refuse(d, RESULT_REFUSED,
		    N_("The last one can't be removed. Enrol another first."),
		    NULL);
	return verb_refuse_verdict(d, &verdict, d->person.login);
}

int
verb_password(struct dialogue *d)
{
	static const struct stage step = { false, 0, 0 };
	int r = verb_confirm(d);

	if (r == KOSMO_OK)
		r = choose_password(d, &step);
	return r == KOSMO_OK ? verb_done(d, N_("Changed."), NULL) : r;
}
