import type { Totals } from './core/types.ts';
import type { Localizer } from './i18n/localizer.ts';

/** What keeps the form from being sent, in the words of the bubble. */
export interface Flaw {
  readonly flags: ValidityStateFlags;
  readonly message: string;
}

interface Claims {
  readonly custom: string;
  readonly required: boolean;
  readonly minFiles: number | undefined;
  /** The uploads are queued and wait for `start()`. */
  readonly isHeld: boolean;
}

/**
 * A form that is sent while an upload runs, is paused or has failed would lose that file without a
 * word. So all three make the control invalid, and each message says what to do about it.
 */
export function flawOf(totals: Totals, claims: Claims, localizer: Localizer): Flaw | undefined {
  const { active, paused, failed, done } = totals;
  const { custom, required, minFiles = 0, isHeld } = claims;
  if (custom) return { flags: { customError: true }, message: custom };
  const unfinished =
    active > 0
      ? isHeld
        ? 'notStarted'
        : 'busy'
      : paused > 0
        ? 'hasPaused'
        : failed > 0
          ? 'hasFailed'
          : undefined;
  if (unfinished) return { flags: { customError: true }, message: localizer.text(unfinished) };
  if (done === 0 && required && minFiles < 2) {
    return { flags: { valueMissing: true }, message: localizer.text('needsFile') };
  }
  if (done < minFiles) {
    return {
      flags: { rangeUnderflow: true },
      message: localizer.text('needsFiles', { n: minFiles }),
    };
  }
  return undefined;
}
