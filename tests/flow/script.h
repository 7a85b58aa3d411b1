/*
 * script.h: a flow script, read line by line (tests/flow/README).
 */
#ifndef KOSMO_TESTS_SCRIPT_H
#define KOSMO_TESTS_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "libkosmo/msg.h"

struct script;
struct world;

/* Who is in front of the screen, and where: one line that opens a dialogue. */
struct visit {
	uint8_t phase;
	char service[64];
	char user[NAME_LEN + 1];
	char source[64];
	char tty[64];
	uint32_t uid;  /* of the account */
	uint32_t peer; /* uid of the host program */
	uint32_t ruid; /* and of who started it */
	char auth_info[AUTH_INFO_LEN + 1]; /* of sshd */
	uint32_t options;
	char verb[32]; /* of kosmoctl, and its arguments */
	uint8_t n_args;
	struct msg_arg args[4];
};

/*
 * Where a script is played. All functions end the program with a message if
 * something fails that no script expects.
 */
struct world {
	const char *name;
	/* The lines of kosmod.conf; called once, before everything else. */
	void (*begin)(struct world *w, const char *conf);
	void (*clock)(struct world *w, int64_t seconds);
	int64_t (*now)(struct world *w);
	/*
	 * An admin's verb; its slip or code goes into secret, or "". more: the
	 * language of who is added, the address that "email" sets.
	 */
	void (*admin)(struct world *w, const char *verb, const char *user,
	    const char *more, char secret[static 64]);
	void (*restart)(struct world *w);
	/* A whole dialogue; the result, or -1 if the person hung up. */
	int (*play)(
	    struct world *w, const struct visit *v, struct script *script);
	/* The digits mailed last to login, or "". */
	const char *(*code)(struct world *w, const char *login);
	/* Kinds and addresses of the mails since the last call, a line each. */
	char *(*mails)(struct world *w);
	/* How post is: "takes" mails, "fails", "silent" or "gone". */
	void (*post)(struct world *w, const char *how);
	/*
	 * Something is done to a security key (fake_touch.h), or with name
	 * "" to kosmo-touch: "gone", "here". False: not at this depth.
	 */
	bool (*key)(struct world *w, const char *name, const char *how);
	/* True if conversations here can reach an agent (ssh.h). */
	bool agent;
	/* The text of audit lines since the last call. */
	char *(*log)(struct world *w);
	void (*end)(struct world *w);
};

/* What the person sees; the script compares. */
void script_show(struct script *s, const char *text);

/* What the person is asked: 0 and what is typed, or -1: hangs up. */
int
script_ask(struct script *s, const char *text, bool echo, struct secret *ret);

/* Prints file, line and why, and ends the program. */
void script_fail(struct script *s, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

/* The depths: in process, against a real kosmod, behind libpam. */
struct world *world_keeper(void);
struct world *world_socket(void);
struct world *world_pam(void);

#endif
