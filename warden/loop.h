/*
 * loop.h: the warden's own process: takes jobs from the keeper and hands
 * back what the children found.
 */
#ifndef KOSMO_WARDEN_LOOP_H
#define KOSMO_WARDEN_LOOP_H

/*
 * Serves the keeper at the socket path, connecting anew whenever it went
 * away, until SIGTERM or SIGINT. Returns the exit code.
 */
int loop_run(const char *path);

#endif
