/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns a list into the buffer that NetSessionEnum() returns. */

#include "session_buffer.h"

static const char *text(const char *sent)
{
	return sent != NULL ? sent : "";
}

/* The fields of each level, copied by name. */
#define NAMES(n, from)                           \
	.sesi##n##_cname = text((from)->client), \
	.sesi##n##_username = text((from)->user)
#define TIMES(n, from) \
	.sesi##n##_time = (from)->time, .sesi##n##_idle_time = (from)->idle_time
#define INFO_0(from) .sesi0_cname = text((from)->client)
#define INFO_10(from) NAMES(10, from), TIMES(10, from)
#define DETAILS(n, from)                                  \
	NAMES(n, from), TIMES(n, from),                   \
		.sesi##n##_num_opens = (from)->num_opens, \
		.sesi##n##_user_flags = (from)->user_flags
#define INFO_1(from) DETAILS(1, from)
#define INFO_2(from) \
	DETAILS(2, from), .sesi2_cltype_name = text((from)->client_type)
#define INFO_502(from)                                                        \
	DETAILS(502, from), .sesi502_cltype_name = text((from)->client_type), \
			    .sesi502_transport = text((from)->transport)

#define FILL(buffer, list, n)                                   \
	for (size_t i = 0; i < (list)->count; i++) {            \
		((struct SESSION_INFO_##n *)(buffer))[i] =      \
			(struct SESSION_INFO_##n){              \
				INFO_##n(&(list)->entries[i])}; \
	}

/* 0: there is no such level. */
static size_t size_of_info(uint32_t level)
{
	switch (level) {
	case 0:
		return sizeof(struct SESSION_INFO_0);
	case 1:
		return sizeof(struct SESSION_INFO_1);
	case 2:
		return sizeof(struct SESSION_INFO_2);
	case 10:
		return sizeof(struct SESSION_INFO_10);
	case 502:
		return sizeof(struct SESSION_INFO_502);
	default:
		return 0;
	}
}

bool session_buffer_has_level(uint32_t level)
{
	return size_of_info(level) != 0;
}

static void fill(void *buffer,
		 const struct smbsession_list *list,
		 uint32_t level)
{
	switch (level) {
	case 0:
		FILL(buffer, list, 0);
		break;
	case 1:
		FILL(buffer, list, 1);
		break;
	case 2:
		FILL(buffer, list, 2);
		break;
	case 10:
		FILL(buffer, list, 10);
		break;
	case 502:
		FILL(buffer, list, 502);
		break;
	default:
		break;
	}
}

uint8_t *session_buffer_new(struct smbsession_list *list, uint32_t level)
{
	void *buffer =
		talloc_array_size(NULL, size_of_info(level), list->count);

	if (buffer == NULL) {
		return NULL;
	}
	fill(buffer, list, level);
	(void)talloc_steal(buffer, list);
	return buffer;
}
