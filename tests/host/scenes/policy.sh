# shellcheck shell=bash disable=SC2034,SC2154
# What people meet once policy is another: new terms, remembered logins, few
# recovery codes, addresses that may not be changed, one box for two answers.

later_policy() {
	sed -i 's/^Version: 1/Version: 2/' /etc/kosmo/terms/terms.*
	configure '[recovery]
count = 4
[registration]
email-change = hold
[service sshd]
remember = 12h'
	new_terms
	few_codes
	held_address
	configure '[recovery]
count = 0
[registration]
email-change = refuse
[service sshd]
remember = 0'
	refused_address
	no_other
	has_to_wait
	configure '[throttle]
free = 50
lock = 4
[service sshd]
combined = yes'
	guessed
}

new_terms() {
	login=taro from=127.0.0.1
	come_in
	confirm
	screen later-terms ''
	turn_pages
	screens agree exit
	come_in
	confirm
	screen later-remember no
}

few_codes() {
	local few
	verb 'kosmoctl recovery-codes'
	confirm
	screen -
	few=$(shown | sed -n 's/^ *1 \([0-9a-z]*-[0-9a-z]*\).*/\1/p')
	screens '' exit
	come_in
	screens "$password" recovery "$few"
	screen daily-few-codes ''
	mail recovery "$(in_both 'code used' リカバリーコードを使用)"
	screens no exit
}

# part_1 ID [METHOD]: from the address on, by ssh.
part_1() {
	mailed -
	screens "$1" 2 "$PASSWORD" "$PASSWORD" '' "$PASSWORD"
}

held_address() {
	new_person goro 127.0.0.6 "$(in_both 'Goro Kato' '加藤 五郎')"
	come_in
	screens "$initial" 19850401
	turn_pages
	screens agree goro@example.jp
	mailed - goro@example.jp
	screens katogoro 2 "$PASSWORD" \
	    "$PASSWORD" '' "$PASSWORD"
	screen leave-held ''
	mail address-held "$(in_both 'address changed' アドレスを変更)"
}

refused_address() {
	new_person rokuro 127.0.0.7 "$(in_both 'Rokuro Abe' '阿部 六郎')"
	come_in
	screens "$initial" 19850401
	turn_pages
	screens agree rokuro@example.jp
	screen first-address-refused ''
	part_1 aberokuro
	screen -
	sit_down -
	screen - "$PASSWORD"
	screen part2-not-here
	come_in
	screen - "$PASSWORD"
	mailed -
	screen -
	wait_for "$PATIENCE" scan
	screens "$(phone_code "$seed" "$CLOCK")" ''
	screen part2-end ''
	screen - exit
}

no_other() {
	come_in
	screens "$PASSWORD" other
	screen daily-no-other

}

# A wait is told only in a conversation whose password was right before it.
has_to_wait() {
	from=127.0.0.8
	come_in
	screens wrong wrong wrong ''
	come_in
	screens wrong "$PASSWORD" 000000
	app
	screen - "$code"
	screen leave-wait ''
	go_on 3600
}

guessed() {
	login=taro from=127.0.0.9
	come_in
	screen daily-combined "${password}000000"
	screens "${password}000000" "${password}000000" ''
	mail guessed "$(in_both 'knows your' 知られた可能性)"
	come_in
	screen - "${password}000000"
	mail lock "$(in_both 'Login locked' ログインを停止)"
	on_host kosmoctl user unlock taro > /dev/null
}
