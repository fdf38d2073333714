/** Sentences of the zone that are put together from what the author allows. */
import type { Localizer } from '../i18n/localizer.ts';
import { couldBeAccepted, describeAccept } from '../intake/accept.ts';

export interface Allowed {
  readonly accept: string;
  readonly maxSize: number | undefined;
  readonly maxFiles: number | undefined;
  /** More than one file at once. */
  readonly isMany: boolean;
}

/** “video or audio, up to 50 GB each”; without the types where there is little room for them. */
export function limitsText(allowed: Allowed, localizer: Localizer, isShort: boolean): string {
  const { accept, maxSize, maxFiles, isMany } = allowed;
  const types = isShort ? [] : describeAccept(accept, localizer);
  const limits = [
    localizer.list(types, 'disjunction'),
    isMany && maxFiles && localizer.text('upToFiles', { n: maxFiles }),
    maxSize && localizer.text(isMany ? 'upToEach' : 'upTo', { size: localizer.bytes(maxSize) }),
  ];
  return localizer.list(limits.filter(Boolean) as string[], 'unit');
}

/** Why what is held over the zone cannot be dropped; empty where it can, as far as is known. */
export function refusalText(
  types: readonly string[],
  { accept, isMany }: Allowed,
  localizer: Localizer,
): string {
  if (!isMany && types.length > 1) return localizer.text('too_many_files', { n: 1 });
  if (!types[0] || types.some((type) => couldBeAccepted(accept, type))) return '';
  const words = describeAccept(accept, localizer);
  return words[0]
    ? localizer.text('type_not_allowed', { types: localizer.list(words, 'conjunction') })
    : localizer.text('rejected');
}
