/*
 * faults.h: system and library calls that fail when told to.
 *
 * The test program defines malloc, socket, connect and the others itself, and
 * exports them: they stand before libc's for the module and for libpam.
 */
#ifndef KOSMO_TESTS_PAM_FAULTS_H
#define KOSMO_TESTS_PAM_FAULTS_H

#include <stdbool.h>

/* The n-th call from now fails, counted from 1; 0 disarms. */
void faults_arm(unsigned n);

/* The call that the armed fault has struck, or NULL. */
const char *faults_struck(void);

/* For wrappers: counts this call; true if it is the one to fail. */
bool faults_hit(const char *name);

/* Calls made meanwhile are not counted. */
void faults_pause(bool pause);

/*
 * Calls fn at each poll(2) of nothing, which is how the module lets time pass;
 * NULL: no more.
 */
void faults_at_sleep(void (*fn)(void *arg), void *arg);

/* For poll(2). */
void faults_sleep(void);

#endif
