/**
 * Splits a command line into words as a shell quotes them: blanks separate, '…' keeps everything, "…" keeps all but \\ before \\ " $ and
 * a back quote, and \\ outside of quotes keeps the next character. Nothing is expanded.
 * @throws SyntaxError a quote that is not closed
 */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
      continue;
    }
    word ??= '';
    if (char === "'") {
      const end = text.indexOf("'", i + 1);
      if (end < 0) throw new SyntaxError(`a ' is not closed: ${text}`);
      word += text.slice(i + 1, end);
      i = end;
    } else if (char === '"') {
      for (i++; text[i] !== '"'; i++) {
        if (i >= text.length) throw new SyntaxError(`a " is not closed: ${text}`);
        if (text[i] === '\\' && /[\\"$`]/.test(text[i + 1] ?? '')) i++;
        word += text[i]!;
      }
    } else if (char === '\\') {
      i++;
      word += text[i] ?? '\\';
    } else {
      word += char;
    }
  }
  if (word !== null) words.push(word);
  return words;
}
