#include "config.h"

#include "host.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

#include "faults.h"

static char logged[65536];
static char fake_name[32];
static unsigned fake_uid;

/* libpam logs through one of these; the executable's come before libc's. */
void __syslog_chk(int pri, int flag, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void __attribute__((format(printf, 1, 0)))
log_line(const char *fmt, va_list ap)
{
	size_t len = strlen(logged);

	if (len + 1024 > sizeof(logged))
		return;
	(void)vsnprintf(logged + len, 1000, fmt, ap);
	strcat(logged, "\n");
}

void
__syslog_chk(int pri, int flag, const char *fmt, ...)
{
	va_list ap;

	(void)pri;
	(void)flag;
	va_start(ap, fmt);
	log_line(fmt, ap);
	va_end(ap);
}

#undef syslog /* clang's is a macro where calls are checked */
void
syslog(int pri, const char *fmt, ...)
{
	va_list ap;

	(void)pri;
	va_start(ap, fmt);
	log_line(fmt, ap);
	va_end(ap);
}

/* NSS may allocate and fail as it likes: that is one call for the module. */
int
getpwnam_r(const char *restrict name, struct passwd *restrict pw,
    char *restrict buf, size_t size, struct passwd **restrict ret)
{
	typedef int fn(
	    const char *, struct passwd *, char *, size_t, struct passwd **);
	union {
		void *p;
		fn *f;
	} real;
	int e;

	*ret = NULL;
	if (faults_hit("getpwnam_r"))
		return ENOMEM;
	if (fake_name[0] != '\0' && strcmp(name, fake_name) == 0) {
		memset(pw, 0, sizeof(*pw));
		pw->pw_uid = fake_uid;
		*ret = pw;
		return 0;
	}
	real.p = dlsym(RTLD_NEXT, "getpwnam_r");
	faults_pause(true);
	e = real.f(name, pw, buf, size, ret);
	faults_pause(false);
	return e;
}

void
host_fake_account(const char *name, unsigned uid)
{
	(void)snprintf(fake_name, sizeof(fake_name), "%s", name);
	fake_uid = uid;
}

size_t
host_logged(const char *words)
{
	size_t n = 0;
	char *copy = strdup(logged), *rest = copy, *line;

	assert_non_null(copy);
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (strncmp(line, "pam_kosmo(", 10) == 0 &&
		    (words == NULL || strstr(line, words) != NULL))
			n++;
	}
	free(copy);
	return n;
}

const char *
host_log(void)
{
	return logged;
}

int
host_count_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void
reply_to(const struct host *h, const struct reply *r, struct pam_response **ret)
{
	(void)h;
	*ret = NULL;
	if (r->no_array)
		return;
	*ret = calloc(1, sizeof(**ret));
	if (*ret != NULL && r->text != NULL)
		(*ret)->resp = strdup(r->text);
}

static int
conv(int n, const struct pam_message **msg, struct pam_response **resp,
    void *arg)
{
	struct host *h = arg;
	const struct reply *r;

	*resp = NULL;
	if (n != 1 || h->n_said == sizeof(h->said) / sizeof(h->said[0]))
		return PAM_CONV_ERR;
	h->said[h->n_said].style = msg[0]->msg_style;
	(void)snprintf(h->said[h->n_said++].text, sizeof(h->said[0].text), "%s",
	    msg[0]->msg);
	if (msg[0]->msg_style == PAM_TEXT_INFO ||
	    msg[0]->msg_style == PAM_ERROR_MSG) {
		if (h->fail_show)
			return PAM_CONV_ERR;
		*resp = calloc(1, sizeof(**resp));
		return *resp != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
	}
	if (h->at_prompt != NULL)
		h->at_prompt(h->at_prompt_arg);
	if (h->next == h->n_replies)
		return PAM_CONV_ERR;
	r = &h->replies[h->next++];
	reply_to(h, r, resp);
	return r->code;
}

size_t
host_said(const struct host *h, int style, const char *text)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_said; i++) {
		if (h->said[i].style == style &&
		    strcmp(h->said[i].text, text) == 0)
			n++;
	}
	return n;
}

void
host_answers(struct host *h, const struct reply *replies, size_t n)
{
	h->replies = replies;
	h->n_replies = n;
	h->next = 0;
}

void
host_listen(struct host *h)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	h->lfd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_not_equal(h->lfd, -1);
	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s", h->sock);
	assert_int_equal(bind(h->lfd, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(h->lfd, 16), 0);
}

void
host_deaf(struct host *h)
{
	if (h->lfd != -1)
		assert_int_equal(close(h->lfd), 0);
	h->lfd = -1;
	assert_int_equal(unlink(h->sock), 0);
}

int
host_setup(void **state)
{
	struct host *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	(void)snprintf(h->dir, sizeof(h->dir), "/tmp/kosmo-pam-XXXXXX");
	assert_non_null(mkdtemp(h->dir));
	(void)snprintf(h->sock, sizeof(h->sock), "%s/kosmod.sock", h->dir);
	logged[0] = '\0';
	fake_name[0] = '\0';
	host_listen(h);
	*state = h;
	return 0;
}

int
host_teardown(void **state)
{
	struct host *h = *state;
	DIR *d = opendir(h->dir);
	struct dirent *e;

	if (h->pamh != NULL)
		(void)pam_end(h->pamh, PAM_SUCCESS);
	if (h->lfd != -1)
		(void)close(h->lfd);
	while (d != NULL && (e = readdir(d)) != NULL)
		(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
	(void)rmdir(h->dir);
	free(h);
	return 0;
}

void
host_start_stack(
    struct host *h, const char *service, const char *user, const char *conf)
{
	struct pam_conv c = { conv, h };
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", h->dir, service);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(conf, f) >= 0);
	assert_int_equal(fclose(f), 0);
	h->n_said = 0;
	h->fd_count = host_count_fds();
	assert_int_equal(pam_start_confdir(service, user, &c, h->dir, &h->pamh),
	    PAM_SUCCESS);
}

static void
start(struct host *h, const char *service, const char *user,
    const char *const lines[2])
{
	static const char *const groups[] = { "auth", "account", "password",
		"session" };
	char conf[4096] = "";

	for (size_t i = 0; i < 8; i++) {
		size_t n = strlen(conf);

		if (lines[i % 2] == NULL)
			continue;
		(void)snprintf(conf + n, sizeof(conf) - n, "%s %s\n",
		    groups[i / 2], lines[i % 2]);
	}
	host_start_stack(h, service, user, conf);
}

void
host_start(
    struct host *h, const char *service, const char *user, const char *options)
{
	char line[512];
	const char *const lines[2] = { line, NULL };

	(void)snprintf(line, sizeof(line), "required %s socket=%s %s", MODULE,
	    h->sock, options);
	start(h, service, user, lines);
}

void
host_start_before(
    struct host *h, const char *service, const char *user, const char *options)
{
	char line[512], behind[512];
	const char *const lines[2] = { line, behind };

	(void)snprintf(line, sizeof(line), "required %s socket=%s %s", MODULE,
	    h->sock, options);
	(void)snprintf(
	    behind, sizeof(behind), "required %s/leave.so", PROBE_DIR);
	start(h, service, user, lines);
}

void
host_end(struct host *h)
{
	assert_int_equal(pam_end(h->pamh, PAM_SUCCESS), PAM_SUCCESS);
	h->pamh = NULL;
	assert_int_equal(host_count_fds(), h->fd_count);
}
