/*
 * kmsg.h: what crosses between a talk process and the keeper (PROTOCOL.md,
 * part 2).
 *
 * Talk asks, the keeper answers: one request, one reply, in turn. No stored
 * secret goes to talk (only the seed and the codes that are being made and
 * must be shown), and no request says "yes": the keeper compares, remembers
 * what is proven, and allows a request by its table in keeper/permits.c.
 * Anything out of turn ends the conversation.
 */
#ifndef KOSMO_KOSMOD_KMSG_H
#define KOSMO_KOSMOD_KMSG_H

#include <stdint.h>

#include "kosmod/kmsg_admin.h"
#include "kosmod/kmsg_journey.h"
#include "kosmod/kmsg_passkey.h"
#include "kosmod/kmsg_person.h"
#include "kosmod/kmsg_size.h"
#include "libkosmo/codec.h"
#include "libkosmo/msg.h"
#include "libkosmo/secret.h"

enum kmsg_type {
	/* requests */
	K_BIND = 64,
	K_TRY,
	K_PASSWORD,
	K_CODE,
	K_VOUCH,
	K_PROFILE,
	K_OLD,
	K_OLD_HASH,
	K_SET_PASSWORD,
	K_SEED,
	K_SEED_CODE,
	K_NAME,
	K_REMOVE,
	K_FINISH,
	K_USER_ADD,
	K_USER_SET,
	K_USER_ACT,
	K_USER_SHOW,
	K_USER_NEXT,
	K_LOG,
	K_STATUS,
	K_LANGUAGE,
	K_BIRTH,
	K_TERMS,
	K_EMAIL,
	K_MAIL,
	K_MAIL_CODE,
	K_USER_ID,
	K_METHOD,
	K_RECOVERY,
	K_SESSIONS,
	K_REMEMBER,
	K_FORGOT,
	K_FORGOT_ID,
	K_USER_RENAME,
	K_USER_IMPORT,
	K_TOUCH,
	K_PASSKEY_NEW,
	K_PASSKEY,
	K_SSH_KEY,
	K_SSH_SEEN,
	K_AGENT,
	K_SIGNED,
	KMSG_END, /* no request: what follows the last one */
	/* replies */
	K_BOUND = 128,
	K_SETTING,
	K_VERDICT,
	K_PERSON,
	K_SEED_IS,
	K_SLIP,
	K_LINES,
	K_STATUS_IS,
	K_DONE,
	K_MAILED,
	K_CODES_IS,
	K_SESSIONS_IS,
	K_INVITED,
	K_TOUCHED,
	K_CHALLENGE
};

#define KMSG_REQUESTS (KMSG_END - K_BIND) /* how many there are */

/* Bits of what a login must prove, and of what has been proven. */
enum step { STEP_PASSWORD = 1, STEP_FACTOR = 2 };

/*
 * Names the person, once and first in a conversation. phase, user, uid,
 * service, ruser and options as in OPEN, or the conversation is ended. From a
 * peer that is not root the keeper holds user against the recorded uid.
 * Reply: K_BOUND, alike for known and unknown names.
 */
struct k_bind {
	uint8_t phase;
	char user[NAME_LEN + 1];
	uint32_t uid;
	char service[64];
	char tty[64];
	char source[64]; /* an address in text, "" if there is none */
	uint8_t console; /* 1: no rhost, service may be a console */
	char ruser[NAME_LEN + 1];
	uint32_t options; /* bits of enum msg_option */
};

/* After its deadline a conversation has so many seconds to say that. */
#define LAST_WORDS 1

enum admin_right {
	ADMIN_NONE = 0,
	ADMIN_YES,    /* came by admin.sock and may use its verbs */
	ADMIN_CONFIRM /* once password and factor are proven */
};

struct k_bound {
	uint8_t ignore;	  /* 1: unknown name and unknown=ignore: finish now */
	uint8_t steps;	  /* bits of enum step to be proven, after the floor */
	uint32_t methods; /* METHOD_BITs that policy allows here */
	uint32_t attempts;
	uint8_t dialogue; /* 1: [Enter] asks, wizard and enrolment allowed */
	uint8_t admin;	  /* enum admin_right */
	uint8_t alone;	  /* 1: account of a login without auth: refused (L4) */
	uint8_t reset;	  /* 1: passwd(1) of root: no old password, no code */
	uint32_t deadline; /* seconds that the whole conversation may take */
	char language[8];  /* of the host for this service: "en" or "ja" */
	uint32_t remember; /* seconds that a login may be remembered; 0: not */
	uint8_t combined;  /* 1: password and code are typed together */
	uint8_t keyed;	   /* 1: an enrolled key let them in at sshd, and no
			      password is asked here: the factor is proven */
};

