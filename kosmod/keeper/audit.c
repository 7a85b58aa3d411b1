#include "config.h"

#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "kosmod/keeper/audit_in.h"
#include "kosmod/keeper/folder.h"

#define CONTINUED "\"event\":\"continued\",\"prev\":\""
#define WINDOW 4096

static int
unhex(const char *hex, uint8_t ret[static AUDIT_MAC_LEN])
{
	for (size_t i = 0; i < AUDIT_MAC_LEN; i++) {
		unsigned v;

		if (sscanf(hex + 2 * i, "%2x", &v) != 1)
			return KOSMO_EFORMAT;
		ret[i] = (uint8_t)v;
	}
	return KOSMO_OK;
}

static void
hex_of(const uint8_t mac[static AUDIT_MAC_LEN],
    char ret[static AUDIT_MAC_LEN * 2 + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < AUDIT_MAC_LEN; i++) {
		*ret++ = digits[mac[i] >> 4];
		*ret++ = digits[mac[i] & 15];
	}
	*ret = '\0';
}

bool
audit_link(const char *line, size_t len, struct audit_link *ret)
{
	const char *tail;
	char *end;

	memset(ret, 0, sizeof(*ret));
	if (len < AUDIT_TAIL_LEN + 8 || strncmp(line, "{\"n\":", 5) != 0)
		return false;
	ret->number = strtoull(line + 5, &end, 10);
	ret->text_len = len - AUDIT_TAIL_LEN;
	tail = line + ret->text_len;
	if (*end != ',' || strncmp(tail, ",\"mac\":\"", 8) != 0 ||
	    unhex(tail + 8, ret->mac) != KOSMO_OK)
		return false;
	ret->first = strncmp(end + 1, CONTINUED, sizeof(CONTINUED) - 1) == 0;
	return !ret->first || unhex(end + sizeof(CONTINUED), ret->prev) == 0;
}

int
audit_mac(const struct audit *a, const uint8_t prev[static AUDIT_MAC_LEN],
    const char *text, size_t len, uint8_t ret[static AUDIT_MAC_LEN])
{
	union {
		const char *in;
		const unsigned char *out;
	} t = { text };
	size_t n = 0;

	if (EVP_MAC_init(a->hmac, NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(a->hmac, prev, AUDIT_MAC_LEN) != 1 ||
	    EVP_MAC_update(a->hmac, t.out, len) != 1 ||
	    EVP_MAC_final(a->hmac, ret, &n, AUDIT_MAC_LEN) != 1)
		return KOSMO_ECRYPTO;
	return KOSMO_OK;
}

int
audit_line_at(const struct audit *a, off_t off, struct buf *b)
{
	const uint8_t *nl;
	size_t got;
	int r;

	buf_reset(b);
	/* With a NUL behind it, for what reads it as a string. */
	if ((r = buf_reserve(b, AUDIT_LINE_LEN + 1)) != KOSMO_OK ||
	    (r = folder_read(a->fd, b->data, AUDIT_LINE_LEN, off, &got)) !=
		KOSMO_OK)
		return r;
	b->data[got] = '\0';
	if ((nl = memchr(b->data, '\n', got)) == NULL)
		return KOSMO_ENOTFOUND;
	b->len = (size_t)(nl - b->data);
	b->data[b->len] = '\0';
	return KOSMO_OK;
}

off_t
audit_line_before(const struct audit *a, off_t off)
{
	char w[WINDOW];
	off_t from, end = off - 1; /* the newline before off */
	size_t got;

	if (off <= 0)
		return -1;
	while (end > 0) {
		from = end > WINDOW ? end - WINDOW : 0;
		if (folder_read(a->fd, w, (size_t)(end - from), from, &got) !=
		    KOSMO_OK)
			return -1;
		while (got > 0 && w[got - 1] != '\n')
			got--;
		if (got > 0)
			return from + (off_t)got;
		end = from;
	}
	return 0;
}

/*
 * Cuts off everything from the line with this number on, and whatever is no
 * whole line at the end; the chain goes on from what is left.
 */
static int
rewind_to(struct audit *a, uint64_t number)
{
	struct buf b = BUF_INIT;
	struct audit_link l;
	off_t size = lseek(a->fd, 0, SEEK_END), at = size, end = 0;
	int r = KOSMO_OK;

	a->number = 0;
	memset(a->mac, 0, sizeof(a->mac));
	/* One more byte: what follows the last newline is no line. */
	for (at = audit_line_before(a, size + 1); r == KOSMO_OK && at >= 0;
	     at = audit_line_before(a, at)) {
		r = audit_line_at(a, at, &b);
		if (r == KOSMO_OK &&
		    audit_link((const char *)b.data, b.len, &l) &&
		    (l.number < number || l.first)) {
			end = at + (off_t)b.len + 1;
			a->number = l.number;
			memcpy(a->mac, l.mac, sizeof(a->mac));
			break;
		}
		r = r == KOSMO_ENOTFOUND ? KOSMO_OK : r;
	}
	buf_done(&b);
	if (r != KOSMO_OK)
		return r;
	if (end < size && ftruncate(a->fd, end) == -1)
		return KOSMO_EIO;
	a->end = end;
	return KOSMO_OK;
}

static int
open_file(struct audit *a)
{
	struct stat sb;
	int r;

	r = folder_file(a->dirfd, AUDIT_FILE, O_RDWR | O_CREAT, &a->fd);
	if (r != KOSMO_OK)
		return r;
	if (fstat(a->fd, &sb) == -1)
		return KOSMO_EIO;
	/* A new name, or a file that a kill left in the page cache. */
	a->dirty = true;
	return KOSMO_OK;
}

static int
set_key(struct audit *a, const uint8_t key[static 32])
{
	static char digest[] = "SHA256";
	const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
					  OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end() };
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	a->hmac = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;
	EVP_MAC_free(mac);
	if (a->hmac == NULL || EVP_MAC_init(a->hmac, key, 32, params) != 1)
		return KOSMO_ECRYPTO;
	return KOSMO_OK;
}

