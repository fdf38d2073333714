/** Sentences of the zone that are put together from what the author allows. */
import type { Localizer } from '../i18n/localizer.ts';
import type { Dragged } from '../intake/drag.ts';
import { acceptTokens, couldBeAccepted, describeAccept } from '../intake/accept.ts';

export interface Allowed {
  readonly accept: string | undefined;
  readonly maxSize: number | undefined;
  readonly maxFiles: number | undefined;
  /** More than one file at once. */
  readonly isMany: boolean;
}

/** “Video or audio, up to 50 GB each”; without the types where there is little room for them. */
export function limitsText(allowed: Allowed, localizer: Localizer, isShort: boolean): string {
  const { accept, maxSize, maxFiles, isMany } = allowed;
  const types = isShort ? [] : describeAccept(acceptTokens(accept), localizer);
  const limits = [
    types.length > 0 && localizer.list(types, 'disjunction'),
    isMany && maxFiles !== undefined && localizer.text('upToFiles', { n: maxFiles }),
    maxSize !== undefined &&
      localizer.text(isMany ? 'upToEach' : 'upTo', { size: localizer.bytes(maxSize) }),
  ].filter((limit) => limit !== false);
  const text = localizer.list(limits, 'unit');
  return isShort ? text : localizer.capital(text);
}

/** Why what is held over the zone cannot be dropped; undefined where it can, as far as is known. */
export function refusalText(
  { types }: Dragged,
  { accept, isMany }: Allowed,
  localizer: Localizer,
): string | undefined {
  if (!isMany && types.length > 1) return localizer.text('onlyOne');
  const tokens = acceptTokens(accept);
  if (types.length === 0 || types.some((type) => couldBeAccepted(tokens, type))) return undefined;
  const words = describeAccept(tokens, localizer);
  return words.length > 0
    ? localizer.text('onlyTypes', { types: localizer.list(words, 'conjunction') })
    : localizer.text('type_not_allowed_here');
}
