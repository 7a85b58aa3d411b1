/*
 * agent.h: the ssh-agent of whoever runs kosmoctl.
 */
#ifndef KOSMO_KOSMOCTL_AGENT_H
#define KOSMO_KOSMOCTL_AGENT_H

/*
 * A connection to the socket that SSH_AUTH_SOCK names, which the caller
 * closes. -1 where that is no absolute path, nobody listens soon, or whoever
 * listens does not run as the caller: another's agent is of no use to kosmod,
 * and must not see what is to be signed.
 */
int agent_connect(void);

#endif
