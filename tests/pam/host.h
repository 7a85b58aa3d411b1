/*
 * host.h: a host program for the module under test, and what it saw.
 *
 * One per test: a private folder with a pam.d file and the socket's folder, a
 * PAM handle, a conversation that answers from a script, and the log lines
 * that would have gone to syslog.
 */
#ifndef KOSMO_TESTS_PAM_HOST_H
#define KOSMO_TESTS_PAM_HOST_H

#include <security/pam_appl.h>
#include <stdbool.h>
#include <stddef.h>

#define SENTENCE \
	"Login service is not available. Please tell your administrator."

/* One answer of the person, in turn; the last is followed by CONV_ERR. */
struct reply {
	const char *text; /* NULL: the response is NULL */
	int code;	  /* what the conversation returns */
	bool no_array;	  /* success, and a response array that is NULL */
};

struct said {
	int style;
	char text[512];
};

struct host {
	char dir[64];
	char sock[96];
	int lfd; /* listening socket; -1 after host_deaf */
	pam_handle_t *pamh;
	const struct reply *replies;
	size_t n_replies, next;
	struct said said[64]; /* every message, prompts too */
	size_t n_said;
	bool fail_show;		      /* the conversation fails at texts */
	void (*at_prompt)(void *arg); /* before a prompt is answered */
	void *at_prompt_arg;
	int fd_count; /* descriptors at host_start */
};

int host_setup(void **state);
int host_teardown(void **state);

/*
 * Starts PAM for service and user (NULL: none) with one line of the module in
 * each of the four groups, or with conf as the file in pam.d.
 */
void host_start(
    struct host *h, const char *service, const char *user, const char *options);
/* The same, with a module behind it that always says PAM_SUCCESS. */
void host_start_before(
    struct host *h, const char *service, const char *user, const char *options);
void host_start_stack(
    struct host *h, const char *service, const char *user, const char *conf);
/* Ends PAM; every descriptor that was opened since host_start is closed. */
void host_end(struct host *h);

/* No array: the person does not answer. */
void host_answers(struct host *h, const struct reply *replies, size_t n);
#define HOST_ANSWERS(h, array) \
	host_answers(h, array, sizeof(array) / sizeof((array)[0]))

/* How often text was shown or asked in this style. */
size_t host_said(const struct host *h, int style, const char *text);

/* Closes the listening socket and removes its name. */
void host_deaf(struct host *h);
/* Listens again. */
void host_listen(struct host *h);

/* Log lines of the module since host_setup with words; all with NULL. */
size_t host_logged(const char *words);
/* The whole log, for secrets that must not be in it. */
const char *host_log(void);

int host_count_fds(void);

/* The Unix accounts that the module sees: the real ones, and these. */
void host_fake_account(const char *name, unsigned uid);

#endif
