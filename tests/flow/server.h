/*
 * server.h: a real kosmod in a folder of its own, with a clock of its own.
 */
#ifndef KOSMO_TESTS_SERVER_H
#define KOSMO_TESTS_SERVER_H

#include <stdint.h>
#include <sys/types.h>

struct server {
	char dir[64];
	char socket[128];
	char admin[128];
	char priv[128];
	pid_t pid;
	pid_t post; /* a real kosmo-post; 0: none */
	int64_t *offset; /* seconds that its clock is ahead */
	long log_seen;
};

/* The program must not run as root, nor does kosmod: becomes nobody. */
void server_user(void);

/* Who it then is, at this depth ("keeper", "socket", "pam"). */
uid_t server_owner(const char *world);

/* Writes kosmod.conf with the lines of conf, makes the store, starts. */
void server_begin(struct server *s, const char *conf);

/* Starts kosmo-post beside it, which mails as kosmod.conf says. */
void server_post(struct server *s);

/* kill -9, and started again. */
void server_restart(struct server *s);
void server_end(struct server *s);

int64_t server_now(const struct server *s);

/* Connects, or ends the program. */
int server_connect(const char *path);

/* What the audit log got since the last call; the caller frees it. */
char *server_log(struct server *s);

/* Prints what went wrong and ends the program with status. */
void server_die(int status, const char *what, const char *detail)
    __attribute__((noreturn));

#endif
