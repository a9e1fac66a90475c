/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists the network sessions of a server, in parts: as the example of
 * Microsoft's reference page for NetSessionEnum() does.
 *
 *	cc session_enum.c $(pkg-config --cflags --libs smbsession)
 *
 * It logs in as Samba's tools do without options: with USER, PASSWD and a
 * Kerberos ticket. Root needs no login on the local server. The exit status is
 * 0 if all sessions were listed. Samba without the plugin does not have this
 * level of detail.
 */

#include <stdio.h>
#include <stdlib.h>

#include <smbsession.h>

#define LEVEL 10

static void print_sessions(const struct SESSION_INFO_10 *sessions,
			   uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		printf("\n\tClient: %s\n", sessions[i].sesi10_cname);
		printf("\tUser:   %s\n", sessions[i].sesi10_username);
		printf("\tActive: %u\n", (unsigned int)sessions[i].sesi10_time);
		printf("\tIdle:   %u\n",
		       (unsigned int)sessions[i].sesi10_idle_time);
	}
}

int main(int argc, char *argv[])
{
	const char *server = argc > 1 ? argv[1] : NULL;
	uint8_t *buffer = NULL;
	uint32_t count = 0;
	uint32_t total = 0;
	uint32_t listed = 0;
	uint32_t resume = 0;
	NET_API_STATUS status = NERR_Success;

	if (argc > 2) {
		fprintf(stderr, "Usage: %s [\\\\ServerName]\n", argv[0]);
		return EXIT_FAILURE;
	}

	do {
		status = NetSessionEnum(server,
					NULL,
					NULL,
					LEVEL,
					&buffer,
					MAX_PREFERRED_LENGTH,
					&count,
					&total,
					&resume);
		print_sessions((const struct SESSION_INFO_10 *)buffer, count);
		listed += count;
		NetApiBufferFree(buffer);
	} while (status == ERROR_MORE_DATA);

	if (status != NERR_Success) {
		fprintf(stderr,
			"A system error has occurred: %u\n",
			(unsigned int)status);
		return EXIT_FAILURE;
	}
	fprintf(stderr,
		"\nTotal of %u entries enumerated\n",
		(unsigned int)listed);
	return EXIT_SUCCESS;
}
