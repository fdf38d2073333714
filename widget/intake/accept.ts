/** What an `accept` list asks for, in words. What it accepts is said in worker/protocol/accept.ts. */
import { parseAccept, type AcceptToken } from '../../worker/protocol/accept.ts';
import type { MessageId } from '../i18n/en.ts';
import type { Localizer } from '../i18n/localizer.ts';

/** Families of types that have a word of their own. */
const FAMILIES: Readonly<Record<string, MessageId>> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  text: 'text',
};

/** The accepted types in words: “images”, “PDF”. Empty if no short word would be right. */
export function describeAccept(accept: string, localizer: Localizer): string[] {
  const words = parseAccept(accept).tokens.map((token) => wordFor(token, localizer));
  return [...new Set(words.filter(Boolean))];
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
      return shortName(token.extension.slice(1));
    case 'type':
      return shortName(token.type.replace(/^.*\//, ''));
  }
}

/** A name such as vnd.ms-excel means nothing to users; usually .xls stands beside it. */
function shortName(subtype: string): string {
  return /^\w{1,5}(\+xml)?$/.test(subtype) ? subtype.replace('+xml', '').toUpperCase() : '';
}
