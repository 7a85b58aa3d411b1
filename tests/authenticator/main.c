/*
 * A FIDO2 authenticator in software, for tests: one process, one key. It
 * listens on a socket that stands for the USB port (see shim.c and uhid.c),
 * and keeps what a key keeps in a folder:
 *
 *   state, credential-*, make   what survives being pulled out
 *   log                         what happened, a line each
 *   control                     a FIFO that takes commands, a line each
 *
 * Commands: touch; unplug; plug; pin PIN, pin none; pin-retries N; defaults;
 * or a switch with its value (see switches.c), also given by -s. What was
 * written to the FIFO before a request was sent holds for that request.
 */
#include "config.h"

#include <sys/stat.h>

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/sha.h>

#include "tests/authenticator/authenticator.h"
#include "tests/authenticator/log.h"

static const char *socket_path;

static void
leave(int signal)
{
	(void)signal;
	(void)unlink(socket_path);
	_exit(0);
}

static void __attribute__((noreturn)) usage(void)
{
	fputs("usage: authenticator [-u] [-m mode] [-p PIN] [-s SWITCH=VALUE]"
	      " ... SOCKET FOLDER\n"
	      "-u: not plugged in yet. Switches, each with what it is at first:"
	      "\n",
	    stderr);
	switches_list(stderr);
	exit(2);
}

void
authenticator_plug(struct authenticator *a)
{
	if (a->bus.listener != -1)
		return;
	pin_free(&a->pin);
	pin_init(&a->pin);
	/* a request may be under way, which is as good as over */
	if (!a->hid.busy)
		hid_init(&a->hid);
	bus_plug(&a->bus);
	note("plugged in");
}

void
authenticator_unplug(struct authenticator *a)
{
	if (a->bus.listener == -1)
		return;
	bus_unplug(&a->bus);
	a->hid.stop = HID_ABANDON;
	a->hid.deadline = 0;
	note("unplugged");
}

static void
set_pin(struct authenticator *a, const char *pin)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	SHA256((const uint8_t *)pin, strlen(pin), hash);
	store_set_pin(&a->store, strcmp(pin, "none") == 0 ? NULL : hash);
	pin_free(&a->pin);
	pin_init(&a->pin);
}

static void
set_retries(struct authenticator *a, const char *n)
{
	a->store.pin_retries = (unsigned int)strtoul(n, NULL, 10);
	store_save(&a->store);
}

static void
set(struct authenticator *a, const char *line)
{
	char name[32], value[224];

	if (sscanf(line, "%31[^ =]%*[ =]%223s", name, value) != 2) {
		note("not understood: %s", line);
	} else if (strcmp(name, "pin") == 0) {
		set_pin(a, value);
	} else if (strcmp(name, "pin-retries") == 0) {
		set_retries(a, value);
	} else if (!switches_set(&a->sw, name, value)) {
		note("not understood: %s", line);
	} else {
		note("set %s %s", name, value);
	}
}

void
authenticator_command(struct authenticator *a, const char *line)
{
	if (strcmp(line, "touch") == 0)
		a->touched = true;
	else if (strcmp(line, "plug") == 0)
		authenticator_plug(a);
	else if (strcmp(line, "unplug") == 0)
		authenticator_unplug(a);
	else if (strcmp(line, "defaults") == 0)
		switches_default(&a->sw);
	else
		set(a, line);
}

int
main(int argc, char **argv)
{
	static struct authenticator a;
	const char *pin = NULL;
	mode_t mode = 0666;
	bool plugged = true;
	int c;

	switches_default(&a.sw);
	while ((c = getopt(argc, argv, "m:p:s:u")) != -1)
		switch (c) {
		case 'm':
			mode = (mode_t)strtoul(optarg, NULL, 8);
			break;
		case 'p':
			pin = optarg;
			break;
		case 's':
			break;
		case 'u':
			plugged = false;
			break;
		default:
			usage();
		}
	if (argc - optind != 2)
		usage();
	socket_path = argv[optind];
	store_open(&a.store, argv[optind + 1]);
	log_open(&a.store);
	for (optind = 1; (c = getopt(argc, argv, "m:p:s:u")) != -1;)
		if (c == 's')
			set(&a, optarg);
	bus_init(&a.bus, a.store.dir, socket_path, mode);
	pin_init(&a.pin);
	hid_init(&a.hid);
	if (pin != NULL)
		set_pin(&a, pin);
	signal(SIGTERM, leave);
	signal(SIGINT, leave);
	if (plugged)
		authenticator_plug(&a);
	for (;;) {
		bus_turn(&a, hid_patience(&a.hid));
		hid_tick(&a);
	}
}
