#!/usr/bin/perl
# Holds docs/screens/list against the captures and the catalogue: every screen
# named there is captured in both languages, with its words in each; every
# capture is named; no text of the sources goes unseen but those in
# docs/screens/unseen; nothing is wider than 80 columns or taller than 24 lines,
# nothing is shown as octal numbers, and where something is asked it is last.
use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));

chdir($ENV{srcdir} // '.') or die "srcdir: $!\n";
my $failed = 0;

sub complain {
	print "@_\n";
	$failed = 1;
}

sub slurp {
	my ($path) = @_;
	open(my $f, '<', $path) or return undef;
	local $/;
	return <$f>;
}

# --- the catalogue: English to Japanese ------------------------------------------

my (%japanese, @texts);
{
	my ($what, %entry) = ('');
	for my $line (split(/\n/, slurp('po/ja.po')), '') {
		if ($line =~ /^(msgid|msgstr)? ?"(.*)"$/) {
			$what = $1 if defined $1;
			my $text = $2;
			$text =~ s/\\(.)/$1 eq 'n' ? "\n" : $1/ge;
			$entry{$what} .= $text;
		} elsif ($line eq '' && %entry) {
			$japanese{$entry{msgid}} = $entry{msgstr};
			push @texts, $entry{msgid} if $entry{msgid} ne '';
			%entry = ();
		}
	}
}

# A text as it may stand on a screen: filled in, and wrapped anywhere.
sub pattern {
	my ($text) = @_;
	$text =~ s/\s+//g;
	return join('.*?', map { quotemeta } split(/\{[a-z_]+\}/, $text, -1));
}

# --- the captures -------------------------------------------------------------------

my (%capture, %bare);
for my $language (qw(en ja)) {
	for my $path (glob("docs/screens/$language/*.txt")) {
		my ($name) = $path =~ m{([^/]+)\.txt$};
		$capture{$language}{$name} = slurp($path);
		($bare{$language}{$name} = $capture{$language}{$name}) =~ s/\s+//g;
	}
}

sub columns {
	my ($line) = @_;
	my $wide = () = $line =~
	    /[\x{1100}-\x{115f}\x{2e80}-\x{303e}\x{3041}-\x{a4cf}\x{ac00}-\x{d7a3}\x{f900}-\x{faff}\x{fe30}-\x{fe6f}\x{ff00}-\x{ff60}\x{ffe0}-\x{ffe6}]/g;
	return length($line) + $wide;
}

sub check_form {
	my ($where, $name, $text) = @_;
	my @lines = split /\n/, $text;
	my $screen = $name !~ /^(mail-|slip$|admin-help$)/;
	complain("$where: octal") if $text =~ /\\[0-7]{3}/;
	complain("$where: is empty") unless $text =~ /\S/;
	complain("$where: taller than 24 lines") if $screen && @lines > 24;
	# a line of the log is one event
	for (grep { columns($_) > 80 && $name ne 'admin-log' } @lines) {
		complain("$where: wider than 80 columns: $_");
	}
	return if !$screen;
	complain("$where: ends in: $lines[-1]")
	    unless $lines[-1] =~ /([:：]|[?？] yes \/ no \[(yes|no)\]:|[\$#])$/
	    || $name =~ /^(leave-(away|key-alone|time-is-up)|sudo-done)$/;
}

for my $language (sort keys %capture) {
	my $other = $language eq 'en' ? 'ja' : 'en';
	for my $name (sort keys %{$capture{$language}}) {
		complain("docs/screens/$other/$name.txt is missing")
		    unless defined $capture{$other}{$name};
		check_form("docs/screens/$language/$name.txt", $name,
		    $capture{$language}{$name});
	}
}

# --- the list --------------------------------------------------------------------------

sub has_words {
	my ($name, $words) = @_;
	$words =~ s/\\n/\n/g;
	my @entries = grep { index($_, $words) == 0 } @texts;
	my $msgid = exists $japanese{$words} ? $words : $entries[0];
	return complain("list: not a text of the sources: $words")
	    unless defined $msgid;
	my %text = (en => $msgid, ja => $japanese{$msgid});
	for my $language (qw(en ja)) {
		my $pattern = pattern($text{$language});
		complain("docs/screens/$language/$name.txt: has no " .
		    "\"$text{$language}\"")
		    unless ($bare{$language}{$name} // '') =~ /$pattern/;
	}
}

my %named;
for (split /\n/, slurp('docs/screens/list')) {
	next if /^(#|$)/;
	my ($id, $name, $words) = split /\t+/;
	if (!defined $name) {
		complain("list: not understood: $_");
		next;
	}
	$named{$name} = 1;
	if (!defined $capture{en}{$name}) {
		complain("list: $id is not captured ($name)");
	} elsif (defined $words) {
		has_words($name, $words);
	}
}
for my $name (sort keys %{$capture{en}}) {
	complain("list does not name $name") unless $named{$name};
}

# --- what nobody has seen ------------------------------------------------------------------

my %unseen;
for (split /\n/, slurp('docs/screens/unseen')) {
	next if /^(#|$)/;
	(my $text = $_) =~ s/\\n/\n/g;
	$unseen{$text} = 1;
	complain("unseen: not a text of the sources: $_")
	    unless exists $japanese{$text};
}
my %all = map { my $l = $_; ($l => join("\0", values %{$bare{$l}})) } qw(en ja);
for my $text (@texts) {
	my $pattern = pattern($text);
	(my $line = $text) =~ s/\n/\\n/g;
	my $seen = $all{en} =~ /$pattern/;
	complain("no capture shows: $line") if !$seen && !$unseen{$text};
	complain("unseen, but it is shown: $line") if $seen && $unseen{$text};
}
exit $failed;
