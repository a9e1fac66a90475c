/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of dialects and transports in the list of sessions. */

#ifndef SESSIONDEL_PROTOCOL_NAMES_H
#define SESSIONDEL_PROTOCOL_NAMES_H

#include <stdint.h>

/**
 * The name of a dialect, such as "SMB 3.1.1". A constant.
 *
 * @param[in] dialect  DialectRevision of [MS-SMB2] 2.2.4, 0 for SMB1.
 */
const char *session_dialect_name(uint16_t dialect);

/**
 * The Windows name of a channel's transport. A constant.
 *
 * @param[in] local_address  As in the session table: "ipv4:A:PORT".
 */
const char *session_transport_name(const char *local_address);

#endif
