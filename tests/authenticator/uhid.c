/*
 * Makes a software authenticator a device of the kernel: /dev/hidraw*, as a
 * USB key has it. Goes on until the authenticator is pulled out; then the
 * device is gone too.
 *
 *   uhid SOCKET
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/input.h>
#include <linux/uhid.h>

#define REPORT_LEN 64

/* Usage page 0xf1d0, usage 1: 64 bytes in, 64 bytes out (CTAP 2.1, 11.2.8). */
static const uint8_t descriptor[] = {
	0x06, 0xd0, 0xf1, /* usage page: FIDO alliance */
	0x09, 0x01,	  /* usage: CTAPHID */
	0xa1, 0x01,	  /* collection: application */
	0x09, 0x20,	  /* usage: data in */
	0x15, 0x00,	  /* logical minimum 0 */
	0x26, 0xff, 0x00, /* logical maximum 255 */
	0x75, 0x08,	  /* report size 8 */
	0x95, REPORT_LEN, /* report count */
	0x81, 0x02,	  /* input: data, variable, absolute */
	0x09, 0x21,	  /* usage: data out */
	0x15, 0x00,	  /* logical minimum 0 */
	0x26, 0xff, 0x00, /* logical maximum 255 */
	0x75, 0x08,	  /* report size 8 */
	0x95, REPORT_LEN, /* report count */
	0x91, 0x02,	  /* output: data, variable, absolute */
	0xc0		  /* end collection */
};

static int
open_socket(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(sun.sun_path))
		errx(1, "%s: too long", path);
	memcpy(sun.sun_path, path, strlen(path) + 1);
	if (fd == -1 || connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		err(1, "%s", path);
	return fd;
}

static void
give(int kernel, const struct uhid_event *event)
{
	if (write(kernel, event, sizeof(*event)) != sizeof(*event))
		err(1, "/dev/uhid");
}

static int
make_device(void)
{
	struct uhid_event event = { .type = UHID_CREATE2 };
	int kernel = open("/dev/uhid", O_RDWR | O_CLOEXEC);

	if (kernel == -1)
		err(1, "/dev/uhid");
	(void)snprintf((char *)event.u.create2.name,
	    sizeof(event.u.create2.name), "Kosmo software authenticator");
	event.u.create2.bus = BUS_USB;
	event.u.create2.vendor = 0x1209; /* pid.codes, for tests */
	event.u.create2.product = 0x0001;
	event.u.create2.rd_size = sizeof(descriptor);
	memcpy(event.u.create2.rd_data, descriptor, sizeof(descriptor));
	give(kernel, &event);
	return kernel;
}

/* What a program wrote, after the number of the report. */
static void
from_kernel(int kernel, int key)
{
	struct uhid_event event;
	const uint8_t *data = event.u.output.data;

	if (read(kernel, &event, sizeof(event)) <= 0)
		err(1, "/dev/uhid");
	if (event.type != UHID_OUTPUT || event.u.output.size < 1)
		return;
	if (send(key, data + 1, event.u.output.size - 1U, MSG_NOSIGNAL) == -1)
		warn("a report is lost");
}

/* False once it was pulled out. */
static int
from_key(int kernel, int key)
{
	struct uhid_event event = { .type = UHID_INPUT2 };
	ssize_t n = recv(key, event.u.input2.data, REPORT_LEN, 0);

	if (n <= 0)
		return 0;
	event.u.input2.size = (uint16_t)n;
	give(kernel, &event);
	return 1;
}

int
main(int argc, char **argv)
{
	struct uhid_event gone = { .type = UHID_DESTROY };
	struct pollfd fds[2];
	int key, kernel;

	if (argc != 2)
		errx(2, "usage: uhid SOCKET");
	key = open_socket(argv[1]);
	kernel = make_device();
	fds[0] = (struct pollfd){ .fd = kernel, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = key, .events = POLLIN };
	for (;;) {
		if (poll(fds, 2, -1) == -1 && errno != EINTR)
			err(1, "poll");
		if (fds[0].revents != 0)
			from_kernel(kernel, key);
		if (fds[1].revents != 0 && !from_key(kernel, key))
			break;
	}
	give(kernel, &gone);
	return 0;
}
