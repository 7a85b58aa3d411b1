#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/flows/step.h"
#include "kosmod/talk/methods/methods.h"
#include "kosmod/talk/password_rules.h"
#include "kosmod/talk/text.h"

#define ALL_CLASSES (CLASS_UPPER | CLASS_LOWER | CLASS_DIGIT | CLASS_SYMBOL)

static const struct {
	uint32_t class;
	const char *name;
} class_names[] = {
	{ CLASS_UPPER, N_("an upper-case letter") },
	{ CLASS_LOWER, N_("a lower-case letter") },
	{ CLASS_DIGIT, N_("a digit") },
	{ CLASS_SYMBOL, N_("a symbol") },
};

/* The kinds of characters that policy asks for, as a list. */
static void
list_classes(const struct dialogue *d, char *ret, size_t size)
{
	size_t used = 0;
	int n;

	ret[0] = '\0';
	for (size_t i = 0; i < sizeof(class_names) / sizeof(*class_names);
	     i++) {
		if ((d->t->conf->password.classes & class_names[i].class) == 0)
			continue;
		n = snprintf(ret + used, size - used, "%s%s",
		    used > 0 ? text_of(d, N_(", ")) : "",
		    text_of(d, class_names[i].name));
		if (n < 0 || (size_t)n >= size - used)
			return;
		used += (size_t)n;
	}
}

/* What a new password has to be; step stands before it. */
static int
say_policy(struct dialogue *d, const char *step)
{
	const struct conf *conf = d->t->conf;
	char min[12], max[12], classes[128];
	const struct fill fills[] = { { "step", step }, { "min", min },
		{ "max", max }, { "classes", classes }, { NULL, NULL } };

	snprintf(min, sizeof(min), "%u", conf->password.min);
	snprintf(max, sizeof(max), "%u", conf->password.max);
	list_classes(d, classes, sizeof(classes));
	if (conf->password.classes == ALL_CLASSES)
		return say(d,
		    N_("{step}Choose a new password: {min} to {max} "
		       "characters with upper case,\n"
		       "lower case, a digit and a symbol. Nothing shows while "
		       "you type."),
		    fills);
	if (classes[0] != '\0')
		return say(d,
		    N_("{step}Choose a new password: {min} to {max} "
		       "characters.\n"
		       "It needs: {classes}. Nothing shows while you type."),
		    fills);
	return say(d,
	    N_("{step}Choose a new password: {min} to {max} characters.\n"
	       "Nothing shows while you type."),
	    fills);
}

/*
 * Has the keeper compare text with old password number index, and with the
 * initial password. *last: there is no older one.
 */
static int
look_at_old(struct dialogue *d, const struct secret *text, uint32_t index,
    bool *used, bool *last)
{
	const struct k_old old = { index };
	struct k_old_hash hash = { .index = index };
	struct k_verdict verdict = { 0 };
	union kmsg reply;
	int r = call(d, &k_old_layout, &old, K_SETTING, &reply);

	if (r != 0)
		return r;
	*last = reply.setting.setting[0] == '\0';
	if (!*last)
		r = password_hash(text, reply.setting.setting, hash.hash);
	if (r == 0)
		r = initial_digest(text, hash.initial);
	if (r == 0)
		r = call_verdict(d, &k_old_hash_layout, &hash, &verdict);
	*used = r == 0 && verdict.word == VERDICT_YES;
	explicit_bzero(&hash, sizeof(hash));
	explicit_bzero(&reply, sizeof(reply));
	return r;
}

/* Sets *used if text is one of the passwords that must not come again. */
static int
look_back(struct dialogue *d, const struct secret *text, bool *used)
{
	bool last = false;
	int r = 0;

	for (uint32_t index = 0; r == 0 && !last && !*used; index++)
		r = look_at_old(d, text, index, used, &last);
	return r;
}

/* Names all the rules that text breaks; *good if there are none. */
static int
check(struct dialogue *d, const struct answer *answer, bool *good)
{
	char denied[65];
	uint32_t broken =
	    password_rules(d->t->conf, &d->person, &answer->text, denied);
	bool used = false;
	int r = 0;

	*good = false;
	if ((broken & (RULE_LONG | RULE_CONTROL)) == 0)
		r = look_back(d, &answer->text, &used);
	if (used)
		broken |= RULE_USED;
	if (r == 0 && broken != 0)
		r = password_say_rules(d, broken, denied);
	*good = r == 0 && broken == 0;
	explicit_bzero(denied, sizeof(denied));
	return r;
}

/* Typed once more; *same tells whether it is the same. */
static int
retype(struct dialogue *d, const struct answer *first, bool *same)
{
	static const struct question question = {
		.prompt = N_("Retype new password: "),
		.kind = ASK_NEW_PASSWORD,
		.hidden = true,
	};
	struct answer again = { 0 };
	int r = ask(d, &question, &again);

	*same = r == 0 && secret_equal(&first->text, &again.text);
	if (r == 0 && !*same)
		r = say(d, N_("The two are not the same. Please start again."),
		    NULL);
	answer_done(&again);
	return r;
}

static int
store(struct dialogue *d, const struct secret *text)
{
	struct k_set_password set = { 0 };
	struct k_verdict verdict;
	char setting[HASH_LEN + 1];
	int r;

	if ((r = password_setting(setting)) != 0 ||
	    (r = password_hash(text, setting, set.hash)) != 0)
		goto out;
	r = call_verdict(d, &k_set_password_layout, &set, &verdict);
	if (r == 0 && verdict.word != VERDICT_YES)
		r = leave_verdict(d, &verdict);
out:
	explicit_bzero(&set, sizeof(set));
	return r;
}

int
choose_password(struct dialogue *d, const struct stage *step)
{
	const struct question question = {
		.prompt = N_("New password: "),
		.kind = ASK_NEW_PASSWORD,
		.hidden = true,
		.words = step_words(d, step),
	};
	struct answer answer = { 0 };
	char number[STEP_TEXT];
	bool good = false;
	int r = step_text(d, step, number);

	if (r == 0)
		r = say_policy(d, number);
	while (r == 0 && !good) {
		if ((r = ask(d, &question, &answer)) != 0)
			break;
		if (answer.word != WORD_NONE) {
			r = step_language(d, answer.word);
			break;
		}
		r = check(d, &answer, &good);
		if (r == 0 && good)
			r = retype(d, &answer, &good);
	}
	if (r == 0)
		r = store(d, &answer.text);
	if (r == 0)
		r = ask_sign_out(d);
	answer_done(&answer);
	return r;
}
