/*
 * post.h: the loop of kosmo-post: the keeper's jobs, signals, a new
 * connection whenever the old one is gone.
 */
#ifndef KOSMO_POST_POST_H
#define KOSMO_POST_POST_H

/* Serves until SIGTERM. Returns the exit status. */
int post_run(const char *conf_path);

#endif
