/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session speaks, and over what: in words for its list. */

#ifndef SESSIONDEL_PROTOCOL_NAMES_H
#define SESSIONDEL_PROTOCOL_NAMES_H

#include <stdint.h>

/**
 * The dialect of a session: "SMB 3.1.1".
 *
 * @param[in] dialect  DialectRevision of [MS-SMB2] 2.2.4, 0 for SMB1.
 */
const char *session_dialect_name(uint16_t dialect);

/**
 * The transport of a channel, under the name that Windows has for it.
 *
 * @param[in] local_address  As the session table has it, "ipv4:A:PORT".
 */
const char *session_transport_name(const char *local_address);

#endif
