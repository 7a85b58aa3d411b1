/*
 * parent.h: the process that systemd knows. Holds the listening sockets and
 * no secret; starts keeper and nursery, starts them again when they die, and
 * passes on what signals ask for.
 */
#ifndef KOSMO_KOSMOD_PARENT_H
#define KOSMO_KOSMOD_PARENT_H

/* Serves until it is told to stop; returns the exit status of kosmod. */
int parent_run(const char *conf_path);

#endif
