/*
 * ssh_key.c: the .pub file of `enroll ssh-key`: its key goes to kosmod, which
 * says what it thinks of it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "kosmoctl/verb.h"
#include "kosmoctl/words.h"
#include "libkosmo/utf8.h"

#define BLANKS " \t\r"

/*
 * A line of fd, byte by byte: with --stdin answers stand behind it. What is
 * longer is cut: a key is not, certificates and comments may be. KOSMO_EIO;
 * KOSMO_ENOTFOUND at the end.
 */
static int
read_line(int fd, char *line, size_t size)
{
	size_t len = 0;
	ssize_t n;
	char byte;

	for (;;) {
		n = read(fd, &byte, 1);
		if (n == -1 && errno == EINTR)
			continue;
		if (n != 1 || byte == '\n')
			break;
		if (len + 1 < size && byte != '\0')
			line[len++] = byte;
	}
	line[len] = '\0';
	if (n == -1)
		return KOSMO_EIO;
	return n == 1 || len > 0 ? KOSMO_OK : KOSMO_ENOTFOUND;
}

/* The first line that is neither empty nor a comment, as ssh-keygen has it. */
static int
read_key(int fd, char *line, size_t size)
{
	int r;

	do {
		if ((r = read_line(fd, line, size)) != KOSMO_OK)
			return r;
	} while (strchr("#", line[strspn(line, BLANKS)]) != NULL);
	return KOSMO_OK;
}

/*
 * Type and base64 alone, with a space between: a comment may be in any
 * encoding. False if even those are no text.
 */
static bool
cut_comment(char *line)
{
	size_t n = strspn(line, BLANKS);

	n += strcspn(line + n, BLANKS);
	for (; line[n] != '\0' && strchr(BLANKS, line[n]) != NULL; n++)
		line[n] = ' ';
	n += strcspn(line + n, BLANKS);
	line[n] = '\0';
	n = strspn(line, BLANKS);
	memmove(line, line + n, strlen(line + n) + 1);
	return utf8_clean(line, strlen(line), false);
}

int
ssh_key_prepare(struct call *c)
{
	const char *path = c->args->n_words > 0 ? c->args->words[0] : NULL;
	char line[sizeof(c->hello.args[0].value)];
	int fd, r;

	if (path == NULL)
		return DONE; /* one of the agent's */
	fd = strcmp(path, "-") == 0 ? STDIN_FILENO
				    : open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return call_wrong(c, REFUSED, "{file}: {why}",
		    FILLS({ "file", path }, { "why", strerror(errno) }));
	r = read_key(fd, line, sizeof(line));
	if (r == KOSMO_OK && !cut_comment(line))
		r = KOSMO_EFORMAT;
	if (r == KOSMO_EIO)
		(void)call_wrong(c, REFUSED, "{file}: {why}",
		    FILLS({ "file", path }, { "why", strerror(errno) }));
	else if (r != KOSMO_OK)
		(void)call_wrong(c, REFUSED,
		    N_("{file}: there is no public key of OpenSSH in it."),
		    FILLS({ "file", path }));
	if (fd != STDIN_FILENO)
		(void)close(fd);
	if (r != KOSMO_OK)
		return REFUSED;
	return call_set(c, "", line) == KOSMO_OK ? DONE : REFUSED;
}
