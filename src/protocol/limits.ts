/**
 * Bounds of the wire. Each is a fact about the protocol or the network under it, never a preference:
 * preferences live in the configuration of the server and of the peer.
 */

/** The index server's UDP port in the field. */
export const DEFAULT_INDEX_PORT = 13377

/** Bytes: the most a UDP datagram carries over IPv4 (65,535 less 20 of IP header and 8 of UDP; RFC 768, RFC 791). */
export const MAX_DATAGRAM_BYTES = 65_507

/**
 * Bytes: the receive buffer of the clients and servers in the field. A listing is cut to it at whole entries, which
 * also keeps a spoofed three-byte LST from becoming a large reply.
 */
export const FIELD_BUFFER_BYTES = 4096

/** Bytes of an MD5 digest written in hexadecimal (RFC 1321: 128 bits). */
export const DIGEST_HEX_BYTES = 32

/**
 * Bytes of an image's name in UTF-8. File systems in use stop at 255 bytes or 255 UTF-16 units (NTFS, APFS), which are
 * at most 765 bytes; the rest is room for names that were never files.
 */
export const MAX_NAME_BYTES = 1024

/** Bytes of a password. The reference client makes 16; a datagram must keep room for what it protects. */
export const MAX_PASSWORD_BYTES = 256

/** The highest TCP port (RFC 9293: 16 bits; 0 is not a port that can be connected to). */
export const MAX_PORT = 65_535
