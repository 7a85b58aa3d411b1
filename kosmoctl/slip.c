#include "config.h"

#include "slip.h"

#include <glob.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "kosmoctl/cell.h"
#include "kosmoctl/table.h"
#include "kosmoctl/words.h"

#define TITLE_COLUMN 44
#define DIGEST 32 /* bytes of SHA-256 */
#define BLOB_MAX 4096

static void
host_name(char *ret, size_t size)
{
	struct addrinfo hints = { .ai_flags = AI_CANONNAME }, *list = NULL;

	if (gethostname(ret, size) == -1)
		(void)strcpy(ret, "localhost");
	ret[size - 1] = '\0';
	if (strchr(ret, '.') != NULL ||
	    getaddrinfo(ret, NULL, &hints, &list) != 0)
		return;
	if (list->ai_canonname != NULL &&
	    strchr(list->ai_canonname, '.') != NULL &&
	    strncmp(list->ai_canonname, "localhost", 9) != 0)
		(void)snprintf(ret, size, "%s", list->ai_canonname);
	freeaddrinfo(list);
}

int
slip_fingerprint(const char *line, char ret[static 64])
{
	unsigned char blob[BLOB_MAX], digest[DIGEST], text[64];
	const char *key = strchr(line, ' ');
	size_t n = key == NULL ? 0 : strcspn(key + 1, " \n"), pad = 0;
	int len;

	if (n < 16 || n > BLOB_MAX || n % 4 != 0)
		return KOSMO_EFORMAT;
	len = EVP_DecodeBlock(blob, (const unsigned char *)key + 1, (int)n);
	if (len < 4)
		return KOSMO_EFORMAT;
	/* EVP_DecodeBlock counts the padding as bytes. */
	for (; pad < 2 && key[n - pad] == '='; pad++)
		len--;
	if (EVP_Digest(blob, (size_t)len, digest, NULL, EVP_sha256(), NULL) !=
	    1)
		return KOSMO_ECRYPTO;
	(void)EVP_EncodeBlock(text, digest, DIGEST);
	(void)snprintf(ret, 64, "SHA256:%.43s", (const char *)text);
	return KOSMO_OK;
}

static bool
read_fingerprint(const char *path, char ret[static 64])
{
	char line[BLOB_MAX * 2];
	FILE *f = fopen(path, "re");
	bool good = false;

	if (f == NULL)
		return false;
	if (fgets(line, sizeof(line), f) != NULL)
		good = slip_fingerprint(line, ret) == KOSMO_OK;
	(void)fclose(f);
	return good;
}

void
slip_host(const char *dir, struct slip_host *ret)
{
	glob_t g = { 0 };
	char path[512];

	memset(ret, 0, sizeof(*ret));
	host_name(ret->name, sizeof(ret->name));
	(void)snprintf(path, sizeof(path), "%s/ssh_host_ed25519_key.pub", dir);
	if (read_fingerprint(path, ret->fingerprint))
		return;
	(void)snprintf(path, sizeof(path), "%s/ssh_host_*_key.pub", dir);
	if (glob(path, 0, NULL, &g) == 0) {
		for (size_t i = 0; i < g.gl_pathc; i++) {
			if (read_fingerprint(g.gl_pathv[i], ret->fingerprint))
				break;
		}
	}
	globfree(&g);
}

void
slip_connect(
    const struct slip_host *host, const char *login, char *ret, size_t size)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789._@-";
	bool quote = login[strspn(login, plain)] != '\0';

	(void)snprintf(ret, size, "ssh %s%s@%s%s", quote ? "'" : "", login,
	    host->name, quote ? "'" : "");
}

/* The language that the paper is in: the person's. */
static enum lang
paper_language(const struct msg_row *row)
{
	enum lang lang = LANG_EN;

	(void)lang_parse(cell_get(row, "language"), &lang);
	return lang;
}

static const char *
addressee(const struct msg_row *row)
{
	const char *name = cell_get(row, "name");

	return name[0] != '\0' ? name : cell_get(row, "login");
}

/* Name on the left, title and day on the right or below. */
static void
put_head(
    FILE *out, enum lang lang, const struct msg_row *row, const char *title)
{
	char name[WORDS_LEN], day[CELL_TIME_LEN];
	uint64_t made = cell_number(row, "made");
	size_t width;

	words(name, lang, N_("{name}"), FILLS({ "name", addressee(row) }));
	width = table_width(name);
	cell_day(made, day);
	if (width + 2 > TITLE_COLUMN) {
		table_put(out, name, SIZE_MAX, 0);
		(void)fputc('\n', out);
		width = 0;
		name[0] = '\0';
	}
	table_put(out, name, SIZE_MAX, TITLE_COLUMN);
	(void)fprintf(out, "%s  %s\n\n", tr(lang, title), day);
}

/* Labels of a paper: the widest one says where values begin. */
static const char *const invitation_labels[] = { N_("Connect with"),
	N_("Host key"), N_("Initial ID"), N_("Initial password"),
	N_("Valid until"), NULL };