int
audit_open(const char *dir, const uint8_t key[static 32], struct audit **ret)
{
	struct audit *a = calloc(1, sizeof(*a));
	int r;

	if (a == NULL)
		return KOSMO_ENOMEM;
	a->dirfd = a->fd = -1;
	if ((r = folder_open(dir, &a->dirfd)) != KOSMO_OK ||
	    (r = set_key(a, key)) != KOSMO_OK ||
	    (r = open_file(a)) != KOSMO_OK ||
	    (r = rewind_to(a, UINT64_MAX)) != KOSMO_OK) {
		audit_close(&a);
		return r;
	}
	a->told = a->number;
	*ret = a;
	return KOSMO_OK;
}

void
audit_close(struct audit **a)
{
	if (a == NULL || *a == NULL)
		return;
	if ((*a)->fd != -1) {
		(void)audit_sync(*a);
		close((*a)->fd);
	}
	if ((*a)->dirfd != -1)
		close((*a)->dirfd);
	EVP_MAC_CTX_free((*a)->hmac);
	free(*a);
	*a = NULL;
}

/* Chains the text of a line, an object without its brace, and writes it. */
static int
write_line(struct audit *a, uint64_t number, struct buf *b)
{
	char hex[AUDIT_MAC_LEN * 2 + 1], tail[AUDIT_TAIL_LEN + 2];
	uint8_t mac[AUDIT_MAC_LEN];
	int r;

	r = audit_mac(a, a->mac, (const char *)b->data, b->len, mac);
	if (r != KOSMO_OK)
		return r;
	hex_of(mac, hex);
	(void)snprintf(tail, sizeof(tail), ",\"mac\":\"%s\"}\n", hex);
	if ((r = buf_add(b, tail, AUDIT_TAIL_LEN + 1)) != KOSMO_OK)
		return r;
	r = folder_write(a->fd, b->data, b->len, a->end);
	if (r != KOSMO_OK) {
		/* The next one is written over it in any case. */
		if (ftruncate(a->fd, a->end) == -1)
			a->dirty = true;
		return r;
	}
	a->end += (off_t)b->len;
	a->number = number;
	memcpy(a->mac, mac, sizeof(a->mac));
	a->dirty = true;
	return KOSMO_OK;
}

int
audit_append(void *audit, uint64_t number, const char *line, size_t len)
{
	struct audit *a = audit;
	struct buf b = BUF_INIT;
	char head[32];
	int n, r = KOSMO_OK;

	/*
	 * What is handed on first after a start was perhaps never durable
	 * here; all before it was.
	 */
	if (!a->begun && (r = rewind_to(a, number)) != KOSMO_OK)
		return r;
	a->begun = true;
	if (number <= a->number)
		return KOSMO_OK;
	if (len < 2 || line[0] != '{' || line[len - 1] != '}')
		return KOSMO_EINVAL;
	n = snprintf(head, sizeof(head), "{\"n\":%" PRIu64 ",", number);
	if ((r = buf_add(&b, head, (size_t)n)) == KOSMO_OK &&
	    (r = buf_add(&b, line + 1, len - 2)) == KOSMO_OK)
		r = write_line(a, number, &b);
	if (r == KOSMO_OK && number > a->told) {
		audit_syslog((const char *)b.data, b.len - 1);
		a->told = number;
	}
	buf_done(&b);
	return r;
}

int
audit_sync(void *audit)
{
	struct audit *a = audit;

	if (!a->dirty)
		return KOSMO_OK;
	if (fsync(a->fd) == -1 || fsync(a->dirfd) == -1)
		return KOSMO_EIO;
	a->dirty = false;
	return KOSMO_OK;
}

/* The first line of a file, if others were before it. */
static int
write_continued(struct audit *a)
{
	struct buf b = BUF_INIT;
	char text[160], hex[AUDIT_MAC_LEN * 2 + 1];
	int n, r;

	hex_of(a->mac, hex);
	n = snprintf(text, sizeof(text), "{\"n\":%" PRIu64 ",%s%s\"", a->number,
	    CONTINUED, hex);
	r = buf_add(&b, text, (size_t)n);
	if (r == KOSMO_OK)
		r = write_line(a, a->number, &b);
	buf_done(&b);
	return r;
}

int
audit_reopen(struct audit *a)
{
	int old = a->fd, r;
	struct stat sb;

	if ((r = audit_sync(a)) != KOSMO_OK)
		return r;
	if ((r = open_file(a)) != KOSMO_OK) {
		a->fd = old;
		return r;
	}
	if (fstat(a->fd, &sb) == 0 && sb.st_size > 0) {
		/* It was not renamed: the same file goes on. */
		close(old);
		return KOSMO_OK;
	}
	a->end = 0;
	r = a->number > 0 ? write_continued(a) : KOSMO_OK;
	if (r == KOSMO_OK)
		r = audit_sync(a);
	if (r == KOSMO_OK) {
		close(old);
		return KOSMO_OK;
	}
	close(a->fd);
	folder_remove(a->dirfd, AUDIT_FILE);
	a->fd = old;
	a->end = lseek(old, 0, SEEK_END);
	return r;
}
