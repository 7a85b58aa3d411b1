#!/usr/bin/perl
# Does for kosmod what systemd's socket units do: binds its sockets in a
# folder of root's and passes them on (sd_listen_fds).
#   sockets.pl FOLDER COMMAND [ARG ...]
use strict;
use warnings;
use Fcntl;
use POSIX ();
use Socket;

my ($folder, @command) = @ARGV;
my $group = getgrnam('kosmo-admin') // 0;
my $mail = getpwnam('kosmo-mail') // 0;
my $touch = getpwnam('kosmo-touch') // 0;
my $keys = getpwnam('kosmo-keys') // 0;
my @sockets = (
	['kosmod.sock', 0666, 0, 0],
	['admin.sock', 0660, 0, $group],
	['priv.sock', 0660, $mail, 0],
	['touch.sock', 0600, $touch, 0],
	['keys.sock', 0600, $keys, 0],
);
my @names;
my @held;

foreach my $row (@sockets) {
	my ($name, $mode, $uid, $gid) = @$row;
	my $path = "$folder/$name";
	unlink $path;
	socket(my $s, AF_UNIX, SOCK_SEQPACKET, 0) or die "socket: $!\n";
	bind($s, pack_sockaddr_un($path)) or die "$path: $!\n";
	chown($uid, $gid, $path) or die "$path: $!\n";
	chmod($mode, $path) or die "$path: $!\n";
	listen($s, 512) or die "listen: $!\n";
	push @held, $s;
	push @names, $name;
}
# The numbers from 3 on may be taken: go through copies well above them.
my @copies = map { fcntl($_, F_DUPFD, 100) or die "dup: $!\n" } @held;
for my $i (0 .. $#copies) {
	POSIX::dup2($copies[$i], 3 + $i) // die "dup2: $!\n";
	POSIX::close($copies[$i]);
}
$ENV{LISTEN_FDS} = @names;
$ENV{LISTEN_FDNAMES} = join ':', @names;
$ENV{LISTEN_PID} = $$;
exec { $command[0] } @command or die "$command[0]: $!\n";
