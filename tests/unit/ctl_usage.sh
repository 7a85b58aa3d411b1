#!/bin/sh
# Every verb: wrong usage says what, shows the verb's line, ends with 2; help
# ends with 0; without kosmod it ends with 3, and nothing is on stdout.
ctl=./kosmoctl/kosmoctl
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
failed=0
LC_ALL=C
export LC_ALL

fail()
{
	echo "FAIL: $*"
	cat "$dir/out" "$dir/err"
	failed=1
}

# expect CODE WORDS ARGUMENT...: exit code, and WORDS on standard error.
expect()
{
	code=$1 words=$2
	shift 2
	"$ctl" --socket "$dir/kosmod.sock" "$@" >"$dir/out" 2>"$dir/err" \
	    </dev/null
	got=$?
	[ "$got" -eq "$code" ] || fail "$* ended with $got, not $code"
	grep -qF -e "$words" "$dir/err" || fail "$*: no \"$words\""
}

cat >"$dir/people.csv" <<'EOF'
login,email,birth_date,name,language
taro,taro@example.co.jp,19850401,Taro,ja
EOF
good="user add taro --email a@b --no-account
user import $dir/people.csv --no-account
user list
user show taro
user set taro --name x
user invite taro
user remind taro
user reset taro --all
user rename taro root
user rebind root
user lock taro
user unlock taro
user remove taro --yes
user code taro
register
enroll totp
enroll email
enroll passkey
enroll ssh-key
email taro@example.co.jp
language ja
method app
recovery-codes
terms
device list
device rename 1 phone
device remove 1
password
sign-out
forgot-id a@b
me
status
doctor
log"
echo "$good" >"$dir/verbs"
while read -r line; do
	# shellcheck disable=SC2086 # the words of the line
	set -- $line
	verb="$1"
	case $1 in user | enroll | device) verb="$1 $2" ;; esac
	expect 2 "usage: kosmoctl $verb" "$@" --bogus
	expect 2 "unknown option --bogus" "$@" --bogus
	expect 2 "usage: kosmoctl $verb" "$@" one two three
	expect 2 "too many arguments" "$@" one two three
	expect 2 "given twice" --json --json "$@"
	expect 3 "Can't reach kosmod. Look at: systemctl status kosmod" "$@"
	# what a doctor is for
	if [ "$verb" != doctor ]; then
		[ ! -s "$dir/out" ] || fail "$*: something on standard output"
		expect 3 "Can't reach kosmod" "$@" --json
		grep -q '^{"error":"Can' "$dir/out" ||
		    fail "$* --json: no document"
	fi
	"$ctl" "$@" --help >"$dir/out" 2>"$dir/err" || fail "$* --help"
	grep -qF "kosmoctl $verb" "$dir/out" || fail "$* --help says nothing"
	if awk 'length > 80 { exit 1 }' "$dir/out"; then :; else
		fail "$* --help is too wide"
	fi
done <"$dir/verbs"

# The list above is the list of verbs.
"$ctl" --help | grep '^kosmoctl ' | wc -l >"$dir/out"
[ "$(cat "$dir/out")" -eq "$(wc -l <"$dir/verbs")" ] ||
    fail "a verb has no test"

