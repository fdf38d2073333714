import type { Localizer } from '../i18n/localizer.ts';

/** The tokens of an `accept` attribute, in lower case. */
export function acceptTokens(accept: string | undefined): readonly string[] {
  return (accept ?? '')
    .toLowerCase()
    .split(',')
    .map((token) => token.trim())
    .filter(Boolean);
}

/**
 * Whether a dragged file of this type could be one that is wanted. While it is being dragged a file
 * has no name yet, and Safari hides its type too: what cannot be known is let through, and decided
 * when it is dropped.
 */
export function couldBeAccepted(tokens: readonly string[], type: string): boolean {
  if (!type || tokens.length === 0) return true;
  return tokens.some(
    (token) =>
      token.startsWith('.') ||
      token === '*/*' ||
      token === type.toLowerCase() ||
      (token.endsWith('/*') && type.toLowerCase().startsWith(token.slice(0, -1))),
  );
}

const KINDS = { image: 'images', video: 'videos', audio: 'audio', text: 'texts' } as const;

/** The wanted types in words: “images”, “PDF”. Empty where no short word would be right. */
export function describeAccept(tokens: readonly string[], localizer: Localizer): string[] {
  const words = new Set<string>();
  for (const token of tokens) {
    const [kind = '', subtype = ''] = token.split('/');
    if (token.startsWith('.')) words.add(token.slice(1).toUpperCase());
    else if (subtype === '*' && kind in KINDS) {
      words.add(localizer.text(KINDS[kind as keyof typeof KINDS]));
    } else if (/^[a-z0-9]{1,5}(\+xml)?$/.test(subtype)) {
      words.add(subtype.replace('+xml', '').toUpperCase());
    }
    // A name such as application/vnd.ms-excel tells nobody anything; mostly .xls stands beside it.
  }
  return [...words];
}