/*
 * Begins one password attempt: charged now, as a failure until settled.
 * Reply: K_SETTING, delayed until a hashing permit is free. The setting is
 * the person's, or one made for the name if there is none or it has to wait.
 */
struct k_try {
	uint8_t unused;
};

struct k_setting {
	char setting[HASH_LEN + 1]; /* for crypt_ra(3); "" : no more of them */
	uint32_t digits; /* combined: so many stand behind the password */
};

/*
 * Ends the attempt that K_TRY began. hash is crypt_ra(typed, setting).
 * initial is SHA-256("kosmo-initial" NUL normalised text): the keeper's
 * HMAC of it is compared for invited people. Reply: K_VERDICT, a refusal at
 * the next 250 ms boundary.
 */
struct k_password {
	char hash[HASH_LEN + 1];
	uint8_t initial[DIGEST_LEN];
	uint8_t combined; /* 1: digits were typed behind it: one verdict */
	char digits[17];
};

/*
 * One attempt at a code of the device (0: the preferred app, or a dummy).
 * digits is the folded answer, ASCII, any length up to 16; what is no code
 * is charged like a wrong one. Reply: K_VERDICT. last is 1 if talk has nothing
 * more to ask after a right code: if then nothing is left to be proven or done,
 * this is K_FINISH with RESULT_ALLOW as well, in the same batch, and the
 * verdict says so.
 */
struct k_code {
	uint32_t device;
	char digits[17];
	uint8_t last;
};

/*
 * One attempt to vouch for a first device, or to stand in for the factor:
 * SHA-256("kosmo-code" NUL normalised text) of an admin's one-time code, or,
 * before the first device, initial as in K_PASSWORD. Reply: K_VERDICT.
 */
struct k_vouch {
	uint8_t code[DIGEST_LEN];
	uint8_t initial[DIGEST_LEN];
};

enum verdict_word {
	VERDICT_NO = 0, /* wrong, or whatever must look like it */
	VERDICT_YES,
	VERDICT_USED,	    /* this code was accepted before */
	VERDICT_WAIT,	    /* after the right password: until when */
	VERDICT_LOCKED,	    /* after the right password */
	VERDICT_ENDED,	    /* invitation past its limit; when: since */
	VERDICT_SPENT,	    /* the initial password, after step 8 */
	VERDICT_CLOCK,	    /* enrolment: right, offset seconds away */
	VERDICT_HOST_CLOCK, /* this host's clock is behind: no TOTP */
	VERDICT_TAKEN,	    /* the name is in use, or the person exists */
	VERDICT_LAST,	    /* the last device can't be removed */
	VERDICT_NOT_NOW,    /* not before something else is proven */
	VERDICT_MISSING,    /* no such person or device */
	VERDICT_BUSY,	    /* disk or a bound is full */
	VERDICT_NO_RIGHT,   /* an account that root alone may touch */
	VERDICT_DOMAIN	    /* an address at none of [email] domains */
};

struct k_verdict {
	uint8_t word;	 /* enum verdict_word */
	uint32_t left;	 /* tries left in this conversation */
	uint64_t when;	 /* VERDICT_WAIT, VERDICT_ENDED: seconds since 1970 */
	uint32_t offset; /* VERDICT_CLOCK: seconds */
	uint32_t device; /* K_SEED_CODE: number of the new device */
	char ref[5];	 /* four characters that `kosmoctl log` finds */
	uint8_t ended;	 /* K_CODE: this was K_FINISH too */
};

/*
 * The person of this conversation, once something is proven, or at once to
 * kosmoctl of the same uid. Reply: K_PERSON; else one with STATE_NONE and
 * nothing in it, but for the language where the right password was refused.
 */
struct k_profile {
	uint8_t unused;
};

/*
 * Setting number index of the passwords that must not come again, newest
 * first. Reply: K_SETTING, empty after the last. Then K_OLD_HASH with the
 * new password under it; reply K_VERDICT: YES if it is the old one.
 */
struct k_old {
	uint32_t index;
};

struct k_old_hash {
	uint32_t index;
	char hash[HASH_LEN + 1];
	uint8_t initial[DIGEST_LEN]; /* compared with the initial password */
};

/* Stores a new password. Reply: K_VERDICT. */
struct k_set_password {
	char hash[HASH_LEN + 1]; /* full crypt(5) string, yescrypt */
};

/*
 * The seed that is being enrolled: the same for a day, or until proven; made
 * new if there is none. Reply: K_SEED_IS, or K_VERDICT with NOT_NOW.
 */
struct k_seed {
	uint8_t unused;
};

