/*
 * ssh.h: FIDO2 keys of OpenSSH in software, for flow scripts: their public
 * lines, what sshd says of them, and an agent that has them and signs.
 */
#ifndef KOSMO_TESTS_SSH_H
#define KOSMO_TESTS_SSH_H

#include <stdbool.h>

/*
 * Makes a key, or changes it. how: "ed25519" or "ecdsa" makes one. false: it
 * can't be understood.
 */
bool ssh_make(const char *name, const char *how);

/* "sk-ssh-ed25519@openssh.com AAAA... NAME"; NULL: there is no such key. */
const char *ssh_line(const char *name);

/* The line of SSH_AUTH_INFO_0 that sshd writes of it; NULL as above. */
const char *ssh_auth_info(const char *name);

/*
 * What the agent does from now on: "gone" there is none; "has NAME NAME ..."
 * it has those and signs, touched and verified; with one of these words before
 * "has": "unverified", "untouched", "refusing", "lying" (a signature over
 * something else), "old" (the counter went back).
 */
bool ssh_agent(const char *how);

bool ssh_agent_here(void);

/* A connection to it, which a child serves until it is closed; -1: gone. */
int ssh_agent_connect(void);

#endif
