/** Host strings are UTF-16, the guest's are bytes: UTF-8, one char per byte. */
export function toByteString(text: string): string {
  // Most are ASCII.
  if (/^[\0-\x7f]*$/.test(text)) return text;
  let bytes = '';
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

/** The way back; what is no UTF-8 becomes U+FFFD. */
export function fromByteString(bytes: string): string {
  if (/^[\0-\x7f]*$/.test(bytes)) return bytes;
  return new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
}
