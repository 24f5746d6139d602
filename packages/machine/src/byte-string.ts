/** Host strings are UTF-16, the guest's are bytes: UTF-8, one char per byte. */
export function toByteString(text: string): string {
  return Buffer.from(text).toString('latin1');
}
