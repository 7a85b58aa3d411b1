/*
 * Composes one mail of key=value arguments and writes it to standard output;
 * test_letters.py reads it back. Not through the wire: so values that no
 * keeper can send come to the composer too.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kosmod/talk/lang.h"
#include "post/compose.h"

struct text {
	const char *key;
	char *at;
	size_t size;
};

static int
set_text(const struct text *texts, const char *arg)
{
	for (; texts->key != NULL; texts++) {
		size_t n = strlen(texts->key);

		if (strncmp(arg, texts->key, n) != 0 || arg[n] != '=')
			continue;
		(void)snprintf(texts->at, texts->size, "%s", arg + n + 1);
		return 1;
	}
	return 0;
}

static int
set_number(struct p_mail *m, const char *arg)
{
	const char *eq = strchr(arg, '=');
	unsigned long v = strtoul(eq != NULL ? eq + 1 : "", NULL, 10);

	if (strncmp(arg, "kind=", 5) == 0)
		m->kind = (uint8_t)v;
	else if (strncmp(arg, "lifetime=", 9) == 0)
		m->lifetime = (uint32_t)v;
	else if (strncmp(arg, "when=", 5) == 0)
		m->when = v;
	else if (strncmp(arg, "until=", 6) == 0)
		m->until = v;
	else if (strncmp(arg, "n=", 2) == 0)
		m->n = (uint32_t)v;
	else if (strncmp(arg, "method=", 7) == 0)
		m->method = (uint8_t)v;
	else if (strncmp(arg, "old_method=", 11) == 0)
		m->old_method = (uint8_t)v;
	else if (strncmp(arg, "act=", 4) == 0)
		m->act = (uint8_t)v;
	else
		return 0;
	return 1;
}

#define TEXT(key, at)               \
	{                           \
		key, at, sizeof(at) \
	}

int
main(int argc, char **argv)
{
	static struct conf conf;
	static struct p_mail m;
	static char host[256] = "web1", po[256] = "po";
	const struct text texts[] = { TEXT("language", m.language),
		TEXT("to", m.to), TEXT("name", m.name), TEXT("login", m.login),
		TEXT("user_id", m.user_id), TEXT("code", m.code),
		TEXT("service", m.service), TEXT("source", m.source),
		TEXT("device", m.device), TEXT("address", m.address),
		TEXT("from", conf.email.from),
		TEXT("subject", conf.email.subject),
		TEXT("contact", conf.login.contact),
		TEXT("contact-ja", conf.login.contact_ja),
		TEXT("contact-en", conf.login.contact_en),
		TEXT("host-language", conf.login.language), TEXT("host", host),
		TEXT("po", po), { NULL, NULL, 0 } };
	struct buf out = BUF_INIT;
	int r;

	if (conf_load(NULL, &conf, stderr) != KOSMO_OK)
		return 2;
	for (int i = 1; i < argc; i++) {
		if (!set_text(texts, argv[i]) && !set_number(&m, argv[i])) {
			(void)fprintf(stderr, "what is %s?\n", argv[i]);
			return 2;
		}
	}
	if (lang_open(po) != KOSMO_OK)
		return 2;
	r = compose(&m, &conf, host, &out);
	if (r == KOSMO_OK && fwrite(out.data, 1, out.len, stdout) != out.len)
		r = KOSMO_EIO;
	else if (r != KOSMO_OK)
		(void)fprintf(stderr, "%s\n", kosmo_strerror(r));
	buf_done(&out);
	lang_close();
	return r == KOSMO_OK ? 0 : 1;
}
