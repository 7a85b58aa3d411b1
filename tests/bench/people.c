/*
 * people: makes the people of the benchmark, for Kosmo and for its peers.
 *   people store STATE KEY FIRST COUNT [HASH]   into an initialised store
 *   people tail STATE KEY COUNT BYTES    rewrites records until the journal
 *                                        has BYTES, and stops like kill -9
 *   people google FOLDER FIRST COUNT     files of pam_google_authenticator
 *   people oath FIRST COUNT              users file of pam_oath, to stdout
 *   people code NUMBER                   what the app of NUMBER shows now
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kosmod/keeper/person.h"
#include "kosmod/master_key.h"
#include "kosmod/talk/base32.h"
#include "seed.h"

#define BATCH 500

static void
need(int r, const char *what)
{
	if (r == KOSMO_OK)
		return;
	(void)fprintf(stderr, "people: %s: %s\n", what, kosmo_strerror(r));
	exit(1);
}

static int
ignore_line(void *arg, uint64_t number, const char *line, size_t len)
{
	(void)arg;
	(void)number;
	(void)line;
	(void)len;
	return KOSMO_OK;
}

static int
ignore_sync(void *arg)
{
	(void)arg;
	return KOSMO_OK;
}

static void
on_failed(void *arg, const char *what)
{
	(void)arg;
	(void)fprintf(stderr, "people: %s\n", what);
	exit(1);
}

static struct store *
open_store(const char *state, const char *key)
{
	static const struct store_events events = { ignore_line, ignore_sync,
		on_failed, NULL };
	uint8_t master[STORE_KEY_LEN];
	struct store *st = NULL;
	const char *why = key;

	need(master_key_read(key, NULL, master, &why), why);
	need(store_open(state, master, &events, &st, &why), state);
	return st;
}

/* Somebody with a password and one app, long since registered. */
static void
put_person(struct txn *t, uint32_t number, const char *hash)
{
	static struct person p;
	struct r_device *d = &p.devices[0];

	memset(&p, 0, sizeof(p));
	p.schema = PERSON_SCHEMA;
	seed_name(number, p.login);
	p.uid = NO_UID;
	(void)snprintf(p.name, sizeof(p.name), "Person %u", (unsigned)number);
	(void)snprintf(
	    p.email, sizeof(p.email), "p%u@example.com", (unsigned)number);
	(void)snprintf(p.password, sizeof(p.password), "%s", hash);
	p.state = STATE_ACTIVE;
	p.next_device = 2;
	p.n_devices = 1;
	p.preferred = METHOD_TOTP;
	d->id = 1;
	d->method = METHOD_TOTP;
	(void)snprintf(d->name, sizeof(d->name), "App");
	seed_key(number, &d->seed);
	(void)snprintf(d->algorithm, sizeof(d->algorithm), "SHA1");
	d->digits = 6;
	d->period = 30;
	need(person_put(t, &p, STORE_ANY), "person_put");
	person_done(&p);
}

static void
put_batch(struct store *st, uint32_t first, uint32_t end, const char *hash)
{
	struct txn *t = NULL;

	need(store_begin(st, &t), "store_begin");
	for (uint32_t i = first; i < end; i++)
		put_person(t, i, hash);
	need(store_commit(st, &t, NULL, NULL), "store_commit");
	store_flush(st);
}

static int
fill_store(char **argv)
{
	uint32_t first = (uint32_t)strtoul(argv[2], NULL, 10);
	uint32_t end = first + (uint32_t)strtoul(argv[3], NULL, 10);
	const char *hash = argv[4] != NULL ? argv[4] : "*";
	struct store *st = open_store(argv[0], argv[1]);

	for (uint32_t i = first; i < end; i += BATCH)
		put_batch(st, i, i + BATCH < end ? i + BATCH : end, hash);
	store_close(&st);
	return 0;
}

/* A journal as long as it may be, and no clean stop. */
static int
leave_tail(char **argv)
{
	uint32_t count = (uint32_t)strtoul(argv[2], NULL, 10);
	uint64_t bytes = strtoull(argv[3], NULL, 10);
	struct store *st = open_store(argv[0], argv[1]);
	struct store_facts facts = { 0 };

	for (uint32_t i = 0; facts.journal_bytes < bytes && i < count;
	     i += BATCH) {
		put_batch(st, i, i + BATCH, "*");
		store_facts(st, &facts);
	}
	_exit(0);
}

static int
write_google(char **argv)
{
	uint32_t first = (uint32_t)strtoul(argv[1], NULL, 10);
	uint32_t end = first + (uint32_t)strtoul(argv[2], NULL, 10);

	for (uint32_t i = first; i < end; i++) {
		char name[SEED_NAME], path[4096];
		struct secret key = { 0 }, text = { 0 };
		int fd;

		seed_name(i, name);
		seed_key(i, &key);
		need(base32_encode(key.bytes, key.len, &text), "base32");
		(void)snprintf(path, sizeof(path), "%s/%s", argv[0], name);
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (fd == -1 ||
		    dprintf(fd,
			"%s\n\" WINDOW_SIZE 3\n\" DISALLOW_REUSE\n"
			"\" TOTP_AUTH\n",
			text.bytes) < 0)
			need(KOSMO_EIO, path);
		(void)close(fd);
	}
	return 0;
}

static int
write_oath(char **argv)
{
	uint32_t first = (uint32_t)strtoul(argv[0], NULL, 10);
	uint32_t end = first + (uint32_t)strtoul(argv[1], NULL, 10);

	for (uint32_t i = first; i < end; i++) {
		char name[SEED_NAME];
		struct secret key = { 0 };

		seed_name(i, name);
		seed_key(i, &key);
		(void)printf("HOTP/T30/6\t%s\t-\t", name);
		for (size_t j = 0; j < key.len; j++)
			(void)printf("%02x", (unsigned char)key.bytes[j]);
		(void)putchar('\n');
	}
	return fflush(stdout) == 0 ? 0 : 1;
}

static int
print_code(char **argv)
{
	char code[9];

	seed_code((uint32_t)strtoul(argv[0], NULL, 10), code);
	return puts(code) >= 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *word;
		int least;
		int (*run)(char **argv);
	} verbs[] = {
		{ "store", 4, fill_store },
		{ "tail", 4, leave_tail },
		{ "google", 3, write_google },
		{ "oath", 2, write_oath },
		{ "code", 1, print_code },
	};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (argc - 2 >= verbs[i].least &&
		    strcmp(argv[1], verbs[i].word) == 0)
			return verbs[i].run(argv + 2);
	(void)fprintf(
	    stderr, "usage: people store|tail|google|oath|code ...\n");
	return 2;
}
