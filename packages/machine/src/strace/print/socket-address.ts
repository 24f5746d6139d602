import type { Call } from '../call.js';
import { oneOf } from '../flags.js';
import { readAll } from '../memory.js';
import { Family, families } from '../names/sockets.js';
import { address, quote } from '../text.js';

/** struct sockaddr of `length` bytes: its family in two bytes, then what the family says; ports in network order. */
export function socketAddressText(call: Call, va: bigint, length: number): string {
  const view = length >= 2 && length <= 128 ? readAll(call.memory, va, length) : null;
  if (!view) return address(va);
  const family = view.getUint16(0, true);
  const rest = new Uint8Array(view.buffer, view.byteOffset + 2, length - 2);
  return `{sa_family=${oneOf(family, families)}${membersText(family, view, rest)}}`;
}

function membersText(family: number, view: DataView, rest: Uint8Array): string {
  if (family === Family.Unix) {
    if (rest.length === 0) return '';
    if (rest[0] === 0) return `, sun_path=@${quote(rest.subarray(1))}`;
    const end = rest.indexOf(0);
    return `, sun_path=${quote(end < 0 ? rest : rest.subarray(0, end))}`;
  }
  if (family === Family.Inet && rest.length >= 6) {
    return `, sin_port=htons(${view.getUint16(2)}), sin_addr=inet_addr("${Array.from(rest.subarray(2, 6)).join('.')}")`;
  }
  if (family === Family.Inet6 && rest.length >= 26) {
    const groups = Array.from({ length: 8 }, (_, i) => view.getUint16(8 + 2 * i).toString(16)).join(':');
    const short = groups.replace(/(^|:)0(:0)+(:|$)/, '::');
    return (
      `, sin6_port=htons(${view.getUint16(2)}), sin6_flowinfo=htonl(${view.getUint32(4)}), ` +
      `inet_pton(AF_INET6, "${short}", &sin6_addr), sin6_scope_id=${view.getUint32(24, true)}`
    );
  }
  if (family === Family.Netlink && rest.length >= 10)
    return `, nl_pid=${view.getInt32(4, true)}, nl_groups=${view.getUint32(8, true).toString(16).padStart(8, '0')}`;
  return `, sa_data=${quote(rest)}`;
}
