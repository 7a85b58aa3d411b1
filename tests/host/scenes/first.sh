# shellcheck shell=bash disable=SC2034,SC2154
# The first login with all that can go wrong on the way, by ssh; another one
# with e-mail as the method; and one on a console.

# Turns the pages of the terms to the last.
turn_pages() {
	while screen - && ! shown | tail -n 1 | grep -q agree; do
		screen - ''
	done
}

# Up to the address: what goes wrong before anything is set up.
first_steps() {
	come_in
	screen first-password wrong
	screen first-password-refused "$initial"
	screen first-birth 850401
	screen first-birth-no-date 19990101
	screen first-birth-wrong ''
	screens '' ''
	screen leave-given-up ''
	come_in
	screens "$initial" 19850401
	screen first-terms
	come_in
	screen - "$initial"
	screen first-resumed ''
	turn_pages
	screen first-terms-last-page no
	screen first-terms-not-agreed agree
	screen first-address nonsense
	screen first-address-no-address taro@example.org
	screen first-address-domain ''
}

mailed_code() {
	local old
	screen first-mailed-code 000000
	mail confirm "$(in_both Confirm 確認コード)"
	old=$(mail_code taro@example.com)
	screen first-mailed-code-wrong resend
	screen first-mailed-code-too-soon
	go_on 60
	screen - resend
	screen first-mailed-code-resent
	come_in
	screen - "$initial"
	screen first-mailed-code-standing
	go_on 660
	screen - "$old"
	screen first-mailed-code-expired resend
	mailed -
}

id_and_password() {
	screen first-user-id Taro_Y
	screen first-user-id-rules administrator
	screen first-user-id-taken tarotaro
	screen first-method 9
	screen first-method-not-listed 2
	screen first-new-password himawari
	screen first-new-password-rules "$password"
	screen first-new-password-again other
	screen first-new-password-differs "$password"
	screen - "$password"
	screen first-done ''
	screen first-relogin "$password"
}

set_up_app() {
	screen part2-app
	wait_for "$PATIENCE" scan
	screen - 000000
	screen part2-app-wrong ascii
	screen part2-app-ascii key
	screen part2-app-key "$(phone_code "$seed" $((CLOCK + 600)))"
	screen part2-app-clock 111111
	screen part2-app-third ''
	come_in
	screen - "$password"
	mailed part2-code
	mail set-up "$(in_both 'set-up of your method' 認証方法の設定を始める)"
	screen part2-app-again other
	screen part2-other 2
	screen - "$(phone_code "$seed" "$CLOCK")"
	screen part2-device-name "$(in_both 'the telephone in my left pocket' \
	    'とても長い名前を付けたいわたしのスマートフォン')"
	screen part2-device-name-refused "$phone"
	screen part2-recovery-codes ''
	screen part2-shell exit
	mail registered "$(in_both 'You are set up' 登録が完了しました)"
}

first_login() {
	new_person taro 127.0.0.1 "$(in_both 'Taro Yamada' '山田 太郎')"
	keep slip < "$KOSMO_WORK/slip.taro"
	first_steps
	mailed_code
	id_and_password
	set_up_app
}

# Five wrong dates; unlocked, the registration goes on, with e-mail.
by_mail() {
	new_person jiro 127.0.0.3 "$(in_both 'Jiro Suzuki' '鈴木 次郎')"
	come_in
	screens "$initial" 19990101 19990101 19990101 19990101 19990101
	screen first-stopped ''
	mail lock-birth "$(in_both 'Login locked' ログインを停止)"
	go_on 3600
	come_in
	screen - "$initial"
	screen first-stopped-locked ''
	on_host kosmoctl user show jiro | keep admin-user-show-locked
	on_host kosmoctl user unlock jiro > /dev/null
	come_in
	screens "$initial" 19850401
	turn_pages
	screens agree ''
	mailed -
	screens suzukijiro 3 "$PASSWORD" "$PASSWORD" '' \
	    "$PASSWORD"
	screen part2-email other
	screen - 3
	mailed part2-email-standing
	mail enrol "$(in_both 'e-mail as your method' メール認証)"
	screen part2-email-name ''
	screen part2-email-codes ''
	screen - exit
}

# Logins by mailed code: too many mails, and one that can't be sent.
mailed_logins() {
	local i
	come_in
	screen - "$PASSWORD"
	mailed daily-email
	mail login "$(in_both 'logs you in' ログインするため)"
	screen - exit
	go_on 3600
	come_in
	screen - "$PASSWORD"
	for ((i = 0; i < 9; i++)); do
		screen -
		go_on 60
		screen - resend
	done
	screen -
	go_on 60
	screen - resend
	screen daily-email-too-many
	go_on 3600
	chown root: "$KOSMO_MAIL"
	screen - resend
	screen daily-email-not-sent
	chown kosmo-mail: "$KOSMO_MAIL"
	go_on 60
	screen - resend
	mailed -
	screen - exit
}

# The console: here policy wants e-mail, the end of part 1 is a real one.
on_console() {
	new_person hanako 127.0.0.4 "$(in_both 'Hanako Yamada' '山田 花子')"
	sit_down console-login
	screen console-password "$initial"
	screen console-birth 19850401
	turn_pages
	screens agree ''
	mailed -
	screens hanakoyamada "$PASSWORD" "$PASSWORD"
	screen console-done ''
	screens '' '' ''
	screen console-end ''
	screen console-incorrect
	sit_down -  hanakoyamada
	screen - "$PASSWORD"
	mailed console-code
	screens '' '' exit
}
