# shellcheck shell=bash disable=SC2034,SC2154
# What admins do with kosmoctl, and what becomes of it at the next login.

# root's shell; to kosmoctl it speaks the language of this run.
as_root() {
	printf '%s\n' "PS1='# '" "alias kosmoctl='$(in_both '' \
	    LC_ALL=ja_JP.UTF-8\ )kosmoctl'" > "$KOSMO_WORK/rc"
	on root env -C "$KOSMO_WORK" bash --rcfile "$KOSMO_WORK/rc"
}

# act COMMAND NAME [ANSWER]: a verb of root's, and its result.
act() {
	verb "$1"
	screen "$2" ${3+"$3"}
}

admins() {
	login=taro
	as_root
	one_person
	reminded
	locks
	resets
	import
	as_root
	act 'kosmoctl user list' admin-user-list
	wait_for "$PATIENCE" post_is_idle
	act 'kosmoctl log taro | tail -n 4' admin-log
	act 'kosmoctl log --verify' admin-log-whole
	act 'kosmoctl status' admin-status
	act 'kosmoctl user remove shiro' admin-user-remove yes
	screen admin-user-removed
	act 'kosmoctl user remove goro' - no
	screen admin-user-not-removed
	mail admin "$(in_both 'this: unlock' 解除を行いました)"
	on_host env LC_ALL="$(in_both C.UTF-8 ja_JP.UTF-8)" kosmoctl --help |
	    keep admin-help
}

one_person() {
	verb "kosmoctl user add shiro --email shiro@example.com --no-account"
	screen admin-user-add 850401
	screen admin-user-add-again 19850401
	screen admin-user-added
	act 'kosmoctl user add shiro --email other@example.com --no-account' \
	    - 19850401
	screen admin-user-add-twice
	act 'kosmoctl user add goro --email goro@ --no-account' admin-bad-value
	act 'kosmoctl user show taro' admin-user-show
	act 'kosmoctl user show nobody' admin-user-unknown
	act "kosmoctl user set shiro --name '$(in_both 'Shiro Ito' '伊藤 四郎')'" \
	    admin-user-set
	act 'kosmoctl user code taro' admin-user-code
	act 'kosmoctl user code shiro' admin-user-code-too-early
	act 'kosmoctl user invite taro' admin-user-invite-too-late
}

# An invitation: reminded of, printed anew, and over.
reminded() {
	act 'kosmoctl user remind saburo' admin-user-remind
	mail remind "$(in_both 'not set up yet' 登録を完了してください)" \
	    saburo@example.com
	login=saburo from=127.0.0.5
	come_in
	screens forgot 19850401 000000
	screen -
	terminal=root login=taro from=127.0.0.1
	mail not-registered "$(in_both 'have not finished' 'Subject.*登録がまだ')" \
	    saburo@example.com
	act 'kosmoctl user invite saburo --expires 1h' admin-user-invite
	mail admin-invite "$(in_both 'this: new invitation' 再招待を行いました)" \
	    saburo@example.com
	shown > "$KOSMO_WORK/slip.again"
	go_on 7200
	login=saburo from=127.0.0.5
	come_in
	screen - "$(initial_password "$KOSMO_WORK/slip.again")"
	screen leave-expired ''
	terminal=root login=taro from=127.0.0.1
	act 'kosmoctl user list --state expired,locked' admin-user-list-expired
	act 'kosmoctl user remind saburo' admin-user-remind-too-late
}

locks() {
	another_login second
	another_login third
	terminal=root
	act 'kosmoctl user lock taro' admin-user-lock
	wait_for "$PATIENCE" post_is_idle
	act 'kosmoctl user show taro' admin-user-show-locked
	come_in
	screen - "$password"
	screen leave-locked ''
	terminal=root
	act 'kosmoctl user unlock taro' admin-user-unlock
	screen_close second
	screen_close third
}

resets() {
	act 'kosmoctl user reset jiro' admin-user-reset-which
	act 'kosmoctl user reset jiro --devices' admin-user-reset-devices
	act 'kosmoctl user reset jiro --password' admin-user-reset-password
	shown > "$KOSMO_WORK/slip.again"
	mail admin-reset "$(in_both 'reset of your password' パスワードの再設定)" \
	    jiro@example.com
	act 'kosmoctl user reset jiro --all' admin-user-reset-all
}

import() {
	printf '%s\n' 'login,email,birth_date,name,language' \
	    'sato,sato@example.com,1985/13/01,Sato,ja' \
	    'suzuki,suzuki@,19850401,Suzuki,ja' \
	    'taro,taro@example.com,19850401,Taro,ja' \
	    'mori,mori@example.com,19850401,,ja' > "$KOSMO_WORK/staff.csv"
	act 'kosmoctl user import staff.csv --no-account --dry-run' admin-import-trial
	printf 'login,email,birth_date,name,language\nito,ito@example.com,19850401,\260\311,ja\n' \
	    > "$KOSMO_WORK/sjis.csv"
	act 'kosmoctl user import sjis.csv --no-account' admin-import-not-utf-8
	sed -i -e '/^taro/d; s,/13/,/12/,; s,suzuki@,&example.com,' \
	    "$KOSMO_WORK/staff.csv"
	act 'kosmoctl user import staff.csv --no-account --slips slips' \
	    admin-imported
}
