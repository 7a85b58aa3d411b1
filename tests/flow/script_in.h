/*
 * script_in.h: a script that is being played; for script.c, app.c, play.c.
 */
#ifndef KOSMO_TESTS_SCRIPT_IN_H
#define KOSMO_TESTS_SCRIPT_IN_H

#include <stdio.h>

#include "script.h"

#define PEOPLE_MAX 16
#define LINE_MAX_LEN 1024
#define CODES_SEEN 24

/* What a phone has of a person. */
struct seed {
	char user[NAME_LEN + 1];
	uint8_t bytes[64];
	size_t len;
	unsigned algorithm; /* 1, 256, 512; and the two others, or 0: as usual */
	unsigned digits;
	unsigned period;
};

struct script {
	const char *dir; /* of include */
	const char *path;
	FILE *f;
	int number; /* of the line */
	char line[LINE_MAX_LEN];
	bool have; /* line is not used yet */
	struct world *world;
	bool begun;
	char conf[4096];
	char terms[64]; /* folder of the terms of use, or "" */
	char secret[64];	   /* of the last slip or code */
	char code[9];		   /* typed last */
	char user[NAME_LEN + 1];   /* of this dialogue */
	char screen[TEXT_LEN + 1]; /* the last ask */
	bool kosmoctl;		   /* it is the client: no PAM limits */
	char recovery[CODES_SEEN][10]; /* the codes shown last */
	struct seed seeds[PEOPLE_MAX];
	size_t n_seeds;
};

/* The next line that says something, without its newline; NULL at the end. */
const char *script_peek(struct script *s);
void script_take(struct script *s);

/* The line "=*", any number of texts, is over. */
void script_skip_texts(struct script *s);

/* Runs the command of this line; false if it is none. */
bool script_command(struct script *s);

/* The code that the phone of this dialogue's person shows at a time. */
void app_code(struct script *s, int64_t when, char ret[static 9]);

/* The phone gets a key: length characters of base32, spaces among them. */
void app_key(struct script *s, const char *text, size_t length);

/* The same, if text has eight groups of four in it. */
void app_notice(struct script *s, const char *text);

/* Writes down the recovery codes of a screen that has them. */
void codes_notice(struct script *s, const char *text);

/*
 * The terms of use: a folder with those of tests/flow/terms, then the same
 * with another version, then nothing.
 */
void terms_make(struct script *s);
void terms_write(struct script *s, const char *version);
void terms_done(struct script *s);

/* A block list beside them: "Blue-sky-42" alone. */
void terms_blocklist(struct script *s);

#endif
