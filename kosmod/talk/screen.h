/*
 * screen.h: what flows say and ask, in the rules of the dialogue.
 *
 * A step of a flow returns 0 (go on), FLOW_END (the dialogue is over, with
 * what d->result says), or a KOSMO_E… (cut off: the process ends). So every
 * call is followed by `if (r != 0) return r;`.
 *
 * Where the service has dialogues (sshd, login, kosmoctl) everything to be
 * read stands in the text of the next ask, above its last line. Elsewhere
 * (sudo, su, lockers) it goes out as SHOW, and the ask is one line.
 */
#ifndef KOSMO_TALK_SCREEN_H
#define KOSMO_TALK_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "kosmod/talk/answer.h"
#include "kosmod/talk/lang.h"
#include "kosmod/talk/talk.h"
#include "libkosmo/buf.h"

#define FLOW_END 1
#define FLOW_AGAIN 2 /* of a registration's step: begin it anew */

#define SCREEN_COLUMNS 80
#define SCREEN_MESSAGE 511 /* bytes; PAM_MAX_MSG_SIZE less one */

struct dialogue {
	struct talk *t;
	enum lang lang;
	bool lang_fixed;	/* a Linux screen: English whoever it is */
	bool lang_chosen;	/* by a typed word: stays */
	bool full;		/* [Enter] asks, wizard and enrolment allowed */
	bool open_step;		/* a registration step is open: more time */
	bool asked;		/* a first ask went out */
	bool relogin;		/* part 1 is done, the new password awaited */
	unsigned empty;		/* empty answers in a row */
	uint8_t result;		/* enum msg_result to finish with */
	struct k_person person; /* STATE_NONE until something is proven */
	struct buf above;	/* what stands above the next ask */
};

/* {name} in a text is replaced by value. */
struct fill {
	const char *name;
	const char *value;
};

/* say(d, N_("{n} left."), FILL({ "n", number })) */
#define FILL(...)                  \
	(const struct fill[])      \
	{                          \
		__VA_ARGS__,       \
		{                  \
			NULL, NULL \
		}                  \
	}

struct question {
	const char *text;	  /* msgid of the lines above, or NULL */
	const char *prompt;	  /* msgid of the last line, ends in ": " */
	const struct fill *fills; /* of both; NULL: none */
	uint8_t kind;		  /* enum msg_ask_kind */
	bool hidden;		  /* what is typed is not shown */
	bool enter;		  /* an empty answer is an answer */
	bool page;	/* longer than SCREEN_MESSAGE: QR, code pages */
	uint32_t words; /* WORD_FLAGs understood here */
};

/* Prepares d for t: language and manner from t->bound and t->hello. */
void dialogue_init(struct dialogue *d, struct talk *t);
void dialogue_done(struct dialogue *d);

/* From now on in this language ("" or unknown: as before). */
void dialogue_language(struct dialogue *d, const char *name);

/* The text of msgid in the dialogue's language. */
const char *text_of(const struct dialogue *d, const char *msgid);

/* Puts the text of msgid above the next ask, wrapped at 80 columns. */
KOSMO_CHECK int
say(struct dialogue *d, const char *msgid, const struct fill *fills);

/* The same for lines that are drawn already (QR). */
KOSMO_CHECK int say_lines(struct dialogue *d, const char *lines);

/*
 * Where the end of a registration is followed by login(1)'s own words, which
 * it has for RESULT_DENY alone: what they mean, above the next ask.
 */
KOSMO_CHECK int say_console_end(struct dialogue *d);

/* "Help: {contact}" above the next ask, if there is a contact. */
KOSMO_CHECK int say_contact(struct dialogue *d);

/* Shows the text now, without an ask: results in kosmoctl. */
KOSMO_CHECK int
tell(struct dialogue *d, const char *msgid, const struct fill *fills);

/* The same where somebody has to do something now, with nothing to type. */
KOSMO_CHECK int
tell_now(struct dialogue *d, const char *msgid, const struct fill *fills);

/* Shows what was said already. */
KOSMO_CHECK int show_said(struct dialogue *d);

/*
 * Asks until something was answered. Nothing typed where q->enter is not set
 * asks again; the third time in a row leaves: L1 and FLOW_END.
 */
KOSMO_CHECK int
ask(struct dialogue *d, const struct question *q, struct answer *ret);

/* An ask for yes or no; Enter alone takes what stands in *ret before. */
KOSMO_CHECK int
ask_yes(struct dialogue *d, const struct question *q, bool *ret);

/* Text that must be read before going on: closed by [Enter]. */
KOSMO_CHECK int
enter(struct dialogue *d, const char *msgid, const struct fill *fills);

/* The same for what was said already. */
KOSMO_CHECK int enter_said(struct dialogue *d);

/*
 * Ends it where somebody gave up: what was done so far stays (L1). FLOW_END or
 * an error.
 */
KOSMO_CHECK int leave_saved(struct dialogue *d);

/*
 * Ends the dialogue with result: the text, closed by [Enter]; then FLOW_END,
 * or an error. leave_contact names the contact below the text.
 */
KOSMO_CHECK int leave(struct dialogue *d, uint8_t result, const char *msgid,
    const struct fill *fills);
KOSMO_CHECK int leave_contact(struct dialogue *d, uint8_t result,
    const char *msgid, const struct fill *fills);

/*
 * Ends it after a verdict that its flow does not foresee: L2, L3, U1, U2. v
 * may be NULL: something failed in this process.
 */
KOSMO_CHECK int leave_verdict(struct dialogue *d, const struct k_verdict *v);

/*
 * Ends it when time ran out: L6, and 0 or an error. The prompt is still open
 * then; what is told here is seen once something is typed.
 */
KOSMO_CHECK int leave_late(struct dialogue *d);

/* Clock time "15:04" and date "2026-05-01" of a moment, on this host. */
void time_text(uint64_t when, char ret[static 6]);
void date_text(uint64_t when, char ret[static 11]);

#endif
