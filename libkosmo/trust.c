#include "config.h"

#include "trust.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "msg.h"
#include "path.h"

static int
fail(int err, const char *why, const char **ret_why)
{
	*ret_why = why;
	return err;
}

int
trust_folder(const char *folder, const char **ret_why)
{
	struct stat st;

	if (lstat(folder, &st) == -1)
		return fail(KOSMO_EIO, "its folder", ret_why);
	if (!S_ISDIR(st.st_mode))
		return fail(KOSMO_EPERM, "its folder is no folder", ret_why);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return fail(
		    KOSMO_EPERM, "its folder belongs to another user", ret_why);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return fail(
		    KOSMO_EPERM, "others may write to its folder", ret_why);
	return KOSMO_OK;
}

int
trust_socket(const char *path, const char **ret_why)
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	size_t len = (size_t)(strrchr(path, '/') - path);
	struct stat st;
	int r;

	memcpy(folder, path, len);
	folder[len] = '\0';
	if ((r = trust_folder(len > 0 ? folder : "/", ret_why)) != KOSMO_OK)
		return r;
	if (lstat(path, &st) == -1)
		return fail(KOSMO_EIO, "the socket", ret_why);
	return S_ISSOCK(st.st_mode)
	    ? KOSMO_OK
	    : fail(KOSMO_EPERM, "it is no socket", ret_why);
}

int
trust_peer(int fd, int (*kosmo)(uint32_t *ret_uid), const char **ret_why)
{
	struct ucred peer = { 0, NO_UID, 0 };
	socklen_t len = sizeof(peer);
	uint32_t uid = NO_UID;
	int r;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1 ||
	    len != sizeof(peer))
		return fail(KOSMO_EIO, "its server", ret_why);
	if (peer.uid == 0 || (peer.uid == geteuid() && peer.uid != NO_UID))
		return KOSMO_OK;
	if ((r = kosmo(&uid)) != KOSMO_OK)
		return fail(r, "account " KOSMO_USER, ret_why);
	return peer.uid != NO_UID && peer.uid == uid
	    ? KOSMO_OK
	    : fail(KOSMO_EPERM, "its server is another user", ret_why);
}
