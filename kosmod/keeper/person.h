/*
 * person.h: the record of one person, and what may be said of it.
 *
 * Plain data: loaded from the store, changed by the judge, put back under
 * the version it was loaded with. Holds secrets: wipe with person_done.
 */
#ifndef KOSMO_KEEPER_PERSON_H
#define KOSMO_KEEPER_PERSON_H

#include <stdbool.h>
#include <stdint.h>

#include "kosmod/conf.h"
#include "kosmod/kmsg.h"
#include "kosmod/keeper/store.h"
#include "kosmod/keeper/totp.h"

#define PERSON_SCHEMA 3
#define ORIGIN_LEN 63
#define ORIGINS_MAX 16
#define HISTORY_MAX 24
#define FAILS_MAX FAILURES_MAX
#define SESSIONS_MAX 32
#define MAILED_MAX MAIL_PURPOSES
#define MAILS_MAX 50 /* [email] per-hour goes no higher */
#define REMEMBERED_MAX 8
#define FORGOTS_MAX 8

struct r_device {
	uint32_t id;
	uint8_t method; /* enum method */
	char name[LABEL_LEN + 1];
	uint64_t added;
	uint64_t used;
	struct secret seed;
	char algorithm[8];
	uint32_t digits;
	uint32_t period;
	uint64_t step; /* newest TOTP step accepted: none up to it again */
	/* passkeys, since schema 3 */
	uint8_t kind; /* enum device_kind */
	uint8_t alg;  /* enum key_alg */
	uint32_t key_len;
	uint8_t key[KEY_LEN]; /* public, as enum key_alg has it */
	uint32_t credential_len;
	uint8_t credential[CREDENTIAL_LEN]; /* KIND_HERE */
	char rp[RP_ID_LEN + 1]; /* KIND_HERE: rp id; KIND_SSH: application */
	uint32_t counter;	/* newest that was seen */
};

/* A FIDO2 key of OpenSSH that is to be enrolled, and not proven yet. */
struct r_ssh_key {
	uint8_t alg;
	uint32_t key_len;
	uint8_t key[64];
	char application[65];
	char name[LABEL_LEN + 1];
	uint64_t since;
};

struct r_origin {
	char name[ORIGIN_LEN + 1];
	uint64_t last; /* complete login */
};

struct r_session {
	char id[2 * TICKET_LEN + 1];
	char service[64];
	char tty[64];
	uint64_t pid; /* of the process that opened it */
	uint64_t opened;
	uint8_t remote; /* 1: from another host; since schema 3 */
};

/* The newest mailed code of one purpose. */
struct r_mailed {
	uint8_t purpose;	 /* enum mail_purpose */
	uint8_t mac[DIGEST_LEN]; /* of the digits; zero: used up */
	uint8_t to[DIGEST_LEN];	 /* HMAC of the address it went to */
	uint64_t sent;		 /* 0: not handed over yet */
	uint64_t until;
	uint32_t tries; /* wrong ones so far */
};

/* A login that may skip the code. */
struct r_remembered {
	char source[64]; /* address */
	char service[64];
	uint64_t until;
};

struct r_mac {
	uint8_t mac[DIGEST_LEN];
};

struct r_hash {
	char hash[HASH_LEN + 1];
};

struct r_time {
	uint64_t at;
};

