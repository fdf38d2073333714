/**
 * What upload elements offer, 78 features, and whether this one does. One line of `test` is enough to
 * turn an answer: a row that is answered “yes” names the tests that show it, any other says why.
 */
import type { Feature } from './feature.ts';
import { FOR_AUTHORS } from './for-authors.ts';
import { FOR_USERS } from './for-users.ts';

/** The rows, in the order of their numbers. */
export const FEATURES: readonly Feature[] = [...FOR_USERS, ...FOR_AUTHORS];
