#include "config.h"

#include "letters.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kosmod/talk/lang.h"
#include "kosmod/talk/text.h"
#include "post/facts.h"

#define FOOTER_COLUMNS 78

enum closing {
	CLOSE_NOTICE = 0, /* something was done */
	CLOSE_CODE,
	CLOSE_REMINDER /* nothing was done */
};

struct letter {
	const char *subject;
	const char *text;
	enum closing closing;
	bool help; /* the contact stands below the text */
};

static const struct letter letters[MAIL_KINDS + 1] = {
	[MK_CONFIRM] = { N_("Confirm your e-mail address"),
	    N_("This code registers this e-mail address. It works once, for "
	       "{time}."),
	    CLOSE_CODE, false },
	[MK_SETUP] = { N_("Code to set up your method"),
	    N_("This code starts the set-up of your method. It works once, "
	       "for {time}."),
	    CLOSE_CODE, false },
	[MK_LOGIN] = { N_("Your login code"),
	    N_("This code logs you in to {host}. It works once, for {time}."),
	    CLOSE_CODE, false },
	[MK_RESET] = { N_("Code for a new password"),
	    N_("This code lets you set a new password. It works once, for "
	       "{time}.\n"
	       "Your user ID is {id}, your login name {login}."),
	    CLOSE_CODE, false },
	[MK_ENROL] = { N_("Code to set up e-mail as your method"),
	    N_("This code sets up e-mail as your method. It works once, for "
	       "{time}."),
	    CLOSE_CODE, false },
	[MK_USER_ID] = { N_("Your user ID"),
	    N_("Your user ID is {id}, your login name {login}."), CLOSE_NOTICE,
	    false },
	[MK_NOT_REGISTERED] = { N_("You have not finished registering"),
	    N_("You have not finished registering. Use your initial "
	       "password."),
	    CLOSE_NOTICE, true },
	[MK_REGISTERED] = { N_("You are set up"),
	    N_("From now on you log in with your password and {method}. "
	       "Device: {device}"),
	    CLOSE_NOTICE, false },
	[MK_DEVICE_ADDED] = { N_("Device added"),
	    N_("{kind} \"{device}\" was added."), CLOSE_NOTICE, false },
	[MK_DEVICE_REMOVED] = { N_("Device removed"),
	    N_("{kind} \"{device}\" was removed."), CLOSE_NOTICE, false },
	[MK_METHOD] = { N_("Method changed"),
	    N_("Changed from {old} to {new}."), CLOSE_NOTICE, false },
	[MK_PASSWORD] = { N_("Password changed"),
	    N_("Your password was changed."), CLOSE_NOTICE, false },
	[MK_ADDRESS] = { N_("E-mail address changed"),
	    N_("Changed to {mail}. Codes and notices go there from now on."),
	    CLOSE_NOTICE, false },
	[MK_LOCK] = { N_("Login locked"),
	    N_("Locked after too many wrong answers. Please ask to have it "
	       "unlocked."),
	    CLOSE_NOTICE, false },
	[MK_GUESSED] = { N_("Somebody may know your password"),
	    N_("Your password was entered, but the codes or keys after it were "
	       "wrong.\nNobody got in. If it was not you, somebody knows your "
	       "password:\nchange it now."),
	    CLOSE_NOTICE, false },
	[MK_RECOVERY] = { N_("Recovery code used"),
	    N_("A recovery code was used. You have {n} left."), CLOSE_NOTICE,
	    false },
	[MK_COUNTER] = { N_("Please check your passkey"),
	    N_("\"{device}\" may have been copied and was refused."),
	    CLOSE_NOTICE, false },
	[MK_ADMIN] = { N_("Changed by an administrator"),
	    N_("An administrator did this: {what}."), CLOSE_NOTICE, false },
	[MK_REMIND] = { N_("Please finish registering"),
	    N_("Your login is not set up yet. Log in with your initial "
	       "password, and follow\nthe screen. It works until {until}."),
	    CLOSE_REMINDER, false },
};

static const char *const closings[] = {
	[CLOSE_NOTICE] = N_("If this was not you, tell {contact} at once."),
	[CLOSE_CODE] = N_("Give it to nobody. If it was not you, change your "
			  "password and tell\n{contact}."),
	[CLOSE_REMINDER] = N_("If you know nothing of this, tell {contact}."),
};

/* The text of a kind, or another where a part of it has nothing to say. */
static const char *
choose_text(const struct p_mail *m)
{
	switch (m->kind) {
	case MK_RESET:
		if (m->user_id[0] == '\0')
			return N_("This code lets you set a new password. It "
				  "works once, for {time}.\n"
				  "Your login name is {login}.");
		break;
	case MK_USER_ID:
		if (m->user_id[0] == '\0')
			return N_("Your login name is {login}.");
		break;
	case MK_REGISTERED:
		if (m->method == METHOD_NONE)
			return N_("From now on you log in with your password.");
		if (m->device[0] == '\0')
			return N_("From now on you log in with your password "
				  "and {method}.");
		break;
	case MK_METHOD:
		if (m->old_method == METHOD_NONE)
			return N_("Changed to {new}.");
		break;
	case MK_REMIND:
		if (m->until == 0)
			return N_("Your login is not set up yet. Log in with "
				  "your initial password, and follow\n"
				  "the screen.");
		break;
	default:
		break;
	}
	return letters[m->kind].text;
}

