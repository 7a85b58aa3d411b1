/*
 * Any bytes as terms of use: refused with a sentence, or read, and every page
 * of them fits a screen. Typed user IDs, dates and names of devices go the
 * same way, as what people put in.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kosmod/conf_read.h"
#include "kosmod/talk/answer.h"
#include "kosmod/talk/flows/device_name.h"
#include "kosmod/talk/terms_text.h"
#include "kosmod/talk/text.h"
#include "kosmod/user_id.h"

#define MUST(what)               \
	do {                     \
		if (!(what))     \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char dir[] = "/tmp/kosmo-fuzz-XXXXXX";

static void
put(const char *name, const uint8_t *data, size_t len)
{
	char path[64];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	MUST((f = fopen(path, "we")) != NULL);
	(void)fwrite(data, 1, len, f);
	MUST(fclose(f) == 0 && chmod(path, 0600) == 0);
}

static void
clean_up(void)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/terms.en", dir);
	(void)unlink(path);
	(void)rmdir(dir);
}

static void
look_at_page(unsigned n)
{
	struct buf page = BUF_INIT;
	unsigned lines = 1;

	MUST(terms_text_page(LANG_EN, n, &page) == KOSMO_OK);
	MUST(buf_add_u8(&page, 0) == KOSMO_OK && page.len > 1);
	for (const char *p = (const char *)page.data;; lines++) {
		MUST(text_columns(p) <= SCREEN_COLUMNS);
		if ((p = strchr(p, '\n')) == NULL)
			break;
		p++;
	}
	MUST(lines <= TERMS_PAGE);
	buf_done(&page);
}

static void
type(const struct conf *conf, const uint8_t *data, size_t len)
{
	char text[SECRET_MAX + 1] = "", date[9], symbols[65];
	struct secret typed = { 0 };

	if (len > SECRET_MAX || memchr(data, 0, len) != NULL)
		return;
	memcpy(text, data, len);
	MUST(secret_set(&typed, text, len) == KOSMO_OK);
	answer_date(&typed, date);
	MUST(strlen(date) == 8 || date[0] == '\0');
	if (user_id_rules(conf, text, symbols) == 0)
		MUST(strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789") ==
		    len);
	(void)device_name_good(text);
	secret_done(&typed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct conf conf;
	struct buf page = BUF_INIT;
	unsigned pages;

	if (strstr(dir, "XXXXXX") != NULL) {
		MUST(mkdtemp(dir) != NULL && atexit(clean_up) == 0);
	}
	conf_defaults(&conf);
	(void)snprintf(conf.paths.terms, sizeof(conf.paths.terms), "%s", dir);
	put("terms.en", data, len);
	(void)!terms_text_open(&conf, NULL); /* there is no Japanese one */
	pages = terms_text_pages(LANG_EN);
	MUST((terms_text_mark(LANG_EN) != NULL) == (pages > 0));
	for (unsigned n = 1; n <= pages; n++)
		look_at_page(n);
	MUST(terms_text_page(LANG_EN, pages + 1, &page) == KOSMO_EINVAL);
	terms_text_close();
	type(&conf, data, len);
	return 0;
}
