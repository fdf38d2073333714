import { en, type MessageId } from '../i18n/en.ts';
import type { Localizer } from '../i18n/localizer.ts';

/** The tokens of an `accept` attribute, in lower case. */
function tokensOf(accept: string): readonly string[] {
  return accept.toLowerCase().match(/[^\s,]+/g) ?? [];
}

/**
 * Whether a dragged file of this type could be one that is wanted. While it is being dragged a file
 * has no name yet, and Safari hides its type too: what cannot be known is let through, and decided
 * when it is dropped.
 */
export function couldBeAccepted(accept: string, type: string): boolean {
  const tokens = tokensOf(accept);
  return (
    !type ||
    !tokens[0] ||
    tokens.some((token) => /^\.|^\*/.test(token) || `${type}/`.startsWith(token.replace('*', '')))
  );
}

/** The wanted types in words: “images”, “PDF”. Empty where no short word would be right. */
export function describeAccept(accept: string, localizer: Localizer): string[] {
  const words = tokensOf(accept).map((token) => {
    const [kind = '', subtype = kind.slice(1)] = token.split('/');
    if (subtype === '*') return kind in en ? localizer.text(kind as MessageId) : '';
    // A name such as vnd.ms-excel tells nobody anything; mostly .xls stands beside it.
    return /^\w{1,5}(\+xml)?$/.test(subtype) ? subtype.replace('+xml', '').toUpperCase() : '';
  });
  return [...new Set(words.filter(Boolean))];
}
