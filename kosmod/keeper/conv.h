/*
 * conv.h: one conversation as the keeper sees it; for keeper/ only.
 *
 * What is proven lives here and nowhere else, and dies with the connection.
 */
#ifndef KOSMO_KEEPER_CONV_H
#define KOSMO_KEEPER_CONV_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "kosmod/keeper/audit.h"
#include "kosmod/keeper/digest.h"
#include "kosmod/keeper/keeper.h"
#include "kosmod/keeper/person.h"
#include "kosmod/keeper/throttle.h"
#include "libkosmo/packet.h"

#define BOUNDARY_MS 250 /* refusals leave at the next one */

struct kconv;

/* What a conversation waits for from the warden (warden.h). */
struct warden_wait {
	uint64_t id;   /* of the job; 0: nothing */
	int64_t since; /* mono ms */
	void (*sessions)(struct kconv *c, const struct p_sessions_is *is);
	void (*account)(struct kconv *c, const struct p_account_is *is);
	void (*where)(struct kconv *c, const struct p_where_is *is);
};

/* The job of kosmo-touch that a conversation has (touch.h). */
struct touch_wait {
	uint64_t id;	  /* of the job; 0: touch has none */
	int64_t until;	  /* mono ms: its next word comes by then; 0: talk
			     has the floor */
	uint32_t seconds; /* for a touch */
	uint32_t told;	  /* the same, as talk tells the person */
	bool cut;	  /* until is where the conversation ends */
	uint8_t said;	  /* enum touch_word: the last that talk was told */
	bool pin_left;	  /* ... and a PIN may be tried */
	bool asked;	  /* talk waits for a word */
	bool kept;	  /* word is there, and talk has not asked for it */
	struct k_touched *word;
};

/* How far a forgotten password has come (forgot.h). */
enum forgot_stage {
	FORGOT_NONE = 0,
	FORGOT_WRONG, /* or whoever must look like it */
	FORGOT_TWO,   /* the first two checks were right */
	FORGOT_OVER,  /* judged: not all of it was right */
	FORGOT_ALL    /* all three: a new password may be set */
};

/* What was right, and is used up once all is. */
struct forgot {
	enum forgot_stage stage;
	int64_t charged;	  /* wall time of the charge */
	uint8_t marked;		  /* what throttle_charge said of it */
	uint32_t device;	  /* the app; 0: a recovery code */
	uint64_t step;		  /* of its code */
	uint8_t code[DIGEST_LEN]; /* as K_FORGOT had it */
};

/* What kosmo-touch was asked to have signed, once. */
struct touch_challenge {
	uint8_t act; /* TOUCH_ENROL, TOUCH_PROVE; 0: none */
	uint8_t hash[DIGEST_LEN];
	char rp_id[RP_ID_LEN + 1];
};

/* What the person's agent was asked to sign, once. */
struct agent_challenge {
	uint8_t purpose; /* enum agent_purpose; 0: none */
	int64_t until;	 /* mono ms */
	char namespace[256];
	char text[1024];
};

/* Where the person sits who runs the program that opened a conversation. */
enum place {
	PLACE_UNASKED = 0,
	PLACE_UNTOLD, /* the warden does not know: the rows have to do */
	PLACE_HERE,
	PLACE_AWAY
};

struct kconv {
	TAILQ_ENTRY(kconv) queue;     /* in keeper.hashing or keeper.waiting */
	TAILQ_ENTRY(kconv) at_warden; /* in keeper.wardened */
	TAILQ_ENTRY(kconv) at_touch;  /* in keeper.touching */
	struct keeper *k;
	void *conn;
	struct kpeer peer;
	struct msg_open open;
	int64_t opened; /* mono ms */

	bool bound;
	struct conf_service row; /* policy of the service, kept over a reload */
	char service[64];	 /* as told; for the log */
	char tty[64];
	char login[NAME_LEN + 1]; /* of the record, or as typed */
	char alias[NAME_LEN + 1]; /* what was typed, if an alias */
	uint32_t uid;		  /* that the client gave for the name */
	bool exists;		  /* there is a record of login */
	uint8_t slip[DIGEST_LEN]; /* its initial password, as K_BIND saw it */
	bool ignore;		  /* unknown, and unknown = ignore */
	bool admin;		  /* admin verbs are allowed */
	bool reset;		  /* passwd(1) by root */
	struct origin origin;

	uint8_t required;  /* bits of enum step */
	uint8_t proven;	   /* bits of enum step */
	bool refused;	   /* the right password of who may not come in */
	bool initial;	   /* the password typed was the initial one */
	bool vouched;	   /* may enrol a first device */
	uint32_t enrolled; /* device enrolled here */
	bool password_set;

