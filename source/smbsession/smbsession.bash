# SPDX-License-Identifier: GPL-3.0-or-later
# Bash completion for smbsession.

# The names come from the network: compgen -W would run what is in them.
_smbsession_offer()
{
	local name

	while IFS= read -r name; do
		if [[ $name == "$1"* ]]; then
			COMPREPLY+=("$(printf %q "$name")")
		fi
	done
}

# What is in a column of the local list. Others than root would be asked for a
# password.
_smbsession_listed()
{
	[ "$EUID" -eq 0 ] || return
	smbsession list --no-header --columns="$1" --timeout=2 2>/dev/null \
		</dev/null | sed 's/^\\\\//' | sort -u
}

# Quoted, too: the name of a file can hold a command.
_smbsession_files()
{
	local name

	while IFS= read -r name; do
		COMPREPLY+=("$(printf %q "$name")")
	done < <(compgen -f -- "$1")
}

_smbsession_values()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

# The last of several names with commas between them.
_smbsession_columns()
{
	local before=

	case $1 in
	*,*)
		before=${1%,*},
		;;
	esac
	mapfile -t COMPREPLY < <(
		compgen -P "$before" -W 'client user opens connected idle guest
			type' -- "${1##*,}")
}

# Completes the value of the option $1. Returns 1 if it has none.
_smbsession_value()
{
	case $1 in
	-A | --authentication-file | -s | --configfile)
		_smbsession_files "$2"
		;;
	--use-kerberos)
		_smbsession_values 'desired required off' "$2"
		;;
	--client-protection)
		_smbsession_values 'sign encrypt off' "$2"
		;;
	--sort)
		_smbsession_values 'user client opens connected idle' "$2"
		;;
	--columns)
		_smbsession_columns "$2"
		;;
	--idle)
		_smbsession_values '30m 1h 8h 1d 7d' "$2"
		;;
	--user)
		_smbsession_offer "$2" < <(_smbsession_listed user)
		;;
	--client)
		_smbsession_offer "$2" < <(_smbsession_listed client)
		;;
	-U | --login | --password | --option | -t | --timeout) ;;
	*)
		return 1
		;;
	esac
}

_smbsession()
{
	local word=${COMP_WORDS[COMP_CWORD]}
	local before=${COMP_WORDS[COMP_CWORD - 1]}
	local options='--client --user --idle --sort --reverse --columns
		--no-header --json --login --password --authentication-file
		--no-pass --kerberos --use-kerberos --client-protection
		--configfile --option --timeout'

	COMPREPLY=()
	# Bash takes "--user=al" for three words.
	if [ "$word" = = ]; then
		word=
	elif [ "$before" = = ]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if _smbsession_value "$before" "$word"; then
		return
	fi
	if [ "$COMP_CWORD" -eq 1 ]; then
		_smbsession_values 'list close help --help --version' "$word"
		return
	fi
	case ${COMP_WORDS[1]} in
	close)
		options="$options --all --yes --dry-run"
		;;
	esac
	case $word in
	-*)
		_smbsession_values "$options" "$word"
		;;
	*)
		mapfile -t COMPREPLY < <(compgen -A hostname -- "$word")
		;;
	esac
}

complete -F _smbsession smbsession
