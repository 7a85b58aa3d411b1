#include "config.h"

#include "list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kosmoctl/csv_file.h"
#include "kosmoctl/words.h"

/* Lines in place: each ends where its newline was, without blanks. */
static int
split(struct list *l)
{
	char *p = l->text, *end = l->text + l->bytes;
	size_t room = 1;

	if (l->bytes >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	for (const char *q = p; q < end; q++)
		room += *q == '\n';
	if ((l->login = calloc(room, sizeof(*l->login))) == NULL)
		return KOSMO_ENOMEM;
	while (p < end) {
		size_t n = strcspn(p, "\n"), len;
		char *next = p + n + 1;

		p[n] = '\0';
		p += strspn(p, " \t");
		len = strcspn(p, " \t\r");
		if (p[len + strspn(p + len, " \t\r")] == '\0')
			p[len] = '\0'; /* else kosmod refuses the name */
		l->login[l->n++] = p;
		p = next;
	}
	return KOSMO_OK;
}

static int
read_list(struct call *c, struct list *l)
{
	struct csv_file f;
	char text[WORDS_LEN];
	int r = csv_file_read(l->path, NULL, &f);

	if (r == KOSMO_EIO)
		return call_wrong(c, REFUSED, "{file}: {why}",
		    FILLS({ "file", l->path },
			{ "why", tr(c->lang, words_errno(errno)) }));
	if (r == KOSMO_EFORMAT && f.why != NULL) {
		words(text, c->lang, f.why, NULL);
		csv_file_done(&f);
		return call_wrong(c, REFUSED, "{file}: {why}",
		    FILLS({ "file", l->path }, { "why", text }));
	}
	if (r != KOSMO_OK) {
		csv_file_done(&f);
		return call_no_memory(c);
	}
	l->text = f.bytes; /* taken over */
	l->bytes = f.len;
	if (split(l) != KOSMO_OK)
		return call_no_memory(c);
	return DONE;
}

/* LIST stays here: kosmod gets the names one by one. */
static void
drop_file(struct call *c)
{
	struct msg_hello *h = &c->hello;

	for (uint8_t i = 0; i < h->n_args; i++) {
		if (strcmp(h->args[i].name, "file") != 0)
			continue;
		memmove(&h->args[i], &h->args[i + 1],
		    (size_t)(h->n_args - i - 1) * sizeof(h->args[0]));
		h->n_args--;
		break;
	}
}

int
list_prepare(struct call *c)
{
	const char *file = args_option(c->args, "file");
	struct list *l;

	if ((file == NULL) == (c->args->n_words == 0))
		return call_wrong(c, USAGE,
		    file == NULL ? N_("LOGIN is missing")
				 : N_("either LOGIN or --file"),
		    NULL);
	if (file == NULL)
		return user_name_prepare(c);
	if (!user_good_expires(c))
		return USAGE;
	if (strcmp(file, "-") == 0 && c->answers)
		return call_wrong(c, USAGE,
		    N_("standard input can't be both the list and the answers"),
		    NULL);
	if ((l = calloc(1, sizeof(*l))) == NULL)
		return call_no_memory(c);
	l->path = file;
	c->list = l;
	drop_file(c);
	return read_list(c, l);
}

void
list_free(struct list **l)
{
	if (*l == NULL)
		return;
	free((*l)->login);
	free((*l)->text);
	free(*l);
	*l = NULL;
}
