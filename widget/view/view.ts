import type { Localizer } from '../i18n/localizer.ts';

/**
 * What all templates need to know beside the uploads. Replaced as a whole when anything in it
 * changes, so that a row can tell by identity whether it must be drawn again.
 */
export interface View {
  readonly localizer: Localizer;
  readonly isDisabled: boolean;
  readonly canDownload: boolean;
  /** More than one row can be there. */
  readonly isMany: boolean;
}
