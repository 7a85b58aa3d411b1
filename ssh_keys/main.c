/*
 * kosmo-ssh-keys: AuthorizedKeysCommand of sshd. Prints the FIDO2 keys that
 * kosmod has for a person, and nothing where there is anything wrong.
 *
 * It runs as a user of its own, at a socket of that user: whoever may ask
 * learns public keys, and nothing else.
 */
#include "config.h"

#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>
#include <unistd.h>

#include "kosmoctl/client.h"
#include "libkosmo/msg.h"
#include "libkosmo/msg_key.h"
#include "libkosmo/packet.h"
#include "libkosmo/path.h"
#include "libkosmo/utf8.h"

#define PATIENCE 10000 /* ms; sshd waits for nobody longer than that */

static int
fail(const char *what, int err)
{
	(void)fprintf(
	    stderr, "kosmo-ssh-keys: %s: %s\n", what, kosmo_strerror(err));
	syslog(LOG_ERR, "%s: %s", what, kosmo_strerror(err));
	return 1;
}

/* The name as sshd has it, with the uid of its account now. */
static int
fill_open(struct msg_open *open, const char *login)
{
	const struct passwd *pw = getpwnam(login);
	size_t len = strlen(login);

	memset(open, 0, sizeof(*open));
	if (pw == NULL)
		return KOSMO_ENOTFOUND;
	if (len > NAME_LEN || !utf8_clean(login, len, false))
		return KOSMO_EINVAL;
	open->version = MSG_VERSION;
	open->phase = PHASE_KEYS;
	open->ruid = getuid();
	memcpy(open->user, login, len);
	open->uid = pw->pw_uid;
	(void)snprintf(open->service, sizeof(open->service), "sshd");
	return getrandom(open->nonce, NONCE_LEN, 0) == NONCE_LEN ? KOSMO_OK
								 : KOSMO_EIO;
}

static int
get(int fd, const struct layout *layout, void *ret, int64_t deadline)
{
	struct buf in = BUF_INIT;
	int r = packet_recv(fd, &in, NULL, deadline);

	if (r == KOSMO_OK)
		r = packet_get(&in, layout, ret);
	buf_done(&in);
	return r;
}

/* The keys count if END says so, and that it is the end of this asking. */
static int
ask(int fd, const struct msg_open *open, struct msg_ssh_keys *ret)
{
	int64_t deadline = packet_now() + PATIENCE;
	struct msg_end end = { 0 };
	int r;

	if ((r = packet_send(fd, &msg_open_layout, open, -1, deadline)) !=
		KOSMO_OK ||
	    (r = get(fd, &msg_ssh_keys_layout, ret, deadline)) != KOSMO_OK ||
	    (r = get(fd, &msg_end_layout, &end, deadline)) != KOSMO_OK)
		return r;
	if (end.result != RESULT_NOTED ||
	    memcmp(end.nonce, open->nonce, NONCE_LEN) != 0)
		return KOSMO_EPERM;
	return KOSMO_OK;
}

/* Lines of authorized_keys(5). */
static int
print(const struct msg_ssh_keys *keys)
{
	for (uint8_t i = 0; i < keys->n; i++) {
		const struct msg_ssh_key *k = &keys->keys[i];

		(void)printf("%s%s %s\n",
		    k->verify != 0 ? "verify-required " : "", k->type, k->blob);
	}
	return fflush(stdout) == 0 ? KOSMO_OK : KOSMO_EIO;
}

static int
run(const char *path, const char *login)
{
	struct msg_ssh_keys keys = { 0 };
	struct msg_open open;
	int fd = -1, r;

	if ((r = fill_open(&open, login)) == KOSMO_ENOTFOUND)
		return 0; /* sshd asks for names that there are not, too */
	if (r != KOSMO_OK)
		return fail("login name", r);
	if ((r = client_connect(path, KOSMO_KEYS_SOCKET, &fd)) != KOSMO_OK)
		return fail(KOSMO_KEYS_SOCKET, r);
	if ((r = ask(fd, &open, &keys)) == KOSMO_OK)
		r = print(&keys);
	(void)close(fd);
	return r == KOSMO_OK ? 0 : fail("keys of a person", r);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = { { "socket", required_argument,
						     NULL, 's' },
		{ "version", no_argument, NULL, 'v' }, { NULL, 0, NULL, 0 } };
	const char *path = KOSMO_SOCKET;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'v') {
			(void)printf("kosmo-ssh-keys %s\n", PACKAGE_VERSION);
			return 0;
		}
		if (c != 's') {
			optind = argc + 1;
			break;
		}
		path = optarg;
	}
	if (optind != argc - 1) {
		(void)fputs(
		    "usage: kosmo-ssh-keys [--socket PATH] LOGIN\n", stderr);
		return 2;
	}
	openlog("kosmo-ssh-keys", LOG_PID, LOG_AUTHPRIV);
	return run(path, argv[optind]);
}