# Completion knows every verb and every option of it.
if command -v bash >/dev/null; then
	bash -c '
	source "$1"
	help=$("$2" --help)
	while read -r verb; do
		# the whole usage of the verb, which may take several lines
		usage=$(awk -v v="kosmoctl $verb" \
		    "index(\$0, v) == 1 { on = 1; print; next }
		    /^       / && on { print; next } { on = 0 }" \
		    <<<"$help")
		have=" $(_kosmoctl_options "$verb" | tr "\n" " ") "
		for option in $(grep -o -e "--[a-z-]*" <<<"$usage"); do
			case $option in --stdin) continue ;; esac
			[[ $have == *" $option "* ]] ||
			    echo "completion lacks $verb $option"
		done
		set -- "$1" "$2" $verb
		case $# in
		3) have=" $(_kosmoctl_words "" 0) " ;;
		4) have=" $(_kosmoctl_words "$3" 1) " ;;
		esac
		[[ $have == *" ${*: -1} "* ]] || echo "completion lacks $verb"
		set -- "$1" "$2"
	done < <(sed -n "s/^kosmoctl \([a-z-]* *[a-z-]*\).*/\1/p" \
	    <<<"$help" | sed "s/ *$//")
	' completion "${srcdir:-.}/etc/completion/kosmoctl" "$ctl" \
	    >"$dir/out" 2>"$dir/err"
	if [ -s "$dir/out" ] || [ -s "$dir/err" ]; then
		fail completion
	fi
fi

expect 2 "a verb is missing"
expect 2 "unknown verb bogus" bogus
expect 2 "unknown verb user bogus" user bogus
expect 2 "LOGIN is missing" user add
expect 2 "--email is missing" user add taro
expect 2 "NEWNAME is missing" device rename 1
expect 2 "ADDRESS is missing" forgot-id
expect 2 "is not an e-mail address" user add taro --email suzuki@
expect 2 "is not an e-mail address" user set taro --email -x@y
expect 2 "is neither ja nor en" user add taro --email a@b --language fr
expect 2 "is no time like 30d" user add taro --email a@b --expires soon
expect 2 "is no time like 30d" user invite taro --expires 0d
expect 2 "begins with a hyphen" user show -- -taro
expect 2 "LOGIN is empty" user show ""
for verb in invite remind lock unlock remove code; do
	expect 2 "LOGIN is missing" user $verb
	expect 2 "either LOGIN or --file" user $verb taro --file "$dir/verbs"
	expect 1 "$dir/nowhere: No such file" user $verb --file "$dir/nowhere"
done
expect 2 "is no time like 30d" user invite --file "$dir/verbs" --expires 1
expect 2 "both the list and the answers" user lock --stdin --file -
expect 2 "both the file and the answers" user import - --stdin
expect 2 "one of --password, --devices and --all" user reset taro
expect 2 "one of --password, --devices and --all" \
    user reset taro --password --all
expect 2 "NEW can't be a login name" user rename taro ""
expect 1 "no Unix account kosmo-nobody" user rename taro kosmo-nobody
expect 1 "no Unix account kosmo-nobody" user rebind kosmo-nobody
expect 2 "nothing to set" user set taro
expect 2 "is none of invited" user list --state invited,bogus
expect 2 "is no time" log --since yesterday
expect 2 "does not follow" log --follow --verify
expect 2 "control characters" user add taro --email a@b --name "$(printf 'a\nb')"
expect 2 "not UTF-8" user set taro --name "$(printf '\377')"
expect 1 "no Unix account kosmo-nobody-here" \
    user add kosmo-nobody-here --email a@b
: >"$dir/there.png"
expect 1 "is there already" enroll totp --png "$dir/there.png"
expect 1 "No such file" enroll ssh-key "$dir/none.pub"
printf '\n' >"$dir/empty.pub"
expect 1 "no public key" enroll ssh-key "$dir/empty.pub"
expect 1 "no public key" enroll ssh-key - </dev/null
expect 1 "Is a directory" enroll ssh-key "$dir"
printf '\377\n' >"$dir/odd.pub"
expect 1 "no public key" enroll ssh-key "$dir/odd.pub"
mkdir "$dir/open" && chmod 0777 "$dir/open"
"$ctl" --socket "$dir/open/kosmod.sock" me >"$dir/out" 2>"$dir/err"
[ $? -eq 3 ] || fail "a folder that others may write to"
grep -q "not kosmod's" "$dir/err" || fail "an untrusted folder is not told"
"$ctl" --version | grep -q '^kosmoctl [0-9]' || fail --version
exit $failed
