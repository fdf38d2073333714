/** How the element's controllers depend on each other: what each is given of the others. */
import type { UploadSnapshot } from '../core/index.ts';
import type { Language } from '../i18n/language.ts';
import type { FoundFile } from '../intake/found.ts';
import type { IntakeOptions } from '../intake/intake.ts';
import { loadWalk } from '../intake/load-walk.ts';
import { limitsOf, refusalText } from '../view/phrases.ts';
import type { RowsView } from '../view/load-rows.ts';
import type { Refusals } from './refusals.ts';
import type { RowsLoaderOptions } from './rows-loader.ts';
import type { SettingsElement } from './settings-element.ts';
import type { ChooseAgain } from './uploads/choose-again.ts';
import type { Uploads } from './uploads/uploads.ts';

type RowsHost = ConstructorParameters<typeof RowsView>[0];

/** Which files the intake takes now, and what it does with them. */
export function intakeOptions(
  host: SettingsElement & { readonly uploads: readonly UploadSnapshot[] },
  language: Language,
  uploads: Uploads,
  chooseAgain: ChooseAgain,
  add: (found: readonly FoundFile[]) => void,
): IntakeOptions {
  return {
    isOpen: (way) =>
      !host.isDisabled &&
      !(way === 'drop' && host.noDrop) &&
      !(way === 'paste' && host.noPaste) &&
      !(way === 'pick' && uploads.isFull && !chooseAgain.isExpected),
    isWelcome: (types) =>
      !uploads.isFull && !refusalText(types, limitsOf(host), language.localizer),
    add,
    names: () => host.uploads.map(({ name }) => name),
    loadWalk,
    keepsHandles: () => !host.noResume,
  };
}

/** When the rows are loaded, and what their view is made of. */
export function rowsOptions(
  host: RowsHost,
  language: Language,
  uploads: Uploads,
  refusals: Refusals,
): RowsLoaderOptions {
  return {
    isDue: () => host.uploads.length + refusals.list.length > 0,
    make: ({ RowsView }) =>
      new RowsView(
        host,
        () => language.localizer,
        refusals,
        (order) => uploads.arrange(order),
      ),
  };
}
