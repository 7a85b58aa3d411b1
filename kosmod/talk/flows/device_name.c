#include "config.h"

#include "kosmod/talk/flows/device_name.h"

#include <string.h>

#include "kosmod/talk/call.h"
#include "libkosmo/utf8.h"

#define NAME_CHARS 20

bool
device_name_good(const char *name)
{
	size_t count = 0, n = strlen(name), step;
	uint32_t c;

	if (n == 0 || n > LABEL_LEN || name[0] == ' ' || name[n - 1] == ' ' ||
	    !utf8_clean(name, n, false))
		return false;
	for (size_t at = 0; at < n; at += step, count++)
		if ((step = utf8_next(name + at, n - at, &c)) == 0)
			return false;
	return count <= NAME_CHARS;
}

const char *
device_name_of(const struct k_person *p, uint32_t id)
{
	for (size_t i = 0; i < p->n_devices; i++)
		if (p->devices[i].id == id)
			return p->devices[i].name;
	return "";
}

/* *good: the device bears the typed name now. */
static int
rename_to(
    struct dialogue *d, uint32_t id, const struct secret *text, bool *good)
{
	struct k_name name = { .device = id };
	struct k_verdict verdict = { .word = VERDICT_TAKEN };
	int r = 0;

	if (answer_line(text, name.name, sizeof(name.name)) == 0 &&
	    device_name_good(name.name))
		r = call_verdict(d, &k_name_layout, &name, &verdict);
	*good = verdict.word == VERDICT_YES;
	if (r != 0 || *good)
		return r;
	return say(d,
	    N_("Can't be used. Choose a different name, up to 20 characters."),
	    NULL);
}

int
device_name_ask(struct dialogue *d, uint32_t id)
{
	const struct question question = {
		.prompt = N_("Device name [{device}]: "),
		.fills = FILL({ "device", device_name_of(&d->person, id) }),
		.enter = true,
	};
	struct answer answer = { 0 };
	bool good = false;
	int r = say(d,
	    N_("It works. Give it a name you will recognise, or just press "
	       "Enter."),
	    NULL);

	while (r == 0 && !good) {
		if ((r = ask(d, &question, &answer)) != 0 || answer.empty)
			break;
		r = rename_to(d, id, &answer.text, &good);
	}
	answer_done(&answer);
	return r;
}
