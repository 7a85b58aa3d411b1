#include "config.h"

#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "kosmod/log.h"

/*
 * The mark is a lock on one byte of the file, at a place that the path names:
 * two paths on one place (1 in 2^62) would be taken for one device.
 */
static struct flock
mark_of(const char *path, short type)
{
	uint64_t at = 14695981039346656037U; /* FNV-1a */

	for (const char *p = path; *p != '\0'; p++)
		at = (at ^ (uint8_t)*p) * 1099511628211U;
	return (struct flock){ .l_type = type,
		.l_whence = SEEK_SET,
		.l_start = (off_t)(at >> 2),
		.l_len = 1 };
}

static bool
claim(int claims, const char *path)
{
	struct flock lock = mark_of(path, F_WRLCK);

	return fcntl(claims, F_SETLK, &lock) == 0;
}

static void
unclaim(int claims, const char *path)
{
	struct flock lock = mark_of(path, F_UNLCK);

	(void)fcntl(claims, F_SETLK, &lock);
}

/*
 * Programs with libfido2 lock the device itself, and it waits for such a lock
 * for twenty seconds.
 */
static bool
another_program_has(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool has;

	if (fd == -1)
		return false; /* fido_dev_open says why */
	has = flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK;
	(void)close(fd);
	return has;
}

static int
open_device(struct device *dev, const char *path, int ms)
{
	int r = FIDO_ERR_INTERNAL;

	memset(dev, 0, sizeof(*dev));
	(void)snprintf(dev->path, sizeof(dev->path), "%s", path);
	if ((dev->fido = fido_dev_new()) == NULL ||
	    (r = fido_dev_set_timeout(dev->fido, ms)) != FIDO_OK ||
	    (r = fido_dev_open(dev->fido, path)) != FIDO_OK)
		fido_dev_free(&dev->fido);
	return r;
}

static void
add(struct devices *d, int claims, const char *path, int ms)
{
	int r;

	if (strlen(path) >= PATH_MAX)
		return;
	if (!claim(claims, path)) {
		d->busy++;
		return;
	}
	if (another_program_has(path)) {
		d->busy++;
	} else if ((r = open_device(&d->list[d->n], path, ms)) == FIDO_OK) {
		d->n++;
		return;
	} else {
		d->broken++;
		d->silent += device_silent(r) ? 1 : 0;
		log_say(LOG_WARNING, "%s: can't be opened: %s", path,
		    fido_strerr(r));
	}
	unclaim(claims, path);
}

/* NULL if there are none; freed by fido_dev_info_free. */
static fido_dev_info_t *
list(size_t *ret_n)
{
	fido_dev_info_t *info = fido_dev_info_new(DEVICES_AT_ONCE);

	*ret_n = 0;
	if (info != NULL &&
	    fido_dev_info_manifest(info, DEVICES_AT_ONCE, ret_n) != FIDO_OK)
		*ret_n = 0;
	return info;
}

void
devices_open(struct devices *d, int claims, int ms)
{
	size_t n;
	fido_dev_info_t *info = list(&n);

	memset(d, 0, sizeof(*d));
	for (size_t i = 0; i < n; i++)
		add(d, claims, fido_dev_info_path(fido_dev_info_ptr(info, i)),
		    ms);
	fido_dev_info_free(&info, DEVICES_AT_ONCE);
}

void
device_close(struct devices *d, int claims, size_t i)
{
	struct device *dev = &d->list[i];

	(void)fido_dev_cancel(dev->fido);
	(void)fido_dev_close(dev->fido);
	fido_dev_free(&dev->fido);
	unclaim(claims, dev->path);
	d->n--;
	memmove(dev, dev + 1, (d->n - i) * sizeof(*dev));
}

void
devices_close(struct devices *d, int claims)
{
	while (d->n > 0)
		device_close(d, claims, d->n - 1);
}

void
devices_keep(struct devices *d, int claims, size_t i)
{
	for (size_t at = d->n; at > 0; at--) {
		if (at - 1 != i)
			device_close(d, claims, at - 1);
	}
}

bool
device_silent(int err)
{
	return err == FIDO_ERR_TX || err == FIDO_ERR_RX ||
	    err == FIDO_ERR_TIMEOUT;
}

bool
device_there(const struct device *dev)
{
	size_t n;
	fido_dev_info_t *info = list(&n);
	bool there = false;

	for (size_t i = 0; i < n && !there; i++)
		there = strcmp(fido_dev_info_path(fido_dev_info_ptr(info, i)),
			    dev->path) == 0;
	fido_dev_info_free(&info, DEVICES_AT_ONCE);
	return there;
}
