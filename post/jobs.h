/*
 * jobs.h: mails on their way: a few sendmails at once, the rest in a line.
 *
 * In memory alone. Each job is answered once, unless the one who asked has
 * gone: then what waits is dropped, and what runs ends unheard.
 */
#ifndef KOSMO_POST_JOBS_H
#define KOSMO_POST_JOBS_H

#include <event2/event.h>

#include "kosmod/conf.h"
#include "kosmod/priv.h"

#define JOBS_RUNNING 8	  /* at once */
#define JOBS_WAITING 256  /* beyond: SENT_NO at once */
#define JOBS_PATIENCE 20  /* seconds in the line; then SENT_NO */
#define JOBS_LEFTOVERS 32 /* children that don't end; then SENT_NO */

struct jobs;

typedef void (*jobs_answer)(void *arg, const struct p_sent *sent);

/* KOSMO_ENOMEM. */
KOSMO_CHECK int jobs_new(
    struct event_base *base, jobs_answer answer, void *arg, struct jobs **ret);

/* For jobs from now on. conf must stay until the next call. */
void jobs_conf(struct jobs *j, const struct conf *conf);

/* Sends a mail, now or when it is its turn. */
void jobs_add(struct jobs *j, const struct p_mail *mail);

/* Nobody wants to hear of any job so far. */
void jobs_forget(struct jobs *j);

/* Ends what runs, wipes and frees all; accepts NULL. */
void jobs_done(struct jobs *j);

#endif
