/*
 * ssh_key.c: the .pub file of `enroll ssh-key`: its line goes to kosmod, which
 * says what it thinks of it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "kosmoctl/verb.h"
#include "kosmoctl/words.h"

#define BLANKS " \t\r"

/*
 * The first line of fd, byte by byte: with --stdin answers stand behind it.
 * What is longer is cut: a key is not, certificates and comments may be.
 * KOSMO_EIO; KOSMO_ENOTFOUND if there is none.
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
	return line[strspn(line, BLANKS)] != '\0' ? KOSMO_OK : KOSMO_ENOTFOUND;
}

/* Type and base64 alone: a comment may be in any encoding. */
static void
cut_comment(char *line)
{
	size_t n = strspn(line, BLANKS);

	n += strcspn(line + n, BLANKS);
	n += strspn(line + n, BLANKS);
	n += strcspn(line + n, BLANKS);
	line[n] = '\0';
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
	r = read_line(fd, line, sizeof(line));
	if (r == KOSMO_EIO)
		(void)call_wrong(c, REFUSED, "{file}: {why}",
		    FILLS({ "file", path }, { "why", strerror(errno) }));
	else if (r != KOSMO_OK)
		(void)call_wrong(c, REFUSED,
		    N_("{file}: its first line is no public key of OpenSSH."),
		    FILLS({ "file", path }));
	if (fd != STDIN_FILENO)
		(void)close(fd);
	if (r != KOSMO_OK)
		return REFUSED;
	cut_comment(line);
	return call_set(c, "", line) == KOSMO_OK ? DONE : REFUSED;
}
