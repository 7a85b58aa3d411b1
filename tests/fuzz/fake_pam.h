/*
 * fake_pam.h: as much of libpam as pam_kosmo calls, in memory, for a fuzz
 * target: the real one wants files, and calls from its own dispatcher.
 */
#ifndef KOSMO_TESTS_FUZZ_FAKE_PAM_H
#define KOSMO_TESTS_FUZZ_FAKE_PAM_H

#include <security/pam_modules.h>

#define FAKE_PAM_ITEMS 16
#define FAKE_PAM_DATA 4

struct fake_pam_data {
	char name[32];
	void *data;
	void (*done)(pam_handle_t *, void *, int);
};

/* libpam's struct pam_handle, of which modules see the name only. */
struct pam_handle {
	char *items[FAKE_PAM_ITEMS];
	char ticket[64]; /* the one name in its environment */
	struct fake_pam_data data[FAKE_PAM_DATA];
	unsigned answers; /* that the person still gives */
};

/* Ends what modules have left in it. */
void fake_pam_done(pam_handle_t *pamh);

#endif
