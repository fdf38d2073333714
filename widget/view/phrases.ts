/** Sentences of the zone, made from the limits that the page sets. */
import type { Localizer } from '../i18n/localizer.ts';
import { couldAccept } from '../../worker/protocol/accept.ts';
import { describeAccept } from '../intake/accept.ts';

/** What the page accepts. */
export interface Limits {
  readonly accept: string;
  readonly maxSize: number | undefined;
  readonly maxFiles: number | undefined;
  /** True if more than one file is accepted. */
  readonly isMany: boolean;
}

/** The limits among the element's settings. */
export function limitsOf(
  settings: Omit<Limits, 'accept'> & { readonly accept?: string | undefined },
): Limits {
  const { accept = '', maxSize, maxFiles, isMany } = settings;
  return { accept, maxSize, maxFiles, isMany };
}

/** “video or audio, up to 50 GB each”; without the types if there is little room. */
export function limitsText(limits: Limits, localizer: Localizer, isShort: boolean): string {
  const { accept, maxSize, maxFiles, isMany } = limits;
  const types = isShort ? [] : describeAccept(accept, localizer);
  const phrases = [
    localizer.list(types, 'disjunction'),
    isMany && maxFiles && localizer.text('upToFiles', { n: maxFiles }),
    maxSize && localizer.text(isMany ? 'upToEach' : 'upTo', { size: localizer.bytes(maxSize) }),
  ];
  return localizer.list(phrases.filter(Boolean) as string[], 'unit');
}

/** Why files of these types cannot be dropped; empty if they can, as far as the browser tells. */
export function refusalText(
  types: readonly string[],
  { accept, isMany }: Limits,
  localizer: Localizer,
): string {
  if (!isMany && types.length > 1) return localizer.text('too_many_files', { n: 1 });
  if (types.length === 0 || types.some((type) => couldAccept(accept, type))) return '';
  const words = describeAccept(accept, localizer);
  return words.length > 0
    ? localizer.text('type_not_allowed', { types: localizer.list(words, 'conjunction') })
    : localizer.text('rejected');
}
