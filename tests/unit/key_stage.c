#include "config.h"

#include "key_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

const struct caller console = { .service = "login", .tty = "tty1" };
const struct caller far = { .service = "sshd", .source = HERE };

struct stage *
stage_open(enum key_alg alg)
{
	struct stage *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->r = rig_new();
	rig_person(s->r, "taro", &s->seed);
	rig_keys(s->r, BOTH_KINDS);
	soft_key_new(&s->k, alg);
	return s;
}

int
stage_close(void **state)
{
	struct stage *s = *state;

	soft_key_done(&s->k);
	if (s->l != NULL)
		line_close(&s->l);
	rig_free(&s->r);
	free(s);
	return 0;
}

void
stage_again(struct stage *s, const struct caller *who)
{
	line_close(&s->l);
	rig_pass(s->r, 60);
	s->l = line_known(s->r, who);
}

void
stage_refused(struct stage *s, const struct lie *lie,
    const struct layout *layout, const void *msg)
{
	size_t before = rig_faults(s->r, lie->fault);

	if (line_say(s->l, layout, msg) != VERDICT_NO)
		fail_msg("%s", lie->name);
	if (rig_faults(s->r, lie->fault) != before + 1)
		fail_msg("%s: another reason", lie->name);
}

void
stage_lies(
    struct stage *s, const struct proof *p, const struct lie *lies, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		stage_again(s, p->who);
		p->begin(s);
		lies[i].tell(s);
		stage_refused(s, &lies[i], p->layout, &s->proof);
		assert_int_equal(s->l->reply.verdict.left, 9);
		assert_true(s->l->not_before > s->r->mono);
		assert_int_equal(line_finish(s->l, RESULT_ALLOW), RESULT_DENY);
	}
}