struct person {
	uint32_t schema; /* PERSON_SCHEMA */
	char login[NAME_LEN + 1];
	uint32_t uid; /* NO_UID: no account when invited; set at first login */
	char user_id[NAME_LEN + 1];
	char initial_id[NAME_LEN + 1];
	char name[LABEL_LEN * 2 + 1];
	char email[MAIL_LEN + 1];
	char language[8];
	uint8_t state; /* STATE_INVITED, _REGISTERED or _ACTIVE */
	uint32_t todo; /* bits of enum todo */
	uint64_t invited;
	uint64_t expires;
	uint8_t birth[DIGEST_LEN];   /* HMACs; zero: none */
	uint8_t initial[DIGEST_LEN]; /* stays, to say "use your new one" */
	uint8_t code[DIGEST_LEN];    /* an admin's one-time code */
	uint64_t code_until;
	char password[HASH_LEN + 1]; /* crypt(5); "": none yet */
	uint64_t password_set;
	uint8_t n_history;
	struct r_hash history[HISTORY_MAX]; /* newest first */
	uint32_t next_device;
	uint8_t n_devices;
	struct r_device devices[DEVICES_MAX];
	uint8_t preferred;     /* enum method */
	struct secret pending; /* seed that is being enrolled */
	uint64_t pending_since;
	char lock[LABEL_LEN + 1]; /* reason; "": not locked */
	uint64_t locked;
	uint64_t cleared; /* throttle marks up to then don't count */
	uint8_t n_fails;
	struct r_time fails[FAILS_MAX]; /* of the factor, oldest first */
	uint64_t last_login;
	char last_service[64];
	char last_source[64];
	uint64_t refused;
	char refusal[LABEL_LEN + 1];
	uint8_t n_origins;
	struct r_origin origins[ORIGINS_MAX];
	uint8_t n_sessions;
	struct r_session sessions[SESSIONS_MAX]; /* open ones, oldest first */
	/* since schema 2 */
	uint8_t email_ok;	       /* 1: a code mailed to email was typed */
	char email_next[MAIL_LEN + 1]; /* chosen, not confirmed */
	uint64_t email_held; /* part 2 waits until then; 0: it does not */
	uint8_t n_mailed;
	struct r_mailed mailed[MAILED_MAX];
	uint8_t n_mails;
	struct r_time mails[MAILS_MAX]; /* code mails of late, oldest first */
	char terms[32];			/* version agreed to */
	uint8_t terms_hash[DIGEST_LEN];
	uint64_t terms_at;
	uint8_t chosen;	 /* enum method: what part 2 sets up */
	uint32_t births; /* wrong dates of birth */
	uint8_t n_recovery;
	struct r_mac recovery[CODES_MAX]; /* codes left */
	uint8_t n_remembered;
	struct r_remembered remembered[REMEMBERED_MAX];
	uint8_t n_forgots;
	struct r_time forgots[FORGOTS_MAX]; /* in the last day */
	uint64_t warned; /* when told that somebody knows the password */
	/* HMAC of the line of the file it came by; zero: none */
	uint8_t import[DIGEST_LEN];
	char bound[NAME_LEN + 1]; /* see person_bound */
	/* since schema 3 */
	uint8_t n_waiting;
	struct r_ssh_key waiting[1];
};

/*
 * Loads the record of login. KOSMO_ENOTFOUND, KOSMO_EVERSION for a newer
 * schema, KOSMO_ECORRUPT. *ret_version is for person_put.
 */
KOSMO_CHECK int person_get(struct store *st, const char *login,
    struct person *ret, uint64_t *ret_version);

/* Reads a record's bytes, as store_next gives them. */
KOSMO_CHECK int person_decode(const struct buf *value, struct person *ret);

/* Puts it into t. */
KOSMO_CHECK int
person_put(struct txn *t, const struct person *p, uint64_t version);

void person_done(struct person *p);

/*
 * The name that the HMACs of this record are bound to: its login name, or the
 * first one it had, since nobody can make them anew when an account is renamed.
 */
const char *person_bound(const struct person *p);

/* Its state at time now: adds EXPIRED and LOCKED to what is stored. */
enum person_state person_state(const struct person *p, int64_t now);

/*
 * What stands between p and a login: what is stored, and what comes up by
 * itself: terms that changed, an address that is not confirmed, no device of
 * a method that policy allows. Bits of enum todo.
 */
uint32_t person_todo(const struct person *p, const struct conf *conf);

/* What talk may know: no secret. */
void person_view(const struct person *p, const struct conf *conf, int64_t now,
    struct k_person *ret);

/* The device by its number; 0: the first of the preferred kind. Or NULL. */
struct r_device *person_device(struct person *p, uint32_t id);

/* True if another device than id bears name. */
bool person_named(const struct person *p, const char *name, uint32_t id);

/* True if somebody logged in from origin in the last known_for seconds. */
bool person_knows(const struct person *p, const char *origin, int64_t now,
    uint32_t known_for);

/* Remembers a complete login from origin, in place of the oldest. */
void person_remember(struct person *p, const char *origin, int64_t now);

/* Notes one failed factor; returns how many stand in the last 30 days. */
uint32_t person_failed(struct person *p, int64_t now);

/* Those failures, without noting one. */
uint32_t person_failures(const struct person *p, int64_t now);

void device_totp(const struct r_device *d, struct totp *ret);

#endif
