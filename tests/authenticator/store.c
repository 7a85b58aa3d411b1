#include "config.h"

#include "tests/authenticator/store.h"

#include <sys/stat.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE *
open_at(const struct store *s, const char *name, int flags, const char *mode)
{
	int fd = openat(s->dir, name, flags | O_CLOEXEC, 0600);
	FILE *f;

	if (fd == -1)
		return NULL;
	if ((f = fdopen(fd, mode)) == NULL)
		err(1, "%s", name);
	return f;
}

static void
read_pin(struct store *s, const char *hex)
{
	unsigned int byte;

	if (strlen(hex) != 2 * PIN_HASH_LEN)
		return;
	for (size_t i = 0; i < PIN_HASH_LEN; i++) {
		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			errx(1, "state: no hash: %s", hex);
		s->pin[i] = (uint8_t)byte;
	}
	s->has_pin = true;
}

void
store_open(struct store *s, const char *folder)
{
	char hex[2 * PIN_HASH_LEN + 1] = "";
	FILE *f;

	memset(s, 0, sizeof(*s));
	/* high enough to go back from */
	s->counter = 100;
	s->pin_retries = PIN_RETRIES;
	s->uv_retries = UV_RETRIES;
	if (mkdir(folder, 0700) == -1 && errno != EEXIST)
		err(1, "%s", folder);
	if ((s->dir = open(folder, O_DIRECTORY | O_CLOEXEC)) == -1)
		err(1, "%s", folder);
	if ((f = open_at(s, "state", O_RDONLY, "r")) == NULL) {
		store_save(s);
		return;
	}
	if (fscanf(f, "counter %u pin-retries %u uv-retries %u pin %32s",
		&s->counter, &s->pin_retries, &s->uv_retries, hex) < 3)
		errx(1, "%s/state is damaged", folder);
	read_pin(s, hex);
	fclose(f);
}

void
store_save(const struct store *s)
{
	FILE *f = open_at(s, "state.new", O_WRONLY | O_CREAT | O_TRUNC, "w");

	if (f == NULL)
		err(1, "state.new");
	fprintf(f, "counter %u\npin-retries %u\nuv-retries %u\n", s->counter,
	    s->pin_retries, s->uv_retries);
	if (s->has_pin) {
		fputs("pin ", f);
		for (size_t i = 0; i < PIN_HASH_LEN; i++)
			fprintf(f, "%02x", s->pin[i]);
		fputc('\n', f);
	}
	if (fflush(f) != 0 || fclose(f) != 0 ||
	    renameat(s->dir, "state.new", s->dir, "state") == -1)
		err(1, "state");
}

void
store_set_pin(struct store *s, const uint8_t hash[PIN_HASH_LEN])
{
	s->has_pin = hash != NULL;
	if (hash != NULL)
		memcpy(s->pin, hash, PIN_HASH_LEN);
	s->pin_retries = PIN_RETRIES;
	store_save(s);
}

void
store_wipe(struct store *s)
{
	DIR *d;
	const struct dirent *e;
	int fd = dup(s->dir);

	if (fd == -1 || (d = fdopendir(fd)) == NULL)
		err(1, "the folder of credentials");
	rewinddir(d);
	while ((e = readdir(d)) != NULL)
		if (strncmp(e->d_name, "credential-", 11) == 0 &&
		    unlinkat(s->dir, e->d_name, 0) == -1)
			err(1, "%s", e->d_name);
	closedir(d);
	s->uv_retries = UV_RETRIES;
	store_set_pin(s, NULL);
}
