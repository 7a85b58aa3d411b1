#include "config.h"

#include "facts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kosmod/kmsg.h"
#include "libkosmo/utf8.h"

#define CODE_MIN 6

void
facts_clean(const char *text, char *ret, size_t size)
{
	size_t left = strlen(text), used = 0;

	while (left > 0) {
		uint32_t c;
		size_t n = utf8_next(text, left, &c);
		char piece[8];

		if (n > 0 && utf8_clean(text, n, false))
			(void)snprintf(
			    piece, sizeof(piece), "%.*s", (int)n, text);
		else {
			n = 1;
			(void)snprintf(piece, sizeof(piece), "\\x%02x",
			    (unsigned)(unsigned char)*text);
		}
		if (used + strlen(piece) >= size)
			break;
		memcpy(ret + used, piece, strlen(piece));
		used += strlen(piece);
		text += n;
		left -= n;
	}
	ret[used] = '\0';
}

enum lang
facts_lang(const struct p_mail *mail, const struct conf *conf)
{
	enum lang lang = LANG_EN;

	if (!lang_parse(mail->language, &lang))
		(void)lang_parse(conf->login.language, &lang);
	return lang;
}

/* "395 204", "1234 5678": groups that the eye holds. Not digits: "". */
static void
group_code(const char *code, char *ret, size_t size)
{
	size_t len = strlen(code), group, used = 0;

	ret[0] = '\0';
	if (len < CODE_MIN || strspn(code, "0123456789") != len ||
	    len + len / 3 >= size)
		return;
	group = len % 3 == 0 ? 3 : len % 4 == 0 ? 4 : (len + 1) / 2;
	for (size_t i = 0; i < len; i++) {
		if (i > 0 && i % group == 0)
			ret[used++] = ' ';
		ret[used++] = code[i];
	}
	ret[used] = '\0';
}

/* In the host's zone, which is named. */
static void
moment(uint64_t when, char *ret, size_t size)
{
	time_t t = (time_t)when;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(ret, size, "%Y-%m-%d %H:%M %Z", &tm) == 0)
		(void)snprintf(ret, size, "-");
}

/* A number in the words of msgid. */
static void
counted(enum lang lang, const char *msgid, uint32_t n, char *ret, size_t size)
{
	const char *text = tr(lang, msgid), *at = strstr(text, "{n}");

	if (at == NULL)
		(void)snprintf(ret, size, "%s", text);
	else
		(void)snprintf(ret, size, "%.*s%u%s", (int)(at - text), text,
		    (unsigned)n, at + 3);
}

static void
duration(enum lang lang, uint32_t seconds, char *ret, size_t size)
{
	if (seconds == 60)
		counted(lang, N_("1 minute"), 1, ret, size);
	else if (seconds % 60 == 0)
		counted(lang, N_("{n} minutes"), seconds / 60, ret, size);
	else
		counted(lang, N_("{n} seconds"), seconds, ret, size);
}

/* What the keeper calls origins that are no addresses. */
static void
name_source(enum lang lang, const char *source, char *ret, size_t size)
{
	if (strcmp(source, "console") == 0)
		(void)snprintf(ret, size, "%s", tr(lang, N_("the console")));
	else if (strncmp(source, "local", 5) == 0)
		(void)snprintf(ret, size, "%s", tr(lang, N_("this host")));
	else if (strcmp(source, "unknown") == 0)
		ret[0] = '\0';
	else
		facts_clean(source, ret, size);
}

static const char *
method_word(uint8_t method)
{
	static const char *const words[] = {
		[METHOD_NONE] = N_("none"),
		[METHOD_PASSKEY] = N_("passkey"),
		[METHOD_TOTP] = N_("app"),
		[METHOD_EMAIL] = N_("e-mail"),
		[METHOD_RECOVERY] = N_("recovery code"),
	};

	return method <= METHOD_RECOVERY ? words[method] : words[METHOD_NONE];
}

