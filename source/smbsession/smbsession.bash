# SPDX-License-Identifier: GPL-3.0-or-later
# Bash completion for smbsession.

_smbsession()
{
	local word=${COMP_WORDS[COMP_CWORD]}
	local before=${COMP_WORDS[COMP_CWORD - 1]}
	local common='--client --user --json --login --password
		--authentication-file --no-pass --kerberos --use-kerberos
		--client-protection --configfile --option --timeout'

	case $before in
	-A | --authentication-file | -s | --configfile)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--use-kerberos)
		mapfile -t COMPREPLY < <(
			compgen -W 'desired required off' -- "$word")
		return
		;;
	--client-protection)
		mapfile -t COMPREPLY < <(
			compgen -W 'sign encrypt off' -- "$word")
		return
		;;
	--client | --user | -U | --login | --password | --option | -t | \
		--timeout)
		return
		;;
	esac
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(
			compgen -W 'list close --help --version' -- "$word")
		return
	fi
	case ${COMP_WORDS[1]} in
	close)
		common="$common --all --yes --dry-run"
		;;
	esac
	case $word in
	-*)
		mapfile -t COMPREPLY < <(compgen -W "$common" -- "$word")
		;;
	*)
		mapfile -t COMPREPLY < <(compgen -A hostname -- "$word")
		;;
	esac
}

complete -F _smbsession smbsession
