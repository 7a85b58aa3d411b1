# shellcheck shell=bash disable=SC2034,SC2154
# Logins that can't go on: the wrong way in, time, things that are missing, a
# full disk, and a kosmod that is away.

faults() {
	key_alone
	time_is_up
	no_warden
	unforeseen
	disk_full
	away
}

key_alone() {
	local home=$KOSMO_WORK/host/home/taro
	login=taro
	mkdir -p "$home/.ssh"
	ssh-keygen -q -t ed25519 -N '' -f "$KOSMO_WORK/key"
	cp "$KOSMO_WORK/key.pub" "$home/.ssh/authorized_keys"
	chown -R taro:taro "$home/.ssh"
	chmod 700 "$home/.ssh"
	sshd_again 'AuthorizedKeysFile .ssh/authorized_keys' \
	    'AuthenticationMethods any'
	on ssh ssh -F "$KOSMO_WORK/ssh_config" -i "$KOSMO_WORK/key" \
	    -o PreferredAuthentications=publickey "taro@127.0.0.1"
	ended leave-key-alone
}

post_is_idle() {
	on_host kosmoctl --json status | grep -q '"notices": *0'
}

nobody_talks() {
	! pgrep -u kosmo -x kosmod-talk > /dev/null
}

time_is_up() {
	configure '[limits]
idle = 1s
[service sshd]
combined = no'
	screen_close console
	screen_close sudo
	on ssh ssh -F "$KOSMO_WORK/ssh_config" -o NumberOfPasswordPrompts=1 \
	    "taro@127.0.0.1"
	screen -
	wait_for "$PATIENCE" nobody_talks
	screen - "$password"
	ended leave-time-is-up
	configure '[limits]
idle = 5m'
}

no_warden() {
	kill "$(cat "$KOSMO_WORK/warden.pid")"
	wait_for "$PATIENCE" is_gone "$(cat "$KOSMO_WORK/warden.pid")"
	as_root
	act 'kosmoctl user lock taro' admin-no-warden
	wait_for "$PATIENCE" post_is_idle
	act 'kosmoctl status' admin-status-no-warden
	on_host kosmoctl user unlock taro > /dev/null
	private_warden
}

# No room is left where the store is. Who enrols meets that, nobody else.
disk_full() {
	local host=$KOSMO_WORK/host
	come_in
	screens "$initial" 19850401
	turn_pages
	screens agree ''
	mailed -
	screens morinanako 2 "$PASSWORD" "$PASSWORD" ''
	mount -o "remount,size=$(($(df -k --output=used "$host" | tail -n 1) +
	    1024))k" "$host"
	dd if=/dev/zero of="$host/filler" bs=4k status=none 2> /dev/null || :
	wait_for "$PATIENCE" disk_is_full
	screen - "$PASSWORD"
	screen leave-busy ''
	as_root
	act 'kosmoctl user add hachiro --email hachiro@example.com --no-account' \
	    - 19850401
	screen admin-disk-full
	wait_for "$PATIENCE" post_is_idle
	act 'kosmoctl status' admin-status-disk-full
	rm "$host/filler"
	mount -o remount,size=50% "$host"
}

disk_is_full() {
	on_host kosmoctl user unlock nanako > /dev/null
	on_host kosmoctl --json status | grep -q '"disk_full": *true'
}

# A new slip ends a first login that was begun with the one before.
unforeseen() {
	new_person nanako 127.0.0.10 "$(in_both 'Nanako Mori' '森 七子')"
	come_in
	screen - "$initial"
	screen -
	on_host kosmoctl user invite nanako > "$KOSMO_WORK/slip.nanako"
	initial=$(initial_password "$KOSMO_WORK/slip.nanako")
	screen - 19850401
	screen leave-failed ''
}

away() {
	kosmod_stop
	login=taro
	on ssh ssh -F "$KOSMO_WORK/ssh_config" -o NumberOfPasswordPrompts=1 \
	    "taro@127.0.0.1"
	ended leave-away
	as_root
	act 'kosmoctl status' admin-not-reached
}
