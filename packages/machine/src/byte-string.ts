/** Host strings are UTF-16, the guest's are bytes: UTF-8, one char per byte. */
export function toByteString(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** The other way round; bytes that are no UTF-8 become U+FFFD. */
export function fromByteString(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}
