/*
 * parse.h: what /proc, logind and an account database may say, taken apart.
 * Text in, numbers out; nothing here opens anything.
 */
#ifndef KOSMO_WARDEN_PARSE_H
#define KOSMO_WARDEN_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "libkosmo/error.h"

#define COMM_LEN 32	  /* of a process's name; the kernel has 15 */
#define SESSION_ID_LEN 31 /* of logind's names for sessions */
#define UNSET UINT32_MAX  /* no loginuid, no audit session */

/* One line of /proc/PID/stat, as far as it matters here. */
struct stat_line {
	char state;
	char comm[COMM_LEN];
	pid_t ppid;
	pid_t sid;
	uint32_t tty;	/* device number; 0: none */
	uint64_t start; /* clock ticks after boot */
};

/* Where systemd has put a process. */
enum place_kind {
	PLACE_NONE = 0,	     /* no systemd, or another person's place */
	PLACE_SESSION,	     /* a session of logind's */
	PLACE_MANAGER,	     /* the person's own service manager */
	PLACE_LOGIN_SERVICE, /* a service that people log in by */
	PLACE_SERVICE	     /* any other service: cron, at */
};

struct place {
	enum place_kind kind;
	char session[SESSION_ID_LEN + 1]; /* PLACE_SESSION */
};

/* A folder of /proc that is a process: digits only. KOSMO_EINVAL. */
KOSMO_CHECK int parse_pid(const char *name, pid_t *ret);

/* KOSMO_EFORMAT if text is no such line. */
KOSMO_CHECK int parse_stat(const char *text, struct stat_line *ret);

/*
 * The uid of a process from /proc/PID/status. UNSET if real, effective,
 * saved and file system uid are not one and the same. KOSMO_EFORMAT.
 */
KOSMO_CHECK int parse_uid(const char *text, uint32_t *ret);

/* A file that holds one number, as loginuid does. KOSMO_EFORMAT. */
KOSMO_CHECK int parse_number(const char *text, uint32_t *ret);

/* The place of one of uid's processes, from /proc/PID/cgroup. */
void parse_place(const char *text, uint32_t uid, struct place *ret);

/* True if it is a name that logind gives to a session. */
bool parse_session_id(const char *id);

/*
 * True if a login name may become the name of a file: nothing of a path, of
 * an option or of a hidden file is in it.
 */
bool parse_login(const char *login);

/*
 * UID_MIN of the text of login.defs, the last one that is there; 1000 if
 * none is, or if it is no number above 0.
 */
uint32_t parse_uid_min(const char *text);

/*
 * How many tickets a file of sudo's has that it may still take: not those
 * that were disabled (sudo -k) or never given (a sudo that failed). One, if
 * the file is of a form that is not known.
 */
uint32_t parse_tickets(const uint8_t *bytes, size_t len);

#endif
