/*
 * path.h: where things are, unless the configuration says otherwise.
 */
#ifndef KOSMO_LIBKOSMO_PATH_H
#define KOSMO_LIBKOSMO_PATH_H

#define KOSMO_RUN_DIR "/run/kosmo"
#define KOSMO_SOCKET KOSMO_RUN_DIR "/kosmod.sock" /* 0666: dialogues */
#define KOSMO_ADMIN_SOCKET "admin.sock" /* 0660, in the socket's folder */
#define KOSMO_STATE_DIR "/var/lib/kosmo"
#define KOSMO_CONF "/etc/kosmo/kosmod.conf"
#define KOSMO_TERMS "/etc/kosmo/terms"
#define KOSMO_PRIV_SOCKET "priv.sock"	/* 0660, in the socket's folder */
#define KOSMO_TOUCH_SOCKET "touch.sock" /* 0600: kosmo-touch, the same */
#define KOSMO_KEYS_SOCKET "keys.sock"	/* 0600: kosmo-ssh-keys, the same */
#define KOSMO_MASTER_KEY "/etc/kosmo/master.key"
#define KOSMO_MAIL_USER "kosmo-mail"   /* the system user of kosmo-post */
#define KOSMO_TOUCH_USER "kosmo-touch" /* the same of kosmo-touch */
#define KOSMO_KEYS_USER "kosmo-keys"   /* that of kosmo-ssh-keys */
#define KOSMO_USER "kosmo"	       /* the system user that kosmod runs as */

#endif