/* At the beginning of a sentence. */
static const char *
kind_word(uint8_t method)
{
	static const char *const words[] = {
		[METHOD_NONE] = N_("Device"),
		[METHOD_PASSKEY] = N_("Passkey"),
		[METHOD_TOTP] = N_("App"),
		[METHOD_EMAIL] = N_("E-mail"),
		[METHOD_RECOVERY] = N_("Recovery code"),
	};

	return method <= METHOD_RECOVERY ? words[method] : words[METHOD_NONE];
}

static const char *
act_word(uint8_t act)
{
	static const char *const words[] = {
		[0] = N_("change of your data"),
		[ACT_INVITE] = N_("new invitation"),
		[ACT_LOCK] = N_("lock"),
		[ACT_UNLOCK] = N_("unlock"),
		[ACT_REMOVE] = N_("removal of your registration"),
		[ACT_CODE] = N_("code for one login"),
		[ACT_RESET_PASSWORD] = N_("reset of your password"),
		[ACT_RESET_DEVICES] = N_("reset of your method"),
		[ACT_RESET_ALL] = N_("reset of your whole registration"),
		[ACT_REMIND] = N_("reminder"),
		[ACT_REBIND] = N_("new link to your Unix account"),
	};

	return act <= ACT_REBIND ? words[act] : words[0];
}

static const char *
contact_of(const struct conf *conf, enum lang lang)
{
	const char *own =
	    lang == LANG_JA ? conf->login.contact_ja : conf->login.contact_en;

	return own[0] != '\0' ? own : conf->login.contact;
}

static void
set_words(struct facts *f, const struct p_mail *m, const struct conf *conf)
{
	const char *contact = contact_of(conf, f->lang);
	uint32_t lifetime =
	    m->lifetime != 0 ? m->lifetime : conf->email.lifetime;

	f->has_contact = contact[0] != '\0';
	if (!f->has_contact)
		contact = tr(f->lang, N_("your administrator"));
	facts_clean(contact, f->contact, sizeof(f->contact));
	facts_clean(
	    m->name[0] != '\0' ? m->name : m->login, f->name, sizeof(f->name));
	facts_clean(m->login, f->login, sizeof(f->login));
	facts_clean(m->user_id, f->id, sizeof(f->id));
	facts_clean(m->device, f->device, sizeof(f->device));
	facts_clean(m->address, f->mail, sizeof(f->mail));
	name_source(f->lang, m->source, f->source, sizeof(f->source));
	if (m->kind <= MK_LAST_CODE)
		group_code(m->code, f->code, sizeof(f->code));
	duration(f->lang, lifetime, f->time, sizeof(f->time));
	moment(m->when != 0 ? m->when : (uint64_t)time(NULL), f->when,
	    sizeof(f->when));
	moment(m->until, f->until, sizeof(f->until));
	(void)snprintf(f->n, sizeof(f->n), "%u", (unsigned)m->n);
}

void
facts_of(struct facts *f, const struct p_mail *m, const struct conf *conf,
    const char *host)
{
	memset(f, 0, sizeof(*f));
	f->lang = facts_lang(m, conf);
	facts_clean(host, f->host, sizeof(f->host));
	set_words(f, m, conf);
	const struct fill fills[] = { { "name", f->name },
		{ "login", f->login }, { "id", f->id }, { "device", f->device },
		{ "mail", f->mail }, { "source", f->source },
		{ "host", f->host }, { "contact", f->contact },
		{ "time", f->time }, { "when", f->when }, { "until", f->until },
		{ "n", f->n }, { "kind", tr(f->lang, kind_word(m->method)) },
		{ "method", tr(f->lang, method_word(m->method)) },
		{ "new", tr(f->lang, method_word(m->method)) },
		{ "old", tr(f->lang, method_word(m->old_method)) },
		{ "what", tr(f->lang, act_word(m->act)) }, { NULL, NULL } };

	_Static_assert(
	    sizeof(fills) <= sizeof(f->fills), "room for every word");
	memcpy(f->fills, fills, sizeof(fills));
}

void
facts_done(struct facts *f)
{
	explicit_bzero(f, sizeof(*f));
}
