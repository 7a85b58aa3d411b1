/*
 * conf.h: kosmod.conf, read once into a struct that nobody changes.
 *
 * Unknown sections, unknown keys and bad values are errors with file and
 * line. The parent reads the file, at its start and at SIGHUP; keeper and
 * nursery get what it read (conf_pass.h), so that all agree and a file that
 * was spoilt meanwhile can't keep one of them from being started again.
 */
#ifndef KOSMO_KOSMOD_CONF_H
#define KOSMO_KOSMOD_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "libkosmo/error.h"

#define CONF_SERVICES_MAX 64
#define CONF_TEXT_LEN 255
#define CONF_LIST_LEN 1023
#define MAIL_FROM_LEN 320
#define FAILURES_MAX 250 /* that one counter can hold */

enum conf_classes {
	CLASS_UPPER = 1,
	CLASS_LOWER = 2,
	CLASS_DIGIT = 4,
	CLASS_SYMBOL = 8
};

enum conf_tri { TRI_UNSET = 0, TRI_NO, TRI_YES };

/* [passkey] user-verification: a PIN, a finger, a face. */
enum conf_verify {
	VERIFY_REQUIRED = 0,
	VERIFY_PREFERRED,
	VERIFY_DISCOURAGED,
	VERIFY_BIOMETRIC /* required, and at this host never by PIN */
};

enum conf_change { CHANGE_ALLOW = 0, CHANGE_HOLD, CHANGE_REFUSE };

/* What is in force, of one language's file (terms.h). */
struct conf_terms {
	char version[32];
	char date[11]; /* YYYY-MM-DD */
	uint8_t hash[32];
};

/* One [service NAME]; unset values fall back to [login]. */
struct conf_service {
	char name[64];
	uint8_t steps;	   /* bits of enum step (kmsg.h) */
	uint32_t methods;  /* METHOD_BITs; 0: as [login] methods */
	char language[8];  /* "": as [login] language */
	bool alone;	   /* alone = allow */
	bool login;	   /* account demands that auth ran */
	bool dialogue;	   /* [Enter] asks, wizard, enrolment */
	bool console;	   /* no rhost means the console */
	bool caller;	   /* who = caller: PAM_RUSER is asked, not PAM_USER */
	uint32_t deadline; /* seconds */
	bool combined;	   /* password and code are typed together */
	uint32_t remember; /* seconds; REMEMBER_UNSET: as [login] */
};

#define REMEMBER_UNSET UINT32_MAX

struct conf {
	struct {
		uint32_t min, max;
		char symbols[64];
		bool keep; /* a fitting initial ID may stay */
		char deny[CONF_LIST_LEN + 1]; /* words apart by spaces */
	} user_id;
	struct {
		uint32_t min, max;
		uint32_t classes; /* bits of enum conf_classes */
		char symbols_denied[64];
		uint32_t history;
		char blocklist[CONF_TEXT_LEN + 1]; /* path or "" */
	} password;
	struct {
		uint32_t expires; /* seconds */
		bool birth_date, terms, email, user_id, relogin;
		uint32_t change;   /* enum conf_change, of the address */
		uint32_t attempts; /* at the date of birth */
	} registration;
	struct {
		char from[MAIL_FROM_LEN + 1]; /* "Name <address>", address */
		char subject[65]; /* before every subject; "": by language */
		uint32_t digits, lifetime, attempts, resend_after;
		uint32_t per_hour;		  /* code mails to a person */
		char domains[CONF_LIST_LEN + 1];  /* apart by spaces; "": any */
		char sendmail[CONF_TEXT_LEN + 1]; /* argv apart by spaces */
	} email;
	struct {
		uint32_t count;
	} recovery;
	struct {
		char protect[CONF_TEXT_LEN + 1]; /* groups, apart by spaces */
	} admin;
	struct {
		char issuer[65]; /* "" never after conf_load */
		char algorithm[8];
		uint32_t digits, period, window;
	} totp;
	struct {
		char rp_id[254];  /* "": as `kosmod --init` stored it */
		uint32_t verify;  /* enum conf_verify */
		uint32_t timeout; /* seconds for a touch */
	} passkey;
	struct {
		uint32_t free, window, base, ceiling; /* tries; seconds */
		uint32_t per_source, per_source_window;
		uint32_t per_person, per_person_window;
		uint32_t known_for; /* seconds */
		uint32_t lock;
	} throttle;
	struct {
		uint32_t methods; /* METHOD_BITs, and the order below */
		uint8_t order[4]; /* enum method, as written */
		uint8_t floor;	  /* bits of enum step */
		uint32_t attempts;
		bool unknown_ignore;
		uint32_t remember; /* seconds; 0: never */
		char language[8];
		char contact[CONF_TEXT_LEN + 1];    /* for both, or "" */
		char contact_ja[CONF_TEXT_LEN + 1]; /* "": contact */
		char contact_en[CONF_TEXT_LEN + 1];
	} login;
	struct {
		uint32_t conversations; /* in all */
		uint32_t per_uid;
		uint32_t idle; /* seconds at one prompt */
	} limits;
	struct {
		char socket[108];
		char state[CONF_TEXT_LEN + 1];
		char terms[CONF_TEXT_LEN + 1];
		char master_key[CONF_TEXT_LEN + 1];
	} paths;
	struct conf_terms terms[2]; /* by enum lang; of paths.terms */
	struct conf_service services[CONF_SERVICES_MAX];
	uint32_t n_services;
};

/*
 * Fills ret with the defaults, then with the file at path (NULL: defaults
 * alone). Each error is one line on err, "path:line: what". KOSMO_EINVAL.
 */
KOSMO_CHECK int conf_load(const char *path, struct conf *ret, FILE *err);

/*
 * The same, but terms and block list stay unopened: for kosmo-post, which
 * needs neither and may not be allowed to read them.
 */
KOSMO_CHECK int conf_load_keys(const char *path, struct conf *ret, FILE *err);

/*
 * What still has its default and should not (contact, issuer), a sendmail that
 * is not there, and what some apps ignore (totp other than SHA1, 6, 30): one
 * line each on out, which begins with the section in brackets.
 */
void conf_advise(const struct conf *conf, FILE *out);

/*
 * The row of a service; the [login]-wide row of defaults if there is none
 * (steps password and factor, no dialogue, deadline 5 minutes).
 */
const struct conf_service *
conf_service(const struct conf *conf, const char *name);

#endif
