/*
 * login: logins through libpam, and what they cost.
 *   login pairs CONFDIR ROUNDS SERVICE:FIRST:STRIDE ...
 *       a code of another person each round, all services in turn; prints
 *       "SERVICE MEDIAN", in microseconds. The service "floor" is a connect,
 *       a round trip and a 200-byte append with fdatasync in CONFDIR.
 *   login crowd CONFDIR N SERVICE:FIRST:STRIDE
 *       N at once, each in a process; prints the microseconds of all.
 *   login hold CONFDIR SERVICE USER [ANSWER ...]
 *       answers, says "waiting" at the next prompt and stays there until
 *       standard input ends.
 */
#include "config.h"

#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "floor.h"
#include "seed.h"

#define SERVICES_MAX 16
#define ROUNDS_MAX 4096

struct service {
	char name[64];
	unsigned first;
	unsigned stride;
	int64_t took[ROUNDS_MAX];
};

/* What a conversation answers, in order. */
struct answers {
	char **next; /* ends with NULL */
	int stays;   /* 1: at the prompt without an answer, it waits */
};

static int64_t
now_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void
die(const char *what, const char *why)
{
	(void)fprintf(stderr, "login: %s: %s\n", what, why);
	exit(1);
}

static void
stay(void)
{
	char c;

	(void)puts("waiting");
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		continue;
	_exit(0);
}

static int
converse(
    int n, const struct pam_message **m, struct pam_response **ret, void *arg)
{
	struct answers *a = arg;
	struct pam_response *r = calloc((size_t)n, sizeof(*r));

	if (r == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < n; i++) {
		if (m[i]->msg_style != PAM_PROMPT_ECHO_OFF &&
		    m[i]->msg_style != PAM_PROMPT_ECHO_ON)
			continue;
		if (*a->next == NULL && a->stays)
			stay();
		if (*a->next == NULL) {
			free(r);
			return PAM_CONV_ERR;
		}
		r[i].resp = strdup(*a->next++);
	}
	*ret = r;
	return PAM_SUCCESS;
}

/* The service's modules are loaded here, outside of what is measured. */
static pam_handle_t *
begin(const char *confdir, const char *service, const char *user,
    const struct pam_conv *conv)
{
	pam_handle_t *pamh = NULL;
	int r = pam_start_confdir(service, user, conv, confdir, &pamh);

	if (r != PAM_SUCCESS)
		die(service, "pam_start");
	return pamh;
}

/* One login that is about to be made. */
struct visit {
	pam_handle_t *pamh;
	char code[9];
	char *list[2];
	struct answers answers;
	struct pam_conv conv;
};

static void
visit_begin(struct visit *v, const char *confdir, const struct service *s,
    unsigned round)
{
	unsigned number = s->first + round * s->stride;
	char user[SEED_NAME];

	seed_name(number, user);
	seed_code(number, v->code);
	v->list[0] = v->code;
	v->list[1] = NULL;
	v->answers.next = v->list;
	v->answers.stays = 0;
	v->conv.conv = converse;
	v->conv.appdata_ptr = &v->answers;
	v->pamh = begin(confdir, s->name, user, &v->conv);
}

/* From the code to the end of the conversation. */
static int64_t
visit_run(struct visit *v, const char *service)
{
	int64_t began = now_us();
	int r = pam_authenticate(v->pamh, 0);

	if (r != PAM_SUCCESS)
		die(service, pam_strerror(v->pamh, r));
	(void)pam_end(v->pamh, r);
	return now_us() - began;
}

static void
parse(const char *text, struct service *ret)
{
	if (sscanf(text, "%63[^:]:%u:%u", ret->name, &ret->first,
		&ret->stride) < 1)
		die(text, "is no SERVICE:FIRST:STRIDE");
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int
pairs(char **argv, int n)
{
	static struct service services[SERVICES_MAX];
	unsigned rounds = (unsigned)strtoul(argv[1], NULL, 10);
	struct floor floor = { 0 };

	n -= 2;
	if (n > SERVICES_MAX || rounds < 1 || rounds > ROUNDS_MAX)
		die("pairs", "too many");
	for (int i = 0; i < n; i++)
		parse(argv[2 + i], &services[i]);
	if (floor_begin(&floor, argv[0]) != 0)
		die("floor", "can't be had");
	for (unsigned round = 0; round < rounds; round++)
		for (int i = 0; i < n; i++) {
			struct service *s = &services[i];
			struct visit v;
			int64_t began;

			if (strcmp(s->name, "floor") != 0) {
				visit_begin(&v, argv[0], s, round);
				s->took[round] = visit_run(&v, s->name);
				continue;
			}
			began = now_us();
			if (floor_once(&floor) != 0)
				die("floor", "failed");
			s->took[round] = now_us() - began;
		}
	floor_end(&floor);
	for (int i = 0; i < n; i++) {
		qsort(services[i].took, rounds, sizeof(int64_t), by_size);
		(void)printf("%s %lld\n", services[i].name,
		    (long long)services[i].took[rounds / 2]);
	}
	return 0;
}

/* One of the crowd: ready, and off when all are. */
static void
join(struct visit *v, const char *service, int ready, int start)
{
	char c;

	if (write(ready, "r", 1) != 1 || read(start, &c, 1) != 0)
		_exit(1);
	(void)visit_run(v, service);
	_exit(write(ready, "d", 1) == 1 ? 0 : 1);
}

/* Until n of them have said something. */
static void
hear(int ready, unsigned n)
{
	char c;

	while (n-- > 0)
		if (read(ready, &c, 1) != 1)
			die("crowd", "somebody could not log in");
}

static int
crowd(char **argv, int argc)
{
	static struct service s;
	unsigned n = (unsigned)strtoul(argv[1], NULL, 10);
	int ready[2], start[2];
	int64_t began;

	(void)argc;
	parse(argv[2], &s);
	if (pipe(ready) == -1 || pipe(start) == -1)
		die("crowd", "pipe");
	for (unsigned i = 0; i < n; i++) {
		struct visit v;

		visit_begin(&v, argv[0], &s, i);
		if (fork() == 0) {
			(void)close(start[1]);
			(void)close(ready[0]);
			join(&v, s.name, ready[1], start[0]);
		}
	}
	(void)close(ready[1]);
	hear(ready[0], n);
	began = now_us();
	(void)close(start[1]);
	hear(ready[0], n);
	(void)printf("%lld\n", (long long)(now_us() - began));
	while (wait(NULL) > 0)
		continue;
	return 0;
}

static int
hold(char **argv, int argc)
{
	struct answers a = { argv + 3, 1 };
	const struct pam_conv conv = { converse, &a };
	pam_handle_t *pamh = begin(argv[0], argv[1], argv[2], &conv);
	int r = pam_authenticate(pamh, 0);

	(void)argc;
	(void)fprintf(stderr, "login: it ended: %s\n", pam_strerror(pamh, r));
	(void)pam_end(pamh, r);
	return 1;
}

int
main(int argc, char **argv)
{
	if (argc >= 5 && strcmp(argv[1], "pairs") == 0)
		return pairs(argv + 2, argc - 2);
	if (argc == 5 && strcmp(argv[1], "crowd") == 0)
		return crowd(argv + 2, argc - 2);
	if (argc >= 5 && strcmp(argv[1], "hold") == 0)
		return hold(argv + 2, argc - 2);
	(void)fprintf(stderr, "usage: login pairs|crowd|hold CONFDIR ...\n");
	return 2;
}
