/*
 * judge_rig.h: a keeper with a real store in a folder of its own, a clock
 * that stands still, and conversations that are function calls.
 */
#ifndef KOSMO_TESTS_JUDGE_RIG_H
#define KOSMO_TESTS_JUDGE_RIG_H

#include <stdbool.h>

#include "kosmod/keeper/conv.h"
#include "libkosmo/msg_key.h"
#include "tests/unit/fake_post.h"

#define RIG_UID 1001
#define RIG_PID 4242
#define RIG_RP_ID "stored.example" /* as --init would store it */
#define HASH_A                           \
	"$y$j9T$aaaaaaaaaaaaaaaaaaaaa.$" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define HASH_B                           \
	"$y$j9T$bbbbbbbbbbbbbbbbbbbbb.$" \
	"BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"

struct rig {
	char dir[64];
	struct conf conf;
	struct audit *audit;
	struct store *store;
	struct keeper *k;
	int64_t wall, mono;
	char initial[64]; /* of the last slip, without hyphens */
	bool no_post;	  /* post is not there */
	struct fake_post post;
};

/* One conversation; what came back last. */
struct line {
	struct rig *rig;
	struct kconv *c;
	uint8_t type; /* of the last reply; 0: none yet */
	union kmsg reply;
	int64_t not_before;
	bool ended, dropped, told;
	struct msg_end end;
	struct msg_ssh_keys keys;
};

struct rig *rig_new(void);
void rig_free(struct rig **r);

/* The same for cmocka: each test has a rig of its own. */
int rig_set_up(void **state);
int rig_tear_down(void **state);

/* Closes and opens the store, as a restart does; the clock goes on. */
void rig_restart(struct rig *r);

/* A connection of root (admin: on admin.sock) in a phase. */
struct line *line_open(struct rig *r, uint8_t phase, bool admin);
void line_close(struct line **l);

/*
 * Sends a request; the reply, if it came, is in l->reply. What went to post
 * meanwhile is answered by it.
 */
void line_ask(struct line *l, const struct layout *layout, const void *msg);

/* A connection of root that names login, at service; from afar if remote. */
struct line *line_name(struct rig *r, uint8_t phase, const char *service,
    const char *login, bool remote);

/* K_BIND of login from an address, at sshd. */
struct line *line_bind(
    struct rig *r, const char *service, const char *login, const char *source);

/* K_TRY and K_PASSWORD with this hash; returns the verdict's word. */
enum verdict_word line_password(struct line *l, const char *hash);
enum verdict_word line_initial(struct line *l, const char *initial);
enum verdict_word line_code(struct line *l, const char *digits);
enum msg_result line_finish(struct line *l, enum msg_result claimed);

/* What post has not answered yet, and what of that a reply waited for. */
void rig_post(struct rig *r);

/* Post comes, or goes. */
void rig_post_here(struct rig *r, bool here);

/* Time passes, and a tick comes; what waits for post by then goes to it. */
void rig_pass(struct rig *r, int64_t seconds);

/* The digits that were mailed to login last. */
const char *rig_mailed(struct rig *r, const char *login);

/* Admin verbs. */
void rig_invite(struct rig *r, const char *login);
enum verdict_word rig_act(struct rig *r, const char *login, enum user_act act);
struct k_person rig_show(struct rig *r, const char *login);

/* Registers login whole: password HASH_A, one app; its seed into ret. */
void rig_person(struct rig *r, const char *login, struct secret *ret);

/* The code of seed at the rig's time plus offset seconds. */
const char *rig_code(struct rig *r, const struct secret *seed, int64_t offset);

/* How often words stand in the audit log. */
size_t rig_in_log(struct rig *r, const char *words);

/* Mails of a kind to login so far. */
size_t rig_mails_of(struct rig *r, const char *login, enum mail_kind kind);

#endif
