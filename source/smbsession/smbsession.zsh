#compdef smbsession
# SPDX-License-Identifier: GPL-3.0-or-later
# Zsh completion for smbsession.

# What is in a column of the local list; _arguments puts options for compadd
# before its name. Others than root would be asked for a password.
_smbsession_listed() {
	local -a names

	(( EUID == 0 )) || return 1
	names=(${(fu)"$(smbsession list --no-header --columns=$@[-1] --timeout=2 \
		2>/dev/null </dev/null)"})
	names=(${names#\\\\})
	compadd "${@[1,-2]}" -a names
}

_smbsession() {
	local -a options closing

	options=(
		'*--client=[only sessions from this client]:client:_smbsession_listed client'
		'*--user=[only sessions of this user]:user:_smbsession_listed user'
		'--idle=[only sessions idle for this long]:duration:(30m 1h 8h 1d 7d)'
		'--sort=[order by this column]:column:(user client opens connected idle)'
		'(-r --reverse)'{-r,--reverse}'[reverse the order]'
		'(--json)--columns=[show these columns]:columns:_values -s , column client user opens connected idle guest type'
		'(--json)--no-header[show no headings]'
		'(--columns --no-header)--json[write JSON]'
		'(-U --login)'{-U+,--login=}'[log in as this user]:user:'
		'--password=[password to log in with]:password:'
		'(-A --authentication-file)'{-A+,--authentication-file=}'[log in with what this file says]:file:_files'
		'(-N --no-pass)'{-N,--no-pass}'[ask for no password]'
		'(-k --kerberos)'{-k,--kerberos}'[require Kerberos]'
		'--use-kerberos=[log in with Kerberos]:how:(desired required off)'
		'--client-protection=[protect the connection]:how:(sign encrypt off)'
		'(-s --configfile)'{-s+,--configfile=}'[use this file instead of smb.conf]:file:_files'
		'*--option=[override a parameter of smb.conf]:parameter:'
		'(-t --timeout)'{-t+,--timeout=}'[wait no longer]:seconds:'
	)
	closing=(
		'--all[all sessions of the server]'
		'(-y --yes)'{-y,--yes}'[do not ask]'
		'(-n --dry-run)'{-n,--dry-run}'[close nothing]'
	)
	if (( CURRENT == 2 )); then
		_values command 'list[list sessions]' 'close[close sessions]' \
			'help[print the options]'
		return
	fi
	[[ $words[2] == close ]] && options+=($closing)
	_arguments $options '2:server:_hosts'
}

_smbsession "$@"
