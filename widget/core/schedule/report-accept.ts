import { parseAccept } from '../../../worker/protocol/accept.ts';
import type { UploaderOptions } from '../types.ts';

/** Lists that have been reported: an element may configure its uploader many times. */
const reported = new Set<string>();

/** Reports the entries of `accept` that are not valid, by name; they allow no file. */
export function reportAccept({ restrictions: { accept = '' } = {} }: UploaderOptions): void {
  if (reported.has(accept)) return;
  reported.add(accept);
  for (const entry of parseAccept(accept).malformed) {
    const what = 'is neither a type nor an extension such as .pdf';
    reportError(new TypeError(`accept: "${entry}" ${what}`));
  }
}
