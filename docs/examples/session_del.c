/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ends network sessions of a server: the example of Microsoft's reference page
 * for NetSessionDel().
 *
 *	cc session_del.c $(pkg-config --cflags --libs smbsession)
 *
 * It logs in as Samba's tools do without options: with USER, PASSWD and a
 * Kerberos ticket. Root needs no login on the local server. The exit status is
 * 0 if the sessions were ended.
 */

#include <stdio.h>
#include <stdlib.h>

#include <smbsession.h>

static const char *argument(int argc, char *argv[], int number)
{
	return number < argc ? argv[number] : NULL;
}

int main(int argc, char *argv[])
{
	NET_API_STATUS status = NERR_Success;

	if (argc > 4) {
		printf("Usage: %s [\\\\ServerName] [\\\\ClientName] "
		       "[UserName]\n",
		       argv[0]);
		return EXIT_FAILURE;
	}

	status = NetSessionDel(argument(argc, argv, 1),
			       argument(argc, argv, 2),
			       argument(argc, argv, 3));
	if (status != NERR_Success) {
		fprintf(stderr,
			"A system error has occurred: %u\n",
			(unsigned int)status);
		return EXIT_FAILURE;
	}
	fprintf(stderr,
		"The specified session(s) has been successfully deleted\n");
	return EXIT_SUCCESS;
}
