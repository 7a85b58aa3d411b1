#include "config.h"

#include "job.h"

#include <string.h>

#include "kosmod/log.h"
#include "libkosmo/packet.h"
#include "touch/ask.h"

static enum touch_word
run(struct job *j)
{
	enum touch_word word = job_search(j);

	if (word == TOUCH_DONE)
		word = job_choose(j);
	return word == TOUCH_DONE ? job_work(j) : word;
}

void
job_run(const struct p_touch *ask, int claims)
{
	struct job j = { .ask = ask,
		.claims = claims,
		.until = packet_now() + (int64_t)ask->seconds * 1000 };
	enum touch_word word;

	/* what has no CTAP2 is taken as such only if it says so itself */
	fido_init(FIDO_DISABLE_U2F_FALLBACK);
	word = run(&j);
	/* the key stops blinking before anybody is told that it has */
	devices_close(&j.devices, claims);
	j.word.word = (uint8_t)word;
	if (word != TOUCH_DONE && word != TOUCH_KNOWN)
		j.word = (struct k_touched){ .word = (uint8_t)word,
			.retries = j.word.retries };
	if (!ask_stopped() && ask_say(&j.word) != KOSMO_OK)
		log_say(LOG_ERR, "job %llu: nobody hears how it ended",
		    (unsigned long long)ask->id);
	explicit_bzero(&j, sizeof(j));
}
