# shellcheck shell=bash disable=SC2034,SC2154
# Passkeys: a FIDO2 key of OpenSSH for who comes by ssh, a security key at the
# console with all that can be wrong with it, and both with kosmoctl and sudo.

passkeys() {
	passkey_tools
	pasted_key
	new_security_key
	more_keys
	touched_daily
	broken_keys
	refused_keys
	touched_at_sudo
	keys_of_agent
	sudo_by_agent
}

passkey_tools() {
	usb_ready || {
		echo "# no software authenticator: KOSMO_BUILD, make check" >&2
		return 1
	}
	keys=$KOSMO_WORK/keys
	mkdir "$keys"
	printf '%s ALL=(ALL) ALL\n' yuki > /etc/sudoers.d/kosmo-passkeys
	echo 'Defaults timestamp_timeout=0' >> /etc/sudoers.d/kosmo-passkeys
	install -m 440 "$KOSMO_DEST/usr/share/kosmo/sudoers" \
	    /etc/sudoers.d/kosmo
	chmod 440 /etc/sudoers.d/kosmo-passkeys
}

# part_1_by METHOD SCREEN ID: from the password to the choice of a method.
part_1_by() {
	screens "$initial" 19850401
	turn_pages
	screens agree ''
	mailed -
	screen - "$3"
	screen "$2" "$1"
	screens "$PASSWORD" "$PASSWORD" '' "$PASSWORD"
}

# From the shell, and kosmod knows it: who has a session left at the console is
# taken to be there.
log_out() {
	screen "$1" exit
	gone "$login"
}

# ssh that has a key.
come_with_key() {
	on ssh ssh -F "$KOSMO_WORK/ssh_config" -o "BindAddress=$from" \
	    -o "IdentityFile=$keys/$1" -o "SecurityKeyProvider=$SK_DUMMY" \
	    -o PreferredAuthentications=publickey,keyboard-interactive \
	    "$login@127.0.0.1"
}

pasted_key() {
	new_person rin 127.0.0.11 "$(in_both 'Rin Kojima' '小島 凛')"
	soft_key "$keys/rin"
	ssh-keygen -q -t ed25519 -N '' -C rin -f "$keys/plain"
	come_in
	part_1_by 1 - kojimarin
	screen passkey-paste "$(cat "$keys/plain.pub")"
	screen passkey-plain "$(cut -c -60 "$keys/rin.pub")"
	screen passkey-cut "$(cat "$keys/rin.pub")"
	screen passkey-received ''
	sit_down -
	screen - "$PASSWORD"
	screen passkey-not-here
	come_in
	screen - "$PASSWORD"
	screen passkey-not-proven ''
	come_with_key rin
	screen - "$PASSWORD"
	screen passkey-proven "$(in_both laptop ノートパソコン)"
	screen passkey-ssh-end ''
	log_out -
	come_with_key rin
	screen - "$PASSWORD"
	log_out passkey-ssh-daily
}

new_security_key() {
	private_touch
	new_person yuki 127.0.0.12 "$(in_both 'Yuki Mori' '森 雪')"
	sit_down -
	part_1_by 1 passkey-console moriyuki
	screen passkey-plug-in ''
	screen passkey-none
	key blue
	screen - ''
	screen passkey-unset
	turn blue pin 1234
	screen - ''
	screen passkey-pin 4321
	screen passkey-pin-wrong 1234
	screen passkey-touched "$(in_both 'blue key' 青いキー)"
	screen passkey-end ''
}

# One more, beside one that is enrolled already; and mail, by kosmoctl.
more_keys() {
	verb 'kosmoctl enroll passkey'
	screens "$PASSWORD" 1234
	screen passkey-enroll ''
	screen passkey-known
	key red -p 1234
	key green -p 1234 -s touch=never
	screen - ''
	screen passkey-several 1234
	screen - "$(in_both 'red key' 赤いキー)"
	screen passkey-enrolled
	mail passkey-added "$(in_both 'was added' 追加しました)"
	unplug red
	unplug green
	verb 'kosmoctl enroll email'
	screens "$PASSWORD" 1234
	mailed -
	screen - ''
	log_out -
}

touched_daily() {
	sit_down -
	screens "$PASSWORD" 1234
	log_out passkey-daily
	turn blue uv set
	turn blue finger-fails 1
	sit_down -
	screen - "$PASSWORD"
	screen passkey-finger ''
	log_out passkey-finger-again
	turn blue uv none
}

