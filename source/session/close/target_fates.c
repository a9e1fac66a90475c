/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages about the fates of targets that both sides have, in one order. */

#include "target_fates.h"

static uint8_t packed_fate(enum session_fate fate)
{
	switch (fate) {
	case SESSION_NOT_ASKED:
		return 0;
	case SESSION_ASKED:
		return 1;
	case SESSION_OWN:
		return 2;
	case SESSION_GONE:
	case SESSION_OWNER_DIED:
		break;
	}
	return 3;
}

static enum session_fate unpacked_fate(uint8_t packed)
{
	static const enum session_fate fates[] = {
		SESSION_NOT_ASKED,
		SESSION_ASKED,
		SESSION_OWN,
		SESSION_GONE,
	};

	return fates[packed & 3];
}

void target_fates_put(struct message *message,
		      const struct session_targets *targets)
{
	message_put_u32(message, targets->num);
	for (size_t i = 0; i < targets->num; i += 4) {
		uint8_t byte = 0;

		for (size_t k = i; k < i + 4 && k < targets->num; k++) {
			byte |= packed_fate(targets->list[k].fate)
				<< 2 * (k - i);
		}
		message_put_bytes(message, &byte, 1);
	}
}

void target_fates_get(struct message *message, struct session_targets *targets)
{
	if (message_get_u32(message) != targets->num) {
		message->bad = true;
	}
	for (size_t i = 0; i < targets->num && !message->bad; i += 4) {
		uint8_t byte;

		message_get_bytes(message, &byte, 1);
		for (size_t k = i; k < i + 4 && k < targets->num; k++) {
			targets->list[k].fate =
				unpacked_fate(byte >> 2 * (k - i));
		}
	}
}

bool target_fates_put_changes(struct message *message,
			      const struct session_targets *targets,
			      uint8_t *sent)
{
	size_t num = 0;

	for (size_t i = 0; i < targets->num && num < FATE_CHANGES_MAX; i++) {
		const uint8_t fate = targets->list[i].fate;

		if (fate != sent[i]) {
			message_put_u32(message, i);
			message_put_u32(message, fate);
			sent[i] = fate;
			num++;
		}
	}
	return num != 0;
}

void target_fates_get_changes(struct message *message,
			      struct session_targets *targets)
{
	while (message->at < message->length && !message->bad) {
		const uint32_t i = message_get_u32(message);
		const uint32_t fate = message_get_u32(message);

		if (i >= targets->num || fate > SESSION_OWN) {
			message->bad = true;
		}
		if (!message->bad) {
			targets->list[i].fate = (enum session_fate)fate;
		}
	}
}
