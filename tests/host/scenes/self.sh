# shellcheck shell=bash disable=SC2034,SC2154
# What a person does with kosmoctl, from a login of one's own.

# A login that stays, of taro, in a terminal of its own.
another_login() {
	on "$1" ssh -q -F "$KOSMO_WORK/ssh_config" "$login@127.0.0.1"
	confirm
	screen -
	terminal=ssh
}

oneself() {
	login=taro from=127.0.0.1
	gone taro
	come_in
	confirm
	looks
	devices
	methods
	profile
	new_password
	screen - exit
}

looks() {
	verb 'kosmoctl me'
	screen self-me
	verb 'kosmoctl device list'
	screen self-device-list
	verb 'kosmoctl register'
	screen self-register-nothing
	verb 'kosmoctl terms | head -n 8'
	screen self-terms
	verb "$(in_both '' LANG=ja_JP.UTF-8\ )kosmoctl user list"
	screen self-no-right
	go_on 3600 # half of an hour's mails are kept for codes
	verb 'kosmoctl forgot-id taro@example.com'
	screen self-forgot-id
	mail user-id "$(in_both 'Subject.*Your user ID' ユーザーIDのお知らせ)"
	verb "kosmoctl device rename $phone 'a very, very long name'"
	screen self-bad-name
}

devices() {
	verb "kosmoctl device rename $phone $(in_both cellphone 携帯)"
	screen self-confirm "$password"
	app
	screen - "$code"
	screen self-renamed
	verb 'kosmoctl device remove 1'
	confirm
	screen self-last
	verb 'kosmoctl enroll totp'
	confirm
	screen self-enroll-app ascii
	screen part2-app-too-small other
	screen self-no-other
	screen_key ssh C-c
	verb 'kosmoctl enroll email'
	confirm
	mailed self-enroll-email
	screen - ''
	screen self-enrolled
	mail device-added "$(in_both 'was added' 追加しました)"
	verb 'kosmoctl device list'
	screen self-device-list-two
}

methods() {
	verb 'kosmoctl method email'
	confirm
	screen self-method
	mail method "$(in_both 'Method changed' 認証方法を変更)"
	verb 'kosmoctl method'
	screen - "$password"
	screen daily-email-first other
	screen daily-other-two 2
	app
	screen - "$code"
	screen self-method-ask 1
	screen -
	another_login second
	verb 'kosmoctl device remove 2'
	confirm
	screen self-other-session no
	screen self-removed
	mail device-removed "$(in_both 'was removed' 削除しました)"
	verb 'kosmoctl method'
	confirm
	screen self-no-other-method
}

profile() {
	verb 'kosmoctl email taro@example.jp'
	confirm
	mailed self-email taro@example.jp
	screen self-email-changed
	mail address-old "$(in_both 'address changed' アドレスを変更)"
	mail address-new "$(in_both 'address changed' アドレスを変更)" \
	    taro@example.jp
	verb 'kosmoctl email taro@example.com'
	confirm
	mailed -
	verb "kosmoctl language $KOSMO_LANGUAGE"
	confirm
	screen self-language
	verb 'kosmoctl recovery-codes'
	confirm
	screen self-recovery-codes ''
}

new_password() {
	another_login third
	verb 'kosmoctl sign-out'
	confirm
	screen self-signed-out
	another_login second
	another_login third
	verb 'kosmoctl password'
	confirm
	password='Sumire-2028'
	screen self-password "$password"
	screen - "$password"
	screen self-sign-out-ask ''
	screen self-password-changed

	screen_close second
	screen_close third
}
