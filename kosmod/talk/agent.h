/*
 * agent.h: the person's ssh-agent (draft-miller-ssh-agent, sections 4 and 5):
 * which FIDO2 keys it has, and signatures by them.
 *
 * Whoever is at the other end may be anybody's program. Replies are bounded,
 * nothing waits beyond the one deadline, and what comes is taken apart by
 * ssh_blob.h; whether a signature is right the keeper says.
 */
#ifndef KOSMO_TALK_AGENT_H
#define KOSMO_TALK_AGENT_H

#include <stdint.h>

#include "kosmod/kmsg.h"

#define AGENT_REPLY_MAX ((size_t)64 * 1024) /* bytes of one reply */
#define AGENT_KEYS 64			    /* FIDO2 keys that are looked at */
#define AGENT_COMMENT 40		    /* bytes */

struct agent {
	int fd;	       /* a stream socket; not closed here */
	int64_t until; /* the deadline, ms of packet_now */
};

struct agent_key {
	struct k_ssh_pub pub;
	char comment[AGENT_COMMENT + 1]; /* "" if it can't be shown */
};

struct agent_keys {
	size_t n;
	struct agent_key keys[AGENT_KEYS];
};

/*
 * The FIDO2 keys of OpenSSH that it has, the first AGENT_KEYS of them; others
 * and certificates are passed over. A list is waited for 10 seconds at most.
 * KOSMO_EFORMAT, KOSMO_ETOOBIG (no more than AGENT_REPLY_MAX is read),
 * KOSMO_ECLOSED, KOSMO_ETIMEOUT, KOSMO_EIO.
 */
KOSMO_CHECK int agent_list(const struct agent *a, struct agent_keys *ret);

/*
 * Has it sign for the challenge with this key; fills flags, counter and
 * signature of ret. KOSMO_EPERM if it refused; errors as above.
 */
KOSMO_CHECK int
agent_sign(const struct agent *a, const struct k_challenge *challenge,
    const struct k_ssh_pub *key, struct k_signed *ret);

#endif
