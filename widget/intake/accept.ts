/** What an `accept` list asks for, in words. What it accepts is said in worker/protocol/accept.ts. */
import { parseAccept, type AcceptToken } from '../../worker/protocol/accept.ts';
import { extensionOf } from '../../worker/protocol/util/formats.ts';
import type { MessageId } from '../i18n/en.ts';
import type { Localizer } from '../i18n/localizer.ts';

/** Families of types that have a word of their own. */
const FAMILIES: Readonly<Record<string, MessageId>> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  text: 'text',
};

/**
 * All accepted types in words: “images”, “PDF”. Empty if one of them has no word, because a list that
 * leaves something out would be wrong. Malformed entries accept nothing, and are not named.
 */
export function describeAccept(accept: string, localizer: Localizer): string[] {
  const words = parseAccept(accept).tokens.map((token) => wordFor(token, localizer));
  return words.includes('') ? [] : [...new Set(words)];
}

function wordFor(token: AcceptToken, localizer: Localizer): string {
  switch (token.kind) {
    case 'any':
      return '';
    case 'family': {
      const id = FAMILIES[token.family];
      return id ? localizer.text(id) : '';
    }
    case 'extension':
      return token.extension.slice(1).toUpperCase();
    case 'type':
      return (extensionOf(token.type) ?? shortName(token.type)).toUpperCase();
  }
}

/** The subtype. A name such as vnd.acme.drawing means nothing to users. */
function shortName(type: string): string {
  return /^[^/]+\/(\w{1,5})(\+xml)?$/.exec(type)?.[1] ?? '';
}
