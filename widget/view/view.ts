import type { Localizer } from '../i18n/localizer.ts';

/**
 * What all templates need besides the uploads. Replaced as a whole when anything in it changes, so
 * that a row can tell by identity whether it has to be drawn again.
 */
export interface View {
  readonly localizer: Localizer;
  readonly isDisabled: boolean;
  readonly canDownload: boolean;
  /** True if there may be more than one row. */
  readonly isMany: boolean;
  /** True if the user can put the rows in another order. */
  readonly canReorder: boolean;
}

/** Returns a function that makes views, and returns the last one again if nothing has changed. */
export function viewCache(): (view: View) => View {
  let last: View | undefined;
  return (view) => {
    const keys = ['localizer', 'isDisabled', 'canDownload', 'isMany', 'canReorder'] as const;
    if (!last || keys.some((key) => last?.[key] !== view[key])) last = view;
    return last;
  };
}
