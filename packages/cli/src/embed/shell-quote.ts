/** A word as a shell reads it back, and as the attributes argv and env of <ring3-machine> do. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