	bool combined; /* password and code are typed together */
	bool trying;   /* K_TRY without its K_PASSWORD */
	bool dummy;    /* ... which will not be evaluated */
	bool hashing;  /* holds a permit, since mono time hash_since */
	bool waiting;  /* stands in keeper.waiting for one */
	int64_t hash_since;
	int64_t tried;	 /* mono time of the attempt */
	int64_t charged; /* wall time of its charge */
	uint8_t marked;	 /* what throttle_charge said of it */
	struct warden_wait warden;
	enum place place; /* door.h */
	struct touch_wait touch;
	struct forgot forgot;
	bool skips;		   /* a remembered login: no code was asked */
	uint32_t remembered;	   /* logins that were, when this one began */
	char wanted[NAME_LEN + 1]; /* user ID, while the warden looks */
	uint32_t passwords;	   /* attempts made */
	uint32_t codes;
	uint32_t vouches;
	uint32_t seeds;
	struct touch_challenge challenge; /* of the last K_TOUCH; passkey.h */
	struct agent_challenge agent;
	uint32_t key_device; /* that sshd has let in; counts as the factor */
	uint32_t requests;   /* in all */
	uint32_t times[KMSG_REQUESTS]; /* of each request */

	char ref[5]; /* of the last trouble */
	bool finished;
	bool allowed; /* END said ALLOW */
	bool ended;   /* END was said once: what follows is ACCOUNT */
	struct store_walk *walk; /* K_USER_NEXT */
	bool noted;		 /* member_note was here */
	struct member_job *job;	 /* waits for the warden; member.c */
	struct k_slip *answer;	 /* the same; admin_end.c */
};

TAILQ_HEAD(kconv_list, kconv);

struct ticket {
	uint8_t id[TICKET_LEN];
	char login[NAME_LEN + 1];
	char service[64];
	bool remote;   /* the login came from another host */
	int64_t until; /* mono ms; 0: free */
};

#define TICKETS_MAX 256

/* A member of kosmo-admin who has proven all, at a terminal. */
struct confirmed {
	uid_t uid;
	char tty[64];
	int64_t at;    /* wall */
	int64_t until; /* mono ms; 0: free */
};

#define CONFIRMED_MAX 64
/* A code mail of late, for the limits that hold for all together. */
struct code_mark {
	uint32_t schema;
	uint64_t number;	     /* from 1, one more each mail; 0: free */
	uint64_t at;		     /* wall */
	char source[ORIGIN_LEN + 1]; /* an address, or "" */
};

#define CODE_MARKS_MAX 1000 /* so many an hour go out at the most */

struct post_job;
TAILQ_HEAD(post_jobs, post_job);

struct keeper {
	struct store *store;
	struct audit *audit;
	const struct conf *conf;
	struct clock clock;
	struct keeper_ways ways;
	struct digest_key *mac_key; /* store subkey "proof" */
	uint32_t hash_permits;	    /* running at once */
	uint32_t n_hashing;
	struct kconv_list hashing;
	struct kconv_list waiting;
	struct kconv_list wardened; /* in the order in which they asked */
	uint64_t warden_ids;	    /* the last that was given */
	uint32_t n_convs;
	uint32_t n_waiting;
	struct ticket tickets[TICKETS_MAX];
	struct confirmed confirmed[CONFIRMED_MAX];
	int64_t started;
	uint64_t newest;	  /* newest time stored; see time.c */
	uint64_t people;	  /* records of persons */
	struct store_walk *sweep; /* people_sweep is here */
	enum rec_type sweep_type;
	int64_t sweep_after; /* mono ms: not before */

	struct kconv_list touching; /* touch has a job of theirs */
	uint32_t n_touching;
	uint64_t touch_ids; /* the last that was given */

	bool post, warden, touch;     /* they are here */
	char host[65];		      /* its name, as it was at the start */
	char rp_first[RP_ID_LEN + 1]; /* as --init stored it */
	uint64_t post_ids;	      /* the last that was given */
	struct post_jobs post_jobs;
	struct notices *notices;
	uint64_t code_mails; /* number of the last; mail_limits.c */
	struct code_mark code_marks[CODE_MARKS_MAX]; /* by number: a ring */
};

int64_t keeper_wall(const struct keeper *k);
int64_t keeper_mono(const struct keeper *k);

/* Sends a reply to talk. */
void kconv_reply(struct kconv *c, const struct layout *l, const void *msg,
    int64_t not_before);

/* The next boundary after the attempt of c, in ms of mono. */
int64_t kconv_boundary(const struct kconv *c);

/* A K_VERDICT; refusals (anything but YES) wait for the boundary. */
void kconv_verdict(struct kconv *c, const struct k_verdict *v);
void kconv_word(struct kconv *c, enum verdict_word word);

/*
 * A failure of ours: logs what, with a reference that the person is shown,
 * and answers VERDICT_BUSY.
 */
void kconv_trouble(struct kconv *c, const char *what, int err);

/*
 * Loads the person of c. KOSMO_ENOTFOUND if there was no record at K_BIND;
 * KOSMO_ECONFLICT if that person was removed or invited anew since then, or
 * has ended elsewhere what the initial password typed here was good for: what
 * is proven here was proven of somebody else.
 */
KOSMO_CHECK int
kconv_person(struct kconv *c, struct person *ret, uint64_t *ret_version);

/* Methods that policy allows in c: METHOD_BITs. */
uint32_t kconv_methods(const struct kconv *c);

/* An attempt of c as throttle.h wants it; p may be NULL. */
struct attempt kconv_attempt(struct kconv *c, const struct person *p);

/* An audit line of c into t. */
KOSMO_CHECK int kconv_audit(struct kconv *c, struct txn *t, const char *event,
    const char *step, const char *outcome, const char *reason);

#endif