# What a key may have, in one login: nothing of it counts as a wrong answer.
broken_keys() {
	configure '[passkey]
timeout = 10'
	turn blue touch never
	sit_down -
	screen - "$PASSWORD"
	screens 12 1234
	screen passkey-no-touch
	turn blue touch at-once
	turn blue vanish yes
	screens '' 1234
	screen passkey-pulled-out
	turn blue vanish no
	plug green
	screen - ''
	screen passkey-not-yours
	unplug green
	plug blue
	turn blue pin-auth blocked
	screens '' 1234
	screen passkey-pin-stopped
	turn blue pin-auth free
	turn blue pin-retries 0
	screen - ''
	screen passkey-pin-blocked other
	screen passkey-other
	turn blue pin-retries 8
	configure '[passkey]
timeout = 60'
}

# What does count, and a counter that goes back.
refused_keys() {
	sit_down -
	screen - "$PASSWORD"
	turn blue up-flag missing
	screen - 1234
	screen -
	turn blue up-flag right
	turn blue uv-flag missing
	screen - 1234
	screen -
	turn blue uv-flag right
	turn blue signature bad
	screen - 1234
	screen passkey-refused ''
	turn blue signature right
	go_on 3600
	turn blue counter back
	sit_down -
	screens "$PASSWORD" 1234
	screen passkey-copied
	mail passkey "$(in_both 'check your passkey' パスキーを確認)"
	turn blue counter rises
	go_on 60
	screen - resend
	mailed -
}

touched_at_sudo() {
	verb 'sudo id -un'
	screens "$PASSWORD" 1234
	screen passkey-sudo
	unplug blue
	go_on 60
	verb 'sudo id -un'
	screen - "$PASSWORD"
	mailed passkey-sudo-none
	log_out -
	plug blue
}

# agent_has KEY ...: the agent that ssh forwards has these, in this order.
agent_has() {
	local name
	SSH_AUTH_SOCK=$KOSMO_WORK/agent ssh-add -q -D 2> /dev/null
	for name; do
		SSH_AUTH_SOCK=$KOSMO_WORK/agent ssh-add -q -S "$SK_DUMMY" \
		    "$keys/$name" 2> /dev/null
	done
}

keys_of_agent() {
	local home=$KOSMO_WORK/host/home/yuki
	soft_key "$keys/desk"
	soft_key "$keys/spare"
	soft_key "$keys/unverified" ed25519-sk -Oapplication=ssh:unverified
	install -o yuki "$keys/spare.pub" "$keys/plain.pub" "$home/"
	cut -c -60 "$keys/spare.pub" > "$home/cut.pub"
	ssh-agent -D -a "$KOSMO_WORK/agent" -P '/usr/lib/openssh/*' \
	    > /dev/null 3<&- &
	disown
	wait_for "$PATIENCE" test -S "$KOSMO_WORK/agent"
	go_on 3600
	on ssh env SSH_AUTH_SOCK="$KOSMO_WORK/agent" ssh -A \
	    -F "$KOSMO_WORK/ssh_config" -o "BindAddress=$from" yuki@127.0.0.1
	screen - "$PASSWORD"
	mailed -
	verb 'kosmoctl enroll ssh-key plain.pub'
	screen passkey-file-plain
	verb 'kosmoctl enroll ssh-key cut.pub'
	screen passkey-file-cut
	go_on 60
	verb 'kosmoctl enroll ssh-key'
	screen - "$PASSWORD"
	mailed -
	screen passkey-agent-empty
	agent_has desk unverified
	go_on 60
	verb 'kosmoctl enroll ssh-key'
	screen - "$PASSWORD"
	mailed -
	screen passkey-agent-keys 1
	screen passkey-agent-touched "$(in_both 'desk key' 机のキー)"
	screen passkey-agent-enrolled
	verb 'kosmoctl enroll ssh-key'
	screens "$PASSWORD" 2
	screen passkey-unverified
	verb 'kosmoctl enroll ssh-key spare.pub'
	screen - "$PASSWORD"
	screen passkey-file-waits
	verb 'kosmoctl device list'
	screen passkey-device-list
}

sudo_by_agent() {
	verb 'sudo id -un'
	screen - "$PASSWORD"
	screen passkey-sudo-agent
	agent_has
	go_on 3600
	verb 'sudo id -un'
	screen - "$PASSWORD"
	mailed passkey-sudo-away
	log_out -
}
