/*
 * loop.h: the process that connects to the keeper and never waits for a key:
 * each job has a child.
 */
#ifndef KOSMO_TOUCH_LOOP_H
#define KOSMO_TOUCH_LOOP_H

/* The whole life of kosmo-touch, with the socket at path; its exit status. */
int loop_run(const char *path);

#endif
