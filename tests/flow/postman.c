#include "config.h"

#include "postman.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libkosmo/packet.h"
#include "server.h"

#define FOREVER_MS 600000

struct postman {
	char path[128];
	int fd;
	pthread_t thread;
	pthread_mutex_t lock; /* of the rest */
	struct fake_post post;
};

/* Answers all that is open, if the mood is one that answers. */
static void
answer(struct postman *p)
{
	static const uint8_t words[] = { SENT_YES, SENT_NO, SENT_NEVER };

	while (p->post.mood != FAKE_SILENT && p->post.answered < p->post.n) {
		const struct p_mail *m = &p->post.mails[p->post.answered++];
		struct p_sent sent = { .id = m->id,
			.word = words[p->post.mood] };

		/* if it is gone, that is seen when it is read from */
		(void)!packet_send(p->fd, &p_sent_layout, &sent, -1,
		    packet_now() + FOREVER_MS);
	}
}

static void *
run(void *arg)
{
	struct postman *p = arg;
	struct buf b = BUF_INIT;
	struct p_mail mail;

	while (packet_recv(p->fd, &b, NULL, packet_now() + FOREVER_MS) == 0) {
		if (packet_get(&b, &p_mail_layout, &mail) != 0)
			server_die(1, "kosmod sends what is no mail", "");
		pthread_mutex_lock(&p->lock);
		(void)fake_post_take(&p->post, &p_mail_layout, &mail);
		answer(p);
		pthread_mutex_unlock(&p->lock);
	}
	buf_done(&b);
	return NULL;
}

static void
begin(struct postman *p)
{
	const struct p_hello hello = { PRIV_VERSION, PRIV_POST };

	p->fd = server_connect(p->path);
	p->post.answered = p->post.n;
	if (packet_send(p->fd, &p_hello_layout, &hello, -1,
		packet_now() + FOREVER_MS) != 0 ||
	    pthread_create(&p->thread, NULL, run, p) != 0)
		server_die(1, "no post at", p->path);
}

struct postman *
postman_new(const char *path)
{
	struct postman *p = calloc(1, sizeof(*p));

	if (p == NULL || strlen(path) >= sizeof(p->path))
		abort();
	strcpy(p->path, path);
	pthread_mutex_init(&p->lock, NULL);
	begin(p);
	return p;
}

void
postman_gone(struct postman *p)
{
	if (p->fd == -1)
		return;
	(void)shutdown(p->fd, SHUT_RDWR);
	pthread_join(p->thread, NULL);
	close(p->fd);
	p->fd = -1;
}

void
postman_again(struct postman *p)
{
	postman_gone(p);
	begin(p);
}

void
postman_mood(struct postman *p, enum fake_mood mood)
{
	if (p->fd == -1)
		begin(p);
	pthread_mutex_lock(&p->lock);
	p->post.mood = mood;
	answer(p);
	pthread_mutex_unlock(&p->lock);
}

void
postman_mails(struct postman *p, struct fake_post *ret)
{
	pthread_mutex_lock(&p->lock);
	*ret = p->post;
	pthread_mutex_unlock(&p->lock);
}

void
postman_free(struct postman **p)
{
	postman_gone(*p);
	pthread_mutex_destroy(&(*p)->lock);
	free(*p);
	*p = NULL;
}
