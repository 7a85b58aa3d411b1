#include "config.h"

#include "logind.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_SYSTEMD
#include <systemd/sd-bus.h>

#include "libkosmo/packet.h"

#define NAME "org.freedesktop.login1"
#define PATH "/org/freedesktop/login1"
#define MANAGER NAME ".Manager"
#define SESSION NAME ".Session"
#define USER NAME ".User"
#define BUS "unix:path=/run/dbus/system_bus_socket"
#define PATIENCE ((uint64_t)2000000) /* microseconds for one answer */

static uint64_t
now(void)
{
	return (uint64_t)packet_now() * 1000;
}

/* As libsystemd itself asks whether it runs. */
static bool
runs(void)
{
	return access("/run/systemd/seats", F_OK) == 0;
}

static int
about(sd_bus *bus, const char *path, struct pick_session *ret)
{
	char *class = NULL, *service = NULL;
	uint32_t leader = 0;
	int remote = 0, r = KOSMO_EIO;

	if (sd_bus_get_property_string(
		bus, NAME, path, SESSION, "Class", NULL, &class) < 0 ||
	    sd_bus_get_property_trivial(
		bus, NAME, path, SESSION, "Leader", NULL, 'u', &leader) < 0 ||
	    sd_bus_get_property_string(
		bus, NAME, path, SESSION, "Service", NULL, &service) < 0 ||
	    sd_bus_get_property_trivial(
		bus, NAME, path, SESSION, "Remote", NULL, 'b', &remote) < 0)
		goto out;
	/* "user", also "user-light" and what newer ones split off */
	ret->person = leader != 0 &&
	    (strcmp(class, "user") == 0 || strncmp(class, "user-", 5) == 0);
	ret->leader = (pid_t)leader;
	/* through a tunnel the other host looks like this one */
	ret->remote = remote != 0 || strncmp(service, "ssh", 3) == 0;
	r = KOSMO_OK;
out:
	free(class);
	free(service);
	return r;
}

/* One row of what ListSessions answers. */
static int
take(struct logind *l, const char *id, const char *path)
{
	struct pick_session *s = &l->sessions[l->n];

	if (!parse_session_id(id))
		return KOSMO_EFORMAT;
	if (l->n == PICK_SESSIONS_MAX)
		return KOSMO_EFULL;
	memset(s, 0, sizeof(*s));
	memcpy(s->id, id, strlen(id));
	/* it may have ended since */
	if (about(l->bus, path, s) == KOSMO_OK)
		l->n++;
	return KOSMO_OK;
}

static int
list(struct logind *l, uint32_t uid)
{
	const char *id, *user, *seat, *path;
	sd_bus_message *m = NULL;
	uint32_t owner;
	int n, r = KOSMO_EIO;

	if (sd_bus_call_method(l->bus, NAME, PATH, MANAGER, "ListSessions",
		NULL, &m, "") < 0 ||
	    sd_bus_message_enter_container(m, 'a', "(susso)") < 0)
		goto out;
	r = KOSMO_OK;
	while (r == KOSMO_OK &&
	    (n = sd_bus_message_read(
		 m, "(susso)", &id, &owner, &user, &seat, &path)) != 0) {
		if (n < 0)
			r = KOSMO_EIO;
		else if (owner == uid)
			r = take(l, id, path);
	}
out:
	sd_bus_message_unref(m);
	return r;
}

/* Nobody has to have one. */
static void
find_display(struct logind *l, uint32_t uid)
{
	sd_bus_message *m = NULL, *p = NULL;
	const char *path = NULL, *id = NULL;

	if (sd_bus_call_method(l->bus, NAME, PATH, MANAGER, "GetUser", NULL, &m,
		"u", uid) < 0 ||
	    sd_bus_message_read(m, "o", &path) < 0 ||
	    sd_bus_get_property(
		l->bus, NAME, path, USER, "Display", NULL, &p, "(so)") < 0 ||
	    sd_bus_message_read(p, "(so)", &id, NULL) < 0)
		goto out;
	if (parse_session_id(id))
		memcpy(l->display, id, strlen(id));
out:
	sd_bus_message_unref(p);
	sd_bus_message_unref(m);
}

/* A bus that takes connections and says nothing is given up as well. */
static int
connect_bus(sd_bus *bus)
{
	uint64_t until = now() + PATIENCE;

	if (bus == NULL || sd_bus_set_address(bus, BUS) < 0 ||
	    sd_bus_set_bus_client(bus, 1) < 0 ||
	    sd_bus_set_method_call_timeout(bus, PATIENCE) < 0 ||
	    sd_bus_start(bus) < 0)
		return KOSMO_EIO;
	while (sd_bus_is_ready(bus) == 0) {
		int n = sd_bus_process(bus, NULL);

		if (n < 0 || now() >= until ||
		    (n == 0 && sd_bus_wait(bus, until - now()) < 0))
			return KOSMO_EIO;
	}
	return sd_bus_is_ready(bus) > 0 ? KOSMO_OK : KOSMO_EIO;
}

int
logind_open(uint32_t uid, struct logind *ret)
{
	sd_bus *bus = NULL;
	int r;

	memset(ret, 0, sizeof(*ret));
	if (!runs())
		return KOSMO_OK;
	if (sd_bus_new(&bus) < 0 || connect_bus(bus) != KOSMO_OK) {
		sd_bus_close_unref(bus);
		return KOSMO_EIO;
	}
	ret->bus = bus;
	if ((r = list(ret, uid)) == KOSMO_OK)
		find_display(ret, uid);
	else
		logind_done(ret);
	return r;
}

int
logind_end(struct logind *l, const char *id)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	int r = KOSMO_OK;

	if (sd_bus_call_method(l->bus, NAME, PATH, MANAGER, "TerminateSession",
		&e, NULL, "s", id) < 0 &&
	    !sd_bus_error_has_name(&e, NAME ".NoSuchSession"))
		r = KOSMO_EIO;
	sd_bus_error_free(&e);
	return r;
}

void
logind_done(struct logind *l)
{
	sd_bus_close_unref(l->bus);
	memset(l, 0, sizeof(*l));
}

#else

int
logind_open(uint32_t uid, struct logind *ret)
{
	(void)uid;
	memset(ret, 0, sizeof(*ret));
	return KOSMO_OK;
}

int
logind_end(struct logind *l, const char *id)
{
	(void)l;
	(void)id;
	return KOSMO_EIO;
}

void
logind_done(struct logind *l)
{
	memset(l, 0, sizeof(*l));
}

#endif
