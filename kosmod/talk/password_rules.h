/*
 * password_rules.h: what a new password must be.
 */
#ifndef KOSMO_TALK_PASSWORD_RULES_H
#define KOSMO_TALK_PASSWORD_RULES_H

#include "kosmod/talk/screen.h"

/* Bits, in the order in which they are named. */
enum password_rule {
	RULE_SHORT = 1,
	RULE_LONG = 2,
	RULE_UPPER = 4,
	RULE_LOWER = 8,
	RULE_DIGIT = 16,
	RULE_SYMBOL = 32,
	RULE_CONTROL = 64,
	RULE_WIDE = 128,
	RULE_DENIED = 256,
	RULE_NAME = 512,
	RULE_USED = 1024, /* found by asking the keeper */
	RULE_COMMON = 2048
};

/*
 * The rules that text breaks, all but RULE_USED. denied gets the symbols in
 * it that may not be used.
 */
uint32_t password_rules(const struct conf *conf, const struct k_person *person,
    const struct secret *text, char denied[static 65]);

/* Puts "Can't be used: ..." with all broken rules above the next ask. */
KOSMO_CHECK int
password_say_rules(struct dialogue *d, uint32_t broken, const char *denied);

#endif