static const char *const password_labels[] = { N_("Connect with"),
	N_("Host key"), N_("Login name"), N_("Initial password"),
	N_("Valid until"), NULL };
static const char *const code_labels[] = { N_("Login name"),
	N_("One-time code"), N_("Valid until"), NULL };

static size_t
label_columns(enum lang lang, const char *const *labels)
{
	size_t most = 0;

	for (; *labels != NULL; labels++) {
		size_t width = table_width(tr(lang, *labels));

		if (width > most)
			most = width;
	}
	return most + 2;
}

/* "  label   value" for each label that has a value. */
static void
put_pairs(FILE *out, enum lang lang, const char *const *labels,
    const char *const *values)
{
	size_t columns = label_columns(lang, labels);

	for (; *labels != NULL; labels++, values++) {
		if ((*values)[0] == '\0')
			continue;
		(void)fputs("  ", out);
		table_put(out, tr(lang, *labels), SIZE_MAX, columns);
		table_put(out, *values, SIZE_MAX, 0);
		(void)fputc('\n', out);
	}
}

static void
until(const struct msg_row *row, char ret[static CELL_TIME_LEN])
{
	uint64_t expires = cell_number(row, "expires");

	ret[0] = '\0';
	if (expires != 0)
		cell_minute(expires, ret);
}

static void
put_help(FILE *out, enum lang lang, const struct msg_row *row)
{
	const char *contact = cell_get(row, "contact");

	if (contact[0] == '\0')
		return;
	(void)fprintf(out, "%s ", tr(lang, N_("Help:")));
	table_put(out, contact, SIZE_MAX, 0);
	(void)fputc('\n', out);
}

static void
write_code(FILE *out, const struct msg_row *row, enum lang lang)
{
	char when[CELL_TIME_LEN];
	const char *values[] = { cell_get(row, "login"), cell_get(row, "code"),
		when };

	until(row, when);
	put_head(out, lang, row, N_("A code for one login"));
	put_pairs(out, lang, code_labels, values);
	(void)fprintf(out, "\n%s\n",
	    tr(lang,
		N_("It works once, in place of your phone or key. Log in with "
		   "your password;\nwhere a code or your key is asked for, "
		   "type recovery, then the code above.")));
	put_help(out, lang, row);
}

/* Who sets a password again has a method already, which is asked first. */
static void
put_ready(FILE *out, enum lang lang, bool password)
{
	const char *registration =
	    N_("Have ready (it takes about 10 minutes)\n"
	       "  your date of birth, a mailbox you can read now, and one of "
	       "these:\n"
	       "  a smartphone (free app) / a security key / or e-mail alone");
	const char *again =
	    N_("Have ready (it takes about 2 minutes)\n"
	       "  what you use besides the password: your phone, security key "
	       "or mailbox");

	(void)fprintf(out, "\n%s\n", tr(lang, password ? again : registration));
}

static void
put_steps(FILE *out, enum lang lang, bool fingerprint, bool password)
{
	const char *registration =
	    N_("  2. Type the initial password. Nothing shows; just press "
	       "Enter after it.\n"
	       "  3. Follow the screen. If you are cut off, log in again and "
	       "go on from there.");
	const char *again =
	    N_("  2. Type the initial password. Nothing shows; just press "
	       "Enter after it.\n"
	       "  3. Confirm that it is you as at every login, then choose a "
	       "new password.");

	put_ready(out, lang, password);
	(void)fprintf(out, "\n%s\n",
	    tr(lang,
		N_("What to do\n"
		   "  1. In a terminal (Windows and Mac have one) type the "
		   "line "
		   "\"Connect with\".")));
	if (fingerprint)
		(void)fprintf(out, "%s\n",
		    tr(lang,
			N_("     The first time, type yes only if the host key "
			   "shown is the one above.")));
	(void)fprintf(out, "%s\n", tr(lang, password ? again : registration));
}

void
slip_write(FILE *out, const struct msg_row *row, const struct slip_host *host)
{
	enum lang lang = paper_language(row);
	const char *login = cell_get(row, "login");
	const char *id = cell_get(row, "initial_id");
	bool password = strcmp(cell_get(row, "purpose"), "password") == 0;
	char connect[NAME_LEN * 3], when[CELL_TIME_LEN];
	const char *values[] = { connect, host->fingerprint,
		id[0] != '\0' && !password ? id : login,
		cell_get(row, "initial_password"), when };

	if (cell_get(row, "code")[0] != '\0') {
		write_code(out, row, lang);
		return;
	}
	slip_connect(host, login, connect, sizeof(connect));
	until(row, when);
	put_head(out, lang, row,
	    password ? N_("How to set your password")
		     : N_("How to set up your login"));
	put_pairs(
	    out, lang, password ? password_labels : invitation_labels, values);
	put_steps(out, lang, host->fingerprint[0] != '\0', password);
	(void)fputc('\n', out);
	put_help(out, lang, row);
	(void)fprintf(out, "%s\n",
	    tr(lang,
		N_("Show this paper to nobody and destroy it when you are "
		   "done.")));
}
