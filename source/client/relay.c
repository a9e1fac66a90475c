/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lets libdcerpc use a local pipe that is open and past the greeting. */

#include "relay.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Each message to or from the server follows its length: two bytes,
 * little-endian. */
#define HEADER_SIZE 2
#define CHUNK_SIZE 4096

struct relay {
	struct tevent_context *ev;
	char *directory;
	char *path;
	int listener;
	int client;
	int server;
	struct tevent_fd *listening;
	struct tevent_fd *from_client;
	struct tevent_fd *from_server;
	/* of the message that the server is sending */
	uint8_t header[HEADER_SIZE];
	size_t header_read;
	size_t message_left;
};

static void close_socket(int *socket)
{
	if (*socket >= 0) {
		(void)close(*socket);
	}
	*socket = -1;
}

static void remove_path(struct relay *relay)
{
	if (relay->path != NULL) {
		(void)unlink(relay->path);
	}
	if (relay->directory != NULL) {
		(void)rmdir(relay->directory);
	}
	TALLOC_FREE(relay->path);
}

/* Both sides then see that the other has hung up. */
static void hang_up(struct relay *relay)
{
	TALLOC_FREE(relay->listening);
	TALLOC_FREE(relay->from_client);
	TALLOC_FREE(relay->from_server);
	close_socket(&relay->listener);
	close_socket(&relay->client);
	close_socket(&relay->server);
}

static int relay_destructor(struct relay *relay)
{
	hang_up(relay);
	remove_path(relay);
	return 0;
}

static bool write_all(int socket, const uint8_t *data, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(socket, data, length, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR) {
			continue;
		}
		if (sent <= 0) {
			return false;
		}
		data += sent;
		length -= (size_t)sent;
	}
	return true;
}

static void pass_to_server(struct tevent_context *ev,
			   struct tevent_fd *fd,
			   uint16_t flags,
			   void *private_data)
{
	struct relay *relay = private_data;
	uint8_t message[HEADER_SIZE + CHUNK_SIZE];
	ssize_t length = read(relay->client, message + HEADER_SIZE, CHUNK_SIZE);

	(void)ev;
	(void)fd;
	(void)flags;
	if (length <= 0) {
		hang_up(relay);
		return;
	}
	message[0] = (uint8_t)(length & 0xff);
	message[1] = (uint8_t)(length >> 8);
	if (!write_all(relay->server, message, HEADER_SIZE + (size_t)length)) {
		hang_up(relay);
	}
}

static bool read_message_length(struct relay *relay)
{
	ssize_t length = read(relay->server,
			      relay->header + relay->header_read,
			      HEADER_SIZE - relay->header_read);

	if (length <= 0) {
		return false;
	}
	relay->header_read += (size_t)length;
	if (relay->header_read == HEADER_SIZE) {
		relay->header_read = 0;
		relay->message_left =
			relay->header[0] | (size_t)relay->header[1] << 8;
	}
	return true;
}

static bool pass_message_part(struct relay *relay)
{
	uint8_t chunk[CHUNK_SIZE];
	size_t wanted = relay->message_left < CHUNK_SIZE ? relay->message_left
							 : CHUNK_SIZE;
	ssize_t length = read(relay->server, chunk, wanted);

	if (length <= 0) {
		return false;
	}
	relay->message_left -= (size_t)length;
	return write_all(relay->client, chunk, (size_t)length);
}

/* One chunk per turn of the loop: the client is in this process, and must get
 * its turn to read before its socket is full. */
static void pass_to_client(struct tevent_context *ev,
			   struct tevent_fd *fd,
			   uint16_t flags,
			   void *private_data)
{
	struct relay *relay = private_data;
	bool ok = relay->message_left > 0 ? pass_message_part(relay)
					  : read_message_length(relay);

	(void)ev;
	(void)fd;
	(void)flags;
	if (!ok) {
		hang_up(relay);
	}
}

static void accept_client(struct tevent_context *ev,
			  struct tevent_fd *fd,
			  uint16_t flags,
			  void *private_data)
{
	struct relay *relay = private_data;

	(void)fd;
	(void)flags;
	relay->client = accept4(relay->listener, NULL, NULL, SOCK_CLOEXEC);
	TALLOC_FREE(relay->listening);
	close_socket(&relay->listener);
	remove_path(relay);
	if (relay->client < 0) {
		hang_up(relay);
		return;
	}
	relay->from_client = tevent_add_fd(ev,
					   relay,
					   relay->client,
					   TEVENT_FD_READ,
					   pass_to_server,
					   relay);
	relay->from_server = tevent_add_fd(ev,
					   relay,
					   relay->server,
					   TEVENT_FD_READ,
					   pass_to_client,
					   relay);
	if (relay->from_client == NULL || relay->from_server == NULL) {
		hang_up(relay);
	}
}

static bool make_path(struct relay *relay)
{
	char *directory = talloc_strdup(relay, "/tmp/smbsession-XXXXXX");

	if (directory == NULL || mkdtemp(directory) == NULL) {
		return false;
	}
	relay->directory = directory;
	relay->path =
		talloc_asprintf(relay, "%s/%s", directory, RELAY_ENDPOINT);
	return relay->path != NULL;
}

static bool start_listening(struct relay *relay)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int length = snprintf(address.sun_path,
			      sizeof(address.sun_path),
			      "%s",
			      relay->path);

	relay->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (length < 0 || (size_t)length >= sizeof(address.sun_path) ||
	    relay->listener < 0 ||
	    bind(relay->listener,
		 (struct sockaddr *)&address,
		 sizeof(address)) != 0 ||
	    listen(relay->listener, 1) != 0) {
		return false;
	}
	relay->listening = tevent_add_fd(relay->ev,
					 relay,
					 relay->listener,
					 TEVENT_FD_READ,
					 accept_client,
					 relay);
	return relay->listening != NULL;
}

struct relay *relay_start(TALLOC_CTX *mem_ctx,
			  struct tevent_context *ev,
			  int server,
			  const char **directory)
{
	struct relay *relay = talloc_zero(mem_ctx, struct relay);

	if (relay == NULL) {
		(void)close(server);
		return NULL;
	}
	relay->ev = ev;
	relay->listener = relay->client = -1;
	relay->server = server;
	talloc_set_destructor(relay, relay_destructor);
	if (!make_path(relay) || !start_listening(relay)) {
		talloc_free(relay);
		return NULL;
	}
	*directory = relay->directory;
	return relay;
}
