# shellcheck shell=bash disable=SC2034,SC2154
# Logins of every day, sudo, and a forgotten password.

every_day() {
	come_in
	screen - "$initial"
	screen daily-initial-ended "$password"
	screen daily-code 000000
	screen daily-code-wrong other
	screen daily-other 1
	screen - recovery
	screen daily-recovery nothing
	screen daily-recovery-wrong nothing
	screen leave-third ''
	come_in
	screen - "$password"
	app
	screens "$code" exit
	come_in
	screens "$password" "$code"
	screen daily-code-used
	app
	screens "$code" exit
	# the app is not allowed at the console
	sit_down - tarotaro
	screen - "$password"
	screen leave-no-method ''
}

forgotten() {
	come_in
	screen - forgot
	screen forgot-birth 19850401
	screen - 000000
	screen - 000000
	screen forgot-refused ''
	come_in
	screens forgot 19850401
	app
	screen forgot-code "$code"
	mailed forgot-mail
	mail reset "$(in_both 'set a new password' パスワードを決め直す)"
	password='Asagao-2027'
	screen forgot-new-password "$password"
	screen - "$password"
	screen forgot-done ''
	mail password "$(in_both 'was changed' 変更しました)"
}

# As somebody who is logged in; sudo has no room for dialogues.
sudo_as() {
	on sudo setpriv --reuid "$1" --regid "$1" --init-groups \
	    env HOME=/tmp sudo id -un
}

at_sudo() {
	printf '%s ALL=(ALL) ALL\n' taro saburo > /etc/sudoers.d/kosmo-screens
	chmod 440 /etc/sudoers.d/kosmo-screens
	sudo_as taro
	screen sudo-password wrong
	screen sudo-refused "$password"
	screen sudo-code 000000
	screen sudo-code-wrong
	app
	screen - "$code"
	ended sudo-done
	new_person saburo 127.0.0.5 "$(in_both 'Saburo Sato' '佐藤 三郎')"
	sudo_as saburo
	screen - "$initial"
	screen sudo-register-first
}