/* One paragraph and its newline. */
static int
paragraph(struct buf *out, const struct facts *f, const char *msgid)
{
	struct buf filled = BUF_INIT;
	int r = text_fill(&filled, tr(f->lang, msgid), f->fills);

	if (r == KOSMO_OK)
		r = buf_add(&filled, "", 1);
	if (r == KOSMO_OK)
		r = text_wrap_at(
		    out, (const char *)filled.data, LETTER_COLUMNS);
	if (r == KOSMO_OK)
		r = buf_add(out, "\n", 1);
	buf_done(&filled);
	return r;
}

/* Alone on its line, between empty ones. */
static int
code_line(struct buf *out, const struct facts *f)
{
	int r;

	if ((r = buf_add(out, "    ", 4)) != KOSMO_OK ||
	    (r = buf_add(out, f->code, strlen(f->code))) != KOSMO_OK)
		return r;
	return buf_add(out, "\n\n", 2);
}

/* When, where, from where; what follows stands beside it if it fits. */
static int
footer(struct buf *out, const struct facts *f)
{
	const char *tail = tr(f->lang, N_("Please do not reply to this mail."));
	const char *from = tr(f->lang, N_("{when}  {host}  from {source}"));
	struct buf line = BUF_INIT;
	size_t columns;
	int r;

	if (f->source[0] == '\0')
		from = "{when}  {host}";
	r = text_fill(&line, from, f->fills);
	if (r == KOSMO_OK)
		r = buf_add(&line, "", 1);
	if (r != KOSMO_OK)
		goto out;
	columns = text_columns((const char *)line.data) + text_columns(tail);
	r = text_wrap_at(out, (const char *)line.data, FOOTER_COLUMNS);
	if (r == KOSMO_OK && columns + 3 <= FOOTER_COLUMNS)
		r = buf_add(out, "   ", 3);
	else if (r == KOSMO_OK)
		r = buf_add(out, "\n", 1);
	if (r == KOSMO_OK)
		r = buf_add(out, tail, strlen(tail));
	if (r == KOSMO_OK)
		r = buf_add(out, "\n", 1);
out:
	buf_done(&line);
	return r;
}

static int
write_body(struct buf *out, const struct p_mail *mail, const struct facts *f)
{
	const struct letter *l = &letters[mail->kind];
	int r;

	if ((r = paragraph(out, f, N_("Dear {name},"))) != KOSMO_OK ||
	    (r = paragraph(out, f, choose_text(mail))) != KOSMO_OK)
		return r;
	if (l->help && f->has_contact &&
	    (r = paragraph(out, f, N_("Help: {contact}"))) != KOSMO_OK)
		return r;
	if ((r = buf_add(out, "\n", 1)) != KOSMO_OK)
		return r;
	if (l->closing == CLOSE_CODE && (r = code_line(out, f)) != KOSMO_OK)
		return r;
	if ((r = paragraph(out, f, closings[l->closing])) != KOSMO_OK)
		return r;
	return footer(out, f);
}

static bool
known_kind(const struct p_mail *mail)
{
	return mail->kind >= 1 && mail->kind <= MAIL_KINDS;
}

int
letter_body(struct buf *out, const struct p_mail *mail,
    const struct letter_about *about)
{
	struct facts f;
	int r = KOSMO_EINVAL;

	if (!known_kind(mail))
		return r;
	facts_of(&f, mail, about->conf, about->host);
	if (letters[mail->kind].closing != CLOSE_CODE || f.code[0] != '\0')
		r = write_body(out, mail, &f);
	facts_done(&f);
	return r;
}

int
letter_subject(struct buf *out, const struct p_mail *mail,
    const struct letter_about *about)
{
	const char *before = about->conf->email.subject, *subject;
	enum lang lang = facts_lang(mail, about->conf);
	size_t len;
	int r;

	if (!known_kind(mail))
		return KOSMO_EINVAL;
	if (before[0] == '\0')
		before = tr(lang, N_("[Kosmo]"));
	subject = tr(lang, letters[mail->kind].subject);
	len = strlen(before);
	if ((r = buf_add(out, before, len)) != KOSMO_OK)
		return r;
	/* a full-width bracket brings its own room */
	if ((unsigned char)before[len - 1] < 0x80 &&
	    (r = buf_add(out, " ", 1)) != KOSMO_OK)
		return r;
	return buf_add(out, subject, strlen(subject));
}