struct k_seed_is {
	struct secret seed; /* raw bytes */
	char issuer[65];
	char account[NAME_LEN + 1];
	char algorithm[8]; /* SHA1, SHA256, SHA512 */
	uint32_t digits;
	uint32_t period;
};

/*
 * A code of that seed. YES stores the device under name (made unique by the
 * keeper), marks the code used and proves the factor. Reply: K_VERDICT.
 */
struct k_seed_code {
	char digits[17];
	char name[LABEL_LEN + 1]; /* default name in the person's language */
};

/* Renames a device of one's own. Reply: K_VERDICT: TAKEN, MISSING. */
struct k_name {
	uint32_t device;
	char name[LABEL_LEN + 1];
};

/* Removes a device of one's own. Reply: K_VERDICT: LAST, MISSING. */
struct k_remove {
	uint32_t device;
};

/* The language that the person typed. Reply: K_VERDICT. */
struct k_language {
	char language[8]; /* "en" or "ja" */
};

/*
 * The flow is over; result is what talk saw, and can only lower what the
 * keeper finds. Reply: K_DONE to talk, and END to the client, once talk has
 * closed its copy of the connection.
 */
struct k_finish {
	uint8_t result; /* enum msg_result */
};

struct k_done {
	uint8_t unused;
};

extern const struct layout k_bind_layout, k_try_layout, k_password_layout,
    k_code_layout, k_vouch_layout, k_profile_layout, k_old_layout,
    k_old_hash_layout, k_set_password_layout, k_seed_layout, k_seed_code_layout,
    k_name_layout, k_remove_layout, k_language_layout, k_finish_layout,
    k_user_add_layout, k_user_set_layout, k_user_act_layout, k_user_show_layout,
    k_user_next_layout, k_log_layout, k_status_layout, k_bound_layout,
    k_setting_layout, k_verdict_layout, k_person_layout, k_seed_is_layout,
    k_slip_layout, k_lines_layout, k_status_is_layout, k_done_layout,
    k_birth_layout, k_terms_layout, k_email_layout, k_mail_layout,
    k_mail_code_layout, k_user_id_layout, k_method_layout, k_recovery_layout,
    k_sessions_layout, k_remember_layout, k_forgot_layout, k_forgot_id_layout,
    k_user_rename_layout, k_mailed_layout, k_codes_is_layout,
    k_sessions_is_layout, k_user_import_layout, k_invited_layout,
    k_touch_layout, k_passkey_new_layout, k_passkey_layout, k_ssh_key_layout,
    k_ssh_seen_layout, k_agent_layout, k_signed_layout, k_touched_layout,
    k_challenge_layout;

/* All of them, for the reader of PROTOCOL.md; ends with NULL. */
extern const struct layout *const kmsg_layouts[];

/* The layout of a request or reply type, or NULL. */
const struct layout *kmsg_layout(uint8_t type);

/*
 * Any of them but K_USER_IMPORT, which is larger than all the others; what
 * keeper and talk receive into. Wipe after use.
 */
union kmsg {
	struct k_bind bind;
	struct k_try try;
	struct k_password password;
	struct k_code code;
	struct k_vouch vouch;
	struct k_profile profile;
	struct k_old old;
	struct k_old_hash old_hash;
	struct k_set_password set_password;
	struct k_seed seed;
	struct k_seed_code seed_code;
	struct k_name name;
	struct k_remove remove;
	struct k_language language;
	struct k_finish finish;
	struct k_user_add user_add;
	struct k_user_set user_set;
	struct k_user_act user_act;
	struct k_user_show user_show;
	struct k_user_next user_next;
	struct k_log log;
	struct k_status status;
	struct k_bound bound;
	struct k_setting setting;
	struct k_verdict verdict;
	struct k_person person;
	struct k_seed_is seed_is;
	struct k_slip slip;
	struct k_lines lines;
	struct k_status_is status_is;
	struct k_done done;
	struct k_birth birth;
	struct k_terms terms;
	struct k_email email;
	struct k_mail mail;
	struct k_mail_code mail_code;
	struct k_user_id user_id;
	struct k_method method;
	struct k_recovery recovery;
	struct k_sessions sessions;
	struct k_remember remember;
	struct k_forgot forgot;
	struct k_forgot_id forgot_id;
	struct k_user_rename user_rename;
	struct k_mailed mailed;
	struct k_codes_is codes_is;
	struct k_sessions_is sessions_is;
	struct msg_invited invited;
	struct k_touch touch;
	struct k_passkey_new passkey_new;
	struct k_passkey passkey;
	struct k_ssh_key ssh_key;
	struct k_ssh_seen ssh_seen;
	struct k_agent agent;
	struct k_signed signed_;
	struct k_touched touched;
	struct k_challenge challenge;
};

#endif
