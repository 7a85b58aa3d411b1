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
	{ "user import",
	    "FILE.csv|- [--dry-run] [--keep-going] [--encoding cp932] "
	    "[--strict] [--slips DIR] [--no-account]",
	    ADMIN, import_prepare, &view_none,
	    N_("invite everybody in a file") },
	{ "user list", "[--state S,S]", ADMIN, user_list_prepare, &view_people,
	    N_("list people") },
	{ "user show", "LOGIN", ADMIN, user_name_prepare, &view_person,
	    N_("show one person") },
	{ "user set",
	    "LOGIN [--email A] [--name N] [--language ja|en] "
	    "[--birth-date-stdin] [--email-ok]",
	    ADMIN, user_set_prepare, &view_none,
	    N_("change what is recorded of a person") },
	{ "user invite", "[LOGIN] [--file LIST] [--expires 30d]", ADMIN,
	    list_prepare, &view_slip,
	    N_("print a new slip; the earlier one ends") },
	{ "user remind", "[LOGIN] [--file LIST]", ADMIN, list_prepare,
	    &view_none, N_("mail who has not registered yet") },
	{ "user reset", "LOGIN [--password] [--devices] [--all]", ADMIN,
	    user_reset_prepare, &view_slip,
	    N_("have a password, the method, or everything set up again") },
	{ "user rename", "OLD NEW", ADMIN, user_rename_prepare, &view_none,
	    N_("follow a Unix account that has another name now") },
	{ "user rebind", "LOGIN", ADMIN, user_rebind_prepare, &view_none,
	    N_("follow a Unix account that has another uid now") },
	{ "user lock", "[LOGIN] [--file LIST]", ADMIN, list_prepare, &view_none,
	    N_("let a person in no more") },
	{ "user unlock", "[LOGIN] [--file LIST]", ADMIN, list_prepare,
	    &view_none, N_("end a lock, and forget failures") },
	{ "user remove", "[LOGIN] [--file LIST] [--yes]", ADMIN, list_prepare,
	    &view_none, N_("forget a person") },
	{ "user code", "[LOGIN] [--file LIST]", ADMIN, list_prepare, &view_slip,
	    N_("print a code for one login without phone or key") },
	{ "register", "", SELF, NULL, &view_none,
	    N_("set up your login: the same as the first login by ssh") },
	{ "enroll totp", "[--png FILE] [--name NAME]", SELF, enroll_prepare,
	    &view_enroll, N_("set up one more authenticator app") },
	{ "enroll passkey", "[--name NAME]", SELF, NULL, &view_enroll,
	    N_("set up a security key that is plugged in here") },
	{ "enroll email", "[--name NAME]", SELF, NULL, &view_enroll,
	    N_("have login codes mailed to you") },
	{ "enroll ssh-key", "[FILE.pub|-] [--name NAME]", SELF, ssh_key_prepare,
	    &view_enroll,
	    N_("log in by ssh with a FIDO2 key: from a file, or your "
	       "agent's") },
	{ "email", "ADDRESS", SELF, NULL, &view_none,
	    N_("change where mail goes") },
	{ "language", "ja|en", SELF, NULL, &view_none,
	    N_("change your language") },
	{ "method", "[NAME]", SELF, NULL, &view_none,
	    N_("choose what a login asks for first: passkey, app, email") },
	{ "recovery-codes", "", SELF, NULL, &view_none,
	    N_("make new recovery codes") },
	{ "terms", "", SELF, NULL, &view_none, N_("show the terms of use") },
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
	{ "doctor", "", ADMIN, NULL, &view_doctor,
	    N_("look over this host, and say what to mend") },
	{ "log", "[LOGIN] [--since T] [--follow] [--verify]", ADMIN,
	    log_prepare, &view_log, N_("show or check the audit lines") },
	{ NULL, NULL, false, NULL, NULL, NULL },
};

static const char general[] =
    N_("usage: kosmoctl [--socket PATH] [--json] [--stdin] VERB ...");

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
		(void)printf("%s\n\n", tr(lang, general));
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
		usage_wrong(args->verb, args->lang);
	else
		(void)fprintf(stderr, "%s\n%s\n", tr(args->lang, general),
		    tr(args->lang, N_("kosmoctl --help lists the verbs.")));
	return USAGE;
}

int
main(int argc, char **argv)
{
	enum lang lang = words_begin();
	struct args args;
	int r = args_parse(verbs, argc, argv, lang, &args);

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
