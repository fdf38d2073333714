/** A row of the compatibility table: a behaviour, and how a store is asked for it. */
import type { Scene } from './scene.ts';

/**
 * What a store was found to do.
 *
 * - `yes`: it behaves as the row says.
 * - `no`: it does not, and `note` says what the Worker does about it. Without a `note`, the Worker can do
 *   nothing, and `stores.ts` has to say what that means for the store.
 * - `not asked`: `note` says why.
 */
export type Outcome =
  | { readonly answer: 'yes'; readonly note?: string }
  | { readonly answer: 'no'; readonly note?: string }
  | { readonly answer: 'not asked'; readonly note: string };

export interface Row {
  /** Names the row in the results. */
  readonly id: string;
  /** A sentence, without its full stop. */
  readonly behaviour: string;
  /** Whether chance decides. A `no` in the results is then not contradicted by a `yes`. */
  readonly isRace?: boolean;
  /** Asks the store, and checks what the Worker makes of the answer: that has to hold on every store. */
  ask(scene: Scene): Promise<Outcome>;
}

export const yes = (note?: string): Outcome => ({
  answer: 'yes',
  ...(note === undefined ? {} : { note }),
});

export const no = (note?: string): Outcome => ({
  answer: 'no',
  ...(note === undefined ? {} : { note }),
});
