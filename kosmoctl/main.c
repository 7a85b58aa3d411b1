/*
 * main.c: the verbs of kosmoctl, its help, and its exit codes.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmoctl/session.h"
#include "kosmoctl/usage.h"
#include "kosmoctl/verb.h"
#include "kosmoctl/view.h"
#include "kosmoctl/words.h"

#define ADMIN true
#define SELF false

const struct verb verbs[] = {
	{ "user add",
	    "LOGIN --email A [--name N] [--user-id ID] [--initial-id ID] "
	    "[--language ja|en] [--expires 30d] [--stdin] [--no-account]",
	    ADMIN, user_add_prepare, &view_slip,
	    N_("invite a person, and print the slip") },
	{ "user list", "[--state S,S]", ADMIN, user_list_prepare, &view_people,
	    N_("list people") },
	{ "user show", "LOGIN", ADMIN, user_name_prepare, &view_person,
	    N_("show one person") },
	{ "user set",
	    "LOGIN [--email A] [--name N] [--language ja|en] "
	    "[--birth-date-stdin]",
	    ADMIN, user_set_prepare, &view_none,
	    N_("change what is recorded of a person") },
	{ "user invite", "LOGIN [--expires 30d]", ADMIN, user_name_prepare,
	    &view_slip, N_("print a new slip; the earlier one ends") },
	{ "user lock", "LOGIN", ADMIN, user_name_prepare, &view_none,
	    N_("let a person in no more") },
	{ "user unlock", "LOGIN", ADMIN, user_name_prepare, &view_none,
	    N_("end a lock, and forget failures") },
	{ "user remove", "LOGIN [--yes]", ADMIN, user_name_prepare, &view_none,
	    N_("forget a person") },
	{ "user code", "LOGIN", ADMIN, user_name_prepare, &view_slip,
	    N_("print a code for one login without the phone") },
	{ "register", "", SELF, NULL, &view_none,
	    N_("set up your login: the same as the first login by ssh") },
	{ "enroll totp", "[--png FILE] [--name NAME]", SELF, enroll_prepare,
	    &view_enroll, N_("set up one more authenticator app") },
	{ "device list", "", SELF, NULL, &view_devices,
	    N_("list your devices") },
	{ "device rename", "NO|NAME NEWNAME", SELF, NULL, &view_none,
	    N_("give a device another name") },
	{ "device remove", "NO|NAME", SELF, NULL, &view_none,
	    N_("remove a device") },
	{ "password", "", SELF, NULL, &view_none, N_("change your password") },
	{ "sign-out", "", SELF, NULL, &view_none,
	    N_("end your other sessions") },
	{ "forgot-id", "ADDRESS", SELF, NULL, &view_none,
	    N_("have the user ID mailed to a registered address") },
	{ "me", "", SELF, NULL, &view_person,
	    N_("show what is recorded of you") },
	{ "status", "", ADMIN, NULL, &view_status, N_("show how kosmod is") },
	{ "log", "[LOGIN] [--since T] [--follow] [--verify]", ADMIN,
	    log_prepare, &view_log, N_("show or check the audit lines") },
	{ NULL, NULL, false, NULL, NULL, NULL },
};

static void
help_of(const struct verb *v, enum lang lang)
{
	usage_put(stdout, "", v);
	(void)printf("    %s\n", tr(lang, v->help));
}

static void
help(const struct verb *verb, enum lang lang)
{
	if (verb != NULL) {
		help_of(verb, lang);
	} else {
		(void)printf("%s\n\n",
		    tr(lang,
			N_("usage: kosmoctl [--socket PATH] [--json] "
			   "[--stdin] VERB ...")));
		for (const struct verb *v = verbs; v->name != NULL; v++)
			help_of(v, lang);
	}
	(void)printf("\n%s\n",
	    tr(lang,
		N_("--json prints one document; --stdin takes answers from "
		   "standard input.\nMore: man kosmoctl")));
}

static int
exit_code(enum outcome what)
{
	switch (what) {
	case DONE:
		return 0;
	case REFUSED:
		return 1;
	case USAGE:
		return 2;
	case UNREACHABLE:
		return 3;
	case NO_RIGHT:
		return 4;
	}
	return 1;
}

static enum outcome
wrong_usage(const struct args *args)
{
	(void)fprintf(stderr, "kosmoctl: %s\n", args->wrong);
	if (args->verb != NULL)
		usage_put(stderr, "usage: ", args->verb);
	else
		(void)fprintf(stderr,
		    "usage: kosmoctl [--socket PATH] [--json] [--stdin] "
		    "VERB ...\nkosmoctl --help lists the verbs.\n");
	return USAGE;
}

int
main(int argc, char **argv)
{
	enum lang lang = words_begin();
	struct args args;
	int r = args_parse(verbs, argc, argv, &args);

	if (r != KOSMO_OK)
		return exit_code(wrong_usage(&args));
	if (args.version) {
		(void)printf("kosmoctl %s\n", PACKAGE_VERSION);
		return exit_code(DONE);
	}
	if (args.help) {
		help(args.verb, lang);
		return exit_code(DONE);
	}
	return exit_code(session_run(&args, lang));
}
